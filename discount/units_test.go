package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// reward is one UNIT discount on one cart.
type reward struct {
	name     string
	cart     *order.Order
	discount discount.Discount
	scope    product.Scope
	context  discount.Context
	want     []goods
	// amount is the order before discounts, total what is left of it.
	amount, total int64
}

func (r reward) run(t *testing.T, index *product.Index) {
	t.Helper()
	t.Run(r.name, func(t *testing.T) {
		t.Parallel()
		got := calculate(t, r.cart, index, step{r.discount, r.scope, r.context})
		diff(t, "lines", r.want, goodsOf(got))
		if got.Amount != r.amount || got.TotalAmount != r.total {
			t.Errorf("amount %d, total %d, want %d and %d", got.Amount, got.TotalAmount, r.amount, r.total)
		}
	})
}

// many is ADD_MANY_ITEMS.
func many(units ...discount.Unit) discount.Discount {
	return discount.Discount{Type: discount.Units, Effect: discount.AddMany, Units: units}
}

func unit(units int64, unitType string, effect discount.Effect) discount.Unit {
	return discount.Unit{UnitOff: &units, UnitType: unitType, Effect: effect}
}

// warehouse is the catalogue of the documented rewards.
func warehouse() *product.Index {
	return product.NewIndex(
		[]*product.Product{
			priced("shirt", 2000), priced("vase", 1500), priced("charger", 3500), priced("comic", 1700), priced("bag", 2900),
			priced("cup", 3100), priced("mug", 4000), {ID: "gift"}, {ID: "prod_tea", SourceID: "TEA", Price: ptr[int64](900)},
			{ID: "prod_shipping", SourceID: discount.ShippingProduct},
		},
		[]*product.SKU{
			{ID: "sku_green", SourceID: "GREEN", ProductID: "prod_tea"},
			{ID: "sku_black", ProductID: "prod_tea", Price: ptr[int64](800)},
		},
		nil,
	)
}

// Section 3.8.
func TestMissingUnits(t *testing.T) {
	t.Parallel()
	missing := func(units int64, unitType string) discount.Discount {
		return discount.FreeUnits(units, unitType, discount.AddMissing)
	}
	for _, r := range []reward{
		{
			name: "2 shirts free, none in the cart", cart: cart(item("cup", 3100, 1)), discount: missing(2, "shirt"),
			want: []goods{{1, 0, 3100, 0}, {2, 2, 4000, 4000}}, amount: 7100, total: 3100,
		},
		{
			name: "2 shirts free, one of them is in the cart", cart: cart(item("shirt", 2000, 1)), discount: missing(2, "shirt"),
			want: []goods{{2, 2, 4000, 4000}}, amount: 4000, total: 0,
		},
		{
			name: "2 shirts free, both are in the cart", cart: cart(item("shirt", 2000, 2)), discount: missing(2, "shirt"),
			want: []goods{{2, 2, 4000, 4000}}, amount: 4000, total: 0,
		},
		{
			name: "2 shirts free of three", cart: cart(item("shirt", 2000, 3)), discount: missing(2, "shirt"),
			want: []goods{{3, 2, 6000, 4000}}, amount: 6000, total: 2000,
		},
		{
			name: "222 vases free, one is in the cart", cart: cart(item("vase", 1500, 1)), discount: missing(222, "vase"),
			want: []goods{{222, 222, 333000, 333000}}, amount: 333000, total: 0,
		},
		{
			name: "a charger that is not in the cart", cart: cart(item("phone", 50000, 1)), discount: missing(1, "charger"),
			want: []goods{{1, 0, 50000, 0}, {1, 1, 3500, 3500}}, amount: 53500, total: 50000,
		},
		{
			name: "a line keeps its own price for the units that are added", cart: cart(item("mug", 1000, 1)), discount: missing(2, "mug"),
			want: []goods{{2, 2, 2000, 2000}}, amount: 2000, total: 0,
		},
		{
			name: "a product without a price is added without amounts", cart: cart(item("cup", 4300, 1)), discount: missing(1, "gift"),
			want: []goods{{1, 0, 4300, 0}, {1, 1, 0, 0}}, amount: 4300, total: 4300,
		},
		{
			name: "a product that nobody knows is added without amounts", cart: cart(item("cup", 4300, 1)), discount: missing(1, "prod_new"),
			want: []goods{{1, 0, 4300, 0}, {1, 1, 0, 0}}, amount: 4300, total: 4300,
		},
		{
			name:     "free shipping takes off the shipping line of the cart",
			cart:     cart(item("cup", 4300, 1), item(discount.ShippingProduct, 2000, 1)),
			discount: discount.FreeShipping(),
			want:     []goods{{1, 0, 4300, 0}, {1, 1, 2000, 2000}}, amount: 6300, total: 4300,
		},
		{
			name: "free shipping without a shipping line", cart: cart(item("cup", 4300, 1)), discount: discount.FreeShipping(),
			want: []goods{{1, 0, 4300, 0}, {1, 1, 0, 0}}, amount: 4300, total: 4300,
		},
		{
			name: "several lines are used in their order, what is added belongs to the first",
			cart: cart(item("shirt", 2000, 1), item("cup", 3100, 1), item("shirt", 1800, 2)), discount: missing(4, "shirt"),
			want: []goods{{2, 2, 4000, 4000}, {1, 0, 3100, 0}, {2, 2, 3600, 3600}}, amount: 10700, total: 3100,
		},
		{
			name: "a product's reward is given on the lines of its SKUs",
			cart: cart(order.Item{SKUID: "sku_black", Quantity: 1}), discount: missing(2, "prod_tea"),
			want: []goods{{2, 2, 1600, 1600}}, amount: 1600, total: 0,
		},
		{
			name: "a SKU's reward is not given on another SKU",
			cart: cart(order.Item{SKUID: "sku_black", Quantity: 1}), discount: missing(1, "sku_green"),
			want: []goods{{1, 0, 800, 0}, {1, 1, 900, 900}}, amount: 1700, total: 800,
		},
		{
			name: "a SKU's reward is not given on the product alone",
			cart: cart(bare("prod_tea", 1)), discount: missing(1, "sku_green"),
			want: []goods{{1, 0, 900, 0}, {1, 1, 900, 900}}, amount: 1800, total: 900,
		},
		{
			name: "the shop's own ids name products", cart: cart(bare("prod_tea", 1)), discount: missing(1, "TEA"),
			want: []goods{{1, 1, 900, 900}}, amount: 900, total: 0,
		},
		{
			name: "the shop's own ids name SKUs",
			cart: cart(order.Item{SKUID: "sku_green", Quantity: 1}), discount: missing(1, "GREEN"),
			want: []goods{{1, 1, 900, 900}}, amount: 900, total: 0,
		},
		{
			name: "an amount that the caller set moves with the units", cart: &order.Order{Amount: 6000, Items: []order.Item{item("cup", 3100, 1)}},
			discount: missing(1, "shirt"), want: []goods{{1, 0, 3100, 0}, {1, 1, 2000, 2000}}, amount: 8000, total: 6000,
		},
		{
			name: "no unit is no reward", cart: cart(item("cup", 3100, 1)), discount: missing(0, "shirt"),
			want: []goods{{1, 0, 3100, 0}}, amount: 3100, total: 3100,
		},
	} {
		r.run(t, warehouse())
	}
}

// Section 3.9.
func TestNewAndManyAndSameUnits(t *testing.T) {
	t.Parallel()
	twoLines := func() *order.Order { return cart(item("bag", 2900, 1), item("cup", 3100, 1)) }
	for _, r := range []reward{
		{
			name: "22 new comics beside the one in the cart", cart: cart(item("comic", 1700, 1)),
			discount: discount.FreeUnits(22, "comic", discount.AddNew),
			want:     []goods{{23, 22, 39100, 37400}}, amount: 39100, total: 1700,
		},
		{
			name: "a new product is a line of its own", cart: cart(item("cup", 3100, 1)),
			discount: discount.FreeUnits(2, "comic", discount.AddNew),
			want:     []goods{{1, 0, 3100, 0}, {2, 2, 3400, 3400}}, amount: 6500, total: 3100,
		},
		{
			name: "new units of a product in several lines go to the first", cart: cart(item("cup", 3100, 1), item("cup", 3000, 2)),
			discount: discount.FreeUnits(1, "cup", discount.AddNew),
			want:     []goods{{2, 1, 6200, 3100}, {2, 0, 6000, 0}}, amount: 12200, total: 9100,
		},
		{
			name: "one missing of the first and one new of the second", cart: twoLines(),
			discount: many(unit(1, "bag", discount.AddMissing), unit(1, "cup", discount.AddNew)),
			want:     []goods{{1, 1, 2900, 2900}, {2, 1, 6200, 3100}}, amount: 9100, total: 3100,
		},
		{
			name: "a reward without an effect adds what is missing", cart: twoLines(), discount: many(unit(1, "bag", ""), unit(1, "shirt", "")),
			want: []goods{{1, 1, 2900, 2900}, {1, 0, 3100, 0}, {1, 1, 2000, 2000}}, amount: 8000, total: 3100,
		},
		{
			name: "later rewards see what earlier ones did", cart: cart(item("cup", 3100, 1)),
			discount: many(unit(1, "shirt", discount.AddNew), unit(3, "shirt", discount.AddMissing)),
			want:     []goods{{1, 0, 3100, 0}, {4, 4, 8000, 8000}}, amount: 11100, total: 3100,
		},
		{
			name: "as many shirts again, up to what the customer has", cart: cart(item("cup", 3100, 1), item("shirt", 2000, 3)),
			discount: discount.FreeUnits(5, "", discount.AddSame), scope: only("shirt"),
			want: []goods{{1, 0, 3100, 0}, {6, 3, 12000, 6000}}, amount: 15100, total: 9100,
		},
		{
			name: "a bundle of one shirt three times, one free each", cart: cart(item("shirt", 2000, 3)),
			discount: discount.FreeUnits(1, "", discount.AddSame), scope: only("shirt"), context: discount.Context{Bundle: 3},
			want: []goods{{6, 3, 12000, 6000}}, amount: 12000, total: 6000,
		},
		{
			name: "the units are used up line after line", cart: cart(item("bag", 2900, 2), item("cup", 3100, 2)),
			discount: discount.FreeUnits(3, "", discount.AddSame), scope: everything(),
			want: []goods{{4, 2, 11600, 5800}, {3, 1, 9300, 3100}}, amount: 20900, total: 12000,
		},
		{
			name: "the cheapest line comes first when the rule says so", cart: cart(item("cup", 3100, 2), item("bag", 2900, 2)),
			discount: discount.FreeUnits(3, "", discount.AddSame),
			scope:    reach(picking(product.AllProducts, product.ApplyFromCheapest, product.PerItem, 0, 1)),
			want:     []goods{{3, 1, 9300, 3100}, {4, 2, 11600, 5800}}, amount: 20900, total: 12000,
		},
		{
			name: "a cart without any of the products gets none", cart: cart(item("cup", 3100, 1)),
			discount: discount.FreeUnits(3, "", discount.AddSame), scope: only("shirt"),
			want: []goods{{1, 0, 3100, 0}}, amount: 3100, total: 3100,
		},
	} {
		r.run(t, warehouse())
	}
}

// Section 3.8: what an answer tells about a line that a reward created, and about one that it made free.
func TestRewardsInTheAnswer(t *testing.T) {
	t.Parallel()
	got := calculate(t, cart(item("phone", 50000, 1), item("shirt", 2000, 1)), warehouse(), step{
		discount: many(unit(1, "charger", discount.AddMissing), unit(2, "shirt", discount.AddMissing)),
	})
	want := []order.Item{
		{
			ProductID: "phone", Quantity: 1, Price: ptr[int64](50000), Amount: ptr[int64](50000),
			SubtotalAmount: 50000, InitialQuantity: 1, InitialAmount: 50000,
		},
		{
			ProductID: "shirt", Quantity: 2, Price: ptr[int64](2000), Amount: ptr[int64](4000), InitialQuantity: 1, InitialAmount: 2000,
			DiscountQuantity: 2, DiscountAmount: 4000, AppliedDiscountQuantity: 2, AppliedDiscountAmount: 4000,
			AppliedQuantity: 1, AppliedQuantityAmount: 2000, Touched: true,
		},
		{
			ProductID: "charger", Quantity: 1, Price: ptr[int64](3500), Amount: ptr[int64](3500),
			DiscountQuantity: 1, DiscountAmount: 3500, AppliedDiscountQuantity: 1, AppliedDiscountAmount: 3500,
			AppliedQuantity: 1, AppliedQuantityAmount: 3500, Touched: true,
		},
	}
	for i := range want {
		want[i].InitialKnown = true
	}
	diff(t, "lines", want, got.Items)
	if got.InitialAmount != 52000 || got.Amount != 57500 {
		t.Errorf("initial amount %d, amount %d", got.InitialAmount, got.Amount)
	}
}

// A reward that would make the order larger than an amount can be is not given.
func TestRewardsStayInTheRangeOfAmounts(t *testing.T) {
	t.Parallel()
	const most = 1_000_000_000_000_000
	for _, r := range []reward{
		{
			name: "missing units", discount: discount.FreeUnits(2, "gold", discount.AddMissing),
			want: []goods{{1, 0, most, 0}}, amount: most, total: most,
		},
		{
			name: "new units", discount: discount.FreeUnits(1, "gold", discount.AddNew), want: []goods{{1, 0, most, 0}}, amount: most, total: most,
		},
		{
			name: "the same units", discount: discount.FreeUnits(1, "", discount.AddSame), scope: everything(),
			want: []goods{{1, 0, most, 0}}, amount: most, total: most,
		},
		{
			name: "a line of its own", discount: discount.FreeUnits(1, "shirt", discount.AddNew),
			want: []goods{{1, 0, most, 0}}, amount: most, total: most,
		},
		{
			name: "units that are there already", discount: discount.FreeUnits(1, "gold", discount.AddMissing),
			want: []goods{{1, 1, most, most}}, amount: most, total: 0,
		},
	} {
		r.cart = cart(item("gold", most, 1))
		r.run(t, warehouse())
	}
	reward{
		name: "an order of the largest amount", cart: cart(item("gold", most-2000, 1)),
		discount: discount.FreeUnits(1, "shirt", discount.AddNew),
		want:     []goods{{1, 0, most - 2000, 0}, {1, 1, 2000, 2000}}, amount: most, total: most - 2000,
	}.run(t, warehouse())
}
