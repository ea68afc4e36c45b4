package voucherify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// What is over is over for the count; what was given stays given.
func TestARollbackTakesTheReferralBackAndKeepsTheRewards(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(rewarding(s.cards("Welcome"), 500))
	s.refTier(1, referral.FromCampaign(s.coupons("Coupon").ID, 0))
	s.refTier(0, referral.FromCampaign(s.cards("Thanks").ID, 100))
	ann := s.referrer("ann")
	result := s.refers(ann, "bob")
	again := s.refers(ann, "bob")
	back, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: again.ID()})
	s.must(err)
	if back.Rollbacks[0].Referral != nil || s.brought("bob") != "0 by ann" {
		t.Error("a redemption that was no conversion has taken the referral back")
	}
	request := redemption.RollbackRequest{Redemption: result.ID(), IdempotencyKey: "back"}
	back, err = s.Rollback(ctx, request)
	s.must(err)
	var given []string
	for _, id := range back.Rollbacks[0].Referral.Rewards {
		r, err := s.Referrals.Reward(ctx, id)
		s.must(err)
		given = append(given, s.nameOf(r.CustomerID))
	}
	equal(t, []string{"bob", "ann", "ann"}, given)
	repeated, err := s.Rollback(ctx, request)
	s.must(err)
	equal(t, back.Rollbacks[0].Referral, repeated.Rollbacks[0].Referral)
	equal(t, []string{"0", "0"}, []string{s.brought("ann"), s.brought("bob")})
	equal(t, []string{"Coupon", "Thanks 100"}, s.rewards("ann"))
	s.verified()

	// Whoever comes again counts again, and is rewarded for once.
	s.refers(ann, "bob")
	equal(t, []string{"1", "0 by ann"}, []string{s.brought("ann"), s.brought("bob")})
	equal(t, []string{"Coupon", "Thanks 100"}, s.rewards("ann"))
	equal(t, []string{"Welcome 500"}, s.rewards("bob"))
	s.verified()
}

func TestAReferralThatWasRevokedMayGoToSomebodyElse(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(nil)
	s.refTier(0, referral.FromCampaign(s.cards("Thanks").ID, 100))
	ann, eve := s.referrer("ann"), s.referrer("eve")
	result := s.refers(ann, "bob")
	_, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	s.refers(eve, "bob")
	equal(t, []string{"0", "1", "0 by eve"}, []string{s.brought("ann"), s.brought("eve"), s.brought("bob")})
	equal(t, [][]string{{"Thanks 100"}, {"Thanks 100"}}, [][]string{s.rewards("ann"), s.rewards("eve")})
	equal(t, []string{"1 bob"}, s.tree("eve"))
	equal(t, []string(nil), s.tree("ann"))
	s.verified()
}

// A reward that cannot be given costs the whole redeem, also in the transaction of a host.
func TestARewardThatIsOutOfStockRefusesTheRedeem(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(nil)
	s.refTier(1, referral.FromCampaign(s.coded("Few", nil, "LAST").ID, 0))
	ann, eve := s.referrer("ann"), s.referrer("eve")
	s.refers(ann, "bob")
	request := redemption.Request{Redeemables: redemption.Codes(eve), Order: &order.Order{Amount: 1000}, Customer: of("cat")}
	for name, redeem := range map[string]func() error{
		"in its own transaction": func() error { return second(s.Redeem(ctx, request)) },
		"in a host's": func() error {
			return s.store.Update(ctx, func(tx store.Tx) error { return second(s.RedeemTx(ctx, tx, request)) })
		},
	} {
		err := redeem()
		var refused *redemption.Refused
		if !errors.Is(err, fault.NoVoucherSuitableForPublication) || errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Customers.Get(ctx, "cat"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the customer of a redeem that did not happen: %v", err)
	}
	equal(t, "0", s.brought("eve"))
	s.verified()
}

func TestAHostRedeemsAReferralCode(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(rewarding(s.cards("Welcome"), 500))
	s.refTier(1, referral.FromCampaign(s.coupons("Coupon").ID, 0))
	request := redemption.Request{Redeemables: redemption.Codes(s.referrer("ann")), Order: &order.Order{Amount: 1000}, Customer: of("bob")}
	abandoned := errors.New("abandoned")
	for _, end := range []error{abandoned, nil} {
		err := s.store.Update(ctx, func(tx store.Tx) error {
			if _, err := s.RedeemTx(ctx, tx, request); err != nil {
				return err
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
	}
	equal(t, []string{"1", "0 by ann"}, []string{s.brought("ann"), s.brought("bob")})
	equal(t, [][]string{{"Coupon"}, {"Welcome 500"}}, [][]string{s.rewards("ann"), s.rewards("bob")})
	s.verified()
}

// An answer that is repeated does not convert again.
func TestARepeatedRedeemConvertsOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	s.refTier(0, referral.FromCampaign(s.coupons("Coupon").ID, 0))
	request := redemption.Request{
		IdempotencyKey: "once", Redeemables: redemption.Codes(s.referrer("ann")), Order: &order.Order{Amount: 1000}, Customer: of("bob"),
	}
	var answers []*redemption.Result
	for range 2 {
		result, err := s.Redeem(context.Background(), request)
		s.must(err)
		answers = append(answers, result)
	}
	equal(t, answers[0].ID(), answers[1].ID())
	equal(t, []string{"Coupon"}, s.rewards("ann"))
}

// Two codes of a stack are two redemptions: the first one refers.
func TestAStackWithTwoReferralCodes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	ann, eve := s.referrer("ann"), s.referrer("eve")
	result, err := s.Redeem(context.Background(), redemption.Request{
		Redeemables: redemption.Codes(ann, eve), Order: &order.Order{Amount: 1000}, Customer: of("bob"),
	})
	s.must(err)
	equal(t, []string{"1", "0", "0 by ann"}, []string{s.brought("ann"), s.brought("eve"), s.brought("bob")})
	back, err := s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	if !slices.ContainsFunc(back.Rollbacks, func(r *redemption.Rollback) bool { return r.Referral != nil }) {
		t.Error("the rollback does not say that a referral is revoked")
	}
	equal(t, []string{"0", "0"}, []string{s.brought("ann"), s.brought("bob")})
	s.verified()
}

// What codes had when they were given out stays.
func TestAProgrammeThatChanges(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	welcome, more := s.cards("Welcome"), s.cards("More")
	camp := s.programme(rewarding(welcome, 500))
	old := s.referrer("ann")
	camp, err := s.Campaigns.Get(ctx, camp.ID)
	s.must(err)
	rewarding(more, 700)(&camp)
	camp.JoinOnce = false
	changed, err := s.Campaigns.Update(ctx, camp)
	s.must(err)
	if !changed.JoinOnce {
		t.Error("a customer may have several codes of a referral programme")
	}
	s.refers(old, "bob")
	s.refers(s.referrer("eve"), "cat")
	equal(t, [][]string{{"Welcome 500"}, {"More 700"}}, [][]string{s.rewards("bob"), s.rewards("cat")})
	for name, change := range map[string]func(*campaign.Campaign){
		"another conversion event": func(c *campaign.Campaign) { c.ReferralProgram.ConversionEventType = referral.ByCustomEvent },
		"no reward any more":       func(c *campaign.Campaign) { c.ReferralProgram.RefereeReward = nil },
		"no discount any more":     func(c *campaign.Campaign) { c.Voucher.Discount = nil },
		"another type of discount": func(c *campaign.Campaign) {
			off := discount.Percent("10", discount.ToOrder)
			c.Voucher.Discount = &off
		},
	} {
		camp, err := s.Campaigns.Get(ctx, camp.ID)
		s.must(err)
		change(&camp)
		if _, err := s.Campaigns.Update(ctx, camp); !errors.Is(err, fault.InvalidCampaign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Campaigns.Delete(ctx, more.ID, true); !errors.Is(err, fault.ResourceInUse) {
		t.Errorf("a campaign of rewards is deleted: %v", err)
	}
	s.verified()
}

func TestOneCodeForEachReferrer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	ann := s.referrer("ann")
	request := publication.FromCampaign("Friends", of("ann"))
	request.JoinOnce = true
	equal(t, ann, s.given(request))
	equal(t, "voucher_cannot_be_published at customer", s.given(publication.FromCampaign("Friends", of("ann"))))
	s.refers(ann, "bob")
	if code := s.given(publication.FromCampaign("Friends", of("bob"))); code == "" || strings.HasPrefix(code, "voucher_") {
		t.Errorf("a referee gets no code of his own: %s", code)
	}
	v, err := s.Vouchers.Get(context.Background(), ann)
	s.must(err)
	if diff := cmp.Diff(voucher.DiscountVoucher, v.Type); diff != "" || !v.IsReferralCode {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
