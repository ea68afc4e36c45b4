package event

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// Schema says that a custom event exists, and what its metadata may hold. Properties that it does not define are accepted
// as they are.
type Schema struct {
	ID string `json:"id,omitempty"`
	// Name is the name of the event, 1 to MaxName characters, unique in the project and fixed.
	Name      string     `json:"name"`
	Schema    Definition `json:"schema"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// Definition holds the properties of an event's metadata by name, at most metadata.MaxDefinitions.
type Definition struct {
	Properties map[string]Property `json:"properties"`
}

// Property is the type of one property: string, number, boolean, date or datetime. Unlike those of metadata schemas it may
// change.
type Property struct {
	Type metadata.Type `json:"type"`
	// Optional properties may be absent or null.
	Optional bool `json:"optional"`
	// Deleted properties count as if they were not there, except against the limit; they can be restored.
	Deleted bool `json:"deleted,omitempty"`
}

// MaxName is the longest name of a custom event in characters.
const MaxName = 300

// UnmarshalJSON reads a property; a list is refused rather than read as a single value.
func (p *Property) UnmarshalJSON(text []byte) error {
	type property Property
	var raw struct {
		property
		Array bool `json:"array"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if raw.Array {
		return fault.Invalid("array", "custom events have no lists")
	}
	*p = Property(raw.property)
	return nil
}

// Check reports the first thing that is wrong with the schema.
func (s *Schema) Check() error {
	if err := checkName("name", s.Name); err != nil {
		return err
	}
	allowed := []metadata.Type{metadata.TypeString, metadata.TypeNumber, metadata.TypeBoolean, metadata.TypeDate, metadata.TypeDatetime}
	for _, name := range slices.Sorted(maps.Keys(s.Schema.Properties)) {
		if t := s.Schema.Properties[name].Type; !slices.Contains(allowed, t) {
			return fault.Invalid("schema.properties."+name+".type", "%q is not one of string, number, boolean, date, datetime", t)
		}
	}
	if err := s.Metadata().Check(); err != nil {
		return fault.Within("schema", err)
	}
	return nil
}

func checkName(field, name string) *fault.Error {
	if n := utf8.RuneCountInString(name); n < 1 || n > MaxName || !utf8.ValidString(name) {
		return fault.Invalid(field, "must have between 1 and %d characters of valid UTF-8", MaxName)
	}
	return nil
}

// Update returns the schema with the properties that are sent; each replaces the stored one, others stay. s itself stays.
func (s *Schema) Update(sent map[string]Property) (*Schema, error) {
	next := *s
	next.Schema.Properties = maps.Clone(s.Schema.Properties)
	if next.Schema.Properties == nil {
		next.Schema.Properties = make(map[string]Property, len(sent))
	}
	maps.Copy(next.Schema.Properties, sent)
	return &next, next.Check()
}

// CheckMetadata refuses the metadata of an event that does not fit: see metadata.Schemas.CheckWhole.
func (s *Schema) CheckMetadata(field string, m metadata.Map) error {
	rules := s.Metadata()
	return metadata.NewSchemas([]*metadata.Schema{rules}).CheckWhole(rules.RelatedObject, field, m)
}

// Metadata is the schema of the event's metadata, as a set of metadata.Schemas has it: see metadata.OfEvent.
func (s *Schema) Metadata() *metadata.Schema {
	rules := &metadata.Schema{RelatedObject: metadata.OfEvent(s.ID), Properties: make(metadata.Properties, len(s.Schema.Properties))}
	for name, p := range s.Schema.Properties {
		rules.Properties[name] = metadata.Definition{Type: p.Type, Optional: p.Optional, Deleted: p.Deleted}
	}
	return rules
}
