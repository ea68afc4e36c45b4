// Package ledger owns the account of what is on a card: the entries that move it, the state that they lead to, and the
// comparison of both.
//
// It refuses to decide who may spend: packages above it ask, and post an entry once the answer is yes. An entry is never
// changed; what is undone has an entry of its own that names the one that it undoes.
package ledger

import (
	"cmp"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
)

// Credits is money on a gift card, in minor units. It is a type of its own so that it is never added to points.
type Credits int64

// Points are points on a loyalty card. They are a type of their own so that they are never added to money.
type Points int64

// Type says what an entry does. The names are Voucherify's.
type Type string

// The types of entries of gift cards. Additions and refunds are positive, removals and redemptions negative.
const (
	CreditsAddition   Type = "CREDITS_ADDITION"   // a top-up by hand, or a reward
	CreditsRemoval    Type = "CREDITS_REMOVAL"    // a withdrawal by hand
	CreditsRedemption Type = "CREDITS_REDEMPTION" // a redemption
	CreditsRefund     Type = "CREDITS_REFUND"     // a rollback or return of a redemption
)

// The types of entries of loyalty cards.
const (
	PointsAccrual     Type = "POINTS_ACCRUAL"            // an earning rule
	PointsActivation  Type = "PENDING_POINTS_ACTIVATION" // points that were pending
	PointsAddition    Type = "POINTS_ADDITION"           // by hand, or as a reward
	PointsRemoval     Type = "POINTS_REMOVAL"            // by hand
	PointsRedemption  Type = "POINTS_REDEMPTION"         // a reward
	PointsRefund      Type = "POINTS_REFUND"             // a rollback or return of a redemption
	PointsExpiration  Type = "POINTS_EXPIRATION"         // their last day is over
	PointsTransferIn  Type = "POINTS_TRANSFER_IN"        // from another card
	PointsTransferOut Type = "POINTS_TRANSFER_OUT"       // to another card
)

// takes says which types take from a card.
var takes = map[Type]bool{CreditsAddition: false, CreditsRefund: false, CreditsRemoval: true, CreditsRedemption: true}

// Card is the state of a gift card. Balance is never below 0, and no part is above money.Max.
type Card struct {
	// Amount is everything that came in: what the card was created with, and additions. Refunds are not income.
	Amount Credits
	// Subtracted is what was removed by hand.
	Subtracted Credits
	// Balance is what is left.
	Balance Credits
	// Entries is the number of entries.
	Entries int64
}

// Opened is the state of a new card.
func Opened(initial Credits) Card { return Card{Amount: initial, Balance: initial} }

// Total is the income less removals; redemptions and refunds leave it as it is.
func (c Card) Total() Credits { return c.Amount - c.Subtracted }

// Redeemed is what was redeemed and not refunded.
func (c Card) Redeemed() Credits { return c.Total() - c.Balance }

// Post returns the state after an entry of the type. The amount has the sign of the type. It fails with invalid_amount when
// the amount is 0 or has the other sign, when the balance would fall below 0, and when an amount would leave the range.
func (c Card) Post(t Type, amount Credits) (Card, error) {
	taking, known := takes[t]
	after := c
	after.Entries++
	after.Balance += amount
	switch t {
	case CreditsAddition:
		after.Amount += amount
	case CreditsRemoval:
		after.Subtracted -= amount
	}
	switch {
	case !known:
		return c, fault.Invalid("type", "%q is not a type of entries", t)
	case amount == 0 || taking != (amount < 0) || amount > Credits(money.Max) || amount < -Credits(money.Max):
		return c, fault.New(fault.InvalidAmount, "%d is not an amount of %s", amount, t).At("amount")
	case after.Balance < 0:
		return c, fault.New(fault.InvalidAmount, "%d is more than the balance of %d", -amount, c.Balance).At("amount")
	case after.Amount > Credits(money.Max) || after.Subtracted > Credits(money.Max):
		return c, fault.New(fault.InvalidAmount, "the credits of a card add up to more than %d", money.Max).At("amount")
	}
	return after, nil
}

// Transaction is one entry. (Voucherify: voucher transaction.)
type Transaction struct {
	ID string `json:"id"`
	// SourceID is the caller's name of a manual entry: on one card it stands once.
	SourceID   string `json:"source_id,omitempty"`
	VoucherID  string `json:"voucher_id"`
	CampaignID string `json:"campaign_id,omitempty"`
	// Source is SourceAPI for manual entries and empty for others. Reason is what the caller says about a manual one.
	Source string `json:"source,omitempty"`
	Reason string `json:"reason,omitempty"`
	Type   Type   `json:"type"`
	// Number counts the entries of the card, from 1 without gaps: the order in which they were written. (Not a field of
	// Voucherify.)
	Number  int64   `json:"number"`
	Details Details `json:"details"`
	// RelatedTransactionID is the entry that this one undoes, in whole or in part.
	RelatedTransactionID string    `json:"related_transaction_id,omitempty"`
	CreatedAt            time.Time `json:"created_at"`
}

// SourceAPI is the source of manual entries.
const SourceAPI = "API"

// Details is what an entry did, and what it belongs to.
type Details struct {
	Balance    Balance    `json:"balance"`
	Order      *Reference `json:"order,omitempty"`
	Redemption *Reference `json:"redemption,omitempty"`
	Rollback   *Reference `json:"rollback,omitempty"`
	// Return is the return of units that refunded the credits. (Not a field of Voucherify.)
	Return *Reference `json:"return,omitempty"`
	// CustomEvent is the event, Reward the reward and ReferralTier the tier of a referral programme for which credits were given.
	// (The last is not a field of Voucherify.)
	CustomEvent  *Reference `json:"custom_event,omitempty"`
	Reward       *Reference `json:"reward,omitempty"`
	ReferralTier *Reference `json:"referral_tier,omitempty"`
}

// Reference names a record.
type Reference struct {
	ID       string `json:"id"`
	SourceID string `json:"source_id,omitempty"`
}

// Balance is the effect of an entry on its card.
type Balance struct {
	Type string `json:"type"` // "gift_voucher"
	// Amount is what the entry adds, negative for what it takes; Total and Balance are those of the card after it.
	Amount        Credits       `json:"amount"`
	Total         Credits       `json:"total"`
	Balance       Credits       `json:"balance"`
	OperationType OperationType `json:"operation_type"`
	Object        string        `json:"object"` // "balance"
	RelatedObject Related       `json:"related_object"`
}

// OperationType says who moved the balance.
type OperationType string

// The types of operations.
const (
	Manual    OperationType = "MANUAL"    // Vouchers.AddBalance, Loyalty.AddBalance, and what else somebody does by hand
	Automatic OperationType = "AUTOMATIC" // everything else
)

// Related names what a balance belongs to.
type Related struct {
	ID   string `json:"id"`
	Type string `json:"type"` // "voucher"
}

// Post completes the entry as the next one of a card, and returns the card after it. It fails as Card.Post does.
func (t *Transaction) Post(card Card, amount Credits) (Card, error) {
	after, err := card.Post(t.Type, amount)
	if err != nil {
		return card, err
	}
	operation := Automatic
	if t.Source == SourceAPI {
		operation = Manual
	}
	t.Number = after.Entries
	t.Details.Balance = Balance{
		Type: "gift_voucher", Amount: amount, Total: after.Total(), Balance: after.Balance,
		OperationType: operation, Object: "balance", RelatedObject: Related{ID: t.VoucherID, Type: "voucher"},
	}
	return after, nil
}

// SourceKey identifies a manual entry by its card and the caller's name of it.
func SourceKey(voucherID, sourceID string) string { return voucherID + "/" + sourceID }

// The bounds of a manual entry, in bytes.
const (
	MaxSourceID = 255
	MaxReason   = 1000
)

// Adjustment asks for a manual entry: a top-up or a withdrawal.
type Adjustment struct {
	// Amount is what is added, in minor units; a negative amount is removed. It is not 0.
	Amount Credits `json:"amount"`
	// SourceID makes the call repeatable: the same id with the same amount on the same card is answered with the first entry.
	// Empty makes a new entry with each call.
	SourceID string `json:"source_id,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Type is the type of the entry.
func (a *Adjustment) Type() Type {
	if a.Amount < 0 {
		return CreditsRemoval
	}
	return CreditsAddition
}

// Check reports the first thing that is wrong with the adjustment by itself.
func (a *Adjustment) Check() error {
	switch {
	case a.Amount == 0 || a.Amount > Credits(money.Max) || a.Amount < -Credits(money.Max):
		return fault.New(fault.InvalidAmount, "%d is not between 1 and %d, or the negative of that", a.Amount, money.Max).At("amount")
	case len(a.SourceID) > MaxSourceID:
		return fault.New(fault.InvalidAddBalanceParams, "is longer than %d bytes", MaxSourceID).At("source_id")
	case len(a.Reason) > MaxReason:
		return fault.New(fault.InvalidAddBalanceParams, "is longer than %d bytes", MaxReason).At("reason")
	}
	return nil
}

// Ordered sorts the entries of a card as they were written.
func Ordered(entries []Transaction) {
	slices.SortFunc(entries, func(a, b Transaction) int { return cmp.Compare(a.Number, b.Number) })
}
