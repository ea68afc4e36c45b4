package validation

import (
	"strconv"
	"strings"
)

func (l *leaf) property() string {
	if l.node == nil {
		return ""
	}
	return l.node.Property
}

// broken is the failure of a condition that cannot be evaluated.
func (l *leaf) broken(err error) *Failure {
	f := &Failure{Path: l.path, Name: l.name, Property: l.property(), Cause: CauseError, Family: l.family, Message: l.message}
	if err != nil {
		f.Actual = clip(strings.SplitN(err.Error(), "\n", 2)[0])
	}
	return f
}

// explain says what a condition that does not hold found and expected. It only words the result that the program gave.
func (m *machine) explain(l *leaf) *Failure {
	f := &Failure{
		Path: l.path, Name: l.name, Property: l.property(), Cause: CauseCondition, Family: l.family, Message: l.message,
	}
	switch {
	case l.near != nil:
		l.near.explain(m, f)
	case l.lines != nil:
		f.Actual = strconv.FormatInt(m.Matched.Lines, 10) + " of " + strconv.FormatInt(m.Matched.Of, 10) + " lines match"
		f.Expected = l.source
	case l.definition == nil:
		f.Expected = clip(l.source)
	default:
		m.explainTests(l, f)
		if l.definition.source == ".price" && m.unpriced(l) {
			f.Cause = CauseMissingOrderItemsAmount
		}
	}
	return f
}

// unpriced reports whether a condition on unit prices might hold if every line had one: some line has none, and where all
// must pass no other line fails.
func (m *machine) unpriced(l *leaf) bool {
	unknown := false
	check := func(item *ItemFacts) bool {
		if !item.HasPrice {
			unknown = true
			return true
		}
		return !l.each || m.passes(l, item.Price)
	}
	if l.definition.line {
		for _, item := range m.Matched.Items {
			if !check(item) {
				return false
			}
		}
		return unknown
	}
	for i := range m.Order.Items {
		if !check(&m.Order.Items[i]) {
			return false
		}
	}
	return unknown
}

// passes reports whether a value satisfies every operator of the condition.
func (m *machine) passes(l *leaf, value any) bool {
	for _, t := range l.tests {
		if !l.effective(t.operator).test(value, t.want, m.Moment) {
			return false
		}
	}
	return true
}

// explainTests finds the first operator that fails and words it.
func (m *machine) explainTests(l *leaf, f *Failure) {
	value, single := m.value(l)
	for _, t := range l.tests {
		if single && l.effective(t.operator).test(value, t.want, m.Moment) && len(l.tests) > 1 {
			continue
		}
		f.Operator = t.operator.name
		f.Expected = t.phrase()
		if !single {
			return
		}
		f.Actual = show(value)
		if n, ok := numberOf(value); ok && t.operator.upward && n.exact && t.want.isNumber && t.want.single.exact {
			f.Missing = shortfall(n.whole, t.want.single.whole, t.operator.name == "$more_than")
		}
		return
	}
}

// phrase words what an operator asks for.
func (t test) phrase() string {
	if shown := t.want.show(); shown != "" {
		return t.operator.phrase + " " + shown
	}
	return t.operator.phrase
}

// shortfall is how much more satisfies a threshold; nil when there is nothing missing.
func shortfall(actual, threshold int64, strictly bool) *int64 {
	missing := threshold - actual
	if strictly {
		missing++
	}
	if missing <= 0 {
		return nil
	}
	return &missing
}

// value reads the left value of a condition on a single value; false for conditions on lines.
func (m *machine) value(l *leaf) (any, bool) {
	switch l.definition.source {
	case "customer.metadata":
		return Property(m.Customer.Metadata, l.node.Property), true
	case "order.metadata":
		return Property(m.Order.Metadata, l.node.Property), true
	case "redemption.metadata":
		return Property(m.Redemption.Metadata, l.node.Property), true
	case "customer.segments":
		return m.Customer.Segments, true
	case "customer.loyalty_tiers":
		return m.Customer.LoyaltyTiers, true
	case "customer.member_metadata":
		return Property(m.Customer.MemberMetadata, l.node.Property), true
	case "customer.holder":
		return m.Customer.Holder, true
	case "event.metadata":
		return Property(m.Event.Metadata, l.node.Property), true
	case "redemption.api_key":
		return m.Redemption.APIKey, true
	case "redemption.user":
		return m.Redemption.User, true
	}
	switch {
	case l.definition.overshoot:
		return m.facts.Spent[l.definition.metric], true
	case l.definition.usage:
		return m.facts.Usage[l.definition.metric], true
	}
	number, ok := m.number(l.definition.source)
	return number, ok
}

// number reads a number of the facts by its name in sources.
func (m *machine) number(source string) (int64, bool) {
	switch source {
	case "order.amount":
		return m.Order.Amount, true
	case "order.total_amount":
		return m.Order.TotalAmount, true
	case "order.initial_amount":
		return m.Order.InitialAmount, true
	case "order.quantity":
		return m.Order.Quantity, true
	case "redemption.discount_amount":
		return m.Redemption.DiscountAmount, true
	case "redemption.gift_credits":
		return m.Redemption.GiftCredits, true
	case "redemption.points":
		return m.Redemption.Points, true
	case "matched.amount":
		return m.Matched.Amount, true
	case "matched.quantity":
		return m.Matched.Quantity, true
	}
	return 0, false
}

// show words the wanted values.
func (want *operand) show() string {
	return showAll(len(want.each), func(i int) any { return want.each[i].first() })
}

// first is the value of an operand of one value.
func (want *operand) first() any {
	switch {
	case len(want.parts) > 0:
		return want.parts[0]
	case want.yes || want.no:
		return want.yes
	}
	if want.isNumber {
		return want.single
	}
	return nil
}
