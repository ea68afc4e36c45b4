package validation

import (
	"slices"
	"strings"
)

// Omit is a set of classes of conditions that Program.Qualify leaves out: their values do not count. A condition that is
// left out still counts through its rules, except one on items: its rules are left out with it.
type Omit uint16

// The classes of conditions. Every condition belongs to one.
const (
	// OmitCustomer: customer.* and the rule about the holder, and conditions of expressions that look at nothing but the
	// customer.
	OmitCustomer Omit = 1 << iota
	// OmitAmount: order.amount, the value of the order before the discount.
	OmitAmount
	// OmitUsage: the counters that Voucherify's qualification ignores. They are campaign.orders.amount_discounted,
	// campaign.redemptions.count, campaign.redemptions.customers_count and redemption.count.per_customer, the last three
	// with their periods.
	OmitUsage
	// OmitCounters: all other counters.
	OmitCounters
	// OmitItems: which products are in the cart (order.items.any, every, none, cheapest, most_expensive).
	OmitItems
	// OmitMatched: what must be true of the lines that such a condition matched, for example their quantity.
	OmitMatched
	// OmitOrder: all other conditions on the order.
	OmitOrder
	// OmitRedemption: what the request says about itself, such as redemption.metadata.
	OmitRedemption
	// OmitExpression: the other conditions of expressions.
	OmitExpression
	everyClass = 1<<iota - 1
)

// What the scenarios of a qualification leave out. (Voucherify: the guide to checking eligibility.)
const (
	// OmitIgnored is for ALL, CUSTOMER_WALLET and PROMOTION_STACKS: what Voucherify says that a qualification ignores.
	// Without it these scenarios are strict.
	OmitIgnored = OmitAmount | OmitUsage
	// OmitAllButCustomer is for AUDIENCE_ONLY.
	OmitAllButCustomer = everyClass &^ OmitCustomer
	// OmitAllButItems is for PRODUCTS and PRODUCTS_DISCOUNT: whether the products are there, whatever their number.
	OmitAllButItems = everyClass &^ OmitItems
	// OmitAllButItemsAndCustomer is for PRODUCTS_BY_CUSTOMER and PRODUCTS_DISCOUNT_BY_CUSTOMER.
	OmitAllButItemsAndCustomer = OmitAllButItems &^ OmitCustomer
)

// Leaves reports whether conditions on a counter are left out.
func (o Omit) Leaves(m Metric) bool { return o&m.class() != 0 }

// classify finds the class of a condition. Those of expressions have theirs when they read only the customer.
func (l *leaf) classify() Omit {
	d := l.definition
	switch {
	case d == nil && l.class != 0:
		return l.class
	case d == nil:
		return OmitExpression
	case d.usage:
		return d.metric.class()
	case d.line:
		return OmitMatched
	case l.lines != nil:
		return OmitItems
	case d.source == "order.amount":
		return OmitAmount
	case d.family == FamilyCustomer:
		return OmitCustomer
	case d.family == FamilyOrder:
		return OmitOrder
	}
	return OmitRedemption
}

func (m Metric) class() Omit {
	switch m {
	case CampaignDiscountAmount, CampaignRedemptions, CampaignDay, CampaignWeek, CampaignMonth,
		CampaignPerCustomer, CampaignPerCustomerDay, CampaignPerCustomerWeek, CampaignPerCustomerMonth,
		IncentivePerCustomer, IncentivePerCustomerDay, IncentivePerCustomerWeek, IncentivePerCustomerMonth:
		return OmitUsage
	}
	return OmitCounters
}

// nameTop gives the conditions that the logic at the top names their keys.
func (b *branch) nameTop() {
	switch {
	case b == nil:
	case b.junction == noJunction:
		b.leaf.key = strings.TrimPrefix(b.leaf.path, "rules.")
	default:
		for _, child := range b.children {
			child.nameTop()
		}
	}
}

// leaveOut evaluates a condition that does not count. Its rules do, unless they are about lines that nobody selects.
func (m *machine) leaveOut(l *leaf) (state, *Failure) {
	s, failure := omitted, (*Failure)(nil)
	if l.lines == nil {
		if s, failure = m.branch(l.sub); s == yes {
			s = omitted
		}
	}
	m.noteOmitted(l, s)
	return s, failure
}

func (m *machine) noteOmitted(l *leaf, s state) {
	if s == omitted && l.key != "" {
		m.omitted = append(m.omitted, l.key)
	}
}

// omittedKeys are the keys for a verdict, each once and in the order of keys.
func omittedKeys(keys []string) []string {
	list := slices.Clone(keys)
	slices.SortFunc(list, compareKeys)
	return slices.Compact(list)
}

// notes are what an evaluation collects for its verdict. What a branch has collected stays only if the branch has the
// result that it belongs to.
type notes struct {
	limits  []Limit  // of branches that hold
	omitted []string // keys, of branches whose result depends on what is omitted
	misses  []miss   // of branches that fail, and would not if one of them held
}

// mark is a place in the notes.
type mark struct{ limits, omitted, misses int }

func (n *notes) mark() mark { return mark{len(n.limits), len(n.omitted), len(n.misses)} }

// cut forgets what was collected since the mark.
func (n *notes) cut(since mark) {
	clear(n.misses[since.misses:])
	n.limits, n.omitted, n.misses = n.limits[:since.limits], n.omitted[:since.omitted], n.misses[:since.misses]
}

// keep forgets what a branch with the result s has collected in vain since the mark.
func (n *notes) keep(since mark, s state) {
	kept := n.mark()
	if s != yes {
		kept.limits = since.limits
	}
	if s != omitted {
		kept.omitted = since.omitted
	}
	if s != missed {
		kept.misses = since.misses
	}
	n.cut(kept)
}
