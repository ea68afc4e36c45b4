package voucherify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

func TestWhatIsWrongWithGeneratedCodesIsSaidWhereItStands(t *testing.T) {
	t.Parallel()
	one := voucher.CodeConfig{Pattern: "A#", Charset: "0"}
	create := func(s *shop, count int, config voucher.CodeConfig) error {
		return second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.VouchersCount, c.Voucher.CodeConfig = count, config })))
	}
	add := func(s *shop, count int, config voucher.CodeConfig) error {
		s.must(create(s, 0, voucher.CodeConfig{}))
		return second(s.Campaigns.AddVouchers(background, "C", count, &config))
	}
	for _, test := range []struct {
		name string
		do   func(*shop) error
		want string
	}{
		{"created with fewer than none", func(s *shop) error { return create(s, -1, voucher.CodeConfig{}) }, "invalid_payload at vouchers_count"},
		{"created with more than the limit", func(s *shop) error { return create(s, 51, voucher.CodeConfig{}) }, "invalid_payload at vouchers_count"},
		{"created with more than the pattern has", func(s *shop) error { return create(s, 2, one) }, "invalid_code_config at voucher.code_config"},
		{"created with a bad character set", func(s *shop) error { return create(s, 1, voucher.CodeConfig{Charset: " "}) }, "invalid_code_config at voucher.code_config.charset"},
		{"no more codes", func(s *shop) error { return add(s, 0, voucher.CodeConfig{}) }, "invalid_payload at vouchers_count"},
		{"more than the limit", func(s *shop) error { return add(s, 51, voucher.CodeConfig{}) }, "invalid_payload at vouchers_count"},
		{"more than the pattern has", func(s *shop) error { return add(s, 2, one) }, "invalid_code_config at code_config"},
		{"a bad pattern", func(s *shop) error { return add(s, 1, voucher.CodeConfig{Prefix: "a b"}) }, "invalid_code_config at code_config.prefix"},
		{
			"a bad generic code",
			func(s *shop) error {
				return second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, " X" })))
			},
			"invalid_payload at voucher.code",
		},
	} {
		s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 50}))
		if got := s.refusal(test.do(s)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestACampaignTellsOfTheCodesThatAreMade(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, step := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"without codes", func() error { return second(s.Campaigns.Create(background, coupons("empty"))) }, []string{"campaign.created"}},
		{"with codes", func() error {
			return second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.VouchersCount = 3 })))
		}, []string{"campaign.created", "campaign.vouchers.generation.completed"}},
		{"with its one generic code", func() error {
			return second(s.Campaigns.Create(background, coupons("G", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "G" })))
		}, []string{"campaign.created"}},
		{"with further codes", func() error { return second(s.Campaigns.AddVouchers(background, "C", 2, nil)) },
			[]string{"campaign.vouchers.generation.completed", "campaign.vouchers.added"}},
		{"with a chosen code", func() error { return s.Campaigns.AddVoucher(background, "C", "X") }, []string{"campaign.vouchers.added"}},
	} {
		after := s.outboxEnd()
		s.must(step.do())
		if diff := cmp.Diff(step.want, s.events(after)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestACampaignChangesItsPoolAndItsJoinOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	off := discount.AmountOff(1, discount.ToOrder)
	created, err := s.Campaigns.Create(background, campaign.Campaign{Name: "C", Voucher: &campaign.Template{Discount: &off}})
	s.must(err)
	if created.CampaignType != campaign.DiscountCoupons || created.Type != campaign.Static || created.Voucher.Type != voucher.DiscountVoucher {
		t.Errorf("created %+v", created)
	}
	created.Type, created.JoinOnce = campaign.AutoUpdate, true
	updated, err := s.Campaigns.Update(background, created)
	s.must(err)
	if updated.Type != campaign.AutoUpdate || !updated.JoinOnce {
		t.Errorf("updated %+v", updated)
	}
	updated.Type, updated.JoinOnce = "", false
	updated, err = s.Campaigns.Update(background, updated)
	s.must(err)
	if updated.Type != campaign.AutoUpdate || updated.JoinOnce {
		t.Errorf("a pool that is not sent: %+v", updated)
	}
	updated.Type = campaign.Standalone
	if err := second(s.Campaigns.Update(background, updated)); s.refusal(err) != "invalid_campaign at type" {
		t.Errorf("becoming one code: %v", err)
	}
	generic, err := s.Campaigns.Create(background, coupons("G", func(c *campaign.Campaign) { c.Type, c.Voucher.Code, c.JoinOnce = campaign.Standalone, "G", true }))
	s.must(err)
	if generic.JoinOnce {
		t.Error("a campaign with one generic code is joined once")
	}
	generic.Type = campaign.Static
	if err := second(s.Campaigns.Update(background, generic)); s.refusal(err) != "invalid_campaign at type" {
		t.Errorf("becoming a pool: %v", err)
	}
}

func TestACategorySaysWhatTheStackingRulesMakeOfIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ids := map[string]string{}
	for _, name := range []string{"joint", "exclusive", "common"} {
		created, err := s.Categories.Create(background, promotion.Category{Name: name, StackingRulesType: "MINE"})
		s.must(err)
		if created.StackingRulesType != "" {
			t.Errorf("%s is created as %s", name, created.StackingRulesType)
		}
		ids[name] = created.ID
	}
	_, err := s.Settings.SetStackingRules(background, promotion.StackingRules{
		JointCategories: []string{ids["joint"]}, ExclusiveCategories: []string{ids["exclusive"]},
	})
	s.must(err)
	want := map[string]promotion.StackingRulesType{"joint": promotion.Joint, "exclusive": promotion.Exclusive, "common": ""}
	listed := map[string]promotion.StackingRulesType{}
	for category, err := range s.Categories.List(background, voucherify.ListOptions{}) {
		s.must(err)
		listed[category.Name] = category.StackingRulesType
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	for name, kind := range want {
		got, err := s.Categories.Get(background, name)
		s.must(err)
		if got.StackingRulesType != kind {
			t.Errorf("%s is %q, want %q", name, got.StackingRulesType, kind)
		}
		got.Hierarchy = 7
		updated, err := s.Categories.Update(background, got)
		s.must(err)
		if updated.StackingRulesType != kind {
			t.Errorf("%s is updated as %q", name, updated.StackingRulesType)
		}
	}
	for _, d := range s.store.Export().Documents {
		if d.ID == ids["joint"] && string(d.Body) != `{"id":"`+ids["joint"]+`","name":"joint","hierarchy":7,"created_at":"2026-11-25T12:00:00Z","version":2}` {
			t.Errorf("stored: %s", d.Body)
		}
	}
}

func TestFormulasCountThePublicationsOfACode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	off := discount.AmountOff(1, discount.ToOrder)
	off.AmountOffFormula = "VOUCHER_PUBLISH_COUNT + 1"
	s.coupon("GENERIC", off, 0)
	s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Voucher.Discount = &off }))))
	s.must(s.Campaigns.AddVoucher(background, "C", "UNIQUE"))
	taken := func(code string) int64 {
		t.Helper()
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes(code), Order: &order.Order{Amount: 10000}})
		s.must(err)
		return answer.Order.TotalDiscountAmount
	}
	for _, step := range []struct {
		code, sourceID string
		want           int64
	}{
		{"GENERIC", "", 100}, {"GENERIC", "ann", 200}, {"GENERIC", "bob", 300}, {"GENERIC", "eve", 400}, {"UNIQUE", "", 100}, {"UNIQUE", "ann", 200},
	} {
		if step.sourceID != "" {
			s.must(second(s.Publications.Create(background, publication.OfCode(step.code, of(step.sourceID)))))
		}
		if got := taken(step.code); got != step.want {
			t.Errorf("%s after it was given to %q: %d, want %d", step.code, step.sourceID, got, step.want)
		}
	}
}
