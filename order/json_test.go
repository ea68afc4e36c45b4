package order_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/order"
)

const (
	fullProduct = `{"id": "prod_1", "source_id": "mug", "override": true, "name": "Mug", "price": 1200, "metadata": {"fragile": true}}`
	fullSKU     = `{"id": "sku_1", "source_id": "mug-blue", "override": true, "sku": "Blue mug", "price": 1300, "metadata": {"colour": "blue"}}`
	fullDetail  = `{
		"source_index": 1, "source_applied_quantity": -2, "source_applied_quantity_amount": -2600,
		"target_index": 3, "target_applied_quantity": 2, "target_applied_quantity_amount": 3000, "target_applied_discount_amount": 400
	}`
	fullRedemption = `{
		"date": "2026-03-01T12:00:00.123Z", "related_object_type": "redemption", "related_object_id": "r_2", "related_object_parent_id": "r_1",
		"stacked": ["r_2", "r_3"], "rollback_id": "rr_1", "rollback_date": "2026-03-02T12:00:00Z", "rollback_stacked": ["rr_2", "rr_3"]
	}`
	fullItem = `{
		"object": "order_item", "id": "ordli_1", "product_id": "prod_1", "sku_id": "sku_1", "source_id": "mug-blue", "related_object": "sku",
		"quantity": 5, "price": 1300, "amount": 6500, "initial_quantity": 3, "initial_amount": 3900,
		"discount_quantity": 2, "discount_amount": 2700, "applied_discount_quantity": 1, "applied_discount_amount": 1300,
		"applied_quantity": 2, "applied_quantity_amount": 2600, "subtotal_amount": 3800,
		"application_details": [` + fullDetail + `], "product": ` + fullProduct + `, "sku": ` + fullSKU + `, "metadata": {"engraving": "A"}
	}`
	fullOrder = `{
		"object": "order", "id": "ord_1", "source_id": "cart-7", "status": "PAID", "amount": 6500, "initial_amount": 3900,
		"discount_amount": 500, "items_discount_amount": 2700, "total_discount_amount": 3200,
		"applied_discount_amount": 200, "items_applied_discount_amount": 1300, "total_applied_discount_amount": 1500, "total_amount": 3300,
		"items": [` + fullItem + `, {"object": "order_item", "amount": 700}],
		"metadata": {"channel": "web", "tags": ["a", 1, true, null], "shop": {"city": "Kraków"}},
		"customer_id": "cust_1", "referrer_id": "cust_2", "redemptions": {"r_1": ` + fullRedemption + `},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`
)

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	keeps[order.ProductData](t, fullProduct)
	keeps[order.SKUData](t, fullSKU)
	keeps[order.ApplicationDetail](t, fullDetail)
	keeps[order.Redemption](t, fullRedemption)
	keeps[order.Item](t, fullItem)
	keeps[order.Order](t, fullOrder)
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	const nulls = `{
		"price": null, "quantity": null, "initial_quantity": null, "discount_amount": null, "applied_discount_amount": null,
		"items_discount_amount": null, "total_amount": null, "items": null, "metadata": null, "customer_id": null, "updated_at": null
	}`
	for _, document := range []string{`{}`, `{"customer": {"id": "cust_1"}, "items_of_tomorrow": [1]}`, nulls} {
		writes(t, read[order.Order](t, document, false), `{"object": "order", "amount": 0}`)
		writes(t, read[order.Item](t, document, false), `{"object": "order_item"}`)
		writes(t, read[order.ProductData](t, document, false), `{}`)
		writes(t, read[order.SKUData](t, document, false), `{}`)
	}
}

// An amount that no discount reached is left out; one that a discount reached stands, even when it came to nothing.
func TestTouchedLevelsShowTheirZeros(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		touched order.Touched
		want    string
	}{
		{"nothing", 0, `{"object": "order", "amount": 500}`},
		{"a calculation", order.Calculated, `{"object": "order", "amount": 500, "total_amount": 0}`},
		{"the order", order.TouchedOrder, `{"object": "order", "amount": 500, "discount_amount": 0, "total_discount_amount": 0,
			"applied_discount_amount": 0, "total_applied_discount_amount": 0}`},
		{"the lines", order.TouchedItems, `{"object": "order", "amount": 500, "items_discount_amount": 0, "total_discount_amount": 0,
			"items_applied_discount_amount": 0, "total_applied_discount_amount": 0}`},
		{"what is applied", order.TouchedApplied, `{"object": "order", "amount": 500,
			"applied_discount_amount": 0, "total_applied_discount_amount": 0}`},
		{"everything", order.TouchedOrder | order.TouchedItems | order.Calculated, `{"object": "order", "amount": 500,
			"discount_amount": 0, "items_discount_amount": 0, "total_discount_amount": 0, "applied_discount_amount": 0,
			"items_applied_discount_amount": 0, "total_applied_discount_amount": 0, "total_amount": 0}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := order.Order{Amount: 500, Touched: tt.touched}
			writes(t, o, tt.want)
			if diff := cmp.Diff(o, read[order.Order](t, tt.want, true)); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}

// Documents of other writers may hold only some fields of a level.
func TestOneFieldTouchesItsLevel(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]order.Touched{
		`{}`:                                   0,
		`{"total_discount_amount": 0}`:         0,
		`{"total_applied_discount_amount": 0}`: 0,
		`{"discount_amount": 0}`:               order.TouchedOrder,
		`{"applied_discount_amount": 0}`:       order.TouchedApplied,
		`{"discount_amount": 0, "applied_discount_amount": 0}`: order.TouchedOrder,
		`{"items_discount_amount": 0}`:                         order.TouchedItems,
		`{"items_applied_discount_amount": 0}`:                 order.TouchedItems,
		`{"total_amount": 0}`:                                  order.Calculated,
		`{"discount_amount": null, "total_amount": null}`:      0,
	} {
		if got := read[order.Order](t, document, true).Touched; got != want {
			t.Errorf("%s: got %b, want %b", document, got, want)
		}
	}
	for document, want := range map[string]bool{
		`{}`: false, `{"discount_quantity": 1}`: false, `{"discount_amount": 0}`: true, `{"applied_discount_amount": 0}`: true,
	} {
		if got := read[order.Item](t, document, true).Touched; got != want {
			t.Errorf("line %s: got %t", document, got)
		}
	}
}

func TestLinesShowTheirZeros(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		item order.Item
		want string
	}{
		{"a line of a request", order.Item{Quantity: 2, Amount: pointer[int64](0)}, `{"object": "order_item", "quantity": 2, "amount": 0}`},
		{"a line that a reward created", order.Item{Quantity: 1, Price: pointer[int64](0), Amount: pointer[int64](0), InitialKnown: true},
			`{"object": "order_item", "quantity": 1, "price": 0, "amount": 0, "initial_quantity": 0, "initial_amount": 0, "subtotal_amount": 0}`},
		{"a calculated line without a price", order.Item{Quantity: 1, InitialQuantity: 1, InitialKnown: true},
			`{"object": "order_item", "quantity": 1, "initial_quantity": 1}`},
		{"a discount that came to nothing", order.Item{Quantity: 1, Touched: true},
			`{"object": "order_item", "quantity": 1, "discount_amount": 0, "applied_discount_amount": 0}`},
		{"a line that a reward emptied", order.Item{Amount: pointer[int64](0), InitialQuantity: 2, InitialAmount: 200, InitialKnown: true, AppliedQuantity: -2},
			`{"object": "order_item", "amount": 0, "initial_quantity": 2, "initial_amount": 200, "applied_quantity": -2, "subtotal_amount": 0}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			writes(t, tt.item, tt.want)
			if diff := cmp.Diff(tt.item, read[order.Item](t, tt.want, true)); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuantitiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{`1`: 1, `500`: 500, `"1"`: 1, `"500"`: 500, `9223372036854775807`: 9223372036854775807} {
		if got := read[order.Item](t, `{"quantity": `+text+`}`, true).Quantity; got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
	for _, text := range []string{
		`0`, `-1`, `"0"`, `"-1"`, `1.5`, `1.0`, `1e2`, `"1.5"`, `""`, `" 1"`, `"one"`, `"1_000"`, `"0x10"`, `"\"1\""`, `true`, `[1]`, `{}`,
		`9223372036854775808`,
	} {
		var item order.Item
		if diff := cmp.Diff("invalid_payload quantity", refusal(json.Unmarshal([]byte(`{"quantity": `+text+`}`), &item))); diff != "" {
			t.Errorf("%s: refusal (-want +got):\n%s", text, diff)
		}
	}
}

func TestAWrongQuantityIsFoundAmongTheLines(t *testing.T) {
	t.Parallel()
	var o order.Order
	err := json.Unmarshal([]byte(`{"items": [{"quantity": 1}, {}, {"quantity": "0"}, {"quantity": -1}]}`), &o)
	if diff := cmp.Diff("invalid_payload items[2].quantity", refusal(err)); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
	cart := struct{ Order *order.Order }{}
	err = json.Unmarshal([]byte(`{"order": {"items": [{"quantity": 0}]}}`), &cart)
	if diff := cmp.Diff("invalid_payload items[0].quantity", refusal(err)); diff != "" {
		t.Errorf("refusal in a request (-want +got):\n%s", diff)
	}
}

func TestJSONOfAnotherShapeIsRefused(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		`[]`, `"order"`, `{"amount": 1.5}`, `{"amount": "100"}`, `{"amount": 9223372036854775808}`, `{"items": {}}`, `{"items": [1]}`,
		`{"items": [{"price": "5"}]}`, `{"items": [{"price": 1.5}]}`, `{"created_at": "yesterday"}`, `{"metadata": []}`, `{"redemptions": []}`,
		`{"total_amount": 1.5}`, `{`,
	} {
		var o order.Order
		if err := json.Unmarshal([]byte(document), &o); err == nil {
			t.Errorf("%s is read as %+v", document, o)
		}
	}
}

func ExampleOrder() {
	var cart order.Order
	text := `{"source_id": "cart-7", "items": [{"product_id": "prod_mug", "quantity": "2", "price": 1200}]}`
	if err := json.Unmarshal([]byte(text), &cart); err != nil {
		panic(err)
	}
	out, err := json.Marshal(cart.Items[0])
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out))
	// Output: {"product_id":"prod_mug","quantity":2,"price":1200,"object":"order_item"}
}
