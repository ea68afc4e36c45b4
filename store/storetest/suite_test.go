package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
)

// recorder is a test that only notes its failures.
type recorder struct {
	*testing.T
	failures []string
}

func (r *recorder) Error(args ...any) { r.failures = append(r.failures, fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Failed() bool { return len(r.failures) > 0 }

// said checks that the failures say something, or that there are none.
func (r *recorder) said(want string) {
	r.Helper()
	text := strings.Join(r.failures, "\n")
	if (want == "") != (text == "") || !strings.Contains(text, want) {
		r.T.Errorf("got %q, want %q", text, want)
	}
}

// lossy is a store that does something wrong at the end of each transaction.
type lossy struct {
	store.Store
	harm func(ctx context.Context, tx store.Tx) error
}

func (l lossy) Update(ctx context.Context, fn func(store.Tx) error) error {
	return l.Store.Update(ctx, func(tx store.Tx) error {
		return errors.Join(fn(tx), l.harm(ctx, tx))
	})
}

func TestTheAuditFindsWhatAStoreHasDoneToItself(t *testing.T) {
	t.Parallel()
	key := counting(redemption.CountVoucher, "v_1")
	applying := func(plan *redemption.Plan) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.Apply(ctx, plan) }
	}
	for name, c := range map[string]struct {
		harm func(ctx context.Context, tx store.Tx) error
		want string
	}{
		"nothing":             {func(context.Context, store.Tx) error { return nil }, ""},
		"a count too many":    {applying(&redemption.Plan{Consume: []redemption.Consume{raising(key, 1)}}), "counter voucher/v_1 is 3, the committed changes add up to 2"},
		"a count too few":     {applying(&redemption.Plan{Consume: []redemption.Consume{raising(key, -1)}}), "counter voucher/v_1 is 1"},
		"a foreign event":     {applying(happeningPlan(99)), "the outbox holds 2 events, 1 were committed"},
		"a foreign record":    {applying(&redemption.Plan{Writes: []record.Document{document(record.Order, "ord_9", 0)}}), `order "ord_9" was never committed`},
		"a record that grows": {applying(&redemption.Plan{Writes: []record.Document{following(document(record.Order, "ord_1", 5), 1)}}), "the last write of order ord_1"},
		"a record that goes":  {func(ctx context.Context, tx store.Tx) error { return tx.Delete(ctx, record.Order, "ord_1", 1) }, `order "ord_1": found: false`},
		"a foreign outcome":   {applying(&redemption.Plan{Outcome: answering("redeem", "refused", `{}`)}), `the outcome of redeem "refused" is stored`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(lossy{memory.New(), c.harm})
			refused := &redemption.Plan{Outcome: answering("redeem", "refused", `{}`), Consume: []redemption.Consume{within(key, 1, 0)}}
			err := l.Update(t.Context(), func(tx store.Tx) error { return tx.Apply(t.Context(), refused) })
			if !errors.Is(err, store.ErrGuard) {
				t.Fatal(err)
			}
			plan := happeningPlan(1)
			plan.Consume = []redemption.Consume{raising(key, 2)}
			plan.Writes = []record.Document{document(record.Order, "ord_1", 0)}
			if err := l.Update(t.Context(), func(tx store.Tx) error { return tx.Apply(t.Context(), plan) }); err != nil {
				t.Fatal(err)
			}
			r := &recorder{T: t}
			l.audit(r)
			r.said(c.want)
		})
	}
}

func happeningPlan(n int) *redemption.Plan {
	plan := &redemption.Plan{}
	plan.Events = append(plan.Events, happening(n))
	return plan
}

func TestAnImpossibleHistoryIsFound(t *testing.T) {
	t.Parallel()
	taking := func(accepted bool) operation { return change{Counter: "c", Delta: 1, Limit: 1, Accepted: accepted} }
	for name, c := range map[string]struct {
		operations []operation
		want       string
	}{
		"one is accepted, one refused":     {[]operation{taking(true), taking(false)}, ""},
		"two are accepted":                 {[]operation{taking(true), taking(true)}, "the history of counter c is impossible"},
		"a refusal without a reason":       {[]operation{taking(false), taking(true)}, "impossible"},
		"a value that nobody wrote":        {[]operation{taking(true), reading{Counter: "c", Value: 2}}, "impossible"},
		"a value that is written later":    {[]operation{reading{Counter: "c", Value: 1}, taking(true)}, "impossible"},
		"two answers to one key":           {[]operation{answer{"k", "a"}, answer{"k", "b"}}, "impossible"},
		"two create the same":              {[]operation{creation{"x", true}, creation{"x", true}}, "impossible"},
		"nobody creates it":                {[]operation{creation{"x", false}}, "impossible"},
		"a write over an old version":      {[]operation{succession{"r", 1, true}, succession{"r", 1, true}}, "impossible"},
		"a stale write, and one that fits": {[]operation{succession{"r", 1, true}, succession{"r", 1, false}, succession{"r", 2, true}}, ""},
		"a passage through a closed gate":  {[]operation{passage{Passed: true}, passage{Close: true}, passage{Passed: true}}, "impossible"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h history
			for _, o := range c.operations {
				h.end(h.begin(), o)
			}
			r := &recorder{T: t}
			h.judge(r)
			r.said(c.want)
		})
	}
}

func TestOperationsThatOverlapMayHaveComeInAnyOrder(t *testing.T) {
	t.Parallel()
	var h history
	first, second := h.begin(), h.begin()
	h.end(first, change{Counter: "c", Delta: 1, Limit: 1, Accepted: false})
	h.end(second, change{Counter: "c", Delta: 1, Limit: 1, Accepted: true})
	r := &recorder{T: t}
	h.judge(r)
	r.said("")
}

func TestAFaultStrikesTheCallThatItNames(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	broken := errors.New("broken")
	put := func(f *Faulty) error {
		return f.Update(ctx, func(tx store.Tx) error {
			if err := tx.Put(ctx, document(record.Order, "ord_1", 0)); err != nil {
				return err
			}
			_, err := tx.Get(ctx, record.Order, "ord_1")
			return err
		})
	}
	for _, c := range []struct {
		name    string
		fault   Fault
		want    []error
		written bool
	}{
		{"the beginning", Fault{Call: 1, Err: broken}, []error{broken}, false},
		{"a write, before", Fault{Call: 2, Err: broken}, []error{broken}, false},
		{"a write, after", Fault{Call: 2, After: true, Err: broken}, []error{broken}, false},
		{"a read", Fault{Call: 3, Err: broken}, []error{broken}, false},
		{"the commit, before", Fault{Call: 4, Err: broken}, []error{broken}, false},
		{"the commit, cut before", Fault{Call: 4, Lost: true, Err: broken}, []error{broken, store.ErrUnknownCommit}, false},
		{"the commit, after", Fault{Call: 4, After: true, Err: broken}, []error{broken, store.ErrUnknownCommit}, true},
		{"none", Fault{Call: 5, Err: broken}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inner := memory.New()
			f := NewFaulty(inner)
			f.Arm(c.fault)
			err := put(f)
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			}
			if (err == nil) != (len(c.want) == 0) || f.Struck() == (len(c.want) == 0) {
				t.Errorf("got %v, struck: %v", err, f.Struck())
			}
			if written := len(inner.Export().Documents) == 1; written != c.written {
				t.Errorf("written: %v, want %v", written, c.written)
			}
		})
	}
}

// TestAnErrorThatIsSwallowedCommitsNothingOnALostConnection is why Lost exists: code that goes on after an error of the
// store must not get a commit for it.
func TestAnErrorThatIsSwallowedCommitsNothingOnALostConnection(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, lost := range []bool{false, true} {
		inner := memory.New()
		f := NewFaulty(inner)
		f.Arm(Fault{Call: 2, Lost: lost, Err: store.ErrUnavailable})
		err := f.Update(ctx, func(tx store.Tx) error {
			_ = tx.Put(ctx, document(record.Order, "ord_1", 0))
			_ = tx.Put(ctx, document(record.Order, "ord_2", 0))
			return nil
		})
		if errors.Is(err, store.ErrUnavailable) != lost || len(inner.Export().Documents) == 0 != lost {
			t.Errorf("lost %v: got %v and %d records", lost, err, len(inner.Export().Documents))
		}
	}
}

func TestAListThatIsCutYieldsTheErrorInItsPlace(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, after := range []bool{false, true} {
		f := NewFaulty(memory.New())
		err := f.Update(ctx, func(tx store.Tx) error { return tx.Put(ctx, document(record.Order, "ord_1", 0)) })
		if err != nil {
			t.Fatal(err)
		}
		f.Arm(Fault{Call: 2, After: after, Err: store.ErrUnavailable})
		var seen []string
		err = f.View(ctx, func(r store.Reader) error {
			for doc, err := range r.List(ctx, record.Order, store.Query{}) {
				if err != nil {
					return err
				}
				seen = append(seen, doc.ID)
			}
			return nil
		})
		want := []string{"ord_1"}
		if !after {
			want = nil
		}
		if !errors.Is(err, store.ErrUnavailable) || !slices.Equal(seen, want) {
			t.Errorf("after %v: got %q, %v", after, seen, err)
		}
	}
}
