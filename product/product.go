// Package product owns what can be bought and how a line of a cart is recognised: products, their SKUs, collections of
// them, and the targets that a discount or a rule names.
//
// It refuses to calculate discounts and to store anything. An Index is an immutable view of a catalogue that the
// engine builds once per revision and shares between requests.
package product

import (
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

// Check reports the first thing that is wrong with p.
func (p Product) Check() error {
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
	if err := checkPrice("price", s.Price); err != nil {
		return err
	}
	if err := s.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

func checkPrice(field string, price *int64) *fault.Error {
	if price != nil && (*price < 0 || *price > money.Max) {
		return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", *price, money.Max).At(field)
	}
	return nil
}
