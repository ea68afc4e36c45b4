package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/redemption"
)

// RedactEvents implements store.Redactor. The outbox is copied, because published states share its array.
func (t *tx) RedactEvents(ctx context.Context, text string, rewrite func(event.Event) (event.Event, error)) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	events := slices.Clone(t.state.events)
	for i, e := range events {
		if !strings.Contains(e.EntityID, text) && !bytes.Contains(e.Data, []byte(text)) {
			continue
		}
		changed, err := rewrite(cloneEvent(e))
		if err != nil {
			return err
		}
		events[i].EntityID, events[i].Data = changed.EntityID, slices.Clone(changed.Data)
	}
	t.state.events = events
	return nil
}

// RedactOutcomes implements store.Redactor.
func (t *tx) RedactOutcomes(ctx context.Context, text string, rewrite func(json.RawMessage) (json.RawMessage, error)) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	var found []*redemption.Outcome
	t.state.outcomes.Scan(func(o *redemption.Outcome) bool {
		if bytes.Contains(o.Answer, []byte(text)) {
			found = append(found, cloneOutcome(o))
		}
		return true
	})
	for _, o := range found {
		answer, err := rewrite(o.Answer)
		if err != nil {
			return err
		}
		o.Answer = slices.Clone(answer)
	}
	for _, o := range found {
		t.state.outcomes.Set(o)
	}
	return nil
}
