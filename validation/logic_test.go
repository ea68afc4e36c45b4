package validation_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/validation"
)

// truths are conditions that hold (t, u) and fail (f, g), under keys that a logic can name.
const truths = `"t":{"name":"order.amount","conditions":{"$is":[9000]}},"u":{"name":"order.amount","conditions":{"$is_not":[1]}},` +
	`"f":{"name":"order.amount","conditions":{"$is":[1]}},"g":{"name":"order.amount","conditions":{"$is_not":[9000]}}`

func withLogic(logic string) string { return `{` + truths + `,"logic":` + strconv.Quote(logic) + `}` }

func TestLogic(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, logic string
		want        bool
	}{
		{"one condition", "t", true},
		{"and wants both", "t and f", false},
		{"or wants one", "t or f", true},
		{"or without any", "f or g", false},
		{"words in capitals", "t AND u OR f", true},
		{"mixed letters", "f oR t aNd u", true},
		{"and binds tighter than or, first", "f and f or t", true},
		{"and binds tighter than or, last", "t or f and f", true},
		{"brackets bind tightest", "(t or f) and f", false},
		{"brackets around everything", "((t) and (u)) and (t)", true},
		{"blanks around brackets", "  t  AND (  f\t OR\nu )  ", true},
		{"no blanks around brackets", "(t)and(u)", true},
		{"a condition twice", "(t and f) or (t and u)", true},
		{"what is not mentioned is not evaluated", "t or f", true},
		{"nothing but blanks means and", "  ", false},
		{"nothing means and", "", false},
		{"33 brackets beside each other", strings.Repeat("(t) and ", 32) + "(t)", true},
		{"32 brackets", strings.Repeat("(", 32) + "t" + strings.Repeat(")", 32), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if v := compile(t, ruleOf(t, withLogic(tt.logic))).Before(facts()); v.Holds != tt.want {
				t.Errorf("%q holds: %t", tt.logic, v.Holds)
			}
		})
	}
}

func TestRulesWithoutLogic(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, rules string
		want        bool
	}{
		{"no conditions always hold", `{}`, true},
		{"null always holds", `null`, true},
		{"an empty logic without conditions always holds", `{"logic":""}`, true},
		{"a logic that is null joins by and", `{"1":{"name":"order.amount","conditions":{"$is":[1]}},"logic":null}`, false},
		{"rules of a condition join by and", `{"1":{"name":"order.amount","conditions":{"$is":[9000]},"rules":{` + truths + `}}}`, false},
		{"a condition without rules of its own", `{"1":{"name":"order.amount","conditions":{"$is":[9000]},"rules":null}}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if v := compile(t, ruleOf(t, tt.rules)).Before(facts()); v.Holds != tt.want {
				t.Errorf("holds: %t, failure: %+v", v.Holds, v.Failure)
			}
		})
	}
}

func TestBrokenLogicIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, logic, details string }{
		{"a key that does not exist", "t and x", `"x" is not the key of a condition`},
		{"a key in other letters", "T", `"T" is not the key of a condition`},
		{"not", "not t", `"not" is not the key of a condition`},
		{"symbols", "t && u", `"&&" is unexpected`},
		{"a comma", "t, u", `"t," is not the key of a condition`},
		{"two conditions without a word", "t u", `"u" is unexpected`},
		{"two words", "t and or u", `"or" is not the key of a condition`},
		{"a word in front", "or t", `"or" is not the key of a condition`},
		{"a word at the end", "t and", "ends where a condition is expected"},
		{"only a word", "and", `"and" is not the key of a condition`},
		{"an open bracket", "(t and u", "a bracket is not closed"},
		{"only an open bracket", "(", "ends where a condition is expected"},
		{"a closed bracket", "t)", `")" is unexpected`},
		{"only a closed bracket", ")", `")" is not the key of a condition`},
		{"empty brackets", "t and ()", `")" is not the key of a condition`},
		{"brackets the wrong way round", ")t(", `")" is not the key of a condition`},
		{"a call", "t(u)", `"(" is unexpected`},
		{"33 brackets", strings.Repeat("(", 33) + "t" + strings.Repeat(")", 33), "has more than 32 nested brackets"},
		{"brackets without end", strings.Repeat("(", validation.MaxLogicLength), "has more than 32 nested brackets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, ruleOf(t, withLogic(tt.logic)).Check(), "rules.logic", tt.details)
		})
	}
	nested := `{"1":{"name":"order.items.any","rules":{"1":{"name":"order.items.price","conditions":{"$is":[1]}},"logic":"2"}}}`
	requireInvalid(t, ruleOf(t, nested).Check(), "rules.1.rules.logic", `"2" is not the key of a condition`)
}

func TestKeysThatALogicCannotNameAreRefused(t *testing.T) {
	t.Parallel()
	amount := validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}}
	for _, key := range []string{"", " ", "a b", " a", "a\t", "(", "a)", "and", "AND", "Or", "logic"} {
		group := validation.Group{Nodes: map[string]validation.Node{key: amount}}
		requireInvalid(t, validation.Rule{Rules: group}.Check(), "rules", strconv.Quote(key)+" cannot be the key of a condition")
	}
	for _, key := range []string{"1", "01", "not", "$RULE_ID", "a.b", "ключ", "1-2"} {
		group := validation.Group{Logic: key, Nodes: map[string]validation.Node{key: amount}}
		if err := (validation.Rule{Rules: group}).Check(); err != nil {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

// formula is a logic and its value when t and u hold and f and g do not.
type formula struct {
	text  string
	value bool
}

// formulas draws logics in which every bracket is written, so that the value does not depend on how words bind.
func formulas() *rapid.Generator[formula] {
	keys := rapid.Map(rapid.SampledFrom([]string{"t", "u", "f", "g"}), func(key string) formula {
		return formula{key, key == "t" || key == "u"}
	})
	join := func(sub *rapid.Generator[formula]) *rapid.Generator[formula] {
		return rapid.Custom(func(t *rapid.T) formula {
			a, b := sub.Draw(t, "left"), sub.Draw(t, "right")
			if rapid.Bool().Draw(t, "and") {
				return formula{"(" + a.text + " and " + b.text + ")", a.value && b.value}
			}
			return formula{"(" + a.text + " OR " + b.text + ")", a.value || b.value}
		})
	}
	level := keys
	for range 4 {
		level = rapid.OneOf(keys, join(level))
	}
	return level
}

func TestLogicIsBooleanAlgebra(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := formulas().Draw(rt, "formula")
		if v := compile(t, ruleOf(t, withLogic(f.text))).Before(facts()); v.Holds != f.value {
			rt.Errorf("%s holds: %t", f.text, v.Holds)
		}
	})
}

// TestALogicCannotMultiplyTheWork guards against a tree whose levels each name their condition hundreds of times.
func TestALogicCannotMultiplyTheWork(t *testing.T) {
	t.Parallel()
	chain := strings.Repeat("1 or ", 400) + "1"
	node := func(sub validation.Group) validation.Group {
		return validation.Group{Logic: chain, Nodes: map[string]validation.Node{
			"1": {Name: "order.amount", Conditions: validation.Conditions{"$is": {1}}, Rules: sub},
		}}
	}
	one := validation.Rule{Rules: node(validation.Group{})}
	if v := compile(t, one).Before(facts()); v.Holds {
		t.Error("a condition that fails holds when it is named 401 times")
	}
	rules := validation.Group{}
	for range validation.MaxDepth {
		rules = node(rules)
	}
	requireInvalid(t, validation.Rule{Rules: rules}.Check(), "rules.1.rules.1.rules.1.rules.1.rules.1.rules.1.rules.logic",
		"names conditions too often: an evaluation would look at more than 20000 values")
}
