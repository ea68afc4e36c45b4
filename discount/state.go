package discount

import (
	"slices"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// Line is one line of the running order. Amounts are minor units; the fields mean what they mean on order.Item.
type Line struct {
	Identity         product.Identity
	Quantity         int64
	Price            int64
	Amount           int64
	InitialQuantity  int64
	InitialAmount    int64
	DiscountAmount   int64
	DiscountQuantity int64
	item             *order.Item      // the line of the request, nil for one that a reward created
	product          *product.Product // the catalogue's records, nil when it has none
	sku              *product.SKU
	// applied is this redeemable's part, request the part of all redeemables of the request so far.
	applied, request delta
	PriceKnown       bool
	AmountKnown      bool
	touched          bool // by this redeemable
	requestTouched   bool
	carriedDiscount  bool // the line came with a discount of an earlier redemption
	unitless         bool // the line came with a price and an amount, and no units
}

// delta is what one redeemable, or one request, changed on a line.
type delta struct{ discount, freeUnits, units, unitsAmount int64 }

func (d *delta) add(x delta) {
	d.discount += x.discount
	d.freeUnits += x.freeUnits
	d.units += x.units
	d.unitsAmount += x.unitsAmount
}

// Subtotal is what is left of the line: Amount − DiscountAmount, never negative.
func (l *Line) Subtotal() int64 { return l.Amount - l.DiscountAmount }

// before is the subtotal at the beginning of the turn, without what this redeemable takes off.
func (l *Line) before() int64 { return l.Subtotal() + l.applied.discount }

// value returns the price of units of the line, by its unit price or, without one, by its share of the amount.
func (l *Line) value(units int64) (int64, bool) {
	switch {
	case l.PriceKnown:
		return money.MulDiv(l.Price, units, 1), true
	case l.AmountKnown && l.Quantity > 0:
		return money.MulDiv(l.Amount, units, l.Quantity), true
	}
	return 0, false
}

// State is an order while redeemables are applied to it. It is not safe for concurrent use; Clone it to try something.
type State struct {
	Lines []Line
	// Amount and InitialAmount are the order's; DiscountAmount is the order-level discount, cumulative.
	Amount, InitialAmount, DiscountAmount int64

	index            *product.Index
	source           *order.Order
	itemsDiscount    int64
	applied, request int64 // order-level discount of this redeemable, of this request
	touched          order.Touched
	requestTouched   order.Touched
	replaced         []order.ApplicationDetail // by this redeemable
	requestReplaced  []order.ApplicationDetail
	once             map[string]struct{} // products that a redeemable has discounted, in mode ONCE
}

// Carried says which discounts of a stored order count when redeemables are applied to it again.
type Carried uint8

// The ways of carrying discounts.
const (
	// Nothing: a new order starts without discounts, whatever it carries.
	Nothing Carried = iota
	// OrderDiscount: the order-level discount stays, the lines are new.
	OrderDiscount
	// Everything: quantities, amounts and discounts are taken as they stand.
	Everything
)

// NewState starts the calculation of an order. Prices that the order does not carry come from the index. The order is not
// changed, but it is kept: its lines lend their texts and metadata to the snapshots. It fails with invalid_amount when an
// amount leaves the range of amounts.
func NewState(o *order.Order, index *product.Index, carried Carried) (*State, error) {
	s := &State{index: index, source: o}
	if o == nil {
		s.source = &order.Order{}
		return s, nil
	}
	s.Lines = make([]Line, len(o.Items), len(o.Items)+2)
	var sum, initial int64
	for i := range o.Items {
		if err := s.Lines[i].load(&o.Items[i], index, carried == Everything); err != nil {
			return nil, err.At(fieldIndex("items", i))
		}
		l := &s.Lines[i]
		sum += l.Amount
		initial += l.InitialAmount
	}
	if sum > money.Max {
		return nil, fault.New(fault.InvalidAmount, "the lines add up to more than %d", money.Max).At("items")
	}
	s.Amount, s.InitialAmount = sum, sum
	if o.Amount > 0 || (carried == Everything && o.Touched&order.Calculated != 0) {
		s.Amount, s.InitialAmount = o.Amount, o.Amount
	}
	if carried != Nothing {
		s.carry(o, initial, carried)
	}
	return s, nil
}

// carry takes over the discounts of a stored order, first those of the lines, capped so that the total is not negative.
func (s *State) carry(o *order.Order, initial int64, carried Carried) {
	for i := range s.Lines {
		l := &s.Lines[i]
		l.DiscountAmount = min(l.DiscountAmount, s.Amount-s.itemsDiscount)
		s.itemsDiscount += l.DiscountAmount
	}
	if carried == Everything {
		s.InitialAmount = initial
		if o.InitialAmount > 0 {
			s.InitialAmount = o.InitialAmount
		}
	}
	s.DiscountAmount = max(0, min(o.DiscountAmount, s.Amount-s.itemsDiscount))
}

// Total is what is left to pay: Amount − order-level discount − item-level discounts, never negative.
func (s *State) Total() int64 { return max(0, s.Amount-s.DiscountAmount-s.itemsDiscount) }

// TotalDiscount is everything taken off so far, on both levels.
func (s *State) TotalDiscount() int64 { return s.DiscountAmount + s.itemsDiscount }

// Clone returns an independent copy of the state.
func (s *State) Clone() *State {
	c := *s
	c.Lines = append(make([]Line, 0, cap(s.Lines)), s.Lines...)
	c.requestReplaced = slices.Clone(s.requestReplaced)
	if s.once != nil {
		c.once = make(map[string]struct{}, len(s.once))
		for key := range s.once {
			c.once[key] = struct{}{}
		}
	}
	return &c
}

// Begin starts the turn of the next redeemable: its applied amounts count from zero.
func (s *State) Begin() {
	s.applied, s.touched, s.replaced = 0, 0, nil
	for i := range s.Lines {
		l := &s.Lines[i]
		l.applied, l.touched = delta{}, false
	}
}

// Keep ends the turn of a redeemable that is applied: its amounts become part of the request. With once set, the
// products that it discounted are out of reach for the redeemables that follow.
func (s *State) Keep(once bool) {
	s.request += s.applied
	s.requestReplaced = append(s.requestReplaced, s.replaced...)
	s.requestTouched |= s.touched
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.applied != (delta{}) {
			l.request.add(l.applied)
			if once && (l.applied.discount > 0 || l.applied.freeUnits > 0) {
				s.markOnce(l, i)
			}
		}
		l.requestTouched = l.requestTouched || l.touched
	}
}

func (s *State) markOnce(l *Line, i int) {
	if s.once == nil {
		s.once = make(map[string]struct{})
	}
	s.once[onceKey(l, i)] = struct{}{}
}

// MarkCarried puts the products that an earlier redemption of the stored order discounted out of reach, for mode ONCE.
func (s *State) MarkCarried() {
	for i := range s.Lines {
		if s.Lines[i].carriedDiscount {
			s.markOnce(&s.Lines[i], i)
		}
	}
}

// blocked reports whether an earlier redeemable has used up the product of the line.
func (s *State) blocked(i int) bool {
	if s.once == nil {
		return false
	}
	_, used := s.once[onceKey(&s.Lines[i], i)]
	return used
}

func onceKey(l *Line, i int) string {
	if key := l.Identity.Key(); key != "" {
		return key
	}
	return fieldIndex("line", i)
}

// addOrderDiscount takes amount off on the order level, as far as there is something left.
func (s *State) addOrderDiscount(amount int64) int64 {
	amount = max(0, min(amount, s.Total()))
	s.DiscountAmount += amount
	s.applied += amount
	s.touched |= order.TouchedOrder
	return amount
}

// addLineDiscount takes amount off a line, as far as line and order have something left.
func (s *State) addLineDiscount(i int, amount int64) int64 {
	l := &s.Lines[i]
	amount = max(0, min(amount, l.Subtotal(), s.Total()))
	l.DiscountAmount += amount
	l.applied.discount += amount
	s.itemsDiscount += amount
	s.touch(l)
	return amount
}

func (s *State) touch(l *Line) {
	l.touched = true
	s.touched |= order.TouchedItems
}

// addUnits changes the number of units of a line and the value of the line and the order with it.
func (s *State) addUnits(i int, units, amount int64) {
	l := &s.Lines[i]
	l.Quantity += units
	l.applied.units += units
	if l.AmountKnown {
		l.Amount += amount
		l.applied.unitsAmount += amount
		s.Amount += amount
	}
}

// fits reports whether the order can grow by amount without leaving the range of amounts.
func (s *State) fits(amount int64) bool { return amount <= money.Max-s.Amount }
