// Package metadata owns the free-form data that a host attaches to orders, customers, products, vouchers and
// redemptions, and that rules and formulas read: a JSON object with strings, numbers, booleans, lists and nested objects.
//
// It refuses to give the keys a meaning. It bounds what it accepts, since metadata is stored with every record.
package metadata

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

// The bounds of one metadata object. A larger one is refused before anything is stored or evaluated.
const (
	MaxKeys  = 100       // keys in one object
	MaxDepth = 4         // nested objects and lists
	MaxBytes = 64 * 1024 // length of its JSON
)

// Map is one metadata object. Values are what encoding/json decodes (string, float64, bool, nil, []any,
// map[string]any) or, when built in Go, also the integer types, []string and time.Time.
type Map map[string]any

// Merge returns base with the keys of over laid on top; neither argument is changed. It is how payload data wins over
// stored data, key by key.
func Merge(base, over Map) Map {
	if len(base) == 0 {
		return over
	}
	if len(over) == 0 {
		return base
	}
	merged := maps.Clone(base)
	maps.Copy(merged, over)
	return merged
}

// Equal reports whether two maps are the same JSON: the integer 1 built in Go equals the 1.0 that was stored and read back.
func Equal(a, b Map) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || reflect.DeepEqual(a, b) {
		return true
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// Check refuses a map that is larger or deeper than the bounds, or holds a value that JSON cannot carry. field is the
// path of the map in the request, for the error.
func (m Map) Check(field string) *fault.Error {
	if len(m) == 0 {
		return nil
	}
	if err := checkObject(field, m, 1); err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fault.Invalid(field, "cannot be written as JSON: %v", err)
	}
	if len(text) > MaxBytes {
		return fault.Invalid(field, "is %d bytes of JSON, at most %d are allowed", len(text), MaxBytes)
	}
	return nil
}

// checkObject refuses keys that are empty, not text or too many; depth is that of the values.
func checkObject(field string, object map[string]any, depth int) *fault.Error {
	if len(object) > MaxKeys {
		return fault.Invalid(field, "has %d keys, at most %d are allowed", len(object), MaxKeys)
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if key == "" || !utf8.ValidString(key) {
			return fault.Invalid(field, "has a key that is empty or not valid UTF-8")
		}
		if err := checkValue(field+"."+key, object[key], depth); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(field string, value any, depth int) *fault.Error {
	if depth > MaxDepth {
		return fault.Invalid(field, "is nested deeper than %d", MaxDepth)
	}
	switch v := value.(type) {
	case string:
		if !utf8.ValidString(v) {
			return fault.Invalid(field, "is not valid UTF-8")
		}
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fault.Invalid(field, "is not a finite number")
		}
	case []any:
		for _, element := range v {
			if err := checkValue(field, element, depth+1); err != nil {
				return err
			}
		}
	case []string:
		for _, element := range v {
			if err := checkValue(field, element, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		return checkObject(field, v, depth+1)
	case Map:
		return checkObject(field, v, depth+1)
	}
	return nil
}
