package sqltest

import (
	"fmt"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// RunDay does on a store with empty tables what a shop does all day, several times, for tests that look at how the database
// goes about it.
func RunDay(t *testing.T, s Store) {
	t.Helper()
	b := newBundle(t, Database{})
	b.store, b.engine = s, b.engineOver(s)
	b.code("ONE", 100)
	b.code("TWO", 100)
	b.campaignOf("SUMMER")
	for n := range 8 { // connections prepare statements that they have run a few times
		b.day(n)
	}
}

func (b *bundle) day(n int) {
	b.Helper()
	buyer := customer.BySourceID(fmt.Sprint("customer-", n/2))
	request := redemption.Request{
		Redeemables: redemption.Codes("ONE", "TWO", "SUMMER"), Customer: buyer, IdempotencyKey: fmt.Sprint("key-", n),
		Order: order.New(fmt.Sprint("order-", n/2), order.Line{ProductID: "prod_1", Quantity: 3, Price: 1000}),
	}
	b.validate(request)
	redeemed, err := b.engine.Redeem(b.ctx, request)
	b.must(err)
	_, err = b.engine.Return(b.ctx, redemption.ReturnRequest{
		Redemption: redeemed.ID(), IdempotencyKey: fmt.Sprint("return-", n),
		Lines: []redemption.ReturnLine{{ItemID: redeemed.Order.Items[0].ID, Quantity: 1}},
	})
	b.must(err)
	b.rollback(redeemed)
	b.used("ONE")
	for _, err := range b.engine.Redemptions.List(b.ctx, voucherify.ListOptions{}) {
		b.must(err)
	}
	b.outbox(0)
	id := fmt.Sprint("ord_", n)
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error {
		if err := tx.Put(b.ctx, document(id, 0, "source_id:"+id)); err != nil {
			return err
		}
		_, err := tx.Counters(b.ctx, []redemption.CounterKey{{Metric: "m", Subject: "s"}})
		return err
	}))
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error {
		if _, err := tx.Find(b.ctx, record.Order, "source_id:"+id); err != nil {
			return err
		}
		return tx.Put(b.ctx, document(id, 1, "source_id:renamed-"+id))
	}))
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error { return tx.Delete(b.ctx, record.Order, id, 2) }))
	_, err = b.store.Purge(b.ctx, time.Now(), 1)
	b.must(err)
}
