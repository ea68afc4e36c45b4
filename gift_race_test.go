package voucherify_test

import (
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/redemption"
)

// Somebody else tops the card up just before each entry is written: the balance in the entry counts that.
func TestAnEntryIsWrittenOnTheStateThatItWasCalculatedFrom(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.card("CARD", 1000)
	topUp := func() { s.must(second(s.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: 1}))) }
	slow := &overtaken{Store: s.store}
	other, err := voucherify.New(slow, voucherify.WithClock(func() time.Time { return noon }))
	s.must(err)
	var first, later *redemption.Result
	for _, call := range []func() error{
		func() error {
			return second(other.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: 500}))
		},
		func() (err error) {
			first, err = other.Redeem(background, pay(300, redemption.GiftCard("CARD", 300)))
			return err
		},
		func() error {
			return second(other.Rollback(background, redemption.RollbackRequest{Redemption: first.ID()}))
		},
		func() error {
			later = s.threeUnits("CARD")
			return second(other.Return(background, redemption.ReturnRequest{
				Redemption: later.ID(), Lines: []redemption.ReturnLine{{ItemID: later.Order.Items[0].ID, Quantity: 3}},
			}))
		},
	} {
		slow.first = []func(){topUp}
		s.must(call())
	}
	equal(t, []string{
		"1 CREDITS_ADDITION +1 total 1001 balance 1001", "2 CREDITS_ADDITION +500 total 1501 balance 1501",
		"3 CREDITS_ADDITION +1 total 1502 balance 1502", "4 CREDITS_REDEMPTION -300 total 1502 balance 1202",
		"5 CREDITS_ADDITION +1 total 1503 balance 1203", "6 CREDITS_REFUND +300 total 1503 balance 1503",
		"7 CREDITS_REDEMPTION -1503 total 1503 balance 0", "8 CREDITS_ADDITION +1 total 1504 balance 1",
		"9 CREDITS_REFUND +1503 total 1504 balance 1504",
	}, s.entries("CARD"))
	s.verified()
}
