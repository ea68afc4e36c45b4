package product

import (
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify/metadata"
)

// Index is an immutable catalogue of products, SKUs and collections, with look-ups by id and source_id. It may be
// shared between goroutines. The nil Index is an empty catalogue.
type Index struct {
	products    map[string]*entry // by id and by source_id
	skus        map[string]*entry
	collections map[string]*Collection
	dynamic     []*Collection       // those with a filter
	positions   map[string]int      // in dynamic, by id
	children    map[string][]string // ids of SKUs by product; only with dynamic collections
	judge       Judge
}

// entry is a catalogue record prepared for the lines of carts: one look-up tells identity and price.
type entry struct {
	product  *Product
	sku      *SKU // nil for a product
	identity Identity
	price    int64
	priced   bool
}

// NewIndex builds the index of the given records. The slices are not kept, the records are, and must not be changed.
func NewIndex(products []*Product, skus []*SKU, collections []*Collection) *Index {
	x := &Index{
		products:    make(map[string]*entry, 2*len(products)),
		skus:        make(map[string]*entry, 2*len(skus)),
		collections: make(map[string]*Collection, len(collections)),
		positions:   make(map[string]int),
	}
	for _, p := range products {
		e := &entry{product: p, identity: Identity{ProductID: p.ID, ProductSourceID: p.SourceID}}
		e.setPrice(p.Price)
		register(x.products, e, p.ID, p.SourceID)
	}
	for _, s := range skus {
		e := &entry{sku: s, identity: Identity{SKUID: s.ID, SKUSourceID: s.SourceID, ProductID: s.ProductID}}
		if parent := x.products[s.ProductID]; parent != nil {
			e.product = parent.product
			e.identity.ProductSourceID = parent.product.SourceID
			e.setPrice(parent.product.Price)
		}
		e.setPrice(s.Price)
		register(x.skus, e, s.ID, s.SourceID)
	}
	x.addCollections(collections, skus)
	return x
}

func (e *entry) setPrice(price *int64) {
	if price != nil {
		e.price, e.priced = *price, true
	}
}

// register files the entry under its id and its source_id; an id always wins over a source_id of the same text.
func register(entries map[string]*entry, e *entry, id, sourceID string) {
	entries[id] = e
	if _, taken := entries[sourceID]; sourceID != "" && !taken {
		entries[sourceID] = e
	}
}

// Product finds a product by id or, failing that, by source_id.
func (x *Index) Product(id string) (*Product, bool) {
	if x == nil {
		return nil, false
	}
	e, ok := x.products[id]
	if !ok {
		return nil, false
	}
	return e.product, true
}

// SKU finds a SKU by id or, failing that, by source_id.
func (x *Index) SKU(id string) (*SKU, bool) {
	if x == nil {
		return nil, false
	}
	e, ok := x.skus[id]
	if !ok {
		return nil, false
	}
	return e.sku, true
}

// Collection finds a collection by id.
func (x *Index) Collection(id string) (*Collection, bool) {
	if x == nil {
		return nil, false
	}
	c, ok := x.collections[id]
	return c, ok
}

// Resolved is what the catalogue knows about a line of a cart.
type Resolved struct {
	// Identity is the line's, completed with source ids and the product of a SKU.
	Identity Identity
	// Price is minor units per unit: the SKU's own price, otherwise its product's. It counts only when Priced.
	Price  int64
	Priced bool
	// Product and SKU are the records behind the line; either may be nil. They are shared and must not be changed.
	Product *Product
	SKU     *SKU
}

// Resolve looks a line up. A line that is not in the catalogue keeps the identity that it came with and has no price; a
// SKU that the catalogue does not have stays on the line beside its product.
func (x *Index) Resolve(line Identity) Resolved {
	e := x.find(line)
	if e == nil {
		return Resolved{Identity: line}
	}
	r := Resolved{Identity: e.identity, Price: e.price, Priced: e.priced, Product: e.product, SKU: e.sku}
	if e.sku == nil {
		r.Identity.SKUID, r.Identity.SKUSourceID = line.SKUID, line.SKUSourceID
	}
	return r
}

func (x *Index) find(line Identity) *entry {
	if x == nil {
		return nil
	}
	if id := first(line.SKUID, line.SKUSourceID); id != "" {
		if e := x.skus[id]; e != nil {
			return e
		}
	}
	return x.products[first(line.ProductID, line.ProductSourceID)]
}

// Matcher compiles references into a set. Static collections are expanded to their members, those with a filter ask the
// judge of the line's Members; a reference that is not in the
// catalogue still matches lines that name it, since carts may hold products that were never stored.
func (x *Index) Matcher(refs ...Ref) *Matcher {
	m := &Matcher{}
	for _, ref := range refs {
		if ref.Kind() != KindCollection {
			m.add(ref.Kind(), ref.ID)
			m.add(ref.Kind(), ref.SourceID)
			continue
		}
		if ref.ID == AllProducts {
			m.all = true
			continue
		}
		c, ok := x.Collection(ref.ID)
		switch {
		case ok && c.Type == AutoUpdate:
			m.dynamic = append(m.dynamic, x.positions[c.ID])
		case ok:
			for _, part := range c.Products {
				m.add(part.Kind(), part.ID)
				m.add(part.Kind(), part.SourceID)
			}
		}
	}
	return m
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Select names the products with metadata that fits and, of the other products, the SKUs that fit with theirs laid on top;
// products first, each in the order of ids.
func (x *Index) Select(fits func(metadata.Map) bool) []Ref {
	if x == nil {
		return nil
	}
	var refs []Ref
	for _, id := range slices.Sorted(maps.Keys(x.products)) {
		if p := x.products[id].product; p.ID == id && fits(p.Metadata) {
			refs = append(refs, Ref{ID: p.ID, SourceID: p.SourceID, Object: KindProduct})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(x.skus)) {
		e := x.skus[id]
		if e.sku.ID != id {
			continue
		}
		var inherited metadata.Map
		if e.product != nil {
			inherited = e.product.Metadata
		}
		if (e.product == nil || !fits(inherited)) && fits(metadata.Merge(inherited, e.sku.Metadata)) {
			refs = append(refs, Ref{ID: e.sku.ID, SourceID: e.sku.SourceID, Object: KindSKU, ProductID: e.sku.ProductID})
		}
	}
	return refs
}
