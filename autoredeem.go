package voucherify

import (
	"context"
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// autoRedeem redeems the automatic reward of a card as often as there are points for it, within the bounds of a day. It belongs
// behind the step with which points have come in, and before tiers are settled: a tier that is reached with points which the
// reward takes at once is not reached. What is to be given is given by post, behind the plan.
//
// A reward that cannot be had now (the card is disabled, nothing is in stock, no code is left) is left for the next time; the
// operation goes on.
func (e *Engine) autoRedeem(ctx context.Context, r store.Reader, c *redemption.PointsCard) error {
	for {
		offer, quantity := c.AutoReward()
		if offer == nil {
			return nil
		}
		quantity, err := e.givable(ctx, r, c, offer, quantity)
		if err != nil || quantity == 0 {
			return err
		}
		if err := c.Expire(); err != nil {
			return err
		}
		if redeemed, err := e.autoRedeemOnce(ctx, r, c, offer, quantity); err != nil || !redeemed {
			return err
		}
	}
}

func (e *Engine) autoRedeemOnce(ctx context.Context, r store.Reader, c *redemption.PointsCard, offer *redemption.Offer, quantity int64) (bool, error) {
	request := c.AutoRequest(offer, quantity)
	catalogue := c.Work().Catalogue
	needs, err := redemption.NeedsOf(request, catalogue, c.Work().Now())
	if err != nil {
		return false, err
	}
	snapshot, err := r.Snapshot(ctx, needs)
	if err != nil {
		return false, fmt.Errorf("voucherify: read snapshot: %w", err)
	}
	snapshot.Now = c.Work().Now()
	if err := e.extend(ctx, r, snapshot, redemption.MoreNeeds(request, catalogue, snapshot)); err != nil {
		return false, err
	}
	c.Join(snapshot)
	calculation, err := redemption.Calculate(catalogue, snapshot, request)
	var refusal *fault.Error
	switch {
	case errors.As(err, &refusal):
		e.log().WarnContext(ctx, "voucherify: an automatic reward is refused", "card", c.Account.VoucherID, "reward", offer.Reward.ID, "refused", refusal)
		return false, nil
	case err != nil:
		return false, err
	case !calculation.Validation.Valid:
		e.log().InfoContext(ctx, "voucherify: an automatic reward is refused", "card", c.Account.VoucherID, "reward", offer.Reward.ID, "refused", calculation.Validation.Decision.Reason)
		return false, nil
	}
	return true, c.Redeem(calculation)
}

// givable is how many of the rewards can be given: as many codes as are left, and 0 when the member has no card and gets none.
func (e *Engine) givable(ctx context.Context, r store.Reader, c *redemption.PointsCard, offer *redemption.Offer, quantity int64) (int64, error) {
	if offer.Reward.Stock != nil {
		used, err := e.handedOut(ctx, r, c, offer)
		return max(0, min(quantity, *offer.Reward.Stock-used)), err
	}
	of := offer.Reward.Parameters.Campaign
	if of == nil {
		return quantity, nil
	}
	camp, _, err := find[campaign.Campaign](ctx, r, record.Campaign, of.ID)
	if isMissing(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	wanted := quantity
	switch coupons := camp.CampaignType == campaign.DiscountCoupons; {
	case !coupons:
		wanted = 1
		if has, err := e.hasCard(ctx, r, c, camp); has || err != nil {
			return quantity, err
		}
	case camp.JoinOnce || camp.Type == campaign.Standalone:
		if has, err := holdsCode(ctx, r, c.Account.CustomerID, camp.ID); has || c.Work().Promised(camp.ID) > 0 || err != nil {
			return 0, err
		}
		wanted, quantity = 1, 1
	}
	left, err := e.codesLeft(ctx, r, c, camp, wanted+c.Work().Promised(camp.ID))
	if left -= c.Work().Promised(camp.ID); left <= 0 || err != nil {
		return 0, err
	}
	if camp.CampaignType != campaign.DiscountCoupons {
		return quantity, nil
	}
	return min(left, quantity), nil
}

// handedOut is how much of a stock is gone, once the operation is done.
func (e *Engine) handedOut(ctx context.Context, r store.Reader, c *redemption.PointsCard, offer *redemption.Offer) (int64, error) {
	key := redemption.StockKey(offer.Reward.ID)
	counters, err := r.Counters(ctx, []redemption.CounterKey{key})
	if err != nil {
		return 0, fmt.Errorf("voucherify: read counters: %w", err)
	}
	used := counters[key]
	for _, change := range c.Work().Plan.Consume {
		if change.Key == key {
			used += change.Delta
		}
	}
	return used, nil
}

// hasCard reports whether the member has a card of a campaign.
func (e *Engine) hasCard(ctx context.Context, r store.Reader, c *redemption.PointsCard, camp *campaign.Campaign) (bool, error) {
	if camp.CampaignType == campaign.LoyaltyProgram {
		account, err := memberOf(ctx, r, camp.ID, c.Account.CustomerID)
		return account != nil, err
	}
	v, err := e.cardIn(ctx, r, operation{now: c.Work().Now()}, grant{campaign: camp, customerID: c.Account.CustomerID})
	return v != nil, err
}

// holdsCode reports whether a customer has a code of a campaign.
func holdsCode(ctx context.Context, r store.Reader, customerID, campaignID string) (bool, error) {
	query := store.Query{Parent: customerID, Limit: walletPage}
	for {
		holders, docs, err := holdersOf(ctx, r, query)
		if err != nil {
			return false, err
		}
		for _, h := range holders {
			if h.CampaignID == campaignID {
				return true, nil
			}
		}
		if len(docs) < walletPage {
			return false, nil
		}
		query.After = store.CursorOf(docs[len(docs)-1])
	}
}

// codesLeft is how many codes of a campaign can be given out, at most most.
func (e *Engine) codesLeft(ctx context.Context, r store.Reader, c *redemption.PointsCard, camp *campaign.Campaign, most int64) (int64, error) {
	over := func(v *voucher.Voucher) bool {
		end := v.Window.Or(camp.Window).ExpirationDate
		return end != nil && c.Work().Now().After(*end)
	}
	if over(&voucher.Voucher{}) {
		return 0, nil
	}
	if camp.Type != campaign.Static {
		return most, nil
	}
	var left int64
	query := store.Query{Parent: camp.ID, Limit: poolPage}
	for left < most {
		var ids []string
		for doc, err := range r.List(ctx, record.Unpublished, query) {
			if err != nil {
				return 0, fmt.Errorf("voucherify: list unpublished codes: %w", err)
			}
			ids, query.After = append(ids, doc.ID), store.CursorOf(doc)
		}
		vouchers, err := e.vouchersOf(ctx, r, ids)
		if err != nil {
			return 0, err
		}
		for _, v := range vouchers {
			if v.Active && v.PublishedAt == nil && v.Redemption.RedeemedQuantity == 0 && !over(v) {
				left++
			}
		}
		if len(ids) < poolPage {
			break
		}
	}
	return min(left, most), nil
}

// UnblockAutoRedeem lets rewards be redeemed automatically again for a card, named by code or id, that has reached the bounds of a day
// (redemption.MaxAutoRedemptions). It happens with the next points that come in.
func (s *Loyalty) UnblockAutoRedeem(ctx context.Context, card string) error {
	_, _, err := mutate(ctx, s.engine, func(ctx context.Context, tx store.Tx, op operation) (*loyalty.Account, *redemption.Refused, error) {
		m, err := s.engine.member(ctx, tx, &op, card)
		if err != nil {
			return nil, nil, err
		}
		work := m.work(&op)
		c := work.Card(m.program, m.account)
		c.Account.AutoRedeem = loyalty.AutoRedeem{}
		c.Touch()
		return c.Account, nil, s.engine.post(ctx, tx, &op, m.catalogue, work)
	})
	return err
}
