package voucherify_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// threeUnits pays with codes for three units at 10.00.
func (s *shop) threeUnits(codes ...string) *redemption.Result {
	s.t.Helper()
	result, err := s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes(codes...), Order: order.New("", order.Line{SKUID: "sku-1", Quantity: 3, Price: 1000}),
		TrackingID: "c1",
	})
	s.must(err)
	return result
}

func (s *shop) oneBack(result *redemption.Result) *redemption.Return {
	s.t.Helper()
	back, err := s.Return(background, redemption.ReturnRequest{
		Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
	})
	s.must(err)
	return back.Return
}

func TestReturnedUnitsGiveTheirCreditsBackToTheCard(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.card("CARD", 1000)
	result := s.threeUnits("CARD")
	var shares [][2]int64
	for range 3 {
		back := s.oneBack(result)
		shares = append(shares, [2]int64{int64(back.Gift), back.Refund})
	}
	// A third of 10.00 each, rounded cumulatively: the credits come back to the cent, and the money that was paid as well.
	equal(t, [][2]int64{{333, 667}, {334, 666}, {333, 667}}, shares)
	equal(t, []string{
		"1 CREDITS_REDEMPTION -1000 total 1000 balance 0", "2 CREDITS_REFUND +333 total 1000 balance 333",
		"3 CREDITS_REFUND +334 total 1000 balance 667", "4 CREDITS_REFUND +333 total 1000 balance 1000",
	}, s.entries("CARD"))
	// Nothing is left for the rollback, so it writes no entry.
	undone, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	equal(t, &redemption.GiftAmount{}, undone.Rollbacks[0].Gift)
	equal(t, 4, len(s.transactions("CARD")))
	s.verified()
}

func TestAReturnGivesEachCardItsOwnShare(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.card("ONE", 500)
	s.card("TWO", 700)
	s.coupon("OFF", discount.Percent("10", discount.ToOrder), 0)
	result := s.threeUnits("OFF", "ONE", "TWO")
	back := s.oneBack(result)
	// 3.00, 5.00 and 7.00 of 30.00 were taken off; a third of it is 1.00 for nobody, 1.67 and 2.33 for the cards.
	equal(t, []int64{1000, 500, 500, 400}, []int64{back.Amount, back.Discount, back.Refund, int64(back.Gift)})
	equal(t, []ledger.Credits{167, 233}, []ledger.Credits{s.left("ONE"), s.left("TWO")})
	undone, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	equal(t, []int64{0, -333, -467}, []int64{undone.Rollbacks[0].Amount, undone.Rollbacks[1].Amount, undone.Rollbacks[2].Amount})
	equal(t, []ledger.Credits{500, 700}, []ledger.Credits{s.left("ONE"), s.left("TWO")})
	s.verified()
}

func TestCreditsComeBackToACardThatCannotBeUsedAnyMore(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*shop) error{
		"disabled": func(s *shop) error { return s.Vouchers.Disable(background, "CARD") },
		"deleted":  func(s *shop) error { return s.Vouchers.Delete(background, "CARD", true) },
		"expired": func(s *shop) error {
			s.editVoucher("CARD", func(v *voucher.Voucher) { past := noon.Add(-time.Hour); v.ExpirationDate = &past })
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			card := s.card("CARD", 1000)
			result := s.threeUnits("CARD")
			s.must(end(s))
			s.oneBack(result)
			s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
			equal(t, []string{
				"1 CREDITS_REDEMPTION -1000 total 1000 balance 0", "2 CREDITS_REFUND +333 total 1000 balance 333",
				"3 CREDITS_REFUND +667 total 1000 balance 1000",
			}, s.entries(card.ID))
			s.verified()
		})
	}
}

// A campaign's limit on redeemed credits counts what was not given back.
func TestABudgetOfGiftCredits(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.card("CARD", 5000)
	s.rule(`{"name":"budget","rules":{"1":{"name":"redemption.gift.amount","conditions":{"$less_than_or_equal":[1000]}},"logic":"1"}}`,
		validation.OnVoucher, card.ID)
	try := func(credits ledger.Credits) error {
		return second(s.Redeem(background, pay(3000, redemption.GiftCard("CARD", credits))))
	}
	if err := try(1001); !errors.Is(err, fault.RedemptionRulesViolated) {
		t.Errorf("1001 of a budget of 1000: %v", err)
	}
	result, err := s.Redeem(background, pay(3000, redemption.GiftCard("CARD", 600)))
	s.must(err)
	if err := try(401); !errors.Is(err, fault.RedemptionRulesViolated) {
		t.Errorf("401 of the 400 that are left: %v", err)
	}
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	s.must(try(1000))
	s.verified()
}

func TestTheEventsOfAGiftCard(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.card("CARD", 1000)
	result := s.threeUnits("CARD")
	s.oneBack(result)
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	s.must(second(s.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: -1})))
	told := map[event.Type]int{}
	for _, kind := range s.kinds() {
		told[kind]++
	}
	equal(t, []int{4, 0}, []int{told[event.GiftTransactionCreated], told[event.GiftBalanceAdded]})
	c, err := s.Customers.Get(context.Background(), "c1")
	s.must(err)
	equal(t, int64(0), c.Summary.Redemptions.Gift.RedeemedAmount)
}

// verified fails the test when the ledger contradicts something.
func (s *shop) verified() {
	s.t.Helper()
	for finding, err := range s.Verify(background) {
		s.must(err)
		s.t.Error(finding)
	}
}
