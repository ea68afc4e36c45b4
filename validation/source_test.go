package validation_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// TestSource shows what each kind of condition is compiled to.
func TestSource(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rules, want string }{
		{`{"1":{"name":"order.amount","conditions":{"$more_than":[10000],"$less_than":["20000"]}}}`, "order.amount > 10000 && order.amount < 20000"},
		{`{"1":{"name":"order.amount","conditions":{"$is":[1,2]}}}`, "is(order.amount, [1, 2])"},
		{`{"1":{"name":"order.amount","conditions":{"$in":[-1]}}}`, "is_in(order.amount, [-1])"},
		{`{"1":{"name":"order.items.count","conditions":{"$more_than_or_equal":[3]}}}`, "order.quantity >= 3"},
		{`{"1":{"name":"customer.segment","conditions":{"$is":["a"],"$is_not":["b"]}}}`, `is_in(customer.segments, ["a"]) && is_not_in(customer.segments, ["b"])`},
		{`{"1":{"name":"customer.metadata","property":"a \"b\"","conditions":{"$is":["x\ny",true,1.5]}}}`,
			`is(get(customer.metadata, "a \"b\""), ["x\ny", true, 1.5])`},
		{`{"1":{"name":"order.items.price_each","conditions":{"$less_than_or_equal":[5]}}}`,
			"len(order.items) > 0 && all(order.items, .has_price && .price <= 5)"},
		{`{"1":{"name":"order.items.metadata_any","property":"p","conditions":{"$ends_with":["s"]}}}`, `any(order.items, ends_with(get(.metadata, "p"), ["s"]))`},
		{`{"1":{"name":"campaign.redemptions.count","conditions":{"$less_than":[5]}}}`, "usage.campaign < 5"},
		{on("none", isMug, ""), "matched.lines == 0"},
		{on("any", isMug, lineRule("x", "quantity", `{"$is":[1]}`)), "matched.lines > 0\nrules.1.rules.x: any(matched.items, .quantity == 1)"},
		{on("every", isMug, lineRule("x", "quantity", `{"$is":[1]}`)),
			"matched.of > 0 && matched.lines == matched.of\nrules.1.rules.x: len(matched.items) > 0 && all(matched.items, .quantity == 1)"},
	} {
		if diff := cmp.Diff("rules.1: "+tt.want+"\n", compile(t, ruleOf(t, tt.rules)).Source()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.rules, diff)
		}
	}
	r := validation.Rule{Expression: `1<order.amount<=9 || (order.items|any({.price>5})) and !(order["quantity"]==1)`}
	want := strings.Join([]string{"1 < order.amount", "order.amount <= 9", "any(order.items, .price > 5)", "!(order.quantity == 1)"}, "\nexpression: ")
	if diff := cmp.Diff("expression: "+want+"\n", compile(t, r).Source()); diff != "" {
		t.Errorf("expression (-want +got):\n%s", diff)
	}
}

// TestTheIndexResolvesCollections: a rule is compiled against the catalogue, a nil index is an empty one.
func TestTheIndexResolvesCollections(t *testing.T) {
	t.Parallel()
	r := ruleOf(t, on("any", isClothes, ""))
	compiler := validation.NewCompiler()
	for _, tt := range []struct {
		index *product.Index
		want  bool
	}{{nil, false}, {shop, true}, {product.NewIndex(nil, nil, nil), false}} {
		p, err := compiler.Compile(r, tt.index)
		if err != nil {
			t.Fatal(err)
		}
		if v := p.Before(facts()); v.Holds != tt.want {
			t.Errorf("holds: %t", v.Holds)
		}
	}
}

// TestACompilerIsSharedConcurrentSafe compiles and evaluates from many goroutines.
func TestACompilerIsSharedConcurrentSafe(t *testing.T) {
	t.Parallel()
	compiler := validation.NewCompiler()
	shared, err := compiler.Compile(ruleOf(t, on("any", isShirt, lineRule("1", "aggregated_quantity", `{"$is":[3]}`))), shop)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			f := facts()
			f.Order.Items = f.Order.Items[:2+i%2]
			for range 50 {
				p, err := compiler.Compile(ruleOf(t, `{"1":{"name":"order.amount","conditions":{"$is":[9000]}}}`), nil)
				if err != nil || !p.Before(f).Holds || !shared.Before(f).Holds {
					t.Error("a verdict differs between goroutines")
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestARuleThatFailsToCompileFailsAgain(t *testing.T) {
	t.Parallel()
	compiler := validation.NewCompiler()
	r := ruleOf(t, `{"1":{"name":"order.amount","conditions":{"$is":["-9223372036854775808"]}}}`) // expr cannot write it
	for range 2 {
		p, err := compiler.Compile(r, nil)
		if p != nil || err == nil {
			t.Fatal("the smallest integer compiles")
		}
		requireTyped(t, err)
	}
}

func TestCompileDoesNotChangeTheRule(t *testing.T) {
	t.Parallel()
	r := read(t, everything)
	p := compile(t, r)
	if diff := cmp.Diff(read(t, everything), r); diff != "" {
		t.Errorf("the rule was changed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&r, p.Rule()); diff != "" {
		t.Errorf("the rule of the program (-want +got):\n%s", diff)
	}
}
