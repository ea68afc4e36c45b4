package redemption

import (
	"cmp"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// offerIndex finds the offers of a catalogue that may apply to a request, without evaluating the rules of the others. It is
// made for one set of omitted conditions, is immutable, and may be shared between goroutines.
//
// Each offer is filed under one thing that it requires, the rarest: a product, a segment, a value of metadata, or an amount.
// Where a rule has alternatives it is filed under one thing of each. What requires none of these is always looked at. An
// offer that is found is checked against everything that it requires, which is still no rule.
type offerIndex struct {
	offers []filed
	always []int32
	posted map[string][]int32
	// properties are the metadata, collections the collections under which offers are filed.
	properties  []property
	collections []collectionOffers
	ladders     map[validation.AtomKind]*ladder
}

// filed is an offer with what is looked at before its rules.
type filed struct {
	*incentive
	// from and until bound the window in microseconds since 1970; the window may be narrower.
	from, until int64
	rules       []validation.Requirements
}

// property is a piece of metadata that rules compare with values.
type property struct {
	kind validation.AtomKind
	name string
}

// collectionOffers are the offers that require a line of a collection.
type collectionOffers struct {
	matcher *product.Matcher
	key     string
}

// ladder are the offers that require an amount, by that amount.
type ladder struct {
	least  []int64
	offers []int32
}

// newOfferIndex files the offers that are switched on.
func newOfferIndex(x *Catalogue, offers []*incentive, omit validation.Omit) *offerIndex {
	b := offerFiling{
		index: &offerIndex{posted: make(map[string][]int32), ladders: make(map[validation.AtomKind]*ladder)},
		count: make(map[string]int), products: x.products,
	}
	for _, i := range offers {
		if i.active {
			b.index.offers = append(b.index.offers, b.describe(i, omit))
		}
	}
	for id := range b.index.offers {
		b.file(int32(id)) //nolint:gosec // a catalogue of two billion offers does not fit into memory
	}
	b.finish()
	return b.index
}

// offerFiling is an index in the making.
type offerFiling struct {
	index    *offerIndex
	count    map[string]int // how often a key is required
	products *product.Index
}

// describe notes what an offer requires.
func (b *offerFiling) describe(i *incentive, omit validation.Omit) filed {
	f := filed{incentive: i, from: -1 << 63, until: 1<<63 - 1}
	if tier := i.object == PromotionTier; tier && i.window.StartDate != nil { // a code may have a window of its own
		f.from = i.window.StartDate.UnixMicro()
	}
	if tier := i.object == PromotionTier; tier && i.window.ExpirationDate != nil {
		f.until = i.window.ExpirationDate.UnixMicro()
	}
	for _, r := range i.rules {
		if r.program == nil {
			continue
		}
		required := []validation.Requirements{r.program.Requirements(omit)}
		if !partialBundles(omit) {
			required = append(required, r.program.BundleRequirements())
		}
		for _, one := range required {
			if len(one.Alternatives) > 0 {
				f.rules = append(f.rules, one)
			}
		}
	}
	for _, one := range f.rules {
		for _, atoms := range one.Alternatives {
			for k := range atoms {
				for _, key := range keysOf(&atoms[k]) {
					b.count[key]++
				}
			}
		}
	}
	return f
}

// file puts an offer where the fewest others are looked at with it.
func (b *offerFiling) file(id int32) {
	f := &b.index.offers[id]
	everyone := len(b.index.offers)
	var best []*validation.Atom
	fewest := everyone
	for r := range f.rules {
		alternatives := f.rules[r].Alternatives
		chosen := make([]*validation.Atom, len(alternatives))
		total := 0
		for a := range alternatives {
			atom, cost := b.rarest(alternatives[a], everyone)
			chosen[a] = atom
			total += cost
		}
		if total < fewest {
			best, fewest = chosen, total
		}
	}
	if best == nil {
		b.index.always = append(b.index.always, id)
		return
	}
	for _, atom := range best {
		b.post(atom, id)
	}
}

// rarest chooses the atom of a conjunction that the fewest offers require. An amount is as good as half of them.
func (b *offerFiling) rarest(atoms []validation.Atom, everyone int) (*validation.Atom, int) {
	var best *validation.Atom
	fewest := everyone + 1
	for i := range atoms {
		atom := &atoms[i]
		cost := everyone/2 + 1
		if !atom.Threshold() {
			keys := keysOf(atom)
			if keys == nil {
				continue
			}
			cost = 0
			for _, key := range keys {
				cost += b.count[key]
			}
		}
		if cost < fewest {
			best, fewest = atom, cost
		}
	}
	return best, fewest
}

func (b *offerFiling) post(atom *validation.Atom, id int32) {
	if atom.Threshold() {
		l := b.index.ladders[atom.Kind]
		if l == nil {
			l = &ladder{}
			b.index.ladders[atom.Kind] = l
		}
		l.least, l.offers = append(l.least, atom.Least), append(l.offers, id)
		return
	}
	for _, key := range keysOf(atom) {
		if list := b.index.posted[key]; len(list) == 0 || list[len(list)-1] != id {
			b.index.posted[key] = append(list, id)
		}
	}
	switch atom.Kind {
	case validation.LineMatches:
		for _, ref := range atom.Refs {
			if key := refKey(ref.Kind(), ref.ID); ref.Kind() == product.KindCollection && !b.hasCollection(key) {
				b.index.collections = append(b.index.collections, collectionOffers{b.products.Matcher(ref), key})
			}
		}
	case validation.CustomerMetadata, validation.OrderMetadata, validation.RedemptionMetadata:
		if p := (property{atom.Kind, atom.Property}); !slices.Contains(b.index.properties, p) {
			b.index.properties = append(b.index.properties, p)
		}
	}
}

func (b *offerFiling) hasCollection(key string) bool {
	return slices.ContainsFunc(b.index.collections, func(c collectionOffers) bool { return c.key == key })
}

// finish sorts the ladders.
func (b *offerFiling) finish() {
	for _, kind := range thresholds {
		l := b.index.ladders[kind]
		if l == nil {
			continue
		}
		order := make([]int, len(l.offers))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int {
			return cmp.Or(cmp.Compare(l.least[i], l.least[j]), cmp.Compare(l.offers[i], l.offers[j]))
		})
		sorted := ladder{make([]int64, len(order)), make([]int32, len(order))}
		for to, from := range order {
			sorted.least[to], sorted.offers[to] = l.least[from], l.offers[from]
		}
		*l = sorted
	}
}

// keysOf are the keys under which an offer that requires the atom can be filed; nil when it has none.
func keysOf(a *validation.Atom) []string {
	switch a.Kind {
	case validation.LineMatches:
		var keys []string
		for _, ref := range a.Refs {
			if ref.ID == product.AllProducts {
				return nil
			}
			if ref.ID != "" {
				keys = append(keys, refKey(ref.Kind(), ref.ID))
			}
			if ref.SourceID != "" && ref.Kind() != product.KindCollection {
				keys = append(keys, refKey(ref.Kind(), ref.SourceID))
			}
		}
		return keys
	case validation.SegmentMember:
		return prefixed("g/", a.Values)
	case validation.CustomerMetadata, validation.OrderMetadata, validation.RedemptionMetadata:
		return prefixed(property{a.Kind, a.Property}.prefix(), a.Values)
	}
	return nil
}

func refKey(kind product.RefKind, id string) string { return string(kind) + "/" + id }

func (p property) prefix() string { return string('0'+rune(p.kind)) + p.name + "=" }

func prefixed(prefix string, values []string) []string {
	keys := make([]string, len(values))
	for i, value := range values {
		keys[i] = prefix + value
	}
	return keys
}

// all are the offers of the index.
func (x *offerIndex) all(*validation.Facts, time.Time, int) []*incentive {
	list := make([]*incentive, len(x.offers))
	for i := range x.offers {
		list[i] = x.offers[i].incentive
	}
	return list
}
