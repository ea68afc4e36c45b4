package loyalty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/record"
)

// PendingStatus is the state of pending points.
type PendingStatus string

// The states. The last two are final.
const (
	Waiting   PendingStatus = "PENDING"
	Activated PendingStatus = "ACTIVATED" // they are on the card
	Canceled  PendingStatus = "CANCELED"  // they never come
)

// Pending is points that an order has earned and that can be used later. What they are worth is fixed; their expiry begins on
// the day on which they are activated.
type Pending struct {
	ID         string        `json:"id"`
	VoucherID  string        `json:"voucher_id"`
	CampaignID string        `json:"campaign_id"`
	CustomerID string        `json:"customer_id"`
	OrderID    string        `json:"order_id"`
	Points     ledger.Points `json:"points"`
	// ActivatesAt is the day at whose beginning they can be used.
	ActivatesAt Date          `json:"activates_at"`
	Status      PendingStatus `json:"status"`
	// Details say what has earned them; there is no balance yet.
	Details PendingDetails `json:"details"`
	// ExpirationRules are those of the earning rule, nil for those of the program. (Not a field of Voucherify.)
	ExpirationRules *ExpirationRules `json:"expiration_rules,omitempty"`
	// EarnedWith names the earning rule and the order; see Transaction.EarnedWith.
	EarnedWith string     `json:"earned_with,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  *time.Time `json:"updated_at,omitempty"`
	Version    int64      `json:"version"`
}

// PendingDetails is what pending points belong to.
type PendingDetails struct {
	Event       *EventReference   `json:"event,omitempty"`
	EarningRule *RuleReference    `json:"earning_rule,omitempty"`
	Order       *ledger.Reference `json:"order,omitempty"`
	// LoyaltyTier is the tier whose mapping was used, HolderLoyaltyTier the tier of the member when the order was paid.
	LoyaltyTier       *Reference `json:"loyalty_tier,omitempty"`
	HolderLoyaltyTier *Reference `json:"holder_loyalty_tier,omitempty"`
}

// Parent is what the record of the points belongs to in the store: the card while they wait, so that its list stays short, and
// DoneWith the card afterwards.
func (p *Pending) Parent() string {
	if p.Status == Waiting {
		return p.VoucherID
	}
	return DoneWith(p.VoucherID)
}

// DoneWith is the parent of the pending points of a card that were activated or canceled.
func DoneWith(voucherID string) string { return voucherID + "/done" }

// Keys are the unique names of pending points.
func (p *Pending) Keys() []string {
	if p.EarnedWith == "" {
		return nil
	}
	return []string{record.Key("earned", p.EarnedWith)}
}

// Expect refuses points that do not wait any more with invalid_pending_points_state.
func (p *Pending) Expect() error {
	if p.Status == Waiting {
		return nil
	}
	return fault.New(fault.InvalidPendingPointsState, "Required status is %s, current status is %s", Waiting, p.Status).
		About(string(record.PendingPoints), p.ID)
}

// Adjust changes what will come; what is left must be positive, or it fails with invalid_amount.
func (p *Pending) Adjust(points ledger.Points) error {
	most := ledger.Points(money.Max)
	if points == 0 || points < -most || points > most || p.Points+points <= 0 || p.Points+points > most {
		return fault.New(fault.InvalidAmount, "Amount has to be a valid positive number").At("points").About(string(record.PendingPoints), p.ID)
	}
	p.Points += points
	return nil
}

// Awaited sorts pending points by the day of their activation; those of one day by their creation.
func Awaited(list []*Pending) {
	slices.SortFunc(list, func(a, b *Pending) int {
		return cmp.Or(cmp.Compare(a.ActivatesAt, b.ActivatesAt), a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	})
}

// Await notes on the account that points wait, or with a negative number that they do not wait any more. It fails with
// invalid_amount when all that waits would leave the range, and changes nothing then.
func (a *Account) Await(points ledger.Points) error {
	if a.PendingPoints+points > ledger.Points(money.Max) {
		return fault.New(fault.InvalidAmount, "the pending points of a card add up to more than %d", money.Max).At("points")
	}
	a.PendingPoints += points
	return nil
}
