// Command stacking shows what happens when several incentives meet on one order: who is applied first, who pushes whom
// out, what a percentage is a percentage of, and how many of a kind are let through. It plays one scene after the other;
// each sets the stacking rules of the shop, sends codes and prints the engine's answer with the steps that led to it.
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
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "stacking:", err)
		os.Exit(1)
	}
}

// run is the whole example; the test calls it as well.
func run(out io.Writer) error {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	// A real shop leaves clock and identifiers to their defaults; here every run prints the same.
	calls := uint64(0)
	eng, err := voucherify.New(memory.New(),
		voucherify.WithClock(func() time.Time { return now }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { calls++; return id.NewSequence(now, calls<<12) }),
	)
	if err != nil {
		return err
	}
	s := &shop{ctx: context.Background(), eng: eng, category: map[string]string{}, name: map[string]string{}}
	if err := s.open(); err != nil {
		return err
	}
	w, number := bufio.NewWriter(out), 0
	for _, part := range s.parts() {
		fmt.Fprintf(w, "== %s ==\n\n", part.title)
		for _, sc := range part.scenes {
			number++
			if err := s.play(w, number, sc); err != nil {
				return fmt.Errorf("scene %d: %w", number, err)
			}
		}
	}
	return w.Flush()
}

// play sets the rules, asks and reports. Validate changes nothing, so that no scene depends on those before it.
func (s *shop) play(w io.Writer, number int, sc scene) error {
	if _, err := s.eng.Settings.SetStackingRules(s.ctx, sc.rules); err != nil {
		return err
	}
	answer, err := s.eng.Validate(s.ctx, redemption.Request{Redeemables: redemption.Codes(sc.codes...), Order: sc.order})
	if err != nil {
		return err
	}
	return s.report(w, number, sc, answer)
}
