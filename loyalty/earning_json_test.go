package loyalty_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/loyalty"
)

// TestRulesOfTheReferenceAreRead decodes rules as Voucherify writes them, checks them, and writes them again.
func TestRulesOfTheReferenceAreRead(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"an order": `{"source":{"banner":"Order paid"},"event":"order.paid","loyalty":{"type":"PROPORTIONAL","calculation_type":"ORDER_AMOUNT",
			"order":{"amount":{"every":1000,"points":1}}},"validation_rule_id":"val_1","pending_points":{"period_type":"DAY","period_value":5},
			"expiration_rules":{"period_type":"MONTH","period_value":3,"rounding_type":"END_OF_MONTH"},"active":true,
			"start_date":"2026-11-01T00:00:00Z","validity_day_of_week":[1,2],"metadata":{"a":1}}`,
		"order metadata": `{"source":{},"event":"order.paid","loyalty":{"type":"PROPORTIONAL","calculation_type":"ORDER_METADATA",
			"order":{"metadata":{"every":10,"points":2,"property":"number_of_store_visits"}}},"active":true}`,
		"a collection": `{"source":{},"event":"order.paid","loyalty":{"type":"PROPORTIONAL","calculation_type":"ORDER_ITEMS_AMOUNT",
			"order_items":{"amount":{"every":1000,"points":3,"object":"products_collection","id":"pc_75U0dHlr7u75BJodrW1AE3t6"}}},"active":true}`,
		"several products": `{"source":{},"event":"order.paid","loyalty":{"type":"PROPORTIONAL","calculation_type":"ORDER_ITEMS_QUANTITY",
			"order_items":{"quantity":{"every":1,"points":2,"applicable_to":[{"id":"prod_1","object":"product"},{"id":"sku_1","object":"sku"}]}}},"active":true}`,
		"a custom event": `{"source":{},"event":"Lottery","custom_event":{"schema_id":"ms_1"},"loyalty":{"type":"PROPORTIONAL",
			"calculation_type":"CUSTOM_EVENT_METADATA","custom_event":{"metadata":{"every":2,"points":2,"property":"tickets"}}},"active":false}`,
		"a segment": `{"source":{},"event":"customer.segment.entered","segment":{"id":"seg_1"},"loyalty":{"type":"PROPORTIONAL",
			"calculation_type":"CUSTOMER_METADATA","customer":{"metadata":{"every":1,"points":5,"property":"age"}}},"active":true}`,
		"any tier": `{"source":{},"event":"customer.loyalty.tier.upgraded","loyalty_tier":{"id":"__ANY__"},
			"loyalty":{"type":"FIXED","points":100,"points_formula":"CUSTOMER_METADATA(\"age\") * 2"},"active":true}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rule loyalty.EarningRule
			if err := json.Unmarshal([]byte(text), &rule); err != nil {
				t.Fatal(err)
			}
			if err := rule.Check(); err != nil {
				t.Error(err)
			}
			written, err := json.Marshal(&rule)
			if err != nil {
				t.Fatal(err)
			}
			var want, got any
			for _, part := range []struct {
				text []byte
				into *any
			}{{[]byte(text), &want}, {written, &got}} {
				if err := json.Unmarshal(part.text, part.into); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("written again (-want +got):\n%s", diff)
			}
		})
	}
}
