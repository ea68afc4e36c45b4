package product

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/metadata"
)

// CollectionType says how the members of a collection are found.
type CollectionType string

// The types of collections.
const (
	// Static collections list their members.
	Static CollectionType = "STATIC"
	// AutoUpdate collections hold what passes their filter. Products and SKUs are tested one by one: a SKU does not come in
	// because its product does.
	AutoUpdate CollectionType = "AUTO_UPDATE"
)

// Collection is a named set of products and SKUs. A listed product brings all its SKUs, a listed SKU only itself.
type Collection struct {
	ID       string         `json:"id,omitempty"`
	Name     string         `json:"name"`
	Type     CollectionType `json:"type"`
	Products []Ref          `json:"products,omitempty"`
	// Filter decides about the members of an AutoUpdate collection. Its fields are those of Item, and metadata.<key>.
	Filter    *filter.Filter `json:"filter,omitempty"`
	CreatedAt time.Time      `json:"created_at,omitzero"`
	UpdatedAt *time.Time     `json:"updated_at,omitempty"`
	Version   int64          `json:"version,omitempty"`
}

// AllProducts is the id of the built-in collection that holds every line of every cart.
const AllProducts = "pc_a11pr0dUc75"

// Check reports the first thing that is wrong with c. Of a filter it checks the shape; whether its fields exist is checked
// by whoever compiles it.
func (c Collection) Check() error {
	if err := fault.Name("name", c.Name, MaxNameLength); err != nil {
		return err
	}
	switch {
	case c.Type == AutoUpdate:
		return c.checkDynamic()
	case c.Type != Static:
		return fault.Invalid("type", "%q is not one of %s, %s", c.Type, Static, AutoUpdate)
	case c.Filter != nil:
		return fault.Invalid("filter", "a collection of type %s has no filter", Static)
	case len(c.Products) > MaxCollectionProducts:
		return fault.Invalid("products", "has %d members, at most %d are allowed", len(c.Products), MaxCollectionProducts)
	}
	for i, ref := range c.Products {
		if err := ref.Check(); err != nil || ref.Kind() == KindCollection {
			return fault.Invalid(index("products", i), "must name a product or a SKU")
		}
	}
	return nil
}

func (c Collection) checkDynamic() error {
	switch {
	case c.Filter == nil:
		return fault.Invalid("filter", "is required for a collection of type %s", AutoUpdate)
	case len(c.Products) > 0:
		return fault.Invalid("products", "a collection of type %s lists no products", AutoUpdate)
	}
	if err := c.Filter.Check(); err != nil {
		return fault.Within("filter", err)
	}
	return nil
}

// Item is a line of a cart, or a record of the catalogue, as collections with a filter see it: a SKU where there is one,
// otherwise a product. What the cart says wins over what is stored.
type Item struct {
	Identity Identity
	// Product and SKU are the stored records; either may be nil.
	Product *Product
	SKU     *SKU
	// Name and Price (minor units per unit) are those of the cart; empty and nil when it says nothing.
	Name  string
	Price *int64
	// Payload is metadata of the cart: that of its SKU or product, then the line's own, which wins.
	Payload [2]metadata.Map

	skus   []string
	merged metadata.Map
	ready  bool
}

// IsSKU reports whether the item is a SKU.
func (i *Item) IsSKU() bool { return i.Identity.SKUID != "" || i.Identity.SKUSourceID != "" }

// SKUs returns the ids of the stored SKUs of a product, in the order of the catalogue; nil for a SKU.
func (i *Item) SKUs() []string { return i.skus }

// Metadata is the item's own stored metadata with that of the cart laid on top. A SKU does not inherit its product's.
func (i *Item) Metadata() metadata.Map {
	if i.ready {
		return i.merged
	}
	switch {
	case !i.IsSKU() && i.Product != nil:
		i.merged = i.Product.Metadata
	case i.SKU != nil:
		i.merged = i.SKU.Metadata
	}
	for _, over := range i.Payload {
		i.merged = metadata.Merge(i.merged, over)
	}
	i.ready = true
	return i.merged
}

// Judge decides whether an item belongs to a collection with a filter, by the collection's position in Index.Dynamic. It
// is called once for an item and a collection.
type Judge func(collection int, item *Item) bool

// Members remembers which collections with a filter an item belongs to. It is asked lazily, by one goroutine.
type Members struct {
	item    Item
	judge   Judge
	answers []answer
}

type answer uint8

const (
	unasked answer = iota
	isMember
	isNoMember
)

// in reports whether the item belongs to a collection with a filter. The nil Members belong to none.
func (m *Members) in(collection int) bool {
	if m == nil {
		return false
	}
	if m.answers[collection] == unasked {
		m.answers[collection] = isNoMember
		if m.judge(collection, &m.item) {
			m.answers[collection] = isMember
		}
	}
	return m.answers[collection] == isMember
}

// Dynamic returns the collections with a filter, in the order of their positions.
func (x *Index) Dynamic() []*Collection {
	if x == nil {
		return nil
	}
	return x.dynamic
}

// JudgedBy returns the index with somebody who decides about collections with a filter; without, nothing belongs to them.
// The index itself is returned when it has no such collection.
func (x *Index) JudgedBy(judge Judge) *Index {
	if len(x.Dynamic()) == 0 {
		return x
	}
	judged := *x
	judged.judge = judge
	return &judged
}

// Members prepares the answers about one item, to be put into its identity; nil when there is nothing to ask.
func (x *Index) Members(item Item) *Members {
	if x == nil || x.judge == nil {
		return nil
	}
	if !item.IsSKU() && item.Product != nil {
		item.skus = x.children[item.Product.ID]
	}
	return &Members{item: item, judge: x.judge, answers: make([]answer, len(x.dynamic))}
}

// Asks reports whether Members has anything to ask, so that an item need not be described in vain.
func (x *Index) Asks() bool { return x != nil && x.judge != nil }

// addCollections files the collections, and prepares what filters look at.
func (x *Index) addCollections(collections []*Collection, skus []*SKU) {
	for _, c := range collections {
		x.collections[c.ID] = c
		if c.Type == AutoUpdate {
			x.positions[c.ID] = len(x.dynamic)
			x.dynamic = append(x.dynamic, c)
		}
	}
	if len(x.dynamic) == 0 {
		return
	}
	x.children = make(map[string][]string)
	for _, s := range skus {
		x.children[s.ProductID] = append(x.children[s.ProductID], s.ID)
	}
}

// Member is a product or SKU of a collection.
type Member struct {
	// Object is KindProduct or KindSKU.
	Object RefKind `json:"object"`
	// Product is the product, or that of the SKU; nil for a SKU whose product is gone.
	Product *Product `json:"product,omitempty"`
	SKU     *SKU     `json:"sku,omitempty"`
}
