package dbbench_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// codes is how many codes and customers a shop has. Redeems take them in turn, so that those at the same time never have
// one in common.
const codes = 256

// shop is an engine with codes and customers.
type shop struct {
	*voucherify.Engine
	retries atomic.Int64
	codes   []voucher.Voucher
	buyers  []customer.Customer
}

// distinct are codes that have nothing in common: no two redeems at the same time change the same row.
const distinct = "distinct"

// hot are the codes of one campaign with a limit: every redeem raises its counter.
const hot = "hot"

// newShop makes a shop of a shape.
func newShop(b testing.TB, s store.Store, shape string) *shop {
	b.Helper()
	x := &shop{}
	eng, err := voucherify.New(s, voucherify.WithObserver(func(o voucherify.Observation) { x.retries.Add(int64(o.Attempts - 1)) }))
	must(b, err)
	x.Engine = eng
	ctx := b.Context()
	off := discount.AmountOff(500, discount.ToOrder)
	if shape == hot {
		most := validation.Conditions{"$less_than_or_equal": {1_000_000_000}}
		rule, err := eng.Rules.Create(ctx, validation.Rule{Name: "limit", Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "campaign.redemptions.count", Conditions: most},
		}}})
		must(b, err)
		_, err = eng.Campaigns.Create(ctx, campaign.Campaign{
			Name: "Hot", CampaignType: campaign.DiscountCoupons, VouchersCount: codes, ValidationRules: []string{rule.ID},
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off},
		})
		must(b, err)
	}
	for i := range codes {
		if shape == distinct {
			_, err := eng.Vouchers.Create(ctx, voucher.Voucher{Code: fmt.Sprint("CODE-", i), Type: voucher.DiscountVoucher, Discount: &off})
			must(b, err)
		}
		buyer, err := eng.Customers.Upsert(ctx, customer.Customer{SourceID: fmt.Sprint("buyer-", i)})
		must(b, err)
		x.buyers = append(x.buyers, buyer)
	}
	for v, err := range eng.Vouchers.List(ctx, voucherify.ListOptions{OldestFirst: true}) {
		must(b, err)
		x.codes = append(x.codes, v)
	}
	return x
}

// redeem is the n-th redeem through the engine: one code, a known customer, three lines, an idempotency key.
func (x *shop) redeem(ctx context.Context, n int64) error {
	_, err := x.Redeem(ctx, redemption.Request{
		IdempotencyKey: fmt.Sprintf("order-%09d", n),
		Redeemables:    redemption.Codes(x.codes[n%codes].Code),
		Customer:       customer.BySourceID(x.buyers[n%codes].SourceID),
		Order: order.New(fmt.Sprintf("order-%09d", n),
			order.Line{SKUID: "sku-mug", Quantity: 2, Price: 1999}, order.Line{SKUID: "sku-tea", Quantity: 1, Price: 1299},
			order.Line{SKUID: "sku-pot", Quantity: 1, Price: 4999}),
	})
	return err
}

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// over is the same shop through another store.
func (x *shop) over(b testing.TB, s store.Store) *shop {
	b.Helper()
	other := &shop{codes: x.codes, buyers: x.buyers}
	eng, err := voucherify.New(s, voucherify.WithObserver(func(o voucherify.Observation) { other.retries.Add(int64(o.Attempts - 1)) }))
	must(b, err)
	other.Engine = eng
	return other
}
