package voucherify_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/voucher"
)

// forget removes the campaign and its rule, so that what they named can be removed as well.
func (b *boutique) forget() {
	b.t.Helper()
	b.must(b.Campaigns.Delete(background, b.campaign.ID, true))
	b.must(b.Rules.Delete(background, b.rule.ID, true))
}

// gone is what became of the resources of a template, and what a setup creates for it, without the rule.
var gone = []struct {
	name    string
	change  func(b *boutique)
	created []string
}{
	{"nothing has changed", func(*boutique) {}, nil},
	{"the campaign and its rule are gone", (*boutique).forget, nil},
	{"a product with its SKUs", func(b *boutique) { b.must(b.Products.DeleteProduct(background, "shoe", true)) }, []string{"product", "sku", "sku"}},
	{"a SKU", func(b *boutique) { b.must(b.Products.DeleteSKU(background, b.red.ID, true)) }, []string{"sku"}},
	{"a SKU without source_id in the bin", func(b *boutique) { b.must(b.Products.DeleteSKU(background, b.red.ID, false)) }, []string{"sku"}},
	{"a product of a collection", func(b *boutique) { b.must(b.Products.DeleteProduct(background, b.bag.ID, true)) },
		[]string{"product", "products_collection"}},
	{"a product with another price", func(b *boutique) {
		b.shoe.Price = cents(15000)
		made(b.Products.UpdateProduct(background, b.shoe))
	}, nil},
	{"a product that was created again by the shop", func(b *boutique) {
		b.must(b.Products.DeleteProduct(background, "shoe", true))
		made(b.Products.CreateProduct(background, product.Product{SourceID: "shoe"}))
	}, []string{"sku", "sku"}},
	{"a SKU that the rule does not name", func(b *boutique) { b.must(b.Products.DeleteSKU(background, "blue", true)) }, []string{"sku"}},
	{"a collection", func(b *boutique) {
		b.forget()
		b.must(b.Products.DeleteCollection(background, b.matched.ID))
	}, []string{"products_collection"}},
	{"a collection with other products", func(b *boutique) {
		b.listed.Products = append(b.listed.Products, product.Ref{ID: b.shoe.ID, Object: product.KindProduct})
		made(b.Products.UpdateCollection(background, b.listed))
	}, []string{"products_collection"}},
	{"a collection with another filter", func(b *boutique) {
		b.matched.Filter = &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"name": {"$is": {"Shoe"}}}}
		made(b.Products.UpdateCollection(background, b.matched))
	}, []string{"products_collection"}},
	{"a collection with another name", func(b *boutique) {
		b.listed.Name = "Handbags"
		made(b.Products.UpdateCollection(background, b.listed))
	}, nil},
	{"a segment", func(b *boutique) {
		b.forget()
		b.must(b.Segments.Delete(background, b.club.ID))
	}, []string{"segments"}},
	{"a segment with another filter", func(b *boutique) {
		b.club.Filter = &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"name": {"$is": {"Ann"}}}}
		made(b.Segments.Update(background, b.club))
	}, []string{"segments"}},
	{"a segment that was activated", func(b *boutique) { made(b.Segments.Activate(background, b.club.ID)) }, nil},
	{"a location with another name", func(b *boutique) {
		b.town.Name = "City"
		made(b.Locations.Update(background, b.town))
	}, nil},
	{"a location with another radius, which a segment names", func(b *boutique) {
		b.town.Shape = circle("6 km")
		made(b.Locations.Update(background, b.town))
	}, []string{"location", "segments"}},
	{"everything", func(b *boutique) {
		b.forget()
		b.must(b.Products.DeleteProduct(background, "shoe", true))
		b.must(b.Products.DeleteProduct(background, b.bag.ID, true))
		b.must(b.Products.DeleteCollection(background, b.listed.ID))
		b.must(b.Products.DeleteCollection(background, b.matched.ID))
		b.must(b.Segments.Delete(background, b.club.ID))
		b.must(b.Locations.Delete(background, b.town.ID))
	}, []string{"location", "product", "product", "sku", "sku", "products_collection", "products_collection", "segments"}},
}

func TestATemplateStandsInForWhatIsGoneOrChanged(t *testing.T) {
	t.Parallel()
	for _, tt := range gone {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBoutique(t)
			saved := b.saved()
			tt.change(b)
			before := documents(b)
			got := made(b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Next spring"}))
			var created []string
			for _, r := range got.CreatedResources {
				created = append(created, r.Object)
			}
			if diff := cmp.Diff(append(tt.created, "validation_rules"), created); diff != "" {
				t.Errorf("created (-want +got):\n%s", diff)
			}
			after := documents(b)
			for name, body := range before {
				if after[name] != body {
					t.Errorf("%s was changed from %s to %s", name, body, after[name])
				}
			}
			b.standsAlone(got)
		})
	}
}

// documents are the bodies of all records.
func documents(b *boutique) map[string]string {
	bodies := make(map[string]string)
	for _, d := range b.store.Export().Documents {
		bodies[string(d.Kind)+" "+d.ID] = string(d.Body)
	}
	return bodies
}

// standsAlone expects that everything which a new campaign and its rules name exists, and is what the template saved.
func (b *boutique) standsAlone(got template.CampaignSetup) {
	b.t.Helper()
	rules := b.rulesOf(got.Campaign.ID)
	if len(rules) != 1 {
		b.t.Fatalf("the campaign has %d rules", len(rules))
	}
	refs := rules[0].References()
	var names []string
	for _, ref := range refs.Products {
		switch ref.Kind() {
		case product.KindCollection:
			l := made(b.Products.GetCollection(background, ref.ID))
			names = append(names, l.Name)
			for _, member := range l.Products {
				names = append(names, made(b.Products.GetProduct(background, member.ID)).Name)
			}
		case product.KindSKU:
			sku := made(b.Products.GetSKU(background, ref.ID))
			names = append(names, sku.Name, made(b.Products.GetProduct(background, sku.ProductID)).SourceID)
		default:
			names = append(names, made(b.Products.GetProduct(background, ref.ID)).SourceID)
		}
	}
	if gift := made(b.Products.GetSKU(background, got.Campaign.Voucher.Discount.UnitType)); gift.Name != "Red shoe" {
		b.t.Errorf("%v is given away", gift)
	}
	club := made(b.Segments.Get(background, refs.Segments[0]))
	names = append(names, club.Name, made(b.Locations.Get(background, refs.Locations[0])).Name)
	b.t.Log(names, club.Filter)
	want := []string{"shoe", "Bags", "Bag", "Footwear", "Red shoe", "shoe", "Club", "Town"}
	if diff := cmp.Diff(want, names, cmp.Transformer("renamed", func(name string) string {
		return strings.NewReplacer("Handbags", "Bags", "City", "Town").Replace(name)
	})); diff != "" {
		b.t.Errorf("named (-want +got):\n%s", diff)
	}
	if text := string(made(json.Marshal(club.Filter))); !strings.Contains(text, refs.Locations[0]) {
		b.t.Errorf("the segment looks at another place: %s", text)
	}
}

func TestAProductInTheBinKeepsATemplateFromBeingUsed(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	saved := b.saved()
	b.must(b.Products.DeleteProduct(background, "shoe", false))
	before := b.store.Export()
	_, err := b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Next spring"})
	var cause *fault.Error
	if !errors.As(err, &cause) {
		t.Fatalf("got %v", err)
	}
	want := fault.New(fault.DuplicateFound, "product %s of the template is in the bin, where its identifiers stay reserved", b.shoe.ID).
		At("source_id").About("product", b.shoe.ID)
	if diff := cmp.Diff(want, cause); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, b.store.Export()); diff != "" {
		t.Errorf("the refused setup left something (-before +after):\n%s", diff)
	}
}

func TestSchemasOfATemplateAreMatchedMissingOrDifferent(t *testing.T) {
	t.Parallel()
	channel := template.Property{RelatedObject: metadata.OfOrder, Name: "channel", Type: metadata.TypeString}
	again := func(b *boutique, d metadata.Definition) {
		b.must(b.MetadataSchemas.Delete(background, metadata.OfOrder))
		made(b.MetadataSchemas.Create(background, metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{"channel": d}}))
	}
	for _, tt := range []struct {
		name    string
		change  func(b *boutique)
		missing []template.Property
		refusal string
	}{
		{"the definition is the same", func(*boutique) {}, nil, ""},
		{"only its limits are others", func(b *boutique) { again(b, metadata.Definition{Type: metadata.TypeString, MaxLength: pointer(9)}) }, nil, ""},
		{"the schema is gone", func(b *boutique) { b.must(b.MetadataSchemas.Delete(background, metadata.OfOrder)) }, []template.Property{channel}, ""},
		{"the definition is gone and no others are allowed", func(b *boutique) {
			again(b, metadata.Definition{Type: metadata.TypeString, Deleted: true})
			made(b.MetadataSchemas.Update(background, metadata.OfOrder, metadata.SchemaUpdate{AllowDefinedOnly: pointer(true)}))
		}, []template.Property{channel}, ""},
		{"the type is another one", func(b *boutique) { again(b, metadata.Definition{Type: metadata.TypeNumber}) }, nil,
			"metadata_validation_failed json_template.metadata_properties"},
		{"it is a list now", func(b *boutique) { again(b, metadata.Definition{Type: metadata.TypeString, Array: true}) }, nil,
			"metadata_validation_failed json_template.metadata_properties"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBoutique(t)
			saved := b.saved()
			tt.change(b)
			got, err := b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Next spring"})
			if refusal := contract.Refusal(err); refusal != tt.refusal {
				t.Errorf("refused with %q, want %q", refusal, tt.refusal)
			}
			if diff := cmp.Diff(tt.missing, got.MissingProperties); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARestoredCollectionCountsAgainstTheLimit(t *testing.T) {
	t.Parallel()
	b := newBoutique(t, voucherify.WithLimits(voucherify.Limits{MaxCollections: 2}))
	saved := b.saved()
	b.listed.Products = nil
	made(b.Products.UpdateCollection(background, b.listed))
	before := b.store.Export()
	_, err := b.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Next spring"})
	var cause *fault.Error
	if !errors.As(err, &cause) || cause.Key != fault.InvalidPayload || cause.ResourceType != "products_collection" || cause.ResourceID != b.listed.ID {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, b.store.Export()); diff != "" {
		t.Errorf("the refused setup left something (-before +after):\n%s", diff)
	}
}

// A shop that gives away shipping has no product for it, and needs none.
func TestFreeShippingIsSavedWithoutAProduct(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	free := discount.FreeShipping()
	made(s.Campaigns.Create(background, campaign.Campaign{Name: "Free", Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &free}}))
	saved := made(s.Templates.CreateFromCampaign(background, "Free", "Free", ""))
	got := made(s.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Still free"}))
	if diff := cmp.Diff(&free, got.Campaign.Voucher.Discount); diff != "" || len(got.CreatedResources) != 0 {
		t.Errorf("%v was created; discount (-want +got):\n%s", got.CreatedResources, diff)
	}
	// Shipping that the shop does price comes back under its own id.
	made(s.Products.CreateProduct(background, product.Product{SourceID: discount.ShippingSource, Price: cents(990)}))
	saved = made(s.Templates.CreateFromCampaign(background, "Free", "Free with a price", ""))
	s.must(s.Products.DeleteProduct(background, discount.ShippingProduct, true))
	got = made(s.Templates.CampaignSetup(background, saved.ID, template.CampaignOverrides{Name: "Free again"}))
	if diff := cmp.Diff([]template.Resource{{ID: discount.ShippingProduct, Object: "product"}}, got.CreatedResources); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}
