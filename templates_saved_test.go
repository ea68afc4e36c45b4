package voucherify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
)

// A template remembers the definitions of all metadata that is used, and the names of custom events.
func TestDefinitionsAreSavedAsFarAsTheyAreUsed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, object := range []string{
		metadata.OfCampaign, metadata.OfPromotionTier, metadata.OfProduct, metadata.OfSKU, metadata.OfCustomer, metadata.OfOrder, metadata.OfRedemption,
	} {
		made(s.MetadataSchemas.Create(background, metadata.Schema{RelatedObject: object, Properties: metadata.Properties{
			"used": {Type: metadata.TypeString, Optional: true}, "unused": {Type: metadata.TypeNumber, Optional: true},
		}}))
	}
	clicked := made(s.EventSchemas.Create(background, event.Schema{Name: "clicked"}))
	used := metadata.Map{"used": "x"}
	shoe := made(s.Products.CreateProduct(background, product.Product{Metadata: used}))
	made(s.Products.CreateSKU(background, product.SKU{ProductID: shoe.ID, Metadata: used}))
	club := made(s.Segments.Create(background, customer.Segment{Name: "c", Filter: &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"metadata.used": {"$is": {"x"}}}}}))
	is := func(value any) validation.Conditions { return validation.Conditions{"$is": {value}} }
	rule := made(s.Rules.Create(background, validation.Rule{
		Name: "r", Expression: `order.metadata.used == "x" && order.metadata.undefined == "x"`,
		Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "redemption.metadata", Property: "used", Conditions: is("x")},
			"2": {Name: "customer.segment", Conditions: is(club.ID)},
			"3": {Name: "order.items.any", Conditions: is(shoe.ID)},
			"4": {Name: "custom_event.metadata", Property: "p", SchemaID: clicked.ID, Conditions: is("x")},
		}},
	}))
	made(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.ValidationRules, c.Metadata = []string{rule.ID}, used })))
	saved := made(s.Templates.CreateFromCampaign(background, "C", "T", ""))
	var objects []string
	for _, p := range saved.JSONTemplate.MetadataProperties {
		objects = append(objects, p.RelatedObject)
		if diff := cmp.Diff(template.Property{RelatedObject: p.RelatedObject, Name: "used", Type: metadata.TypeString}, p); diff != "" {
			t.Errorf("saved (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{"campaign", "redemption", "order", "customer", "product", "sku"}, objects); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"clicked"}, saved.JSONTemplate.CustomEvents); diff != "" {
		t.Errorf("custom events (-want +got):\n%s", diff)
	}
	if got := made(s.Templates.CampaignSetup(background, "T", template.CampaignOverrides{Name: "D"})); got.MissingEvents != nil {
		t.Errorf("%v are said to be missing", got.MissingEvents)
	}
	s.must(s.store.Update(background, func(tx store.Tx) error { return tx.Delete(background, record.EventSchema, clicked.ID, 1) }))
	got := made(s.Templates.CampaignSetup(background, "T", template.CampaignOverrides{Name: "E"}))
	if diff := cmp.Diff([]string{"clicked"}, got.MissingEvents); diff != "" {
		t.Errorf("missing events (-want +got):\n%s", diff)
	}
}

// What is named by something that the rule names comes back as well, and a segment comes back silent.
func TestWhatOnlyAFilterNamesIsSaved(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	town := made(s.Locations.Create(background, location.Location{Name: "Town", Shape: circle("5 km")}))
	club := made(s.Segments.Create(background, customer.Segment{Name: "Club", Type: customer.ActiveSegment, Filter: inTown(town.ID)}))
	homes := made(s.Products.CreateCollection(background, product.Collection{Name: "Homes", Filter: inTown(town.ID)}))
	r := condition("customer.segment", club.ID)
	r.ApplicableTo = product.Scope{Excluded: []product.Target{{Ref: product.Ref{ID: homes.ID, Object: product.KindCollection}}}}
	s.under("C", r)
	made(s.Templates.CreateFromCampaign(background, "C", "T", ""))
	town.Shape = circle("6 km")
	made(s.Locations.Update(background, town))
	got := made(s.Templates.CampaignSetup(background, "T", template.CampaignOverrides{Name: "D"}))
	var created []string
	for _, r := range got.CreatedResources {
		created = append(created, r.Object)
	}
	if diff := cmp.Diff([]string{"location", "products_collection", "segments", "validation_rules"}, created); diff != "" {
		t.Fatalf("created (-want +got):\n%s", diff)
	}
	if shape := made(s.Locations.Get(background, got.CreatedResources[0].ID)).Shape; cmp.Diff(circle("5 km"), shape) != "" {
		t.Errorf("the town comes back as %v", shape)
	}
	if again := made(s.Segments.Get(background, got.CreatedResources[2].ID)); again.Type != customer.PassiveSegment {
		t.Errorf("the segment comes back %s", again.Type)
	}
}

func TestATierGivesAwayWhatWasCreatedAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mug := made(s.Products.CreateProduct(background, product.Product{Name: "Mug"}))
	free := discount.FreeUnits(1, mug.ID, discount.AddNew)
	tier := made(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: s.promotion(1), Name: "t", Action: promotion.Action{Discount: &free}}))
	made(s.Templates.CreateFromTier(background, tier.ID, "T", ""))
	s.must(s.Products.DeleteProduct(background, mug.ID, true))
	got := made(s.Templates.TierSetup(background, "T", template.TierOverrides{Name: "u", CampaignID: s.promotion(1)}))
	if name := made(s.Products.GetProduct(background, got.PromotionTier.Action.Discount.UnitType)).Name; name != "Mug" {
		t.Errorf("%s is given away", name)
	}
}

func TestATemplateIsBounded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		skus   int
		text   string
		refuse string
	}{
		"as many resources as allowed":  {template.MaxResources - 2, "", ""}, // the rule and the product are among them
		"a resource more":               {template.MaxResources - 1, "", "invalid_payload json_template"},
		"more bytes than a store takes": {600, strings.Repeat("x", 8000), "invalid_payload json_template"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			shoe := made(s.Products.CreateProduct(background, product.Product{Name: "Shoe"}))
			s.must(s.store.Update(background, func(tx store.Tx) error {
				for i := range test.skus {
					id := fmt.Sprintf("sku_%018x", i)
					body := fmt.Sprintf(`{"id": %q, "product_id": %q, "metadata": {"text": %q}}`, id, shoe.ID, test.text)
					if err := tx.Put(background, record.Document{Kind: record.SKU, ID: id, Parent: shoe.ID, CreatedAt: noon, Body: []byte(body)}); err != nil {
						return err
					}
				}
				return nil
			}))
			s.under("C", condition("order.items.any", product.Ref{ID: shoe.ID, Object: product.KindProduct}))
			if got := contract.Refusal(second(s.Templates.CreateFromCampaign(background, "C", "T", ""))); got != test.refuse {
				t.Errorf("refused with %q, want %q", got, test.refuse)
			}
		})
	}
}
