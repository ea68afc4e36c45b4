package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// upgrade replaces units of the products in reach by each units of another product.
func upgrade(each int64, unitType string) discount.Discount {
	return discount.FreeUnits(each, unitType, discount.Replace)
}

func upgradeIndex() *product.Index {
	return product.NewIndex(
		[]*product.Product{priced("limited", 2500), priced("mug", 1000), priced("espresso", 400), {ID: "gift"}},
		nil, []*product.Collection{collection("pc_coffee", "filter", "crema")},
	)
}

func oneUnit(id string) product.Scope {
	return reach(target(id, func(t *product.Target) { t.AggregatedQuantityLimit = ptr[int64](1) }))
}

// Section 3.10.
func TestReplacedUnits(t *testing.T) {
	t.Parallel()
	perLine := func(id string, perLine, inAll int64) product.Scope {
		return reach(target(id, func(t *product.Target) { t.QuantityLimit, t.AggregatedQuantityLimit = &perLine, &inAll }))
	}
	for _, r := range []reward{
		{
			name: "one of three shirts becomes a limited edition", cart: cart(item("shirt", 2000, 3)),
			discount: upgrade(1, "limited"), scope: oneUnit("shirt"),
			want: []goods{{2, 0, 4000, 0}, {1, 0, 2500, 500}}, amount: 6500, total: 6000,
		},
		{
			name: "one of three bottles becomes a cheaper mug: the total falls without a discount", cart: cart(item("bottle", 2500, 3)),
			discount: upgrade(1, "mug"), scope: oneUnit("bottle"),
			want: []goods{{2, 0, 5000, 0}, {1, 0, 1000, 0}}, amount: 6000, total: 6000,
		},
		{
			name: "one of three bottles becomes three mugs", cart: cart(item("bottle", 2500, 3)),
			discount: upgrade(3, "mug"), scope: oneUnit("bottle"),
			want: []goods{{2, 0, 5000, 0}, {3, 0, 3000, 500}}, amount: 8000, total: 7500,
		},
		{
			name: "without caps all units are replaced", cart: cart(item("shirt", 2000, 3)),
			discount: upgrade(1, "limited"), scope: only("shirt"),
			want: []goods{{0, 0, 0, 0}, {3, 0, 7500, 1500}}, amount: 7500, total: 6000,
		},
		{
			name: "two units of each line, three in all", cart: cart(item("filter", 300, 5), item("crema", 300, 5), item("tea", 300, 5)),
			discount: upgrade(1, "espresso"), scope: perLine("pc_coffee", 2, 3),
			want:   []goods{{3, 0, 900, 0}, {4, 0, 1200, 0}, {5, 0, 1500, 0}, {3, 0, 1200, 300}},
			amount: 4800, total: 4500,
		},
		{
			name: "three bundles, three coffees", cart: cart(item("filter", 300, 5)), context: discount.Context{Bundle: 3},
			discount: upgrade(1, "espresso"), scope: oneUnit("pc_coffee"),
			want: []goods{{2, 0, 600, 0}, {3, 0, 1200, 300}}, amount: 1800, total: 1500,
		},
		{
			name: "a line of the new product that is in the cart grows", cart: cart(item("espresso", 500, 1), item("filter", 300, 2)),
			discount: upgrade(1, "espresso"), scope: oneUnit("filter"),
			want: []goods{{2, 0, 1000, 200}, {1, 0, 300, 0}}, amount: 1300, total: 1100,
		},
		{
			name: "the cheapest unit is replaced when the rule says so", cart: cart(item("crema", 350, 1), item("filter", 300, 2)),
			discount: upgrade(1, "espresso"),
			scope:    reach(picking("pc_coffee", product.ApplyToCheapest, product.PerUnit, 0, 1)),
			want:     []goods{{1, 0, 350, 0}, {1, 0, 300, 0}, {1, 0, 400, 100}}, amount: 1050, total: 950,
		},
		{
			name: "a reward among others has its own lines", cart: cart(item("shirt", 2000, 2)),
			discount: many(
				discount.Unit{UnitOff: ptr[int64](1), UnitType: "limited", Effect: discount.Replace, Replace: oneUnit("shirt").Included},
				unit(1, "mug", discount.AddNew),
			),
			want: []goods{{1, 0, 2000, 0}, {1, 0, 2500, 500}, {1, 1, 1000, 1000}}, amount: 5500, total: 4000,
		},
		{
			name: "none for one is no reward", cart: cart(item("shirt", 2000, 2)), discount: upgrade(0, "limited"), scope: only("shirt"),
			want: []goods{{2, 0, 4000, 0}}, amount: 4000, total: 4000,
		},
		{
			name: "a line without a price is not replaced", cart: cart(bare("shirt", 2), item("mug", 1000, 1)),
			discount: upgrade(1, "limited"), scope: only("shirt"),
			want: []goods{{2, 0, 0, 0}, {1, 0, 1000, 0}}, amount: 1000, total: 1000,
		},
	} {
		r.run(t, upgradeIndex())
	}
}

// Section 3.10: the bookkeeping of the exchange on the line that was replaced.
func TestApplicationDetails(t *testing.T) {
	t.Parallel()
	state := start(t, cart(item("tea", 300, 1), item("filter", 300, 3)), upgradeIndex(), discount.Nothing)
	outcome := take(t, state, upgradeIndex(), step{discount: upgrade(2, "espresso"), scope: oneUnit("filter")})
	take(t, state, upgradeIndex(), step{discount: upgrade(1, "mug"), scope: oneUnit("filter")})
	if !outcome.UnitsChanged || outcome.Items != 500 || outcome.Order != 0 {
		t.Errorf("outcome: units changed %v, items %d, order %d", outcome.UnitsChanged, outcome.Items, outcome.Order)
	}
	second := order.ApplicationDetail{
		SourceIndex: 1, SourceAppliedQuantity: -1, SourceAppliedQuantityAmount: -300,
		TargetIndex: 3, TargetAppliedQuantity: 1, TargetAppliedQuantityAmount: 1000, TargetAppliedDiscountAmount: 700,
	}
	first := order.ApplicationDetail{
		SourceIndex: 1, SourceAppliedQuantity: -1, SourceAppliedQuantityAmount: -300,
		TargetIndex: 2, TargetAppliedQuantity: 2, TargetAppliedQuantityAmount: 800, TargetAppliedDiscountAmount: 500,
	}
	diff(t, "of the second redeemable", []order.ApplicationDetail{second}, state.Snapshot().Items[1].ApplicationDetails)
	result := state.Result()
	diff(t, "of the request", []order.ApplicationDetail{first, second}, result.Items[1].ApplicationDetails)
	source, target := result.Items[1], result.Items[2]
	if source.AppliedQuantity != -2 || source.AppliedQuantityAmount != -600 || source.InitialQuantity != 3 || source.InitialAmount != 900 {
		t.Errorf("replaced line: %+v", source)
	}
	if target.AppliedQuantity != 2 || target.AppliedQuantityAmount != 800 || target.InitialQuantity != 0 || target.InitialAmount != 0 {
		t.Errorf("new line: %+v", target)
	}
	if result.InitialAmount != 1200 || result.Amount != 1200-600+1800 {
		t.Errorf("initial amount %d, amount %d", result.InitialAmount, result.Amount)
	}
}

// Section 3.12: what identified bundles multiply. The bundle is 2 laptops, or 3 coffees and 2 filters of the documented
// examples; the cart is what the example needs.
func TestBundles(t *testing.T) {
	t.Parallel()
	two := discount.Context{Bundle: 2}
	unscaled := func(d discount.Discount) discount.Discount {
		d.BundleScaling = discount.NotMultiply
		return d
	}
	mice := func(quantity int64) *order.Order { return cart(item("mouse", 5000, quantity)) }
	limit := func(id string, n int64) product.Target {
		return target(id, func(t *product.Target) { t.QuantityLimit = &n })
	}
	coffee := func() *order.Order { return cart(item("beans", 1000, 3), item("filter", 1000, 2)) }
	for _, s := range []scene{
		{
			name: "1 off the order five times", cart: sum(10000), discount: discount.AmountOff(100, discount.ToOrder),
			context: discount.Context{Bundle: 5}, want: money{Order: 500, Total: 9500},
		},
		{
			name: "5 % off the order five times", cart: sum(10000), discount: discount.Percent("5", discount.ToOrder),
			context: discount.Context{Bundle: 5}, want: money{Order: 2500, Total: 7500},
		},
		{
			name: "30 % off the order five times is everything", cart: sum(10000), discount: discount.Percent("30", discount.ToOrder),
			context: discount.Context{Bundle: 5}, want: money{Order: 10000},
		},
		{
			name: "a new price of the order stays", cart: sum(10000), discount: discount.NewPrice(5000, discount.ToOrder),
			context: discount.Context{Bundle: 5}, want: money{Order: 5000, Total: 5000},
		},
		{
			name: "20 off each mouse, one per bundle", cart: mice(3), discount: discount.AmountOff(2000, discount.ToItemsByQuantity),
			scope: reach(limit("mouse", 1)), context: two, want: money{Lines: []int64{4000}, Total: 11000},
		},
		{
			name: "20 off each mouse without a limit", cart: mice(3), discount: discount.AmountOff(2000, discount.ToItemsByQuantity),
			scope: only("mouse"), context: two, want: money{Lines: []int64{6000}, Total: 9000},
		},
		{
			name: "20 off a line of mice twice", cart: mice(3), discount: discount.AmountOff(2000, discount.ToItems),
			scope: only("mouse"), context: two, want: money{Lines: []int64{4000}, Total: 11000},
		},
		{
			name: "20 off three lines of mice twice", cart: cart(item("mouse", 5000, 1), item("mouse", 5000, 1), item("mouse", 5000, 1)),
			discount: discount.AmountOff(2000, discount.ToItems), scope: only("mouse"), context: two,
			want: money{Lines: []int64{4000, 4000, 4000}, Total: 3000},
		},
		{
			name: "5 % off items twice, unit limits stay", cart: mice(3), discount: discount.Percent("5", discount.ToItems),
			scope: reach(limit("mouse", 1)), context: two, want: money{Lines: []int64{500}, Total: 14500},
		},
		{
			name: "a new price for one ticket and two drinks of each bundle", cart: cart(item("ticket", 1000, 3), item("drink", 500, 6)),
			discount: discount.NewPrice(300, discount.ToItems), scope: reach(limit("ticket", 1), limit("drink", 2)), context: two,
			want: money{Lines: []int64{1400, 800}, Total: 3800},
		},
		{
			name: "10 divided twice by what the lines cost", cart: coffee(), discount: discount.AmountOff(1000, discount.ToItemsProportionally),
			scope: everything(), context: two, want: money{Lines: []int64{1200, 800}, Total: 3000},
		},
		{
			name: "10 divided twice by units", cart: coffee(), discount: discount.AmountOff(1000, discount.ToItemsProportionallyByUnit),
			scope: everything(), context: two, want: money{Lines: []int64{1200, 800}, Total: 3000},
		},
		{
			name: "caps on money stay", cart: mice(3), discount: limitedInAll(discount.AmountOff(2000, discount.ToItems), 3000),
			scope: only("mouse"), context: two, want: money{Lines: []int64{3000}, Total: 12000},
		},
		{
			name: "a limit of a percentage stays", cart: sum(10000), discount: limited(discount.Percent("10", discount.ToOrder), 1500),
			context: two, want: money{Order: 1500, Total: 8500},
		},
		{
			name: "a discount that is not to be multiplied", cart: sum(10000), discount: unscaled(discount.AmountOff(100, discount.ToOrder)),
			context: discount.Context{Bundle: 5}, want: money{Order: 100, Total: 9900},
		},
		{
			name: "a formula that multiplies by itself", cart: sum(10000), context: discount.Context{Bundle: 5},
			discount: unscaled(discount.Discount{
				Type: discount.Amount, Effect: discount.ToOrder, AmountOff: ptr[int64](0), AmountOffFormula: "order.bundle.quantity * 2.5",
			}),
			want: money{Order: 1250, Total: 8750},
		},
	} {
		s.run(t, nil)
	}
	for _, r := range []reward{
		{
			name: "two bags for two laptops", cart: cart(item("laptop", 90000, 2)), context: two,
			discount: discount.FreeUnits(1, "bag", discount.AddMissing),
			want:     []goods{{2, 0, 180000, 0}, {2, 2, 5800, 5800}}, amount: 185800, total: 180000,
		},
		{
			name: "new units", cart: cart(item("bag", 2900, 2)), context: two, discount: discount.FreeUnits(2, "bag", discount.AddNew),
			want: []goods{{6, 4, 17400, 11600}}, amount: 17400, total: 5800,
		},
		{
			name: "many units", cart: cart(item("bag", 2900, 2)), context: two, discount: many(unit(1, "bag", ""), unit(1, "cup", "")),
			want: []goods{{2, 2, 5800, 5800}, {2, 2, 6200, 6200}}, amount: 12000, total: 0,
		},
	} {
		r.run(t, warehouse())
	}
}
