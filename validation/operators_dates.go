package validation

import (
	"fmt"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/validity"
)

// dateTest decides about one date.
type dateTest func(d date, want *operand, m *Moment) bool

// someDate holds for a date that passes, and for a list with such an element.
func someDate(passes dateTest) predicate {
	one := func(value any, want *operand, m *Moment) bool {
		d, ok := dateOf(value)
		return ok && passes(d, want, m)
	}
	return func(value any, want *operand, m *Moment) bool {
		list, ok := listOf(value)
		if !ok {
			return one(value, want, m)
		}
		return list.some(func(element any) bool { return one(element, want, m) })
	}
}

// everyDate holds for a date that passes, and for a list with elements that all are such dates.
func everyDate(passes dateTest) predicate {
	one := func(value any, want *operand, m *Moment) bool {
		d, ok := dateOf(value)
		return ok && passes(d, want, m)
	}
	return func(value any, want *operand, m *Moment) bool {
		list, ok := listOf(value)
		if !ok {
			return one(value, want, m)
		}
		return list.len() > 0 && !list.some(func(element any) bool { return !one(element, want, m) })
	}
}

// days builds a test of a whole number of days from today; sign is 1 to look back and -1 to look ahead.
func days(sign int64, right func(days, wanted int64) bool) dateTest {
	return func(d date, want *operand, m *Moment) bool { return right(sign*m.age(d), want.single.whole) }
}

func more(days, wanted int64) bool { return days > wanted }
func less(days, wanted int64) bool { return days >= 0 && days < wanted }
func same(days, wanted int64) bool { return days == wanted }

// monthFromNow tests for a month of the year, counted from this one.
func monthFromNow(offset int) dateTest {
	return func(d date, _ *operand, m *Moment) bool {
		this := m.month(date{instant: m.now()})
		return (int(m.month(d))-int(this)-offset)%12 == 0
	}
}

// isAnniversary tests for the day of the year. Where there is no 29 February, the day before takes its place.
func isAnniversary(d date, _ *operand, m *Moment) bool {
	year, month, today := m.now().Date()
	_, of, day := d.in(m.zone()).Date()
	if of == time.February && day == 29 && time.Date(year, time.March, 0, 0, 0, 0, 0, time.UTC).Day() == 28 {
		day = 28
	}
	return of == month && day == today
}

func onWeekday(d date, want *operand, m *Moment) bool {
	return want.has(int(d.in(m.zone()).Weekday()), m)
}

// inWindow tests for a window of the operand.
func inWindow(d date, want *operand, m *Moment) bool {
	for _, w := range want.windows {
		if w.contains(d, m.zone()) {
			return true
		}
	}
	return false
}

// inLocation holds for a point in one of the wanted locations, and for a list with such an element.
func inLocation(value any, want *operand, m *Moment) bool {
	if list, ok := listOf(value); ok {
		return list.some(func(element any) bool { return inLocation(element, want, m) })
	}
	text, ok := value.(string)
	if !ok || m == nil || len(m.Areas) == 0 {
		return false
	}
	point, err := location.ParsePoint(text)
	if err != nil {
		return false
	}
	for _, id := range want.parts {
		if m.Areas[id].Contains(point) {
			return true
		}
	}
	return false
}

// window is a value that stands for a range of time. It is immutable.
type window interface {
	contains(d date, zone *time.Location) bool
}

// recurring is a window that opens again and again: "start;interval;duration".
type recurring struct {
	start string // read in the project's zone unless it has its own
	frame validity.Timeframe
}

func parseRecurring(text string) (window, error) {
	parts := strings.Split(text, ";")
	if len(parts) != 3 {
		return nil, fmt.Errorf("takes start;interval;duration, such as 2024-11-12T14:59:23Z;P1D;PT1H")
	}
	start, err := validity.ParseInstant(parts[0], time.UTC)
	if err != nil {
		return nil, fmt.Errorf("takes a date before the first semicolon: %q is none", clip(parts[0]))
	}
	w := recurring{start: parts[0]}
	if w.frame.Interval, err = validity.ParseDuration(parts[1]); err == nil {
		w.frame.Duration, err = validity.ParseDuration(parts[2])
	}
	if err == nil {
		err = validity.Window{StartDate: &start, Timeframe: &w.frame}.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("takes two durations such as P1D or PT1H behind the date")
	}
	return w, nil
}

func (w recurring) contains(d date, zone *time.Location) bool {
	start, err := validity.ParseInstant(w.start, zone)
	return err == nil && w.frame.Contains(start, d.begins(zone), zone)
}

// between is a window with two ends that belong to it: "from;to".
type between struct{ from, to date }

func parseBetween(text string) (window, error) {
	from, to, two := strings.Cut(text, ";")
	first, okFirst := parseDate(from)
	last, okLast := parseDate(to)
	if !two || !okFirst || !okLast {
		return nil, fmt.Errorf("takes from;to, two dates or instants")
	}
	return between{first, last}, nil
}

func (w between) contains(d date, zone *time.Location) bool {
	return d.compare(w.from, zone) >= 0 && d.compare(w.to, zone) <= 0
}

// hours is a window of hours on some weekdays: "HH:mm;HH:mm;d,d".
type hours struct{ validity.DailyHours }

func parseHours(text string) (window, error) {
	parts := strings.Split(text, ";")
	malformed := fmt.Errorf("takes HH:mm;HH:mm;weekdays, such as 18:00;20:00;2,3 with 0 for Sunday")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return nil, malformed
	}
	w := hours{validity.DailyHours{StartTime: parts[0], ExpirationTime: parts[1]}}
	for day := range strings.SplitSeq(parts[2], ",") {
		n, ok := parseNumber(strings.TrimSpace(day))
		if !ok || !n.exact || n.whole < 0 || n.whole > 6 {
			return nil, malformed
		}
		w.DaysOfWeek = append(w.DaysOfWeek, int(n.whole))
	}
	if (validity.Window{Hours: &validity.Hours{Daily: []validity.DailyHours{w.DailyHours}}}).Check() != nil {
		return nil, malformed
	}
	return w, nil
}

func (w hours) contains(d date, zone *time.Location) bool { return w.Contains(d.begins(zone), zone) }
