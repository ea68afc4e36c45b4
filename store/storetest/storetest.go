// Package storetest owns the proof of the contract of package store: every "must" there has a test here, named by a
// sentence. The author of an adapter calls Run from a test of the adapter; what passes may be put under the engine.
//
// It refuses to look inside a store: it sees only what the interfaces of package store show. It is for tests and must
// never be imported by production code.
package storetest

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/store"
)

// Features says what a store can do beyond what every store must. The zero value asks for the least.
type Features struct {
	// Concurrent says that transactions can be open at the same time: a View while an Update is open, and Updates of many
	// goroutines. Only a store that is bound to a single connection or to a transaction of the host may leave it out; the
	// tests of isolation and of races are skipped then.
	Concurrent bool
}

// TB is what the checks need of a test. Tests and benchmarks of package testing have it, and so do the tests of rapid.
type TB interface {
	rapid.TB
	// Context ends with the test.
	Context() context.Context
}

// Run checks a store against the contract. The factory is called once for each test, from several tests at a time, and
// must return an empty store; it registers its own cleanup with t.
func Run(t *testing.T, factory func(t *testing.T) store.Store, features Features) {
	for _, g := range groups() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			if g.concurrent && !features.Concurrent {
				t.Skip("the store does not declare Features.Concurrent")
			}
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(newBundle(t, factory(t)))
				})
			}
		})
	}
	t.Run("the engine", func(t *testing.T) {
		t.Parallel()
		RunEngine(t, factory)
	})
	t.Run("the engine under faults", func(t *testing.T) {
		t.Parallel()
		RunFaults(t, factory)
	})
	if features.Concurrent {
		t.Run("the engine under races", func(t *testing.T) {
			t.Parallel()
			RunRaces(t, factory)
		})
	}
}

// group is the tests of one part of the contract.
type group struct {
	name string
	// concurrent groups need Features.Concurrent.
	concurrent bool
	cases      []testCase
}

type testCase struct {
	name string
	run  func(b *bundle)
}

func groups() []group {
	return []group{
		{name: "documents", cases: documentCases()},
		{name: "identity", cases: identityCases()},
		{name: "bin", cases: binCases()},
		{name: "lists", cases: listCases()},
		{name: "transactions", cases: transactionCases()},
		{name: "context", cases: contextCases()},
		{name: "revision", cases: revisionCases()},
		{name: "outbox", cases: outboxCases()},
		{name: "guards", cases: guardCases()},
		{name: "plans", cases: planCases()},
		{name: "snapshot", cases: snapshotCases()},
		{name: "limits", cases: limitCases()},
		{name: "redaction", cases: redactCases()},
		{name: "isolation", concurrent: true, cases: isolationCases()},
		{name: "contention", concurrent: true, cases: contentionCases()},
		{name: "redaction under races", concurrent: true, cases: redactRaces()},
	}
}
