package redemption_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// The benchmarks compare the engine with the floor, which is the same decision written by hand for this one coupon: 20
// lines priced from a catalogue, three conditions, 15 % off the order, and an answer with all lines in it. Only the ratio
// within one run means anything. Target: BenchmarkCalculate20Lines at most 10 times BenchmarkFloor20Lines.

const benchLines = 20

// bench is a project with one coupon whose rule has three leaves, and a cart that it fits.
type bench struct {
	catalogue *redemption.Catalogue
	snapshot  *redemption.Snapshot
	request   *redemption.Request
	prices    map[string]int64
	wanted    map[string]struct{}
}

func newBench(tb testing.TB, lines int) *bench {
	tb.Helper()
	b := &bench{prices: map[string]int64{}, wanted: map[string]struct{}{}}
	var skus []*product.SKU
	items := make([]order.Line, lines)
	for i := range lines {
		id := fmt.Sprintf("sku_%018x", i)
		price := int64(500 + 37*i)
		skus = append(skus, &product.SKU{ID: id, ProductID: fmt.Sprintf("prod_%018x", i), Price: &price})
		items[i] = order.Line{SKUID: id, Quantity: int64(1 + i%3)}
		b.prices[id] = price
	}
	var rule validation.Rule
	refs := ""
	for i := range 5 {
		id := fmt.Sprintf("sku_%018x", 10+i)
		b.wanted[id] = struct{}{}
		refs += fmt.Sprintf(`%s{"id":%q,"object":"sku"}`, map[bool]string{true: ","}[i > 0], id)
	}
	decode(tb, `{"id":"val_1","name":"three leaves","rules":{
		"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[10000]}},
		"2":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}},
		"3":{"name":"order.items.any","conditions":{"$is":[`+refs+`]}},
		"logic":"1 and 2 and 3"}}`, &rule)
	percent := discount.Percent("15", discount.ToOrder)
	b.catalogue = redemption.NewCatalogue(redemption.Configuration{
		Campaigns: []*campaign.Campaign{{
			ID: "camp_1", Name: "Autumn", CampaignType: campaign.DiscountCoupons, Active: true,
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &percent},
		}},
		Rules:       []*validation.Rule{&rule},
		Assignments: []*validation.Assignment{{ID: "asgm_1", RuleID: "val_1", RelatedObjectID: "camp_1", RelatedObjectType: "campaign"}},
		SKUs:        skus,
	}, validation.NewCompiler())
	b.snapshot = &redemption.Snapshot{
		Now:      time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC),
		Vouchers: map[string]*voucher.Voucher{"AUTUMN": {ID: "v_1", Code: "AUTUMN", CampaignID: "camp_1", Type: voucher.DiscountVoucher, Active: true}},
		Customer: &customer.Customer{ID: "cust_1", SourceID: "u-42", Metadata: metadata.Map{"tier": "gold"}},
	}
	b.request = &redemption.Request{
		Redeemables: redemption.Codes("AUTUMN"), Customer: customer.BySourceID("u-42"), Order: order.New("", items...),
	}
	return b
}

// floor decides the coupon by hand.
func (b *bench) floor() *order.Order {
	in := b.request.Order
	out := &order.Order{Items: make([]order.Item, len(in.Items)), Touched: order.Calculated | order.TouchedOrder}
	amounts := make([]int64, 2*len(in.Items))
	found := false
	for i := range in.Items {
		item := &out.Items[i]
		*item = in.Items[i]
		price := b.prices[item.SKUID]
		amounts[2*i], amounts[2*i+1] = price, price*item.Quantity
		item.Price, item.Amount = &amounts[2*i], &amounts[2*i+1]
		item.SubtotalAmount = price * item.Quantity
		out.Amount += item.SubtotalAmount
		if _, ok := b.wanted[item.SKUID]; ok {
			found = true
		}
	}
	if out.Amount < 10000 || b.snapshot.Customer.Metadata["tier"] != "gold" || !found {
		return nil
	}
	out.DiscountAmount = (out.Amount*15 + 50) / 100
	out.AppliedDiscountAmount = out.DiscountAmount
	out.TotalDiscountAmount, out.TotalAppliedDiscountAmount = out.DiscountAmount, out.DiscountAmount
	out.TotalAmount = out.Amount - out.DiscountAmount
	return out
}

func TestTheFloorOfTheBenchmarksDecidesAsTheEngineDoes(t *testing.T) {
	t.Parallel()
	b := newBench(t, benchLines)
	calculation, err := redemption.Calculate(b.catalogue, b.snapshot, b.request)
	if err != nil {
		t.Fatal(err)
	}
	want, got := b.floor(), calculation.Validation.Order
	if got == nil || got.Amount != want.Amount || got.TotalAmount != want.TotalAmount || got.DiscountAmount != want.DiscountAmount {
		t.Fatalf("engine %+v, floor %+v, decision %+v", got, want, calculation.Validation.Decision)
	}
}

func BenchmarkFloor20Lines(b *testing.B) {
	x := newBench(b, benchLines)
	b.ReportAllocs()
	for b.Loop() {
		if x.floor() == nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkCalculate20Lines(b *testing.B) {
	x := newBench(b, benchLines)
	b.ReportAllocs()
	for b.Loop() {
		calculation, err := redemption.Calculate(x.catalogue, x.snapshot, x.request)
		if err != nil || !calculation.Validation.Valid {
			b.Fatal(err)
		}
	}
}

// BenchmarkCalculate30Redeemables reports the cost per redeemable over 100 lines; with 30 it is to stay below 1.5 times
// the cost with one.
func BenchmarkCalculate30Redeemables(b *testing.B) {
	for _, n := range []int{1, 30} {
		b.Run(fmt.Sprintf("redeemables=%d", n), func(b *testing.B) {
			x := newBench(b, 100)
			x.stack(n)
			b.ReportAllocs()
			for b.Loop() {
				calculation, err := redemption.Calculate(x.catalogue, x.snapshot, x.request)
				if err != nil || !calculation.Validation.Valid {
					b.Fatal(err, calculation.Validation.Decision)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/redeemable")
		})
	}
}

// stack replaces the coupon by n tiers of one percent on the order and on single items in turn.
func (b *bench) stack(n int) {
	c := redemption.Configuration{StackingRules: promotion.StackingRules{ApplicableRedeemablesLimit: 30}}
	ids := make([]string, n)
	for i := range n {
		ids[i] = fmt.Sprintf("promo_%d", i)
		percent := discount.Percent("1", discount.ToOrder)
		c.Tiers = append(c.Tiers, &promotion.Tier{ID: ids[i], Name: ids[i], Active: true, Action: promotion.Action{Discount: &percent}})
	}
	for id, price := range b.prices {
		c.SKUs = append(c.SKUs, &product.SKU{ID: id, Price: &price})
	}
	b.catalogue = redemption.NewCatalogue(c, validation.NewCompiler())
	b.request.Redeemables = redemption.Tiers(ids...)
}
