// Command freeitems teaches rewards that are things instead of money: free units and replaced items. From its output the
// reader learns
//
//   - when a reward adds units to the cart and when it only makes units free that are there (ADD_MISSING_ITEMS and
//     ADD_NEW_ITEMS), and how one code gives several things (ADD_MANY_ITEMS);
//   - how "buy 2, get 1" is told to the engine: a bundle in the rule, ADD_SAME_ITEMS in the discount;
//   - what REPLACE_ITEMS does to the line that is replaced, to the new one and to the total;
//   - that an added unit raises the order's amount and its items discount alike, so that what is to be paid stays;
//   - what limits a reward: units in the cart, bundles, caps on units, and what is left of a line and of the order;
//   - what the engine answers when a unit is missing, and that a rollback takes the free units back.
//
// Each scene prints the campaign, the cart before and after, the totals and the reasons of the decision.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "freeitems:", err)
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
	w := bufio.NewWriter(out)
	s := &shop{ctx: context.Background(), eng: eng, out: w, name: map[string]string{}, offers: map[string]offer{}}
	if err := s.open(); err != nil {
		return err
	}
	number := 0
	for _, part := range parts() {
		fmt.Fprintf(w, "== %s ==\n\n", part.title)
		for _, sc := range part.scenes {
			number++
			fmt.Fprintf(w, "%d. %s\n\n", number, sc.shows)
			if err := s.play(sc); err != nil {
				return fmt.Errorf("scene %d: %w", number, err)
			}
		}
	}
	return w.Flush()
}

// promotionsOnly leaves codes out of a qualification: the shop asks what it can apply by itself.
var promotionsOnly = &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"resource_type": {"$is": {"promotion_tier"}}}}

// play shows one scene. Validate and Qualify change nothing, so that a scene without steps does not depend on those
// before it.
func (s *shop) play(sc scene) error {
	for _, o := range s.named(sc) {
		if err := s.entry(o); err != nil {
			return err
		}
	}
	s.cart(sc.order)
	switch {
	case sc.steps != nil:
		return s.perform(sc)
	case sc.codes == nil:
		answer, err := s.eng.Qualify(s.ctx, redemption.QualificationRequest{Order: sc.order, Options: redemption.QualificationOptions{
			Sorting: redemption.BestDeal, Strict: true, Filters: promotionsOnly,
		}})
		if err != nil {
			return err
		}
		s.qualified(answer)
		return nil
	}
	answer, err := s.eng.Validate(s.ctx, redemption.Request{Redeemables: redemption.Codes(sc.codes...), Order: sc.order})
	if err != nil {
		return err
	}
	s.answer(answer)
	return nil
}

// named are the offers of a scene: those of its codes, or all that need no code.
func (s *shop) named(sc scene) []offer {
	if sc.codes == nil {
		return tiers()
	}
	list := make([]offer, len(sc.codes))
	for i, code := range sc.codes {
		list[i] = s.offers[code]
	}
	return list
}
