package validation

import (
	"cmp"
	"slices"

	"github.com/voucherify-go/voucherify/product"
)

// BundleRules say which lines make a bundle: each numbered rule names a product, SKU or collection and how many units of
// it one bundle takes. All of them are required.
type BundleRules struct {
	Nodes map[string]Node
	// Limit is the largest number of bundles in one order, 1 to MaxBundleLimit; 0 means 1.
	Limit int64
}

// Bundle is what was found of a bundle in a cart.
type Bundle struct {
	// Quantity is the number of complete bundles, at most Limit.
	Quantity int64 `json:"quantity"`
	Limit    int64 `json:"limit"`
	// Identified are the units that the bundles use, or those that one bundle could use when none is complete.
	Identified []BundleItem `json:"identified,omitempty"`
	// Missing is what one bundle still needs; empty when there is a complete one.
	Missing []BundleItem `json:"missing,omitempty"`
}

// BundleItem is a number of units of a line, or (in Missing) of a product, SKU or collection.
type BundleItem struct {
	ID     string          `json:"id"`
	Object product.RefKind `json:"object"`
	// ItemIndex is the 0-based position among the lines; -1 for what is missing.
	ItemIndex    int   `json:"item_index"`
	ItemQuantity int64 `json:"item_quantity"`
}

// bundlePart is one rule of a bundle, compiled.
type bundlePart struct {
	ref     product.Ref
	matcher *product.Matcher
	units   int64
}

// compileBundle checks and prepares bundle rules; parts for SKUs come first, then products, then collections, since a
// unit that a narrow part needs must not be used up by a wide one.
func compileBundle(b *BundleRules, index *product.Index) ([]bundlePart, error) {
	if b == nil || len(b.Nodes) == 0 {
		return nil, nil
	}
	if b.Limit < 0 || b.Limit > MaxBundleLimit {
		return nil, invalid("bundle_rules.limit", "%d is not between 1 and %d", b.Limit, MaxBundleLimit)
	}
	parts := make([]bundlePart, 0, len(b.Nodes))
	for _, key := range orderedKeys(b.Nodes) {
		if key == limitKey || key == logicKey {
			return nil, invalid("bundle_rules", "%q cannot be the key of a condition", key)
		}
		part, err := compileBundlePart("bundle_rules."+key, b.Nodes[key], index)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	rank := map[product.RefKind]int{product.KindSKU: 0, product.KindProduct: 1, product.KindCollection: 2}
	slices.SortStableFunc(parts, func(x, y bundlePart) int { return cmp.Compare(rank[x.ref.Kind()], rank[y.ref.Kind()]) })
	return parts, nil
}

func compileBundlePart(path string, n Node, index *product.Index) (bundlePart, error) {
	if n.Name != "order.items.any" {
		return bundlePart{}, invalid(path+".name", "only order.items.any can stand in a bundle")
	}
	refs, err := references(path+".conditions.$is", n.Conditions["$is"])
	if err != nil {
		return bundlePart{}, err
	}
	if len(refs) != 1 || len(n.Conditions) != 1 {
		return bundlePart{}, invalid(path+".conditions.$is", "must name exactly one product, SKU or collection")
	}
	part := bundlePart{ref: refs[0], matcher: index.Matcher(refs...), units: 1}
	for _, key := range n.Rules.keys() {
		sub := n.Rules.Nodes[key]
		at := path + ".rules." + key
		values := sub.Conditions["$is"]
		if sub.Name != "order.items.aggregated_quantity" || len(values) != 1 || len(sub.Conditions) != 1 || len(sub.Rules.Nodes) > 0 {
			return bundlePart{}, invalid(at, "only order.items.aggregated_quantity with one $is can stand in a bundle")
		}
		units, ok := numberOf(values[0])
		if !ok || !units.exact || units.whole < 1 || units.whole > MaxBundleUnits {
			return bundlePart{}, invalid(at+".conditions.$is", "is not a whole number from 1 to %d", MaxBundleUnits)
		}
		part.units = max(part.units, units.whole)
	}
	return part, nil
}

// Bundle identifies the rule's bundles among the lines; false when the rule has none.
func (p *Program) Bundle(items []ItemFacts) (Bundle, bool) {
	if len(p.bundle) == 0 {
		return Bundle{}, false
	}
	b := Bundle{Limit: max(p.rule.BundleRules.Limit, 1)}
	for n := b.Limit; n >= 1; n-- {
		if identified, missing := allocate(p.bundle, items, n); len(missing) == 0 {
			b.Quantity, b.Identified = n, identified
			return b, true
		}
	}
	b.Identified, b.Missing = allocate(p.bundle, items, 1)
	return b, true
}

// allocate gives every part the units of n bundles; a unit is used once. Lines are taken in the order of the request.
func allocate(parts []bundlePart, items []ItemFacts, n int64) (identified, missing []BundleItem) {
	left := make([]int64, len(items))
	for i := range items {
		left[i] = items[i].Quantity
	}
	for _, part := range parts {
		wanted := part.units * n
		for i := range items {
			take := min(wanted, left[i])
			if take == 0 || !part.matcher.Matches(items[i].Identity) {
				continue
			}
			left[i] -= take
			wanted -= take
			identified = append(identified, identify(items[i].Identity, i, take))
		}
		if wanted > 0 {
			id := part.ref.ID
			if id == "" {
				id = part.ref.SourceID
			}
			missing = append(missing, BundleItem{ID: id, Object: part.ref.Kind(), ItemIndex: -1, ItemQuantity: wanted})
		}
	}
	return identified, missing
}

func identify(line product.Identity, i int, units int64) BundleItem {
	item := BundleItem{ID: line.ProductID, Object: product.KindProduct, ItemIndex: i, ItemQuantity: units}
	if item.ID == "" {
		item.ID = line.ProductSourceID
	}
	if line.SKUID != "" || line.SKUSourceID != "" {
		item.Object = product.KindSKU
		if item.ID = line.SKUID; item.ID == "" {
			item.ID = line.SKUSourceID
		}
	}
	return item
}
