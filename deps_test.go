package voucherify_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/internal/lint"
)

const modulePath = "github.com/voucherify-go/voucherify"

// levels is the import direction: a package may import packages of lower levels only. Paths are relative to the module,
// "." is the root. A package that is not listed here has no place yet, and the test says so.
var levels = map[string]int{
	"fault": 0, "money": 0, "metadata": 0, "id": 0, "record": 0, "discount/formula": 0,
	"filter": 0, "location": 0, "access": 0, "ledger": 1, "referral": 1,
	"order": 1, "product": 1, "customer": 1, "validity": 1, "validation": 1,
	"discount": 2, "event": 2, "loyalty": 2,
	"campaign": 3, "voucher": 3, "promotion": 3, "reward": 3,
	"publication": 4, "redemption": 4, "tabular": 4, "template": 4,
	"store": 5,
	".":     6, "store/memory": 6, "store/storetest": 6, "store/internal/sqlstore": 6,
	"store/sqlite": 7, "store/mysql": 7, "store/postgres": 7, "store/internal/sqltest": 7,
	"vouchertest": 7, "internal/lint": 7, "internal/vectors": 8,
	"internal/vectors/golden": 7, "internal/dbtest": 7, "internal/contract": 7, "internal/metamorphic": 8, "internal/mutants": 8,
	"internal/oracle": 7,
	"internal/crash":  8, "internal/dbbench": 8, "examples/internal/address": 8, "examples/internal/golden": 8,
}

const examplesLevel = 9

// siblings are the imports within a level that are wanted. Together they have no cycle, or nothing would compile.
var siblings = map[[2]string]string{
	{"metadata", "fault"}:         "metadata refuses what it cannot hold in the common vocabulary",
	{"discount/formula", "fault"}: "a formula that cannot be parsed is refused in the common vocabulary",
	{"discount/formula", "money"}: "formulas compute in major units and hand over minor units",
	{"filter", "fault"}:           "a filter of the wrong shape is refused in the common vocabulary",
	{"location", "fault"}:         "a shape that cannot be read is refused in the common vocabulary",
	{"access", "fault"}:           "an assignment that says nothing is refused in the common vocabulary",
	{"validation", "validity"}:    "conditions on dates use the timeframes and hours of validity",
	{"order", "product"}:          "a line is recognised by the identity of its product",
	{"validation", "product"}:     "rules name products and collections",
	{"campaign", "voucher"}:       "a campaign carries the template that its codes are made from",
	{"reward", "campaign"}:        "what is given of a campaign depends on its kind",
	{"redemption", "publication"}: "the state of a code in a wallet is decided with the catalogue",
	{"tabular", "redemption"}:     "an export of redemptions has their fields as columns",
	{"store/storetest", "."}:      "the conformance suite also runs whole redeems against the store, as a host does",
}

// ban forbids an import in some packages. A path that ends in "/..." stands for the package and everything below it.
type ban struct {
	path   string
	reason string
	where  func(lint.Import) bool
}

// bans is the negative list.
var bans = []ban{
	{"database/sql/...", "the engine decides from data that a store hands it; SQL is the business of an SQL store", inEngine},
	{"net/...", "the engine lives inside the host's process; whoever talks to a network is an adapter", inEngine},
	{"testing/...", "it would register its flags in every program that links the engine; tests of hosts use vouchertest", inEngine},
	{"log", "a library does not write to the host's output; the engine logs to the slog.Logger of WithLogger", inEngine},
	{"os/...", "no environment variable and no file configures the engine: everything is an argument or an option", inEngine},
	{"flag", "command lines belong to the host; the engine is configured by options", inEngine},
	{"time/tzdata", "it adds 450 KB to every program; a host on a machine without zone files imports it itself", inEngine},
	{"math/rand/...", "the core is deterministic; only the engine's pause between attempts is random", inCore},
	{"unsafe", "nothing here is worth it", everywhere},
	{"C", "the module builds without a C compiler", everywhere},
	{modulePath + "/store/memory", "New(memory.New()) makes the choice of a store visible; there is no default", inEngineOrSuite},
	{"github.com/expr-lang/expr/...", "rules are hostile input: package validation is their only gate", outside("validation")},
	{"github.com/tidwall/btree", "it is how the memory store keeps its state, nobody else's business", outside("store/memory")},
	{"github.com/google/go-cmp/...", "it may panic and is meant for tests only", inPrograms},
	{"pgregory.net/rapid", "it generates test data and links package testing", inPrograms},
	{"github.com/anishathalye/porcupine", "it judges the histories of tests", inPrograms},
	{"github.com/go-sql-driver/mysql/...", "the host brings the driver", inHosts},
	{"github.com/jackc/pgx/...", "only the PostgreSQL store speaks pgx", inHostsWithoutPgx},
	{"modernc.org/sqlite/...", "the host brings the driver", inHosts},
	{"github.com/ncruces/go-sqlite3/...", "the host brings the driver", inHosts},
	{"go.uber.org/goleak/...", "it watches the goroutines of tests", inPrograms},
}

// inCore is the pure core: everything below the stores.
func inCore(i lint.Import) bool {
	level, known := levelOf(i.Package)
	return !i.Test && known && level < levels["store"]
}

// inEngine is everything that a host links: the core, the contract, the engine and the memory store. A host with an SQL
// store links that as well.
func inEngine(i lint.Import) bool {
	level, known := levelOf(i.Package)
	return inPrograms(i) && known && level <= levels["."] && i.Package != "store/internal/sqlstore"
}

func inEngineOrSuite(i lint.Import) bool {
	return i.Package != "store/memory" && (inEngine(i) || (!i.Test && i.Package == "store/storetest"))
}

// inPrograms is everything but tests, the packages that tests share, the conformance suite, which is a test that others can
// run, and the vectors, whose output is the difference.
func inPrograms(i lint.Import) bool {
	shared := []string{"internal/contract", "store/storetest", "internal/vectors/golden", "examples/internal/golden"}
	return !i.Test && !slices.Contains(shared, i.Package)
}

// inHosts is inPrograms without the package that makes databases for tests, and without the examples, which are hosts.
func inHosts(i lint.Import) bool {
	return inPrograms(i) && i.Package != "internal/dbtest" && !matches(i.Package, "examples/...")
}

func inHostsWithoutPgx(i lint.Import) bool { return inHosts(i) && i.Package != "store/postgres" }

func everywhere(lint.Import) bool { return true }

func outside(pkg string) func(lint.Import) bool {
	return func(i lint.Import) bool { return i.Package != pkg }
}

// dependencies are the modules that may be imported at all. Another one needs a decision record.
var dependencies = []string{
	"github.com/anishathalye/porcupine", "github.com/expr-lang/expr", "github.com/go-sql-driver/mysql", "github.com/google/go-cmp",
	"github.com/jackc/pgx", "github.com/ncruces/go-sqlite3", "github.com/shopspring/decimal", "github.com/tidwall/btree",
	"go.uber.org/goleak", "modernc.org/sqlite", "pgregory.net/rapid",
}

func TestImportsPointDownwards(t *testing.T) {
	t.Parallel()
	module, err := lint.Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	imports := lint.Imports(module)
	if module.Path != modulePath || len(imports) == 0 {
		t.Fatalf("the test looks at %d imports of module %s", len(imports), module.Path)
	}
	for _, problem := range problemsOf(imports) {
		t.Error(problem)
	}
	for edge := range siblings {
		used := slices.ContainsFunc(imports, func(i lint.Import) bool {
			return !i.Test && i.Package == edge[0] && i.Path == path.Join(modulePath, edge[1])
		})
		if !used {
			t.Errorf("the exception %s -> %s is not used: delete it", edge[0], edge[1])
		}
	}
}

// TestTheImportGateBites plants one violation of each kind.
func TestTheImportGateBites(t *testing.T) {
	t.Parallel()
	module := func(pkg string) string { return path.Join(modulePath, pkg) }
	tests := []struct {
		name     string
		imported lint.Import
		want     string // "" when the import is fine
	}{
		{"downwards", lint.Import{Package: "redemption", Path: module("discount")}, ""},
		{"upwards", lint.Import{Package: "discount", Path: module("redemption")}, "discount (level 2) must not import redemption (level 4)"},
		{"sideways", lint.Import{Package: "product", Path: module("customer")}, "product (level 1) must not import customer (level 1)"},
		{"sideways with a reason", lint.Import{Package: "order", Path: module("product")}, ""},
		{"that reason the other way round", lint.Import{Package: "product", Path: module("order")}, "product (level 1) must not import order (level 1)"},
		{"upwards in a test of the same package", lint.Import{Package: "discount", Path: module("redemption"), Test: true}, ""},
		{"from a package without a level", lint.Import{Package: "util", Path: "fmt"}, "package util has no level"},
		{"to a package without a level", lint.Import{Package: ".", Path: module("util")}, "package util has no level"},
		{"SQL in an SQL store", lint.Import{Package: "store/internal/sqlstore", Path: "database/sql"}, ""},
		{"SQL in the memory store", lint.Import{Package: "store/memory", Path: "database/sql"}, "must not import database/sql"},
		{"pgx in its store", lint.Import{Package: "store/postgres", Path: "github.com/jackc/pgx/v5"}, ""},
		{"pgx in another store", lint.Import{Package: "store/internal/sqlstore", Path: "github.com/jackc/pgx/v5"}, "speaks pgx"},
		{"a driver in a store", lint.Import{Package: "store/sqlite", Path: "modernc.org/sqlite"}, "the host brings the driver"},
		{"a driver in the tests of a store", lint.Import{Package: "store/sqlite", Path: "modernc.org/sqlite", Test: true}, ""},
		{"a driver in an example", lint.Import{Package: "examples/checkout", Path: "modernc.org/sqlite"}, ""},
		{"SQL in the core", lint.Import{Package: "redemption", Path: "database/sql/driver"}, "must not import database/sql/driver"},
		{"a network in the engine", lint.Import{Package: ".", Path: "net/http"}, "must not import net/http"},
		{"testing in the memory store", lint.Import{Package: "store/memory", Path: "testing"}, "must not import testing"},
		{"testing in the suite", lint.Import{Package: "store/storetest", Path: "testing"}, ""},
		{"log in the engine", lint.Import{Package: ".", Path: "log"}, "must not import log"},
		{"slog in the engine", lint.Import{Package: ".", Path: "log/slog"}, ""},
		{"the environment", lint.Import{Package: "validity", Path: "os"}, "must not import os"},
		{"files in an example", lint.Import{Package: "examples/checkout", Path: "os"}, ""},
		{"randomness below the engine", lint.Import{Package: "voucher", Path: "math/rand/v2"}, "must not import math/rand/v2"},
		{"a store in the engine", lint.Import{Package: ".", Path: module("store/memory")}, "there is no default"},
		{"a store in the suite", lint.Import{Package: "store/storetest", Path: module("store/memory")}, "there is no default"},
		{"a store with tables in an example", lint.Import{Package: "examples/checkout", Path: module("store/sqlite")}, ""},
		{"a store in an example", lint.Import{Package: "examples/checkout", Path: module("store/memory")}, ""},
		{"expr outside validation", lint.Import{Package: "redemption", Path: "github.com/expr-lang/expr/vm"}, "only gate"},
		{"expr in a test outside validation", lint.Import{Package: ".", Path: "github.com/expr-lang/expr", Test: true}, "only gate"},
		{"go-cmp in a test", lint.Import{Package: "money", Path: "github.com/google/go-cmp/cmp", Test: true}, ""},
		{"go-cmp in the program", lint.Import{Package: "money", Path: "github.com/google/go-cmp/cmp"}, "tests only"},
		{"a driver in a test", lint.Import{Package: "store/memory", Path: "github.com/go-sql-driver/mysql", Test: true}, ""},
		{"a driver in a store", lint.Import{Package: "store/memory", Path: "github.com/go-sql-driver/mysql"}, "brings the driver"},
		{"pgx in another store", lint.Import{Package: "store/memory", Path: "github.com/jackc/pgx/v5"}, "only the PostgreSQL store"},
		{"a new dependency", lint.Import{Package: "money", Path: "example.org/money", Test: true}, "decision record"},
		{"nothing in a name that only begins alike", lint.Import{Package: "money", Path: "network"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := problemsOf([]lint.Import{test.imported})
			if test.want == "" {
				if diff := cmp.Diff([]string(nil), got); diff != "" {
					t.Errorf("problems (-want +got):\n%s", diff)
				}
				return
			}
			if len(got) == 0 || !strings.Contains(got[0], test.want) {
				t.Errorf("got problems %q, want one that says %q", got, test.want)
			}
		})
	}
}

// problemsOf reports every import that breaks a rule, with the file and the reason.
func problemsOf(imports []lint.Import) []string {
	var problems []string
	for _, i := range imports {
		problem := direction(i)
		for _, b := range bans {
			if matches(i.Path, b.path) && b.where(i) {
				problem = fmt.Sprintf("%s must not import %s: %s", i.Package, i.Path, b.reason)
			}
		}
		if isNew(i.Path) {
			problem = fmt.Sprintf("%s is a new dependency: it needs a decision record in docs/decisions", i.Path)
		}
		if problem != "" {
			problems = append(problems, fmt.Sprintf("%s: %s", i.Position, problem))
		}
	}
	return problems
}

// direction checks an import of another package of the module. Tests may look upwards: they are linked into no program.
func direction(i lint.Import) string {
	const placeless = "package %s has no level: give it one in deps_test.go and in docs/architecture.md"
	own, known := levelOf(i.Package)
	if !known {
		return fmt.Sprintf(placeless, i.Package)
	}
	if !matches(i.Path, modulePath+"/...") {
		return ""
	}
	imported := "."
	if i.Path != modulePath {
		imported = strings.TrimPrefix(i.Path, modulePath+"/")
	}
	level, known := levelOf(imported)
	_, wanted := siblings[[2]string{i.Package, imported}]
	switch {
	case !known:
		return fmt.Sprintf(placeless, imported)
	case i.Test || level < own || wanted:
		return ""
	}
	return fmt.Sprintf("%s (level %d) must not import %s (level %d): imports point downwards", i.Package, own, imported, level)
}

// isNew reports whether a path is neither of the standard library, nor of this module, nor of a known dependency.
func isNew(path string) bool {
	host, _, _ := strings.Cut(path, "/")
	return strings.Contains(host, ".") && !matches(path, modulePath+"/...") &&
		!slices.ContainsFunc(dependencies, func(module string) bool { return matches(path, module+"/...") })
}

func levelOf(pkg string) (int, bool) {
	level, ok := levels[pkg]
	if !ok && matches(pkg, "examples/...") {
		return examplesLevel, true
	}
	return level, ok
}

// matches reports whether a path is what a pattern names, or below it when the pattern ends in "/...".
func matches(path, pattern string) bool {
	above, tree := strings.CutSuffix(pattern, "/...")
	return path == above || (tree && strings.HasPrefix(path, above+"/"))
}
