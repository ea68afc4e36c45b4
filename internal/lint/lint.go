// Package lint owns the rules of this repository that neither the compiler nor go vet can hold: what the pure core may
// touch, in which order it may look at things, and how large and how well described the code is.
//
// It refuses to repair anything and to know the domain. Its rules run as a test of the package itself, so that
// go test ./... is the gate; which packages are pure, and which exceptions are granted and why, stands in that test.
package lint

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// Rule names what a finding is about.
type Rule string

// The rules.
const (
	PurityRule        Rule = "purity"        // the core decides from its arguments alone: Purity
	MapOrderRule      Rule = "map order"     // the order of a map decides nothing: MapOrder
	SleepRule         Rule = "sleep"         // nothing waits for time to pass: Sleeps
	SizeRule          Rule = "size"          // files, functions and interfaces stay readable: Sizes
	DocumentationRule Rule = "documentation" // packages and exported names are described: Documentation
)

// Finding is one violation of a rule.
type Finding struct {
	// Position is the place, with a file name relative to the root of the module.
	Position token.Position
	Rule     Rule
	// Package is the directory of the package, "." for the root.
	Package string
	// Function is the function that it is in: "apply", "Plan.Seal"; empty outside of functions.
	Function string
	// Text says what is wrong and what to do instead.
	Text string
}

// String formats the finding like a compiler does: file, line and column first.
func (f Finding) String() string {
	where := ""
	if f.Function != "" {
		where = "in " + f.Function + ": "
	}
	return fmt.Sprintf("%s: %s: %s%s", f.Position, f.Rule, where, f.Text)
}

// report collects findings of one rule.
type report struct {
	module *Module
	rule   Rule
	found  []Finding
}

func (r *report) add(p *Package, f *ast.File, at token.Pos, format string, args ...any) {
	r.found = append(r.found, Finding{
		Position: r.module.files.Position(at), Rule: r.rule, Package: p.Dir,
		Function: functionAt(f, at), Text: fmt.Sprintf(format, args...),
	})
}

// sorted returns the findings by file and line.
func (r *report) sorted() []Finding {
	slices.SortFunc(r.found, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.Position.Filename, b.Position.Filename),
			cmp.Compare(a.Position.Offset, b.Position.Offset), strings.Compare(a.Text, b.Text),
		)
	})
	return r.found
}

// functionAt names the declared function around a position; function literals belong to the one that they stand in.
func functionAt(f *ast.File, at token.Pos) string {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() <= at && at < fn.End() {
			return functionName(fn)
		}
	}
	return ""
}

// functionName is the name of a function, with the type that it is a method of: "Plan.Seal".
func functionName(fn *ast.FuncDecl) string {
	if receiver := receiverOf(fn); receiver != "" {
		return receiver + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// receiverOf is the name of the type that a function is a method of, empty for plain functions.
func receiverOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	name := ""
	ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}
