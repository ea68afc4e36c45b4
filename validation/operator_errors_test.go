package validation_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/validation"
)

// TestTheOperatorTableIsComplete fails for an operator that nobody has tried with a value that fits, with one that does
// not, and without a value.
func TestTheOperatorTableIsComplete(t *testing.T) {
	t.Parallel()
	type tried struct{ holds, fails, missing bool }
	seen := map[string]tried{}
	for _, tt := range operatorTests {
		var conditions validation.Conditions
		if err := json.Unmarshal([]byte(tt.conditions), &conditions); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for operator := range conditions {
			s := seen[operator]
			s.holds, s.fails, s.missing = s.holds || tt.want, s.fails || !tt.want, s.missing || tt.value == nil
			seen[operator] = s
		}
	}
	for _, tt := range everyOperator {
		var conditions validation.Conditions
		if err := json.Unmarshal([]byte("{"+tt.conditions+"}"), &conditions); err != nil {
			t.Fatalf("%s: %v", tt.conditions, err)
		}
		for operator := range conditions {
			s := seen[operator]
			s.holds, s.fails = s.holds || tt.holds != "", s.fails || tt.fails != ""
			s.missing = s.missing || strings.Contains(tt.holds+tt.fails, `"missing"`)
			seen[operator] = s
		}
	}
	for _, operator := range validation.OperatorNames() {
		if operator == "$from" { // only for lines: TestItems
			continue
		}
		if diff := cmp.Diff(tried{true, true, true}, seen[operator], cmp.AllowUnexported(tried{})); diff != "" {
			t.Errorf("%s is not tried out (-want +got):\n%s", operator, diff)
		}
	}
}

func TestOtherSpellingsOfOperatorsAreReadIntoTheUsualOne(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"$more_than_equal": "$more_than_or_equal", "$greater_than_or_equal": "$more_than_or_equal",
		"$less_than_equal": "$less_than_or_equal", "$not_contains": "$not_contain",
	}
	if diff := cmp.Diff(want, validation.Aliases()); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	for alias, usual := range want {
		var got validation.Conditions
		if err := json.Unmarshal([]byte(`{"`+alias+`":["5"]}`), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(validation.Conditions{usual: {"5"}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", alias, diff)
		}
	}
	if !onMetadata(t, `{"$greater_than_or_equal":[5]}`, 5.0) || onMetadata(t, `{"$less_than_equal":[5]}`, 6.0) {
		t.Error("an alias does not do what the usual spelling does")
	}
}

func TestBrokenConditionsAreRefused(t *testing.T) {
	t.Parallel()
	metadata := func(conditions string) string {
		return `{"1":{"name":"customer.metadata","property":"v","conditions":` + conditions + `}}`
	}
	amount := func(conditions string) string { return `{"1":{"name":"order.amount","conditions":` + conditions + `}}` }
	long := strings.Repeat("x", validation.MaxValueLength)
	for _, tt := range []struct {
		name, rules, field, details string
	}{
		{"an operator that does not exist", metadata(`{"$between":[1,2]}`), "$between", "is not an operator"},
		{"an operator without its dollar", metadata(`{"is":["a"]}`), "is", "is not an operator"},
		{"a wrong operator beside a right one", metadata(`{"$is":["a"],"$regex":["a"]}`), "$regex", "is not an operator"},
		{"no condition", metadata(`{}`), "", "rule customer.metadata needs a condition"},
		{"no condition on lines", on("any", "", lineRule("1", "price", "{}")), "1", "rule order.items.price needs a condition"},
		{"no value", metadata(`{"$is":[]}`), "$is", "has 0 values"},
		{"two values where one stands", metadata(`{"$more_than":[1,2]}`), "$more_than", "has 2 values"},
		{"an object for a value", metadata(`{"$is":[{"id":"x"}]}`), "$is", "has a value that is not a text, a number, true or false"},
		{"null for a value", metadata(`{"$in":[1,null]}`), "$in", "has a value that is not a text, a number, true or false"},
		{"a list in the list", metadata(`{"$in":[["a"]]}`), "$in", "has a value that is not a text, a number, true or false"},
		{"a value of 501 bytes", metadata(`{"$is":["` + long + `x"]}`), "$is", "has a value of 501 bytes, at most 500 are allowed"},
		{"searching for a number", metadata(`{"$contains":[1]}`), "$contains", "takes texts only"},
		{"ordering a text", metadata(`{"$more_than":["gold"]}`), "$more_than", "takes a number or a date"},
		{"ordering a boolean", metadata(`{"$less_than":[true]}`), "$less_than", "takes a number or a date"},
		{"a date that does not exist", metadata(`{"$after":["2026-02-30"]}`), "$after", "takes a date"},
		{"a number for a date", metadata(`{"$before":[5]}`), "$before", "takes a date"},
		{"half a value to count", metadata(`{"$count":[1.5]}`), "$count", "takes a whole number from 0"},
		{"fewer than no values", metadata(`{"$count_more":[-1]}`), "$count_more", "takes a whole number from 0"},
		{"a text to count", metadata(`{"$count_less":["a"]}`), "$count_less", "takes a whole number from 0"},
		{"a fraction of a minor unit", amount(`{"$is":[0.5]}`), "$is", "0.5 is not a whole number"},
		{"a text for an amount", amount(`{"$is":["much"]}`), "$is", `"much" is not a whole number`},
		{"a boolean for an amount", amount(`{"$is":[true]}`), "$is", `true is not a whole number`},
		{"an amount beyond int64", amount(`{"$is":[1e30]}`), "$is", "1e+30 is not a whole number"},
		{"searching in an amount", amount(`{"$contains":["1"]}`), "$contains", "the operator does not fit this rule name"},
		{"an amount that is unknown", amount(`{"$is_unknown":[]}`), "$is_unknown", "the operator does not fit this rule name"},
		{"a list of lines for an amount", amount(`{"$from":["pc_1"]}`), "$from", "the operator does not fit this rule name"},
		{"ordering segments", `{"1":{"name":"customer.segment","conditions":{"$more_than":[1]}}}`, "$more_than", "the operator does not fit this rule name"},
		{"the metadata of lines", `{"1":{"name":"order.items.any","conditions":{"$is_not":["a"]}}}`, "$is_not", "the operator does not fit this rule name"},
		{"lines of nothing", `{"1":{"name":"order.items.any","conditions":{"$is":[]}}}`, "$is", "names nothing"},
		{"lines of a number", `{"1":{"name":"order.items.any","conditions":{"$from":[1]}}}`, "$from", "is not a reference to a product, SKU or collection"},
		{"lines of a broken object", `{"1":{"name":"order.items.any","conditions":{"$is":[{"id":1}]}}}`, "$is", "is not a reference to a product, SKU or collection"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			field := "rules.1.conditions"
			switch {
			case tt.field == "1":
				field = "rules.1.rules.1.conditions"
			case tt.field != "":
				field += "." + tt.field
			}
			requireInvalid(t, ruleOf(t, tt.rules).Check(), field, tt.details)
		})
	}
	if err := ruleOf(t, metadata(`{"$is":["`+long+`"]}`)).Check(); err != nil {
		t.Errorf("a value of 500 bytes: %v", err)
	}
}

func TestValuesBuiltInGo(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	check := func(conditions validation.Conditions) error {
		return validation.Rule{Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "customer.metadata", Property: "v", Conditions: conditions},
		}}}.Check()
	}
	for name, value := range map[string]any{
		"int": 1, "int8": int8(1), "int16": int16(1), "int32": int32(1), "int64": int64(1), "uint": uint(1), "uint8": uint8(1),
		"uint16": uint16(1), "uint32": uint32(1), "uint64": uint64(1 << 63), "float32": float32(1.5), "float64": 1e300,
		"json.Number": json.Number("-12.5e3"), "time.Time": at, "string": "\x00 \u2028 \U0010ffff \x7f \\ \" ' `", "bool": true,
	} {
		if err := check(validation.Conditions{"$is": {value}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	requireInvalid(t, check(validation.Conditions{"$is": {"\xff"}}), "rules.1.conditions.$is", "is not valid UTF-8")
	requireInvalid(t, check(validation.Conditions{"$is": {json.Number("1e400")}}), "rules.1.conditions.$is",
		"has a value that is not a text, a number, true or false")
	// Other spellings are for JSON: in Go there is one.
	requireInvalid(t, check(validation.Conditions{"$more_than_equal": {1}}), "rules.1.conditions.$more_than_equal", "is not an operator")
}
