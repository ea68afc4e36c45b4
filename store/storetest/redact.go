package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// redactCases are for stores whose Tx is a store.Redactor.
func redactCases() []testCase {
	return []testCase{
		{"events and answers that hold a text are redacted, and only they", testRedact},
		{"the text is compared byte for byte, whatever it means in SQL or JSON", testRedactBytes},
		{"a transaction redacts what it has written itself", testRedactOwn},
		{"any number of events and answers is redacted, in the order of commits", testRedactMany},
		{"a redaction that fails leaves nothing", testRedactFails},
	}
}

// redactRaces need transactions that are open at the same time as well.
func redactRaces() []testCase {
	return []testCase{
		{"a view that was open before a redaction keeps what it sees", testRedactView},
		{"16 redactions of the same events and answers at once lose none", testRedactRace},
	}
}

// redactor returns the half of a transaction that redacts, and skips the test when there is none.
func (b *bundle) redactor(tx store.Tx) store.Redactor {
	b.Helper()
	redactor, ok := tx.(store.Redactor)
	if !ok {
		b.Skip("the transactions of this store are no store.Redactor")
	}
	return redactor
}

// redacting replaces a text in events and answers.
func (b *bundle) redacting(text, by string) func(store.Tx) error {
	return func(tx store.Tx) error {
		r := b.redactor(tx)
		err := r.RedactEvents(b.ctx, text, func(e event.Event) (event.Event, error) {
			if !strings.Contains(e.EntityID, text) && !strings.Contains(string(e.Data), text) {
				b.Errorf("event %s of %q is handed out for %q: %s", e.ID, e.EntityID, text, e.Data)
			}
			e.EntityID, e.Data = strings.ReplaceAll(e.EntityID, text, by), json.RawMessage(strings.ReplaceAll(string(e.Data), text, by))
			return e, nil
		})
		if err != nil {
			return err
		}
		return r.RedactOutcomes(b.ctx, text, func(answer json.RawMessage) (json.RawMessage, error) {
			if !strings.Contains(string(answer), text) {
				b.Errorf("an answer is handed out for %q: %s", text, answer)
			}
			return json.RawMessage(strings.ReplaceAll(string(answer), text, by)), nil
		})
	}
}

// told returns an event about someone; its own id is told by the number.
func told(n int, entity, about string) event.Event {
	e := happening(n)
	e.EntityID, e.Data = entity, json.RawMessage(`{"of":"`+about+`"}`)
	return e
}

// gossip commits three events in two plans, and two answers.
func (b *bundle) gossip() {
	b.Helper()
	b.apply(&redemption.Plan{
		Events: []event.Event{told(1, "x", "ann"), told(2, "x", "bob")}, Outcome: answering("redeem", "ann", `{"of":"ann"}`),
	})
	b.apply(&redemption.Plan{Events: []event.Event{told(3, "of ann", "bob")}, Outcome: answering("return", "ann", `{"of":"bob"}`)})
}

// answer reads a stored answer that must exist.
func (b *bundle) answer(verb, key string) *redemption.Outcome {
	b.Helper()
	o := b.snapshot(redemption.Needs{OutcomeVerb: verb, OutcomeKey: key}).Outcome
	if o == nil {
		b.Fatalf("there is no answer of %s %q", verb, key)
	}
	return o
}

func testRedact(b *bundle) {
	b.gossip()
	before := b.outbox(0)
	b.update(b.redacting("ann", "nobody"))
	want := before
	want[0].Event.Data, want[2].Event.EntityID = json.RawMessage(`{"of":"nobody"}`), "of nobody"
	b.same("the outbox", want, b.outbox(0))
	b.same("an answer about ann", answering("redeem", "ann", `{"of":"nobody"}`), b.answer("redeem", "ann"))
	b.same("an answer about bob", answering("return", "ann", `{"of":"bob"}`), b.answer("return", "ann"))
	b.happen(4)
	after := b.outbox(0)
	b.same("what is behind the last position", after[3:], b.outbox(before[2].Position))
	b.update(b.redacting("ann", "somebody"))
	b.same("the outbox after a redaction of what is gone", after, b.outbox(0))
}

func testRedactBytes(b *bundle) {
	names := []string{`100%`, `100x`, `a_b`, `aXb`, `ann`, `Ann`, `ann `, `it's`, `"quoted"`, `back\slash`, "line\nfeed", "\u00fc", "u\u0308", `💶`, `?`, `:text`}
	plan := &redemption.Plan{}
	for i, name := range names {
		plan.Events = append(plan.Events, told(i, name, "nobody"))
	}
	b.apply(plan)
	for i, name := range names {
		text, err := json.Marshal(name)
		if err != nil {
			b.Fatal(err)
		}
		o := answering("redeem", fmt.Sprint(i), string(text))
		b.apply(&redemption.Plan{Outcome: o, Events: []event.Event{told(100+i, "x", fmt.Sprint(i))}})
	}
	for i, name := range names {
		want := map[string]bool{}
		for j, other := range names {
			if strings.Contains(other, name) {
				want[fmt.Sprintf("ev_%06d", j)] = true
			}
		}
		got := map[string]bool{}
		b.update(func(tx store.Tx) error {
			return b.redactor(tx).RedactEvents(b.ctx, name, func(e event.Event) (event.Event, error) {
				got[e.ID] = true
				return e, nil
			})
		})
		b.same(fmt.Sprintf("events that hold name %d, %q", i, name), want, got)
	}
	b.update(func(tx store.Tx) error {
		return b.redactor(tx).RedactOutcomes(b.ctx, `100%`, func(answer json.RawMessage) (json.RawMessage, error) {
			b.same("the answer", `"100%"`, string(answer))
			return answer, nil
		})
	})
	for _, impossible := range []string{"\x00", "\xff"} {
		b.update(b.redacting(impossible, ""))
	}
}

func testRedactOwn(b *bundle) {
	b.gossip()
	b.update(func(tx store.Tx) error {
		plan := &redemption.Plan{
			Events: []event.Event{told(7, "ann", "ann"), told(8, "bob", "bob")}, Outcome: answering("earn", "ann", `{"of":"ann"}`),
		}
		for _, step := range []func(store.Tx) error{b.applying(plan), b.redacting("ann", "nobody"), b.applying(&redemption.Plan{Events: []event.Event{happening(9)}})} {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
	var got []event.Event
	for _, entry := range b.outbox(0)[3:] {
		got = append(got, entry.Event)
	}
	b.same("the events of the transaction", []event.Event{told(7, "nobody", "nobody"), told(8, "bob", "bob"), happening(9)}, got)
	b.same("its answer", answering("earn", "ann", `{"of":"nobody"}`), b.answer("earn", "ann"))
}

func testRedactMany(b *bundle) {
	const many = 100
	b.update(func(tx store.Tx) error { b.redactor(tx); return nil })
	for n := range many {
		b.apply(&redemption.Plan{
			Events:  []event.Event{told(2*n, "ann", "ann"), told(2*n+1, "bob", "bob")},
			Outcome: answering([]string{"redeem", "return"}[n%2], fmt.Sprint(n/2), `{"of":"ann"}`),
		})
	}
	var order, want []string
	answers := 0
	b.update(func(tx store.Tx) error {
		err := b.redactor(tx).RedactEvents(b.ctx, "ann", func(e event.Event) (event.Event, error) {
			order = append(order, e.ID)
			e.EntityID = "still ann" // what is redacted is not handed out again
			return e, nil
		})
		if err != nil {
			return err
		}
		return b.redactor(tx).RedactOutcomes(b.ctx, "ann", func(json.RawMessage) (json.RawMessage, error) {
			answers++
			return json.RawMessage(`{"of":"still ann"}`), nil
		})
	})
	for i, entry := range b.outbox(0) {
		if i%2 == 0 {
			want = append(want, entry.Event.ID)
			b.same("the entity", "still ann", entry.Event.EntityID)
		}
	}
	b.same("the order", want, order)
	b.same("answers", many, answers)
}

func testRedactFails(b *bundle) {
	b.gossip()
	before := b.outbox(0)
	failure := errors.New("the host has changed its mind")
	b.refused(failure, func(tx store.Tx) error { return errors.Join(b.redacting("ann", "nobody")(tx), failure) })
	b.refused(failure, func(tx store.Tx) error {
		calls := 0
		return b.redactor(tx).RedactEvents(b.ctx, "ann", func(e event.Event) (event.Event, error) {
			if calls++; calls > 1 {
				b.Error("a redaction goes on after an error")
			}
			e.EntityID = "nobody"
			return e, failure
		})
	})
	b.refused(failure, func(tx store.Tx) error {
		calls := 0
		return b.redactor(tx).RedactOutcomes(b.ctx, "of", func(json.RawMessage) (json.RawMessage, error) {
			if calls++; calls > 1 {
				return nil, failure
			}
			return json.RawMessage(`{}`), nil
		})
	})
	b.same("the outbox", before, b.outbox(0))
	b.same("an answer", answering("redeem", "ann", `{"of":"ann"}`), b.answer("redeem", "ann"))
	b.same("another", answering("return", "ann", `{"of":"bob"}`), b.answer("return", "ann"))
}

func testRedactView(b *bundle) {
	b.gossip()
	b.view(func(r store.Reader) error {
		before, err := b.outboxIn(r, 0)
		if err != nil {
			return err
		}
		b.update(b.redacting("ann", "nobody"))
		after, err := b.outboxIn(r, 0)
		b.same("what the view sees afterwards", before, after)
		return err
	})
	b.same("what another view sees", `{"of":"nobody"}`, strings.ReplaceAll(string(b.outbox(0)[0].Event.Data), " ", ""))
}

func testRedactRace(b *bundle) {
	b.update(func(tx store.Tx) error { b.redactor(tx); return nil })
	var names []string
	for w := range workers {
		names = append(names, fmt.Sprintf("name_%02d", w))
	}
	all := strings.Join(names, " ")
	for n := range 3 {
		b.apply(&redemption.Plan{Events: []event.Event{told(n, all, all)}, Outcome: answering("redeem", fmt.Sprint(n), `"`+all+`"`)})
	}
	b.together(workers, func(worker int) error { return b.attempt(b.redacting(names[worker], "x")) })
	want := strings.TrimSpace(strings.Repeat("x ", workers))
	for n, entry := range b.outbox(0) {
		b.same("an event", told(n, want, want), entry.Event)
		b.same("an answer", `"`+want+`"`, string(b.answer("redeem", fmt.Sprint(n)).Answer))
	}
}
