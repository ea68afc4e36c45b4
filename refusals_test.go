package voucherify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
)

// place is where a refusal points: its key and its field.
type place struct {
	Key   fault.Key
	Field string
}

func placeOf(t *testing.T, err error) place {
	t.Helper()
	var cause *fault.Error
	if !errors.As(err, &cause) {
		t.Fatalf("got %v, want a *fault.Error", err)
	}
	return place{cause.Key, cause.Field}
}

// complaint is one thing that is wrong with a request by itself.
type complaint struct {
	name  string
	spoil func(*redemption.Request)
	want  place
}

var complaints = []complaint{
	{
		"a key that is too long", func(r *redemption.Request) { r.IdempotencyKey = strings.Repeat("k", 256) },
		place{fault.InvalidPayload, "idempotency_key"},
	},
	{"no redeemables", func(r *redemption.Request) { r.Redeemables = nil }, place{fault.InvalidPayload, "redeemables"}},
	{
		"an unknown kind", func(r *redemption.Request) {
			r.Redeemables = append([]redemption.Redeemable{{Object: "ticket", ID: "A"}}, r.Redeemables...)
		},
		place{fault.InvalidPayload, "redeemables[0].object"},
	},
	{
		"a stack beside a code", func(r *redemption.Request) { r.Redeemables = append(r.Redeemables, redemption.Stack("stack_1")...) },
		place{fault.InvalidRedeemables, "redeemables"},
	},
	{
		"a price below zero", func(r *redemption.Request) {
			price := int64(-1)
			r.Order = &order.Order{ID: r.Order.ID, Items: []order.Item{{ProductID: "p", Price: &price}}}
		},
		place{fault.InvalidAmount, "order.items[0].price"},
	},
	{
		"a birthdate that is none", func(r *redemption.Request) {
			r.Customer = &customer.Customer{ID: r.Customer.ID, Birthdate: "yesterday"}
		},
		place{fault.InvalidPayload, "customer.birthdate"},
	},
	{
		"a tracking id that is too long", func(r *redemption.Request) { r.TrackingID = strings.Repeat("t", 256) },
		place{fault.InvalidPayload, "tracking_id"},
	},
	{
		"metadata with too many keys", func(r *redemption.Request) {
			r.Metadata = metadata.Map{}
			for i := range 101 {
				r.Metadata[strings.Repeat("k", i+1)] = i
			}
		},
		place{fault.InvalidPayload, "metadata"},
	},
	{
		"more redeemables than the project allows", func(r *redemption.Request) {
			for _, code := range []string{"B", "C"} {
				if len(r.Redeemables) > 0 {
					r.Redeemables = append(r.Redeemables, redemption.Codes(code)...)
				}
			}
		},
		place{fault.InvalidRedeemables, "redeemables"},
	},
	{"an unknown customer", func(r *redemption.Request) { r.Customer.ID = "cust_1" }, place{fault.NotFound, "customer.id"}},
	{"an unknown order", func(r *redemption.Request) { r.Order.ID = "ord_1" }, place{fault.NotFound, "order.id"}},
}

// A request is checked from the cheap to the dear: what it says by itself, then what it names.
func TestOfTwoComplaintsTheCheaperOneIsReported(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	_, err := s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesLimit: 2})
	s.must(err)
	s.coupon("A", discount.AmountOff(1, discount.ToOrder), 0)
	before := asJSON(t, s.store.Export())
	for i, first := range complaints {
		for _, then := range complaints[i:] {
			request := redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Amount: 1}, Customer: customer.BySourceID("c1")}
			then.spoil(&request)
			if then.name != first.name {
				first.spoil(&request)
			}
			got := placeOf(t, second(s.Redeem(background, request)))
			if diff := cmp.Diff(first.want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", first.name, then.name, diff)
			}
		}
	}
	if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
		t.Errorf("the requests changed the store (-before +after):\n%s", diff)
	}
}

// TestTheRefusalsOfARollbackAreInOrder lays one reason after the other over a rollback, the last of the list first.
func TestTheRefusalsOfARollbackAreInOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithLimits(voucherify.Limits{RollbackWindow: time.Hour}))
	result := s.redeemedOnce()
	request := redemption.RollbackRequest{Redemption: result.ID()}
	attempts := 0
	refuse := func(key fault.Key, field string, recorded bool) {
		t.Helper()
		err := second(s.Rollback(background, request))
		if diff := cmp.Diff(place{key, field}, placeOf(t, err)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if recorded {
			attempts++
		}
		var entries []redemption.Rollback
		for entry, err := range s.Redemptions.ListRollbacks(background, voucherify.ListOptions{Parent: result.ID()}) {
			s.must(err)
			if entry.Result == redemption.Failure {
				entries = append(entries, entry)
			}
		}
		if len(entries) != attempts || recorded && entries[0].FailureCode != key {
			t.Errorf("%s: the failed attempts are %s", key, asJSON(t, entries))
		}
	}

	request.OrderID = "ord_1"
	refuse(fault.InvalidOrder, "order_id", true)
	request.Customer = customer.BySourceID("c2")
	refuse(fault.InvalidCustomer, "customer", true)
	s.now.Store(60*60 + 1)
	refuse(fault.InvalidRedemption, "", true)
	s.now.Store(60 * 60)
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	s.now.Store(60*60 + 1)
	refuse(fault.AlreadyRolledBack, "", true)
	request.Redemption = "r_1"
	refuse(fault.NotFound, "", false)
	request.Reason = strings.Repeat("r", 1001)
	refuse(fault.InvalidPayload, "reason", false)
	request.Redemption = ""
	refuse(fault.InvalidPayload, "redemption", false)
	request.IdempotencyKey = strings.Repeat("k", 256)
	refuse(fault.InvalidPayload, "idempotency_key", false)
}

func TestNothingIsGivenBackForARecordThatIsNoRedemption(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	result := s.redeemedOnce()
	back, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	var again *fault.Error
	if !errors.As(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})), &again) {
		t.Fatal("rolled back twice")
	}
	var refused *redemption.Refused
	if !errors.As(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE")})), &refused) {
		t.Fatal("an unknown code was redeemed")
	}
	lines := []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}}
	for name, id := range map[string]string{
		"a rollback": back.Rollbacks[0].ID, "the rollback of a parent": back.Parent.ID, "a failed rollback": again.ResourceID,
		"a failed redemption": refused.Cause.ResourceID,
	} {
		want := place{fault.InvalidRedemption, "redemption"}
		if diff := cmp.Diff(want, placeOf(t, second(s.Rollback(background, redemption.RollbackRequest{Redemption: id})))); diff != "" {
			t.Errorf("rolling back %s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(want, placeOf(t, second(s.Return(background, redemption.ReturnRequest{Redemption: id, Lines: lines})))); diff != "" {
			t.Errorf("returning units of %s (-want +got):\n%s", name, diff)
		}
	}
	if got := placeOf(t, second(s.Return(background, redemption.ReturnRequest{Redemption: result.ID(), Lines: lines}))); got.Key != fault.AlreadyRolledBack {
		t.Errorf("returning units of what is rolled back: %s", got.Key)
	}
}

func TestBadReturnsAreRefusedBeforeAnythingHappens(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	result := s.redeemedOnce()
	item := result.Order.Items[0].ID
	line := func(id string, quantity int64) redemption.ReturnLine {
		return redemption.ReturnLine{ItemID: id, Quantity: quantity}
	}
	before := asJSON(t, s.store.Export())
	for _, test := range []struct {
		name    string
		request redemption.ReturnRequest
		want    place
	}{
		{"no redemption", redemption.ReturnRequest{Lines: []redemption.ReturnLine{line(item, 1)}}, place{fault.InvalidPayload, "redemption"}},
		{"no lines", redemption.ReturnRequest{Redemption: result.ID()}, place{fault.InvalidPayload, "lines"}},
		{"501 lines", redemption.ReturnRequest{Redemption: result.ID(), Lines: make([]redemption.ReturnLine, 501)}, place{fault.InvalidPayload, "lines"}},
		{"a line without an item", redemption.ReturnRequest{Redemption: result.ID(), Lines: []redemption.ReturnLine{line("", 1)}}, place{fault.InvalidPayload, "lines[0].item_id"}},
		{"nothing of a line", redemption.ReturnRequest{Redemption: result.ID(), Lines: []redemption.ReturnLine{line(item, 0)}}, place{fault.InvalidPayload, "lines[0].quantity"}},
		{"a line twice", redemption.ReturnRequest{Redemption: result.ID(), Lines: []redemption.ReturnLine{line(item, 1), line(item, 1)}}, place{fault.InvalidPayload, "lines[1].item_id"}},
		{"an unknown line", redemption.ReturnRequest{Redemption: result.ID(), Lines: []redemption.ReturnLine{line(item, 1), line("ordli_1", 1)}}, place{fault.NotFound, "lines[1].item_id"}},
		{"more than was bought", redemption.ReturnRequest{Redemption: result.ID(), Lines: []redemption.ReturnLine{line(item, 3)}}, place{fault.InvalidPayload, "lines[0].quantity"}},
		{"an unknown redemption", redemption.ReturnRequest{Redemption: "r_1", Lines: []redemption.ReturnLine{line(item, 1)}}, place{fault.NotFound, ""}},
		{"one redemption of several", redemption.ReturnRequest{Redemption: result.Redemptions[0].ID, Lines: []redemption.ReturnLine{line(item, 1)}}, place{fault.InvalidRedemptionParent, "redemption"}},
		{"a long reason", redemption.ReturnRequest{Redemption: result.ID(), Reason: strings.Repeat("r", 1001), Lines: []redemption.ReturnLine{line(item, 1)}}, place{fault.InvalidPayload, "reason"}},
		{"a long key", redemption.ReturnRequest{IdempotencyKey: strings.Repeat("k", 256), Redemption: result.ID(), Lines: []redemption.ReturnLine{line(item, 1)}}, place{fault.InvalidPayload, "idempotency_key"}},
	} {
		if diff := cmp.Diff(test.want, placeOf(t, second(s.Return(background, test.request)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
		t.Errorf("the requests changed the store (-before +after):\n%s", diff)
	}
}
