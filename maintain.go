package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Maintenance is what Maintain has done.
type Maintenance struct {
	// Cards is the number of cards that were changed.
	Cards int
	// Expired and Activated are points that are over, and pending points that can be used now.
	Expired, Activated ledger.Points
	// TierMoves is the number of members who have joined, left or changed a tier, or kept it longer; each move counts.
	TierMoves int
}

func (m *Maintenance) add(other Maintenance) {
	m.Cards, m.TierMoves = m.Cards+other.Cards, m.TierMoves+other.TierMoves
	m.Expired, m.Activated = m.Expired+other.Expired, m.Activated+other.Activated
}

// Maintain does what the calendar does to loyalty cards, up to the day of an instant in the project's zone: on each day pending
// points are activated, then tiers end and begin, then points expire, and at last tiers follow the balance. Days that were missed
// are replayed one after another, so that it makes no difference whether it runs daily or once a month. It goes on while a
// campaign is disabled. A card that cannot be brought up to date is left as it is and told in the error, behind all others. (Voucherify: the daily job.)
//
// It reads only cards for which something is due, and writes them in batches, each in a transaction of its own. A run that fails has
// done a part, which Maintenance tells; the next one does the rest. What is done is not due any more, so it can run again at any time,
// and in several processes at once: a batch that was overtaken runs again, and finds less to do.
//
// Every operation on a card does what is due for the card first. Maintain is for the cards that nobody touches; see RunMaintenance.
func (e *Engine) Maintain(ctx context.Context, now time.Time) (Maintenance, error) {
	started := time.Now()
	if now.IsZero() {
		return Maintenance{}, fault.Invalid("now", "is required")
	}
	s := &sweep{engine: e, today: loyalty.DateOf(now, e.options.zone), until: now, step: e.catchUp}
	attempts, err := s.run(ctx)
	e.observe("maintain", started, attempts, err)
	return s.done, err
}

// catchUp does what is due for a card, day after day, in the fixed order of a day: pending points are activated, rewards are redeemed
// automatically, then Day does tiers and expiry.
func (e *Engine) catchUp(ctx context.Context, r store.Reader, c *redemption.PointsCard) error {
	for c.DueDay() {
		if err := activateDue(ctx, r, c, c.Today()); err != nil {
			return err
		}
		if err := e.autoRedeem(ctx, r, c); err != nil {
			return err
		}
		if err := c.Day(); err != nil {
			return err
		}
	}
	return nil
}

// RunMaintenance runs Maintain now, and at each midnight of the project's zone, until the context ends, whose error it returns. The
// host gives it a goroutine. A run that fails is told to the observer and the logger, and tried again: after a minute at first, and
// after an hour at most. Several processes may do it; one is enough.
func (e *Engine) RunMaintenance(ctx context.Context) error {
	failed := 0
	for {
		now := e.options.clock()
		done, err := e.Maintain(ctx, now)
		next := (loyalty.DateOf(now, e.options.zone) + 1).Start(e.options.zone)
		switch {
		case err == nil:
			failed = 0
			e.log().InfoContext(ctx, "voucherify: loyalty maintenance", "cards", done.Cards, "expired", done.Expired, "activated", done.Activated,
				"tier_moves", done.TierMoves)
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			e.log().ErrorContext(ctx, "voucherify: loyalty maintenance", "error", err)
			next = now.Add(min(longestNap, time.Minute<<min(failed, 10)))
			failed++
		}
		if err := e.sleepUntil(ctx, next); err != nil {
			return err
		}
	}
}

// longestNap is how long RunMaintenance trusts a timer: the clock may be set meanwhile.
const longestNap = time.Hour

// sleepUntil waits until the engine's clock has reached an instant.
func (e *Engine) sleepUntil(ctx context.Context, at time.Time) error {
	for {
		left := at.Sub(e.options.clock())
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(min(left, longestNap))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
