package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validity"
)

// encode writes an answer as JSON.
func encode(h *host, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		h.Errorf("encode an answer: %v", err)
	}
	return string(text)
}

func isDuplicate(err error) bool { return errors.Is(err, fault.DuplicateResourceKey) }

// raceExpiry moves the clock over the end of a code while the workers redeem it. The instant of a call is read once, so a
// redemption that is recorded within the window is right, however long its commit takes.
func raceExpiry(h *host) {
	const end, most = 10, 60
	v := h.code("RACE", 0)
	until := at(end)
	v.Window = validity.Window{ExpirationDate: &until}
	_, err := h.Vouchers.Update(h.ctx, v)
	h.must(err)
	var accepted atomic.Int64
	h.together(workers, func(w int) {
		for h.seconds.Load() < most {
			before := h.seconds.Load()
			result, err := h.Redeem(h.ctx, cart(fmt.Sprintf("worker-%d", w), "RACE"))
			switch {
			case err == nil:
				accepted.Add(1)
				if before > end || result.Redemptions[0].Date.After(until) {
					h.Errorf("worker %d redeemed at %s, after %s", w, result.Redemptions[0].Date, until)
				}
			case !errors.Is(err, fault.VoucherExpired):
				h.Errorf("worker %d: %v", w, err)
			case h.seconds.Load() < end:
				h.Errorf("worker %d was refused before the end: %v", w, err)
			}
			h.seconds.Add(1)
		}
	})
	if got := h.redeemed("RACE"); got != accepted.Load() || got == 0 {
		h.Errorf("redeemed %d times, accepted %d", got, accepted.Load())
	}
	for x, err := range h.Redemptions.List(h.ctx, voucherify.ListOptions{}) {
		h.must(err)
		if x.Result == redemption.Success && x.Date.After(until) {
			h.Errorf("%s is of %s, after %s", x.ID, x.Date.Format(time.RFC3339), until)
		}
	}
}

func raceRollbacks(h *host) {
	h.code("RACE", 1)
	result := h.first("RACE", 1, cart("one", "RACE"))
	var undone atomic.Int64
	h.together(workers, func(int) {
		if h.undo("RACE", result.ID()) {
			undone.Add(1)
		}
	})
	if undone.Load() != 1 || h.redeemed("RACE") != 0 {
		h.Errorf("rolled back %d times, redeemed %d times", undone.Load(), h.redeemed("RACE"))
	}
}

// raceParts rolls back a stack of three as a whole and part by part at the same time.
func raceParts(h *host) {
	codes := []string{"A", "B", "C"}
	for _, code := range codes {
		h.code(code, 1)
	}
	result, err := h.Redeem(h.ctx, cart("one", codes...))
	h.must(err)
	names := []string{result.Parent.ID}
	for _, x := range result.Redemptions {
		names = append(names, x.ID)
	}
	var given atomic.Int64
	h.together(workers, func(w int) {
		answer, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: names[w%len(names)]})
		if err != nil {
			if !errors.Is(err, fault.AlreadyRolledBack) {
				h.Errorf("worker %d: %v", w, err)
			}
			return
		}
		for _, back := range answer.Rollbacks {
			given.Add(back.Discount)
		}
	})
	if want := int64(len(codes)) * raceDiscount; given.Load() != want {
		h.Errorf("gave back %d of %d", given.Load(), want)
	}
	for _, code := range codes {
		if got := h.redeemed(code); got != 0 {
			h.Errorf("%s is redeemed %d times after the rollback", code, got)
		}
	}
}

// raceRedeemAgainstRollback keeps a code of two uses changing hands.
func raceRedeemAgainstRollback(h *host) {
	const limit, each = 2, 6
	h.code("RACE", limit)
	var held atomic.Int64
	h.together(workers/2, func(w int) {
		for range each {
			result := h.redeem("RACE", limit, cart(fmt.Sprintf("worker-%d", w), "RACE"))
			if result == nil {
				continue
			}
			if now := held.Add(1); now > limit {
				h.Errorf("%d redemptions are held at the same time, the limit is %d", now, limit)
			}
			held.Add(-1)
			if !h.undo("RACE", result.ID()) {
				h.Errorf("worker %d could not roll back its own redemption %s", w, result.ID())
			}
		}
	})
	if got := h.redeemed("RACE"); got != 0 {
		h.Errorf("redeemed %d times after everything was rolled back", got)
	}
}

func raceReturns(h *host) {
	const units = 10
	h.code("RACE", 1)
	result := h.first("RACE", 1, lines("RACE", units))
	var returned, given atomic.Int64
	h.together(workers, func(int) {
		answer, err := h.Return(h.ctx, redemption.ReturnRequest{
			Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
		})
		if err == nil {
			returned.Add(1)
			given.Add(answer.Return.Discount)
		}
	})
	if returned.Load() != units || given.Load() != raceDiscount {
		h.Errorf("returned %d of %d units and gave back %d of %d", returned.Load(), units, given.Load(), raceDiscount)
	}
}

// raceReturnAgainstRollback returns single units of a redemption until it is rolled back.
func raceReturnAgainstRollback(h *host) {
	const units, rounds = 7, 4
	for round := range rounds {
		code := fmt.Sprintf("RACE%d", round)
		h.code(code, 1)
		result := h.first(code, 1, lines(code, units))
		var undone, given atomic.Int64
		h.together(workers, func(w int) {
			if w%4 == 0 {
				answer, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: result.ID()})
				if err == nil {
					undone.Add(1)
					given.Add(answer.Rollbacks[0].Discount)
				}
				return
			}
			answer, err := h.Return(h.ctx, redemption.ReturnRequest{
				Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
			})
			if err == nil {
				given.Add(answer.Return.Discount)
			}
		})
		if undone.Load() != 1 || given.Load() != raceDiscount {
			h.Errorf("rolled back %d times and gave back %d of %d", undone.Load(), given.Load(), raceDiscount)
		}
	}
}

// raceConfiguration closes a campaign in one engine while workers redeem on another, which has its catalogue in memory.
// What begins after the change was committed is decided with it.
func raceConfiguration(h *host) {
	const most = 1_000_000
	request := limitedBy("campaign.redemptions.count", 1)(h, most)
	other := h.engine(h.store)
	var closed atomic.Bool
	var accepted atomic.Int64
	h.together(workers/2, func(w int) {
		if w == 0 {
			for accepted.Load() < workers {
				runtime.Gosched()
			}
			begun := h.history.begin()
			if err := forbid(h, other); err != nil {
				h.Error(err)
			}
			h.history.end(begun, passage{Close: true})
			closed.Store(true)
			return
		}
		for last := false; !last; {
			last = closed.Load() // each worker tries once more after the campaign is closed
			begun := h.history.begin()
			_, err := h.Redeem(h.ctx, request(w, 0))
			var refused *redemption.Refused
			if err != nil && !errors.As(err, &refused) {
				h.Errorf("worker %d: %v", w, err)
				accepted.Add(workers) // the other worker must not wait for ever
				return
			}
			h.history.end(begun, passage{Passed: err == nil})
			if err == nil {
				accepted.Add(1)
			}
		}
	})
}

// forbid lowers the limit of every rule to 0.
func forbid(h *host, e *voucherify.Engine) error {
	for rule, err := range e.Rules.List(h.ctx, voucherify.ListOptions{}) {
		if err != nil {
			return err
		}
		closed := ruleOf(rule.Name, 0)
		closed.ID = rule.ID
		if _, err := e.Rules.Update(h.ctx, closed); err != nil {
			return err
		}
	}
	return nil
}
