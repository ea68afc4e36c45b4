package redemption

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
)

// validation puts the answer together. In mode ALL the list of redeemables holds everything that was judged; in mode
// PARTIAL a valid answer holds only what applies.
func (c *calculation) validation() *Validation {
	v := &Validation{StackingRules: c.rules, Decision: &c.decision}
	all := c.rules.RedeemablesApplicationMode == promotion.All
	v.Valid = c.counts.applicable > 0 && !(all && c.counts.failed)
	v.Redeemables = make([]Applied, 0, len(c.turns))
	for _, t := range c.turns {
		switch t.answer.Status {
		case Inapplicable:
			v.InapplicableRedeemables = append(v.InapplicableRedeemables, t.answer)
		case Skipped:
			v.SkippedRedeemables = append(v.SkippedRedeemables, t.answer)
		case Applicable:
		}
		if t.answer.Status == Applicable || (!t.cut && (all || !v.Valid)) {
			v.Redeemables = append(v.Redeemables, t.answer)
		}
	}
	c.decision.Applicable = v.Valid
	if !v.Valid {
		c.decision.Reason = c.refusal().Key
	}
	c.addOrder(v, all)
	return v
}

// addOrder sets the top-level order: the one after everything that applies, the order as it came when nothing applies in
// mode PARTIAL, and none when the request fails as a whole.
func (c *calculation) addOrder(v *Validation, all bool) {
	switch {
	case v.Valid:
		v.Order = c.result()
		c.nameReferrer(v.Order)
		c.decision.Discount = v.Order.TotalAppliedDiscountAmount
		if c.order == nil {
			v.Order = nil
		}
	case !all && c.order != nil:
		v.Order = c.start.Result()
	}
}

// result is the order at the end of the request. With a single redeemable it is that redeemable's order.
func (c *calculation) result() *order.Order {
	if len(c.turns) == 1 && c.turns[0].answer.Order != nil {
		o := *c.turns[0].answer.Order
		return &o
	}
	return c.state.Result()
}

// refusal is the failure of the request as a whole: of the first redeemable that could not be applied.
func (c *calculation) refusal() *fault.Error {
	all := c.rules.RedeemablesApplicationMode == promotion.All
	if !all && len(c.turns) > 1 {
		return fault.New(fault.NoApplicableRedeemables, "none of %d redeemables can be applied", len(c.turns))
	}
	for _, t := range c.turns {
		if t.answer.Result.Error != nil {
			return t.answer.Result.Error
		}
	}
	for _, t := range c.turns {
		if t.answer.Status == Skipped {
			return fault.New(t.answer.Result.Details.Key, "%s", t.ID)
		}
	}
	return fault.New(fault.NoApplicableRedeemables, "nothing can be applied")
}
