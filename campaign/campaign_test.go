package campaign_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// coupons is a campaign that Check accepts.
func coupons() campaign.Campaign {
	tenthOff := discount.Percent("10", discount.ToOrder)
	return campaign.Campaign{
		Name: "Spring", CampaignType: campaign.DiscountCoupons, Type: campaign.AutoUpdate, VouchersCount: 10,
		Voucher: &campaign.Template{
			Type: voucher.DiscountVoucher, Discount: &tenthOff, CodeConfig: voucher.CodeConfig{Pattern: "SPRING-####"},
			Redemption: campaign.TemplateRedemption{Quantity: contract.Pointer[int64](1)},
		},
	}
}

func promotion() campaign.Campaign {
	return campaign.Campaign{Name: "Spring", CampaignType: campaign.Promotion}
}

func rules(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "val_" + strconv.Itoa(i)
	}
	return list
}

// checks is a table of changes to a campaign that is fine, with what they are refused for.
type checks []struct {
	name   string
	change func(*campaign.Campaign)
	want   string
}

func (c checks) run(t *testing.T, base func() campaign.Campaign) {
	t.Helper()
	for _, tt := range c {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			changed := base()
			tt.change(&changed)
			if diff := cmp.Diff(tt.want, contract.Refusal(changed.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckOfEveryCampaign(t *testing.T) {
	t.Parallel()
	start, end := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
	day := validity.Duration{Days: 1}
	type camp = campaign.Campaign
	table := checks{
		{"nothing wrong", func(*camp) {}, ""},
		{"no name", func(c *camp) { c.Name = "" }, "invalid_payload name"},
		{"the longest name", func(c *camp) { c.Name = strings.Repeat("x", 255) }, ""},
		{"a name that is a byte too long", func(c *camp) { c.Name = strings.Repeat("x", 256) }, "invalid_payload name"},
		{"the longest description", func(c *camp) { c.Description = strings.Repeat("x", 4096) }, ""},
		{"a description that is a byte too long", func(c *camp) { c.Description = strings.Repeat("x", 4097) },
			"invalid_payload description"},
		{"as many rules as allowed", func(c *camp) { c.ValidationRules = rules(1) }, ""},
		{"a rule more than allowed", func(c *camp) { c.ValidationRules = rules(2) }, "invalid_payload validation_rules"},
		{"fewer codes than none", func(c *camp) { c.VouchersCount = -1 }, "invalid_payload vouchers_count"},
		{"no kind", func(c *camp) { c.CampaignType = "" }, "invalid_payload campaign_type"},
		{"an unknown kind", func(c *camp) { c.CampaignType = "LUCKY_DRAW" }, "invalid_payload campaign_type"},
		{"gift cards without a gift", func(c *camp) { c.CampaignType = campaign.GiftVouchers }, "invalid_gift voucher.gift"},
		{"a loyalty program", func(c *camp) { c.CampaignType = campaign.LoyaltyProgram }, "invalid_campaign voucher.loyalty_card"},
		{"the static pool", func(c *camp) { c.Type = campaign.Static }, ""},
		{"no pool", func(c *camp) { c.Type = "" }, ""},
		{"an unknown pool", func(c *camp) { c.Type = "DYNAMIC" }, "invalid_payload type"},
		{"a lifetime of codes", func(c *camp) { c.ActivityDurationAfterPublishing = &validity.Duration{Days: 24} }, ""},
		{"a lifetime of zero", func(c *camp) { c.ActivityDurationAfterPublishing = &validity.Duration{} },
			"invalid_payload activity_duration_after_publishing"},
		{"a negative lifetime", func(c *camp) { c.ActivityDurationAfterPublishing = &validity.Duration{Months: 1, Days: -1} },
			"invalid_payload activity_duration_after_publishing"},
		{"a lifetime of more than 100 years", func(c *camp) { c.ActivityDurationAfterPublishing = &validity.Duration{Months: 1201} },
			"invalid_payload activity_duration_after_publishing"},
		{"a wrong value in the metadata", func(c *camp) { c.Metadata = metadata.Map{"a": []any{math.NaN()}} },
			"invalid_payload metadata.a"},
		{"too much metadata", func(c *camp) { c.Metadata = metadata.Map{"a": strings.Repeat("x", metadata.MaxBytes)} },
			"invalid_payload metadata"},
		{"both dates in their order", func(c *camp) { c.StartDate, c.ExpirationDate = &start, &end }, ""},
		{"one instant", func(c *camp) { c.StartDate, c.ExpirationDate = &start, &start }, ""},
		{"an end before the start", func(c *camp) { c.StartDate, c.ExpirationDate = &end, &start },
			"invalid_payload expiration_date"},
		{"a timeframe", func(c *camp) { c.StartDate, c.Timeframe = &start, &validity.Timeframe{Interval: day, Duration: day} },
			""},
		{"a timeframe without a start", func(c *camp) { c.Timeframe = &validity.Timeframe{Interval: day, Duration: day} },
			"invalid_payload start_date"},
		{"an eighth weekday", func(c *camp) { c.DaysOfWeek = []int{7} }, "invalid_payload validity_day_of_week[0]"},
		{"a weekday twice", func(c *camp) { c.DaysOfWeek = []int{1, 1} }, "invalid_payload validity_day_of_week[1]"},
		{"hours beside weekdays", func(c *camp) {
			c.DaysOfWeek, c.Hours = []int{1}, &validity.Hours{Daily: []validity.DailyHours{{StartTime: "09:00"}}}
		}, "invalid_payload validity_hours"},
		{"the first of several mistakes", func(c *camp) { c.Name, c.CampaignType = "", "?" }, "invalid_payload name"},
	}
	t.Run("of coupons", func(t *testing.T) { t.Parallel(); table.run(t, coupons) })
	t.Run("of a promotion", func(t *testing.T) { t.Parallel(); table.run(t, promotion) })
}

func TestCheckOfCoupons(t *testing.T) {
	t.Parallel()
	tooMuch := discount.Percent("101", discount.ToOrder)
	type camp = campaign.Campaign
	standalone := func(code string) func(*camp) {
		return func(c *camp) { c.Type, c.VouchersCount, c.Voucher.Code = campaign.Standalone, 0, code }
	}
	checks{
		{"no template", func(c *camp) { c.Voucher = nil }, "invalid_campaign voucher.discount"},
		{"no discount", func(c *camp) { c.Voucher.Discount = nil }, "invalid_campaign voucher.discount"},
		{"a discount that cannot be", func(c *camp) { c.Voucher.Discount = &tooMuch },
			"invalid_payload voucher.discount.percent_off"},
		{"no type of voucher", func(c *camp) { c.Voucher.Type = "" }, "invalid_campaign voucher.type"},
		{"gift cards", func(c *camp) { c.Voucher.Type = "GIFT_VOUCHER" }, "invalid_campaign voucher.type"},
		{"no limit of redemptions", func(c *camp) { c.Voucher.Redemption.Quantity = nil }, ""},
		{"the largest limit", func(c *camp) { c.Voucher.Redemption.Quantity = contract.Pointer(money.Max) }, ""},
		{"a limit above the largest", func(c *camp) { c.Voucher.Redemption.Quantity = contract.Pointer(money.Max + 1) },
			"invalid_payload voucher.redemption.quantity"},
		{"a limit of zero", func(c *camp) { c.Voucher.Redemption.Quantity = contract.Pointer[int64](0) },
			"invalid_payload voucher.redemption.quantity"},
		{"a negative limit", func(c *camp) { c.Voucher.Redemption.Quantity = contract.Pointer[int64](-1) },
			"invalid_payload voucher.redemption.quantity"},
		{"a fixed code in a pool that grows", func(c *camp) { c.Voucher.Code = "SPRING" }, "invalid_campaign voucher.code"},
		{"a fixed code in a static pool", func(c *camp) { c.Type, c.Voucher.Code = campaign.Static, "SPRING" },
			"invalid_campaign voucher.code"},
		{"one fixed code", standalone("SPRING"), ""},
		{"one fixed code that is missing", standalone(""), "invalid_payload voucher.code"},
		{"one fixed code with a line break", standalone("SPRING\n"), "invalid_payload voucher.code"},
		{"a charset with a space", func(c *camp) { c.Voucher.CodeConfig.Charset = "AB C" },
			"invalid_code_config voucher.code_config.charset"},
		{"a prefix that is no text", func(c *camp) { c.Voucher.CodeConfig.Prefix = "\xff" },
			"invalid_code_config voucher.code_config.prefix"},
		{"a negative length", func(c *camp) { c.Voucher.CodeConfig = voucher.CodeConfig{Length: -1} },
			"invalid_code_config voucher.code_config.length"},
		{"only the defaults", func(c *camp) { c.Type, c.VouchersCount, c.Voucher.CodeConfig = "", 0, voucher.CodeConfig{} }, ""},
	}.run(t, coupons)
}

func TestAPromotionHasNoCodes(t *testing.T) {
	t.Parallel()
	checks{
		{"a template", func(c *campaign.Campaign) { c.Voucher = coupons().Voucher }, "invalid_campaign voucher"},
		{"a number of codes", func(c *campaign.Campaign) { c.VouchersCount = 1 }, "invalid_campaign voucher"},
	}.run(t, promotion)
}

func ExampleCampaign_Check() {
	off := discount.Percent("10", discount.ToOrder)
	c := campaign.Campaign{
		Name: "Spring", CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone,
		Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: "SPRING"},
	}
	fmt.Println(c.Check())
	c.Type = campaign.Static
	fmt.Println(c.Check())
	// Output:
	// <nil>
	// voucherify: invalid_campaign: voucher.code: only a campaign of type STANDALONE has one fixed code
}

func TestWhatACampaignLeavesOpen(t *testing.T) {
	t.Parallel()
	type camp = campaign.Campaign
	template := func(kind voucher.Type) *campaign.Template { return &campaign.Template{Type: kind} }
	for _, tt := range []struct {
		name       string
		sent, want camp
	}{
		{"coupons by the type of their codes", camp{Voucher: template("DISCOUNT_VOUCHER")},
			camp{CampaignType: campaign.DiscountCoupons, Type: campaign.Static, Voucher: template("DISCOUNT_VOUCHER")}},
		{"codes without a type are coupons", camp{Voucher: template("")},
			camp{CampaignType: campaign.DiscountCoupons, Type: campaign.Static, Voucher: template("DISCOUNT_VOUCHER")}},
		{"gift cards", camp{Voucher: template("GIFT_VOUCHER")}, camp{CampaignType: campaign.GiftVouchers, Type: campaign.Static, Voucher: template("GIFT_VOUCHER")}},
		{"loyalty cards", camp{Voucher: template("LOYALTY_CARD")}, camp{CampaignType: campaign.LoyaltyProgram, Type: campaign.Static, JoinOnce: true, Voucher: template("LOYALTY_CARD")}},
		{"the kind that is sent counts", camp{CampaignType: campaign.LoyaltyProgram, Voucher: template("DISCOUNT_VOUCHER")},
			camp{CampaignType: campaign.LoyaltyProgram, Type: campaign.Static, JoinOnce: true, Voucher: template("DISCOUNT_VOUCHER")}},
		{"a referral programme, in which a customer has one code", camp{CampaignType: campaign.ReferralProgram, Voucher: template("")},
			camp{CampaignType: campaign.ReferralProgram, Type: campaign.Static, JoinOnce: true, Voucher: referralTemplate()}},
		{"a referral programme by its codes", camp{Voucher: &campaign.Template{IsReferralCode: true}},
			camp{CampaignType: campaign.ReferralProgram, Type: campaign.Static, JoinOnce: true, Voucher: referralTemplate()}},
		{"an unknown type of code gives no kind", camp{Voucher: template("TICKET")}, camp{Voucher: template("TICKET")}},
		{"without codes there is nothing to go by", camp{}, camp{}},
		{"a pool stays", camp{Type: campaign.AutoUpdate, JoinOnce: true, Voucher: template("")},
			camp{CampaignType: campaign.DiscountCoupons, Type: campaign.AutoUpdate, JoinOnce: true, Voucher: template("DISCOUNT_VOUCHER")}},
		{"one generic code is joined by many", camp{Type: campaign.Standalone, JoinOnce: true, Voucher: template("")},
			camp{CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone, Voucher: template("DISCOUNT_VOUCHER")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.sent.WithDefaults()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
