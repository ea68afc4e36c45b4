package validation_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// bundleOf reads a rule with bundle rules and nothing else.
func bundleOf(t testing.TB, rules string) validation.Rule {
	t.Helper()
	var r validation.Rule
	if err := json.Unmarshal([]byte(`{"bundle_rules":`+rules+`}`), &r); err != nil {
		t.Fatalf("%s: %v", rules, err)
	}
	return r
}

// part is one rule of a bundle.
func part(key, ref, units string) string {
	return `"` + key + `":{"name":"order.items.any","conditions":{"$is":[` + ref + `]},"rules":{"1":{"name":"order.items.aggregated_quantity",` +
		`"conditions":{"$is":[` + units + `]}},"logic":"1"}}`
}

// found are units of a line, missing what a bundle still needs.
func found(id string, object product.RefKind, index int, units int64) validation.BundleItem {
	return validation.BundleItem{ID: id, Object: object, ItemIndex: index, ItemQuantity: units}
}

func missing(id string, object product.RefKind, units int64) []validation.BundleItem {
	return []validation.BundleItem{{ID: id, Object: object, ItemIndex: -1, ItemQuantity: units}}
}

// bundleTests are about the cart of facts(): 2 small shirts, a large one, 3 mugs.
var bundleTests = []struct {
	name, rules string
	want        validation.Bundle
}{
	{"one part of one unit", `{"1":{"name":"order.items.any","conditions":{"$is":["prod_mug"]}}}`,
		validation.Bundle{Quantity: 1, Limit: 1, Identified: []validation.BundleItem{found("prod_mug", "product", 2, 1)}}},
	{"as many bundles as the cart has", `{` + part("1", `"prod_mug"`, "1") + `,"limit":100}`,
		validation.Bundle{Quantity: 3, Limit: 100, Identified: []validation.BundleItem{found("prod_mug", "product", 2, 3)}}},
	{"no more bundles than the limit", `{` + part("1", `"prod_mug"`, "1") + `,"limit":2}`,
		validation.Bundle{Quantity: 2, Limit: 2, Identified: []validation.BundleItem{found("prod_mug", "product", 2, 2)}}},
	{"only complete bundles count", `{` + part("1", `"prod_mug"`, "2") + `,"limit":5}`,
		validation.Bundle{Quantity: 1, Limit: 5, Identified: []validation.BundleItem{found("prod_mug", "product", 2, 2)}}},
	{"units of several lines, in the order of the request", `{` + part("1", `"prod_shirt"`, "3") + `}`,
		validation.Bundle{Quantity: 1, Limit: 1, Identified: []validation.BundleItem{found("sku_small", "sku", 0, 2), found("sku_large", "sku", 1, 1)}}},
	{"a SKU by its source_id", `{` + part("1", `{"source_id":"s","object":"sku"}`, "1") + `}`,
		validation.Bundle{Quantity: 1, Limit: 1, Identified: []validation.BundleItem{found("sku_small", "sku", 0, 1)}}},
	{"narrow parts are filled before wide ones", `{` + part("1", `"pc_clothes"`, "1") + `,` + part("2", `"sku_small"`, "2") + `}`,
		validation.Bundle{Quantity: 1, Limit: 1, Identified: []validation.BundleItem{found("sku_small", "sku", 0, 2), found("sku_large", "sku", 1, 1)}}},
	{"a SKU before its product before its collection",
		`{` + part("1", `"pc_clothes"`, "1") + `,` + part("2", `"prod_shirt"`, "1") + `,` + part("3", `"sku_small"`, "1") + `}`,
		validation.Bundle{Quantity: 1, Limit: 1, Identified: []validation.BundleItem{
			found("sku_small", "sku", 0, 1), found("sku_small", "sku", 0, 1), found("sku_large", "sku", 1, 1),
		}}},
	{"a unit is used once", `{` + part("1", `"prod_shirt"`, "3") + `,` + part("2", `"pc_clothes"`, "2") + `}`,
		validation.Bundle{Limit: 1,
			Identified: []validation.BundleItem{found("sku_small", "sku", 0, 2), found("sku_large", "sku", 1, 1)},
			Missing:    missing("pc_clothes", "products_collection", 2)}},
	{"what one bundle lacks, whatever the limit", `{` + part("1", `"prod_mug"`, "5") + `,"limit":9}`,
		validation.Bundle{Limit: 9, Identified: []validation.BundleItem{found("prod_mug", "product", 2, 3)}, Missing: missing("prod_mug", "product", 2)}},
	{"a product that is not there", `{` + part("1", `{"source_id":"car"}`, "1") + `}`, validation.Bundle{Limit: 1, Missing: missing("car", "product", 1)}},
	{"several quantities want the largest", `{"1":{"name":"order.items.any","conditions":{"$is":["prod_mug"]},"rules":{
		"1":{"name":"order.items.aggregated_quantity","conditions":{"$is":[4]}},"2":{"name":"order.items.aggregated_quantity","conditions":{"$is":[2]}}}}}`,
		validation.Bundle{Limit: 1, Identified: []validation.BundleItem{found("prod_mug", "product", 2, 3)}, Missing: missing("prod_mug", "product", 1)}},
}

func TestBundles(t *testing.T) {
	t.Parallel()
	for _, tt := range bundleTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := compile(t, bundleOf(t, tt.rules)).Bundle(facts().Order.Items)
			if !ok {
				t.Fatal("the rule has no bundle")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("bundle (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTheBundleOfTheDocumentation: two bottles and five of a collection; one bottle, one T-shirt, two socks in the cart.
func TestTheBundleOfTheDocumentation(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(nil, nil, []*product.Collection{{ID: "pc_1", Products: []product.Ref{{ID: "prod_shirt"}, {ID: "prod_socks"}}}})
	p, err := validation.NewCompiler().Compile(bundleOf(t, `{`+part("1", `"prod_bottle"`, "2")+`,`+part("2", `"pc_1"`, "5")+`}`), index)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.Bundle([]validation.ItemFacts{
		{Identity: product.Identity{ProductID: "prod_bottle"}, Quantity: 1},
		{Identity: product.Identity{ProductID: "prod_shirt"}, Quantity: 1},
		{Identity: product.Identity{ProductSourceID: "socks", ProductID: "prod_socks"}, Quantity: 2},
	})
	want := validation.Bundle{
		Limit:      1,
		Identified: []validation.BundleItem{found("prod_bottle", "product", 0, 1), found("prod_shirt", "product", 1, 1), found("prod_socks", "product", 2, 2)},
		Missing:    append(missing("prod_bottle", "product", 1), missing("pc_1", "products_collection", 2)...),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bundle (-want +got):\n%s", diff)
	}
}

func TestIdentifiedLinesAreNamedByWhatIsKnown(t *testing.T) {
	t.Parallel()
	p := compile(t, bundleOf(t, `{`+part("1", `{"id":"`+product.AllProducts+`","object":"products_collection"}`, "4")+`}`))
	got, _ := p.Bundle([]validation.ItemFacts{
		{Identity: product.Identity{ProductSourceID: "p"}, Quantity: 1},
		{Identity: product.Identity{ProductID: "prod_1", SKUSourceID: "s"}, Quantity: 1},
		{Identity: product.Identity{ProductID: "prod_1", SKUID: "sku_1", SKUSourceID: "s"}, Quantity: 1},
		{Quantity: 1},
	})
	want := []validation.BundleItem{found("p", "product", 0, 1), found("s", "sku", 1, 1), found("sku_1", "sku", 2, 1), found("", "product", 3, 1)}
	if diff := cmp.Diff(want, got.Identified); diff != "" {
		t.Errorf("identified (-want +got):\n%s", diff)
	}
}

func TestARuleWithoutABundle(t *testing.T) {
	t.Parallel()
	for _, rules := range []string{`null`, `{}`, `{"limit":3}`, `{"logic":"1"}`} {
		p := compile(t, bundleOf(t, rules))
		if b, ok := p.Bundle(facts().Order.Items); ok {
			t.Errorf("%s: %+v", rules, b)
		}
		if v := p.Before(facts()); !v.Holds {
			t.Errorf("%s: %+v", rules, v)
		}
	}
}

func TestBrokenBundlesAreRefused(t *testing.T) {
	t.Parallel()
	const any = `"name":"order.items.any","conditions":{"$is":["prod_1"]}`
	sub := func(text string) string { return `{"1":{` + any + `,"rules":{"5":{` + text + `}}}}` }
	const onlyQuantity = "only order.items.aggregated_quantity with one $is can stand in a bundle"
	for _, tt := range []struct{ name, rules, field, details string }{
		{"a limit below 0", `{"1":{` + any + `},"limit":-1}`, "bundle_rules.limit", "-1 is not between 1 and 100"},
		{"a limit above 100", `{"1":{` + any + `},"limit":101}`, "bundle_rules.limit", "101 is not between 1 and 100"},
		{"another name", `{"a":{"name":"order.items.every","conditions":{"$is":["prod_1"]}}}`, "bundle_rules.a.name", "only order.items.any can stand in a bundle"},
		{"no reference", `{"1":{"name":"order.items.any"}}`, "bundle_rules.1.conditions.$is", "names nothing"},
		{"two references", `{"1":{"name":"order.items.any","conditions":{"$is":["prod_1","prod_2"]}}}`,
			"bundle_rules.1.conditions.$is", "must name exactly one product, SKU or collection"},
		{"$from beside $is", `{"1":{"name":"order.items.any","conditions":{"$is":["prod_1"],"$from":["pc_1"]}}}`,
			"bundle_rules.1.conditions.$is", "must name exactly one product, SKU or collection"},
		{"another rule inside", sub(`"name":"order.items.price","conditions":{"$is":[1]}`), "bundle_rules.1.rules.5", onlyQuantity},
		{"another operator inside", sub(`"name":"order.items.aggregated_quantity","conditions":{"$more_than":[1]}`), "bundle_rules.1.rules.5", onlyQuantity},
		{"a second operator inside", sub(`"name":"order.items.aggregated_quantity","conditions":{"$is":[1],"$less_than":[5]}`), "bundle_rules.1.rules.5", onlyQuantity},
		{"rules inside the rule inside", sub(`"name":"order.items.aggregated_quantity","conditions":{"$is":[1]},"rules":{"1":{"name":"x"}}`),
			"bundle_rules.1.rules.5", onlyQuantity},
		{"no units", sub(`"name":"order.items.aggregated_quantity","conditions":{"$is":[0]}`), "bundle_rules.1.rules.5.conditions.$is", "is not a whole number from 1 to 1000000"},
		{"half a unit", sub(`"name":"order.items.aggregated_quantity","conditions":{"$is":[1.5]}`), "bundle_rules.1.rules.5.conditions.$is", "is not a whole number from 1 to 1000000"},
		{"too many units", sub(`"name":"order.items.aggregated_quantity","conditions":{"$is":[1000001]}`), "bundle_rules.1.rules.5.conditions.$is", "is not a whole number from 1 to 1000000"},
		{"a text for units", sub(`"name":"order.items.aggregated_quantity","conditions":{"$is":["2"]}`), "bundle_rules.1.rules.5.conditions.$is", "is not a whole number from 1 to 1000000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, bundleOf(t, tt.rules).Check(), tt.field, tt.details)
		})
	}
	for _, key := range []string{"limit", "logic"} { // JSON would read them back as something else
		r := bundleOf(t, `{"1":{`+any+`}}`)
		r.BundleRules.Nodes[key] = r.BundleRules.Nodes["1"]
		requireInvalid(t, r.Check(), "bundle_rules", `"`+key+`" cannot be the key of a condition`)
	}
}

// TestBundlesUseNoUnitTwice draws carts and bundles: what is identified is there, and with what is missing it is what the
// bundles need.
func TestBundlesUseNoUnitTwice(t *testing.T) {
	t.Parallel()
	refs := []string{`"prod_shirt"`, `"prod_mug"`, `"prod_hat"`, `"sku_small"`, `"sku_large"`, `"pc_clothes"`, `"pc_sale"`}
	identities := []product.Identity{smallShirt, largeShirt, mug, hat}
	rapid.Check(t, func(rt *rapid.T) {
		var wanted, identified, lacking int64
		rules := `{"limit":` + rapid.StringMatching(`[1-9]`).Draw(rt, "limit")
		for _, key := range []string{"1", "2", "3"}[:rapid.IntRange(1, 3).Draw(rt, "parts")] {
			units := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "units")
			rules += "," + part(key, rapid.SampledFrom(refs).Draw(rt, "ref"), units)
			wanted += int64(units[0] - '0')
		}
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) validation.ItemFacts {
			return validation.ItemFacts{Identity: rapid.SampledFrom(identities).Draw(t, "line"), Quantity: rapid.Int64Range(1, 9).Draw(t, "quantity")}
		}), 0, 5).Draw(rt, "cart")
		b, _ := compile(t, bundleOf(t, rules+`}`)).Bundle(items)
		used := make([]int64, len(items))
		for _, item := range b.Identified {
			used[item.ItemIndex] += item.ItemQuantity
			identified += item.ItemQuantity
		}
		for i := range items {
			if used[i] > items[i].Quantity {
				rt.Errorf("line %d: %d of %d units are used", i, used[i], items[i].Quantity)
			}
		}
		for _, item := range b.Missing {
			lacking += item.ItemQuantity
		}
		if identified+lacking != wanted*max(b.Quantity, 1) || b.Quantity > b.Limit || (b.Quantity > 0) != (lacking == 0) {
			rt.Errorf("%+v of bundles of %d units", b, wanted)
		}
	})
}
