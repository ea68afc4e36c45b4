package validation

import "unicode/utf8"

// The bounds of a rule. A definition beyond them is refused before it is parsed or compiled.
const (
	MaxNameLength   = 255   // bytes of a rule's name, a node's name, property or key
	MaxDepth        = 8     // levels of a tree
	MaxLeaves       = 100   // nodes of a tree, and conditions that an expression joins
	MaxOperators    = 10    // operators of a node
	MaxValues       = 1000  // values of an operator
	MaxAllValues    = 10000 // values of a whole tree
	MaxValueLength  = 500   // bytes of a value
	MaxMessage      = 200   // characters of a message to the shopper
	MaxWork         = 20000 // conditions and values that an evaluation may look at; each time that a logic names them counts
	MaxLogicLength  = 2048  // bytes of a group's logic
	MaxLogicDepth   = 32    // nested brackets of a group's logic
	MaxBundleRules  = 20    // numbered rules of a bundle
	MaxBundleLimit  = 100   // bundles that one order can hold
	MaxBundleUnits  = 1_000_000
	maxJSONBrackets = 64 // nested brackets of a tree's JSON: more than MaxDepth levels can have
)

// The bounds of a free expression.
const (
	MaxExpressionLength = 4096 // bytes
	MaxExpressionDepth  = 64   // nested brackets
	MaxExpressionNodes  = 256  // nodes of its syntax tree
	MaxPredicateNesting = 1    // any(…) inside any(…) is refused: its work would be the square of the cart
)

// maxTreeNodes bounds a generated program; the bounds of the tree keep it far below.
const maxTreeNodes = 100_000

// maxPrograms bounds a compiler's cache; a full cache is emptied.
const maxPrograms = 1 << 16

// bounded refuses a rule that is larger than the limits, without looking at what it means.
func (r *Rule) bounded() error {
	switch {
	case len(r.Name) > MaxNameLength:
		return invalid("name", "is longer than %d bytes", MaxNameLength)
	case len(r.Type) > MaxNameLength:
		return invalid("type", "is longer than %d bytes", MaxNameLength)
	case len(r.ContextType) > MaxNameLength:
		return invalid("context_type", "is longer than %d bytes", MaxNameLength)
	case len(r.Expression) > MaxExpressionLength:
		return invalid("expression", "is %d bytes long, at most %d are allowed", len(r.Expression), MaxExpressionLength)
	}
	if err := r.Error.bounded("error"); err != nil {
		return err
	}
	var m measure
	if err := m.group("rules", r.Rules, 1); err != nil {
		return err
	}
	if r.BundleRules == nil {
		return nil
	}
	if len(r.BundleRules.Nodes) > MaxBundleRules {
		return invalid("bundle_rules", "has %d rules, at most %d are allowed", len(r.BundleRules.Nodes), MaxBundleRules)
	}
	return m.group("bundle_rules", Group{Nodes: r.BundleRules.Nodes}, 1)
}

func (e *ErrorText) bounded(path string) error {
	if e == nil {
		return nil
	}
	if n := utf8.RuneCountInString(e.Message); n > MaxMessage {
		return invalid(path+".message", "has %d characters, at most %d are allowed", n, MaxMessage)
	}
	return nil
}

// measure counts while it walks, so that a huge tree, even one that contains itself, costs no more than the limits.
type measure struct{ leaves, values int }

func (m *measure) group(path string, g Group, depth int) error {
	if len(g.Nodes) > 0 && depth > MaxDepth {
		return invalid(path, "is nested deeper than %d levels", MaxDepth)
	}
	if len(g.Logic) > MaxLogicLength {
		return invalid(path+".logic", "is longer than %d bytes", MaxLogicLength)
	}
	if m.leaves += len(g.Nodes); m.leaves > MaxLeaves {
		return invalid(path, "the rule has more than %d conditions", MaxLeaves)
	}
	for _, key := range g.keys() {
		if len(key) > MaxNameLength {
			return invalid(path+"."+clip(key), "is longer than %d bytes", MaxNameLength)
		}
		n := g.Nodes[key]
		at := path + "." + key
		if err := m.node(at, &n); err != nil {
			return err
		}
		if err := m.group(at+".rules", n.Rules, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (m *measure) node(path string, n *Node) error {
	switch {
	case len(n.Name) > MaxNameLength:
		return invalid(path+".name", "is longer than %d bytes", MaxNameLength)
	case len(n.Property) > MaxNameLength:
		return invalid(path+".property", "is longer than %d bytes", MaxNameLength)
	case len(n.LimitPolicy) > MaxNameLength:
		return invalid(path+".limit_policy", "is longer than %d bytes", MaxNameLength)
	case len(n.SchemaID) > MaxNameLength:
		return invalid(path+".schema_id", "is longer than %d bytes", MaxNameLength)
	case !utf8.ValidString(n.Property):
		return invalid(path+".property", "is not valid UTF-8")
	case len(n.Conditions) > MaxOperators:
		return invalid(path+".conditions", "has %d operators, at most %d are allowed", len(n.Conditions), MaxOperators)
	}
	for _, operator := range n.Conditions.names() {
		count := len(n.Conditions[operator])
		if count > MaxValues {
			return invalid(path+".conditions."+clip(operator), "has %d values, at most %d are allowed", count, MaxValues)
		}
		if m.values += count; m.values > MaxAllValues {
			return invalid(path+".conditions."+clip(operator), "the rule has more than %d values", MaxAllValues)
		}
	}
	return n.Error.bounded(path + ".error")
}
