package template

import (
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

// Snapshot is what a template saves, Voucherify's json_template: a campaign or a promotion tier, its rules, and what they name,
// as they were. Records keep the ids under which the others name them.
type Snapshot struct {
	CampaignType campaign.Kind `json:"campaign_type"`
	// Either Campaign or PromotionTier is set. Neither has a name, a category, codes, or areas and stores.
	Campaign      *campaign.Campaign `json:"campaign,omitempty"`
	PromotionTier *promotion.Tier    `json:"promotion_tier,omitempty"`
	// ValidationRules are the rules that were assigned. (Voucherify has one, its validation_rule.)
	ValidationRules []validation.Rule    `json:"validation_rules,omitempty"`
	Products        []product.Product    `json:"products,omitempty"`
	SKUs            []product.SKU        `json:"skus,omitempty"`
	Collections     []product.Collection `json:"products_collections,omitempty"`
	Segments        []customer.Segment   `json:"segments,omitempty"`
	Locations       []location.Location  `json:"locations,omitempty"`
	// MetadataProperties are the definitions of the metadata that is used, as far as there were any.
	MetadataProperties []Property `json:"metadata_properties,omitempty"`
	// CustomEvents are the names of the custom events that rules look at.
	CustomEvents []string `json:"custom_events,omitempty"`
}

// Property is what a template remembers of the definition of a property of metadata.
type Property struct {
	// RelatedObject is what the schema was about, Name the property as rules name it.
	RelatedObject string        `json:"related_object"`
	Name          string        `json:"name"`
	Type          metadata.Type `json:"type"`
	Array         bool          `json:"array,omitempty"`
	// ObjectType is the nested schema of a property of type object.
	ObjectType string `json:"object_type,omitempty"`
}

// Fits reports whether a definition still says what the template remembers.
func (p Property) Fits(d *metadata.Definition) bool {
	return d.Type == p.Type && d.Array == p.Array && d.ObjectType == p.ObjectType
}

// OfCampaign is the snapshot of a campaign, still without its rules and what they name. Of a campaign with one generic code the
// code is not saved.
func OfCampaign(c campaign.Campaign) (*Snapshot, error) {
	if err := CheckKind(c.CampaignType); err != nil {
		return nil, err
	}
	saved := campaign.Campaign{
		Description: c.Description, CampaignType: c.CampaignType, Type: c.Type, Window: c.Window,
		ActivityDurationAfterPublishing: c.ActivityDurationAfterPublishing, JoinOnce: c.JoinOnce, Metadata: c.Metadata,
		Active: true, Protected: c.Protected,
	}
	codes := *c.Voucher
	codes.Code = ""
	saved.Voucher = &codes
	return &Snapshot{CampaignType: c.CampaignType, Campaign: &saved}, nil
}

// OfTier is the snapshot of a promotion tier, still without its rules and what they name. Its place among the tiers of its
// campaign is not saved; a tier that has no window of its own gets that of its next campaign.
func OfTier(t promotion.Tier) *Snapshot {
	return &Snapshot{CampaignType: campaign.DiscountCoupons, PromotionTier: &promotion.Tier{
		Banner: t.Banner, Action: t.Action, Window: t.Window, Metadata: t.Metadata, Active: true,
	}}
}

// Discount is what the campaign or the tier gives; nil for gift cards and for tiers that are only a message.
func (s *Snapshot) Discount() *discount.Discount {
	if s.PromotionTier != nil {
		return s.PromotionTier.Action.Discount
	}
	return s.Campaign.Voucher.Discount
}

// Described is the metadata of the campaign or the tier itself, and the schema that it follows.
func (s *Snapshot) Described() (object string, m metadata.Map) {
	if s.PromotionTier != nil {
		return metadata.OfPromotionTier, s.PromotionTier.Metadata
	}
	return metadata.OfCampaign, s.Campaign.Metadata
}

// Size is the number of resources beside the campaign or tier.
func (s *Snapshot) Size() int {
	return len(s.ValidationRules) + len(s.Products) + len(s.SKUs) + len(s.Collections) + len(s.Segments) + len(s.Locations)
}

// CheckRule refuses rules that templates do not support: those about the API key or the user who redeems, and about loyalty
// tiers. path is where the rule stands.
func CheckRule(path string, ruleID string, refs validation.References) error {
	for _, unsupported := range [...]struct {
		paths []string
		what  string
	}{{refs.Callers, "who redeems"}, {refs.LoyaltyTiers, "loyalty tiers"}} {
		if len(unsupported.paths) > 0 {
			return fault.Invalid(path+"."+unsupported.paths[0], "templates do not support conditions on %s", unsupported.what).
				About("validation_rules", ruleID)
		}
	}
	return nil
}

// ProductsOf are the products, SKUs and collections that a discount names. What its units are can be a product or a SKU, by id or
// source_id.
func ProductsOf(d *discount.Discount) []product.Ref {
	if d == nil {
		return nil
	}
	var refs []product.Ref
	unit := func(named string) {
		if named == "" {
			return
		}
		for _, kind := range [...]product.RefKind{product.KindProduct, product.KindSKU} {
			refs = append(refs, product.Ref{ID: named, Object: kind})
		}
	}
	unit(d.UnitType)
	for _, u := range d.Units {
		unit(u.UnitType)
		for _, target := range u.Replace {
			refs = append(refs, target.Ref)
		}
	}
	return refs
}
