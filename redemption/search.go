package redemption

import (
	"cmp"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// search is one look-up in an index of offers.
type search struct {
	index *offerIndex
	facts *validation.Facts
	now   int64
	most  int      // near misses to look at
	seen  []uint64 // a bit for each offer
	open  []*incentive
	near  []nearOffer
}

// nearOffer is an offer of which one amount is not reached.
type nearOffer struct {
	*incentive
	missing int64
	id      int32
}

// search finds the offers that may apply: all of them, whatever the rules say in the end, and those that miss one amount and
// miss the least of it, as many as near says.
func (x *offerIndex) search(f *validation.Facts, now time.Time, near int) []*incentive {
	s := &search{index: x, facts: f, now: now.UnixMicro(), most: near, seen: make([]uint64, (len(x.offers)+63)/64)}
	s.look(x.always)
	s.lines()
	for _, id := range f.Customer.Segments {
		s.look(x.posted["g/"+id])
	}
	for _, p := range x.properties {
		prefix := p.prefix()
		for _, key := range validation.MetadataKeys(validation.Property(p.of(f), p.name)) {
			s.look(x.posted[prefix+key])
		}
	}
	for _, kind := range thresholds {
		if l := x.ladders[kind]; l != nil {
			s.climb(l, amountOf(kind, f))
		}
	}
	slices.SortFunc(s.near, func(a, b nearOffer) int { return cmp.Or(cmp.Compare(a.missing, b.missing), cmp.Compare(a.id, b.id)) })
	for _, one := range s.near[:min(near, len(s.near))] {
		s.open = append(s.open, one.incentive)
	}
	return s.open
}

// thresholds are the kinds of atoms that ladders are made of.
var thresholds = [...]validation.AtomKind{validation.AmountAtLeast, validation.InitialAmountAtLeast, validation.QuantityAtLeast}

func amountOf(kind validation.AtomKind, f *validation.Facts) int64 {
	switch kind {
	case validation.AmountAtLeast:
		return f.Order.Amount
	case validation.InitialAmountAtLeast:
		return f.Order.InitialAmount
	}
	return f.Order.Quantity
}

// of is the metadata in which the property is found.
func (p property) of(f *validation.Facts) map[string]any {
	switch p.kind {
	case validation.CustomerMetadata:
		return f.Customer.Metadata
	case validation.OrderMetadata:
		return f.Order.Metadata
	}
	return f.Redemption.Metadata
}

// lines looks at the offers that require a product of the cart.
func (s *search) lines() {
	for i := range s.facts.Order.Items {
		line := &s.facts.Order.Items[i].Identity
		for _, name := range [...]struct {
			kind product.RefKind
			id   string
		}{
			{product.KindProduct, line.ProductID}, {product.KindProduct, line.ProductSourceID},
			{product.KindSKU, line.SKUID}, {product.KindSKU, line.SKUSourceID},
		} {
			if name.id != "" {
				s.look(s.index.posted[refKey(name.kind, name.id)])
			}
		}
	}
	for _, c := range s.index.collections {
		for i := range s.facts.Order.Items {
			if c.matcher.Matches(s.facts.Order.Items[i].Identity) {
				s.look(s.index.posted[c.key])
				break
			}
		}
	}
}

// climb looks at the offers of a ladder whose amount is reached, and at the nearest of the others.
func (s *search) climb(l *ladder, amount int64) {
	reached, _ := slices.BinarySearch(l.least, amount+1)
	s.look(l.offers[:reached])
	found := len(s.near)
	last := int64(0)
	for i := reached; i < len(l.offers); i++ {
		if len(s.near)-found >= s.most && l.least[i] > last {
			return
		}
		s.look(l.offers[i : i+1])
		last = l.least[i]
	}
}

// look checks offers against everything that they require.
func (s *search) look(ids []int32) {
	for _, id := range ids {
		word, bit := id/64, uint64(1)<<(id%64)
		if s.seen[word]&bit != 0 {
			continue
		}
		s.seen[word] |= bit
		offer := &s.index.offers[id]
		if s.now < offer.from || s.now > offer.until {
			continue
		}
		switch missing, misses := s.missing(offer); misses {
		case 0:
			s.open = append(s.open, offer.incentive)
		case 1:
			s.near = append(s.near, nearOffer{offer.incentive, missing, id})
		}
	}
}

// missing counts the amounts that an offer misses, 2 standing for more and for what is no amount; and how much is missing
// when it is one.
func (s *search) missing(offer *filed) (missing int64, misses int) {
	for i := range offer.rules {
		amount, n := s.least(offer.rules[i].Alternatives)
		if misses += n; misses > 1 {
			return 0, 2
		}
		missing += amount
	}
	return missing, misses
}

// least finds the alternative that misses the least.
func (s *search) least(alternatives [][]validation.Atom) (missing int64, misses int) {
	misses = 2
	for _, atoms := range alternatives {
		amount, n := int64(0), 0
		for k := range atoms {
			atom := &atoms[k]
			if atom.Holds(s.facts) {
				continue
			}
			if n++; n > 1 || !atom.Threshold() {
				n = 2
				break
			}
			amount = atom.Least - amountOf(atom.Kind, s.facts)
		}
		if n == 0 {
			return 0, 0
		}
		if n < misses || n == misses && amount < missing {
			missing, misses = amount, n
		}
	}
	return missing, misses
}
