package redemption

import (
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/loyalty"
)

// The bounds of rewards that are redeemed automatically for a card, on a day of the project's calendar. More than that stops them
// until somebody unblocks the card. (Voucherify's.)
const (
	MaxAutoRedemptions = 10
	MaxAutoRewards     = 25 // of each redemption
)

// Redeemed is a redemption that is part of an operation on a card.
type Redeemed struct {
	Request *Request
	Result  *Result
}

// Redeemed are the redemptions that are part of the operation: what they promise is to be given once the plan is applied.
func (w *PointsWork) Redeemed() []Redeemed { return w.redeemed }

// Customers are the customers who have redeemed something.
func (w *PointsWork) Customers() []string {
	var ids []string
	for _, x := range w.redeemed {
		ids = append(ids, x.Result.Redemptions[0].CustomerID)
	}
	return ids
}

// Promised is how many codes of a campaign the operation has promised to give at most: coupons, or cards.
func (w *PointsWork) Promised(campaignID string) int64 { return w.promised[campaignID] }

// AutoReward is the reward that is redeemed automatically for the card as it is after the steps so far, and how often; nil for
// none. When the bounds of the day are reached the card is blocked.
func (c *PointsCard) AutoReward() (*Offer, int64) {
	w, a := c.work, c.Account
	camp := w.Catalogue.campaigns[a.CampaignID]
	if camp == nil || !camp.Active || a.AutoRedeem.Blocked || nobody(a.CustomerID) {
		return nil, 0
	}
	for _, o := range w.Catalogue.rewards[a.CampaignID] {
		if !o.Assignment.Automatic() {
			continue
		}
		price, ok := o.Price(c.Program.Tier(a.Tier.TierID))
		available := a.Balance - a.Overdue(c.today)
		if !ok || available < price {
			return nil, 0
		}
		if a.AutoRedeem.Day == c.today && a.AutoRedeem.Count >= MaxAutoRedemptions {
			a.AutoRedeem.Blocked = true
			c.Touch()
			return nil, 0
		}
		return o, int64(min(MaxAutoRewards, available/price))
	}
	return nil, 0
}

// AutoRequest asks for a reward of the card, some times.
func (c *PointsCard) AutoRequest(o *Offer, quantity int64) *Request {
	return &Request{
		Redeemables: []Redeemable{PayWithPoints(c.Account.VoucherID, o.Assignment.ID, 0)},
		Customer:    customer.ByID(c.Account.CustomerID),
		reward:      rewardCall{alone: true, automatic: quantity},
	}
}

// Join makes a snapshot that was read for the card part of its operation: the account is as it is after the steps so far, counters
// as the plan will leave them.
func (c *PointsCard) Join(s *Snapshot) {
	w := c.work
	s.Accounts = map[string]*loyalty.Account{c.Account.VoucherID: c.Account.Clone()}
	if s.Counters == nil {
		s.Counters = make(map[CounterKey]int64)
	}
	for _, change := range w.Plan.Consume {
		s.Counters[change.Key] += change.Delta
	}
	s.Now, s.IDs = w.now, *w.ids
}

// Redeem adds a valid calculation of AutoRequest to the operation on the card.
func (c *PointsCard) Redeem(calc *Calculation) error {
	r, w := calc.redeem(), c.work
	r.own = c
	if err := r.write(); err != nil {
		return err
	}
	r.plan.summarise(r.customerID, 1, customer.TotalRedeemed, customer.TotalSucceeded)
	r.countFigures()
	*w.ids = r.ids
	w.Plan.Consume, w.Plan.Writes = append(w.Plan.Consume, r.plan.Consume...), append(w.Plan.Writes, r.plan.Writes...)
	w.told = append(w.told, func(e *eventWriter) {
		before := len(e.plan.Events)
		r.tell(e)
		own := Plan{Events: e.plan.Events[before:]}
		own.countEvents(r.customerID)
		e.plan.Consume = append(e.plan.Consume, own.Consume...)
	})
	a := c.Account
	if a.AutoRedeem.Day != c.today {
		a.AutoRedeem = loyalty.AutoRedeem{Day: c.today}
	}
	a.AutoRedeem.Count++
	w.redeemed = append(w.redeemed, Redeemed{r.request, r.result})
	for _, g := range r.result.grants {
		if w.promised == nil {
			w.promised = make(map[string]int64)
		}
		codes := g.Quantity
		if g.Campaign.CampaignType != campaign.DiscountCoupons { // one card takes everything
			codes = 1
		}
		w.promised[g.Campaign.ID] += codes
	}
	return nil
}
