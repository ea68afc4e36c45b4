package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// eventSchema stores the schema of an event with a required number "stars".
func (s *shop) eventSchema(name string) event.Schema {
	s.t.Helper()
	created, err := s.EventSchemas.Create(context.Background(), event.Schema{Name: name, Schema: event.Definition{
		Properties: map[string]event.Property{"stars": {Type: metadata.TypeNumber}},
	}})
	s.must(err)
	return created
}

// rated is an event of ada's.
func rated(stars int) event.Custom {
	return event.Custom{Event: "rated", Customer: customer.BySourceID("ada"), Metadata: metadata.Map{"stars": float64(stars)}}
}

// counted is the counter of a customer's events.
func (s *shop) counted(customerID, name string) int64 {
	s.t.Helper()
	key := redemption.CounterKey{Metric: "customer_event", Subject: customerID, Detail: name}
	var value int64
	s.must(s.store.View(context.Background(), func(r store.Reader) error {
		counters, err := r.Counters(context.Background(), []redemption.CounterKey{key})
		value = counters[key]
		return err
	}))
	return value
}

// list are the events of a customer by their stars.
func (s *shop) stars(name string, options voucherify.EventListOptions) []any {
	s.t.Helper()
	var stars []any
	for x, err := range s.Events.List(context.Background(), name, options) {
		s.must(err)
		stars = append(stars, x.Metadata["stars"])
	}
	return stars
}

func TestEventSchemasAreKept(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	created := s.eventSchema("rated")
	for _, name := range []string{created.ID, "rated"} {
		got, err := s.EventSchemas.Get(ctx, name)
		s.must(err)
		same(t, "read by "+name, created, got)
	}
	if _, err := s.EventSchemas.Create(ctx, event.Schema{Name: "rated"}); !errors.Is(err, fault.DuplicateFound) {
		t.Errorf("a second schema: %v", err)
	}
	s.now.Store(60)
	later := noon.Add(time.Minute)
	for i, update := range []event.Schema{
		{ID: created.ID, Version: 1, Schema: event.Definition{Properties: map[string]event.Property{"stars": {Type: metadata.TypeString}}}},
		{Name: "rated", Schema: event.Definition{Properties: map[string]event.Property{"day": {Type: metadata.TypeDate}}}},
	} {
		updated, err := s.EventSchemas.Update(ctx, update)
		s.must(err)
		want := created
		want.UpdatedAt, want.Version = &later, int64(i+2)
		want.Schema.Properties = map[string]event.Property{"stars": {Type: metadata.TypeString}}
		if i == 1 {
			want.Schema.Properties["day"] = event.Property{Type: metadata.TypeDate}
		}
		same(t, "updated", want, updated)
	}
	_, err := s.EventSchemas.Update(ctx, event.Schema{ID: created.ID, Name: "other"})
	same(t, "another name", "invalid_payload name: an event keeps its name", says(err))
	if _, err = s.EventSchemas.Update(ctx, event.Schema{ID: created.ID, Version: 1}); !errors.Is(err, store.ErrStale) {
		t.Errorf("an update of an old version: %v", err)
	}
	s.must(s.EventSchemas.Delete(ctx, "rated"))
	for x, err := range s.EventSchemas.List(ctx, voucherify.ListOptions{}) {
		t.Errorf("after the deletion: %v %v", x, err)
	}
	_, err = s.Events.Track(ctx, rated(5))
	same(t, "an event whose schema is deleted", "not_found event: Cannot find custom_event_schema with id rated", says(err))
}

func TestTrackRecordsTheEventAndItsCustomer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	schema := s.eventSchema("rated")
	x := rated(5)
	x.Customer.Name = "Ada"
	tracked, err := s.Events.Track(ctx, x)
	s.must(err)
	ada, err := s.Customers.Get(ctx, "ada")
	s.must(err)
	same(t, "the customer", "Ada", ada.Name)
	want := event.Tracked{
		Type: "rated", CustomerID: ada.ID, Metadata: metadata.Map{"stars": 5.0}, OccurredAt: noon, CreatedAt: noon, Version: 1,
	}
	if diff := cmp.Diff(want, tracked, cmpopts.IgnoreFields(event.Tracked{}, "ID")); diff != "" {
		t.Errorf("tracked (-want +got):\n%s", diff)
	}
	same(t, "counter", int64(1), s.counted(ada.ID, "rated"))
	same(t, "events", []string{"customer.created", "customer.custom_event"}, s.events(0))
	s.must(s.store.View(ctx, func(r store.Reader) error {
		for entry, err := range r.Outbox(ctx, 1) {
			s.must(err)
			var data map[string]any
			s.must(json.Unmarshal(entry.Event.Data, &data))
			same(t, "entity", tracked.ID, entry.Event.EntityID)
			same(t, "event", tracked.ID, data["event"].(map[string]any)["id"])
			same(t, "schema", schema.ID, data["event_schema"].(map[string]any)["id"])
			same(t, "customer", ada.ID, data["customer"].(map[string]any)["id"])
			for _, absent := range []string{"referral", "loyalty"} {
				if value, there := data[absent]; value != nil || !there {
					t.Errorf("%s is %v", absent, value)
				}
			}
		}
		doc, err := r.Get(ctx, record.CustomEvent, tracked.ID)
		same(t, "parent", ada.ID+"/rated", doc.Parent)
		return err
	}))

	x.Customer = customer.ByID(ada.ID)
	_, err = s.Events.Track(ctx, x)
	s.must(err)
	same(t, "counter", int64(2), s.counted(ada.ID, "rated"))
	same(t, "a customer that did not change has no event", []string{"customer.created", "customer.custom_event", "customer.custom_event"}, s.events(0))
}

func TestTrackRefuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.eventSchema("rated")
	s.schema(metadata.OfCustomer)
	future := rated(5)
	future.Customer.Metadata, future.OccurredAt = fits, noon.Add(time.Microsecond)
	unknown := rated(5)
	unknown.Customer = customer.ByID("cust_x")
	broken := rated(5)
	broken.Metadata = metadata.Map{"stars": "five"}
	other := rated(5)
	other.Event = "viewed"
	stranger := rated(5)
	stranger.Customer.Metadata = wrong
	referral := rated(5)
	referral.Customer.Metadata, referral.Referral = fits, &event.Referral{Code: "BOB"}
	for _, test := range []struct {
		name  string
		event event.Custom
		want  string
	}{
		{"an event without a name", event.Custom{Customer: customer.BySourceID("ada")}, "invalid_payload event: must have between 1 and 300 characters of valid UTF-8"},
		{"an event without a schema", other, "not_found event: Cannot find custom_event_schema with id viewed"},
		{"metadata that does not fit", broken, "metadata_validation_failed metadata.stars: stars: must be a number, property is required (actual value is 'five')"},
		{"an unknown customer", unknown, "not_found customer: Cannot find customer with id cust_x"},
		{"metadata of the customer that does not fit", stranger, mistyped("customer.metadata")},
		{"the future", future, "invalid_payload occurred_at: 2026-11-25T12:00:00.000001Z lies in the future"},
		{"a referral", referral, "not_found referral.code: Cannot find voucher with id BOB"},
	} {
		_, err := s.Events.Track(ctx, test.event)
		same(t, test.name, test.want, says(err))
	}
	same(t, "what is left", []string(nil), s.events(0))
}

func TestUndefinedEvents(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithUndefinedEvents())
	x := rated(5)
	x.Metadata = metadata.Map{"stars": "anything"}
	_, err := s.Events.Track(context.Background(), x)
	s.must(err)
	s.eventSchema("rated")
	_, err = s.Events.Track(context.Background(), x)
	same(t, "once there is a schema", "metadata_validation_failed metadata.stars: stars: must be a number, property is required (actual value is 'anything')", says(err))
}

// The same EventID is the same event for one customer and name, whatever else is sent the second time.
func TestTrackIsIdempotent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	for _, name := range []string{"rated", "a", "a/1", "a/1/b"} {
		s.eventSchema(name)
	}
	x := rated(5)
	x.EventID = "e1"
	first, err := s.Events.Track(ctx, x)
	s.must(err)
	before := s.events(0)
	s.now.Store(60)
	again := rated(1)
	again.EventID, again.Customer.Name = "e1", "somebody else"
	second, err := s.Events.Track(ctx, again)
	s.must(err)
	same(t, "the second answer", first, second)
	same(t, "events", before, s.events(0))
	same(t, "counter", int64(1), s.counted(first.CustomerID, "rated"))
	again.Metadata = metadata.Map{"stars": "five"} // not looked at either
	third, err := s.Events.Track(ctx, again)
	s.must(err)
	same(t, "the third answer", first, third)

	distinct := map[string]bool{first.ID: true}
	for _, other := range []event.Custom{
		{Event: "rated", EventID: "e1", Customer: customer.BySourceID("bob")}, {Event: "rated", EventID: "e2", Customer: customer.BySourceID("ada")},
		{Event: "rated", Customer: customer.BySourceID("ada")}, {Event: "rated", Customer: customer.BySourceID("ada")},
		{Event: "a", EventID: "1/b", Customer: customer.BySourceID("ada")}, {Event: "a/1", EventID: "b", Customer: customer.BySourceID("ada")},
	} {
		other.Metadata = metadata.Map{"stars": 1}
		tracked, err := s.Events.Track(ctx, other)
		s.must(err)
		if distinct[tracked.ID] {
			t.Errorf("%s %q is taken for another event", other.Event, other.EventID)
		}
		distinct[tracked.ID] = true
	}
}

// Many goroutines report the first events of one new customer: each is counted once, a repeated one is recorded once.
func TestConcurrentTracks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.eventSchema("rated")
	var group sync.WaitGroup
	const callers = 24
	for i := range callers {
		group.Go(func() {
			x := rated(i)
			x.EventID = fmt.Sprint(i / 2) // each twice
			if _, err := s.Events.Track(ctx, x); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	ada, err := s.Customers.Get(ctx, "ada")
	s.must(err)
	same(t, "counter", int64(callers/2), s.counted(ada.ID, "rated"))
	same(t, "events", callers/2, len(s.stars("ada", voucherify.EventListOptions{})))
}

// Events are listed by the time at which they happened, of one name or of all, with limits and from a position on.
func TestEventsAreListedInTheirOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	names := []string{"rated", "viewed", "a/b"}
	for _, name := range names {
		s.eventSchema(name)
	}
	s.now.Store(1000)
	var oldest []any
	var byName = map[string][]any{}
	const count = 30
	for i := range count {
		name := names[i*7%3]
		oldest = append(oldest, float64(i))
		byName[name] = append(byName[name], float64(i))
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(count) { // reported in another order than they happened
		x := rated(i)
		x.Event, x.OccurredAt = names[i*7%3], noon.Add(time.Duration(i)*time.Second)
		_, err := s.Events.Track(ctx, x)
		s.must(err)
		x.Customer = customer.BySourceID("bob")
		_, err = s.Events.Track(ctx, x)
		s.must(err)
	}
	newest := func(list []any) []any {
		var reversed []any
		for _, x := range list {
			reversed = append([]any{x}, reversed...)
		}
		return reversed
	}
	same(t, "newest first", newest(oldest), s.stars("ada", voucherify.EventListOptions{}))
	same(t, "oldest first", oldest, s.stars("ada", voucherify.EventListOptions{OldestFirst: true}))
	same(t, "a few", newest(oldest)[:4], s.stars("ada", voucherify.EventListOptions{Limit: 4}))
	for _, name := range names {
		same(t, name, newest(byName[name]), s.stars("ada", voucherify.EventListOptions{Event: name}))
		same(t, "oldest "+name, byName[name][:1], s.stars("ada", voucherify.EventListOptions{Event: name, OldestFirst: true, Limit: 1}))
	}
	same(t, "another name", []any(nil), s.stars("ada", voucherify.EventListOptions{Event: "a"}))
	var pages []any
	options := voucherify.EventListOptions{Limit: 7}
	for {
		page := 0
		for x, err := range s.Events.List(ctx, "ada", options) {
			s.must(err)
			pages = append(pages, x.Metadata["stars"])
			options.After = &store.Cursor{CreatedAtMicros: x.OccurredAt.UnixMicro(), ID: x.ID}
			page++
		}
		if page < 7 {
			break
		}
	}
	same(t, "page by page", newest(oldest), pages)
	for x := range s.Events.List(ctx, "ada", voucherify.EventListOptions{}) { // stopping early is fine
		same(t, "the first", float64(count-1), x.Metadata["stars"])
		break
	}
	for _, err := range s.Events.List(ctx, "nobody", voucherify.EventListOptions{}) {
		same(t, "an unknown customer", "not_found : Cannot find customer with id nobody", says(err))
	}
}
