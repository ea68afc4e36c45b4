package redemption

import (
	"math"

	"github.com/voucherify-go/voucherify/validation"
)

// consumption lists the counters that the redemption of t raises, with the limits that its decision relied on.
func (c *calculation) consumption(t *turn) []Consume {
	i := t.incentive
	list := make([]Consume, 0, len(families)+2+len(t.outcome.Quotas))
	if t.voucher != nil {
		list = append(list, Consume{Key: CounterKey{Metric: CountVoucher, Subject: i.id}, Delta: 1, Limit: t.voucher.Redemption.Quantity})
	} else {
		list = append(list, Consume{Key: CounterKey{Metric: CountTier, Subject: i.id}, Delta: 1})
	}
	list = append(list, Consume{Key: CounterKey{Metric: CountCampaignOrder, Subject: c.campaignOf(i), Detail: c.orderID}, Delta: 1})
	for m, f := range families {
		key, ok := c.key(f, i)
		if delta := c.delta(validation.Metric(m), t); ok && delta != 0 {
			list = append(list, Consume{Key: key, Delta: delta})
		}
	}
	for _, use := range t.outcome.Quotas {
		if key, counted := c.quotaKey(i, use.Quota); counted && use.Units > 0 {
			limit := use.Limit
			list = append(list, Consume{Key: key, Delta: use.Units, Limit: &limit})
		}
	}
	if o := i.reward; o != nil && t.points > 0 {
		list = append(list, Consume{Key: StockKey(o.Reward.ID), Delta: c.request.reward.quantity(), Limit: o.Reward.Stock})
	}
	for _, limit := range t.limits {
		list = c.guard(list, t, limit)
	}
	return list
}

// delta is what the redemption of t adds to a metric. Amounts of the discount are 0 until it is calculated.
func (c *calculation) delta(m validation.Metric, t *turn) int64 {
	switch m {
	case validation.CampaignOrdersAmount:
		return t.orderValue
	case validation.CampaignDiscountAmount:
		return t.outcome.Order + t.outcome.Items
	case validation.CampaignGiftAmount:
		return int64(t.credits())
	}
	return 1
}

// orderValue is what the order adds to the order value of the campaign: its amount, unless the campaign has counted this
// order already.
func (c *calculation) orderValue(i *incentive) int64 {
	if c.used(CounterKey{Metric: CountCampaignOrder, Subject: c.campaignOf(i), Detail: c.orderID}) > 0 {
		return 0
	}
	return c.amount
}

// guard puts a rule's limit on the counter that the rule looked at; the strictest limit of several counts.
func (c *calculation) guard(list []Consume, t *turn, limit validation.Limit) []Consume {
	key, _ := c.key(families[limit.Metric], t.incentive)
	most := min(limit.Max, math.MaxInt64/2)
	if limit.Overshoot {
		most += c.delta(limit.Metric, t)
	}
	for k := range list {
		if list[k].Key == key && (list[k].Limit == nil || *list[k].Limit > most) {
			list[k].Limit = &most
		}
	}
	return list
}
