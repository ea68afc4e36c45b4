package voucherify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// scene is a random project: a few coupons on random products, a random cart, and the request that brings them together.
type scene struct {
	*shop
	request redemption.Request
}

func drawScene(t *rapid.T, tb testing.TB) *scene {
	ctx := context.Background()
	s := newShop(tb)
	_, err := s.Settings.SetStackingRules(ctx, promotion.StackingRules{
		RedeemablesApplicationMode:         rapid.SampledFrom([]promotion.ApplicationMode{promotion.All, promotion.Partial}).Draw(t, "mode"),
		RedeemablesProductsApplicationMode: rapid.SampledFrom([]promotion.ProductsMode{promotion.Stacked, promotion.Once}).Draw(t, "products"),
		DiscountCalculationMode:            rapid.SampledFrom([]discount.Mode{discount.Initial, discount.Discounted}).Draw(t, "base"),
	})
	s.must(err)
	for i := range 4 {
		price := int64(100 * (i + 1))
		_, err := s.Products.CreateProduct(ctx, product.Product{SourceID: fmt.Sprintf("p%d", i), Price: &price})
		s.must(err)
	}
	codes := make([]string, rapid.IntRange(1, 4).Draw(t, "coupons"))
	for i := range codes {
		codes[i] = fmt.Sprintf("CODE%d", i)
		v := s.coupon(codes[i], drawDiscount(t), 0)
		if rapid.Bool().Draw(t, "scoped") {
			s.scope(t, v.ID)
		}
	}
	lines := make([]order.Item, rapid.IntRange(1, 5).Draw(t, "lines"))
	for i := range lines {
		price := rapid.Int64Range(0, 100_000).Draw(t, "price")
		lines[i] = order.Item{
			SourceID: fmt.Sprintf("p%d", rapid.IntRange(0, 3).Draw(t, "product")), RelatedObject: product.KindProduct,
			Quantity: rapid.Int64Range(1, 7).Draw(t, "quantity"), Price: &price,
		}
	}
	return &scene{shop: s, request: redemption.Request{
		Redeemables: redemption.Codes(codes...), Order: &order.Order{Items: lines}, Customer: customer.BySourceID("c1"),
	}}
}

func drawDiscount(t *rapid.T) discount.Discount {
	amount := rapid.Int64Range(0, 50_000).Draw(t, "amount")
	percent := fmt.Sprintf("%d.%d", rapid.IntRange(0, 99).Draw(t, "percent"), rapid.IntRange(0, 9).Draw(t, "decimal"))
	return rapid.SampledFrom([]discount.Discount{
		discount.AmountOff(amount, discount.ToOrder), discount.AmountOff(amount, discount.ToItems),
		discount.AmountOff(amount, discount.ToItemsByQuantity), discount.AmountOff(amount, discount.ToItemsProportionally),
		discount.AmountOff(amount, discount.ToItemsProportionallyByUnit), discount.Percent(percent, discount.ToOrder),
		discount.Percent(percent, discount.ToItems), discount.NewPrice(amount, discount.ToOrder), discount.NewPrice(amount, discount.ToItems),
		discount.FreeUnits(amount%5, "p1", discount.AddMissing), discount.FreeUnits(amount%5, "p2", discount.AddNew),
	}).Draw(t, "discount")
}

func (s *shop) scope(t *rapid.T, voucherID string) {
	ctx := context.Background()
	target := product.Target{Ref: product.Ref{Object: product.KindProduct, SourceID: fmt.Sprintf("p%d", rapid.IntRange(0, 3).Draw(t, "target"))}}
	rule, err := s.Rules.Create(ctx, validation.Rule{Name: "scope", ApplicableTo: product.Scope{
		Included: []product.Target{target}, IncludedAll: rapid.Bool().Draw(t, "all"),
	}})
	s.must(err)
	_, err = s.Rules.Assign(ctx, rule.ID, "voucher", voucherID)
	s.must(err)
}

// state is everything of the store that a rollback has to restore: counters, configuration, vouchers.
func (s *shop) state() map[string]string {
	dump := s.store.Export()
	state := map[string]string{}
	for key, value := range s.counters() {
		state["counter "+key.String()] = fmt.Sprint(value)
	}
	for _, d := range dump.Documents {
		if d.Kind.Configuration() || d.Kind == "voucher" {
			state[string(d.Kind)+" "+d.ID] = string(d.Body)
		}
	}
	return state
}

func TestRollbackRestoresTheState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt, t)
		before := s.state()
		result, err := s.Redeem(context.Background(), s.request)
		if err != nil {
			rt.Skip("refused")
		}
		back, err := s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: result.ID()})
		s.must(err)
		if diff := cmp.Diff(before, s.state()); diff != "" {
			rt.Fatalf("state (-before +after):\n%s", diff)
		}
		o := back.Order
		if o.TotalDiscountAmount != 0 || o.TotalAmount != o.Amount || o.Amount != o.InitialAmount || o.Status != order.Canceled {
			rt.Fatalf("order after the rollback: %+v", o)
		}
		for i := range o.Items {
			if o.Items[i].Quantity != o.Items[i].InitialQuantity || o.Items[i].DiscountQuantity != 0 {
				rt.Fatalf("line %d after the rollback: %+v", i, o.Items[i])
			}
		}
	})
}

func TestValidateAndRedeemGiveTheSameOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt, t)
		validated, err := s.Validate(context.Background(), s.request)
		s.must(err)
		redeemed, err := s.Redeem(context.Background(), s.request)
		if (err == nil) != validated.Valid {
			rt.Fatalf("validate says %t, redeem says %v", validated.Valid, err)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(bare(validated.Order), bare(redeemed.Order)); diff != "" {
			rt.Fatalf("order (-validated +redeemed):\n%s", diff)
		}
	})
}

// bare is an order without what storing it adds.
func bare(o *order.Order) order.Order {
	c := *o
	c.ID, c.Status, c.CustomerID, c.Redemptions, c.Version = "", "", "", nil, 0
	c.CreatedAt, c.Touched = noon, c.Touched&^order.TouchedApplied
	c.Items = append([]order.Item(nil), o.Items...)
	for i := range c.Items {
		c.Items[i].ID = ""
	}
	return c
}

func TestReturningAllUnitsInAnyOrderGivesBackExactlyTheDiscount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt, t)
		result, err := s.Redeem(context.Background(), s.request)
		if err != nil {
			rt.Skip("refused")
		}
		left := map[string]int64{}
		var ids []string
		for i := range result.Order.Items {
			left[result.Order.Items[i].ID] = result.Order.Items[i].Quantity
			ids = append(ids, result.Order.Items[i].ID)
		}
		var amount, given, refund int64
		for len(ids) > 0 {
			k := rapid.IntRange(0, len(ids)-1).Draw(rt, "line")
			units := rapid.Int64Range(1, left[ids[k]]).Draw(rt, "units")
			answer, err := s.Return(context.Background(), redemption.ReturnRequest{
				Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: ids[k], Quantity: units}},
			})
			s.must(err)
			if answer.Return.Discount < 0 || answer.Return.Refund < 0 {
				rt.Fatalf("return = %+v", answer.Return)
			}
			amount, given, refund = amount+answer.Return.Amount, given+answer.Return.Discount, refund+answer.Return.Refund
			if left[ids[k]] -= units; left[ids[k]] == 0 {
				ids = append(ids[:k], ids[k+1:]...)
			}
		}
		o := result.Order
		if amount != o.Amount || given != o.TotalDiscountAmount || refund != o.TotalAmount {
			rt.Fatalf("returned %d, discount %d, refund %d of order %+v", amount, given, refund, o)
		}
		for key, value := range s.counters() {
			if key.Metric == redemption.SumCampaignDiscount && value != 0 {
				rt.Fatalf("%s still holds %d", key, value)
			}
		}
	})
}

// counters are those that a rollback lowers again: what a customer has done is not undone, and codes stay.
func (s *shop) counters() map[redemption.CounterKey]int64 {
	counters := map[redemption.CounterKey]int64{}
	others := []redemption.CounterMetric{redemption.CountCustomerSummary, redemption.CountCustomerEvent, redemption.CountCodes}
	for _, c := range s.store.Export().Counters {
		if !slices.Contains(others, c.Key.Metric) {
			counters[c.Key] = c.Value
		}
	}
	return counters
}

func TestTheSameRequestHasTheSameAnswerByteForByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt, t)
		var first string
		for range 20 {
			answer, err := s.Validate(context.Background(), s.request)
			s.must(err)
			text, err := json.Marshal(answer)
			s.must(err)
			if first == "" {
				first = string(text)
			}
			if first != string(text) {
				rt.Fatalf("answers differ:\n%s\n%s", first, text)
			}
		}
	})
}
