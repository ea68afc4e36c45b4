package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/validation"
)

// TestLimits says which counters a verdict relies on, and up to which value.
func TestLimits(t *testing.T) {
	t.Parallel()
	campaign := func(conditions string) string {
		return `"name":"campaign.redemptions.count","conditions":` + conditions
	}
	type limits = []validation.Limit
	atMost := func(n int64) limits { return limits{{Metric: validation.CampaignRedemptions, Max: n}} }
	const yes, no = `{"name":"order.amount","conditions":{"$is":[9000]}}`, `{"name":"order.amount","conditions":{"$is":[1]}}`
	for _, tt := range []struct {
		name, rules string
		want        limits
	}{
		{"at most", `{"1":{` + campaign(`{"$less_than_or_equal":[5]}`) + `}}`, atMost(5)},
		{"less than", `{"1":{` + campaign(`{"$less_than":[5]}`) + `}}`, atMost(4)},
		{"exactly", `{"1":{` + campaign(`{"$is":[0]}`) + `}}`, atMost(0)},
		{"one of several", `{"1":{` + campaign(`{"$is":[7,0,3]}`) + `}}`, atMost(7)},
		{"one of a list", `{"1":{` + campaign(`{"$in":["0","9"]}`) + `}}`, atMost(9)},
		{"the tightest of two operators", `{"1":{` + campaign(`{"$less_than_or_equal":[5],"$less_than":[3]}`) + `}}`, atMost(2)},
		{"a lower bound relies on nothing", `{"1":{` + campaign(`{"$more_than_or_equal":[0]}`) + `}}`, nil},
		{"another value relies on nothing", `{"1":{` + campaign(`{"$is_not":[3]}`) + `}}`, nil},
		{"amounts are not counters", `{"1":{"name":"order.amount","conditions":{"$less_than":[9001]}}}`, nil},
		{"a condition that is not mentioned", `{"1":{` + campaign(`{"$less_than":[5]}`) + `},"2":` + yes + `,"logic":"2"}`, nil},
		{"the branch of an or that holds", `{"1":{` + campaign(`{"$less_than":[5]}`) + `},"2":` + no + `,"logic":"2 or 1"}`, atMost(4)},
		{"a branch of an or that fails after it", `{"1":{` + campaign(`{"$less_than":[5]}`) + `},"2":` + no + `,"3":` + yes + `,"logic":"1 and 2 or 3"}`, nil},
		{"a condition whose rules fail", `{"1":{` + campaign(`{"$less_than":[5]}`) + `,"rules":{"1":` + no + `}},"2":` + yes + `,"logic":"1 or 2"}`, nil},
		{"a condition whose rules hold", `{"1":{` + campaign(`{"$less_than":[5]}`) + `,"rules":{"1":` + yes + `}}}`, atMost(4)},
		{"two counters", `{"1":{` + campaign(`{"$less_than":[5]}`) + `},"2":{"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}}}`,
			limits{{Metric: validation.CampaignRedemptions, Max: 4}, {Metric: validation.IncentivePerCustomer, Max: 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := compile(t, ruleOf(t, tt.rules)).Before(facts())
			if !v.Holds {
				t.Fatalf("failure: %+v", v.Failure)
			}
			if diff := cmp.Diff(tt.want, v.Limits); diff != "" {
				t.Errorf("limits (-want +got):\n%s", diff)
			}
		})
	}
	p := compile(t, ruleOf(t, `{"1":{`+campaign(`{"$less_than":[5]}`)+`},"2":`+no+`}`))
	if v := p.Before(facts()); v.Holds || v.Limits != nil {
		t.Errorf("a rule that fails has limits: %+v", v)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	rules := `{"1":{"name":"campaign.orders.amount","conditions":{"$less_than":[5]}},
		"2":{"name":"campaign.redemptions.count","conditions":{"$more_than":[5]}},
		"3":{"name":"campaign.orders.amount","conditions":{"$more_than":[1]}},
		"4":{"name":"redemption.count.per_customer","conditions":{"$is":[5]}},"logic":"(3 or 2) and 1"}`
	got := compile(t, ruleOf(t, rules)).Metrics()
	want := []validation.Metric{validation.CampaignOrdersAmount, validation.CampaignRedemptions}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// TestWhatWaitsForTheDiscount says what is decided before the discount is calculated.
func TestWhatWaitsForTheDiscount(t *testing.T) {
	t.Parallel()
	const (
		total  = `"t":{"name":"order.total_amount","conditions":{"$is":[8000]}}`
		budget = `"b":{"name":"campaign.orders.amount_discounted","conditions":{"$more_than":[5]}}`
		yes    = `"y":{"name":"order.amount","conditions":{"$is":[9000]}}`
		no     = `"n":{"name":"order.amount","conditions":{"$is":[1]}}`
	)
	for _, tt := range []struct {
		name, rules           string
		post                  bool
		holds, pending, after bool
	}{
		{"the total waits", `{` + total + `}`, true, false, true, true},
		{"the budget waits", `{` + budget + `}`, true, false, true, false},
		{"nothing waits", `{` + yes + `}`, false, true, false, true},
		{"and waits", `{` + yes + `,` + total + `}`, true, false, true, true},
		{"and does not wait when it fails already", `{` + total + `,` + no + `,"logic":"t and n"}`, true, false, false, false},
		{"or waits", `{` + no + `,` + total + `,"logic":"n or t"}`, true, false, true, true},
		{"or does not wait when it holds already", `{` + yes + `,` + budget + `,"logic":"b or y"}`, true, true, false, true},
		{"a failing or inside a waiting and", `{` + total + `,` + budget + `,` + no + `,"logic":"t and (b or n)"}`, true, false, true, false},
		{"rules below wait", `{"1":{"name":"order.amount","conditions":{"$is":[9000]},"rules":{` + total + `}}}`, true, false, true, true},
		{"what is not mentioned does not wait", `{` + yes + `,` + total + `,"logic":"y"}`, false, true, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, ruleOf(t, tt.rules))
			before, after := p.Before(facts()), p.After(facts())
			if p.HasPost() != tt.post || before.Holds != tt.holds || before.Pending != tt.pending {
				t.Errorf("has post %t, before: %+v", p.HasPost(), before)
			}
			if after.Holds != tt.after || after.Pending || (after.Failure == nil) != tt.after {
				t.Errorf("after: %+v", after)
			}
		})
	}
}
