package formula

import (
	"strings"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

// parser builds the tree of a formula, looking one token ahead.
type parser struct {
	lexer
	current  token
	depth    int
	nodes    int
	operands map[Operand]bool
	groups   map[Group]bool
	items    bool
}

// Parse reads a formula. Every refusal is a *fault.Error with key fault.InvalidFormula whose details say what is wrong
// and, for anything but an excessive length, at which character, counted from 1.
func Parse(source string) (*Formula, error) {
	if len(source) > MaxLength {
		return nil, fault.New(fault.InvalidFormula, "the formula has %d bytes, more than the allowed %d", len(source), MaxLength)
	}
	p := &parser{lexer: lexer{source: source}, operands: map[Operand]bool{}, groups: map[Group]bool{}}
	for offset, r := range source {
		if r == utf8.RuneError && !strings.HasPrefix(source[offset:], string(utf8.RuneError)) {
			return nil, p.refuse(offset, "the formula is not valid UTF-8")
		}
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.expression(loosest)
	if err != nil {
		return nil, err
	}
	if p.current.kind != endToken {
		return nil, p.unexpected("an operator or the end")
	}
	return &Formula{source, root, p.operands, p.groups, p.items}, nil
}

func (p *parser) advance() error {
	next, err := p.next()
	p.current = next
	return err
}

// expect moves over the symbol or refuses what stands in its place.
func (p *parser) expect(symbol string) error {
	if !p.current.is(symbol) {
		return p.unexpected(symbol)
	}
	return p.advance()
}

// unexpected is the error for a token that stands where something else is needed.
func (p *parser) unexpected(needed string) error {
	if p.current.kind == endToken {
		return p.refuse(p.current.offset, "%s is missing", needed)
	}
	return p.refuse(p.current.offset, "unexpected %q where %s is needed", p.current.text, needed)
}

// grow counts a node of the tree.
func (p *parser) grow() error {
	p.nodes++
	if p.nodes > MaxNodes {
		return p.refuse(p.current.offset, "the formula has more than %d parts", MaxNodes)
	}
	return nil
}

// nested runs parse one level deeper.
func (p *parser) nested(parse func() (node, error)) (node, error) {
	p.depth++
	if p.depth > MaxDepth {
		return nil, p.refuse(p.current.offset, "the formula is nested more than %d levels deep", MaxDepth)
	}
	n, err := parse()
	p.depth--
	return n, err
}

// expression reads operands and the operators between them that bind at least as tightly as lowest.
func (p *parser) expression(lowest precedence) (node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	compared := false
	for {
		operator, ok := p.operator()
		if !ok || operator.precedence < lowest {
			return left, nil
		}
		if compared && operator.precedence == comparing {
			return nil, p.refuse(p.current.offset, "comparisons cannot be chained, join them with AND: %q", p.current.text)
		}
		compared = operator.precedence == comparing
		if err := p.grow(); err != nil {
			return nil, err
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		right, err := p.expression(operator.precedence + 1)
		if err != nil {
			return nil, err
		}
		left = binary{operator, left, right}
	}
}

func (p *parser) operator() (operator, bool) {
	if p.current.kind != symbolToken && p.current.kind != nameToken {
		return operator{}, false
	}
	found, ok := operators[p.current.text]
	return found, ok
}

// operand reads a literal, a name, a call, a signed operand or an expression in brackets.
func (p *parser) operand() (node, error) {
	if err := p.grow(); err != nil {
		return nil, err
	}
	first := p.current
	switch {
	case first.kind == numberToken:
		d, ok := parseNumber(first.text)
		if !ok {
			return nil, p.refuse(first.offset, "%q is not a number of at most %d digits and %d decimals", first.text, MaxDigits, MaxDecimals)
		}
		return literal{Number(d)}, p.advance()
	case first.kind == textToken:
		return literal{Text(first.text)}, p.advance()
	case first.kind == nameToken:
		return p.named()
	case first.is("-"):
		return p.nested(p.negated)
	case first.is("("):
		return p.nested(p.bracketed)
	}
	return nil, p.unexpected("a value")
}

func (p *parser) negated() (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.operand()
	return negation{n}, err
}

func (p *parser) bracketed() (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.expression(loosest)
	if err != nil {
		return nil, err
	}
	return n, p.expect(")")
}

// named reads what begins with a name: an operand, a metadata entry, a date literal, SWITCH or a function.
func (p *parser) named() (node, error) {
	name := p.current
	p.items = p.items || isAboutItem(name.text)
	if operand := Operand(name.text); knownOperands[operand] {
		p.operands[operand] = true
		return operandValue{operand}, p.advance()
	}
	if group := Group(name.text); knownGroups[group] {
		p.groups[group] = true
		key, err := p.quotedArgument()
		return metadataValue{group, key}, err
	}
	switch name.text {
	case "DATE":
		return p.dateLiteral(parseDay)
	case "DATE_TIME":
		return p.dateLiteral(parseInstant)
	case "SWITCH":
		return p.nested(p.switchCall)
	}
	if function, ok := functions[name.text]; ok {
		return p.nested(func() (node, error) { return p.call(name, function) })
	}
	return nil, p.refuse(name.offset, "unknown name %q", name.text)
}

func isAboutItem(name string) bool {
	return strings.HasPrefix(name, "ORDER_ITEM_") || strings.HasPrefix(name, "CHEAPEST_") || strings.HasPrefix(name, "MOST_EXPENSIVE_")
}

// quotedArgument reads the ("text") behind a name.
func (p *parser) quotedArgument() (string, error) {
	if err := p.advance(); err != nil {
		return "", err
	}
	if err := p.expect("("); err != nil {
		return "", err
	}
	if p.current.kind != textToken {
		return "", p.unexpected("a text in quotes")
	}
	text := p.current.text
	if err := p.advance(); err != nil {
		return "", err
	}
	return text, p.expect(")")
}

func (p *parser) dateLiteral(parse func(string) (Value, bool)) (node, error) {
	name := p.current
	text, err := p.quotedArgument()
	if err != nil {
		return nil, err
	}
	v, ok := parse(text)
	if !ok {
		return nil, p.refuse(name.offset, "%q is not a valid %s", text, name.text)
	}
	return literal{v}, nil
}

func (p *parser) call(name token, f function) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	arguments, err := p.arguments()
	if err != nil {
		return nil, err
	}
	if count := len(arguments); count < f.minimum || count > f.maximum {
		return nil, p.refuse(name.offset, "%s cannot have %d arguments", name.text, count)
	}
	return call{f, arguments}, nil
}

// arguments reads expressions up to and over the closing bracket.
func (p *parser) arguments() ([]node, error) {
	var arguments []node
	for {
		argument, err := p.expression(loosest)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, argument)
		if p.current.is(")") {
			return arguments, p.advance()
		}
		if !p.current.is(";") {
			return nil, p.unexpected("; or )")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// switchCall reads SWITCH(x;SWITCH_CASE(v;r) SWITCH_CASE(v;r);default).
func (p *parser) switchCall() (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	selector, err := p.expression(loosest)
	if err != nil {
		return nil, err
	}
	if err := p.expect(";"); err != nil {
		return nil, err
	}
	cases, err := p.switchCases()
	if err != nil {
		return nil, err
	}
	if err := p.expect(";"); err != nil {
		return nil, err
	}
	otherwise, err := p.expression(loosest)
	if err != nil {
		return nil, err
	}
	return selection{selector, cases, otherwise}, p.expect(")")
}

const switchCaseName = "SWITCH_CASE"

func (p *parser) switchCases() ([]switchCase, error) {
	var cases []switchCase
	for p.current.kind == nameToken && p.current.text == switchCaseName {
		name := p.current
		if err := p.advance(); err != nil {
			return nil, err
		}
		if err := p.expect("("); err != nil {
			return nil, err
		}
		pair, err := p.arguments()
		if err != nil {
			return nil, err
		}
		if len(pair) != 2 {
			return nil, p.refuse(name.offset, "%s cannot have %d arguments", name.text, len(pair))
		}
		cases = append(cases, switchCase{pair[0], pair[1]})
	}
	if len(cases) == 0 {
		return nil, p.unexpected(switchCaseName)
	}
	return cases, nil
}
