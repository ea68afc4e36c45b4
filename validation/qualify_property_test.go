package validation_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/validation"
)

// outcomes are the conditions of drawn logics under their keys: y holds, n fails, w waits for the discount, o and p are left
// out, and 1 to 4 want more: 1 and 2 money, 3 and 4 units.
const outcomes = `"y":{"name":"order.amount","conditions":{"$is":[9000]}},"n":{"name":"order.amount","conditions":{"$is":[1]}},` +
	`"w":{"name":"order.total_amount","conditions":{"$is":[1]}},` +
	`"o":{"name":"customer.segment","conditions":{"$is":["x"]}},"p":{"name":"customer.segment","conditions":{"$is":["seg_vip"]}},` +
	`"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[9100]}},"2":{"name":"order.initial_amount","conditions":{"$more_than":[9209]}},` +
	`"3":{"name":"order.items.count","conditions":{"$more_than_or_equal":[11]}},"4":{"name":"order.items.count","conditions":{"$more_than_or_equal":[8]}}`

// missingOf is how much more the conditions want.
var missingOf = map[string]int64{"1": 100, "2": 10, "3": 5, "4": 2}

// logic is one of a rule, to be decided the slow way.
type logic struct {
	key         string
	or          bool
	left, right *logic
}

func (x *logic) String() string {
	switch {
	case x.key != "":
		return x.key
	case x.or:
		return "(" + x.left.String() + " or " + x.right.String() + ")"
	}
	return "(" + x.left.String() + " and " + x.right.String() + ")"
}

// failing are the conditions that want more in the branches that fail, in the order in which they are met: those of a
// disjunction, and of a conjunction those of its first child that fails.
func (x *logic) failing() []string {
	state, _ := x.decide("")
	if state != "no" {
		return nil
	}
	var list []string
	switch {
	case missingOf[x.key] > 0:
		list = []string{x.key}
	case x.or:
		list = append(x.left.failing(), x.right.failing()...)
	case x.key == "":
		if first, _ := x.left.decide(""); first == "no" {
			list = x.left.failing()
		} else {
			list = x.right.failing()
		}
	}
	return slices.DeleteFunc(list, func(key string) bool {
		after, _ := x.decide(key)
		return after == "no"
	})
}

// decide says what is known when one of the conditions that want more is taken to hold, and the keys that it depends on.
func (x *logic) decide(raised string) (string, []string) {
	switch x.key {
	case "":
	case "y", raised:
		return "valid", nil
	case "w":
		return "pending", nil
	case "o", "p":
		return "without", []string{x.key}
	default:
		return "no", nil
	}
	a, keysOfA := x.left.decide(raised)
	b, keysOfB := x.right.decide(raised)
	strongest := []string{"no", "pending", "without", "valid"}
	if x.or {
		strongest = []string{"valid", "pending", "without", "no"}
	}
	state := strongest[min(slices.Index(strongest, a), slices.Index(strongest, b))]
	var keys []string
	if state == "without" {
		keys = append(keysOfA, keysOfB...) // of a branch with another state there are none
	}
	return state, keys
}

// want is what a qualification must say about a logic.
func (x *logic) want() offered {
	state, keys := x.decide("")
	if state == "without" {
		slices.Sort(keys)
		return offered{State: "without " + strings.Join(slices.Compact(keys), ", ")}
	}
	answer, best := offered{State: state}, ""
	unit := map[string]string{"1": "money", "2": "money", "3": "units", "4": "units"}
	for _, key := range x.failing() {
		if best == "" || unit[key] == unit[best] && missingOf[key] < missingOf[best] {
			best = key
		}
	}
	if best != "" {
		answer.Near = "rules." + best + " " + strconv.FormatInt(missingOf[best], 10)
	}
	return answer
}

func logics() *rapid.Generator[*logic] {
	leaves := rapid.Map(rapid.SampledFrom([]string{"y", "n", "w", "o", "p", "1", "2", "3", "4"}), func(key string) *logic { return &logic{key: key} })
	level := leaves
	for range 4 {
		below := level
		level = rapid.OneOf(leaves, rapid.Custom(func(t *rapid.T) *logic {
			return &logic{or: rapid.Bool().Draw(t, "or"), left: below.Draw(t, "left"), right: below.Draw(t, "right")}
		}))
	}
	return level
}

// TestQualifyingIsTheAlgebraOfWhatIsKnown compares verdicts with a logic that is decided by its definition, and what is near
// with the same logic decided again for every condition that wants more.
func TestQualifyingIsTheAlgebraOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	compiler := validation.NewCompiler()
	rapid.Check(t, func(rt *rapid.T) {
		x := logics().Draw(rt, "logic")
		rt.Log(x.String())
		p, err := compiler.Compile(ruleOf(t, `{`+outcomes+`,"logic":"`+x.String()+`"}`), nil)
		if err != nil {
			rt.Fatal(err)
		}
		got := qualify(p, facts(), validation.OmitCustomer, true)
		if diff := cmp.Diff(x.want(), got); diff != "" {
			rt.Errorf("%s (-want +got):\n%s", x, diff)
		}
		before := p.Before(facts())
		strict := p.Qualify(facts(), 0, true)
		strict.Near = nil
		if diff := cmp.Diff(before, strict); diff != "" {
			rt.Errorf("%s: a qualification that leaves nothing out (-before +qualify):\n%s", x, diff)
		}
	})
}
