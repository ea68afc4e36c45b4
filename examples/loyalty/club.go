package main

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/voucher"
)

const clubName = "Coffee Club"

// rulesOfTheClub say in words what this file says in code.
const rulesOfTheClub = `The Coffee Club

  Earning    1 point for each 1.00 paid, 50 for a review, 100 for a coffee machine (after 14 days), 25 for reaching Gold
  Tiers      Bronze; Silver from 200 points earned in a quarter, 1.5 points for each 1.00; Gold from 500, 2 points for each 1.00
             a tier lasts until the end of the next quarter, and longer for who earns it again
  Expiry     points can be used for 3 months, and then until the end of that quarter
  Spending   each point pays 0.05 of an order; 150 points are a coupon of 10.00, 80 points a cup

  Ben is a member already. Anna is not.
`

// open makes the club: its campaign, what earns points, the tiers, and what points are good for.
func (s *shop) open() error {
	fmt.Fprint(s.out, rulesOfTheClub)
	for _, step := range []func() error{s.program, s.rules, s.rewards, s.joinBen} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// program is the campaign. Points can be used for 3 months, and then until the end of the quarter; a tier is reached with the
// points that are earned in a quarter, at once, and is kept until the end of the next quarter.
func (s *shop) program() error {
	camp, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{
		Name: clubName, CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{
			LoyaltyCard: &loyalty.Card{Points: 10, ExpirationRules: &loyalty.ExpirationRules{
				PeriodType: loyalty.InMonths, PeriodValue: 3, RoundingType: loyalty.EndOfQuarter,
			}},
			CodeConfig: voucher.CodeConfig{Pattern: "CLUB-####"},
		},
		LoyaltyTiersExpiration: &loyalty.TiersExpiration{
			QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Quarter,
			StartDate: loyalty.TierStart{Type: loyalty.Immediate}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfNextPeriod},
		},
	})
	s.club = camp.ID
	return err
}

// rules say what earns points, and what the tiers make of them.
func (s *shop) rules() error {
	if _, err := s.eng.EventSchemas.Create(s.ctx, event.Schema{Name: "review_written"}); err != nil {
		return err
	}
	machine, err := s.eng.Products.CreateProduct(s.ctx, product.Product{SourceID: "machine", Name: "Coffee machine"})
	if err != nil {
		return err
	}
	spent := loyalty.EarningRule{
		Source: loyalty.EarningSource{Banner: "1 point for each 1.00 paid"}, Event: loyalty.OrderPaid,
		Loyalty: loyalty.Earning{
			Type: loyalty.Proportional, CalculationType: loyalty.ByOrderTotalAmount,
			Order: &loyalty.OrderEarning{TotalAmount: &loyalty.Ratio{Every: 100, Points: 1}},
		},
	}
	machines := loyalty.EarningRule{ // the points wait for 14 days, in which a machine can be returned
		Source: loyalty.EarningSource{Banner: "100 points for a coffee machine"}, Event: loyalty.OrderPaid,
		Loyalty: loyalty.Earning{
			Type: loyalty.Proportional, CalculationType: loyalty.ByItemsQuantity,
			OrderItems: &loyalty.ItemsEarning{Quantity: &loyalty.ItemsRatio{
				Ratio: loyalty.Ratio{Every: 1, Points: 100}, Object: product.KindProduct, ID: machine.ID,
			}},
		},
		PendingPoints: &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 14},
	}
	review := loyalty.EarningRule{
		Source: loyalty.EarningSource{Banner: "50 points for a review"}, Event: "review_written",
		Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: 50},
	}
	rules, err := s.eng.Loyalty.CreateEarningRules(s.ctx, clubName, spent, machines, review)
	if err != nil {
		return err
	}
	faster := func(times string) map[string]loyalty.Mapping {
		return map[string]loyalty.Mapping{rules[0].ID: {Type: loyalty.Multiply, Multiplier: decimal.RequireFromString(times)}}
	}
	upTo := func(points ledger.Points) *ledger.Points { return &points }
	tiers, err := s.eng.Loyalty.CreateTiers(s.ctx, clubName, []loyalty.Tier{
		{Name: "Bronze", Points: loyalty.Range{From: 0, To: upTo(199)}},
		{Name: "Silver", Points: loyalty.Range{From: 200, To: upTo(499)}, EarningRules: faster("1.5")},
		{Name: "Gold", Points: loyalty.Range{From: 500}, EarningRules: faster("2")},
	})
	if err != nil {
		return err
	}
	_, err = s.eng.Loyalty.CreateEarningRule(s.ctx, clubName, loyalty.EarningRule{
		Source: loyalty.EarningSource{Banner: "25 points for reaching Gold"}, Event: loyalty.TierUpgraded,
		LoyaltyTier: &loyalty.Reference{ID: tiers[2].ID}, Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: 25},
	})
	return err
}

// rewards are a coupon, money off an order, and a cup of which there are 20.
func (s *shop) rewards() error {
	off := discount.AmountOff(1000, discount.ToOrder)
	coupons, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{
		Name: "Club coupons", CampaignType: campaign.DiscountCoupons, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{Discount: &off, CodeConfig: voucher.CodeConfig{Pattern: "TENOFF-####"}},
	})
	if err != nil {
		return err
	}
	cup, err := s.eng.Products.CreateProduct(s.ctx, product.Product{SourceID: "cup", Name: "Cup"})
	if err != nil {
		return err
	}
	stock := int64(20)
	for _, r := range []struct {
		id     *string
		reward reward.Reward
		price  *reward.Price
	}{
		{&s.coupon, reward.Reward{
			Name: "Coupon of 10.00", Type: reward.OfCampaign, Parameters: reward.Parameters{Campaign: &reward.Campaign{ID: coupons.ID}},
		}, &reward.Price{Loyalty: reward.Loyalty{Points: 150}}},
		{&s.payment, reward.Reward{ // a point is 0.05; with 20 points for 1.00 only whole amounts could be paid
			Name: "Pay with points", Type: reward.Coin, Parameters: reward.Parameters{Coin: &reward.Ratio{
				ExchangeRatio: decimal.RequireFromString("0.05"),
			}},
		}, nil},
		{&s.cup, reward.Reward{
			Name: "Cup", Type: reward.Material, Stock: &stock, Parameters: reward.Parameters{Product: &reward.Product{ID: cup.ID}},
		}, &reward.Price{Loyalty: reward.Loyalty{Points: 80}}},
	} {
		stored, err := s.eng.Rewards.Create(s.ctx, r.reward)
		if err != nil {
			return err
		}
		*r.id = stored.ID
		_, err = s.eng.Rewards.Assign(s.ctx, reward.Assignment{RewardID: stored.ID, RelatedObjectID: s.club, Parameters: r.price})
		if err != nil {
			return err
		}
	}
	return nil
}

// joinBen gives a card with some points to the man who will give them away.
func (s *shop) joinBen() error {
	card, err := s.eng.Publications.Create(s.ctx, publication.FromCampaign(clubName, customer.BySourceID("ben")))
	if err != nil {
		return err
	}
	s.partner = card.Voucher.Code
	_, err = s.eng.Loyalty.AddBalance(s.ctx, s.partner, loyalty.Adjustment{
		Points: 300, ExpirationType: loyalty.NonExpiring, Reason: "from the paper cards of the old club",
	})
	return err
}
