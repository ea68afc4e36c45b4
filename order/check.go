package order

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
)

// The bounds of an order; a larger one is refused before any work.
const (
	MaxItems    = 500
	MaxIDLength = 255 // bytes of an id, a source_id, or a name of a product or SKU
)

// Check reports the first thing that is wrong with an order of a request. A nil order is fine: not every request has one.
func (o *Order) Check() error {
	if o == nil {
		return nil
	}
	if len(o.ID) > MaxIDLength {
		return fault.Invalid("id", "is longer than %d bytes", MaxIDLength)
	}
	if len(o.SourceID) > MaxIDLength {
		return fault.Invalid("source_id", "is longer than %d bytes", MaxIDLength)
	}
	for _, id := range [...]struct{ field, value string }{{"customer_id", o.CustomerID}, {"referrer_id", o.ReferrerID}} {
		if len(id.value) > MaxIDLength {
			return fault.Invalid(id.field, "is longer than %d bytes", MaxIDLength)
		}
	}
	switch o.Status {
	case "", Created, Paid, Processing, Canceled, Fulfilled:
	default:
		return fault.Invalid("status", "%q is not a status of orders", o.Status)
	}
	if len(o.Items) > MaxItems {
		return fault.Invalid("items", "has %d lines, at most %d are allowed", len(o.Items), MaxItems)
	}
	if err := checkAmount("amount", o.Amount); err != nil {
		return err
	}
	var sum int64
	for i := range o.Items {
		amount, err := o.Items[i].check()
		if err != nil {
			return err.At(at("items", i))
		}
		sum += amount
		if sum > money.Max {
			return fault.New(fault.InvalidAmount, "the lines add up to more than %d", money.Max).At("items")
		}
	}
	if err := o.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// check returns the value of the line, as far as the request tells it.
func (i *Item) check() (int64, *fault.Error) {
	switch i.RelatedObject {
	case "", product.KindProduct, product.KindSKU:
	default:
		return 0, fault.Invalid("related_object", "%q is not one of product, sku", i.RelatedObject)
	}
	if err := i.checkTexts(); err != nil {
		return 0, err
	}
	if i.Quantity < 0 || i.Quantity > money.Max {
		return 0, fault.Invalid("quantity", "%d is not between 1 and %d", i.Quantity, money.Max)
	}
	if i.InitialQuantity < 0 || i.InitialQuantity > money.Max {
		return 0, fault.Invalid("initial_quantity", "%d is not between 0 and %d", i.InitialQuantity, money.Max)
	}
	if err := checkMetadata(i); err != nil {
		return 0, err
	}
	return i.checkAmounts()
}

// checkTexts bounds what names the line, and the product and SKU that it carries.
func (i *Item) checkTexts() *fault.Error {
	var p ProductData
	if i.Product != nil {
		p = *i.Product
	}
	var s SKUData
	if i.SKU != nil {
		s = *i.SKU
	}
	for _, text := range [...]struct{ field, value string }{
		{"product_id", i.ProductID}, {"sku_id", i.SKUID}, {"source_id", i.SourceID},
		{"product.id", p.ID}, {"product.source_id", p.SourceID}, {"product.name", p.Name},
		{"sku.id", s.ID}, {"sku.source_id", s.SourceID}, {"sku.sku", s.Name},
	} {
		if err := fault.Text(text.field, text.value, MaxIDLength); err != nil {
			return err
		}
	}
	return nil
}

func (i *Item) checkAmounts() (int64, *fault.Error) {
	price := i.Price
	if i.SKU != nil && i.SKU.Price != nil {
		if err := checkAmount("sku.price", *i.SKU.Price); err != nil {
			return 0, err
		}
		if price == nil {
			price = i.SKU.Price
		}
	}
	if i.Product != nil && i.Product.Price != nil {
		if err := checkAmount("product.price", *i.Product.Price); err != nil {
			return 0, err
		}
		if price == nil {
			price = i.Product.Price
		}
	}
	if price != nil {
		if err := checkAmount("price", *price); err != nil {
			return 0, err
		}
	}
	if i.Amount != nil {
		if err := checkAmount("amount", *i.Amount); err != nil {
			return 0, err
		}
		return *i.Amount, nil
	}
	if price == nil {
		return 0, nil
	}
	amount, err := money.Mul(*price, max(i.Quantity, 1))
	if err != nil {
		return 0, fault.New(fault.InvalidAmount, "price %d times quantity %d is more than %d", *price, i.Quantity, money.Max).At("amount")
	}
	return amount, nil
}

func checkMetadata(i *Item) *fault.Error {
	if err := i.Metadata.Check("metadata"); err != nil {
		return err
	}
	if i.Product != nil {
		if err := i.Product.Metadata.Check("product.metadata"); err != nil {
			return err
		}
	}
	if i.SKU != nil {
		return i.SKU.Metadata.Check("sku.metadata")
	}
	return nil
}

func checkAmount(field string, amount int64) *fault.Error {
	if amount < 0 || amount > money.Max {
		return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", amount, money.Max).At(field)
	}
	return nil
}
