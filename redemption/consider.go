package redemption

import (
	"cmp"
	"slices"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

// judged is a candidate whose rules do not stand against it.
type judged struct {
	*candidate
	turn *turn // nil for stacks
}

// Qualify tries the candidates, each alone on the cart. Discounts are calculated for those of the answer only, unless it is
// sorted by them.
func (c *Candidacy) Qualify() *Qualification {
	answer := &Qualification{Redeemables: []Qualified{}, StackingRules: c.base.rules}
	slices.SortFunc(c.list, func(a, b *candidate) int { return a.place().compare(b.place()) })
	var open []judged
	for _, one := range c.list {
		if one.stack != nil {
			open = append(open, judged{candidate: one})
			continue
		}
		if !c.base.relevant(one.incentive, c.scene.relevance) {
			continue
		}
		t, near, ok := c.base.judge(one)
		if ok {
			open = append(open, judged{one, t})
		} else if near != nil {
			t.answer.Status = Inapplicable
			answer.NearMisses = append(answer.NearMisses, NearMiss{Applied: t.answer, Step: *near})
		}
	}
	c.grant(answer, open)
	slices.SortStableFunc(answer.NearMisses, func(a, b NearMiss) int { return cmp.Compare(*a.Step.Missing, *b.Step.Missing) })
	answer.NearMisses = answer.NearMisses[:min(c.request.Options.limit(), len(answer.NearMisses))]
	return answer
}

// grant fills the answer with what applies.
func (c *Candidacy) grant(answer *Qualification, open []judged) {
	o := &c.request.Options
	newest := o.Sorting.newestFirst()
	var last place
	for _, j := range open {
		if c.cursor != nil && j.place().compare(*c.cursor) <= 0 {
			continue
		}
		one, ok := c.granted(j)
		if !ok {
			continue
		}
		if newest && len(answer.Redeemables) == o.limit() {
			answer.HasMore, answer.MoreStartingAfter = true, last.String()
			return
		}
		if category := c.base.catalogue.categories[one.CategoryID]; category != nil && slices.Contains(o.Expand, ExpandCategory) {
			one.Categories = []*promotion.Category{category}
		}
		answer.Redeemables, last = append(answer.Redeemables, one), j.place()
	}
	if newest {
		return
	}
	slices.SortStableFunc(answer.Redeemables, func(a, b Qualified) int { return o.Sorting.compare(a.discount(), b.discount()) })
	if len(answer.Redeemables) > o.limit() {
		answer.Redeemables, answer.HasMore = answer.Redeemables[:o.limit()], true
	}
}

func (c *Candidacy) granted(j judged) (Qualified, bool) {
	if j.stack != nil {
		return c.stack(j.candidate)
	}
	one := Qualified{CreatedAt: j.created, Near: c.base.nearOf(j.turn)}
	if !c.base.grant(j.turn) {
		return one, false
	}
	one.Applied, one.Rules = j.turn.answer, j.turn.rules
	return one, true
}

// discount is what the offer takes off, in minor units.
func (q *Qualified) discount() int64 {
	if q.Order == nil {
		return 0
	}
	return q.Order.TotalAppliedDiscountAmount
}

// stack tries the tiers of a stack one after the other; all of them must apply.
func (c *Candidacy) stack(one *candidate) (Qualified, bool) {
	request := c.request.request()
	request.Redeemables = Stack(one.id)
	calc, err := newCalculation(c.base.catalogue, c.base.snapshot, request)
	if err != nil {
		return Qualified{}, false // it has more tiers than the stacking rules allow
	}
	calc.qualifies, calc.omit = true, c.omit
	calc.run()
	if len(calc.turns) == 0 || calc.counts.applicable < len(calc.turns) {
		return Qualified{}, false
	}
	v := calc.validation()
	q := Qualified{
		Applied: Applied{
			Status: Applicable, ID: one.id, Object: PromotionStack, Order: v.Order, Name: one.stack.Name,
			CampaignID: one.stack.CampaignID, CategoryID: one.stack.CategoryID,
		},
		CreatedAt: one.created, Tiers: v.Redeemables,
	}
	if one.campaign != nil {
		q.CampaignName = one.campaign.Name
	}
	for _, t := range calc.turns {
		q.Rules = append(q.Rules, t.rules...)
	}
	return q, true
}

// judge checks everything that can be checked before the discount is calculated. When only one thing is missing, near says
// which.
func (c *calculation) judge(one *candidate) (t *turn, near *Step, ok bool) {
	t = &turn{Redeemable: Redeemable{Object: one.object, ID: one.id}, incentive: one.incentive, voucher: one.voucher}
	t.categorise(c.catalogue, "")
	c.state, c.decision.Steps = c.start, c.decision.Steps[:0]
	for _, check := range [...]func(*turn) *fault.Error{
		c.checkActive, c.checkValidity, c.checkReferral, c.checkQuantity, c.checkGiftOffer, c.checkCardOffer,
	} {
		if check(t) != nil {
			return t, nil, false
		}
	}
	c.prepare(t)
	if t.rules, near, ok = c.qualifyRules(t, c.omit, true); !ok && near == nil {
		return t, nil, false
	}
	if c.checkBundle(t) == nil || partialBundles(c.omit) {
		return t, near, ok
	}
	// A bundle of which nothing is there is no near miss, and neither is one beside another miss.
	if near != nil || len(t.bundle.Identified) == 0 || c.incompleteBundles(t) > 1 {
		return t, nil, false
	}
	t.answer.Result.Bundle = t.bundle
	step := c.decision.Steps[len(c.decision.Steps)-1]
	return t, &step, false
}

func (c *calculation) incompleteBundles(t *turn) int {
	n := 0
	for _, r := range t.incentive.rules {
		if bundle, ok := r.program.Bundle(c.facts.Order.Items); ok && bundle.Quantity == 0 {
			n++
		}
	}
	return n
}

// qualifyRules evaluates the rules of a candidate without the conditions that are left out. When they fail only because one
// thing is missing, near says which.
func (c *calculation) qualifyRules(t *turn, omit validation.Omit, before bool) (rules []QualifiedRule, near *Step, ok bool) {
	for _, r := range t.incentive.rules {
		if r.broken != nil {
			return nil, nil, false
		}
		verdict := r.program.Qualify(&c.facts, omit, before)
		if verdict.Failure == nil {
			rules = append(rules, qualifiedRule(r, &verdict))
			continue
		}
		if verdict.Near == nil || near != nil {
			return nil, nil, false
		}
		step := c.failedStep(t, r, verdict.Near)
		near = &step
	}
	return rules, near, near == nil
}

func qualifiedRule(r *rule, v *validation.Verdict) QualifiedRule {
	status := RuleValid
	if len(v.Omitted) > 0 {
		status = RulePartiallyValid
	}
	return QualifiedRule{RuleID: r.id, Status: status, Omitted: v.Omitted}
}

// nearOf is what is missing of the value of the order, where that is left out. The turn must be judged and not granted.
func (c *calculation) nearOf(t *turn) *Step {
	if c.omit&validation.OmitAmount == 0 || !slices.ContainsFunc(t.rules, QualifiedRule.partial) {
		return nil
	}
	c.state = c.start
	c.prepare(t)
	_, near, _ := c.qualifyRules(t, c.omit&^validation.OmitAmount, true)
	return near
}

func (r QualifiedRule) partial() bool { return r.Status == RulePartiallyValid }

// grant calculates the discount of a candidate on a copy of the cart, and checks what needs it.
func (c *calculation) grant(t *turn) bool {
	if t.incentive.broken != nil {
		return false
	}
	c.state, c.decision.Steps = c.start.Clone(), c.decision.Steps[:0]
	c.prepare(t)
	c.state.Begin()
	complete := t.bundle == nil || t.bundle.Quantity > 0
	if d := t.incentive.discount; d != nil && complete {
		t.outcome = d.Apply(c.state, c.context(t))
	}
	if t.incentive.hasPost {
		c.describeOutcome(t)
		rules, _, ok := c.qualifyRules(t, c.omit, false)
		if !ok {
			return false
		}
		t.rules = rules
	}
	idle := t.incentive.discount != nil && t.outcome.NoEffect()
	if idle && c.skipsWithoutEffect(t) && !partialBundles(c.omit) {
		return false // a validate would skip it
	}
	c.accept(t, idle)
	return true
}

// relevant reports whether an incentive is about a product of the cart, or takes something off a line of it.
func (c *calculation) relevant(i *incentive, kind relevance) bool {
	if kind == anyCart {
		return true
	}
	return slices.ContainsFunc(c.facts.Order.Items, func(item validation.ItemFacts) bool {
		line := item.Identity
		switch {
		case i.discount == nil:
		case kind == discountsProducts:
			return i.discount.Touches(line)
		case i.discount.Reaches(line):
			return true
		}
		return kind == aboutProducts && slices.ContainsFunc(i.rules, func(r *rule) bool { return r.program != nil && r.program.Asks(line) })
	})
}
