package storetest

import (
	"fmt"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/voucher"
)

// program stores a loyalty program with rules that pay for orders, and gives a card to the customer "member".
func (h *host) earner(autoJoin bool, rules ...loyalty.EarningRule) (campaign.Campaign, voucher.Voucher) {
	h.Helper()
	camp, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate, AutoJoin: autoJoin,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
	})
	h.must(err)
	_, err = h.Loyalty.CreateEarningRules(h.ctx, camp.ID, rules...)
	h.must(err)
	given, err := h.Publications.Create(h.ctx, publication.FromCampaign(camp.ID, customer.BySourceID("member")))
	h.must(err)
	return camp, *given.Voucher
}

// perCent pays a point for each minor unit of an order, fixed pays a number of points; pending days let them wait.
func perCent() loyalty.EarningRule {
	return loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: loyalty.Earning{
		Type: loyalty.Proportional, CalculationType: loyalty.ByOrderAmount, Order: &loyalty.OrderEarning{Amount: &loyalty.Ratio{Every: 1, Points: 1}},
	}}
}

func fixed(points giftledger.Points, pending int) loyalty.EarningRule {
	r := loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: points}}
	if pending > 0 {
		r.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: pending}
	}
	return r
}

// account is the account of a card, which must agree with its ledger and with what waits.
func (h *host) account(card string) loyalty.Account {
	h.Helper()
	a, err := h.audited(card)
	if err != nil {
		h.Error(err)
	}
	return a
}

// audited is the account of a card. It fails unless the entries from the opening lead to the balance, one after another and never
// below 0, the buckets and what waits add up, and no entry has taken points whose last day was over.
func (h *host) audited(card string) (loyalty.Account, error) {
	h.Helper()
	a, err := h.Loyalty.Member(h.ctx, card)
	h.must(err)
	left, expired := a.InitialPoints, giftledger.Points(0)
	for i, t := range h.entriesOf(card) {
		b := t.Details.Balance
		if left += b.Points; t.Number != int64(i)+1 || b.Balance != left || left < 0 {
			return a, fmt.Errorf("entry %d of %s is numbered %d and leaves %d, by the entries %d are left", i+1, card, t.Number, b.Balance, left)
		}
		switch {
		case t.Type == giftledger.PointsExpiration:
			expired -= b.Points
		case b.Points < 0:
			for _, part := range t.Parts {
				if day := loyalty.DateOf(t.CreatedAt, time.UTC); part.ExpiresAt != 0 && part.ExpiresAt < day {
					return a, fmt.Errorf("the %s of %s on %s takes %d points that are over since %s", t.Type, card, day, part.Points, part.ExpiresAt)
				}
			}
		}
	}
	var buckets, waiting giftledger.Points
	next := loyalty.Date(0)
	for _, b := range a.Buckets {
		if buckets += b.Points; b.Points <= 0 {
			return a, fmt.Errorf("a bucket of %s has %d points", card, b.Points)
		}
	}
	for p, err := range h.Loyalty.PendingPoints(h.ctx, card, voucherify.ListOptions{OldestFirst: true}) {
		h.must(err)
		if waiting += p.Points; next == 0 {
			next = p.ActivatesAt
		}
	}
	overdue := a.ExpiredPoints - expired // is read as expired, before an entry tells so
	if a.Balance != buckets || a.Balance != left-overdue || overdue < 0 || a.PendingPoints != waiting || a.NextActivation != next {
		return a, fmt.Errorf("%s has %d points, %d pending until %s; buckets have %d, the entries leave %d, %d of them over, and %d wait until %s",
			card, a.Balance, a.PendingPoints, a.NextActivation, buckets, left, overdue, waiting, next)
	}
	return a, nil
}

// testEarningHistories pays and cancels orders of a member and moves what waits, and keeps its own account.
func testEarningHistories(h *host) {
	_, card := h.earner(false, fixed(10, 0), fixed(25, 9), perCent())
	var balance, waiting giftledger.Points
	orders := 0
	rapid.Check(h.T, func(t *rapid.T) {
		var held []loyalty.Pending
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			held = held[:0]
			for p, err := range h.Loyalty.PendingPoints(h.ctx, card.Code, voucherify.ListOptions{}) {
				h.must(err)
				held = append(held, p)
			}
			step := rapid.SampledFrom([]string{"pay", "pay again", "cancel", "activate", "adjust", "take back"}).Draw(t, "step")
			var p loyalty.Pending
			if len(held) > 0 {
				p = rapid.SampledFrom(held).Draw(t, "entry")
			}
			var err error
			switch {
			case step == "pay":
				amount := rapid.Int64Range(0, 1000).Draw(t, "amount")
				orders++
				_, err = h.Orders.Create(h.ctx, order.Order{SourceID: fmt.Sprint("O", orders), Status: order.Paid, Amount: amount, CustomerID: card.HolderID})
				balance, waiting = balance+10+giftledger.Points(amount), waiting+25
			case step == "pay again" && orders > 0: // each rule pays once for an order, whatever becomes of it
				for _, status := range []order.Status{order.Processing, order.Paid} {
					if _, err = h.Orders.Update(h.ctx, order.Order{SourceID: fmt.Sprint("O", orders), Status: status}); err != nil {
						break
					}
				}
			case p.ID == "":
			case step == "cancel":
				_, err = h.Orders.Update(h.ctx, order.Order{ID: p.OrderID, Status: order.Canceled})
				waiting -= p.Points
			case step == "activate":
				_, err = h.Loyalty.ActivatePending(h.ctx, card.Code, p.ID)
				balance, waiting = balance+p.Points, waiting-p.Points
			case step == "adjust":
				_, err = h.Loyalty.AdjustPending(h.ctx, card.Code, p.ID, 3)
				waiting += 3
			case step == "take back":
				err = h.Loyalty.CancelPending(h.ctx, card.Code, p.ID)
				waiting -= p.Points
			}
			if err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
		if a := h.account(card.Code); a.Balance != balance || a.PendingPoints != waiting {
			t.Fatalf("%d points and %d that wait, want %d and %d", a.Balance, a.PendingPoints, balance, waiting)
		}
	})
}

// racePaidOrder lets 16 workers set one order to PAID: each rule pays for it once.
func racePaidOrder(h *host) {
	_, card := h.earner(false, fixed(7, 0), fixed(25, 5), perCent())
	_, err := h.Orders.Create(h.ctx, order.Order{SourceID: "O1", Amount: 1000, CustomerID: card.HolderID})
	h.must(err)
	h.together(workers, func(w int) {
		for _, status := range []order.Status{order.Paid, order.Processing, order.Paid} {
			if _, err := h.Orders.Update(h.ctx, order.Order{SourceID: "O1", Status: status}); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	if a := h.account(card.Code); a.Balance != 1007 || a.PendingPoints != 25 || a.Entries != 2 {
		h.Errorf("%d points in %d entries and %d that wait, want 1007 in 2 and 25", a.Balance, a.Entries, a.PendingPoints)
	}
}

// raceEarnings lets 16 workers pay orders of one customer, who has no card at first: he gets one, with every point.
func raceEarnings(h *host) {
	const each = 3
	camp, _ := h.earner(true, perCent())
	_, err := h.Customers.Upsert(h.ctx, *customer.BySourceID("ada"))
	h.must(err)
	ada, err := h.Customers.Get(h.ctx, "ada")
	h.must(err)
	h.together(workers, func(w int) {
		for n := range each {
			amount := int64(1 + w*each + n)
			if _, err := h.Orders.Create(h.ctx, order.Order{Status: order.Paid, Amount: amount, CustomerID: ada.ID}); err != nil {
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	const orders = workers * each
	var cards []string
	for a, err := range h.Loyalty.Members(h.ctx, camp.ID, voucherify.ListOptions{}) {
		h.must(err)
		if a.CustomerID == ada.ID {
			cards = append(cards, a.Code)
		}
	}
	if len(cards) != 1 {
		h.Fatalf("the customer has %d cards, want one", len(cards))
	}
	if a := h.account(cards[0]); a.Balance != orders*(orders+1)/2 || a.Entries != orders {
		h.Errorf("%d points in %d entries, want %d in %d", a.Balance, a.Entries, orders*(orders+1)/2, orders)
	}
}

// racePending lets 16 workers activate and cancel the same pending points: for each of them, one wins.
func racePending(h *host) {
	const entries = 6
	_, card := h.earner(false, fixed(25, 5))
	var ids []string
	for range entries {
		_, err := h.Orders.Create(h.ctx, order.Order{Status: order.Paid, Amount: 1000, CustomerID: card.HolderID})
		h.must(err)
	}
	for p, err := range h.Loyalty.PendingPoints(h.ctx, card.Code, voucherify.ListOptions{}) {
		h.must(err)
		ids = append(ids, p.ID)
	}
	var activated, canceled atomic.Int64
	h.together(workers, func(w int) {
		for i := range ids {
			id := ids[(i+w)%len(ids)]
			var err error
			won := &activated
			if w%2 == 0 {
				_, err = h.Loyalty.ActivatePending(h.ctx, card.Code, id)
			} else {
				won = &canceled
				err = h.Loyalty.CancelPending(h.ctx, card.Code, id)
			}
			switch {
			case err == nil:
				won.Add(1)
			case !refusedBy(err, fault.InvalidPendingPointsState):
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	a := h.account(card.Code)
	if activated.Load()+canceled.Load() != entries || int64(a.Balance) != 25*activated.Load() || a.PendingPoints != 0 {
		h.Errorf("%d of %d were activated and %d canceled, %d points are on the card and %d wait",
			activated.Load(), entries, canceled.Load(), a.Balance, a.PendingPoints)
	}
}
