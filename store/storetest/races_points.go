package storetest

import (
	"fmt"
	"sync/atomic"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
)

// raceRemovals lets 16 workers take one card down to nothing.
func raceRemovals(h *host) {
	const parts, part = 10, 50
	code := h.join(h.program("Club", nil), "ada")
	_, err := h.Loyalty.AddBalance(h.ctx, code, loyalty.Adjustment{Points: parts * part})
	h.must(err)
	var removed atomic.Int64
	h.together(workers, func(w int) {
		for range 2 {
			_, err := h.Loyalty.AddBalance(h.ctx, code, loyalty.Adjustment{Points: -part})
			if err == nil {
				removed.Add(part)
			} else if !refusedBy(err, fault.InvalidAmount) {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	if left := h.points(code); removed.Load() != parts*part || left != 0 {
		h.Errorf("%d of %d points were removed, %d are left", removed.Load(), parts*part, left)
	}
}

// raceTransfers moves points between two cards in both directions: neither deadlocks, and no point is lost.
func raceTransfers(h *host) {
	const each, initial = 4, 100
	program := h.program("Club", nil)
	cards := []string{h.join(program, "ada"), h.join(program, "bob")}
	for _, code := range cards {
		_, err := h.Loyalty.AddBalance(h.ctx, code, loyalty.Adjustment{Points: initial})
		h.must(err)
	}
	var moved [2]atomic.Int64
	h.together(workers, func(w int) {
		for n := range each {
			points := giftledger.Points(10 * (n + 1))
			x := loyalty.Transfer{Code: cards[w%2], Points: points, SourceID: fmt.Sprintf("%d-%d", w, n)}
			for range 2 { // the second one repeats the first
				_, err := h.Loyalty.TransferPoints(h.ctx, cards[1-w%2], []loyalty.Transfer{x})
				if err != nil && !refusedBy(err, fault.InvalidAmount) {
					h.Errorf("worker %d: %v", w, err)
				}
			}
		}
	})
	for i, code := range cards {
		for _, entry := range h.entriesOf(code) {
			if entry.Type == giftledger.PointsTransferOut {
				moved[i].Add(-int64(entry.Details.Balance.Points))
			}
		}
	}
	a, b := h.points(cards[0]), h.points(cards[1])
	if want := initial - moved[0].Load() + moved[1].Load(); int64(a) != want || a+b != 2*initial {
		h.Errorf("%d and %d are left, want %d of %d", a, b, want, 2*initial)
	}
}

// raceMaintenance lets several processes do the maintenance while others move points: what is over expires once.
func raceMaintenance(h *host) {
	const cards, overdue, fresh = 24, 10, 20
	program := h.program("Club", nil)
	codes := make([]string, cards)
	for i := range codes {
		codes[i] = h.join(program, fmt.Sprintf("customer-%d", i))
		for _, a := range []loyalty.Adjustment{lasting(overdue, h.today()), lasting(fresh, h.today()+100)} {
			_, err := h.Loyalty.AddBalance(h.ctx, codes[i], a)
			h.must(err)
		}
	}
	h.seconds.Add(2 * secondsOfDay)
	var expired, moved atomic.Int64
	h.together(workers, func(w int) {
		if w%4 == 0 {
			done, err := h.engine(h.store).Maintain(h.ctx, h.now())
			if err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
			expired.Add(int64(done.Expired))
			return
		}
		for n := range 4 {
			code := codes[(w*5+n*7)%cards]
			points := giftledger.Points(5 * (n%2*2 - 1))
			_, err := h.Loyalty.AddBalance(h.ctx, code, loyalty.Adjustment{Points: points})
			if err == nil {
				moved.Add(int64(points))
			} else if !refusedBy(err, fault.InvalidAmount) {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	var sum, byEntries giftledger.Points
	for _, code := range codes {
		sum += h.points(code)
		times := 0
		for _, entry := range h.entriesOf(code) {
			if entry.Type == giftledger.PointsExpiration {
				times++
				byEntries -= entry.Details.Balance.Points
			}
		}
		if times != 1 {
			h.Errorf("the points of %s have expired %d times", code, times)
		}
	}
	if want := cards*fresh + moved.Load(); int64(sum) != want || byEntries != cards*overdue {
		h.Errorf("%d are left, want %d; %d have expired, want %d", sum, want, byEntries, cards*overdue)
	}
	if expired.Load() > cards*overdue {
		h.Errorf("the runs tell that %d have expired, there were %d", expired.Load(), cards*overdue)
	}
}

// raceRuns lets 16 processes do the same maintenance: together they tell what was to do.
func raceRuns(h *host) {
	const cards, overdue = 40, 10
	program := h.program("Club", lastingTiers)
	for i := range cards {
		code := h.join(program, fmt.Sprintf("customer-%d", i))
		_, err := h.Loyalty.AddBalance(h.ctx, code, lasting(100+overdue, h.today()))
		h.must(err)
	}
	h.seconds.Add(60 * secondsOfDay)
	var done [3]atomic.Int64
	h.together(workers, func(w int) {
		report, err := h.engine(h.store).Maintain(h.ctx, h.now())
		if err != nil {
			h.Errorf("worker %d: %v", w, err)
		}
		done[0].Add(int64(report.Cards))
		done[1].Add(int64(report.Expired))
		done[2].Add(int64(report.TierMoves))
	})
	if done[0].Load() != cards || done[1].Load() != cards*(100+overdue) || done[2].Load() != cards {
		h.Errorf("%d cards, %d points and %d tiers, want %d, %d and %d", done[0].Load(), done[1].Load(), done[2].Load(), cards, cards*(100+overdue), cards)
	}
}

// raceTiers lets 16 workers earn a member through all tiers: each move is told once.
func raceTiers(h *host) {
	code := h.join(h.program("Club", nil), "ada")
	h.together(workers, func(w int) {
		if _, err := h.Loyalty.AddBalance(h.ctx, code, loyalty.Adjustment{Points: 20}); err != nil {
			h.Errorf("worker %d: %v", w, err)
		}
	})
	state, err := Export(h.ctx, h.store, Names{})
	h.must(err)
	moves := map[event.Type]int{}
	for _, e := range state.Events {
		moves[e.Type]++
	}
	if moves[event.LoyaltyTierJoined] != 1 || moves[event.LoyaltyTierUpgraded] != 1 || moves[event.LoyaltyTierDowngraded] != 0 || moves[event.LoyaltyTierLeft] != 0 {
		h.Errorf("the member has moved: %v", moves)
	}
	if left := h.points(code); left != 20*workers {
		h.Errorf("%d points after %d additions of 20", left, workers)
	}
}

// raceMaintenanceAgainstRedeem does the maintenance of a day on which points of a card are over, while others pay with the card and roll
// back what was paid with these points: nothing that is over is spent, each of them expires once, and what comes back can be used.
func raceMaintenanceAgainstRedeem(h *host) {
	const rounds, part, before, fresh, overdue = 3, 40, 4, 200, 100
	c := h.club(0, nil)
	c.join("CARD")
	var left atomic.Int64
	add := func(a loyalty.Adjustment) {
		_, err := h.Loyalty.AddBalance(h.ctx, "CARD", a)
		h.must(err)
	}
	for range rounds {
		add(lasting(before*part+overdue, h.today()))
		var paid [before]*redemption.Result
		for i := range paid {
			var err error
			paid[i], err = c.Redeem(h.ctx, c.paying("CARD", part))
			h.must(err)
		}
		add(loyalty.Adjustment{Points: fresh, ExpirationType: loyalty.NonExpiring})
		left.Add(fresh)
		h.seconds.Add(2 * secondsOfDay)
		h.together(workers, func(w int) {
			switch w % 4 {
			case 0:
				if _, err := h.engine(h.store).Maintain(h.ctx, h.now()); err != nil {
					h.Errorf("worker %d: %v", w, err)
				}
			case 1:
				if _, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: paid[w/4].ID()}); err != nil {
					h.Errorf("worker %d: %v", w, err)
				}
				left.Add(part)
			default:
				_, err := c.Redeem(h.ctx, c.paying("CARD", part))
				if err == nil {
					left.Add(-part)
				} else if !refusedBy(err, fault.LoyaltyCardPointsExceeded) {
					h.Errorf("worker %d: %v", w, err)
				}
			}
		})
		if a := h.account("CARD"); int64(a.Balance) != left.Load() {
			h.Errorf("%d are left, want %d", a.Balance, left.Load())
		}
	}
	times := 0
	for _, entry := range h.entriesOf("CARD") {
		if entry.Type == giftledger.PointsExpiration {
			if times++; entry.Details.Balance.Points != -overdue {
				h.Errorf("%d have expired, want %d", -entry.Details.Balance.Points, overdue)
			}
		}
	}
	if times != rounds {
		h.Errorf("points have expired %d times, want once for each of %d days", times, rounds)
	}
}
