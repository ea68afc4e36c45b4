package product_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
)

func TestALineIsAskedOnceForEachCollectionThatAMatcherNames(t *testing.T) {
	t.Parallel()
	dynamic := func(id string) *product.Collection {
		return &product.Collection{ID: id, Name: id, Type: product.AutoUpdate, Filter: &filter.Filter{}}
	}
	index := product.NewIndex(
		[]*product.Product{{ID: "prod_1", Metadata: metadata.Map{"a": 1, "b": 1}}}, []*product.SKU{{ID: "sku_1", ProductID: "prod_1"}, {ID: "sku_2", ProductID: "prod_1"}},
		[]*product.Collection{dynamic("pc_1"), {ID: "pc_2", Type: product.Static}, dynamic("pc_3"), dynamic("pc_4")},
	)
	if got := len(index.Dynamic()); got != 3 {
		t.Fatalf("%d dynamic collections", got)
	}
	if index.Asks() || index.Members(product.Item{}) != nil {
		t.Error("an index without a judge has something to ask")
	}
	ref := func(id string) product.Ref { return product.Ref{ID: id, Object: product.KindCollection} }
	first, both := index.Matcher(ref("pc_1")), index.Matcher(ref("pc_3"), ref("pc_1"))
	if first.Empty() {
		t.Error("a matcher of a dynamic collection is empty")
	}
	if first.Matches(product.Identity{ProductID: "prod_1"}) {
		t.Error("a line without members belongs to a dynamic collection")
	}
	var asked []int
	judged := index.JudgedBy(func(collection int, item *product.Item) bool {
		asked = append(asked, collection)
		if diff := cmp.Diff([]string{"sku_1", "sku_2"}, item.SKUs()); diff != "" {
			t.Errorf("SKUs (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(metadata.Map{"a": 1, "b": 2, "c": 3}, item.Metadata()); diff != "" {
			t.Errorf("metadata (-want +got):\n%s", diff)
		}
		return collection == 0
	})
	line := judged.Resolve(product.Identity{ProductID: "prod_1"})
	line.Identity.Members = judged.Members(product.Item{
		Identity: line.Identity, Product: line.Product, Payload: [2]metadata.Map{{"b": 1, "c": 3}, {"b": 2}},
	})
	for range 3 {
		if !both.Matches(line.Identity) || !first.Matches(line.Identity) {
			t.Error("the line does not belong to the first collection")
		}
	}
	if diff := cmp.Diff([]int{1, 0}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if static := product.NewIndex(nil, nil, nil); static.JudgedBy(func(int, *product.Item) bool { return true }) != static {
		t.Error("an index without dynamic collections is copied")
	}
}

func TestASKUHasItsOwnMetadata(t *testing.T) {
	t.Parallel()
	item := product.Item{
		Identity: product.Identity{SKUID: "sku_1", ProductID: "prod_1"},
		Product:  &product.Product{Metadata: metadata.Map{"brand": "A"}}, SKU: &product.SKU{Metadata: metadata.Map{"size": "S"}},
	}
	if diff := cmp.Diff(metadata.Map{"size": "S"}, item.Metadata()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	unknown := product.Item{Identity: product.Identity{SKUSourceID: "new", ProductID: "prod_1"}, Product: &product.Product{Metadata: metadata.Map{"brand": "A"}}}
	if got := unknown.Metadata(); len(got) > 0 {
		t.Errorf("a SKU that is not stored has the metadata %v", got)
	}
}
