package promotion

import (
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
)

// ApplicationMode says what one redeemable that cannot be applied means for the others.
type ApplicationMode string

// The application modes.
const (
	All     ApplicationMode = "ALL"     // the whole request fails
	Partial ApplicationMode = "PARTIAL" // the others are applied
)

// SortingRule says in which order redeemables are applied.
type SortingRule string

// The sorting rules.
const (
	RequestedOrder    SortingRule = "REQUESTED_ORDER"
	CategoryHierarchy SortingRule = "CATEGORY_HIERARCHY"
)

// GroupedSortingRule says how exclusive and joint redeemables are ordered when they meet.
type GroupedSortingRule string

// The grouped sorting rules. JointAlwaysLast is documented; SameSortingRule stands for the other choice of Voucherify's
// dashboard, whose literal is not: both groups are merged and sorted by the sorting rule.
const (
	JointAlwaysLast GroupedSortingRule = "JOINT_ALWAYS_LAST"
	SameSortingRule GroupedSortingRule = "SORTING_RULE"
)

// ProductsMode says whether several redeemables may discount the same product.
type ProductsMode string

// The products modes.
const (
	Stacked ProductsMode = "STACK"
	Once    ProductsMode = "ONCE"
)

// NoEffectRule says what happens to a redeemable that changes nothing.
type NoEffectRule string

// The no-effect rules.
const (
	RedeemAnyway NoEffectRule = "REDEEM_ANYWAY"
	Skip         NoEffectRule = "SKIP"
)

// RollbackMode says what a rollback does to the order.
type RollbackMode string

// The rollback modes.
const (
	WithOrder    RollbackMode = "WITH_ORDER"    // the discounts leave the order
	WithoutOrder RollbackMode = "WITHOUT_ORDER" // the order stays as it is
)

// StackingRules are the project's rules about redeemables that stand together in a request. Zero values mean the
// defaults that WithDefaults fills in.
type StackingRules struct {
	// RedeemablesLimit is the number of redeemables in a request, 1 to 30. Default 30.
	RedeemablesLimit int `json:"redeemables_limit,omitempty"`
	// ApplicableRedeemablesLimit is the number that may be applied, 1 to RedeemablesLimit. Default 5.
	ApplicableRedeemablesLimit int `json:"applicable_redeemables_limit,omitempty"`
	// ApplicableRedeemablesPerCategoryLimit is the number that may be applied of one category, 1 to
	// ApplicableRedeemablesLimit. Default 1. Redeemables without a category do not count.
	ApplicableRedeemablesPerCategoryLimit int `json:"applicable_redeemables_per_category_limit,omitempty"`
	// ApplicableRedeemablesCategoryLimits replaces the limit per category for single categories, by category id.
	ApplicableRedeemablesCategoryLimits map[string]int `json:"applicable_redeemables_category_limits,omitempty"`
	// ApplicableExclusiveRedeemablesLimit is the number of exclusive redeemables, 1 to 5. Default 1.
	ApplicableExclusiveRedeemablesLimit int `json:"applicable_exclusive_redeemables_limit,omitempty"`
	// ApplicableExclusiveRedeemablesPerCategoryLimit is the number of exclusive redeemables of one category, 1 to
	// ApplicableExclusiveRedeemablesLimit. Default 1.
	ApplicableExclusiveRedeemablesPerCategoryLimit int `json:"applicable_exclusive_redeemables_per_category_limit,omitempty"`
	// ExclusiveCategories are never combined with common redeemables, JointCategories may be combined with all.
	ExclusiveCategories []string `json:"exclusive_categories,omitempty"`
	JointCategories     []string `json:"joint_categories,omitempty"`
	// Default ALL.
	RedeemablesApplicationMode ApplicationMode `json:"redeemables_application_mode,omitempty"`
	// Default REQUESTED_ORDER.
	RedeemablesSortingRule SortingRule `json:"redeemables_sorting_rule,omitempty"`
	// Default JOINT_ALWAYS_LAST.
	GroupedRedeemablesSortingRule GroupedSortingRule `json:"grouped_redeemables_sorting_rule,omitempty"`
	// Default DISCOUNTED_AMOUNT; the category lists name exceptions.
	DiscountCalculationMode        discount.Mode `json:"discount_calculation_mode,omitempty"`
	InitialAmountModeCategories    []string      `json:"initial_amount_mode_categories,omitempty"`
	DiscountedAmountModeCategories []string      `json:"discounted_amount_mode_categories,omitempty"`
	// Default STACK.
	RedeemablesProductsApplicationMode ProductsMode `json:"redeemables_products_application_mode,omitempty"`
	// Default REDEEM_ANYWAY; the category lists name exceptions.
	RedeemablesNoEffectRule        NoEffectRule `json:"redeemables_no_effect_rule,omitempty"`
	NoEffectSkipCategories         []string     `json:"no_effect_skip_categories,omitempty"`
	NoEffectRedeemAnywayCategories []string     `json:"no_effect_redeem_anyway_categories,omitempty"`
	// Default WITH_ORDER.
	RedeemablesRollbackOrderMode RollbackMode `json:"redeemables_rollback_order_mode,omitempty"`
	Version                      int64        `json:"version,omitempty"`
}

// MaxRedeemables is the number of redeemables that no setting can exceed.
const MaxRedeemables = 30

const maxExclusive = 5

// WithDefaults returns the rules with every setting filled in.
func (r StackingRules) WithDefaults() StackingRules {
	orElse(&r.RedeemablesLimit, MaxRedeemables)
	orElse(&r.ApplicableRedeemablesLimit, min(5, r.RedeemablesLimit))
	orElse(&r.ApplicableRedeemablesPerCategoryLimit, 1)
	orElse(&r.ApplicableExclusiveRedeemablesLimit, 1)
	orElse(&r.ApplicableExclusiveRedeemablesPerCategoryLimit, 1)
	orElse(&r.RedeemablesApplicationMode, All)
	orElse(&r.RedeemablesSortingRule, RequestedOrder)
	orElse(&r.GroupedRedeemablesSortingRule, JointAlwaysLast)
	orElse(&r.DiscountCalculationMode, discount.Discounted)
	orElse(&r.RedeemablesProductsApplicationMode, Stacked)
	orElse(&r.RedeemablesNoEffectRule, RedeemAnyway)
	orElse(&r.RedeemablesRollbackOrderMode, WithOrder)
	return r
}

func orElse[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Check reports the first setting that is out of its range or contradicts another. Zero values are fine: they are defaults.
func (r StackingRules) Check() error {
	d := r.WithDefaults()
	for _, limit := range [...]struct {
		field       string
		value, most int
	}{
		{"redeemables_limit", d.RedeemablesLimit, MaxRedeemables},
		{"applicable_redeemables_limit", d.ApplicableRedeemablesLimit, d.RedeemablesLimit},
		{"applicable_redeemables_per_category_limit", d.ApplicableRedeemablesPerCategoryLimit, d.ApplicableRedeemablesLimit},
		{"applicable_exclusive_redeemables_limit", d.ApplicableExclusiveRedeemablesLimit, maxExclusive},
		{"applicable_exclusive_redeemables_per_category_limit", d.ApplicableExclusiveRedeemablesPerCategoryLimit, d.ApplicableExclusiveRedeemablesLimit},
	} {
		if limit.value < 1 || limit.value > limit.most {
			return fault.Invalid(limit.field, "%d is not between 1 and %d", limit.value, limit.most)
		}
	}
	categories := make([]string, 0, len(r.ApplicableRedeemablesCategoryLimits))
	for category := range r.ApplicableRedeemablesCategoryLimits {
		categories = append(categories, category)
	}
	slices.Sort(categories)
	for _, category := range categories {
		if n := r.ApplicableRedeemablesCategoryLimits[category]; n < 1 || n > d.ApplicableRedeemablesLimit {
			return fault.Invalid("applicable_redeemables_category_limits."+category, "%d is not between 1 and %d", n, d.ApplicableRedeemablesLimit)
		}
	}
	if err := d.checkModes(); err != nil {
		return err
	}
	return r.checkDisjoint()
}

func (r StackingRules) checkModes() error {
	for _, mode := range [...]struct {
		field, value string
		allowed      []string
	}{
		{"redeemables_application_mode", string(r.RedeemablesApplicationMode), []string{string(All), string(Partial)}},
		{"redeemables_sorting_rule", string(r.RedeemablesSortingRule), []string{string(RequestedOrder), string(CategoryHierarchy)}},
		{"grouped_redeemables_sorting_rule", string(r.GroupedRedeemablesSortingRule), []string{string(JointAlwaysLast), string(SameSortingRule)}},
		{"discount_calculation_mode", string(r.DiscountCalculationMode), []string{string(discount.Initial), string(discount.Discounted)}},
		{"redeemables_products_application_mode", string(r.RedeemablesProductsApplicationMode), []string{string(Stacked), string(Once)}},
		{"redeemables_no_effect_rule", string(r.RedeemablesNoEffectRule), []string{string(RedeemAnyway), string(Skip)}},
		{"redeemables_rollback_order_mode", string(r.RedeemablesRollbackOrderMode), []string{string(WithOrder), string(WithoutOrder)}},
	} {
		if !slices.Contains(mode.allowed, mode.value) {
			return fault.Invalid(mode.field, "%q is not one of %q", mode.value, mode.allowed)
		}
	}
	return nil
}

func (r StackingRules) checkDisjoint() error {
	for _, pair := range [...]struct {
		field, other string
		a, b         []string
	}{
		{"exclusive_categories", "joint_categories", r.ExclusiveCategories, r.JointCategories},
		{"initial_amount_mode_categories", "discounted_amount_mode_categories", r.InitialAmountModeCategories, r.DiscountedAmountModeCategories},
		{"no_effect_skip_categories", "no_effect_redeem_anyway_categories", r.NoEffectSkipCategories, r.NoEffectRedeemAnywayCategories},
	} {
		for _, category := range pair.a {
			if slices.Contains(pair.b, category) {
				return fault.Invalid(pair.field, "category %s stands in %s as well", category, pair.other)
			}
		}
	}
	return nil
}

// Category groups campaigns, vouchers, tiers and stacks for the stacking rules.
type Category struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
	// Hierarchy orders redeemables under CATEGORY_HIERARCHY, lower first. Default 1 on creation when 0 is sent.
	Hierarchy int `json:"hierarchy"`
	// StackingRulesType is what the stacking rules say about the category, filled in when it is read: empty when they do not
	// name it. What a writer puts here is ignored.
	StackingRulesType StackingRulesType `json:"stacking_rules_type,omitempty"`
	CreatedAt         time.Time         `json:"created_at,omitzero"`
	Version           int64             `json:"version,omitempty"`
}

// StackingRulesType says how redeemables of a category stand beside others.
type StackingRulesType string

// The types of categories.
const (
	Joint     StackingRulesType = "JOINT"     // may be combined with everything
	Exclusive StackingRulesType = "EXCLUSIVE" // never combined with common redeemables
)

// TypeOf is the type of a category, empty for a common one.
func (r StackingRules) TypeOf(categoryID string) StackingRulesType {
	switch {
	case slices.Contains(r.ExclusiveCategories, categoryID):
		return Exclusive
	case slices.Contains(r.JointCategories, categoryID):
		return Joint
	}
	return ""
}

// Check reports the first thing that is wrong with a category that is about to be stored.
func (c Category) Check() error {
	switch {
	case c.Name == "" || len(c.Name) > MaxNameLength:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxNameLength)
	case c.Hierarchy < 0:
		return fault.Invalid("hierarchy", "%d is negative", c.Hierarchy)
	}
	return nil
}
