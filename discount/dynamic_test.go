package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// facts are operands and metadata that are not about the order, keyed by name or by "GROUP/key".
type facts map[string]formula.Value

func (f facts) Operand(o formula.Operand) (formula.Value, bool) {
	value, ok := f[string(o)]
	return value, ok
}

func (f facts) Metadata(g formula.Group, key string) (formula.Value, bool) {
	value, ok := f[string(g)+"/"+key]
	return value, ok
}

// dynamic are discounts whose value comes from a formula, with a fallback of 7 (0.07 of money).
func dynamicAmount(source string, effect discount.Effect) discount.Discount {
	return with(discount.AmountOff(7, effect), func(d *discount.Discount) { d.AmountOffFormula = source })
}

func dynamicPercent(source string, effect discount.Effect) discount.Discount {
	return with(discount.Percent("7", effect), func(d *discount.Discount) { d.PercentOffFormula = source })
}

func dynamicPrice(source string, effect discount.Effect) discount.Discount {
	return with(discount.NewPrice(7, effect), func(d *discount.Discount) { d.FixedAmountFormula = source })
}

// dynamicUnits are new cups.
func dynamicUnits(source string) discount.Discount {
	return with(discount.FreeUnits(7, "cup", discount.AddNew), func(d *discount.Discount) { d.UnitOffFormula = source })
}

// Section 4: money is in major units, and the documented formulas.
func TestFormulasOfTheOrder(t *testing.T) {
	t.Parallel()
	noted := func(amount int64, key string, value any) *order.Order {
		return &order.Order{Amount: amount, Metadata: metadata.Map{key: value}}
	}
	visits := discount.Context{Values: facts{
		"CUSTOMER_METADATA/number_of_store_visits": formula.Int(11), "CUSTOMER_METADATA/tier": formula.Text("VIP"),
	}}
	onOrder := discount.ToOrder
	for _, s := range []scene{
		{
			name: "10 % of 114.99, which is not above 150", cart: sum(11499), discount: dynamicPercent("IF(ORDER_AMOUNT > 150;15;10)", onOrder),
			want: money{Order: 1150, Total: 10349},
		},
		{
			name: "15 % above 150", cart: sum(15001), discount: dynamicPercent("IF(ORDER_AMOUNT > 150;15;10)", onOrder),
			want: money{Order: 2250, Total: 12751},
		},
		{
			name: "a part of the order", cart: sum(20100),
			discount: dynamicAmount("IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)", onOrder),
			want:     money{Order: 3015, Total: 17085},
		},
		{
			name: "a result is rounded half up to a cent, once", cart: sum(10010), discount: dynamicAmount("ORDER_AMOUNT * 0.15 / 10", onOrder),
			want: money{Order: 150, Total: 9860},
		},
		{
			name: "half a cent is rounded up", cart: sum(10000), discount: dynamicAmount("1.005", onOrder), want: money{Order: 101, Total: 9899},
		},
		{
			name: "a formula of metadata of customer and order", cart: noted(10000, "day_of_week", 5), context: visits,
			discount: dynamicPercent(`IF(CUSTOMER_METADATA("number_of_store_visits") > 10 AND ORDER_METADATA("day_of_week") = 5;20;3)`, onOrder),
			want:     money{Order: 2000, Total: 8000},
		},
		{
			name: "a formula of the day only", cart: noted(10000, "day_of_week", 4), context: visits,
			discount: dynamicPercent(`IF(CUSTOMER_METADATA("number_of_store_visits") > 10 AND ORDER_METADATA("day_of_week") = 5;20;3)`, onOrder),
			want:     money{Order: 300, Total: 9700},
		},
		{
			name: "a formula by city", cart: noted(10000, "store_city", "New York"),
			discount: dynamicAmount(`SWITCH(ORDER_METADATA("store_city");SWITCH_CASE("Boston";10) SWITCH_CASE("New York";15);5)`, onOrder),
			want:     money{Order: 1500, Total: 8500},
		},
		{
			name: "a formula by tier of the customer", cart: sum(10000), context: visits,
			discount: dynamicAmount(`IF(CUSTOMER_METADATA("tier") is "VIP";25;10)`, onOrder), want: money{Order: 2500, Total: 7500},
		},
		{
			name: "a formula by the number of lines", cart: cart(item("a", 5000, 2), item("b", 6000, 3)),
			discount: dynamicAmount("ORDER_ITEMS_QUANTITY + ORDER_UNITS_QUANTITY", onOrder), want: money{[]int64{0, 0}, 700, 27300},
		},
		{
			name: "a new price of the order", cart: sum(10000), want: money{Order: 3000, Total: 7000},
			discount: dynamicPrice("ORDER_AMOUNT * 0.7", onOrder),
		},
		{
			name: "what is missing brings the fallback of the whole formula", cart: sum(10000),
			discount: dynamicAmount(`5 + CUSTOMER_METADATA("unknown")`, onOrder), want: money{Order: 7, Total: 9993},
		},
		{
			name: "a default inside the formula", cart: sum(10000),
			discount: dynamicAmount(`DEFAULT_TO(REDEMPTION_METADATA("store_list") / 2;5)`, onOrder), want: money{Order: 500, Total: 9500},
		},
		{
			name: "a division by zero brings the fallback", cart: sum(10000), discount: dynamicAmount("ORDER_AMOUNT / 0", onOrder),
			want: money{Order: 7, Total: 9993},
		},
		{
			name: "a text brings the fallback", cart: sum(10000), discount: dynamicPercent(`"ten"`, onOrder), want: money{Order: 700, Total: 9300},
		},
		{
			name: "more than all money brings the fallback", cart: sum(10000), discount: dynamicAmount("POW(10;20)", onOrder),
			want: money{Order: 7, Total: 9993},
		},
		{name: "money below zero is none", cart: sum(10000), discount: dynamicAmount("- 5", onOrder), want: money{Total: 10000}},
		{name: "a percentage below zero is none", cart: sum(10000), discount: dynamicPercent("- 5", onOrder), want: money{Total: 10000}},
		{name: "a percentage above 100 is 100", cart: sum(10000), discount: dynamicPercent("250", onOrder), want: money{Order: 10000}},
		{
			name: "a price below zero is nothing to pay", cart: sum(10000), want: money{Order: 10000},
			discount: dynamicPrice("- 1", onOrder),
		},
		{
			name: "a third of a percentage keeps its digits", cart: sum(300_000_000), discount: dynamicPercent("10 / 3", onOrder),
			want: money{Order: 10_000_000, Total: 290_000_000},
		},
	} {
		s.run(t, nil)
	}
}

// Section 4.3: operands of lines have a value for each line.
func TestFormulasOfLines(t *testing.T) {
	t.Parallel()
	index := product.NewIndex([]*product.Product{
		{ID: "tea", Price: ptr[int64](400), Metadata: metadata.Map{"margin": 0.5, "origin": "IN"}}, priced("cup", 1000),
	}, []*product.SKU{{ID: "sku_green", ProductID: "tea", Metadata: metadata.Map{"margin": 0.25}}}, nil)
	lines := func() *order.Order {
		return cart(
			bare("tea", 3), order.Item{SKUID: "sku_green", Quantity: 2},
			order.Item{
				ProductID: "cup", Quantity: 1, Metadata: metadata.Map{"engraved": 2},
				Product: &order.ProductData{Metadata: metadata.Map{"margin": 1}},
			},
		)
	}
	each := discount.ToItems
	for _, s := range []scene{
		{name: "the unit price", discount: dynamicAmount("ORDER_ITEM_PRICE / 4", each), want: money{[]int64{100, 100, 250}, 0, 2550}},
		{
			name: "price times 0.01 plus 1", discount: dynamicAmount("ORDER_ITEM_PRICE * 0.01 + 1", each), want: money{[]int64{104, 104, 110}, 0, 2682},
		},
		{name: "the amount of the line", discount: dynamicAmount("ORDER_ITEM_AMOUNT / 4", each), want: money{[]int64{300, 200, 250}, 0, 2250}},
		{
			name: "the units of the line", discount: dynamicPercent("ORDER_ITEM_UNITS_QUANTITY * 10", each), want: money{[]int64{360, 160, 100}, 0, 2380},
		},
		{
			name:     "the product, with the SKU and what the request says laid on top",
			discount: dynamicAmount(`ORDER_ITEM_PRODUCT_METADATA("margin") * 2`, each), want: money{[]int64{100, 50, 200}, 0, 2650},
		},
		{
			name:     "where a line lacks the value its fallback counts, and only there",
			discount: dynamicAmount(`ORDER_ITEM_METADATA("engraved")`, each), want: money{[]int64{7, 7, 200}, 0, 2786},
		},
		{
			name:     "the cheapest line: among equals the one with the lowest subtotal",
			discount: dynamicAmount("CHEAPEST_ORDER_ITEM_AMOUNT / 8", each), want: money{[]int64{100, 100, 100}, 0, 2700},
		},
		{
			name: "the most expensive line", discount: dynamicAmount("MOST_EXPENSIVE_ORDER_ITEM_PRICE / 8", each),
			want: money{[]int64{125, 125, 125}, 0, 2625},
		},
		{
			name:     "metadata of the cheapest and the most expensive line",
			discount: dynamicAmount(`CHEAPEST_ORDER_ITEM_PRODUCT_METADATA("margin") + MOST_EXPENSIVE_ORDER_ITEM_METADATA("engraved")`, each),
			want:     money{[]int64{225, 225, 225}, 0, 2325},
		},
		{
			name: "a new price of each line", want: money{[]int64{150, 100, 125}, 0, 2625},
			discount: dynamicPrice("ORDER_ITEM_PRICE * 0.875", each),
		},
		{
			name: "off each unit", want: money{[]int64{300, 200, 250}, 0, 2250},
			discount: dynamicAmount("ORDER_ITEM_PRICE / 4", discount.ToItemsByQuantity),
		},
		{
			name: "a sum to divide", want: money{[]int64{240, 160, 200}, 0, 2400},
			discount: dynamicAmount("ORDER_UNITS_QUANTITY", discount.ToItemsProportionally),
		},
	} {
		s.cart, s.scope = lines(), everything()
		s.run(t, index)
	}
}

// Section 4.3: the most expensive of equal lines is also the one with the lowest subtotal.
func TestExtremeLinesAmongEquals(t *testing.T) {
	t.Parallel()
	for _, operand := range []string{"CHEAPEST_ORDER_ITEM_UNITS_QUANTITY", "MOST_EXPENSIVE_ORDER_ITEM_UNITS_QUANTITY"} {
		scene{
			name: operand, cart: cart(bare("x", 9), item("a", 500, 3), item("b", 500, 2), item("c", 500, 2)), scope: only("a"),
			discount: dynamicAmount(operand, discount.ToItems), want: money{[]int64{0, 200, 0, 0}, 0, 3300},
		}.run(t, nil)
	}
}

// Sections 4.3 and 5.9: amounts are before, subtotals after the discounts of the stack; ORDER_AMOUNT is the base.
func TestFormulasInAStack(t *testing.T) {
	t.Parallel()
	half := step{discount: discount.Percent("50", discount.ToItems), scope: everything()}
	for _, tt := range []struct {
		source string
		mode   discount.Mode
		want   int64
	}{
		{"ORDER_ITEM_AMOUNT / 10", discount.Discounted, 600},
		{"ORDER_ITEM_SUBTOTAL / 10", discount.Discounted, 550},
		{"CHEAPEST_ORDER_ITEM_SUBTOTAL / 10", discount.Discounted, 550},
		{"MOST_EXPENSIVE_ORDER_ITEM_AMOUNT / 10", discount.Discounted, 600},
		{"ORDER_AMOUNT / 10", discount.Discounted, 550},
		{"ORDER_AMOUNT / 10", discount.Initial, 600},
	} {
		t.Run(tt.source+" "+string(tt.mode), func(t *testing.T) {
			t.Parallel()
			then := step{dynamicAmount(tt.source, discount.ToItems), everything(), discount.Context{Mode: tt.mode}}
			diff(t, "discount", []int64{tt.want}, moneyOf(calculate(t, cart(item("a", 1000, 1)), nil, half, then)).Lines)
		})
	}
}

// A redeemable computes on what the preceding ones left, not on what it has taken off the line before.
func TestFormulasDoNotSeeTheirOwnDiscount(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"IF(ORDER_AMOUNT > 38;5;1)", "IF(CHEAPEST_ORDER_ITEM_SUBTOTAL > 9;5;1)", "IF(MOST_EXPENSIVE_ORDER_ITEM_SUBTOTAL > 9;5;1)",
		"IF(ORDER_ITEM_SUBTOTAL > 9;5;1)", "IF(CHEAPEST_ORDER_ITEM_UNITS_QUANTITY = 1;5;1)",
	} {
		scene{
			name: source, cart: cart(item("a", 1000, 1), item("b", 1000, 1), item("c", 1000, 2)), scope: only("a", "b"),
			discount: dynamicAmount(source, discount.ToItems), want: money{[]int64{500, 500, 0}, 0, 3000},
		}.run(t, nil)
	}
}

// Section 4.5: the answer names the value that was used.
func TestTheAnswerNamesTheComputedValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		discount discount.Discount
		want     discount.Discount
	}{
		{"a sum", dynamicAmount("ORDER_AMOUNT / 4", discount.ToOrder), discount.AmountOff(2500, discount.ToOrder)},
		{"a percentage", dynamicPercent("ORDER_AMOUNT / 8", discount.ToOrder), discount.Percent("12.5", discount.ToOrder)},
		{"a percentage out of range", dynamicPercent("120", discount.ToOrder), discount.Percent("100", discount.ToOrder)},
		{"a price", dynamicPrice("80", discount.ToOrder), discount.NewPrice(8000, discount.ToOrder)},
		{
			"units, rounded down", dynamicUnits("ORDER_AMOUNT / 40"),
			discount.FreeUnits(2, "cup", discount.AddNew),
		},
		{
			"units below zero", dynamicUnits("- 1"),
			discount.FreeUnits(0, "cup", discount.AddNew),
		},
		{
			"too many units", dynamicUnits("1000000000000000000"),
			discount.FreeUnits(discount.MaxUnitOff, "cup", discount.AddNew),
		},
		{"a fallback", dynamicAmount(`CUSTOMER_METADATA("x")`, discount.ToOrder), discount.AmountOff(7, discount.ToOrder)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			program := compile(t, tt.discount, nil)
			state := start(t, sum(10000), nil, discount.Nothing)
			state.Begin()
			want := tt.want
			want.AmountOffFormula, want.PercentOffFormula = tt.discount.AmountOffFormula, tt.discount.PercentOffFormula
			want.FixedAmountFormula, want.UnitOffFormula = tt.discount.FixedAmountFormula, tt.discount.UnitOffFormula
			want.IsDynamic = true
			diff(t, "discount of the answer", want, program.Apply(state, discount.Context{}).Discount)
			diff(t, "definition", tt.discount, program.Definition())
		})
	}
}

// Section 4.1: each reward of many has a formula of its own.
func TestFormulasOfRewards(t *testing.T) {
	t.Parallel()
	rewards := many(unit(1, "cup", ""), unit(1, "bag", ""))
	rewards.Units[0].UnitOffFormula = "IF(ORDER_UNITS_QUANTITY > 5;FLOOR(ORDER_UNITS_QUANTITY / 3;0);1)"
	rewards.Units[1].UnitOffFormula = `CUSTOMER_METADATA("unknown")`
	reward{
		name: "two cups for six units", cart: cart(item("comic", 1700, 6)), discount: rewards,
		want: []goods{{6, 0, 10200, 0}, {2, 2, 6200, 6200}, {1, 1, 2900, 2900}}, amount: 19300, total: 10200,
	}.run(t, warehouse())
}
