package voucherify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
)

func TestATierIsStoredActiveBehindTheOthersOfItsCampaign(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.promotion(0)
	rule := s.plainRule()
	create := func(campaignID string, hierarchy int) promotion.Tier {
		tier, err := s.Promotions.CreateTier(background, promotion.Tier{
			CampaignID: campaignID, Name: "t", Banner: "b", Hierarchy: hierarchy, Action: promotion.Action{Discount: &off100},
			Metadata: metadata.Map{"a": "b"}, ValidationRules: []string{rule},
		})
		s.must(err)
		return tier
	}
	first := create(camp, 0)
	want := promotion.Tier{
		ID: first.ID, CampaignID: camp, Name: "t", Banner: "b", Hierarchy: 1, Action: promotion.Action{Discount: &off100},
		Metadata: metadata.Map{"a": "b"}, Active: true, CreatedAt: noon, Version: 1,
	}
	got, err := s.Promotions.GetTier(background, first.ID)
	s.must(err)
	if diff := cmp.Diff([]promotion.Tier{want, want}, []promotion.Tier{first, got}); diff != "" {
		t.Errorf("(-want +created, read):\n%s", diff)
	}
	numbers := []int{first.Hierarchy, create(camp, 7).Hierarchy, create(camp, 0).Hierarchy, create(camp, 3).Hierarchy, create(s.promotion(1), 0).Hierarchy}
	if diff := cmp.Diff([]int{1, 7, 8, 3, 1}, numbers); diff != "" {
		t.Errorf("hierarchies (-want +got):\n%s", diff)
	}
	assigned := 0
	for a, err := range s.Rules.Assignments(background, rule) {
		s.must(err)
		if a.RelatedObjectType != validation.OnPromotionTier {
			t.Errorf("assigned to %s", a.RelatedObjectType)
		}
		assigned++
	}
	if assigned != 5 {
		t.Errorf("the rule is assigned %d times", assigned)
	}
}

func TestAnUpdatedTierKeepsItsCampaignAndItsSwitch(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tier := s.tier()
	s.must(s.Promotions.DisableTier(background, tier.ID))
	s.now.Store(60)
	five := discount.AmountOff(500, discount.ToOrder)
	got, err := s.Promotions.UpdateTier(background, promotion.Tier{
		ID: tier.ID, CampaignID: "ignored", Name: "new", Banner: "n", Action: promotion.Action{Discount: &five}, Active: true,
		Metadata: metadata.Map{"k": 1.0}, Window: validity.Window{StartDate: &earlier},
	})
	s.must(err)
	at := noon.Add(time.Minute)
	want := promotion.Tier{
		ID: tier.ID, CampaignID: tier.CampaignID, Name: "new", Banner: "n", Action: promotion.Action{Discount: &five}, Hierarchy: 1,
		Metadata: metadata.Map{"k": 1.0}, Window: validity.Window{StartDate: &earlier}, CreatedAt: noon, UpdatedAt: &at, Version: 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A tier takes from its campaign what it does not say itself: dates, timeframe, rules.
func TestATierInheritsFromItsCampaign(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp, err := s.Campaigns.Create(background, campaign.Campaign{
		Name: "P", CampaignType: campaign.Promotion, Window: validity.Window{StartDate: &noon, ExpirationDate: &later},
	})
	s.must(err)
	tier, err := s.Promotions.CreateTier(background, promotion.Tier{
		CampaignID: camp.ID, Name: "happy hour", Action: promotion.Action{Discount: &off100},
		Window: validity.Window{Timeframe: &validity.Timeframe{Interval: validity.Duration{Seconds: 2 * 60 * 60}, Duration: validity.Duration{Seconds: 60 * 60}}},
	})
	s.must(err)
	check := func(at time.Time, amount int64, want string) {
		t.Helper()
		s.at(at)
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Tiers(tier.ID), Order: &order.Order{Amount: amount}})
		s.must(err)
		if diff := cmp.Diff(want, mask(told(answer))); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", at, diff)
		}
	}
	const closed = "refused: promo_… promotion_not_active_now; inapplicable: promo_… promotion_not_active_now"
	check(noon.Add(-time.Second), 1000, closed)
	check(noon, 1000, "valid 900: promo_… -100")
	check(noon.Add(61*time.Minute), 1000, closed)
	check(noon.Add(121*time.Minute), 1000, "valid 900: promo_… -100")
	check(later.Add(time.Second), 1000, closed)
	s.rule(`{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[500]}}}}`, validation.OnCampaign, camp.ID)
	check(noon, 500, "refused: promo_… order_rules_violated; inapplicable: promo_… order_rules_violated")
	check(noon, 501, "valid 401: promo_… -100")
}

func TestAStackIsStoredAndAppliedInItsOwnOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.tier()
	half := discount.Percent("50", discount.ToOrder)
	then, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: first.CampaignID, Name: "half", Action: promotion.Action{Discount: &half}})
	s.must(err)
	stack, err := s.Promotions.CreateStack(background, promotion.Stack{
		CampaignID: first.CampaignID, Name: "s", Tiers: promotion.StackTiers{IDs: []string{first.ID, then.ID}, HierarchyMode: "MANUAL"},
	})
	s.must(err)
	want := promotion.Stack{
		ID: stack.ID, CampaignID: first.CampaignID, Name: "s", Tiers: promotion.StackTiers{IDs: []string{first.ID, then.ID}, HierarchyMode: "MANUAL"},
		CreatedAt: noon, Version: 1,
	}
	got, err := s.Promotions.GetStack(background, stack.ID)
	s.must(err)
	if diff := cmp.Diff([]promotion.Stack{want, want}, []promotion.Stack{stack, got}); diff != "" {
		t.Errorf("(-want +created, read):\n%s", diff)
	}
	total := func() int64 {
		t.Helper()
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Stack(stack.ID), Order: &order.Order{Amount: 2000}})
		s.must(err)
		if !answer.Valid {
			return -1
		}
		return answer.Order.TotalAmount
	}
	if got := total(); got != 750 {
		t.Errorf("5.00 and then half of 20.00: %d left", got)
	}
	s.now.Store(60)
	changed, err := s.Promotions.UpdateStack(background, promotion.Stack{ID: stack.ID, CampaignID: "ignored", Name: "t", Tiers: promotion.StackTiers{IDs: []string{then.ID, first.ID}}})
	s.must(err)
	at := noon.Add(time.Minute)
	want.Name, want.Tiers, want.UpdatedAt, want.Version = "t", promotion.StackTiers{IDs: []string{then.ID, first.ID}}, &at, 2
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
	if got := total(); got != 500 {
		t.Errorf("half and then 5.00 of 20.00: %d left", got)
	}
	s.must(s.Promotions.DeleteTier(background, first.ID))
	if got := total(); got != -1 {
		t.Errorf("a stack with a tier that is gone: %d left", got)
	}
	s.must(s.Promotions.DeleteStack(background, stack.ID))
	if err := second(s.Validate(background, redemption.Request{Redeemables: redemption.Stack(stack.ID)})); !errors.Is(err, fault.NotFound) {
		t.Errorf("a stack that is gone: %v", err)
	}
	s.must(second(s.Promotions.GetTier(background, then.ID)))
}

func TestADeletedTierLeavesNoAssignments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tier := s.tier()
	rule := s.rule(`{"name":"r","rules":`+never+`}`, validation.OnPromotionTier, tier.ID)
	s.must(s.Promotions.DeleteTier(background, tier.ID))
	s.must(s.Rules.Delete(background, rule.ID, false))
	if err := second(s.Promotions.GetTier(background, tier.ID)); !errors.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestQualifyShowsWhatIsSwitchedOn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	names := []string{"one", "two", "three", "four", "five", "six"}
	camp := s.promotion(0)
	ids := map[string]string{}
	for i, name := range names {
		s.now.Store(int64(i))
		off := discount.AmountOff(int64(100*(i%3)+100), discount.ToOrder)
		tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: camp, Name: name, Action: promotion.Action{Discount: &off}})
		s.must(err)
		ids[name] = tier.ID
	}
	ask := func(limit int, sorting redemption.Sorting) ([]string, bool) {
		answer, err := s.Qualify(background, redemption.QualificationRequest{Order: &order.Order{Amount: 1000}, Options: redemption.QualificationOptions{Limit: limit, Sorting: sorting}})
		s.must(err)
		var found []string
		for _, x := range answer.Redeemables {
			found = append(found, x.Name)
		}
		return found, answer.HasMore
	}
	for _, test := range []struct {
		name    string
		limit   int
		sorting redemption.Sorting
		want    []string
		more    bool
	}{
		{"five by default, the newest first", 0, "", []string{"six", "five", "four", "three", "two"}, true},
		{"all of them", 6, redemption.NewestFirst, []string{"six", "five", "four", "three", "two", "one"}, false},
		{"the largest discount first, among equals the newest", 50, redemption.BestDeal, []string{"six", "three", "five", "two", "four", "one"}, false},
		{"the smallest discount first", 2, redemption.LeastDeal, []string{"four", "one"}, true},
	} {
		got, more := ask(test.limit, test.sorting)
		if diff := cmp.Diff(test.want, got); diff != "" || more != test.more {
			t.Errorf("%s: more %t (-want +got):\n%s", test.name, more, diff)
		}
	}
	s.must(s.Promotions.DisableTier(background, ids["six"]))
	if got, _ := ask(1, ""); got[0] != "five" {
		t.Errorf("a tier that is switched off is shown: %v", got)
	}
	s.must(s.Promotions.EnableTier(background, ids["six"]))
	s.must(s.Campaigns.Disable(background, camp))
	if got, _ := ask(50, ""); len(got) != 0 {
		t.Errorf("tiers of a campaign that is switched off are shown: %v", got)
	}
	before := asJSON(t, s.store.Export())
	ask(50, "")
	if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
		t.Errorf("qualifying changed the store (-before +after):\n%s", diff)
	}
}

func TestTiersOfOneCampaignAreListed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tier := s.tier()
	s.must(second(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: s.promotion(1), Name: "other"})))
	var found []string
	for x, err := range s.Promotions.ListTiers(background, voucherify.ListOptions{Parent: tier.CampaignID}) {
		s.must(err)
		found = append(found, x.ID)
	}
	if diff := cmp.Diff([]string{tier.ID}, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
