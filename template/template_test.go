package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
)

func TestWhatACallerSaysAboutATemplateIsBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		t    template.Template
		want string
	}{
		{"a name", template.Template{Name: "n"}, ""},
		{"the longest texts", template.Template{Name: strings.Repeat("x", 255), Description: strings.Repeat("x", 4096)}, ""},
		{"no name", template.Template{}, "invalid_payload name"},
		{"a name that is a byte too long", template.Template{Name: strings.Repeat("x", 256)}, "invalid_payload name"},
		{"a name that is not UTF-8", template.Template{Name: "\xff"}, "invalid_payload name"},
		{"a description that is a byte too long", template.Template{Name: "n", Description: strings.Repeat("x", 4097)}, "invalid_payload description"},
		{"a description that is not UTF-8", template.Template{Name: "n", Description: "\xff"}, "invalid_payload description"},
	} {
		if got := contract.Refusal(tt.t.Check()); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTemplatesAreMadeOfCouponsAndGiftCards(t *testing.T) {
	t.Parallel()
	const unsupported = "campaign_type_is_not_supported_by_campaign_template campaign_type"
	for kind, want := range map[campaign.Kind]string{
		campaign.DiscountCoupons: "", campaign.GiftVouchers: "", campaign.Promotion: unsupported, campaign.LoyaltyProgram: unsupported,
		campaign.ReferralProgram: unsupported, "": unsupported,
	} {
		if got := contract.Refusal(template.CheckKind(kind)); got != want {
			t.Errorf("%s: refused with %q, want %q", kind, got, want)
		}
	}
}

func TestIdsAreRenamedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	var names template.Names
	names.Set("prod_1", "prod_2")
	names.Set("prod_2", "prod_3") // nothing is renamed twice
	names.Set("seg_1", "seg_1")
	rule := func(productID string) validation.Rule {
		return validation.Rule{
			Name: "r", Expression: `any(order.items, .product_id == "` + productID + `") || "seg_1" in customer.segments`,
			ApplicableTo: product.Scope{Included: []product.Target{{Ref: product.Ref{ID: productID, SourceID: "prod"}}}},
		}
	}
	got, err := template.Rename(&names, rule("prod_1"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rule("prod_2"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a, b, c := names.Of("prod_1"), names.Of("seg_1"), names.Of("seg_9"); a != "prod_2" || b != "seg_1" || c != "seg_9" {
		t.Errorf("%s, %s and %s stand in", a, b, c)
	}
	names.Set("prod_1", "prod_4")
	if got, err := template.Rename(&names, []string{"prod_1"}); err != nil || got[0] != "prod_4" {
		t.Errorf("a later name is %v, %v", got, err)
	}
}

func TestANewNameIsNoChange(t *testing.T) {
	t.Parallel()
	by := func(field string) *filter.Filter {
		return &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{field: {"$is": {"x"}}}}
	}
	shape := func(radius string) location.Shape {
		return location.Shape{Type: location.Circle, Distance: &location.Distance{Center: "geo:0,0", Radius: radius}}
	}
	for name, same := range map[string]bool{
		"a collection with another name": template.SameCollection(product.Collection{Name: "a", Filter: by("name")}, product.Collection{Name: "b", Version: 2, Filter: by("name")}),
		"a segment with another name":    template.SameSegment(customer.Segment{Name: "a", Filter: by("name")}, customer.Segment{Name: "b", Filter: by("name")}),
		"an activated segment": template.SameSegment(
			customer.Segment{Type: customer.PassiveSegment, Filter: by("name")}, customer.Segment{Type: customer.ActiveSegment, Filter: by("name")}),
		"a location with another name": template.SameLocation(location.Location{Name: "a", Shape: shape("1 km")}, location.Location{Name: "b", Shape: shape("1 km")}),
	} {
		if !same {
			t.Errorf("%s is taken for a change", name)
		}
	}
	for name, same := range map[string]bool{
		"another filter":       template.SameCollection(product.Collection{Filter: by("name")}, product.Collection{Filter: by("price")}),
		"other products":       template.SameCollection(product.Collection{Products: []product.Ref{{ID: "a"}}}, product.Collection{Products: []product.Ref{{ID: "b"}}}),
		"another type":         template.SameCollection(product.Collection{Type: product.Static}, product.Collection{Type: product.AutoUpdate}),
		"another audience":     template.SameSegment(customer.Segment{Filter: by("name")}, customer.Segment{Filter: by("email")}),
		"a list for a filter":  template.SameSegment(customer.Segment{Type: customer.PassiveSegment}, customer.Segment{Type: customer.StaticSegment}),
		"a circle that shrank": template.SameLocation(location.Location{Shape: shape("2 km")}, location.Location{Shape: shape("1 km")}),
	} {
		if same {
			t.Errorf("%s is taken for the same", name)
		}
	}
}

func TestWhatADiscountGivesAwayIsAProductOrASKU(t *testing.T) {
	t.Parallel()
	kinds := func(id string) []product.Ref {
		return []product.Ref{{ID: id, Object: product.KindProduct}, {ID: id, Object: product.KindSKU}}
	}
	free := discount.FreeUnits(1, "a", discount.AddNew)
	replaced := product.Target{Ref: product.Ref{ID: "c", Object: product.KindCollection}}
	many := discount.Discount{Type: discount.Units, Units: []discount.Unit{{UnitType: "a"}, {UnitType: "b", Replace: []product.Target{replaced}}}}
	for _, tt := range []struct {
		name string
		of   *discount.Discount
		want []product.Ref
	}{
		{"no discount", nil, nil},
		{"money", &discount.Discount{Type: discount.Amount}, nil},
		{"one unit", &free, kinds("a")},
		{"many units", &many, append(append(kinds("a"), kinds("b")...), replaced.Ref)},
	} {
		if diff := cmp.Diff(tt.want, template.ProductsOf(tt.of)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAPropertyFitsItsOwnDefinitionOnly(t *testing.T) {
	t.Parallel()
	p := template.Property{Type: metadata.TypeObject, Array: true, ObjectType: "Address"}
	fits := metadata.Definition{Type: metadata.TypeObject, Array: true, ObjectType: "Address", Optional: true}
	for name, edit := range map[string]func(*metadata.Definition){
		"type": func(d *metadata.Definition) { d.Type = metadata.TypeString }, "array": func(d *metadata.Definition) { d.Array = false },
		"nested schema": func(d *metadata.Definition) { d.ObjectType = "Payment" },
	} {
		other := fits
		if edit(&other); !p.Fits(&fits) || p.Fits(&other) {
			t.Errorf("%s: its own definition fits %t, another one %t", name, p.Fits(&fits), p.Fits(&other))
		}
	}
}

func ExampleNewRule() {
	coupons := validation.Rule{ID: "val_1", Name: "large orders", ContextType: "campaign.discount_coupons.discount.apply_to_order"}
	fmt.Println(template.NewRule(coupons, validation.OnPromotionTier).ContextType)
	fmt.Println(template.NewRule(coupons, validation.OnCampaign).ContextType)
	// Output:
	// campaign.promotion.discount.apply_to_order
	// campaign.discount_coupons.discount.apply_to_order
}

func ExampleOfTier() {
	off := discount.AmountOff(500, discount.ToOrder)
	saved := template.OfTier(promotion.Tier{Name: "Happy hour", Hierarchy: 3, Action: promotion.Action{Discount: &off}})
	coupons, err := saved.NewCampaign(template.CampaignOverrides{Name: "Happy coupons"})
	fmt.Println(coupons.Name, coupons.CampaignType, *coupons.Voucher.Discount.AmountOff, err)
	// Output: Happy coupons DISCOUNT_COUPONS 500 <nil>
}

func TestASetupLeavesTheSnapshotAsItIs(t *testing.T) {
	t.Parallel()
	off := discount.AmountOff(100, discount.ToOrder)
	of := func() *template.Snapshot {
		s, err := template.OfCampaign(campaign.Campaign{
			CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Type: "DISCOUNT_VOUCHER", Discount: &off},
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	saved := of()
	_, err := saved.NewCampaign(template.CampaignOverrides{
		Name: "n", Type: campaign.Standalone, Description: contract.Pointer("d"), Voucher: &template.VoucherOverrides{Code: "ONE"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(of(), saved); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
