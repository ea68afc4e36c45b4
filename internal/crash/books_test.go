package crash_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/storetest"
)

// books say what was asked and what was answered, over all crashes of one database.
type books struct {
	mu sync.Mutex
	// open are the operations that have no answer yet, in the order in which they began.
	open []operation
	// answered are the operations with an effect since the last audit, with their answers.
	answered map[string]answer
	asked    map[string]operation
	// effects are the ids that were ever answered, by key.
	effects map[string]string
	// lost counts effects whose answers were lost.
	lost int
}

func newBooks() *books {
	return &books{answered: map[string]answer{}, asked: map[string]operation{}, effects: map[string]string{}}
}

// begin notes an operation before it is called.
func (b *books) begin(o operation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = append(b.open, o)
}

// end notes the answer of an operation.
func (b *books) end(key string, a answer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.open, func(o operation) bool { return o.Key == key })
	if i < 0 {
		return fmt.Errorf("%s is answered and was not asked", key)
	}
	if a.Effect != "" {
		b.answered[key], b.asked[key], b.effects[key] = a, b.open[i], a.Effect
	}
	b.open = slices.Delete(b.open, i, i+1)
	return nil
}

// answers is the number of operations that had an effect.
func (b *books) answers() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.effects)
}

// audit compares the database after a crash with the books, as a process does that starts again: everything that was
// answered is there, and the state does not contradict itself. Then it asks again. What was not answered happens now, unless
// it has happened, and what was answered is answered as before. In the end each effect in the database is that of one key.
func (b *books) audit(ctx context.Context, t *testing.T, d database) {
	t.Helper()
	s, closing, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	e := newEngine(t, s)
	b.mu.Lock()
	defer b.mu.Unlock()
	committed := effects(ctx, t, s)
	known := slices.Sorted(maps.Values(b.effects))
	for _, effect := range known {
		if !committed[effect] {
			t.Errorf("%s was answered and is lost", effect)
		}
	}
	unanswered := len(committed) - len(known)
	if unanswered > len(b.open) {
		t.Errorf("%d effects have no answer, and %d operations were not answered", unanswered, len(b.open))
	}
	storetest.CheckInvariants(t, s)
	b.settle(ctx, t, e, committed)
	b.repeat(ctx, t, e)
	committed = effects(ctx, t, s)
	if diff := cmp.Diff(slices.Sorted(maps.Values(b.effects)), slices.Sorted(maps.Keys(committed))); diff != "" {
		t.Errorf("the effects that were answered and those in the database differ (-answered +there):\n%s", diff)
	}
}

// settle asks what was not answered. What was committed is what it must answer: nothing may happen a second time.
func (b *books) settle(ctx context.Context, t *testing.T, e *voucherify.Engine, committed map[string]bool) {
	t.Helper()
	for _, o := range b.open {
		a, err := o.call(ctx, e)
		if err != nil {
			t.Errorf("ask %s again: %v", o.Key, err)
			continue
		}
		if a.Effect == "" {
			continue
		}
		b.answered[o.Key], b.asked[o.Key], b.effects[o.Key] = a, o, a.Effect
		if committed[a.Effect] {
			b.lost++
		}
	}
	b.open = nil
}

// repetitions is how many answers an audit asks for again.
const repetitions = 10

// repeat asks some of what was answered since the last audit, whatever comes first.
func (b *books) repeat(ctx context.Context, t *testing.T, e *voucherify.Engine) {
	t.Helper()
	left := repetitions
	for key, want := range b.answered {
		if left--; left < 0 {
			break
		}
		got, err := b.asked[key].call(ctx, e)
		if err != nil {
			t.Errorf("ask %s again: %v", key, err)
		} else if string(got.Text) != string(want.Text) {
			t.Errorf("the answer to %s has changed (-first +second):\n%s", key, cmp.Diff(string(want.Text), string(got.Text)))
		}
	}
	clear(b.answered)
	clear(b.asked)
}

// effects returns the ids of all redemptions and rollbacks and the reasons of all returns that have succeeded; those of a
// stack are one.
func effects(ctx context.Context, t *testing.T, s store.Store) map[string]bool {
	t.Helper()
	found, children := map[string]bool{}, map[string]bool{}
	err := s.View(ctx, func(r store.Reader) error {
		for doc, err := range r.List(ctx, record.Redemption, store.Query{}) {
			var x redemption.Redemption
			if err := decode(&doc, err, &x); err != nil {
				return err
			}
			children[x.ID] = x.Parent != ""
			if x.Parent == "" && x.Result == redemption.Success {
				found[x.ID] = true
			}
			reasons := map[string]bool{}
			for _, back := range x.Returns { // those of a stack are in each of its parts
				if reasons[back.Reason] {
					return fmt.Errorf("%s is returned twice on %s", back.Reason, x.ID)
				}
				reasons[back.Reason], found[back.Reason] = true, true
			}
		}
		for doc, err := range r.List(ctx, record.Rollback, store.Query{}) {
			var x redemption.Rollback
			if err := decode(&doc, err, &x); err != nil {
				return err
			}
			if x.Result == redemption.Success && !children[x.Redemption] {
				found[x.ID] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("read what is committed: %v", err)
	}
	return found
}

// decode decodes a record of a list, if it could be read.
func decode(doc *record.Document, err error, into any) error {
	if err != nil {
		return err
	}
	return json.Unmarshal(doc.Body, into)
}

func newEngine(t *testing.T, s store.Store) *voucherify.Engine {
	t.Helper()
	e, err := voucherify.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// furnished makes the tables and what is redeemed.
func furnished(ctx context.Context, t *testing.T, d database) {
	t.Helper()
	s, closing, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := furnish(ctx, newEngine(t, s)); err != nil {
		t.Fatal(err)
	}
}
