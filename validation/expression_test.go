package validation_test

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/validation"
)

// accepted are expressions that are allowed, with their value on facts(). Most hold, so that a fact that is not found
// shows.
var accepted = []struct {
	name, source string
	want         bool
}{
	{"who asks", `customer.holder == false && len(customer.loyalty_tiers) == 0 && customer.member_metadata.x == nil && redemption.api_key == "" && redemption.user == ""`, true},
	{"what comes out of a balance", `redemption.points + redemption.gift_credits == 0`, true},
	{"every fact of the order", `order.amount == 9000 && order.total_amount == 8000 && order.initial_amount == 9200 && order.quantity == 6`, true},
	{"every fact of the customer", `customer.id == "cust_1" && customer.source_id == "u-1" && customer.name == "Anna" && customer.email == "anna@example.com"`, true},
	{"every fact of the redemption", `redemption.discount_amount == 1000 && redemption.metadata.channel == "web"`, true},
	{"every fact of a line", `any(order.items, .product_id == "prod_shirt" and .product_source_id == "shirt" and .sku_id == "sku_small" and
		.sku_source_id == "s" and .price == 2000 and .quantity == 2 and .amount == 4000 and .has_price and .has_amount and
		.metadata.color == "red" and .product_metadata == nil)`, true},
	{"the field of a fact in brackets", `order["amount"] == 9000 && customer["metadata"]["level"] == "gold"`, true},
	{"segments", `"seg_vip" in customer.segments and not ("seg_old" in customer.segments) and "seg_old" not in customer.segments`, true},
	{"nested metadata", `customer.metadata.address.city startsWith "Wroc" && customer.metadata.address?.city endsWith "ław"`, true},
	{"metadata that is not there", `order.metadata.gone == nil && order.metadata?.a?.b == nil && (order.metadata.gone ?? 5) == 5`, true},
	{"metadata of the wrong type", `customer.metadata.level > 5`, false},
	{"metadata in a list", `customer.metadata.age in [41, 42] && customer.metadata.age in [42.0] && customer.metadata.level in ["gold", "tin"]`, true},
	{"arithmetic", `order.amount + 1000 * 2 - 6000 / 3 == 9000 && order.amount % 7 == 5 && -order.quantity + 6 == 0`, true},
	{"sums of facts that are numbers", `order.items[0].quantity + order.items[2].quantity == 5 && any(order.items, .price + .quantity == 2002)`, true},
	{"fractions", `order.amount * 0.15 > 1349.5 && order.amount / 7 < 1285.8`, true},
	{"numbers of all forms", `0xFF == 255 && 1_000 == 1e3 && 0b11 == 3 && 0o17 == 15`, true},
	{"a choice", `customer.metadata.level == "gold" ? order.amount >= 9000 : order.amount >= 20000`, true},
	{"a choice in words", `if order.quantity > 100 { false } else if order.quantity > 5 { true } else { false }`, true},
	{"a chain of comparisons", `1000 < order.amount <= 9000`, true},
	{"loops", `all(order.items, .price >= 900) && none(order.items, .price > 2500) && one(order.items, .price == 2500)`, true},
	{"numbers of loops", `count(order.items, .price >= 2000) == 2 && sum(order.items, .amount) == 9200 && len(order.items) == 3`, true},
	{"a loop with its element", `any(customer.segments, # == "seg_new") && any(["a", "b"], # in ["b"])`, true},
	{"a loop behind a pipe", `order.items | any(.quantity == 3)`, true},
	{"a loop that compares with facts", `any(order.items, .metadata.color != customer.metadata.level && customer.name != .metadata.text)`, true},
	{"a loop that reads amounts", `any(order.items, .amount * 2 < order.amount && .price < order.amount / len(order.items))`, true},
	{"functions", `lower("ABC") == "abc" && upper(customer.name) == "ANNA" && trim(" a ") == "a" && trim("xax", "x") == "a" && abs(-1) == 1 &&
		min(1, 2) == 1 && max([1, 2]) == 2 && int("7") == 7 && float("0.5") == 0.5 && hasPrefix("ab", "a") && hasSuffix("ab", "b")`, true},
	{"texts with every sign", `"\u0000 \" \\ \n ż 𝄞" != 'it\'s' && customer.metadata["ł \" 1"] == nil`, true},
	{"names that are words of the language", `customer.metadata.in == nil && customer.metadata.let == nil && customer.metadata["not"] == nil`, true},
	{"comments", "/* one */ true // two", true},
	{"nothing but blanks", " \n\t", true},
	{"64 brackets", strings.Repeat("(", 64) + "true" + strings.Repeat(")", 64), true},
	{"64 times not", strings.Repeat("!", 64) + "true", true},
	{"100 conditions", strings.Repeat("true && ", 99) + "true", true},
	{"4096 bytes", "true" + strings.Repeat(" ", 4092), true},
	{"a division by zero", `order.amount % (order.quantity - 6) == 0`, false},
	{"an index that is not there", `order.items[9].price > 0`, false},
	{"something that is neither true nor false", `customer.metadata.level`, false},
	{"an operator that does not fit", `order.metadata.location contains customer.metadata.age`, false},
}

func TestAcceptedExpressions(t *testing.T) {
	t.Parallel()
	for _, tt := range accepted {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := compile(t, validation.Rule{Expression: tt.source}).After(facts())
			if v.Holds != tt.want || v.Pending || (v.Failure == nil) != tt.want {
				t.Errorf("holds: %t, failure: %+v", v.Holds, v.Failure)
			}
		})
	}
}

// TestAnExpressionMeansWhatItSays compares the verdict with that of the expression compiled as one piece.
func TestAnExpressionMeansWhatItSays(t *testing.T) {
	t.Parallel()
	for _, tt := range accepted {
		if strings.TrimSpace(tt.source) == "" {
			continue
		}
		value, ok := asWritten(tt.source, facts())
		if value != tt.want || ok != tt.want {
			t.Errorf("%s: as written it is %t, %t", tt.name, value, ok)
		}
	}
}

// asWritten is the value of an expression that is compiled as one piece, without any checks; false when it has none.
func asWritten(source string, f *validation.Facts) (value, ok bool) {
	program, err := expr.Compile(source, expr.Env(validation.Facts{}))
	if err != nil {
		return false, false
	}
	out, err := expr.Run(program, *f)
	value, ok = out.(bool)
	return value, ok && err == nil
}

func TestExpressionsSayWhatTheyLack(t *testing.T) {
	t.Parallel()
	nothing := func(f *validation.Facts) { *f = validation.Facts{} }
	for _, tt := range []struct {
		name, source string
		change       func(*validation.Facts)
		cause        validation.Cause // empty when the rule holds
		family       validation.Family
	}{
		{"an amount without an order", "order.amount < 5", nothing, validation.CauseMissingOrder, validation.FamilyOrder},
		{"an amount without a value", "order.amount < 5", withoutAmount, validation.CauseMissingAmount, validation.FamilyOrder},
		{"the first amount without a value", "order.initial_amount < 5", withoutAmount, validation.CauseMissingAmount, validation.FamilyOrder},
		{"the total without a value", "5 > order.total_amount", withoutAmount, validation.CauseMissingAmount, validation.FamilyOrder},
		{"units without a value", "order.quantity == 6", withoutAmount, "", ""},
		{"lines without an order", "len(order.items) == 0", withoutOrder, validation.CauseMissingOrder, validation.FamilyOrder},
		{"no line among none", "none(order.items, .price > 5)", withoutLines, "", ""},
		{"a customer without one", `customer.id != "cust_1"`, anonymous, validation.CauseMissingCustomer, validation.FamilyCustomer},
		{"a customer and an order, without a customer", `order.amount > 1 == (customer.id != "cust_2")`, anonymous, validation.CauseMissingCustomer, validation.FamilyOrder},
		{"a customer and an order, without an order", `order.quantity == 0 == (customer.id == "cust_1")`, withoutOrder, validation.CauseMissingOrder, validation.FamilyOrder},
		{"a redemption alone", "redemption.metadata.channel == nil", nothing, "", ""},
		{"a redemption that fails", "redemption.metadata.channel != nil", nothing, validation.CauseCondition, validation.FamilyRedemption},
		{"or is decided one by one", `customer.id == "x" || order.amount == 9000`, anonymous, "", ""},
		{"or in words is decided one by one", `order.amount == 9000 or customer.id == "x"`, withoutOrder, validation.CauseMissingOrder, validation.FamilyOrder},
		{"and is decided one by one", `order.amount == 9000 && customer.id != "x"`, anonymous, validation.CauseMissingCustomer, validation.FamilyCustomer},
		{"an error is not true", "!(order.items[9].price > 1)", nil, validation.CauseError, validation.FamilyOrder},
		{"an error does not decide an or", "order.items[9].price > 1 || order.amount == 9000", nil, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			if tt.change != nil {
				tt.change(f)
			}
			v := compile(t, validation.Rule{Expression: tt.source}).After(f)
			if v.Holds != (tt.cause == "") {
				t.Fatalf("holds: %t, failure: %+v", v.Holds, v.Failure)
			}
			if v.Failure != nil && (v.Failure.Cause != tt.cause || v.Failure.Family != tt.family) {
				t.Errorf("failure: %+v", v.Failure)
			}
		})
	}
}

func TestNearMissesOfExpressions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		want   validation.Failure
	}{
		{"order.amount >= 10250", validation.Failure{Name: "order.amount", Operator: ">=", Actual: "9000", Expected: ">= 10250", Missing: count(1250)}},
		{"order.amount > 9000", validation.Failure{Name: "order.amount", Operator: ">", Actual: "9000", Expected: "> 9000", Missing: count(1)}},
		{"10250 <= order.initial_amount", validation.Failure{Name: "order.initial_amount", Operator: ">=", Actual: "9200", Expected: ">= 10250", Missing: count(1050)}},
		{"order.quantity > 8 && order.amount > 99999", validation.Failure{Name: "order.quantity", Operator: ">", Actual: "6", Expected: "> 8", Missing: count(3)}},
		{"order.amount < 9000", validation.Failure{Name: "order.amount", Operator: "<", Actual: "9000", Expected: "< 9000"}},
		{"redemption.discount_amount >= 1001", validation.Failure{
			Name: "redemption.discount_amount", Operator: ">=", Actual: "1000", Expected: ">= 1001", Missing: count(1), Family: validation.FamilyRedemption,
		}},
		{"order.amount == 1", validation.Failure{Name: "expression", Expected: "order.amount == 1"}},
		{"order.amount > 9000.5", validation.Failure{Name: "expression", Expected: "order.amount > 9000.5"}},
		{"order.amount > order.initial_amount", validation.Failure{Name: "expression", Expected: "order.amount > order.initial_amount"}},
		{"order.amount < 1 || order.quantity >= 7", validation.Failure{Name: "order.amount", Operator: "<", Actual: "9000", Expected: "< 1"}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			rule := validation.Rule{ID: "val_1", Expression: tt.source, Error: &validation.ErrorText{Message: "more, please"}}
			want := tt.want
			want.RuleID, want.Path, want.Message = "val_1", "expression", "more, please"
			if want.Cause = validation.CauseCondition; want.Family == "" {
				want.Family = validation.FamilyOrder
			}
			if diff := cmp.Diff(&want, compile(t, rule).After(facts()).Failure); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpressionsWaitForTheDiscount(t *testing.T) {
	t.Parallel()
	for source, pending := range map[string]bool{
		"order.total_amount == 8000": true, "order['total_amount'] == 8000": true, "order?.total_amount == 8000": true,
		"redemption.discount_amount < order.amount": true, "order.amount == 9000 && redemption.discount_amount == 1000": true,
		"order.amount == 9000 || order.total_amount == 1": false, "order.amount == 9000": false,
	} {
		p := compile(t, validation.Rule{Expression: source})
		if v := p.Before(facts()); v.Pending != pending || v.Holds == pending {
			t.Errorf("%s: before: %+v", source, v)
		}
		if v := p.After(facts()); !v.Holds {
			t.Errorf("%s: after: %+v", source, v.Failure)
		}
	}
}

func TestTreeAndExpressionMustBothHold(t *testing.T) {
	t.Parallel()
	tree := ruleOf(t, `{"1":{"name":"order.amount","conditions":{"$is":[9000]}}}`)
	for _, tt := range []struct {
		expression, path string
	}{{"order.quantity == 6", ""}, {"order.quantity == 5", "expression"}} {
		tree.Expression = tt.expression
		v := compile(t, tree).Before(facts())
		if v.Holds != (tt.path == "") || v.Failure != nil && v.Failure.Path != tt.path {
			t.Errorf("%s: %+v", tt.expression, v)
		}
	}
	tree.Rules.Logic, tree.Rules.Nodes = "", map[string]validation.Node{"1": {Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}}}
	tree.Expression = "order.quantity == 6"
	if v := compile(t, tree).Before(facts()); v.Holds || v.Failure.Path != "rules.1" {
		t.Errorf("the expression overrules the tree: %+v", v)
	}
}
