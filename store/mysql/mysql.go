// Package mysql owns the store of package store in MariaDB 10.6 or newer and MySQL 8.0.19 or newer, through database/sql
// with the driver github.com/go-sql-driver/mysql (which is not imported here). MariaDB is what it is tested with; see
// docs/adapters.md for what is known to differ on MySQL.
//
// It refuses to open connections and to choose their settings: the host makes the pool. The connection must speak utf8mb4,
// which is the driver's default. Tables must be on InnoDB.
//
// Call Migrate before the first use.
package mysql

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

// Store keeps the state of one project in a MariaDB or MySQL database. It is safe for concurrent use. Make it with New.
type Store struct {
	core    *sqlstore.Store
	backend *sqlstore.Database
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
// are the ErrSchema of the first use.
func New(db *sql.DB, options ...Option) (*Store, error) {
	if db == nil {
		return nil, fault.Invalid("db", "is nil")
	}
	chosen, err := sqlstore.Choose(options)
	if err != nil {
		return nil, err
	}
	d := dialect()
	backend := sqlstore.NewDatabase(db, d)
	return &Store{core: sqlstore.New(sqlstore.NewTexts(d, chosen), backend, chosen.Project), backend: backend}, nil
}

// Bind returns a transaction of the store inside a transaction that the host has begun and will end, for Engine.RedeemTx
// and the like. A plan that is refused leaves no trace, and what the host has written stays. Rows that a redeem has changed
// are locked until the host's commit: redeem last. A deadlock (store.ErrConflict) is the end of the whole transaction.
//
// A wrong option is the error of every method. Store.Bind is faster: it uses prepared statements.
func Bind(tx *sql.Tx, options ...Option) store.Tx {
	return sqlstore.Bind(standard(), sqlstore.Host(tx), options)
}

// Bind is the function Bind with the options of the store, for a transaction of the pool that the store was made with.
func (s *Store) Bind(tx *sql.Tx) store.Tx { return s.core.Bind(s.backend.Host(tx)) }

// View runs fn in a REPEATABLE READ, READ ONLY transaction. See store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.core.View(ctx, fn)
}

// Update runs fn in a READ COMMITTED transaction: each statement sees what is committed by then, and every write carries
// its condition. See store.Store.
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

// Close closes the prepared statements. The pool stays open; the host closes it.
func (s *Store) Close() error { return s.backend.Close() }
