package voucherify_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// auto is a price at which the reward is redeemed automatically.
func auto(points ledger.Points) reward.Loyalty {
	return reward.Loyalty{Points: points, AutoRedeem: true}
}

// given are the rewards that were redeemed, each with how often.
func (c *club) redemptionsOf(a reward.Assignment) []int64 {
	c.t.Helper()
	var quantities []int64
	for r, err := range c.Rewards.Redemptions(background, listOldest) {
		c.must(err)
		if r.RewardAssignmentID == a.ID {
			quantities = append(quantities, r.Quantity)
		}
	}
	return quantities
}

// TV-62: 50 points come in and go out at once.
func TestARewardIsRedeemedAsSoonAsThereArePoints(t *testing.T) {
	t.Parallel()
	c := newClub(t, 23)
	coupons := c.coupons(campaign.AutoUpdate, 0)
	a := c.offer(givenOf(coupons, 0), auto(50))
	c.add(26)
	equal(t, []int64(nil), c.redemptionsOf(a))
	c.add(24)
	equal(t, []string{
		"POINTS_ADDITION +26 total 49 balance 49", "POINTS_ADDITION +24 total 73 balance 73", "POINTS_REDEMPTION -50 total 73 balance 23",
	}, c.ledgerOf(c.card.Code))
	c.add(127) // three coupons at once
	equal(t, []int64{1, 3}, c.redemptionsOf(a))
	equal(t, ledger.Points(0), c.balance())
	var codes int
	for entry, err := range c.Customers.Wallet(background, "ada", listOldest) {
		c.must(err)
		if entry.Voucher.CampaignID == coupons.ID {
			codes++
		}
	}
	equal(t, 4, codes)
	v, err := c.Vouchers.Get(background, c.card.Code)
	c.must(err)
	equal(t, int64(2), v.Redemption.RedeemedQuantity)
	for x, err := range c.Redemptions.List(background, listOldest) {
		c.must(err)
		if !x.Reward.Automatic || x.OrderID != "" || x.CustomerID != c.card.HolderID {
			t.Errorf("redemption %+v of %+v", x, x.Reward)
		}
		c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: x.ID})))
	}
	equal(t, ledger.Points(200), c.balance())
	c.verified()
}

// TV-63: the points are gone before tiers are looked at, so the tier is never reached.
func TestTiersComeBehindAutomaticRewards(t *testing.T) {
	t.Parallel()
	c := newClub(t, 0)
	a := c.offer(c.cup(nil), auto(100))
	c.put(&loyalty.Tier{ID: "ltr_1", CampaignID: c.camp.ID, Name: "Gold", Points: loyalty.Range{From: 100}, CreatedAt: noon, Version: 1})
	for range 3 {
		c.add(100)
	}
	equal(t, []int64{1, 1, 1}, c.redemptionsOf(a))
	account, err := c.Loyalty.Member(background, c.card.Code)
	c.must(err)
	equal(t, loyalty.Standing{}, account.Tier)
	c.verified()
}

// TV-64: ten times 25 rewards on a day; then an operator has to look at it.
func TestTheBoundsOfAutomaticRewards(t *testing.T) {
	t.Parallel()
	c := newClub(t, 0)
	a := c.offer(c.cup(nil), auto(10))
	c.add(2600)
	equal(t, []int64{25, 25, 25, 25, 25, 25, 25, 25, 25, 25}, c.redemptionsOf(a))
	equal(t, ledger.Points(100), c.balance())
	blocked := func() loyalty.AutoRedeem {
		account, err := c.Loyalty.Member(background, c.card.Code)
		c.must(err)
		return account.AutoRedeem
	}
	today := loyalty.DateOf(noon, noon.Location())
	equal(t, loyalty.AutoRedeem{Day: today, Count: 10, Blocked: true}, blocked())
	c.now.Store(24 * 60 * 60)
	c.add(10)
	equal(t, 10, len(c.redemptionsOf(a)))
	c.must(c.Loyalty.UnblockAutoRedeem(background, c.card.Code))
	equal(t, loyalty.AutoRedeem{}, blocked())
	c.add(10)
	equal(t, []int64{12}, c.redemptionsOf(a)[10:])
	c.now.Store(2 * 24 * 60 * 60)
	for range 10 {
		c.add(10)
	}
	equal(t, loyalty.AutoRedeem{Day: today + 2, Count: 10}, blocked())
	c.now.Store(3 * 24 * 60 * 60)
	c.add(10)
	equal(t, loyalty.AutoRedeem{Day: today + 3, Count: 1}, blocked())
	c.verified()
}

// A card that may be redeemed once is, also when one operation has points for more.
func TestAutomaticRewardsCountForTheCard(t *testing.T) {
	t.Parallel()
	c := newClub(t, 0)
	a := c.offer(c.cup(nil), auto(10))
	v, err := c.Vouchers.Get(background, c.card.Code)
	c.must(err)
	once := int64(1)
	v.Redemption.Quantity = &once
	c.must(second(c.Vouchers.Update(background, v)))
	c.add(300)
	equal(t, []int64{25}, c.redemptionsOf(a))
	equal(t, ledger.Points(50), c.balance())
	c.verified()
}

// Codes that one operation has promised are not promised twice, and who has a card needs no code.
func TestAutomaticRewardsPromiseWhatThereIs(t *testing.T) {
	t.Parallel()
	c := newClub(t, 0)
	a := c.offer(givenOf(c.coupons(campaign.Static, 27), 0), auto(10))
	c.add(300)
	equal(t, []int64{25, 2}, c.redemptionsOf(a))
	equal(t, ledger.Points(30), c.balance())
	c.verified()

	c = newClub(t, 0)
	gifts, err := c.Campaigns.Create(background, campaign.Campaign{
		Name: "Gifts", CampaignType: campaign.GiftVouchers, VouchersCount: 1, Voucher: &campaign.Template{Gift: &campaign.Gift{}},
	})
	c.must(err)
	a = c.offer(givenOf(gifts, 7), auto(10))
	c.add(20)
	c.add(10)
	equal(t, []int64{2, 1}, c.redemptionsOf(a))
	c.verified()
}

// What cannot be had is left for the next time; the points stay and the operation goes on.
func TestAutomaticRewardsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	three := int64(3)
	for _, tt := range []struct {
		name   string
		reward func(*club) reward.Reward
		// change comes before the points.
		change func(*club)
		want   []int64
		left   ledger.Points
	}{
		{"three are in stock", func(c *club) reward.Reward { return c.cup(&three) }, nil, []int64{3}, 20},
		{"three codes are left", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.Static, 3), 0) }, nil, []int64{3}, 20},
		{"one code is left", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.Static, 1), 0) }, nil, []int64{1}, 40},
		{"no code is left", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.Static, 0), 0) }, nil, nil, 50},
		{"a new gift card has all credits", func(c *club) reward.Reward { return givenOf(c.gifts(0), 7) }, nil, []int64{5}, 0},
		{"a coupon that a customer has once", func(c *club) reward.Reward {
			camp := c.coupons(campaign.AutoUpdate, 0)
			camp.JoinOnce = true
			c.must(second(c.Campaigns.Update(background, camp)))
			return givenOf(camp, 0)
		}, nil, []int64{1}, 40},
		{"a code of many customers", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.Standalone, 0), 0) }, nil, []int64{1}, 40},
		{"the program is disabled", func(c *club) reward.Reward { return c.cup(nil) },
			func(c *club) { c.must(c.Campaigns.Disable(background, c.camp.ID)) }, nil, 50},
		{"the card is disabled", func(c *club) reward.Reward { return c.cup(nil) },
			func(c *club) { c.must(c.Vouchers.Disable(background, c.card.Code)) }, nil, 50},
		{"the campaign of the reward is gone", func(c *club) reward.Reward { return givenOf(c.gifts(0), 7) }, func(c *club) {
			c.must(c.Campaigns.Delete(background, "Gifts", true))
		}, nil, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 0)
			a := c.offer(tt.reward(c), auto(10))
			if tt.change != nil {
				tt.change(c)
			}
			c.add(50)
			equal(t, tt.want, c.redemptionsOf(a))
			equal(t, tt.left, c.balance())
			c.verified()
		})
	}
}
