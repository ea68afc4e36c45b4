package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

func TestReferencesAreWhatARuleNames(t *testing.T) {
	t.Parallel()
	const (
		shoe, red, bags, club = "prod_19ca9450a000000001", "sku_19ca9450a000000002", "pc_19ca9450a000000003", "seg_19ca9450a000000004"
	)
	type node = validation.Node
	nodes := func(n ...node) validation.Rule {
		g := validation.Group{Nodes: map[string]node{}}
		for i, one := range n {
			g.Nodes[string(rune('1'+i))] = one
		}
		return validation.Rule{Rules: g}
	}
	is := func(values ...any) validation.Conditions { return validation.Conditions{"$is": values} }
	named := func(kind product.RefKind, id, source string) product.Ref {
		return product.Ref{Object: kind, ID: id, SourceID: source}
	}
	expression := func(text string) validation.Rule { return validation.Rule{Expression: text} }
	for _, tt := range []struct {
		name string
		rule validation.Rule
		want validation.References
	}{
		{"nothing", nodes(node{Name: "order.amount", Conditions: is(1)}), validation.References{}},
		{"products, SKUs and collections, each once", nodes(
			node{Name: "order.items.any", Conditions: is(map[string]any{"id": shoe, "type": "product_or_sku"}, product.Ref{SourceID: "b", Object: product.KindSKU})},
			node{Name: "order.items.every", Conditions: validation.Conditions{"$from": {bags, shoe}, "$is": {red}}},
		), validation.References{Products: []product.Ref{
			named(product.KindProduct, shoe, ""), named(product.KindSKU, "", "b"), named(product.KindCollection, bags, ""), named(product.KindSKU, red, ""),
		}}},
		{"names of older rules", nodes(node{Name: "product.id", Conditions: is("a")}, node{Name: "sku.id", Conditions: is("b")}),
			validation.References{Products: []product.Ref{named(product.KindProduct, "a", ""), named(product.KindSKU, "b", "")}}},
		{"what conditions inside of conditions name", nodes(node{Name: "order.items.any", Conditions: is(shoe), Rules: validation.Group{Nodes: map[string]node{
			"1": {Name: "order.items.metadata", Property: "size", Conditions: is(1)},
		}}}), validation.References{
			Products:   []product.Ref{named(product.KindProduct, shoe, "")},
			Properties: []validation.Described{{Objects: []string{"order_item"}, Property: "size"}},
		}},
		{"segments as texts and as objects", nodes(node{Name: "customer.segment", Conditions: is("a", map[string]any{"id": "b", "object": "segment"}, "a")}),
			validation.References{Segments: []string{"a", "b"}}},
		{"places", nodes(node{Name: "customer.metadata", Property: "home", Conditions: validation.Conditions{"$in_location": {"x", "y"}}}),
			validation.References{
				Locations:  []string{"x", "y"},
				Properties: []validation.Described{{Objects: []string{"customer"}, Property: "home"}},
			}},
		{"custom events", nodes(node{Name: "custom_event.metadata", Property: "p", SchemaID: "ms_1", Conditions: is("a")}), validation.References{
			EventSchemas: []string{"ms_1"},
			Properties:   []validation.Described{{Objects: []string{"custom_event/ms_1"}, Property: "p"}},
		}},
		{"callers and loyalty tiers, by their paths", nodes(
			node{Name: "redemption.api_key", Conditions: is("k")}, node{Name: "redemption.user.login", Conditions: is("u")},
			node{Name: "customer.loyalty.tier", Conditions: is("l")},
		), validation.References{Callers: []string{"rules.1", "rules.2"}, LoyaltyTiers: []string{"rules.3"}}},
		{"a bundle", validation.Rule{BundleRules: &validation.BundleRules{Nodes: map[string]node{"1": {Name: "order.items.any", Conditions: is(bags)}}}},
			validation.References{Products: []product.Ref{named(product.KindCollection, bags, "")}}},
		{"a scope", validation.Rule{ApplicableTo: product.Scope{
			Included: []product.Target{{Ref: product.Ref{ID: shoe, SourceID: "shoe"}}}, Excluded: []product.Target{{Ref: product.Ref{ID: bags}}},
		}}, validation.References{Products: []product.Ref{named(product.KindProduct, shoe, "shoe"), named(product.KindCollection, bags, "")}}},
		{"an expression", expression(`"` + club + `" in customer.segments && any(order.items, .sku_id == "` + red + `") && customer.metadata.age > 1`),
			validation.References{
				Products: []product.Ref{named(product.KindSKU, red, "")}, Segments: []string{club},
				Properties: []validation.Described{{Objects: []string{"customer"}, Property: "age"}},
			}},
		{"an expression about source_ids", expression(`any(order.items, .product_source_id in ["a", "b"] || .sku_source_id == "c")`), validation.References{
			Products: []product.Ref{
				named(product.KindProduct, "", "a"), named(product.KindSKU, "", "a"), named(product.KindProduct, "", "b"), named(product.KindSKU, "", "b"),
				named(product.KindProduct, "", "c"), named(product.KindSKU, "", "c"),
			},
		}},
		{"an expression about callers and loyalty tiers", expression(`redemption.api_key == "k" || redemption.user == "u" || "gold" in customer.loyalty_tiers`),
			validation.References{Callers: []string{"expression"}, LoyaltyTiers: []string{"expression"}}},
		{"an expression that cannot be read", expression(`"`), validation.References{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.rule.References()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocationsOfAFilter(t *testing.T) {
	t.Parallel()
	f := &filter.Filter{Fields: map[string]filter.Conditions{
		"metadata.b": {"$in_location": {"y", "x"}}, "metadata.a": {"$in_location": {"x"}, "$is": {"z"}},
	}}
	if diff := cmp.Diff([]string{"x", "y"}, validation.LocationsOf(f)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := validation.LocationsOf(nil); got != nil {
		t.Errorf("no filter names %v", got)
	}
}
