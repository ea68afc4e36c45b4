package validation

import (
	"slices"
	"strconv"

	"github.com/voucherify-go/voucherify/product"
)

// AtomKind is what an Atom looks at.
type AtomKind uint8

// The kinds of atoms. The last three are thresholds.
const (
	// CustomerPresent and OrderPresent: the request has one.
	CustomerPresent AtomKind = iota + 1
	OrderPresent
	// LineMatches: a line is, or belongs to, one of Refs.
	LineMatches
	// SegmentMember: the customer belongs to a segment of Values.
	SegmentMember
	// CustomerMetadata, OrderMetadata and RedemptionMetadata: a key of the value under Property is one of Values.
	CustomerMetadata
	OrderMetadata
	RedemptionMetadata
	// AmountAtLeast, InitialAmountAtLeast and QuantityAtLeast: Facts.Order's value is at least Least.
	AmountAtLeast
	InitialAmountAtLeast
	QuantityAtLeast
)

// Atom is one thing that Requirements ask of facts. It must not be changed.
type Atom struct {
	Kind AtomKind
	// Refs are any of which a line must match, of LineMatches. A product or a SKU matches by its id or its source_id, each
	// compared with both of the line's; a collection that does not exist matches nothing.
	Refs []product.Ref
	// Property is the metadata key, or a path into objects as function Property reads it.
	Property string
	// Values are any of which must be there: ids of segments, or keys as MetadataKeys makes them.
	Values []string
	// Least is the smallest value that passes a threshold: minor units, or units.
	Least int64

	matcher *product.Matcher
}

// Threshold reports whether the atom asks for a number from Least on, so that a little more may satisfy it.
func (a *Atom) Threshold() bool { return a.Kind >= AmountAtLeast }

// Holds reports whether the facts have what the atom asks for.
func (a *Atom) Holds(f *Facts) bool {
	switch a.Kind {
	case CustomerPresent:
		return f.Customer.Present
	case OrderPresent:
		return f.Order.Present
	case LineMatches:
		return slices.ContainsFunc(f.Order.Items, func(line ItemFacts) bool { return a.matcher.Matches(line.Identity) })
	case SegmentMember:
		return overlap(a.Values, f.Customer.Segments)
	case CustomerMetadata:
		return overlap(a.Values, MetadataKeys(Property(f.Customer.Metadata, a.Property)))
	case OrderMetadata:
		return overlap(a.Values, MetadataKeys(Property(f.Order.Metadata, a.Property)))
	case RedemptionMetadata:
		return overlap(a.Values, MetadataKeys(Property(f.Redemption.Metadata, a.Property)))
	case AmountAtLeast:
		return f.Order.Amount >= a.Least
	case InitialAmountAtLeast:
		return f.Order.InitialAmount >= a.Least
	case QuantityAtLeast:
		return f.Order.Quantity >= a.Least
	}
	return false
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(b, func(value string) bool { return slices.Contains(a, value) })
}

func (a *Atom) same(b Atom) bool {
	return a.Kind == b.Kind && a.Property == b.Property && a.Least == b.Least &&
		slices.Equal(a.Values, b.Values) && slices.Equal(a.Refs, b.Refs)
}

// metadataAtoms are the kinds of atoms by what a condition on metadata reads.
var metadataAtoms = map[string]AtomKind{
	"customer.metadata": CustomerMetadata, "order.metadata": OrderMetadata, "redemption.metadata": RedemptionMetadata,
}

// thresholdAtom is the atom of a threshold; none for values that facts do not hold by themselves.
func thresholdAtom(source string, least int64) []Atom {
	switch source {
	case "order.amount":
		return []Atom{{Kind: AmountAtLeast, Least: least}}
	case "order.initial_amount":
		return []Atom{{Kind: InitialAmountAtLeast, Least: least}}
	case "order.quantity":
		return []Atom{{Kind: QuantityAtLeast, Least: least}}
	}
	return nil
}

// MetadataKeys returns texts of which two metadata values have one in common if conditions such as $is and $in take them
// for equal: a text and the number that it spells do. A list has the keys of its elements. Values that equal none (objects,
// times, nothing) have no keys; atoms are not made of dates.
func MetadataKeys(value any) []string {
	list, ok := listOf(value)
	if !ok {
		return metadataKeys(nil, value)
	}
	var keys []string
	for i := range list.len() {
		keys = metadataKeys(keys, list.at(i))
	}
	return keys
}

// metadataKeys adds the keys of a single value. The first letter keeps the types apart.
func metadataKeys(keys []string, value any) []string {
	var n number
	var isNumber bool
	switch v := value.(type) {
	case string:
		keys = append(keys, "t"+v)
		n, isNumber = parseNumber(v)
	case bool:
		return append(keys, "b"+strconv.FormatBool(v))
	case number:
		n, isNumber = v, true
	default:
		n, isNumber = numberOf(value)
	}
	if isNumber {
		keys = append(keys, "n"+n.String())
	}
	return keys
}
