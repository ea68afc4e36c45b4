// Command hosttx is a shop that redeems inside its own database transaction: the order, the stock and the redemption are
// there together, or none of them is. It plays three sales and prints what the tables hold after each.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

func main() {
	db := flag.String("db", "", "sqlite:`FILE` or postgres://user:password@host/database (default: a file that is removed at the end)")
	flag.Parse()
	if err := withDatabase(*db, func(db string) error { return run(os.Stdout, db) }); err != nil {
		fmt.Fprintln(os.Stderr, "hosttx:", err)
		os.Exit(1)
	}
}

// withDatabase runs fn on a database, or on a file that lives as long as fn.
func withDatabase(db string, fn func(db string) error) error {
	if db != "" {
		return fn(db)
	}
	folder, err := os.MkdirTemp("", "hosttx")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left in it is in nobody's way
	return fn(address.SQLite + filepath.Join(folder, "shop.db"))
}

// run is the whole example; the test calls it as well.
func run(out io.Writer, db string) error {
	ctx := context.Background()
	s, err := open(ctx, db)
	if err != nil {
		return err
	}
	defer s.close()
	for _, sale := range []struct {
		title, order string
		pay          func(amount int64) error
	}{
		{"The payment fails after the code was redeemed: nothing is left of the sale.", "order-1",
			func(int64) error { return errors.New("the card was declined") }},
		{"The payment succeeds: order, stock and redemption are committed together.", "order-2",
			func(int64) error { return nil }},
		{"The code is used up: the engine refuses, and what the shop has written stays.", "order-3",
			func(int64) error { return nil }},
	} {
		fmt.Fprintln(out, sale.title)
		price, err := s.sell(ctx, sale.order, sale.pay)
		if err != nil {
			fmt.Fprintf(out, "  not sold: %v\n", err)
		} else {
			fmt.Fprintf(out, "  sold for %d.%02d\n", price/100, price%100)
		}
		if err := s.report(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// sell is one sale in one transaction of the shop. It returns what was paid.
func (s *shop) sell(ctx context.Context, number string, pay func(amount int64) error) (int64, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // has no effect behind a commit

	// The shop's own rows come first: what a redeem has counted is locked until the commit.
	price := int64(mugPrice)
	if err := changeOne(ctx, tx, `INSERT INTO hosttx_orders (number, price) VALUES ($1, $2)`, number, price); err != nil {
		return 0, err
	}
	if err := changeOne(ctx, tx, `UPDATE hosttx_stock SET units = units - 1 WHERE sku = 'mug' AND units > 0`); err != nil {
		return 0, fmt.Errorf("take a mug from the stock: %w", err)
	}

	result, err := s.engine.RedeemTx(ctx, s.bind(tx), redemption.Request{
		IdempotencyKey: number,
		Redeemables:    redemption.Codes("LAUNCH"),
		Order:          order.New(number, order.Line{SKUID: "mug", Quantity: 1, Price: mugPrice}),
	})
	var refused *redemption.Refused
	switch {
	case errors.As(err, &refused):
		// A business answer, not a failure: the transaction can be used, and this shop sells at the full price.
	case err != nil:
		return 0, err
	default:
		price = result.Order.TotalAmount
		if err := changeOne(ctx, tx, `UPDATE hosttx_orders SET price = $1 WHERE number = $2`, price, number); err != nil {
			return 0, err
		}
	}

	// A real shop does not wait for a bank while it holds locks; it authorises before and captures after the transaction.
	if err := pay(price); err != nil {
		return 0, err
	}
	return price, tx.Commit()
}

// changeOne runs a statement that has to change exactly one row.
func changeOne(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if count, err := result.RowsAffected(); err != nil || count != 1 {
		return errors.Join(fmt.Errorf("%d rows were changed instead of one", count), err)
	}
	return nil
}
