package metadata

import (
	"fmt"
	"strings"
)

// Schemas are the schemas of a project. They are immutable and may be shared; nil is a project without any.
type Schemas struct{ byObject map[string]*Schema }

// NewSchemas returns the set of schemas, which must not be changed any more; nil when there are none.
func NewSchemas(list []*Schema) *Schemas {
	if len(list) == 0 {
		return nil
	}
	s := &Schemas{byObject: make(map[string]*Schema, len(list))}
	for _, schema := range list {
		s.byObject[schema.RelatedObject] = schema
	}
	return s
}

// Of returns the schema of a kind of object, nil when it has none.
func (s *Schemas) Of(object string) *Schema {
	if s == nil {
		return nil
	}
	if schema := s.byObject[object]; schema != nil || object != OfSKU {
		return schema
	}
	return s.byObject[OfProduct]
}

// defined returns a definition that counts.
func (s *Schema) defined(property string) (Definition, bool) {
	d, ok := s.Properties[property]
	return d, ok && !d.Deleted
}

// Property returns the definition of a property as rules name it: a dot looks into nested objects unless a property with
// the dot is defined. It is nil for a property about which nothing is known. The error says why no metadata that the
// schemas accept can have the property.
func (s *Schemas) Property(object, property string) (*Definition, error) {
	schema := s.Of(object)
	if schema == nil {
		return nil, nil
	}
	if d, ok := schema.defined(property); ok {
		return &d, nil
	}
	head, rest, dotted := strings.Cut(property, ".")
	if d, ok := schema.defined(head); dotted && ok && d.Type == TypeObject {
		if d.Array {
			return nil, fmt.Errorf("%s is a list of objects, which rules cannot look into", head)
		}
		return s.Property(d.ObjectType, rest)
	}
	if schema.AllowDefinedOnly {
		return nil, fmt.Errorf("the schema of %s does not define %s", object, property)
	}
	return nil, nil
}

// Any is Property for metadata that belongs to one of several kinds of objects: the first definition that is known. It
// is an error only when none of them can have the property.
func (s *Schemas) Any(objects []string, property string) (*Definition, error) {
	var refused error
	open := false
	for _, object := range objects {
		d, err := s.Property(object, property)
		if d != nil {
			return d, nil
		}
		open = open || err == nil
		if refused == nil {
			refused = err
		}
	}
	if open {
		refused = nil
	}
	return nil, refused
}
