package validation

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// checkText bounds the brackets of an expression before it is parsed: the parser recurses with every bracket. Its length
// is bounded before.
func checkText(source string) error {
	depth, deepest, prefixes := 0, 0, 0
	for _, r := range source {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '!', '-', '?':
			prefixes++ // each of them recurses as well
		}
		deepest = max(deepest, depth)
	}
	if deepest > MaxExpressionDepth || prefixes > MaxExpressionDepth {
		return invalid("expression", "is nested deeper than %d levels", MaxExpressionDepth)
	}
	return nil
}

// allowedBuiltins are the functions of expressions: they read, they do not build.
var allowedBuiltins = []string{"all", "any", "none", "one", "count", "sum", "len", "lower", "upper", "trim", "abs", "min", "max", "int", "float", "hasPrefix", "hasSuffix"}

var allowedOperators = setOf("==", "!=", "<", ">", "<=", ">=", "&&", "and", "||", "or", "in", "not in", "+", "-", "*", "/", "%",
	"contains", "startsWith", "endsWith", "??")

// gate is the allow-list for the syntax tree of an expression. What passes it takes at most as many steps as the tree has
// nodes times the size of the facts: loops stand alone, and inside a loop each element is compared with single values
// only, never with a list, an object or a text of the facts that would be gone through again for every element.
type gate struct {
	nodes   int
	lines   bool // the loop around the node, if there is one, is over order.items
	refused string
}

func (g *gate) refuse(what string) {
	if g.refused == "" {
		g.refused = what
	}
}

// check walks the tree; nesting is the number of predicates around the node.
func (g *gate) check(node ast.Node, nesting int) {
	if g.nodes++; g.nodes > MaxExpressionNodes {
		g.refuse("is too large")
	}
	if g.refused != "" {
		return
	}
	switch n := node.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.PointerNode:
	case *ast.IdentifierNode:
		g.refuse(unknownName(n.Value))
	case *ast.MemberNode:
		g.member(n, nesting)
	case *ast.ChainNode:
		g.check(n.Node, nesting)
	case *ast.UnaryNode:
		g.check(n.Node, nesting)
	case *ast.BinaryNode:
		g.binary(n, nesting)
	case *ast.ConditionalNode:
		g.all(nesting, n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		g.all(nesting, n.Nodes...)
	case *ast.BuiltinNode:
		g.builtin(n, nesting)
	case *ast.PredicateNode:
		g.check(n.Node, nesting+1)
	default:
		g.refuse(construct(node) + " is not allowed")
	}
}

// unknownName words the refusal of a name that stands alone. Facts are read by their fields only, so that which of them
// an expression reads can be seen.
func unknownName(name string) string {
	if isRoot(name) {
		return name + " must be followed by one of its fields"
	}
	return "unknown name " + clip(name)
}

func isRoot(name string) bool { return name == "order" || name == "customer" || name == "redemption" }

// construct names what is refused. It never writes a node out: a tree may hold the same node many times over.
func construct(node ast.Node) string {
	switch n := node.(type) {
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return "function " + clip(callee.Value)
		}
		return "calling a method"
	case *ast.VariableDeclaratorNode:
		return "let"
	case *ast.SequenceNode:
		return "more than one expression"
	case *ast.SliceNode:
		return "a slice"
	case *ast.MapNode:
		return "an object"
	case *ast.BytesNode:
		return "a text of bytes"
	}
	return "a construct"
}

func (g *gate) all(nesting int, nodes ...ast.Node) {
	for _, node := range nodes {
		g.check(node, nesting)
	}
}

func (g *gate) member(n *ast.MemberNode, nesting int) {
	if text, ok := n.Property.(*ast.StringNode); ok && strings.HasPrefix(text.Value, "_") {
		g.refuse("names that begin with _ are not allowed")
	}
	switch inner := n.Node.(type) {
	case *ast.MemberNode, *ast.PointerNode, *ast.BinaryNode:
		g.all(nesting, n.Node, n.Property)
	case *ast.IdentifierNode:
		path, constant := memberPath(n)
		switch {
		case !isRoot(inner.Value):
			g.refuse(unknownName(inner.Value))
		case !constant:
			g.refuse(unknownName(inner.Value))
		case nesting > 0 && !slices.Contains(singleFacts, path):
			g.refuse("inside a loop " + clip(path) + " can only be compared with the element")
		}
	default:
		// Conditions are compiled from their texts, and the brackets around other values are not part of the text.
		g.refuse("only a name can be followed by . or [")
	}
}

// singleFacts are the facts of bounded size: a loop may read them as often as it likes.
var singleFacts = []string{
	"order.amount", "order.total_amount", "order.initial_amount", "order.quantity", "redemption.discount_amount",
	"redemption.gift_credits", "redemption.points", "redemption.api_key", "redemption.user",
	"customer.id", "customer.source_id", "customer.name", "customer.email", "customer.holder",
}

func (g *gate) binary(n *ast.BinaryNode, nesting int) {
	if _, ok := allowedOperators[n.Operator]; !ok {
		g.refuse("operator " + n.Operator + " is not allowed")
	}
	if n.Operator == "+" && (!g.isNumeric(n.Left) || !g.isNumeric(n.Right)) {
		g.refuse("operator + is for numbers only")
	}
	left, right := nesting, nesting
	if isOrdering(n) && isOrdering(n.Left) {
		g.refuse("a comparison cannot be compared") // without its brackets it would be a chain of comparisons
	}
	if n.Operator == "==" || n.Operator == "!=" || isOrdering(n) {
		// A comparison with the element ends with the element.
		if isFact(n.Left) && isElement(n.Right) {
			left = 0
		} else if isElement(n.Left) && isFact(n.Right) {
			right = 0
		}
	}
	g.check(n.Left, left)
	g.check(n.Right, right)
}

func isOrdering(node ast.Node) bool {
	n, ok := node.(*ast.BinaryNode)
	return ok && mirrored[n.Operator] != ""
}

// isFact and isElement report whether a node is a plain path into the facts, or into the element of a loop.
func isFact(node ast.Node) bool {
	_, ok := startOf(node).(*ast.IdentifierNode)
	return ok
}

func isElement(node ast.Node) bool {
	_, ok := startOf(node).(*ast.PointerNode)
	return ok
}

// startOf is where a path of constant names starts.
func startOf(node ast.Node) ast.Node {
	for {
		switch n := node.(type) {
		case *ast.ChainNode:
			node = n.Node
		case *ast.MemberNode:
			if _, constant := n.Property.(*ast.StringNode); !constant {
				return nil
			}
			node = n.Node
		default:
			return node
		}
	}
}

func (g *gate) builtin(n *ast.BuiltinNode, nesting int) {
	if !slices.Contains(allowedBuiltins, n.Name) {
		g.refuse("function " + clip(n.Name) + " is not allowed")
		return
	}
	for _, argument := range n.Arguments {
		if _, loop := argument.(*ast.PredicateNode); loop {
			if g.lines = isItems(n.Arguments[0]); nesting >= MaxPredicateNesting {
				g.refuse("loops inside loops are not allowed")
			}
		}
	}
	switch {
	case n.Name == "len" && len(n.Arguments) == 1 && isItems(n.Arguments[0]):
		return
	case n.Name == "trim" && len(n.Arguments) == 2:
		if _, constant := n.Arguments[1].(*ast.StringNode); !constant {
			g.refuse("what trim cuts off must be a text") // it is gone through for every character
		}
	}
	g.all(nesting, n.Arguments...)
}

func isItems(node ast.Node) bool {
	member, ok := node.(*ast.MemberNode)
	if !ok {
		return false
	}
	path, ok := memberPath(member)
	return ok && path == "order.items"
}

// isNumeric reports whether a node can only be a number, so that + cannot build texts.
func (g *gate) isNumeric(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return true
	case *ast.UnaryNode:
		return g.isNumeric(n.Node)
	case *ast.BinaryNode:
		return strings.Contains("+-*/%", n.Operator) && g.isNumeric(n.Left) && g.isNumeric(n.Right)
	case *ast.BuiltinNode:
		return slices.Contains([]string{"len", "count", "sum", "int", "float", "abs"}, n.Name)
	case *ast.MemberNode:
		if path, ok := memberPath(n); ok {
			return strings.HasSuffix(path, "amount") || slices.Contains([]string{"order.quantity", "redemption.gift_credits", "redemption.points"}, path)
		}
		property, ok := n.Property.(*ast.StringNode)
		return ok && g.isLine(n.Node) && slices.Contains([]string{"amount", "quantity", "price"}, property.Value)
	}
	return false
}

// isLine reports whether a node is a line of the cart: the element of a loop over them, or one by its index.
func (g *gate) isLine(node ast.Node) bool {
	if _, element := node.(*ast.PointerNode); element {
		return g.lines
	}
	member, ok := node.(*ast.MemberNode)
	return ok && isItems(member.Node)
}
