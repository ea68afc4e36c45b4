package voucherify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
)

// TestVerifyFindsWhatContradictsThePoints changes one thing behind the engine's back and reads what Verify says.
func TestVerifyFindsWhatContradictsThePoints(t *testing.T) {
	t.Parallel()
	account := func(from, to string) func(*pointsBooks) {
		return func(b *pointsBooks) { b.edit(record.LoyaltyAccount, b.voucher, from, to) }
	}
	entry := func(from, to string) func(*pointsBooks) {
		return func(b *pointsBooks) { b.edit(record.Transaction, b.entry, from, to) }
	}
	for _, tt := range []struct {
		name string
		plan func(*pointsBooks)
		want []string
	}{
		{"nothing", func(*pointsBooks) {}, nil},
		{"a balance that was raised", account(`"balance":420`, `"balance":421`), []string{"card voucher balance"}},
		{"an income that was raised", account(`"points":550`, `"points":551`), []string{"card voucher points"}},
		{"points that have expired and did not", account(`"expired_points":0`, `"expired_points":1`), []string{"card voucher expired_points"}},
		{"points that were removed and are not", account(`"subtracted_points":130`, `"subtracted_points":129`), []string{"card voucher subtracted_points"}},
		{"points that were redeemed and were not", account(`"redeemed_points":0`, `"redeemed_points":1`), []string{"card voucher redeemed_points", "redemption voucher redeemed_points"}},
		{"an entry too many in the count", account(`"entries":3`, `"entries":4`), []string{"card voucher transactions"}},
		{"a bucket that was raised", account(`"points":420,"created_at"`, `"points":421,"created_at"`), []string{"card voucher buckets"}},
		{"a bucket that expires", account(`"points":420,"created_at"`, `"points":420,"expires_at":"2027-01-01","created_at"`), []string{"card voucher buckets"}},
		{"a bucket below 0", account(`"buckets":[`, `"buckets":[{"id":"lopb_x","points":-5,"expires_at":"2027-01-01","created_at":"2026-11-25T12:00:00Z"},`), []string{"card voucher buckets"}},
		{"points that wait for nothing", account(`"pending_points":7`, `"pending_points":8`), []string{"card voucher pending_points"}},
		{"an activation that was put off", account(`"next_activation":"2026-11-28"`, `"next_activation":"2026-11-29"`), []string{"card voucher next_activation"}},
		{"points at first that were not there", account(`"initial_points":500`, `"initial_points":501`), []string{
			"card voucher buckets", "card voucher balance", "card voucher initial_points", "card voucher points",
			"entry voucher_transaction balance", "entry voucher_transaction total",
		}},
		{"an entry that is gone", func(b *pointsBooks) { b.delete(record.Transaction, b.entry) }, []string{
			"card voucher balance", "card voucher buckets", "card voucher points", "entry voucher_transaction balance", "entry voucher_transaction total",
			"number voucher_transaction number",
		}},
		{"an entry with other points", entry(`"points":50,"total"`, `"points":49,"total"`), []string{"entry voucher_transaction points"}},
		{"an entry that says something else is left", entry(`"balance":550`, `"balance":551`), []string{"entry voucher_transaction balance"}},
		{"an entry with another total", entry(`"total":550`, `"total":551`), []string{"entry voucher_transaction total"}},
		{"an entry out of turn", entry(`"number":1`, `"number":5`), []string{
			"card voucher transactions", "entry voucher_transaction balance", "entry voucher_transaction total", "number voucher_transaction number",
		}},
		{"a transfer without its other side", func(b *pointsBooks) { b.delete(record.Transaction, b.related) }, []string{
			"reference voucher_transaction related_transaction_id",
		}},
		{"an account without a card", func(b *pointsBooks) { b.delete(record.Voucher, b.voucher) }, []string{"reference loyalty_account voucher_id"}},
		{"a card without an account", func(b *pointsBooks) { b.delete(record.LoyaltyAccount, b.voucher) }, []string{"reference voucher loyalty_account"}},
		{"an entry of a card that is gone", func(b *pointsBooks) {
			b.must(b.Vouchers.Delete(background, b.voucher, true))
			b.edit(record.Transaction, b.removal, `"balance":520`, `"balance":521`)
		}, []string{"entry voucher_transaction balance"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newPointsBooks(t)
			tt.plan(b)
			var got []string
			for f, err := range b.Verify(background) {
				b.must(err)
				line := fmt.Sprint(f.Check, " ", f.Object, " ", f.Field)
				if f.ID == b.related || f.Object == "voucher" && f.ID != b.voucher {
					continue // the other card, whose ledger is hurt as well when an entry is deleted
				}
				if !slices.Contains(got, line) {
					got = append(got, line)
				}
			}
			slices.Sort(got)
			slices.Sort(tt.want) // the tables read better in another order
			equal(t, tt.want, got)
		})
	}
}

// pointsBooks is a shop with a card of 500 points: 50 were added, 30 removed and 100 given to another card; 7 wait.
type pointsBooks struct {
	books
	removal, related string
}

func newPointsBooks(t *testing.T) *pointsBooks {
	t.Helper()
	s := newShop(t)
	program := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 500 })
	card, other := s.join(program, "ada"), s.join(program, "bob")
	s.add(card.Code, loyalty.Adjustment{Points: 50})
	s.add(card.Code, loyalty.Adjustment{Points: -30})
	s.must(second(s.Loyalty.TransferPoints(background, other.Code, transfers(card.Code, 100))))
	s.hold(card.Code, 7, loyalty.DateOf(noon, time.UTC)+3)
	b := &pointsBooks{books: books{shop: s, voucher: card.ID}}
	for x, err := range s.Loyalty.Transactions(background, card.Code, listAll) {
		s.must(err)
		switch x.Number {
		case 1:
			b.entry = x.ID
		case 2:
			b.removal = x.ID
		default:
			b.related = x.RelatedTransactionID
		}
	}
	return b
}
