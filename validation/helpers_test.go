package validation_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// ruleOf reads a rule with the given tree of conditions.
func ruleOf(t testing.TB, rules string) validation.Rule {
	t.Helper()
	var r validation.Rule
	if err := json.Unmarshal([]byte(`{"id":"val_1","name":"a rule","rules":`+rules+`}`), &r); err != nil {
		t.Fatalf("%s: %v", rules, err)
	}
	return r
}

// compile prepares a rule against the shop of the tests.
func compile(t testing.TB, r validation.Rule) *validation.Program {
	t.Helper()
	p, err := validation.NewCompiler().Compile(r, shop)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// requireInvalid compares the particulars of an error about a broken definition.
func requireInvalid(t *testing.T, err error, field, details string) {
	t.Helper()
	var got *fault.Error
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a *fault.Error about %s", err, field)
	}
	want := &fault.Error{
		Code: 400, Key: fault.InvalidValidationRules, Message: "Invalid Validation Rule Definition", Field: field, Details: details,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

// shop has two collections: shirts in sizes, and what is on sale.
var shop = product.NewIndex(
	[]*product.Product{{ID: "prod_shirt", SourceID: "shirt"}, {ID: "prod_mug", SourceID: "mug"}, {ID: "prod_hat"}},
	[]*product.SKU{{ID: "sku_small", SourceID: "s", ProductID: "prod_shirt"}, {ID: "sku_large", ProductID: "prod_shirt"}},
	[]*product.Collection{
		{ID: "pc_clothes", Products: []product.Ref{{ID: "prod_shirt"}, {ID: "prod_hat"}}},
		{ID: "pc_sale", Products: []product.Ref{{ID: "sku_small"}, {ID: "prod_mug"}}},
	},
)

// line is a line of the cart with a price.
func line(identity product.Identity, quantity, price int64, metadata map[string]any) validation.ItemFacts {
	return validation.ItemFacts{
		Identity: identity, Quantity: quantity, Price: price, HasPrice: true, Amount: quantity * price, HasAmount: true,
		Metadata: metadata,
	}
}

var (
	smallShirt = product.Identity{SKUID: "sku_small", SKUSourceID: "s", ProductID: "prod_shirt", ProductSourceID: "shirt"}
	largeShirt = product.Identity{SKUID: "sku_large", ProductID: "prod_shirt", ProductSourceID: "shirt"}
	mug        = product.Identity{ProductID: "prod_mug", ProductSourceID: "mug"}
	hat        = product.Identity{ProductID: "prod_hat"}
)

// order describes a cart.
func order(items ...validation.ItemFacts) validation.OrderFacts {
	o := validation.OrderFacts{Present: true, Items: items}
	for _, item := range items {
		o.Quantity += item.Quantity
		o.Amount += item.Amount
		o.HasAmount = o.HasAmount || item.HasAmount
	}
	o.InitialAmount, o.TotalAmount = o.Amount, o.Amount
	return o
}

// facts is a request that has everything: 2 small shirts of 20.00, 1 large shirt of 25.00 and 3 mugs of 9.00, 92.00 in
// all, of which 2.00 are gone before this redeemable and 10.00 go with it.
func facts() *validation.Facts {
	f := &validation.Facts{
		Order: order(
			line(smallShirt, 2, 2000, map[string]any{"color": "red", "gift": true}),
			line(largeShirt, 1, 2500, map[string]any{"color": "blue"}),
			line(mug, 3, 900, map[string]any{"color": "red", "text": "for Anna"}),
		),
		Customer: validation.CustomerFacts{
			Present: true, ID: "cust_1", SourceID: "u-1", Name: "Anna", Email: "anna@example.com",
			Segments: []string{"seg_vip", "seg_new"},
			Metadata: map[string]any{"level": "gold", "age": 42.0, "address": map[string]any{"city": "Wrocław"}},
		},
		Redemption: validation.RedemptionFacts{Metadata: map[string]any{"channel": "web"}, DiscountAmount: 1000},
	}
	f.Order.Amount, f.Order.TotalAmount = 9000, 8000
	f.Order.Metadata = map[string]any{"location": "Santorini"}
	return f
}
