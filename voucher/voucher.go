// Package voucher owns codes: the voucher that a code stands for, the configuration and generation of codes, and how
// two spellings of a code are compared.
//
// It refuses to decide whether a voucher may be redeemed; it only knows what the voucher is.
package voucher

import (
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/validity"
)

// Type is what a voucher gives.
type Type string

// The types of vouchers.
const (
	DiscountVoucher Type = "DISCOUNT_VOUCHER" // a coupon
	GiftVoucher     Type = "GIFT_VOUCHER"     // a gift card
	// LoyaltyCardVoucher is a loyalty card; it always belongs to a loyalty program.
	LoyaltyCardVoucher Type = "LOYALTY_CARD"
)

// Voucher is one code. A voucher of a campaign takes its discount and its window from the campaign unless it carries its
// own; a standalone voucher carries everything itself.
type Voucher struct {
	ID string `json:"id,omitempty"`
	// Code is what the shopper types, in the spelling in which it was created. It never changes.
	Code string `json:"code,omitempty"`
	// CampaignID is empty for a standalone voucher.
	CampaignID string `json:"campaign_id,omitempty"`
	CategoryID string `json:"category_id,omitempty"`
	Type       Type   `json:"type"`
	// Discount is nil for a voucher that uses its campaign's, and for a gift card.
	Discount *discount.Discount `json:"discount,omitempty"`
	// Gift is the money on a gift card, nil for other types.
	Gift *Gift `json:"gift,omitempty"`
	// LoyaltyCard is the points on a loyalty card, nil for other types.
	LoyaltyCard *LoyaltyCard `json:"loyalty_card,omitempty"`
	// IsReferralCode says that the code belongs to a referral programme: its holder is the referrer. The engine sets it.
	IsReferralCode bool `json:"is_referral_code,omitempty"`
	// ReferralProgram is the programme under which the code was given out or redeemed, if that has changed since; nil for that of
	// the campaign. The engine sets it. (Not a field of Voucherify.)
	ReferralProgram *referral.Program `json:"referral_program,omitempty"`
	validity.Window
	// OwnWindow says that the dates of the campaign do not count any more: the campaign changed after the code was given out or
	// redeemed, and the code keeps what it had. The engine sets it. (Not a field of Voucherify.)
	OwnWindow bool `json:"own_window,omitempty"`
	// Active is the voucher's own switch; the campaign's switch counts as well.
	Active         bool         `json:"active"`
	AdditionalInfo string       `json:"additional_info,omitempty"`
	Metadata       metadata.Map `json:"metadata,omitempty"`
	// HolderID is the customer to whom the code was given, the first one for a generic code; PublishedAt is when.
	HolderID    string     `json:"holder_id,omitempty"`
	PublishedAt *time.Time `json:"published_at,omitempty"`
	Publish     Publish    `json:"publish,omitzero"`
	Redemption  Redemption `json:"redemption"`
	CreatedAt   time.Time  `json:"created_at,omitzero"`
	UpdatedAt   *time.Time `json:"updated_at,omitempty"`
	Version     int64      `json:"version,omitempty"`
}

// Publish is how a voucher was given out.
type Publish struct {
	// Count is the number of customers to whom the code was given: at most 1 for a unique code. It is filled in when a
	// voucher is read; what a writer puts here is ignored.
	Count int64 `json:"count"`
}

// Redemption is the usage of a voucher.
type Redemption struct {
	// Quantity is how often the voucher can be redeemed in all; nil is unlimited.
	Quantity *int64 `json:"quantity"`
	// RedeemedQuantity is how often it was redeemed and not rolled back. It is kept in a counter of the store and filled in
	// when a voucher is read; what a writer puts here is ignored.
	RedeemedQuantity int64 `json:"redeemed_quantity"`
	// RedeemedAmount is what was redeemed of a gift card and not given back, in minor units. It is filled in as RedeemedQuantity
	// is.
	RedeemedAmount ledger.Credits `json:"redeemed_amount,omitempty"`
	// RedeemedPoints is what was redeemed of a loyalty card and not given back. It is filled in as RedeemedQuantity is.
	RedeemedPoints ledger.Points `json:"redeemed_points,omitempty"`
}

// MaxAdditionalInfo is the longest AdditionalInfo in bytes.
const MaxAdditionalInfo = 4096

// Check reports the first thing that is wrong with a voucher that is about to be stored, as far as it can be seen without
// its campaign.
func (v Voucher) Check() error {
	if v.Code != "" {
		if err := CheckCode(v.Code); err != nil {
			return err
		}
	}
	if err := v.checkType(); err != nil {
		return err
	}
	if err := CheckQuantity("redemption.quantity", v.Redemption.Quantity); err != nil {
		return err
	}
	if len(v.AdditionalInfo) > MaxAdditionalInfo {
		return fault.Invalid("additional_info", "is longer than %d bytes", MaxAdditionalInfo)
	}
	if err := v.Metadata.Check("metadata"); err != nil {
		return err
	}
	if v.CampaignID != "" {
		return v.Window.CheckAlone()
	}
	return v.Window.Check()
}

// checkType checks that the voucher has what its type gives, and nothing else.
func (v Voucher) checkType() error {
	switch v.Type {
	case DiscountVoucher:
		if v.LoyaltyCard != nil {
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no loyalty card", v.Type).At("loyalty_card")
		}
		if v.Gift != nil {
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no gift", v.Type).At("gift")
		}
		if v.IsReferralCode && v.CampaignID == "" {
			return fault.New(fault.InvalidVoucher, "a referral code belongs to a campaign").At("is_referral_code")
		}
		if v.Discount == nil && v.CampaignID == "" {
			return fault.New(fault.InvalidVoucher, "a standalone voucher needs a discount").At("discount")
		}
		if v.Discount != nil {
			if err := v.Discount.Check(); err != nil {
				return fault.Within("discount", err)
			}
		}
		return nil
	case GiftVoucher:
		if v.Discount != nil {
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no discount", v.Type).At("discount")
		}
		if v.LoyaltyCard != nil {
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no loyalty card", v.Type).At("loyalty_card")
		}
		if v.Gift == nil {
			return fault.New(fault.InvalidGift, "a voucher of type %s needs a gift", v.Type).At("gift")
		}
		if err := v.Gift.Check(); err != nil {
			return fault.Within("gift", err)
		}
		return nil
	case LoyaltyCardVoucher:
		switch {
		case v.CampaignID == "":
			return fault.New(fault.InvalidVoucher, "a loyalty card belongs to a loyalty program").At("campaign_id")
		case v.Discount != nil:
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no discount", v.Type).At("discount")
		case v.Gift != nil:
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no gift", v.Type).At("gift")
		case v.LoyaltyCard == nil:
			return fault.New(fault.InvalidVoucher, "a voucher of type %s needs a loyalty card", v.Type).At("loyalty_card")
		case v.LoyaltyCard.InitialPoints < 0 || v.LoyaltyCard.InitialPoints > ledger.Points(money.Max):
			return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", v.LoyaltyCard.InitialPoints, money.Max).At("loyalty_card.points")
		}
		return nil
	}
	return fault.New(fault.InvalidVoucher, "%q is not a type of vouchers", v.Type).At("type")
}

// WindowIn returns the dates that count: the voucher's own and, unless OwnWindow is set, those of its campaign for whatever it
// does not say itself.
func (v *Voucher) WindowIn(campaign validity.Window) validity.Window {
	if v.OwnWindow {
		return v.Window
	}
	return v.Window.Or(campaign)
}

// CheckQuantity reports a redemption limit that is not between 1 and money.Max; nil is unlimited and fine.
func CheckQuantity(field string, quantity *int64) error {
	if quantity != nil && (*quantity < 1 || *quantity > money.Max) {
		return fault.Invalid(field, "%d is not between 1 and %d", *quantity, money.Max)
	}
	return nil
}
