package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// check ends an example that cannot go on.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// autumn creates a campaign of 15 % off with three codes.
func autumn(eng *voucherify.Engine) campaign.Campaign {
	off, once := discount.Percent("15", discount.ToOrder), int64(1)
	c, err := eng.Campaigns.Create(context.Background(), campaign.Campaign{
		Name: "Autumn", CampaignType: campaign.DiscountCoupons, VouchersCount: 3,
		Voucher: &campaign.Template{
			Discount: &off, CodeConfig: voucher.CodeConfig{Pattern: "AUT-####"}, Redemption: campaign.TemplateRedemption{Quantity: &once},
		},
	})
	check(err)
	return c
}

func ExampleCampaigns_Create() {
	eng := newEngine()
	c := autumn(eng)
	fmt.Println(c.Name, c.Type, c.VouchersCount, c.Active)
	// Output: Autumn STATIC 3 true
}

func ExampleCampaigns_AddVouchers() {
	eng := newEngine()
	c := autumn(eng)
	codes, err := eng.Campaigns.AddVouchers(context.Background(), c.ID, 2, &voucher.CodeConfig{Pattern: "VIP-######"})
	check(err)
	fmt.Println(len(codes), codes[0][:4])
	// Output: 2 VIP-
}

func ExampleCampaigns_AddVoucher() {
	eng := newEngine()
	autumn(eng)
	fmt.Println(eng.Campaigns.AddVoucher(context.Background(), "Autumn", "FRIENDS"))
	err := eng.Campaigns.AddVoucher(context.Background(), "Autumn", "FRIENDS")
	var taken *fault.Error
	fmt.Println(errors.As(err, &taken), taken.Key, taken.Field)
	// Output:
	// <nil>
	// true duplicate_found code
}

func ExampleCampaigns_Update() {
	ctx, eng := context.Background(), newEngine()
	c := autumn(eng)
	// Codes that were given out or redeemed keep the 15 %.
	off := discount.Percent("20", discount.ToOrder)
	c.Voucher.Discount = &off
	c, err := eng.Campaigns.Update(ctx, c)
	check(err)
	fmt.Println(c.Voucher.Discount.PercentOff, c.Version)
	// Output: 20 2
}

func ExampleCampaigns_Disable() {
	ctx, eng := context.Background(), newEngine()
	autumn(eng)
	check(eng.Campaigns.AddVoucher(ctx, "Autumn", "FRIENDS"))
	check(eng.Campaigns.Disable(ctx, "Autumn"))
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("FRIENDS"), Order: mugs})
	check(err)
	fmt.Println(answer.Valid, answer.Decision.Reason)
	// Output: false voucher_disabled
}

func ExampleCampaigns_Delete() {
	ctx, eng := context.Background(), newEngine()
	autumn(eng)
	check(eng.Campaigns.Delete(ctx, "Autumn", true))
	_, err := eng.Campaigns.Get(ctx, "Autumn")
	fmt.Println(errors.Is(err, fault.NotFound))
	// Output: true
}

func ExampleVouchers_Create() {
	ctx, eng := context.Background(), newEngine()
	off := discount.AmountOff(500, discount.ToOrder)
	v, err := eng.Vouchers.Create(ctx, voucher.Voucher{Code: "FIVER", Type: voucher.DiscountVoucher, Discount: &off})
	check(err)
	fmt.Println(v.Code, v.Active, v.Redemption.RedeemedQuantity)
	// Output: FIVER true 0
}

func ExampleVouchers_List() {
	ctx, eng := context.Background(), newEngine()
	c := autumn(eng)
	// Pages of two, each beginning behind the last code of the one before.
	page := voucherify.ListOptions{Parent: c.ID, OldestFirst: true, Limit: 2}
	for {
		count := 0
		for v, err := range eng.Vouchers.List(ctx, page) {
			check(err)
			page.After = &store.Cursor{CreatedAtMicros: v.CreatedAt.UnixMicro(), ID: v.ID}
			count++
		}
		if count == 0 {
			break
		}
		fmt.Println(count)
	}
	// Output:
	// 2
	// 1
}

func ExamplePublications_Create() {
	ctx, eng := context.Background(), newEngine()
	off := discount.Percent("15", discount.ToOrder)
	_, err := eng.Campaigns.Create(ctx, campaign.Campaign{
		Name: "Welcome", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off},
		ActivityDurationAfterPublishing: &validity.Duration{Days: 30},
	})
	check(err)
	check(eng.Campaigns.AddVoucher(ctx, "Welcome", "HELLO"))
	given, err := eng.Publications.Create(ctx, publication.FromCampaign("Welcome", customer.BySourceID("u-42")))
	check(err)
	fmt.Println(given.Voucher.Code, given.Voucher.ExpirationDate.Sub(*given.Voucher.PublishedAt))
	_, err = eng.Publications.Create(ctx, publication.OfCode("HELLO", customer.BySourceID("u-43")))
	fmt.Println(errors.Is(err, fault.VoucherAlreadyPublished))
	// Output:
	// HELLO 720h0m0s
	// true
}

func ExamplePromotions_CreateTier() {
	ctx, eng := context.Background(), newEngine()
	c, err := eng.Campaigns.Create(ctx, campaign.Campaign{Name: "Cart offers", CampaignType: campaign.Promotion})
	check(err)
	off := discount.AmountOff(300, discount.ToOrder)
	tier, err := eng.Promotions.CreateTier(ctx, promotion.Tier{CampaignID: c.ID, Name: "3.00 for all", Action: promotion.Action{Discount: &off}})
	check(err)
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Tiers(tier.ID), Order: mugs})
	check(err)
	fmt.Println(answer.Order.TotalAmount)
	// Output: 5400
}

func ExamplePromotions_CreateStack() {
	ctx, eng := context.Background(), newEngine()
	c, err := eng.Campaigns.Create(ctx, campaign.Campaign{Name: "Cart offers", CampaignType: campaign.Promotion})
	check(err)
	var tiers []string
	for _, off := range []discount.Discount{discount.AmountOff(700, discount.ToOrder), discount.Percent("10", discount.ToOrder)} {
		tier, err := eng.Promotions.CreateTier(ctx, promotion.Tier{CampaignID: c.ID, Name: string(off.Type), Action: promotion.Action{Discount: &off}})
		check(err)
		tiers = append(tiers, tier.ID)
	}
	stack, err := eng.Promotions.CreateStack(ctx, promotion.Stack{CampaignID: c.ID, Name: "both", Tiers: promotion.StackTiers{IDs: tiers}})
	check(err)
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Stack(stack.ID), Order: mugs})
	check(err)
	fmt.Println(answer.Order.TotalAmount)
	// Output: 4500
}

func ExampleRules_Create() {
	ctx, eng := context.Background(), newEngine()
	// A rule may be an expression, or a tree as Voucherify's dashboard writes it.
	var rule validation.Rule
	err := json.Unmarshal([]byte(`{"name": "three mugs", "rules": {
		"1": {"name": "order.items.any", "conditions": {"$is": [{"object": "sku", "id": "sku-mug"}]},
			"rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$more_than_or_equal": [3]}}}},
		"logic": "1"}}`), &rule)
	check(err)
	rule, err = eng.Rules.Create(ctx, rule)
	check(err)
	fmt.Println(rule.Name, rule.Version)

	_, err = eng.Rules.Create(ctx, validation.Rule{Name: "broken", Expression: "order.amount >"})
	var refusal *fault.Error
	fmt.Println(errors.As(err, &refusal), refusal.Key, refusal.Field)
	// Output:
	// three mugs 1
	// true invalid_validation_rules expression
}

func ExampleRules_Assign() {
	ctx, eng := context.Background(), newEngine()
	rule, err := eng.Rules.Create(ctx, validation.Rule{
		Name: "big basket", Expression: "order.amount >= 10000", Error: &validation.ErrorText{Message: "Only from 100.00"},
	})
	check(err)
	spring, err := eng.Vouchers.Get(ctx, "SPRING")
	check(err)
	_, err = eng.Rules.Assign(ctx, rule.ID, validation.OnVoucher, spring.ID)
	check(err)
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: mugs})
	check(err)
	step, _ := answer.Decision.NearMiss()
	fmt.Println(answer.Redeemables[0].Result.Details.Message, "- missing", *step.Missing)
	// Output: Only from 100.00 - missing 4300
}

func ExampleCustomers_Upsert() {
	ctx, eng := context.Background(), newEngine()
	_, err := eng.Customers.Upsert(ctx, customer.Customer{SourceID: "u-42", Name: "Ann"})
	check(err)
	ann, err := eng.Customers.Upsert(ctx, customer.Customer{SourceID: "u-42", Email: "ann@example.com"})
	check(err)
	fmt.Println(ann.Name, ann.Email, ann.Version)
	// Output: Ann ann@example.com 2
}

func ExampleSegments_Create() {
	ctx, eng := context.Background(), newEngine()
	ann, err := eng.Customers.Upsert(ctx, customer.Customer{SourceID: "u-42"})
	check(err)
	vip, err := eng.Segments.Create(ctx, customer.Segment{Name: "VIP", Customers: []string{ann.ID}})
	check(err)
	_, err = eng.Rules.Create(ctx, validation.Rule{Name: "VIP only", Expression: fmt.Sprintf("%q in customer.segments", vip.ID)})
	check(err)
	fmt.Println(errors.Is(eng.Segments.Delete(ctx, vip.ID), fault.ResourceInUse))
	// Output: true
}

func ExampleProducts_CreateSKU() {
	ctx, eng := context.Background(), newEngine()
	price := int64(1900)
	_, err := eng.Products.CreateProduct(ctx, product.Product{SourceID: "mug", Name: "Mug", Price: &price})
	check(err)
	_, err = eng.Products.CreateSKU(ctx, product.SKU{SourceID: "mug-blue", ProductID: "mug", Name: "blue"})
	check(err)
	// A line that names the SKU needs no price.
	cart := &order.Order{Items: []order.Item{{SourceID: "mug-blue", RelatedObject: product.KindSKU, Quantity: 2}}}
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: cart})
	check(err)
	fmt.Println(answer.Order.Amount, answer.Order.TotalAmount)
	// Output: 3800 3420
}

func ExampleProducts_CreateCollection() {
	ctx, eng := context.Background(), newEngine()
	sale, err := eng.Products.CreateCollection(ctx, product.Collection{Name: "Sale", Products: []product.Ref{{ID: "sku-mug", Object: product.KindSKU}}})
	check(err)
	half := discount.Percent("50", discount.ToItems)
	v, err := eng.Vouchers.Create(ctx, voucher.Voucher{Code: "HALF", Type: voucher.DiscountVoucher, Discount: &half})
	check(err)
	rule, err := eng.Rules.Create(ctx, validation.Rule{Name: "sale", ApplicableTo: product.Scope{Included: []product.Target{{Ref: product.Ref{ID: sale.ID}}}}})
	check(err)
	_, err = eng.Rules.Assign(ctx, rule.ID, validation.OnVoucher, v.ID)
	check(err)
	cart := order.New("", order.Line{SKUID: "sku-mug", Quantity: 1, Price: 1900}, order.Line{SKUID: "sku-plate", Quantity: 1, Price: 1000})
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("HALF"), Order: cart})
	check(err)
	fmt.Println(answer.Order.TotalDiscountAmount)
	// Output: 950
}

func ExampleOrders_Create() {
	ctx, eng := context.Background(), newEngine()
	_, err := eng.Orders.Create(ctx, order.Order{SourceID: "order-7", Amount: 5000})
	check(err)
	o, err := eng.Orders.Update(ctx, order.Order{SourceID: "order-7", Status: order.Paid})
	check(err)
	fmt.Println(o.Status, o.TotalAmount)
	// Output: PAID 5000
}

func ExampleSettings_SetStackingRules() {
	ctx, eng := context.Background(), newEngine()
	alone, err := eng.Categories.Create(ctx, promotion.Category{Name: "not with others"})
	check(err)
	_, err = eng.Settings.SetStackingRules(ctx, promotion.StackingRules{
		RedeemablesApplicationMode: promotion.Partial, ExclusiveCategories: []string{alone.ID},
	})
	check(err)
	off := discount.AmountOff(2000, discount.ToOrder)
	_, err = eng.Vouchers.Create(ctx, voucher.Voucher{Code: "BIG", Type: voucher.DiscountVoucher, Discount: &off, CategoryID: alone.ID})
	check(err)
	answer, err := eng.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("SPRING", "BIG"), Order: mugs})
	check(err)
	fmt.Println(answer.Redeemables[0].ID, answer.SkippedRedeemables[0].ID, answer.SkippedRedeemables[0].Result.Details.Key)
	// Output: BIG SPRING exclusion_rules_not_met
}

func ExampleRedemptions_List() {
	ctx, eng := context.Background(), newEngine()
	for range 2 { // the second one is refused and recorded as well
		if _, err := eng.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: mugs}); err != nil && !errors.Is(err, fault.QuantityExceeded) {
			log.Fatal(err)
		}
	}
	for x, err := range eng.Redemptions.List(ctx, voucherify.ListOptions{OldestFirst: true}) {
		check(err)
		fmt.Printf("%s %s %q\n", x.Code, x.Result, x.FailureCode)
	}
	// Output:
	// SPRING SUCCESS ""
	// SPRING FAILURE "quantity_exceeded"
}

func ExampleCustomers_Wallet() {
	ctx, eng := context.Background(), newEngine()
	off, once := discount.AmountOff(500, discount.ToOrder), int64(1)
	_, err := eng.Campaigns.Create(ctx, campaign.Campaign{
		Name: "Welcome", Voucher: &campaign.Template{Discount: &off, Redemption: campaign.TemplateRedemption{Quantity: &once}},
	})
	check(err)
	ann := customer.BySourceID("u-42")
	for _, code := range []string{"FIRST", "SECOND"} {
		check(eng.Campaigns.AddVoucher(ctx, "Welcome", code))
		_, err = eng.Publications.Create(ctx, publication.OfCode(code, ann))
		check(err)
	}
	_, err = eng.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("FIRST"), Customer: ann, Order: mugs})
	check(err)
	for entry, err := range eng.Customers.Wallet(ctx, "u-42", voucherify.ListOptions{OldestFirst: true}) {
		check(err)
		fmt.Println(entry.Voucher.Code, entry.Status)
	}
	// Output:
	// FIRST USED
	// SECOND ACTIVE
}

func ExampleCustomers_DeletePermanently() {
	ctx, eng := context.Background(), newEngine()
	off := discount.AmountOff(500, discount.ToOrder)
	_, err := eng.Vouchers.Create(ctx, voucher.Voucher{Code: "FIVE", Type: voucher.DiscountVoucher, Discount: &off})
	check(err)
	result, err := eng.Redeem(ctx, redemption.Request{
		Redeemables: redemption.Codes("FIVE"), Customer: &customer.Customer{SourceID: "u-42", Name: "Ann"}, Order: mugs,
	})
	check(err)
	deletion, err := eng.Customers.DeletePermanently(ctx, "u-42")
	check(err)
	fmt.Println(deletion.Status, deletion.DataJSON.Customer, deletion.DataJSON.Orders)
	order, err := eng.Orders.Get(ctx, result.Order.ID)
	check(err)
	fmt.Println(order.CustomerID[:5], order.TotalDiscountAmount)
	// Output:
	// DONE 1 1
	// anon_ 500
}
