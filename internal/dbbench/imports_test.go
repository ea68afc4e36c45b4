package dbbench_test

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/sqlite"
	"github.com/voucherify-go/voucherify/tabular"
)

// BenchmarkImportSQLite imports the largest file of coupon codes, and then the same file again, which changes nothing. The file
// is made while it is read, so that the heap is that of the import.
func BenchmarkImportSQLite(b *testing.B) {
	db := openDB(b, "sqlite", sqliteDSN(filepath.Join(b.TempDir(), "shop.db"), "NORMAL"), 4)
	s, err := sqlite.New(db)
	must(b, err)
	must(b, s.Migrate(b.Context()))
	b.Cleanup(func() { must(b, s.Close()) })
	importCodes(b, s)
}

// BenchmarkImportPostgres is the same on PostgreSQL.
func BenchmarkImportPostgres(b *testing.B) {
	s, err := postgres.New(newPool(b, dbtest.Postgres(b), "on", 0))
	must(b, err)
	must(b, s.Migrate(b.Context()))
	importCodes(b, s)
}

func importCodes(b *testing.B, s store.Store) {
	eng, err := voucherify.New(s)
	must(b, err)
	off := discount.AmountOff(500, discount.ToOrder)
	var first, again time.Duration
	highest := uint64(0)
	for n := 0; b.Loop(); n++ {
		name := fmt.Sprint("Campaign ", n)
		_, err := eng.Campaigns.Create(b.Context(), campaign.Campaign{Name: name, Voucher: &campaign.Template{Discount: &off}})
		must(b, err)
		for _, took := range []*time.Duration{&first, &again} {
			watched := watchMemory()
			started := time.Now()
			report, err := eng.Imports.CampaignVouchersCSV(b.Context(), name, codesFile(n), voucherify.ImportOptions{})
			*took += time.Since(started)
			highest = max(highest, watched())
			must(b, err)
			if report.DoneCount != tabular.MaxRows {
				b.Fatal(report.Message)
			}
		}
	}
	rows := float64(b.N) * tabular.MaxRows
	b.ReportMetric(rows/first.Seconds(), "rows/s")
	b.ReportMetric(rows/again.Seconds(), "known-rows/s")
	b.ReportMetric(float64(highest)/(1<<20), "peak-MB")
}

// codesFile writes a file of codes, in no order, as it is read.
func codesFile(n int) io.Reader {
	file, to := io.Pipe()
	go func() {
		out := bufio.NewWriter(to)
		_, _ = out.WriteString("Code,Active,Category,Region\n")
		for i := range tabular.MaxRows {
			fmt.Fprintf(out, "%d-%012x,TRUE,,north\n", n, uint64(i)*0x9E3779B97F4A7C15%(1<<48))
		}
		_ = to.CloseWithError(out.Flush())
	}()
	return file
}
