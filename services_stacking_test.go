package voucherify_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/order"
)

func TestTheMatrixOfCommonExclusiveAndJoint(t *testing.T) {
	t.Parallel()
	// Common redeemables have no category or one that is in no list; the limits do not get in the way.
	const rules = `{"exclusive_categories":["never"],"joint_categories":["always"],"applicable_redeemables_per_category_limit":5,
		"applicable_exclusive_redeemables_limit":5,"applicable_exclusive_redeemables_per_category_limit":5}`
	common, common2 := off("COMMON", "", 100), off("COMMON2", "plain", 100)
	never, never2 := off("NEVER", "never", 100), off("NEVER2", "never", 100)
	always, always2 := off("ALWAYS", "always", 100), off("ALWAYS2", "always", 100)
	for i, test := range []stack{
		{name: "common beside common", parts: []part{common, common2}, want: "valid 9800: COMMON -100, COMMON2 -100"},
		{name: "common beside always", parts: []part{common, always}, want: "valid 9800: COMMON -100, ALWAYS -100"},
		{name: "always beside always", parts: []part{always, always2}, want: "valid 9800: ALWAYS -100, ALWAYS2 -100"},
		{name: "never beside always", parts: []part{never, always}, want: "valid 9800: NEVER -100, ALWAYS -100"},
		{name: "never beside never", parts: []part{never, never2}, want: "valid 9800: NEVER -100, NEVER2 -100"},
		{
			name: "common behind never", parts: []part{never, common},
			want: "valid 9900: NEVER -100, COMMON exclusion_rules_not_met; skipped: COMMON exclusion_rules_not_met",
		},
		{
			name: "common before never is out as well and keeps its place", parts: []part{common, never},
			want: "valid 9900: COMMON exclusion_rules_not_met, NEVER -100; skipped: COMMON exclusion_rules_not_met",
		},
		{
			name: "all three: the common ones are out", parts: []part{always, common, never, common2},
			want: "valid 9800: NEVER -100, COMMON exclusion_rules_not_met, ALWAYS -100, COMMON2 exclusion_rules_not_met" +
				"; skipped: COMMON exclusion_rules_not_met, COMMON2 exclusion_rules_not_met",
		},
		{
			name:  "a never that fails refuses the request in mode ALL, and those before it keep their place",
			parts: []part{common, never.never(), common2},
			want: "refused: COMMON -100, NEVER order_rules_violated, COMMON2 preceding_validation_failed" +
				"; skipped: COMMON2 preceding_validation_failed; inapplicable: NEVER order_rules_violated",
		},
		{
			name: "no common is tried when one never applies and another fails", parts: []part{never, common, never2.never()},
			want: "refused: NEVER -100, COMMON exclusion_rules_not_met, NEVER2 order_rules_violated" +
				"; skipped: COMMON exclusion_rules_not_met; inapplicable: NEVER2 order_rules_violated",
		},
	} {
		if i == 0 {
			t.Log("rules:", rules)
		}
		test.categories, test.rules = "never always plain", rules
		runStacks(t, []stack{test})
	}
}

func TestAnExclusiveThatFailsBlocksNobodyInModePartial(t *testing.T) {
	t.Parallel()
	const rules = `{"exclusive_categories":["never"],"joint_categories":["always"],"redeemables_application_mode":"PARTIAL",
		"applicable_exclusive_redeemables_limit":2,"applicable_exclusive_redeemables_per_category_limit":2,"redeemables_no_effect_rule":"SKIP"}`
	never, always, common := off("NEVER", "never", 100), percent("ALWAYS", "always", "10"), percent("COMMON", "", "50")
	list := []stack{
		{
			name: "common and always are calculated anew in their order", parts: []part{common, always, never.never()},
			want: "valid 4500: COMMON -5000, ALWAYS -500; inapplicable: NEVER order_rules_violated",
		},
		{
			name: "one that has no effect blocks nobody either", parts: []part{common, off("NOTHING", "never", 0)},
			want: "valid 5000: COMMON -5000; skipped: NOTHING no_effect",
		},
		{
			name: "one that applies beside one that fails still blocks", parts: []part{common, never.never(), off("NEVER2", "never", 100)},
			want: "valid 9900: NEVER2 -100; skipped: COMMON exclusion_rules_not_met; inapplicable: NEVER order_rules_violated",
		},
	}
	for i := range list {
		list[i].categories, list[i].rules = "never always", rules
	}
	runStacks(t, list)
}

func TestTheGroupedSortingRuleOrdersExclusiveAndJoint(t *testing.T) {
	t.Parallel()
	always, never := off("ALWAYS", "always", 100), percent("NEVER", "never", "10")
	plain := off("PLAIN", "plain", 1000)
	runStacks(t, []stack{
		{
			name: "joint ones come behind exclusive ones by default", categories: "always never",
			rules: `{"exclusive_categories":["never"],"joint_categories":["always"]}`,
			parts: []part{always, never}, want: "valid 8900: NEVER -1000, ALWAYS -100",
		},
		{
			name: "also against the hierarchy", categories: "always never",
			rules: `{"exclusive_categories":["never"],"joint_categories":["always"],"redeemables_sorting_rule":"CATEGORY_HIERARCHY"}`,
			parts: []part{always, never}, want: "valid 8900: NEVER -1000, ALWAYS -100",
		},
		{
			name: "the other rule keeps the requested order", categories: "always never",
			rules: `{"exclusive_categories":["never"],"joint_categories":["always"],"grouped_redeemables_sorting_rule":"SORTING_RULE"}`,
			parts: []part{always, never}, want: "valid 8910: ALWAYS -100, NEVER -990",
		},
		{
			name: "the other rule sorts both groups together by hierarchy", categories: "always never",
			rules: `{"exclusive_categories":["never"],"joint_categories":["always"],"grouped_redeemables_sorting_rule":"SORTING_RULE",
				"redeemables_sorting_rule":"CATEGORY_HIERARCHY"}`,
			parts: []part{never, always}, want: "valid 8910: ALWAYS -100, NEVER -990",
		},
		{
			name: "joint and common are not grouped", categories: "always never plain",
			rules: `{"exclusive_categories":["never"],"joint_categories":["always"]}`,
			parts: []part{always, plain}, want: "valid 8900: ALWAYS -100, PLAIN -1000",
		},
	})
}

func TestTheLimitsOfExclusiveRedeemables(t *testing.T) {
	t.Parallel()
	list := []stack{
		{
			name:  "one in all by default",
			rules: `{"exclusive_categories":["gold","silver"]}`,
			parts: []part{off("G", "gold", 100), off("S", "silver", 100)},
			want:  "valid 9900: G -100, S applicable_exclusive_redeemables_limit_exceeded; skipped: S applicable_exclusive_redeemables_limit_exceeded",
		},
		{
			name:  "two in all, one of each category by default",
			rules: `{"exclusive_categories":["gold","silver"],"applicable_exclusive_redeemables_limit":2}`,
			parts: []part{off("G1", "gold", 100), off("G2", "gold", 100), off("S", "silver", 100)},
			want: "valid 9800: G1 -100, G2 applicable_exclusive_redeemables_per_category_limit_exceeded, S -100" +
				"; skipped: G2 applicable_exclusive_redeemables_per_category_limit_exceeded",
		},
		{
			name:  "the limit in all is named before the one per category",
			rules: `{"exclusive_categories":["gold"]}`,
			parts: []part{off("G1", "gold", 100), off("G2", "gold", 100)},
			want:  "valid 9900: G1 -100, G2 applicable_exclusive_redeemables_limit_exceeded; skipped: G2 applicable_exclusive_redeemables_limit_exceeded",
		},
		{
			name:  "the limit per category counts for exclusive redeemables as well",
			rules: `{"exclusive_categories":["gold"],"applicable_exclusive_redeemables_limit":2,"applicable_exclusive_redeemables_per_category_limit":2}`,
			parts: []part{off("G1", "gold", 100), off("G2", "gold", 100)},
			want:  "valid 9900: G1 -100, G2 applicable_redeemables_per_category_limit_exceeded; skipped: G2 applicable_redeemables_per_category_limit_exceeded",
		},
		{
			name:  "one that fails does not count",
			rules: `{"exclusive_categories":["gold","silver"],"redeemables_application_mode":"PARTIAL"}`,
			parts: []part{off("G", "gold", 100).never(), off("S", "silver", 100)},
			want:  "valid 9900: S -100; inapplicable: G order_rules_violated",
		},
		{
			name:  "joint ones are not counted",
			rules: `{"exclusive_categories":["gold"],"joint_categories":["silver"],"applicable_redeemables_per_category_limit":2}`,
			parts: []part{off("S1", "silver", 100), off("G", "gold", 100), off("S2", "silver", 100)},
			want:  "valid 9700: G -100, S1 -100, S2 -100",
		},
	}
	for i := range list {
		list[i].categories = "gold silver"
	}
	runStacks(t, list)
}

func TestTheLimitsPerCategory(t *testing.T) {
	t.Parallel()
	const exceeded = "applicable_redeemables_per_category_limit_exceeded"
	g1, g2, g3 := off("G1", "gold", 100), off("G2", "gold", 100), off("G3", "gold", 100)
	s1, s2, s3 := off("S1", "silver", 100), off("S2", "silver", 100), off("S3", "silver", 100)
	b1, b2 := off("B1", "bronze", 100), off("B2", "bronze", 100)
	list := []stack{
		{
			name: "one of each category by default", parts: []part{g1, g2, s1},
			want: "valid 9800: G1 -100, G2 " + exceeded + ", S1 -100; skipped: G2 " + exceeded,
		},
		{
			name: "what has no category is not limited", parts: []part{off("A", "", 100), off("B", "", 100), off("C", "", 100)},
			want: "valid 9700: A -100, B -100, C -100",
		},
		{
			name: "the limit for all categories", rules: `{"applicable_redeemables_per_category_limit":2}`, parts: []part{g1, g2, g3, s1, s2},
			want: "valid 9600: G1 -100, G2 -100, G3 " + exceeded + ", S1 -100, S2 -100; skipped: G3 " + exceeded,
		},
		{
			name: "overrides in both directions; a category without one follows the limit for all",
			rules: `{"applicable_redeemables_limit":9,"applicable_redeemables_per_category_limit":2,
				"applicable_redeemables_category_limits":{"silver":3,"gold":1}}`,
			parts: []part{s1, s2, s3, g1, g2, b1, b2},
			want:  "valid 9400: S1 -100, S2 -100, S3 -100, G1 -100, G2 " + exceeded + ", B1 -100, B2 -100; skipped: G2 " + exceeded,
		},
		{
			name:  "one over the limit is skipped before it is judged, so that it cannot fail the request",
			parts: []part{g1, g2.never(), s1},
			want:  "valid 9800: G1 -100, G2 " + exceeded + ", S1 -100; skipped: G2 " + exceeded,
		},
		{
			name: "one that fails does not count", rules: `{"redeemables_application_mode":"PARTIAL"}`, parts: []part{g1.never(), g2},
			want: "valid 9900: G2 -100; inapplicable: G1 order_rules_violated",
		},
		{
			name: "one that is skipped without effect does not count", rules: `{"redeemables_no_effect_rule":"SKIP"}`,
			parts: []part{off("NOTHING", "gold", 0), g2},
			want:  "valid 9900: NOTHING no_effect, G2 -100; skipped: NOTHING no_effect",
		},
	}
	for i := range list {
		list[i].categories = "gold silver bronze"
	}
	runStacks(t, list)
}

func TestTheNumberOfApplicableRedeemables(t *testing.T) {
	t.Parallel()
	const exceeded = "applicable_redeemables_limit_exceeded"
	a, b, c := off("A", "", 100), off("B", "", 100), off("C", "", 100)
	runStacks(t, []stack{
		{
			name: "five by default", parts: []part{a, b, c, off("D", "", 100), off("E", "", 100), off("F", "", 100)},
			want: "valid 9500: A -100, B -100, C -100, D -100, E -100; skipped: F " + exceeded,
		},
		{
			name:  "in mode ALL the request is cut before anything is judged: the good one behind the limit is out",
			rules: `{"applicable_redeemables_limit":2}`, parts: []part{a.never(), b, c},
			want: "refused: A order_rules_violated, B preceding_validation_failed" +
				"; skipped: B preceding_validation_failed, C " + exceeded + "; inapplicable: A order_rules_violated",
		},
		{
			name:  "in mode ALL a bad one behind the limit harms nobody",
			rules: `{"applicable_redeemables_limit":2}`, parts: []part{a, b, c.never()},
			want: "valid 9800: A -100, B -100; skipped: C " + exceeded,
		},
		{
			name:  "in mode PARTIAL only those that apply count",
			rules: `{"applicable_redeemables_limit":2,"redeemables_application_mode":"PARTIAL"}`, parts: []part{a.never(), b, c, off("D", "", 100)},
			want: "valid 9800: B -100, C -100; skipped: D " + exceeded + "; inapplicable: A order_rules_violated",
		},
		{
			name: "what was skipped without effect leaves room", rules: `{"applicable_redeemables_limit":2,"redeemables_no_effect_rule":"SKIP"}`,
			parts: []part{off("NOTHING", "", 0), a, b, c},
			want:  "valid 9800: NOTHING no_effect, A -100, B -100; skipped: NOTHING no_effect, C " + exceeded,
		},
		{
			name: "what is redeemed without effect takes room", rules: `{"applicable_redeemables_limit":2}`,
			parts: []part{off("NOTHING", "", 0), a, b},
			want:  "valid 9900: NOTHING -0, A -100; skipped: B " + exceeded,
		},
	})
}

func TestModesAnswerWithTheirLists(t *testing.T) {
	t.Parallel()
	a, bad, c := off("A", "", 100), off("BAD", "", 100).never(), off("C", "", 100)
	runStacks(t, []stack{
		{
			name: "ALL: a failure keeps what stood before it, skips the rest and has no order", parts: []part{a, bad, c},
			want: "refused: A -100, BAD order_rules_violated, C preceding_validation_failed" +
				"; skipped: C preceding_validation_failed; inapplicable: BAD order_rules_violated",
		},
		{
			name: "ALL: a failure at the front", parts: []part{bad, a},
			want: "refused: BAD order_rules_violated, A preceding_validation_failed" +
				"; skipped: A preceding_validation_failed; inapplicable: BAD order_rules_violated",
		},
		{
			name: "ALL: everything skipped is refused", rules: `{"redeemables_no_effect_rule":"SKIP"}`, parts: []part{off("N", "", 0), off("M", "", 0)},
			want: "refused: N no_effect, M no_effect; skipped: N no_effect, M no_effect",
		},
		{
			name: "PARTIAL: the failing ones are set aside", rules: `{"redeemables_application_mode":"PARTIAL"}`, parts: []part{a, bad, c},
			want: "valid 9800: A -100, C -100; inapplicable: BAD order_rules_violated",
		},
		{
			name: "PARTIAL: when none applies the order comes back as it was", rules: `{"redeemables_application_mode":"PARTIAL","redeemables_no_effect_rule":"SKIP"}`,
			parts: []part{bad, off("N", "", 0)},
			want:  "refused 10000: BAD order_rules_violated, N no_effect; skipped: N no_effect; inapplicable: BAD order_rules_violated",
		},
		{
			name: "PARTIAL: a single one that fails on its result leaves the order as it was", rules: `{"redeemables_application_mode":"PARTIAL"}`,
			parts: []part{off("A", "", 2000).when("order.total_amount", "$more_than", 9000)},
			order: &order.Order{Amount: 10000},
			want:  "refused 10000: A order_rules_violated; inapplicable: A order_rules_violated",
		},
		{
			name: "an effect that fails on its result is undone for those behind it", rules: `{"redeemables_application_mode":"PARTIAL"}`,
			parts: []part{off("A", "", 2000).when("order.total_amount", "$more_than", 9000), percent("TEN", "", "10")},
			want:  "valid 9000: TEN -1000; inapplicable: A order_rules_violated",
		},
		{
			name:  "the initial amount stays while the amount runs",
			parts: []part{off("A", "", 100), off("B", "", 100).when("order.initial_amount", "$is", 10000), off("C", "", 100).when("order.amount", "$is", 9800)},
			want:  "valid 9700: A -100, B -100, C -100",
		},
	})
}
