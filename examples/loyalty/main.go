// Command loyalty is a year in the life of Anna, a member of the coffee club of a shop, told month by month: how she earns
// points and when they can be used, what she spends them on, how she moves between the tiers of the club, and which points she
// loses. It ends with the balance sheet of her card, and has the engine replay its ledger. All data is in memory:
//
//	go run ./examples/loyalty
//
// From its output the reader learns that
//
//   - every change of a card is an entry with the balance after it, also what the calendar does;
//   - points have a last day, and those that expire first are spent first; what is given back has the day that it had before;
//   - the tier counts what was earned in a quarter, spent or not, and decides what the next purchase earns;
//   - points pay for an order beside a coupon, and a return or a rollback gives the right number of them back.
//
// The rules of the club are in club.go, what Anna does is in this file, and how it is printed in statement.go.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "loyalty:", err)
		os.Exit(1)
	}
}

// shop is the shop with its club, and what the story has to remember from one month to the next.
type shop struct {
	ctx context.Context
	eng *voucherify.Engine
	out io.Writer
	now time.Time

	club    string // the id of the program's campaign
	anna    string // the id of the customer
	card    string // the code of her card
	partner string // the code of the card of her partner
	tier    string // the tier that was printed last
	printed int64  // the number of the last entry that was printed

	coupon, payment, cup string // the ids of the rewards
	code                 string // the coupon that Anna has got for points
	bought               *redemption.Result
}

// run is the whole example; the test calls it as well.
func run(out io.Writer) error {
	w := bufio.NewWriter(out)
	s := &shop{ctx: context.Background(), out: w, now: time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)}
	// A real shop leaves clock, identifiers and randomness to their defaults; here every run prints the same, and a year is over
	// at once.
	calls := uint64(0)
	var err error
	s.eng, err = voucherify.New(memory.New(),
		voucherify.WithClock(func() time.Time { return s.now }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { calls++; return id.NewSequence(now, calls<<12) }),
		voucherify.WithRand(rand.NewChaCha8([32]byte{})), // the codes; one goroutine uses it
	)
	if err != nil {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	year := [12]func() error{
		s.january, s.february, s.march, s.april, s.may, s.june,
		s.july, s.august, s.september, s.october, s.november, s.december,
	}
	for i, act := range year {
		if err := s.month(time.Month(i+1), act); err != nil {
			return fmt.Errorf("%s: %w", time.Month(i+1), err)
		}
	}
	if err := s.balanceSheet(); err != nil {
		return err
	}
	return w.Flush()
}

// month lets a month pass: first what the calendar has brought about, then what Anna does, then what her card says.
func (s *shop) month(m time.Month, act func() error) error {
	s.on(m, 1)
	fmt.Fprintf(s.out, "\n%s %d\n", m, s.now.Year())
	// A real shop runs RunMaintenance beside everything else. An operation on a card does first what is due for it, so that the run
	// finds only what nobody has touched.
	done, err := s.eng.Maintain(s.ctx, s.now)
	if err != nil {
		return err
	}
	if done != (voucherify.Maintenance{}) {
		s.say("The maintenance run, over all cards: points activated: %d, expired: %d; tiers changed or kept longer: %d.",
			done.Activated, done.Expired, done.TierMoves)
	}
	if err := act(); err != nil {
		return err
	}
	return s.statement()
}

// on sets the clock to the morning of a day.
func (s *shop) on(m time.Month, day int) { s.now = time.Date(2026, m, day, 9, 0, 0, 0, time.UTC) }

func (s *shop) january() error {
	s.on(time.January, 5)
	card, err := s.eng.Publications.Create(s.ctx, publication.FromCampaign(clubName, customer.BySourceID("anna")))
	if err != nil {
		return err
	}
	s.card, s.anna = card.Voucher.Code, card.CustomerID
	s.say("Anna joins the club and gets the card %s with %d points on it.", s.card, card.Voucher.LoyaltyCard.Points)

	s.on(time.January, 12)
	cart := order.New("order-1", order.Line{ProductID: "beans", Quantity: 4, Price: 1500})
	estimate, err := s.eng.Loyalty.EstimatePoints(s.ctx, clubName, customer.BySourceID("anna"), cart)
	if err != nil {
		return err
	}
	s.say("The shop shows her that a cart of 60.00 would bring %d points.", estimate.PointsEstimation)
	return s.buy("beans", cart)
}

func (s *shop) february() error {
	s.on(time.February, 10)
	s.say("She reviews the beans. Her app tells it twice, with the same event_id, and it counts once.")
	for range 2 {
		review := event.Custom{Event: "review_written", EventID: "review-1", Customer: customer.BySourceID("anna")}
		if _, err := s.eng.Events.Track(s.ctx, review); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) march() error {
	s.on(time.March, 18)
	s.say("The points for the machine itself will wait for 14 days, those for the money count at once.")
	return s.buy("a coffee machine", order.New("order-2", order.Line{ProductID: "machine", Quantity: 1, Price: 30000}))
}

func (s *shop) april() error {
	s.on(time.April, 15)
	if err := s.buy("beans", order.New("order-3", order.Line{ProductID: "beans", Quantity: 3, Price: 1500})); err != nil {
		return err
	}
	s.on(time.April, 20)
	rewards, err := s.eng.Loyalty.MemberRewards(s.ctx, s.card, true)
	if err != nil {
		return err
	}
	for _, r := range rewards {
		s.say("Her points are enough for: %s, from %d.", r.Reward.Name, r.Points)
	}
	got, err := s.eng.Loyalty.RedeemReward(s.ctx, s.card, redemption.RewardRequest{Reward: redemption.RewardPart{ID: s.coupon}})
	if err != nil {
		return err
	}
	s.code = got.RewardRedemptions[0].Issued[0].Code
	s.say("She takes a coupon of 10.00 for points: %s.", s.code)
	return nil
}

// may pays with a coupon and points at once. The coupon stands first, so points pay a part of what it has left.
func (s *shop) may() error {
	s.on(time.May, 8)
	var err error
	s.bought, err = s.eng.Redeem(s.ctx, redemption.Request{
		Redeemables: []redemption.Redeemable{redemption.Codes(s.code)[0], redemption.PayWithPoints(s.card, s.payment, 200)},
		Order:       order.New("order-4", order.Line{ProductID: "beans", Quantity: 4, Price: 2000}),
		Customer:    customer.BySourceID("anna"),
	})
	if err != nil {
		return err
	}
	o := s.bought.Order
	s.say("An order of %s: the coupon takes off %s, points pay %s, %s are left to pay.", money(o.Amount),
		money(s.bought.Redemptions[0].Granted.Discount()), money(s.bought.Redemptions[1].Granted.Discount()), money(o.TotalAmount))
	return nil
}

// june returns a quarter of the order of May: it had cost a quarter of the points. What the order has earned stays, so the shop
// takes its part of that back by hand.
func (s *shop) june() error {
	s.on(time.June, 3)
	back, err := s.eng.Return(s.ctx, redemption.ReturnRequest{
		Redemption: s.bought.ID(), Lines: []redemption.ReturnLine{{ItemID: s.bought.Order.Items[0].ID, Quantity: 1}},
	})
	if err != nil {
		return err
	}
	r := back.Return
	s.say("One of the 4 bags of May comes back. It was %s: %s come back in money, %d points, and the rest was the coupon's.",
		money(r.Amount), money(r.Refund), r.Points)
	_, err = s.eng.Loyalty.AddBalance(s.ctx, s.card, loyalty.Adjustment{
		Points: -22, SourceID: r.ID, Reason: "were earned with the bag that came back",
	})
	return err
}

func (s *shop) july() error {
	s.on(time.July, 7)
	got, err := s.eng.Loyalty.RedeemReward(s.ctx, s.card, redemption.RewardRequest{Reward: redemption.RewardPart{ID: s.cup}})
	if err != nil {
		return err
	}
	cup := got.RewardRedemptions[0]
	s.say("She orders a cup for points; it is %s until the shop hands it over.", cup.State)
	s.on(time.July, 9)
	done, err := s.eng.Rewards.Complete(s.ctx, cup.ID)
	if err != nil {
		return err
	}
	s.say("The cup is handed over: %s.", done.State)
	return nil
}

// august pays with points, and cancels the order before it is sent.
func (s *shop) august() error {
	s.on(time.August, 18)
	bought, err := s.eng.Redeem(s.ctx, redemption.Request{
		Redeemables: []redemption.Redeemable{redemption.PayWithPoints(s.card, s.payment, 0)},
		Order:       order.New("order-5", order.Line{ProductID: "filters", Quantity: 1, Price: 350}),
		Customer:    customer.BySourceID("anna"),
	})
	if err != nil {
		return err
	}
	s.say("Filters for %s are paid with points alone.", money(bought.Order.Amount))
	s.on(time.August, 19)
	back, err := s.eng.Rollback(s.ctx, redemption.RollbackRequest{Redemption: bought.ID(), Reason: "ordered by mistake"})
	if err != nil {
		return err
	}
	s.say("She cancels the order: it is %s, and the points come back to their day.", back.Order.Status)
	return nil
}

func (s *shop) september() error {
	s.on(time.September, 5)
	s.say("Ben, who lives with her, moves 120 points from his card to hers. They do not count for her tier.")
	s.say("On his card they could be used for ever; on hers they have a last day, like all points that come in.")
	_, err := s.eng.Loyalty.TransferPoints(s.ctx, s.card, []loyalty.Transfer{
		{Code: s.partner, Points: 120, SourceID: "transfer-1", Reason: "for the big order"},
	})
	return err
}

func (s *shop) october() error {
	s.on(time.October, 12)
	s.say("A parcel was late: the support adds 25 points by hand, and says why.")
	_, err := s.eng.Loyalty.AddBalance(s.ctx, s.card, loyalty.Adjustment{Points: 25, SourceID: "ticket-4711", Reason: "parcel was late"})
	return err
}

func (s *shop) november() error {
	s.on(time.November, 27)
	return s.buy("beans for her office", order.New("order-6", order.Line{ProductID: "beans", Quantity: 36, Price: 1500}))
}

func (s *shop) december() error {
	s.on(time.December, 15)
	return s.buy("beans", order.New("order-7", order.Line{ProductID: "beans", Quantity: 2, Price: 1500}))
}

// buy stores an order of Anna that she has paid in money. Orders that Redeem makes earn points in the same way.
func (s *shop) buy(what string, o *order.Order) error {
	o.Status, o.CustomerID = order.Paid, s.anna
	stored, err := s.eng.Orders.Create(s.ctx, *o)
	if err != nil {
		return err
	}
	s.say("She buys %s for %s.", what, money(stored.Amount))
	return nil
}
