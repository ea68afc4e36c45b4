package loyalty

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// PeriodType says how the expiry of points is found.
type PeriodType string

// The types of periods.
const (
	// InMonths expires points a number of months after they were earned.
	InMonths PeriodType = "MONTH"
	// OnDayOfYear expires points on the next occurrence of a day of the year, today included.
	OnDayOfYear PeriodType = "FIXED_DAY_OF_YEAR"
)

// Rounding moves an expiry to the end of a part of the calendar.
type Rounding string

// The roundings. They never bring an expiry forward.
const (
	EndOfMonth      Rounding = "END_OF_MONTH"
	EndOfQuarter    Rounding = "END_OF_QUARTER"
	EndOfHalfYear   Rounding = "END_OF_HALF_YEAR"
	EndOfYear       Rounding = "END_OF_YEAR"
	ParticularMonth Rounding = "PARTICULAR_MONTH" // the end of the next month RoundingValue
)

var roundedTo = map[Rounding]Period{EndOfMonth: Month, EndOfQuarter: Quarter, EndOfHalfYear: HalfYear, EndOfYear: Year}

// MaxExpirationMonths is the longest PeriodValue.
const MaxExpirationMonths = 1200

// ExpirationRules say when points expire. (Voucherify: expiration_rules.)
type ExpirationRules struct {
	PeriodType PeriodType `json:"period_type"`
	// PeriodValue is the number of months of MONTH, between 0 and MaxExpirationMonths: with 0 the day on which they are earned
	// is the last one.
	PeriodValue  int      `json:"period_value,omitempty"`
	RoundingType Rounding `json:"rounding_type,omitempty"`
	// RoundingValue is the month of PARTICULAR_MONTH, 1 to 12.
	RoundingValue int `json:"rounding_value,omitempty"`
	// FixedMonth, 1 to 12, and FixedDay, 1 to 31, are the day of FIXED_DAY_OF_YEAR. A day that a month does not have is its last.
	FixedMonth int `json:"fixed_month,omitempty"`
	FixedDay   int `json:"fixed_day,omitempty"`
}

// Check reports the first thing that is wrong with the rules; nil rules are fine.
func (r *ExpirationRules) Check() error {
	if r == nil {
		return nil
	}
	switch r.PeriodType {
	case InMonths:
		if r.PeriodValue < 0 || r.PeriodValue > MaxExpirationMonths {
			return fault.Invalid("period_value", "%d is not between 0 and %d months", r.PeriodValue, MaxExpirationMonths)
		}
		return r.checkRounding()
	case OnDayOfYear:
		switch {
		case r.FixedMonth < 1 || r.FixedMonth > 12:
			return fault.Invalid("fixed_month", "%d is not between 1 and 12", r.FixedMonth)
		case r.FixedDay < 1 || r.FixedDay > 31:
			return fault.Invalid("fixed_day", "%d is not between 1 and 31", r.FixedDay)
		case r.RoundingType != "":
			return fault.Invalid("rounding_type", "a fixed day is not rounded")
		}
		return nil
	}
	return fault.Invalid("period_type", "%q is not one of %s, %s", r.PeriodType, InMonths, OnDayOfYear)
}

func (r *ExpirationRules) checkRounding() error {
	_, known := roundedTo[r.RoundingType]
	switch {
	case r.RoundingType == ParticularMonth && (r.RoundingValue < 1 || r.RoundingValue > 12):
		return fault.Invalid("rounding_value", "%d is not a month between 1 and 12", r.RoundingValue)
	case r.RoundingType != "" && r.RoundingType != ParticularMonth && !known:
		return fault.Invalid("rounding_type", "%q is not one of END_OF_MONTH, END_OF_QUARTER, END_OF_HALF_YEAR, END_OF_YEAR, PARTICULAR_MONTH", r.RoundingType)
	}
	return nil
}

// LastDay is the last day on which points of a day can be used; 0 is never. The rules must have been checked.
func (r *ExpirationRules) LastDay(earned Date) Date {
	if r == nil {
		return 0
	}
	if r.PeriodType == OnDayOfYear {
		year, _, _ := earned.utc().Date()
		if day := dayOfYear(year, r.FixedMonth, r.FixedDay); day >= earned {
			return day
		}
		return dayOfYear(year+1, r.FixedMonth, r.FixedDay)
	}
	day := earned.plusMonths(r.PeriodValue)
	if r.RoundingType == ParticularMonth {
		month := time.Month(r.RoundingValue)
		return lastOfMonth(nextMonth(day, month), month)
	}
	if period, ok := roundedTo[r.RoundingType]; ok {
		return period.Last(day)
	}
	return day
}

func dayOfYear(year, month, day int) Date {
	return min(NewDate(year, time.Month(month), day), lastOfMonth(year, time.Month(month)))
}
