package sqlstore

import "context"

// Call is one statement with its arguments.
type Call struct {
	Text string
	Args []any
	// Copy says the same as Text and Args, for drivers that load many rows faster than a statement inserts them. Nil for most
	// statements. A row that exists makes it fail.
	Copy *Copy
	// Once says that the statement is not worth preparing, or cannot be prepared.
	Once bool
	// Row is called for each row; nil for statements that return none.
	Row func(Row) error
	// Inserted is called with the number that the database has given to the row; only for databases that do not return it.
	Inserted func(number int64)
	// Done is called with the number of rows that were changed, or returned; nil when it does not matter.
	Done func(count int64) error
	// Failed words the error of the driver when this statement fails; nil leaves it as it is.
	Failed func(error) error
}

// Copy is many rows for a table.
type Copy struct {
	// Table is the name of the table, behind that of its schema if one was chosen.
	Table   []string
	Columns []string
	Rows    [][]any
}

// Fail words an error of the driver as the statement wants it.
func (c *Call) Fail(err error) error {
	if c.Failed == nil {
		return err
	}
	return c.Failed(err)
}

// Row is a row of a result: both pgx and database/sql have it.
type Row interface {
	// Scan copies the columns of the row.
	Scan(dest ...any) error
}

// Session is one transaction. The transaction begins with the first Run.
type Session interface {
	// Run runs statements in their order, in as few round trips as the driver allows. It stops at the first error, though a
	// driver that sends all of them at once may have run those behind it.
	Run(ctx context.Context, calls ...Call) error
	// Commit commits. It waits for the answer of the database even when ctx ends meanwhile.
	Commit(ctx context.Context) error
	// Rollback gives the transaction up, if it is still open, whatever has become of the context of the caller.
	Rollback()
}

// Backend opens sessions.
type Backend interface {
	// View opens a session that reads at one point in time.
	View(ctx context.Context) (Session, error)
	// Update opens a session that reads what is committed and writes.
	Update(ctx context.Context) (Session, error)
}
