package ledger

import "fmt"

// Check names what an audit compares.
type Check string

// The checks of an audit.
const (
	CheckNumber    Check = "number"     // entries are numbered from 1 without gaps
	CheckEntry     Check = "entry"      // an entry can be posted on the one before it, and says what is left
	CheckCard      Check = "card"       // the entries lead to the state of the card
	CheckReference Check = "reference"  // an entry and the redemption, rollback or return that it names know each other
	CheckSpent     Check = "redemption" // a redemption, its entry and its refunds add up
	CheckCounter   Check = "counter"    // a counter is the sum of what standing redemptions have consumed
)

// Finding is one difference.
type Finding struct {
	Check Check `json:"check"`
	// Object and ID name the record or counter that is wrong: "voucher", "voucher_transaction", "redemption", "counter".
	Object string `json:"object"`
	ID     string `json:"id"`
	// Field is the part of it that is wrong, Want what it should be by everything else, Got what it is.
	Field string `json:"field,omitempty"`
	Want  string `json:"want"`
	Got   string `json:"got"`
}

// String formats the finding for a log line.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s of %s %s is %s, want %s", f.Check, f.Field, f.Object, f.ID, f.Got, f.Want)
}

// Differ is a finding about two numbers; ok is false when they are equal.
func Differ[N ~int64](check Check, object, id, field string, want, got N) (f Finding, ok bool) {
	if want == got {
		return Finding{}, false
	}
	return Finding{Check: check, Object: object, ID: id, Field: field, Want: fmt.Sprint(want), Got: fmt.Sprint(got)}, true
}

// Imported is what was spent of a card before it was imported: the part of what was redeemed that no redemption knows.
func Imported(entries []Transaction) Credits {
	var sum Credits
	for i := range entries {
		if t := &entries[i]; t.Source == SourceImport && t.Type == CreditsRedemption {
			sum -= t.Details.Balance.Amount
		}
	}
	return sum
}

// OpeningOf is the state that the first entry of a card was written on; entries may come in any order.
func OpeningOf(entries []Transaction) Card {
	if len(entries) == 0 {
		return Card{}
	}
	Ordered(entries)
	first := entries[0].Details.Balance
	return Opened(first.Balance - first.Amount)
}

// Audit replays the entries of a card, in any order, from its opening to its state, and returns the differences. An entry
// that cannot be replayed is reported, and the audit goes on from what it says.
func Audit(voucherID string, opened, state Card, entries []Transaction) []Finding {
	var findings []Finding
	differ := func(check Check, object, id, field string, want, got Credits) {
		if f, ok := Differ(check, object, id, field, want, got); ok {
			findings = append(findings, f)
		}
	}
	Ordered(entries)
	card := opened
	for i := range entries {
		t := &entries[i]
		says := t.Details.Balance
		if f, ok := Differ(CheckNumber, "voucher_transaction", t.ID, "number", card.Entries+1, t.Number); ok {
			findings = append(findings, f)
		}
		after, err := card.Post(t.Type, says.Amount)
		if err != nil {
			findings = append(findings, Finding{CheckEntry, "voucher_transaction", t.ID, "amount", "an amount that can be posted", err.Error()})
			after = Card{Amount: says.Total + card.Subtracted, Subtracted: card.Subtracted, Balance: says.Balance}
		}
		differ(CheckEntry, "voucher_transaction", t.ID, "balance", after.Balance, says.Balance)
		differ(CheckEntry, "voucher_transaction", t.ID, "total", after.Total(), says.Total)
		card = after
		card.Entries = t.Number
	}
	differ(CheckCard, "voucher", voucherID, "balance", card.Balance, state.Balance)
	differ(CheckCard, "voucher", voucherID, "amount", card.Amount, state.Amount)
	differ(CheckCard, "voucher", voucherID, "subtracted_amount", card.Subtracted, state.Subtracted)
	differ(CheckCard, "voucher", voucherID, "transactions", Credits(len(entries)), Credits(state.Entries))
	return findings
}
