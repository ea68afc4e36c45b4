package validation_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// refs are conditions on the lines of a product, SKU or collection.
const (
	isShirt   = `"$is":[{"id":"prod_shirt","object":"product","type":"product_or_sku"}]`
	isSmall   = `"$is":[{"source_id":"s","object":"sku"}]`
	isMug     = `"$is":[{"id":"prod_mug"}]`
	isClothes = `"$is":[{"id":"pc_clothes","object":"products_collection","type":"products_collection"}]`
	fromSale  = `"$from":[{"id":"pc_sale","type":"products_collection"}]`
	isCar     = `"$is":["prod_car"]`
)

// on is a condition on items; sub are its rules, keyed 1, 2, … by the caller.
func on(name, conditions, sub string) string {
	return `{"1":{"name":"order.items.` + name + `","conditions":{` + conditions + `},"rules":{` + sub + `}}}`
}

func lineRule(key, name, conditions string) string {
	return `"` + key + `":{"name":"order.items.` + name + `","property":"color","conditions":` + conditions + `}`
}

// itemTests are about the cart of facts(): 2 small shirts of 20.00, a large one of 25.00, 3 mugs of 9.00.
var itemTests = []struct {
	name   string
	rules  string
	change func(*validation.Facts)
	want   bool
}{
	{"any finds a product by its SKU", on("any", isShirt, ""), nil, true},
	{"any finds a SKU by its source_id", on("any", isSmall, ""), nil, true},
	{"any finds the members of a collection", on("any", isClothes, ""), nil, true},
	{"any does not find what is not there", on("any", isCar, ""), nil, false},
	{"any without conditions wants a line", on("any", "", ""), nil, true},
	{"any does not find a collection that does not exist", on("any", `"$is":["pc_gone"]`, ""), nil, false},
	{"any takes $from as a second condition on the line", on("any", isShirt+","+fromSale, ""), nil, true},
	{"any does not join $is and $from of different lines", on("any", `"$is":["sku_large"],`+fromSale, ""), nil, false},
	{"every wants all lines", on("every", isClothes, ""), nil, false},
	{"every holds for all lines", on("every", `"$is":["pc_clothes","prod_mug"]`, ""), nil, true},
	{"every without lines does not hold", on("every", isClothes, ""), withoutLines, false},
	{"none holds without such a line", on("none", isCar, ""), nil, true},
	{"none fails for such a line", on("none", isMug, ""), nil, false},
	{"none holds without an order", on("none", isMug, ""), withoutOrder, true},
	{"cheapest is the line with the lowest price", on("cheapest", isMug, ""), nil, true},
	{"cheapest does not look at other lines", on("cheapest", isShirt, ""), nil, false},
	{"cheapest looks among the lines of $from", on("cheapest", `"$is":["sku_small"],"$from":["prod_shirt"]`, ""), nil, true},
	{"cheapest keeps ties", on("cheapest", isSmall, ""), func(f *validation.Facts) { f.Order.Items[0].Price = 900 }, true},
	{"cheapest passes over lines without a price", on("cheapest", isMug, ""),
		func(f *validation.Facts) { f.Order.Items[0].Price, f.Order.Items[0].HasPrice = 0, false }, true},
	{"cheapest does not take a line without a price for one that is free", on("cheapest", isSmall, ""), func(f *validation.Facts) {
		f.Order.Items[0].Price, f.Order.Items[0].HasPrice, f.Order.Items[2].Price = 0, false, 0
	}, false},
	{"cheapest without any price does not hold", on("cheapest", "", ""), func(f *validation.Facts) {
		for i := range f.Order.Items {
			f.Order.Items[i].HasPrice = false
		}
	}, false},
	{"most_expensive is the line with the highest price", on("most_expensive", `"$is":["sku_large"]`, ""), nil, true},
	{"most_expensive does not look at other lines", on("most_expensive", isMug, ""), nil, false},
	{"most_expensive looks among the lines of $from", on("most_expensive", isSmall+","+fromSale, ""), nil, true},

	{"aggregated_quantity adds the matched lines", on("any", isShirt, lineRule("1", "aggregated_quantity", `{"$is":[3]}`)), nil, true},
	{"aggregated_quantity leaves the other lines out", on("any", isShirt, lineRule("1", "aggregated_quantity", `{"$more_than":[3]}`)), nil, false},
	{"aggregated_amount adds the matched lines", on("any", isShirt, lineRule("1", "aggregated_amount", `{"$is":[6500]}`)), nil, true},
	{"aggregated_amount leaves the other lines out", on("any", isShirt, lineRule("1", "aggregated_amount", `{"$more_than":[6500]}`)), nil, false},
	{"aggregated_amount does not hold when the amount of a matched line is not known",
		on("any", isShirt, lineRule("1", "aggregated_amount", `{"$less_than":[9000]}`)),
		func(f *validation.Facts) { f.Order.Items[1].HasAmount = false }, false},
	{"aggregated_amount does not hold when the amount of the first matched line is not known",
		on("any", isShirt, lineRule("1", "aggregated_amount", `{"$less_than":[9000]}`)),
		func(f *validation.Facts) { f.Order.Items[0].HasAmount = false }, false},
	{"aggregated_amount does not mind the amount of another line",
		on("any", isShirt, lineRule("1", "aggregated_amount", `{"$less_than":[9000]}`)),
		func(f *validation.Facts) { f.Order.Items[2].HasAmount = false }, true},
	{"price inside any wants one matched line", on("any", isShirt, lineRule("1", "price", `{"$more_than":[2000]}`)), nil, true},
	{"price inside any does not look at other lines", on("any", isShirt, lineRule("1", "price", `{"$is":[900]}`)), nil, false},
	{"price inside every wants all lines", on("every", "", lineRule("1", "price", `{"$more_than":[900]}`)), nil, false},
	{"price inside cheapest wants all matched lines", on("cheapest", "", lineRule("1", "price", `{"$less_than":[1500]}`)), nil, true},
	{"price does not hold when it is not known", on("any", isMug, lineRule("1", "price", `{"$is_not":[1]}`)),
		func(f *validation.Facts) { f.Order.Items[2].HasPrice = false }, false},
	{"quantity inside any wants one matched line", on("any", isShirt, lineRule("1", "quantity", `{"$is":[1]}`)), nil, true},
	{"quantity does not add lines", on("any", isShirt, lineRule("1", "quantity", `{"$is":[3]}`)), nil, false},
	{"quantity inside most_expensive wants all matched lines", on("most_expensive", "", lineRule("1", "quantity", `{"$is":[1]}`)), nil, true},
	{"metadata inside any wants one matched line", on("any", isShirt, lineRule("1", "metadata", `{"$is":["blue"]}`)), nil, true},
	{"metadata inside any does not look at other lines", on("any", isMug, lineRule("1", "metadata", `{"$is":["blue"]}`)), nil, false},
	{"metadata inside every wants all lines", on("every", "", lineRule("1", "metadata", `{"$in":["red","blue"]}`)), nil, true},
	{"two rules on lines may be met by two lines",
		on("any", isShirt, lineRule("1", "quantity", `{"$is":[2]}`)+","+lineRule("2", "metadata", `{"$is":["blue"]}`)), nil, true},
	{"the logic of the rules on lines",
		on("any", isShirt, lineRule("1", "quantity", `{"$is":[9]}`)+","+lineRule("2", "price", `{"$is":[2500]}`)+`,"logic":"1 or 2"`), nil, true},
	{"rules on lines below rules on lines look at the same lines",
		on("any", isShirt, `"1":{"name":"order.items.quantity","conditions":{"$is":[2]},"rules":{`+lineRule("1", "aggregated_quantity", `{"$is":[3]}`)+`}}`), nil, true},
	{"rules of a condition on the request look at the request",
		`{"1":{"name":"order.amount","conditions":{"$is":[9000]},"rules":{"1":{"name":"customer.segment","conditions":{"$is":["seg_old"]}}}}}`, nil, false},
}

func TestItems(t *testing.T) {
	t.Parallel()
	for _, tt := range itemTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			if tt.change != nil {
				tt.change(f)
			}
			if v := compile(t, ruleOf(t, tt.rules)).Before(f); v.Holds != tt.want {
				t.Errorf("holds: %t, failure: %+v", v.Holds, v.Failure)
			}
		})
	}
}

// TestTwoConditionsOnItemsDoNotShareTheirLines guards the room that evaluations work in.
func TestTwoConditionsOnItemsDoNotShareTheirLines(t *testing.T) {
	t.Parallel()
	mugs := validation.Node{
		Name: "order.items.any", Conditions: validation.Conditions{"$is": {product.Ref{ID: "prod_mug"}}},
		Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "order.items.aggregated_quantity", Conditions: validation.Conditions{"$is": {3}}},
		}},
	}
	shirts := mugs
	shirts.Conditions = validation.Conditions{"$is": {product.Ref{ID: "prod_shirt"}}}
	p := compile(t, validation.Rule{Rules: validation.Group{Nodes: map[string]validation.Node{"1": mugs, "2": shirts, "3": mugs}}})
	for range 3 {
		if v := p.Before(facts()); !v.Holds {
			t.Fatalf("failure: %+v", v.Failure)
		}
	}
	f := facts()
	f.Order.Items = f.Order.Items[:1]
	if v := p.Before(f); v.Holds || v.Failure.Path != "rules.1" || v.Failure.Actual != "0 of 1 lines match" {
		t.Errorf("verdict: %+v, failure: %+v", v, v.Failure)
	}
}
