package voucherify_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// fixedPoints is a rule that pays a number of points for an event.
func fixedPoints(event string, points ledger.Points) loyalty.EarningRule {
	return loyalty.EarningRule{Event: event, Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: points}}
}

// perAmount pays a point for every full number of minor units of the order before discounts.
func perAmount(every int64) loyalty.EarningRule {
	return loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: loyalty.Earning{
		Type: loyalty.Proportional, CalculationType: loyalty.ByOrderAmount,
		Order: &loyalty.OrderEarning{Amount: &loyalty.Ratio{Every: every, Points: 1}},
	}}
}

func (s *shop) earning(program campaign.Campaign, rule loyalty.EarningRule) loyalty.EarningRule {
	s.t.Helper()
	stored, err := s.Loyalty.CreateEarningRule(background, program.ID, rule)
	s.must(err)
	return stored
}

// tier stores a loyalty tier.
func (s *shop) loyaltyTier(program campaign.Campaign, tier loyalty.Tier) loyalty.Tier {
	s.t.Helper()
	tier.CampaignID, tier.CreatedAt, tier.Version = program.ID, noon, 1
	s.must(s.store.Update(background, func(tx store.Tx) error {
		return tx.Put(background, record.Document{
			Kind: record.LoyaltyTier, ID: tier.ID, Parent: program.ID, CreatedAt: noon, Body: []byte(asJSON(s.t, tier)),
		})
	}))
	return tier
}

// pay sets an order of a customer to PAID.
func (s *shop) pay(sourceID, buyer string, amount int64) order.Order {
	s.t.Helper()
	o, err := s.Orders.Create(background, order.Order{SourceID: sourceID, Status: order.Paid, Amount: amount, CustomerID: s.idOf(buyer)})
	s.must(err)
	return o
}

func (s *shop) idOf(sourceID string) string {
	s.t.Helper()
	c, err := s.Customers.Upsert(background, *of(sourceID))
	s.must(err)
	return c.ID
}

// balance is what is on a card, and what waits.
func (s *shop) balance(card string) string {
	s.t.Helper()
	a, err := s.Loyalty.Member(background, card)
	s.must(err)
	return fmt.Sprintf("%d + %d", a.Balance, a.PendingPoints)
}

func TestAPaidOrderEarnsOnceHoweverItIsPaid(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		pay  func(*shop, string)
	}{
		{"created as PAID", func(s *shop, ada string) { s.pay("O1", "ada", 1999) }},
		{"updated to PAID", func(s *shop, ada string) {
			s.must(second(s.Orders.Create(background, order.Order{SourceID: "O1", Amount: 1999, CustomerID: ada})))
			s.must(second(s.Orders.Update(background, order.Order{SourceID: "O1", Status: order.Paid})))
		}},
		{"redeemed", func(s *shop, _ string) {
			s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
			s.must(second(s.Redeem(background, redemption.Request{
				Redeemables: redemption.Codes("SAVE"), Customer: of("ada"), Order: &order.Order{SourceID: "O1", Amount: 1999},
			})))
		}},
		{"redeemed in a transaction of the host", func(s *shop, _ string) {
			s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
			s.must(s.store.Update(background, func(tx store.Tx) error {
				return second(s.RedeemTx(background, tx, redemption.Request{
					Redeemables: redemption.Codes("SAVE"), Customer: of("ada"), Order: &order.Order{SourceID: "O1", Amount: 1999},
				}))
			}))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			club := s.program("Club", nil)
			card := s.join(club, "ada")
			s.earning(club, perAmount(1000))
			s.earning(club, fixedPoints(loyalty.OrderPaid, 100))
			test.pay(s, card.HolderID)
			if got := s.balance(card.Code); got != "101 + 0" {
				t.Errorf("%s points, want 101", got)
			}
			s.must(second(s.Orders.Update(background, order.Order{SourceID: "O1", Status: order.Canceled})))
			s.must(second(s.Orders.Update(background, order.Order{SourceID: "O1", Status: order.Paid})))
			if got := s.balance(card.Code); got != "101 + 0" {
				t.Errorf("%s points after the order was paid again, want 101", got)
			}
		})
	}
}

func TestTheLedgerSaysWhatEarnedThePoints(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", func(c *campaign.Campaign) {
		c.Voucher.LoyaltyCard = &loyalty.Card{Points: 500, ExpirationRules: &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1}}
	})
	gold := s.loyaltyTier(club, loyalty.Tier{ID: "ltr_1", Name: "Gold", Points: loyalty.Range{From: 500}})
	card := s.join(club, "ada")
	rule := fixedPoints(loyalty.OrderPaid, 100)
	rule.Source.Banner = "For each order"
	rule.ExpirationRules = &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 2}
	rule = s.earning(club, rule)
	gold.EarningRules = map[string]loyalty.Mapping{rule.ID: {Type: loyalty.Custom, Points: 150}}
	s.replaceTier(gold)
	o := s.pay("O1", "ada", 1000)
	var entries []loyalty.Transaction
	for entry, err := range s.Loyalty.Transactions(t.Context(), card.Code, listAll) {
		s.must(err)
		entries = append(entries, entry)
	}
	named := &loyalty.RuleReference{ID: rule.ID}
	named.Source.Banner = "For each order"
	expires, _ := loyalty.ParseDate("2027-01-25")
	want := []loyalty.Transaction{{
		ID: entries[0].ID, VoucherID: card.ID, CampaignID: club.ID, Source: "Automation", Type: ledger.PointsAccrual, Number: 1,
		Details: loyalty.Details{
			Balance: loyalty.Balance{
				Type: "loyalty_card", Points: 150, Total: 650, Balance: 650, OperationType: ledger.Automatic, Object: "balance",
				RelatedObject: ledger.Related{ID: card.ID, Type: "voucher"},
			},
			Order: &ledger.Reference{ID: o.ID, SourceID: "O1"}, Event: &loyalty.EventReference{Type: "customer.order.paid"}, EarningRule: named,
			LoyaltyTier: &loyalty.Reference{ID: "ltr_1", Name: "Gold"}, HolderLoyaltyTier: &loyalty.Reference{ID: "ltr_1", Name: "Gold"},
		},
		Parts: []loyalty.Part{{ExpiresAt: expires, Points: 150}}, EarnedWith: rule.ID + "/" + o.ID, CreatedAt: noon,
	}}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	var told struct {
		Rule    loyalty.RuleReference `json:"earning_rule"`
		Tier    loyalty.Reference     `json:"loyalty_tier"`
		Order   ledger.Reference      `json:"order"`
		Balance loyalty.Balance       `json:"balance"`
	}
	for _, entry := range s.store.Export().Outbox {
		if entry.Event.Type == event.CustomerRewardedLoyaltyPoints {
			s.must(json.Unmarshal(entry.Event.Data, &told))
		}
	}
	if d := want[0].Details; told.Rule != *d.EarningRule || told.Tier != *d.LoyaltyTier || told.Order != *d.Order || told.Balance != d.Balance {
		t.Errorf("customer.rewarded.loyalty_points tells %+v", told)
	}
}

// replaceTier stores a tier again.
func (s *shop) replaceTier(tier loyalty.Tier) {
	s.t.Helper()
	s.must(s.store.Update(background, func(tx store.Tx) error {
		return tx.Put(background, record.Document{
			Kind: record.LoyaltyTier, ID: tier.ID, Version: tier.Version, Parent: tier.CampaignID, CreatedAt: noon, Body: []byte(asJSON(s.t, tier)),
		})
	}))
}

func TestPendingPointsOfAnOrderWaitAndGoWithIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	card := s.join(club, "ada")
	rule := perAmount(1000)
	rule.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 9}
	s.earning(club, rule)
	s.pay("O1", "ada", 25_000)
	s.pay("O2", "ada", 4_000)
	if got := s.balance(card.Code); got != "0 + 29" {
		t.Errorf("%s points, want 29 that wait", got)
	}
	if p := s.pending(card.Code)[0]; p.ActivatesAt.String() != "2026-12-04" || p.Details.Order.SourceID != "O1" {
		t.Errorf("%+v, want the points of O1 until 4 December", p)
	}
	s.must(second(s.Orders.Update(background, order.Order{SourceID: "O1", Status: order.Canceled})))
	if got := s.balance(card.Code); got != "0 + 4" {
		t.Errorf("%s points after one order was canceled, want 4 that wait", got)
	}
	s.must(second(s.Orders.Update(background, order.Order{SourceID: "O1", Status: order.Paid})))
	if got := s.balance(card.Code); got != "0 + 4" {
		t.Errorf("%s points after the canceled order was paid again, want 4", got)
	}
}

func TestWhoEarnsWithoutACardJoins(t *testing.T) {
	t.Parallel()
	join := func(c *campaign.Campaign) { c.AutoJoin, c.Voucher.LoyaltyCard.Points = true, 50 }
	tests := []struct {
		name    string
		program func(*campaign.Campaign)
		want    []string // the balances of ada's cards
	}{
		{"once, whatever the number of rules, with the initial points", join, []string{"151 + 0"}},
		{"not in a program that waits to be asked", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 50 }, nil},
		{"not when all cards are given out", func(c *campaign.Campaign) { join(c); c.Type = campaign.Static }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			club := s.program("Club", test.program)
			s.earning(club, perAmount(1000))
			s.earning(club, fixedPoints(loyalty.OrderPaid, 100))
			s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 0)
			for range 2 {
				s.must(second(s.Redeem(background, redemption.Request{
					Redeemables: redemption.Codes("SAVE"), Customer: of("ada"), Order: &order.Order{SourceID: "O1", Amount: 1000},
				})))
			}
			var got []string
			for member, err := range s.Loyalty.Members(t.Context(), club.ID, listAll) {
				s.must(err)
				got = append(got, s.balance(member.Code))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("cards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCustomEventsAndSegmentsEarn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club, other := s.program("Club", nil), s.program("Other", nil)
	mine, second2 := s.join(club, "ada"), s.join(other, "ada")
	s.must(second(s.EventSchemas.Create(background, event.Schema{Name: "rated", Schema: event.Definition{Properties: map[string]event.Property{"stars": {Type: metadata.TypeNumber}}}})))
	stars := loyalty.EarningRule{Event: "rated", Loyalty: loyalty.Earning{
		Type: loyalty.Proportional, CalculationType: loyalty.ByEventMetadata,
		CustomEvent: &loyalty.PropertiesEarning{Metadata: &loyalty.Ratio{Every: 2, Points: 3, Property: "stars"}},
	}}
	s.earning(club, stars)
	s.earning(other, stars)
	track := func(x event.Custom) {
		x.Event, x.Customer = "rated", of("ada")
		s.must(second(s.Events.Track(background, x)))
	}
	track(event.Custom{EventID: "one", Metadata: metadata.Map{"stars": 5}})
	track(event.Custom{EventID: "one", Metadata: metadata.Map{"stars": 5}})                                  // repeated
	track(event.Custom{Metadata: metadata.Map{"stars": 4}, Loyalty: &event.Loyalty{Code: mine.Code}})        // for one card only
	track(event.Custom{Metadata: metadata.Map{"stars": 4}, OccurredAt: noon.AddDate(0, 0, -1)})              // history
	track(event.Custom{Metadata: metadata.Map{"stars": 2}, OccurredAt: noon.Add(-3 * 3600 * 1_000_000_000)}) // earlier today
	if got := s.balance(mine.Code) + ", " + s.balance(second2.Code); got != "15 + 0, 9 + 0" {
		t.Errorf("%s points, want 6 + 6 + 3 and 6 + 3", got)
	}
	if err := second(s.Events.Track(background, event.Custom{Event: "rated", Customer: of("ada"), Metadata: metadata.Map{"stars": 2}, Loyalty: &event.Loyalty{Code: "NONE"}})); says(err) != "not_found loyalty.code: Cannot find voucher with id NONE" {
		t.Errorf("an unknown card: %v", err)
	}
	big, err := s.Segments.Create(background, customer.Segment{Name: "big", Filter: filterOf(t, `"metadata.size":{"conditions":{"$is":["big"]}}`)})
	s.must(err)
	rule := fixedPoints(loyalty.SegmentEntered, 1000)
	rule.Segment = &loyalty.Reference{ID: big.ID}
	s.earning(club, rule)
	if stored, err := s.Segments.Get(background, big.ID); err != nil || stored.Type != customer.ActiveSegment {
		t.Errorf("the segment of the rule is %s, want auto-update: %v", stored.Type, err)
	}
	for _, size := range []string{"big", "small", "big"} {
		s.must(second(s.Customers.Upsert(background, customer.Customer{SourceID: "ada", Metadata: metadata.Map{"size": size}})))
	}
	if got := s.balance(mine.Code); got != "2015 + 0" {
		t.Errorf("%s points after the segment was entered twice, want 2015", got)
	}
}

func TestMovesBetweenTiersEarn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club, other := s.program("Club", nil), s.program("Other", nil)
	top := ledger.Points(99)
	s.loyaltyTier(club, loyalty.Tier{ID: "ltr_silver", Name: "Silver", Points: loyalty.Range{From: 10, To: &top}})
	s.loyaltyTier(club, loyalty.Tier{ID: "ltr_gold", Name: "Gold", Points: loyalty.Range{From: 100}})
	card, beside := s.join(club, "ada"), s.join(other, "ada")
	for event, points := range map[string]ledger.Points{loyalty.TierJoined: 1, loyalty.TierLeft: 10, loyalty.TierUpgraded: 100, loyalty.TierDowngraded: 1000} {
		rule := fixedPoints(event, points)
		rule.LoyaltyTier = &loyalty.Reference{ID: loyalty.AnyTier}
		s.earning(other, rule) // a rule about the tiers of another program
	}
	gold := fixedPoints(loyalty.TierUpgraded, 5)
	gold.LoyaltyTier = &loyalty.Reference{ID: "ltr_gold"}
	s.earning(club, gold)
	for _, step := range []struct {
		add  ledger.Points
		want string
	}{
		{10, "10 + 0, 1 + 0"},      // joined Silver
		{90, "105 + 0, 101 + 0"},   // upgraded to Gold, which pays in both programs
		{-6, "99 + 0, 1101 + 0"},   // downgraded to Silver
		{-95, "4 + 0, 1111 + 0"},   // left
		{10, "14 + 0, 1111 + 0"},   // joined again: that pays for the first time only
		{100, "119 + 0, 1211 + 0"}, // upgraded
	} {
		s.must(second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: step.add})))
		if got := s.balance(card.Code) + ", " + s.balance(beside.Code); got != step.want {
			t.Errorf("%+d: %s points, want %s", step.add, got, step.want)
		}
	}
}

func TestRulesThatPayEachOtherStop(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	card := s.join(club, "ada")
	for i := range 20 {
		from := ledger.Points(10 * (i + 1))
		to := from + 9
		s.loyaltyTier(club, loyalty.Tier{ID: fmt.Sprintf("ltr_%02d", i), Name: fmt.Sprint("Level ", i), Points: loyalty.Range{From: from, To: &to}})
	}
	rule := fixedPoints(loyalty.TierUpgraded, 10)
	rule.LoyaltyTier = &loyalty.Reference{ID: loyalty.AnyTier}
	s.earning(club, rule)
	s.must(second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: 10})))
	s.must(second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: 10})))
	if got := s.balance(card.Code); got != "120 + 0" {
		t.Errorf("%s points, want 20 and ten times 10", got)
	}
}
