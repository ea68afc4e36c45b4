package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected output")

func TestTheReceiptsAreAsExpected(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		golden string
		asJSON bool
	}{{"receipts.txt", false}, {"answers.jsonl", true}} {
		var out bytes.Buffer
		if err := run(&out, "", "", test.asJSON); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", test.golden)
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
			t.Errorf("%s (-want +got):\n%s", test.golden, diff)
		}
	}
}

func TestBadFilesAreNamedWithTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, catalogue, want string }{
		{"no JSON", `{`, "catalogue: "},
		{"an unknown reference", `{"tiers":[{"name":"x","campaign_id":"@nowhere"}]}`, "catalogue: tiers[0]: @nowhere is not defined above"},
		{"a percent above 100", `{"vouchers":[{"code":"A","type":"DISCOUNT_VOUCHER","discount":{"type":"PERCENT","percent_off":101}}]}`, "vouchers[0]: voucherify: invalid_payload: discount.percent_off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "catalogue.json")
			if err := os.WriteFile(path, []byte(test.catalogue), 0o600); err != nil {
				t.Fatal(err)
			}
			err := run(&bytes.Buffer{}, path, "", false)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
		})
	}
}
