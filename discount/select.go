package discount

import (
	"cmp"
	"slices"

	"github.com/voucherify-go/voucherify/product"
)

// pick is one selected resource: count units of a line, numbered first, first+step, … from 1.
type pick struct {
	line               int
	entry              *entry
	first, step, count int64
}

// maxScannedUnits bounds the work for lines on which several application effects select single units. Units beyond it
// count as selected by the first effect only.
const maxScannedUnits = 100_000

// pick selects lines and units in the order in which the discount is applied. A resource is selected once, by the first
// application effect that reaches it; within one effect a line belongs to its most specific entry.
func (c *scope) pick(s *State) []pick {
	if c.uniform {
		return c.pickEvery(s)
	}
	var picks []pick
	for g := range c.entries {
		effect := c.entries[g].Effect
		if c.effectSeen(g) {
			continue
		}
		owners := c.owners(s, effect)
		for i := range c.entries {
			e := &c.entries[i]
			if e.Effect == effect {
				picks = e.pick(s, owners, i, picks)
			}
		}
	}
	return picks
}

func (c *scope) effectSeen(g int) bool {
	return slices.ContainsFunc(c.entries[:g], func(e entry) bool { return e.Effect == c.entries[g].Effect })
}

// pickEvery is pick for scopes that take every matching line whole: one pass in the order of the request.
func (c *scope) pickEvery(s *State) []pick {
	if len(c.entries) == 0 {
		return nil
	}
	picks := make([]pick, 0, len(s.Lines))
	for i := range s.Lines {
		if owner := c.owner(s, i, ""); owner >= 0 {
			picks = append(picks, pick{line: i, entry: &c.entries[owner], first: 1, step: 1, count: s.Lines[i].Quantity})
		}
	}
	return picks
}

// owner returns the index of the most specific entry that matches a line, of those with the given effect (of all for
// ""), or -1 when the line is excluded, used up, empty or not matched.
func (c *scope) owner(s *State, line int, effect product.ApplicationEffect) int {
	l := &s.Lines[line]
	if (l.Quantity <= 0 && l.Amount == 0) || s.blocked(line) || (c.hasExcluded && c.excluded.Matches(l.Identity)) {
		return -1
	}
	for i := range c.also {
		if !c.also[i].reaches(l.Identity) {
			return -1
		}
	}
	owner := -1
	for i := range c.entries {
		e := &c.entries[i]
		if (effect == "" || e.Effect == effect) && (owner < 0 || e.rank < c.entries[owner].rank) && e.matcher.Matches(l.Identity) {
			owner = i
		}
	}
	return owner
}

func (c *scope) owners(s *State, effect product.ApplicationEffect) []int {
	owners := make([]int, len(s.Lines))
	for i := range owners {
		owners[i] = c.owner(s, i, effect)
	}
	return owners
}

// pick appends what the entry selects of the lines that it owns.
func (e *entry) pick(s *State, owners []int, self int, picks []pick) []pick {
	var lines []int
	for i, owner := range owners {
		if owner == self {
			lines = append(lines, i)
		}
	}
	lines = e.arrange(s, lines)
	if e.Target.Target == product.PerUnit {
		return e.pickUnits(s, lines, picks)
	}
	for position, i := range lines {
		if !e.keeps(int64(position)) || slices.ContainsFunc(picks, func(p pick) bool { return p.line == i }) {
			continue
		}
		picks = append(picks, pick{line: i, entry: e, first: 1, step: 1, count: s.Lines[i].Quantity})
	}
	return picks
}

// arrange sorts lines as the effect wants them, by unit price and ties in the order of the request, and for effects "to"
// an extreme keeps only the lines at it. A line without a price comes last in both directions.
func (e *entry) arrange(s *State, lines []int) []int {
	var direction int
	switch e.Effect {
	case product.ApplyToCheapest, product.ApplyFromCheapest:
		direction = 1
	case product.ApplyToMostExpensive, product.ApplyFromMostExpensive:
		direction = -1
	default:
		return lines
	}
	slices.SortStableFunc(lines, func(a, b int) int { return comparePrices(&s.Lines[a], &s.Lines[b], direction) })
	if e.Effect == product.ApplyFromCheapest || e.Effect == product.ApplyFromMostExpensive || len(lines) == 0 {
		return lines
	}
	end := 1
	for end < len(lines) && comparePrices(&s.Lines[lines[0]], &s.Lines[lines[end]], direction) == 0 {
		end++
	}
	if e.Target.Target == product.PerUnit {
		end = 1
	}
	return lines[:end]
}

// comparePrices orders lines by unit price; a line with an amount but no price is compared by its average.
func comparePrices(a, b *Line, direction int) int {
	priceA, knownA := a.value(1)
	priceB, knownB := b.value(1)
	switch {
	case knownA != knownB && knownA:
		return -1
	case knownA != knownB:
		return 1
	}
	return direction * cmp.Compare(priceA, priceB)
}

func (e *entry) keeps(position int64) bool {
	skip, repeat := int64(e.SkipInitially), int64(e.Repeat)
	return position >= skip && (position-skip)%repeat == 0
}

// pickUnits selects single units. The units of the lines are counted through, line after line, without ever laying them
// out: a line of a million units costs as much as a line of one.
func (e *entry) pickUnits(s *State, lines []int, picks []pick) []pick {
	skip, repeat := int64(e.SkipInitially), int64(e.Repeat)
	var position int64 // of the line's first unit in the sequence of all units
	for _, i := range lines {
		quantity := s.Lines[i].Quantity
		if e.Effect == product.ApplyToCheapest || e.Effect == product.ApplyToMostExpensive {
			quantity = 1
		}
		first := skip - position
		if position >= skip {
			first = (repeat - (position-skip)%repeat) % repeat
		}
		position += quantity
		if first >= quantity {
			continue
		}
		p := pick{line: i, entry: e, first: first + 1, step: repeat, count: (quantity-first-1)/repeat + 1}
		picks = appendNewUnits(picks, p)
	}
	return picks
}

// appendNewUnits appends p without the units that earlier picks have taken.
func appendNewUnits(picks []pick, p pick) []pick {
	var taken []pick
	for _, q := range picks {
		if q.line == p.line {
			taken = append(taken, q)
		}
	}
	if len(taken) == 0 {
		return append(picks, p)
	}
	for k := range min(p.count, maxScannedUnits) {
		unit := p.first + k*p.step
		if !slices.ContainsFunc(taken, func(q pick) bool { return q.has(unit) }) {
			picks = append(picks, pick{line: p.line, entry: p.entry, first: unit, step: 1, count: 1})
		}
	}
	return picks
}

// has reports whether the pick includes a unit.
func (p *pick) has(unit int64) bool {
	return unit >= p.first && (unit-p.first)%p.step == 0 && (unit-p.first)/p.step < p.count
}
