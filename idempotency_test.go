package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
)

// keyedCall is one verb with an idempotency key: the same body again, and another one.
type keyedCall struct {
	verb        string
	same, other func(context.Context, *shop) (any, error)
}

// keyedCalls are the verbs that take a key, about one redemption; all of them are given the same key.
func keyedCalls(result *redemption.Result) []keyedCall {
	item := result.Order.Items[0].ID
	redeems := func(r redemption.Request) func(context.Context, *shop) (any, error) {
		return func(ctx context.Context, s *shop) (any, error) { return s.Redeem(ctx, r) }
	}
	returns := func(r redemption.ReturnRequest) func(context.Context, *shop) (any, error) {
		return func(ctx context.Context, s *shop) (any, error) { return s.Return(ctx, r) }
	}
	rolls := func(r redemption.RollbackRequest) func(context.Context, *shop) (any, error) {
		return func(ctx context.Context, s *shop) (any, error) { return s.Rollback(ctx, r) }
	}
	return []keyedCall{
		{
			"redeem", redeems(redemption.Request{IdempotencyKey: "k", Redeemables: redemption.Codes("MUGS"), Order: breakfast()}),
			redeems(redemption.Request{IdempotencyKey: "k", Redeemables: redemption.Codes("MUGS"), Order: breakfast(), TrackingID: "c1"}),
		},
		{
			"return", returns(redemption.ReturnRequest{IdempotencyKey: "k", Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: item, Quantity: 1}}}),
			returns(redemption.ReturnRequest{IdempotencyKey: "k", Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: item, Quantity: 2}}}),
		},
		{
			"rollback", rolls(redemption.RollbackRequest{IdempotencyKey: "k", Redemption: result.ID()}),
			rolls(redemption.RollbackRequest{IdempotencyKey: "k", Redemption: result.ID(), Reason: "storm"}),
		},
	}
}

func TestAKeyAnswersTheSameCallAgainAndRefusesAnother(t *testing.T) {
	t.Parallel()
	s := counterShop(t)
	for _, call := range keyedCalls(s.breakfastFor("c1")) {
		first, err := call.same(background, s)
		s.must(err)
		state := asJSON(t, s.store.Export())
		s.now.Add(60)
		again, err := call.same(background, s)
		s.must(err)
		if diff := cmp.Diff(asJSON(t, first), asJSON(t, again)); diff != "" {
			t.Errorf("%s: the repetition answers differently (-first +second):\n%s", call.verb, diff)
		}
		_, err = call.other(background, s)
		if got, want := placeOf(t, err), (place{fault.DuplicateResourceKey, "idempotency_key"}); got != want {
			t.Errorf("%s: the key of another call: got %v, want %v", call.verb, got, want)
		}
		if diff := cmp.Diff(state, asJSON(t, s.store.Export())); diff != "" {
			t.Errorf("%s: the repetitions changed the store (-before +after):\n%s", call.verb, diff)
		}
	}
}

func TestAKeptAnswerSurvivesWhateverBecomesOfTheProject(t *testing.T) {
	t.Parallel()
	s := counterShop(t)
	request := redemption.Request{
		IdempotencyKey: "k", Redeemables: redemption.Codes("SPRING", "MUGS"), Order: breakfast(), Customer: customer.BySourceID("c1"),
	}
	first, err := s.Redeem(background, request)
	s.must(err)
	want := asJSON(t, first)
	repeat := func(after string) {
		t.Helper()
		again, err := s.Redeem(background, request)
		if err != nil {
			t.Fatalf("after %s: %v", after, err)
		}
		if diff := cmp.Diff(want, asJSON(t, again)); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", after, diff)
		}
	}
	camp, err := s.Campaigns.Get(background, "Spring")
	s.must(err)
	half := discount.Percent("50", discount.ToOrder)
	camp.Voucher.Discount = &half
	s.must(second(s.Campaigns.Update(background, camp)))
	repeat("a change of the discount")
	s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{ApplicableRedeemablesLimit: 1})))
	repeat("a change of the stacking rules")
	s.must(s.Campaigns.Disable(background, "Spring"))
	repeat("switching the campaign off")
	s.must(s.Campaigns.Delete(background, "Spring", true))
	s.must(s.Vouchers.Delete(background, "MUGS", true))
	s.must(s.Customers.Delete(background, "c1"))
	repeat("deleting everything")
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: first.ID()})))
	repeat("a rollback")
}

func TestARefusedCallLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	s := counterShop(t)
	result := s.breakfastFor("c1")
	item := result.Order.Items[0].ID
	line := []redemption.ReturnLine{{ItemID: item, Quantity: 3}}
	err := second(s.Return(background, redemption.ReturnRequest{IdempotencyKey: "k", Redemption: result.ID(), Lines: line}))
	if !errors.Is(err, fault.InvalidPayload) {
		t.Fatalf("three of two: %v", err)
	}
	line[0].Quantity = 2
	s.must(second(s.Return(background, redemption.ReturnRequest{IdempotencyKey: "k", Redemption: result.ID(), Lines: line})))
	err = second(s.Rollback(background, redemption.RollbackRequest{IdempotencyKey: "k", Redemption: result.ID(), OrderID: "ord_1"}))
	if !errors.Is(err, fault.InvalidOrder) {
		t.Fatalf("another order: %v", err)
	}
	s.must(second(s.Rollback(background, redemption.RollbackRequest{IdempotencyKey: "k", Redemption: result.ID()})))
}

func TestWithoutAKeyEveryCallCounts(t *testing.T) {
	t.Parallel()
	s := counterShop(t)
	request := redemption.Request{Redeemables: redemption.Codes("MUGS"), Order: breakfast()}
	for range 2 {
		s.must(second(s.Redeem(background, request)))
	}
	s.redeemed("MUGS", 2)
	if outcomes := s.store.Export().Outcomes; len(outcomes) != 0 {
		t.Errorf("answers are kept: %v", outcomes)
	}
}

// TestAChangeOfTheDiscountDoesNotReachWhatWasRedeemed redeems 10 % of 100.00, makes it 50 % and gives everything back.
func TestAChangeOfTheDiscountDoesNotReachWhatWasRedeemed(t *testing.T) {
	t.Parallel()
	ten, half := discount.Percent("10", discount.ToOrder), discount.Percent("50", discount.ToOrder)
	for name, change := range map[string]func(*shop){
		"the campaign changes": func(s *shop) {
			camp, err := s.Campaigns.Get(background, "Ten")
			s.must(err)
			camp.Voucher.Discount = &half
			s.must(second(s.Campaigns.Update(background, camp)))
		},
		"the code gets its own discount": func(s *shop) { s.editVoucher("TEN", setDiscount(half)) },
		"the campaign is deleted":        func(s *shop) { s.must(s.Campaigns.Delete(background, "Ten", true)) },
		"the campaign goes to the bin":   func(s *shop) { s.must(s.Campaigns.Delete(background, "Ten", false)) },
		"the code is deleted":            func(s *shop) { s.must(s.Vouchers.Delete(background, "TEN", true)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.must(second(s.Campaigns.Create(background, campaign.Campaign{
				Name: "Ten", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &ten},
			})))
			s.must(s.Campaigns.AddVoucher(background, "Ten", "TEN"))
			result, err := s.Redeem(background, redemption.Request{
				Redeemables: redemption.Codes("TEN"), Order: order.New("O1", order.Line{ProductID: "p", Quantity: 4, Price: 2500}), Customer: customer.BySourceID("c1"),
			})
			s.must(err)
			change(s)
			returned, err := s.Return(background, redemption.ReturnRequest{
				Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
			})
			s.must(err)
			back, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
			s.must(err)
			if returned.Return.Discount != 250 || returned.Return.Refund != 2250 || back.Rollbacks[0].Discount != 750 {
				t.Errorf("returned %s, rolled back %d", asJSON(t, returned.Return), back.Rollbacks[0].Discount)
			}
			if diff := cmp.Diff(amounts{Amount: 10000, Total: 10000}, amountsOf(back.Order)); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if left := s.counters(); len(left) != 0 {
				t.Errorf("counters are left: %v", left)
			}
			stored, err := s.Redemptions.Get(background, result.ID())
			s.must(err)
			text, err := json.Marshal(stored.Granted)
			s.must(err)
			if stored.Granted.OrderDiscount != 1000 {
				t.Errorf("the record was rewritten: %s", text)
			}
		})
	}
}
