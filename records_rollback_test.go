package voucherify_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
)

// breakfastFor redeems both codes of the counter on a breakfast for customer c1.
func (s *shop) breakfastFor(customerID string) *redemption.Result {
	s.t.Helper()
	result, err := s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("SPRING", "MUGS"), Order: breakfast(), Customer: customer.BySourceID(customerID), Metadata: metadata.Map{"till": 7},
	})
	s.must(err)
	return result
}

func TestWhatARollbackWrites(t *testing.T) {
	t.Parallel()
	s, n := counterShop(t), &namer{}
	result := s.breakfastFor("c1")
	n.name(asJSON(t, result)) // names as in the records of the redeem
	s.now.Store(60)
	s.writes(t, "records/rollback_refused", n, func() {
		err := second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID(), OrderID: "ord_1", Reason: "storm"}))
		if !errors.Is(err, fault.InvalidOrder) {
			t.Errorf("got %v", err)
		}
	})
	s.writes(t, "records/rollback_child", n, func() {
		s.must(second(s.Rollback(background, redemption.RollbackRequest{
			IdempotencyKey: "O1", Redemption: result.Redemptions[1].ID, Reason: "broken", Metadata: metadata.Map{"clerk": "Bo"},
		})))
	})
	s.now.Store(120)
	s.writes(t, "records/rollback_rest", n, func() {
		s.must(second(s.Rollback(background, redemption.RollbackRequest{
			Redemption: result.ID(), Reason: "late", Customer: customer.BySourceID("c1"), OrderID: result.Order.ID,
		})))
	})
}

func TestWhatTheRollbackOfASingleRedemptionWrites(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("TEN", discount.Percent("10", discount.ToOrder), 1)
	result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("TEN"), Order: &order.Order{Amount: 1000}})
	s.must(err)
	_, err = s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesRollbackOrderMode: promotion.WithoutOrder})
	s.must(err)
	s.writes(t, "records/rollback_without_order", &namer{}, func() {
		s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	})
}

func TestWhatAReturnWrites(t *testing.T) {
	t.Parallel()
	s, n := counterShop(t), &namer{}
	result := s.breakfastFor("c1")
	n.name(asJSON(t, result))
	s.now.Store(60)
	s.writes(t, "records/return", n, func() {
		s.must(second(s.Return(background, redemption.ReturnRequest{
			IdempotencyKey: "O1", Redemption: result.ID(), Reason: "handle off",
			Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}, {ItemID: result.Order.Items[1].ID, Quantity: 1}},
		})))
	})
}

// TestReturnsGiveBackTheDiscountToTheCent buys seven mugs at 19.99 less 10.00 on the order and 33.3 % on the mugs, and returns
// them one by one.
func TestReturnsGiveBackTheDiscountToTheCent(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("TENNER", discount.AmountOff(1000, discount.ToOrder), 0)
	s.coupon("THIRD", discount.Percent("33.3", discount.ToOrder), 0)
	result, err := s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("TENNER", "THIRD"), Order: order.New("O1", order.Line{ProductID: "mug", Quantity: 7, Price: 1999}),
	})
	s.must(err)
	// 139.93 − 10.00 = 129.93, a third of it is 43.27 (43.26669): 86.66 to pay, 53.27 off.
	if diff := cmp.Diff(amounts{13993, 5327, 5327, 5327, 5327, 8666}, amountsOf(result.Order)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	budget := func(code string) int64 {
		v, err := s.Vouchers.Get(background, code)
		s.must(err)
		return s.counters()[redemption.CounterKey{Metric: redemption.SumCampaignDiscount, Subject: v.ID}]
	}
	type step struct{ Amount, Discount, Refund, Tenner, Third int64 }
	// 5327/7 = 761: exactly. 1000/7 = 142.857…: the first unit has 143, the first two 286 (285.7), three 429 (428.6), four 571,
	// five 714, six 857; what is left of each 761 is that of THIRD.
	want := []step{
		{1999, 761, 1238, 143, 618}, {1999, 761, 1238, 143, 618}, {1999, 761, 1238, 143, 618}, {1999, 761, 1238, 142, 619},
		{1999, 761, 1238, 143, 618}, {1999, 761, 1238, 143, 618}, {1999, 761, 1238, 143, 618},
	}
	var got []step
	for range 7 {
		tenner, third := budget("TENNER"), budget("THIRD")
		answer, err := s.Return(background, redemption.ReturnRequest{
			Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
		})
		s.must(err)
		r := answer.Return
		got = append(got, step{r.Amount, r.Discount, r.Refund, tenner - budget("TENNER"), third - budget("THIRD")})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if budget("TENNER") != 0 || budget("THIRD") != 0 {
		t.Errorf("the budgets still hold %d and %d", budget("TENNER"), budget("THIRD"))
	}
	s.redeemed("TENNER", 1)
	stored, err := s.Orders.Get(background, "O1")
	s.must(err)
	if stored.Status != order.Paid || stored.TotalAmount != 8666 {
		t.Errorf("a return changed the order: %s, %d", stored.Status, stored.TotalAmount)
	}
}

func TestARollbackAfterAReturnGivesBackTheRest(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("TENNER", discount.AmountOff(1000, discount.ToOrder), 1)
	result, err := s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("TENNER"), Order: order.New("", order.Line{ProductID: "mug", Quantity: 3, Price: 2000}),
	})
	s.must(err)
	answer, err := s.Return(background, redemption.ReturnRequest{
		Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 2}},
	})
	s.must(err)
	back, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	if answer.Return.Discount != 667 || back.Rollbacks[0].Discount != 333 {
		t.Errorf("returned %d, rolled back %d of 1000", answer.Return.Discount, back.Rollbacks[0].Discount)
	}
	if diff := cmp.Diff(map[redemption.CounterKey]int64{}, s.counters()); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	if back.Order.Status != order.Canceled || back.Order.TotalAmount != 6000 {
		t.Errorf("order = %s, %d", back.Order.Status, back.Order.TotalAmount)
	}
}
