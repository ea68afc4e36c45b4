package lint

import (
	"go/ast"
	"go/types"
	"strings"
)

// impureImports are what a pure package must not import, each with everything below it. What nothing in the module may
// import is the business of deps_test.go in the root.
var impureImports = []struct{ path, reason string }{
	{"context", "nothing in the core waits, so there is nothing to cancel; the engine and the stores take the context"},
	{"crypto/rand", random},
	{"log", "the core explains itself in its answer (Decision); only the engine has a logger"},
	{"math/rand", random},
	{"os", "the core reads no environment and no file: what it needs is an argument"},
}

// impureNames are what a pure package must not use of packages that it may import, by the name of package and object.
var impureNames = map[string]string{
	"time.After":        waits,
	"time.AfterFunc":    waits,
	"time.NewTicker":    waits,
	"time.NewTimer":     waits,
	"time.Sleep":        waits,
	"time.Tick":         waits,
	"time.Now":          clock,
	"time.Since":        clock,
	"time.Until":        clock,
	"time.Local":        zone,
	"time.LoadLocation": "it reads files of the machine; the zone comes in as a *time.Location",
	"time.Time.Local":   zone,
}

const (
	random = "randomness comes in as an io.Reader or an id.Sequence, so that the same input gives the same answer"
	waits  = "the core does not wait for time to pass"
	clock  = "the instant is an argument, read once per operation by the engine"
	zone   = "it is the zone of the machine; the zone comes in as a *time.Location"
)

// Purity reports what makes the result of a package depend on something else than its arguments: clocks, random sources,
// the environment, files, networks, contexts, goroutines. The error says that a package does not compile.
func Purity(m *Module, packages ...*Package) ([]Finding, error) {
	r := &report{module: m, rule: PurityRule}
	for _, p := range packages {
		if err := m.check(p); err != nil {
			return nil, err
		}
		for _, f := range p.Files {
			r.imports(p, f)
			ast.Inspect(f.File, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					r.add(p, f.File, n.Pos(), "go statement: the core runs in the goroutine of its caller")
				case *ast.SelectStmt:
					r.add(p, f.File, n.Pos(), "select statement: among ready cases one is taken at random")
				case *ast.Ident:
					name := qualified(p.info.Uses[n])
					if reason, ok := impureNames[name]; ok {
						r.add(p, f.File, n.Pos(), "%s: %s", name, reason)
					}
				}
				return true
			})
		}
	}
	return r.sorted(), nil
}

func (r *report) imports(p *Package, f *File) {
	for _, spec := range f.Imports {
		name := importPath(spec)
		for _, impure := range impureImports {
			if name == impure.path || strings.HasPrefix(name, impure.path+"/") {
				r.add(p, f.File, spec.Pos(), "import of %s: %s", name, impure.reason)
			}
		}
	}
}

// qualified names an object of another package the way a reader of the code would: "time.Now", "time.Time.Local". It is
// empty for what has no such name.
func qualified(o types.Object) string {
	if o == nil || o.Pkg() == nil {
		return ""
	}
	prefix := o.Pkg().Path() + "."
	fn, ok := o.(*types.Func)
	if !ok {
		if o.Parent() != o.Pkg().Scope() {
			return ""
		}
		return prefix + o.Name()
	}
	receiver := fn.Signature().Recv()
	if receiver == nil {
		return prefix + o.Name()
	}
	of := receiver.Type()
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	if named, ok := of.(*types.Named); ok {
		return prefix + named.Obj().Name() + "." + o.Name()
	}
	return ""
}
