package validity_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/validity"
)

func TestTimeframe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		start            string
		interval, length string
		zone             *time.Location
		at               string
		want             bool
	}{
		{"before the start", "2026-03-27T10:00:00+01:00", "P1D", "PT1H", warsaw, "2026-03-27T09:59:59+01:00", false},
		{"the first instant of an opening", "2026-03-27T10:00:00+01:00", "P1D", "PT1H", warsaw, "2026-03-27T10:00:00+01:00", true},
		{"the end of an opening is closed", "2026-03-27T10:00:00+01:00", "P1D", "PT1H", warsaw, "2026-03-27T11:00:00+01:00", false},
		{"the last instant of an opening", "2026-03-27T10:00:00+01:00", "P1D", "PT1H", warsaw, "2026-03-28T10:59:59.999+01:00", true},

		{"Warsaw, spring: days keep the local hour", "2026-03-27T10:00:00+01:00", "P1D", "PT1H", warsaw, "2026-03-29T10:30:00+02:00", true},
		{"Warsaw, spring: and close by it", "2026-03-27T10:00:00+01:00", "P1D", "PT1H", warsaw, "2026-03-29T11:00:00+02:00", false},
		{"Warsaw, spring: 24 hours do not", "2026-03-27T10:00:00+01:00", "PT24H", "PT1H", warsaw, "2026-03-29T10:30:00+02:00", false},
		{"Warsaw, spring: 24 hours come an hour later", "2026-03-27T10:00:00+01:00", "PT24H", "PT1H", warsaw, "2026-03-29T11:30:00+02:00", true},
		{"Warsaw, spring: the day of an opening is 23 hours", "2026-03-28T12:00:00+01:00", "P2D", "P1D", warsaw, "2026-03-29T12:00:00+02:00", false},
		{"Warsaw, autumn: days keep the local hour", "2026-10-23T10:00:00+02:00", "P1D", "PT1H", warsaw, "2026-10-25T10:59:59+01:00", true},
		{"Warsaw, autumn: not the hour of summer time", "2026-10-23T10:00:00+02:00", "P1D", "PT1H", warsaw, "2026-10-25T09:30:00+01:00", false},
		{"Warsaw, autumn: 24 hours come an hour earlier", "2026-10-23T10:00:00+02:00", "PT24H", "PT1H", warsaw, "2026-10-25T09:30:00+01:00", true},
		{"Warsaw, autumn: the day of an opening is 25 hours", "2026-10-24T12:00:00+02:00", "P2D", "P1D", warsaw, "2026-10-25T11:59:59+01:00", true},
		{"Warsaw, autumn: of the double hour the first", "2026-10-20T02:00:00+02:00", "P1D", "PT1H", warsaw, "2026-10-25T02:30:00+02:00", true},
		{"Warsaw, autumn: of the double hour not the second", "2026-10-20T02:00:00+02:00", "P1D", "PT1H", warsaw, "2026-10-25T02:30:00+01:00", false},
		{"Warsaw, spring: the skipped hour opens after it", "2026-03-20T02:30:00+01:00", "P1D", "PT1H", warsaw, "2026-03-29T03:30:00+02:00", true},
		{"Warsaw, spring: not before it", "2026-03-20T02:30:00+01:00", "P1D", "PT1H", warsaw, "2026-03-29T03:29:59+02:00", false},
		{"Warsaw, spring: the day after is in step again", "2026-03-20T02:30:00+01:00", "P1D", "PT1H", warsaw, "2026-03-30T02:30:00+02:00", true},

		{"New York, spring: days keep the local hour", "2026-03-06T10:00:00-05:00", "P1D", "PT1H", newYork, "2026-03-08T10:30:00-04:00", true},
		{"New York, spring: 24 hours do not", "2026-03-06T10:00:00-05:00", "PT24H", "PT1H", newYork, "2026-03-08T10:30:00-04:00", false},
		{"New York, spring: the skipped hour opens after it", "2026-03-06T02:00:00-05:00", "P1D", "PT1H", newYork, "2026-03-08T03:59:59-04:00", true},
		{"New York, autumn: days keep the local hour", "2026-10-30T10:00:00-04:00", "P1D", "PT1H", newYork, "2026-11-01T10:30:00-05:00", true},
		{"New York, autumn: 24 hours do not", "2026-10-30T10:00:00-04:00", "PT24H", "PT1H", newYork, "2026-11-01T10:30:00-05:00", false},
		{"New York, autumn: weeks keep the local hour", "2026-10-28T10:00:00-04:00", "P1W", "PT1H", newYork, "2026-11-04T10:30:00-05:00", true},
		{"New York, autumn: of the double hour not the second", "2026-10-30T01:00:00-04:00", "P1D", "PT1H", newYork, "2026-11-01T01:30:00-05:00", false},
		{"New York, autumn: an hourly timeframe opens in both", "2026-10-31T00:00:00-04:00", "PT1H", "PT10M", newYork, "2026-11-01T01:05:00-05:00", true},
		{"a start in the second of the double hours", "2026-11-01T01:30:00-05:00", "P1D", "PT1H", newYork, "2026-11-01T01:30:00-05:00", true},

		{"monthly from the 31st: end of February", "2026-01-31T00:00:00+01:00", "P1M", "P1D", warsaw, "2026-02-28T12:00:00+01:00", true},
		{"monthly from the 31st: back on the 31st", "2026-01-31T00:00:00+01:00", "P1M", "P1D", warsaw, "2026-03-31T12:00:00+02:00", true},
		{"monthly from the 31st: not on the 28th", "2026-01-31T00:00:00+01:00", "P1M", "P1D", warsaw, "2026-03-28T12:00:00+01:00", false},
		{"yearly from a leap day: 28 February", "2024-02-29T00:00:00+01:00", "P1Y", "P1D", warsaw, "2025-02-28T12:00:00+01:00", true},
		{"yearly from a leap day: the next one", "2024-02-29T00:00:00+01:00", "P1Y", "P1D", warsaw, "2028-02-29T12:00:00+01:00", true},
		{"yearly from a leap day: not the day before", "2024-02-29T00:00:00+01:00", "P1Y", "P1D", warsaw, "2028-02-28T12:00:00+01:00", false},
		{"Apia: daily openings after the day that was left out", "2010-07-01T10:00:00-11:00", "P1D", "PT1H", mustZone("Pacific/Apia"), "2012-01-10T10:00:00+14:00", true},
		{"a duration of the interval never closes", "2026-01-01T00:00:00Z", "P1M", "P1M", warsaw, "2031-02-28T23:59:59.999Z", true},
		{"a duration above the interval never closes", "2026-01-01T00:00:00Z", "PT1H", "P1D", warsaw, "2031-07-01T00:30:00Z", true},
		{"each second for three thousand years", "0001-01-01T00:00:00Z", "PT2S", "PT1S", warsaw, "3001-01-01T00:00:02Z", true},
		{"between the seconds of three thousand years", "0001-01-01T00:00:00Z", "PT2S", "PT1S", warsaw, "3001-01-01T00:00:01Z", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := every(tt.interval, tt.length).Contains(instant(tt.start), instant(tt.at), tt.zone)
			if got != tt.want {
				t.Errorf("open at %s: %v, want %v", tt.at, got, tt.want)
			}
		})
	}
}

// The estimate of the number of openings must never miss the right one, so it is held against counting from the start.
func TestTimeframeFindsTheOpeningThatCountingFinds(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{warsaw, newYork, time.UTC, mustZone("Pacific/Apia"), mustZone("Australia/Lord_Howe")}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		frame := validity.Timeframe{Interval: smallDuration(t, "interval"), Duration: smallDuration(t, "duration")}
		start := time.Unix(rapid.Int64Range(1_280_000_000, 1_325_376_000).Draw(t, "start"), 0) // Apia lost a day in 2011
		at := start.Add(time.Duration(rapid.Int64Range(-3600, 3*366*24*3600).Draw(t, "seconds later")) * time.Second)

		want := false
		for k := int64(0); ; k++ {
			opening := frame.Interval.Times(k).Add(start, zone)
			if opening.After(at) {
				break
			}
			want = at.Before(frame.Duration.Add(opening, zone))
		}
		if got := frame.Contains(start, at, zone); got != want {
			t.Fatalf("%v from %s in %s: open at %s: %v, want %v", frame, start, zone, at, got, want)
		}
	})
}

// smallDuration is at least six hours, so that counting from the start stays short.
func smallDuration(t *rapid.T, label string) validity.Duration {
	d := validity.Duration{
		Months:  rapid.Int64Range(0, 14).Draw(t, label+" months"),
		Days:    rapid.Int64Range(0, 40).Draw(t, label+" days"),
		Seconds: rapid.Int64Range(0, 100_000).Draw(t, label+" seconds"),
	}
	if d.Months == 0 && d.Days == 0 {
		d.Seconds += 6 * 3600
	}
	return d
}

func BenchmarkTimeframeAfterManyYears(b *testing.B) {
	frame := every("PT15M", "PT5M")
	start, at := instant("1970-01-01T00:00:00Z"), instant("2026-06-01T10:00:00Z")
	b.ReportAllocs()
	for b.Loop() {
		frame.Contains(start, at, warsaw)
	}
}
