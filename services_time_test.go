package voucherify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// moment is an instant and what a code answers then; the empty key is valid.
type moment struct {
	at   string // RFC 3339
	want fault.Key
}

// TestACodeIsOpenWhenItsWindowSays asks codes with every kind of window, in the zone of the project.
func TestACodeIsOpenWhenItsWindowSays(t *testing.T) {
	t.Parallel()
	instant := func(text string) *time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return &at
	}
	const notNow = fault.VoucherNotActiveNow
	for _, test := range []struct {
		name    string
		zone    string
		window  validity.Window
		moments []moment
	}{
		{
			"both dates belong to the window", "UTC",
			validity.Window{StartDate: instant("2026-12-01T10:00:00Z"), ExpirationDate: instant("2026-12-03T10:00:00Z")},
			[]moment{
				{"2026-12-01T09:59:59Z", fault.VoucherNotActive}, {"2026-12-01T10:00:00Z", ""}, {"2026-12-03T10:00:00Z", ""},
				{"2026-12-03T10:00:01Z", fault.VoucherExpired},
			},
		},
		{
			"dates are instants, whatever the zone", "Pacific/Auckland",
			validity.Window{StartDate: instant("2026-12-01T00:00:00+13:00")},
			[]moment{{"2026-11-30T10:59:59Z", fault.VoucherNotActive}, {"2026-11-30T11:00:00Z", ""}},
		},
		{
			"days are those of the zone: Saturday in Warsaw", "Europe/Warsaw", validity.Window{DaysOfWeek: []int{6}},
			[]moment{
				{"2026-11-27T22:59:59Z", notNow}, {"2026-11-27T23:00:00Z", ""}, {"2026-11-28T22:59:59Z", ""}, {"2026-11-28T23:00:00Z", notNow},
			},
		},
		{
			"the same days in New York", "America/New_York", validity.Window{DaysOfWeek: []int{6}},
			[]moment{{"2026-11-28T04:59:59Z", notNow}, {"2026-11-28T05:00:00Z", ""}, {"2026-11-29T04:59:59Z", ""}, {"2026-11-29T05:00:00Z", notNow}},
		},
		{
			"hours of the zone, before and after its clocks change", "Europe/Warsaw",
			validity.Window{Hours: &validity.Hours{Daily: []validity.DailyHours{{StartTime: "08:00", ExpirationTime: "16:00"}}}},
			[]moment{
				{"2026-12-01T06:59:59Z", notNow}, {"2026-12-01T07:00:00Z", ""}, {"2026-12-01T15:00:59Z", ""}, {"2026-12-01T15:01:00Z", notNow},
				{"2027-04-01T05:59:59Z", notNow}, {"2027-04-01T06:00:00Z", ""},
			},
		},
		{
			"hours through midnight belong to the day on which they begin", "UTC",
			validity.Window{Hours: &validity.Hours{Daily: []validity.DailyHours{{DaysOfWeek: []int{5}, StartTime: "22:00", ExpirationTime: "02:00"}}}},
			[]moment{
				{"2026-11-27T21:59:00Z", notNow}, {"2026-11-27T22:00:00Z", ""}, {"2026-11-28T01:59:00Z", ""}, {"2026-11-28T02:01:00Z", notNow},
				{"2026-11-28T22:00:00Z", notNow},
			},
		},
		{
			"an hour every other day, from the start on", "UTC",
			validity.Window{StartDate: instant("2026-12-01T10:00:00Z"), Timeframe: &validity.Timeframe{
				Interval: validity.Duration{Days: 2}, Duration: validity.Duration{Seconds: 3600},
			}},
			[]moment{
				{"2026-12-01T09:59:59Z", fault.VoucherNotActive}, {"2026-12-01T10:00:00Z", ""}, {"2026-12-01T11:00:00Z", notNow},
				{"2026-12-02T10:30:00Z", notNow}, {"2026-12-03T10:30:00Z", ""},
			},
		},
		{
			"a daily timeframe keeps its local hour", "Europe/Warsaw",
			validity.Window{StartDate: instant("2027-03-26T08:00:00+01:00"), Timeframe: &validity.Timeframe{
				Interval: validity.Duration{Days: 1}, Duration: validity.Duration{Seconds: 3600},
			}},
			[]moment{{"2027-03-27T07:30:00Z", ""}, {"2027-03-28T06:30:00Z", ""}, {"2027-03-28T07:30:00Z", notNow}},
		},
		{
			"a timeframe and days hold together", "UTC",
			validity.Window{DaysOfWeek: []int{2}, StartDate: instant("2026-12-01T10:00:00Z"), Timeframe: &validity.Timeframe{
				Interval: validity.Duration{Days: 1}, Duration: validity.Duration{Seconds: 3600},
			}},
			[]moment{{"2026-12-01T10:30:00Z", ""}, {"2026-12-02T10:30:00Z", notNow}, {"2026-12-08T10:30:00Z", ""}, {"2026-12-08T11:30:00Z", notNow}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, voucherify.WithTimeZone(test.zone))
			s.must(second(s.Vouchers.Create(background, voucher.Voucher{Code: "OWN", Type: voucher.DiscountVoucher, Discount: &off100, Window: test.window})))
			s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Window = test.window }))))
			s.must(s.Campaigns.AddVoucher(background, "C", "INHERITED"))
			for _, m := range test.moments {
				s.at(*instant(m.at))
				for _, code := range []string{"OWN", "INHERITED"} {
					answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes(code)})
					s.must(err)
					if diff := cmp.Diff(m.want, answer.Decision.Reason); diff != "" {
						t.Errorf("%s at %s (-want +got):\n%s", code, m.at, diff)
					}
				}
			}
		})
	}
}

// A code may say some of its window itself and take the rest from its campaign.
func TestACodeAndItsCampaignShareAWindow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.StartDate, c.ExpirationDate = &earlier, &later }))))
	s.must(s.Campaigns.AddVoucher(background, "C", "A"))
	longer := later.Add(time.Hour)
	s.editVoucher("A", func(v *voucher.Voucher) { v.ExpirationDate = &longer })
	for at, want := range map[time.Time]fault.Key{
		noon: fault.VoucherNotActive, earlier: "", later.Add(time.Minute): "", longer.Add(time.Second): fault.VoucherExpired,
	} {
		s.at(at)
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("A")})
		s.must(err)
		if answer.Decision.Reason != want {
			t.Errorf("at %s: %q, want %q", at, answer.Decision.Reason, want)
		}
	}
}

// The life of a published code is counted on the calendar of the project.
func TestALifeOfAMonthEndsOnTheSameLocalHour(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithTimeZone("Europe/Warsaw"))
	starts := time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)
	s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) {
		c.ActivityDurationAfterPublishing, c.StartDate = &validity.Duration{Months: 1}, &starts
	}))))
	s.must(s.Campaigns.AddVoucher(background, "C", "BEFORE"))
	s.must(s.Campaigns.AddVoucher(background, "C", "AFTER"))
	buyer := func(code string, at time.Time) voucher.Voucher {
		t.Helper()
		s.at(at)
		v, err := s.publish(code, customerC1)
		s.must(err)
		return v
	}
	before := buyer("BEFORE", time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	after := buyer("AFTER", time.Date(2027, 3, 15, 9, 0, 0, 0, time.UTC))
	for _, test := range []struct {
		name             string
		v                voucher.Voucher
		wantFrom, wantTo string
	}{
		// Warsaw has its clocks an hour further from 28 March on.
		{"given out before the campaign begins", before, "2027-03-10T09:00:00Z", "2027-04-01T08:00:00Z"},
		{"given out after it began", after, "2027-03-15T09:00:00Z", "2027-04-15T08:00:00Z"},
	} {
		from, to := test.v.StartDate.Format(time.RFC3339), test.v.ExpirationDate.Format(time.RFC3339)
		if diff := cmp.Diff([]string{test.wantFrom, test.wantTo}, []string{from, to}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestARollbackNeitherAsksForValidityNorForTheSwitch(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("A", off100, 1)
	s.editVoucher("A", func(v *voucher.Voucher) { v.ExpirationDate = &earlier })
	result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("A")})
	s.must(err)
	s.at(later)
	s.must(s.Vouchers.Disable(background, "A"))
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	s.redeemed("A", 0)
	if err := second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("A")})); !errors.Is(err, fault.VoucherDisabled) {
		t.Errorf("redeeming it again: %v", err)
	}
}
