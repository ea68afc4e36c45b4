// Package discount owns the arithmetic of promotions: what a discount is, which lines and units it reaches, and what it
// takes off a running order. It is pure: the same state, discount and context give the same cents.
//
// It refuses to decide whether a discount may be used; rules, limits, time and stacking are decided by the packages
// above, which hand it an order that is already being calculated.
package discount

import (
	"encoding/json"

	"github.com/voucherify-go/voucherify/product"
)

// Type is the kind of a discount.
type Type string

// The types of discounts.
const (
	Amount Type = "AMOUNT"  // a sum of money off
	Rate   Type = "PERCENT" // a percentage off
	Price  Type = "FIXED"   // a new price
	Units  Type = "UNIT"    // free units
)

// Effect says what a discount is applied to.
type Effect string

// The effects. An absent effect is ToItems when the rule names products and ToOrder otherwise; for UNIT it is AddMissing.
const (
	ToOrder                     Effect = "APPLY_TO_ORDER"
	ToItems                     Effect = "APPLY_TO_ITEMS"
	ToItemsByQuantity           Effect = "APPLY_TO_ITEMS_BY_QUANTITY"
	ToItemsProportionally       Effect = "APPLY_TO_ITEMS_PROPORTIONALLY"
	ToItemsProportionallyByUnit Effect = "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"
	AddMissing                  Effect = "ADD_MISSING_ITEMS"
	AddNew                      Effect = "ADD_NEW_ITEMS"
	AddMany                     Effect = "ADD_MANY_ITEMS"
	AddSame                     Effect = "ADD_SAME_ITEMS"
	Replace                     Effect = "REPLACE_ITEMS"
)

// Discount is the definition of a discount, as campaigns, vouchers and tiers carry it. Money is minor units, PercentOff
// a decimal percentage. Each formula stands beside the plain field that is its fallback.
type Discount struct {
	Type   Type   `json:"type"`
	Effect Effect `json:"effect,omitempty"`

	AmountOff        *int64 `json:"amount_off,omitempty"`
	AmountOffFormula string `json:"amount_off_formula,omitempty"`

	// PercentOff is between 0 and 100 with at most 8 decimals.
	PercentOff        json.Number `json:"percent_off,omitempty"`
	PercentOffFormula string      `json:"percent_off_formula,omitempty"`

	// FixedAmount is the new price: of the order, or of each unit.
	FixedAmount        *int64 `json:"fixed_amount,omitempty"`
	FixedAmountFormula string `json:"fixed_amount_formula,omitempty"`

	// UnitOff units of the product or SKU UnitType are free. For REPLACE_ITEMS each replaced unit becomes UnitOff units
	// of UnitType.
	UnitOff        *int64 `json:"unit_off,omitempty"`
	UnitOffFormula string `json:"unit_off_formula,omitempty"`
	UnitType       string `json:"unit_type,omitempty"`
	// Units are the rewards of ADD_MANY_ITEMS, applied in order.
	Units []Unit `json:"units,omitempty"`

	// AmountLimit caps a PERCENT discount: on the order as a whole, on items per line.
	AmountLimit *int64 `json:"amount_limit,omitempty"`
	// AggregatedAmountLimit caps the sum over all lines of AMOUNT and PERCENT discounts on items.
	AggregatedAmountLimit *int64 `json:"aggregated_amount_limit,omitempty"`

	// BundleScaling says whether identified bundles multiply the discount; empty means that they do. Voucherify keeps this
	// choice in its dashboard without a documented field, so the name is ours.
	BundleScaling Scaling `json:"bundle_scaling,omitempty"`

	// IsDynamic is set in answers when a value came from a formula.
	IsDynamic bool `json:"is_dynamic,omitempty"`
}

// Unit is one reward of ADD_MANY_ITEMS.
type Unit struct {
	Effect         Effect `json:"effect,omitempty"`
	UnitOff        *int64 `json:"unit_off,omitempty"`
	UnitOffFormula string `json:"unit_off_formula,omitempty"`
	UnitType       string `json:"unit_type"`
	// Replace names the lines whose units are replaced when Effect is REPLACE_ITEMS, with their application rules and caps.
	Replace []product.Target `json:"replace,omitempty"`
}

// Percent is a discount of a percentage, written as a decimal: Percent("12.5", ToOrder).
func Percent(percent string, effect Effect) Discount {
	return Discount{Type: Rate, Effect: effect, PercentOff: json.Number(percent)}
}

// AmountOff is a discount of a sum in minor units.
func AmountOff(minor int64, effect Effect) Discount {
	return Discount{Type: Amount, Effect: effect, AmountOff: &minor}
}

// NewPrice is a discount to a fixed price in minor units: of the order, or of each unit.
func NewPrice(minor int64, effect Effect) Discount {
	return Discount{Type: Price, Effect: effect, FixedAmount: &minor}
}

// FreeUnits is a reward of units of a product or SKU: AddMissing, AddNew or AddSame.
func FreeUnits(units int64, unitType string, effect Effect) Discount {
	return Discount{Type: Units, Effect: effect, UnitOff: &units, UnitType: unitType}
}

// ShippingProduct is the product that stands for the shipping of an order.
const ShippingProduct = "prod_5h1pp1ng"

// ShippingSource is the source_id of ShippingProduct: a line may name it by either.
const ShippingSource = "5h1pp1ng"

// FreeShipping makes one unit of ShippingProduct free.
func FreeShipping() Discount { return FreeUnits(1, ShippingProduct, AddMissing) }

// OnItems reports whether the effect is applied to lines, so that it needs products in its rule.
func (e Effect) OnItems() bool {
	switch e {
	case ToItems, ToItemsByQuantity, ToItemsProportionally, ToItemsProportionallyByUnit, AddSame, Replace:
		return true
	}
	return false
}

// Mode is the base of percentages and new prices in a stack of discounts.
type Mode string

// The calculation modes.
const (
	// Discounted computes on what the preceding discounts left. It is the default.
	Discounted Mode = "DISCOUNTED_AMOUNT"
	// Initial computes on the amounts before any discount.
	Initial Mode = "INITIAL_AMOUNT"
)

// Scaling says what identified bundles do to a discount.
type Scaling string

// The scalings. The empty scaling is Multiply.
const (
	Multiply    Scaling = "MULTIPLY"
	NotMultiply Scaling = "NONE"
)
