// Command giftcard is the life of two gift cards: one is sold from a campaign, one is topped up by hand; both pay for an order
// beside a coupon, a returned item and a rollback give the credits back to the card that had paid them. In the end it prints
// each card as a statement, entry by entry, and has the engine replay the ledger.
//
// From its output the reader learns that
//
//   - a card pays as much as is needed and left, or what the request says, in the order in which cards are named;
//   - what a card has paid stands on the order as a discount, and a coupon behind it counts on the rest;
//   - every movement is an entry with the balance after it, and a refund names the entry that it undoes.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/voucher"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "giftcard:", err)
		os.Exit(1)
	}
}

// run is the whole example; the test calls it as well.
func run(out io.Writer) error {
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	// A real shop leaves clock and identifiers to their defaults; here every run prints the same, and each call is an hour later.
	calls := uint64(0)
	eng, err := voucherify.New(memory.New(),
		voucherify.WithClock(func() time.Time { now = now.Add(time.Hour); return now }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { calls++; return id.NewSequence(now, calls<<12) }),
	)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	s := &shop{ctx: context.Background(), eng: eng, out: w}
	for _, step := range []func() error{s.open, s.buy, s.overspend, s.bringBack, s.cancel, s.statements, s.verify} {
		if err := step(); err != nil {
			return err
		}
	}
	return w.Flush()
}

type shop struct {
	ctx   context.Context
	eng   *voucherify.Engine
	out   io.Writer
	sold  string // the code of the card that was sold
	order *redemption.Result
}

// open makes the cards and a coupon. The code of a card of the campaign is made when the card is sold.
func (s *shop) open() error {
	_, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{
		Name: "Gift card 50", CampaignType: campaign.GiftVouchers, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{
			Gift:       &campaign.Gift{Amount: 5000},
			CodeConfig: voucher.CodeConfig{Pattern: "GIFT-####", Charset: "7"}, // a real shop has more characters,
		},
	})
	if err != nil {
		return err
	}
	card, err := s.eng.Publications.Create(s.ctx, publication.FromCampaign("Gift card 50", customer.BySourceID("anna")))
	if err != nil {
		return err
	}
	s.sold = card.Voucher.Code
	_, err = s.eng.Vouchers.Create(s.ctx, voucher.Voucher{Code: "REFUNDS", Type: voucher.GiftVoucher, Gift: &voucher.Gift{}})
	if err != nil {
		return err
	}
	// The payment's number makes the top-up repeatable: the second call is the first one again.
	for range 2 {
		balance, err := s.eng.Vouchers.AddBalance(s.ctx, "REFUNDS", ledger.Adjustment{Amount: 2000, SourceID: "payment-17", Reason: "broken cup"})
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "REFUNDS is topped up by %s and holds %s\n", money(balance.Amount), money(balance.Balance))
	}
	off := discount.Percent("10", discount.ToOrder)
	_, err = s.eng.Vouchers.Create(s.ctx, voucher.Voucher{Code: "TEN", Type: voucher.DiscountVoucher, Discount: &off})
	return err
}

// buy pays 12.00 with one card and the rest with the other, behind a coupon.
func (s *shop) buy() error {
	result, err := s.eng.Redeem(s.ctx, redemption.Request{
		Redeemables: []redemption.Redeemable{
			redemption.Codes("TEN")[0], redemption.GiftCard("REFUNDS", 1200), redemption.Codes(s.sold)[0],
		},
		Order:    order.New("order-1", order.Line{SKUID: "sku-pot", Quantity: 2, Price: 3500}, order.Line{SKUID: "sku-cup", Quantity: 1, Price: 1000}),
		Customer: customer.BySourceID("anna"),
	})
	if err != nil {
		return err
	}
	s.order = result
	fmt.Fprintf(s.out, "\nAn order of %s:\n", money(result.Order.Amount))
	for _, x := range result.Redemptions {
		fmt.Fprintf(s.out, "  %-9s takes off %6s, %6s are left to pay\n", x.Code, money(x.Granted.Discount()), money(x.Order.TotalAmount))
	}
	return nil
}

// overspend asks for more than is on the card. Nothing happens but a record of the attempt.
func (s *shop) overspend() error {
	_, err := s.eng.Redeem(s.ctx, redemption.Request{
		Redeemables: []redemption.Redeemable{redemption.GiftCard("REFUNDS", 900)}, Order: &order.Order{Amount: 3000},
	})
	var refused *redemption.Refused
	if !errors.As(err, &refused) {
		return fmt.Errorf("9.00 of 8.00: %w", err)
	}
	step := refused.Decision().Steps[len(refused.Decision().Steps)-1]
	fmt.Fprintf(s.out, "\n9.00 of REFUNDS: %s (%s on the card, %s)\n", refused.Cause.Key, step.Actual, step.Expected)
	return nil
}

// bringBack returns one of the two pots. The card gets what it had paid for it, the customer what she had paid in money.
func (s *shop) bringBack() error {
	back, err := s.eng.Return(s.ctx, redemption.ReturnRequest{
		Redemption: s.order.ID(), Lines: []redemption.ReturnLine{{ItemID: s.order.Order.Items[0].ID, Quantity: 1}},
	})
	if err != nil {
		return err
	}
	r := back.Return
	fmt.Fprintf(s.out, "\nOne pot of %s comes back: %s to the cards, %s in money, %s was the coupon's\n",
		money(r.Amount), money(r.Gift), money(r.Refund), money(r.Discount-int64(r.Gift)))
	return nil
}

// cancel rolls the order back: the cards get what the return has not given back already.
func (s *shop) cancel() error {
	back, err := s.eng.Rollback(s.ctx, redemption.RollbackRequest{Redemption: s.order.ID(), Reason: "canceled"})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\nThe order is %s:\n", back.Order.Status)
	for _, x := range back.Rollbacks {
		if x.Gift != nil {
			fmt.Fprintf(s.out, "  %s comes back to a card\n", money(-x.Gift.Amount))
		}
	}
	return nil
}

// statements prints the cards with their entries.
func (s *shop) statements() error {
	for _, code := range []string{s.sold, "REFUNDS"} {
		card, err := s.eng.Vouchers.Get(s.ctx, code)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "\n%s, opened with %s\n", code, money(card.Gift.InitialAmount))
		number := map[string]int64{}
		for t, err := range s.eng.Vouchers.Transactions(s.ctx, code, voucherify.ListOptions{OldestFirst: true}) {
			if err != nil {
				return err
			}
			number[t.ID] = t.Number
			note := ""
			switch {
			case t.RelatedTransactionID != "":
				note = fmt.Sprintf(" (undoes %d)", number[t.RelatedTransactionID])
			case t.Reason != "":
				note = " (" + t.Reason + ")"
			}
			b := t.Details.Balance
			fmt.Fprintf(s.out, "  %d  %-18s %7s  balance %6s%s\n", t.Number, t.Type, money(b.Amount), money(b.Balance), note)
		}
		fmt.Fprintf(s.out, "  income %s, removed %s, redeemed %s, left %s\n",
			money(card.Gift.Amount), money(card.Gift.SubtractedAmount), money(card.Redemption.RedeemedAmount), money(card.Gift.Balance))
	}
	return nil
}

// verify replays the ledger against balances, redemptions and counters.
func (s *shop) verify() error {
	for finding, err := range s.eng.Verify(s.ctx) {
		if err != nil {
			return err
		}
		return fmt.Errorf("the ledger contradicts itself: %s", finding)
	}
	fmt.Fprintln(s.out, "\nThe ledger, the balances and the redemptions agree.")
	return nil
}

// money formats minor units.
func money[N ~int64](minor N) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, int64(minor)/100, int64(minor)%100)
}
