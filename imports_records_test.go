package voucherify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/tabular"
)

func TestImportOfCustomersOverwritesProfiles(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	_, err := s.MetadataSchemas.Create(ctx, metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{
		"level": {Type: metadata.TypeNumber, Optional: true},
	}})
	s.must(err)
	old, err := s.Customers.Upsert(ctx, customer.Customer{
		SourceID: "old", Name: "Old", Phone: "+48 1", Address: &customer.Address{City: "Oslo"}, Metadata: metadata.Map{"level": 1.0, "tag": "x"},
	})
	s.must(err)
	report, err := s.Imports.CustomersCSV(ctx, strings.NewReader(
		"Id,Source_id,Name,Email,Birthdate,City,Postal_Code,Address_line_1,level,free\n"+
			",old,Old again,o@example.com,1990-05-01,,,,2,\n"+
			",new,New,,1991-05-01T10:00:00Z,Kraków,30-001,\"Main, 1\",,yes\n"+
			",new,Newer,,,,,,,\n"+
			old.ID+",ignored,Once more,,,,,,3,\n"+
			"cust_none,,,,,,,,,\n"+
			",with space,,,,,,,,\n"+
			",,Nobody,,,,,,,\n"+
			",d,,,01.02.1990,,,,,\n"+
			",e,,,,,,,high,\n"), voucherify.ImportOptions{})
	s.reports([]string{
		"4 customer(s) imported successfully, 5 failed.",
		`6 "" "" not_found: Cannot find customer with id cust_none`,
		`7 "Source_id" "with space" invalid_customer: source_id: "with space" contains a space`,
		`8 "Source_id" "" invalid_payload: source_id: is required, or an id`,
		`9 "Birthdate" "d" invalid_payload: birthdate: "01.02.1990" is not a date of the form YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ`,
		`10 "level" "e" metadata_validation_failed: level: must be a number (actual value is 'high')`,
	}, report, err)
	want := []customer.Customer{
		{ID: old.ID, SourceID: "old", Name: "Once more", Metadata: metadata.Map{"level": 3.0}, Version: 3},
		{SourceID: "new", Name: "Newer", Version: 2},
	}
	unstated := cmpopts.IgnoreFields(customer.Customer{}, "CreatedAt", "UpdatedAt", "Summary")
	for i, w := range want {
		got, err := s.Customers.Get(ctx, w.SourceID)
		s.must(err)
		want[i].ID = got.ID
		if diff := cmp.Diff(want[i], got, unstated); diff != "" {
			t.Errorf("%s (-want +got):\n%s", w.SourceID, diff)
		}
	}
	told := map[event.Type]int{}
	for _, entry := range s.store.Export().Outbox {
		told[entry.Event.Type]++
	}
	equal(t, map[event.Type]int{event.CustomerCreated: 2}, told)
}

func TestImportedCustomersEnterSegments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.segment(customer.ActiveSegment, `"metadata.level":{"conditions":{"$is":["gold"]}}`)
	s.buyer("c2", metadata.Map{"level": "gold"})
	report, err := s.Imports.CustomersCSV(context.Background(), strings.NewReader("Source_id,level\nc1,gold\nc2,silver\nc3,\n"), voucherify.ImportOptions{})
	s.reports([]string{"3 customer(s) imported successfully, 0 failed."}, report, err)
	equal(t, []string{"entered c2", "entered c1", "left c2"}, s.moves())
}

func TestImportOfProductsAndSKUs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	major := voucherify.ImportOptions{AmountUnit: tabular.Major}
	report, err := s.Imports.ProductsCSV(ctx, strings.NewReader("name,source_id,price,attributes,image_url,brand\n"+
		"Shirt,shirt,21.50,\"size, colour\",https://example.com/s.png,acme\nShipping,5h1pp1ng,5,,,\n,x,,,,\nHat,hat,-1,,,\n"), major)
	s.reports([]string{
		"2 product(s) imported successfully, 2 failed.",
		`4 "name" "x" invalid_payload: name: is required`,
		`5 "price" "hat" invalid_amount: price: -100 is not between 0 and 1000000000000000`,
	}, report, err)
	report, err = s.Imports.ProductsCSV(ctx, strings.NewReader("name;source_id;price\nT-Shirt;shirt;1\nT-Shirt;shirt;1\n"), voucherify.ImportOptions{Comma: ';'})
	s.reports([]string{"2 product(s) imported successfully, 0 failed."}, report, err)
	shirt, err := s.Products.GetProduct(ctx, "shirt")
	s.must(err)
	equal(t, product.Product{
		ID: shirt.ID, SourceID: "shirt", Name: "T-Shirt", Price: ptr(int64(2150)), Attributes: []string{"size", "colour"},
		ImageURL: "https://example.com/s.png", Metadata: metadata.Map{"brand": "acme"}, CreatedAt: shirt.CreatedAt, UpdatedAt: shirt.UpdatedAt, Version: 2,
	}, shirt)
	shipping, err := s.Products.GetProduct(ctx, "5h1pp1ng")
	s.must(err)
	equal(t, discount.ShippingProduct, shipping.ID)

	report, err = s.Imports.SKUsCSV(ctx, strings.NewReader("product_id,sku,source_id,price,attributes\n"+
		"shirt,Large,shirt-l,13,\"{\"\"size\"\": \"\"L\"\"}\"\n"+shirt.ID+",Small,shirt-s,,\nhat,Hat,hat-1,,\nshirt,Bad,b,,[1]\nshirt,No,,,\n5h1pp1ng,Large,shirt-l,1,\n"), major)
	s.reports([]string{
		"2 sku(s) imported successfully, 4 failed.",
		`4 "product_id" "hat-1" not_found: product_id: Cannot find product with id hat`,
		`5 "attributes" "b" invalid_payload: attributes: is not a JSON object of the form that is expected here`,
		`6 "source_id" "" invalid_payload: source_id: is required`,
		`7 "product_id" "shirt-l" invalid_sku: product_id: the SKU is one of product ` + shirt.ID,
	}, report, err)
	report, err = s.Imports.SKUsCSV(ctx, strings.NewReader("product_id,sku,source_id,price,brand\nshirt,XL,shirt-l,14,other\n"), major)
	s.reports([]string{"1 sku(s) imported successfully, 0 failed."}, report, err)
	report, err = s.Imports.SKUsCSV(ctx, strings.NewReader("product_id,source_id\nshirt,shirt-l\n"), major)
	s.reports([]string{"1 sku(s) imported successfully, 0 failed."}, report, err)
	sku, err := s.Products.GetSKU(ctx, "shirt-l")
	s.must(err)
	equal(t, product.SKU{
		ID: sku.ID, SourceID: "shirt-l", ProductID: shirt.ID, Name: "XL", Price: ptr(int64(1400)), Attributes: map[string]string{"size": "L"},
		CreatedAt: sku.CreatedAt, UpdatedAt: sku.UpdatedAt, Version: 2,
	}, sku)
}

func TestRecordsInTheBinAreReported(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	_, err := s.Products.CreateProduct(ctx, product.Product{SourceID: "p7", Name: "Gone"})
	s.must(err)
	s.must(s.Products.DeleteProduct(ctx, "p7", false))
	var file strings.Builder
	file.WriteString("name,source_id\n")
	for i := range 20 {
		fmt.Fprintf(&file, "N,p%d\n", i)
	}
	report, err := s.Imports.ProductsCSV(ctx, strings.NewReader(file.String()), voucherify.ImportOptions{})
	s.reports([]string{
		"19 product(s) imported successfully, 1 failed.",
		`9 "source_id" "p7" duplicate_found: source_id: a unique field has the value of a record in the bin`,
	}, report, err)
}
