package discount

import (
	"cmp"
	"slices"

	"github.com/voucherify-go/voucherify/product"
)

// pick is what is selected of one line: the units of span and, where further application effects select from the same
// line, those of more. The caps and the price are those of the entry that selected first.
type pick struct {
	line  int
	entry *entry
	count int64 // of different units; caps lower it
	span  span
	more  []span
}

// span is count units of a line, numbered first, first+step, … from 1.
type span struct{ first, step, count int64 }

// maxScannedUnits bounds the work for lines on which several application effects select single units. Units beyond it
// count as selected by the first effect only.
const maxScannedUnits = 100_000

// pick selects lines and units in the order in which the discount is applied. A line is selected once, by the first
// application effect that reaches it, and so is a unit; within one effect a line belongs to its most specific entry.
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
			picks = append(picks, newPick(i, &c.entries[owner], span{1, 1, s.Lines[i].Quantity}))
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
	perUnit := e.Target.Target == product.PerUnit
	for i, owner := range owners {
		if owner == self && (s.Lines[i].Quantity > 0 || !perUnit) { // a stored line may have an amount and no units
			lines = append(lines, i)
		}
	}
	lines = e.arrange(s, lines)
	if perUnit {
		return e.pickUnits(s, lines, picks)
	}
	for position, i := range lines {
		if e.keeps(int64(position)) {
			picks = appendUnits(picks, newPick(i, e, span{1, 1, s.Lines[i].Quantity}))
		}
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
		picks = appendUnits(picks, newPick(i, e, span{first + 1, repeat, (quantity-first-1)/repeat + 1}))
	}
	return picks
}

func newPick(line int, e *entry, units span) pick {
	return pick{line: line, entry: e, count: units.count, span: units}
}

// appendUnits appends p, or adds its units to the pick that an earlier effect has made of the line.
func appendUnits(picks []pick, p pick) []pick {
	i := slices.IndexFunc(picks, func(q pick) bool { return q.line == p.line })
	if i < 0 {
		return append(picks, p)
	}
	q := &picks[i]
	for k := range min(p.count, maxScannedUnits) {
		if !q.has(p.span.unit(k)) {
			q.count++
		}
	}
	q.more = append(q.more, p.span)
	return picks
}

// units lists the selected units in the order in which they were selected.
func (p *pick) units() []int64 {
	listed := pick{}
	var units []int64
	for _, s := range append([]span{p.span}, p.more...) {
		for k := range s.count {
			if unit := s.unit(k); !listed.has(unit) {
				units = append(units, unit)
			}
		}
		listed.more = append(listed.more, s)
	}
	return units[:min(int64(len(units)), p.count)]
}

// has reports whether the pick includes a unit.
func (p *pick) has(unit int64) bool {
	return p.span.has(unit) || slices.ContainsFunc(p.more, func(s span) bool { return s.has(unit) })
}

func (s span) unit(k int64) int64 { return s.first + k*s.step }

func (s span) has(unit int64) bool {
	return s.count > 0 && unit >= s.first && (unit-s.first)%s.step == 0 && (unit-s.first)/s.step < s.count
}
