package voucherify_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// Whatever customers do, in whatever order: the members that events tell of are those of an evaluation from scratch, and
// nobody enters or leaves twice in a row. The summaries are the sums over the records.
func TestEventsOfSegmentsTellOfTheMembers(t *testing.T) {
	t.Parallel()
	filters := []string{
		`"metadata.n":{"conditions":{"$more_than_equal":[2]}}`,
		`"summary.orders.total_count":{"conditions":{"$is":[1]}}`,
		`"summary.orders.last_order_amount":{"conditions":{"$more_than":[60]}},"metadata.n":{"conditions":{"$less_than":[3]}}`,
		`"summary.redemptions.total_rolled_back":{"conditions":{"$more_than":[0]}}`,
		`"events.customer.order.paid.count":{"conditions":{"$less_than":[2]}}`,
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := newShop(t)
		s.coupon("ANY", discount.Percent("10", discount.ToOrder), 0)
		members := map[string]bool{} // what the events tell, as "segment customer"
		var segments []customer.Segment
		for _, f := range filters {
			segments = append(segments, s.segment(customer.ActiveSegment, f))
		}
		var redemptions, orders []string
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			s.now.Add(1)
			source := rapid.SampledFrom([]string{"u1", "u2"}).Draw(rt, "customer")
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				s.buyer(source, metadata.Map{"n": rapid.IntRange(0, 4).Draw(rt, "n")})
			case 1:
				code := rapid.SampledFrom([]string{"ANY", "NONE"}).Draw(rt, "code")
				amount := rapid.Int64Range(50, 80).Draw(rt, "amount")
				result, err := s.Redeem(context.Background(), redemption.Request{
					Redeemables: redemption.Codes(code), Customer: customer.BySourceID(source), Order: &order.Order{Amount: amount},
				})
				if err == nil {
					redemptions = append(redemptions, result.ID())
				}
			case 2:
				if len(redemptions) > 0 {
					id := rapid.SampledFrom(redemptions).Draw(rt, "redemption")
					_, _ = s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: id}) // a second time is refused, and counted
				}
			case 3:
				o, err := s.Orders.Create(context.Background(), order.Order{CustomerID: s.buyer(source, nil).ID, Amount: rapid.Int64Range(50, 80).Draw(rt, "amount")})
				s.must(err)
				orders = append(orders, o.ID)
			case 4:
				if len(orders) > 0 {
					status := rapid.SampledFrom([]order.Status{order.Paid, order.Canceled, order.Fulfilled, order.Created}).Draw(rt, "status")
					_, err := s.Orders.Update(context.Background(), order.Order{ID: rapid.SampledFrom(orders).Draw(rt, "order"), Status: status})
					s.must(err)
				}
			}
		}
		follow(rt, s, members)
		want := map[string]bool{}
		for _, segment := range segments {
			for c, err := range s.Segments.Members(context.Background(), segment.ID) {
				s.must(err)
				want[segment.ID+" "+c.SourceID] = true
			}
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(members))); diff != "" {
			rt.Fatalf("members (-evaluated +told by events):\n%s", diff)
		}
		summed(rt, s)
	})
}

// follow reads the events of segments.
func follow(rt *rapid.T, s *shop, members map[string]bool) {
	for _, entry := range s.store.Export().Outbox {
		kind, ok := strings.CutPrefix(string(entry.Event.Type), "customer.segment.")
		if !ok {
			continue
		}
		var data struct {
			Customer customer.Customer
			Segment  customer.Segment
		}
		if err := json.Unmarshal(entry.Event.Data, &data); err != nil {
			rt.Fatal(err)
		}
		key := data.Segment.ID + " " + data.Customer.SourceID
		if members[key] == (kind == "entered") {
			rt.Fatalf("%s twice: %s", kind, key)
		}
		delete(members, key)
		if kind == "entered" {
			members[key] = true
		}
	}
}

// summed compares the summaries with the stored orders and redemptions.
func summed(rt *rapid.T, s *shop) {
	for c, err := range s.Customers.List(context.Background(), voucherify.ListOptions{}) {
		s.must(err)
		got, err := s.Customers.Get(context.Background(), c.ID)
		s.must(err)
		var want customer.Summary
		for o, err := range s.Orders.List(context.Background(), voucherify.ListOptions{Parent: c.ID}) {
			s.must(err)
			if o.Status != order.Paid && o.Status != order.Fulfilled {
				continue
			}
			if want.Orders.LastOrderDate == nil { // the newest comes first
				want.Orders.LastOrderAmount, want.Orders.LastOrderDate = &o.TotalAmount, &o.CreatedAt
			}
			want.Orders.TotalAmount += o.TotalAmount
			want.Orders.TotalCount++
			want.Orders.AverageAmount = want.Orders.TotalAmount / want.Orders.TotalCount
		}
		r := &want.Redemptions
		for x, err := range s.Redemptions.List(context.Background(), voucherify.ListOptions{}) {
			s.must(err)
			switch {
			case x.CustomerID != c.ID:
			case x.Result == redemption.Failure:
				r.TotalFailed++
			default:
				r.TotalRedeemed++
				r.TotalSucceeded++
			}
		}
		for x, err := range s.Redemptions.ListRollbacks(context.Background(), voucherify.ListOptions{}) {
			s.must(err)
			switch {
			case x.CustomerID != c.ID:
			case x.Result == redemption.Failure:
				r.TotalRollbackFailed++
			default:
				r.TotalRolledBack++
				r.TotalRollbackSucceeded++
			}
		}
		if diff := cmp.Diff(&want, got.Summary); diff != "" {
			rt.Fatalf("summary of %s (-records +counters):\n%s", c.SourceID, diff)
		}
	}
}
