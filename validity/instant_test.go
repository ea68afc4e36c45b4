package validity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validity"
)

func TestParseInstant(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		text string
		zone *time.Location
		want string
	}{
		{"a date is midnight of the zone", "2026-07-01", warsaw, "2026-06-30T22:00:00Z"},
		{"a date in another zone", "2026-07-01", newYork, "2026-07-01T04:00:00Z"},
		{"to the hour", "2026-01-15T08", warsaw, "2026-01-15T07:00:00Z"},
		{"to the minute", "2026-01-15T08:30", warsaw, "2026-01-15T07:30:00Z"},
		{"to the second", "2026-01-15T08:30:15", warsaw, "2026-01-15T07:30:15Z"},
		{"in UTC", "2026-01-15T08:30:15Z", warsaw, "2026-01-15T08:30:15Z"},
		{"in UTC with milliseconds", "2026-01-15T08:30:15.123Z", warsaw, "2026-01-15T08:30:15.123Z"},
		{"with an offset", "2026-01-15T08:30:15+05:30", warsaw, "2026-01-15T03:00:15Z"},
		{"with an offset and nanoseconds", "2026-01-15T08:30:15.123456789-05:00", warsaw, "2026-01-15T13:30:15.123456789Z"},
		{"a skipped local time becomes later", "2026-03-29T02:30", warsaw, "2026-03-29T01:30:00Z"},
		{"a double local time means the first", "2026-10-25T02:30", warsaw, "2026-10-25T00:30:00Z"},
		{"the same in New York", "2026-11-01T01:30:00", newYork, "2026-11-01T05:30:00Z"},
		{"a skipped midnight", "2024-04-26", mustZone("Africa/Cairo"), "2024-04-25T22:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := validity.ParseInstant(tt.text, tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got != instant(tt.want).UTC() {
				t.Errorf("%s is %s, want %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestParseInstantRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "2026", "2026-07", "2026-7-01", "01-07-2026", "2026-02-30", "2026-13-01", "0000-01-01", "2026-07-01T24", "2026-07-01T8:00",
		"2026-07-01 08:00", "2026-07-01T08:60", "2026-07-01T08:00:60Z", "2026-07-01T08:00:00z", "2026-07-01T8:00:00Z",
		"2026-07-01T8:00:00.0Z", "2026-07-01T08:00:00,5Z", "2026-07-01T08:00:00.5", "2026-07-01T08:00:00.Z", "2026-07-01T08:00:00+0200",
		"2026-07-01T08Z", "2026-07-01Z", " 2026-07-01", "tomorrow",
	} {
		got, err := validity.ParseInstant(text, warsaw)
		if !errors.Is(err, fault.InvalidPayload) {
			t.Errorf("%q gives %s, %v, want an invalid_payload", text, got, err)
		}
	}
}
