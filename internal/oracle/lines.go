package oracle

import (
	"strings"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// selects reports whether a name selects lines for the conditions inside.
func selects(name string) bool {
	switch name {
	case "order.items.any", "order.items.every", "order.items.none", "order.items.cheapest", "order.items.most_expensive",
		"product.id", "sku.id", "product.metadata":
		return true
	}
	return false
}

// selected decides a condition that selects lines, and returns them.
func (w *walk) selected(n *validation.Node) (*lines, bool) {
	if n.Name == "order.items.none" {
		return &lines{}, len(w.matched(n, w.Order.Items)) == 0
	}
	if !w.Order.Present || len(w.Order.Items) == 0 {
		return &lines{}, false
	}
	from := w.Order.Items
	switch n.Name {
	case "order.items.cheapest":
		from = extreme(w.narrowed(n, from), func(a, b int64) bool { return a < b })
	case "order.items.most_expensive":
		from = extreme(w.narrowed(n, from), func(a, b int64) bool { return a > b })
	}
	found := &lines{items: w.matched(n, from), all: strings.HasPrefix(n.Name, "order.items.") && n.Name != "order.items.any"}
	if n.Name == "product.metadata" {
		found.all = matchAll(n.Rules)
	}
	whole := n.Name == "order.items.every" || n.Name == "product.metadata" && found.all
	if whole && len(found.items) != len(w.Order.Items) {
		return found, false
	}
	return found, len(found.items) > 0
}

// matchAll reports whether a group asks for all lines to match, in a condition that counts.
func matchAll(g validation.Group) bool {
	counts := " " + strings.NewReplacer("(", " ", ")", " ").Replace(g.Logic) + " "
	for key, n := range g.Nodes {
		if n.Name == "product.metadata.match_all" && (strings.TrimSpace(g.Logic) == "" || strings.Contains(counts, " "+key+" ")) {
			return true
		}
	}
	return false
}

// matched are the lines that satisfy the condition itself.
func (w *walk) matched(n *validation.Node, from []validation.ItemFacts) []validation.ItemFacts {
	var list []validation.ItemFacts
	for _, item := range w.narrowed(n, from) {
		if n.Name == "product.metadata" {
			if !w.passes(n, property(item.ProductMetadata, n.Property)) {
				continue
			}
		} else if refs, ok := n.Conditions["$is"]; ok && !w.is(item, n.Name, refs) {
			continue
		}
		list = append(list, item)
	}
	return list
}

// narrowed are the lines that $from leaves.
func (w *walk) narrowed(n *validation.Node, from []validation.ItemFacts) []validation.ItemFacts {
	refs, ok := n.Conditions["$from"]
	if !ok {
		return from
	}
	var list []validation.ItemFacts
	for _, item := range from {
		if w.is(item, n.Name, refs) {
			list = append(list, item)
		}
	}
	return list
}

func extreme(from []validation.ItemFacts, better func(a, b int64) bool) []validation.ItemFacts {
	var best []validation.ItemFacts
	for _, item := range from {
		switch {
		case !item.HasPrice:
		case len(best) == 0 || better(item.Price, best[0].Price):
			best = []validation.ItemFacts{item}
		case item.Price == best[0].Price:
			best = append(best, item)
		}
	}
	return best
}

// is reports whether a line is one of the references.
func (w *walk) is(item validation.ItemFacts, name string, refs []any) bool {
	for _, value := range refs {
		var ref product.Ref
		switch v := value.(type) {
		case product.Ref:
			ref = v
		case string:
			ref.ID = v
		case map[string]any:
			ref.ID, _ = v["id"].(string)
			ref.SourceID, _ = v["source_id"].(string)
			object, _ := v["object"].(string)
			ref.Object = product.RefKind(object)
			ref.Type, _ = v["type"].(string)
		}
		if of, legacy := strings.CutSuffix(name, ".id"); legacy && ref.Object == "" {
			ref.Object = product.RefKind(of)
		}
		if w.same(item, ref) {
			return true
		}
	}
	return false
}

func (w *walk) same(item validation.ItemFacts, ref product.Ref) bool {
	kind := ref.Object
	switch {
	case kind != "":
	case ref.Type == "products_collection" || strings.HasPrefix(ref.ID, "pc_"):
		kind = product.KindCollection
	case strings.HasPrefix(ref.ID, "sku_"):
		kind = product.KindSKU
	default:
		kind = product.KindProduct
	}
	ids := []string{item.ProductID, item.ProductSourceID}
	switch kind {
	case product.KindCollection:
		for _, member := range w.Collections[ref.ID] {
			if w.same(item, member) {
				return true
			}
		}
		return false
	case product.KindSKU:
		ids = []string{item.SKUID, item.SKUSourceID}
	}
	for _, id := range ids {
		if id != "" && (id == ref.ID || id == ref.SourceID) {
			return true
		}
	}
	return false
}

// aboutLines decides a condition on lines that were selected.
func (w *walk) aboutLines(n *validation.Node, around *lines) bool {
	switch n.Name {
	case "order.items.aggregated_quantity", "product.metadata.aggregated_quantity":
		var sum int64
		for _, item := range around.items {
			sum += item.Quantity
		}
		return w.passes(n, sum)
	case "order.items.aggregated_amount", "product.metadata.aggregated_amount":
		var sum int64
		for _, item := range around.items {
			if !item.HasAmount {
				return false
			}
			sum += item.Amount
		}
		return w.passes(n, sum)
	case "product.discount_applicable", "sku.discount_applicable", "product.metadata.discount_applicable", "product.metadata.match_all":
		return true
	}
	return w.onLines(n, *around)
}

// onLines decides a condition on single lines: one of them must pass, or all.
func (w *walk) onLines(n *validation.Node, on lines) bool {
	passed := 0
	for _, item := range on.items {
		var holds bool
		switch {
		case strings.Contains(n.Name, "metadata"):
			holds = w.passes(n, property(item.Metadata, n.Property))
		case strings.HasSuffix(n.Name, ".quantity"):
			holds = w.passes(n, item.Quantity)
		default:
			holds = item.HasPrice && w.passes(n, item.Price)
		}
		if holds {
			passed++
		}
	}
	if on.all {
		return passed > 0 && passed == len(on.items)
	}
	return passed > 0
}
