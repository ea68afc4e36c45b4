package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"time"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// reader reads in one session.
type reader struct {
	texts   *Texts
	project string
	session Session // nil once the transaction has ended
	store   *Store  // nil in a transaction of the host
	// reading says that a statement has run, so that a view has its point in time.
	reading bool
	// broken is why nothing may run any more: the database may have ended the transaction behind our back, or part of a
	// refused plan may be in it.
	broken error
	// known are the keys of records that were read, so that writing them needs not ask again; nil for one that only reads.
	known map[recordID]knownNames
}

type recordID struct {
	kind record.Kind
	id   string
}

// knownNames are the keys that a record had in a version, as they are stored.
type knownNames struct {
	version int64
	names   string
}

// end gives up what was not committed and makes the transaction useless.
func (r *reader) end() {
	r.session.Rollback()
	r.session = nil
}

// ready reports why the transaction cannot be used, if it cannot.
func (r *reader) ready(ctx context.Context) error {
	switch {
	case r.session == nil:
		return errEnded
	case ctx.Err() != nil:
		return ctx.Err()
	case r.broken != nil:
		return fmt.Errorf("%s: the transaction must be abandoned: %w", r.texts.dialect.Name, r.broken)
	}
	return nil
}

// run runs statements. After an error the transaction is of no use: it is up to the caller to undo.
func (r *reader) run(ctx context.Context, what string, calls ...Call) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	if r.store != nil && !r.store.current.Load() {
		calls = append([]Call{r.store.checkSchema()}, calls...)
	}
	r.reading = true
	if err := r.session.Run(ctx, calls...); err != nil {
		r.broken = r.texts.dialect.wrap(ctx, what, err)
		return r.broken
	}
	return nil
}

// remember keeps the keys of a record, if it may be written.
func (r *reader) remember(kind record.Kind, id string, version int64, names string) {
	if r.known != nil {
		r.known[recordID{kind, id}] = knownNames{version, names}
	}
}

func (r *reader) Get(ctx context.Context, kind record.Kind, id string) (record.Document, error) {
	if !storable(string(kind), store.MaxWord) || !storable(id, store.MaxName) {
		return r.none(ctx, "get", kind, id)
	}
	return r.one(ctx, "get", kind, id, r.texts.statements.get.call(r.project, string(kind), id))
}

func (r *reader) Find(ctx context.Context, kind record.Kind, key string) (record.Document, error) {
	if !storable(string(kind), store.MaxWord) || !storable(key, store.MaxKey) {
		return r.none(ctx, "find", kind, key)
	}
	return r.one(ctx, "find", kind, key, r.texts.statements.find.call(r.project, string(kind), key))
}

// none answers for a name that no record can have.
func (r *reader) none(ctx context.Context, what string, kind record.Kind, name string) (record.Document, error) {
	if err := r.ready(ctx); err != nil {
		return record.Document{}, err
	}
	return record.Document{}, fmt.Errorf("%s: %s %s %q: %w", r.texts.dialect.Name, what, kind, name, store.ErrNotFound)
}

// one reads a record that a statement finds.
func (r *reader) one(ctx context.Context, what string, kind record.Kind, name string, call Call) (record.Document, error) {
	var doc record.Document
	found := false
	call.Row = func(row Row) (err error) {
		found = true
		doc, err = r.scan(row, kind)
		return err
	}
	if err := r.run(ctx, what, call); err != nil {
		return record.Document{}, err
	}
	if !found {
		return r.none(ctx, what, kind, name)
	}
	return doc, nil
}

// scan reads the documentColumns of a row.
func (r *reader) scan(row Row, kind record.Kind) (record.Document, error) {
	doc := record.Document{Kind: kind}
	var micros int64
	var names string
	var body []byte
	if err := row.Scan(&doc.ID, &doc.Version, &doc.Parent, &micros, &names, &body); err != nil {
		return doc, err
	}
	doc.CreatedAt, doc.Body = time.UnixMicro(micros).UTC(), body
	r.remember(kind, doc.ID, doc.Version, names)
	if names != noNames {
		if err := json.Unmarshal([]byte(names), &doc.Keys); err != nil {
			return doc, fmt.Errorf("keys of %s %s: %w", kind, doc.ID, err)
		}
	}
	return doc, nil
}

func (r *reader) Counters(ctx context.Context, keys []redemption.CounterKey) (map[redemption.CounterKey]int64, error) {
	values, err := r.countersThere(ctx, keys)
	maps.DeleteFunc(values, func(_ redemption.CounterKey, value int64) bool { return value == 0 }) // as good as none
	return values, err
}

// countersThere are the counters that have a row, also those that came back to 0.
func (r *reader) countersThere(ctx context.Context, keys []redemption.CounterKey) (map[redemption.CounterKey]int64, error) {
	values := make(map[redemption.CounterKey]int64, len(keys))
	tuples := countersOf(keys)
	if len(tuples.rows) == 0 {
		return values, r.ready(ctx)
	}
	call := r.texts.statements.counters.call(r.project, tuples)
	call.Row = func(row Row) error {
		var key redemption.CounterKey
		var value int64
		err := row.Scan((*string)(&key.Metric), &key.Subject, &key.Customer, &key.Detail, &value)
		values[key] = value
		return err
	}
	if err := r.run(ctx, "counters", call); err != nil {
		return nil, err
	}
	return values, nil
}

// countersOf returns the keys that a counter can have as tuples.
func countersOf(keys []redemption.CounterKey) Tuples {
	tuples := Tuples{relation: counterRelation, rows: make([][]any, 0, len(keys))}
	for _, key := range keys {
		if checkCounter(key) == nil {
			tuples.rows = append(tuples.rows, []any{string(key.Metric), key.Subject, key.Customer, key.Detail})
		}
	}
	return tuples
}

func (r *reader) Revision(ctx context.Context) (int64, error) {
	var revision int64
	call := r.texts.statements.revision.call(r.project)
	call.Row = func(row Row) error { return row.Scan(&revision) }
	err := r.run(ctx, "revision", call)
	return revision, err
}

// page is how many rows of a list are read at a time. Lists are read in pages because the connection must be free for
// what fn does between two records.
const page = 256

func (r *reader) List(ctx context.Context, kind record.Kind, query store.Query) iter.Seq2[record.Document, error] {
	return func(yield func(record.Document, error) bool) {
		query := query // the list may be read again
		for left := query.Limit; ; {
			most := page
			if query.Limit > 0 {
				most = min(page, left)
			}
			docs, err := r.list(ctx, kind, query, most)
			if err != nil {
				yield(record.Document{}, err)
				return
			}
			for _, doc := range docs {
				if err := ctx.Err(); err != nil {
					yield(record.Document{}, err)
					return
				}
				if !yield(doc, nil) {
					return
				}
			}
			left -= len(docs)
			if len(docs) < most || (query.Limit > 0 && left == 0) {
				return
			}
			query.After = store.CursorOf(docs[len(docs)-1])
		}
	}
}

// listing is the shape of a list.
type listing struct{ parent, descending, after bool }

// list reads one page.
func (r *reader) list(ctx context.Context, kind record.Kind, query store.Query, most int) ([]record.Document, error) {
	if !storable(string(kind), store.MaxWord) || !storable(query.Parent, store.MaxName) {
		return nil, r.ready(ctx)
	}
	shape := listing{parent: query.Parent != "", descending: query.Descending, after: query.After != nil}
	values := []any{r.project, string(kind), int64(most)}
	if shape.parent {
		values = append(values, query.Parent)
	}
	if shape.after {
		values = append(values, query.After.CreatedAtMicros, query.After.ID)
	}
	var docs []record.Document
	call := r.texts.list(shape).call(values...)
	call.Row = func(row Row) error {
		doc, err := r.scan(row, kind)
		docs = append(docs, doc)
		return err
	}
	if err := r.run(ctx, "list", call); err != nil {
		return nil, err
	}
	return docs, nil
}

// list returns the statement of a list. The first condition on created_at is for the index, the second is the cursor.
func (x *Texts) list(shape listing) *statement {
	if known, ok := x.lists.Load(shape); ok {
		return known.(*statement)
	}
	params := []string{"project", "kind", "most"}
	template := `SELECT ` + documentColumns + ` FROM @documents d WHERE d.project = :project AND d.kind = :kind AND d.binned = 0`
	order, beyond := " ASC", ">"
	if shape.descending {
		order, beyond = " DESC", "<"
	}
	if shape.parent {
		params = append(params, "parent")
		template += ` AND d.parent = :parent AND d.parent <> ''` // the index leaves out records without a parent
	}
	if shape.after {
		params = append(params, "at", "id")
		template += ` AND d.created_at ` + beyond + `= :at AND (d.created_at ` + beyond + ` :at OR d.id ` + beyond + ` :id)`
	}
	template += ` ORDER BY d.created_at` + order + `, d.id` + order + ` LIMIT :most`
	compiled, _ := x.lists.LoadOrStore(shape, x.dialect.compile(x.table, template, params...))
	return compiled.(*statement)
}
