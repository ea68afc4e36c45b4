package storetest

import (
	"context"
	"errors"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func contextCases() []testCase {
	return []testCase{
		{"View and Update with an ended context do not run fn", testEndedContext},
		{"every read with an ended context fails with its error", testEndedReads},
		{"every write with an ended context fails with its error and leaves nothing", testEndedWrites},
		{"a context that ends before the commit leaves all or nothing, as the error says", testEndsBeforeCommit},
	}
}

// ended returns a context that is over.
func (b *bundle) ended() context.Context {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	return ctx
}

// canceled checks an error for the end of its context.
func (b *bundle) canceled(what string, err error) {
	b.Helper()
	if !errors.Is(err, context.Canceled) {
		b.Errorf("%s: got %v, want %v", what, err, context.Canceled)
	}
}

func testEndedContext(b *bundle) {
	b.canceled("View", b.store.View(b.ended(), func(store.Reader) error {
		b.Error("View ran fn")
		return nil
	}))
	b.canceled("Update", b.store.Update(b.ended(), func(store.Tx) error {
		b.Error("Update ran fn")
		return nil
	}))
}

func testEndedReads(b *bundle) {
	b.prepare()
	ctx := b.ended()
	for _, read := range []struct {
		name string
		run  func(r store.Reader) error
	}{
		{"Snapshot", func(r store.Reader) error { _, err := r.Snapshot(ctx, everything()); return err }},
		{"Get", func(r store.Reader) error { _, err := r.Get(ctx, record.Voucher, "v_1"); return err }},
		{"Find", func(r store.Reader) error { _, err := r.Find(ctx, record.Voucher, "code:A"); return err }},
		{"Counters", func(r store.Reader) error { _, err := r.Counters(ctx, everything().Counters); return err }},
		{"Revision", func(r store.Reader) error { _, err := r.Revision(ctx); return err }},
		{"List", func(r store.Reader) error {
			var last error
			for _, err := range r.List(ctx, record.Voucher, store.Query{}) {
				last = err
			}
			return last
		}},
		{"Outbox", func(r store.Reader) error {
			var last error
			for _, err := range r.Outbox(ctx, 0) {
				last = err
			}
			return last
		}},
	} {
		b.canceled(read.name, b.store.View(b.ctx, read.run))
		b.canceled(read.name+" in a transaction", b.store.Update(b.ctx, func(tx store.Tx) error { return read.run(tx) }))
	}
}

func testEndedWrites(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	ctx := b.ended()
	for name, write := range map[string]func(tx store.Tx) error{
		"Put":    func(tx store.Tx) error { return tx.Put(ctx, document(record.Voucher, "v_2", 0)) },
		"Delete": func(tx store.Tx) error { return tx.Delete(ctx, record.Voucher, "v_1", 1) },
		"Apply": func(tx store.Tx) error {
			return tx.Apply(ctx, &redemption.Plan{Consume: []redemption.Consume{raising(counting(redemption.CountVoucher, "v_1"), 1)}})
		},
	} {
		b.canceled(name, b.store.Update(b.ctx, write))
	}
	b.same("the store afterwards", before, b.contents(everything()))
	b.update(b.upset)
}

func testEndsBeforeCommit(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	err := b.store.Update(ctx, func(tx store.Tx) error {
		if err := b.upset(tx); err != nil {
			return err
		}
		cancel()
		return nil
	})
	after := b.contents(everything())
	if err == nil {
		b.same("entries in the outbox of a commit", 3, len(after.Outbox))
		return
	}
	b.canceled("Update", err)
	b.same("the store after an error", before, after)
	b.update(b.upset)
}
