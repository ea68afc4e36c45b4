package sqltest

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

func outboxCases() []testCase {
	return []testCase{
		{name: "a reader misses no event that was written first and commits last", run: testLateCommit, several: true},
		{name: "a view that began before a commit reads up to what it sees", run: testOldView},
		{name: "a view leaves out what stands behind an event that it does not see", run: testViewGap, several: true},
		{name: "readers that number events at the same time see the same order", run: testReaders},
		{name: "a plan of many events has them together and in order", run: testManyEvents},
		{name: "positions that an Update has read are there after its commit", run: testNumberedInside},
		{name: "reading can begin between two events of one transaction", run: testMiddle},
		{name: "a purge deletes old answers and old events that were delivered", run: testPurge},
		{name: "a purge deletes any number of rows", run: testLargePurge},
	}
}

// happen commits events with these ids as one plan.
func (b *bundle) happen(ids ...string) {
	b.Helper()
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error { return tx.Apply(b.ctx, events(ids...)) }))
}

func events(ids ...string) *redemption.Plan {
	p := &redemption.Plan{}
	for _, id := range ids {
		p.Events = append(p.Events, event.Event{ID: id, Type: "test", CreatedAt: instant, Data: []byte("{\n\"a\" : 1}")})
	}
	return p
}

// seen is the ids of entries.
func seen(entries []store.Entry) string {
	var ids []string
	for _, entry := range entries {
		ids = append(ids, entry.Event.ID)
	}
	return strings.Join(ids, " ")
}

func testLateCommit(b *bundle) {
	b.migrate()
	tx, bound := b.Begin(b.T, b.store)
	b.must(bound.Apply(b.ctx, events("late")))
	b.happen("early")
	entries := b.outbox(0)
	b.same("before the late commit", "early", seen(entries))
	b.must(tx.Commit(b.ctx))
	b.same("behind the last position", "late", seen(b.outbox(entries[0].Position)))
	b.same("from the beginning", "early late", seen(b.outbox(0)))
}

func testOldView(b *bundle) {
	b.migrate()
	b.happen("a", "b")
	b.must(b.store.View(b.ctx, func(r store.Reader) error {
		if _, err := r.Revision(b.ctx); err != nil {
			return err
		}
		b.happen("c")
		entries, err := b.outboxIn(r, 0)
		b.same("what the view sees", "a b", seen(entries))
		return err
	}))
	b.happen("d")
	b.same("afterwards", "a b c d", seen(b.outbox(0)))
	b.must(b.store.View(b.ctx, func(r store.Reader) error {
		if _, err := r.Revision(b.ctx); err != nil {
			return err
		}
		all, err := b.outboxIn(r, 0)
		b.same("a view that has read before", "a b c d", seen(all))
		if err != nil {
			return err
		}
		rest, err := b.outboxIn(r, all[0].Position)
		b.same("its rest", "b c d", seen(rest))
		return err
	}))
}

// testViewGap lets the earlier of two transactions commit after the beginning of a view, and the later one before.
func testViewGap(b *bundle) {
	b.migrate()
	tx, bound := b.Begin(b.T, b.store)
	b.must(bound.Apply(b.ctx, events("late")))
	b.happen("early")
	b.must(b.store.View(b.ctx, func(r store.Reader) error {
		if _, err := r.Revision(b.ctx); err != nil {
			return err
		}
		b.must(tx.Commit(b.ctx))
		entries, err := b.outboxIn(r, 0)
		b.same("what the view may show", "", seen(entries))
		return err
	}))
	b.same("afterwards", "late early", seen(b.outbox(0)))
}

// testReaders lets readers follow the outbox while events are written. Each of them numbers what it finds.
func testReaders(b *bundle) {
	const readers, writers, each = 4, 4, 20
	b.migrate()
	orders := make([]string, readers)
	var working sync.WaitGroup
	for w := range writers {
		working.Go(func() {
			for n := range each {
				id := fmt.Sprintf("%d-%d", w, n)
				if err := b.store.Update(b.ctx, func(tx store.Tx) error { return tx.Apply(b.ctx, events(id)) }); err != nil {
					b.Errorf("write %s: %v", id, err)
				}
			}
		})
	}
	for n := range readers {
		working.Go(func() {
			var all []store.Entry
			for last := int64(0); len(all) < writers*each; {
				var fresh []store.Entry
				err := b.store.View(b.ctx, func(r store.Reader) (err error) {
					fresh, err = b.outboxIn(r, last)
					return err
				})
				if err != nil {
					b.Errorf("read behind %d: %v", last, err)
					return
				}
				if all = append(all, fresh...); len(fresh) > 0 {
					last = fresh[len(fresh)-1].Position
				}
			}
			orders[n] = seen(all)
		})
	}
	working.Wait()
	for n := range readers {
		b.same(fmt.Sprintf("what reader %d has seen", n), seen(b.outbox(0)), orders[n])
	}
}

func testManyEvents(b *bundle) {
	const many = 3000
	b.migrate()
	p := &redemption.Plan{}
	data := []byte(`{"text":"` + strings.Repeat("x", 1000) + `"}`)
	for i := range many {
		p.Events = append(p.Events, event.Event{ID: fmt.Sprintf("ev_%05d", i), CreatedAt: instant, Data: data})
	}
	b.happen("before")
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error {
		return errors.Join(tx.Apply(b.ctx, events("first")), tx.Apply(b.ctx, p), tx.Apply(b.ctx, events("last")))
	}))
	b.happen("after")
	entries := b.outbox(0)
	b.same("events", many+4, len(entries))
	b.same("the first", "before first ev_00000", seen(entries[:3]))
	b.same("the last", "ev_02999 last after", seen(entries[len(entries)-3:]))
	for i, entry := range entries[2 : many+2] {
		if entry.Event.ID != p.Events[i].ID || string(entry.Event.Data) != string(data) {
			b.Fatalf("entry %d is %s", i, entry.Event.ID)
		}
	}
}

func testNumberedInside(b *bundle) {
	b.migrate()
	b.happen("a")
	var inside []store.Entry
	b.must(b.store.Update(b.ctx, func(tx store.Tx) (err error) {
		if err = tx.Apply(b.ctx, events("b")); err != nil {
			return err
		}
		if inside, err = b.outboxIn(tx, 0); err != nil {
			return err
		}
		return tx.Apply(b.ctx, events("c"))
	}))
	b.same("inside", "a b", seen(inside))
	entries := b.outbox(0)
	b.same("afterwards", "a b c", seen(entries))
	for i, entry := range inside {
		b.same("the position", entry.Position, entries[i].Position)
	}
}

func testMiddle(b *bundle) {
	b.migrate()
	b.happen("a", "b", "c")
	b.happen("d")
	all := b.outbox(0)
	for i := range all {
		b.same("behind an entry", seen(all[i+1:]), seen(b.outbox(all[i].Position)))
	}
	b.same("the data", "{\"a\" : 1}", string(all[0].Event.Data))
}

func testPurge(b *bundle) {
	b.migrate()
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error { return tx.Put(b.ctx, document("ord_1", 0, "source_id:one")) }))
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error { return tx.Apply(b.ctx, plan(1)) }))
	b.happen("a", "b")
	b.happen("c")
	entries := b.outbox(0)
	purge := func(days int, delivered, outcomes, rows int64) {
		b.Helper()
		purged, err := b.store.Purge(b.ctx, instant.AddDate(0, 0, days), delivered)
		b.must(err)
		b.same("purged", sqlstore.Purged{Outcomes: outcomes, Entries: rows}, purged)
	}
	outcome := func() bool {
		found := false
		b.must(b.store.View(b.ctx, func(r store.Reader) error {
			snapshot, err := r.Snapshot(b.ctx, redemption.Needs{OutcomeVerb: "redeem", OutcomeKey: "key_1"})
			found = err == nil && snapshot.Outcome != nil
			return err
		}))
		return found
	}
	purge(0, entries[3].Position, 0, 0) // nothing is older
	b.same("the answer is there", true, outcome())
	purge(1, 0, 1, 0)
	b.same("the answer is there", false, outcome())
	b.same("events", "ev_1 a b c", seen(b.outbox(0)))
	purge(1, entries[1].Position, 0, 1) // the transaction of a is not delivered as a whole
	b.same("events", "a b c", seen(b.outbox(0)))
	purge(1, entries[3].Position, 0, 2)
	b.happen("d")
	rest := b.outbox(0)
	b.same("events", "d", seen(rest))
	if rest[0].Position <= entries[3].Position {
		b.Errorf("position %d was given again after %d", rest[0].Position, entries[3].Position)
	}
}

func testLargePurge(b *bundle) {
	const rows = 2500
	b.migrate()
	b.must(b.store.Update(b.ctx, func(tx store.Tx) error {
		for i := range rows {
			p := &redemption.Plan{Outcome: plan(i).Outcome}
			if err := tx.Apply(b.ctx, p); err != nil {
				return err
			}
		}
		return nil
	}))
	purged, err := b.store.Purge(b.ctx, instant.AddDate(0, 0, 1), 0)
	b.must(err)
	b.same("outcomes", int64(rows), purged.Outcomes)
}
