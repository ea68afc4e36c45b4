// Command flashsale lets many buyers in several processes race for one code of 1,000 uses, and shows that exactly 1,000 of
// them get it. Every process is this program again: what they have in common is the database and nothing else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/voucher"
)

// The code and how often it can be redeemed.
const (
	code = "FLASH"
	uses = 1000
)

// sale is what the processes are told.
type sale struct {
	db, project        string
	processes, workers int
}

func main() {
	var s sale
	flag.StringVar(&s.db, "db", "", "sqlite:`FILE`, postgres://user:password@host/database or mysql://user:password@host/database (default: a file that is removed at the end)")
	flag.IntVar(&s.processes, "processes", 2, "`number` of processes")
	flag.IntVar(&s.workers, "workers", 8, "`number` of buyers at a time in each process")
	flag.StringVar(&s.project, childFlag, "", "be one of the processes, in this `project`")
	flag.Parse()
	run := s.run
	if s.project != "" {
		run = s.runChild
	}
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flashsale:", err)
		os.Exit(1)
	}
}

// run opens the sale, lets the processes race and counts what they have got. It fails unless it is 1,000 exactly.
func (s sale) run(ctx context.Context, out io.Writer) error {
	if s.db == "" {
		folder, err := os.MkdirTemp("", "flashsale")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }() // what is left in it is in nobody's way
		s.db = address.SQLite + filepath.Join(folder, "shop.db")
	}
	if s.db == address.Memory {
		return errors.New("a store in memory is not shared by processes")
	}
	// Every run is a project of its own, so that it can be repeated. A real shop has one, the default.
	s.project = time.Now().Format("flashsale 2006-01-02 15:04:05.000000")
	st, closeStore, err := address.Open(ctx, s.db, s.project)
	if err != nil {
		return err
	}
	defer closeStore()
	eng, err := voucherify.New(st)
	if err != nil {
		return err
	}
	off, limit := discount.Percent("50", discount.ToOrder), int64(uses)
	_, err = eng.Vouchers.Create(ctx, voucher.Voucher{
		Code: code, Type: voucher.DiscountVoucher, Discount: &off, Redemption: voucher.Redemption{Quantity: &limit},
	})
	if err != nil {
		return err
	}

	fmt.Fprintf(out, "%d processes with %d buyers each race for %d uses of a code\n", s.processes, s.workers, uses)
	total, took, err := s.race(ctx, out)
	if err != nil {
		return err
	}
	stored, err := eng.Vouchers.Get(ctx, code)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "accepted %d, refused %d, tried again %d, in %.2f s; the database has counted %d\n",
		total.Accepted, total.Refused, total.Retries, took.Seconds(), stored.Redemption.RedeemedQuantity)
	if total.Accepted != uses || stored.Redemption.RedeemedQuantity != uses {
		return fmt.Errorf("%d uses were accepted and %d counted instead of %d", total.Accepted, stored.Redemption.RedeemedQuantity, uses)
	}
	return nil
}
