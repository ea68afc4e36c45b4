package voucherify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

func TestARuleIsStoredReadAndReplaced(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sent := validation.Rule{
		ID: "mine", Name: "big", Expression: "order.amount >= 1000", Error: &validation.ErrorText{Message: "Spend more"}, Version: 4,
		ApplicableTo: product.Scope{IncludedAll: true},
	}
	created, err := s.Rules.Create(background, sent)
	s.must(err)
	want := sent
	want.ID, want.CreatedAt, want.Version = created.ID, noon, 1
	got, err := s.Rules.Get(background, created.ID)
	s.must(err)
	if diff := cmp.Diff([]validation.Rule{want, want}, []validation.Rule{created, got}); diff != "" || created.ID == "mine" {
		t.Errorf("(-want +created, read):\n%s", diff)
	}
	s.now.Store(60)
	replaced, err := s.Rules.Update(background, validation.Rule{ID: created.ID, Name: "small"})
	s.must(err)
	at := noon.Add(time.Minute)
	if diff := cmp.Diff(validation.Rule{ID: created.ID, Name: "small", CreatedAt: noon, UpdatedAt: &at, Version: 2}, replaced); diff != "" {
		t.Errorf("replaced (-want +got):\n%s", diff)
	}
}

// A change of a rule counts at once, also for codes that were given out and whose campaign has changed since.
func TestAChangedRuleCountsAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.must(second(s.Campaigns.Create(background, coupons("C"))))
	s.must(s.Campaigns.AddVoucher(background, "C", "A"))
	s.must(second(s.publish("A", *customer.BySourceID("c1"))))
	camp, err := s.Campaigns.Get(background, "C")
	s.must(err)
	valid := func() bool {
		t.Helper()
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Amount: 1000}})
		s.must(err)
		return answer.Valid
	}
	rule := s.rule(`{"name":"r","rules":`+never+`}`, validation.OnCampaign, camp.ID)
	if valid() {
		t.Error("a rule that was assigned does not count")
	}
	rule.Rules = validation.Group{}
	rule, err = s.Rules.Update(background, rule)
	s.must(err)
	if !valid() {
		t.Error("the old rule still counts")
	}
	rule.Expression = "order.amount > 1000"
	s.must(second(s.Rules.Update(background, rule)))
	if valid() {
		t.Error("the new rule does not count")
	}
	for a, err := range s.Rules.Assignments(background, rule.ID) {
		s.must(err)
		s.must(s.Rules.Unassign(background, a.ID))
	}
	if !valid() {
		t.Error("a rule that was taken back still counts")
	}
}

func TestARuleIsAssignedOnceToEachObject(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rule := s.plainRule()
	tier := s.tier()
	var made []validation.Assignment
	for objectType, id := range map[string]string{
		validation.OnVoucher: s.coupon("A", off100, 0).ID, validation.OnCampaign: tier.CampaignID, validation.OnPromotionTier: tier.ID,
	} {
		a, err := s.Rules.Assign(background, rule, objectType, id)
		s.must(err)
		want := validation.Assignment{ID: a.ID, RuleID: rule, RelatedObjectID: id, RelatedObjectType: objectType, CreatedAt: noon, Version: 1}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		made = append(made, a)
		var again *fault.Error
		if !errors.As(second(s.Rules.Assign(background, rule, objectType, id)), &again) || again.Key != fault.DuplicateFound ||
			again.ResourceType != "validation_rules_assignment" || again.ResourceID != a.ID {
			t.Errorf("assigning again to %s: %v", objectType, again)
		}
	}
	var listed []validation.Assignment
	for a, err := range s.Rules.Assignments(background, rule) {
		s.must(err)
		listed = append(listed, a)
	}
	if diff := cmp.Diff(made, listed); diff != "" {
		t.Errorf("assignments (-made +listed):\n%s", diff)
	}
	var inUse *fault.Error
	if !errors.As(s.Rules.Delete(background, rule, false), &inUse) || inUse.Key != fault.ResourceInUse {
		t.Fatalf("deleting a rule in use: %v", inUse)
	}
	ids := []string{made[0].ID, made[1].ID, made[2].ID}
	if diff := cmp.Diff([]any{rule, "validation_rules", ids, "validation_rules_assignment"}, []any{inUse.ResourceID, inUse.ResourceType, inUse.RelatedObjectIDs, inUse.RelatedObjectType}); diff != "" {
		t.Errorf("in use (-want +got):\n%s", diff)
	}
	s.must(s.Rules.Unassign(background, made[0].ID))
	s.must(s.Rules.Delete(background, rule, true))
	for a, err := range s.Rules.Assignments(background, rule) {
		t.Errorf("an assignment is left: %v, %v", a, err)
	}
}

// What a rule names cannot be deleted from under it.
func TestWhatARuleNamesIsInUse(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	collection, err := s.Products.CreateCollection(background, product.Collection{Name: "mugs", Products: []product.Ref{{ID: "mug"}}})
	s.must(err)
	segment, err := s.Segments.Create(background, customer.Segment{Name: "vip"})
	s.must(err)
	v := s.coupon("A", off100, 0)
	byScope, err := s.Rules.Create(background, validation.Rule{Name: "scope", ApplicableTo: product.Scope{Included: []product.Target{{Ref: product.Ref{ID: collection.ID}}}}})
	s.must(err)
	byCondition := s.rule(`{"name":"r","rules":{"1":{"name":"customer.segment","conditions":{"$is":["`+segment.ID+`"]}},
		"2":{"name":"order.items.any","conditions":{"$is":[{"id":"`+collection.ID+`","object":"products_collection"}]}}}}`, validation.OnVoucher, v.ID)
	byText, err := s.Rules.Create(background, validation.Rule{Name: "text", Expression: `"` + segment.ID + `" in customer.segments`})
	s.must(err)
	for _, test := range []struct {
		name, id, kind string
		remove         func() error
		rules          []string
	}{
		{"a collection", collection.ID, "products_collection", func() error { return s.Products.DeleteCollection(background, collection.ID) }, []string{byScope.ID, byCondition.ID}},
		{"a segment", segment.ID, "segment", func() error { return s.Segments.Delete(background, segment.ID) }, []string{byCondition.ID, byText.ID}},
	} {
		var inUse *fault.Error
		if !errors.As(test.remove(), &inUse) || inUse.Key != fault.ResourceInUse {
			t.Fatalf("%s: %v", test.name, inUse)
		}
		want := []any{test.id, test.kind, test.rules, "validation_rules"}
		if diff := cmp.Diff(want, []any{inUse.ResourceID, inUse.ResourceType, inUse.RelatedObjectIDs, inUse.RelatedObjectType}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for _, id := range []string{byScope.ID, byCondition.ID, byText.ID} {
		s.must(s.Rules.Delete(background, id, true))
	}
	s.must(s.Products.DeleteCollection(background, collection.ID))
	s.must(s.Segments.Delete(background, segment.ID))
}

func TestACategoryThatTheStackingRulesNameIsInUse(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	category, err := s.Categories.Create(background, promotion.Category{Name: "gold"})
	s.must(err)
	for name, rules := range map[string]promotion.StackingRules{
		"a limit": {ApplicableRedeemablesCategoryLimits: map[string]int{category.ID: 1}}, "exclusive": {ExclusiveCategories: []string{category.ID}},
		"joint": {JointCategories: []string{category.ID}}, "the initial amount": {InitialAmountModeCategories: []string{category.ID}},
		"the discounted amount": {DiscountedAmountModeCategories: []string{category.ID}},
		"skipped":               {NoEffectSkipCategories: []string{category.ID}}, "redeemed anyway": {NoEffectRedeemAnywayCategories: []string{category.ID}},
	} {
		s.must(second(s.Settings.SetStackingRules(background, rules)))
		var inUse *fault.Error
		if !errors.As(s.Categories.Delete(background, category.ID), &inUse) || inUse.Key != fault.ResourceInUse || inUse.ResourceID != category.ID {
			t.Errorf("%s: %v", name, inUse)
		}
	}
	s.must(s.Settings.ResetStackingRules(background))
	s.must(s.Categories.Delete(background, category.ID))
}

func TestTheStackingRulesAreSetAsAWholeAndReset(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	defaults := promotion.StackingRules{}.WithDefaults()
	read := func(what string, want promotion.StackingRules) {
		t.Helper()
		got, err := s.Settings.StackingRules(background)
		s.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	read("at the start", defaults)
	set, err := s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesLimit: 3, RedeemablesNoEffectRule: promotion.Skip})
	s.must(err)
	want := defaults
	want.RedeemablesLimit, want.ApplicableRedeemablesLimit, want.RedeemablesNoEffectRule, want.Version = 3, 3, promotion.Skip, 1
	if diff := cmp.Diff(want, set); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	read("after setting", want)
	s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{})))
	want = defaults
	want.Version = 2
	read("after setting nothing", want)
	s.must(s.Settings.ResetStackingRules(background))
	read("after the reset", defaults)
	s.must(s.Settings.ResetStackingRules(background))
	answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("NONE")})
	s.must(err)
	if diff := cmp.Diff(&defaults, answer.StackingRules); diff != "" {
		t.Errorf("in an answer (-want +got):\n%s", diff)
	}
}

func TestASegmentCountsForItsMembers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ann, err := s.Customers.Upsert(background, customer.Customer{SourceID: "ann"})
	s.must(err)
	segment, err := s.Segments.Create(background, customer.Segment{Name: "vip", Customers: []string{ann.ID}})
	s.must(err)
	want := customer.Segment{ID: segment.ID, Name: "vip", Type: customer.StaticSegment, Customers: []string{ann.ID}, CreatedAt: noon, Version: 1}
	got, err := s.Segments.Get(background, segment.ID)
	s.must(err)
	if diff := cmp.Diff([]customer.Segment{want, want}, []customer.Segment{segment, got}); diff != "" {
		t.Errorf("(-want +created, read):\n%s", diff)
	}
	v := s.coupon("VIP", off100, 0)
	s.rule(`{"name":"r","rules":{"1":{"name":"customer.segment","conditions":{"$is":["`+segment.ID+`"]}}}}`, validation.OnVoucher, v.ID)
	for name, test := range map[string]struct {
		buyer *customer.Customer
		want  fault.Key
	}{
		"a member": {customer.BySourceID("ann"), ""}, "a member by id": {customer.ByID(ann.ID), ""},
		"a stranger": {customer.BySourceID("bea"), fault.CustomerRulesViolated}, "nobody": {nil, fault.MissingCustomer},
		"a stranger who says to be one": {&customer.Customer{SourceID: "bea", Metadata: metadata.Map{"segments": segment.ID}}, fault.CustomerRulesViolated},
	} {
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("VIP"), Customer: test.buyer})
		s.must(err)
		if answer.Decision.Reason != test.want {
			t.Errorf("%s: %q, want %q", name, answer.Decision.Reason, test.want)
		}
	}
}

// An expression that breaks on what a request says refuses that request, and only that one.
func TestAnExpressionThatBreaksRefuses(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	v := s.coupon("ADULT", off100, 0)
	s.rule(`{"name":"adults","expression":"customer.metadata.age >= 18"}`, validation.OnVoucher, v.ID)
	for name, test := range map[string]struct {
		age  any
		want fault.Key
	}{
		"old enough": {18, ""}, "too young": {17.5, fault.CustomerRulesViolated}, "a text": {"old", fault.CustomerRulesViolated},
		"a list": {[]any{18}, fault.CustomerRulesViolated}, "unknown": {nil, fault.CustomerRulesViolated},
	} {
		buyer := &customer.Customer{SourceID: "c1", Metadata: metadata.Map{"age": test.age}}
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("ADULT"), Customer: buyer})
		s.must(err)
		if answer.Decision.Reason != test.want {
			t.Errorf("%s: %q, want %q", name, answer.Decision.Reason, test.want)
		}
	}
}
