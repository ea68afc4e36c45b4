package filter_test

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
	"github.com/voucherify-go/voucherify/filter"
)

func TestReadingAFilter(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want filter.Filter
	}{
		"lists and single values": {
			`{"junction":"and","metadata.club":{"conditions":{"$in":["gold","silver"]}},"address.country":{"conditions":{"$is":"Poland"}}}`,
			filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{
				"metadata.club": {"$in": {"gold", "silver"}}, "address.country": {"$is": {"Poland"}},
			}},
		},
		"the junction in any letter case": {
			`{"junction":"OR","name":{"conditions":{"$is":"a"}}}`,
			filter.Filter{Junction: filter.Or, Fields: map[string]filter.Conditions{"name": {"$is": {"a"}}}},
		},
		"numbers, booleans, texts that spell numbers, and none": {
			`{"junction":"and","x":{"conditions":{"$is":[1,-2.5,true,"0"],"$has_value":null,"$is_unknown":""}}}`,
			filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{
				"x": {"$is": {int64(1), -2.5, true, "0"}, "$has_value": {}, "$is_unknown": {""}},
			}},
		},
		"numbers beyond what float64 holds exactly, and equal ones in several forms": {
			`{"junction":"and","x":{"conditions":{"$in":[9007199254740993,3,3.0,3e0,1e17,1e300,-0.0]}}}`,
			filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{
				"x": {"$in": {int64(9007199254740993), int64(3), int64(3), int64(3), int64(1e17), 1e300, int64(0)}},
			}},
		},
		"names with spaces and dots": {
			`{"junction":"and","loyalty_points.campaigns.Tiers 2.0.points":{"conditions":{"$more_than_equal":[41]}}}`,
			filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{
				"loyalty_points.campaigns.Tiers 2.0.points": {"$more_than_equal": {int64(41)}},
			}},
		},
		"no fields": {`{"junction":"and"}`, filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{}}},
		"null":      {`null`, filter.Filter{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got filter.Filter
			if err := json.Unmarshal([]byte(tt.text), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoFilterIsRefusedWithItsPath(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, field string }{
		"a list":                         {`[]`, ""},
		"a junction that is no text":     {`{"junction":1}`, "junction"},
		"a field that is no object":      {`{"junction":"and","name":"x"}`, "name"},
		"a field without conditions":     {`{"junction":"and","name":{}}`, "name.conditions"},
		"an operator beside conditions":  {`{"junction":"and","name":{"conditions":{"$is":"a"},"$is":"b"}}`, "name.$is"},
		"conditions that are no object":  {`{"junction":"and","name":{"conditions":["$is"]}}`, "name.conditions"},
		"conditions that are null":       {`{"junction":"and","name":{"conditions":null}}`, "name.conditions"},
		"an object as a value":           {`{"junction":"and","name":{"conditions":{"$is":{}}}}`, "name.conditions.$is"},
		"a list in a list":               {`{"junction":"and","name":{"conditions":{"$is":["a",[]]}}}`, "name.conditions.$is[1]"},
		"null in a list":                 {`{"junction":"and","name":{"conditions":{"$is":[null]}}}`, "name.conditions.$is[0]"},
		"a number out of range":          {`{"junction":"and","x":{"conditions":{"$is":[1e999]}}}`, "x.conditions.$is[0]"},
		"a field that stands twice":      {`{"junction":"and","x":{"conditions":{"$is":1}},"x":{"conditions":{"$is":2}}}`, "x"},
		"an operator that stands twice":  {`{"junction":"and","x":{"conditions":{"$is":1,"$is":2}}}`, "x.conditions.$is"},
		"a junction that stands twice":   {`{"junction":"and","junction":"or"}`, "junction"},
		"more bytes than any filter has": {`{"junction":"and","x":"` + strings.Repeat("x", filter.MaxBytes) + `"}`, ""},
		"conditions that stand there twice": {
			`{"junction":"and","x":{"conditions":{"$is":1},"conditions":{"$is":2}}}`, "x.conditions",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f filter.Filter
			refused(t, json.Unmarshal([]byte(tt.text), &f), tt.field)
		})
	}
}

// refused checks that err is an invalid_payload error about a field.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var cause *fault.Error
	if !errors.As(err, &cause) || cause.Key != fault.InvalidPayload || cause.Field != field {
		t.Errorf("got %v, want invalid_payload at %q", err, field)
	}
}

// on returns a filter of one field.
func on(field string, c filter.Conditions) filter.Filter {
	return filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{field: c}}
}

// many returns as many values.
func many(n int) []any {
	values := make([]any, n)
	for i := range values {
		values[i] = i
	}
	return values
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	tooManyFields := filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{}}
	tooManyValues := filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{}}
	tooManyOperators := filter.Conditions{}
	for i := range filter.MaxFields + 1 {
		tooManyFields.Fields[fmt.Sprintf("metadata.%d", i)] = filter.Conditions{"$is": {"a"}}
	}
	for i := range 11 {
		tooManyValues.Fields[fmt.Sprintf("metadata.%02d", i)] = filter.Conditions{"$in": many(filter.MaxAllValues / 10)}
		tooManyOperators[fmt.Sprintf("$operator_%d", i)] = []any{1}
	}
	is := filter.Conditions{"$is": {"a"}}
	for name, tt := range map[string]struct {
		filter filter.Filter
		field  string
	}{
		"a filter without a junction":  {filter.Filter{Fields: map[string]filter.Conditions{"name": is}}, "junction"},
		"another junction":             {filter.Filter{Junction: "xor", Fields: map[string]filter.Conditions{"name": is}}, "junction"},
		"a filter without fields":      {filter.Filter{Junction: filter.And}, ""},
		"too many fields":              {tooManyFields, ""},
		"a field without a name":       {on("", is), ""},
		"a name that is not UTF-8":     {on("metadata.\xff", is), ""},
		"a name that is too long":      {on(strings.Repeat("n", filter.MaxFieldLength+1), is), strings.Repeat("n", 60) + "…"},
		"a field named like a key":     {on("junction", is), ""},
		"a field without operators":    {on("name", nil), "name.conditions"},
		"too many operators":           {on("name", tooManyOperators), "name.conditions"},
		"a name that is no operator":   {on("name", filter.Conditions{"is": {"a"}}), "name.conditions.is"},
		"an operator without a name":   {on("name", filter.Conditions{"$": {"a"}}), "name.conditions.$"},
		"too many values":              {on("name", filter.Conditions{"$in": many(filter.MaxValues + 1)}), "name.conditions.$in"},
		"too many values in all":       {tooManyValues, "metadata.10.conditions.$in"},
		"a text that is too long":      {on("name", filter.Conditions{"$in": {"a", strings.Repeat("x", 501)}}), "name.conditions.$in[1]"},
		"a text that is not UTF-8":     {on("name", filter.Conditions{"$in": {"\xff"}}), "name.conditions.$in[0]"},
		"a number that is not finite":  {on("name", filter.Conditions{"$in": {math.NaN()}}), "name.conditions.$in[0]"},
		"a value of another type":      {on("name", filter.Conditions{"$in": {[]string{"a"}}}), "name.conditions.$in[0]"},
		"a value that is not there":    {on("name", filter.Conditions{"$in": {nil}}), "name.conditions.$in[0]"},
		"the first of several by name": {filter.Filter{Junction: filter.Or, Fields: map[string]filter.Conditions{"b": nil, "a": nil}}, "a.conditions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, tt.filter.Check(), tt.field)
		})
	}
}

func TestCheckAcceptsWhatIsWithinTheBounds(t *testing.T) {
	t.Parallel()
	full := filter.Filter{Junction: filter.Or, Fields: map[string]filter.Conditions{}}
	for i := range 10 {
		full.Fields[strings.Repeat("n", filter.MaxFieldLength-1)+fmt.Sprint(i)] = filter.Conditions{"$in": many(filter.MaxValues)}
	}
	for name, f := range map[string]filter.Filter{
		"as large as it may be": full,
		"values of every type": on("x", filter.Conditions{"$in": {
			"a", true, 1, int8(1), int16(1), int32(1), int64(1), uint(1), uint8(1), uint16(1), uint32(1), uint64(1), float32(1), 1.5,
		}}),
		"an operator without values": on("x", filter.Conditions{"$has_value": nil}),
	} {
		if err := f.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A filter that was written reads back equal, and is written the same again.
func TestAFilterSurvivesJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Int64().AsAny(),
			rapid.Float64Range(-1e300, 1e300).Filter(func(f float64) bool { return f != math.Trunc(f) }).AsAny(),
		)
		name := rapid.String().Filter(func(s string) bool { return s != "junction" })
		want := filter.Filter{
			Junction: rapid.SampledFrom([]filter.Junction{filter.And, filter.Or}).Draw(t, "junction"),
			Fields: rapid.MapOf(name, rapid.Map(rapid.MapOf(rapid.String(), rapid.SliceOf(value)),
				func(m map[string][]any) filter.Conditions { return m })).Draw(t, "fields"),
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got filter.Filter
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", text, diff)
		}
	})
}

func FuzzFilterJSON(f *testing.F) {
	for _, seed := range []string{
		`{"junction":"and","created_at":{"conditions":{"$after":["2021-12-01T00:00:00.000Z"]}},"birthdate":{"conditions":{"$next_month":[true]}}}`,
		`{"junction":"OR","events.sign_up.count":{"conditions":{"$more_than":["0"]}},"x":{"conditions":{"$is":3.0,"$has_value":null}}}`,
		`{"junction":"and","x":{"conditions":{"$is":[1e17,-0.0,1e-300]}}}`, `{"x":{"conditions":{"$is":[[]]}}}`, `{"x":{}}`, `null`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var first filter.Filter
		if err := json.Unmarshal(text, &first); err != nil {
			var cause *fault.Error
			if json.Valid(text) && !errors.As(err, &cause) {
				t.Fatalf("%q: %v is not a fault", text, err)
			}
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var second filter.Filter
		if err := json.Unmarshal(written, &second); err != nil && first.Junction != "" {
			t.Fatalf("%q is written as %s: %v", text, written, err)
		}
		again, err := json.Marshal(second)
		if err != nil || string(again) != string(written) {
			t.Fatalf("%q is written as %s, then as %s, %v", text, written, again, err)
		}
		if (first.Check() == nil) != (second.Check() == nil) {
			t.Fatalf("%s: %v, then %v", written, first.Check(), second.Check())
		}
	})
}
