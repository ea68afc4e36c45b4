// Package product owns what can be bought and how a line of a cart is recognised: products, their SKUs, collections of
// them, and the targets that a discount or a rule names.
//
// It refuses to calculate discounts and to store anything. An Index is an immutable view of a catalogue that the
// engine builds once per revision and shares between requests.
package product

import (
	"maps"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
)

// Product is an article of the shop. Prices are minor units per unit.
type Product struct {
	ID string `json:"id,omitempty"`
	// SourceID is the shop's own identifier, unique among products.
	SourceID   string       `json:"source_id,omitempty"`
	Name       string       `json:"name,omitempty"`
	Price      *int64       `json:"price,omitempty"`
	Attributes []string     `json:"attributes,omitempty"`
	ImageURL   string       `json:"image_url,omitempty"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
	CreatedAt  time.Time    `json:"created_at,omitzero"`
	UpdatedAt  *time.Time   `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// SKU is one sellable variant of a product. A SKU without a price costs what its product costs.
type SKU struct {
	ID string `json:"id,omitempty"`
	// SourceID is the shop's own identifier, unique among SKUs.
	SourceID string `json:"source_id,omitempty"`
	// ProductID is the id of the product that the SKU belongs to.
	ProductID string `json:"product_id,omitempty"`
	// Name is the display name; Voucherify's field is "sku".
	Name       string            `json:"sku,omitempty"`
	Price      *int64            `json:"price,omitempty"`
	Currency   string            `json:"currency,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	ImageURL   string            `json:"image_url,omitempty"`
	Metadata   metadata.Map      `json:"metadata,omitempty"`
	CreatedAt  time.Time         `json:"created_at,omitzero"`
	UpdatedAt  *time.Time        `json:"updated_at,omitempty"`
	Version    int64             `json:"version,omitempty"`
}

// The bounds of products, SKUs and collections; lengths are in bytes.
const (
	MaxIDLength   = 255  // of an id or source_id
	MaxNameLength = 255  // of a name and of each attribute
	MaxURLLength  = 2048 // of an image's address
	MaxAttributes = 100
	MaxCurrency   = 3 // an ISO 4217 code
	// MaxCollectionProducts is the largest number of members that a static collection lists.
	MaxCollectionProducts = 10_000
)

// Check reports the first thing that is wrong with p.
func (p Product) Check() error {
	if err := checkTexts(p.ID, p.SourceID, p.ImageURL); err != nil {
		return err
	}
	if err := fault.Text("name", p.Name, MaxNameLength); err != nil {
		return err
	}
	if len(p.Attributes) > MaxAttributes {
		return fault.Invalid("attributes", "has %d attributes, at most %d are allowed", len(p.Attributes), MaxAttributes)
	}
	for i, name := range p.Attributes {
		if err := fault.Text(index("attributes", i), name, MaxNameLength); err != nil {
			return err
		}
	}
	if err := checkPrice("price", p.Price); err != nil {
		return err
	}
	if err := p.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// Check reports the first thing that is wrong with s.
func (s SKU) Check() error {
	if s.ProductID == "" {
		return fault.New(fault.InvalidSKU, "a SKU needs its product").At("product_id")
	}
	if err := checkTexts(s.ID, s.SourceID, s.ImageURL); err != nil {
		return err
	}
	for _, text := range [...]struct {
		field, value string
		most         int
	}{
		{"product_id", s.ProductID, MaxIDLength}, {"sku", s.Name, MaxNameLength}, {"currency", s.Currency, MaxCurrency},
	} {
		if err := fault.Text(text.field, text.value, text.most); err != nil {
			return err
		}
	}
	if err := checkAttributes(s.Attributes); err != nil {
		return err
	}
	if err := checkPrice("price", s.Price); err != nil {
		return err
	}
	if err := s.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

func checkTexts(id, sourceID, imageURL string) error {
	for _, text := range [...]struct {
		field, value string
		most         int
	}{{"id", id, MaxIDLength}, {"source_id", sourceID, MaxIDLength}, {"image_url", imageURL, MaxURLLength}} {
		if err := fault.Text(text.field, text.value, text.most); err != nil {
			return err
		}
	}
	return nil
}

func checkAttributes(attributes map[string]string) error {
	if len(attributes) > MaxAttributes {
		return fault.Invalid("attributes", "has %d attributes, at most %d are allowed", len(attributes), MaxAttributes)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if err := fault.Text("attributes", name, MaxNameLength); err != nil {
			return err
		}
		if err := fault.Text("attributes."+name, attributes[name], MaxNameLength); err != nil {
			return err
		}
	}
	return nil
}

func checkPrice(field string, price *int64) *fault.Error {
	if price != nil && (*price < 0 || *price > money.Max) {
		return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", *price, money.Max).At(field)
	}
	return nil
}
