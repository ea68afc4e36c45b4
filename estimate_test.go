package voucherify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/store/memory"
)

func TestAnEstimateIsWhatThePaidOrderEarns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		setUp func(*shop, campaign.Campaign)
		buyer *customer.Customer
		order *order.Order
		want  ledger.Points
	}{
		{"a member, an order that is not stored", func(s *shop, c campaign.Campaign) { s.join(c, "ada") }, of("ada"), &order.Order{Amount: 50_000}, 51},
		{"a member of a tier", func(s *shop, c campaign.Campaign) {
			card := s.join(c, "ada")
			s.must(second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: 100})))
		}, of("ada"), &order.Order{Amount: 50_000}, 53},
		{"somebody who would join", func(*shop, campaign.Campaign) {}, of("bob"), &order.Order{Amount: 50_000}, 51},
		{"nothing for an empty order", func(*shop, campaign.Campaign) {}, of("bob"), &order.Order{}, 1},
		{"an order that was paid already", func(s *shop, c campaign.Campaign) { s.join(c, "ada"); s.pay("O1", "ada", 50_000) }, of("ada"), &order.Order{SourceID: "O1"}, 51},
		{"what is sent is laid over what is stored", func(s *shop, c campaign.Campaign) { s.join(c, "ada"); s.pay("O1", "ada", 50_000) }, of("ada"), &order.Order{SourceID: "O1", Amount: 10_000}, 11},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			club := s.program("Club", func(c *campaign.Campaign) { c.AutoJoin = true })
			proportional, fixed := perAmount(1000), fixedPoints(loyalty.OrderPaid, 1)
			proportional.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 5} // they count all the same
			s.earning(club, proportional)
			fixed = s.earning(club, fixed)
			s.loyaltyTier(club, loyalty.Tier{ID: "ltr_1", Name: "Gold", Points: loyalty.Range{From: 100}, EarningRules: map[string]loyalty.Mapping{
				fixed.ID: {Type: loyalty.Custom, Points: 3},
			}})
			s.earning(s.program("Other", nil), fixedPoints(loyalty.OrderPaid, 1000))
			test.setUp(s, club)
			before := snapshotOf(s.store)
			got, err := s.Loyalty.EstimatePoints(t.Context(), "Club", test.buyer, test.order)
			s.must(err)
			want := loyalty.Estimation{Campaign: loyalty.EstimatedCampaign{ID: club.ID, Name: "Club", Object: "campaign"}, PointsEstimation: test.want}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("estimation (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, snapshotOf(s.store)); diff != "" {
				t.Errorf("the estimate has written something:\n%s", diff)
			}
		})
	}
}

// snapshotOf counts what a store holds.
func snapshotOf(m *memory.Store) [3]int {
	dump := m.Export()
	return [3]int{len(dump.Documents), len(dump.Outbox), len(dump.Counters)}
}

func TestAnEstimateNeedsACustomerAndAnOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.program("Club", func(c *campaign.Campaign) { c.AutoJoin = true })
	s.coded("coupons", nil)
	for _, test := range []struct {
		campaign string
		buyer    *customer.Customer
		order    *order.Order
		want     string
	}{
		{"Club", nil, &order.Order{}, "invalid_payload customer: is required, with an id or a source_id"},
		{"Club", &customer.Customer{}, &order.Order{}, "invalid_payload customer: is required, with an id or a source_id"},
		{"Club", of("ada"), nil, "invalid_payload order: is required"},
		{"Club", of("ada"), &order.Order{Amount: -1}, "invalid_amount order.amount: -1 is not between 0 and 1000000000000000"},
		{"Club", &customer.Customer{ID: "cust_none"}, &order.Order{}, "not_found customer.id: Cannot find customer with id cust_none"},
		{"Nobody", of("ada"), &order.Order{}, "not_found : Cannot find campaign with id Nobody"},
		{"coupons", of("ada"), &order.Order{}, "invalid_campaign campaign: campaign coupons is no loyalty program"},
	} {
		if got := says(second(s.Loyalty.EstimatePoints(t.Context(), test.campaign, test.buyer, test.order))); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
