package discount

import "github.com/voucherify-go/voucherify/product"

// Quota identifies a limit on discounted units across orders. Its counter belongs to the campaign, or to the tier when
// Tier is set; to one customer when PerCustomer is set; and to one product of the target when Product is not empty.
type Quota struct {
	// Target is the entry of applicable_to that carries the limit.
	Target      string
	Product     string
	Tier        bool
	PerCustomer bool
	// Limit is the number of units in all.
	Limit int64
}

// QuotaUse is the number of units that a discount took from a quota.
type QuotaUse struct {
	Quota
	Units int64
}

// QuotasFor returns the quotas that the discount may look at on the lines of the order, so that their counters can be read
// beforehand.
func (p *Program) QuotasFor(s *State) []Quota {
	var quotas []Quota
	for i := range p.scope.entries {
		e := &p.scope.entries[i]
		if e.Quotas == (product.Quotas{}) {
			continue
		}
		for k := range s.Lines {
			if e.matcher.Matches(s.Lines[k].Identity) {
				quotas = append(quotas, e.quotas(&s.Lines[k])...)
			}
		}
	}
	return quotas
}

// quotaLedger keeps the units that this application has taken, so that two lines share what is left.
type quotaLedger struct{ uses []QuotaUse }

// limit cuts units down to what the quotas of the pick's entry leave and returns the quotas that were looked at.
func (q *quotaLedger) limit(c *calculation, p *pick, units int64) (int64, []Quota) {
	if p.entry.Quotas == (product.Quotas{}) || units <= 0 {
		return units, nil
	}
	quotas := p.entry.quotas(&c.state.Lines[p.line])
	for _, quota := range quotas {
		used := q.used(quota)
		if c.context.QuotaUsed != nil {
			used += c.context.QuotaUsed(quota)
		}
		units = min(units, max(0, quota.Limit-used))
	}
	return units, quotas
}

func (q *quotaLedger) used(quota Quota) int64 {
	for _, use := range q.uses {
		if use.Quota == quota {
			return use.Units
		}
	}
	return 0
}

func (q *quotaLedger) use(quotas []Quota, units int64) {
	for _, quota := range quotas {
		found := false
		for i := range q.uses {
			if q.uses[i].Quota == quota {
				q.uses[i].Units += units
				found = true
			}
		}
		if !found {
			q.uses = append(q.uses, QuotaUse{Quota: quota, Units: units})
		}
	}
}

// quotas lists the entry's quotas for a line.
func (e *entry) quotas(l *Line) []Quota {
	target := string(e.Kind()) + ":" + e.ID
	if e.ID == "" {
		target = string(e.Kind()) + "-source:" + e.SourceID
	}
	each := l.Identity.ProductID
	if each == "" {
		each = l.Identity.Key()
	}
	limits := &e.Quotas
	var quotas []Quota
	for _, q := range [...]struct {
		limit                   *int64
		each, customer, forTier bool
	}{
		{limits.PerCampaign, false, false, false},
		{limits.PerCustomerInCampaign, false, true, false},
		{limits.PerProductInCampaign, true, false, false},
		{limits.PerProductAndCustomerInCampaign, true, true, false},
		{limits.PerTier, false, false, true},
		{limits.PerCustomerInTier, false, true, true},
		{limits.PerProductInTier, true, false, true},
		{limits.PerProductAndCustomerInTier, true, true, true},
	} {
		if q.limit == nil {
			continue
		}
		quota := Quota{Target: target, Tier: q.forTier, PerCustomer: q.customer, Limit: *q.limit}
		if q.each {
			quota.Product = each
		}
		quotas = append(quotas, quota)
	}
	return quotas
}
