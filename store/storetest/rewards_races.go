package storetest

import (
	"fmt"
	"sync/atomic"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger" // the ledger of this package keeps books about stores
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// raceForPoints lets 16 workers spend one card to the last point, some for an order and some for cups.
func raceForPoints(h *host) {
	const part, parts = 40, 10
	c := h.club(part*parts, nil)
	c.join("CARD")
	var spent atomic.Int64
	h.together(workers, func(w int) {
		for range 2 {
			var err error
			if w%2 == 0 {
				_, err = c.Redeem(c.ctx, c.paying("CARD", part))
			} else {
				_, err = c.get("CARD", c.cup)
			}
			if err == nil {
				spent.Add(part)
			} else if !refusedBy(err, fault.LoyaltyCardPointsExceeded) {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	if left := c.balance("CARD"); spent.Load() != part*parts || left != 0 {
		h.Errorf("%d of %d points were spent, %d are left", spent.Load(), part*parts, left)
	}
}

// raceForStock lets 16 members ask for the one cup that there is.
func raceForStock(h *host) {
	one := int64(1)
	c := h.club(100, &one)
	for w := range workers {
		c.join(fmt.Sprintf("CARD-%d", w))
	}
	var got atomic.Int64
	h.together(workers, func(w int) {
		_, err := c.get(fmt.Sprintf("CARD-%d", w), c.cup)
		if err == nil {
			got.Add(1)
		} else if !refusedBy(err, fault.OutOfStock) {
			h.Errorf("worker %d: %v", w, err)
		}
	})
	var left giftledger.Points
	for w := range workers {
		left += c.balance(fmt.Sprintf("CARD-%d", w))
	}
	r, err := c.Rewards.Get(c.ctx, c.cup.RewardID)
	h.must(err)
	if got.Load() != 1 || r.Redeemed != 1 || left != workers*100-40 {
		h.Errorf("%d members have got the cup, %d are counted, %d points are left", got.Load(), r.Redeemed, left)
	}
}

// raceForCoupons lets 16 members buy the three coupons that there are: who gets none keeps his points.
func raceForCoupons(h *host) {
	const coupons = 3
	c := h.club(100, nil)
	off := discount.AmountOff(100, discount.ToOrder)
	camp, err := h.Campaigns.Create(h.ctx, campaign.Campaign{Name: "Coupons", VouchersCount: coupons, Voucher: &campaign.Template{Discount: &off}})
	h.must(err)
	a := c.offer(reward.Reward{Name: "Coupon", Type: reward.OfCampaign, Parameters: reward.Parameters{
		Campaign: &reward.Campaign{ID: camp.ID},
	}}, reward.Loyalty{Points: 40})
	for w := range workers {
		c.join(fmt.Sprintf("CARD-%d", w))
	}
	var got atomic.Int64
	h.together(workers, func(w int) {
		_, err := c.get(fmt.Sprintf("CARD-%d", w), a)
		if err == nil {
			got.Add(1)
		} else if !refusedBy(err, fault.NoVoucherSuitableForPublication) {
			h.Errorf("worker %d: %v", w, err)
		}
	})
	var left giftledger.Points
	for w := range workers {
		left += c.balance(fmt.Sprintf("CARD-%d", w))
	}
	if got.Load() != coupons || left != workers*100-coupons*40 {
		h.Errorf("%d members have got a coupon, %d points are left", got.Load(), left)
	}
}

// racePointsToAndFro pays with one card while others remove points from it, add to it, give units back and roll back.
func racePointsToAndFro(h *host) {
	const each, part, initial = 4, 50, 200
	c := h.club(initial, nil)
	c.join("CARD")
	var moved atomic.Int64
	h.together(workers, func(w int) {
		for range each {
			if w%4 < 2 {
				points := giftledger.Points(part)
				if w%4 == 1 {
					points = -part
				}
				_, err := h.Loyalty.AddBalance(h.ctx, "CARD", loyalty.Adjustment{Points: points})
				if err == nil {
					moved.Add(int64(points))
				} else if !refusedBy(err, fault.InvalidAmount) {
					h.Errorf("worker %d: %v", w, err)
				}
				continue
			}
			result, err := c.Redeem(c.ctx, c.paying("CARD", part))
			if err != nil {
				if !refusedBy(err, fault.LoyaltyCardPointsExceeded) {
					h.Errorf("worker %d: %v", w, err)
				}
				continue
			}
			moved.Add(-part)
			if w%2 == 0 {
				continue
			}
			returned, _ := h.giveBack(result)
			undone, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: result.ID()})
			if err != nil {
				h.Errorf("worker %d: %v", w, err)
				continue
			}
			moved.Add(returned - int64(undone.Rollbacks[0].LoyaltyCard.Points))
		}
	})
	if left, want := c.balance("CARD"), initial+moved.Load(); int64(left) != want {
		h.Errorf("%d are left, want %d", left, want)
	}
	numbers := map[int64]bool{}
	for entry, err := range h.Loyalty.Transactions(h.ctx, "CARD", voucherify.ListOptions{}) {
		h.must(err)
		if entry.Details.Balance.Balance < 0 || numbers[entry.Number] {
			h.Errorf("entry %d leaves %d, its number is used: %t", entry.Number, entry.Details.Balance.Balance, numbers[entry.Number])
		}
		numbers[entry.Number] = true
	}
}

// raceHandingOver says that a cup was handed over while its redemption is rolled back: either the rollback comes first, and the cup
// is in stock again, or the member keeps it.
func raceHandingOver(h *host) {
	const rounds = 4
	c := h.club(40*rounds, nil)
	c.join("CARD")
	var kept atomic.Int64
	for range rounds {
		result, err := c.get("CARD", c.cup)
		h.must(err)
		h.together(workers, func(w int) {
			if w%2 == 0 {
				_, err := c.Rewards.Complete(c.ctx, result.RewardRedemptions[0].ID)
				if err != nil && !refusedBy(err, fault.InvalidPayload) {
					h.Errorf("worker %d: %v", w, err)
				}
				return
			}
			back, err := c.Rollback(c.ctx, redemption.RollbackRequest{Redemption: result.ID()})
			if err == nil {
				kept.Add(int64(len(back.Rollbacks[0].Kept)))
			} else if !refusedBy(err, fault.AlreadyRolledBack) {
				h.Errorf("worker %d: %v", w, err)
			}
		})
	}
	r, err := c.Rewards.Get(c.ctx, c.cup.RewardID)
	h.must(err)
	if r.Redeemed != kept.Load() || c.balance("CARD") != 40*rounds {
		h.Errorf("%d cups are with the member, %d are counted, %d points are back", kept.Load(), r.Redeemed, c.balance("CARD"))
	}
}

// raceAutomaticRewards adds points from 16 workers to a card whose points are redeemed by themselves.
func raceAutomaticRewards(h *host) {
	const each, part, price = 2, 25, 160
	c := h.club(0, nil)
	a := c.offer(reward.Reward{Name: "Mug", Type: reward.Material, Parameters: reward.Parameters{Product: &reward.Product{ID: "cup"}}},
		reward.Loyalty{Points: price, AutoRedeem: true})
	c.join("CARD")
	h.together(workers, func(w int) {
		for range each {
			if _, err := h.Loyalty.AddBalance(h.ctx, "CARD", loyalty.Adjustment{Points: part}); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	var rewards int64
	for r, err := range c.Rewards.Redemptions(c.ctx, voucherify.ListOptions{}) {
		h.must(err)
		if r.RewardAssignmentID == a.ID {
			rewards += r.Quantity
		}
	}
	const sum = workers * each * part
	if left := c.balance("CARD"); rewards != sum/price || left != sum%price {
		h.Errorf("%d rewards for %d points, %d are left", rewards, sum, left)
	}
}
