package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/validity"
)

// day reads a date of a table; "" is none.
func day(text string) loyalty.Date {
	d, err := loyalty.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// says is an error as key and field; "" for none.
func says(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return fmt.Sprintf("%s %s", e.Key, e.Field)
	}
	return "not a fault: " + err.Error()
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	return z
}

func TestDatesAreThoseOfTheZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 3, 30, 0, 0, time.UTC)
	for name, want := range map[string]string{"UTC": "2026-01-01", "America/New_York": "2025-12-31", "Pacific/Kiritimati": "2026-01-01"} {
		if got := loyalty.DateOf(at, zone(t, name)).String(); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// Days without midnight: the clocks of these zones were put forward at midnight, and Samoa left out a whole day.
func TestTheBeginningOfADay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, day, want string }{
		{"UTC", "2026-01-01", "2026-01-01T00:00:00Z"},
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
		{"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
	} {
		if got := day(tt.day).Start(zone(t, tt.zone)).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s in %s begins at %s, want %s", tt.day, tt.zone, got, tt.want)
		}
	}
}

func TestADayBeginsWithItsFirstInstant(t *testing.T) {
	t.Parallel()
	names := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "America/St_Johns", "Pacific/Apia", "Africa/Cairo", "America/Havana"}
	zones := make([]*time.Location, len(names))
	for i, name := range names {
		zones[i] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zones[rapid.IntRange(0, len(zones)-1).Draw(t, "zone")]
		d := loyalty.Date(rapid.Int32Range(3000, 40000).Draw(t, "day"))
		start := d.Start(z)
		if got := loyalty.DateOf(start, z); got < d || got > d+1 {
			t.Fatalf("%s begins at %s, which is on %s", d, start, got)
		}
		if got := loyalty.DateOf(start.Add(-time.Second), z); got >= d {
			t.Fatalf("a second before %s begins it is %s", d, got)
		}
	})
}

func TestDatesAsText(t *testing.T) {
	t.Parallel()
	type body struct {
		Day  loyalty.Date `json:"day"`
		None loyalty.Date `json:"none,omitzero"`
	}
	var got body
	if err := json.Unmarshal([]byte(`{"day":"2024-02-29","none":""}`), &got); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if err != nil || string(text) != `{"day":"2024-02-29"}` {
		t.Errorf("got %s, %v", text, err)
	}
	for _, wrong := range []string{`"2025-02-29"`, `"2025-2-1"`, `"0000-01-01"`, `"2025-01-01T00:00:00Z"`, `5`} {
		if err := json.Unmarshal([]byte(`{"day":`+wrong+`}`), &got); err == nil {
			t.Errorf("%s was read as %s", wrong, got.Day)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := loyalty.Date(rapid.Int32Range(-10000, 1<<21).Draw(t, "day"))
		if back, err := loyalty.ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%s was read as %s, %v", d, back, err)
		}
	})
}

func TestDaysLater(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, duration, want string
	}{
		{"2026-01-31", "P1M", "2026-02-28"},
		{"2024-01-31", "P1M", "2024-02-29"},
		{"2024-02-29", "P12M", "2025-02-28"},
		{"2026-03-31", "P7D", "2026-04-07"},
		{"2026-01-31", "P1M1D", "2026-03-01"},
	} {
		d, err := validity.ParseDuration(tt.duration)
		if err != nil {
			t.Fatal(err)
		}
		if got := day(tt.from).Plus(d).String(); got != tt.want {
			t.Errorf("%s and %s is %s, want %s", tt.from, tt.duration, got, tt.want)
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	type bounds struct{ First, Last, Next string }
	for _, tt := range []struct {
		period loyalty.Period
		day    string
		want   bounds
	}{
		{loyalty.Month, "2024-02-29", bounds{"2024-02-01", "2024-02-29", "2024-03-01"}},
		{loyalty.Quarter, "2025-03-31", bounds{"2025-01-01", "2025-03-31", "2025-04-01"}},
		{loyalty.Quarter, "2025-12-01", bounds{"2025-10-01", "2025-12-31", "2026-01-01"}},
		{loyalty.HalfYear, "2025-06-30", bounds{"2025-01-01", "2025-06-30", "2025-07-01"}},
		{loyalty.HalfYear, "2025-07-01", bounds{"2025-07-01", "2025-12-31", "2026-01-01"}},
		{loyalty.Year, "2025-07-01", bounds{"2025-01-01", "2025-12-31", "2026-01-01"}},
	} {
		d := day(tt.day)
		got := bounds{tt.period.First(d).String(), tt.period.Last(d).String(), tt.period.Next(d).String()}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.period, tt.day, diff)
		}
	}
}
