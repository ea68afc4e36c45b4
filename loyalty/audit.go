package loyalty

import (
	"fmt"
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify/ledger"
)

// Audit replays the entries of a card, in any order, from its opening to its account, and returns the differences. An entry that
// cannot be replayed is reported, and the audit goes on from what it says.
//
// A nil account is that of a card that was deleted: what it was opened with is what its first entry was written on, and the days of
// expiry are not compared.
func Audit(voucherID string, account *Account, entries []Transaction) []ledger.Finding {
	Ordered(entries)
	x := &audit{voucherID: voucherID}
	switch {
	case account != nil:
		opened, known := x.opening(account, entries)
		x.state, x.days = Open(Account{VoucherID: voucherID}, account.InitialPoints, opened, ""), known
	case len(entries) > 0:
		first := entries[0].Details.Balance
		x.state = Open(Account{VoucherID: voucherID}, max(0, first.Balance-first.Points), 0, "")
	default:
		return nil
	}
	for i := range entries {
		x.replay(&entries[i])
	}
	if account != nil {
		x.compare(account)
	}
	return x.findings
}

// audit is one run of Audit.
type audit struct {
	voucherID string
	state     *Account
	// days says that the days of expiry are compared as well.
	days     bool
	findings []ledger.Finding
}

func (x *audit) differ(check ledger.Check, object, id, field string, want, got ledger.Points) {
	if f, ok := ledger.Differ(check, object, id, field, want, got); ok {
		x.findings = append(x.findings, f)
	}
}

func (x *audit) found(check ledger.Check, object, id, field string, want, got any) {
	x.findings = append(x.findings, ledger.Finding{
		Check: check, Object: object, ID: id, Field: field, Want: fmt.Sprint(want), Got: fmt.Sprint(got),
	})
}

// opening finds the last day of the initial points, which no entry tells: it is the only day on which the buckets hold more than the
// entries have put there and taken. When there is no such day, the days contradict each other.
func (x *audit) opening(account *Account, entries []Transaction) (Date, bool) {
	rest := map[Date]ledger.Points{}
	for _, b := range account.Buckets {
		rest[b.ExpiresAt] += b.Points
		if b.Points <= 0 {
			x.found(ledger.CheckCard, "voucher", x.voucherID, "buckets", "points", b.Points)
		}
	}
	for i := range entries {
		sign := ledger.Points(-1)
		if takes[entries[i].Type] {
			sign = 1
		}
		for _, part := range entries[i].Parts {
			rest[part.ExpiresAt] += sign * part.Points
		}
	}
	maps.DeleteFunc(rest, func(_ Date, points ledger.Points) bool { return points == 0 })
	days := slices.Sorted(maps.Keys(rest))
	switch {
	case account.InitialPoints == 0 && len(days) == 0:
		return 0, true
	case len(days) == 1 && rest[days[0]] == account.InitialPoints:
		return days[0], true
	}
	got := ""
	for _, day := range days {
		got += fmt.Sprintf("%d until %q ", rest[day], day)
	}
	x.found(ledger.CheckCard, "voucher", x.voucherID, "buckets", fmt.Sprintf("%d that were there at first", account.InitialPoints), got)
	return 0, false
}

// replay posts an entry again.
func (x *audit) replay(t *Transaction) {
	const object = "voucher_transaction"
	says := t.Details.Balance
	if f, ok := ledger.Differ(ledger.CheckNumber, object, t.ID, "number", x.state.Entries+1, t.Number); ok {
		x.findings = append(x.findings, f)
	}
	m := Movement{Type: t.Type, Points: says.Points, At: t.CreatedAt, BucketID: func() string { return "" }}
	if says.Points > 0 {
		m.Parts = []Part{{0, says.Points}}
		if x.days {
			m.Parts = t.Parts
		}
	}
	parts, err := x.state.Post(m)
	if err != nil {
		x.found(ledger.CheckEntry, object, t.ID, "points", "points that can be posted", err)
		x.state = Open(Account{Entries: t.Number, ExpiredPoints: x.state.ExpiredPoints, SubtractedPoints: x.state.SubtractedPoints}, says.Balance, 0, "")
		x.state.Points = says.Total + x.state.ExpiredPoints + x.state.SubtractedPoints
		x.state.RedeemedPoints, x.days = says.Total-says.Balance, false
		return
	}
	x.state.Entries = t.Number
	x.differ(ledger.CheckEntry, object, t.ID, "balance", x.state.Balance, says.Balance)
	x.differ(ledger.CheckEntry, object, t.ID, "total", x.state.Total(), says.Total)
	if x.days && !slices.Equal(parts, t.Parts) {
		x.found(ledger.CheckEntry, object, t.ID, "parts", parts, t.Parts)
	}
}

// compare is the end of the replay: it must have led to the account.
func (x *audit) compare(account *Account) {
	for _, of := range [...]struct {
		field     string
		want, got ledger.Points
	}{
		{"points", x.state.Points, account.Points}, {"expired_points", x.state.ExpiredPoints, account.ExpiredPoints},
		{"subtracted_points", x.state.SubtractedPoints, account.SubtractedPoints},
		{"redeemed_points", x.state.RedeemedPoints, account.RedeemedPoints}, {"balance", x.state.Balance, account.Balance},
		{"transactions", ledger.Points(x.state.Entries), ledger.Points(account.Entries)},
	} {
		x.differ(ledger.CheckCard, "voucher", x.voucherID, of.field, of.want, of.got)
	}
	if !x.days {
		return
	}
	same := func(a, b Bucket) bool { return a.ExpiresAt == b.ExpiresAt && a.Points == b.Points }
	if !slices.EqualFunc(x.state.Buckets, account.Buckets, same) {
		x.found(ledger.CheckCard, "voucher", x.voucherID, "buckets", x.state.Buckets, account.Buckets)
	}
}
