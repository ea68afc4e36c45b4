package validation_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// wording writes requirements as a text: alternatives behind each other, the atoms of each joined by &.
func wording(r validation.Requirements) string {
	kinds := map[validation.AtomKind]string{
		validation.CustomerPresent: "customer", validation.OrderPresent: "order", validation.LineMatches: "line", validation.SegmentMember: "segment",
		validation.CustomerMetadata: "customer.", validation.OrderMetadata: "order.", validation.RedemptionMetadata: "redemption.",
		validation.AmountAtLeast: "amount", validation.InitialAmountAtLeast: "initial", validation.QuantityAtLeast: "units",
	}
	var alternatives []string
	for _, atoms := range r.Alternatives {
		var list []string
		for _, atom := range atoms {
			text := kinds[atom.Kind] + atom.Property
			for _, ref := range atom.Refs {
				text += " " + string(ref.Kind()) + ":" + ref.ID + ref.SourceID
			}
			for _, value := range atom.Values {
				text += " " + value
			}
			if atom.Threshold() {
				text += " " + strconv.FormatInt(atom.Least, 10)
			}
			list = append(list, text)
		}
		alternatives = append(alternatives, strings.Join(list, " & "))
	}
	return strings.Join(alternatives, " | ")
}

func TestRequirements(t *testing.T) {
	t.Parallel()
	amount := func(conditions string) string { return `{"1":{"name":"order.amount","conditions":` + conditions + `}}` }
	level := func(conditions string) string {
		return `{"1":{"name":"customer.metadata","property":"level","conditions":` + conditions + `}}`
	}
	many := func(n int, word string) string {
		var nodes, keys []string
		for i := range n {
			key := strconv.Itoa(i + 1)
			nodes = append(nodes, `"`+key+`":{"name":"redemption.metadata","property":"p`+key+`","conditions":{"$is":["x"]}}`)
			keys = append(keys, key)
		}
		return `{` + strings.Join(nodes, ",") + `,"logic":"` + strings.Join(keys, word) + `"}`
	}
	for _, tt := range []struct {
		name, rules, expression string
		omit                    validation.Omit
		want                    string
	}{
		{"no conditions", `{}`, "", 0, ""},
		{"more than an amount", amount(`{"$more_than":[5000]}`), "", 0, "order & amount 5001"},
		{"at least an amount", amount(`{"$more_than_or_equal":[5000]}`), "", 0, "order & amount 5000"},
		{"exactly one of several amounts", amount(`{"$is":[7000,5000]}`), "", 0, "order & amount 5000"},
		{"the higher of two thresholds", amount(`{"$more_than":[5000],"$in":[4000,9000]}`), "", 0, "order & amount 5001"},
		{"the higher of two thresholds, the other way round", amount(`{"$more_than":[5000],"$in":[9000]}`), "", 0, "order & amount 9000"},
		{"an upper limit only wants an order", amount(`{"$less_than":[5000]}`), "", 0, "order"},
		{"another amount only wants an order", amount(`{"$is_not":[5000],"$not_in":[1]}`), "", 0, "order"},
		{"an amount that does not exist", amount(`{"$more_than":["9223372036854775807"]}`), "", 0, "order & amount 9223372036854775807"},
		{"the initial amount and units", `{"1":{"name":"order.initial_amount","conditions":{"$more_than":[1]}},"2":{"name":"order.items.count","conditions":{"$more_than_or_equal":[3]}}}`,
			"", 0, "order & initial 2 & units 3"},
		{"what waits for the discount requires nothing", `{"1":{"name":"order.total_amount","conditions":{"$more_than":[1]},"rules":{"1":` + vip + `}}}`, "", 0, ""},
		{"a counter of a customer wants a customer", `{"1":` + usedUp + `}`, "", 0, "customer"},
		{"a counter wants nothing", `{"1":` + dayUsed + `}`, "", 0, ""},

		{"segments", `{"1":{"name":"customer.segment","conditions":{"$is":["seg_a","seg_b"],"$in":["seg_c"],"$is_not":["seg_d"]}}}`, "", 0,
			"customer & segment seg_a seg_b & segment seg_c"},
		{"metadata of the customer", level(`{"$is":["gold"]}`), "", 0, "customer & customer.level tgold"},
		{"metadata of every type", level(`{"$in":["42",7,true,1.5]}`), "", 0, "customer & customer.level t42 n42 n7 btrue n1.5"},
		{"metadata that is different or unknown", level(`{"$is_not":["gold"],"$not_in":["tin"],"$is_unknown":[]}`), "", 0, "customer"},
		{"metadata that is compared", level(`{"$more_than":[3],"$contains":["x"],"$has_value":[]}`), "", 0, "customer"},
		{"metadata that is a date", level(`{"$is":["2026-01-01"]}`), "", 0, "customer"},
		{"metadata of the order and the request", `{"1":{"name":"order.metadata","property":"a.b","conditions":{"$is":["x"]}},"2":{"name":"redemption.metadata","property":"c","conditions":{"$is":["y"]}}}`,
			"", 0, "order & order.a.b tx & redemption.c ty"},
		{"metadata of lines", `{"1":{"name":"order.items.metadata_any","property":"color","conditions":{"$is":["red"]}}}`, "", 0, "order"},

		{"products", on("any", `"$is":["prod_mug",{"source_id":"s","object":"sku"}]`, ""), "", 0, "order & line product:prod_mug sku:s"},
		{"products from a collection", on("every", isShirt+","+fromSale, ""), "", 0, "order & line products_collection:pc_sale & line product:prod_shirt"},
		{"the cheapest product", on("cheapest", isMug, lineRule("1", "aggregated_amount", `{"$more_than":[5]}`)), "", 0, "order & line product:prod_mug"},
		{"any product", on("any", "", ""), "", 0, "order"},
		{"no product", on("none", isMug, ""), "", 0, ""},

		{"and", `{"1":` + vip + `,"2":` + mugs + `}`, "", 0, "customer & segment seg_vip & order & line product:prod_mug"},
		{"or", `{"1":` + vip + `,"2":` + mugs + `,"logic":"1 or 2"}`, "", 0, "customer & segment seg_vip | order & line product:prod_mug"},
		{"or with what requires nothing", `{"1":` + vip + `,"2":` + dayUsed + `,"logic":"1 or 2"}`, "", 0, ""},
		{"and of ors", `{"1":` + vip + `,"2":` + mugs + `,"3":` + web + `,"logic":"(1 or 2) and 3"}`, "", 0,
			"customer & segment seg_vip & redemption.channel tweb | order & line product:prod_mug & redemption.channel tweb"},
		{"and with an or behind it", `{"1":` + vip + `,"2":` + web + `,"3":{"name":"redemption.metadata","property":"a","conditions":{"$is":["x"]}},"4":{"name":"redemption.metadata","property":"b","conditions":{"$is":["y"]}},"logic":"1 and 2 and (3 or 4)"}`,
			"", 0, "customer & segment seg_vip & redemption.channel tweb & redemption.a tx | customer & segment seg_vip & redemption.channel tweb & redemption.b ty"},
		{"what is not mentioned", `{"1":` + vip + `,"2":` + mugs + `,"logic":"2"}`, "", 0, "order & line product:prod_mug"},
		{"the same twice", `{"1":` + vip + `,"logic":"1 and 1"}`, "", 0, "customer & segment seg_vip"},
		{"sixteen alternatives", many(16, " or "), "", 0, strings.TrimSuffix(wordingOf(16, " | "), " | ")},
		{"seventeen alternatives", many(17, " or "), "", 0, ""},
		{"seventeen of all", many(17, " and "), "", 0, strings.TrimSuffix(wordingOf(17, " & "), " & ")},
		{"of too many combinations those that are fewer", `{"1":` + vip + `,"2":` + mugs + `,"3":` + web + `,"4":` + dayUsed + `,"logic":"(1 or 2 or 3 or 1 or 2) and (1 or 2 or 3 or 1) and (4 or 1)"}`, "", 0,
			"customer & segment seg_vip | order & line product:prod_mug | redemption.channel tweb | customer & segment seg_vip"},

		{"rules below", `{"1":{"name":"customer.segment","conditions":{"$is":["seg_vip"]},"rules":{"1":` + mugs + `}}}`, "", 0,
			"customer & segment seg_vip & order & line product:prod_mug"},
		{"what is left out", `{"1":` + rich + `,"2":` + vip + `}`, "", validation.OmitIgnored, "customer & segment seg_vip"},
		{"rules below what is left out", `{"1":{"name":"order.amount","conditions":{"$more_than":[1]},"rules":{"1":` + vip + `}}}`, "", validation.OmitIgnored,
			"customer & segment seg_vip"},
		{"products that are left out", `{"1":` + mugs + `}`, "", validation.OmitItems, ""},
		{"an or with what is left out", `{"1":` + rich + `,"2":` + vip + `,"logic":"1 or 2"}`, "", validation.OmitIgnored, ""},

		{"expressions", `{}`, "order.amount >= 500 && 3 < order.quantity && customer.name == 'Anna'", 0, "order & amount 500 & units 4 & customer"},
		{"an expression with an upper limit", `{}`, "order.amount <= 500", 0, "order"},
		{"an expression about the total", `{}`, "order.total_amount >= 500", 0, ""},
		{"an amount that an expression cannot want", `{}`, "order.amount > 9223372036854775807", 0, "order & amount 9223372036854775807"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ruleOf(t, tt.rules)
			r.Expression = tt.expression
			if diff := cmp.Diff(tt.want, wording(compile(t, r).Requirements(tt.omit))); diff != "" {
				t.Errorf("requirements (-want +got):\n%s", diff)
			}
		})
	}
}

func wordingOf(n int, word string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("redemption.p" + strconv.Itoa(i+1) + " tx" + word)
	}
	return b.String()
}

// TestAtoms sees every kind of atom hold and not hold.
func TestAtoms(t *testing.T) {
	t.Parallel()
	seen := map[validation.AtomKind]bool{}
	for _, tt := range []struct {
		name, rules string
		change      func(*validation.Facts)
	}{
		{"a customer", `{"1":` + vip + `}`, anonymous},
		{"a segment", `{"1":` + vip + `}`, func(f *validation.Facts) { f.Customer.Segments = []string{"seg_new"} }},
		{"an order", `{"1":` + mugs + `}`, func(f *validation.Facts) { f.Order.Present = false }},
		{"a line", `{"1":` + mugs + `}`, func(f *validation.Facts) { f.Order.Items = f.Order.Items[:2] }},
		{"metadata of the customer", `{"1":{"name":"customer.metadata","property":"address.city","conditions":{"$is":["Wrocław"]}}}`,
			func(f *validation.Facts) { f.Customer.Metadata["address"] = nil }},
		{"metadata of the order", `{"1":{"name":"order.metadata","property":"location","conditions":{"$is":["Santorini"]}}}`,
			func(f *validation.Facts) { f.Order.Metadata["location"] = "santorini" }},
		{"metadata of the request", `{"1":` + web + `}`, func(f *validation.Facts) { f.Redemption.Metadata = nil }},
		{"the amount", `{"1":{"name":"order.amount","conditions":{"$more_than":[8999]}}}`, func(f *validation.Facts) { f.Order.Amount-- }},
		{"the initial amount", `{"1":{"name":"order.initial_amount","conditions":{"$more_than_or_equal":[9200]}}}`, func(f *validation.Facts) { f.Order.InitialAmount-- }},
		{"the units", `{"1":{"name":"order.items.count","conditions":{"$more_than":[5]}}}`, func(f *validation.Facts) { f.Order.Quantity-- }},
	} {
		required := compile(t, ruleOf(t, tt.rules)).Requirements(0)
		if !required.Hold(facts()) {
			t.Errorf("%s: does not hold", tt.name)
		}
		f := facts()
		if tt.change(f); required.Hold(f) {
			t.Errorf("%s: holds without", tt.name)
		}
		for _, atom := range required.Alternatives[0] {
			seen[atom.Kind] = seen[atom.Kind] || !atom.Holds(f)
		}
	}
	for kind := validation.CustomerPresent; kind <= validation.QuantityAtLeast; kind++ {
		if !seen[kind] {
			t.Errorf("no atom of kind %d was seen to fail", kind)
		}
	}
}

func TestMetadataKeys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value any
		want  []string
	}{
		{nil, nil}, {"gold", []string{"tgold"}}, {"", []string{"t"}}, {"1.0", []string{"t1.0", "n1"}}, {1.0, []string{"n1"}}, {uint8(1), []string{"n1"}},
		{1.5, []string{"n1.5"}}, {"true", []string{"ttrue"}}, {true, []string{"btrue"}}, {false, []string{"bfalse"}},
		{[]any{"a", 2, []any{3}, nil}, []string{"ta", "n2"}}, {[]string{"a", "b"}, []string{"ta", "tb"}}, {[]any{}, nil},
		{time.Unix(0, 0), nil}, {map[string]any{"a": 1}, nil},
	} {
		if diff := cmp.Diff(tt.want, validation.MetadataKeys(tt.value)); diff != "" {
			t.Errorf("keys of %v (-want +got):\n%s", tt.value, diff)
		}
	}
}

// TestAsks says which lines a rule asks for.
func TestAsks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, rules, bundle string
		line                product.Identity
		want                bool
	}{
		{"a product by its SKU", on("any", isShirt, ""), "", smallShirt, true},
		{"another product", on("any", isShirt, ""), "", mug, false},
		{"a product from a collection", on("every", isClothes+","+fromSale, ""), "", smallShirt, true},
		{"a product of only one of the two", on("every", isClothes+","+fromSale, ""), "", largeShirt, false},
		{"a product that must not be there", on("none", isShirt, ""), "", smallShirt, false},
		{"any product", on("any", "", ""), "", mug, false},
		{"a product of another condition", `{"1":` + vip + `,"2":` + mugs + `,"3":` + tenCars + `,"logic":"1 and (2 or 3)"}`, "", mug, true},
		{"a condition that is not mentioned", `{"1":` + vip + `,"2":` + mugs + `,"logic":"1"}`, "", mug, false},
		{"a rule without conditions", `{}`, "", mug, false},
		{"a product of the bundle", `{}`, `{"1":{"name":"order.items.any","conditions":{` + isMug + `}}}`, mug, true},
		{"a product outside of the bundle", `{}`, `{"1":{"name":"order.items.any","conditions":{` + isMug + `}}}`, hat, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ruleOf(t, tt.rules)
			if tt.bundle != "" {
				r.BundleRules = new(validation.BundleRules)
				if err := json.Unmarshal([]byte(tt.bundle), r.BundleRules); err != nil {
					t.Fatal(err)
				}
			}
			if got := compile(t, r).Asks(tt.line); got != tt.want {
				t.Errorf("asks: %t", got)
			}
		})
	}
}

// TestRefsOfAtomsNameTheLines guards that an index can find the lines of an atom from its references.
func TestRefsOfAtomsNameTheLines(t *testing.T) {
	t.Parallel()
	atoms := compile(t, ruleOf(t, on("any", isShirt, ""))).Requirements(0).Alternatives[0]
	want := []product.Ref{{ID: "prod_shirt", Object: product.KindProduct, Type: "product_or_sku"}}
	if diff := cmp.Diff(want, atoms[1].Refs); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}
