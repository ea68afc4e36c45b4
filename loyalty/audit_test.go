package loyalty_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/loyalty"
)

var sameEmpty = cmpopts.EquateEmpty()

func TestAnAuditFindsNothingInWhatWasPosted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, entries := drawHistory(t)
		shuffled := rapid.Permutation(entries).Draw(t, "order")
		if got := loyalty.Audit("v_1", a, shuffled); len(got) > 0 {
			t.Fatalf("found %v", got)
		}
		if got := loyalty.Audit("v_1", nil, shuffled); len(got) > 0 {
			t.Fatalf("found %v after the card was deleted", got)
		}
	})
}

func TestAnAuditFindsEveryChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, entries := drawHistory(t)
		if len(entries) == 0 || len(a.Buckets) == 0 {
			t.Skip("nothing to change")
		}
		at := rapid.IntRange(0, len(entries)-1).Draw(t, "entry")
		entry := &entries[at]
		balance := &entry.Details.Balance
		bucket := &a.Buckets[rapid.IntRange(0, len(a.Buckets)-1).Draw(t, "bucket")]
		type change struct {
			name string
			do   func()
		}
		changes := []change{
			{"points of an entry", func() { balance.Points++ }}, {"balance of an entry", func() { balance.Balance++ }},
			{"total of an entry", func() { balance.Total-- }}, {"number", func() { entry.Number++ }},
			{"an entry twice", func() { entries = append(entries, *entry) }},
			{"a lost entry", func() { entries = append(entries[:at:at], entries[at+1:]...) }},
			{"points", func() { a.Points++ }}, {"expired points", func() { a.ExpiredPoints++ }},
			{"subtracted points", func() { a.SubtractedPoints++ }}, {"redeemed points", func() { a.RedeemedPoints++ }},
			{"balance", func() { a.Balance++ }}, {"entries", func() { a.Entries++ }}, {"a bucket", func() { bucket.Points++ }},
			{"a part", func() {
				entry.Parts = slices.Clone(entry.Parts)
				entry.Parts[0].ExpiresAt += 2000
			}},
		}
		if a.InitialPoints == 0 { // the day of the initial points is told by the buckets alone
			changes = append(changes, change{"a day", func() { bucket.ExpiresAt += 1000 }})
		}
		c := rapid.SampledFrom(changes).Draw(t, "change")
		c.do()
		if got := loyalty.Audit("v_1", a, entries); len(got) == 0 {
			t.Fatalf("%s: found nothing", c.name)
		}
	})
}
