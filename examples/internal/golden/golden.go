// Package golden owns the comparison of what an example prints with the text that lies beside it.
//
// It refuses to know any example: each hands in what it has printed.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// Compare fails the test when the output is not that of testdata/output.txt in the folder of the test. With -update it writes it there.
func Compare(t *testing.T, output []byte) {
	t.Helper()
	path := filepath.Join("testdata", "output.txt")
	if *update {
		if err := os.WriteFile(path, output, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(output)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
