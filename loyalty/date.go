package loyalty

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validity"
)

// Date is a day of the project's calendar, counted from 1 January 1970. The zero Date is no day. In JSON it is "2026-01-31".
type Date int32

const secondsOfDay = 24 * 60 * 60

// DateOf is the day of an instant in a time zone.
func DateOf(at time.Time, zone *time.Location) Date {
	year, month, day := at.In(zone).Date()
	return NewDate(year, month, day)
}

// NewDate is the day of a calendar date; a day beyond the end of the month is one of the next month.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}

// utc is the day as an instant, for arithmetic.
func (d Date) utc() time.Time { return time.Unix(int64(d)*secondsOfDay, 0).UTC() }

// Start is the beginning of the day in a time zone: midnight, or the first instant behind it when a change of the clocks leaves
// midnight out.
func (d Date) Start(zone *time.Location) time.Time {
	year, month, day := d.utc().Date()
	at := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if DateOf(at, zone) < d {
		_, at = at.ZoneBounds()
	}
	return at
}

// Plus is the day a duration later: months first, which end at the last day of a shorter month, then days. Hours count as far
// as they fill days.
func (d Date) Plus(duration validity.Duration) Date {
	return DateOf(duration.Add(d.utc(), time.UTC), time.UTC)
}

// plusMonths is the same day of a later month, or its last one.
func (d Date) plusMonths(n int) Date { return d.Plus(validity.Duration{Months: int64(n)}) }

// String formats the day as 2026-01-31; no day is empty.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// ParseDate reads a day as String writes it; an empty text is no day.
func ParseDate(text string) (Date, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil || at.Year() < 1 {
		return 0, fault.Invalid("", "%q is not a date of the form 2026-01-31", text)
	}
	return Date(at.Unix() / secondsOfDay), nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Period is a part of the calendar. Voucherify also names quarters and halves of years.
type Period string

// The periods.
const (
	Month    Period = "MONTH"
	Quarter  Period = "QUARTER"
	HalfYear Period = "HALF_YEAR"
	Year     Period = "YEAR"
)

// months is the length of each period.
var months = map[Period]int{Month: 1, Quarter: 3, HalfYear: 6, Year: 12}

// First is the first day of the period that the day is in.
func (p Period) First(d Date) Date {
	year, month, _ := d.utc().Date()
	length := months[p]
	return NewDate(year, time.Month((int(month)-1)/length*length+1), 1)
}

// Next is the first day of the period behind the one that the day is in.
func (p Period) Next(d Date) Date { return p.First(d).plusMonths(months[p]) }

// Last is the last day of the period that the day is in.
func (p Period) Last(d Date) Date { return p.Next(d) - 1 }

// lastOfMonth is the last day of a month.
func lastOfMonth(year int, month time.Month) Date { return NewDate(year, month+1, 1) - 1 }

// nextMonth returns the year of the next month of that name that ends on the day or later.
func nextMonth(d Date, month time.Month) int {
	year, now, _ := d.utc().Date()
	if month < now {
		year++
	}
	return year
}
