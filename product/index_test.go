package product_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/product"
)

// The catalogue of the tests: a mug with a blue variant at its own price and a green one without, a plate that has only
// an id, and a card without a price.
var (
	mug   = &product.Product{ID: "prod_mug", SourceID: "mug", Name: "Mug", Price: pointer[int64](1200)}
	blue  = &product.SKU{ID: "sku_blue", SourceID: "mug-blue", ProductID: "prod_mug", Price: pointer[int64](1300)}
	green = &product.SKU{ID: "sku_green", SourceID: "mug-green", ProductID: "prod_mug"}
	free  = &product.SKU{ID: "sku_free", ProductID: "prod_mug", Price: pointer[int64](0)}
	plate = &product.Product{ID: "prod_plate", Price: pointer[int64](800)}
	card  = &product.Product{ID: "prod_card", SourceID: "card"}
	stray = &product.SKU{ID: "sku_stray", SourceID: "stray", ProductID: "prod_deleted"}

	kitchen = &product.Collection{ID: "pc_kitchen", Name: "Kitchen", Type: product.Static, Products: []product.Ref{
		{ID: "sku_blue", ProductID: "prod_mug"}, {ID: "prod_plate"}, {SourceID: "kettle"}, {SourceID: "pan-24", Object: product.KindSKU},
	}}
	mugs    = &product.Collection{ID: "pc_mugs", Name: "Mugs", Type: product.Static, Products: []product.Ref{{ID: "prod_mug"}}}
	nothing = &product.Collection{ID: "pc_nothing", Name: "Nothing", Type: product.Static}
)

func catalogue() *product.Index {
	return product.NewIndex([]*product.Product{mug, plate, card}, []*product.SKU{blue, green, free, stray},
		[]*product.Collection{kitchen, mugs, nothing})
}

func TestResolve(t *testing.T) {
	t.Parallel()
	blueLine := product.Resolved{
		Identity: product.Identity{ProductID: "prod_mug", ProductSourceID: "mug", SKUID: "sku_blue", SKUSourceID: "mug-blue"},
		Price:    1300, Priced: true, Product: mug, SKU: blue,
	}
	mugLine := product.Resolved{
		Identity: product.Identity{ProductID: "prod_mug", ProductSourceID: "mug"}, Price: 1200, Priced: true, Product: mug,
	}
	for _, tt := range []struct {
		name string
		line product.Identity
		want product.Resolved
	}{
		{"a product by id", product.Identity{ProductID: "prod_mug"}, mugLine},
		{"a product by source_id", product.Identity{ProductSourceID: "mug"}, mugLine},
		{"a product by source_id in the place of the id", product.Identity{ProductID: "mug"}, mugLine},
		{"the id of a product wins over the source_id", product.Identity{ProductID: "prod_mug", ProductSourceID: "card"}, mugLine},
		{"a SKU by id", product.Identity{SKUID: "sku_blue"}, blueLine},
		{"a SKU by source_id", product.Identity{SKUSourceID: "mug-blue"}, blueLine},
		{"the id of a SKU wins over the source_id", product.Identity{SKUID: "sku_blue", SKUSourceID: "mug-green"}, blueLine},
		{"the SKU wins over the product", product.Identity{SKUID: "sku_blue", ProductID: "prod_plate"}, blueLine},
		{"a SKU without a price costs what its product costs", product.Identity{SKUID: "sku_green"}, product.Resolved{
			Identity: product.Identity{ProductID: "prod_mug", ProductSourceID: "mug", SKUID: "sku_green", SKUSourceID: "mug-green"},
			Price:    1200, Priced: true, Product: mug, SKU: green,
		}},
		{"a SKU that costs nothing has a price", product.Identity{SKUID: "sku_free"}, product.Resolved{
			Identity: product.Identity{ProductID: "prod_mug", ProductSourceID: "mug", SKUID: "sku_free"},
			Price:    0, Priced: true, Product: mug, SKU: free,
		}},
		{"a SKU whose product is not in the catalogue", product.Identity{SKUSourceID: "stray"}, product.Resolved{
			Identity: product.Identity{ProductID: "prod_deleted", SKUID: "sku_stray", SKUSourceID: "stray"}, SKU: stray,
		}},
		{"a product without a price", product.Identity{ProductID: "prod_card"}, product.Resolved{
			Identity: product.Identity{ProductID: "prod_card", ProductSourceID: "card"}, Product: card,
		}},
		{"an unknown SKU of a known product", product.Identity{SKUID: "sku_red", SKUSourceID: "mug-red", ProductSourceID: "mug"}, product.Resolved{
			Identity: product.Identity{ProductID: "prod_mug", ProductSourceID: "mug", SKUID: "sku_red", SKUSourceID: "mug-red"},
			Price:    1200, Priced: true, Product: mug,
		}},
		{"a product is not found among the SKUs", product.Identity{SKUID: "prod_mug"},
			product.Resolved{Identity: product.Identity{SKUID: "prod_mug"}}},
		{"a SKU is not found among the products", product.Identity{ProductSourceID: "mug-blue"},
			product.Resolved{Identity: product.Identity{ProductSourceID: "mug-blue"}}},
		{"a line that names nothing", product.Identity{}, product.Resolved{}},
		{"a line that is not in the catalogue",
			product.Identity{ProductID: "a", ProductSourceID: "b", SKUID: "c", SKUSourceID: "d"},
			product.Resolved{Identity: product.Identity{ProductID: "a", ProductSourceID: "b", SKUID: "c", SKUSourceID: "d"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, catalogue().Resolve(tt.line)); diff != "" {
				t.Errorf("resolved (-want +got):\n%s", diff)
			}
			var empty *product.Index
			if diff := cmp.Diff(product.Resolved{Identity: tt.line}, empty.Resolve(tt.line)); diff != "" {
				t.Errorf("in the nil index (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLookUps(t *testing.T) {
	t.Parallel()
	x := catalogue()
	var none *product.Index
	for _, tt := range []struct {
		kind, id string
		want     any
	}{
		{"product", "prod_mug", mug}, {"product", "mug", mug}, {"product", "prod_plate", plate},
		{"product", "sku_blue", nil}, {"product", "", nil},
		{"sku", "sku_blue", blue}, {"sku", "mug-green", green}, {"sku", "sku_free", free}, {"sku", "mug", nil}, {"sku", "", nil},
		{"collection", "pc_kitchen", kitchen}, {"collection", "Kitchen", nil}, {"collection", product.AllProducts, nil},
	} {
		find := func(x *product.Index) any {
			switch tt.kind {
			case "product":
				if p, ok := x.Product(tt.id); ok {
					return p
				}
			case "sku":
				if s, ok := x.SKU(tt.id); ok {
					return s
				}
			default:
				if c, ok := x.Collection(tt.id); ok {
					return c
				}
			}
			return nil
		}
		if got := find(x); got != tt.want {
			t.Errorf("%s %q: got %v, want %v", tt.kind, tt.id, got, tt.want)
		}
		if got := find(none); got != nil {
			t.Errorf("%s %q: the nil index has %v", tt.kind, tt.id, got)
		}
	}
}

// Shops may use the engine's ids as their own, crosswise; which record comes first must not matter then.
func TestAnIDWinsOverASourceIDOfTheSameText(t *testing.T) {
	t.Parallel()
	a, b := &product.Product{ID: "one", SourceID: "two"}, &product.Product{ID: "two", SourceID: "one"}
	for _, products := range [][]*product.Product{{a, b}, {b, a}} {
		x := product.NewIndex(products, nil, nil)
		for id, want := range map[string]*product.Product{"one": a, "two": b} {
			if got, _ := x.Product(id); got != want {
				t.Errorf("%s of %v: got %v", id, products, got)
			}
		}
	}
}

func ExampleIndex_Resolve() {
	price := int64(1200)
	index := product.NewIndex(
		[]*product.Product{{ID: "prod_1", SourceID: "mug", Price: &price}},
		[]*product.SKU{{ID: "sku_1", SourceID: "mug-blue", ProductID: "prod_1"}}, nil)
	line := index.Resolve(product.Identity{SKUSourceID: "mug-blue"})
	fmt.Println(line.Identity.SKUID, line.Identity.ProductSourceID, line.Price)
	// Output: sku_1 mug 1200
}
