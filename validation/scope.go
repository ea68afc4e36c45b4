package validation

import (
	"slices"

	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
)

// Scope is the part of the cart that discounts under the rule may touch: its applicable_to, and what older rules say by
// product.discount_applicable and its like about the products that the condition around it names.
func (p *Program) Scope() product.Scope { return p.scope }

// scopeOf adds to a rule's scope what its conditions open. A condition on the metadata of products opens the scope to those
// that the catalogue has.
func scopeOf(p *Program, index *product.Index) (product.Scope, error) {
	scope := p.rule.ApplicableTo
	var opened []product.Ref
	p.root.leaves(func(l *leaf) {
		if l.definition == nil || !l.definition.scopes {
			return
		}
		around := l.outer.lines
		opened = append(opened, around.refs...)
		if around.product != nil {
			opened = append(opened, index.Select(around.product.fits)...)
		}
	})
	if len(opened) == 0 {
		return scope, nil
	}
	scope.Included = slices.Clone(scope.Included)
	for _, ref := range opened {
		known := func(t product.Target) bool {
			return t.ID == ref.ID && t.SourceID == ref.SourceID && t.Kind() == ref.Kind()
		}
		if !slices.ContainsFunc(scope.Included, known) {
			scope.Included = append(scope.Included, product.Target{Ref: ref})
		}
	}
	if err := scope.Check(); err != nil {
		return scope, within("applicable_to", err)
	}
	return scope, nil
}

// fits reports whether stored metadata satisfies the condition. A scope has no time: conditions on dates see the beginning
// of time.
func (l *leaf) fits(stored metadata.Map) bool {
	return (&machine{}).passes(l, Property(stored, l.node.Property))
}

// mentions reports whether the logic of a group names a condition of the given name.
func (g Group) mentions(name string) bool {
	words := tokenise(g.Logic)
	for _, key := range g.keys() {
		if g.Nodes[key].Name == name && (len(words) == 0 || slices.Contains(words, key)) {
			return true
		}
	}
	return false
}
