package validation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/validation"
)

// naive evaluates filters on metadata straight from the table of operators, without preparing anything. It knows the values
// that the generators make: texts, numbers from -1 to 3, booleans, dates, and lists of them.
type naive struct{ now time.Time }

func (n naive) matches(f filter.Filter, record map[string]any) bool {
	var results []bool
	for _, name := range f.Names() {
		all := true
		for operator, wanted := range f.Fields[name] {
			all = all && n.holds(operator, record[name], wanted)
		}
		results = append(results, all)
	}
	if f.Junction == filter.Or {
		return slices.Contains(results, true)
	}
	return !slices.Contains(results, false)
}

func (n naive) holds(operator string, value any, wanted []any) bool {
	if positive, negated := map[string]string{
		"$is_not": "$is", "$not_in": "$in", "$not_contain": "$contains", "$not_intersect": "$in", "$is_unknown": "$has_value",
	}[operator]; negated {
		return !n.holds(positive, value, wanted)
	}
	list, isList := value.([]any)
	if !isList && value != nil {
		list = []any{value}
	}
	contains := func(w any) bool { return slices.ContainsFunc(list, func(v any) bool { return equal(v, w) }) }
	switch operator {
	case "$has_value":
		return len(list) > 0
	case "$is":
		if isList {
			return !slices.ContainsFunc(wanted, func(w any) bool { return !contains(w) })
		}
		return slices.ContainsFunc(wanted, contains)
	case "$in":
		return slices.ContainsFunc(wanted, contains)
	case "$not_differ":
		return !slices.ContainsFunc(wanted, func(w any) bool { return !contains(w) }) &&
			!slices.ContainsFunc(list, func(v any) bool { return !slices.ContainsFunc(wanted, func(w any) bool { return equal(v, w) }) })
	case "$count", "$count_more", "$count_less":
		if !isList && value != nil {
			return false
		}
		count := len(list) - int(number(wanted[0]))
		return map[string]bool{"$count": count == 0, "$count_more": count > 0, "$count_less": count < 0}[operator]
	}
	return n.elements(operator, list, wanted)
}

// elements evaluates the operators that look at the elements one by one.
func (n naive) elements(operator string, list, wanted []any) bool {
	every := strings.Contains(" $more_than $more_than_or_equal $less_than $less_than_or_equal $after $before $more_than_ago $less_than_ago $more_than_future $less_than_future ", " "+operator+" ")
	one := func(v any) bool {
		return slices.ContainsFunc(wanted, func(w any) bool { return n.single(operator, v, w) })
	}
	if every {
		return len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool { return !one(v) })
	}
	return slices.ContainsFunc(list, one)
}

func (n naive) single(operator string, v, w any) bool {
	text, _ := v.(string)
	part, _ := w.(string)
	_, isText := v.(string)
	switch operator {
	case "$contains":
		return isText && strings.Contains(text, part)
	case "$starts_with":
		return isText && strings.HasPrefix(text, part)
	case "$ends_with":
		return isText && strings.HasSuffix(text, part)
	case "$more_than", "$more_than_or_equal", "$less_than", "$less_than_or_equal":
		order, ok := n.order(v, w)
		return ok && map[string]bool{
			"$more_than": order > 0, "$more_than_or_equal": order >= 0, "$less_than": order < 0, "$less_than_or_equal": order <= 0,
		}[operator]
	case "$after", "$before":
		order, ok := n.dates(v, w)
		return ok && (order > 0) == (operator == "$after") && order != 0
	}
	d, whole, ok := day(v)
	if !ok {
		return false
	}
	if !whole {
		d = d.In(n.now.Location())
	}
	// The distance in days, by stepping from date to date.
	ago := 0
	for step := d; step.Format(time.DateOnly) < n.now.Format(time.DateOnly); step = step.AddDate(0, 0, 1) {
		ago++
	}
	for step := d; step.Format(time.DateOnly) > n.now.Format(time.DateOnly); step = step.AddDate(0, 0, -1) {
		ago--
	}
	days := int(number(w))
	return map[string]bool{
		"$more_than_ago": ago > days, "$less_than_ago": ago >= 0 && ago < days, "$is_days_ago": ago == days,
		"$more_than_future": -ago > days, "$less_than_future": -ago >= 0 && -ago < days, "$is_days_in_future": -ago == days,
		"$dow":            int(d.Weekday()) == days,
		"$next_month":     d.Month() == n.now.Month()+1 || d.Month() == 1 && n.now.Month() == 12,
		"$this_month":     d.Month() == n.now.Month(),
		"$previous_month": d.Month() == n.now.Month()-1 || d.Month() == 12 && n.now.Month() == 1,
		"$today":          d.Format("01-02") == n.now.Format("01-02"), // the generators make no 29 February
	}[operator]
}

// equal compares a value with a wanted one: texts as texts, numbers also with the texts that spell them.
func equal(v, w any) bool {
	_, vIsText := v.(string)
	_, wIsText := w.(string)
	vIsNumber, wIsNumber := spelled(v), spelled(w)
	if vIsNumber && wIsNumber && (!vIsText || !wIsText) {
		return number(v) == number(w)
	}
	return v == w
}

func spelled(v any) bool {
	switch x := v.(type) {
	case float64, int64:
		return true
	case string:
		_, err := strconv.ParseFloat(x, 64)
		return err == nil
	}
	return false
}

func number(v any) float64 {
	f, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
	return f
}

func (n naive) order(v, w any) (int, bool) {
	if spelled(v) && spelled(w) {
		return int(number(v)*10) - int(number(w)*10), true
	}
	return n.dates(v, w)
}

func (n naive) dates(v, w any) (int, bool) {
	a, aWhole, okA := day(v)
	b, bWhole, okB := day(w)
	if !okA || !okB {
		return 0, false
	}
	if bWhole {
		if !aWhole {
			a = a.In(n.now.Location())
		}
		return strings.Compare(a.Format(time.DateOnly), b.Format(time.DateOnly)), true
	}
	if aWhole {
		a = time.Date(a.Year(), a.Month(), a.Day(), 0, 0, 0, 0, n.now.Location()) // no zone here changes its clocks at midnight
	}
	return a.Compare(b), true
}

func day(v any) (t time.Time, whole, ok bool) {
	text, _ := v.(string)
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, true, true
	}
	t, err := time.Parse(time.RFC3339, text)
	return t, false, err == nil
}

func TestFiltersAgreeWithTheTableOfOperators(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{time.UTC, zone("Europe/Warsaw"), zone("America/New_York")}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	whole := rapid.Map(rapid.IntRange(0, 30), func(d int) any { return start.AddDate(0, 0, d).Format(time.DateOnly) })
	instant := rapid.Map(rapid.IntRange(0, 30*24), func(h int) any { return start.Add(time.Duration(h) * time.Hour).Format(time.RFC3339) })
	dates := rapid.OneOf(whole, instant)
	scalar := rapid.OneOf(
		rapid.SampledFrom([]any{"a", "b", "ab", "", "1", "2.0", "true", true, false, -1.0, 0.0, 1.0, 2.0, 2.5, int64(3)}), dates,
	)
	value := rapid.OneOf(scalar, rapid.Just[any](nil), rapid.Map(rapid.SliceOfN(scalar, 0, 3), func(l []any) any { return l }))
	text := rapid.SampledFrom([]any{"a", "b", "ab", "1", ""})
	days := rapid.SampledFrom([]any{int64(0), int64(1), "2", int64(5)})
	orders := rapid.OneOf(rapid.SampledFrom([]any{int64(0), int64(1), 2.5, "2"}), dates)
	yes := rapid.Just[any](true)
	operand := map[string]*rapid.Generator[any]{
		"$more_than": orders, "$more_than_or_equal": orders, "$less_than": orders, "$less_than_or_equal": orders,
		"$after": dates, "$before": dates, "$count": days, "$count_more": days, "$count_less": days,
		"$more_than_ago": days, "$less_than_ago": days, "$is_days_ago": days,
		"$more_than_future": days, "$less_than_future": days, "$is_days_in_future": days,
		"$next_month": yes, "$this_month": yes, "$previous_month": yes, "$today": yes,
	}
	several := map[string]*rapid.Generator[any]{
		"$is": scalar, "$is_not": scalar, "$in": scalar, "$not_in": scalar, "$not_differ": scalar, "$not_intersect": scalar,
		"$contains": text, "$not_contain": text, "$starts_with": text, "$ends_with": text, "$has_value": text, "$is_unknown": text, "$dow": days,
	}
	names := append(sorted(operand), sorted(several)...)
	rapid.Check(t, func(t *rapid.T) {
		f := filter.Filter{
			Junction: rapid.SampledFrom([]filter.Junction{filter.And, filter.Or}).Draw(t, "junction"),
			Fields:   map[string]filter.Conditions{},
		}
		record := map[string]any{}
		for _, field := range []string{"metadata.a", "metadata.b"}[:rapid.IntRange(1, 2).Draw(t, "fields")] {
			c := filter.Conditions{}
			for range rapid.IntRange(1, 2).Draw(t, "operators") {
				operator := rapid.SampledFrom(names).Draw(t, "operator")
				if one, ok := operand[operator]; ok {
					c[operator] = []any{one.Draw(t, "wanted")}
				} else {
					c[operator] = rapid.SliceOfN(several[operator], 1, 3).Draw(t, "wanted")
				}
			}
			f.Fields[field] = c
			record[field] = value.Draw(t, "value")
		}
		m := &validation.Moment{At: start.Add(time.Duration(rapid.IntRange(0, 30*24).Draw(t, "now")) * time.Hour).In(rapid.SampledFrom(zones).Draw(t, "zone"))}
		p, err := validation.CompileFilter(f, fields)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.Matches(values(record), m), (naive{m.At}).matches(f, record); got != want {
			shown, _ := json.Marshal(f)
			t.Fatalf("%s on %v at %s: got %t, want %t", shown, record, m.At, got, want)
		}
	})
}

func sorted(m map[string]*rapid.Generator[any]) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
