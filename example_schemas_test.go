package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/store/memory"
)

func ExampleMetadataSchemas() {
	ctx := context.Background()
	eng, err := voucherify.New(memory.New())
	if err != nil {
		log.Fatal(err)
	}
	_, err = eng.MetadataSchemas.Create(ctx, metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{
		"location_id": {Type: metadata.TypeString, Array: true, Optional: true, Eq: []any{"L1", "L2", "L3"}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	_, err = eng.Customers.Upsert(ctx, customer.Customer{SourceID: "ada", Metadata: metadata.Map{"location_id": "L1"}})
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Key, refusal.Field)
		fmt.Println(refusal.Details)
	}
	// Output:
	// metadata_validation_failed metadata.location_id
	// location_id: must be an array, and every element: must be a string, must be equal to one of L1,L2,L3 (actual value is 'L1')
}

func ExampleEventSchemas() {
	ctx := context.Background()
	eng, err := voucherify.New(memory.New())
	if err != nil {
		log.Fatal(err)
	}
	schema, err := eng.EventSchemas.Create(ctx, event.Schema{Name: "page_view", Schema: event.Definition{
		Properties: map[string]event.Property{"page": {Type: metadata.TypeString}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	schema.Schema.Properties = map[string]event.Property{"seconds": {Type: metadata.TypeNumber, Optional: true}}
	if schema, err = eng.EventSchemas.Update(ctx, schema); err != nil {
		log.Fatal(err)
	}
	fmt.Println(schema.Name, len(schema.Schema.Properties))
	// Output: page_view 2
}

func ExampleEvents() {
	ctx := context.Background()
	eng, err := voucherify.New(memory.New())
	if err != nil {
		log.Fatal(err)
	}
	if _, err := eng.EventSchemas.Create(ctx, event.Schema{Name: "page_view"}); err != nil {
		log.Fatal(err)
	}
	for _, page := range []string{"/mugs", "/mugs/blue", "/mugs/blue"} {
		_, err := eng.Events.Track(ctx, event.Custom{
			Event: "page_view", EventID: "session-7:" + page, Customer: customer.BySourceID("ada"), Metadata: metadata.Map{"page": page},
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	for x, err := range eng.Events.List(ctx, "ada", voucherify.EventListOptions{OldestFirst: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(x.Type, x.Metadata["page"])
	}
	// Output:
	// page_view /mugs
	// page_view /mugs/blue
}
