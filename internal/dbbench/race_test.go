package dbbench_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/mysql"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/voucher"
)

// BenchmarkRace lets 16 workers race for a code of 1,000 uses until it is used up, and reports how many were sold too many
// (always 0), how often a redeem had to be tried again, and how long it took.
func BenchmarkRace(b *testing.B) {
	for _, c := range []struct {
		name string
		open func(b *testing.B) store.Store
	}{
		{"postgres", func(b *testing.B) store.Store {
			s, err := postgres.New(newPool(b, dbtest.Postgres(b), "on", 0))
			must(b, err)
			must(b, s.Migrate(b.Context()))
			return s
		}},
		{"mariadb", func(b *testing.B) store.Store {
			s, err := mysql.New(openDB(b, "mysql", dbtest.MySQL(b), 32))
			must(b, err)
			must(b, s.Migrate(b.Context()))
			return s
		}},
		{"sqlite", func(b *testing.B) store.Store {
			return sqliteStores(b, openDB(b, "sqlite", sqliteDSN(filepath.Join(b.TempDir(), "shop.db"), "FULL"), 4))("default")
		}},
	} {
		b.Run(c.name, func(b *testing.B) { race(b, c.open(b)) })
	}
}

func race(b *testing.B, s store.Store) {
	const workers, limit = 16, 1000
	var retries atomic.Int64
	eng, err := voucherify.New(s, voucherify.WithObserver(func(o voucherify.Observation) { retries.Add(int64(o.Attempts - 1)) }))
	must(b, err)
	off, uses, oversold := discount.AmountOff(500, discount.ToOrder), int64(limit), int64(0)
	for n := 0; b.Loop(); n++ {
		code := fmt.Sprint("RACE-", n)
		_, err := eng.Vouchers.Create(b.Context(), voucher.Voucher{
			Code: code, Type: voucher.DiscountVoucher, Discount: &off, Redemption: voucher.Redemption{Quantity: &uses},
		})
		must(b, err)
		var accepted atomic.Int64
		var all sync.WaitGroup
		for w := range workers {
			all.Go(func() {
				for {
					_, err := eng.Redeem(b.Context(), redemption.Request{
						Redeemables: redemption.Codes(code), Customer: customer.BySourceID(fmt.Sprint("buyer-", w)),
						Order: order.New("", order.Line{SKUID: "sku-mug", Quantity: 1, Price: 1999}),
					})
					if err != nil {
						if !errors.Is(err, fault.QuantityExceeded) {
							b.Error(err)
						}
						return
					}
					accepted.Add(1)
				}
			})
		}
		all.Wait()
		oversold += accepted.Load() - limit
	}
	if oversold != 0 {
		b.Errorf("sold %d too many", oversold)
	}
	b.ReportMetric(float64(oversold), "oversold")
	b.ReportMetric(float64(retries.Load())/float64(b.N), "retries/race")
}
