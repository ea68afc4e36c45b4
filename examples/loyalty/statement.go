package main

import (
	"fmt"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
)

// say prints what happens on the day.
func (s *shop) say(format string, args ...any) {
	fmt.Fprintf(s.out, "  %s  %s\n", s.now.Format("02 Jan"), fmt.Sprintf(format, args...))
}

// statement prints the entries of the month, where the member stands, and what is due next.
func (s *shop) statement() error {
	account, err := s.eng.Loyalty.Member(s.ctx, s.card)
	if err != nil {
		return err
	}
	if err := s.entries(&account); err != nil {
		return err
	}
	standing, err := s.eng.Loyalty.MemberTier(s.ctx, s.card)
	if err != nil {
		return err
	}
	tier := standing.Tier // never nil here: Bronze begins at 0 points
	fmt.Fprintf(s.out, "    balance     %d points", account.Balance)
	if day, points := account.Next(); day != 0 {
		fmt.Fprintf(s.out, ", %d of them until %s", points, day)
	}
	if account.PendingPoints > 0 {
		fmt.Fprintf(s.out, "; %d more wait until %s", account.PendingPoints, account.NextActivation)
	}
	fmt.Fprintf(s.out, "\n    tier        %s until %s", tier.Name, standing.Standing.ExpirationDate)
	if s.tier != "" && s.tier != tier.Name {
		fmt.Fprintf(s.out, ", was %s", s.tier)
	}
	s.tier = tier.Name
	if tier.Points.To != nil {
		fmt.Fprintf(s.out, "; the next one begins at %d points in a quarter", *tier.Points.To+1)
	}
	fmt.Fprintf(s.out, "; earned since %s: %d\n", account.Collected.From, account.Collected.Points)
	return nil
}

// entries prints the entries of the card that were not printed yet, in the order in which they were written.
func (s *shop) entries(account *loyalty.Account) error {
	var entries []loyalty.Transaction
	for t, err := range s.eng.Loyalty.Transactions(s.ctx, s.card, voucherify.ListOptions{}) {
		if err != nil {
			return err
		}
		if t.Number <= s.printed {
			break // the newest come first
		}
		entries = append(entries, t)
	}
	if s.printed == 0 { // what a card is opened with is no entry
		initial := account.InitialPoints
		fmt.Fprintf(s.out, "     0  %s  the card is opened         %+5d  balance %4d\n", account.CreatedAt.Format("02 Jan"), initial, initial)
	}
	loyalty.Ordered(entries) // the calendar dates its entries with their day, whenever it writes them
	for i := range entries {
		t := &entries[i]
		b := t.Details.Balance
		fmt.Fprintf(s.out, "    %2d  %s  %-25s %+5d  balance %4d  %s\n",
			t.Number, t.CreatedAt.Format("02 Jan"), t.Type, b.Points, b.Balance, s.about(t))
		s.printed = t.Number
	}
	return nil
}

// about says where points come from or went to, and until when those that came in can be used.
func (s *shop) about(t *loyalty.Transaction) string {
	d := &t.Details
	text := t.Reason
	switch {
	case t.Reason != "":
	case t.Type == ledger.PointsExpiration:
		text = "their last day is over"
	case t.Type == ledger.PointsRefund:
		text = "back from: " + d.Reward.Name
	case d.EarningRule != nil:
		text = d.EarningRule.Source.Banner
	case d.Reward != nil:
		text = d.Reward.Name
	}
	if d.EarningRule != nil && d.LoyaltyTier != nil {
		text += ", as " + d.LoyaltyTier.Name
	}
	if d.Balance.Points > 0 {
		for _, part := range t.Parts {
			text += fmt.Sprintf("; %d until %s", part.Points, part.ExpiresAt)
		}
	}
	return text
}

// balanceSheet prints the counters and buckets of the card at the end of the year, and replays the ledger.
func (s *shop) balanceSheet() error {
	account, err := s.eng.Loyalty.Member(s.ctx, s.card)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\nThe year of %s in %d entries\n", account.Code, account.Entries)
	for _, line := range []struct {
		name   string
		points ledger.Points
	}{
		{"came in, with 10 at the start", account.Points}, {"expired", -account.ExpiredPoints},
		{"removed or transferred out", -account.SubtractedPoints}, {"redeemed and not given back", -account.RedeemedPoints},
		{"balance", account.Balance},
	} {
		fmt.Fprintf(s.out, "  %-28s %6d\n", line.name, line.points)
	}
	for _, bucket := range account.Buckets {
		fmt.Fprintf(s.out, "    until %s           %6d\n", bucket.ExpiresAt, bucket.Points)
	}
	for finding, err := range s.eng.Verify(s.ctx) {
		if err != nil {
			return err
		}
		return fmt.Errorf("the ledger contradicts itself: %s", finding)
	}
	fmt.Fprintln(s.out, "\nThe ledger, the accounts and the redemptions agree.")
	return nil
}

// money formats minor units.
func money[N ~int64](minor N) string {
	return fmt.Sprintf("%d.%02d", int64(minor)/100, int64(minor)%100)
}
