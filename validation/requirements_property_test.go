package validation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

var (
	anyScalar = rapid.SampledFrom([]any{"x", "y", "1", "1.0", "seg_vip", "true", "2026-01-01", true, false, 0, 1, 2.0, 1.5, 3})
	anyNumber = rapid.SampledFrom([]any{0, 1, "2", 3, 4, 1000})
	anyRef    = rapid.SampledFrom([]any{"prod_shirt", "prod_mug", "sku_small", "pc_clothes", "pc_sale", "pc_gone", "prod_car", product.AllProducts,
		product.Ref{SourceID: "s", Object: product.KindSKU}, product.Ref{SourceID: "mug"}})
)

// conditionsFor draws operators with values, many of which fit the name.
func conditionsFor(t *rapid.T, name string) validation.Conditions {
	operators, values := validation.OperatorNames(), rapid.OneOf(anyScalar, anyNumber)
	switch {
	case slices.Contains([]string{"any", "every", "none", "cheapest", "most_expensive"}, strings.TrimPrefix(name, "order.items.")):
		operators, values = []string{"$is", "$from"}, anyRef
	case name == "customer.segment":
		operators, values = []string{"$is", "$in", "$is_not", "$not_in"}, rapid.SampledFrom([]any{"seg_vip", "seg_new", "1", 1})
	case !strings.Contains(name, "metadata"):
		operators, values = []string{"$is", "$in", "$is_not", "$not_in", "$more_than", "$more_than_or_equal", "$less_than", "$less_than_or_equal"}, anyNumber
	case rapid.Bool().Draw(t, "equality"):
		operators = []string{"$is", "$in", "$is_not", "$not_in"}
	}
	c := validation.Conditions{}
	for range rapid.IntRange(1, 2).Draw(t, "operators") {
		operator, most := rapid.SampledFrom(operators).Draw(t, "operator"), 1
		if slices.Contains([]string{"$is", "$in", "$is_not", "$not_in", "$from"}, operator) {
			most = 3
		}
		c[operator] = rapid.SliceOfN(values, 1, most).Draw(t, "values")
	}
	return c
}

// groups draws trees of conditions; inside are names that can stand inside a condition on items.
func groups(levels int, inside bool) *rapid.Generator[validation.Group] {
	var names []string
	for _, name := range validation.RuleNames() {
		if (slices.Contains([]string{"aggregated_amount", "aggregated_quantity", "price", "quantity", "metadata"}, strings.TrimPrefix(name, "order.items."))) == inside {
			names = append(names, name)
		}
	}
	simple := []string{"order.amount", "order.initial_amount", "order.items.count", "order.total_amount", "customer.metadata", "order.metadata", "customer.segment", "order.items.any"}
	return rapid.Custom(func(t *rapid.T) validation.Group {
		g := validation.Group{Nodes: map[string]validation.Node{}}
		var keys []string
		for i := range rapid.IntRange(1, 3).Draw(t, "nodes") {
			name := rapid.SampledFrom(names).Draw(t, "name")
			if !inside && rapid.Bool().Draw(t, "simple") {
				name = rapid.SampledFrom(simple).Draw(t, "name")
			}
			n := validation.Node{Name: name, Property: "a", Conditions: conditionsFor(t, name)}
			if levels > 0 && name != "order.items.none" && rapid.IntRange(0, 2).Draw(t, "rules") == 0 {
				n.Rules = groups(levels-1, inside || conditionOnItems(name)).Draw(t, "below")
			}
			key := fmt.Sprint(i + 1)
			g.Nodes[key], keys = n, append(keys, key)
		}
		g.Logic = keys[0]
		for _, key := range append(keys[1:], keys...)[:rapid.IntRange(0, 4).Draw(t, "words")%(2*len(keys))] {
			g.Logic = "(" + g.Logic + rapid.SampledFrom([]string{" and ", " or "}).Draw(t, "word") + key + ")"
		}
		return g
	})
}

func conditionOnItems(name string) bool {
	return slices.Contains([]string{"any", "every", "cheapest", "most_expensive"}, strings.TrimPrefix(name, "order.items."))
}

// factsAround draws requests whose values are close to those of drawn conditions.
func factsAround() *rapid.Generator[*validation.Facts] {
	scalar := rapid.OneOf(anyScalar, rapid.Just[any](nil), rapid.Just[any](time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), rapid.Just[any](json.Number("1")))
	values := rapid.OneOf(scalar, rapid.Map(rapid.SliceOfN(scalar, 0, 3), func(l []any) any { return l }), rapid.Just[any]([]string{"x", "1"}))
	metadata := rapid.Map(values, func(v any) map[string]any { return map[string]any{"a": v} })
	amounts := rapid.Int64Range(0, 4)
	identities := rapid.SampledFrom([]product.Identity{smallShirt, largeShirt, mug, hat, {}})
	return rapid.Custom(func(t *rapid.T) *validation.Facts {
		f := &validation.Facts{At: march}
		if f.Customer.Present = rapid.IntRange(0, 4).Draw(t, "anonymous") > 0; f.Customer.Present {
			f.Customer.Metadata = metadata.Draw(t, "customer")
			f.Customer.Segments = rapid.SliceOfN(rapid.SampledFrom([]string{"seg_vip", "seg_new", "1"}), 0, 2).Draw(t, "segments")
		}
		f.Redemption.Metadata = metadata.Draw(t, "redemption")
		for i := range f.Usage {
			f.Usage[i] = rapid.Int64Range(0, 3).Draw(t, "usage")
		}
		if rapid.IntRange(0, 6).Draw(t, "without order") == 0 {
			return f
		}
		var items []validation.ItemFacts
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			item := line(identities.Draw(t, "line"), rapid.Int64Range(1, 3).Draw(t, "units"), amounts.Draw(t, "price"), metadata.Draw(t, "metadata"))
			item.HasPrice, item.HasAmount = rapid.IntRange(0, 5).Draw(t, "priced") > 0, rapid.IntRange(0, 5).Draw(t, "valued") > 0
			items = append(items, item)
		}
		f.Order = order(items...)
		f.Order.HasAmount = f.Order.HasAmount || rapid.IntRange(0, 3).Draw(t, "amount") > 0
		f.Order.Amount, f.Order.InitialAmount, f.Order.TotalAmount = amounts.Draw(t, "amount"), amounts.Draw(t, "initial"), amounts.Draw(t, "total")
		f.Order.Metadata = metadata.Draw(t, "order")
		return f
	})
}

// nearly reports whether some alternative holds but for one threshold.
func nearly(r validation.Requirements, f *validation.Facts) bool {
	return len(r.Alternatives) == 0 || slices.ContainsFunc(r.Alternatives, func(atoms []validation.Atom) bool {
		thresholds := 0
		for _, atom := range atoms {
			switch {
			case atom.Holds(f):
			case !atom.Threshold():
				return false
			default:
				thresholds++
			}
		}
		return thresholds <= 1
	})
}

// TestWhatIsNotRefusedHasWhatIsRequired is what makes an index of requirements sound: whatever is left out and whether the
// discount is known or not, a rule that does not fail has its requirements, and one that nearly holds all but a threshold.
func TestWhatIsNotRefusedHasWhatIsRequired(t *testing.T) {
	t.Parallel()
	compiler := validation.NewCompiler()
	// How often the drawn rules and requests tell something.
	compiled, required, kept, cut, near := 0, 0, 0, 0, 0
	expressions := rapid.SampledFrom([]string{"", "", "order.amount > 1", "2 <= order.quantity || customer.metadata.a == 'x'", "order.initial_amount >= 3 and order.total_amount > 1"})
	rapid.Check(t, func(rt *rapid.T) {
		r := validation.Rule{Rules: groups(2, false).Draw(rt, "rules"), Expression: expressions.Draw(rt, "expression")}
		p, err := compiler.Compile(r, shop)
		if err != nil {
			return // an operator that does not fit
		}
		compiled++
		for range 8 {
			omit := validation.Omit(0)
			if rapid.Bool().Draw(rt, "partly") {
				omit = validation.Omit(rapid.Uint16Range(0, 1<<9-1).Draw(rt, "omit"))
			}
			requirements, f, before := p.Requirements(omit), factsAround().Draw(rt, "facts"), rapid.Bool().Draw(rt, "before")
			if len(requirements.Alternatives) == 0 {
				continue
			}
			required++
			v, holds := p.Qualify(f, omit, before), requirements.Hold(f)
			switch {
			case v.Failure == nil:
				if kept++; !holds {
					rt.Fatalf("%s lacks %s, and the verdict is %+v", p.Source(), wording(requirements), v)
				}
			case v.Near != nil:
				if near++; !nearly(requirements, f) {
					rt.Fatalf("%s lacks more than a threshold of %s, and is near: %+v", p.Source(), wording(requirements), v.Near)
				}
			case !holds:
				cut++
			}
		}
	})
	t.Logf("%d rules, %d with requirements: %d kept, %d cut, %d near", compiled, required, kept, cut, near)
	if compiled == 0 || kept == 0 || cut == 0 || near == 0 {
		t.Error("the property was not put to the test")
	}
}
