package voucherify_test

import (
	"context"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
)

// A campaign is saved in one year and set up in the next, when its product is gone.
func ExampleTemplates_CampaignSetup() {
	eng, ctx := newEngine(), context.Background()
	shoe, err := eng.Products.CreateProduct(ctx, product.Product{SourceID: "shoe", Name: "Shoe"})
	check(err)
	rule, err := eng.Rules.Create(ctx, validation.Rule{Name: "shoes", Rules: validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: "order.items.any", Conditions: validation.Conditions{"$is": {product.Ref{ID: shoe.ID, Object: product.KindProduct}}}},
	}}})
	check(err)
	_, err = eng.Rules.Assign(ctx, rule.ID, validation.OnCampaign, autumn(eng).ID)
	check(err)
	saved, err := eng.Templates.CreateFromCampaign(ctx, "Autumn", "Every autumn", "15 % on shoes")
	check(err)
	check(eng.Products.DeleteProduct(ctx, "shoe", true))

	start := time.Date(2027, 9, 1, 0, 0, 0, 0, time.UTC)
	next, err := eng.Templates.CampaignSetup(ctx, saved.ID, template.CampaignOverrides{
		Name: "Autumn 2027", Window: &validity.Window{StartDate: &start}, VouchersCount: 5,
	})
	check(err)
	fmt.Println(next.Campaign.Name, next.Campaign.Voucher.Discount.PercentOff, next.Campaign.VouchersCount)
	for _, r := range next.CreatedResources {
		fmt.Println(r.Object)
	}
	// Output:
	// Autumn 2027 15 5
	// product
	// validation_rules
}

// The template of a coupon campaign makes promotion tiers as well.
func ExampleTemplates_TierSetup() {
	eng, ctx := newEngine(), context.Background()
	saved, err := eng.Templates.CreateFromCampaign(ctx, autumn(eng).ID, "Every autumn", "")
	check(err)
	automatic, err := eng.Campaigns.Create(ctx, campaign.Campaign{Name: "Automatic", CampaignType: campaign.Promotion})
	check(err)
	got, err := eng.Templates.TierSetup(ctx, saved.ID, template.TierOverrides{Name: "15 % off", CampaignID: automatic.ID})
	check(err)
	fmt.Println(got.PromotionTier.Name, got.PromotionTier.Action.Discount.PercentOff, got.PromotionTier.Hierarchy)
	// Output: 15 % off 15 1
}

func ExampleCampaigns_Clone() {
	eng, ctx := newEngine(), context.Background()
	weekend, err := eng.Campaigns.Create(ctx, campaign.Campaign{Name: "Weekend", CampaignType: campaign.Promotion})
	check(err)
	_, err = eng.Promotions.CreateTier(ctx, promotion.Tier{CampaignID: weekend.ID, Name: "Free coffee"})
	check(err)
	clone, err := eng.Campaigns.Clone(ctx, "Weekend", "Long weekend")
	check(err)
	fmt.Println(clone.Name, clone.CampaignType, clone.Active)
	// Output: Long weekend PROMOTION true
}
