package sqlite_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/sqlite"
)

func TestDatabase(t *testing.T) {
	t.Parallel()
	for driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			sqltest.Run(t, func(t *testing.T) sqltest.Database {
				db := open(t, driver)
				return sqltest.Database{
					SQL: db, OneWriter: true,
					Open: func(t *testing.T, options ...sqlite.Option) sqltest.Store { return opened(t, db, options...) },
					Begin: func(t *testing.T, s sqltest.Store, options ...sqlite.Option) (sqltest.Transaction, store.Tx) {
						tx := sqltest.BeginSQL(t, db)
						if s == nil {
							return sqltest.FromSQL{Tx: tx}, sqlite.Bind(tx, options...)
						}
						return sqltest.FromSQL{Tx: tx}, s.(*sqlite.Store).Bind(tx)
					},
				}
			})
		})
	}
}
