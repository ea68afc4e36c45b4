package sqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	modernc "modernc.org/sqlite"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// tracer is a driver that remembers the texts of all statements.
type tracer struct {
	dsn   string
	mu    sync.Mutex
	texts []string
}

func (t *tracer) Driver() driver.Driver { return &modernc.Driver{} }

func (t *tracer) Connect(context.Context) (driver.Conn, error) {
	conn, err := t.Driver().Open(t.dsn)
	return tracedConn{conn, t}, err
}

// tracedConn hides what else a connection can do, so that everything is prepared.
type tracedConn struct {
	driver.Conn
	tracer *tracer
}

func (c tracedConn) Prepare(text string) (driver.Stmt, error) {
	c.tracer.mu.Lock()
	defer c.tracer.mu.Unlock()
	if !slices.Contains(c.tracer.texts, text) {
		c.tracer.texts = append(c.tracer.texts, text)
	}
	return c.Conn.Prepare(text)
}

func (c tracedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, options)
}

var (
	// tables are the tables of the store in a statement, with their aliases; the one row of migrations is none of them.
	tables = regexp.MustCompile(`"(voucherify_(?:documents|names|counters|outcomes|outbox|heads))"(?: AS)?(?: ([a-z]+))?`)
	// access is how a table is read, in the words of EXPLAIN QUERY PLAN.
	access = regexp.MustCompile(`^(?:SCAN|SEARCH) (\S+)`)
	// byKey and byList are the ways that are fine: by a whole primary key, and along an index in the order of a list.
	byKey = regexp.MustCompile(`\(project=\? AND (kind=\? AND (id|name)=\?|` +
		`metric=\? AND subject=\? AND customer=\? AND detail=\?|verb=\? AND call_key=\?|name=\?|position[<>=]\?)`)
	byList = regexp.MustCompile(`INDEX voucherify_documents_(created|parent) \(project=\? AND kind=\?`)
)

// TestEveryStatementOfACallFindsItsRowsByTheirKeys keeps the time of a call independent of how much is stored. SQLite's
// planner guesses that a project has ten rows in a table, and reads them all unless it is told otherwise.
func TestEveryStatementOfACallFindsItsRowsByTheirKeys(t *testing.T) {
	t.Parallel()
	traced := &tracer{dsn: drivers["sqlite"](filepath.Join(t.TempDir(), "shop.db"))}
	db := sql.OpenDB(traced)
	t.Cleanup(func() { _ = db.Close() })
	s := migrated(t, db)
	traced.texts = nil // those of the migration look for tables
	exerciseCalls(t, s)
	if len(traced.texts) < 10 {
		t.Fatalf("only %d statements were seen", len(traced.texts))
	}
	for _, text := range traced.texts {
		aliases := map[string]bool{}
		for _, found := range tables.FindAllStringSubmatch(text, -1) {
			aliases[found[1]], aliases[found[2]] = true, true
		}
		for _, detail := range planOf(t, db, text) {
			read := access.FindStringSubmatch(detail)
			if read != nil && aliases[read[1]] && !byKey.MatchString(detail) && !byList.MatchString(detail) {
				t.Errorf("%s in\n%s", detail, text)
			}
		}
	}
}

// planOf returns the steps of a statement's plan.
func planOf(t *testing.T, db *sql.DB, text string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, placeholders(text))...)
	if err != nil {
		return nil // BEGIN, COMMIT and the like
	}
	defer func() { _ = rows.Close() }()
	var details []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		details = append(details, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return details
}

// placeholders is the number of different parameters, which are numbered.
func placeholders(text string) int {
	numbers := map[string]bool{}
	for _, found := range regexp.MustCompile(`\?\d+`).FindAllString(text, -1) {
		numbers[found] = true
	}
	return len(numbers)
}

// exerciseCalls makes one call of each kind.
func exerciseCalls(t *testing.T, s store.Store) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	e, err := voucherify.New(s)
	must(err)
	off := discount.AmountOff(500, discount.ToOrder)
	for _, code := range []string{"A", "B"} {
		_, err := e.Vouchers.Create(t.Context(), voucher.Voucher{Code: code, Type: voucher.DiscountVoucher, Discount: &off})
		must(err)
	}
	result, err := e.Redeem(t.Context(), redemption.Request{
		IdempotencyKey: "redeem", Redeemables: redemption.Codes("A", "B"), Customer: customer.BySourceID("u"),
		Order: order.New("o", order.Line{ProductID: "p", Quantity: 2, Price: 5000}),
	})
	must(err)
	_, err = e.Return(t.Context(), redemption.ReturnRequest{
		IdempotencyKey: "return", Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
	})
	must(err)
	_, err = e.Rollback(t.Context(), redemption.RollbackRequest{IdempotencyKey: "rollback", Redemption: result.ID()})
	must(err)
	must(e.Vouchers.Disable(t.Context(), "A"))
	must(s.View(t.Context(), func(r store.Reader) error {
		_, err := r.Counters(t.Context(), []redemption.CounterKey{{Metric: redemption.CountVoucher, Subject: "A"}})
		return err
	}))
}
