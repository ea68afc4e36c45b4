package voucher

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

// The bounds and defaults of codes.
const (
	// MaxCodeBytes is the longest code, chosen or generated, in bytes of UTF-8.
	MaxCodeBytes = 255
	// MaxCharset is the largest number of distinct characters in a charset.
	MaxCharset = 256
	// DefaultCharset is drawn from where a configuration names no charset.
	DefaultCharset = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	// DefaultCodeLength is the number of random characters where a configuration names neither length nor pattern.
	DefaultCodeLength = 8
)

// CaseMode says whether codes that differ only in case are different codes. It is fixed when a project is made, since
// the keys of all stored codes depend on it.
type CaseMode string

// The case modes. The empty mode is CaseSensitive.
const (
	CaseSensitive   CaseMode = "SENSITIVE"
	CaseInsensitive CaseMode = "INSENSITIVE"
)

// Check reports a mode that does not exist.
func (m CaseMode) Check() error {
	switch m {
	case "", CaseSensitive, CaseInsensitive:
		return nil
	}
	return fault.Invalid("", "%q is not one of %s, %s", string(m), CaseSensitive, CaseInsensitive)
}

// Key returns what a code is looked up and kept unique by: the code without surrounding space and, in mode
// CaseInsensitive, without case. It is never shown; a voucher keeps the spelling it was created with. The key of a key
// is itself, and it is no longer than the code.
func (m CaseMode) Key(code string) string {
	code = strings.TrimSpace(code)
	if m != CaseInsensitive {
		return code
	}
	return foldCase(code)
}

// foldCase replaces each rune by the smallest one that differs from it only in case: the upper-case letter in the
// common scripts. Bytes that are not UTF-8 stay, so that no two texts of them become one.
func foldCase(text string) string {
	same := 0
	for same < len(text) && text[same] < utf8.RuneSelf && foldRune(rune(text[same])) == rune(text[same]) {
		same++
	}
	if same == len(text) {
		return text
	}
	folded := append(make([]byte, 0, len(text)), text[:same]...)
	for rest := text[same:]; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if r == utf8.RuneError {
			folded = append(folded, rest[:size]...)
		} else {
			folded = utf8.AppendRune(folded, foldRune(r))
		}
		rest = rest[size:]
	}
	return string(folded)
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}
	smallest := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		smallest = min(smallest, other)
	}
	return smallest
}

// CheckCode reports why a code that was chosen, not generated, cannot be used: it must have 1 to MaxCodeBytes bytes of
// valid UTF-8 without control characters and without space around it.
func CheckCode(code string) error {
	switch {
	case code == "":
		return fault.Invalid("code", "is empty")
	case len(code) > MaxCodeBytes:
		return fault.Invalid("code", "is %d bytes, at most %d are allowed", len(code), MaxCodeBytes)
	case !utf8.ValidString(code):
		return fault.Invalid("code", "is not valid UTF-8")
	case strings.ContainsFunc(code, unicode.IsControl):
		return fault.Invalid("code", "%q contains a control character", code)
	case strings.TrimSpace(code) != code:
		return fault.Invalid("code", "%q begins or ends with a space", code)
	}
	return nil
}

// CodeConfig says what generated codes look like: Prefix, Pattern with its holes filled, Postfix. It is Voucherify's
// code_config.
type CodeConfig struct {
	// Length is the number of random characters without prefix and postfix; 0 means DefaultCodeLength. It is ignored
	// when there is a Pattern.
	Length int `json:"length,omitempty"`
	// Charset lists the characters to draw from; a repeated one counts once, and so does one that repeats another in
	// the other case where codes are case-insensitive. Empty means DefaultCharset.
	Charset string `json:"charset,omitempty"`
	// Prefix and Postfix stand literally around each code.
	Prefix  string `json:"prefix,omitempty"`
	Postfix string `json:"postfix,omitempty"`
	// Pattern has a '#' for each random character; everything else is literal. Empty means Length times '#'.
	Pattern string `json:"pattern,omitempty"`
}

// hole is the character of a pattern that stands for a random one.
const hole = "#"

// WithDefaults returns the configuration as Voucherify answers it: charset and pattern filled in, and Length the number
// of random characters in the pattern.
func (c CodeConfig) WithDefaults() CodeConfig {
	if c.Charset == "" {
		c.Charset = DefaultCharset
	}
	if c.Pattern == "" {
		if c.Length <= 0 {
			c.Length = DefaultCodeLength
		}
		c.Pattern = strings.Repeat(hole, c.Length)
	}
	c.Length = strings.Count(c.Pattern, hole)
	return c
}

// Check reports the first thing that is wrong with the configuration, as an invalid_code_config error that names the
// field: text that is not UTF-8 or has whitespace or control characters, a charset of more than MaxCharset characters,
// codes of more than MaxCodeBytes.
func (c CodeConfig) Check() error {
	if c.Pattern == "" && (c.Length < 0 || c.Length > MaxCodeBytes) {
		return invalidCodeConfig("length", "%d is not between 0 and %d", c.Length, MaxCodeBytes)
	}
	for _, part := range []struct {
		field, text string
		maxBytes    int
	}{
		{"prefix", c.Prefix, MaxCodeBytes}, {"postfix", c.Postfix, MaxCodeBytes}, {"pattern", c.Pattern, MaxCodeBytes},
		{"charset", c.Charset, MaxCharset * utf8.UTFMax},
	} {
		if err := checkCodePart(part.field, part.text, part.maxBytes); err != nil {
			return err
		}
	}
	full := c.WithDefaults()
	symbols := codeSymbols(full.Charset, CaseSensitive)
	if len(symbols) > MaxCharset {
		return invalidCodeConfig("charset", "has %d distinct characters, at most %d are allowed", len(symbols), MaxCharset)
	}
	widest := 0
	for _, symbol := range symbols {
		widest = max(widest, len(symbol))
	}
	longest := len(full.Prefix) + len(full.Pattern) + len(full.Postfix) + full.Length*(widest-len(hole))
	if longest > MaxCodeBytes {
		field := "pattern"
		if c.Pattern == "" {
			field = "length"
		}
		return invalidCodeConfig(field, "gives codes of up to %d bytes, at most %d are allowed", longest, MaxCodeBytes)
	}
	return nil
}

func checkCodePart(field, text string, maxBytes int) error {
	switch {
	case len(text) > maxBytes:
		return invalidCodeConfig(field, "is %d bytes, at most %d are allowed", len(text), maxBytes)
	case !utf8.ValidString(text):
		return invalidCodeConfig(field, "is not valid UTF-8")
	case strings.ContainsFunc(text, unicode.IsSpace):
		return invalidCodeConfig(field, "%q contains whitespace", text)
	case strings.ContainsFunc(text, unicode.IsControl):
		return invalidCodeConfig(field, "%q contains a control character", text)
	}
	return nil
}

func invalidCodeConfig(field, format string, args ...any) *fault.Error {
	return fault.New(fault.InvalidCodeConfig, format, args...).At(field)
}

// Capacity returns how many distinct codes the configuration has: the number of distinct characters to the power of the
// number of random places, at most math.MaxInt64. A pattern without '#' has one code. Codes that exist already are not
// subtracted.
func (c CodeConfig) Capacity(mode CaseMode) int64 {
	c = c.WithDefaults()
	symbols := int64(len(codeSymbols(c.Charset, mode)))
	capacity := int64(1)
	for range c.Length {
		if capacity > math.MaxInt64/symbols {
			return math.MaxInt64
		}
		capacity *= symbols
	}
	return capacity
}

// codeSymbols lists the characters of charset that have different keys, each in its first spelling.
func codeSymbols(charset string, mode CaseMode) []string {
	var symbols []string
	seen := map[rune]bool{}
	for _, r := range charset {
		key := r
		if mode == CaseInsensitive {
			key = foldRune(r)
		}
		if !seen[key] {
			seen[key] = true
			symbols = append(symbols, string(r))
		}
	}
	return symbols
}
