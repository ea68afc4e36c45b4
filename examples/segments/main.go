// Command segments shows segments that find their members themselves: by what a customer is (metadata, a place on the map)
// and by what he does (orders, custom events). It asks who would belong to a segment before there is one, follows who enters
// and leaves, and lets a segment decide whether a code may be redeemed.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/store/memory"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "segments:", err)
		os.Exit(1)
	}
}

// run is the whole example; the test calls it as well.
func run(out io.Writer) error {
	s := &shop{
		ctx: context.Background(), store: memory.New(), out: bufio.NewWriter(out),
		now: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), id: map[string]string{}, segment: map[string]string{},
	}
	// A real shop leaves clock and identifiers to their defaults; here every run prints the same, and days pass at once.
	calls := uint64(0)
	eng, err := voucherify.New(s.store,
		voucherify.WithClock(func() time.Time { return s.now }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { calls++; return id.NewSequence(now, calls<<12) }),
	)
	if err != nil {
		return err
	}
	s.eng = eng
	for _, act := range []struct {
		title string
		play  func() error
	}{
		{"Customers with metadata", s.customers},
		{"Who would be in?", s.preview},
		{"A code for members", s.open},
		{"Ada buys", s.adaBuys},
		{"Ben writes a review", s.benReviews},
		{"Cleo moves to Lyon", s.cleoMoves},
		{"Two months later", s.later},
	} {
		fmt.Fprintf(s.out, "== %s ==\n\n", act.title)
		if err := act.play(); err != nil {
			return fmt.Errorf("%s: %w", act.title, err)
		}
		if err := s.events(); err != nil {
			return err
		}
		fmt.Fprintln(s.out)
	}
	return s.out.Flush()
}
