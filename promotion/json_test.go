package promotion_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/promotion"
)

const (
	fullAction = `{"discount": {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 12.5, "amount_limit": 500}}`
	fullTier   = `{
		"id": "promo_19ca9450a000000001", "campaign_id": "camp_1", "name": "12.5 % off", "banner": "Buy now", "action": ` + fullAction + `,
		"hierarchy": 2, "start_date": "2026-03-01T00:00:00Z", "expiration_date": "2026-03-31T22:00:00.5Z",
		"validity_timeframe": {"duration": "PT1H", "interval": "P1D"}, "validity_day_of_week": [0, 6],
		"validity_hours": {"daily": [{"days_of_week": [1], "start_time": "09:00", "expiration_time": "17:30"}]},
		"active": true, "category_id": "cat_1", "validation_rules": ["val_1"], "metadata": {"channel": "web"},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`
	fullStackTiers = `{"ids": ["promo_2", "promo_1"], "hierarchy_mode": "MANUAL"}`
	fullStack      = `{
		"id": "stack_19ca9450a000000001", "campaign_id": "camp_1", "name": "Summer", "tiers": ` + fullStackTiers + `, "category_id": "cat_1",
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`
	fullCategory = `{"id": "cat_1", "name": "Silver", "hierarchy": 2, "stacking_rules_type": "JOINT", "created_at": "2026-03-01T12:00:00.123Z", "version": 3}`
	fullRules    = `{
		"redeemables_limit": 20, "applicable_redeemables_limit": 10, "applicable_redeemables_per_category_limit": 4,
		"applicable_redeemables_category_limits": {"cat_1": 2, "cat_2": 3},
		"applicable_exclusive_redeemables_limit": 3, "applicable_exclusive_redeemables_per_category_limit": 2,
		"exclusive_categories": ["cat_1"], "joint_categories": ["cat_2"],
		"redeemables_application_mode": "PARTIAL", "redeemables_sorting_rule": "CATEGORY_HIERARCHY",
		"grouped_redeemables_sorting_rule": "JOINT_ALWAYS_LAST", "discount_calculation_mode": "INITIAL_AMOUNT",
		"initial_amount_mode_categories": ["cat_1"], "discounted_amount_mode_categories": ["cat_2"],
		"redeemables_products_application_mode": "ONCE", "redeemables_no_effect_rule": "SKIP",
		"no_effect_skip_categories": ["cat_1"], "no_effect_redeem_anyway_categories": ["cat_2"],
		"redeemables_rollback_order_mode": "WITHOUT_ORDER", "version": 3
	}`
)

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[promotion.Action](t, fullAction)
	contract.Keeps[promotion.Tier](t, fullTier)
	contract.Keeps[promotion.StackTiers](t, fullStackTiers)
	contract.Keeps[promotion.Stack](t, fullStack)
	contract.Keeps[promotion.Category](t, fullCategory)
	contract.Keeps[promotion.StackingRules](t, fullRules)
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	const nulls = `{
		"action": null, "metadata": null, "start_date": null, "validity_hours": null, "tiers": null, "updated_at": null,
		"applicable_redeemables_per_category_limit": null, "applicable_redeemables_category_limits": null, "exclusive_categories": null
	}`
	for _, document := range []string{`{}`, `{"object": "promotion_tier", "summary": {"redemptions": {"total_redeemed": 3}}}`, nulls} {
		contract.Writes(t, contract.Read[promotion.Tier](t, document, false), `{"name": "", "action": {}, "active": false}`)
		contract.Writes(t, contract.Read[promotion.Action](t, document, false), `{}`)
		contract.Writes(t, contract.Read[promotion.Stack](t, document, false), `{"name": "", "tiers": {"ids": null}}`)
		contract.Writes(t, contract.Read[promotion.StackTiers](t, document, false), `{"ids": null}`)
		contract.Writes(t, contract.Read[promotion.Category](t, document, false), `{"name": "", "hierarchy": 0}`)
		contract.Writes(t, contract.Read[promotion.StackingRules](t, document, false), `{}`)
	}
}

func TestTheDefaultsInFull(t *testing.T) {
	t.Parallel()
	contract.Writes(t, promotion.StackingRules{}.WithDefaults(), `{
		"redeemables_limit": 30, "applicable_redeemables_limit": 5, "applicable_redeemables_per_category_limit": 1,
		"applicable_exclusive_redeemables_limit": 1, "applicable_exclusive_redeemables_per_category_limit": 1,
		"redeemables_application_mode": "ALL", "redeemables_sorting_rule": "REQUESTED_ORDER",
		"grouped_redeemables_sorting_rule": "JOINT_ALWAYS_LAST", "discount_calculation_mode": "DISCOUNTED_AMOUNT",
		"redeemables_products_application_mode": "STACK", "redeemables_no_effect_rule": "REDEEM_ANYWAY",
		"redeemables_rollback_order_mode": "WITH_ORDER"
	}`)
}

func ExampleStackingRules() {
	var rules promotion.StackingRules
	text := `{"redeemables_application_mode": "PARTIAL", "exclusive_categories": ["cat_clearance"]}`
	if err := json.Unmarshal([]byte(text), &rules); err != nil {
		panic(err)
	}
	fmt.Println(rules.Check(), rules.RedeemablesApplicationMode, rules.ExclusiveCategories)
	// Output: <nil> PARTIAL [cat_clearance]
}
