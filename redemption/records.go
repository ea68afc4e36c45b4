package redemption

import (
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/reward"
)

// Status is the state of a redemption.
type Status string

// The states of a redemption. Result says how it ended, Status what became of it.
const (
	Succeeded  Status = "SUCCEEDED"
	Failed     Status = "FAILED"
	RolledBack Status = "ROLLED_BACK"
)

// Ending is how a redemption or rollback ended.
type Ending string

// The endings.
const (
	Success Ending = "SUCCESS"
	Failure Ending = "FAILURE"
)

// Redemption is the record of one redemption. It is complete in itself: what was granted is frozen in it, so that a
// rollback or return never looks at a campaign that was changed since. A request with several redeemables makes a parent
// and one child for each; ids of attempts that failed begin with "rf_".
type Redemption struct {
	ID         string       `json:"id"`
	Date       time.Time    `json:"date"`
	CustomerID string       `json:"customer_id,omitempty"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
	// Parent is the id of the parent; only children have one. Voucherify's field is "redemption".
	Parent string `json:"redemption,omitempty"`
	// Children are the ids of a parent's children, in the order of application.
	Children       []string  `json:"children,omitempty"`
	Result         Ending    `json:"result"`
	Status         Status    `json:"status"`
	FailureCode    fault.Key `json:"failure_code,omitempty"`
	FailureMessage string    `json:"failure_message,omitempty"`
	// RelatedObjectType is "voucher", "promotion_tier", or "redemption" for a parent, which names itself.
	RelatedObjectType string `json:"related_object_type"`
	RelatedObjectID   string `json:"related_object_id"`
	// Code is the voucher's code; CampaignID its campaign or the tier's.
	Code       string `json:"code,omitempty"`
	CampaignID string `json:"campaign_id,omitempty"`
	// IsReferralCode says that the voucher is a referral code.
	IsReferralCode bool `json:"is_referral_code,omitempty"`
	// OrderID names the order; Order is the order as it stood after this redemption, nil for failures.
	OrderID string       `json:"order_id,omitempty"`
	Order   *order.Order `json:"order,omitempty"`
	// Amount is the credits that a gift card paid, in minor units, and so is Gift; of a loyalty card it is the points, and so is
	// LoyaltyCard. They are absent for what is neither.
	Amount      int64         `json:"amount,omitempty"`
	Gift        *GiftAmount   `json:"gift,omitempty"`
	LoyaltyCard *PointsAmount `json:"loyalty_card,omitempty"`
	// Reward is what the points of a loyalty card were for.
	Reward *RedeemedReward `json:"reward,omitempty"`
	// Granted is what the redemption gave, nil for parents and failures.
	Granted *Granted `json:"granted,omitempty"`
	// Decision is the explanation, on the parent or the only redemption.
	Decision *Decision `json:"decision,omitempty"`
	// RollbackID and Returns are what was given back.
	RollbackID string    `json:"rollback_id,omitempty"`
	Returns    []*Return `json:"returns,omitempty"`
	Version    int64     `json:"version,omitempty"`
}

// Owner is the parent of the record in the store: the parent of a child, and otherwise the customer, so that both have the
// list of what is theirs.
func (r *Redemption) Owner() string {
	if r.Parent != "" {
		return r.Parent
	}
	return r.CustomerID
}

// Granted is the frozen effect of one redemption, in minor units and units.
type Granted struct {
	// OrderDiscount is the discount on the order level, ItemsDiscount that on the lines.
	OrderDiscount int64 `json:"order_discount"`
	ItemsDiscount int64 `json:"items_discount"`
	// Lines are the lines of the order with this redemption's part in them.
	Lines []GrantedLine `json:"lines,omitempty"`
	// Consumed are the counters that the redemption raised; a rollback lowers them by the same amounts.
	Consumed Consumed `json:"consumed,omitempty"`
	// TransactionID is the entry that took the credits from a gift card, or the points from a loyalty card; empty when none were
	// taken.
	TransactionID string `json:"transaction_id,omitempty"`
	// Parts are the points that were taken, by the last day on which they could be used.
	Parts []loyalty.Part `json:"parts,omitempty"`
}

// GiftAmount is credits that were taken from a gift card, in minor units; negative for credits that were given back.
type GiftAmount struct {
	Amount ledger.Credits `json:"amount"`
}

// Discount is the discount on both levels. For a gift card it is the credits.
func (g *Granted) Discount() int64 { return g.OrderDiscount + g.ItemsDiscount }

// GrantedLine is the part of one redemption in one line of the order.
type GrantedLine struct {
	ItemID string `json:"item_id"`
	// Quantity and Amount are the line's units and value after the request.
	Quantity int64 `json:"quantity"`
	Amount   int64 `json:"amount"`
	// Discount is the discount on the line; OrderShare is the line's share of the discount on the order.
	Discount   int64 `json:"discount,omitempty"`
	OrderShare int64 `json:"order_share,omitempty"`
	// FreeUnits, AddedUnits and AddedAmount are what a reward made free and added (negative: took away).
	FreeUnits   int64 `json:"free_units,omitempty"`
	AddedUnits  int64 `json:"added_units,omitempty"`
	AddedAmount int64 `json:"added_amount,omitempty"`
	// ReturnedQuantity counts the units that were returned, ReturnedDiscount the discount that was given back for them.
	ReturnedQuantity int64 `json:"returned_quantity,omitempty"`
	ReturnedDiscount int64 `json:"returned_discount,omitempty"`
}

// Share is the discount that the redemption gave on the line, of both levels.
func (l *GrantedLine) Share() int64 { return l.Discount + l.OrderShare }

// Rollback is the record of one rollback. Ids of attempts that failed begin with "rrf_".
type Rollback struct {
	ID         string       `json:"id"`
	Date       time.Time    `json:"date"`
	CustomerID string       `json:"customer_id,omitempty"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
	// Redemption is the id of the redemption that was rolled back.
	Redemption        string    `json:"redemption"`
	Reason            string    `json:"reason,omitempty"`
	Result            Ending    `json:"result"`
	Status            Status    `json:"status"`
	FailureCode       fault.Key `json:"failure_code,omitempty"`
	FailureMessage    string    `json:"failure_message,omitempty"`
	RelatedObjectType string    `json:"related_object_type"`
	RelatedObjectID   string    `json:"related_object_id"`
	OrderID           string    `json:"order_id,omitempty"`
	// Order is the order after this rollback, while what was redeemed before it still applies.
	Order *order.Order `json:"order,omitempty"`
	// Discount is the discount that was taken back, in minor units; what was returned before is not in it.
	Discount int64 `json:"discount_amount"`
	// Amount and Gift are the credits that went back to the gift card, Amount and LoyaltyCard the points that went back to the
	// loyalty card, with a negative sign; absent for what is neither.
	Amount      int64         `json:"amount,omitempty"`
	Gift        *GiftAmount   `json:"gift,omitempty"`
	LoyaltyCard *PointsAmount `json:"loyalty_card,omitempty"`
	// Referral is what the redemption had made of the customer; nil when it was no conversion. (Not a field of Voucherify.)
	Referral *RevokedReferral `json:"referral,omitempty"`
	// Kept is what the member keeps of a reward, though its points went back. (Not a field of Voucherify.)
	Kept []Kept `json:"kept,omitempty"`
}

// RevokedReferral is a referral that does not count any more, because the redemption that made it was rolled back.
type RevokedReferral struct {
	ID string `json:"id"`
	// Rewards are the ids of the rewards that were given for it. They stay; see Referrals.Rewards of the engine.
	Rewards []string `json:"rewards,omitempty"`
}

// KeptReason says why something could not be taken back.
type KeptReason string

// The reasons.
const (
	KeptDelivered KeptReason = "delivered" // the product was handed over
	KeptShared    KeptReason = "shared"    // the code belongs to many customers
	KeptRedeemed  KeptReason = "redeemed"  // the coupon was redeemed
	KeptSpent     KeptReason = "spent"     // credits or points that are not on the card any more
	KeptDeleted   KeptReason = "deleted"   // the coupon or card does not exist any more
	KeptPoints    KeptReason = "no_card"   // the card that has paid does not exist any more, so that its points did not go back
)

// Kept is a part of a reward that could not be taken back.
type Kept struct {
	Reason KeptReason `json:"reason"`
	// RewardRedemptionID is the account of the reward, VoucherID the coupon or card, Balance the credits or points.
	RewardRedemptionID string `json:"reward_redemption_id,omitempty"`
	VoucherID          string `json:"voucher_id,omitempty"`
	Balance            int64  `json:"balance,omitempty"`
}

// RollbackResult is the answer of a rollback.
type RollbackResult struct {
	// Rollbacks are one for each redemption that was undone, in the order of the redemptions.
	Rollbacks []*Rollback `json:"rollbacks"`
	// Parent is set when the redemption was a parent.
	Parent *Rollback `json:"parent_rollback,omitempty"`
	// Order is the order after the rollback; nil when the redemption had none that is still stored.
	Order *order.Order `json:"order,omitempty"`

	issued []Issued // still to be taken back
	points *PointsWork
}

// Points is the work on the loyalty cards that got points back, nil for none: moves between tiers may earn points, once the plan of
// the rollback is applied.
func (r *RollbackResult) Points() *PointsWork { return r.points }

// ReturnResult is the answer of a return.
type ReturnResult struct {
	// Redemption is the id that was named: of the parent or of the only redemption.
	Redemption string `json:"redemption"`
	CustomerID string `json:"customer_id,omitempty"`
	// Return sums up over all redemptions of the request; its Refund is what the customer gets back.
	Return *Return `json:"return"`

	points *PointsWork
}

// Points is the work on the loyalty cards that got points back, nil for none; see RollbackResult.Points.
func (r *ReturnResult) Points() *PointsWork { return r.points }

// Return is the record of one return of units. The accounts of a return on several redemptions have the same id as its sum.
type Return struct {
	ID     string       `json:"id"`
	Date   time.Time    `json:"date"`
	Reason string       `json:"reason,omitempty"`
	Lines  []ReturnLine `json:"lines"`
	// Amount is the value of the units before discounts, Discount the discount that they carried; the customer gets
	// Refund = Amount − Discount.
	Amount   int64 `json:"amount"`
	Discount int64 `json:"discount_amount"`
	Refund   int64 `json:"refund_amount"`
	// Gift is the part of Discount that went back to the gift cards that had paid it.
	Gift ledger.Credits `json:"gift_amount,omitempty"`
	// Points went back to the loyalty cards that had paid a part of Discount.
	Points ledger.Points `json:"loyalty_points,omitempty"`
}

// ReturnLine is a number of units of one line of the order. In a request only ItemID and Quantity count.
type ReturnLine struct {
	ItemID   string `json:"item_id"`
	Quantity int64  `json:"quantity"`
	Amount   int64  `json:"amount,omitempty"`
	Discount int64  `json:"discount_amount,omitempty"`
	Refund   int64  `json:"refund_amount,omitempty"`
}

// Result is the answer of a redeem.
type Result struct {
	// Redemptions are the redemptions that were made, one for each redeemable that was applied, in order of application.
	Redemptions []*Redemption `json:"redemptions"`
	// Parent is set when several redeemables were applied or a stack was redeemed.
	Parent *Redemption `json:"parent_redemption,omitempty"`
	// Order is the stored order after all discounts; its TotalAmount is what is left to charge. It is nil when a member has redeemed
	// a reward without an order.
	Order                   *order.Order       `json:"order"`
	Customer                *customer.Customer `json:"customer,omitempty"`
	InapplicableRedeemables []Applied          `json:"inapplicable_redeemables,omitempty"`
	SkippedRedeemables      []Applied          `json:"skipped_redeemables,omitempty"`
	Decision                *Decision          `json:"decision"`
	// RewardRedemptions are what became of the rewards that points were paid for. (Not a field of Voucherify.)
	RewardRedemptions []*reward.Redemption `json:"reward_redemptions,omitempty"`

	grants []*Grant // still to be given
	points *PointsWork
}

// Points is the work on the loyalty cards that have paid, nil for none; see RollbackResult.Points.
func (r *Result) Points() *PointsWork { return r.points }

// ID returns the id to roll back: the parent's, or that of the only redemption.
func (r *Result) ID() string {
	if r.Parent != nil {
		return r.Parent.ID
	}
	if len(r.Redemptions) > 0 {
		return r.Redemptions[0].ID
	}
	return ""
}
