package voucherify_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/store"
)

// keyAndField is a refusal without its words.
func keyAndField(err error) string {
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return fmt.Sprint("not a fault: ", err)
	}
	return string(refusal.Key) + " " + refusal.Field
}

var errHost = errors.New("the host has changed its mind")

// transfers builds transfers of points, with source ids of their own.
func transfers(code string, points ...ledger.Points) []loyalty.Transfer {
	var list []loyalty.Transfer
	for i, p := range points {
		list = append(list, loyalty.Transfer{Code: code, Points: p, SourceID: fmt.Sprint("transfer-", i), Reason: "two cards"})
	}
	return list
}

// TV-60 and TV-61: points go over with entries that name each other, and expire under the rule of the program that gets them.
func TestPointsAreTransferred(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mine := s.join(s.program("Mine", nil), "ada")
	yours := s.join(s.program("Yours", func(c *campaign.Campaign) {
		c.Voucher.LoyaltyCard.Points = 500
		c.Voucher.LoyaltyCard.ExpirationRules = &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1}
	}), "bob")
	s.add(mine.Code, until(100, "2026-11-30"))
	s.add(mine.Code, loyalty.Adjustment{Points: 200})
	card, err := s.Loyalty.TransferPoints(t.Context(), yours.Code, transfers(mine.Code, 150, 50))
	s.must(err)
	equal(t, ledger.Points(700), card.LoyaltyCard.Balance)
	read, err := s.Vouchers.Get(t.Context(), yours.Code)
	s.must(err)
	equal(t, read.LoyaltyCard, card.LoyaltyCard)
	last, err := loyalty.ParseDate("2026-12-25")
	s.must(err)
	equal(t, last, card.LoyaltyCard.NextExpirationDate)
	equal(t, ledger.Points(700), card.LoyaltyCard.NextExpirationPoints)

	entries := map[string]loyalty.Transaction{}
	for _, code := range []string{mine.Code, yours.Code} {
		for x, err := range s.Loyalty.Transactions(t.Context(), code, listAll) {
			s.must(err)
			entries[x.ID] = x
		}
	}
	pairs := 0
	for _, out := range entries {
		if out.Type != ledger.PointsTransferOut {
			continue
		}
		pairs++
		in := entries[out.RelatedTransactionID]
		b := out.Details.Balance.Points
		want := []any{out.ID, "API", "two cards", "", -b, mine.ID, yours.ID, ledger.PointsTransferIn}
		got := []any{in.RelatedTransactionID, in.Source, in.Reason, in.SourceID, in.Details.Balance.Points, in.Details.SourceVoucher.ID, out.Details.DestinationVoucher.ID, in.Type}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the other side (-want +got):\n%s", diff)
		}
	}
	equal(t, 2, pairs)
	account := s.member(mine.Code)
	equal(t, []ledger.Points{300, 200, 100}, []ledger.Points{account.Points, account.SubtractedPoints, account.Balance})
	equal(t, ledger.Points(0), s.add(yours.Code, loyalty.Adjustment{Points: -700}).Balance)
	s.verified()
}

// A call can be repeated; one that repeats a part of another one cannot.
func TestATransferIsRepeated(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 500 })
	mine, yours, other := s.join(program, "ada"), s.join(program, "bob"), s.join(program, "cyd")
	first, err := s.Loyalty.TransferPoints(t.Context(), yours.Code, transfers(mine.Code, 100, 50))
	s.must(err)
	again, err := s.Loyalty.TransferPoints(t.Context(), yours.ID, transfers(mine.ID, 100, 50))
	s.must(err)
	equal(t, first.LoyaltyCard, again.LoyaltyCard)
	for name, call := range map[string]struct {
		card  string
		list  []loyalty.Transfer
		field string
	}{
		"one more than before": {yours.Code, transfers(mine.Code, 100, 50, 10), "transfers[2]"},
		"other points":         {yours.Code, transfers(mine.Code, 101), "transfers[0].source_id"},
		"to another card":      {other.Code, transfers(mine.Code, 100), "transfers[0].source_id"},
	} {
		err := second(s.Loyalty.TransferPoints(t.Context(), call.card, call.list))
		if got := keyAndField(err); got != "duplicate_source_id "+call.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := second(s.Loyalty.AddBalance(t.Context(), mine.Code, loyalty.Adjustment{Points: -100, SourceID: "transfer-0"})); keyAndField(err) != "duplicate_source_id source_id" {
		t.Errorf("a removal with the source_id of a transfer: %v", err)
	}
	equal(t, []ledger.Points{350, 650, 500}, []ledger.Points{s.member(mine.Code).Balance, s.member(yours.Code).Balance, s.member(other.Code).Balance})
	s.verified()
}

func TestTransfersThatAreRefusedMoveNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 500 })
	mine, yours, gone := s.join(program, "ada"), s.join(program, "bob"), s.join(program, "cyd")
	s.must(s.Customers.Delete(t.Context(), "cyd"))
	s.add(mine.Code, until(100, "2026-11-30"))
	s.hold(mine.Code, 1000, loyalty.DateOf(noon, time.UTC)+30)
	s.program("Pool", func(c *campaign.Campaign) { c.VouchersCount, c.Voucher.CodeConfig.Pattern = 1, "FRESH" })
	s.card("GIFT", 100)
	s.noonOf("2026-12-01")
	for name, call := range map[string]struct {
		card string
		list []loyalty.Transfer
		want string
	}{
		"nothing":                       {yours.Code, nil, "invalid_payload transfers"},
		"too many":                      {yours.Code, make([]loyalty.Transfer, loyalty.MaxTransfers+1), "invalid_payload transfers"},
		"a malformed one":               {yours.Code, transfers(mine.Code, 1, 0), "invalid_amount transfers[1].points"},
		"the card itself":               {mine.Code, transfers(mine.ID, 1), "invalid_payload transfers[0].code"},
		"more than there is":            {yours.Code, transfers(mine.Code, 400, 101), "invalid_amount transfers[1].points"},
		"what is over":                  {yours.Code, transfers(mine.Code, 501), "invalid_amount transfers[0].points"},
		"a source_id twice":             {yours.Code, append(transfers(mine.Code, 1), transfers(mine.Code, 1)...), "invalid_payload transfers[1].source_id"},
		"from a card without a holder":  {yours.Code, transfers(gone.Code, 1), "not_published transfers[0].code"},
		"to a card without a holder":    {gone.Code, transfers(mine.Code, 1), "not_published "},
		"from one that was not given":   {yours.Code, transfers("FRESH", 1), "not_published transfers[0].code"},
		"from a gift card":              {yours.Code, transfers("GIFT", 1), "invalid_voucher transfers[0].code"},
		"from a card that is not there": {yours.Code, transfers("NONE", 1), "not_found transfers[0].code"},
	} {
		err := second(s.Loyalty.TransferPoints(t.Context(), call.card, call.list))
		if got := keyAndField(err); got != call.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	equal(t, []int{1, 0}, []int{len(s.ledger(mine.Code)), len(s.ledger(yours.Code))})
	s.verified()
}

// A transfer from several cards is one transaction, also in that of a host.
func TestATransferBelongsToTheTransactionOfAHost(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 500 })
	a, b, c := s.join(program, "ada"), s.join(program, "bob"), s.join(program, "cyd")
	list := append(transfers(a.Code, 100), transfers(b.Code, 200)...)
	for _, commit := range []bool{false, true} {
		err := s.store.Update(t.Context(), func(tx store.Tx) error {
			card, err := s.Loyalty.TransferPointsTx(t.Context(), tx, c.Code, list)
			if err != nil {
				return err
			}
			equal(t, ledger.Points(800), card.LoyaltyCard.Balance)
			if !commit {
				return errHost
			}
			return nil
		})
		if commit != (err == nil) {
			t.Fatal(err)
		}
	}
	equal(t, []ledger.Points{400, 300, 800}, []ledger.Points{s.member(a.Code).Balance, s.member(b.Code).Balance, s.member(c.Code).Balance})
	s.verified()
}

// What is deleted is left alone by the calendar, and contradicts nothing; its holder can join again.
func TestCardsThatAreDeletedAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{true, false} {
		for name, remove := range map[string]func(*shop, string) error{
			"the card":     func(s *shop, code string) error { return s.Vouchers.Delete(background, code, force) },
			"the campaign": func(s *shop, _ string) error { return s.Campaigns.Delete(background, "Club", force) },
		} {
			s := newShop(t)
			program := s.program("Club", nil)
			s.must(second(s.Loyalty.CreateTiers(background, program.ID, threeTiers())))
			card := s.join(program, "ada")
			other := s.join(s.program("Other", nil), "bob")
			s.add(card.Code, until(150, "2026-11-30"))
			s.hold(card.Code, 7, loyalty.DateOf(noon, time.UTC)+3)
			s.must(second(s.Loyalty.TransferPoints(background, other.Code, transfers(card.Code, 20))))
			s.must(remove(s, card.Code))
			s.noonOf("2027-01-01")
			equal(t, voucherify.Maintenance{}, s.maintain())
			if err := second(s.Loyalty.Member(background, card.Code)); keyAndField(err) != "not_found " {
				t.Errorf("%s, force %t: %v", name, force, err)
			}
			tiers := 0
			for _, err := range s.Loyalty.ListTiers(background, voucherify.ListOptions{Parent: program.ID}) {
				s.must(err)
				tiers++
			}
			equal(t, map[string]int{"the card": 3, "the campaign": 0}[name], tiers)
			if name == "the card" {
				again := s.join(program, "ada")
				equal(t, ledger.Points(0), s.member(again.Code).Balance)
				equal(t, 2, len(s.ledger(card.ID)))
			}
			s.verified()
		}
	}
}

// The account of a customer who was deleted keeps its points, and belongs to nobody when he is deleted permanently.
func TestTheAccountOfADeletedCustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	card := s.join(program, "ada")
	s.add(card.Code, until(150, "2026-11-30"))
	s.must(s.Customers.Delete(background, "ada"))
	s.add(card.Code, loyalty.Adjustment{Points: 5})
	s.must(second(s.Customers.DeletePermanently(background, card.HolderID)))
	s.noonOf("2026-12-01")
	equal(t, voucherify.Maintenance{Cards: 1, Expired: 150}, s.maintain())
	if got := s.member(card.Code).CustomerID; got == card.HolderID || got == "" {
		t.Errorf("the account belongs to %q", got)
	}
	s.verified()
}
