package voucherify_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// received is a customer as a request in JSON names it.
func received(t *testing.T, text string) *customer.Customer {
	t.Helper()
	c := new(customer.Customer)
	if err := json.Unmarshal([]byte(text), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// waysToStore are the calls that store the customer whom they name.
var waysToStore = map[string]func(*shop, customer.Customer) (customer.Customer, error){
	"upsert": func(s *shop, c customer.Customer) (customer.Customer, error) {
		return s.Customers.Upsert(background, c)
	},
	"redeem": func(s *shop, c customer.Customer) (customer.Customer, error) {
		result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: &c})
		if err != nil {
			return customer.Customer{}, err
		}
		return *result.Customer, nil
	},
	"publish": func(s *shop, c customer.Customer) (customer.Customer, error) {
		p, err := s.Publications.Create(background, publication.FromCampaign("pool", &c))
		if err != nil {
			return customer.Customer{}, err
		}
		return *p.Customer, nil
	},
}

func TestEveryCallThatStoresACustomerLaysItOverTheStoredOne(t *testing.T) {
	t.Parallel()
	for name, write := range waysToStore {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.coupon("ANY", discount.AmountOff(1, discount.ToOrder), 0)
			s.coded("pool", nil, "A", "B", "C", "D")
			created, err := write(s, *received(t, `{"source_id":"ann","name":"Ann","address":{"city":"Łódź","line_1":"1"},"email":"a@example.com","metadata":{"a":1}}`))
			s.must(err)
			other, err := s.Customers.Upsert(background, customer.Customer{SourceID: created.ID, Name: "has her id as its source_id"})
			s.must(err)
			changed, err := write(s, *received(t, `{"id":"`+created.ID+`","source_id":"bob","email":null,"address":{"city":"Gdynia"},"metadata":{"b":2}}`))
			s.must(err)
			want := customer.Customer{
				ID: created.ID, SourceID: "ann", Name: "Ann", Address: &customer.Address{City: "Gdynia", Line1: "1"},
				Metadata: metadata.Map{"a": 1.0, "b": 2.0}, CreatedAt: noon, UpdatedAt: pointer(noon), Version: 2,
			}
			if diff := cmp.Diff(want, changed); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			cleared, err := write(s, *received(t, `{"source_id":"ann","address":null}`))
			s.must(err)
			stored, err := s.Customers.Get(background, "ann")
			s.must(err)
			if stored.Address != nil || cleared.Address != nil || stored.Version != 3 || stored.Name != "Ann" {
				t.Errorf("address null: answer %+v, stored %+v", cleared, stored)
			}
			found, err := write(s, customer.Customer{SourceID: created.ID, Phone: "1"})
			s.must(err)
			if found.ID != other.ID {
				t.Errorf("a source_id is taken for the id of %s", found.ID)
			}
			if err := second(write(s, *customer.ByID("cust_1"))); !errors.Is(err, fault.NotFound) {
				t.Errorf("an unknown id: %v", err)
			}
			if err := second(s.Customers.Get(background, "bob")); !errors.Is(err, fault.NotFound) {
				t.Errorf("a source_id beside an id is stored: %v", err)
			}
		})
	}
}

func TestWhoIsNotNamedIsStoredAnonymously(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("ANY", discount.AmountOff(1, discount.ToOrder), 0)
	for _, way := range []string{"upsert", "redeem"} {
		first, err := waysToStore[way](s, customer.Customer{Name: "visitor"})
		s.must(err)
		again, err := waysToStore[way](s, customer.Customer{Name: "visitor"})
		s.must(err)
		stored, err := s.Customers.Get(background, first.ID)
		s.must(err)
		if first.ID == again.ID || stored.SourceID != "" || stored.Name != "visitor" {
			t.Errorf("%s: %s and %s, stored %+v", way, first.ID, again.ID, stored)
		}
	}
	count := len(s.store.Export().Documents)
	s.must(second(s.Validate(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: &customer.Customer{SourceID: "new", Name: "x"}})))
	if got := len(s.store.Export().Documents); got != count {
		t.Error("a validation has stored a customer")
	}
}

func TestAnUpdateIsForACustomerWhoIsStored(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if err := second(s.Customers.Update(background, customer.Customer{SourceID: "ann", Name: "Ann"})); !errors.Is(err, fault.NotFound) {
		t.Errorf("an unknown source_id: %v", err)
	}
	ann, err := s.Customers.Upsert(background, customer.Customer{SourceID: "ann", Name: "Ann"})
	s.must(err)
	got, err := s.Customers.Update(background, customer.Customer{SourceID: "ann", Phone: "1", Clear: customer.ClearName, Version: ann.Version})
	s.must(err)
	if got.Name != "" || got.Phone != "1" || got.Version != 2 {
		t.Errorf("updated: %+v", got)
	}
	if err := second(s.Customers.Update(background, customer.Customer{ID: ann.ID, Phone: "2", Version: 1})); !errors.Is(err, store.ErrStale) {
		t.Errorf("an old version: %v", err)
	}
	if err := second(s.Customers.Update(background, customer.Customer{ID: ann.ID, Birthdate: "x"})); s.refusal(err) != "invalid_payload at birthdate" {
		t.Errorf("bad input: %v", err)
	}
}

// Two requests that do different things to the stored customer are never the same request.
func TestClearingAFieldIsPartOfTheRequest(t *testing.T) {
	t.Parallel()
	hash := func(c *customer.Customer) string {
		r := redemption.Request{Redeemables: redemption.Codes("A"), Customer: c}
		sum, err := r.Hash()
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	if hash(received(t, `{"source_id":"ann"}`)) == hash(received(t, `{"source_id":"ann","address":null}`)) {
		t.Error("the hash does not see that the address is cleared")
	}
}

func TestAnOrderTellsOfEachStatus(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("ANY", discount.AmountOff(1, discount.ToOrder), 0)
	ann, err := s.Customers.Upsert(background, customer.Customer{SourceID: "ann"})
	s.must(err)
	o, err := s.Orders.Create(background, order.Order{SourceID: "1", CustomerID: ann.ID, Amount: 100})
	s.must(err)
	for _, step := range []struct {
		status order.Status
		want   []string
	}{
		{order.Created, []string{"customer.order.updated"}},
		{order.Processing, []string{"customer.order.updated", "customer.order.processing"}},
		{order.Processing, []string{"customer.order.updated"}},
		{order.Paid, []string{"customer.order.updated", "customer.order.paid"}},
		{order.Fulfilled, []string{"customer.order.updated", "customer.order.fulfilled"}},
		{order.Canceled, []string{"customer.order.updated", "customer.order.canceled"}},
	} {
		after := s.outboxEnd()
		s.must(second(s.Orders.Update(background, order.Order{ID: o.ID, Status: step.status})))
		if diff := cmp.Diff(step.want, s.events(after)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.status, diff)
		}
	}
	after := s.outboxEnd()
	s.must(second(s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("ANY"), Customer: of("ann"), Order: &order.Order{Status: order.Processing, Amount: 100},
	})))
	want := []string{"customer.order.processing"}
	if diff := cmp.Diff(want, s.events(after, event.CustomerOrderPaid, event.CustomerOrderProcessing)); diff != "" {
		t.Errorf("a redeem that says PROCESSING (-want +got):\n%s", diff)
	}
	var listed []string
	for o, err := range s.Orders.List(background, voucherify.ListOptions{Parent: ann.ID}) {
		s.must(err)
		listed = append(listed, string(o.Status))
	}
	if diff := cmp.Diff([]string{"PROCESSING", "CANCELED"}, listed); diff != "" {
		t.Errorf("the orders of the customer (-want +got):\n%s", diff)
	}
}

func TestAFailedRollbackIsToldToTheCustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("ANY", discount.AmountOff(1, discount.ToOrder), 0)
	for _, test := range []struct {
		buyer *customer.Customer
		want  []string
	}{
		{of("ann"), []string{"redemption.rollback.failed", "customer.redemption.rollback.failed"}},
		{nil, []string{"redemption.rollback.failed"}},
	} {
		result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: test.buyer})
		s.must(err)
		s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
		after := s.outboxEnd()
		if err := second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})); !errors.Is(err, fault.AlreadyRolledBack) {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, s.events(after)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	}
}

func TestTheRedemptionsOfACustomerAreAList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("ANY", discount.AmountOff(1, discount.ToOrder), 0)
	s.coupon("MORE", discount.AmountOff(1, discount.ToOrder), 0)
	stacked, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY", "MORE"), Customer: of("ann")})
	s.must(err)
	single, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: of("ann")})
	s.must(err)
	s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: of("bob")})))
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: stacked.ID()})))
	list := func(parent string) (ids []string) {
		for x, err := range s.Redemptions.List(background, voucherify.ListOptions{Parent: parent, OldestFirst: true}) {
			s.must(err)
			ids = append(ids, x.ID)
		}
		return ids
	}
	if diff := cmp.Diff([]string{stacked.ID(), single.ID()}, list(single.Customer.ID)); diff != "" {
		t.Errorf("of the customer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(stacked.Parent.Children, list(stacked.ID())); diff != "" {
		t.Errorf("of the parent (-want +got):\n%s", diff)
	}
}
