package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/postgres"
)

func TestDatabase(t *testing.T) {
	t.Parallel()
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sqltest.Run(t, func(t *testing.T) sqltest.Database {
				dsn := dbtest.Postgres(t)
				d := sqltest.Database{
					SQL:   newDB(t, dsn),
					Open:  func(t *testing.T, options ...postgres.Option) sqltest.Store { return open(t, dsn, options...) },
					Begin: beginPgx(dsn),
				}
				if name == "database-sql" {
					d.Begin = beginSQL(d)
				}
				return d
			})
		})
	}
}

type begin = func(t *testing.T, s sqltest.Store, options ...postgres.Option) (sqltest.Transaction, store.Tx)

func beginSQL(d sqltest.Database) begin {
	return func(t *testing.T, s sqltest.Store, options ...postgres.Option) (sqltest.Transaction, store.Tx) {
		tx := sqltest.BeginSQL(t, d.SQL)
		if s == nil {
			return sqltest.FromSQL{Tx: tx}, postgres.BindDB(tx, options...)
		}
		return sqltest.FromSQL{Tx: tx}, s.(*postgres.Store).BindDB(tx)
	}
}

func beginPgx(dsn string) begin {
	return func(t *testing.T, s sqltest.Store, options ...postgres.Option) (sqltest.Transaction, store.Tx) {
		t.Helper()
		tx, err := newPool(t, dsn).Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
		if s == nil {
			return fromPgx{tx}, postgres.Bind(tx, options...)
		}
		return fromPgx{tx}, s.(*postgres.Store).Bind(tx)
	}
}

// fromPgx is a transaction of pgx.
type fromPgx struct{ pgx.Tx }

func (f fromPgx) Exec(ctx context.Context, text string) error {
	_, err := f.Tx.Exec(ctx, text)
	return err
}
