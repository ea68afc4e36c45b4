package redemption

import (
	"strings"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/validation"
)

// NeedsOf says what a request reads. It fails on a request that Check refuses, on a stack that the catalogue does not
// have, and on more redeemables than the stacking rules allow, so that nothing is read in vain.
func NeedsOf(r *Request, x *Catalogue) (Needs, error) {
	if err := r.Check(); err != nil {
		return Needs{}, err
	}
	named, err := x.expand(r)
	if err != nil {
		return Needs{}, err
	}
	n := Needs{Templates: voucherTemplates}
	if c := r.buyer(); c != nil {
		n.CustomerID = c.ID
		if c.ID == "" {
			n.CustomerSourceID = c.SourceID
		}
	}
	if o := r.Order; o != nil {
		n.OrderID = o.ID
		if o.ID == "" {
			n.OrderSourceID = o.SourceID
		}
	}
	for _, one := range named {
		if one.Object == Voucher {
			n.Vouchers = append(n.Vouchers, x.codeKey(one.ID))
		} else if tier := x.tiers[one.ID]; tier != nil {
			n.Counters = append(n.Counters, tier.counters()...)
		}
	}
	return n, nil
}

// codeKey is the name under which a voucher is looked up: an id stays as it is, a code is normalised.
func (x *Catalogue) codeKey(code string) string {
	if id.Is(strings.TrimSpace(code), id.Voucher) {
		return strings.TrimSpace(code)
	}
	return x.caseMode.Key(code)
}

// voucherTemplates are the counters of a voucher and its campaign. All families are read, whatever the rules use: they
// are few, and the plan raises all of them.
var voucherTemplates = []CounterTemplate{
	{Metric: CountVoucher},
	{Metric: CountIncentiveCustomer, PerCustomer: true},
	{Metric: CountCampaign, OfCampaign: true},
	{Metric: CountCampaignCustomer, OfCampaign: true, PerCustomer: true},
	{Metric: CountCampaignOrder, OfCampaign: true, PerOrder: true},
	{Metric: SumCampaignOrders, OfCampaign: true},
	{Metric: SumCampaignDiscount, OfCampaign: true},
}

// counters are the counters of a tier that do not depend on what is found.
func (i *incentive) counters() []CounterKey {
	keys := []CounterKey{{Metric: CountTier, Subject: i.id}}
	if i.campaign != nil {
		keys = append(keys,
			CounterKey{Metric: CountCampaign, Subject: i.campaign.ID},
			CounterKey{Metric: SumCampaignOrders, Subject: i.campaign.ID},
			CounterKey{Metric: SumCampaignDiscount, Subject: i.campaign.ID},
		)
	}
	return keys
}

// MoreNeeds says what is still to be read once customer, order and vouchers are known: counters of tiers for the customer
// and the order, product quotas, the holder of a generic code. Most requests need nothing.
func MoreNeeds(r *Request, x *Catalogue, s *Snapshot) Needs {
	var n Needs
	c, err := newCalculation(x, s, r)
	if err != nil {
		return n // the calculation reports it
	}
	for _, t := range c.turns {
		if t.incentive == nil {
			continue
		}
		if t.Object == PromotionTier {
			n.Counters = append(n.Counters, c.personalCounters(t.incentive)...)
		}
		n.Counters = append(n.Counters, c.quotaCounters(t.incentive)...)
		more := c.moreOf(t)
		n.Counters, n.Holders = append(n.Counters, more.Counters...), append(n.Holders, more.Holders...)
	}
	return n
}

// personalCounters are the counters of a tier that belong to the customer and the order, as far as they are stored.
func (c *calculation) personalCounters(i *incentive) []CounterKey {
	var keys []CounterKey
	if c.snapshot.Customer != nil {
		keys = append(keys,
			CounterKey{Metric: CountIncentiveCustomer, Subject: i.id, Customer: c.customerID},
			CounterKey{Metric: CountCampaignCustomer, Subject: c.campaignOf(i), Customer: c.customerID},
		)
	}
	if c.snapshot.Order != nil {
		keys = append(keys, CounterKey{Metric: CountCampaignOrder, Subject: c.campaignOf(i), Detail: c.orderID})
	}
	return keys
}

// quotaCounters are the counters of product quotas that the order may touch.
func (c *calculation) quotaCounters(i *incentive) []CounterKey {
	if i.discount == nil {
		return nil
	}
	var keys []CounterKey
	for _, q := range i.discount.QuotasFor(c.start) {
		if key, counted := c.quotaKey(i, q); counted {
			keys = append(keys, key)
		}
	}
	return keys
}

// quotaKey returns the counter of a quota. A quota per customer is not counted for anonymous requests: there it limits
// each request by itself. A quota of a tier means nothing for a voucher, which then counts it for its campaign.
func (c *calculation) quotaKey(i *incentive, q discount.Quota) (CounterKey, bool) {
	key := CounterKey{Metric: CountQuota, Subject: c.campaignOf(i), Detail: q.Target}
	if q.Tier && i.object == PromotionTier {
		key.Subject = i.id
	}
	if q.Product != "" {
		key.Detail += "/" + q.Product
	}
	if q.PerCustomer {
		key.Customer = c.customerID
	}
	return key, !q.PerCustomer || c.customerID != ""
}

// counterOf returns the counter behind a rule's metric.
func (c *calculation) counterOf(m validation.Metric, i *incentive) CounterKey {
	switch m {
	case validation.IncentivePerCustomer:
		return CounterKey{Metric: CountIncentiveCustomer, Subject: i.id, Customer: c.customerID}
	case validation.CampaignPerCustomer:
		return CounterKey{Metric: CountCampaignCustomer, Subject: c.campaignOf(i), Customer: c.customerID}
	case validation.CampaignOrdersAmount:
		return CounterKey{Metric: SumCampaignOrders, Subject: c.campaignOf(i)}
	case validation.CampaignDiscountAmount:
		return CounterKey{Metric: SumCampaignDiscount, Subject: c.campaignOf(i)}
	}
	return CounterKey{Metric: CountCampaign, Subject: c.campaignOf(i)}
}

// campaignOf is the campaign scope of an incentive; a standalone voucher is its own.
func (c *calculation) campaignOf(i *incentive) string {
	if i.campaign != nil {
		return i.campaign.ID
	}
	return i.id
}
