package validity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the tests need the zones wherever they run

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validity"
)

var (
	warsaw  = mustZone("Europe/Warsaw")
	newYork = mustZone("America/New_York")
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// instant reads RFC 3339, so that a test can say which of two equal local times it means.
func instant(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

func date(text string) *time.Time {
	t := instant(text)
	return &t
}

func duration(text string) validity.Duration {
	d, err := validity.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	return d
}

func every(interval, length string) *validity.Timeframe {
	return &validity.Timeframe{Interval: duration(interval), Duration: duration(length)}
}

func daily(entries ...validity.DailyHours) *validity.Hours { return &validity.Hours{Daily: entries} }

func TestAt(t *testing.T) {
	t.Parallel()
	dates := validity.Window{StartDate: date("2026-03-01T10:00:00Z"), ExpirationDate: date("2026-03-31T22:00:00Z")}
	weekend := validity.Window{DaysOfWeek: []int{0, 6}}
	lunch := validity.Window{Hours: daily(validity.DailyHours{DaysOfWeek: []int{2, 4}, StartTime: "09:00", ExpirationTime: "11:00"})}
	evening := validity.Window{Hours: daily(validity.DailyHours{DaysOfWeek: []int{1}, StartTime: "18:00"})}
	night := validity.Window{Hours: daily(validity.DailyHours{DaysOfWeek: []int{6}, StartTime: "22:00", ExpirationTime: "02:00"})}
	morning := validity.Window{Hours: daily(validity.DailyHours{ExpirationTime: "08:30:59"})}
	nightlyFromFriday := validity.Window{
		StartDate: date("2026-03-06T22:00:00+01:00"), Timeframe: every("P1D", "PT4H"), DaysOfWeek: []int{5},
	}
	for _, tt := range []struct {
		name   string
		window validity.Window
		now    string
		want   validity.Outcome
	}{
		{"the zero window is always valid", validity.Window{}, "2026-03-01T00:00:00Z", validity.Valid},
		{"just before the start", dates, "2026-03-01T09:59:59.999999999Z", validity.NotStarted},
		{"the start belongs to the window", dates, "2026-03-01T10:00:00Z", validity.Valid},
		{"the expiration belongs to the window", dates, "2026-03-31T22:00:00Z", validity.Valid},
		{"just after the expiration", dates, "2026-03-31T22:00:00.000000001Z", validity.Expired},
		{"Friday is not on the weekend", weekend, "2026-03-06T22:59:59Z", validity.NotNow},
		{"Saturday begins at local midnight", weekend, "2026-03-06T23:00:00Z", validity.Valid},
		{"Monday begins at local midnight", weekend, "2026-03-08T23:00:00Z", validity.NotNow},
		{"the first minute of the hours", lunch, "2026-03-03T09:00:00+01:00", validity.Valid},
		{"a second before the hours", lunch, "2026-03-03T08:59:59+01:00", validity.NotNow},
		{"the last minute of the hours counts whole", lunch, "2026-03-03T11:00:59+01:00", validity.Valid},
		{"the minute after the hours", lunch, "2026-03-03T11:01:00+01:00", validity.NotNow},
		{"the hours on another day", lunch, "2026-03-04T10:00:00+01:00", validity.NotNow},
		{"no end means until midnight", evening, "2026-03-02T23:59:59+01:00", validity.Valid},
		{"no end means not on the next day", evening, "2026-03-03T00:00:00+01:00", validity.NotNow},
		{"no start means from midnight", morning, "2026-03-02T00:00:00+01:00", validity.Valid},
		{"seconds in the text are ignored", morning, "2026-03-02T08:30:59+01:00", validity.Valid},
		{"no start still ends", morning, "2026-03-02T08:31:00+01:00", validity.NotNow},
		{"overnight before midnight", night, "2026-03-07T22:00:00+01:00", validity.Valid},
		{"overnight goes on in the next week", night, "2026-03-08T02:00:59+01:00", validity.Valid},
		{"overnight ends", night, "2026-03-08T02:01:00+01:00", validity.NotNow},
		{"overnight does not begin on the day it ends", night, "2026-03-08T22:00:00+01:00", validity.NotNow},
		{"overnight does not end on the day it begins", night, "2026-03-07T01:00:00+01:00", validity.NotNow},
		{"weekday and timeframe hold", nightlyFromFriday, "2026-03-13T23:00:00+01:00", validity.Valid},
		{"the weekday is that of the moment", nightlyFromFriday, "2026-03-14T01:00:00+01:00", validity.NotNow},
		{"the night before counts for Friday", nightlyFromFriday, "2026-03-13T01:00:00+01:00", validity.Valid},
		{"a timeframe without a start stays closed", validity.Window{Timeframe: every("P1D", "PT1H")}, "2026-03-02T00:00:00Z", validity.NotNow},
		{
			"unreadable hours stay closed", validity.Window{Hours: daily(validity.DailyHours{StartTime: "9:00"})},
			"2026-03-02T10:00:00Z", validity.NotNow,
		},
		{
			"an empty list of hours sets nothing", validity.Window{Hours: daily()},
			"2026-03-02T10:00:00Z", validity.Valid,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.window.At(instant(tt.now), warsaw); got != tt.want {
				t.Errorf("at %s the window is %q, want %q", tt.now, got, tt.want)
			}
		})
	}
}

func TestAtReadsTheZoneOfTheProject(t *testing.T) {
	t.Parallel()
	lunch := validity.Window{Hours: daily(validity.DailyHours{StartTime: "12:00", ExpirationTime: "13:00"})}
	noonInWarsaw := instant("2026-07-01T10:00:00Z")
	if got := lunch.At(noonInWarsaw, warsaw); got != validity.Valid {
		t.Errorf("noon in Warsaw is %q there", got)
	}
	if got := lunch.At(noonInWarsaw, newYork); got != validity.NotNow {
		t.Errorf("noon in Warsaw is %q in New York", got)
	}
}

// AllocsPerRun forbids parallel tests.
func TestAtDoesNotAllocate(t *testing.T) {
	dates := validity.Window{StartDate: date("2026-01-01T00:00:00Z"), ExpirationDate: date("2026-12-31T00:00:00Z")}
	hours := dates
	hours.Hours = daily(validity.DailyHours{StartTime: "08:00", ExpirationTime: "20:00"})
	frames := dates
	frames.Timeframe = every("P1D", "PT12H")
	now := instant("2026-06-01T10:00:00Z")
	for name, window := range map[string]validity.Window{"dates": dates, "hours": hours, "timeframe": frames} {
		if n := testing.AllocsPerRun(100, func() { window.At(now, warsaw) }); n != 0 {
			t.Errorf("a window with %s allocates %v times", name, n)
		}
	}
}

func TestOr(t *testing.T) {
	t.Parallel()
	campaign := validity.Window{
		StartDate: date("2026-01-01T00:00:00Z"), ExpirationDate: date("2026-12-31T00:00:00Z"),
		Timeframe: every("P1D", "PT1H"), DaysOfWeek: []int{1}, Hours: daily(validity.DailyHours{StartTime: "09:00"}),
	}
	voucher := validity.Window{
		StartDate: date("2026-02-01T00:00:00Z"), ExpirationDate: date("2026-02-28T00:00:00Z"),
		Timeframe: every("P2D", "PT2H"), DaysOfWeek: []int{2}, Hours: daily(validity.DailyHours{StartTime: "10:00"}),
	}
	if diff := cmp.Diff(campaign, validity.Window{}.Or(campaign)); diff != "" {
		t.Errorf("nothing set takes everything from the parent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(voucher, voucher.Or(campaign)); diff != "" {
		t.Errorf("everything set takes nothing from the parent (-want +got):\n%s", diff)
	}
	want := campaign
	want.ExpirationDate = voucher.ExpirationDate
	if diff := cmp.Diff(want, validity.Window{ExpirationDate: voucher.ExpirationDate, DaysOfWeek: []int{}, Hours: daily()}.Or(campaign)); diff != "" {
		t.Errorf("one field set takes the others from the parent (-want +got):\n%s", diff)
	}
}

func TestIsZero(t *testing.T) {
	t.Parallel()
	if !(validity.Window{}).IsZero() || !(validity.Window{DaysOfWeek: []int{}, Hours: daily()}).IsZero() {
		t.Error("a window that sets nothing is not zero")
	}
	for i, window := range []validity.Window{
		{StartDate: date("2026-01-01T00:00:00Z")}, {ExpirationDate: date("2026-01-01T00:00:00Z")},
		{Timeframe: every("P1D", "PT1H")}, {DaysOfWeek: []int{0}}, {Hours: daily(validity.DailyHours{})},
	} {
		if window.IsZero() {
			t.Errorf("window %d is zero", i)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	start := date("2026-03-01T00:00:00Z")
	hours := func(start, end string, days ...int) validity.DailyHours {
		return validity.DailyHours{StartTime: start, ExpirationTime: end, DaysOfWeek: days}
	}
	withHours := func(entries ...validity.DailyHours) validity.Window { return validity.Window{Hours: daily(entries...)} }
	framed := func(interval, length validity.Duration) validity.Window {
		return validity.Window{StartDate: start, Timeframe: &validity.Timeframe{Interval: interval, Duration: length}}
	}
	day, hour := duration("P1D"), duration("PT1H")
	for _, tt := range []struct {
		name   string
		window validity.Window
		field  string // empty: accepted
	}{
		{"nothing set", validity.Window{}, ""},
		{"expiration at the start", validity.Window{StartDate: start, ExpirationDate: start}, ""},
		{"expiration before the start", validity.Window{StartDate: start, ExpirationDate: date("2026-02-28T23:59:59Z")}, "expiration_date"},
		{"a start that JSON cannot carry", validity.Window{StartDate: ptr(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}, "start_date"},
		{"an expiration before the calendar", validity.Window{ExpirationDate: ptr(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))}, "expiration_date"},
		{"timeframe with weekdays", validity.Window{StartDate: start, Timeframe: every("P1D", "PT1H"), DaysOfWeek: []int{1, 2}}, ""},
		{"duration above the interval", framed(hour, day), ""},
		{"timeframe without a start", validity.Window{Timeframe: every("P1D", "PT1H")}, "start_date"},
		{"zero interval", framed(validity.Duration{}, hour), "validity_timeframe.interval"},
		{"zero duration", framed(day, validity.Duration{}), "validity_timeframe.duration"},
		{"negative interval", framed(validity.Duration{Days: -1}, hour), "validity_timeframe.interval"},
		{"interval above the bound", framed(validity.Duration{Months: 1201}, hour), "validity_timeframe.interval"},
		{"negative part of a duration", framed(day, validity.Duration{Days: 1, Seconds: -1}), "validity_timeframe.duration"},
		{"weekday seven", validity.Window{DaysOfWeek: []int{0, 7}}, "validity_day_of_week[1]"},
		{"negative weekday", validity.Window{DaysOfWeek: []int{-1}}, "validity_day_of_week[0]"},
		{"weekday twice", validity.Window{DaysOfWeek: []int{1, 2, 1}}, "validity_day_of_week[2]"},
		{"hours with a timeframe", validity.Window{StartDate: start, Timeframe: every("P1D", "PT1H"), Hours: daily(hours("09:00", "10:00"))}, "validity_hours"},
		{"hours with weekdays", validity.Window{DaysOfWeek: []int{1}, Hours: daily(hours("09:00", "10:00"))}, "validity_hours"},
		{"empty hours with weekdays", validity.Window{DaysOfWeek: []int{1}, Hours: daily()}, ""},
		{"one digit for the hour", withHours(hours("09:00", "10:00", 1), hours("9:00", "10:00", 2)), "validity_hours.daily[1].start_time"},
		{"hour 24", withHours(hours("09:00", "24:00")), "validity_hours.daily[0].expiration_time"},
		{"minute 60", withHours(hours("09:60", "")), "validity_hours.daily[0].start_time"},
		{"second 60", withHours(hours("09:00:60", "")), "validity_hours.daily[0].start_time"},
		{"not a colon", withHours(hours("09-00", "")), "validity_hours.daily[0].start_time"},
		{"not digits", withHours(hours("", "1x:00")), "validity_hours.daily[0].expiration_time"},
		{"weekday of an entry", withHours(hours("09:00", "10:00", 7)), "validity_hours.daily[0].days_of_week[0]"},
		{"touching entries", withHours(hours("10:00", "11:00"), hours("11:00", "12:00")), ""},
		{"overlapping by a minute", withHours(hours("10:00", "11:01"), hours("11:00", "12:00")), "validity_hours.daily[1]"},
		{"overlap is named by the later entry", withHours(hours("11:00", "12:00"), hours("10:00", "11:01")), "validity_hours.daily[1]"},
		{"the same hours on other days", withHours(hours("10:00", "11:00", 1), hours("10:00", "11:00", 2)), ""},
		{"the same hours on a common day", withHours(hours("10:00", "11:00", 1, 3), hours("10:00", "11:00", 2, 3)), "validity_hours.daily[1]"},
		{"one day against every day", withHours(hours("10:00", "11:00", 1), hours("10:30", "10:40")), "validity_hours.daily[1]"},
		{"an entry of one minute twice", withHours(hours("10:00", "10:00"), hours("10:00", "10:00")), "validity_hours.daily[1]"},
		{"overnight into the next day", withHours(hours("22:00", "02:00", 1), hours("01:59", "03:00", 2)), "validity_hours.daily[1]"},
		{"overnight touching the next day", withHours(hours("22:00", "02:00", 1), hours("02:00", "03:00", 2)), ""},
		{"overnight from Saturday into Sunday", withHours(hours("22:00", "02:00", 6), hours("01:00", "03:00", 0)), "validity_hours.daily[1]"},
		{"overnight on every day beside the day", withHours(hours("22:00", "06:00"), hours("06:00", "22:00")), ""},
		{"until midnight and from midnight", withHours(hours("18:00", "", 1), hours("", "06:00", 2)), ""},
		{"the whole day and an hour of it", withHours(hours("", ""), hours("12:00", "13:00", 3)), "validity_hours.daily[1]"},
		{"too many entries", withHours(make([]validity.DailyHours, validity.MaxDaily+1)...), "validity_hours.daily"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireField(t, tt.window.Check(), tt.field)
		})
	}
}

func ptr(t time.Time) *time.Time { return &t }

// requireField fails unless err names the field; with an empty field, unless there is no error.
func requireField(t *testing.T, err error, field string) {
	t.Helper()
	var invalid *fault.Error
	switch {
	case field == "" && err != nil:
		t.Fatalf("refused: %v", err)
	case field == "":
	case !errors.As(err, &invalid) || !errors.Is(err, fault.InvalidPayload):
		t.Fatalf("got %v, want an invalid_payload that names %s", err, field)
	case invalid.Field != field:
		t.Fatalf("the error names %q, want %q: %v", invalid.Field, field, err)
	}
}

func TestCheckAcceptsTheStartOfTheParent(t *testing.T) {
	t.Parallel()
	voucher := validity.Window{Timeframe: every("P1D", "PT1H")}
	campaign := validity.Window{StartDate: date("2026-01-01T00:00:00Z")}
	requireField(t, voucher.Or(campaign).Check(), "")
}

func TestWindowIsVoucherifysJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`,
		`{"start_date":"2026-01-01T00:00:00Z","expiration_date":"2026-12-31T23:59:59.999Z",` +
			`"validity_timeframe":{"interval":"P2D","duration":"PT1H"},"validity_day_of_week":[0,6]}`,
		`{"validity_hours":{"daily":[{"days_of_week":[1,2],"start_time":"12:00","expiration_time":"14:00"},{"start_time":"18:00"}]}}`,
	} {
		var window validity.Window
		if err := json.Unmarshal([]byte(text), &window); err != nil {
			t.Fatal(err)
		}
		requireField(t, window.Check(), "")
		got, err := json.Marshal(window)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("JSON round trip (-want +got):\n%s", diff)
		}
	}
}

func TestOutcomeIsReadable(t *testing.T) {
	t.Parallel()
	got := fmt.Sprint(validity.Valid, validity.NotStarted, validity.Expired, validity.NotNow, validity.Outcome(9))
	if want := "valid not started expired not now Outcome(9)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
