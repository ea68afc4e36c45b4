package metamorphic_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/mysql"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/sqlite"
)

// opener returns an empty store on a database of its own, and what closes it.
type opener func(t *testing.T) (s migrating, closing func() error)

// migrating is a store that makes its own tables.
type migrating interface {
	store.Store
	Migrate(ctx context.Context) error
}

// stores are the stores that are compared with the memory store, by the way into them.
var stores = map[string]opener{
	"SQLite": func(t *testing.T) (migrating, func() error) {
		file := url.URL{Scheme: "file", Path: filepath.Join(t.TempDir(), "shop.db")} // the name of a test may hold a #
		db := pool(t, "sqlite", file.String()+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate")
		s, err := sqlite.New(db)
		return must(t, s, err), db.Close
	},
	"PostgreSQL by pgx": func(t *testing.T) (migrating, func() error) {
		connections, err := pgxpool.New(t.Context(), dbtest.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		s, err := postgres.New(connections)
		return must(t, s, err), func() error { connections.Close(); return nil }
	},
	"PostgreSQL by database-sql": func(t *testing.T) (migrating, func() error) {
		db := pool(t, "pgx", dbtest.Postgres(t))
		s, err := postgres.NewDB(db)
		return must(t, s, err), db.Close
	},
	"MariaDB": func(t *testing.T) (migrating, func() error) {
		db := pool(t, "mysql", dbtest.MySQL(t))
		s, err := mysql.New(db)
		return must(t, s, err), db.Close
	},
}

func pool(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func must[S migrating](t *testing.T, s S, err error) S {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// using runs fn with an empty store. It is a test of its own, so that its database goes when it has ended: a property is
// checked many times in one test.
func using(t *testing.T, open opener, fn func(s store.Store)) {
	t.Helper()
	t.Run("history", func(t *testing.T) {
		s, closing := open(t)
		defer func() {
			if err := closing(); err != nil {
				t.Error(err)
			}
		}()
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		fn(s)
	})
}
