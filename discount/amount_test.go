package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// shop is the cart of the documented comparison of effects; a discount reaches its first three lines. It adds up to 17500.
func shop() *order.Order {
	return cart(item("mug", 1000, 2), item("poster", 1500, 3), item("shirt", 2000, 3), item("bottle", 2500, 2))
}

func shopReach() product.Scope { return only("mug", "poster", "shirt") }

// scene is one discount on one cart.
type scene struct {
	name     string
	cart     *order.Order
	discount discount.Discount
	scope    product.Scope
	context  discount.Context
	want     money
}

func (s scene) run(t *testing.T, index *product.Index) {
	t.Helper()
	t.Run(s.name, func(t *testing.T) {
		t.Parallel()
		got := calculate(t, s.cart, index, step{s.discount, s.scope, s.context})
		diff(t, "discounts", s.want, moneyOf(got))
	})
}

// Section 3.4.
func TestAmountOff(t *testing.T) {
	t.Parallel()
	ten := func(effect discount.Effect) discount.Discount { return discount.AmountOff(1000, effect) }
	for _, s := range []scene{
		{
			name: "off the order, no line is touched",
			cart: shop(), discount: ten(discount.ToOrder), scope: shopReach(),
			want: money{Lines: []int64{0, 0, 0, 0}, Order: 1000, Total: 16500},
		},
		{
			name: "off the order, at most what the order costs",
			cart: sum(800), discount: ten(discount.ToOrder),
			want: money{Order: 800, Total: 0},
		},
		{
			name: "off each line in reach",
			cart: shop(), discount: ten(discount.ToItems), scope: shopReach(),
			want: money{Lines: []int64{1000, 1000, 1000, 0}, Total: 14500},
		},
		{
			name: "off each unit in reach",
			cart: shop(), discount: ten(discount.ToItemsByQuantity), scope: shopReach(),
			want: money{Lines: []int64{2000, 3000, 3000, 0}, Total: 9500},
		},
		{
			name: "divided by the amounts of the lines 20, 45 and 60",
			cart: shop(), discount: ten(discount.ToItemsProportionally), scope: shopReach(),
			want: money{Lines: []int64{160, 360, 480, 0}, Total: 16500},
		},
		{
			name: "divided by the units of the lines 2, 3 and 3",
			cart: shop(), discount: ten(discount.ToItemsProportionallyByUnit), scope: shopReach(),
			want: money{Lines: []int64{250, 375, 375, 0}, Total: 16500},
		},
		{
			name: "10 off each of two lines, however much they cost",
			cart: cart(item("a", 2000, 1), item("b", 8000, 1)), discount: ten(discount.ToItems), scope: everything(),
			want: money{Lines: []int64{1000, 1000}, Total: 8000},
		},
		{
			name: "10 divided over 20 and 80",
			cart: cart(item("a", 2000, 1), item("b", 8000, 1)), discount: ten(discount.ToItemsProportionally), scope: everything(),
			want: money{Lines: []int64{200, 800}, Total: 9000},
		},
		{
			name: "10 divided over a pen of 20 and a mug of 10",
			cart: cart(item("pen", 2000, 1), item("mug", 1000, 1)), discount: ten(discount.ToItemsProportionally), scope: everything(),
			want: money{Lines: []int64{667, 333}, Total: 2000},
		},
		{
			name: "a line of 7 gets no more than 7 off, and the rest is lost",
			cart: cart(item("a", 2000, 1), item("b", 700, 1)), discount: ten(discount.ToItems), scope: everything(),
			want: money{Lines: []int64{1000, 700}, Total: 1000},
		},
		{
			name: "a unit of 7 gets no more than 7 off, whatever the other units cost",
			cart: cart(item("a", 700, 3), item("b", 2000, 2)), discount: ten(discount.ToItemsByQuantity), scope: everything(),
			want: money{Lines: []int64{2100, 2000}, Total: 2000},
		},
		{
			name: "a unit of 7 gets no more than 7 off, also when another one keeps its price",
			cart: cart(item("a", 700, 2)), discount: ten(discount.ToItemsByQuantity),
			scope: reach(target("a", func(t *product.Target) { t.QuantityLimit = ptr[int64](1) })),
			want:  money{Lines: []int64{700}, Total: 700},
		},
		{
			name: "5 off each unit, one vase of two and both roses",
			cart: cart(item("vase", 1500, 2), item("rose", 900, 2)), discount: discount.AmountOff(500, discount.ToItemsByQuantity),
			scope: reach(target("vase", func(t *product.Target) { t.QuantityLimit = ptr[int64](1) }), names("rose")[0]),
			want:  money{Lines: []int64{500, 1000}, Total: 3300},
		},
		{
			name: "3 divided over lines whose amounts win over price times quantity",
			cart: &order.Order{Amount: 6000, Items: []order.Item{
				{ProductID: "a", Price: ptr[int64](3000), Quantity: 1, Amount: ptr[int64](3300)},
				{ProductID: "b", Price: ptr[int64](3000), Quantity: 2, Amount: ptr[int64](3400)},
			}},
			discount: discount.AmountOff(300, discount.ToItemsProportionally), scope: everything(),
			want: money{Lines: []int64{148, 152}, Total: 5700},
		},
		{
			name: "more than the lines in reach cost makes them free",
			cart: shop(), discount: discount.AmountOff(99999, discount.ToItemsProportionally), scope: shopReach(),
			want: money{Lines: []int64{2000, 4500, 6000, 0}, Total: 5000},
		},
		{
			name: "what a line has no room for goes to the others",
			cart: cart(item("a", 100, 1), item("b", 5000, 1), item("c", 5000, 2)), scope: everything(),
			discount: discount.AmountOff(1000, discount.ToItemsProportionallyByUnit),
			want:     money{Lines: []int64{100, 300, 600}, Total: 14100},
		},
		{
			name: "three lines of one poster are three lines, 40 off each",
			cart: cart(item("poster", 5000, 1), item("poster", 5000, 1), item("poster", 5000, 1)), scope: only("poster"),
			discount: discount.AmountOff(4000, discount.ToItems),
			want:     money{Lines: []int64{4000, 4000, 4000}, Total: 3000},
		},
		{
			name: "without a rule about products a discount on items finds none",
			cart: shop(), discount: ten(discount.ToItems),
			want: money{Lines: []int64{0, 0, 0, 0}, Total: 17500},
		},
		{
			name: "nothing off is nothing off",
			cart: shop(), discount: discount.AmountOff(0, discount.ToItems), scope: everything(),
			want: money{Lines: []int64{0, 0, 0, 0}, Total: 17500},
		},
	} {
		s.run(t, nil)
	}
}

// Section 3.1: an effect that the definition does not name depends on the rule.
func TestDefaultEffect(t *testing.T) {
	t.Parallel()
	amount := discount.Discount{Type: discount.Amount, AmountOff: ptr[int64](100)}
	percent := discount.Discount{Type: discount.Rate, PercentOff: "10"}
	price := discount.Discount{Type: discount.Price, FixedAmount: ptr[int64](100)}
	units := discount.Discount{Type: discount.Units, UnitOff: ptr[int64](1), UnitType: "mug"}
	excluding := product.Scope{Excluded: names("mug")}
	for _, tt := range []struct {
		name     string
		discount discount.Discount
		scope    product.Scope
		want     discount.Effect
	}{
		{"a sum with products is taken off items", amount, only("mug"), discount.ToItems},
		{"a sum with excluded products only is taken off items", amount, excluding, discount.ToItems},
		{"a sum without products is taken off the order", amount, product.Scope{}, discount.ToOrder},
		{"a percentage with products is taken off items", percent, only("mug"), discount.ToItems},
		{"a percentage without products is taken off the order", percent, product.Scope{}, discount.ToOrder},
		{"a new price with products is a price of items", price, only("mug"), discount.ToItems},
		{"a new price without products is a price of the order", price, product.Scope{}, discount.ToOrder},
		{"a reward adds what is missing, with products", units, only("mug"), discount.AddMissing},
		{"a reward adds what is missing, without products", units, product.Scope{}, discount.AddMissing},
		{"an effect that is named stays", discount.AmountOff(100, discount.ToOrder), only("mug"), discount.ToOrder},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			program := compile(t, tt.discount, nil, tt.scope)
			diff(t, "effect", tt.want, program.Effect())
			diff(t, "definition", tt.discount, program.Definition())
		})
	}
}
