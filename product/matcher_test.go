package product_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/product"
)

// lines are carts' lines as they arrive, by what they are.
var lines = map[string]product.Identity{
	"mug":                  {ProductID: "prod_mug"},
	"mug by source":        {ProductSourceID: "mug"},
	"blue":                 {SKUID: "sku_blue"},
	"blue by source":       {SKUSourceID: "mug-blue"},
	"green":                {SKUID: "sku_green"},
	"plate":                {ProductID: "prod_plate"},
	"kettle":               {ProductSourceID: "kettle"}, // not in the catalogue
	"pan":                  {SKUSourceID: "pan-24"},     // not in the catalogue
	"red of mug":           {SKUSourceID: "mug-red", ProductID: "prod_mug"},
	"a line without names": {},
}

func TestMatches(t *testing.T) {
	t.Parallel()
	everyMug := []string{"blue", "blue by source", "green", "mug", "mug by source", "red of mug"}
	everything := []string{"a line without names", "blue", "blue by source", "green", "kettle", "mug", "mug by source", "pan", "plate", "red of mug"}
	for _, tt := range []struct {
		name string
		refs []product.Ref
		want []string
	}{
		{"nothing", nil, nil},
		{"a product by id brings its SKUs", []product.Ref{{ID: "prod_mug"}}, everyMug},
		{"a product by source_id brings its SKUs", []product.Ref{{SourceID: "mug"}}, everyMug},
		{"a product by its source_id in the place of the id", []product.Ref{{ID: "mug"}}, everyMug},
		{"a SKU by id is only itself", []product.Ref{{ID: "sku_blue", ProductID: "prod_mug"}}, []string{"blue", "blue by source"}},
		{"a SKU by source_id is only itself", []product.Ref{{SourceID: "mug-blue", Object: product.KindSKU}}, []string{"blue", "blue by source"}},
		{"a SKU that is taken for a product matches nothing", []product.Ref{{SourceID: "mug-blue"}}, nil},
		{"a product that is taken for a SKU matches nothing", []product.Ref{{ID: "prod_mug", Object: product.KindSKU}}, nil},
		{"a product that is not in the catalogue", []product.Ref{{SourceID: "kettle"}}, []string{"kettle"}},
		{"a SKU that is not in the catalogue", []product.Ref{{SourceID: "pan-24", Object: product.KindSKU}}, []string{"pan"}},
		{"a SKU that only the line knows", []product.Ref{{SourceID: "mug-red", Object: product.KindSKU}}, []string{"red of mug"}},
		{"id and source_id each match", []product.Ref{{ID: "prod_plate", SourceID: "kettle"}}, []string{"kettle", "plate"}},
		{"several references", []product.Ref{{ID: "sku_green"}, {ID: "prod_plate"}}, []string{"green", "plate"}},
		{"a collection", []product.Ref{{ID: "pc_kitchen"}}, []string{"blue", "blue by source", "kettle", "pan", "plate"}},
		{"a collection by object", []product.Ref{{ID: "pc_mugs", Object: product.KindCollection}}, everyMug},
		{"two collections", []product.Ref{{ID: "pc_kitchen"}, {ID: "pc_mugs"}},
			slices.Sorted(slices.Values(append([]string{"kettle", "pan", "plate"}, everyMug...)))},
		{"a collection without members", []product.Ref{{ID: "pc_nothing"}}, nil},
		{"a collection that does not exist", []product.Ref{{ID: "pc_gone"}}, nil},
		{"the collection of all products", []product.Ref{{ID: product.AllProducts}}, everything},
		{"all products beside others", []product.Ref{{ID: "sku_green"}, {ID: product.AllProducts, Object: product.KindCollection}}, everything},
		{"a reference without a name", []product.Ref{{Object: product.KindSKU}, {}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := catalogue()
			matcher := x.Matcher(tt.refs...)
			var got []string
			for name, line := range lines {
				if matcher.Matches(x.Resolve(line).Identity) {
					got = append(got, name)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("matching lines (-want +got):\n%s", diff)
			}
			if matcher.Empty() && got != nil {
				t.Errorf("an empty matcher matches %q", got)
			}
		})
	}
}

func TestAMatcherIsEmptyWhenItCanMatchNothing(t *testing.T) {
	t.Parallel()
	var zero product.Matcher
	if !zero.Empty() || zero.Matches(product.Identity{ProductID: "prod_mug"}) {
		t.Error("the zero matcher matches")
	}
	for _, tt := range []struct {
		refs []product.Ref
		want bool
	}{
		{nil, true}, {[]product.Ref{{}}, true}, {[]product.Ref{{ID: "pc_gone"}}, true}, {[]product.Ref{{ID: "pc_nothing"}}, true},
		{[]product.Ref{{ID: "prod_unknown"}}, false}, {[]product.Ref{{ID: "sku_unknown"}}, false},
		{[]product.Ref{{ID: product.AllProducts}}, false}, {[]product.Ref{{ID: "pc_mugs"}}, false},
	} {
		if got := catalogue().Matcher(tt.refs...).Empty(); got != tt.want {
			t.Errorf("%+v: got %t", tt.refs, got)
		}
	}
}

func TestTheNilIndexMatchesWhatIsNamed(t *testing.T) {
	t.Parallel()
	var x *product.Index
	matcher := x.Matcher(product.Ref{SourceID: "kettle"}, product.Ref{ID: "pc_kitchen"})
	if !matcher.Matches(product.Identity{ProductSourceID: "kettle"}) || matcher.Matches(product.Identity{ProductID: "prod_plate"}) {
		t.Error("without a catalogue a reference matches the lines that name it, and a collection none")
	}
}

func TestAMatcherOfManyMatchesWhatOneOfThemMatches(t *testing.T) {
	t.Parallel()
	x := catalogue()
	names := rapid.SampledFrom([]string{"", "prod_mug", "mug", "prod_plate",
		"sku_blue", "mug-blue", "sku_green", "kettle", "pan-24", "pc_kitchen", "pc_mugs", "pc_gone"})
	kinds := rapid.SampledFrom([]product.RefKind{"", product.KindProduct, product.KindSKU, product.KindCollection})
	ref := rapid.Custom(func(t *rapid.T) product.Ref {
		return product.Ref{ID: names.Draw(t, "id"), SourceID: names.Draw(t, "source_id"), Object: kinds.Draw(t, "object")}
	})
	line := rapid.Custom(func(t *rapid.T) product.Identity {
		return product.Identity{
			ProductID: names.Draw(t, "product_id"), ProductSourceID: names.Draw(t, "product source_id"),
			SKUID: names.Draw(t, "sku_id"), SKUSourceID: names.Draw(t, "sku source_id"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		refs := rapid.SliceOfN(ref, 0, 5).Draw(t, "references")
		resolved := x.Resolve(line.Draw(t, "line")).Identity
		want := slices.ContainsFunc(refs, func(r product.Ref) bool { return x.Matcher(r).Matches(resolved) })
		if got := x.Matcher(refs...).Matches(resolved); got != want {
			t.Errorf("all together: %t, one by one: %t", got, want)
		}
		if again := x.Resolve(resolved).Identity; again != resolved {
			t.Errorf("resolved again: %+v, before: %+v", again, resolved)
		}
	})
}

func ExampleIndex_Matcher() {
	index := product.NewIndex(
		[]*product.Product{{ID: "prod_1", SourceID: "mug"}},
		[]*product.SKU{{ID: "sku_1", SourceID: "mug-blue", ProductID: "prod_1"}},
		[]*product.Collection{{ID: "pc_1", Name: "Kitchen", Type: product.Static, Products: []product.Ref{{ID: "prod_1"}}}})
	kitchen := index.Matcher(product.Ref{ID: "pc_1"})
	line := index.Resolve(product.Identity{SKUSourceID: "mug-blue"})
	fmt.Println(kitchen.Matches(line.Identity))
	// Output: true
}
