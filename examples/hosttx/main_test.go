package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/internal/dbtest"
)

var update = flag.Bool("update", false, "rewrite the expected output")

func TestTheOutputIsAsExpectedOnEveryDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "output.txt")
	for name, db := range map[string]func(testing.TB) string{
		"SQLite":     func(testing.TB) string { return "" },
		"PostgreSQL": dbtest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := db(t)
			for range 2 { // the example can be repeated
				var out bytes.Buffer
				if err := withDatabase(db, func(db string) error { return run(&out, db) }); err != nil {
					t.Fatal(err)
				}
				if *update {
					if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), out.String()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			}
		})
	}
}
