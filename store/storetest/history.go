package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/voucherify-go/voucherify/redemption"
)

// history is what the workers of a race have done and seen, and when. A store is right if there is an order of all
// operations, in which none comes before one that had ended when it began, such that each has the result that it would
// have had alone. Package porcupine looks for that order, for each object by itself.
type history struct {
	clock atomic.Int64
	mu    sync.Mutex
	seen  map[string][]porcupine.Operation // by object
}

// operation is something that a worker has done to one object, with its result.
type operation interface {
	// object names what the operation is about.
	object() string
	// from tells whether the result is right in a state, and which state follows. The first state of an object is nil.
	from(state any) (right bool, next any)
}

// begin returns the instant at which an operation begins.
func (h *history) begin() int64 { return h.clock.Add(1) }

// end adds operations that began at an instant and have ended now.
func (h *history) end(begun int64, done ...operation) {
	now := h.clock.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen == nil {
		h.seen = map[string][]porcupine.Operation{}
	}
	for _, o := range done {
		h.seen[o.object()] = append(h.seen[o.object()], porcupine.Operation{Input: o, Call: begun, Return: now})
	}
}

// judge fails the test when the operations on an object have no such order.
func (h *history) judge(t testing.TB) {
	t.Helper()
	model := porcupine.Model{
		Init:  func() any { return nil },
		Step:  func(state, input, _ any) (bool, any) { return input.(operation).from(state) },
		Equal: func(a, b any) bool { return a == b },
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, object := range slices.Sorted(maps.Keys(h.seen)) {
		operations := h.seen[object]
		switch porcupine.CheckOperationsTimeout(model, operations, patience/2) {
		case porcupine.Ok:
		case porcupine.Unknown:
			t.Errorf("the history of %s could not be judged within %s", object, patience/2)
		case porcupine.Illegal:
			t.Errorf("the history of %s is impossible in any order:\n%s", object, transcript(operations))
		}
	}
}

// transcript is the operations in the order in which they began.
func transcript(operations []porcupine.Operation) string {
	slices.SortFunc(operations, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	var text strings.Builder
	for _, o := range operations {
		fmt.Fprintf(&text, "%6d to %6d: %+v\n", o.Call, o.Return, o.Input)
	}
	return text.String()
}

// change is a change of a counter, which is accepted if it stays within the limit and not below 0.
type change struct {
	Counter  string
	Delta    int64
	Limit    int64 // below 0 is no limit
	Accepted bool
}

// changing returns the change of a counter by a plan.
func changing(c redemption.Consume, accepted bool) change {
	limit := int64(-1)
	if c.Limit != nil {
		limit = *c.Limit
	}
	return change{Counter: c.Key.String(), Delta: c.Delta, Limit: limit, Accepted: accepted}
}

func (c change) object() string { return "counter " + c.Counter }

func (c change) from(state any) (bool, any) {
	value, _ := state.(int64)
	next := value + c.Delta
	fits := next >= 0 && (c.Limit < 0 || next <= c.Limit)
	if !c.Accepted {
		return !fits, state
	}
	return fits, next
}

// reading is a value of a counter that was read.
type reading struct {
	Counter string
	Value   int64
}

func (r reading) object() string { return "counter " + r.Counter }

func (r reading) from(state any) (bool, any) {
	value, _ := state.(int64)
	return r.Value == value, state
}

// answer is what an idempotent call has answered: the first answer is that of all.
type answer struct{ Key, Text string }

func (a answer) object() string { return "answer to " + a.Key }

func (a answer) from(state any) (bool, any) { return state == nil || state == a.Text, a.Text }

// creation is an attempt to create something that exists once: a record with a key, or the rollback of a redemption.
type creation struct {
	What      string
	Succeeded bool
}

func (c creation) object() string { return "creation of " + c.What }

func (c creation) from(state any) (bool, any) { return c.Succeeded == (state == nil), "exists" }

// succession is an attempt to write the version behind one that was read; the record was created at version 1.
type succession struct {
	Record    string
	Read      int64
	Succeeded bool
}

func (s succession) object() string { return "record " + s.Record }

func (s succession) from(state any) (bool, any) {
	version, ok := state.(int64)
	if !ok {
		version = 1
	}
	if !s.Succeeded {
		return s.Read != version, version
	}
	return s.Read == version, version + 1
}

// passage is an attempt to pass a gate, which is open until it is closed.
type passage struct{ Close, Passed bool }

func (p passage) object() string { return "gate" }

func (p passage) from(state any) (bool, any) {
	if p.Close {
		return true, "closed"
	}
	return p.Passed == (state == nil), state
}
