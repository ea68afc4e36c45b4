package sqlstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/store"
)

var _ store.Redactor = (*tx)(nil)

// redactPage is how many rows are held at a time. A row of the outbox can have EntryBytes.
const redactPage = 16

// RedactEvents numbers what is committed first, as reading the outbox does: what has no position is in no order.
func (t *tx) RedactEvents(ctx context.Context, text string, rewrite func(event.Event) (event.Event, error)) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if !storable(text, math.MaxInt) {
		return nil
	}
	if t.texts.dialect.SQL.NumberEntries != "" {
		if err := t.number(ctx); err != nil {
			return err
		}
	}
	texts := t.texts.statements
	for after := int64(0); ; {
		var rows []batchAt
		find := texts.entriesWith.call(t.project, after, text, escaped(text), int64(redactPage))
		find.Row = func(row Row) error {
			var r batchAt
			err := row.Scan(&r.position, &r.text)
			rows, after = append(rows, r), r.position
			return err
		}
		if err := t.run(ctx, "redact events", find); err != nil {
			return err
		}
		for _, r := range rows {
			clean, err := redacted(r, text, rewrite)
			if err != nil {
				return t.abandon(err)
			}
			replace := texts.rewriteEntry.call(t.project, r.position, string(r.text), clean)
			if err := t.replace(ctx, "redact events", replace, string(r.text) != clean); err != nil {
				return err
			}
		}
		if len(rows) < redactPage {
			return nil
		}
	}
}

// batchAt is the events of a row of the outbox, the first of which is at the position.
type batchAt struct {
	position int64
	text     []byte
}

// redacted returns the events of a row as rewrite wants them. Lines without the text stay as they are.
func redacted(row batchAt, text string, rewrite func(event.Event) (event.Event, error)) (string, error) {
	var clean []byte
	for part := range bytes.Lines(row.text) {
		entries, err := decodeEvents(part, row.position)
		if err != nil {
			return "", err
		}
		e := entries[0].Event
		if !strings.Contains(e.EntityID, text) && !bytes.Contains(e.Data, []byte(text)) {
			clean = append(clean, part...)
			continue
		}
		changed, err := rewrite(e)
		if err != nil {
			return "", err
		}
		e.EntityID, e.Data = changed.EntityID, changed.Data
		clean = appendEvent(clean, e)
	}
	return string(clean), nil
}

// escaped is a text as it stands inside a string of JSON.
func escaped(text string) string {
	whole := appendQuoted(nil, text)
	return string(whole[1 : len(whole)-1])
}

// RedactOutcomes goes through the answers in the order of their keys.
func (t *tx) RedactOutcomes(ctx context.Context, text string, rewrite func(json.RawMessage) (json.RawMessage, error)) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if !storable(text, math.MaxInt) {
		return nil
	}
	type stored struct {
		verb, key string
		answer    []byte
	}
	texts := t.texts.statements
	for last := (stored{}); ; {
		var rows []stored
		find := texts.outcomesWith.call(t.project, last.verb, last.key, text, int64(redactPage))
		find.Row = func(row Row) error {
			var o stored
			err := row.Scan(&o.verb, &o.key, &o.answer)
			rows, last = append(rows, o), o
			return err
		}
		if err := t.run(ctx, "redact answers", find); err != nil {
			return err
		}
		for _, o := range rows {
			old := string(o.answer)
			answer, err := rewrite(o.answer)
			if err != nil {
				return t.abandon(err)
			}
			replace := texts.rewriteOutcome.call(t.project, o.verb, o.key, old, string(answer))
			if err := t.replace(ctx, "redact answers", replace, old != string(answer)); err != nil {
				return err
			}
		}
		if len(rows) < redactPage {
			return nil
		}
	}
}

// replace writes over what was read, unless somebody else has done so since: another redaction of the same row, which would
// come back with what this one has read.
func (t *tx) replace(ctx context.Context, what string, call Call, changed bool) error {
	if !changed {
		return nil
	}
	call.Done = func(count int64) error {
		if count != 1 {
			return fmt.Errorf("what is redacted was changed meanwhile: %w", store.ErrConflict)
		}
		return nil
	}
	return t.run(ctx, what, call)
}

// abandon keeps a transaction from being committed that was redacted in part.
func (t *tx) abandon(err error) error {
	t.broken = err
	return err
}
