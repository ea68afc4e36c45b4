package voucherify_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
)

// welcoming adds a reward of points for the referee.
func welcoming(club campaign.Campaign, points int64) func(*campaign.Campaign) {
	return func(c *campaign.Campaign) {
		c.ReferralProgram.RefereeReward = &referral.RefereeReward{
			RelatedObjectParent: referral.Parent{Name: club.Name}, Type: referral.OnLoyaltyCard, Amount: points,
		}
	}
}

// pointsOf are the entries of the loyalty cards of a customer, the oldest first.
func (s *shop) pointsOf(sourceID string) []loyalty.Transaction {
	s.t.Helper()
	var all []loyalty.Transaction
	for entry, err := range s.Customers.Wallet(background, sourceID, listOldest) {
		s.must(err)
		if entry.Voucher.LoyaltyCard == nil {
			continue
		}
		for t, err := range s.Loyalty.Transactions(background, entry.Voucher.Code, listOldest) {
			s.must(err)
			all = append(all, t)
		}
	}
	loyalty.Ordered(all)
	return all
}

func TestReferralsBringPoints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		// joined are the customers who have a card with 50 points before.
		joined []string
		// ann and bob are what entries lead to: their points, their number and the balance.
		ann, bob [][3]int64
	}{
		{"on cards that they get for it", nil, [][3]int64{{10, 1, 60}, {200, 2, 260}, {10, 3, 270}}, [][3]int64{{30, 1, 80}}},
		{"on cards that they have", []string{"ann", "bob"}, [][3]int64{{10, 1, 60}, {200, 2, 260}, {10, 3, 270}}, [][3]int64{{30, 1, 80}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			club := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 50 })
			s.programme(welcoming(club, 30))
			s.refTier(0, referral.FromCampaign("Club", 10))
			s.refTier(1, referral.FromCampaign(club.ID, 200))
			for _, who := range tt.joined {
				s.join(club, who)
			}
			code := s.referrer("ann")
			s.refers(code, "bob")
			s.refers(code, "bob")
			s.refers(code, "cat")
			for who, want := range map[string][][3]int64{"ann": tt.ann, "bob": tt.bob, "cat": tt.bob} {
				var got [][3]int64
				cards := map[string]bool{}
				for _, entry := range s.pointsOf(who) {
					b := entry.Details.Balance
					got, cards[entry.VoucherID] = append(got, [3]int64{int64(b.Points), entry.Number, int64(b.Balance)}), true
				}
				if diff := cmp.Diff(want, got); diff != "" || len(cards) != 1 {
					t.Errorf("%s on %d cards (-want +got):\n%s", who, len(cards), diff)
				}
			}
			equal(t, [][]string{{"Club 10", "Club 200", "Club 10"}, {"Club 30"}}, [][]string{s.rewards("ann"), s.rewards("bob")})
			s.verified()
		})
	}
}

// What stands in the ledger, on the account of the reward and in its event.
func TestPointsOfAReferralSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	camp := s.programme(welcoming(club, 30))
	tier := s.refTier(1, referral.FromCampaign(club.ID, 200))
	equal(t, referral.RewardCampaign{ID: club.ID, Type: "LOYALTY_PROGRAM", Balance: 200}, tier.Reward.Parameters.Campaign)
	equal(t, &referral.RefereeReward{
		RelatedObjectParent: referral.Parent{ID: club.ID, Name: "Club", Object: "CAMPAIGN"}, Type: referral.OnLoyaltyCard, Amount: 30,
	}, camp.ReferralProgram.RefereeReward)
	after := s.outboxEnd()
	result := s.refers(s.referrer("ann"), "bob")
	why := &ledger.Reference{ID: result.ID()}
	want := map[string]loyalty.Details{
		"ann": {Redemption: why, ReferralTier: &ledger.Reference{ID: tier.ID}}, "bob": {Redemption: why},
	}
	type told struct {
		Customer ledger.Reference `json:"customer"`
		Voucher  ledger.Reference `json:"voucher"`
		Reward   referral.Issued  `json:"reward"`
		Balance  loyalty.Balance  `json:"balance"`
	}
	heard := map[string]told{}
	for _, entry := range s.store.Export().Outbox {
		if entry.Event.Type == event.CustomerRewarded {
			var one told
			s.must(json.Unmarshal(entry.Event.Data, &one))
			heard[s.nameOf(one.Customer.ID)] = one
		}
	}
	for who, points := range map[string]int64{"ann": 200, "bob": 30} {
		entry := s.pointsOf(who)[0]
		balance := loyalty.Balance{
			Type: "loyalty_card", Points: ledger.Points(points), Total: ledger.Points(points), Balance: ledger.Points(points),
			OperationType: ledger.Automatic, Object: "balance", RelatedObject: ledger.Related{ID: entry.VoucherID, Type: "voucher"},
		}
		details := want[who]
		details.Balance = balance
		equal(t, loyalty.Transaction{
			ID: entry.ID, VoucherID: entry.VoucherID, CampaignID: club.ID, Type: ledger.PointsAddition, Number: 1, Details: details,
			Parts: []loyalty.Part{{Points: ledger.Points(points)}}, CreatedAt: noon,
		}, entry)
		var rewards []referral.Issued
		for r, err := range s.Referrals.Rewards(background, voucherify.ListOptions{Parent: s.idOf(who)}) {
			s.must(err)
			rewards = append(rewards, r)
		}
		reward := referral.Issued{
			ID: rewards[0].ID, CampaignID: camp.ID, CustomerID: s.idOf(who), ReferralID: rewards[0].ReferralID, RelatedObjectID: result.ID(),
			RewardCampaignID: club.ID, VoucherID: entry.VoucherID, PublicationID: rewards[0].PublicationID, TransactionID: entry.ID,
			Amount: points, CreatedAt: noon, Version: 1,
		}
		if who == "ann" {
			reward.ReferralTierID = tier.ID
		}
		equal(t, []referral.Issued{reward}, rewards)
		equal(t, told{
			Customer: ledger.Reference{ID: s.idOf(who)}, Voucher: ledger.Reference{ID: entry.VoucherID}, Reward: reward, Balance: balance,
		}, heard[who])
		if reward.PublicationID == "" {
			t.Errorf("the card of %s was not published", who)
		}
	}
	equal(t, []string{"customer.rewarded", "customer.rewarded"}, s.events(after, event.CustomerRewarded))
}

func TestAnEventOfARefereeBringsPoints(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	s.bySigningUp(welcoming(club, 30))
	tracked, err := s.Events.Track(background, signedUp("bob", s.referrer("ann")))
	s.must(err)
	entry := s.pointsOf("bob")[0]
	equal(t, loyalty.Details{Balance: entry.Details.Balance, CustomEvent: &ledger.Reference{ID: tracked.ID}}, entry.Details)
	equal(t, ledger.Points(30), entry.Details.Balance.Balance)
	s.verified()
}

func TestARollbackKeepsThePoints(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	s.programme(welcoming(club, 30))
	s.refTier(0, referral.FromCampaign(club.ID, 10))
	ann := s.referrer("ann")
	result := s.refers(ann, "bob")
	back, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	equal(t, 2, len(back.Rollbacks[0].Referral.Rewards))
	s.refers(ann, "bob") // counts again, and is rewarded for once
	for who, want := range map[string][]string{"ann": {"Club 10"}, "bob": {"Club 30"}} {
		equal(t, 1, len(s.pointsOf(who)))
		equal(t, want, s.rewards(who))
	}
	s.verified()
}

func TestARewardForRefereesGoesOnCardsOfItsType(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	cards, club, coupons := s.cards("Cards"), s.program("Club", nil), s.coupons("Coupons")
	for _, tt := range []struct {
		name   string
		change func(*campaign.Campaign)
	}{
		{"points on gift cards", welcoming(cards, 5)},
		{"points on coupons", welcoming(coupons, 5)},
		{"credits on loyalty cards", rewarding(club, 5)},
	} {
		c := campaign.Campaign{
			Name: "Friends", CampaignType: campaign.ReferralProgram, Type: campaign.AutoUpdate, Voucher: &campaign.Template{Discount: coupons.Voucher.Discount},
			ReferralProgram: &referral.Program{ConversionEventType: referral.ByRedemption},
		}
		tt.change(&c)
		_, err := s.Campaigns.Create(background, c)
		equal(t, tt.name+": invalid_campaign at referral_program.referee_reward.related_object_parent", tt.name+": "+s.refusal(err))
	}
}

// A product is noted and told, and nothing else happens.
func TestATierRewardsWithAProduct(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.programme(nil)
	cup, err := s.Products.CreateProduct(background, product.Product{SourceID: "cup", Name: "Cup"})
	s.must(err)
	red, err := s.Products.CreateSKU(background, product.SKU{SourceID: "red", ProductID: "cup"})
	s.must(err)
	tier := s.refTier(0, referral.OfProduct("cup", "red"))
	given := &referral.Product{ID: cup.ID, SKUID: red.ID}
	equal(t, referral.Reward{Type: "MATERIAL", Parameters: referral.RewardParameters{Product: given}}, tier.Reward)
	code := s.referrer("ann")
	after := s.outboxEnd()
	result := s.refers(code, "bob")
	equal(t, []string{"customer.rewarded"}, s.events(after, event.CustomerRewarded, event.PublicationSucceeded))
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	s.refers(code, "bob")
	var rewards []referral.Issued
	for r, err := range s.Referrals.Rewards(background, voucherify.ListOptions{Parent: s.idOf("ann")}) {
		s.must(err)
		rewards = append(rewards, r)
	}
	equal(t, []referral.Issued{{
		ID: rewards[0].ID, CampaignID: camp.ID, CustomerID: s.idOf("ann"), ReferralID: rewards[0].ReferralID, ReferralTierID: tier.ID,
		RelatedObjectID: result.ID(), Product: given, CreatedAt: noon, Version: 1,
	}}, rewards)
	s.verified()
}
