package voucherify_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
)

// BenchmarkReferral redeems codes of 1.00 for customers who are new each time: a coupon, a referral code, and a referral code
// that gives credits to both sides and a coupon for the first referee.
func BenchmarkReferral(b *testing.B) {
	for _, bench := range []struct {
		name    string
		prepare func(s *shop) string
	}{
		{"coupon", func(s *shop) string { return s.coupon("SAVE", discount.AmountOff(100, discount.ToOrder), 0).Code }},
		{"referral", func(s *shop) string { s.programme(nil); return s.referrer("ann") }},
		{"rewards", func(s *shop) string {
			s.programme(rewarding(s.cards("Welcome"), 500))
			s.refTier(0, referral.FromCampaign(s.cards("Thanks").ID, 100))
			s.refTier(1, referral.FromCampaign(s.coded("Coupon", func(c *campaign.Campaign) { c.Type = campaign.AutoUpdate }).ID, 0))
			return s.referrer("ann")
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := newShop(b)
			code := bench.prepare(s)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if _, err := s.Redeem(context.Background(), redemption.Request{
					Redeemables: redemption.Codes(code), Order: &order.Order{Amount: 1000}, Customer: of(fmt.Sprint("customer-", n)),
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
