package validation

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr"
)

// OperatorNames are the operators that rules can use.
func OperatorNames() []string {
	list := make([]string, len(operators))
	for i := range operators {
		list[i] = operators[i].name
	}
	return list
}

// RuleNames are the names that nodes can have, LaterRuleNames and LaterOperators what Voucherify has beyond them.
func RuleNames() []string      { return slices.Sorted(maps.Keys(names)) }
func LaterRuleNames() []string { return slices.Sorted(maps.Keys(laterNames)) }
func LaterOperators() []string { return slices.Sorted(maps.Keys(laterOperators)) }

// Aliases are other spellings of operators, with the usual one.
func Aliases() map[string]string { return maps.Clone(aliases) }

// CompileSource compiles a line of Program.Source as the compiler did.
func CompileSource(path, source string) error {
	if path == "expression" {
		_, err := expr.Compile(source, expressionOptions...)
		return err
	}
	_, err := NewCompiler().program(source)
	return err
}
