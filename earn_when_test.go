package voucherify_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

func TestWhoAndWhatIsOffEarnsNothing(t *testing.T) {
	t.Parallel()
	before, after := noon.Add(-time.Hour), noon.Add(time.Hour)
	tests := []struct {
		name string
		off  func(*shop, campaign.Campaign, loyalty.EarningRule, voucher.Voucher)
		want string
	}{
		{"nothing is off", func(*shop, campaign.Campaign, loyalty.EarningRule, voucher.Voucher) {}, "10 + 0"},
		{"the campaign is disabled", func(s *shop, c campaign.Campaign, _ loyalty.EarningRule, _ voucher.Voucher) {
			s.must(s.Campaigns.Disable(background, c.ID))
		}, "0 + 0"},
		{"the campaign has ended", func(s *shop, c campaign.Campaign, _ loyalty.EarningRule, _ voucher.Voucher) {
			c.ExpirationDate = &before
			s.must(second(s.Campaigns.Update(background, c)))
		}, "0 + 0"},
		{"the campaign has ended and the rule would go on", func(s *shop, c campaign.Campaign, r loyalty.EarningRule, _ voucher.Voucher) {
			r.Window = validity.Window{ExpirationDate: &after}
			s.must(second(s.Loyalty.UpdateEarningRule(background, r)))
			c.ExpirationDate = &before
			s.must(second(s.Campaigns.Update(background, c)))
		}, "0 + 0"},
		{"the rule is disabled", func(s *shop, _ campaign.Campaign, r loyalty.EarningRule, _ voucher.Voucher) {
			s.must(s.Loyalty.DisableEarningRule(background, r.ID))
		}, "0 + 0"},
		{"the rule begins later", func(s *shop, _ campaign.Campaign, r loyalty.EarningRule, _ voucher.Voucher) {
			r.Window = validity.Window{StartDate: &after}
			s.must(second(s.Loyalty.UpdateEarningRule(background, r)))
		}, "0 + 0"},
		{"the rule is for another hour", func(s *shop, _ campaign.Campaign, r loyalty.EarningRule, _ voucher.Voucher) {
			r.Window = validity.Window{DaysOfWeek: []int{int(noon.Weekday()+1) % 7}}
			s.must(second(s.Loyalty.UpdateEarningRule(background, r)))
		}, "0 + 0"},
		{"the rule is for this weekday", func(s *shop, _ campaign.Campaign, r loyalty.EarningRule, _ voucher.Voucher) {
			r.Window = validity.Window{DaysOfWeek: []int{int(noon.Weekday())}}
			s.must(second(s.Loyalty.UpdateEarningRule(background, r)))
		}, "10 + 0"},
		{"the card is disabled", func(s *shop, _ campaign.Campaign, _ loyalty.EarningRule, v voucher.Voucher) {
			s.must(s.Vouchers.Disable(background, v.Code))
		}, "0 + 0"},
		{"the card has expired", func(s *shop, _ campaign.Campaign, _ loyalty.EarningRule, v voucher.Voucher) {
			s.editVoucher(v.Code, func(v *voucher.Voucher) { v.ExpirationDate = &before })
		}, "0 + 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			club := s.program("Club", nil)
			card := s.join(club, "ada")
			rule := s.earning(club, fixedPoints(loyalty.OrderPaid, 10))
			test.off(s, club, rule, card)
			s.pay("O1", "ada", 1000)
			if got := s.balance(card.Code); got != test.want {
				t.Errorf("%s points, want %s", got, test.want)
			}
		})
	}
}

func TestAConditionThatComesToCountRedemptionsStopsTheRule(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	card := s.join(club, "ada")
	condition := s.unassigned(`{"name":"large","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[0]}}}}`)
	rule := fixedPoints(loyalty.OrderPaid, 10)
	rule.ValidationRuleID = condition.ID
	s.earning(club, rule)
	s.pay("O1", "ada", 1000)
	condition.Rules.Nodes = map[string]validation.Node{"1": {Name: "redemption.count.per_customer", Conditions: validation.Conditions{"$less_than": {100}}}}
	s.must(second(s.Rules.Update(background, condition)))
	s.pay("O2", "ada", 1000)
	if got := s.balance(card.Code); got != "10 + 0" {
		t.Errorf("%s points, want those of the first order", got)
	}
}

func TestWhoJoinsEarnsWithTheTierOfTheCard(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", func(c *campaign.Campaign) { c.AutoJoin, c.Voucher.LoyaltyCard.Points = true, 50 })
	rule := s.earning(club, fixedPoints(loyalty.OrderPaid, 10))
	s.loyaltyTier(club, loyalty.Tier{ID: "ltr_1", Name: "Gold", Points: loyalty.Range{From: 50}, EarningRules: map[string]loyalty.Mapping{
		rule.ID: {Type: loyalty.Custom, Points: 30},
	}})
	s.idOf("ada")
	estimated, err := s.Loyalty.EstimatePoints(background, club.ID, of("ada"), &order.Order{Amount: 1000})
	s.must(err)
	s.pay("O1", "ada", 1000)
	for member, err := range s.Loyalty.Members(background, club.ID, listAll) {
		s.must(err)
		if member.Balance != 80 || estimated.PointsEstimation != 30 {
			t.Errorf("%d points, of which %d were estimated; want 80 and 30", member.Balance, estimated.PointsEstimation)
		}
	}
}

func TestARollbackTakesBackWhatWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	card := s.join(club, "ada")
	rule := perAmount(1000)
	rule.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 1}
	s.earning(club, rule)
	s.earning(club, fixedPoints(loyalty.OrderPaid, 3))
	s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 0)
	result, err := s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("SAVE"), Customer: of("ada"), Order: &order.Order{Amount: 5000},
	})
	s.must(err)
	if got := s.balance(card.Code); got != "3 + 5" {
		t.Errorf("%s points, want 3 and 5 that wait", got)
	}
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	if got := s.balance(card.Code); got != "3 + 0" {
		t.Errorf("%s points after the order was canceled with its redemption, want the 3 that were earned", got)
	}
}

func TestARepeatedRedeemEarnsOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	card := s.join(club, "ada")
	s.earning(club, fixedPoints(loyalty.OrderPaid, 3))
	s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 0)
	for range 3 {
		s.must(second(s.Redeem(background, redemption.Request{
			Redeemables: redemption.Codes("SAVE"), Customer: of("ada"), Order: &order.Order{SourceID: "O1", Amount: 5000}, IdempotencyKey: "key",
		})))
	}
	// Further redemptions of a paid order are nothing new either.
	s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE"), Customer: of("ada"), Order: &order.Order{SourceID: "O1"}})))
	if got := s.balance(card.Code); got != "3 + 0" {
		t.Errorf("%s points, want 3", got)
	}
}

// TestEventsOfOneOrderAreOfOneGroup looks at what is told about an order that makes somebody a member.
func TestEventsOfOneOrderAreOfOneGroup(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", func(c *campaign.Campaign) { c.AutoJoin = true })
	s.loyaltyTier(club, loyalty.Tier{ID: "ltr_1", Name: "Gold", Points: loyalty.Range{From: 10}})
	s.earning(club, fixedPoints(loyalty.OrderPaid, 10))
	s.idOf("ada")
	told := len(s.store.Export().Outbox)
	s.pay("O1", "ada", 1000)
	groups := map[string]int{}
	wanted := map[string]bool{
		"customer.order.paid": false, "customer.publication.succeeded": false, "voucher.published": false,
		"voucher.loyalty_card.transaction.created": false, "customer.rewarded.loyalty_points": false, "customer.loyalty.tier.joined": false,
		"customer.loyalty.updated": false,
	}
	ids := map[string]bool{}
	for _, entry := range s.store.Export().Outbox[told:] {
		groups[entry.Event.GroupID]++
		if ids[entry.Event.ID] {
			t.Errorf("the id %s is used twice", entry.Event.ID)
		}
		ids[entry.Event.ID] = true
		if _, ok := wanted[string(entry.Event.Type)]; ok {
			wanted[string(entry.Event.Type)] = true
		}
	}
	for kind, seen := range wanted {
		if !seen {
			t.Errorf("there is no event %s", kind)
		}
	}
	if len(groups) != 1 {
		t.Errorf("the events are of %s groups, want one", strconv.Itoa(len(groups)))
	}
}

// A card on which something is due is brought up to date before it earns: what is over is gone, whatever comes in.
func TestEarningFirstDoesWhatIsDue(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	card := s.join(club, "ada")
	_, err := s.Loyalty.CreateEarningRule(background, club.ID, loyalty.EarningRule{
		Event: loyalty.OrderPaid, Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: 7},
	})
	s.must(err)
	_, err = s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{
		Points: 5, ExpirationType: loyalty.CustomDate, ExpirationDate: loyalty.DateOf(noon, time.UTC),
	})
	s.must(err)
	s.now.Add(24 * 60 * 60)
	_, err = s.Orders.Create(background, order.Order{Amount: 100, Status: order.Paid, CustomerID: card.HolderID})
	s.must(err)
	var got []string
	for x, err := range s.Loyalty.Transactions(background, card.Code, voucherify.ListOptions{OldestFirst: true}) {
		s.must(err)
		got = append(got, fmt.Sprint(x.Type, " ", x.Details.Balance.Points, " ", x.Details.Balance.Balance))
	}
	same(t, "entries", []string{"POINTS_ADDITION 5 5", "POINTS_EXPIRATION -5 0", "POINTS_ACCRUAL 7 7"}, got)
}
