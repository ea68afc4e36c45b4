package voucherify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/reward"
)

// A tier that halves prices and doubles points ends with November, and 50 points wait until 4 December.
func TestWhatIsDueCountsInAnswersBeforeItIsDone(t *testing.T) {
	t.Parallel()
	c := &club{shop: newShop(t)}
	c.camp = c.program("Club", func(camp *campaign.Campaign) {
		camp.LoyaltyTiersExpiration = &loyalty.TiersExpiration{
			QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Month,
			StartDate: loyalty.TierStart{Type: loyalty.Immediate}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfPeriod},
		}
	})
	c.card = c.join(c.camp, "ada")
	offer := c.offer(c.cup(nil), reward.Loyalty{Points: 100})
	rule := c.earning(c.camp, perAmount(100))
	waiting := fixedPoints(loyalty.OrderPaid, 50)
	waiting.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 9}
	waiting = c.earning(c.camp, waiting)
	times := func(id, factor string) map[string]loyalty.Mapping {
		return map[string]loyalty.Mapping{id: {Type: loyalty.Multiply, Multiplier: decimal.RequireFromString(factor)}}
	}
	c.must(second(c.Loyalty.CreateTiers(background, c.camp.ID, []loyalty.Tier{{
		Name: "Silver", Points: loyalty.Range{From: 60}, Rewards: times(offer.ID, "0.5"), EarningRules: times(rule.ID, "2"),
	}})))
	c.add(60)
	c.pay("O1", "ada", 100)
	c.must(c.Loyalty.DisableEarningRule(background, waiting.ID))

	type answer struct {
		Price     ledger.Points
		Available bool
		Missing   ledger.Points
		Estimated ledger.Points
	}
	ask := func() answer {
		rewards, err := c.Loyalty.MemberRewards(background, c.card.Code, false)
		c.must(err)
		estimated, err := c.Loyalty.EstimatePoints(background, "Club", of("ada"), &order.Order{Amount: 1000})
		c.must(err)
		return answer{rewards[0].Points, rewards[0].Available, rewards[0].Missing, estimated.PointsEstimation}
	}
	if diff := cmp.Diff(answer{50, true, 0, 20}, ask()); diff != "" {
		t.Errorf("in November (-want +got):\n%s", diff)
	}
	const day = 86_400
	c.now.Add(20 * day)
	if diff := cmp.Diff(answer{100, true, 0, 10}, ask()); diff != "" {
		t.Errorf("in December, before anything has happened (-want +got):\n%s", diff)
	}
	if affordable, err := c.Loyalty.MemberRewards(background, c.card.Code, true); err != nil || len(affordable) != 1 {
		t.Errorf("%d rewards are affordable, want 1: %v", len(affordable), err)
	}
	if got := c.balance(); got != 62 {
		t.Errorf("a question has changed the balance to %d", got)
	}
	c.must(second(c.redeem(offer, 0)))
	c.pay("O2", "ada", 1000)
	if got := c.balance(); got != 62+50-100+10 {
		t.Errorf("%d points are left, want what the answers have said: 22", got)
	}
	c.verified()
}
