package product_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
)

func TestPricesAndMetadataOfProductsAndSKUsAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		price    *int64
		metadata metadata.Map
		want     string
	}{
		{"no price", nil, nil, ""},
		{"a price of zero", pointer[int64](0), nil, ""},
		{"the highest price", pointer(money.Max), nil, ""},
		{"a price above the highest", pointer(money.Max + 1), nil, "invalid_amount price"},
		{"the largest number", pointer[int64](math.MaxInt64), nil, "invalid_amount price"},
		{"a negative price", pointer[int64](-1), nil, "invalid_amount price"},
		{"the smallest number", pointer[int64](math.MinInt64), nil, "invalid_amount price"},
		{"metadata", nil, metadata.Map{"colour": "blue"}, ""},
		{"a wrong value in the metadata", nil, metadata.Map{"colour": []any{math.NaN()}}, "invalid_payload metadata.colour"},
		{"too much metadata", nil, metadata.Map{"a": strings.Repeat("x", metadata.MaxBytes)}, "invalid_payload metadata"},
		{"the first of two mistakes", pointer[int64](-1), metadata.Map{"": 1}, "invalid_amount price"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := product.Product{Price: tt.price, Metadata: tt.metadata}
			if diff := cmp.Diff(tt.want, refusal(p.Check())); diff != "" {
				t.Errorf("product (-want +got):\n%s", diff)
			}
			s := product.SKU{ProductID: "prod_1", Price: tt.price, Metadata: tt.metadata}
			if diff := cmp.Diff(tt.want, refusal(s.Check())); diff != "" {
				t.Errorf("SKU (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASKUNeedsItsProduct(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff("invalid_sku product_id", refusal(product.SKU{ID: "sku_1", Price: pointer[int64](-1)}.Check())); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}

func TestCheckOfCollections(t *testing.T) {
	t.Parallel()
	of := func(refs ...product.Ref) product.Collection {
		return product.Collection{Name: "Kitchen", Type: product.Static, Products: refs}
	}
	many := func(n int) []product.Ref {
		refs := make([]product.Ref, n)
		for i := range refs {
			refs[i].ID = "prod_1"
		}
		return refs
	}
	for _, tt := range []struct {
		name       string
		collection product.Collection
		want       string
	}{
		{"a collection without members", of(), ""},
		{"products and SKUs by either name", of(product.Ref{ID: "prod_1"}, product.Ref{ID: "sku_1"}, product.Ref{SourceID: "mug"},
			product.Ref{SourceID: "mug-blue", Object: product.KindSKU}), ""},
		{"as many members as allowed", of(many(product.MaxCollectionProducts)...), ""},
		{"a member more than allowed", of(many(product.MaxCollectionProducts + 1)...), "invalid_payload products"},
		{"no name", product.Collection{Type: product.Static}, "invalid_payload name"},
		{"no type", product.Collection{Name: "Kitchen"}, "not_supported type"},
		{"a collection with a filter", product.Collection{Name: "Kitchen", Type: "AUTO_UPDATE"}, "not_supported type"},
		{"a member without a name", of(product.Ref{ID: "prod_1"}, product.Ref{Object: product.KindSKU}),
			"invalid_payload products[1]"},
		{"a member of an unknown kind", of(product.Ref{ID: "x", Object: "customer"}), "invalid_payload products[0]"},
		{"a collection in a collection", of(product.Ref{ID: "x", Object: product.KindCollection}), "invalid_payload products[0]"},
		{"a collection by its prefix", of(product.Ref{ID: "prod_1"}, product.Ref{ID: product.AllProducts}),
			"invalid_payload products[1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.collection.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKindOfAReference(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ref  product.Ref
		want product.RefKind
	}{
		{"object says it", product.Ref{ID: "pc_1", Object: product.KindSKU}, product.KindSKU},
		{"object wins over type", product.Ref{ID: "x", Object: product.KindProduct, Type: "products_collection"}, product.KindProduct},
		{"an unknown object is kept for the check", product.Ref{ID: "x", Object: "customer"}, "customer"},
		{"type names a collection", product.Ref{ID: "x", Type: "products_collection"}, product.KindCollection},
		{"the prefix of a collection", product.Ref{ID: "pc_1"}, product.KindCollection},
		{"the prefix of a SKU, with the type that says less", product.Ref{ID: "sku_1", Type: "product_or_sku"}, product.KindSKU},
		{"the prefix of a product", product.Ref{ID: "prod_1"}, product.KindProduct},
		{"nothing says it", product.Ref{ID: "mug"}, product.KindProduct},
		{"a source_id has no prefix", product.Ref{SourceID: "sku_1"}, product.KindProduct},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.ref.Kind(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCheckOfReferences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ref  product.Ref
		want string
	}{
		{"an id", product.Ref{ID: "prod_1"}, ""},
		{"a source_id", product.Ref{SourceID: "mug", Object: product.KindProduct}, ""},
		{"a collection", product.Ref{ID: "pc_1", Object: product.KindCollection, Type: "products_collection"}, ""},
		{"nothing", product.Ref{}, "invalid_payload id"},
		{"only a kind", product.Ref{Object: product.KindSKU, ProductID: "prod_1"}, "invalid_payload id"},
		{"an unknown kind", product.Ref{ID: "prod_1", Object: "PRODUCT"}, "invalid_payload object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var err error
			if refused := tt.ref.Check(); refused != nil {
				err = refused
			}
			if diff := cmp.Diff(tt.want, refusal(err)); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheKeyOfALineIsItsMostSpecificName(t *testing.T) {
	t.Parallel()
	full := product.Identity{ProductID: "prod_1", ProductSourceID: "mug", SKUID: "sku_1", SKUSourceID: "mug-blue"}
	for _, tt := range []struct {
		want  string
		strip func(*product.Identity)
	}{
		{"sku:sku_1", func(*product.Identity) {}},
		{"sku-source:mug-blue", func(i *product.Identity) { i.SKUID = "" }},
		{"product:prod_1", func(i *product.Identity) { i.SKUSourceID = "" }},
		{"product-source:mug", func(i *product.Identity) { i.ProductID = "" }},
		{"", func(i *product.Identity) { i.ProductSourceID = "" }},
	} {
		tt.strip(&full)
		if got := full.Key(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", full, got, tt.want)
		}
		if full.Known() != (tt.want != "") {
			t.Errorf("%+v: known is %t", full, full.Known())
		}
	}
}

func ExampleProduct_Check() {
	p := product.Product{SourceID: "mug", Price: pointer[int64](-100)}
	fmt.Println(p.Check())
	// Output: voucherify: invalid_amount: price: -100 is not between 0 and 1000000000000000
}

func ExampleCollection_Check() {
	c := product.Collection{Name: "Kitchen", Type: product.Static, Products: []product.Ref{{ID: "prod_1"}, {ID: "pc_1"}}}
	fmt.Println(c.Check())
	// Output: voucherify: invalid_payload: products[1]: must name a product or a SKU
}
