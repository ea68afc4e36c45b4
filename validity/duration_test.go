package validity_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validity"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want validity.Duration
		back string
	}{
		{"P1DT2H", validity.Duration{Days: 1, Seconds: 7200}, "P1DT2H"},
		{"P24D", validity.Duration{Days: 24}, "P24D"},
		{"P1Y2M3W4DT5H6M7S", validity.Duration{Months: 14, Days: 25, Seconds: 18367}, "P1Y2M25DT5H6M7S"},
		{"PT24H", validity.Duration{Seconds: 86400}, "PT24H"},
		{"PT90M", validity.Duration{Seconds: 5400}, "PT1H30M"},
		{"P12M", validity.Duration{Months: 12}, "P1Y"},
		{"P2W", validity.Duration{Days: 14}, "P14D"},
		{"PT0S", validity.Duration{}, "P0D"},
		{"P0D", validity.Duration{}, "P0D"},
		{"P100Y", validity.Duration{Months: 1200}, "P100Y"},
	} {
		got, err := validity.ParseDuration(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
		if got.String() != tt.back {
			t.Errorf("%s is written as %s, want %s", tt.text, got, tt.back)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "P", "PT", "P1DT", "1D", "T1H", "P1", "P1H", "PT1D", "P1D1M", "P1D1D", "p1d", "P-1D", "-P1D", "P+1D", "P1.5D",
		"PT0.5S", "P 1D", "P1D ", "PT1H1H", "PT1HT1M", "P101Y", "P36601D", "PT878401H", "P99999999999D", "PD", "P1Ü", "P１D",
	} {
		d, err := validity.ParseDuration(text)
		if !errors.Is(err, fault.InvalidPayload) {
			t.Errorf("%q gives %v, %v, want an invalid_payload", text, d, err)
		}
	}
}

func TestDurationTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := validity.Duration{
			Months:  rapid.Int64Range(0, 1200).Draw(t, "months"),
			Days:    rapid.Int64Range(0, 36600).Draw(t, "days"),
			Seconds: rapid.Int64Range(0, 36600*86400).Draw(t, "seconds"),
		}
		got, err := validity.ParseDuration(want.String())
		if err != nil || got != want {
			t.Fatalf("%s reads back as %v, %v, want %#v", want, got, err, want)
		}
	})
}

func TestDurationJSON(t *testing.T) {
	t.Parallel()
	type settings struct {
		Duration validity.Duration `json:"duration,omitzero"`
	}
	got, err := json.Marshal([]settings{{duration("P1M")}, {}})
	if want := `[{"duration":"P1M"},{}]`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	var read settings
	if err := json.Unmarshal([]byte(`{"duration":"PT15M"}`), &read); err != nil || read.Duration != duration("PT15M") {
		t.Errorf("got %v, %v", read, err)
	}
	if err := json.Unmarshal([]byte(`{"duration":"15 minutes"}`), &read); !errors.Is(err, fault.InvalidPayload) {
		t.Errorf("got %v, want an invalid_payload", err)
	}
	if _, err := json.Marshal(settings{validity.Duration{Days: -1}}); !errors.Is(err, fault.InvalidPayload) {
		t.Errorf("a negative duration is written: %v", err)
	}
}

func TestDurationAdd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		from     string
		duration string
		zone     *time.Location
		want     string
	}{
		{"January 31 plus a month", "2026-01-31T12:00:00+01:00", "P1M", warsaw, "2026-02-28T12:00:00+01:00"},
		{"January 31 plus a month in a leap year", "2028-01-31T12:00:00+01:00", "P1M", warsaw, "2028-02-29T12:00:00+01:00"},
		{"January 31 plus two months", "2026-01-31T12:00:00+01:00", "P2M", warsaw, "2026-03-31T12:00:00+02:00"},
		{"leap day plus twelve months", "2024-02-29T12:00:00+01:00", "P12M", warsaw, "2025-02-28T12:00:00+01:00"},
		{"November plus three months", "2022-11-10T00:00:00+01:00", "P3M", warsaw, "2023-02-10T00:00:00+01:00"},
		{"months clamp before days are added", "2026-01-31T12:00:00+01:00", "P1M1D", warsaw, "2026-03-01T12:00:00+01:00"},
		{"days run over the end of the year", "2026-12-31T23:59:59.5+01:00", "P1D", warsaw, "2027-01-01T23:59:59.5+01:00"},
		{"the month is that of the zone", "2026-01-31T23:30:00Z", "P1M", warsaw, "2026-03-01T00:30:00+01:00"},
		{"spring: a day is 23 hours", "2026-03-28T12:00:00+01:00", "P1D", warsaw, "2026-03-29T12:00:00+02:00"},
		{"spring: 24 hours are exact", "2026-03-28T12:00:00+01:00", "PT24H", warsaw, "2026-03-29T13:00:00+02:00"},
		{"spring: days first, then exact hours", "2026-03-28T01:30:00+01:00", "P1DT1H", warsaw, "2026-03-29T03:30:00+02:00"},
		{"spring: a skipped time becomes later", "2026-03-28T02:15:00+01:00", "P1D", warsaw, "2026-03-29T03:15:00+02:00"},
		{"autumn: a day is 25 hours", "2026-10-24T12:00:00+02:00", "P1D", warsaw, "2026-10-25T12:00:00+01:00"},
		{"autumn: 24 hours are exact", "2026-10-24T12:00:00+02:00", "PT24H", warsaw, "2026-10-25T11:00:00+01:00"},
		{"autumn: a double time means the first", "2026-10-24T02:15:00+02:00", "P1D", warsaw, "2026-10-25T02:15:00+02:00"},
		{"autumn: an hour leads from the first to the second", "2026-10-25T02:15:00+02:00", "PT1H", warsaw, "2026-10-25T02:15:00+01:00"},
		{"nothing added stays in the second", "2026-10-25T02:15:00+01:00", "P0D", warsaw, "2026-10-25T02:15:00+01:00"},
		{"New York, spring: a skipped time becomes later", "2026-03-07T02:30:00-05:00", "P1D", newYork, "2026-03-08T03:30:00-04:00"},
		{"New York, spring: the hour before the change", "2026-03-07T01:59:59-05:00", "P1D", newYork, "2026-03-08T01:59:59-05:00"},
		{"New York, spring: the hour after the change", "2026-03-07T03:00:00-05:00", "P1D", newYork, "2026-03-08T03:00:00-04:00"},
		{"New York, autumn: a double time means the first", "2026-10-31T01:59:59-04:00", "P1D", newYork, "2026-11-01T01:59:59-04:00"},
		{"New York, autumn: after the double hour", "2026-10-31T02:00:00-04:00", "P1D", newYork, "2026-11-01T02:00:00-05:00"},
		{"New York, autumn: a month", "2026-10-15T09:00:00-04:00", "P1M", newYork, "2026-11-15T09:00:00-05:00"},
		{"exact time beyond the range of time.Duration", "0001-01-01T00:00:00Z", "P100YT876600H", time.UTC, "0201-01-02T00:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := duration(tt.duration).Add(instant(tt.from), tt.zone)
			if want := instant(tt.want); !got.Equal(want) {
				t.Errorf("%s plus %s is %s, want %s", tt.from, tt.duration, got, want.In(tt.zone))
			}
		})
	}
}

// For each quarter of an hour around the clock changes, a day later shows the same local time, unless it does not exist.
func TestADayLaterTheClockShowsTheSame(t *testing.T) {
	t.Parallel()
	for _, zone := range []*time.Location{warsaw, newYork} {
		for _, around := range []string{"2026-03-06T00:00:00Z", "2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z", "2026-10-30T00:00:00Z"} {
			from := instant(around)
			for range 5 * 24 * 4 {
				from = from.Add(15 * time.Minute)
				got := duration("P1D").Add(from, zone)
				want := from.In(zone).Format(time.TimeOnly)
				skipped := from.In(zone).Hour() == 2 && got.Hour() == 3 && got.Minute() == from.Minute()
				if got.Format(time.TimeOnly) != want && !skipped {
					t.Errorf("a day after %s is %s", from.In(zone), got)
				}
				if length := got.Sub(from); length < 23*time.Hour || length > 25*time.Hour {
					t.Errorf("the day after %s is %s long", from.In(zone), length)
				}
			}
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"P1D", "PT2H", "P1Y2M3W4DT5H6M7S", "P", "PT", "P99999999999999999999D", "P1DT"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := validity.ParseDuration(text)
		if err != nil {
			return
		}
		again, err := validity.ParseDuration(d.String())
		if err != nil || again != d {
			t.Errorf("%q is written as %s, which reads as %v, %v", text, d, again, err)
		}
	})
}
