// Package metamorphic owns the proof that all stores are the same: it plays one random history on each of them and
// compares every result, and the state at the end, with those of the memory store.
package metamorphic_test

import (
	"flag"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/store/storetest"
)

// TestMain plays fewer histories than rapid does by itself, because each of them needs an empty database of each kind.
// -rapid.checks=1000 plays more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "15"); err != nil {
		panic(err)
	}
	os.Exit(dbtest.Reuse(m).Run())
}

func TestAHistoryOfTransactionsIsTheSameOnEveryStore(t *testing.T) {
	t.Parallel()
	compare(t, storetest.DrawTransactions)
}

func TestAHistoryOfCallsIsTheSameOnEveryStore(t *testing.T) {
	t.Parallel()
	compare(t, storetest.DrawCalls)
}

func TestAHistoryOfPointsIsTheSameOnEveryStore(t *testing.T) {
	t.Parallel()
	compare(t, storetest.DrawPoints)
}

func compare(t *testing.T, draw func(*rapid.T) storetest.History) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				history := draw(rt)
				want := storetest.Replay(rt, memory.New(), history)
				var got storetest.Trace
				using(t, open, func(s store.Store) { got = storetest.Replay(rt, s, history) })
				if diff := storetest.Diff(want, got); diff != "" {
					rt.Fatalf("%s gives something else than memory: %s", name, diff)
				}
			})
		})
	}
}
