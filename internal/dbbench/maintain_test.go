package dbbench_test

import (
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

var howManyCards = flag.Int("cards", 10_000, "how many loyalty cards the benchmarks of the maintenance store")

// BenchmarkMaintainPostgres does the maintenance of cards that have points that are over. Each gets its entry and its events. The floor
// is one UPDATE of all accounts, written by hand, which tells nobody why the points are gone.
func BenchmarkMaintainPostgres(b *testing.B) {
	pool := newPool(b, dbtest.Postgres(b), "on", 0)
	db := stdlib.OpenDBFromPool(pool)
	b.Cleanup(func() { must(b, db.Close()) })
	maintain(b, db, func(project string) store.Store {
		s, err := postgres.New(pool, postgres.WithProject(project))
		must(b, err)
		must(b, s.Migrate(b.Context()))
		return s
	}, `UPDATE voucherify_documents SET version = version + 1, created_at = $1,
		body = (body::jsonb || jsonb_build_object('balance', 0, 'expired_points', 100, 'entries', 1, 'version', 2) - 'buckets')::json
		WHERE project = $2 AND kind = 'loyalty_account'`)
}

// BenchmarkMaintainSQLite is the same on SQLite.
func BenchmarkMaintainSQLite(b *testing.B) {
	db := openDB(b, "sqlite", sqliteDSN(filepath.Join(b.TempDir(), "shop.db"), "NORMAL"), 64) // each store keeps connections
	maintain(b, db, sqliteStores(b, db), `UPDATE voucherify_documents SET version = version + 1, created_at = ?,
		body = json_remove(json_set(body, '$.balance', 0, '$.expired_points', 100, '$.entries', 1, '$.version', 2), '$.buckets')
		WHERE project = ? AND kind = 'loyalty_account'`)
}

// maintain measures the engine and the floor, each on cards of its own.
func maintain(b *testing.B, db *sql.DB, open func(project string) store.Store, floor string) {
	var engine, byHand time.Duration
	highest := uint64(0)
	now := time.Date(2031, time.March, 4, 12, 0, 0, 0, time.UTC)
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		s := open(fmt.Sprint("engine ", n))
		overdueCards(b, s, now)
		overdueCards(b, open(fmt.Sprint("floor ", n)), now)
		eng, err := voucherify.New(s)
		must(b, err)
		b.StartTimer()
		watched := watchMemory()
		started := time.Now()
		done, err := eng.Maintain(b.Context(), now.Add(24*time.Hour))
		must(b, err)
		engine += time.Since(started)
		highest = max(highest, watched())
		if done.Cards != *howManyCards {
			b.Fatalf("maintained %+v", done)
		}
		started = time.Now()
		_, err = db.ExecContext(b.Context(), floor, now.Add(1000*time.Hour).UnixMicro(), fmt.Sprint("floor ", n))
		must(b, err)
		byHand += time.Since(started)
	}
	all := float64(b.N) * float64(*howManyCards)
	b.ReportMetric(all/engine.Seconds(), "cards/s")
	b.ReportMetric(all/byHand.Seconds(), "floor-cards/s")
	b.ReportMetric(byHand.Seconds()/engine.Seconds(), "ratio")
	b.ReportMetric(float64(highest)/(1<<20), "peak-MB")
}

// overdueCards stores accounts whose 100 points are over with the end of a day.
func overdueCards(b *testing.B, s store.Store, now time.Time) {
	b.Helper()
	const batch = 500
	eng, err := voucherify.New(s)
	must(b, err)
	camp, err := eng.Campaigns.Create(b.Context(), campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate, Voucher: &campaign.Template{
			LoyaltyCard: &loyalty.Card{Points: 100, ExpirationRules: &loyalty.ExpirationRules{PeriodType: loyalty.InMonths}},
		},
	})
	must(b, err)
	catalogue := redemption.NewCatalogue(redemption.Configuration{Campaigns: []*campaign.Campaign{&camp}}, validation.NewCompiler())
	for first := 0; first < *howManyCards; first += batch {
		ids := id.NewSequence(now, uint64(first)*16)
		work := redemption.NewPointsWork(catalogue, now, &ids, &redemption.Plan{})
		for n := first; n < min(first+batch, *howManyCards); n++ {
			work.Open(catalogue.Program(camp.ID), &voucher.Voucher{
				ID: fmt.Sprintf("v_%018x", n), Code: fmt.Sprintf("CARD-%012d", n), CampaignID: camp.ID, LoyaltyCard: voucher.NewLoyaltyCard(100),
			}, fmt.Sprintf("cust_%018x", n))
		}
		must(b, work.Finish("v-1"))
		must(b, s.Update(b.Context(), func(tx store.Tx) error { return tx.Apply(b.Context(), work.Plan) }))
	}
}
