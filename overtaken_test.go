package voucherify_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// overtaken is a store in which somebody else commits first, just before a transaction writes: each of first once.
type overtaken struct {
	store.Store
	first []func()
}

func (s *overtaken) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return fn(&overtakenTx{tx, s}) })
}

type overtakenTx struct {
	store.Tx
	store *overtaken
}

func (t *overtakenTx) Apply(ctx context.Context, plan *redemption.Plan) error {
	if others := t.store.first; len(others) > 0 {
		t.store.first = others[1:]
		others[0]()
	}
	return t.Tx.Apply(ctx, plan)
}

// A track that loses the race for a new customer, for its first event of a name and for an EventID runs again and finds
// what the winner has written.
func TestATrackThatIsOvertakenRunsAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.eventSchema("rated")
	slow := &overtaken{Store: s.store}
	other, err := voucherify.New(slow, voucherify.WithClock(func() time.Time { return noon }))
	s.must(err)
	x := rated(5)
	x.EventID = "e1"
	for _, second := range []string{"e1", "e2"} {
		var winner event.Tracked
		slow.first = []func(){func() {
			var err error
			winner, err = s.Events.Track(ctx, x)
			s.must(err)
		}}
		if second == "e1" { // before that, the customer alone
			slow.first = append([]func(){func() {
				_, err := s.Customers.Upsert(ctx, *customer.BySourceID("ada"))
				s.must(err)
			}}, slow.first...)
		}
		y := rated(1)
		y.EventID = second
		got, err := other.Events.Track(ctx, y)
		s.must(err)
		same(t, second+" is the winner's", second == "e1", got.ID == winner.ID)
		same(t, "customer", winner.CustomerID, got.CustomerID)
	}
	same(t, "events", 2, len(s.stars("ada", voucherify.EventListOptions{})))
}

// A purge takes into account what is written while it runs.
func TestAPurgeThatIsOvertakenRunsAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada", Metadata: metadata.Map{"old": 1}})
	s.must(err)
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{"old": {Type: metadata.TypeNumber, Deleted: true}}})
	slow := &overtaken{Store: s.store, first: []func(){func() {
		_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada", Name: "Ada"})
		s.must(err)
	}}}
	other, err := voucherify.New(slow, voucherify.WithClock(func() time.Time { return noon }))
	s.must(err)
	_, err = other.MetadataSchemas.Purge(ctx, metadata.OfCustomer, "old")
	s.must(err)
	ada, err := s.Customers.Get(ctx, "ada")
	s.must(err)
	same(t, "name", "Ada", ada.Name)
	same(t, "metadata", metadata.Map{}, ada.Metadata)
}

// late is a store whose statements see the newest commits each: what was read first is old by the time of the second read. Between them,
// once, somebody else commits.
type late struct {
	store.Store
	between func()
}

func (s *late) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return fn(&lateTx{Tx: tx, store: s}) })
}

type lateTx struct {
	store.Tx
	store *late
	again bool
}

func (t *lateTx) Snapshot(ctx context.Context, needs redemption.Needs) (found *redemption.Snapshot, err error) {
	if t.again {
		err = t.store.View(ctx, func(r store.Reader) (err error) { found, err = r.Snapshot(ctx, needs); return err })
		return found, err
	}
	found, err = t.Tx.Snapshot(ctx, needs)
	if needs.OutcomeKey != "" && t.store.between != nil {
		t.again = true
		t.store.between()
		t.store.between = nil
	}
	return found, err
}

// A call that is repeated while the first one commits is answered as that one was, and not refused because of what it has done.
func TestARepeatedCallThatIsOvertakenByTheFirstIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, call := range map[string]func(*voucherify.Engine, *redemption.Result) (any, error){
		"rollback": func(e *voucherify.Engine, x *redemption.Result) (any, error) {
			return e.Rollback(ctx, redemption.RollbackRequest{IdempotencyKey: "k", Redemption: x.ID()})
		},
		"return": func(e *voucherify.Engine, x *redemption.Result) (any, error) {
			return e.Return(ctx, redemption.ReturnRequest{
				IdempotencyKey: "k", Redemption: x.ID(), Lines: []redemption.ReturnLine{{ItemID: x.Order.Items[0].ID, Quantity: 1}},
			})
		},
	} {
		s := newShop(t)
		s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 0)
		price := int64(1000)
		bought, err := s.Redeem(ctx, redemption.Request{
			Redeemables: redemption.Codes("SAVE"), Order: &order.Order{Items: []order.Item{{SourceID: "mug", Quantity: 1, Price: &price}}},
		})
		s.must(err)
		var first any
		slow := &late{Store: s.store}
		slow.between = func() {
			var err error
			first, err = call(s.Engine, bought)
			s.must(err)
		}
		other, err := voucherify.New(slow, voucherify.WithClock(func() time.Time { return noon }))
		s.must(err)
		second, err := call(other, bought)
		s.must(err)
		got, want := text(t, second), text(t, first)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-first +second):\n%s", name, diff)
		}
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
