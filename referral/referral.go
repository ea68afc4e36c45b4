package referral

import "time"

// Status is what became of a referral.
type Status string

// The states of a referral.
const (
	Converted Status = "CONVERTED"
	Revoked   Status = "REVOKED" // the redemption that made it was rolled back
)

// Referral says that a customer was brought by another. A customer has one for each campaign, and so one referrer; a revoked
// one is used again when the customer converts once more, perhaps through somebody else.
type Referral struct {
	ID         string `json:"id"`
	CampaignID string `json:"campaign_id"`
	// VoucherID is the code that was used, ReferrerID the customer who held it, CustomerID the referee.
	VoucherID  string `json:"voucher_id"`
	ReferrerID string `json:"referrer_id"`
	CustomerID string `json:"customer_id"`
	// RelatedObjectType is "redemption" or "custom_event", RelatedObjectID the record that has converted the customer, at Date.
	RelatedObjectType string    `json:"related_object_type"`
	RelatedObjectID   string    `json:"related_object_id"`
	Date              time.Time `json:"date"`
	Status            Status    `json:"status"`
	// Rewards are the ids of the rewards that were given for it.
	Rewards []string `json:"rewards,omitempty"`
	// RevokedAt is when the redemption was rolled back.
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	Version   int64      `json:"version,omitempty"`
}

// The types of what converts.
const (
	OfRedemption  = "redemption"
	OfCustomEvent = "custom_event"
)

// Key identifies the referral of a customer in a campaign.
func Key(campaignID, customerID string) string { return campaignID + "/" + customerID }

// Issued is a reward that was given for a referral. It stays when the referral is revoked, and is not given again then.
type Issued struct {
	ID         string `json:"id"`
	CampaignID string `json:"campaign_id"`
	// CustomerID is who was rewarded: the referrer by a tier, the referee without one.
	CustomerID     string `json:"customer_id"`
	ReferralID     string `json:"referral_id"`
	ReferralTierID string `json:"referral_tier_id,omitempty"`
	// RelatedObjectID is the redemption or custom event that has converted the referee.
	RelatedObjectID string `json:"related_object_id"`
	// RewardCampaignID is the campaign of what was given, VoucherID the coupon or card; both are empty for a Product.
	RewardCampaignID string `json:"reward_campaign_id,omitempty"`
	VoucherID        string `json:"voucher_id,omitempty"`
	// Product is what somebody has to hand over: the engine only says so, here and with customer.rewarded. Nil for others.
	Product *Product `json:"product,omitempty"`
	// PublicationID is empty when the customer had the code before; TransactionID is the entry of Amount: credits in minor units, or
	// points.
	PublicationID string    `json:"publication_id,omitempty"`
	TransactionID string    `json:"transaction_id,omitempty"`
	Amount        int64     `json:"amount,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
	Version       int64     `json:"version,omitempty"`
}

// Once identifies what is given only once: the reward of a referee for a referral, that of a tier for each referral of a
// referrer, and that of a tier with a number of referees for a referrer.
func (x *Issued) Once(tier *Tier) string {
	switch {
	case tier == nil:
		return "referee/" + x.ReferralID
	case tier.Parameters.Criterion == EachReferee:
		return "tier/" + tier.ID + "/" + x.CustomerID + "/" + x.ReferralID
	}
	return "tier/" + tier.ID + "/" + x.CustomerID
}
