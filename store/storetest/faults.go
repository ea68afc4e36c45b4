package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// blow is a way in which calls fail.
type blow struct {
	name        string
	after, lost bool
	err         error
	// attempts is how often the engine may try.
	attempts int
}

var blows = []blow{
	{"fails before its effect", false, false, store.ErrUnavailable, 50},
	{"fails after its effect", true, false, store.ErrUnavailable, 50},
	{"loses the connection before its effect", false, true, store.ErrUnavailable, 50},
	{"loses the connection after its effect", true, true, store.ErrUnavailable, 50},
	{"collides with another transaction", false, false, store.ErrConflict, 1},
}

// deed is an operation of the engine that a fault strikes.
type deed struct {
	name string
	// prepare stores what the operation finds and returns the operation, which answers the same whenever it is repeated.
	prepare func(h *host) func(e *voucherify.Engine) (string, error)
	// cold leaves it to the operation to read the configuration.
	cold bool
	// again is the answer to a repetition after the effect, for operations without an idempotency key; nil is the same answer.
	again error
}

var deeds = []deed{
	{name: "the redeem of one code", prepare: redeemOne},
	{name: "the first redeem of a new engine", prepare: redeemOne, cold: true},
	{name: "the redeem of a stack by a new customer", prepare: redeemStack},
	{name: "the redeem of a referral code", prepare: redeemReferral},
	{name: "the rollback of a stack", prepare: rollBackStack},
	{name: "the redeem of a reward", prepare: redeemReward},
	{name: "the rollback of a reward", prepare: rollBackReward},
	{name: "points that bring a reward", prepare: addForReward},
	{name: "the return of units", prepare: returnUnits},
	{name: "the creation of a code", prepare: createCode, again: fault.DuplicateFound},
	{name: "the import of a file of gift cards", prepare: importCards},
}

// RunFaults proves that an operation of the engine happens whole or not at all when any one of its calls to the store
// fails, before or after its effect, and that the same call with the same key then answers as if nothing had been wrong.
func RunFaults(t *testing.T, factory func(t *testing.T) store.Store) {
	t.Helper()
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			var want course
			t.Run("goes well", func(t *testing.T) { want = d.goesWell(newHost(t, factory(t))) })
			for _, b := range blows {
				t.Run("each call "+b.name, func(t *testing.T) { d.goesWrong(newHost(t, factory(t)), want, b) })
			}
			t.Run("a collision is tried again", func(t *testing.T) { d.collides(newHost(t, factory(t)), want) })
		})
	}
}

// course is how an operation goes when nothing fails.
type course struct {
	answer string
	calls  int
	after  State
}

func (d deed) goesWell(h *host) course {
	faulty, act := d.begin(h, d.prepare(h), 1)
	answer, err := act()
	h.must(err)
	return course{answer: answer, calls: faulty.Calls(), after: h.export()}
}

// begin makes an engine over the store. Whatever it creates has the same identifiers, however often it is tried.
func (d deed) begin(h *host, act func(*voucherify.Engine) (string, error), attempts int) (*Faulty, func() (string, error)) {
	faulty := NewFaulty(h.store)
	counting := &roomy{Store: faulty}
	e, err := voucherify.New(counting,
		voucherify.WithClock(func() time.Time { return at(1) }),
		voucherify.WithIDs(counting.next),
		voucherify.WithLimits(voucherify.Limits{MaxAttempts: attempts}),
	)
	h.must(err)
	if !d.cold {
		_, err := e.Validate(h.ctx, cart("nobody", "nothing"))
		h.must(err)
	}
	faulty.Arm(Fault{})
	return faulty, func() (string, error) { return act(e) }
}

// roomy gives a call the same identifiers whenever it is tried: those that it asks for inside its transaction follow those that it
// begins with.
type roomy struct {
	store.Store
	open  bool
	rooms uint64
}

func (r *roomy) Update(ctx context.Context, fn func(store.Tx) error) error {
	r.open = true
	defer func() { r.open = false }()
	return r.Store.Update(ctx, fn)
}

func (r *roomy) next(now time.Time) id.Sequence {
	r.rooms++
	if !r.open {
		r.rooms = 0
	}
	return id.NewSequence(now, 1<<27+r.rooms<<12)
}

// goesWrong tries the operation with a fault at the first call, then at the second, and so on. None of these has an effect,
// unless the fault comes after the commit, which is the last call. Then it is repeated without a fault.
func (d deed) goesWrong(h *host, want course, b blow) {
	operation := d.prepare(h)
	before := h.export()
	faulty, act := d.begin(h, operation, b.attempts)
	for call := 1; call <= want.calls; call++ {
		if d.cold {
			faulty, act = d.begin(h, operation, b.attempts)
		}
		faulty.Arm(Fault{Call: call, After: b.after, Lost: b.lost, Err: b.err})
		answer, err := act()
		lost := call == want.calls && (b.lost || b.after)
		if !faulty.Struck() || !errors.Is(err, b.err) || errors.Is(err, store.ErrUnknownCommit) != lost {
			h.Fatalf("a fault at call %d of %d: got %s, %v", call, want.calls, answer, err)
		}
		if call < want.calls || !b.after {
			h.same(fmt.Sprintf("the state after a fault at call %d of %d", call, want.calls), before, h.export())
		}
	}
	for repetition := range 2 {
		answer, err := act()
		if d.again != nil && (b.after || repetition > 0) {
			if !errors.Is(err, d.again) {
				h.Errorf("the repetition: got %v, want %v", err, d.again)
			}
		} else if err != nil || answer != want.answer {
			h.Errorf("the repetition: got %s, %v; want %s", answer, err, want.answer)
		}
		h.same("the state after the repetition", want.after, h.export())
	}
}

// collides lets the commit meet another transaction, which the engine must not tell its caller about.
func (d deed) collides(h *host, want course) {
	faulty, act := d.begin(h, d.prepare(h), 2)
	faulty.Arm(Fault{Call: want.calls, Err: store.ErrConflict})
	answer, err := act()
	if err != nil || answer != want.answer || !faulty.Struck() {
		h.Errorf("got %s, %v; want %s", answer, err, want.answer)
	}
	h.same("the state", want.after, h.export())
}

// export reads the whole state.
func (h *host) export() State {
	h.Helper()
	state, err := Export(h.ctx, h.store, h.store.names())
	h.must(err)
	return state
}

func (h *host) same(what string, want, got any) {
	h.Helper()
	same(h, what, want, got)
}

func redeemOne(h *host) func(e *voucherify.Engine) (string, error) {
	h.code("ONE", 1)
	return h.redeeming(lines("ONE", 3))
}

func (h *host) redeeming(request redemption.Request) func(e *voucherify.Engine) (string, error) {
	request.IdempotencyKey = "redeem"
	return func(e *voucherify.Engine) (string, error) {
		result, err := e.Redeem(h.ctx, request)
		return encode(h, result), err
	}
}

func stackOf(h *host) redemption.Request {
	for _, code := range []string{"A", "B", "C"} {
		h.code(code, 1)
	}
	return redemption.Request{
		Redeemables: redemption.Codes("A", "B", "C"), Customer: &customer.Customer{SourceID: "new", Name: "New"},
		Order: order.New("ord-1", order.Line{ProductID: "p", Quantity: 2, Price: 5000}),
	}
}

func redeemStack(h *host) func(e *voucherify.Engine) (string, error) { return h.redeeming(stackOf(h)) }

// redeemReferral brings a customer to a referrer, and gives both sides what there is: credits on the cards that they have, and the
// only coupon.
func redeemReferral(h *host) func(e *voucherify.Engine) (string, error) {
	h.programme(1)
	h.referrer("ann")
	for _, sourceID := range []string{"ann", "bob"} {
		h.must(h.Campaigns.AddVoucher(h.ctx, "Cards", "card of "+sourceID))
		_, err := h.Publications.Create(h.ctx, fromPool("Cards", customer.BySourceID(sourceID)))
		h.must(err)
	}
	h.must(h.Campaigns.AddVoucher(h.ctx, "Coupons", "COUPON"))
	return h.redeeming(cart("bob", "ann"))
}

func rollBackStack(h *host) func(e *voucherify.Engine) (string, error) {
	redeemed, err := h.Redeem(h.ctx, stackOf(h))
	h.must(err)
	return func(e *voucherify.Engine) (string, error) {
		result, err := e.Rollback(h.ctx, redemption.RollbackRequest{Redemption: redeemed.ID(), IdempotencyKey: "rollback"})
		return encode(h, result), err
	}
}

func returnUnits(h *host) func(e *voucherify.Engine) (string, error) {
	h.code("ONE", 1)
	redeemed, err := h.Redeem(h.ctx, lines("ONE", 3))
	h.must(err)
	return func(e *voucherify.Engine) (string, error) {
		result, err := e.Return(h.ctx, redemption.ReturnRequest{
			Redemption: redeemed.ID(), IdempotencyKey: "return",
			Lines: []redemption.ReturnLine{{ItemID: redeemed.Order.Items[0].ID, Quantity: 2}},
		})
		return encode(h, result), err
	}
}

func createCode(h *host) func(e *voucherify.Engine) (string, error) {
	template := h.code("TEMPLATE", 0)
	return func(e *voucherify.Engine) (string, error) {
		v := template
		v.Code = "NEW"
		created, err := e.Vouchers.Create(h.ctx, v)
		return encode(h, created), err
	}
}
