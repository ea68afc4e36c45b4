package validation

import (
	"math"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// expression compiles the free expression of a rule. It is hostile input: its brackets are checked before it is
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
	root, err := b.part(tree.Node)
	if err != nil {
		return nil, err
	}
	conditions := 0
	if root.leaves(func(*leaf) { conditions++ }); conditions > MaxLeaves {
		return nil, invalid("expression", "joins more than %d conditions", MaxLeaves)
	}
	return root, nil
}

func firstLine(err error) string { return clip(strings.SplitN(err.Error(), "\n", 2)[0]) }

// junctions are the operators that join conditions of an expression.
var junctions = map[string]junction{"&&": conjunction, "and": conjunction, "||": disjunction, "or": disjunction}

// part compiles a part of an expression. The conditions that it joins at its top are decided one by one, so that each
// says what it lacks, and that what one of them lacks does not decide the others.
func (b *builder) part(node ast.Node) (*branch, error) {
	n, ok := node.(*ast.BinaryNode)
	if !ok || junctions[n.Operator] == noJunction {
		return b.condition(node)
	}
	j := junctions[n.Operator]
	var children []*branch
	for _, side := range [...]ast.Node{n.Left, n.Right} {
		child, err := b.part(side)
		if err != nil {
			return nil, err
		}
		if child.junction == j {
			children = append(children, child.children...)
		} else {
			children = append(children, child)
		}
	}
	return join(j, children), nil
}

func (b *builder) condition(node ast.Node) (*branch, error) {
	l := &leaf{path: "expression", name: "expression", source: node.String(), family: FamilyRedemption}
	uses := usesOf(node)
	if uses["customer"] {
		l.family, l.needs = FamilyCustomer, append(l.needs, CauseMissingCustomer)
	}
	switch {
	case uses["order.amount"] || uses["order.total_amount"] || uses["order.initial_amount"]:
		l.family, l.needs = FamilyOrder, append(l.needs, CauseMissingAmount)
	case uses["order"]:
		l.family, l.needs = FamilyOrder, append(l.needs, CauseMissingOrder)
	}
	if uses["customer"] && !uses["order"] && !uses["redemption"] {
		l.class = OmitCustomer
	}
	l.post = uses["order.total_amount"] || uses["redemption.discount_amount"] || uses["redemption.gift_credits"] || uses["redemption.points"]
	l.near = nearMissOf(node)
	if l.near != nil {
		l.name = l.near.source
	}
	program, err := expr.Compile(l.source, expressionOptions...)
	if err != nil {
		return nil, invalid("expression", "%s", firstLine(err))
	}
	l.program = program
	return single(l), nil
}

var expressionOptions = func() []expr.Option {
	options := []expr.Option{expr.Env(facts{}), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(2 * MaxExpressionNodes)}
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

// least is the smallest amount that the comparison lets through; false when it has no such bound.
func (n *nearMiss) least() (int64, bool) {
	switch {
	case n.operator == ">" && n.threshold < math.MaxInt64:
		return n.threshold + 1, true
	case n.operator == ">" || n.operator == ">=":
		return n.threshold, true
	}
	return 0, false
}

func (n *nearMiss) explain(m *machine, f *Failure) {
	actual, _ := m.number(n.source)
	f.Operator = n.operator
	f.Actual, f.Expected = show(actual), n.operator+" "+show(n.threshold)
	if n.operator == ">" || n.operator == ">=" {
		f.Missing = shortfall(actual, n.threshold, n.operator == ">")
	}
}
