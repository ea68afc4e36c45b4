package validation

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr"
)

// OperatorNames are the operators that conditions can use.
func OperatorNames() []string {
	var list []string
	for i := range operators {
		list = append(list, operators[i].name)
	}
	return list
}

// RuleNames are the names that nodes can have.
func RuleNames() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(slices.Collect(maps.Keys(names)), maps.Keys(counterNames))))
}

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

// NumContexts is the number of contexts that rules can have.
func NumContexts() int { return len(contexts) }
