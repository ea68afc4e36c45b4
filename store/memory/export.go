package memory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Dump is the whole state of a store as plain data. Two stores with the same state have equal dumps, also as JSON.
type Dump struct {
	// Revision is the number of committed changes of the configuration.
	Revision int64 `json:"revision"`
	// Documents are the records, those in the bin as well, sorted by kind and id.
	Documents []record.Document `json:"documents"`
	// Counters are the counters that are not 0, sorted by key.
	Counters []Counter `json:"counters"`
	// Outcomes are the stored answers, sorted by verb and key.
	Outcomes []redemption.Outcome `json:"outcomes"`
	// Outbox is the events in the order of their commit.
	Outbox []store.Entry `json:"outbox"`
}

// Counter is a counter and its value, in units or minor units as its metric says.
type Counter struct {
	Key   redemption.CounterKey `json:"key"`
	Value int64                 `json:"value"`
}

// Export returns a copy of the committed state, for tests that compare the state before and after.
func (s *Store) Export() Dump {
	state := s.published.Load()
	dump := Dump{Revision: state.revision}
	for _, table := range state.tables {
		table.ids.Scan(func(_ string, r *row) bool {
			dump.Documents = append(dump.Documents, cloneDocument(r.document))
			return true
		})
	}
	slices.SortFunc(dump.Documents, func(a, b record.Document) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID))
	})
	state.counters.Scan(func(c *counter) bool {
		dump.Counters = append(dump.Counters, Counter{Key: c.key, Value: c.value})
		return true
	})
	slices.SortFunc(dump.Counters, func(a, b Counter) int { return a.Key.Compare(b.Key) })
	state.outcomes.Scan(func(o *redemption.Outcome) bool {
		dump.Outcomes = append(dump.Outcomes, *cloneOutcome(o))
		return true
	})
	for i, e := range state.events {
		dump.Outbox = append(dump.Outbox, store.Entry{Position: int64(i) + 1, Event: cloneEvent(e)})
	}
	return dump
}
