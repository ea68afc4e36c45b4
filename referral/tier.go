package referral

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
)

// Criterion is when a tier rewards a referrer. (In Voucherify it is a choice of the dashboard.)
type Criterion string

// The criteria. A referee is unique when he was not referred in the campaign before.
const (
	EachReferee     Criterion = "each_unique_referee_redemption"
	MinimumReferees Criterion = "minimum_unique_referee_redemptions"
)

// Tier rewards referrers of a campaign. (Voucherify: referral_tier.)
type Tier struct {
	ID         string     `json:"id,omitempty"`
	CampaignID string     `json:"campaign_id"`
	Name       string     `json:"name"`
	Banner     string     `json:"banner,omitempty"`
	Parameters Parameters `json:"parameters"`
	Reward     Reward     `json:"reward"`
	CreatedAt  time.Time  `json:"created_at,omitzero"`
	UpdatedAt  *time.Time `json:"updated_at,omitempty"`
	Version    int64      `json:"version,omitempty"`
}

// Parameters say when a tier rewards.
type Parameters struct {
	Criterion Criterion `json:"criterion"`
	// Referees is how many unique referees MinimumReferees asks for, 1 to MaxReferees; 0 with EachReferee.
	Referees int64 `json:"referees,omitempty"`
	// Segment is one that the referrer must belong to; nil for any referrer.
	Segment *SegmentRef `json:"segment,omitempty"`
}

// SegmentRef names a segment.
type SegmentRef struct {
	ID string `json:"id"`
}

// Reward is what a tier gives: a coupon, credits or points on a card, or a product. Its shape is that of Voucherify's rewards.
type Reward struct {
	Type       string           `json:"type"` // RewardOfCampaign or MaterialReward
	Parameters RewardParameters `json:"parameters"`
}

// RewardParameters hold the campaign of the reward, or the product: only the part of its type is set.
type RewardParameters struct {
	Campaign RewardCampaign `json:"campaign,omitzero"`
	Product  *Product       `json:"product,omitempty"`
}

// Product is the product, or one of its SKUs, that somebody hands over. The engine keeps no stock of it.
type Product struct {
	ID    string `json:"id"`
	SKUID string `json:"sku_id,omitempty"`
}

// RewardCampaign is the campaign that something is given of.
type RewardCampaign struct {
	ID string `json:"id"`
	// Type is the campaign's; the engine fills it in.
	Type string `json:"type,omitempty"`
	// Balance is credits in minor units for gift cards, or points for loyalty programs, 1 to money.Max; 0 for coupons.
	Balance int64 `json:"balance,omitempty"`
}

// The types of a Reward.
const (
	RewardOfCampaign = "CAMPAIGN" // something of a campaign
	MaterialReward   = "MATERIAL" // a product
)

// The bounds of tiers.
const (
	MaxTiers    = 50 // of one campaign
	MaxReferees = 1_000_000
	MaxText     = 255 // bytes of name and banner
)

// FromCampaign is a reward of a campaign; balance is credits for gift cards, points for loyalty programs, and 0 for coupons.
func FromCampaign(campaignID string, balance int64) Reward {
	return Reward{Type: RewardOfCampaign, Parameters: RewardParameters{Campaign: RewardCampaign{ID: campaignID, Balance: balance}}}
}

// OfProduct is a reward of a product, or of one of its SKUs unless skuID is empty.
func OfProduct(productID, skuID string) Reward {
	return Reward{Type: MaterialReward, Parameters: RewardParameters{Product: &Product{ID: productID, SKUID: skuID}}}
}

// Check reports the first thing that is wrong with the tier by itself.
func (t *Tier) Check() error {
	p := &t.Parameters
	switch {
	case t.CampaignID == "":
		return fault.Invalid("campaign_id", "is required")
	case t.Name == "" || len(t.Name) > MaxText:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxText)
	case len(t.Banner) > MaxText:
		return fault.Invalid("banner", "is longer than %d bytes", MaxText)
	case p.Criterion != EachReferee && p.Criterion != MinimumReferees:
		return fault.Invalid("parameters.criterion", "%q is not one of %s, %s", p.Criterion, EachReferee, MinimumReferees)
	case p.Criterion == EachReferee && p.Referees != 0:
		return fault.Invalid("parameters.referees", "each referee is rewarded, there is nothing to count")
	case p.Criterion == MinimumReferees && (p.Referees < 1 || p.Referees > MaxReferees):
		return fault.Invalid("parameters.referees", "%d is not between 1 and %d", p.Referees, MaxReferees)
	case p.Segment != nil && p.Segment.ID == "":
		return fault.Invalid("parameters.segment.id", "is required")
	}
	return t.Reward.check()
}

func (r *Reward) check() error {
	c, p := &r.Parameters.Campaign, r.Parameters.Product
	switch {
	case r.Type == MaterialReward:
		switch {
		case p == nil || p.ID == "":
			return fault.Invalid("reward.parameters.product.id", "is required")
		case *c != RewardCampaign{}:
			return fault.Invalid("reward.parameters.campaign", "a reward of type %s has none", r.Type)
		}
		return nil
	case r.Type != RewardOfCampaign:
		return fault.Invalid("reward.type", "%q is not one of %s, %s", r.Type, RewardOfCampaign, MaterialReward)
	case p != nil:
		return fault.Invalid("reward.parameters.product", "a reward of type %s has none", r.Type)
	case c.ID == "":
		return fault.Invalid("reward.parameters.campaign.id", "is required")
	case c.Balance < 0 || c.Balance > money.Max:
		return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", c.Balance, money.Max).At("reward.parameters.campaign.balance")
	}
	return nil
}

// Due reports whether the tier rewards a referrer who has so many unique referees, the newest of them included.
func (t *Tier) Due(referees int64) bool {
	return t.Parameters.Criterion == EachReferee || referees >= t.Parameters.Referees
}
