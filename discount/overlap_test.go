package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// Section 3.2: ties, and lines without a price.
func TestTies(t *testing.T) {
	t.Parallel()
	lines := func() *order.Order {
		return cart(bare("x", 2), item("a", 900, 1), item("b", 500, 2), item("c", 500, 1), item("d", 900, 3))
	}
	ten := discount.AmountOff(10, discount.ToItems)
	each := discount.AmountOff(10, discount.ToItemsByQuantity)
	every := func(effect product.ApplicationEffect, per product.Granularity, skip, repeat int) product.Scope {
		return reach(picking(product.AllProducts, effect, per, skip, repeat))
	}
	for _, s := range []scene{
		{
			name: "both cheapest lines", discount: ten, scope: every(product.ApplyToCheapest, product.PerItem, 0, 1),
			want: money{Lines: []int64{0, 0, 10, 10, 0}, Total: 5080},
		},
		{
			name: "both most expensive lines", discount: ten, scope: every(product.ApplyToMostExpensive, product.PerItem, 0, 1),
			want: money{Lines: []int64{0, 10, 0, 0, 10}, Total: 5080},
		},
		{
			name: "of the cheapest units only the first", discount: each, scope: every(product.ApplyToCheapest, product.PerUnit, 0, 1),
			want: money{Lines: []int64{0, 0, 10, 0, 0}, Total: 5090},
		},
		{
			name: "of the most expensive units only the first", discount: each, scope: every(product.ApplyToMostExpensive, product.PerUnit, 0, 1),
			want: money{Lines: []int64{0, 10, 0, 0, 0}, Total: 5090},
		},
		{
			name: "equal prices stay in the order of the request", discount: ten, scope: every(product.ApplyFromCheapest, product.PerItem, 0, 3),
			want: money{Lines: []int64{0, 0, 10, 0, 10}, Total: 5080},
		},
		{
			name: "a line without a price comes last, from the most expensive too", discount: each,
			scope: every(product.ApplyFromMostExpensive, product.PerUnit, 6, 1),
			want:  money{Lines: []int64{0, 0, 0, 10, 0}, Total: 5090},
		},
		{
			name: "a line without a price comes last, from the cheapest too", discount: each,
			scope: every(product.ApplyFromCheapest, product.PerUnit, 4, 1),
			want:  money{Lines: []int64{0, 0, 0, 0, 30}, Total: 5070},
		},
	} {
		s.cart = lines()
		s.run(t, nil)
	}
}

// A line with an amount and no price is compared by its average.
func TestCheapestByAverage(t *testing.T) {
	t.Parallel()
	scene{
		name:     "three for 12 are cheaper than one for 5",
		cart:     cart(item("a", 500, 1), order.Item{ProductID: "b", Amount: ptr[int64](1200), Quantity: 3}),
		discount: discount.Percent("10", discount.ToItems),
		scope:    reach(picking(product.AllProducts, product.ApplyToCheapest, product.PerItem, 0, 1)),
		want:     money{Lines: []int64{0, 120}, Total: 1580},
	}.run(t, nil)
}

// Section 3.2: entries with different application rules select together, each unit once, and a line is still one line:
// here units 1, 3, 5 and then unit 4 of a line of 100 each.
func TestUnitsOfSeveralRules(t *testing.T) {
	t.Parallel()
	union := func(change func(*product.Target)) product.Scope {
		odd := picking("a", product.ApplyFromCheapest, product.PerUnit, 0, 2)
		third := picking("a", product.ApplyFromMostExpensive, product.PerUnit, 0, 3)
		change(&odd)
		change(&third)
		return reach(odd, third, names("b")[0])
	}
	free := func(*product.Target) {}
	lines := func() *order.Order { return cart(item("a", 100, 5), item("b", 400, 1)) }
	for _, s := range []scene{
		{
			name: "off each unit", discount: discount.AmountOff(10, discount.ToItemsByQuantity), scope: union(free),
			want: money{Lines: []int64{40, 10}, Total: 850},
		},
		{
			name: "a sum per line is taken off once", discount: discount.AmountOff(10, discount.ToItems), scope: union(free),
			want: money{Lines: []int64{10, 10}, Total: 880},
		},
		{
			name: "a percentage does not work on what it left itself", discount: discount.Percent("50", discount.ToItems), scope: union(free),
			want: money{Lines: []int64{200, 200}, Total: 500},
		},
		{
			name: "a percentage is rounded once for the line", discount: discount.Percent("0.7", discount.ToItems), scope: union(free),
			want: money{Lines: []int64{3, 3}, Total: 894},
		},
		{
			name: "a new price", discount: discount.NewPrice(70, discount.ToItems), scope: union(free),
			want: money{Lines: []int64{120, 330}, Total: 450},
		},
		{
			name: "a sum divided by units", discount: discount.AmountOff(50, discount.ToItemsProportionallyByUnit), scope: union(free),
			want: money{Lines: []int64{40, 10}, Total: 850},
		},
		{
			name: "a sum divided by what the lines cost", discount: discount.AmountOff(90, discount.ToItemsProportionally), scope: union(free),
			want: money{Lines: []int64{50, 40}, Total: 810},
		},
		{
			name: "a cap on the units of a line", discount: discount.AmountOff(10, discount.ToItemsByQuantity),
			scope: union(func(t *product.Target) { t.QuantityLimit = ptr[int64](2) }),
			want:  money{Lines: []int64{20, 10}, Total: 870},
		},
		{
			name: "a cap on the discount of a line", discount: discount.AmountOff(10, discount.ToItemsByQuantity),
			scope: union(func(t *product.Target) { t.AmountLimit = ptr[int64](15) }),
			want:  money{Lines: []int64{15, 10}, Total: 875},
		},
		{
			name: "a limit of the percentage per line", discount: limited(discount.Percent("50", discount.ToItems), 60), scope: union(free),
			want: money{Lines: []int64{60, 60}, Total: 780},
		},
		{
			name: "a rule on units and a rule on whole lines take the whole line", discount: discount.AmountOff(10, discount.ToItemsByQuantity),
			scope: reach(picking("a", product.ApplyToCheapest, product.PerUnit, 0, 1),
				picking("a", product.ApplyToMostExpensive, product.PerItem, 0, 1)),
			want: money{Lines: []int64{50, 0}, Total: 850},
		},
		{
			name: "a rule on whole lines leaves no unit to another", discount: discount.AmountOff(10, discount.ToItemsByQuantity),
			scope: reach(picking("a", product.ApplyToMostExpensive, product.PerItem, 0, 1),
				picking("a", product.ApplyToCheapest, product.PerUnit, 0, 1)),
			want: money{Lines: []int64{50, 0}, Total: 850},
		},
	} {
		s.cart = lines()
		s.run(t, nil)
	}
}

// The answer lists the units of both rules, each once.
func TestTargetsOfSeveralRules(t *testing.T) {
	t.Parallel()
	odd := picking("a", product.ApplyFromCheapest, product.PerUnit, 0, 2)
	third := picking("a", product.ApplyFromMostExpensive, product.PerUnit, 0, 3)
	state := start(t, cart(item("a", 100, 5)), nil, discount.Nothing)
	program := compile(t, discount.Percent("50", discount.ToItems), nil, reach(odd, third))
	state.Begin()
	outcome := program.Apply(state, discount.Context{})
	for _, listed := range []*product.Target{&odd, &third} {
		listed.OrderItemIndices = []int{0}
		listed.OrderItemUnits = []product.ItemUnits{{Index: 0, Units: []int64{1, 3, 5, 4}}}
	}
	diff(t, "applicable_to", []product.Target{odd, third}, program.Targets(state, &outcome))
}
