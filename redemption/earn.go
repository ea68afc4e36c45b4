package redemption

import (
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/validation"
)

// Earning is an event with the rules that may pay for it, on its way to the points: NewEarning, Needs and Judge, then Pay for each
// card. It is used once, by one goroutine.
type Earning struct {
	catalogue *Catalogue
	trigger   *Trigger
	rules     []*earningRule
	held      []*earningRule // those that hold
	facts     validation.Facts
	basis     loyalty.Basis
	state     *discount.State
	customer  *customer.Customer
	now       time.Time
}

// NewEarning finds the rules that may pay for an event; nil when there are none.
func NewEarning(x *Catalogue, t *Trigger, now time.Time) *Earning {
	rules := x.earningFor(t, now)
	if len(rules) == 0 {
		return nil
	}
	return &Earning{catalogue: x, trigger: t, rules: rules, now: now}
}

// looks reports whether a rule looks at the customer, and whether it looks into the lines of the order.
func (r *earningRule) looks() (customer, lines bool) {
	e := &r.Loyalty
	formula := e.PointsFormula != ""
	customer = r.rule != nil || formula || e.CalculationType == loyalty.ByCustomerMetadata
	return customer, r.rule != nil || formula || e.OrderItems != nil
}

// Needs says what is to be read before Judge: the customer, unless no rule looks at him.
func (e *Earning) Needs() (needs Needs, some bool) {
	for _, r := range e.rules {
		if looks, _ := r.looks(); looks {
			x := e.catalogue
			return Needs{CustomerID: e.trigger.CustomerID, Templates: x.audience.Templates(), History: x.History()}, true
		}
	}
	return Needs{}, false
}

// Judge finds the rules that hold. The snapshot holds what Needs asked for, after everything that the event has changed; nil is
// for an event that needs nothing.
func (e *Earning) Judge(s *Snapshot) error {
	if s == nil {
		s = &Snapshot{}
	}
	e.customer = s.Customer
	if err := e.describe(s); err != nil {
		return err
	}
	verdicts := make(map[*rule]bool) // rules may share a condition
	for _, r := range e.rules {
		if r.broken() != nil {
			continue
		}
		holds, known := verdicts[r.rule]
		if !known {
			holds = r.rule == nil || r.rule.program.After(&e.facts).Holds
			verdicts[r.rule] = holds
		}
		if holds {
			e.held = append(e.held, r)
		}
	}
	return nil
}

// Broken says which rules never pay, and why: their validation rules are gone or count redemptions.
func (e *Earning) Broken() map[string]error {
	broken := make(map[string]error)
	for _, r := range e.rules {
		if err := r.broken(); err != nil {
			broken[r.ID] = err
		}
	}
	return broken
}

// describe tells the event to rules and formulas.
func (e *Earning) describe(s *Snapshot) error {
	b, o := &e.basis, e.trigger.Order
	b.Event = e.trigger.Metadata
	if e.customer != nil {
		b.Customer = e.customer.Metadata
	}
	if o != nil {
		b.Amount, b.TotalAmount, b.Order = o.Amount, o.TotalAmount, o.Metadata
	}
	full, lines := false, false
	for _, r := range e.rules {
		_, inLines := r.looks()
		full, lines = full || r.rule != nil || r.Loyalty.PointsFormula != "", lines || inLines
	}
	if !lines {
		return nil
	}
	x := e.catalogue
	state, err := discount.NewState(o, x.ProductsAt(e.now), discount.Everything)
	if err != nil {
		return err
	}
	e.state = state
	if o != nil {
		b.Lines = make([]loyalty.BasisLine, len(state.Lines))
		for i := range state.Lines {
			l := &state.Lines[i]
			b.Lines[i] = loyalty.BasisLine{
				Identity: l.Identity, Units: max(0, l.Quantity-l.DiscountQuantity), Amount: l.Amount, Subtotal: l.Subtotal(),
			}
		}
	}
	if !full {
		return nil
	}
	c := &calculation{catalogue: x, snapshot: s, request: &Request{}, customer: e.customer, order: o, start: state}
	c.fillFacts()
	e.facts = c.facts
	e.facts.At = e.now.In(x.zone)
	e.facts.Event = validation.EventFacts{Present: loyalty.IsCustomEvent(e.trigger.Event), Metadata: e.trigger.Metadata}
	e.facts.Order.Amount = state.Amount
	e.facts.Order.TotalAmount = state.Total()
	b.Values = &earningValues{e}
	if o != nil {
		b.Values = state.Operands(b.Values)
	}
	return nil
}

// earningValues supplies the operands of formulas that are not about the order.
type earningValues struct{ e *Earning }

// Operand implements formula.Env.
func (v *earningValues) Operand(name formula.Operand) (formula.Value, bool) {
	now := v.e.now.In(v.e.catalogue.zone)
	switch name {
	case formula.Now:
		return formula.Date(now), true
	case formula.Today:
		return formula.Date(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())), true
	case formula.CustomerBirthdate:
		if v.e.customer == nil {
			return formula.Value{}, false
		}
		born, err := time.ParseInLocation(time.DateOnly, v.e.customer.Birthdate, now.Location())
		return formula.Date(born), err == nil
	}
	return formula.Value{}, false
}

// Metadata implements formula.Env.
func (v *earningValues) Metadata(group formula.Group, key string) (formula.Value, bool) {
	if group != formula.CustomerMetadata || v.e.customer == nil {
		return formula.Value{}, false
	}
	value, ok := v.e.customer.Metadata[key]
	if !ok {
		return formula.Value{}, false
	}
	return formula.FromMetadata(value)
}

// Programs are the programs with a rule that holds, in the order in which they pay.
func (e *Earning) Programs() []*loyalty.Program {
	var list []*loyalty.Program
	for _, r := range e.held {
		if !slices.Contains(list, r.program) {
			list = append(list, r.program)
		}
	}
	return list
}

// Keys are the names under which the points of the program stand in ledgers; see loyalty.Transaction.EarnedWith.
func (e *Earning) Keys(program *loyalty.Program) []string {
	var keys []string
	for _, r := range e.held {
		if r.program == program {
			keys = append(keys, e.key(r))
		}
	}
	return keys
}

func (e *Earning) key(r *earningRule) string { return r.ID + "/" + e.trigger.ID }

// mapping is what a tier makes of the points of a rule; nil for nothing.
func (r *earningRule) mapping(tier *loyalty.Tier) *loyalty.Mapping {
	if tier == nil {
		return nil
	}
	if m, ok := tier.EarningRules[r.ID]; ok {
		return &m
	}
	return nil
}

// Points are what all rules of a program together pay to a member of a tier, which is empty for none.
func (e *Earning) Points(program *loyalty.Program, tierID string) ledger.Points {
	tier := program.Tier(tierID)
	var sum ledger.Points
	for _, r := range e.held {
		if r.program == program {
			sum = min(sum+r.worth.Points(&e.basis, r.mapping(tier)), ledger.Points(money.Max))
		}
	}
	return sum
}

// Pay posts what the rules pay to a card: one entry, or pending points, for each rule. What paid says was paid before, by its
// key, is passed over. The tier of the member before the event counts for all of them. A card takes no more points than it can
// hold.
func (e *Earning) Pay(c *PointsCard, paid func(key string) bool) error {
	tier := c.Program.Tier(c.Account.Tier.TierID)
	for _, r := range e.held {
		if r.program != c.Program || paid(e.key(r)) {
			continue
		}
		m := r.mapping(tier)
		room := ledger.Points(money.Max) - c.Account.Points - c.Account.PendingPoints
		points := min(r.worth.Points(&e.basis, m), room)
		if points <= 0 {
			continue
		}
		if err := e.post(c, r, points, m != nil, tier); err != nil {
			return err
		}
	}
	return nil
}

// post writes what one rule pays.
func (e *Earning) post(c *PointsCard, r *earningRule, points ledger.Points, mapped bool, tier *loyalty.Tier) error {
	t := e.trigger
	rule := &loyalty.RuleReference{ID: r.ID}
	rule.Source.Banner = r.Source.Banner
	details := loyalty.Details{Event: &t.Told, EarningRule: rule, Segment: t.Segment}
	if t.Order != nil {
		details.Order = &ledger.Reference{ID: t.Order.ID, SourceID: t.Order.SourceID}
	}
	if tier != nil {
		details.HolderLoyaltyTier = &loyalty.Reference{ID: tier.ID, Name: tier.Name}
	}
	if mapped {
		details.LoyaltyTier = details.HolderLoyaltyTier
	}
	if wait := r.PendingPoints; wait != nil {
		_, err := c.Hold(loyalty.Pending{
			OrderID: t.Order.ID, Points: points, ActivatesAt: t.Day + loyalty.Date(wait.PeriodValue),
			ExpirationRules: r.ExpirationRules, EarnedWith: e.key(r),
			Details: loyalty.PendingDetails{
				Event: details.Event, EarningRule: rule, Order: details.Order,
				LoyaltyTier: details.LoyaltyTier, HolderLoyaltyTier: details.HolderLoyaltyTier,
			},
		})
		return err
	}
	rules := r.ExpirationRules
	if rules == nil {
		rules = c.Program.Card.ExpirationRules
	}
	_, err := c.Post(loyalty.Transaction{
		Type: ledger.PointsAccrual, Source: "Automation", EarnedWith: e.key(r), Details: details,
		Parts: []loyalty.Part{{ExpiresAt: rules.LastDay(t.Day), Points: points}},
	}, points, ledger.Automatic)
	return err
}
