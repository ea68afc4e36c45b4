package redemption

import (
	"cmp"
	"strconv"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
)

// Schemas are the project's metadata schemas; nil when it has none.
func (x *Catalogue) Schemas() *metadata.Schemas { return x.schemas }

// checkMetadata refuses metadata of a request that does not fit its schema: that of the redemption, the order, its lines
// with the products that they describe, and the customer. What is not stored yet, and the redemption itself, must be whole;
// over a stored order or customer only what is sent counts.
func (x *Catalogue) checkMetadata(s *Snapshot, r *Request) error {
	if x.schemas == nil {
		return nil
	}
	if err := x.schemas.CheckWhole(metadata.OfRedemption, "metadata", r.Metadata); err != nil {
		return err
	}
	return x.checkCart(s, r.Order, r.buyer())
}

// checkQualification is checkMetadata for a question that creates nothing: metadata that is not sent at all is not missed.
func (x *Catalogue) checkQualification(s *Snapshot, r *QualificationRequest) error {
	if x.schemas == nil {
		return nil
	}
	if r.Metadata != nil {
		if err := x.schemas.CheckWhole(metadata.OfRedemption, "metadata", r.Metadata); err != nil {
			return err
		}
	}
	o, buyer := r.Order, r.request().buyer()
	if buyer != nil && buyer.Metadata == nil {
		buyer = nil
	}
	if o != nil && o.Metadata == nil {
		if err := x.checkLines(o); err != nil {
			return fault.Within("order", err)
		}
		o = nil
	}
	return x.checkCart(s, o, buyer)
}

func (x *Catalogue) checkCart(s *Snapshot, o *order.Order, buyer *customer.Customer) error {
	if o != nil {
		if err := x.CheckOrder(s.Order, o); err != nil {
			return fault.Within("order", err)
		}
	}
	if buyer == nil {
		return nil
	}
	check := x.schemas.CheckWhole
	if s.Customer != nil {
		check = x.schemas.CheckSent
	}
	return check(metadata.OfCustomer, "customer.metadata", buyer.Metadata)
}

// CheckOrder refuses metadata of an order, its lines and the products that they describe when it does not fit its schema.
// stored is the order that the one that is sent is laid over; nil for a new one, whose metadata must be whole.
func (x *Catalogue) CheckOrder(stored, sent *order.Order) error {
	check := x.schemas.CheckWhole
	if stored != nil {
		check = x.schemas.CheckSent
	}
	if err := check(metadata.OfOrder, "metadata", sent.Metadata); err != nil {
		return err
	}
	return x.checkLines(sent)
}

// checkLines checks the lines of an order, which are always sent as a whole. A line that a reward has added has no
// metadata of its own, so nothing is missed in an order that comes back as it was answered.
func (x *Catalogue) checkLines(o *order.Order) error {
	if x.schemas == nil {
		return nil
	}
	for i := range o.Items {
		line := &o.Items[i]
		field := "items[" + strconv.Itoa(i) + "]"
		check := x.schemas.CheckWhole
		if line.InitialKnown && line.InitialQuantity == 0 {
			check = x.schemas.CheckSent
		}
		if err := check(metadata.OfOrderItem, field+".metadata", line.Metadata); err != nil {
			return err
		}
		if err := x.checkDescribed(field, line); err != nil {
			return err
		}
	}
	return nil
}

// checkDescribed checks the metadata of the product and the SKU that a line describes. What the line overrides is stored
// and so must be whole; otherwise it is laid over the catalogue for this request.
func (x *Catalogue) checkDescribed(field string, line *order.Item) error {
	named := line.Identity(x.products)
	if p := line.Product; p != nil {
		var stored metadata.Map
		known, ok := x.products.Product(cmp.Or(named.ProductID, named.ProductSourceID))
		if ok {
			stored = known.Metadata
		}
		if err := x.checkData(metadata.OfProduct, field+".product.metadata", p.Override, ok, stored, p.Metadata); err != nil {
			return err
		}
	}
	if s := line.SKU; s != nil {
		var stored metadata.Map
		known, ok := x.products.SKU(cmp.Or(named.SKUID, named.SKUSourceID))
		if ok {
			stored = known.Metadata
		}
		return x.checkData(metadata.OfSKU, field+".sku.metadata", s.Override, ok, stored, s.Metadata)
	}
	return nil
}

func (x *Catalogue) checkData(object, field string, override, known bool, stored, sent metadata.Map) error {
	switch {
	case !override || known && sent == nil:
		return x.schemas.CheckSent(object, field, sent)
	case known:
		return x.schemas.CheckChange(object, field, stored, sent)
	}
	return x.schemas.CheckWhole(object, field, sent)
}

// checkProperties breaks the rules that look at metadata which the schemas do not allow, or in a way that does not fit
// its type: a rule may be older than the schema.
func (x *Catalogue) checkProperties(r *rule) {
	if r.broken == nil && x.schemas != nil {
		r.broken = r.program.Rule().CheckProperties(x.schemas)
	}
}
