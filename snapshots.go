package voucherify

import (
	"context"

	"maps"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
)

// capturing fills a snapshot with what it names. What does not exist is left out: it is named in vain already.
type capturing struct {
	*template.Snapshot
	reader  store.Reader
	known   map[string]bool // kinds and ids that were looked up
	schemas *metadata.Schemas
}

// capture adds the rules to a snapshot, and everything that they and the discount name, directly or not.
func capture(ctx context.Context, r store.Reader, snapshot *template.Snapshot, rules []string) error {
	c := &capturing{Snapshot: snapshot, reader: r, known: make(map[string]bool)}
	var schemas []*metadata.Schema
	if err := readAll(ctx, r, record.MetadataSchema, &schemas); err != nil {
		return err
	}
	c.schemas = metadata.NewSchemas(schemas)
	object, own := snapshot.Described()
	c.described(object, own)
	for i, ruleID := range rules {
		if err := c.rule(ctx, indexed("validation_rules", i), ruleID); err != nil {
			return err
		}
	}
	return c.products(ctx, template.ProductsOf(snapshot.Discount()))
}

func (c *capturing) rule(ctx context.Context, path, ruleID string) error {
	rule, _, err := find[validation.Rule](ctx, c.reader, record.Rule, ruleID)
	if err != nil {
		return within(path, err)
	}
	refs := rule.References()
	if err := template.CheckRule(path, ruleID, refs); err != nil {
		return err
	}
	saved := *rule
	saved.CreatedAt, saved.UpdatedAt, saved.Version = time.Time{}, nil, 0
	c.ValidationRules = append(c.ValidationRules, saved)
	for _, p := range refs.Properties {
		c.property(p.Objects, p.Property)
	}
	for _, schemaID := range refs.EventSchemas {
		schema, err := lookUp[event.Schema](ctx, c.reader, record.EventSchema, schemaID)
		if err != nil {
			return err
		}
		if schema != nil && !slices.Contains(c.CustomEvents, schema.Name) {
			c.CustomEvents = append(c.CustomEvents, schema.Name)
		}
	}
	for _, segmentID := range refs.Segments {
		if err := c.segment(ctx, path, segmentID); err != nil {
			return err
		}
	}
	if err := c.locations(ctx, refs.Locations); err != nil {
		return err
	}
	return c.products(ctx, refs.Products)
}

// lookUp is find for a record that need not exist: nil when it does not.
func lookUp[T any](ctx context.Context, r store.Reader, kind record.Kind, id string, keys ...string) (*T, error) {
	value, _, err := find[T](ctx, r, kind, id, keys...)
	if isMissing(err) {
		return nil, nil
	}
	return value, err
}

// first reports whether a record was not looked up before. It refuses more resources than a template may hold.
func (c *capturing) first(kind record.Kind, id string) (bool, error) {
	key := string(kind) + " " + id
	if c.known[key] {
		return false, nil
	}
	if c.Size() >= template.MaxResources {
		return false, fault.Invalid("json_template", "a template holds at most %d resources", template.MaxResources)
	}
	c.known[key] = true
	return true, nil
}

func (c *capturing) products(ctx context.Context, refs []product.Ref) error {
	for _, ref := range refs {
		for _, name := range [...]string{ref.ID, ref.SourceID} {
			if name == "" {
				continue
			}
			var err error
			switch ref.Kind() {
			case product.KindCollection:
				err = c.collection(ctx, name)
			case product.KindSKU:
				err = c.sku(ctx, name)
			default:
				err = c.product(ctx, name, true)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// product saves a product, by id or source_id, and if it is named itself all its SKUs.
func (c *capturing) product(ctx context.Context, name string, named bool) error {
	p, err := lookUp[product.Product](ctx, c.reader, record.Product, name, record.Key("source_id", name))
	if err != nil || p == nil {
		return err
	}
	first, err := c.first(record.Product, p.ID)
	if err != nil {
		return err
	}
	if first {
		p.CreatedAt, p.UpdatedAt, p.Version = time.Time{}, nil, 0
		c.Products = append(c.Products, *p)
		c.described(metadata.OfProduct, p.Metadata)
	}
	if !named {
		return nil
	}
	family := "SKUs of " + p.ID
	if c.known[family] {
		return nil
	}
	c.known[family] = true
	var skus []*product.SKU
	if err := readUnder(ctx, c.reader, record.SKU, p.ID, &skus); err != nil {
		return err
	}
	for _, sku := range skus {
		if err := c.sku(ctx, sku.ID); err != nil {
			return err
		}
	}
	return nil
}

// sku saves a SKU, by id or source_id, and the product that it belongs to.
func (c *capturing) sku(ctx context.Context, name string) error {
	sku, err := lookUp[product.SKU](ctx, c.reader, record.SKU, name, record.Key("source_id", name))
	if err != nil || sku == nil {
		return err
	}
	if first, err := c.first(record.SKU, sku.ID); err != nil || !first {
		return err
	}
	if err := c.product(ctx, sku.ProductID, false); err != nil {
		return err
	}
	sku.CreatedAt, sku.UpdatedAt, sku.Version = time.Time{}, nil, 0
	c.SKUs = append(c.SKUs, *sku)
	c.described(metadata.OfSKU, sku.Metadata)
	return nil
}

// collection saves a collection with the products that it lists, or the locations that its filter names.
func (c *capturing) collection(ctx context.Context, collectionID string) error {
	if collectionID == product.AllProducts {
		return nil
	}
	if first, err := c.first(record.Collection, collectionID); err != nil || !first {
		return err
	}
	l, err := lookUp[product.Collection](ctx, c.reader, record.Collection, collectionID)
	if err != nil || l == nil {
		return err
	}
	if err := c.products(ctx, l.Products); err != nil {
		return err
	}
	if err := c.filter(ctx, l.Filter, metadata.OfProduct, metadata.OfSKU); err != nil {
		return err
	}
	l.CreatedAt, l.UpdatedAt, l.Version = time.Time{}, nil, 0
	c.Collections = append(c.Collections, *l)
	return nil
}

// segment saves a segment with the locations that its filter names. One that lists customers is refused: they are no configuration.
func (c *capturing) segment(ctx context.Context, path, segmentID string) error {
	if first, err := c.first(record.Segment, segmentID); err != nil || !first {
		return err
	}
	s, err := lookUp[customer.Segment](ctx, c.reader, record.Segment, segmentID)
	if err != nil || s == nil {
		return err
	}
	if !s.Dynamic() {
		return fault.Invalid(path, "templates do not support static segments such as %s", s.ID).About("segment", s.ID)
	}
	if err := c.filter(ctx, s.Filter, metadata.OfCustomer); err != nil {
		return err
	}
	s.CreatedAt, s.UpdatedAt, s.Version = time.Time{}, nil, 0
	c.Segments = append(c.Segments, *s)
	return nil
}

// filter saves what a filter names: locations, and metadata of a kind of object.
func (c *capturing) filter(ctx context.Context, f *filter.Filter, objects ...string) error {
	if f == nil {
		return nil
	}
	for _, field := range f.Names() {
		if property, ok := strings.CutPrefix(field, "metadata."); ok {
			c.property(objects, property)
		}
	}
	return c.locations(ctx, validation.LocationsOf(f))
}

func (c *capturing) locations(ctx context.Context, ids []string) error {
	for _, locationID := range ids {
		first, err := c.first(record.Location, locationID)
		if err != nil {
			return err
		}
		if !first {
			continue
		}
		l, err := lookUp[location.Location](ctx, c.reader, record.Location, locationID)
		if err != nil {
			return err
		}
		if l == nil {
			continue
		}
		l.CreatedAt, l.UpdatedAt, l.Version = time.Time{}, nil, 0
		c.Locations = append(c.Locations, *l)
	}
	return nil
}

// described remembers the definitions of the metadata of a record.
func (c *capturing) described(object string, m metadata.Map) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		c.property([]string{object}, name)
	}
}

// property remembers the definition of a property, by the first schema that has one.
func (c *capturing) property(objects []string, name string) {
	for _, object := range objects {
		// An error says that there is no definition.
		d, err := c.schemas.Property(object, name)
		if err != nil || d == nil {
			continue
		}
		p := template.Property{RelatedObject: object, Name: name, Type: d.Type, Array: d.Array, ObjectType: d.ObjectType}
		if !slices.Contains(c.MetadataProperties, p) {
			c.MetadataProperties = append(c.MetadataProperties, p)
		}
		return
	}
}
