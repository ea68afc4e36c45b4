package discount

import (
	"strconv"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// load fills the line from an item: identity, unit price by precedence (line, inline SKU, inline product, catalogue),
// quantity and amount.
func (l *Line) load(item *order.Item, index *product.Index, stored bool) *fault.Error {
	l.item = item
	known := index.Resolve(item.Identity(index))
	l.Identity, l.product, l.sku = known.Identity, known.Product, known.SKU
	l.join(index)
	switch {
	case item.Price != nil:
		l.Price, l.PriceKnown = *item.Price, true
	case item.SKU != nil && item.SKU.Price != nil:
		l.Price, l.PriceKnown = *item.SKU.Price, true
	case item.Product != nil && item.Product.Price != nil:
		l.Price, l.PriceKnown = *item.Product.Price, true
	default:
		l.Price, l.PriceKnown = known.Price, known.Priced
	}
	l.Quantity = item.Quantity
	if l.Quantity == 0 && !stored {
		l.Quantity = 1
	}
	switch {
	case item.Amount != nil:
		l.Amount, l.AmountKnown = *item.Amount, true
		l.unitless = l.Quantity == 0 && l.PriceKnown
	case l.PriceKnown:
		amount, err := money.Mul(l.Price, l.Quantity)
		if err != nil {
			return fault.New(fault.InvalidAmount, "price %d times quantity %d is more than %d", l.Price, l.Quantity, money.Max).At("amount")
		}
		l.Amount, l.AmountKnown = amount, true
	}
	l.InitialQuantity, l.InitialAmount = l.Quantity, l.Amount
	if stored {
		l.carry(item)
	}
	// Free units that the request mentions are echoed, and do not count as units that a reward could make free.
	l.DiscountQuantity = max(0, min(item.DiscountQuantity, l.Quantity))
	return nil
}

// join describes the line to the collections with a filter, if there are any.
func (l *Line) join(index *product.Index) {
	if !index.Asks() {
		return
	}
	described := product.Item{Identity: l.Identity, Product: l.product, SKU: l.sku}
	if item := l.item; item != nil {
		described.Price, described.Payload[1] = item.Price, item.Metadata
		var price *int64
		if described.IsSKU() && item.SKU != nil {
			described.Name, price, described.Payload[0] = item.SKU.Name, item.SKU.Price, item.SKU.Metadata
		} else if !described.IsSKU() && item.Product != nil {
			described.Name, price, described.Payload[0] = item.Product.Name, item.Product.Price, item.Product.Metadata
		}
		if described.Price == nil {
			described.Price = price
		}
	}
	l.Identity.Members = index.Members(described)
}

// carry takes over what earlier redemptions did to a line of a stored order.
func (l *Line) carry(item *order.Item) {
	l.DiscountAmount = max(0, min(item.DiscountAmount, l.Amount))
	l.carriedDiscount = l.DiscountAmount > 0 || item.DiscountQuantity > 0
	if item.InitialKnown {
		l.InitialQuantity, l.InitialAmount = item.InitialQuantity, item.InitialAmount
	}
}

// reset prepares the first of the lines for free units: a line that was stored with an amount but without units counts from
// zero, so its amount goes before units are added. It stays when it has discounts that the units could not bear.
func (s *State) reset(lines []int, units int64) {
	if len(lines) == 0 || !s.Lines[lines[0]].unitless {
		return
	}
	l := &s.Lines[lines[0]]
	amount, _ := l.value(units)
	if l.DiscountAmount > amount || l.Amount-amount > s.Total() || !s.fits(amount) {
		return
	}
	s.Amount -= l.Amount
	l.Amount, l.unitless = 0, false
}

func fieldIndex(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
