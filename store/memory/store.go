// Package memory owns the reference implementation of package store: the state of one project, kept in memory.
//
// It refuses durability: the state ends with the process. It is meant for tests, for demonstrations and for hosts that
// load their promotions at every start, and it is the yardstick that the other stores are compared with.
//
// The whole state is one immutable value that is published atomically. Readers load it and are never blocked, not even
// by a writer in progress. A writer changes a copy that shares everything it does not touch, and publishes the copy when
// it commits. What was published once is never changed again, so a reader sees one point in time for as long as it likes.
package memory

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/voucherify-go/voucherify/store"
)

// Store keeps the state of one project. It is safe for concurrent use. Make it with New.
//
// Updates write one after another: the first write of a transaction waits until no other one is writing, and keeps
// others waiting until its Update ends. A transaction that calls Update of the same store inside its own fn after it has
// written waits for itself until its context ends.
//
// The vouchers, customers, orders and redemptions in a snapshot are decoded once and shared by all readers: they must not
// be changed. Documents, events and outcomes are copied on their way in and out.
type Store struct {
	published atomic.Pointer[state]
	// writer has room for one token. Whoever has put it in is the only writer, until it is taken out again. Unlike a mutex
	// it can be waited for together with a context.
	writer chan struct{}
}

var _ store.Store = (*Store)(nil)

// errEnded is returned to an fn that has kept its Reader or Tx.
var errEnded = errors.New("memory: the transaction has ended")

// New returns an empty store.
func New() *Store {
	s := &Store{writer: make(chan struct{}, 1)}
	s.published.Store(newState())
	return s
}

// View runs fn on the state that is committed when View is called. It never waits. See store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &reader{state: s.published.Load()}
	defer r.end()
	return fn(r)
}

// Update runs fn in a transaction. Until its first write fn reads the state that was committed when Update was called;
// from then on it reads the latest committed state and its own writes, which is why guards and versions are checked
// against what others have committed meanwhile. A context that ends before fn returns commits nothing. See store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{reader: reader{state: s.published.Load()}, store: s}
	defer t.end() // also when fn panics or leaves its goroutine: the copy is dropped and the next writer goes on
	if err := fn(t); err != nil {
		return err
	}
	return t.commit(ctx)
}

// commit publishes what the transaction has written.
func (t *tx) commit(ctx context.Context) error {
	if t.refusal != nil {
		return fmt.Errorf("memory: a refused plan cannot be committed: %w", t.refusal)
	}
	if !t.writing {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.store.published.Store(t.state)
	return nil
}

// end lets the next writer go on and makes the transaction useless.
func (t *tx) end() {
	t.reader.end()
	if t.writing {
		<-t.store.writer
	}
}
