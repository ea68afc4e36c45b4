package voucherify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// segment creates a segment with a filter.
func (s *shop) segment(kind customer.SegmentType, fields string) customer.Segment {
	s.t.Helper()
	segment, err := s.Segments.Create(background, customer.Segment{Name: "dynamic", Type: kind, Filter: filterOf(s.t, fields)})
	s.must(err)
	return segment
}

// buyer stores a customer.
func (s *shop) buyer(source string, m metadata.Map) customer.Customer {
	s.t.Helper()
	c, err := s.Customers.Upsert(background, customer.Customer{SourceID: source, Metadata: m})
	s.must(err)
	return c
}

// forSegment creates a coupon that members of a segment can use.
func (s *shop) forSegment(code, segmentID string) {
	s.t.Helper()
	v := s.coupon(code, discount.Percent("10", discount.ToOrder), 0)
	var rule validation.Rule
	s.must(json.Unmarshal([]byte(`{"name":"members","rules":{"1":{"name":"customer.segment","conditions":{"$is":["`+segmentID+`"]}}}}`), &rule))
	rule, err := s.Rules.Create(background, rule)
	s.must(err)
	_, err = s.Rules.Assign(background, rule.ID, validation.OnVoucher, v.ID)
	s.must(err)
}

// moves are the events of segments so far, as "entered" or "left" with the source_id of the customer.
func (s *shop) moves() []string {
	s.t.Helper()
	var moves []string
	for _, entry := range s.store.Export().Outbox {
		kind, ok := strings.CutPrefix(string(entry.Event.Type), "customer.segment.")
		if !ok {
			continue
		}
		var data struct {
			Customer customer.Customer
			Segment  customer.Segment
		}
		s.must(json.Unmarshal(entry.Event.Data, &data))
		if data.Segment.ID == "" || data.Customer.ID != entry.Event.EntityID {
			s.t.Errorf("event %+v", entry.Event)
		}
		moves = append(moves, kind+" "+data.Customer.SourceID)
	}
	return moves
}

func (s *shop) moved(want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.moves()); diff != "" {
		s.t.Errorf("events of segments (-want +got):\n%s", diff)
	}
}

func TestARuleSeesTheMergedCustomerAtTheMomentOfTheRequest(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.forSegment("GOLD", s.segment("", `"metadata.club":{"conditions":{"$is":"gold"}}`).ID)
	stored := s.buyer("u1", metadata.Map{"club": "gold"})
	silver := s.buyer("u2", metadata.Map{"club": "silver"})
	for name, tt := range map[string]struct {
		customer *customer.Customer
		want     bool
	}{
		"a stored member":                           {customer.ByID(stored.ID), true},
		"a stored customer who is none":             {customer.ByID(silver.ID), false},
		"the payload wins":                          {&customer.Customer{ID: silver.ID, Metadata: metadata.Map{"club": "gold"}}, true},
		"also against membership":                   {&customer.Customer{ID: stored.ID, Metadata: metadata.Map{"club": "none"}}, false},
		"the payload of somebody who is not stored": {&customer.Customer{SourceID: "new", Metadata: metadata.Map{"club": "gold"}}, true},
		"somebody of whom nothing is known":         {customer.BySourceID("new"), false},
		"nobody":                                    {nil, false},
	} {
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("GOLD"), Customer: tt.customer, Order: &order.Order{Amount: 100}})
		s.must(err)
		if answer.Valid != tt.want {
			t.Errorf("%s: valid %t, %+v", name, answer.Valid, answer.Decision)
		}
	}
	qualified := s.tierFor(t, `"metadata.club":{"conditions":{"$is":"gold"}}`)
	answer, err := s.Qualify(background, redemption.QualificationRequest{Customer: customer.ByID(stored.ID), Order: &order.Order{Amount: 100}, Options: redemption.QualificationOptions{
		Filters: &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"resource_type": {"$is": {"promotion_tier"}}}},
	}})
	s.must(err)
	if len(answer.Redeemables) != 1 || answer.Redeemables[0].ID != qualified {
		t.Errorf("qualification: %+v", answer)
	}
}

// tierFor creates a promotion tier for a segment.
func (s *shop) tierFor(t *testing.T, fields string) string {
	t.Helper()
	tier := s.tier()
	var rule validation.Rule
	s.must(json.Unmarshal([]byte(`{"name":"members","rules":{"1":{"name":"customer.segment","conditions":{"$is":["`+s.segment("", fields).ID+`"]}}}}`), &rule))
	rule, err := s.Rules.Create(background, rule)
	s.must(err)
	_, err = s.Rules.Assign(background, rule.ID, validation.OnPromotionTier, tier.ID)
	s.must(err)
	return tier.ID
}

// What a customer has done counts from its commit on, for the same customer only.
func TestARuleSeesWhatTheCustomerHasDone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("ANY", discount.Percent("10", discount.ToOrder), 0)
	s.forSegment("LOYAL", s.segment("", `"summary.redemptions.total_succeeded":{"conditions":{"$more_than_equal":[2]}}`).ID)
	s.forSegment("BIG", s.segment("", `"summary.orders.average_amount":{"conditions":{"$more_than":[100]}}`).ID)
	s.forSegment("RECENT", s.segment("", `"summary.orders.last_order_date":{"conditions":{"$less_than_ago":[2]}}`).ID)
	s.forSegment("FAILED", s.segment("", `"summary.redemptions.total_failed":{"conditions":{"$is":[1]}}`).ID)
	s.forSegment("PAID", s.segment("", `"events.customer.order.paid.count":{"conditions":{"$is":[2]}}`).ID)
	s.forSegment("SIGNED", s.segment("", `"events.sign_up.count":{"conditions":{"$is":[1]}},"events.sign_up.last_occurred_at":{"conditions":{"$is_days_ago":[3]}}`).ID)
	s.forSegment("GIVEN", s.segment("", `"publications.created_at":{"conditions":{"$is_days_ago":[0]}}`).ID)
	c := s.buyer("u1", nil)
	s.buyer("u2", nil)
	valid := func(source string) []string {
		t.Helper()
		var codes []string
		for _, code := range []string{"LOYAL", "BIG", "RECENT", "FAILED", "PAID", "SIGNED", "GIVEN"} {
			answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes(code), Customer: customer.BySourceID(source), Order: &order.Order{Amount: 100}})
			s.must(err)
			if answer.Valid {
				codes = append(codes, code)
			}
		}
		return codes
	}
	is := func(step string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, valid("u1")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
		if others := valid("u2"); len(others) > 0 {
			t.Errorf("%s: somebody else can use %v", step, others)
		}
	}
	redeem := func(amount int64) *redemption.Result {
		t.Helper()
		result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: customer.BySourceID("u1"), Order: &order.Order{Amount: amount}})
		s.must(err)
		return result
	}
	is("at first")
	redeem(100)
	is("after a redeem", "RECENT")
	big := redeem(1000)
	is("after two", "LOYAL", "BIG", "RECENT", "PAID")
	_, err := s.Rollback(background, redemption.RollbackRequest{Redemption: big.ID()})
	s.must(err)
	is("after a rollback, which cancels the order and undoes nothing else", "LOYAL", "RECENT", "PAID")
	if err := second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE"), Customer: customer.BySourceID("u1")})); !errors.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	is("after a refused redeem", "LOYAL", "RECENT", "FAILED", "PAID")
	s.now.Add(2 * 24 * 3600)
	is("two days later", "LOYAL", "FAILED", "PAID")
	s.must(s.store.Update(background, func(tx store.Tx) error {
		plan := redemption.Plan{
			Consume: []redemption.Consume{{Key: redemption.EventKey(c.ID, "sign_up"), Delta: 1}},
			Writes: []record.Document{{
				Kind: record.CustomEvent, ID: "evcus_1", Parent: redemption.EventsOf(c.ID, "sign_up"),
				CreatedAt: noon.Add(-24 * time.Hour), Body: json.RawMessage(`{}`),
			}},
		}
		return tx.Apply(background, &plan)
	}))
	is("after a custom event", "LOYAL", "FAILED", "PAID", "SIGNED")
	_, err = s.Publications.Create(background, publication.OfCode("ANY", &customer.Customer{SourceID: "u1"}))
	s.must(err)
	is("after a publication", "LOYAL", "FAILED", "PAID", "SIGNED", "GIVEN")
}

func TestTheSummaryOfACustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("A", discount.AmountOff(100, discount.ToOrder), 0)
	s.coupon("B", discount.AmountOff(50, discount.ToOrder), 0)
	s.buyer("u1", nil)
	summary := func(want customer.Summary) {
		t.Helper()
		c, err := s.Customers.Get(background, "u1")
		s.must(err)
		if diff := cmp.Diff(&want, c.Summary); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	at := func(seconds int) *time.Time {
		instant := noon.Add(time.Duration(seconds) * time.Second)
		return &instant
	}
	amount := func(n int64) *int64 { return &n }
	summary(customer.Summary{})

	two, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("A", "B"), Customer: customer.BySourceID("u1"), Order: &order.Order{SourceID: "O1", Amount: 1000}})
	s.must(err)
	want := customer.Summary{
		Redemptions: customer.RedemptionSummary{TotalRedeemed: 2, TotalSucceeded: 2},
		Orders:      customer.OrderSummary{TotalAmount: 850, TotalCount: 1, AverageAmount: 850, LastOrderAmount: amount(850), LastOrderDate: at(0)},
	}
	summary(want)

	s.now.Store(60)
	created, err := s.Orders.Create(background, order.Order{SourceID: "O2", CustomerID: two.Order.CustomerID, Amount: 301})
	s.must(err)
	summary(want) // an order that is not paid does not count
	_, err = s.Orders.Update(background, order.Order{ID: created.ID, Status: order.Paid})
	s.must(err)
	want.Orders = customer.OrderSummary{TotalAmount: 1151, TotalCount: 2, AverageAmount: 575, LastOrderAmount: amount(301), LastOrderDate: at(60)}
	summary(want)
	_, err = s.Orders.Update(background, order.Order{ID: created.ID, Status: order.Fulfilled, Amount: 401})
	s.must(err)
	want.Orders = customer.OrderSummary{TotalAmount: 1251, TotalCount: 2, AverageAmount: 625, LastOrderAmount: amount(401), LastOrderDate: at(60)}
	summary(want)

	_, err = s.Rollback(background, redemption.RollbackRequest{Redemption: two.Redemptions[0].ID})
	s.must(err)
	want.Redemptions.TotalRolledBack, want.Redemptions.TotalRollbackSucceeded = 1, 1
	want.Orders.TotalAmount, want.Orders.AverageAmount = 1351, 675
	summary(want)
	if err := second(s.Rollback(background, redemption.RollbackRequest{Redemption: two.Redemptions[0].ID})); !errors.Is(err, fault.AlreadyRolledBack) {
		t.Fatal(err)
	}
	want.Redemptions.TotalRollbackFailed = 1
	summary(want)
	_, err = s.Rollback(background, redemption.RollbackRequest{Redemption: two.ID()})
	s.must(err)
	want.Redemptions.TotalRolledBack, want.Redemptions.TotalRollbackSucceeded = 2, 2
	want.Orders = customer.OrderSummary{TotalAmount: 401, TotalCount: 1, AverageAmount: 401, LastOrderAmount: amount(401), LastOrderDate: at(60)}
	summary(want)

	if err := second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("X", "Y"), Customer: customer.BySourceID("u1")})); err == nil {
		t.Fatal("unknown codes are redeemed")
	}
	want.Redemptions.TotalFailed = 1
	summary(want)
	if err := second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("X"), Customer: customer.BySourceID("u2")})); err == nil {
		t.Fatal("an unknown code is redeemed")
	}
	if _, err := s.Customers.Get(background, "u2"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a refused redeem stores its customer: %v", err)
	}
	_, err = s.Orders.Update(background, order.Order{ID: created.ID, Status: order.Canceled})
	s.must(err)
	want.Orders = customer.OrderSummary{}
	summary(want)
	// What a caller sends as a summary is neither believed nor stored.
	_, err = s.Customers.Upsert(background, customer.Customer{SourceID: "u1", Name: "Anna", Summary: &customer.Summary{Orders: customer.OrderSummary{TotalCount: 9}}})
	s.must(err)
	summary(want)
	s.must(s.store.View(background, func(r store.Reader) error {
		doc, err := r.Find(background, record.Customer, "source_id:u1")
		if strings.Contains(string(doc.Body), "summary") {
			t.Errorf("stored: %s", doc.Body)
		}
		return err
	}))
}

func TestAnActiveSegmentReportsEachTransitionOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("ANY", discount.Percent("10", discount.ToOrder), 0)
	s.buyer("before", metadata.Map{"club": "gold"})
	s.segment(customer.ActiveSegment, `"metadata.club":{"conditions":{"$is":"gold"}}`)
	s.moved() // who is inside from the start has not entered

	s.buyer("u1", metadata.Map{"club": "gold"})
	s.moved("entered u1")
	s.buyer("u1", metadata.Map{"age": 5})
	s.buyer("before", metadata.Map{"age": 5})
	s.moved("entered u1")
	s.buyer("u1", metadata.Map{"club": "silver"})
	s.buyer("before", metadata.Map{"club": "silver"})
	want := []string{"entered u1", "left u1", "left before"}
	s.moved(want...)

	_, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Order: &order.Order{Amount: 100}, Customer: &customer.Customer{SourceID: "u1", Metadata: metadata.Map{"club": "gold"}}})
	s.must(err)
	want = append(want, "entered u1")
	s.moved(want...)
	_, err = s.Publications.Create(background, publication.OfCode("ANY", &customer.Customer{SourceID: "u2", Metadata: metadata.Map{"club": "gold"}}))
	s.must(err)
	want = append(want, "entered u2")
	s.moved(want...)
	s.must(s.Customers.Delete(background, "u2"))
	s.moved(want...)
	if kept := s.documents(record.Membership); len(kept) != 2 {
		t.Errorf("memberships of %v are kept", kept)
	}
}

// documents are the ids of the records of a kind.
func (s *shop) documents(kind record.Kind) []string {
	var ids []string
	for _, doc := range s.store.Export().Documents {
		if doc.Kind == kind {
			ids = append(ids, doc.ID)
		}
	}
	return ids
}

func TestWhatACustomerDoesMovesHimThroughActiveSegments(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		filter string
		want   []string // after a redeem of two codes, a refused one, a rollback, an order that is created, paid and canceled
	}{
		"redemptions":       {`"summary.redemptions.total_succeeded":{"conditions":{"$more_than_equal":[2]}}`, []string{"entered"}},
		"failed ones":       {`"summary.redemptions.total_failed":{"conditions":{"$is":[1]}}`, []string{"entered"}},
		"rollbacks":         {`"summary.redemptions.total_rolled_back":{"conditions":{"$is":[2]}}`, []string{"entered"}},
		"refused rollbacks": {`"summary.redemptions.total_rollback_failed":{"conditions":{"$is":[1]}}`, []string{"entered"}},
		"orders":            {`"summary.orders.total_count":{"conditions":{"$is":[1]}}`, []string{"entered", "left", "entered", "left"}},
		"the last order":    {`"summary.orders.last_order_amount":{"conditions":{"$is":[850]}}`, []string{"entered", "left"}},
		"events":            {`"events.customer.order.created.count":{"conditions":{"$is":[1]}}`, []string{"entered", "left"}},
		"nothing of it":     {`"summary.orders.total_count":{"conditions":{"$is":[5]}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.coupon("A", discount.AmountOff(100, discount.ToOrder), 0)
			s.coupon("B", discount.AmountOff(50, discount.ToOrder), 0)
			c := s.buyer("u1", nil)
			s.segment(customer.ActiveSegment, tt.filter)
			two, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("A", "B"), Customer: customer.BySourceID("u1"), Order: &order.Order{Amount: 1000}})
			s.must(err)
			if second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("X"), Customer: customer.BySourceID("u1")})) == nil {
				t.Fatal("an unknown code is redeemed")
			}
			_, err = s.Rollback(background, redemption.RollbackRequest{Redemption: two.ID()})
			s.must(err)
			if second(s.Rollback(background, redemption.RollbackRequest{Redemption: two.ID()})) == nil {
				t.Fatal("a redemption is rolled back twice")
			}
			o, err := s.Orders.Create(background, order.Order{CustomerID: c.ID, Amount: 500})
			s.must(err)
			for _, status := range []order.Status{order.Paid, order.Canceled} {
				_, err = s.Orders.Update(background, order.Order{ID: o.ID, Status: status})
				s.must(err)
			}
			var got []string
			for _, move := range s.moves() {
				kind, _, _ := strings.Cut(move, " ")
				got = append(got, kind)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestActivatingASegment(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	other := s.segment(customer.ActiveSegment, `"metadata.club":{"conditions":{"$has_value":""}}`)
	s.buyer("in", metadata.Map{"club": "gold"})
	s.buyer("out", nil)
	segment := s.segment("", `"metadata.club":{"conditions":{"$is":"gold"}}`)
	if segment.Type != customer.PassiveSegment {
		t.Errorf("a segment with a filter is %s", segment.Type)
	}
	s.moved("entered in")
	active, err := s.Segments.Activate(background, segment.ID)
	s.must(err)
	again, err := s.Segments.Activate(background, segment.ID)
	s.must(err)
	if diff := cmp.Diff(active, again); diff != "" || active.Type != customer.ActiveSegment || active.Version != 2 {
		t.Errorf("activated %+v (-once +twice):\n%s", active, diff)
	}
	s.moved("entered in")
	s.buyer("out", metadata.Map{"club": "gold"}) // enters both
	s.buyer("in", metadata.Map{"club": "silver"})
	s.moved("entered in", "entered out", "entered out", "left in")

	s.must(s.Segments.Delete(background, other.ID))
	s.buyer("out", metadata.Map{"club": "silver"})
	s.moved("entered in", "entered out", "entered out", "left in", "left out")
	static, err := s.Segments.Create(background, customer.Segment{Name: "static"})
	s.must(err)
	_, err = s.Segments.Activate(background, static.ID)
	refusedAt(t, err, fault.InvalidPayload, "type")
	_, err = s.Segments.Activate(background, "seg_0")
	refusedAt(t, err, fault.NotFound, "")
}

func TestSweepFollowsTheCalendarAndTheMap(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithTimeZone("Europe/Warsaw"))
	for _, c := range []struct{ source, birthdate string }{{"today", "1990-11-25"}, {"tomorrow", "1990-11-26"}, {"other", "1990-01-01"}} {
		_, err := s.Customers.Upsert(background, customer.Customer{SourceID: c.source, Birthdate: c.birthdate, Metadata: metadata.Map{"at": "geo:52.2,21"}})
		s.must(err)
	}
	s.must(s.Segments.Sweep(background)) // nothing to do
	s.segment(customer.ActiveSegment, `"birthdate":{"conditions":{"$today":[true]}}`)
	s.must(s.Segments.Sweep(background))
	s.moved()
	s.now.Store(11*3600 - 1) // one second before midnight in Warsaw
	s.must(s.Segments.Sweep(background))
	s.moved()
	s.now.Store(11 * 3600)
	s.must(s.Segments.Sweep(background))
	s.must(s.Segments.Sweep(background))
	s.moved("left today", "entered tomorrow")

	place, err := s.Locations.Create(background, location.Location{Name: "n", Shape: location.Shape{
		Type: location.Circle, Distance: &location.Distance{Center: "geo:10,10", Radius: "1 km"},
	}})
	s.must(err)
	s.segment(customer.ActiveSegment, `"metadata.at":{"conditions":{"$in_location":["`+place.ID+`"]}},"source_id":{"conditions":{"$is":"other"}}`)
	place.Shape.Distance.Center = "geo:52.2,21"
	_, err = s.Locations.Update(background, place)
	s.must(err)
	s.moved("left today", "entered tomorrow")
	s.must(s.Segments.Sweep(background))
	s.moved("left today", "entered tomorrow", "entered other")
	if err := s.Locations.Delete(background, place.ID); !errors.Is(err, fault.ResourceInUse) {
		t.Errorf("deleting a location that a segment names: %v", err)
	}
}

// More customers than are looked at in one transaction.
func TestSweepAndPreviewLookAtEveryCustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	const many = 450
	for i := range many {
		s.buyer(fmt.Sprintf("u%03d", i), metadata.Map{"n": i})
	}
	s.segment(customer.ActiveSegment, `"created_at":{"conditions":{"$more_than_ago":[2]}}`)
	count := 0
	for _, err := range s.Segments.Preview(background, customer.Segment{Type: customer.PassiveSegment, Filter: filterOf(t, `"metadata.n":{"conditions":{"$more_than_equal":[1]}}`)}) {
		s.must(err)
		count++
	}
	if count != many-1 {
		t.Errorf("a preview yields %d customers", count)
	}
	s.now.Store(3 * 24 * 3600)
	s.must(s.Segments.Sweep(background))
	s.must(s.Segments.Sweep(background))
	moves := s.moves()
	slices.Sort(moves)
	if len(moves) != many || len(slices.Compact(moves)) != many {
		t.Errorf("%d events of %d customers", len(moves), many)
	}
	ids := map[string]bool{}
	for _, entry := range s.store.Export().Outbox {
		if ids[entry.Event.ID] {
			t.Errorf("two events have the id %s", entry.Event.ID)
		}
		ids[entry.Event.ID] = true
	}
}

func TestPreviewMembersAndSegmentsOfACustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	gold := s.buyer("gold", metadata.Map{"club": "gold"})
	silver := s.buyer("silver", metadata.Map{"club": "silver"})
	s.coupon("ANY", discount.Percent("10", discount.ToOrder), 0)
	_, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: customer.ByID(silver.ID), Order: &order.Order{Amount: 100}})
	s.must(err)
	static, err := s.Segments.Create(background, customer.Segment{Name: "static", Customers: []string{silver.ID, "cust_0", gold.ID}})
	s.must(err)
	buyers := s.segment("", `"summary.orders.last_order_amount":{"conditions":{"$more_than":[50]}}`)
	club := s.segment(customer.ActiveSegment, `"metadata.club":{"conditions":{"$is":"gold"}}`)
	for _, tt := range []struct {
		segment customer.Segment
		want    []string
	}{{static, []string{"silver", "gold"}}, {buyers, []string{"silver"}}, {club, []string{"gold"}}} {
		for name, list := range map[string]func(func(customer.Customer, error) bool){
			"members": s.Segments.Members(background, tt.segment.ID), "preview": s.Segments.Preview(background, tt.segment),
		} {
			var got []string
			for c, err := range list {
				s.must(err)
				got = append(got, c.SourceID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", name, tt.segment.Type, diff)
			}
			for range list {
				break // must not panic
			}
		}
	}
	for name, tt := range map[string]struct {
		customer customer.Customer
		want     []string
	}{
		"stored":              {customer.Customer{ID: silver.ID}, []string{static.ID, buyers.ID}},
		"stored, by source":   {customer.Customer{SourceID: "gold"}, []string{static.ID, club.ID}},
		"stored, with a club": {customer.Customer{ID: silver.ID, Metadata: metadata.Map{"club": "gold"}}, []string{static.ID, buyers.ID, club.ID}},
		"unknown":             {customer.Customer{SourceID: "new", Metadata: metadata.Map{"club": "gold"}}, []string{club.ID}},
	} {
		list, err := s.Segments.Of(background, tt.customer)
		s.must(err)
		var got []string
		for _, segment := range list {
			got = append(got, segment.ID)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("segments of a customer who is %s (-want +got):\n%s", name, diff)
		}
	}
	_, err = s.Segments.Of(background, customer.Customer{ID: "cust_0"})
	refusedAt(t, err, fault.NotFound, "")
	for _, err := range s.Segments.Members(background, "seg_0") {
		refusedAt(t, err, fault.NotFound, "")
	}
	for _, err := range s.Segments.Preview(background, customer.Segment{Type: customer.PassiveSegment, Filter: filterOf(t, `"x":{"conditions":{"$is":1}}`)}) {
		refusedAt(t, err, fault.InvalidPayload, "filter.x")
	}
}

func TestWhatCanBeChangedOfASegment(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxDynamicSegments: 2}))
	s.buyer("u1", metadata.Map{"club": "gold"})
	static, err := s.Segments.Create(background, customer.Segment{Name: "static"})
	s.must(err)
	passive := s.segment("", `"metadata.club":{"conditions":{"$is":"silver"}}`)
	active := s.segment(customer.ActiveSegment, `"metadata.club":{"conditions":{"$is":"silver"}}`)
	_, err = s.Segments.Create(background, customer.Segment{Name: "one too many", Filter: filterOf(t, `"name":{"conditions":{"$is":"x"}}`)})
	refusedAt(t, err, fault.InvalidPayload, "")
	_, err = s.Segments.Create(background, customer.Segment{Name: "static ones do not count"})
	s.must(err)
	for _, fixed := range []customer.Segment{static, active} {
		if err := second(s.Segments.Update(background, fixed)); !errors.Is(err, fault.ResourceProtected) {
			t.Errorf("updating a segment of type %s: %v", fixed.Type, err)
		}
	}
	s.forSegment("CODE", passive.ID)
	passive.Filter = filterOf(t, `"metadata.club":{"conditions":{"$is":"gold"}}`)
	updated, err := s.Segments.Update(background, passive)
	s.must(err)
	if updated.Version != 2 || updated.UpdatedAt == nil {
		t.Errorf("updated = %+v", updated)
	}
	answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("CODE"), Customer: customer.BySourceID("u1"), Order: &order.Order{Amount: 100}})
	s.must(err)
	if !answer.Valid {
		t.Errorf("a new filter does not count at once: %+v", answer.Decision)
	}
	if err := second(s.Segments.Update(background, passive)); !errors.Is(err, store.ErrStale) {
		t.Errorf("an update of an old version: %v", err)
	}
	updated.Type = customer.ActiveSegment
	refusedAt(t, second(s.Segments.Update(background, updated)), fault.InvalidPayload, "type")
	refusedAt(t, second(s.Segments.Update(background, customer.Segment{ID: passive.ID, Name: "n"})), fault.InvalidPayload, "filter")
	refusedAt(t, second(s.Segments.Update(background, customer.Segment{ID: "seg_0"})), fault.NotFound, "")
	_, err = s.Segments.Update(background, customer.Segment{ID: passive.ID, Name: "n", Filter: filterOf(t, `"metadata.at":{"conditions":{"$in_location":["loc_0"]}}`)})
	refusedAt(t, err, fault.NotFound, "filter.metadata.at.conditions.$in_location[0]")
	if err := s.Segments.Delete(background, passive.ID); !errors.Is(err, fault.ResourceInUse) {
		t.Errorf("deleting a segment that rules name: %v", err)
	}
}

// Redeems of one customer at the same time do not collide, and the one that completes the condition reports it.
func TestRedeemsOfOneCustomerDoNotCollide(t *testing.T) {
	t.Parallel()
	const many = 40
	var mu sync.Mutex
	attempts := 0
	s := newShop(t, voucherify.WithObserver(func(o voucherify.Observation) {
		mu.Lock()
		defer mu.Unlock()
		attempts += o.Attempts
	}))
	s.coupon("ANY", discount.Percent("10", discount.ToOrder), 0)
	s.buyer("u1", nil)
	s.segment(customer.ActiveSegment, fmt.Sprintf(`"summary.redemptions.total_succeeded":{"conditions":{"$more_than_equal":[%d]}}`, many))
	s.segment(customer.ActiveSegment, `"summary.orders.total_count":{"conditions":{"$more_than_equal":[1]}}`)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			if err := second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("ANY"), Customer: customer.BySourceID("u1"), Order: &order.Order{Amount: 100}})); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.moved("entered u1", "entered u1")
	if attempts != many {
		t.Errorf("%d redeems took %d attempts", many, attempts)
	}
	c, err := s.Customers.Get(background, "u1")
	s.must(err)
	if c.Summary.Redemptions.TotalSucceeded != many || c.Summary.Orders.TotalAmount != 90*many {
		t.Errorf("summary = %+v", c.Summary)
	}
}

func TestTheEventsOfSegmentsBelongToTheCallThatCausedThem(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	segment := s.segment(customer.ActiveSegment, `"name":{"conditions":{"$is":"Anna"}}`)
	c, err := s.Customers.Upsert(background, customer.Customer{SourceID: "u1", Name: "Anna"})
	s.must(err)
	outbox := s.store.Export().Outbox
	created, entered := outbox[len(outbox)-2].Event, outbox[len(outbox)-1].Event
	if created.Type != event.CustomerCreated || entered.Type != event.CustomerSegmentEntered || created.GroupID != entered.GroupID || created.ID >= entered.ID {
		t.Errorf("events %+v and %+v", created, entered)
	}
	var data map[string]map[string]any
	s.must(json.Unmarshal(entered.Data, &data))
	if data["customer"]["id"] != c.ID || data["segment"]["id"] != segment.ID || data["segment"]["type"] != "auto-update" || len(data) != 2 {
		t.Errorf("data = %s", entered.Data)
	}
}
