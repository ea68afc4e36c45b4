package redemption

import (
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
)

// NeedsOf says what a request reads. It fails on a request that Check refuses, on a stack that the catalogue does not
// have, and on more redeemables than the stacking rules allow, so that nothing is read in vain. now must be the Now of
// the snapshot: it decides which days, weeks and months are read.
func NeedsOf(r *Request, x *Catalogue, now time.Time) (Needs, error) {
	if err := r.Check(); err != nil {
		return Needs{}, err
	}
	named, err := x.expand(r)
	if err != nil {
		return Needs{}, err
	}
	b := x.bucketsOf(now)
	n := Needs{Templates: x.templates(b, r.Actor)}
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
			n.Counters = append(n.Counters, tier.sharedCounters(b, r.Actor)...)
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

// templates are the counters to read of the vouchers that a request names: those that a rule of the project looks at, the
// voucher's own use, and whether its campaign has counted the order; and those of the customer that segments look at.
func (x *Catalogue) templates(b buckets, names Actor) []CounterTemplate {
	list := make([]CounterTemplate, 0, 8+len(x.audience.Templates()))
	list = append(list,
		CounterTemplate{Metric: CountVoucher},
		CounterTemplate{Metric: CountCampaignOrder, OfCampaign: true, PerOrder: true},
	)
	for _, m := range x.metrics {
		if t, ok := families[m].template(b, names); ok {
			list = append(list, t)
		}
	}
	return append(list, x.audience.Templates()...)
}

// sharedCounters are the counters of a tier that rules look at and that do not belong to a customer.
func (i *incentive) sharedCounters(b buckets, names Actor) []CounterKey {
	var keys []CounterKey
	for _, m := range i.metrics {
		f := families[m]
		t, ok := f.template(b, names)
		if !ok || f.customer {
			continue
		}
		key := CounterKey{Metric: t.Metric, Subject: i.id, Detail: t.Detail}
		if f.campaign && i.campaign != nil {
			key.Subject = i.campaign.ID
		}
		keys = append(keys, key)
	}
	return keys
}

// MoreNeeds says what is still to be read once customer, order and vouchers are known: counters of tiers for the customer
// and the order, product quotas, the holder of a generic code, and what the segments that rules name look at. Most requests
// need nothing.
func MoreNeeds(r *Request, x *Catalogue, s *Snapshot) Needs {
	n := Needs{History: x.History()}
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
		if t.incentive.gift != nil && t.voucher != nil {
			n.Counters = append(n.Counters, CardKeys(t.voucher.ID)...)
		}
		more := c.moreOf(t)
		n.Counters, n.Holders = append(n.Counters, more.Counters...), append(n.Holders, more.Holders...)
		if t.refers() && s.Customer != nil {
			n.Chains = append(n.Chains, Chain{CampaignID: t.voucher.CampaignID, ReferrerID: t.voucher.HolderID})
		}
		t.addCard(&n)
	}
	return n
}

// personalCounters are the counters of a tier that belong to the customer and the order, as far as they are stored.
func (c *calculation) personalCounters(i *incentive) []CounterKey {
	var keys []CounterKey
	if c.snapshot.Customer != nil {
		for _, m := range i.metrics {
			if key, ok := c.key(families[m], i); ok && families[m].customer {
				keys = append(keys, key)
			}
		}
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

// campaignOf is the campaign scope of an incentive; a standalone voucher is its own.
func (c *calculation) campaignOf(i *incentive) string {
	if i.campaign != nil {
		return i.campaign.ID
	}
	return i.id
}
