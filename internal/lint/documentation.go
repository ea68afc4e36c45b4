package lint

import (
	"go/ast"
	"go/token"
)

// Documentation reports packages without a package comment and exported names without a comment. A group of constants,
// variables or types may be described as a whole. Fields, methods of unexported types and tests are free.
func Documentation(m *Module) []Finding {
	r := &report{module: m, rule: DocumentationRule}
	for _, p := range m.Packages {
		if len(p.Files) == 0 {
			continue
		}
		described := false
		for _, f := range p.Files {
			described = described || f.Doc != nil
			if f.Name.Name == "main" {
				continue
			}
			for _, d := range f.Decls {
				r.declaration(p, f, d)
			}
		}
		if !described {
			first := p.Files[0]
			r.add(p, first.File, first.Package, "package %s has no package comment: say what it owns and what it refuses", first.Name.Name)
		}
	}
	return r.sorted()
}

func (r *report) declaration(p *Package, f *File, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		receiver := receiverOf(d)
		if d.Name.IsExported() && d.Doc == nil && (receiver == "" || ast.IsExported(receiver)) {
			r.add(p, f.File, d.Pos(), "exported function %s has no comment", functionName(d))
		}
	case *ast.GenDecl:
		if d.Tok == token.IMPORT || (d.Doc != nil && d.Lparen.IsValid()) {
			r.methods(p, f, d)
			return
		}
		for _, spec := range d.Specs {
			r.specification(p, f, d, spec)
		}
		r.methods(p, f, d)
	}
}

func (r *report) specification(p *Package, f *File, d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
			r.add(p, f.File, s.Pos(), "exported type %s has no comment", s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				r.add(p, f.File, name.Pos(), "exported %s %s has no comment", d.Tok, name.Name)
			}
		}
	}
}

// methods reports the undescribed methods of exported interfaces: they are what somebody else has to implement.
func (r *report) methods(p *Package, f *File, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok || !s.Name.IsExported() {
			continue
		}
		contract, ok := s.Type.(*ast.InterfaceType)
		if !ok {
			continue
		}
		for _, field := range contract.Methods.List {
			for _, name := range field.Names {
				if name.IsExported() && field.Doc == nil && field.Comment == nil {
					r.add(p, f.File, name.Pos(), "method %s of interface %s has no comment", name.Name, s.Name.Name)
				}
			}
		}
	}
}
