package customer_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/internal/contract"
)

const fullAddress = `{"city": "Kraków", "state": "Małopolska", "line_1": "Rynek 1", "line_2": "II p.", "country": "Poland", "postal_code": "31-042"}`

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[customer.Address](t, fullAddress)
	contract.Keeps[customer.Customer](t, `{
		"id": "cust_19ca9450a000000001", "source_id": "7", "name": "Anna", "description": "a regular", "email": "anna@example.com",
		"phone": "+48 600 000 000", "birthdate": "1990-12-31", "address": `+fullAddress+`,
		"metadata": {"level": "gold", "points": 12.5, "tags": ["a", 1, true, null], "home": {"lat": 50.06}},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`)
	contract.Keeps[customer.Segment](t, `{
		"id": "seg_19ca9450a000000001", "name": "VIP", "type": "static", "customers": ["cust_2", "cust_1"],
		"created_at": "2026-03-01T12:00:00.123Z", "version": 3
	}`)
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`{}`, `{"object": "customer", "summary": {"orders": {"total_count": 3}}, "address": null, "updated_at": null}`} {
		contract.Writes(t, contract.Read[customer.Customer](t, document, false), `{}`)
	}
	for _, document := range []string{`{}`, `{"cities": 1}`} {
		contract.Writes(t, contract.Read[customer.Address](t, document, false), `{}`)
	}
	// A segment always says its name and its type.
	for _, document := range []string{`{}`, `{"object": "segment", "filter": {"junction": "and"}}`} {
		contract.Writes(t, contract.Read[customer.Segment](t, document, false), `{"name": "", "type": ""}`)
	}
}
