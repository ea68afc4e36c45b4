package validation

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr"
)

// OperatorNames are the operators that rules can use, FilterOperators those that only filters can.
func OperatorNames() []string   { return operatorsFor(true) }
func FilterOperators() []string { return operatorsFor(false) }

func operatorsFor(rules bool) []string {
	var list []string
	for i := range operators {
		if (operators[i].for_ != 0) == rules {
			list = append(list, operators[i].name)
		}
	}
	return list
}

// RuleNames are the names that nodes can have, LaterRuleNames and LaterOperators what Voucherify has beyond them.
func RuleNames() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(slices.Collect(maps.Keys(names)), maps.Keys(counterNames))))
}

func LaterRuleNames() []string { return slices.Sorted(maps.Keys(laterNames)) }

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
