package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// brands gives the lines of facts() product metadata: the shirts are of brand A, the mugs of B.
func brands(f *validation.Facts) {
	for i, brand := range []string{"A", "A", "B"} {
		f.Order.Items[i].ProductMetadata = map[string]any{"brand": brand}
	}
}

// legacyTests are about names of older rules, over the cart of facts() with brands.
var legacyTests = []nameTest{
	{"product.id finds a product by its SKUs", `"name":"product.id","conditions":{"$is":[{"id":"prod_shirt"}]}`, nil, ""},
	{"product.id takes an id for a product's, whatever it looks like", `"name":"product.id","conditions":{"$is":["sku_small"]}`, nil, fault.OrderRulesViolated},
	{"product.id needs lines", `"name":"product.id","conditions":{"$is":["prod_shirt"]}`, withoutLines, fault.MissingOrderItems},
	{"sku.id finds a SKU", `"name":"sku.id","conditions":{"$is":[{"source_id":"s"}]}`, nil, ""},
	{"sku.id does not find a product", `"name":"sku.id","conditions":{"$is":["prod_shirt"]}`, nil, fault.OrderRulesViolated},
	{"product.quantity is that of one line", `"name":"product.id","conditions":{"$is":["prod_shirt"]},"rules":{"1":{"name":"product.quantity","conditions":{"$more_than_or_equal":[2]}}}`, nil, ""},
	{"product.quantity does not add lines", `"name":"product.id","conditions":{"$is":["prod_shirt"]},"rules":{"1":{"name":"product.quantity","conditions":{"$more_than_or_equal":[3]}}}`, nil, fault.OrderRulesViolated},
	{"product.price is that of one line", `"name":"product.id","conditions":{"$is":["prod_shirt"]},"rules":{"1":{"name":"product.price","conditions":{"$is":[2500]}}}`, nil, ""},
	{"product.price does not look at other lines", `"name":"product.id","conditions":{"$is":["prod_shirt"]},"rules":{"1":{"name":"product.price","conditions":{"$is":[900]}}}`, nil, fault.OrderRulesViolated},
	{"sku.quantity is that of the line", `"name":"sku.id","conditions":{"$is":["sku_small"]},"rules":{"1":{"name":"sku.quantity","conditions":{"$is":[2]}}}`, nil, ""},
	{"sku.quantity does not look at other lines", `"name":"sku.id","conditions":{"$is":["sku_small"]},"rules":{"1":{"name":"sku.quantity","conditions":{"$is":[1]}}}`, nil, fault.OrderRulesViolated},
	{"sku.price is that of the line", `"name":"sku.id","conditions":{"$is":["sku_small"]},"rules":{"1":{"name":"sku.price","conditions":{"$is":[2000]}}}`, nil, ""},
	{"sku.price does not look at other lines", `"name":"sku.id","conditions":{"$is":["sku_small"]},"rules":{"1":{"name":"sku.price","conditions":{"$is":[2500]}}}`, nil, fault.OrderRulesViolated},
	{"discount_applicable always holds", `"name":"product.id","conditions":{"$is":["prod_mug"]},"rules":{"1":{"name":"product.discount_applicable","conditions":{"$is":[true]}},"2":{"name":"sku.discount_applicable","conditions":{"$is":true}}}`, nil, ""},

	{"product.metadata wants one line", `"name":"product.metadata","property":"brand","conditions":{"$is":["B"]}`, brands, ""},
	{"product.metadata fails without one", `"name":"product.metadata","property":"brand","conditions":{"$is":["C"]}`, brands, fault.OrderRulesViolated},
	{"product.metadata takes what is missing as such", `"name":"product.metadata","property":"brand","conditions":{"$is_not":["A"]}`, nil, ""},
	{"product.metadata needs lines", `"name":"product.metadata","property":"brand","conditions":{"$is_not":["A"]}`, withoutLines, fault.MissingOrderItems},
	{"aggregated_quantity adds the lines that match", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.aggregated_quantity","conditions":{"$is":[3]}}}`, brands, ""},
	{"aggregated_quantity leaves the others out", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.aggregated_quantity","conditions":{"$more_than":[3]}}}`, brands, fault.OrderRulesViolated},
	{"aggregated_amount adds the lines that match", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.aggregated_amount","conditions":{"$is":[6500]}}}`, brands, ""},
	{"aggregated_amount leaves the others out", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.aggregated_amount","conditions":{"$more_than":[6500]}}}`, brands, fault.OrderRulesViolated},
	{"aggregated_amount needs the amounts of the lines that match", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.aggregated_amount","conditions":{"$less_than":[9999]}}}`,
		func(f *validation.Facts) { brands(f); f.Order.Items[1].HasAmount = false }, fault.MissingOrderItemsAmount},
	{"match_all wants all lines", `"name":"product.metadata","property":"brand","conditions":{"$in":["A","B"]},"rules":{"1":{"name":"product.metadata.match_all","conditions":{"$is":[true]}}}`, brands, ""},
	{"match_all fails for one line", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.match_all","conditions":{"$is":[true]}}}`, brands, fault.OrderRulesViolated},
	{"match_all that the logic does not mention changes nothing", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.match_all","conditions":{"$is":[true]}},"2":{"name":"product.quantity","conditions":{"$is":[1]}},"logic":"2"}`, brands, ""},
	{"match_all makes conditions on lines count for all of them", `"name":"product.metadata","property":"brand","conditions":{"$has_value":[]},"rules":{"1":{"name":"product.metadata.match_all","conditions":{"$is":[true]}},"2":{"name":"product.quantity","conditions":{"$is":[1]}}}`, brands, fault.OrderRulesViolated},
	{"product.metadata.discount_applicable always holds", `"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.discount_applicable","conditions":{"$is":[true]}}}`, brands, ""},
}

func TestTheScopeOfOlderRules(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(
		[]*product.Product{
			{ID: "prod_a", SourceID: "a", Metadata: metadata.Map{"brand": "A"}}, {ID: "prod_b", Metadata: metadata.Map{"brand": "B"}}, {ID: "prod_c"},
		},
		[]*product.SKU{
			{ID: "sku_a", ProductID: "prod_a", Metadata: metadata.Map{"size": "s"}}, {ID: "sku_b1", ProductID: "prod_b", Metadata: metadata.Map{"brand": "A"}},
			{ID: "sku_b2", SourceID: "b2", ProductID: "prod_b"}, {ID: "sku_lost", ProductID: "prod_gone", Metadata: metadata.Map{"brand": "A"}},
		}, nil)
	const applicable = `"1":{"name":"product.discount_applicable","conditions":{"$is":[true]}}`
	target := func(refs ...product.Ref) (list []product.Target) {
		for _, ref := range refs {
			list = append(list, product.Target{Ref: ref})
		}
		return list
	}
	prodX := product.Ref{ID: "prod_x", Object: product.KindProduct}
	for _, tt := range []struct {
		name, rules string
		given, want product.Scope
	}{
		{"a rule without such a condition has its own", `{"1":{"name":"product.id","conditions":{"$is":["prod_x"]}}}`,
			product.Scope{IncludedAll: true}, product.Scope{IncludedAll: true}},
		{"a product is included", `{"1":{"name":"product.id","conditions":{"$is":[{"id":"prod_x"}]},"rules":{` + applicable + `}}}`,
			product.Scope{}, product.Scope{Included: target(prodX)}},
		{"a SKU is included", `{"1":{"name":"sku.id","conditions":{"$is":["x"]},"rules":{"1":{"name":"sku.discount_applicable","conditions":{"$is":[true]}}}}}`,
			product.Scope{}, product.Scope{Included: target(product.Ref{ID: "x", Object: product.KindSKU})}},
		{"what the scope has already is not added again", `{"1":{"name":"product.id","conditions":{"$is":["prod_x","prod_y"]},"rules":{` + applicable + `}}}`,
			product.Scope{Included: target(product.Ref{ID: "prod_x"})},
			product.Scope{Included: target(product.Ref{ID: "prod_x"}, product.Ref{ID: "prod_y", Object: product.KindProduct})}},
		{"a condition that the logic does not mention adds nothing", `{"1":{"name":"product.id","conditions":{"$is":["prod_x"]},"rules":{` + applicable + `,"2":{"name":"product.quantity","conditions":{"$is":[1]}},"logic":"2"}}}`,
			product.Scope{}, product.Scope{}},
		{"metadata names the products, and the SKUs of others, that have it", `{"1":{"name":"product.metadata","property":"brand","conditions":{"$is":["A"]},"rules":{"1":{"name":"product.metadata.discount_applicable","conditions":{"$is":[true]}}}}}`,
			product.Scope{}, product.Scope{Included: target(
				product.Ref{ID: "prod_a", SourceID: "a", Object: product.KindProduct},
				product.Ref{ID: "sku_b1", Object: product.KindSKU, ProductID: "prod_b"}, product.Ref{ID: "sku_lost", Object: product.KindSKU, ProductID: "prod_gone"},
			)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rule := ruleOf(t, tt.rules)
			rule.ApplicableTo = tt.given
			p, err := validation.NewCompiler().Compile(rule, index)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, p.Scope()); diff != "" {
				t.Errorf("scope (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.given, p.Rule().ApplicableTo); diff != "" {
				t.Errorf("the rule was changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBrokenOlderRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, rules, field, details string }{
		{"a name for lines without lines", `{"1":{"name":"product.quantity","conditions":{"$is":[1]}}}`, "rules.1.name", "product.quantity can only stand inside a condition on items"},
		{"a scope without products", `{"1":{"name":"product.discount_applicable","conditions":{"$is":[true]}}}`, "rules.1.name", "product.discount_applicable can only stand inside a condition on items"},
		{"a collection for a product", `{"1":{"name":"product.id","conditions":{"$is_not":["a"]}}}`, "rules.1.conditions.$is_not", "the operator does not fit this rule name"},
		{"no property", `{"1":{"name":"product.metadata","conditions":{"$is":["A"]}}}`, "rules.1.property", "rule product.metadata must have a property"},
		{"no condition", `{"1":{"name":"product.metadata","property":"a"}}`, "rules.1.conditions", "rule product.metadata needs a condition"},
		{"a switch that is off", `{"1":{"name":"product.id","rules":{"1":{"name":"product.discount_applicable","conditions":{"$is":[false]}}}}}`, "rules.1.rules.1.conditions.$is", "takes true only"},
		{"a switch with another operator", `{"1":{"name":"product.id","rules":{"1":{"name":"product.metadata.match_all","conditions":{"$is_not":[true]}}}}}`, "rules.1.rules.1.conditions.$is_not", "the operator does not fit this rule name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, ruleOf(t, tt.rules).Check(), tt.field, tt.details)
		})
	}
	t.Run("a scope with too many products", func(t *testing.T) {
		t.Parallel()
		var products []*product.Product
		for i := range product.MaxTargets + 1 {
			products = append(products, &product.Product{ID: "prod_" + string(rune('A'+i%26)) + string(rune('0'+i/26))})
		}
		rule := ruleOf(t, `{"1":{"name":"product.metadata","property":"brand","conditions":{"$is_unknown":[]},"rules":{"1":{"name":"product.metadata.discount_applicable","conditions":{"$is":[true]}}}}}`)
		_, err := validation.NewCompiler().Compile(rule, product.NewIndex(products, nil, nil))
		requireInvalid(t, err, "applicable_to", "has 1001 entries, at most 1000 are allowed")
	})
}
