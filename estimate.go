package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validity"
)

// EstimatePoints answers how many points a program, named by its id or name, would pay a customer if an order were paid now,
// pending ones included: what a shop shows before the purchase. It writes nothing. Customer and order may be stored or not; what is
// sent is laid over what is stored, and an order that was paid already is answered as if it were not.
//
// A program that is switched off or outside its dates is campaign_not_active, a card that is so is loyalty_card_not_active, and a
// customer without a card is campaign_not_allow_auto_join unless the program takes in whoever meets its rules. It is an estimate:
// the tier of the member, the order and the rules may change before the purchase. Discounts count as they stand on a stored order;
// those of an order that is only sent, and codes that are to be redeemed with it, do not.
func (s *Loyalty) EstimatePoints(ctx context.Context, campaignIDOrName string, buyer *customer.Customer, o *order.Order) (loyalty.Estimation, error) {
	started := time.Now()
	var answer loyalty.Estimation
	op, err := s.engine.begin()
	if err == nil {
		err = s.engine.store.View(ctx, func(r store.Reader) (err error) {
			answer, err = s.engine.estimate(ctx, r, &op, campaignIDOrName, buyer, o)
			return err
		})
	}
	s.engine.observe("estimate_points", started, 1, err)
	return answer, err
}

func (e *Engine) estimate(
	ctx context.Context, r store.Reader, op *operation, campaign string, buyer *customer.Customer, o *order.Order,
) (loyalty.Estimation, error) {
	var none loyalty.Estimation
	switch {
	case buyer == nil || buyer.ID == "" && buyer.SourceID == "":
		return none, fault.Invalid("customer", "is required, with an id or a source_id")
	case o == nil:
		return none, fault.Invalid("order", "is required")
	}
	if err := buyer.Check(); err != nil {
		return none, fault.Within("customer", err)
	}
	if err := o.Check(); err != nil {
		return none, fault.Within("order", err)
	}
	camp, _, err := findCampaign(ctx, r, campaign)
	if err != nil {
		return none, err
	}
	x, snapshot, err := e.snapshot(ctx, r, *op, func(x *redemption.Catalogue) (redemption.Needs, error) {
		return redemption.NeedsOfEstimate(x, buyer, o), nil
	})
	if err != nil {
		return none, err
	}
	program := x.Program(camp.ID)
	switch {
	case program == nil:
		return none, fault.New(fault.InvalidCampaign, "campaign %s is no loyalty program", camp.Name).At("campaign")
	case !camp.Active || camp.Window.At(op.now, e.options.zone) != validity.Valid:
		return none, fault.New(fault.CampaignNotActive, "campaign %s is disabled or outside its dates", camp.Name).About("campaign", camp.ID)
	}
	tier, err := e.estimatedTier(ctx, r, op, x, program, snapshot)
	if err != nil {
		return none, err
	}
	if err := e.readHistory(ctx, r, snapshot, x.History()); err != nil {
		return none, err
	}
	earning, err := redemption.NewEstimate(x, snapshot, camp.ID, buyer, o)
	if err != nil {
		return none, err
	}
	var points ledger.Points
	if earning != nil {
		points = earning.Points(program, tier)
	}
	return loyalty.Estimation{
		Campaign: loyalty.EstimatedCampaign{ID: camp.ID, Name: camp.Name, Object: "campaign"}, PointsEstimation: points,
	}, nil
}

// estimatedTier is the tier of the customer in a program, empty for none; that of who would join is the tier that he would get with
// the card. It refuses a customer who cannot earn.
func (e *Engine) estimatedTier(
	ctx context.Context, r store.Reader, op *operation, x *redemption.Catalogue, program *loyalty.Program, s *redemption.Snapshot,
) (string, error) {
	var account *loyalty.Account
	if s.Customer != nil {
		var err error
		if account, err = memberOf(ctx, r, program.CampaignID, s.Customer.ID); err != nil {
			return "", err
		}
	}
	if account == nil {
		if !program.AutoJoin {
			return "", fault.New(fault.CampaignNotAllowAutoJoin, "the customer has no card of %s", program.CampaignName).About("campaign", program.CampaignID)
		}
		opened := loyalty.Open(loyalty.Account{}, program.Card.Points, 0, "")
		program.Settle(opened, e.dayOf(op))
		return opened.Tier.TierID, nil
	}
	earns, err := e.cardEarns(ctx, r, op, x, account)
	if err == nil && !earns {
		err = fault.New(fault.LoyaltyCardNotActive, "the loyalty card %s is disabled or outside its dates", account.Code).About("voucher", account.VoucherID)
	}
	if err != nil {
		return "", err
	}
	card, err := e.shown(ctx, r, op, x, account)
	if card != nil {
		account = card.Account
	}
	return account.Tier.TierID, err
}
