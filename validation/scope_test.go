package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

func scopeOf(t *testing.T, text string) validation.Rule {
	t.Helper()
	return read(t, `{"applicable_to":`+text+`}`)
}

// TestApplicableTo: the rule carries its scope, checks it, and does not let it decide.
func TestApplicableTo(t *testing.T) {
	t.Parallel()
	text := `{"included":[{"id":"prod_1","object":"product","effect":"APPLY_FROM_CHEAPEST","target":"UNIT","skip_initially":1,"repeat":3,
			"price":500,"quantity_limit":2,"aggregated_quantity_limit":0,"amount_limit":1,"aggregated_amount_limit":9,
			"product_campaign_quantity_limit":10,"product_customer_promotion_tier_quantity_limit":1}],
		"excluded":[{"source_id":"mug","object":"sku","effect":"APPLY_TO_MOST_EXPENSIVE","target":"ITEM"}],"included_all":true}`
	r := scopeOf(t, text)
	limit := func(n int64) *int64 { return &n }
	want := product.Scope{
		Included: []product.Target{{
			Ref: product.Ref{ID: "prod_1", Object: "product"}, Effect: product.ApplyFromCheapest, Target: product.PerUnit,
			SkipInitially: 1, Repeat: 3, Price: limit(500), QuantityLimit: limit(2), AggregatedQuantityLimit: limit(0),
			AmountLimit: limit(1), AggregatedAmountLimit: limit(9),
			Quotas: product.Quotas{PerCampaign: limit(10), PerCustomerInTier: limit(1)},
		}},
		Excluded:    []product.Target{{Ref: product.Ref{SourceID: "mug", Object: "sku"}, Effect: product.ApplyToMostExpensive, Target: product.PerItem}},
		IncludedAll: true,
	}
	p := compile(t, r)
	if diff := cmp.Diff(want, p.Rule().ApplicableTo); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
	if v := p.Before(&validation.Facts{}); !v.Holds {
		t.Errorf("a scope decides: %+v", v.Failure)
	}
}

func TestBrokenScopesAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, entry, field, details string }{
		{"an entry that names nothing", `{}`, "id", "is required"},
		{"an unknown kind", `{"id":"x","object":"customer"}`, "object", `"customer" is not one of product, sku, products_collection`},
		{"an unknown effect", `{"id":"x","effect":"APPLY_TO_ALL"}`, "effect", `"APPLY_TO_ALL" is not an application effect`},
		{"an unknown target", `{"id":"x","target":"LINE"}`, "target", `"LINE" is not one of ITEM, UNIT`},
		{"skipping fewer than none", `{"id":"x","skip_initially":-1}`, "skip_initially", "-1 is negative"},
		{"repeating fewer than none", `{"id":"x","repeat":-1}`, "repeat", "-1 is negative"},
		{"a negative price", `{"id":"x","price":-1}`, "price", "-1 is not between 0 and 1000000000000000"},
		{"a negative limit of units", `{"id":"x","quantity_limit":-1}`, "quantity_limit", "-1 is not between 0 and 1000000000000000"},
		{"a negative limit of the line", `{"id":"x","amount_limit":-1}`, "amount_limit", "-1 is not between 0 and 1000000000000000"},
		{"a limit that is too large", `{"id":"x","aggregated_amount_limit":1000000000000001}`, "aggregated_amount_limit",
			"1000000000000001 is not between 0 and 1000000000000000"},
		{"a negative quota", `{"id":"x","product_in_collection_customer_promotion_tier_quantity_limit":-5}`,
			"product_in_collection_customer_promotion_tier_quantity_limit", "-5 is not between 0 and 1000000000000000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			included := scopeOf(t, `{"included":[{"id":"a"},`+tt.entry+`]}`)
			requireInvalid(t, included.Check(), "applicable_to.included[1]."+tt.field, tt.details)
			excluded := scopeOf(t, `{"excluded":[`+tt.entry+`]}`)
			requireInvalid(t, excluded.Check(), "applicable_to.excluded[0]."+tt.field, tt.details)
		})
	}
	requireInvalid(t, ruleOf(t, on("any", `"$is":[{"id":"x","object":"customer"}]`, "")).Check(),
		"rules.1.conditions.$is.object", `"customer" is not one of product, sku, products_collection`)
}
