package lint

import "go/ast"

// The sizes above which a reader loses the thread.
const (
	MaxFileLines        = 400 // tests excepted
	MaxFunctionLines    = 80  // tests excepted
	MaxInterfaceMethods = 7   // those of embedded interfaces count where they are declared
)

// Sizes reports files, functions and interfaces that have grown too large.
func Sizes(m *Module) []Finding {
	r := &report{module: m, rule: SizeRule}
	for _, p := range m.Packages {
		for _, f := range p.Files {
			if f.Lines > MaxFileLines {
				r.add(p, f.File, f.Package, "the file has %d lines, at most %d are allowed", f.Lines, MaxFileLines)
			}
			ast.Inspect(f.File, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					lines := m.files.Position(n.End()).Line - m.files.Position(n.Pos()).Line + 1
					if lines > MaxFunctionLines {
						r.add(p, f.File, n.Pos(), "the function has %d lines, at most %d are allowed", lines, MaxFunctionLines)
					}
				case *ast.InterfaceType:
					if methods := declared(n); methods > MaxInterfaceMethods {
						r.add(p, f.File, n.Pos(), "the interface declares %d methods, at most %d are allowed", methods, MaxInterfaceMethods)
					}
				}
				return true
			})
		}
	}
	return r.sorted()
}

// declared is the number of methods that an interface declares itself.
func declared(n *ast.InterfaceType) int {
	methods := 0
	for _, field := range n.Methods.List {
		methods += len(field.Names)
	}
	return methods
}

// Sleeps reports every wait for time to pass, in tests as well: a test that sleeps is slow when it passes and wrong on a
// slow machine. Tests wait for what they are about (a channel, a barrier), and hand in the clock.
func Sleeps(m *Module) []Finding {
	r := &report{module: m, rule: SleepRule}
	for _, p := range m.Packages {
		for _, f := range p.all() {
			clock := importedAs(f, "time")
			ast.Inspect(f.File, func(n ast.Node) bool {
				selector, ok := n.(*ast.SelectorExpr)
				if !ok || selector.Sel.Name != "Sleep" {
					return true
				}
				if of, ok := selector.X.(*ast.Ident); ok && of.Name == clock {
					r.add(p, f.File, n.Pos(), "time.Sleep: wait for the event itself, or hand in a clock")
				}
				return true
			})
		}
	}
	return r.sorted()
}

// importedAs is the name under which a file knows a package of the standard library, empty when it does not import it.
func importedAs(f *File, name string) string {
	for _, spec := range f.Imports {
		switch {
		case importPath(spec) != name:
		case spec.Name != nil:
			return spec.Name.Name
		default:
			return name
		}
	}
	return ""
}
