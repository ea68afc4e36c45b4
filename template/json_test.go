package template_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/template"
)

const (
	savedCampaign = `{"name": "", "campaign_type": "DISCOUNT_COUPONS", "type": "STATIC", "active": true,
		"voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 100}, "redemption": {"quantity": null}}}`
	savedTier  = `{"name": "", "banner": "b", "action": {"discount": {"type": "AMOUNT", "amount_off": 100}}, "active": true}`
	property   = `{"related_object": "order", "name": "gift", "type": "object", "array": true, "object_type": "Gift"}`
	everything = `{
		"campaign_type": "DISCOUNT_COUPONS", "campaign": ` + savedCampaign + `, "promotion_tier": ` + savedTier + `,
		"validation_rules": [{"id": "val_1", "name": "r", "rules": {}, "applicable_to": {"included_all": true}}],
		"products": [{"id": "prod_1", "name": "Shoe"}], "skus": [{"id": "sku_1", "product_id": "prod_1"}],
		"products_collections": [{"id": "pc_1", "name": "c", "type": "STATIC", "products": [{"id": "prod_1", "object": "product"}]}],
		"segments": [{"id": "seg_1", "name": "s", "type": "passive", "filter": {"junction": "and", "name": {"conditions": {"$is": ["x"]}}}}],
		"locations": [{"id": "loc_1", "name": "l", "shape": {"type": "circle", "distance": {"center": "geo:0,0", "radius": "1 km"}}}],
		"metadata_properties": [` + property + `], "custom_events": ["clicked"]
	}`
	window = `"start_date": "2026-03-01T00:00:00Z", "expiration_date": "2026-03-31T22:00:00Z", "validity_timeframe": {"duration": "PT1H", "interval": "P1D"},
		"validity_day_of_week": [1], "validity_hours": {"daily": [{"start_time": "09:00", "expiration_time": "17:30"}]}`
	setup = `"created_resources": [{"id": "val_1", "object": "validation_rules"}], "missing_properties": [` + property + `], "missing_events": ["clicked"]`
)

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[template.Property](t, property)
	contract.Keeps[template.Snapshot](t, everything)
	contract.Keeps[template.Template](t, `{
		"id": "camp_tpl_1", "name": "n", "description": "d", "campaign_type": "DISCOUNT_COUPONS", "json_template": `+everything+`,
		"created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "version": 2
	}`)
	codes := `{"code_config": {"pattern": "A-####"}, "redemption": {"quantity": 1}, "code": "ONE"}`
	contract.Keeps[template.VoucherOverrides](t, codes)
	contract.Keeps[template.CampaignOverrides](t, `{
		"name": "n", "description": "d", "type": "STATIC", "join_once": false, "vouchers_count": 3, `+window+`,
		"activity_duration_after_publishing": "P24D", "category_id": "cat_1", "metadata": {"a": 1},
		"access_settings_assignments": [{"area_id": "ar_1"}], "voucher": `+codes+`
	}`)
	contract.Keeps[template.TierOverrides](t, `{
		"name": "n", "campaign_id": "camp_1", "banner": "", "hierarchy": 2, `+window+`, "category_id": "cat_1", "metadata": {"a": 1}
	}`)
	contract.Keeps[template.Setup](t, `{`+setup+`}`)
	contract.Keeps[template.CampaignSetup](t, `{`+setup+`, "campaign": `+savedCampaign+`}`)
	contract.Keeps[template.TierSetup](t, `{`+setup+`, "promotion_tier": `+savedTier+`}`)
}

func TestFieldsThatAreNotSentLeaveTheTemplateItsOwn(t *testing.T) {
	t.Parallel()
	if o := contract.Read[template.CampaignOverrides](t, `{"name": "n"}`, true); o.Window != nil || o.Description != nil || o.Voucher != nil {
		t.Errorf("read as %+v", o)
	}
	if o := contract.Read[template.CampaignOverrides](t, `{"name": "n", "expiration_date": null}`, true); o.Window == nil {
		t.Error("a window without dates is read as no window")
	}
}
