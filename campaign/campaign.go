// Package campaign owns campaigns: a named incentive with its window, its switch and, for coupons, the template that
// its codes are made from.
//
// It refuses to hold the codes themselves (package voucher), the tiers of a promotion (package promotion) and usage.
package campaign

import (
	"time"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// Kind is Voucherify's campaign_type: what the campaign gives.
type Kind string

// The kinds of campaigns.
const (
	DiscountCoupons Kind = "DISCOUNT_COUPONS"
	Promotion       Kind = "PROMOTION"
	GiftVouchers    Kind = "GIFT_VOUCHERS"
	LoyaltyProgram  Kind = "LOYALTY_PROGRAM"
	ReferralProgram Kind = "REFERRAL_PROGRAM"
)

// HasCodes reports whether campaigns of the kind have codes.
func (k Kind) HasCodes() bool {
	return k == DiscountCoupons || k == GiftVouchers || k == LoyaltyProgram || k == ReferralProgram
}

// Pool is Voucherify's type of a campaign: how its set of codes grows.
type Pool string

// The pools. The empty pool is Static.
const (
	Static     Pool = "STATIC"      // a fixed set of codes, codes can be added by hand
	AutoUpdate Pool = "AUTO_UPDATE" // publishing makes a new code when none is left
	Standalone Pool = "STANDALONE"  // exactly one code, given as Voucher.Code
)

// Campaign is one campaign. Name and kind are fixed once it is created.
type Campaign struct {
	ID string `json:"id,omitempty"`
	// Name is unique in the project, campaigns in the bin included.
	Name         string    `json:"name"`
	Description  string    `json:"description,omitempty"`
	CampaignType Kind      `json:"campaign_type"`
	Type         Pool      `json:"type,omitempty"`
	Voucher      *Template `json:"voucher,omitempty"`
	// VouchersCount is how many codes to generate on creation and, when read, how many codes the campaign has: it is kept in
	// a counter of the store, and what a writer puts here later is ignored.
	VouchersCount int `json:"vouchers_count,omitempty"`
	validity.Window
	// ActivityDurationAfterPublishing is how long a code can be used once it was given to a customer; it overrides the end
	// of the campaign.
	ActivityDurationAfterPublishing *validity.Duration `json:"activity_duration_after_publishing,omitempty"`
	// AutoJoin gives a card to a customer without one who meets an earning rule. (Loyalty programs.)
	AutoJoin bool `json:"auto_join,omitempty"`
	// LoyaltyTiersExpiration says how tiers of a loyalty program are reached and lost; nil lets them follow the balance.
	LoyaltyTiersExpiration *loyalty.TiersExpiration `json:"loyalty_tiers_expiration,omitempty"`
	// JoinOnce gives each customer at most one code. A campaign with one generic code ignores it; loyalty programs and
	// referral programmes always have it.
	JoinOnce   bool   `json:"join_once,omitempty"`
	CategoryID string `json:"category_id,omitempty"`
	// ReferralProgram is what makes referees of customers; only campaigns of kind ReferralProgram have one.
	ReferralProgram *referral.Program `json:"referral_program,omitempty"`
	// ValidationRules is the id of a rule to assign on creation, at most one; later changes go through assignments. It is not
	// stored.
	ValidationRules []string     `json:"validation_rules,omitempty"`
	Metadata        metadata.Map `json:"metadata,omitempty"`
	// AccessSettingsAssignments are the areas and stores of the campaign, at most 100. Restricted callers see and use a campaign
	// only if it overlaps theirs; one without assignments is for unrestricted callers.
	AccessSettingsAssignments access.Assignments `json:"access_settings_assignments,omitempty"`
	// Active switches the campaign and everything in it. Campaigns are created active.
	Active bool `json:"active"`
	// Protected campaigns refuse changes and deletion.
	Protected bool       `json:"protected,omitempty"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	Version   int64      `json:"version,omitempty"`
}

// Template is what the codes of a campaign are made from.
type Template struct {
	Type voucher.Type `json:"type"`
	// Discount is what coupons give, Gift what gift cards and LoyaltyCard what loyalty cards are created with.
	Discount    *discount.Discount `json:"discount,omitempty"`
	Gift        *Gift              `json:"gift,omitempty"`
	LoyaltyCard *loyalty.Card      `json:"loyalty_card,omitempty"`
	CodeConfig  voucher.CodeConfig `json:"code_config,omitzero"`
	// IsReferralCode is true for the codes of a referral programme, and false for all others.
	IsReferralCode bool `json:"is_referral_code,omitempty"`
	// Code is the one code of a Standalone campaign.
	Code       string             `json:"code,omitempty"`
	Redemption TemplateRedemption `json:"redemption"`
}

// Gift is the money that each card of a campaign is created with. The amount, in minor units between 0 and money.Max, never
// changes; an empty effect is discount.ToOrder.
type Gift struct {
	Amount ledger.Credits  `json:"amount"`
	Effect discount.Effect `json:"effect,omitempty"`
}

// TemplateRedemption is the redemption limit that each code gets.
type TemplateRedemption struct {
	// Quantity is how often each code can be redeemed; nil is unlimited.
	Quantity *int64 `json:"quantity"`
}

// The bounds of a campaign.
const (
	MaxNameLength        = 255
	MaxDescriptionLength = 4096
	MaxValidationRules   = 1
	// MaxCodes is the number of codes that a campaign may have, unless the engine is given another limit.
	MaxCodes = 100_000
)

// kindsOfVouchers are the kinds of campaigns by the type of their codes.
var kindsOfVouchers = map[voucher.Type]Kind{
	voucher.DiscountVoucher: DiscountCoupons, voucher.GiftVoucher: GiftVouchers, voucher.LoyaltyCardVoucher: LoyaltyProgram,
}

// WithDefaults returns the campaign with what it leaves open: the type of its codes, its kind, which follows from that
// type, and its pool. A campaign without codes must name its kind.
func (c Campaign) WithDefaults() Campaign {
	if c.Voucher == nil {
		return c
	}
	template := *c.Voucher
	c.Voucher = &template
	if c.CampaignType == ReferralProgram || c.CampaignType == "" && template.IsReferralCode {
		c.CampaignType, template.IsReferralCode = ReferralProgram, true
	}
	if template.Type == "" && (c.CampaignType == "" || c.CampaignType == DiscountCoupons || c.CampaignType == ReferralProgram) {
		template.Type = voucher.DiscountVoucher
	}
	for _, kind := range [...]struct {
		campaign Kind
		voucher  voucher.Type
	}{{GiftVouchers, voucher.GiftVoucher}, {LoyaltyProgram, voucher.LoyaltyCardVoucher}} {
		if template.Type == "" && c.CampaignType == kind.campaign {
			template.Type = kind.voucher
		}
	}
	if g := template.Gift; g != nil && g.Effect == "" {
		template.Gift = &Gift{Amount: g.Amount, Effect: discount.ToOrder}
	}
	if c.CampaignType == "" {
		c.CampaignType = kindsOfVouchers[template.Type]
	}
	if c.Type == "" && c.CampaignType.HasCodes() {
		c.Type = Static
	}
	c.JoinOnce = c.CampaignType == LoyaltyProgram || c.CampaignType == ReferralProgram || c.JoinOnce && c.Type != Standalone
	return c
}

// Check reports the first thing that is wrong with a campaign that is about to be stored.
func (c Campaign) Check() error {
	switch {
	case c.Name == "" || len(c.Name) > MaxNameLength:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxNameLength)
	case len(c.Description) > MaxDescriptionLength:
		return fault.Invalid("description", "is longer than %d bytes", MaxDescriptionLength)
	case len(c.ValidationRules) > MaxValidationRules:
		return fault.Invalid("validation_rules", "has %d rules, at most %d is allowed", len(c.ValidationRules), MaxValidationRules)
	case c.VouchersCount < 0:
		return fault.Invalid("vouchers_count", "%d is negative", c.VouchersCount)
	}
	if err := c.checkKind(); err != nil {
		return err
	}
	if c.CampaignType != LoyaltyProgram && (c.AutoJoin || c.LoyaltyTiersExpiration != nil) {
		return fault.New(fault.InvalidCampaign, "auto_join and tiers are for loyalty programs").At("campaign_type")
	}
	if d := c.ActivityDurationAfterPublishing; d != nil {
		if d.IsZero() {
			return fault.Invalid("activity_duration_after_publishing", "is zero")
		}
		if err := d.Check(); err != nil {
			return fault.Within("activity_duration_after_publishing", err)
		}
	}
	if err := c.AccessSettingsAssignments.Check(); err != nil {
		return fault.Within("access_settings_assignments", err)
	}
	if err := c.Metadata.Check("metadata"); err != nil {
		return err
	}
	return c.Window.Check()
}

func (c Campaign) checkKind() error {
	switch c.Type {
	case "", Static, AutoUpdate, Standalone:
	default:
		return fault.Invalid("type", "%q is not one of STATIC, AUTO_UPDATE, STANDALONE", c.Type)
	}
	if c.CampaignType != ReferralProgram {
		if c.ReferralProgram != nil {
			return fault.New(fault.InvalidCampaign, "a campaign of type %s has no referral programme", c.CampaignType).At("referral_program")
		}
		if c.Voucher != nil && c.Voucher.IsReferralCode {
			return fault.New(fault.InvalidCampaign, "a campaign of type %s has no referral codes", c.CampaignType).At("voucher.is_referral_code")
		}
	}
	switch c.CampaignType {
	case Promotion:
		if c.Voucher != nil || c.VouchersCount != 0 {
			return fault.New(fault.InvalidCampaign, "a promotion has tiers, not codes").At("voucher")
		}
		return nil
	case DiscountCoupons:
		return c.checkCoupons()
	case GiftVouchers:
		return c.checkGiftCards()
	case LoyaltyProgram:
		return c.checkLoyalty()
	case ReferralProgram:
		return c.checkReferral()
	}
	return fault.Invalid("campaign_type", "%q is not a kind of campaign", c.CampaignType)
}

func (c Campaign) checkCoupons() error {
	t := c.Voucher
	if t == nil || t.Discount == nil {
		return fault.New(fault.InvalidCampaign, "a coupon campaign needs a discount").At("voucher.discount")
	}
	if t.Type != voucher.DiscountVoucher {
		return fault.New(fault.InvalidCampaign, "the codes of a coupon campaign are %s", voucher.DiscountVoucher).At("voucher.type")
	}
	if t.Gift != nil {
		return fault.New(fault.InvalidCampaign, "a coupon campaign has no gift").At("voucher.gift")
	}
	if t.LoyaltyCard != nil {
		return fault.New(fault.InvalidCampaign, "a coupon campaign has no loyalty card").At("voucher.loyalty_card")
	}
	if err := t.Discount.Check(); err != nil {
		return fault.Within("voucher.discount", err)
	}
	return c.checkCodes()
}

func (c Campaign) checkGiftCards() error {
	t := c.Voucher
	switch {
	case t == nil || t.Gift == nil:
		return fault.New(fault.InvalidGift, "a campaign of gift cards needs a gift").At("voucher.gift")
	case t.Type != voucher.GiftVoucher:
		return fault.New(fault.InvalidCampaign, "the codes of a campaign of gift cards are %s", voucher.GiftVoucher).At("voucher.type")
	case t.Discount != nil:
		return fault.New(fault.InvalidCampaign, "a campaign of gift cards has no discount").At("voucher.discount")
	case t.LoyaltyCard != nil:
		return fault.New(fault.InvalidCampaign, "a campaign of gift cards has no loyalty card").At("voucher.loyalty_card")
	}
	gift := voucher.Gift{Amount: t.Gift.Amount, Effect: t.Gift.Effect}
	if err := gift.Check(); err != nil {
		return fault.Within("voucher.gift", err)
	}
	return c.checkCodes()
}

func (c Campaign) checkLoyalty() error {
	t := c.Voucher
	switch {
	case t == nil || t.LoyaltyCard == nil:
		return fault.New(fault.InvalidCampaign, "a loyalty program needs a loyalty card").At("voucher.loyalty_card")
	case t.Type != voucher.LoyaltyCardVoucher:
		return fault.New(fault.InvalidCampaign, "the codes of a loyalty program are %s", voucher.LoyaltyCardVoucher).At("voucher.type")
	case t.Discount != nil:
		return fault.New(fault.InvalidCampaign, "a loyalty program has no discount").At("voucher.discount")
	case t.Gift != nil:
		return fault.New(fault.InvalidCampaign, "a loyalty program has no gift").At("voucher.gift")
	case c.Type == Standalone:
		return fault.New(fault.InvalidCampaign, "each member of a loyalty program has a card of his own").At("type")
	case len(c.ValidationRules) > 0:
		return fault.New(fault.InvalidCampaign, "the rules of a loyalty program are on its earning rules and rewards").At("validation_rules")
	}
	if err := t.LoyaltyCard.Check(); err != nil {
		return fault.Within("voucher.loyalty_card", err)
	}
	if err := c.LoyaltyTiersExpiration.Check(); err != nil {
		return fault.Within("loyalty_tiers_expiration", err)
	}
	return c.checkCodes()
}

// checkCodes checks what the codes of all kinds have in common.
func (c Campaign) checkCodes() error {
	t := c.Voucher
	if err := voucher.CheckQuantity("voucher.redemption.quantity", t.Redemption.Quantity); err != nil {
		return err
	}
	switch c.Type {
	case "", Static, AutoUpdate:
		if t.Code != "" {
			return fault.New(fault.InvalidCampaign, "only a campaign of type %s has one fixed code", Standalone).At("voucher.code")
		}
	case Standalone:
		if err := voucher.CheckCode(t.Code); err != nil {
			return fault.Within("voucher", err)
		}
	}
	if err := t.CodeConfig.Check(); err != nil {
		return fault.Within("voucher.code_config", err)
	}
	return nil
}
