package storetest

import (
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func isolationCases() []testCase {
	return []testCase{
		{"a view does not see what is not committed", testUncommitted},
		{"a view keeps its point in time while others commit", testPointInTime},
		{"the counters of a snapshot are as old as its records", testSnapshotTorn},
		{"the revision of a snapshot is as old as its records", testRevisionTorn},
		{"a reader that follows the outbox misses no event", testOutboxFollowed},
	}
}

func testUncommitted(b *bundle) {
	b.prepare()
	before := b.contents(everything())
	b.update(func(tx store.Tx) error {
		err := b.upset(tx)
		b.same("what others see meanwhile", before, b.contents(everything()))
		return err
	})
	b.same("entries in the outbox afterwards", 3, len(b.outbox(0)))
}

func testPointInTime(b *bundle) {
	b.prepare()
	b.view(func(r store.Reader) error {
		before, err := r.Snapshot(b.ctx, everything())
		if err != nil {
			return err
		}
		b.update(b.upset)
		after, err := r.Snapshot(b.ctx, everything())
		if err != nil {
			return err
		}
		b.same("counters", before.Counters, after.Counters)
		b.same("the outcome", before.Outcome, after.Outcome)
		b.same("the revision", before.Revision, after.Revision)
		found, err := r.Find(b.ctx, record.Voucher, "code:A")
		b.same("a record by its old key", following(keyed(record.Voucher, "v_1", "code:A"), 1), found)
		if err != nil {
			return err
		}
		if _, err := r.Get(b.ctx, record.Tier, "promo_1"); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("a record that came later: got %v, want %v", err, store.ErrNotFound)
		}
		if _, err := r.Get(b.ctx, record.Customer, "cust_1"); err != nil {
			b.Errorf("a record that went later: %v", err)
		}
		ids, err := b.listIn(r, record.Redemption, store.Query{})
		b.same("redemptions", []string(nil), ids)
		if err != nil {
			return err
		}
		entries, err := b.outboxIn(r, 0)
		b.same("entries in the outbox", 1, len(entries))
		return err
	})
	b.same("redemptions in a new view", []string{"r_1"}, b.list(record.Redemption, store.Query{}))
}

// testSnapshotTorn lets writers move a voucher and its counter in step, so that a snapshot that mixes two points in time
// shows it.
func testSnapshotTorn(b *bundle) {
	const writes = 200
	key := counting(redemption.CountVoucher, "v_1")
	b.put(b.voucher("v_1", "ONE", ""))
	b.together(6, func(worker int) error {
		if worker > 0 {
			return b.watch(key, writes)
		}
		for version := int64(1); version <= writes; version++ {
			plan := &redemption.Plan{
				Consume: []redemption.Consume{raising(key, 1)},
				Writes:  []record.Document{following(b.voucher("v_1", "ONE", ""), version)},
			}
			if err := b.attempt(b.applying(plan)); err != nil {
				return err
			}
		}
		return nil
	})
}

// watch reads snapshots until the voucher has been written often enough.
func (b *bundle) watch(key redemption.CounterKey, writes int64) error {
	needs := redemption.Needs{Vouchers: []string{"ONE"}, Templates: []redemption.CounterTemplate{{Metric: redemption.CountVoucher}}}
	for last := int64(0); last < writes; {
		err := b.store.View(b.ctx, func(r store.Reader) error {
			snapshot, err := r.Snapshot(b.ctx, needs)
			if err != nil {
				return err
			}
			found, count := snapshot.Vouchers["ONE"], snapshot.Counters[key]
			if found == nil {
				return errors.New("the voucher is not in the snapshot")
			}
			if version := found.Version; version != count+1 {
				return fmt.Errorf("version %d of the voucher came with the counter at %d", version, count)
			}
			if count < last {
				return fmt.Errorf("the counter went back from %d to %d", last, count)
			}
			last = count
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// testRevisionTorn lets a writer change the configuration and watches that the revision never tells of a change that a list
// of the same view does not show: an engine would take an old catalogue for the newest.
func testRevisionTorn(b *bundle) {
	const writes, readers = 60, 3
	b.put(document(record.Campaign, "camp_1", 0))
	first := b.revision()
	b.together(readers+1, func(worker int) error {
		if worker == readers {
			for version := int64(1); version <= writes; version++ {
				if err := b.attempt(b.putting(following(document(record.Campaign, "camp_1", 0), version))); err != nil {
					return err
				}
			}
			return nil
		}
		for seen := int64(0); seen < writes; {
			err := b.store.View(b.ctx, func(r store.Reader) error {
				snapshot, err := r.Snapshot(b.ctx, redemption.Needs{})
				if err != nil {
					return err
				}
				for doc, err := range r.List(b.ctx, record.Campaign, store.Query{}) {
					if err != nil {
						return err
					}
					seen = doc.Version - 1
				}
				if changes := snapshot.Revision - first; changes != seen {
					return fmt.Errorf("revision %d came with version %d, of a first revision %d", snapshot.Revision, seen+1, first)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// testOutboxFollowed reads behind the last position that was seen while writers commit. A store that hands out positions
// before the order of commits is known loses events here.
func testOutboxFollowed(b *bundle) {
	const writers, each = 8, 40
	seen := map[string]int{}
	b.together(writers+1, func(worker int) error {
		if worker == writers {
			return b.follow(seen, writers*each)
		}
		for i := range each {
			n := worker*each + i
			plan := &redemption.Plan{
				Consume: []redemption.Consume{raising(counting("worker", fmt.Sprint(worker)), 1)},
				Events:  []event.Event{happening(2 * n), happening(2*n + 1)},
			}
			if err := b.attempt(b.applying(plan)); err != nil {
				return err
			}
		}
		return nil
	})
	for n := range 2 * writers * each {
		if id := happening(n).ID; seen[id] != 1 {
			b.Errorf("event %s was seen %d times, want once", id, seen[id])
		}
	}
}

// follow reads the outbox until it has seen two events of each plan, or for as long as the test may take.
func (b *bundle) follow(seen map[string]int, plans int) error {
	position, total := int64(0), 0
	for total < 2*plans {
		err := b.store.View(b.ctx, func(r store.Reader) error {
			for entry, err := range r.Outbox(b.ctx, position) {
				if err != nil {
					return err
				}
				position = entry.Position
				seen[entry.Event.ID]++
				total++
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
