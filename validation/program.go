package validation

import (
	"slices"
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

// gather notes what the conditions look at, and how they are called and left out.
func (p *Program) gather() {
	p.root.leaves(func(l *leaf) {
		l.class = l.classify()
		p.hasPost = p.hasPost || l.post
		p.overshoots = p.overshoots || l.definition != nil && l.definition.overshoot
		if l.definition != nil && l.definition.usage && !slices.Contains(p.metrics, l.definition.metric) {
			p.metrics = append(p.metrics, l.definition.metric)
		}
	})
	p.root.nameTop()
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
func (p *Program) Before(f *Facts) Verdict { return p.run(f, mode{before: true}) }

// After evaluates everything; f.Order.TotalAmount, f.Redemption.DiscountAmount and the usage of amounts must be set.
func (p *Program) After(f *Facts) Verdict { return p.run(f, mode{}) }

// Qualify is Before, or After, for an offer that need not be redeemed yet: conditions of the classes in omit do not count,
// and a rule that fails by a single threshold says so in Verdict.Near. Whether a bundle must be complete is for the caller
// to decide; Bundle says what is missing.
func (p *Program) Qualify(f *Facts, omit Omit, before bool) Verdict {
	return p.run(f, mode{before: before, omit: omit, near: true})
}

// mode is how a rule is evaluated.
type mode struct {
	before bool // conditions on the discount are left pending
	omit   Omit
	near   bool // thresholds that are not reached are told from other failures
}

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

	vm    vm.VM
	facts *Facts
	now   Moment
	mode
	notes

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

func (p *Program) run(f *Facts, how mode) Verdict {
	if p.root == nil {
		return Verdict{Holds: true}
	}
	m := machines.Get().(*machine) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	m.Order, m.Customer, m.Redemption, m.Event, m.facts, m.mode = &f.Order, &f.Customer, &f.Redemption, &f.Event, f, how
	if len(p.metrics) > 0 {
		m.Usage = usageOf(&f.Usage)
	}
	if p.overshoots {
		m.Spent = usageOf(&f.Spent)
	}
	m.now = Moment{At: f.At, Areas: f.Areas}
	m.Moment = &m.now
	state, failure := m.branch(p.root)
	verdict := m.verdict(state, failure)
	for _, failed := range [...]*Failure{verdict.Failure, verdict.Near} {
		if failed == nil {
			continue
		}
		failed.RuleID = p.rule.ID
		if failed.Message == "" {
			failed.Message = messageOf(p.rule.Error)
		}
	}
	m.Order, m.Customer, m.Redemption, m.Event, m.facts, m.now = nil, nil, nil, nil, nil, Moment{}
	clear(m.Matched.Items)
	m.Matched.Items = m.Matched.Items[:0]
	m.cut(mark{})
	machines.Put(m)
	return verdict
}

func (m *machine) verdict(s state, failure *Failure) Verdict {
	v := Verdict{Holds: s == yes, Pending: s == pending}
	switch {
	case s == no || s == missed:
		v.Failure = failure
		if s == missed {
			v.Near = nearest(m.misses)
		}
	case s == omitted:
		v.Omitted = omittedKeys(m.omitted)
	case s == yes && len(m.limits) > 0:
		v.Limits = append([]Limit(nil), m.limits...)
	}
	return v
}

// state is the result of a condition. A conjunction has the least state of its children; a disjunction has the greatest,
// but waits when one of them does.
type state uint8

const (
	no      state = iota
	missed        // no, for want of more of a single thing
	pending       // Program.After decides
	omitted       // the caller does not want to know
	yes
)

// branch evaluates a logic. There is a failure exactly when the state is no or missed.
func (m *machine) branch(b *branch) (state, *Failure) {
	switch {
	case b == nil:
		return yes, nil
	case b.junction == noJunction:
		return m.leaf(b.leaf)
	case b.junction == conjunction:
		return m.every(b.children)
	}
	return m.some(b.children)
}

// every evaluates a conjunction. What decides that it does not hold is the first child that fails.
func (m *machine) every(children []*branch) (state, *Failure) {
	result, start := yes, m.mark()
	var failed *Failure
	for _, child := range children {
		before := m.mark()
		s, failure := m.branch(child)
		m.keep(before, s)
		if failed == nil {
			failed = failure
		}
		if s == missed && result == missed && !m.intersect(start, before) {
			s = no
		}
		if s == no {
			return no, failed
		}
		result = min(result, s)
	}
	return result, failed
}

// some evaluates a disjunction. What decides that it does not hold is the first child with a text of its own, otherwise
// the first.
func (m *machine) some(children []*branch) (state, *Failure) {
	result := no
	var failed *Failure
	for _, child := range children {
		before := m.mark()
		s, failure := m.branch(child)
		m.keep(before, s)
		switch {
		case s == yes:
			return yes, nil
		case s == pending:
			result = pending
		case result != pending:
			result = max(result, s)
		}
		if failure != nil && (failed == nil || failed.Message == "" && failure.Message != "") {
			failed = failure
		}
	}
	if result > missed {
		return result, nil
	}
	return result, failed
}

func (m *machine) leaf(l *leaf) (state, *Failure) {
	if l.class&m.omit != 0 {
		return m.leaveOut(l)
	}
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
		return m.fails(l)
	}
	if l.limit != nil {
		m.limits = append(m.limits, *l.limit)
	}
	s, failure := m.branch(l.sub)
	m.noteOmitted(l, s)
	return s, failure
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
