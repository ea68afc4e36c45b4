package lint_test

import (
	"os"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/internal/lint"
)

// impure are the packages that may wait, take a context or read the clock: everything from the stores upward. A package
// that is not listed belongs to the core, and must be pure. An entry covers the directories below it.
var impure = []string{".", "examples", "internal", "store", "vouchertest"}

// exception grants a loop over a map in one function.
type exception struct{ dir, function, reason string }

// exceptions are the loops over maps whose order cannot matter for a reason that the gate does not see. Each one is used;
// when its loop goes, it goes.
var exceptions = []exception{
	{"redemption", "rollback.finishOrder", "asks whether any redemption stands: an OR over all traces, whatever their order"},
}

func TestTheModuleKeepsTheRulesOfTheHouse(t *testing.T) {
	t.Parallel()
	module := loadModule(t)
	var findings, ordered []lint.Finding
	for _, p := range coreOf(module) {
		pure, err := lint.Purity(module, p)
		if err != nil {
			t.Errorf("package %s does not compile: %v", p.Dir, err)
			continue
		}
		loops, err := lint.MapOrder(module, p)
		if err != nil {
			t.Errorf("package %s does not compile: %v", p.Dir, err)
		}
		findings, ordered = append(findings, pure...), append(ordered, loops...)
	}
	findings = append(findings, granted(t, ordered)...)
	findings = append(findings, lint.Sleeps(module)...)
	findings = append(findings, lint.Sizes(module)...)
	findings = append(findings, lint.Documentation(module)...)
	for _, f := range findings {
		t.Error(f)
	}
}

// TestTheGateSeesTheCore guards against a gate that passes because it looks at nothing.
func TestTheGateSeesTheCore(t *testing.T) {
	t.Parallel()
	core := map[string]bool{}
	for _, p := range coreOf(loadModule(t)) {
		core[p.Dir] = true
	}
	for _, dir := range []string{"discount", "discount/formula", "money", "order", "redemption", "validation", "validity"} {
		if !core[dir] {
			t.Errorf("package %s is not looked at as part of the core", dir)
		}
	}
	for _, dir := range []string{".", "store", "store/memory", "internal/lint"} {
		if core[dir] {
			t.Errorf("package %s is looked at as part of the core", dir)
		}
	}
}

func loadModule(t *testing.T) *lint.Module {
	t.Helper()
	module, err := lint.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return module
}

func coreOf(module *lint.Module) []*lint.Package {
	var core []*lint.Package
	for _, p := range module.Packages {
		outside := len(p.Files) == 0
		for _, dir := range impure {
			outside = outside || p.Dir == dir || strings.HasPrefix(p.Dir, dir+"/")
		}
		if !outside {
			core = append(core, p)
		}
	}
	return core
}

// granted returns the findings that no exception covers, and fails for exceptions that cover nothing.
func granted(t *testing.T, findings []lint.Finding) []lint.Finding {
	t.Helper()
	var left []lint.Finding
	used := map[exception]bool{}
	for _, f := range findings {
		found := false
		for _, e := range exceptions {
			if f.Package == e.dir && f.Function == e.function {
				found, used[e] = true, true
			}
		}
		if !found {
			left = append(left, f)
		}
	}
	for _, e := range exceptions {
		if !used[e] {
			t.Errorf("the exception for %s in %s covers nothing: delete it", e.function, e.dir)
		}
	}
	return left
}
