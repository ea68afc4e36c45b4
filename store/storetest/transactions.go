package storetest

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func transactionCases() []testCase {
	return []testCase{
		{"a transaction that returns an error leaves nothing", testRollback},
		{"a transaction that panics leaves nothing and panics on", testPanic},
		{"a transaction whose goroutine ends leaves nothing", testGoexit},
		{"the error of fn comes back as it is", testErrorOfFn},
		{"fn runs once, whatever it returns", testOnce},
		{"a transaction sees its own writes", testOwnWrites},
		{"a transaction without writes succeeds", testNoWrites},
	}
}

// everything is needs that name all counters and outcomes of the transaction tests.
func everything() redemption.Needs {
	return redemption.Needs{
		Counters:    []redemption.CounterKey{counting(redemption.CountVoucher, "v_1"), counting(redemption.CountCampaign, "camp_1")},
		OutcomeVerb: "redeem", OutcomeKey: "key",
	}
}

// prepare stores something of everything.
func (b *bundle) prepare() {
	b.Helper()
	b.put(keyed(record.Voucher, "v_1", "code:A"), document(record.Campaign, "camp_1", 0), document(record.Customer, "cust_1", 0))
	b.apply(&redemption.Plan{
		Consume: []redemption.Consume{raising(counting(redemption.CountVoucher, "v_1"), 2)},
		Events:  []event.Event{happening(1)},
	})
}

// upset changes something of everything.
func (b *bundle) upset(tx store.Tx) error {
	plan := &redemption.Plan{
		Consume: []redemption.Consume{
			raising(counting(redemption.CountVoucher, "v_1"), 3), raising(counting(redemption.CountCampaign, "camp_1"), 1),
		},
		Writes:  []record.Document{document(record.Redemption, "r_1", 1), following(keyed(record.Voucher, "v_1", "code:B"), 1)},
		Outcome: answering("redeem", "key", `{"a":1}`),
		Events:  []event.Event{happening(2), happening(3)},
	}
	return errors.Join(
		tx.Put(b.ctx, document(record.Tier, "promo_1", 0)),
		tx.Put(b.ctx, binned(following(document(record.Campaign, "camp_1", 0), 1))),
		tx.Delete(b.ctx, record.Customer, "cust_1", 1),
		b.applying(plan)(tx),
	)
}

func testRollback(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	failure := errors.New("the host has changed its mind")
	b.refused(failure, func(tx store.Tx) error {
		if err := b.upset(tx); err != nil {
			return err
		}
		return failure
	})
	b.same("the store afterwards", before, b.contents(everything()))
	b.update(b.upset) // nothing is in the way of doing it again
	if after := b.contents(everything()); after.Revision <= before.Revision || len(after.Outbox) != 3 || after.Outcome == nil {
		b.Errorf("the store after a commit: got %+v", after)
	}
}

func testPanic(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	func() {
		defer func() { b.same("the panic", any("out of milk"), recover()) }()
		_ = b.store.Update(b.ctx, func(tx store.Tx) error {
			if err := b.upset(tx); err != nil {
				return err
			}
			panic("out of milk")
		})
	}()
	b.same("the store afterwards", before, b.contents(everything()))
	b.update(b.upset)
}

func testGoexit(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	done := make(chan error, 1)
	go func() {
		err := errors.New("fn went on after runtime.Goexit")
		defer func() { done <- err }()
		err = b.store.Update(b.ctx, func(tx store.Tx) error {
			if err = b.upset(tx); err == nil {
				runtime.Goexit()
			}
			return err
		})
	}()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	b.same("the store afterwards", before, b.contents(everything()))
	b.update(b.upset)
}

// particular is an error that only errors.As can tell about.
type particular struct{ detail int }

func (p *particular) Error() string { return fmt.Sprintf("particular %d", p.detail) }

func testErrorOfFn(b *bundle) {
	failure := fmt.Errorf("wrapped: %w", errors.Join(&particular{7}, store.ErrConflict))
	check := func(verb string, err error) {
		var p *particular
		if !errors.Is(err, failure) || !errors.Is(err, store.ErrConflict) || !errors.As(err, &p) || p.detail != 7 {
			b.Errorf("%s: got %v, want %v", verb, err, failure)
		}
	}
	check("View", b.store.View(b.ctx, func(store.Reader) error { return failure }))
	check("Update", b.store.Update(b.ctx, func(store.Tx) error { return failure }))
	check("Update that writes", b.store.Update(b.ctx, func(tx store.Tx) error {
		if err := tx.Put(b.ctx, document(record.Voucher, "v_1", 0)); err != nil {
			return err
		}
		return failure
	}))
}

func testOnce(b *bundle) {
	for i, failure := range []error{nil, errors.New("any"), store.ErrConflict, store.ErrStale, store.ErrUnavailable} {
		runs := 0
		err := b.store.Update(b.ctx, func(tx store.Tx) error {
			runs++
			if err := tx.Put(b.ctx, document(record.Voucher, fmt.Sprintf("v_%d", i), 0)); err != nil {
				return err
			}
			return failure
		})
		if runs != 1 || !errors.Is(err, failure) {
			b.Errorf("fn that returns %v: ran %d times and gave %v", failure, runs, err)
		}
	}
}

func testOwnWrites(b *bundle) {
	b.prepare()
	b.update(func(tx store.Tx) error {
		if err := b.upset(tx); err != nil {
			return err
		}
		promo, err := tx.Get(b.ctx, record.Tier, "promo_1")
		b.same("a new record", following(document(record.Tier, "promo_1", 0), 1), promo)
		if err != nil {
			return err
		}
		moved, err := tx.Find(b.ctx, record.Voucher, "code:B")
		b.same("a new key", "v_1", moved.ID)
		if err != nil {
			return err
		}
		for name, read := range map[string]func() error{
			"an old key":           func() error { _, err := tx.Find(b.ctx, record.Voucher, "code:A"); return err },
			"a record in the bin":  func() error { _, err := tx.Get(b.ctx, record.Campaign, "camp_1"); return err },
			"a record that's gone": func() error { _, err := tx.Get(b.ctx, record.Customer, "cust_1"); return err },
		} {
			if err := read(); !errors.Is(err, store.ErrNotFound) {
				b.Errorf("%s: got %v, want %v", name, err, store.ErrNotFound)
			}
		}
		snapshot, err := tx.Snapshot(b.ctx, everything())
		if err != nil {
			return err
		}
		b.same("counters", map[redemption.CounterKey]int64{
			counting(redemption.CountVoucher, "v_1"): 5, counting(redemption.CountCampaign, "camp_1"): 1,
		}, snapshot.Counters)
		b.same("the outcome", answering("redeem", "key", `{"a":1}`), snapshot.Outcome)
		entries, err := b.outboxIn(tx, 0)
		b.same("entries in the outbox", 3, len(entries))
		return err
	})
}

func testNoWrites(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	b.update(func(tx store.Tx) error {
		_, err := tx.Get(b.ctx, record.Voucher, "v_1")
		return err
	})
	b.update(func(tx store.Tx) error { return tx.Apply(b.ctx, &redemption.Plan{}) })
	b.same("the store afterwards", before, b.contents(everything()))
}
