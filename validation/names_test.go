package validation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/validation"
)

// usage sets a counter of the facts of the tests.
func usage(m validation.Metric, value int64) func(*validation.Facts) {
	return func(f *validation.Facts) { f.Usage[m] = value }
}

func anonymous(f *validation.Facts)     { f.Customer = validation.CustomerFacts{} }
func withoutOrder(f *validation.Facts)  { f.Order = validation.OrderFacts{} }
func withoutLines(f *validation.Facts)  { f.Order.Items, f.Order.Quantity = nil, 0 }
func withoutAmount(f *validation.Facts) { f.Order.HasAmount, f.Order.Amount = false, 0 }

// nameTests say what every rule name looks at. The key is that of the failure; empty when the rule holds.
type nameTest struct {
	name   string
	rules  string
	change func(*validation.Facts)
	want   fault.Key
}

var nameTests = []nameTest{
	{"customer.metadata reads the property", `"name":"customer.metadata","property":"level","conditions":{"$is":["gold"]}`, nil, ""},
	{"customer.metadata fails as a rule about the customer", `"name":"customer.metadata","property":"level","conditions":{"$is":["tin"]}`, nil, fault.CustomerRulesViolated},
	{"customer.metadata looks into objects along the dots", `"name":"customer.metadata","property":"address.city","conditions":{"$is":["Wrocław"]}`, nil, ""},
	{"customer.metadata takes a key with a dot before an object", `"name":"customer.metadata","property":"address.city","conditions":{"$is":["here"]}`,
		func(f *validation.Facts) { f.Customer.Metadata["address.city"] = "here" }, ""},
	{"customer.metadata looks into objects that were built in Go", `"name":"customer.metadata","property":"a.b","conditions":{"$is":[1]}`,
		func(f *validation.Facts) { f.Customer.Metadata["a"] = metadata.Map{"b": 1} }, ""},
	{"customer.metadata finds nothing below a text", `"name":"customer.metadata","property":"level.b","conditions":{"$is_unknown":[]}`, nil, ""},
	{"customer.metadata needs a customer", `"name":"customer.metadata","property":"level","conditions":{"$is_unknown":[]}`, anonymous, fault.MissingCustomer},

	{"customer.segment holds in one of the segments", `"name":"customer.segment","conditions":{"$is":["seg_old","seg_vip"]}`, nil, ""},
	{"customer.segment does not hold outside", `"name":"customer.segment","conditions":{"$in":["seg_old"]}`, nil, fault.CustomerRulesViolated},
	{"customer.segment $is_not wants none of the segments", `"name":"customer.segment","conditions":{"$is_not":["seg_old","seg_vip"]}`, nil, fault.CustomerRulesViolated},
	{"customer.segment $not_in holds outside", `"name":"customer.segment","conditions":{"$not_in":["seg_old"]}`, nil, ""},
	{"customer.segment $is_not holds for a customer without segments", `"name":"customer.segment","conditions":{"$is_not":["seg_old"]}`,
		func(f *validation.Facts) { f.Customer.Segments = nil }, ""},
	{"customer.segment needs a customer", `"name":"customer.segment","conditions":{"$is_not":["seg_old"]}`, anonymous, fault.MissingCustomer},

	{"order.amount is what is left to pay before this redeemable", `"name":"order.amount","conditions":{"$is":[9000]}`, nil, ""},
	{"order.amount takes one of several values", `"name":"order.amount","conditions":{"$is":[1,9000]}`, nil, ""},
	{"order.amount takes a number written as text", `"name":"order.amount","conditions":{"$in":["9000"]}`, nil, ""},
	{"order.amount takes none of several values", `"name":"order.amount","conditions":{"$not_in":[1,9000]}`, nil, fault.OrderRulesViolated},
	{"order.amount fails as a rule about the order", `"name":"order.amount","conditions":{"$more_than":[9000]}`, nil, fault.OrderRulesViolated},
	{"order.amount needs an order", `"name":"order.amount","conditions":{"$less_than":[1]}`, withoutOrder, fault.MissingOrder},
	{"order.amount needs a value", `"name":"order.amount","conditions":{"$less_than":[1]}`, withoutAmount, fault.MissingAmount},
	{"order.initial_amount is the value before discounts", `"name":"order.initial_amount","conditions":{"$is":[9200]}`, nil, ""},
	{"order.initial_amount fails as a rule about the order", `"name":"order.initial_amount","conditions":{"$is_not":[9200]}`, nil, fault.OrderRulesViolated},
	{"order.initial_amount needs a value", `"name":"order.initial_amount","conditions":{"$less_than":[1]}`, withoutAmount, fault.MissingAmount},
	{"order.total_amount is the value after this discount", `"name":"order.total_amount","conditions":{"$is":[8000]}`, nil, ""},
	{"order.total_amount fails as a rule about the order", `"name":"order.total_amount","conditions":{"$less_than":[8000]}`, nil, fault.OrderRulesViolated},
	{"order.total_amount needs a value", `"name":"order.total_amount","conditions":{"$less_than":[1]}`, withoutAmount, fault.MissingAmount},
	{"order.metadata reads the property", `"name":"order.metadata","property":"location","conditions":{"$starts_with":["San"]}`, nil, ""},
	{"order.metadata fails as a rule about the order", `"name":"order.metadata","property":"location","conditions":{"$is_not":["Santorini"]}`, nil, fault.OrderRulesViolated},
	{"order.metadata needs an order", `"name":"order.metadata","property":"location","conditions":{"$is_not":["x"]}`, withoutOrder, fault.MissingOrder},

	{"order.items.count is the number of units", `"name":"order.items.count","conditions":{"$is":[6]}`, nil, ""},
	{"order.items.count fails as a rule about the order", `"name":"order.items.count","conditions":{"$more_than":[6]}`, nil, fault.OrderRulesViolated},
	{"order.items.count needs lines", `"name":"order.items.count","conditions":{"$is":[0]}`, withoutLines, fault.MissingOrderItems},
	{"order.items.price_any wants one line", `"name":"order.items.price_any","conditions":{"$is":[2500]}`, nil, ""},
	{"order.items.price_any wants one line for both operators", `"name":"order.items.price_any","conditions":{"$more_than":[2000],"$less_than":[1000]}`, nil, fault.OrderRulesViolated},
	{"order.items.price_any does not hold for an unknown price", `"name":"order.items.price_any","conditions":{"$less_than":[1]}`,
		func(f *validation.Facts) { f.Order.Items[0].Price, f.Order.Items[0].HasPrice = 0, false }, fault.MissingOrderItemsAmount},
	{"order.items.price_any needs lines", `"name":"order.items.price_any","conditions":{"$is":[1]}`, withoutLines, fault.MissingOrderItems},
	{"order.items.price_each wants all lines", `"name":"order.items.price_each","conditions":{"$more_than_or_equal":[900]}`, nil, ""},
	{"order.items.price_each fails for one line", `"name":"order.items.price_each","conditions":{"$more_than":[900]}`, nil, fault.OrderRulesViolated},
	{"order.items.price_each does not hold for an unknown price", `"name":"order.items.price_each","conditions":{"$is_not":[1]}`,
		func(f *validation.Facts) { f.Order.Items[2].HasPrice = false }, fault.MissingOrderItemsAmount},
	{"order.items.price_each fails for a known price beside an unknown one", `"name":"order.items.price_each","conditions":{"$less_than":[1]}`,
		func(f *validation.Facts) { f.Order.Items[2].HasPrice = false }, fault.OrderRulesViolated},
	{"order.items.price_each needs an order", `"name":"order.items.price_each","conditions":{"$is":[1]}`, withoutOrder, fault.MissingOrder},
	{"order.items.metadata_any wants one line", `"name":"order.items.metadata_any","property":"color","conditions":{"$is":["blue"]}`, nil, ""},
	{"order.items.metadata_any fails without a line", `"name":"order.items.metadata_any","property":"color","conditions":{"$is":["green"]}`, nil, fault.OrderRulesViolated},
	{"order.items.metadata_any needs lines", `"name":"order.items.metadata_any","property":"color","conditions":{"$is_unknown":[]}`, withoutLines, fault.MissingOrderItems},
	{"order.items.metadata_each wants all lines", `"name":"order.items.metadata_each","property":"color","conditions":{"$in":["red","blue"]}`, nil, ""},
	{"order.items.metadata_each fails for one line", `"name":"order.items.metadata_each","property":"color","conditions":{"$is":["red"]}`, nil, fault.OrderRulesViolated},
	{"order.items.metadata_each needs lines", `"name":"order.items.metadata_each","property":"color","conditions":{"$is_unknown":[]}`, withoutLines, fault.MissingOrderItems},

	{"redemption.metadata reads the request", `"name":"redemption.metadata","property":"channel","conditions":{"$is":["web"]}`, nil, ""},
	{"redemption.metadata fails as a rule about the redemption", `"name":"redemption.metadata","property":"channel","conditions":{"$is":["shop"]}`, nil, fault.RedemptionRulesViolated},
	{"redemption.metadata needs nothing", `"name":"redemption.metadata","property":"channel","conditions":{"$is_unknown":[]}`,
		func(f *validation.Facts) { *f = validation.Facts{} }, ""},

	{"redemption.count.per_customer counts this redemption", `"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}`, usage(validation.IncentivePerCustomer, 1), ""},
	{"redemption.count.per_customer is used up", `"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}`, usage(validation.IncentivePerCustomer, 2), fault.RedemptionRulesViolated},
	{"redemption.count.per_customer needs a customer", `"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}`, anonymous, fault.MissingCustomer},
	{"campaign.redemptions.count counts this redemption", `"name":"campaign.redemptions.count","conditions":{"$less_than":[3]}`, usage(validation.CampaignRedemptions, 2), ""},
	{"campaign.redemptions.count is used up", `"name":"campaign.redemptions.count","conditions":{"$less_than":[3]}`, usage(validation.CampaignRedemptions, 3), fault.RedemptionRulesViolated},
	{"campaign.redemptions.customers_count counts this redemption", `"name":"campaign.redemptions.customers_count","conditions":{"$less_than_or_equal":[1]}`, usage(validation.CampaignPerCustomer, 1), ""},
	{"campaign.redemptions.customers_count is used up", `"name":"campaign.redemptions.customers_count","conditions":{"$less_than_or_equal":[1]}`, usage(validation.CampaignPerCustomer, 2), fault.RedemptionRulesViolated},
	{"campaign.redemptions.customers_count needs a customer", `"name":"campaign.redemptions.customers_count","conditions":{"$less_than_or_equal":[1]}`, anonymous, fault.MissingCustomer},
	{"campaign.orders.amount counts this order", `"name":"campaign.orders.amount","conditions":{"$less_than_or_equal":[9200]}`, usage(validation.CampaignOrdersAmount, 9200), ""},
	{"campaign.orders.amount is used up", `"name":"campaign.orders.amount","conditions":{"$less_than_or_equal":[9200]}`, usage(validation.CampaignOrdersAmount, 9201), fault.RedemptionRulesViolated},
	{"campaign.orders.amount_discounted counts this discount", `"name":"campaign.orders.amount_discounted","conditions":{"$less_than_or_equal":[1000]}`, usage(validation.CampaignDiscountAmount, 1000), ""},
	{"campaign.orders.amount_discounted is used up", `"name":"campaign.orders.amount_discounted","conditions":{"$less_than_or_equal":[1000]}`, usage(validation.CampaignDiscountAmount, 1001), fault.RedemptionRulesViolated},
}

// periodTests see the counters of periods and actors hold at their limit and fail above it.
func periodTests() []nameTest {
	var list []nameTest
	for name, metric := range map[string]validation.Metric{
		"redemption.count.daily":                       validation.IncentiveDay,
		"redemption.count.weekly":                      validation.IncentiveWeek,
		"redemption.count.monthly":                     validation.IncentiveMonth,
		"redemption.count.per_customer.daily":          validation.IncentivePerCustomerDay,
		"redemption.count.per_customer.weekly":         validation.IncentivePerCustomerWeek,
		"redemption.count.per_customer.monthly":        validation.IncentivePerCustomerMonth,
		"redemption.count.per_api_key":                 validation.IncentivePerAPIKey,
		"redemption.count.per_user":                    validation.IncentivePerUser,
		"campaign.redemptions.count.daily":             validation.CampaignDay,
		"campaign.redemptions.count.weekly":            validation.CampaignWeek,
		"campaign.redemptions.count.monthly":           validation.CampaignMonth,
		"campaign.redemptions.customers_count.daily":   validation.CampaignPerCustomerDay,
		"campaign.redemptions.customers_count.weekly":  validation.CampaignPerCustomerWeek,
		"campaign.redemptions.customers_count.monthly": validation.CampaignPerCustomerMonth,
		"redemption.gift.amount":                       validation.CampaignGiftAmount,
	} {
		rules := `"name":"` + name + `","conditions":{"$less_than_or_equal":[7]}`
		list = append(list,
			nameTest{name + " at its limit", rules, usage(metric, 7), ""},
			nameTest{name + " above its limit", rules, usage(metric, 8), fault.RedemptionRulesViolated},
		)
	}
	return list
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range allNameTests() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			if tt.change != nil {
				tt.change(f)
			}
			v := compile(t, ruleOf(t, `{"1":{`+tt.rules+`}}`)).After(f)
			var got fault.Key
			if v.Failure != nil {
				got = v.Failure.Key()
			}
			if got != tt.want || v.Holds != (tt.want == "") || v.Pending {
				t.Errorf("holds %t, pending %t, key %q, want %q", v.Holds, v.Pending, got, tt.want)
			}
		})
	}
}

// TestTheNameTableIsComplete fails for a rule name that nobody has seen hold and fail.
func TestTheNameTableIsComplete(t *testing.T) {
	t.Parallel()
	holds, fails := map[string]bool{}, map[string]bool{}
	note := func(nodes map[string]validation.Node, into map[string]bool) {
		for _, n := range nodes {
			into[n.Name] = true
			for _, sub := range n.Rules.Nodes {
				into[sub.Name] = true
			}
		}
	}
	for _, tt := range allNameTests() {
		note(ruleOf(t, `{"1":{`+tt.rules+`}}`).Rules.Nodes, map[bool]map[string]bool{true: holds, false: fails}[tt.want == ""])
	}
	for _, tt := range itemTests {
		note(ruleOf(t, tt.rules).Rules.Nodes, map[bool]map[string]bool{true: holds, false: fails}[tt.want])
	}
	for _, name := range validation.RuleNames() {
		// The name says something about others and is no condition itself.
		constant := strings.HasSuffix(name, "discount_applicable")
		if !holds[name] || !fails[name] && !constant {
			t.Errorf("%s: seen to hold %t, to fail %t", name, holds[name], fails[name])
		}
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, rules, field, details string }{
		{"no name", `{"1":{"conditions":{"$is":[1]}}}`, "rules.1.name", "is required"},
		{"a name that does not exist", `{"1":{"name":"order.colour","conditions":{"$is":[1]}}}`, "rules.1.name", "unknown rule name order.colour"},
		{"a name with other letters", `{"1":{"name":"Order.Amount","conditions":{"$is":[1]}}}`, "rules.1.name", "unknown rule name Order.Amount"},
		{"a name that does not exist, further below", `{"1":{"name":"order.amount","conditions":{"$is":[1]},"rules":{"x":{"name":"y"}}}}`,
			"rules.1.rules.x.name", "unknown rule name y"},
		{"a name for lines without lines", `{"1":{"name":"order.items.quantity","conditions":{"$is":[1]}}}`,
			"rules.1.name", "order.items.quantity can only stand inside a condition on items"},
		{"a name for the request inside a condition on items", `{"1":{"name":"order.items.any","rules":{"2":{"name":"order.amount","conditions":{"$is":[1]}}}}}`,
			"rules.1.rules.2.name", "order.amount cannot stand inside a condition on items"},
		{"conditions on items inside each other", `{"1":{"name":"order.items.any","rules":{"2":{"name":"order.items.none"}}}}`,
			"rules.1.rules.2.name", "order.items.none cannot stand inside a condition on items"},
		{"no line with rules of its own", `{"1":{"name":"order.items.none","rules":{"1":{"name":"order.items.price","conditions":{"$is":[1]}}}}}`,
			"rules.1.rules", "order.items.none has no rules of its own"},
		{"metadata without its property", `{"1":{"name":"order.metadata","conditions":{"$is":[1]}}}`, "rules.1.property", "rule order.metadata must have a property"},
		{"metadata of lines without its property", `{"1":{"name":"order.items.any","rules":{"1":{"name":"order.items.metadata","conditions":{"$is":[1]}}}}}`,
			"rules.1.rules.1.property", "rule order.items.metadata must have a property"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, ruleOf(t, tt.rules).Check(), tt.field, tt.details)
		})
	}
}

func TestEveryNameOfVoucherifyIsKnown(t *testing.T) {
	t.Parallel()
	if n := len(validation.RuleNames()); n != 62 {
		t.Errorf("%d rule names are known, Voucherify has 62", n)
	}
}

func allNameTests() []nameTest {
	return slices.Concat(periodTests(), nameTests, audienceTests, legacyTests)
}
