package tabular

import (
	"strings"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
)

// text is a column whose cell is a field as it stands.
func text[T any](name string, fields []string, of func(*T) *string, aliases ...string) column[T] {
	return column[T]{name: name, aliases: aliases, fields: fields, read: func(c *cell, row *T) error {
		*of(row) = c.text
		return nil
	}}
}

// address is the part of a profile that a column of the address fills.
func address(of func(*customer.Address) *string) func(*customer.Customer) *string {
	return func(c *customer.Customer) *string {
		if c.Address == nil {
			c.Address = &customer.Address{}
		}
		return of(c.Address)
	}
}

// Customers are the columns of customers: Id or Source_id, Name, Description, Email, Phone, Birthdate, the address, metadata.
func Customers() *Table[customer.Customer] {
	type c = customer.Customer
	type a = customer.Address
	return &Table[c]{
		columns: []column[c]{
			text("Id", []string{"id"}, func(x *c) *string { return &x.ID }),
			text("Source_id", []string{"source_id"}, func(x *c) *string { return &x.SourceID }),
			text("Name", []string{"name"}, func(x *c) *string { return &x.Name }),
			text("Description", []string{"description"}, func(x *c) *string { return &x.Description }),
			text("Email", []string{"email"}, func(x *c) *string { return &x.Email }),
			text("Phone", []string{"phone"}, func(x *c) *string { return &x.Phone }),
			{name: "Birthdate", fields: []string{"birthdate"}, read: func(d *cell, x *c) (err error) {
				x.Birthdate, err = d.day()
				return err
			}},
			text("Address_line_1", []string{"address.line_1"}, address(func(x *a) *string { return &x.Line1 })),
			text("Address_line_2", []string{"address.line_2"}, address(func(x *a) *string { return &x.Line2 })),
			text("Address_Postal_Code", []string{"address.postal_code"}, address(func(x *a) *string { return &x.PostalCode }), "Postal_Code"),
			text("Address_City", []string{"address.city"}, address(func(x *a) *string { return &x.City }), "City"),
			text("Address_State", []string{"address.state"}, address(func(x *a) *string { return &x.State }), "State"),
			text("Address_Country", []string{"address.country"}, address(func(x *a) *string { return &x.Country }), "Country"),
			{name: metadataColumn, fields: []string{"metadata"}, read: func(d *cell, x *c) error { return d.object(&x.Metadata) }},
		},
		needsOne: []string{"Source_id", "Id"},
		metadata: func(x *c) *metadata.Map { return &x.Metadata },
		identify: func(x *c) (code, sourceID string) { return "", x.SourceID },
		finish: func(_ *record[c], x *c) error {
			switch {
			case x.ID == "" && x.SourceID == "":
				return fault.Invalid("source_id", "is required, or an id")
			case strings.ContainsAny(x.SourceID, " \t\r\n"):
				return fault.New(fault.InvalidCustomer, "%q contains a space", x.SourceID).At("source_id")
			}
			return x.Check()
		},
	}
}

// price is the column of a price.
func price[T any](of func(*T) **int64) column[T] {
	return column[T]{name: "price", fields: []string{"price"}, read: func(c *cell, row *T) error {
		return amountInto(of(row), c.money, "")
	}}
}

// required makes a column one that must be there.
func required[T any](c column[T]) column[T] {
	c.required = true
	return c
}

// Products are the columns of products: name, source_id, price, attributes (with commas between them), image_url, metadata.
func Products() *Table[product.Product] {
	type p = product.Product
	return &Table[p]{
		columns: []column[p]{
			text("source_id", []string{"source_id"}, func(x *p) *string { return &x.SourceID }),
			required(text("name", []string{"name"}, func(x *p) *string { return &x.Name })),
			price(func(x *p) **int64 { return &x.Price }),
			{name: "attributes", fields: []string{"attributes"}, read: func(c *cell, x *p) error { x.Attributes = c.list(); return nil }},
			text("image_url", []string{"image_url"}, func(x *p) *string { return &x.ImageURL }),
			{name: metadataColumn, fields: []string{"metadata"}, read: func(c *cell, x *p) error { return c.object(&x.Metadata) }},
		},
		metadata: func(x *p) *metadata.Map { return &x.Metadata },
		identify: func(x *p) (code, sourceID string) { return "", x.SourceID },
		finish:   func(_ *record[p], x *p) error { return x.Check() },
	}
}

// SKUs are the columns of SKUs: product_id (the id or source_id of a product), source_id, sku, price, image_url, attributes (a
// JSON object of texts), metadata.
func SKUs() *Table[product.SKU] {
	type s = product.SKU
	return &Table[s]{
		columns: []column[s]{
			required(text("source_id", []string{"source_id"}, func(x *s) *string { return &x.SourceID })),
			required(text("product_id", []string{"product_id"}, func(x *s) *string { return &x.ProductID })),
			text("sku", []string{"sku"}, func(x *s) *string { return &x.Name }),
			price(func(x *s) **int64 { return &x.Price }),
			text("image_url", []string{"image_url"}, func(x *s) *string { return &x.ImageURL }),
			{name: "attributes", fields: []string{"attributes"}, read: func(c *cell, x *s) error { return c.object(&x.Attributes) }},
			{name: metadataColumn, fields: []string{"metadata"}, read: func(c *cell, x *s) error { return c.object(&x.Metadata) }},
		},
		metadata: func(x *s) *metadata.Map { return &x.Metadata },
		identify: func(x *s) (code, sourceID string) { return "", x.SourceID },
		finish:   func(_ *record[s], x *s) error { return x.Check() },
	}
}
