package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

func named(sourceIDs ...string) voucherify.HoldersRequest {
	var r voucherify.HoldersRequest
	for _, sourceID := range sourceIDs {
		r.Holders = append(r.Holders, *of(sourceID))
	}
	return r
}

func TestRefereesAreAssignedAndRemoved(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(rewarding(s.cards("Welcome"), 500))
	ann := s.referrer("ann")
	request := named("bob", "cat")
	request.Metadata = map[string]any{"list": "spring"}
	after := s.outboxEnd()
	holders, err := s.Referrals.AddHolders(ctx, ann, request)
	s.must(err)
	equal(t, "spring", holders[1].Metadata["list"])
	equal(t, []string{"ann REFERRER", "bob REFEREE", "cat REFEREE"}, s.holders(ann))
	equal(t, []string{"customer.created", "customer.holder.assignment.created", "customer.created", "customer.holder.assignment.created"}, s.events(after))
	// It is no conversion.
	equal(t, []string{"0", "0", "[]"}, []string{s.brought("ann"), s.brought("bob"), fmt.Sprint(s.rewards("bob"))})
	s.refers(ann, "bob")
	equal(t, []string{"1", "0 by ann", "[Welcome 500]"}, []string{s.brought("ann"), s.brought("bob"), fmt.Sprint(s.rewards("bob"))})
	equal(t, []string{"ann REFERRER", "bob REFEREE", "cat REFEREE"}, s.holders(ann))

	after = s.outboxEnd()
	s.must(s.Referrals.RemoveHolder(ctx, ann, holders[0].ID))
	s.must(s.Referrals.RemoveHolder(ctx, ann, holders[1].ID))
	equal(t, []string{"ann REFERRER"}, s.holders(ann))
	equal(t, []string{"customer.holder.assignment.deleted", "customer.holder.assignment.deleted"}, s.events(after))
	equal(t, []string{"1", "0 by ann"}, []string{s.brought("ann"), s.brought("bob")})
	s.verified()
}

func TestHoldersThatAreRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(nil)
	s.card("CARD", 100)
	s.must(s.Campaigns.AddVoucher(ctx, "Friends", "NOBODY"))
	ann, eve := s.referrer("ann"), s.referrer("eve")
	mine, err := s.Referrals.AddHolders(ctx, ann, named("bob"))
	s.must(err)
	broken := named("new-1")
	broken.Holders[0].Birthdate = "yesterday"
	for name, tt := range map[string]struct {
		code    string
		request voucherify.HoldersRequest
		want    string
	}{
		"nobody":                       {ann, named(), "invalid_payload at holders"},
		"more than a call takes":       {ann, named(strings.Fields(strings.Repeat("x ", 101))...), "invalid_payload at holders"},
		"somebody without a name":      {ann, named("new-1", ""), "invalid_payload at holders[1]"},
		"a profile that is broken":     {ann, broken, "invalid_payload at holders[0].birthdate"},
		"an unknown id":                {ann, voucherify.HoldersRequest{Holders: []customer.Customer{{ID: "cust_x"}}}, "not_found at holders[0]"},
		"a code that does not exist":   {"X", named("new-1"), "not_found"},
		"a code that is no referral":   {"CARD", named("new-1"), "invalid_voucher"},
		"a code without a referrer":    {"NOBODY", named("new-1"), "not_published"},
		"the referrer":                 {ann, named("new-1", "ann"), "holder_assignement_duplication at holders[1]"},
		"somebody who holds it":        {ann, named("new-1", "bob"), "holder_assignement_duplication at holders[1]"},
		"somebody new who comes twice": {ann, named("new-1", "new-1"), "holder_assignement_duplication at holders[1]"},
	} {
		_, err := s.Referrals.AddHolders(ctx, tt.code, tt.request)
		equal(t, name+": "+tt.want, name+": "+s.refusal(err))
		err = s.store.Update(ctx, func(tx store.Tx) error {
			return second(s.Referrals.AddHoldersTx(ctx, tx, tt.code, tt.request))
		})
		equal(t, name+": "+tt.want, name+": "+s.refusal(err))
	}
	if _, err := s.Customers.Get(ctx, "new-1"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a customer of a refused call: %v", err)
	}
	equal(t, []string{"ann REFERRER", "bob REFEREE"}, s.holders(ann))

	var referrer publication.Holder
	for h, err := range s.Referrals.Holders(ctx, ann, voucherify.ListOptions{OldestFirst: true, Limit: 1}) {
		s.must(err)
		referrer = h
	}
	for name, tt := range map[string]struct{ code, holder, want string }{
		"the referrer":        {ann, referrer.ID, "forbidden"},
		"of another code":     {eve, mine[0].ID, "not_found"},
		"an unknown holder":   {ann, "rh_x", "not_found"},
		"of a code without":   {"X", mine[0].ID, "not_found"},
		"of no referral code": {"CARD", mine[0].ID, "invalid_voucher"},
	} {
		equal(t, name+": "+tt.want, name+": "+s.refusal(s.Referrals.RemoveHolder(ctx, tt.code, tt.holder)))
	}
}

// The rule that only holders may redeem lets referees use a referral code.
func TestOnlyRefereesMayRedeem(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.programme(nil)
	s.rule(`{"name":"rule","rules":{"1":{"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}}}}`, validation.OnCampaign, camp.ID)
	ann := s.referrer("ann")
	s.must(second(s.Referrals.AddHolders(background, ann, named("bob"))))
	s.refers(ann, "bob")
	_, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes(ann), Order: &order.Order{Amount: 1000}, Customer: of("cat")})
	if !errors.Is(err, fault.CustomerRulesViolated) {
		t.Errorf("somebody else redeems: %v", err)
	}
}

// A qualification shows a referee the code that he may use, and not the referrer his own.
func TestReferralCodesInAQualification(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(nil)
	ann := s.referrer("ann")
	s.must(second(s.Referrals.AddHolders(background, ann, named("bob"))))
	for _, scenario := range []redemption.Scenario{redemption.ScenarioAll, redemption.ScenarioCustomerWallet, redemption.ScenarioAudienceOnly} {
		for who, want := range map[string]string{"ann": "[]", "bob": "[ANN]", "cat": "[]"} {
			equal(t, who+" "+want, who+" "+fmt.Sprint(s.offered(redemption.QualificationRequest{
				Scenario: scenario, Customer: of(who), Order: &order.Order{Amount: 1000},
			})))
		}
	}
	var roles filter.Filter
	for role, want := range map[string]string{"REFEREE": "[ANN]", "OWNER": "[]", "REFERRER": "[]"} {
		s.must(json.Unmarshal([]byte(`{"junction":"and","holder_role":{"conditions":{"$is":["`+role+`"]}}}`), &roles))
		equal(t, role+" "+want, role+" "+fmt.Sprint(s.offered(redemption.QualificationRequest{
			Customer: of("bob"), Order: &order.Order{Amount: 1000}, Options: redemption.QualificationOptions{Filters: &roles},
		})))
	}
}

// A code without a discount is offered, as it makes a referee of who has it.
func TestAReferralCodeWithoutADiscountInAQualification(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.bySigningUp(nil)
	s.must(second(s.Referrals.AddHolders(background, s.referrer("ann"), named("bob"))))
	equal(t, []string{"ANN"}, s.offered(redemption.QualificationRequest{Customer: of("bob"), Order: &order.Order{Amount: 1000}}))
}

// offered are the ids of what a qualification answers.
func (s *shop) offered(request redemption.QualificationRequest) []string {
	s.t.Helper()
	answer, err := s.Qualify(background, request)
	s.must(err)
	var ids []string
	for _, q := range answer.Redeemables {
		ids = append(ids, q.ID)
	}
	return ids
}

func TestTiersThatAreRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.programme(nil)
	cards, coupons, club := s.cards("Cards"), s.coupons("Coupons"), s.program("Club", nil)
	s.must(second(s.Products.CreateProduct(ctx, product.Product{SourceID: "cup", Name: "Cup"})))
	promotion := s.coded("Promotion", func(c *campaign.Campaign) { c.CampaignType, c.Voucher = campaign.Promotion, nil })
	good := referral.Tier{
		CampaignID: "Friends", Name: "first", Parameters: referral.Parameters{Criterion: referral.MinimumReferees, Referees: 1},
		Reward: referral.FromCampaign("Coupons", 0),
	}
	for name, tt := range map[string]struct {
		change func(*referral.Tier)
		want   string
	}{
		"an unknown campaign":                {func(t *referral.Tier) { t.CampaignID = "X" }, "not_found at campaign_id"},
		"a campaign of another kind":         {func(t *referral.Tier) { t.CampaignID = coupons.ID }, "invalid_campaign at campaign_id"},
		"an unknown segment":                 {func(t *referral.Tier) { t.Parameters.Segment = &referral.SegmentRef{ID: "seg_x"} }, "not_found at parameters.segment.id"},
		"a reward that does not exist":       {func(t *referral.Tier) { t.Reward = referral.FromCampaign("X", 0) }, "not_found at reward.parameters.campaign.id"},
		"nothing that can be given":          {func(t *referral.Tier) { t.Reward = referral.FromCampaign(promotion.ID, 0) }, "not_supported at reward.parameters.campaign.id"},
		"a coupon with credits":              {func(t *referral.Tier) { t.Reward = referral.FromCampaign(coupons.ID, 5) }, "invalid_amount at reward.parameters.campaign.balance"},
		"a card without credits":             {func(t *referral.Tier) { t.Reward = referral.FromCampaign(cards.ID, 0) }, "invalid_amount at reward.parameters.campaign.balance"},
		"a campaign that is said to be else": {func(t *referral.Tier) { t.Reward.Parameters.Campaign.Type = "GIFT_VOUCHERS" }, "invalid_payload at reward.parameters.campaign.type"},
		"points of nothing":                  {func(t *referral.Tier) { t.Reward = referral.FromCampaign(club.ID, 0) }, "invalid_amount at reward.parameters.campaign.balance"},
		"an unknown product":                 {func(t *referral.Tier) { t.Reward = referral.OfProduct("X", "") }, "not_found at reward.parameters.product.id"},
		"an unknown SKU":                     {func(t *referral.Tier) { t.Reward = referral.OfProduct("cup", "X") }, "not_found at reward.parameters.product.sku_id"},
		"money off an order":                 {func(t *referral.Tier) { t.Reward.Type = "COIN" }, "invalid_payload at reward.type"},
		"no criterion":                       {func(t *referral.Tier) { t.Parameters.Criterion = "" }, "invalid_payload at parameters.criterion"},
	} {
		tier := good
		tt.change(&tier)
		_, err := s.Referrals.CreateTier(ctx, tier)
		equal(t, name+": "+tt.want, name+": "+s.refusal(err))
	}
	stored, err := s.Referrals.CreateTier(ctx, good)
	s.must(err)
	equal(t, referral.RewardCampaign{ID: coupons.ID, Type: "DISCOUNT_COUPONS"}, stored.Reward.Parameters.Campaign)
	moved := stored
	moved.CampaignID = coupons.ID
	_, err = s.Referrals.UpdateTier(ctx, moved)
	equal(t, "invalid_payload at campaign_id", s.refusal(err))
	stored.Banner = "Bring one"
	after := s.outboxEnd()
	updated, err := s.Referrals.UpdateTier(ctx, stored)
	s.must(err)
	read, err := s.Referrals.GetTier(ctx, stored.ID)
	s.must(err)
	equal(t, updated, read)
	s.must(s.Referrals.DeleteTier(ctx, stored.ID))
	equal(t, []string{"campaign.referral_tier.updated", "campaign.referral_tier.deleted"}, s.events(after))
	for tier := range s.Referrals.Tiers(ctx, voucherify.ListOptions{}) {
		t.Errorf("%s is left", tier.Name)
	}
}

// Nobody finds a customer who was deleted permanently in what others have done with his code, or he with theirs.
func TestADeletedReferrerAndRefereeAreLeftNowhere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, who := range []string{"ann", "bob"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.programme(rewarding(s.cards("Welcome"), 500))
			s.refTier(1, referral.FromCampaign(s.coupons("Coupon").ID, 0))
			s.refTier(0, referral.FromCampaign(s.cards("Thanks").ID, 100))
			s.refTier(0, referral.FromCampaign(s.program("Club", nil).ID, 10))
			ann, eve := s.referrer("ann"), s.referrer("eve")
			s.coupon("TEN", *s.coupon("SAVE", discount.AmountOff(10, discount.ToOrder), 0).Discount, 0)
			first := s.refers(ann, "bob")
			s.refers(s.referrer("bob"), "cat")
			s.refers(eve, "cat")
			s.refers(ann, "dan")
			result, err := s.Redeem(ctx, redemption.Request{ // a stack on somebody else's order, and what comes later on it
				Redeemables: redemption.Codes("SAVE", ann), Order: &order.Order{SourceID: "o-1", Amount: 1000}, Customer: of("cat"), IdempotencyKey: "k",
			})
			s.must(err)
			s.must(second(s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})))
			s.must(second(s.Redeem(ctx, redemption.Request{
				Redeemables: redemption.Codes("TEN"), Order: &order.Order{SourceID: "o-1"}, Customer: of("cat"),
			})))
			stored, err := s.Customers.Get(ctx, who)
			s.must(err)
			deletion, err := s.Customers.DeletePermanently(ctx, who)
			s.must(err)
			if deletion.DataJSON.Referrals == 0 {
				t.Error("the account of the deletion knows no referrals")
			}
			s.must(s.store.View(ctx, func(r store.Reader) error {
				for _, kind := range record.Kinds() {
					for doc, err := range r.List(ctx, kind, store.Query{}) {
						if err != nil {
							return err
						}
						if doc.ID != deletion.ID && strings.Contains(fmt.Sprint(doc.ID, doc.Parent, doc.Keys, string(doc.Body)), stored.ID) {
							t.Errorf("left in %s %s: %s %s", kind, doc.ID, doc.Parent, doc.Body)
						}
					}
				}
				for entry, err := range r.Outbox(ctx, 0) {
					if err != nil {
						return err
					}
					if entry.Event.Type != event.CustomerDeleted && strings.Contains(string(entry.Event.Data)+entry.Event.EntityID, stored.ID) {
						t.Errorf("left in event %s", entry.Event.Type)
					}
				}
				counters, err := r.Counters(ctx, []redemption.CounterKey{redemption.RefereesKey(stored.ID, ""), redemption.LinksKey(stored.ID, s.campaignID("Friends"))})
				for key, value := range counters {
					if value != 0 {
						t.Errorf("counter %s is %d", key, value)
					}
				}
				return err
			}))
			s.verified()
			// What the conversion was can still be rolled back, and the code of a referrer who is gone is nobody's.
			s.must(second(s.Rollback(ctx, redemption.RollbackRequest{Redemption: first.ID()})))
			if who == "ann" {
				_, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes(ann), Customer: of("zoe")})
				equal(t, true, errors.Is(err, fault.NotPublished))
			}
			s.verified()
		})
	}
}

// campaignID is the id of a campaign.
func (s *shop) campaignID(name string) string {
	s.t.Helper()
	camp, err := s.Campaigns.Get(context.Background(), name)
	s.must(err)
	return camp.ID
}
