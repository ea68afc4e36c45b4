package voucherify_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// cupboard is an order of two mugs at 700, known by the shop's own identifiers; the catalogue is to learn them.
func cupboard(name string) *order.Order {
	price := int64(700)
	return &order.Order{Items: []order.Item{{
		Quantity: 2,
		Product:  &order.ProductData{SourceID: "mug", Override: true, Name: name, Price: &price, Metadata: metadata.Map{"fragile": true}},
		SKU:      &order.SKUData{SourceID: "mug-blue", Override: true, Name: "blue"},
	}}}
}

var ignoreIDs = cmp.FilterPath(func(p cmp.Path) bool {
	switch p.Last().String() {
	case ".ID", ".ProductID", ".CreatedAt", ".UpdatedAt":
		return true
	}
	return false
}, cmp.Ignore())

func TestARedeemStoresTheProductsThatItsLinesOverride(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	ten := discount.Percent("10", discount.ToOrder)
	_, err := s.Vouchers.Create(ctx, voucher.Voucher{
		Code: "TEN", Type: voucher.DiscountVoucher, Discount: &ten,
	})
	s.must(err)
	redeem := func(name string) {
		_, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("TEN"), Order: cupboard(name)})
		s.must(err)
	}

	_, err = s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("TEN"), Order: cupboard("Mug")})
	s.must(err)
	if _, err := s.Products.GetProduct(ctx, "mug"); err == nil {
		t.Error("a validation has stored a product")
	}

	redeem("Mug")
	price := int64(700)
	want := product.Product{SourceID: "mug", Name: "Mug", Price: &price, Metadata: metadata.Map{"fragile": true}, Version: 1}
	got, err := s.Products.GetProduct(ctx, "mug")
	s.must(err)
	if diff := cmp.Diff(want, got, ignoreIDs); diff != "" {
		t.Errorf("product (-want +got):\n%s", diff)
	}
	sku, err := s.Products.GetSKU(ctx, "mug-blue")
	s.must(err)
	if diff := cmp.Diff(product.SKU{SourceID: "mug-blue", ProductID: got.ID, Name: "blue", Version: 1}, sku,
		cmpopts.IgnoreFields(product.SKU{}, "ID", "CreatedAt")); diff != "" {
		t.Errorf("SKU (-want +got):\n%s", diff)
	}

	before := revision(t, s)
	redeem("Mug")
	if after := revision(t, s); after != before {
		t.Errorf("saying the same again changed the configuration: revision %d, then %d", before, after)
	}
	redeem("Cup")
	want.Name, want.Version = "Cup", 2
	got, err = s.Products.GetProduct(ctx, "mug")
	s.must(err)
	if diff := cmp.Diff(want, got, ignoreIDs); diff != "" {
		t.Errorf("product (-want +got):\n%s", diff)
	}
}

func TestAnOrderStoresTheProductsThatItsLinesOverride(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	o, err := s.Orders.Create(ctx, *cupboard("Mug"))
	s.must(err)
	if o.Amount != 1400 {
		t.Errorf("amount = %d, want 1400", o.Amount)
	}
	if _, err := s.Products.GetSKU(ctx, "mug-blue"); err != nil {
		t.Error(err)
	}
}

func TestALineCannotOverrideWhatItCannotName(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	before := revision(t, s)
	_, err := s.Orders.Create(ctx, order.Order{Items: []order.Item{
		{ProductID: "prod_unknown", Quantity: 1, Product: &order.ProductData{Override: true, Name: "by an unknown id"}},
		{Quantity: 1, Product: &order.ProductData{Override: true, Name: "without any name"}},
		{Quantity: 1, SKU: &order.SKUData{SourceID: "orphan", Override: true, Name: "without a product"}},
	}})
	s.must(err)
	if after := revision(t, s); after != before {
		t.Errorf("the configuration changed: revision %d, then %d", before, after)
	}
}

func revision(t *testing.T, s *shop) (revision int64) {
	t.Helper()
	err := s.store.View(context.Background(), func(r store.Reader) (err error) {
		revision, err = r.Revision(context.Background())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return revision
}
