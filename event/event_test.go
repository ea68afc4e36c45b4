package event_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/event"
)

// declared reads the names of the events from the source, so that none can be forgotten here.
func declared(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			types = append(types, text)
		}
		return true
	})
	return types
}

// known are the events of Voucherify's reference that this engine has a reason to write, and its own redemption.returned.
// Consumers switch on these texts.
var known = []string{
	"business_validation_rule.assignment.created", "business_validation_rule.assignment.deleted",
	"business_validation_rule.created", "business_validation_rule.deleted", "business_validation_rule.updated",
	"campaign.created", "campaign.deleted", "campaign.disabled", "campaign.earning_rule.assigned",
	"campaign.earning_rule.deleted", "campaign.earning_rule.disabled", "campaign.earning_rule.enabled",
	"campaign.earning_rule.updated", "campaign.enabled", "campaign.loyalty_tier.created", "campaign.loyalty_tier.deleted",
	"campaign.loyalty_tier.updated",
	"campaign.promotion_stack.created", "campaign.promotion_stack.updated",
	"campaign.promotion_tier.created", "campaign.promotion_tier.deleted", "campaign.promotion_tier.disabled",
	"campaign.promotion_tier.enabled", "campaign.promotion_tier.updated",
	"campaign.referral_tier.created", "campaign.referral_tier.deleted", "campaign.referral_tier.updated",
	"campaign.reward.assignment.created", "campaign.reward.assignment.deleted", "campaign.reward.assignment.updated",
	"campaign.updated", "campaign.vouchers.added", "campaign.vouchers.generation.completed",
	"customer.created", "customer.custom_event", "customer.deleted",
	"customer.holder.assignment.created", "customer.holder.assignment.deleted",
	"customer.loyalty.tier.downgraded", "customer.loyalty.tier.expiration.changed", "customer.loyalty.tier.joined", "customer.loyalty.tier.left", "customer.loyalty.tier.prolonged",
	"customer.loyalty.tier.upgraded", "customer.loyalty.updated",
	"customer.order.canceled", "customer.order.created", "customer.order.fulfilled", "customer.order.paid", "customer.order.processing",
	"customer.order.updated", "customer.publication.failed", "customer.publication.succeeded",
	"customer.redemption.failed", "customer.redemption.rollback.failed", "customer.redemption.rollback.succeeded", "customer.redemption.succeeded",
	"customer.referred", "customer.reward_redemptions.completed", "customer.reward_redemptions.created",
	"customer.reward_redemptions.pending", "customer.reward_redemptions.rolledback", "customer.rewarded",
	"customer.rewarded.loyalty_points", "customer.segment.entered", "customer.segment.left", "customer.updated",
	"customer.voucher.gift.balance_added", "customer.voucher.loyalty_card.pending_points.activated",
	"customer.voucher.loyalty_card.pending_points.added", "customer.voucher.loyalty_card.pending_points.canceled",
	"customer.voucher.loyalty_card.pending_points.updated", "customer.voucher.loyalty_card.points_added",
	"customer.voucher.loyalty_card.points_expired",
	"customer.voucher.loyalty_card.points_transferred", "publication.succeeded",
	"redemption.failed", "redemption.returned", "redemption.rollback.failed", "redemption.rollback.succeeded", "redemption.succeeded",
	"voucher.created", "voucher.deleted", "voucher.disabled", "voucher.enabled", "voucher.gift.balance_added",
	"voucher.gift.transaction.created", "voucher.loyalty_card.pending_points.activated", "voucher.loyalty_card.pending_points.added",
	"voucher.loyalty_card.pending_points.canceled", "voucher.loyalty_card.pending_points.updated", "voucher.loyalty_card.points_added", "voucher.loyalty_card.points_expired",
	"voucher.loyalty_card.transaction.created", "voucher.published", "voucher.updated",
}

func TestTypesAreVoucherifys(t *testing.T) {
	t.Parallel()
	types := declared(t)
	slices.Sort(types)
	if diff := cmp.Diff(known, types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestAnEventSurvivesJSON(t *testing.T) {
	t.Parallel()
	const document = `{"id":"ev_19ca9450a000000001","type":"redemption.succeeded","created_at":"2026-03-01T12:00:00.123Z",` +
		`"entity_id":"r_19ca9450a000000002","group_id":"v-19ca9450a000000003","data":{"redemption":{"id":"r_19ca9450a000000002"}}}`
	var got event.Event
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	want := event.Event{
		ID: "ev_19ca9450a000000001", Type: event.RedemptionSucceeded, CreatedAt: time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC),
		EntityID: "r_19ca9450a000000002", GroupID: "v-19ca9450a000000003",
		Data: json.RawMessage(`{"redemption":{"id":"r_19ca9450a000000002"}}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(document, string(text)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func TestAnEventWithUnknownFieldsIsRead(t *testing.T) {
	t.Parallel()
	var got event.Event
	if err := json.Unmarshal([]byte(`{"id":"ev_1","project_id":"proj_1","source":{"object":"webhook"}}`), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(event.Event{ID: "ev_1"}, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

// Every key stands in every event, so that consumers need no case for an absent one.
func TestAnEmptyEventHasAllItsKeys(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(event.Event{})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"","type":"","created_at":"0001-01-01T00:00:00Z","entity_id":"","group_id":"","data":null}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func ExampleEvent() {
	entry := []byte(`{"id":"ev_1","type":"voucher.published","data":{"voucher":{"code":"SUMMER"}}}`)
	var e event.Event
	if err := json.Unmarshal(entry, &e); err != nil {
		panic(err)
	}
	var data struct{ Voucher struct{ Code string } }
	if e.Type == event.VoucherPublished {
		if err := json.Unmarshal(e.Data, &data); err != nil {
			panic(err)
		}
	}
	fmt.Println(data.Voucher.Code)
	// Output: SUMMER
}
