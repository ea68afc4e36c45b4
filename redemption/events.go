package redemption

import (
	"encoding/json"
	"fmt"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
)

// eventWriter adds events to a plan. The first error sticks.
type eventWriter struct {
	plan     *Plan
	snapshot *Snapshot
	ids      id.Sequence
	err      error
}

func (w *eventWriter) add(kind event.Type, entity string, data map[string]any) {
	text, err := json.Marshal(data)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("redemption: encode event %s: %w", kind, err)
	}
	w.plan.Events = append(w.plan.Events, event.Event{
		ID: w.ids.Next(id.Event), Type: kind, CreatedAt: w.snapshot.Now, EntityID: entity, GroupID: w.snapshot.Group, Data: text,
	})
}

// addRedemption adds the event of one redemption and, when the customer is known, the customer's event.
func (w *eventWriter) addRedemption(kind, customerKind event.Type, x *Redemption, buyer *customer.Customer, o *order.Order) {
	data := map[string]any{
		"customer": buyer, "order": o, "redemption": x, "created_at": x.Date,
		x.RelatedObjectType: map[string]any{"id": x.RelatedObjectID, "code": x.Code, "campaign_id": x.CampaignID},
	}
	w.add(kind, x.ID, data)
	if buyer != nil {
		w.add(customerKind, x.ID, data)
	}
}
