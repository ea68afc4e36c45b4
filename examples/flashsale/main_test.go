package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/internal/dbtest"
)

// TestMain lets the test be the program as well, for the processes that the sale starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-"+childFlag {
		main()
		return
	}
	os.Exit(m.Run())
}

// changing is what differs from run to run.
var changing = regexp.MustCompile(`(?m)^process .*\n|, tried again \d+, in [\d.]+ s`)

func TestExactlyOneThousandAreAcceptedOnEveryDatabase(t *testing.T) {
	t.Parallel()
	for name, db := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return address.SQLite + filepath.Join(t.TempDir(), "shop.db") },
		"PostgreSQL": func(t *testing.T) string { return dbtest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := (sale{db: db(t), processes: 3, workers: 4}).run(t.Context(), &out); err != nil {
				t.Fatal(err)
			}
			t.Log(out.String())
			want := "3 processes with 4 buyers each race for 1000 uses of a code\n" +
				"accepted 1000, refused 12; the database has counted 1000\n"
			if diff := cmp.Diff(want, changing.ReplaceAllString(out.String(), "")); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}
