package voucherify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// made is a value that cannot fail to be made.
func made[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// boutique is a shop with a coupon campaign whose rule names everything that a rule can name.
type boutique struct {
	*shop
	shoe, bag       product.Product // the bag is only known through a collection
	red, blue       product.SKU     // shoes; a red one is given away
	listed, matched product.Collection
	club            customer.Segment
	town            location.Location
	rule            validation.Rule
	campaign        campaign.Campaign
}

func inTown(town string) *filter.Filter {
	return &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"metadata.home": {"$in_location": {town}}}}
}

func circle(radius string) location.Shape {
	return location.Shape{Type: location.Circle, Distance: &location.Distance{Center: "geo:50.26,19.02", Radius: radius}}
}

func newBoutique(t testing.TB, opts ...voucherify.Option) *boutique {
	s := newShop(t, opts...)
	b := &boutique{shop: s}
	made(s.MetadataSchemas.Create(background, metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{
		"channel": {Type: metadata.TypeString, Optional: true},
	}}))
	b.shoe = made(s.Products.CreateProduct(background, product.Product{
		SourceID: "shoe", Name: "Shoe", Price: cents(9900), Metadata: metadata.Map{"kind": "footwear"},
	}))
	b.red = made(s.Products.CreateSKU(background, product.SKU{ProductID: b.shoe.ID, Name: "Red shoe"}))
	b.blue = made(s.Products.CreateSKU(background, product.SKU{ProductID: b.shoe.ID, SourceID: "blue", Name: "Blue shoe"}))
	b.bag = made(s.Products.CreateProduct(background, product.Product{Name: "Bag", Price: cents(4900)}))
	b.town = made(s.Locations.Create(background, location.Location{Name: "Town", Shape: circle("5 km")}))
	b.listed = made(s.Products.CreateCollection(background, product.Collection{Name: "Bags", Products: []product.Ref{{ID: b.bag.ID, Object: product.KindProduct}}}))
	b.matched = made(s.Products.CreateCollection(background, product.Collection{Name: "Footwear", Filter: &filter.Filter{
		Junction: filter.And, Fields: map[string]filter.Conditions{"metadata.kind": {"$is": {"footwear"}}},
	}}))
	b.club = made(s.Segments.Create(background, customer.Segment{Name: "Club", Filter: inTown(b.town.ID)}))
	b.rule = made(s.Rules.Create(background, validation.Rule{
		Name: "Club", ContextType: "campaign.discount_coupons",
		Rules: validation.Group{Logic: "1 and 2 and 3 and 4", Nodes: map[string]validation.Node{
			"1": {Name: "order.items.any", Conditions: validation.Conditions{"$is": {product.Ref{ID: b.shoe.ID}, product.Ref{ID: b.listed.ID}}}},
			"2": {Name: "customer.segment", Conditions: validation.Conditions{"$is": {b.club.ID}}},
			"3": {Name: "order.metadata", Property: "channel", Conditions: validation.Conditions{"$is": {"web"}}},
			"4": {Name: "customer.metadata", Property: "home", Conditions: validation.Conditions{"$in_location": {b.town.ID}}},
		}},
		Expression:   `any(order.items, .sku_id == "` + b.red.ID + `") || order.amount > 100`,
		ApplicableTo: product.Scope{Included: []product.Target{{Ref: product.Ref{ID: b.matched.ID, Object: product.KindCollection}}}},
	}))
	start := noon.Add(-time.Hour)
	off, thrice := discount.FreeUnits(1, b.red.ID, discount.AddNew), int64(3)
	area := made(s.Areas.Create(background, access.Area{Name: "South"}))
	category := made(s.Categories.Create(background, promotion.Category{Name: "Seasonal"}))
	b.campaign = made(s.Campaigns.Create(background, campaign.Campaign{
		Name: "Spring", Description: "All of spring", CampaignType: campaign.DiscountCoupons, Type: campaign.AutoUpdate, VouchersCount: 2,
		Voucher: &campaign.Template{
			Discount: &off, CodeConfig: voucher.CodeConfig{Pattern: "SPRING-####"}, Redemption: campaign.TemplateRedemption{Quantity: &thrice},
		},
		Window:                          validity.Window{StartDate: &start, Timeframe: &validity.Timeframe{Interval: validity.Duration{Days: 1}, Duration: validity.Duration{Days: 1}}},
		ActivityDurationAfterPublishing: &validity.Duration{Days: 24}, JoinOnce: true, CategoryID: category.ID,
		ValidationRules: []string{b.rule.ID}, Metadata: metadata.Map{"season": "spring"},
		AccessSettingsAssignments: access.Assignments{{AreaID: area.ID}},
	}))
	return b
}

// saved makes a template of the campaign.
func (b *boutique) saved() template.Template {
	b.t.Helper()
	return made(b.Templates.CreateFromCampaign(background, b.campaign.ID, "Spring", "For every spring"))
}

// rulesOf are the rules of an object.
func (s *shop) rulesOf(objectID string) []validation.Rule {
	s.t.Helper()
	var rules []validation.Rule
	for r, err := range s.Rules.List(background, voucherify.ListOptions{OldestFirst: true}) {
		s.must(err)
		for a, err := range s.Rules.Assignments(background, r.ID) {
			s.must(err)
			if a.RelatedObjectID == objectID {
				rules = append(rules, r)
			}
		}
	}
	return rules
}

// Names, ids and times differ between what was copied and its copy.
var (
	otherCampaign = cmpopts.IgnoreFields(campaign.Campaign{}, "ID", "Name", "CreatedAt", "Version")
	otherRule     = cmpopts.IgnoreFields(validation.Rule{}, "ID", "CreatedAt", "Version")
	otherTier     = cmpopts.IgnoreFields(promotion.Tier{}, "ID", "Name", "CampaignID", "CreatedAt", "Version", "Hierarchy")
)

func TestACampaignSurvivesItsTemplate(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	saved := b.saved()
	b.now.Add(60)
	got := made(b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Next spring"}))

	want := made(b.Campaigns.Get(background, "Spring"))
	want.CategoryID, want.AccessSettingsAssignments, want.VouchersCount = "", nil, 0
	if diff := cmp.Diff(want, made(b.Campaigns.Get(background, "Next spring")), otherCampaign); diff != "" {
		t.Errorf("(-the campaign +its copy):\n%s", diff)
	}
	if diff := cmp.Diff(got.Campaign, made(b.Campaigns.Get(background, "Next spring"))); diff != "" {
		t.Errorf("(-answered +stored):\n%s", diff)
	}
	rules := b.rulesOf(got.Campaign.ID)
	if diff := cmp.Diff([]validation.Rule{made(b.Rules.Get(background, b.rule.ID))}, rules, otherRule); diff != "" {
		t.Fatalf("(-the rule +its copy):\n%s", diff)
	}
	if rules[0].ID == b.rule.ID {
		t.Error("the rule was not copied")
	}
	if diff := cmp.Diff(template.Setup{CreatedResources: []template.Resource{{ID: rules[0].ID, Object: "validation_rules"}}}, got.Setup); diff != "" {
		t.Errorf("setup (-want +got):\n%s", diff)
	}
	var told []event.Type
	for _, e := range b.store.Export().Outbox {
		if e.Event.CreatedAt.After(noon) {
			told = append(told, e.Event.Type)
		}
	}
	if diff := cmp.Diff([]event.Type{event.ValidationRuleCreated, event.ValidationRuleAssigned, event.CampaignCreated}, told); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if again := made(b.Templates.Get(background, "Spring")); cmp.Diff(saved, again) != "" {
		t.Errorf("a setup changed the template:\n%s", cmp.Diff(saved, again))
	}
}

func TestGiftCardsSurviveTheirTemplate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	made(s.Campaigns.Create(background, campaign.Campaign{
		Name: "Gifts", CampaignType: campaign.GiftVouchers, VouchersCount: 1, Protected: true, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: ledger.Credits(5000), Effect: discount.ToItems}},
	}))
	saved := made(s.Templates.CreateFromCampaign(background, "Gifts", "Gifts", ""))
	made(s.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "More gifts", VouchersCount: 3}))
	want := made(s.Campaigns.Get(background, "Gifts"))
	want.VouchersCount = 3
	if diff := cmp.Diff(want, made(s.Campaigns.Get(background, "More gifts")), otherCampaign); diff != "" {
		t.Errorf("(-the campaign +its copy):\n%s", diff)
	}
	if codes := s.codes(made(s.Campaigns.Get(background, "More gifts")).ID); len(codes) != 3 {
		t.Errorf("%d codes were made", len(codes))
	}
}

func TestEditsOfACopiedRuleStayWithTheCopy(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	saved := b.saved()
	got := made(b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Next spring"}))
	original := made(b.Rules.Get(background, b.rule.ID))
	edited := b.rulesOf(got.Campaign.ID)[0]
	edited.Name, edited.Rules, edited.Expression = "Edited", validation.Group{}, "order.amount > 1"
	made(b.Rules.Update(background, edited))
	if diff := cmp.Diff(original, made(b.Rules.Get(background, b.rule.ID))); diff != "" {
		t.Errorf("the original (-before +after):\n%s", diff)
	}
	original.Expression = "order.amount > 2"
	made(b.Rules.Update(background, original))
	next := made(b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "The spring after"}))
	if got := b.rulesOf(next.Campaign.ID)[0].Expression; got != b.rule.Expression {
		t.Errorf("the template was changed to %s", got)
	}
}

func TestOverridesTakeThePlaceOfWhatWasSaved(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	saved := b.saved()
	end := noon.Add(time.Hour)
	sent := template.CampaignOverrides{
		Name: "Summer", Description: pointer("All of summer"), Type: campaign.Static, JoinOnce: pointer(false), VouchersCount: 1,
		Window: &validity.Window{ExpirationDate: &end}, ActivityDurationAfterPublishing: &validity.Duration{Days: 2}, CategoryID: b.campaign.CategoryID,
		Metadata: metadata.Map{"sun": true}, AccessSettingsAssignments: b.campaign.AccessSettingsAssignments,
		Voucher: &template.VoucherOverrides{CodeConfig: &voucher.CodeConfig{Pattern: "SUN-####"}, Redemption: &campaign.TemplateRedemption{}},
	}
	got := made(b.Templates.CampaignSetup(background, saved.ID, sent)).Campaign
	codes := *b.campaign.Voucher
	codes.CodeConfig, codes.Redemption = *sent.Voucher.CodeConfig, *sent.Voucher.Redemption
	want := campaign.Campaign{
		Description: "All of summer", CampaignType: campaign.DiscountCoupons, Type: campaign.Static, VouchersCount: 1, Voucher: &codes, Window: *sent.Window,
		ActivityDurationAfterPublishing: sent.ActivityDurationAfterPublishing, CategoryID: sent.CategoryID, Metadata: sent.Metadata,
		AccessSettingsAssignments: sent.AccessSettingsAssignments, Active: true,
	}
	if diff := cmp.Diff(want, got, otherCampaign); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	one := made(b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{
		Name: "One", Type: campaign.Standalone, Voucher: &template.VoucherOverrides{Code: "ONE"},
	}))
	if codes := b.codes(one.Campaign.ID); cmp.Diff([]string{"ONE"}, codes) != "" {
		t.Errorf("a campaign of one code has %v", codes)
	}
}

func TestATemplateIsKeptUnderItsName(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	saved := b.saved()
	for _, name := range []string{saved.ID, "Spring"} {
		if diff := cmp.Diff(saved, made(b.Templates.Get(background, name))); diff != "" {
			t.Errorf("by %s (-saved +read):\n%s", name, diff)
		}
	}
	made(b.Templates.CreateFromCampaign(background, "Spring", "Other", ""))
	b.now.Add(1)
	sent := template.Template{ID: saved.ID, Name: "Renamed", CampaignType: campaign.GiftVouchers, Version: 1}
	updated := made(b.Templates.Update(background, sent))
	want := saved
	want.Name, want.Description, want.UpdatedAt, want.Version = "Renamed", "", pointer(noon.Add(time.Second)), 2
	if diff := cmp.Diff(want, updated); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
	if _, err := b.Templates.Update(background, sent); !store.Retryable(err) || contract.Refusal(err) != "invalid_payload version" {
		t.Errorf("a lost update: %v", err)
	}
	if got := contract.Refusal(second(b.Templates.Update(background, template.Template{ID: saved.ID, Name: "Other"}))); got != "duplicate_found name" {
		t.Errorf("a name that is taken: %s", got)
	}
	var names []string
	for listed, err := range b.Templates.List(background, voucherify.ListOptions{OldestFirst: true}) {
		b.must(err)
		names = append(names, listed.Name)
		if listed.JSONTemplate != nil {
			t.Errorf("%s is listed with what was saved", listed.Name)
		}
	}
	if diff := cmp.Diff([]string{"Renamed", "Other"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	b.must(b.Templates.Delete(background, "Renamed"))
	for _, err := range []error{
		second(b.Templates.Get(background, saved.ID)), b.Templates.Delete(background, saved.ID), second(b.Templates.Update(background, updated)),
		second(b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "x"})),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("a template that is gone: %v", err)
		}
	}
	made(b.Templates.CreateFromCampaign(background, "Spring", "Renamed", ""))
}
