package voucherify_test

import (
	"errors"
	"testing"

	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// A host redeems a cart that overrides a price, asks again in the same transaction, and rolls back. The change of the
// configuration that comes next has the number that the host's change had; the host's price must not come back with it.
func TestAPriceThatAHostRolledBackIsNotSeenByOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("TEN", off100, 0)
	price := int64(5000)
	_, err := s.Products.CreateProduct(background, product.Product{SourceID: "mug", Price: &price})
	s.must(err)
	plain := redemption.Request{
		Redeemables: redemption.Codes("TEN"), Order: &order.Order{Items: []order.Item{{SourceID: "mug", RelatedObject: product.KindProduct, Quantity: 1}}},
	}
	amount := func(a *redemption.Validation, err error) int64 {
		s.must(err)
		return a.Order.Amount
	}
	if got := amount(s.Validate(background, plain)); got != 5000 {
		t.Fatalf("amount = %d before anything", got)
	}

	cheap := int64(1)
	overriding := redemption.Request{Redeemables: plain.Redeemables, Order: &order.Order{Items: []order.Item{{
		Quantity: 1, Product: &order.ProductData{SourceID: "mug", Override: true, Price: &cheap},
	}}}}
	rolledBack := errors.New("the host has changed its mind")
	err = s.store.Update(background, func(tx store.Tx) error {
		if _, err := s.RedeemTx(background, tx, overriding); err != nil {
			return err
		}
		result, err := s.RedeemTx(background, tx, plain)
		if err != nil {
			return err
		}
		if result.Order.Amount != 1 {
			t.Errorf("amount = %d in the host's own transaction, want the price that it has set", result.Order.Amount)
		}
		return rolledBack
	})
	if !errors.Is(err, rolledBack) {
		t.Fatal(err)
	}
	_, err = s.Products.CreateProduct(background, product.Product{SourceID: "another", Price: &price})
	s.must(err)
	if got := amount(s.Validate(background, plain)); got != 5000 {
		t.Errorf("amount = %d with the price of a transaction that never was, want 5000", got)
	}
}
