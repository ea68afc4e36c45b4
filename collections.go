package voucherify

import (
	"bytes"
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// CreateCollection stores a collection: static with its products, or AUTO_UPDATE with a filter over the fields id,
// product_id, source_id, name, price, object, attributes, image_url, skus, created_at, updated_at and metadata.<key>. Without
// a type it is static unless it has a filter. A project has at most Limits.MaxCollections.
func (s *Products) CreateCollection(ctx context.Context, l product.Collection) (product.Collection, error) {
	if l.Type == "" {
		l.Type = product.Static
		if l.Filter != nil {
			l.Type = product.AutoUpdate
		}
	}
	if err := checkCollection(&l); err != nil {
		return product.Collection{}, err
	}
	err := s.engine.change(ctx, func(c *change) error { return s.createCollection(ctx, c, &l) })
	return l, err
}

// createCollection stores a collection that was checked.
func (s *Products) createCollection(ctx context.Context, c *change, l *product.Collection) error {
	if err := c.checkLocations(ctx, l.Filter); err != nil {
		return err
	}
	if err := c.checkRoom(ctx, record.Collection, "", s.engine.options.maxCollections); err != nil {
		return err
	}
	l.ID, l.CreatedAt, l.UpdatedAt, l.Version = c.ids.Next(id.Collection), c.now, nil, 1
	return c.put(saved{kind: record.Collection, id: l.ID, created: c.now}, l)
}

func checkCollection(l *product.Collection) error {
	if err := l.Check(); err != nil {
		return err
	}
	_, err := redemption.CompileCollection(l)
	return err
}

// UpdateCollection replaces the name of a collection, and its products or its filter as a whole. The type is fixed.
func (s *Products) UpdateCollection(ctx context.Context, l product.Collection) (product.Collection, error) {
	read := l.Version
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[product.Collection](ctx, c.tx, record.Collection, l.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		if l.Type == "" {
			l.Type = stored.Type
		}
		if l.Type != stored.Type {
			return fault.Invalid("type", "is %s and fixed", stored.Type)
		}
		if err := checkCollection(&l); err != nil {
			return err
		}
		if err := c.checkLocations(ctx, l.Filter); err != nil {
			return err
		}
		l.CreatedAt, l.UpdatedAt, l.Version = c.stamp(&doc)
		return c.put(saved{kind: record.Collection, id: l.ID, version: doc.Version, created: doc.CreatedAt}, &l)
	})
	return l, err
}

// GetCollection reads a collection by id.
func (s *Products) GetCollection(ctx context.Context, id string) (product.Collection, error) {
	return get[product.Collection](ctx, s.engine, record.Collection, id)
}

// ListCollections yields collections.
func (s *Products) ListCollections(ctx context.Context, options ListOptions) iter.Seq2[product.Collection, error] {
	return list[product.Collection](ctx, s.engine, record.Collection, options)
}

// DeleteCollection removes a collection. While a rule names it, it is resource_in_use.
func (s *Products) DeleteCollection(ctx context.Context, collectionID string) error {
	return s.engine.deleteUnlessNamed(ctx, record.Collection, collectionID, record.Rule)
}

// ListCollectionProducts yields the stored products of a collection, then its SKUs with their products, each in the order of
// their creation. The id product.AllProducts yields everything.
func (s *Products) ListCollectionProducts(ctx context.Context, collectionID string) iter.Seq2[product.Member, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(product.Member) bool) error {
		op, err := s.engine.begin()
		if err != nil {
			return err
		}
		return s.engine.eachMember(ctx, r, op, collectionID, each)
	})
}

func (e *Engine) eachMember(ctx context.Context, r store.Reader, op operation, collectionID string, yield func(product.Member) bool) error {
	catalogue, err := e.configuration(ctx, r, op)
	if err != nil {
		return err
	}
	index := catalogue.ProductsAt(op.now)
	if _, ok := index.Collection(collectionID); !ok && collectionID != product.AllProducts {
		return fault.Missing(string(record.Collection), collectionID)
	}
	matcher := index.Matcher(product.Ref{ID: collectionID, Object: product.KindCollection})
	matches := func(named product.Identity) (product.Member, bool) {
		known := index.Resolve(named)
		known.Identity.Members = index.Members(product.Item{Identity: known.Identity, Product: known.Product, SKU: known.SKU})
		m := product.Member{Object: product.KindProduct, Product: known.Product, SKU: known.SKU}
		if known.SKU != nil {
			m.Object = product.KindSKU
		}
		return m, matcher.Matches(known.Identity)
	}
	for doc, err := range r.List(ctx, record.Product, store.Query{}) {
		if err != nil {
			return err
		}
		if m, ok := matches(product.Identity{ProductID: doc.ID}); ok && !yield(m) {
			return nil
		}
	}
	for doc, err := range r.List(ctx, record.SKU, store.Query{}) {
		if err != nil {
			return err
		}
		if m, ok := matches(product.Identity{SKUID: doc.ID}); ok && !yield(m) {
			return nil
		}
	}
	return nil
}

// deleteUnlessNamed deletes a record that no record of the given kinds names.
func (e *Engine) deleteUnlessNamed(ctx context.Context, kind record.Kind, recordID string, by ...record.Kind) error {
	return e.change(ctx, func(c *change) error {
		_, doc, err := find[struct{}](ctx, c.tx, kind, recordID)
		if err != nil {
			return err
		}
		if err := c.refuseNamed(ctx, kind, recordID, by...); err != nil {
			return err
		}
		return c.remove(ctx, doc, true)
	})
}

// refuseNamed refuses to delete a record that a record of the given kinds names.
func (c *change) refuseNamed(ctx context.Context, kind record.Kind, recordID string, by ...record.Kind) error {
	for _, other := range by {
		inUse := fault.New(fault.ResourceInUse, "records of kind %s name %s", other, recordID).About(string(kind), recordID)
		inUse.RelatedObjectType = string(other)
		for named, err := range c.tx.List(ctx, other, store.Query{}) {
			if err != nil {
				return err
			}
			// Also in expressions, where its quotes are escaped; no id is part of another.
			if bytes.Contains(named.Body, []byte(recordID)) {
				inUse.RelatedObjectIDs = append(inUse.RelatedObjectIDs, named.ID)
			}
		}
		if len(inUse.RelatedObjectIDs) > 0 {
			return inUse
		}
	}
	return nil
}
