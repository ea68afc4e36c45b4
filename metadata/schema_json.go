package metadata

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
)

// UnmarshalJSON reads definitions. An error names the property and its field.
func (p *Properties) UnmarshalJSON(text []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return fault.Invalid("properties", "must be an object")
	}
	*p = nil
	if raw == nil {
		return nil
	}
	read := make(Properties, len(raw))
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		var d Definition
		if err := json.Unmarshal(raw[name], &d); err != nil {
			return fault.Within("properties."+name, err)
		}
		read[name] = d
	}
	*p = read
	return nil
}

// camel are the fields of a definition that Voucherify's public read endpoint spells in another way.
type camel struct {
	ObjectType  *string `json:"objectType"`
	MinLength   *int    `json:"minLength"`
	MaxLength   *int    `json:"maxLength"`
	ExactLength *int    `json:"exactLength"`
}

// UnmarshalJSON reads a definition. The fields object_type, min_length, max_length and exact_length may also be spelled
// objectType, minLength, maxLength and exactLength; type, optional and array are required.
func (d *Definition) UnmarshalJSON(text []byte) error {
	type definition Definition
	var raw struct {
		definition
		Array    *bool `json:"array"`
		Optional *bool `json:"optional"`
		camel
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		var mistyped *json.UnmarshalTypeError
		if errors.As(err, &mistyped) {
			field := mistyped.Field[strings.LastIndexByte(mistyped.Field, '.')+1:] // without the embedded struct
			return fault.Invalid(field, "cannot be a %s", mistyped.Value)
		}
		return err
	}
	switch {
	case raw.Type == "":
		return fault.Invalid("type", "is required")
	case raw.Array == nil:
		return fault.Invalid("array", "is required")
	case raw.Optional == nil:
		return fault.Invalid("optional", "is required")
	}
	*d = Definition(raw.definition)
	d.Array, d.Optional = *raw.Array, *raw.Optional
	if other := raw.camel.ObjectType; other != nil {
		if d.ObjectType != "" && d.ObjectType != *other {
			return fault.Invalid("object_type", "stands twice with different values")
		}
		d.ObjectType = *other
	}
	for _, x := range [...]struct {
		field string
		into  **int
		other *int
	}{
		{"min_length", &d.MinLength, raw.camel.MinLength}, {"max_length", &d.MaxLength, raw.camel.MaxLength},
		{"exact_length", &d.ExactLength, raw.camel.ExactLength},
	} {
		if x.other == nil {
			continue
		}
		if *x.into != nil && **x.into != *x.other {
			return fault.Invalid(x.field, "stands twice with different values")
		}
		*x.into = x.other
	}
	return nil
}
