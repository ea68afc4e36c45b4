package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/postgres"
	"github.com/voucherify-go/voucherify/store/sqlite"
	"github.com/voucherify-go/voucherify/voucher"
)

const mugPrice = 1900

// shop keeps its tables and those of the engine in one database.
type shop struct {
	db     *sql.DB
	engine *voucherify.Engine
	// bind lets the engine work in a transaction of the shop. With a pool of pgx it is postgres.Bind(pgx.Tx), which needs
	// fewer round trips.
	bind  func(*sql.Tx) store.Tx
	close func()
}

// open makes the tables and a code that can be used once.
func open(ctx context.Context, db string) (*shop, error) {
	pool, err := address.DB(db)
	if err != nil {
		return nil, err
	}
	s := &shop{db: pool, close: func() { _ = pool.Close() }}
	err = s.connect(ctx, db)
	if err == nil {
		err = s.stock(ctx)
	}
	if err == nil {
		off := discount.Percent("20", discount.ToOrder)
		once := int64(1)
		_, err = s.engine.Vouchers.Create(ctx, voucher.Voucher{
			Code: "LAUNCH", Type: voucher.DiscountVoucher, Discount: &off, Redemption: voucher.Redemption{Quantity: &once},
		})
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// connect makes the engine over the store that the database needs.
func (s *shop) connect(ctx context.Context, db string) error {
	// Every run is a project of its own, so that it can be repeated. A real shop has one, the default.
	project := time.Now().Format("hosttx 2006-01-02 15:04:05.000000")
	var st store.Store
	if strings.HasPrefix(db, address.Postgres) {
		p, err := postgres.NewDB(s.db, postgres.WithProject(project))
		if err != nil {
			return err
		}
		if err := p.Migrate(ctx); err != nil {
			return err
		}
		st, s.bind = p, p.BindDB
	} else {
		l, err := sqlite.New(s.db, sqlite.WithProject(project))
		if err != nil {
			return err
		}
		if err := l.Migrate(ctx); err != nil {
			return err
		}
		st, s.bind = l, l.Bind
	}
	var err error
	s.engine, err = voucherify.New(st)
	return err
}

// stock makes the tables of the shop, with ten mugs.
func (s *shop) stock(ctx context.Context) error {
	for _, statement := range []string{
		`DROP TABLE IF EXISTS hosttx_orders`,
		`DROP TABLE IF EXISTS hosttx_stock`,
		`CREATE TABLE hosttx_orders (number TEXT PRIMARY KEY, price BIGINT NOT NULL)`,
		`CREATE TABLE hosttx_stock (sku TEXT PRIMARY KEY, units BIGINT NOT NULL)`,
		`INSERT INTO hosttx_stock (sku, units) VALUES ('mug', 10)`,
	} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// report prints what is committed.
func (s *shop) report(ctx context.Context, out io.Writer) error {
	var orders, units int64
	err := s.db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM hosttx_orders), (SELECT units FROM hosttx_stock)`).Scan(&orders, &units)
	if err != nil {
		return err
	}
	code, err := s.engine.Vouchers.Get(ctx, "LAUNCH")
	if err != nil {
		return err
	}
	redeemed := 0
	for x, err := range s.engine.Redemptions.List(ctx, voucherify.ListOptions{}) {
		if err != nil {
			return err
		}
		if x.Result == redemption.Success {
			redeemed++
		}
	}
	_, err = fmt.Fprintf(out, "  orders %d, mugs %d, redemptions %d, uses of the code %d of %d\n\n",
		orders, units, redeemed, code.Redemption.RedeemedQuantity, *code.Redemption.Quantity)
	return err
}
