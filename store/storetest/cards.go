package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger" // the ledger of this package keeps books about stores
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

// card creates a gift card.
func (h *host) card(code string, amount giftledger.Credits) {
	h.Helper()
	_, err := h.Vouchers.Create(h.ctx, voucher.Voucher{Code: code, Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: amount}})
	h.must(err)
}

// left is what is on a gift card.
func (h *host) left(code string) giftledger.Credits {
	h.Helper()
	v, err := h.Vouchers.Get(h.ctx, code)
	h.must(err)
	return v.Gift.Balance
}

// paying is a request that pays credits of a card for one line of three units.
func paying(code string, credits giftledger.Credits) redemption.Request {
	return redemption.Request{
		Redeemables: []redemption.Redeemable{redemption.GiftCard(code, credits)},
		Order:       order.New("", order.Line{SKUID: "sku-" + code, Quantity: 3, Price: 1000}),
	}
}

// refusedBy reports whether an error is a refusal with one of the keys.
func refusedBy(err error, keys ...fault.Key) bool {
	for _, key := range keys {
		if errors.Is(err, key) {
			return true
		}
	}
	return false
}

// issuing creates a gift card, in a history.
type issuing struct {
	Code   string
	Amount giftledger.Credits
}

func (s issuing) play(ctx context.Context, p *player) string {
	return p.result(p.engine.Vouchers.Create(ctx, voucher.Voucher{
		Code: s.Code, Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: s.Amount},
	}))
}

// topping tops a gift card up, or takes from it, in a history.
type topping struct {
	Code     string
	Amount   giftledger.Credits
	SourceID string
}

func (s topping) play(ctx context.Context, p *player) string {
	return p.result(p.engine.Vouchers.AddBalance(ctx, s.Code, giftledger.Adjustment{Amount: s.Amount, SourceID: s.SourceID}))
}

// testCardHistories moves money to and fro between one card and the orders that it pays for, and keeps its own account.
func testCardHistories(h *host) {
	cards := 0
	rapid.Check(h.T, func(t *rapid.T) {
		cards++
		account := &cardAccount{host: h, code: fmt.Sprintf("CARD-%d", cards), paid: map[string]*cardPayment{}}
		account.balance = giftledger.Credits(rapid.Int64Range(0, 5000).Draw(t, "initial"))
		h.card(account.code, account.balance)
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			rapid.SampledFrom([]func(*rapid.T){account.adjust, account.pay, account.pay, account.giveBack, account.undo}).Draw(t, "step")(t)
			if got := h.left(account.code); got != account.balance || got < 0 {
				t.Fatalf("%d is on the card, the account says %d", got, account.balance)
			}
		}
	})
	for finding, err := range h.Verify(h.ctx) {
		h.must(err)
		h.Error(finding)
	}
}

// cardAccount is what a card should hold.
type cardAccount struct {
	*host
	code    string
	balance giftledger.Credits
	paid    map[string]*cardPayment
	ids     []string
}

// cardPayment is a redemption with what it still holds of the card.
type cardPayment struct {
	result *redemption.Result
	held   giftledger.Credits
	units  int64
}

func (a *cardAccount) adjust(t *rapid.T) {
	amount := giftledger.Credits(rapid.Int64Range(-3000, 3000).Draw(t, "amount"))
	_, err := a.Vouchers.AddBalance(a.ctx, a.code, giftledger.Adjustment{Amount: amount})
	switch impossible := amount == 0 || a.balance+amount < 0; {
	case err == nil && !impossible:
		a.balance += amount
	case !impossible || !refusedBy(err, fault.InvalidAmount):
		t.Fatalf("%d to a balance of %d: %v", amount, a.balance, err)
	}
}

func (a *cardAccount) pay(t *rapid.T) {
	credits := giftledger.Credits(rapid.Int64Range(1, 3500).Draw(t, "credits"))
	result, err := a.Redeem(a.ctx, paying(a.code, credits))
	switch impossible := credits > a.balance; {
	case err == nil && !impossible:
		taken := giftledger.Credits(result.Redemptions[0].Amount)
		if taken != min(credits, 3000) {
			t.Fatalf("%d of %d credits were taken for an order of 3000", taken, credits)
		}
		a.balance -= taken
		a.ids, a.paid[result.ID()] = append(a.ids, result.ID()), &cardPayment{result, taken, 3}
	case !impossible || !refusedBy(err, fault.GiftAmountExceeded):
		t.Fatalf("%d of a balance of %d: %v", credits, a.balance, err)
	}
}

func (a *cardAccount) giveBack(t *rapid.T) {
	p := a.any(t)
	if p == nil || p.units == 0 {
		return
	}
	units := rapid.Int64Range(1, p.units).Draw(t, "units")
	back, err := a.Return(a.ctx, redemption.ReturnRequest{
		Redemption: p.result.ID(), Lines: []redemption.ReturnLine{{ItemID: p.result.Order.Items[0].ID, Quantity: units}},
	})
	if err != nil {
		t.Fatalf("return: %v", err)
	}
	given := back.Return.Gift
	p.units, p.held, a.balance = p.units-units, p.held-given, a.balance+given
	if p.held < 0 || p.units == 0 && p.held != 0 {
		t.Fatalf("%d units are left, and %d of the credits", p.units, p.held)
	}
}

func (a *cardAccount) undo(t *rapid.T) {
	p := a.any(t)
	if p == nil {
		return
	}
	back, err := a.Rollback(a.ctx, redemption.RollbackRequest{Redemption: p.result.ID()})
	if err != nil {
		t.Fatalf("rollback: %v", err)
	}
	if given := -back.Rollbacks[0].Gift.Amount; given != p.held {
		t.Fatalf("the rollback has given %d back, %d were held", given, p.held)
	}
	a.balance += p.held
	p.held, p.units = 0, 0
	a.ids = a.ids[:len(a.ids)-1]
	for id, other := range a.paid {
		if other == p {
			delete(a.paid, id)
		}
	}
}

// any is the last redemption that was not rolled back.
func (a *cardAccount) any(*rapid.T) *cardPayment {
	if len(a.ids) == 0 {
		return nil
	}
	return a.paid[a.ids[len(a.ids)-1]]
}

// raceForCredits lets 16 workers spend one card to the last cent.
func raceForCredits(h *host) {
	const parts, part = 10, 50
	h.card("CARD", parts*part)
	var paid atomic.Int64
	h.together(workers, func(int) {
		for range 2 {
			if result := h.redeem("CARD", parts, paying("CARD", part)); result != nil {
				paid.Add(result.Redemptions[0].Amount)
			}
		}
	})
	if left := h.left("CARD"); paid.Load() != parts*part || left != 0 {
		h.Errorf("%d of %d credits were paid, %d are left", paid.Load(), parts*part, left)
	}
}

// raceTopUps tops one card up while others spend it, take from it, and give back what they have paid.
func raceTopUps(h *host) {
	const each, part, initial = 4, 50, 100
	h.card("CARD", initial)
	var moved, distinct atomic.Int64
	h.together(workers, func(w int) {
		for n := range each {
			switch w % 4 {
			case 0: // the same two top-ups by all workers of this kind, each of them once
				_, err := h.Vouchers.AddBalance(h.ctx, "CARD", giftledger.Adjustment{Amount: part, SourceID: fmt.Sprintf("top-up-%d", n%2)})
				if err != nil {
					h.Errorf("worker %d: %v", w, err)
				}
				distinct.Store(2 * part)
			case 1:
				_, err := h.Vouchers.AddBalance(h.ctx, "CARD", giftledger.Adjustment{Amount: -part})
				if err == nil {
					moved.Add(-part)
				} else if !refusedBy(err, fault.InvalidAmount) {
					h.Errorf("worker %d: %v", w, err)
				}
			default:
				result, err := h.Redeem(h.ctx, paying("CARD", part))
				if err != nil {
					if !refusedBy(err, fault.GiftAmountExceeded) {
						h.Errorf("worker %d: %v", w, err)
					}
					continue
				}
				moved.Add(-part)
				moved.Add(h.settle(result, w))
			}
		}
	})
	if left, want := h.left("CARD"), initial+distinct.Load()+moved.Load(); int64(left) != want {
		h.Errorf("%d are left, want %d", left, want)
	}
	numbers := map[int64]bool{}
	for entry, err := range h.Vouchers.Transactions(h.ctx, "CARD", voucherify.ListOptions{}) {
		h.must(err)
		if entry.Details.Balance.Balance < 0 || numbers[entry.Number] {
			h.Errorf("entry %d leaves %d, its number is used: %t", entry.Number, entry.Details.Balance.Balance, numbers[entry.Number])
		}
		numbers[entry.Number] = true
	}
}

// settle returns one unit of every second redemption and rolls it back then, and says what came back to the card.
func (h *host) settle(result *redemption.Result, w int) int64 {
	if w%2 == 0 {
		return 0
	}
	returned, _ := h.giveBack(result)
	undone, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: result.ID()})
	if err != nil {
		h.Errorf("worker %d: %v", w, err)
		return returned
	}
	return returned - int64(undone.Rollbacks[0].Gift.Amount)
}
