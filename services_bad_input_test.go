package voucherify_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// badCall is a call with one thing wrong and where the refusal points.
type badCall struct {
	name string
	call func(*shop) error
	want place
}

func badVoucher(name string, want place, edit func(*voucher.Voucher)) badCall {
	return badCall{"voucher: " + name, func(s *shop) error {
		off := discount.AmountOff(100, discount.ToOrder)
		v := voucher.Voucher{Code: "CODE", Type: voucher.DiscountVoucher, Discount: &off}
		edit(&v)
		return second(s.Vouchers.Create(background, v))
	}, want}
}

func badCampaign(name string, want place, edit func(*campaign.Campaign)) badCall {
	return badCall{"campaign: " + name, func(s *shop) error {
		off := discount.AmountOff(100, discount.ToOrder)
		c := campaign.Campaign{Name: "C", CampaignType: campaign.DiscountCoupons, VouchersCount: 3, Voucher: &campaign.Template{Discount: &off}}
		edit(&c)
		return second(s.Campaigns.Create(background, c))
	}, want}
}

func badTier(name string, want place, edit func(*promotion.Tier)) badCall {
	return badCall{"tier: " + name, func(s *shop) error {
		tier := promotion.Tier{CampaignID: "any", Name: "t", Action: promotion.Action{Discount: &off100}}
		edit(&tier)
		return second(s.Promotions.CreateTier(background, tier))
	}, want}
}

func badStack(name string, want place, tiers ...string) badCall {
	return badCall{"stack: " + name, func(s *shop) error {
		return second(s.Promotions.CreateStack(background, promotion.Stack{CampaignID: "any", Name: "s", Tiers: promotion.StackTiers{IDs: tiers}}))
	}, want}
}

// badRule is a rule whose JSON can be read and whose meaning cannot.
func badRule(name, field, text string) badCall {
	return badCall{"rule: " + name, func(s *shop) error {
		var rule validation.Rule
		if err := json.Unmarshal([]byte(text), &rule); err != nil {
			return err
		}
		return second(s.Rules.Create(background, rule))
	}, place{fault.InvalidValidationRules, field}}
}

func badSettings(name, field string, rules promotion.StackingRules) badCall {
	return badCall{"stacking rules: " + name, func(s *shop) error { return second(s.Settings.SetStackingRules(background, rules)) }, place{fault.InvalidPayload, field}}
}

func payload(field string) place { return place{fault.InvalidPayload, field} }

var (
	minus    = int64(-1)
	zero     = int64(0)
	yearZero = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	longName = strings.Repeat("n", 256)
)

var badVouchers = []badCall{
	badVoucher("a code with a space", payload("code"), func(v *voucher.Voucher) { v.Code = " CODE" }),
	badVoucher("a code with a control character", payload("code"), func(v *voucher.Voucher) { v.Code = "CO\nDE" }),
	badVoucher("a code of 256 bytes", payload("code"), func(v *voucher.Voucher) { v.Code = longName }),
	badVoucher("a gift card with a discount", place{fault.InvalidVoucher, "discount"}, func(v *voucher.Voucher) { v.Type = voucher.GiftVoucher }),
	badVoucher("a loyalty card", place{fault.InvalidVoucher, "campaign_id"}, func(v *voucher.Voucher) { v.Type = "LOYALTY_CARD" }),
	badVoucher("no type", place{fault.InvalidVoucher, "type"}, func(v *voucher.Voucher) { v.Type = "" }),
	badVoucher("no discount", place{fault.InvalidVoucher, "discount"}, func(v *voucher.Voucher) { v.Discount = nil }),
	badVoucher("a campaign", payload("campaign_id"), func(v *voucher.Voucher) { v.CampaignID = "camp_1" }),
	badVoucher("a limit of 0", payload("redemption.quantity"), func(v *voucher.Voucher) { v.Redemption.Quantity = &zero }),
	badVoucher("an unknown discount", payload("discount.type"), func(v *voucher.Voucher) { v.Discount.Type = "GIFT" }),
	badVoucher("an effect of another type", payload("discount.effect"), func(v *voucher.Voucher) { v.Discount.Effect = discount.AddNew }),
	badVoucher("an amount below zero", place{fault.InvalidAmount, "discount.amount_off"}, func(v *voucher.Voucher) { v.Discount.AmountOff = &minus }),
	badVoucher("no amount", payload("discount.amount_off"), func(v *voucher.Voucher) { v.Discount.AmountOff = nil }),
	badVoucher("101 percent", payload("discount.percent_off"), func(v *voucher.Voucher) { setDiscount(discount.Percent("101", discount.ToOrder))(v) }),
	badVoucher("100.00000001 percent", payload("discount.percent_off"), func(v *voucher.Voucher) { setDiscount(discount.Percent("100.00000001", discount.ToOrder))(v) }),
	badVoucher("less than 0 percent", payload("discount.percent_off"), func(v *voucher.Voucher) { setDiscount(discount.Percent("-0.1", discount.ToOrder))(v) }),
	badVoucher("a percentage with an exponent", payload("discount.percent_off"), func(v *voucher.Voucher) { setDiscount(discount.Percent("1e1", discount.ToOrder))(v) }),
	badVoucher("no percentage", payload("discount.percent_off"), func(v *voucher.Voucher) { setDiscount(discount.Percent("", discount.ToOrder))(v) }),
	badVoucher("a broken formula", place{fault.InvalidFormula, "discount.amount_off_formula"}, func(v *voucher.Voucher) { v.Discount.AmountOffFormula = "1 +" }),
	badVoucher("a formula over an unknown operand", place{fault.InvalidFormula, "discount.amount_off_formula"}, func(v *voucher.Voucher) { v.Discount.AmountOffFormula = "NOTHING * 2" }),
	badVoucher("no free product", payload("discount.unit_type"), func(v *voucher.Voucher) { setDiscount(discount.FreeUnits(1, "", discount.AddNew))(v) }),
	badVoucher("too many free units", payload("discount.unit_off"), func(v *voucher.Voucher) { setDiscount(discount.FreeUnits(10001, "p", discount.AddNew))(v) }),
	badVoucher("no rewards", payload("discount.units"), func(v *voucher.Voucher) {
		v.Discount = &discount.Discount{Type: discount.Units, Effect: discount.AddMany}
	}),
	badVoucher("an end before the start", payload("expiration_date"), func(v *voucher.Voucher) { v.StartDate, v.ExpirationDate = &later, &earlier }),
	badVoucher("a start in the year 0", payload("start_date"), func(v *voucher.Voucher) { v.StartDate = &yearZero }),
	badVoucher("a timeframe without a start", payload("start_date"), func(v *voucher.Voucher) {
		v.Timeframe = &validity.Timeframe{Interval: validity.Duration{Days: 1}, Duration: validity.Duration{Seconds: 60}}
	}),
	badVoucher("an eighth day of the week", payload("validity_day_of_week[1]"), func(v *voucher.Voucher) { v.DaysOfWeek = []int{1, 7} }),
	badVoucher("hours that do not exist", payload("validity_hours.daily[0].start_time"), func(v *voucher.Voucher) {
		v.Hours = &validity.Hours{Daily: []validity.DailyHours{{StartTime: "24:00"}}}
	}),
	badVoucher("hours that overlap", payload("validity_hours.daily[1]"), func(v *voucher.Voucher) {
		v.Hours = &validity.Hours{Daily: []validity.DailyHours{{StartTime: "08:00", ExpirationTime: "12:00"}, {StartTime: "11:00"}}}
	}),
	badVoucher("metadata too deep", payload("metadata.a.b.c.d.e"), func(v *voucher.Voucher) {
		v.Metadata = metadata.Map{"a": map[string]any{"b": map[string]any{"c": map[string]any{"d": map[string]any{"e": 1}}}}}
	}),
	badVoucher("too much to say", payload("additional_info"), func(v *voucher.Voucher) { v.AdditionalInfo = strings.Repeat("i", 4097) }),
}

var badCampaigns = []badCall{
	badCampaign("no name", payload("name"), func(c *campaign.Campaign) { c.Name = "" }),
	badCampaign("a long name", payload("name"), func(c *campaign.Campaign) { c.Name = longName }),
	badCampaign("a long description", payload("description"), func(c *campaign.Campaign) { c.Description = strings.Repeat("d", 4097) }),
	badCampaign("no kind and no codes", payload("campaign_type"), func(c *campaign.Campaign) { c.CampaignType, c.Voucher = "", nil }),
	badCampaign("codes of another kind", place{fault.InvalidCampaign, "voucher.loyalty_card"}, func(c *campaign.Campaign) { c.CampaignType, c.Voucher.Type = "", "LOYALTY_CARD" }),
	badCampaign("two rules", payload("validation_rules"), func(c *campaign.Campaign) { c.ValidationRules = []string{"val_1", "val_2"} }),
	badCampaign("an unknown pool", payload("type"), func(c *campaign.Campaign) { c.Type = "LAKE" }),
	badCampaign("codes of a promotion", place{fault.InvalidCampaign, "voucher"}, func(c *campaign.Campaign) { c.CampaignType = campaign.Promotion }),
	badCampaign("no discount", place{fault.InvalidCampaign, "voucher.discount"}, func(c *campaign.Campaign) { c.Voucher.Discount = nil }),
	badCampaign("codes of another type", place{fault.InvalidCampaign, "voucher.type"}, func(c *campaign.Campaign) { c.Voucher.Type = "GIFT_VOUCHER" }),
	badCampaign("a fixed code of many", place{fault.InvalidCampaign, "voucher.code"}, func(c *campaign.Campaign) { c.Voucher.Code = "A" }),
	badCampaign("a standalone campaign without its code", payload("voucher.code"), func(c *campaign.Campaign) { c.Type = campaign.Standalone }),
	badCampaign("a limit below 0", payload("voucher.redemption.quantity"), func(c *campaign.Campaign) { c.Voucher.Redemption.Quantity = &minus }),
	badCampaign("fewer than no codes", payload("vouchers_count"), func(c *campaign.Campaign) { c.VouchersCount = -1 }),
	badCampaign("more codes than the limit", payload("vouchers_count"), func(c *campaign.Campaign) { c.VouchersCount = 1001 }),
	badCampaign("more codes than there are", place{fault.InvalidCodeConfig, "voucher.code_config"}, func(c *campaign.Campaign) {
		c.Voucher.CodeConfig = voucher.CodeConfig{Length: 1, Charset: "AB"}
	}),
	badCampaign("a charset with a space", place{fault.InvalidCodeConfig, "voucher.code_config.charset"}, func(c *campaign.Campaign) {
		c.Voucher.CodeConfig = voucher.CodeConfig{Charset: "A B"}
	}),
	badCampaign("a lasting of nothing", payload("activity_duration_after_publishing"), func(c *campaign.Campaign) {
		c.ActivityDurationAfterPublishing = &validity.Duration{}
	}),
	badCampaign("eleven rules", payload("validation_rules"), func(c *campaign.Campaign) { c.ValidationRules = make([]string, 11) }),
	badCampaign("an end before the start", payload("expiration_date"), func(c *campaign.Campaign) { c.StartDate, c.ExpirationDate = &later, &earlier }),
	badCampaign("metadata without a key", payload("metadata"), func(c *campaign.Campaign) { c.Metadata = metadata.Map{"": 1} }),
}

var badOthers = []badCall{
	badTier("no name", payload("name"), func(x *promotion.Tier) { x.Name = "" }),
	badTier("a long banner", payload("banner"), func(x *promotion.Tier) { x.Banner = strings.Repeat("b", 4097) }),
	badTier("a place before the first", payload("hierarchy"), func(x *promotion.Tier) { x.Hierarchy = -1 }),
	badTier("eleven rules", payload("validation_rules"), func(x *promotion.Tier) { x.ValidationRules = make([]string, 11) }),
	badTier("101 percent", payload("action.discount.percent_off"), func(x *promotion.Tier) {
		d := discount.Percent("101", discount.ToOrder)
		x.Action.Discount = &d
	}),
	badStack("no tiers", payload("tiers.ids")),
	badStack("31 tiers", payload("tiers.ids"), strings.Split(strings.Repeat("t,", 30)+"t", ",")...),
	badStack("a tier twice", place{fault.DuplicatedRedeemables, "tiers.ids"}, "t", "u", "t"),
	badRule("an unknown name", "rules.1.name", `{"name":"r","rules":{"1":{"name":"order.mood","conditions":{"$is":[1]}}}}`),
	badRule("a name in a context without it", "rules.1.name", `{"name":"r","context_type":"earning_rule.order.paid","rules":{"1":{"name":"custom_event.metadata","property":"p","conditions":{"$is":[1]}}}}`),
	badRule("an unknown context", "context_type", `{"name":"r","context_type":"campaign"}`),
	badRule("an unknown policy", "rules.1.limit_policy", `{"name":"r","rules":{"1":{"name":"campaign.orders.amount","conditions":{"$less_than":[1]},"limit_policy":"lax"}}}`),
	badRule("hours that are none", "rules.1.conditions.$timeframe_daily_hours", `{"name":"r","rules":{"1":{"name":"order.metadata","property":"p","conditions":{"$timeframe_daily_hours":["25:00;26:00;1"]}}}}`),
	badRule("an unknown operator", "rules.1.conditions.$like", `{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$like":[1]}}}}`),
	badRule("no condition", "rules.1.conditions", `{"name":"r","rules":{"1":{"name":"order.amount"}}}`),
	badRule("a text in the place of a number", "rules.1.conditions.$more_than", `{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$more_than":["much"]}}}}`),
	badRule("metadata without a property", "rules.2.property", `{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$is":[1]}},"2":{"name":"order.metadata","conditions":{"$is":[1]}}}}`),
	badRule("logic over a condition that is not there", "rules.logic", `{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$is":[1]}},"logic":"1 and 2"}}`),
	badRule("logic without its end", "rules.logic", `{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$is":[1]}},"logic":"(1"}}`),
	badRule("logic with two words in a row", "rules.logic", `{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$is":[1]}},"logic":"1 1"}}`),
	badRule("a condition on items outside of one", "rules.1.name", `{"name":"r","rules":{"1":{"name":"order.items.aggregated_amount","conditions":{"$is":[1]}}}}`),
	badRule("an expression without its end", "expression", `{"name":"r","expression":"order.amount >"}`),
	badRule("an expression over a range", "expression", `{"name":"r","expression":"len(1..1000000000) > 0"}`),
	badRule("a loop inside a loop", "expression", `{"name":"r","expression":"any(order.items, any(order.items, true))"}`),
	badRule("an expression that builds texts", "expression", `{"name":"r","expression":"customer.name + customer.name == \"\""}`),
	badRule("an expression about the machine", "expression", `{"name":"r","expression":"$env.order.amount > 1"}`),
	badRule("a million brackets", "expression", `{"name":"r","expression":"`+strings.Repeat("(", 2000)+`1`+strings.Repeat(")", 2000)+`"}`),
	badRule("an expression that is too long", "expression", `{"name":"r","expression":"`+strings.Repeat("1 == 1 && ", 410)+`true"}`),
	badRule("a number in the place of a condition", "expression", `{"name":"r","expression":"order.amount + 1"}`),
	badRule("a function of the clock", "expression", `{"name":"r","expression":"now().Year() > 2000"}`),
	badRule("a bundle of two products in one rule", "bundle_rules.1.conditions.$is", `{"name":"r","bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[{"id":"p"},{"id":"q"}]}}}}`),
	{"rule: a product without an id", func(s *shop) error {
		scope := product.Scope{Included: []product.Target{{Ref: product.Ref{Object: product.KindProduct}}}}
		return second(s.Rules.Create(background, validation.Rule{Name: "r", ApplicableTo: scope}))
	}, place{fault.InvalidValidationRules, "applicable_to.included[0].id"}},
	badSettings("31 redeemables", "redeemables_limit", promotion.StackingRules{RedeemablesLimit: 31}),
	badSettings("more that apply than there are", "applicable_redeemables_limit", promotion.StackingRules{RedeemablesLimit: 3, ApplicableRedeemablesLimit: 4}),
	badSettings("an unknown mode", "redeemables_application_mode", promotion.StackingRules{RedeemablesApplicationMode: "SOME"}),
	badSettings("a category that is both", "exclusive_categories", promotion.StackingRules{ExclusiveCategories: []string{"c"}, JointCategories: []string{"c"}}),
	{"customer: a birthdate that is none", func(s *shop) error {
		return second(s.Customers.Upsert(background, customer.Customer{Birthdate: "1990-02-30"}))
	}, payload("birthdate")},
	{"publication: a customer with a long id", func(s *shop) error {
		s.coupon("A", off100, 0)
		return second(s.publish("A", customer.Customer{SourceID: longName}))
	}, payload("customer.source_id")},
	{"segment: no name", func(s *shop) error { return second(s.Segments.Create(background, customer.Segment{})) }, payload("name")},
	{"segment: no filter", func(s *shop) error {
		return second(s.Segments.Create(background, customer.Segment{Name: "s", Type: "auto-update"}))
	}, payload("filter")},
	{"product: a price below zero", func(s *shop) error {
		return second(s.Products.CreateProduct(background, product.Product{Price: &minus}))
	}, place{fault.InvalidAmount, "price"}},
	{"sku: no product", func(s *shop) error { return second(s.Products.CreateSKU(background, product.SKU{})) }, place{fault.InvalidSKU, "product_id"}},
	{"collection: a collection in it", func(s *shop) error {
		return second(s.Products.CreateCollection(background, product.Collection{Name: "k", Products: []product.Ref{{ID: "pc_1"}}}))
	}, payload("products[0]")},
	{"collection: no filter", func(s *shop) error {
		return second(s.Products.CreateCollection(background, product.Collection{Name: "k", Type: "AUTO_UPDATE"}))
	}, payload("filter")},
	{"order: an unknown status", func(s *shop) error { return second(s.Orders.Create(background, order.Order{Status: "LOST"})) }, payload("status")},
	{"order: 501 lines", func(s *shop) error {
		return second(s.Orders.Create(background, order.Order{Items: make([]order.Item, 501)}))
	}, payload("items")},
	{"order: lines that add up to too much", func(s *shop) error {
		most := int64(1_000_000_000_000_000)
		return second(s.Orders.Create(background, order.Order{Items: []order.Item{{Amount: &most}, {Amount: &most}}}))
	}, place{fault.InvalidAmount, "items"}},
	{"category: no name", func(s *shop) error { return second(s.Categories.Create(background, promotion.Category{})) }, payload("name")},
	{"category: a place before the first", func(s *shop) error {
		return second(s.Categories.Create(background, promotion.Category{Name: "c", Hierarchy: -1}))
	}, payload("hierarchy")},
	{"qualification: 51 promotions", func(s *shop) error {
		return second(s.Qualify(background, redemption.QualificationRequest{Options: redemption.QualificationOptions{Limit: 51}}))
	}, payload("options.limit")},
	{"qualification: an unknown order", func(s *shop) error {
		return second(s.Qualify(background, redemption.QualificationRequest{Options: redemption.QualificationOptions{Sorting: "BEST"}}))
	}, payload("options.sorting_rule")},
	{"qualification: a price below zero", func(s *shop) error {
		return second(s.Qualify(background, redemption.QualificationRequest{Order: &order.Order{Items: []order.Item{{Price: &minus}}}}))
	}, place{fault.InvalidAmount, "order.items[0].price"}},
}

func TestBadInputIsRefusedBeforeAnythingHappens(t *testing.T) {
	t.Parallel()
	for _, list := range [][]badCall{badVouchers, badCampaigns, badOthers} {
		for _, test := range list {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 1000}))
				before := len(s.store.Export().Outbox)
				if diff := cmp.Diff(test.want, placeOf(t, test.call(s))); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if dump := s.store.Export(); len(dump.Outbox)-before > 1 || len(dump.Documents) > 1 {
					t.Errorf("the call left %d records and %d events", len(dump.Documents), len(dump.Outbox))
				}
			})
		}
	}
}

func TestOptionsOutOfTheirRangeAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, test := range map[string]struct {
		option voucherify.Option
		field  string
	}{
		"no clock": {voucherify.WithClock(nil), "clock"}, "no ids": {voucherify.WithIDs(nil), "ids"}, "no randomness": {voucherify.WithRand(nil), "rand"},
		"no logger": {voucherify.WithLogger(nil), "logger"}, "no observer": {voucherify.WithObserver(nil), "observer"},
		"no project": {voucherify.WithProject(""), "project"}, "a long project": {voucherify.WithProject(longName), "project"},
		"an unknown zone":   {voucherify.WithTimeZone("Mars/Base"), "time_zone"},
		"too many codes":    {voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 10_000_001}), "limits.max_codes_per_campaign"},
		"too many attempts": {voucherify.WithLimits(voucherify.Limits{MaxAttempts: 1001}), "limits.max_attempts"},
		"a window before":   {voucherify.WithLimits(voucherify.Limits{RollbackWindow: -1}), "limits.rollback_window"},
	} {
		eng, err := voucherify.New(s.store, test.option)
		if eng != nil || placeOf(t, err) != payload(test.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var cause *fault.Error
	if _, err := voucherify.New(nil); !errors.As(err, &cause) || cause.Field != "store" {
		t.Errorf("no store: %v", err)
	}
}
