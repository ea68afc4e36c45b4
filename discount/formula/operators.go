package formula

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// precedence is how tightly an operator binds.
type precedence int

const (
	disjoining precedence = iota
	conjoining
	comparing
	adding
	multiplying

	loosest = disjoining
)

type operator struct {
	precedence precedence
	apply      computation
}

// computation is what an operator does. It is given the parts and not their values, so that it can leave one out.
type computation func(env Env, left, right node) (Value, error)

var operators = map[string]operator{
	"OR":  {disjoining, junction(true)},
	"AND": {conjoining, junction(false)},

	">":            {comparing, ordering(func(order int) bool { return order > 0 })},
	"<":            {comparing, ordering(func(order int) bool { return order < 0 })},
	">=":           {comparing, ordering(func(order int) bool { return order >= 0 })},
	"<=":           {comparing, ordering(func(order int) bool { return order <= 0 })},
	"=":            {comparing, comparison(isEqual)},
	"is":           {comparing, comparison(isEqual)},
	"isNot":        {comparing, comparison(not(isEqual))},
	"contains":     {comparing, comparison(contains)},
	"startsWith":   {comparing, affix(strings.HasPrefix)},
	"endsWith":     {comparing, affix(strings.HasSuffix)},
	"IN_ARRAY":     {comparing, comparison(isIn)},
	"NOT_IN_ARRAY": {comparing, comparison(not(isIn))},
	"DATE_IS":      {comparing, dateOrdering(func(order int) bool { return order == 0 })},
	"DATE_IS_NOT":  {comparing, dateOrdering(func(order int) bool { return order != 0 })},
	"IS_AFTER":     {comparing, dateOrdering(func(order int) bool { return order > 0 })},
	"IS_BEFORE":    {comparing, dateOrdering(func(order int) bool { return order < 0 })},

	"+": {adding, arithmetic(MaxDecimals, sum)},
	"-": {adding, arithmetic(MaxDecimals, difference)},
	"*": {multiplying, arithmetic(MaxDecimals, product)},
	"/": {multiplying, arithmetic(guardDecimals, quotient)},
	"%": {multiplying, arithmetic(MaxDecimals, remainder)},
}

// junction is AND (decisive false) or OR (decisive true). When the left side is decisive, the right one is not computed,
// so a value that is missing there does no harm.
func junction(decisive bool) computation {
	return func(env Env, left, right node) (Value, error) {
		b, err := condition(env, left)
		if err != nil || b == decisive {
			return Bool(b), err
		}
		b, err = condition(env, right)
		return Bool(b), err
	}
}

// arithmetic is an operator on numbers whose result is kept to so many decimals.
func arithmetic(decimals int32, compute func(a, b decimal.Decimal) (decimal.Decimal, error)) computation {
	return func(env Env, left, right node) (Value, error) {
		a, err := exact(env, left)
		if err != nil {
			return Value{}, err
		}
		b, err := exact(env, right)
		if err != nil {
			return Value{}, err
		}
		d, err := compute(a, b)
		if err != nil {
			return Value{}, err
		}
		d, err = bounded(d, decimals)
		return Number(d), err
	}
}

func sum(a, b decimal.Decimal) (decimal.Decimal, error)        { return a.Add(b), nil }
func difference(a, b decimal.Decimal) (decimal.Decimal, error) { return a.Sub(b), nil }
func product(a, b decimal.Decimal) (decimal.Decimal, error)    { return a.Mul(b), nil }

func quotient(a, b decimal.Decimal) (decimal.Decimal, error) {
	if b.IsZero() {
		return decimal.Zero, ErrDivisionByZero
	}
	return a.DivRound(b, guardDecimals), nil
}

// remainder takes the sign of a.
func remainder(a, b decimal.Decimal) (decimal.Decimal, error) {
	if b.IsZero() {
		return decimal.Zero, ErrDivisionByZero
	}
	return a.Mod(b), nil
}

// ordering compares two numbers.
func ordering(holds func(order int) bool) computation {
	return func(env Env, left, right node) (Value, error) {
		a, err := number(env, left)
		if err != nil {
			return Value{}, err
		}
		b, err := number(env, right)
		return Bool(holds(a.Cmp(b))), err
	}
}

// dateOrdering compares two dates.
func dateOrdering(holds func(order int) bool) computation {
	return func(env Env, left, right node) (Value, error) {
		a, err := date(env, left)
		if err != nil {
			return Value{}, err
		}
		b, err := date(env, right)
		if err != nil {
			return Value{}, err
		}
		order, err := compareDates(env, a, b)
		return Bool(holds(order)), err
	}
}

// affix compares the beginning or the end of a text.
func affix(holds func(whole, part string) bool) computation {
	return func(env Env, left, right node) (Value, error) {
		whole, err := text(env, left)
		if err != nil {
			return Value{}, err
		}
		part, err := text(env, right)
		return Bool(holds(whole, part)), err
	}
}

// relation is what may hold between two values of several types; a type that it does not know is an error.
type relation func(a, b Value) (bool, error)

func comparison(holds relation) computation {
	return func(env Env, left, right node) (Value, error) {
		a, err := left.evaluate(env)
		if err != nil {
			return Value{}, err
		}
		b, err := right.evaluate(env)
		if err != nil {
			return Value{}, err
		}
		held, err := holds(a, b)
		return Bool(held), err
	}
}

func not(holds relation) relation {
	return func(a, b Value) (bool, error) {
		held, err := holds(a, b)
		return !held, err
	}
}

// isEqual compares two numbers or two texts; whether a number equals a text is an error to ask.
func isEqual(a, b Value) (bool, error) {
	same, comparable := a.equal(b)
	if !comparable {
		return false, fmt.Errorf("%w: a %s cannot be compared with a %s", ErrWrongType, a.kind(), b.kind())
	}
	return same, nil
}

// contains looks for a part of a text, or for a member of a list.
func contains(a, b Value) (bool, error) {
	if list, ok := a.data.([]Value); ok {
		return slices.ContainsFunc(list, func(member Value) bool {
			same, _ := member.equal(b)
			return same
		}), nil
	}
	whole, ok := a.text()
	if !ok {
		return false, a.wrongType("text or list")
	}
	part, ok := b.text()
	if !ok {
		return false, b.wrongType("text")
	}
	return strings.Contains(whole, part), nil
}

// isIn is IN_ARRAY: one number or text on the left, a set on the right.
func isIn(a, b Value) (bool, error) {
	if _, plain := a.equal(a); !plain {
		return false, a.wrongType("number or text")
	}
	members, ok := b.elements()
	if !ok {
		return false, b.wrongType("list")
	}
	return slices.ContainsFunc(members, a.isMember), nil
}
