package redemption

import (
	"encoding/json"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/reward"
)

func (r *redeem) writeEvents() error {
	e := eventWriter{plan: &r.plan, snapshot: r.snapshot, ids: r.ids}
	r.tell(&e)
	return e.err
}

func (r *redeem) tell(e *eventWriter) {
	o, buyer := r.result.Order, r.result.Customer
	if r.newCustomer {
		e.add(event.CustomerCreated, buyer.ID, map[string]any{"customer": r.encoded(buyer)})
	} else if buyer != r.snapshot.Customer {
		e.add(event.CustomerUpdated, buyer.ID, map[string]any{"customer": r.encoded(buyer)})
	}
	if buyer != nil && o != nil {
		data := map[string]any{"customer": r.encoded(buyer), "order": r.encoded(o)}
		kind := event.CustomerOrderCreated
		if r.snapshot.Order != nil {
			kind = event.CustomerOrderUpdated
		}
		e.add(kind, o.ID, data)
		if kind, ok := OrderEvent(o.Status); ok && (r.snapshot.Order == nil || r.snapshot.Order.Status != o.Status) {
			e.again(kind, o.ID)
		}
	}
	for _, x := range r.result.Redemptions {
		e.addRedemption(event.RedemptionSucceeded, event.CustomerRedemptionSuccess, x, buyer != nil, map[string]any{
			"customer": r.encoded(buyer), "order": r.encoded(o), "redemption": r.encoded(x),
		})
	}
	if r.result.Parent != nil {
		e.addRedemption(event.RedemptionSucceeded, "", r.result.Parent, false, map[string]any{
			"customer": r.encoded(buyer), "order": r.encoded(o), "redemption": r.encoded(r.result.Parent),
		})
	}
	r.posted.tell(e)
	if r.points != nil {
		r.points.tellAll(e)
	}
	for _, x := range r.rewards {
		if x.offer.Reward.Type != reward.OfCampaign { // that is told once it is given
			x.tell(e)
		}
	}
	for _, x := range r.failures {
		e.addRedemption(event.RedemptionFailed, event.CustomerRedemptionFailed, x, buyer != nil, map[string]any{
			"customer": r.encoded(buyer), "redemption": r.encoded(x),
		})
	}
}

// writeSummary counts what the customer did.
func (r *redeem) writeSummary() error {
	r.plan.summarise(r.customerID, int64(len(r.result.Redemptions)), customer.TotalRedeemed, customer.TotalSucceeded)
	r.countFigures()
	r.plan.countEvents(r.customerID)
	return nil
}

func (r *redeem) countFigures() {
	r.plan.summarise(r.customerID, r.posted.credits(), customer.GiftRedeemedAmount)
	var points ledger.Points
	for _, x := range r.rewards {
		points += x.redemption.LoyaltyCard.Points
	}
	r.plan.summarise(r.customerID, int64(points), customer.LoyaltyRedeemedPoints)
	r.plan.CountOrder(r.snapshot.Order, r.result.Order)
}

// orderEvents are the events of an order that gets a status.
var orderEvents = map[order.Status]event.Type{
	order.Paid: event.CustomerOrderPaid, order.Processing: event.CustomerOrderProcessing,
	order.Canceled: event.CustomerOrderCanceled, order.Fulfilled: event.CustomerOrderFulfilled,
}

// OrderEvent is the event of an order that gets a status; a CREATED order has no event beside that of its creation.
func OrderEvent(s order.Status) (event.Type, bool) {
	kind, ok := orderEvents[s]
	return kind, ok
}

// writeOutcome freezes the answer under the key of the request, unless something of it is still to be given.
func (r *redeem) writeOutcome() error {
	if len(r.result.grants) > 0 {
		return nil
	}
	return r.plan.freeze(r.request.Verb(), r.request.IdempotencyKey, r.request.Hash, r.snapshot, r.result)
}

// freeze stores an answer under an idempotency key, in the same commit as its effects.
func (p *Plan) freeze(verb, key string, hash func() (string, error), s *Snapshot, answer any) error {
	if key == "" {
		return nil
	}
	sum, err := hash()
	if err != nil {
		return err
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	p.Outcome = &Outcome{Verb: verb, Key: key, RequestHash: sum, Answer: text, CreatedAt: s.Now}
	return nil
}
