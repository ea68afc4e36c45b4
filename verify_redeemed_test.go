package voucherify_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/reward"
)

// TestVerifyFindsWhatContradictsPoints changes one thing behind the engine's back and reads what Verify says.
func TestVerifyFindsWhatContradictsPoints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		plan func(*books, string)
		want []string
	}{
		{"nothing", func(*books, string) {}, nil},
		{"redeemed points that nobody has redeemed", func(b *books, _ string) {
			b.edit(record.LoyaltyAccount, b.voucher, `"redeemed_points":40`, `"redeemed_points":41`)
		}, []string{"card voucher redeemed_points", "redemption voucher redeemed_points"}},
		{"an entry that is gone", func(b *books, _ string) { b.delete(record.Transaction, b.entry) }, []string{
			"reference redemption transaction_id", "card voucher buckets", "card voucher redeemed_points", "card voucher balance",
			"card voucher transactions",
		}},
		{"an entry of other points", func(b *books, _ string) { b.edit(record.Transaction, b.entry, `"points":-40`, `"points":-41`) },
			[]string{
				"redemption redemption amount", "entry voucher_transaction balance", "entry voucher_transaction parts",
				"card voucher redeemed_points", "card voucher balance", "card voucher buckets",
			}},
		{"an entry of another redemption", func(b *books, _ string) {
			b.edit(record.Transaction, b.entry, `"redemption":{"id":"`+b.redemption, `"redemption":{"id":"r_other`)
		}, []string{"reference voucher_transaction redemption"}},
		{"a reward that is gone", func(b *books, id string) { b.delete(record.RewardRedemption, id) }, []string{"reference redemption reward_redemption_id"}},
		{"a reward that was rolled back by itself", func(b *books, id string) {
			b.edit(record.RewardRedemption, id, `"state":"PENDING"`, `"state":"ROLLEDBACK"`)
		}, []string{"reference reward_redemption state"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 100)
			result, err := c.redeem(c.offer(c.cup(nil), reward.Loyalty{Points: 40}), 0)
			c.must(err)
			b := &books{shop: c.shop, voucher: c.card.ID, redemption: result.ID(), entry: result.Redemptions[0].Granted.TransactionID}
			tt.plan(b, result.RewardRedemptions[0].ID)
			var got []string
			for f, err := range c.Verify(background) {
				c.must(err)
				if line := fmt.Sprint(f.Check, " ", f.Object, " ", f.Field); !slices.Contains(got, line) {
					got = append(got, line)
				}
			}
			equal(t, tt.want, got)
		})
	}
}
