package voucherify

import (
	"cmp"
	"context"
	"reflect"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/tabular"
)

// recordBatch writes rows that each are one record; planOne plans one.
type recordBatch[T any] struct {
	*importChange
	schemas *metadata.Schemas
	names   func(*T) []string // of the record, as rows call it
	planOne func(context.Context, *recordBatch[T], T) error
}

func beginRecords[T any](
	ctx context.Context, c *importChange, names func(*T) []string, planOne func(context.Context, *recordBatch[T], T) error,
) (batch[T], error) {
	schemas, err := c.schemas(ctx)
	return &recordBatch[T]{importChange: c, schemas: schemas, names: names, planOne: planOne}, err
}

// row implements batch.
func (b *recordBatch[T]) row(ctx context.Context, row T) error {
	for _, name := range b.names(&row) {
		if err := b.settled(ctx, name); err != nil {
			return err
		}
	}
	b.begin()
	if err := b.planOne(ctx, b, row); err != nil {
		b.takeBack()
		return err
	}
	return nil
}

// end implements batch.
func (b *recordBatch[T]) end(context.Context) error { return nil }

// wrote notes a record under the names that rows can have for it.
func (b *recordBatch[T]) wrote(recordID, sourceID string) {
	b.written["id:"+recordID], b.written["source:"+sourceID] = true, true
}

func beginCustomers(ctx context.Context, c *importChange, _ []tabular.Row[customer.Customer]) (batch[customer.Customer], error) {
	names := func(x *customer.Customer) []string { return []string{"id:" + x.ID, "source:" + x.SourceID} }
	return beginRecords(ctx, c, names, overwriteCustomer)
}

// overwriteCustomer plans the profile of a row in the place of the one that is stored. Its changes are not told, its creation
// is; segments see both.
func overwriteCustomer(ctx context.Context, b *recordBatch[customer.Customer], row customer.Customer) error {
	stored, doc, err := b.findCustomer(ctx, &row)
	if err != nil {
		return err
	}
	row.Summary, row.Loyalty, row.SystemMetadata, row.Clear = nil, nil, nil, 0
	if stored == nil {
		if err := b.schemas.CheckWhole(metadata.OfCustomer, "metadata", row.Metadata); err != nil {
			return err
		}
		row.ID, row.CreatedAt, row.UpdatedAt = b.ids.Next(id.Customer), b.now, nil
		doc.CreatedAt = b.now
	} else {
		if err := b.schemas.CheckChange(metadata.OfCustomer, "metadata", stored.Metadata, row.Metadata); err != nil {
			return err
		}
		row.ID, row.SourceID, row.Version = stored.ID, stored.SourceID, stored.Version
		row.CreatedAt, row.UpdatedAt = stored.CreatedAt, stored.UpdatedAt
		row.Loyalty, row.SystemMetadata = stored.Loyalty, stored.SystemMetadata
		if stored.Equal(&row) {
			return nil
		}
		row.UpdatedAt = &b.now
	}
	row.Version = doc.Version + 1
	b.touch(row.ID)
	b.wrote(row.ID, row.SourceID)
	if err := b.put(saved{
		kind: record.Customer, id: row.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("source_id", row.SourceID),
	}, &row); err != nil || stored != nil {
		return err
	}
	return b.emit(event.CustomerCreated, row.ID, map[string]any{"customer": &row})
}

func beginProducts(ctx context.Context, c *importChange, _ []tabular.Row[product.Product]) (batch[product.Product], error) {
	return beginRecords(ctx, c, func(x *product.Product) []string {
		if x.SourceID == "" {
			return nil
		}
		return []string{"source:" + x.SourceID}
	}, importProduct)
}

// importProduct plans a new product, or the new name of a known one.
func importProduct(ctx context.Context, b *recordBatch[product.Product], row product.Product) error {
	doc, err := b.bySource(ctx, record.Product, row.SourceID)
	if err != nil {
		return err
	}
	p := row
	if doc.Version != 0 {
		stored, err := decode[product.Product](doc)
		if err != nil || stored.Name == row.Name {
			return err
		}
		p = *stored
		p.Name = row.Name
	} else if err := b.schemas.CheckWhole(metadata.OfProduct, "metadata", row.Metadata); err != nil {
		return err
	}
	p.ID = cmp.Or(doc.ID, b.ids.Next(id.Product))
	if doc.ID == "" && p.SourceID == discount.ShippingSource {
		p.ID = discount.ShippingProduct
	}
	p.CreatedAt, p.UpdatedAt, p.Version = b.stamp(&doc)
	b.wrote(p.ID, p.SourceID)
	return b.put(saved{
		kind: record.Product, id: p.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("source_id", p.SourceID),
	}, &p)
}

func beginSKUs(ctx context.Context, c *importChange, _ []tabular.Row[product.SKU]) (batch[product.SKU], error) {
	return beginRecords(ctx, c, func(x *product.SKU) []string { return []string{"source:" + x.SourceID} }, importSKU)
}

// importSKU plans a new SKU, or the new name and price of a known one, as far as the row has them.
func importSKU(ctx context.Context, b *recordBatch[product.SKU], row product.SKU) error {
	parent, _, err := find[product.Product](ctx, b.tx, record.Product, row.ProductID, record.Key("source_id", row.ProductID))
	if err != nil {
		return within("product_id", err)
	}
	doc, err := b.bySource(ctx, record.SKU, row.SourceID)
	if err != nil {
		return err
	}
	sku := row
	sku.ProductID = parent.ID
	if doc.Version != 0 {
		stored, err := decode[product.SKU](doc)
		if err != nil {
			return err
		}
		if stored.ProductID != parent.ID {
			return fault.New(fault.InvalidSKU, "the SKU is one of product %s", stored.ProductID).At("product_id").About("sku", stored.ID)
		}
		sku = *stored
		sku.Name, sku.Price = cmp.Or(row.Name, stored.Name), cmp.Or(row.Price, stored.Price)
		if reflect.DeepEqual(&sku, stored) {
			return nil
		}
	} else if err := b.schemas.CheckWhole(metadata.OfSKU, "metadata", row.Metadata); err != nil {
		return err
	}
	sku.ID = cmp.Or(doc.ID, b.ids.Next(id.SKU))
	sku.CreatedAt, sku.UpdatedAt, sku.Version = b.stamp(&doc)
	b.wrote(sku.ID, sku.SourceID)
	return b.put(saved{
		kind: record.SKU, id: sku.ID, version: doc.Version, created: doc.CreatedAt, parent: parent.ID,
		keys: keyOf("source_id", sku.SourceID),
	}, &sku)
}
