package lint

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Module is the parsed source of a Go module. It is used by one goroutine.
type Module struct {
	// Path is the import path of the module.
	Path string
	// Packages are in the order of their directories. A test package that stands beside a package is part of it.
	Packages []*Package

	files   *token.FileSet
	outside types.Importer // of the standard library and of dependencies
}

// Package is the source of one directory.
type Package struct {
	// Dir is the directory relative to the root of the module, "." for the root itself.
	Dir string
	// Files are the files that belong to the program, Tests those that only a test links.
	Files, Tests []*File

	info  *types.Info
	types *types.Package
	err   error
}

// File is one parsed file.
type File struct {
	*ast.File
	// Lines is the number of lines.
	Lines int
}

// Load parses every Go file below the root of a module. Directories that the go command ignores are left out, and so are
// modules inside the module.
func Load(root fs.FS) (*Module, error) {
	text, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	m := &Module{files: token.NewFileSet()}
	m.outside = importer.ForCompiler(m.files, "source", nil)
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			m.Path = strings.TrimSpace(name)
		}
	}
	if m.Path == "" {
		return nil, errors.New("lint: go.mod names no module")
	}
	return m, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && ignored(root, name):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		return m.parse(root, name)
	})
}

// ignored reports whether a directory is no part of the module.
func ignored(root fs.FS, dir string) bool {
	base := path.Base(dir)
	if dir == "." {
		return false
	}
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	return err == nil
}

func (m *Module) parse(root fs.FS, name string) error {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return fmt.Errorf("lint: %w", err)
	}
	parsed, err := parser.ParseFile(m.files, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("lint: %w", err)
	}
	p := m.Package(path.Dir(name))
	if p == nil {
		p = &Package{Dir: path.Dir(name)}
		m.Packages = append(m.Packages, p)
		slices.SortFunc(m.Packages, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	}
	file := &File{File: parsed, Lines: bytes.Count(text, []byte("\n"))}
	if strings.HasSuffix(name, "_test.go") {
		p.Tests = append(p.Tests, file)
	} else {
		p.Files = append(p.Files, file)
	}
	return nil
}

// Package returns the package of a directory, nil when there is none.
func (m *Module) Package(dir string) *Package {
	for _, p := range m.Packages {
		if p.Dir == dir {
			return p
		}
	}
	return nil
}

// all returns the files of a package, tests included.
func (p *Package) all() []*File { return slices.Concat(p.Files, p.Tests) }

// check gives the program's files of a package their types. An error means that the package does not compile.
func (m *Module) check(p *Package) error {
	switch {
	case p.types != nil || p.err != nil:
		return p.err
	case p.info != nil:
		return fmt.Errorf("lint: package %s imports itself", p.Dir)
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}
	var files []*ast.File
	for _, f := range p.Files {
		files = append(files, f.File)
	}
	config := types.Config{Importer: inside{m}}
	p.types, p.err = config.Check(path.Join(m.Path, p.Dir), m.files, files, p.info)
	return p.err
}

// inside imports the packages of the module from their parsed source and everything else from where Go keeps it.
type inside struct{ *Module }

// Import implements types.Importer.
func (m inside) Import(name string) (*types.Package, error) {
	dir := "."
	if name != m.Path {
		below, ok := strings.CutPrefix(name, m.Path+"/")
		if !ok {
			return m.outside.Import(name)
		}
		dir = below
	}
	p := m.Package(dir)
	if p == nil {
		return nil, fmt.Errorf("lint: the module has no package %s", dir)
	}
	if err := m.check(p); err != nil {
		return nil, err
	}
	return p.types, nil
}
