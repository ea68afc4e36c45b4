package promotion_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/promotion"
)

type rules = promotion.StackingRules

func TestTheDefaultsAreVoucherifys(t *testing.T) {
	t.Parallel()
	want := rules{
		RedeemablesLimit: 30, ApplicableRedeemablesLimit: 5, ApplicableRedeemablesPerCategoryLimit: 1,
		ApplicableExclusiveRedeemablesLimit: 1, ApplicableExclusiveRedeemablesPerCategoryLimit: 1,
		RedeemablesApplicationMode: "ALL", RedeemablesSortingRule: "REQUESTED_ORDER", GroupedRedeemablesSortingRule: "JOINT_ALWAYS_LAST",
		DiscountCalculationMode: "DISCOUNTED_AMOUNT", RedeemablesProductsApplicationMode: "STACK",
		RedeemablesNoEffectRule: "REDEEM_ANYWAY", RedeemablesRollbackOrderMode: "WITH_ORDER",
	}
	if diff := cmp.Diff(want, rules{}.WithDefaults()); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if err := want.Check(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestDefaultsLeaveWhatIsSet(t *testing.T) {
	t.Parallel()
	set := rules{
		RedeemablesLimit: 20, ApplicableRedeemablesLimit: 10, ApplicableRedeemablesPerCategoryLimit: 4,
		ApplicableRedeemablesCategoryLimits: map[string]int{"cat_1": 2},
		ApplicableExclusiveRedeemablesLimit: 3, ApplicableExclusiveRedeemablesPerCategoryLimit: 2,
		ExclusiveCategories: []string{"cat_1"}, JointCategories: []string{"cat_2"},
		RedeemablesApplicationMode: promotion.Partial, RedeemablesSortingRule: promotion.CategoryHierarchy,
		GroupedRedeemablesSortingRule: promotion.SameSortingRule, DiscountCalculationMode: discount.Initial,
		InitialAmountModeCategories: []string{"cat_1"}, DiscountedAmountModeCategories: []string{"cat_2"},
		RedeemablesProductsApplicationMode: promotion.Once, RedeemablesNoEffectRule: promotion.Skip,
		NoEffectSkipCategories: []string{"cat_1"}, NoEffectRedeemAnywayCategories: []string{"cat_2"},
		RedeemablesRollbackOrderMode: promotion.WithoutOrder, Version: 2,
	}
	if diff := cmp.Diff(set, set.WithDefaults()); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if err := set.Check(); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestALowLimitOfTheRequestLowersTheDefaultThatMayBeApplied(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{1: 1, 4: 4, 5: 5, 6: 5, 30: 5} {
		r := rules{RedeemablesLimit: limit}
		if got := r.WithDefaults().ApplicableRedeemablesLimit; got != want {
			t.Errorf("redeemables_limit %d: got %d, want %d", limit, got, want)
		}
		if err := r.Check(); err != nil {
			t.Errorf("redeemables_limit %d alone is refused: %v", limit, err)
		}
	}
}

func TestTheRangesOfTheLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		field string
		set   func(*rules, int)
		base  rules
		most  int
	}{
		{"redeemables_limit", func(r *rules, n int) { r.RedeemablesLimit = n }, rules{}, 30},
		{"applicable_redeemables_limit", func(r *rules, n int) { r.ApplicableRedeemablesLimit = n }, rules{}, 30},
		{"applicable_redeemables_limit", func(r *rules, n int) { r.ApplicableRedeemablesLimit = n }, rules{RedeemablesLimit: 7}, 7},
		{"applicable_redeemables_per_category_limit", func(r *rules, n int) { r.ApplicableRedeemablesPerCategoryLimit = n }, rules{}, 5},
		{"applicable_redeemables_per_category_limit", func(r *rules, n int) { r.ApplicableRedeemablesPerCategoryLimit = n },
			rules{ApplicableRedeemablesLimit: 30}, 30},
		{"applicable_redeemables_per_category_limit", func(r *rules, n int) { r.ApplicableRedeemablesPerCategoryLimit = n },
			rules{RedeemablesLimit: 3}, 3},
		{"applicable_exclusive_redeemables_limit", func(r *rules, n int) { r.ApplicableExclusiveRedeemablesLimit = n }, rules{}, 5},
		{"applicable_exclusive_redeemables_per_category_limit",
			func(r *rules, n int) { r.ApplicableExclusiveRedeemablesPerCategoryLimit = n }, rules{}, 1},
		{"applicable_exclusive_redeemables_per_category_limit",
			func(r *rules, n int) { r.ApplicableExclusiveRedeemablesPerCategoryLimit = n },
			rules{ApplicableExclusiveRedeemablesLimit: 5}, 5},
		{"applicable_redeemables_category_limits.cat_1",
			func(r *rules, n int) { r.ApplicableRedeemablesCategoryLimits = map[string]int{"cat_1": n} }, rules{}, 5},
		{"applicable_redeemables_category_limits.cat_1",
			func(r *rules, n int) { r.ApplicableRedeemablesCategoryLimits = map[string]int{"cat_1": n, "cat_0": 1} },
			rules{ApplicableRedeemablesLimit: 12}, 12},
	} {
		t.Run(fmt.Sprintf("%s up to %d", tt.field, tt.most), func(t *testing.T) {
			t.Parallel()
			for value, fine := range map[int]bool{
				1: true, tt.most: true, tt.most + 1: false, -1: false, math.MaxInt: false, math.MinInt: false,
			} {
				r := tt.base
				tt.set(&r, value)
				want := "invalid_payload " + tt.field
				if fine {
					want = ""
				}
				if diff := cmp.Diff(want, refusal(r.Check())); diff != "" {
					t.Errorf("%d: refusal (-want +got):\n%s", value, diff)
				}
			}
		})
	}
}

// A limit of 0 is the default everywhere but in the map of the categories, where absence is the default.
func TestALimitOfZeroForOneCategoryIsRefused(t *testing.T) {
	t.Parallel()
	r := rules{ApplicableRedeemablesCategoryLimits: map[string]int{"cat_1": 1, "cat_2": 0, "cat_3": -1}}
	if diff := cmp.Diff("invalid_payload applicable_redeemables_category_limits.cat_2", refusal(r.Check())); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}

func TestTheModesAreVoucherifys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		field   string
		set     func(*rules, string)
		allowed string
	}{
		{"redeemables_application_mode", func(r *rules, s string) { r.RedeemablesApplicationMode = promotion.ApplicationMode(s) },
			"ALL PARTIAL"},
		{"redeemables_sorting_rule", func(r *rules, s string) { r.RedeemablesSortingRule = promotion.SortingRule(s) },
			"REQUESTED_ORDER CATEGORY_HIERARCHY"},
		{"grouped_redeemables_sorting_rule", func(r *rules, s string) { r.GroupedRedeemablesSortingRule = promotion.GroupedSortingRule(s) },
			"JOINT_ALWAYS_LAST SORTING_RULE"},
		{"discount_calculation_mode", func(r *rules, s string) { r.DiscountCalculationMode = discount.Mode(s) },
			"INITIAL_AMOUNT DISCOUNTED_AMOUNT"},
		{"redeemables_products_application_mode", func(r *rules, s string) { r.RedeemablesProductsApplicationMode = promotion.ProductsMode(s) },
			"STACK ONCE"},
		{"redeemables_no_effect_rule", func(r *rules, s string) { r.RedeemablesNoEffectRule = promotion.NoEffectRule(s) },
			"REDEEM_ANYWAY SKIP"},
		{"redeemables_rollback_order_mode", func(r *rules, s string) { r.RedeemablesRollbackOrderMode = promotion.RollbackMode(s) },
			"WITH_ORDER WITHOUT_ORDER"},
	} {
		t.Run(tt.field, func(t *testing.T) {
			t.Parallel()
			for _, mode := range append(strings.Fields(tt.allowed), "") {
				var r rules
				tt.set(&r, mode)
				if err := r.Check(); err != nil {
					t.Errorf("%q is refused: %v", mode, err)
				}
			}
			for _, mode := range []string{"NONE", strings.ToLower(strings.Fields(tt.allowed)[0]), tt.allowed} {
				var r rules
				tt.set(&r, mode)
				if diff := cmp.Diff("invalid_payload "+tt.field, refusal(r.Check())); diff != "" {
					t.Errorf("%q: refusal (-want +got):\n%s", mode, diff)
				}
			}
		})
	}
}

func TestNoCategoryStandsOnBothSides(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		rules rules
		want  string
	}{
		{"apart", rules{
			ExclusiveCategories: []string{"a"}, JointCategories: []string{"b"},
			InitialAmountModeCategories: []string{"a"}, DiscountedAmountModeCategories: []string{"b"},
			NoEffectSkipCategories: []string{"a"}, NoEffectRedeemAnywayCategories: []string{"b"},
		}, ""},
		{"in lists of different settings", rules{
			ExclusiveCategories: []string{"a"}, InitialAmountModeCategories: []string{"a"}, NoEffectRedeemAnywayCategories: []string{"a"},
		}, ""},
		{"twice in one list", rules{ExclusiveCategories: []string{"a", "a"}}, ""},
		{"exclusive and joint", rules{ExclusiveCategories: []string{"a", "b"}, JointCategories: []string{"c", "b"}},
			"invalid_payload exclusive_categories"},
		{"on the initial and on the discounted amount", rules{InitialAmountModeCategories: []string{"a"}, DiscountedAmountModeCategories: []string{"a"}},
			"invalid_payload initial_amount_mode_categories"},
		{"skipped and redeemed anyway", rules{NoEffectSkipCategories: []string{"a"}, NoEffectRedeemAnywayCategories: []string{"b", "a"}},
			"invalid_payload no_effect_skip_categories"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.rules.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCheckAcceptsKeepsTheLimitsInOrder(t *testing.T) {
	t.Parallel()
	limit := rapid.IntRange(-1, 32)
	rapid.Check(t, func(t *rapid.T) {
		r := rules{
			RedeemablesLimit: limit.Draw(t, "redeemables"), ApplicableRedeemablesLimit: limit.Draw(t, "applicable"),
			ApplicableRedeemablesPerCategoryLimit:          limit.Draw(t, "per category"),
			ApplicableExclusiveRedeemablesLimit:            rapid.IntRange(-1, 7).Draw(t, "exclusive"),
			ApplicableExclusiveRedeemablesPerCategoryLimit: rapid.IntRange(-1, 7).Draw(t, "exclusive per category"),
		}
		d := r.WithDefaults()
		if diff := cmp.Diff(d, d.WithDefaults()); diff != "" {
			t.Errorf("defaults of defaults (-once +twice):\n%s", diff)
		}
		if (r.Check() == nil) != (d.Check() == nil) {
			t.Errorf("with its defaults the set is judged differently: %v and %v", r.Check(), d.Check())
		}
		inOrder := 1 <= d.ApplicableRedeemablesPerCategoryLimit && d.ApplicableRedeemablesPerCategoryLimit <= d.ApplicableRedeemablesLimit &&
			d.ApplicableRedeemablesLimit <= d.RedeemablesLimit && d.RedeemablesLimit <= promotion.MaxRedeemables &&
			1 <= d.ApplicableExclusiveRedeemablesPerCategoryLimit &&
			d.ApplicableExclusiveRedeemablesPerCategoryLimit <= d.ApplicableExclusiveRedeemablesLimit && d.ApplicableExclusiveRedeemablesLimit <= 5
		if accepted := r.Check() == nil; accepted != inOrder {
			t.Errorf("accepted is %t for %+v", accepted, d)
		}
	})
}

func ExampleStackingRules_WithDefaults() {
	r := promotion.StackingRules{RedeemablesApplicationMode: promotion.Partial}.WithDefaults()
	fmt.Println(r.RedeemablesApplicationMode, r.RedeemablesLimit, r.ApplicableRedeemablesLimit, r.RedeemablesNoEffectRule)
	// Output: PARTIAL 30 5 REDEEM_ANYWAY
}

func ExampleStackingRules_Check() {
	r := promotion.StackingRules{RedeemablesLimit: 10, ApplicableRedeemablesLimit: 20}
	fmt.Println(r.Check())
	// Output: voucherify: invalid_payload: applicable_redeemables_limit: 20 is not between 1 and 10
}
