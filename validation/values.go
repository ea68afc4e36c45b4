package validation

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// number is a metadata number in a form in which equal numbers are equal: whole numbers as int64, all others as
// float64. It is comparable.
type number struct {
	whole int64
	real  float64
	exact bool // whole counts
}

func wholeNumber(n int64) number { return number{whole: n, exact: true} }

// realNumber returns the number f; whole numbers that fit become exact.
func realNumber(f float64) number {
	const edge = 1 << 63
	if f == math.Trunc(f) && f > -edge && f < edge {
		return wholeNumber(int64(f))
	}
	return number{real: f}
}

func (n number) float() float64 {
	if n.exact {
		return float64(n.whole)
	}
	return n.real
}

// compare returns -1, 0 or 1. Whole numbers compare exactly.
func (n number) compare(other number) int {
	if n.exact && other.exact {
		switch {
		case n.whole < other.whole:
			return -1
		case n.whole > other.whole:
			return 1
		}
		return 0
	}
	switch a, b := n.float(), other.float(); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (n number) String() string {
	if n.exact {
		return strconv.FormatInt(n.whole, 10)
	}
	return strconv.FormatFloat(n.real, 'g', -1, 64)
}

// numberOf reads a number of any Go type. Texts are not numbers here; NaN and infinities never are.
func numberOf(value any) (number, bool) {
	switch v := value.(type) {
	case int64:
		return wholeNumber(v), true
	case float64:
		return realNumber(v), !math.IsNaN(v) && !math.IsInf(v, 0)
	case int:
		return wholeNumber(int64(v)), true
	case json.Number:
		return parseNumber(v.String())
	case float32:
		return numberOf(float64(v))
	case int32:
		return wholeNumber(int64(v)), true
	case int16:
		return wholeNumber(int64(v)), true
	case int8:
		return wholeNumber(int64(v)), true
	case uint8:
		return wholeNumber(int64(v)), true
	case uint16:
		return wholeNumber(int64(v)), true
	case uint32:
		return wholeNumber(int64(v)), true
	case uint:
		return numberOf(uint64(v))
	case uint64:
		if v <= math.MaxInt64 {
			return wholeNumber(int64(v)), true
		}
		return realNumber(float64(v)), true
	}
	return number{}, false
}

// parseNumber reads a decimal number of at most 40 characters, as JSON writes it.
func parseNumber(text string) (number, bool) {
	if text == "" || len(text) > 40 || strings.Trim(text, "+-.0123456789eE") != "" {
		return number{}, false
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return wholeNumber(n), true
	}
	f, err := strconv.ParseFloat(text, 64)
	return realNumber(f), err == nil
}

// scalar brings the value of a condition into one of three forms: string, bool or number.
func scalar(value any) (any, error) {
	switch v := value.(type) {
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("is not valid UTF-8")
		}
		if len(v) > MaxValueLength {
			return nil, fmt.Errorf("has a value of %d bytes, at most %d are allowed", len(v), MaxValueLength)
		}
		return v, nil
	case bool:
		return v, nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	}
	if n, ok := numberOf(value); ok {
		return n, nil
	}
	return nil, fmt.Errorf("has a value that is not a text, a number, true or false")
}

// literal writes a value of a condition in the language of expressions.
func literal(value any) string {
	switch v := value.(type) {
	case string:
		return strconv.Quote(v)
	case number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	panic(fmt.Sprintf("validation: literal of %T", value))
}

// listing is the left value of a condition when it has several values.
type listing struct {
	texts  []string
	values []any
}

// listOf reports whether the value is a list, and returns it.
func listOf(value any) (listing, bool) {
	switch v := value.(type) {
	case []string:
		return listing{texts: v}, true
	case []any:
		return listing{values: v}, true
	}
	return listing{}, false
}

func (l listing) len() int { return len(l.texts) + len(l.values) }

func (l listing) at(i int) any {
	if l.texts != nil {
		return l.texts[i]
	}
	return l.values[i]
}

// show writes a value for a person, shortened when it is long.
func show(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return clip(v)
	case time.Time:
		return v.Format(time.RFC3339)
	case bool:
		return strconv.FormatBool(v)
	case number:
		return v.String()
	case map[string]any:
		return "an object"
	}
	if list, ok := listOf(value); ok {
		return showAll(list.len(), list.at)
	}
	if n, ok := numberOf(value); ok {
		return n.String()
	}
	return clip(fmt.Sprint(value))
}

// shownValues is the number of values of a list that explanations write out.
const shownValues = 5

func showAll(count int, at func(int) any) string {
	parts := make([]string, 0, shownValues+1)
	for i := range min(count, shownValues) {
		parts = append(parts, show(at(i)))
	}
	if count > shownValues {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}

// clip shortens a text to what fits into an explanation.
func clip(text string) string {
	const longest = 120
	runes := 0
	for i := range text {
		if runes++; runes > longest {
			return text[:i] + "…"
		}
	}
	return text
}
