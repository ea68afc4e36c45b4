package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// caps is an entry for every product with the caps that are not 0.
func caps(perLine, inAll, amountPerLine, amountInAll int64) product.Scope {
	limit := func(n int64) *int64 {
		if n == 0 {
			return nil
		}
		return &n
	}
	return reach(target(product.AllProducts, func(t *product.Target) {
		t.QuantityLimit, t.AggregatedQuantityLimit = limit(perLine), limit(inAll)
		t.AmountLimit, t.AggregatedAmountLimit = limit(amountPerLine), limit(amountInAll)
	}))
}

// Section 3.3.
func TestCaps(t *testing.T) {
	t.Parallel()
	half := discount.Percent("50", discount.ToItems)
	for _, s := range []scene{
		{
			name: "each line at most 25", scope: caps(0, 0, 2500, 0), discount: half,
			cart: cart(item("a", 8000, 1), item("b", 3000, 1)), want: money{Lines: []int64{2500, 1500}, Total: 7000},
		},
		{
			name: "all lines together at most 100", scope: caps(0, 0, 0, 10000), discount: half,
			cart: cart(item("a", 16000, 1), item("b", 8000, 1)), want: money{Lines: []int64{8000, 2000}, Total: 14000},
		},
		{
			name: "three units of a line of five", scope: caps(3, 0, 0, 0), discount: half,
			cart: cart(item("a", 1000, 5)), want: money{Lines: []int64{1500}, Total: 3500},
		},
		{
			name: "five units of lines of two and four, the last one stays at full price", scope: caps(0, 5, 0, 0), discount: half,
			cart: cart(item("a", 1000, 2), item("b", 1000, 4)), want: money{Lines: []int64{1000, 1500}, Total: 3500},
		},
		{
			name: "all caps together, the lowest counts", scope: caps(3, 4, 1200, 1400), discount: half,
			cart: cart(item("a", 1000, 5), item("b", 1000, 5)), want: money{Lines: []int64{1200, 200}, Total: 8600},
		},
		{
			name: "caps on units of a sum off each unit", scope: caps(2, 3, 0, 0), discount: discount.AmountOff(100, discount.ToItemsByQuantity),
			cart: cart(item("a", 1000, 5), item("b", 1000, 5)), want: money{Lines: []int64{200, 100}, Total: 9700},
		},
		{
			name: "caps on units of a new price", scope: caps(2, 3, 0, 0), discount: discount.NewPrice(700, discount.ToItems),
			cart: cart(item("a", 1000, 5), item("b", 1000, 5)), want: money{Lines: []int64{600, 300}, Total: 9100},
		},
		{
			name: "a sum per line does not look at units", scope: caps(1, 1, 0, 0), discount: discount.AmountOff(100, discount.ToItems),
			cart: cart(item("a", 1000, 5), item("b", 1000, 5)), want: money{Lines: []int64{100, 100}, Total: 9800},
		},
		{
			name: "a sum that is divided does not look at units", scope: caps(1, 1, 0, 0),
			discount: discount.AmountOff(100, discount.ToItemsProportionallyByUnit),
			cart:     cart(item("a", 1000, 4), item("b", 1000, 1)), want: money{Lines: []int64{80, 20}, Total: 4900},
		},
		{
			name: "20 off two lines, at most 50 in all: not reached", discount: limitedInAll(discount.AmountOff(2000, discount.ToItems), 5000),
			scope: only("b", "c"), cart: cart(item("a", 1000, 3), item("b", 2000, 3), item("c", 2500, 2)),
			want: money{Lines: []int64{0, 2000, 2000}, Total: 10000},
		},
		{
			name: "20 off two lines, at most 30 in all", discount: limitedInAll(discount.AmountOff(2000, discount.ToItems), 3000),
			scope: only("b", "c"), cart: cart(item("a", 1000, 3), item("b", 2000, 3), item("c", 2500, 2)),
			want: money{Lines: []int64{0, 2000, 1000}, Total: 11000},
		},
		{
			name: "20 off each unit, at most 30 in all", discount: limitedInAll(discount.AmountOff(2000, discount.ToItemsByQuantity), 3000),
			scope: everything(), cart: cart(item("b", 2000, 1), item("c", 2500, 2)),
			want: money{Lines: []int64{2000, 1000}, Total: 4000},
		},
		{
			name: "a limit of the entry and one of the discount", discount: limitedInAll(half, 900), scope: caps(0, 0, 0, 700),
			cart: cart(item("a", 1000, 1), item("b", 1000, 1)), want: money{Lines: []int64{500, 200}, Total: 1300},
		},
		{
			name: "a line that is free already uses up no units", scope: caps(0, 2, 0, 0), discount: half,
			cart: cart(item("a", 0, 2), item("b", 1000, 2)), want: money{Lines: []int64{0, 1000}, Total: 1000},
		},
		{
			name: "each entry has its own caps", discount: half,
			scope: reach(
				target("a", func(t *product.Target) { t.AggregatedQuantityLimit = ptr[int64](1) }),
				target("b", func(t *product.Target) { t.AggregatedAmountLimit = ptr[int64](300) }),
			),
			cart: cart(item("a", 1000, 2), item("b", 1000, 1), item("a", 1000, 2)), want: money{Lines: []int64{500, 300, 0}, Total: 4200},
		},
		{
			name: "a cap of nothing", discount: half,
			scope: reach(target("a", func(t *product.Target) { t.QuantityLimit = ptr[int64](0) })),
			cart:  cart(item("a", 1000, 2)), want: money{Lines: []int64{0}, Total: 2000},
		},
	} {
		s.run(t, nil)
	}
}

// Section 3.3: the number of units that a cap allows may come from a formula; the plain cap is its fallback.
func TestCapsOfFormulas(t *testing.T) {
	t.Parallel()
	formula := func(change func(*product.Target)) product.Scope { return reach(target("a", change)) }
	for _, s := range []scene{
		{name: "per line, rounded down", scope: formula(func(t *product.Target) {
			t.QuantityLimit, t.QuantityLimitFormula = ptr[int64](1), "ORDER_UNITS_QUANTITY / 2"
		}), want: money{Lines: []int64{200}, Total: 300}},
		{name: "in all", scope: formula(func(t *product.Target) {
			t.AggregatedQuantityLimit, t.AggregatedQuantityLimitFormula = ptr[int64](1), "ORDER_UNITS_QUANTITY - 1"
		}), want: money{Lines: []int64{400}, Total: 100}},
		{name: "below zero is none", scope: formula(func(t *product.Target) {
			t.QuantityLimit, t.QuantityLimitFormula = ptr[int64](1), "-1"
		}), want: money{Lines: []int64{0}, Total: 500}},
		{name: "that cannot be computed", scope: formula(func(t *product.Target) {
			t.QuantityLimit, t.QuantityLimitFormula = ptr[int64](1), "1 / 0"
		}), want: money{Lines: []int64{100}, Total: 400}},
	} {
		s.cart, s.discount = cart(item("a", 100, 5)), discount.Percent("100", discount.ToItems)
		s.run(t, nil)
	}
}

// usage counts the units of quotas over several orders, as the engine's counters do.
type usage map[discount.Quota]int64

func (u usage) order(t *testing.T, program *discount.Program, index *product.Index, o *order.Order) money {
	t.Helper()
	state := start(t, o, index, discount.Nothing)
	for _, quota := range program.QuotasFor(state) {
		u[quota] += 0
	}
	state.Begin()
	outcome := program.Apply(state, discount.Context{QuotaUsed: func(q discount.Quota) int64 {
		used, read := u[q]
		if !read {
			t.Errorf("QuotasFor does not name %+v", q)
		}
		return used
	}})
	for _, use := range outcome.Quotas {
		u[use.Quota] += use.Units
	}
	return moneyOf(state.Snapshot())
}

// Section 3.3, quotas: the limit is one for all orders.
func TestQuotas(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(nil, nil, []*product.Collection{collection("pc_toys", "car", "doll")})
	for _, tt := range []struct {
		name   string
		id     string
		quotas product.Quotas
		orders []*order.Order
		want   [][]int64
		left   usage
	}{
		{
			"10 units for everybody: 5, then 4, then 1 of 3", "car", product.Quotas{PerCampaign: ptr[int64](10)},
			[]*order.Order{cart(item("car", 100, 5)), cart(item("car", 100, 4)), cart(item("car", 100, 3)), cart(item("car", 100, 3))},
			[][]int64{{500}, {400}, {100}, {0}},
			usage{{Target: "product:car", Limit: 10}: 10},
		},
		{
			"5 units for a customer: 3, then 2 of 3", "car", product.Quotas{PerCustomerInCampaign: ptr[int64](5)},
			[]*order.Order{cart(item("car", 100, 3)), cart(item("car", 100, 3))},
			[][]int64{{300}, {200}},
			usage{{Target: "product:car", PerCustomer: true, Limit: 5}: 5},
		},
		{
			"5 units of each product of a collection", "pc_toys", product.Quotas{PerProductInCampaign: ptr[int64](5)},
			[]*order.Order{cart(item("car", 100, 4), item("doll", 100, 6)), cart(item("car", 100, 4), item("doll", 100, 6))},
			[][]int64{{400, 500}, {100, 0}},
			usage{
				{Target: "products_collection:pc_toys", Product: "car", Limit: 5}:  5,
				{Target: "products_collection:pc_toys", Product: "doll", Limit: 5}: 5,
			},
		},
		{
			"5 units of a collection as a whole, shared by the lines of an order", "pc_toys", product.Quotas{PerTier: ptr[int64](5)},
			[]*order.Order{cart(item("car", 100, 4), item("doll", 100, 6))},
			[][]int64{{400, 100}},
			usage{{Target: "products_collection:pc_toys", Tier: true, Limit: 5}: 5},
		},
		{
			"the lowest of several quotas counts, and each is used", "pc_toys",
			product.Quotas{PerProductAndCustomerInTier: ptr[int64](2), PerCustomerInTier: ptr[int64](3)},
			[]*order.Order{cart(item("car", 100, 4), item("doll", 100, 6))},
			[][]int64{{200, 100}},
			usage{
				{Target: "products_collection:pc_toys", Product: "car", Tier: true, PerCustomer: true, Limit: 2}:  2,
				{Target: "products_collection:pc_toys", Product: "doll", Tier: true, PerCustomer: true, Limit: 2}: 1,
				{Target: "products_collection:pc_toys", Tier: true, PerCustomer: true, Limit: 3}:                  3,
			},
		},
		{
			"what costs nothing uses up nothing", "car", product.Quotas{PerCampaign: ptr[int64](2)},
			[]*order.Order{cart(item("car", 0, 5), item("car", 100, 3))},
			[][]int64{{0, 200}},
			usage{{Target: "product:car", Limit: 2}: 2},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			entry := target(tt.id, func(t *product.Target) { t.Quotas = tt.quotas })
			program := compile(t, discount.Percent("100", discount.ToItems), index, reach(entry))
			counters := usage{}
			var got [][]int64
			for _, o := range tt.orders {
				got = append(got, counters.order(t, program, index, o).Lines)
			}
			diff(t, "discounts", tt.want, got)
			diff(t, "counters", tt.left, counters)
		})
	}
}
