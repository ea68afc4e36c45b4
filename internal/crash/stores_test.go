package crash_test

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/mysql"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/sqlite"
)

// kind is a kind of store, by the way into the database.
type kind string

const (
	sqliteFile   kind = "SQLite"
	postgresPgx  kind = "PostgreSQL by pgx"
	postgresSQL  kind = "PostgreSQL by database-sql"
	mariaDB      kind = "MariaDB"
	connections       = 8 // of a pool
	localAddress      = "127.0.0.1:0"
)

// database is where a process finds its store.
type database struct {
	Kind kind
	// DSN is what the driver takes; the name of a file for SQLite.
	DSN string
	// Via is the address of a proxy in front of the server, empty for none.
	Via string `json:",omitempty"`
	// Project is the project of the store, empty for the default.
	Project string `json:",omitempty"`
}

// newDatabase makes an empty database, which goes with the test.
func newDatabase(t *testing.T, k kind) database {
	t.Helper()
	switch k {
	case sqliteFile:
		return database{Kind: k, DSN: filepath.Join(t.TempDir(), "shop.db")}
	case mariaDB:
		return database{Kind: k, DSN: dbtest.MySQL(t)}
	default:
		return database{Kind: k, DSN: dbtest.Postgres(t)}
	}
}

// migrating is a store that makes its own tables.
type migrating interface {
	store.Store
	Migrate(ctx context.Context) error
}

func (d database) options() []sqlite.Option {
	if d.Project == "" {
		return nil
	}
	return []sqlite.Option{sqlite.WithProject(d.Project)}
}

// open opens the store as a process does that starts. The store must be closed.
func (d database) open(ctx context.Context) (s migrating, closing func(), err error) {
	switch d.Kind {
	case sqliteFile:
		return d.openSQLite()
	case mariaDB:
		return d.openMariaDB()
	}
	pool, err := d.openPgx(ctx)
	if err != nil {
		return nil, nil, err
	}
	if d.Kind == postgresPgx {
		s, err := postgres.New(pool, d.options()...)
		return s, pool.Close, err
	}
	db := stdlib.OpenDBFromPool(pool)
	s, err = postgres.NewDB(db, d.options()...)
	return s, func() { _ = db.Close(); pool.Close() }, err
}

// openSQLite asks for what docs/operations.md calls enough for a crash of the process, and writes the log back to the file so
// often that processes are killed while they do it.
func (d database) openSQLite() (migrating, func(), error) {
	file := url.URL{Scheme: "file", Path: d.DSN} // the name of a test may hold a #
	db, err := sql.Open("sqlite", file.String()+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(50)&_txlock=immediate")
	if err != nil {
		return nil, nil, err
	}
	s, err := sqlite.New(db, d.options()...)
	return s, func() { _ = s.Close(); _ = db.Close() }, err
}

func (d database) openMariaDB() (migrating, func(), error) {
	config, err := driver.ParseDSN(d.DSN)
	if err != nil {
		return nil, nil, err
	}
	if d.Via != "" {
		config.Net, config.Addr, config.TLS = "tcp", d.Via, nil
	}
	config.Logger = driver.Logger(silent{}) // it would log each connection that is cut
	connector, err := driver.NewConnector(config)
	if err != nil {
		return nil, nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	s, err := mysql.New(db, d.options()...)
	return s, func() { _ = s.Close(); _ = db.Close() }, err
}

type silent struct{}

func (silent) Print(...any) {}

func (d database) openPgx(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(d.DSN)
	if err != nil {
		return nil, err
	}
	config.MaxConns = connections
	config.ConnConfig.RuntimeParams["jit"] = "off" // every new process would compile its queries first
	if d.Via != "" {
		host, port, err := net.SplitHostPort(d.Via)
		if err != nil {
			return nil, err
		}
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, err
		}
		to := config.ConnConfig
		to.Host, to.Port, to.TLSConfig, to.Fallbacks = host, uint16(number), nil, nil
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// address returns where the server listens.
func (d database) address() (network, address string, err error) {
	switch d.Kind {
	case sqliteFile:
		return "", "", fmt.Errorf("%s has no server", d.Kind)
	case mariaDB:
		config, err := driver.ParseDSN(d.DSN)
		if err != nil {
			return "", "", err
		}
		return config.Net, config.Addr, nil
	}
	config, err := pgconn.ParseConfig(d.DSN)
	if err != nil {
		return "", "", err
	}
	network, address = pgconn.NetworkAddress(config.Host, config.Port)
	return network, address, nil
}
