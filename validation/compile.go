package validation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/expr-lang/expr/vm"

	"github.com/voucherify-go/voucherify/product"
)

// Compiler compiles rules and keeps the expr programs of their conditions, so that compiling the same rules again after a
// change elsewhere costs little. It is safe for concurrent use.
type Compiler struct {
	mu       sync.Mutex
	programs map[string]compiled // by source
}

type compiled struct {
	program *vm.Program
	err     error
}

// NewCompiler returns a compiler with an empty cache.
func NewCompiler() *Compiler { return &Compiler{programs: make(map[string]compiled)} }

// leaf is one condition, compiled. It is immutable.
type leaf struct {
	path       string
	name       string
	definition *nameDefinition
	node       *Node
	tests      []test
	source     string
	program    *vm.Program
	sub        *branch
	lines      *lineSelection // of conditions on items
	outer      *leaf          // the condition on items around it
	each       bool           // a condition on lines must hold for all of them
	message    string
	limit      *Limit
	needs      []Cause
	family     Family
	post       bool
	near       *nearMiss // of comparisons in expressions
	class      Omit
	key        string // at the top of the tree
}

// test is one operator of a condition with its values, for explanations.
type test struct {
	operator *operator
	want     *operand
}

// Compile checks a rule and prepares it for evaluation. The index resolves the collections that the rule names; nil is an
// empty catalogue. The error is a *fault.Error with the key invalid_validation_rules and the path of what is wrong.
func (c *Compiler) Compile(rule Rule, index *product.Index) (*Program, error) {
	if err := rule.bounded(); err != nil {
		return nil, err
	}
	if err := rule.ApplicableTo.Check(); err != nil {
		return nil, within("applicable_to", err)
	}
	p := &Program{rule: &rule}
	b := builder{compiler: c, index: index}
	root, err := b.group("rules", rule.Rules, nil, "")
	if err != nil {
		return nil, err
	}
	expression, err := b.expression(rule.Expression)
	if err != nil {
		return nil, err
	}
	p.root = join(conjunction, slices.DeleteFunc([]*branch{root, expression}, func(b *branch) bool { return b == nil }))
	if p.bundle, err = compileBundle(rule.BundleRules, index); err != nil {
		return nil, err
	}
	p.gather()
	if p.scope, err = scopeOf(p, index); err != nil {
		return nil, err
	}
	return p, nil
}

func messageOf(e *ErrorText) string {
	if e == nil {
		return ""
	}
	return e.Message
}

// builder compiles one rule.
type builder struct {
	compiler *Compiler
	index    *product.Index
}

// group compiles the conditions of a group; outer is the condition on items around it, if any, and message the text of
// the condition around it.
func (b *builder) group(path string, g Group, outer *leaf, message string) (*branch, error) {
	leaves := make(map[string]*leaf, len(g.Nodes))
	keys := g.keys()
	for _, key := range keys {
		if err := checkKey(path, key); err != nil {
			return nil, err
		}
		n := g.Nodes[key]
		l, err := b.leaf(path+"."+key, &n, outer, message)
		if err != nil {
			return nil, err
		}
		leaves[key] = l
	}
	return parseLogic(path, g.Logic, keys, leaves)
}

func (b *builder) leaf(path string, n *Node, outer *leaf, message string) (*leaf, error) {
	d, err := lookUpName(path, n.Name, outer != nil)
	if err != nil {
		return nil, err
	}
	if d.needsProperty() && n.Property == "" {
		return nil, invalid(path+".property", "rule %s must have a property", n.Name)
	}
	if err := d.adopt(path, n); err != nil {
		return nil, err
	}
	l := &leaf{path: path, name: n.Name, definition: d, node: n, message: message, family: d.family, post: d.post, outer: outer}
	if d.needs != "" {
		l.needs = []Cause{d.needs}
	}
	if text := messageOf(n.Error); text != "" {
		l.message = text
	}
	// Inside "every" and the extremes a condition on single lines must hold for all of them.
	l.each = d.kind == eachLineName || outer != nil && outer.lines.every
	switch d.kind {
	case linesName:
		err = b.lines(l, path, n)
	case productsName:
		l.each = n.Rules.mentions(matchAll)
		l.lines = &lineSelection{product: l, every: l.each}
		fallthrough
	default:
		err = b.conditions(l, path, n)
	}
	if err != nil {
		return nil, err
	}
	if l.program, err = b.compiler.program(l.source); err != nil {
		return nil, invalid(path+".conditions", "%v", err)
	}
	inner := outer
	if l.lines != nil {
		inner = l
	}
	if len(n.Rules.Nodes) > 0 && n.Name == "order.items.none" {
		return nil, invalid(path+".rules", "order.items.none has no rules of its own")
	}
	l.sub, err = b.group(path+".rules", n.Rules, inner, l.message)
	return l, err
}

// conditions compiles the operators of a condition into one source.
func (b *builder) conditions(l *leaf, path string, n *Node) error {
	var parts []string
	for i := range operators {
		o := &operators[i]
		values, ok := n.Conditions[o.name]
		if !ok {
			continue
		}
		want, literals, err := prepareValues(path+".conditions."+o.name, o, l.definition, values)
		if err != nil {
			return err
		}
		if l.definition.overshoot {
			o, want, literals = beforeLimit(o, want)
		}
		l.tests = append(l.tests, test{o, want})
		parts = append(parts, l.term(o, want, literals))
		l.bound(o, want)
	}
	if len(parts) != len(n.Conditions) {
		return unknownOperator(path, n)
	}
	if len(parts) == 0 {
		return invalid(path+".conditions", "rule %s needs a condition", n.Name)
	}
	l.source = l.wrap(strings.Join(parts, " && "))
	return nil
}

// unknownOperator is the error for a node with an operator that does not exist.
func unknownOperator(path string, n *Node) error {
	names := n.Conditions.names()
	name := names[slices.IndexFunc(names, func(name string) bool { return operatorsByName[name] == nil })]
	return invalid(path+".conditions."+clip(name), "is not an operator")
}

// prepareValues checks the values of an operator and writes them as literals.
func prepareValues(path string, o *operator, d *nameDefinition, values []any) (*operand, []string, error) {
	if o.for_&d.accepts() == 0 {
		return nil, nil, invalid(path, "the operator does not fit this rule name")
	}
	if o.arity != anyValues && len(values) == 0 || o.arity == oneValue && len(values) != 1 {
		return nil, nil, invalid(path, "has %d values", len(values))
	}
	prepared := make([]any, len(values))
	literals := make([]string, len(values))
	for i, value := range values {
		if d.accepts() == forIDs {
			value = d.idOf(value)
		}
		v, err := scalar(value)
		if err != nil {
			return nil, nil, invalid(path, "%v", err)
		}
		if text, isText := v.(string); d.accepts() == forIDs && (!isText || text == "") {
			return nil, nil, invalid(path, "%s is not an id", literal(v))
		}
		if d.accepts() == forFlags && (v != true || len(values) != 1) {
			return nil, nil, invalid(path, "takes true only")
		}
		if n, isNumber := v.(number); d.accepts() == forNumber {
			if text, isText := v.(string); isText {
				n, isNumber = parseNumber(text)
			}
			if !isNumber || !n.exact {
				return nil, nil, invalid(path, "%s is not a whole number", literal(v))
			}
			v = n
		}
		if err := o.fits(v); err != nil {
			return nil, nil, invalid(path, "%v", err)
		}
		prepared[i], literals[i] = v, literal(v)
	}
	return newOperand(o, prepared), literals, nil
}

// fits reports whether the operator can be used with a value.
func (o *operator) fits(value any) error {
	text, isText := value.(string)
	n, isNumber := value.(number)
	_, isDate := parseDate(text)
	if isText && !isNumber {
		n, isNumber = parseNumber(text)
	}
	switch {
	case o.accepts == acceptsText && !isText:
		return fmt.Errorf("takes texts only")
	case o.accepts == acceptsOrder && !isNumber && !isDate:
		return fmt.Errorf("takes a number or a date")
	case o.accepts == acceptsInstant && !isDate:
		return fmt.Errorf("takes a date")
	case o.accepts == acceptsCount && (!isNumber || !n.exact || n.whole < 0):
		return fmt.Errorf("takes a whole number from 0")
	case o.accepts == acceptsDays && (!isNumber || !n.exact || n.whole < 0):
		return fmt.Errorf("takes a whole number of days from 0")
	case o.accepts == acceptsWeekday && (!isNumber || !n.exact || n.whole < 0 || n.whole > 6):
		return fmt.Errorf("takes weekdays from 0 for Sunday to 6")
	case o.accepts == acceptsTrue && value != true && text != "true":
		return fmt.Errorf("takes true only")
	case o.accepts == acceptsPlace && text == "":
		return fmt.Errorf("takes ids of locations")
	case o.accepts == acceptsWindow:
		_, err := o.window(text)
		return err
	}
	return nil
}

// term writes one operator of the condition. What depends on time or zone is handed the moment.
func (l *leaf) term(o *operator, want *operand, literals []string) string {
	d := l.definition
	list := "[" + strings.Join(literals, ", ") + "]"
	value := d.source
	if d.needsProperty() {
		value = "get(" + d.source + ", " + strconv.Quote(l.node.Property) + ")"
	} else if o.infix != "" && len(literals) == 1 && d.kind != idsName {
		return value + " " + o.infix + " " + literals[0]
	}
	call := l.effective(o).function + "(" + value + ", " + list
	if o.timed || o.zoned || len(want.dates) > 0 {
		call += ", moment"
	}
	return call + ")"
}

// effective is the operator that is tested: for segments and tiers $is means to be in any of them.
func (l *leaf) effective(o *operator) *operator {
	switch {
	case l.definition.kind == idsName && o.name == "$is":
		return operatorsByName["$in"]
	case l.definition.kind == idsName && o.name == "$is_not":
		return operatorsByName["$not_in"]
	}
	return o
}

// wrap puts conditions on single lines into a loop over the lines.
func (l *leaf) wrap(condition string) string {
	d := l.definition
	if d.kind != anyLineName && d.kind != eachLineName && d.kind != productsName {
		return condition
	}
	lines := "order.items"
	if d.line {
		lines = "matched.items"
	}
	if d.source == ".price" {
		condition = ".has_price && " + condition
	}
	if l.each {
		return "len(" + lines + ") > 0 && all(" + lines + ", " + condition + ")"
	}
	return "any(" + lines + ", " + condition + ")"
}

// bound notes the largest value that a counter may have for the condition to hold.
func (l *leaf) bound(o *operator, want *operand) {
	if !l.definition.usage {
		return
	}
	most := want.each[0].single.whole
	for _, wanted := range want.each {
		most = max(most, wanted.single.whole)
	}
	switch o.name {
	case "$less_than_or_equal", "$is", "$in":
	case "$less_than":
		most--
	default:
		return
	}
	if l.limit == nil || most < l.limit.Max {
		l.limit = &Limit{Metric: l.definition.metric, Max: most, Overshoot: l.definition.overshoot}
	}
}
