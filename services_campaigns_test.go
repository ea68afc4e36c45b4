package voucherify_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// coupons is a coupon campaign of 1.00 off.
func coupons(name string, edit ...func(*campaign.Campaign)) campaign.Campaign {
	off := discount.AmountOff(100, discount.ToOrder)
	c := campaign.Campaign{Name: name, CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}}
	for _, e := range edit {
		e(&c)
	}
	return c
}

// codes are the codes of a campaign, the oldest first.
func (s *shop) codes(campaignID string) []string {
	s.t.Helper()
	var codes []string
	for v, err := range s.Vouchers.List(background, voucherify.ListOptions{Parent: campaignID, OldestFirst: true}) {
		s.must(err)
		codes = append(codes, v.Code)
	}
	return codes
}

func TestACampaignIsStoredWithItsDefaults(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	once := int64(1)
	sent := coupons("Spring", func(c *campaign.Campaign) {
		c.VouchersCount, c.Metadata, c.Voucher.Redemption.Quantity = 2, metadata.Map{"season": "spring"}, &once
	})
	created, err := s.Campaigns.Create(background, sent)
	s.must(err)
	want := sent
	template := *sent.Voucher
	template.Type = voucher.DiscountVoucher
	want.ID, want.Type, want.Active, want.CreatedAt, want.Version, want.Voucher = created.ID, campaign.Static, true, noon, 1, &template
	if diff := cmp.Diff(want, created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if sent.Voucher.Type != "" {
		t.Error("the template of the caller was changed")
	}
	for _, name := range []string{created.ID, "Spring"} {
		got, err := s.Campaigns.Get(background, name)
		s.must(err)
		if diff := cmp.Diff(created, got); diff != "" {
			t.Errorf("read by %s (-want +got):\n%s", name, diff)
		}
	}
	for _, code := range s.codes(created.ID) {
		v, err := s.Vouchers.Get(background, code)
		s.must(err)
		want := voucher.Voucher{
			ID: v.ID, Code: code, CampaignID: created.ID, Type: voucher.DiscountVoucher, Active: true,
			Redemption: voucher.Redemption{Quantity: &once}, CreatedAt: noon, Version: 1,
		}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Errorf("code (-want +got):\n%s", diff)
		}
	}
}

func TestANameIsTakenUntilItsCampaignIsGoneForGood(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first, err := s.Campaigns.Create(background, coupons("Spring", func(c *campaign.Campaign) { c.VouchersCount = 1 }))
	s.must(err)
	code := s.codes(first.ID)[0]
	taken := func(err error, field, id string) {
		t.Helper()
		var cause *fault.Error
		if !errors.As(err, &cause) || cause.Key != fault.DuplicateFound || cause.Field != field || cause.ResourceID != id {
			t.Errorf("got %v, want that %s is taken by %s", err, field, id)
		}
	}
	taken(second(s.Campaigns.Create(background, coupons("Spring"))), "name", first.ID)
	s.must(s.Campaigns.Delete(background, "Spring", false))
	taken(second(s.Campaigns.Create(background, coupons("Spring"))), "name", "")
	taken(second(s.Vouchers.Create(background, voucher.Voucher{Code: code, Type: voucher.DiscountVoucher, Discount: &off100})), "code", "")
	if _, err := s.Campaigns.Get(background, "Spring"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a campaign in the bin: %v", err)
	}

	s.must(second(s.Campaigns.Create(background, coupons("Summer", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "SUMMER" }))))
	s.must(s.Campaigns.Delete(background, "Summer", true))
	s.must(second(s.Campaigns.Create(background, coupons("Summer", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "SUMMER" }))))
}

func TestCodesAreMadeAsTheConfigurationSays(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, test := range map[string]struct {
		config  voucher.CodeConfig
		pattern string
	}{
		"the default":          {voucher.CodeConfig{}, `^[0-9A-Za-z]{8}$`},
		"a length":             {voucher.CodeConfig{Length: 12}, `^[0-9A-Za-z]{12}$`},
		"a pattern":            {voucher.CodeConfig{Pattern: "AUT-###-##", Charset: "XYZ789"}, `^AUT-[XYZ789]{3}-[XYZ789]{2}$`},
		"prefix and postfix":   {voucher.CodeConfig{Prefix: "PRE-", Postfix: "-POST", Length: 6, Charset: "0123456789"}, `^PRE-[0-9]{6}-POST$`},
		"a pattern and length": {voucher.CodeConfig{Pattern: "L####", Length: 2, Charset: "0123456789"}, `^L[0-9]{4}$`},
	} {
		created, err := s.Campaigns.Create(background, coupons(name, func(c *campaign.Campaign) { c.VouchersCount, c.Voucher.CodeConfig = 40, test.config }))
		s.must(err)
		codes, pattern := s.codes(created.ID), regexp.MustCompile(test.pattern)
		if len(codes) != 40 || created.VouchersCount != 40 {
			t.Errorf("%s: %d codes, vouchers_count %d", name, len(codes), created.VouchersCount)
		}
		seen := map[string]bool{}
		for _, code := range codes {
			if !pattern.MatchString(code) || seen[code] {
				t.Errorf("%s: code %s (twice: %t)", name, code, seen[code])
			}
			seen[code] = true
		}
	}
}

// TestTheLastCodesOfASmallSpaceAreFound gives out ten codes, one of which somebody has chosen already.
func TestTheLastCodesOfASmallSpaceAreFound(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	config := voucher.CodeConfig{Pattern: "N#", Charset: "0123456789"}
	s.coupon("N7", off100, 0)
	created, err := s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.VouchersCount, c.Voucher.CodeConfig = 4, config }))
	s.must(err)
	added, err := s.Campaigns.AddVouchers(background, "C", 5, nil)
	s.must(err)
	all := s.codes(created.ID)
	if diff := cmp.Diff(all[4:], added); len(all) != 9 || diff != "" {
		t.Errorf("%d codes (-want +got):\n%s", len(all), diff)
	}
	_, err = s.Campaigns.AddVouchers(background, "C", 1, nil)
	if placeOf(t, err) != (place{fault.InvalidCodeConfig, "code_config"}) {
		t.Errorf("an eleventh code: %v", err)
	}
	other, err := s.Campaigns.AddVouchers(background, "C", 1, &voucher.CodeConfig{Pattern: "M#", Charset: "5"})
	s.must(err)
	if diff := cmp.Diff([]string{"M5"}, other); diff != "" {
		t.Errorf("another configuration (-want +got):\n%s", diff)
	}
	got, err := s.Campaigns.Get(background, "C")
	s.must(err)
	if got.VouchersCount != 10 {
		t.Errorf("vouchers_count = %d", got.VouchersCount)
	}
}

func TestAChosenCodeJoinsItsCampaign(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 2}))
	created, err := s.Campaigns.Create(background, coupons("C"))
	s.must(err)
	s.must(s.Campaigns.AddVoucher(background, "C", "VIP"))
	if got := placeOf(t, s.Campaigns.AddVoucher(background, "C", "VIP")); got != (place{fault.DuplicateFound, "code"}) {
		t.Errorf("the same code again: %v", got)
	}
	if got := placeOf(t, s.Campaigns.AddVoucher(background, "C", "V P ")); got != payload("code") {
		t.Errorf("a code with a space behind it: %v", got)
	}
	s.must(s.Campaigns.AddVoucher(background, created.ID, "VIP2"))
	if got := placeOf(t, s.Campaigns.AddVoucher(background, "C", "VIP3")); got != payload("vouchers_count") {
		t.Errorf("a third code of two: %v", got)
	}
	if got := placeOf(t, second(s.Campaigns.AddVouchers(background, "C", 0, nil))); got != payload("vouchers_count") {
		t.Errorf("no codes: %v", got)
	}
	s.must(second(s.Campaigns.Create(background, coupons("S", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "ONE" }))))
	s.promotion(0)
	for _, name := range []string{"S", "promotion 0"} {
		if got := placeOf(t, s.Campaigns.AddVoucher(background, name, "MORE")); got != (place{fault.InvalidCampaign, "campaign"}) {
			t.Errorf("a code for %s: %v", name, got)
		}
	}
	if diff := cmp.Diff([]string{"VIP", "VIP2"}, s.codes(created.ID)); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestAnUpdateKeepsWhatIsFixedAndMergesMetadata(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	created, err := s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Metadata = metadata.Map{"a": 1.0, "b": 1.0} }))
	s.must(err)
	s.now.Store(60)
	changed := created
	five := discount.AmountOff(500, discount.ToOrder)
	changed.Voucher = &campaign.Template{Discount: &five}
	changed.Description, changed.Metadata, changed.Window = "new", metadata.Map{"b": 2.0}, validity.Window{ExpirationDate: &later}
	got, err := s.Campaigns.Update(background, changed)
	s.must(err)
	want := created
	want.Description, want.Metadata, want.Window = "new", metadata.Map{"a": 1.0, "b": 2.0}, validity.Window{ExpirationDate: &later}
	want.Voucher = &campaign.Template{Type: voucher.DiscountVoucher, Discount: &five}
	at := noon.Add(60e9)
	want.UpdatedAt, want.Version = &at, 2
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, test := range map[string]struct {
		edit func(*campaign.Campaign)
		want place
	}{
		"a name":               {func(c *campaign.Campaign) { c.Name = "D" }, place{fault.InvalidCampaign, "name"}},
		"a kind":               {func(c *campaign.Campaign) { c.CampaignType = campaign.Promotion }, place{fault.InvalidCampaign, "campaign_type"}},
		"a type of discount":   {func(c *campaign.Campaign) { p := discount.Percent("5", discount.ToOrder); c.Voucher.Discount = &p }, place{fault.InvalidCampaign, "voucher.discount.type"}},
		"no discount":          {func(c *campaign.Campaign) { c.Voucher.Discount = nil }, place{fault.InvalidCampaign, "voucher.discount.type"}},
		"a broken window":      {func(c *campaign.Campaign) { c.StartDate, c.ExpirationDate = &later, &earlier }, payload("expiration_date")},
		"an amount below zero": {func(c *campaign.Campaign) { d := discount.AmountOff(-1, discount.ToOrder); c.Voucher.Discount = &d }, place{fault.InvalidAmount, "voucher.discount.amount_off"}},
	} {
		sent, template := got, *got.Voucher
		sent.Voucher = &template
		test.edit(&sent)
		if diff := cmp.Diff(test.want, placeOf(t, second(s.Campaigns.Update(background, sent)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAProtectedCampaignRefusesEveryChange(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	created, err := s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Protected = true }))
	s.must(err)
	for name, err := range map[string]error{
		"update": second(s.Campaigns.Update(background, created)), "enable": s.Campaigns.Enable(background, "C"),
		"disable": s.Campaigns.Disable(background, "C"), "delete": s.Campaigns.Delete(background, "C", true),
		"a code": s.Campaigns.AddVoucher(background, "C", "A"), "codes": second(s.Campaigns.AddVouchers(background, "C", 1, nil)),
	} {
		if !errors.Is(err, fault.ResourceProtected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeletingACampaignTakesEverythingInItAlong(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{true, false} {
		s := newShop(t)
		rule := s.plainRule()
		created, err := s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.VouchersCount, c.ValidationRules = 2, []string{rule} }))
		s.must(err)
		codes := s.codes(created.ID)
		s.must(second(s.Rules.Assign(background, rule, "voucher", s.voucherID(codes[0]))))
		result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes(codes[0]), Order: &order.Order{Amount: 1000}})
		s.must(err)
		s.must(s.Campaigns.Delete(background, "C", force))
		for _, code := range codes {
			if _, err := s.Vouchers.Get(background, code); !errors.Is(err, fault.NotFound) {
				t.Errorf("force %t: code %s: %v", force, code, err)
			}
		}
		_, err = s.Redeem(background, redemption.Request{Redeemables: redemption.Codes(codes[1])})
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("force %t: redeeming a code that is gone: %v", force, err)
		}
		s.must(s.Rules.Delete(background, rule, false)) // nothing is assigned any more
		s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
		left := 0
		for _, d := range s.store.Export().Documents {
			if strings.HasPrefix(string(d.Kind), "campaign") || d.Kind == "voucher" {
				left++
			}
		}
		if want := map[bool]int{true: 0, false: 3}[force]; left != want {
			t.Errorf("force %t: %d records are left, want %d in the bin", force, left, want)
		}
	}
}

func (s *shop) voucherID(code string) string {
	s.t.Helper()
	v, err := s.Vouchers.Get(background, code)
	s.must(err)
	return v.ID
}
