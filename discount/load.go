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
	known := index.Resolve(item.Identity())
	l.Identity, l.product, l.sku = known.Identity, known.Product, known.SKU
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
	l.initialSent = item.InitialKnown || item.InitialQuantity > 0
	if l.initialSent && !stored {
		l.InitialQuantity = item.InitialQuantity
	}
	return nil
}

// carry takes over what earlier redemptions did to a line of a stored order.
func (l *Line) carry(item *order.Item) {
	l.DiscountAmount = max(0, min(item.DiscountAmount, l.Amount))
	l.DiscountQuantity = max(0, min(item.DiscountQuantity, l.Quantity))
	l.carriedDiscount = l.DiscountAmount > 0 || l.DiscountQuantity > 0
	if item.InitialKnown {
		l.InitialQuantity, l.InitialAmount = item.InitialQuantity, item.InitialAmount
	}
}

// reset takes back units that a client repeats from an earlier answer: when the line says that it had fewer units before
// rewards and the surplus is not accounted for as free, only a reward that reaches the line brings it back to what the
// customer put into the cart. It happens at most once per request.
func (s *State) reset(i int) {
	l := &s.Lines[i]
	surplus := l.Quantity - l.InitialQuantity - l.DiscountQuantity
	if !l.initialSent || surplus <= 0 || l.InitialQuantity == 0 {
		return
	}
	l.initialSent = false
	before := l.Amount
	if value, ok := l.value(surplus); ok {
		l.Amount = max(0, l.Amount-value)
		s.Amount = max(0, s.Amount-(before-l.Amount))
	}
	l.Quantity -= surplus
	if over := l.DiscountAmount - l.Amount; over > 0 {
		l.DiscountAmount -= over
		s.itemsDiscount -= over
	}
	l.InitialAmount = l.Amount
}

func fieldIndex(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
