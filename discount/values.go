package discount

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
)

// Values supplies the operands of formulas that are not about the order: customer, redemption and voucher.
type Values = formula.Env

// amountOff is the sum of money off for a line (nil: for the order), multiplied by the bundles unless the effect counts
// single units.
func (c *calculation) amountOff(l *Line) int64 {
	amount := limitOf(c.definition.AmountOff)
	if value, ok := c.money(c.formulas.amount, l); ok {
		amount = value
		c.out.Discount.AmountOff = &value
	}
	if c.effect == ToItemsByQuantity {
		return amount
	}
	return min(money.MulDiv(amount, c.bundles, 1), money.Max)
}

// percentOff is the percentage for a line (nil: for the order) as an exact ratio, multiplied by the bundles, at most 1.
func (c *calculation) percentOff(l *Line) money.Ratio {
	ratio := c.percent
	if value, ok := c.evaluate(c.formulas.percent, l); ok {
		value = decimal.Max(decimal.Zero, decimal.Min(value, decimal.NewFromInt(100))).Truncate(money.MaxPercentDigits)
		if exact, err := money.Percent(value); err == nil {
			ratio = exact
			c.out.Discount.PercentOff = json.Number(value.String())
		}
	}
	if c.bundles > 1 {
		ratio.Num = min(money.MulDiv(ratio.Num, c.bundles, 1), ratio.Den)
	}
	return ratio
}

// fixedAmount is the new price of the order or, for lines without a price of their own, of a unit.
func (c *calculation) fixedAmount(l *Line) int64 {
	amount := limitOf(c.definition.FixedAmount)
	if value, ok := c.money(c.formulas.fixed, l); ok {
		amount = value
		c.out.Discount.FixedAmount = &value
	}
	return min(amount, money.Max)
}

// newPrice is the new unit price of a line that entries with the given effect select: the price of the most specific
// entry that has one, of several collections the lowest, else the discount's. Without any, the price stays.
func (c *calculation) newPrice(effect product.ApplicationEffect, l *Line) int64 {
	var best *entry
	var price int64
	for i := range c.scope.entries {
		e := &c.scope.entries[i]
		if e.Effect != effect || (best != nil && e.rank > best.rank) || !e.matcher.Matches(l.Identity) {
			continue
		}
		own, ok := c.entryPrice(e, l)
		if ok && (best == nil || e.rank < best.rank || (e.rank == rankCollection && own < price)) {
			best, price = e, own
		}
	}
	if best == nil {
		return c.fixedAmount(l)
	}
	return price
}

// entryPrice is the new unit price that an entry itself names for a line.
func (c *calculation) entryPrice(e *entry, l *Line) (int64, bool) {
	if value, ok := c.money(e.priceFormula, l); ok {
		return value, true
	}
	if e.Price != nil {
		return *e.Price, true
	}
	return 0, false
}

// unitLimit is a cap on units: the formula's value rounded down, else the plain limit.
func (c *calculation) unitLimit(limit *int64, f *formula.Formula) int64 {
	if value, ok := c.evaluate(f, nil); ok {
		return toUnits(value)
	}
	return limitOf(limit)
}

// unitOff is the number of units of a reward, multiplied by the bundles.
func (c *calculation) unitOff(u *unitProgram) int64 {
	units := *u.UnitOff
	if value, ok := c.evaluate(u.formula, nil); ok {
		units = min(toUnits(value), MaxUnitOff)
		if c.effect != AddMany {
			c.out.Discount.UnitOff = &units
		}
	}
	return units
}

func toUnits(value decimal.Decimal) int64 {
	if value.Sign() <= 0 {
		return 0
	}
	return decimal.Min(value, decimal.NewFromInt(money.Max)).Floor().IntPart()
}

// money evaluates a formula that yields major units; out of range counts as "cannot be computed".
func (c *calculation) money(f *formula.Formula, l *Line) (int64, bool) {
	value, ok := c.evaluate(f, l)
	if !ok {
		return 0, false
	}
	minor, err := money.MinorFromMajor(value)
	return minor, err == nil
}

// evaluate computes a formula; false means that there is none, or that it failed and the fallback counts.
func (c *calculation) evaluate(f *formula.Formula, l *Line) (decimal.Decimal, bool) {
	if f == nil {
		return decimal.Zero, false
	}
	c.out.Discount.IsDynamic = true
	value, err := f.Evaluate(&operands{calculation: c, line: l})
	return value, err == nil
}

// operands answers the operands of a formula from the running order, and passes the rest on to the context.
type operands struct {
	*calculation
	line *Line
}

// Operand implements formula.Env.
func (o *operands) Operand(name formula.Operand) (formula.Value, bool) {
	s := o.state
	switch name {
	case formula.OrderAmount:
		if o.context.Mode == Initial {
			return formula.Minor(s.Amount), true
		}
		return formula.Minor(o.total), true
	case formula.OrderItemsQuantity:
		return formula.Int(int64(len(s.Lines))), true
	case formula.OrderUnitsQuantity:
		var units int64
		for i := range s.Lines {
			units += s.Lines[i].Quantity
		}
		return formula.Int(units), true
	case formula.BundleQuantity:
		return formula.Int(o.context.Bundle), true
	}
	if value, ok := lineOperand(o.line, name, itemOperands); ok {
		return value, true
	}
	if value, ok := lineOperand(o.extreme(1), name, cheapestOperands); ok {
		return value, true
	}
	if value, ok := lineOperand(o.extreme(-1), name, mostExpensiveOperands); ok {
		return value, true
	}
	if o.context.Values == nil {
		return formula.Value{}, false
	}
	return o.context.Values.Operand(name)
}

// lineNames are the four operands about one line.
type lineNames struct{ price, amount, subtotal, units formula.Operand }

var (
	itemOperands = lineNames{
		formula.OrderItemPrice, formula.OrderItemAmount, formula.OrderItemSubtotal, formula.OrderItemUnitsQuantity,
	}
	cheapestOperands = lineNames{
		formula.CheapestOrderItemPrice, formula.CheapestOrderItemAmount,
		formula.CheapestOrderItemSubtotal, formula.CheapestOrderItemUnitsQuantity,
	}
	mostExpensiveOperands = lineNames{
		formula.MostExpensiveOrderItemPrice, formula.MostExpensiveOrderItemAmount,
		formula.MostExpensiveOrderItemSubtotal, formula.MostExpensiveOrderItemUnitsQuantity,
	}
)

func lineOperand(l *Line, name formula.Operand, names lineNames) (formula.Value, bool) {
	if l == nil {
		return formula.Value{}, false
	}
	switch name {
	case names.price:
		price, known := l.value(1)
		return formula.Minor(price), known
	case names.amount:
		return formula.Minor(l.Amount), l.AmountKnown
	case names.subtotal:
		return formula.Minor(l.before()), l.AmountKnown
	case names.units:
		return formula.Int(l.Quantity), true
	}
	return formula.Value{}, false
}

// extreme finds the cheapest (direction 1) or most expensive (-1) line by unit price; among equals the one with the
// lowest subtotal, then the first.
func (o *operands) extreme(direction int) *Line {
	var found *Line
	for i := range o.state.Lines {
		l := &o.state.Lines[i]
		if _, known := l.value(1); !known || l.Quantity == 0 {
			continue
		}
		if found == nil {
			found = l
			continue
		}
		order := comparePrices(l, found, direction)
		if order < 0 || (order == 0 && l.before() < found.before()) {
			found = l
		}
	}
	return found
}

// Operands answers what formulas ask about the order as it stands, ORDER_AMOUNT being its value before discounts. There is no
// current line. What is not about the order is asked of values.
func (s *State) Operands(values formula.Env) formula.Env {
	return &operands{calculation: &calculation{state: s, total: s.Total(), context: Context{Mode: Initial, Values: values}}}
}

// Metadata implements formula.Env.
func (o *operands) Metadata(group formula.Group, key string) (formula.Value, bool) {
	switch group {
	case formula.OrderMetadata:
		return lookUp(o.state.source.Metadata, key)
	case formula.OrderItemMetadata:
		return lookUp(itemMetadata(o.line), key)
	case formula.OrderItemProductMetadata:
		return lookUp(o.line.ProductMetadata(), key)
	case formula.CheapestOrderItemMetadata:
		return lookUp(itemMetadata(o.extreme(1)), key)
	case formula.CheapestOrderItemProductMetadata:
		return lookUp(o.extreme(1).ProductMetadata(), key)
	case formula.MostExpensiveOrderItemMetadata:
		return lookUp(itemMetadata(o.extreme(-1)), key)
	case formula.MostExpensiveOrderItemProductMetadata:
		return lookUp(o.extreme(-1).ProductMetadata(), key)
	}
	if o.context.Values == nil {
		return formula.Value{}, false
	}
	return o.context.Values.Metadata(group, key)
}

func lookUp(m metadata.Map, key string) (formula.Value, bool) {
	value, ok := m[key]
	if !ok {
		return formula.Value{}, false
	}
	return formula.FromMetadata(value)
}

func itemMetadata(l *Line) metadata.Map {
	if l == nil || l.item == nil {
		return nil
	}
	return l.item.Metadata
}

// ProductMetadata returns the metadata of a line's product: the catalogue's, with its SKU's and then the request's
// product and SKU data laid on top.
func (l *Line) ProductMetadata() metadata.Map {
	if l == nil {
		return nil
	}
	var merged metadata.Map
	if l.product != nil {
		merged = l.product.Metadata
	}
	if l.sku != nil {
		merged = metadata.Merge(merged, l.sku.Metadata)
	}
	if l.item == nil {
		return merged
	}
	if l.item.Product != nil {
		merged = metadata.Merge(merged, l.item.Product.Metadata)
	}
	if l.item.SKU != nil {
		merged = metadata.Merge(merged, l.item.SKU.Metadata)
	}
	return merged
}
