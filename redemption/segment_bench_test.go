package redemption_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

const benchSegments = 1000

// BenchmarkSegment is the membership of one customer in 1,000 dynamic segments of four shapes, beside the same decisions
// written by hand. Only the ratio within one run means anything.
func BenchmarkSegment(b *testing.B) {
	profile, now := anna()
	segments := make([]*customer.Segment, benchSegments)
	for i := range segments {
		segments[i] = segmentOf(b, fmt.Sprintf("seg_%d", i), benchFilter(i))
	}
	audience := redemption.NewAudience(segments...)
	x := redemption.NewCatalogue(redemption.Configuration{Zone: now.Location()}, validation.NewCompiler())
	want := len(segmentsByHand(profile, now))
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(segmentsByHand(profile, now)) != want {
				b.Fatal("another number of segments")
			}
		}
	})
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if got := len(x.SegmentsOf(audience, profile, now)); got != want {
				b.Fatalf("in %d segments, want %d", got, want)
			}
		}
	})
}

// benchFilter is one of four shapes: metadata and address, a counter, a date, and a list of values.
func benchFilter(i int) string {
	switch i % 4 {
	case 0:
		return fmt.Sprintf(`"metadata.age":{"conditions":{"$more_than":[%d]}},"address.country":{"conditions":{"$is":"PL"}}`, i%100)
	case 1:
		return fmt.Sprintf(`"summary.orders.total_amount":{"conditions":{"$more_than_equal":[%d]}}`, i*2)
	case 2:
		return fmt.Sprintf(`"created_at":{"conditions":{"$more_than_ago":[%d]}}`, i)
	}
	return fmt.Sprintf(`"metadata.club":{"conditions":{"$in":["silver","club %d","gold"]}},"email":{"conditions":{"$ends_with":["@example.com"]}}`, i)
}

// segmentsByHand decides what benchFilter says without filters.
func segmentsByHand(p *redemption.Profile, now time.Time) []string {
	var in []string
	c := p.Customer
	age, _ := c.Metadata["age"].(float64)
	club, _ := c.Metadata["club"].(string)
	amount := p.Counters[redemption.SummaryKey(c.ID, customer.OrdersTotalAmount)]
	created := c.CreatedAt.In(now.Location())
	ago := int(midnight(now).Sub(midnight(created)) / (24 * time.Hour))
	for i := range benchSegments {
		var holds bool
		switch i % 4 {
		case 0:
			holds = age > float64(i%100) && c.Address != nil && c.Address.Country == "PL"
		case 1:
			holds = amount >= int64(i*2)
		case 2:
			holds = ago > i
		case 3:
			holds = (club == "silver" || club == "gold") && len(c.Email) > 12 && c.Email[len(c.Email)-12:] == "@example.com"
		}
		if holds {
			in = append(in, "seg")
		}
	}
	return in
}

func midnight(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
