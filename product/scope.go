package product

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
)

// ApplicationEffect says which of the matching resources of a target a discount is applied to, and in which order.
type ApplicationEffect string

// The application effects. "To" takes only the extreme, "from" takes all starting from the extreme; the order is by
// unit price. The empty effect is ApplyToEvery.
const (
	ApplyToEvery           ApplicationEffect = "APPLY_TO_EVERY"
	ApplyToCheapest        ApplicationEffect = "APPLY_TO_CHEAPEST"
	ApplyFromCheapest      ApplicationEffect = "APPLY_FROM_CHEAPEST"
	ApplyToMostExpensive   ApplicationEffect = "APPLY_TO_MOST_EXPENSIVE"
	ApplyFromMostExpensive ApplicationEffect = "APPLY_FROM_MOST_EXPENSIVE"
)

// Granularity says what a target counts: whole lines or single units. The empty granularity is PerItem.
type Granularity string

// The granularities, Voucherify's field "target".
const (
	PerItem Granularity = "ITEM"
	PerUnit Granularity = "UNIT"
)

// Target is one entry of applicable_to: what is matched, which of it, and up to which caps. Amounts are minor units,
// quantities are units; an absent cap does not limit. Formula fields follow Voucherify's dynamic formulas and fall
// back to the plain field beside them.
type Target struct {
	Ref
	ProductSourceID string            `json:"product_source_id,omitempty"`
	Strict          bool              `json:"strict,omitempty"`
	Effect          ApplicationEffect `json:"effect,omitempty"`
	Target          Granularity       `json:"target,omitempty"`
	// SkipInitially resources are passed over, then each Repeat-th one is taken (default 1: all).
	SkipInitially int `json:"skip_initially,omitempty"`
	Repeat        int `json:"repeat,omitempty"`
	// Price is the new unit price of FIXED discounts on items.
	Price        *int64 `json:"price,omitempty"`
	PriceFormula string `json:"price_formula,omitempty"`
	// QuantityLimit caps the discounted units of each line, AggregatedQuantityLimit those of all lines of the target.
	QuantityLimit                  *int64 `json:"quantity_limit,omitempty"`
	QuantityLimitFormula           string `json:"quantity_limit_formula,omitempty"`
	AggregatedQuantityLimit        *int64 `json:"aggregated_quantity_limit,omitempty"`
	AggregatedQuantityLimitFormula string `json:"aggregated_quantity_limit_formula,omitempty"`
	// AmountLimit caps the discount of each line, AggregatedAmountLimit that of all lines of the target.
	AmountLimit           *int64 `json:"amount_limit,omitempty"`
	AggregatedAmountLimit *int64 `json:"aggregated_amount_limit,omitempty"`
	Quotas

	// The fields below are only in answers. OrderItemIndices are 0-based indices of the covered lines in order of
	// application, OrderItemUnits the covered units of targets that count units.
	OrderItemIndices   []int       `json:"order_item_indices,omitempty"`
	OrderItemUnits     []ItemUnits `json:"order_item_units,omitempty"`
	UnitsLimitExceeded bool        `json:"units_limit_exceeded,omitempty"`
}

// ItemUnits lists the covered units of one line; units are counted from 1.
type ItemUnits struct {
	Index int     `json:"index"`
	Units []int64 `json:"units"`
}

// MaxListedUnits is the number of units in a cart above which answers no longer list them one by one.
const MaxListedUnits = 1000

// Quotas are the limits on discounted units across orders (Voucherify's product quantity limits). A discount is never
// refused because of a quota: the units above it keep their full price.
type Quotas struct {
	PerCampaign                     *int64 `json:"product_campaign_quantity_limit,omitempty"`
	PerCustomerInCampaign           *int64 `json:"product_customer_campaign_quantity_limit,omitempty"`
	PerProductInCampaign            *int64 `json:"product_in_collection_campaign_quantity_limit,omitempty"`
	PerProductAndCustomerInCampaign *int64 `json:"product_in_collection_customer_campaign_quantity_limit,omitempty"`
	PerTier                         *int64 `json:"product_promotion_tier_quantity_limit,omitempty"`
	PerCustomerInTier               *int64 `json:"product_customer_promotion_tier_quantity_limit,omitempty"`
	PerProductInTier                *int64 `json:"product_in_collection_promotion_tier_quantity_limit,omitempty"`
	PerProductAndCustomerInTier     *int64 `json:"product_in_collection_customer_promotion_tier_quantity_limit,omitempty"`
}

// Scope is applicable_to: the lines of a cart that a discount may touch. Exclusion always wins.
type Scope struct {
	Included    []Target `json:"included,omitempty"`
	Excluded    []Target `json:"excluded,omitempty"`
	IncludedAll bool     `json:"included_all"`
}

// MaxTargets is the largest number of entries in one scope.
const MaxTargets = 1000

// Empty reports whether the scope names no product at all; discounts on items then touch nothing.
func (s Scope) Empty() bool { return len(s.Included) == 0 && len(s.Excluded) == 0 && !s.IncludedAll }

// Check reports the first thing that is wrong with the scope. Formulas are checked by package discount, which parses them.
func (s Scope) Check() error {
	if n := len(s.Included) + len(s.Excluded); n > MaxTargets {
		return fault.Invalid("", "has %d entries, at most %d are allowed", n, MaxTargets)
	}
	for i, t := range s.Included {
		if err := t.Check(); err != nil {
			return err.At(index("included", i))
		}
	}
	for i, t := range s.Excluded {
		if err := t.Check(); err != nil {
			return err.At(index("excluded", i))
		}
	}
	return nil
}

// Check reports the first thing that is wrong with the target.
func (t Target) Check() *fault.Error {
	if err := t.Ref.Check(); err != nil {
		return err
	}
	switch t.Effect {
	case "", ApplyToEvery, ApplyToCheapest, ApplyFromCheapest, ApplyToMostExpensive, ApplyFromMostExpensive:
	default:
		return fault.Invalid("effect", "%q is not an application effect", t.Effect)
	}
	if t.Target != "" && t.Target != PerItem && t.Target != PerUnit {
		return fault.Invalid("target", "%q is not one of ITEM, UNIT", t.Target)
	}
	if t.SkipInitially < 0 {
		return fault.Invalid("skip_initially", "%d is negative", t.SkipInitially)
	}
	if t.Repeat < 0 {
		return fault.Invalid("repeat", "%d is negative", t.Repeat)
	}
	for _, limit := range []struct {
		field string
		value *int64
	}{
		{"price", t.Price}, {"quantity_limit", t.QuantityLimit}, {"aggregated_quantity_limit", t.AggregatedQuantityLimit},
		{"amount_limit", t.AmountLimit}, {"aggregated_amount_limit", t.AggregatedAmountLimit},
		{"product_campaign_quantity_limit", t.PerCampaign},
		{"product_customer_campaign_quantity_limit", t.PerCustomerInCampaign},
		{"product_in_collection_campaign_quantity_limit", t.PerProductInCampaign},
		{"product_in_collection_customer_campaign_quantity_limit", t.PerProductAndCustomerInCampaign},
		{"product_promotion_tier_quantity_limit", t.PerTier},
		{"product_customer_promotion_tier_quantity_limit", t.PerCustomerInTier},
		{"product_in_collection_promotion_tier_quantity_limit", t.PerProductInTier},
		{"product_in_collection_customer_promotion_tier_quantity_limit", t.PerProductAndCustomerInTier},
	} {
		if limit.value != nil && (*limit.value < 0 || *limit.value > money.Max) {
			return fault.Invalid(limit.field, "%d is not between 0 and %d", *limit.value, money.Max)
		}
	}
	return nil
}
