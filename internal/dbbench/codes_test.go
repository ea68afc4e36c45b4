package dbbench_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/sqlite"
	"github.com/voucherify-go/voucherify/voucher"
)

var howMany = flag.Int("codes", 1_000_000, "how many codes the benchmarks of codes store")

// BenchmarkCodesPostgres generates and stores a campaign of a million codes, each a record, a key, and a record of its place in
// the pool of the campaign. The floor is COPY of the
// same rows; the target is 0.6 of its speed, in memory that does not grow.
func BenchmarkCodesPostgres(b *testing.B) {
	pool := newPool(b, dbtest.Postgres(b), "on", 0)
	s, err := postgres.New(pool)
	must(b, err)
	must(b, s.Migrate(b.Context()))
	db := stdlib.OpenDBFromPool(pool)
	b.Cleanup(func() { must(b, db.Close()) })
	storeCodes(b, db, s, func(ctx context.Context, rows codeRows) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			for _, copied := range []struct {
				table   string
				columns []string
				row     func(int) []any
			}{
				{"voucherify_documents", documentColumns, rows.document}, {"voucherify_documents", documentColumns, rows.pooled},
				{"voucherify_names", nameColumns, rows.name},
			} {
				n := 0
				source := pgx.CopyFromFunc(func() ([]any, error) {
					if n++; n > *howMany {
						return nil, nil
					}
					return copied.row(n), nil
				})
				if _, err := tx.CopyFrom(ctx, pgx.Identifier{copied.table}, copied.columns, source); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// BenchmarkCodesSQLite is the same on SQLite. The floor is two prepared statements, run for each code in one transaction.
func BenchmarkCodesSQLite(b *testing.B) {
	db := openDB(b, "sqlite", sqliteDSN(filepath.Join(b.TempDir(), "shop.db"), "NORMAL"), 4)
	s, err := sqlite.New(db)
	must(b, err)
	must(b, s.Migrate(b.Context()))
	b.Cleanup(func() { must(b, s.Close()) })
	storeCodes(b, db, s, func(ctx context.Context, rows codeRows) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // has no effect behind a commit
		documents, err := tx.PrepareContext(ctx, "INSERT INTO voucherify_documents ("+strings.Join(documentColumns, ", ")+") VALUES "+tuples(1, "(?, ?, ?, ?, ?, ?, ?, ?, ?)"))
		if err != nil {
			return err
		}
		names, err := tx.PrepareContext(ctx, "INSERT INTO voucherify_names ("+strings.Join(nameColumns, ", ")+") VALUES (?, ?, ?, ?)")
		if err != nil {
			return err
		}
		for n := range *howMany {
			for _, document := range [][]any{rows.document(n), rows.pooled(n)} {
				if _, err := documents.Exec(document...); err != nil {
					return err
				}
			}
			if _, err := names.Exec(rows.name(n)...); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}

var (
	documentColumns = []string{"project", "kind", "id", "version", "parent", "created_at", "binned", "names", "body"}
	nameColumns     = []string{"project", "kind", "name", "id"}
)

// codeLength is the number of characters of a code, as many as 48 bits have in hexadecimal.
const codeLength = 12

// codeRows make the rows of codes that the floor stores.
type codeRows struct{ project, body, code, id string }

// text puts the n-th code and id into a text that names those of the template. Codes are in no order, as those of the engine,
// so that both find their place in an index as slowly; the multiplier is odd, so no code comes twice.
func (r codeRows) text(text string, n int) string {
	code := uint64(n) * 0x9E3779B97F4A7C15 % (1 << 48)
	text = strings.ReplaceAll(text, r.code, fmt.Sprintf("%0*x", codeLength, code))
	return strings.ReplaceAll(text, r.id, r.idOf(n))
}

func (r codeRows) idOf(n int) string { return fmt.Sprintf("v_%018x", n) }

func (r codeRows) document(n int) []any {
	return []any{
		r.project, "voucher", r.idOf(n), int64(1), "camp_1", int64(n), int16(0), r.text(`["code:`+r.code+`"]`, n), r.text(r.body, n),
	}
}

func (r codeRows) pooled(n int) []any {
	return []any{r.project, "unpublished_voucher", r.idOf(n), int64(1), "camp_1", int64(n), int16(0), "[]", "{}"}
}

func (r codeRows) name(n int) []any {
	return []any{r.project, "voucher", r.text("code:"+r.code, n), r.idOf(n)}
}

// storeCodes measures the engine and its floor once each in every round.
func storeCodes(b *testing.B, db *sql.DB, s store.Store, floor func(context.Context, codeRows) error) {
	eng, err := voucherify.New(s, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 10_000_000}))
	must(b, err)
	off := discount.AmountOff(500, discount.ToOrder)
	create := func(name string, count int) campaign.Campaign {
		camp, err := eng.Campaigns.Create(b.Context(), campaign.Campaign{
			Name: name, CampaignType: campaign.DiscountCoupons, VouchersCount: count,
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, CodeConfig: voucher.CodeConfig{Length: codeLength}},
		})
		must(b, err)
		return camp
	}
	sample := create("Sample", 1)
	rows := codeRows{project: "floor"}
	for v, err := range eng.Vouchers.List(b.Context(), voucherify.ListOptions{Parent: sample.ID}) {
		must(b, err)
		rows.code, rows.id = v.Code, v.ID
	}
	must(b, db.QueryRowContext(b.Context(), "SELECT body FROM voucherify_documents WHERE kind = 'voucher'").Scan(&rows.body))
	var engine, byHand time.Duration
	highest := uint64(0)
	for n := 0; b.Loop(); n++ {
		watched := watchMemory()
		started := time.Now()
		create(fmt.Sprint("Campaign ", n), *howMany)
		engine += time.Since(started)
		highest = max(highest, watched())
		started = time.Now()
		rows.project = fmt.Sprint("floor ", n)
		must(b, floor(b.Context(), rows))
		byHand += time.Since(started)
	}
	all := float64(b.N) * float64(*howMany)
	b.ReportMetric(all/engine.Seconds(), "codes/s")
	b.ReportMetric(all/byHand.Seconds(), "floor-codes/s")
	b.ReportMetric(byHand.Seconds()/engine.Seconds(), "ratio")
	b.ReportMetric(0.6, "target")
	b.ReportMetric(float64(highest)/(1<<20), "peak-MB")
}

// watchMemory looks at the heap until the function that it returns is called, which returns its largest size.
func watchMemory() func() uint64 {
	runtime.GC()
	done, highest := make(chan struct{}), make(chan uint64)
	go func() {
		ticks := time.NewTicker(20 * time.Millisecond)
		defer ticks.Stop()
		most := uint64(0)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-done:
				highest <- most
				return
			case <-ticks.C:
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-highest
	}
}
