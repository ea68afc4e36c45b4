package product_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/product"
)

const (
	fullProduct = `{
		"id": "prod_19ca9450a000000001", "source_id": "mug", "name": "Mug", "price": 1200, "attributes": ["colour", "size"],
		"image_url": "https://example.com/mug.png", "metadata": {"fragile": true, "tags": ["kitchen"], "weight": 0.4},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`
	fullSKU = `{
		"id": "sku_19ca9450a000000001", "source_id": "mug-blue", "product_id": "prod_19ca9450a000000001", "sku": "Blue mug",
		"price": 1300, "currency": "EUR", "attributes": {"colour": "blue"}, "image_url": "https://example.com/blue.png",
		"metadata": {"fragile": false}, "created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 4
	}`
	fullRef        = `{"id": "sku_1", "source_id": "mug-blue", "object": "sku", "type": "product_or_sku", "product_id": "prod_1"}`
	fullCollection = `{
		"id": "pc_19ca9450a000000001", "name": "Kitchen", "type": "STATIC",
		"products": [{"id": "prod_1", "object": "product"}, ` + fullRef + `],
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 5
	}`
	quotas = `
		"product_campaign_quantity_limit": 1,
		"product_customer_campaign_quantity_limit": 2,
		"product_in_collection_campaign_quantity_limit": 3,
		"product_in_collection_customer_campaign_quantity_limit": 4,
		"product_promotion_tier_quantity_limit": 5,
		"product_customer_promotion_tier_quantity_limit": 6,
		"product_in_collection_promotion_tier_quantity_limit": 7,
		"product_in_collection_customer_promotion_tier_quantity_limit": 8`
	fullTarget = `{
		"id": "sku_1", "source_id": "mug-blue", "object": "sku", "type": "product_or_sku", "product_id": "prod_1",
		"product_source_id": "mug", "strict": true, "effect": "APPLY_FROM_CHEAPEST", "target": "UNIT",
		"skip_initially": 1, "repeat": 2, "price": 900, "price_formula": "PRICE - 3", "quantity_limit": 3,
		"quantity_limit_formula": "ITEMS_QUANTITY", "aggregated_quantity_limit": 4, "aggregated_quantity_limit_formula": "4",
		"amount_limit": 500, "aggregated_amount_limit": 600, ` + quotas + `,
		"order_item_indices": [2, 0], "order_item_units": [{"index": 2, "units": [1, 3]}], "units_limit_exceeded": true
	}`
)

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	keeps[product.Product](t, fullProduct)
	keeps[product.SKU](t, fullSKU)
	keeps[product.Ref](t, fullRef)
	keeps[product.Collection](t, fullCollection)
	keeps[product.Quotas](t, "{"+quotas+"}")
	keeps[product.Target](t, fullTarget)
	keeps[product.ItemUnits](t, `{"index": 2, "units": [1, 3]}`)
	keeps[product.Scope](t, `{"included": [`+fullTarget+`, {"id": "prod_2"}], "excluded": [{"source_id": "gift"}], "included_all": true}`)
}

func TestEachQuotaIsReadFromItsOwnField(t *testing.T) {
	t.Parallel()
	want := product.Quotas{
		PerCampaign: pointer[int64](1), PerCustomerInCampaign: pointer[int64](2),
		PerProductInCampaign: pointer[int64](3), PerProductAndCustomerInCampaign: pointer[int64](4),
		PerTier: pointer[int64](5), PerCustomerInTier: pointer[int64](6),
		PerProductInTier: pointer[int64](7), PerProductAndCustomerInTier: pointer[int64](8),
	}
	if diff := cmp.Diff(want, read[product.Target](t, fullTarget, true).Quotas); diff != "" {
		t.Errorf("quotas (-want +got):\n%s", diff)
	}
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	const unknown = `{"object_of_tomorrow": {"a": [1]}, "skus": {"object": "list", "data": []}}`
	for _, document := range []string{`{}`, unknown, `{"price": null, "metadata": null, "attributes": null, "source_id": null}`} {
		writes(t, read[product.Product](t, document, false), `{}`)
		writes(t, read[product.SKU](t, document, false), `{}`)
		writes(t, read[product.Ref](t, document, false), `{}`)
		writes(t, read[product.Target](t, document, false), `{}`)
		writes(t, read[product.Collection](t, document, false), `{"name": "", "type": ""}`)
		writes(t, read[product.Scope](t, document, false), `{"included_all": false}`)
	}
}

func TestAPriceOfZeroIsNotAnAbsentPrice(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`{"price": 0}`} {
		writes(t, read[product.Product](t, document, true), document)
		writes(t, read[product.SKU](t, document, true), document)
		writes(t, read[product.Target](t, document, true), document)
	}
	const closed = `{"quantity_limit": 0, "aggregated_amount_limit": 0, "product_campaign_quantity_limit": 0}`
	writes(t, read[product.Target](t, closed, true), closed)
}
