package event_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// says is an error as key, field and details; "" for none.
func says(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return fmt.Sprintf("%s %s: %s", e.Key, e.Field, e.Details)
	}
	return "not a fault: " + err.Error()
}

func TestSchemaCheck(t *testing.T) {
	t.Parallel()
	of := func(d event.Property) event.Schema {
		return event.Schema{Name: "page_view", Schema: event.Definition{Properties: map[string]event.Property{"p": d}}}
	}
	many := event.Schema{Name: "many", Schema: event.Definition{Properties: map[string]event.Property{}}}
	for i := range 101 {
		many.Schema.Properties[fmt.Sprint(i)] = event.Property{Type: metadata.TypeString, Deleted: true}
	}
	const kinds = " is not one of string, number, boolean, date, datetime"
	for _, tt := range []struct {
		name   string
		schema event.Schema
		want   string
	}{
		{"without properties", event.Schema{Name: "page_view"}, ""},
		{"a text", of(event.Property{Type: metadata.TypeString}), ""},
		{"a number", of(event.Property{Type: metadata.TypeNumber}), ""},
		{"a flag", of(event.Property{Type: metadata.TypeBoolean}), ""},
		{"a date", of(event.Property{Type: metadata.TypeDate}), ""},
		{"a datetime", of(event.Property{Type: metadata.TypeDatetime}), ""},
		{"an object", of(event.Property{Type: metadata.TypeObject}), `invalid_payload schema.properties.p.type: "object"` + kinds},
		{"a place", of(event.Property{Type: metadata.TypeGeopoint}), `invalid_payload schema.properties.p.type: "geopoint"` + kinds},
		{"an image", of(event.Property{Type: metadata.TypeImageURL}), `invalid_payload schema.properties.p.type: "image_url"` + kinds},
		{"no type", of(event.Property{}), `invalid_payload schema.properties.p.type: ""` + kinds},
		{"no name", event.Schema{}, "invalid_payload name: must have between 1 and 300 characters of valid UTF-8"},
		{"the longest name", event.Schema{Name: strings.Repeat("ż", 300)}, ""},
		{"a longer name", event.Schema{Name: strings.Repeat("ż", 301)}, "invalid_payload name: must have between 1 and 300 characters of valid UTF-8"},
		{"a name that is not UTF-8", event.Schema{Name: "\xff"}, "invalid_payload name: must have between 1 and 300 characters of valid UTF-8"},
		{"too many properties", many, "invalid_payload schema.properties: has 101 definitions, deleted ones included; at most 100 are allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, says(tt.schema.Check())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemaJSON(t *testing.T) {
	t.Parallel()
	const text = `{"name":"rated","schema":{"properties":{` +
		`"comment":{"type":"string","optional":true,"deleted":true},"stars":{"type":"number","optional":false}}}}`
	var got event.Schema
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := event.Schema{Name: "rated", Schema: event.Definition{Properties: map[string]event.Property{
		"stars": {Type: metadata.TypeNumber}, "comment": {Type: metadata.TypeString, Optional: true, Deleted: true},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	written, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(written)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	err = json.Unmarshal([]byte(strings.ReplaceAll(text, `"number"`, `"number","array":true`)), &got)
	if diff := cmp.Diff("invalid_payload array: custom events have no lists", says(err)); diff != "" {
		t.Errorf("a list (-want +got):\n%s", diff)
	}
}

func TestUpdateMayChangeTypes(t *testing.T) {
	t.Parallel()
	stored := &event.Schema{Name: "rated", Version: 2, Schema: event.Definition{Properties: map[string]event.Property{
		"stars": {Type: metadata.TypeNumber, Optional: true}, "comment": {Type: metadata.TypeString},
	}}}
	got, err := stored.Update(map[string]event.Property{"stars": {Type: metadata.TypeString}, "day": {Type: metadata.TypeDate, Deleted: true}})
	if err != nil {
		t.Fatal(err)
	}
	want := &event.Schema{Name: "rated", Version: 2, Schema: event.Definition{Properties: map[string]event.Property{
		"stars": {Type: metadata.TypeString}, "comment": {Type: metadata.TypeString}, "day": {Type: metadata.TypeDate, Deleted: true},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(stored.Schema.Properties) != 2 || stored.Schema.Properties["stars"].Type != metadata.TypeNumber {
		t.Errorf("the stored schema changed: %v", stored)
	}
	if _, err := stored.Update(map[string]event.Property{"x": {Type: "text"}}); err == nil {
		t.Error("an unknown type is accepted")
	}
	if next, err := (&event.Schema{Name: "plain"}).Update(map[string]event.Property{"x": {Type: metadata.TypeString}}); err != nil || len(next.Schema.Properties) != 1 {
		t.Errorf("an update of a schema without properties: %v %v", next, err)
	}
}

func TestCheckMetadata(t *testing.T) {
	t.Parallel()
	schema := &event.Schema{Name: "rated", Schema: event.Definition{Properties: map[string]event.Property{
		"stars": {Type: metadata.TypeNumber}, "at": {Type: metadata.TypeDatetime, Optional: true}, "gone": {Type: metadata.TypeString, Deleted: true},
	}}}
	for _, tt := range []struct {
		name string
		m    metadata.Map
		want string
	}{
		{"fits", metadata.Map{"stars": 5, "at": "2026-11-25T12:00:00Z", "gone": 1, "unknown": []any{}}, ""},
		{"nothing", nil, "metadata_validation_failed metadata.stars: stars: must be a number, property is required (actual value is 'undefined')"},
		{"two mistakes", metadata.Map{"stars": "five", "at": "now"}, "metadata_validation_failed metadata.at: at: must be a datetime (actual value is 'now'); " +
			"stars: must be a number, property is required (actual value is 'five')"},
	} {
		if diff := cmp.Diff(tt.want, says(schema.CheckMetadata("metadata", tt.m))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCustomCheck(t *testing.T) {
	t.Parallel()
	ada := customer.BySourceID("ada")
	for _, tt := range []struct {
		name  string
		event event.Custom
		want  string
	}{
		{"the least", event.Custom{Event: "page_view", Customer: ada}, ""},
		{"no name", event.Custom{Customer: ada}, "invalid_payload event: must have between 1 and 300 characters of valid UTF-8"},
		{"a name that is too long", event.Custom{Event: strings.Repeat("x", 301), Customer: ada}, "invalid_payload event: must have between 1 and 300 characters of valid UTF-8"},
		{"no customer", event.Custom{Event: "page_view"}, "missing_customer customer: an event needs the id or the source_id of its customer"},
		{"a customer without identity", event.Custom{Event: "page_view", Customer: &customer.Customer{Name: "Ada"}},
			"missing_customer customer: an event needs the id or the source_id of its customer"},
		{"a broken customer", event.Custom{Event: "page_view", Customer: &customer.Customer{SourceID: "ada", Birthdate: "1815"}},
			`invalid_payload customer.birthdate: "1815" is not a date of the form YYYY-MM-DD`},
		{"a long event id", event.Custom{Event: "page_view", Customer: ada, EventID: strings.Repeat("x", 256)}, "invalid_payload event_id: is longer than 255 bytes"},
		{"metadata that is too large", event.Custom{Event: "page_view", Customer: ada, Metadata: metadata.Map{"x": strings.Repeat("x", 70_000)}},
			"invalid_payload metadata: is 70008 bytes of JSON, at most 65536 are allowed"},
		{"a referral", event.Custom{Event: "page_view", Customer: ada, Referral: &event.Referral{Code: "BOB", ReferrerID: strings.Repeat("x", 255)}}, ""},
		{"a referral by nothing", event.Custom{Event: "page_view", Customer: ada, Referral: &event.Referral{}},
			"invalid_payload referral.code: must have between 1 and 255 bytes"},
		{"a long referral code", event.Custom{Event: "page_view", Customer: ada, Referral: &event.Referral{Code: strings.Repeat("x", 256)}},
			"invalid_payload referral.code: must have between 1 and 255 bytes"},
		{"a long referrer", event.Custom{Event: "page_view", Customer: ada, Referral: &event.Referral{Code: "BOB", ReferrerID: strings.Repeat("x", 256)}},
			"invalid_payload referral.referrer_id: is longer than 255 bytes"},
		{"a loyalty card", event.Custom{Event: "page_view", Customer: ada, Loyalty: &event.Loyalty{}}, "invalid_payload loyalty.code: is required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, says(tt.event.Check())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
