package discount

import (
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// applyUnits gives the rewards of a UNIT discount, one after the other on the running lines.
func (c *calculation) applyUnits() {
	for i := range c.units {
		u := &c.units[i]
		units := c.unitOff(u)
		switch u.Effect {
		case AddMissing:
			c.addMissing(u, money.MulDiv(units, c.bundles, 1))
		case AddNew:
			c.addNew(u, money.MulDiv(units, c.bundles, 1))
		case AddSame:
			c.addSame(money.MulDiv(units, c.bundles, 1))
		case Replace:
			c.replace(u, units)
		}
	}
}

// addMissing makes units of the product free that are in the cart, and adds what is missing.
func (c *calculation) addMissing(u *unitProgram, units int64) {
	if units == 0 {
		return
	}
	s := c.state
	lines := c.rewardLines(u)
	var have int64
	for _, i := range lines {
		have += s.Lines[i].Quantity - s.Lines[i].DiscountQuantity
	}
	if add := max(0, units-have); add > 0 {
		s.reset(lines, add)
		if lines = c.grow(u, lines, add); lines == nil {
			return
		}
	}
	for _, i := range lines {
		l := &s.Lines[i]
		free := min(units, l.Quantity-l.DiscountQuantity)
		c.makeFree(i, free)
		units -= free
	}
}

// addNew adds units of the product and makes them free, whatever is in the cart.
func (c *calculation) addNew(u *unitProgram, units int64) {
	if units == 0 {
		return
	}
	lines := c.rewardLines(u)
	c.state.reset(lines, units)
	if lines = c.grow(u, lines, units); lines != nil {
		c.makeFree(lines[0], units)
	}
}

// addSame adds free units of products that the customer has put into the cart, at most as many again on each line.
func (c *calculation) addSame(units int64) {
	s := c.state
	picks := c.scope.pick(s)
	c.out.selection = picks
	for _, p := range picks {
		l := &s.Lines[p.line]
		add := min(units, l.InitialQuantity)
		if add == 0 {
			continue
		}
		amount, _ := l.value(add)
		if !s.fits(amount) {
			return
		}
		s.addUnits(p.line, add, amount)
		c.makeFree(p.line, add)
		units -= add
	}
}

// rewardLines finds the lines of the reward's product in the order of the request. A product is matched by all its SKUs,
// a SKU only by itself.
func (c *calculation) rewardLines(u *unitProgram) []int {
	identity := c.state.reward(u.UnitType).Identity
	var lines []int
	for i := range c.state.Lines {
		l := &c.state.Lines[i]
		same := l.Identity.SKUID == identity.SKUID || (l.Identity.SKUSourceID != "" && l.Identity.SKUSourceID == u.UnitType)
		if identity.SKUID == "" {
			source := l.Identity.ProductSourceID
			same = l.Identity.ProductID == identity.ProductID ||
				(source != "" && (source == u.UnitType || source == identity.ProductSourceID)) ||
				(l.Identity.SKUID != "" && l.Identity.SKUID == u.UnitType)
		}
		if same && !c.state.blocked(i) {
			lines = append(lines, i)
		}
	}
	return lines
}

// reward resolves the product or SKU that a reward names; one that the catalogue does not have is a product.
func (s *State) reward(unitType string) product.Resolved {
	identity := product.Identity{ProductID: unitType}
	if unitType == ShippingProduct {
		identity.ProductSourceID = ShippingSource
	}
	if sku, ok := s.index.SKU(unitType); ok {
		identity = product.Identity{SKUID: sku.ID}
	}
	return s.index.Resolve(identity)
}

// rewardLine is the line that units of the reward are added to: the first of the lines, or a new one with the price of the
// catalogue when there is none.
func (c *calculation) rewardLine(u *unitProgram, lines []int) Line {
	if len(lines) > 0 {
		return c.state.Lines[lines[0]]
	}
	known := c.state.reward(u.UnitType)
	return Line{
		Identity: known.Identity, product: known.Product, sku: known.SKU,
		Price: known.Price, PriceKnown: known.Priced, AmountKnown: known.Priced,
	}
}

// grow adds units to the first of the lines, or to a new line at the end when there is none, and returns the lines; nil
// when the order would leave the range of amounts, so that the reward is not given.
func (c *calculation) grow(u *unitProgram, lines []int, units int64) []int {
	s := c.state
	line := c.rewardLine(u, lines)
	amount, _ := line.value(units)
	if !s.fits(amount) {
		return nil
	}
	if len(lines) == 0 {
		s.Lines = append(s.Lines, line)
		lines = []int{len(s.Lines) - 1}
	}
	s.addUnits(lines[0], units, amount)
	c.out.UnitsChanged = c.out.UnitsChanged || units > 0
	return lines
}

// makeFree makes units of a line free: their price comes off, as far as the line has something left.
func (c *calculation) makeFree(i int, units int64) {
	if units <= 0 {
		return
	}
	s := c.state
	l := &s.Lines[i]
	l.DiscountQuantity += units
	l.applied.freeUnits += units
	c.out.UnitsChanged = true
	if price, known := l.value(units); known && l.AmountKnown {
		s.addLineDiscount(i, price)
	}
}

// replace exchanges units of the source lines for units of the reward's product; what those cost more is the discount.
// Units that are free already stay.
func (c *calculation) replace(u *unitProgram, each int64) {
	s := c.state
	picks := u.sources.pick(s)
	c.out.selection = append(c.out.selection, picks...)
	left := make(map[*entry]int64)
	for _, p := range picks {
		if _, started := left[p.entry]; !started {
			left[p.entry] = times(c.unitLimit(p.entry.AggregatedQuantityLimit, p.entry.aggregatedQuantityFormula), c.bundles)
		}
		perLine := times(c.unitLimit(p.entry.QuantityLimit, p.entry.quantityFormula), c.bundles)
		l := &s.Lines[p.line]
		units := min(p.count, perLine, left[p.entry], l.Quantity-l.DiscountQuantity)
		if units <= 0 || !l.AmountKnown || each == 0 {
			continue
		}
		if c.exchange(u, p.line, units, each) && left[p.entry] != unlimited {
			left[p.entry] -= units
		}
	}
}

// exchange replaces units of one line. It changes nothing and reports false when the order would leave the range of
// amounts, or would fall below the discounts that were taken off it before: what was granted cannot shrink.
func (c *calculation) exchange(u *unitProgram, source int, units, each int64) bool {
	s := c.state
	value, _ := s.Lines[source].value(units)
	value = min(value, s.Lines[source].Subtotal())
	var lines []int
	for _, i := range c.rewardLines(u) {
		if i != source {
			lines = append(lines, i)
		}
	}
	added := money.MulDiv(units, each, 1)
	target := c.rewardLine(u, lines)
	if gained, _ := target.value(added); value-gained > s.Total() {
		return false
	}
	if lines = c.grow(u, lines, added); lines == nil {
		return false
	}
	s.addUnits(source, -units, -value)
	to := lines[0]
	gained, _ := s.Lines[to].value(added)
	discount := s.addLineDiscount(to, max(0, gained-value))
	c.out.UnitsChanged = true
	s.replaced = append(s.replaced, order.ApplicationDetail{
		SourceIndex: source, SourceAppliedQuantity: -units, SourceAppliedQuantityAmount: -value,
		TargetIndex: to, TargetAppliedQuantity: added, TargetAppliedQuantityAmount: gained,
		TargetAppliedDiscountAmount: discount,
	})
	return true
}
