package validation_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

func read(t testing.TB, text string) validation.Rule {
	t.Helper()
	var r validation.Rule
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// everything is a rule with all fields, as it is stored.
const everything = `{"id":"val_1","name":"everything","rules":{` +
	`"1":{"name":"customer.metadata","property":"age","conditions":{"$less_than":[65.5],"$more_than_or_equal":[18]},"rules":{},"error":{"message":"no"}},` +
	`"2":{"name":"order.items.any","conditions":{"$from":[{"id":"pc_1","type":"products_collection"}],"$is":["prod_1",{"object":"sku","source_id":"s"}]},` +
	`"rules":{"a":{"name":"order.items.price","conditions":{"$is":["5"]},"rules":{}},"logic":"a or a"}},` +
	`"10":{"name":"order.metadata","property":"x","conditions":{"$has_value":[],"$is":[true]},"rules":{}},"logic":"(1 or 2) and 10"},` +
	`"expression":"order.amount \u003e 1","bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":["prod_1"]},"rules":{}},"limit":3},` +
	`"error":{"message":"sorry"},"applicable_to":{"included":[{"id":"prod_1"}],"included_all":false},"type":"advanced",` +
	`"context_type":"campaign.discount_coupons","created_at":"2026-03-01T10:00:00Z","updated_at":"2026-03-02T10:00:00Z","version":2}`

func TestARuleIsStoredAndReadBack(t *testing.T) {
	t.Parallel()
	updated := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	want := validation.Rule{
		ID: "val_1", Name: "everything", Expression: "order.amount > 1", Error: &validation.ErrorText{Message: "sorry"},
		Type: "advanced", ContextType: "campaign.discount_coupons", CreatedAt: updated.AddDate(0, 0, -1), UpdatedAt: &updated, Version: 2,
		ApplicableTo: product.Scope{Included: []product.Target{{Ref: product.Ref{ID: "prod_1"}}}},
		BundleRules: &validation.BundleRules{Limit: 3, Nodes: map[string]validation.Node{
			"1": {Name: "order.items.any", Conditions: validation.Conditions{"$is": {"prod_1"}}},
		}},
		Rules: validation.Group{Logic: "(1 or 2) and 10", Nodes: map[string]validation.Node{
			"1": {Name: "customer.metadata", Property: "age", Error: &validation.ErrorText{Message: "no"},
				Conditions: validation.Conditions{"$more_than_or_equal": {18.0}, "$less_than": {65.5}}},
			"2": {Name: "order.items.any", Conditions: validation.Conditions{
				"$is": {"prod_1", map[string]any{"object": "sku", "source_id": "s"}}, "$from": {map[string]any{"id": "pc_1", "type": "products_collection"}},
			}, Rules: validation.Group{Logic: "a or a", Nodes: map[string]validation.Node{
				"a": {Name: "order.items.price", Conditions: validation.Conditions{"$is": {"5"}}},
			}}},
			"10": {Name: "order.metadata", Property: "x", Conditions: validation.Conditions{"$has_value": {}, "$is": {true}}},
		}},
	}
	r := read(t, everything)
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	stored, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(everything, string(stored)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	requireRoundTrip(t, r, compile(t, r))
}

func TestFormsThatAreReadIntoOne(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, stored string }{
		{"nothing", `{}`, `{"name":"","rules":{},"applicable_to":{"included_all":false}}`},
		{"null everywhere", `{"rules":null,"bundle_rules":null,"error":null,"applicable_to":null}`, `{"name":"","rules":{},"applicable_to":{"included_all":false}}`},
		{"an empty bundle", `{"bundle_rules":{}}`, `{"name":"","rules":{},"bundle_rules":{},"applicable_to":{"included_all":false}}`},
		{"an empty logic", `{"rules":{"logic":""}}`, `{"name":"","rules":{},"applicable_to":{"included_all":false}}`},
		{"the logic of a bundle is not kept", `{"bundle_rules":{"logic":"1 or 2","limit":null}}`, `{"name":"","rules":{},"bundle_rules":{},"applicable_to":{"included_all":false}}`},
		{"fields that the engine does not know are not kept",
			`{"colour":1,"object":"validation_rules","rules":{"1":{"name":"x","colour":"red","conditions":{"$is":1,"$has_value":null},"rules":null}}}`,
			`{"name":"","rules":{"1":{"name":"x","conditions":{"$has_value":[],"$is":[1]},"rules":{}},"logic":""},"applicable_to":{"included_all":false}}`},
		{"fields of a reference are kept", `{"rules":{"1":{"conditions":{"$is":[{"id":"a","effect":"APPLY_TO_EVERY"}]}}}}`,
			`{"name":"","rules":{"1":{"name":"","conditions":{"$is":[{"effect":"APPLY_TO_EVERY","id":"a"}]},"rules":{}},"logic":""},"applicable_to":{"included_all":false}}`},
		{"keys in their order", `{"rules":{"b":{},"10":{},"9":{},"09":{},"a":{},"-1":{}}}`,
			`{"name":"","rules":{` + strings.Join([]string{empty("09"), empty("9"), empty("10"), empty("-1"), empty("a"), empty("b")}, ",") +
				`,"logic":""},"applicable_to":{"included_all":false}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stored, err := json.Marshal(read(t, tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.stored, string(stored)); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
		})
	}
}

func empty(key string) string { return `"` + key + `":{"name":"","conditions":null,"rules":{}}` }

func TestJSONThatIsNoRuleIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, field, details string }{
		{"rules that are a list", `{"rules":[]}`, "rules", "must be an object"},
		{"rules that are a text", `{"rules":"1"}`, "rules", "must be an object"},
		{"a logic that is a number", `{"rules":{"logic":1}}`, "rules.logic", "must be a text"},
		{"a condition that is a number", `{"rules":{"1":5}}`, "rules.1", "cannot be a number"},
		{"a name that is a number", `{"rules":{"1":{"name":5}}}`, "rules.1.name", "cannot be a number"},
		{"an error that is a text", `{"rules":{"1":{"error":"no"}}}`, "rules.1.error", "cannot be a string"},
		{"a message that is a number", `{"rules":{"1":{"error":{"message":7}}}}`, "rules.1.error.message", "cannot be a number"},
		{"conditions that are a list", `{"rules":{"1":{"conditions":[]}}}`, "rules.1.conditions", "must be an object"},
		{"an operator in two spellings", `{"rules":{"1":{"conditions":{"$less_than_equal":1,"$less_than_or_equal":[2]}}}}`, "rules.1.conditions.$less_than_or_equal", "stands twice"},
		{"a broken condition far below", `{"rules":{"a":{"rules":{"b":{"rules":{"logic":{}}}}}}}`, "rules.a.rules.b.rules.logic", "must be a text"},
		{"bundle rules that are a list", `{"bundle_rules":[]}`, "bundle_rules", "must be an object"},
		{"a limit that is a text", `{"bundle_rules":{"limit":"3"}}`, "bundle_rules.limit", "must be a whole number"},
		{"half a bundle", `{"bundle_rules":{"limit":1.5}}`, "bundle_rules.limit", "must be a whole number"},
		{"a broken rule of a bundle", `{"bundle_rules":{"1":{"rules":[]}}}`, "bundle_rules.1.rules", "must be an object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r validation.Rule
			requireInvalid(t, json.Unmarshal([]byte(tt.text), &r), tt.field, tt.details)
		})
	}
}

func TestAnAssignmentIsStoredAndReadBack(t *testing.T) {
	t.Parallel()
	const text = `{"id":"asgm_1","rule_id":"val_1","related_object_id":"v_1","related_object_type":"voucher","created_at":"2026-03-01T10:00:00Z","version":1}`
	want := validation.Assignment{
		ID: "asgm_1", RuleID: "val_1", RelatedObjectID: "v_1", RelatedObjectType: validation.OnVoucher,
		CreatedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Version: 1,
	}
	var got validation.Assignment
	if err := json.Unmarshal([]byte(text[:1]+`"object":"validation_rules_assignment",`+text[1:]), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	stored, err := json.Marshal(got)
	if diff := cmp.Diff(text, string(stored)); err != nil || diff != "" {
		t.Errorf("stored: %v (-want +got):\n%s", err, diff)
	}
}

func TestAssignmentsAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		assignment     validation.Assignment
		field, details string
	}{
		{"a voucher", validation.Assignment{RuleID: "r", RelatedObjectID: "o", RelatedObjectType: validation.OnVoucher}, "", ""},
		{"a campaign", validation.Assignment{RuleID: "r", RelatedObjectID: "o", RelatedObjectType: validation.OnCampaign}, "", ""},
		{"a tier", validation.Assignment{RuleID: "r", RelatedObjectID: "o", RelatedObjectType: validation.OnPromotionTier}, "", ""},
		{"no rule", validation.Assignment{RelatedObjectID: "o", RelatedObjectType: validation.OnVoucher}, "rule_id", "is required"},
		{"no object", validation.Assignment{RuleID: "r", RelatedObjectType: validation.OnVoucher}, "related_object_id", "is required"},
		{"an unknown type", validation.Assignment{RuleID: "r", RelatedObjectID: "o", RelatedObjectType: "order"}, "related_object_type",
			`"order" is not one of voucher, campaign, promotion_tier, reward_assignment`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.assignment.Check()
			var refused *fault.Error
			if errors.As(err, &refused) != (tt.field != "") {
				t.Fatalf("got %v", err)
			}
			if refused != nil && (refused.Key != fault.InvalidPayload || refused.Field != tt.field || refused.Details != tt.details) {
				t.Errorf("got %v", refused)
			}
		})
	}
}
