package customer

import "time"

// Summary is what a customer has done so far, as the engine counts it. It is filled when a customer is read and is never
// stored with the profile, so that what a customer does at the same time never collides. Amounts are minor units.
type Summary struct {
	Redemptions RedemptionSummary `json:"redemptions"`
	Orders      OrderSummary      `json:"orders"`
}

// RedemptionSummary counts redemptions, one for each redeemable. A rollback does not lower what was redeemed.
type RedemptionSummary struct {
	TotalRedeemed          int64              `json:"total_redeemed"`
	TotalFailed            int64              `json:"total_failed"`
	TotalSucceeded         int64              `json:"total_succeeded"`
	TotalRolledBack        int64              `json:"total_rolled_back"`
	TotalRollbackFailed    int64              `json:"total_rollback_failed"`
	TotalRollbackSucceeded int64              `json:"total_rollback_succeeded"`
	Gift                   GiftSummary        `json:"gift"`
	LoyaltyCard            LoyaltyCardSummary `json:"loyalty_card"`
}

// GiftSummary is the money of gift cards.
type GiftSummary struct {
	RedeemedAmount int64 `json:"redeemed_amount"`
	AmountToGo     int64 `json:"amount_to_go"`
}

// LoyaltyCardSummary is the points of loyalty cards.
type LoyaltyCardSummary struct {
	RedeemedPoints int64 `json:"redeemed_points"`
	PointsToGo     int64 `json:"points_to_go"`
}

// OrderSummary sums up the orders that are PAID or FULFILLED.
type OrderSummary struct {
	// TotalAmount is what they cost after discounts, AverageAmount the same for each, rounded down.
	TotalAmount   int64 `json:"total_amount"`
	TotalCount    int64 `json:"total_count"`
	AverageAmount int64 `json:"average_amount"`
	// LastOrderAmount and LastOrderDate are those of the newest order; absent without any.
	LastOrderAmount *int64     `json:"last_order_amount,omitempty"`
	LastOrderDate   *time.Time `json:"last_order_date,omitempty"`
}

// Average is the amount for each order, rounded down; 0 without orders.
func (s OrderSummary) Average() int64 {
	if s.TotalCount == 0 {
		return 0
	}
	return s.TotalAmount / s.TotalCount
}

// Figure is one additive part of a summary: a counter of its own.
type Figure struct {
	// Path is where it stands below "summary.", for example "redemptions.total_failed".
	Path  string
	Value *int64
}

// Figures returns the additive parts of the summary, in the order of their JSON.
func (s *Summary) Figures() []Figure {
	r, o := &s.Redemptions, &s.Orders
	return []Figure{
		{TotalRedeemed, &r.TotalRedeemed}, {TotalFailed, &r.TotalFailed}, {TotalSucceeded, &r.TotalSucceeded},
		{TotalRolledBack, &r.TotalRolledBack}, {TotalRollbackFailed, &r.TotalRollbackFailed},
		{TotalRollbackSucceeded, &r.TotalRollbackSucceeded},
		{GiftRedeemedAmount, &r.Gift.RedeemedAmount}, {GiftAmountToGo, &r.Gift.AmountToGo},
		{LoyaltyRedeemedPoints, &r.LoyaltyCard.RedeemedPoints}, {LoyaltyPointsToGo, &r.LoyaltyCard.PointsToGo},
		{OrdersTotalAmount, &o.TotalAmount}, {OrdersTotalCount, &o.TotalCount},
	}
}

// The paths of the additive parts of a summary.
const (
	TotalRedeemed          = "redemptions.total_redeemed"
	TotalFailed            = "redemptions.total_failed"
	TotalSucceeded         = "redemptions.total_succeeded"
	TotalRolledBack        = "redemptions.total_rolled_back"
	TotalRollbackFailed    = "redemptions.total_rollback_failed"
	TotalRollbackSucceeded = "redemptions.total_rollback_succeeded"
	GiftRedeemedAmount     = "redemptions.gift.redeemed_amount"
	GiftAmountToGo         = "redemptions.gift.amount_to_go"
	LoyaltyRedeemedPoints  = "redemptions.loyalty_card.redeemed_points"
	LoyaltyPointsToGo      = "redemptions.loyalty_card.points_to_go"
	OrdersTotalAmount      = "orders.total_amount"
	OrdersTotalCount       = "orders.total_count"
)

// Loyalty is what a customer holds in loyalty campaigns, and whom he has brought into referral campaigns.
type Loyalty struct {
	// Points are those of all cards that have not expired.
	Points            int64 `json:"points"`
	ReferredCustomers int64 `json:"referred_customers"`
	// Campaigns are the campaigns in which the customer is a member, or a referrer, by name.
	Campaigns map[string]LoyaltyCampaign `json:"campaigns,omitempty"`
}

// LoyaltyCampaign is what a customer holds in one loyalty campaign.
type LoyaltyCampaign struct {
	Points            int64  `json:"points"`
	LoyaltyTier       string `json:"loyalty_tier,omitempty"`
	ReferredCustomers int64  `json:"referred_customers"`
}

// Referrals are who has brought a customer, one referrer for each campaign: the first.
type Referrals struct {
	Total     int64      `json:"total"`
	Campaigns []Referral `json:"campaigns"`
}

// Referral is who has brought a customer into one campaign, and by what: a redemption or a custom event.
type Referral struct {
	CampaignID        string    `json:"campaign_id"`
	ReferrerID        string    `json:"referrer_id"`
	RelatedObjectID   string    `json:"related_object_id"`
	RelatedObjectType string    `json:"related_object_type"`
	Date              time.Time `json:"date"`
}
