package redemption

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// CompileCollection checks the filter of a collection and prepares it; nil for a static collection.
func CompileCollection(c *product.Collection) (*validation.FilterProgram, error) {
	if c.Filter == nil {
		return nil, nil //nolint:nilnil // no filter is a valid state of a collection
	}
	program, err := validation.CompileFilter(*c.Filter, itemField)
	if err != nil {
		return nil, fault.Within("filter", err)
	}
	return program, nil
}

// The fields of items that filters of collections can name.
const (
	itemID = iota
	itemProductID
	itemSourceID
	itemName
	itemPrice
	itemObject
	itemAttributes
	itemImageURL
	itemSKUs
	itemCreatedAt
	itemUpdatedAt
	itemMetadata
)

var itemFields = map[string]validation.FilterField{
	"id":         {ID: itemID, Type: validation.TextField},
	"product_id": {ID: itemProductID, Type: validation.TextField},
	"source_id":  {ID: itemSourceID, Type: validation.TextField},
	"name":       {ID: itemName, Type: validation.TextField},
	"price":      {ID: itemPrice, Type: validation.NumberField},
	"object":     {ID: itemObject, Type: validation.TextField},
	"attributes": {ID: itemAttributes, Type: validation.ListField},
	"image_url":  {ID: itemImageURL, Type: validation.TextField},
	"skus":       {ID: itemSKUs, Type: validation.ListField},
	"created_at": {ID: itemCreatedAt, Type: validation.InstantField},
	"updated_at": {ID: itemUpdatedAt, Type: validation.InstantField},
}

// itemField is the schema of the filters of collections.
func itemField(name string) (validation.FilterField, bool) {
	if key, ok := strings.CutPrefix(name, "metadata."); ok && key != "" {
		return validation.FilterField{ID: itemMetadata, Key: key}, true
	}
	field, ok := itemFields[name]
	return field, ok
}

// itemView is an item as filters see it: the SKU's own fields where there is a SKU, otherwise the product's.
type itemView product.Item

// Value implements validation.FilterView.
func (v *itemView) Value(field validation.FilterField) any {
	item := (*product.Item)(v)
	switch field.ID {
	case itemMetadata:
		return validation.Property(item.Metadata(), field.Key)
	case itemObject:
		if item.IsSKU() {
			return string(product.KindSKU)
		}
		return string(product.KindProduct)
	}
	if item.IsSKU() {
		return v.sku(field.ID)
	}
	return v.product(field.ID)
}

func (v *itemView) sku(field int) any {
	stored := v.SKU
	if stored == nil {
		stored = &product.SKU{}
	}
	switch field {
	case itemID:
		return known(v.Identity.SKUID)
	case itemProductID:
		return known(v.Identity.ProductID)
	case itemSourceID:
		return known(v.Identity.SKUSourceID)
	case itemName:
		return known(cmp.Or(v.Name, stored.Name))
	case itemPrice:
		return knownPrice(cmp.Or(v.Price, stored.Price))
	case itemAttributes:
		return slices.Sorted(maps.Keys(stored.Attributes))
	case itemImageURL:
		return known(stored.ImageURL)
	case itemCreatedAt:
		return knownTime(&stored.CreatedAt)
	case itemUpdatedAt:
		return knownTime(stored.UpdatedAt)
	}
	return nil
}

func (v *itemView) product(field int) any {
	stored := v.Product
	if stored == nil {
		stored = &product.Product{}
	}
	switch field {
	case itemID:
		return known(v.Identity.ProductID)
	case itemSourceID:
		return known(v.Identity.ProductSourceID)
	case itemName:
		return known(cmp.Or(v.Name, stored.Name))
	case itemPrice:
		return knownPrice(cmp.Or(v.Price, stored.Price))
	case itemAttributes:
		return stored.Attributes
	case itemImageURL:
		return known(stored.ImageURL)
	case itemSKUs:
		return (*product.Item)(v).SKUs()
	case itemCreatedAt:
		return knownTime(&stored.CreatedAt)
	case itemUpdatedAt:
		return knownTime(stored.UpdatedAt)
	}
	return nil
}

// known is a text as a left value; an empty one is missing.
func known(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func knownPrice(price *int64) any {
	if price == nil {
		return nil
	}
	return *price
}

func knownTime(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return *t
}

// compileAreas prepares locations; one that cannot be compiled contains nothing.
func compileAreas(locations []*location.Location) map[string]*location.Area {
	areas := make(map[string]*location.Area, len(locations))
	for _, l := range locations {
		if area, err := l.Compile(); err == nil {
			areas[l.ID] = area
		}
	}
	return areas
}

// compileCollections prepares the filters of the dynamic collections. One that cannot be compiled contains nothing.
func (x *Catalogue) compileCollections() {
	for _, c := range x.products.Dynamic() {
		program, _ := CompileCollection(c) //nolint:errcheck // see above
		x.collections = append(x.collections, program)
	}
}

// ProductsAt returns the catalogue's products with the members of dynamic collections decided at an instant.
func (x *Catalogue) ProductsAt(now time.Time) *product.Index {
	if len(x.collections) == 0 {
		return x.products
	}
	moment := x.moment(now)
	return x.products.JudgedBy(func(collection int, item *product.Item) bool {
		return x.collections[collection].Matches((*itemView)(item), moment)
	})
}

// moment is when and where the conditions of a request are evaluated.
func (x *Catalogue) moment(now time.Time) *validation.Moment {
	return &validation.Moment{At: now.In(x.zone), Areas: x.areas}
}
