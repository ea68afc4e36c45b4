package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/internal/lint"
)

// plant makes a module of files; a file's name is its directory and name.
func plant(t *testing.T, files map[string]string) *lint.Module {
	t.Helper()
	root := fstest.MapFS{"go.mod": {Data: []byte("module planted\n\ngo 1.25.0\n")}}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	module, err := lint.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// texts are the findings, without the reasons: up to the first colon.
func texts(findings []lint.Finding) []string {
	list := []string{}
	for _, f := range findings {
		text, _, _ := strings.Cut(f.Text, ":")
		list = append(list, strings.TrimSpace(f.Function+" "+text))
	}
	return list
}

func TestPurityCatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code string
		want       []string
	}{
		{"nothing in pure code", `import "time"
			func f(now time.Time) time.Time { return now.Add(time.Hour).UTC() }`, []string{}},
		{"the clock", `import "time"
			func f() time.Time { return time.Now() }`, []string{"f time.Now"}},
		{"the clock under another name", `import clock "time"
			func f(t clock.Time) (a, b any) { return clock.Since(t), clock.Until(t) }`, []string{"f time.Since", "f time.Until"}},
		{"the clock as a value", `import "time"
			var now = time.Now`, []string{"time.Now"}},
		{"the clock of a dot import", `import . "time"
			func f() Time { return Now() }`, []string{"f time.Now"}},
		{"waiting", `import "time"
			type T struct{}
			func (t *T) m() { time.Sleep(1); <-time.After(1); <-time.Tick(1); time.NewTimer(1); time.NewTicker(1); time.AfterFunc(1, nil) }`,
			[]string{"T.m time.Sleep", "T.m time.After", "T.m time.Tick", "T.m time.NewTimer", "T.m time.NewTicker", "T.m time.AfterFunc"}},
		{"the zone of the machine", `import "time"
			func f(t time.Time) any { time.LoadLocation("x"); return []any{t.Local(), t.In(time.Local)} }`,
			[]string{"f time.LoadLocation", "f time.Time.Local", "f time.Local"}},
		{"a name that only looks like the clock", `
			type clock struct{}
			func (clock) Now() int { return 1 }
			func f(time clock) int { return time.Now() }`, []string{}},
		{"randomness", `import ("math/rand"; crand "crypto/rand"; randv2 "math/rand/v2")
			var _, _, _ = rand.Int, crand.Reader, randv2.Int`,
			[]string{"import of math/rand", "import of crypto/rand", "import of math/rand/v2"}},
		{"the environment", `import ("os"; "os/exec")
			var _, _ = os.Getenv, exec.Command`, []string{"import of os", "import of os/exec"}},
		{"contexts and logs", `import ("context"; "log"; "log/slog")
			var _, _, _ = context.Background, log.Print, slog.Info`,
			[]string{"import of context", "import of log", "import of log/slog"}},
		{"nothing in an import that only begins alike", `import "io/fs"
			var _ fs.FS`, []string{}},
		{"goroutines and races of channels", `
			func f(a, b chan int) { go func() { a <- 1 }(); select { case <-a: case <-b: } }`,
			[]string{"f go statement", "f select statement"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			module := plant(t, map[string]string{"p/p.go": "package p\n" + test.code})
			findings, err := lint.Purity(module, module.Packages...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, texts(findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMapOrderCatches(t *testing.T) {
	t.Parallel()
	const loop = "range over a map"
	tests := []struct {
		name, code string
		want       []string
	}{
		{"a loop over a map", `func f(m map[string]int) (last string) { for k := range m { last = k }; return }`, []string{"f " + loop}},
		{"a loop over a named map", `type M map[int]int
			func (m M) f() { for range m { println() } }`, []string{"M.f " + loop}},
		{"a loop over a map of another package", `import "planted/q"
			func f() { for k := range q.M { println(k) } }`, []string{"f " + loop}},
		{"a loop over a map of type parameter", `func f[M ~map[string]int](m M) { for k := range m { println(k) } }`, []string{"f " + loop}},
		{"a loop over what a function returns", `import "maps"
			func f(m map[string]int) { for k := range maps.Clone(m) { println(k) } }`, []string{"f " + loop}},
		{"a loop inside a function literal", `var f = func(m map[string]int) { for k := range m { println(k) } }`, []string{loop}},
		{"nothing in loops over slices, numbers and sorted keys", `import ("maps"; "slices")
			func f(m map[string]int, s []string) {
				for range s {}
				for range 3 {}
				for _, k := range slices.Sorted(maps.Keys(m)) { println(k) }
				for _, k := range slices.SortedFunc(maps.Keys(m), func(a, b string) int { return 0 }) { println(k) }
			}`, []string{}},
		{"an iterator over a map", `import ("maps"; "slices")
			func f(m map[string]int) any { for k := range maps.Keys(m) { println(k) }; return slices.Collect(maps.Values(m)) }`,
			[]string{"f maps.Keys yields in the order of the map", "f maps.Values yields in the order of the map"}},
		{"a loop over a sync.Map", `import "sync"
			func f(m *sync.Map) { m.Range(func(k, v any) bool { return true }) }`, []string{"f sync.Map.Range yields in no order"}},
		{"nothing in a copy", `func f(m map[string]int) map[string]int {
				c := make(map[string]int, len(m))
				for k, v := range m { c[k] = v }
				return c
			}`, []string{}},
		{"a copy that calls something", `func g(int) int
			func f(m, c map[string]int) { for k, v := range m { c[k] = g(v) } }`, []string{"f " + loop}},
		{"a copy under other keys", `func f(m map[string]string, c map[string]string) { for k, v := range m { c[v] = k } }`, []string{"f " + loop}},
		{"a copy into a slice", `func f(m map[int]string, s []string) { for k, v := range m { s[k] = v } }`, []string{"f " + loop}},
		{"a copy that also does something else", `func f(m, c map[string]int) (last string) { for k, v := range m { c[k] = v; last = k }; return }`, []string{"f " + loop}},
		{"nothing in keys that are sorted at once", `import "slices"
			func f(m map[string]int) []string {
				var keys []string
				for k := range m { keys = append(keys, k) }
				slices.Sort(keys)
				return keys
			}`, []string{}},
		{"keys that are not sorted", `func f(m map[string]int) (keys []string) { for k := range m { keys = append(keys, k) }; return }`, []string{"f " + loop}},
		{"keys while others are sorted", `import "slices"
			func f(m map[string]int, other []string) (keys []string) {
				for k := range m { keys = append(keys, k) }
				slices.Sort(other)
				return
			}`, []string{"f " + loop}},
		{"values that are sorted by a key that may be equal", `import "slices"
			func f(m map[string]string) (list []string) {
				for _, v := range m { list = append(list, v) }
				slices.SortFunc(list, func(a, b string) int { return len(a) - len(b) })
				return
			}`, []string{"f " + loop}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			module := plant(t, map[string]string{
				"p/p.go": "package p\n" + test.code,
				"q/q.go": "package q\nvar M = map[string]int{}",
			})
			findings, err := lint.MapOrder(module, module.Packages...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, texts(findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPackageThatDoesNotCompileIsAnError(t *testing.T) {
	t.Parallel()
	module := plant(t, map[string]string{
		"p/p.go": "package p\nimport \"planted/q\"\nvar X int = q.Y",
		"q/q.go": "package q\nimport \"planted/p\"\nvar Y = p.X",
	})
	if _, err := lint.Purity(module, module.Packages...); err == nil || !strings.Contains(err.Error(), "imports itself") {
		t.Errorf("Purity of an import cycle: got error %v", err)
	}
	module = plant(t, map[string]string{"p/p.go": "package p\nvar X = unknown"})
	if _, err := lint.MapOrder(module, module.Packages...); err == nil {
		t.Error("MapOrder of a package that does not compile: got no error")
	}
}

func TestSleepsAreCaughtInTestsToo(t *testing.T) {
	t.Parallel()
	module := plant(t, map[string]string{
		"p/p.go":       "package p\nimport \"time\"\nfunc F() { time.Sleep(1) }",
		"p/p_test.go":  "package p_test\nimport clock \"time\"\nfunc f() { clock.Sleep(1) }",
		"p/q_test.go":  "package p\ntype time struct{}\nfunc (time) Sleep() {}\nfunc g(time time) { time.Sleep() }",
		"tools/t.go":   "package tools\nimport \"time\"\nfunc F() { time.Sleep(1) }",
		"tools/go.mod": "module tools\n",
	})
	want := []string{"F time.Sleep", "f time.Sleep"}
	if diff := cmp.Diff(want, texts(lint.Sleeps(module))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestSizesCatch(t *testing.T) {
	t.Parallel()
	lines := func(n int) string { return strings.Repeat("\n", n) }
	module := plant(t, map[string]string{
		"a/fits.go":      "package a" + lines(lint.MaxFileLines),
		"a/long.go":      "package a" + lines(lint.MaxFileLines+1),
		"a/long_test.go": "package a" + lines(lint.MaxFileLines+1) + "func h() {" + lines(lint.MaxFunctionLines) + "}",
		"b/functions.go": "package b\nfunc f() {" + lines(lint.MaxFunctionLines-1) + "}\nfunc g() {" + lines(lint.MaxFunctionLines) + "}",
		"c/interfaces.go": "package c\ntype i interface { a(); b(); c(); d(); e(); f(); g() }\n" +
			"type j interface { i; h() }\ntype k interface { a(); b(); c(); d(); e(); f(); g(); h() }",
	})
	want := []string{
		"the file has 401 lines, at most 400 are allowed",
		"g the function has 81 lines, at most 80 are allowed",
		"the interface declares 8 methods, at most 7 are allowed",
	}
	if diff := cmp.Diff(want, texts(lint.Sizes(module))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestDocumentationCatches(t *testing.T) {
	t.Parallel()
	module := plant(t, map[string]string{
		"bare/bare.go": "package bare",
		"main/main.go": "package main\nfunc Exported() {}\nfunc main() {}",
		"p/doc.go":     "// Package p is described once.\npackage p",
		"p/p.go": `package p

func F() {}

// G is described.
func G() {}

type T struct{ Field int }

func (T) M() {}

type hidden struct{}

func (hidden) Free() {}

const A, B = 1, 2

// The group is described.
const (
	C = iota
	D
)

var (
	E = 1
	// H is described.
	H = 1
	I = 1 // so is I
	e = 1
)

// S is described, its methods are not.
type S interface {
	// Described is.
	Described()
	Bare()
	free()
}
`,
	})
	want := []string{
		"package bare has no package comment",
		"package main has no package comment",
		"F exported function F has no comment",
		"exported type T has no comment",
		"T.M exported function T.M has no comment",
		"exported const A has no comment",
		"exported const B has no comment",
		"exported var E has no comment",
		"method Bare of interface S has no comment",
	}
	if diff := cmp.Diff(want, texts(lint.Documentation(module))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestImportsAreListedWithTheirFiles(t *testing.T) {
	t.Parallel()
	module := plant(t, map[string]string{
		"p.go":        "package planted\nimport \"planted/q\"\nvar _ = q.X",
		"q/q.go":      "package q\nvar X int",
		"q/q_test.go": "package q_test\n\nimport (\n\t\"testing\"\n\n\tplanted `planted`\n)",
	})
	var got []string
	for _, i := range lint.Imports(module) {
		got = append(got, fmt.Sprintln(i.Position, i.Package, i.Path, i.Test))
	}
	want := []string{
		"p.go:2:8 . planted/q false\n", "q/q_test.go:4:2 q testing true\n", "q/q_test.go:6:2 q planted true\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("imports (-want +got):\n%s", diff)
	}
}

func TestAFindingReadsLikeACompilerMessage(t *testing.T) {
	t.Parallel()
	module := plant(t, map[string]string{"p/p.go": "package p\nimport \"time\"\nfunc f() { println(time.Now()) }"})
	findings, err := lint.Purity(module, module.Package("p"))
	if err != nil || len(findings) != 1 {
		t.Fatalf("got %v, error %v, want one finding", findings, err)
	}
	want := "p/p.go:3:25: purity: in f: time.Now: the instant is an argument, read once per operation by the engine"
	if got := findings[0].String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
