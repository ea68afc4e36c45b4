package discount_test

import (
	"encoding/json"
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/product"
)

// written is a discount with its JSON.
type written struct {
	text     string
	discount discount.Discount
}

// everyDiscount is one discount of each type and effect, and each field at least once.
func everyDiscount() []written {
	sum, percent, price, units := discount.AmountOff, discount.Percent, discount.NewPrice, discount.FreeUnits
	return []written{
		{`{"type":"AMOUNT","amount_off":500}`, sum(500, "")},
		{`{"type":"AMOUNT","effect":"APPLY_TO_ORDER","amount_off":0}`, sum(0, discount.ToOrder)},
		{
			`{"type":"AMOUNT","effect":"APPLY_TO_ITEMS","amount_off":1000,"aggregated_amount_limit":5000}`,
			limitedInAll(sum(1000, discount.ToItems), 5000),
		},
		{`{"type":"AMOUNT","effect":"APPLY_TO_ITEMS_BY_QUANTITY","amount_off":500}`, sum(500, discount.ToItemsByQuantity)},
		{`{"type":"AMOUNT","effect":"APPLY_TO_ITEMS_PROPORTIONALLY","amount_off":300}`, sum(300, discount.ToItemsProportionally)},
		{
			`{"type":"AMOUNT","effect":"APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY","amount_off":1}`,
			sum(1, discount.ToItemsProportionallyByUnit),
		},
		{
			`{"type":"AMOUNT","effect":"APPLY_TO_ORDER","amount_off":7,"amount_off_formula":"IF(ORDER_AMOUNT \u003e 200;15;10)","is_dynamic":true}`,
			with(dynamicAmount("IF(ORDER_AMOUNT > 200;15;10)", discount.ToOrder), func(d *discount.Discount) { d.IsDynamic = true }),
		},
		{`{"type":"PERCENT","percent_off":10}`, percent("10", "")},
		{
			`{"type":"PERCENT","effect":"APPLY_TO_ORDER","percent_off":12.5,"amount_limit":2000}`,
			limited(percent("12.5", discount.ToOrder), 2000),
		},
		{
			`{"type":"PERCENT","effect":"APPLY_TO_ITEMS","percent_off":33.33333333,"aggregated_amount_limit":100}`,
			limitedInAll(percent("33.33333333", discount.ToItems), 100),
		},
		{
			`{"type":"PERCENT","effect":"APPLY_TO_ITEMS","percent_off":7,"percent_off_formula":"ORDER_UNITS_QUANTITY"}`,
			dynamicPercent("ORDER_UNITS_QUANTITY", discount.ToItems),
		},
		{`{"type":"FIXED","effect":"APPLY_TO_ORDER","fixed_amount":1000}`, price(1000, discount.ToOrder)},
		{
			`{"type":"FIXED","effect":"APPLY_TO_ITEMS","fixed_amount":7,"fixed_amount_formula":"ORDER_ITEM_PRICE / 2"}`,
			dynamicPrice("ORDER_ITEM_PRICE / 2", discount.ToItems),
		},
		{`{"type":"UNIT","effect":"ADD_MISSING_ITEMS","unit_off":1,"unit_type":"prod_5h1pp1ng"}`, discount.FreeShipping()},
		{
			`{"type":"UNIT","effect":"ADD_NEW_ITEMS","unit_off":7,"unit_off_formula":"2 + 1","unit_type":"cup"}`,
			dynamicUnits("2 + 1"),
		},
		{`{"type":"UNIT","effect":"ADD_SAME_ITEMS","unit_off":1}`, units(1, "", discount.AddSame)},
		{
			`{"type":"UNIT","effect":"REPLACE_ITEMS","unit_off":3,"unit_type":"mug","bundle_scaling":"NONE"}`,
			with(units(3, "mug", discount.Replace), func(d *discount.Discount) { d.BundleScaling = discount.NotMultiply }),
		},
		{
			`{"type":"UNIT","effect":"ADD_MANY_ITEMS","units":[` +
				`{"effect":"ADD_MISSING_ITEMS","unit_off":1,"unit_type":"mug"},` +
				`{"unit_off":2,"unit_off_formula":"3","unit_type":"cup"},` +
				`{"effect":"REPLACE_ITEMS","unit_off":1,"unit_type":"bag","replace":[{"id":"prod_a","object":"product","quantity_limit":1}]}]}`,
			many(
				unit(1, "mug", discount.AddMissing),
				discount.Unit{UnitOff: ptr[int64](2), UnitOffFormula: "3", UnitType: "cup"},
				discount.Unit{Effect: discount.Replace, UnitOff: ptr[int64](1), UnitType: "bag", Replace: []product.Target{
					{Ref: product.Ref{ID: "prod_a", Object: product.KindProduct}, QuantityLimit: ptr[int64](1)},
				}},
			),
		},
	}
}

// The names are Voucherify's, what is not set is left out, and nothing is lost on the way back.
func TestJSON(t *testing.T) {
	t.Parallel()
	for _, w := range everyDiscount() {
		diff(t, "JSON", w.text, encode(t, w.discount))
		var back discount.Discount
		if err := json.Unmarshal([]byte(w.text), &back); err != nil {
			t.Errorf("%s: %v", w.text, err)
		}
		diff(t, "read back", w.discount, back)
	}
}

// A percentage keeps its digits, also where a float would not; texts with a number are read as one.
func TestJSONOfPercentages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"type":"PERCENT","percent_off":10}`:          "10",
		`{"type":"PERCENT","percent_off":10.0}`:        "10.0",
		`{"type":"PERCENT","percent_off":0.00000001}`:  "0.00000001",
		`{"type":"PERCENT","percent_off":99.99999999}`: "99.99999999",
		`{"type":"PERCENT","percent_off":"12.5"}`:      "12.5",
		`{"type":"PERCENT","percent_off":null}`:        "",
	} {
		var d discount.Discount
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		diff(t, text, want, string(d.PercentOff))
	}
	for _, text := range []string{
		`{"type":"PERCENT","percent_off":"ten"}`, `{"type":"PERCENT","percent_off":true}`, `{"type":"AMOUNT","amount_off":1.5}`,
		`{"type":"AMOUNT","amount_off":"100"}`, `{"type":"UNIT","unit_off":1.5}`, `{"type":1}`,
	} {
		if err := json.Unmarshal([]byte(text), new(discount.Discount)); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}

// Section 2.3: amounts that no discount reached are left out; a discount of nothing stands as 0.
func TestJSONOfCalculatedOrders(t *testing.T) {
	t.Parallel()
	const line = `"product_id":"a","quantity":1,"price":1000,"amount":1000,"initial_quantity":1,"initial_amount":1000`
	for _, tt := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"nothing applied", nil, `{"amount":1000,"initial_amount":1000,` +
			`"items":[{` + line + `,"subtotal_amount":1000,"object":"order_item"}],"total_amount":1000,"object":"order"}`},
		{
			"0 off the order", []step{{discount: discount.AmountOff(0, discount.ToOrder)}},
			`{"amount":1000,"initial_amount":1000,"items":[{` + line + `,"subtotal_amount":1000,"object":"order_item"}],` +
				`"discount_amount":0,"total_discount_amount":0,"applied_discount_amount":0,"total_applied_discount_amount":0,` +
				`"total_amount":1000,"object":"order"}`,
		},
		{
			"0 off items", []step{{discount: discount.AmountOff(0, discount.ToItems), scope: everything()}},
			`{"amount":1000,"initial_amount":1000,"items":[{` + line + `,"discount_amount":0,"applied_discount_amount":0,` +
				`"subtotal_amount":1000,"object":"order_item"}],"items_discount_amount":0,"total_discount_amount":0,` +
				`"items_applied_discount_amount":0,"total_applied_discount_amount":0,"total_amount":1000,"object":"order"}`,
		},
		{
			"both levels", []step{
				{discount: discount.AmountOff(200, discount.ToItems), scope: everything()}, {discount: discount.AmountOff(300, discount.ToOrder)},
			},
			`{"amount":1000,"initial_amount":1000,"items":[{` + line + `,"discount_amount":200,"applied_discount_amount":200,` +
				`"subtotal_amount":800,"object":"order_item"}],"discount_amount":300,"items_discount_amount":200,` +
				`"total_discount_amount":500,"applied_discount_amount":300,"items_applied_discount_amount":200,` +
				`"total_applied_discount_amount":500,"total_amount":500,"object":"order"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			diff(t, "JSON", tt.want, encode(t, calculate(t, cart(item("a", 1000, 1)), nil, tt.steps...)))
		})
	}
}

// Section 1.4: a line without a price has no amounts in the answer.
func TestJSONOfALineWithoutAPrice(t *testing.T) {
	t.Parallel()
	got := calculate(t, cart(bare("a", 2)), nil, step{discount: discount.FreeUnits(1, "gift", discount.AddMissing)})
	want := `{"amount":0,"items":[{"product_id":"a","quantity":2,"initial_quantity":2,"object":"order_item"},` +
		`{"product_id":"gift","quantity":1,"discount_quantity":1,"applied_discount_quantity":1,"applied_quantity":1,` +
		`"initial_quantity":0,"object":"order_item"}],"total_amount":0,"object":"order"}`
	diff(t, "JSON", want, encode(t, got))
}
