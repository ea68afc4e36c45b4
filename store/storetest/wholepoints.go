package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/voucher"
)

// wholeClub is two programs with everything that points can do: rules that pay for orders at once and later, and for tiers, points
// that expire, tiers that follow the balance and tiers that last, rewards, and in one of them an automatic one.
func (h *host) wholeClub() (shop, mugs *club) {
	h.Helper()
	programs := [...]*club{
		h.clubOf(h.program("Whole", nil), nil),
		{host: h, campaign: h.program("Mugs", lastingTiers).ID},
	}
	shop, mugs = programs[0], programs[1]
	half := perCent()
	half.Loyalty.Order.Amount.Every = 20
	upgraded := loyalty.EarningRule{
		Event: loyalty.TierUpgraded, LoyaltyTier: &loyalty.Reference{ID: loyalty.AnyTier}, Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: 5},
	}
	_, err := h.Loyalty.CreateEarningRules(h.ctx, shop.campaign, fixed(10, 0), fixed(25, 9), half, upgraded)
	h.must(err)
	_, err = h.Loyalty.CreateEarningRules(h.ctx, mugs.campaign, fixed(30, 0), fixed(45, 20), upgraded)
	h.must(err)
	mugs.offer(reward.Reward{Name: "Mug", Type: reward.Material, Parameters: reward.Parameters{Product: &reward.Product{ID: "cup"}}},
		reward.Loyalty{Points: 120, AutoRedeem: true})
	off := discount.Percent("10", discount.ToOrder)
	_, err = h.Vouchers.Create(h.ctx, voucher.Voucher{Code: "TENTH", Type: voucher.DiscountVoucher, Discount: &off})
	h.must(err)
	return shop, mugs
}

// wholePatience is when a store that is slow plays no more histories.
const wholePatience = 3 * time.Second

// testWholePoints does everything with points that the engine can do, in any order, while days pass with and without maintenance. It
// keeps no account of its own: after each step each card must agree with itself, and what was validated is what is redeemed.
func testWholePoints(h *host) {
	shop, mugs := h.wholeClub()
	histories, failed := 0, false
	var spent time.Duration
	rapid.Check(h.T, func(t *rapid.T) {
		if spent > wholePatience && !failed { // what has failed is played again, to find out how little is needed
			return
		}
		defer func(begun time.Time) { spent, failed = spent+time.Since(begun), failed || t.Failed() }(time.Now())
		histories++
		m := &wholeMember{host: h, shop: shop, name: fmt.Sprintf("whole-%d", histories)}
		for _, c := range []*club{shop, mugs} {
			m.cards = append(m.cards, h.join(campaign.Campaign{ID: c.campaign}, m.name))
		}
		buyer, err := h.Customers.Get(h.ctx, m.name)
		h.must(err)
		m.id = buyer.ID
		m.order(t)
		for range rapid.IntRange(4, 10).Draw(t, "steps") {
			rapid.SampledFrom([]func(*rapid.T){
				m.order, m.cancelOrder, m.payAgain, m.movePending, m.adjust, m.adjust, m.transfer, m.buy, m.pay, m.pay, m.giveBack, m.giveBack,
				m.undo, m.undo, m.pass, m.pass, m.maintain,
			}).Draw(t, "step")(t)
			for _, code := range m.cards {
				if _, err := h.audited(code); err != nil {
					t.Fatal(err)
				}
			}
		}
		if histories&(histories-1) == 0 { // the state grows, so it is looked at ever more seldom
			problems, err := Problems(h.ctx, h.store)
			h.must(err)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
		}
	})
}

// wholeMember is a member of both programs, and what he has done.
type wholeMember struct {
	*host
	shop   *club
	name   string // the source_id of the customer
	id     string
	cards  []string // of the shop, and of the mugs
	orders []string
	paid   []*redemption.Result
}

// allow fails on an error that is none of the refusals, and reports whether there was none.
func (m *wholeMember) allow(t *rapid.T, what string, err error, refusals ...fault.Key) bool {
	if err != nil && !slices.ContainsFunc(refusals, func(k fault.Key) bool { return refusedBy(err, k) }) {
		t.Fatalf("%s: %v", what, err)
	}
	return err == nil
}

func (m *wholeMember) card(t *rapid.T) string { return rapid.SampledFrom(m.cards).Draw(t, "card") }

func (m *wholeMember) order(t *rapid.T) {
	o, err := m.Orders.Create(m.ctx, order.Order{
		Status: order.Paid, Amount: rapid.Int64Range(1000, 4000).Draw(t, "amount"), CustomerID: m.id,
	})
	if m.allow(t, "order", err) {
		m.orders = append(m.orders, o.ID)
	}
}

// cancelOrder takes back what waits for an order.
func (m *wholeMember) cancelOrder(t *rapid.T) { m.setOrder(t, order.Canceled) }

// payAgain earns nothing: each rule pays once for an order.
func (m *wholeMember) payAgain(t *rapid.T) { m.setOrder(t, order.Processing, order.Paid) }

func (m *wholeMember) setOrder(t *rapid.T, statuses ...order.Status) {
	if len(m.orders) == 0 {
		return
	}
	id := rapid.SampledFrom(m.orders).Draw(t, "order")
	for _, status := range statuses {
		_, err := m.Orders.Update(m.ctx, order.Order{ID: id, Status: status})
		m.allow(t, string(status), err)
	}
}

func (m *wholeMember) movePending(t *rapid.T) {
	code := m.card(t)
	var waiting []string
	for p, err := range m.Loyalty.PendingPoints(m.ctx, code, voucherify.ListOptions{}) {
		m.must(err)
		waiting = append(waiting, p.ID)
	}
	if len(waiting) == 0 {
		return
	}
	slices.Sort(waiting)
	id := rapid.SampledFrom(waiting).Draw(t, "pending")
	var err error
	switch rapid.IntRange(0, 2).Draw(t, "move") {
	case 0:
		_, err = m.Loyalty.ActivatePending(m.ctx, code, id)
	case 1:
		_, err = m.Loyalty.AdjustPending(m.ctx, code, id, -1)
	case 2:
		err = m.Loyalty.CancelPending(m.ctx, code, id)
	}
	m.allow(t, "pending", err, fault.InvalidPendingPointsState, fault.InvalidAmount) // the calendar may have been first
}

func (m *wholeMember) adjust(t *rapid.T) {
	a := loyalty.Adjustment{Points: giftledger.Points(rapid.Int64Range(-150, 200).Draw(t, "points"))}
	if days := rapid.SampledFrom([]int32{-1, 0, 3, 8, 19}).Draw(t, "days"); days >= 0 && a.Points > 0 { // 8 and 19: when others come
		a = lasting(a.Points, m.today()+loyalty.Date(days))
	}
	_, err := m.Loyalty.AddBalance(m.ctx, m.card(t), a)
	m.allow(t, "adjust", err, fault.InvalidAmount)
}

func (m *wholeMember) transfer(t *rapid.T) {
	from := rapid.IntRange(0, 1).Draw(t, "from")
	x := loyalty.Transfer{
		Code: m.cards[from], Points: giftledger.Points(rapid.Int64Range(1, 150).Draw(t, "points")), SourceID: fmt.Sprint("move-", m.calls.Load()),
	}
	_, err := m.Loyalty.TransferPoints(m.ctx, m.cards[1-from], []loyalty.Transfer{x})
	m.allow(t, "transfer", err, fault.InvalidAmount)
}

func (m *wholeMember) buy(t *rapid.T) {
	result, err := m.shop.get(m.cards[0], m.shop.cup)
	if m.allow(t, "buy", err, fault.LoyaltyCardPointsExceeded) {
		m.paid = append(m.paid, result)
	}
}

// pay pays an order with points beside a coupon; one that is paid at once earns as well.
func (m *wholeMember) pay(t *rapid.T) {
	request := m.shop.paying(m.cards[0], giftledger.Points(rapid.Int64Range(1, 400).Draw(t, "points")))
	request.Redeemables = append(redemption.Codes("TENTH"), request.Redeemables...)
	request.Customer = customer.BySourceID(m.name)
	if rapid.Bool().Draw(t, "paid") {
		request.Order.Status = order.Paid
	}
	asked, err := m.Validate(m.ctx, request)
	m.allow(t, "validate", err)
	result, err := m.Redeem(m.ctx, request)
	if redeemed := m.allow(t, "pay", err, fault.LoyaltyCardPointsExceeded); redeemed != asked.Valid {
		t.Fatalf("redeemed: %t, validated: %t", redeemed, asked.Valid)
	}
	if err != nil {
		return
	}
	m.paid = append(m.paid, result)
	if diff := cmp.Diff(asked.Order.TotalAmount, result.Order.TotalAmount); diff != "" {
		t.Fatalf("what was validated is not what was redeemed (-validated +redeemed):\n%s", diff)
	}
}

func (m *wholeMember) giveBack(t *rapid.T) {
	if p := m.any(t); p != nil && p.Order != nil {
		_, err := m.Return(m.ctx, redemption.ReturnRequest{
			Redemption: p.ID(), Lines: []redemption.ReturnLine{{ItemID: p.Order.Items[0].ID, Quantity: 1}},
		})
		m.allow(t, "return", err, fault.InvalidPayload, fault.AlreadyRolledBack)
	}
}

func (m *wholeMember) undo(t *rapid.T) {
	if p := m.any(t); p != nil {
		_, err := m.Rollback(m.ctx, redemption.RollbackRequest{Redemption: p.ID()})
		m.allow(t, "rollback", err, fault.AlreadyRolledBack)
	}
}

// any is one of the redemptions; nil for none.
func (m *wholeMember) any(t *rapid.T) *redemption.Result {
	if len(m.paid) == 0 {
		return nil
	}
	return rapid.SampledFrom(m.paid).Draw(t, "redemption")
}

// pass lets days pass, which leaves something due.
func (m *wholeMember) pass(t *rapid.T) {
	m.seconds.Add(rapid.Int64Range(0, 25*secondsOfDay).Draw(t, "seconds"))
}

func (m *wholeMember) maintain(t *rapid.T) {
	_, err := m.Maintain(m.ctx, m.now())
	m.allow(t, "maintain", err)
}
