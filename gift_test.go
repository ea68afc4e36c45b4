package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// card creates a gift card.
func (s *shop) card(code string, amount ledger.Credits) voucher.Voucher {
	s.t.Helper()
	created, err := s.Vouchers.Create(context.Background(), voucher.Voucher{
		Code: code, Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: amount},
	})
	s.must(err)
	return created
}

// left is what is on a card by its counters and its ledger, after checking that nothing contradicts itself.
func (s *shop) left(code string) ledger.Credits {
	s.t.Helper()
	v, err := s.Vouchers.Get(context.Background(), code)
	s.must(err)
	sum := v.Gift.InitialAmount
	for _, t := range s.transactions(code) {
		sum += t.Details.Balance.Amount
	}
	if sum != v.Gift.Balance {
		s.t.Errorf("the entries of %s add up to %d, the balance is %d", code, sum, v.Gift.Balance)
	}
	return v.Gift.Balance
}

// transactions are the entries of a card in the order in which they were written.
func (s *shop) transactions(code string) []ledger.Transaction {
	s.t.Helper()
	var all []ledger.Transaction
	for t, err := range s.Vouchers.Transactions(context.Background(), code, voucherify.ListOptions{}) {
		s.must(err)
		all = append(all, t)
	}
	ledger.Ordered(all)
	return all
}

// entries are the entries of a card as text: type, amount, total, balance.
func (s *shop) entries(code string) []string {
	s.t.Helper()
	var lines []string
	for _, t := range s.transactions(code) {
		b := t.Details.Balance
		lines = append(lines, fmt.Sprintf("%d %s %+d total %d balance %d", t.Number, t.Type, b.Amount, b.Total, b.Balance))
	}
	return lines
}

func pay(amount int64, redeemables ...redemption.Redeemable) redemption.Request {
	return redemption.Request{Redeemables: redeemables, Order: &order.Order{Amount: amount}, Customer: customer.BySourceID("c1")}
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The numbers of Voucherify's documentation; TV-7 is a recorded redemption.
func TestAGiftCardPaysForTheOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		balance        ledger.Credits
		ask            *ledger.Credits
		order          int64
		credits, after ledger.Credits
		total          int64
	}{
		{"everything on the card, of a larger order (TV-7)", 10000, nil, 26500, 10000, 0, 16500},
		{"as much as the order needs", 21500, nil, 7500, 7500, 14000, 0},
		{"the credits that are asked for", 20400, ptr(ledger.Credits(100)), 200000, 100, 20300, 199900},
		{"no more than is left to pay", 5000, ptr(ledger.Credits(3000)), 2000, 2000, 3000, 0},
		{"offered without credits (TV-9)", 2500, nil, 11500, 2500, 0, 9000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.card("CARD", tt.balance)
			named := redemption.Redeemable{Object: redemption.Voucher, ID: "CARD", Gift: &redemption.GiftPart{Credits: tt.ask}}
			v, err := s.Validate(context.Background(), pay(tt.order, named))
			s.must(err)
			equal(t, &redemption.GiftResult{Balance: tt.balance, Credits: tt.credits}, v.Redeemables[0].Result.Gift)
			result, err := s.Redeem(context.Background(), pay(tt.order, named))
			s.must(err)
			x := result.Redemptions[0]
			equal(t, []int64{tt.total, int64(tt.credits), int64(tt.credits)}, []int64{result.Order.TotalAmount, x.Amount, int64(x.Gift.Amount)})
			equal(t, tt.after, s.left("CARD"))
			card, err := s.Vouchers.Get(context.Background(), "CARD")
			s.must(err)
			equal(t, voucher.Redemption{RedeemedQuantity: 1, RedeemedAmount: tt.credits}, card.Redemption)
			_, err = s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: result.ID()})
			s.must(err)
			equal(t, tt.balance, s.left("CARD"))
		})
	}
}

func ptr[T any](value T) *T { return &value }

// TV-6 and TV-8, and two cards on one order in the stated order.
func TestGiftCardsInAStack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	s.card("ONE", 20500)
	s.card("TWO", 1000)
	s.coupon("PERCENT", discount.Percent("20", discount.ToOrder), 0)
	twenty := redemption.Codes("PERCENT")[0]
	v, err := s.Validate(ctx, pay(200000, redemption.GiftCard("ONE", 100), twenty))
	s.must(err)
	equal(t, []int64{100, 199900, 39980, 159920}, []int64{
		v.Redeemables[0].Order.DiscountAmount, v.Redeemables[0].Order.TotalAmount,
		v.Redeemables[1].Order.AppliedDiscountAmount, v.Order.TotalAmount,
	})
	result, err := s.Redeem(ctx, pay(1500, redemption.Codes("TWO", "ONE")...))
	s.must(err)
	equal(t, []int64{1000, 500, 0}, []int64{result.Redemptions[0].Amount, result.Redemptions[1].Amount, result.Order.TotalAmount})
	equal(t, []ledger.Credits{0, 20000}, []ledger.Credits{s.left("TWO"), s.left("ONE")})
	// The card that is empty now, and one that pays for an order that is paid already.
	_, err = s.Redeem(ctx, pay(1500, redemption.Codes("TWO")...))
	if !errors.Is(err, fault.GiftAmountExceeded) {
		t.Errorf("an empty card: got %v, want %v", err, fault.GiftAmountExceeded)
	}
	back, err := s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	equal(t, []int64{-1000, -500}, []int64{back.Rollbacks[0].Amount, int64(back.Rollbacks[1].Gift.Amount)})
	equal(t, []ledger.Credits{1000, 20500}, []ledger.Credits{s.left("TWO"), s.left("ONE")})
	equal(t, []string{
		"1 CREDITS_REDEMPTION -1000 total 1000 balance 0", "2 CREDITS_REFUND +1000 total 1000 balance 1000",
	}, s.entries("TWO"))
	list := s.transactions("TWO")
	equal(t, list[0].ID, list[1].RelatedTransactionID)
	equal(t, back.Rollbacks[0].ID, list[1].Details.Rollback.ID)
}

// TestTheRecordedLedger replays the ledger that Voucherify's documentation shows (TV-2 to TV-5 are of its kind).
func TestTheRecordedLedger(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.card("CARD", 125000)
	add := func(amount ledger.Credits) {
		t.Helper()
		_, err := s.Vouchers.AddBalance(context.Background(), "CARD", ledger.Adjustment{Amount: amount})
		s.must(err)
	}
	spend := func(credits ledger.Credits) string {
		t.Helper()
		result, err := s.Redeem(context.Background(), pay(100000, redemption.GiftCard("CARD", credits)))
		s.must(err)
		return result.ID()
	}
	add(5000)
	spend(7000)
	add(-2000)
	_, err := s.Rollback(context.Background(), redemption.RollbackRequest{Redemption: spend(44)})
	s.must(err)
	add(2000)
	add(20)
	add(-2000)
	equal(t, []string{
		"1 CREDITS_ADDITION +5000 total 130000 balance 130000", "2 CREDITS_REDEMPTION -7000 total 130000 balance 123000",
		"3 CREDITS_REMOVAL -2000 total 128000 balance 121000", "4 CREDITS_REDEMPTION -44 total 128000 balance 120956",
		"5 CREDITS_REFUND +44 total 128000 balance 121000", "6 CREDITS_ADDITION +2000 total 130000 balance 123000",
		"7 CREDITS_ADDITION +20 total 130020 balance 123020", "8 CREDITS_REMOVAL -2000 total 128020 balance 121020",
	}, s.entries("CARD"))
	v, err := s.Vouchers.Get(context.Background(), "CARD")
	s.must(err)
	equal(t, &voucher.Gift{Amount: 132020, SubtractedAmount: 4000, Balance: 121020, Effect: discount.ToOrder, InitialAmount: 125000}, v.Gift)
}

func TestBalancesThatAreAdded(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	s.card("CARD", 1000)
	got, err := s.Vouchers.AddBalance(ctx, "CARD", ledger.Adjustment{Amount: 1000, SourceID: "top-up-1", Reason: "a present"})
	s.must(err)
	v, err := s.Vouchers.Get(ctx, "CARD")
	s.must(err)
	want := ledger.Balance{ // TV-4
		Type: "gift_voucher", Amount: 1000, Total: 2000, Balance: 2000, OperationType: ledger.Manual, Object: "balance",
		RelatedObject: ledger.Related{ID: v.ID, Type: "voucher"},
	}
	equal(t, want, got)
	again, err := s.Vouchers.AddBalance(ctx, "CARD", ledger.Adjustment{Amount: 1000, SourceID: "top-up-1"})
	s.must(err)
	equal(t, want, again)
	for _, tt := range []struct {
		name string
		code string
		a    ledger.Adjustment
		want fault.Key
	}{
		{"nothing", "CARD", ledger.Adjustment{}, fault.InvalidAmount},
		{"more than is there", "CARD", ledger.Adjustment{Amount: -2001}, fault.InvalidAmount},
		{"more than a card can hold", "CARD", ledger.Adjustment{Amount: 1_000_000_000_000_000}, fault.InvalidAmount},
		{"the same source_id for another amount", "CARD", ledger.Adjustment{Amount: 5, SourceID: "top-up-1"}, fault.DuplicateSourceID},
		{"a reason without end", "CARD", ledger.Adjustment{Amount: 5, Reason: string(make([]byte, 1001))}, fault.InvalidAddBalanceParams},
		{"a card that is not there", "OTHER", ledger.Adjustment{Amount: 5}, fault.NotFound},
		{"a coupon", s.coupon("COUPON", discount.Percent("5", ""), 0).Code, ledger.Adjustment{Amount: 5}, fault.InvalidVoucher},
	} {
		if _, err := s.Vouchers.AddBalance(ctx, tt.code, tt.a); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	equal(t, []string{"1 CREDITS_ADDITION +1000 total 2000 balance 2000"}, s.entries("CARD"))
	equal(t, []event.Type{event.VoucherCreated, event.GiftBalanceAdded, event.GiftTransactionCreated}, s.kinds()[:3])
}

// kinds are the types of the events in the outbox.
func (s *shop) kinds() []event.Type {
	var kinds []event.Type
	for _, e := range s.store.Export().Outbox {
		kinds = append(kinds, e.Event.Type)
	}
	return kinds
}

func TestWhatAGiftCardRefuses(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	s.card("CARD", 1000)
	s.card("EMPTY", 0)
	s.coupon("COUPON", discount.Percent("5", discount.ToOrder), 0)
	past := noon.Add(-time.Hour)
	expired := s.card("EXPIRED", 1000)
	expired.ExpirationDate = &past
	_, err := s.Vouchers.Update(ctx, expired)
	s.must(err)
	s.card("DISABLED", 1000)
	s.must(s.Vouchers.Disable(ctx, "DISABLED"))
	items, err := s.Vouchers.Create(ctx, voucher.Voucher{
		Code: "ITEMS", Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: 1000, Effect: discount.ToItems},
	})
	s.must(err)
	before := len(s.transactions(items.Code))
	part := func(credits ledger.Credits) *redemption.GiftPart { return &redemption.GiftPart{Credits: &credits} }
	of := func(code string, p *redemption.GiftPart) redemption.Redeemable {
		return redemption.Redeemable{Object: redemption.Voucher, ID: code, Gift: p}
	}
	for _, tt := range []struct {
		name  string
		named redemption.Redeemable
		order *order.Order
		want  fault.Key
		field string
	}{
		{"more than is on the card", of("CARD", part(1001)), &order.Order{Amount: 5000}, fault.GiftAmountExceeded, ""},
		{"an empty card", of("EMPTY", nil), &order.Order{Amount: 5000}, fault.GiftAmountExceeded, ""},
		{"negative credits", of("CARD", part(-1)), &order.Order{Amount: 5000}, fault.InvalidGift, "redeemables[0].gift.credits"},
		{"no credits", of("CARD", part(0)), &order.Order{Amount: 5000}, fault.InvalidGift, "redeemables[0].gift.credits"},
		{"credits of a coupon", of("COUPON", part(10)), &order.Order{Amount: 5000}, fault.InvalidGift, ""},
		{"no order", of("CARD", nil), nil, fault.MissingOrder, ""},
		{"an order without an amount", of("CARD", nil), &order.Order{}, fault.MissingAmount, ""},
		{"no line that the card pays for", of("ITEMS", nil), &order.Order{Amount: 5000}, fault.MissingOrderItemsAmount, ""},
		{"an expired card", of("EXPIRED", nil), &order.Order{Amount: 5000}, fault.VoucherExpired, ""},
		{"a disabled card", of("DISABLED", nil), &order.Order{Amount: 5000}, fault.VoucherDisabled, ""},
	} {
		_, err := s.Redeem(ctx, redemption.Request{Redeemables: []redemption.Redeemable{tt.named}, Order: tt.order})
		var e *fault.Error
		if !errors.As(err, &e) || e.Key != tt.want || e.Field != tt.field {
			t.Errorf("%s: got %v, want %s at %q", tt.name, err, tt.want, tt.field)
		}
		if n := len(s.transactions(tt.named.ID)); n != before {
			t.Errorf("%s: %d entries were written", tt.name, n)
		}
	}
	equal(t, ledger.Credits(1000), s.left("CARD"))
}

func TestGiftCardsThatCannotBeCreated(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	off := discount.Percent("5", "")
	for _, tt := range []struct {
		name string
		v    voucher.Voucher
		want string
	}{
		{"without a gift", voucher.Voucher{Type: voucher.GiftVoucher}, "invalid_gift gift"},
		{"with a negative amount", voucher.Voucher{Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: -1}}, "invalid_amount gift.amount"},
		{"with an effect of discounts", voucher.Voucher{Type: voucher.GiftVoucher, Gift: &voucher.Gift{Effect: discount.AddNew}}, "invalid_gift gift.effect"},
		{"with a discount", voucher.Voucher{Type: voucher.GiftVoucher, Gift: &voucher.Gift{}, Discount: &off}, "invalid_voucher discount"},
		{"a coupon with a gift", voucher.Voucher{Type: voucher.DiscountVoucher, Gift: &voucher.Gift{}, Discount: &off}, "invalid_voucher gift"},
	} {
		_, err := s.Vouchers.Create(context.Background(), tt.v)
		var e *fault.Error
		if !errors.As(err, &e) || string(e.Key)+" "+e.Field != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestACampaignOfGiftCards(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	camp, err := s.Campaigns.Create(ctx, campaign.Campaign{
		Name: "Christmas", CampaignType: campaign.GiftVouchers, Type: campaign.AutoUpdate, VouchersCount: 1,
		Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: 5000}},
	})
	s.must(err)
	var codes []string
	for _, name := range []string{"c1", "c2"} { // the second code is made when it is given out
		p, err := s.Publications.Create(ctx, publication.FromCampaign("Christmas", customer.BySourceID(name)))
		s.must(err)
		codes = append(codes, p.Voucher.Code)
		equal(t, ledger.Credits(5000), p.Voucher.Gift.Balance)
		equal(t, ledger.Credits(5000), s.left(p.Voucher.Code))
	}
	result, err := s.Redeem(ctx, pay(1200, redemption.Codes(codes[1])...))
	s.must(err)
	equal(t, []string{"1 CREDITS_REDEMPTION -1200 total 5000 balance 3800"}, s.entries(codes[1]))
	equal(t, camp.ID, s.transactions(codes[1])[0].CampaignID)
	spent := redemption.CounterKey{Metric: redemption.SumCampaignGift, Subject: camp.ID}
	equal(t, int64(1200), s.counters()[spent])
	_, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	s.must(err)
	equal(t, int64(0), s.counters()[spent])

	changed := *camp.Voucher
	changed.Gift = &campaign.Gift{Amount: 6000}
	_, err = s.Campaigns.Update(ctx, campaign.Campaign{ID: camp.ID, Voucher: &changed})
	if !errors.Is(err, fault.InvalidCampaign) {
		t.Errorf("another amount: got %v", err)
	}
	changed.Gift = &campaign.Gift{Amount: 5000, Effect: discount.ToItems}
	_, err = s.Campaigns.Update(ctx, campaign.Campaign{ID: camp.ID, Voucher: &changed})
	s.must(err)
	given, err := s.Vouchers.Get(ctx, codes[0])
	s.must(err)
	equal(t, discount.ToOrder, given.Gift.Effect)
	equal(t, ledger.Credits(5000), given.Gift.Balance)
	equal(t, true, slices.Contains(s.kinds(), event.VoucherPublished))
}

func TestATopUpLivesAndDiesWithTheTransactionOfTheHost(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	s.card("CARD", 1000)
	lost := errors.New("the host changes its mind")
	err := s.store.Update(ctx, func(tx store.Tx) error {
		balance, err := s.Vouchers.AddBalanceTx(ctx, tx, "CARD", ledger.Adjustment{Amount: 500})
		equal(t, ledger.Credits(1500), balance.Balance)
		s.must(err)
		return lost
	})
	if !errors.Is(err, lost) {
		t.Fatal(err)
	}
	equal(t, ledger.Credits(1000), s.left("CARD"))
	s.must(s.store.Update(ctx, func(tx store.Tx) error {
		if _, err := s.Vouchers.AddBalanceTx(ctx, tx, "CARD", ledger.Adjustment{Amount: 500}); err != nil {
			return err
		}
		_, err := s.RedeemTx(ctx, tx, pay(1200, redemption.Codes("CARD")...))
		return err
	}))
	equal(t, []string{"1 CREDITS_ADDITION +500 total 1500 balance 1500", "2 CREDITS_REDEMPTION -1200 total 1500 balance 300"}, s.entries("CARD"))
}

// An edited card keeps its money: only what was counted before the edit would be lost if it were part of the record.
func TestAnEditLeavesTheBalanceAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	s.card("CARD", 1000)
	s.must(second(s.Redeem(ctx, pay(300, redemption.Codes("CARD")...))))
	s.must(second(s.Vouchers.AddBalance(ctx, "CARD", ledger.Adjustment{Amount: 50})))
	v, err := s.Vouchers.Get(ctx, "CARD")
	s.must(err)
	v.AdditionalInfo, v.Gift.Balance, v.Gift.Amount = "a present", 9999, 9999
	edited, err := s.Vouchers.Update(ctx, v)
	s.must(err)
	equal(t, &voucher.Gift{Amount: 1050, Balance: 750, InitialAmount: 1000, Effect: discount.ToOrder}, edited.Gift)
	v = edited
	v.Gift.Effect = discount.ToItems
	if _, err := s.Vouchers.Update(ctx, v); !errors.Is(err, fault.InvalidVoucher) {
		t.Errorf("another effect: got %v", err)
	}
	coupon := *s.coupon("COUPON", discount.Percent("5", ""), 0)
	coupon.Gift = &voucher.Gift{Amount: 5}
	if _, err := s.Vouchers.Update(ctx, coupon); !errors.Is(err, fault.InvalidVoucher) {
		t.Errorf("a gift for a coupon: got %v", err)
	}
	s.verified()
}

func TestTransactionsOfWhatIsNoCard(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("COUPON", discount.Percent("5", ""), 0)
	equal(t, 0, len(s.transactions("COUPON")))
	for _, err := range s.Vouchers.Transactions(context.Background(), "NONE", voucherify.ListOptions{}) {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("got %v, want %v", err, fault.NotFound)
		}
	}
}
