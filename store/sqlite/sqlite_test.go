package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/sqlite"
	"github.com/voucherify-go/voucherify/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// drivers are the drivers that the store is proven with, and the address of a file for each.
var drivers = map[string]func(file string) string{
	"sqlite": func(file string) string {
		return "file:" + file + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_txlock=immediate"
	},
	"sqlite3": func(file string) string {
		return "file:" + file + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_txlock=immediate"
	},
}

// open returns a pool over a new file.
func open(t testing.TB, driver string) *sql.DB {
	t.Helper()
	return openFile(t, driver, filepath.Join(t.TempDir(), "shop.db"))
}

func openFile(t testing.TB, driver, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, drivers[driver](file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// opened returns a store whose tables need not be there.
func opened(t testing.TB, db *sql.DB, options ...sqlite.Option) *sqlite.Store {
	t.Helper()
	s, err := sqlite.New(db, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// migrated returns a store with empty tables.
func migrated(t testing.TB, db *sql.DB, options ...sqlite.Option) *sqlite.Store {
	t.Helper()
	s := opened(t, db, options...)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	t.Parallel()
	for driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			const tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
			storetest.Run(t, sqltest.Share(t, tables, func(t *testing.T) sqltest.Shared {
				db := open(t, driver)
				return sqltest.Shared{Store: migrated(t, db), SQL: db}
			}), storetest.Features{Concurrent: true})
		})
	}
}
