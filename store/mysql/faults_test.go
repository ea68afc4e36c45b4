package mysql_test

import (
	"context"
	"database/sql"
	"net"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
)

// wrapped returns a pool whose connections are wrapped.
func wrapped(t *testing.T, dsn string, most int, wrap func(net.Conn) net.Conn) *sql.DB {
	t.Helper()
	config, err := driver.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return wrap(conn), nil
	}
	// The driver looks whether a connection is alive by a read of its own, which is none of the store's round trips.
	config.CheckConnLiveness = false
	connector, err := driver.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestFaults(t *testing.T) {
	t.Parallel()
	cutter := &sqltest.Cutter{}
	s := opened(t, wrapped(t, dbtest.MySQL(t), connections, cutter.Conn))
	unreachable := opened(t, newDB(t, "root@tcp(127.0.0.1:1)/shop")) // nothing listens on port 1
	sqltest.RunFaults(t, s, unreachable, cutter, "redemption.succeeded")
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	trips := &sqltest.Trips{}
	db := wrapped(t, dbtest.MySQL(t), 1, trips.Conn)
	s := opened(t, db)
	// SET TRANSACTION, START TRANSACTION, snapshot, counters, records, keys, answer, events, COMMIT; records and events of
	// more than a megabyte need a statement more.
	sqltest.RunTrips(t, s, trips, sqltest.Most{Redeem: 11, Validate: 4, Rollback: 15, InHost: 11}, func(t *testing.T) (sqltest.Transaction, store.Tx) {
		tx := sqltest.BeginSQL(t, db)
		return sqltest.FromSQL{Tx: tx}, s.Bind(tx)
	})
}
