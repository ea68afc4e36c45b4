package oracle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// date is an instant, or a calendar day that is the same in every zone, at noon in UTC.
type date struct {
	at  time.Time
	day bool
}

func dateOf(value any) (date, bool) {
	switch v := value.(type) {
	case time.Time:
		return date{at: v}, true
	case string:
		if day, err := time.Parse("2006-01-02 15", v+" 12"); err == nil {
			return date{day, true}, true
		}
		at, err := time.Parse(time.RFC3339, v)
		return date{at: at}, err == nil
	}
	return date{}, false
}

// in is the calendar of the date in the zone.
func (d date) in(zone *time.Location) time.Time {
	if d.day {
		return d.at
	}
	return d.at.In(zone)
}

// begin is the instant at which the date begins.
func (d date) begin(zone *time.Location) time.Time {
	if !d.day {
		return d.at
	}
	year, month, day := d.at.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// compare orders two dates; a wanted day is compared by the calendar.
func (d date) compare(wanted date, zone *time.Location) int {
	if wanted.day {
		return strings.Compare(d.in(zone).Format(time.DateOnly), wanted.at.Format(time.DateOnly))
	}
	return d.begin(zone).Compare(wanted.at)
}

// noon is the middle of a calendar day in UTC, where days have 24 hours.
func noon(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}

// holdsInTime decides the operators about dates.
func (w *walk) holdsInTime(operator string, wanted []any, value any) bool {
	zone, today := w.zone(), w.At
	test := func(passes func(d date) bool) func(any) bool {
		return func(v any) bool {
			d, ok := dateOf(v)
			return ok && passes(d)
		}
	}
	age := func(d date) int { return int(noon(today).Sub(noon(d.in(zone))).Hours() / 24) }
	switch operator {
	case "$more_than_ago":
		return every(value, test(func(d date) bool { return ordered(age(d), wanted[0], zone, 1) }))
	case "$less_than_ago":
		return every(value, test(func(d date) bool { return age(d) >= 0 && ordered(age(d), wanted[0], zone, -1) }))
	case "$is_days_ago":
		return some(value, test(func(d date) bool { return ordered(age(d), wanted[0], zone, 0) }))
	case "$more_than_future":
		return every(value, test(func(d date) bool { return ordered(-age(d), wanted[0], zone, 1) }))
	case "$less_than_future":
		return every(value, test(func(d date) bool { return age(d) <= 0 && ordered(-age(d), wanted[0], zone, -1) }))
	case "$is_days_in_future":
		return some(value, test(func(d date) bool { return ordered(-age(d), wanted[0], zone, 0) }))
	case "$this_month", "$next_month", "$previous_month":
		offset := map[string]time.Month{"$this_month": 0, "$next_month": 1, "$previous_month": 11}[operator]
		month := (today.Month()-1+offset)%12 + 1
		return some(value, test(func(d date) bool { return d.in(zone).Month() == month }))
	case "$today":
		return some(value, test(func(d date) bool { return anniversary(d.in(zone), today) }))
	case "$dow":
		return some(value, test(func(d date) bool {
			return slices.ContainsFunc(wanted, func(day any) bool { return ordered(int(d.in(zone).Weekday()), day, zone, 0) })
		}))
	}
	return some(value, test(func(d date) bool {
		return slices.ContainsFunc(wanted, func(window any) bool { return within(operator, fmt.Sprint(window), d, zone) })
	}))
}

// anniversary reports whether today is the day of the year; 29 February is the day before 1 March.
func anniversary(d, today time.Time) bool {
	if d.Month() == time.February && d.Day() == 29 {
		return today.Month() == time.February && noon(today).AddDate(0, 0, 1).Month() == time.March
	}
	return d.Format("01-02") == today.Format("01-02")
}

// within decides about one window.
func within(operator, window string, d date, zone *time.Location) bool {
	parts := strings.Split(window, ";")
	switch operator {
	case "$timeframe_absolute":
		from, _ := dateOf(parts[0])
		to, _ := dateOf(parts[1])
		return d.compare(from, zone) >= 0 && d.compare(to, zone) <= 0
	case "$timeframe_daily_hours":
		return inHours(parts, d.begin(zone).In(zone))
	}
	t, start := d.begin(zone), startOf(parts[0], zone)
	for k := 0; ; k++ {
		opens := start.after(parts[1], k, zone)
		if opens.After(t) {
			return false
		}
		if t.Before(moment(opens).after(parts[2], 1, zone)) {
			return true
		}
	}
}

func inHours(parts []string, t time.Time) bool {
	on := func(day time.Weekday) bool {
		return slices.Contains(strings.Split(strings.ReplaceAll(parts[2], " ", ""), ","), strconv.Itoa(int(day)))
	}
	clock, yesterday := t.Format("15:04"), (t.Weekday()+6)%7
	if parts[0] <= parts[1] {
		return on(t.Weekday()) && parts[0] <= clock && clock <= parts[1]
	}
	return on(t.Weekday()) && clock >= parts[0] || on(yesterday) && clock <= parts[1]
}

// moment is a start of windows.
type moment time.Time

func startOf(text string, zone *time.Location) moment {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return moment(t)
		}
	}
	panic("oracle: start " + text)
}

// after adds a duration so many times: years, months and days on the calendar of the zone, where a month that is too short
// ends with its last day, then hours, minutes and seconds on the clock.
func (m moment) after(duration string, times int, zone *time.Location) time.Time {
	t := time.Time(m).In(zone)
	var months, days int
	var clock time.Duration
	day, hours, _ := strings.Cut(strings.TrimPrefix(duration, "P"), "T")
	for _, unit := range units(day) {
		switch n := unit.n * times; unit.letter {
		case 'Y':
			months += 12 * n
		case 'M':
			months += n
		case 'W':
			days += 7 * n
		case 'D':
			days += n
		}
	}
	for _, unit := range units(hours) {
		clock += time.Duration(unit.n*times) * map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}[unit.letter]
	}
	if months != 0 {
		first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 12, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		t = time.Date(first.Year(), first.Month(), min(t.Day(), last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	}
	return t.AddDate(0, 0, days).Add(clock)
}

type unit struct {
	n      int
	letter byte
}

func units(text string) (list []unit) {
	for text != "" {
		end := strings.IndexAny(text, "YMWDHS")
		n, _ := strconv.Atoi(text[:end])
		list, text = append(list, unit{n, text[end]}), text[end+1:]
	}
	return list
}
