package publication_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

func TestACampaignIsNamedInManyWays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]publication.Campaign{
		`"Spring"`:                   {Name: "Spring"},
		` "Sp\"ring"`:                {Name: `Sp"ring`},
		`{"name":"Spring"}`:          {Name: "Spring"},
		`{"id":"camp_1","count":3}`:  {ID: "camp_1", Count: 3},
		`{"name":"Spring","more":1}`: {Name: "Spring"},
	} {
		var r publication.Request
		if err := json.Unmarshal([]byte(`{"campaign":`+text+`}`), &r); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, r.Campaign); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{`1`, `["Spring"]`, `{"count":"many"}`, `"`} {
		var r publication.Request
		if err := json.Unmarshal([]byte(`{"campaign":`+text+`}`), &r); err == nil {
			t.Errorf("%s is read as %+v", text, r.Campaign)
		}
	}
}

func TestHowManyCodesARequestAsksFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		request publication.Request
		want    int
	}{
		{"one, unless it says more", publication.FromCampaign("C", nil), 1},
		{"as many as it says", publication.Request{Campaign: &publication.Campaign{Count: 7}}, 7},
		{"one chosen code", publication.OfCode("A", nil), 1},
		{"one chosen code, whatever the campaign beside it says", publication.Request{Voucher: "A", Campaign: &publication.Campaign{Count: 7}}, 1},
	} {
		if got := tt.request.Count(); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestWhichRequestAPublicationAnswers(t *testing.T) {
	t.Parallel()
	p := publication.Publication{
		CustomerID: "cust_1", CampaignID: "camp_1", Campaign: "Spring", VouchersID: []string{"v_1", "v_2"}, Vouchers: []string{"A", "B"},
	}
	alone := publication.Publication{CustomerID: "cust_1", VouchersID: []string{"v_3"}, Vouchers: []string{"C"}}
	campaign := func(c publication.Campaign) publication.Request { return publication.Request{Campaign: &c} }
	for _, tt := range []struct {
		name     string
		p        publication.Publication
		request  publication.Request
		customer string
		want     bool
	}{
		{"the campaign by name", p, campaign(publication.Campaign{Name: "Spring"}), "cust_1", true},
		{"the campaign by id", p, campaign(publication.Campaign{ID: "camp_1"}), "cust_1", true},
		{"the campaign by id in the place of its name", p, campaign(publication.Campaign{Name: "camp_1"}), "cust_1", true},
		{"another campaign", p, campaign(publication.Campaign{Name: "Summer"}), "cust_1", false},
		{"another customer", p, campaign(publication.Campaign{Name: "Spring"}), "cust_2", false},
		{"nobody", publication.Publication{CampaignID: "camp_1"}, campaign(publication.Campaign{ID: "camp_1"}), "", false},
		{"the second of its codes, in another case", p, publication.OfCode("b", nil), "cust_1", true},
		{"a code by its id", p, publication.OfCode("v_1", nil), "cust_1", true},
		{"another code", p, publication.OfCode("C", nil), "cust_1", false},
		{"a code without a campaign", alone, publication.OfCode("C", nil), "cust_1", true},
		{"no campaign at all", alone, campaign(publication.Campaign{}), "cust_1", false},
	} {
		if got := tt.p.Answers(&tt.request, tt.customer, strings.ToUpper); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestTheStateOfACodeInAWallet(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	before, after, one := now.Add(-time.Second), now.Add(time.Second), int64(1)
	for _, tt := range []struct {
		name   string
		active bool
		window validity.Window
		used   int64
		limit  *int64
		want   publication.Status
	}{
		{"active", true, validity.Window{}, 3, nil, publication.Active},
		{"disabled before anything else", false, validity.Window{StartDate: &after}, 1, &one, publication.Disabled},
		{"not active yet", true, validity.Window{StartDate: &after}, 1, &one, publication.NotActiveYet},
		{"active from its first instant on", true, validity.Window{StartDate: &now}, 0, &one, publication.Active},
		{"expired before used", true, validity.Window{ExpirationDate: &before}, 1, &one, publication.Expired},
		{"active until its last instant", true, validity.Window{ExpirationDate: &now}, 0, &one, publication.Active},
		{"used", true, validity.Window{}, 1, &one, publication.Used},
		{"active outside its days", true, validity.Window{DaysOfWeek: []int{0}}, 0, &one, publication.Active},
		{"used outside its days", true, validity.Window{DaysOfWeek: []int{0}}, 1, &one, publication.Used},
	} {
		v := &voucher.Voucher{Redemption: voucher.Redemption{Quantity: tt.limit, RedeemedQuantity: tt.used}}
		if got := publication.StatusOf(v, tt.active, tt.window, now); got != tt.want {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

func TestTheJSONOfAHolder(t *testing.T) {
	t.Parallel()
	h := publication.Holder{
		ID: "rh_1", RedeemableID: "v_1", RedeemableObject: "voucher", CustomerID: "cust_1", HolderRole: publication.Owner, CampaignID: "camp_1",
		CampaignType: "DISCOUNT_COUPONS", VoucherType: "DISCOUNT_VOUCHER", CreatedAt: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), Version: 1,
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"rh_1","redeemable_id":"v_1","redeemable_object":"voucher","customer_id":"cust_1","holder_role":"OWNER",` +
		`"campaign_id":"camp_1","campaign_type":"DISCOUNT_COUPONS","voucher_type":"DISCOUNT_VOUCHER","created_at":"2026-11-25T12:00:00Z","version":1}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzRequest reads requests of any shape: what is read and passes its check can be written and read again.
func FuzzRequest(f *testing.F) {
	f.Add(`{"customer":{"source_id":"ann"},"campaign":"Spring"}`)
	f.Add(`{"customer":{"id":"cust_1","name":null},"campaign":{"id":"camp_1","count":50},"metadata":{"a":[1]}}`)
	f.Add(`{"customer":{"source_id":"ann"},"voucher":"A","source_id":"1","join_once":true}`)
	f.Fuzz(func(t *testing.T, text string) {
		var r publication.Request
		if json.Unmarshal([]byte(text), &r) != nil || r.Check() != nil {
			return
		}
		if count := r.Count(); count < 1 || count > publication.MaxCount {
			t.Errorf("%d codes", count)
		}
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again publication.Request
		if err := json.Unmarshal(body, &again); err != nil {
			t.Fatal(err)
		}
		if err := again.Check(); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	})
}

func ExampleFromCampaign() {
	r := publication.FromCampaign("Welcome", customer.BySourceID("u-42"))
	fmt.Println(r.Check(), r.Count())
	// Output: <nil> 1
}
