package redemption

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
)

// eventWriter adds events to a plan. The first error sticks.
type eventWriter struct {
	plan     *Plan
	snapshot *Snapshot
	ids      id.Sequence
	err      error
}

func (w *eventWriter) add(kind event.Type, entity string, data map[string]any) {
	text, err := encodeObject(data)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("redemption: encode event %s: %w", kind, err)
	}
	w.put(kind, entity, text)
}

// encodeObject is json.Marshal of an object whose large parts are encoded already, which it does not go through again.
func encodeObject(fields map[string]any) (json.RawMessage, error) {
	text := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(fields)) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(strconv.AppendQuote(text, name), ':')
		value, encoded := fields[name].(json.RawMessage)
		if !encoded || value == nil {
			var err error
			if value, err = json.Marshal(fields[name]); err != nil {
				return nil, err
			}
		}
		text = append(text, value...)
	}
	return append(text, '}'), nil
}

// encode is json.Marshal, whose error the writer keeps.
func (w *eventWriter) encode(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("redemption: encode an event: %w", err)
	}
	return text
}

func (w *eventWriter) put(kind event.Type, entity string, text json.RawMessage) {
	w.plan.Events = append(w.plan.Events, event.Event{
		ID: w.ids.Next(id.Event), Type: kind, CreatedAt: w.snapshot.Now, EntityID: entity, GroupID: w.snapshot.Group, Data: text,
	})
}

// addRedemption adds the event of one redemption and, when the customer is known, the customer's event with the same data. The
// data must have the redemption.
func (w *eventWriter) addRedemption(kind, customerKind event.Type, x *Redemption, known bool, data map[string]any) {
	data["created_at"] = x.Date
	if x.RelatedObjectType != "redemption" { // that of a parent, or of a code that does not exist, is the redemption itself
		data[x.RelatedObjectType] = map[string]any{"id": x.RelatedObjectID, "code": x.Code, "campaign_id": x.CampaignID}
	}
	w.add(kind, x.ID, data)
	if known {
		w.again(customerKind, x.ID)
	}
}

// again adds an event with the data of the one before it.
func (w *eventWriter) again(kind event.Type, entity string) {
	w.put(kind, entity, w.plan.Events[len(w.plan.Events)-1].Data)
}
