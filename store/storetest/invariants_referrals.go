package storetest

import (
	"strings"

	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
)

// referees are how many each referrer has brought, in all and into each campaign. Those who were deleted permanently are nobody.
func (p *project) referees() map[redemption.CounterKey]int64 {
	sums := map[redemption.CounterKey]int64{}
	for customerID := range p.customers {
		sums[redemption.RefereesKey(customerID, "")] += 0
	}
	for _, made := range p.referrals {
		if strings.HasPrefix(made.ReferrerID, id.Anonymous) {
			continue
		}
		for _, campaignID := range [...]string{"", made.CampaignID} {
			key := redemption.RefereesKey(made.ReferrerID, campaignID)
			sums[key] += 0
			if made.Status == referral.Converted {
				sums[key]++
			}
		}
	}
	return sums
}

func (p *project) checkReferrals() {
	for key, sum := range p.referees() {
		if got := p.counters[key]; got != sum {
			p.complain("counter %s is %d, the referrals add up to %d", key, got, sum)
		}
	}
	above := map[string]string{}
	for name, made := range p.referrals {
		key := referral.Key(made.CampaignID, made.CustomerID)
		if above[key] != "" {
			p.complain("referral %s: the customer was brought into the campaign before", name)
		}
		if made.Status != referral.Converted {
			continue
		}
		above[key] = referral.Key(made.CampaignID, made.ReferrerID)
		x := p.redemptions[made.RelatedObjectID]
		if made.RelatedObjectType == referral.OfRedemption && (x == nil || !stands(x) || !x.IsReferralCode || x.RelatedObjectID != made.VoucherID) {
			p.complain("referral %s stands, the redemption %s of its code does not", name, made.RelatedObjectID)
		}
	}
	for start := range above {
		steps := 0
		for at := above[start]; at != ""; at = above[at] {
			if steps++; at == start || steps > len(above) {
				p.complain("the chain of referrals above %s leads back into itself", start)
				break
			}
		}
	}
}
