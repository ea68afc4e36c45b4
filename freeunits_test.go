package voucherify_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// A unit that a replacement added can be discounted by a later redemption. When the replacement is rolled back the unit
// goes, and no discount stays behind that is larger than what is left of its line.
func TestRollingAReplacementBackLeavesNoDiscountOnUnitsThatAreGone(t *testing.T) {
	t.Parallel()
	for _, later := range []struct {
		name string
		give discount.Discount
		free int64 // units that stay free
	}{
		{"a percentage", discount.Percent("100", discount.ToItems), 0},
		{"free units", discount.FreeUnits(2, "limited", discount.AddMissing), 1},
	} {
		t.Run(later.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.scoped("UPGRADE", discount.FreeUnits(1, "limited", discount.Replace), "tee")
			s.scoped("LATER", later.give, "limited")
			first := s.take("UPGRADE", order.New("o1", order.Line{ProductID: "tee", Quantity: 1, Price: 2000},
				order.Line{ProductID: "limited", Quantity: 1, Price: 2500}))
			second := s.take("LATER", &order.Order{SourceID: "o1"})
			if second.Order.TotalAmount != 0 {
				t.Fatalf("the second redemption leaves %d", second.Order.TotalAmount)
			}
			back, err := s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: first.ID()})
			s.must(err)
			line := back.Order.Items[1]
			got := []int64{line.Quantity, line.DiscountQuantity, line.DiscountAmount, line.SubtotalAmount, back.Order.TotalAmount}
			if diff := cmp.Diff([]int64{1, later.free, 2500, 0, 2000}, got); diff != "" {
				t.Errorf("units, free, discount, subtotal, total (-want +got):\n%s", diff)
			}
			back, err = s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: second.ID()})
			s.must(err)
			if back.Order.TotalAmount != 4500 || back.Order.TotalDiscountAmount != 0 || back.Order.Status != order.Canceled {
				t.Errorf("after both rollbacks: total %d, discount %d, %s", back.Order.TotalAmount, back.Order.TotalDiscountAmount, back.Order.Status)
			}
		})
	}
}

func TestFreeShippingTakesThePriceOfTheCatalogue(t *testing.T) {
	t.Parallel()
	s, price := newShop(t), int64(590)
	stored, err := s.Products.CreateProduct(context.Background(), product.Product{SourceID: discount.ShippingSource, Price: &price})
	s.must(err)
	if stored.ID != discount.ShippingProduct {
		t.Errorf("the id is %s", stored.ID)
	}
	s.coupon("SHIPFREE", discount.FreeShipping(), 0)
	for name, line := range map[string]order.Item{
		"by id": {ProductID: discount.ShippingProduct}, "by source_id": {SourceID: discount.ShippingSource},
	} {
		got := s.take("SHIPFREE", &order.Order{Items: []order.Item{line}}).Order
		if len(got.Items) != 1 || got.Amount != 590 || got.TotalAmount != 0 {
			t.Errorf("%s: %d lines, amount %d, total %d", name, len(got.Items), got.Amount, got.TotalAmount)
		}
	}
}

// scoped creates a code that is about one product.
func (s *shop) scoped(code string, d discount.Discount, productID string) {
	s.t.Helper()
	stored := s.coupon(code, d, 0)
	rule, err := s.Rules.Create(context.Background(), validation.Rule{Name: code, ApplicableTo: product.Scope{
		Included: []product.Target{{Ref: product.Ref{ID: productID, Object: product.KindProduct}}},
	}})
	s.must(err)
	_, err = s.Rules.Assign(context.Background(), rule.ID, validation.OnVoucher, stored.ID)
	s.must(err)
}

// take redeems a code on an order.
func (s *shop) take(code string, o *order.Order) *redemption.Result {
	s.t.Helper()
	result, err := s.Redeem(context.Background(), redemption.Request{Redeemables: redemption.Codes(code), Order: o})
	s.must(err)
	return result
}
