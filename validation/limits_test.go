package validation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

func nodes(count int) map[string]validation.Node {
	list := make(map[string]validation.Node, count)
	for i := range count {
		list[fmt.Sprint(i)] = validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$is": {i}}}
	}
	return list
}

// deep is a tree of conditions inside conditions.
func deep(levels int) validation.Group {
	if levels == 0 {
		return validation.Group{}
	}
	return validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: "order.amount", Conditions: validation.Conditions{"$is": {9000}}, Rules: deep(levels - 1)},
	}}
}

func tree(n validation.Node) validation.Rule {
	return validation.Rule{Rules: validation.Group{Nodes: map[string]validation.Node{"1": n}}}
}

func metadataNode(conditions validation.Conditions) validation.Node {
	return validation.Node{Name: "order.metadata", Property: "p", Conditions: conditions}
}

// TestBoundsOfARule tries every bound at its edge and one beyond. What is beyond is broken in a second way that is found
// later, so that the bound is seen to come first.
func TestBoundsOfARule(t *testing.T) {
	t.Parallel()
	text := func(n int) string { return strings.Repeat("ż", n) }
	ascii := func(n int) string { return strings.Repeat("x", n) }
	values := func(n int) []any { return make([]any, n) } // nil is no value
	within := func(n int) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = i
		}
		return list
	}
	amount := validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}}
	with := func(change func(*validation.Node)) validation.Rule {
		n := amount
		change(&n)
		return tree(n)
	}
	operators := func(n int) validation.Conditions {
		c := validation.Conditions{}
		for _, name := range validation.OperatorNames() {
			if len(c) < n && name != "$from" && name != "$after" && name != "$before" {
				c[name] = []any{"1"}
			}
		}
		return c
	}
	manyValues := func(n int) validation.Rule {
		group := validation.Group{Nodes: map[string]validation.Node{}}
		for i := range n {
			group.Nodes[fmt.Sprint(i)] = metadataNode(validation.Conditions{"$in": within(validation.MaxValues)})
		}
		return validation.Rule{Rules: group}
	}
	for _, tt := range []struct {
		name           string
		edge, beyond   validation.Rule
		field, details string
	}{
		{"the name", validation.Rule{Name: ascii(255)}, validation.Rule{Name: ascii(256), Expression: "("}, "name", "is longer than 255 bytes"},
		{"the type", validation.Rule{Type: ascii(255)}, validation.Rule{Type: ascii(256), Expression: "("}, "type", "is longer than 255 bytes"},
		{"the context type", validation.Rule{ContextType: validation.Global}, validation.Rule{ContextType: ascii(256), Expression: "("}, "context_type", "is longer than 255 bytes"},
		{"the expression", validation.Rule{Expression: "true" + strings.Repeat(" ", 4092)}, validation.Rule{Expression: strings.Repeat("(", 4097)},
			"expression", "is 4097 bytes long, at most 4096 are allowed"},
		{"the message", validation.Rule{Error: &validation.ErrorText{Message: text(200)}},
			validation.Rule{Error: &validation.ErrorText{Message: text(201)}, Expression: "("}, "error.message", "has 201 characters, at most 200 are allowed"},
		{"the message of a condition", with(func(n *validation.Node) { n.Error = &validation.ErrorText{Message: text(200)} }),
			with(func(n *validation.Node) { n.Error, n.Name = &validation.ErrorText{Message: text(201)}, "no name" }),
			"rules.1.error.message", "has 201 characters, at most 200 are allowed"},
		{"the property", with(func(n *validation.Node) { n.Name, n.Property = "order.metadata", ascii(255) }),
			with(func(n *validation.Node) { n.Name, n.Property = "no name", ascii(256) }), "rules.1.property", "is longer than 255 bytes"},
		{"the name of a condition", tree(amount), with(func(n *validation.Node) { n.Name = ascii(256) }), "rules.1.name", "is longer than 255 bytes"},
		{"levels", validation.Rule{Rules: deep(8)}, validation.Rule{Rules: deep(9), Expression: "("},
			strings.Repeat("rules.1.", 8) + "rules", "is nested deeper than 8 levels"},
		{"conditions", validation.Rule{Rules: validation.Group{Nodes: nodes(100)}}, validation.Rule{Rules: validation.Group{Nodes: nodes(101), Logic: "("}},
			"rules", "the rule has more than 100 conditions"},
		{"operators", tree(metadataNode(operators(10))), tree(metadataNode(operators(11))), "rules.1.conditions", "has 11 operators, at most 10 are allowed"},
		{"values", tree(metadataNode(validation.Conditions{"$in": within(1000)})), tree(metadataNode(validation.Conditions{"$in": values(1001)})),
			"rules.1.conditions.$in", "has 1001 values, at most 1000 are allowed"},
		{"values of all conditions", manyValues(10), manyValues(11), "rules.10.conditions.$in", "the rule has more than 10000 values"},
		{"the logic", validation.Rule{Rules: validation.Group{Logic: "1" + strings.Repeat(" ", 2047), Nodes: map[string]validation.Node{"1": amount}}},
			validation.Rule{Rules: validation.Group{Logic: strings.Repeat("(", 2049)}}, "rules.logic", "is longer than 2048 bytes"},
		{"the rules of a bundle", bundleOf(t, bundleRules(20)), bundleOf(t, strings.Replace(bundleRules(21), "items.any", "items.no", 1)),
			"bundle_rules", "has 21 rules, at most 20 are allowed"},
		{"what applies", validation.Rule{ApplicableTo: targets(1000)}, validation.Rule{ApplicableTo: targets(1001), Expression: "("},
			"applicable_to", "has 1001 entries, at most 1000 are allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.edge.Check(); err != nil {
				t.Errorf("at the edge: %v", err)
			}
			requireInvalid(t, tt.beyond.Check(), tt.field, tt.details)
		})
	}
}

func bundleRules(count int) string {
	var rules []string
	for i := range count {
		rules = append(rules, part(fmt.Sprint(i+1), `"prod_mug"`, "1"))
	}
	return "{" + strings.Join(rules, ",") + "}"
}

func targets(count int) product.Scope {
	list := make([]product.Target, count)
	for i := range list {
		list[i].ID = fmt.Sprint("prod_", i)
	}
	return product.Scope{Included: list[:count/2], Excluded: list[count/2:]}
}

func TestBoundsOfKeys(t *testing.T) {
	t.Parallel()
	amount := validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}}
	long := strings.Repeat("k", 256)
	for _, key := range []string{long, long + ".x", "x." + long} {
		err := validation.Rule{Rules: validation.Group{Nodes: map[string]validation.Node{key: amount}}}.Check()
		requireInvalid(t, err, "rules."+key[:120]+"…", "is longer than 255 bytes")
	}
	r := validation.Rule{Rules: validation.Group{Logic: long[1:], Nodes: map[string]validation.Node{long[1:]: amount}}}
	if err := r.Check(); err != nil {
		t.Errorf("a key of 255 bytes: %v", err)
	}
	requireInvalid(t, tree(validation.Node{Name: "order.metadata", Property: "\xff", Conditions: validation.Conditions{"$is": {1}}}).Check(),
		"rules.1.property", "is not valid UTF-8")
}

// TestATreeThatContainsItselfIsRefused: maps built in Go can.
func TestATreeThatContainsItselfIsRefused(t *testing.T) {
	t.Parallel()
	loop := validation.Group{Nodes: map[string]validation.Node{}}
	loop.Nodes["1"] = validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}, Rules: loop}
	loop.Nodes["2"] = validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}, Rules: loop}
	requireInvalid(t, validation.Rule{Rules: loop}.Check(), strings.Repeat("rules.1.", 8)+"rules", "is nested deeper than 8 levels")
}

// TestDeepJSONIsRefusedBeforeItIsRead: every level of a tree is read again by the level above it.
func TestDeepJSONIsRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	read := func(text string) error {
		var g validation.Group
		return json.Unmarshal([]byte(text), &g)
	}
	nested := func(levels int, inner string) string {
		return strings.Repeat(`{"rules":{"1":`, levels) + inner + strings.Repeat(`}}`, levels)
	}
	if err := read(`{"1":` + nested(8, `{}`) + `}`); err != nil {
		t.Errorf("8 levels: %v", err)
	}
	requireInvalid(t, read(`{"1":`+nested(2000, `{}`)+`}`), "rules", "is nested deeper than 8 levels")
	requireInvalid(t, read(`{"1":{"conditions":{"$is":`+strings.Repeat("[", 62)+strings.Repeat("]", 62)+`}}}`), "rules", "is nested deeper than 8 levels")
	if err := read(`{"1":{"name":"` + strings.Repeat(`{[\"`, 100) + `"}}`); err != nil {
		t.Errorf("brackets in a text: %v", err)
	}
}
