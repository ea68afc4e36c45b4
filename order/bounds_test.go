package order_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
)

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
