package validation

import (
	"time"

	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/validity"
)

// Moment is when and where conditions are evaluated. The nil Moment is the beginning of time in UTC, without locations.
type Moment struct {
	// At is the instant of the request. Its location is the project's time zone: it decides where days begin, so what is
	// today, what is so many days ago, and whether an instant lies on a date.
	At time.Time
	// Areas are the project's locations by id; nothing lies in one that is not there.
	Areas map[string]*location.Area
}

// zone is the project's time zone.
func (m *Moment) zone() *time.Location { return m.now().Location() }

// now is the instant of the request in the project's zone.
func (m *Moment) now() time.Time {
	if m == nil {
		return time.Unix(0, 0).UTC()
	}
	return m.At
}

// age is how many days ago a date was, by the calendar of the project; dates to come have a negative age.
func (m *Moment) age(d date) int64 { return dayOf(m.now()) - d.day(m.zone()) }

// month is the month of a date in the project.
func (m *Moment) month(d date) time.Month { return d.in(m.zone()).Month() }

// date is a date as values carry it: an instant, or a whole day that is the same in every zone.
type date struct {
	instant time.Time // of a whole day: its beginning in UTC
	whole   bool
}

// parseDate reads a date of the form YYYY-MM-DD, or an RFC 3339 instant.
func parseDate(text string) (date, bool) {
	if len(text) > 40 {
		return date{}, false
	}
	layout, whole := time.RFC3339, false
	if len(text) == len(time.DateOnly) {
		layout, whole = time.DateOnly, true
	}
	t, err := time.Parse(layout, text)
	return date{t, whole}, err == nil
}

// dateOf reads a date from a value.
func dateOf(value any) (date, bool) {
	switch v := value.(type) {
	case time.Time:
		return date{instant: v}, true
	case string:
		return parseDate(v)
	}
	return date{}, false
}

// in is a time whose calendar date is that of d in the zone.
func (d date) in(zone *time.Location) time.Time {
	if d.whole {
		return d.instant
	}
	return d.instant.In(zone)
}

// day is the number of the date in the zone; the first of January 1970 has 0.
func (d date) day(zone *time.Location) int64 { return dayOf(d.in(zone)) }

// begins is the instant at which d begins in the zone.
func (d date) begins(zone *time.Location) time.Time {
	if !d.whole {
		return d.instant
	}
	t, err := validity.ParseInstant(d.instant.Format(time.DateOnly), zone)
	if err != nil { // a year that the form cannot write
		return d.instant
	}
	return t
}

// compare orders d against a wanted date. A wanted whole day is compared day by day in the zone, so that "after the first"
// does not hold for an instant on the first; a wanted instant is compared exactly.
func (d date) compare(wanted date, zone *time.Location) int {
	if !wanted.whole {
		return d.begins(zone).Compare(wanted.instant)
	}
	switch a, b := d.day(zone), wanted.day(zone); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// dayOf numbers the calendar date that t shows.
func dayOf(t time.Time) int64 {
	const secondsOfDay = 24 * 60 * 60
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	day := seconds / secondsOfDay
	if seconds%secondsOfDay < 0 {
		day-- // rounded down before 1970
	}
	return day
}
