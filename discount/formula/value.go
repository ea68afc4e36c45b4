package formula

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/money"
)

// Value is what an operand, a metadata entry or a part of a formula is worth: a number, a text, a boolean, a day, an
// instant, or a list of values. The zero Value is none of them and counts as missing.
type Value struct {
	// data is a decimal.Decimal, string, bool, day, time.Time or []Value.
	data any
}

// Number returns a number. Evaluate rounds it to twice MaxDecimals and fails when it exceeds MaxDigits.
func Number(d decimal.Decimal) Value { return Value{d} }

// Minor returns an amount in minor units as the major units that formulas compute with: 1550 becomes 15.5.
func Minor(amount int64) Value { return Value{money.MajorFromMinor(amount)} }

// Int returns a whole number, such as a quantity.
func Int(n int64) Value { return Value{decimal.NewFromInt(n)} }

// Text returns a text. Where a formula needs a date, "2023-08-17" is read as a day and RFC 3339 as an instant.
func Text(s string) Value { return Value{s} }

// Bool returns a boolean. It can be a condition; compared with a text it counts as "true" or "false".
func Bool(b bool) Value { return Value{b} }

// Date returns the instant t. A formula sees its calendar day in the zone of Now.
func Date(t time.Time) Value { return Value{t} }

// Day returns a calendar day without a time, such as a birthdate; it is the same day in every zone.
func Day(year int, month time.Month, dayOfMonth int) Value {
	return Value{day{year, month, dayOfMonth}}
}

// List returns a list, such as a metadata entry with several values. Only contains, IN_ARRAY and NOT_IN_ARRAY take it.
func List(values []Value) Value { return Value{values} }

// maxNumberText is the longest JSON number that FromMetadata reads, far above what MaxDigits admits.
const maxNumberText = 100

// FromMetadata converts a metadata value as encoding/json or a caller's struct delivers it: string, bool, float64,
// json.Number, int, int64, or a list of these. It reports false for null, objects, lists that hold anything else, and
// numbers that are not finite: for a formula such an entry is missing.
func FromMetadata(v any) (Value, bool) {
	list, ok := v.([]any)
	if !ok {
		return fromScalar(v)
	}
	values := make([]Value, len(list))
	for i, element := range list {
		if values[i], ok = fromScalar(element); !ok {
			return Value{}, false
		}
	}
	return List(values), true
}

func fromScalar(v any) (Value, bool) {
	switch v := v.(type) {
	case string:
		return Text(v), true
	case bool:
		return Bool(v), true
	case int:
		return Int(int64(v)), true
	case int64:
		return Int(v), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Value{}, false
		}
		return Number(decimal.NewFromFloat(v)), true
	case json.Number:
		if len(v) > maxNumberText {
			return Value{}, false
		}
		d, err := decimal.NewFromString(v.String())
		return Number(d), err == nil
	}
	return Value{}, false
}

// kind names the type of v for the text of an error.
func (v Value) kind() string {
	switch v.data.(type) {
	case decimal.Decimal:
		return "number"
	case string:
		return "text"
	case bool:
		return "boolean"
	case day, time.Time:
		return "date"
	}
	return "list"
}

// wrongType is the error for a v that stands where something else is needed.
func (v Value) wrongType(needed string) error {
	return fmt.Errorf("%w: a %s where a %s is needed", ErrWrongType, v.kind(), needed)
}

// admitted returns v with its numbers bounded. Everything that comes from outside passes here once, so that no later
// comparison can be made to expand an exponent of billions.
func (v Value) admitted() (Value, error) {
	switch data := v.data.(type) {
	case decimal.Decimal:
		d, err := bounded(data, guardDecimals)
		return Number(d), err
	case []Value:
		values := make([]Value, len(data))
		for i, element := range data {
			if _, nested := element.data.([]Value); nested || element.data == nil {
				return Value{}, v.wrongType("list of plain values")
			}
			var err error
			if values[i], err = element.admitted(); err != nil {
				return Value{}, err
			}
		}
		return List(values), nil
	}
	return v, nil
}

// text returns the text that v is compared by: itself, or the word for a boolean, as the language has no boolean literal.
func (v Value) text() (string, bool) {
	switch data := v.data.(type) {
	case string:
		return data, true
	case bool:
		if data {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// equal reports whether v and other are the same number or the same text. Anything else, dates included, cannot be
// compared this way: comparable is false.
func (v Value) equal(other Value) (same, comparable bool) {
	if left, ok := v.data.(decimal.Decimal); ok {
		right, ok := other.data.(decimal.Decimal)
		return ok && settled(left).Equal(settled(right)), ok
	}
	left, ok := v.text()
	right, otherOK := other.text()
	return left == right && ok && otherOK, ok && otherOK
}

// elements returns the set that v stands for on the right of IN_ARRAY: a list, or a text with commas between the
// members. Spaces around a member do not count.
func (v Value) elements() ([]Value, bool) {
	switch data := v.data.(type) {
	case []Value:
		return data, true
	case string:
		parts := strings.Split(data, ",")
		members := make([]Value, len(parts))
		for i, part := range parts {
			members[i] = Text(strings.TrimSpace(part))
		}
		return members, true
	}
	return nil, false
}

// isMember reports whether v equals the member of a set, which may spell a number as text.
func (v Value) isMember(member Value) bool {
	if _, numeric := v.data.(decimal.Decimal); numeric {
		if text, ok := member.data.(string); ok {
			d, ok := parseNumber(text)
			member = Number(d)
			if !ok {
				return false
			}
		}
	}
	same, _ := v.equal(member)
	return same
}

// parseNumber reads a plain decimal number within the limits: digits, at most one point between them, perhaps a minus.
func parseNumber(text string) (decimal.Decimal, bool) {
	whole, fraction, pointed := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !isDigits(whole, MaxDigits) || pointed && !isDigits(fraction, MaxDecimals) {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(text)
	return d, err == nil
}

func isDigits(text string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, "0123456789") == ""
}
