package redemption

import (
	"cmp"
	"math"
	"slices"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/promotion"
)

// counts are what the limits of the stacking rules count.
type counts struct {
	judged              int // tried so far, for mode ALL
	applicable          int
	exclusive           int
	perCategory         map[string]int
	exclusivePerCat     map[string]int
	failed              bool // something was inapplicable
	exclusiveApplicable bool
}

// run takes the redeemables in order. When some are exclusive, they are tried first, together with those that may stand
// beside anything: if one applies, the common ones are out. If none does, everything else is tried from the start.
func (c *calculation) run() {
	c.fillFacts()
	sorted := slices.Clone(c.turns)
	c.sort(sorted)
	var first []*turn
	exclusive := false
	for _, t := range sorted {
		exclusive = exclusive || t.exclusive
		if t.exclusive || t.joint {
			first = append(first, t)
		}
	}
	if !exclusive {
		c.evaluate(sorted)
		c.turns = sorted
		return
	}
	c.group(first)
	c.evaluate(first)
	if c.counts.exclusiveApplicable {
		c.turns = c.excludeCommon(sorted, first)
		return
	}
	for _, t := range first {
		t.final = t.exclusive
	}
	c.restart()
	c.evaluate(sorted)
	c.turns = sorted
}

// sort orders the redeemables by the project's rule; a stack keeps its own order.
func (c *calculation) sort(turns []*turn) {
	if c.rules.RedeemablesSortingRule != promotion.CategoryHierarchy || c.request.Redeemables[0].Object == PromotionStack {
		return
	}
	slices.SortStableFunc(turns, func(a, b *turn) int { return cmp.Compare(c.hierarchy(a), c.hierarchy(b)) })
}

// hierarchy is the number of the category; without one a redeemable comes last.
func (c *calculation) hierarchy(t *turn) int {
	if category := c.catalogue.categories[t.answer.CategoryID]; category != nil {
		return category.Hierarchy
	}
	return math.MaxInt
}

// group puts joint redeemables behind exclusive ones, unless the rule wants them merged.
func (c *calculation) group(turns []*turn) {
	if c.rules.GroupedRedeemablesSortingRule != promotion.JointAlwaysLast {
		return
	}
	slices.SortStableFunc(turns, func(a, b *turn) int {
		switch {
		case a.exclusive == b.exclusive:
			return 0
		case a.exclusive:
			return -1
		}
		return 1
	})
}

// excludeCommon refuses the common redeemables; they keep their place in the sorted list.
func (c *calculation) excludeCommon(sorted, first []*turn) []*turn {
	list := make([]*turn, 0, len(sorted))
	next := 0
	for _, t := range sorted {
		if t.exclusive || t.joint {
			list = append(list, first[next])
			next++
			continue
		}
		c.skip(t, fault.ExclusionRulesNotMet)
		list = append(list, t)
	}
	return list
}

// restart forgets everything that was applied.
func (c *calculation) restart() {
	c.state = c.start
	c.pending, c.counts = nil, counts{}
	c.decision.Steps = slices.DeleteFunc(c.decision.Steps, func(s Step) bool {
		return !slices.ContainsFunc(c.turns, func(t *turn) bool { return t.final && t.ID == s.Subject })
	})
}

// evaluate gives each redeemable its turn on the running order.
func (c *calculation) evaluate(turns []*turn) {
	if len(c.turns) > 1 {
		c.state = c.start.Clone()
	}
	for _, t := range turns {
		if !t.final {
			c.turn(t)
		}
		c.count(t)
	}
}

func (c *calculation) turn(t *turn) {
	t.answer.Order, t.answer.Result = nil, Details{}
	t.cut = false
	if key := c.gate(t); key != "" {
		c.skip(t, key)
		return
	}
	if err := c.try(t); err != nil {
		t.answer.Status = Inapplicable
		t.answer.Result.Error = err
		t.answer.Result.Discount, t.answer.Result.Bundle = nil, t.bundle
		message := err.Message
		if err.Custom != nil {
			message = err.Custom.Message
		}
		t.answer.Result.Details = &Reason{Key: err.Key, Message: message}
	}
}

// gate decides whether a redeemable is tried at all; the first limit that is reached names the reason. In mode ALL the
// request is cut at the number of redeemables that may apply, before any is judged; in mode PARTIAL only those that apply
// count.
func (c *calculation) gate(t *turn) fault.Key {
	r, n := c.rules, &c.counts
	all := r.RedeemablesApplicationMode == promotion.All
	category := t.answer.CategoryID
	if all && n.judged >= r.ApplicableRedeemablesLimit {
		t.cut = true
		return fault.ApplicableRedeemablesLimitExceeded
	}
	if all && n.failed {
		return fault.PrecedingValidationFailed
	}
	if t.exclusive {
		if n.exclusive >= r.ApplicableExclusiveRedeemablesLimit {
			return fault.ApplicableExclusiveRedeemablesLimitExceeded
		}
		if n.exclusivePerCat[category] >= r.ApplicableExclusiveRedeemablesPerCategoryLimit {
			return fault.ApplicableExclusiveRedeemablesPerCategoryLimitExceeded
		}
	}
	if category != "" {
		limit, own := r.ApplicableRedeemablesCategoryLimits[category]
		if !own {
			limit = r.ApplicableRedeemablesPerCategoryLimit
		}
		if n.perCategory[category] >= limit {
			return fault.ApplicableRedeemablesPerCategoryLimitExceeded
		}
	}
	if n.applicable >= r.ApplicableRedeemablesLimit {
		t.cut = true
		return fault.ApplicableRedeemablesLimitExceeded
	}
	return ""
}

func (c *calculation) skip(t *turn, key fault.Key) {
	t.answer.Status = Skipped
	t.answer.Result = Details{Details: &Reason{Key: key, Message: key.Message()}}
	c.step(Step{Subject: t.ID, Check: CheckStacking, Outcome: Denied, Reason: key})
}

func (c *calculation) count(t *turn) {
	n := &c.counts
	switch t.answer.Status {
	case Skipped:
		if t.answer.Result.Details.Key == fault.PrecedingValidationFailed {
			n.judged++
		}
	case Inapplicable:
		n.judged++
		n.failed = true
	case Applicable:
		n.judged++
		n.applicable++
		if category := t.answer.CategoryID; category != "" {
			bump(&n.perCategory, category)
		}
		if t.exclusive {
			n.exclusive++
			n.exclusiveApplicable = true
			bump(&n.exclusivePerCat, t.answer.CategoryID)
		}
	}
}

func bump(counters *map[string]int, key string) {
	if *counters == nil {
		*counters = make(map[string]int)
	}
	(*counters)[key]++
}

// mode is the base of percentages for a redeemable.
func (c *calculation) mode(t *turn) discount.Mode {
	category := t.answer.CategoryID
	switch {
	case category == "":
	case slices.Contains(c.rules.InitialAmountModeCategories, category):
		return discount.Initial
	case slices.Contains(c.rules.DiscountedAmountModeCategories, category):
		return discount.Discounted
	}
	return c.rules.DiscountCalculationMode
}

// skipsWithoutEffect reports whether a redeemable that changes nothing is skipped rather than redeemed.
func (c *calculation) skipsWithoutEffect(t *turn) bool {
	category := t.answer.CategoryID
	switch {
	case category == "":
	case slices.Contains(c.rules.NoEffectSkipCategories, category):
		return true
	case slices.Contains(c.rules.NoEffectRedeemAnywayCategories, category):
		return false
	}
	return c.rules.RedeemablesNoEffectRule == promotion.Skip
}

func (c *calculation) step(s Step) { c.decision.Steps = append(c.decision.Steps, s) }
