package memory

import (
	"context"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// reader reads one state.
type reader struct {
	// state is nil once the transaction has ended.
	state *state
}

func (r *reader) end() { r.state = nil }

// ready reports why the transaction cannot be used, if it cannot.
func (r *reader) ready(ctx context.Context) error {
	if r.state == nil {
		return errEnded
	}
	return ctx.Err()
}

// Get implements store.Reader.
func (r *reader) Get(ctx context.Context, kind record.Kind, id string) (record.Document, error) {
	if err := r.ready(ctx); err != nil {
		return record.Document{}, err
	}
	found := r.state.tables[kind].byID(id).live()
	if found == nil {
		return record.Document{}, fmt.Errorf("memory: get %s %q: %w", kind, id, store.ErrNotFound)
	}
	return cloneDocument(found.document), nil
}

// Find implements store.Reader.
func (r *reader) Find(ctx context.Context, kind record.Kind, key string) (record.Document, error) {
	if err := r.ready(ctx); err != nil {
		return record.Document{}, err
	}
	found := r.state.tables[kind].byKey(key).live()
	if found == nil {
		return record.Document{}, fmt.Errorf("memory: find %s by %q: %w", kind, key, store.ErrNotFound)
	}
	return cloneDocument(found.document), nil
}

// List implements store.Reader.
func (r *reader) List(ctx context.Context, kind record.Kind, query store.Query) iter.Seq2[record.Document, error] {
	return func(yield func(record.Document, error) bool) {
		if err := r.ready(ctx); err != nil {
			yield(record.Document{}, err)
			return
		}
		left := query.Limit
		r.state.tables[kind].walk(query, func(found *row) bool {
			if err := ctx.Err(); err != nil {
				yield(record.Document{}, err)
				return false
			}
			left--
			return yield(cloneDocument(found.document), nil) && left != 0
		})
	}
}

// Counters implements store.Reader.
func (r *reader) Counters(ctx context.Context, keys []redemption.CounterKey) (map[redemption.CounterKey]int64, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	return r.state.read(keys), nil
}

// Revision implements store.Reader.
func (r *reader) Revision(ctx context.Context) (int64, error) {
	if err := r.ready(ctx); err != nil {
		return 0, err
	}
	return r.state.revision, nil
}

// Outbox implements store.Reader.
func (r *reader) Outbox(ctx context.Context, after int64) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		if err := r.ready(ctx); err != nil {
			yield(store.Entry{}, err)
			return
		}
		events := r.state.events
		for position := max(after, 0); position < int64(len(events)); position++ {
			if err := ctx.Err(); err != nil {
				yield(store.Entry{}, err)
				return
			}
			if !yield(store.Entry{Position: position + 1, Event: cloneEvent(events[position])}, nil) {
				return
			}
		}
	}
}

// read returns the counters that exist.
func (s *state) read(keys []redemption.CounterKey) map[redemption.CounterKey]int64 {
	values := make(map[redemption.CounterKey]int64, len(keys))
	place := new(counter) // one for all searches
	for _, key := range keys {
		place.key = key
		if found, ok := s.counters.Get(place); ok {
			values[key] = found.value
		}
	}
	return values
}
