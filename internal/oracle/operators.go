package oracle

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/validation"
)

func (w *walk) zone() *time.Location { return w.At.Location() }

// passes reports whether a value satisfies every operator of a condition.
func (w *walk) passes(n *validation.Node, value any) bool {
	for operator, wanted := range n.Conditions {
		if !w.holds(operator, wanted, value) {
			return false
		}
	}
	return true
}

// elements are the elements of a list; ok is false for a single value.
func elements(value any) (list []any, ok bool) {
	switch v := value.(type) {
	case []any:
		return v, true
	case []string:
		for _, text := range v {
			list = append(list, text)
		}
		return list, true
	}
	return nil, false
}

// some reports whether a single value, or an element of a list, passes; every whether the value, or all elements of a list
// that has some, do.
func some(value any, passes func(any) bool) bool {
	if list, ok := elements(value); ok {
		return slices.ContainsFunc(list, passes)
	}
	return value != nil && passes(value)
}

func every(value any, passes func(any) bool) bool {
	if list, ok := elements(value); ok {
		return len(list) > 0 && !slices.ContainsFunc(list, func(element any) bool { return !passes(element) })
	}
	return value != nil && passes(value)
}

// negations are the operators that hold when another one does not, also where there is no value.
var negations = map[string]string{
	"$is_not": "$is", "$not_in": "$in", "$not_intersect": "$in", "$not_contain": "$contains", "$is_unknown": "$has_value",
}

// holds decides one operator, as its row of the documentation says.
func (w *walk) holds(operator string, wanted []any, value any) bool {
	if opposite, ok := negations[operator]; ok {
		return !w.holds(opposite, wanted, value)
	}
	isOne := func(element any) bool {
		return slices.ContainsFunc(wanted, func(one any) bool { return equal(element, one, w.zone()) })
	}
	list, isList := elements(value)
	has := func(one any) bool {
		return some(value, func(element any) bool { return equal(element, one, w.zone()) })
	}
	switch operator {
	case "$is":
		if isList {
			return !slices.ContainsFunc(wanted, func(one any) bool { return !has(one) })
		}
		return isOne(value)
	case "$in":
		return some(value, isOne)
	case "$has_value":
		return value != nil && (!isList || len(list) > 0)
	case "$more_than", "$after":
		return every(value, func(v any) bool { return ordered(v, wanted[0], w.zone(), 1) })
	case "$more_than_or_equal":
		return every(value, func(v any) bool { return ordered(v, wanted[0], w.zone(), 1, 0) })
	case "$less_than", "$before":
		return every(value, func(v any) bool { return ordered(v, wanted[0], w.zone(), -1) })
	case "$less_than_or_equal":
		return every(value, func(v any) bool { return ordered(v, wanted[0], w.zone(), -1, 0) })
	case "$contains", "$starts_with", "$ends_with":
		return some(value, func(v any) bool { return searched(operator, v, wanted) })
	case "$count", "$count_more", "$count_less":
		sign := map[string]int{"$count": 0, "$count_more": 1, "$count_less": -1}[operator]
		return (isList || value == nil) && ordered(len(list), wanted[0], w.zone(), sign)
	case "$not_differ":
		if !isList && value != nil {
			list = []any{value}
		}
		return !slices.ContainsFunc(list, func(element any) bool { return !isOne(element) }) &&
			!slices.ContainsFunc(wanted, func(one any) bool { return !has(one) })
	case "$in_location":
		return some(value, func(v any) bool { return w.lies(v, wanted) })
	}
	return w.holdsInTime(operator, wanted, value)
}

func searched(operator string, value any, wanted []any) bool {
	text, ok := value.(string)
	return ok && slices.ContainsFunc(wanted, func(one any) bool {
		part, _ := one.(string)
		switch operator {
		case "$contains":
			return strings.Contains(text, part)
		case "$starts_with":
			return strings.HasPrefix(text, part)
		}
		return strings.HasSuffix(text, part)
	})
}

func (w *walk) lies(value any, wanted []any) bool {
	text, _ := value.(string)
	point, err := location.ParsePoint(text)
	return err == nil && slices.ContainsFunc(wanted, func(id any) bool {
		area := w.Areas[id.(string)] //nolint:errcheck,forcetypeassert // a checked rule has texts here
		return area != nil && area.Contains(point)
	})
}

// equal reports whether a value is the wanted one. A text and a number are equal when the text spells the number, a time
// and a text when the text spells the time.
func equal(value, wanted any, zone *time.Location) bool {
	switch v := value.(type) {
	case bool:
		return v == wanted
	case string:
		if text, ok := wanted.(string); ok {
			return v == text
		}
	case time.Time:
		d, ok := dateOf(wanted)
		return ok && date{at: v}.compare(d, zone) == 0
	}
	x, okX := numberOf(value)
	y, okY := numberOf(wanted)
	return okX && okY && x.Cmp(y) == 0
}

// ordered reports whether a value compares with the wanted one in one of the given ways: as numbers, or else as dates.
func ordered(value, wanted any, zone *time.Location, signs ...int) bool {
	x, okX := numberOf(value)
	y, okY := numberOf(wanted)
	if okX && okY {
		return slices.Contains(signs, x.Cmp(y))
	}
	d, okD := dateOf(value)
	e, okE := dateOf(wanted)
	return okD && okE && slices.Contains(signs, d.compare(e, zone))
}

var numeral = regexp.MustCompile(`^[-+.0-9eE]{1,40}$`)

// numberOf reads a number, or a text that spells one, as an exact fraction.
func numberOf(value any) (*big.Rat, bool) {
	text, ok := value.(string)
	if n, isJSON := value.(json.Number); isJSON {
		text, ok = n.String(), true
	}
	if ok {
		if !numeral.MatchString(text) {
			return nil, false
		}
		if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
			return new(big.Rat).SetInt64(whole), true
		}
		real, err := strconv.ParseFloat(text, 64)
		return new(big.Rat).SetFloat64(real), err == nil
	}
	switch v := reflect.ValueOf(value); {
	case !v.IsValid():
	case v.CanInt():
		return new(big.Rat).SetInt64(v.Int()), true
	case v.CanUint():
		return new(big.Rat).SetUint64(v.Uint()), true
	case v.CanFloat() && !math.IsInf(v.Float(), 0) && !math.IsNaN(v.Float()):
		return new(big.Rat).SetFloat64(v.Float()), true
	}
	return nil, false
}
