package memory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
)

// told is a store with three events and two answers, two and one of which are about ann.
func told(t *testing.T) *memory.Store {
	t.Helper()
	s := memory.New()
	for i, text := range []string{`{"of":"ann"}`, `{"of":"bob"}`, `{"of":"bob"}`} {
		plan := &redemption.Plan{Events: []event.Event{{ID: fmt.Sprint("ev_", i), Type: "t", EntityID: "x", Data: json.RawMessage(text)}}}
		if i == 2 {
			plan.Events[0].EntityID = "of ann"
		} else {
			plan.Outcome = &redemption.Outcome{Verb: "redeem", Key: fmt.Sprint(i), RequestHash: "h", Answer: json.RawMessage(text)}
		}
		update(t, s, func(tx store.Tx) error { return tx.Apply(context.Background(), plan) })
	}
	return s
}

// redact replaces ann by nobody in everything.
func redact(t *testing.T, tx store.Tx) {
	t.Helper()
	ctx := context.Background()
	redactor, ok := tx.(store.Redactor)
	if !ok {
		t.Fatal("the transaction is no redactor")
	}
	replace := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("ann"), []byte("nobody")) }
	err := redactor.RedactEvents(ctx, "ann", func(e event.Event) (event.Event, error) {
		if e.ID == "ev_1" {
			t.Error("an event of bob is handed out")
		}
		e.EntityID, e.Data = string(replace([]byte(e.EntityID))), replace(e.Data)
		return e, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := redactor.RedactOutcomes(ctx, "ann", func(answer json.RawMessage) (json.RawMessage, error) { return replace(answer), nil }); err != nil {
		t.Fatal(err)
	}
}

// seen describes events and answers.
func seen(s *memory.Store) []string {
	var list []string
	dump := s.Export()
	for _, entry := range dump.Outbox {
		list = append(list, fmt.Sprint(entry.Position, " ", entry.Event.ID, " ", entry.Event.EntityID, " ", string(entry.Event.Data)))
	}
	for _, o := range dump.Outcomes {
		list = append(list, fmt.Sprint(o.Verb, " ", o.Key, " ", o.RequestHash, " ", string(o.Answer)))
	}
	return list
}

func TestEventsAndAnswersAreRedacted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := told(t)
	before := seen(s)
	dropped := errors.New("dropped")
	if err := s.Update(ctx, func(tx store.Tx) error { redact(t, tx); return dropped }); !errors.Is(err, dropped) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, seen(s)); diff != "" {
		t.Errorf("after a transaction that failed (-before +after):\n%s", diff)
	}
	err := s.View(ctx, func(r store.Reader) error {
		update(t, s, func(tx store.Tx) error { redact(t, tx); return nil })
		for entry, err := range r.Outbox(ctx, 0) {
			if err != nil {
				return err
			}
			if entry.Position == 1 && string(entry.Event.Data) != `{"of":"ann"}` {
				t.Errorf("a view that was open sees %s", entry.Event.Data)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`1 ev_0 x {"of":"nobody"}`, `2 ev_1 x {"of":"bob"}`, `3 ev_2 of nobody {"of":"bob"}`,
		`redeem 0 h {"of":"nobody"}`, `redeem 1 h {"of":"bob"}`,
	}
	if diff := cmp.Diff(want, seen(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	update(t, s, func(tx store.Tx) error {
		return tx.Apply(ctx, &redemption.Plan{Events: []event.Event{{ID: "ev_3", EntityID: "x", Data: json.RawMessage(`{}`)}}})
	})
	if got := seen(s); got[3] != "4 ev_3 x {}" || got[0] != want[0] {
		t.Errorf("the next event: %v", got)
	}
}

func TestARedactionStopsAtAnError(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := told(t)
	before := seen(s)
	broken := errors.New("broken")
	update(t, s, func(tx store.Tx) error {
		redactor := tx.(store.Redactor) //nolint:errcheck // the other test checks it
		calls := 0
		err := redactor.RedactEvents(ctx, "ann", func(e event.Event) (event.Event, error) {
			calls++
			e.Data = json.RawMessage(`{}`)
			if calls == 2 {
				return e, broken
			}
			return e, nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("events: %v", err)
		}
		if err := redactor.RedactOutcomes(ctx, "of", func(json.RawMessage) (json.RawMessage, error) {
			if calls++; calls == 4 {
				return nil, broken
			}
			return json.RawMessage(`{}`), nil
		}); !errors.Is(err, broken) {
			t.Errorf("answers: %v", err)
		}
		return nil
	})
	if diff := cmp.Diff(before, seen(s)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
