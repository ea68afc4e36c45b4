package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// limited is a shop with two codes of one campaign that takes 10.00 off, and a rule on the campaign.
func limited(t *testing.T, condition string, opts ...voucherify.Option) *shop {
	t.Helper()
	ctx := context.Background()
	s := newShop(t, opts...)
	off := discount.AmountOff(1000, discount.ToOrder)
	camp, err := s.Campaigns.Create(ctx, campaign.Campaign{
		Name: "Limited", CampaignType: campaign.DiscountCoupons,
		Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off},
	})
	s.must(err)
	s.must(s.Campaigns.AddVoucher(ctx, camp.ID, "ONE"))
	s.must(s.Campaigns.AddVoucher(ctx, camp.ID, "TWO"))
	if condition != "" {
		s.rule(`{"name":"limit","rules":{"1":`+condition+`}}`, validation.OnCampaign, camp.ID)
	}
	return s
}

// try redeems a code for a customer (empty for none) and says "ok" or the key of the refusal.
func (s *shop) try(request redemption.Request) string {
	s.t.Helper()
	_, err := s.Redeem(context.Background(), request)
	var refused *redemption.Refused
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return string(refused.Cause.Key)
	}
	s.t.Fatal(err)
	return ""
}

func buying(code, buyer string, amount int64) redemption.Request {
	r := redemption.Request{Redeemables: redemption.Codes(code), Order: &order.Order{Amount: amount}}
	if buyer != "" {
		r.Customer = &customer.Customer{SourceID: buyer}
	}
	return r
}

const violated = string(fault.RedemptionRulesViolated)

func TestEachLimitLetsThroughExactlyWhatItSays(t *testing.T) {
	t.Parallel()
	ann, bob := "ann", "bob"
	key := func(r redemption.Request, apiKey, user string) redemption.Request {
		r.Actor = redemption.Actor{APIKey: apiKey, User: user}
		return r
	}
	for _, test := range []struct {
		name, limit string
		requests    []redemption.Request
		want        []string
	}{
		{
			"campaign redemptions count over all codes and customers", "campaign.redemptions.count",
			[]redemption.Request{buying("ONE", ann, 5000), buying("TWO", bob, 5000), buying("ONE", "", 5000)}, []string{"ok", "ok", violated},
		},
		{
			"campaign redemptions per day", "campaign.redemptions.count.daily",
			[]redemption.Request{buying("ONE", ann, 5000), buying("TWO", bob, 5000), buying("TWO", "", 5000)}, []string{"ok", "ok", violated},
		},
		{
			"redemptions of one code per day leave the other code alone", "redemption.count.daily",
			[]redemption.Request{buying("ONE", ann, 5000), buying("ONE", bob, 5000), buying("ONE", "", 5000), buying("TWO", "", 5000)},
			[]string{"ok", "ok", violated, "ok"},
		},
		{
			"per customer and code", "redemption.count.per_customer",
			[]redemption.Request{buying("ONE", ann, 5000), buying("ONE", ann, 5000), buying("ONE", ann, 5000), buying("TWO", ann, 5000), buying("ONE", bob, 5000)},
			[]string{"ok", "ok", violated, "ok", "ok"},
		},
		{
			"per customer and code in a week", "redemption.count.per_customer.weekly",
			[]redemption.Request{buying("ONE", ann, 5000), buying("ONE", ann, 5000), buying("ONE", ann, 5000), buying("ONE", bob, 5000)},
			[]string{"ok", "ok", violated, "ok"},
		},
		{
			"per customer in the campaign", "campaign.redemptions.customers_count",
			[]redemption.Request{buying("ONE", ann, 5000), buying("TWO", ann, 5000), buying("ONE", ann, 5000), buying("TWO", bob, 5000)},
			[]string{"ok", "ok", violated, "ok"},
		},
		{
			"per customer in the campaign in a month", "campaign.redemptions.customers_count.monthly",
			[]redemption.Request{buying("ONE", ann, 5000), buying("TWO", ann, 5000), buying("ONE", ann, 5000), buying("TWO", bob, 5000)},
			[]string{"ok", "ok", violated, "ok"},
		},
		{
			"a limit per customer needs a customer", "redemption.count.per_customer.daily",
			[]redemption.Request{buying("ONE", "", 5000)}, []string{string(fault.MissingCustomer)},
		},
		{
			"per API key; calls without a key are not counted", "redemption.count.per_api_key",
			[]redemption.Request{
				key(buying("ONE", "", 5000), "web", ""), key(buying("ONE", "", 5000), "web", ""), key(buying("ONE", "", 5000), "web", ""),
				key(buying("ONE", "", 5000), "app", ""), buying("ONE", "", 5000), buying("ONE", "", 5000), buying("ONE", "", 5000),
			},
			[]string{"ok", "ok", violated, "ok", "ok", "ok", "ok"},
		},
		{
			"per user", "redemption.count.per_user",
			[]redemption.Request{key(buying("ONE", "", 5000), "", "eve"), key(buying("ONE", "", 5000), "", "eve"), key(buying("ONE", "", 5000), "", "eve")},
			[]string{"ok", "ok", violated},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := limited(t, fmt.Sprintf(`{"name":%q,"conditions":{"$less_than_or_equal":[2]}}`, test.limit))
			var got []string
			for _, request := range test.requests {
				got = append(got, s.try(request))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPeriodEndsAtMidnightOfTheProject(t *testing.T) {
	t.Parallel()
	local := func(zone, text string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04:05", text, mustLoad(t, zone))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	const warsaw, newYork = "Europe/Warsaw", "America/New_York"
	for _, test := range []struct {
		name, limit, zone string
		weekStart         time.Weekday
		full, next        string // the last instant of the period and the first of the next, in local time
	}{
		{"a day", "redemption.count.daily", warsaw, time.Monday, "2026-06-30 23:59:59", "2026-07-01 00:00:00"},
		{"a day of 23 hours", "redemption.count.daily", warsaw, time.Monday, "2026-03-29 23:59:59", "2026-03-30 00:00:00"},
		{"a day of 25 hours", "redemption.count.daily", warsaw, time.Monday, "2026-10-25 23:59:59", "2026-10-26 00:00:00"},
		{"a day of 23 hours in New York", "redemption.count.daily", newYork, time.Monday, "2026-03-08 23:59:59", "2026-03-09 00:00:00"},
		{"a day of 25 hours in New York", "redemption.count.daily", newYork, time.Monday, "2026-11-01 23:59:59", "2026-11-02 00:00:00"},
		{"a week from Monday", "campaign.redemptions.count.weekly", warsaw, time.Monday, "2026-10-25 23:59:59", "2026-10-26 00:00:00"},
		{"a week from Sunday", "campaign.redemptions.count.weekly", newYork, time.Sunday, "2026-03-07 23:59:59", "2026-03-08 00:00:00"},
		{"a week from Saturday", "campaign.redemptions.count.weekly", newYork, time.Saturday, "2026-10-30 23:59:59", "2026-10-31 00:00:00"},
		{"a week over new year", "redemption.count.weekly", warsaw, time.Monday, "2027-01-03 23:59:59", "2027-01-04 00:00:00"},
		{"a month", "campaign.redemptions.count.monthly", warsaw, time.Monday, "2028-02-29 23:59:59", "2028-03-01 00:00:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := limited(t, fmt.Sprintf(`{"name":%q,"conditions":{"$less_than_or_equal":[1]}}`, test.limit),
				voucherify.WithTimeZone(test.zone), voucherify.WithWeekStart(test.weekStart))
			end, next := local(test.zone, test.full), local(test.zone, test.next)
			var got []string
			for _, at := range []time.Time{end.Add(-time.Hour), end, next, next.Add(time.Hour)} {
				s.at(at)
				got = append(got, s.try(buying("ONE", "", 5000)))
			}
			if diff := cmp.Diff([]string{"ok", violated, "ok", violated}, got); diff != "" {
				t.Errorf("before, at the end, at the start of the next, after (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARollbackReturnsToThePeriodInWhichTheRedemptionWasCounted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := limited(t, `{"name":"redemption.count.daily","conditions":{"$less_than_or_equal":[1]}}`)
	monday := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	s.at(monday)
	first, err := s.Redeem(ctx, buying("ONE", "", 5000))
	s.must(err)
	s.at(monday.AddDate(0, 0, 1))
	if got := s.try(buying("ONE", "", 5000)); got != "ok" {
		t.Fatalf("on Tuesday: %s", got)
	}
	_, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: first.Redemptions[0].ID})
	s.must(err)
	if got := s.try(buying("ONE", "", 5000)); got != violated {
		t.Errorf("Monday's rollback has freed Tuesday: %s", got)
	}
	s.at(monday.Add(time.Hour))
	if got := s.try(buying("ONE", "", 5000)); got != "ok" {
		t.Errorf("Monday is still full: %s", got)
	}
}

func TestALimitThatIsAssignedLaterSeesWhatWentBefore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := limited(t, "")
	if got := s.try(buying("ONE", "ann", 5000)); got != "ok" {
		t.Fatal(got)
	}
	camp, err := s.Campaigns.Get(ctx, "Limited")
	s.must(err)
	s.rule(`{"name":"limit","rules":{"1":{"name":"campaign.redemptions.customers_count.weekly","conditions":{"$less_than":[2]}}}}`,
		validation.OnCampaign, camp.ID)
	if got := s.try(buying("TWO", "ann", 5000)); got != violated {
		t.Errorf("the second redemption of the week: %s", got)
	}
}

func TestTwoCodesOfOneCampaignInOneRequestCountTwice(t *testing.T) {
	t.Parallel()
	s := limited(t, `{"name":"campaign.redemptions.customers_count.daily","conditions":{"$less_than_or_equal":[1]}}`)
	request := buying("ONE", "ann", 5000)
	request.Redeemables = redemption.Codes("ONE", "TWO")
	answer, err := s.Validate(context.Background(), request)
	s.must(err)
	if got, want := told(answer), "refused: ONE -1000, TWO redemption_rules_violated; inapplicable: TWO redemption_rules_violated"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func mustLoad(t *testing.T, zone string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return location
}
