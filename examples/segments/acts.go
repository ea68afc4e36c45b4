package main

import (
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

func (s *shop) customers() error {
	for _, c := range []customer.Customer{
		{SourceID: "ada", Metadata: metadata.Map{"drinks": "coffee", "home": "geo:45.7640,4.8357"}},
		{SourceID: "ben", Metadata: metadata.Map{"drinks": "tea", "home": "geo:48.8566,2.3522"}},
		{SourceID: "cleo", Metadata: metadata.Map{"drinks": "coffee", "home": "geo:43.2965,5.3698"}},
	} {
		stored, err := s.eng.Customers.Upsert(s.ctx, c)
		if err != nil {
			return err
		}
		s.id[c.SourceID] = stored.ID
		fmt.Fprintf(s.out, "   %-5s drinks %s and lives at %s\n", c.SourceID, c.Metadata["drinks"], c.Metadata["home"])
	}
	return nil
}

// preview asks for members of a segment that is not stored. A loop that ends early reads no further.
func (s *shop) preview() error {
	const coffee = `{"junction":"and","metadata.drinks":{"conditions":{"$is":"coffee"}}}`
	f, err := where(coffee)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "   %s\n", coffee)
	return s.members(s.eng.Segments.Preview(s.ctx, customer.Segment{Type: customer.PassiveSegment, Filter: f}))
}

// open stores what the segments look at, the segments, and a code that one of them decides about.
func (s *shop) open() error {
	if _, err := s.eng.EventSchemas.Create(s.ctx, event.Schema{Name: "review"}); err != nil {
		return err
	}
	lyon, err := s.eng.Locations.Create(s.ctx, location.Location{
		Name: "Lyon", Shape: location.Shape{Type: location.Circle, Distance: &location.Distance{Center: "geo:45.7640,4.8357", Radius: "20 km"}},
	})
	if err != nil {
		return err
	}
	for _, segment := range []struct{ name, filter string }{
		{"good buyers", `{"junction":"and","summary.orders.total_amount":{"conditions":{"$more_than_equal":[10000]}},"summary.orders.last_order_date":{"conditions":{"$less_than_ago":[30]}}}`},
		{"reviewers", `{"junction":"and","events.review.count":{"conditions":{"$more_than":[0]}}}`},
		{"neighbours", `{"junction":"and","metadata.home":{"conditions":{"$in_location":["` + lyon.ID + `"]}}}`},
	} {
		if err := s.keep(segment.name, segment.filter); err != nil {
			return err
		}
	}
	off := discount.Percent("10", discount.ToOrder)
	code, err := s.eng.Vouchers.Create(s.ctx, voucher.Voucher{Code: "MEMBERS", Type: voucher.DiscountVoucher, Discount: &off})
	if err != nil {
		return err
	}
	in := func(segment string) validation.Node {
		return validation.Node{Name: "customer.segment", Conditions: validation.Conditions{"$is": {s.segment[segment]}}}
	}
	rule, err := s.eng.Rules.Create(s.ctx, validation.Rule{Name: "good buyers and reviewing neighbours", Rules: validation.Group{
		Logic: "1 or (2 and 3)", Nodes: map[string]validation.Node{"1": in("good buyers"), "2": in("reviewers"), "3": in("neighbours")},
	}})
	if err != nil {
		return err
	}
	fmt.Fprint(s.out, "   code MEMBERS is for good buyers, and for reviewers who are neighbours\n")
	_, err = s.eng.Rules.Assign(s.ctx, rule.ID, validation.OnVoucher, code.ID)
	return err
}

// adaBuys: orders are counted when they are paid, so that the segment counts in the very next call.
func (s *shop) adaBuys() error {
	if err := s.order("ada", 6000); err != nil {
		return err
	}
	if err := s.redeem("ada"); err != nil {
		return err
	}
	if err := s.order("ada", 4500); err != nil {
		return err
	}
	return s.redeem("ada")
}

// benReviews: a review that is reported twice counts once.
func (s *shop) benReviews() error {
	for _, report := range []string{"ben reviews", "the same review is reported again"} {
		review := event.Custom{Event: "review", EventID: "review-1", Customer: customer.BySourceID("ben")}
		if _, err := s.eng.Events.Track(s.ctx, review); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "   %s\n", report)
	}
	return s.redeem("ben") // he lives in Paris
}

func (s *shop) cleoMoves() error {
	if _, err := s.eng.Events.Track(s.ctx, event.Custom{Event: "review", Customer: customer.BySourceID("cleo")}); err != nil {
		return err
	}
	fmt.Fprint(s.out, "   cleo reviews\n")
	if err := s.redeem("cleo"); err != nil {
		return err
	}
	moved := customer.Customer{SourceID: "cleo", Metadata: metadata.Map{"home": "geo:45.7700,4.8300"}}
	if _, err := s.eng.Customers.Upsert(s.ctx, moved); err != nil {
		return err
	}
	fmt.Fprint(s.out, "   cleo lives in Lyon\n")
	return s.redeem("cleo")
}

// later: a rule sees at once that time has passed. Events need somebody to look, which a host does once a day.
func (s *shop) later() error {
	s.now = s.now.Add(60 * 24 * time.Hour)
	if err := s.redeem("ada"); err != nil {
		return err
	}
	fmt.Fprint(s.out, "   the daily sweep\n")
	return s.eng.Segments.Sweep(s.ctx)
}
