package redemption

import (
	"math"

	"github.com/voucherify-go/voucherify/validation"
)

// consumption lists the counters that the redemption of t raises, with the limits that its decision relied on. Every
// family is counted whether or not a rule uses it today, so that a rule that is assigned later sees what went before.
func (c *calculation) consumption(t *turn) []Consume {
	i := t.incentive
	campaign := c.campaignOf(i)
	list := make([]Consume, 0, 8+len(t.outcome.Quotas))
	if t.voucher != nil {
		list = append(list, Consume{Key: CounterKey{Metric: CountVoucher, Subject: i.id}, Delta: 1, Limit: t.voucher.Redemption.Quantity})
	} else {
		list = append(list, Consume{Key: CounterKey{Metric: CountTier, Subject: i.id}, Delta: 1})
	}
	list = append(list,
		Consume{Key: CounterKey{Metric: CountCampaign, Subject: campaign}, Delta: 1},
		Consume{Key: CounterKey{Metric: CountCampaignOrder, Subject: campaign, Detail: c.orderID}, Delta: 1},
		Consume{Key: CounterKey{Metric: SumCampaignOrders, Subject: campaign}, Delta: c.orderValue(i)},
		Consume{Key: CounterKey{Metric: SumCampaignDiscount, Subject: campaign}, Delta: t.outcome.Order + t.outcome.Items},
	)
	if c.customerID != "" {
		list = append(list,
			Consume{Key: CounterKey{Metric: CountIncentiveCustomer, Subject: i.id, Customer: c.customerID}, Delta: 1},
			Consume{Key: CounterKey{Metric: CountCampaignCustomer, Subject: campaign, Customer: c.customerID}, Delta: 1},
		)
	}
	for _, use := range t.outcome.Quotas {
		if key, counted := c.quotaKey(i, use.Quota); counted && use.Units > 0 {
			limit := use.Limit
			list = append(list, Consume{Key: key, Delta: use.Units, Limit: &limit})
		}
	}
	for _, limit := range t.limits {
		list = c.guard(list, i, limit)
	}
	return list
}

// guard puts a rule's limit on the counter that the rule looked at; the strictest limit of several counts.
func (c *calculation) guard(list []Consume, i *incentive, limit validation.Limit) []Consume {
	key := c.counterOf(limit.Metric, i)
	most := min(limit.Max, math.MaxInt64/2)
	for k := range list {
		if list[k].Key == key && (list[k].Limit == nil || *list[k].Limit > most) {
			list[k].Limit = &most
		}
	}
	return list
}
