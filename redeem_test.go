package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// amounts are the figures of an order that the trace compares.
type amounts struct{ Amount, Discount, Applied, TotalDiscount, TotalApplied, Total int64 }

func amountsOf(o *order.Order) amounts {
	if o == nil {
		return amounts{}
	}
	return amounts{o.Amount, o.DiscountAmount, o.AppliedDiscountAmount, o.TotalDiscountAmount, o.TotalAppliedDiscountAmount, o.TotalAmount}
}

// TestTheWorkedTrace walks the trace of the behaviour's section 19 with a second coupon in the place of the gift card.
func TestTheWorkedTrace(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("TEN", discount.Percent("10", discount.ToOrder), 1)
	s.coupon("OFF700", discount.AmountOff(700, discount.ToOrder), 0)
	request := redemption.Request{
		Redeemables: redemption.Codes("TEN", "OFF700"), Customer: customer.BySourceID("c1"),
		Order: order.New("O1", order.Line{SKUID: "A", Quantity: 2, Price: 5000}),
	}

	validation, err := s.Validate(ctx, request)
	s.must(err)
	if !validation.Valid || len(validation.Redeemables) != 2 {
		t.Fatalf("validation = %+v", validation)
	}
	want := []amounts{{10000, 1000, 1000, 1000, 1000, 9000}, {10000, 1700, 700, 1700, 700, 8300}}
	got := []amounts{amountsOf(validation.Redeemables[0].Order), amountsOf(validation.Redeemables[1].Order)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders of the redeemables (-want +got):\n%s", diff)
	}
	top := amounts{10000, 1700, 1700, 1700, 1700, 8300}
	if diff := cmp.Diff(top, amountsOf(validation.Order)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}

	result, err := s.Redeem(ctx, request)
	s.must(err)
	if diff := cmp.Diff(top, amountsOf(result.Order)); diff != "" {
		t.Errorf("the redeemed order differs from the validated one (-want +got):\n%s", diff)
	}
	if result.Order.Status != order.Paid || result.Parent == nil || len(result.Redemptions) != 2 {
		t.Fatalf("result = %+v", result)
	}
	parent := result.Parent.ID
	if diff := cmp.Diff(result.Parent.Children, result.Order.Redemptions[parent].Stacked); diff != "" {
		t.Errorf("order.redemptions (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(parent, "r_") || parent >= result.Redemptions[0].ID {
		t.Errorf("the parent %s does not sort before its child %s", parent, result.Redemptions[0].ID)
	}
	s.redeemed("TEN", 1)

	_, err = s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("TEN")})
	var refused *redemption.Refused
	if !errors.As(err, &refused) || !errors.Is(err, fault.QuantityExceeded) {
		t.Fatalf("second use: %v", err)
	}
	failed, err := s.Redemptions.Get(ctx, refused.Cause.ResourceID)
	s.must(err)
	if failed.Result != redemption.Failure || failed.FailureCode != fault.QuantityExceeded || !strings.HasPrefix(failed.ID, "rf_") {
		t.Errorf("failed attempt = %+v", failed)
	}

	back, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: parent, Reason: "return"})
	s.must(err)
	if len(back.Rollbacks) != 2 || back.Parent == nil || back.Order.Status != order.Canceled {
		t.Fatalf("rollback = %+v", back)
	}
	if diff := cmp.Diff(amounts{Amount: 10000, Total: 10000}, amountsOf(back.Order)); diff != "" {
		t.Errorf("order after the rollback (-want +got):\n%s", diff)
	}
	s.redeemed("TEN", 0)
	for _, id := range append(result.Parent.Children, parent) {
		x, err := s.Redemptions.Get(ctx, id)
		s.must(err)
		if x.Status != redemption.RolledBack || x.Result != redemption.Success {
			t.Errorf("%s: result %s, status %s", id, x.Result, x.Status)
		}
	}

	_, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: parent})
	var cause *fault.Error
	if !errors.Is(err, fault.AlreadyRolledBack) || !errors.As(err, &cause) || !strings.HasPrefix(cause.ResourceID, "rrf_") {
		t.Errorf("second rollback: %v", err)
	}
	again, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("TEN")})
	s.must(err)
	if !again.Valid {
		t.Errorf("TEN is not free again: %+v", again.Decision)
	}
}

func (s *shop) redeemed(code string, want int64) {
	s.t.Helper()
	v, err := s.Vouchers.Get(context.Background(), code)
	s.must(err)
	if v.Redemption.RedeemedQuantity != want {
		s.t.Errorf("%s: redeemed_quantity = %d, want %d", code, v.Redemption.RedeemedQuantity, want)
	}
}

func TestASecondRedemptionOnAStoredOrderAddsToTheFirst(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("FIRST", discount.AmountOff(9200, discount.ToOrder), 0)
	s.coupon("SECOND", discount.AmountOff(1000, discount.ToOrder), 0)
	first, err := s.Redeem(ctx, redemption.Request{
		Redeemables: redemption.Codes("FIRST"), Order: order.New("O1", order.Line{ProductID: "p", Quantity: 1, Price: 10000}),
	})
	s.must(err)
	second, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("SECOND"), Order: &order.Order{SourceID: "O1"}})
	s.must(err)
	if diff := cmp.Diff(amounts{10000, 10000, 800, 10000, 800, 0}, amountsOf(second.Order)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if second.Order.ID != first.Order.ID || len(second.Order.Redemptions) != 2 {
		t.Errorf("redemptions of the order: %v", second.Order.Redemptions)
	}
	back, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: first.ID()})
	s.must(err)
	if diff := cmp.Diff(amounts{10000, 800, 0, 800, 0, 9200}, amountsOf(back.Order)); diff != "" {
		t.Errorf("order after rolling back the first (-want +got):\n%s", diff)
	}
	if back.Order.Status != order.Paid {
		t.Errorf("status = %s while a redemption stands", back.Order.Status)
	}
	back, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: second.ID()})
	s.must(err)
	if back.Order.Status != order.Canceled || back.Order.TotalAmount != 10000 {
		t.Errorf("order after rolling back both = %+v", back.Order)
	}
}

func TestAnIdempotencyKeyFreezesTheSuccess(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("ONCE", discount.AmountOff(500, discount.ToOrder), 1)
	request := redemption.Request{IdempotencyKey: "order-1", Redeemables: redemption.Codes("ONCE"), Order: &order.Order{Amount: 2000}}
	first, err := s.Redeem(ctx, request)
	s.must(err)
	second, err := s.Redeem(ctx, request)
	s.must(err)
	if diff := cmp.Diff(asJSON(t, first), asJSON(t, second)); diff != "" {
		t.Errorf("the repetition answers differently (-first +second):\n%s", diff)
	}
	s.redeemed("ONCE", 1)

	request.Order = &order.Order{Amount: 2001}
	if _, err := s.Redeem(ctx, request); !errors.Is(err, fault.DuplicateResourceKey) {
		t.Errorf("the same key for another request: %v", err)
	}
}

func TestARefusalLeavesTheIdempotencyKeyFree(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	request := redemption.Request{IdempotencyKey: "k", Redeemables: redemption.Codes("LATER"), Order: &order.Order{Amount: 2000}}
	if _, err := s.Redeem(ctx, request); !errors.Is(err, fault.NotFound) {
		t.Fatalf("unknown code: %v", err)
	}
	s.coupon("LATER", discount.AmountOff(500, discount.ToOrder), 1)
	_, err := s.Redeem(ctx, request)
	s.must(err)
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOneChildOfAStackIsRolledBackByItself(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("A", discount.AmountOff(100, discount.ToOrder), 1)
	s.coupon("B", discount.AmountOff(50, discount.ToOrder), 1)
	result, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("A", "B"), Order: &order.Order{Amount: 1000}})
	s.must(err)
	back, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.Redemptions[0].ID})
	s.must(err)
	if back.Order.Status != order.Paid || back.Order.TotalAmount != 950 {
		t.Errorf("order = %s, total %d", back.Order.Status, back.Order.TotalAmount)
	}
	s.redeemed("A", 0)
	s.redeemed("B", 1)
	back, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	if len(back.Rollbacks) != 1 || back.Order.Status != order.Canceled || back.Order.TotalAmount != 1000 {
		t.Errorf("rolling back the rest = %+v", back)
	}
	s.redeemed("B", 0)
}

func TestWithoutOrderARollbackLeavesTheOrderAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	_, err := s.Settings.SetStackingRules(ctx, promotion.StackingRules{RedeemablesRollbackOrderMode: promotion.WithoutOrder})
	s.must(err)
	s.coupon("A", discount.AmountOff(100, discount.ToOrder), 1)
	result, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Amount: 1000}})
	s.must(err)
	back, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	if back.Order.Status != order.Paid || back.Order.TotalAmount != 900 {
		t.Errorf("order = %s, total %d", back.Order.Status, back.Order.TotalAmount)
	}
	s.redeemed("A", 0)
}

func TestADecisionSaysHowMuchIsMissing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	v := s.coupon("BIG", discount.Percent("10", discount.ToOrder), 0)
	var rule validation.Rule
	s.must(json.Unmarshal([]byte(`{"name":"big basket","rules":{"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[10000]},
		"error":{"message":"Only from 100.00"}},"logic":"1"}}`), &rule))
	rule, err := s.Rules.Create(ctx, rule)
	s.must(err)
	_, err = s.Rules.Assign(ctx, rule.ID, "voucher", v.ID)
	s.must(err)
	answer, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("BIG"), Order: &order.Order{Amount: 8750}})
	s.must(err)
	step, ok := answer.Decision.NearMiss()
	if answer.Valid || !ok {
		t.Fatalf("answer = %+v", answer)
	}
	missing := int64(1250)
	want := redemption.Step{
		Subject: "BIG", Check: redemption.CheckRule, Outcome: redemption.Denied, Reason: fault.OrderRulesViolated,
		Actual: step.Actual, Expected: step.Expected, Missing: &missing, Operand: "order.amount", RuleID: rule.ID, RuleVersion: 1,
	}
	if diff := cmp.Diff(want, step); diff != "" {
		t.Errorf("near miss (-want +got):\n%s", diff)
	}
	if step.Actual != "8750" || !strings.Contains(step.Expected, "10000") {
		t.Errorf("actual %q, expected %q", step.Actual, step.Expected)
	}
	if e := answer.Redeemables[0].Result.Error; e.Custom == nil || e.Custom.Message != "Only from 100.00" {
		t.Errorf("error = %+v", e)
	}
}

func TestInTheTransactionOfTheHostARefusalLeavesItsRowsIntact(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.must(s.store.Update(ctx, func(tx store.Tx) error {
		if err := tx.Put(ctx, record.Document{Kind: "host", ID: "row", CreatedAt: noon, Body: []byte(`{}`)}); err != nil {
			return err
		}
		_, err := s.RedeemTx(ctx, tx, redemption.Request{Redeemables: redemption.Codes("NONE")})
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("refusal: %v", err)
		}
		return nil
	}))
	s.must(s.store.View(ctx, func(r store.Reader) error {
		_, err := r.Get(ctx, "host", "row")
		return err
	}))
}

func TestBadRequestsAreRefusedBeforeAnythingHappens(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	many := make([]string, 31)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	amount := int64(-1)
	huge := int64(1) << 60
	for _, test := range []struct {
		name    string
		request redemption.Request
		key     fault.Key
		field   string
	}{
		{"no redeemables", redemption.Request{}, fault.InvalidPayload, "redeemables"},
		{"31 redeemables", redemption.Request{Redeemables: redemption.Codes(many...)}, fault.InvalidPayload, "redeemables"},
		{"a redeemable without an id", redemption.Request{Redeemables: redemption.Codes("A", "")}, fault.InvalidPayload, "redeemables[1].id"},
		{"an unknown kind", redemption.Request{Redeemables: []redemption.Redeemable{{Object: "ticket", ID: "A"}}}, fault.InvalidPayload, "redeemables[0].object"},
		{"the same code twice", redemption.Request{Redeemables: redemption.Codes("A", "A")}, fault.DuplicatedRedeemables, "redeemables[1]"},
		{"two stacks", redemption.Request{Redeemables: append(redemption.Stack("s1"), redemption.Stack("s2")...)}, fault.InvalidRedeemables, "redeemables"},
		{"an unknown stack", redemption.Request{Redeemables: redemption.Stack("stack_1")}, fault.NotFound, "redeemables[0].id"},
		{"501 items", redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Items: make([]order.Item, 501)}}, fault.InvalidPayload, "order.items"},
		{"a negative amount", redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Items: []order.Item{{Amount: &amount}}}}, fault.InvalidAmount, "order.items[0].amount"},
		{"an amount out of range", redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Items: []order.Item{{Price: &huge}}}}, fault.InvalidAmount, "order.items[0].price"},
		{"an unknown customer id", redemption.Request{Redeemables: redemption.Codes("A"), Customer: customer.ByID("cust_1")}, fault.NotFound, "customer.id"},
		{"an unknown order id", redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{ID: "ord_1"}}, fault.NotFound, "order.id"},
		{"a key that is too long", redemption.Request{IdempotencyKey: strings.Repeat("k", 256), Redeemables: redemption.Codes("A")}, fault.InvalidPayload, "idempotency_key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := asJSON(t, s.store.Export())
			for verb, err := range map[string]error{
				"validate": second(s.Validate(context.Background(), test.request)), "redeem": second(s.Redeem(context.Background(), test.request)),
			} {
				var cause *fault.Error
				if verb == "validate" && test.field == "idempotency_key" {
					continue
				}
				if !errors.As(err, &cause) || cause.Key != test.key || cause.Field != test.field {
					t.Errorf("%s: %v, want %s at %s", verb, err, test.key, test.field)
				}
			}
			if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
				t.Errorf("the request changed the store (-before +after):\n%s", diff)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }
