package validation_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/validation"
)

func TestABudgetThatMayBeOvershotLooksAtWhatIsSpent(t *testing.T) {
	t.Parallel()
	budget := func(name, conditions string) string {
		return `{"1":{"name":"` + name + `","conditions":` + conditions + `,"limit_policy":"overshoot_once"}}`
	}
	for _, tt := range []struct {
		name, rules string
		metric      validation.Metric
		spent       int64
		want        *validation.Limit
	}{
		{"something is left", budget("campaign.orders.amount_discounted", `{"$less_than_or_equal":[1000]}`), validation.CampaignDiscountAmount, 999,
			&validation.Limit{Metric: validation.CampaignDiscountAmount, Max: 999, Overshoot: true}},
		{"nothing is left", budget("campaign.orders.amount_discounted", `{"$less_than_or_equal":[1000]}`), validation.CampaignDiscountAmount, 1000, nil},
		{"something is left below", budget("campaign.orders.amount", `{"$less_than":[1000]}`), validation.CampaignOrdersAmount, 998,
			&validation.Limit{Metric: validation.CampaignOrdersAmount, Max: 998, Overshoot: true}},
		{"nothing is left below", budget("campaign.orders.amount", `{"$less_than":[1000]}`), validation.CampaignOrdersAmount, 999, nil},
		{"a budget of nothing", budget("redemption.gift.amount", `{"$less_than_or_equal":[0]}`), validation.CampaignGiftAmount, 0, nil},
		{"a budget below nothing", budget("redemption.gift.amount", `{"$less_than":[-5]}`), validation.CampaignGiftAmount, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			f.Spent[tt.metric], f.Usage[tt.metric] = tt.spent, tt.spent+200
			p := compile(t, ruleOf(t, tt.rules))
			if p.HasPost() {
				t.Error("what is left is known before the discount")
			}
			v := p.Before(f)
			if tt.want == nil {
				if v.Failure == nil || v.Failure.Operator != "$less_than" || v.Failure.Actual != strconv.FormatInt(tt.spent, 10) {
					t.Errorf("verdict %+v, failure %+v", v, v.Failure)
				}
				return
			}
			if diff := cmp.Diff([]validation.Limit{*tt.want}, v.Limits); diff != "" {
				t.Errorf("limits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStrictIsTheUsualPolicy(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{``, `,"limit_policy":""`, `,"limit_policy":"strict"`} {
		p := compile(t, ruleOf(t, `{"1":{"name":"campaign.orders.amount","conditions":{"$less_than_or_equal":[10]}`+policy+`}}`))
		if diff := cmp.Diff("rules.1: usage.campaign_orders_amount <= 10\n", p.Source()); diff != "" {
			t.Errorf("source (-want +got):\n%s", diff)
		}
	}
}

func TestBrokenPolicies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, node, details string }{
		{"a policy that does not exist", `"name":"campaign.orders.amount","conditions":{"$less_than":[1]},"limit_policy":"lax"`, `"lax" is not one of strict, overshoot_once`},
		{"a count", `"name":"campaign.redemptions.count","conditions":{"$less_than":[1]},"limit_policy":"overshoot_once"`, "overshoot_once is for budgets of amounts only"},
		{"no counter", `"name":"order.amount","conditions":{"$less_than":[1]},"limit_policy":"overshoot_once"`, "overshoot_once is for budgets of amounts only"},
		{"no limit", `"name":"campaign.orders.amount","conditions":{"$more_than":[1]},"limit_policy":"overshoot_once"`, "overshoot_once needs one condition, $less_than_or_equal or $less_than"},
		{"two limits", `"name":"campaign.orders.amount","conditions":{"$less_than":[1],"$less_than_or_equal":[1]},"limit_policy":"overshoot_once"`, "overshoot_once needs one condition, $less_than_or_equal or $less_than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, ruleOf(t, `{"1":{`+tt.node+`}}`).Check(), "rules.1.limit_policy", tt.details)
		})
	}
	requireInvalid(t, ruleOf(t, `{"1":{"name":"campaign.orders.amount","conditions":{"$less_than":[]},"limit_policy":"overshoot_once"}}`).Check(),
		"rules.1.conditions.$less_than", "has 0 values")
}
