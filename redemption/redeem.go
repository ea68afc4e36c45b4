package redemption

import (
	"encoding/json"
	"time"

	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
)

// VerbRedeem and VerbRedeemReward name redeems among the stored answers of idempotent calls.
const (
	VerbRedeem       = "redeem"
	VerbRedeemReward = "redeem_reward"
)

// Redeem turns a valid calculation into the plan that carries it out and the answer that it gives. It must not be called
// for one that is not valid; see Refuse.
func (calc *Calculation) Redeem() (*Plan, *Result, error) {
	r := calc.redeem()
	if err := r.write(r.writeEvents, r.writeSummary, r.writeOutcome); err != nil {
		return nil, nil, err
	}
	return &r.plan, r.result, r.plan.Seal()
}

func (calc *Calculation) redeem() *redeem {
	return &redeem{calculation: calc.inner, validation: calc.Validation, ids: calc.inner.ids, result: &Result{
		InapplicableRedeemables: calc.Validation.InapplicableRedeemables,
		SkippedRedeemables:      calc.Validation.SkippedRedeemables,
		Decision:                calc.Validation.Decision,
	}}
}

// write plans the records, and then what the last steps do.
func (r *redeem) write(last ...func() error) error {
	steps := []func() error{
		r.writeCustomer, r.finishOrder, r.writeRedemptions, r.writeRewards, r.writeOrder, r.writeCatalogue, r.writeCards, r.forgetOrder,
	}
	for _, step := range append(steps, last...) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// redeem is one redemption while its plan is written.
type redeem struct {
	*calculation
	validation  *Validation
	ids         id.Sequence
	plan        Plan
	result      *Result
	failures    []*Redemption
	posted      posted
	points      *PointsWork // the loyalty cards that pay; nil for none
	own         *PointsCard // the card of the operation that the redemption is part of
	rewards     []*rewarding
	newCustomer bool
	bodies      map[any]json.RawMessage // what is encoded already, by pointer
}

// writeCustomer stores a customer that is new, or that the request knows more about.
func (r *redeem) writeCustomer() error {
	if r.customer == nil {
		return nil
	}
	stored := r.snapshot.Customer
	if stored != nil && stored.Equal(r.customer) {
		r.result.Customer = stored
		return nil
	}
	c := *r.customer
	c.ID = r.customerID
	var version int64
	if stored == nil {
		c.CreatedAt, r.newCustomer = r.snapshot.Now, true
	} else {
		version, c.UpdatedAt = stored.Version, &r.snapshot.Now
	}
	c.Version = version + 1
	r.result.Customer = &c
	return r.put(record.Customer, c.ID, version, c.CreatedAt, "", sourceKey(c.SourceID), &c)
}

// put adds a record to the plan and keeps its body for the events and the stored answer.
func (r *redeem) put(kind record.Kind, id string, version int64, at time.Time, parent string, keys []string, body any) error {
	text, err := r.plan.write(kind, id, version, at, parent, keys, body)
	if r.bodies == nil {
		r.bodies = make(map[any]json.RawMessage, 4)
	}
	r.bodies[body] = text
	return err
}

// encoded is a value as JSON: its stored body, if it was written.
func (r *redeem) encoded(value any) any {
	if text, ok := r.bodies[value]; ok {
		return text
	}
	return value
}

// finishOrder makes the calculated order the one that is stored: identifiers, status, customer.
func (r *redeem) finishOrder() error {
	o := r.state.Result()
	if o.Touched&(order.TouchedOrder|order.TouchedItems) == 0 {
		o.Touched |= order.TouchedApplied // a redemption that came to nothing says so
	}
	stored := r.snapshot.Order
	o.ID = r.orderID
	o.Status = r.status()
	o.CreatedAt, o.Version = r.snapshot.Now, 1
	if stored != nil {
		o.CreatedAt, o.UpdatedAt, o.Version = stored.CreatedAt, &r.snapshot.Now, stored.Version+1
		o.Redemptions = make(map[string]order.Redemption, len(stored.Redemptions)+1)
		for key, value := range stored.Redemptions {
			o.Redemptions[key] = value
		}
	} else {
		o.Redemptions = make(map[string]order.Redemption, 1)
	}
	if o.CustomerID == "" {
		o.CustomerID = r.customerID
	}
	r.nameReferrer(o)
	for i := range o.Items {
		if o.Items[i].ID == "" {
			o.Items[i].ID = r.ids.Next(id.OrderItem)
		}
	}
	r.result.Order = o
	return nil
}

// status is the order's after the redemption: what the request says, else PAID; a fulfilled order stays fulfilled.
func (r *redeem) status() order.Status {
	if o := r.request.Order; o != nil && o.Status != "" {
		return o.Status
	}
	if stored := r.snapshot.Order; stored != nil && stored.Status == order.Fulfilled {
		return order.Fulfilled
	}
	return order.Paid
}

// writeRedemptions records one redemption for each redeemable that applies and, for several or a stack, their parent.
func (r *redeem) writeRedemptions() error {
	var applied []*turn
	for _, t := range r.turns {
		if t.answer.Status == Applicable {
			applied = append(applied, t)
		}
	}
	stacked := len(applied) > 1 || r.request.Redeemables[0].Object == PromotionStack
	if stacked {
		parent := r.base(id.Redemption)
		parent.RelatedObjectType, parent.RelatedObjectID = "redemption", parent.ID
		r.result.Parent = parent
	}
	room := r.room()
	for _, t := range applied {
		consumed := r.consumption(t)
		child := r.base(id.Redemption)
		r.describe(child, t)
		child.Granted = r.grant(t, room, consumed)
		if err := r.spend(child, t); err != nil {
			return err
		}
		if err := r.spendPoints(child, t); err != nil {
			return err
		}
		child.Order = snapshotFor(t.answer.Order, r.result.Order, stacked)
		r.plan.Consume = append(r.plan.Consume, consumed...)
		if stacked {
			child.Parent = r.result.Parent.ID
			r.result.Parent.Children = append(r.result.Parent.Children, child.ID)
		}
		r.result.Redemptions = append(r.result.Redemptions, child)
	}
	top := r.result.Redemptions[0]
	if stacked {
		top = r.result.Parent
	}
	top.Decision = &r.decision
	if stacked {
		if err := r.writeRedemption(r.result.Parent); err != nil {
			return err
		}
	}
	for _, child := range r.result.Redemptions {
		if err := r.writeRedemption(child); err != nil {
			return err
		}
	}
	r.traceOnOrder()
	return r.writeFailures()
}

// writeFailures records what failed beside the redeemables that apply, as mode PARTIAL lets it. A failed record names the
// parent; the parent does not list it, since there is nothing to roll back.
func (r *redeem) writeFailures() error {
	for _, t := range r.turns {
		if t.answer.Result.Error == nil {
			continue
		}
		x := r.failedChild(&r.ids, t, r.result.Parent)
		x.CustomerID = r.customerID
		if err := r.writeRedemption(x); err != nil {
			return err
		}
		r.failures = append(r.failures, x)
	}
	return nil
}

func (r *redeem) writeRedemption(x *Redemption) error {
	x.Version = 1
	return r.put(record.Redemption, x.ID, 0, x.Date, x.Owner(), nil, x)
}

func (r *redeem) base(prefix string) *Redemption {
	x := &Redemption{
		ID: r.ids.Next(prefix), Date: r.snapshot.Now, CustomerID: r.customerID, Metadata: r.request.Metadata,
		Result: Success, Status: Succeeded, OrderID: r.orderID,
	}
	if r.orderless() {
		x.OrderID = ""
	}
	return x
}

// orderless reports whether a member has asked for a reward without an order.
func (c *calculation) orderless() bool { return c.request.reward.alone && c.order == nil }

// forgetOrder leaves the order of amount 0 out of the answer that nobody has asked about.
func (r *redeem) forgetOrder() error {
	if r.orderless() {
		r.result.Order = nil
	}
	return nil
}

// writeCards plans the accounts of the loyalty cards that have paid.
func (r *redeem) writeCards() error {
	if r.points == nil {
		return nil
	}
	r.result.points = r.points
	return r.points.finish()
}

// describe names the voucher or tier of a redemption.
func (c *calculation) describe(x *Redemption, t *turn) {
	x.RelatedObjectType, x.CampaignID = string(t.Object), t.answer.CampaignID
	if t.incentive != nil {
		x.RelatedObjectID = t.incentive.id
	}
	if t.voucher != nil {
		x.Code, x.IsReferralCode = t.voucher.Code, t.voucher.IsReferralCode
	}
}

// snapshotFor is the order that a redemption keeps: the whole order for a single one, the amounts only for one of several.
func snapshotFor(o, final *order.Order, stacked bool) *order.Order {
	if o == nil {
		return nil
	}
	snapshot := *o
	snapshot.ID = final.ID
	if stacked {
		snapshot.Items, snapshot.Metadata = nil, nil
		return &snapshot
	}
	snapshot.Items, snapshot.Status, snapshot.Touched = final.Items, final.Status, final.Touched
	return &snapshot
}

// room is what is left of each line for shares of order-level discounts, once line discounts and the shares of discounts
// that the order carried before are taken off.
func (r *redeem) room() []int64 {
	items := r.result.Order.Items
	room := make([]int64, len(items))
	for i := range items {
		room[i] = items[i].SubtotalAmount
	}
	carried := r.result.Order.DiscountAmount - r.result.Order.AppliedDiscountAmount
	for i, share := range money.SplitCapped(carried, room, room) {
		room[i] -= share
	}
	return room
}

// grant freezes what the redemption gave, line by line. The order-level discount is divided over the lines by what is
// left of them, so that returned units can give their share back; no line gets more than it has left.
func (r *redeem) grant(t *turn, room []int64, consumed []Consume) *Granted {
	g := &Granted{OrderDiscount: t.outcome.Order, ItemsDiscount: t.outcome.Items, Consumed: consumedOf(consumed)}
	items := r.result.Order.Items
	if len(items) == 0 || t.answer.Order == nil {
		return g
	}
	shares := money.SplitCapped(t.outcome.Order, room, room)
	g.Lines = make([]GrantedLine, len(items))
	for i := range items {
		room[i] -= shares[i]
		line := GrantedLine{ItemID: items[i].ID, Quantity: items[i].Quantity, Amount: items[i].LineAmount(), OrderShare: shares[i]}
		if i < len(t.answer.Order.Items) {
			x := &t.answer.Order.Items[i]
			line.Discount, line.FreeUnits = x.AppliedDiscountAmount, x.AppliedDiscountQuantity
			line.AddedUnits, line.AddedAmount = x.AppliedQuantity, x.AppliedQuantityAmount
		}
		g.Lines[i] = line
	}
	return g
}

// traceOnOrder notes the redemption on the order.
func (r *redeem) traceOnOrder() {
	if r.orderless() {
		return
	}
	if parent := r.result.Parent; parent != nil {
		r.result.Order.Redemptions[parent.ID] = order.Redemption{
			Date: parent.Date, RelatedObjectType: "redemption", RelatedObjectID: parent.ID, Stacked: parent.Children,
		}
		return
	}
	single := r.result.Redemptions[0]
	r.result.Order.Redemptions[single.ID] = order.Redemption{
		Date: single.Date, RelatedObjectType: single.RelatedObjectType, RelatedObjectID: single.RelatedObjectID,
		RelatedObjectParentID: single.CampaignID,
	}
}

func (r *redeem) writeOrder() error {
	if r.orderless() {
		return nil
	}
	o := r.result.Order
	return r.put(record.Order, o.ID, o.Version-1, o.CreatedAt, o.CustomerID, sourceKey(o.SourceID), o)
}

// writeCatalogue stores what the lines say about products that they override.
func (r *redeem) writeCatalogue() error {
	docs, err := Overrides(r.request.Order, r.catalogue.products, &r.ids, r.snapshot.Now)
	r.plan.Writes = append(r.plan.Writes, docs...)
	return err
}
