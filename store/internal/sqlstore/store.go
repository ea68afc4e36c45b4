// Package sqlstore owns what the SQL stores have in common: the statements, the snapshot, the application of a plan, the
// numbering of the outbox and the migrations. The packages sqlite, mysql and postgres say how their database wants it.
//
// It refuses to trust isolation levels: whatever a transaction has read may be old when it writes, so every write carries
// its condition and the rows that it affects are counted. It imports no driver.
package sqlstore

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/voucherify-go/voucherify/store"
)

// Store keeps one project in a database. It is safe for concurrent use.
type Store struct {
	texts   *Texts
	backend Backend
	project string
	// current says that the schema was looked at and is new enough.
	current atomic.Bool
}

var _ store.Store = (*Store)(nil)

// New returns the store of the options' project. It does not talk to the database.
func New(texts *Texts, backend Backend, project string) *Store {
	return &Store{texts: texts, backend: backend, project: project}
}

// View runs fn on the state that was committed when it reads first. See store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	session, err := s.backend.View(ctx)
	if err != nil {
		return s.texts.dialect.wrap(ctx, "begin", err)
	}
	r := &reader{texts: s.texts, project: s.project, session: session, store: s}
	defer r.end()
	return fn(r)
}

// Update runs fn in a transaction. See store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	session, err := s.backend.Update(ctx)
	if err != nil {
		return s.texts.dialect.wrap(ctx, "begin", err)
	}
	t := newTx(s.texts, s.project, session)
	t.store = s
	defer t.end() // also when fn panics or leaves its goroutine
	if err := fn(t); err != nil {
		return err
	}
	return t.commit(ctx)
}

// Bind returns a transaction over a session that somebody else commits. Plans are applied between SAVEPOINT and RELEASE, so
// that a refused one leaves nothing and what the host has written stays.
func (s *Store) Bind(session Session) store.Tx { return bind(s.texts, s.project, session) }

// Bind is what Store.Bind does for hosts that have no Store at hand. standard are the texts of the standard options, so
// that they need not be compiled again. A wrong option is the error of every method.
func Bind(standard *Texts, session Session, chosen []Option) store.Tx {
	options, err := Choose(chosen)
	texts := standard
	if err == nil && !standard.serves(options) {
		texts = NewTexts(standard.dialect, options)
	}
	t := bind(texts, options.Project, session)
	t.broken = err
	return t
}

func bind(texts *Texts, project string, session Session) *tx {
	t := newTx(texts, project, session)
	t.bound = true
	return t
}

func newTx(texts *Texts, project string, session Session) *tx {
	return &tx{reader: reader{texts: texts, project: project, session: session, known: map[recordID]knownNames{}}}
}

// commit makes what the transaction has written durable.
func (t *tx) commit(ctx context.Context) error {
	dialect := t.texts.dialect
	if t.broken != nil {
		return fmt.Errorf("%s: a transaction that has failed cannot be committed: %w", dialect.Name, t.broken)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return dialect.wrapCommit(t.session.Commit(ctx))
}
