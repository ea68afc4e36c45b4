package product_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
)

func TestTheTextsOfTheCatalogueAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 256)
	many := make(map[string]string)
	for i := range 101 {
		many[strconv.Itoa(i)] = ""
	}
	sku := func(s product.SKU) product.SKU { s.ProductID = "prod_1" + s.ProductID; return s }
	static := func(refs ...product.Ref) product.Collection {
		return product.Collection{Name: "x", Type: product.Static, Products: refs}
	}
	tests := []struct {
		name, field string
		checked     interface{ Check() error }
	}{
		{"product", "id", product.Product{ID: long}},
		{"product", "source_id", product.Product{SourceID: long}},
		{"product", "name", product.Product{Name: long}},
		{"product", "name", product.Product{Name: "\xff"}},
		{"product", "image_url", product.Product{ImageURL: strings.Repeat("x", 2049)}},
		{"product", "attributes", product.Product{Attributes: make([]string, 101)}},
		{"product", "attributes[1]", product.Product{Attributes: []string{"colour", long}}},
		{"sku", "id", sku(product.SKU{ID: long})},
		{"sku", "source_id", sku(product.SKU{SourceID: long})},
		{"sku", "product_id", sku(product.SKU{ProductID: long})},
		{"sku", "sku", sku(product.SKU{Name: long})},
		{"sku", "currency", sku(product.SKU{Currency: "EURO"})},
		{"sku", "image_url", sku(product.SKU{ImageURL: strings.Repeat("x", 2049)})},
		{"sku", "attributes", sku(product.SKU{Attributes: many})},
		{"sku", "attributes", sku(product.SKU{Attributes: map[string]string{long: ""}})},
		{"sku", "attributes.colour", sku(product.SKU{Attributes: map[string]string{"colour": long}})},
		{"collection", "name", product.Collection{Type: product.Static}},
		{"collection", "name", product.Collection{Name: long, Type: product.Static}},
		{"collection", "products[0]", static(product.Ref{ID: long})},
		{"collection", "products[1]", static(product.Ref{ID: "prod_1"}, product.Ref{SourceID: long})},
	}
	for _, test := range tests {
		var e *fault.Error
		if err := test.checked.Check(); !errors.As(err, &e) || e.Field != test.field || e.Key != fault.InvalidPayload {
			t.Errorf("%s %s: got %v", test.name, test.field, err)
		}
	}
	edge := strings.Repeat("x", 255)
	for _, fine := range []interface{ Check() error }{
		product.Product{ID: edge, SourceID: edge, Name: edge, Attributes: []string{edge}},
		product.SKU{ProductID: edge, SourceID: edge, Name: edge, Currency: "PLN", Attributes: map[string]string{edge: edge}},
		product.Collection{Name: edge, Type: product.Static, Products: []product.Ref{{ID: edge, SourceID: edge}}},
	} {
		if err := fine.Check(); err != nil {
			t.Errorf("at the bounds: %v", err)
		}
	}
}
