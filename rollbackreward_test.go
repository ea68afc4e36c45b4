package voucherify_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
)

// kept describes what a rollback has left with the member.
func kept(back *redemption.RollbackResult) []string {
	var lines []string
	for _, x := range back.Rollbacks {
		for _, k := range x.Kept {
			lines = append(lines, fmt.Sprintf("%s %d", k.Reason, k.Balance))
		}
	}
	return lines
}

func TestARollbackTakesBackWhatIsStillThere(t *testing.T) {
	t.Parallel()
	five := int64(5)
	pay := func(c *club, code string, credits int64) {
		card := redemption.GiftCard(code, ledger.Credits(credits))
		c.must(second(c.Redeem(background, redemption.Request{Redeemables: []redemption.Redeemable{card}, Order: &order.Order{Amount: credits}})))
	}
	for _, tt := range []struct {
		name   string
		reward func(*club) reward.Reward
		// since is what happens between the redemption and the rollback.
		since    func(*club, *redemption.Result, reward.Issue)
		want     []string
		became   string
		redeemed int64 // of the reward, then
	}{
		{"a coupon", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.AutoUpdate, 0), 0) }, nil,
			nil, "ROLLEDBACK coupon active false of true (new)", 0},
		{"a coupon that was redeemed", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.AutoUpdate, 0), 0) },
			func(c *club, _ *redemption.Result, one reward.Issue) {
				c.must(second(c.Redeem(background, redemption.Request{Redeemables: redemption.Codes(one.Code), Order: &order.Order{Amount: 1000}})))
			}, []string{"redeemed 0"}, "ROLLEDBACK coupon active true of true (new)", 0},
		{"the code of many customers", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.Standalone, 0), 0) }, nil,
			[]string{"shared 0"}, "ROLLEDBACK coupon active true of true (new)", 0},
		{"a coupon that was deleted", func(c *club) reward.Reward { return givenOf(c.coupons(campaign.AutoUpdate, 0), 0) },
			func(c *club, _ *redemption.Result, one reward.Issue) {
				c.must(c.Vouchers.Delete(background, one.VoucherID, true))
			},
			[]string{"deleted 0"}, "", 0},
		{"credits", func(c *club) reward.Reward { return givenOf(c.gifts(100), 10) }, nil, nil, "ROLLEDBACK 10 leads to 100 (new)", 0},
		{"credits that were spent in part", func(c *club) reward.Reward { return givenOf(c.gifts(100), 10) },
			func(c *club, _ *redemption.Result, one reward.Issue) { pay(c, one.Code, 106) }, []string{"spent 6"}, "ROLLEDBACK 10 leads to 0 (new)", 0},
		{"credits that were spent", func(c *club) reward.Reward { return givenOf(c.gifts(0), 10) },
			func(c *club, _ *redemption.Result, one reward.Issue) { pay(c, one.Code, 10) }, []string{"spent 10"}, "ROLLEDBACK 10 leads to 0 (new)", 0},
		{"points of another program, of which some are gone", func(c *club) reward.Reward { return givenOf(c.program("Other", nil), 10) },
			func(c *club, _ *redemption.Result, one reward.Issue) {
				c.must(second(c.Loyalty.AddBalance(background, one.Code, loyalty.Adjustment{Points: -7})))
			}, []string{"spent 7"}, "ROLLEDBACK 10 leads to 0 (new)", 0},
		{"a product on its way", func(c *club) reward.Reward { return c.cup(&five) }, nil, nil, "ROLLEDBACK", 0},
		{"a product that was handed over", func(c *club) reward.Reward { return c.cup(&five) },
			func(c *club, r *redemption.Result, _ reward.Issue) {
				c.must(second(c.Rewards.Complete(background, r.RewardRedemptions[0].ID)))
			}, []string{"delivered 0"}, "ROLLEDBACK", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 100)
			a := c.offer(tt.reward(c), reward.Loyalty{Points: 40})
			result, err := c.redeem(a, 0)
			c.must(err)
			if tt.since != nil {
				var one reward.Issue
				if issued := result.RewardRedemptions[0].Issued; len(issued) > 0 {
					one = issued[0]
				}
				tt.since(c, result, one)
			}
			request := redemption.RollbackRequest{IdempotencyKey: "undo", Redemption: result.ID()}
			back, err := c.Rollback(background, request)
			c.must(err)
			equal(t, tt.want, kept(back))
			if x := back.Rollbacks[0]; x.Amount != -40 || x.LoyaltyCard.Points != -40 || back.Order != nil {
				t.Errorf("rollback %+v, order %v", x, back.Order)
			}
			again, err := c.Rollback(background, request)
			c.must(err)
			equal(t, tt.want, kept(again))
			stored, err := c.Redemptions.GetRollback(background, back.Rollbacks[0].ID)
			c.must(err)
			if diff := cmp.Diff(back.Rollbacks[0].Kept, stored.Kept); diff != "" {
				t.Errorf("the record (-want +got):\n%s", diff)
			}
			if tt.became != "" {
				now, err := c.Rewards.Redemption(background, result.RewardRedemptions[0].ID)
				c.must(err)
				equal(t, tt.became, c.became(&redemption.Result{RewardRedemptions: []*reward.Redemption{&now}}))
			}
			r, err := c.Rewards.Get(background, a.RewardID)
			c.must(err)
			equal(t, tt.redeemed, r.Redeemed)
			equal(t, []string{"POINTS_REDEMPTION -40 total 100 balance 60", "POINTS_REFUND +40 total 100 balance 100"}, c.ledgerOf(c.card.Code))
			if !containsKind(c.kinds(), event.RewardRedemptionRolledBack) {
				t.Error("the rollback of the reward is not told")
			}
			c.verified()
		})
	}
}

// What comes back goes to the day on which it would have expired, and to a new one when that day is over.
func TestPointsComeBackToTheirDay(t *testing.T) {
	t.Parallel()
	today := loyalty.DateOf(noon, noon.Location())
	for _, tt := range []struct {
		name string
		days int64
		want []loyalty.Part
	}{
		{"the day is not over", 1, []loyalty.Part{{ExpiresAt: today + 9, Points: 6}, {ExpiresAt: today + 1, Points: 4}}},
		{"the day is over", 2, []loyalty.Part{{ExpiresAt: today + 9, Points: 6}, {ExpiresAt: today + 2, Points: 4}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 0)
			camp, err := c.Campaigns.Get(background, c.camp.ID)
			c.must(err)
			camp.Voucher.LoyaltyCard.ExpirationRules = &loyalty.ExpirationRules{PeriodType: loyalty.InMonths}
			c.must(second(c.Campaigns.Update(background, camp)))
			for _, day := range []loyalty.Date{today + 1, today + 9} {
				points := ledger.Points(4 + (day-today)/4)
				c.must(second(c.Loyalty.AddBalance(background, c.card.Code, loyalty.Adjustment{Points: points, ExpirationType: loyalty.CustomDate, ExpirationDate: day})))
			}
			a := c.offer(c.cup(nil), reward.Loyalty{Points: 10})
			result, err := c.redeem(a, 0)
			c.must(err)
			c.now.Store(tt.days * 24 * 60 * 60)
			c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
			account, err := c.Loyalty.Member(background, c.card.Code)
			c.must(err)
			var got []loyalty.Part
			for _, b := range account.Buckets {
				got = append([]loyalty.Part{{ExpiresAt: b.ExpiresAt, Points: b.Points}}, got...)
			}
			equal(t, tt.want, got)
			equal(t, ledger.Points(0), account.RedeemedPoints)
			c.verified()
		})
	}
}

// Each unit gives its share of the points back; all of them give back all points, a rollback what is left.
func TestReturnsGivePointsBack(t *testing.T) {
	t.Parallel()
	c := newClub(t, 1000)
	a := c.offer(coins("0.07", "1"), reward.Loyalty{}) // a point is 7 cents
	request := c.pays(3000, redemption.PayWithPoints(c.card.Code, a.RewardID, 100))
	result, err := c.Redeem(background, request)
	c.must(err)
	equal(t, int64(700), result.Order.TotalDiscountAmount)
	var got []ledger.Points
	for range 2 {
		got = append(got, c.oneBack(result).Points)
	}
	equal(t, []ledger.Points{33, 34}, got)
	equal(t, ledger.Points(967), c.balance())
	c.verified()
	back, err := c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	c.must(err)
	equal(t, int64(-33), back.Rollbacks[0].Amount)
	equal(t, ledger.Points(1000), c.balance())
	c.verified()
}

// The product of a stack costs points that no unit carries: only a rollback gives them back.
func TestAReturnLeavesRewardsAlone(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(c.cup(nil), reward.Loyalty{Points: 40})
	c.coupon("SAVE", discount.AmountOff(300, discount.ToOrder), 0)
	result, err := c.Redeem(background, c.pays(3000, redemption.PayWithPoints(c.card.Code, a.ID, 0), redemption.Codes("SAVE")[0]))
	c.must(err)
	equal(t, ledger.Points(0), c.oneBack(result).Points)
	equal(t, ledger.Points(60), c.balance())
	c.verified()
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	equal(t, ledger.Points(100), c.balance())
	c.verified()
}

// A host that gives up has changed nothing; one that commits has rolled back as the engine does.
func TestRewardsInTheHostsTransaction(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(givenOf(c.gifts(0), 10), reward.Loyalty{Points: 40})
	giveUp := errors.New("the host gives up")
	before := c.store.Export()
	for _, end := range []error{giveUp, nil} {
		err := c.store.Update(background, func(tx store.Tx) error {
			result, err := c.Loyalty.RedeemRewardTx(background, tx, c.card.Code, redemption.RewardRequest{Reward: redemption.RewardPart{ID: a.ID}})
			if err != nil {
				return err
			}
			if _, err := c.RollbackTx(background, tx, redemption.RollbackRequest{Redemption: result.ID()}); err != nil {
				return err
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
		if end == giveUp {
			if diff := cmp.Diff(before, c.store.Export()); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
		}
	}
	equal(t, ledger.Points(100), c.balance())
	c.verified()
}

func TestARewardOfADeletedCustomerIsStillRolledBack(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	a := c.offer(c.cup(nil), reward.Loyalty{Points: 40})
	result, err := c.Loyalty.RedeemReward(background, c.card.Code, redemption.RewardRequest{
		Reward: redemption.RewardPart{ID: a.ID}, Metadata: map[string]any{"note": "for ada"},
	})
	c.must(err)
	c.must(second(c.Customers.DeletePermanently(background, "ada")))
	x, err := c.Rewards.Redemption(background, result.RewardRedemptions[0].ID)
	c.must(err)
	if x.CustomerID == c.card.HolderID || x.CustomerID == "" || x.Metadata != nil {
		t.Errorf("the reward is still that of %s, with %v", x.CustomerID, x.Metadata)
	}
	_, err = c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	c.must(err)
	if _, err := c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()}); !errors.Is(err, fault.AlreadyRolledBack) {
		t.Errorf("got %v", err)
	}
	c.verified()
}
