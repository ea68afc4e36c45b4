package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// raceWorkers redeem at the same time; each tries twice more than its share of the limit.
const raceWorkers = 16

// raceLimits are the limits that are raced for.
var raceLimits = []int64{1, 2, 100}

// race is one limit of the domain: how it is set up, and the request that a worker sends.
type race struct {
	name string
	// setup configures the limit and returns what worker w sends on its n-th attempt.
	setup func(t *testing.T, e *voucherify.Engine, limit int64) func(w, n int) redemption.Request
}

// raceDiscount is what each redemption takes off, in minor units; money budgets are multiples of it.
const raceDiscount = 500

// RunRaces proves that no limit of the domain is exceeded when 16 workers redeem at the same time through the engine: the
// number of accepted redemptions is the limit exactly, and the counter holds exactly that.
func RunRaces(t *testing.T, factory func(t *testing.T) store.Store) {
	t.Helper()
	for _, r := range races {
		for _, limit := range raceLimits {
			t.Run(fmt.Sprintf("%s with a limit of %d", r.name, limit), func(t *testing.T) {
				t.Parallel()
				runRace(t, factory(t), r, limit)
			})
		}
	}
	t.Run("one redemption rolled back by 16 workers is rolled back once", func(t *testing.T) {
		t.Parallel()
		raceRollbacks(t, factory(t))
	})
	t.Run("16 workers with 20 shared idempotency keys redeem 20 times", func(t *testing.T) {
		t.Parallel()
		raceIdempotency(t, factory(t))
	})
	t.Run("16 workers return the units of one line once each", func(t *testing.T) {
		t.Parallel()
		raceReturns(t, factory(t))
	})
}

var races = []race{
	{name: "one voucher", setup: oneVoucher},
	{name: "one campaign", setup: limitedBy("campaign.redemptions.count", 1)},
	{name: "one customer", setup: limitedBy("campaign.redemptions.customers_count", 1)},
	{name: "one customer and one incentive", setup: limitedBy("redemption.count.per_customer", 1)},
	{name: "one money budget", setup: limitedBy("campaign.orders.amount_discounted", raceDiscount)},
}

func newEngine(t *testing.T, s store.Store) *voucherify.Engine {
	t.Helper()
	e, err := voucherify.New(s, voucherify.WithLimits(voucherify.Limits{MaxAttempts: 1000}))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func runRace(t *testing.T, s store.Store, r race, limit int64) {
	e := newEngine(t, s)
	request := r.setup(t, e, limit)
	attempts := int(limit)/raceWorkers + 2
	var accepted atomic.Int64
	together(raceWorkers, func(w int) {
		for n := range attempts {
			_, err := e.Redeem(context.Background(), request(w, n))
			var refused *redemption.Refused
			switch {
			case err == nil:
				accepted.Add(1)
			case !errors.As(err, &refused):
				t.Errorf("worker %d: %v", w, err)
			}
		}
	})
	if accepted.Load() != limit {
		t.Errorf("accepted %d redemptions, the limit is %d", accepted.Load(), limit)
	}
	var sum int64
	for x, err := range e.Redemptions.List(context.Background(), voucherify.ListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if x.Result == redemption.Success {
			sum++
		}
	}
	if sum != accepted.Load() {
		t.Errorf("%d redemptions are recorded, %d were accepted", sum, accepted.Load())
	}
}

// together runs n workers that start at the same moment and waits for them.
func together(n int, work func(worker int)) {
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

func raceOrder() *order.Order { return &order.Order{Amount: 10_000} }

// oneVoucher limits the redemptions of one code; every worker is another customer.
func oneVoucher(t *testing.T, e *voucherify.Engine, limit int64) func(w, n int) redemption.Request {
	off := discount.AmountOff(raceDiscount, discount.ToOrder)
	_, err := e.Vouchers.Create(context.Background(), voucher.Voucher{
		Code: "RACE", Type: voucher.DiscountVoucher, Discount: &off, Redemption: voucher.Redemption{Quantity: &limit},
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(w, n int) redemption.Request {
		return redemption.Request{
			Redeemables: redemption.Codes("RACE"), Order: raceOrder(), Customer: customer.BySourceID(fmt.Sprintf("worker-%d", w)),
		}
	}
}

// limitedBy limits a campaign of one unlimited code by a rule; all workers are the same customer, which is new.
func limitedBy(rule string, unit int64) func(t *testing.T, e *voucherify.Engine, limit int64) func(w, n int) redemption.Request {
	return func(t *testing.T, e *voucherify.Engine, limit int64) func(w, n int) redemption.Request {
		ctx := context.Background()
		off := discount.AmountOff(raceDiscount, discount.ToOrder)
		limited, err := e.Rules.Create(ctx, validation.Rule{Name: rule, Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: rule, Conditions: validation.Conditions{"$less_than_or_equal": {limit * unit}}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Campaigns.Create(ctx, campaign.Campaign{
			Name: "Race", CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone, ValidationRules: []string{limited.ID},
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: "RACE"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return func(w, n int) redemption.Request {
			return redemption.Request{Redeemables: redemption.Codes("RACE"), Order: raceOrder(), Customer: customer.BySourceID("shared")}
		}
	}
}

func raceRollbacks(t *testing.T, s store.Store) {
	e := newEngine(t, s)
	request := oneVoucher(t, e, 1)
	result, err := e.Redeem(context.Background(), request(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var undone atomic.Int64
	together(raceWorkers, func(int) {
		if _, err := e.Rollback(context.Background(), redemption.RollbackRequest{Redemption: result.ID()}); err == nil {
			undone.Add(1)
		}
	})
	if undone.Load() != 1 {
		t.Errorf("rolled back %d times", undone.Load())
	}
	v, err := e.Vouchers.Get(context.Background(), "RACE")
	if err != nil {
		t.Fatal(err)
	}
	if v.Redemption.RedeemedQuantity != 0 {
		t.Errorf("redeemed_quantity is %d after the rollback", v.Redemption.RedeemedQuantity)
	}
}

func raceIdempotency(t *testing.T, s store.Store) {
	const keys = 20
	e := newEngine(t, s)
	request := oneVoucher(t, e, 1_000_000)
	answers := make([]sync.Map, keys)
	together(raceWorkers, func(w int) {
		for key := range keys {
			r := request(0, 0)
			r.IdempotencyKey = fmt.Sprintf("key-%d", key)
			result, err := e.Redeem(context.Background(), r)
			if err != nil {
				t.Errorf("worker %d: %v", w, err)
				continue
			}
			answers[key].Store(result.ID(), true)
		}
	})
	for key := range answers {
		distinct := 0
		answers[key].Range(func(any, any) bool { distinct++; return true })
		if distinct != 1 {
			t.Errorf("key %d has %d different answers", key, distinct)
		}
	}
	v, err := e.Vouchers.Get(context.Background(), "RACE")
	if err != nil {
		t.Fatal(err)
	}
	if v.Redemption.RedeemedQuantity != keys {
		t.Errorf("redeemed %d times for %d keys", v.Redemption.RedeemedQuantity, keys)
	}
}

func raceReturns(t *testing.T, s store.Store) {
	const units = 10
	e := newEngine(t, s)
	oneVoucher(t, e, 1)
	result, err := e.Redeem(context.Background(), redemption.Request{
		Redeemables: redemption.Codes("RACE"), Order: order.New("", order.Line{ProductID: "p", Quantity: units, Price: 333}),
	})
	if err != nil {
		t.Fatal(err)
	}
	var returned, given atomic.Int64
	together(raceWorkers, func(int) {
		answer, err := e.Return(context.Background(), redemption.ReturnRequest{
			Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
		})
		if err == nil {
			returned.Add(1)
			given.Add(answer.Return.Discount)
		}
	})
	if returned.Load() != units || given.Load() != raceDiscount {
		t.Errorf("returned %d of %d units and gave back %d of %d", returned.Load(), units, given.Load(), raceDiscount)
	}
}
