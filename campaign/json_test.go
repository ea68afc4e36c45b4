package campaign_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/internal/contract"
)

const (
	fullTemplate = `{
		"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "effect": "APPLY_TO_ORDER", "percent_off": 12.5},
		"gift": {"amount": 10000, "effect": "APPLY_TO_ITEMS"},
		"loyalty_card": {"points": 500, "expiration_rules": {"period_type": "MONTH", "period_value": 12, "rounding_type": "PARTICULAR_MONTH", "rounding_value": 6}},
		"code_config": {"length": 8, "charset": "ABC123", "prefix": "A-", "postfix": "-Z", "pattern": "########"},
		"is_referral_code": true, "code": "SPRING", "redemption": {"quantity": 3}
	}`
	fullCampaign = `{
		"id": "camp_19ca9450a000000001", "name": "Spring", "description": "All of March", "campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE",
		"voucher": ` + fullTemplate + `, "vouchers_count": 10,
		"start_date": "2026-03-01T00:00:00Z", "expiration_date": "2026-03-31T22:00:00.5Z",
		"validity_timeframe": {"duration": "PT1H", "interval": "P1D"}, "validity_day_of_week": [0, 6],
		"validity_hours": {"daily": [{"days_of_week": [1], "start_time": "09:00", "expiration_time": "17:30"}]},
		"activity_duration_after_publishing": "P24D", "join_once": true, "auto_join": true, "category_id": "cat_1", "validation_rules": ["val_1"],
		"referral_program": {
			"conversion_event_type": "custom_event", "custom_event": {"id": "ms_1", "name": "signed_up"},
			"referee_reward": {"related_object_parent": {"id": "camp_1", "name": "Cards", "object": "CAMPAIGN"}, "type": "GIFT_VOUCHER", "amount": 500}
		}, "metadata": {"channel": "web"},
		"access_settings_assignments": [{"area_id": "ar_1"}, {"area_id": "ar_1", "all_stores": true}, {"area_id": "ar_2", "area_store_id": "ars_1"}],
		"loyalty_tiers_expiration": {"qualification_type": "BALANCE", "start_date": {"type": "IMMEDIATE"},
			"expiration_date": {"type": "CUSTOM", "extend": "P3M", "rounding": {"type": "CUSTOM", "strategy": "END", "unit": "MONTH", "value": 2}}},
		"active": true, "protected": true, "created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 3
	}`
)

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[campaign.TemplateRedemption](t, `{"quantity": 3}`)
	contract.Keeps[campaign.Template](t, fullTemplate)
	contract.Keeps[campaign.Campaign](t, fullCampaign)
}

func TestAbsentFieldsStayAbsentAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	const nulls = `{
		"voucher": null, "description": null, "start_date": null, "validity_timeframe": null, "activity_duration_after_publishing": null,
		"metadata": null, "discount": null, "code_config": null, "redemption": null, "updated_at": null
	}`
	for _, document := range []string{`{}`, `{"object": "campaign", "creation_status": "DONE", "is_referral_code": false}`, nulls} {
		contract.Writes(t, contract.Read[campaign.Campaign](t, document, false), `{"name": "", "campaign_type": "", "active": false}`)
		// Unlimited is always said.
		contract.Writes(t, contract.Read[campaign.Template](t, document, false), `{"type": "", "redemption": {"quantity": null}}`)
		contract.Writes(t, contract.Read[campaign.TemplateRedemption](t, document, false), `{"quantity": null}`)
	}
}

func TestADurationThatIsNoneIsRefusedWhenRead(t *testing.T) {
	t.Parallel()
	for _, duration := range []string{`"24 days"`, `"P"`, `"-P1D"`, `24`} {
		var c campaign.Campaign
		if err := json.Unmarshal([]byte(`{"activity_duration_after_publishing": `+duration+`}`), &c); err == nil {
			t.Errorf("%s is read as %v", duration, c.ActivityDurationAfterPublishing)
		}
	}
}

// The bodies with which Voucherify's documentation creates campaigns.
func TestMinimalBodiesAreAccepted(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"name":"C1","campaign_type":"DISCOUNT_COUPONS","type":"AUTO_UPDATE","vouchers_count":10,
		  "voucher":{"type":"DISCOUNT_VOUCHER","discount":{"type":"PERCENT","percent_off":10},"redemption":{"quantity":1},
		  "code_config":{"pattern":"SALE-######","charset":"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"}},
		  "start_date":null,"expiration_date":null,"activity_duration_after_publishing":"P24D","validation_rules":["val_1"]}`,
		`{"name":"GEN","type":"STANDALONE","campaign_type":"DISCOUNT_COUPONS",
		  "voucher":{"type":"DISCOUNT_VOUCHER","code":"SUMMER","discount":{"type":"AMOUNT","amount_off":500}}}`,
		`{"name":"P1","campaign_type":"PROMOTION"}`,
		`{"name":"L1","campaign_type":"LOYALTY_PROGRAM","type":"AUTO_UPDATE","auto_join":true,
		  "voucher":{"type":"LOYALTY_CARD","loyalty_card":{"points":0,"expiration_rules":{"period_type":"MONTH","period_value":12,"rounding_type":"END_OF_YEAR"}}},
		  "loyalty_tiers_expiration":{"qualification_type":"POINTS_IN_PERIOD","qualification_period":"QUARTER","start_date":{"type":"IMMEDIATE"},
		  "expiration_date":{"type":"END_OF_NEXT_PERIOD","extend":"P7D"}}}`,
		`{"name":"G1","campaign_type":"GIFT_VOUCHERS","vouchers_count":5,
		  "voucher":{"type":"GIFT_VOUCHER","gift":{"amount":10000,"effect":"APPLY_TO_ORDER"},"redemption":{"quantity":null}}}`,
	} {
		if err := contract.Read[campaign.Campaign](t, body, true).Check(); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func ExampleCampaign() {
	var c campaign.Campaign
	text := `{
		"name": "Spring", "campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE", "vouchers_count": 10,
		"voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}, "code_config": {"pattern": "SPRING-####"}}
	}`
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	fmt.Println(c.Check(), c.Name, c.Voucher.CodeConfig.Pattern, c.Voucher.Discount.PercentOff)
	// Output: <nil> Spring SPRING-#### 10
}
