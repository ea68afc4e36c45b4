package voucherify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
)

// became describes what became of the rewards of a redemption, and what is on the cards that they went to.
func (c *club) became(result *redemption.Result) string {
	c.t.Helper()
	var parts []string
	for _, r := range result.RewardRedemptions {
		stored, err := c.Rewards.Redemption(background, r.ID)
		c.must(err)
		if diff := cmp.Diff(*r, stored); diff != "" {
			c.t.Errorf("the answer and the record differ (-answer +record):\n%s", diff)
		}
		text := string(stored.State)
		for _, one := range stored.Issued {
			v, err := c.Vouchers.Get(background, one.VoucherID)
			c.must(err)
			switch {
			case v.Gift != nil:
				text += fmt.Sprintf(" %d leads to %d", one.Balance, v.Gift.Balance)
			case v.LoyaltyCard != nil:
				text += fmt.Sprintf(" %d leads to %d", one.Balance, v.LoyaltyCard.Balance)
			default:
				text += fmt.Sprintf(" coupon active %t of %t", v.Active, v.HolderID == c.card.HolderID)
			}
			text += map[bool]string{true: " (new)", false: ""}[one.PublicationID != ""]
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// The balances of cards are those of Voucherify's documentation, TV-70.
func TestWhatRewardsGive(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		reward func(*club) reward.Reward
		price  ledger.Points
		amount int64
		want   []string // of each redemption, the last of which are of the same reward
		left   ledger.Points
		event  event.Type
	}{
		{"a coupon each time", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.AutoUpdate, 0), 0) }, 40, 0,
			[]string{"COMPLETED coupon active true of true (new)", "COMPLETED coupon active true of true (new)"}, 20, event.RewardRedemptionCompleted},
		{"credits on a new card, and then on the same", func(c *club) reward.Reward { return givenOf(c.gifts(100), 10) }, 30, 0,
			[]string{"COMPLETED 10 leads to 110 (new)", "COMPLETED 10 leads to 120"}, 40, event.RewardRedemptionCompleted},
		{"points of another program", func(c *club) reward.Reward {
			return givenOf(c.program("Other", func(camp *campaign.Campaign) { camp.Voucher.LoyaltyCard.Points = 46 }), 10)
		}, 30, 0, []string{"COMPLETED 10 leads to 56 (new)", "COMPLETED 10 leads to 66"}, 40, event.RewardRedemptionCompleted},
		{"a product, which somebody hands over", func(c *club) reward.Reward { return c.cup(nil) }, 100, 0, []string{"PENDING"}, 0, event.RewardRedemptionPending},
		{"money off an order", func(*club) reward.Reward { return coins("0.5", "10") }, 0, 180, []string{"COMPLETED"}, 60, event.RewardRedemptionCompleted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 100)
			a := c.offer(tt.reward(c), reward.Loyalty{Points: tt.price})
			var got []string
			for range tt.want {
				result, err := c.redeem(a, tt.amount)
				c.must(err)
				got = append(got, c.became(result))
				x, err := c.Redemptions.Get(background, result.ID())
				c.must(err)
				if (x.Order == nil) != (tt.amount == 0) || (result.Order == nil) != (tt.amount == 0) || (x.OrderID == "") != (tt.amount == 0) {
					t.Errorf("order %s %v %v", x.OrderID, x.Order, result.Order)
				}
				if x.Amount != int64(x.LoyaltyCard.Points) || x.Reward.ID != a.RewardID || x.Reward.AssignmentID != a.ID || x.CustomerID != c.card.HolderID {
					t.Errorf("redemption %+v of %+v", x, x.Reward)
				}
			}
			equal(t, tt.want, got)
			equal(t, tt.left, c.balance())
			kinds := c.kinds()
			for _, kind := range []event.Type{event.RewardRedemptionCreated, tt.event, event.CustomerRewarded, event.LoyaltyTransactionCreated} {
				if !containsKind(kinds, kind) {
					t.Errorf("no event %s", kind)
				}
			}
			r, err := c.Rewards.Get(background, a.RewardID)
			c.must(err)
			equal(t, int64(len(tt.want)), r.Redeemed)
			for o, err := range c.Orders.List(background, listOldest) {
				c.must(err)
				if tt.amount == 0 {
					t.Errorf("nobody has named the order %s", o.ID)
				}
			}
			c.verified()
		})
	}
}

func containsKind(kinds []event.Type, kind event.Type) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}

func TestRewardsThatAMemberCannotHave(t *testing.T) {
	t.Parallel()
	one := int64(1)
	for _, tt := range []struct {
		name    string
		prepare func(*club, *reward.Assignment)
		want    string
	}{
		{"the program is disabled", func(c *club, _ *reward.Assignment) { c.must(c.Campaigns.Disable(background, c.camp.ID)) }, "campaign_not_active"},
		{"the card is disabled", func(c *club, _ *reward.Assignment) { c.must(c.Vouchers.Disable(background, c.card.Code)) }, "loyalty_card_not_active"},
		{"the program is over", func(c *club, _ *reward.Assignment) {
			camp, err := c.Campaigns.Get(background, c.camp.ID)
			c.must(err)
			end := noon
			camp.ExpirationDate = &end
			c.must(second(c.Campaigns.Update(background, camp)))
			v, err := c.Vouchers.Get(background, c.card.Code)
			c.must(err)
			v.ExpirationDate = &end
			c.must(second(c.Vouchers.Update(background, v)))
			c.now.Store(1)
		}, "campaign_not_active"},
		{"the card has expired", func(c *club, _ *reward.Assignment) {
			v, err := c.Vouchers.Get(background, c.card.Code)
			c.must(err)
			end := noon
			v.ExpirationDate = &end
			c.must(second(c.Vouchers.Update(background, v)))
			c.now.Store(1)
		}, "loyalty_card_not_active"},
		{"no reward is named", func(_ *club, a *reward.Assignment) { a.RewardID = "" }, "missing_reward"},
		{"the program does not have the reward", func(_ *club, a *reward.Assignment) { a.RewardID = "rew_1" }, "not_found"},
		{"the reward of another program", func(c *club, a *reward.Assignment) {
			other := *c
			other.camp = c.program("Other", nil)
			*a = other.offer(reward.Reward{Name: "R", Type: reward.Coin, Parameters: coins("1", "1").Parameters}, reward.Loyalty{})
		}, "not_found"},
		{"a coin without an order", func(c *club, a *reward.Assignment) { *a = c.offer(coins("1", "1"), reward.Loyalty{}) }, "missing_order"},
		{"too few points", func(c *club, _ *reward.Assignment) { c.add(-51) }, "loyalty_card_points_exceeded"},
		{"none is left", func(c *club, a *reward.Assignment) { c.must(second(c.redeem(*a, 0))) }, "out_of_stock"},
		{"the card was redeemed as often as it may", func(c *club, _ *reward.Assignment) {
			v, err := c.Vouchers.Get(background, c.card.Code)
			c.must(err)
			none := int64(1)
			v.Redemption.Quantity = &none
			c.must(second(c.Vouchers.Update(background, v)))
			pay := c.offer(coins("1", "1"), reward.Loyalty{})
			c.must(second(c.redeem(pay, 100)))
		}, "quantity_exceeded"},
		{"the campaign of the reward is gone", func(c *club, a *reward.Assignment) {
			gifts := c.gifts(0)
			*a = c.offer(givenOf(gifts, 10), reward.Loyalty{Points: 1})
			c.must(c.Campaigns.Delete(background, gifts.ID, true))
		}, "not_found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 100)
			a := c.offer(c.cup(&one), reward.Loyalty{Points: 50})
			tt.prepare(c, &a)
			before := c.balance()
			_, err := c.redeem(a, 0)
			var refused *redemption.Refused
			if !errors.As(err, &refused) || string(refused.Cause.Key) != tt.want {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			x, err := c.Redemptions.Get(background, refused.Cause.ResourceID)
			c.must(err)
			equal(t, fault.Key(tt.want), x.FailureCode)
			equal(t, before, c.balance())
			c.verified()
		})
	}
}

func TestACardThatWasNotGivenOutHasNoRewards(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(coins("1", "1"), reward.Loyalty{})
	c.must(c.Campaigns.AddVoucher(background, c.camp.ID, "NOBODYS"))
	for _, card := range []string{"NOBODYS", "NONE"} {
		_, err := c.Loyalty.RedeemReward(background, card, redemption.RewardRequest{Reward: redemption.RewardPart{ID: a.RewardID}})
		if card == "NONE" && !errors.Is(err, fault.NotFound) || card == "NOBODYS" && !errors.Is(err, fault.NotPublished) {
			t.Errorf("%s: got %v", card, err)
		}
	}
	v, err := c.Validate(background, c.pays(300, redemption.PayWithPoints("NOBODYS", a.RewardID, 0)))
	c.must(err)
	equal(t, fault.NotPublished, v.Redeemables[0].Result.Details.Key)
}

// What cannot be given takes nothing: in a transaction of its own, and in one of the host, which is abandoned.
func TestARewardThatCannotBeGivenCostsNothing(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(givenOf(c.coupons(campaign.Static, 1), 0), reward.Loyalty{Points: 10})
	c.must(second(c.redeem(a, 0)))
	before := c.store.Export()
	_, err := c.redeem(a, 0)
	if !errors.Is(err, fault.NoVoucherSuitableForPublication) {
		t.Errorf("got %v", err)
	}
	err = c.store.Update(background, func(tx store.Tx) error {
		_, err := c.Loyalty.RedeemRewardTx(background, tx, c.card.Code, redemption.RewardRequest{Reward: redemption.RewardPart{ID: a.ID}})
		var refused *redemption.Refused
		if errors.As(err, &refused) {
			t.Error("it looks like a refusal behind which the transaction may be committed")
		}
		return err
	})
	if !errors.Is(err, fault.NoVoucherSuitableForPublication) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, c.store.Export()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// A coupon of which everybody has one is not paid for twice.
func TestNobodyPaysForACouponThatHeHas(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(givenOf(c.coupons(campaign.Standalone, 0), 0), reward.Loyalty{Points: 10})
	c.must(second(c.redeem(a, 0)))
	if _, err := c.redeem(a, 0); !errors.Is(err, fault.VoucherCannotBePublished) {
		t.Errorf("got %v", err)
	}
	equal(t, ledger.Points(90), c.balance())
	c.verified()
}

func TestARewardIsRedeemedOncePerKey(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a coupon", "a product"} {
		c := newClub(t, 100)
		r := c.cup(nil)
		if name == "a coupon" {
			r = givenOf(c.coupons(campaign.AutoUpdate, 0), 0)
		}
		a := c.offer(r, reward.Loyalty{Points: 10})
		request := redemption.RewardRequest{IdempotencyKey: "key", Reward: redemption.RewardPart{ID: a.ID}}
		first, err := c.Loyalty.RedeemReward(background, c.card.Code, request)
		c.must(err)
		again, err := c.Loyalty.RedeemReward(background, c.card.Code, request)
		c.must(err)
		if diff := cmp.Diff(first.RewardRedemptions, again.RewardRedemptions); diff != "" || first.ID() != again.ID() || len(again.RewardRedemptions) != 1 {
			t.Errorf("%s: %s and %s (-first +again):\n%s", name, first.ID(), again.ID(), diff)
		}
		equal(t, ledger.Points(90), c.balance())
		request.Reward.ID = a.RewardID
		if _, err := c.Loyalty.RedeemReward(background, c.card.Code, request); !errors.Is(err, fault.DuplicateResourceKey) {
			t.Errorf("%s: got %v", name, err)
		}
		c.verified()
	}
}

// TV-10 to TV-14: what is left is everything that came in less what was redeemed.
func TestBalancesAfterRewards(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ points, spent, want ledger.Points }{
		{7000, 30, 6970}, {8000, 1113, 6887}, {8000, 3426, 4574}, {8500, 3526, 4974}, {9000, 3626, 5374}, {13435, 300, 13135},
	} {
		c := newClub(t, tt.points)
		a := c.offer(c.cup(nil), reward.Loyalty{Points: tt.spent})
		c.must(second(c.redeem(a, 0)))
		v, err := c.Vouchers.Get(background, c.card.Code)
		c.must(err)
		equal(t, []ledger.Points{tt.points, tt.want, tt.spent}, []ledger.Points{v.LoyaltyCard.Points, v.LoyaltyCard.Balance, v.Redemption.RedeemedPoints})
		equal(t, int64(1), v.Redemption.RedeemedQuantity)
	}
}

func TestPointsThatExpireFirstAreTakenFirst(t *testing.T) {
	t.Parallel()
	c := newClub(t, 0)
	today := loyalty.DateOf(noon, noon.Location())
	for _, day := range []loyalty.Date{today + 5, today, today + 2} {
		c.must(second(c.Loyalty.AddBalance(background, c.card.Code, loyalty.Adjustment{Points: 10, ExpirationType: loyalty.CustomDate, ExpirationDate: day})))
	}
	c.add(10) // they never expire
	a := c.offer(c.cup(nil), reward.Loyalty{Points: 25})
	more := c.offer(coins("1", "1"), reward.Loyalty{})
	c.now.Store(24 * 60 * 60) // those of today are over
	_, err := c.Redeem(background, c.pays(300_000, redemption.PayWithPoints(c.card.Code, more.ID, 31)))
	if !errors.Is(err, fault.LoyaltyCardPointsExceeded) {
		t.Errorf("got %v", err)
	}
	result, err := c.redeem(a, 0)
	c.must(err)
	equal(t, []loyalty.Part{{ExpiresAt: today + 2, Points: 10}, {ExpiresAt: today + 5, Points: 10}, {Points: 5}}, result.Redemptions[0].Granted.Parts)
	equal(t, []string{
		"POINTS_ADDITION +10 total 10 balance 10", "POINTS_ADDITION +10 total 20 balance 20", "POINTS_ADDITION +10 total 30 balance 30",
		"POINTS_ADDITION +10 total 40 balance 40", "POINTS_EXPIRATION -10 total 30 balance 30", "POINTS_REDEMPTION -25 total 30 balance 5",
	}, c.ledgerOf(c.card.Code))
	_, err = c.redeem(a, 0)
	if !errors.Is(err, fault.LoyaltyCardPointsExceeded) {
		t.Errorf("got %v", err)
	}
	c.verified()
}

func TestRulesOfCoinsCount(t *testing.T) {
	t.Parallel()
	c := newClub(t, 1000)
	a := c.offer(coins("1", "1"), reward.Loyalty{})
	c.rule(`{"name":"at most 50 points","context_type":"reward_assignment.pay_with_points","rules":{"1":{"name":"redemption.reward.pay_with_points.points_used","conditions":{"$less_than_or_equal":[50]}}}}`,
		"reward_assignment", a.ID)
	_, err := c.redeem(a, 5100)
	var refused *redemption.Refused
	if !errors.As(err, &refused) || refused.Cause.Key != fault.RedemptionRulesViolated || !strings.HasPrefix(refused.Cause.Details, "Loyalty Card cannot be redeemed") {
		t.Errorf("got %v", err)
	}
	result, err := c.redeem(a, 5000)
	c.must(err)
	equal(t, int64(50), result.Redemptions[0].Amount)
	c.coupon("SAVE", discount.AmountOff(1, discount.ToOrder), 0)
	for _, wrong := range []struct{ object, id string }{{"voucher", c.card.ID}, {"campaign", c.camp.ID}} {
		rule := c.unassigned(`{"name":"r","context_type":"reward_assignment.pay_with_points","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[1]}}}}`)
		if _, err := c.Rules.Assign(background, rule.ID, wrong.object, wrong.id); !errors.Is(err, fault.InvalidValidationRules) {
			t.Errorf("assigned to a %s: %v", wrong.object, err)
		}
	}
}

func TestARestrictedCallerSeesItsProgramsOnly(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(c.cup(nil), reward.Loyalty{Points: 10})
	_, err := c.Loyalty.RedeemReward(background, c.card.Code, redemption.RewardRequest{
		Reward: redemption.RewardPart{ID: a.ID}, AccessScope: &access.Scope{},
	})
	if !errors.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
	equal(t, ledger.Points(100), c.balance())
}
