package voucherify

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Products keeps products, SKUs and collections.
type Products struct{ engine *Engine }

// CreateProduct stores a product; one with a known source_id is replaced. The product with discount.ShippingSource is
// discount.ShippingProduct, so that free shipping knows its price.
func (s *Products) CreateProduct(ctx context.Context, p product.Product) (product.Product, error) {
	if err := p.Check(); err != nil {
		return product.Product{}, err
	}
	err := s.engine.change(ctx, func(c *change) error { return c.createProduct(ctx, &p) })
	return p, err
}

// createProduct stores a product that was checked.
func (c *change) createProduct(ctx context.Context, p *product.Product) error {
	if err := c.checkWhole(ctx, metadata.OfProduct, p.Metadata); err != nil {
		return err
	}
	doc, err := c.bySource(ctx, record.Product, p.SourceID)
	if err != nil {
		return err
	}
	p.ID = cmp.Or(doc.ID, c.ids.Next(id.Product))
	if doc.ID == "" && p.SourceID == discount.ShippingSource {
		p.ID = discount.ShippingProduct
	}
	p.CreatedAt, p.UpdatedAt, p.Version = c.stamp(&doc)
	return c.put(saved{kind: record.Product, id: p.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("source_id", p.SourceID)}, p)
}

// CreateSKU stores a SKU of an existing product; one with a known source_id is replaced.
func (s *Products) CreateSKU(ctx context.Context, sku product.SKU) (product.SKU, error) {
	if err := sku.Check(); err != nil {
		return product.SKU{}, err
	}
	err := s.engine.change(ctx, func(c *change) error { return c.createSKU(ctx, &sku) })
	return sku, err
}

// createSKU stores a SKU that was checked.
func (c *change) createSKU(ctx context.Context, sku *product.SKU) error {
	parent, _, err := find[product.Product](ctx, c.tx, record.Product, sku.ProductID, record.Key("source_id", sku.ProductID))
	if err != nil {
		return within("product_id", err)
	}
	if err := c.checkWhole(ctx, metadata.OfSKU, sku.Metadata); err != nil {
		return err
	}
	doc, err := c.bySource(ctx, record.SKU, sku.SourceID)
	if err != nil {
		return err
	}
	sku.ID, sku.ProductID = cmp.Or(doc.ID, c.ids.Next(id.SKU)), parent.ID
	sku.CreatedAt, sku.UpdatedAt, sku.Version = c.stamp(&doc)
	return c.put(saved{
		kind: record.SKU, id: sku.ID, version: doc.Version, created: doc.CreatedAt, parent: parent.ID, keys: keyOf("source_id", sku.SourceID),
	}, sku)
}

// UpdateProduct replaces a product; its source_id is fixed.
func (s *Products) UpdateProduct(ctx context.Context, p product.Product) (product.Product, error) {
	if err := p.Check(); err != nil {
		return product.Product{}, err
	}
	read := p.Version
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[product.Product](ctx, c.tx, record.Product, p.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		if err := c.checkChange(ctx, metadata.OfProduct, stored.Metadata, p.Metadata); err != nil {
			return err
		}
		p.SourceID = stored.SourceID
		p.CreatedAt, p.UpdatedAt, p.Version = c.stamp(&doc)
		return c.put(saved{kind: record.Product, id: p.ID, version: doc.Version, created: doc.CreatedAt, keys: doc.Keys}, &p)
	})
	return p, err
}

// UpdateSKU replaces a SKU; its source_id and product are fixed.
func (s *Products) UpdateSKU(ctx context.Context, sku product.SKU) (product.SKU, error) {
	read := sku.Version
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[product.SKU](ctx, c.tx, record.SKU, sku.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		sku.SourceID, sku.ProductID = stored.SourceID, stored.ProductID
		if err := sku.Check(); err != nil {
			return err
		}
		if err := c.checkChange(ctx, metadata.OfSKU, stored.Metadata, sku.Metadata); err != nil {
			return err
		}
		sku.CreatedAt, sku.UpdatedAt, sku.Version = c.stamp(&doc)
		return c.put(saved{kind: record.SKU, id: sku.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent, keys: doc.Keys}, &sku)
	})
	return sku, err
}

// bySource reads the record with a source_id; a zero document when there is none.
func (c *change) bySource(ctx context.Context, kind record.Kind, sourceID string) (record.Document, error) {
	if sourceID == "" {
		return record.Document{}, nil
	}
	doc, err := c.tx.Find(ctx, kind, record.Key("source_id", sourceID))
	if errors.Is(err, store.ErrNotFound) {
		return record.Document{}, nil
	}
	return doc, err
}

// stamp returns the times and the version of a record that is written over doc; a new one gets its creation.
func (c *change) stamp(doc *record.Document) (created time.Time, updated *time.Time, version int64) {
	if doc.Version == 0 {
		doc.CreatedAt = c.now
		return c.now, nil, 1
	}
	return doc.CreatedAt, &c.now, doc.Version + 1
}

// GetProduct reads a product by id or source_id.
func (s *Products) GetProduct(ctx context.Context, idOrSource string) (product.Product, error) {
	return get[product.Product](ctx, s.engine, record.Product, idOrSource, record.Key("source_id", idOrSource))
}

// GetSKU reads a SKU by id or source_id.
func (s *Products) GetSKU(ctx context.Context, idOrSource string) (product.SKU, error) {
	return get[product.SKU](ctx, s.engine, record.SKU, idOrSource, record.Key("source_id", idOrSource))
}

// ListProducts yields products.
func (s *Products) ListProducts(ctx context.Context, options ListOptions) iter.Seq2[product.Product, error] {
	return list[product.Product](ctx, s.engine, record.Product, options)
}

// ListSKUs yields SKUs; ListOptions.Parent keeps those of one product.
func (s *Products) ListSKUs(ctx context.Context, options ListOptions) iter.Seq2[product.SKU, error] {
	return list[product.SKU](ctx, s.engine, record.SKU, options)
}

// DeleteProduct removes a product with its SKUs. Without force they go to the bin, where their source_ids stay reserved.
func (s *Products) DeleteProduct(ctx context.Context, idOrSource string, force bool) error {
	return s.engine.change(ctx, func(c *change) error {
		p, doc, err := find[product.Product](ctx, c.tx, record.Product, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		docs := []record.Document{doc}
		for sku, err := range c.tx.List(ctx, record.SKU, store.Query{Parent: p.ID}) {
			if err != nil {
				return err
			}
			docs = append(docs, sku)
		}
		for _, d := range docs {
			if err := c.remove(ctx, d, force); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteSKU removes a SKU; see DeleteProduct for force.
func (s *Products) DeleteSKU(ctx context.Context, idOrSource string, force bool) error {
	return s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[product.SKU](ctx, c.tx, record.SKU, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		return c.remove(ctx, doc, force)
	})
}
