package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// times are the only part of the output that differs from run to run.
var times = regexp.MustCompile(`[0-9.]+ ms`)

func TestTheOutputIsAsExpectedButForTheTimes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(&out, 10_000); err != nil {
		t.Fatal(err)
	}
	got := times.ReplaceAll(out.Bytes(), []byte("(time)"))
	path := filepath.Join("testdata", "output.txt")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
