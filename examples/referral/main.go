// Command referral is a referral programme from its first code to its last reward: Anna gives her code to friends, who get a
// discount and a gift card; for one, two and three friends she gets better and better coupons. In the end it prints who has
// brought whom, and has the engine check its numbers.
//
// From its output the reader learns that
//
//   - a redemption of the code makes a referee of the customer, once, and both sides get theirs in its transaction;
//   - nobody uses his own code, or that of somebody whom he has brought himself;
//   - a rollback takes the referral back and says which rewards stay; coming again is rewarded no second time.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "referral:", err)
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
	for _, step := range []func() error{s.open, s.share, s.trespass, s.cancel, s.spend, s.tree, s.verify} {
		if err := step(); err != nil {
			return err
		}
	}
	return w.Flush()
}

type shop struct {
	ctx  context.Context
	eng  *voucherify.Engine
	out  io.Writer
	last *redemption.Result // that a friend has bought
}

// open makes the programme: what friends get, and what is given for them.
func (s *shop) open() error {
	cards, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{
		Name: "Welcome card", CampaignType: campaign.GiftVouchers, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{Gift: &campaign.Gift{}, CodeConfig: voucher.CodeConfig{Pattern: "WELCOME-####"}},
	})
	if err != nil {
		return err
	}
	off := discount.Percent("10", discount.ToOrder)
	friends, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{
		Name: "Friends", CampaignType: campaign.ReferralProgram,
		Voucher: &campaign.Template{Discount: &off},
		ReferralProgram: &referral.Program{
			ConversionEventType: referral.ByRedemption,
			RefereeReward: &referral.RefereeReward{
				RelatedObjectParent: referral.Parent{ID: cards.ID}, Type: referral.OnGiftVoucher, Amount: 500,
			},
		},
	})
	if err != nil {
		return err
	}
	for _, tier := range []struct {
		friends int64
		off     discount.Discount
		above   int64
	}{
		{1, discount.AmountOff(2500, discount.ToOrder), 6000},
		{2, discount.AmountOff(5000, discount.ToOrder), 12000},
		{3, discount.Percent("50", discount.ToOrder), 0},
	} {
		if err := s.tier(friends.ID, tier.friends, tier.off, tier.above); err != nil {
			return err
		}
	}
	return nil
}

// tier adds a coupon for a number of friends; it is for orders above an amount.
func (s *shop) tier(campaignID string, friends int64, off discount.Discount, above int64) error {
	coupons := campaign.Campaign{
		Name: fmt.Sprintf("Coupon for %d", friends), CampaignType: campaign.DiscountCoupons, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{Discount: &off, CodeConfig: voucher.CodeConfig{Pattern: fmt.Sprintf("THANKS%d-####", friends)}},
	}
	if above > 0 {
		var rule validation.Rule
		text := fmt.Sprintf(`{"name":"large orders","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[%d]}}}}`, above)
		if err := json.Unmarshal([]byte(text), &rule); err != nil {
			return err
		}
		stored, err := s.eng.Rules.Create(s.ctx, rule)
		if err != nil {
			return err
		}
		coupons.ValidationRules = []string{stored.ID}
	}
	created, err := s.eng.Campaigns.Create(s.ctx, coupons)
	if err != nil {
		return err
	}
	_, err = s.eng.Referrals.CreateTier(s.ctx, referral.Tier{
		CampaignID: campaignID, Name: fmt.Sprintf("%d friends", friends),
		Parameters: referral.Parameters{Criterion: referral.MinimumReferees, Referees: friends},
		Reward:     referral.FromCampaign(created.ID, 0),
	})
	return err
}

// share gives Anna and Ben codes of their own, and has their friends use them.
func (s *shop) share() error {
	if err := s.publish("anna"); err != nil {
		return err
	}
	for _, name := range []string{"ben", "cleo", "cleo", "dora"} {
		if err := s.buy(name, "ANNA", 8000); err != nil {
			return err
		}
	}
	if err := s.publish("ben"); err != nil {
		return err
	}
	return s.buy("emil", "BEN", 4000)
}

// publish gives a customer a code: his name.
func (s *shop) publish(name string) error {
	code := strings.ToUpper(name)
	if err := s.eng.Campaigns.AddVoucher(s.ctx, "Friends", code); err != nil {
		return err
	}
	_, err := s.eng.Publications.Create(s.ctx, publication.OfCode(code, customer.BySourceID(name)))
	return err
}

// buy redeems a code and prints what both sides have got.
func (s *shop) buy(name, code string, amount int64) error {
	before, err := s.rewards()
	if err != nil {
		return err
	}
	s.last, err = s.eng.Redeem(s.ctx, redemption.Request{
		Redeemables: redemption.Codes(code), Order: &order.Order{Amount: amount}, Customer: customer.BySourceID(name),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s buys for %s with %s and pays %s\n", name, money(amount), code, money(s.last.Order.TotalAmount))
	after, err := s.rewards()
	if err != nil {
		return err
	}
	for _, line := range after[len(before):] {
		fmt.Fprintln(s.out, "  "+line)
	}
	return nil
}

// rewards lists everything that was given, the oldest first.
func (s *shop) rewards() ([]string, error) {
	var lines []string
	for r, err := range s.eng.Referrals.Rewards(s.ctx, voucherify.ListOptions{OldestFirst: true}) {
		if err != nil {
			return nil, err
		}
		who, err := s.eng.Customers.Get(s.ctx, r.CustomerID)
		if err != nil {
			return nil, err
		}
		camp, err := s.eng.Campaigns.Get(s.ctx, r.RewardCampaignID)
		if err != nil {
			return nil, err
		}
		line := who.SourceID + " gets a " + strings.ToLower(camp.Name)
		if r.Amount > 0 {
			line += " with " + money(r.Amount)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// trespass tries what is not allowed.
func (s *shop) trespass() error {
	fmt.Fprintln(s.out)
	for _, attempt := range [][2]string{{"anna", "ANNA"}, {"anna", "BEN"}} {
		_, err := s.eng.Redeem(s.ctx, redemption.Request{
			Redeemables: redemption.Codes(attempt[1]), Order: &order.Order{Amount: 8000}, Customer: customer.BySourceID(attempt[0]),
		})
		var refused *redemption.Refused
		if !errors.As(err, &refused) {
			return fmt.Errorf("%s with %s: %w", attempt[0], attempt[1], err)
		}
		fmt.Fprintf(s.out, "%s with %s: %s\n", attempt[0], attempt[1], refused.Cause.Key)
	}
	return nil
}

// cancel rolls the last order back, and buys again.
func (s *shop) cancel() error {
	back, err := s.eng.Rollback(s.ctx, redemption.RollbackRequest{Redemption: s.last.ID(), Reason: "canceled"})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\nemil cancels: the order is %s, %d rewards stay\n", back.Order.Status, len(back.Rollbacks[0].Referral.Rewards))
	if err := s.count("ben"); err != nil {
		return err
	}
	if err := s.buy("emil", "BEN", 4000); err != nil {
		return err
	}
	return s.count("ben")
}

func (s *shop) count(name string) error {
	c, err := s.eng.Customers.Get(s.ctx, name)
	if err != nil {
		return err
	}
	brought := int64(0)
	if c.Loyalty != nil {
		brought = c.Loyalty.ReferredCustomers
	}
	fmt.Fprintf(s.out, "%s has brought %d\n", name, brought)
	return nil
}

// spend uses Anna's coupons on an order each.
func (s *shop) spend() error {
	fmt.Fprintln(s.out)
	for _, amount := range []int64{6000, 10000, 13000} {
		for entry, err := range s.eng.Customers.Wallet(s.ctx, "anna", voucherify.ListOptions{OldestFirst: true}) {
			if err != nil {
				return err
			}
			if entry.Voucher.IsReferralCode {
				continue
			}
			v, err := s.eng.Validate(s.ctx, redemption.Request{
				Redeemables: redemption.Codes(entry.Voucher.Code), Order: &order.Order{Amount: amount}, Customer: customer.BySourceID("anna"),
			})
			if err != nil {
				return err
			}
			result := "does not apply"
			if v.Valid {
				result = "takes off " + money(v.Order.TotalDiscountAmount)
			}
			fmt.Fprintf(s.out, "anna's %s of an order of %s: %s\n", entry.Voucher.Code[:7], money(amount), result)
		}
	}
	return nil
}

// tree prints who has brought whom.
func (s *shop) tree() error {
	fmt.Fprintln(s.out, "\nanna")
	for b, err := range s.eng.Referrals.Tree(s.ctx, "Friends", "anna") {
		if err != nil {
			return err
		}
		c, err := s.eng.Customers.Get(s.ctx, b.Referral.CustomerID)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s%s\n", strings.Repeat("  ", b.Depth), c.SourceID)
	}
	return nil
}

// verify compares what is counted with what is recorded.
func (s *shop) verify() error {
	for finding, err := range s.eng.Verify(s.ctx) {
		if err != nil {
			return err
		}
		return fmt.Errorf("the engine contradicts itself: %s", finding)
	}
	fmt.Fprintln(s.out, "\nReferrals, cards and redemptions agree.")
	return nil
}

// money formats minor units.
func money(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
