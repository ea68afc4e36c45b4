package voucherify

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// MetadataSchemas keeps what the metadata of each kind of object may hold. A schema counts from the next call on, for
// everything that is written and asked; what is stored already stays as it is. Rules that a change of a schema breaks
// refuse until they are changed.
type MetadataSchemas struct{ engine *Engine }

// Create stores a schema. A second one for the same object is duplicate_found; nested schemas that it names must exist.
func (s *MetadataSchemas) Create(ctx context.Context, schema metadata.Schema) (metadata.Schema, error) {
	if err := schema.Check(); err != nil {
		return metadata.Schema{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		if err := c.checkNested(ctx, &schema); err != nil {
			return err
		}
		schema.ID, schema.CreatedAt, schema.UpdatedAt, schema.Version = c.ids.Next(id.MetadataSchema), c.now, nil, 1
		return c.put(saved{
			kind: record.MetadataSchema, id: schema.ID, created: c.now, keys: keyOf("related_object", schema.RelatedObject),
		}, &schema)
	})
	return schema, err
}

// checkNested refuses a schema that names a nested schema which does not exist.
func (c *change) checkNested(ctx context.Context, schema *metadata.Schema) error {
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		d := schema.Properties[name]
		if d.ObjectType == "" || d.Deleted {
			continue
		}
		_, err := c.tx.Find(ctx, record.MetadataSchema, record.Key("related_object", d.ObjectType))
		if errors.Is(err, store.ErrNotFound) {
			return fault.Missing("metadata_schema", d.ObjectType).At("properties." + name + ".object_type")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Get reads a schema by its id or by what it is about (related_object).
func (s *MetadataSchemas) Get(ctx context.Context, idOrObject string) (metadata.Schema, error) {
	return get[metadata.Schema](ctx, s.engine, record.MetadataSchema, idOrObject, record.Key("related_object", idOrObject))
}

// List yields schemas.
func (s *MetadataSchemas) List(ctx context.Context, options ListOptions) iter.Seq2[metadata.Schema, error] {
	return list[metadata.Schema](ctx, s.engine, record.MetadataSchema, options)
}

// Update replaces the definitions that it names, each as a whole, and leaves the others alone; see metadata.Schema.Update.
func (s *MetadataSchemas) Update(ctx context.Context, idOrObject string, update metadata.SchemaUpdate) (metadata.Schema, error) {
	return s.edit(ctx, idOrObject, func(c *change, stored *metadata.Schema, doc record.Document) (*metadata.Schema, error) {
		if err := current(doc, update.Version); err != nil {
			return nil, err
		}
		next, err := stored.Update(update)
		if err != nil {
			return nil, err
		}
		return next, c.checkNested(ctx, next)
	})
}

// schemaEdit returns a stored schema as it will be.
type schemaEdit func(*change, *metadata.Schema, record.Document) (*metadata.Schema, error)

func (s *MetadataSchemas) edit(ctx context.Context, idOrObject string, fn schemaEdit) (metadata.Schema, error) {
	var schema metadata.Schema
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[metadata.Schema](ctx, c.tx, record.MetadataSchema, idOrObject, record.Key("related_object", idOrObject))
		if err != nil {
			return err
		}
		next, err := fn(c, stored, doc)
		if err != nil {
			return err
		}
		schema = *next
		schema.CreatedAt, schema.UpdatedAt, schema.Version = c.stamp(&doc)
		return c.put(saved{
			kind: record.MetadataSchema, id: doc.ID, version: doc.Version, created: doc.CreatedAt, keys: doc.Keys,
		}, &schema)
	})
	return schema, err
}

// Delete removes a schema; metadata stays as it is and is not checked any more. While another schema names it for nested
// objects, it is resource_in_use.
func (s *MetadataSchemas) Delete(ctx context.Context, idOrObject string) error {
	return s.engine.change(ctx, func(c *change) error {
		schema, doc, err := find[metadata.Schema](ctx, c.tx, record.MetadataSchema, idOrObject, record.Key("related_object", idOrObject))
		if err != nil {
			return err
		}
		inUse := fault.New(fault.ResourceInUse, "other schemas name %s", schema.RelatedObject).About("metadata_schema", schema.ID)
		inUse.RelatedObjectType = string(record.MetadataSchema)
		var others []*metadata.Schema
		if err := readAll(ctx, c.tx, record.MetadataSchema, &others); err != nil {
			return err
		}
		for _, other := range others {
			if len(propertiesOfType(other, schema.RelatedObject, false)) > 0 {
				inUse.RelatedObjectIDs = append(inUse.RelatedObjectIDs, other.ID)
			}
		}
		if len(inUse.RelatedObjectIDs) > 0 {
			return inUse
		}
		return c.remove(ctx, doc, true)
	})
}

// propertiesOfType are the properties of a schema that hold objects of a nested schema.
func propertiesOfType(schema *metadata.Schema, objectType string, deleted bool) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if d := schema.Properties[name]; d.ObjectType == objectType && (deleted || !d.Deleted) {
			names = append(names, name)
		}
	}
	return names
}

// schemas reads the project's metadata schemas; more stand beside them.
func (c *change) schemas(ctx context.Context, more ...*metadata.Schema) (*metadata.Schemas, error) {
	err := readAll(ctx, c.tx, record.MetadataSchema, &more)
	return metadata.NewSchemas(more), err
}

// checkWhole refuses metadata of a new object that does not fit its schema.
func (c *change) checkWhole(ctx context.Context, object string, m metadata.Map) error {
	schemas, err := c.schemas(ctx)
	if err != nil {
		return err
	}
	return schemas.CheckWhole(object, "metadata", m)
}

// checkChange refuses metadata that does not fit its schema and is other than before.
func (c *change) checkChange(ctx context.Context, object string, before, m metadata.Map) error {
	schemas, err := c.schemas(ctx)
	if err != nil {
		return err
	}
	return schemas.CheckChange(object, "metadata", before, m)
}

// checkCustomer refuses what is sent about a customer; stored is nil for a new one.
func (c *change) checkCustomer(ctx context.Context, stored *customer.Customer, m metadata.Map) error {
	if stored == nil {
		return c.checkWhole(ctx, metadata.OfCustomer, m)
	}
	schemas, err := c.schemas(ctx)
	if err != nil {
		return err
	}
	return schemas.CheckSent(metadata.OfCustomer, "metadata", m)
}

// checkProperties refuses a rule about metadata that the schemas, those of custom events included, do not let exist.
func (c *change) checkProperties(ctx context.Context, r validation.Rule) error {
	var events []*event.Schema
	if err := readAll(ctx, c.tx, record.EventSchema, &events); err != nil {
		return err
	}
	ofEvents := make([]*metadata.Schema, len(events))
	for i, e := range events {
		ofEvents[i] = e.Metadata()
	}
	schemas, err := c.schemas(ctx, ofEvents...)
	if err != nil {
		return err
	}
	return r.CheckProperties(schemas)
}
