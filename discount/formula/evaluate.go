package formula

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// node is a part of a formula that has a value of its own.
type node interface {
	evaluate(env Env) (Value, error)
}

// literal is a number, a text or a date that stands in the formula.
type literal struct{ value Value }

func (n literal) evaluate(Env) (Value, error) { return n.value, nil }

// operandValue is a value of the calculation.
type operandValue struct{ operand Operand }

func (n operandValue) evaluate(env Env) (Value, error) {
	v, ok := env.Operand(n.operand)
	if !ok || v.data == nil {
		return Value{}, fmt.Errorf("%w: %s", ErrMissing, n.operand)
	}
	if t, instant := v.data.(time.Time); instant && (n.operand == Today || n.operand == CustomerBirthdate) {
		return Value{dayAt(t)}, nil
	}
	return v.admitted()
}

// metadataValue is an entry of the metadata of an order, a customer and so on.
type metadataValue struct {
	group Group
	key   string
}

func (n metadataValue) evaluate(env Env) (Value, error) {
	v, ok := env.Metadata(n.group, n.key)
	if !ok || v.data == nil {
		return Value{}, fmt.Errorf("%w: %s(%q)", ErrMissing, n.group, n.key)
	}
	return v.admitted()
}

// negation is -a.
type negation struct{ operand node }

func (n negation) evaluate(env Env) (Value, error) {
	d, err := exact(env, n.operand)
	return Number(d.Neg()), err
}

// binary is an operator between two parts, which computes them itself: AND and OR may leave the right one out.
type binary struct {
	operator    operator
	left, right node
}

func (n binary) evaluate(env Env) (Value, error) { return n.operator.apply(env, n.left, n.right) }

// call is a function with its arguments, which it computes itself: IF and DEFAULT_TO leave some out.
type call struct {
	function  function
	arguments []node
}

func (n call) evaluate(env Env) (Value, error) { return n.function.apply(env, n.arguments) }

// selection is SWITCH: the result of the first case whose value equals the selector's, otherwise the default. A case of
// another type does not match. A selector that cannot be computed makes the formula fail; it does not pick the default.
type selection struct {
	selector  node
	cases     []switchCase
	otherwise node
}

type switchCase struct{ value, result node }

func (n selection) evaluate(env Env) (Value, error) {
	selector, err := n.selector.evaluate(env)
	if err != nil {
		return Value{}, err
	}
	for _, c := range n.cases {
		v, err := c.value.evaluate(env)
		if err != nil {
			return Value{}, err
		}
		if same, _ := selector.equal(v); same {
			return c.result.evaluate(env)
		}
	}
	return n.otherwise.evaluate(env)
}

// exact computes a number for further arithmetic: a quotient still has its guard digits.
func exact(env Env, n node) (decimal.Decimal, error) {
	v, err := n.evaluate(env)
	if err != nil {
		return decimal.Zero, err
	}
	d, ok := v.data.(decimal.Decimal)
	if !ok {
		return decimal.Zero, v.wrongType("number")
	}
	return d, nil
}

// number computes a number for everything but further arithmetic, without guard digits.
func number(env Env, n node) (decimal.Decimal, error) {
	d, err := exact(env, n)
	return settled(d), err
}

// settled rounds the guard digits away.
func settled(d decimal.Decimal) decimal.Decimal {
	if d.Exponent() < -MaxDecimals {
		return d.Round(MaxDecimals)
	}
	return d
}

// condition computes a boolean.
func condition(env Env, n node) (bool, error) {
	v, err := n.evaluate(env)
	if err != nil {
		return false, err
	}
	b, ok := v.data.(bool)
	if !ok {
		return false, v.wrongType("condition")
	}
	return b, nil
}

// text computes a text, or the word for a boolean.
func text(env Env, n node) (string, error) {
	v, err := n.evaluate(env)
	if err != nil {
		return "", err
	}
	s, ok := v.text()
	if !ok {
		return "", v.wrongType("text")
	}
	return s, nil
}
