package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// ledger is a store that keeps books about what was committed through it. After a test the books are compared with what
// the store shows, whatever the test itself has looked at.
type ledger struct {
	inner store.Store

	mu sync.Mutex
	// counters and outcomes hold everything that was named in a plan, also in one that was not committed.
	counters map[redemption.CounterKey]int64
	outcomes map[call]*redemption.Outcome
	// records are the records that were ever written.
	records map[name]*entry
	// commits are the events of each transaction.
	commits [][]event.Event
	// raised is the number of transactions that have changed the configuration.
	raised int64
	// unknown says that the books may be wrong: a commit has ended with ErrUnknownCommit, or what was committed was redacted.
	unknown bool
}

// call identifies an outcome, and name a record.
type (
	call struct{ verb, key string }
	name struct {
		kind record.Kind
		id   string
	}
)

// entry is what the books say about a record.
type entry struct {
	// writes is the number of committed writes; last is the one with the highest version, as it is stored.
	writes int64
	last   record.Document
	// deleted says that the record was deleted once. Which writes came before that is not known.
	deleted bool
}

var _ store.Store = (*ledger)(nil)

func newLedger(s store.Store) *ledger {
	return &ledger{
		inner: s, counters: map[redemption.CounterKey]int64{}, outcomes: map[call]*redemption.Outcome{}, records: map[name]*entry{},
	}
}

func (l *ledger) View(ctx context.Context, fn func(store.Reader) error) error {
	return l.inner.View(ctx, fn)
}

func (l *ledger) Update(ctx context.Context, fn func(store.Tx) error) error {
	page := &page{ledger: l}
	err := l.inner.Update(ctx, func(tx store.Tx) error {
		page.Tx = tx
		if redactor, ok := tx.(store.Redactor); ok {
			return fn(&redacting{page, redactor})
		}
		return fn(page)
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.enter(page)
		l.unknown = l.unknown || page.redacted
	case errors.Is(err, store.ErrUnknownCommit):
		l.unknown = true
	}
	return err
}

// enter adds a committed transaction to the books.
func (l *ledger) enter(p *page) {
	raises := false
	for _, doc := range p.writes {
		raises = raises || doc.Kind.Configuration()
		e := l.entry(doc.Kind, doc.ID)
		e.writes++
		if doc.Version++; doc.Version > e.last.Version {
			e.last = doc
		}
	}
	for _, n := range p.deletes {
		raises = raises || n.kind.Configuration()
		l.entry(n.kind, n.id).deleted = true
	}
	for _, c := range p.consume {
		l.counters[c.Key] += c.Delta
	}
	for _, o := range p.outcomes {
		l.outcomes[call{o.Verb, o.Key}] = &o
	}
	if len(p.events) > 0 {
		l.commits = append(l.commits, p.events)
	}
	if raises {
		l.raised++
	}
}

func (l *ledger) entry(kind record.Kind, id string) *entry {
	n := name{kind, id}
	if l.records[n] == nil {
		l.records[n] = &entry{}
	}
	return l.records[n]
}

// notice remembers what a plan names, so that it is looked at even if the plan comes to nothing.
func (l *ledger) notice(plan *redemption.Plan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range plan.Consume {
		l.counters[c.Key] += 0
	}
	if o := plan.Outcome; o != nil {
		if _, ok := l.outcomes[call{o.Verb, o.Key}]; !ok {
			l.outcomes[call{o.Verb, o.Key}] = nil
		}
	}
}

// names returns everything that was named.
func (l *ledger) names() Names {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := Names{Counters: slices.SortedFunc(maps.Keys(l.counters), redemption.CounterKey.Compare)}
	for c := range l.outcomes {
		names.Outcomes = append(names.Outcomes, OutcomeName{Verb: c.verb, Key: c.key})
	}
	slices.SortFunc(names.Outcomes, OutcomeName.compare)
	return names
}

// page is a transaction with what it has written. It must not be used by several goroutines, like any transaction.
type page struct {
	store.Tx
	ledger   *ledger
	writes   []record.Document
	deletes  []name
	consume  []redemption.Consume
	outcomes []redemption.Outcome
	events   []event.Event
	redacted bool
}

// redacting is a page over a transaction that can redact.
type redacting struct {
	*page
	store.Redactor
}

func (r *redacting) RedactEvents(ctx context.Context, text string, rewrite func(event.Event) (event.Event, error)) error {
	r.redacted = true
	return r.Redactor.RedactEvents(ctx, text, rewrite)
}

func (r *redacting) RedactOutcomes(ctx context.Context, text string, rewrite func(json.RawMessage) (json.RawMessage, error)) error {
	r.redacted = true
	return r.Redactor.RedactOutcomes(ctx, text, rewrite)
}

func (p *page) Put(ctx context.Context, doc record.Document) error {
	written := copyOf(doc)
	err := p.Tx.Put(ctx, doc)
	if err == nil {
		p.writes = append(p.writes, written)
	}
	return err
}

func (p *page) Delete(ctx context.Context, kind record.Kind, id string, version int64) error {
	err := p.Tx.Delete(ctx, kind, id, version)
	if err == nil {
		p.deletes = append(p.deletes, name{kind, id})
	}
	return err
}

func (p *page) Apply(ctx context.Context, plan *redemption.Plan) error {
	p.ledger.notice(plan)
	if err := p.Tx.Apply(ctx, plan); err != nil {
		return err
	}
	for _, doc := range plan.Writes {
		p.writes = append(p.writes, copyOf(doc))
	}
	p.consume = append(p.consume, plan.Consume...)
	if plan.Outcome != nil {
		p.outcomes = append(p.outcomes, *plan.Outcome)
	}
	p.events = append(p.events, plan.Events...)
	return nil
}

// copyOf copies what a document points to, because tests change it after they have written it.
func copyOf(doc record.Document) record.Document {
	doc.Keys, doc.Body = slices.Clone(doc.Keys), slices.Clone(doc.Body)
	return doc
}
