package validation

import (
	"strings"
	"sync"

	"github.com/expr-lang/expr/vm"

	"github.com/voucherify-go/voucherify/product"
)

// Program is a rule compiled. It is immutable and may be shared between goroutines.
type Program struct {
	rule    *Rule
	root    *branch
	bundle  []bundlePart
	metrics []Metric
	hasPost bool
	scope   product.Scope
	// overshoots says that a condition looks at what is spent before this redemption.
	overshoots bool
}

// Rule returns the rule that was compiled; it must not be changed.
func (p *Program) Rule() *Rule { return p.rule }

// Metrics returns the counters that the rule looks at.
func (p *Program) Metrics() []Metric { return p.metrics }

// HasPost reports whether the rule has conditions that need the discount.
func (p *Program) HasPost() bool { return p.hasPost }

// Source returns the expr sources of the conditions, one per line behind its path.
func (p *Program) Source() string {
	var b strings.Builder
	p.root.leaves(func(l *leaf) {
		b.WriteString(l.path)
		b.WriteString(": ")
		b.WriteString(l.source)
		b.WriteByte('\n')
	})
	return b.String()
}

// Before evaluates what can be decided before the discount is calculated: the verdict fails, holds, or is pending.
func (p *Program) Before(f *Facts) Verdict { return p.run(f, true) }

// After evaluates everything; f.Order.TotalAmount, f.Redemption.DiscountAmount and the usage of amounts must be set.
func (p *Program) After(f *Facts) Verdict { return p.run(f, false) }

// machine is the environment of programs, and the room that an evaluation works in. Its first three fields are those of
// type facts, in the same order, since the programs of free expressions are compiled for facts and run here.
type machine struct {
	Order      *OrderFacts      `expr:"order"`
	Customer   *CustomerFacts   `expr:"customer"`
	Redemption *RedemptionFacts `expr:"redemption"`
	Usage      usage            `expr:"usage"`
	Matched    matched          `expr:"matched"`
	Moment     *Moment          `expr:"moment"`
	Event      *EventFacts      `expr:"event"`
	Spent      usage            `expr:"spent"`

	vm     vm.VM
	facts  *Facts
	now    Moment
	before bool
	limits []Limit

	unvalued bool // a line of Matched has no amount
}

// matched is what a condition on items has selected: Lines of the cart's Of lines, with their sums.
type matched struct {
	Of       int64        `expr:"of"`
	Lines    int64        `expr:"lines"`
	Quantity int64        `expr:"quantity"`
	Amount   int64        `expr:"amount"`
	Items    []*ItemFacts `expr:"items"`
}

var machines = sync.Pool{New: func() any { return new(machine) }}

func (p *Program) run(f *Facts, before bool) Verdict {
	if p.root == nil {
		return Verdict{Holds: true}
	}
	m := machines.Get().(*machine) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	m.Order, m.Customer, m.Redemption, m.Event, m.facts, m.before = &f.Order, &f.Customer, &f.Redemption, &f.Event, f, before
	if len(p.metrics) > 0 {
		m.Usage = usageOf(&f.Usage)
	}
	if p.overshoots {
		m.Spent = usageOf(&f.Spent)
	}
	m.now = Moment{At: f.At, Areas: f.Areas}
	m.Moment = &m.now
	state, failure := m.branch(p.root)
	verdict := Verdict{Holds: state == yes, Pending: state == pending}
	if state == no {
		failure.RuleID = p.rule.ID
		if failure.Message == "" {
			failure.Message = messageOf(p.rule.Error)
		}
		verdict.Failure = failure
	} else if state == yes && len(m.limits) > 0 {
		verdict.Limits = append([]Limit(nil), m.limits...)
	}
	m.Order, m.Customer, m.Redemption, m.Event, m.facts, m.now = nil, nil, nil, nil, nil, Moment{}
	clear(m.Matched.Items)
	m.Matched.Items, m.limits = m.Matched.Items[:0], m.limits[:0]
	machines.Put(m)
	return verdict
}

// state is the three-valued result of a condition.
type state uint8

const (
	no state = iota
	yes
	pending
)

// branch evaluates a logic. What decides that it does not hold is the first failing child of "and", and of "or" the first
// child with a text of its own, otherwise the first. The limits of a child that does not hold are forgotten.
func (m *machine) branch(b *branch) (state, *Failure) {
	if b == nil {
		return yes, nil
	}
	if b.junction == noJunction {
		return m.leaf(b.leaf)
	}
	result := yes
	if b.junction == disjunction {
		result = no
	}
	var failed *Failure
	for _, child := range b.children {
		mark := len(m.limits)
		s, failure := m.branch(child)
		if s != yes {
			m.limits = m.limits[:mark]
		}
		switch {
		case b.junction == conjunction && s == no:
			return no, failure
		case b.junction == disjunction && s == yes:
			return yes, nil
		case s == pending:
			result = pending
		case s == no && (failed == nil || (failed.Message == "" && failure.Message != "")):
			failed = failure
		}
	}
	return result, failed
}

func (m *machine) leaf(l *leaf) (state, *Failure) {
	if l.post && m.before {
		return pending, nil
	}
	for _, need := range l.needs {
		if missing := m.missing(need); missing != "" {
			return no, &Failure{Path: l.path, Name: l.name, Property: l.property(), Cause: missing, Family: l.family, Message: l.message}
		}
	}
	if l.lines != nil {
		m.match(l.lines)
	}
	out, err := m.vm.Run(l.program, m)
	holds, isBool := out.(bool)
	switch {
	case err != nil || !isBool:
		return no, l.broken(err)
	case !holds:
		return no, m.explain(l)
	}
	if l.limit != nil {
		m.limits = append(m.limits, *l.limit)
	}
	return m.branch(l.sub)
}

// missing reports what the facts lack of what a condition needs.
func (m *machine) missing(needs Cause) Cause {
	o := m.Order
	switch needs {
	case CauseMissingCustomer, needsHolder:
		if !m.Customer.Present && (needs == CauseMissingCustomer || !m.Customer.Holder) {
			return CauseMissingCustomer
		}
	case CauseMissingEvent:
		if !m.facts.Event.Present {
			return CauseMissingEvent
		}
	case CauseMissingOrder, CauseMissingAmount, CauseMissingOrderItems:
		switch {
		case !o.Present:
			return CauseMissingOrder
		case needs == CauseMissingAmount && !o.HasAmount:
			return CauseMissingAmount
		case needs == CauseMissingOrderItems && len(o.Items) == 0:
			return CauseMissingOrderItems
		}
	case CauseMissingOrderItemsAmount:
		if m.unvalued {
			return CauseMissingOrderItemsAmount
		}
	}
	return ""
}

// match selects the lines of a condition on items.
func (m *machine) match(s *lineSelection) {
	items := m.Order.Items
	r := &m.Matched
	*r = matched{Of: int64(len(items)), Items: r.Items[:0]}
	m.unvalued = false
	extreme, found := s.extremePrice(items)
	for i := range items {
		item := &items[i]
		if s.from != nil && !s.from.Matches(item.Identity) || s.is != nil && !s.is.Matches(item.Identity) ||
			s.product != nil && !m.passes(s.product, Property(item.ProductMetadata, s.product.node.Property)) ||
			s.extreme != 0 && (!found || !item.HasPrice || item.Price != extreme) {
			continue
		}
		if r.Lines++; s.first {
			return
		}
		r.Quantity += item.Quantity
		r.Amount += item.Amount
		r.Items = append(r.Items, item)
		m.unvalued = m.unvalued || !item.HasAmount
	}
}

// extremePrice is the lowest or highest unit price among the lines that the selection draws from.
func (s *lineSelection) extremePrice(items []ItemFacts) (extreme int64, found bool) {
	if s.extreme == 0 {
		return 0, false
	}
	for i := range items {
		item := &items[i]
		if !item.HasPrice || s.from != nil && !s.from.Matches(item.Identity) {
			continue
		}
		if !found || (item.Price-extreme)*int64(s.extreme) < 0 {
			extreme, found = item.Price, true
		}
	}
	return extreme, found
}
