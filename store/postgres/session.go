package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

// Pool sends batches over connections of its own: a *pgxpool.Pool. It must be safe for concurrent use.
type Pool interface {
	// SendBatch sends a batch; one that begins a transaction keeps its connection until that ends.
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

// backend opens sessions of pgx.
type backend struct{ pool Pool }

// View begins nothing yet: the first Run does.
func (b backend) View(context.Context) (sqlstore.Session, error) {
	return &session{pool: b.pool, options: pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}}, nil
}

// Update begins nothing yet: the first Run does.
func (b backend) Update(context.Context) (sqlstore.Session, error) {
	return &session{pool: b.pool, options: pgx.TxOptions{IsoLevel: pgx.ReadCommitted}}, nil
}

// session sends everything that it is given at a time as one batch, the first of them together with BEGIN. Many rows are
// copied instead.
type session struct {
	pool    Pool
	options pgx.TxOptions
	tx      pgx.Tx // nil until it begins
}

// The patience with an answer that the caller may not be waiting for any more.
const (
	patienceOfCommit   = 30 * time.Second
	patienceOfRollback = 5 * time.Second
)

// Run sends the calls up to one that copies as a batch, and copies by itself.
func (s *session) Run(ctx context.Context, calls ...sqlstore.Call) error {
	for {
		n := slices.IndexFunc(calls, func(c sqlstore.Call) bool { return c.Copy != nil })
		if n < 0 {
			n = len(calls)
		}
		if n > 0 || s.tx == nil {
			if err := s.batch(ctx, calls[:n]); err != nil {
				return err
			}
		}
		if n == len(calls) {
			return nil
		}
		if err := s.copy(ctx, &calls[n]); err != nil {
			return err
		}
		if calls = calls[n+1:]; len(calls) == 0 {
			return nil
		}
	}
}

func (s *session) copy(ctx context.Context, call *sqlstore.Call) error {
	count, err := s.tx.CopyFrom(ctx, call.Copy.Table, call.Copy.Columns, pgx.CopyFromRows(call.Copy.Rows))
	switch {
	case err != nil:
		return call.Fail(err)
	case call.Done != nil:
		return call.Done(count)
	}
	return nil
}

func (s *session) batch(ctx context.Context, calls []sqlstore.Call) error {
	batch := &pgx.Batch{}
	var sender Pool = s.tx
	begins := s.tx == nil
	if begins {
		batch.BeginTx(s.options)
		sender = s.pool
	}
	for i := range calls {
		batch.Queue(calls[i].Text, calls[i].Args...)
	}
	results := sender.SendBatch(ctx, batch)
	var failure error
	if begins {
		s.tx = results.Tx()
		_, failure = results.Exec()
	}
	for i := 0; i < len(calls) && failure == nil; i++ {
		failure = receive(results, &calls[i])
	}
	if err := results.Close(); failure == nil {
		failure = err
	}
	return failure
}

// receive reads the result of one call.
func receive(results pgx.BatchResults, call *sqlstore.Call) error {
	count, err := count(results, call)
	switch {
	case err != nil:
		return call.Fail(err)
	case call.Done != nil:
		return call.Done(count)
	}
	return nil
}

// count hands the rows of a result on and returns how many rows were returned or changed.
func count(results pgx.BatchResults, call *sqlstore.Call) (int64, error) {
	if call.Row == nil {
		tag, err := results.Exec()
		return tag.RowsAffected(), err
	}
	rows, err := results.Query()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := int64(0)
	for ; rows.Next(); n++ {
		if err := call.Row(rows); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}

// Commit waits for the answer also when the caller has given up: only the answer tells whether it is committed.
func (s *session) Commit(ctx context.Context) error {
	if s.tx == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patienceOfCommit)
	defer cancel()
	return s.tx.Commit(ctx)
}

// Rollback gives the transaction up; it has no effect behind a commit.
func (s *session) Rollback() {
	if s.tx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patienceOfRollback)
	defer cancel()
	_ = s.tx.Rollback(ctx) // pgx closes the connection when this fails, and the server ends the transaction
}
