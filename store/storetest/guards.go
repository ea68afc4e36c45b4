package storetest

import (
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func guardCases() []testCase {
	return []testCase{
		{"a counter changes exactly within its limits", testGuardTable},
		{"a refusal names the counter, the change and the limit", testGuardError},
		{"the first counter of the plan that refuses is the one that is named", testGuardOrder},
		{"counters are guarded before records", testGuardBeforeRecords},
		{"counters that do not exist are absent", testCountersAbsent},
		{"plans of one transaction add up against the limit", testGuardAddsUp},
		{"changes of one counter in one plan add up, and each of their limits counts", testGuardMerged},
		{"of two plans from the same snapshot the second is refused at the limit", testGuardSameSnapshot},
		{"giving back makes room again", testGuardRoom},
	}
}

func testGuardTable(b *bundle) {
	limit := func(n int64) *int64 { return &n }
	for i, c := range []struct {
		name         string
		start, delta int64
		limit        *int64
		refused      bool
	}{
		{"a counter that does not exist counts from 0", 0, 1, limit(1), false},
		{"exactly the limit is within it", 4, 1, limit(5), false},
		{"one above the limit is refused", 5, 1, limit(5), true},
		{"a large step that ends at the limit", 1, 4, limit(5), false},
		{"a large step that passes the limit is refused", 1, 5, limit(5), true},
		{"a counter that does not exist is refused above the limit", 0, 6, limit(5), true},
		{"limit 0 refuses the first", 0, 1, limit(0), true},
		{"a counter above a limit that was lowered is refused", 9, 1, limit(5), true},
		{"without a limit nothing above is refused", 1, 1_000_000, nil, false},
		{"large amounts are exact at the limit", money.Max - 1, 1, limit(money.Max), false},
		{"large amounts are exact above the limit", money.Max, 1, limit(money.Max), true},
		{"sums beyond single amounts are exact", money.Max, money.Max, limit(2 * money.Max), false},
		{"down to 0 is allowed", 3, -3, nil, false},
		{"below 0 is refused", 3, -4, nil, true},
		{"a counter that does not exist cannot go down", 0, -1, nil, true},
		{"below 0 is refused with a limit as well", 3, -4, limit(5), true},
		{"a step down is allowed at the limit", 5, -1, limit(5), false},
		{"a step down that stays above the limit is refused", 9, -1, limit(5), true},
		{"a step down without a limit is allowed above any", 9, -1, nil, false},
	} {
		key := counting(redemption.SumCampaignDiscount, fmt.Sprintf("camp_%d", i))
		if c.start > 0 {
			b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(key, c.start)}})
		}
		want := c.start + c.delta
		var target error
		if c.refused {
			want, target = c.start, store.ErrGuard
		}
		err := b.store.Update(b.ctx, b.applying(&redemption.Plan{
			Consume: []redemption.Consume{{Key: key, Delta: c.delta, Limit: c.limit}},
		}))
		if !errors.Is(err, target) {
			b.Errorf("%s: got %v, want %v", c.name, err, target)
		}
		if got := b.counter(key); got != want {
			b.Errorf("%s: the counter is %d, want %d", c.name, got, want)
		}
	}
}

func testGuardError(b *bundle) {
	key := redemption.CounterKey{Metric: redemption.CountQuota, Subject: "camp_1", Customer: "cust_1", Detail: "prod_1"}
	b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(key, 3)}})
	one, five := int64(1), int64(5)
	for name, c := range map[string]struct {
		limit *int64
		want  *store.GuardError
	}{
		"above the limit":           {&five, &store.GuardError{Key: key, Delta: 4, Limit: &five}},
		"down, but above the limit": {&one, &store.GuardError{Key: key, Delta: -1, Limit: &one}},
		"below 0":                   {nil, &store.GuardError{Key: key, Delta: -4}},
		"below 0 within a limit":    {&five, &store.GuardError{Key: key, Delta: -4}},
		"below 0 from nothing":      {&five, &store.GuardError{Key: counting("none", "none"), Delta: -1}},
	} {
		want := c.want
		err := b.store.Update(b.ctx, b.applying(&redemption.Plan{
			Consume: []redemption.Consume{{Key: want.Key, Delta: want.Delta, Limit: c.limit}},
		}))
		var got *store.GuardError
		if !errors.As(err, &got) {
			b.Fatalf("%s: got %v, want a *store.GuardError", name, err)
		}
		b.same(name, want, got)
		if !errors.Is(err, store.ErrGuard) || !store.Retryable(err) {
			b.Errorf("%s: %v must be ErrGuard and retryable", name, err)
		}
	}
}

func testGuardOrder(b *bundle) {
	first, second, third := counting("a", "3"), counting("b", "2"), counting("c", "1")
	err := b.store.Update(b.ctx, b.applying(&redemption.Plan{
		Consume: []redemption.Consume{within(third, 2, 1), within(second, 2, 1), within(first, 1, 1)},
	}))
	var got *store.GuardError
	if !errors.As(err, &got) || got.Key != second {
		b.Errorf("got %v, want a refusal of %s", err, second)
	}
	b.same("the counter before it", int64(0), b.counter(first))

	// A counter above its limit may go down to it; the one behind it refuses, in a plan that raises others as well.
	b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(first, 2)}})
	err = b.store.Update(b.ctx, b.applying(&redemption.Plan{
		Consume: []redemption.Consume{raising(third, 1), within(first, -1, 1), raising(second, -1)},
	}))
	if !errors.As(err, &got) || got.Key != second {
		b.Errorf("got %v, want a refusal of %s", err, second)
	}
	b.same("the counters after a refusal", []int64{2, 0, 0}, []int64{b.counter(first), b.counter(second), b.counter(third)})

	// A counter that comes to 0 by the plan is not the one that refuses; that is the one that does not exist.
	err = b.store.Update(b.ctx, b.applying(&redemption.Plan{Consume: []redemption.Consume{raising(first, -2), raising(second, -1)}}))
	if !errors.As(err, &got) || got.Key != second {
		b.Errorf("got %v, want a refusal of %s", err, second)
	}
}

func testGuardBeforeRecords(b *bundle) {
	b.put(document(record.Order, "ord_1", 0))
	b.refused(store.ErrGuard, b.applying(&redemption.Plan{
		Consume: []redemption.Consume{within(counting(redemption.CountVoucher, "v_1"), 2, 1)},
		Writes:  []record.Document{following(document(record.Order, "ord_1", 0), 9), document(record.Order, "ord_2", 0)},
	}))
	// Also before a key that only a later record of the plan would give up.
	owner := document(record.Order, "ord_4", 0)
	owner.Keys = []string{record.Key("source_id", "wanted")}
	b.put(owner)
	heir, freed := document(record.Order, "ord_3", 0), following(document(record.Order, "ord_4", 0), 1)
	heir.Keys, freed.Keys = owner.Keys, nil
	used := counting(redemption.CountVoucher, "v_2")
	b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(used, 1)}})
	b.refused(store.ErrGuard, b.applying(&redemption.Plan{
		Consume: []redemption.Consume{within(used, 1, 1)}, Writes: []record.Document{heir, freed},
	}))
	b.refused(store.ErrExists, b.applying(&redemption.Plan{Writes: []record.Document{heir, freed}}))
}

func testCountersAbsent(b *bundle) {
	there, away := counting(redemption.CountVoucher, "v_1"), counting(redemption.CountVoucher, "v_2")
	b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(there, 2)}})
	b.refused(store.ErrGuard, b.applying(&redemption.Plan{Consume: []redemption.Consume{within(away, 1, 0)}}))
	b.view(func(r store.Reader) error {
		got, err := r.Counters(b.ctx, []redemption.CounterKey{away, there, there})
		b.same("counters", map[redemption.CounterKey]int64{there: 2}, got)
		if err != nil {
			return err
		}
		got, err = r.Counters(b.ctx, nil)
		b.same("no counters", map[redemption.CounterKey]int64{}, got)
		return err
	})
}

func testGuardAddsUp(b *bundle) {
	key := counting(redemption.CountVoucher, "v_1")
	plan := func() *redemption.Plan {
		return &redemption.Plan{Consume: []redemption.Consume{within(key, 2, 5)}}
	}
	b.update(func(tx store.Tx) error { return errors.Join(b.applying(plan())(tx), b.applying(plan())(tx)) })
	b.same("the counter after two", int64(4), b.counter(key))
	b.refused(store.ErrGuard, b.applying(plan()))
	b.same("the counter after the refusal", int64(4), b.counter(key))
}

func testGuardMerged(b *bundle) {
	key, other := counting(redemption.CountVoucher, "v_1"), counting(redemption.CountVoucher, "v_2")
	for name, c := range map[string]struct {
		first, second redemption.Consume
		accepted      bool
	}{
		"both limits hold":                                  {within(key, 1, 3), within(key, 2, 3), true},
		"the first limit is passed":                         {within(key, 3, 2), raising(other, 1), false},
		"the second limit is passed":                        {within(key, 1, 9), within(key, 2, 2), false},
		"the limit of the first leaves room for the second": {within(key, 1, 1), raising(key, 2), true},
		"only the second has one":                           {raising(key, 1), within(key, 2, 2), false},
		"up and down":                                       {within(key, 4, 3), raising(key, -1), true},
	} {
		want := int64(0)
		var target error
		if c.accepted {
			want = 3
		} else {
			target = store.ErrGuard
		}
		plan := &redemption.Plan{Consume: []redemption.Consume{c.first, raising(other, 1), c.second}}
		if err := b.store.Update(b.ctx, b.applying(plan)); !errors.Is(err, target) {
			b.Errorf("%s: got %v, want %v", name, err, target)
		}
		if got := b.counter(key); got != want {
			b.Errorf("%s: the counter is %d, want %d", name, got, want)
		}
		if c.accepted {
			b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(key, -want)}})
		}
	}
}

func testGuardSameSnapshot(b *bundle) {
	key := counting(redemption.CountVoucher, "v_1")
	needs := redemption.Needs{Counters: []redemption.CounterKey{key}}
	b.same("what both have read", int64(0), b.snapshot(needs).Counters[key])
	first := &redemption.Plan{Consume: []redemption.Consume{within(key, 1, 1)}}
	second := &redemption.Plan{Consume: []redemption.Consume{within(key, 1, 1)}}
	b.apply(first)
	b.refused(store.ErrGuard, b.applying(second))
	b.same("the counter", int64(1), b.counter(key))
}

func testGuardRoom(b *bundle) {
	key := counting(redemption.CountVoucher, "v_1")
	for range 3 {
		b.apply(&redemption.Plan{Consume: []redemption.Consume{within(key, 1, 1)}})
		b.refused(store.ErrGuard, b.applying(&redemption.Plan{Consume: []redemption.Consume{within(key, 1, 1)}}))
		b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(key, -1)}})
		b.same("the counter", int64(0), b.counter(key))
	}
}
