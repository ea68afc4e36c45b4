package customer_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
)

// keeps reads a document that sets every field of T, writes it and expects the same document.
func keeps[T any](t *testing.T, document string) {
	t.Helper()
	value := read[T](t, document, true)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if field.IsExported() && field.Tag.Get("json") != "-" && reflect.ValueOf(value).FieldByIndex(field.Index).IsZero() {
			t.Errorf("the document does not set %s", field.Name)
		}
	}
	writes(t, value, document)
}

func read[T any](t *testing.T, document string, strict bool) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(strings.NewReader(document))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func writes(t *testing.T, value any, document string) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(document), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written JSON (-want +got):\n%s", diff)
	}
}

const fullAddress = `{"city": "Kraków", "state": "Małopolska", "line_1": "Rynek 1", "line_2": "II p.", "country": "Poland", "postal_code": "31-042"}`

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	keeps[customer.Address](t, fullAddress)
	keeps[customer.Customer](t, `{
		"id": "cust_19ca9450a000000001", "source_id": "7", "name": "Anna", "description": "a regular", "email": "anna@example.com",
		"phone": "+48 600 000 000", "birthdate": "1990-12-31", "address": `+fullAddress+`,
		"metadata": {"level": "gold", "points": 12.5, "tags": ["a", 1, true, null], "home": {"lat": 50.06}},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`)
	keeps[customer.Segment](t, `{
		"id": "seg_19ca9450a000000001", "name": "VIP", "type": "static", "customers": ["cust_2", "cust_1"],
		"created_at": "2026-03-01T12:00:00.123Z", "version": 3
	}`)
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`{}`, `{"object": "customer", "summary": {"orders": {"total_count": 3}}, "updated_at": null}`} {
		writes(t, read[customer.Customer](t, document, false), `{}`)
	}
	for _, document := range []string{`{}`, `{"cities": 1}`} {
		writes(t, read[customer.Address](t, document, false), `{}`)
	}
	// A segment always says its name and its type.
	for _, document := range []string{`{}`, `{"object": "segment", "filter": {"junction": "and"}}`} {
		writes(t, read[customer.Segment](t, document, false), `{"name": "", "type": ""}`)
	}
}
