package product

import (
	"slices"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
)

// RefKind is what a reference points at. The values are Voucherify's "object" field.
type RefKind string

// The kinds of references.
const (
	KindProduct    RefKind = "product"
	KindSKU        RefKind = "sku"
	KindCollection RefKind = "products_collection"
)

// Ref names a product, a SKU or a collection by the engine's id or the shop's source_id.
type Ref struct {
	ID       string  `json:"id,omitempty"`
	SourceID string  `json:"source_id,omitempty"`
	Object   RefKind `json:"object,omitempty"`
	// Type is Voucherify's second, redundant name of the kind ("product_or_sku", "products_collection").
	Type string `json:"type,omitempty"`
	// ProductID is the parent of a SKU, when known.
	ProductID string `json:"product_id,omitempty"`
}

// Kind returns what the reference points at: by Object, else by Type, else by the prefix of the id. A reference that
// says nothing is a product.
func (r Ref) Kind() RefKind {
	switch {
	case r.Object != "":
		return r.Object
	case r.Type == string(KindCollection), strings.HasPrefix(r.ID, "pc_"):
		return KindCollection
	case strings.HasPrefix(r.ID, "sku_"):
		return KindSKU
	}
	return KindProduct
}

// Check reports a reference that names nothing or an unknown kind.
func (r Ref) Check() *fault.Error {
	switch r.Kind() {
	case KindProduct, KindSKU, KindCollection:
	default:
		return fault.Invalid("object", "%q is not one of product, sku, products_collection", r.Object)
	}
	if r.ID == "" && r.SourceID == "" {
		return fault.Invalid("id", "is required")
	}
	if err := fault.Text("id", r.ID, MaxIDLength); err != nil {
		return err
	}
	return fault.Text("source_id", r.SourceID, MaxIDLength)
}

// Identity is everything that a line of a cart can be recognised by; unknown parts are empty.
type Identity struct {
	ProductID       string `expr:"product_id"`
	ProductSourceID string `expr:"product_source_id"`
	SKUID           string `expr:"sku_id"`
	SKUSourceID     string `expr:"sku_source_id"`
	// Members answers for collections with a filter; nil belongs to none.
	Members *Members `expr:"-"`
}

// Known reports whether the line names a product or a SKU at all.
func (i Identity) Known() bool { return i.Key() != "" }

// Key returns the identity for "the same product": the SKU if there is one, otherwise the product; empty when unknown.
func (i Identity) Key() string {
	for _, part := range [...]struct{ prefix, value string }{
		{"sku:", i.SKUID}, {"sku-source:", i.SKUSourceID}, {"product:", i.ProductID}, {"product-source:", i.ProductSourceID},
	} {
		if part.value != "" {
			return part.prefix + part.value
		}
	}
	return ""
}

// Matcher decides whether a line belongs to a set of references: by set probes, and collections with a filter by asking. Build it with Index.Matcher. The
// zero Matcher matches nothing.
type Matcher struct {
	all      bool
	products idSet
	skus     idSet
	dynamic  []int // positions of collections with a filter
}

// Matches reports whether the line is in the set: by its SKU, by its product (which brings all its SKUs), or because
// the set holds everything.
func (m *Matcher) Matches(line Identity) bool {
	if m.all {
		return true
	}
	return m.skus.has(line.SKUID) || m.skus.has(line.SKUSourceID) || m.products.has(line.ProductID) || m.products.has(line.ProductSourceID) ||
		len(m.dynamic) > 0 && slices.ContainsFunc(m.dynamic, line.Members.in)
}

// Empty reports whether the set can match nothing.
func (m *Matcher) Empty() bool {
	return !m.all && len(m.products.ids) == 0 && len(m.skus.ids) == 0 && len(m.dynamic) == 0
}

// idSet is a set of ids. Lines carry ids and source ids, of which the set mostly has one kind; that an id is of the other
// can often be told by its length, without hashing it.
type idSet struct {
	ids     map[string]struct{}
	lengths uint64 // bits of the lengths of ids, modulo 64
}

func lengthBit(id string) uint64 { return 1 << (len(id) % 64) }

func (s *idSet) has(id string) bool {
	if id == "" || s.lengths&lengthBit(id) == 0 {
		return false
	}
	_, ok := s.ids[id]
	return ok
}

func (m *Matcher) add(kind RefKind, id string) {
	if id == "" {
		return
	}
	set := &m.products
	if kind == KindSKU {
		set = &m.skus
	}
	if set.ids == nil {
		set.ids = make(map[string]struct{})
	}
	set.ids[id] = struct{}{}
	set.lengths |= lengthBit(id)
}

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
