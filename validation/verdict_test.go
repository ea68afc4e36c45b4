package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validation"
)

func count(n int64) *int64 { return &n }

// TestNearMisses says what a failed condition found, what it wants, and how much more would do.
func TestNearMisses(t *testing.T) {
	t.Parallel()
	type miss struct {
		Path, Name, Operator, Actual, Expected string
		Missing                                *int64
	}
	amount := func(conditions string) string { return `{"1":{"name":"order.amount","conditions":` + conditions + `}}` }
	customer := func(conditions string) string {
		return `{"1":{"name":"customer.metadata","property":"age","conditions":` + conditions + `}}`
	}
	for _, tt := range []struct {
		name, rules string
		want        miss
	}{
		{"an amount that must be larger", amount(`{"$more_than":[10000]}`),
			miss{"rules.1", "order.amount", "$more_than", "9000", "more than 10000", count(1001)}},
		{"an amount at the edge", amount(`{"$more_than":[9000]}`), miss{"rules.1", "order.amount", "$more_than", "9000", "more than 9000", count(1)}},
		{"an amount that must not be smaller", amount(`{"$more_than_or_equal":[10250]}`),
			miss{"rules.1", "order.amount", "$more_than_or_equal", "9000", "at least 10250", count(1250)}},
		{"an amount that is too large", amount(`{"$less_than":[9000]}`), miss{"rules.1", "order.amount", "$less_than", "9000", "less than 9000", nil}},
		{"an amount that must be another", amount(`{"$is":[10000]}`), miss{"rules.1", "order.amount", "$is", "9000", "is 10000", nil}},
		{"an amount that is none of many", amount(`{"$in":[1,2,3,4,5,6]}`), miss{"rules.1", "order.amount", "$in", "9000", "is one of 1, 2, 3, 4, 5, …", nil}},
		{"of two operators the one that fails", amount(`{"$more_than":[100],"$less_than":[8000]}`),
			miss{"rules.1", "order.amount", "$less_than", "9000", "less than 8000", nil}},
		{"of two operators that fail the first", amount(`{"$less_than":[8000],"$more_than":[9999]}`),
			miss{"rules.1", "order.amount", "$more_than", "9000", "more than 9999", count(1000)}},
		{"units", `{"1":{"name":"order.items.count","conditions":{"$more_than_or_equal":[10]}}}`,
			miss{"rules.1", "order.items.count", "$more_than_or_equal", "6", "at least 10", count(4)}},
		{"units of matched lines", on("any", isMug, lineRule("2", "aggregated_quantity", `{"$more_than_or_equal":[4]}`)),
			miss{"rules.1.rules.2", "order.items.aggregated_quantity", "$more_than_or_equal", "3", "at least 4", count(1)}},
		{"the value of matched lines", on("any", isMug, lineRule("2", "aggregated_amount", `{"$more_than":[2700]}`)),
			miss{"rules.1.rules.2", "order.items.aggregated_amount", "$more_than", "2700", "more than 2700", count(1)}},
		{"lines that do not match", on("every", isMug, ""), miss{"rules.1", "order.items.every", "", "1 of 3 lines match", "matched.of > 0 && matched.lines == matched.of", nil}},
		{"a condition on single lines", `{"1":{"name":"order.items.price_any","conditions":{"$more_than":[3000]}}}`,
			miss{"rules.1", "order.items.price_any", "$more_than", "", "more than 3000", nil}},
		{"a counter", `{"1":{"name":"campaign.redemptions.count","conditions":{"$less_than":[0]}}}`,
			miss{"rules.1", "campaign.redemptions.count", "$less_than", "0", "less than 0", nil}},
		{"a number of the customer", customer(`{"$more_than_or_equal":["65"]}`),
			miss{"rules.1", "customer.metadata", "$more_than_or_equal", "42", "at least 65", count(23)}},
		{"a fraction says nothing of what is missing", customer(`{"$more_than_or_equal":[65.5]}`),
			miss{"rules.1", "customer.metadata", "$more_than_or_equal", "42", "at least 65.5", nil}},
		{"a text of the customer", `{"1":{"name":"customer.metadata","property":"level","conditions":{"$in":["tin",true]}}}`,
			miss{"rules.1", "customer.metadata", "$in", "gold", "is one of tin, true", nil}},
		{"a value that is not there", `{"1":{"name":"customer.metadata","property":"gone","conditions":{"$has_value":[]}}}`,
			miss{"rules.1", "customer.metadata", "$has_value", "", "has a value", nil}},
		{"an object", `{"1":{"name":"customer.metadata","property":"address","conditions":{"$is":["x"]}}}`,
			miss{"rules.1", "customer.metadata", "$is", "an object", "is x", nil}},
		{"segments", `{"1":{"name":"customer.segment","conditions":{"$is":["seg_old"]}}}`,
			miss{"rules.1", "customer.segment", "$is", "seg_vip, seg_new", "is seg_old", nil}},
		{"of two operators on segments the one that fails", `{"1":{"name":"customer.segment","conditions":{"$is":["seg_vip","seg_old"],"$not_in":["seg_new"]}}}`,
			miss{"rules.1", "customer.segment", "$not_in", "seg_vip, seg_new", "is none of seg_new", nil}},
		{"a date", `{"1":{"name":"customer.metadata","property":"born","conditions":{"$after":["2026-03-02"]}}}`,
			miss{"rules.1", "customer.metadata", "$after", "2026-03-01T09:00:00+01:00", "after 2026-03-02", nil}},
		{"a number that is too far away to count", `{"1":{"name":"customer.metadata","property":"far","conditions":{"$more_than":[9]}}}`,
			miss{"rules.1", "customer.metadata", "$more_than", "-9223372036854775800", "more than 9", nil}},
		{"a list", `{"1":{"name":"customer.metadata","property":"list","conditions":{"$more_than":[9]}}}`,
			miss{"rules.1", "customer.metadata", "$more_than", "1, true, x, , 2.5, …", "more than 9", nil}},
		{"a long text", `{"1":{"name":"customer.metadata","property":"long","conditions":{"$is":[false]}}}`,
			miss{"rules.1", "customer.metadata", "$is", strings.Repeat("ż", 120) + "…", "is false", nil}},
		{"a value of a Go type that is none of metadata", `{"1":{"name":"customer.metadata","property":"odd","conditions":{"$is":[1]}}}`,
			miss{"rules.1", "customer.metadata", "$is", "[3]", "is 1", nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			f.Customer.Metadata["born"], f.Customer.Metadata["far"], f.Customer.Metadata["long"] = march, int64(-9223372036854775800), strings.Repeat("ż", 121)
			f.Customer.Metadata["list"], f.Customer.Metadata["odd"] = many{1, true, "x", nil, 2.5, 6}, []int{3}
			v := compile(t, ruleOf(t, tt.rules)).Before(f)
			if v.Failure == nil || v.Holds || v.Pending {
				t.Fatalf("verdict: %+v", v)
			}
			got := miss{v.Failure.Path, v.Failure.Name, v.Failure.Operator, v.Failure.Actual, v.Failure.Expected, v.Failure.Missing}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
			if v.Failure.RuleID != "val_1" || v.Failure.Cause != validation.CauseCondition {
				t.Errorf("failure: %+v", v.Failure)
			}
		})
	}
}

// TestWhatDecides says which of several failed conditions is reported, and with which text for the shopper.
func TestWhatDecides(t *testing.T) {
	t.Parallel()
	fails := func(key, message string) string {
		text := ""
		if message != "" {
			text = `,"error":{"message":"` + message + `"}`
		}
		return `"` + key + `":{"name":"order.amount","conditions":{"$is":[1]}` + text + `}`
	}
	parent := func(message, sub string) string {
		return `"1":{"name":"order.items.any","rules":{` + sub + `},"error":{"message":"` + message + `"}}`
	}
	sub := `"2":{"name":"order.items.price","conditions":{"$is":[1]}`
	for _, tt := range []struct{ name, rules, fallback, path, message string }{
		{"the condition's own text", `{` + fails("1", "own") + `}`, "fallback", "rules.1", "own"},
		{"the rule's text without one", `{` + fails("1", "") + `}`, "fallback", "rules.1", "fallback"},
		{"no text at all", `{` + fails("1", "") + `}`, "", "rules.1", ""},
		{"and: the first in the order of the logic", `{` + fails("1", "one") + `,` + fails("2", "two") + `,"logic":"2 and 1"}`, "", "rules.2", "two"},
		{"and: the first without text before a later text", `{` + fails("1", "") + `,` + fails("2", "two") + `}`, "fallback", "rules.1", "fallback"},
		{"or: the first without any text", `{` + fails("1", "") + `,` + fails("2", "") + `,"logic":"2 or 1"}`, "", "rules.2", ""},
		{"or: the first with a text", `{` + fails("1", "") + `,` + fails("2", "two") + `,` + fails("3", "three") + `,"logic":"1 or 2 or 3"}`, "", "rules.2", "two"},
		{"or: a text of its own before the rule's", `{` + fails("1", "") + `,` + fails("2", "two") + `,"logic":"1 or 2"}`, "fallback", "rules.2", "two"},
		{"a rule below without text has that of the condition around it", `{` + parent("outer", sub+`}`) + `}`, "fallback", "rules.1.rules.2", "outer"},
		{"a text below wins", `{` + parent("outer", sub+`,"error":{"message":"inner"}}`) + `}`, "fallback", "rules.1.rules.2", "inner"},
		{"keys are numbers in their order", `{` + fails("10", "ten") + `,` + fails("9", "nine") + `,` + fails("a", "letter") + `}`, "", "rules.9", "nine"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ruleOf(t, tt.rules)
			if tt.fallback != "" {
				r.Error = &validation.ErrorText{Message: tt.fallback}
			}
			v := compile(t, r).Before(facts())
			if v.Failure == nil || v.Failure.Path != tt.path || v.Failure.Message != tt.message {
				t.Errorf("failure: %+v", v.Failure)
			}
		})
	}
}

func TestWhatIsMissingDoesNotDecideAnOr(t *testing.T) {
	t.Parallel()
	rules := `{"1":{"name":"customer.segment","conditions":{"$is":["seg_vip"]}},"2":{"name":"order.amount","conditions":{"$is":[9000]}},"logic":"1 or 2"}`
	f := facts()
	anonymous(f)
	p := compile(t, ruleOf(t, rules))
	if v := p.Before(f); !v.Holds {
		t.Errorf("failure: %+v", v.Failure)
	}
	f.Order.Amount = 1
	if v := p.Before(f); v.Failure == nil || v.Failure.Cause != validation.CauseMissingCustomer {
		t.Errorf("failure: %+v", v.Failure)
	}
}

func TestTheKeyOfAFailure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		failure validation.Failure
		want    fault.Key
	}{
		{validation.Failure{Cause: validation.CauseMissingCustomer, Family: validation.FamilyOrder}, fault.MissingCustomer},
		{validation.Failure{Cause: validation.CauseMissingOrder}, fault.MissingOrder},
		{validation.Failure{Cause: validation.CauseMissingAmount}, fault.MissingAmount},
		{validation.Failure{Cause: validation.CauseMissingOrderItems}, fault.MissingOrderItems},
		{validation.Failure{Cause: validation.CauseMissingOrderItemsAmount}, fault.MissingOrderItemsAmount},
		{validation.Failure{Cause: validation.CauseCondition, Family: validation.FamilyCustomer}, fault.CustomerRulesViolated},
		{validation.Failure{Cause: validation.CauseCondition, Family: validation.FamilyOrder}, fault.OrderRulesViolated},
		{validation.Failure{Cause: validation.CauseError, Family: validation.FamilyRedemption}, fault.RedemptionRulesViolated},
	} {
		if got := tt.failure.Key(); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.failure, got, tt.want)
		}
	}
}

func TestAnAmountThatIsNotKnownIsSaidToBeMissing(t *testing.T) {
	t.Parallel()
	f := facts()
	f.Order.Items[1].HasAmount = false
	v := compile(t, ruleOf(t, on("any", isShirt, lineRule("2", "aggregated_amount", `{"$less_than":[9000]}`)))).Before(f)
	if v.Failure == nil || v.Failure.Cause != validation.CauseMissingOrderItemsAmount || v.Failure.Path != "rules.1.rules.2" {
		t.Errorf("failure: %+v", v.Failure)
	}
}
