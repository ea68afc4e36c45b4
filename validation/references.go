package validation

import (
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/product"
)

// References are what a rule names outside itself, each once, in the order of its parts: conditions, bundle, scope, expression.
type References struct {
	// Products are products, SKUs and collections, by id or source_id. A text of an expression can be a source_id if the
	// expression looks at source_ids; whether it is one can only be seen in the catalogue.
	Products []product.Ref
	// Segments and Locations are ids.
	Segments, Locations []string
	// EventSchemas are the ids of the schemas of custom events.
	EventSchemas []string
	// Properties are the metadata that conditions look at.
	Properties []Described
	// Callers and LoyaltyTiers are the paths of conditions on the API key or the user who redeems, and on loyalty tiers.
	Callers, LoyaltyTiers []string
}

// Described is a property of metadata, as rules name it: a dot may look into nested objects. Its schema is that of one of Objects,
// the first that defines it.
type Described struct {
	Objects  []string
	Property string
}

// References finds what the rule names. r is a rule that passes Check; parts that do not are left out.
func (r Rule) References() References {
	var refs References
	refs.group("rules", r.Rules)
	if r.BundleRules != nil {
		refs.group("bundle_rules", Group{Nodes: r.BundleRules.Nodes})
	}
	for _, targets := range [...][]product.Target{r.ApplicableTo.Included, r.ApplicableTo.Excluded} {
		for _, t := range targets {
			refs.Products = appendNew(refs.Products, nameOnly(t.Ref))
		}
	}
	refs.expression(r.Expression)
	return refs
}

// nameOnly is a reference without what is redundant in it.
func nameOnly(r product.Ref) product.Ref {
	return product.Ref{ID: r.ID, SourceID: r.SourceID, Object: r.Kind()}
}

func appendNew[T comparable](list []T, more ...T) []T {
	for _, value := range more {
		if !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}

func (refs *References) group(path string, g Group) {
	for _, key := range g.keys() {
		n := g.Nodes[key]
		refs.node(path+"."+key, &n)
		refs.group(path+"."+key+".rules", n.Rules)
	}
}

func (refs *References) node(path string, n *Node) {
	if objects := n.describedBy(); len(objects) > 0 {
		refs.property(objects, n.Property)
	}
	if n.SchemaID != "" {
		refs.EventSchemas = appendNew(refs.EventSchemas, n.SchemaID)
	}
	switch n.Name {
	case "customer.loyalty.tier":
		refs.LoyaltyTiers = append(refs.LoyaltyTiers, path)
	case "redemption.api_key", "redemption.user.login":
		refs.Callers = append(refs.Callers, path)
	}
	definition := names[n.Name]
	for _, name := range n.Conditions.names() {
		values := n.Conditions[name]
		switch {
		case definition.kind == linesName:
			refs.lines(path, definition.object, values)
		case n.Name == "customer.segment":
			for _, value := range values {
				if text, ok := definition.idOf(value).(string); ok {
					refs.Segments = appendNew(refs.Segments, text)
				}
			}
		case canonical(name) == inLocationOperator:
			refs.Locations = appendNew(refs.Locations, texts(values)...)
		}
	}
}

// inLocationOperator is the operator whose values are the ids of locations.
const inLocationOperator = "$in_location"

// texts are those of the values that are texts.
func texts(values []any) []string {
	var list []string
	for _, value := range values {
		if text, ok := value.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

func (refs *References) lines(path, object string, values []any) {
	named, err := references(path, values)
	if err != nil {
		return
	}
	for _, ref := range named {
		if ref.Object == "" {
			ref.Object = product.RefKind(object)
		}
		refs.Products = appendNew(refs.Products, nameOnly(ref))
	}
}

func (refs *References) property(objects []string, property string) {
	known := func(d Described) bool { return d.Property == property && slices.Equal(d.Objects, objects) }
	if !slices.ContainsFunc(refs.Properties, known) {
		refs.Properties = append(refs.Properties, Described{Objects: objects, Property: property})
	}
}

// expression looks for the texts of a free expression that are identifiers, and for the facts that it looks at.
func (refs *References) expression(source string) {
	if source == "" {
		return
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return
	}
	v := &mentions{refs: refs, properties: make(map[*ast.StringNode]bool)}
	ast.Walk(&tree.Node, v)
	for _, node := range v.texts {
		text := node.Value
		switch {
		case v.properties[node]:
		case id.Is(text, id.Segment):
			refs.Segments = appendNew(refs.Segments, text)
		case id.Is(text, id.Product), id.Is(text, id.SKU), id.Is(text, id.Collection):
			refs.Products = appendNew(refs.Products, nameOnly(product.Ref{ID: text}))
		default:
			for _, kind := range v.sources {
				refs.Products = appendNew(refs.Products, product.Ref{SourceID: text, Object: kind})
			}
		}
	}
}

// mentions are the texts of an expression, those among them that are names of fields, and of what it looks at source_ids.
type mentions struct {
	refs       *References
	texts      []*ast.StringNode
	properties map[*ast.StringNode]bool
	sources    []product.RefKind
}

// Visit implements ast.Visitor.
func (v *mentions) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.StringNode:
		v.texts = append(v.texts, n)
	case *ast.MemberNode:
		property, ok := n.Property.(*ast.StringNode)
		if !ok {
			return
		}
		v.properties[property] = true
		if objects := metadataAt(n.Node); len(objects) > 0 {
			v.refs.property(objects, property.Value)
		}
		switch property.Value {
		case "product_source_id":
			v.sources = appendNew(v.sources, product.KindProduct)
		case "sku_source_id":
			v.sources = appendNew(v.sources, product.KindSKU)
		case "loyalty_tiers":
			v.refs.LoyaltyTiers = appendNew(v.refs.LoyaltyTiers, "expression")
		case "api_key", "user":
			if owner, ok := n.Node.(*ast.IdentifierNode); ok && owner.Value == "redemption" {
				v.refs.Callers = appendNew(v.refs.Callers, "expression")
			}
		}
	}
}

// LocationsOf returns the ids of the locations that a filter names, each once.
func LocationsOf(f *filter.Filter) []string {
	if f == nil {
		return nil
	}
	var list []string
	for _, field := range f.Names() {
		list = appendNew(list, texts(f.Fields[field][inLocationOperator])...)
	}
	return list
}
