package storetest

import (
	"errors"
	"math"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func outboxCases() []testCase {
	return []testCase{
		{"events come back as they were written, in the order of plan and commit, at ascending positions", testOutboxOrder},
		{"reading behind a position continues there", testOutboxAfter},
		{"a plan that is refused leaves no event", testOutboxRefused},
		{"an outbox that is left early can be read again", testOutboxLeft},
	}
}

// happen commits one plan with the events of these numbers.
func (b *bundle) happen(numbers ...int) {
	b.Helper()
	plan := &redemption.Plan{}
	for _, n := range numbers {
		plan.Events = append(plan.Events, happening(n))
	}
	b.apply(plan)
}

func testOutboxOrder(b *bundle) {
	b.same("entries of an empty store", 0, len(b.outbox(0)))
	b.happen(3, 1)
	b.happen(2)
	b.update(func(tx store.Tx) error {
		for _, n := range []int{9, 8} {
			if err := b.applying(&redemption.Plan{Events: []event.Event{happening(n)}})(tx); err != nil {
				return err
			}
		}
		return nil
	})
	var got []event.Event
	last := int64(0)
	for _, entry := range b.outbox(0) {
		if entry.Position <= last {
			b.Errorf("position %d follows %d", entry.Position, last)
		}
		last = entry.Position
		got = append(got, entry.Event)
	}
	b.same("events", []event.Event{happening(3), happening(1), happening(2), happening(9), happening(8)}, got)
}

func testOutboxAfter(b *bundle) {
	b.happen(1, 2, 3)
	b.happen(4)
	all := b.outbox(0)
	for i, entry := range all {
		b.same("entries behind a position", all[i+1:], b.outbox(entry.Position))
	}
	b.happen(5)
	b.same("what came since", 1, len(b.outbox(all[len(all)-1].Position)))
	b.same("entries behind the end of all times", 0, len(b.outbox(math.MaxInt64)))
}

func testOutboxRefused(b *bundle) {
	b.happen(1)
	before := b.outbox(0)
	b.refused(store.ErrStale, b.applying(&redemption.Plan{
		Writes: []record.Document{following(document(record.Order, "ord_1", 0), 1)},
		Events: []event.Event{happening(2)},
	}))
	failure := errors.New("no")
	b.refused(failure, func(tx store.Tx) error {
		return errors.Join(tx.Apply(b.ctx, &redemption.Plan{Events: []event.Event{happening(3)}}), failure)
	})
	b.same("the outbox", before, b.outbox(0))
	b.happen(4)
	after := b.outbox(before[0].Position)
	if len(after) != 1 || after[0].Event.ID != happening(4).ID {
		b.Errorf("the next event: got %+v", after)
	}
}

func testOutboxLeft(b *bundle) {
	b.happen(1, 2, 3)
	b.view(func(r store.Reader) error {
		entries := r.Outbox(b.ctx, 0)
		for entry, err := range entries {
			b.same("the first entry", happening(1), entry.Event)
			if err != nil {
				return err
			}
			break
		}
		count := 0
		for _, err := range entries {
			if err != nil {
				return err
			}
			count++
		}
		b.same("entries of the second reading", 3, count)
		return nil
	})
}
