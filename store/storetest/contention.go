package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func contentionCases() []testCase {
	return []testCase{
		{"16 workers get exactly 1 out of a counter with limit 1", func(b *bundle) { testLimitRace(b, 1) }},
		{"16 workers get exactly 2 out of a counter with limit 2", func(b *bundle) { testLimitRace(b, 2) }},
		{"16 workers get exactly 100 out of a counter with limit 100", func(b *bundle) { testLimitRace(b, 100) }},
		{"16 workers that name the counters in opposite orders get exactly the smallest limit", testOppositeOrders},
		{"16 workers over overlapping counters never pass a limit and lose no count", testOverlap},
		{"16 workers that take and give back end where the sums say", testTakeAndGive},
		{"16 workers that change one record lose no change", testVersionRace},
		{"of 16 workers that create the same key one succeeds", testKeyRace},
		{"16 workers with the same idempotency key have one effect", testOutcomeRace},
	}
}

const (
	// workers is how many goroutines race.
	workers = 16
	// patienceOfWorkers is how often a worker tries again because of ErrConflict, which says nothing about its plan.
	patienceOfWorkers = 1000
)

// together runs fn in many goroutines that start at the same moment, and fails the test with their errors. The first
// error ends the context, so that nobody waits for a worker that has given up.
func (b *bundle) together(n int, fn func(worker int) error) {
	b.Helper()
	failures := make([]error, n)
	start := make(chan struct{})
	var running sync.WaitGroup
	for worker := range n {
		running.Go(func() {
			<-start
			if failures[worker] = fn(worker); failures[worker] != nil {
				b.stop()
			}
		})
	}
	close(start)
	running.Wait()
	if err := errors.Join(failures...); err != nil {
		b.Fatal(err)
	}
}

// attempt runs a transaction until it succeeds or is refused for a reason of its own.
func (b *bundle) attempt(fn func(tx store.Tx) error) error {
	var err error
	for range patienceOfWorkers {
		if err = b.store.Update(b.ctx, fn); !errors.Is(err, store.ErrConflict) {
			return err
		}
		runtime.Gosched()
	}
	return err
}

// accepted runs a plan and tells whether it was accepted. Only a guard may refuse it. The history gets what became of the
// counters: all changes of a plan that was accepted, the one that refused it otherwise.
func (b *bundle) accepted(plan *redemption.Plan) (bool, error) {
	begun := b.history.begin()
	err := b.attempt(b.applying(plan))
	var refusal *store.GuardError
	if errors.As(err, &refusal) {
		b.history.end(begun, changing(redemption.Consume{Key: refusal.Key, Delta: refusal.Delta, Limit: refusal.Limit}, false))
		return false, nil
	}
	if err != nil {
		return false, err
	}
	changes := make([]operation, len(plan.Consume))
	for i, c := range plan.Consume {
		changes[i] = changing(c, true)
	}
	b.history.end(begun, changes...)
	return true, nil
}

// redeeming returns a plan that leaves a record and an event beside its counters, so that lost halves show.
func redeeming(number int, consume ...redemption.Consume) *redemption.Plan {
	return &redemption.Plan{
		Consume: consume,
		Writes:  []record.Document{document(record.Redemption, fmt.Sprintf("r_%05d", number), number)},
		Events:  []event.Event{happening(number)},
	}
}

// traces checks that every accepted plan has left its record and its event, and no refused one has.
func (b *bundle) traces(accepted int64) {
	b.Helper()
	b.same("records", accepted, int64(len(b.list(record.Redemption, store.Query{}))))
	b.same("events", accepted, int64(len(b.outbox(0))))
}

func testLimitRace(b *bundle, limit int64) {
	const each = 20
	key := counting(redemption.CountVoucher, "v_1")
	var accepted atomic.Int64
	b.together(workers, func(worker int) error {
		for i := range each {
			ok, err := b.accepted(redeeming(worker*each+i, within(key, 1, limit)))
			if err != nil {
				return err
			}
			if ok {
				accepted.Add(1)
			}
		}
		return nil
	})
	b.same("accepted plans", limit, accepted.Load())
	b.same("the counter", limit, b.counter(key))
	b.traces(limit)
}

func testOppositeOrders(b *bundle) {
	const each, smaller, larger = 20, 45, 60
	first, second := counting("a", "1"), counting("b", "2")
	var accepted atomic.Int64
	b.together(workers, func(worker int) error {
		for i := range each {
			consume := []redemption.Consume{within(first, 1, larger), within(second, 1, smaller)}
			if worker%2 == 1 {
				consume[0], consume[1] = consume[1], consume[0]
			}
			ok, err := b.accepted(redeeming(worker*each+i, consume...))
			if err != nil {
				return err
			}
			if ok {
				accepted.Add(1)
			}
		}
		return nil
	})
	b.same("accepted plans", int64(smaller), accepted.Load())
	b.same("the first counter", int64(smaller), b.counter(first))
	b.same("the second counter", int64(smaller), b.counter(second))
	b.traces(smaller)
}

func testOverlap(b *bundle) {
	const each, limit, counters = 12, 30, 6
	keys := make([]redemption.CounterKey, counters)
	for i := range keys {
		keys[i] = counting(redemption.CountCampaign, fmt.Sprintf("camp_%d", i))
	}
	sums := make([]atomic.Int64, counters)
	var accepted atomic.Int64
	b.together(workers, func(worker int) error {
		for i := range each {
			var consume []redemption.Consume
			for step := range 3 {
				consume = append(consume, within(keys[(worker+step*(1+i%2))%counters], 1, limit))
			}
			ok, err := b.accepted(redeeming(worker*each+i, consume...))
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			accepted.Add(1)
			for step := range 3 {
				sums[(worker+step*(1+i%2))%counters].Add(1)
			}
		}
		return nil
	})
	for i, key := range keys {
		got := b.counter(key)
		b.same("the counter "+key.String(), sums[i].Load(), got)
		if got > limit {
			b.Errorf("the counter %s is %d, above its limit %d", key, got, limit)
		}
	}
	b.traces(accepted.Load())
}

// testTakeAndGive lets the workers meet in fours: with more of them on one counter that goes up and down, there are too
// many orders to look for the right one.
func testTakeAndGive(b *bundle) {
	const each, limit, counters = 20, 2, workers / 4
	var keys [counters]redemption.CounterKey
	var sums [counters]atomic.Int64
	for i := range keys {
		keys[i] = counting(redemption.CountVoucher, fmt.Sprintf("v_%d", i))
	}
	b.together(workers, func(worker int) error {
		key, sum := keys[worker%counters], &sums[worker%counters]
		for i := range each {
			change := within(key, 1, limit)
			if (worker/counters+i)%2 == 1 {
				change = raising(key, -1)
			}
			ok, err := b.accepted(&redemption.Plan{Consume: []redemption.Consume{change}})
			if err != nil {
				return err
			}
			if ok {
				sum.Add(change.Delta)
			}
			begun := b.history.begin()
			snapshot, err := b.trySnapshot(redemption.Needs{Counters: []redemption.CounterKey{key}})
			if err != nil {
				return err
			}
			b.history.end(begun, reading{Counter: key.String(), Value: snapshot.Counters[key]})
		}
		return nil
	})
	for i := range keys {
		b.same("the counter", sums[i].Load(), b.counter(keys[i]))
	}
}

func testVersionRace(b *bundle) {
	const each = 10
	b.put(record.Document{Kind: record.Order, ID: "ord_1", CreatedAt: at(0), Body: json.RawMessage(`0`)})
	b.together(workers, func(int) error {
		for range each {
			err := b.increment("ord_1")
			for errors.Is(err, store.ErrStale) {
				err = b.increment("ord_1")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	want := record.Document{Kind: record.Order, ID: "ord_1", CreatedAt: at(0), Version: workers*each + 1}
	want.Body = json.RawMessage(fmt.Sprint(workers * each))
	b.same("the record", want, b.get(record.Order, "ord_1"))
}

// increment raises the number that is the body of an order, or is stale.
func (b *bundle) increment(id string) error {
	begun, read := b.history.begin(), int64(0)
	err := b.attempt(func(tx store.Tx) error {
		doc, err := tx.Get(b.ctx, record.Order, id)
		if err != nil {
			return err
		}
		var number int64
		if err := json.Unmarshal(doc.Body, &number); err != nil {
			return err
		}
		read, doc.Body = doc.Version, json.RawMessage(fmt.Sprint(number+1))
		return tx.Put(b.ctx, doc)
	})
	if err == nil || errors.Is(err, store.ErrStale) {
		b.history.end(begun, succession{Record: id, Read: read, Succeeded: err == nil})
	}
	return err
}

func testKeyRace(b *bundle) {
	const rounds = 10
	var winners [rounds]atomic.Int64
	b.together(workers, func(worker int) error {
		for round := range rounds {
			doc := keyed(record.Voucher, fmt.Sprintf("v_%d_%d", round, worker), fmt.Sprintf("code:%d", round))
			begun := b.history.begin()
			err := b.attempt(b.putting(doc))
			switch {
			case err == nil:
				winners[round].Add(1)
			case !errors.Is(err, store.ErrExists):
				return err
			}
			b.history.end(begun, creation{What: doc.Keys[0], Succeeded: err == nil})
		}
		return nil
	})
	for round := range rounds {
		b.same(fmt.Sprintf("winners of round %d", round), int64(1), winners[round].Load())
	}
	b.same("records", rounds, len(b.list(record.Voucher, store.Query{})))
}

func testOutcomeRace(b *bundle) {
	const rounds = 10
	counter := counting(redemption.CountVoucher, "v_1")
	answers := make([][workers]string, rounds)
	b.together(workers, func(worker int) (err error) {
		for round := range rounds {
			plan := redeeming(round*workers+worker, raising(counter, 1))
			plan.Outcome = answering("redeem", fmt.Sprintf("key_%d", round), fmt.Sprint(worker))
			begun := b.history.begin()
			if answers[round][worker], err = b.idempotently(plan); err != nil {
				return err
			}
			b.history.end(begun, answer{Key: plan.Outcome.Key, Text: answers[round][worker]})
		}
		return nil
	})
	for round := range rounds {
		for worker := range workers {
			b.same(fmt.Sprintf("the answer in round %d", round), answers[round][0], answers[round][worker])
		}
	}
	b.same("the counter", int64(rounds), b.counter(counter))
	b.traces(rounds)
}

// idempotently carries out a plan unless its call has been answered already, and returns the answer that counts.
func (b *bundle) idempotently(plan *redemption.Plan) (string, error) {
	needs := redemption.Needs{OutcomeVerb: plan.Outcome.Verb, OutcomeKey: plan.Outcome.Key}
	var err error
	for range patienceOfWorkers {
		if err = b.store.Update(b.ctx, b.applying(plan)); err == nil {
			return string(plan.Outcome.Answer), nil
		}
		if !store.Retryable(err) {
			return "", err
		}
		snapshot, failure := b.trySnapshot(needs)
		if failure != nil {
			return "", failure
		}
		if snapshot.Outcome != nil {
			return string(snapshot.Outcome.Answer), nil
		}
	}
	return "", err
}
