package memory

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// tx is a transaction. It reads a published state until its first write, and then a fork of the latest one.
type tx struct {
	reader
	store *Store
	// writing says that the transaction is the writer and that its state is its own.
	writing bool
	// owned are the kinds whose tables are the transaction's own and may be changed in place.
	owned map[record.Kind]bool
	// raised says that the transaction has raised the revision.
	raised bool
	// refusal is why a plan was refused. Part of the plan may be in the state by then, so it must not be committed.
	refusal error
}

// List gives the table away to the iteration: if fn writes while it iterates, the writes go to a fork.
func (t *tx) List(ctx context.Context, kind record.Kind, query store.Query) iter.Seq2[record.Document, error] {
	return func(yield func(record.Document, error) bool) {
		delete(t.owned, kind)
		t.reader.List(ctx, kind, query)(yield)
	}
}

// Put implements store.Tx.
func (t *tx) Put(ctx context.Context, doc record.Document) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	return t.put(doc)
}

// Delete implements store.Tx.
func (t *tx) Delete(ctx context.Context, kind record.Kind, id string, version int64) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	stored := t.state.tables[kind].byID(id)
	if stored == nil {
		return fmt.Errorf("memory: delete %s %q: %w", kind, id, store.ErrNotFound)
	}
	if stored.document.Version != version {
		return fmt.Errorf("memory: delete %s %q: version %d, stored is %d: %w", kind, id, version, stored.document.Version, store.ErrStale)
	}
	t.table(kind).remove(stored)
	t.raise(kind)
	return nil
}

// Apply implements store.Tx.
func (t *tx) Apply(ctx context.Context, plan *redemption.Plan) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	t.refusal = t.apply(plan)
	return t.refusal
}

// write makes the transaction the writer, if it is not yet: it waits for the one before it and goes on from what that
// one has committed.
func (t *tx) write(ctx context.Context) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if t.refusal != nil {
		return fmt.Errorf("memory: the transaction must be abandoned: %w", t.refusal)
	}
	if t.writing {
		return nil
	}
	select {
	case t.store.writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	t.writing = true
	t.state = t.store.published.Load().fork()
	t.owned = map[record.Kind]bool{}
	return nil
}

// table returns the table of a kind, to be changed in place.
func (t *tx) table(kind record.Kind) *table {
	if !t.owned[kind] {
		t.state.tables[kind] = t.state.tables[kind].fork()
		t.owned[kind] = true
	}
	return t.state.tables[kind]
}

// raise counts a change of the configuration, once for the transaction.
func (t *tx) raise(kind record.Kind) {
	if kind.Configuration() && !t.raised {
		t.state.revision++
		t.raised = true
	}
}

// put writes a record, or changes nothing.
func (t *tx) put(doc record.Document) error {
	known := t.state.tables[doc.Kind]
	stored := known.byID(doc.ID)
	switch {
	case doc.Version == 0 && stored != nil:
		return fmt.Errorf("memory: put %s %q: %w", doc.Kind, doc.ID, store.ErrExists)
	case doc.Version != 0 && stored == nil:
		return fmt.Errorf("memory: put %s %q: version %d, none is stored: %w", doc.Kind, doc.ID, doc.Version, store.ErrStale)
	case stored != nil && doc.Version != stored.document.Version:
		return fmt.Errorf("memory: put %s %q: version %d, stored is %d: %w", doc.Kind, doc.ID, doc.Version, stored.document.Version, store.ErrStale)
	}
	for _, key := range doc.Keys {
		if owner := known.byKey(key); owner != nil && owner != stored {
			return fmt.Errorf("memory: put %s %q: key %q is taken: %w", doc.Kind, doc.ID, key, store.ErrExists)
		}
	}
	table := t.table(doc.Kind)
	if stored != nil {
		table.remove(stored)
	}
	table.insert(newRow(doc))
	t.raise(doc.Kind)
	return nil
}

// apply carries out a plan up to the first thing that refuses it.
func (t *tx) apply(plan *redemption.Plan) error {
	for _, change := range plan.Consume {
		if err := t.consume(change); err != nil {
			return err
		}
	}
	for _, doc := range plan.Writes {
		if err := t.put(doc); err != nil {
			return err
		}
	}
	if plan.Outcome != nil {
		if err := t.conclude(plan.Outcome); err != nil {
			return err
		}
	}
	for _, e := range plan.Events {
		t.state.events = append(t.state.events, cloneEvent(e))
	}
	return nil
}

// consume changes a counter, or refuses. Counters that come to 0 are forgotten, so that giving everything back restores
// the state as it was.
func (t *tx) consume(change redemption.Consume) error {
	next := &counter{key: change.Key}
	if stored, ok := t.state.counters.Get(next); ok {
		next.value = stored.value
	}
	limit := int64(math.MaxInt64)
	if change.Limit != nil {
		limit = *change.Limit
	}
	if change.Delta > 0 && next.value > math.MaxInt64-change.Delta {
		return &store.GuardError{Key: change.Key, Delta: change.Delta, Limit: &limit}
	}
	next.value += change.Delta
	switch {
	case next.value < 0:
		return &store.GuardError{Key: change.Key, Delta: change.Delta}
	case next.value > limit:
		return &store.GuardError{Key: change.Key, Delta: change.Delta, Limit: &limit}
	case next.value == 0:
		t.state.counters.Delete(next)
	default:
		t.state.counters.Set(next)
	}
	return nil
}

// conclude stores the answer of an idempotent call, or refuses to store a second one.
func (t *tx) conclude(outcome *redemption.Outcome) error {
	if _, ok := t.state.outcomes.Get(outcome); ok {
		return fmt.Errorf("memory: outcome of %s %q is stored already: %w", outcome.Verb, outcome.Key, store.ErrConflict)
	}
	t.state.outcomes.Set(cloneOutcome(outcome))
	return nil
}
