// Package template owns campaign templates: the configuration of a campaign or of a promotion tier, saved with the rules, segments,
// collections, products and places that it names, so that it can be set up again when they are gone.
//
// It refuses to read and write them: the engine takes the snapshot and looks up what is still there. It never changes a snapshot
// that was taken.
package template

import (
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
)

// The bounds of a template.
const (
	MaxNameLength        = 255  // bytes
	MaxDescriptionLength = 4096 // bytes
	// MaxResources is the largest number of resources that a snapshot holds: two full collections.
	MaxResources = 20_000
)

// Template is Voucherify's campaign_template. Name and description can be changed, what was saved cannot.
type Template struct {
	ID string `json:"id,omitempty"`
	// Name is unique among the templates of the project.
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// CampaignType is what campaigns the template makes: coupons, also when it was made of a promotion tier, or gift cards.
	CampaignType campaign.Kind `json:"campaign_type"`
	// JSONTemplate is what was saved. Lists leave it out.
	JSONTemplate *Snapshot  `json:"json_template,omitempty"`
	CreatedAt    time.Time  `json:"created_at,omitzero"`
	UpdatedAt    *time.Time `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// Check reports the first thing that is wrong with what a caller says about a template.
func (t Template) Check() error {
	if err := fault.Name("name", t.Name, MaxNameLength); err != nil {
		return err
	}
	if err := fault.Text("description", t.Description, MaxDescriptionLength); err != nil {
		return err
	}
	return nil
}

// CheckKind refuses campaigns that no template is made of: all but coupons and gift cards.
func CheckKind(kind campaign.Kind) error {
	switch kind {
	case campaign.DiscountCoupons, campaign.GiftVouchers:
		return nil
	}
	return fault.New(fault.CampaignTypeNotSupportedByTemplate, "no template is made of a campaign of type %s", kind).At("campaign_type")
}
