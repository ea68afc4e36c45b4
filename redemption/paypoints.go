package redemption

import (
	"strconv"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/validity"
)

// rewardCall is what is different about a request for a reward alone.
type rewardCall struct {
	// alone says that a member asks for a reward: an order is there only if he names one.
	alone bool
	// automatic says that the engine asks, for this number of rewards; 0 for a member.
	automatic int64
}

// quantity is how often the reward is given.
func (c rewardCall) quantity() int64 { return max(1, c.automatic) }

// today is the day of the redemption in the project's zone.
func (c *calculation) today() loyalty.Date { return loyalty.DateOf(c.snapshot.Now, c.catalogue.zone) }

// account is the account of a loyalty card; nil for one that was not given out.
func (c *calculation) account(t *turn) *loyalty.Account { return c.snapshot.Accounts[t.voucher.ID] }

// checkAlone is checkActive and checkValidity of a card with which a member asks for a reward: it says whether the program or the
// card is not active.
func (c *calculation) checkAlone(t *turn) *fault.Error {
	if !c.request.reward.alone || !t.incentive.card {
		return nil
	}
	now, zone, camp := c.snapshot.Now, c.catalogue.zone, t.incentive.campaign
	open := t.incentive.window.At(now, zone) == validity.Valid
	var refusal *fault.Error
	switch {
	case camp == nil || !camp.Active || !open && camp.Window.At(now, zone) != validity.Valid:
		refusal = fault.New(fault.CampaignNotActive, "the loyalty program of %s is not active", t.ID)
	case !t.voucher.Active || !open:
		refusal = fault.New(fault.LoyaltyCardNotActive, "%s", t.ID)
	default:
		return nil
	}
	c.step(Step{Subject: t.ID, Check: CheckActive, Outcome: Denied, Reason: refusal.Key})
	return refusal
}

// checkHolder checks that a loyalty card is used by its holder.
func (c *calculation) checkHolder(t *turn) *fault.Error {
	if !t.incentive.card {
		return nil
	}
	var refusal *fault.Error
	switch account := c.account(t); {
	case account == nil:
		refusal = fault.New(fault.NotPublished, "the loyalty card %s was not given to a customer", t.ID)
	case c.snapshot.Customer == nil || account.CustomerID != c.customerID:
		refusal = fault.New(fault.InvalidCustomer, "Customer must be a holder of a loyalty card.")
	default:
		return nil
	}
	c.step(Step{Subject: t.ID, Check: CheckHolder, Outcome: Denied, Reason: refusal.Key})
	return refusal
}

// checkReward checks that there is a reward to have for points, and that there are enough of them.
func (c *calculation) checkReward(t *turn) *fault.Error {
	t.points, t.amount = 0, 0
	refusal := c.findReward(t)
	if refusal == nil && t.incentive.reward != nil {
		refusal = c.price(t)
		if refusal == nil {
			refusal = c.checkStock(t)
		}
	}
	if refusal != nil && refusal.Key != fault.LoyaltyCardPointsExceeded && refusal.Key != fault.OutOfStock {
		c.step(Step{Subject: t.ID, Check: CheckReward, Outcome: Denied, Reason: refusal.Key})
	}
	return refusal
}

// findReward checks that card and reward belong together.
func (c *calculation) findReward(t *turn) *fault.Error {
	switch {
	case !t.incentive.card && t.Reward != nil:
		return fault.Invalid("reward", "%s is no loyalty card", t.ID)
	case !t.incentive.card:
		return nil
	case t.Reward == nil || t.Reward.ID == "":
		return fault.New(fault.MissingReward, "A reward is required when redeeming a LOYALTY_CARD")
	case t.incentive.reward == nil:
		return fault.Missing("reward", t.Reward.ID)
	}
	if of := t.incentive.reward.Reward.Parameters.Campaign; of != nil && c.catalogue.campaign(t.incentive.reward) == nil {
		return fault.Missing("campaign", of.ID)
	}
	return nil
}

// price finds out what the reward costs the member now. Points whose last day is over do not count.
func (c *calculation) price(t *turn) *fault.Error {
	o, account := t.incentive.reward, c.account(t)
	tier := c.catalogue.programOf(account).Tier(account.Tier.TierID)
	available := account.Balance - account.Overdue(c.today())
	if o.Reward.Type == reward.Coin {
		return c.priceOfPayment(t, o, tier, available)
	}
	one, ok := o.Price(tier)
	quantity := ledger.Points(c.request.reward.quantity())
	switch asked := t.Reward.Points; {
	case !ok:
		return fault.Missing("reward", t.Reward.ID)
	case asked != nil && *asked != one:
		return fault.Invalid("reward.points", "the reward costs %d points", one)
	case one > available/quantity:
		return c.pointsExceeded(t, one, available)
	}
	t.points = one * quantity
	return nil
}

// priceOfPayment is price for points that pay for the order.
func (c *calculation) priceOfPayment(t *turn, o *Offer, tier *loyalty.Tier, available ledger.Points) *fault.Error {
	multiplier, ok := o.multiplier(tier)
	asked := t.Reward.Points
	switch {
	case !ok:
		return fault.Missing("reward", t.Reward.ID)
	case c.order == nil:
		return fault.New(fault.MissingOrder, "Order is required to pay with points")
	case !t.incentive.discount.HasRoom(c.start):
		return fault.New(fault.MissingAmount, "Amount is required to pay with points")
	case asked != nil && *asked > available:
		return c.pointsExceeded(t, *asked, available)
	}
	least := o.Reward.Parameters.Coin.Least(multiplier)
	if due := c.state.Total(); asked == nil && due > 0 && available < least {
		return c.pointsExceeded(t, least, available)
	}
	p := o.Reward.Parameters.Coin.Pay(c.state.Total(), available, asked, multiplier)
	t.points, t.amount = p.Points, p.Amount
	return nil
}

func (c *calculation) pointsExceeded(t *turn, wanted, available ledger.Points) *fault.Error {
	missing := int64(wanted - available)
	c.step(Step{
		Subject: t.ID, Check: CheckReward, Outcome: Denied, Reason: fault.LoyaltyCardPointsExceeded, Missing: &missing,
		Actual: strconv.FormatInt(int64(available), 10), Expected: "at least " + strconv.FormatInt(int64(wanted), 10),
	})
	return fault.New(fault.LoyaltyCardPointsExceeded, "%s", t.ID)
}

// checkStock checks that there are enough of a product.
func (c *calculation) checkStock(t *turn) *fault.Error {
	r := t.incentive.reward.Reward
	if r.Stock == nil {
		return nil
	}
	used := c.used(StockKey(r.ID))
	if c.request.reward.quantity() <= *r.Stock-used {
		return nil
	}
	c.step(Step{
		Subject: t.ID, Check: CheckReward, Outcome: Denied, Reason: fault.OutOfStock,
		Actual: strconv.FormatInt(used, 10), Expected: "less than " + strconv.FormatInt(*r.Stock, 10),
	})
	return fault.New(fault.OutOfStock, "%s", r.Name)
}

// checkCardOffer is checkHolder for a qualification: a loyalty card with points is offered to its holder, with what is on it. What
// he buys with it he says when he redeems it.
func (c *calculation) checkCardOffer(t *turn) *fault.Error {
	if !t.incentive.card {
		return nil
	}
	if t.voucher == nil { // a card that is still to be given out
		t.points = c.catalogue.programs[t.incentive.campaign.ID].Card.Points
		return nil
	}
	if err := c.checkHolder(t); err != nil {
		return err
	}
	account := c.account(t)
	if t.points = account.Balance - account.Overdue(c.today()); t.points <= 0 {
		return fault.New(fault.LoyaltyCardPointsExceeded, "%s", t.ID)
	}
	return nil
}

// addCard adds what a loyalty card needs beside the snapshot: its account, and how often the reward was given out.
func (t *turn) addCard(more *Needs) {
	if !t.incentive.card || t.voucher == nil || t.voucher.PublishedAt == nil {
		return
	}
	more.Accounts = append(more.Accounts, t.voucher.ID)
	if o := t.incentive.reward; o != nil && o.Reward.Stock != nil {
		more.Counters = append(more.Counters, StockKey(o.Reward.ID))
	}
}
