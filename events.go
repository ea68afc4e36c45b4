package voucherify

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// EventSchemas keeps which custom events there are and what their metadata may hold.
type EventSchemas struct{ engine *Engine }

// Create stores the schema of an event. A name that is taken is duplicate_found.
func (s *EventSchemas) Create(ctx context.Context, schema event.Schema) (event.Schema, error) {
	if err := schema.Check(); err != nil {
		return event.Schema{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		schema.ID, schema.CreatedAt, schema.UpdatedAt, schema.Version = c.ids.Next(id.MetadataSchema), c.now, nil, 1
		return c.put(saved{kind: record.EventSchema, id: schema.ID, created: c.now, keys: keyOf("name", schema.Name)}, &schema)
	})
	return schema, err
}

// Get reads a schema by its id or by the name of the event.
func (s *EventSchemas) Get(ctx context.Context, idOrName string) (event.Schema, error) {
	return get[event.Schema](ctx, s.engine, record.EventSchema, idOrName, record.Key("name", idOrName))
}

// List yields schemas.
func (s *EventSchemas) List(ctx context.Context, options ListOptions) iter.Seq2[event.Schema, error] {
	return list[event.Schema](ctx, s.engine, record.EventSchema, options)
}

// Update replaces the properties that are sent and leaves the others alone. The name is fixed and may be left out when
// there is an id.
func (s *EventSchemas) Update(ctx context.Context, schema event.Schema) (event.Schema, error) {
	var updated event.Schema
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[event.Schema](ctx, c.tx, record.EventSchema, cmp.Or(schema.ID, schema.Name), keyOf("name", schema.Name)...)
		if err != nil {
			return err
		}
		if schema.Name != "" && schema.Name != stored.Name {
			return fault.Invalid("name", "an event keeps its name")
		}
		if err := current(doc, schema.Version); err != nil {
			return err
		}
		next, err := stored.Update(schema.Schema.Properties)
		if err != nil {
			return err
		}
		updated = *next
		updated.CreatedAt, updated.UpdatedAt, updated.Version = c.stamp(&doc)
		return c.put(saved{kind: record.EventSchema, id: doc.ID, version: doc.Version, created: doc.CreatedAt, keys: doc.Keys}, &updated)
	})
	return updated, err
}

// Delete removes a schema: no further events of the name are accepted. Events that were recorded stay. While an
// earning rule names it, it is resource_in_use.
func (s *EventSchemas) Delete(ctx context.Context, idOrName string) error {
	return s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[event.Schema](ctx, c.tx, record.EventSchema, idOrName, record.Key("name", idOrName))
		if err != nil {
			return err
		}
		if err := c.refuseNamed(ctx, record.EventSchema, doc.ID, record.EarningRule); err != nil {
			return err
		}
		return c.remove(ctx, doc, true)
	})
}

// Events records what customers do outside the engine, so that segments and rules can look at it.
type Events struct{ engine *Engine }

// Track records an event and stores its customer, who is created when the source_id is new; an id must exist. An event
// without a schema is not_found (see WithUndefinedEvents), one whose metadata does not fit is metadata_validation_failed.
// A repetition under the same EventID returns the first event and changes nothing.
//
// An event that names a referral code makes a referee of the customer when it is the one that the code's campaign converts by,
// and both sides get their rewards in the same transaction. Nothing of that happens while the code or the campaign cannot be
// used, to the referrer himself and those who have brought him, to a customer who was brought before, and for an event of the
// past. A code that does not exist is not_found, one without a referrer not_published.
func (s *Events) Track(ctx context.Context, e event.Custom) (event.Tracked, error) {
	if err := e.Check(); err != nil {
		return event.Tracked{}, err
	}
	var tracked event.Tracked
	for attempt := 1; ; attempt++ {
		err := s.engine.change(ctx, func(c *change) error {
			repeated, err := c.repeated(ctx, &e)
			if err != nil {
				return err
			}
			if repeated != nil {
				tracked = *repeated
				return nil
			}
			tracked, err = s.engine.track(ctx, c, &e)
			return err
		})
		// What exists was written by another track meanwhile: the customer, the name, the EventID. Nothing here is the caller's
		// to choose, so the next attempt finds it.
		if !errors.Is(err, store.ErrExists) || attempt >= s.engine.options.attempts {
			return tracked, err
		}
		if err := pause(ctx, attempt); err != nil {
			return event.Tracked{}, err
		}
	}
}

func (e *Engine) track(ctx context.Context, c *change, x *event.Custom) (event.Tracked, error) {
	var none event.Tracked
	occurred := x.OccurredAt.UTC().Truncate(time.Microsecond)
	if x.OccurredAt.IsZero() {
		occurred = c.now
	}
	if occurred.After(c.now) {
		return none, fault.Invalid("occurred_at", "%s lies in the future", occurred.Format(time.RFC3339Nano))
	}
	schema, err := e.eventSchema(ctx, c.tx, x.Event)
	if err != nil {
		return none, err
	}
	if schema != nil {
		if err := schema.CheckMetadata("metadata", x.Metadata); err != nil {
			return none, err
		}
	}
	buyer, err := c.upsertCustomer(ctx, *x.Customer)
	if err != nil {
		return none, within("customer", err)
	}
	tracked := event.Tracked{
		ID: c.ids.Next(id.CustomEvent), EventID: x.EventID, Type: x.Event, CustomerID: buyer.ID, Metadata: x.Metadata,
		OccurredAt: occurred, CreatedAt: c.now, Version: 1,
	}
	if err := c.putEvent(ctx, &tracked); err != nil {
		return none, err
	}
	if err := e.rewardEvent(ctx, c, x, &tracked, schema); err != nil {
		return none, err
	}
	if err := c.emit(event.CustomerCustomEvent, tracked.ID, map[string]any{
		"event": &tracked, "event_schema": schema, "customer": buyer, "referral": x.Referral, "loyalty": x.Loyalty,
	}); err != nil {
		return none, err
	}
	if x.Referral == nil || occurred.Before(c.now) {
		return tracked, nil
	}
	return tracked, e.convertByEvent(ctx, c, &tracked, x.Referral, buyer)
}

// rewardEvent notes that earning rules may pay for an event. One that happened before today is history, for which nothing is paid.
func (e *Engine) rewardEvent(ctx context.Context, c *change, x *event.Custom, tracked *event.Tracked, schema *event.Schema) error {
	t := &redemption.Trigger{
		ID: tracked.ID, New: true, CustomerID: tracked.CustomerID, Metadata: tracked.Metadata,
		Day: loyalty.DateOf(tracked.OccurredAt, e.options.zone), Told: loyalty.EventReference{ID: tracked.ID, Type: tracked.Type},
	}
	if x.Loyalty != nil {
		account, _, err := e.findAccount(ctx, c.tx, x.Loyalty.Code)
		if err != nil {
			return within("loyalty.code", err)
		}
		t.Card, t.CampaignID = account.VoucherID, account.CampaignID
	}
	if schema == nil || t.Day != e.dayOf(&c.operation) {
		return nil
	}
	t.Event, t.Selector = tracked.Type, schema.ID
	c.then = append(c.then, func(ctx context.Context, tx store.Tx, op *operation, catalogue *redemption.Catalogue) error {
		return e.earn(ctx, tx, op, catalogue, t)
	})
	return nil
}

// eventSchema reads the schema of an event; nil for an event that needs none.
func (e *Engine) eventSchema(ctx context.Context, r store.Reader, name string) (*event.Schema, error) {
	doc, err := r.Find(ctx, record.EventSchema, record.Key("name", name))
	switch {
	case err == nil:
		return decode[event.Schema](doc)
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	case e.options.undefined:
		return nil, nil
	}
	return nil, fault.Missing(string(record.EventSchema), name).At("event")
}

// putEvent plans the record of an event, under the instant at which it happened, with its counter and, for the first one
// of the customer under this name, the note that there are some.
func (c *change) putEvent(ctx context.Context, x *event.Tracked) error {
	parent := redemption.EventsOf(x.CustomerID, x.Type)
	if err := c.put(saved{
		kind: record.CustomEvent, id: x.ID, created: x.OccurredAt, parent: parent, keys: eventKey(x.CustomerID, x.Type, x.EventID),
	}, x); err != nil {
		return err
	}
	c.plan.CountEvent(x.CustomerID, event.Type(x.Type))
	c.touch(x.CustomerID)
	_, err := c.tx.Get(ctx, record.CustomEventName, parent)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return c.put(saved{kind: record.CustomEventName, id: parent, created: c.now, parent: x.CustomerID}, eventName{x.Type})
}

// eventName is the body of a record.CustomEventName.
type eventName struct {
	Type string `json:"type"`
}

// eventKey makes the caller's EventID unique for a customer and an event; the length keeps names with a slash apart.
func eventKey(customerID, name, eventID string) []string {
	if eventID == "" {
		return nil
	}
	return keyOf("event_id", strings.Join([]string{customerID, strconv.Itoa(len(name)), name, eventID}, "/"))
}

// repeated finds the event that was recorded under the same EventID; nil when there is none.
func (c *change) repeated(ctx context.Context, x *event.Custom) (*event.Tracked, error) {
	if x.EventID == "" {
		return nil, nil
	}
	buyer, err := findCustomer(ctx, c.tx, x.Customer)
	if isMissing(err) {
		return nil, nil // tracking reports an unknown id
	}
	if err != nil {
		return nil, err
	}
	doc, err := c.tx.Find(ctx, record.CustomEvent, eventKey(buyer.ID, x.Event, x.EventID)[0])
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode[event.Tracked](doc)
}

// findCustomer reads the customer that a payload names; its id wins over its source_id.
func findCustomer(ctx context.Context, r store.Reader, payload *customer.Customer) (*customer.Customer, error) {
	var keys []string
	if payload.ID == "" {
		keys = keyOf("source_id", payload.SourceID)
	}
	stored, _, err := find[customer.Customer](ctx, r, record.Customer, cmp.Or(payload.ID, payload.SourceID), keys...)
	return stored, err
}

// EventListOptions narrow a list of events.
type EventListOptions struct {
	// Event keeps the events of one name; empty keeps all.
	Event string
	// OldestFirst lists in the order in which the events happened; otherwise the newest comes first.
	OldestFirst bool
	// After continues behind an event of an earlier list: its position is made of OccurredAt and ID.
	After *store.Cursor
	// Limit is the largest number of events; 0 is no limit.
	Limit int
}

// List yields the events of a customer, named by id or source_id, by the time at which they happened.
func (s *Events) List(ctx context.Context, idOrSource string, options EventListOptions) iter.Seq2[event.Tracked, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(event.Tracked) bool) error {
		known, _, err := find[customer.Customer](ctx, r, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		names, err := eventNames(ctx, r, known.ID, options.Event)
		if err != nil {
			return err
		}
		for x, err := range merged(ctx, r, known.ID, names, options) {
			if err != nil {
				return err
			}
			if !each(x) {
				return nil
			}
		}
		return nil
	})
}

// eventNames are the names under which a customer has events.
func eventNames(ctx context.Context, r store.Reader, customerID, only string) ([]string, error) {
	if only != "" {
		return []string{only}, nil
	}
	var names []string
	for doc, err := range r.List(ctx, record.CustomEventName, store.Query{Parent: customerID}) {
		if err != nil {
			return nil, err
		}
		name, err := decode[eventName](doc)
		if err != nil {
			return nil, err
		}
		names = append(names, name.Type)
	}
	return names, nil
}

// merged yields the events of several names in one order: each name is a list of its own in the store.
func merged(
	ctx context.Context, r store.Reader, customerID string, names []string, options EventListOptions,
) iter.Seq2[event.Tracked, error] {
	return func(yield func(event.Tracked, error) bool) {
		type source struct {
			head *event.Tracked
			next func() (record.Document, error, bool)
		}
		advance := func(s *source) (bool, error) {
			doc, err, ok := s.next()
			if !ok || err != nil {
				return false, err
			}
			s.head, err = decode[event.Tracked](doc)
			return err == nil, err
		}
		before := func(a, b *source) int {
			order := cmp.Or(a.head.OccurredAt.Compare(b.head.OccurredAt), strings.Compare(a.head.ID, b.head.ID))
			if options.OldestFirst {
				return order
			}
			return -order
		}
		var sources []*source
		query := store.Query{Descending: !options.OldestFirst, After: options.After, Limit: options.Limit}
		for _, name := range names {
			query.Parent = redemption.EventsOf(customerID, name)
			next, stop := iter.Pull2(r.List(ctx, record.CustomEvent, query))
			defer stop()
			s := &source{next: next}
			if ok, err := advance(s); err != nil {
				yield(event.Tracked{}, err)
				return
			} else if ok {
				sources = append(sources, s)
			}
		}
		for count := 0; len(sources) > 0 && (options.Limit == 0 || count < options.Limit); count++ {
			first := slices.MinFunc(sources, before)
			if !yield(*first.head, nil) {
				return
			}
			ok, err := advance(first)
			if err != nil {
				yield(event.Tracked{}, err)
				return
			}
			if !ok {
				sources = slices.DeleteFunc(sources, func(s *source) bool { return s == first })
			}
		}
	}
}
