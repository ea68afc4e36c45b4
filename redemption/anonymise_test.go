package redemption_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/redemption"
)

const madeByAnn = `{
	"id":"r_1","date":"2026-11-25T12:00:00Z","customer_id":"cust_ann","tracking_id":"ann","metadata":{"note":"secret"},"result":"SUCCESS",
	"status":"SUCCEEDED","related_object_type":"voucher","related_object_id":"v_1","order_id":"ord_1",
	"order":{"id":"ord_1","amount":1000,"metadata":{"note":"secret"},"items":[{"id":"ordli_1","amount":1000,"metadata":{"note":"secret"}}]},
	"granted":{"order_discount":100,"items_discount":0},
	"decision":{"applicable":true,"discount":100,"steps":[
		{"subject":"A","check":"rule","outcome":"passed","actual":"secret","expected":"is gold"},
		{"subject":"A","check":"validity","outcome":"passed","actual":"2026-11-25T12:00:00Z"}]},
	"returns":[{"id":"rt_1","date":"2026-11-25T12:00:00Z","reason":"secret","lines":null,"amount":1,"discount_amount":0,"refund_amount":1}]
}`

// madeBy reads the redemption of ann.
func madeBy(t *testing.T) *redemption.Redemption {
	t.Helper()
	x := new(redemption.Redemption)
	decode(t, madeByAnn, x)
	x.Granted.Consumed = []redemption.Consume{
		{Key: redemption.CounterKey{Metric: redemption.CountCampaign, Subject: "camp_1"}, Delta: 1},
		{Key: redemption.CounterKey{Metric: redemption.CountCampaignCustomer, Subject: "camp_1", Customer: "cust_ann"}, Delta: 1},
		{Key: redemption.CounterKey{Metric: redemption.CountIncentiveCustomer, Subject: "v_1", Customer: "cust_ann"}, Delta: 1},
	}
	return x
}

func TestARedemptionWithoutItsCustomer(t *testing.T) {
	t.Parallel()
	x := madeBy(t)
	if got := x.CountersOf("cust_ann"); len(got) != 2 || got[0].Customer != "cust_ann" {
		t.Errorf("counters of the customer: %v", got)
	}
	x.Anonymise("cust_ann", "anon_1")
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"secret", "ann"} {
		if strings.Contains(string(text), word) {
			t.Errorf("%q is left in %s", word, text)
		}
	}
	if x.CustomerID != "anon_1" || x.Granted.OrderDiscount != 100 || x.Order.Amount != 1000 || x.Decision.Steps[1].Actual == "" ||
		x.Decision.Steps[0].Expected != "is gold" || len(x.Granted.Consumed) != 1 || x.Returns[0].Refund != 1 {
		t.Errorf("what has to stay: %s", text)
	}
}

func TestARedemptionOfAnotherStays(t *testing.T) {
	t.Parallel()
	x, want := madeBy(t), madeBy(t)
	x.Anonymise("cust_bob", "anon_1")
	if diff := cmp.Diff(want, x); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// On an order of bob only bob's part goes.
	x.Order.CustomerID, x.Order.ReferrerID = "cust_bob", "cust_ann"
	x.Anonymise("cust_ann", "anon_1")
	if x.Order.CustomerID != "cust_bob" || x.Order.Metadata == nil || x.Order.ReferrerID != "anon_1" {
		t.Errorf("the order of bob: %+v", x.Order)
	}
}
