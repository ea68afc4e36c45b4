package voucherify_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
)

// condition is a rule of one condition.
func condition(name string, values ...any) validation.Rule {
	return validation.Rule{Name: name, Rules: validation.Group{Logic: "1", Nodes: map[string]validation.Node{
		"1": {Name: name, Conditions: validation.Conditions{"$is": values}},
	}}}
}

// under creates a coupon campaign with a rule.
func (s *shop) under(name string, r validation.Rule) string {
	s.t.Helper()
	rule := made(s.Rules.Create(background, r))
	return made(s.Campaigns.Create(background, coupons(name, func(c *campaign.Campaign) { c.ValidationRules = []string{rule.ID} }))).ID
}

// stored writes a record that the services of this version refuse, as another version may have left it.
func (s *shop) stored(kind record.Kind, id, body string) {
	s.t.Helper()
	s.must(s.store.Update(background, func(tx store.Tx) error {
		return tx.Put(background, record.Document{Kind: kind, ID: id, CreatedAt: noon, Body: []byte(body)})
	}))
}

func (s *shop) loyaltyAndReferral() {
	s.t.Helper()
	s.stored(record.Campaign, "camp_loyalty", `{"name": "L", "campaign_type": "LOYALTY_PROGRAM", "voucher": {"type": "LOYALTY_CARD", "redemption": {}}}`)
	s.stored(record.Campaign, "camp_referral", `{"name": "R", "campaign_type": "REFERRAL_PROGRAM", "voucher": {"type": "DISCOUNT_VOUCHER", "redemption": {}}}`)
}

const unsupported = "campaign_type_is_not_supported_by_campaign_template campaign_type"

func TestWhatCannotBeSavedAsATemplate(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	b.saved()
	members := made(b.Segments.Create(background, customer.Segment{Name: "Members"})).ID
	b.loyaltyAndReferral()
	for _, tt := range []struct{ name, source, as, description, want string }{
		{"a promotion", b.promotion(1), "T", "", unsupported},
		{"a loyalty program", "camp_loyalty", "T", "", unsupported},
		{"a referral program", "camp_referral", "T", "", unsupported},
		{"a campaign that does not exist", "camp_0", "T", "", "not_found "},
		{"no name", "Spring", "", "", "invalid_payload name"},
		{"a name that is too long", "Spring", strings.Repeat("x", 256), "", "invalid_payload name"},
		{"a description that is too long", "Spring", "T", strings.Repeat("x", 4097), "invalid_payload description"},
		{"a name that is taken", "Spring", "Spring", "", "duplicate_found name"},
		{"a static segment", b.under("A", condition("customer.segment", members)), "T", "", "invalid_payload validation_rules[0]"},
		{"a static segment in an expression", b.under("B", validation.Rule{Name: "r", Expression: `"` + members + `" in customer.segments`}), "T", "",
			"invalid_payload validation_rules[0]"},
		{"an API key", b.under("C", condition("redemption.api_key", "k")), "T", "", "invalid_payload validation_rules[0].rules.1"},
		{"a user", b.under("D", condition("redemption.user.login", "u")), "T", "", "invalid_payload validation_rules[0].rules.1"},
		{"a loyalty tier", b.under("E", condition("customer.loyalty.tier", "ltr_1")), "T", "", "invalid_payload validation_rules[0].rules.1"},
		{"an API key in an expression", b.under("F", validation.Rule{Name: "r", Expression: `redemption.api_key == "k"`}), "T", "",
			"invalid_payload validation_rules[0].expression"},
		{"a loyalty tier in an expression", b.under("G", validation.Rule{Name: "r", Expression: `"gold" in customer.loyalty_tiers`}), "T", "",
			"invalid_payload validation_rules[0].expression"},
	} {
		before := b.store.Export()
		_, err := b.Templates.CreateFromCampaign(background, tt.source, tt.as, tt.description)
		if got := contract.Refusal(err); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
		if diff := cmp.Diff(before, b.store.Export()); diff != "" {
			t.Errorf("%s left something (-before +after):\n%s", tt.name, diff)
		}
		var cause *fault.Error
		if strings.HasPrefix(tt.name, "a static segment") && (!errors.As(err, &cause) || cause.ResourceType != "segment" || cause.ResourceID != members) {
			t.Errorf("%s: %v does not name it", tt.name, cause)
		}
	}
	if got := contract.Refusal(second(b.Templates.CreateFromTier(background, "promo_0", "T", ""))); got != "not_found " {
		t.Errorf("a tier that does not exist: %s", got)
	}
}

func TestWhatCannotBeSetUpFromATemplate(t *testing.T) {
	t.Parallel()
	b := newBoutique(t)
	saved := b.saved().ID
	promo := b.promotion(1)
	gifts := made(b.Templates.CreateFromCampaign(background, made(b.Campaigns.Create(background, campaign.Campaign{
		Name: "Gifts", CampaignType: campaign.GiftVouchers, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: 100}},
	})).ID, "Gifts", "")).ID
	one := made(b.Templates.CreateFromCampaign(background, made(b.Campaigns.Create(background, coupons("One", func(c *campaign.Campaign) {
		c.Type, c.Voucher.Code = campaign.Standalone, "ONE"
	}))).ID, "One", "")).ID
	message := made(b.Templates.CreateFromTier(background, made(b.Promotions.CreateTier(background, promotion.Tier{CampaignID: promo, Name: "m"})).ID, "Message", "")).ID
	holder := condition("publication.redeemable_by_linked_customer", true)
	holder.ContextType = "campaign.discount_coupons"
	held := made(b.Templates.CreateFromCampaign(background, b.under("Held", holder), "Held", "")).ID

	setup := func(id string, o template.CampaignOverrides) func() error {
		return func() error { return second(b.Templates.CampaignSetup(background, id, o)) }
	}
	tier := func(id string, o template.TierOverrides) func() error {
		return func() error { return second(b.Templates.TierSetup(background, id, o)) }
	}
	for _, tt := range []struct {
		name string
		call func() error
		want string
	}{
		{"a template that does not exist", setup("camp_tpl_0", template.CampaignOverrides{Name: "x"}), "not_found "},
		{"no template", setup("", template.CampaignOverrides{Name: "x"}), "invalid_payload id"},
		{"no name", setup(saved, template.CampaignOverrides{}), "invalid_payload name"},
		{"the name of a campaign", setup(saved, template.CampaignOverrides{Name: "Spring"}), "duplicate_found name"},
		{"fewer codes than none", setup(saved, template.CampaignOverrides{Name: "x", VouchersCount: -1}), "invalid_payload vouchers_count"},
		{"more codes than allowed", setup(saved, template.CampaignOverrides{Name: "x", VouchersCount: 100_001}), "invalid_payload vouchers_count"},
		{"a category that does not exist", setup(saved, template.CampaignOverrides{Name: "x", CategoryID: "cat_0"}), "not_found category_id"},
		{"the code of the original", setup(one, template.CampaignOverrides{Name: "x", Voucher: &template.VoucherOverrides{Code: "ONE"}}), "duplicate_found code"},
		{"one generic code that is missing", setup(one, template.CampaignOverrides{Name: "x"}), "invalid_payload voucher.code"},
		{"coupons without a discount", setup(message, template.CampaignOverrides{Name: "x"}), "invalid_campaign voucher.discount"},
		{"a tier of a template that does not exist", tier("camp_tpl_0", template.TierOverrides{Name: "x", CampaignID: promo}), "not_found "},
		{"a tier of gift cards", tier(gifts, template.TierOverrides{Name: "x", CampaignID: promo}), unsupported},
		{"a tier without a name", tier(saved, template.TierOverrides{CampaignID: promo}), "invalid_payload name"},
		{"a tier without a campaign", tier(saved, template.TierOverrides{Name: "x"}), "invalid_payload campaign_id"},
		{"a tier in a campaign that does not exist", tier(saved, template.TierOverrides{Name: "x", CampaignID: "camp_0"}), "not_found campaign_id"},
		{"a tier among coupons", tier(saved, template.TierOverrides{Name: "x", CampaignID: b.campaign.ID}), "invalid_campaign campaign_id"},
		{"a tier for the holder of a code", tier(held, template.TierOverrides{Name: "x", CampaignID: promo}), "invalid_validation_rules rules.1.name"},
	} {
		before := b.store.Export()
		if got := contract.Refusal(tt.call()); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
		if diff := cmp.Diff(before, b.store.Export()); diff != "" {
			t.Errorf("%s left something (-before +after):\n%s", tt.name, diff)
		}
	}
	ended, cancel := context.WithCancel(background)
	cancel()
	if _, err := b.Templates.CampaignSetup(ended, saved, template.CampaignOverrides{Name: "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was given up: %v", err)
	}
}
