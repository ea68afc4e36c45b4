package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// costs is an entry with a new unit price.
func costs(id string, price int64) product.Target {
	return target(id, func(t *product.Target) { t.Price = &price })
}

// Sections 3.6 and 3.7.
func TestNewPrice(t *testing.T) {
	t.Parallel()
	ten := discount.NewPrice(1000, discount.ToItems)
	for _, s := range []scene{
		{
			name: "an order of 25 that costs 10 now",
			cart: sum(2500), discount: discount.NewPrice(1000, discount.ToOrder), want: money{Order: 1500, Total: 1000},
		},
		{
			name: "a new price above the total lowers nothing",
			cart: sum(2500), discount: discount.NewPrice(2501, discount.ToOrder), want: money{Total: 2500},
		},
		{
			name: "an order that costs nothing now",
			cart: sum(2500), discount: discount.NewPrice(0, discount.ToOrder), want: money{Order: 2500},
		},
		{
			name: "the mug of 10 costs 10 already, poster and shirt become cheaper unit by unit",
			cart: shop(), discount: ten, scope: shopReach(),
			want: money{Lines: []int64{0, 1500, 3000, 0}, Total: 13000},
		},
		{
			name: "a price is never raised",
			cart: shop(), discount: discount.NewPrice(1900, discount.ToItems), scope: everything(),
			want: money{Lines: []int64{0, 0, 300, 1200}, Total: 16000},
		},
		{
			name: "every product is worth 8",
			cart: cart(item("a", 20000, 1), item("b", 10000, 2), item("c", 10700, 3)), discount: discount.NewPrice(800, discount.ToItems),
			scope: everything(), want: money{Lines: []int64{19200, 18400, 29700}, Total: 72100 - 67300},
		},
		{
			name: "one unit of a line of 373.75 gets the new price",
			cart: cart(item("a", 37375, 1)), discount: discount.NewPrice(27375, discount.ToItems), scope: only("a"),
			want: money{Lines: []int64{10000}, Total: 27375},
		},
		{
			name: "two of five units get the new price",
			cart: cart(item("a", 1500, 5)), discount: ten,
			scope: reach(target("a", func(t *product.Target) { t.QuantityLimit = ptr[int64](2) })),
			want:  money{Lines: []int64{1000}, Total: 6500},
		},
		{
			name: "without a unit price the average counts",
			cart: cart(order.Item{ProductID: "a", Amount: ptr[int64](4600), Quantity: 3}), discount: ten, scope: only("a"),
			want: money{Lines: []int64{1600}, Total: 3000},
		},
		{
			name: "a line without a price has none that could fall",
			cart: cart(bare("a", 2), item("b", 1100, 1)), discount: ten, scope: everything(),
			want: money{Lines: []int64{0, 100}, Total: 1000},
		},
	} {
		s.run(t, nil)
	}
}

// Section 3.7: which of several new prices counts.
func TestNewPriceOfEntries(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(
		[]*product.Product{priced("prod_shirt", 2000), priced("prod_mug", 1000)},
		[]*product.SKU{
			{ID: "sku_red", ProductID: "prod_shirt", Price: ptr[int64](2400)}, {ID: "sku_blue", ProductID: "prod_shirt"},
		},
		[]*product.Collection{collection("pc_wear", "prod_shirt"), collection("pc_sale", "prod_shirt", "prod_mug")},
	)
	lines := func() *order.Order {
		return cart(order.Item{SKUID: "sku_red", Quantity: 1}, order.Item{SKUID: "sku_blue", Quantity: 1}, bare("prod_mug", 1))
	}
	ten := discount.NewPrice(1000, discount.ToItems)
	none := discount.Discount{Type: discount.Price, Effect: discount.ToItems}
	for _, s := range []scene{
		{
			name: "a product's price is the price of all its SKUs that cost more",
			cart: lines(), discount: ten, scope: reach(costs("prod_shirt", 2100)),
			want: money{Lines: []int64{300, 0, 0}, Total: 5100},
		},
		{
			name: "a SKU's price comes before its product's",
			cart: lines(), discount: ten, scope: reach(costs("prod_shirt", 500), costs("sku_red", 1500)),
			want: money{Lines: []int64{900, 1500, 0}, Total: 3000},
		},
		{
			name: "a product's price comes before the lower price of a collection",
			cart: lines(), discount: ten, scope: reach(costs("pc_sale", 300), costs("prod_shirt", 1800)),
			want: money{Lines: []int64{600, 200, 700}, Total: 3900},
		},
		{
			name: "of several collections the lowest price counts, wherever it stands",
			cart: lines(), discount: ten, scope: reach(costs("pc_wear", 1200), costs("pc_sale", 900)),
			want: money{Lines: []int64{1500, 1100, 100}, Total: 2700},
		},
		{
			name: "of several collections the lowest price counts, in the other order",
			cart: lines(), discount: ten, scope: reach(costs("pc_sale", 900), costs("pc_wear", 1200)),
			want: money{Lines: []int64{1500, 1100, 100}, Total: 2700},
		},
		{
			name: "an entry without a price leaves the price to the discount",
			cart: lines(), discount: ten, scope: reach(names("prod_shirt")[0], costs("prod_mug", 700)),
			want: money{Lines: []int64{1400, 1000, 300}, Total: 2700},
		},
		{
			name: "a product without a price of its own has that of its collection",
			cart: lines(), discount: ten, scope: reach(names("prod_shirt")[0], costs("pc_sale", 600)),
			want: money{Lines: []int64{1800, 1400, 400}, Total: 1800},
		},
		{
			name: "a collection without a price does not bring the discount's price before that of another collection",
			cart: lines(), discount: ten, scope: reach(names("pc_wear")[0], costs("pc_sale", 1700)),
			want: money{Lines: []int64{700, 300, 0}, Total: 4400},
		},
		{
			name: "without any price, prices stay",
			cart: lines(), discount: none, scope: everything(),
			want: money{Lines: []int64{0, 0, 0}, Total: 5400},
		},
		{
			name: "what is excluded keeps its price, also as a member of a collection",
			cart: lines(), discount: ten,
			scope: product.Scope{Included: []product.Target{costs("pc_sale", 300)}, Excluded: names("prod_shirt")},
			want:  money{Lines: []int64{0, 0, 700}, Total: 4700},
		},
	} {
		s.run(t, index)
	}
}

// The recorded answer of section 3.7: collections with a formula each, the plain prices are fallbacks.
func TestRecordedNewPrices(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(nil, nil, []*product.Collection{
		collection("pc_fifth", "prod_1", "prod_5"), collection("pc_tenth", "prod_2", "prod_4"),
	})
	formula := func(id string, price int64, source string) product.Target {
		return target(id, func(t *product.Target) { t.Price, t.PriceFormula = &price, source })
	}
	scope := reach(
		formula("pc_fifth", 99900, "IF(ORDER_AMOUNT > 300;ORDER_ITEM_PRICE * 0.8;ORDER_ITEM_PRICE)"),
		formula("pc_tenth", 99900, "IF(ORDER_AMOUNT > 200;ORDER_ITEM_PRICE * 0.9;ORDER_ITEM_PRICE)"),
		formula(discount.ShippingProduct, 2000, "IF(ORDER_AMOUNT > 400;0;20)"),
	)
	items := cart(
		item("prod_1", 6500, 1), item("prod_2", 6000, 1), item(discount.ShippingProduct, 2000, 1),
		item("prod_4", 5000, 2), item("prod_5", 11000, 2),
	)
	state := start(t, items, index, discount.Nothing)
	d := discount.Discount{Type: discount.Price, Effect: discount.ToItems}
	program := compile(t, d, index, scope)
	state.Begin()
	outcome := program.Apply(state, discount.Context{})
	state.Keep(false)
	got := state.Result()
	diff(t, "discounts", money{Lines: []int64{1300, 600, 2000, 1000, 4400}, Total: 37200}, moneyOf(got))
	var subtotals []int64
	for i := range got.Items {
		subtotals = append(subtotals, got.Items[i].SubtotalAmount)
	}
	diff(t, "subtotals", []int64{5200, 5400, 0, 9000, 17600}, subtotals)
	if !outcome.Discount.IsDynamic {
		t.Error("the answer does not say that the prices come from formulas")
	}

	strict := func(id string, like product.Target, line int) product.Target {
		like.Ref = product.Ref{ID: id, Object: product.KindProduct}
		like.Strict, like.OrderItemIndices = true, []int{line}
		return configured(like)
	}
	covering := func(like product.Target, lines ...int) product.Target {
		like.OrderItemIndices = lines
		return configured(like)
	}
	diff(t, "applicable_to", []product.Target{
		covering(scope.Included[0], 0, 4), covering(scope.Included[1], 1, 3), covering(scope.Included[2], 2),
		strict("prod_1", scope.Included[0], 0), strict("prod_2", scope.Included[1], 1),
		strict("prod_4", scope.Included[1], 3), strict("prod_5", scope.Included[0], 4),
	}, program.Targets(state, &outcome))
}

// configured fills in the defaults that an answer names.
func configured(t product.Target) product.Target {
	if t.Effect == "" {
		t.Effect = product.ApplyToEvery
	}
	if t.Target == "" {
		t.Target = product.PerItem
	}
	t.Repeat = max(t.Repeat, 1)
	return t
}
