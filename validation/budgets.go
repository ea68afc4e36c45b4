package validation

import "strconv"

// LimitPolicy says what becomes of the redemption that would exceed a budget.
type LimitPolicy string

// The policies of limits. A count is always strict.
const (
	// Strict refuses a redemption that would exceed the limit.
	Strict LimitPolicy = "strict"
	// OvershootOnce is for budgets of amounts (campaign.orders.amount, campaign.orders.amount_discounted and
	// redemption.gift.amount): while something of the budget is left a redemption is granted in full, even if that exceeds
	// the budget; once it is used up nothing more is. So the budget is exceeded by one redemption at most.
	OvershootOnce LimitPolicy = "overshoot_once"
)

// adopt makes the policy of a node part of what its name means. What a budget that may be overshot has left is known before
// the discount, so its condition does not wait for it.
func (d *nameDefinition) adopt(path string, n *Node) error {
	switch n.LimitPolicy {
	case "", Strict:
		return nil
	case OvershootOnce:
	default:
		return invalid(path+".limit_policy", "%q is not one of strict, overshoot_once", clip(string(n.LimitPolicy)))
	}
	switch {
	case !d.usage || !d.metric.isAmount():
		return invalid(path+".limit_policy", "overshoot_once is for budgets of amounts only")
	case len(n.Conditions) != 1 || n.Conditions["$less_than_or_equal"] == nil && n.Conditions["$less_than"] == nil:
		return invalid(path+".limit_policy", "overshoot_once needs one condition, $less_than_or_equal or $less_than")
	}
	d.overshoot, d.post = true, false
	d.source = "spent." + counterNames[n.Name].source
	return nil
}

// isAmount reports whether the counter adds up minor units; the others count redemptions.
func (m Metric) isAmount() bool {
	return m == CampaignOrdersAmount || m == CampaignDiscountAmount || m == CampaignGiftAmount
}

// beforeLimit turns a limit for the counter after the redemption into the one for the counter before it.
func beforeLimit(o *operator, want *operand) (*operator, *operand, []string) {
	limit := want.single.whole
	if o.name == "$less_than" {
		limit = max(limit, 0) - 1 // the largest value that the counter may have
	}
	less := operatorsByName["$less_than"]
	return less, newOperand(less, []any{wholeNumber(limit)}), []string{strconv.FormatInt(limit, 10)}
}
