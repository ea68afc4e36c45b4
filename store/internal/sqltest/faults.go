package sqltest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Cutter cuts connections at a chosen statement.
type Cutter struct {
	mu    sync.Mutex
	marks func(sent []byte) bool
	after bool
}

// Conn returns a connection that can be cut.
func (c *Cutter) Conn(conn net.Conn) net.Conn { return &cutConn{conn, c} }

// Arm cuts the next connection on which something is sent that the function knows, once: before it leaves, or after it has
// left and before its answer comes back.
func (c *Cutter) Arm(marks func(sent []byte) bool, after bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.marks, c.after = marks, after
}

// isCommit knows the statement COMMIT, with which messages of both protocols end.
func isCommit(sent []byte) bool {
	return bytes.HasSuffix(bytes.ToLower(bytes.TrimRight(sent, "\x00")), []byte("commit"))
}

// cuts reports whether what is about to be sent is where to cut.
func (c *Cutter) cuts(p []byte) (cut, after bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.marks == nil || !c.marks(p) {
		return false, false
	}
	c.marks = nil
	return true, c.after
}

type cutConn struct {
	net.Conn
	cutter *Cutter
}

func (c *cutConn) Write(p []byte) (int, error) {
	cut, after := c.cutter.cuts(p)
	if !cut {
		return c.Conn.Write(p)
	}
	if !after {
		return 0, errors.Join(net.ErrClosed, c.Close())
	}
	n, err := c.Conn.Write(p)
	return n, errors.Join(err, c.Close())
}

// RunFaults cuts the connection of a store whose connections are those of the cutter, and lets transactions collide.
// unreachable is a store whose server cannot be reached; mark is something that only the statements of a plan contain.
func RunFaults(t *testing.T, s, unreachable Store, cutter *Cutter, mark string) {
	b := newBundle(t, Database{})
	b.store = s
	b.must(s.Migrate(b.ctx))
	b.engine = b.engineOver(s)
	b.code("SUMMER", 100)
	for round, key := range []string{"warm", "one", "two"} {
		request := cart("SUMMER")
		request.IdempotencyKey = key
		if round > 0 {
			cutter.Arm(isCommit, true)
		}
		_, err := b.engine.Redeem(b.ctx, request)
		if round > 0 {
			b.is("a redeem whose commit is not answered", err, store.ErrUnknownCommit)
		}
		first, err := b.engine.Redeem(b.ctx, request)
		b.must(err)
		second, err := b.engine.Redeem(b.ctx, request)
		b.must(err)
		b.same("the answer to a repetition", first.ID(), second.ID())
		b.same("uses", int64(round)+1, b.used("SUMMER"))
	}
	for _, after := range []bool{false, true} {
		cutter.Arm(func(sent []byte) bool { return bytes.Contains(sent, []byte(mark)) }, after)
		_, err := b.engine.Redeem(b.ctx, cart("SUMMER"))
		b.is("a redeem whose plan does not arrive", err, store.ErrUnavailable)
		if errors.Is(err, store.ErrUnknownCommit) || store.Retryable(err) {
			b.Errorf("%v must not be unknown and not be retryable", err)
		}
		b.same("uses", int64(3), b.used("SUMMER"))
	}
	err := unreachable.View(b.ctx, func(r store.Reader) error { _, err := r.Revision(b.ctx); return err })
	b.is("a view of a server that cannot be reached", err, store.ErrUnavailable)
	err = unreachable.Update(b.ctx, func(tx store.Tx) error { return tx.Put(b.ctx, document("ord_1", 0)) })
	b.is("an update of a server that cannot be reached", err, store.ErrUnavailable)
	b.deadlock()
}

// deadlock lets two transactions take two counters in opposite orders. Within a plan counters are sorted; two plans in one
// transaction are not.
func (b *bundle) deadlock() {
	b.Helper()
	var ready sync.WaitGroup
	var collisions, successes atomic.Int64
	ready.Add(2)
	var racing sync.WaitGroup
	for i, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		racing.Go(func() {
			err := b.store.Update(b.ctx, func(tx store.Tx) error {
				if err := b.take(tx, order[0]); err != nil {
					return err
				}
				ready.Done()
				ready.Wait()
				return b.take(tx, order[1])
			})
			switch {
			case err == nil:
				successes.Add(1)
			case errors.Is(err, store.ErrConflict):
				collisions.Add(1)
			default:
				b.Errorf("transaction %d: %v", i, err)
			}
		})
	}
	racing.Wait()
	b.same("collisions", int64(1), collisions.Load())
	b.same("successes", int64(1), successes.Load())
}

func (b *bundle) take(tx store.Tx, subject string) error {
	return tx.Apply(context.WithoutCancel(b.ctx), &redemption.Plan{Consume: []redemption.Consume{consume(subject, 1, 100)}})
}
