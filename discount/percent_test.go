package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

func limited(d discount.Discount, limit int64) discount.Discount {
	d.AmountLimit = &limit
	return d
}

func limitedInAll(d discount.Discount, limit int64) discount.Discount {
	d.AggregatedAmountLimit = &limit
	return d
}

// Section 3.5.
func TestPercentOff(t *testing.T) {
	t.Parallel()
	ten := discount.Percent("10", discount.ToItems)
	for _, s := range []scene{
		{
			name: "10 % off the lines in reach",
			cart: shop(), discount: ten, scope: shopReach(),
			want: money{Lines: []int64{200, 450, 600, 0}, Total: 16250},
		},
		{
			name: "10 % off lines of 7, 5 and 15",
			cart: cart(item("a", 700, 1), item("b", 500, 1), item("c", 1500, 1)), discount: ten, scope: everything(),
			want: money{Lines: []int64{70, 50, 150}, Total: 2430},
		},
		{
			name: "10 % off an order whose amount wins over its lines",
			cart: &order.Order{Amount: 20050, Items: []order.Item{item("a", 6000, 1)}}, discount: discount.Percent("10", discount.ToOrder),
			want: money{Lines: []int64{0}, Order: 2005, Total: 18045},
		},
		{
			name: "20 % off an order of an amount alone",
			cart: sum(199900), discount: discount.Percent("20", discount.ToOrder),
			want: money{Order: 39980, Total: 159920},
		},
		{
			name: "a limit caps the discount on the order",
			cart: shop(), discount: limited(discount.Percent("10", discount.ToOrder), 1000),
			want: money{Lines: []int64{0, 0, 0, 0}, Order: 1000, Total: 16500},
		},
		{
			name: "a limit caps the discount on items line by line",
			cart: shop(), discount: limited(ten, 400), scope: shopReach(),
			want: money{Lines: []int64{200, 400, 400, 0}, Total: 16500},
		},
		{
			name: "an aggregated limit is used up line after line",
			cart: shop(), discount: limitedInAll(ten, 500), scope: shopReach(),
			want: money{Lines: []int64{200, 300, 0, 0}, Total: 17000},
		},
		{
			name: "the lowest of both limits counts",
			cart: shop(), discount: limitedInAll(limited(ten, 400), 700), scope: shopReach(),
			want: money{Lines: []int64{200, 400, 100, 0}, Total: 16800},
		},
		{
			name: "100 % makes everything free",
			cart: shop(), discount: discount.Percent("100", discount.ToItems), scope: everything(),
			want: money{Lines: []int64{2000, 4500, 6000, 5000}, Total: 0},
		},
		{
			name: "0 % changes nothing",
			cart: shop(), discount: discount.Percent("0", discount.ToOrder),
			want: money{Lines: []int64{0, 0, 0, 0}, Total: 17500},
		},
		{
			name: "12.5 % is not 12 %",
			cart: sum(800), discount: discount.Percent("12.5", discount.ToOrder),
			want: money{Order: 100, Total: 700},
		},
		{
			name: "a line without a price is in reach and gets nothing",
			cart: cart(bare("a", 2), item("b", 1000, 1)), discount: ten, scope: everything(),
			want: money{Lines: []int64{0, 100}, Total: 900},
		},
		{
			name:     "an order that says it costs less than its lines is not discounted below zero",
			cart:     &order.Order{Amount: 500, Items: []order.Item{item("a", 400, 1), item("b", 400, 1)}},
			discount: discount.Percent("100", discount.ToItems), scope: everything(),
			want: money{Lines: []int64{400, 100}, Total: 0},
		},
	} {
		s.run(t, nil)
	}
}

// Section 9: half up, once for each amount that is produced.
func TestRounding(t *testing.T) {
	t.Parallel()
	for _, s := range []scene{
		{
			name: "1149.9 is not rounded down",
			cart: sum(11499), discount: discount.Percent("10", discount.ToOrder), want: money{Order: 1150, Total: 10349},
		},
		{
			name: "1510.5 is rounded up",
			cart: sum(50350), discount: discount.Percent("3", discount.ToOrder), want: money{Order: 1511, Total: 48839},
		},
		{
			name: "3100.5 is rounded up, not to the even number",
			cart: sum(103350), discount: discount.Percent("3", discount.ToOrder), want: money{Order: 3101, Total: 100249},
		},
		{
			name: "each line is rounded by itself",
			cart: cart(item("a", 105, 1), item("b", 105, 1), item("c", 104, 1)), discount: discount.Percent("10", discount.ToItems),
			scope: everything(), want: money{Lines: []int64{11, 11, 10}, Total: 282},
		},
		{
			name: "a line of several units is rounded once, not unit by unit",
			cart: cart(item("a", 5, 3)), discount: discount.Percent("10", discount.ToItems),
			scope: everything(), want: money{Lines: []int64{2}, Total: 13},
		},
		{
			name: "two of three units are rounded together",
			cart: cart(item("a", 5, 3)), discount: discount.Percent("10", discount.ToItems),
			scope: reach(target("a", func(t *product.Target) { t.QuantityLimit = ptr[int64](2) })),
			want:  money{Lines: []int64{1}, Total: 14},
		},
		{
			name: "a unit of a line without a unit price is its exact share",
			cart: cart(order.Item{ProductID: "a", Amount: ptr[int64](1000), Quantity: 3}), discount: discount.Percent("50", discount.ToItems),
			scope: reach(target("a", func(t *product.Target) { t.QuantityLimit = ptr[int64](2) })),
			want:  money{Lines: []int64{333}, Total: 667},
		},
		{
			name: "the odd cent of a division goes to the earliest line",
			cart: cart(item("a", 500, 1), item("b", 500, 1), item("c", 500, 1)), discount: discount.AmountOff(100, discount.ToItemsProportionally),
			scope: everything(), want: money{Lines: []int64{34, 33, 33}, Total: 1400},
		},
		{
			name: "33.33333333 % of the largest amount is exact",
			cart: sum(1_000_000_000_000_000), discount: discount.Percent("33.33333333", discount.ToOrder),
			want: money{Order: 333_333_333_300_000, Total: 666_666_666_700_000},
		},
	} {
		s.run(t, nil)
	}
}

// Section 5.9: what percentages and new prices are computed on when discounts follow each other.
func TestCalculationModes(t *testing.T) {
	t.Parallel()
	lines := func() *order.Order { return cart(item("a", 6000, 1), item("b", 2000, 2)) }
	first := []discount.Discount{discount.Percent("10", discount.ToOrder)}
	firstOnItems := []discount.Discount{discount.Percent("50", discount.ToItems)}
	for _, tt := range []struct {
		name                string
		first               []discount.Discount
		then                discount.Discount
		discounted, initial money
	}{
		{
			"a percentage of the order", first, discount.Percent("20", discount.ToOrder),
			money{[]int64{0, 0}, 1000 + 1800, 7200}, money{[]int64{0, 0}, 1000 + 2000, 7000},
		},
		{
			"a percentage of items", firstOnItems, discount.Percent("20", discount.ToItems),
			money{[]int64{3600, 2400}, 0, 4000}, money{[]int64{4200, 2800}, 0, 3000},
		},
		{
			"a new price of the order", first, discount.NewPrice(4000, discount.ToOrder),
			money{[]int64{0, 0}, 1000 + 5000, 4000}, money{[]int64{0, 0}, 1000 + 6000, 3000},
		},
		{
			"a new price of items", firstOnItems, discount.NewPrice(800, discount.ToItems),
			money{[]int64{5200, 2400}, 0, 2400}, money{[]int64{6000, 4000}, 0, 0},
		},
		{
			"a sum that is divided by what the lines cost",
			[]discount.Discount{discount.AmountOff(3000, discount.ToItems)}, discount.AmountOff(800, discount.ToItemsProportionally),
			money{[]int64{3600, 3200}, 0, 3200}, money{[]int64{3480, 3320}, 0, 3200},
		},
		{
			"a sum off the order", first, discount.AmountOff(700, discount.ToOrder),
			money{[]int64{0, 0}, 1700, 8300}, money{[]int64{0, 0}, 1700, 8300},
		},
		{
			"a percentage beyond what is left", []discount.Discount{discount.Percent("90", discount.ToOrder)}, discount.Percent("20", discount.ToOrder),
			money{[]int64{0, 0}, 9200, 800}, money{[]int64{0, 0}, 10000, 0},
		},
		{
			"a percentage beyond what is left of items",
			[]discount.Discount{discount.Percent("90", discount.ToItems)}, discount.Percent("20", discount.ToItems),
			money{[]int64{5520, 3680}, 0, 800}, money{[]int64{6000, 4000}, 0, 0},
		},
	} {
		for mode, want := range map[discount.Mode]money{discount.Discounted: tt.discounted, discount.Initial: tt.initial, "": tt.discounted} {
			t.Run(tt.name+", mode "+string(mode), func(t *testing.T) {
				t.Parallel()
				var steps []step
				for _, d := range append(tt.first[:1:1], tt.then) {
					steps = append(steps, step{d, everything(), discount.Context{Mode: mode}})
				}
				diff(t, "discounts", want, moneyOf(calculate(t, lines(), nil, steps...)))
			})
		}
	}
}
