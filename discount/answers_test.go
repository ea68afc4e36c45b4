package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// Section 3.2: a collection is listed with each product that it brought in, once, with the lines of that product. A line
// that names nothing stands in its collection only.
func TestTargetsOfACollection(t *testing.T) {
	t.Parallel()
	lines := cart(
		order.Item{SKUID: "sku_black"}, item("cup", 100, 1), order.Item{SKUID: "sku_black"}, worth("", 500), worth("prod_new", 500),
	)
	state := start(t, lines, warehouse(), discount.Nothing)
	all := picking(product.AllProducts, product.ApplyFromCheapest, product.PerItem, 0, 1)
	program := compile(t, discount.Percent("10", discount.ToItems), warehouse(), reach(all))
	state.Begin()
	outcome := program.Apply(state, discount.Context{})
	strict := func(ref product.Ref, lines ...int) product.Target {
		like := all
		like.Ref, like.Strict, like.OrderItemIndices = ref, true, lines
		return like
	}
	all.OrderItemIndices = []int{1, 3, 4, 0, 2}
	diff(t, "applicable_to", []product.Target{
		all,
		strict(product.Ref{ID: "cup", Object: product.KindProduct}, 1),
		strict(product.Ref{ID: "prod_new", Object: product.KindProduct}, 4),
		strict(product.Ref{ID: "sku_black", Object: product.KindSKU, ProductID: "prod_tea"}, 0, 2),
	}, program.Targets(state, &outcome))
}

// A quota counts for its entry, however that names its product, and each product that an entry brings in has a name.
func TestNamesOfQuotas(t *testing.T) {
	t.Parallel()
	quotas := product.Quotas{PerCampaign: ptr[int64](9), PerProductAndCustomerInCampaign: ptr[int64](8)}
	entry := product.Target{Ref: product.Ref{SourceID: "TEA-X", Object: product.KindProduct}, Quotas: quotas}
	unnamed := order.Item{SourceID: "TEA-X", Price: ptr[int64](100)}
	program := compile(t, discount.Percent("100", discount.ToItems), nil, reach(names("cup")[0], entry))
	state := start(t, cart(item("cup", 100, 1), unnamed), nil, discount.Nothing)
	want := []discount.Quota{
		{Target: "product-source:TEA-X", Limit: 9},
		{Target: "product-source:TEA-X", Product: "product-source:TEA-X", PerCustomer: true, Limit: 8},
	}
	diff(t, "quotas to read", want, program.QuotasFor(state))
	state.Begin()
	outcome := program.Apply(state, discount.Context{})
	diff(t, "quotas used", []discount.QuotaUse{{Quota: want[0], Units: 1}, {Quota: want[1], Units: 1}}, outcome.Quotas)
}

// A clone knows which products are used up, and what it uses up itself is its own.
func TestCloneOfUsedUpProducts(t *testing.T) {
	t.Parallel()
	state := start(t, cart(item("a", 100, 1), item("b", 100, 1)), nil, discount.Nothing)
	once := func(state *discount.State, scope product.Scope) []int64 {
		state.Begin()
		compile(t, discount.Percent("10", discount.ToItems), nil, scope).Apply(state, discount.Context{})
		state.Keep(true)
		return moneyOf(state.Result()).Lines
	}
	once(state, only("a"))
	clone := state.Clone()
	diff(t, "on the clone", []int64{10, 10}, once(clone, everything()))
	diff(t, "on the state", []int64{10, 10}, once(state, everything()))
	diff(t, "on the state again", []int64{10, 10}, once(state, everything()))
}

// Section 3.10: an exchange that would make the order larger than an amount can be is not made.
func TestReplacementsStayInTheRangeOfAmounts(t *testing.T) {
	t.Parallel()
	reward{
		name: "a mug becomes gold", cart: cart(item("mug", mostMoney/2, 1), item("gold", mostMoney/2, 1)),
		discount: upgrade(2, "gold"), scope: only("mug"),
		want: []goods{{1, 0, mostMoney / 2, 0}, {1, 0, mostMoney / 2, 0}}, amount: mostMoney, total: mostMoney,
	}.run(t, nil)
}

// Section 4.3: what is not about the order comes from the context, and what nobody knows brings the fallback.
func TestOperandsOfTheContext(t *testing.T) {
	t.Parallel()
	context := discount.Context{Bundle: 4, Values: facts{
		"VOUCHER_REDEEMED_QUANTITY": formula.Int(3), "REDEEMABLE_METADATA/level": formula.Int(2), "ORDER_AMOUNT": formula.Int(1),
	}}
	line := order.Item{
		SKUID: "sku_black", SKU: &order.SKUData{Metadata: metadata.Map{"weight": 5}},
		Product: &order.ProductData{Metadata: metadata.Map{"weight": 4, "size": 6}}, Metadata: metadata.Map{"note": []any{"x", 1}, "null": nil},
	}
	for source, want := range map[string]int64{
		"VOUCHER_REDEEMED_QUANTITY":                                  300,
		`REDEEMABLE_METADATA("level")`:                               200,
		"order.bundle.quantity":                                      100 * 4,
		"VOUCHER_PUBLISH_COUNT":                                      7,
		`CUSTOMER_METADATA("level")`:                                 7,
		`ORDER_METADATA("level")`:                                    7,
		"ORDER_AMOUNT":                                               800,
		`ORDER_ITEM_PRODUCT_METADATA("weight")`:                      500,
		`ORDER_ITEM_PRODUCT_METADATA("size")`:                        600,
		`CHEAPEST_ORDER_ITEM_METADATA("note")`:                       7,
		`ORDER_ITEM_METADATA("null")`:                                7,
		`IF(ORDER_ITEM_METADATA("note") contains "x";1;2)`:           100,
		`MOST_EXPENSIVE_ORDER_ITEM_PRODUCT_METADATA("size") - 1`:     500,
		`DEFAULT_TO(CHEAPEST_ORDER_ITEM_PRODUCT_METADATA("nil");10)`: 800,
	} {
		d := dynamicAmount(source, discount.ToItems)
		d.BundleScaling = discount.NotMultiply
		got := calculate(t, cart(line), warehouse(), step{d, everything(), context})
		diff(t, source, want, got.ItemsDiscountAmount)
	}
}

// Operands of lines are missing where there is no line.
func TestOperandsWithoutLines(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"CHEAPEST_ORDER_ITEM_PRICE", "MOST_EXPENSIVE_ORDER_ITEM_SUBTOTAL", `CHEAPEST_ORDER_ITEM_METADATA("a")`,
		`MOST_EXPENSIVE_ORDER_ITEM_PRODUCT_METADATA("a")`, `CUSTOMER_METADATA("a")`, "VOUCHER_PUBLISH_COUNT",
	} {
		d := dynamicAmount(source, "") // without an effect and a rule about products it is taken off the order
		diff(t, source, money{Order: 7, Total: 993}, moneyOf(calculate(t, sum(1000), nil, step{discount: d})))
	}
}

// What a reward creates has a price and metadata of the catalogue, and none of the request.
func TestOperandsOfRewardedLines(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(
		[]*product.Product{{ID: "pen", Price: ptr[int64](100), Metadata: metadata.Map{"off": 0.5}}}, nil, nil,
	)
	got := calculate(t, cart(item("ink", 900, 1)), index,
		step{discount: discount.FreeUnits(1, "pen", discount.AddNew)},
		step{discount: dynamicAmount(`CHEAPEST_ORDER_ITEM_PRODUCT_METADATA("off")`, discount.ToItems), scope: only("ink")},
		step{discount: dynamicAmount(`CHEAPEST_ORDER_ITEM_METADATA("off")`, discount.ToItems), scope: only("ink")},
	)
	diff(t, "discounts", money{[]int64{50 + 7, 100}, 0, 843}, moneyOf(got))
}
