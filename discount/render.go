package discount

import (
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// Snapshot returns the order as it stands in this turn: cumulative amounts, and applied amounts of this redeemable only.
func (s *State) Snapshot() *order.Order {
	return s.render(s.applied, s.touched, s.replaced, func(l *Line) (delta, bool) { return l.applied, l.touched })
}

// Result returns the order at the end of the request: cumulative amounts, and applied amounts of all redeemables that
// were kept.
func (s *State) Result() *order.Order {
	return s.render(s.request, s.requestTouched, s.requestReplaced, func(l *Line) (delta, bool) { return l.request, l.requestTouched })
}

func (s *State) render(applied int64, touched order.Touched, replaced []order.ApplicationDetail, part func(*Line) (delta, bool)) *order.Order {
	o := &order.Order{
		ID: s.source.ID, SourceID: s.source.SourceID, Status: s.source.Status,
		Amount: s.Amount, InitialAmount: s.InitialAmount,
		DiscountAmount: s.DiscountAmount, ItemsDiscountAmount: s.itemsDiscount, TotalDiscountAmount: s.TotalDiscount(),
		AppliedDiscountAmount: applied, TotalAmount: s.Total(),
		Metadata: s.source.Metadata, CustomerID: s.source.CustomerID, ReferrerID: s.source.ReferrerID,
		Touched: touched | order.Calculated,
	}
	if s.DiscountAmount > 0 {
		o.Touched |= order.TouchedOrder
	}
	if len(s.Lines) > 0 {
		o.Items = make([]order.Item, len(s.Lines))
	}
	amounts := make([]int64, 2*len(s.Lines)) // one allocation for the prices and amounts of all lines
	for i := range s.Lines {
		delta, lineTouched := part(&s.Lines[i])
		s.renderLine(&o.Items[i], i, delta, lineTouched, amounts[2*i:2*i+2])
		o.ItemsAppliedDiscountAmount += delta.discount
	}
	for _, d := range replaced {
		o.Items[d.SourceIndex].ApplicationDetails = append(o.Items[d.SourceIndex].ApplicationDetails, d)
	}
	o.TotalAppliedDiscountAmount = applied + o.ItemsAppliedDiscountAmount
	return o
}

func (s *State) renderLine(item *order.Item, i int, applied delta, touched bool, amounts []int64) {
	l := &s.Lines[i]
	if i < len(s.source.Items) {
		source := &s.source.Items[i]
		item.ID, item.SourceID, item.RelatedObject = source.ID, source.SourceID, source.RelatedObject
		item.Product, item.SKU, item.Metadata = source.Product, source.SKU, source.Metadata
	}
	item.ProductID, item.SKUID = l.Identity.ProductID, l.Identity.SKUID
	item.Quantity = l.Quantity
	if l.PriceKnown {
		amounts[0] = l.Price
		item.Price = &amounts[0]
	}
	if l.AmountKnown {
		amounts[1] = l.Amount
		item.Amount = &amounts[1]
		item.SubtotalAmount = l.Subtotal()
	}
	item.InitialQuantity, item.InitialAmount, item.InitialKnown = l.InitialQuantity, l.InitialAmount, true
	item.DiscountQuantity, item.DiscountAmount = l.DiscountQuantity, l.DiscountAmount
	item.AppliedDiscountQuantity, item.AppliedDiscountAmount = applied.freeUnits, applied.discount
	item.AppliedQuantity, item.AppliedQuantityAmount = applied.units, applied.unitsAmount
	item.Touched = touched || l.DiscountAmount > 0
}

// Targets returns the products that the discount may touch, as an answer lists them: the configured entries with the
// lines and units that were in reach, and one strict entry for each product that a collection brought in.
func (p *Program) Targets(s *State, o *Outcome) []product.Target {
	if len(p.scope.source.Included) == 0 && !p.scope.includedAll {
		return nil
	}
	var units int64
	for i := range s.Lines {
		units += s.Lines[i].Quantity
	}
	targets := make([]product.Target, 0, len(p.scope.entries)+len(o.selection))
	for i := range p.scope.entries {
		e := &p.scope.entries[i]
		target := e.Target
		for _, selected := range o.selection {
			if e.matcher.Matches(s.Lines[selected.line].Identity) {
				cover(&target, selected, units)
			}
		}
		targets = append(targets, target)
	}
	for _, selected := range o.selection {
		e := selected.entry
		if e.Kind() != product.KindCollection {
			continue
		}
		targets = addConcrete(targets, e, selected, s.Lines[selected.line].Identity, units)
	}
	return targets
}

// addConcrete lists the product of a selected line as a strict target that inherits the settings of its collection.
func addConcrete(targets []product.Target, e *entry, selected pick, line product.Identity, units int64) []product.Target {
	ref := product.Ref{Object: product.KindProduct, ID: line.ProductID, SourceID: line.ProductSourceID}
	if line.SKUID != "" {
		ref = product.Ref{Object: product.KindSKU, ID: line.SKUID, SourceID: line.SKUSourceID, ProductID: line.ProductID}
	}
	if ref.ID == "" && ref.SourceID == "" {
		return targets
	}
	for i := range targets {
		if targets[i].Strict && targets[i].Object == ref.Object && targets[i].ID == ref.ID && targets[i].SourceID == ref.SourceID {
			cover(&targets[i], selected, units)
			return targets
		}
	}
	target := e.Target
	target.Ref, target.Strict = ref, true
	cover(&target, selected, units)
	return append(targets, target)
}

// cover notes a selected line on the target; units of a cart with more than MaxListedUnits are not listed one by one.
func cover(t *product.Target, selected pick, units int64) {
	if n := len(t.OrderItemIndices); n == 0 || t.OrderItemIndices[n-1] != selected.line {
		t.OrderItemIndices = append(t.OrderItemIndices, selected.line)
	}
	if t.Target != product.PerUnit {
		return
	}
	if units > product.MaxListedUnits {
		t.UnitsLimitExceeded = true
		return
	}
	t.OrderItemUnits = append(t.OrderItemUnits, product.ItemUnits{Index: selected.line, Units: selected.units()})
}

// Excluded returns the products that the discount never touches, as an answer lists them.
func (p *Program) Excluded() []product.Target { return p.scope.source.Excluded }
