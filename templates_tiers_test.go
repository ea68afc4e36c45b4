package voucherify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// happyHour is a tier under two rules.
func (s *shop) happyHour() promotion.Tier {
	s.t.Helper()
	above := condition("order.amount", 5000)
	above.ContextType = "campaign.promotion.discount.apply_to_order"
	return made(s.Promotions.CreateTier(background, promotion.Tier{
		CampaignID: s.promotion(1), Name: "Happy hour", Banner: "Cheers", Action: promotion.Action{Discount: &off100}, Hierarchy: 7,
		Window: validity.Window{DaysOfWeek: []int{5}}, Metadata: metadata.Map{"drink": "any"}, ValidationRules: []string{made(s.Rules.Create(background, above)).ID, s.plainRule()},
	}))
}

func TestATierSurvivesItsTemplate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	original := s.happyHour()
	saved := made(s.Templates.CreateFromTier(background, original.ID, "Happy", ""))
	if saved.CampaignType != campaign.DiscountCoupons {
		t.Errorf("the template makes %s", saved.CampaignType)
	}
	for name, into := range map[string]struct {
		campaign  string
		hierarchy int
	}{"beside it": {s.promotion(1), 8}, "in an empty campaign": {s.promotion(2), 1}} {
		got := made(s.Templates.TierSetup(background, saved.ID, template.TierOverrides{Name: name, CampaignID: into.campaign}))
		stored := made(s.Promotions.GetTier(background, got.PromotionTier.ID))
		if diff := cmp.Diff(got.PromotionTier, stored); diff != "" {
			t.Errorf("%s (-answered +stored):\n%s", name, diff)
		}
		if diff := cmp.Diff(original, stored, otherTier); diff != "" || stored.Hierarchy != into.hierarchy || stored.Name != name {
			t.Errorf("%s: hierarchy %d, name %s (-the tier +its copy):\n%s", name, stored.Hierarchy, stored.Name, diff)
		}
		if diff := cmp.Diff(s.rulesOf(original.ID), s.rulesOf(stored.ID), otherRule); diff != "" {
			t.Errorf("%s (-the rules +their copies):\n%s", name, diff)
		}
	}
	sent := template.TierOverrides{
		Name: "Other", CampaignID: s.promotion(2), Banner: pointer(""), Hierarchy: 4, Window: &validity.Window{}, Metadata: metadata.Map{},
		CategoryID: made(s.Categories.Create(background, promotion.Category{Name: "c"})).ID,
	}
	want := promotion.Tier{Action: original.Action, CategoryID: sent.CategoryID, Metadata: metadata.Map{}, Active: true}
	if diff := cmp.Diff(want, made(s.Templates.TierSetup(background, "Happy", sent)).PromotionTier, otherTier); diff != "" {
		t.Errorf("with everything replaced (-want +got):\n%s", diff)
	}
}

func TestTemplatesOfCouponsAndTiersMakeEachOther(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	saved := made(s.Templates.CreateFromTier(background, s.happyHour().ID, "Happy", ""))
	coupon := made(s.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Happy coupons"})).Campaign
	want := campaign.Campaign{
		CampaignType: campaign.DiscountCoupons, Type: campaign.Static, Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off100},
		Window: validity.Window{DaysOfWeek: []int{5}}, Metadata: metadata.Map{"drink": "any"}, Active: true,
	}
	if diff := cmp.Diff(want, coupon, otherCampaign); diff != "" {
		t.Errorf("coupons of a tier (-want +got):\n%s", diff)
	}
	contexts := func(objectID string) (list []string) {
		for _, r := range s.rulesOf(objectID) {
			list = append(list, r.ContextType)
		}
		return list
	}
	if diff := cmp.Diff([]string{"campaign.discount_coupons.discount.apply_to_order", ""}, contexts(coupon.ID)); diff != "" {
		t.Errorf("contexts (-want +got):\n%s", diff)
	}
	back := made(s.Templates.CreateFromCampaign(background, coupon.ID, "And back", ""))
	tier := made(s.Templates.TierSetup(background, back.ID, template.TierOverrides{Name: "t", CampaignID: s.promotion(2)})).PromotionTier
	wantTier := promotion.Tier{
		Action: promotion.Action{Discount: &off100}, Window: validity.Window{DaysOfWeek: []int{5}}, Metadata: metadata.Map{"drink": "any"}, Active: true,
	}
	if diff := cmp.Diff(wantTier, tier, otherTier); diff != "" {
		t.Errorf("a tier of coupons (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"campaign.promotion.discount.apply_to_order", ""}, contexts(tier.ID)); diff != "" {
		t.Errorf("contexts (-want +got):\n%s", diff)
	}
}

// The metadata of a tier has another schema than that of a campaign, which alone counts for what is set up.
func TestConvertedMetadataFollowsItsNewSchema(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	define := func(object string, kind metadata.Type) {
		s.t.Helper()
		made(s.MetadataSchemas.Create(background, metadata.Schema{RelatedObject: object, Properties: metadata.Properties{"drink": {Type: kind, Optional: true}}}))
	}
	define(metadata.OfPromotionTier, metadata.TypeString)
	saved := made(s.Templates.CreateFromTier(background, s.happyHour().ID, "Happy", ""))
	s.must(s.MetadataSchemas.Delete(background, metadata.OfPromotionTier))
	define(metadata.OfPromotionTier, metadata.TypeNumber)
	made(s.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "without a schema of campaigns"}))
	define(metadata.OfCampaign, metadata.TypeNumber)
	for name, err := range map[string]error{
		"json_template.metadata_properties": second(s.Templates.TierSetup(background, saved.ID, template.TierOverrides{Name: "t", CampaignID: s.promotion(2)})),
		"metadata.drink":                    second(s.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "c"})),
	} {
		if got := contract.Refusal(err); got != "metadata_validation_failed "+name {
			t.Errorf("refused with %s, want %s", got, name)
		}
	}
}

func TestACloneIsTheCampaignUnderAnotherName(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	b.must(b.Campaigns.Disable(background, b.campaign.ID))
	b.now.Add(60)
	got := made(b.Campaigns.Clone(background, "Spring", "Next spring"))
	want := made(b.Campaigns.Get(background, "Spring"))
	want.VouchersCount, want.UpdatedAt = 0, nil
	for name, clone := range map[string]campaign.Campaign{"answered": got, "stored": made(b.Campaigns.Get(background, "Next spring"))} {
		if diff := cmp.Diff(want, clone, otherCampaign); diff != "" || clone.ID == want.ID {
			t.Errorf("%s (-the campaign +its clone):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(b.rulesOf(b.campaign.ID), b.rulesOf(got.ID)); diff != "" {
		t.Errorf("the clone has other rules (-want +got):\n%s", diff)
	}
	b.must(b.Categories.Delete(background, b.campaign.CategoryID))
	if again := made(b.Campaigns.Clone(background, "Spring", "The spring after")); again.CategoryID != "" {
		t.Error("a category that is gone was cloned")
	}
}

func TestTheCloneOfAPromotionHasItsTiersAndStacks(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.happyHour()
	lone := made(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: first.CampaignID, Name: "Lone", Action: first.Action}))
	s.must(s.Promotions.DisableTier(background, lone.ID))
	made(s.Promotions.CreateStack(background, promotion.Stack{CampaignID: first.CampaignID, Name: "Both", Tiers: promotion.StackTiers{IDs: []string{lone.ID, first.ID}}}))
	clone := made(s.Campaigns.Clone(background, first.CampaignID, "Clone"))
	type parts struct {
		Tiers  []promotion.Tier
		Rules  [][]validation.Rule
		Stacks [][]string // the names of their tiers
	}
	of := func(campaignID string) (p parts) {
		names := map[string]string{}
		for tier, err := range s.Promotions.ListTiers(background, voucherify.ListOptions{Parent: campaignID, OldestFirst: true}) {
			s.must(err)
			names[tier.ID] = tier.Name
			p.Rules = append(p.Rules, s.rulesOf(tier.ID))
			tier.ID, tier.CampaignID, tier.CreatedAt, tier.UpdatedAt, tier.Version = "", "", time.Time{}, nil, 0
			p.Tiers = append(p.Tiers, tier)
		}
		for stack, err := range s.Promotions.ListStacks(background, voucherify.ListOptions{Parent: campaignID}) {
			s.must(err)
			p.Stacks = append(p.Stacks, []string{stack.Name, names[stack.Tiers.IDs[0]], names[stack.Tiers.IDs[1]]})
		}
		return p
	}
	want := of(first.CampaignID)
	if diff := cmp.Diff(want, of(clone.ID)); diff != "" || len(want.Tiers) != 2 || len(want.Stacks) != 1 {
		t.Errorf("(-the promotion +its clone):\n%s", diff)
	}
}

func TestWhatCannotBeCloned(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	off := discount.AmountOff(100, discount.ToOrder)
	made(s.Campaigns.Create(background, coupons("Spring")))
	made(s.Campaigns.Create(background, campaign.Campaign{Name: "One", Type: campaign.Standalone, Voucher: &campaign.Template{Discount: &off, Code: "ONE"}}))
	s.loyaltyAndReferral()
	for _, tt := range []struct{ name, source, as, want string }{
		{"a campaign that does not exist", "camp_0", "x", "not_found "},
		{"no name", "Spring", "", "invalid_payload name"},
		{"the name of the original", "Spring", "Spring", "duplicate_found name"},
		{"one generic code", "One", "x", "invalid_campaign voucher.code"},
		{"a loyalty program", "camp_loyalty", "x", "invalid_campaign campaign_type"},
		{"a referral program", "camp_referral", "x", "invalid_campaign campaign_type"},
	} {
		before := s.store.Export()
		if got := contract.Refusal(second(s.Campaigns.Clone(background, tt.source, tt.as))); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
		if diff := cmp.Diff(before, s.store.Export()); diff != "" {
			t.Errorf("%s left something (-before +after):\n%s", tt.name, diff)
		}
	}
}
