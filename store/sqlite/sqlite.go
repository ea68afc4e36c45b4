// Package sqlite owns the store of package store in a SQLite database, through database/sql and any driver for it
// (modernc.org/sqlite and github.com/ncruces/go-sqlite3 are tested; no driver is imported here).
//
// It refuses to open databases and to choose their durability: the host opens the *sql.DB, with journal_mode(WAL), so that
// readers and the writer do not wait for each other, and synchronous(FULL), or NORMAL if the last moments before a power
// loss may be lost. A database that lives in the memory of one connection cannot be used; package memory is for that.
//
// Call Migrate before the first use. One connection of the pool is kept for writing, until Close.
package sqlite

import (
	"context"
	"database/sql"
	"io/fs"
	"sync"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

// Store keeps the state of one project in a SQLite database. It is safe for concurrent use; several processes may use one
// file. Make it with New.
type Store struct {
	core    *sqlstore.Store
	backend *backend
}

var _ store.Store = (*Store)(nil)

// ErrSchema is returned when the tables are missing or older than this version needs: call Migrate.
var ErrSchema = sqlstore.ErrSchema

// Option configures a Store.
type Option = sqlstore.Option

// Purged is how many outcomes and outbox entries a purge has deleted.
type Purged = sqlstore.Purged

// WithProject chooses the project whose records are seen, 1 to 255 bytes. Default: "default".
func WithProject(name string) Option { return sqlstore.WithProject(name) }

// WithTablePrefix chooses what the names of the tables begin with: at most 40 small letters, digits and underscores.
// Default: "voucherify_".
func WithTablePrefix(prefix string) Option { return sqlstore.WithTablePrefix(prefix) }

// standard are the statements of the default options.
var standard = sync.OnceValue(func() *sqlstore.Texts {
	options, err := sqlstore.Choose(nil)
	if err != nil {
		panic(err) // there is no option that could be wrong
	}
	return sqlstore.NewTexts(dialect(), options)
})

// New returns a store over a pool of connections, which stays the host's. It does not talk to the database: missing tables
// are the ErrSchema of the first use. The pool must allow at least two connections, one to write and one to read.
func New(db *sql.DB, options ...Option) (*Store, error) {
	if db == nil {
		return nil, fault.Invalid("db", "is nil")
	}
	if db.Stats().MaxOpenConnections == 1 {
		return nil, fault.Invalid("db", "allows one connection only; one is needed to write and another one to read meanwhile")
	}
	chosen, err := sqlstore.Choose(options)
	if err != nil {
		return nil, err
	}
	b := newBackend(db)
	return &Store{core: sqlstore.New(sqlstore.NewTexts(dialect(), chosen), b, chosen.Project), backend: b}, nil
}

// Bind returns a transaction of the store inside a transaction that the host has begun and will end, for Engine.RedeemTx
// and the like. A plan that is refused leaves no trace, and what the host has written stays. The host's transaction should
// have begun with BEGIN IMMEDIATE (a parameter of the driver), or else every redeem may end in store.ErrConflict.
//
// A wrong option is the error of every method. Store.Bind is faster: it uses prepared statements.
func Bind(tx *sql.Tx, options ...Option) store.Tx {
	return sqlstore.Bind(standard(), sqlstore.Host(tx), options)
}

// Bind is the function Bind with the options of the store, for a transaction of the pool that the store was made with.
func (s *Store) Bind(tx *sql.Tx) store.Tx { return s.core.Bind(s.backend.Host(tx)) }

// View runs fn on the state that was committed when it reads first. See store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.core.View(ctx, fn)
}

// Update runs fn in a transaction that holds the write lock of the database from its first statement on. Updates of one
// Store form a queue; an Update inside the fn of another one waits for itself until its context ends. See store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.core.Update(ctx, fn)
}

// Migrate creates the tables, or brings them to the version that this package needs. It is safe to call it at every start
// and from several processes at a time.
func (s *Store) Migrate(ctx context.Context) error { return s.core.Migrate(ctx) }

// Migrations are the files that Migrate runs, for hosts with a tool of their own. Tables in them have the default prefix.
func Migrations() fs.FS { return files() }

// Purge deletes the stored answers of idempotent calls that were given before an instant, and the entries of the outbox up
// to the position delivered that happened before it; delivered 0 keeps all entries. A call that is repeated after its
// answer was deleted runs again. It works in small transactions and can be called again after an error.
func (s *Store) Purge(ctx context.Context, before time.Time, delivered int64) (Purged, error) {
	return s.core.Purge(ctx, before, delivered)
}

// Close gives back the connection that writes and the prepared statements. The pool stays open; the host closes it.
func (s *Store) Close() error { return s.backend.close() }
