package order_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
)

func priced(price, quantity int64) order.Item { return order.Item{Price: &price, Quantity: quantity} }

func TestCheckOfOrders(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", order.MaxIDLength)
	for _, tt := range []struct {
		name string
		o    *order.Order
		want string
	}{
		{"no order at all", nil, ""},
		{"an order that says nothing", &order.Order{}, ""},
		{"only an amount", &order.Order{Amount: 10_000}, ""},
		{"ids of the longest length", &order.Order{ID: long, SourceID: long}, ""},
		{"an id that is a byte too long", &order.Order{ID: long + "x"}, "invalid_payload id"},
		{"a source_id that is a byte too long", &order.Order{SourceID: long + "x"}, "invalid_payload source_id"},
		{"the length counts bytes, not letters", &order.Order{SourceID: strings.Repeat("ż", 128)}, "invalid_payload source_id"},
		{"a status of another system", &order.Order{Status: "UNPAID"}, "invalid_payload status"},
		{"a status in small letters", &order.Order{Status: "paid"}, "invalid_payload status"},
		{"the largest amount", &order.Order{Amount: money.Max}, ""},
		{"an amount above the largest", &order.Order{Amount: money.Max + 1}, "invalid_amount amount"},
		{"a negative amount", &order.Order{Amount: -1}, "invalid_amount amount"},
		{"the smallest number", &order.Order{Amount: math.MinInt64}, "invalid_amount amount"},
		{"an amount that is not the sum of the lines", &order.Order{Amount: 5, Items: []order.Item{priced(100, 2)}}, ""},
		{"as many lines as allowed", &order.Order{Items: make([]order.Item, 500)}, ""},
		{"a line more than allowed", &order.Order{Items: make([]order.Item, 501)}, "invalid_payload items"},
		{"too many lines are refused before one is looked at", &order.Order{Items: append(make([]order.Item, 500), priced(-1, 1))},
			"invalid_payload items"},
		{"lines that add up to the largest amount", &order.Order{Items: []order.Item{priced(money.Max-1, 1), priced(1, 1)}}, ""},
		{"lines that add up to more", &order.Order{Items: []order.Item{priced(money.Max, 1), priced(1, 1)}},
			"invalid_amount items"},
		{"a full order of the largest lines", &order.Order{Items: largest(500)}, "invalid_amount items"},
		{"a line without a quantity counts once", &order.Order{Items: []order.Item{priced(money.Max, 0), priced(1, 0)}},
			"invalid_amount items"},
		{"an order amount does not excuse the lines", &order.Order{Amount: 1, Items: largest(2)}, "invalid_amount items"},
		{"metadata", &order.Order{Metadata: metadata.Map{"channel": "web"}}, ""},
		{"too much metadata", &order.Order{Metadata: metadata.Map{"a": strings.Repeat("x", metadata.MaxBytes)}},
			"invalid_payload metadata"},
		{"metadata that is too deep", &order.Order{Metadata: metadata.Map{"a": []any{[]any{[]any{[]any{1}}}}}},
			"invalid_payload metadata.a"},
		{"the first of several mistakes", &order.Order{Status: "?", Amount: -1, Items: make([]order.Item, 501)},
			"invalid_payload status"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.o.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func largest(n int) []order.Item {
	items := make([]order.Item, n)
	for i := range items {
		items[i] = priced(money.Max, 1)
	}
	return items
}

func TestEveryStatusIsAccepted(t *testing.T) {
	t.Parallel()
	for _, status := range []order.Status{"", "CREATED", "PAID", "PROCESSING", "CANCELED", "FULFILLED"} {
		if err := (&order.Order{Status: status}).Check(); err != nil {
			t.Errorf("%q: %v", status, err)
		}
	}
}

func TestCheckOfLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", order.MaxIDLength)
	bad := metadata.Map{"a": map[string]any{"b": math.NaN()}}
	type item = order.Item
	for _, tt := range []struct {
		name string
		line order.Item
		want string // below items[1]
	}{
		{"a line that says nothing", item{}, ""},
		{"ids of the longest length", item{ProductID: long, SKUID: long, SourceID: long, RelatedObject: "sku"}, ""},
		{"a product_id that is a byte too long", item{ProductID: long + "x"}, "invalid_payload items[1].product_id"},
		{"a sku_id that is a byte too long", item{SKUID: long + "x"}, "invalid_payload items[1].sku_id"},
		{"a source_id that is a byte too long", item{SourceID: long + "x"}, "invalid_payload items[1].source_id"},
		{"a product", item{SourceID: "mug", RelatedObject: "product"}, ""},
		{"a collection as a line", item{SourceID: "mug", RelatedObject: "products_collection"},
			"invalid_payload items[1].related_object"},

		{"the largest quantity", item{Quantity: money.Max}, ""},
		{"a quantity above the largest", item{Quantity: money.Max + 1}, "invalid_payload items[1].quantity"},
		{"a negative quantity", item{Quantity: -1}, "invalid_payload items[1].quantity"},
		{"the largest initial quantity", item{InitialQuantity: money.Max}, ""},
		{"an initial quantity above the largest", item{InitialQuantity: money.Max + 1},
			"invalid_payload items[1].initial_quantity"},
		{"a negative initial quantity", item{InitialQuantity: -1}, "invalid_payload items[1].initial_quantity"},

		{"a price of zero", priced(0, 3), ""},
		{"the highest price", priced(money.Max, 1), ""},
		{"a price above the highest", priced(money.Max+1, 1), "invalid_amount items[1].price"},
		{"a negative price", priced(-1, 1), "invalid_amount items[1].price"},
		{"price times quantity at the largest amount", priced(money.Max/1000, 1000), ""},
		{"price times quantity above the largest amount", priced(money.Max/1000, 1001), "invalid_amount items[1].amount"},
		{"price times quantity beyond 64 bits", priced(money.Max, money.Max), "invalid_amount items[1].amount"},
		{"no quantity is one", priced(money.Max, 0), ""},
		{"the largest amount", item{Amount: pointer(money.Max)}, ""},
		{"an amount above the largest", item{Amount: pointer(money.Max + 1)}, "invalid_amount items[1].amount"},
		{"a negative amount", item{Amount: pointer[int64](-1)}, "invalid_amount items[1].amount"},
		{"an amount wins over price times quantity", item{Price: pointer(money.Max), Quantity: 2, Amount: pointer[int64](5)}, ""},
		{"an amount does not excuse a wrong price", item{Price: pointer[int64](-1), Amount: pointer[int64](5)},
			"invalid_amount items[1].price"},

		{"a price sent with the product", item{Product: &order.ProductData{Price: pointer[int64](5)}}, ""},
		{"a negative price of the product", item{Product: &order.ProductData{Price: pointer[int64](-1)}},
			"invalid_amount items[1].product.price"},
		{"a price of the product above the highest", item{Product: &order.ProductData{Price: pointer(money.Max + 1)}},
			"invalid_amount items[1].product.price"},
		{"a negative price of the SKU", item{SKU: &order.SKUData{Price: pointer[int64](-1)}},
			"invalid_amount items[1].sku.price"},
		{"a price of the SKU above the highest", item{SKU: &order.SKUData{Price: pointer(money.Max + 1)}},
			"invalid_amount items[1].sku.price"},
		{"the own price does not excuse that of the product", item{Price: pointer[int64](5), Product: &order.ProductData{Price: pointer[int64](-1)}},
			"invalid_amount items[1].product.price"},
		{"the price of the product counts", item{Product: &order.ProductData{Price: pointer(money.Max)}, Quantity: 2},
			"invalid_amount items[1].amount"},
		{"the price of the SKU counts before that of the product",
			item{SKU: &order.SKUData{Price: pointer[int64](1)}, Product: &order.ProductData{Price: pointer(money.Max)}, Quantity: 2}, ""},
		{"the own price counts before that of the SKU", item{Price: pointer[int64](1), SKU: &order.SKUData{Price: pointer(money.Max)}, Quantity: 2},
			""},

		{"metadata of the line", item{Metadata: bad}, "invalid_payload items[1].metadata.a.b"},
		{"metadata of the product", item{Product: &order.ProductData{Metadata: bad}},
			"invalid_payload items[1].product.metadata.a.b"},
		{"metadata of the SKU", item{SKU: &order.SKUData{Metadata: bad}}, "invalid_payload items[1].sku.metadata.a.b"},
		{"the first of several mistakes", item{RelatedObject: "x", Quantity: -1, Price: pointer[int64](-1)},
			"invalid_payload items[1].related_object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := order.Order{Items: []order.Item{{}, tt.line}}
			if diff := cmp.Diff(tt.want, refusal(o.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func ExampleOrder_Check() {
	o := order.New("cart-7", order.Line{ProductID: "prod_1", Quantity: 2, Price: 1200}, order.Line{ProductID: "prod_2", Quantity: -1, Price: 700})
	fmt.Println(o.Check())
	// Output: voucherify: invalid_payload: items[1].quantity: -1 is not between 1 and 1000000000000000
}
