package validation_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, on machines without zone files

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/validation"
)

// fields is a schema with fields of each type; the key of a field is its name.
func fields(name string) (validation.FilterField, bool) {
	known := map[string]validation.FieldType{
		"text": validation.TextField, "number": validation.NumberField, "date": validation.DateField,
		"instant": validation.InstantField, "list": validation.ListField, "metadata": validation.AnyField, "each": validation.AnyField,
	}
	head, _, _ := strings.Cut(name, ".")
	t, ok := known[head]
	return validation.FilterField{Key: name, Type: t, Many: head == "each"}, ok
}

// values is a record.
type values map[string]any

func (v values) Value(f validation.FilterField) any { return v[f.Key] }

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func at(t testing.TB, text string, z *time.Location) *validation.Moment {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return &validation.Moment{At: instant.In(z)}
}

func program(t testing.TB, text string) *validation.FilterProgram {
	t.Helper()
	var f filter.Filter
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	p, err := validation.CompileFilter(f, fields)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// listed reads a JSON list; "missing" stands for no value at all.
func listed(t *testing.T, text string) []any {
	t.Helper()
	var list []any
	if err := json.Unmarshal([]byte("["+text+"]"), &list); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for i := range list {
		if list[i] == "missing" {
			list[i] = nil
		}
	}
	return list
}

// everyOperator is every operator on metadata, where each value has its own type. The clock shows noon of 10 June 2026, a
// Wednesday, in Warsaw.
var everyOperator = []struct{ conditions, holds, fails string }{
	{`"$is":["a"]`, `"a", ["a"], ["a","b"]`, `"A", "ab", "missing", ["b"], [], 1, true, {}`},
	{`"$is":["a","b"]`, `"a", "b", ["b","a","c"]`, `"c", "missing", ["a"], []`},
	{`"$is":"a"`, `"a", ["a"]`, `"b", "missing"`},
	{`"$is":[5]`, `5, "5", "5.0", [5]`, `6, "05x", "", "missing", true, [6]`},
	{`"$is":["5"]`, `5, "5", 5.0`, `"5.0", "missing"`},
	{`"$is":[true]`, `true, [true]`, `false, "true", 1, "missing"`},
	{`"$is_not":["a"]`, `"b", "missing", 1, ["b"], []`, `"a", ["a","b"]`},
	{`"$is_not":["a","b"]`, `"c", "missing", ["a"]`, `"a", "b", ["a","b","c"]`},
	{`"$in":["a",5]`, `"a", 5, "5", ["x","a"], [5]`, `"b", 6, "missing", ["x"], []`},
	{`"$not_in":["a",5]`, `"b", 6, "missing", ["x"], []`, `"a", 5, "5", ["x","a"]`},
	{`"$more_than":[5]`, `5.1, 6, "6", [6,7]`, `5, 4, "a", "missing", [6,5], [], true`},
	{`"$more_than":["5"]`, `6, "6"`, `5, "a"`},
	{`"$more_than":[-5]`, `-4, 0`, `-5, -6`},
	{`"$more_than_or_equal":[5]`, `5, 6, [5,6]`, `4, "missing", [5,4], []`},
	{`"$more_than_equal":[5]`, `5`, `4`},
	{`"$greater_than_or_equal":[5]`, `5`, `4`},
	{`"$less_than":[5]`, `4, [4,3], "4.9"`, `5, "missing", [4,5], []`},
	{`"$less_than_or_equal":[5]`, `5, 4`, `6, "missing"`},
	{`"$less_than_equal":[5]`, `5`, `6`},
	{`"$more_than":[100],"$less_than":[150]`, `101, 149`, `100, 150, "missing"`},
	{`"$contains":["ell","zz"]`, `"hello", ["x","buzz"]`, `"HELLO", 5, true, "missing", ["x"], []`},
	{`"$starts_with":["he"]`, `"hello", ["x","he"]`, `"the", 5, "missing", []`},
	{`"$ends_with":["lo"]`, `"hello", ["x","lo"]`, `"lot", "missing"`},
	{`"$not_contain":["ell"]`, `"hallo", 5, "missing", ["x"], []`, `"hello", ["x","hello"]`},
	{`"$not_contains":["ell"]`, `"hallo"`, `"hello"`},
	{`"$has_value":[""]`, `"", 0, false, ["a"], {}`, `"missing", []`},
	{`"$is_unknown":[""]`, `"missing", []`, `"", 0, false, ["a"]`},
	{`"$count":[2]`, `["a","b"]`, `["a"], "ab", 2, "missing"`},
	{`"$count":[0]`, `"missing", []`, `["a"], ""`},
	{`"$count_more":[1]`, `["a","b"]`, `["a"], "missing", "ab"`},
	{`"$count_less":[1]`, `[], "missing"`, `["a"], ""`},
	{`"$not_differ":["a","b"]`, `["b","a"], ["a","b","a"]`, `["a"], ["a","b","c"], "a", "missing", []`},
	{`"$not_differ":["a"]`, `"a", ["a"]`, `"b", "missing"`},
	{`"$not_differ":[]`, `[], "missing"`, `["a"], "a"`},
	{`"$not_intersect":["a","b"]`, `"c", ["c"], [], "missing"`, `"a", ["c","b"]`},
	{`"$after":["2026-06-01"]`, `"2026-06-02", "2026-06-01T22:00:00Z", ["2026-06-02","2027-01-01"]`,
		`"2026-06-01", "2026-06-01T21:59:59Z", "2026-05-31", "missing", "soon", 20260602, ["2026-06-02","2026-06-01"], []`},
	{`"$after":["2026-06-01T12:00:00Z"]`, `"2026-06-01T14:00:01+02:00", "2026-06-02"`, `"2026-06-01T14:00:00+02:00", "2026-06-01", "missing"`},
	{`"$before":["2026-06-01"]`, `"2026-05-31", "2026-05-31T21:59:59Z"`, `"2026-05-31T22:00:00Z", "2026-06-01", "missing", []`},
	{`"$before":["2026-06-01T12:00:00Z"]`, `"2026-06-01T13:59:59+02:00", "2026-06-01"`, `"2026-06-01T14:00:00+02:00", "missing"`},
	{`"$more_than":["2026-06-01"]`, `"2026-06-02"`, `"2026-06-01", 5`},
	{`"$more_than_ago":[3]`, `"2026-06-06", "2026-06-06T21:59:59Z", ["2026-06-06","1960-01-01"]`,
		`"2026-06-07", "2026-06-06T22:00:00Z", "2026-06-11", "missing", 5, ["2026-06-06","2026-06-07"], []`},
	{`"$less_than_ago":[3]`, `"2026-06-10", "2026-06-08", "2026-06-07T22:00:00Z", ["2026-06-10","2026-06-08"]`,
		`"2026-06-07", "2026-06-11", "missing", ["2026-06-10","2026-06-07"]`},
	{`"$less_than_ago":[0]`, ``, `"2026-06-10", "missing"`},
	{`"$is_days_ago":[0]`, `"2026-06-10", "2026-06-09T22:00:00Z", "2026-06-10T21:59:59Z"`, `"2026-06-09", "2026-06-10T22:00:00Z", "missing"`},
	{`"$is_days_ago":["9"]`, `"2026-06-01", ["2020-01-01","2026-06-01"]`, `"2026-06-02", "missing", []`},
	{`"$more_than_future":[3]`, `"2026-06-14", ["2026-06-14","2027-01-01"]`, `"2026-06-13", "2026-06-06", "missing", []`},
	{`"$less_than_future":[3]`, `"2026-06-10", "2026-06-12"`, `"2026-06-13", "2026-06-09", "missing"`},
	{`"$is_days_in_future":[5]`, `"2026-06-15", "2026-06-15T21:59:59Z"`, `"2026-06-14", "2026-06-05", "missing"`},
	{`"$dow":[3]`, `"2026-06-10", "2026-06-09T22:00:00Z", ["2026-06-11","2026-06-10"]`, `"2026-06-11", "2026-06-10T22:00:00Z", "missing", []`},
	{`"$dow":[0,"6"]`, `"2026-06-13", "2026-06-14"`, `"2026-06-12", "2026-06-15"`},
	{`"$timeframe":["2024-11-12T14:59:23.019Z;P1D;PT1H"]`, `"2026-02-10T15:30:00Z", "2026-06-10T14:00:00Z", ["2026-06-10","2026-06-10T14:00:00Z"]`,
		`"2026-06-10T14:59:24Z", "2026-06-10T13:59:22Z", "2023-06-10T14:00:00Z", "missing", []`},
	{`"$timeframe":["2026-01-01T10:00;P1D;PT1H"]`, `"2026-06-10T08:30:00Z"`, `"2026-06-10T10:30:00Z"`},
	{`"$timeframe_absolute":["2026-06-01;2026-06-05","2026-07-01T00:00:00Z;2026-07-01T00:00:00Z"]`,
		`"2026-06-01", "2026-06-05", "2026-05-31T22:00:00Z", "2026-06-05T21:59:59Z", "2026-07-01T00:00:00Z"`,
		`"2026-05-31", "2026-06-06", "2026-06-05T22:00:00Z", "2026-07-01T00:00:01Z", "missing", []`},
	{`"$timeframe_daily_hours":["18:00;20:01;2,3"]`, `"2026-06-10T16:00:00Z", "2026-06-09T18:01:59Z"`,
		`"2026-06-10T15:59:59Z", "2026-06-10T18:02:00Z", "2026-06-11T16:00:00Z", "missing"`},
	{`"$timeframe_daily_hours":["22:00;02:00;3"]`, `"2026-06-10T20:00:00Z", "2026-06-11T00:00:59Z"`, `"2026-06-10T00:00:00Z", "2026-06-11T20:00:00Z"`},
	{`"$today":[true]`, `"1990-06-10", "2026-06-09T22:00:00Z"`, `"1990-06-11", "1990-07-10", "missing"`},
	{`"$this_month":[true]`, `"1990-06-01", "1990-06-30", "1990-05-31T22:00:00Z"`, `"1990-05-31", "1990-07-01", "1990-06-30T22:00:00Z", "missing"`},
	{`"$next_month":[true]`, `"1990-07-01", "2030-07-31"`, `"1990-06-30", "1990-08-01", "missing"`},
	{`"$next_month":true`, `"1990-07-01"`, `"1990-06-30"`},
	{`"$previous_month":["true"]`, `"1990-05-01"`, `"1990-04-30", "1990-06-01", "missing"`},
	{`"$in_location":["loc_1","loc_2"]`, `"geo:52.2297,21.0122", "52.23, 21.01", ["x","geo:10,10"]`,
		`"geo:50.06,19.94", "here", 5, "missing", []`},
	{`"$in_location":["loc_9"]`, ``, `"geo:52.2297,21.0122"`},
}

// Filters and rules have the same operators.
func TestEveryOperator(t *testing.T) {
	t.Parallel()
	for _, tt := range everyOperator {
		t.Run(tt.conditions, func(t *testing.T) {
			t.Parallel()
			p := program(t, `{"junction":"and","metadata.x":{"conditions":{`+tt.conditions+`}}}`)
			r := compile(t, ruleOf(t, `{"1":{"name":"order.metadata","property":"x","conditions":{`+tt.conditions+`}}}`))
			m := at(t, "2026-06-10T10:00:00Z", zone("Europe/Warsaw"))
			m.Areas = map[string]*location.Area{"loc_1": circle(t, "geo:52.2297,21.0122", "5 km"), "loc_2": circle(t, "geo:10,10", "1 m")}
			for want, text := range map[bool]string{true: tt.holds, false: tt.fails} {
				for _, value := range listed(t, text) {
					if got := p.Matches(values{"metadata.x": value}, m); got != want {
						t.Errorf("filter on %v: got %t", value, got)
					}
					f := &validation.Facts{At: m.At, Areas: m.Areas, Order: validation.OrderFacts{Present: true, Metadata: map[string]any{"x": value}}}
					if v := r.Before(f); v.Holds != want || v.Failure != nil && v.Failure.Cause != validation.CauseCondition {
						t.Errorf("rule on %v: got %t, failure %+v", value, v.Holds, v.Failure)
					}
				}
			}
		})
	}
}

func circle(t *testing.T, center, radius string) *location.Area {
	t.Helper()
	area, err := location.Location{
		Name: "place", Shape: location.Shape{Type: location.Circle, Distance: &location.Distance{Center: center, Radius: radius}},
	}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return area
}

// Days are counted on the calendar of the project, so a day of 23 or 25 hours is a day.
func TestDaysAroundTheClockChanges(t *testing.T) {
	t.Parallel()
	warsaw, newYork := zone("Europe/Warsaw"), zone("America/New_York")
	for _, tt := range []struct {
		name      string
		zone      *time.Location
		now       string
		condition string
		value     string
		want      bool
	}{
		{"Warsaw, spring: the day of 23 hours is one day ago at its very start", warsaw, "2026-03-30T00:00:00+02:00", `"$is_days_ago":[1]`, "2026-03-29T00:00:00+01:00", true},
		{"Warsaw, spring: and at its end", warsaw, "2026-03-30T00:00:00+02:00", `"$is_days_ago":[1]`, "2026-03-29T23:59:59+02:00", true},
		{"Warsaw, spring: 24 hours before are the day before that", warsaw, "2026-03-30T00:30:00+02:00", `"$is_days_ago":[2]`, "2026-03-28T23:30:00+01:00", true},
		{"Warsaw, spring: seven days over the change", warsaw, "2026-04-01T23:59:59+02:00", `"$less_than_ago":[7]`, "2026-03-26T00:00:00+01:00", true},
		{"Warsaw, spring: and not a day more", warsaw, "2026-04-01T23:59:59+02:00", `"$less_than_ago":[7]`, "2026-03-25T23:59:59+01:00", false},
		{"Warsaw, autumn: the day of 25 hours is today for all of them", warsaw, "2026-10-25T23:59:59+01:00", `"$is_days_ago":[0]`, "2026-10-25T00:00:00+02:00", true},
		{"Warsaw, autumn: the second of the double hours is the same day", warsaw, "2026-10-25T02:30:00+01:00", `"$is_days_ago":[0]`, "2026-10-25T02:30:00+02:00", true},
		{"Warsaw, autumn: 24 hours ago can still be today", warsaw, "2026-10-25T23:30:00+01:00", `"$is_days_ago":[1]`, "2026-10-24T23:59:59+02:00", true},
		{"Warsaw, autumn: more than one day ago begins at midnight", warsaw, "2026-10-26T00:00:00+01:00", `"$more_than_ago":[1]`, "2026-10-24T23:59:59+02:00", true},
		{"Warsaw, autumn: the long day is no more than one day ago", warsaw, "2026-10-26T00:00:00+01:00", `"$more_than_ago":[1]`, "2026-10-25T00:00:00+02:00", false},
		{"New York, spring: tomorrow has 23 hours", newYork, "2026-03-07T12:00:00-05:00", `"$is_days_in_future":[1]`, "2026-03-08T23:59:59-04:00", true},
		{"New York, spring: after it comes the day after", newYork, "2026-03-07T12:00:00-05:00", `"$is_days_in_future":[2]`, "2026-03-09T00:00:00-04:00", true},
		{"New York, spring: less than two days ahead is tomorrow's last second", newYork, "2026-03-07T23:59:59-05:00", `"$less_than_future":[2]`, "2026-03-08T23:59:59-04:00", true},
		{"New York, autumn: tomorrow has 25 hours", newYork, "2026-10-31T23:59:59-04:00", `"$is_days_in_future":[1]`, "2026-11-01T23:59:59-05:00", true},
		{"New York, autumn: more than one day ahead begins behind it", newYork, "2026-10-31T00:00:00-04:00", `"$more_than_future":[1]`, "2026-11-02T00:00:00-05:00", true},
		{"New York, autumn: and not within it", newYork, "2026-10-31T00:00:00-04:00", `"$more_than_future":[1]`, "2026-11-01T23:59:59-05:00", false},
		{"the day is that of the project, not of the value", newYork, "2026-06-10T12:00:00-04:00", `"$is_days_ago":[1]`, "2026-06-10T05:59:59+02:00", true},
		{"a whole day has no zone", newYork, "2026-06-10T23:59:59-04:00", `"$is_days_ago":[1]`, "2026-06-09", true},
		{"Warsaw, spring: a daily timeframe keeps its hour", warsaw, "2026-06-10T12:00:00+02:00", `"$timeframe":["2026-03-27T10:00;P1D;PT1H"]`, "2026-03-29T10:30:00+02:00", true},
		{"Warsaw, spring: one of 24 hours does not", warsaw, "2026-06-10T12:00:00+02:00", `"$timeframe":["2026-03-27T10:00;PT24H;PT1H"]`, "2026-03-29T10:30:00+02:00", false},
		{"Warsaw, autumn: hours of the day count twice", warsaw, "2026-06-10T12:00:00+02:00", `"$timeframe_daily_hours":["02:00;02:59;0"]`, "2026-10-25T02:59:59+01:00", true},
		{"Warsaw, spring: the weekday changes at local midnight", warsaw, "2026-06-10T12:00:00+02:00", `"$dow":[1]`, "2026-03-29T22:00:00Z", true},
		{"New York, autumn: after a day is after all of its 25 hours", newYork, "2026-12-01T12:00:00-05:00", `"$after":["2026-11-01"]`, "2026-11-02T04:59:59Z", false},
		{"New York, autumn: and then it is after", newYork, "2026-12-01T12:00:00-05:00", `"$after":["2026-11-01"]`, "2026-11-02T05:00:00Z", true},
		{"29 February is 28 February in other years", warsaw, "2026-02-28T12:00:00+01:00", `"$today":[true]`, "2004-02-29", true},
		{"but not in leap years", warsaw, "2028-02-28T12:00:00+01:00", `"$today":[true]`, "2004-02-29", false},
		{"where it is itself", warsaw, "2028-02-29T12:00:00+01:00", `"$today":[true]`, "2004-02-29", true},
		{"the month after December is January", warsaw, "2026-12-31T12:00:00+01:00", `"$next_month":[true]`, "1990-01-15", true},
		{"the month before January is December", warsaw, "2026-01-01T12:00:00+01:00", `"$previous_month":[true]`, "1990-12-15", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := program(t, `{"junction":"and","metadata.x":{"conditions":{`+tt.condition+`}}}`)
			if got := p.Matches(values{"metadata.x": tt.value}, at(t, tt.now, tt.zone)); got != tt.want {
				t.Errorf("%s at %s: got %t", tt.value, tt.now, got)
			}
		})
	}
}

func TestJunctions(t *testing.T) {
	t.Parallel()
	const two = `"text":{"conditions":{"$is":["a"]}},"number":{"conditions":{"$more_than":[1],"$less_than":[5]}}`
	for _, tt := range []struct {
		name    string
		record  values
		and, or bool
	}{
		{"both hold", values{"text": "a", "number": int64(2)}, true, true},
		{"the first holds", values{"text": "a", "number": int64(9)}, false, true},
		{"the second holds", values{"text": "b", "number": int64(2)}, false, true},
		{"one operator of the second does not", values{"number": int64(1)}, false, false},
		{"nothing is there", values{}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := at(t, "2026-06-10T10:00:00Z", time.UTC)
			if got := program(t, `{"junction":"AND",`+two+`}`).Matches(tt.record, m); got != tt.and {
				t.Errorf("and: got %t", got)
			}
			if got := program(t, `{"junction":"Or",`+two+`}`).Matches(tt.record, m); got != tt.or {
				t.Errorf("or: got %t", got)
			}
		})
	}
}

func TestFieldsWithATypeOfTheirOwn(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 6, 1, 22, 30, 0, 0, time.UTC) // 2 June in Warsaw
	for _, tt := range []struct {
		condition string
		value     any
		want      bool
	}{
		{`"instant":{"conditions":{"$is":["2026-06-02"]}}`, created, true},
		{`"instant":{"conditions":{"$is":["2026-06-01"]}}`, created, false},
		{`"instant":{"conditions":{"$in":["2026-06-01T22:30:00Z"]}}`, created, true},
		{`"instant":{"conditions":{"$is_not":["2026-06-02T00:30:00+02:00"]}}`, created, false},
		{`"instant":{"conditions":{"$after":["2026-06-01"]}}`, created, true},
		{`"instant":{"conditions":{"$more_than_equal":["2026-06-02"]}}`, created, true},
		{`"instant":{"conditions":{"$more_than":[7]}}`, created, true},
		{`"instant":{"conditions":{"$more_than":[8]}}`, created, false},
		{`"instant":{"conditions":{"$more_than_equal":["8"]}}`, created, true},
		{`"instant":{"conditions":{"$more_than_equal":[9]}}`, created, false},
		{`"instant":{"conditions":{"$more_than_equal":[0]}}`, created.AddDate(0, 0, 8), true},
		{`"instant":{"conditions":{"$less_than":[9]}}`, created, true},
		{`"instant":{"conditions":{"$less_than":[8]}}`, created, false},
		{`"instant":{"conditions":{"$less_than_equal":[8]}}`, created, true},
		{`"instant":{"conditions":{"$less_than_equal":[7]}}`, created, false},
		{`"instant":{"conditions":{"$less_than_equal":[7]}}`, created.AddDate(0, 0, 20), false},
		{`"instant":{"conditions":{"$is_unknown":[]}}`, nil, true},
		{`"date":{"conditions":{"$is":["1990-06-10"]}}`, "1990-06-10", true},
		{`"date":{"conditions":{"$is":["1990-06-10"]}}`, "1990-06-11", false},
		{`"date":{"conditions":{"$less_than":["2000-01-01"]}}`, "1990-06-10", true},
		{`"date":{"conditions":{"$more_than":[6570]}}`, "1990-06-10", true},
		{`"date":{"conditions":{"$today":[true]}}`, "1990-06-10", true},
		{`"number":{"conditions":{"$is":["7"]}}`, int64(7), true},
		{`"number":{"conditions":{"$more_than":["0"]}}`, 3, true},
		{`"number":{"conditions":{"$more_than":["0"]}}`, nil, false},
		{`"text":{"conditions":{"$starts_with":["War"]}}`, "Warsaw", true},
		{`"text":{"conditions":{"$is":[5]}}`, "5", true},
		{`"list":{"conditions":{"$in":["color"]}}`, []string{"size", "color"}, true},
		{`"list":{"conditions":{"$count":[2]}}`, []string{"size", "color"}, true},
		{`"list":{"conditions":{"$contains":["col"]}}`, []string{"size", "color"}, true},
		{`"list":{"conditions":{"$is_unknown":[]}}`, []string(nil), true},
		{`"each":{"conditions":{"$after":["2026-01-01"],"$before":["2026-02-01"]}}`, []any{created, time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}, true},
		{`"each":{"conditions":{"$after":["2026-01-01"],"$before":["2026-02-01"]}}`, []any{created, time.Date(2025, 1, 5, 0, 0, 0, 0, time.UTC)}, false},
		{`"each":{"conditions":{"$is_unknown":[]}}`, []any{}, true},
	} {
		t.Run(tt.condition, func(t *testing.T) {
			t.Parallel()
			field, _, _ := strings.Cut(tt.condition, ":")
			record := values{strings.Trim(field, `"`): tt.value}
			m := at(t, "2026-06-10T10:00:00Z", zone("Europe/Warsaw"))
			if got := program(t, `{"junction":"and",`+tt.condition+`}`).Matches(record, m); got != tt.want {
				t.Errorf("%v: got %t", tt.value, got)
			}
		})
	}
}

func TestBadFiltersAreRefusedWithThePath(t *testing.T) {
	t.Parallel()
	for filterJSON, field := range map[string]string{
		`"junction":"nor","text":{"conditions":{"$is":"a"}}`:                                          "junction",
		`"text":{"conditions":{"$is":"a"}}`:                                                           "junction",
		`"junction":"and"`:                                                                            "",
		`"junction":"and","texts":{"conditions":{"$is":"a"}}`:                                         "texts",
		`"junction":"and","text":{"conditions":{"$matches":"a"}}`:                                     "text.conditions.$matches",
		`"junction":"and","text":{"conditions":{"$from":"a"}}`:                                        "text.conditions.$from",
		`"junction":"and","text":{"conditions":{}}`:                                                   "text.conditions",
		`"junction":"and","text":{"conditions":{"$is":[]}}`:                                           "text.conditions.$is",
		`"junction":"and","metadata.a b":{"conditions":{"$more_than":[1,2]}}`:                         "metadata.a b.conditions.$more_than",
		`"junction":"and","metadata.x":{"conditions":{"$in":["a",{}]}}`:                               "metadata.x.conditions.$in[1]",
		`"junction":"and","metadata.x":{"conditions":{"$more_than":["a"]}}`:                           "metadata.x.conditions.$more_than[0]",
		`"junction":"and","metadata.x":{"conditions":{"$more_than_equal":1,"$more_than_or_equal":2}}`: "metadata.x.conditions.$more_than_or_equal",
		`"junction":"and","metadata.x":{"conditions":{"$contains":["a",5]}}`:                          "metadata.x.conditions.$contains[1]",
		`"junction":"and","metadata.x":{"conditions":{"$count":[-1]}}`:                                "metadata.x.conditions.$count[0]",
		`"junction":"and","metadata.x":{"conditions":{"$count":[1.5]}}`:                               "metadata.x.conditions.$count[0]",
		`"junction":"and","metadata.x":{"conditions":{"$after":["soon"]}}`:                            "metadata.x.conditions.$after[0]",
		`"junction":"and","metadata.x":{"conditions":{"$more_than_ago":[-1]}}`:                        "metadata.x.conditions.$more_than_ago[0]",
		`"junction":"and","metadata.x":{"conditions":{"$is_days_ago":["2026-01-01"]}}`:                "metadata.x.conditions.$is_days_ago[0]",
		`"junction":"and","metadata.x":{"conditions":{"$dow":[1,7]}}`:                                 "metadata.x.conditions.$dow[1]",
		`"junction":"and","metadata.x":{"conditions":{"$next_month":[false]}}`:                        "metadata.x.conditions.$next_month[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe":["P1D;PT1H"]}}`:                    "metadata.x.conditions.$timeframe[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe":["now;P1D;PT1H"]}}`:                "metadata.x.conditions.$timeframe[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe":["2026-01-01;P1D;0"]}}`:            "metadata.x.conditions.$timeframe[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe":["2026-01-01;P0D;PT1H"]}}`:         "metadata.x.conditions.$timeframe[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe_absolute":["2026-01-01"]}}`:         "metadata.x.conditions.$timeframe_absolute[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe_absolute":["a;b"]}}`:                "metadata.x.conditions.$timeframe_absolute[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe_daily_hours":["8;9;1"]}}`:           "metadata.x.conditions.$timeframe_daily_hours[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe_daily_hours":["08:00;09:00;7"]}}`:   "metadata.x.conditions.$timeframe_daily_hours[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe_daily_hours":["08:00;09:00"]}}`:     "metadata.x.conditions.$timeframe_daily_hours[0]",
		`"junction":"and","metadata.x":{"conditions":{"$timeframe_daily_hours":[";09:00;1"]}}`:        "metadata.x.conditions.$timeframe_daily_hours[0]",
		`"junction":"and","metadata.x":{"conditions":{"$in_location":[5]}}`:                           "metadata.x.conditions.$in_location[0]",
		`"junction":"and","text":{"conditions":{"$more_than":[5]}}`:                                   "text.conditions.$more_than",
		`"junction":"and","text":{"conditions":{"$count":[5]}}`:                                       "text.conditions.$count",
		`"junction":"and","text":{"conditions":{"$in_location":["loc_1"]}}`:                           "text.conditions.$in_location",
		`"junction":"and","text":{"conditions":{"$dow":[1]}}`:                                         "text.conditions.$dow",
		`"junction":"and","number":{"conditions":{"$contains":["5"]}}`:                                "number.conditions.$contains",
		`"junction":"and","number":{"conditions":{"$is":["a"]}}`:                                      "number.conditions.$is[0]",
		`"junction":"and","number":{"conditions":{"$more_than":["2026-01-01"]}}`:                      "number.conditions.$more_than[0]",
		`"junction":"and","number":{"conditions":{"$after":["2026-01-01"]}}`:                          "number.conditions.$after",
		`"junction":"and","date":{"conditions":{"$is":["2026-01-01T00:00:00Z"]}}`:                     "date.conditions.$is[0]",
		`"junction":"and","date":{"conditions":{"$timeframe_daily_hours":["08:00;09:00;1"]}}`:         "date.conditions.$timeframe_daily_hours",
		`"junction":"and","date":{"conditions":{"$more_than":[1.5]}}`:                                 "date.conditions.$more_than[0]",
		`"junction":"and","instant":{"conditions":{"$in":["2026-01-01","a"]}}`:                        "instant.conditions.$in[1]",
		`"junction":"and","instant":{"conditions":{"$more_than":[-1]}}`:                               "instant.conditions.$more_than[0]",
		`"junction":"and","list":{"conditions":{"$more_than":[1]}}`:                                   "list.conditions.$more_than",
	} {
		t.Run(filterJSON, func(t *testing.T) {
			t.Parallel()
			var f filter.Filter
			err := json.Unmarshal([]byte(`{`+filterJSON+`}`), &f)
			if err == nil {
				_, err = validation.CompileFilter(f, fields)
			}
			var cause *fault.Error
			if !errors.As(err, &cause) || cause.Key != fault.InvalidPayload || cause.Field != field {
				t.Errorf("got %v, want invalid_payload at %q", err, field)
			}
		})
	}
}

func TestAFilterProgramSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	p := program(t, `{"junction":"or","metadata.b":{"conditions":{"$in_location":["loc_2","loc_1"]}},
		"metadata.a":{"conditions":{"$in_location":["loc_1"]}},"instant":{"conditions":{"$dow":[1]}}}`)
	names := []string{}
	for _, f := range p.Fields() {
		names = append(names, f.Key)
	}
	if diff := cmp.Diff([]string{"instant", "metadata.a", "metadata.b"}, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"loc_1", "loc_2"}, p.Locations()); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
	for condition, want := range map[string]bool{
		`"instant":{"conditions":{"$after":["2026-01-01"],"$dow":[1]}}`: false, `"instant":{"conditions":{"$more_than":[5]}}`: true,
		`"date":{"conditions":{"$today":[true]}}`: true, `"metadata.x":{"conditions":{"$is_days_in_future":[5]}}`: true,
		`"metadata.x":{"conditions":{"$timeframe":["2026-01-01;P1D;PT1H"]}}`: false,
	} {
		if got := program(t, `{"junction":"and",`+condition+`}`).DependsOnTime(); got != want {
			t.Errorf("%s depends on time: got %t", condition, got)
		}
	}
	var none *validation.FilterProgram
	if none.Matches(values{}, nil) || none.DependsOnTime() || len(none.Fields())+len(none.Locations()) > 0 {
		t.Error("no program is not empty")
	}
}

// Rules share the operators; a whole day in one is a day of the project as well.
func TestWholeDaysInRulesAreDaysOfTheProject(t *testing.T) {
	t.Parallel()
	var rule validation.Rule
	text := `{"name":"r","rules":{"1":{"name":"order.metadata","property":"day","conditions":{"$after":["2026-06-01"]}}}}`
	if err := json.Unmarshal([]byte(text), &rule); err != nil {
		t.Fatal(err)
	}
	p, err := validation.NewCompiler().Compile(rule, nil)
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{
		"2026-06-02": true, "2026-06-01": false, "2026-06-01T21:59:59Z": false, "2026-06-01T22:00:00Z": true,
	} {
		facts := validation.Facts{
			At:    at(t, "2026-06-10T10:00:00Z", zone("Europe/Warsaw")).At,
			Order: validation.OrderFacts{Present: true, Metadata: map[string]any{"day": value}},
		}
		if got := p.Before(&facts).Holds; got != want {
			t.Errorf("%s: got %t: %+v in %s", value, got, p.Before(&facts).Failure, p.Source())
		}
	}
}
