package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/voucherify-go/voucherify/store"
)

// Shared is a database with migrated tables, for tests that use it one after another.
type Shared struct {
	Store store.Store
	// SQL is a pool over the same database.
	SQL *sql.DB
}

// Share returns a factory for storetest.Run. A test takes over the database of one that has ended, with its pools and all
// that its connections have learned; everything in the tables is deleted in between. Creating the tables and warming up the
// connections for each test would take longer than the tests. The database of a test that has failed is left alone.
//
// open is called with the test around them all, at whose end the databases go. tables is a query for the names of all
// tables of the database.
func Share(t *testing.T, tables string, open func(t *testing.T) Shared) func(t *testing.T) store.Store {
	t.Helper()
	var mu sync.Mutex
	var spare []Shared
	return func(user *testing.T) store.Store {
		user.Helper()
		mu.Lock()
		defer mu.Unlock()
		if len(spare) == 0 {
			spare = append(spare, open(t))
		}
		s := spare[len(spare)-1]
		spare = spare[:len(spare)-1]
		user.Cleanup(func() {
			if user.Failed() {
				return
			}
			if err := empty(context.WithoutCancel(user.Context()), s.SQL, tables); err != nil {
				user.Errorf("empty the tables for the next test: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			spare = append(spare, s)
		})
		return s.Store
	}
}

// migrations is the one table that has rows when the tables are new.
const migrations = "voucherify_migrations"

// empty leaves the tables as if they were new.
func empty(ctx context.Context, db *sql.DB, tables string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	names, err := namesOf(ctx, db, tables)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing is left to undo after the commit
	for _, name := range names {
		if name == migrations {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return tx.Commit()
}

func namesOf(ctx context.Context, db *sql.DB, tables string) (names []string, err error) {
	rows, err := db.QueryContext(ctx, tables)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
