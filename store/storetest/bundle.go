package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// patience bounds every test, so that a store that deadlocks fails instead of hanging.
const patience = 2 * time.Minute

// bundle is one test with its empty store.
type bundle struct {
	*testing.T
	ctx   context.Context
	stop  context.CancelFunc // ends ctx
	store store.Store
	// history is what the workers of a race have done.
	history history
}

// newBundle begins a test. At its end the store is audited and the history of its races is judged.
func newBundle(t *testing.T, s store.Store) *bundle {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	books := newLedger(s)
	b := &bundle{T: t, ctx: ctx, stop: cancel, store: books}
	t.Cleanup(func() {
		books.audit(t)
		b.history.judge(t)
	})
	return b
}

// update runs a transaction that must succeed.
func (b *bundle) update(fn func(tx store.Tx) error) {
	b.Helper()
	if err := b.store.Update(b.ctx, fn); err != nil {
		b.Fatalf("Update: %v", err)
	}
}

// refused runs a transaction whose error must match target.
func (b *bundle) refused(target error, fn func(tx store.Tx) error) {
	b.Helper()
	if err := b.store.Update(b.ctx, fn); !errors.Is(err, target) {
		b.Fatalf("Update: got %v, want %v", err, target)
	}
}

// view reads in a transaction that must succeed.
func (b *bundle) view(fn func(r store.Reader) error) {
	b.Helper()
	if err := b.store.View(b.ctx, fn); err != nil {
		b.Fatalf("View: %v", err)
	}
}

// put stores documents in one transaction.
func (b *bundle) put(docs ...record.Document) {
	b.Helper()
	b.update(b.putting(docs...))
}

func (b *bundle) putting(docs ...record.Document) func(store.Tx) error {
	return func(tx store.Tx) error {
		for _, doc := range docs {
			if err := tx.Put(b.ctx, doc); err != nil {
				return err
			}
		}
		return nil
	}
}

func (b *bundle) deleting(kind record.Kind, id string, version int64) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.Delete(b.ctx, kind, id, version) }
}

// apply carries out a plan in a transaction of its own.
func (b *bundle) apply(plan *redemption.Plan) {
	b.Helper()
	b.update(b.applying(plan))
}

// applying seals a plan and returns the transaction that carries it out.
func (b *bundle) applying(plan *redemption.Plan) func(store.Tx) error {
	return func(tx store.Tx) error {
		if err := plan.Seal(); err != nil {
			return err
		}
		return tx.Apply(b.ctx, plan)
	}
}

// get reads a record that must exist.
func (b *bundle) get(kind record.Kind, id string) record.Document {
	b.Helper()
	var doc record.Document
	b.view(func(r store.Reader) (err error) {
		doc, err = r.Get(b.ctx, kind, id)
		return err
	})
	return doc
}

// find reads a record that must exist by a key.
func (b *bundle) find(kind record.Kind, key string) record.Document {
	b.Helper()
	var doc record.Document
	b.view(func(r store.Reader) (err error) {
		doc, err = r.Find(b.ctx, kind, key)
		return err
	})
	return doc
}

// missing checks that neither Get nor List shows a record.
func (b *bundle) missing(kind record.Kind, id string) {
	b.Helper()
	b.view(func(r store.Reader) error {
		if _, err := r.Get(b.ctx, kind, id); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("Get %s %q: got %v, want %v", kind, id, err, store.ErrNotFound)
		}
		return nil
	})
	for _, listed := range b.list(kind, store.Query{}) {
		if listed == id {
			b.Errorf("List shows %s %q, which must not be there", kind, id)
		}
	}
}

// list returns the ids of a list.
func (b *bundle) list(kind record.Kind, query store.Query) []string {
	b.Helper()
	var ids []string
	b.view(func(r store.Reader) (err error) {
		ids, err = b.listIn(r, kind, query)
		return err
	})
	return ids
}

func (b *bundle) listIn(r store.Reader, kind record.Kind, query store.Query) ([]string, error) {
	var ids []string
	for doc, err := range r.List(b.ctx, kind, query) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, doc.ID)
	}
	return ids, nil
}

// counter returns the value of a counter, 0 when it does not exist.
func (b *bundle) counter(key redemption.CounterKey) int64 {
	b.Helper()
	return b.snapshot(redemption.Needs{Counters: []redemption.CounterKey{key}}).Counters[key]
}

// snapshot reads a snapshot of the committed state.
func (b *bundle) snapshot(needs redemption.Needs) *redemption.Snapshot {
	b.Helper()
	snapshot, err := b.trySnapshot(needs)
	if err != nil {
		b.Fatalf("Snapshot: %v", err)
	}
	return snapshot
}

// trySnapshot is snapshot for the goroutines of workers, which must not end the test.
func (b *bundle) trySnapshot(needs redemption.Needs) (*redemption.Snapshot, error) {
	var snapshot *redemption.Snapshot
	err := b.store.View(b.ctx, func(r store.Reader) (err error) {
		snapshot, err = r.Snapshot(b.ctx, needs)
		return err
	})
	return snapshot, err
}

// outbox returns the entries behind a position.
func (b *bundle) outbox(after int64) []store.Entry {
	b.Helper()
	var entries []store.Entry
	b.view(func(r store.Reader) (err error) {
		entries, err = b.outboxIn(r, after)
		return err
	})
	return entries
}

func (b *bundle) outboxIn(r store.Reader, after int64) ([]store.Entry, error) {
	var entries []store.Entry
	for entry, err := range r.Outbox(b.ctx, after) {
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (b *bundle) revision() int64 {
	b.Helper()
	var revision int64
	b.view(func(r store.Reader) (err error) {
		revision, err = r.Revision(b.ctx)
		return err
	})
	return revision
}

// same reports the difference between what was expected and what came.
func (b *bundle) same(what string, want, got any) {
	b.Helper()
	same(b, what, want, got)
}

func same(t TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, plainly()...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// plainly compares JSON by its meaning, because databases may store it in a form of their own, and takes nil and empty
// for the same. Answers of idempotent calls are compared byte for byte where the contract asks for it.
func plainly() cmp.Options {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Transformer("JSON", func(text json.RawMessage) any {
			decoder := json.NewDecoder(bytes.NewReader(text))
			decoder.UseNumber()
			var value any
			if err := decoder.Decode(&value); err != nil {
				return fmt.Sprintf("not JSON: %q", []byte(text))
			}
			return value
		}),
	}
}

// contents is everything that the interfaces show of a store, for tests that nothing was changed.
type contents struct {
	Documents []record.Document
	Counters  map[redemption.CounterKey]int64
	Outcome   *redemption.Outcome
	Outbox    []store.Entry
	Revision  int64
}

// contents reads all documents, the outbox, and the counters and the outcome that are named.
func (b *bundle) contents(needs redemption.Needs) contents {
	b.Helper()
	snapshot := b.snapshot(needs)
	all := contents{Counters: snapshot.Counters, Outcome: snapshot.Outcome, Outbox: b.outbox(0), Revision: b.revision()}
	for _, kind := range record.Kinds() {
		b.view(func(r store.Reader) error {
			for doc, err := range r.List(b.ctx, kind, store.Query{}) {
				if err != nil {
					return err
				}
				all.Documents = append(all.Documents, doc)
			}
			return nil
		})
	}
	return all
}

// at is the instant of a test, n seconds later; the microseconds are there to be kept.
func at(n int) time.Time {
	return time.Date(2031, time.March, 4, 5, 6, 7, 89_000, time.UTC).Add(time.Duration(n) * time.Second)
}

// document returns a record that was created n seconds after the others.
func document(kind record.Kind, id string, n int) record.Document {
	body := fmt.Sprintf(`{"id":%q,"n":%d}`, id, n)
	return record.Document{Kind: kind, ID: id, CreatedAt: at(n), Body: json.RawMessage(body)}
}

// keyed returns a record with keys.
func keyed(kind record.Kind, id string, keys ...string) record.Document {
	doc := document(kind, id, 0)
	doc.Keys = keys
	return doc
}

// following returns the document that a writer would write after it has read the version.
func following(doc record.Document, version int64) record.Document {
	doc.Version = version
	return doc
}

// counting names a counter.
func counting(metric redemption.CounterMetric, subject string) redemption.CounterKey {
	return redemption.CounterKey{Metric: metric, Subject: subject}
}

// raising changes a counter without a limit, within one that limits it.
func raising(key redemption.CounterKey, delta int64) redemption.Consume {
	return redemption.Consume{Key: key, Delta: delta}
}

func within(key redemption.CounterKey, delta, limit int64) redemption.Consume {
	return redemption.Consume{Key: key, Delta: delta, Limit: &limit}
}

// happening returns an event that can be told from others by its number.
func happening(n int) event.Event {
	return event.Event{
		ID: fmt.Sprintf("ev_%06d", n), Type: event.RedemptionSucceeded, CreatedAt: at(n), EntityID: fmt.Sprintf("r_%d", n),
		GroupID: "v-1", Data: json.RawMessage(fmt.Sprintf(`{"number":%d}`, n)),
	}
}

// answering returns the outcome of an idempotent call.
func answering(verb, key, answer string) *redemption.Outcome {
	return &redemption.Outcome{Verb: verb, Key: key, RequestHash: "hash", Answer: json.RawMessage(answer), CreatedAt: at(0)}
}
