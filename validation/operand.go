package validation

import (
	"time"

	"github.com/expr-lang/expr/ast"
)

// operand is the right side of a condition, prepared for look-ups. It is immutable, since programs share it. Values of
// different types are compared the way that Voucherify's untyped metadata needs: a text and a number by the number that
// the text spells, a text and a time by the instant that it spells.
type operand struct {
	texts    map[string]struct{}
	numbers  map[number]struct{} // values given as numbers
	spelled  map[number]struct{} // numbers that texts spell
	yes, no  bool
	instants []time.Time // that texts spell
	parts    []string    // the texts in order, for searching
	each     []*operand  // every value on its own; nil for these themselves

	single    number // of a single value
	isNumber  bool
	instant   time.Time
	isInstant bool
}

// newOperand prepares the values of a condition: strings, numbers and booleans.
func newOperand(values []any) *operand {
	want := prepare(values)
	want.each = make([]*operand, len(values))
	for i := range values {
		want.each[i] = prepare(values[i : i+1])
		want.each[i].prepareOrder(values[i])
	}
	if len(values) == 1 {
		want.prepareOrder(values[0])
	}
	return want
}

func prepare(values []any) *operand {
	want := &operand{}
	for _, value := range values {
		switch v := value.(type) {
		case bool:
			want.yes, want.no = want.yes || v, want.no || !v
		case number:
			want.numbers = include(want.numbers, v)
		case string:
			want.texts = include(want.texts, v)
			want.parts = append(want.parts, v)
			if n, ok := parseNumber(v); ok {
				want.spelled = include(want.spelled, n)
			}
			if t, ok := parseInstant(v); ok {
				want.instants = append(want.instants, t)
			}
		}
	}
	return want
}

func include[K comparable](set map[K]struct{}, key K) map[K]struct{} {
	if set == nil {
		set = make(map[K]struct{})
	}
	set[key] = struct{}{}
	return set
}

func (want *operand) prepareOrder(value any) {
	switch v := value.(type) {
	case number:
		want.single, want.isNumber = v, true
	case string:
		want.single, want.isNumber = parseNumber(v)
		want.instant, want.isInstant = parseInstant(v)
	}
}

// has reports whether a single value equals one of the wanted.
func (want *operand) has(value any) bool {
	switch v := value.(type) {
	case string:
		return want.hasText(v)
	case bool:
		return v && want.yes || !v && want.no
	case time.Time:
		for _, instant := range want.instants {
			if instant.Equal(v) {
				return true
			}
		}
		return false
	}
	n, ok := numberOf(value)
	if !ok {
		return false
	}
	if _, given := want.numbers[n]; given {
		return true
	}
	_, spelled := want.spelled[n]
	return spelled
}

// hasText is has for a text; it only spells a number for values that are numbers.
func (want *operand) hasText(text string) bool {
	if _, ok := want.texts[text]; ok {
		return true
	}
	if len(want.numbers) == 0 {
		return false
	}
	n, ok := parseNumber(text)
	if !ok {
		return false
	}
	_, ok = want.numbers[n]
	return ok
}

// compare orders a single value against the wanted one, as numbers or else as instants.
func (want *operand) compare(value any) (order int, comparable bool) {
	if want.isNumber {
		n, ok := numberOf(value)
		if text, isText := value.(string); isText {
			n, ok = parseNumber(text)
		}
		if ok {
			return n.compare(want.single), true
		}
	}
	if want.isInstant {
		if t, ok := instantOf(value); ok {
			return t.Compare(want.instant), true
		}
	}
	return 0, false
}

// operandOf reads the values back from the list in a generated source. So a program is decided by its source alone, and
// may be shared by everything that has the same source.
func operandOf(list *ast.ArrayNode) *operand {
	values := make([]any, 0, len(list.Nodes))
	for _, node := range list.Nodes {
		negative := false
		if minus, ok := node.(*ast.UnaryNode); ok {
			node, negative = minus.Node, true
		}
		switch v := node.(type) {
		case *ast.StringNode:
			values = append(values, v.Value)
		case *ast.BoolNode:
			values = append(values, v.Value)
		case *ast.IntegerNode:
			values = append(values, signed(wholeNumber(int64(v.Value)), negative))
		case *ast.FloatNode:
			values = append(values, signed(realNumber(v.Value), negative))
		}
	}
	return newOperand(values)
}

func signed(n number, negative bool) number {
	if negative {
		n.whole, n.real = -n.whole, -n.real
	}
	return n
}
