package voucherify_test

import (
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// overdueClub is a member with 30 points until the end of November and 50 that wait until 5 December, on 10 December.
func overdueClub(t *testing.T) *club {
	t.Helper()
	c := newClub(t, 0)
	c.shop.add(c.card.Code, until(30, "2026-11-30"))
	c.hold(c.card.Code, 50, loyalty.DateOf(noon, time.UTC)+10)
	c.noonOf("2026-12-10")
	return c
}

// payEach pays with points: each is 0.20. 0 are as many as are needed.
func (c *club) payEach(points ledger.Points) redemption.Redeemable {
	return redemption.PayWithPoints(c.card.Code, c.offer(coins("0.2", "1"), reward.Loyalty{}).RewardID, points)
}

// broughtUp is the ledger of its card when a call has begun with what was due.
var broughtUp = []string{
	"POINTS_ADDITION 30 of 30 at 11-25T12:00", "POINTS_EXPIRATION -30 of 0 at 12-01T00:00", "PENDING_POINTS_ACTIVATION 50 of 50 at 12-05T00:00",
}

// Who pays with points pays with those that are there today, beside a coupon as well.
func TestARedeemFirstDoesWhatIsDue(t *testing.T) {
	t.Parallel()
	c := overdueClub(t)
	c.coupon("HALF", discount.Percent("50", discount.ToOrder), 0)
	request := c.pays(3000, redemption.Redeemable{Object: redemption.Voucher, ID: "HALF"}, c.payEach(0))
	result, err := c.Redeem(background, request)
	c.must(err)
	equal(t, int64(500), result.Order.TotalAmount) // 50 points are 10.00
	equal(t, append(broughtUp[:3:3], "POINTS_REDEMPTION -50 of 0 at 12-10T12:00"), c.ledger(c.card.Code))
	equal(t, voucherify.Maintenance{}, c.maintain())
	c.verified()
}

// What is due is done although the redeem is refused: it is due anyway.
func TestARefusedRedeemDoesWhatIsDue(t *testing.T) {
	t.Parallel()
	c := overdueClub(t)
	if _, err := c.Redeem(background, c.pays(3000, c.payEach(51))); err == nil {
		t.Error("51 of 50 points were redeemed")
	}
	equal(t, broughtUp, c.ledger(c.card.Code))
	c.verified()
}

// A question is answered as the redeem that follows, and writes nothing.
func TestValidateSeesWhatTheRedeemFinds(t *testing.T) {
	t.Parallel()
	one := int64(1)
	for _, tt := range []struct {
		name string
		ask  func(c *club) redemption.Redeemable
		want string
	}{
		{"what is over and what was activated", func(c *club) redemption.Redeemable { return c.payEach(0) },
			"APPLICABLE off 1000, total 2000, 50 points"},
		{"more than was activated", func(c *club) redemption.Redeemable { return c.payEach(51) }, "INAPPLICABLE loyalty_card_points_exceeded"},
		{"points that an automatic reward takes", func(c *club) redemption.Redeemable {
			c.offer(c.cup(nil), auto(45))
			return c.payEach(0)
		}, "APPLICABLE off 100, total 2900, 5 points"},
		{"the last product, which an automatic reward takes", func(c *club) redemption.Redeemable {
			a := c.offer(c.cup(&one), auto(20))
			return redemption.PayWithPoints(c.card.Code, a.ID, 0)
		}, "INAPPLICABLE out_of_stock"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := overdueClub(t)
			request := c.pays(3000, tt.ask(c))
			before := len(c.store.Export().Documents)
			v, err := c.Validate(background, request)
			c.must(err)
			equal(t, []string{tt.want}, taken(v))
			equal(t, before, len(c.store.Export().Documents))
			result, err := c.Redeem(background, request)
			equal(t, v.Valid, err == nil)
			if err == nil {
				equal(t, v.Order.TotalAmount, result.Order.TotalAmount)
			}
			c.verified()
		})
	}
}

// The rewards of a member are those of the points that the next operation finds.
func TestTheRewardsOfAMemberSeeWhatIsDue(t *testing.T) {
	t.Parallel()
	c := overdueClub(t)
	c.offer(c.cup(nil), reward.Loyalty{Points: 50})
	list, err := c.Loyalty.MemberRewards(background, c.card.Code, true)
	c.must(err)
	if len(list) != 1 || !list[0].Available {
		t.Errorf("50 points are activated, the rewards are %+v", list)
	}
	equal(t, 1, len(c.ledger(c.card.Code)))
}

// Points come back to a card on which something is due: that is done first.
func TestARollbackAndAReturnFirstDoWhatIsDue(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]struct {
		do   func(*club, *redemption.Result)
		want string
	}{
		"a rollback": {func(c *club, x *redemption.Result) {
			c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: x.ID()})))
		}, "POINTS_REFUND 30 of 80 at 12-10T12:00"},
		"a return": {func(c *club, x *redemption.Result) {
			c.must(second(c.Return(background, redemption.ReturnRequest{
				Redemption: x.ID(), Lines: []redemption.ReturnLine{{ItemID: x.Order.Items[0].ID, Quantity: 1}},
			})))
		}, "POINTS_REFUND 10 of 60 at 12-10T12:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 0)
			c.shop.add(c.card.Code, until(60, "2026-11-30"))
			c.hold(c.card.Code, 50, loyalty.DateOf(noon, time.UTC)+10)
			result, err := c.Redeem(background, c.pays(3000, c.payEach(30)))
			c.must(err)
			c.noonOf("2026-12-10")
			back.do(c, result)
			equal(t, []string{
				"POINTS_ADDITION 60 of 60 at 11-25T12:00", "POINTS_REDEMPTION -30 of 30 at 11-25T12:00", "POINTS_EXPIRATION -30 of 0 at 12-01T00:00",
				"PENDING_POINTS_ACTIVATION 50 of 50 at 12-05T00:00", back.want,
			}, c.ledger(c.card.Code))
			c.verified()
		})
	}
}

// Points of another program that a reward has given, and that are over since, are not there to be taken back.
func TestARollbackLeavesPointsThatAreOver(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	other := c.program("Other", func(camp *campaign.Campaign) {
		camp.Voucher.LoyaltyCard.ExpirationRules = &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1}
	})
	card := c.join(other, "ada")
	result, err := c.redeem(c.offer(givenOf(other, 20), reward.Loyalty{Points: 100}), 0)
	c.must(err)
	c.shop.add(card.Code, loyalty.Adjustment{Points: 5, ExpirationType: loyalty.NonExpiring})
	c.noonOf("2027-02-01")
	back, err := c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	c.must(err)
	equal(t, []string{"spent 15"}, kept(back))
	equal(t, []string{
		"POINTS_ADDITION 20 of 20 at 11-25T12:00", "POINTS_ADDITION 5 of 25 at 11-25T12:00", "POINTS_EXPIRATION -20 of 5 at 12-26T00:00",
		"POINTS_REMOVAL -5 of 0 at 02-01T12:00",
	}, c.ledger(card.Code))
	equal(t, ledger.Points(100), c.balance())
	c.verified()
}

// Pending points buy the automatic reward on their day, and not with points that are over by then.
func TestActivatedPointsBuyTheAutomaticReward(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*club){
		"in the maintenance":       func(c *club) { c.maintain() },
		"before another operation": func(c *club) { c.add(1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, 0)
			a := c.offer(c.cup(nil), auto(45))
			c.shop.add(c.card.Code, until(30, "2026-11-30"))
			c.hold(c.card.Code, 50, loyalty.DateOf(noon, time.UTC)+6)
			c.noonOf("2026-12-10")
			do(c)
			equal(t, []int64{1}, c.redemptionsOf(a))
			equal(t, []string{
				"POINTS_ADDITION 30 of 30 at 11-25T12:00", "PENDING_POINTS_ACTIVATION 50 of 80 at 12-01T00:00",
				"POINTS_EXPIRATION -30 of 50 at 12-01T00:00", "POINTS_REDEMPTION -45 of 5 at 12-01T00:00",
			}, c.ledger(c.card.Code)[:4])
			c.verified()
		})
	}
}

// Points that have come back are redeemed when others come in, and not because some are taken.
func TestAnOperationThatTakesPointsRedeemsNothing(t *testing.T) {
	t.Parallel()
	c := newClub(t, 60)
	result, err := c.redeem(c.offer(coins("1", "1"), reward.Loyalty{}), 6000)
	c.must(err)
	a := c.offer(c.cup(nil), auto(40))
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	c.add(-5)
	equal(t, []int64(nil), c.redemptionsOf(a))
	c.add(1)
	equal(t, []int64{1}, c.redemptionsOf(a))
	equal(t, ledger.Points(16), c.balance())
	c.verified()
}

// A tier that is lost by paying, and won by a rollback, pays as any other.
func TestPaymentsThatMoveATierEarn(t *testing.T) {
	t.Parallel()
	c := newClub(t, 0)
	c.put(&loyalty.Tier{ID: "ltr_1", CampaignID: c.camp.ID, Name: "Gold", Points: loyalty.Range{From: 100}, CreatedAt: noon, Version: 1})
	other := c.program("Other", nil)
	beside := c.join(other, "ada")
	left := fixedPoints(loyalty.TierLeft, 7)
	left.LoyaltyTier = &loyalty.Reference{ID: "ltr_1"}
	c.earning(other, left)
	c.add(100)
	var got []string
	note := func() { got = append(got, c.shop.balance(c.card.Code)+", "+c.shop.balance(beside.Code)) }
	note()
	result, err := c.Redeem(background, c.pays(3000, c.payEach(1)))
	c.must(err)
	note()
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	note()
	c.must(second(c.redeem(c.offer(c.cup(nil), reward.Loyalty{Points: 40}), 0)))
	note()
	equal(t, []string{"100 + 0, 0 + 0", "99 + 0, 7 + 0", "100 + 0, 7 + 0", "60 + 0, 14 + 0"}, got)
	c.verified()
}

// A segment that looks at points is told when they are paid, given back and returned.
func TestSegmentsFollowPayments(t *testing.T) {
	t.Parallel()
	c := newClub(t, 99)
	c.segment(customer.ActiveSegment, `"loyalty.points":{"conditions":{"$more_than":[99]}}`)
	c.add(1)
	pay := func() *redemption.Result {
		result, err := c.Redeem(background, c.pays(3000, c.payEach(3)))
		c.must(err)
		return result
	}
	first := pay()
	c.moved("entered ada", "left ada")
	c.must(second(c.Rollback(background, redemption.RollbackRequest{Redemption: first.ID()})))
	c.moved("entered ada", "left ada", "entered ada")
	again := pay()
	c.must(second(c.Return(background, redemption.ReturnRequest{
		Redemption: again.ID(), Lines: []redemption.ReturnLine{{ItemID: again.Order.Items[0].ID, Quantity: 3}},
	})))
	c.moved("entered ada", "left ada", "entered ada", "left ada", "entered ada")
	c.verified()
}

// However many segments are told of points that come back, no event takes the place of one that the return has.
func TestManySegmentsFollowAReturn(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	const segments = 40
	for range segments {
		c.segment(customer.ActiveSegment, `"loyalty.points":{"conditions":{"$less_than":[100]}}`)
	}
	result, err := c.Redeem(background, c.pays(3000, c.payEach(3)))
	c.must(err)
	c.must(second(c.Return(background, redemption.ReturnRequest{
		Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 3}},
	})))
	equal(t, 2*segments, len(c.moves()))
	ids := map[string]bool{}
	for _, entry := range c.store.Export().Outbox {
		if ids[entry.Event.ID] {
			t.Fatalf("two events are %s", entry.Event.ID)
		}
		ids[entry.Event.ID] = true
	}
	c.verified()
}

// A card that says that something is due, and nothing is, stops nobody: Verify tells of it.
func TestACardThatStaysDueCanBePaidWith(t *testing.T) {
	t.Parallel()
	c := newClub(t, 100)
	c.hold(c.card.Code, 7, loyalty.DateOf(noon, time.UTC)+10)
	b := &books{shop: c.shop}
	b.edit(record.LoyaltyAccount, c.card.ID, `"next_activation":"2026-12-05"`, `"next_activation":"2026-11-25"`)
	b.edit(record.LoyaltyAccount, c.card.ID, `"version":2`, `"version":4`) // each edit has made one
	c.must(second(c.Redeem(background, c.pays(3000, c.payEach(30)))))
	equal(t, ledger.Points(70), c.balance())
}
