package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// tx is a transaction that writes.
type tx struct {
	reader
	// bound says that the transaction belongs to the host.
	bound bool
	// raised says that the transaction has raised the revision.
	raised bool
	// entry is the row of its events in the outbox, 0 for none, and written the bytes in it.
	entry   int64
	written int
}

var _ store.Tx = (*tx)(nil)

// Put leaves the transaction usable when it is refused, which costs it a savepoint.
func (t *tx) Put(ctx context.Context, doc record.Document) error {
	return t.protected(ctx, "put", &redemption.Plan{Writes: []record.Document{doc}})
}

func (t *tx) Delete(ctx context.Context, kind record.Kind, id string, version int64) error {
	if !storable(string(kind), store.MaxWord) || !storable(id, store.MaxName) {
		_, err := t.none(ctx, "delete", kind, id)
		return err
	}
	texts := t.texts.statements
	stored, names := int64(0), ""
	read := texts.versionOf.call(t.project, string(kind), id)
	read.Row = func(row Row) error { return row.Scan(&stored, &names) }
	if err := t.run(ctx, "delete", read); err != nil {
		return err
	}
	if stored == 0 {
		_, err := t.none(ctx, "delete", kind, id)
		return err
	}
	deleted := int64(0)
	remove := texts.deleteDocument.call(t.project, string(kind), id, version)
	remove.Done = func(count int64) error {
		deleted = count
		return nil
	}
	if err := t.run(ctx, "delete", remove); err != nil {
		return err
	}
	if deleted == 0 {
		return fmt.Errorf("%s: delete %s %q: version %d, stored is %d: %w", t.texts.dialect.Name, kind, id, version, stored, store.ErrStale)
	}
	freed, err := namedBy(kind, id, names)
	if err != nil {
		return err
	}
	var calls []Call
	if len(freed.rows) > 0 {
		calls = append(calls, texts.deleteNames.call(t.project, freed))
	}
	if kind.Configuration() && !t.raised {
		calls = append(calls, texts.bump.call(t.project, headRevision, int64(1)))
		t.raised = true
	}
	if len(calls) == 0 {
		return nil
	}
	return t.run(ctx, "delete", calls...)
}

// Apply leaves the host's transaction usable when the plan is refused. A transaction of the store cannot be used any more.
func (t *tx) Apply(ctx context.Context, plan *redemption.Plan) error {
	if t.bound {
		return t.protected(ctx, "apply", plan)
	}
	return t.apply(ctx, "apply", plan)
}

// The names of the rows of @heads.
const (
	headRevision = "revision"
	headOutbox   = "outbox"
)

// patienceOfUndo is how long an undo may take whose caller may not be waiting any more.
const patienceOfUndo = 5 * time.Second

// protected applies a plan behind a savepoint. When it is refused, everything before it stays as it was.
func (t *tx) protected(ctx context.Context, what string, plan *redemption.Plan) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	raised, entry, written := t.raised, t.entry, t.written
	err := t.apply(ctx, what, plan, Call{Text: "SAVEPOINT voucherify_plan", Once: true})
	if err == nil {
		return t.run(ctx, what, Call{Text: "RELEASE SAVEPOINT voucherify_plan", Once: true})
	}
	if t.broken == nil {
		return err // refused before anything was sent
	}
	undoing, cancel := context.WithTimeout(context.WithoutCancel(ctx), patienceOfUndo)
	defer cancel()
	t.broken = nil
	// One after the other: PostgreSQL takes nothing but the end of a transaction that has failed, not even to prepare it.
	undo := t.run(undoing, "undo", Call{Text: "ROLLBACK TO SAVEPOINT voucherify_plan", Once: true})
	if undo == nil {
		undo = t.run(undoing, "undo", Call{Text: "RELEASE SAVEPOINT voucherify_plan", Once: true})
	}
	if undo != nil {
		return errors.Join(err, undo) // the database has ended the whole transaction
	}
	t.raised, t.entry, t.written = raised, entry, written
	return err
}
