package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
)

// RedeemReward redeems a reward for the holder of a loyalty card, named by code or id: it takes the points, those that expire first
// before others, and gives the coupon, the credits, the points of another program, or money off the order, all in one transaction. A
// product is pending until Rewards.Complete says that it was handed over. It is an ordinary redemption: it is listed with the others,
// and Rollback gives the points back.
//
// When the answer is no, the error is a *redemption.Refused, as of Redeem: campaign_not_active, loyalty_card_not_active,
// quantity_exceeded, missing_reward, not_found for a reward that the program, or the tier of the member, does not have,
// missing_order, loyalty_card_points_exceeded, out_of_stock. What cannot be given, because no code is left, is a
// *fault.Error, and nothing is taken. A key is used up by a success only.
func (s *Loyalty) RedeemReward(ctx context.Context, card string, request redemption.RewardRequest) (*redemption.Result, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, s.engine, s.rewardVerb(card, &request))
	s.engine.observe("redeem_reward", started, attempts, err)
	return result, err
}

// RedeemRewardTx is RedeemReward inside a transaction that is already open; see RedeemTx. What cannot be given abandons the
// transaction.
func (s *Loyalty) RedeemRewardTx(ctx context.Context, tx store.Tx, card string, request redemption.RewardRequest) (*redemption.Result, error) {
	started := time.Now()
	result, err := once(ctx, s.engine, tx, s.rewardVerb(card, &request))
	s.engine.observe("redeem_reward", started, 1, err)
	return result, err
}

func (s *Loyalty) rewardVerb(card string, request *redemption.RewardRequest) verb[redemption.Result] {
	return func(ctx context.Context, tx store.Tx, op operation) (*redemption.Result, *redemption.Refused, error) {
		account, v, err := s.engine.findAccount(ctx, tx, card)
		if err != nil {
			return nil, nil, err
		}
		return s.engine.redeem(ctx, tx, op, request.Of(v.Code, account.CustomerID))
	}
}

// MemberReward is a reward that the tier of a member gets.
type MemberReward struct {
	Reward     reward.Reward     `json:"reward"`
	Assignment reward.Assignment `json:"assignment"`
	// Points is what it costs this member; of a reward of type COIN, what the least payment costs.
	Points ledger.Points `json:"points"`
	// Available says that the member can have it now, as far as points and stock go. Otherwise Reason says why not:
	// loyalty_card_points_exceeded, with the points that are Missing, or out_of_stock.
	Available bool          `json:"available"`
	Reason    fault.Key     `json:"reason,omitempty"`
	Missing   ledger.Points `json:"missing,omitempty"`
	Object    string        `json:"object"` // "loyalty_reward"
}

// MemberRewards are the rewards of a program for the holder of a card, named by code or id, in the order in which they were
// assigned. Those that his tier does not get are left out, and with affordableOnly those for which he has too few points. What is due
// for the card is taken for done, as RedeemReward does it first; nothing is written.
func (s *Loyalty) MemberRewards(ctx context.Context, card string, affordableOnly bool) ([]MemberReward, error) {
	var list []MemberReward
	op, err := s.engine.begin()
	if err != nil {
		return nil, err
	}
	err = s.engine.store.View(ctx, func(r store.Reader) error {
		m, err := s.engine.member(ctx, r, &op, card)
		if err != nil {
			return err
		}
		c, err := s.engine.take(ctx, r, m.work(&op), m)
		if err != nil {
			return err
		}
		account, offers := c.Account, m.catalogue.Rewards(m.account.CampaignID)
		keys := make([]redemption.CounterKey, len(offers))
		for i, o := range offers {
			keys[i] = redemption.StockKey(o.Reward.ID)
		}
		counters, err := r.Counters(ctx, keys)
		if err != nil {
			return err
		}
		for i, o := range offers {
			price, ok := o.Price(m.program.Tier(account.Tier.TierID))
			if !ok || affordableOnly && price > account.Balance {
				continue
			}
			list = append(list, memberReward(o, price, account.Balance, counters[keys[i]]))
		}
		return nil
	})
	return list, err
}

func memberReward(o *redemption.Offer, price, available ledger.Points, redeemed int64) MemberReward {
	m := MemberReward{Reward: *o.Reward, Assignment: *o.Assignment, Points: price, Object: "loyalty_reward"}
	m.Reward.Redeemed = redeemed
	switch {
	case price > available:
		m.Reason, m.Missing = fault.LoyaltyCardPointsExceeded, price-available
	case o.Reward.Stock != nil && redeemed >= *o.Reward.Stock:
		m.Reason = fault.OutOfStock
	default:
		m.Available = true
	}
	return m
}
