package record_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/record"
)

// kinds says of every kind whether it is compiled into the catalogue. A kind that is read into it and missing here would
// be served from an old catalogue for ever.
var kinds = map[record.Kind]bool{
	record.Area: false, record.AreaStore: true,
	record.Assignment: true, record.Campaign: true, record.CampaignTemplate: false, record.Category: true, record.Collection: true, record.Location: true,
	record.Product: true, record.Rule: true, record.Segment: true, record.Settings: true, record.SKU: true, record.Stack: true, record.Tier: true,
	record.Membership: false, record.Publication: false,
	record.Customer: false, record.Order: false, record.Redemption: false, record.Rollback: false, record.Voucher: false, record.Transaction: false,
	record.LoyaltyAccount: false, record.LoyaltyTier: true, record.Referral: false, record.Referred: false,
	record.ReferralHolder: false, record.ReferralReward: false, record.ReferralTier: false, record.PendingPoints: false,
	record.EarningRule: true, record.Holder: false, record.Unpublished: false, record.Reward: true,
	record.RewardAssignment: true, record.RewardRedemption: false, record.Deletion: false,
	record.MetadataSchema: true, record.EventSchema: false, record.CustomEvent: false, record.CustomEventName: false,
}

func TestConfigurationIsWhatTheCatalogueIsMadeOf(t *testing.T) {
	t.Parallel()
	for kind, want := range kinds {
		if got := kind.Configuration(); got != want {
			t.Errorf("%s: got %t, want %t", kind, got, want)
		}
	}
	for _, unknown := range []record.Kind{"", "Campaign", "campaigns"} {
		if unknown.Configuration() {
			t.Errorf("the unknown kind %q is configuration", unknown)
		}
	}
}

// Stored records carry these names, and they are Voucherify's "object" values where there is one.
func TestTheNamesOfTheKindsNeverChange(t *testing.T) {
	t.Parallel()
	want := []record.Kind{
		"area", "area_store", "campaign", "campaign_template", "category", "custom_event", "custom_event_name",
		"custom_event_schema", "customer", "earning_rule", "holder", "location", "loyalty_account", "loyalty_pending_points",
		"loyalty_tier", "metadata_schema", "order", "permanent_deletion", "product", "products_collection", "promotion_stack",
		"promotion_tier", "publication", "redemption", "redemption_rollback", "referral", "referral_holder", "referral_reward",
		"referral_tier", "referred", "reward", "reward_assignment", "reward_redemption", "segment", "segment_membership",
		"settings", "sku",
		"unpublished_voucher", "validation_rules", "validation_rules_assignment", "voucher", "voucher_transaction",
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(record.Kinds()))); diff != "" {
		t.Errorf("Kinds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(kinds))); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func TestTheTableOfKindsIsComplete(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "record.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		declared++
		if _, listed := kinds[record.Kind(text)]; !listed {
			t.Errorf("kind %s is not in the table of this test: is it configuration?", text)
		}
		return true
	})
	if declared != len(kinds) {
		t.Errorf("%d kinds are declared and %d are in the table", declared, len(kinds))
	}
}

func TestKeysOfDifferentFieldsAreDifferent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ field, value, want string }{
		{"code", "SUMMER", "code:SUMMER"},
		{"source_id", "SUMMER", "source_id:SUMMER"},
		{"source_id", "a:b c", "source_id:a:b c"},
		{"name", "", "name:"},
	} {
		if got := record.Key(tt.field, tt.value); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func ExampleKey() {
	fmt.Println(record.Key("source_id", "customer-7"))
	// Output: source_id:customer-7
}

func ExampleKind_Configuration() {
	fmt.Println(record.Campaign.Configuration(), record.Voucher.Configuration())
	// Output: true false
}
