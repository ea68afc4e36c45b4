package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/sqlite"
)

func one(delta int64) *redemption.Plan {
	limit := int64(10)
	return &redemption.Plan{Consume: []redemption.Consume{
		{Key: redemption.CounterKey{Metric: "m", Subject: "s"}, Delta: delta, Limit: &limit},
	}}
}

func apply(ctx context.Context, s *sqlite.Store, plan *redemption.Plan) error {
	return s.Update(ctx, func(tx store.Tx) error { return tx.Apply(ctx, plan) })
}

func TestAnotherProcessThatWritesIsAConflict(t *testing.T) {
	t.Parallel()
	for driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "shop.db")
			s := migrated(t, openImpatient(t, driver, file))
			other := openFile(t, driver, file)
			tx, err := other.BeginTx(t.Context(), nil) // immediate, as the address says
			if err != nil {
				t.Fatal(err)
			}
			if err := apply(t.Context(), s, one(1)); !errors.Is(err, store.ErrConflict) || !store.Retryable(err) {
				t.Errorf("got %v, want %v, which is retryable", err, store.ErrConflict)
			}
			if err := s.View(t.Context(), func(r store.Reader) error { _, err := r.Revision(t.Context()); return err }); err != nil {
				t.Errorf("a view meanwhile: %v", err)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			if err := apply(t.Context(), s, one(1)); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// openImpatient opens a file without patience for other writers.
func openImpatient(t *testing.T, driver, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, strings.Replace(drivers[driver](file), "busy_timeout(10000)", "busy_timeout(1)", 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestAWriterThatWaitsLeavesTheQueueWithItsContext(t *testing.T) {
	t.Parallel()
	s := migrated(t, open(t, "sqlite"))
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Apply(t.Context(), one(1)); err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(t.Context())
		waiting := make(chan error, 1)
		go func() { waiting <- apply(ctx, s, one(1)) }()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("the waiting writer: got %v, want %v", err, context.Canceled)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := apply(t.Context(), s, one(9)); err != nil {
		t.Errorf("the waiting writer has counted: %v", err)
	}
}

func TestAClosedStoreCanBeUsedAgain(t *testing.T) {
	t.Parallel()
	s := migrated(t, open(t, "sqlite"))
	for range 3 {
		if err := apply(t.Context(), s, one(1)); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	single := open(t, "sqlite")
	single.SetMaxOpenConns(1)
	for name, c := range map[string]struct {
		db      *sql.DB
		options []sqlite.Option
		field   string
	}{
		"no pool":                        {nil, nil, "db"},
		"a pool of one connection":       {single, nil, "db"},
		"a prefix that begins with 1":    {open(t, "sqlite"), []sqlite.Option{sqlite.WithTablePrefix("1_")}, "table_prefix"},
		"a prefix with a quote":          {open(t, "sqlite"), []sqlite.Option{sqlite.WithTablePrefix(`a"b`)}, "table_prefix"},
		"a prefix in capitals":           {open(t, "sqlite"), []sqlite.Option{sqlite.WithTablePrefix("Shop_")}, "table_prefix"},
		"an empty prefix":                {open(t, "sqlite"), []sqlite.Option{sqlite.WithTablePrefix("")}, "table_prefix"},
		"a prefix that is too long":      {open(t, "sqlite"), []sqlite.Option{sqlite.WithTablePrefix(strings.Repeat("a", 41))}, "table_prefix"},
		"an empty project":               {open(t, "sqlite"), []sqlite.Option{sqlite.WithProject("")}, "project"},
		"a project that is too long":     {open(t, "sqlite"), []sqlite.Option{sqlite.WithProject(strings.Repeat("a", 256))}, "project"},
		"a project that is not in UTF-8": {open(t, "sqlite"), []sqlite.Option{sqlite.WithProject("\xff")}, "project"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sqlite.New(c.db, c.options...)
			var refusal *fault.Error
			if !errors.As(err, &refusal) || refusal.Field != c.field {
				t.Errorf("got %v, want a refusal of %s", err, c.field)
			}
		})
	}
}

// TestWhatCannotBeKeptIsRefused holds the limits that all databases share, where a lesser one might cut or change it.
func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	t.Parallel()
	s := migrated(t, open(t, "sqlite"))
	long := strings.Repeat("x", store.MaxKey+1)
	for name, c := range map[string]struct {
		spoil func(p *redemption.Plan)
		field string
	}{
		"an id that is too long":      {func(p *redemption.Plan) { p.Writes[0].ID = long }, "id"},
		"an id with a NUL":            {func(p *redemption.Plan) { p.Writes[0].ID = "a\x00b" }, "id"},
		"an empty id":                 {func(p *redemption.Plan) { p.Writes[0].ID = "" }, "id"},
		"a parent that is not UTF-8":  {func(p *redemption.Plan) { p.Writes[0].Parent = "\xff" }, "parent"},
		"a kind that is too long":     {func(p *redemption.Plan) { p.Writes[0].Kind = record.Kind(long) }, "kind"},
		"a key that is too long":      {func(p *redemption.Plan) { p.Writes[0].Keys = []string{long} }, "keys"},
		"a body that is not UTF-8":    {func(p *redemption.Plan) { p.Writes[0].Body = []byte("\"\xff\"") }, "body"},
		"a metric that is too long":   {func(p *redemption.Plan) { p.Consume[0].Key.Metric = redemption.CounterMetric(long) }, "metric"},
		"a subject that is too long":  {func(p *redemption.Plan) { p.Consume[0].Key.Subject = long }, "subject"},
		"a customer that is too long": {func(p *redemption.Plan) { p.Consume[0].Key.Customer = long }, "customer"},
		"a detail that is too long":   {func(p *redemption.Plan) { p.Consume[0].Key.Detail = long }, "detail"},
		"an outcome with a long key":  {func(p *redemption.Plan) { p.Outcome.Key = long }, "idempotency_key"},
		"an outcome with a long verb": {func(p *redemption.Plan) { p.Outcome.Verb = long }, "verb"},
	} {
		plan := one(1)
		plan.Writes = []record.Document{{Kind: record.Order, ID: "ord_1", Body: []byte("{}")}}
		plan.Outcome = &redemption.Outcome{Verb: "redeem", Key: "key", Answer: []byte("{}")}
		c.spoil(plan)
		var refusal *fault.Error
		if err := apply(t.Context(), s, plan); !errors.As(err, &refusal) || refusal.Field != c.field {
			t.Errorf("%s: got %v, want a refusal of %s", name, err, c.field)
		}
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		for _, name := range []string{long, "a\x00b", "\xff"} {
			if _, err := r.Get(t.Context(), record.Order, name); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Get %.10q: got %v, want %v", name, err, store.ErrNotFound)
			}
			if _, err := r.Find(t.Context(), record.Order, name); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Find %.10q: got %v, want %v", name, err, store.ErrNotFound)
			}
			snapshot, err := r.Snapshot(t.Context(), redemption.Needs{
				Vouchers: []string{name}, CustomerID: name, OrderSourceID: name, Redemptions: []string{name},
				Counters:    []redemption.CounterKey{{Metric: "m", Subject: name}},
				OutcomeVerb: "redeem", OutcomeKey: name,
			})
			if err != nil || len(snapshot.Vouchers)+len(snapshot.Counters)+len(snapshot.Redemptions) > 0 || snapshot.Customer != nil {
				t.Errorf("Snapshot of %.10q: got %+v, %v", name, snapshot, err)
			}
			for _, err := range r.List(t.Context(), record.Order, store.Query{Parent: name}) {
				t.Errorf("List of %.10q yields something: %v", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsAreFilesForOtherTools(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(sqlite.Migrations(), "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %v, %v", names, err)
	}
	text, err := fs.ReadFile(sqlite.Migrations(), names[0])
	if err != nil || !strings.HasPrefix(string(text), "-- +goose Up\n") {
		t.Errorf("%s does not begin as goose wants it: %v", names[0], err)
	}
	// A tool that only runs the files makes the same tables.
	db := open(t, "sqlite")
	if _, err := db.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
	s := opened(t, db)
	if err := apply(t.Context(), s, one(1)); err != nil {
		t.Error(err)
	}
}
