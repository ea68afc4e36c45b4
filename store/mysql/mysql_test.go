package mysql_test

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/mysql"
	"github.com/voucherify-go/voucherify/store/storetest"
)

// connections is how many connections a test may use: enough for its workers to get into each other's way.
const connections = 8

func newDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
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

// opened returns a store whose tables need not be there.
func opened(t testing.TB, db *sql.DB, options ...mysql.Option) *mysql.Store {
	t.Helper()
	s, err := mysql.New(db, options...)
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
func migrated(t testing.TB, db *sql.DB, options ...mysql.Option) *mysql.Store {
	t.Helper()
	s := opened(t, db, options...)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	t.Parallel()
	const tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	storetest.Run(t, sqltest.Share(t, tables, func(t *testing.T) sqltest.Shared {
		db := newDB(t, dbtest.MySQL(t))
		return sqltest.Shared{Store: migrated(t, db), SQL: db}
	}), storetest.Features{Concurrent: true})
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	sqltest.Run(t, func(t *testing.T) sqltest.Database { return database(newDB(t, dbtest.MySQL(t))) })
}

func database(db *sql.DB) sqltest.Database {
	return sqltest.Database{
		SQL:  db,
		Open: func(t *testing.T, options ...mysql.Option) sqltest.Store { return opened(t, db, options...) },
		Begin: func(t *testing.T, s sqltest.Store, options ...mysql.Option) (sqltest.Transaction, store.Tx) {
			tx := sqltest.BeginSQL(t, db)
			if s == nil {
				return sqltest.FromSQL{Tx: tx}, mysql.Bind(tx, options...)
			}
			return sqltest.FromSQL{Tx: tx}, s.(*mysql.Store).Bind(tx)
		},
	}
}

// TestSettingsOfTheDriver runs the shared tests with settings that change what the driver sends and counts.
func TestSettingsOfTheDriver(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"clientFoundRows=true", "interpolateParams=true", "parseTime=true&loc=Local"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			sqltest.Run(t, func(t *testing.T) sqltest.Database {
				dsn := dbtest.MySQL(t)
				separator := "?"
				if strings.Contains(dsn, "?") {
					separator = "&"
				}
				return database(newDB(t, dsn+separator+setting))
			})
		})
	}
}
