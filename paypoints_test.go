package voucherify_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
)

// taken says what each redeemable of a validation takes: money off the order, and points.
func taken(v *redemption.Validation) []string {
	var lines []string
	for _, x := range v.Redeemables {
		line := string(x.Status)
		if x.Order != nil {
			line += fmt.Sprintf(" off %d, total %d", x.Order.TotalAppliedDiscountAmount, x.Order.TotalAmount)
		}
		if card := x.Result.LoyaltyCard; card != nil {
			line += fmt.Sprintf(", %d points", card.Points)
		}
		if x.Result.Details != nil {
			line += " " + string(x.Result.Details.Key)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestPointsInAStack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		list func(*club) []redemption.Redeemable
		want []string
		left ledger.Points
	}{
		{"points pay what coupons have left", func(c *club) []redemption.Redeemable {
			return []redemption.Redeemable{{Object: redemption.Voucher, ID: "HALF"}, c.payment(0)}
		}, []string{"APPLICABLE off 15000, total 15000", "APPLICABLE off 15000, total 0, 800 points"}, 200},
		{"coupons see what points have left", func(c *club) []redemption.Redeemable {
			return []redemption.Redeemable{c.payment(500), {Object: redemption.Voucher, ID: "HALF"}}
		}, []string{"APPLICABLE off 10000, total 20000, 500 points", "APPLICABLE off 10000, total 10000"}, 500},
		{"all points that there are", func(c *club) []redemption.Redeemable { return []redemption.Redeemable{c.payment(0)} },
			[]string{"APPLICABLE off 20000, total 10000, 1000 points"}, 0},
		{"nothing is left to pay", func(c *club) []redemption.Redeemable {
			return []redemption.Redeemable{{Object: redemption.Voucher, ID: "ALL"}, c.payment(0)}
		}, []string{"APPLICABLE off 30000, total 0", "APPLICABLE off 0, total 0, 0 points"}, 1000},
		{"a product costs points and leaves the order alone", func(c *club) []redemption.Redeemable {
			a := c.offer(c.cup(nil), reward.Loyalty{Points: 40})
			return []redemption.Redeemable{redemption.PayWithPoints(c.card.Code, a.ID, 40), {Object: redemption.Voucher, ID: "HALF"}}
		}, []string{"APPLICABLE off 0, total 30000, 40 points", "APPLICABLE off 15000, total 15000"}, 960},
		{"credits of a reward go on the card that pays beside it", func(c *club) []redemption.Redeemable {
			gifts := c.gifts(100)
			a := c.offer(givenOf(gifts, 10), reward.Loyalty{Points: 40})
			first, err := c.redeem(a, 0)
			c.must(err)
			return []redemption.Redeemable{
				redemption.PayWithPoints(c.card.Code, a.ID, 0), redemption.GiftCard(first.RewardRedemptions[0].Issued[0].Code, 110),
			}
		}, []string{"APPLICABLE off 0, total 30000, 40 points", "APPLICABLE off 110, total 29890"}, 920},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 1000)
			c.coupon("HALF", discount.Percent("50", discount.ToOrder), 0)
			c.coupon("ALL", discount.Percent("100", discount.ToOrder), 0)
			request := c.pays(30000, tt.list(c)...)
			v, err := c.Validate(background, request)
			c.must(err)
			equal(t, tt.want, taken(v))
			result, err := c.Redeem(background, request)
			c.must(err)
			equal(t, v.Order.TotalAmount, result.Order.TotalAmount)
			equal(t, tt.left, c.balance())
			c.verified()
			c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
			c.verified()
		})
	}
}

// payment pays with points: 100 are 20.00. 0 are as many as are needed.
func (c *club) payment(points ledger.Points) redemption.Redeemable {
	return redemption.PayWithPoints(c.card.Code, c.offer(coins("20", "100"), reward.Loyalty{}).RewardID, points)
}

func TestPointsThatCannotPay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*club, *redemption.Request)
		want   string
	}{
		{"the card of somebody else", func(_ *club, r *redemption.Request) { r.Customer = customer.BySourceID("bob") }, "invalid_customer Customer must be a holder of a loyalty card."},
		{"nobody is there", func(_ *club, r *redemption.Request) { r.Customer = nil }, "invalid_customer Customer must be a holder of a loyalty card."},
		{"no reward", func(_ *club, r *redemption.Request) { r.Redeemables[0].Reward = nil }, "missing_reward A reward is required when redeeming a LOYALTY_CARD"},
		{"an unknown reward", func(_ *club, r *redemption.Request) { r.Redeemables[0].Reward.ID = "rew_1" }, "not_found Cannot find reward with id rew_1"},
		{"no order", func(_ *club, r *redemption.Request) { r.Order = nil }, "missing_order Order is required to pay with points"},
		{"no amount", func(_ *club, r *redemption.Request) { r.Order = &order.Order{} }, "missing_amount Amount is required to pay with points"},
		{"more points than there are", func(c *club, r *redemption.Request) { *r.Redeemables[0].Reward.Points = 1001 }, "loyalty_card_points_exceeded CARD"},
		{"fewer points than one step", func(c *club, r *redemption.Request) { c.add(-901); r.Redeemables[0].Reward.Points = nil }, "loyalty_card_points_exceeded CARD"},
		{"the card is disabled", func(c *club, _ *redemption.Request) { c.must(c.Vouchers.Disable(background, c.card.Code)) }, "voucher_disabled CARD"},
		{"a reward for a coupon", func(c *club, r *redemption.Request) {
			c.coupon("SAVE", discount.AmountOff(1, discount.ToOrder), 0)
			r.Redeemables[0].ID = "SAVE"
		}, "invalid_payload SAVE is no loyalty card"},
		{"another price than the reward has", func(c *club, r *redemption.Request) {
			r.Redeemables[0].Reward.ID = c.offer(c.cup(nil), reward.Loyalty{Points: 5}).ID
		}, "invalid_payload the reward costs 5 points"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 1000)
			request := c.pays(30000, c.payment(100))
			tt.change(c, &request)
			v, err := c.Validate(background, request)
			c.must(err)
			if len(v.InapplicableRedeemables) != 1 {
				t.Fatalf("got %+v", v.Redeemables)
			}
			refusal := v.InapplicableRedeemables[0].Result.Error
			details := refusal.Details
			if details == c.card.Code {
				details = "CARD"
			}
			equal(t, tt.want, string(refusal.Key)+" "+details)
			if _, err := c.Redeem(background, request); !errors.Is(err, refusal.Key) {
				t.Errorf("redeem: %v", err)
			}
			c.verified()
		})
	}
}

func TestRequestsForRewardsAreChecked(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	none := ledger.Points(0)
	for _, tt := range []struct {
		r    redemption.Redeemable
		want string
	}{
		{redemption.Redeemable{Object: redemption.PromotionTier, ID: "promo_1", Reward: &redemption.RewardPart{ID: "r"}}, "invalid_payload redeemables[0].reward: a promotion_tier is no loyalty card"},
		{redemption.Redeemable{Object: redemption.Voucher, ID: "C", Reward: &redemption.RewardPart{ID: "r", Points: &none}},
			"invalid_payload redeemables[0].reward.points: 0 is not between 1 and 1000000000000000"},
		{redemption.Redeemable{Object: redemption.Voucher, ID: "C", Reward: &redemption.RewardPart{ID: string(make([]byte, 256))}}, "invalid_payload redeemables[0].reward.id: is longer than 255 bytes"},
	} {
		_, err := s.Validate(background, redemption.Request{Redeemables: []redemption.Redeemable{tt.r}})
		equal(t, tt.want, says(err))
	}
}

// A tier changes what a reward costs, or does not get it.
func TestTiersChangePrices(t *testing.T) {
	t.Parallel()
	c := newClub(t, 1000)
	pay, cup := c.offer(coins("20", "100"), reward.Loyalty{}), c.offer(c.cup(nil), reward.Loyalty{Points: 30})
	gone := c.offer(givenOf(c.gifts(1), 1), reward.Loyalty{Points: 1})
	half := loyalty.Mapping{Type: loyalty.Multiply, Multiplier: coins("0.5", "1").Parameters.Coin.ExchangeRatio}
	tier := loyalty.Tier{
		ID: "ltr_1", CampaignID: c.camp.ID, Name: "Gold", Points: loyalty.Range{From: 500}, CreatedAt: noon, Version: 1,
		Rewards: map[string]loyalty.Mapping{pay.ID: half, cup.ID: {Type: loyalty.Custom, Points: 300}, gone.ID: {Type: loyalty.NotAvailable}},
	}
	c.put(&tier)
	c.add(1) // now the tier is reached
	list, err := c.Loyalty.MemberRewards(background, c.card.Code, false)
	c.must(err)
	var got []string
	for _, m := range list {
		got = append(got, fmt.Sprintf("%s %d %t", m.Reward.Name, m.Points, m.Available))
	}
	equal(t, []string{"Pay with points 50 true", "Cup 300 true"}, got)
	v, err := c.Validate(background, c.pays(30000, redemption.PayWithPoints(c.card.Code, pay.ID, 0)))
	c.must(err)
	equal(t, []string{"APPLICABLE off 30000, total 0, 750 points"}, taken(v))
	result, err := c.redeem(cup, 0)
	c.must(err)
	equal(t, int64(300), result.Redemptions[0].Amount)
	equal(t, "ltr_1", result.Redemptions[0].Reward.LoyaltyTierID)
	if _, err := c.redeem(gone, 0); !errors.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

// Paying with points may cost a tier, and giving them back may bring it back.
func TestTiersFollowPayments(t *testing.T) {
	t.Parallel()
	c := newClub(t, 90)
	c.put(&loyalty.Tier{ID: "ltr_1", CampaignID: c.camp.ID, Name: "Gold", Points: loyalty.Range{From: 100}, CreatedAt: noon, Version: 1})
	tier := func() string {
		account, err := c.Loyalty.Member(background, c.card.Code)
		c.must(err)
		return account.Tier.TierID
	}
	c.add(10)
	got := []string{tier()}
	result, err := c.redeem(c.offer(c.cup(nil), reward.Loyalty{Points: 1}), 0)
	c.must(err)
	got = append(got, tier())
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	equal(t, []string{"ltr_1", "", "ltr_1"}, append(got, tier()))
}

// The last product is given once, also to two cards in one request.
func TestTwoCardsInOneRequest(t *testing.T) {
	t.Parallel()
	one := int64(1)
	c := newClub(t, 100)
	first := c.offer(c.cup(&one), reward.Loyalty{Points: 10})
	other := c.program("Other", nil)
	card := c.join(other, "ada")
	c.must(second(c.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: 100})))
	same, err := c.Rewards.Assign(background, reward.Assignment{RewardID: first.RewardID, RelatedObjectID: other.ID, Parameters: first.Parameters})
	c.must(err)
	v, err := c.Validate(background, c.pays(300, redemption.PayWithPoints(c.card.Code, first.ID, 0), redemption.PayWithPoints(card.Code, same.ID, 0)))
	c.must(err)
	equal(t, []string{"APPLICABLE off 0, total 300, 10 points", "INAPPLICABLE out_of_stock"}, taken(v))
}

func (c *club) put(tier *loyalty.Tier) {
	c.t.Helper()
	c.must(c.store.Update(background, func(tx store.Tx) error { return tx.Put(background, documentOf(c.t, tier)) }))
}

func TestTheRewardsOfAMember(t *testing.T) {
	t.Parallel()
	one := int64(1)
	c := newClub(t, 50)
	cup, gift := c.offer(c.cup(&one), reward.Loyalty{Points: 10}), c.offer(givenOf(c.gifts(1), 1), reward.Loyalty{Points: 321})
	c.offer(coins("1", "10"), reward.Loyalty{})
	c.must(second(c.redeem(cup, 0)))
	c.must(second(c.redeem(c.offer(coins("1", "1"), reward.Loyalty{}), 3000)))
	of := func(affordable bool) []string {
		list, err := c.Loyalty.MemberRewards(background, c.card.Code, affordable)
		c.must(err)
		var lines []string
		for _, m := range list {
			lines = append(lines, fmt.Sprintf("%s %d available %t %s %d", m.Reward.Type, m.Points, m.Available, m.Reason, m.Missing))
		}
		return lines
	}
	equal(t, []string{
		"MATERIAL 10 available false out_of_stock 0", "CAMPAIGN 321 available false loyalty_card_points_exceeded 311", "COIN 10 available true  0",
		"COIN 1 available true  0",
	}, of(false))
	equal(t, []string{"MATERIAL 10 available false out_of_stock 0", "COIN 10 available true  0", "COIN 1 available true  0"}, of(true))
	equal(t, ledger.Points(321), gift.Parameters.Loyalty.Points)
}

// A card is offered to its holder with what is on it; what he buys with it he says later.
func TestLoyaltyCardsAreQualified(t *testing.T) {
	t.Parallel()
	c := newClub(t, 70)
	c.join(c.program("Empty", nil), "ada")
	q, err := c.Qualify(background, redemption.QualificationRequest{
		Customer: customer.BySourceID("ada"), Order: &order.Order{Amount: 1000}, Scenario: redemption.ScenarioCustomerWallet,
	})
	c.must(err)
	var got []string
	for _, x := range q.Redeemables {
		got = append(got, fmt.Sprintf("%s %d", x.ID, x.Result.LoyaltyCard.Points))
	}
	if diff := cmp.Diff([]string{c.card.Code + " 70"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	q, err = c.Qualify(background, redemption.QualificationRequest{Scenario: redemption.ScenarioCustomerWallet, Customer: customer.BySourceID("bob")})
	c.must(err)
	if len(q.Redeemables) > 0 {
		t.Errorf("bob is offered %v", q.Redeemables)
	}
}

// A payment that comes to nothing is skipped where the stacking rules say so.
func TestPointsWithoutEffectAreSkipped(t *testing.T) {
	t.Parallel()
	c := newClub(t, 1000)
	c.must(second(c.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesNoEffectRule: promotion.Skip})))
	request := c.pays(30000, c.payment(99))
	v, err := c.Validate(background, request)
	c.must(err)
	equal(t, []string{"SKIPPED no_effect"}, taken(v))
	c.must(second(c.Settings.SetStackingRules(background, promotion.StackingRules{})))
	result, err := c.Redeem(background, request)
	c.must(err)
	if x := result.Redemptions[0]; x.LoyaltyCard.Points != 0 || x.Granted.TransactionID != "" || len(result.RewardRedemptions) != 0 {
		t.Errorf("%+v, rewards %v", x, result.RewardRedemptions)
	}
	equal(t, ledger.Points(1000), c.balance())
	c.verified()
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	c.verified()
}
