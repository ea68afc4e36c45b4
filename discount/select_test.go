package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// adventure is the documented cart of application rules: all but the last line belong to pc_adventure. It adds up to 22500.
func adventure() *order.Order {
	return cart(item("mug", 1000, 2), item("shirt", 2000, 3), item("socks", 500, 4), item("poster", 1500, 5), item("star", 2500, 2))
}

func adventureIndex() *product.Index {
	return product.NewIndex(nil, nil, []*product.Collection{collection("pc_adventure", "mug", "shirt", "socks", "poster")})
}

// picking is an entry for a collection with an application rule.
func picking(id string, effect product.ApplicationEffect, per product.Granularity, skip, repeat int) product.Target {
	return target(id, func(t *product.Target) { t.Effect, t.Target, t.SkipInitially, t.Repeat = effect, per, skip, repeat })
}

// Section 3.2: which lines and units a discount of 5 (off each, or off each unit) is taken off.
func TestApplicationRules(t *testing.T) {
	t.Parallel()
	const everyLine, everyUnit = product.PerItem, product.PerUnit
	lines, units := discount.AmountOff(500, discount.ToItems), discount.AmountOff(500, discount.ToItemsByQuantity)
	adventurous := func(effect product.ApplicationEffect, per product.Granularity, skip, repeat int) product.Scope {
		return reach(picking("pc_adventure", effect, per, skip, repeat))
	}
	for _, s := range []scene{
		{
			name:     "every second line from the most expensive, one skipped: poster and socks",
			discount: lines, scope: adventurous(product.ApplyFromMostExpensive, everyLine, 1, 2),
			want: money{Lines: []int64{0, 0, 500, 500, 0}, Total: 21500},
		},
		{
			name:     "every second unit from the most expensive, one skipped: 1 shirt, 3 posters, 1 mug, 2 socks",
			discount: units, scope: adventurous(product.ApplyFromMostExpensive, everyUnit, 1, 2),
			want: money{Lines: []int64{500, 500, 1000, 1500, 0}, Total: 19000},
		},
		{
			name:     "lines are sorted by unit price, not by what the line costs",
			discount: lines, scope: adventurous(product.ApplyToMostExpensive, everyLine, 0, 1),
			want: money{Lines: []int64{0, 500, 0, 0, 0}, Total: 22000},
		},
		{
			name:     "the cheapest line",
			discount: lines, scope: adventurous(product.ApplyToCheapest, everyLine, 0, 1),
			want: money{Lines: []int64{0, 0, 500, 0, 0}, Total: 22000},
		},
		{
			name:     "the cheapest unit is one unit",
			discount: units, scope: adventurous(product.ApplyToCheapest, everyUnit, 0, 1),
			want: money{Lines: []int64{0, 0, 500, 0, 0}, Total: 22000},
		},
		{
			name:     "the most expensive unit is one unit",
			discount: units, scope: adventurous(product.ApplyToMostExpensive, everyUnit, 0, 1),
			want: money{Lines: []int64{0, 500, 0, 0, 0}, Total: 22000},
		},
		{
			name:     "from the cheapest, the first one skipped",
			discount: lines, scope: adventurous(product.ApplyFromCheapest, everyLine, 1, 1),
			want: money{Lines: []int64{500, 500, 0, 500, 0}, Total: 21000},
		},
		{
			name:     "every line in the order of the request, each third",
			discount: lines, scope: adventurous(product.ApplyToEvery, everyLine, 0, 3),
			want: money{Lines: []int64{500, 0, 0, 500, 0}, Total: 21500},
		},
		{
			name:     "more skipped than there are",
			discount: units, scope: adventurous(product.ApplyToEvery, everyUnit, 14, 1),
			want: money{Lines: []int64{0, 0, 0, 0, 0}, Total: 22500},
		},
		{
			name:     "the last unit of all, the others skipped",
			discount: units, scope: adventurous(product.ApplyToEvery, everyUnit, 13, 1),
			want: money{Lines: []int64{0, 0, 0, 500, 0}, Total: 22000},
		},
		{
			name:     "the units of the first line are skipped, then every second",
			discount: units, scope: adventurous(product.ApplyToEvery, everyUnit, 2, 2),
			want: money{Lines: []int64{0, 1000, 1000, 1000, 0}, Total: 19500},
		},
		{
			name:     "cheapest and most expensive of one collection together",
			discount: lines,
			scope: reach(picking("pc_adventure", product.ApplyToCheapest, everyLine, 0, 1),
				picking("pc_adventure", product.ApplyToMostExpensive, everyLine, 0, 1)),
			want: money{Lines: []int64{0, 500, 500, 0, 0}, Total: 21500},
		},
		{
			name:     "a line that two rules select is discounted once",
			discount: lines,
			scope: reach(picking("pc_adventure", product.ApplyFromCheapest, everyLine, 0, 1),
				picking("pc_adventure", product.ApplyFromMostExpensive, everyLine, 0, 1)),
			want: money{Lines: []int64{500, 500, 500, 500, 0}, Total: 20500},
		},
		{
			name:     "a line of which units are selected gets a sum per line once",
			discount: lines, scope: adventurous(product.ApplyToEvery, everyUnit, 0, 2),
			want: money{Lines: []int64{500, 500, 500, 500, 0}, Total: 20500},
		},
		{
			name:     "a percentage of the selected units: 1 shirt, 3 posters, 1 mug, 2 socks",
			discount: discount.Percent("10", discount.ToItems), scope: adventurous(product.ApplyFromMostExpensive, everyUnit, 1, 2),
			want: money{Lines: []int64{100, 200, 100, 450, 0}, Total: 21650},
		},
		{
			name:     "a new price of the selected units",
			discount: discount.NewPrice(800, discount.ToItems), scope: adventurous(product.ApplyFromMostExpensive, everyUnit, 1, 2),
			want: money{Lines: []int64{200, 1200, 0, 2100, 0}, Total: 19000},
		},
		{
			name:     "a sum divided by the selected units",
			discount: discount.AmountOff(700, discount.ToItemsProportionallyByUnit),
			scope:    adventurous(product.ApplyFromMostExpensive, everyUnit, 1, 2),
			want:     money{Lines: []int64{100, 100, 200, 300, 0}, Total: 21800},
		},
	} {
		s.cart = adventure()
		s.run(t, adventureIndex())
	}
}

// Section 3.2: 10 units, one skipped, every third: units 2, 5 and 8.
func TestTargetsListTheUnits(t *testing.T) {
	t.Parallel()
	state := start(t, cart(item("pen", 100, 4), item("ink", 900, 9), item("pen", 100, 6)), nil, discount.Nothing)
	entry := picking("pen", product.ApplyToEvery, product.PerUnit, 1, 3)
	program := compile(t, discount.Percent("50", discount.ToItems), nil, reach(entry))
	state.Begin()
	outcome := program.Apply(state, discount.Context{})
	state.Keep(false)
	diff(t, "discounts", []int64{50, 0, 100}, moneyOf(state.Result()).Lines)
	entry.OrderItemIndices = []int{0, 2}
	entry.OrderItemUnits = []product.ItemUnits{{Index: 0, Units: []int64{2}}, {Index: 2, Units: []int64{1, 4}}}
	diff(t, "applicable_to", []product.Target{configured(entry)}, program.Targets(state, &outcome))
}

// Section 3.2: carts of more than a thousand units list none.
func TestTargetsOfALargeCart(t *testing.T) {
	t.Parallel()
	for units, listed := range map[int64]bool{product.MaxListedUnits: true, product.MaxListedUnits + 1: false} {
		state := start(t, cart(item("pen", 100, units)), nil, discount.Nothing)
		entry := picking("pen", product.ApplyToEvery, product.PerUnit, 0, 500)
		program := compile(t, discount.Percent("50", discount.ToItems), nil, reach(entry))
		state.Begin()
		outcome := program.Apply(state, discount.Context{})
		entry.OrderItemIndices = []int{0}
		if listed {
			entry.OrderItemUnits = []product.ItemUnits{{Index: 0, Units: []int64{1, 501}}}
		} else {
			entry.UnitsLimitExceeded = true
		}
		diff(t, "applicable_to", []product.Target{configured(entry)}, program.Targets(state, &outcome))
		if want := (units + 499) / 500 * 50; outcome.Items != want {
			t.Errorf("%d units: discount %d, want %d", units, outcome.Items, want)
		}
	}
}

// Section 3.2: entries that are not in the cart are listed without indices, excluded ones by themselves.
func TestTargetsOutsideTheCart(t *testing.T) {
	t.Parallel()
	state := start(t, cart(item("pen", 100, 1), item("ink", 900, 1)), nil, discount.Nothing)
	scope := product.Scope{Included: names("pen", "paper"), Excluded: names("ink")}
	program := compile(t, discount.Percent("50", discount.ToItems), nil, scope)
	state.Begin()
	outcome := program.Apply(state, discount.Context{})
	pen, paper := configured(scope.Included[0]), configured(scope.Included[1])
	pen.OrderItemIndices = []int{0}
	diff(t, "applicable_to", []product.Target{pen, paper}, program.Targets(state, &outcome))
	diff(t, "inapplicable_to", scope.Excluded, program.Excluded())

	whole := compile(t, discount.Percent("50", discount.ToOrder), nil)
	outcome = whole.Apply(state, discount.Context{})
	diff(t, "applicable_to without products", []product.Target(nil), whole.Targets(state, &outcome))
}

// Section 3.2: what is in reach of a rule.
func TestReach(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(
		[]*product.Product{{ID: "prod_shirt", SourceID: "SHIRT", Price: ptr[int64](1000)}, priced("prod_mug", 1000)},
		[]*product.SKU{
			{ID: "sku_red", SourceID: "RED", ProductID: "prod_shirt"}, {ID: "sku_blue", ProductID: "prod_shirt"},
		},
		[]*product.Collection{
			collection("pc_all", "prod_shirt", "prod_mug"), collection("pc_red", "sku_red"), collection("pc_none"),
		},
	)
	lines := func() *order.Order {
		return cart(order.Item{SKUID: "sku_red"}, order.Item{SKUID: "sku_blue"}, bare("prod_mug", 1), worth("prod_other", 1000),
			worth("", 1000))
	}
	source := func(id string, kind product.RefKind) product.Scope {
		return reach(product.Target{Ref: product.Ref{SourceID: id, Object: kind}})
	}
	hundred := discount.Percent("10", discount.ToItems)
	got := func(on ...int) money {
		m := money{Lines: make([]int64, 5), Total: 5000 - 100*int64(len(on))}
		for _, i := range on {
			m.Lines[i] = 100
		}
		return m
	}
	for _, s := range []scene{
		{name: "a product covers all its SKUs", scope: only("prod_shirt"), want: got(0, 1)},
		{name: "a SKU covers only itself", scope: only("sku_red"), want: got(0)},
		{name: "a product of the shop's own id", scope: source("SHIRT", product.KindProduct), want: got(0, 1)},
		{name: "a SKU of the shop's own id", scope: source("RED", product.KindSKU), want: got(0)},
		{name: "a collection covers its products with their SKUs", scope: only("pc_all"), want: got(0, 1, 2)},
		{name: "a SKU in a collection covers only itself", scope: only("pc_red"), want: got(0)},
		{name: "an empty collection covers nothing", scope: only("pc_none"), want: got()},
		{name: "a collection that does not exist covers nothing", scope: only("pc_unknown"), want: got()},
		{name: "a product that was never stored", scope: only("prod_other"), want: got(3)},
		{name: "all products are everything in the cart", scope: only(product.AllProducts), want: got(0, 1, 2, 3, 4)},
		{name: "included_all is everything in the cart", scope: everything(), want: got(0, 1, 2, 3, 4)},
		{
			name: "exclusion wins inside a collection", scope: product.Scope{Included: names("pc_all"), Excluded: names("sku_red")}, want: got(1, 2),
		},
		{name: "exclusion of a collection wins", scope: product.Scope{Included: names("prod_shirt"), Excluded: names("pc_red")}, want: got(1)},
		{name: "exclusion wins over everything", scope: product.Scope{IncludedAll: true, Excluded: names("pc_all")}, want: got(3, 4)},
		{name: "only exclusions leave all the rest", scope: product.Scope{Excluded: names("prod_shirt", "prod_other")}, want: got(2, 4)},
	} {
		s.discount, s.cart = hundred, lines()
		s.run(t, index)
	}
}

// Several rules: the first with products carries caps and prices, the others only narrow the lines.
func TestReachOfSeveralRules(t *testing.T) {
	t.Parallel()
	capped := reach(target("a", func(t *product.Target) { t.AmountLimit = ptr[int64](10) }), names("b")[0])
	for _, tt := range []struct {
		name   string
		scopes []product.Scope
		want   []int64
	}{
		{"one rule", []product.Scope{capped}, []int64{10, 100, 0}},
		{"rules without products do not count", []product.Scope{{}, capped, {}}, []int64{10, 100, 0}},
		{"a line must be in reach of both", []product.Scope{capped, only("a", "c")}, []int64{10, 0, 0}},
		{"the caps of the second do not count", []product.Scope{only("a", "c"), capped}, []int64{100, 0, 0}},
		{"what one of them excludes is out", []product.Scope{capped, {Excluded: names("b")}}, []int64{10, 0, 0}},
		{"nothing is in reach of all", []product.Scope{only("a"), only("b"), only("c")}, []int64{0, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			state := start(t, cart(item("a", 1000, 1), item("b", 1000, 1), item("c", 1000, 1)), nil, discount.Nothing)
			program := compile(t, discount.Percent("10", discount.ToItems), nil, tt.scopes...)
			state.Begin()
			program.Apply(state, discount.Context{})
			diff(t, "discounts", tt.want, moneyOf(state.Snapshot()).Lines)
		})
	}
}
