// Package dbbench owns the figures of the stores in SQL: how fast redeems and codes are on a database, each beside a floor
// that does the same reads and writes by hand and decides nothing.
//
// It refuses to compare figures of different runs: the benchmarks named ratio take turns between engine and floor and
// report the ratio of the two. Absolute figures depend on the machine, its disk and its neighbours.
//
//	go test ./internal/dbbench -run '^$' -bench 'RedeemPostgres/ratio' -benchtime 3s -count 3
package dbbench_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// redeem is the n-th redeem of a way to do it; no two calls have the same n.
type redeem func(ctx context.Context, n int64) error

// contest is the two ways to redeem the codes of a shop, and how often the engine had to try again.
type contest struct {
	engine, floor redeem
	retries       *atomic.Int64
	next          *atomic.Int64
}

// run measures both ways by themselves, and their ratio, for a number of clients at a time. target is the ratio to reach.
func (c contest) run(b *testing.B, shape string, clients []int, target float64) {
	for _, n := range clients {
		// Connections prepare their statements, and PostgreSQL plans each of them a few times before it keeps a plan.
		for _, way := range []redeem{c.engine, c.floor} {
			c.measure(b, way, n, 12*n)
		}
		name := fmt.Sprintf("%s/clients=%d", shape, n)
		b.Run("engine/"+name, func(b *testing.B) {
			before := c.retries.Load()
			took, each := c.measure(b, c.engine, n, b.N)
			report(b, took, each)
			b.ReportMetric(float64(c.retries.Load()-before)/float64(b.N), "retries/op")
		})
		b.Run("floor/"+name, func(b *testing.B) {
			took, each := c.measure(b, c.floor, n, b.N)
			report(b, took, each)
		})
		b.Run("ratio/"+name, func(b *testing.B) {
			b.ReportMetric(c.ratio(b, n), "ratio")
			b.ReportMetric(target, "target")
		})
	}
}

// rounds is how often engine and floor take turns.
const rounds = 10

// ratio is the throughput of the engine to that of the floor, in the middle of several rounds.
func (c contest) ratio(b *testing.B, clients int) float64 {
	count := max(b.N/rounds, clients)
	ratios := make([]float64, rounds)
	for i := range ratios {
		first, second := c.engine, c.floor
		if i%2 == 1 { // nobody always runs behind the other's checkpoint
			first, second = second, first
		}
		one, _ := c.measure(b, first, clients, count)
		two, _ := c.measure(b, second, clients, count)
		if i%2 == 1 {
			one, two = two, one
		}
		ratios[i] = two.Seconds() / one.Seconds()
	}
	slices.Sort(ratios)
	return (ratios[(rounds-1)/2] + ratios[rounds/2]) / 2
}

// measure redeems count times with clients that work at the same time, and returns how long all and each of them took.
func (c contest) measure(b *testing.B, way redeem, clients, count int) (time.Duration, []time.Duration) {
	b.Helper()
	each := make([]time.Duration, count)
	var left atomic.Int64
	left.Store(int64(count))
	var all sync.WaitGroup
	b.ResetTimer()
	started := time.Now()
	for range clients {
		all.Go(func() {
			for i := left.Add(-1); i >= 0; i = left.Add(-1) {
				begun := time.Now()
				if err := way(b.Context(), c.next.Add(1)); err != nil {
					b.Errorf("redeem: %v", err)
					return
				}
				each[i] = time.Since(begun)
			}
		})
	}
	all.Wait()
	took := time.Since(started)
	b.StopTimer()
	if b.Failed() {
		b.FailNow()
	}
	return took, each
}

// report reports the throughput and the latencies of redeems.
func report(b *testing.B, took time.Duration, each []time.Duration) {
	slices.Sort(each)
	at := func(percent int) float64 {
		return each[min(len(each)*percent/100, len(each)-1)].Seconds() * 1000
	}
	b.ReportMetric(float64(len(each))/took.Seconds(), "redeems/s")
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
}
