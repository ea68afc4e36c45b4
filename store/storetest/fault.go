package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"sync"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Fault says which call to a store fails, and how.
type Fault struct {
	// Call is the number of the call, from 1: beginning a View or an Update is one, each method of its Reader or Tx is one,
	// and so is the commit of an Update.
	Call int
	// After lets the call do its work before it fails, so that only its answer is lost.
	After bool
	// Lost cuts the connection: every later call of the transaction fails as well, and nothing of it is committed. A commit
	// that is cut fails with ErrUnknownCommit, as one does whose answer is lost.
	Lost bool
	// Err is what the call fails with.
	Err error
}

// Faulty is a store that works until a fault strikes, and again afterwards. Each fault strikes once.
type Faulty struct {
	inner store.Store

	mu    sync.Mutex
	calls int
	fault *Fault
}

var _ store.Store = (*Faulty)(nil)

// NewFaulty returns a store over another one. Without a fault it changes nothing.
func NewFaulty(s store.Store) *Faulty { return &Faulty{inner: s} }

// Arm sets the next fault and counts calls from 1 again.
func (f *Faulty) Arm(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.fault = 0, &fault
}

// Calls returns the number of calls since the last Arm.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Struck reports whether the fault has struck.
func (f *Faulty) Struck() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault == nil
}

// next counts a call and returns the fault that strikes it, if one does.
func (f *Faulty) next() *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.fault == nil || f.fault.Call != f.calls {
		return nil
	}
	fault := f.fault
	f.fault = nil
	return fault
}

// View implements store.Store.
func (f *Faulty) View(ctx context.Context, fn func(store.Reader) error) error {
	if fault := f.next(); fault != nil {
		return fault.Err
	}
	return f.inner.View(ctx, func(r store.Reader) error { return fn(&faultyReader{Reader: r, store: f}) })
}

// Update implements store.Store.
func (f *Faulty) Update(ctx context.Context, fn func(store.Tx) error) error {
	if fault := f.next(); fault != nil {
		return fault.Err
	}
	var late error
	err := f.inner.Update(ctx, func(inner store.Tx) error {
		tx := &faultyTx{faultyReader: faultyReader{Reader: inner, store: f}, tx: inner}
		var shown store.Tx = tx
		if redactor, ok := inner.(store.Redactor); ok {
			shown = &faultyRedactor{tx, redactor}
		}
		if err := fn(shown); err != nil {
			return err
		}
		fault := f.next()
		switch {
		case tx.lost != nil:
			return tx.lost
		case fault == nil:
			return nil
		}
		err := fault.Err
		if fault.Lost || fault.After {
			err = fmt.Errorf("%w: %w", store.ErrUnknownCommit, err)
		}
		if fault.After {
			late = err
			return nil
		}
		return err
	})
	if err == nil {
		return late
	}
	return err
}

// faultyReader is a Reader or the reading half of a Tx.
type faultyReader struct {
	store.Reader
	store *Faulty
	// lost is why the connection is gone.
	lost error
}

// call runs one call, if it is not struck.
func (r *faultyReader) call(run func() error) error {
	fault := r.store.next()
	switch {
	case r.lost != nil:
		return r.lost
	case fault == nil:
		return run()
	}
	if fault.Lost {
		r.lost = fault.Err
	}
	if fault.After {
		_ = run() // its answer is what gets lost
	}
	return fault.Err
}

// Snapshot implements store.Reader; the fault may strike it.
func (r *faultyReader) Snapshot(ctx context.Context, needs redemption.Needs) (s *redemption.Snapshot, err error) {
	err = r.call(func() (err error) { s, err = r.Reader.Snapshot(ctx, needs); return err })
	return s, err
}

// Get implements store.Reader; the fault may strike it.
func (r *faultyReader) Get(ctx context.Context, kind record.Kind, id string) (doc record.Document, err error) {
	err = r.call(func() (err error) { doc, err = r.Reader.Get(ctx, kind, id); return err })
	return doc, err
}

// Find implements store.Reader; the fault may strike it.
func (r *faultyReader) Find(ctx context.Context, kind record.Kind, key string) (doc record.Document, err error) {
	err = r.call(func() (err error) { doc, err = r.Reader.Find(ctx, kind, key); return err })
	return doc, err
}

// Counters implements store.Reader; the fault may strike it.
func (r *faultyReader) Counters(ctx context.Context, keys []redemption.CounterKey) (values map[redemption.CounterKey]int64, err error) {
	err = r.call(func() (err error) { values, err = r.Reader.Counters(ctx, keys); return err })
	return values, err
}

// Revision implements store.Reader; the fault may strike it.
func (r *faultyReader) Revision(ctx context.Context) (revision int64, err error) {
	err = r.call(func() (err error) { revision, err = r.Reader.Revision(ctx); return err })
	return revision, err
}

// List implements store.Reader; the fault may strike it.
func (r *faultyReader) List(ctx context.Context, kind record.Kind, query store.Query) iter.Seq2[record.Document, error] {
	return struck(r, r.Reader.List(ctx, kind, query))
}

// Outbox implements store.Reader; the fault may strike it.
func (r *faultyReader) Outbox(ctx context.Context, after int64) iter.Seq2[store.Entry, error] {
	return struck(r, r.Reader.Outbox(ctx, after))
}

// struck iterates over what a call returns; a fault strikes before the first value, or after the last.
func struck[T any](r *faultyReader, values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stopped := false
		err := r.call(func() error {
			for value, err := range values {
				if stopped = !yield(value, err); stopped {
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			var none T
			yield(none, err)
		}
	}
}

// faultyTx is a transaction.
type faultyTx struct {
	faultyReader
	tx store.Tx
}

// Put implements store.Tx; the fault may strike it.
func (t *faultyTx) Put(ctx context.Context, doc record.Document) error {
	return t.call(func() error { return t.tx.Put(ctx, doc) })
}

// Delete implements store.Tx; the fault may strike it.
func (t *faultyTx) Delete(ctx context.Context, kind record.Kind, id string, version int64) error {
	return t.call(func() error { return t.tx.Delete(ctx, kind, id, version) })
}

// Apply implements store.Tx; the fault may strike it.
func (t *faultyTx) Apply(ctx context.Context, plan *redemption.Plan) error {
	return t.call(func() error { return t.tx.Apply(ctx, plan) })
}

// faultyRedactor is a transaction that can redact.
type faultyRedactor struct {
	*faultyTx
	inner store.Redactor
}

func (t *faultyRedactor) RedactEvents(ctx context.Context, text string, rewrite func(event.Event) (event.Event, error)) error {
	return t.call(func() error { return t.inner.RedactEvents(ctx, text, rewrite) })
}

func (t *faultyRedactor) RedactOutcomes(ctx context.Context, text string, rewrite func(json.RawMessage) (json.RawMessage, error)) error {
	return t.call(func() error { return t.inner.RedactOutcomes(ctx, text, rewrite) })
}
