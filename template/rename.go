package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/product"
)

// Names are the ids of resources in a template with the ids of what stands in their place. The zero Names change nothing.
type Names struct {
	ids      map[string]string
	replacer *strings.Replacer
}

// Set says what stands in the place of a resource; the resource itself changes nothing.
func (n *Names) Set(saved, now string) {
	if saved == now {
		return
	}
	if n.ids == nil {
		n.ids = make(map[string]string)
	}
	n.ids[saved], n.replacer = now, nil
}

// Of is what stands in the place of a resource.
func (n *Names) Of(saved string) string {
	if now, ok := n.ids[saved]; ok {
		return now
	}
	return saved
}

// Rename returns a copy of a value that names what stands in the place of the resources of a template, wherever it names them, in
// free expressions as well: ids of the engine are nowhere part of another word.
func Rename[T any](n *Names, value T) (T, error) {
	var renamed T
	if len(n.ids) == 0 {
		return value, nil
	}
	if n.replacer == nil {
		var pairs []string
		for _, saved := range slices.Sorted(maps.Keys(n.ids)) {
			pairs = append(pairs, saved, n.ids[saved])
		}
		n.replacer = strings.NewReplacer(pairs...)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return renamed, fmt.Errorf("voucherify: encode a part of a template: %w", err)
	}
	if err := json.Unmarshal([]byte(n.replacer.Replace(string(text))), &renamed); err != nil {
		return renamed, fmt.Errorf("voucherify: decode a part of a template: %w", err)
	}
	return renamed, nil
}

// SameCollection reports whether two collections hold the same: a new name is no change.
func SameCollection(a, b product.Collection) bool {
	return a.Type == b.Type && same(a.Products, b.Products) && same(a.Filter, b.Filter)
}

// SameSegment reports whether two segments hold the same customers: neither a new name nor an activation is a change.
func SameSegment(a, b customer.Segment) bool {
	return a.Dynamic() == b.Dynamic() && same(a.Filter, b.Filter)
}

// SameLocation reports whether two locations are the same place: a new name is no change.
func SameLocation(a, b location.Location) bool { return same(a.Shape, b.Shape) }

// same compares values as they are stored.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
