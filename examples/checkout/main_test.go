package main

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/internal/dbtest"
)

var update = flag.Bool("update", false, "rewrite the expected output")

func TestTheReceiptsAreAsExpected(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		golden string
		asJSON bool
	}{{"receipts.txt", false}, {"answers.jsonl", true}} {
		out := printed(t, address.Memory, test.asJSON)
		path := filepath.Join("testdata", test.golden)
		if *update {
			if err := os.WriteFile(path, out, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.golden, diff)
		}
	}
}

func TestEveryStoreGivesTheSameAnswersEveryTime(t *testing.T) {
	t.Parallel()
	want := printed(t, address.Memory, true)
	for name, db := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return address.SQLite + filepath.Join(t.TempDir(), "a shop?.db") },
		"PostgreSQL": func(t *testing.T) string { return dbtest.Postgres(t) },
		"MariaDB":    mariaDB,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := db(t)
			for range 2 {
				if diff := cmp.Diff(string(want), string(printed(t, db, true))); diff != "" {
					t.Errorf("answers (-memory +%s):\n%s", name, diff)
				}
			}
		})
	}
}

func printed(t *testing.T, db string, asJSON bool) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := run(&out, db, "", "", asJSON); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// mariaDB is the address of an empty database.
func mariaDB(t *testing.T) string {
	config, err := mysql.ParseDSN(dbtest.MySQL(t))
	if err != nil {
		t.Fatal(err)
	}
	u := url.URL{Scheme: "mysql", User: url.UserPassword(config.User, config.Passwd), Host: config.Addr, Path: config.DBName}
	return u.String()
}

func TestAnUnknownStoreIsRefusedWithTheAddressesThatThereAre(t *testing.T) {
	t.Parallel()
	err := run(&bytes.Buffer{}, "oracle://shop", "", "", false)
	if err == nil || !strings.Contains(err.Error(), `"oracle://shop" is no address of a database: want sqlite:…`) {
		t.Errorf("got %v", err)
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
			err := run(&bytes.Buffer{}, address.Memory, path, "", false)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
		})
	}
}
