package memory_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
)

// errDropped makes a transaction fail on purpose.
var errDropped = errors.New("dropped")

// TestWhatWasPublishedIsNeverChanged opens view after view, each around the next random transaction, and reads every one
// of them again when all transactions are done. Enough records are in play for the indexes to split and merge.
func TestWhatWasPublishedIsNeverChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, ctx := memory.New(), context.Background()
		fill := rapid.IntRange(0, 300).Draw(t, "records at the start")
		err := s.Update(ctx, func(tx store.Tx) error {
			for i := range fill {
				if err := disturb(ctx, tx, 7*i%251, 1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		nest(t, ctx, s, rapid.IntRange(1, 8).Draw(t, "transactions"))
	})
}

// nest reads everything in a view, runs a transaction and the views after it, and reads everything again.
func nest(t *rapid.T, ctx context.Context, s *memory.Store, depth int) {
	err := s.View(ctx, func(r store.Reader) error {
		before := everything(t, ctx, r)
		if depth > 0 {
			transact(t, ctx, s)
			nest(t, ctx, s, depth-1)
		}
		if after := everything(t, ctx, r); !reflect.DeepEqual(before, after) {
			t.Fatalf("a view has changed (-before +after):\n%s", cmp.Diff(before, after))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// transact runs a random transaction that is committed or dropped.
func transact(t *rapid.T, ctx context.Context, s *memory.Store) {
	drop := rapid.Bool().Draw(t, "drop")
	steps := rapid.IntRange(1, 60).Draw(t, "steps")
	before := s.Export()
	err := s.Update(ctx, func(tx store.Tx) error {
		for range steps {
			if err := disturb(ctx, tx, rapid.IntRange(0, 250).Draw(t, "record"), rapid.IntRange(0, 3).Draw(t, "change")); err != nil {
				return err
			}
		}
		if drop {
			return errDropped
		}
		return nil
	})
	if err != nil && !drop {
		t.Fatal(err)
	}
	if !drop {
		return
	}
	if after := s.Export(); !reflect.DeepEqual(before, after) {
		t.Fatalf("a dropped transaction has left something (-before +after):\n%s", cmp.Diff(before, after))
	}
}

// disturb changes a numbered record, or deletes it when change is 0, and counts that.
func disturb(ctx context.Context, tx store.Tx, number, change int) error {
	id := fmt.Sprintf("v_%03d", number)
	stored, err := tx.Get(ctx, record.Voucher, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if change == 0 && stored.Version > 0 {
		return tx.Delete(ctx, record.Voucher, id, stored.Version)
	}
	doc := document(record.Voucher, id, fmt.Sprintf(`{"change":%d}`, change))
	doc.Version = stored.Version
	doc.Keys = []string{fmt.Sprintf("code:%d-%d", number, change)}
	doc.Parent = fmt.Sprintf("camp_%d", number%3)
	return tx.Apply(ctx, &redemption.Plan{
		Consume: []redemption.Consume{{Key: redemption.CounterKey{Metric: redemption.CountVoucher, Subject: id}, Delta: int64(change) + 1}},
		Writes:  []record.Document{doc},
		Events:  []event.Event{{ID: id}},
	})
}

// view is all that a reader shows.
type view struct {
	All, Children []record.Document
	ByKey         []string
	Counters      map[redemption.CounterKey]int64
	Outbox        []store.Entry
}

func everything(t *rapid.T, ctx context.Context, r store.Reader) view {
	var v view
	var keys []redemption.CounterKey
	for doc, err := range r.List(ctx, record.Voucher, store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		v.All = append(v.All, doc)
		found, err := r.Find(ctx, record.Voucher, doc.Keys[0])
		if err != nil {
			t.Fatal(err)
		}
		v.ByKey = append(v.ByKey, found.ID)
		keys = append(keys, redemption.CounterKey{Metric: redemption.CountVoucher, Subject: doc.ID})
	}
	for doc, err := range r.List(ctx, record.Voucher, store.Query{Parent: "camp_1", Descending: true}) {
		if err != nil {
			t.Fatal(err)
		}
		v.Children = append(v.Children, doc)
	}
	counters, err := r.Counters(ctx, keys)
	if err != nil {
		t.Fatal(err)
	}
	v.Counters = counters
	for entry, err := range r.Outbox(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		v.Outbox = append(v.Outbox, entry)
	}
	return v
}
