// Package store owns the contract between the engine and a database. Every "must" below is checked by package
// storetest, which adapters of other authors can run as well.
//
// It refuses to know the domain beyond documents, counters, outcomes and events: deciding is the work of package
// redemption, and a store never takes a decision of its own except to refuse a plan whose guards do not hold.
package store

import (
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
)

// Store opens transactions. It must be safe for concurrent use.
type Store interface {
	// View runs fn on a consistent view of the committed state. fn must not keep the Reader.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn in a transaction: all of its writes are committed when fn returns nil, and none when it returns an
	// error or panics. fn may be called once only; a store never repeats it by itself. An error of fn must be returned as it
	// is (errors.Is and errors.As work on it). fn must not keep the Tx.
	Update(ctx context.Context, fn func(Tx) error) error
}

// Reader reads the state of one project.
type Reader interface {
	// Snapshot reads everything that needs names. Rows that do not exist are absent from the snapshot, which is not an
	// error. The counters of a voucher, customer or order that is found must be read at the same point in time as the record.
	// Now and IDs of the snapshot are left for the engine.
	Snapshot(ctx context.Context, needs redemption.Needs) (*redemption.Snapshot, error)
	// Get reads a record by id. It must return ErrNotFound when there is none, or when it is in the bin.
	Get(ctx context.Context, kind record.Kind, id string) (record.Document, error)
	// Find reads a record by one of its unique keys, with the same errors as Get. Keys compare byte for byte.
	Find(ctx context.Context, kind record.Kind, key string) (record.Document, error)
	// List yields records of a kind ordered by CreatedAt and ID, without those in the bin. It stops at the first error. It
	// sees the state of its transaction; records that fn writes while it iterates may or may not be seen.
	List(ctx context.Context, kind record.Kind, query Query) iter.Seq2[record.Document, error]
	// Counters reads counters; those that do not exist must be absent from the result.
	Counters(ctx context.Context, keys []redemption.CounterKey) (map[redemption.CounterKey]int64, error)
	// Revision returns the number of committed changes of the configuration.
	Revision(ctx context.Context) (int64, error)
	// Outbox yields events in the order of their commit, after the position (0 is the beginning), each with its position.
	Outbox(ctx context.Context, after int64) iter.Seq2[Entry, error]
}

// Query narrows and orders a list.
type Query struct {
	// Parent keeps the records of one parent; empty keeps all.
	Parent string
	// Descending lists the newest first.
	Descending bool
	// After continues behind a record of an earlier list; nil begins at the start.
	After *Cursor
	// Limit is the largest number of records; 0 is no limit.
	Limit int
}

// Cursor is a position in a list.
type Cursor struct {
	CreatedAtMicros int64
	ID              string
}

// CursorOf returns the position of a record.
func CursorOf(d record.Document) *Cursor {
	return &Cursor{CreatedAtMicros: d.CreatedAt.UnixMicro(), ID: d.ID}
}

// Entry is an event at its position in the outbox. Positions ascend, with gaps.
type Entry struct {
	Position int64
	Event    event.Event
}

// Tx is a Reader that also writes, and that sees its own writes.
type Tx interface {
	Reader
	// Put writes one record. With Version 0 the record must not exist: ErrExists otherwise. With another version the stored
	// one must be the same: ErrStale otherwise, also when it does not exist. A key of another record of the kind, in the bin or
	// not, is ErrExists. The stored version is Version+1. A record of a configuration kind must raise the revision.
	Put(ctx context.Context, doc record.Document) error
	// Delete removes a record for good and frees its keys. The version must be the stored one: ErrStale otherwise; ErrNotFound
	// when there is none. Records in the bin can be deleted. A record of a configuration kind must raise the revision.
	Delete(ctx context.Context, kind record.Kind, id string, version int64) error
	// Apply carries out a sealed plan: counters first, in the order of the plan, then records, outcome and events. A counter
	// above its limit or below 0 is a *GuardError; a record that was changed meanwhile is ErrStale, one that must not exist and
	// does is ErrExists; an outcome whose verb and key exist is ErrConflict. When several records refuse, any of their errors may
	// be returned. After any of these errors the transaction must be abandoned by returning an error from fn.
	Apply(ctx context.Context, plan *redemption.Plan) error
}
