package voucherify_test

import (
	"context"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/store/memory"
)

// BenchmarkPaidOrder stores orders as PAID through the engine and the memory store, without earning rules and with 50 of them.
// The floor computes the points of these rules by hand and stores nothing. The target is that an entry costs no more than a
// paid order by itself: at most 50 times the order without rules, and nothing for a project that has rules about something else.
func BenchmarkPaidOrder(b *testing.B) {
	paid := func(e *voucherify.Engine, id string) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Orders.Create(context.Background(), order.Order{Status: order.Paid, Amount: 123_456, CustomerID: id}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		var sum ledger.Points
		for b.Loop() {
			for i := range int64(50) {
				sum += ledger.Points(123_456 / (1000 + i))
			}
		}
		if sum == 0 {
			b.Fatal("no points")
		}
	})
	for _, project := range []struct {
		name  string
		rules int
		event string
	}{{"without rules", 0, ""}, {"with rules about tiers", 50, loyalty.TierLeft}, {"with 50 rules", 50, loyalty.OrderPaid}} {
		e, id := benchProgram(b, project.rules, project.event)
		b.Run(project.name, paid(e, id))
	}
}

func benchProgram(b *testing.B, rules int, event string) (e *voucherify.Engine, customerID string) {
	b.Helper()
	ctx := context.Background()
	e, err := voucherify.New(memory.New())
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	check(err)
	club, err := e.Campaigns.Create(ctx, campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate, Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
	})
	check(err)
	given, err := e.Publications.Create(ctx, publication.FromCampaign(club.ID, customer.BySourceID("u-42")))
	check(err)
	for i := range rules {
		r := perAmount(int64(1000 + i))
		if event != loyalty.OrderPaid {
			r = fixedPoints(event, 1)
			r.LoyaltyTier = &loyalty.Reference{ID: loyalty.AnyTier}
		}
		_, err := e.Loyalty.CreateEarningRule(ctx, club.ID, r)
		check(err)
	}
	return e, given.CustomerID
}
