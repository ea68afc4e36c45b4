package voucherify_test

import (
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/voucher"
)

// Read as the entries of the other kind of card, each of them would be of 0.
func TestEntriesAreNotReadAsThoseOfAnotherKindOfCard(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	s.must(second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: 5})))
	gift, err := s.Vouchers.Create(background, voucher.Voucher{Code: "GIFT", Type: voucher.GiftVoucher, Gift: &voucher.Gift{}})
	s.must(err)
	s.must(second(s.Vouchers.AddBalance(background, "GIFT", ledger.Adjustment{Amount: 5})))
	points := func(code string) (amounts []int64, err error) {
		for x, err := range s.Loyalty.Transactions(background, code, voucherify.ListOptions{}) {
			if err != nil {
				return nil, err
			}
			amounts = append(amounts, int64(x.Details.Balance.Points))
		}
		return amounts, nil
	}
	credits := func(code string) (amounts []int64, err error) {
		for x, err := range s.Vouchers.Transactions(background, code, voucherify.ListOptions{}) {
			if err != nil {
				return nil, err
			}
			amounts = append(amounts, int64(x.Details.Balance.Amount))
		}
		return amounts, nil
	}
	check := func(when string, read func(string) ([]int64, error), name string, want []int64, refused string) {
		t.Helper()
		got, err := read(name)
		if refused != "" {
			if says(err) != refused {
				t.Errorf("%s: %v, want %s", when, err, refused)
			}
			return
		}
		s.must(err)
		equal(t, want, got)
	}
	check("points of a loyalty card", points, card.Code, []int64{5}, "")
	check("credits of a gift card", credits, "GIFT", []int64{5}, "")
	check("points of a gift card", points, "GIFT", nil, "invalid_voucher : a voucher of type GIFT_VOUCHER has no points")
	check("credits of a loyalty card", credits, card.Code, nil, "invalid_voucher : the entries of a loyalty card are read with Loyalty.Transactions")
	s.must(s.Vouchers.Delete(background, card.Code, true))
	s.must(s.Vouchers.Delete(background, "GIFT", true))
	check("points of a loyalty card that is gone", points, card.ID, []int64{5}, "")
	check("credits of a gift card that is gone", credits, gift.ID, []int64{5}, "")
	check("points of a gift card that is gone", points, gift.ID, nil, "")
	check("credits of a loyalty card that is gone", credits, card.ID, nil, "")
}
