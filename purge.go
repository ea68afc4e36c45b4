package voucherify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Purge removes a deleted property for good: first from the metadata of every object that is stored, then from the
// schema, where its name is free for another type from then on. Objects in the bin and orders inside redemptions keep it.
// See metadata.Schema.Purge for what is refused.
//
// Objects are changed in transactions of 500, so a purge that is interrupted has been done in part; the property is then
// still deleted, and purging it again finishes the work.
func (s *MetadataSchemas) Purge(ctx context.Context, idOrObject, property string) (metadata.Schema, error) {
	schema, err := s.Get(ctx, idOrObject)
	if err != nil {
		return metadata.Schema{}, err
	}
	if _, err := schema.Purge(property); err != nil {
		return metadata.Schema{}, err
	}
	places, err := s.places(ctx, &schema, property)
	if err != nil {
		return metadata.Schema{}, err
	}
	for _, p := range places {
		if err := s.engine.strip(ctx, p); err != nil {
			return metadata.Schema{}, err
		}
	}
	return s.edit(ctx, schema.ID, func(_ *change, stored *metadata.Schema, _ record.Document) (*metadata.Schema, error) {
		return stored.Purge(property)
	})
}

// place is where a property stands in the records of a kind.
type place struct {
	kind  record.Kind
	items bool     // in the lines of an order
	path  []string // inside the metadata
}

// keptWith are the records whose metadata a schema describes. Redemptions are not among them: they are never rewritten.
var keptWith = map[string]place{
	metadata.OfCampaign: {kind: record.Campaign}, metadata.OfCustomer: {kind: record.Customer}, metadata.OfOrder: {kind: record.Order},
	metadata.OfLoyaltyTier: {kind: record.LoyaltyTier}, metadata.OfOrderItem: {kind: record.Order, items: true}, metadata.OfProduct: {kind: record.Product},
	metadata.OfPromotionTier: {kind: record.Tier}, metadata.OfSKU: {kind: record.SKU}, metadata.OfVoucher: {kind: record.Voucher},
}

// places are where the property of a schema is stored: for a nested schema, inside the properties of the schemas that
// name it.
func (s *MetadataSchemas) places(ctx context.Context, schema *metadata.Schema, property string) ([]place, error) {
	var all []*metadata.Schema
	if err := s.engine.store.View(ctx, func(r store.Reader) error { return readAll(ctx, r, record.MetadataSchema, &all) }); err != nil {
		return nil, err
	}
	skus := false
	for _, other := range all {
		skus = skus || other.RelatedObject == metadata.OfSKU
	}
	var places []place
	add := func(object string, path ...string) {
		objects := []string{object}
		if object == metadata.OfProduct && !skus {
			objects = append(objects, metadata.OfSKU)
		}
		for _, object := range objects {
			if p, ok := keptWith[object]; ok {
				p.path = path
				places = append(places, p)
			}
		}
	}
	if !schema.Nested() {
		add(schema.RelatedObject, property)
		return places, nil
	}
	for _, other := range all {
		for _, name := range propertiesOfType(other, schema.RelatedObject, true) {
			add(other.RelatedObject, name, property)
		}
	}
	return places, nil
}

// stripBatch is the number of records that one transaction of a purge reads.
const stripBatch = 500

// strip takes a property out of all records of a kind.
func (e *Engine) strip(ctx context.Context, p place) error {
	var after *store.Cursor
	for {
		var last *store.Cursor
		read := 0
		err := e.change(ctx, func(c *change) error {
			last, read = nil, 0
			for doc, err := range c.tx.List(ctx, p.kind, store.Query{After: after, Limit: stripBatch}) {
				if err != nil {
					return err
				}
				last, read = store.CursorOf(doc), read+1
				body, err := p.without(doc, c.now)
				if err != nil {
					return err
				}
				if body != nil {
					doc.Body = body
					c.plan.Writes = append(c.plan.Writes, doc)
					if p.kind == record.Customer {
						c.touch(doc.ID)
					}
				}
			}
			return nil
		})
		if err != nil || read < stripBatch {
			return err
		}
		after = last
	}
}

// without is the body of a record without the property, nil when it does not have it. Numbers stay as they are written.
func (p place) without(doc record.Document, now time.Time) (json.RawMessage, error) {
	var body map[string]any
	decoder := json.NewDecoder(bytes.NewReader(doc.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return nil, fmt.Errorf("voucherify: decode %s %s: %w", doc.Kind, doc.ID, err)
	}
	changed := false
	if p.items {
		lines, _ := body["items"].([]any)
		for _, line := range lines {
			changed = removeAt(line, append([]string{"metadata"}, p.path...)) || changed
		}
	} else {
		changed = removeAt(body, append([]string{"metadata"}, p.path...))
	}
	if !changed {
		return nil, nil
	}
	body["version"], body["updated_at"] = doc.Version+1, now
	return json.Marshal(body)
}

// removeAt removes what stands at the path inside a value, or inside each element of a list. It reports whether anything
// was there.
func removeAt(value any, path []string) bool {
	switch v := value.(type) {
	case []any:
		changed := false
		for _, element := range v {
			changed = removeAt(element, path) || changed
		}
		return changed
	case map[string]any:
		inner, there := v[path[0]]
		if len(path) > 1 {
			return removeAt(inner, path[1:])
		}
		delete(v, path[0])
		return there
	}
	return false
}
