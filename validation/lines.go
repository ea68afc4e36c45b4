package validation

import (
	"encoding/json"

	"github.com/voucherify-go/voucherify/product"
)

// lineSelection is which lines a condition on items selects.
type lineSelection struct {
	is, from *product.Matcher // nil matches all
	refs     []product.Ref    // of is
	named    []named          // what is and from are made of
	extreme  int              // -1 the most expensive, 1 the cheapest, 0 all
	product  *leaf            // the condition on the metadata of their products; nil matches all
	every    bool             // conditions on single lines must hold for all selected ones
	first    bool             // one line is enough, nothing looks at the others
}

// lines compiles a condition that selects lines.
func (b *builder) lines(l *leaf, path string, n *Node) error {
	l.lines = &lineSelection{}
	for _, name := range n.Conditions.names() {
		into := &l.lines.is
		switch name {
		case "$is":
		case "$from":
			into = &l.lines.from
		default:
			return invalid(path+".conditions."+clip(name), "the operator does not fit this rule name")
		}
		refs, err := references(path+".conditions."+name, n.Conditions[name])
		if err != nil {
			return err
		}
		for i := range refs {
			if refs[i].Object == "" {
				refs[i].Object = product.RefKind(l.definition.object)
			}
		}
		if name == "$is" {
			l.lines.refs = refs
		}
		*into = b.index.Matcher(refs...)
		l.lines.named = append(l.lines.named, named{refs, *into})
	}
	l.source = "matched.lines > 0"
	switch n.Name {
	case "order.items.cheapest":
		l.lines.extreme, l.lines.every = 1, true
	case "order.items.most_expensive":
		l.lines.extreme, l.lines.every = -1, true
	case "order.items.any", "product.id", "sku.id":
		l.lines.first = len(n.Rules.Nodes) == 0
	case "order.items.every":
		l.lines.every = true
		l.source = "matched.of > 0 && matched.lines == matched.of"
	case "order.items.none":
		l.source = "matched.lines == 0"
	}
	return nil
}

// references reads the values of $is and $from: product.Ref values, or the objects that JSON gives.
func references(path string, values []any) ([]product.Ref, error) {
	if len(values) == 0 {
		return nil, invalid(path, "names nothing")
	}
	refs := make([]product.Ref, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case product.Ref:
			refs[i] = v
		case string:
			refs[i] = product.Ref{ID: v}
		case map[string]any:
			text, err := json.Marshal(v)
			if err == nil {
				err = json.Unmarshal(text, &refs[i])
			}
			if err != nil {
				return nil, invalid(path, "is not a reference to a product, SKU or collection")
			}
		default:
			return nil, invalid(path, "is not a reference to a product, SKU or collection")
		}
		if err := refs[i].Check(); err != nil {
			return nil, within(path, err)
		}
	}
	return refs, nil
}
