package customer_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// profile is what is stored in the tests of merging.

// profile is what is stored in the tests of merging.
func profile() *customer.Customer {
	return &customer.Customer{
		ID: "cust_1", SourceID: "ann", Name: "Ann", Description: "regular", Email: "ann@example.com", Phone: "1", Birthdate: "1990-01-02",
		Address: &customer.Address{City: "Łódź", Country: "PL"}, Metadata: metadata.Map{"level": "gold", "cups": 3.0},
		CreatedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Version: 4,
	}
}

func TestAPayloadIsLaidOverTheStoredProfile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		payload string
		change  func(*customer.Customer)
	}{
		{"nothing that is sent changes nothing", `{}`, func(*customer.Customer) {}},
		{"a field that is sent wins", `{"name":"Anna","phone":"2"}`, func(c *customer.Customer) { c.Name, c.Phone = "Anna", "2" }},
		{"an empty text is not sent", `{"name":""}`, func(*customer.Customer) {}},
		{"a null takes the field away", `{"email":null,"description":null}`, func(c *customer.Customer) { c.Email, c.Description = "", "" }},
		{"also birthdate, name and phone", `{"birthdate":null,"name":null,"phone":null}`, func(c *customer.Customer) {
			c.Birthdate, c.Name, c.Phone = "", "", ""
		}},
		{"an address is merged part by part", `{"address":{"city":"Gdańsk","line_1":"Długa 1"}}`, func(c *customer.Customer) {
			c.Address = &customer.Address{City: "Gdańsk", Line1: "Długa 1", Country: "PL"}
		}},
		{"address null clears the address", `{"address":null}`, func(c *customer.Customer) { c.Address = nil }},
		{"metadata is merged key by key, and a null is a value", `{"metadata":{"cups":null,"city":"Łódź"}}`, func(c *customer.Customer) {
			c.Metadata = metadata.Map{"level": "gold", "cups": nil, "city": "Łódź"}
		}},
		{"identity, version and times stay", `{"id":"cust_9","source_id":"bob","version":9,"created_at":"2020-01-01T00:00:00Z"}`, func(*customer.Customer) {}},
	}
	for _, test := range tests {
		var payload customer.Customer
		if err := json.Unmarshal([]byte(test.payload), &payload); err != nil {
			t.Fatal(err)
		}
		stored, want := profile(), profile()
		test.change(want)
		if diff := cmp.Diff(*want, *customer.Merge(stored, &payload), cmp.Comparer(sameProfile)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(*profile(), *stored, cmp.Comparer(sameProfile)); diff != "" {
			t.Errorf("%s: the stored profile was changed:\n%s", test.name, diff)
		}
	}
}

// sameProfile compares every field, those included that JSON leaves out.
func sameProfile(a, b customer.Customer) bool { return a.Equal(&b) }

func TestMergingWithNobody(t *testing.T) {
	t.Parallel()
	payload := &customer.Customer{SourceID: "ann", Name: "Ann", Clear: customer.ClearAddress}
	merged := customer.Merge(nil, payload)
	if merged.Clear != 0 || merged.Name != "Ann" || payload.Clear != customer.ClearAddress {
		t.Errorf("a new profile = %+v, payload = %+v", merged, payload)
	}
	stored := profile()
	if customer.Merge(stored, nil) != stored || customer.Merge(nil, nil) != nil {
		t.Error("without a payload the stored profile counts")
	}
	if stored.Equal(nil) || !(*customer.Customer)(nil).Equal(nil) {
		t.Error("nobody equals only nobody")
	}
}

func TestAProfileInJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{}`:                            `{}`,
		`{"address":null}`:              `{"address":null}`,
		`{"name":"Ann","email":null}`:   `{"name":"Ann","email":null}`,
		`{"phone":null,"name":null}`:    `{"name":null,"phone":null}`,
		`{"address":{"city":"Łódź"}}`:   `{"address":{"city":"Łódź"}}`,
		`{"name":null,"name":"Ann"}`:    `{"name":"Ann"}`,
		`{"source_id":"a","unknown":1}`: `{"source_id":"a"}`,
	} {
		var c customer.Customer
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is written as %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{`{"name":1}`, `{"address":"x"}`, `[]`, `{"birthdate":{}}`} {
		if err := json.Unmarshal([]byte(text), &customer.Customer{}); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	known := customer.Customer{Name: "Ann", Phone: "1", Address: &customer.Address{City: "Łódź"}}
	if err := json.Unmarshal([]byte(`{"phone":"2","address":null}`), &known); err != nil {
		t.Fatal(err)
	}
	if known.Name != "Ann" || known.Phone != "2" || known.Address != nil {
		t.Errorf("read over another profile: %+v", known)
	}
}

func TestAProfileSurvivesJSON(t *testing.T) {
	t.Parallel()
	text := rapid.SampledFrom([]string{"", "x", `"quoted" \ <&>`, "Żółw"})
	rapid.Check(t, func(t *rapid.T) {
		want := customer.Customer{
			ID: text.Draw(t, "id"), SourceID: text.Draw(t, "source"), Name: text.Draw(t, "name"), Description: text.Draw(t, "description"),
			Email: text.Draw(t, "email"), Phone: text.Draw(t, "phone"), Birthdate: text.Draw(t, "birthdate"),
			Clear: customer.Fields(rapid.IntRange(0, 63).Draw(t, "clear")),
		}
		if rapid.Bool().Draw(t, "address") {
			want.Address = &customer.Address{City: text.Draw(t, "city")}
		}
		body, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got customer.Customer
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		a, b := customer.Merge(profile(), &want), customer.Merge(profile(), &got)
		if !a.Equal(b) {
			t.Fatalf("%s: %+v became %+v", body, want, got)
		}
	})
}

func TestWhatIsWrongWithAProfile(t *testing.T) {
	t.Parallel()
	long, longest := strings.Repeat("x", 256), strings.Repeat("x", 4097)
	for field, c := range map[string]customer.Customer{
		"id":                  {ID: long},
		"source_id":           {SourceID: long},
		"name":                {Name: long},
		"description":         {Description: longest},
		"email":               {Email: long},
		"phone":               {Phone: "\xff"},
		"birthdate":           {Birthdate: "2.1.1990"},
		"address.city":        {Address: &customer.Address{City: long}},
		"address.state":       {Address: &customer.Address{State: long}},
		"address.line_1":      {Address: &customer.Address{Line1: long}},
		"address.line_2":      {Address: &customer.Address{Line2: long}},
		"address.country":     {Address: &customer.Address{Country: long}},
		"address.postal_code": {Address: &customer.Address{PostalCode: long}},
		"metadata":            {Metadata: metadata.Map{"": 1}},
	} {
		var e *fault.Error
		if err := c.Check(); !errors.As(err, &e) || e.Field != field || e.Key != fault.InvalidPayload {
			t.Errorf("%s: got %v", field, err)
		}
	}
	edge := customer.Customer{Name: strings.Repeat("x", 255), Description: strings.Repeat("x", 4096)}
	if err := edge.Check(); err != nil {
		t.Errorf("at the bounds: %v", err)
	}
}

func TestWhatIsWrongWithASegment(t *testing.T) {
	t.Parallel()
	for field, s := range map[string]customer.Segment{
		"name":         {Type: customer.StaticSegment},
		"customers[1]": {Name: "x", Type: customer.StaticSegment, Customers: []string{"cust_1", "\xff"}},
		"customers[0]": {Name: "x", Type: customer.StaticSegment, Customers: []string{strings.Repeat("x", 256)}},
		"customers":    {Name: "x", Type: customer.StaticSegment, Customers: make([]string, 20_001)},
	} {
		var e *fault.Error
		if err := s.Check(); !errors.As(err, &e) || e.Field != field || e.Key != fault.InvalidPayload {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if err := (customer.Segment{Name: strings.Repeat("x", 256), Type: customer.StaticSegment}).Check(); !errors.Is(err, fault.InvalidPayload) {
		t.Errorf("a long name: %v", err)
	}
}
