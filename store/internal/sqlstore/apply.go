package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// application is a plan on its way into the database.
type application struct {
	*tx
	plan  *redemption.Plan
	calls []Call
	later []batch // events that are written behind the calls
	taken error   // a key of a record that another one has: counters are asked before
}

// apply carries out a plan behind what is to be sent before it. All statements go out together: when one of them is
// refused, those behind it may have run as well, so the transaction or its savepoint must be given up.
func (t *tx) apply(ctx context.Context, what string, plan *redemption.Plan, before ...Call) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := checkPlan(plan); err != nil {
		return err
	}
	a := &application{tx: t, plan: plan, calls: before}
	changes := newCounting(t, plan.Consume)
	a.calls = append(a.calls, changes.calls()...)
	if changes.hopeless == nil {
		for _, step := range [...]func(context.Context) error{a.documents, a.outcome, a.events, a.revision} {
			if err := step(ctx); err != nil {
				return err
			}
		}
	}
	var err error
	if len(a.calls) > 0 {
		err = t.run(ctx, what, a.calls...)
	}
	if err == nil {
		err = a.taken
	}
	if err == nil {
		err = a.appendEvents(ctx, what)
	}
	return changes.refusal(ctx, err)
}

// documents plans the writing of records and their keys.
func (a *application) documents(ctx context.Context) error {
	if len(a.plan.Writes) == 0 {
		return nil
	}
	if err := a.learn(ctx); err != nil {
		return err
	}
	created, changed := Tuples{relation: documentsRelation}, Tuples{relation: documentsRelation}
	keys := &keyChanges{added: Tuples{relation: namesRelation}, freed: Tuples{relation: namesRelation}}
	for i := range a.plan.Writes {
		doc := &a.plan.Writes[i]
		names := quotedNames(doc.Keys)
		row := []any{
			string(doc.Kind), doc.ID, doc.Version, doc.Parent, doc.CreatedAt.UnixMicro(), number(doc.Binned), names, string(doc.Body),
		}
		stored := noNames
		if doc.Version == 0 {
			row[2] = int64(1)
			created.rows = append(created.rows, row)
		} else {
			known := a.known[recordID{doc.Kind, doc.ID}]
			if stored = known.names; known.version != doc.Version {
				row[2] = int64(0) // its keys are not known, so it must not be written: no record has this version
			}
			changed.rows = append(changed.rows, row)
		}
		if stored != names {
			if err := keys.change(doc, stored); err != nil {
				return err
			}
		}
	}
	if a.taken = keys.check(a.texts.dialect.Name); a.taken != nil {
		return nil
	}
	texts := a.texts.statements
	a.write(texts.insertDocuments, created, store.ErrExists)
	a.write(texts.updateDocuments, changed, store.ErrStale)
	a.write(texts.deleteNames, keys.freed, store.ErrStale)
	a.write(texts.insertNames, keys.added, store.ErrExists)
	return nil
}

// learn reads the keys of records that the plan writes over and the transaction has not read in that version.
func (a *application) learn(ctx context.Context) error {
	unknown := Tuples{relation: recordsRelation}
	for i := range a.plan.Writes {
		doc := &a.plan.Writes[i]
		if doc.Version != 0 && a.known[recordID{doc.Kind, doc.ID}].version != doc.Version {
			unknown.rows = append(unknown.rows, []any{string(doc.Kind), doc.ID})
		}
	}
	if len(unknown.rows) == 0 {
		return nil
	}
	call := a.texts.statements.namesOf.call(a.project, unknown)
	call.Row = func(row Row) error {
		var kind, id, names string
		var version int64
		err := row.Scan(&kind, &id, &version, &names)
		a.remember(record.Kind(kind), id, version, names)
		return err
	}
	return a.run(ctx, "keys", call)
}

// Chunks of tuples are handed to one statement, so that a plan of a million records is no statement of a gigabyte.
const (
	chunkRows  = 4000
	chunkBytes = 2 << 20
	// copyRows is from how many rows on a chunk is worth the round trips of a copy.
	copyRows = 200
)

// write plans a statement that must affect every one of the tuples.
func (a *application) write(s *statement, tuples Tuples, refusal error) {
	most := chunkRows
	if a.texts.dialect.Cell != nil {
		most = fewRows // the form for a few rows is faster, and another statement costs no round trip
	}
	for rows := tuples.rows; len(rows) > 0; {
		n, size := 0, 0
		for ; n < len(rows) && n < most && size < chunkBytes; n++ {
			for _, value := range rows[n] {
				if text, ok := value.(string); ok {
					size += len(text)
				}
			}
		}
		chunk := rows[:n]
		rows = rows[n:]
		call := s.call(a.project, Tuples{relation: tuples.relation, rows: chunk})
		if s.into != "" && n >= copyRows {
			call.Copy = a.copyOf(s.into, tuples.relation, chunk)
		}
		call.Done = func(count int64) error {
			if count != int64(len(chunk)) {
				return fmt.Errorf("%d of %d %s, the first is %v: %w", count, len(chunk), tuples.relation.Name, chunk[0][:2], refusal)
			}
			return nil
		}
		a.calls = append(a.calls, call)
	}
}

// copyOf is the rows of a relation as they stand in a table.
func (a *application) copyOf(table string, r *Relation, chunk [][]any) *Copy {
	c := &Copy{Table: a.texts.path(table), Columns: []string{"project"}, Rows: make([][]any, len(chunk))}
	for _, column := range r.Columns {
		c.Columns = append(c.Columns, column.Name)
	}
	for i, row := range chunk {
		c.Rows[i] = append([]any{a.project}, row...)
	}
	return c
}

// outcome plans the answer of an idempotent call.
func (a *application) outcome(context.Context) error {
	o := a.plan.Outcome
	if o == nil {
		return nil
	}
	exists := fmt.Errorf("outcome of %s %q is stored already: %w", o.Verb, o.Key, store.ErrConflict)
	call := a.texts.statements.outcome.call(a.project, o.Verb, o.Key, o.RequestHash, string(o.Answer), o.CreatedAt.UnixMicro())
	call.Done = func(count int64) error {
		if count == 0 {
			return exists
		}
		return nil
	}
	call.Failed = func(err error) error {
		if a.texts.dialect.Classify(err) == Duplicate {
			return exists
		}
		return err
	}
	a.calls = append(a.calls, call)
	return nil
}

// events plans the events. All those of a transaction are one row of the outbox, so that they stay together: the first
// plan inserts it, the others append to it. What is too much for one statement is left for later.
func (a *application) events(context.Context) error {
	a.later = batches(a.plan.Events, a.texts.dialect.EntryBytes)
	if a.texts.dialect.SQL.NumberEntries != "" {
		if len(a.later) > 0 && a.entry == 0 {
			a.calls = append(a.calls, a.insertEntry(a.later[0]))
			a.later = a.later[1:]
		}
		return nil
	}
	for _, b := range a.later {
		a.calls = append(a.calls, a.texts.statements.bump.call(a.project, headOutbox, b.size), a.insertEntry(b))
	}
	a.later = nil
	return nil
}

func (a *application) insertEntry(b batch) Call {
	a.written = len(b.text)
	call := a.texts.statements.insertEntry.call(a.project, b.size, b.at, b.text)
	switch {
	case a.texts.dialect.SQL.NumberEntries == "":
	case a.texts.dialect.Returning:
		call.Row = func(row Row) error { return row.Scan(&a.entry) }
	default:
		call.Inserted = func(number int64) { a.entry = number }
	}
	return call
}

// appendEvents adds what is left to the row of the transaction. It may be gone, because the host has gone back to a
// savepoint, or have a position already, because the transaction has read the outbox, or be full: then there is another
// row.
func (a *application) appendEvents(ctx context.Context, what string) error {
	for _, b := range a.later {
		count := int64(0)
		if a.written+len(b.text) <= a.texts.dialect.EntryBytes {
			a.written += len(b.text)
			call := a.texts.statements.appendEntry.call(a.project, b.size, b.text, a.entry)
			call.Done = func(n int64) error {
				count = n
				return nil
			}
			if err := a.run(ctx, what, call); err != nil {
				return err
			}
		}
		if count == 1 {
			continue
		}
		if err := a.run(ctx, what, a.insertEntry(b)); err != nil {
			return err
		}
	}
	return nil
}

// revision counts a change of the configuration, once for the transaction. It comes last: until the commit everybody else
// who changes the configuration waits for it.
func (a *application) revision(context.Context) error {
	if a.raised {
		return nil
	}
	for i := range a.plan.Writes {
		if a.plan.Writes[i].Kind.Configuration() {
			a.calls = append(a.calls, a.texts.statements.bump.call(a.project, headRevision, int64(1)))
			a.raised = true
			return nil
		}
	}
	return nil
}

// noNames is a record without keys.
const noNames = "[]"

// keyChanges are the keys that a plan adds and frees.
type keyChanges struct {
	added, freed Tuples
	// writer says which write of the plan frees or adds a key, by its place.
	frees map[string]int
	adds  []int
	place int
}

// change compares the keys of a record with those that are stored.
func (k *keyChanges) change(doc *record.Document, stored string) error {
	old, err := namedBy(doc.Kind, doc.ID, stored)
	if err != nil {
		return err
	}
	k.place++
	had, has := make(map[string]bool, len(old.rows)), make(map[string]bool, len(doc.Keys))
	for _, row := range old.rows {
		had[row[1].(string)] = true
	}
	for _, key := range doc.Keys {
		if !had[key] && !has[key] {
			k.added.rows = append(k.added.rows, []any{string(doc.Kind), key, doc.ID})
			k.adds = append(k.adds, k.place)
		}
		has[key] = true
	}
	for _, row := range old.rows {
		if key := row[1].(string); !has[key] {
			k.freed.rows = append(k.freed.rows, row)
			if k.frees == nil {
				k.frees = map[string]int{}
			}
			k.frees[string(doc.Kind)+" "+key] = k.place
		}
	}
	return nil
}

// check refuses a key that only a later write of the plan would free: records are written in the order of the plan.
func (k *keyChanges) check(dialect string) error {
	for i, row := range k.added.rows {
		if place, ok := k.frees[row[0].(string)+" "+row[1].(string)]; ok && place > k.adds[i] {
			return fmt.Errorf("%s: put %s %q: key %q is taken: %w", dialect, row[0], row[2], row[1], store.ErrExists)
		}
	}
	return nil
}

// namedBy returns the keys of a record, as they are stored with it, as tuples.
func namedBy(kind record.Kind, id, names string) (Tuples, error) {
	tuples := Tuples{relation: namesRelation}
	if names == noNames || names == "" {
		return tuples, nil
	}
	var keys []string
	if err := json.Unmarshal([]byte(names), &keys); err != nil {
		return tuples, fmt.Errorf("sqlstore: keys of %s %s: %w", kind, id, err)
	}
	for _, key := range keys {
		tuples.rows = append(tuples.rows, []any{string(kind), key, id})
	}
	return tuples, nil
}
