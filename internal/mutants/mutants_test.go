//go:build mutants

package mutants

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryMutantIsFound plants each mistake and runs the test that has to find it. The build cache is shared, so that only
// the package with the mistake and those above it are compiled again. A mistake that only a race shows may hide once, so the
// test runs until it fails, ten times at most.
func TestEveryMutantIsFound(t *testing.T) {
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			text, err := m.apply(os.DirFS(module))
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay="+overlay(t, filepath.Join(module, m.file), text),
				"-vet=off", "-v", "-count=10", "-failfast", "-timeout=180s", "-run="+m.test, m.pkg)
			cmd.Dir = module
			output, err := cmd.CombinedOutput()
			switch {
			case strings.Contains(string(output), "*** NOT TESTED ON"):
				t.Skipf("there is no database to find it on:\n%s", output)
			case strings.Contains(string(output), "dbtest: no "):
				t.Errorf("there is no database to find it on:\n%s", output)
			case err == nil:
				t.Errorf("%s of %s does not find it:\n%s", m.test, m.pkg, output)
			case !strings.Contains(string(output), "--- FAIL: "):
				t.Errorf("the test did not run: %v\n%s", err, output)
			}
		})
	}
}

// overlay writes what the go command takes for the file.
func overlay(t *testing.T, file, text string) string {
	t.Helper()
	dir := t.TempDir()
	replaced, list := filepath.Join(dir, filepath.Base(file)), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: replaced}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{replaced: []byte(text), list: replace} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return list
}
