package voucherify_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// newEngine is an engine with one code, SPRING: 10 % off the order, once.
func newEngine() *voucherify.Engine {
	eng, err := voucherify.New(memory.New())
	if err != nil {
		log.Fatal(err)
	}
	spring(eng)
	return eng
}

// spring creates the code of newEngine.
func spring(eng *voucherify.Engine) {
	off, once := discount.Percent("10", discount.ToOrder), int64(1)
	_, err := eng.Vouchers.Create(context.Background(), voucher.Voucher{
		Code: "SPRING", Type: voucher.DiscountVoucher, Discount: &off, Redemption: voucher.Redemption{Quantity: &once},
	})
	if err != nil {
		log.Fatal(err)
	}
}

var mugs = order.New("order-1001", order.Line{SKUID: "sku-mug", Quantity: 3, Price: 1900})

func ExampleEngine_Validate() {
	eng := newEngine()
	answer, err := eng.Validate(context.Background(), redemption.Request{Redeemables: redemption.Codes("SPRING", "SUMMER"), Order: mugs})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Valid, answer.Decision.Reason)
	for _, x := range answer.Redeemables {
		fmt.Println(x.ID, x.Status)
	}
	// Output:
	// false not_found
	// SPRING APPLICABLE
	// SUMMER INAPPLICABLE
}

func ExampleEngine_Redeem() {
	eng := newEngine()
	request := redemption.Request{IdempotencyKey: "order-1001", Redeemables: redemption.Codes("SPRING"), Order: mugs}
	result, err := eng.Redeem(context.Background(), request)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("charge", result.Order.TotalAmount, "of", result.Order.Amount)

	request.IdempotencyKey = "order-1002"
	_, err = eng.Redeem(context.Background(), request)
	var refused *redemption.Refused
	fmt.Println(errors.As(err, &refused), errors.Is(err, fault.QuantityExceeded))
	// Output:
	// charge 5130 of 5700
	// true true
}

func ExampleEngine_RedeemTx() {
	s := memory.New()
	eng, err := voucherify.New(s)
	if err != nil {
		log.Fatal(err)
	}
	// The redemption commits or vanishes together with everything else that the host does in the transaction.
	err = s.Update(context.Background(), func(tx store.Tx) error {
		_, err := eng.RedeemTx(context.Background(), tx, redemption.Request{Redeemables: redemption.Codes("SPRING")})
		return err
	})
	fmt.Println(errors.Is(err, fault.NotFound))
	// Output: true
}

func ExampleEngine_Rollback() {
	eng := newEngine()
	result, err := eng.Redeem(context.Background(), redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: mugs})
	if err != nil {
		log.Fatal(err)
	}
	back, err := eng.Rollback(context.Background(), redemption.RollbackRequest{Redemption: result.ID(), Reason: "out of stock"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.Order.Status, back.Order.TotalAmount)
	// Output: CANCELED 5700
}

func ExampleEngine_Return() {
	eng := newEngine()
	result, err := eng.Redeem(context.Background(), redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: mugs})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := eng.Return(context.Background(), redemption.ReturnRequest{
		Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("refund", answer.Return.Refund, "=", answer.Return.Amount, "-", answer.Return.Discount)
	// Output: refund 1710 = 1900 - 190
}

func ExampleEngine_Qualify() {
	ctx := context.Background()
	eng := newEngine()
	c, err := eng.Campaigns.Create(ctx, campaign.Campaign{Name: "Cart offers", CampaignType: campaign.Promotion})
	if err != nil {
		log.Fatal(err)
	}
	rule, err := eng.Rules.Create(ctx, validation.Rule{Name: "big basket", Expression: "order.amount >= 10000"})
	if err != nil {
		log.Fatal(err)
	}
	off, more := discount.Percent("5", discount.ToOrder), discount.Percent("20", discount.ToOrder)
	for _, tier := range []promotion.Tier{
		{CampaignID: c.ID, Name: "5 % for all", Action: promotion.Action{Discount: &off}},
		{CampaignID: c.ID, Name: "20 % from 100.00", Action: promotion.Action{Discount: &more}, ValidationRules: []string{rule.ID}},
	} {
		if _, err := eng.Promotions.CreateTier(ctx, tier); err != nil {
			log.Fatal(err)
		}
	}
	answer, err := eng.Qualify(ctx, redemption.QualificationRequest{Order: mugs, Options: redemption.QualificationOptions{Sorting: redemption.BestDeal, Strict: true}})
	if err != nil {
		log.Fatal(err)
	}
	for _, x := range answer.Redeemables {
		fmt.Println(cmp.Or(x.Name, x.ID), x.Order.TotalAppliedDiscountAmount)
	}
	for _, miss := range answer.NearMisses {
		fmt.Println("add", *miss.Step.Missing, "for", miss.Name)
	}
	// Output:
	// SPRING 570
	// 5 % for all 285
	// add 4300 for 20 % from 100.00
}
