package loyalty_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
)

// The expirations of Voucherify's documentation, TV-31 to TV-38, and the bounds beside them.
func TestTheLastDayOfPoints(t *testing.T) {
	t.Parallel()
	inMonths := func(n int, rounding loyalty.Rounding, value int) *loyalty.ExpirationRules {
		return &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: n, RoundingType: rounding, RoundingValue: value}
	}
	yearly := func(month, day int) *loyalty.ExpirationRules {
		return &loyalty.ExpirationRules{PeriodType: loyalty.OnDayOfYear, FixedMonth: month, FixedDay: day}
	}
	for _, tt := range []struct {
		name, earned string
		rules        *loyalty.ExpirationRules
		want         string
	}{
		{"no rules: never", "2026-01-25", nil, ""},
		{"TV-31: a month", "2026-01-25", inMonths(1, "", 0), "2026-02-25"},
		{"TV-32: no month is the day itself", "2026-01-01", inMonths(0, "", 0), "2026-01-01"},
		{"TV-33: a month that has no such day", "2026-01-31", inMonths(1, "", 0), "2026-02-28"},
		{"TV-33: in a leap year", "2024-01-31", inMonths(1, "", 0), "2024-02-29"},
		{"TV-34: to the end of the month, from its first day", "2026-01-01", inMonths(1, loyalty.EndOfMonth, 0), "2026-02-28"},
		{"TV-34: to the end of the month, from its last day", "2026-01-31", inMonths(1, loyalty.EndOfMonth, 0), "2026-02-28"},
		{"TV-35: each 1 January, earned before", "2025-12-31", yearly(1, 1), "2026-01-01"},
		{"TV-35: each 1 January, earned behind", "2026-01-02", yearly(1, 1), "2027-01-01"},
		{"a day of the year, earned on the day", "2026-01-01", yearly(1, 1), "2026-01-01"},
		{"31 April is the 30th", "2026-04-30", yearly(4, 31), "2026-04-30"},
		{"29 February of a leap year", "2024-02-28", yearly(2, 29), "2024-02-29"},
		{"29 February of another year", "2025-02-28", yearly(2, 29), "2025-02-28"},
		{"29 February, earned a day behind", "2025-03-01", yearly(2, 29), "2026-02-28"},
		{"TV-36: a year", "2024-07-24", inMonths(12, "", 0), "2025-07-24"},
		{"a year from 29 February", "2024-02-29", inMonths(12, "", 0), "2025-02-28"},
		{"TV-37: to a month of the next year", "2025-01-27", inMonths(2, loyalty.ParticularMonth, 1), "2026-01-31"},
		{"TV-37: the same, earned in March", "2025-03-06", inMonths(2, loyalty.ParticularMonth, 1), "2026-01-31"},
		{"a particular month that it is in", "2025-01-31", inMonths(12, loyalty.ParticularMonth, 1), "2026-01-31"},
		{"a particular month of the same year", "2025-01-31", inMonths(1, loyalty.ParticularMonth, 6), "2025-06-30"},
		{"TV-38: to the end of the year", "2023-03-15", inMonths(3, loyalty.EndOfYear, 0), "2023-12-31"},
		{"to the end of the quarter", "2025-01-15", inMonths(3, loyalty.EndOfQuarter, 0), "2025-06-30"},
		{"to the end of the half-year", "2025-06-15", inMonths(1, loyalty.EndOfHalfYear, 0), "2025-12-31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.rules.Check(); err != nil {
				t.Fatal(err)
			}
			if got := tt.rules.LastDay(day(tt.earned)).String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPointsAreNeverOverBeforeTheyAreEarned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := &loyalty.ExpirationRules{PeriodType: rapid.SampledFrom([]loyalty.PeriodType{loyalty.InMonths, loyalty.OnDayOfYear}).Draw(t, "type")}
		if r.PeriodType == loyalty.OnDayOfYear {
			r.FixedMonth, r.FixedDay = rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 31).Draw(t, "day")
		} else {
			r.PeriodValue = rapid.IntRange(0, loyalty.MaxExpirationMonths).Draw(t, "months")
			r.RoundingType = rapid.SampledFrom([]loyalty.Rounding{
				"", loyalty.EndOfMonth, loyalty.EndOfQuarter, loyalty.EndOfHalfYear, loyalty.EndOfYear, loyalty.ParticularMonth,
			}).Draw(t, "rounding")
			r.RoundingValue = rapid.IntRange(1, 12).Draw(t, "value")
		}
		earned := loyalty.Date(rapid.Int32Range(1, 40000).Draw(t, "earned"))
		last := r.LastDay(earned)
		if last < earned || r.Check() != nil {
			t.Fatalf("%+v: earned on %s, over after %s", r, earned, last)
		}
		if r.PeriodType == loyalty.OnDayOfYear && last > earned+366 {
			t.Fatalf("%+v: earned on %s, over after %s", r, earned, last)
		}
		if later := r.LastDay(earned + 1); later < last {
			t.Fatalf("%+v: what is earned on %s lasts longer than what is earned a day later", r, earned)
		}
	})
}

func TestExpirationRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		rules loyalty.ExpirationRules
		want  string
	}{
		{"nothing", loyalty.ExpirationRules{}, "invalid_payload period_type"},
		{"the longest", loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1200}, ""},
		{"too long", loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1201}, "invalid_payload period_value"},
		{"negative", loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: -1}, "invalid_payload period_value"},
		{"an unknown rounding", loyalty.ExpirationRules{PeriodType: loyalty.InMonths, RoundingType: "UP"}, "invalid_payload rounding_type"},
		{"month 0", loyalty.ExpirationRules{PeriodType: loyalty.InMonths, RoundingType: loyalty.ParticularMonth}, "invalid_payload rounding_value"},
		{"month 13", loyalty.ExpirationRules{PeriodType: loyalty.InMonths, RoundingType: loyalty.ParticularMonth, RoundingValue: 13}, "invalid_payload rounding_value"},
		{"no month", loyalty.ExpirationRules{PeriodType: loyalty.OnDayOfYear, FixedDay: 1}, "invalid_payload fixed_month"},
		{"day 32", loyalty.ExpirationRules{PeriodType: loyalty.OnDayOfYear, FixedMonth: 1, FixedDay: 32}, "invalid_payload fixed_day"},
		{"a fixed day that is rounded", loyalty.ExpirationRules{PeriodType: loyalty.OnDayOfYear, FixedMonth: 1, FixedDay: 1, RoundingType: loyalty.EndOfYear}, "invalid_payload rounding_type"},
	} {
		card := loyalty.Card{ExpirationRules: &tt.rules}
		want := tt.want
		if want != "" {
			want = "invalid_payload expiration_rules." + want[len("invalid_payload "):]
		}
		if got := says(card.Check()); got != want {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
	}
	if got := says((&loyalty.Card{Points: -1}).Check()); got != "invalid_payload points" {
		t.Errorf("a card with -1 points: got %q", got)
	}
}

func TestAdjustmentsThatAreRefused(t *testing.T) {
	t.Parallel()
	today := day("2026-01-25")
	for _, tt := range []struct {
		name string
		a    loyalty.Adjustment
		want string
	}{
		{"an addition", loyalty.Adjustment{Points: 1}, ""},
		{"a removal that names the program's rules", loyalty.Adjustment{Points: -1, ExpirationType: loyalty.ProgramRules}, ""},
		{"today is not over", loyalty.Adjustment{Points: 1, ExpirationType: loyalty.CustomDate, ExpirationDate: today}, ""},
		{"yesterday is over", loyalty.Adjustment{Points: 1, ExpirationType: loyalty.CustomDate, ExpirationDate: today - 1}, "invalid_expiration_date expiration_date"},
		{"no date", loyalty.Adjustment{Points: 1, ExpirationType: loyalty.CustomDate}, "invalid_expiration_date expiration_date"},
		{"a date too many", loyalty.Adjustment{Points: 1, ExpirationDate: today}, "invalid_expiration_date expiration_date"},
		{"a date for a removal", loyalty.Adjustment{Points: -1, ExpirationType: loyalty.CustomDate, ExpirationDate: today}, "invalid_expiration_date expiration_type"},
		{"an unknown type", loyalty.Adjustment{Points: 1, ExpirationType: "SOON"}, "invalid_payload expiration_type"},
		{"nothing", loyalty.Adjustment{}, "invalid_amount points"},
		{"too much", loyalty.Adjustment{Points: most + 1}, "invalid_amount points"},
		{"a long source_id", loyalty.Adjustment{Points: 1, SourceID: string(make([]byte, ledger.MaxSourceID+1))}, "invalid_add_balance_params source_id"},
		{"a long reason", loyalty.Adjustment{Points: 1, Reason: string(make([]byte, ledger.MaxReason+1))}, "invalid_add_balance_params reason"},
	} {
		err := tt.a.Check()
		if err == nil {
			err = tt.a.CheckDate(today)
		}
		if got := says(err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
