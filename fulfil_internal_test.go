package voucherify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// giver is an engine with one customer, for what is given to him.
type giver struct {
	*Engine
	t        *testing.T
	ctx      context.Context
	customer customer.Customer
}

func newGiver(t *testing.T) *giver {
	t.Helper()
	e, err := New(memory.New(), WithClock(func() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }))
	if err != nil {
		t.Fatal(err)
	}
	g := &giver{Engine: e, t: t, ctx: t.Context()}
	g.customer, err = e.Customers.Upsert(g.ctx, customer.Customer{SourceID: "ann"})
	g.must(err)
	return g
}

func (g *giver) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// campaign creates a campaign of coupons, or of gift cards with an amount on each.
func (g *giver) campaign(pool campaign.Pool, amount *ledger.Credits, change func(*campaign.Campaign)) *campaign.Campaign {
	g.t.Helper()
	off := discount.AmountOff(100, discount.ToOrder)
	c := campaign.Campaign{Name: fmt.Sprintf("%s %d", pool, g.count(record.Campaign)), Type: pool, Voucher: &campaign.Template{Discount: &off}}
	if amount != nil {
		c.CampaignType, c.Voucher = campaign.GiftVouchers, &campaign.Template{Gift: &campaign.Gift{Amount: *amount}}
	}
	if pool == campaign.Standalone {
		c.Voucher.Code = "ONLY"
	}
	if change != nil {
		change(&c)
	}
	created, err := g.Campaigns.Create(g.ctx, c)
	g.must(err)
	return &created
}

// give gives something in a transaction of its own and describes what became of it.
func (g *giver) give(what grant) string {
	g.t.Helper()
	what.customerID = g.customer.ID
	var gift given
	err := g.store.Update(g.ctx, func(tx store.Tx) error {
		op, err := g.begin()
		if err != nil {
			return err
		}
		gift, err = g.fulfil(g.ctx, tx, op, what)
		return err
	})
	var refusal *fault.Error
	switch {
	case errors.As(err, &refusal):
		return string(refusal.Key) + " about " + refusal.ResourceType
	case err != nil:
		g.t.Fatal(err)
	}
	text := "the old code"
	if gift.publication != nil {
		text = "a new code"
	}
	if e := gift.entry; e != nil {
		b := e.Details.Balance
		text += fmt.Sprintf(", %s %s of %d leads to %d", b.OperationType, e.Type, b.Amount, b.Balance)
		if gift.voucher.Gift.Balance != b.Balance {
			g.t.Errorf("the voucher says %d, the entry %d", gift.voucher.Gift.Balance, b.Balance)
		}
	}
	return text
}

func (g *giver) count(kind record.Kind) int {
	g.t.Helper()
	count := 0
	g.must(g.store.View(g.ctx, func(r store.Reader) error {
		for _, err := range r.List(g.ctx, kind, store.Query{}) {
			if err != nil {
				return err
			}
			count++
		}
		return nil
	}))
	return count
}

func (g *giver) verify() {
	g.t.Helper()
	for finding, err := range g.Verify(g.ctx) {
		g.must(err)
		g.t.Error(finding)
	}
}

// The numbers are those of Voucherify's documentation, TV-70.
func TestCreditsComeOnTopOfWhatIsOnACard(t *testing.T) {
	t.Parallel()
	g := newGiver(t)
	initial := ledger.Credits(100)
	cards := g.campaign(campaign.AutoUpdate, &initial, nil)
	gift := grant{campaign: cards, credits: 10, why: ledger.Details{Redemption: &ledger.Reference{ID: "r_1"}}}
	got := []string{g.give(gift)}
	p := g.entries()
	_, err := g.Vouchers.AddBalance(g.ctx, p[0].VoucherID, ledger.Adjustment{Amount: -64})
	g.must(err)
	got = append(got, g.give(gift))
	if diff := cmp.Diff([]string{
		"a new code, AUTOMATIC CREDITS_ADDITION of 10 leads to 110", "the old code, AUTOMATIC CREDITS_ADDITION of 10 leads to 56",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, entry := range g.entries() {
		manual := entry.Details.Balance.OperationType == ledger.Manual
		if automatic := entry.Details.Redemption != nil; automatic == manual {
			t.Errorf("entry %d names a redemption: %t, and is manual: %t", entry.Number, automatic, manual)
		}
	}
	g.verify()
}

// entries are all entries of all cards.
func (g *giver) entries() []ledger.Transaction {
	g.t.Helper()
	var all []ledger.Transaction
	for t, err := range list[ledger.Transaction](g.ctx, g.Engine, record.Transaction, ListOptions{OldestFirst: true}) {
		g.must(err)
		all = append(all, t)
	}
	return all
}

func TestWhichCardGetsTheCredits(t *testing.T) {
	t.Parallel()
	empty := ledger.Credits(0)
	for _, tt := range []struct {
		name   string
		change func(*campaign.Campaign)
		spoil  func(g *giver, code string)
		want   string
	}{
		{"the card that he has", nil, func(*giver, string) {}, "the old code, AUTOMATIC CREDITS_ADDITION of 5 leads to 10"},
		{"a new one for one that is disabled", nil, func(g *giver, code string) { g.must(g.Vouchers.Disable(g.ctx, code)) },
			"a new code, AUTOMATIC CREDITS_ADDITION of 5 leads to 5"},
		{"a new one for one that has expired", nil, (*giver).expire, "a new code, AUTOMATIC CREDITS_ADDITION of 5 leads to 5"},
		{"a new one for one that was deleted", nil, func(g *giver, code string) { g.must(g.Vouchers.Delete(g.ctx, code, true)) },
			"a new code, AUTOMATIC CREDITS_ADDITION of 5 leads to 5"},
		{"the expired one, where he may have no other", func(c *campaign.Campaign) { c.JoinOnce = true }, (*giver).expire,
			"the old code, AUTOMATIC CREDITS_ADDITION of 5 leads to 10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGiver(t)
			gift := grant{campaign: g.campaign(campaign.AutoUpdate, &empty, tt.change), credits: 5}
			if first := g.give(gift); first != "a new code, AUTOMATIC CREDITS_ADDITION of 5 leads to 5" {
				t.Fatal(first)
			}
			tt.spoil(g, g.entries()[0].VoucherID)
			if diff := cmp.Diff(tt.want, g.give(gift)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			g.verify()
		})
	}
}

// expire gives a card an end that has passed.
func (g *giver) expire(code string) {
	g.t.Helper()
	v, err := g.Vouchers.Get(g.ctx, code)
	g.must(err)
	past := v.CreatedAt.Add(-time.Hour)
	v.Window = validity.Window{ExpirationDate: &past}
	_, err = g.Vouchers.Update(g.ctx, v)
	g.must(err)
}

func TestWhatIsGivenOfCampaigns(t *testing.T) {
	t.Parallel()
	amount := ledger.Credits(100)
	past := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		pool   campaign.Pool
		amount *ledger.Credits
		change func(*campaign.Campaign)
		want   []string // of giving several times
	}{
		{"coupons that are made when they are needed", campaign.AutoUpdate, nil, nil, []string{"a new code", "a new code"}},
		{"one coupon, where he may have no other", campaign.AutoUpdate, nil, func(c *campaign.Campaign) { c.JoinOnce = true },
			[]string{"a new code", "the old code"}},
		{"a coupon for everybody", campaign.Standalone, nil, nil, []string{"a new code", "the old code"}},
		{"coupons, until there is none", campaign.Static, nil, func(c *campaign.Campaign) { c.VouchersCount = 1 },
			[]string{"a new code", "no_voucher_suitable_for_publication about campaign"}},
		{"nothing of a campaign that has ended", campaign.AutoUpdate, nil, func(c *campaign.Campaign) { c.ExpirationDate = &past },
			[]string{"no_voucher_suitable_for_publication about campaign"}},
		{"nothing of cards that have run out", campaign.Static, &amount, nil, []string{"no_voucher_suitable_for_publication about campaign"}},
		{"nothing of one card for everybody", campaign.Standalone, &amount, nil, []string{"invalid_campaign about campaign"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGiver(t)
			gift := grant{campaign: g.campaign(tt.pool, tt.amount, tt.change)}
			if tt.amount != nil {
				gift.credits = 10
			}
			var got []string
			published := 0
			for range tt.want {
				got = append(got, g.give(gift))
				if got[len(got)-1] == "a new code" {
					published++
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if recorded := g.count(record.Publication); recorded != published {
				t.Errorf("%d publications are recorded, %d codes were new", recorded, published)
			}
			g.verify()
		})
	}
	g := newGiver(t)
	if diff := cmp.Diff("not_supported about campaign", g.give(grant{campaign: &campaign.Campaign{CampaignType: campaign.Promotion}})); diff != "" {
		t.Errorf("of a promotion (-want +got):\n%s", diff)
	}
}

// A refusal behind the writes of the call abandons the transaction of a host with all of them.
func TestARefusedGiftLeavesNothing(t *testing.T) {
	t.Parallel()
	g := newGiver(t)
	spent := g.campaign(campaign.Static, nil, nil)
	_, err := g.Vouchers.Create(g.ctx, voucher.Voucher{Code: "CODE", Type: voucher.DiscountVoucher, Discount: spent.Voucher.Discount})
	g.must(err)
	before := g.count(record.Redemption)
	err = g.store.Update(g.ctx, func(tx store.Tx) error {
		if _, err := g.RedeemTx(g.ctx, tx, redemption.Request{Redeemables: redemption.Codes("CODE")}); err != nil {
			return err
		}
		op, err := g.begin()
		if err != nil {
			return err
		}
		_, err = g.fulfil(g.ctx, tx, op, grant{campaign: spent, customerID: g.customer.ID})
		var refused *redemption.Refused
		if errors.As(err, &refused) {
			t.Error("the refusal looks like one after which the transaction may be committed")
		}
		return err
	})
	if !errors.Is(err, fault.NoVoucherSuitableForPublication) {
		t.Errorf("got %v", err)
	}
	if after := g.count(record.Redemption); after != before {
		t.Errorf("%d redemptions are recorded, %d before", after, before)
	}
}

// What is given is told like any publication or top-up.
func TestEventsOfAGift(t *testing.T) {
	t.Parallel()
	g := newGiver(t)
	empty := ledger.Credits(0)
	gift := grant{campaign: g.campaign(campaign.AutoUpdate, &empty, nil), credits: 5}
	var got []string
	told := 0
	for range 2 {
		g.give(gift)
		var types []string
		g.must(g.store.View(g.ctx, func(r store.Reader) error {
			at := 0
			for entry, err := range r.Outbox(g.ctx, 0) {
				if err != nil {
					return err
				}
				if at++; at > told {
					types = append(types, string(entry.Event.Type))
				}
			}
			if told == 0 { // what has made customer and campaign
				types = types[slices.Index(types, "customer.holder.assignment.created"):]
			}
			told = at
			return nil
		}))
		got = append(got, types...)
	}
	want := []string{
		"customer.holder.assignment.created", "voucher.published", "publication.succeeded", "customer.publication.succeeded",
		"voucher.gift.balance_added", "customer.voucher.gift.balance_added", "voucher.gift.transaction.created",
		"voucher.gift.balance_added", "customer.voucher.gift.balance_added", "voucher.gift.transaction.created",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := g.publications(); p[0].Channel != publication.DefaultChannel || p[0].CustomerID != g.customer.ID {
		t.Errorf("published by %s to %s", p[0].Channel, p[0].CustomerID)
	}
}

func (g *giver) publications() []publication.Publication {
	g.t.Helper()
	var all []publication.Publication
	for p, err := range g.Publications.List(g.ctx, ListOptions{}) {
		g.must(err)
		all = append(all, p)
	}
	return all
}
