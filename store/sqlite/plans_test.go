package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
)

// recorder is a backend that remembers what its sessions run.
type recorder struct {
	sqlstore.Backend
	mu    sync.Mutex
	calls map[string]sqlstore.Call // by text
}

func (r *recorder) View(ctx context.Context) (sqlstore.Session, error) {
	s, err := r.Backend.View(ctx)
	return recorded{s, r}, err
}

func (r *recorder) Update(ctx context.Context) (sqlstore.Session, error) {
	s, err := r.Backend.Update(ctx)
	return recorded{s, r}, err
}

type recorded struct {
	sqlstore.Session
	recorder *recorder
}

func (s recorded) Run(ctx context.Context, calls ...sqlstore.Call) error {
	s.recorder.mu.Lock()
	for _, call := range calls {
		s.recorder.calls[call.Text] = call
	}
	s.recorder.mu.Unlock()
	return s.Session.Run(ctx, calls...)
}

// TestNoCallReadsAWholeTable asks SQLite how it runs the statements of what a shop does all day. It has no statistics, so its
// plans are the same for ten records and for ten million.
func TestNoCallReadsAWholeTable(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db")+"?_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	options, err := sqlstore.Choose(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := newBackend(db)
	defer func() { _ = b.close() }()
	r := &recorder{Backend: b, calls: map[string]sqlstore.Call{}}
	s := &Store{core: sqlstore.New(sqlstore.NewTexts(dialect(), options), r, options.Project), backend: b}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sqltest.RunDay(t, s)
	for text, call := range r.calls {
		if call.Once || strings.Contains(text, "voucherify_migrations") {
			continue
		}
		for _, step := range steps(t, db, call) {
			// Tables have names of one letter in the statements, if not their own.
			words := append(strings.Fields(step), "")
			table := len(words[1]) == 1 || strings.HasPrefix(words[1], "voucherify_")
			scan := words[0] == "SCAN" && table && !strings.Contains(step, "VIRTUAL TABLE")
			if scan || strings.HasSuffix(step, "(project=?)") {
				t.Errorf("%s: in\n%s", step, text)
			}
		}
	}
}

// steps are how a statement runs.
func steps(t *testing.T, db *sql.DB, call sqlstore.Call) (steps []string) {
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+call.Text, call.Args...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, call.Text)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}
