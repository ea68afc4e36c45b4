package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

// backend reads over the pool and writes over one connection, which it keeps with its prepared statements: SQLite has one
// writer at a time, and several connections that wait for each other by polling are slower than one queue.
type backend struct {
	*sqlstore.Database
	db *sql.DB
	// queue has room for one token. Whoever has put it in owns writer. Unlike a mutex it can be waited for with a context.
	queue  chan struct{}
	writer *connection
}

func newBackend(db *sql.DB) *backend {
	return &backend{Database: sqlstore.NewDatabase(db, dialect()), db: db, queue: make(chan struct{}, 1)}
}

// Update begins nothing yet: the first Run does.
func (b *backend) Update(context.Context) (sqlstore.Session, error) { return &update{backend: b}, nil }

// close gives the writing connection back, once nobody writes.
func (b *backend) close() error {
	b.queue <- struct{}{}
	defer func() { <-b.queue }()
	if b.writer != nil {
		b.writer.drop()
		b.writer = nil
	}
	return b.Database.Close()
}

// connection is the one that writes.
type connection struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// patience is how long a transaction waits for writers of other processes, unless the connection says something else.
const patience = 5000 // milliseconds

// connect returns the writing connection of the backend, which the caller must own.
func (b *backend) connect(ctx context.Context) (*connection, error) {
	if b.writer != nil {
		return b.writer, nil
	}
	conn, err := b.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &connection{conn: conn, stmts: map[string]*sql.Stmt{}}
	var timeout int64
	err = conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&timeout)
	if err == nil && timeout == 0 {
		_, err = conn.ExecContext(ctx, "PRAGMA busy_timeout = 5000")
	}
	if err != nil {
		c.drop()
		return nil, err
	}
	b.writer = c
	return c, nil
}

// drop closes the connection for good, with whatever is open on it.
func (c *connection) drop() {
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.conn.Close()
}

// prepared returns the statement of a text.
func (c *connection) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := c.stmts[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := c.conn.PrepareContext(ctx, text)
	if err == nil {
		c.stmts[text] = stmt
	}
	return stmt, err
}

// update is a transaction that may write.
type update struct {
	backend *backend
	conn    *connection // nil until it begins and once it has ended
}

// Run takes the write lock with the first statement, also when that only reads: SQLite refuses a transaction that has read
// and then writes after somebody else has.
func (u *update) Run(ctx context.Context, calls ...sqlstore.Call) error {
	if u.conn == nil {
		if err := u.begin(ctx); err != nil {
			return err
		}
	}
	// Statements take microseconds. Without a context to watch the driver needs no goroutine for each of them.
	ctx = context.WithoutCancel(ctx)
	for i := range calls {
		call := &calls[i]
		var runner sqlstore.Runner = sqlstore.Unprepared{On: u.conn.conn, Text: call.Text}
		if !call.Once {
			stmt, err := u.conn.prepared(ctx, call.Text)
			if err != nil {
				return err
			}
			runner = stmt
		}
		if err := sqlstore.RunOn(ctx, runner, call); err != nil {
			return err
		}
	}
	return nil
}

func (u *update) begin(ctx context.Context) error {
	select {
	case u.backend.queue <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	conn, err := u.backend.connect(ctx)
	if err != nil {
		<-u.backend.queue
		return err
	}
	u.conn = conn
	if err := u.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		u.end()
		return err
	}
	return nil
}

func (u *update) exec(ctx context.Context, text string) error {
	stmt, err := u.conn.prepared(ctx, text)
	if err == nil {
		_, err = stmt.ExecContext(ctx)
	}
	return err
}

// Commit ends the transaction also when it fails: SQLite has refused, so nothing is written.
func (u *update) Commit(ctx context.Context) error {
	if u.conn == nil {
		return nil
	}
	err := u.exec(context.WithoutCancel(ctx), "COMMIT")
	if err != nil {
		u.Rollback()
		return err
	}
	u.end()
	return nil
}

// Rollback gives the transaction up; it has no effect behind a commit.
func (u *update) Rollback() {
	if u.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience*time.Millisecond)
	defer cancel()
	if err := u.exec(ctx, "ROLLBACK"); err != nil {
		u.conn.drop()
		u.backend.writer = nil
	}
	u.end()
}

// end lets the next writer go on.
func (u *update) end() {
	u.conn = nil
	<-u.backend.queue
}
