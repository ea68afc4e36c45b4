package order_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

func TestWhatALineIsRecognisedBy(t *testing.T) {
	t.Parallel()
	catalogue := product.NewIndex(
		[]*product.Product{{ID: "prod_1", SourceID: "mug"}, {ID: "prod_2", SourceID: "both"}},
		[]*product.SKU{{ID: "sku_1", SourceID: "mug-blue", ProductID: "prod_1"}, {ID: "sku_2", SourceID: "both", ProductID: "prod_1"}}, nil,
	)
	tests := []struct {
		name string
		line order.Item
		want product.Identity
	}{
		{"nothing", order.Item{}, product.Identity{}},
		{"the ids of the engine", order.Item{ProductID: "prod_1", SKUID: "sku_1"}, product.Identity{ProductID: "prod_1", SKUID: "sku_1"}},
		{
			"the ids of the line before those of its data",
			order.Item{SKUID: "sku_1", SKU: &order.SKUData{ID: "sku_2", SourceID: "x"}, Product: &order.ProductData{ID: "prod_2", SourceID: "y"}},
			product.Identity{SKUID: "sku_1", SKUSourceID: "x", ProductID: "prod_2", ProductSourceID: "y"},
		},
		{"a source_id of a SKU", order.Item{SourceID: "mug", RelatedObject: product.KindSKU}, product.Identity{SKUSourceID: "mug"}},
		{"a source_id of a product", order.Item{SourceID: "both", RelatedObject: product.KindProduct}, product.Identity{ProductSourceID: "both"}},
		{"a source_id alone that a SKU has", order.Item{SourceID: "mug-blue"}, product.Identity{SKUSourceID: "mug-blue"}},
		{"a source_id alone that a SKU and a product have", order.Item{SourceID: "both"}, product.Identity{SKUSourceID: "both"}},
		{"a source_id alone that a product has", order.Item{SourceID: "mug"}, product.Identity{ProductSourceID: "mug"}},
		{"a source_id alone that nobody has", order.Item{SourceID: "lamp"}, product.Identity{ProductSourceID: "lamp"}},
		{
			"a source_id beside a product is not tried as a SKU", order.Item{SourceID: "mug-blue", ProductID: "prod_1"},
			product.Identity{ProductID: "prod_1", ProductSourceID: "mug-blue"},
		},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.line.Identity(catalogue)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	alone := order.Item{SourceID: "mug-blue"}
	if got := alone.Identity(nil); got.ProductSourceID != "mug-blue" {
		t.Errorf("without a catalogue: %+v", got)
	}
}

func TestTheTextsOfAnOrderAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 256)
	item := func(i order.Item) order.Order { return order.Order{Items: []order.Item{i}} }
	for field, o := range map[string]order.Order{
		"id":                         {ID: long},
		"source_id":                  {SourceID: long},
		"customer_id":                {CustomerID: long},
		"referrer_id":                {ReferrerID: long},
		"items[0].product_id":        item(order.Item{ProductID: long}),
		"items[0].sku_id":            item(order.Item{SKUID: long}),
		"items[0].source_id":         item(order.Item{SourceID: long}),
		"items[0].product.id":        item(order.Item{Product: &order.ProductData{ID: long}}),
		"items[0].product.source_id": item(order.Item{Product: &order.ProductData{SourceID: long}}),
		"items[0].product.name":      item(order.Item{Product: &order.ProductData{Name: long}}),
		"items[0].sku.id":            item(order.Item{SKU: &order.SKUData{ID: long}}),
		"items[0].sku.source_id":     item(order.Item{SKU: &order.SKUData{SourceID: "\xff"}}),
		"items[0].sku.sku":           item(order.Item{SKU: &order.SKUData{Name: long}}),
	} {
		var e *fault.Error
		if err := o.Check(); !errors.As(err, &e) || e.Field != field || e.Key != fault.InvalidPayload {
			t.Errorf("%s: got %v", field, err)
		}
	}
}
