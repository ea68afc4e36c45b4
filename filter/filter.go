// Package filter owns the shape of filters: which fields of a record are tested by which operators with which values. The
// filters of segments, dynamic collections and lists have it.
//
// It refuses to give fields and operators a meaning: package validation compiles a filter for the fields that a kind of
// record has. It bounds what it accepts, since filters are hostile input that is stored.
package filter

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

// The bounds of one filter. A larger one is refused before anything is compiled.
const (
	MaxBytes       = 1 << 20 // length of its JSON
	MaxFields      = 100     // fields
	MaxFieldLength = 512     // bytes of a field's name: campaign names can stand in it
	MaxOperators   = 10      // operators of a field
	MaxValues      = 1000    // values of an operator
	MaxAllValues   = 10_000  // values of the whole filter
	MaxValueLength = 500     // bytes of a text
)

// Junction says how the fields of a filter combine.
type Junction string

// The junctions. JSON may write them in any letter case; they are read into these.
const (
	And Junction = "and" // every field must hold
	Or  Junction = "or"  // one field must hold
)

// Filter is a set of fields with conditions. In JSON the fields stand beside "junction":
//
//	{"junction": "and", "metadata.club": {"conditions": {"$in": ["gold", "silver"]}}, "address.country": {"conditions": {"$is": "Poland"}}}
//
// The operators of one field must all hold, whatever the junction.
type Filter struct {
	Junction Junction
	// Fields are the conditions by field, such as "metadata.club".
	Fields map[string]Conditions
}

// Conditions are the values of each operator, by the operator's name ("$more_than"). A value is a string, a boolean, or a
// number of any Go type; values that were read from JSON are string, bool, int64 or float64.
type Conditions map[string][]any

// Names returns the fields in their order.
func (f Filter) Names() []string { return slices.Sorted(maps.Keys(f.Fields)) }

// Operators returns the operators in their order.
func (c Conditions) Operators() []string { return slices.Sorted(maps.Keys(c)) }

// Check reports the first thing that is wrong with the shape of f as an invalid_payload error with the path of what is
// broken, for example "metadata.club.conditions.$in[2]". Whether fields and operators exist is checked by whoever compiles
// the filter.
func (f Filter) Check() error {
	switch {
	case f.Junction == "":
		return fault.Invalid(junctionKey, "is required: and, or")
	case f.Junction != And && f.Junction != Or:
		return fault.Invalid(junctionKey, "%q is not one of and, or", clip(string(f.Junction)))
	case len(f.Fields) == 0:
		return fault.Invalid("", "a filter needs at least one field")
	case len(f.Fields) > MaxFields:
		return fault.Invalid("", "has %d fields, at most %d are allowed", len(f.Fields), MaxFields)
	}
	left := MaxAllValues
	for _, name := range f.Names() {
		if err := checkName(name); err != nil {
			return err
		}
		if err := f.Fields[name].check(&left); err != nil {
			return err.At(conditionsKey).At(name)
		}
	}
	return nil
}

func checkName(name string) *fault.Error {
	switch {
	case len(name) > MaxFieldLength:
		return fault.Invalid(clip(name), "is longer than %d bytes", MaxFieldLength)
	case name == "" || !utf8.ValidString(name):
		return fault.Invalid("", "has a field without a name, or with one that is not valid UTF-8")
	case name == junctionKey:
		return fault.Invalid("", "%s cannot be the name of a field", junctionKey)
	}
	return nil
}

// check looks at the operators of one field; left is the number of values that the filter may still have.
func (c Conditions) check(left *int) *fault.Error {
	switch {
	case len(c) == 0:
		return fault.Invalid("", "needs an operator")
	case len(c) > MaxOperators:
		return fault.Invalid("", "has %d operators, at most %d are allowed", len(c), MaxOperators)
	}
	for _, name := range c.Operators() {
		values := c[name]
		switch *left -= len(values); {
		case len(name) < 2 || name[0] != '$' || len(name) > MaxFieldLength || !utf8.ValidString(name):
			return fault.Invalid(clip(name), "is not an operator")
		case len(values) > MaxValues:
			return fault.Invalid(name, "has %d values, at most %d are allowed", len(values), MaxValues)
		case *left < 0:
			return fault.Invalid(name, "the filter has more than %d values", MaxAllValues)
		}
		for i, value := range values {
			if problem := problemOf(value); problem != "" {
				return fault.Invalid(name+"["+strconv.Itoa(i)+"]", "%s", problem)
			}
		}
	}
	return nil
}

// problemOf says what is wrong with a single value; empty when nothing is.
func problemOf(value any) string {
	switch v := value.(type) {
	case string:
		if len(v) > MaxValueLength {
			return "is longer than " + strconv.Itoa(MaxValueLength) + " bytes"
		}
		if !utf8.ValidString(v) {
			return "is not valid UTF-8"
		}
		return ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "is not a finite number"
		}
		return ""
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32:
		return ""
	}
	return "is not a text, a number, true or false"
}

// clip shortens a text to what fits into an error.
func clip(text string) string {
	const longest = 60
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}
