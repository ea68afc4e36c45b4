package validity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// Hours are the happy hours of a window; Voucherify's field is "validity_hours". The window is open while any entry is.
type Hours struct {
	Daily []DailyHours `json:"daily"`
}

// DailyHours is one span of the day, to the minute; Voucherify's "validity_hours.daily[]". Times are "HH:mm" from 00:00
// to 23:59; seconds behind them are accepted and ignored.
type DailyHours struct {
	// DaysOfWeek are the days on which the span begins, 0 for Sunday to 6 for Saturday; empty means every day.
	DaysOfWeek []int `json:"days_of_week,omitempty"`
	// StartTime is the first minute; empty means 00:00.
	StartTime string `json:"start_time,omitempty"`
	// ExpirationTime is the last minute, which still counts; empty means until the end of the day. A time before
	// StartTime is meant for the next day: 22:00 to 02:00 runs through midnight.
	ExpirationTime string `json:"expiration_time,omitempty"`
}

// MaxDaily is the largest number of entries in one Hours.
const MaxDaily = 100

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
)

// Contains reports whether any entry is open at the instant on the clocks of zone.
func (h *Hours) Contains(at time.Time, zone *time.Location) bool {
	for _, daily := range h.Daily {
		if daily.Contains(at, zone) {
			return true
		}
	}
	return false
}

// Contains reports whether the span is open at the instant on the clocks of zone. A span whose times cannot be read is
// never open.
func (d DailyHours) Contains(at time.Time, zone *time.Location) bool {
	start, end, field := d.span()
	if field != "" {
		return false
	}
	local := at.In(zone)
	today := int(local.Weekday())
	minute := local.Hour()*60 + local.Minute()
	if start <= end {
		return d.on(today) && start <= minute && minute <= end
	}
	yesterday := (today + 6) % 7
	return d.on(today) && minute >= start || d.on(yesterday) && minute <= end
}

func (d DailyHours) on(day int) bool {
	return len(d.DaysOfWeek) == 0 || slices.Contains(d.DaysOfWeek, day)
}

// span returns the first and the last minute, counted from midnight, or the field that cannot be read.
func (d DailyHours) span() (start, end int, unreadable string) {
	end = minutesOfDay
	if d.StartTime != "" {
		minute, ok := minuteOfDay(d.StartTime)
		if !ok {
			return 0, 0, "start_time"
		}
		start = minute
	}
	if d.ExpirationTime != "" {
		minute, ok := minuteOfDay(d.ExpirationTime)
		if !ok {
			return 0, 0, "expiration_time"
		}
		end = minute
	}
	return start, end, ""
}

// minuteOfDay reads HH:mm or HH:mm:ss without allocating.
func minuteOfDay(text string) (int, bool) {
	if len(text) == 8 {
		if second, ok := twoDigits(text[6:]); !ok || second > 59 || text[5] != ':' {
			return 0, false
		}
		text = text[:5]
	}
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	hour, okHour := twoDigits(text[:2])
	minute, okMinute := twoDigits(text[3:])
	if !okHour || !okMinute || hour > 23 || minute > 59 {
		return 0, false
	}
	return hour*60 + minute, true
}

func twoDigits(text string) (int, bool) {
	tens, ones := text[0]-'0', text[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// empty reports whether h says nothing, which is also true of nil.
func (h *Hours) empty() bool { return h == nil || len(h.Daily) == 0 }

func (h *Hours) check() *fault.Error {
	if len(h.Daily) > MaxDaily {
		return fault.Invalid("daily", "has %d entries, at most %d are allowed", len(h.Daily), MaxDaily)
	}
	for i, daily := range h.Daily {
		if err := daily.check(); err != nil {
			return err.At(fmt.Sprintf("daily[%d]", i))
		}
	}
	return h.checkOverlaps()
}

func (d DailyHours) check() *fault.Error {
	switch _, _, unreadable := d.span(); unreadable {
	case "start_time":
		return fault.Invalid(unreadable, "%q is not a time of the form HH:mm", d.StartTime)
	case "expiration_time":
		return fault.Invalid(unreadable, "%q is not a time of the form HH:mm", d.ExpirationTime)
	}
	return checkDays("days_of_week", d.DaysOfWeek)
}

// stretch is one occurrence of an entry on the line of the week's minutes: from counts, to does not.
type stretch struct{ from, to, entry int }

// checkOverlaps refuses entries that are open together. Entries that touch, one until 11:00 and one from 11:00, share
// only that minute and are accepted.
func (h *Hours) checkOverlaps() *fault.Error {
	var week []stretch
	for i, daily := range h.Daily {
		start, end, _ := daily.span()
		switch {
		case end < start:
			end += minutesOfDay
		case end == start:
			end++
		}
		for day := range 7 {
			if daily.on(day) {
				week = append(week, stretch{day*minutesOfDay + start, day*minutesOfDay + end, i})
			}
		}
	}
	for _, s := range week {
		if s.to > minutesOfWeek { // Saturday night goes on in the first minutes of Sunday
			week = append(week, stretch{0, s.to - minutesOfWeek, s.entry})
		}
	}
	slices.SortFunc(week, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.entry, b.entry))
	})
	for i := 1; i < len(week); i++ {
		earlier, later := week[i-1], week[i]
		if later.from < earlier.to {
			first, second := min(earlier.entry, later.entry), max(earlier.entry, later.entry)
			return fault.Invalid(fmt.Sprintf("daily[%d]", second), "overlaps with daily[%d]", first)
		}
	}
	return nil
}
