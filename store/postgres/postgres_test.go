package postgres_test

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Reuse(m).Run()) }

// connections is how many connections a test may use: enough for its workers to get into each other's way.
const connections = 8

// newPool returns a pool of pgx over a database.
func newPool(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// newDB returns a pool of database/sql over a database.
func newDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// ways are the doors into the same database. The tables of the stores need not be there.
var ways = map[string]func(t testing.TB, dsn string, options ...postgres.Option) *postgres.Store{
	"pgx": func(t testing.TB, dsn string, options ...postgres.Option) *postgres.Store {
		return made(t)(postgres.New(newPool(t, dsn), options...))
	},
	"database-sql": func(t testing.TB, dsn string, options ...postgres.Option) *postgres.Store {
		return made(t)(postgres.NewDB(newDB(t, dsn), options...))
	},
}

func made(t testing.TB) func(*postgres.Store, error) *postgres.Store {
	return func(s *postgres.Store, err error) *postgres.Store {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// migrated creates the tables of a store.
func migrated(t testing.TB, s *postgres.Store) *postgres.Store {
	t.Helper()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	t.Parallel()
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const tables = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
			storetest.Run(t, sqltest.Share(t, tables, func(t *testing.T) sqltest.Shared {
				dsn := dbtest.Postgres(t)
				return sqltest.Shared{Store: migrated(t, open(t, dsn)), SQL: newDB(t, dsn)}
			}), storetest.Features{Concurrent: true})
		})
	}
}

// TestProtocols runs a part of the contract in the modes that hosts need behind poolers, where nothing can be prepared.
func TestProtocols(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"exec", "simple_protocol", "cache_describe"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			sqltest.Run(t, func(t *testing.T) sqltest.Database {
				dsn := dbtest.Postgres(t)
				separator := "?"
				if strings.Contains(dsn, "?") {
					separator = "&"
				}
				dsn += separator + "default_query_exec_mode=" + mode
				return sqltest.Database{
					SQL:   newDB(t, dsn),
					Open:  func(t *testing.T, options ...postgres.Option) sqltest.Store { return ways["pgx"](t, dsn, options...) },
					Begin: beginPgx(dsn),
				}
			})
		})
	}
}

func TestTablesOfASchema(t *testing.T) {
	t.Parallel()
	for name, open := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := dbtest.Postgres(t)
			stores := map[string]*postgres.Store{}
			for _, schema := range []string{"shop_one", "shop_two"} {
				stores[schema] = migrated(t, open(t, dsn, postgres.WithSchema(schema)))
				migrated(t, open(t, dsn, postgres.WithSchema(schema)))
			}
			plan := &redemption.Plan{Consume: []redemption.Consume{{Key: redemption.CounterKey{Metric: "m", Subject: "s"}, Delta: 1}}}
			err := stores["shop_one"].Update(t.Context(), func(tx store.Tx) error { return tx.Apply(t.Context(), plan) })
			if err != nil {
				t.Fatal(err)
			}
			for schema, want := range map[string]int64{"shop_one": 1, "shop_two": 0} {
				got := int64(-1)
				query := `SELECT COALESCE(SUM(value), 0)::bigint FROM ` + schema + `.voucherify_counters`
				if err := newDB(t, dsn).QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
					t.Errorf("counters of %s: got %d, want %d: %v", schema, got, want, err)
				}
			}
			err = open(t, dsn).View(t.Context(), func(r store.Reader) error { _, err := r.Revision(t.Context()); return err })
			if !errors.Is(err, postgres.ErrSchema) {
				t.Errorf("the tables of another schema: got %v, want %v", err, postgres.ErrSchema)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"pool":   second(postgres.New(nil)),
		"db":     second(postgres.NewDB(nil)),
		"schema": second(postgres.NewDB(newDB(t, nowhere), postgres.WithSchema(`a"; DROP`))),
	} {
		var refusal *fault.Error
		if !errors.As(err, &refusal) || refusal.Field != name {
			t.Errorf("got %v, want a refusal of %s", err, name)
		}
	}
}

func second(_ *postgres.Store, err error) error { return err }
