package validation_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validation"
)

// everyone fills in who asks and why: a gold member with a key and a login, the holder of the code, after an event.
func everyone(f *validation.Facts) {
	f.Customer.LoyaltyTiers, f.Customer.Holder = []string{"ltr_gold"}, true
	f.Customer.MemberMetadata = map[string]any{"since": 2020}
	f.Redemption.APIKey, f.Redemption.User, f.Redemption.Points = "app_1", "bob", 300
	f.Event = validation.EventFacts{Present: true, Metadata: map[string]any{"review_type": "video"}}
}

// and changes what everyone has filled in.
func and(change func(*validation.Facts)) func(*validation.Facts) {
	return func(f *validation.Facts) { everyone(f); change(f) }
}

// audienceTests are about who asks and why.
var audienceTests = []nameTest{
	{"customer.segment takes objects", `"name":"customer.segment","conditions":{"$is":[{"id":"seg_vip","object":"segment"},{"id":"seg_old"}]}`, nil, ""},
	{"customer.loyalty.tier holds in one of the tiers", `"name":"customer.loyalty.tier","conditions":{"$is":["ltr_gold","ltr_platinum"]}`, everyone, ""},
	{"customer.loyalty.tier takes objects", `"name":"customer.loyalty.tier","conditions":{"$in":[{"id":"ltr_gold","object":"loyalty_tier"}]}`, everyone, ""},
	{"customer.loyalty.tier does not hold outside", `"name":"customer.loyalty.tier","conditions":{"$in":["ltr_platinum"]}`, everyone, fault.CustomerRulesViolated},
	{"customer.loyalty.tier $is_not wants none of the tiers", `"name":"customer.loyalty.tier","conditions":{"$is_not":["ltr_gold","ltr_platinum"]}`, everyone, fault.CustomerRulesViolated},
	{"customer.loyalty.tier $not_in holds without a tier", `"name":"customer.loyalty.tier","conditions":{"$not_in":["ltr_gold"]}`, nil, ""},
	{"customer.loyalty.tier needs a customer", `"name":"customer.loyalty.tier","conditions":{"$not_in":["ltr_gold"]}`, anonymous, fault.MissingCustomer},
	{"member.metadata reads the card", `"name":"member.metadata","property":"since","conditions":{"$less_than":[2021]}`, everyone, ""},
	{"member.metadata fails as a rule about the customer", `"name":"member.metadata","property":"since","conditions":{"$has_value":[]}`, nil, fault.CustomerRulesViolated},
	{"member.metadata needs a customer", `"name":"member.metadata","property":"since","conditions":{"$is_unknown":[]}`, anonymous, fault.MissingCustomer},
	{"redeemable_by_linked_customer holds for the holder", `"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}`, everyone, ""},
	{"redeemable_by_linked_customer fails for somebody else", `"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}`, nil, fault.CustomerRulesViolated},
	{"redeemable_by_linked_customer fails for nobody", `"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}`, anonymous, fault.MissingCustomer},
	{"redeemable_by_linked_customer holds where there is no holder", `"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}`,
		func(f *validation.Facts) { f.Customer = validation.CustomerFacts{Holder: true} }, ""},

	{"redemption.api_key is the key of the call", `"name":"redemption.api_key","conditions":{"$is":["app_1"]}`, everyone, ""},
	{"redemption.api_key is one of several", `"name":"redemption.api_key","conditions":{"$in":["app_0","app_1"]}`, everyone, ""},
	{"redemption.api_key is another one", `"name":"redemption.api_key","conditions":{"$is_not":["app_1"]}`, everyone, fault.RedemptionRulesViolated},
	{"redemption.api_key is not known", `"name":"redemption.api_key","conditions":{"$is":["app_1"]}`, nil, fault.RedemptionRulesViolated},
	{"redemption.api_key that is not known is none of them", `"name":"redemption.api_key","conditions":{"$not_in":["app_1"],"$is_not":["app_2"]}`, nil, ""},
	{"redemption.api_key has rules of its own", `"name":"redemption.api_key","conditions":{"$is":["app_1"]},"rules":{"1":{"name":"redemption.count.per_api_key","conditions":{"$less_than_or_equal":[10]}}}`, everyone, ""},
	{"redemption.user.login is who calls", `"name":"redemption.user.login","conditions":{"$in":["bob","eve"]}`, everyone, ""},
	{"redemption.user.login is somebody else", `"name":"redemption.user.login","conditions":{"$is":["eve"]}`, everyone, fault.RedemptionRulesViolated},
	{"points_used is what this payment takes", `"name":"redemption.reward.pay_with_points.points_used","conditions":{"$less_than_or_equal":[300]}`, everyone, ""},
	{"points_used is above the limit", `"name":"redemption.reward.pay_with_points.points_used","conditions":{"$less_than":[300]}`, everyone, fault.RedemptionRulesViolated},

	{"custom_event.metadata reads the event", `"name":"custom_event.metadata","property":"review_type","schema_id":"ms_1","conditions":{"$is":["video"]}`, everyone, ""},
	{"custom_event.metadata fails", `"name":"custom_event.metadata","property":"review_type","conditions":{"$is":["text"]}`, everyone, fault.RedemptionRulesViolated},
	{"custom_event.metadata fails without an event, whatever it asks", `"name":"custom_event.metadata","property":"review_type","conditions":{"$is_not":["text"]}`,
		and(func(f *validation.Facts) { f.Event.Present = false }), fault.RedemptionRulesViolated},
}

func TestIDsAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, conditions, field, details string }{
		{"a number", `"customer.segment","conditions":{"$is":[1]}`, "$is", "1 is not an id"},
		{"an empty text", `"redemption.api_key","conditions":{"$in":["a",""]}`, "$in", `"" is not an id`},
		{"another object", `"customer.segment","conditions":{"$is_not":[{"id":"ltr_1","object":"loyalty_tier"}]}`, "$is_not", "has a value that is not a text, a number, true or false"},
		{"an object without an id", `"customer.loyalty.tier","conditions":{"$is":[{"object":"loyalty_tier"}]}`, "$is", "has a value that is not a text, a number, true or false"},
		{"an object for a key", `"redemption.user.login","conditions":{"$is":[{"id":"bob"}]}`, "$is", "has a value that is not a text, a number, true or false"},
		{"an operator for texts", `"redemption.user.login","conditions":{"$contains":["b"]}`, "$contains", "the operator does not fit this rule name"},
		{"a holder that is not", `"publication.redeemable_by_linked_customer","conditions":{"$is":[false]}`, "$is", "takes true only"},
		{"twice a holder", `"publication.redeemable_by_linked_customer","conditions":{"$is":[true,true]}`, "$is", "takes true only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, ruleOf(t, `{"1":{"name":`+tt.conditions+`}}`).Check(), "rules.1.conditions."+tt.field, tt.details)
		})
	}
}

func TestPointsWaitForTheDiscount(t *testing.T) {
	t.Parallel()
	p := compile(t, ruleOf(t, `{"1":{"name":"redemption.reward.pay_with_points.points_used","conditions":{"$less_than":[1]}}}`))
	f := facts()
	everyone(f)
	if v := p.Before(f); !v.Pending || !p.HasPost() {
		t.Errorf("before the discount: %+v", v)
	}
}
