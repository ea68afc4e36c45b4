package template

import (
	"strings"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// CampaignOverrides is the request of a campaign-setup: the name of the new campaign, what templates do not save, and what takes the
// place of what they save. What is left out is that of the template.
type CampaignOverrides struct {
	Name        string  `json:"name"`
	Description *string `json:"description,omitempty"`
	// Type is the pool. A pool of one generic code needs Voucher.Code.
	Type     campaign.Pool `json:"type,omitempty"`
	JoinOnce *bool         `json:"join_once,omitempty"`
	// VouchersCount is how many codes are made at once; 0 makes none.
	VouchersCount int `json:"vouchers_count,omitempty"`
	// Window takes the place of the template's as a whole, also when it has no dates.
	*validity.Window
	ActivityDurationAfterPublishing *validity.Duration `json:"activity_duration_after_publishing,omitempty"`
	CategoryID                      string             `json:"category_id,omitempty"`
	// Metadata takes the place of the template's as a whole, unless it is nil.
	Metadata                  metadata.Map       `json:"metadata,omitempty"`
	AccessSettingsAssignments access.Assignments `json:"access_settings_assignments,omitempty"`
	Voucher                   *VoucherOverrides  `json:"voucher,omitempty"`
}

// VoucherOverrides is what a campaign-setup can say about codes. What they give is that of the template.
type VoucherOverrides struct {
	CodeConfig *voucher.CodeConfig          `json:"code_config,omitempty"`
	Redemption *campaign.TemplateRedemption `json:"redemption,omitempty"`
	// Code is the one code of a campaign of type STANDALONE.
	Code string `json:"code,omitempty"`
}

// TierOverrides is the request of a tier-setup: the name of the new tier, its campaign, and what takes the place of what the
// template saves.
type TierOverrides struct {
	Name       string `json:"name"`
	CampaignID string `json:"campaign_id"`
	// Banner is left to the template when it is nil.
	Banner *string `json:"banner,omitempty"`
	// Hierarchy 0 puts the tier behind the others.
	Hierarchy int `json:"hierarchy,omitempty"`
	// Window and Metadata are as in CampaignOverrides.
	*validity.Window
	CategoryID string       `json:"category_id,omitempty"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
}

// Resource is a record that a setup has created.
type Resource struct {
	ID string `json:"id"`
	// Object is its kind: validation_rules, product, sku, products_collection, segments or location.
	Object string `json:"object"`
}

// Setup is what every setup answers beside the campaign or tier.
type Setup struct {
	// CreatedResources are the rules, which are always new, and what was missing or changed, in the order of creation.
	CreatedResources []Resource `json:"created_resources"`
	// MissingProperties are definitions that the project does not have any more: what looks at them may not work. (Not a field of
	// Voucherify, whose dashboard shows them.)
	MissingProperties []Property `json:"missing_properties,omitempty"`
	// MissingEvents are the names of custom events that the project does not have any more. (Not a field of Voucherify.)
	MissingEvents []string `json:"missing_events,omitempty"`
}

// CampaignSetup is the answer to a campaign-setup.
type CampaignSetup struct {
	Setup
	Campaign campaign.Campaign `json:"campaign"`
}

// TierSetup is the answer to a tier-setup.
type TierSetup struct {
	Setup
	PromotionTier promotion.Tier `json:"promotion_tier"`
}

// NewCampaign is the campaign that a setup creates, still with the discount as it was saved. A template of a tier makes a coupon
// campaign, whose codes can be redeemed without limit unless the overrides limit them.
func (s *Snapshot) NewCampaign(o CampaignOverrides) (campaign.Campaign, error) {
	var c campaign.Campaign
	if t := s.PromotionTier; t != nil {
		c = campaign.Campaign{
			CampaignType: campaign.DiscountCoupons, Window: t.Window, Metadata: t.Metadata,
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: t.Action.Discount},
		}
	} else {
		c = *s.Campaign
		codes := *c.Voucher
		c.Voucher = &codes
	}
	c.Name, c.VouchersCount, c.CategoryID = o.Name, o.VouchersCount, o.CategoryID
	c.AccessSettingsAssignments, c.Active = o.AccessSettingsAssignments, true
	replace(&c.Description, o.Description)
	replace(&c.JoinOnce, o.JoinOnce)
	replace(&c.Window, o.Window)
	if o.Type != "" {
		c.Type = o.Type
	}
	if o.ActivityDurationAfterPublishing != nil {
		c.ActivityDurationAfterPublishing = o.ActivityDurationAfterPublishing
	}
	if o.Metadata != nil {
		c.Metadata = o.Metadata
	}
	if v := o.Voucher; v != nil {
		replace(&c.Voucher.CodeConfig, v.CodeConfig)
		replace(&c.Voucher.Redemption, v.Redemption)
		c.Voucher.Code = v.Code
	}
	c = c.WithDefaults()
	return c, c.Check()
}

// NewTier is the tier that a setup creates, still with the discount as it was saved. A template of gift cards makes none.
func (s *Snapshot) NewTier(o TierOverrides) (promotion.Tier, error) {
	if s.CampaignType != campaign.DiscountCoupons {
		refusal := fault.New(fault.CampaignTypeNotSupportedByTemplate, "a template of type %s makes no promotion tier", s.CampaignType)
		return promotion.Tier{}, refusal.At("campaign_type")
	}
	if o.CampaignID == "" {
		return promotion.Tier{}, fault.Invalid("campaign_id", "is required")
	}
	var t promotion.Tier
	if s.PromotionTier != nil {
		t = *s.PromotionTier
	} else {
		t = promotion.Tier{Action: promotion.Action{Discount: s.Discount()}, Window: s.Campaign.Window, Metadata: s.Campaign.Metadata}
	}
	t.Name, t.CampaignID, t.Hierarchy, t.CategoryID, t.Active = o.Name, o.CampaignID, o.Hierarchy, o.CategoryID, true
	replace(&t.Banner, o.Banner)
	replace(&t.Window, o.Window)
	if o.Metadata != nil {
		t.Metadata = o.Metadata
	}
	return t, t.Check()
}

func replace[T any](value *T, by *T) {
	if by != nil {
		*value = *by
	}
}

// The beginnings of the contexts of rules for coupons and for promotions, which a setup turns into each other.
const (
	couponContext    = "campaign.discount_coupons"
	promotionContext = "campaign.promotion"
)

// NewRule is the copy of a rule for what a setup creates, on a campaign or on a promotion tier: a rule for coupons becomes one for
// promotions, and the other way round.
func NewRule(r validation.Rule, objectType string) validation.Rule {
	from, to := promotionContext, couponContext
	if objectType == validation.OnPromotionTier {
		from, to = couponContext, promotionContext
	}
	if rest, ok := strings.CutPrefix(r.ContextType, from); ok {
		r.ContextType = to + rest
	}
	return r
}
