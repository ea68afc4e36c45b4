package order_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

func TestNewMakesAnItemOfEachLine(t *testing.T) {
	t.Parallel()
	gift := metadata.Map{"gift": true}
	got := order.New("cart-7",
		order.Line{ProductID: "prod_1", Quantity: 2, Price: 1200},
		order.Line{SKUID: "sku_1", Quantity: 1, Metadata: gift},
		order.Line{ProductID: "prod_1", Quantity: 2, Price: 1200})
	want := &order.Order{SourceID: "cart-7", Items: []order.Item{
		{ProductID: "prod_1", Quantity: 2, Price: contract.Pointer[int64](1200)},
		{SKUID: "sku_1", Quantity: 1, Metadata: gift}, // no price means that of the catalogue
		{ProductID: "prod_1", Quantity: 2, Price: contract.Pointer[int64](1200)},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if got.Items[0].Price == got.Items[2].Price {
		t.Error("two lines share one price")
	}
	if diff := cmp.Diff(&order.Order{Items: []order.Item{}}, order.New("")); diff != "" {
		t.Errorf("order without lines (-want +got):\n%s", diff)
	}
}

func TestLineAmountAndUnitPrice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		item          order.Item
		amount, price int64
		known         bool
	}{
		{"nothing is known", order.Item{Quantity: 3}, 0, 0, false},
		{"a price says nothing of the amount", order.Item{Quantity: 3, Price: contract.Pointer[int64](100)}, 0, 100, true},
		{"an amount says nothing of the price", order.Item{Quantity: 3, Amount: contract.Pointer[int64](300)}, 300, 0, false},
		{"both, in contradiction", order.Item{Quantity: 1, Price: contract.Pointer[int64](3000), Amount: contract.Pointer[int64](3300)}, 3300, 3000, true},
		{"a line that costs nothing", order.Item{Price: contract.Pointer[int64](0), Amount: contract.Pointer[int64](0)}, 0, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.item.LineAmount(); got != tt.amount {
				t.Errorf("amount: got %d, want %d", got, tt.amount)
			}
			if price, known := tt.item.UnitPrice(); price != tt.price || known != tt.known {
				t.Errorf("price: got %d, %t, want %d, %t", price, known, tt.price, tt.known)
			}
		})
	}
}

func TestIdentityOfALine(t *testing.T) {
	t.Parallel()
	type item = order.Item
	catalogue := product.NewIndex(
		[]*product.Product{{ID: "prod_1", SourceID: "mug"}, {ID: "prod_2", SourceID: "both"}},
		[]*product.SKU{{ID: "sku_1", SourceID: "mug-blue", ProductID: "prod_1"}, {ID: "sku_2", SourceID: "both", ProductID: "prod_1"}}, nil,
	)
	for _, tt := range []struct {
		name string
		item order.Item
		want product.Identity
	}{
		{"nothing", item{}, product.Identity{}},
		{"the engine's ids", item{ProductID: "prod_1", SKUID: "sku_1"}, product.Identity{ProductID: "prod_1", SKUID: "sku_1"}},
		{"a SKU of the shop", item{SourceID: "mug-blue", RelatedObject: product.KindSKU}, product.Identity{SKUSourceID: "mug-blue"}},
		{"a product of the shop", item{SourceID: "mug", RelatedObject: product.KindProduct}, product.Identity{ProductSourceID: "mug"}},
		{"a source_id alone is that of a SKU", item{SourceID: "mug-blue"}, product.Identity{SKUSourceID: "mug-blue"}},
		{"of a SKU before a product", item{SourceID: "both"}, product.Identity{SKUSourceID: "both"}},
		{"of a product when no SKU has it", item{SourceID: "mug"}, product.Identity{ProductSourceID: "mug"}},
		{"of a product when nobody has it", item{SourceID: "lamp"}, product.Identity{ProductSourceID: "lamp"}},
		{"beside another name it is not tried as a SKU", item{SourceID: "mug-blue", ProductID: "prod_1"},
			product.Identity{ProductID: "prod_1", ProductSourceID: "mug-blue"}},
		{"the ids of the data sent with the line",
			item{Product: &order.ProductData{ID: "prod_1", SourceID: "mug"}, SKU: &order.SKUData{ID: "sku_1", SourceID: "mug-blue"}},
			product.Identity{ProductID: "prod_1", ProductSourceID: "mug", SKUID: "sku_1", SKUSourceID: "mug-blue"}},
		{"the ids of the line win over those of the data",
			item{ProductID: "prod_1", SKUID: "sku_1", Product: &order.ProductData{ID: "prod_2"}, SKU: &order.SKUData{ID: "sku_2"}},
			product.Identity{ProductID: "prod_1", SKUID: "sku_1"}},
		{"the source_id of the SKU's data wins over that of the line",
			item{SourceID: "a", RelatedObject: product.KindSKU, SKU: &order.SKUData{SourceID: "b"}}, product.Identity{SKUSourceID: "b"}},
		{"the source_id of the product's data wins over that of the line",
			item{SourceID: "a", Product: &order.ProductData{SourceID: "b"}}, product.Identity{ProductSourceID: "b"}},
		{"the source_id of a SKU beside the data of its product",
			item{SourceID: "mug-blue", RelatedObject: product.KindSKU, Product: &order.ProductData{SourceID: "mug"}},
			product.Identity{SKUSourceID: "mug-blue", ProductSourceID: "mug"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.item.Identity(catalogue)); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
		})
	}
}

func ExampleNew() {
	cart := order.New("cart-7",
		order.Line{ProductID: "prod_mug", Quantity: 2, Price: 1200},
		order.Line{SKUID: "sku_plate", Quantity: 1}) // at the price of the catalogue
	fmt.Println(cart.SourceID, len(cart.Items), cart.Check())
	// Output: cart-7 2 <nil>
}

func ExampleItem_Identity() {
	line := order.Item{SourceID: "mug-blue", RelatedObject: product.KindSKU, Quantity: 1}
	fmt.Println(line.Identity(nil).Key())
	// Output: sku-source:mug-blue
}
