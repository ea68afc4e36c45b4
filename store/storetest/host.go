package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// host is one test of the engine on its own store, with a clock that the test can move.
type host struct {
	*testing.T
	*voucherify.Engine
	ctx     context.Context
	store   *ledger
	history history
	// seconds is what the clock shows, in seconds after the instant of the tests.
	seconds atomic.Int64
	// calls numbers the calls of the engine, so that identifiers are the same in every run of one goroutine.
	calls atomic.Uint64
}

// newHost begins a test of the engine. At its end the store is audited, the invariants of the engine are checked and the
// history of the races is judged.
func newHost(t *testing.T, s store.Store) *host {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	h := &host{T: t, ctx: ctx, store: newLedger(s)}
	h.Engine = h.engine(h.store)
	t.Cleanup(func() {
		h.store.audit(t)
		CheckInvariants(t, s)
		h.history.judge(t)
	})
	return h
}

// engine makes another engine, as another process of the shop would: on the same clock, with a catalogue of its own.
func (h *host) engine(s store.Store, more ...voucherify.Option) *voucherify.Engine {
	h.Helper()
	e, err := voucherify.New(s, append([]voucherify.Option{
		voucherify.WithLimits(voucherify.Limits{MaxAttempts: 200}),
		voucherify.WithClock(func() time.Time { return at(int(h.seconds.Load())) }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { return id.NewSequence(now, h.calls.Add(1)<<12) }),
	}, more...)...)
	h.must(err)
	return e
}

func (h *host) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// together runs n workers that start at the same moment and waits for them.
func (h *host) together(n int, work func(worker int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for w := range n {
		done.Go(func() {
			ready.Done()
			<-start
			work(w)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// redeem sends a request that either succeeds or is refused by a limit, and adds it to the history as a change of the
// counter by one. Any other failure is that of the test.
func (h *host) redeem(counter string, limit int64, request redemption.Request) *redemption.Result {
	begun := h.history.begin()
	result, err := h.Redeem(h.ctx, request)
	var refused *redemption.Refused
	if err != nil && !errors.As(err, &refused) {
		h.Errorf("redeem: %v", err)
		return nil
	}
	h.history.end(begun, change{Counter: counter, Delta: 1, Limit: limit, Accepted: err == nil})
	return result
}

// first is redeem where nothing can refuse it.
func (h *host) first(counter string, limit int64, request redemption.Request) *redemption.Result {
	h.Helper()
	result := h.redeem(counter, limit, request)
	if result == nil {
		h.Fatal("the first redeem was refused")
	}
	return result
}

// undo rolls a redemption back, and adds that to the history as a change of the counter. It reports whether it was undone
// by this call; otherwise another one must have been faster.
func (h *host) undo(counter, redeemed string) bool {
	begun := h.history.begin()
	_, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: redeemed})
	if err != nil && !errors.Is(err, fault.AlreadyRolledBack) {
		h.Errorf("rollback of %s: %v", redeemed, err)
		return false
	}
	h.history.end(begun, creation{What: "rollback of " + redeemed, Succeeded: err == nil})
	if err == nil {
		h.history.end(begun, change{Counter: counter, Delta: -1, Limit: -1, Accepted: true})
	}
	return err == nil
}

// giveBack returns one unit of the first line of an order. It reports what came back for it, and whether it did: the units
// may be back already, or the redemption rolled back.
func (h *host) giveBack(result *redemption.Result) (discount int64, ok bool) {
	answer, err := h.Return(h.ctx, redemption.ReturnRequest{
		Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
	})
	switch {
	case err == nil:
		return answer.Return.Discount, true
	case !errors.Is(err, fault.InvalidPayload) && !errors.Is(err, fault.AlreadyRolledBack):
		h.Errorf("return of %s: %v", result.ID(), err)
	}
	return 0, false
}

// raceDiscount is what each redemption of a race takes off, in minor units; money budgets are multiples of it.
const raceDiscount = 500

// code creates a standalone code; limit 0 is unlimited.
func (h *host) code(code string, limit int64) voucher.Voucher {
	h.Helper()
	off := discount.AmountOff(raceDiscount, discount.ToOrder)
	v := voucher.Voucher{Code: code, Type: voucher.DiscountVoucher, Discount: &off}
	if limit > 0 {
		v.Redemption.Quantity = &limit
	}
	created, err := h.Vouchers.Create(h.ctx, v)
	h.must(err)
	return created
}

// redeemed is how often a code counts as redeemed.
func (h *host) redeemed(code string) int64 {
	h.Helper()
	v, err := h.Vouchers.Get(h.ctx, code)
	h.must(err)
	return v.Redemption.RedeemedQuantity
}

// cart asks for codes on a new order of 100.00.
func cart(customerID string, codes ...string) redemption.Request {
	return redemption.Request{
		Redeemables: redemption.Codes(codes...), Order: &order.Order{Amount: 10_000}, Customer: customer.BySourceID(customerID),
	}
}

// lines asks for a code on an order of units at 3.33.
func lines(code string, units int64) redemption.Request {
	return redemption.Request{
		Redeemables: redemption.Codes(code), Order: order.New("", order.Line{ProductID: "p", Quantity: units, Price: 333}),
	}
}
