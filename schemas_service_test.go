package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

func TestMetadataSchemasAreKept(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	created := s.schema(metadata.OfOrder)
	want := metadata.Schema{
		RelatedObject: metadata.OfOrder, CreatedAt: noon, Version: 1,
		Properties: metadata.Properties{"size": {Type: metadata.TypeNumber}, "note": {Type: metadata.TypeString, Optional: true}},
	}
	if diff := cmp.Diff(want, created, cmpopts.IgnoreFields(metadata.Schema{}, "ID")); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	for _, name := range []string{created.ID, metadata.OfOrder} {
		got, err := s.MetadataSchemas.Get(ctx, name)
		s.must(err)
		same(t, "read by "+name, created, got)
	}
	_, err := s.MetadataSchemas.Create(ctx, metadata.Schema{RelatedObject: metadata.OfOrder})
	if !errors.Is(err, fault.DuplicateFound) {
		t.Errorf("a second schema of orders: %v", err)
	}
	_, err = s.MetadataSchemas.Create(ctx, metadata.Schema{RelatedObject: metadata.OfSKU, Properties: metadata.Properties{"p": {}}})
	same(t, "a broken schema", "invalid_payload properties.p.type: is required", says(err))

	s.now.Store(60)
	yes := true
	updated, err := s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{
		Properties: metadata.Properties{"note": {Type: metadata.TypeString, Deleted: true}}, AllowDefinedOnly: &yes, Version: 1,
	})
	s.must(err)
	later := noon.Add(60e9)
	want = created
	want.UpdatedAt, want.Version, want.AllowDefinedOnly = &later, 2, true
	want.Properties = metadata.Properties{"size": {Type: metadata.TypeNumber}, "note": {Type: metadata.TypeString, Deleted: true}}
	same(t, "updated", want, updated)
	if _, err := s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{Version: 1}); !errors.Is(err, store.ErrStale) {
		t.Errorf("an update of an old version: %v", err)
	}
	_, err = s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{Properties: metadata.Properties{"size": {Type: metadata.TypeString}}})
	same(t, "another type", "invalid_payload properties.size.type: is number and never changes", says(err))

	var listed []string
	for schema, err := range s.MetadataSchemas.List(ctx, voucherify.ListOptions{}) {
		s.must(err)
		listed = append(listed, schema.RelatedObject)
	}
	same(t, "listed", []string{metadata.OfOrder}, listed)
	s.must(s.MetadataSchemas.Delete(ctx, created.ID))
	if _, err := s.MetadataSchemas.Get(ctx, metadata.OfOrder); !errors.Is(err, fault.NotFound) {
		t.Errorf("a deleted schema: %v", err)
	}
	s.schema(metadata.OfOrder) // the name is free again
	if len(s.events(0)) != 0 {
		t.Errorf("schemas have no events: %v", s.events(0))
	}
}

func TestNestedSchemas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	orders := metadata.Schema{RelatedObject: metadata.OfOrder, Properties: metadata.Properties{
		"Payment": {Type: metadata.TypeObject, ObjectType: "Payment", Optional: true},
	}}
	_, err := s.MetadataSchemas.Create(ctx, orders)
	same(t, "before the nested schema", "not_found properties.Payment.object_type: Cannot find metadata_schema with id Payment", says(err))
	payment := s.schema("Payment")
	created := s.schemaOf(orders)
	_, err = s.Orders.Create(ctx, order.Order{SourceID: "one", Amount: 1, Metadata: metadata.Map{"Payment": map[string]any{}}})
	same(t, "an order", "metadata_validation_failed metadata.Payment.size: Payment.size: must be a number, property is required (actual value is 'undefined')", says(err))

	var inUse *fault.Error
	if err := s.MetadataSchemas.Delete(ctx, "Payment"); !errors.As(err, &inUse) || inUse.Key != fault.ResourceInUse {
		t.Fatalf("deleting a nested schema in use: %v", err)
	}
	same(t, "in use by", []string{created.ID}, inUse.RelatedObjectIDs)
	same(t, "in use", payment.ID, inUse.ResourceID)
	_, err = s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{Properties: metadata.Properties{
		"Payment": {Type: metadata.TypeObject, ObjectType: "Payment", Deleted: true},
	}})
	s.must(err)
	s.must(s.MetadataSchemas.Delete(ctx, "Payment"))
	_, err = s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{Properties: orders.Properties})
	same(t, "restored without its schema", "not_found properties.Payment.object_type: Cannot find metadata_schema with id Payment", says(err))
}

// rule is a rule of one condition.
func rule(name, property, operator string, values ...any) validation.Rule {
	return validation.Rule{Name: "r", Rules: validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: name, Property: property, Conditions: validation.Conditions{operator: values}},
	}}}
}

func TestRulesAreCheckedAgainstSchemas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfCustomer, AllowDefinedOnly: true, Properties: metadata.Properties{"age": {Type: metadata.TypeNumber}}})
	_, err := s.Rules.Create(ctx, rule("customer.metadata", "aeg", "$is", 5))
	same(t, "create", "invalid_validation_rules rules.1.property: the schema of customer does not define aeg", says(err))
	created, err := s.Rules.Create(ctx, rule("customer.metadata", "age", "$is", 5))
	s.must(err)
	changed := rule("customer.metadata", "age", "$contains", "5")
	changed.ID = created.ID
	_, err = s.Rules.Update(ctx, changed)
	same(t, "update", "invalid_validation_rules rules.1.conditions.$contains: the operator does not fit the type of age, which is number", says(err))
}

// A rule that a later schema breaks refuses with a reason; when the schema is mended, the rule counts again.
func TestARuleThatASchemaBreaksNeverMatches(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	v := s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	r, err := s.Rules.Create(ctx, rule("order.metadata", "channel", "$is_not", "shop"))
	s.must(err)
	_, err = s.Rules.Assign(ctx, r.ID, validation.OnVoucher, v.ID)
	s.must(err)
	ask := func() (bool, string) {
		answer, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("TEN"), Order: &order.Order{Amount: 5000}})
		s.must(err)
		if answer.Valid {
			return true, ""
		}
		return false, says(answer.Redeemables[0].Result.Error)
	}
	if valid, why := ask(); !valid {
		t.Fatalf("without a schema: %s", why)
	}
	yes := true
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfOrder, AllowDefinedOnly: true})
	valid, why := ask()
	want := "invalid_validation_rules : rule " + r.ID + " cannot be evaluated: voucherify: invalid_validation_rules: rules.1.property: the schema of order does not define channel"
	if valid || why != want {
		t.Errorf("with a schema that does not have the property: %t %s", valid, why)
	}
	_, err = s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{
		Properties: metadata.Properties{"channel": {Type: metadata.TypeString, Optional: true}}, AllowDefinedOnly: &yes,
	})
	s.must(err)
	if valid, why := ask(); !valid {
		t.Errorf("with the property in the schema: %s", why)
	}
	_, err = s.MetadataSchemas.Update(ctx, metadata.OfOrder, metadata.SchemaUpdate{
		Properties: metadata.Properties{"channel": {Type: metadata.TypeString, Optional: true, Deleted: true}},
	})
	s.must(err)
	if valid, _ := ask(); valid {
		t.Error("a deleted property is still known")
	}
	s.must(s.MetadataSchemas.Delete(ctx, metadata.OfOrder))
	if valid, why := ask(); !valid {
		t.Errorf("after the schema: %s", why)
	}
}

func TestPurgeRemovesDataOfEveryKind(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	m := metadata.Map{"old": 7.25, "keep": "<&>"}
	kept := metadata.Map{"keep": "<&>"}
	ada, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada", Metadata: m})
	s.must(err)
	bob, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "bob", Metadata: kept})
	s.must(err)
	mug, err := s.Products.CreateProduct(ctx, product.Product{SourceID: "mug", Metadata: metadata.Map{"old": 1}})
	s.must(err)
	small, err := s.Products.CreateSKU(ctx, product.SKU{SourceID: "small", ProductID: mug.ID, Metadata: m})
	s.must(err)
	price := int64(500)
	o, err := s.Orders.Create(ctx, order.Order{SourceID: "one", Metadata: m, Items: []order.Item{
		{ProductID: mug.ID, Price: &price, Quantity: 2, Metadata: m}, {ProductID: mug.ID, Price: &price, Metadata: kept},
	}})
	s.must(err)
	purge := func(object string) {
		t.Helper()
		s.schemaOf(metadata.Schema{RelatedObject: object, Properties: metadata.Properties{"old": {Type: metadata.TypeNumber, Deleted: true}}})
		schema, err := s.MetadataSchemas.Purge(ctx, object, "old")
		s.must(err)
		same(t, object+" schema", metadata.Properties{}, schema.Properties)
	}
	s.now.Store(60)
	later := noon.Add(60e9)

	purge(metadata.OfCustomer)
	ada.Metadata, ada.Version, ada.UpdatedAt, ada.Summary, bob.Summary = kept, 2, &later, &customer.Summary{}, &customer.Summary{}
	got, err := s.Customers.Get(ctx, "ada")
	s.must(err)
	same(t, "customer", ada, got)
	got, err = s.Customers.Get(ctx, "bob")
	s.must(err)
	same(t, "a customer without the property is left alone", bob, got)

	purge(metadata.OfProduct)
	p, err := s.Products.GetProduct(ctx, "mug")
	s.must(err)
	same(t, "product", metadata.Map{}, p.Metadata)
	sku, err := s.Products.GetSKU(ctx, small.ID)
	s.must(err)
	same(t, "a SKU follows its product's schema", kept, sku.Metadata)
	if _, err := s.Products.UpdateProduct(ctx, p); err != nil {
		t.Errorf("a product that was purged cannot be written: %v", err)
	}

	purge(metadata.OfOrderItem)
	after, err := s.Orders.Get(ctx, "one")
	s.must(err)
	o.Items[0].Metadata = kept
	same(t, "lines", o.Items, after.Items)
	same(t, "the order itself", m, after.Metadata)
}

func TestPurgeInsideNestedObjects(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada", Metadata: metadata.Map{
		"card": map[string]any{"old": 1, "keep": 2.0}, "cards": []any{map[string]any{"old": 1}, "odd", map[string]any{"keep": 1.0}}, "old": "own",
	}})
	s.must(err)
	s.schemaOf(metadata.Schema{RelatedObject: "Card", Properties: metadata.Properties{"old": {Type: metadata.TypeNumber, Deleted: true}}})
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{
		"card":  {Type: metadata.TypeObject, ObjectType: "Card", Optional: true},
		"cards": {Type: metadata.TypeObject, ObjectType: "Card", Array: true, Optional: true, Deleted: true},
	}})
	_, err = s.MetadataSchemas.Purge(ctx, "Card", "old")
	s.must(err)
	got, err := s.Customers.Get(ctx, "ada")
	s.must(err)
	same(t, "customer", metadata.Map{
		"card": map[string]any{"keep": 2.0}, "cards": []any{map[string]any{}, "odd", map[string]any{"keep": 1.0}}, "old": "own",
	}, got.Metadata)
}

func TestPurgeGoesThroughManyRecords(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	for i := range 1203 {
		_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: fmt.Sprint(i), Metadata: metadata.Map{"old": 1}})
		s.must(err)
	}
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{"old": {Type: metadata.TypeNumber, Deleted: true}}})
	_, err := s.MetadataSchemas.Purge(ctx, metadata.OfCustomer, "old")
	s.must(err)
	count := 0
	for c, err := range s.Customers.List(ctx, voucherify.ListOptions{}) {
		s.must(err)
		if count++; len(c.Metadata) != 0 {
			t.Fatalf("customer %s still has %v", c.SourceID, c.Metadata)
		}
	}
	same(t, "customers", 1203, count)
}

func TestPurgeRefuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.schema(metadata.OfCustomer)
	_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada", Metadata: metadata.Map{"size": 1.0}})
	s.must(err)
	_, err = s.MetadataSchemas.Purge(ctx, metadata.OfCustomer, "size")
	same(t, "a property that is not deleted", "invalid_payload properties.size: must be deleted before it can be purged", says(err))
	got, err := s.Customers.Get(ctx, "ada")
	s.must(err)
	same(t, "its data", metadata.Map{"size": 1.0}, got.Metadata)
	_, err = s.MetadataSchemas.Purge(ctx, metadata.OfReward, "x")
	same(t, "an unknown schema", "not_found : Cannot find metadata_schema with id reward", says(err))
}

// The catalogue that the verbs use follows every change of a schema, made by this engine or by another one.
func TestAnotherEngineSeesTheSchema(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	other, err := voucherify.New(s.store)
	s.must(err)
	s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	request := redemption.Request{Redeemables: redemption.Codes("TEN"), Order: &order.Order{Amount: 5000}}
	_, err = other.Validate(ctx, request)
	s.must(err)
	s.schema(metadata.OfOrder)
	_, err = other.Validate(ctx, request)
	same(t, "validate", lacks("order.metadata"), says(err))
	if slices.Contains(s.events(0), "redemption.failed") {
		t.Error("a bad request was recorded as a failed redemption")
	}
}
