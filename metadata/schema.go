package metadata

import (
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
)

// Type is the type of a property in a schema.
type Type string

// The types of properties. In JSON a date, a datetime, an image URL and a geopoint are texts.
const (
	TypeString   Type = "string"
	TypeNumber   Type = "number"
	TypeBoolean  Type = "boolean"
	TypeDate     Type = "date"      // YYYY-MM-DD
	TypeDatetime Type = "datetime"  // an RFC 3339 instant
	TypeImageURL Type = "image_url" // http or https, to a JPG, JPEG or PNG
	TypeGeopoint Type = "geopoint"  // "geo:lat,lon" or "lat, lon", of customers, products and SKUs only
	TypeObject   Type = "object"    // what the schema named by Definition.ObjectType says
)

// types are all types, in the order in which errors name them.
var types = []Type{TypeString, TypeNumber, TypeBoolean, TypeDate, TypeDatetime, TypeImageURL, TypeGeopoint, TypeObject}

// What a schema can be about, values of Schema.RelatedObject. Any other name is that of a nested schema, which describes
// the objects inside properties of type object.
const (
	OfCampaign      = "campaign"
	OfCustomer      = "customer"
	OfEarningRule   = "earning_rule"
	OfLoyaltyTier   = "loyalty_tier"
	OfMember        = "member" // of a loyalty program
	OfOrder         = "order"
	OfOrderItem     = "order_item"
	OfProduct       = "product"
	OfPromotionTier = "promotion_tier"
	OfPublication   = "publication"
	OfRedemption    = "redemption"
	OfReward        = "reward"
	OfSKU           = "sku" // without a schema of their own SKUs follow that of products
	OfVoucher       = "voucher"
)

// OfEvent is under which name a set of Schemas has the schema of a custom event, which has no RelatedObject.
func OfEvent(schemaID string) string { return "custom_event/" + schemaID }

var relatedObjects = []string{
	OfCampaign, OfCustomer, OfEarningRule, OfLoyaltyTier, OfMember, OfOrder, OfOrderItem, OfProduct, OfPromotionTier, OfPublication,
	OfRedemption, OfReward, OfSKU, OfVoucher,
}

// The bounds of a schema.
const (
	MaxDefinitions = 100  // properties of one schema, deleted ones included
	MaxNameLength  = 255  // bytes of the name of a property or of a nested schema
	MaxValues      = 1000 // values of eq and of ne
)

// Schema says what the metadata of one kind of object may hold. A property without a definition is accepted as it is,
// unless AllowDefinedOnly.
type Schema struct {
	ID string `json:"id,omitempty"`
	// RelatedObject is what the schema is about, unique in the project.
	RelatedObject string     `json:"related_object"`
	Properties    Properties `json:"properties"`
	// AllowDefinedOnly refuses properties that are not defined.
	AllowDefinedOnly bool       `json:"allow_defined_only"`
	CreatedAt        time.Time  `json:"created_at,omitzero"`
	UpdatedAt        *time.Time `json:"updated_at,omitempty"`
	// Version counts the writes.
	Version int64 `json:"version,omitempty"`
}

// Properties are definitions by the name of their property.
type Properties map[string]Definition

// Definition says what the value of one property must be. All constraints must hold; those of an Array hold for each of
// its elements.
type Definition struct {
	Type Type `json:"type"`
	// Array makes the value a list of values of the type.
	Array bool `json:"array"`
	// Optional properties may be absent or null. Others must be there when an object is created and when a request carries
	// it.
	Optional bool `json:"optional"`
	// Deleted definitions count as if they were not there, except against MaxDefinitions. They can be restored or purged.
	Deleted bool `json:"deleted,omitempty"`
	// ObjectType is the name of the nested schema of a property of type object.
	ObjectType string `json:"object_type,omitempty"`
	// MinLength, MaxLength and ExactLength bound a string, in characters.
	MinLength   *int `json:"min_length,omitempty"`
	MaxLength   *int `json:"max_length,omitempty"`
	ExactLength *int `json:"exact_length,omitempty"`
	// Eq are the allowed values of a string or number, at most MaxValues; Ne are the forbidden values of a number.
	Eq []any `json:"eq,omitempty"`
	Ne []any `json:"ne,omitempty"`
	// Lt, Lte, Gt and Gte bound a number from above and below; they have at most two decimals.
	Lt  *float64 `json:"lt,omitempty"`
	Lte *float64 `json:"lte,omitempty"`
	Gt  *float64 `json:"gt,omitempty"`
	Gte *float64 `json:"gte,omitempty"`
}

// Nested reports whether the schema describes objects inside the metadata of others.
func (s *Schema) Nested() bool { return !slices.Contains(relatedObjects, s.RelatedObject) }

// Check reports the first thing that is wrong with the schema by itself. That the nested schemas which it names exist is
// checked where it is stored.
func (s *Schema) Check() error {
	if err := checkName("related_object", s.RelatedObject); err != nil {
		return err
	}
	if n := len(s.Properties); n > MaxDefinitions {
		return fault.Invalid("properties", "has %d definitions, deleted ones included; at most %d are allowed", n, MaxDefinitions)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if err := checkName("properties", name); err != nil {
			return err
		}
		d := s.Properties[name]
		if err := d.check(); err != nil {
			return err.At("properties." + name)
		}
		if err := s.place(d); err != nil {
			return err.At("properties." + name)
		}
	}
	return nil
}

func checkName(field, name string) *fault.Error {
	switch {
	case name == "" || len(name) > MaxNameLength:
		return fault.Invalid(field, "a name must have between 1 and %d bytes", MaxNameLength)
	case !utf8.ValidString(name):
		return fault.Invalid(field, "a name is not valid UTF-8")
	}
	return nil
}

// place refuses types where they cannot stand.
func (s *Schema) place(d Definition) *fault.Error {
	switch {
	case d.Type == TypeObject && s.Nested():
		return fault.Invalid("type", "a nested schema cannot hold another nested schema")
	case d.Type == TypeGeopoint && !slices.Contains([]string{OfCustomer, OfProduct, OfSKU}, s.RelatedObject):
		return fault.Invalid("type", "only customers, products and SKUs have geopoints")
	}
	return nil
}

func (d *Definition) check() *fault.Error {
	switch {
	case d.Type == "":
		return fault.Invalid("type", "is required")
	case !slices.Contains(types, d.Type):
		return fault.Invalid("type", "%q is not one of %s", d.Type, joined(types))
	case d.Type == TypeObject && d.ObjectType == "":
		return fault.Invalid("object_type", "is required for the type object")
	case d.Type != TypeObject && d.ObjectType != "":
		return fault.Invalid("object_type", "is only for the type object")
	case slices.Contains(relatedObjects, d.ObjectType):
		return fault.Invalid("object_type", "%s is not a nested schema", d.ObjectType)
	}
	if d.ObjectType != "" {
		if err := checkName("object_type", d.ObjectType); err != nil {
			return err
		}
	}
	if err := d.checkLengths(); err != nil {
		return err
	}
	if err := d.checkValues(); err != nil {
		return err
	}
	return d.checkRange()
}

func (d *Definition) checkLengths() *fault.Error {
	for _, x := range [...]struct {
		field string
		value *int
	}{{"min_length", d.MinLength}, {"max_length", d.MaxLength}, {"exact_length", d.ExactLength}} {
		switch {
		case x.value == nil:
		case d.Type != TypeString:
			return fault.Invalid(x.field, "is only for the type string")
		case *x.value < 0 || *x.value > MaxBytes:
			return fault.Invalid(x.field, "%d is not between 0 and %d", *x.value, MaxBytes)
		}
	}
	switch least, most, exact := d.MinLength, d.MaxLength, d.ExactLength; {
	case least != nil && most != nil && *least > *most:
		return fault.Invalid("min_length", "%d is more than max_length, which is %d", *least, *most)
	case exact != nil && least != nil && *exact < *least:
		return fault.Invalid("exact_length", "%d is less than min_length, which is %d", *exact, *least)
	case exact != nil && most != nil && *exact > *most:
		return fault.Invalid("exact_length", "%d is more than max_length, which is %d", *exact, *most)
	}
	return nil
}

// checkValues checks eq and ne.
func (d *Definition) checkValues() *fault.Error {
	switch {
	case d.Eq != nil && d.Type != TypeString && d.Type != TypeNumber:
		return fault.Invalid("eq", "is only for the types string and number")
	case d.Ne != nil && d.Type != TypeNumber:
		return fault.Invalid("ne", "is only for the type number")
	}
	for _, x := range [...]struct {
		field  string
		values []any
	}{{"eq", d.Eq}, {"ne", d.Ne}} {
		if x.values != nil && len(x.values) == 0 || len(x.values) > MaxValues {
			return fault.Invalid(x.field, "has %d values, between 1 and %d are allowed", len(x.values), MaxValues)
		}
		for i, value := range x.values {
			if value = plain(value); !d.Type.admits(value) {
				return fault.Invalid(x.field+"["+strconv.Itoa(i)+"]", "%s", d.Type.phrase())
			}
			if text, ok := value.(string); ok && (!utf8.ValidString(text) || len(text) > MaxBytes) {
				return fault.Invalid(x.field+"["+strconv.Itoa(i)+"]", "is not valid UTF-8 of at most %d bytes", MaxBytes)
			}
		}
	}
	return nil
}

func (d *Definition) checkRange() *fault.Error {
	for _, x := range [...]struct {
		field string
		value *float64
	}{{"lt", d.Lt}, {"lte", d.Lte}, {"gt", d.Gt}, {"gte", d.Gte}} {
		switch {
		case x.value == nil:
		case d.Type != TypeNumber:
			return fault.Invalid(x.field, "is only for the type number")
		case !finite(*x.value):
			return fault.Invalid(x.field, "is not a finite number")
		case decimals(*x.value) > 2:
			return fault.Invalid(x.field, "%s has more than two decimals", formatNumber(*x.value))
		}
	}
	for _, low := range [...]*float64{d.Gt, d.Gte} {
		for _, high := range [...]*float64{d.Lt, d.Lte} {
			if low == nil || high == nil {
				continue
			}
			if *low > *high || *low == *high && (low == d.Gt || high == d.Lt) {
				return fault.Invalid("", "no number is above %s and below %s", formatNumber(*low), formatNumber(*high))
			}
		}
	}
	return nil
}
