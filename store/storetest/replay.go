package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Step is one operation of a history, as data: what it does depends on nothing but the steps before it.
type Step interface {
	// play carries the step out and describes what came of it.
	play(ctx context.Context, p *player) string
}

// History is a number of operations that come one after another. Draw one with DrawTransactions, DrawCalls or DrawPoints.
type History []Step

// Trace is what came of a history: the result of each step, and the state at the end.
type Trace struct {
	Results []string
	State   State
}

// Replay plays a history on an empty store, one step at a time. Clock and identifiers are the same each time, so every
// store has to give the same Trace for the same history; see Diff. The books are audited and, after calls of the engine,
// the invariants are checked as well.
func Replay(t TB, s store.Store, history History) Trace {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	books := newLedger(s)
	p := &player{TB: t, ctx: ctx, store: books}
	p.restart()
	var trace Trace
	for _, step := range history {
		trace.Results = append(trace.Results, step.play(ctx, p))
	}
	state, err := Export(ctx, books, books.names())
	if err != nil {
		t.Fatalf("export the state: %v", err)
	}
	trace.State = state
	books.audit(t)
	if p.called {
		CheckInvariants(t, s)
	}
	return trace
}

// Diff compares the traces of one history on two stores. JSON is compared by its meaning. It returns "" for equal ones.
func Diff(want, got Trace) string {
	for i := range min(len(want.Results), len(got.Results)) {
		if want.Results[i] != got.Results[i] {
			return fmt.Sprintf("step %d (-want +got):\n%s", i, cmp.Diff(want.Results[i], got.Results[i]))
		}
	}
	return cmp.Diff(want, got, plainly()...)
}

// failure describes an error by its kind, since every store has its own words.
func failure(err error) string {
	var guard *store.GuardError
	var refused *redemption.Refused
	var refusal *fault.Error
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &refused):
		return fmt.Sprintf("refused: %s at %q: %s", refused.Cause.Key, refused.Cause.Field, plain(decisionOf(refused)))
	case errors.As(err, &refusal):
		return fmt.Sprintf("fault: %s at %q of %q", refusal.Key, refusal.Field, refusal.ResourceID)
	case errors.As(err, &guard):
		return "guard: " + guard.Error()
	}
	for _, kind := range []error{
		store.ErrNotFound, store.ErrExists, store.ErrStale, store.ErrGuard, store.ErrConflict, errMind, errRecord,
	} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return "unexpected: " + err.Error()
}

func decisionOf(r *redemption.Refused) any {
	if r.Validation == nil {
		return nil
	}
	return r.Decision()
}

// plain writes a value as JSON with the keys of objects in order, whatever order a database has kept them in.
func plain(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "not JSON: " + err.Error()
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var parsed any
	if err := decoder.Decode(&parsed); err != nil {
		return "not JSON: " + err.Error()
	}
	if text, err = json.Marshal(parsed); err != nil {
		return "not JSON: " + err.Error()
	}
	return string(text)
}
