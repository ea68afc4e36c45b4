package voucherify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
)

func TestEarningRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	static, err := s.Segments.Create(background, customer.Segment{Name: "static"})
	s.must(err)
	rated, err := s.EventSchemas.Create(background, event.Schema{Name: "rated", Schema: event.Definition{Properties: map[string]event.Property{
		"stars": {Type: metadata.TypeNumber}, "text": {Type: metadata.TypeString, Optional: true},
	}}})
	s.must(err)
	s.must(second(s.MetadataSchemas.Create(background, metadata.Schema{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{
		"level": {Type: metadata.TypeString, Optional: true},
	}})))
	counting := s.unassigned(`{"name":"once","rules":{"1":{"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}}}}`)
	ofEvents := s.unassigned(`{"name":"stars","context_type":"earning_rule.custom_event","rules":{"1":{"name":"custom_event.metadata","property":"stars","conditions":{"$more_than":[3]}}}}`)
	proportional := func(change func(*loyalty.EarningRule)) loyalty.EarningRule {
		r := perAmount(1000)
		change(&r)
		return r
	}
	with := func(event string, change func(*loyalty.EarningRule)) loyalty.EarningRule {
		r := fixedPoints(event, 10)
		change(&r)
		return r
	}
	property := func(kind loyalty.CalculationType, name string) loyalty.Earning {
		r := &loyalty.PropertiesEarning{Metadata: &loyalty.Ratio{Every: 1, Points: 1, Property: name}}
		if kind == loyalty.ByCustomerMetadata {
			return loyalty.Earning{Type: loyalty.Proportional, CalculationType: kind, Customer: r}
		}
		return loyalty.Earning{Type: loyalty.Proportional, CalculationType: kind, CustomEvent: r}
	}
	tests := []struct {
		name string
		rule loyalty.EarningRule
		want string
	}{
		{"no event", fixedPoints("", 10), "invalid_payload event: is required"},
		{"an event that nobody has defined", fixedPoints("seen", 10), "not_found event: Cannot find custom_event_schema with id seen"},
		{"a schema that does not exist", with("", func(r *loyalty.EarningRule) { r.CustomEvent = &loyalty.SchemaRef{SchemaID: "ms_none"} }),
			"not_found custom_event.schema_id: Cannot find custom_event_schema with id ms_none"},
		{"the schema of another event", with("seen", func(r *loyalty.EarningRule) { r.CustomEvent = &loyalty.SchemaRef{SchemaID: rated.ID} }),
			"invalid_payload custom_event.schema_id: is the schema of rated"},
		{"a schema beside an order", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.CustomEvent = &loyalty.SchemaRef{SchemaID: rated.ID} }),
			"invalid_payload custom_event: does not go with the event order.paid"},
		{"no segment", fixedPoints(loyalty.SegmentEntered, 10), "invalid_payload segment.id: is required"},
		{"a segment that does not exist", with(loyalty.SegmentEntered, func(r *loyalty.EarningRule) { r.Segment = &loyalty.Reference{ID: "seg_none"} }),
			"not_found segment.id: Cannot find segment with id seg_none"},
		{"a segment that nobody enters", with(loyalty.SegmentEntered, func(r *loyalty.EarningRule) { r.Segment = &loyalty.Reference{ID: static.ID} }),
			"invalid_payload segment.id: nobody enters the static segment " + static.ID},
		{"a segment beside an order", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.Segment = &loyalty.Reference{ID: static.ID} }),
			"invalid_payload segment: is for customer.segment.entered only"},
		{"no tier", fixedPoints(loyalty.TierJoined, 10), "invalid_payload loyalty_tier.id: is required"},
		{"a tier that does not exist", with(loyalty.TierLeft, func(r *loyalty.EarningRule) { r.LoyaltyTier = &loyalty.Reference{ID: "ltr_none"} }),
			"not_found loyalty_tier.id: Cannot find loyalty_tier with id ltr_none"},
		{"a tier beside an order", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.LoyaltyTier = &loyalty.Reference{ID: loyalty.AnyTier} }),
			"invalid_payload loyalty_tier: is for moves between tiers only"},
		{"no points", fixedPoints(loyalty.OrderPaid, 0), "invalid_payload loyalty.points: 0 is not between 1 and 1000000000000000"},
		{"a type that does not exist", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.Loyalty.Type = "SOME" }),
			`invalid_payload loyalty.type: "SOME" is not one of FIXED, PROPORTIONAL`},
		{"a ratio of zero", proportional(func(r *loyalty.EarningRule) { r.Loyalty.Order.Amount.Every = 0 }),
			"invalid_payload loyalty.order.amount.every: 0 is not between 1 and 1000000000000000"},
		{"a ratio without points", proportional(func(r *loyalty.EarningRule) { r.Loyalty.Order.Amount.Points = 0 }),
			"invalid_payload loyalty.order.amount.points: 0 is not between 1 and 1000000000000000"},
		{"no ratio", proportional(func(r *loyalty.EarningRule) { r.Loyalty.Order = nil }), "invalid_payload loyalty.order.amount: is required with ORDER_AMOUNT"},
		{"two ratios", proportional(func(r *loyalty.EarningRule) { r.Loyalty.Order.TotalAmount = r.Loyalty.Order.Amount }),
			"invalid_payload loyalty.order.total_amount: does not go with ORDER_AMOUNT"},
		{"fixed points beside a ratio", proportional(func(r *loyalty.EarningRule) { r.Loyalty.Points = 5 }), "invalid_payload loyalty.points: is for FIXED only"},
		{"a calculation that does not exist", proportional(func(r *loyalty.EarningRule) { r.Loyalty.CalculationType = "WEIGHT" }),
			`invalid_payload loyalty.calculation_type: "WEIGHT" is not a type of calculation`},
		{"an amount of an event without an order", proportional(func(r *loyalty.EarningRule) { r.Event = "rated" }),
			"invalid_payload loyalty.calculation_type: ORDER_AMOUNT does not go with the event rated"},
		{"event metadata of an order", loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: property(loyalty.ByEventMetadata, "stars")},
			"invalid_payload loyalty.calculation_type: CUSTOM_EVENT_METADATA does not go with the event order.paid"},
		{"metadata that is a text", loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: property(loyalty.ByCustomerMetadata, "level")},
			"invalid_payload loyalty.customer.metadata.property: level is not a number"},
		{"event metadata that is a text", loyalty.EarningRule{Event: "rated", Loyalty: property(loyalty.ByEventMetadata, "text")},
			"invalid_payload loyalty.custom_event.metadata.property: text is not a number"},
		{"lines of no product", loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: loyalty.Earning{
			Type: loyalty.Proportional, CalculationType: loyalty.ByItemsAmount,
			OrderItems: &loyalty.ItemsEarning{Amount: &loyalty.ItemsRatio{Ratio: loyalty.Ratio{Every: 1, Points: 1}}},
		}}, "invalid_payload loyalty.order_items.amount.id: is required, or applicable_to"},
		{"an unknown kind of product", loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: loyalty.Earning{
			Type: loyalty.Proportional, CalculationType: loyalty.ByItemsAmount,
			OrderItems: &loyalty.ItemsEarning{Amount: &loyalty.ItemsRatio{Ratio: loyalty.Ratio{Every: 1, Points: 1}, ApplicableTo: []product.Ref{{ID: "x", Object: "shelf"}}}},
		}}, `invalid_payload loyalty.order_items.amount.applicable_to[0].object: "shelf" is not one of product, sku, products_collection`},
		{"a formula that cannot be read", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.Loyalty.PointsFormula = "ORDER_AMOUNT +" }), "invalid_formula loyalty.points_formula: *"},
		{"a formula about a voucher", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.Loyalty.PointsFormula = "VOUCHER_PUBLISH_COUNT" }),
			"invalid_formula loyalty.points_formula: VOUCHER_PUBLISH_COUNT has no value in an earning rule"},
		{"a formula about an order that is not there", with("rated", func(r *loyalty.EarningRule) { r.Loyalty.PointsFormula = "ORDER_AMOUNT" }),
			"invalid_formula loyalty.points_formula: there is no order in the event rated"},
		{"points of an event that wait", with("rated", func(r *loyalty.EarningRule) {
			r.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 1}
		}),
			"invalid_payload pending_points: is for order.paid only"},
		{"points that wait too long", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) {
			r.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 91}
		}),
			"invalid_payload pending_points.period_value: 91 is not between 1 and 90 days"},
		{"points that wait for a month", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) {
			r.PendingPoints = &loyalty.PendingPeriod{PeriodType: "MONTH", PeriodValue: 1}
		}),
			`invalid_payload pending_points.period_type: "MONTH" is not DAY`},
		{"an expiry that does not exist", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.ExpirationRules = &loyalty.ExpirationRules{PeriodType: "WEEK"} }),
			`invalid_payload expiration_rules.period_type: "WEEK" is not one of MONTH, FIXED_DAY_OF_YEAR`},
		{"a timeframe without a start", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) {
			r.Timeframe = &validity.Timeframe{Duration: validity.Duration{Days: 1}, Interval: validity.Duration{Days: 2}}
		}),
			"invalid_payload start_date: is required with validity_timeframe"},
		{"a condition that does not exist", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.ValidationRuleID = "val_none" }),
			"not_found validation_rule_id: Cannot find validation_rules with id val_none"},
		{"a condition that counts redemptions", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.ValidationRuleID = counting.ID }),
			"invalid_validation_rules validation_rule_id: rule " + counting.ID + " counts redemptions, which earning rules have none of"},
		{"a condition for another event", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.ValidationRuleID = ofEvents.ID }),
			"invalid_validation_rules validation_rule_id: a rule for the context earning_rule.custom_event does not go with the event order.paid"},
		{"a name that is too long", with(loyalty.OrderPaid, func(r *loyalty.EarningRule) { r.Source.Banner = strings.Repeat("x", 256) }),
			"invalid_payload source.banner: is longer than 255 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := says(second(s.Loyalty.CreateEarningRule(background, club.ID, test.rule)))
			if prefix, any := strings.CutSuffix(test.want, "*"); any && strings.HasPrefix(got, prefix) {
				return
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	for rule, err := range s.Loyalty.ListEarningRules(background, listAll) {
		t.Errorf("a rule that was refused is stored: %+v, %v", rule, err)
	}
	if got := says(second(s.Loyalty.CreateEarningRule(background, s.coded("coupons", nil).ID, perAmount(1)))); got != "invalid_campaign campaign: campaign coupons is no loyalty program" {
		t.Errorf("a rule of a coupon campaign: %s", got)
	}
}

func TestAnEarningRuleIsKeptAsItWasGiven(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	start := noon.Add(time.Hour)
	given := loyalty.EarningRule{
		Source: loyalty.EarningSource{Banner: "Per order"}, Event: loyalty.OrderPaid, Loyalty: perAmount(1000).Loyalty,
		PendingPoints: &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: 5}, ExpirationRules: &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 3},
		Window: validity.Window{StartDate: &start}, Metadata: metadata.Map{"a": 1.0, "b": "x"},
	}
	stored := s.earning(club, given)
	want := given
	want.ID, want.Active, want.CreatedAt, want.Version = stored.ID, true, noon, 1
	want.Source.ObjectID, want.Source.ObjectType = club.ID, "campaign"
	if diff := cmp.Diff(want, stored); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if got := says(second(s.Loyalty.CreateEarningRule(background, club.ID, given))); !strings.HasPrefix(got, "duplicate_found banner") {
		t.Errorf("a second rule of the name: %s", got)
	}
	changed, err := s.Loyalty.UpdateEarningRule(background, loyalty.EarningRule{
		ID: stored.ID, Source: loyalty.EarningSource{Banner: "Per order"}, Loyalty: fixedPoints("", 7).Loyalty, Metadata: metadata.Map{"b": nil, "c": true}, Version: 1,
	})
	s.must(err)
	want.Loyalty, want.PendingPoints, want.ExpirationRules, want.Window = fixedPoints("", 7).Loyalty, nil, nil, validity.Window{}
	want.Metadata, want.UpdatedAt, want.Version = metadata.Map{"a": 1.0, "b": nil, "c": true}, &noon, 2
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
	if _, err := s.Loyalty.UpdateEarningRule(background, loyalty.EarningRule{ID: stored.ID, Loyalty: fixedPoints("", 7).Loyalty, Version: 1}); !errors.Is(err, store.ErrStale) {
		t.Errorf("an update of an old version: %v", err)
	}
	if got := says(second(s.Loyalty.UpdateEarningRule(background, loyalty.EarningRule{ID: stored.ID, Event: loyalty.TierLeft, Loyalty: fixedPoints("", 7).Loyalty}))); got != "invalid_payload event: never changes" {
		t.Errorf("another event: %s", got)
	}
	card := s.join(club, "ada")
	s.must(s.Loyalty.DisableEarningRule(background, stored.ID))
	s.pay("O1", "ada", 1000)
	s.must(s.Loyalty.EnableEarningRule(background, stored.ID))
	s.pay("O2", "ada", 1000)
	if got := s.balance(card.Code); got != "7 + 0" {
		t.Errorf("%s points, want those of the order after the rule was switched on again", got)
	}
	s.must(s.Loyalty.DeleteEarningRule(background, stored.ID))
	s.pay("O3", "ada", 1000)
	if got := s.balance(card.Code); got != "7 + 0" {
		t.Errorf("%s points, want none of a deleted rule", got)
	}
	if _, err := s.Loyalty.GetEarningRule(background, stored.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("a deleted rule: %v", err)
	}
}

func TestAProjectHasAHundredEarningRules(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club, other := s.program("Club", nil), s.program("Other", nil)
	rules := make([]loyalty.EarningRule, loyalty.MaxEarningRules)
	for i := range rules {
		rules[i] = perAmount(int64(i + 1))
	}
	stored, err := s.Loyalty.CreateEarningRules(background, club.ID, rules...)
	s.must(err)
	if len(stored) != 100 {
		t.Errorf("%d rules, want 100", len(stored))
	}
	if got := says(second(s.Loyalty.CreateEarningRule(background, other.ID, perAmount(1)))); got != "invalid_payload : the project has 100 earning rules, at most 100 are allowed" {
		t.Errorf("one more: %s", got)
	}
	s.must(s.Campaigns.Delete(background, club.ID, true))
	s.earning(other, perAmount(1))
}

func TestWhatAnEarningRuleNamesCannotBeDeleted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club := s.program("Club", nil)
	segment, err := s.Segments.Create(background, customer.Segment{Name: "big", Filter: filterOf(t, `"metadata.size":{"conditions":{"$is":["big"]}}`)})
	s.must(err)
	schema, err := s.EventSchemas.Create(background, event.Schema{Name: "rated"})
	s.must(err)
	condition := s.unassigned(`{"name":"large","context_type":"earning_rule.custom_event","rules":{"1":{"name":"customer.metadata","property":"size","conditions":{"$is":["big"]}}}}`)
	entered, tracked := fixedPoints(loyalty.SegmentEntered, 1), fixedPoints("rated", 1)
	entered.Segment, tracked.ValidationRuleID = &loyalty.Reference{ID: segment.ID}, condition.ID
	stored, err := s.Loyalty.CreateEarningRules(background, club.ID, entered, tracked)
	s.must(err)
	deletions := map[string]func() error{
		"the segment": func() error { return s.Segments.Delete(background, segment.ID) },
		"the schema":  func() error { return s.EventSchemas.Delete(background, schema.ID) },
		"the rule":    func() error { return s.Rules.Delete(background, condition.ID, true) },
	}
	for name, remove := range deletions {
		if err := remove(); !errors.Is(err, fault.ResourceInUse) {
			t.Errorf("deleting %s: %v, want resource_in_use", name, err)
		}
	}
	for _, r := range stored {
		s.must(s.Loyalty.DeleteEarningRule(background, r.ID))
	}
	for name, remove := range deletions {
		if err := remove(); err != nil {
			t.Errorf("deleting %s: %v", name, err)
		}
	}
}

func TestConditionsDecideWhichOrdersEarn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		condition string
		want      string // for an order of 50.00 by a member of Gold whose size is big
	}{
		{"the order before discounts", `{"name":"order.amount","conditions":{"$more_than_or_equal":[5000]}}`, "1010 + 0"},
		{"an order that is too small", `{"name":"order.amount","conditions":{"$more_than":[5000]}}`, "1000 + 0"},
		{"the order after discounts", `{"name":"order.total_amount","conditions":{"$less_than_or_equal":[5000]}}`, "1010 + 0"},
		{"the customer's metadata", `{"name":"customer.metadata","property":"size","conditions":{"$is":["big"]}}`, "1010 + 0"},
		{"another customer", `{"name":"customer.metadata","property":"size","conditions":{"$is":["small"]}}`, "1000 + 0"},
		{"the tier of the member", `{"name":"customer.loyalty.tier","conditions":{"$is":["ltr_gold"]}}`, "1010 + 0"},
		{"another tier", `{"name":"customer.loyalty.tier","conditions":{"$is":["ltr_none"]}}`, "1000 + 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			club := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 1000 })
			s.loyaltyTier(club, loyalty.Tier{ID: "ltr_gold", Name: "Gold", Points: loyalty.Range{From: 1000}})
			s.must(second(s.Customers.Upsert(background, customer.Customer{SourceID: "ada", Metadata: metadata.Map{"size": "big"}})))
			card := s.join(club, "ada")
			rule := fixedPoints(loyalty.OrderPaid, 10)
			rule.ValidationRuleID = s.unassigned(`{"name":"condition","context_type":"earning_rule.order.paid","rules":{"1":` + test.condition + `}}`).ID
			s.earning(club, rule)
			s.pay("O1", "ada", 5000)
			if got := s.balance(card.Code); got != test.want {
				t.Errorf("%s points, want %s", got, test.want)
			}
		})
	}
}

func TestARuleIsEvaluatedWithTheProfileOfTheDay(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithUndefinedEvents())
	club := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 100 })
	s.loyaltyTier(club, loyalty.Tier{ID: "ltr_gold", Name: "Gold", Points: loyalty.Range{From: 100}, EarningRules: map[string]loyalty.Mapping{
		"other": {Type: loyalty.Multiply, Multiplier: decimal.NewFromInt(2)},
	}})
	card := s.join(club, "ada")
	got, err := s.Customers.Get(background, "ada")
	s.must(err)
	want := &customer.Loyalty{Points: 100, Campaigns: map[string]customer.LoyaltyCampaign{"Club": {Points: 100, LoyaltyTier: "ltr_gold"}}}
	if diff := cmp.Diff(want, got.Loyalty); diff != "" {
		t.Errorf("what the profile says (-want +got):\n%s", diff)
	}
	of := func(fields string) customer.Segment {
		segment, err := s.Segments.Create(background, customer.Segment{Name: fields, Type: customer.ActiveSegment, Filter: filterOf(t, fields)})
		s.must(err)
		return segment
	}
	rich := of(`"loyalty.points":{"conditions":{"$more_than":[100]}}`)
	inClub := of(`"loyalty_points.campaigns.Club.points":{"conditions":{"$more_than":[149]}}`)
	gold := of(`"loyalty_tier.Club":{"conditions":{"$is":["ltr_gold"]}}`)
	entered := fixedPoints(loyalty.SegmentEntered, 7)
	entered.Segment = &loyalty.Reference{ID: inClub.ID}
	s.earning(club, entered)
	s.must(second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: 50})))
	if got := s.balance(card.Code); got != "157 + 0" {
		t.Errorf("%s points, want 7 more for the segment that the points have opened", got)
	}
	var names []string
	segments, err := s.Segments.Of(background, *customer.BySourceID("ada"))
	s.must(err)
	for _, segment := range segments {
		names = append(names, segment.ID)
	}
	if diff := cmp.Diff([]string{rich.ID, inClub.ID, gold.ID}, names); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
	// The same holds for rules of redeems.
	v := s.coupon("GOLD", discount.AmountOff(500, discount.ToOrder), 0)
	s.rule(fmt.Sprintf(`{"name":"gold","rules":{"1":{"name":"customer.loyalty.tier","conditions":{"$in":[%q]}}}}`, "ltr_gold"), validation.OnVoucher, v.ID)
	for buyer, want := range map[string]string{"ada": "", "bob": "customer_rules_violated"} {
		_, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("GOLD"), Customer: customer.BySourceID(buyer), Order: &order.Order{Amount: 5000}})
		var refusal *fault.Error
		if errors.As(err, &refusal); (want == "") != (err == nil) || want != "" && string(refusal.Key) != want {
			t.Errorf("%s: %v, want %q", buyer, err, want)
		}
	}
}
