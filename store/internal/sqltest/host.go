package sqltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func hostCases() []testCase {
	return []testCase{
		{name: "a redeem and the host's row appear together", run: testCommit},
		{name: "a redeem and the host's row vanish together", run: testRollback},
		{name: "a refused redeem leaves the host's rows and can be tried again", run: testRefused},
		{name: "whatever refuses a plan, it leaves no trace and the host goes on", run: testRefusals},
		{name: "a race that the host loses leaves the host's rows", run: testLostRace, several: true},
		{name: "a rollback and a return belong to the host's transaction", run: testUndo},
		{name: "an idempotent redeem is stored with the host's commit only", run: testIdempotency},
		{name: "several redeems of one transaction have their events together", run: testSeveral},
		{name: "the host may go back to a savepoint of its own", run: testHostSavepoint},
		{name: "the store of another project can be bound", run: testBindOptions},
		{name: "a wrong option is the error of every method", run: testBindWrong},
	}
}

func (b *bundle) order(tx Transaction, id string) {
	b.Helper()
	b.must(tx.Exec(b.ctx, fmt.Sprintf("INSERT INTO shop_orders (id) VALUES ('%s')", id)))
}

func testCommit(b *bundle) {
	b.migrate()
	b.code("SUMMER", 2)
	before := len(b.outbox(0))
	tx, bound := b.Begin(b.T, b.store)
	b.order(tx, "one")
	result, err := b.engine.RedeemTx(b.ctx, bound, cart("SUMMER"))
	b.must(err)
	b.same("what is left to charge", int64(2500), result.Order.TotalAmount)
	b.same("uses before the commit", int64(0), b.used("SUMMER"))
	b.same("events before the commit", before, len(b.outbox(0)))
	b.must(tx.Commit(b.ctx))
	b.same("uses", int64(1), b.used("SUMMER"))
	b.same("the host's rows", 1, b.orders())
	if after := len(b.outbox(0)); after <= before {
		b.Errorf("there are %d events after the commit and %d before", after, before)
	}
	got, err := b.engine.Redemptions.Get(b.ctx, result.ID())
	b.must(err)
	b.same("the redemption", redemption.Success, got.Result)
}

func testRollback(b *bundle) {
	b.migrate()
	b.code("SUMMER", 2)
	before := len(b.outbox(0))
	tx, bound := b.Begin(b.T, b.store)
	b.order(tx, "one")
	result, err := b.engine.RedeemTx(b.ctx, bound, cart("SUMMER"))
	b.must(err)
	b.must(tx.Rollback(b.ctx))
	b.same("uses", int64(0), b.used("SUMMER"))
	b.same("the host's rows", 0, b.orders())
	b.same("events", before, len(b.outbox(0)))
	if _, err := b.engine.Redemptions.Get(b.ctx, result.ID()); err == nil {
		b.Error("the redemption is there after the host's rollback")
	}
}

func testRefused(b *bundle) {
	b.migrate()
	b.code("ONCE", 1)
	b.code("OTHER", 1)
	_, err := b.engine.Redeem(b.ctx, cart("ONCE"))
	b.must(err)
	tx, bound := b.Begin(b.T, b.store)
	b.order(tx, "one")
	_, err = b.engine.RedeemTx(b.ctx, bound, cart("ONCE"))
	var refused *redemption.Refused
	if !errors.As(err, &refused) {
		b.Errorf("got %v, want a refusal", err)
	}
	b.order(tx, "two")
	_, err = b.engine.RedeemTx(b.ctx, bound, cart("OTHER"))
	b.must(err)
	b.must(tx.Commit(b.ctx))
	b.same("the host's rows", 2, b.orders())
	b.same("uses of the one", int64(1), b.used("ONCE"))
	b.same("uses of the other", int64(1), b.used("OTHER"))
}

var instant = time.Date(2031, time.March, 4, 5, 6, 7, 89_000, time.UTC)

func document(id string, version int64, keys ...string) record.Document {
	return record.Document{
		Kind: record.Order, ID: id, Version: version, Keys: keys, CreatedAt: instant, Body: json.RawMessage(`{"id":"` + id + `"}`),
	}
}

func consume(subject string, delta, limit int64) redemption.Consume {
	return redemption.Consume{Key: redemption.CounterKey{Metric: "m", Subject: subject}, Delta: delta, Limit: &limit}
}

// plan changes something of everything and can be accepted three times: it uses up counter and records that n names.
func plan(n int) *redemption.Plan {
	return &redemption.Plan{
		Consume: []redemption.Consume{consume("a", 1, 3), consume("b", 2, 100)},
		Writes:  []record.Document{document(fmt.Sprint("new_", n), 0, fmt.Sprint("source_id:", n)), document("ord_1", int64(n), "source_id:one")},
		Outcome: &redemption.Outcome{Verb: "redeem", Key: fmt.Sprint("key_", n), RequestHash: "h", Answer: json.RawMessage(`{}`), CreatedAt: instant},
		Events:  []event.Event{{ID: fmt.Sprint("ev_", n), Type: "test", CreatedAt: instant, Data: json.RawMessage(`{}`)}},
	}
}

func testRefusals(b *bundle) {
	b.migrate()
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error {
		return errors.Join(tx.Put(b.ctx, document("ord_1", 0, "source_id:one")), tx.Put(b.ctx, document("ord_2", 0, "source_id:two")))
	}))
	before := len(b.outbox(0))
	tx, bound := b.Begin(b.T, b.store)
	b.order(tx, "first")
	b.must(bound.Apply(b.ctx, plan(1)))
	for i, c := range []struct {
		name  string
		spoil func(p *redemption.Plan)
		want  error
	}{
		{"a guard", func(p *redemption.Plan) { p.Consume[1] = consume("b", 99, 100) }, store.ErrGuard},
		{"a guard that cannot hold", func(p *redemption.Plan) { p.Consume[1] = consume("b", 2, 1) }, store.ErrGuard},
		{"a counter below 0", func(p *redemption.Plan) { p.Consume[1] = consume("b", -3, 100) }, store.ErrGuard},
		{"a record that was changed", func(p *redemption.Plan) { p.Writes[1].Version = 1 }, store.ErrStale},
		{"a record that exists", func(p *redemption.Plan) { p.Writes[0].ID = "ord_2" }, store.ErrExists},
		{"a key that is taken", func(p *redemption.Plan) { p.Writes[0].Keys = []string{"source_id:two"} }, store.ErrExists},
		{"an outcome that exists", func(p *redemption.Plan) { p.Outcome.Key = "key_1" }, store.ErrConflict},
	} {
		spoiled := plan(2)
		c.spoil(spoiled)
		b.is(c.name, bound.Apply(b.ctx, spoiled), c.want)
		b.order(tx, fmt.Sprint("after_", i))
	}
	b.is("Put of a record that exists", bound.Put(b.ctx, document("ord_1", 0)), store.ErrExists)
	b.must(bound.Apply(b.ctx, plan(2)))
	b.must(tx.Commit(b.ctx))
	b.same("the host's rows", 8, b.orders())
	entries := b.outbox(0)
	b.same("events", before+2, len(entries))
	b.must(b.store.View(b.ctx, func(r store.Reader) error {
		keys := []redemption.CounterKey{{Metric: "m", Subject: "a"}, {Metric: "m", Subject: "b"}}
		counters, err := r.Counters(b.ctx, keys)
		b.same("the first counter", int64(2), counters[keys[0]])
		b.same("the second counter", int64(4), counters[keys[1]])
		if err != nil {
			return err
		}
		doc, err := r.Get(b.ctx, record.Order, "ord_1")
		b.same("the version of the record", int64(3), doc.Version)
		return err
	}))
}

// testLostRace takes the last use between the host's snapshot and its plan.
func testLostRace(b *bundle) {
	b.migrate()
	tx, bound := b.Begin(b.T, b.store)
	b.order(tx, "one")
	_, err := bound.Counters(b.ctx, []redemption.CounterKey{{Metric: "m", Subject: "a"}})
	b.must(err)
	b.must(b.store.Update(b.ctx, func(other store.Tx) error {
		return other.Apply(b.ctx, &redemption.Plan{Consume: []redemption.Consume{consume("a", 1, 1)}})
	}))
	b.is("the loser", bound.Apply(b.ctx, &redemption.Plan{Consume: []redemption.Consume{consume("a", 1, 1)}}), store.ErrGuard)
	b.order(tx, "two")
	b.must(tx.Commit(b.ctx))
	b.same("the host's rows", 2, b.orders())
}

func testUndo(b *bundle) {
	b.migrate()
	b.code("SUMMER", 5)
	first, err := b.engine.Redeem(b.ctx, cart("SUMMER"))
	b.must(err)
	second, err := b.engine.Redeem(b.ctx, cart("SUMMER"))
	b.must(err)
	undo := func(tx Transaction, bound store.Tx) {
		b.Helper()
		b.order(tx, "one")
		_, err := b.engine.RollbackTx(b.ctx, bound, redemption.RollbackRequest{Redemption: first.ID()})
		b.must(err)
		returned, err := b.engine.ReturnTx(b.ctx, bound, redemption.ReturnRequest{
			Redemption: second.ID(), Lines: []redemption.ReturnLine{{ItemID: second.Order.Items[0].ID, Quantity: 3}},
		})
		b.must(err)
		b.same("the discount of the units", int64(500), returned.Return.Discount)
	}
	before := len(b.outbox(0))
	tx, bound := b.Begin(b.T, b.store)
	undo(tx, bound)
	b.must(tx.Rollback(b.ctx))
	b.same("uses after the host's rollback", int64(2), b.used("SUMMER"))
	b.same("events after the host's rollback", before, len(b.outbox(0)))
	tx, bound = b.Begin(b.T, b.store)
	undo(tx, bound)
	b.must(tx.Commit(b.ctx))
	b.same("uses after the host's commit", int64(1), b.used("SUMMER"))
	b.same("the host's rows", 1, b.orders())
	if after := len(b.outbox(0)); after <= before {
		b.Errorf("there are %d events after the commit and %d before", after, before)
	}
}

func testIdempotency(b *bundle) {
	b.migrate()
	b.code("SUMMER", 9)
	request := cart("SUMMER")
	request.IdempotencyKey = "order-1"
	tx, bound := b.Begin(b.T, b.store)
	_, err := b.engine.RedeemTx(b.ctx, bound, request)
	b.must(err)
	b.must(tx.Rollback(b.ctx))
	var ids []string
	for range 3 {
		tx, bound = b.Begin(b.T, b.store)
		for range 2 {
			result, err := b.engine.RedeemTx(b.ctx, bound, request)
			b.must(err)
			ids = append(ids, result.ID())
		}
		b.must(tx.Commit(b.ctx))
	}
	for _, id := range ids {
		b.same("the answer", ids[0], id)
	}
	b.same("uses", int64(1), b.used("SUMMER"))
}

func testSeveral(b *bundle) {
	b.migrate()
	tx, bound := b.Begin(b.T, b.store)
	for i := range 3 {
		b.must(bound.Apply(b.ctx, &redemption.Plan{Events: []event.Event{
			{ID: fmt.Sprint("ev_", 2*i), CreatedAt: instant}, {ID: fmt.Sprint("ev_", 2*i+1), CreatedAt: instant},
		}}))
	}
	if !b.OneWriter { // somebody else writes meanwhile
		b.must(b.store.Update(b.ctx, func(tx store.Tx) error {
			return tx.Apply(b.ctx, &redemption.Plan{Events: []event.Event{{ID: "other", CreatedAt: instant}}})
		}))
	}
	b.must(tx.Commit(b.ctx))
	last := int64(0)
	expected := 0
	for _, entry := range b.outbox(0) {
		if entry.Position <= last {
			b.Errorf("position %d follows %d", entry.Position, last)
		}
		last = entry.Position
		if entry.Event.ID == "other" && (expected == 0 || expected == 6) {
			continue
		}
		b.same("the next event", fmt.Sprint("ev_", expected), entry.Event.ID)
		expected++
	}
	b.same("events", 6, expected)
}

func testHostSavepoint(b *bundle) {
	b.migrate()
	b.code("SUMMER", 9)
	before := len(b.outbox(0))
	tx, bound := b.Begin(b.T, b.store)
	b.must(tx.Exec(b.ctx, "SAVEPOINT mine"))
	_, err := b.engine.RedeemTx(b.ctx, bound, cart("SUMMER"))
	b.must(err)
	b.must(tx.Exec(b.ctx, "ROLLBACK TO SAVEPOINT mine"))
	result, err := b.engine.RedeemTx(b.ctx, bound, cart("SUMMER"))
	b.must(err)
	b.must(tx.Commit(b.ctx))
	b.same("uses", int64(1), b.used("SUMMER"))
	found := false
	for _, entry := range b.outbox(0)[before:] {
		found = found || entry.Event.EntityID == result.ID()
	}
	b.same("the events of the redeem that stands are there", true, found)
}
