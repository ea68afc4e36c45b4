package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// history is what ann has left behind in a shop, and bob beside her.
type history struct {
	*shop
	ann, bob customer.Customer
	segment  customer.Segment
	stack    *redemption.Result // two codes at once, under an idempotency key
	single   *redemption.Result // rolled back
	bobs     *redemption.Result
}

// personalData are the texts that must not be anywhere after ann was deleted permanently.
var personalData = []string{"ann-source", "Ann Secret", "ann@example.com", "secret-", "Sekretna"}

// lived fills a shop. Every free text of ann begins with "secret-".
func lived(t *testing.T) *history {
	t.Helper()
	h := &history{shop: newShop(t, voucherify.WithUndefinedEvents())}
	s := h.shop
	once := h.unassigned(`{"name":"once","rules":{"1":{"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}},"logic":"1"}}`)
	vip := h.unassigned(`{"name":"level","rules":{"1":{"name":"customer.metadata","property":"level","conditions":{"$is":["gold"]}},"logic":"1"}}`)
	s.coded("once", func(c *campaign.Campaign) { c.ValidationRules = []string{once.ID} }, "ONCE", "GIVEN", "OWNED")
	s.coded("levels", func(c *campaign.Campaign) { c.ValidationRules = []string{vip.ID} }, "LEVEL")
	s.coupon("GENERIC", discount.AmountOff(100, discount.ToOrder), 0)
	free := metadata.Map{"note": "secret-note"}
	var err error
	h.ann, err = s.Customers.Upsert(background, customer.Customer{
		SourceID: "ann-source", Name: "Ann Secret", Email: "ann@example.com", Metadata: metadata.Map{"level": "secret-silver"},
		Address: &customer.Address{Line1: "Sekretna 1"},
	})
	s.must(err)
	h.bob, err = s.Customers.Upsert(background, customer.Customer{SourceID: "bob", Name: "Bob"})
	s.must(err)
	h.segment, err = s.Segments.Create(background, customer.Segment{Name: "both", Customers: []string{h.ann.ID, h.bob.ID}})
	s.must(err)
	for _, code := range []string{"GIVEN", "GENERIC"} {
		s.must(second(s.Publications.Create(background, publication.Request{Voucher: code, Customer: &h.ann, SourceID: "p-" + code, Metadata: free})))
	}
	s.must(second(s.Publications.Create(background, publication.OfCode("GENERIC", of("bob")))))
	for _, id := range []string{"secret-1", "secret-2"} {
		s.must(second(s.Events.Track(background, event.Custom{EventID: id, Event: "seen", Customer: of("ann-source"), Metadata: free})))
	}
	s.given(publication.OfCode("GIVEN", &h.ann)) // refused, and recorded
	request := func(codes ...string) redemption.Request {
		return redemption.Request{
			Redeemables: redemption.Codes(codes...), Customer: of("ann-source"), Metadata: free,
			Order: &order.Order{Metadata: free, Items: []order.Item{{ProductID: "prod_mug", Quantity: 2, Amount: pointer(int64(2000)), Metadata: free}}},
		}
	}
	stacked := request("ONCE", "GENERIC")
	stacked.IdempotencyKey = "key-1"
	h.stack, err = s.Redeem(background, stacked)
	s.must(err)
	h.single, err = s.Redeem(background, request("OWNED"))
	s.must(err)
	s.must(second(s.Rollback(background, redemption.RollbackRequest{IdempotencyKey: "key-3", Redemption: h.single.ID(), Reason: "secret-reason", Metadata: free})))
	s.must(second(s.Return(background, redemption.ReturnRequest{
		IdempotencyKey: "key-2", Redemption: h.stack.ID(), Reason: "secret-return", Lines: []redemption.ReturnLine{{ItemID: h.stack.Order.Items[0].ID, Quantity: 1}},
	})))
	if _, err := s.Redeem(background, request("LEVEL")); !errors.Is(err, fault.CustomerRulesViolated) {
		t.Fatalf("LEVEL: %v", err)
	}
	h.bobs, err = s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("GENERIC"), Customer: of("bob"), Metadata: metadata.Map{"note": "bobs-note"}})
	s.must(err)
	return h
}

// unassigned stores a rule.
func (s *shop) unassigned(text string) validation.Rule {
	s.t.Helper()
	var rule validation.Rule
	s.must(json.Unmarshal([]byte(text), &rule))
	rule, err := s.Rules.Create(background, rule)
	s.must(err)
	return rule
}

func pointer[T any](value T) *T { return &value }

func TestADeletedCustomerLeavesSegmentsAndWallet(t *testing.T) {
	t.Parallel()
	h := lived(t)
	counters, after := h.counters(), h.outboxEnd()
	h.must(h.Customers.Delete(background, "ann-source"))
	if err := second(h.Customers.Get(background, h.ann.ID)); !errors.Is(err, fault.NotFound) {
		t.Errorf("the profile: %v", err)
	}
	segment, err := h.Segments.Get(background, h.segment.ID)
	h.must(err)
	if diff := cmp.Diff([]string{h.bob.ID}, segment.Customers); diff != "" || segment.Version != 2 {
		t.Errorf("segment of version %d (-want +got):\n%s", segment.Version, diff)
	}
	for _, code := range []string{"GIVEN", "GENERIC"} {
		v, err := h.Vouchers.Get(background, code)
		h.must(err)
		if v.HolderID != "" || v.PublishedAt == nil {
			t.Errorf("%s belongs to %q", code, v.HolderID)
		}
	}
	if got := h.given(publication.OfCode("GIVEN", of("bob"))); got != "voucher_already_published at voucher" {
		t.Errorf("a code that she had is given to another: %s", got)
	}
	if diff := cmp.Diff([]string{"GENERIC ACTIVE"}, h.wallet("bob")); diff != "" {
		t.Errorf("the wallet of bob (-want +got):\n%s", diff)
	}
	want := []string{
		"customer.holder.assignment.deleted", "customer.holder.assignment.deleted", "customer.deleted", "customer.publication.failed",
	}
	if diff := cmp.Diff(want, h.events(after)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(counters, h.counters()); diff != "" {
		t.Errorf("counters (-before +after):\n%s", diff)
	}
	x, err := h.Redemptions.Get(background, h.single.ID())
	h.must(err)
	if x.CustomerID != h.ann.ID || x.Metadata["note"] != "secret-note" {
		t.Errorf("a redemption changed: %+v", x)
	}
	for _, d := range h.store.Export().Documents {
		if d.ID == h.ann.ID && (!d.Binned || len(d.Keys) > 0 || strings.Contains(string(d.Body), "Ann")) {
			t.Errorf("the tombstone is %+v", d)
		}
	}
	if err := h.Customers.Delete(background, h.ann.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("deleting her again: %v", err)
	}
}

func TestACustomerWhoComesBackHasFreshLimits(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*history) error{
		"deleted":             func(h *history) error { return h.Customers.Delete(background, "ann-source") },
		"deleted permanently": func(h *history) error { return second(h.Customers.DeletePermanently(background, "ann-source")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := lived(t)
			again := redemption.Request{Redeemables: redemption.Codes("ONCE"), Customer: of("ann-source")}
			if _, err := h.Redeem(background, again); !errors.Is(err, fault.RedemptionRulesViolated) {
				t.Fatalf("the limit does not count: %v", err)
			}
			h.must(remove(h))
			result, err := h.Redeem(background, again)
			h.must(err)
			if result.Customer.ID == h.ann.ID || result.Customer.Name != "" {
				t.Errorf("she came back as %+v", result.Customer)
			}
			camp, err := h.Campaigns.Get(background, "once")
			h.must(err)
			if got := h.counters()[redemption.CounterKey{Metric: redemption.CountCampaign, Subject: camp.ID}]; got != 2 {
				t.Errorf("the campaign counts %d redemptions, want 2", got)
			}
		})
	}
}

func TestAPermanentDeletionLeavesNothingPersonal(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(*history){
		"of a profile":                func(*history) {},
		"of a profile deleted before": func(h *history) { h.must(h.Customers.Delete(background, "ann-source")) },
		"of a profile that came back": func(h *history) {
			h.must(h.Customers.Delete(background, h.ann.ID))
			h.must(second(h.Customers.Upsert(background, *of("ann2"))))
		},
		"twice, with nothing left over": func(h *history) { h.must(second(h.Customers.DeletePermanently(background, h.ann.ID))); h.seedAnn() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := lived(t)
			first(h)
			deletion, err := h.Customers.DeletePermanently(background, h.ann.ID)
			h.must(err)
			stored, err := h.Customers.Deletion(background, deletion.ID)
			h.must(err)
			if diff := cmp.Diff(deletion, stored); diff != "" {
				t.Errorf("the account (-answer +stored):\n%s", diff)
			}
			dump := h.store.Export()
			text := asJSON(t, dump)
			for _, word := range personalData {
				if at := strings.Index(text, word); at >= 0 {
					t.Errorf("%q is left: …%s…", word, text[max(0, at-300):min(len(text), at+100)])
				}
			}
			for _, d := range dump.Documents {
				tombstone := d.Kind == record.Customer && d.Binned
				if d.Kind != record.Deletion && !tombstone && strings.Contains(asJSON(t, d), h.ann.ID) {
					t.Errorf("%s %s names the customer: %s", d.Kind, d.ID, d.Body)
				}
			}
			for _, entry := range dump.Outbox {
				if entry.Event.Type != event.CustomerDeleted && strings.Contains(asJSON(t, entry), h.ann.ID) {
					t.Errorf("%s names the customer: %s", entry.Event.Type, entry.Event.Data)
				}
			}
			if !strings.Contains(text, "bobs-note") {
				t.Error("what belongs to bob is gone")
			}
			if err := second(h.Customers.DeletePermanently(background, h.ann.ID)); !errors.Is(err, fault.NotFound) {
				t.Errorf("nothing is left to delete: %v", err)
			}
		})
	}
}

// seedAnn writes what an operation that ran beside a deletion might have written.
func (h *history) seedAnn() {
	h.t.Helper()
	h.must(h.store.Update(background, func(tx store.Tx) error {
		body, err := json.Marshal(&order.Order{ID: "ord_late", CustomerID: h.ann.ID, Metadata: metadata.Map{"note": "secret-late"}})
		h.must(err)
		return tx.Put(background, record.Document{Kind: record.Order, ID: "ord_late", Parent: h.ann.ID, CreatedAt: noon, Body: body})
	}))
}

func TestTheAccountOfAPermanentDeletion(t *testing.T) {
	t.Parallel()
	h := lived(t)
	after := h.outboxEnd()
	deletion, err := h.Customers.DeletePermanently(background, "ann-source")
	h.must(err)
	want := customer.Deletion{
		ID: deletion.ID, RelatedObjectID: h.ann.ID, RelatedObject: "customer", Status: "DONE", Object: "pernament_deletion", CreatedAt: noon, Version: 1,
		DataJSON: customer.Counts{
			Segments: 1, Orders: 2, Customer: 1, Publications: 3, Holders: 2, Answers: 3,
			Redemptions: 3 + 1 + 1 + 1, // a parent with two children, a single one with its rollback, a failed attempt
			// For each of two codes its own and that of its campaign, each in all, by day, week and month; the figures of the
			// summary and the numbers of events; those of the custom event.
			Counters: 16 + 13 + 1, CustomEvents: 2,
			Events: deletion.DataJSON.Events, CustomerEvents: deletion.DataJSON.CustomerEvents, OrderEvents: deletion.DataJSON.OrderEvents,
		},
	}
	if diff := cmp.Diff(want, deletion); diff != "" || !strings.HasPrefix(deletion.ID, "del_") {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c := deletion.DataJSON; c.OrderEvents != 5 || c.CustomerEvents <= c.OrderEvents || c.Events <= c.CustomerEvents {
		t.Errorf("events: %+v", c)
	}
	if diff := cmp.Diff([]string{"customer.deleted"}, h.events(after)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	text := asJSON(t, deletion)
	for _, field := range []string{`"related_object_id": "cust_`, `"data_json": {`, `"daily_events": 0`, `"object": "pernament_deletion"`} {
		if !strings.Contains(text, field) {
			t.Errorf("%s is missing in %s", field, text)
		}
	}
}

func TestAmountsSurviveAPermanentDeletion(t *testing.T) {
	t.Parallel()
	h := lived(t)
	before, err := h.Orders.Get(background, h.stack.Order.ID)
	h.must(err)
	h.must(second(h.Customers.DeletePermanently(background, h.ann.ID)))
	after, err := h.Orders.Get(background, h.stack.Order.ID)
	h.must(err)
	if diff := cmp.Diff(amountsOf(&before), amountsOf(&after)); diff != "" || len(after.Items) != 1 || after.Items[0].Quantity != 2 {
		t.Errorf("the order (-before +after):\n%s", diff)
	}
	token := after.CustomerID
	if !strings.HasPrefix(token, "anon_") || len(token) != len("anon_")+24 {
		t.Errorf("the token is %q", token)
	}
	for _, redemptionID := range append(slices.Clone(h.stack.Parent.Children), h.stack.ID(), h.single.ID()) {
		x, err := h.Redemptions.Get(background, redemptionID)
		h.must(err)
		if x.CustomerID != token {
			t.Errorf("%s belongs to %s, the order to %s", x.ID, x.CustomerID, token)
		}
	}
	var orders []string
	for o, err := range h.Orders.List(background, voucherify.ListOptions{Parent: token, OldestFirst: true}) {
		h.must(err)
		orders = append(orders, o.ID)
	}
	if diff := cmp.Diff([]string{h.stack.Order.ID, h.single.Order.ID}, orders); diff != "" {
		t.Errorf("the orders of the token (-want +got):\n%s", diff)
	}

	repeated, err := h.Redeem(background, redemption.Request{
		IdempotencyKey: "key-1", Redeemables: redemption.Codes("ONCE", "GENERIC"), Customer: of("ann-source"), Metadata: metadata.Map{"note": "secret-note"},
		Order: &order.Order{Metadata: metadata.Map{"note": "secret-note"}, Items: []order.Item{{
			ProductID: "prod_mug", Quantity: 2, Amount: pointer(int64(2000)), Metadata: metadata.Map{"note": "secret-note"},
		}}},
	})
	h.must(err)
	if repeated.ID() != h.stack.ID() || repeated.Customer.ID != token || repeated.Customer.Name != "" {
		t.Errorf("a repetition answers %+v", repeated.Customer)
	}
	back, err := h.Rollback(background, redemption.RollbackRequest{Redemption: h.stack.ID()})
	h.must(err)
	if back.Rollbacks[0].CustomerID != token || len(back.Rollbacks) != 2 {
		t.Errorf("rollback = %+v", back)
	}
	for key, value := range h.counters() {
		if key.Customer != "" && key.Customer != h.bob.ID || value < 0 {
			t.Errorf("%s = %d", key, value)
		}
	}
}

func TestWhoCannotBeDeletedPermanently(t *testing.T) {
	t.Parallel()
	h := lived(t)
	for _, name := range []string{"nobody", "cust_000000000000000000", h.stack.ID(), h.segment.ID, "cust_"} {
		before := asJSON(t, h.store.Export())
		if err := second(h.Customers.DeletePermanently(background, name)); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, asJSON(t, h.store.Export())); diff != "" {
			t.Errorf("%s: something was written:\n%s", name, diff)
		}
	}
	if err := second(h.Customers.DeletePermanently(background, "")); h.refusal(err) != "invalid_payload at id" {
		t.Errorf("without an id: %v", err)
	}
	plain, err := voucherify.New(plainStore{h.store})
	h.must(err)
	if err := second(plain.Customers.DeletePermanently(background, h.ann.ID)); h.refusal(err) != "not_supported" {
		t.Errorf("a store that cannot redact: %v", err)
	}
}

// plainStore hides that its transactions are redactors.
type plainStore struct{ store.Store }

type plainTx struct{ store.Tx }

func (s plainStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return fn(plainTx{tx}) })
}

func TestADeletionFromASegmentCountsForRules(t *testing.T) {
	t.Parallel()
	h := lived(t)
	h.rule(`{"name":"s","rules":{"1":{"name":"customer.segment","conditions":{"$is":["`+h.segment.ID+`"]}},"logic":"1"}}`,
		validation.OnVoucher, h.coupon("MEMBERS", discount.AmountOff(1, discount.ToOrder), 0).ID)
	valid := func(who string) bool {
		answer, err := h.Validate(background, redemption.Request{Redeemables: redemption.Codes("MEMBERS"), Customer: of(who)})
		h.must(err)
		return answer.Valid
	}
	if !valid("ann-source") || !valid("bob") {
		t.Fatal("members are refused")
	}
	h.must(second(h.Customers.DeletePermanently(background, "ann-source")))
	if valid("ann-source") || !valid("bob") {
		t.Error("who left is still a member, or who stayed is not")
	}
}
