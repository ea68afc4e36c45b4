package publication

import (
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// Role is what a holder is to the code.
type Role string

// The roles. Referrer and Referee belong to referral codes: the customer to whom the code was given, and those who have used it or
// were assigned to it.
const (
	Owner    Role = "OWNER"
	Referrer Role = "REFERRER"
	Referee  Role = "REFEREE"
)

// Holder ties a code to a customer. A customer holds a code at most once; a generic code may have many holders.
type Holder struct {
	ID string `json:"id"`
	// RedeemableID is the id of what is held, RedeemableObject is "voucher".
	RedeemableID     string `json:"redeemable_id"`
	RedeemableObject string `json:"redeemable_object"`
	CustomerID       string `json:"customer_id"`
	HolderRole       Role   `json:"holder_role"`
	// CampaignID and CampaignType are empty for a voucher without a campaign.
	CampaignID   string        `json:"campaign_id,omitempty"`
	CampaignType campaign.Kind `json:"campaign_type,omitempty"`
	VoucherType  voucher.Type  `json:"voucher_type"`
	Metadata     metadata.Map  `json:"metadata,omitempty"`
	CreatedAt    time.Time     `json:"created_at"`
	Version      int64         `json:"version,omitempty"`
}

// HolderKey identifies the holder record of a voucher and a customer, both named by their ids.
func HolderKey(voucherID, customerID string) string { return voucherID + "/" + customerID }

// Status is the state of a code in a wallet.
type Status string

// The states of a code, in the order of precedence in which a redeem would refuse it.
const (
	Disabled     Status = "DISABLED"
	NotActiveYet Status = "NOT_ACTIVE_YET"
	Expired      Status = "EXPIRED"
	Used         Status = "USED"
	NoBalance    Status = "NO_BALANCE" // a gift card with nothing on it
	Active       Status = "ACTIVE"
)

// StatusOf is the state of a voucher at an instant. active and window are those that count for it, its campaign's
// included. A code that is outside its days or hours is Active: it can be used later today or this week.
func StatusOf(v *voucher.Voucher, active bool, window validity.Window, now time.Time) Status {
	if !active {
		return Disabled
	}
	switch window.At(now, time.UTC) {
	case validity.NotStarted:
		return NotActiveYet
	case validity.Expired:
		return Expired
	}
	if v.Redemption.Quantity != nil && v.Redemption.RedeemedQuantity >= *v.Redemption.Quantity {
		return Used
	}
	if v.Gift != nil && v.Gift.Balance == 0 {
		return NoBalance
	}
	return Active
}
