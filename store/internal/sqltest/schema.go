package sqltest

import (
	"errors"
	"strings"
	"sync"

	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

func schemaCases() []testCase {
	return []testCase{
		{name: "a store without tables names the remedy", run: testNoTables},
		{name: "a store with older tables names the remedy", run: testOldTables},
		{name: "migrating twice and from many processes changes nothing", run: testMigrateTwice},
		{name: "tables of a migration with another content are refused", run: testForeignTables},
		{name: "a schema that another tool has migrated is taken", run: testOtherTool},
	}
}

// useless checks that nothing works and that the error says what to do.
func (b *bundle) useless(s Store) {
	b.Helper()
	for what, err := range map[string]error{
		"View":   s.View(b.ctx, func(r store.Reader) error { _, err := r.Revision(b.ctx); return err }),
		"Update": s.Update(b.ctx, func(tx store.Tx) error { return tx.Put(b.ctx, document("ord_1", 0)) }),
		"Outbox": s.View(b.ctx, func(r store.Reader) error { _, err := b.outboxIn(r, 0); return err }),
	} {
		b.is(what, err, sqlstore.ErrSchema)
		if err != nil && !strings.Contains(err.Error(), "call Migrate") {
			b.Errorf("%s: %q does not say what to do", what, err)
		}
	}
}

func testNoTables(b *bundle) {
	s := b.Open(b.T)
	b.useless(s)
	b.must(s.Migrate(b.ctx))
	b.must(s.Update(b.ctx, func(tx store.Tx) error { return tx.Put(b.ctx, document("ord_1", 0)) }))
}

func testOldTables(b *bundle) {
	b.must(b.Open(b.T).Migrate(b.ctx))
	b.exec("DELETE FROM voucherify_migrations WHERE version = (SELECT * FROM (SELECT MAX(version) FROM voucherify_migrations) AS newest)")
	s := b.Open(b.T)
	b.useless(s)
	b.must(s.Migrate(b.ctx))
	b.must(s.Update(b.ctx, func(tx store.Tx) error { return tx.Put(b.ctx, document("ord_1", 0)) }))
}

func testMigrateTwice(b *bundle) {
	b.migrate()
	b.code("SUMMER", 1)
	var migrating sync.WaitGroup
	failures := make([]error, 4)
	for i := range failures {
		s := b.Open(b.T)
		migrating.Go(func() { failures[i] = s.Migrate(b.ctx) })
	}
	migrating.Wait()
	b.must(errors.Join(failures...))
	b.same("uses", int64(0), b.used("SUMMER"))
}

func testForeignTables(b *bundle) {
	b.must(b.Open(b.T).Migrate(b.ctx))
	b.exec("UPDATE voucherify_migrations SET checksum = 'other' WHERE version = 1")
	err := b.Open(b.T).Migrate(b.ctx)
	if err == nil || !strings.Contains(err.Error(), "another content") {
		b.Errorf("got %v, want a refusal", err)
	}
}

// testOtherTool leaves the checksum empty, as a tool does that only runs the files.
func testOtherTool(b *bundle) {
	b.must(b.Open(b.T).Migrate(b.ctx))
	b.exec("UPDATE voucherify_migrations SET checksum = ''")
	s := b.Open(b.T)
	b.must(s.Update(b.ctx, func(tx store.Tx) error { return tx.Put(b.ctx, document("ord_1", 0)) }))
	b.must(s.Migrate(b.ctx))
}
