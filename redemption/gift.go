package redemption

import (
	"strconv"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/validation"
)

// CardKeys are the counters that are the state of a gift card, in the order in which plans touch them.
func CardKeys(voucherID string) []CounterKey {
	return []CounterKey{
		{Metric: SumGiftAdded, Subject: voucherID}, {Metric: GiftBalance, Subject: voucherID},
		{Metric: SumGiftRemoved, Subject: voucherID}, {Metric: CountTransactions, Subject: voucherID},
	}
}

// CardOf is the state of a gift card, from the counters of CardKeys.
func CardOf(voucherID string, counters map[CounterKey]int64) ledger.Card {
	of := func(m CounterMetric) int64 { return counters[CounterKey{Metric: m, Subject: voucherID}] }
	return ledger.Card{
		Amount: ledger.Credits(of(SumGiftAdded)), Subtracted: ledger.Credits(of(SumGiftRemoved)),
		Balance: ledger.Credits(of(GiftBalance)), Entries: of(CountTransactions),
	}
}

// cardOf is the state of a gift card in a qualification or request. A campaign stands for a card that is still to be given
// out.
func (c *calculation) cardOf(t *turn) ledger.Card {
	if t.voucher == nil {
		return ledger.Opened(t.incentive.gift.InitialAmount)
	}
	return CardOf(t.voucher.ID, c.snapshot.Counters)
}

// offered is what the card pays at most: the credits of the request, else everything on it.
func (t *turn) offered() ledger.Credits {
	if t.Gift != nil && t.Gift.Credits != nil {
		return *t.Gift.Credits
	}
	return t.card.Balance
}

// credits is what the redeemable takes from its card: 0 until it is calculated, and for what is no gift card.
func (t *turn) credits() ledger.Credits {
	if t.incentive.gift == nil {
		return 0
	}
	return ledger.Credits(t.outcome.Order + t.outcome.Items)
}

// checkGift checks that there is something to pay with a gift card, and enough on it.
func (c *calculation) checkGift(t *turn) *fault.Error {
	if t.incentive.gift == nil {
		if t.Gift == nil {
			return nil
		}
		c.step(Step{Subject: t.ID, Check: CheckGift, Outcome: Denied, Reason: fault.InvalidGift})
		return fault.New(fault.InvalidGift, "%s is no gift card", t.ID)
	}
	if err := c.checkPayable(t); err != nil {
		c.step(Step{Subject: t.ID, Check: CheckGift, Outcome: Denied, Reason: err.Key})
		return err
	}
	t.card = c.cardOf(t)
	asked := t.offered()
	if asked <= t.card.Balance && asked > 0 {
		return nil
	}
	c.step(Step{
		Subject: t.ID, Check: CheckGift, Outcome: Denied, Reason: fault.GiftAmountExceeded,
		Actual: strconv.FormatInt(int64(t.card.Balance), 10), Expected: "at least " + strconv.FormatInt(max(1, int64(asked)), 10),
	})
	return fault.New(fault.GiftAmountExceeded, "%s", t.ID)
}

// checkPayable checks that the order has an amount that the card may pay. An order that is paid already is one: then the card
// has no effect.
func (c *calculation) checkPayable(t *turn) *fault.Error {
	switch program := t.incentive.discount; {
	case c.order == nil:
		return fault.New(fault.MissingOrder, "Order is required when redeeming a GIFT_VOUCHER")
	case program == nil || program.HasRoom(c.start): // a broken definition is refused later, with its reason
		return nil
	case program.Effect() == discount.ToItems:
		return fault.New(fault.MissingOrderItemsAmount, "At least one applicable order item with amount is required to redeem this GIFT_VOUCHER")
	}
	return fault.New(fault.MissingAmount, "Amount is required when redeeming a GIFT_VOUCHER")
}

// checkGiftOffer is checkGift for a qualification. Without an order, and where conditions on the cart are left out, a card is
// offered for what is on it.
func (c *calculation) checkGiftOffer(t *turn) *fault.Error {
	if t.incentive.gift == nil {
		return nil
	}
	t.card = c.cardOf(t)
	if t.card.Balance == 0 {
		return fault.New(fault.GiftAmountExceeded, "%s", t.ID)
	}
	if c.order == nil || c.omit&^validation.OmitIgnored != 0 {
		return nil
	}
	return c.checkPayable(t)
}

// spend records what a gift card paid, and plans its entry. A card that paid nothing has none.
func (r *redeem) spend(x *Redemption, t *turn) error {
	if t.incentive.gift == nil {
		return nil
	}
	credits := t.credits()
	x.Amount, x.Gift = int64(credits), &GiftAmount{credits}
	if credits == 0 {
		return nil
	}
	o := r.result.Order
	entry, err := r.posted.post(&r.plan, r.snapshot, &r.ids, x, t.card, ledger.Transaction{
		Type: ledger.CreditsRedemption,
		Details: ledger.Details{
			Order: &ledger.Reference{ID: o.ID, SourceID: o.SourceID}, Redemption: &ledger.Reference{ID: x.ID},
		},
	}, -credits)
	if err != nil {
		return err
	}
	x.Granted.TransactionID = entry.ID
	return nil
}
