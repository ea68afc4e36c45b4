package discount_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
)

// with changes a discount.
func with(d discount.Discount, change func(*discount.Discount)) discount.Discount {
	change(&d)
	return d
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	off := discount.AmountOff(100, discount.ToOrder)
	percent := discount.Percent("10", discount.ToItems)
	price := discount.NewPrice(100, discount.ToItems)
	units := discount.FreeUnits(1, "mug", discount.AddNew)
	none := func(kind discount.Type, effect discount.Effect) discount.Discount {
		return discount.Discount{Type: kind, Effect: effect}
	}
	swapping := func(t product.Target) discount.Discount {
		return many(unit(1, "mug", ""), discount.Unit{UnitOff: ptr[int64](1), UnitType: "mug", Effect: discount.Replace, Replace: []product.Target{t}})
	}
	for _, tt := range []struct {
		name     string
		discount discount.Discount
		key      fault.Key
		field    string
	}{
		{"no type", discount.Discount{}, fault.InvalidPayload, "type"},
		{"an unknown type", none("AMOUNTS", ""), fault.InvalidPayload, "type"},
		{"an unknown effect", discount.AmountOff(100, "APPLY_TO_CUSTOMER"), fault.InvalidPayload, "effect"},
		{"a percentage by quantity", discount.Percent("10", discount.ToItemsByQuantity), fault.InvalidPayload, "effect"},
		{"a divided percentage", discount.Percent("10", discount.ToItemsProportionally), fault.InvalidPayload, "effect"},
		{"a new price by quantity", discount.NewPrice(10, discount.ToItemsByQuantity), fault.InvalidPayload, "effect"},
		{"free units of the order", discount.FreeUnits(1, "mug", discount.ToOrder), fault.InvalidPayload, "effect"},
		{"a sum that adds items", discount.AmountOff(100, discount.AddNew), fault.InvalidPayload, "effect"},
		{"an unknown scaling", with(off, func(d *discount.Discount) { d.BundleScaling = "TWICE" }), fault.InvalidPayload, "bundle_scaling"},

		{"a sum without a value", none(discount.Amount, discount.ToOrder), fault.InvalidPayload, "amount_off"},
		{"a sum below zero", discount.AmountOff(-1, discount.ToOrder), fault.InvalidAmount, "amount_off"},
		{"a sum above all amounts", discount.AmountOff(mostMoney+1, discount.ToOrder), fault.InvalidAmount, "amount_off"},
		{"a formula for a sum without a fallback", with(none(discount.Amount, ""), func(d *discount.Discount) {
			d.AmountOffFormula = "5"
		}), fault.InvalidPayload, "amount_off"},
		{"a percentage without a value", none(discount.Rate, discount.ToOrder), fault.InvalidPayload, "percent_off"},
		{"a formula for a percentage without a fallback", with(none(discount.Rate, ""), func(d *discount.Discount) {
			d.PercentOffFormula = "5"
		}), fault.InvalidPayload, "percent_off"},
		{"a price of the order without a value", none(discount.Price, discount.ToOrder), fault.InvalidPayload, "fixed_amount"},
		{"a price below zero", discount.NewPrice(-1, discount.ToOrder), fault.InvalidAmount, "fixed_amount"},
		{"a formula for prices of items without a fallback", with(none(discount.Price, discount.ToItems), func(d *discount.Discount) {
			d.FixedAmountFormula = "5"
		}), fault.InvalidPayload, "fixed_amount"},

		{"a limit below zero", limited(percent, -1), fault.InvalidAmount, "amount_limit"},
		{"a limit above all amounts", limited(percent, mostMoney+1), fault.InvalidAmount, "amount_limit"},
		{"a limit in all below zero", limitedInAll(percent, -1), fault.InvalidAmount, "aggregated_amount_limit"},

		{"free units without a number", with(none(discount.Units, discount.AddNew), func(d *discount.Discount) {
			d.UnitType = "mug"
		}), fault.InvalidPayload, "unit_off"},
		{"a formula for units without a fallback", with(none(discount.Units, ""), func(d *discount.Discount) {
			d.UnitType, d.UnitOffFormula = "mug", "5"
		}), fault.InvalidPayload, "unit_off"},
		{"units below zero", discount.FreeUnits(-1, "mug", ""), fault.InvalidPayload, "unit_off"},
		{"too many units", discount.FreeUnits(discount.MaxUnitOff+1, "mug", ""), fault.InvalidPayload, "unit_off"},
		{"free units of nothing", discount.FreeUnits(1, "", discount.AddMissing), fault.InvalidPayload, "unit_type"},
		{"replacement by nothing", discount.FreeUnits(1, "", discount.Replace), fault.InvalidPayload, "unit_type"},
		{"a long name of a product", discount.FreeUnits(1, strings.Repeat("p", 256), ""), fault.InvalidPayload, "unit_type"},

		{"many of none", many(), fault.InvalidPayload, "units"},
		{"too many rewards", many(slices.Repeat([]discount.Unit{unit(1, "mug", "")}, discount.MaxUnits+1)...), fault.InvalidPayload, "units"},
		{"a reward of many that is many", many(unit(1, "mug", ""), unit(1, "mug", discount.AddMany)), fault.InvalidPayload, "units[1].effect"},
		{"a reward of many that adds the same", many(unit(1, "mug", discount.AddSame)), fault.InvalidPayload, "units[0].effect"},
		{"a reward of many without a number", many(discount.Unit{UnitType: "mug"}), fault.InvalidPayload, "units[0].unit_off"},
		{"a reward of many without a product", many(unit(1, "mug", ""), unit(1, "", "")), fault.InvalidPayload, "units[1].unit_type"},
		{"too many units of a reward of many", many(unit(discount.MaxUnitOff+1, "mug", "")), fault.InvalidPayload, "units[0].unit_off"},
		{"replacement of nothing", swapping(product.Target{}), fault.InvalidPayload, "units[1].replace[0].id"},
		{"replacement with a cap below zero", swapping(target("cup", func(t *product.Target) {
			t.QuantityLimit = ptr[int64](-1)
		})), fault.InvalidPayload, "units[1].replace[0].quantity_limit"},

		{"a formula for a sum that cannot be read", with(off, func(d *discount.Discount) {
			d.AmountOffFormula = "ORDER_AMOUNT *"
		}), fault.InvalidFormula, "amount_off_formula"},
		{"a formula for a percentage that cannot be read", with(percent, func(d *discount.Discount) {
			d.PercentOffFormula = "IF(1 > 2, 5, 6)"
		}), fault.InvalidFormula, "percent_off_formula"},
		{"a formula for a price that cannot be read", with(price, func(d *discount.Discount) {
			d.FixedAmountFormula = "ORDER_TOTAL"
		}), fault.InvalidFormula, "fixed_amount_formula"},
		{"a formula for units that cannot be read", with(units, func(d *discount.Discount) {
			d.UnitOffFormula = "("
		}), fault.InvalidFormula, "unit_off_formula"},
		{"a formula for a reward of many that cannot be read", many(unit(1, "mug", ""), discount.Unit{
			UnitOff: ptr[int64](1), UnitType: "mug", UnitOffFormula: "(",
		}), fault.InvalidFormula, "units[1].unit_off_formula"},
		{"a formula for a cap of a replacement that cannot be read", swapping(target("cup", func(t *product.Target) {
			t.QuantityLimit, t.QuantityLimitFormula = ptr[int64](1), "("
		})), fault.InvalidFormula, "units[1].replace[0].quantity_limit_formula"},
		{"the cheapest line in a formula for the order", with(off, func(d *discount.Discount) {
			d.AmountOffFormula = "CHEAPEST_ORDER_ITEM_PRICE / 2"
		}), fault.InvalidFormula, "amount_off_formula"},
		{"a line in a formula for the order", with(off, func(d *discount.Discount) {
			d.AmountOffFormula = "ORDER_ITEM_PRICE / 2"
		}), fault.InvalidFormula, "amount_off_formula"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireFault(t, tt.discount.Check(), tt.key, tt.field)
			program, err := discount.Compile(tt.discount, nil, everything())
			requireFault(t, err, tt.key, tt.field)
			if program != nil {
				t.Error("Compile returns a program with the error")
			}
		})
	}
}

func TestCheckOfPercentages(t *testing.T) {
	t.Parallel()
	for percent, fine := range map[string]bool{
		"0": true, "10": true, "12.5": true, "100": true, "100.00": true, "0.00000001": true, "33.33333333": true, "-0": true,
		"100.00000001": false, "101": false, "-1": false, "-0.5": false, "0.000000001": false,
		"ten": false, "1e1": false, "1e400000000": false, "10%": false, "+5": false, ".5": false, "5.": false, "05": false, "0x10": false,
		" 5": false, "NaN": false, "--5": false, "1.2.3": false, strings.Repeat("0", 25): false, "0." + strings.Repeat("0", 30): false,
	} {
		d := discount.Percent(percent, discount.ToOrder)
		err := d.Check()
		if !fine {
			requireFault(t, err, fault.InvalidPayload, "percent_off")
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", percent, err)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%s passes Check and cannot be stored: %v", percent, err)
		}
	}
}

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	for _, w := range everyDiscount() {
		if err := w.discount.Check(); err != nil {
			t.Errorf("%s: %v", w.text, err)
		}
	}
	for name, d := range map[string]discount.Discount{
		"prices that only the rule names":     {Type: discount.Price, Effect: discount.ToItems},
		"a line in a formula for items":       dynamicAmount("ORDER_ITEM_PRICE", discount.ToItems),
		"a line in a formula without effect":  dynamicAmount("ORDER_ITEM_PRICE", ""),
		"a formula that divides by zero":      dynamicAmount("1 / 0", ""),
		"the largest sum":                     discount.AmountOff(mostMoney, discount.ToOrder),
		"the largest number of units":         discount.FreeUnits(discount.MaxUnitOff, "mug", ""),
		"the largest number of rewards":       many(slices.Repeat([]discount.Unit{unit(1, "mug", "")}, discount.MaxUnits)...),
		"the longest name of a product":       discount.FreeUnits(1, strings.Repeat("p", 255), ""),
		"the same units without a product":    discount.FreeUnits(1, "", discount.AddSame),
		"a discount that is not to be scaled": {Type: discount.Amount, AmountOff: ptr[int64](1), BundleScaling: discount.NotMultiply},
	} {
		if err := d.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckScope(t *testing.T) {
	t.Parallel()
	broken := func(change func(*product.Target)) product.Scope { return reach(names("mug")[0], target("cup", change)) }
	for field, scope := range map[string]product.Scope{
		"price_formula":          broken(func(t *product.Target) { t.Price, t.PriceFormula = ptr[int64](1), "(" }),
		"quantity_limit_formula": broken(func(t *product.Target) { t.QuantityLimit, t.QuantityLimitFormula = ptr[int64](1), "(" }),
		"aggregated_quantity_limit_formula": broken(func(t *product.Target) {
			t.AggregatedQuantityLimit, t.AggregatedQuantityLimitFormula = ptr[int64](1), "("
		}),
	} {
		requireFault(t, discount.CheckScope(scope), fault.InvalidFormula, "applicable_to.included[1]."+field)
		for _, scopes := range [][]product.Scope{{scope}, {everything(), scope}} {
			_, err := discount.Compile(discount.Percent("10", ""), nil, scopes...)
			requireFault(t, err, fault.InvalidFormula, "applicable_to.included[1]."+field)
		}
	}
	for _, scope := range []product.Scope{{}, everything(), only("mug"), {Excluded: names("mug")}} {
		if err := discount.CheckScope(scope); err != nil {
			t.Errorf("%+v: %v", scope, err)
		}
	}
}
