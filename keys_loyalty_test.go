package voucherify_test

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// program stores a loyalty program whose pool grows.
func (s *shop) program(name string, change func(*campaign.Campaign)) campaign.Campaign {
	s.t.Helper()
	camp := campaign.Campaign{
		Name: name, CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
	}
	if change != nil {
		change(&camp)
	}
	stored, err := s.Campaigns.Create(context.Background(), camp)
	s.must(err)
	return stored
}

// join makes a customer a member of a program and returns the card.
func (s *shop) join(program campaign.Campaign, sourceID string) voucher.Voucher {
	s.t.Helper()
	given, err := s.Publications.Create(context.Background(), publication.FromCampaign(program.ID, customer.BySourceID(sourceID)))
	s.must(err)
	return *given.Voucher
}

// hold gives a card points that wait until a day, as an order does under an earning rule.
func (s *shop) hold(card string, points ledger.Points, until loyalty.Date) {
	s.t.Helper()
	account, err := s.Loyalty.Member(background, card)
	s.must(err)
	camp, err := s.Campaigns.Get(background, account.CampaignID)
	s.must(err)
	catalogue := redemption.NewCatalogue(redemption.Configuration{Campaigns: []*campaign.Campaign{&camp}}, validation.NewCompiler())
	ids := id.NewSequence(noon.Add(time.Duration(points)*time.Second), 7)
	work := redemption.NewPointsWork(catalogue, noon, &ids, &redemption.Plan{})
	c := work.Card(catalogue.Program(camp.ID), &account)
	s.must(second(c.Hold(loyalty.Pending{OrderID: "ord_1", Points: points, ActivatesAt: until})))
	s.must(work.Finish("v-1"))
	s.must(s.store.Update(background, func(tx store.Tx) error { return tx.Apply(background, work.Plan) }))
}

// loyaltyKeys are refusals of loyalty programs.
var loyaltyKeys = []keyRow{
	{
		key: fault.CampaignNotActive,
		fail: func(s *shop) error {
			club := s.program("Club", func(c *campaign.Campaign) { c.AutoJoin = true })
			s.must(s.Campaigns.Disable(background, club.ID))
			return second(s.Loyalty.EstimatePoints(background, club.ID, of("ada"), &order.Order{Amount: 1000}))
		},
		want: `{"code":400,"key":"campaign_not_active","message":"Campaign is not active","details":"campaign Club is disabled or outside its dates","resource_id":"camp_…","resource_type":"campaign"}`,
	},
	{
		key: fault.CampaignNotAllowAutoJoin,
		fail: func(s *shop) error {
			club := s.program("Club", nil)
			return second(s.Loyalty.EstimatePoints(background, club.ID, of("ada"), &order.Order{Amount: 1000}))
		},
		want: `{"code":400,"key":"campaign_not_allow_auto_join","message":"Campaign does not allow auto join","details":"the customer has no card of Club","resource_id":"camp_…","resource_type":"campaign"}`,
	},
	{
		key: fault.LoyaltyCardNotActive,
		fail: func(s *shop) error {
			club := s.program("Club", func(c *campaign.Campaign) { c.VouchersCount, c.Voucher.CodeConfig.Pattern = 1, "CARD" })
			card := s.join(club, "ada")
			s.must(s.Vouchers.Disable(background, card.Code))
			return second(s.Loyalty.EstimatePoints(background, club.ID, of("ada"), &order.Order{Amount: 1000}))
		},
		want: `{"code":400,"key":"loyalty_card_not_active","message":"Loyalty card is not active","details":"the loyalty card CARD is disabled or outside its dates","resource_id":"v_…","resource_type":"voucher"}`,
	},
	{
		key: fault.InvalidExpirationDate,
		fail: func(s *shop) error {
			card := s.join(s.program("Club", nil), "ada")
			yesterday := loyalty.DateOf(noon, noon.Location()) - 1
			return second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{
				Points: 1, ExpirationType: loyalty.CustomDate, ExpirationDate: yesterday,
			}))
		},
		want: `{"code":400,"key":"invalid_expiration_date","message":"Invalid expiration date","details":"2026-11-24 is before today","field":"expiration_date"}`,
	},
	{
		key: fault.InvalidPendingPointsState,
		fail: func(s *shop) error {
			card := s.join(s.program("Club", nil), "ada")
			s.hold(card.Code, 25, loyalty.DateOf(noon, noon.Location())+1)
			waiting := s.pending(card.Code)[0]
			s.must(s.Loyalty.CancelPending(background, card.Code, waiting.ID))
			return second(s.Loyalty.ActivatePending(background, card.Code, waiting.ID))
		},
		want: `{"code":400,"key":"invalid_pending_points_state","message":"Invalid pending points state","details":"Required status is PENDING, current status is CANCELED","resource_id":"lopp_…","resource_type":"loyalty_pending_points"}`,
	},
	{
		key: fault.NotPublished,
		fail: func(s *shop) error {
			s.program("Club", func(c *campaign.Campaign) { c.VouchersCount, c.Voucher.CodeConfig.Pattern = 1, "CARD" })
			return second(s.Loyalty.AddBalance(background, "CARD", loyalty.Adjustment{Points: 1}))
		},
		want: `{"code":400,"key":"not_published","message":"Voucher is not published","details":"the loyalty card CARD was not given to a customer","resource_id":"v_…","resource_type":"voucher"}`,
	},
}
