package loyalty

import (
	"cmp"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/record"
)

// Transaction is one entry of the ledger of a loyalty card. (Voucherify: voucher transaction.)
type Transaction struct {
	ID string `json:"id"`
	// SourceID is the caller's name of a manual entry or transfer: on one card it stands once.
	SourceID   string `json:"source_id,omitempty"`
	VoucherID  string `json:"voucher_id"`
	CampaignID string `json:"campaign_id"`
	// Source is "API" for manual entries and transfers, "Automation" for what earning rules and the calendar do, and empty for
	// redemptions and refunds. Reason is what the caller says about a manual entry.
	Source string      `json:"source,omitempty"`
	Reason string      `json:"reason,omitempty"`
	Type   ledger.Type `json:"type"`
	// Number counts the entries of the card, from 1 without gaps: the order in which they were written. (Not a field of
	// Voucherify.)
	Number  int64   `json:"number"`
	Details Details `json:"details"`
	// Parts are the points by their last day: those that came in, or those that were taken. (Not a field of Voucherify.)
	Parts []Part `json:"parts"`
	// EarnedWith names the earning rule and the event: no two entries have the same one, so that an event pays once however
	// often it is told. (Not a field of Voucherify.)
	EarnedWith string `json:"earned_with,omitempty"`
	// RelatedTransactionID is the entry that this one undoes, or the other side of a transfer.
	RelatedTransactionID string    `json:"related_transaction_id,omitempty"`
	CreatedAt            time.Time `json:"created_at"`
}

// Details is what an entry did, and what it belongs to.
type Details struct {
	Balance     Balance           `json:"balance"`
	Order       *ledger.Reference `json:"order,omitempty"`
	Event       *EventReference   `json:"event,omitempty"`
	EarningRule *RuleReference    `json:"earning_rule,omitempty"`
	Segment     *Reference        `json:"segment,omitempty"`
	// LoyaltyTier is the tier whose mapping was used, HolderLoyaltyTier the tier of the member before the entry.
	LoyaltyTier       *Reference        `json:"loyalty_tier,omitempty"`
	HolderLoyaltyTier *Reference        `json:"holder_loyalty_tier,omitempty"`
	PendingPoints     *ledger.Reference `json:"pending_points,omitempty"`
	Redemption        *ledger.Reference `json:"redemption,omitempty"`
	Rollback          *ledger.Reference `json:"rollback,omitempty"`
	// Return is the return of units that gave the points back. (Not a field of Voucherify.)
	Return             *ledger.Reference `json:"return,omitempty"`
	Reward             *Reference        `json:"reward,omitempty"`
	SourceVoucher      *ledger.Reference `json:"source_voucher,omitempty"`
	DestinationVoucher *ledger.Reference `json:"destination_voucher,omitempty"`
	// CustomEvent is the event, ReferralTier the tier of a referral programme for which points were given. (The last is not a field
	// of Voucherify.)
	CustomEvent  *ledger.Reference `json:"custom_event,omitempty"`
	ReferralTier *ledger.Reference `json:"referral_tier,omitempty"`
}

// Reference names a record.
type Reference struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// EventReference names the event that has earned points: "customer.order.paid" or the name of a custom event.
type EventReference struct {
	ID   string `json:"id,omitempty"`
	Type string `json:"type"`
}

// RuleReference names an earning rule.
type RuleReference struct {
	ID     string `json:"id"`
	Source struct {
		Banner string `json:"banner"`
	} `json:"source"`
}

// Balance is the effect of an entry on its card.
type Balance struct {
	Type string `json:"type"` // BalanceType
	// Points is what the entry adds, negative for what it takes; Total and Balance are those of the card after it.
	Points        ledger.Points        `json:"points"`
	Total         ledger.Points        `json:"total"`
	Balance       ledger.Points        `json:"balance"`
	OperationType ledger.OperationType `json:"operation_type"`
	Object        string               `json:"object"` // "balance"
	RelatedObject ledger.Related       `json:"related_object"`
}

// BalanceType is Balance.Type of loyalty cards.
const BalanceType = "loyalty_card"

// Post completes the entry as the next one of an account, and changes the account. It fails as Account.Post does, and with the
// account unchanged. The caller has set Type and Parts of what is credited, and says whether somebody moved the points by hand.
func (t *Transaction) Post(a *Account, points ledger.Points, operation ledger.OperationType, bucketID func() string) error {
	parts, err := a.Post(Movement{Type: t.Type, Points: points, Parts: t.Parts, At: t.CreatedAt, BucketID: bucketID})
	if err != nil {
		return err
	}
	t.Parts, t.Number = parts, a.Entries
	t.VoucherID, t.CampaignID = a.VoucherID, a.CampaignID
	t.Details.Balance = Balance{
		Type: BalanceType, Points: points, Total: a.Total(), Balance: a.Balance,
		OperationType: operation, Object: "balance", RelatedObject: ledger.Related{ID: a.VoucherID, Type: "voucher"},
	}
	return nil
}

// Keys are the unique names of the entry: the caller's on its card, and what it was earned with.
func (t *Transaction) Keys() []string {
	var keys []string
	if t.SourceID != "" {
		keys = append(keys, record.Key("source_id", ledger.SourceKey(t.VoucherID, t.SourceID)))
	}
	if t.EarnedWith != "" {
		keys = append(keys, record.Key("earned", t.EarnedWith))
	}
	return keys
}

// Ordered sorts the entries of a card as they were written.
func Ordered(entries []Transaction) {
	slices.SortFunc(entries, func(a, b Transaction) int { return cmp.Compare(a.Number, b.Number) })
}

// GiveBack says where points of a redemption go back to: what was taken last comes back first, each part to its own day of
// expiry. before is what was given back already. A part whose day is over gets the day that renewed points get.
func GiveBack(taken []Part, before, points ledger.Points, today, renewed Date) []Part {
	var parts []Part
	for _, part := range slices.Backward(taken) {
		skipped := min(before, part.Points)
		before -= skipped
		back := min(points, part.Points-skipped)
		if back == 0 {
			continue
		}
		points -= back
		if part.ExpiresAt != 0 && part.ExpiresAt < today {
			part.ExpiresAt = renewed
		}
		parts = append(parts, Part{part.ExpiresAt, back})
	}
	return parts
}
