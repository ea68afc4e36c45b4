// Package postgres owns the store of package store in PostgreSQL 12 or newer, through pgx or through database/sql with the
// driver of pgx.
//
// It refuses to open connections and to choose their settings: the host makes the pool. With pgx a redeem makes three
// round trips: what it reads (together with BEGIN), what it writes, and COMMIT. Through database/sql every statement is a
// round trip.
//
// Call Migrate before the first use.
package postgres

import (
	"context"
	"database/sql"
	"io/fs"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

// Store keeps the state of one project in a PostgreSQL database. It is safe for concurrent use. Make it with New or NewDB.
type Store struct {
	core *sqlstore.Store
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

// WithSchema chooses the schema of the tables, which Migrate creates if it is not there: at most 40 small letters, digits
// and underscores. Default: the first schema in the search_path of the connection.
func WithSchema(schema string) Option { return sqlstore.WithSchema(schema) }

// standard are the statements of the default options.
var standard = sync.OnceValue(func() *sqlstore.Texts {
	options, err := sqlstore.Choose(nil)
	if err != nil {
		panic(err) // there is no option that could be wrong
	}
	return sqlstore.NewTexts(dialect(), options)
})

// New returns a store over a pool of pgx, a *pgxpool.Pool, which stays the host's. It does not talk to the database:
// missing tables are the ErrSchema of the first use.
func New(pool Pool, options ...Option) (*Store, error) {
	if pool == nil {
		return nil, fault.Invalid("pool", "is nil")
	}
	return newStore(func(*sqlstore.Dialect) sqlstore.Backend { return backend{pool} }, options)
}

// NewDB returns a store over a pool of database/sql with the driver github.com/jackc/pgx/v5/stdlib; see New.
func NewDB(db *sql.DB, options ...Option) (*Store, error) {
	if db == nil {
		return nil, fault.Invalid("db", "is nil")
	}
	return newStore(func(d *sqlstore.Dialect) sqlstore.Backend { return sqlstore.NewDatabase(db, d) }, options)
}

func newStore(backend func(*sqlstore.Dialect) sqlstore.Backend, options []Option) (*Store, error) {
	chosen, err := sqlstore.Choose(options)
	if err != nil {
		return nil, err
	}
	d := dialect()
	return &Store{core: sqlstore.New(sqlstore.NewTexts(d, chosen), backend(d), chosen.Project)}, nil
}

// Bind returns a transaction of the store inside a transaction that the host has begun and will end, for Engine.RedeemTx
// and the like. A plan that is refused leaves no trace, and what the host has written stays. Rows that a redeem has changed
// are locked until the host's commit: redeem last.
//
// A wrong option is the error of every method. With options Store.Bind is faster.
func Bind(tx pgx.Tx, options ...Option) store.Tx {
	return sqlstore.Bind(standard(), &session{tx: tx}, options)
}

// BindDB is Bind for a transaction of database/sql.
func BindDB(tx *sql.Tx, options ...Option) store.Tx {
	return sqlstore.Bind(standard(), sqlstore.Host(tx), options)
}

// Bind is the function Bind with the options of the store.
func (s *Store) Bind(tx pgx.Tx) store.Tx { return s.core.Bind(&session{tx: tx}) }

// BindDB is the function BindDB with the options of the store.
func (s *Store) BindDB(tx *sql.Tx) store.Tx { return s.core.Bind(sqlstore.Host(tx)) }

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

// Migrations are the files that Migrate runs, for hosts with a tool of their own. Tables in them have the default prefix
// and no schema.
func Migrations() fs.FS { return files() }

// Purge deletes the stored answers of idempotent calls that were given before an instant, and the entries of the outbox up
// to the position delivered that happened before it; delivered 0 keeps all entries. A call that is repeated after its
// answer was deleted runs again. It works in small transactions and can be called again after an error.
func (s *Store) Purge(ctx context.Context, before time.Time, delivered int64) (Purged, error) {
	return s.core.Purge(ctx, before, delivered)
}
