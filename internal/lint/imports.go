package lint

import (
	"go/ast"
	"go/token"
	"strings"
)

// Import is one import of one file.
type Import struct {
	// Position is the place of the import, with a file name relative to the root of the module.
	Position token.Position
	// Package is the directory of the importing package, Path what it imports.
	Package, Path string
	// Test is true in files that only a test links.
	Test bool
}

// Imports lists the imports of a module, for rules about who may know whom.
func Imports(m *Module) []Import {
	var list []Import
	for _, p := range m.Packages {
		for i, f := range p.all() {
			for _, spec := range f.Imports {
				list = append(list, Import{
					Position: m.files.Position(spec.Pos()), Package: p.Dir, Path: importPath(spec), Test: i >= len(p.Files),
				})
			}
		}
	}
	return list
}

func importPath(spec *ast.ImportSpec) string { return strings.Trim(spec.Path.Value, "\"`") }
