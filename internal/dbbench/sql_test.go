package dbbench_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "modernc.org/sqlite"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/mysql"
	"github.com/voucherify-go/voucherify/store/sqlite"
)

// BenchmarkRedeemSQLite is a redeem of one code on SQLite in WAL mode. The floor runs prepared statements on one connection
// that writes; the target is 0.7 of its throughput.
func BenchmarkRedeemSQLite(b *testing.B) {
	for _, synchronous := range []string{"NORMAL", "FULL"} {
		b.Run("synchronous="+synchronous, func(b *testing.B) {
			db := openDB(b, "sqlite", sqliteDSN(filepath.Join(b.TempDir(), "shop.db"), synchronous), 33)
			contest := sqlContest{db: db, syntax: sqliteSyntax, begin: "BEGIN IMMEDIATE", connections: 1, open: func(project string) store.Store {
				s, err := sqlite.New(db, sqlite.WithProject(project))
				must(b, err)
				must(b, s.Migrate(b.Context()))
				b.Cleanup(func() { must(b, s.Close()) })
				return s
			}}
			for _, shape := range []string{distinct, hot} {
				contest.of(b, shape).run(b, shape, []int{1, 8, 32}, 0.7)
			}
		})
	}
}

// BenchmarkRedeemMariaDB is a redeem of one code on MariaDB, which writes its log to the disk at each commit. The floor runs
// prepared statements on connections of its own; the target is 0.7 of its throughput.
func BenchmarkRedeemMariaDB(b *testing.B) {
	db := openDB(b, "mysql", dbtest.MySQL(b), 64)
	var name, flush string
	must(b, db.QueryRowContext(b.Context(), "SHOW VARIABLES LIKE 'innodb_flush_log_at_trx_commit'").Scan(&name, &flush))
	if flush != "1" {
		b.Skip("the server does not flush its log: name one with VF_TEST_MYSQL_DSN")
	}
	contest := sqlContest{db: db, syntax: mysqlSyntax, begin: "START TRANSACTION", connections: 32, open: func(project string) store.Store {
		s, err := mysql.New(db, mysql.WithProject(project))
		must(b, err)
		must(b, s.Migrate(b.Context()))
		b.Cleanup(func() { must(b, s.Close()) })
		return s
	}}
	for _, shape := range []string{distinct, hot} {
		contest.of(b, shape).run(b, shape, []int{1, 8, 32}, 0.7)
	}
}

func sqliteDSN(file, synchronous string) string {
	return "file:" + file + "?_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")&_pragma=busy_timeout(10000)&_txlock=immediate"
}

func openDB(b testing.TB, driver, dsn string, connections int) *sql.DB {
	b.Helper()
	db, err := sql.Open(driver, dsn)
	must(b, err)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	b.Cleanup(func() { must(b, db.Close()) })
	return db
}

// sqlContest is a contest over database/sql.
type sqlContest struct {
	db          *sql.DB
	syntax      syntax
	begin       string
	connections int // of the floor
	open        func(project string) store.Store
}

// of makes two shops of a shape, one for the engine and one for the floor.
func (c sqlContest) of(b *testing.B, shape string) contest {
	engine := newShop(b, c.open("engine "+shape), shape)
	f := &sqlFloor{newFloor(b, c.db, newShop(b, c.open("floor "+shape), shape), "floor "+shape, c.syntax), c.begin, make(chan *pinned, c.connections)}
	for range c.connections {
		conn, err := c.db.Conn(b.Context())
		must(b, err)
		p := &pinned{conn, map[string]*sql.Stmt{}}
		f.free <- p
		b.Cleanup(func() { must(b, p.conn.Close()) })
	}
	return contest{engine: engine.redeem, floor: f.redeem, retries: &engine.retries, next: &atomic.Int64{}}
}

// sqlFloor redeems by hand with prepared statements on connections that it keeps.
type sqlFloor struct {
	*floor
	begin string
	free  chan *pinned
}

// pinned is a connection with its statements.
type pinned struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (p *pinned) prepared(text string) (*sql.Stmt, error) {
	if stmt := p.stmts[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := p.conn.PrepareContext(context.Background(), text)
	p.stmts[text] = stmt
	return stmt, err
}

func (p *pinned) exec(s statement) error {
	stmt, err := p.prepared(s.text)
	if err != nil {
		return err
	}
	result, err := stmt.Exec(s.args...)
	if err != nil {
		return err
	}
	if count, err := result.RowsAffected(); err != nil || s.affected != 0 && count != s.affected {
		return fmt.Errorf("%d rows instead of %d, %w: %s", count, s.affected, err, s.text)
	}
	return nil
}

func (f *sqlFloor) redeem(_ context.Context, n int64) error {
	p := <-f.free
	defer func() { f.free <- p }()
	if err := p.exec(statement{text: f.begin}); err != nil {
		return err
	}
	err := f.decide(p, f.read(n))
	for _, w := range f.writes(n) {
		if err == nil {
			err = p.exec(w)
		}
	}
	if err != nil {
		return err
	}
	return p.exec(statement{text: "COMMIT"})
}

// decide reads the rows and decides that the code is there.
func (f *sqlFloor) decide(p *pinned, asked statement) error {
	stmt, err := p.prepared(asked.text)
	if err != nil {
		return err
	}
	found, err := stmt.Query(asked.args...)
	if err != nil {
		return err
	}
	defer func() { _ = found.Close() }() // its error is that of Err
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

// TestTheFloorWritesWhatTheEngineWrites compares what both leave behind after as many redeems.
func TestTheFloorWritesWhatTheEngineWrites(t *testing.T) {
	t.Parallel()
}
