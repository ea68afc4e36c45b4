package storetest

import (
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

func (p *project) checkRollbacks() {
	undone := map[string][]string{}
	for id, back := range p.rollbacks {
		if back.Result == redemption.Success {
			undone[back.Redemption] = append(undone[back.Redemption], id)
		}
	}
	for name, ids := range undone {
		x := p.redemptions[name]
		switch {
		case x == nil:
			p.complain("rollback %s names redemption %s, which does not exist", ids[0], name)
		case len(ids) > 1:
			p.complain("redemption %s was rolled back %d times: %q", name, len(ids), ids)
		case x.Status != redemption.RolledBack || x.RollbackID != ids[0]:
			p.complain("redemption %s is %s by %q, rolled back by %q", name, x.Status, x.RollbackID, ids[0])
		}
	}
	for id, x := range p.redemptions {
		// A parent whose children were rolled back one by one has no rollback of its own.
		if x.Status == redemption.RolledBack && len(undone[id]) == 0 && (len(x.Children) == 0 || x.RollbackID != "") {
			p.complain("redemption %s is rolled back, but there is no rollback", id)
		}
	}
}

func (p *project) checkOrders() {
	for id, o := range p.orders {
		var lines int64
		for i := range o.Items {
			lines += o.Items[i].DiscountAmount
		}
		if o.ItemsDiscountAmount != lines || o.TotalDiscountAmount != o.DiscountAmount+o.ItemsDiscountAmount ||
			o.TotalAmount != max(0, o.Amount-o.TotalDiscountAmount) {
			p.complain("order %s does not add up: %d, less %d on the order and %d on lines (%d in all) is %d",
				id, o.Amount, o.DiscountAmount, o.ItemsDiscountAmount, o.TotalDiscountAmount, o.TotalAmount)
		}
		for name, trace := range o.Redemptions {
			x := p.redemptions[name]
			if x == nil || x.OrderID != id || x.Result != redemption.Success {
				p.complain("order %s carries %s, which was not redeemed on it", id, name)
				continue
			}
			if stands(x) != (trace.RollbackID == "") {
				p.complain("redemption %s is %s, on order %s its rollback is %q", name, x.Status, id, trace.RollbackID)
			}
		}
		p.checkDiscount(o)
	}
	for name, x := range p.redemptions {
		o := p.orders[x.OrderID]
		if x.Result != redemption.Success || x.Parent != "" || o == nil {
			continue
		}
		if _, ok := o.Redemptions[name]; !ok {
			p.complain("redemption %s was made on order %s, which does not carry it", name, x.OrderID)
		}
	}
}

// checkDiscount compares the discount of an order with what was granted on it. Later redemptions, rollbacks and changes of
// lines cut into each other's discounts, so only an order that was written once tells it by itself.
func (p *project) checkDiscount(o *order.Order) {
	if o.Version != 1 || len(o.Redemptions) == 0 {
		return
	}
	granted := int64(0)
	for name := range o.Redemptions {
		for _, x := range p.family(name) {
			if x.Granted != nil {
				granted += x.Granted.Discount()
			}
		}
	}
	if granted != o.TotalDiscountAmount {
		p.complain("order %s has a discount of %d, granted were %d", o.ID, o.TotalDiscountAmount, granted)
	}
}

// family returns a redemption with its children.
func (p *project) family(name string) []*redemption.Redemption {
	x := p.redemptions[name]
	if x == nil {
		return nil
	}
	family := []*redemption.Redemption{x}
	for _, child := range x.Children {
		if c := p.redemptions[child]; c != nil {
			family = append(family, c)
		}
	}
	return family
}

func (p *project) checkEvents() {
	expect := func(kind event.Type, entity string, want int) {
		if got := p.events[happened{kind, entity}]; got != want {
			p.complain("%s of %s was told %d times, it happened %d times", kind, entity, got, want)
		}
	}
	for id, x := range p.redemptions {
		if x.Result == redemption.Success {
			expect(event.RedemptionSucceeded, id, 1)
			expect(event.RedemptionFailed, id, 0)
		} else {
			expect(event.RedemptionFailed, id, 1)
			expect(event.RedemptionSucceeded, id, 0)
		}
		if x.Parent != "" {
			continue
		}
		returns := len(x.Returns)
		for _, member := range p.family(id) {
			returns = max(returns, len(member.Returns))
		}
		expect(event.RedemptionReturned, id, returns)
	}
	for id, back := range p.rollbacks {
		if back.Result == redemption.Success {
			expect(event.RollbackSucceeded, id, 1)
		} else {
			expect(event.RollbackFailed, id, 1)
		}
	}
}
