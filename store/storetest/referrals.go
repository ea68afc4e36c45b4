package storetest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	giftledger "github.com/voucherify-go/voucherify/ledger" // the ledger of this package keeps books about stores
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/voucher"
)

// programme creates a referral programme with a gift for each referee, a gift for the referrer for each of them, and a coupon
// for the numbers of referees that are named.
func (h *host) programme(referees ...int64) {
	h.Helper()
	off := discount.AmountOff(raceDiscount, discount.ToOrder)
	cards, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Cards", CampaignType: campaign.GiftVouchers, Type: campaign.AutoUpdate, Voucher: &campaign.Template{Gift: &campaign.Gift{}},
	})
	h.must(err)
	coupons, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Coupons", Type: campaign.AutoUpdate, Voucher: &campaign.Template{Discount: &off},
	})
	h.must(err)
	_, err = h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Friends", CampaignType: campaign.ReferralProgram, Voucher: &campaign.Template{Discount: &off},
		ReferralProgram: &referral.Program{
			ConversionEventType: referral.ByRedemption,
			RefereeReward:       &referral.RefereeReward{RelatedObjectParent: referral.Parent{ID: cards.ID}, Type: referral.OnGiftVoucher, Amount: 5},
		},
	})
	h.must(err)
	tier := referral.Tier{
		CampaignID: "Friends", Name: "each", Parameters: referral.Parameters{Criterion: referral.EachReferee},
		Reward: referral.FromCampaign(cards.ID, 1),
	}
	_, err = h.Referrals.CreateTier(h.ctx, tier)
	h.must(err)
	for _, n := range referees {
		tier.Parameters = referral.Parameters{Criterion: referral.MinimumReferees, Referees: n}
		tier.Reward = referral.FromCampaign(coupons.ID, 0)
		_, err = h.Referrals.CreateTier(h.ctx, tier)
		h.must(err)
	}
}

// referrer gives a code to a customer: his name.
func (h *host) referrer(sourceID string) {
	h.Helper()
	h.must(h.Campaigns.AddVoucher(h.ctx, "Friends", sourceID))
	_, err := h.Publications.Create(h.ctx, publication.OfCode(sourceID, customer.BySourceID(sourceID)))
	h.must(err)
}

// profile reads a customer with the number of his referees.
func (h *host) profile(sourceID string) (customer.Customer, int64) {
	h.Helper()
	c, err := h.Customers.Get(h.ctx, sourceID)
	h.must(err)
	if c.Loyalty == nil {
		return c, 0
	}
	return c, c.Loyalty.ReferredCustomers
}

// rewarded counts what a customer was given: coupons, and credits.
func (h *host) rewarded(c customer.Customer) (coupons int, credits int64) {
	h.Helper()
	for r, err := range h.Referrals.Rewards(h.ctx, voucherify.ListOptions{Parent: c.ID}) {
		h.must(err)
		if r.Amount == 0 {
			coupons++
		}
		credits += r.Amount
	}
	return coupons, credits
}

// raceReferees lets 16 workers use the code of one referrer for the same few customers: each counts once, and each tier rewards
// once.
func raceReferees(h *host) {
	const referees = 5
	h.programme(1, 3, referees)
	h.referrer("ann")
	h.together(workers, func(w int) {
		for n := range referees {
			if _, err := h.Redeem(h.ctx, cart(fmt.Sprintf("referee-%d", (n+w)%referees), "ann")); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	ann, count := h.profile("ann")
	coupons, credits := h.rewarded(ann)
	if count != referees || coupons != 3 || credits != referees {
		h.Errorf("%d referees, %d coupons and %d credits for them, want %d, 3 and %d", count, coupons, credits, referees, referees)
	}
	balance := giftledger.Credits(0)
	for entry, err := range h.Customers.Wallet(h.ctx, "ann", voucherify.ListOptions{}) {
		h.must(err)
		if entry.Voucher.Gift != nil {
			balance += entry.Voucher.Gift.Balance
		}
	}
	if balance != referees {
		h.Errorf("%d credits are on the cards of the referrer, %d were given", balance, referees)
	}
	for n := range referees {
		c, _ := h.profile(fmt.Sprintf("referee-%d", n))
		if _, credits := h.rewarded(c); credits != 5 || c.Referrals == nil || c.Referrals.Total != 1 {
			h.Errorf("%s was given %d credits, and brought: %v", c.SourceID, credits, c.Referrals)
		}
	}
}

// raceReferralPoints lets 16 workers use the code of one referrer for the same few customers, where both sides get points on cards
// that nobody has before: each customer has one card in the end, and each referee has brought his points once.
func raceReferralPoints(h *host) {
	const referees = 4
	club, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate, Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
	})
	h.must(err)
	off := discount.AmountOff(raceDiscount, discount.ToOrder)
	_, err = h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Friends", CampaignType: campaign.ReferralProgram, Voucher: &campaign.Template{Discount: &off},
		ReferralProgram: &referral.Program{
			ConversionEventType: referral.ByRedemption,
			RefereeReward:       &referral.RefereeReward{RelatedObjectParent: referral.Parent{ID: club.ID}, Type: referral.OnLoyaltyCard, Amount: 5},
		},
	})
	h.must(err)
	_, err = h.Referrals.CreateTier(h.ctx, referral.Tier{
		CampaignID: "Friends", Name: "each", Parameters: referral.Parameters{Criterion: referral.EachReferee},
		Reward: referral.FromCampaign(club.ID, 1),
	})
	h.must(err)
	h.referrer("ann")
	h.together(workers, func(w int) {
		for n := range referees {
			if _, err := h.Redeem(h.ctx, cart(fmt.Sprintf("referee-%d", (n+w)%referees), "ann")); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	want := map[string]giftledger.Points{"ann": referees}
	for n := range referees {
		want[fmt.Sprintf("referee-%d", n)] = 5
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		var balances []giftledger.Points
		for entry, err := range h.Customers.Wallet(h.ctx, name, voucherify.ListOptions{}) {
			h.must(err)
			if entry.Voucher.LoyaltyCard != nil {
				balances = append(balances, entry.Voucher.LoyaltyCard.Balance)
			}
		}
		if !slices.Equal(balances, []giftledger.Points{want[name]}) {
			h.Errorf("%s has cards with %d points, want one with %d", name, balances, want[name])
		}
	}
}

// raceReferrers lets 16 workers bring the same customers with the codes of several referrers: each is brought by one.
func raceReferrers(h *host) {
	const referees, referrers = 3, 4
	h.programme()
	for n := range referrers {
		h.referrer(fmt.Sprintf("referrer-%d", n))
	}
	h.together(workers, func(w int) {
		for n := range referees {
			if _, err := h.Redeem(h.ctx, cart(fmt.Sprintf("referee-%d", n), fmt.Sprintf("referrer-%d", w%referrers))); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	var sum, given int64
	for n := range referrers {
		c, count := h.profile(fmt.Sprintf("referrer-%d", n))
		_, credits := h.rewarded(c)
		sum, given = sum+count, given+credits
	}
	if sum != referees || given != referees {
		h.Errorf("%d customers were brought and %d credits given for them, there are %d", sum, given, referees)
	}
}

// raceCircle lets 16 workers try to close circles of customers, each of whom is brought by the next: the invariants say that none
// is closed, and all but one are brought. Events share nothing but the customers, unlike redemptions, which share the counters of
// the campaign.
func raceCircle(h *host) {
	const circles, customers = 6, 3
	_, err := h.EventSchemas.Create(h.ctx, event.Schema{Name: "signed_up"})
	h.must(err)
	off := discount.AmountOff(raceDiscount, discount.ToOrder)
	_, err = h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Friends", CampaignType: campaign.ReferralProgram, Voucher: &campaign.Template{Discount: &off},
		ReferralProgram: &referral.Program{ConversionEventType: referral.ByCustomEvent, CustomEvent: &referral.CustomEvent{Name: "signed_up"}},
	})
	h.must(err)
	name := func(circle, n int) string { return fmt.Sprintf("customer-%d-%d", circle, n%customers) }
	for n := range circles * customers {
		h.referrer(name(n/customers, n))
	}
	h.together(workers, func(w int) {
		for circle := range circles {
			_, err := h.Events.Track(h.ctx, event.Custom{
				Event: "signed_up", Customer: customer.BySourceID(name(circle, w)), Referral: &event.Referral{Code: name(circle, w+1)},
			})
			if err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	for circle := range circles {
		brought := 0
		for n := range customers {
			if c, _ := h.profile(name(circle, n)); c.Referrals != nil {
				brought++
			}
		}
		if brought != customers-1 {
			h.Errorf("%d of %d customers were brought", brought, customers)
		}
	}
}

// raceRevocations brings customers and takes that back at the same time: the numbers stay right, and a tier rewards once.
func raceRevocations(h *host) {
	h.programme(1, 2)
	h.referrer("ann")
	h.together(workers, func(w int) {
		for range 3 {
			result, err := h.Redeem(h.ctx, cart(fmt.Sprintf("referee-%d", w%4), "ann"))
			if err != nil {
				h.Errorf("worker %d: %v", w, err)
				continue
			}
			if _, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: result.ID()}); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	ann, count := h.profile("ann")
	if coupons, credits := h.rewarded(ann); count != 0 || coupons > 2 || credits > 4 {
		h.Errorf("%d referees stand; %d coupons and %d credits were given", count, coupons, credits)
	}
}

// voucherOf reads a code.
func (h *host) voucherOf(code string) voucher.Voucher {
	h.Helper()
	v, err := h.Vouchers.Get(h.ctx, code)
	h.must(err)
	return v
}

// testReferrals plays what single workers do in a programme: see the races for many.
func testReferrals(h *host) {
	h.programme(1)
	h.referrer("ann")
	result, err := h.Redeem(h.ctx, cart("bob", "ann"))
	h.must(err)
	assigned, err := h.Referrals.AddHolders(h.ctx, "ann", voucherify.HoldersRequest{Holders: []customer.Customer{*customer.BySourceID("cat")}})
	h.must(err)
	h.must(h.Referrals.RemoveHolder(h.ctx, "ann", assigned[0].ID))
	if _, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: result.ID()}); err != nil {
		h.Error(err)
	}
	if _, count := h.profile("ann"); count != 0 || h.voucherOf("ann").Redemption.RedeemedQuantity != 0 {
		h.Errorf("%d referees after the rollback", count)
	}
	_, err = h.Redeem(h.ctx, cart("bob", "ann"))
	h.must(err)
	for _, sourceID := range []string{"bob", "ann"} {
		_, err := h.Customers.DeletePermanently(h.ctx, sourceID)
		h.must(err)
	}
}
