package reward

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// State is how far a reward that was redeemed has come.
type State string

// The states. A digital reward, or money off an order, is completed with the redemption; a product is pending until somebody says that it was
// handed over.
const (
	Created    State = "CREATED"
	Pending    State = "PENDING"
	Completed  State = "COMPLETED"
	RolledBack State = "ROLLEDBACK"
)

// Redemption is what became of one reward that was redeemed. (Voucherify: reward redemption.)
type Redemption struct {
	ID                 string `json:"id"`
	State              State  `json:"state"`
	CustomerID         string `json:"customer_id,omitempty"`
	VoucherID          string `json:"voucher_id"` // the loyalty card
	CampaignID         string `json:"campaign_id"`
	RewardID           string `json:"reward_id"`
	RewardAssignmentID string `json:"reward_assignment_id"`
	// SourceID is the redemption that has paid the points; SourceType is "redemption".
	SourceID   string `json:"source_id"`
	SourceType string `json:"source_type"`
	// Quantity is how often the reward was given; only a reward that was redeemed automatically is given more than once.
	// (Not a field of Voucherify.)
	Quantity int64 `json:"quantity"`
	// Issued is what was given of a campaign.
	Issued    []Issue      `json:"issued,omitempty"`
	Metadata  metadata.Map `json:"metadata,omitempty"`
	CreatedAt time.Time    `json:"created_at"`
	UpdatedAt *time.Time   `json:"updated_at,omitempty"`
	Version   int64        `json:"version"`
}

// Issue is something of a campaign that was given to the member. (Not an object of Voucherify.)
type Issue struct {
	// VoucherID and Code are the coupon, or the card that got credits or points.
	VoucherID string `json:"voucher_id"`
	Code      string `json:"code"`
	// PublicationID is empty when the member had the coupon or card already.
	PublicationID string `json:"publication_id,omitempty"`
	// Balance is the credits or points, TransactionID the entry that has added them.
	Balance       int64  `json:"balance,omitempty"`
	TransactionID string `json:"transaction_id,omitempty"`
}

// Complete says that a product was handed over. Only a pending redemption can be completed.
func (r *Redemption) Complete(now time.Time) error {
	if r.State != Pending {
		return fault.Invalid("state", "is %s, not %s", r.State, Pending)
	}
	r.move(Completed, now)
	return nil
}

// RollBack says that the points were given back.
func (r *Redemption) RollBack(now time.Time) { r.move(RolledBack, now) }

func (r *Redemption) move(to State, now time.Time) {
	r.State, r.UpdatedAt = to, &now
	r.Version++
}

// Anonymise puts the token in the place of the customer and takes out what may say who it was.
func (r *Redemption) Anonymise(customerID, token string) {
	if r.CustomerID == customerID {
		r.CustomerID, r.Metadata = token, nil
	}
}
