package dbbench_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floor is what a redeem reads and writes, written by hand for one dialect: it knows the ids, and it writes the rows that a
// redeem of the engine has written, with other ids in their keys.
type floor struct {
	*shop
	syntax   syntax
	project  string
	template rows
}

// syntax is what differs between databases.
type syntax struct {
	numbered bool   // $1 instead of ?
	text     string // of a body
	exists   string // what happens to a counter that exists
	// positioned says that events are numbered as they are written.
	positioned bool
}

var (
	postgresSyntax = syntax{numbered: true, text: "d.body::text", exists: onConflict}
	sqliteSyntax   = syntax{text: "d.body", exists: onConflict, positioned: true}
	mysqlSyntax    = syntax{text: "d.body", exists: `ON DUPLICATE KEY UPDATE maximum = VALUES(maximum),
		value = IF(value <= VALUES(maximum) - VALUES(value), value + VALUES(value), value + 9223372036854775807 + 1)`}
)

const onConflict = `ON CONFLICT (project, metric, subject, customer, detail) DO UPDATE
	SET value = k.value + excluded.value, maximum = excluded.maximum WHERE k.value <= excluded.maximum - excluded.value`

// rows are what one redeem has written.
type rows struct {
	counters  []counter
	counted   []counter // those that are read
	documents []document
	hash      string
	answer    string
	size      int64
	events    string
}

type counter struct {
	metric, subject, customer, detail string
	value, maximum                    int64
}

type document struct{ kind, names, body string }

// counted are the counters that a redeem looks at, by their metrics: those that it raises for rules to come are only written.
var counted = []string{"voucher", "campaign_order", "campaign"}

// statement is one of the statements of the floor. Texts do not depend on the redeem, so they can be prepared.
type statement struct {
	text string
	args []any
	// affected is how many rows must be written; 0 when that does not matter.
	affected int64
}

// newFloor makes a shop in a project, redeems once and reads what that has written.
func newFloor(b testing.TB, db *sql.DB, x *shop, project string, s syntax) *floor {
	b.Helper()
	f := &floor{shop: x, syntax: s, project: project}
	must(b, x.redeem(b.Context(), 0))
	query := func(text string, scan func(scan func(...any) error) error) {
		b.Helper()
		found, err := db.QueryContext(b.Context(), f.place(text), project)
		must(b, err)
		defer func() { must(b, found.Close()) }()
		for found.Next() {
			must(b, scan(found.Scan))
		}
		must(b, found.Err())
	}
	t := &f.template
	query(`SELECT metric, subject, customer, detail, value, maximum FROM voucherify_counters WHERE project = ? AND metric <> 'campaign_codes'
		ORDER BY metric, subject, customer, detail`, func(scan func(...any) error) error {
		var c counter
		t.counters = append(t.counters, c)
		last := &t.counters[len(t.counters)-1]
		return scan(&last.metric, &last.subject, &last.customer, &last.detail, &last.value, &last.maximum)
	})
	query(`SELECT kind, names, body FROM voucherify_documents WHERE project = ? AND kind IN ('order', 'redemption')
		ORDER BY kind`, func(scan func(...any) error) error {
		var d document
		err := scan(&d.kind, &d.names, &d.body)
		t.documents = append(t.documents, d)
		return err
	})
	query(`SELECT request_hash, answer FROM voucherify_outcomes WHERE project = ?`, func(scan func(...any) error) error {
		return scan(&t.hash, &t.answer)
	})
	query(`SELECT size, events FROM voucherify_outbox WHERE project = ? ORDER BY created_at`, func(scan func(...any) error) error {
		return scan(&t.size, &t.events) // the last row is that of the redeem
	})
	for _, c := range t.counters {
		if slices.Contains(counted, c.metric) {
			t.counted = append(t.counted, c)
		}
	}
	if len(t.counters) != 26 || len(t.counted) != 3 || len(t.documents) != 2 || t.answer == "" || t.events == "" {
		b.Fatalf("a redeem has written %d counters and %d records", len(t.counters), len(t.documents))
	}
	return f
}

// read is everything that a redeem reads, in one statement: the voucher, the customer, the order, the counters, the stored
// answer and the revision.
func (f *floor) read(n int64) statement {
	v, buyer, source := f.codes[n%codes], f.buyers[n%codes], fmt.Sprintf("order-%09d", n)
	text := `SELECT 1, d.version, ` + f.syntax.text + ` FROM voucherify_names n
		JOIN voucherify_documents d ON d.project = n.project AND d.kind = n.kind AND d.id = n.id
		WHERE n.project = ? AND n.kind = ? AND n.name = ?`
	named := strings.TrimPrefix(text, "SELECT 1,")
	text += ` UNION ALL SELECT 2,` + named + ` UNION ALL SELECT 3,` + named +
		` UNION ALL SELECT 4, k.value, k.metric FROM voucherify_counters k WHERE k.project = ?
			AND (k.metric, k.subject, k.customer, k.detail) IN (` + tuples(len(f.template.counted), "(?, ?, ?, ?)") + `)
		UNION ALL SELECT 5, o.created_at, o.answer FROM voucherify_outcomes o WHERE o.project = ? AND o.verb = 'redeem' AND o.call_key = ?
		UNION ALL SELECT 6, h.value, h.name FROM voucherify_heads h WHERE h.project = ? AND h.name = 'revision'`
	args := []any{
		f.project, "voucher", "code:" + v.Code, f.project, "customer", "source_id:" + buyer.SourceID,
		f.project, "order", "source_id:" + source, f.project,
	}
	for _, c := range f.template.counted {
		c = f.counterOf(c, n)
		args = append(args, c.metric, c.subject, c.customer, c.detail)
	}
	return statement{text: f.place(text), args: append(args, f.project, source, f.project)}
}

// counterOf is a counter of the template for the n-th redeem.
func (f *floor) counterOf(c counter, n int64) counter {
	first, v := f.codes[0], f.codes[n%codes]
	if c.subject == first.ID {
		c.subject = v.ID
	}
	if c.subject == f.buyers[0].ID {
		c.subject = f.buyers[n%codes].ID
	}
	if c.customer != "" {
		c.customer = f.buyers[n%codes].ID
	}
	if c.metric == "campaign_order" {
		c.detail = orderID(n)
	}
	return c
}

// orderID looks like an id of the engine.
func orderID(n int64) string { return fmt.Sprintf("ord_%018x", n) }

// writes are the statements that write: counters, records, keys, the answer and the events.
func (f *floor) writes(n int64) []statement {
	t := &f.template
	source, at := fmt.Sprintf("order-%09d", n), int64(1_800_000_000_000_000)+n
	counters := statement{affected: int64(len(t.counters)), text: `INSERT INTO voucherify_counters AS k
		(project, metric, subject, customer, detail, value, maximum) VALUES ` + tuples(len(t.counters), "(?, ?, ?, ?, ?, ?, ?)") + f.syntax.exists}
	if !strings.Contains(f.syntax.exists, "k.value") {
		counters.affected = 0 // MySQL counts a row that existed twice
		counters.text = strings.Replace(counters.text, " AS k", "", 1)
	}
	for _, c := range t.counters {
		c = f.counterOf(c, n)
		counters.args = append(counters.args, f.project, c.metric, c.subject, c.customer, c.detail, c.value, c.maximum)
	}
	documents := statement{affected: 2, text: `INSERT INTO voucherify_documents
		(project, kind, id, version, parent, created_at, binned, names, body) VALUES ` + tuples(2, "(?, ?, ?, 1, ?, ?, 0, ?, ?)")}
	for _, d := range t.documents {
		id := orderID(n)
		if d.kind == "redemption" {
			id = fmt.Sprintf("r_%018x", n)
		}
		documents.args = append(documents.args, f.project, d.kind, id, f.buyers[n%codes].ID, at, d.names, d.body)
	}
	writes := []statement{
		counters, documents,
		{text: `INSERT INTO voucherify_names (project, kind, name, id) VALUES (?, 'order', ?, ?)`, affected: 1,
			args: []any{f.project, "source_id:" + source, orderID(n)}},
		{text: `INSERT INTO voucherify_outcomes (project, verb, call_key, request_hash, answer, created_at)
			VALUES (?, 'redeem', ?, ?, ?, ?)`, affected: 1, args: []any{f.project, source, t.hash, t.answer, at}},
	}
	if f.syntax.positioned {
		writes = append(writes,
			statement{text: `UPDATE voucherify_heads SET value = value + ? WHERE project = ? AND name = 'outbox'`, affected: 1,
				args: []any{t.size, f.project}},
			statement{text: `INSERT INTO voucherify_outbox (project, position, size, created_at, events)
				SELECT project, value, ?, ?, ? FROM voucherify_heads WHERE project = ? AND name = 'outbox'`, affected: 1,
				args: []any{t.size, at, t.events, f.project}})
	} else {
		writes = append(writes, statement{text: `INSERT INTO voucherify_outbox (project, size, created_at, events)
			VALUES (?, ?, ?, ?)`, affected: 1, args: []any{f.project, t.size, at, t.events}})
	}
	for i := range writes {
		writes[i].text = f.place(writes[i].text)
	}
	return writes
}

// tuples repeats a list of parameters.
func tuples(count int, tuple string) string {
	return strings.TrimSuffix(strings.Repeat(tuple+", ", count), ", ") + " "
}

// place numbers the parameters of a text, where the database wants that.
func (f *floor) place(text string) string {
	if !f.syntax.numbered {
		return text
	}
	var out strings.Builder
	n := 0
	for _, part := range strings.SplitAfter(text, "?") {
		if head, ok := strings.CutSuffix(part, "?"); ok {
			n++
			part = head + "$" + strconv.Itoa(n)
		}
		out.WriteString(part)
	}
	return out.String()
}
