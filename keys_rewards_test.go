package voucherify_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// clubOf makes a member of a shop, whose card is ADA-1.
func clubOf(s *shop, points ledger.Points) *club {
	c := &club{shop: s}
	c.camp = s.program("Club", func(camp *campaign.Campaign) {
		camp.Voucher.LoyaltyCard, camp.Voucher.CodeConfig.Pattern = &loyalty.Card{Points: points}, "ADA-#"
		camp.Voucher.CodeConfig.Charset = "1"
	})
	c.card = s.join(c.camp, "ada")
	return c
}

// rewardKeys are refusals of rewards.
var rewardKeys = []keyRow{
	{
		key: fault.CampaignNotActive,
		fail: func(s *shop) error {
			c := clubOf(s, 10)
			a := c.offer(c.cup(nil), reward.Loyalty{Points: 5})
			s.must(s.Campaigns.Disable(background, c.camp.ID))
			return second(c.redeem(a, 0))
		},
		want: `{"code":400,"key":"campaign_not_active","message":"Campaign is not active","details":"the loyalty program of ADA-1 is not active","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.LoyaltyCardNotActive,
		fail: func(s *shop) error {
			c := clubOf(s, 10)
			a := c.offer(c.cup(nil), reward.Loyalty{Points: 5})
			s.must(s.Vouchers.Disable(background, c.card.Code))
			return second(c.redeem(a, 0))
		},
		want: `{"code":400,"key":"loyalty_card_not_active","message":"Loyalty card is not active","details":"ADA-1","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.LoyaltyCardPointsExceeded,
		fail: func(s *shop) error {
			c := clubOf(s, 10)
			return second(c.redeem(c.offer(c.cup(nil), reward.Loyalty{Points: 11}), 0))
		},
		want: `{"code":400,"key":"loyalty_card_points_exceeded","message":"loyalty card points exceeded","details":"ADA-1","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.MissingReward,
		fail: func(s *shop) error {
			c := clubOf(s, 10)
			return second(s.Redeem(background, c.pays(300, redemption.Codes("ADA-1")...)))
		},
		want: `{"code":400,"key":"missing_reward","message":"Missing reward","details":"A reward is required when redeeming a LOYALTY_CARD","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.OutOfStock,
		fail: func(s *shop) error {
			c, none := clubOf(s, 10), int64(0)
			return second(c.redeem(c.offer(c.cup(&none), reward.Loyalty{Points: 1}), 0))
		},
		want: `{"code":400,"key":"out_of_stock","message":"Out of stock","details":"Cup","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.InvalidBalance,
		fail: func(s *shop) error {
			c := clubOf(s, 0)
			return second(s.Rewards.Create(background, givenOf(c.gifts(10), 0)))
		},
		want: `{"code":400,"key":"invalid_balance","message":"Invalid balance","details":"0 is not between 1 and 1000000000000000","field":"parameters.campaign.balance"}`,
	},
	{
		key: fault.MissingParam,
		fail: func(s *shop) error {
			c := clubOf(s, 0)
			r, err := s.Rewards.Create(background, c.cup(nil))
			s.must(err)
			return second(s.Rewards.Assign(background, reward.Assignment{RewardID: r.ID, RelatedObjectID: c.camp.ID}))
		},
		want: `{"code":400,"key":"missing_param","message":"Missing param","details":"a reward of type MATERIAL needs its price in points","field":"parameters.loyalty"}`,
	},
}

func TestRewardsAreKeptWithTheirPrograms(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	own := c.coupons(campaign.AutoUpdate, 0)
	cup := c.offer(c.cup(nil), auto(10))
	for _, tt := range []struct {
		name string
		fail func() error
		want string
	}{
		{"the same reward twice", func() error {
			return second(c.Rewards.Assign(background, reward.Assignment{RewardID: cup.RewardID, RelatedObjectID: c.camp.ID, Parameters: cup.Parameters}))
		}, "duplicate_found reward_id: the program offers the reward already"},
		{"a second automatic reward", func() error {
			r, err := c.Rewards.Create(background, givenOf(own, 0))
			c.must(err)
			return second(c.Rewards.Assign(background, reward.Assignment{RewardID: r.ID, RelatedObjectID: c.camp.ID, Parameters: cup.Parameters}))
		}, "duplicate_found parameters.loyalty.auto_redeem: another reward of the program is redeemed automatically"},
		{"a reward of a campaign that is no program", func() error {
			return second(c.Rewards.Assign(background, reward.Assignment{RewardID: cup.RewardID, RelatedObjectID: own.ID, Parameters: cup.Parameters}))
		}, "invalid_campaign related_object_id: campaign Coupons is no loyalty program"},
		{"a program's own points", func() error {
			r, err := c.Rewards.Create(background, givenOf(c.camp, 1))
			c.must(err)
			return second(c.Rewards.Assign(background, reward.Assignment{RewardID: r.ID, RelatedObjectID: c.camp.ID, Parameters: cup.Parameters}))
		}, "invalid_campaign reward_id: a program does not give its own points"},
		{"a reward that does not exist", func() error {
			return second(c.Rewards.Assign(background, reward.Assignment{RewardID: "rew_1", RelatedObjectID: c.camp.ID}))
		}, "not_found reward_id: Cannot find reward with id rew_1"},
		{"deleting a reward that is offered", func() error { return c.Rewards.Delete(background, cup.RewardID) },
			"resource_in_use : " + cup.ID + " offers it in campaign " + c.camp.ID},
		{"another type", func() error {
			r := coins("1", "1")
			r.ID = cup.RewardID
			return second(c.Rewards.Update(background, r))
		}, "invalid_payload type: a reward stays MATERIAL"},
		{"an old version", func() error {
			r, err := c.Rewards.Get(background, cup.RewardID)
			c.must(err)
			r.Version = 1
			return second(c.Rewards.Update(background, r))
		}, "invalid_payload version: version 1 was read, 2 is stored"},
		{"a price of a coin", func() error {
			a := c.offer(coins("1", "1"), reward.Loyalty{})
			a.Parameters = cup.Parameters
			return second(c.Rewards.UpdateAssignment(background, a))
		}, "invalid_payload parameters: a reward of type COIN costs what its ratio says"},
		{"a product that does not exist", func() error {
			return second(c.Rewards.Create(background, reward.Reward{Name: "P", Type: reward.Material, Parameters: reward.Parameters{Product: &reward.Product{ID: "nothing"}}}))
		}, "not_found parameters.product.id: Cannot find product with id nothing"},
		{"completing what was completed", func() error {
			result, err := c.redeem(cup, 0)
			c.must(err)
			c.must(second(c.Rewards.Complete(background, result.RewardRedemptions[0].ID)))
			return second(c.Rewards.Complete(background, result.RewardRedemptions[0].ID))
		}, "invalid_payload state: is COMPLETED, not PENDING"},
	} {
		equal(t, tt.name+": "+tt.want, tt.name+": "+says(tt.fail()))
	}
}

func TestRewardsAreChanged(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	cup := c.offer(c.cup(nil), reward.Loyalty{Points: 10})
	r, err := c.Rewards.Get(background, cup.RewardID)
	c.must(err)
	two := int64(2)
	r.Name, r.Stock, r.Metadata = "Mug", &two, map[string]any{"color": "red"}
	r, err = c.Rewards.Update(background, r)
	c.must(err)
	equal(t, "Mug", r.Name)
	cup.Parameters = &reward.Price{Loyalty: reward.Loyalty{Points: 20}}
	cup, err = c.Rewards.UpdateAssignment(background, cup)
	c.must(err)
	result, err := c.redeem(cup, 0)
	c.must(err)
	equal(t, int64(20), result.Redemptions[0].Amount)
	equal(t, "Mug", result.Redemptions[0].Reward.Name)
	c.must(c.Rewards.Unassign(background, cup.ID))
	if _, err := c.redeem(cup, 0); says(err) == "" {
		t.Error("a reward that is not offered any more was redeemed")
	}
	c.must(c.Rewards.Delete(background, r.ID))
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	equal(t, ledger.Points(100), c.balance())
	pay := c.offer(coins("1", "1"), reward.Loyalty{})
	c.must(c.Campaigns.Delete(background, c.camp.ID, true))
	if _, err := c.Rewards.Assignment(background, pay.ID); says(err) == "" {
		t.Error("the assignment has survived its program")
	}
	c.must(c.Rewards.Delete(background, pay.RewardID))
	c.verified()
}
