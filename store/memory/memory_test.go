package memory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) store.Store { return memory.New() }, storetest.Features{Concurrent: true})
}

func document(kind record.Kind, id, body string) record.Document {
	return record.Document{Kind: kind, ID: id, CreatedAt: time.Unix(1_900_000_000, 0), Body: json.RawMessage(body)}
}

func put(ctx context.Context, docs ...record.Document) func(store.Tx) error {
	return func(tx store.Tx) error {
		for _, doc := range docs {
			if err := tx.Put(ctx, doc); err != nil {
				return err
			}
		}
		return nil
	}
}

func update(t testing.TB, s *memory.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// get reads one record, also from inside a transaction that is open in s.
func get(ctx context.Context, s *memory.Store, kind record.Kind, id string) (doc record.Document, err error) {
	err = s.View(ctx, func(r store.Reader) (err error) {
		doc, err = r.Get(ctx, kind, id)
		return err
	})
	return doc, err
}

func TestReadersAreNotBlockedByAWriterInProgress(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	update(t, s, put(ctx, document(record.Voucher, "v_1", `{"n":1}`)))
	changed := document(record.Voucher, "v_1", `{"n":2}`)
	changed.Version = 1
	update(t, s, func(tx store.Tx) error {
		if err := tx.Put(ctx, changed); err != nil {
			return err
		}
		// The writer waits for the readers here; if they waited for it as well, the test would hang.
		doc, err := get(ctx, s, record.Voucher, "v_1")
		if err != nil || string(doc.Body) != `{"n":1}` {
			t.Errorf("a view meanwhile: got %s, %v", doc.Body, err)
		}
		return s.Update(ctx, func(other store.Tx) error {
			doc, err := other.Get(ctx, record.Voucher, "v_1")
			if string(doc.Body) != `{"n":1}` {
				t.Errorf("a transaction that only reads meanwhile: got %s", doc.Body)
			}
			return err
		})
	})
	if doc, err := get(ctx, s, record.Voucher, "v_1"); err != nil || string(doc.Body) != `{"n":2}` {
		t.Errorf("a view afterwards: got %s, %v", doc.Body, err)
	}
}

func TestATransactionReadsOnePointInTimeUntilItsFirstWriteAndTheLatestFromThenOn(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	update(t, s, put(ctx, document(record.Voucher, "v_1", `1`)))
	err := s.Update(ctx, func(tx store.Tx) error {
		next := document(record.Voucher, "v_1", `2`)
		next.Version = 1
		update(t, s, put(ctx, next))
		doc, err := tx.Get(ctx, record.Voucher, "v_1")
		if err != nil || string(doc.Body) != `1` {
			t.Errorf("before its first write: got %s, %v", doc.Body, err)
		}
		if err := tx.Put(ctx, document(record.Customer, "cust_1", `{}`)); err != nil {
			return err
		}
		latest, err := tx.Get(ctx, record.Voucher, "v_1")
		if err != nil || string(latest.Body) != `2` {
			t.Errorf("after its first write: got %s, %v", latest.Body, err)
		}
		return tx.Put(ctx, doc) // what it read first is stale by now
	})
	if !errors.Is(err, store.ErrStale) {
		t.Errorf("got %v, want %v", err, store.ErrStale)
	}
	if _, err := get(ctx, s, record.Customer, "cust_1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the write of the refused transaction: got %v, want %v", err, store.ErrNotFound)
	}
}

func TestAWriterThatWaitsGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx := memory.New(), t.Context()
		update(t, s, func(tx store.Tx) error {
			if err := tx.Put(ctx, document(record.Voucher, "v_1", `{}`)); err != nil {
				return err
			}
			short, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			err := s.Update(ctx, put(short, document(record.Voucher, "v_2", `{}`)))
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the writer that waited: got %v, want %v", err, context.DeadlineExceeded)
			}
			return nil
		})
		update(t, s, put(ctx, document(record.Voucher, "v_2", `{}`)))
	})
}

func TestNothingThatIsHandedOutReachesTheStore(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	doc := document(record.Voucher, "v_1", `{"id":"v_1"}`)
	doc.Keys = []string{"code:A"}
	plan := &redemption.Plan{
		Writes:  []record.Document{document(record.Redemption, "r_1", `{"id":"r_1"}`)},
		Outcome: &redemption.Outcome{Verb: "redeem", Key: "k", Answer: json.RawMessage(`{"a":1}`)},
		Events:  []event.Event{{ID: "ev_1", Data: json.RawMessage(`{"b":2}`)}},
	}
	update(t, s, func(tx store.Tx) error { return errors.Join(tx.Put(ctx, doc), tx.Apply(ctx, plan)) })
	want := s.Export()

	clear(doc.Keys)
	for _, text := range [][]byte{doc.Body, plan.Writes[0].Body, plan.Outcome.Answer, plan.Events[0].Data} {
		clear(text)
	}
	spoil := func(doc record.Document) {
		clear(doc.Keys)
		clear(doc.Body)
	}
	err := s.View(ctx, func(r store.Reader) error {
		byID, err1 := r.Get(ctx, record.Voucher, "v_1")
		byKey, err2 := r.Find(ctx, record.Voucher, "code:A")
		spoil(byID)
		spoil(byKey)
		for listed := range r.List(ctx, record.Voucher, store.Query{}) {
			spoil(listed)
		}
		for entry := range r.Outbox(ctx, 0) {
			clear(entry.Event.Data)
		}
		snapshot, err3 := r.Snapshot(ctx, redemption.Needs{OutcomeVerb: "redeem", OutcomeKey: "k"})
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		if snapshot.Outcome == nil {
			return errors.New("there is no outcome")
		}
		clear(snapshot.Outcome.Answer)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dump := s.Export()
	spoil(dump.Documents[0])
	clear(dump.Outcomes[0].Answer)
	clear(dump.Outbox[0].Event.Data)
	if diff := cmp.Diff(want, s.Export()); diff != "" {
		t.Errorf("the store (-want +got):\n%s", diff)
	}
}

func TestAKeptReaderIsUseless(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	var kept store.Tx
	update(t, s, func(tx store.Tx) error {
		kept = tx
		return tx.Put(ctx, document(record.Voucher, "v_1", `{}`))
	})
	want := s.Export()
	_, getErr := kept.Get(ctx, record.Voucher, "v_1")
	_, snapshotErr := kept.Snapshot(ctx, redemption.Needs{})
	for name, err := range map[string]error{
		"Get": getErr, "Snapshot": snapshotErr,
		"Put":    kept.Put(ctx, document(record.Voucher, "v_2", `{}`)),
		"Delete": kept.Delete(ctx, record.Voucher, "v_1", 1),
		"Apply":  kept.Apply(ctx, &redemption.Plan{Events: []event.Event{{ID: "ev_1"}}}),
	} {
		if err == nil || !strings.Contains(err.Error(), "has ended") {
			t.Errorf("%s: got %v, want that the transaction has ended", name, err)
		}
	}
	if diff := cmp.Diff(want, s.Export()); diff != "" {
		t.Errorf("the store (-want +got):\n%s", diff)
	}
}

func TestARefusedPlanIsNeverCommittedEvenIfFnForgetsItsError(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	one := int64(1)
	first := redemption.CounterKey{Metric: redemption.CountCampaign, Subject: "camp_1"}
	last := redemption.CounterKey{Metric: redemption.CountVoucher, Subject: "v_1"}
	want := s.Export()
	err := s.Update(ctx, func(tx store.Tx) error {
		_ = tx.Apply(ctx, &redemption.Plan{Consume: []redemption.Consume{{Key: first, Delta: 1}, {Key: last, Delta: 2, Limit: &one}}})
		if err := tx.Put(ctx, document(record.Voucher, "v_1", `{}`)); !errors.Is(err, store.ErrGuard) {
			t.Errorf("a write after the refusal: got %v, want %v", err, store.ErrGuard)
		}
		return nil
	})
	if !errors.Is(err, store.ErrGuard) {
		t.Errorf("Update: got %v, want %v", err, store.ErrGuard)
	}
	if diff := cmp.Diff(want, s.Export()); diff != "" {
		t.Errorf("the store (-want +got):\n%s", diff)
	}
}

func TestACounterRefusesToOverflow(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	key := redemption.CounterKey{Metric: redemption.SumCampaignDiscount, Subject: "camp_1"}
	plan := &redemption.Plan{Consume: []redemption.Consume{{Key: key, Delta: 1<<63 - 1}}}
	apply := func(tx store.Tx) error { return tx.Apply(ctx, plan) }
	update(t, s, apply)
	if err := s.Update(ctx, apply); !errors.Is(err, store.ErrGuard) {
		t.Errorf("got %v, want %v", err, store.ErrGuard)
	}
}

func TestASnapshotOfABrokenBodySaysWhichRecordItIs(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	for kind, needs := range map[record.Kind]redemption.Needs{
		record.Voucher:    {Vouchers: []string{"broken"}},
		record.Customer:   {CustomerID: "broken"},
		record.Order:      {OrderID: "broken"},
		record.Redemption: {Redemptions: []string{"broken"}},
	} {
		update(t, s, put(ctx, document(kind, "broken", `{"id":`)))
		for range 2 { // the failure is remembered, not only met
			err := s.View(ctx, func(r store.Reader) error {
				_, err := r.Snapshot(ctx, needs)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), string(kind)+" broken") {
				t.Errorf("%s: got %v, want an error that names it", kind, err)
			}
		}
	}
}

func TestExportIsOrderedAndCompleteAndTheSameForTheSameState(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	fill := func(docs []record.Document, consume []redemption.Consume) memory.Dump {
		s := memory.New()
		plan := &redemption.Plan{
			Consume: consume, Outcome: &redemption.Outcome{Verb: "redeem", Key: "k"}, Events: []event.Event{{ID: "ev_2"}, {ID: "ev_1"}},
		}
		update(t, s, func(tx store.Tx) error { return errors.Join(put(ctx, docs...)(tx), tx.Apply(ctx, plan)) })
		return s.Export()
	}
	docs := []record.Document{
		document(record.Voucher, "b", `1`), document(record.Campaign, "c", `2`), document(record.Voucher, "a", `3`),
	}
	docs[2].Binned = true
	consume := []redemption.Consume{
		{Key: redemption.CounterKey{Metric: "b", Subject: "1"}, Delta: 1}, {Key: redemption.CounterKey{Metric: "a", Subject: "2"}, Delta: 2},
	}
	got := fill(docs, consume)
	slices.Reverse(docs)
	slices.Reverse(consume)
	again, err := json.Marshal(fill(docs, consume))
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(again)); diff != "" {
		t.Errorf("the same state written in another order (-first +again):\n%s", diff)
	}
	var names []string
	for _, doc := range got.Documents {
		names = append(names, fmt.Sprintf("%s/%s", doc.Kind, doc.ID))
	}
	for _, c := range got.Counters {
		names = append(names, fmt.Sprintf("%s=%d", c.Key, c.Value))
	}
	for _, entry := range got.Outbox {
		names = append(names, fmt.Sprintf("%d:%s", entry.Position, entry.Event.ID))
	}
	want := []string{"campaign/c", "voucher/a", "voucher/b", "a/2=2", "b/1=1", "1:ev_2", "2:ev_1"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the dump (-want +got):\n%s", diff)
	}
}

func TestGivingACounterBackRestoresTheStateExactly(t *testing.T) {
	t.Parallel()
	s, ctx := memory.New(), t.Context()
	keys := []redemption.CounterKey{{Metric: "a", Subject: "1"}, {Metric: "b", Subject: "2"}}
	change := func(deltas ...int64) {
		plan := &redemption.Plan{}
		for i, delta := range deltas {
			plan.Consume = append(plan.Consume, redemption.Consume{Key: keys[i], Delta: delta})
		}
		update(t, s, func(tx store.Tx) error { return tx.Apply(ctx, plan) })
	}
	change(5)
	want := s.Export()
	change(3, 700)
	change(-3, -700)
	if diff := cmp.Diff(want, s.Export()); diff != "" {
		t.Errorf("the store (-want +got):\n%s", diff)
	}
}
