package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/postgres"
)

func TestRoundTripsOfPgx(t *testing.T) {
	t.Parallel()
	trips := &sqltest.Trips{}
	pool := wrapped(t, dbtest.Postgres(t), 1, trips.Conn)
	s := made(t)(postgres.New(pool))
	// BEGIN travels with the snapshot and everything that is written goes at once, so a redeem is snapshot, plan, commit.
	sqltest.RunTrips(t, s, trips, sqltest.Most{Redeem: 3, Validate: 2, Rollback: 4, InHost: 3}, func(t *testing.T) (sqltest.Transaction, store.Tx) {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fromPgx{tx}, s.Bind(tx)
	})
}

func TestRoundTripsOfDatabaseSQL(t *testing.T) {
	t.Parallel()
	trips := &sqltest.Trips{}
	db := stdlib.OpenDBFromPool(wrapped(t, dbtest.Postgres(t), 1, trips.Conn))
	t.Cleanup(func() { _ = db.Close() })
	s := made(t)(postgres.NewDB(db))
	// BEGIN, snapshot, counters, records, keys, answer, events, COMMIT; records of more than a megabyte need a statement more.
	sqltest.RunTrips(t, s, trips, sqltest.Most{Redeem: 9, Validate: 3, Rollback: 12}, nil)
}
