package validation

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/voucherify-go/voucherify/metadata"
)

// program compiles a generated source, or finds it in the cache.
func (c *Compiler) program(source string) (*vm.Program, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.programs[source]; ok {
		return found.program, found.err
	}
	program, err := expr.Compile(source, treeOptions...)
	if len(c.programs) >= maxPrograms {
		clear(c.programs)
	}
	c.programs[source] = compiled{program, err}
	return program, err
}

// treeOptions are the options of generated sources.
var treeOptions = func() []expr.Option {
	options := []expr.Option{
		expr.Env(machine{}), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(maxTreeNodes), expr.Patch(prepareLists{}),
		expr.EnableBuiltin("any"), expr.EnableBuiltin("all"), expr.EnableBuiltin("len"),
		expr.Function("get", func(arguments ...any) (any, error) {
			from, _ := arguments[0].(map[string]any)
			property, _ := arguments[1].(string)
			return Property(from, property), nil
		}, new(func(map[string]any, string) any)),
	}
	for i := range operators {
		o := &operators[i]
		if o.test == nil {
			continue
		}
		options = append(options, expr.Function(o.function, func(arguments ...any) (any, error) {
			want, ok := arguments[1].(*operand)
			if !ok {
				return nil, fmt.Errorf("validation: %s without prepared values", o.function)
			}
			var m *Moment
			if len(arguments) > 2 {
				m, _ = arguments[2].(*Moment)
			}
			return o.test(arguments[0], want, m), nil
		}, new(func(any, any) bool), new(func(any, any, *Moment) bool)))
	}
	return options
}()

// Property finds a metadata value as rules and filters name it: under the key itself, or inside nested objects along the
// dots. It is nil when there is none.
func Property(from map[string]any, name string) any {
	if value, ok := from[name]; ok {
		return value
	}
	head, rest, dotted := strings.Cut(name, ".")
	if !dotted {
		return nil
	}
	switch inner := from[head].(type) {
	case map[string]any:
		return Property(inner, rest)
	case metadata.Map:
		return Property(inner, rest)
	}
	return nil
}

// prepareLists replaces the list of values of each operator by its prepared form, so that nothing is built per evaluation.
type prepareLists struct{}

// Visit implements ast.Visitor.
func (prepareLists) Visit(node *ast.Node) {
	call, ok := (*node).(*ast.CallNode)
	if !ok || len(call.Arguments) < 2 {
		return
	}
	name, ok := call.Callee.(*ast.IdentifierNode)
	if !ok || operatorsByFunction[name.Value] == nil {
		return
	}
	if list, ok := call.Arguments[1].(*ast.ArrayNode); ok {
		call.Arguments[1] = &ast.ConstantNode{Value: operandOf(operatorsByFunction[name.Value], list)}
	}
}
