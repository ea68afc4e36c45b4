package discount

import "github.com/voucherify-go/voucherify/product"

// CompileCredits prepares the spending of credits: what a gift card pays is taken off as a discount is. The effect is
// ToOrder or ToItems; the credits come with the Context of each application. ToItems fills the lines that the scopes reach in
// the order of application, each up to what is left of it and within its caps.
//
// On lines this is the arithmetic of 100 % with the credits as the limit of the sum.
func CompileCredits(effect Effect, index *product.Index, scopes ...product.Scope) (*Program, error) {
	whole := Percent("100", effect)
	whole.BundleScaling = NotMultiply
	p, err := Compile(whole, index, scopes...)
	if err != nil {
		return nil, err
	}
	p.credits = true
	return p, nil
}

// applyCredits takes the credits of the context off what is left to pay. Neither mode nor bundles count.
func (c *calculation) applyCredits() {
	c.context.Mode = Discounted
	if c.effect == ToOrder {
		c.state.addOrderDiscount(c.context.Credits)
		return
	}
	c.left = c.context.Credits
	c.applyToItems()
}

// HasRoom reports whether there is an amount that the program can be applied to: a line in its reach with an amount, or, for a
// program on the order, any amount at all.
func (p *Program) HasRoom(s *State) bool {
	if p.effect == ToOrder && s.Amount > 0 {
		return true
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.AmountKnown && (p.effect == ToOrder || p.scope.takes(l.Identity)) {
			return true
		}
	}
	return false
}

// takes reports whether a line is in reach of the scope and of those that must reach it as well.
func (c *scope) takes(line product.Identity) bool {
	for i := range c.also {
		if !c.also[i].reaches(line) {
			return false
		}
	}
	return c.reaches(line)
}
