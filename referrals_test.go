package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
)

// programme creates the referral campaign Friends, which takes 1.00 off; change may change it before.
func (s *shop) programme(change func(*campaign.Campaign)) campaign.Campaign {
	s.t.Helper()
	return s.coded("Friends", func(c *campaign.Campaign) {
		c.CampaignType, c.Type = campaign.ReferralProgram, campaign.AutoUpdate
		c.ReferralProgram = &referral.Program{ConversionEventType: referral.ByRedemption}
		if change != nil {
			change(c)
		}
	})
}

// referrer gives a customer a code of Friends: his name in capitals.
func (s *shop) referrer(sourceID string) string {
	s.t.Helper()
	code := strings.ToUpper(sourceID)
	s.must(s.Campaigns.AddVoucher(context.Background(), "Friends", code))
	_, err := s.Publications.Create(context.Background(), publication.OfCode(code, of(sourceID)))
	s.must(err)
	return code
}

// cards creates a campaign of gift cards with nothing on them, of which rewards are given.
func (s *shop) cards(name string) campaign.Campaign {
	s.t.Helper()
	return s.coded(name, func(c *campaign.Campaign) {
		c.CampaignType, c.Type, c.Voucher = campaign.GiftVouchers, campaign.AutoUpdate, &campaign.Template{Gift: &campaign.Gift{}}
	})
}

// coupons creates a campaign of coupons, of which rewards are given.
func (s *shop) coupons(name string) campaign.Campaign {
	s.t.Helper()
	return s.coded(name, func(c *campaign.Campaign) { c.Type = campaign.AutoUpdate })
}

// rewarding adds a reward of credits for the referee.
func rewarding(cards campaign.Campaign, amount int64) func(*campaign.Campaign) {
	return func(c *campaign.Campaign) {
		c.ReferralProgram.RefereeReward = &referral.RefereeReward{
			RelatedObjectParent: referral.Parent{Name: cards.Name}, Type: referral.OnGiftVoucher, Amount: amount,
		}
	}
}

// refTier adds a tier to Friends: for each referee, or for a number of them.
func (s *shop) refTier(referees int64, reward referral.Reward) referral.Tier {
	s.t.Helper()
	p := referral.Parameters{Criterion: referral.EachReferee}
	if referees > 0 {
		p = referral.Parameters{Criterion: referral.MinimumReferees, Referees: referees}
	}
	tier, err := s.Referrals.CreateTier(context.Background(), referral.Tier{
		CampaignID: "Friends", Name: fmt.Sprintf("%d referees", referees), Parameters: p, Reward: reward,
	})
	s.must(err)
	return tier
}

// refers redeems a code and returns the redemption.
func (s *shop) refers(code, referee string) *redemption.Result {
	s.t.Helper()
	result, err := s.Redeem(context.Background(), redemption.Request{
		Redeemables: redemption.Codes(code), Order: &order.Order{Amount: 1000}, Customer: of(referee),
	})
	s.must(err)
	return result
}

// brought describes a customer: how many he has brought, and by whom he was brought.
func (s *shop) brought(sourceID string) string {
	s.t.Helper()
	c, err := s.Customers.Get(context.Background(), sourceID)
	s.must(err)
	text := "0"
	if c.Loyalty != nil {
		text = fmt.Sprint(c.Loyalty.ReferredCustomers)
	}
	if c.Referrals == nil {
		return text
	}
	for _, by := range c.Referrals.Campaigns {
		text += " by " + s.nameOf(by.ReferrerID)
	}
	if c.Referrals.Total != int64(len(c.Referrals.Campaigns)) {
		s.t.Errorf("%s: %d referrals, %d are listed", sourceID, c.Referrals.Total, len(c.Referrals.Campaigns))
	}
	return text
}

func (s *shop) nameOf(customerID string) string {
	s.t.Helper()
	c, err := s.Customers.Get(context.Background(), customerID)
	s.must(err)
	return c.SourceID
}

// rewards describes what a customer was given: the campaign, and the credits.
func (s *shop) rewards(sourceID string) []string {
	s.t.Helper()
	c, err := s.Customers.Get(context.Background(), sourceID)
	s.must(err)
	var list []string
	for r, err := range s.Referrals.Rewards(context.Background(), voucherify.ListOptions{Parent: c.ID, OldestFirst: true}) {
		s.must(err)
		camp, err := s.Campaigns.Get(context.Background(), r.RewardCampaignID)
		s.must(err)
		text := camp.Name
		if r.Amount > 0 {
			text += fmt.Sprint(" ", r.Amount)
		}
		list = append(list, text)
	}
	return list
}

func TestARedemptionMakesAReferee(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.programme(nil)
	code := s.referrer("ann")
	after := s.outboxEnd()
	result := s.refers(code, "bob")
	ann, err := s.Customers.Get(context.Background(), "ann")
	s.must(err)
	bob, err := s.Customers.Get(context.Background(), "bob")
	s.must(err)

	equal(t, []string{"1", "0 by ann"}, []string{s.brought("ann"), s.brought("bob")})
	equal(t, &customer.Referrals{Total: 1, Campaigns: []customer.Referral{{
		CampaignID: camp.ID, ReferrerID: ann.ID, RelatedObjectID: result.ID(), RelatedObjectType: "redemption", Date: noon,
	}}}, bob.Referrals)
	equal(t, &customer.Loyalty{ReferredCustomers: 1, Campaigns: map[string]customer.LoyaltyCampaign{"Friends": {ReferredCustomers: 1}}}, ann.Loyalty)
	equal(t, []int64{900, 100}, []int64{result.Order.TotalAmount, result.Redemptions[0].Granted.Discount()})
	equal(t, []string{ann.ID, ann.ID}, []string{result.Order.ReferrerID, result.Redemptions[0].Order.ReferrerID})
	equal(t, []string{"customer.referred", "customer.holder.assignment.created"},
		s.events(after, event.CustomerReferred, event.HolderAssigned, event.CustomerRewarded))
	equal(t, []string{"ann REFERRER", "bob REFEREE"}, s.holders(code))
	equal(t, []string{code + " ACTIVE"}, s.wallet("bob"))
	s.verified()

	// The same again is a redemption and nothing else.
	s.refers(code, "bob")
	equal(t, []string{"1", "0 by ann"}, []string{s.brought("ann"), s.brought("bob")})
	equal(t, []string{"ann REFERRER", "bob REFEREE"}, s.holders(code))
	// The first referrer stays.
	s.refers(s.referrer("eve"), "bob")
	equal(t, []string{"1", "0", "0 by ann"}, []string{s.brought("ann"), s.brought("eve"), s.brought("bob")})
	s.verified()
}

// holders describes who holds a code, the oldest first.
func (s *shop) holders(code string) []string {
	s.t.Helper()
	var list []string
	for h, err := range s.Referrals.Holders(context.Background(), code, voucherify.ListOptions{OldestFirst: true}) {
		s.must(err)
		list = append(list, s.nameOf(h.CustomerID)+" "+string(h.HolderRole))
	}
	return list
}

func TestWhoMayRedeemAReferralCode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	ann, bob := s.referrer("ann"), s.referrer("bob")
	s.must(s.Campaigns.AddVoucher(context.Background(), "Friends", "NOBODY"))
	s.refers(ann, "bob")
	s.refers(bob, "cat")
	cat := s.referrer("cat")
	for _, tt := range []struct {
		name, code string
		who        *customer.Customer
		want       string
	}{
		{"a code without a referrer", "NOBODY", of("zoe"), "not_published"},
		{"nobody", ann, nil, "missing_customer"},
		{"the referrer", ann, of("ann"), "referrer_not_permitted_to_redeem"},
		{"who has brought the referrer", bob, of("ann"), "referrer_not_permitted_to_redeem"},
		{"who has brought somebody who has brought the referrer", cat, of("ann"), "referrer_not_permitted_to_redeem"},
		{"whom the referrer has brought, again", ann, of("bob"), ""},
		{"whom somebody has brought whom the referrer has", ann, of("cat"), ""},
		{"a new customer", cat, of("zoe"), ""},
	} {
		request := redemption.Request{Redeemables: redemption.Codes(tt.code), Order: &order.Order{Amount: 1000}, Customer: tt.who}
		valid, err := s.Validate(context.Background(), request)
		s.must(err)
		if valid.Valid != (tt.want == "") {
			t.Errorf("%s: validate says %t", tt.name, valid.Valid)
		}
		_, err = s.Redeem(context.Background(), request)
		got := ""
		var refused *redemption.Refused
		if errors.As(err, &refused) {
			got = string(refused.Cause.Key)
		} else {
			s.must(err)
		}
		equal(t, tt.name+": "+tt.want, tt.name+": "+got)
	}
	equal(t, []string{"1", "1 by ann", "1 by bob", "0 by cat"}, []string{s.brought("ann"), s.brought("bob"), s.brought("cat"), s.brought("zoe")})
	s.verified()
}

// What webhooks carry about a conversion and its rewards.
func TestEventsOfAConversion(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(rewarding(s.cards("Welcome"), 500))
	s.refTier(1, referral.FromCampaign(s.coupons("Coupon").ID, 0))
	result := s.refers(s.referrer("ann"), "bob")
	var got []string
	s.must(s.store.View(context.Background(), func(r store.Reader) error {
		for entry, err := range r.Outbox(context.Background(), 0) {
			s.must(err)
			if entry.Event.Type != event.CustomerReferred && entry.Event.Type != event.CustomerRewarded {
				continue
			}
			var data map[string]any
			s.must(json.Unmarshal(entry.Event.Data, &data))
			named := func(part string) string {
				fields, _ := data[part].(map[string]any)
				id, _ := fields["id"].(string)
				return id
			}
			equal(t, []string{entry.Event.EntityID, result.ID(), s.campaignID("Friends")}, []string{named("customer"), named("redemption"), named("campaign")})
			line := string(entry.Event.Type) + " " + s.nameOf(named("customer")) + ":"
			for _, part := range slices.Sorted(maps.Keys(data)) {
				if data[part] != nil {
					line += " " + part
				}
			}
			got = append(got, line)
		}
		return nil
	}))
	equal(t, []string{
		"customer.referred bob: campaign customer redemption referrer voucher",
		"customer.rewarded bob: balance campaign customer holder redemption reward voucher",
		"customer.rewarded ann: campaign customer holder redemption referral_tier reward voucher",
	}, got)
}

// TV-80 of Voucherify's documentation: a tier for the first, the second and the third referee.
func TestTiersRewardAtTheCrossing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(rewarding(s.cards("Welcome"), 500))
	for _, n := range []int64{1, 2, 3} {
		s.refTier(n, referral.FromCampaign(s.coupons(fmt.Sprint("Coupon ", n)).ID, 0))
	}
	s.refTier(0, referral.FromCampaign(s.cards("Thanks").ID, 100))
	code := s.referrer("ann")
	var got [][]string
	for _, referee := range []string{"bob", "bob", "cat", "dan", "eve"} {
		before := len(s.rewards("ann"))
		s.refers(code, referee)
		got = append(got, s.rewards("ann")[before:])
		equal(t, []string{"Welcome 500"}, s.rewards(referee))
	}
	equal(t, [][]string{
		{"Coupon 1", "Thanks 100"}, {}, {"Coupon 2", "Thanks 100"}, {"Coupon 3", "Thanks 100"}, {"Thanks 100"},
	}, got)
	ann, err := s.Customers.Get(context.Background(), "ann")
	s.must(err)
	var credits ledger.Credits
	for entry, err := range s.Customers.Wallet(context.Background(), ann.ID, voucherify.ListOptions{}) {
		s.must(err)
		if entry.Voucher.Gift != nil {
			credits += entry.Voucher.Gift.Balance
		}
	}
	equal(t, ledger.Credits(400), credits)
	s.verified()
}

// The segment is itself about referrals, and the referrer is told when he enters it.
func TestATierLooksAtASegment(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	ann := s.referrer("ann")
	active := s.segment(customer.ActiveSegment, `"loyalty.referred_customers":{"conditions":{"$more_than_equal":[2]}}`)
	tier := s.refTier(1, referral.FromCampaign(s.coupons("Coupon").ID, 0))
	tier.Parameters.Segment = &referral.SegmentRef{ID: active.ID}
	_, err := s.Referrals.UpdateTier(context.Background(), tier)
	s.must(err)
	var got []string
	for _, referee := range []string{"bob", "cat", "dan"} {
		after := s.outboxEnd()
		s.refers(ann, referee)
		got = append(got, fmt.Sprint(s.rewards("ann"), s.events(after, event.CustomerSegmentEntered)))
	}
	equal(t, []string{"[] []", "[Coupon] [customer.segment.entered]", "[Coupon] []"}, got)
	s.must(s.Segments.Delete(context.Background(), active.ID))
	s.refers(s.referrer("eve"), "zoe")
	equal(t, []string(nil), s.rewards("eve"))
	s.verified()
}

// tree describes whom a customer has brought; all trees without one.
func (s *shop) tree(sourceID string) []string {
	s.t.Helper()
	var list []string
	for b, err := range s.Referrals.Tree(context.Background(), "Friends", sourceID) {
		s.must(err)
		list = append(list, fmt.Sprint(b.Depth, " ", s.nameOf(b.Referral.CustomerID)))
	}
	return list
}

func TestTheTreeOfReferrals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	ann, zoe := s.referrer("ann"), s.referrer("zoe")
	for i, pair := range [][2]string{{ann, "bob"}, {ann, "cat"}, {"BOB", "dan"}, {zoe, "yan"}, {"DAN", "eve"}} {
		s.now.Add(1)
		if i == 2 || i == 4 {
			s.referrer(strings.ToLower(pair[0]))
		}
		s.refers(pair[0], pair[1])
	}
	equal(t, []string{"1 bob", "2 dan", "3 eve", "1 cat"}, s.tree("ann"))
	equal(t, []string{"1 dan", "2 eve"}, s.tree("bob"))
	equal(t, []string{"1 bob", "2 dan", "3 eve", "1 cat", "1 yan"}, s.tree(""))
	for range s.Referrals.Tree(context.Background(), "Friends", "ann") {
		break // whoever has seen enough ends the walk
	}
}
