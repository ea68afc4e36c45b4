package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// coded creates a coupon campaign with the codes that are named; change may change it before.
func (s *shop) coded(name string, change func(*campaign.Campaign), codes ...string) campaign.Campaign {
	s.t.Helper()
	off := discount.AmountOff(100, discount.ToOrder)
	c := campaign.Campaign{Name: name, Voucher: &campaign.Template{Discount: &off}}
	if change != nil {
		change(&c)
	}
	created, err := s.Campaigns.Create(context.Background(), c)
	s.must(err)
	for _, code := range codes {
		s.must(s.Campaigns.AddVoucher(context.Background(), created.ID, code))
	}
	return created
}

// given publishes and describes the answer: the codes, or the key of the refusal.
func (s *shop) given(request publication.Request) string {
	s.t.Helper()
	p, err := s.Publications.Create(context.Background(), request)
	if err != nil {
		return s.refusal(err)
	}
	return strings.Join(p.Vouchers, " ")
}

// refusal describes a typed error: key, field, details.
func (s *shop) refusal(err error) string {
	s.t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) {
		s.t.Fatalf("not a typed error: %v", err)
	}
	if e.Field == "" {
		return string(e.Key)
	}
	return string(e.Key) + " at " + e.Field
}

// events lists the types of the events behind a position of the outbox, of the given types or of all.
func (s *shop) events(after int64, types ...event.Type) []string {
	s.t.Helper()
	var list []string
	s.must(s.store.View(context.Background(), func(r store.Reader) error {
		for entry, err := range r.Outbox(context.Background(), after) {
			if err != nil {
				return err
			}
			if len(types) == 0 || slices.Contains(types, entry.Event.Type) {
				list = append(list, string(entry.Event.Type))
			}
		}
		return nil
	}))
	return list
}

// outboxEnd is the position of the last event.
func (s *shop) outboxEnd() int64 {
	s.t.Helper()
	var last int64
	s.must(s.store.View(context.Background(), func(r store.Reader) error {
		for entry, err := range r.Outbox(context.Background(), 0) {
			if err != nil {
				return err
			}
			last = entry.Position
		}
		return nil
	}))
	return last
}

// wallet describes the wallet of a customer, the oldest first: "CODE STATUS".
func (s *shop) wallet(sourceID string) []string {
	s.t.Helper()
	var list []string
	for entry, err := range s.Customers.Wallet(context.Background(), sourceID, voucherify.ListOptions{OldestFirst: true}) {
		s.must(err)
		list = append(list, entry.Voucher.Code+" "+string(entry.Status))
	}
	return list
}

func of(sourceID string) *customer.Customer { return customer.BySourceID(sourceID) }

func from(name string, count int, sourceID string) publication.Request {
	return publication.Request{Campaign: &publication.Campaign{Name: name, Count: count}, Customer: of(sourceID)}
}

func TestAPublicationGivesTheNextCodesOfACampaign(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	camp := s.coded("spring", nil, "A", "B", "C", "D")
	after := s.outboxEnd()

	p, err := s.Publications.Create(ctx, publication.Request{
		Campaign: &publication.Campaign{ID: camp.ID}, SourceID: "mail-1", Metadata: map[string]any{"letter": "welcome"},
		Customer: &customer.Customer{SourceID: "ann", Name: "Ann"},
	})
	s.must(err)
	v, err := s.Vouchers.Get(ctx, "A")
	s.must(err)
	want := publication.Publication{
		ID: p.ID, Object: "publication", SourceID: "mail-1", CustomerID: p.Customer.ID, TrackingID: "ann", Channel: "API",
		Metadata: map[string]any{"letter": "welcome"}, CampaignID: camp.ID, Campaign: "spring", VouchersID: []string{v.ID}, Vouchers: []string{"A"},
		Result: publication.Success, CreatedAt: noon, Version: 1, Customer: p.Customer, Voucher: &v,
	}
	if diff := cmp.Diff(want, p); diff != "" || p.Customer.Name != "Ann" {
		t.Errorf("publication (-want +got):\n%s", diff)
	}
	if v.HolderID != p.CustomerID || v.PublishedAt == nil || !v.PublishedAt.Equal(noon) || v.Publish.Count != 1 {
		t.Errorf("voucher = %+v", v)
	}
	if diff := cmp.Diff([]string{
		"customer.created", "customer.holder.assignment.created", "voucher.published", "publication.succeeded", "customer.publication.succeeded",
	}, s.events(after)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	stored, err := s.Publications.Get(ctx, "mail-1")
	s.must(err)
	want.Customer, want.Voucher = nil, nil
	if diff := cmp.Diff(want, stored); diff != "" {
		t.Errorf("stored publication (-want +got):\n%s", diff)
	}

	for _, step := range []struct {
		name    string
		request publication.Request
		want    string
	}{
		{"two at once", from("spring", 2, "bob"), "B C"},
		{"more than there are gives nothing", from("spring", 2, "ann"), "no_voucher_suitable_for_publication"},
		{"the last one", from("spring", 0, "ann"), "D"},
		{"none is left", from("spring", 1, "ann"), "no_voucher_suitable_for_publication"},
		{"a chosen code that another holds", publication.OfCode("A", of("bob")), "voucher_already_published at voucher"},
		{"a chosen code that the customer holds", publication.OfCode("A", of("ann")), "voucher_already_published at voucher"},
	} {
		if got := s.given(step.request); got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
	if diff := cmp.Diff([]string{"A ACTIVE", "D ACTIVE"}, s.wallet("ann")); diff != "" {
		t.Errorf("wallet of ann (-want +got):\n%s", diff)
	}
}

func TestWhatAPublicationRefuses(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	long := strings.Repeat("x", 256)
	s.coded("spring", nil, "A")
	_, err := s.Campaigns.Create(context.Background(), campaign.Campaign{Name: "promotion", CampaignType: campaign.Promotion})
	s.must(err)
	tests := []struct {
		name    string
		request publication.Request
		want    string
	}{
		{"nothing to publish", publication.Request{Customer: of("ann")}, "missing_vouchers at voucher"},
		{"a campaign without a name", publication.Request{Customer: of("ann"), Campaign: &publication.Campaign{Count: 1}}, "missing_vouchers at voucher"},
		{"nobody to publish to", publication.Request{Voucher: "A"}, "missing_customer at customer"},
		{"a customer without an id", publication.Request{Voucher: "A", Customer: &customer.Customer{Name: "Ann"}}, "missing_customer at customer"},
		{"an unknown id", publication.OfCode("A", customer.ByID("cust_1")), "not_found at customer"},
		{"an unknown code", publication.OfCode("Z", of("ann")), "not_found at voucher"},
		{"an unknown campaign", publication.FromCampaign("winter", of("ann")), "not_found at campaign"},
		{"a campaign without codes", publication.FromCampaign("promotion", of("ann")), "invalid_campaign at campaign"},
		{"metadata beyond the bounds", publication.Request{Voucher: "A", Customer: of("ann"), Metadata: map[string]any{"": 1}}, "invalid_payload at metadata"},
		{"more than fifty", from("spring", 51, "ann"), "too_many_vouchers_requested at campaign.count"},
		{"a negative count", from("spring", -1, "ann"), "invalid_payload at campaign.count"},
		{
			"several under one source_id",
			publication.Request{Campaign: &publication.Campaign{Name: "spring", Count: 2}, Customer: of("ann"), SourceID: "1"},
			"too_many_vouchers_requested at campaign.count",
		},
		{"a long code", publication.OfCode(long, of("ann")), "invalid_payload at voucher"},
		{"a long source_id", publication.Request{Voucher: "A", Customer: of("ann"), SourceID: long}, "invalid_payload at source_id"},
		{"a long channel", publication.Request{Voucher: "A", Customer: of("ann"), Channel: long}, "invalid_payload at channel"},
		{"a long name", from(long, 1, "ann"), "invalid_payload at campaign.name"},
		{"a long customer", publication.OfCode("A", of(long)), "invalid_payload at customer.source_id"},
	}
	for _, test := range tests {
		if got := s.given(test.request); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	for p, err := range s.Publications.List(context.Background(), voucherify.ListOptions{}) {
		s.must(err)
		t.Errorf("a request that was not understood is recorded: %+v", p)
	}
	if got := s.given(publication.Request{Voucher: "A", Campaign: &publication.Campaign{Name: "winter", Count: 99}, Customer: of("ann")}); got != "A" {
		t.Errorf("the campaign beside a voucher is ignored: %s", got)
	}
}

func TestARefusedPublicationIsRecorded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coded("spring", nil, "A")
	s.given(publication.OfCode("A", of("ann")))
	after := s.outboxEnd()
	_, err := s.Publications.Create(ctx, publication.Request{Voucher: "A", Customer: of("ann"), SourceID: "again"})
	var cause *fault.Error
	if !errors.As(err, &cause) || cause.ResourceType != "publication" {
		t.Fatalf("got %v", err)
	}
	failed, err := s.Publications.Get(ctx, cause.ResourceID)
	s.must(err)
	if failed.Result != publication.Failure || failed.FailureCode != fault.VoucherAlreadyPublished || failed.TrackingID != "ann" || failed.VouchersID != nil {
		t.Errorf("failed publication = %+v", failed)
	}
	if diff := cmp.Diff([]string{"customer.publication.failed"}, s.events(after)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if _, err := s.Publications.Get(ctx, "again"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a failure occupies its source_id: %v", err)
	}
	after = s.outboxEnd()
	s.given(publication.OfCode("A", of("new")))
	if got := s.events(after); got != nil {
		t.Errorf("a failure for an unknown customer reports %v", got)
	}
	if _, err := s.Customers.Get(ctx, "new"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a failure stores the customer: %v", err)
	}
}

func TestAPublicationIsRepeatedUnderItsSourceID(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	camp := s.coded("spring", nil, "A", "B")
	s.coded("summer", nil, "S")
	first, err := s.Publications.Create(ctx, publication.Request{Campaign: &publication.Campaign{Name: "spring"}, Customer: of("ann"), SourceID: "1"})
	s.must(err)
	s.given(from("summer", 1, "bob"))
	after := s.outboxEnd()
	for name, request := range map[string]publication.Request{
		"the same request":      {Campaign: &publication.Campaign{Name: "spring"}, Customer: of("ann"), SourceID: "1"},
		"the campaign by id":    {Campaign: &publication.Campaign{ID: camp.ID}, Customer: of("ann"), SourceID: "1"},
		"the customer by id":    {Campaign: &publication.Campaign{Name: "spring"}, Customer: customer.ByID(first.CustomerID), SourceID: "1"},
		"the code that it gave": {Voucher: "A", Customer: of("ann"), SourceID: "1"},
		"the id that it gave":   {Voucher: first.VouchersID[0], Customer: of("ann"), SourceID: "1"},
	} {
		again, err := s.Publications.Create(ctx, request)
		s.must(err)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%s (-first +again):\n%s", name, diff)
		}
	}
	for name, request := range map[string]publication.Request{
		"another customer": {Campaign: &publication.Campaign{Name: "spring"}, Customer: of("bob"), SourceID: "1"},
		"a new customer":   {Campaign: &publication.Campaign{Name: "spring"}, Customer: of("new"), SourceID: "1"},
		"another campaign": {Campaign: &publication.Campaign{Name: "summer"}, Customer: of("ann"), SourceID: "1"},
		"another code":     {Voucher: "B", Customer: of("ann"), SourceID: "1"},
	} {
		if got := s.given(request); got != "duplicate_source_id at source_id" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := s.events(after); got != nil {
		t.Errorf("repetitions report %v", got)
	}
}

func TestACustomerJoinsACampaignOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coded("free", nil, "F1", "F2", "F3", "F4")
	s.coded("once", func(c *campaign.Campaign) { c.JoinOnce = true }, "O1", "O2", "O3")
	joining := func(name, sourceID string) publication.Request {
		r := from(name, 1, sourceID)
		r.JoinOnce = true
		return r
	}
	several := joining("free", "bob")
	several.Campaign.Count = 2
	for _, step := range []struct {
		name    string
		request publication.Request
		want    string
	}{
		{"the first code", joining("free", "ann"), "F1"},
		{"the same code again", joining("free", "ann"), "F1"},
		{"a second code without the flag", from("free", 1, "ann"), "F2"},
		{"the flag finds the code that was given without it", joining("free", "ann"), "F1"},
		{"another customer", joining("free", "bob"), "F3"},
		{"several at once", several, "too_many_vouchers_requested at campaign.count"},
		{"a campaign that is joined once", from("once", 1, "ann"), "O1"},
		{"the second time", from("once", 1, "ann"), "voucher_cannot_be_published at customer"},
		{"the second time with the flag", joining("once", "ann"), "O1"},
		{"a chosen code of it", publication.OfCode("O3", of("ann")), "voucher_cannot_be_published at customer"},
		{"several of it", from("once", 2, "bob"), "too_many_vouchers_requested at campaign.count"},
		{"somebody else", from("once", 1, "bob"), "O2"},
	} {
		if got := s.given(step.request); got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
	first, err := s.Publications.Create(ctx, joining("once", "ann"))
	s.must(err)
	count := 0
	for p, err := range s.Publications.List(ctx, voucherify.ListOptions{Parent: first.CustomerID}) {
		s.must(err)
		if p.Result == publication.Success {
			count++
		}
	}
	if count != 3 {
		t.Errorf("%d publications of ann, want F1, F2 and O1", count)
	}
	s.must(s.Vouchers.Delete(ctx, "O1", true))
	if got := s.given(from("once", 1, "ann")); got != "O3" {
		t.Errorf("after her code was deleted: %s", got)
	}
}

func TestGenericCodesArePublishedToManyEachOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name    string
		prepare func(*shop)
		request func(sourceID string) publication.Request
	}{
		{
			"a code without a campaign", func(s *shop) { s.coupon("GENERIC", discount.AmountOff(1, discount.ToOrder), 0) },
			func(sourceID string) publication.Request { return publication.OfCode("GENERIC", of(sourceID)) },
		},
		{
			"the one code of a campaign",
			func(s *shop) {
				s.coded("generic", func(c *campaign.Campaign) {
					c.Type, c.Voucher.Code, c.JoinOnce = campaign.Standalone, "GENERIC", true
				})
			},
			func(sourceID string) publication.Request { return from("generic", 1, sourceID) },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			test.prepare(s)
			for _, name := range []string{"ann", "bob", "eve"} {
				if got := s.given(test.request(name)); got != "GENERIC" {
					t.Errorf("%s: %s", name, got)
				}
			}
			if got := s.given(test.request("bob")); got != "voucher_already_published at voucher" {
				t.Errorf("the second time: %s", got)
			}
			v, err := s.Vouchers.Get(ctx, "GENERIC")
			s.must(err)
			ann, err := s.Customers.Get(ctx, "ann")
			s.must(err)
			if v.Publish.Count != 3 || v.HolderID != ann.ID || v.Version != 2 {
				t.Errorf("voucher = %+v", v)
			}
			if diff := cmp.Diff([]string{"GENERIC ACTIVE"}, s.wallet("eve")); diff != "" {
				t.Errorf("wallet (-want +got):\n%s", diff)
			}
			request := test.request("joe")
			if request.Campaign != nil {
				request.Campaign.Count = 2
				if got := s.given(request); got != "no_voucher_suitable_for_publication" {
					t.Errorf("two of one: %s", got)
				}
			}
			s.must(s.Vouchers.Delete(ctx, "GENERIC", false))
			if got := s.wallet("ann"); got != nil {
				t.Errorf("a deleted code stays in the wallet: %v", got)
			}
		})
	}
}

func TestWhichCodesOfAPoolAreSuitable(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coded("spring", nil, "DISABLED", "REDEEMED", "EXPIRED", "DELETED", "CHOSEN", "BINNED", "GOOD", "LATER")
	s.must(s.Vouchers.Disable(ctx, "DISABLED"))
	_, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("REDEEMED")})
	s.must(err)
	v, err := s.Vouchers.Get(ctx, "EXPIRED")
	s.must(err)
	yesterday := noon.Add(-24 * time.Hour)
	v.ExpirationDate = &yesterday
	_, err = s.Vouchers.Update(ctx, v)
	s.must(err)
	s.must(s.Vouchers.Delete(ctx, "DELETED", true))
	s.must(s.Vouchers.Delete(ctx, "BINNED", false))
	if got := s.given(publication.OfCode("DISABLED", of("ann"))); got != "no_voucher_suitable_for_publication" {
		t.Errorf("a disabled code: %s", got)
	}
	if got := s.given(publication.OfCode("CHOSEN", of("ann"))); got != "CHOSEN" {
		t.Errorf("a chosen code: %s", got)
	}
	s.must(s.Campaigns.Disable(ctx, "spring"))
	for _, want := range []string{"GOOD", "LATER", "no_voucher_suitable_for_publication"} {
		if got := s.given(from("spring", 1, "ann")); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	s.must(s.Vouchers.Enable(ctx, "DISABLED"))
	v, err = s.Vouchers.Get(ctx, "EXPIRED")
	s.must(err)
	v.ExpirationDate = nil
	_, err = s.Vouchers.Update(ctx, v)
	s.must(err)
	for _, want := range []string{"DISABLED", "EXPIRED", "no_voucher_suitable_for_publication"} {
		if got := s.given(from("spring", 1, "ann")); got != want {
			t.Errorf("back in the pool: got %s, want %s", got, want)
		}
	}
}

func TestACampaignThatHasEndedGivesNothingAndLosesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	end := noon.Add(time.Hour)
	s.coded("spring", func(c *campaign.Campaign) { c.ExpirationDate, c.Type = &end, campaign.AutoUpdate }, "A")
	s.now.Store(3601)
	if got := s.given(from("spring", 1, "ann")); got != "no_voucher_suitable_for_publication" {
		t.Errorf("after the end: %s", got)
	}
	camp, err := s.Campaigns.Get(ctx, "spring")
	s.must(err)
	camp.ExpirationDate = nil
	_, err = s.Campaigns.Update(ctx, camp)
	s.must(err)
	if got := s.given(from("spring", 1, "ann")); got != "A" {
		t.Errorf("after it was extended: %s", got)
	}
}

func TestACampaignWithAutoUpdateMakesFurtherCodes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 2}))
	s.coded("spring", func(c *campaign.Campaign) {
		c.Type, c.Voucher.CodeConfig = campaign.AutoUpdate, voucher.CodeConfig{Pattern: "N#", Charset: "012"}
	}, "A", "B")
	if got := s.given(from("spring", 3, "ann")); !strings.HasPrefix(got, "A B N") {
		t.Errorf("two of the pool and a new one: %s", got)
	}
	camp, err := s.Campaigns.Get(ctx, "spring")
	s.must(err)
	if camp.VouchersCount != 3 || camp.Version != 3 {
		t.Errorf("campaign has %d codes in version %d", camp.VouchersCount, camp.Version)
	}
	if err := s.Campaigns.AddVoucher(ctx, "spring", "C"); s.refusal(err) != "invalid_payload at vouchers_count" {
		t.Errorf("adding by hand above the limit: %v", err)
	}
	if got := s.given(from("spring", 3, "ann")); got != "no_voucher_suitable_for_publication" {
		t.Errorf("more than the pattern can give: %s", got)
	}
	if got := s.given(from("spring", 2, "bob")); len(got) != len("N0 N1") {
		t.Errorf("the last two of the pattern: %s", got)
	}
	if got := s.wallet("bob"); len(got) != 2 {
		t.Errorf("wallet = %v", got)
	}
}

func TestAPublicationStartsTheLifeOfACode(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t, voucherify.WithTimeZone("Europe/Warsaw"))
	duration, err := validity.ParseDuration("P24D")
	s.must(err)
	opens, ends := noon.Add(24*time.Hour), noon.Add(48*time.Hour)
	s.coded("spring", func(c *campaign.Campaign) {
		c.ActivityDurationAfterPublishing, c.StartDate, c.ExpirationDate = &duration, &opens, &ends
	}, "A", "B")
	s.given(publication.OfCode("A", of("ann")))
	v, err := s.Vouchers.Get(ctx, "A")
	s.must(err)
	if !v.StartDate.Equal(opens) || !v.ExpirationDate.Equal(noon.Add(24*24*time.Hour)) {
		t.Errorf("the code lives from %s to %s", v.StartDate, v.ExpirationDate)
	}
	other, err := s.Vouchers.Get(ctx, "B")
	s.must(err)
	if other.StartDate != nil || other.ExpirationDate != nil {
		t.Errorf("a code that was not given out lives from %s to %s", other.StartDate, other.ExpirationDate)
	}
}

func TestAWalletShowsTheStateOfEachCode(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	one, tomorrow, hour := int64(1), noon.Add(24*time.Hour), noon.Add(time.Hour)
	s.coded("plain", func(c *campaign.Campaign) { c.Voucher.Redemption.Quantity = &one }, "USED", "OFF", "ACTIVE")
	s.coded("later", func(c *campaign.Campaign) { c.StartDate = &tomorrow }, "LATER")
	s.coded("over", func(c *campaign.Campaign) { c.ExpirationDate = &hour }, "OVER")
	s.coded("stopped", nil, "STOPPED")
	for _, code := range []string{"USED", "OFF", "ACTIVE", "LATER", "OVER", "STOPPED"} {
		s.given(publication.OfCode(code, of("ann")))
		s.now.Add(1)
	}
	_, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("USED"), Customer: of("ann")})
	s.must(err)
	s.must(s.Vouchers.Disable(ctx, "OFF"))
	s.must(s.Campaigns.Disable(ctx, "stopped"))
	s.now.Store(3601)
	want := []string{"USED USED", "OFF DISABLED", "ACTIVE ACTIVE", "LATER NOT_ACTIVE_YET", "OVER EXPIRED", "STOPPED DISABLED"}
	if diff := cmp.Diff(want, s.wallet("ann")); diff != "" {
		t.Errorf("wallet (-want +got):\n%s", diff)
	}
	var got []string
	options := voucherify.ListOptions{Limit: 4}
	for len(got) < 6 {
		for entry, err := range s.Customers.Wallet(ctx, "ann", options) {
			s.must(err)
			got = append(got, entry.Voucher.Code)
			options.After = &store.Cursor{CreatedAtMicros: entry.Holder.CreatedAt.UnixMicro(), ID: entry.Holder.ID}
			if entry.Holder.HolderRole != publication.Owner || entry.Holder.RedeemableObject != "voucher" || entry.Holder.RedeemableID != entry.Voucher.ID ||
				entry.Holder.CampaignType != campaign.DiscountCoupons || entry.Holder.VoucherType != voucher.DiscountVoucher {
				t.Errorf("holder = %+v", entry.Holder)
			}
		}
	}
	if diff := cmp.Diff([]string{"STOPPED", "OVER", "LATER", "ACTIVE", "OFF", "USED"}, got); diff != "" {
		t.Errorf("the newest first, in pages (-want +got):\n%s", diff)
	}
	for _, err := range s.Customers.Wallet(ctx, "nobody", voucherify.ListOptions{}) {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("the wallet of nobody: %v", err)
		}
	}
}

func TestAWalletIsReadBeyondOnePage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coded("many", func(c *campaign.Campaign) { c.VouchersCount = 250 })
	for range 5 {
		if _, err := s.Publications.Create(ctx, from("many", 50, "ann")); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.wallet("ann"); len(got) != 250 {
		t.Errorf("%d codes in the wallet, want 250", len(got))
	}
}

// TestNoCodeIsPublishedTwice lets many customers take from one campaign at once.
func TestNoCodeIsPublishedTwice(t *testing.T) {
	t.Parallel()
	const workers, codes = 12, 30
	s := newShop(t)
	s.coded("race", func(c *campaign.Campaign) { c.VouchersCount = codes })
	given := make([][]string, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for {
				p, err := s.Publications.Create(context.Background(), from("race", 1, fmt.Sprint("customer-", w%4)))
				if errors.Is(err, fault.NoVoucherSuitableForPublication) {
					return
				}
				if err != nil {
					t.Errorf("worker %d: %v", w, err)
					return
				}
				given[w] = append(given[w], p.Vouchers...)
			}
		})
	}
	group.Wait()
	all := slices.Sorted(slices.Values(slices.Concat(given...)))
	if len(all) != codes || len(slices.Compact(slices.Clone(all))) != codes {
		t.Errorf("%d codes were given out, %d of them different, want %d", len(all), len(slices.Compact(all)), codes)
	}
}

// TestACustomerJoinsOnceInARace repeats one request from many sides.
func TestACustomerJoinsOnceInARace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coded("once", func(c *campaign.Campaign) { c.JoinOnce, c.VouchersCount = true, 20 })
	var group sync.WaitGroup
	for w := range 10 {
		group.Go(func() {
			request := from("once", 1, "ann")
			request.JoinOnce = w%2 == 0
			_, err := s.Publications.Create(context.Background(), request)
			if err != nil && !errors.Is(err, fault.VoucherCannotBePublished) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := s.wallet("ann"); len(got) != 1 {
		t.Errorf("wallet = %v", got)
	}
}

func TestAPublicationInATransactionOfTheHost(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coded("spring", nil, "A")
	abandoned := errors.New("the host changed its mind")
	err := s.store.Update(ctx, func(tx store.Tx) error {
		p, err := s.Publications.CreateTx(ctx, tx, from("spring", 1, "ann"))
		if err != nil || p.Voucher.Code != "A" {
			t.Errorf("in the transaction: %+v, %v", p, err)
		}
		if _, err := s.Publications.CreateTx(ctx, tx, from("spring", 1, "bob")); !errors.Is(err, fault.NoVoucherSuitableForPublication) {
			t.Errorf("the transaction does not see its own publication: %v", err)
		}
		return abandoned
	})
	if !errors.Is(err, abandoned) {
		t.Fatal(err)
	}
	if got := s.given(from("spring", 1, "bob")); got != "A" {
		t.Errorf("after the transaction was abandoned: %s", got)
	}
}

// unpublished are the codes in the pool of a campaign, by the records of the store.
func (s *shop) unpublished() []string {
	s.t.Helper()
	codes := []string{}
	for _, d := range s.store.Export().Documents {
		if d.Kind == record.Unpublished {
			v, err := s.Vouchers.Get(context.Background(), d.ID)
			s.must(err)
			codes = append(codes, v.Code)
		}
	}
	return codes
}

func TestThePoolHoldsWhatCanBeGivenOut(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("PLAIN", discount.AmountOff(1, discount.ToOrder), 0)
	s.coded("generic", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "GENERIC" })
	s.coded("spring", nil, "A", "B", "C", "D", "E")
	for _, step := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"nothing of generic codes", func() error { return nil }, []string{"A", "B", "C", "D", "E"}},
		{"a published code leaves", func() error { s.given(from("spring", 1, "ann")); return nil }, []string{"B", "C", "D", "E"}},
		{"a disabled code leaves", func() error { return s.Vouchers.Disable(ctx, "B") }, []string{"C", "D", "E"}},
		{"and comes back to its place", func() error { return s.Vouchers.Enable(ctx, "B") }, []string{"B", "C", "D", "E"}},
		{"a published code does not come back", func() error { return s.Vouchers.Enable(ctx, "A") }, []string{"B", "C", "D", "E"}},
		{"nor a generic one", func() error { return s.Vouchers.Enable(ctx, "GENERIC") }, []string{"B", "C", "D", "E"}},
		{"a deleted code leaves", func() error { return s.Vouchers.Delete(ctx, "C", true) }, []string{"B", "D", "E"}},
		{"a redeemed one stays until it is looked at", func() error {
			return second(s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("B")}))
		}, []string{"B", "D", "E"}},
		{"and then leaves with the next", func() error { s.given(from("spring", 1, "ann")); return nil }, []string{"E"}},
		{"all leave with the campaign", func() error { return s.Campaigns.Delete(ctx, "spring", false) }, []string{}},
	} {
		s.must(step.do())
		if diff := cmp.Diff(step.want, s.unpublished()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if got := s.wallet("ann"); got != nil {
		t.Errorf("the codes of a deleted campaign are in the wallet: %v", got)
	}
	for _, d := range s.store.Export().Documents {
		if d.Kind == record.Holder {
			t.Errorf("a holder of a deleted code is left: %s", d.Body)
		}
	}
}

func TestTheNumberOfCodesOfACampaign(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	camp := s.coded("spring", func(c *campaign.Campaign) { c.VouchersCount = 2 }, "A")
	count := func() int {
		t.Helper()
		got, err := s.Campaigns.Get(ctx, "spring")
		s.must(err)
		return got.VouchersCount
	}
	s.must(second(s.Campaigns.AddVouchers(ctx, "spring", 3, nil)))
	if got := count(); got != 6 {
		t.Errorf("%d codes, want 6", got)
	}
	s.must(s.Vouchers.Delete(ctx, "A", false))
	if got := count(); got != 5 {
		t.Errorf("%d codes without the deleted one, want 5", got)
	}
	for _, d := range s.store.Export().Documents {
		if d.ID == camp.ID && strings.Contains(string(d.Body), "vouchers_count") {
			t.Errorf("the record holds the number: %s", d.Body)
		}
	}
	s.must(s.Campaigns.Delete(ctx, "spring", true))
	if left := s.store.Export().Counters; len(left) > 0 {
		t.Errorf("counters are left: %v", left)
	}
}

// In a store whose transactions see what others commit meanwhile, a code may be in a page of the pool that was read before
// it was given out.
func TestACodeThatIsStillInThePoolIsNotGivenOutAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	camp := s.coded("spring", nil, "A", "B")
	p, err := s.Publications.Create(ctx, from("spring", 1, "ann"))
	s.must(err)
	s.must(s.store.Update(ctx, func(tx store.Tx) error {
		return tx.Put(ctx, record.Document{Kind: record.Unpublished, ID: p.VouchersID[0], Parent: camp.ID, CreatedAt: p.Voucher.CreatedAt, Body: []byte("{}")})
	}))
	if got := s.given(from("spring", 1, "bob")); got != "B" {
		t.Errorf("got %s, want B", got)
	}
	if got := s.unpublished(); len(got) > 0 {
		t.Errorf("in the pool: %v", got)
	}
}

func TestWhoLosesTheRaceForACodeGetsAnother(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coded("spring", nil, "A", "B")
	got, err := s.meddled(func() { s.given(from("spring", 1, "bob")) }).Publications.Create(background, from("spring", 1, "ann"))
	s.must(err)
	if got.Vouchers[0] != "B" {
		t.Errorf("ann got %v", got.Vouchers)
	}
	_, err = s.meddled(func() { s.must(s.Campaigns.AddVoucher(background, "spring", "C")); s.given(from("spring", 1, "bob")) }).
		Publications.Create(background, from("spring", 1, "ann"))
	if !errors.Is(err, fault.NoVoucherSuitableForPublication) {
		t.Errorf("when none is left: %v", err)
	}
}

func TestACustomerWhoJoinsTwiceAtOnceGetsOneCode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coded("once", func(c *campaign.Campaign) { c.JoinOnce = true }, "A", "B")
	s.must(second(s.Customers.Upsert(background, *of("ann"))))
	_, err := s.meddled(func() { s.given(publication.OfCode("B", of("ann"))) }).Publications.Create(background, from("once", 1, "ann"))
	if !errors.Is(err, fault.VoucherCannotBePublished) {
		t.Errorf("the second code: %v", err)
	}
	if diff := cmp.Diff([]string{"B ACTIVE"}, s.wallet("ann")); diff != "" {
		t.Errorf("wallet (-want +got):\n%s", diff)
	}
}

func TestTwoPublicationsWithOneSourceIDAtOnceAreOne(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coded("spring", nil, "A", "B")
	request := publication.Request{Campaign: &publication.Campaign{Name: "spring"}, Customer: of("ann"), SourceID: "1"}
	s.must(second(s.Customers.Upsert(background, *of("ann"))))
	var first publication.Publication
	again, err := s.meddled(func() {
		var err error
		first, err = s.Publications.Create(background, request)
		s.must(err)
	}).Publications.Create(background, request)
	s.must(err)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
}
