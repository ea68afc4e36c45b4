package formula

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

type tokenKind int

const (
	endToken tokenKind = iota
	numberToken
	textToken
	nameToken
	symbolToken
)

// token is one word of the text. The text of a text token is what the quotes enclose, with the escapes resolved.
type token struct {
	kind   tokenKind
	text   string
	offset int
}

// is reports whether the token is this symbol.
func (t token) is(symbol string) bool { return t.kind == symbolToken && t.text == symbol }

// lexer cuts a formula into tokens, one at a time.
type lexer struct {
	source string
	offset int
}

// refuse returns an invalid_formula error whose details end with the position of offset, counted in characters from 1.
func (l *lexer) refuse(offset int, format string, args ...any) error {
	position := utf8.RuneCountInString(l.source[:offset]) + 1
	return fault.New(fault.InvalidFormula, format+" at position %d", append(args, position)...)
}

func (l *lexer) next() (token, error) {
	l.offset = len(l.source) - len(strings.TrimLeftFunc(l.source[l.offset:], unicode.IsSpace))
	start := l.offset
	if start == len(l.source) {
		return token{endToken, "", start}, nil
	}
	switch first := l.source[start]; {
	case first == '"':
		return l.text()
	case isDigit(first):
		return token{numberToken, l.take(func(c byte) bool { return isDigit(c) || c == '.' }), start}, nil
	case isLetter(first):
		name := l.take(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })
		if name == "x" {
			return token{symbolToken, "*", start}, nil
		}
		return token{nameToken, name, start}, nil
	}
	return l.symbol()
}

// take moves over the bytes that belong and returns them.
func (l *lexer) take(belongs func(byte) bool) string {
	start := l.offset
	for l.offset < len(l.source) && belongs(l.source[l.offset]) {
		l.offset++
	}
	return l.source[start:l.offset]
}

func (l *lexer) text() (token, error) {
	start := l.offset
	var content strings.Builder
	for i := start + 1; i < len(l.source); i++ {
		c := l.source[i]
		if c == '"' {
			l.offset = i + 1
			return token{textToken, content.String(), start}, nil
		}
		if c == '\\' && i+1 < len(l.source) && (l.source[i+1] == '"' || l.source[i+1] == '\\') {
			i++
			c = l.source[i]
		}
		content.WriteByte(c)
	}
	return token{}, l.refuse(start, "the text is not closed that begins")
}

func (l *lexer) symbol() (token, error) {
	start := l.offset
	first, size := utf8.DecodeRuneInString(l.source[start:])
	if !strings.ContainsRune("()+-*/%<>=;×÷", first) {
		return token{}, l.refuse(start, "unexpected character %q", first)
	}
	l.offset += size
	if strings.ContainsRune("<>", first) && strings.HasPrefix(l.source[l.offset:], "=") {
		l.offset++
	}
	symbol := l.source[start:l.offset]
	switch symbol {
	case "×":
		symbol = "*"
	case "÷":
		symbol = "/"
	}
	return token{symbolToken, symbol, start}, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
