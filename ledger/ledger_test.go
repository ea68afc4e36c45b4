package ledger_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// says is an error as key and field; "" for none.
func says(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return fmt.Sprintf("%s %s", e.Key, e.Field)
	}
	return "not a fault: " + err.Error()
}

func TestEntriesMoveTheCard(t *testing.T) {
	t.Parallel()
	const most = ledger.Credits(money.Max)
	card := ledger.Card{Amount: 1000, Subtracted: 100, Balance: 600, Entries: 7}
	for _, tt := range []struct {
		name   string
		kind   ledger.Type
		amount ledger.Credits
		want   ledger.Card
		err    string
	}{
		{"an addition is income", ledger.CreditsAddition, 50, ledger.Card{Amount: 1050, Subtracted: 100, Balance: 650, Entries: 8}, ""},
		{"a removal is subtracted", ledger.CreditsRemoval, -600, ledger.Card{Amount: 1000, Subtracted: 700, Balance: 0, Entries: 8}, ""},
		{"a redemption lowers the balance only", ledger.CreditsRedemption, -600, ledger.Card{Amount: 1000, Subtracted: 100, Balance: 0, Entries: 8}, ""},
		{"a refund is no income", ledger.CreditsRefund, 300, ledger.Card{Amount: 1000, Subtracted: 100, Balance: 900, Entries: 8}, ""},
		{"more than there is", ledger.CreditsRemoval, -601, card, "invalid_amount amount"},
		{"nothing", ledger.CreditsAddition, 0, card, "invalid_amount amount"},
		{"an addition that takes", ledger.CreditsAddition, -1, card, "invalid_amount amount"},
		{"a redemption that gives", ledger.CreditsRedemption, 1, card, "invalid_amount amount"},
		{"more than a card holds", ledger.CreditsAddition, most - 999, card, "invalid_amount amount"},
		{"more than an amount", ledger.CreditsRefund, most + 1, card, "invalid_amount amount"},
		{"a type of points", "POINTS_ACCRUAL", 1, card, "invalid_payload type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := card.Post(tt.kind, tt.amount)
			if diff := cmp.Diff(tt.want, got); diff != "" || says(err) != tt.err {
				t.Errorf("error %q, want %q; card (-want +got):\n%s", says(err), tt.err, diff)
			}
		})
	}
}

// The balances of Voucherify's documentation: TV-2, TV-3 and TV-5.
func TestTheParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		amount, redeemed, added, balance, total ledger.Credits
	}{
		{59080, 10300, 0, 48780, 59080},
		{15000, 4700, 1200, 11500, 16200},
		{10100, 0, 10000, 20100, 20100},
	} {
		card := ledger.Opened(tt.amount)
		for kind, amount := range map[ledger.Type]ledger.Credits{ledger.CreditsRedemption: -tt.redeemed, ledger.CreditsAddition: tt.added} {
			if amount == 0 {
				continue
			}
			var err error
			if card, err = card.Post(kind, amount); err != nil {
				t.Fatal(err)
			}
		}
		got := []ledger.Credits{card.Balance, card.Total(), card.Redeemed()}
		if diff := cmp.Diff([]ledger.Credits{tt.balance, tt.total, tt.redeemed}, got); diff != "" {
			t.Errorf("%d (-want +got):\n%s", tt.amount, diff)
		}
	}
}

func TestAdjustmentsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		a    ledger.Adjustment
		want string
	}{
		{"the longest texts", ledger.Adjustment{Amount: -1, SourceID: strings.Repeat("s", 255), Reason: strings.Repeat("r", 1000)}, ""},
		{"nothing", ledger.Adjustment{}, "invalid_amount amount"},
		{"too much", ledger.Adjustment{Amount: ledger.Credits(money.Max) + 1}, "invalid_amount amount"},
		{"too little", ledger.Adjustment{Amount: -ledger.Credits(money.Max) - 1}, "invalid_amount amount"},
		{"a long source_id", ledger.Adjustment{Amount: 1, SourceID: strings.Repeat("s", 256)}, "invalid_add_balance_params source_id"},
		{"a long reason", ledger.Adjustment{Amount: 1, Reason: strings.Repeat("r", 1001)}, "invalid_add_balance_params reason"},
	} {
		if got := says(tt.a.Check()); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// drawEntries posts random entries on a card.
func drawEntries(t *rapid.T) (opened, card ledger.Card, entries []ledger.Transaction) {
	opened = ledger.Opened(ledger.Credits(rapid.Int64Range(0, 1000).Draw(t, "opened")))
	card = opened
	kinds := []ledger.Type{ledger.CreditsAddition, ledger.CreditsRemoval, ledger.CreditsRedemption, ledger.CreditsRefund}
	for i := range rapid.IntRange(0, 20).Draw(t, "entries") {
		entry := ledger.Transaction{ID: fmt.Sprint(i), VoucherID: "v_1", Type: rapid.SampledFrom(kinds).Draw(t, "type")}
		amount := ledger.Credits(rapid.Int64Range(-500, 500).Draw(t, "amount"))
		after, err := entry.Post(card, amount)
		if err != nil {
			if after != card {
				t.Fatalf("the refused entry has moved the card from %+v to %+v", card, after)
			}
			continue
		}
		card, entries = after, append(entries, entry)
	}
	return opened, card, entries
}

func TestAnAuditFindsNothingInWhatWasPosted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		opened, card, entries := drawEntries(t)
		sum := opened.Balance
		for i := range entries {
			sum += entries[i].Details.Balance.Amount
		}
		if sum != card.Balance || card.Balance < 0 || card.Redeemed() != card.Amount-card.Subtracted-card.Balance {
			t.Fatalf("the entries add up to %d, the card is %+v", sum, card)
		}
		shuffled := rapid.Permutation(entries).Draw(t, "order")
		if got := ledger.Audit("v_1", opened, card, shuffled); len(got) > 0 {
			t.Fatalf("found %v", got)
		}
		if len(entries) > 0 {
			if got := ledger.OpeningOf(entries); got != opened {
				t.Fatalf("opened with %+v, want %+v", got, opened)
			}
		}
	})
}

func TestAnAuditFindsEveryChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		opened, card, entries := drawEntries(t)
		if len(entries) == 0 {
			t.Skip("no entries")
		}
		entry := &entries[rapid.IntRange(0, len(entries)-1).Draw(t, "entry")]
		says := &entry.Details.Balance
		change := rapid.SampledFrom([]func(){
			func() { says.Amount++ }, func() { says.Balance++ }, func() { says.Total-- }, func() { entry.Number++ },
			func() { card.Balance++ }, func() { card.Amount++ }, func() { card.Subtracted++ }, func() { card.Entries-- },
			func() { entries = append(entries, entries[0]) },
		}).Draw(t, "change")
		change()
		if got := ledger.Audit("v_1", opened, card, entries); len(got) == 0 {
			t.Fatal("found nothing")
		}
	})
}
