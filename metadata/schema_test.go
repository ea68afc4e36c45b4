package metadata_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// where is the field of an error and what it says, "" for none.
func where(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Field + ": " + e.Details
	}
	return "not a fault: " + err.Error()
}

func TestSchemaCheck(t *testing.T) {
	t.Parallel()
	str, num := metadata.TypeString, metadata.TypeNumber
	one := func(d metadata.Definition) metadata.Schema {
		return metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{"p": d}}
	}
	many := func(n int, d metadata.Definition) metadata.Schema {
		s := metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{}}
		for i := range n {
			s.Properties[fmt.Sprint("p", i)] = d
		}
		return s
	}
	for _, tt := range []struct {
		name   string
		schema metadata.Schema
		want   string
	}{
		{"nothing defined", metadata.Schema{RelatedObject: metadata.OfCustomer}, ""},
		{"about nothing", metadata.Schema{}, "related_object: a name must have between 1 and 255 bytes"},
		{"a name that is not UTF-8", metadata.Schema{RelatedObject: "\xff"}, "related_object: a name is not valid UTF-8"},
		{"as many definitions as allowed, deleted ones among them", many(100, metadata.Definition{Type: str, Deleted: true}), ""},
		{"one definition too many, all deleted", many(101, metadata.Definition{Type: str, Deleted: true}),
			"properties: has 101 definitions, deleted ones included; at most 100 are allowed"},
		{"a property without a name", metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{"": {Type: str}}},
			"properties: a name must have between 1 and 255 bytes"},
		{"a name that is too long", metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{strings.Repeat("x", 256): {Type: str}}},
			"properties: a name must have between 1 and 255 bytes"},
		{"no type", one(metadata.Definition{}), "properties.p.type: is required"},
		{"an unknown type", one(metadata.Definition{Type: "text"}),
			`properties.p.type: "text" is not one of string,number,boolean,date,datetime,image_url,geopoint,object`},
		{"an object without a nested schema", one(metadata.Definition{Type: metadata.TypeObject}), "properties.p.object_type: is required for the type object"},
		{"a nested schema for something else", one(metadata.Definition{Type: str, ObjectType: "Payment"}), "properties.p.object_type: is only for the type object"},
		{"the schema of customers as a nested one", one(metadata.Definition{Type: metadata.TypeObject, ObjectType: metadata.OfCustomer}),
			"properties.p.object_type: customer is not a nested schema"},
		{"a nested schema with a bad name", one(metadata.Definition{Type: metadata.TypeObject, ObjectType: "\xff"}), "properties.p.object_type: a name is not valid UTF-8"},
		{"a nested schema in a nested one", metadata.Schema{RelatedObject: "Payment", Properties: metadata.Properties{"p": {Type: metadata.TypeObject, ObjectType: "Card"}}},
			"properties.p.type: a nested schema cannot hold another nested schema"},
		{"where an order is", one(metadata.Definition{Type: metadata.TypeGeopoint}), "properties.p.type: only customers, products and SKUs have geopoints"},
		{"where a SKU is", metadata.Schema{RelatedObject: metadata.OfSKU, Properties: metadata.Properties{"p": {Type: metadata.TypeGeopoint}}}, ""},
		{"the length of a number", one(metadata.Definition{Type: num, MaxLength: ptr(1)}), "properties.p.max_length: is only for the type string"},
		{"a negative length", one(metadata.Definition{Type: str, MinLength: ptr(-1)}), "properties.p.min_length: -1 is not between 0 and 65536"},
		{"a huge length", one(metadata.Definition{Type: str, ExactLength: ptr(65537)}), "properties.p.exact_length: 65537 is not between 0 and 65536"},
		{"no length is left", one(metadata.Definition{Type: str, MinLength: ptr(3), MaxLength: ptr(2)}), "properties.p.min_length: 3 is more than max_length, which is 2"},
		{"exactly less than the least", one(metadata.Definition{Type: str, MinLength: ptr(3), ExactLength: ptr(2)}), "properties.p.exact_length: 2 is less than min_length, which is 3"},
		{"exactly more than the most", one(metadata.Definition{Type: str, MaxLength: ptr(1), ExactLength: ptr(2)}), "properties.p.exact_length: 2 is more than max_length, which is 1"},
		{"allowed dates", one(metadata.Definition{Type: metadata.TypeDate, Eq: []any{"2026-01-01"}}), "properties.p.eq: is only for the types string and number"},
		{"forbidden texts", one(metadata.Definition{Type: str, Ne: []any{"x"}}), "properties.p.ne: is only for the type number"},
		{"an empty list of allowed values", one(metadata.Definition{Type: str, Eq: []any{}}), "properties.p.eq: has 0 values, between 1 and 1000 are allowed"},
		{"too many forbidden values", one(metadata.Definition{Type: num, Ne: make([]any, 1001)}), "properties.p.ne: has 1001 values, between 1 and 1000 are allowed"},
		{"an allowed number for a text", one(metadata.Definition{Type: str, Eq: []any{"a", 5}}), "properties.p.eq[1]: must be a string"},
		{"a forbidden text for a number", one(metadata.Definition{Type: num, Ne: []any{"5"}}), "properties.p.ne[0]: must be a number"},
		{"an allowed text that is not UTF-8", one(metadata.Definition{Type: str, Eq: []any{"\xff"}}), "properties.p.eq[0]: is not valid UTF-8 of at most 65536 bytes"},
		{"the range of a text", one(metadata.Definition{Type: str, Lt: ptr(5.0)}), "properties.p.lt: is only for the type number"},
		{"an infinite bound", one(metadata.Definition{Type: num, Gte: ptr(math.Inf(1))}), "properties.p.gte: is not a finite number"},
		{"three decimals", one(metadata.Definition{Type: num, Lte: ptr(0.125)}), "properties.p.lte: 0.125 has more than two decimals"},
		{"two decimals", one(metadata.Definition{Type: num, Lte: ptr(-0.29)}), ""},
		{"no number is left", one(metadata.Definition{Type: num, Gt: ptr(2.0), Lte: ptr(2.0)}), "properties.p: no number is above 2 and below 2"},
		{"one number is left", one(metadata.Definition{Type: num, Gte: ptr(2.0), Lte: ptr(2.0)}), ""},
		{"upside down", one(metadata.Definition{Type: num, Gte: ptr(2.5), Lt: ptr(2.0)}), "properties.p: no number is above 2.5 and below 2"},
		{"deleted definitions are checked too", one(metadata.Definition{Type: "text", Deleted: true}),
			`properties.p.type: "text" is not one of string,number,boolean,date,datetime,image_url,geopoint,object`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, where(tt.schema.Check())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemaJSON(t *testing.T) {
	t.Parallel()
	text := `{"related_object":"order","properties":{
		"a":{"type":"string","array":true,"optional":false,"deleted":true,"object_type":null,"min_length":1,"max_length":5,"exact_length":null,"eq":["x"],"ne":null},
		"b":{"type":"string","array":false,"optional":true,"objectType":null,"minLength":1,"maxLength":5,"exactLength":3},
		"c":{"type":"number","array":false,"optional":true,"eq":[1,2.5],"ne":[3],"lt":10,"lte":9.5,"gt":-1,"gte":0},
		"d":{"type":"object","array":false,"optional":true,"objectType":"Payment"},
		"e":{"type":"object","array":false,"optional":true,"object_type":"Payment","objectType":"Payment"}
	},"allow_defined_only":null}`
	want := metadata.Schema{RelatedObject: "order", Properties: metadata.Properties{
		"a": {Type: metadata.TypeString, Array: true, Deleted: true, MinLength: ptr(1), MaxLength: ptr(5), Eq: []any{"x"}},
		"b": {Type: metadata.TypeString, Optional: true, MinLength: ptr(1), MaxLength: ptr(5), ExactLength: ptr(3)},
		"c": {
			Type: metadata.TypeNumber, Optional: true, Eq: []any{1.0, 2.5}, Ne: []any{3.0},
			Lt: ptr(10.0), Lte: ptr(9.5), Gt: ptr(-1.0), Gte: ptr(0.0),
		},
		"d": {Type: metadata.TypeObject, Optional: true, ObjectType: "Payment"},
		"e": {Type: metadata.TypeObject, Optional: true, ObjectType: "Payment"},
	}}
	var got metadata.Schema
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	written, err := json.Marshal(metadata.Schema{RelatedObject: "order", Properties: metadata.Properties{
		"b": want.Properties["b"], "d": want.Properties["d"],
	}})
	if err != nil {
		t.Fatal(err)
	}
	const usual = `{"related_object":"order","properties":{` +
		`"b":{"type":"string","array":false,"optional":true,"min_length":1,"max_length":5,"exact_length":3},` +
		`"d":{"type":"object","array":false,"optional":true,"object_type":"Payment"}},"allow_defined_only":false}`
	if diff := cmp.Diff(usual, string(written)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func TestBrokenSchemaJSON(t *testing.T) {
	t.Parallel()
	property := func(text string) string { return `{"related_object":"order","properties":{"p":` + text + `}}` }
	for text, want := range map[string]string{
		property(`{"array":false,"optional":true}`):                                                    "properties.p.type: is required",
		property(`{"type":"string","optional":true}`):                                                  "properties.p.array: is required",
		property(`{"type":"string","array":false}`):                                                    "properties.p.optional: is required",
		property(`{"type":5,"array":false,"optional":true}`):                                           "properties.p.type: cannot be a number",
		property(`{"type":"string","array":"no","optional":true}`):                                     "properties.p.array: cannot be a string",
		property(`{"type":"string","array":false,"optional":true,"min_length":1.5}`):                   "properties.p.min_length: cannot be a number 1.5",
		property(`{"type":"string","array":false,"optional":true,"maxLength":"5"}`):                    "properties.p.maxLength: cannot be a string",
		property(`{"type":"number","array":false,"optional":true,"lt":"5"}`):                           "properties.p.lt: cannot be a string",
		property(`{"type":"number","array":false,"optional":true,"eq":5}`):                             "properties.p.eq: cannot be a number",
		property(`{"type":"string","array":false,"optional":true,"minLength":1,"min_length":2}`):       "properties.p.min_length: stands twice with different values",
		property(`{"type":"object","array":false,"optional":true,"objectType":"A","object_type":"B"}`): "properties.p.object_type: stands twice with different values",
		property(`[]`): "properties.p: cannot be a array",
		`{"related_object":"order","properties":[]}`: "properties: must be an object",
	} {
		var s metadata.Schema
		if diff := cmp.Diff(want, where(json.Unmarshal([]byte(text), &s))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	stored := func() *metadata.Schema {
		return &metadata.Schema{ID: "ms_1", RelatedObject: metadata.OfOrder, AllowDefinedOnly: true, Version: 3, Properties: metadata.Properties{
			"a": {Type: metadata.TypeString, Optional: true, MaxLength: ptr(5)},
			"b": {Type: metadata.TypeNumber, Deleted: true},
		}}
	}
	for _, tt := range []struct {
		name   string
		update metadata.SchemaUpdate
		change func(*metadata.Schema)
		want   string
	}{
		{"nothing is sent", metadata.SchemaUpdate{}, func(*metadata.Schema) {}, ""},
		{"what is left out falls back to its default", metadata.SchemaUpdate{Properties: metadata.Properties{"a": {Type: metadata.TypeString}}},
			func(s *metadata.Schema) { s.Properties["a"] = metadata.Definition{Type: metadata.TypeString} }, ""},
		{"a new property", metadata.SchemaUpdate{Properties: metadata.Properties{"c": {Type: metadata.TypeDate}}},
			func(s *metadata.Schema) { s.Properties["c"] = metadata.Definition{Type: metadata.TypeDate} }, ""},
		{"deleted", metadata.SchemaUpdate{Properties: metadata.Properties{"a": {Type: metadata.TypeString, Deleted: true}}},
			func(s *metadata.Schema) {
				s.Properties["a"] = metadata.Definition{Type: metadata.TypeString, Deleted: true}
			}, ""},
		{"restored", metadata.SchemaUpdate{Properties: metadata.Properties{"b": {Type: metadata.TypeNumber}}},
			func(s *metadata.Schema) { s.Properties["b"] = metadata.Definition{Type: metadata.TypeNumber} }, ""},
		{"the flag", metadata.SchemaUpdate{AllowDefinedOnly: ptr(false)}, func(s *metadata.Schema) { s.AllowDefinedOnly = false }, ""},
		{"another type", metadata.SchemaUpdate{Properties: metadata.Properties{"a": {Type: metadata.TypeNumber}}}, nil,
			"properties.a.type: is string and never changes"},
		{"another type for a deleted property", metadata.SchemaUpdate{Properties: metadata.Properties{"b": {Type: metadata.TypeString}}}, nil,
			"properties.b.type: is number and never changes"},
		{"no type", metadata.SchemaUpdate{Properties: metadata.Properties{"a": {Optional: true}}}, nil, "properties.a.type: is required"},
		{"the first of two mistakes", metadata.SchemaUpdate{Properties: metadata.Properties{"c": {Type: "x"}, "a": {Type: metadata.TypeDate}}}, nil,
			"properties.a.type: is string and never changes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := stored()
			got, err := s.Update(tt.update)
			if diff := cmp.Diff(tt.want, where(err)); diff != "" {
				t.Fatalf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(stored(), s); diff != "" {
				t.Errorf("the stored schema changed (-want +got):\n%s", diff)
			}
			if tt.change == nil {
				return
			}
			want := stored()
			tt.change(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	s := &metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{
		"a": {Type: metadata.TypeString}, "b": {Type: metadata.TypeNumber, Deleted: true},
	}}
	got, err := s.Purge("b")
	if err != nil {
		t.Fatal(err)
	}
	want := &metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{"a": {Type: metadata.TypeString}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(s.Properties) != 2 {
		t.Error("the stored schema changed")
	}
	if next, err := got.Update(metadata.SchemaUpdate{Properties: metadata.Properties{"b": {Type: metadata.TypeDate}}}); err != nil || next.Properties["b"].Type != metadata.TypeDate {
		t.Errorf("the name is not free for another type: %v", err)
	}
	redemptions := *s
	redemptions.RelatedObject = metadata.OfRedemption
	for name, tt := range map[string]struct {
		schema   *metadata.Schema
		property string
		want     string
	}{
		"not deleted": {s, "a", "properties.a: must be deleted before it can be purged"},
		"unknown":     {s, "c", "properties.c: Cannot find metadata_schema_property with id c"},
		"redemptions": {&redemptions, "b", "related_object: properties of redemption cannot be purged"},
	} {
		_, err := tt.schema.Purge(tt.property)
		if diff := cmp.Diff(tt.want, where(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestProperty(t *testing.T) {
	t.Parallel()
	payment := metadata.Definition{Type: metadata.TypeObject, ObjectType: "Payment"}
	list := metadata.Definition{Type: metadata.TypeObject, ObjectType: "Payment", Array: true}
	schemas := metadata.NewSchemas([]*metadata.Schema{
		{RelatedObject: "Payment", AllowDefinedOnly: true, Properties: metadata.Properties{"method": {Type: metadata.TypeString}}},
		{RelatedObject: metadata.OfOrder, AllowDefinedOnly: true, Properties: metadata.Properties{
			"Payment": payment, "attempts": list, "a.b": {Type: metadata.TypeDate}, "gone": {Type: metadata.TypeDate, Deleted: true},
			"lost": {Type: metadata.TypeObject, ObjectType: "Nowhere"},
		}},
		{RelatedObject: metadata.OfProduct, Properties: metadata.Properties{"brand": {Type: metadata.TypeString}}},
	})
	for _, tt := range []struct {
		object, property string
		want             *metadata.Definition
		refused          string
	}{
		{metadata.OfOrder, "Payment", &payment, ""},
		{metadata.OfOrder, "Payment.method", &metadata.Definition{Type: metadata.TypeString}, ""},
		{metadata.OfOrder, "Payment.x", nil, "the schema of Payment does not define x"},
		{metadata.OfOrder, "attempts.method", nil, "attempts is a list of objects, which rules cannot look into"},
		{metadata.OfOrder, "a.b", &metadata.Definition{Type: metadata.TypeDate}, ""},
		{metadata.OfOrder, "a.c", nil, "the schema of order does not define a.c"},
		{metadata.OfOrder, "gone", nil, "the schema of order does not define gone"},
		{metadata.OfOrder, "lost.x", nil, ""},
		{metadata.OfProduct, "x", nil, ""},
		{metadata.OfSKU, "brand", &metadata.Definition{Type: metadata.TypeString}, ""},
		{metadata.OfCustomer, "x", nil, ""},
	} {
		got, err := schemas.Property(tt.object, tt.property)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.object, tt.property, diff)
		}
		if refused := fmt.Sprint(err); refused != tt.refused && (err != nil || tt.refused != "") {
			t.Errorf("%s %s: got %q, want %q", tt.object, tt.property, refused, tt.refused)
		}
	}
}

// What fits a schema still fits when the schema and the metadata have been through JSON, as they are in a store.
func TestTheSameAfterTheStore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := metadata.Definition{
			Type:  rapid.SampledFrom([]metadata.Type{metadata.TypeString, metadata.TypeNumber, metadata.TypeBoolean, metadata.TypeDate}).Draw(t, "type"),
			Array: rapid.Bool().Draw(t, "array"), Optional: rapid.Bool().Draw(t, "optional"),
		}
		if d.Type == metadata.TypeNumber {
			d.Eq = []any{rapid.IntRange(0, 3).Draw(t, "eq"), 1}
			d.Lt = ptr(float64(rapid.IntRange(0, 300).Draw(t, "lt")) / 100)
		}
		single := rapid.OneOf(rapid.Just[any](nil), rapid.Just[any]("2026-01-01"), rapid.Just[any]("x"), rapid.Just[any](true),
			rapid.Map(rapid.IntRange(0, 3), func(i int) any { return i }))
		value := rapid.OneOf(single, rapid.Map(rapid.SliceOfN(single, 0, 3), func(list []any) any { return list })).Draw(t, "value")
		schema, m := metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{"p": d}}, metadata.Map{"p": value}
		if err := schema.Check(); err != nil {
			t.Skip(err)
		}
		var readSchema metadata.Schema
		var readMap metadata.Map
		through(t, schema, &readSchema)
		through(t, m, &readMap)
		before := where(metadata.NewSchemas([]*metadata.Schema{&schema}).CheckWhole(metadata.OfOrder, "", m))
		after := where(metadata.NewSchemas([]*metadata.Schema{&readSchema}).CheckWhole(metadata.OfOrder, "", readMap))
		if before != after {
			t.Fatalf("before %q, after %q", before, after)
		}
	})
}

func through(t interface{ Fatal(...any) }, from, into any) {
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// FuzzSchemaJSON feeds texts as a schema and as metadata: nothing panics, a schema that passes Check is the same after
// another round through JSON, and it says the same about the same metadata.
func FuzzSchemaJSON(f *testing.F) {
	f.Add([]byte(`{"related_object":"order","properties":{"a":{"type":"string","array":true,"optional":false,"eq":["L1"]}}}`), []byte(`{"a":["L1"]}`))
	f.Add([]byte(`{"related_object":"customer","properties":{"a":{"type":"geopoint","array":false,"optional":true}},"allow_defined_only":true}`), []byte(`{"a":"geo:1,2","b":1}`))
	f.Add([]byte(`{"related_object":"P","properties":{"a":{"type":"number","array":false,"optional":true,"lt":1.25,"ne":[1e300]}}}`), []byte(`{"a":1e300}`))
	f.Add([]byte(`{"related_object":"order","properties":{"a":{"type":"object","array":false,"optional":true,"objectType":"P"}}}`), []byte(`{"a":{"b":[{}]}}`))
	f.Fuzz(func(t *testing.T, schemaText, mapText []byte) {
		var schema metadata.Schema
		if json.Unmarshal(schemaText, &schema) != nil || schema.Check() != nil {
			return
		}
		var again metadata.Schema
		through(t, schema, &again)
		if err := again.Check(); err != nil {
			t.Fatalf("after another round: %v", err)
		}
		if diff := cmp.Diff(&schema, &again); diff != "" {
			t.Fatalf("another round (-want +got):\n%s", diff)
		}
		var m metadata.Map
		if json.Unmarshal(mapText, &m) != nil {
			return
		}
		one, two := metadata.NewSchemas([]*metadata.Schema{&schema}), metadata.NewSchemas([]*metadata.Schema{&again})
		for _, object := range []string{schema.RelatedObject, metadata.OfSKU} {
			a, b := where(one.CheckWhole(object, "metadata", m)), where(two.CheckWhole(object, "metadata", m))
			if a != b {
				t.Fatalf("%q, then %q", a, b)
			}
			for property := range m {
				one.Property(object, property) //nolint:errcheck // only that it returns
			}
		}
	})
}
