package validation

import (
	"slices"

	"github.com/voucherify-go/voucherify/product"
)

// MaxAlternatives is the largest number of alternatives of Requirements. What would need more is required less strictly.
const MaxAlternatives = 16

// Requirements say what facts must have for a rule not to fail, so that an index can leave out the rules that cannot hold.
// They are necessary, not sufficient: a rule that is not left out must still be evaluated.
type Requirements struct {
	// Alternatives are joined by or, and the atoms of each by and. None means that nothing is required.
	Alternatives [][]Atom
}

// Requirements returns what facts must have for Qualify with the same omit, before or after the discount, to give another
// verdict than a failure. When the verdict has a near miss, there is an alternative of which at most one threshold does
// not hold, and everything else does. Bundles are not looked at.
func (p *Program) Requirements(omit Omit) Requirements {
	return Requirements{Alternatives: p.root.require(omit)}
}

// BundleRequirements returns what a cart must have for the rule to find anything of a bundle: one of its parts.
func (p *Program) BundleRequirements() Requirements {
	var r Requirements
	for _, part := range p.bundle {
		r.Alternatives = append(r.Alternatives, []Atom{{Kind: LineMatches, Refs: []product.Ref{part.ref}, matcher: part.matcher}})
	}
	return r
}

// Hold reports whether nothing is required, or all atoms of an alternative hold.
func (r Requirements) Hold(f *Facts) bool {
	return len(r.Alternatives) == 0 || slices.ContainsFunc(r.Alternatives, func(atoms []Atom) bool {
		return !slices.ContainsFunc(atoms, func(a Atom) bool { return !a.Holds(f) })
	})
}

// Asks reports whether the line is of a product that the rule asks for: in a condition on items other than
// order.items.none, whatever the logic makes of it, or for its bundle. (Voucherify: "when the item is required in the
// validation rule", of the scenario PRODUCTS.) A condition that names nothing asks for nothing.
func (p *Program) Asks(line product.Identity) bool {
	found := slices.ContainsFunc(p.bundle, func(part bundlePart) bool { return part.matcher.Matches(line) })
	p.root.leaves(func(l *leaf) {
		found = found || l.wantsLine() && len(l.lines.named) > 0 && !slices.ContainsFunc(l.lines.named, func(n named) bool {
			return !n.matcher.Matches(line)
		})
	})
	return found
}

// wantsLine reports whether a condition on items holds only when there is a line that it selects.
func (l *leaf) wantsLine() bool { return l.lines != nil && l.name != "order.items.none" }

// require returns alternatives; nil when nothing is required.
func (b *branch) require(omit Omit) [][]Atom {
	if b == nil {
		return nil
	}
	if b.junction == noJunction {
		return b.leaf.require(omit)
	}
	var all [][]Atom
	for _, child := range b.children {
		alternatives := child.require(omit)
		if b.junction == conjunction {
			all = both(all, alternatives)
			continue
		}
		if all = append(all, alternatives...); alternatives == nil || len(all) > MaxAlternatives {
			return nil
		}
	}
	return all
}

// both returns the alternatives that satisfy a and b, or only one of them when there would be too many.
func both(a, b [][]Atom) [][]Atom {
	switch {
	case len(a) == 0 || len(a)*len(b) > MaxAlternatives && len(b) < len(a):
		return b
	case len(b) == 0 || len(a)*len(b) > MaxAlternatives:
		return a
	}
	joined := make([][]Atom, 0, len(a)*len(b))
	for _, left := range a {
		for _, right := range b {
			atoms := slices.Clone(left)
			for _, atom := range right {
				atoms = conjoin(atoms, atom)
			}
			joined = append(joined, atoms)
		}
	}
	return joined
}

// require returns what a condition requires by itself and by its rules. What waits for the discount does not fail before it.
func (l *leaf) require(omit Omit) [][]Atom {
	switch {
	case l.class&omit != 0: // rules about lines require nothing
		return l.sub.require(omit)
	case l.post:
		return nil
	}
	var own [][]Atom
	if atoms := l.atoms(); len(atoms) > 0 {
		own = [][]Atom{atoms}
	}
	return both(own, l.sub.require(omit))
}

// atoms are what a condition by itself requires. Operators that a value can pass by being different, or not there, give
// none.
func (l *leaf) atoms() []Atom {
	var atoms []Atom
	for _, need := range l.needs {
		switch need {
		case CauseMissingCustomer:
			atoms = append(atoms, Atom{Kind: CustomerPresent})
		case CauseMissingOrder, CauseMissingAmount, CauseMissingOrderItems:
			atoms = append(atoms, Atom{Kind: OrderPresent})
		}
	}
	switch {
	case l.near != nil:
		if least, ok := l.near.least(); ok {
			atoms = append(atoms, thresholdAtom(l.near.source, least)...)
		}
	case l.definition == nil:
	case l.wantsLine():
		for _, n := range l.lines.named {
			atoms = append(atoms, Atom{Kind: LineMatches, Refs: n.refs, matcher: n.matcher})
		}
	default:
		for _, t := range l.tests {
			for _, atom := range l.atomsOf(t) {
				atoms = conjoin(atoms, atom)
			}
		}
	}
	return atoms
}

// atomsOf are what one operator of a condition requires: none, or one.
func (l *leaf) atomsOf(t test) []Atom {
	equality := t.operator.name == "$is" || t.operator.name == "$in"
	source := l.definition.source
	if kind, ok := metadataAtoms[source]; ok && l.definition.kind == metadataName {
		// A date equals instants that are written in other ways.
		if !equality || len(t.want.dates) > 0 {
			return nil
		}
		atom := Atom{Kind: kind, Property: l.node.Property}
		for _, wanted := range t.want.each {
			atom.Values = append(atom.Values, MetadataKeys(wanted.first())...)
		}
		return []Atom{atom}
	}
	if source == "customer.segments" {
		if !equality || len(t.want.parts) < len(t.want.each) {
			return nil
		}
		return []Atom{{Kind: SegmentMember, Values: t.want.parts}}
	}
	least, ok := t.least()
	if equality && unitOf(source) != noUnit {
		least, ok = t.want.each[0].single.whole, true
		for _, wanted := range t.want.each {
			least = min(least, wanted.single.whole)
		}
	}
	if !ok {
		return nil
	}
	return thresholdAtom(source, least)
}

// conjoin adds an atom to a conjunction; of two thresholds on the same value the higher one stays.
func conjoin(atoms []Atom, atom Atom) []Atom {
	for i := range atoms {
		switch {
		case atom.Threshold() && atoms[i].Kind == atom.Kind:
			atoms[i].Least = max(atoms[i].Least, atom.Least)
			return atoms
		case atoms[i].same(atom):
			return atoms
		}
	}
	return append(atoms, atom)
}

// named is what a condition on items names, and its matcher.
type named struct {
	refs    []product.Ref
	matcher *product.Matcher
}
