package sqlstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/store"
)

// The outbox in the order of commits.
//
// A sequence hands out its numbers before the order of commits is known: whoever reads behind the largest number that it
// has seen misses the smaller one that commits later. A lock from the first event to the end of the commit would keep the
// order, and every redeem of the project waiting for the disk of the one before it.
//
// So the events of a transaction are one row with a number (seq) but without a position, and it gets its position when
// somebody reads: under a lock, everything that is committed by then is numbered behind what was numbered before. What
// commits later gets a larger position. Writers wait for nobody. Where transactions that write come one after the other
// anyway (SQLite), rows have their positions from the start.

// Outbox numbers what is committed before it reads. In an Update that is part of the transaction, and a position counts
// from its commit on. In a View that has read something else before, it takes a second connection.
func (r *reader) Outbox(ctx context.Context, after int64) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		read, after := r.entries, after // the outbox may be read again
		if err := r.ready(ctx); err != nil {
			yield(store.Entry{}, err)
			return
		}
		if r.texts.dialect.SQL.NumberEntries != "" {
			number := r.number
			if r.known == nil { // a view cannot write
				number = r.store.number
			}
			if r.known == nil && r.reading {
				read = r.visible
			}
			if err := number(ctx); err != nil {
				yield(store.Entry{}, err)
				return
			}
		}
		for more := true; more; {
			var entries []store.Entry
			var err error
			if entries, more, err = read(ctx, after); err != nil {
				yield(store.Entry{}, err)
				return
			}
			for _, entry := range entries {
				if err := ctx.Err(); err != nil {
					yield(store.Entry{}, err)
					return
				}
				if entry.Position > after && !yield(entry, nil) {
					return
				}
				after = max(after, entry.Position)
			}
		}
	}
}

// entries reads one page that begins with the row in which a position is, and tells whether there may be more.
func (r *reader) entries(ctx context.Context, after int64) ([]store.Entry, bool, error) {
	var entries []store.Entry
	rows := 0
	call := r.texts.statements.entries.call(r.project, after, int64(page))
	call.Row = func(row Row) error {
		rows++
		var first int64
		var text []byte
		if err := row.Scan(&first, &text); err != nil {
			return err
		}
		events, err := decodeEvents(text, first)
		entries = append(entries, events...)
		return err
	}
	err := r.run(ctx, "outbox", call)
	return entries, rows == page, err
}

// visible reads one page as a view sees it whose point in time is before the numbering: the positions come from another
// transaction, the events from the view. It ends before the first row that the view does not see, since whoever goes on
// behind a later one would miss it.
func (r *reader) visible(ctx context.Context, after int64) ([]store.Entry, bool, error) {
	numbered, err := r.store.positions(ctx, after)
	if err != nil || len(numbered.rows) == 0 {
		return nil, false, err
	}
	var entries []store.Entry
	seen := 0
	call := r.texts.statements.entriesOf.call(r.project, numbered)
	call.Row = func(row Row) error {
		var first int64
		var text []byte
		if err := row.Scan(&first, &text); err != nil {
			return err
		}
		if first != numbered.rows[seen][1].(int64) {
			seen = len(numbered.rows) // one is missing: the rest does not count
		}
		if seen == len(numbered.rows) {
			return nil
		}
		seen++
		events, err := decodeEvents(text, first)
		entries = append(entries, events...)
		return err
	}
	if err := r.run(ctx, "outbox", call); err != nil {
		return nil, false, err
	}
	complete := len(entries) > 0 && seen == page
	return entries, complete, nil
}

// positions reads one page of positions as they are committed.
func (s *Store) positions(ctx context.Context, after int64) (Tuples, error) {
	numbered := Tuples{relation: positionsRelation}
	err := s.Update(ctx, func(t store.Tx) error {
		call := s.texts.statements.positions.call(s.project, after, int64(page))
		call.Row = func(row Row) error {
			var seq, position int64
			err := row.Scan(&seq, &position)
			numbered.rows = append(numbered.rows, []any{seq, position})
			return err
		}
		return t.(*tx).run(ctx, "outbox", call)
	})
	return numbered, err
}

// number gives positions to the rows that are committed, in a transaction of its own.
func (s *Store) number(ctx context.Context) error {
	return s.Update(ctx, func(t store.Tx) error { return t.(*tx).number(ctx) })
}

// number gives positions to the rows that the transaction sees. Until it ends others who number wait for it.
func (r *reader) number(ctx context.Context) error {
	fresh, err := r.unnumbered(ctx, 1)
	if err != nil || len(fresh) == 0 {
		return err
	}
	texts := r.texts.statements
	var last int64
	lock := texts.lockHead.call(r.project, headOutbox)
	lock.Row = func(row Row) error { return row.Scan(&last) }
	if err := r.run(ctx, "number", texts.head.call(r.project, headOutbox), lock); err != nil {
		return err
	}
	for {
		fresh, err := r.unnumbered(ctx, chunkRows)
		if err != nil || len(fresh) == 0 {
			return err
		}
		tuples := Tuples{relation: positionsRelation, rows: make([][]any, len(fresh))}
		for i, entry := range fresh {
			tuples.rows[i] = []any{entry.seq, last + 1}
			last += entry.size
		}
		err = r.run(ctx, "number", texts.number.call(r.project, tuples), texts.setHead.call(r.project, headOutbox, last))
		if err != nil || len(fresh) < chunkRows {
			return err
		}
	}
}

// unnumberedEntry is a row of the outbox without a position, and how many events it holds.
type unnumberedEntry struct{ seq, size int64 }

// unnumbered reads the rows that have no position yet, in the order in which they were begun.
func (r *reader) unnumbered(ctx context.Context, most int) ([]unnumberedEntry, error) {
	var fresh []unnumberedEntry
	call := r.texts.statements.unnumbered.call(r.project, int64(most))
	call.Row = func(row Row) error {
		var entry unnumberedEntry
		err := row.Scan(&entry.seq, &entry.size)
		fresh = append(fresh, entry)
		return err
	}
	err := r.run(ctx, "number", call)
	return fresh, err
}

// batch is events that are written with one statement.
type batch struct {
	text string
	size int64
	at   int64 // when the first of them happened
}

// batches encodes events as lines of JSON, in texts of about as many bytes.
func batches(events []event.Event, most int) []batch {
	var all []batch
	for len(events) > 0 {
		var text []byte
		n := 0
		for n < len(events) && (n == 0 || len(text)+len(events[n].Data) < most) {
			text = appendEvent(text, events[n])
			n++
		}
		all = append(all, batch{string(text), int64(n), events[0].CreatedAt.UnixMicro()})
		events = events[n:]
	}
	return all
}

// line is an event as the outbox holds it.
type line struct {
	ID        string          `json:"id"`
	Type      event.Type      `json:"type"`
	CreatedAt int64           `json:"created_at"` // microseconds since 1970 UTC
	EntityID  string          `json:"entity_id"`
	GroupID   string          `json:"group_id"`
	Data      json.RawMessage `json:"data"`
}

// appendEvent appends a line. The data stays as it is, unless it has lines of its own.
func appendEvent(text []byte, e event.Event) []byte {
	text = appendQuoted(append(text, `{"id":`...), e.ID)
	text = appendQuoted(append(text, `,"type":`...), string(e.Type))
	text = strconv.AppendInt(append(text, `,"created_at":`...), e.CreatedAt.UnixMicro(), 10)
	text = appendQuoted(append(text, `,"entity_id":`...), e.EntityID)
	text = appendQuoted(append(text, `,"group_id":`...), e.GroupID)
	if len(e.Data) > 0 {
		text = append(text, `,"data":`...)
		for part := range bytes.SplitSeq(e.Data, []byte{'\n'}) { // JSON has line ends between its tokens only
			text = append(text, part...)
		}
	}
	return append(text, "}\n"...)
}

// decodeEvents decodes the lines of a row whose first event has a position.
func decodeEvents(text []byte, position int64) ([]store.Entry, error) {
	var entries []store.Entry
	for part := range bytes.Lines(text) {
		var l line
		if err := json.Unmarshal(part, &l); err != nil {
			return nil, fmt.Errorf("entry at position %d of the outbox: %w", position, err)
		}
		entries = append(entries, store.Entry{Position: position, Event: event.Event{
			ID: l.ID, Type: l.Type, CreatedAt: time.UnixMicro(l.CreatedAt).UTC(), EntityID: l.EntityID, GroupID: l.GroupID, Data: l.Data,
		}})
		position++
	}
	return entries, nil
}
