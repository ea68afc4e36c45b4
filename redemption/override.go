package redemption

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
)

// Overrides returns the products and SKUs that the lines of an order create or replace in the catalogue (override: true on
// the line's product or sku). What the catalogue says already is left alone, so that a shop that sends the flag with every
// cart does not change the configuration with every cart. A product or SKU is created by its source_id; one that is named
// by an unknown id, and a SKU without a product, is not. Of several lines about the same record the last one counts.
func Overrides(o *order.Order, x *product.Index, ids *id.Sequence, now time.Time) ([]record.Document, error) {
	w := overrides{index: x, ids: ids, now: now}
	if o == nil {
		return nil, nil
	}
	for i := range o.Items {
		line := &o.Items[i]
		parent := w.product(line)
		w.sku(line, parent)
	}
	return w.documents()
}

// overrides collects the records to write, each once.
type overrides struct {
	index    *product.Index
	ids      *id.Sequence
	now      time.Time
	products []*product.Product
	skus     []*product.SKU
}

// product returns the id of the line's product, after noting what the line says about it. It is empty for a product that
// the catalogue neither has nor gets.
func (w *overrides) product(line *order.Item) string {
	data := line.Product
	named := line.Identity(w.index)
	key := cmp.Or(named.ProductID, named.ProductSourceID)
	if data == nil || !data.Override {
		if stored, ok := w.index.Product(key); ok {
			return stored.ID
		}
		for _, p := range w.products {
			if key != "" && (p.ID == key || p.SourceID == key) {
				return p.ID
			}
		}
		return ""
	}
	at := slices.IndexFunc(w.products, func(p *product.Product) bool { return key != "" && (p.ID == key || p.SourceID == key) })
	var p product.Product
	switch stored, ok := w.index.Product(key); {
	case at >= 0:
		p = *w.products[at]
	case ok:
		p = *stored
	case named.ProductID != "" || named.ProductSourceID == "":
		return ""
	default:
		p = product.Product{ID: w.ids.Next(id.Product), SourceID: named.ProductSourceID}
	}
	p.Name, p.Price = cmp.Or(data.Name, p.Name), cmp.Or(data.Price, p.Price)
	if data.Metadata != nil {
		p.Metadata = data.Metadata
	}
	if at >= 0 {
		w.products[at] = &p
	} else {
		w.products = append(w.products, &p)
	}
	return p.ID
}

// sku notes what the line says about its SKU. parent is the id of the line's product.
func (w *overrides) sku(line *order.Item, parent string) {
	data := line.SKU
	if data == nil || !data.Override {
		return
	}
	named := line.Identity(w.index)
	key := cmp.Or(named.SKUID, named.SKUSourceID)
	at := slices.IndexFunc(w.skus, func(s *product.SKU) bool { return key != "" && (s.ID == key || s.SourceID == key) })
	var s product.SKU
	switch stored, ok := w.index.SKU(key); {
	case at >= 0:
		s = *w.skus[at]
	case ok:
		s = *stored
	case named.SKUID != "" || named.SKUSourceID == "" || parent == "":
		return
	default:
		s = product.SKU{ID: w.ids.Next(id.SKU), SourceID: named.SKUSourceID, ProductID: parent}
	}
	s.Name, s.Price = cmp.Or(data.Name, s.Name), cmp.Or(data.Price, s.Price)
	if data.Metadata != nil {
		s.Metadata = data.Metadata
	}
	if at >= 0 {
		w.skus[at] = &s
	} else {
		w.skus = append(w.skus, &s)
	}
}

// documents returns the records that differ from the catalogue's.
func (w *overrides) documents() ([]record.Document, error) {
	var docs []record.Document
	for _, p := range w.products {
		stored, known := w.index.Product(p.ID)
		if known && stored.Name == p.Name && samePrice(stored.Price, p.Price) && metadata.Equal(stored.Metadata, p.Metadata) {
			continue
		}
		p.CreatedAt, p.UpdatedAt = w.stamp(p.CreatedAt, known)
		p.Version++
		doc := record.Document{Kind: record.Product, ID: p.ID, Version: p.Version - 1, CreatedAt: p.CreatedAt, Keys: sourceKey(p.SourceID)}
		if err := encodeInto(&doc, p); err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	for _, s := range w.skus {
		stored, known := w.index.SKU(s.ID)
		if known && stored.Name == s.Name && samePrice(stored.Price, s.Price) && metadata.Equal(stored.Metadata, s.Metadata) {
			continue
		}
		s.CreatedAt, s.UpdatedAt = w.stamp(s.CreatedAt, known)
		s.Version++
		doc := record.Document{
			Kind: record.SKU, ID: s.ID, Version: s.Version - 1, Parent: s.ProductID, CreatedAt: s.CreatedAt, Keys: sourceKey(s.SourceID),
		}
		if err := encodeInto(&doc, s); err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func (w *overrides) stamp(created time.Time, known bool) (time.Time, *time.Time) {
	if !known {
		return w.now, nil
	}
	return created, &w.now
}

func encodeInto(doc *record.Document, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("redemption: encode %s %s: %w", doc.Kind, doc.ID, err)
	}
	doc.Body = text
	return nil
}

func sourceKey(sourceID string) []string {
	if sourceID == "" {
		return nil
	}
	return []string{record.Key("source_id", sourceID)}
}

func samePrice(a, b *int64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
