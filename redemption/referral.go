package redemption

import (
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/voucher"
)

// Chain is the chain of referrals above a referrer of a campaign: who has brought him, who has brought that one, and so on.
type Chain struct{ CampaignID, ReferrerID string }

// Conversion is the use of a referral code by a customer.
type Conversion struct {
	Redemption *Redemption
	Voucher    *voucher.Voucher
	Campaign   *campaign.Campaign
}

// ProgramOf is the programme that counts for a code: its own, or that of its campaign; nil for what is no referral code.
func ProgramOf(v *voucher.Voucher, camp *campaign.Campaign) *referral.Program {
	switch {
	case !v.IsReferralCode || camp == nil:
		return nil
	case v.ReferralProgram != nil:
		return v.ReferralProgram
	}
	return camp.ReferralProgram
}

// RefereesKey is the counter of the unique referees of a customer in a campaign, and in all campaigns without one.
func RefereesKey(customerID, campaignID string) CounterKey {
	return CounterKey{Metric: CountReferees, Subject: customerID, Detail: campaignID}
}

// LinksKey is the counter that changes whenever a customer becomes the referrer of somebody, is brought himself, or was found to
// be brought by nobody. Who relies on one of these limits it to what he has read, plus his own change.
func LinksKey(customerID, campaignID string) CounterKey {
	return CounterKey{Metric: CountReferralLinks, Subject: customerID, Detail: campaignID}
}

// refers reports whether the redeemable is a referral code.
func (t *turn) refers() bool { return t.voucher != nil && t.voucher.IsReferralCode }

// checkReferral checks that a referral code has a referrer, and that it is used by somebody else.
func (c *calculation) checkReferral(t *turn) *fault.Error {
	if !t.refers() {
		return nil
	}
	var err *fault.Error
	switch referrer := t.voucher.HolderID; {
	case referrer == "":
		err = fault.New(fault.NotPublished, "%s", t.ID)
	case c.customer == nil:
		err = fault.New(fault.MissingCustomer, "Customer is required to redeem a referral code")
	case c.customerID == referrer:
		err = fault.New(fault.ReferrerNotPermittedToRedeem, "%s", t.ID)
	case c.snapshot.Brought[Chain{t.voucher.CampaignID, referrer}]:
		err = fault.New(fault.ReferrerNotPermittedToRedeem, "%s: the customer has brought the referrer", t.ID)
	default:
		return nil
	}
	c.step(Step{Subject: t.ID, Check: CheckReferral, Outcome: Denied, Reason: err.Key})
	return err
}

// nameReferrer names the referrer of the first referral code on the order.
func (c *calculation) nameReferrer(o *order.Order) {
	for _, t := range c.turns {
		if t.refers() && t.answer.Status == Applicable {
			o.ReferrerID = t.voucher.HolderID
			return
		}
	}
}

// Conversions are the referral codes that were redeemed, in the order of application.
func (calc *Calculation) Conversions(result *Result) []Conversion {
	var list []Conversion
	for _, x := range result.Redemptions {
		for _, t := range calc.inner.turns {
			if t.refers() && t.incentive.campaign != nil && t.voucher.ID == x.RelatedObjectID {
				list = append(list, Conversion{Redemption: x, Voucher: t.voucher, Campaign: t.incentive.campaign})
			}
		}
	}
	return list
}

// ConversionsOf says which standing redemptions behind a record may have made referrals: those of referral codes.
func ConversionsOf(s *Snapshot, name string) []string {
	named := s.Redemptions[name]
	if named == nil {
		return nil
	}
	var ids []string
	for _, x := range standing(s, named) {
		if x.IsReferralCode {
			ids = append(ids, x.ID)
		}
	}
	return ids
}
