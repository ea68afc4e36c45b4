package metadata

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

// CheckWhole reports what the schema of an object refuses about the metadata of a new object, or of one that a request
// carries: every property that is not optional must be there. field is the path of the metadata. The error is a
// *fault.Error with the key metadata_validation_failed; its Details name every property that is wrong, its Field the
// first one. Objects without a schema are fine.
func (s *Schemas) CheckWhole(object, field string, m Map) error {
	return s.check(object, field, m, func(string) bool { return true })
}

// CheckSent is CheckWhole for metadata that is laid over what is stored: what is not sent stays and is not looked at. A
// null takes a property away, so only optional ones can have it.
func (s *Schemas) CheckSent(object, field string, m Map) error {
	return s.check(object, field, m, func(string) bool { return false })
}

// CheckChange is CheckWhole for metadata that takes the place of before: what is other than before must fit, and a
// property that is not optional must not be lost. What stays the same is not looked at, so that an object which is older
// than its schema can still be changed.
func (s *Schemas) CheckChange(object, field string, before, m Map) error {
	if s.Of(object) == nil {
		return nil
	}
	changed := make(Map, len(m))
	for _, property := range slices.Sorted(maps.Keys(m)) {
		old, known := before[property]
		if !known || !reflect.DeepEqual(plain(old), plain(m[property])) {
			changed[property] = m[property]
		}
	}
	return s.check(object, field, changed, func(property string) bool {
		_, kept := m[property]
		return before[property] != nil && !kept
	})
}

func (s *Schemas) check(object, field string, m Map, required func(string) bool) error {
	schema := s.Of(object)
	if schema == nil {
		return nil
	}
	c := checker{schemas: s}
	c.object("", schema, m, required)
	if len(c.problems) == 0 {
		return nil
	}
	return fault.New(fault.MetadataValidationFailed, "%s", strings.Join(c.problems, "; ")).At(c.first).At(field)
}

// checker collects what is wrong with one metadata object.
type checker struct {
	schemas  *Schemas
	problems []string
	first    string // the path of the first problem
}

func (c *checker) add(path, problem string) {
	if c.problems == nil {
		c.first = path
	}
	c.problems = append(c.problems, path+": "+problem)
}

// object checks the properties of an object; prefix is the path of the object with the dot behind it.
func (c *checker) object(prefix string, schema *Schema, m map[string]any, required func(string) bool) {
	names := append(slices.Sorted(maps.Keys(m)), slices.Sorted(maps.Keys(schema.Properties))...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		value, sent := m[name]
		d, defined := schema.defined(name)
		switch {
		case defined && sent:
			c.value(prefix+name, d, plain(value))
		case defined && !d.Optional && required(name):
			c.add(prefix+name, d.text("undefined"))
		case !defined && sent && schema.AllowDefinedOnly:
			c.add(prefix+name, "property is not defined in the schema")
		}
	}
}

// value checks a plain value that is there.
func (c *checker) value(path string, d Definition, value any) {
	list, isList := value.([]any)
	switch {
	case value == nil:
		if !d.Optional {
			c.add(path, d.text("null"))
		}
		return
	case d.Array && !isList:
		c.add(path, d.text(show(value)))
		return
	case !d.Array:
		list = []any{value}
	}
	elements := make([]any, len(list))
	for i := range list {
		elements[i] = plain(list[i])
		if !d.holds(elements[i]) {
			c.add(path, d.text(show(value)))
			return
		}
	}
	nested := c.schemas.Of(d.ObjectType)
	if nested == nil {
		return
	}
	for i, element := range elements {
		inner := path
		if d.Array {
			inner += "[" + strconv.Itoa(i) + "]"
		}
		object, _ := element.(map[string]any)
		c.object(inner+".", nested, object, func(string) bool { return true })
	}
}

// holds reports whether one plain value is of the type and within all constraints.
func (d *Definition) holds(value any) bool {
	if !d.Type.admits(value) || d.Eq != nil && !among(value, d.Eq) || among(value, d.Ne) {
		return false
	}
	switch v := value.(type) {
	case string:
		n := utf8.RuneCountInString(v)
		return (d.MinLength == nil || n >= *d.MinLength) && (d.MaxLength == nil || n <= *d.MaxLength) &&
			(d.ExactLength == nil || n == *d.ExactLength)
	case float64:
		return (d.Lt == nil || v < *d.Lt) && (d.Lte == nil || v <= *d.Lte) && (d.Gt == nil || v > *d.Gt) && (d.Gte == nil || v >= *d.Gte)
	}
	return true
}

// among reports whether a plain text or number is one of the values.
func among(value any, values []any) bool {
	return slices.ContainsFunc(values, func(other any) bool { return plain(other) == value })
}

// phrase is what Voucherify says about a value that is not of the type.
func (t Type) phrase() string {
	switch t {
	case TypeImageURL:
		return "must be a URL pointing to JPG/JPEG or PNG resource"
	case TypeObject:
		return "must be an object"
	}
	return "must be a " + string(t)
}

// text words all constraints of the definition, whichever of them was violated, and the value that was found.
func (d *Definition) text(actual string) string {
	var parts []string
	if d.Array {
		parts = append(parts, "must be an array")
	} else {
		parts = append(parts, d.Type.phrase())
	}
	if !d.Optional {
		parts = append(parts, "property is required")
	}
	constraints := d.constraints()
	if d.Array {
		constraints[0] = "and every element: " + constraints[0]
		parts = append(parts, constraints...)
	} else {
		parts = append(parts, constraints[1:]...)
	}
	return strings.Join(parts, ", ") + " (actual value is '" + actual + "')"
}

// constraints words the type and what else one value must satisfy.
func (d *Definition) constraints() []string {
	parts := []string{d.Type.phrase()}
	for _, x := range [...]struct {
		words string
		value *int
	}{{"min length", d.MinLength}, {"max length", d.MaxLength}, {"exact length", d.ExactLength}} {
		if x.value != nil {
			parts = append(parts, "must have "+x.words+" of "+strconv.Itoa(*x.value))
		}
	}
	for _, x := range [...]struct {
		words  string
		values []any
	}{{"must be equal to one of ", d.Eq}, {"must not be equal to one of ", d.Ne}} {
		if len(x.values) > 0 {
			shown := make([]string, len(x.values))
			for i, value := range x.values {
				shown[i] = show(plain(value))
			}
			parts = append(parts, x.words+strings.Join(shown, ","))
		}
	}
	for _, x := range [...]struct {
		words string
		value *float64
	}{{"less than ", d.Lt}, {"less than or equal ", d.Lte}, {"greater than ", d.Gt}, {"greater than or equal ", d.Gte}} {
		if x.value != nil {
			parts = append(parts, "must be "+x.words+formatNumber(*x.value))
		}
	}
	return parts
}
