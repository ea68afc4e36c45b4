package storetest

import (
	"cmp"
	"context"
	"fmt"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// State is everything that a store shows through its Reader, as plain data. Stores in the same state have equal States,
// once JSON is compared by its meaning; positions of the outbox, which have gaps, and counters at 0 are left out.
type State struct {
	// Revision is the revision of the configuration.
	Revision int64
	// Documents are the records that are not in the bin: by kind, and in the order of their lists.
	Documents []record.Document
	// Counters are those of the Names that are not 0.
	Counters map[redemption.CounterKey]int64
	// Outcomes are those of the Names that exist.
	Outcomes []redemption.Outcome
	// Events are the outbox in the order of its commits.
	Events []event.Event
}

// Names are what a Reader must be asked for by name, because it cannot be listed.
type Names struct {
	Counters []redemption.CounterKey
	Outcomes []OutcomeName
}

// OutcomeName names the stored answer of an idempotent call.
type OutcomeName struct{ Verb, Key string }

func (n OutcomeName) compare(other OutcomeName) int {
	return cmp.Or(cmp.Compare(n.Verb, other.Verb), cmp.Compare(n.Key, other.Key))
}

// Export reads the whole state of a store, at one point in time. Counters and outcomes that are not named are not in it.
func Export(ctx context.Context, s store.Store, names Names) (State, error) {
	var state State
	err := s.View(ctx, func(r store.Reader) (err error) {
		state, err = export(ctx, r, names)
		return err
	})
	return state, err
}

func export(ctx context.Context, r store.Reader, names Names) (State, error) {
	state := State{Counters: map[redemption.CounterKey]int64{}}
	var err error
	if state.Revision, err = r.Revision(ctx); err != nil {
		return state, fmt.Errorf("read the revision: %w", err)
	}
	for _, kind := range record.Kinds() {
		for doc, err := range r.List(ctx, kind, store.Query{}) {
			if err != nil {
				return state, fmt.Errorf("list %s: %w", kind, err)
			}
			state.Documents = append(state.Documents, doc)
		}
	}
	counters, err := r.Counters(ctx, names.Counters)
	if err != nil {
		return state, fmt.Errorf("read counters: %w", err)
	}
	for key, value := range counters {
		if value != 0 {
			state.Counters[key] = value
		}
	}
	for _, n := range names.Outcomes {
		snapshot, err := r.Snapshot(ctx, redemption.Needs{OutcomeVerb: n.Verb, OutcomeKey: n.Key})
		if err != nil {
			return state, fmt.Errorf("read the outcome of %s %q: %w", n.Verb, n.Key, err)
		}
		if snapshot.Outcome != nil {
			state.Outcomes = append(state.Outcomes, *snapshot.Outcome)
		}
	}
	for entry, err := range r.Outbox(ctx, 0) {
		if err != nil {
			return state, fmt.Errorf("read the outbox: %w", err)
		}
		state.Events = append(state.Events, entry.Event)
	}
	return state, nil
}
