package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// Database is a Backend over database/sql. Its statements are prepared once for each connection, if the dialect wants so.
type Database struct {
	db      *sql.DB
	dialect *Dialect

	mu    sync.Mutex
	stmts map[string]*sql.Stmt // by text; nil for one that was used and is to be prepared
	// missing is how many of them are nil.
	missing int
}

// NewDatabase returns a Backend over a pool of connections.
func NewDatabase(db *sql.DB, dialect *Dialect) *Database {
	return &Database{db: db, dialect: dialect, stmts: map[string]*sql.Stmt{}}
}

// View begins nothing yet: the first Run does.
func (b *Database) View(context.Context) (Session, error) {
	return &transaction{backend: b, options: b.dialect.ViewOptions}, nil
}

// Update begins nothing yet: the first Run does.
func (b *Database) Update(context.Context) (Session, error) {
	return &transaction{backend: b, options: b.dialect.UpdateOptions}, nil
}

// Close closes the prepared statements. The pool stays open.
func (b *Database) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var failures []error
	for _, stmt := range b.stmts {
		if stmt != nil {
			failures = append(failures, stmt.Close())
		}
	}
	clear(b.stmts)
	b.missing = 0
	return errors.Join(failures...)
}

// begin opens a transaction. Before it takes a connection it prepares what was used before: preparing takes a connection
// as well, and a transaction that waits for a second one may wait for itself.
//
// The transaction does not watch the context: one that ends during the commit must not hide the answer.
func (b *Database) begin(ctx context.Context, options *sql.TxOptions) (*sql.Conn, *sql.Tx, error) {
	for _, text := range b.wanted() {
		stmt, err := b.db.PrepareContext(ctx, text)
		if err != nil {
			break // whatever is wrong, the transaction will run into it and say so
		}
		b.mu.Lock()
		if b.stmts[text] == nil {
			b.stmts[text], stmt = stmt, nil
			b.missing--
		}
		b.mu.Unlock()
		if stmt != nil { // somebody else was faster
			_ = stmt.Close()
		}
	}
	conn, err := b.db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), options)
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, tx, nil
}

// wanted returns the texts that were used and are not prepared yet.
func (b *Database) wanted() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.missing == 0 {
		return nil
	}
	var texts []string
	for text, stmt := range b.stmts {
		if stmt == nil {
			texts = append(texts, text)
		}
	}
	return texts
}

// prepared returns the statement of a text. It is nil for a text that is used first.
func (b *Database) prepared(text string) *sql.Stmt {
	b.mu.Lock()
	defer b.mu.Unlock()
	stmt, known := b.stmts[text]
	if !known {
		b.stmts[text] = nil
		b.missing++
	}
	return stmt
}

// transaction is a Session over a transaction of database/sql.
type transaction struct {
	backend *Database // nil for a transaction of the host
	options *sql.TxOptions
	tx      *sql.Tx // nil until it begins
	conn    *sql.Conn
}

func (t *transaction) Run(ctx context.Context, calls ...Call) error {
	if t.tx == nil {
		var err error
		if t.conn, t.tx, err = t.backend.begin(ctx, t.options); err != nil {
			return err
		}
	}
	for i := range calls {
		if err := t.run(ctx, &calls[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) run(ctx context.Context, call *Call) error {
	if t.backend != nil && t.backend.dialect.Prepare && !call.Once {
		if stmt := t.backend.prepared(call.Text); stmt != nil {
			return RunOn(ctx, t.tx.StmtContext(ctx, stmt), call)
		}
	}
	return RunOn(ctx, Unprepared{t.tx, call.Text}, call)
}

// Host returns a session over a transaction that the host has begun and will end.
func Host(tx *sql.Tx) Session { return &transaction{tx: tx} }

// Host returns a session over a transaction that the host has begun on the same pool and will end. It uses what is
// prepared, and prepares nothing: that would take a second connection.
func (b *Database) Host(tx *sql.Tx) Session { return &transaction{backend: b, tx: tx} }

func (t *transaction) Commit(context.Context) error {
	if t.tx == nil {
		return nil
	}
	return t.tx.Commit()
}

func (t *transaction) Rollback() {
	if t.conn != nil {
		_ = t.tx.Rollback() // the connection is given up when this fails, and the transaction with it
		_ = t.conn.Close()  // back to the pool
	}
}

// Runner runs one statement: a *sql.Stmt, or a text that is Unprepared.
type Runner interface {
	// ExecContext runs a statement that returns no rows.
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
	// QueryContext runs a statement that returns rows.
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
}

// Unprepared is a text that runs on a *sql.Tx or a *sql.Conn.
type Unprepared struct {
	On interface {
		ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	}
	Text string
}

// ExecContext runs the text.
func (u Unprepared) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return u.On.ExecContext(ctx, u.Text, args...)
}

// QueryContext runs the text.
func (u Unprepared) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return u.On.QueryContext(ctx, u.Text, args...)
}

// RunOn runs a call and hands its rows on.
func RunOn(ctx context.Context, r Runner, call *Call) error {
	count, err := countOn(ctx, r, call)
	switch {
	case err != nil:
		return call.Fail(err)
	case call.Done != nil:
		return call.Done(count)
	}
	return nil
}

// countOn runs a call and returns the number of rows that it has changed or returned.
func countOn(ctx context.Context, r Runner, call *Call) (int64, error) {
	if call.Row == nil {
		result, err := r.ExecContext(ctx, call.Args...)
		if err != nil {
			return 0, err
		}
		if call.Inserted != nil {
			number, err := result.LastInsertId()
			if err != nil {
				return 0, err
			}
			call.Inserted(number)
		}
		return result.RowsAffected()
	}
	rows, err := r.QueryContext(ctx, call.Args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	count := int64(0)
	for ; rows.Next(); count++ {
		if err := call.Row(rows); err != nil {
			return 0, err
		}
	}
	return count, errors.Join(rows.Err(), rows.Close())
}
