package storetest

import (
	"fmt"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger" // the ledger of this package keeps books about stores
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// club is a loyalty program with its rewards.
type club struct {
	*host
	campaign string
	// pay is money for points, 1 minor unit for each; cup is a product.
	pay, cup reward.Assignment
}

// club creates a program whose cards have points on them. The cup costs 40 points; stock is nil for any number of them.
func (h *host) club(points giftledger.Points, stock *int64) *club {
	h.Helper()
	camp, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{Points: points}},
	})
	h.must(err)
	return h.clubOf(camp, stock)
}

// clubOf is club for a program that is stored.
func (h *host) clubOf(camp campaign.Campaign, stock *int64) *club {
	h.Helper()
	_, err := h.Products.CreateProduct(h.ctx, product.Product{SourceID: "cup", Name: "Cup"})
	h.must(err)
	c := &club{host: h, campaign: camp.ID}
	c.pay = c.offer(reward.Reward{Name: "Pay", Type: reward.Coin, Parameters: reward.Parameters{
		Coin: &reward.Ratio{ExchangeRatio: decimal.New(1, -2)},
	}}, reward.Loyalty{})
	c.cup = c.offer(reward.Reward{
		Name: "Cup", Type: reward.Material, Stock: stock, Parameters: reward.Parameters{Product: &reward.Product{ID: "cup"}},
	}, reward.Loyalty{Points: 40})
	return c
}

func (c *club) offer(r reward.Reward, price reward.Loyalty) reward.Assignment {
	c.Helper()
	stored, err := c.Rewards.Create(c.ctx, r)
	c.must(err)
	a := reward.Assignment{RewardID: stored.ID, RelatedObjectID: c.campaign}
	if price.Points > 0 {
		a.Parameters = &reward.Price{Loyalty: price}
	}
	a, err = c.Rewards.Assign(c.ctx, a)
	c.must(err)
	return a
}

// join gives a card with a code to the customer of the same name.
func (c *club) join(code string) {
	c.Helper()
	c.must(c.Campaigns.AddVoucher(c.ctx, c.campaign, code))
	_, err := c.Publications.Create(c.ctx, publication.OfCode(code, customer.BySourceID(code)))
	c.must(err)
}

func (c *club) balance(code string) giftledger.Points {
	c.Helper()
	account, err := c.Loyalty.Member(c.ctx, code)
	c.must(err)
	return account.Balance
}

// paying is a request that pays points of a card for one line of three units.
func (c *club) paying(code string, points giftledger.Points) redemption.Request {
	return redemption.Request{
		Redeemables: []redemption.Redeemable{redemption.PayWithPoints(code, c.pay.ID, points)}, Customer: customer.BySourceID(code),
		Order: order.New("", order.Line{SKUID: "sku-" + code, Quantity: 3, Price: 1000}),
	}
}

// get redeems a reward with a card.
func (c *club) get(code string, a reward.Assignment) (*redemption.Result, error) {
	return c.Loyalty.RedeemReward(c.ctx, code, redemption.RewardRequest{Reward: redemption.RewardPart{ID: a.ID}})
}

// testRewardHistories moves points to and fro between one card, the orders that it pays for and the cups that it buys, and keeps
// its own account.
func testRewardHistories(h *host) {
	cards := 0
	c := h.club(1000, nil)
	rapid.Check(h.T, func(t *rapid.T) {
		cards++
		m := &memberAccount{club: c, code: fmt.Sprintf("CARD-%d", cards), balance: 1000}
		c.join(m.code)
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			rapid.SampledFrom([]func(*rapid.T){m.adjust, m.pay, m.buy, m.giveBack, m.handOver, m.undo}).Draw(t, "step")(t)
			if got := c.balance(m.code); got != m.balance || got < 0 {
				t.Fatalf("%d are on the card, the account says %d", got, m.balance)
			}
		}
	})
	for finding, err := range h.Verify(h.ctx) {
		h.must(err)
		h.Error(finding)
	}
}

// memberAccount is what a card should hold.
type memberAccount struct {
	*club
	code    string
	balance giftledger.Points
	paid    []*pointsPayment
}

// pointsPayment is a redemption with what it still holds of the card.
type pointsPayment struct {
	result    *redemption.Result
	held      giftledger.Points
	units     int64
	delivered bool
}

func (m *memberAccount) adjust(t *rapid.T) {
	points := giftledger.Points(rapid.Int64Range(-700, 700).Draw(t, "points"))
	_, err := m.Loyalty.AddBalance(m.ctx, m.code, loyalty.Adjustment{Points: points})
	switch impossible := points == 0 || m.balance+points < 0; {
	case err == nil && !impossible:
		m.balance += points
	case !impossible || !refusedBy(err, fault.InvalidAmount):
		t.Fatalf("%d to a balance of %d: %v", points, m.balance, err)
	}
}

func (m *memberAccount) pay(t *rapid.T) {
	points := giftledger.Points(rapid.Int64Range(1, 3500).Draw(t, "points"))
	result, err := m.Redeem(m.ctx, m.paying(m.code, points))
	switch impossible := points > m.balance; {
	case err == nil && !impossible:
		taken := giftledger.Points(result.Redemptions[0].Amount)
		if taken != min(points, 3000) || result.Order.TotalDiscountAmount != int64(taken) {
			t.Fatalf("%d of %d points were taken, they pay %d", taken, points, result.Order.TotalDiscountAmount)
		}
		m.balance -= taken
		m.paid = append(m.paid, &pointsPayment{result: result, held: taken, units: 3})
	case !impossible || !refusedBy(err, fault.LoyaltyCardPointsExceeded):
		t.Fatalf("%d of a balance of %d: %v", points, m.balance, err)
	}
}

func (m *memberAccount) buy(t *rapid.T) {
	result, err := m.get(m.code, m.cup)
	switch impossible := m.balance < 40; {
	case err == nil && !impossible:
		m.balance -= 40
		m.paid = append(m.paid, &pointsPayment{result: result, held: 40})
	case !impossible || !refusedBy(err, fault.LoyaltyCardPointsExceeded):
		t.Fatalf("a cup for a balance of %d: %v", m.balance, err)
	}
}

// last is the last redemption that was not rolled back.
func (m *memberAccount) last() *pointsPayment {
	if len(m.paid) == 0 {
		return nil
	}
	return m.paid[len(m.paid)-1]
}

func (m *memberAccount) giveBack(t *rapid.T) {
	p := m.last()
	if p == nil || p.units == 0 {
		return
	}
	units := rapid.Int64Range(1, p.units).Draw(t, "units")
	back, err := m.Return(m.ctx, redemption.ReturnRequest{
		Redemption: p.result.ID(), Lines: []redemption.ReturnLine{{ItemID: p.result.Order.Items[0].ID, Quantity: units}},
	})
	if err != nil {
		t.Fatalf("return: %v", err)
	}
	p.units, p.held, m.balance = p.units-units, p.held-back.Return.Points, m.balance+back.Return.Points
	if p.held < 0 || p.units == 0 && p.held != 0 {
		t.Fatalf("%d units are left, and %d of the points", p.units, p.held)
	}
}

func (m *memberAccount) handOver(t *rapid.T) {
	p := m.last()
	if p == nil || p.result.Order != nil || p.delivered {
		return
	}
	if _, err := m.Rewards.Complete(m.ctx, p.result.RewardRedemptions[0].ID); err != nil {
		t.Fatalf("complete: %v", err)
	}
	p.delivered = true
}

func (m *memberAccount) undo(t *rapid.T) {
	p := m.last()
	if p == nil {
		return
	}
	back, err := m.Rollback(m.ctx, redemption.RollbackRequest{Redemption: p.result.ID()})
	if err != nil {
		t.Fatalf("rollback: %v", err)
	}
	if given := -back.Rollbacks[0].LoyaltyCard.Points; given != p.held {
		t.Fatalf("the rollback has given %d back, %d were held", given, p.held)
	}
	if kept := len(back.Rollbacks[0].Kept) > 0; kept != p.delivered {
		t.Fatalf("something is kept: %t, the cup was handed over: %t", kept, p.delivered)
	}
	m.balance += p.held
	m.paid = m.paid[:len(m.paid)-1]
}
