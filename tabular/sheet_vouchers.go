package tabular

import (
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/voucher"
)

// ExportedVoucher is a voucher with what counts for it, its campaign's included, and the names of what it is about.
type ExportedVoucher struct {
	voucher.Voucher
	// Campaign and Category are names; empty without one.
	Campaign string `json:"campaign,omitempty"`
	Category string `json:"category,omitempty"`
	// CustomerSourceID is that of the holder.
	CustomerSourceID string `json:"customer_source_id,omitempty"`
	// ValidationRules are the ids of the rules that are assigned to the code itself.
	ValidationRules []string `json:"validation_rules,omitempty"`
}

// RoundTripFields are the columns of an export of vouchers that an import of coupons and gift cards without a campaign reads:
// with them, a project can be carried to another one.
func RoundTripFields() []string {
	return []string{
		"code", "voucher_type", "value", "discount_type", "discount_effect", "formula", "discount_unit_type", "discount_amount_limit",
		"category", "start_date", "expiration_date", "validity_timeframe_interval", "validity_timeframe_duration",
		"validity_day_of_week", "gift_balance", "redemption_quantity", "redemption_count", "active", "additional_info", "metadata",
	}
}

// LoyaltyRoundTripFields are the columns of an export of vouchers that an import into a loyalty program reads: with them, its cards
// are carried to another project. A card starts there with what is left on it.
func LoyaltyRoundTripFields() []string {
	return []string{"code", "loyalty_balance", "category", "start_date", "expiration_date", "active", "metadata"}
}

// Vouchers are the columns of vouchers. Money is minor units; value is what the discount says, or everything that came onto a
// gift card. loyalty_points is everything that came onto a loyalty card, loyalty_balance what is left of it.
func Vouchers() *Sheet[ExportedVoucher] {
	type v = ExportedVoucher
	return &Sheet[v]{
		defaults: []string{"code", "voucher_type", "value", "discount_type"},
		metadata: func(x *v) metadata.Map { return x.Metadata },
		columns: []field[v]{
			{"code", func(x *v) string { return x.Code }},
			{"voucher_type", func(x *v) string { return string(x.Type) }},
			{"value", valueOf},
			{"formula", ofDiscount(func(d *discount.Discount) string {
				return d.AmountOffFormula + d.PercentOffFormula + d.FixedAmountFormula + d.UnitOffFormula // only one is set
			})},
			{"discount_type", ofDiscount(func(d *discount.Discount) string { return string(d.Type) })},
			{"discount_effect", effectOf},
			{"discount_unit_type", ofDiscount(func(d *discount.Discount) string { return d.UnitType })},
			{"discount_unit_effect", ofDiscount(func(d *discount.Discount) string {
				if d.Type != discount.Units {
					return ""
				}
				return string(d.Effect)
			})},
			{"discount_amount_limit", ofDiscount(func(d *discount.Discount) string { return optional(d.AmountLimit) })},
			{"campaign", func(x *v) string { return x.Campaign }},
			{"campaign_id", func(x *v) string { return x.CampaignID }},
			{"category", func(x *v) string { return x.Category }},
			{"start_date", func(x *v) string { return optionalInstant(x.StartDate) }},
			{"expiration_date", func(x *v) string { return optionalInstant(x.ExpirationDate) }},
			{"validity_timeframe_interval", func(x *v) string {
				if x.Timeframe == nil {
					return ""
				}
				return x.Timeframe.Interval.String()
			}},
			{"validity_timeframe_duration", func(x *v) string {
				if x.Timeframe == nil {
					return ""
				}
				return x.Timeframe.Duration.String()
			}},
			{"validity_day_of_week", func(x *v) string { return joinedDays(x.DaysOfWeek) }},
			{"gift_balance", func(x *v) string {
				if x.Gift == nil {
					return ""
				}
				return number(x.Gift.Balance)
			}},
			{"loyalty_points", ofLoyaltyCard(func(c *voucher.LoyaltyCard) string { return number(c.Points) })},
			{"loyalty_balance", ofLoyaltyCard(func(c *voucher.LoyaltyCard) string { return number(c.Balance) })},
			{"redemption_quantity", func(x *v) string { return optional(x.Redemption.Quantity) }},
			{"redemption_count", func(x *v) string { return number(x.Redemption.RedeemedQuantity) }},
			{"active", func(x *v) string { return strings.ToUpper(strconv.FormatBool(x.Active)) }},
			{"additional_info", func(x *v) string { return x.AdditionalInfo }},
			{"id", func(x *v) string { return x.ID }},
			{"customer_id", func(x *v) string { return x.HolderID }},
			{"customer_source_id", func(x *v) string { return x.CustomerSourceID }},
			{"validation_rules_id", func(x *v) string { return strings.Join(x.ValidationRules, ",") }},
			{"created_at", func(x *v) string { return instant(x.CreatedAt) }},
			{"updated_at", func(x *v) string { return optionalInstant(x.UpdatedAt) }},
		},
	}
}

// valueOf is the number of a discount, or everything that came onto a gift card.
func valueOf(x *ExportedVoucher) string {
	d := x.Discount
	switch {
	case x.Gift != nil:
		return number(x.Gift.Amount)
	case d == nil:
		return ""
	case d.Type == discount.Amount:
		return optional(d.AmountOff)
	case d.Type == discount.Rate:
		return string(d.PercentOff)
	case d.Type == discount.Price:
		return optional(d.FixedAmount)
	}
	return optional(d.UnitOff)
}

func effectOf(x *ExportedVoucher) string {
	switch {
	case x.Gift != nil:
		return string(x.Gift.Effect)
	case x.Discount != nil:
		return string(x.Discount.Effect)
	}
	return ""
}

func ofLoyaltyCard(part func(*voucher.LoyaltyCard) string) func(*ExportedVoucher) string {
	return func(x *ExportedVoucher) string {
		if x.LoyaltyCard == nil {
			return ""
		}
		return part(x.LoyaltyCard)
	}
}

func ofDiscount(part func(*discount.Discount) string) func(*ExportedVoucher) string {
	return func(x *ExportedVoucher) string {
		if x.Discount == nil {
			return ""
		}
		return part(x.Discount)
	}
}
