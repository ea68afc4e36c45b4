package validation

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/voucherify-go/voucherify/metadata"
)

// describedBy are the schemas that describe the metadata of a rule name; a line's product metadata is that of its SKU or
// of its product. A property must be fine for one of them.
func describedBy(name string) []string {
	switch name {
	case "customer.metadata":
		return []string{metadata.OfCustomer}
	case "member.metadata":
		return []string{metadata.OfMember}
	case "order.metadata":
		return []string{metadata.OfOrder}
	case "redemption.metadata":
		return []string{metadata.OfRedemption}
	case "order.items.metadata", "order.items.metadata_any", "order.items.metadata_each":
		return []string{metadata.OfOrderItem}
	case "product.metadata":
		return []string{metadata.OfProduct, metadata.OfSKU}
	}
	return nil
}

// describedBy are the schemas of the metadata that a condition looks at. An event is described only when the condition says
// by which schema.
func (n *Node) describedBy() []string {
	if n.Name == "custom_event.metadata" && n.SchemaID != "" {
		return []string{metadata.OfEvent(n.SchemaID)}
	}
	return describedBy(n.Name)
}

// CheckProperties reports the first condition that looks at metadata which the schemas do not let exist, or that uses an
// operator or a value which does not fit the type of the property. Properties that no schema defines may be anything,
// unless their schema allows defined ones only; so may the metadata of an event whose schema the condition does not name
// or that does not exist. r is a rule that passes Check; the error is a *fault.Error with the key
// invalid_validation_rules and the path of what is wrong.
//
// In a free expression only the existence of properties is checked.
func (r Rule) CheckProperties(schemas *metadata.Schemas) error {
	if schemas == nil {
		return nil
	}
	if err := checkGroup("rules", r.Rules, schemas); err != nil {
		return err
	}
	return checkExpression(r.Expression, schemas)
}

func checkGroup(path string, g Group, schemas *metadata.Schemas) error {
	for _, key := range g.keys() {
		n := g.Nodes[key]
		if err := checkNode(path+"."+key, &n, schemas); err != nil {
			return err
		}
		if err := checkGroup(path+"."+key+".rules", n.Rules, schemas); err != nil {
			return err
		}
	}
	return nil
}

func checkNode(path string, n *Node, schemas *metadata.Schemas) error {
	objects := n.describedBy()
	if len(objects) == 0 {
		return nil
	}
	d, err := schemas.Any(objects, n.Property)
	if err != nil {
		return invalid(path+".property", "%v", err)
	}
	if d == nil {
		return nil
	}
	for _, name := range n.Conditions.names() {
		if !suits(canonical(name), d) {
			return invalid(path+".conditions."+name, "the operator does not fit the type of %s, which is %s", n.Property, typeOf(d))
		}
		if wants := wantedOf(canonical(name), d.Type); wants != nil {
			for _, value := range n.Conditions[name] {
				if !wants.ok(value) {
					return invalid(path+".conditions."+name, "%s is %s and takes %s", n.Property, typeOf(d), wants.words)
				}
			}
		}
	}
	return nil
}

func typeOf(d *metadata.Definition) string {
	if d.Array {
		return "a list of type " + string(d.Type)
	}
	return string(d.Type)
}

// The operators of each type. Those of lists come on top of those of their elements.
var (
	presenceOperators = []string{"$has_value", "$is_unknown"}
	equalityOperators = []string{"$is", "$is_not", "$in", "$not_in"}
	orderOperators    = []string{"$more_than", "$more_than_or_equal", "$less_than", "$less_than_or_equal"}
	textOperators     = []string{"$contains", "$not_contain", "$starts_with", "$ends_with"}
	listOperators     = []string{"$count", "$count_more", "$count_less", "$not_differ", "$not_intersect"}
	dayOperators      = []string{
		"$after", "$before", "$more_than_ago", "$less_than_ago", "$is_days_ago", "$more_than_future", "$less_than_future",
		"$is_days_in_future", "$dow", "$next_month", "$this_month", "$previous_month", "$today",
	}
	clockOperators = []string{"$timeframe", "$timeframe_absolute", "$timeframe_daily_hours"}

	operatorsOfType = map[metadata.Type][]string{
		metadata.TypeString:   slices.Concat(presenceOperators, equalityOperators, textOperators),
		metadata.TypeNumber:   slices.Concat(presenceOperators, equalityOperators, orderOperators),
		metadata.TypeBoolean:  slices.Concat(presenceOperators, equalityOperators),
		metadata.TypeDate:     slices.Concat(presenceOperators, equalityOperators, orderOperators, dayOperators),
		metadata.TypeDatetime: slices.Concat(presenceOperators, equalityOperators, orderOperators, dayOperators, clockOperators),
		metadata.TypeImageURL: slices.Concat(presenceOperators, equalityOperators),
		metadata.TypeObject:   presenceOperators,
		metadata.TypeGeopoint: slices.Concat(presenceOperators, []string{"$in_location"}),
	}
)

// suits reports whether an operator can be used on a property.
func suits(operator string, d *metadata.Definition) bool {
	if slices.Contains(operatorsOfType[d.Type], operator) {
		return true
	}
	return d.Array && slices.Contains(listOperators, operator)
}

// wanted is what the values of an operator must be for a type.
type wanted struct {
	words string
	ok    func(value any) bool
}

// wantedOf is what an operator compares a property of the type with; nil for operators whose values have a type of their
// own, such as a number of days, which compiling a rule checks.
func wantedOf(operator string, t metadata.Type) *wanted {
	compares := slices.Contains(equalityOperators, operator) || slices.Contains(orderOperators, operator) ||
		operator == "$not_differ" || operator == "$not_intersect" || operator == "$after" || operator == "$before"
	if !compares {
		return nil
	}
	switch t {
	case metadata.TypeString, metadata.TypeImageURL:
		return &wanted{"texts", func(v any) bool { _, ok := v.(string); return ok }}
	case metadata.TypeNumber:
		return &wanted{"numbers", spellsNumber}
	case metadata.TypeBoolean:
		return &wanted{"true or false", func(v any) bool { _, ok := v.(bool); return ok }}
	case metadata.TypeDate, metadata.TypeDatetime:
		return &wanted{"dates", func(v any) bool { _, ok := dateOf(v); return ok }}
	}
	return nil
}

// spellsNumber accepts numbers and the texts that spell them.
func spellsNumber(value any) bool {
	if text, ok := value.(string); ok {
		_, ok = parseNumber(text)
		return ok
	}
	_, ok := numberOf(value)
	return ok
}

// checkExpression reports metadata that a free expression reads and that cannot exist.
func checkExpression(source string, schemas *metadata.Schemas) error {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return invalid("expression", "%s", firstLine(err))
	}
	v := &propertyVisitor{schemas: schemas}
	ast.Walk(&tree.Node, v)
	return v.err
}

// propertyVisitor looks at every path into metadata of an expression: customer.metadata.age, .metadata["age"].
type propertyVisitor struct {
	schemas *metadata.Schemas
	err     error
}

// Visit implements ast.Visitor.
func (v *propertyVisitor) Visit(node *ast.Node) {
	m, ok := (*node).(*ast.MemberNode)
	if !ok || v.err != nil {
		return
	}
	property, ok := m.Property.(*ast.StringNode)
	if !ok {
		return
	}
	objects := metadataAt(m.Node)
	if len(objects) == 0 {
		return
	}
	if _, err := v.schemas.Any(objects, property.Value); err != nil {
		v.err = invalid("expression", "%v", err)
	}
}

// metadataAt is what the metadata that an expression reads belongs to; nil when it reads something else. Everything but
// order, customer and redemption that has metadata in an expression is a line of the cart.
func metadataAt(node ast.Node) []string {
	if chain, ok := node.(*ast.ChainNode); ok {
		node = chain.Node
	}
	m, ok := node.(*ast.MemberNode)
	if !ok {
		return nil
	}
	field, ok := m.Property.(*ast.StringNode)
	switch {
	case !ok:
		return nil
	case field.Value == "product_metadata":
		return describedBy("product.metadata")
	case field.Value == "member_metadata":
		return describedBy("member.metadata")
	case field.Value != "metadata":
		return nil
	}
	if owner, ok := m.Node.(*ast.IdentifierNode); ok {
		return describedBy(owner.Value + ".metadata")
	}
	return describedBy("order.items.metadata")
}
