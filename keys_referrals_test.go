package voucherify_test

import (
	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/redemption"
)

// referralKeys are met by referral codes.
var referralKeys = []keyRow{
	{
		key: fault.HolderAssignmentDuplication,
		fail: func(s *shop) error {
			s.programme(nil)
			code := s.referrer("ann")
			s.must(second(s.Referrals.AddHolders(background, code, voucherify.HoldersRequest{Holders: []customer.Customer{*of("bob")}})))
			return second(s.Referrals.AddHolders(background, code, voucherify.HoldersRequest{Holders: []customer.Customer{*of("bob")}}))
		},
		want: `{"code":409,"key":"holder_assignement_duplication","message":"Duplicate holder assignment","details":"the customer holds ANN already","field":"holders[0]","resource_id":"v_…","resource_type":"voucher"}`,
	},
	{
		key: fault.NotPublished,
		fail: func(s *shop) error {
			s.programme(func(c *campaign.Campaign) { c.Type = campaign.Static })
			s.must(s.Campaigns.AddVoucher(background, "Friends", "ANN"))
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANN"), Customer: of("bob")}))
		},
		want: `{"code":400,"key":"not_published","message":"Voucher is not published","details":"ANN","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.ReferrerNotPermittedToRedeem,
		fail: func(s *shop) error {
			s.programme(nil)
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes(s.referrer("ann")), Customer: of("ann")}))
		},
		want: `{"code":400,"key":"referrer_not_permitted_to_redeem","message":"voucher cannot be redeemed by referrer","details":"ANN","resource_id":"rf_…","resource_type":"redemption"}`,
	},
}
