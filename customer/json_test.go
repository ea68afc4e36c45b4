package customer_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/internal/contract"
)

const fullAddress = `{"city": "Kraków", "state": "Małopolska", "line_1": "Rynek 1", "line_2": "II p.", "country": "Poland", "postal_code": "31-042"}`

const fullSummary = `{
	"redemptions": {
		"total_redeemed": 1, "total_failed": 2, "total_succeeded": 3, "total_rolled_back": 4, "total_rollback_failed": 5,
		"total_rollback_succeeded": 6, "gift": {"redeemed_amount": 7, "amount_to_go": 8},
		"loyalty_card": {"redeemed_points": 9, "points_to_go": 10}
	},
	"orders": {"total_amount": 11, "total_count": 12, "average_amount": 13, "last_order_amount": 14, "last_order_date": "2026-03-02T12:00:00Z"}
}`

// The figures of a summary are the counters that it is filled from; their paths are those of the JSON.
func TestTheFiguresOfASummaryStandUnderTheirPaths(t *testing.T) {
	t.Parallel()
	summary := contract.Read[customer.Summary](t, fullSummary, true)
	var whole map[string]any
	if err := json.Unmarshal([]byte(fullSummary), &whole); err != nil {
		t.Fatal(err)
	}
	for _, figure := range summary.Figures() {
		var at any = whole
		for part := range strings.SplitSeq(figure.Path, ".") {
			at = at.(map[string]any)[part]
		}
		if diff := cmp.Diff(at, float64(*figure.Value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", figure.Path, diff)
		}
	}
	if got := (customer.OrderSummary{TotalAmount: 1000, TotalCount: 3}).Average(); got != 333 {
		t.Errorf("the average of 1000 over 3 is %d", got)
	}
	if got := (customer.OrderSummary{}).Average(); got != 0 {
		t.Errorf("the average of nothing is %d", got)
	}
}

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[customer.Address](t, fullAddress)
	contract.Keeps[customer.Customer](t, `{
		"id": "cust_19ca9450a000000001", "source_id": "7", "name": "Anna", "description": "a regular", "email": "anna@example.com",
		"phone": "+48 600 000 000", "birthdate": "1990-12-31", "birthday": "1990-12-30", "address": `+fullAddress+`,
		"system_metadata": {"origin": "import"}, "summary": `+fullSummary+`,
		"loyalty": {"points": 41, "referred_customers": 1, "campaigns": {"Tiers 2": {"points": 41, "loyalty_tier": "ltr_1", "referred_customers": 1}}},
		"referrals": {"total": 1, "campaigns": [{
			"campaign_id": "camp_1", "referrer_id": "cust_2", "related_object_id": "r_1", "related_object_type": "redemption", "date": "2026-03-01T12:00:00Z"
		}]},
		"metadata": {"level": "gold", "points": 12.5, "tags": ["a", 1, true, null], "home": {"lat": 50.06}},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`)
	contract.Keeps[customer.Summary](t, fullSummary)
	contract.Keeps[customer.Segment](t, `{
		"id": "seg_19ca9450a000000001", "name": "VIP", "type": "static", "customers": ["cust_2", "cust_1"],
		"filter": {"junction": "and", "city": {"conditions": {"$is": ["Kraków"]}}},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`)
	contract.Keeps[customer.Membership](t, `{"customer_id": "cust_1", "segments": ["seg_1"], "created_at": "2026-03-01T12:00:00.123Z", "version": 2}`)
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`{}`, `{"object": "customer", "assets": {"cockpit_url": "x"}, "updated_at": null}`} {
		contract.Writes(t, contract.Read[customer.Customer](t, document, false), `{}`)
	}
	for _, document := range []string{`{}`, `{"cities": 1}`} {
		contract.Writes(t, contract.Read[customer.Address](t, document, false), `{}`)
	}
	// A segment always says its name and its type.
	for _, document := range []string{`{}`, `{"object": "segment", "initial_sync_status": "DONE"}`} {
		contract.Writes(t, contract.Read[customer.Segment](t, document, false), `{"name": "", "type": ""}`)
	}
}
