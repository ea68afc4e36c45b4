package promotion_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validity"
)

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "n" + strconv.Itoa(i)
	}
	return list
}

func TestCheckOfTiers(t *testing.T) {
	t.Parallel()
	start, end := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
	tenthOff, tooMuch := discount.Percent("10", discount.ToOrder), discount.Percent("100.5", discount.ToOrder)
	day := validity.Duration{Days: 1}
	type tier = promotion.Tier
	for _, tt := range []struct {
		name string
		set  func(*tier)
		want string
	}{
		{"a message without a discount", func(*tier) {}, ""},
		{"a discount", func(t *tier) { t.Action.Discount = &tenthOff }, ""},
		{"more than everything off", func(t *tier) { t.Action.Discount = &tooMuch },
			"invalid_payload action.discount.percent_off"},
		{"a discount without a type", func(t *tier) { t.Action.Discount = &discount.Discount{} },
			"invalid_payload action.discount.type"},
		{"no name", func(t *tier) { t.Name = "" }, "invalid_payload name"},
		{"the longest name", func(t *tier) { t.Name = strings.Repeat("x", 255) }, ""},
		{"a name that is a byte too long", func(t *tier) { t.Name = strings.Repeat("x", 256) }, "invalid_payload name"},
		{"the longest banner", func(t *tier) { t.Banner = strings.Repeat("x", 4096) }, ""},
		{"a banner that is a byte too long", func(t *tier) { t.Banner = strings.Repeat("x", 4097) }, "invalid_payload banner"},
		{"the first place", func(t *tier) { t.Hierarchy = 1 }, ""},
		{"a negative place", func(t *tier) { t.Hierarchy = -1 }, "invalid_payload hierarchy"},
		{"as many rules as allowed", func(t *tier) { t.ValidationRules = names(10) }, ""},
		{"a rule more than allowed", func(t *tier) { t.ValidationRules = names(11) }, "invalid_payload validation_rules"},
		{"a wrong value in the metadata", func(t *tier) { t.Metadata = metadata.Map{"a": math.Inf(1)} },
			"invalid_payload metadata.a"},
		{"both dates in their order", func(t *tier) { t.StartDate, t.ExpirationDate = &start, &end }, ""},
		{"an end before the start", func(t *tier) { t.StartDate, t.ExpirationDate = &end, &start },
			"invalid_payload expiration_date"},
		{"a timeframe that counts from the campaign's start", func(t *tier) { t.Timeframe = &validity.Timeframe{Interval: day, Duration: day} },
			""},
		{"a timeframe without a length", func(t *tier) { t.Timeframe = &validity.Timeframe{Interval: day} },
			"invalid_payload validity_timeframe.duration"},
		{"an eighth weekday", func(t *tier) { t.DaysOfWeek = []int{0, 7} }, "invalid_payload validity_day_of_week[1]"},
		{"an hour that does not exist", func(t *tier) { t.Hours = &validity.Hours{Daily: []validity.DailyHours{{StartTime: "24:30"}}} },
			"invalid_payload validity_hours.daily[0].start_time"},
		{"the first of several mistakes", func(t *tier) { t.Name, t.Hierarchy = "", -1 }, "invalid_payload name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checked := tier{Name: "10 % off"}
			tt.set(&checked)
			if diff := cmp.Diff(tt.want, refusal(checked.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckOfStacks(t *testing.T) {
	t.Parallel()
	of := func(ids ...string) promotion.StackTiers { return promotion.StackTiers{IDs: ids} }
	for _, tt := range []struct {
		name  string
		stack promotion.Stack
		want  string
	}{
		{"one tier", promotion.Stack{Name: "S", Tiers: of("promo_1")}, ""},
		{"as many tiers as allowed", promotion.Stack{Name: "S", Tiers: of(names(30)...)}, ""},
		{"a tier more than allowed", promotion.Stack{Name: "S", Tiers: of(names(31)...)}, "invalid_payload tiers.ids"},
		{"no tier", promotion.Stack{Name: "S"}, "invalid_payload tiers.ids"},
		{"no name", promotion.Stack{Tiers: of("promo_1")}, "invalid_payload name"},
		{"the longest name", promotion.Stack{Name: strings.Repeat("x", 255), Tiers: of("promo_1")}, ""},
		{"a name that is a byte too long", promotion.Stack{Name: strings.Repeat("x", 256), Tiers: of("promo_1")},
			"invalid_payload name"},
		{"the one hierarchy mode", promotion.Stack{Name: "S", Tiers: promotion.StackTiers{IDs: names(2), HierarchyMode: "MANUAL"}},
			""},
		{"another hierarchy mode", promotion.Stack{Name: "S", Tiers: promotion.StackTiers{IDs: names(2), HierarchyMode: "AUTO"}},
			"invalid_payload tiers.hierarchy_mode"},
		{"a tier twice", promotion.Stack{Name: "S", Tiers: of("promo_1", "promo_2", "promo_1")},
			"duplicated_redeemables tiers.ids"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.stack.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckOfCategories(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		category promotion.Category
		want     string
	}{
		{"a category", promotion.Category{Name: "Silver", Hierarchy: 2}, ""},
		{"the first place", promotion.Category{Name: "Silver"}, ""},
		{"a negative place", promotion.Category{Name: "Silver", Hierarchy: -1}, "invalid_payload hierarchy"},
		{"no name", promotion.Category{}, "invalid_payload name"},
		{"the longest name", promotion.Category{Name: strings.Repeat("x", 255)}, ""},
		{"a name that is a byte too long", promotion.Category{Name: strings.Repeat("x", 256)}, "invalid_payload name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.category.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func ExampleTier_Check() {
	off := discount.Percent("10", discount.ToOrder)
	tier := promotion.Tier{Name: "10 % off", Hierarchy: -1, Action: promotion.Action{Discount: &off}}
	fmt.Println(tier.Check())
	// Output: voucherify: invalid_payload: hierarchy: -1 is negative
}

func ExampleStack_Check() {
	stack := promotion.Stack{Name: "Summer", Tiers: promotion.StackTiers{IDs: []string{"promo_1", "promo_2", "promo_1"}}}
	fmt.Println(stack.Check())
	// Output: voucherify: duplicated_redeemables: tiers.ids: tier promo_1 stands twice in the stack
}
