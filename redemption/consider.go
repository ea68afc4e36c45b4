package redemption

import (
	"cmp"
	"slices"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// judged is a candidate whose rules do not stand against it.
type judged struct {
	*candidate
	turn  *turn
	rules []QualifiedRule
}

// Qualify tries the candidates, each alone on the cart. Discounts are calculated for those of the answer only, unless it is
// sorted by them.
func (c *Candidacy) Qualify() *Qualification {
	answer := &Qualification{Redeemables: []Qualified{}, StackingRules: c.base.rules}
	slices.SortFunc(c.list, func(a, b *candidate) int { return a.place().compare(b.place()) })
	var open []judged
	for _, one := range c.list {
		if one.object == PromotionStack {
			open = append(open, judged{candidate: one})
			continue
		}
		if j, near, ok := c.base.judge(one); ok {
			if c.scene.relevance == anyCart || c.base.relevant(one, c.scene.relevance) {
				open = append(open, j)
			}
		} else if near != nil {
			answer.NearMisses = append(answer.NearMisses, NearMiss{Applied: j.turn.answer, Step: *near})
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
	if j.object == PromotionStack {
		return c.stack(j.candidate)
	}
	one, ok := c.base.grant(&j, c.scene.relevance)
	if ok && len(one.Rules) > 0 && slices.ContainsFunc(one.Rules, func(r QualifiedRule) bool { return r.Status == RulePartiallyValid }) {
		one.Near = c.base.nearOf(j.turn)
	}
	return one, ok
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
	calc.omit = c.omit
	calc.run()
	v := calc.validation()
	if !v.Valid || len(v.Redeemables) < len(calc.turns) {
		return Qualified{}, false
	}
	stack := c.base.catalogue.stacks[one.id]
	return Qualified{
		Applied: Applied{
			Status: Applicable, ID: one.id, Object: PromotionStack, Order: v.Order, Name: stack.Name,
			CampaignID: stack.CampaignID, CategoryID: stack.CategoryID,
		},
		CreatedAt: one.created, Rules: calc.stack, Tiers: v.Redeemables,
	}, true
}

// judge checks everything that can be checked before the discount is calculated. When only one thing is missing, near says
// which.
func (c *calculation) judge(one *candidate) (j judged, near *Step, ok bool) {
	t := &turn{Redeemable: Redeemable{Object: one.object, ID: one.id}, incentive: one.incentive, voucher: one.voucher}
	t.categorise(c.catalogue, "")
	j = judged{candidate: one, turn: t}
	c.state, c.decision.Steps = c.start, c.decision.Steps[:0]
	for _, check := range [...]func(*turn) *fault.Error{c.checkActive, c.checkValidity, c.checkQuantity, c.checkGiftOffer} {
		if check(t) != nil {
			return j, nil, false
		}
	}
	c.prepare(t)
	if j.rules, near, ok = c.qualifyRules(t, c.omit, true); !ok && near == nil {
		return j, nil, false
	}
	if c.checkBundle(t) == nil || partialBundles(c.omit) {
		return j, near, ok
	}
	// A bundle of which nothing is there is no near miss, and neither is one beside another.
	if near != nil || len(t.bundle.Identified) == 0 {
		return j, nil, false
	}
	t.answer.Result.Bundle = t.bundle
	step := c.decision.Steps[len(c.decision.Steps)-1]
	return j, &step, false
}

// qualifyRules evaluates the rules of a candidate without the conditions that are left out. When they fail only because one
// thing is missing, near says which.
func (c *calculation) qualifyRules(t *turn, omit validation.Omit, before bool) (rules []QualifiedRule, near *Step, ok bool) {
	for _, r := range t.incentive.rules {
		if r.broken != nil {
			return nil, nil, false
		}
		verdict := r.program.Qualify(&c.facts, omit, before)
		if f := verdict.Failure; f != nil {
			if verdict.Near == nil || near != nil {
				return nil, nil, false
			}
			step := c.failedStep(t, r, verdict.Near)
			near = &step
			continue
		}
		rules = append(rules, qualifiedRule(r, &verdict))
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

// nearOf is what would be missing of the value of the order if that was looked at.
func (c *calculation) nearOf(t *turn) *Step {
	if c.omit&validation.OmitAmount == 0 {
		return nil
	}
	c.state = c.start
	c.prepare(t)
	_, near, _ := c.qualifyRules(t, c.omit&^validation.OmitAmount, true)
	return near
}

// grant calculates the discount of a candidate on a copy of the cart, and checks what needs it.
func (c *calculation) grant(j *judged, kind relevance) (Qualified, bool) {
	t := j.turn
	one := Qualified{CreatedAt: j.created, Rules: j.rules}
	if t.incentive.broken != nil {
		return one, false
	}
	c.state, c.decision.Steps = c.start.Clone(), c.decision.Steps[:0]
	c.prepare(t)
	c.state.Begin()
	if d := t.incentive.discount; d != nil && (t.bundle == nil || t.bundle.Quantity > 0) {
		t.outcome = d.Apply(c.state, c.context(t))
	}
	if t.incentive.hasPost {
		c.describeOutcome(t)
		rules, _, ok := c.qualifyRules(t, c.omit, false)
		if !ok {
			return one, false
		}
		one.Rules = rules
	}
	if kind == discountsProducts && t.outcome.NoEffect() {
		return one, false
	}
	c.accept(t, false)
	one.Applied = t.answer
	return one, true
}

// relevant reports whether a candidate is about a product of the cart, or takes something off a line of it.
func (c *calculation) relevant(one *candidate, kind relevance) bool {
	i := one.incentive
	if kind == discountsProducts {
		return i.discount != nil && i.discount.Definition().Effect != discount.ToOrder
	}
	for _, r := range i.rules {
		matcher := c.catalogue.products.Matcher(refsOf(r.scope.Included)...)
		for k := range c.facts.Order.Items {
			line := c.facts.Order.Items[k].Identity
			if r.scope.IncludedAll || matcher.Matches(line) || r.program != nil && r.program.Asks(line) {
				return true
			}
		}
	}
	return false
}

func refsOf(targets []product.Target) []product.Ref {
	refs := make([]product.Ref, len(targets))
	for i := range targets {
		refs[i] = targets[i].Ref
	}
	return refs
}
