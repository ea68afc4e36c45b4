package formula

import (
	"fmt"
	"time"
)

// day is a date of the calendar without a zone.
type day struct {
	year       int
	month      time.Month
	dayOfMonth int
}

func dayAt(t time.Time) day {
	year, month, dayOfMonth := t.Date()
	return day{year, month, dayOfMonth}
}

const secondsPerDay = 24 * 60 * 60

// number counts the days from a fixed day, so that differences are calendar days whatever the clocks did in between.
func (d day) number() int {
	return int(time.Date(d.year, d.month, d.dayOfMonth, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

func (d day) compare(other day) int { return d.number() - other.number() }

// monthsTo returns the whole months from d to other, negative when other is earlier. A month that lacks the day of d
// ends the count on its last day: from 31 January to 28 February is one month.
func (d day) monthsTo(other day) int {
	if other.compare(d) < 0 {
		return -other.monthsTo(d)
	}
	months := (other.year-d.year)*12 + int(other.month-d.month)
	lastDay := time.Date(other.year, other.month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if other.dayOfMonth < min(d.dayOfMonth, lastDay) {
		months--
	}
	return months
}

const dayLayout = "2006-01-02"

func parseDay(text string) (Value, bool) {
	t, err := time.Parse(dayLayout, text)
	return Value{dayAt(t)}, err == nil
}

func parseInstant(text string) (Value, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return Date(t), err == nil
}

// now returns the instant that env calls NOW; its location is the zone of the calendar.
func now(env Env) (time.Time, error) {
	v, _ := env.Operand(Now)
	t, ok := v.data.(time.Time)
	if !ok {
		return time.Time{}, fmt.Errorf("%w: %s", ErrMissing, Now)
	}
	return t, nil
}

// date computes n and returns a Value that holds a day or an instant.
func date(env Env, n node) (Value, error) {
	v, err := n.evaluate(env)
	if err != nil {
		return Value{}, err
	}
	switch data := v.data.(type) {
	case day, time.Time:
		return v, nil
	case string:
		if parsed, ok := parseDay(data); ok {
			return parsed, nil
		}
		if parsed, ok := parseInstant(data); ok {
			return parsed, nil
		}
	}
	return Value{}, v.wrongType("date")
}

// calendarDay returns the day of a date: itself, or the day that an instant falls on in the zone of NOW.
func calendarDay(env Env, v Value) (day, error) {
	t, instant := v.data.(time.Time)
	if !instant {
		return v.data.(day), nil
	}
	current, err := now(env)
	return dayAt(t.In(current.Location())), err
}

// compareDates orders two dates: as instants when both are, otherwise as days.
func compareDates(env Env, left, right Value) (int, error) {
	leftInstant, leftOK := left.data.(time.Time)
	rightInstant, rightOK := right.data.(time.Time)
	if leftOK && rightOK {
		return leftInstant.Compare(rightInstant), nil
	}
	leftDay, err := calendarDay(env, left)
	if err != nil {
		return 0, err
	}
	rightDay, err := calendarDay(env, right)
	return leftDay.compare(rightDay), err
}

// ofDay is a function of the calendar day of its argument.
func ofDay(compute func(d day) int) function {
	return function{1, 1, func(env Env, arguments []node) (Value, error) {
		v, err := date(env, arguments[0])
		if err != nil {
			return Value{}, err
		}
		d, err := calendarDay(env, v)
		return Int(int64(compute(d))), err
	}}
}

// fromToday is a function of the calendar day of its argument and the day of NOW.
func fromToday(compute func(d, today day) int) function {
	return function{1, 1, func(env Env, arguments []node) (Value, error) {
		v, err := date(env, arguments[0])
		if err != nil {
			return Value{}, err
		}
		current, err := now(env)
		if err != nil {
			return Value{}, err
		}
		d, err := calendarDay(env, v)
		return Int(int64(compute(d, dayAt(current)))), err
	}}
}
