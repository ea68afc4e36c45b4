package product_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
)

// target is a valid target with a change.
func target(change func(*product.Target)) product.Target {
	t := product.Target{Ref: product.Ref{ID: "prod_1", Object: product.KindProduct}}
	change(&t)
	return t
}

func TestCheckOfTargets(t *testing.T) {
	t.Parallel()
	type change = func(*product.Target)
	for _, tt := range []struct {
		name   string
		change change
		want   string
	}{
		{"a product", func(*product.Target) {}, ""},
		{"nothing", func(t *product.Target) { t.Ref = product.Ref{} }, "invalid_payload included[1].id"},
		{"an unknown kind", func(t *product.Target) { t.Object = "category" }, "invalid_payload included[1].object"},
		{"every resource", func(t *product.Target) { t.Effect = product.ApplyToEvery }, ""},
		{"the cheapest", func(t *product.Target) { t.Effect = product.ApplyToCheapest }, ""},
		{"from the cheapest", func(t *product.Target) { t.Effect = product.ApplyFromCheapest }, ""},
		{"the most expensive", func(t *product.Target) { t.Effect = product.ApplyToMostExpensive }, ""},
		{"from the most expensive", func(t *product.Target) { t.Effect = product.ApplyFromMostExpensive }, ""},
		{"an effect of discounts", func(t *product.Target) { t.Effect = "APPLY_TO_ITEMS" }, "invalid_payload included[1].effect"},
		{"lines", func(t *product.Target) { t.Target = product.PerItem }, ""},
		{"units", func(t *product.Target) { t.Target = product.PerUnit }, ""},
		{"an unknown granularity", func(t *product.Target) { t.Target = "unit" }, "invalid_payload included[1].target"},
		{"nothing skipped, all taken", func(t *product.Target) { t.SkipInitially, t.Repeat = 0, 0 }, ""},
		{"some skipped, each third taken", func(t *product.Target) { t.SkipInitially, t.Repeat = 1, 3 }, ""},
		{"a negative skip", func(t *product.Target) { t.SkipInitially = -1 }, "invalid_payload included[1].skip_initially"},
		{"a negative repeat", func(t *product.Target) { t.Repeat = -1 }, "invalid_payload included[1].repeat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			scope := product.Scope{Included: []product.Target{{Ref: product.Ref{ID: "prod_0"}}, target(tt.change)}}
			if diff := cmp.Diff(tt.want, refusal(scope.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheLimitsOfATargetAreNumbersFromZeroToTheLargestAmount(t *testing.T) {
	t.Parallel()
	limits := map[string]func(*product.Target) **int64{
		"price":                                         func(t *product.Target) **int64 { return &t.Price },
		"quantity_limit":                                func(t *product.Target) **int64 { return &t.QuantityLimit },
		"aggregated_quantity_limit":                     func(t *product.Target) **int64 { return &t.AggregatedQuantityLimit },
		"amount_limit":                                  func(t *product.Target) **int64 { return &t.AmountLimit },
		"aggregated_amount_limit":                       func(t *product.Target) **int64 { return &t.AggregatedAmountLimit },
		"product_campaign_quantity_limit":               func(t *product.Target) **int64 { return &t.PerCampaign },
		"product_customer_campaign_quantity_limit":      func(t *product.Target) **int64 { return &t.PerCustomerInCampaign },
		"product_in_collection_campaign_quantity_limit": func(t *product.Target) **int64 { return &t.PerProductInCampaign },
		"product_in_collection_customer_campaign_quantity_limit": func(t *product.Target) **int64 {
			return &t.PerProductAndCustomerInCampaign
		},
		"product_promotion_tier_quantity_limit":               func(t *product.Target) **int64 { return &t.PerTier },
		"product_customer_promotion_tier_quantity_limit":      func(t *product.Target) **int64 { return &t.PerCustomerInTier },
		"product_in_collection_promotion_tier_quantity_limit": func(t *product.Target) **int64 { return &t.PerProductInTier },
		"product_in_collection_customer_promotion_tier_quantity_limit": func(t *product.Target) **int64 {
			return &t.PerProductAndCustomerInTier
		},
	}
	for field, limit := range limits {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			for value, fine := range map[int64]bool{-1: false, 0: true, money.Max: true, money.Max + 1: false} {
				excluded := target(func(t *product.Target) { *limit(t) = &value })
				want := "invalid_payload excluded[0]." + field
				if fine {
					want = ""
				}
				if diff := cmp.Diff(want, refusal(product.Scope{Excluded: []product.Target{excluded}}.Check())); diff != "" {
					t.Errorf("%d: refusal (-want +got):\n%s", value, diff)
				}
			}
		})
	}
}

func TestCheckOfScopes(t *testing.T) {
	t.Parallel()
	many := func(n int) []product.Target {
		targets := make([]product.Target, n)
		for i := range targets {
			targets[i].ID = "prod_1"
		}
		return targets
	}
	for _, tt := range []struct {
		name  string
		scope product.Scope
		empty bool
		want  string
	}{
		{"no product at all", product.Scope{}, true, ""},
		{"everything", product.Scope{IncludedAll: true}, false, ""},
		{"a product", product.Scope{Included: many(1)}, false, ""},
		{"all but a product", product.Scope{Excluded: many(1)}, false, ""},
		{"as many entries as allowed", product.Scope{Included: many(600), Excluded: many(400)}, false, ""},
		{"an entry more than allowed", product.Scope{Included: many(600), Excluded: many(401)}, false, "invalid_payload "},
		{"an included product without a name", product.Scope{Included: append(many(2), product.Target{})}, false,
			"invalid_payload included[2].id"},
		{"an excluded product without a name", product.Scope{Included: many(1), Excluded: []product.Target{{}}}, false,
			"invalid_payload excluded[0].id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.scope.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
			if got := tt.scope.Empty(); got != tt.empty {
				t.Errorf("empty: got %t", got)
			}
		})
	}
}

func ExampleScope_Check() {
	scope := product.Scope{Included: []product.Target{{
		Ref:    product.Ref{ID: product.AllProducts, Object: product.KindCollection},
		Effect: product.ApplyToCheapest, SkipInitially: -1,
	}}}
	fmt.Println(scope.Check())
	// Output: voucherify: invalid_payload: included[0].skip_initially: -1 is negative
}
