package validation

import (
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// expression compiles the free expression of a rule. It is hostile input: length and brackets are checked before it is
// parsed, its syntax tree against what is allowed before it is compiled.
func (b *builder) expression(source string) (*branch, error) {
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	if err := checkText(source); err != nil {
		return nil, err
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, invalid("expression", "%s", firstLine(err))
	}
	g := gate{}
	if g.check(tree.Node, 0); g.refused != "" {
		return nil, invalid("expression", "%s", g.refused)
	}
	var children []*branch
	for _, part := range conjuncts(tree.Node) {
		l, err := b.conjunct(part)
		if err != nil {
			return nil, err
		}
		children = append(children, &branch{leaf: l})
	}
	return join(conjunction, children), nil
}

// checkText bounds an expression before anything reads it: the parser recurses with every bracket.
func checkText(source string) error {
	if len(source) > MaxExpressionLength {
		return invalid("expression", "is %d bytes long, at most %d are allowed", len(source), MaxExpressionLength)
	}
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

func firstLine(err error) string { return clip(strings.SplitN(err.Error(), "\n", 2)[0]) }

// conjuncts splits an expression at its top-level && into conditions that are decided one by one.
func conjuncts(node ast.Node) []ast.Node {
	if b, ok := node.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
		return append(conjuncts(b.Left), conjuncts(b.Right)...)
	}
	return []ast.Node{node}
}

func (b *builder) conjunct(node ast.Node) (*leaf, error) {
	l := &leaf{path: "expression", name: "expression", source: node.String(), message: b.message, family: FamilyRedemption}
	uses := usesOf(node)
	switch {
	case uses["order"]:
		l.family, l.needs = FamilyOrder, CauseMissingOrder
	case uses["customer"]:
		l.family, l.needs = FamilyCustomer, CauseMissingCustomer
	}
	l.post = uses["order.total_amount"] || uses["redemption.discount_amount"]
	l.near = nearMissOf(node)
	if l.near != nil {
		l.name = l.near.source
	}
	program, err := expr.Compile(l.source, expressionOptions...)
	if err != nil {
		return nil, invalid("expression", "%s", firstLine(err))
	}
	l.program = program
	return l, nil
}

var expressionOptions = func() []expr.Option {
	options := []expr.Option{expr.Env(&facts{}), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(2 * MaxExpressionNodes)}
	for _, name := range allowedBuiltins {
		options = append(options, expr.EnableBuiltin(name))
	}
	return options
}()

// facts is what free expressions see of a machine: no counters, since a limit that an expression reads could not be
// guarded when the redemption is written.
type facts struct {
	Order      *OrderFacts      `expr:"order"`
	Customer   *CustomerFacts   `expr:"customer"`
	Redemption *RedemptionFacts `expr:"redemption"`
}

// allowedBuiltins are the functions of expressions: they read, they do not build.
var allowedBuiltins = []string{"all", "any", "none", "one", "count", "sum", "len", "lower", "upper", "trim", "abs", "min", "max", "int", "float", "hasPrefix", "hasSuffix"}

var allowedOperators = setOf("==", "!=", "<", ">", "<=", ">=", "&&", "and", "||", "or", "in", "not in", "+", "-", "*", "/", "%",
	"contains", "startsWith", "endsWith", "??")

// gate is the allow-list for the syntax tree of an expression.
type gate struct {
	nodes   int
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
		if n.Value != "order" && n.Value != "customer" && n.Value != "redemption" {
			g.refuse("unknown name " + clip(n.Value))
		}
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
		if nesting+1 > MaxPredicateNesting {
			g.refuse("loops inside loops are not allowed")
		}
		g.check(n.Node, nesting+1)
	default:
		g.refuse("has a construct that is not allowed: " + clip(node.String()))
	}
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
	g.all(nesting, n.Node, n.Property)
}

func (g *gate) binary(n *ast.BinaryNode, nesting int) {
	if _, ok := allowedOperators[n.Operator]; !ok {
		g.refuse("operator " + n.Operator + " is not allowed")
	}
	if n.Operator == "+" && (!isNumeric(n.Left) || !isNumeric(n.Right)) {
		g.refuse("operator + is for numbers only")
	}
	g.all(nesting, n.Left, n.Right)
}

func (g *gate) builtin(n *ast.BuiltinNode, nesting int) {
	for _, name := range allowedBuiltins {
		if n.Name == name {
			g.all(nesting, n.Arguments...)
			return
		}
	}
	g.refuse("function " + clip(n.Name) + " is not allowed")
}

// isNumeric reports whether a node can only be a number, so that + cannot build texts.
func isNumeric(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return true
	case *ast.UnaryNode:
		return isNumeric(n.Node)
	case *ast.BinaryNode:
		return strings.Contains("+-*/%", n.Operator) && isNumeric(n.Left) && isNumeric(n.Right)
	case *ast.BuiltinNode:
		return n.Name == "len" || n.Name == "count" || n.Name == "sum" || n.Name == "int" || n.Name == "float" || n.Name == "abs"
	case *ast.MemberNode:
		property, ok := n.Property.(*ast.StringNode)
		return ok && (strings.HasSuffix(property.Value, "amount") || property.Value == "quantity" || property.Value == "price")
	}
	return false
}

// usesOf returns the facts that an expression names: "order", "order.amount", …
func usesOf(node ast.Node) map[string]bool {
	v := namesUsed{}
	ast.Walk(&node, v)
	return v
}

type namesUsed map[string]bool

// Visit implements ast.Visitor.
func (u namesUsed) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		u[n.Value] = true
	case *ast.MemberNode:
		if path, ok := memberPath(n); ok {
			u[path] = true
		}
	}
}

// memberPath is the dotted name of a member of a fact.
func memberPath(n *ast.MemberNode) (string, bool) {
	root, ok := n.Node.(*ast.IdentifierNode)
	property, text := n.Property.(*ast.StringNode)
	if !ok || !text {
		return "", false
	}
	return root.Value + "." + property.Value, true
}

// nearMiss is a comparison of an amount with a number, which can say how much is missing.
type nearMiss struct {
	source    string
	operator  string // with the amount on the left
	threshold int64
}

var mirrored = map[string]string{">": "<", "<": ">", ">=": "<=", "<=": ">="}

func nearMissOf(node ast.Node) *nearMiss {
	b, ok := node.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	left, right, operator := b.Left, b.Right, b.Operator
	if _, literal := left.(*ast.IntegerNode); literal {
		left, right, operator = right, left, mirrored[operator]
	}
	member, isMember := left.(*ast.MemberNode)
	threshold, isNumber := right.(*ast.IntegerNode)
	if !isMember || !isNumber || mirrored[operator] == "" {
		return nil
	}
	path, ok := memberPath(member)
	if _, known := (&machine{
		Order: &OrderFacts{}, Customer: &CustomerFacts{}, Redemption: &RedemptionFacts{},
	}).number(path); !ok || !known {
		return nil
	}
	return &nearMiss{source: path, operator: operator, threshold: int64(threshold.Value)}
}

func (n *nearMiss) explain(m *machine, f *Failure) {
	actual, _ := m.number(n.source)
	f.Operator = n.operator
	f.Actual, f.Expected = show(actual), n.operator+" "+show(n.threshold)
	if n.operator == ">" || n.operator == ">=" {
		f.Missing = shortfall(actual, n.threshold, n.operator == ">")
	}
}
