package storetest

import (
	"errors"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func planCases() []testCase {
	return []testCase{
		{"a plan is carried out as a whole", testPlanWhole},
		{"a plan is refused as a whole, whatever refuses it", testPlanRefused},
		{"of two plans that read the same record the second is stale", testPlanStale},
		{"an outcome is kept byte for byte", testOutcomeBytes},
		{"outcomes are told apart by verb and key", testOutcomeKeys},
		{"an outcome can be stored again when the first try failed", testOutcomeFree},
	}
}

// needsOfPlan names what the plans of these tests touch.
func needsOfPlan() redemption.Needs {
	return redemption.Needs{
		Counters:    []redemption.CounterKey{counting("a", "1"), counting("b", "2"), counting("c", "3")},
		OutcomeVerb: "redeem", OutcomeKey: "new",
	}
}

// prepareForPlan stores what the plan of these tests finds.
func (b *bundle) prepareForPlan() {
	b.Helper()
	b.put(keyed(record.Order, "ord_1", "source_id:1"), keyed(record.Order, "ord_2", "source_id:2"))
	b.apply(&redemption.Plan{
		Consume: []redemption.Consume{raising(counting("a", "1"), 2)},
		Outcome: answering("redeem", "old", `{}`), Events: []event.Event{happening(1)},
	})
}

// goodPlan returns a plan that is accepted once.
func goodPlan() *redemption.Plan {
	return &redemption.Plan{
		Consume: []redemption.Consume{
			within(counting("a", "1"), 1, 3), raising(counting("b", "2"), 7), within(counting("c", "3"), 1, 1),
		},
		Writes: []record.Document{
			following(keyed(record.Order, "ord_1", "source_id:1"), 1), document(record.Redemption, "r_1", 1),
			document(record.Redemption, "r_2", 2),
		},
		Outcome: answering("redeem", "new", `{"ok":true}`),
		Events:  []event.Event{happening(2), happening(3)},
	}
}

func testPlanWhole(b *bundle) {
	b.prepareForPlan()
	b.apply(goodPlan())
	snapshot := b.snapshot(needsOfPlan())
	b.same("counters", map[redemption.CounterKey]int64{
		counting("a", "1"): 3, counting("b", "2"): 7, counting("c", "3"): 1,
	}, snapshot.Counters)
	b.same("the outcome", answering("redeem", "new", `{"ok":true}`), snapshot.Outcome)
	b.same("the order", following(keyed(record.Order, "ord_1", "source_id:1"), 2), b.get(record.Order, "ord_1"))
	b.same("the redemption", following(document(record.Redemption, "r_1", 1), 1), b.get(record.Redemption, "r_1"))
	b.same("redemptions", []string{"r_1", "r_2"}, b.list(record.Redemption, store.Query{}))
	b.same("entries in the outbox", 3, len(b.outbox(0)))
}

func testPlanRefused(b *bundle) {
	b.prepareForPlan()
	before := b.contents(needsOfPlan())
	for _, c := range []struct {
		name  string
		spoil func(p *redemption.Plan)
		want  error
	}{
		{"the last guard", func(p *redemption.Plan) { p.Consume[2] = within(counting("c", "3"), 2, 1) }, store.ErrGuard},
		{"the first guard", func(p *redemption.Plan) { p.Consume[0] = within(counting("a", "1"), 2, 3) }, store.ErrGuard},
		{"a counter below 0", func(p *redemption.Plan) { p.Consume[1].Delta = -1 }, store.ErrGuard},
		{"a record that was changed", func(p *redemption.Plan) { p.Writes[0].Version = 2 }, store.ErrStale},
		{"a record that does not exist", func(p *redemption.Plan) { p.Writes[2].Version = 1 }, store.ErrStale},
		{"a record that exists", func(p *redemption.Plan) { p.Writes[0].Version = 0 }, store.ErrExists},
		{"a key that is taken", func(p *redemption.Plan) { p.Writes[0].Keys = []string{"source_id:2"} }, store.ErrExists},
		{"an outcome that exists", func(p *redemption.Plan) { p.Outcome.Key = "old" }, store.ErrConflict},
	} {
		plan := goodPlan()
		c.spoil(plan)
		if err := b.store.Update(b.ctx, b.applying(plan)); !errors.Is(err, c.want) || !store.Retryable(err) {
			b.Errorf("%s: got %v, want %v, which is retryable", c.name, err, c.want)
		}
		b.same("the store after the refusal because of "+c.name, before, b.contents(needsOfPlan()))
	}
	b.apply(goodPlan())
}

func testPlanStale(b *bundle) {
	b.put(document(record.Order, "ord_1", 0))
	plan := func(id string) *redemption.Plan {
		return &redemption.Plan{Writes: []record.Document{
			following(document(record.Order, "ord_1", 0), 1), document(record.Redemption, id, 0),
		}}
	}
	b.apply(plan("r_1"))
	b.refused(store.ErrStale, b.applying(plan("r_2")))
	b.same("redemptions", []string{"r_1"}, b.list(record.Redemption, store.Query{}))
}

func testOutcomeBytes(b *bundle) {
	// Spaces, the order of keys, a repeated key, escapes and long numbers do not survive a database that parses JSON.
	const answer = `{ "b": 1.0,"a":12345678901234567890, "a": "\u00e9é\/<>&","n":1e2 ,"z":[ ]}`
	want := answering("redeem", "größe ☂", answer)
	b.apply(&redemption.Plan{Outcome: want})
	got := b.snapshot(redemption.Needs{OutcomeVerb: "redeem", OutcomeKey: "größe ☂"}).Outcome
	if got == nil {
		b.Fatal("there is no outcome")
	}
	b.same("the answer", answer, string(got.Answer))
	b.same("the hash", want.RequestHash, got.RequestHash)
	b.same("the instant", want.CreatedAt, got.CreatedAt)
}

func testOutcomeKeys(b *bundle) {
	for _, verb := range []string{"redeem", "rollback", "Redeem"} {
		for _, key := range []string{"k", "K", "k "} {
			b.apply(&redemption.Plan{Outcome: answering(verb, key, `"`+verb+"/"+key+`"`)})
		}
	}
	for _, verb := range []string{"redeem", "rollback", "Redeem"} {
		for _, key := range []string{"k", "K", "k "} {
			got := b.snapshot(redemption.Needs{OutcomeVerb: verb, OutcomeKey: key}).Outcome
			b.same("the outcome of "+verb+" "+key, answering(verb, key, `"`+verb+"/"+key+`"`), got)
		}
	}
	b.refused(store.ErrConflict, b.applying(&redemption.Plan{Outcome: answering("rollback", "K", `1`)}))
	for _, needs := range []redemption.Needs{
		{}, {OutcomeVerb: "redeem", OutcomeKey: "other"}, {OutcomeVerb: "return", OutcomeKey: "k"},
	} {
		if got := b.snapshot(needs).Outcome; got != nil {
			b.Errorf("outcome of %q %q: got %+v, want none", needs.OutcomeVerb, needs.OutcomeKey, got)
		}
	}
}

func testOutcomeFree(b *bundle) {
	plan := func(delta int64) *redemption.Plan {
		return &redemption.Plan{
			Consume: []redemption.Consume{within(counting("a", "1"), delta, 1)}, Outcome: answering("redeem", "key", `{}`),
		}
	}
	b.refused(store.ErrGuard, b.applying(plan(2)))
	b.apply(plan(1))
	b.refused(store.ErrGuard, b.applying(plan(1)))
	b.refused(store.ErrConflict, b.applying(&redemption.Plan{Outcome: answering("redeem", "key", `{}`)}))
}
