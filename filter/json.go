package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
)

// The keys of a filter's JSON that are not names.
const (
	junctionKey   = "junction"
	conditionsKey = "conditions"
)

// MarshalJSON writes the junction, then the fields in their order.
func (f Filter) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"junction":`)
	if err := appendJSON(&b, f.Junction); err != nil {
		return nil, err
	}
	for _, name := range f.Names() {
		b.WriteByte(',')
		if err := appendJSON(&b, name); err != nil {
			return nil, err
		}
		b.WriteString(`:{"conditions":`)
		if err := appendJSON(&b, f.Fields[name]); err != nil {
			return nil, err
		}
		b.WriteByte('}')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// MarshalJSON writes the operators in their order, each with the list of its values.
func (c Conditions) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range c.Operators() {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := appendJSON(&b, name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		values := c[name]
		if values == nil {
			values = []any{}
		}
		if err := appendJSON(&b, values); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func appendJSON(b *bytes.Buffer, value any) error {
	text, err := json.Marshal(value)
	b.Write(text)
	return err
}

// UnmarshalJSON reads a filter. A single value stands for a list of one, null for an empty list, and null in the place of
// the filter for the zero Filter. What is not part of a filter, or stands twice, is an invalid_payload error with its path;
// Check looks at the rest.
func (f *Filter) UnmarshalJSON(text []byte) error {
	*f = Filter{}
	switch {
	case len(text) > MaxBytes:
		return fault.Invalid("", "is %d bytes of JSON, at most %d are allowed", len(text), MaxBytes)
	case string(text) == "null":
		return nil
	}
	fields, err := split(text)
	if err != nil {
		return err
	}
	read := Filter{Fields: make(map[string]Conditions, len(fields))}
	for _, field := range fields {
		if field.key == junctionKey {
			var junction string
			if json.Unmarshal(field.value, &junction) != nil {
				return fault.Invalid(junctionKey, "is not a text")
			}
			read.Junction = Junction(strings.ToLower(junction))
			continue
		}
		conditions, err := readField(field.value)
		if err != nil {
			return err.At(clip(field.key))
		}
		read.Fields[field.key] = conditions
	}
	*f = read
	return nil
}

func readField(text []byte) (Conditions, *fault.Error) {
	parts, err := split(text)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if part.key != conditionsKey {
			return nil, fault.Invalid(clip(part.key), "is not a part of a filter, only %s is", conditionsKey)
		}
	}
	if len(parts) == 0 {
		return nil, fault.Invalid(conditionsKey, "is required")
	}
	operators, err := split(parts[0].value)
	if err != nil {
		return nil, err.At(conditionsKey)
	}
	conditions := make(Conditions, len(operators))
	for _, operator := range operators {
		values, err := readValues(operator.value)
		if err != nil {
			return nil, err.At(clip(operator.key)).At(conditionsKey)
		}
		conditions[operator.key] = values
	}
	return conditions, nil
}

func readValues(text []byte) ([]any, *fault.Error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fault.Invalid("", "%v", err)
	}
	values, isList := value.([]any)
	switch {
	case value == nil:
		return []any{}, nil
	case !isList:
		values = []any{value}
	}
	for i, value := range values {
		var ok bool
		if values[i], ok = scalar(value); !ok {
			at := ""
			if isList {
				at = fmt.Sprintf("[%d]", i)
			}
			return nil, fault.Invalid(at, "is not a text, a number, true or false")
		}
	}
	return values, nil
}

// scalar brings a decoded value into one of the forms of Conditions: equal numbers become equal values, however they are
// written.
func scalar(value any) (any, bool) {
	switch v := value.(type) {
	case string, bool:
		return v, true
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole, true
		}
		real, err := v.Float64()
		const edge = 1 << 63
		if real == math.Trunc(real) && real >= -edge && real < edge {
			return int64(real), err == nil
		}
		return real, err == nil
	}
	return nil, false
}

// member is one key of a JSON object with its value.
type member struct {
	key   string
	value json.RawMessage
}

// split reads the members of an object in their order and refuses one that stands twice, of which encoding/json would
// keep the last.
func split(text []byte) ([]member, *fault.Error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, fault.Invalid("", "is not an object")
	}
	var members []member
	seen := make(map[string]bool)
	for decoder.More() {
		key, err := decoder.Token()
		name, isText := key.(string)
		var value json.RawMessage
		if err == nil {
			err = decoder.Decode(&value)
		}
		switch {
		case err != nil || !isText:
			return nil, fault.Invalid("", "%v", unexpected(err))
		case seen[name]:
			return nil, fault.Invalid(clip(name), "stands twice")
		}
		seen[name] = true
		members = append(members, member{name, value})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fault.Invalid("", "%v", unexpected(err))
	}
	return members, nil
}

func unexpected(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
