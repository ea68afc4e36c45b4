package campaign

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/voucher"
)

// checkReferral checks a referral programme. A code without a discount is for programmes that give the referee something else,
// or that convert by a custom event.
func (c Campaign) checkReferral() error {
	t, p := c.Voucher, c.ReferralProgram
	switch {
	case t == nil:
		return fault.New(fault.InvalidCampaign, "a referral programme needs a voucher").At("voucher")
	case p == nil:
		return fault.New(fault.InvalidCampaign, "a referral programme needs its referral_program").At("referral_program")
	case t.Type != voucher.DiscountVoucher:
		return fault.New(fault.InvalidCampaign, "the codes of a referral programme are %s", voucher.DiscountVoucher).At("voucher.type")
	case t.Gift != nil:
		return fault.New(fault.InvalidCampaign, "a referral programme has no gift").At("voucher.gift")
	case t.LoyaltyCard != nil:
		return fault.New(fault.InvalidCampaign, "a referral programme has no loyalty card").At("voucher.loyalty_card")
	case t.Discount == nil && p.RefereeReward == nil && p.ConversionEventType != referral.ByCustomEvent:
		return fault.New(fault.InvalidCampaign, "Property 'discount' is required for %s campaign", ReferralProgram).At("voucher.discount")
	case c.Type == Standalone:
		return fault.New(fault.InvalidCampaign, "each referrer has a code of his own").At("type")
	}
	if t.Discount != nil {
		if err := t.Discount.Check(); err != nil {
			return fault.Within("voucher.discount", err)
		}
	}
	if err := p.Check(); err != nil {
		return fault.Within("referral_program", err)
	}
	return c.checkCodes()
}
