package storetest

import (
	"encoding/json"
	"errors"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

func snapshotCases() []testCase {
	return []testCase{
		{"a snapshot of nothing is empty", testSnapshotEmpty},
		{"vouchers are found by the key of their code, then by id", testSnapshotVouchers},
		{"the customer is found by id or by source_id", testSnapshotCustomer},
		{"the order is found by id or by source_id", testSnapshotOrder},
		{"redemptions come with children, parents and the parents' children", testSnapshotRedemptions},
		{"counters of templates follow what is found", testSnapshotTemplates},
		{"rows that do not exist are absent", testSnapshotAbsent},
		{"records in the bin are absent, and so are their counters", testSnapshotBin},
		{"records carry the stored version, whatever their body says", testSnapshotVersions},
		{"a snapshot in a transaction shows its own writes", testSnapshotOwnWrites},
	}
}

// stored returns a record with a body of the domain.
func (b *bundle) stored(kind record.Kind, id string, body any, keys ...string) record.Document {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatalf("encode %s %s: %v", kind, id, err)
	}
	doc := keyed(kind, id, keys...)
	doc.Body = text
	return doc
}

func (b *bundle) voucher(id, code, campaignID string) record.Document {
	b.Helper()
	v := &voucher.Voucher{ID: id, Code: code, CampaignID: campaignID, Type: voucher.DiscountVoucher, Active: true, CreatedAt: at(0)}
	return b.stored(record.Voucher, id, v, record.Key("code", code))
}

func (b *bundle) customer(id, sourceID string) record.Document {
	b.Helper()
	c := &customer.Customer{ID: id, SourceID: sourceID, Name: "Customer " + id, CreatedAt: at(0)}
	return b.stored(record.Customer, id, c, record.Key("source_id", sourceID))
}

func (b *bundle) order(id, sourceID string) record.Document {
	b.Helper()
	price := int64(1250)
	o := &order.Order{
		ID: id, SourceID: sourceID, Status: order.Paid, Amount: 2500, CreatedAt: at(0),
		Items: []order.Item{{ID: "ordli_1", ProductID: "prod_1", Quantity: 2, Price: &price}},
	}
	return b.stored(record.Order, id, o, record.Key("source_id", sourceID))
}

func (b *bundle) redemption(id, parent string, children ...string) record.Document {
	b.Helper()
	r := &redemption.Redemption{
		ID: id, Date: at(0), Parent: parent, Children: children, Result: redemption.Success, Status: redemption.Succeeded,
		RelatedObjectType: "voucher", RelatedObjectID: "v_1",
		Granted: &redemption.Granted{OrderDiscount: 300, Consumed: redemption.Consumed{raising(counting(redemption.CountVoucher, "v_1"), 1)}},
	}
	return b.stored(record.Redemption, id, r)
}

// encoded compares values of the domain as JSON, which covers all that is stored of them.
func (b *bundle) encoded(what string, want, got any) {
	b.Helper()
	texts := make([]json.RawMessage, 2)
	for i, value := range []any{want, got} {
		text, err := json.Marshal(value)
		if err != nil {
			b.Fatalf("%s: %v", what, err)
		}
		texts[i] = text
	}
	b.same(what, texts[0], texts[1])
}

// empty checks that a snapshot has found nothing.
func (b *bundle) empty(needs redemption.Needs) {
	b.Helper()
	s := b.snapshot(needs)
	if s.Customer != nil || s.Order != nil || s.Outcome != nil || len(s.Vouchers)+len(s.Redemptions)+len(s.Counters) > 0 {
		b.Errorf("the snapshot must be empty, got %+v", s)
	}
}

func testSnapshotEmpty(b *bundle) {
	b.empty(redemption.Needs{})
	b.prepareTemplates()
	b.empty(redemption.Needs{Templates: templates()})
}

func testSnapshotVouchers(b *bundle) {
	// v_2 has the id of v_1 as its code: a code is looked for before an id.
	b.put(b.voucher("v_1", "SUMMER", "camp_1"), b.voucher("v_2", "v_1", ""), b.voucher("v_3", "summer", ""))
	snapshot := b.snapshot(redemption.Needs{Vouchers: []string{"SUMMER", "v_1", "v_3", "summer", "Summer", "SUMMER"}})
	got := map[string]string{}
	for name, v := range snapshot.Vouchers {
		got[name] = v.ID
	}
	b.same("vouchers", map[string]string{"SUMMER": "v_1", "v_1": "v_2", "v_3": "v_3", "summer": "v_3"}, got)
	b.encoded("a voucher", &voucher.Voucher{
		ID: "v_1", Code: "SUMMER", CampaignID: "camp_1", Type: voucher.DiscountVoucher, Active: true, CreatedAt: at(0), Version: 1,
	}, snapshot.Vouchers["SUMMER"])
}

func testSnapshotCustomer(b *bundle) {
	b.put(b.customer("cust_1", "one"), b.customer("cust_2", "cust_1"))
	for name, c := range map[string]struct {
		needs redemption.Needs
		want  string
	}{
		"by id":                   {redemption.Needs{CustomerID: "cust_1"}, "cust_1"},
		"by source_id":            {redemption.Needs{CustomerSourceID: "one"}, "cust_1"},
		"a source_id like an id":  {redemption.Needs{CustomerSourceID: "cust_1"}, "cust_2"},
		"an id wins":              {redemption.Needs{CustomerID: "cust_2", CustomerSourceID: "one"}, "cust_2"},
		"another id":              {redemption.Needs{CustomerID: "one"}, ""},
		"another case":            {redemption.Needs{CustomerSourceID: "ONE"}, ""},
		"a source_id of an order": {redemption.Needs{OrderSourceID: "one"}, ""},
	} {
		got := ""
		if found := b.snapshot(c.needs).Customer; found != nil {
			got = found.ID
		}
		b.same(name, c.want, got)
	}
	want := &customer.Customer{ID: "cust_1", SourceID: "one", Name: "Customer cust_1", CreatedAt: at(0), Version: 1}
	b.encoded("the customer", want, b.snapshot(redemption.Needs{CustomerID: "cust_1"}).Customer)
}

func testSnapshotOrder(b *bundle) {
	b.put(b.order("ord_1", "one"), b.order("ord_2", "ord_1"))
	for name, c := range map[string]struct {
		needs redemption.Needs
		want  string
	}{
		"by id":                     {redemption.Needs{OrderID: "ord_1"}, "ord_1"},
		"by source_id":              {redemption.Needs{OrderSourceID: "one"}, "ord_1"},
		"a source_id like an id":    {redemption.Needs{OrderSourceID: "ord_1"}, "ord_2"},
		"an id wins":                {redemption.Needs{OrderID: "ord_2", OrderSourceID: "one"}, "ord_2"},
		"another id":                {redemption.Needs{OrderID: "one"}, ""},
		"a source_id of a customer": {redemption.Needs{CustomerSourceID: "one"}, ""},
	} {
		got := ""
		if found := b.snapshot(c.needs).Order; found != nil {
			got = found.ID
		}
		b.same(name, c.want, got)
	}
	var want order.Order
	if err := json.Unmarshal(b.order("ord_1", "one").Body, &want); err != nil {
		b.Fatal(err)
	}
	want.Version = 1
	b.encoded("the order", &want, b.snapshot(redemption.Needs{OrderSourceID: "one"}).Order)
}

func testSnapshotRedemptions(b *bundle) {
	b.put(
		b.redemption("r_parent", "", "r_one", "r_two"), b.redemption("r_one", "r_parent"), b.redemption("r_two", "r_parent"),
		b.redemption("r_alone", ""), b.redemption("r_other", ""), b.redemption("r_orphan", "r_lost", "r_gone"),
	)
	for _, c := range []struct{ asked, want []string }{
		{[]string{"r_alone"}, []string{"r_alone"}},
		{[]string{"r_parent"}, []string{"r_parent", "r_one", "r_two"}},
		{[]string{"r_two"}, []string{"r_parent", "r_one", "r_two"}},
		{[]string{"r_one", "r_two", "r_one", "r_alone"}, []string{"r_parent", "r_one", "r_two", "r_alone"}},
		{[]string{"r_orphan"}, []string{"r_orphan"}},
		{[]string{"r_nothing"}, nil},
	} {
		want, got := map[string]bool{}, map[string]bool{}
		for _, id := range c.want {
			want[id] = true
		}
		for id, r := range b.snapshot(redemption.Needs{Redemptions: c.asked}).Redemptions {
			got[id] = r.ID == id && r.Version == 1
		}
		b.same("the family of "+c.asked[0], want, got)
	}
	var want redemption.Redemption
	if err := json.Unmarshal(b.redemption("r_parent", "", "r_one", "r_two").Body, &want); err != nil {
		b.Fatal(err)
	}
	want.Version = 1
	b.encoded("a redemption", &want, b.snapshot(redemption.Needs{Redemptions: []string{"r_one"}}).Redemptions["r_parent"])
}

// templates are counters of each shape that follow what is found.
func templates() []redemption.CounterTemplate {
	return []redemption.CounterTemplate{
		{Metric: redemption.CountVoucher},
		{Metric: redemption.CountIncentiveCustomer, PerCustomer: true},
		{Metric: redemption.CountCampaign, OfCampaign: true},
		{Metric: redemption.CountCampaignCustomer, OfCampaign: true, PerCustomer: true},
		{Metric: redemption.CountCampaignOrder, OfCampaign: true, PerOrder: true},
		{Metric: redemption.CountCampaignCustomerPeriod, OfCampaign: true, PerCustomer: true, Detail: "2026-11"},
		{Metric: redemption.CountCustomerSummary, OfCustomer: true, Detail: "orders.total_count"},
	}
}

// countersOfTemplates are the counters that the templates name for v_1 of camp_1 and the standalone v_2.
func countersOfTemplates() map[redemption.CounterKey]int64 {
	return map[redemption.CounterKey]int64{
		{Metric: redemption.CountVoucher, Subject: "v_1"}:                                                          1,
		{Metric: redemption.CountVoucher, Subject: "v_2"}:                                                          2,
		{Metric: redemption.CountIncentiveCustomer, Subject: "v_1", Customer: "cust_1"}:                            3,
		{Metric: redemption.CountIncentiveCustomer, Subject: "v_2", Customer: "cust_1"}:                            4,
		{Metric: redemption.CountCampaign, Subject: "camp_1"}:                                                      5,
		{Metric: redemption.CountCampaign, Subject: "v_2"}:                                                         6,
		{Metric: redemption.CountCampaignCustomer, Subject: "camp_1", Customer: "cust_1"}:                          7,
		{Metric: redemption.CountCampaignOrder, Subject: "camp_1", Detail: "ord_1"}:                                8,
		{Metric: redemption.SumCampaignDiscount, Subject: "camp_1"}:                                                9,
		{Metric: redemption.CountQuota, Subject: "camp_1", Customer: "cust_1", Detail: "ord_1"}:                    10,
		{Metric: redemption.CountCampaignCustomerPeriod, Subject: "camp_1", Customer: "cust_1", Detail: "2026-11"}: 11,
		{Metric: redemption.CountCampaignCustomerPeriod, Subject: "camp_1", Customer: "cust_1", Detail: "2026-10"}: 12,
		{Metric: redemption.CountCustomerSummary, Subject: "cust_1", Detail: "orders.total_count"}:                 13,
	}
}

// prepareTemplates stores two vouchers, a customer, an order and all their counters.
func (b *bundle) prepareTemplates() {
	b.Helper()
	b.put(b.voucher("v_1", "ONE", "camp_1"), b.voucher("v_2", "TWO", ""), b.customer("cust_1", "one"), b.order("ord_1", "one"))
	plan := &redemption.Plan{}
	for key, value := range countersOfTemplates() {
		plan.Consume = append(plan.Consume, raising(key, value))
	}
	b.apply(plan)
}

func testSnapshotTemplates(b *bundle) {
	b.prepareTemplates()
	all := countersOfTemplates()
	fixed := redemption.CounterKey{Metric: redemption.SumCampaignDiscount, Subject: "camp_1"}
	for name, needs := range map[string]redemption.Needs{
		"both vouchers by code":   {Vouchers: []string{"ONE", "TWO"}, CustomerSourceID: "one", OrderSourceID: "one"},
		"both vouchers by id":     {Vouchers: []string{"v_1", "v_2"}, CustomerID: "cust_1", OrderID: "ord_1"},
		"a voucher with customer": {Vouchers: []string{"ONE"}, CustomerID: "cust_1"},
		"an anonymous voucher":    {Vouchers: []string{"ONE"}},
		"an unknown customer":     {Vouchers: []string{"TWO"}, CustomerID: "cust_9", OrderID: "ord_9"},
		"no voucher":              {CustomerID: "cust_1", OrderID: "ord_1"},
	} {
		needs.Templates, needs.Counters = templates(), []redemption.CounterKey{fixed}
		snapshot := b.snapshot(needs)
		var customerID, orderID string
		if snapshot.Customer != nil {
			customerID = snapshot.Customer.ID
		}
		if snapshot.Order != nil {
			orderID = snapshot.Order.ID
		}
		want := map[redemption.CounterKey]int64{}
		for _, key := range needs.Keys(snapshot.Vouchers, customerID, orderID) {
			if value, ok := all[key]; ok {
				want[key] = value
			}
		}
		b.same(name, want, snapshot.Counters)
	}
	whole := b.snapshot(redemption.Needs{
		Vouchers: []string{"ONE", "TWO"}, CustomerID: "cust_1", OrderID: "ord_1", Templates: templates(),
	})
	delete(all, fixed)
	delete(all, redemption.CounterKey{Metric: redemption.CountQuota, Subject: "camp_1", Customer: "cust_1", Detail: "ord_1"})
	delete(all, redemption.CounterKey{Metric: redemption.CountCampaignCustomerPeriod, Subject: "camp_1", Customer: "cust_1", Detail: "2026-10"})
	b.same("all that the templates name", all, whole.Counters)
}

func testSnapshotAbsent(b *bundle) {
	b.prepareTemplates()
	b.empty(redemption.Needs{
		Vouchers: []string{"NINE", ""}, CustomerID: "cust_9", OrderSourceID: "nine", Redemptions: []string{"r_9"},
		Counters: []redemption.CounterKey{counting("none", "none")}, Templates: templates(), OutcomeVerb: "redeem", OutcomeKey: "none",
	})
}

func testSnapshotBin(b *bundle) {
	b.prepareTemplates()
	b.put(
		binned(following(b.voucher("v_1", "ONE", "camp_1"), 1)), binned(following(b.customer("cust_1", "one"), 1)),
		binned(following(b.order("ord_1", "one"), 1)), binned(b.redemption("r_1", "")),
	)
	b.empty(redemption.Needs{
		Vouchers: []string{"ONE", "v_1"}, CustomerSourceID: "one", OrderID: "ord_1", Redemptions: []string{"r_1"}, Templates: templates(),
	})
}

func testSnapshotVersions(b *bundle) {
	v := b.stored(record.Voucher, "v_1", &voucher.Voucher{ID: "v_1", Code: "ONE", Type: voucher.DiscountVoucher, Version: 77}, "code:ONE")
	c := b.stored(record.Customer, "cust_1", &customer.Customer{ID: "cust_1", Version: 77})
	o := b.stored(record.Order, "ord_1", &order.Order{ID: "ord_1", Version: 77})
	r := b.stored(record.Redemption, "r_1", &redemption.Redemption{ID: "r_1", Version: 77})
	for version := range int64(3) {
		b.put(following(v, version), following(c, version), following(o, version), following(r, version))
		snapshot := b.snapshot(redemption.Needs{
			Vouchers: []string{"ONE"}, CustomerID: "cust_1", OrderID: "ord_1", Redemptions: []string{"r_1"},
		})
		foundVoucher, foundRedemption := snapshot.Vouchers["ONE"], snapshot.Redemptions["r_1"]
		if foundVoucher == nil || snapshot.Customer == nil || snapshot.Order == nil || foundRedemption == nil {
			b.Fatalf("a record is not in the snapshot: %+v", snapshot)
		}
		got := []int64{foundVoucher.Version, snapshot.Customer.Version, snapshot.Order.Version, foundRedemption.Version}
		b.same("versions", []int64{version + 1, version + 1, version + 1, version + 1}, got)
	}
}

func testSnapshotOwnWrites(b *bundle) {
	b.prepareTemplates()
	needs := redemption.Needs{Vouchers: []string{"ONE"}, CustomerID: "cust_1", Templates: templates()}
	b.update(func(tx store.Tx) error {
		if _, err := tx.Snapshot(b.ctx, needs); err != nil {
			return err
		}
		plan := &redemption.Plan{
			Consume: []redemption.Consume{raising(counting(redemption.CountVoucher, "v_1"), 40)},
			Writes:  []record.Document{following(b.voucher("v_1", "ONE", "camp_2"), 1)},
		}
		if err := b.applying(plan)(tx); err != nil {
			return err
		}
		snapshot, err := tx.Snapshot(b.ctx, needs)
		if err != nil {
			return err
		}
		found := snapshot.Vouchers["ONE"]
		if found == nil {
			return errors.New("the voucher is not in the snapshot")
		}
		b.same("the new campaign", "camp_2", found.CampaignID)
		b.same("the new version", int64(2), found.Version)
		b.same("the counters of what is found now", map[redemption.CounterKey]int64{
			{Metric: redemption.CountVoucher, Subject: "v_1"}:                                          41,
			{Metric: redemption.CountIncentiveCustomer, Subject: "v_1", Customer: "cust_1"}:            3,
			{Metric: redemption.CountCustomerSummary, Subject: "cust_1", Detail: "orders.total_count"}: 13,
		}, snapshot.Counters)
		return nil
	})
}
