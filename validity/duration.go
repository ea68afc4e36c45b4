package validity

import (
	"strconv"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// Duration is an ISO 8601 duration in the three parts that calendars keep apart: a month has no fixed number of days,
// and a day no fixed number of seconds. P1D keeps the local hour when the clocks change, PT24H does not.
//
// A year is twelve months and a week seven days, so P1W and P7D are equal and both are written as P7D. Parts are never
// negative and at most MaxDurationYears long.
type Duration struct {
	Months  int64
	Days    int64
	Seconds int64
}

// MaxDurationYears bounds each part of a duration.
const MaxDurationYears = 100

const (
	secondsOfDay = 24 * 60 * 60
	// secondsOfMonth is the average over the 400 years after which the calendar repeats.
	secondsOfMonth = (400*365 + 97) * secondsOfDay / (400 * 12)

	maxMonths  = MaxDurationYears * 12
	maxDays    = MaxDurationYears * 366
	maxSeconds = maxDays * secondsOfDay
)

// durationUnit is one designator of the ISO form and where its number is added.
type durationUnit struct {
	designator byte
	into       *int64
	factor     int64
}

// ParseDuration reads an ISO 8601 duration such as P1M, P1DT2H or PT30M. Weeks may stand beside the other parts;
// fractions, signs and lower case are refused.
func ParseDuration(text string) (Duration, error) {
	var d Duration
	rest, hasPrefix := strings.CutPrefix(text, "P")
	date, clock, hasClock := strings.Cut(rest, "T")
	valid := hasPrefix && rest != "" && (clock != "" || !hasClock) &&
		addUnits(date, []durationUnit{{'Y', &d.Months, 12}, {'M', &d.Months, 1}, {'W', &d.Days, 7}, {'D', &d.Days, 1}}) &&
		addUnits(clock, []durationUnit{{'H', &d.Seconds, 60 * 60}, {'M', &d.Seconds, 60}, {'S', &d.Seconds, 1}})
	if !valid {
		return Duration{}, fault.Invalid("", "%q is not an ISO 8601 duration such as P1D or PT2H", text)
	}
	if err := d.Check(); err != nil {
		return Duration{}, err
	}
	return d, nil
}

// addUnits reads numbers with designators, each at most once and in the order of units.
func addUnits(text string, units []durationUnit) bool {
	const maxDigits = 10 // more than the bounds allow, and no product leaves int64
	for text != "" {
		digits := 0
		for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits > maxDigits || digits == len(text) {
			return false
		}
		for len(units) > 0 && units[0].designator != text[digits] {
			units = units[1:]
		}
		number, err := strconv.ParseInt(text[:digits], 10, 64)
		if len(units) == 0 || err != nil {
			return false
		}
		*units[0].into += number * units[0].factor
		units = units[1:]
		text = text[digits+1:]
	}
	return true
}

// String returns the shortest ISO 8601 form of the three parts. It never turns hours into days or days into months,
// and ParseDuration reads it back to the same value.
func (d Duration) String() string {
	if d.IsZero() {
		return "P0D"
	}
	text := []byte{'P'}
	text = appendUnit(text, d.Months/12, 'Y')
	text = appendUnit(text, d.Months%12, 'M')
	text = appendUnit(text, d.Days, 'D')
	if d.Seconds != 0 {
		text = append(text, 'T')
		text = appendUnit(text, d.Seconds/3600, 'H')
		text = appendUnit(text, d.Seconds/60%60, 'M')
		text = appendUnit(text, d.Seconds%60, 'S')
	}
	return string(text)
}

func appendUnit(text []byte, number int64, designator byte) []byte {
	if number == 0 {
		return text
	}
	return append(strconv.AppendInt(text, number, 10), designator)
}

// MarshalText writes the ISO 8601 form, as JSON has it; it refuses parts that are out of bounds.
func (d Duration) MarshalText() ([]byte, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// IsZero reports whether the duration has no length.
func (d Duration) IsZero() bool { return d == Duration{} }

// Times returns the duration n times in a row. n must not be negative. The product may exceed the bounds of a Duration
// that is stored; it is meant for Add.
func (d Duration) Times(n int64) Duration { return Duration{d.Months * n, d.Days * n, d.Seconds * n} }

// Add returns the instant that lies d after t. Months come first and end at the last day of a shorter month (31 January
// plus P1M is 28 February), then days, both on the clocks of zone; the seconds are added exactly. A local time that the
// clocks skip becomes as much later as they skip; one that comes twice means the first.
func (d Duration) Add(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	if d.Months != 0 || d.Days != 0 {
		year, month, day := t.Date()
		firstOfMonth := time.Date(year, month+time.Month(d.Months), 1, 0, 0, 0, 0, time.UTC)
		lastDay := firstOfMonth.AddDate(0, 1, -1).Day()
		year, month, _ = firstOfMonth.Date()
		day = min(day, lastDay) + int(d.Days)
		hour, minute, second := t.Clock()
		t = fromWallClock(time.Date(year, month, day, hour, minute, second, t.Nanosecond(), time.UTC), zone)
	}
	// time.Time.Add would overflow after 292 years, which the openings of an old timeframe can reach.
	return time.Unix(t.Unix()+d.Seconds, int64(t.Nanosecond())).In(zone)
}

// averageSeconds is the length of d in an average calendar.
func (d Duration) averageSeconds() int64 {
	return d.Months*secondsOfMonth + d.Days*secondsOfDay + d.Seconds
}

// Check reports a part that is negative or longer than MaxDurationYears. A duration of zero is fine here.
func (d Duration) Check() error {
	for _, part := range []struct {
		name       string
		value, max int64
	}{{"months", d.Months, maxMonths}, {"days", d.Days, maxDays}, {"seconds", d.Seconds, maxSeconds}} {
		if part.value < 0 || part.value > part.max {
			return fault.Invalid("", "%d %s are not between 0 and %d years", part.value, part.name, MaxDurationYears)
		}
	}
	return nil
}
