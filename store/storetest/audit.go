package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// audit compares the store with the books at the end of a test. It proves of the whole state, after every test:
//
//   - a counter is the sum of the changes that were committed, and never below 0;
//   - a record is at the version that its number of writes says, and reads as it was last written, unless it is in the bin;
//   - a list is complete and in order, in both directions, and agrees with Get and with Find by each key;
//   - an answer is there, byte for byte, if its plan was committed, and is not there otherwise;
//   - the outbox holds every event of every commit once, those of one commit together and in their order;
//   - the revision has risen with every transaction that has changed the configuration.
func (l *ledger) audit(t TB) {
	t.Helper()
	if t.Failed() || l.unknown {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	names := l.names()
	err := l.inner.View(ctx, func(r store.Reader) error {
		state, err := export(ctx, r, names)
		if err != nil {
			return err
		}
		a := &auditor{TB: t, ctx: ctx, ledger: l, reader: r, state: state}
		a.counters()
		a.outcomes()
		if err := a.outbox(); err != nil {
			return err
		}
		if state.Revision < l.raised {
			t.Errorf("the revision is %d after %d changes of the configuration", state.Revision, l.raised)
		}
		if err := a.lists(); err != nil {
			return err
		}
		return a.records()
	})
	if err != nil {
		t.Errorf("read the store after the test: %v", err)
	}
}

// auditor compares one reading of the store with the books.
type auditor struct {
	TB
	ctx    context.Context
	ledger *ledger
	reader store.Reader
	state  State
}

func (a *auditor) counters() {
	for key, want := range a.ledger.counters {
		if got := a.state.Counters[key]; got != want || got < 0 {
			a.Errorf("counter %s is %d, the committed changes add up to %d", key, got, want)
		}
	}
}

func (a *auditor) outcomes() {
	stored := map[call]redemption.Outcome{}
	for _, o := range a.state.Outcomes {
		stored[call{o.Verb, o.Key}] = o
	}
	for c, want := range a.ledger.outcomes {
		got, ok := stored[c]
		switch {
		case want == nil && ok:
			a.Errorf("the outcome of %s %q is stored, but its plan was not committed", c.verb, c.key)
		case want != nil && (!ok || string(got.Answer) != string(want.Answer) || got.RequestHash != want.RequestHash):
			a.Errorf("the outcome of %s %q is %+v, committed was %+v", c.verb, c.key, got, *want)
		case want != nil && !got.CreatedAt.Equal(want.CreatedAt.Truncate(time.Microsecond)):
			a.Errorf("the outcome of %s %q is of %s, committed was %s", c.verb, c.key, got.CreatedAt, want.CreatedAt)
		}
	}
}

func (a *auditor) outbox() error {
	var ids []string
	last := int64(0)
	for entry, err := range a.reader.Outbox(a.ctx, 0) {
		if err != nil {
			return err
		}
		if entry.Position <= last {
			a.Errorf("position %d of the outbox follows %d", entry.Position, last)
		}
		last = entry.Position
		ids = append(ids, entry.Event.ID)
	}
	total := 0
	for _, events := range a.ledger.commits {
		total += len(events)
		start := slices.Index(ids, events[0].ID)
		for i, e := range events {
			if start < 0 || start+i >= len(ids) || ids[start+i] != e.ID {
				a.Errorf("event %s is not in the outbox, or not with the others of its commit", e.ID)
				break
			}
		}
	}
	if len(ids) != total {
		a.Errorf("the outbox holds %d events, %d were committed", len(ids), total)
	}
	return nil
}

// lists checks that the lists of all kinds are in order and that their records are found by id and by key.
func (a *auditor) lists() error {
	for _, kind := range record.Kinds() {
		var up, down []string
		var before *record.Document
		for doc, err := range a.reader.List(a.ctx, kind, store.Query{}) {
			if err != nil {
				return err
			}
			if before != nil && (doc.CreatedAt.Before(before.CreatedAt) || doc.CreatedAt.Equal(before.CreatedAt) && doc.ID <= before.ID) {
				a.Errorf("list of %s: %q stands behind %q", kind, doc.ID, before.ID)
			}
			before = &doc
			up = append(up, doc.ID)
		}
		for doc, err := range a.reader.List(a.ctx, kind, store.Query{Descending: true}) {
			if err != nil {
				return err
			}
			down = append(down, doc.ID)
		}
		slices.Reverse(down)
		if !slices.Equal(up, down) {
			a.Errorf("list of %s: ascending %q is not descending %q", kind, up, down)
		}
	}
	for _, doc := range a.state.Documents {
		for _, key := range doc.Keys {
			found, err := a.reader.Find(a.ctx, doc.Kind, key)
			if err != nil || found.ID != doc.ID {
				a.Errorf("find %s by %q: got %q, %v; want %q", doc.Kind, key, found.ID, err, doc.ID)
			}
		}
	}
	return nil
}

func (a *auditor) records() error {
	listed := map[name]record.Document{}
	for _, doc := range a.state.Documents {
		listed[name{doc.Kind, doc.ID}] = doc
		if a.ledger.records[name{doc.Kind, doc.ID}] == nil {
			a.Errorf("%s %q was never committed", doc.Kind, doc.ID)
		}
	}
	for n, e := range a.ledger.records {
		got, err := a.reader.Get(a.ctx, n.kind, n.id)
		inList, found := listed[n]
		if missing := errors.Is(err, store.ErrNotFound); err != nil && !missing || missing == found {
			a.Errorf("%s %q: Get says %v, in the list: %v", n.kind, n.id, err, found)
			continue
		}
		if found {
			sameDocument(a, "Get of what is in the list of "+string(n.kind), inList, got)
		}
		if e.deleted {
			continue
		}
		if found == e.last.Binned {
			a.Errorf("%s %q: found: %v, its last write has put it into the bin: %v", n.kind, n.id, found, e.last.Binned)
		}
		if e.last.Version != e.writes {
			a.Errorf("%s %q is at version %d after %d writes", n.kind, n.id, e.last.Version, e.writes)
		}
		if found {
			want := e.last
			want.CreatedAt = want.CreatedAt.Truncate(time.Microsecond)
			sameDocument(a, "the last write of "+string(n.kind)+" "+n.id, want, got)
		}
	}
	return nil
}

// sameDocument compares as same does. Most documents come back byte for byte, which is cheap to see.
func sameDocument(t TB, what string, want, got record.Document) {
	t.Helper()
	if want.Kind != got.Kind || want.ID != got.ID || want.Version != got.Version || want.Parent != got.Parent ||
		want.Binned != got.Binned || !want.CreatedAt.Equal(got.CreatedAt) || !slices.Equal(want.Keys, got.Keys) ||
		!bytes.Equal(want.Body, got.Body) {
		same(t, what, want, got)
	}
}
