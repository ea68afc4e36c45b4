// Package address opens the database that the examples are given on the command line. It is what a host writes once, in the
// place where its program starts: the drivers are chosen here, and nowhere else.
//
// It refuses to be clever: a real host sets the size of its pools, see docs/operations.md.
package address

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	storemysql "github.com/voucherify-go/voucherify/store/mysql"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/sqlite"
)

// Help describes addresses, for flags.
const Help = "store: memory, sqlite:`FILE`, postgres://user:password@host/database or mysql://user:password@host/database"

// The beginnings of addresses.
const (
	Memory   = "memory"
	SQLite   = "sqlite:"
	Postgres = "postgres://"
	MySQL    = "mysql://"
)

// Open returns the store of a project in the database that an address names, with its tables, and a function that closes
// both. The store in memory has nothing but the one project, and is empty.
func Open(ctx context.Context, address, project string) (store.Store, func(), error) {
	switch {
	case address == Memory:
		return memory.New(), func() {}, nil
	case strings.HasPrefix(address, Postgres):
		pool, err := pgxpool.New(ctx, address)
		if err != nil {
			return nil, nil, err
		}
		s, err := postgres.New(pool, postgres.WithProject(project))
		return migrated(ctx, s, err, pool.Close)
	}
	db, err := DB(address)
	if err != nil {
		return nil, nil, err
	}
	closeDB := func() { _ = db.Close() } // everything is committed by then
	if strings.HasPrefix(address, MySQL) {
		s, err := storemysql.New(db, storemysql.WithProject(project))
		return migrated(ctx, s, err, closeDB)
	}
	s, err := sqlite.New(db, sqlite.WithProject(project))
	return migrated(ctx, s, err, closeDB)
}

// migrator is a store with tables.
type migrator interface {
	store.Store
	// Migrate brings the tables up to date; it is safe at every start and in several processes at a time.
	Migrate(ctx context.Context) error
}

// migrated brings the tables of a store up to date.
func migrated(ctx context.Context, s migrator, err error, closeDB func()) (store.Store, func(), error) {
	if err == nil {
		err = s.Migrate(ctx)
	}
	if err != nil {
		closeDB()
		return nil, nil, err
	}
	return s, closeDB, nil
}

// DB returns the pool of connections of an address, for hosts that keep tables of their own beside those of the store.
func DB(address string) (*sql.DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasPrefix(address, Postgres):
		return sql.Open("pgx", address)
	case strings.HasPrefix(address, MySQL):
		config := mysql.NewConfig()
		config.User = u.User.Username()
		config.Passwd, _ = u.User.Password()
		config.Net, config.Addr, config.DBName = "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
		return sql.Open("mysql", config.FormatDSN())
	case strings.HasPrefix(address, SQLite):
		// WAL lets readers go on while somebody writes, FULL keeps what is committed through a power loss, and a transaction
		// that begins IMMEDIATE waits for its turn instead of failing when it writes.
		options := "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate"
		file := url.URL{Path: strings.TrimPrefix(address, SQLite)}
		return sql.Open("sqlite", "file:"+file.EscapedPath()+options)
	}
	return nil, fmt.Errorf("%q is no address of a database: want %s…, %s… or %s…", address, SQLite, Postgres, MySQL)
}
