package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// raceLimits are the limits that are raced for.
var raceLimits = []int64{1, 2, 100}

// race is one limit of the domain: how it is set up, and the request that worker w sends on its n-th attempt.
type race struct {
	name  string
	setup func(h *host, limit int64) func(w, n int) redemption.Request
}

var races = []race{
	{"one voucher", oneVoucher},
	{"one campaign", limitedBy("campaign.redemptions.count", 1)},
	{"one customer", limitedBy("campaign.redemptions.customers_count", 1)},
	{"one customer and one incentive", limitedBy("redemption.count.per_customer", 1)},
	{"one money budget", limitedBy("campaign.orders.amount_discounted", raceDiscount)},
}

// RunRaces proves what the engine promises when 16 workers call it at the same time: no limit of the domain is exceeded
// and none is left unused, nothing is undone twice, and what is asked with the same key happens once. After each race the
// state must not contradict itself, and its history must be that of calls that came one after another.
func RunRaces(t *testing.T, factory func(t *testing.T) store.Store) {
	t.Helper()
	for _, r := range races {
		for _, limit := range raceLimits {
			t.Run(fmt.Sprintf("%s with a limit of %d", r.name, limit), func(t *testing.T) {
				t.Parallel()
				raceForLimit(newHost(t, factory(t)), r, limit)
			})
		}
	}
	for _, r := range []struct {
		name string
		run  func(h *host)
	}{
		{"16 workers that name two codes in opposite orders redeem both to the limit", raceInOppositeOrders},
		{"16 workers with 20 shared idempotency keys redeem 20 times", raceIdempotency},
		{"of 16 workers with one key and different requests one redeems", raceDifferentRequests},
		{"16 workers redeem a code until it expires and never after", raceExpiry},
		{"one redemption rolled back by 16 workers is rolled back once", raceRollbacks},
		{"a stack and its parts rolled back by 16 workers give back each part once", raceParts},
		{"16 workers that redeem and roll back never hold more than the limit", raceRedeemAgainstRollback},
		{"16 workers return the units of one line once each", raceReturns},
		{"16 workers that return and roll back give the discount back once", raceReturnAgainstRollback},
		{"16 workers spend one gift card to the last cent", raceForCredits},
		{"16 workers top up, take from, spend and refund one gift card", raceTopUps},
		{"16 workers remove the points of one card to the last", raceRemovals},
		{"16 workers transfer points between two cards in both directions", raceTransfers},
		{"16 workers do the maintenance and move points", raceMaintenance},
		{"16 workers do the maintenance, pay with points that are over, and roll back", raceMaintenanceAgainstRedeem},
		{"16 workers that do the same maintenance do everything once", raceRuns},
		{"16 workers earn a member through all tiers once", raceTiers},
		{"16 workers set one order to PAID and each rule pays once", racePaidOrder},
		{"48 orders of 16 workers earn every point on one card", raceEarnings},
		{"of activating and canceling the same pending points one wins", racePending},
		{"16 workers spend one loyalty card to the last point", raceForPoints},
		{"of 16 members one gets the last product", raceForStock},
		{"of 16 members three get the last three coupons", raceForCoupons},
		{"16 workers pay with, add to, take from and refund one loyalty card", racePointsToAndFro},
		{"16 workers hand one product over and roll it back", raceHandingOver},
		{"16 workers add the points of automatic rewards", raceAutomaticRewards},
		{"16 workers on two engines see a limit that was lowered at once", raceConfiguration},
		{"16 workers that use one referral code for the same customers bring each once", raceReferees},
		{"16 workers that use several referral codes for the same customers bring each once", raceReferrers},
		{"16 workers close no circle of referrals", raceCircle},
		{"16 workers that use one referral code for the same customers bring each point once", raceReferralPoints},
		{"16 workers that bring customers and take that back reward once", raceRevocations},
		{"16 workers that publish the codes of a campaign give out each code once", racePublications},
		{"16 workers that set up one template create each name, and what is missing, once", raceSetups},
		{"16 imports of overlapping files fill a campaign with each code once", raceImports},
		{"a campaign that is deleted during an import leaves no codes", raceImportAgainstDeletion},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.run(newHost(t, factory(t)))
		})
	}
}

func raceForLimit(h *host, r race, limit int64) {
	request := r.setup(h, limit)
	attempts := int(limit)/workers + 2
	var accepted atomic.Int64
	h.together(workers, func(w int) {
		for n := range attempts {
			if h.redeem(r.name, limit, request(w, n)) != nil {
				accepted.Add(1)
			}
		}
	})
	if accepted.Load() != limit {
		h.Errorf("accepted %d redemptions, the limit is %d", accepted.Load(), limit)
	}
	if recorded := h.succeeded(); recorded != limit {
		h.Errorf("%d redemptions are recorded, %d were accepted", recorded, limit)
	}
}

// succeeded counts the redemptions that have succeeded, rolled back or not.
func (h *host) succeeded() int64 {
	h.Helper()
	var count int64
	for x, err := range h.Redemptions.List(h.ctx, voucherify.ListOptions{}) {
		h.must(err)
		if x.Result == redemption.Success {
			count++
		}
	}
	return count
}

// oneVoucher limits the redemptions of one code; every worker is another customer.
func oneVoucher(h *host, limit int64) func(w, n int) redemption.Request {
	h.code("RACE", limit)
	return func(w, _ int) redemption.Request { return cart(fmt.Sprintf("worker-%d", w), "RACE") }
}

// limitedBy limits a campaign of one unlimited code by a rule; all workers are the same customer, which is new.
func limitedBy(rule string, unit int64) func(h *host, limit int64) func(w, n int) redemption.Request {
	return func(h *host, limit int64) func(w, n int) redemption.Request {
		off := discount.AmountOff(raceDiscount, discount.ToOrder)
		limited, err := h.Rules.Create(h.ctx, ruleOf(rule, limit*unit))
		h.must(err)
		_, err = h.Campaigns.Create(h.ctx, campaign.Campaign{
			Name: "Race", CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone, ValidationRules: []string{limited.ID},
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: "RACE"},
		})
		h.must(err)
		return func(int, int) redemption.Request { return cart("shared", "RACE") }
	}
}

// ruleOf is a rule that something is at most a number.
func ruleOf(name string, most int64) validation.Rule {
	return validation.Rule{Name: name, Rules: validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: name, Conditions: validation.Conditions{"$less_than_or_equal": {most}}},
	}}}
}

// raceInOppositeOrders lets half of the workers name the codes the other way round, so that a store that locks counters in
// the order of the request deadlocks.
func raceInOppositeOrders(h *host) {
	const limit, each = 40, 4
	h.code("A", limit)
	h.code("B", limit)
	var accepted atomic.Int64
	h.together(workers, func(w int) {
		codes := []string{"A", "B"}
		if w%2 == 1 {
			codes = []string{"B", "A"}
		}
		for range each {
			if h.redeem("both", limit, cart(fmt.Sprintf("worker-%d", w), codes...)) != nil {
				accepted.Add(1)
			}
		}
	})
	if a, b := h.redeemed("A"), h.redeemed("B"); accepted.Load() != limit || a != limit || b != limit {
		h.Errorf("accepted %d, redeemed %d and %d, want %d", accepted.Load(), a, b, limit)
	}
}

func raceIdempotency(h *host) {
	const keys = 20
	h.code("RACE", 0)
	h.together(workers, func(w int) {
		for key := range keys {
			request := cart("shared", "RACE")
			request.IdempotencyKey = fmt.Sprintf("key-%d", key)
			begun := h.history.begin()
			result, err := h.Redeem(h.ctx, request)
			if err != nil {
				h.Errorf("worker %d: %v", w, err)
				return
			}
			h.history.end(begun, answer{Key: request.IdempotencyKey, Text: encode(h, result)})
		}
	})
	if got := h.redeemed("RACE"); got != keys {
		h.Errorf("redeemed %d times for %d keys", got, keys)
	}
}

func raceDifferentRequests(h *host) {
	const rounds = 5
	h.code("RACE", 0)
	h.together(workers, func(w int) {
		for round := range rounds {
			request := cart(fmt.Sprintf("worker-%d", w), "RACE")
			request.IdempotencyKey = fmt.Sprintf("key-%d", round)
			begun := h.history.begin()
			_, err := h.Redeem(h.ctx, request)
			if err != nil && !isDuplicate(err) {
				h.Errorf("worker %d: %v", w, err)
			}
			h.history.end(begun, creation{What: request.IdempotencyKey, Succeeded: err == nil})
		}
	})
	if got := h.redeemed("RACE"); got != rounds {
		h.Errorf("redeemed %d times for %d keys", got, rounds)
	}
}
