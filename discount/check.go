package discount

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
)

// The bounds of a discount.
const (
	MaxUnits     = 30    // rewards of ADD_MANY_ITEMS
	MaxUnitOff   = 10000 // units that one reward gives
	maxFieldText = 255   // bytes of unit_type
)

var effects = map[Type][]Effect{
	Amount: {ToOrder, ToItems, ToItemsByQuantity, ToItemsProportionally, ToItemsProportionallyByUnit},
	Rate:   {ToOrder, ToItems},
	Price:  {ToOrder, ToItems},
	Units:  {AddMissing, AddNew, AddMany, AddSame, Replace},
}

// Check reports the first thing that is wrong with the definition: an unknown type or effect, a missing value, a percent
// above 100, a negative amount, a formula that cannot be parsed or has no fallback.
func (d Discount) Check() error {
	allowed, ok := effects[d.Type]
	if !ok {
		return fault.Invalid("type", "%q is not one of AMOUNT, PERCENT, FIXED, UNIT", d.Type)
	}
	if d.Effect != "" && !contains(allowed, d.Effect) {
		return fault.Invalid("effect", "%q does not exist for %s discounts", d.Effect, d.Type)
	}
	switch d.BundleScaling {
	case "", Multiply, NotMultiply:
	default:
		return fault.Invalid("bundle_scaling", "%q is not one of MULTIPLY, NONE", d.BundleScaling)
	}
	if err := d.checkLimits(); err != nil {
		return err
	}
	if err := d.checkValue(); err != nil {
		return err
	}
	_, err := parseFormulas(d)
	return err
}

func (d Discount) checkLimits() error {
	for _, limit := range [...]struct {
		field string
		value *int64
	}{
		{"amount_off", d.AmountOff}, {"fixed_amount", d.FixedAmount},
		{"amount_limit", d.AmountLimit}, {"aggregated_amount_limit", d.AggregatedAmountLimit},
	} {
		if limit.value != nil && (*limit.value < 0 || *limit.value > money.Max) {
			return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", *limit.value, money.Max).At(limit.field)
		}
	}
	return nil
}

func (d Discount) checkValue() error {
	switch d.Type {
	case Amount:
		if d.AmountOff == nil {
			return fault.Invalid("amount_off", "is required, with a formula too, as its fallback")
		}
	case Rate:
		if d.PercentOff == "" {
			return fault.Invalid("percent_off", "is required, with a formula too, as its fallback")
		}
		percent, err := parsePercent(string(d.PercentOff))
		if err == nil {
			_, err = money.Percent(percent)
		}
		if err != nil {
			return fault.Invalid("percent_off", "%s is not a percentage between 0 and 100 with at most %d decimals",
				d.PercentOff, money.MaxPercentDigits)
		}
	case Price:
		if d.FixedAmount == nil && (d.Effect == ToOrder || d.FixedAmountFormula != "") {
			return fault.Invalid("fixed_amount", "is required, with a formula too, as its fallback")
		}
	case Units:
		return d.checkUnits()
	}
	return nil
}

func (d Discount) checkUnits() error {
	if d.Effect != AddMany {
		u := Unit{Effect: d.Effect, UnitOff: d.UnitOff, UnitOffFormula: d.UnitOffFormula, UnitType: d.UnitType}
		if err := u.check(); err != nil {
			return err
		}
		return nil
	}
	if len(d.Units) == 0 || len(d.Units) > MaxUnits {
		return fault.Invalid("units", "has %d rewards, between 1 and %d are allowed", len(d.Units), MaxUnits)
	}
	for i, u := range d.Units {
		if err := u.checkOneOfMany(); err != nil {
			return fault.Within(fieldIndex("units", i), err)
		}
	}
	return nil
}

// checkOneOfMany is check with what only a reward of ADD_MANY_ITEMS has: an effect, a formula and replaced products of its own.
func (u Unit) checkOneOfMany() error {
	switch u.Effect {
	case "", AddMissing, AddNew, Replace:
	default:
		return fault.Invalid("effect", "%q is not one of ADD_MISSING_ITEMS, ADD_NEW_ITEMS, REPLACE_ITEMS", u.Effect)
	}
	if err := u.check(); err != nil {
		return err
	}
	for i, t := range u.Replace {
		err := t.Check()
		if err == nil {
			_, err = compileEntry(t, nil)
		}
		if err != nil {
			return err.At(fieldIndex("replace", i))
		}
	}
	_, err := parseFormula("unit_off_formula", u.UnitOffFormula)
	return err
}

func (u Unit) check() *fault.Error {
	switch {
	case u.UnitOff == nil:
		return fault.Invalid("unit_off", "is required, with a formula too, as its fallback")
	case *u.UnitOff < 0 || *u.UnitOff > MaxUnitOff:
		return fault.Invalid("unit_off", "%d is not between 0 and %d", *u.UnitOff, MaxUnitOff)
	case u.UnitType == "" && u.Effect != AddSame:
		return fault.Invalid("unit_type", "is required: the product or SKU that is given")
	case len(u.UnitType) > maxFieldText:
		return fault.Invalid("unit_type", "is longer than %d bytes", maxFieldText)
	}
	return nil
}

// parsePercent reads a percentage that JSON can carry, with bounded text and without an exponent, which could blow up the
// arithmetic.
func parsePercent(text string) (decimal.Decimal, error) {
	if len(text) > 24 {
		return decimal.Zero, strconv.ErrRange
	}
	if strings.ContainsAny(text, "eE") || !json.Valid([]byte(text)) {
		return decimal.Zero, strconv.ErrSyntax
	}
	return decimal.NewFromString(text)
}

func contains(list []Effect, e Effect) bool {
	for _, x := range list {
		if x == e {
			return true
		}
	}
	return false
}
