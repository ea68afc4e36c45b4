package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// MapOrder reports loops over maps in which the order, which is different each time, could decide something. A loop is
// fine when it is seen to be: it only sets entries of another map under the same keys, or it only collects the keys into
// a slice that the next statement sorts. Every other loop goes over sorted keys, or is granted an exception with a reason.
//
// The iterators of package maps count as loops unless they are handed to a function that sorts them or makes a map of
// them, and so does the Range method of a sync.Map.
func MapOrder(m *Module, packages ...*Package) ([]Finding, error) {
	r := &report{module: m, rule: MapOrderRule}
	for _, p := range packages {
		if err := m.check(p); err != nil {
			return nil, err
		}
		for _, f := range p.Files {
			o := mapOrder{report: r, p: p, f: f}
			ast.Inspect(f.File, o.visit)
		}
	}
	return r.sorted(), nil
}

type mapOrder struct {
	*report
	p *Package
	f *File
	// harmless are the nodes that were seen to be fine from the statement around them.
	harmless []ast.Node
}

// iterators are the functions whose result is in the order of a map.
var iterators = []string{"maps.Keys", "maps.Values", "maps.All"}

// orderless are the functions that may be given such an iterator: the order is gone in their result.
var orderless = []string{"slices.Sorted", "slices.SortedFunc", "maps.Collect", "maps.Insert"}

// sorters are the functions that may follow a loop that collects keys.
var sorters = []string{"slices.Sort", "slices.SortFunc", "slices.SortStableFunc"}

func (o *mapOrder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		o.collected(n.List)
	case *ast.CaseClause:
		o.collected(n.Body)
	case *ast.RangeStmt:
		if o.isMap(n.X) && !slices.Contains(o.harmless, ast.Node(n)) && !o.setsEntries(n) {
			o.add(o.p, o.f.File, n.Pos(), "range over a map: go over sorted keys, for example slices.Sorted(maps.Keys(m))")
		}
	case *ast.CallExpr:
		o.call(n)
	}
	return true
}

func (o *mapOrder) call(n *ast.CallExpr) {
	name := o.called(n)
	switch {
	case slices.Contains(orderless, name):
		for _, argument := range n.Args {
			o.harmless = append(o.harmless, argument)
		}
	case slices.Contains(iterators, name) && !slices.Contains(o.harmless, ast.Node(n)):
		o.add(o.p, o.f.File, n.Pos(), "%s yields in the order of the map: hand it to slices.Sorted", name)
	case name == "sync.Map.Range":
		o.add(o.p, o.f.File, n.Pos(), "sync.Map.Range yields in no order")
	}
}

// collected marks the loops of a block that only append keys to a slice which the next statement sorts.
func (o *mapOrder) collected(block []ast.Stmt) {
	for i := range block {
		loop, ok := block[i].(*ast.RangeStmt)
		if !ok || i+1 == len(block) || len(loop.Body.List) != 1 {
			continue
		}
		into := o.appendsKey(loop)
		if into == nil {
			continue
		}
		statement, ok := block[i+1].(*ast.ExprStmt)
		if !ok {
			continue
		}
		call, ok := statement.X.(*ast.CallExpr)
		if ok && slices.Contains(sorters, o.called(call)) && o.object(call.Args[0]) == into {
			o.harmless = append(o.harmless, loop)
		}
	}
}

// appendsKey returns the slice to which the loop appends its key, nil when it does anything else.
func (o *mapOrder) appendsKey(loop *ast.RangeStmt) types.Object {
	assign, ok := loop.Body.List[0].(*ast.AssignStmt)
	if !ok || assign.Tok != token.ASSIGN || len(assign.Lhs) != 1 {
		return nil
	}
	call, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 2 || call.Ellipsis.IsValid() {
		return nil
	}
	name, ok := call.Fun.(*ast.Ident)
	if !ok || o.p.info.Uses[name] != types.Universe.Lookup("append") {
		return nil
	}
	into, key := o.object(assign.Lhs[0]), o.object(loop.Key)
	if into == nil || key == nil || o.object(call.Args[0]) != into || o.object(call.Args[1]) != key {
		return nil
	}
	return into
}

// setsEntries reports whether the loop only sets entries of a map under its own keys, to values that call nothing.
func (o *mapOrder) setsEntries(loop *ast.RangeStmt) bool {
	key := o.object(loop.Key)
	for _, statement := range loop.Body.List {
		assign, ok := statement.(*ast.AssignStmt)
		if !ok || assign.Tok != token.ASSIGN || len(assign.Lhs) != 1 || key == nil || callsSomething(assign) {
			return false
		}
		entry, ok := assign.Lhs[0].(*ast.IndexExpr)
		if !ok || !o.isMap(entry.X) || o.object(entry.Index) != key {
			return false
		}
	}
	return true
}

func callsSomething(n ast.Node) bool {
	calls := false
	ast.Inspect(n, func(n ast.Node) bool {
		_, call := n.(*ast.CallExpr)
		calls = calls || call
		return !calls
	})
	return calls
}

// isMap reports whether an expression is a map, also one of a type parameter that only maps satisfy.
func (o *mapOrder) isMap(x ast.Expr) bool {
	t := o.p.info.TypeOf(x)
	if t == nil {
		return false
	}
	if parameter, ok := t.(*types.TypeParam); ok {
		t = core(parameter)
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// core is the type behind a constraint such as ~map[K]V, or the parameter itself.
func core(parameter *types.TypeParam) types.Type {
	constraint, ok := parameter.Constraint().Underlying().(*types.Interface)
	if !ok || constraint.NumEmbeddeds() != 1 {
		return parameter
	}
	switch t := constraint.EmbeddedType(0).(type) {
	case *types.Union:
		return t.Term(0).Type()
	default:
		return t
	}
}

// object is the variable that an expression names, nil for anything but a plain name.
func (o *mapOrder) object(x ast.Expr) types.Object {
	name, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	if used := o.p.info.Uses[name]; used != nil {
		return used
	}
	return o.p.info.Defs[name]
}

// called is the qualified name of the function that is called, empty for function values and conversions.
func (o *mapOrder) called(n *ast.CallExpr) string {
	switch fn := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		return qualified(o.p.info.Uses[fn])
	case *ast.SelectorExpr:
		return qualified(o.p.info.Uses[fn.Sel])
	case *ast.IndexExpr:
		return o.called(&ast.CallExpr{Fun: fn.X})
	}
	return ""
}
