package validation

import (
	"math"
	"slices"
)

// miss is a threshold that is not reached: with more of the value, the condition would hold.
type miss struct {
	leaf    *leaf
	failure *Failure
}

// fails is the result of a condition whose own test does not hold. It is missed when more of its value would do, and its
// rules do not stand in the way.
func (m *machine) fails(l *leaf) (state, *Failure) {
	f := m.explain(l)
	if !m.near {
		return no, f
	}
	near := m.reach(l, f)
	if near == nil {
		return no, f
	}
	before := m.mark()
	s, _ := m.branch(l.sub)
	m.cut(before)
	if s == no || s == missed {
		return no, f
	}
	m.misses = append(m.misses, miss{l, near})
	return missed, f
}

// reach returns the failure with what is missing until all operators of a condition on an amount or a number of units
// hold; nil when more of it does not help.
func (m *machine) reach(l *leaf, f *Failure) *Failure {
	if l.near != nil {
		if f.Missing == nil || unitOf(l.near.source) == noUnit {
			return nil
		}
		return f
	}
	if l.definition == nil || unitOf(l.definition.source) == noUnit {
		return nil
	}
	actual, _ := m.number(l.definition.source)
	target, decisive := actual, test{}
	for _, t := range l.tests {
		if least, ok := t.least(); ok && t.operator.upward && least > target {
			target, decisive = least, t
		}
	}
	missing := target - actual
	if missing <= 0 || !m.passes(l, target) {
		return nil
	}
	near := *f
	near.Operator, near.Expected, near.Missing = decisive.operator.name, decisive.phrase(), &missing
	return &near
}

// least is the smallest whole number that an operator lets through; false when it has no such bound.
func (t test) least() (int64, bool) {
	switch t.operator.name {
	case "$more_than":
		n := t.want.single
		if n.whole == math.MaxInt64 {
			return n.whole, n.exact // nothing is larger
		}
		return n.whole + 1, n.exact
	case "$more_than_or_equal":
		return t.want.single.whole, t.want.single.exact
	}
	return 0, false
}

// unit says which misses can be compared.
type unit uint8

const (
	noUnit unit = iota
	money
	units
)

// unitOf is the unit of the values that a shopper can raise.
func unitOf(source string) unit {
	switch source {
	case "order.amount", "order.total_amount", "order.initial_amount", "matched.amount":
		return money
	case "order.quantity", "matched.quantity":
		return units
	}
	return noUnit
}

func (l *leaf) unit() unit {
	if l.near != nil {
		return unitOf(l.near.source)
	}
	return unitOf(l.definition.source)
}

// nearest picks the miss to report: the smallest of those in the unit of the first.
func nearest(list []miss) *Failure {
	best := list[0]
	for _, other := range list[1:] {
		if other.leaf.unit() == best.leaf.unit() && *other.failure.Missing < *best.failure.Missing {
			best = other
		}
	}
	return best.failure
}

// intersect joins two missed branches of a conjunction, whose misses lie from start to middle and from middle on: each of
// what is left would make both hold. It reports whether something is left.
func (n *notes) intersect(start, middle mark) bool {
	first, second := n.misses[start.misses:middle.misses], n.misses[middle.misses:]
	left := slices.DeleteFunc(first, func(a miss) bool {
		return !slices.ContainsFunc(second, func(b miss) bool { return a.leaf == b.leaf })
	})
	clear(second)
	n.misses = n.misses[:start.misses+len(left)]
	return len(left) > 0
}
