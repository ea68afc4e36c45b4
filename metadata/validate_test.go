package metadata_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

func ptr[T any](value T) *T { return &value }

// of is a set of one schema about customers with one property p.
func of(t *testing.T, d metadata.Definition) *metadata.Schemas {
	t.Helper()
	schema := &metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{"p": d}}
	if err := schema.Check(); err != nil {
		t.Fatalf("the schema of the test: %v", err)
	}
	return metadata.NewSchemas([]*metadata.Schema{schema})
}

// refusal is what an error says in Details, "" for none. It must be a metadata_validation_failed.
func refusal(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *fault.Error
	if !errors.As(err, &e) || e.Key != fault.MetadataValidationFailed || e.Code != 400 || e.Message != "Metadata validation failed" {
		t.Fatalf("got %#v, want a metadata_validation_failed", err)
	}
	return e.Details
}

func TestTypes(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	type custom string
	for _, tt := range []struct {
		typ    metadata.Type
		phrase string
		good   []any
		bad    map[string]any // by what the error shows
	}{
		{
			metadata.TypeString, "must be a string",
			[]any{"", "x", "5", custom("x")},
			map[string]any{"5": 5, "true": true, `["x"]`: []string{"x"}, `{"a":1}`: map[string]any{"a": 1}},
		},
		{
			metadata.TypeNumber, "must be a number",
			[]any{0, -1.5, int64(7), uint8(3), float32(0.5), 1e300},
			map[string]any{"5": "5", "false": false, "[5]": []any{5}, "NaN": math.NaN()},
		},
		{metadata.TypeBoolean, "must be a boolean", []any{true, false}, map[string]any{"true": "true", "1": 1}},
		{
			metadata.TypeDate, "must be a date",
			[]any{"2026-02-28", "2024-02-29", "0001-01-01"},
			map[string]any{"2026-02-29": "2026-02-29", "2026-2-3": "2026-2-3", "2026-11-25T12:00:00Z": noon, "20260228": "20260228", "": ""},
		},
		{
			metadata.TypeDatetime, "must be a datetime",
			[]any{"2020-03-11T09:00:00.000Z", "2020-03-11T09:00:00+02:00", noon},
			map[string]any{"2020-03-11": "2020-03-11", "2020-03-11T25:00:00Z": "2020-03-11T25:00:00Z", "1583917200": 1583917200},
		},
		{
			metadata.TypeImageURL, "must be a URL pointing to JPG/JPEG or PNG resource",
			[]any{"https://x.example/a.png", "http://x/a.JPG", "HTTPS://x/y/a.jpeg?size=2#top"},
			map[string]any{
				"https://x/a.gif": "https://x/a.gif", "ftp://x/a.png": "ftp://x/a.png", "https:///a.png": "https:///a.png",
				"https://a.png": "https://a.png", "x/a.png": "x/a.png", "https://x/a.gif?b=.png": "https://x/a.gif?b=.png",
				"https://x/a b.png": "https://x/a b.png", "1": 1,
			},
		},
		{
			metadata.TypeGeopoint, "must be a geopoint",
			[]any{"geo:52.2297,21.0122", "52.2297, 21.0122", "-90,180", "geo:+1,-0.5"},
			map[string]any{
				"geo:91,0": "geo:91,0", "0,180.1": "0,180.1", "52.2": "52.2", "geo:1,": "geo:1,", "1,2,3": "1,2,3",
				"NaN,0": "NaN,0", "0x1,0": "0x1,0", "1,  2": "1,  2", `{"lat":1}`: map[string]any{"lat": 1},
			},
		},
	} {
		t.Run(string(tt.typ), func(t *testing.T) {
			t.Parallel()
			schemas := of(t, metadata.Definition{Type: tt.typ, Optional: true})
			for _, value := range tt.good {
				if err := schemas.CheckWhole(metadata.OfCustomer, "", metadata.Map{"p": value}); err != nil {
					t.Errorf("%#v: %v", value, err)
				}
			}
			for shown, value := range tt.bad {
				got := refusal(t, schemas.CheckWhole(metadata.OfCustomer, "", metadata.Map{"p": value}))
				if diff := cmp.Diff("p: "+tt.phrase+" (actual value is '"+shown+"')", got); diff != "" {
					t.Errorf("%#v (-want +got):\n%s", value, diff)
				}
			}
		})
	}
}

func TestConstraints(t *testing.T) {
	t.Parallel()
	str, num := metadata.TypeString, metadata.TypeNumber
	for _, tt := range []struct {
		name  string
		d     metadata.Definition
		value any
		want  string
	}{
		{"V21: a text where a list of texts is wanted",
			metadata.Definition{Type: str, Array: true, Optional: true, Eq: []any{"L1", "L2", "L3"}}, "L1",
			"p: must be an array, and every element: must be a string, must be equal to one of L1,L2,L3 (actual value is 'L1')"},
		{"the list of V21", metadata.Definition{Type: str, Array: true, Eq: []any{"L1", "L2", "L3"}}, []string{"L3", "L1"}, ""},
		{"an empty list", metadata.Definition{Type: str, Array: true, Eq: []any{"L1"}}, []any{}, ""},
		{"one element that is not allowed", metadata.Definition{Type: str, Array: true, Eq: []any{"L1"}}, []any{"L1", "L9"},
			`p: must be an array, property is required, and every element: must be a string, must be equal to one of L1 (actual value is '["L1","L9"]')`},
		{"null among the elements", metadata.Definition{Type: num, Array: true, Optional: true}, []any{1, nil},
			`p: must be an array, and every element: must be a number (actual value is '[1,null]')`},
		{"lists in a list", metadata.Definition{Type: num, Array: true, Optional: true}, []any{[]any{1}},
			`p: must be an array, and every element: must be a number (actual value is '[[1]]')`},
		{"required and null", metadata.Definition{Type: str}, nil, "p: must be a string, property is required (actual value is 'null')"},
		{"optional and null", metadata.Definition{Type: str, Optional: true}, nil, ""},
		{"optional list and null", metadata.Definition{Type: str, Optional: true, Array: true}, nil, ""},
		{"all that can be said of a text",
			metadata.Definition{Type: str, MinLength: ptr(2), MaxLength: ptr(4), ExactLength: ptr(3), Eq: []any{"abc", "de"}}, "abcd",
			"p: must be a string, property is required, must have min length of 2, must have max length of 4, must have exact length of 3, " +
				"must be equal to one of abc,de (actual value is 'abcd')"},
		{"all that can be said of a number",
			metadata.Definition{Type: num, Eq: []any{1, 2.5}, Ne: []any{3}, Lt: ptr(10.0), Lte: ptr(9.5), Gt: ptr(-1.0), Gte: ptr(0.25)}, 11,
			"p: must be a number, property is required, must be equal to one of 1,2.5, must not be equal to one of 3, must be less than 10, " +
				"must be less than or equal 9.5, must be greater than -1, must be greater than or equal 0.25 (actual value is '11')"},
		{"length counts characters", metadata.Definition{Type: str, ExactLength: ptr(3)}, "zł€", ""},
		{"as short as allowed", metadata.Definition{Type: str, MinLength: ptr(2), MaxLength: ptr(2)}, "ab", ""},
		{"too short", metadata.Definition{Type: str, Optional: true, MinLength: ptr(2)}, "a", "p: must be a string, must have min length of 2 (actual value is 'a')"},
		{"too long", metadata.Definition{Type: str, Optional: true, MaxLength: ptr(0)}, "a", "p: must be a string, must have max length of 0 (actual value is 'a')"},
		{"another case is another text", metadata.Definition{Type: str, Optional: true, Eq: []any{"A"}}, "a", "p: must be a string, must be equal to one of A (actual value is 'a')"},
		{"an allowed number of another Go type", metadata.Definition{Type: num, Eq: []any{int64(5)}}, 5.0, ""},
		{"a forbidden number", metadata.Definition{Type: num, Optional: true, Ne: []any{5.0}}, uint(5), "p: must be a number, must not be equal to one of 5 (actual value is '5')"},
		{"lt excludes the bound", metadata.Definition{Type: num, Optional: true, Lt: ptr(5.0)}, 5, "p: must be a number, must be less than 5 (actual value is '5')"},
		{"lte includes it", metadata.Definition{Type: num, Lte: ptr(0.3)}, 0.3, ""},
		{"gt excludes the bound", metadata.Definition{Type: num, Optional: true, Gt: ptr(5.0)}, 5, "p: must be a number, must be greater than 5 (actual value is '5')"},
		{"gte includes it", metadata.Definition{Type: num, Gte: ptr(-0.01)}, -0.01, ""},
		{"a deleted definition does not count", metadata.Definition{Type: num, Deleted: true}, "five", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := of(t, tt.d).CheckWhole(metadata.OfCustomer, "customer.metadata", metadata.Map{"p": tt.value})
			if diff := cmp.Diff(tt.want, refusal(t, err)); diff != "" {
				t.Errorf("details (-want +got):\n%s", diff)
			}
			var e *fault.Error
			if errors.As(err, &e) && e.Field != "customer.metadata.p" {
				t.Errorf("field is %q", e.Field)
			}
		})
	}
}

func TestALongValueIsCut(t *testing.T) {
	t.Parallel()
	long := make([]rune, 300)
	for i := range long {
		long[i] = 'ż'
	}
	got := refusal(t, of(t, metadata.Definition{Type: metadata.TypeNumber, Optional: true}).CheckWhole(metadata.OfCustomer, "", metadata.Map{"p": string(long)}))
	if diff := cmp.Diff("p: must be a number (actual value is '"+string(long[:200])+"…')", got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whole, sent and changed objects differ in what must be there.
func TestRequired(t *testing.T) {
	t.Parallel()
	schemas := of(t, metadata.Definition{Type: metadata.TypeString})
	const missing = "p: must be a string, property is required (actual value is 'undefined')"
	const null = "p: must be a string, property is required (actual value is 'null')"
	const number = "p: must be a string, property is required (actual value is '5')"
	for _, tt := range []struct {
		name                 string
		before, sent         metadata.Map
		whole, laid, changed string
	}{
		{"there", nil, metadata.Map{"p": "x"}, "", "", ""},
		{"never there", nil, nil, missing, "", ""},
		{"never there, and something else sent", metadata.Map{"q": 1}, metadata.Map{"q": 2}, missing, "", ""},
		{"there before", metadata.Map{"p": "x"}, nil, missing, "", missing},
		{"null before", metadata.Map{"p": nil}, nil, missing, "", ""},
		{"not fitting, as before", metadata.Map{"p": 5}, metadata.Map{"p": 5.0}, number, number, ""},
		{"another value that does not fit either", metadata.Map{"p": 5}, metadata.Map{"p": 6}, strings.ReplaceAll(number, "5", "6"), strings.ReplaceAll(number, "5", "6"), strings.ReplaceAll(number, "5", "6")},
		{"taken away", metadata.Map{"p": "x"}, metadata.Map{"p": nil}, null, null, null},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := []string{
				refusal(t, schemas.CheckWhole(metadata.OfCustomer, "metadata", tt.sent)),
				refusal(t, schemas.CheckSent(metadata.OfCustomer, "metadata", tt.sent)),
				refusal(t, schemas.CheckChange(metadata.OfCustomer, "metadata", tt.before, tt.sent)),
			}
			if diff := cmp.Diff([]string{tt.whole, tt.laid, tt.changed}, got); diff != "" {
				t.Errorf("whole, sent, changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUndefinedProperties(t *testing.T) {
	t.Parallel()
	schema := metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{
		"channel": {Type: metadata.TypeString, Optional: true},
		"old":     {Type: metadata.TypeNumber, Deleted: true},
	}}
	strict := schema
	strict.AllowDefinedOnly = true
	m := metadata.Map{"z": 1, "old": "x", "a": []any{}, "channel": 5}
	open, closed := metadata.NewSchemas([]*metadata.Schema{&schema}), metadata.NewSchemas([]*metadata.Schema{&strict})
	const channel = "channel: must be a string (actual value is '5')"
	if diff := cmp.Diff(channel, refusal(t, open.CheckWhole(metadata.OfOrder, "", m))); diff != "" {
		t.Errorf("open (-want +got):\n%s", diff)
	}
	err := closed.CheckWhole(metadata.OfOrder, "order.metadata", m)
	want := "a: property is not defined in the schema; " + channel +
		"; old: property is not defined in the schema; z: property is not defined in the schema"
	if diff := cmp.Diff(want, refusal(t, err)); diff != "" {
		t.Errorf("defined only (-want +got):\n%s", diff)
	}
	var e *fault.Error
	if errors.As(err, &e) && e.Field != "order.metadata.a" {
		t.Errorf("field is %q, want the first property that is wrong", e.Field)
	}
	if err := closed.CheckWhole(metadata.OfVoucher, "", m); err != nil {
		t.Errorf("an object without a schema: %v", err)
	}
	var none *metadata.Schemas
	if err := none.CheckWhole(metadata.OfOrder, "", m); err != nil {
		t.Errorf("a project without schemas: %v", err)
	}
}

func TestNestedObjects(t *testing.T) {
	t.Parallel()
	schemas := metadata.NewSchemas([]*metadata.Schema{
		{RelatedObject: "Payment", AllowDefinedOnly: true, Properties: metadata.Properties{
			"method": {Type: metadata.TypeString, Eq: []any{"card", "cash"}}, "fee": {Type: metadata.TypeNumber, Optional: true},
		}},
		{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{
			"Payment":  {Type: metadata.TypeObject, ObjectType: "Payment", Optional: true},
			"attempts": {Type: metadata.TypeObject, ObjectType: "Payment", Optional: true, Array: true},
			"other":    {Type: metadata.TypeObject, ObjectType: "Gone", Optional: true},
		}},
	})
	for _, tt := range []struct {
		name string
		m    metadata.Map
		want string
	}{
		{"fits", metadata.Map{"Payment": map[string]any{"method": "card", "fee": 2}}, ""},
		{"fits as a Map", metadata.Map{"Payment": metadata.Map{"method": "cash"}}, ""},
		{"no object", metadata.Map{"Payment": "card"}, "Payment: must be an object (actual value is 'card')"},
		{"a list where one is wanted", metadata.Map{"Payment": []any{}}, "Payment: must be an object (actual value is '[]')"},
		{"required inside, even in an update", metadata.Map{"Payment": map[string]any{}},
			"Payment.method: must be a string, property is required, must be equal to one of card,cash (actual value is 'undefined')"},
		{"not defined inside", metadata.Map{"Payment": map[string]any{"method": "card", "x": 1}}, "Payment.x: property is not defined in the schema"},
		{"one of several", metadata.Map{"attempts": []any{map[string]any{"method": "card"}, map[string]any{"method": "gold"}}},
			"attempts[1].method: must be a string, property is required, must be equal to one of card,cash (actual value is 'gold')"},
		{"no list of objects", metadata.Map{"attempts": []any{1}},
			"attempts: must be an array, and every element: must be an object (actual value is '[1]')"},
		{"a nested schema that is gone asks for an object only", metadata.Map{"other": map[string]any{"x": 1}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := schemas.CheckSent(metadata.OfOrder, "", tt.m)
			if diff := cmp.Diff(tt.want, refusal(t, err)); diff != "" {
				t.Errorf("details (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSKUsFollowProducts(t *testing.T) {
	t.Parallel()
	products := &metadata.Schema{RelatedObject: metadata.OfProduct, Properties: metadata.Properties{"brand": {Type: metadata.TypeString}}}
	skus := &metadata.Schema{RelatedObject: metadata.OfSKU}
	if err := metadata.NewSchemas([]*metadata.Schema{products}).CheckWhole(metadata.OfSKU, "", nil); !errors.Is(err, fault.MetadataValidationFailed) {
		t.Errorf("without a schema of their own: %v", err)
	}
	if err := metadata.NewSchemas([]*metadata.Schema{products, skus}).CheckWhole(metadata.OfSKU, "", nil); err != nil {
		t.Errorf("with a schema of their own: %v", err)
	}
}
