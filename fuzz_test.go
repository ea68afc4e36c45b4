package voucherify_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// fuzzedShop has codes of every kind of discount, rules of every family, a stack, a catalogue, a customer and an order.
func fuzzedShop(f *testing.F) *shop {
	f.Helper()
	s := newShop(f)
	s.must(second(s.Products.CreateProduct(background, product.Product{SourceID: "p1", Price: cents(1000)})))
	s.must(second(s.Products.CreateSKU(background, product.SKU{SourceID: "s1", ProductID: "p1", Price: cents(1299)})))
	s.must(second(s.Products.CreateProduct(background, product.Product{SourceID: "p2", Price: cents(333)})))
	scope := `"applicable_to":{"included":[{"object":"product","source_id":"p1","product_campaign_quantity_limit":3},{"object":"product","id":"p2"}]}`
	formula := discount.AmountOff(100, discount.ToOrder)
	formula.AmountOffFormula = "ORDER_AMOUNT / 7 + REDEMPTION_METADATA(\"bonus\")"
	for code, test := range map[string]struct {
		off  discount.Discount
		rule string
	}{
		"A1": {discount.AmountOff(700, discount.ToOrder), ""}, "A2": {discount.AmountOff(150, discount.ToItemsByQuantity), scope},
		"A3": {discount.AmountOff(999, discount.ToItemsProportionally), scope}, "P1": {discount.Percent("12.5", discount.ToOrder), ""},
		"P2": {discount.Percent("33.33", discount.ToItems), scope}, "F1": {discount.NewPrice(500, discount.ToItems), scope},
		"F2": {discount.NewPrice(2000, discount.ToOrder), ""}, "U1": {discount.FreeUnits(1, "p2", discount.AddMissing), ""},
		"U2": {discount.FreeUnits(2, "p1", discount.AddNew), ""}, "FORM": {formula, ""},
		"R1": {discount.AmountOff(50, discount.ToOrder), `"rules":{"1":{"name":"order.amount","conditions":{"$more_than":[2000]}},"2":{"name":"order.items.count","conditions":{"$less_than":[20]}},"logic":"1 and 2"}`},
		"R2": {discount.AmountOff(50, discount.ToOrder), `"rules":{"1":{"name":"customer.metadata","property":"tier","conditions":{"$in":["gold","silver"]}}}`},
		"R3": {discount.AmountOff(50, discount.ToOrder), `"rules":{"1":{"name":"order.items.any","conditions":{"$is":[{"object":"product","source_id":"p1"}]},"rules":{"1":{"name":"order.items.aggregated_amount","conditions":{"$more_than_or_equal":[1000]}}}}}`},
		"R4": {discount.AmountOff(50, discount.ToOrder), `"expression":"order.amount > 100 && any(order.items, .quantity > 1) && redemption.metadata.till == 7"`},
		"R5": {discount.AmountOff(50, discount.ToOrder), `"rules":{"1":{"name":"order.total_amount","conditions":{"$more_than":[100]}},"2":{"name":"campaign.orders.amount_discounted","conditions":{"$less_than":[1000]}}}`},
		"B1": {discount.AmountOff(50, discount.ToOrder), `"bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[{"object":"product","source_id":"p1"}]}},"2":{"name":"order.items.any","conditions":{"$is":[{"object":"product","source_id":"p2"}]}},"limit":3}`},
	} {
		v := s.coupon(code, test.off, 0)
		if test.rule != "" {
			s.rule(`{"name":"`+code+`",`+test.rule+`}`, validation.OnVoucher, v.ID)
		}
	}
	s.coupon("ONCE", discount.AmountOff(10, discount.ToOrder), 1)
	s.must(second(s.Vouchers.Create(background, voucher.Voucher{Code: "OFF", Type: voucher.DiscountVoucher, Discount: &off100})))
	s.must(s.Vouchers.Disable(background, "OFF"))
	camp, err := s.Campaigns.Create(background, campaign.Campaign{Name: "P", CampaignType: campaign.Promotion})
	s.must(err)
	var tiers []string
	for _, off := range []discount.Discount{discount.Percent("5", discount.ToOrder), discount.AmountOff(20, discount.ToItems)} {
		tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: camp.ID, Name: "t", Action: promotion.Action{Discount: &off}})
		s.must(err)
		tiers = append(tiers, tier.ID)
	}
	stack, err := s.Promotions.CreateStack(background, promotion.Stack{CampaignID: camp.ID, Name: "s", Tiers: promotion.StackTiers{IDs: tiers}})
	s.must(err)
	s.must(second(s.Customers.Upsert(background, customer.Customer{SourceID: "c1", Metadata: metadata.Map{"tier": "gold"}})))
	s.must(second(s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("A1"), TrackingID: "c1",
		Order: &order.Order{SourceID: "O1", Items: []order.Item{{SourceID: "p1", RelatedObject: product.KindProduct, Quantity: 3}}},
	})))
	for _, seed := range []redemption.Request{
		{Redeemables: redemption.Tiers(tiers...), Order: &order.Order{Amount: 5000}}, {Redeemables: redemption.Stack(stack.ID), Order: &order.Order{SourceID: "O1"}},
	} {
		text, err := json.Marshal(seed)
		s.must(err)
		f.Add(text)
	}
	return s
}

var fuzzSeeds = []string{
	`{"redeemables":[{"object":"voucher","id":"A1"},{"object":"voucher","id":"P1"}],"order":{"amount":10000}}`,
	`{"redeemables":[{"object":"voucher","id":"A2"},{"object":"voucher","id":"P2"},{"object":"voucher","id":"F1"}],"order":{"source_id":"O2","items":[
		{"source_id":"p1","related_object":"product","quantity":"3"},{"source_id":"s1","related_object":"sku","price":1000},{"product_id":"p2","amount":777}]},
		"customer":{"source_id":"c1","metadata":{"tier":"silver"}},"metadata":{"till":7}}`,
	`{"redeemables":[{"object":"voucher","id":"U1"},{"object":"voucher","id":"U2"},{"object":"voucher","id":"B1"}],"order":{"source_id":"O1","items":[{"source_id":"p1","related_object":"product","quantity":2},{"source_id":"p2","related_object":"product"}]},"tracking_id":"c1"}`,
	`{"redeemables":[{"object":"voucher","id":"R1"},{"object":"voucher","id":"R4"},{"object":"voucher","id":"R5"}],"order":{"amount":5000,"items":[{"quantity":2,"price":1000}]},"metadata":{"till":7}}`,
	`{"redeemables":[{"object":"voucher","id":"FORM"}],"order":{"amount":5000},"metadata":{"bonus":12.5}}`,
	`{"redeemables":[{"object":"voucher","id":"R2"},{"object":"voucher","id":"R3"}],"customer":{"source_id":"c9"},"order":{"items":[{"product":{"source_id":"p1","price":1,"override":true,"name":"x"},"quantity":4}]}}`,
	`{"redeemables":[{"object":"voucher","id":"F2"},{"object":"voucher","id":"ONCE"}],"order":{"source_id":"O1","status":"FULFILLED"}}`,
	`{"redeemables":[{"object":"voucher","id":"OFF"},{"object":"voucher","id":"NONE"}]}`,
	`{"redeemables":[{"object":"voucher","id":"A3"}],"order":{"discount_amount":5,"items":[{"source_id":"p1","related_object":"product","initial_quantity":2,"amount":1999,"discount_quantity":1}]}}`,
	`{"redeemables":null,"order":{"items":[{"quantity":-1}]}}`,
	`{"scenario":"AUDIENCE_ONLY","tracking_id":"c1","options":{"limit":50,"sorting_rule":"BEST_DEAL","filters":{"junction":"or","resource_type":{"conditions":{"$is":["voucher"]}},"code":{"conditions":{"$in":["A1"]}}}},"order":{"amount":900}}`,
	`{"scenario":"PRODUCTS_DISCOUNT_BY_CUSTOMER","options":{"starting_after":"2026-11-25T12:00:00Z/A1","strict":true},"order":{"items":[{"source_id":"p1","related_object":"product","quantity":2}]},"metadata":{"till":7}}`,
	`{"scenario":"PROMOTION_STACKS","options":{"strict":true},"order":{"source_id":"O1"}}`,
}

// errUndone keeps what a fuzzed redeem wrote from being committed, so that every input meets the same shop.
var errUndone = errors.New("undone")

// FuzzRequestJSON reads a request from bytes and asks the shop: no input makes it panic, every refusal is typed, a valid answer
// obeys the identities of the order, and the redeem agrees with it to the cent.
func FuzzRequestJSON(f *testing.F) {
	s := fuzzedShop(f)
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s.asks(t, text)
		var request redemption.Request
		if json.Unmarshal(text, &request) != nil {
			return
		}
		answer, err := s.Validate(background, request)
		result, redeemErr := s.rehearse(request)
		if err != nil {
			if want := placeOf(t, err); redeemErr == nil || placeOf(t, redeemErr) != want {
				t.Fatalf("validate: %v; redeem: %v", err, redeemErr)
			}
			return
		}
		if !answer.Valid {
			if !errors.Is(redeemErr, answer.Decision.Reason) {
				t.Fatalf("validate refuses with %s; redeem: %v", answer.Decision.Reason, redeemErr)
			}
			return
		}
		if redeemErr != nil {
			t.Fatalf("validate says yes; redeem: %v", redeemErr)
		}
		for i := range answer.Redeemables {
			identities(t, answer.Redeemables[i].Order)
		}
		identities(t, result.Order)
		if answer.Order == nil { // without an order there is nothing to compare
			return
		}
		identities(t, answer.Order)
		if diff := cmp.Diff(undated(answer.Order), undated(result.Order)); diff != "" {
			t.Fatalf("order (-validated +redeemed):\n%s", diff)
		}
	})
}

// asks reads a qualification from the same bytes: it is answered, every order of the answer adds up, or it is refused with a
// typed error.
func (s *shop) asks(t *testing.T, text []byte) {
	var request redemption.QualificationRequest
	if json.Unmarshal(text, &request) != nil {
		return
	}
	answer, err := s.Qualify(background, request)
	if err != nil {
		placeOf(t, err)
		return
	}
	for i := range answer.Redeemables {
		identities(t, answer.Redeemables[i].Order)
	}
}

// undated is bare for orders that may have been stored before.
func undated(o *order.Order) order.Order {
	c := bare(o)
	c.UpdatedAt = nil
	return c
}

// rehearse redeems without leaving anything behind.
func (s *shop) rehearse(request redemption.Request) (result *redemption.Result, err error) {
	undone := s.store.Update(background, func(tx store.Tx) error {
		result, err = s.RedeemTx(background, tx, request)
		return errUndone
	})
	if !errors.Is(undone, errUndone) {
		return nil, undone
	}
	return result, err
}

// identities checks the sums of a calculated order.
func identities(t *testing.T, o *order.Order) {
	t.Helper()
	if o == nil {
		return
	}
	var items, applied int64
	for i := range o.Items {
		item := &o.Items[i]
		items += item.DiscountAmount
		applied += item.AppliedDiscountAmount
		if item.Amount != nil && (item.SubtotalAmount != *item.Amount-item.DiscountAmount || item.SubtotalAmount < 0) {
			t.Fatalf("line %d: %+v", i, item)
		}
	}
	total := o.DiscountAmount + o.ItemsDiscountAmount
	ok := items == o.ItemsDiscountAmount && applied == o.ItemsAppliedDiscountAmount && o.TotalDiscountAmount == total &&
		o.TotalAppliedDiscountAmount == o.AppliedDiscountAmount+o.ItemsAppliedDiscountAmount && o.TotalAmount == o.Amount-total && o.TotalAmount >= 0
	if !ok && len(o.Items) > 0 {
		t.Fatalf("the sums of the order do not add up: %+v", o)
	}
}
