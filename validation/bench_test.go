package validation_test

import (
	"fmt"
	"testing"

	"github.com/expr-lang/expr"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// BenchmarkRule decides one rule over a cart of 20 lines: the order's amount above a limit, the customer's metadata equal
// to a text, and any of five products in the cart, the last of which is in the last line. /compiled is the package, /qualify
// the same in a qualification that leaves out the amount, /hand
// the same decision written in Go, /exprmap plain expr over a map with a new machine for every run, as its documentation
// shows it. Only the ratios within one run mean anything.
func BenchmarkRule(b *testing.B) {
	f, wanted := benchFacts()
	b.Run("compiled", func(b *testing.B) {
		p := benchProgram(b, wanted)
		b.ReportAllocs()
		for b.Loop() {
			if !p.Before(f).Holds {
				b.Fatal("the rule does not hold")
			}
		}
	})
	b.Run("qualify", func(b *testing.B) {
		p := benchProgram(b, wanted)
		b.ReportAllocs()
		for b.Loop() {
			if p.Qualify(f, validation.OmitIgnored, true).Omitted == nil {
				b.Fatal("nothing is left out")
			}
		}
	})
	b.Run("hand", func(b *testing.B) {
		set := make(map[string]struct{}, len(wanted))
		for _, id := range wanted {
			set[id] = struct{}{}
		}
		b.ReportAllocs()
		for b.Loop() {
			if !byHand(f, set) {
				b.Fatal("the rule does not hold")
			}
		}
	})
	b.Run("exprmap", func(b *testing.B) {
		env := benchMap(f)
		program, err := expr.Compile(fmt.Sprintf(
			`order.amount > 10000 && customer.metadata.tier == "gold" && any(order.items, .product_id in ["%s", "%s", "%s", "%s", "%s"])`,
			wanted[0], wanted[1], wanted[2], wanted[3], wanted[4]), expr.Env(env), expr.AsBool())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if out, err := expr.Run(program, env); err != nil || out != true {
				b.Fatal("the rule does not hold", err)
			}
		}
	})
}

func benchProgram(b *testing.B, wanted []string) *validation.Program {
	b.Helper()
	refs := make([]any, len(wanted))
	for i, id := range wanted {
		refs[i] = product.Ref{ID: id}
	}
	return compile(b, validation.Rule{Rules: validation.Group{Logic: "1 and 2 and 3", Nodes: map[string]validation.Node{
		"1": {Name: "order.amount", Conditions: validation.Conditions{"$more_than": {10000}}},
		"2": {Name: "customer.metadata", Property: "tier", Conditions: validation.Conditions{"$is": {"gold"}}},
		"3": {Name: "order.items.any", Conditions: validation.Conditions{"$is": refs}},
	}}})
}

// benchFacts is a cart of 20 lines, and five products of which only that of the last line is in it.
func benchFacts() (f *validation.Facts, wanted []string) {
	items := make([]validation.ItemFacts, 20)
	for i := range items {
		id := product.Identity{ProductID: fmt.Sprintf("prod_%018x", i), ProductSourceID: fmt.Sprintf("source-%d", i)}
		items[i] = line(id, int64(1+i%3), int64(500+37*i), map[string]any{"color": "red"})
	}
	f = &validation.Facts{Order: order(items...), Customer: validation.CustomerFacts{Present: true, Metadata: map[string]any{"tier": "gold"}}}
	for i := range 5 {
		wanted = append(wanted, fmt.Sprintf("prod_%018x", 23-i))
	}
	return f, wanted
}

func byHand(f *validation.Facts, wanted map[string]struct{}) bool {
	if !f.Order.HasAmount || f.Order.Amount <= 10000 || !f.Customer.Present || f.Customer.Metadata["tier"] != "gold" {
		return false
	}
	for i := range f.Order.Items {
		if _, ok := wanted[f.Order.Items[i].ProductID]; ok {
			return true
		}
	}
	return false
}

func benchMap(f *validation.Facts) map[string]any {
	items := make([]any, len(f.Order.Items))
	for i, item := range f.Order.Items {
		items[i] = map[string]any{"product_id": item.ProductID, "price": item.Price, "quantity": item.Quantity, "amount": item.Amount}
	}
	return map[string]any{
		"order":    map[string]any{"amount": f.Order.Amount, "items": items},
		"customer": map[string]any{"metadata": f.Customer.Metadata},
	}
}
