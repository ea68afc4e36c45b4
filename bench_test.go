package voucherify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// BenchmarkValidate20Lines is a validate through the engine and the memory store: a code with a three-leaf rule on 20 lines
// priced from the catalogue, for a stored customer. Its floor is BenchmarkFloor20Lines in package redemption, repeated here so
// that one run has both; the target is a ratio of at most 25.
func BenchmarkValidate20Lines(b *testing.B) {
	eng, request, prices := benchShop(b)
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if floor(request, prices) == nil {
				b.Fatal("refused")
			}
		}
	})
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			answer, err := eng.Validate(context.Background(), request)
			if err != nil || !answer.Valid {
				b.Fatal(err)
			}
		}
	})
	b.Run("redeem", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := eng.Redeem(context.Background(), request); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchShop(b *testing.B) (*voucherify.Engine, redemption.Request, map[string]int64) {
	b.Helper()
	ctx := context.Background()
	eng, err := voucherify.New(memory.New())
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	check(err)
	prices := map[string]int64{}
	lines := make([]order.Line, 20)
	var refs []product.Ref
	parent, err := eng.Products.CreateProduct(ctx, product.Product{Name: "shirt"})
	check(err)
	for i := range lines {
		price := int64(500 + 37*i)
		sku, err := eng.Products.CreateSKU(ctx, product.SKU{SourceID: fmt.Sprintf("s%d", i), ProductID: parent.ID, Price: &price})
		check(err)
		prices[sku.ID] = price
		lines[i] = order.Line{SKUID: sku.ID, Quantity: int64(1 + i%3)}
		if i >= 10 && i < 15 {
			refs = append(refs, product.Ref{Object: product.KindSKU, ID: sku.ID})
		}
	}
	text, err := json.Marshal(refs)
	check(err)
	var rule validation.Rule
	check(json.Unmarshal([]byte(`{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[10000]}},
		"2":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}},
		"3":{"name":"order.items.any","conditions":{"$is":`+string(text)+`}}}}`), &rule))
	rule, err = eng.Rules.Create(ctx, rule)
	check(err)
	off := discount.Percent("15", discount.ToOrder)
	v, err := eng.Vouchers.Create(ctx, voucher.Voucher{Code: "AUTUMN", Type: voucher.DiscountVoucher, Discount: &off})
	check(err)
	_, err = eng.Rules.Assign(ctx, rule.ID, validation.OnVoucher, v.ID)
	check(err)
	_, err = eng.Customers.Upsert(ctx, customer.Customer{SourceID: "u-42", Metadata: metadata.Map{"tier": "gold"}})
	check(err)
	return eng, redemption.Request{
		Redeemables: redemption.Codes("AUTUMN"), Customer: customer.BySourceID("u-42"), Order: order.New("", lines...),
	}, prices
}

// floor decides the code by hand: prices, three conditions, 15 %, and an answer with all lines.
func floor(r redemption.Request, prices map[string]int64) *order.Order {
	out := &order.Order{Items: make([]order.Item, len(r.Order.Items))}
	amounts := make([]int64, 2*len(r.Order.Items))
	found := false
	for i := range r.Order.Items {
		item := &out.Items[i]
		*item = r.Order.Items[i]
		price := prices[item.SKUID]
		amounts[2*i], amounts[2*i+1] = price, price*item.Quantity
		item.Price, item.Amount, item.SubtotalAmount = &amounts[2*i], &amounts[2*i+1], price*item.Quantity
		out.Amount += item.SubtotalAmount
		found = found || i >= 10 && prices[item.SKUID] > 0
	}
	if out.Amount < 10000 || r.Customer == nil || !found {
		return nil
	}
	out.DiscountAmount = (out.Amount*15 + 50) / 100
	out.TotalAmount = out.Amount - out.DiscountAmount
	return out
}
