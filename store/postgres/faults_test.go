package postgres_test

import (
	"context"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/postgres"
)

// wrapped returns a pool whose connections are wrapped.
func wrapped(t *testing.T, dsn string, most int32, wrap func(net.Conn) net.Conn) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return wrap(conn), nil
	}
	config.MaxConns = most
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// nowhere is a server that is not there: nothing listens on port 1.
const nowhere = "postgres://postgres@127.0.0.1:1/shop"

func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("pgx", func(t *testing.T) {
		t.Parallel()
		cutter := &sqltest.Cutter{}
		s := made(t)(postgres.New(wrapped(t, dbtest.Postgres(t), connections, cutter.Conn)))
		unreachable := made(t)(postgres.New(newPool(t, nowhere)))
		sqltest.RunFaults(t, s, unreachable, cutter, "redemption.succeeded")
	})
	t.Run("database-sql", func(t *testing.T) {
		t.Parallel()
		cutter := &sqltest.Cutter{}
		db := stdlib.OpenDBFromPool(wrapped(t, dbtest.Postgres(t), connections, cutter.Conn))
		t.Cleanup(func() { _ = db.Close() })
		unreachable := made(t)(postgres.NewDB(newDB(t, nowhere)))
		sqltest.RunFaults(t, made(t)(postgres.NewDB(db)), unreachable, cutter, "redemption.succeeded")
	})
}
