package redemption

import (
	"slices"

	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
)

// copyOrder copies an order as deep as a rollback changes it.
func copyOrder(o *order.Order) *order.Order {
	c := *o
	c.Items = slices.Clone(o.Items)
	for i := range c.Items {
		if amount := c.Items[i].Amount; amount != nil {
			value := *amount
			c.Items[i].Amount = &value
		}
	}
	c.Redemptions = make(map[string]order.Redemption, len(o.Redemptions))
	for key, value := range o.Redemptions {
		c.Redemptions[key] = value
	}
	return &c
}

// takeOff removes the frozen effect of one redemption from the order: its discounts, the units that it made free and the
// units that it added. A line that only existed because of it disappears. A line that was replaced since is left alone.
func takeOff(o *order.Order, g *Granted) {
	o.DiscountAmount = max(0, o.DiscountAmount-g.OrderDiscount)
	for _, line := range g.Lines {
		i := slices.IndexFunc(o.Items, func(item order.Item) bool { return item.ID == line.ItemID })
		if i < 0 {
			continue
		}
		item := &o.Items[i]
		item.Quantity -= line.AddedUnits
		// What a later redemption took off units that disappear now goes with them.
		item.DiscountQuantity = max(0, min(item.DiscountQuantity-line.FreeUnits, item.Quantity))
		item.DiscountAmount = max(0, item.DiscountAmount-line.Discount)
		o.Amount -= line.AddedAmount
		if item.Amount != nil {
			*item.Amount -= line.AddedAmount
			item.DiscountAmount = min(item.DiscountAmount, *item.Amount)
			item.SubtotalAmount = *item.Amount - item.DiscountAmount
		}
	}
	o.Items = slices.DeleteFunc(o.Items, func(item order.Item) bool { return item.InitialQuantity == 0 && item.Quantity <= 0 })
	settle(o)
}

// settle brings the sums of an order in line with its lines. Nothing is applied by a request any more, and levels without
// a discount are not shown.
func settle(o *order.Order) {
	o.ItemsDiscountAmount, o.AppliedDiscountAmount, o.ItemsAppliedDiscountAmount, o.TotalAppliedDiscountAmount = 0, 0, 0, 0
	o.Touched = order.Calculated
	for i := range o.Items {
		item := &o.Items[i]
		item.AppliedDiscountAmount, item.AppliedDiscountQuantity = 0, 0
		item.AppliedQuantity, item.AppliedQuantityAmount, item.ApplicationDetails = 0, 0, nil
		item.Touched = item.DiscountAmount > 0
		o.ItemsDiscountAmount += item.DiscountAmount
	}
	o.TotalDiscountAmount = o.DiscountAmount + o.ItemsDiscountAmount
	o.TotalAmount = max(0, o.Amount-o.TotalDiscountAmount)
	if o.DiscountAmount > 0 {
		o.Touched |= order.TouchedOrder
	}
	if o.ItemsDiscountAmount > 0 {
		o.Touched |= order.TouchedItems
	}
}

// finishOrder notes the rollback on the order, cancels it when nothing that was redeemed on it stands any more, and adds
// it to the plan.
func (r *rollback) finishOrder(o *order.Order, mode promotion.RollbackMode) error {
	if o == nil {
		return nil
	}
	for i, entry := range r.result.Rollbacks {
		r.trace(o, r.targets[i], entry)
	}
	stands := false
	for _, trace := range o.Redemptions {
		stands = stands || trace.RollbackID == ""
	}
	if mode != promotion.WithoutOrder && !stands {
		o.Status = order.Canceled
	}
	o.UpdatedAt = &r.snapshot.Now
	o.Version++
	r.result.Order = o
	_, err := r.plan.write(record.Order, o.ID, o.Version-1, o.CreatedAt, o.CustomerID, sourceKey(o.SourceID), o)
	return err
}

// trace notes the rollback of one redemption on the order. The trace of a stack is complete once all of its redemptions
// are rolled back.
func (r *rollback) trace(o *order.Order, x *Redemption, entry *Rollback) {
	key := x.ID
	if x.Parent != "" {
		key = x.Parent
	}
	trace, ok := o.Redemptions[key]
	if !ok {
		return
	}
	if x.Parent != "" {
		trace.RollbackStacked = append(slices.Clone(trace.RollbackStacked), entry.ID)
	}
	if x.Parent == "" || len(trace.RollbackStacked) == len(trace.Stacked) {
		trace.RollbackID, trace.RollbackDate = entry.ID, &r.snapshot.Now
		if r.result.Parent != nil {
			trace.RollbackID = r.result.Parent.ID
		}
	}
	o.Redemptions[key] = trace
}
