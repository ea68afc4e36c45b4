package discount

import (
	"math/big"

	"github.com/voucherify-go/voucherify/money"
)

// Context is what a discount needs to know beside the order.
type Context struct {
	// Mode is the base of percentages and new prices.
	Mode Mode
	// Bundle is the number of identified bundles, 0 when the rule has none.
	Bundle int64
	// Values supplies the operands of formulas that are not about the order; nil when there are none.
	Values Values
	// Credits is what may be spent, in minor units, for programs of CompileCredits.
	Credits int64
	// QuotaUsed returns how many units a quota has used up so far; nil means none.
	QuotaUsed func(Quota) int64
}

// Outcome is what one discount did to the order.
type Outcome struct {
	// Order and Items are the discounts granted on the two levels, in minor units.
	Order, Items int64
	// UnitsChanged says that units were added, replaced or made free.
	UnitsChanged bool
	// Discount is the definition with the values that were used.
	Discount Discount
	// Quotas are the quotas that were used, with the number of units.
	Quotas    []QuotaUse
	selection []pick // the lines and units in reach; see Targets
}

// NoEffect reports whether the order is as it was before.
func (o *Outcome) NoEffect() bool { return o.Order == 0 && o.Items == 0 && !o.UnitsChanged }

// calculation is one application of one discount.
type calculation struct {
	*Program
	state   *State
	context Context
	out     *Outcome
	bundles int64 // what the discount is multiplied by
	total   int64 // of the order before this discount
	budgets []budget
	left    int64 // of the discount's aggregated_amount_limit
	quotas  quotaLedger
}

// Apply takes the discount off the running order and reports what it did. The turn must have been started with
// State.Begin; a discount that is not to be kept is undone by restoring a Clone.
func (p *Program) Apply(s *State, context Context) Outcome {
	out := Outcome{Discount: p.definition}
	before := s.itemsDiscount
	c := calculation{
		Program: p, state: s, context: context, out: &out,
		bundles: 1, total: s.Total(), left: limitOf(p.definition.AggregatedAmountLimit),
	}
	if context.Bundle > 1 && p.definition.BundleScaling != NotMultiply {
		c.bundles = context.Bundle
	}
	switch {
	case p.credits:
		c.applyCredits()
	case p.definition.Type == Units:
		c.applyUnits()
	case p.effect == ToOrder:
		c.applyToOrder()
	case p.effect == ToItemsProportionally || p.effect == ToItemsProportionallyByUnit:
		c.applyProportionally()
	default:
		c.applyToItems()
	}
	out.Items = s.itemsDiscount - before
	out.Order = s.applied
	out.Quotas = c.quotas.uses
	return out
}

func (c *calculation) applyToOrder() {
	s := c.state
	base := s.Total()
	if c.context.Mode == Initial {
		base = s.Amount
	}
	switch c.definition.Type {
	case Amount:
		s.addOrderDiscount(c.amountOff(nil))
	case Rate:
		percent := c.percentOff(nil)
		s.addOrderDiscount(min(percent.Of(base), limitOf(c.definition.AmountLimit)))
	case Price:
		s.addOrderDiscount(base - c.fixedAmount(nil))
	case Units:
	}
}

func (c *calculation) applyProportionally() {
	s := c.state
	picks := c.scope.pick(s)
	c.out.selection = picks
	weights := make([]int64, len(picks))
	caps := make([]int64, len(picks))
	var room int64
	for i, p := range picks {
		l := &s.Lines[p.line]
		caps[i] = l.Subtotal()
		room += caps[i]
		switch {
		case c.effect == ToItemsProportionallyByUnit:
			weights[i] = p.count
		case c.context.Mode == Initial:
			weights[i] = l.Amount
		default:
			weights[i] = caps[i]
		}
	}
	total := min(c.amountOff(nil), room, s.Total())
	for i, share := range money.SplitCapped(total, weights, caps) {
		if s.Lines[picks[i].line].AmountKnown {
			s.addLineDiscount(picks[i].line, share)
		}
	}
}

// applyToItems is the per-line effects: each selected line gets its own discount, within the caps of its entry.
func (c *calculation) applyToItems() {
	s := c.state
	picks := c.scope.pick(s)
	c.out.selection = picks
	for k := range picks {
		p := &picks[k]
		l := &s.Lines[p.line]
		if !l.AmountKnown {
			continue
		}
		b := c.budget(p.entry)
		units := min(p.count, b.quantityLimit, b.units)
		units, quotas := c.quotas.limit(c, p, units)
		raw := c.perLine(p, units)
		raw = min(raw, limitOf(p.entry.AmountLimit), b.amount, c.left)
		if c.definition.Type == Rate {
			raw = min(raw, limitOf(c.definition.AmountLimit))
		}
		granted := s.addLineDiscount(p.line, raw)
		if granted == 0 {
			continue
		}
		b.spend(granted, units)
		if c.left != unlimited {
			c.left -= granted
		}
		c.quotas.use(quotas, units)
		p.count = min(p.count, max(units, 1))
	}
}

// perLine is the discount of a line before caps on money, for the units that may be discounted.
func (c *calculation) perLine(p *pick, units int64) int64 {
	l := &c.state.Lines[p.line]
	if units <= 0 && l.Quantity > 0 || l.Quantity == 0 && c.definition.Type == Price {
		return 0
	}
	switch c.definition.Type {
	case Amount:
		amount := c.amountOff(l)
		if c.effect == ToItems {
			return amount
		}
		if price, ok := l.value(1); ok && l.PriceKnown {
			amount = min(amount, price)
		}
		return money.MulDiv(amount, units, 1)
	case Rate:
		return partOf(c.percentOff(l), c.base(l), units, l.Quantity)
	case Price:
		whole := money.MulDiv(c.newPrice(p.entry.Effect, l), l.Quantity, 1)
		return money.MulDiv(max(0, c.base(l)-whole), units, l.Quantity)
	case Units:
	}
	return 0
}

// base is the value of a line that percentages and new prices are computed on.
func (c *calculation) base(l *Line) int64 {
	if c.context.Mode == Initial {
		return l.Amount
	}
	return l.Subtotal()
}

// partOf returns percent of base·units/quantity, rounded once.
func partOf(percent money.Ratio, base, units, quantity int64) int64 {
	if units == quantity {
		return percent.Of(base)
	}
	num := new(big.Int).Mul(big.NewInt(base), big.NewInt(units))
	num.Mul(num, big.NewInt(percent.Num))
	den := new(big.Int).Mul(big.NewInt(percent.Den), big.NewInt(quantity))
	num.Lsh(num, 1).Add(num, den)
	return num.Quo(num, den.Lsh(den, 1)).Int64()
}

// budget is what is left of the caps of one entry.
type budget struct {
	quantityLimit, units, amount int64
	started                      bool
}

// budget returns the entry's caps, started at its limits. Caps on units grow with the number of bundles, except for
// percentages; caps on money do not.
func (c *calculation) budget(e *entry) *budget {
	if c.budgets == nil {
		c.budgets = make([]budget, len(c.scope.entries))
	}
	b := &c.budgets[e.position]
	if b.started {
		return b
	}
	*b = budget{quantityLimit: unlimited, units: unlimited, amount: limitOf(e.AggregatedAmountLimit), started: true}
	if c.capsUnits() {
		bundles := c.bundles
		if c.definition.Type == Rate {
			bundles = 1
		}
		b.quantityLimit = times(c.unitLimit(e.QuantityLimit, e.quantityFormula), bundles)
		b.units = times(c.unitLimit(e.AggregatedQuantityLimit, e.aggregatedQuantityFormula), bundles)
	}
	return b
}

// capsUnits reports whether caps on units count for the effect: they do not for a sum per line.
func (c *calculation) capsUnits() bool {
	return c.definition.Type != Amount || c.effect == ToItemsByQuantity
}

func (b *budget) spend(amount, units int64) {
	if b.units != unlimited {
		b.units -= units
	}
	if b.amount != unlimited {
		b.amount -= amount
	}
}
