package tabular

import (
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// Voucher is one row of an import of codes; its JSON is that of Voucherify's import of vouchers. For a code that exists
// already, only Active and Category count.
type Voucher struct {
	Code string `json:"code"`
	// Type is needed for codes without a campaign; others have that of their campaign.
	Type voucher.Type `json:"type,omitempty"`
	// Active is nil for a row that does not say: then a new code is active, unless its campaign has ended, and one that exists
	// stays as it is.
	Active *bool `json:"active,omitempty"`
	// Category is the name or the id of a category; empty leaves a code that exists as it is.
	Category string `json:"category,omitempty"`
	// Window is the code's own; what it leaves open is that of the campaign.
	validity.Window
	Redemption Redemption `json:"redemption,omitzero"`
	// Discount and ValidationRules are for coupons without a campaign. UNIT needs unit_type, which is a product or SKU.
	Discount        *discount.Discount `json:"discount,omitempty"`
	ValidationRules []string           `json:"validation_rules,omitempty"`
	// Gift is what a gift card starts with; a row without it takes the amount of its campaign.
	Gift *Gift `json:"gift,omitempty"`
	// LoyaltyCard is what a loyalty card starts with.
	LoyaltyCard    *LoyaltyCard `json:"loyalty_card,omitempty"`
	AdditionalInfo string       `json:"additional_info,omitempty"`
	// Metadata is what the row says itself. Nil is not looked at in a campaign, as that of codes which the campaign generates.
	Metadata metadata.Map `json:"metadata,omitempty"`
}

// Redemption is how often a code can be redeemed, and how often it was before it came here. Quantity nil is the campaign's for
// codes of a campaign, and unlimited for others.
type Redemption struct {
	Quantity         *int64 `json:"quantity,omitempty"`
	RedeemedQuantity int64  `json:"redeemed_quantity,omitempty"`
	// RedeemedAmount is what was spent of a gift card, in minor units.
	RedeemedAmount ledger.Credits `json:"redeemed_amount,omitempty"`
}

// Gift is the money that a gift card was created with, in minor units.
type Gift struct {
	Amount ledger.Credits  `json:"amount"`
	Effect discount.Effect `json:"effect,omitempty"`
}

// LoyaltyCard is the points that a loyalty card was created with.
type LoyaltyCard struct {
	Points int64 `json:"points"`
}

// IdentifyVoucher is what failures call a row of codes.
func IdentifyVoucher(v *Voucher) (code, sourceID string) { return v.Code, "" }

// Check reports the first thing that is wrong with a row by itself, whatever it is imported into.
func (v *Voucher) Check() error {
	if v.Code == "" {
		return missing(codeColumn).At("code")
	}
	if err := voucher.CheckCode(v.Code); err != nil {
		return err
	}
	if v.LoyaltyCard != nil && v.LoyaltyCard.Points < 0 {
		return fault.New(fault.InvalidAmount, "%d is negative", v.LoyaltyCard.Points).At("loyalty_card.points")
	}
	r := &v.Redemption
	switch {
	case r.RedeemedQuantity < 0:
		return fault.Invalid("redemption.redeemed_quantity", "%d is negative", r.RedeemedQuantity)
	case r.Quantity != nil && r.RedeemedQuantity > *r.Quantity:
		return fault.Invalid("redemption.redeemed_quantity", "%d is more than the limit of %d", r.RedeemedQuantity, *r.Quantity)
	case r.RedeemedAmount < 0:
		return fault.New(fault.InvalidAmount, "%d is negative", r.RedeemedAmount).At("redemption.redeemed_amount")
	}
	return nil
}

// The columns that are named elsewhere.
const (
	codeColumn     = "Code"
	typeColumn     = "Voucher Type"
	valueColumn    = "Value"
	discountColumn = "Discount Type"
	effectColumn   = "Discount Effect"
	formulaColumn  = "Formula"
	unitColumn     = "Discount Unit Type"
	limitColumn    = "Discount Amount Limit"
	balanceColumn  = "Gift Balance"
	intervalColumn = "Validity Timeframe Interval"
	durationColumn = "Validity Timeframe Duration"
	metadataColumn = "Metadata"
)

// codes are the columns of every import of codes.
func codes(more ...column[Voucher]) *Table[Voucher] {
	return &Table[Voucher]{
		columns: append([]column[Voucher]{
			{name: codeColumn, fields: []string{"code"}, required: true, read: func(c *cell, v *Voucher) error { v.Code = c.text; return nil }},
			{name: "Active", fields: []string{"active"}, read: func(c *cell, v *Voucher) error {
				active, err := c.boolean()
				v.Active = &active
				return err
			}},
			{name: "Category", fields: []string{"category"}, read: func(c *cell, v *Voucher) error { v.Category = c.text; return nil }},
			{name: "Start Date", fields: []string{"start_date"}, read: func(c *cell, v *Voucher) (err error) {
				v.StartDate, err = c.instant()
				return err
			}},
			{name: "Expiration Date", fields: []string{"expiration_date"}, read: func(c *cell, v *Voucher) (err error) {
				v.ExpirationDate, err = c.instant()
				return err
			}},
			{
				name: "Redeemed Quantity", aliases: []string{"redemption_count"}, fields: []string{"redemption.redeemed_quantity"},
				read: func(c *cell, v *Voucher) (err error) {
					v.Redemption.RedeemedQuantity, err = c.count()
					return err
				},
			},
			{name: metadataColumn, fields: []string{"metadata"}, read: func(c *cell, v *Voucher) error { return c.object(&v.Metadata) }},
		}, more...),
		metadata: func(v *Voucher) *metadata.Map { return &v.Metadata },
		identify: IdentifyVoucher,
		finish:   func(_ *record[Voucher], v *Voucher) error { return v.Check() },
	}
}

// redeemedAmount is the column for what was spent of a gift card.
var redeemedAmount = column[Voucher]{
	name: "Redeemed Amount", fields: []string{"redemption.redeemed_amount"}, read: func(c *cell, v *Voucher) error {
		amount, err := c.money()
		v.Redemption.RedeemedAmount = ledger.Credits(amount)
		return err
	},
}

// Coupons are the columns of codes for a campaign of coupons: Code, Active, Category, Redeemed Quantity, dates, metadata.
func Coupons() *Table[Voucher] { return codes() }

// ReferralCodes are the columns of codes for a referral program: those of coupons.
func ReferralCodes() *Table[Voucher] { return codes() }

// GiftCards are the columns of codes for a campaign of gift cards: those of coupons, Gift Amount and Redeemed Amount.
func GiftCards() *Table[Voucher] {
	return codes(redeemedAmount, column[Voucher]{
		name: "Gift Amount", fields: []string{"gift.amount", "gift"}, read: func(c *cell, v *Voucher) error {
			amount, err := c.money()
			v.Gift = &Gift{Amount: ledger.Credits(amount)}
			return err
		},
	})
}

// LoyaltyCards are the columns of codes for a loyalty program: those of coupons, Loyalty Points, which a card starts with, and
// Loyalty Balance, which counts instead where a row has it: what was spent of a card elsewhere is not to be spent again.
func LoyaltyCards() *Table[Voucher] {
	points := func(c *cell, v *Voucher) error {
		points, err := c.count()
		v.LoyaltyCard = &LoyaltyCard{Points: points}
		return err
	}
	return codes(
		column[Voucher]{name: "Loyalty Points", fields: []string{"loyalty_card.points", "loyalty_card"}, read: points},
		column[Voucher]{name: "Loyalty Balance", fields: []string{"loyalty_card.points", "loyalty_card"}, read: points},
	)
}
