package metadata

import (
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify/fault"
)

// SchemaUpdate is a change of a schema. Properties that it does not name stay as they are; each that it names replaces the
// stored definition as a whole, so that what it leaves out falls back to its default.
type SchemaUpdate struct {
	Properties Properties `json:"properties,omitempty"`
	// AllowDefinedOnly is left alone when it is nil.
	AllowDefinedOnly *bool `json:"allow_defined_only,omitempty"`
	// Version is the version that was read; 0 changes whatever is stored.
	Version int64 `json:"version,omitempty"`
}

// Update returns the schema after the change; s itself stays. The type of a property never changes, also while it is
// deleted, and yet must be sent. It refuses what Check refuses.
func (s *Schema) Update(u SchemaUpdate) (*Schema, error) {
	next := *s
	next.Properties = maps.Clone(s.Properties)
	if next.Properties == nil {
		next.Properties = make(Properties, len(u.Properties))
	}
	for _, name := range slices.Sorted(maps.Keys(u.Properties)) {
		sent := u.Properties[name]
		stored, known := s.Properties[name]
		if known && sent.Type != "" && sent.Type != stored.Type {
			return nil, fault.Invalid("properties."+name+".type", "is %s and never changes", stored.Type)
		}
		next.Properties[name] = sent
	}
	if u.AllowDefinedOnly != nil {
		next.AllowDefinedOnly = *u.AllowDefinedOnly
	}
	return &next, next.Check()
}

// Purge returns the schema without a deleted property, for good: its name is free for another type. A property that is
// not deleted is refused, so that nothing is lost by one call; so are the schemas of earning rules, publications,
// redemptions and rewards, whose data is never purged.
func (s *Schema) Purge(property string) (*Schema, error) {
	switch s.RelatedObject {
	case OfEarningRule, OfPublication, OfRedemption, OfReward:
		return nil, fault.Invalid("related_object", "properties of %s cannot be purged", s.RelatedObject)
	}
	d, known := s.Properties[property]
	switch {
	case !known:
		return nil, fault.Missing("metadata_schema_property", property).At("properties." + property)
	case !d.Deleted:
		return nil, fault.Invalid("properties."+property, "must be deleted before it can be purged")
	}
	next := *s
	next.Properties = maps.Clone(s.Properties)
	delete(next.Properties, property)
	return &next, nil
}
