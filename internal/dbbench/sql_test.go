package dbbench_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
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
			contest := sqlContest{db: db, syntax: sqliteSyntax, begin: "BEGIN IMMEDIATE", connections: 1, open: sqliteStores(b, db)}
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

// sqliteStores opens the stores of projects in a file.
func sqliteStores(b testing.TB, db *sql.DB) func(project string) store.Store {
	return func(project string) store.Store {
		b.Helper()
		s, err := sqlite.New(db, sqlite.WithProject(project))
		must(b, err)
		must(b, s.Migrate(b.Context()))
		b.Cleanup(func() { must(b, s.Close()) })
		return s
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
	engine, f := c.sides(b, shape)
	return contest{engine: engine.redeem, floor: f.redeem, retries: &engine.retries, next: &atomic.Int64{}}
}

func (c sqlContest) sides(b testing.TB, shape string) (*shop, *sqlFloor) {
	b.Helper()
	engine := newShop(b, c.open("engine "+shape), shape)
	f := &sqlFloor{newFloor(b, c.db, newShop(b, c.open("floor "+shape), shape), "floor "+shape, c.syntax), c.begin, make(chan *pinned, c.connections)}
	for range c.connections {
		conn, err := c.db.Conn(b.Context())
		must(b, err)
		p := &pinned{conn, map[string]*sql.Stmt{}}
		f.free <- p
		b.Cleanup(func() { must(b, p.conn.Close()) })
	}
	return engine, f
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

// TestTheFloorWritesWhatTheEngineWrites compares what both leave behind after as many redeems: as many rows, and texts that
// are as long, but for the digits of times and codes.
func TestTheFloorWritesWhatTheEngineWrites(t *testing.T) {
	t.Parallel()
	const redeems = 20
	for _, shape := range []string{distinct, hot} {
		db := openDB(t, "sqlite", sqliteDSN(filepath.Join(t.TempDir(), "shop.db"), "NORMAL"), 4)
		c := sqlContest{db: db, syntax: sqliteSyntax, begin: "BEGIN IMMEDIATE", connections: 1, open: sqliteStores(t, db)}
		engine, f := c.sides(t, shape)
		must(t, engine.redeem(t.Context(), 0)) // as the floor has done for its template
		for n := range int64(redeems) {
			must(t, engine.redeem(t.Context(), n+1))
			must(t, f.redeem(t.Context(), n+1))
		}
		alike := cmp.Comparer(func(a, b int64) bool { return max(a, b)-min(a, b) <= max(a, b)/500 })
		if diff := cmp.Diff(traces(t, db, "engine "+shape), traces(t, db, "floor "+shape), alike); diff != "" {
			t.Errorf("%s: numbers and bytes of rows (-engine +floor):\n%s", shape, diff)
		}
	}
}

// traces are the numbers of rows in the tables of a project, and how long they are.
func traces(t *testing.T, db *sql.DB, project string) map[string][]int64 {
	t.Helper()
	found := map[string][]int64{}
	for table, columns := range map[string]string{
		"documents": "length(id), length(parent), length(names), length(body)", "names": "length(name), length(id), 0, 0",
		"counters": "value, length(subject), length(customer), length(detail)", "outcomes": "length(call_key), length(request_hash), length(answer), 0",
		"outbox": "size, length(events), 0, 0", "heads": "value, 0, 0, 0",
	} {
		var count, a, b, c, d int64
		of := strings.Split(columns, ", ")
		text := fmt.Sprintf("SELECT COUNT(*), SUM(%s), SUM(%s), SUM(%s), SUM(%s) FROM voucherify_%s WHERE project = ?", of[0], of[1], of[2], of[3], table)
		must(t, db.QueryRowContext(t.Context(), text, project).Scan(&count, &a, &b, &c, &d))
		found[table] = []int64{count, a, b, c, d}
	}
	return found
}
