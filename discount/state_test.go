package discount_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

const mostMoney = 1_000_000_000_000_000

// Sections 1.3 and 1.4: where the price and the amount of a line come from.
func TestPriceOfALine(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(
		[]*product.Product{priced("prod_a", 2100), {ID: "prod_free"}},
		[]*product.SKU{{ID: "sku_a", SourceID: "A-1", ProductID: "prod_a", Price: ptr[int64](1700)}, {ID: "sku_b", ProductID: "prod_a"}},
		nil,
	)
	type line struct {
		Price, Amount *int64
		Quantity      int64
	}
	known := func(price, quantity, amount int64) line { return line{&price, &amount, quantity} }
	for _, tt := range []struct {
		name string
		item order.Item
		want line
	}{
		{"the price of the line comes first", order.Item{
			SKUID: "sku_a", Price: ptr[int64](1), SKU: &order.SKUData{Price: ptr[int64](2)}, Product: &order.ProductData{Price: ptr[int64](3)},
		}, known(1, 1, 1)},
		{"then the SKU that was sent", order.Item{
			SKUID: "sku_a", SKU: &order.SKUData{Price: ptr[int64](2)}, Product: &order.ProductData{Price: ptr[int64](3)},
		}, known(2, 1, 2)},
		{"then the product that was sent", order.Item{SKUID: "sku_a", Product: &order.ProductData{Price: ptr[int64](3)}}, known(3, 1, 3)},
		{"then the SKU of the catalogue", order.Item{SKUID: "sku_a", Quantity: 2}, known(1700, 2, 3400)},
		{"then the product of the catalogue", order.Item{SKUID: "sku_b", Quantity: 2}, known(2100, 2, 4200)},
		{"a product of the catalogue", bare("prod_a", 3), known(2100, 3, 6300)},
		{"a SKU by the shop's own id", order.Item{SourceID: "A-1", RelatedObject: product.KindSKU}, known(1700, 1, 1700)},
		{"a price of nothing is a price", order.Item{SKUID: "sku_a", Price: ptr[int64](0)}, known(0, 1, 0)},
		{
			"60000 twice by the product that was sent",
			order.Item{Quantity: 2, Product: &order.ProductData{Price: ptr[int64](60000)}}, known(60000, 2, 120000),
		},
		{
			"an amount wins over price times quantity", order.Item{Price: ptr[int64](3000), Quantity: 2, Amount: ptr[int64](3400)}, known(3000, 2, 3400),
		},
		{"an amount alone is one unit without a price", worth("prod_x", 500), line{nil, ptr[int64](500), 1}},
		{"no price anywhere", bare("prod_free", 2), line{nil, nil, 2}},
		{"nothing is known", order.Item{}, line{nil, nil, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, cart(tt.item), index, discount.Nothing).Result()
			requireIdentities(t, got)
			diff(t, "line", tt.want, line{got.Items[0].Price, got.Items[0].Amount, got.Items[0].Quantity})
			if want := got.Items[0].LineAmount(); got.Amount != want || got.InitialAmount != want || got.TotalAmount != want {
				t.Errorf("amount %d, initially %d, total %d, want %d", got.Amount, got.InitialAmount, got.TotalAmount, want)
			}
		})
	}
}

// Section 1.7: what a caller says about discounts of a new order does not count.
func TestNewOrdersCarryNoDiscount(t *testing.T) {
	t.Parallel()
	sent := cart(item("a", 2000, 1), item("b", 8000, 1))
	sent.DiscountAmount, sent.ItemsDiscountAmount, sent.TotalDiscountAmount, sent.TotalAmount = 500, 2000, 2500, 7500
	for i := range sent.Items {
		sent.Items[i].DiscountAmount = 1000
	}
	got := calculate(t, sent, nil, step{discount: discount.AmountOff(1000, discount.ToItems), scope: everything()})
	diff(t, "discounts", money{Lines: []int64{1000, 1000}, Total: 8000}, moneyOf(got))
}

// Section 8.2.
func TestSecondCallOnAStoredOrder(t *testing.T) {
	t.Parallel()
	index := product.NewIndex([]*product.Product{priced("a", 9500), priced("b", 18500), priced("c", 20000), priced("d", 30850)}, nil, nil)
	stored := func() *order.Order {
		return calculate(t, sum(10000), nil, step{discount: discount.AmountOff(9200, discount.ToOrder)})
	}
	ofTwo := func() *order.Order {
		return calculate(t, cart(item("a", 9500, 1), item("b", 18500, 1)), nil, step{discount: discount.Percent("30", discount.ToOrder)})
	}
	ten := turn{name: "10 off", discount: discount.AmountOff(1000, discount.ToOrder), applied: 800, after: money{nil, 10000, 0}}
	result := runStack(t, start(t, stored(), nil, discount.Everything), nil, []turn{ten})
	if result.TotalDiscountAmount != 10000 || result.TotalAppliedDiscountAmount != 800 {
		t.Errorf("discount %d, applied %d", result.TotalDiscountAmount, result.TotalAppliedDiscountAmount)
	}

	rewards := many(
		unit(2, "c", discount.AddNew), unit(1, "b", discount.AddNew), unit(1, "d", discount.AddMissing), unit(1, "a", discount.AddMissing),
	)
	result = runStack(t, start(t, ofTwo(), index, discount.Everything), index, []turn{{
		name: "the rewards", discount: rewards, applied: 98850, after: money{[]int64{9500, 18500, 40000, 30850}, 8400, 117350 - 98850 - 8400},
	}})
	if result.Amount != 117350 || result.InitialAmount != 28000 || result.ItemsDiscountAmount != 98850 {
		t.Errorf("amount %d, initially %d, discount of items %d", result.Amount, result.InitialAmount, result.ItemsDiscountAmount)
	}
	diff(t, "lines", []goods{{1, 1, 9500, 9500}, {2, 1, 37000, 18500}, {2, 2, 40000, 40000}, {1, 1, 30850, 30850}}, goodsOf(result))

	again := start(t, result, index, discount.Everything).Result()
	diff(t, "a stored order as it was", moneyOf(result), moneyOf(again))
	diff(t, "its lines", goodsOf(result), goodsOf(again))
	if again.InitialAmount != 28000 || again.Items[2].InitialQuantity != 0 || again.TotalAppliedDiscountAmount != 0 {
		t.Errorf("initially %d, line of a reward initially %d, applied %d",
			again.InitialAmount, again.Items[2].InitialQuantity, again.TotalAppliedDiscountAmount)
	}
}

// Section 8.2: what is kept when the request replaces parts of a stored order.
func TestCarriedDiscounts(t *testing.T) {
	t.Parallel()
	line := func(amount, discounted int64) order.Item {
		i := item("a", amount, 1)
		i.DiscountAmount = discounted
		return i
	}
	for _, tt := range []struct {
		name    string
		order   order.Order
		carried discount.Carried
		want    money
	}{
		{
			"everything", order.Order{DiscountAmount: 300, Items: []order.Item{line(1000, 200)}}, discount.Everything, money{[]int64{200}, 300, 500},
		},
		{
			"new items: the order's discount",
			order.Order{DiscountAmount: 300, Items: []order.Item{line(1000, 200)}}, discount.OrderDiscount, money{[]int64{0}, 300, 700},
		},
		{
			"new items that cost less than the discount",
			order.Order{DiscountAmount: 300, Items: []order.Item{line(100, 0)}}, discount.OrderDiscount, money{[]int64{0}, 100, 0},
		},
		{
			"a new amount below the discount of the order", order.Order{Amount: 200, DiscountAmount: 300}, discount.Everything, money{nil, 200, 0},
		},
		{
			"a new amount below the discounts of the lines",
			order.Order{Amount: 250, DiscountAmount: 300, Items: []order.Item{line(1000, 200), line(1000, 200)}}, discount.Everything,
			money{[]int64{200, 50}, 0, 0},
		},
		{"a discount above the line", order.Order{Items: []order.Item{line(100, 200)}}, discount.Everything, money{[]int64{100}, 0, 0}},
		{
			"a discount below zero", order.Order{DiscountAmount: -5, Items: []order.Item{line(100, -5)}}, discount.Everything, money{[]int64{0}, 0, 100},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, &tt.order, nil, tt.carried).Result()
			requireIdentities(t, got)
			diff(t, "discounts", tt.want, moneyOf(got))
		})
	}
}

// A line that was stored with an amount and without units has no unit to select, and counts from zero for a reward.
func TestStoredLinesWithoutUnits(t *testing.T) {
	t.Parallel()
	percent := discount.Percent("10", discount.ToItems)
	per := func(effect product.ApplicationEffect, per product.Granularity) product.Scope {
		return reach(picking(product.AllProducts, effect, per, 0, 1))
	}
	for _, tt := range []struct {
		name string
		step step
		want []goods
	}{
		{"whole lines", step{discount: percent, scope: everything()}, []goods{{0, 0, 700, 70}, {2, 0, 1000, 100}}},
		{
			"the cheapest line", step{discount: percent, scope: per(product.ApplyToCheapest, product.PerItem)}, []goods{{0, 0, 700, 70}, {2, 0, 1000, 0}},
		},
		{
			"the cheapest unit", step{discount: percent, scope: per(product.ApplyToCheapest, product.PerUnit)}, []goods{{0, 0, 700, 0}, {2, 0, 1000, 50}},
		},
		{"each unit", step{discount: percent, scope: per(product.ApplyToEvery, product.PerUnit)}, []goods{{0, 0, 700, 0}, {2, 0, 1000, 100}}},
		{
			"off each unit",
			step{discount: discount.AmountOff(5, discount.ToItemsByQuantity), scope: everything()}, []goods{{0, 0, 700, 0}, {2, 0, 1000, 10}},
		},
		{
			"a new price", step{discount: discount.NewPrice(5, discount.ToItems), scope: everything()}, []goods{{0, 0, 700, 0}, {2, 0, 1000, 990}},
		},
		{"a missing unit", step{discount: discount.FreeUnits(2, "a", discount.AddMissing)}, []goods{{2, 2, 200, 200}, {2, 0, 1000, 0}}},
		{"a new unit", step{discount: discount.FreeUnits(1, "a", discount.AddNew)}, []goods{{1, 1, 100, 100}, {2, 0, 1000, 0}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := cart(order.Item{ProductID: "a", Price: ptr[int64](100), Amount: ptr[int64](700)}, item("b", 500, 2))
			state := start(t, o, nil, discount.Everything)
			take(t, state, nil, tt.step)
			diff(t, "lines", tt.want, goodsOf(state.Result()))
		})
	}
}

// A reward does not take an amount away that earlier discounts are based on.
func TestStoredLinesWithoutUnitsKeepTheirDiscounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		first discount.Discount
		want  []goods
		total int64
	}{
		{"a discount that the unit bears", discount.Percent("10", discount.ToItems), []goods{{1, 1, 100, 100}}, 0},
		{"a discount that the unit does not bear", discount.Percent("90", discount.ToItems), []goods{{1, 1, 800, 730}}, 70},
		{"a discount of the order that the unit does not bear", discount.Percent("90", discount.ToOrder), []goods{{1, 1, 800, 100}}, 70},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := cart(order.Item{ProductID: "a", Price: ptr[int64](100), Amount: ptr[int64](700)})
			state := start(t, o, nil, discount.Everything)
			take(t, state, nil, step{discount: tt.first, scope: everything()})
			take(t, state, nil, step{discount: discount.FreeUnits(1, "a", discount.AddMissing)})
			diff(t, "lines", tt.want, goodsOf(state.Result()))
			diff(t, "total", tt.total, state.Total())
		})
	}
}

// Section 9: amounts that leave the range are refused.
func TestNewStateRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		order *order.Order
		field string
	}{
		{"price times quantity", cart(item("a", 1, 1), item("b", mostMoney/2, 3)), "items[1].amount"},
		{"the sum of the lines", cart(item("a", mostMoney, 1), item("b", 1, 1)), "items"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := discount.NewState(tt.order, nil, discount.Nothing)
			requireFault(t, err, fault.InvalidAmount, tt.field)
		})
	}
	if state := start(t, nil, nil, discount.Nothing); state.Total() != 0 || len(state.Lines) != 0 {
		t.Errorf("no order: total %d, %d lines", state.Total(), len(state.Lines))
	}
}

func requireFault(t *testing.T, err error, key fault.Key, field string) {
	t.Helper()
	var refused *fault.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want %s at %s", err, key, field)
	}
	if refused.Key != key || refused.Field != field || refused.Details == "" {
		t.Errorf("got %v, want %s at %s", err, key, field)
	}
}

// Section 5.8: ONCE.
func TestOnce(t *testing.T) {
	t.Parallel()
	lines := cart(
		order.Item{SKUID: "sku_green", Quantity: 1}, order.Item{SKUID: "sku_green", Quantity: 1}, order.Item{SKUID: "sku_black", Quantity: 1},
		item("cup", 3000, 1), worth("", 1000), worth("", 1000),
	)
	state := start(t, lines, warehouse(), discount.Nothing)
	turns := []struct {
		name     string
		discount discount.Discount
		scope    product.Scope
		want     []int64
	}{
		{
			"10 % off one SKU reaches both of its lines", discount.Percent("10", discount.ToItems), only("sku_green"), []int64{90, 90, 0, 0, 0, 0},
		},
		{"10 % off its product reaches the other SKU", discount.Percent("10", discount.ToItems), only("prod_tea"), []int64{0, 0, 80, 0, 0, 0}},
		{"an order-level discount marks nothing", discount.AmountOff(100, discount.ToOrder), product.Scope{}, []int64{0, 0, 0, 0, 0, 0}},
		{"a discount of nothing marks nothing", discount.NewPrice(9999, discount.ToItems), only("cup"), []int64{0, 0, 0, 0, 0, 0}},
		{
			"two rewards of one redeemable",
			many(unit(1, "cup", discount.AddMissing), unit(1, "cup", discount.AddNew)), product.Scope{}, []int64{0, 0, 0, 6000, 0, 0},
		},
		{
			"lines without an identity are products of their own", discount.AmountOff(7, discount.ToItems), everything(), []int64{0, 0, 0, 0, 7, 7},
		},
		{"nothing is left", discount.AmountOff(7, discount.ToItems), everything(), []int64{0, 0, 0, 0, 0, 0}},
		{"but the order is", discount.AmountOff(100, discount.ToOrder), product.Scope{}, []int64{0, 0, 0, 0, 0, 0}},
	}
	for _, turn := range turns {
		program := compile(t, turn.discount, warehouse(), turn.scope)
		state.Begin()
		program.Apply(state, discount.Context{})
		state.Keep(true)
		snapshot := state.Snapshot()
		requireIdentities(t, snapshot)
		var got []int64
		for i := range snapshot.Items {
			got = append(got, snapshot.Items[i].AppliedDiscountAmount)
		}
		diff(t, turn.name, turn.want, got)
	}
	diff(t, "order level", int64(200), state.DiscountAmount)
}

// Section 5.8: a free unit uses its product up, also when nobody knows its price.
func TestOnceOfAFreeUnitWithoutAPrice(t *testing.T) {
	t.Parallel()
	state := start(t, cart(bare("gift", 1)), warehouse(), discount.Nothing)
	for range 2 {
		state.Begin()
		compile(t, discount.FreeUnits(1, "gift", discount.AddMissing), warehouse()).Apply(state, discount.Context{})
		state.Keep(true)
	}
	diff(t, "lines", []goods{{1, 1, 0, 0}, {1, 1, 0, 0}}, goodsOf(state.Result()))
}

// Section 5.8: of the discounts of a stored order only those on items mark their lines.
func TestOnceOnAStoredOrder(t *testing.T) {
	t.Parallel()
	discounted := item("a", 1000, 1)
	discounted.DiscountAmount = 100
	free := item("c", 0, 1)
	free.DiscountQuantity = 1
	o := cart(discounted, item("b", 1000, 1), free)
	o.DiscountAmount = 200
	state := start(t, o, nil, discount.Everything)
	state.MarkCarried()
	take(t, state, nil, step{discount: discount.Percent("10", discount.ToItems), scope: everything()})
	diff(t, "discounts", money{[]int64{100, 100, 0}, 200, 1600}, moneyOf(state.Result()))
	take(t, state, nil, step{discount: discount.FreeUnits(1, "c", discount.AddMissing)})
	if got := state.Result(); got.Items[2].Quantity != 1 || len(got.Items) != 4 {
		t.Errorf("a reward of a product that is used up: %+v", goodsOf(got))
	}
}

// What was tried on a clone leaves no trace, whatever was tried.
func TestClone(t *testing.T) {
	t.Parallel()
	o := cart(item("cup", 3100, 2), item("shirt", 2000, 1))
	o.Metadata = metadata.Map{"channel": "web"}
	state := start(t, o, warehouse(), discount.Nothing)
	take(t, state, warehouse(), step{discount: upgrade(1, "mug"), scope: only("shirt")})
	before, total := encode(t, state.Result()), state.TotalDiscount()
	for _, s := range []step{
		{discount: discount.Percent("10", discount.ToOrder)},
		{discount: discount.Percent("10", discount.ToItems), scope: everything()},
		{discount: many(unit(3, "cup", ""), unit(1, "comic", ""))},
		{discount: upgrade(1, "mug"), scope: only("cup")},
	} {
		clone := state.Clone()
		program := compile(t, s.discount, warehouse(), s.scope)
		clone.Begin()
		program.Apply(clone, discount.Context{})
		clone.Keep(true)
		if encode(t, clone.Result()) == before {
			t.Errorf("%s %s changed nothing on the clone", s.discount.Type, s.discount.Effect)
		}
		diff(t, "the state after a trial on its clone", before, encode(t, state.Result()))
	}
	if state.TotalDiscount() != total {
		t.Errorf("discount %d, want %d", state.TotalDiscount(), total)
	}
}

func encode(t tb, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
