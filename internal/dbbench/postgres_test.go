package dbbench_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store/postgres"
)

// BenchmarkRedeemPostgres is a redeem of one code on PostgreSQL with fsync. The floor is a read and a batch of writes in one
// transaction, in the same three round trips; the target is 0.8 of its throughput.
func BenchmarkRedeemPostgres(b *testing.B) {
	benchmarkPostgres(b, 0, []int{1, 8, 32})
}

// BenchmarkRedeemPostgresFarAway is the same with a millisecond more for each round trip.
func BenchmarkRedeemPostgresFarAway(b *testing.B) {
	benchmarkPostgres(b, time.Millisecond, []int{8})
}

func benchmarkPostgres(b *testing.B, delay time.Duration, clients []int) {
	dsn := dbtest.Postgres(b)
	setup := newPool(b, dsn, "off", 0)
	pool := newPool(b, dsn, "on", delay)
	var fsync string
	must(b, pool.QueryRow(b.Context(), "SHOW fsync").Scan(&fsync))
	if fsync != "on" {
		b.Skip("the server runs without fsync: name one with VF_TEST_POSTGRES_DSN")
	}
	for _, shape := range []string{distinct, hot} {
		contestOf(b, setup, pool, shape).run(b, shape, clients, 0.8)
	}
}

// contestOf makes two shops of a shape, one for the engine and one for the floor.
func contestOf(b *testing.B, setup, pool *pgxpool.Pool, shape string) contest {
	open := func(pool *pgxpool.Pool, project string) *postgres.Store {
		s, err := postgres.New(pool, postgres.WithProject(project))
		must(b, err)
		must(b, s.Migrate(b.Context()))
		return s
	}
	engine := newShop(b, open(setup, "engine "+shape), shape)
	shopOfFloor := newShop(b, open(setup, "floor "+shape), shape)
	db := stdlib.OpenDBFromPool(setup)
	defer func() { must(b, db.Close()) }()
	f := pgxFloor{newFloor(b, db, shopOfFloor, "floor "+shape, postgresSyntax), pool}

	measured := engine.over(b, open(pool, "engine "+shape))
	return contest{engine: measured.redeem, floor: f.redeem, retries: &measured.retries, next: &atomic.Int64{}}
}

// newPool returns a pool of as many connections as the largest number of clients that is measured.
func newPool(b testing.TB, dsn, synchronous string, delay time.Duration) *pgxpool.Pool {
	b.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	must(b, err)
	config.MaxConns = 32
	config.ConnConfig.RuntimeParams["synchronous_commit"] = synchronous
	if delay > 0 {
		server := net.JoinHostPort(config.ConnConfig.Host, strconv.Itoa(int(config.ConnConfig.Port)))
		proxy := slow(b, server, delay)
		config.ConnConfig.DialFunc = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, proxy)
		}
	}
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	must(b, err)
	b.Cleanup(pool.Close)
	return pool
}

// pgxFloor redeems by hand: BEGIN and the read, the writes, COMMIT.
type pgxFloor struct {
	*floor
	pool *pgxpool.Pool
}

func (f pgxFloor) redeem(ctx context.Context, n int64) error {
	read := &pgx.Batch{}
	read.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	asked := f.read(n)
	read.Queue(asked.text, asked.args...)
	results := f.pool.SendBatch(ctx, read)
	tx := results.Tx()
	defer func() { _ = tx.Rollback(ctx) }() // has no effect behind a commit
	_, err := results.Exec()
	if err == nil {
		err = f.decide(results)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	writes := f.writes(n)
	batch := &pgx.Batch{}
	for _, w := range writes {
		batch.Queue(w.text, w.args...)
	}
	results = tx.SendBatch(ctx, batch)
	for _, w := range writes {
		tag, failed := results.Exec()
		if err == nil && failed == nil && tag.RowsAffected() != w.affected {
			failed = fmt.Errorf("%d rows instead of %d: %s", tag.RowsAffected(), w.affected, w.text)
		}
		if err == nil {
			err = failed
		}
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// decide reads the rows and decides that the code is there.
func (f pgxFloor) decide(results pgx.BatchResults) error {
	found, err := results.Query()
	if err != nil {
		return err
	}
	defer found.Close()
	vouchers := 0
	for found.Next() {
		var part int
		var number int64
		var body string
		if err := found.Scan(&part, &number, &body); err != nil {
			return err
		}
		if part == 1 {
			vouchers++
		}
	}
	if found.Err() == nil && vouchers != 1 {
		return fmt.Errorf("%d vouchers have the code", vouchers)
	}
	return found.Err()
}
