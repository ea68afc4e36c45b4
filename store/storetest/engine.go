package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// RunEngine proves that the engine works on a store at the bounds of its requests: the largest cart, the longest names,
// and codes that people would take for the same.
func RunEngine(t *testing.T, factory func(t *testing.T) store.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(h *host)
	}{
		{"codes that look alike are redeemed by themselves", testLookalikeCodes},
		{"30 codes on 500 lines are redeemed, repeated, returned and rolled back", testLargestCart},
		{"the longest names are told apart in records, counters and answers", testLongestNames},
		{"an order of 2 MB is stored and read again", testLargeOrder},
		{"random histories of a gift card add up", testCardHistories},
		{"a template is set up again as a whole or not at all", testTemplate},
		{"random histories of loyalty cards add up while days pass", testPointsHistories},
		{"random histories of orders and of pending points add up", testEarningHistories},
		{"random histories of a loyalty card with rewards add up", testRewardHistories},
		{"random histories of everything that moves points agree with themselves", testWholePoints},
		{"a second engine decides with what the first has configured", testTwoEngines},
		{"an import keeps the good rows and reports the others", testImports},
		{"a customer who is deleted permanently is left nowhere", testErasure},
		{"referees are assigned, brought, taken back and deleted", testReferrals},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newHost(t, factory(t)))
		})
	}
}

func testLookalikeCodes(h *host) {
	var codes []string
	for _, code := range lookalikes() {
		if voucher.CheckCode(code) == nil {
			h.code(code, 1)
			codes = append(codes, code)
		}
	}
	if len(codes) < 15 {
		h.Fatalf("only %d codes are left", len(codes))
	}
	for i, code := range codes {
		request := cart(code, code) // the customers are named alike as well
		request.IdempotencyKey = code
		result, err := h.Redeem(h.ctx, request)
		h.must(err)
		if got := result.Redemptions[0].Code; got != code {
			h.Errorf("asked for %q, redeemed %q", code, got)
		}
		if got := h.succeeded(); got != int64(i)+1 {
			h.Errorf("%d redemptions after %q, want %d: it was taken for another", got, code, i+1)
		}
	}
	for _, code := range codes {
		if _, err := h.Redeem(h.ctx, cart(code, code)); !errors.Is(err, fault.QuantityExceeded) {
			h.Errorf("the second redeem of %q: got %v, want %v", code, err, fault.QuantityExceeded)
		}
		if got := h.redeemed(code); got != 1 {
			h.Errorf("%q is redeemed %d times, want once", code, got)
		}
	}
	known := 0
	for _, err := range h.Customers.List(h.ctx, voucherify.ListOptions{}) {
		h.must(err)
		known++
	}
	if known != len(codes) {
		h.Errorf("%d customers for %d names", known, len(codes))
	}
}

func testLargestCart(h *host) {
	var codes []string
	for i := range redemption.MaxRedeemables {
		codes = append(codes, fmt.Sprintf("CODE%02d", i))
		h.code(codes[i], 1)
	}
	items := make([]order.Line, order.MaxItems)
	for i := range items {
		items[i] = order.Line{ProductID: fmt.Sprintf("product-%03d", i), Quantity: 2, Price: 333}
	}
	request := redemption.Request{
		Redeemables: redemption.Codes(codes...), Order: order.New("large", items...), Customer: customer.BySourceID("large"),
		IdempotencyKey: "large",
	}
	_, err := h.Settings.SetStackingRules(h.ctx, promotion.StackingRules{
		RedeemablesLimit: redemption.MaxRedeemables, ApplicableRedeemablesLimit: redemption.MaxRedeemables,
	})
	h.must(err)
	result, err := h.Redeem(h.ctx, request)
	h.must(err)
	again, err := h.Redeem(h.ctx, request)
	h.must(err)
	if len(result.Redemptions) != len(codes) || encode(h, again) != encode(h, result) {
		h.Errorf("%d redemptions were made, and the repetition gives %d", len(result.Redemptions), len(again.Redemptions))
	}
	back := redemption.ReturnRequest{Redemption: result.ID()}
	for i := range result.Order.Items {
		back.Lines = append(back.Lines, redemption.ReturnLine{ItemID: result.Order.Items[i].ID, Quantity: 1})
	}
	returned, err := h.Return(h.ctx, back)
	h.must(err)
	undone, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: result.ID()})
	h.must(err)
	given := returned.Return.Discount
	for _, x := range undone.Rollbacks {
		given += x.Discount
	}
	if given != result.Order.TotalDiscountAmount {
		h.Errorf("gave back %d of %d", given, result.Order.TotalDiscountAmount)
	}
}

// testLongestNames uses the longest names that the engine accepts in every place where they come together in one key.
func testLongestNames(h *host) {
	one := int64(1)
	off := discount.Percent("10", discount.ToItems)
	for _, mark := range []string{"a", "b"} {
		name := longest(store.MaxName, mark)
		p, err := h.Products.CreateProduct(h.ctx, product.Product{SourceID: name})
		h.must(err)
		rule, err := h.Rules.Create(h.ctx, validation.Rule{Name: name, ApplicableTo: product.Scope{Included: []product.Target{{
			Ref:    product.Ref{Object: product.KindProduct, SourceID: name},
			Quotas: product.Quotas{PerProductAndCustomerInCampaign: &one},
		}}}})
		h.must(err)
		code := longest(voucher.MaxCodeBytes, mark)
		_, err = h.Campaigns.Create(h.ctx, campaign.Campaign{
			Name: longest(campaign.MaxNameLength, mark), CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone,
			ValidationRules: []string{rule.ID}, Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: code},
		})
		h.must(err)
		request := redemption.Request{
			Redeemables: redemption.Codes(code), Customer: customer.BySourceID(name), IdempotencyKey: name,
			Order: &order.Order{SourceID: name, Items: []order.Item{{SourceID: name, RelatedObject: product.KindProduct, Quantity: 3, Price: ptr(1000)}}},
		}
		result, err := h.Redeem(h.ctx, request)
		h.must(err)
		if result.Order.TotalDiscountAmount != 100 {
			h.Errorf("the discount is %d, want that on the one unit of the quota; product %s", result.Order.TotalDiscountAmount, p.ID)
		}
		again, err := h.Redeem(h.ctx, request)
		h.must(err)
		if again.ID() != result.ID() {
			h.Errorf("the repetition is %s, want %s", again.ID(), result.ID())
		}
	}
}

func ptr(n int64) *int64 { return &n }

func testLargeOrder(h *host) {
	const size = 2 << 20
	request := lines("LARGE", 1)
	h.code("LARGE", 0)
	item := request.Order.Items[0]
	request.Order.Items = nil
	for i := range size / metadata.MaxBytes {
		next := item
		next.ProductID = fmt.Sprintf("p%d", i)
		next.Metadata = metadata.Map{"text": strings.Repeat("ß", metadata.MaxBytes/2-100)}
		request.Order.Items = append(request.Order.Items, next)
	}
	request.IdempotencyKey = "large"
	result, err := h.Redeem(h.ctx, request)
	h.must(err)
	stored, err := h.Orders.Get(h.ctx, result.Order.ID)
	h.must(err)
	if want, got := encode(h, result.Order), encode(h, &stored); got != want || len(got) < size-size/10 {
		h.Errorf("the order of %d bytes came back with %d", len(want), len(got))
	}
}

func testTwoEngines(h *host) {
	other := h.engine(h.store)
	for n := range int64(3) {
		code := fmt.Sprintf("CODE%d", n)
		off := discount.AmountOff(100*(n+1), discount.ToOrder)
		c := campaign.Campaign{
			Name: code, CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone,
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: code},
		}
		_, err := h.Campaigns.Create(h.ctx, c)
		h.must(err)
		result, err := other.Redeem(h.ctx, cart("one", code))
		h.must(err)
		if got := result.Order.TotalDiscountAmount; got != 100*(n+1) {
			h.Errorf("%s takes off %d", code, got)
		}
		h.must(other.Campaigns.Disable(h.ctx, code))
		if _, err := h.Redeem(h.ctx, cart("one", code)); err == nil {
			h.Errorf("%s was redeemed after the other engine had disabled it", code)
		}
	}
}
