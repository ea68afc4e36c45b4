package campaign_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/voucher"
)

func referralTemplate() *campaign.Template {
	return &campaign.Template{Type: voucher.DiscountVoucher, IsReferralCode: true}
}

// referralProgram is a programme that passes.
func referralProgram() campaign.Campaign {
	off := discount.AmountOff(100, discount.ToOrder)
	template := referralTemplate()
	template.Discount = &off
	return campaign.Campaign{
		Name: "Friends", CampaignType: campaign.ReferralProgram, Type: campaign.AutoUpdate, JoinOnce: true, Voucher: template,
		ReferralProgram: &referral.Program{ConversionEventType: referral.ByRedemption},
	}
}

func TestCheckOfAReferralProgramme(t *testing.T) {
	t.Parallel()
	type camp = campaign.Campaign
	reward := &referral.RefereeReward{RelatedObjectParent: referral.Parent{ID: "camp_1"}, Type: referral.OnGiftVoucher, Amount: 1}
	checks{
		{"one that passes", func(*camp) {}, ""},
		{"no voucher", func(c *camp) { c.Voucher = nil }, "invalid_campaign voucher"},
		{"no programme", func(c *camp) { c.ReferralProgram = nil }, "invalid_campaign referral_program"},
		{"gift cards", func(c *camp) { c.Voucher.Type = voucher.GiftVoucher }, "invalid_campaign voucher.type"},
		{"a gift", func(c *camp) { c.Voucher.Gift = &campaign.Gift{} }, "invalid_campaign voucher.gift"},
		{"one code for all referrers", func(c *camp) { c.Type, c.Voucher.Code = campaign.Standalone, "ALL" }, "invalid_campaign type"},
		{"a broken discount", func(c *camp) { *c.Voucher.Discount.AmountOff = -1 }, "invalid_amount voucher.discount.amount_off"},
		{"a broken code configuration", func(c *camp) { c.Voucher.CodeConfig.Length = -1 }, "invalid_code_config voucher.code_config.length"},
		{"a broken programme", func(c *camp) { c.ReferralProgram.ConversionEventType = "order" }, "invalid_campaign referral_program.conversion_event_type"},
		{"nothing for the referee", func(c *camp) { c.Voucher.Discount = nil }, "invalid_campaign voucher.discount"},
		{"a gift instead of a discount", func(c *camp) { c.Voucher.Discount, c.ReferralProgram.RefereeReward = nil, reward }, ""},
		{"an event that converts, and no discount", func(c *camp) {
			c.Voucher.Discount = nil
			c.ReferralProgram = &referral.Program{ConversionEventType: referral.ByCustomEvent, CustomEvent: &referral.CustomEvent{Name: "signed_up"}}
		}, ""},
	}.run(t, referralProgram)
	checks{
		{"the programme of another campaign", func(c *camp) { c.ReferralProgram = &referral.Program{} }, "invalid_campaign referral_program"},
		{"referral codes of another campaign", func(c *camp) { c.Voucher = referralTemplate() }, "invalid_campaign voucher.is_referral_code"},
	}.run(t, func() campaign.Campaign { return camp{Name: "Coupons", CampaignType: campaign.DiscountCoupons} })
}
