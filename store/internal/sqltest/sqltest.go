// Package sqltest owns the tests that the SQL stores share beyond the contract: the host's transactions, several engines
// over one database, the schema, projects, the outbox and the purge.
//
// It refuses to know a driver: the test of each store says how its database is opened.
package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
	"github.com/voucherify-go/voucherify/voucher"
)

// Store is what all SQL stores have in common.
type Store interface {
	store.Store
	// Migrate creates the tables.
	Migrate(ctx context.Context) error
	// Purge deletes old outcomes, and old entries of the outbox up to a position.
	Purge(ctx context.Context, before time.Time, delivered int64) (sqlstore.Purged, error)
}

// Transaction is a transaction of the host.
type Transaction interface {
	// Exec runs a statement of the host.
	Exec(ctx context.Context, text string) error
	// Commit ends it and keeps what was written.
	Commit(ctx context.Context) error
	// Rollback ends it and leaves nothing.
	Rollback(ctx context.Context) error
}

// Database is one empty database.
type Database struct {
	// SQL is a pool for the host's own statements.
	SQL *sql.DB
	// Open returns a store over the database, as another process would; the tables need not be there.
	Open func(t *testing.T, options ...sqlstore.Option) Store
	// Begin opens a transaction of the host and binds the store to it; without a store the function Bind does it.
	Begin func(t *testing.T, s Store, options ...sqlstore.Option) (Transaction, store.Tx)
	// OneWriter says that others wait while a transaction of the host is open.
	OneWriter bool
}

// Run runs all tests. The factory is called once for each test and returns an empty database.
func Run(t *testing.T, factory func(t *testing.T) Database) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"the host's transaction", hostCases()}, {"engines", engineCases()}, {"schema", schemaCases()}, {"outbox", outboxCases()},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					b := newBundle(t, factory(t))
					if c.several && b.OneWriter {
						t.Skip("this database has one writer at a time")
					}
					c.run(b)
				})
			}
		})
	}
}

type testCase struct {
	name string
	run  func(b *bundle)
	// several tests need others to write while a transaction of the host is open.
	several bool
}

// patience bounds every test, so that a store that waits for itself fails instead of hanging.
const patience = 3 * time.Minute

// bundle is one test with its database.
type bundle struct {
	*testing.T
	Database
	ctx context.Context
	// store and engine are over migrated tables, unless the test is about the schema.
	store  Store
	engine *voucherify.Engine
}

func newBundle(t *testing.T, d Database) *bundle {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return &bundle{T: t, Database: d, ctx: ctx}
}

// migrate makes store and engine, and the table of the host.
func (b *bundle) migrate() {
	b.Helper()
	b.store = b.Open(b.T)
	b.must(b.store.Migrate(b.ctx))
	b.engine = b.engineOver(b.store)
	b.exec("CREATE TABLE shop_orders (id VARCHAR(50) NOT NULL PRIMARY KEY)")
}

func (b *bundle) engineOver(s store.Store) *voucherify.Engine {
	b.Helper()
	e, err := voucherify.New(s)
	b.must(err)
	return e
}

func (b *bundle) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// is checks an error.
func (b *bundle) is(what string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func (b *bundle) same(what string, want, got any) {
	b.Helper()
	if got != want {
		b.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (b *bundle) exec(text string) {
	b.Helper()
	_, err := b.SQL.ExecContext(b.ctx, text)
	b.must(err)
}

// orders is the number of rows of the host.
func (b *bundle) orders() int {
	b.Helper()
	count := 0
	b.must(b.SQL.QueryRowContext(b.ctx, "SELECT COUNT(*) FROM shop_orders").Scan(&count))
	return count
}

// code creates a code of 5.00 off that can be used so often.
func (b *bundle) code(code string, limit int64) {
	b.Helper()
	off := discount.AmountOff(500, discount.ToOrder)
	_, err := b.engine.Vouchers.Create(b.ctx, voucher.Voucher{
		Code: code, Type: voucher.DiscountVoucher, Discount: &off, Redemption: voucher.Redemption{Quantity: &limit},
	})
	b.must(err)
}

// used is how often a code counts as redeemed.
func (b *bundle) used(code string) int64 {
	b.Helper()
	v, err := b.engine.Vouchers.Get(b.ctx, code)
	b.must(err)
	return v.Redemption.RedeemedQuantity
}

// cart asks for a code on an order of three units.
func cart(code string) redemption.Request {
	return redemption.Request{
		Redeemables: redemption.Codes(code), Customer: customer.BySourceID("customer"),
		Order: order.New("", order.Line{ProductID: "prod_1", Quantity: 3, Price: 1000}),
	}
}

// outbox reads the entries behind a position.
func (b *bundle) outbox(after int64) []store.Entry {
	b.Helper()
	var entries []store.Entry
	b.must(b.store.View(b.ctx, func(r store.Reader) (err error) {
		entries, err = b.outboxIn(r, after)
		return err
	}))
	return entries
}

func (b *bundle) outboxIn(r store.Reader, after int64) ([]store.Entry, error) {
	var entries []store.Entry
	for entry, err := range r.Outbox(b.ctx, after) {
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// FromSQL is a Transaction of database/sql.
type FromSQL struct{ Tx *sql.Tx }

// Exec runs a statement of the host.
func (f FromSQL) Exec(ctx context.Context, text string) error {
	_, err := f.Tx.ExecContext(ctx, text)
	return err
}

// Commit commits.
func (f FromSQL) Commit(context.Context) error { return f.Tx.Commit() }

// Rollback rolls back.
func (f FromSQL) Rollback(context.Context) error { return f.Tx.Rollback() }

// BeginSQL begins a transaction that is given up at the end of the test at the latest.
func BeginSQL(t *testing.T, db *sql.DB) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}
