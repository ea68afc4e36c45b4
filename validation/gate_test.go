package validation_test

import (
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/validation"
)

// chained is a chain of comparisons around text; the parser doubles it at every level.
func chained(levels int, text string) string {
	return strings.Repeat("0<(", levels) + text + strings.Repeat(")<0", levels)
}

// hostile are expressions that must not be compiled, with the reason that is given.
var hostile = []struct{ name, source, details string }{
	{"4097 bytes", "true" + strings.Repeat(" ", 4093), "is 4097 bytes long, at most 4096 are allowed"},
	{"two megabytes of brackets", strings.Repeat("(", 1<<20) + "1" + strings.Repeat(")", 1<<20), "is 2097153 bytes long, at most 4096 are allowed"},
	{"65 brackets", strings.Repeat("(", 65) + "true" + strings.Repeat(")", 65), "is nested deeper than 64 levels"},
	{"brackets without end", strings.Repeat("[", 4096), "is nested deeper than 64 levels"},
	{"mixed brackets", strings.Repeat("([{", 22), "is nested deeper than 64 levels"},
	{"65 times not", strings.Repeat("!", 65) + "true", "is nested deeper than 64 levels"},
	{"65 choices", strings.Repeat("true?true:", 65) + "true", "is nested deeper than 64 levels"},
	{"257 nodes", "1 in [" + strings.Repeat("1,", 254) + "1]", "is too large"},
	{"a thousand times not", strings.Repeat("not ", 1000) + "true", "is too large"},
	{"comparisons that double 64 times", chained(64, "1"), "is too large"},
	{"comparisons that double, in a call", "f(" + chained(60, "1") + ")", "function f is not allowed"},
	{"comparisons that double, in a slice", "[1][" + chained(60, "1") + ":1] == 1", "a slice is not allowed"},
	{"comparisons that double, in an object", "{a:" + chained(60, "1") + "} == 1", "an object is not allowed"},
	{"comparisons that double, in let", "let x = " + chained(60, "1") + "; x", "let is not allowed"},
	{"101 conditions", strings.Repeat("true && ", 100) + "true", "joins more than 100 conditions"},
	{"101 choices of conditions", strings.Repeat("true || ", 100) + "true", "joins more than 100 conditions"},

	{"a loop in a loop", "any(order.items, any(order.items, true))", "loops inside loops are not allowed"},
	{"a loop in the list of a loop's loop", "any(order.items, count([1], # > 0) > 0)", "loops inside loops are not allowed"},
	{"a range", "1..999 == [1]", "operator .. is not allowed"},
	{"a loop over a range", "all(1..999, true)", "operator .. is not allowed"},
	{"looking through all lines for every line", "any(order.items, # in order.items)", "inside a loop order.items can only be compared with the element"},
	{"looking through all segments for every line", "any(order.items, .product_id in customer.segments)", "inside a loop customer.segments can only be compared with the element"},
	{"looking through a long text for every line", "any(order.items, customer.metadata.text contains .product_id)", "inside a loop customer.metadata can only be compared with the element"},
	{"copying a long text for every line", "any(order.items, lower(order.metadata.text) == 'x')", "inside a loop order.metadata can only be compared with the element"},
	{"comparing two lists for every line", "any(order.items, order.metadata.a == order.metadata.b)", "inside a loop order.metadata can only be compared with the element"},
	{"all lines in a list for every line", "any(order.items, [order.items] == [1])", "inside a loop order.items can only be compared with the element"},
	{"a list behind a computed name for every line", "any(order.items, .price == order.metadata[.product_id])", "inside a loop order.metadata can only be compared with the element"},
	{"comparing an object of a line for every line", "any(order.items, .metadata == order.items[0].metadata)", "inside a loop order.items can only be compared with the element"},
	{"cutting off every character of a text", "trim(order.metadata.a, order.metadata.b) == ''", "what trim cuts off must be a text"},

	{"joining texts", "'a' + 'b' == 'ab'", "operator + is for numbers only"},
	{"joining a text that is not seen to be one", "customer.metadata.a + 1 == 2", "operator + is for numbers only"},
	{"joining a text that is called an amount", "customer.metadata.amount + customer.metadata.amount == 'xx'", "operator + is for numbers only"},
	{"joining texts of elements that are called amounts", "any(customer.metadata.list, .amount + .amount == 'xx')", "operator + is for numbers only"},
	{"joining texts of a line's metadata", "any(order.items, .metadata.price + .metadata.price == 'xx')", "operator + is for numbers only"},
	{"doubling a text by reduce", "reduce([1], #acc + #acc, 'a') == 'a'", "function reduce is not allowed"},
	{"doubling a text by let", "let a = 'a'; a == 'a'", "let is not allowed"},
	{"raising to a power", "order.amount ** 9 > 1", "operator ** is not allowed"},
	{"raising to a power in its other form", "order.amount ^ 9 > 1", "operator ^ is not allowed"},
	{"a pattern", `customer.email matches "(a+)+$"`, "operator matches is not allowed"},
	{"a pattern of a thousand repeats", `customer.email matches "((a{1000}){1000}){1000}"`, "operator matches is not allowed"},
	{"a pattern from the facts", "customer.email matches customer.name", "operator matches is not allowed"},
	{"no pattern", `customer.email not matches "a"`, "operator matches is not allowed"},
	{"an object", "{'a': 1} == 1", "an object is not allowed"},
	{"a slice", "order.items[1:2] == 1", "a slice is not allowed"},
	{"bytes", `b"a" == 1`, "a text of bytes is not allowed"},
	{"two expressions", "true; false", "more than one expression is not allowed"},
	{"two expressions in a loop", "any(order.items, {true; false})", "more than one expression is not allowed"},
	{"two expressions in a choice", "if true { 1; true } else { false }", "more than one expression is not allowed"},

	{"a function that is not allowed", "filter(order.items, true) == 1", "function filter is not allowed"},
	{"a function behind a pipe", "order.items | map(.price) == 1", "function map is not allowed"},
	{"a function that does not exist", "system('x')", "function system is not allowed"},
	{"the function of a global name", "::now() == 1", "function now is not allowed"},
	{"the functions of generated sources", "is(order.amount, [1])", "function is is not allowed"},
	{"a method", "any(order.items, .Known())", "calling a method is not allowed"},
	{"a method of a fact", "order.String() == 'x'", "calling a method is not allowed"},
	{"a call of a call", "order.f().g() == 1", "calling a method is not allowed"},

	{"a name that does not exist", "usage.campaign < 5", "unknown name usage"},
	{"the counters of generated sources", "matched.lines > 0", "unknown name matched"},
	{"the environment", "$env['order'] == 1", "unknown name $env"},
	{"the environment as a whole", "$env == 1", "unknown name $env"},
	{"a name with an underscore", "customer.metadata.__proto__ == 1", "names that begin with _ are not allowed"},
	{"a whole fact", "order == nil", "order must be followed by one of its fields"},
	{"a whole fact in a list", "customer in [customer]", "customer must be followed by one of its fields"},
	{"a field by a computed name", "order[customer.name] == 1", "order must be followed by one of its fields"},
	{"a choice of facts", "(true ? order : order).total_amount > 1", "only a name can be followed by . or ["},
	{"a choice of objects", "(true ? order.metadata : customer.metadata).x == 1", "only a name can be followed by . or ["},
	{"the field of a negation", "(-order.metadata).x == 1", "only a name can be followed by . or ["},
	{"the field of a number", "(0)?.a == nil", "only a name can be followed by . or ["},
	{"the field of an element of a list", "[order.metadata][0].a == 1", "only a name can be followed by . or ["},
	{"an index behind ?.", "order.metadata?.a['b'] == 1", "only a name can be followed by . or ["},
	{"a comparison of a comparison", "(order.amount < 5) < 10", "a comparison cannot be compared"},
}

func TestHostileExpressionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, validation.Rule{Expression: tt.source}.Check(), "expression", tt.details)
		})
	}
}

// broken are expressions that the parser or the checker of types refuses.
var broken = []struct{ name, source, details string }{
	{"an integer beyond int64", "order.amount > 9223372036854775808",
		`invalid integer literal: strconv.ParseInt: parsing "9223372036854775808": value out of range (1:34)`},
	{"a fraction beyond float64", "order.amount > 1e309", `invalid float literal: strconv.ParseFloat: parsing "1e309": value out of range (1:20)`},
	{"an open bracket", "(order.amount > 1", `unexpected token EOF (1:17)`},
	{"an open text", `customer.name == "Anna`, "literal not terminated (1:23)"},
	{"nothing to the right", "order.amount >", "unexpected token EOF (1:14)"},
	{"no condition", "order.amount", "expected bool, but got int64"},
	{"of two conditions one that is none", "order.amount > 1 && order.quantity", "expected bool, but got int64"},
	{"a text for an amount", "order.amount > 'much'", "invalid operation: > (mismatched types int64 and string) (1:14)"},
	{"a field that does not exist", "order.colour == 1", "type validation.OrderFacts has no field colour (1:7)"},
	{"the Go name of a field", "order.Amount > 1", "type validation.OrderFacts has no field Amount (1:7)"},
	{"a field that is hidden", "order.Present", "type validation.OrderFacts has no field Present (1:7)"},
	{"a field of a line that does not exist", "any(order.items, .colour == 1)", "type validation.ItemFacts has no field colour (1:19)"},
	{"an element without a loop", ".price > 1", `unexpected token Operator(".") (1:1)`},
	{"the result of another loop", "any(order.items, #acc)", "unknown pointer #acc (1:18)"},
	{"a computed call", "order.metadata['f']() == 1", `unexpected token Bracket("(") (1:20)`},
	{"a character that means nothing", "order.amount > 1 \x00", "unrecognized character: U+0000 (1:18)"},
}

func TestBrokenExpressionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range broken {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, validation.Rule{Expression: tt.source}.Check(), "expression", tt.details)
		})
	}
}
