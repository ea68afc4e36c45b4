// Package order owns the cart: its lines, the amount fields of a calculated order and the identities between them.
//
// It refuses to calculate discounts (package discount does) and to look products up. All amounts are int64 minor units.
package order

import (
	"strconv"
	"time"

	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
)

// Status is the state of an order.
type Status string

// The states of an order. A redemption makes an order PAID unless the request says otherwise; a rollback that leaves
// no redemption makes it CANCELED.
const (
	Created    Status = "CREATED"
	Paid       Status = "PAID"
	Processing Status = "PROCESSING"
	Canceled   Status = "CANCELED"
	Fulfilled  Status = "FULFILLED"
)

// Order is a cart or a stored order. In a request the lines and Amount count; the calculated fields are filled by the
// engine and satisfy
//
//	total_discount_amount         = discount_amount + items_discount_amount
//	total_applied_discount_amount = applied_discount_amount + items_applied_discount_amount
//	total_amount                  = amount − total_discount_amount ≥ 0
//
// Fields named "applied" cover the one redeemable (or, on the top-level order, the one request) that the order is an
// answer to; the others are cumulative over everything that was ever applied to the order.
type Order struct {
	ID string `json:"id,omitempty"`
	// SourceID is the shop's own identifier, unique among stored orders.
	SourceID string `json:"source_id,omitempty"`
	Status   Status `json:"status,omitempty"`
	// Amount is the value before discounts, including units added by rewards. In a request 0 means "the sum of the
	// lines"; any other value wins over the lines.
	Amount int64 `json:"amount"`
	// InitialAmount is the value before rewards added or replaced units.
	InitialAmount              int64  `json:"initial_amount,omitempty"`
	DiscountAmount             int64  `json:"discount_amount,omitempty"`
	ItemsDiscountAmount        int64  `json:"items_discount_amount,omitempty"`
	TotalDiscountAmount        int64  `json:"total_discount_amount,omitempty"`
	AppliedDiscountAmount      int64  `json:"applied_discount_amount,omitempty"`
	ItemsAppliedDiscountAmount int64  `json:"items_applied_discount_amount,omitempty"`
	TotalAppliedDiscountAmount int64  `json:"total_applied_discount_amount,omitempty"`
	TotalAmount                int64  `json:"total_amount,omitempty"`
	Items                      []Item `json:"items,omitempty"`

	Metadata   metadata.Map `json:"metadata,omitempty"`
	CustomerID string       `json:"customer_id,omitempty"`
	ReferrerID string       `json:"referrer_id,omitempty"`
	// Redemptions lists what was redeemed on a stored order, by id of the redemption (the parent, for a stack).
	Redemptions map[string]Redemption `json:"redemptions,omitempty"`
	CreatedAt   time.Time             `json:"created_at,omitzero"`
	UpdatedAt   *time.Time            `json:"updated_at,omitempty"`
	Version     int64                 `json:"version,omitempty"`

	// Touched says which amount fields stand in JSON even when they are zero.
	Touched Touched `json:"-"`
}

// Touched records that a discount reached a level of the order, even if it came to nothing, so that answers show an
// explicit 0 instead of leaving the field out.
type Touched uint8

// The levels of an order.
const (
	TouchedOrder   Touched = 1 << iota // discount_amount, applied_discount_amount and their totals
	TouchedItems                       // items_discount_amount, items_applied_discount_amount and their totals
	TouchedApplied                     // applied_discount_amount and total_applied_discount_amount only
	Calculated                         // total_amount
)

// Redemption is the trace that a redemption leaves on its order.
type Redemption struct {
	Date                  time.Time  `json:"date"`
	RelatedObjectType     string     `json:"related_object_type"`
	RelatedObjectID       string     `json:"related_object_id"`
	RelatedObjectParentID string     `json:"related_object_parent_id,omitempty"`
	Stacked               []string   `json:"stacked,omitempty"`
	RollbackID            string     `json:"rollback_id,omitempty"`
	RollbackDate          *time.Time `json:"rollback_date,omitempty"`
	RollbackStacked       []string   `json:"rollback_stacked,omitempty"`
}

// Item is one line. Lines are never merged: two lines of one SKU stay two lines.
type Item struct {
	// ID is given to the lines of stored orders; a return names lines by it.
	ID string `json:"id,omitempty"`
	// ProductID and SKUID name the line by the engine's ids, SourceID with RelatedObject ("product" or "sku") by the shop's.
	ProductID     string          `json:"product_id,omitempty"`
	SKUID         string          `json:"sku_id,omitempty"`
	SourceID      string          `json:"source_id,omitempty"`
	RelatedObject product.RefKind `json:"related_object,omitempty"`
	// Quantity is the number of units; 0 in a request means 1 when the line has a price or an amount.
	Quantity int64 `json:"quantity,omitempty"`
	// Price is the unit price; nil means the price of the catalogue.
	Price *int64 `json:"price,omitempty"`
	// Amount is the value of the line before discounts; nil in a request means price × quantity, any value wins over it.
	Amount *int64 `json:"amount,omitempty"`
	// InitialQuantity and InitialAmount are the values before rewards added or replaced units; 0 for a line that a
	// reward created. They count only when InitialKnown.
	InitialQuantity int64 `json:"initial_quantity,omitempty"`
	InitialAmount   int64 `json:"initial_amount,omitempty"`
	// DiscountQuantity counts free units, DiscountAmount is the discount on the line: both cumulative.
	DiscountQuantity        int64 `json:"discount_quantity,omitempty"`
	DiscountAmount          int64 `json:"discount_amount,omitempty"`
	AppliedDiscountQuantity int64 `json:"applied_discount_quantity,omitempty"`
	AppliedDiscountAmount   int64 `json:"applied_discount_amount,omitempty"`
	// AppliedQuantity counts the units that were added (or, when negative, taken away); AppliedQuantityAmount is their value.
	AppliedQuantity       int64 `json:"applied_quantity,omitempty"`
	AppliedQuantityAmount int64 `json:"applied_quantity_amount,omitempty"`
	// SubtotalAmount is Amount − DiscountAmount.
	SubtotalAmount     int64               `json:"subtotal_amount,omitempty"`
	ApplicationDetails []ApplicationDetail `json:"application_details,omitempty"`
	Product            *ProductData        `json:"product,omitempty"`
	SKU                *SKUData            `json:"sku,omitempty"`
	Metadata           metadata.Map        `json:"metadata,omitempty"`

	// InitialKnown says that the initial fields carry a value, also when it is 0. Lines calculated by the engine have it.
	InitialKnown bool `json:"-"`
	// Touched says that a discount reached the line, even if it came to nothing.
	Touched bool `json:"-"`
}

// ApplicationDetail is the bookkeeping of a reward that replaced units of one line by units of another. Indices are
// 0-based positions in Items.
type ApplicationDetail struct {
	SourceIndex                 int   `json:"source_index"`
	SourceAppliedQuantity       int64 `json:"source_applied_quantity"`
	SourceAppliedQuantityAmount int64 `json:"source_applied_quantity_amount"`
	TargetIndex                 int   `json:"target_index"`
	TargetAppliedQuantity       int64 `json:"target_applied_quantity"`
	TargetAppliedQuantityAmount int64 `json:"target_applied_quantity_amount"`
	TargetAppliedDiscountAmount int64 `json:"target_applied_discount_amount"`
}

// ProductData is product data sent with a line. It counts for this request only, unless Override is set and the call
// stores an order: then the product is created or its name, price and metadata are replaced.
type ProductData struct {
	ID       string       `json:"id,omitempty"`
	SourceID string       `json:"source_id,omitempty"`
	Override bool         `json:"override,omitempty"`
	Name     string       `json:"name,omitempty"`
	Price    *int64       `json:"price,omitempty"`
	Metadata metadata.Map `json:"metadata,omitempty"`
}

// SKUData is SKU data sent with a line; Override works as on ProductData.
type SKUData struct {
	ID       string       `json:"id,omitempty"`
	SourceID string       `json:"source_id,omitempty"`
	Override bool         `json:"override,omitempty"`
	Name     string       `json:"sku,omitempty"`
	Price    *int64       `json:"price,omitempty"`
	Metadata metadata.Map `json:"metadata,omitempty"`
}

// Line is a plain line for New: the common case without pointers. A zero Price means the price of the catalogue; a line
// that costs nothing needs an Item with an explicit price.
type Line struct {
	ProductID string
	SKUID     string
	Quantity  int64
	Price     int64
	Metadata  metadata.Map
}

// New builds an order from plain lines. sourceID is the shop's own order number; it may be empty.
func New(sourceID string, lines ...Line) *Order {
	o := &Order{SourceID: sourceID, Items: make([]Item, len(lines))}
	for i, l := range lines {
		item := Item{ProductID: l.ProductID, SKUID: l.SKUID, Quantity: l.Quantity, Metadata: l.Metadata}
		if l.Price != 0 {
			price := l.Price
			item.Price = &price
		}
		o.Items[i] = item
	}
	return o
}

// LineAmount returns the value of the line before discounts, 0 when it is unknown.
func (i *Item) LineAmount() int64 {
	if i.Amount == nil {
		return 0
	}
	return *i.Amount
}

// UnitPrice returns the price of one unit and whether it is known.
func (i *Item) UnitPrice() (int64, bool) {
	if i.Price == nil {
		return 0, false
	}
	return *i.Price, true
}

// Identity returns what the line can be recognised by, from the ids that it carries itself. A SourceID that does not say
// what it names, and stands alone, is that of a SKU if the catalogue has one, and otherwise that of a product.
func (i *Item) Identity(catalogue *product.Index) product.Identity {
	identity := product.Identity{ProductID: i.ProductID, SKUID: i.SKUID}
	if i.SKU != nil {
		identity.SKUID = first(identity.SKUID, i.SKU.ID)
		identity.SKUSourceID = i.SKU.SourceID
	}
	if i.Product != nil {
		identity.ProductID = first(identity.ProductID, i.Product.ID)
		identity.ProductSourceID = i.Product.SourceID
	}
	if i.SourceID == "" {
		return identity
	}
	sku := i.RelatedObject == product.KindSKU
	if i.RelatedObject == "" && !identity.Known() {
		_, sku = catalogue.SKU(i.SourceID)
	}
	if sku {
		identity.SKUSourceID = first(identity.SKUSourceID, i.SourceID)
	} else {
		identity.ProductSourceID = first(identity.ProductSourceID, i.SourceID)
	}
	return identity
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
