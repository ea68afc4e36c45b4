package loyalty

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validity"
)

// QualificationType says which number of points a tier is held with.
type QualificationType string

// The types of qualification.
const (
	ByBalance        QualificationType = "BALANCE"
	ByPointsInPeriod QualificationType = "POINTS_IN_PERIOD" // what was earned in a part of the calendar, spent or not
)

// StartType says when a tier that was reached begins.
type StartType string

// The starts.
const (
	Immediate  StartType = "IMMEDIATE"
	NextPeriod StartType = "NEXT_PERIOD" // with POINTS_IN_PERIOD
)

// EndType says when a tier ends.
type EndType string

// The ends: the first two with BALANCE, the others with POINTS_IN_PERIOD.
const (
	BalanceDrop     EndType = "BALANCE_DROP" // as soon as the balance leaves the range
	CustomEnd       EndType = "CUSTOM"       // a duration after the tier was reached
	EndOfPeriod     EndType = "END_OF_PERIOD"
	EndOfNextPeriod EndType = "END_OF_NEXT_PERIOD"
)

// TiersExpiration says how tiers are reached and lost. (Voucherify: loyalty_tiers_expiration.)
type TiersExpiration struct {
	QualificationType QualificationType `json:"qualification_type"`
	// QualificationPeriod is the period of POINTS_IN_PERIOD.
	QualificationPeriod Period    `json:"qualification_period,omitempty"`
	StartDate           TierStart `json:"start_date"`
	ExpirationDate      TierEnd   `json:"expiration_date"`
}

// TierStart is when tiers begin.
type TierStart struct {
	Type StartType `json:"type"`
}

// TierEnd is when tiers end.
type TierEnd struct {
	Type EndType `json:"type"`
	// Extend is added: to the start with CUSTOM, to the end of the period otherwise. It is a duration of days and months.
	Extend   *validity.Duration `json:"extend,omitempty"`
	Rounding *TierRounding      `json:"rounding,omitempty"`
}

// RoundingStrategy says to which end of a period a date is moved.
type RoundingStrategy string

// The strategies. Neither brings a date forward.
const (
	ToEnd   RoundingStrategy = "END"   // the last day of the period
	ToStart RoundingStrategy = "START" // the first day of the next one
)

// TierRounding moves the end of a tier of type CUSTOM.
type TierRounding struct {
	// Type is a Period, or "CUSTOM" for the next month Value.
	Type     string           `json:"type"`
	Strategy RoundingStrategy `json:"strategy"`
	Unit     string           `json:"unit,omitempty"` // "MONTH"
	// Value is the month of CUSTOM: 0 is January, 11 December.
	Value int `json:"value,omitempty"`
}

const customRounding = "CUSTOM"

// Check reports the first thing that is wrong with the settings; nil ones are fine.
func (e *TiersExpiration) Check() error {
	if e == nil {
		return nil
	}
	switch e.QualificationType {
	case ByBalance:
		switch {
		case e.StartDate.Type != "" && e.StartDate.Type != Immediate:
			return fault.Invalid("start_date.type", "with BALANCE tiers start with %s", Immediate)
		case e.QualificationPeriod != "":
			return fault.Invalid("qualification_period", "with BALANCE there is no period")
		}
	case ByPointsInPeriod:
		if months[e.QualificationPeriod] == 0 {
			return fault.Invalid("qualification_period", "%q is not one of MONTH, QUARTER, HALF_YEAR, YEAR", e.QualificationPeriod)
		}
		if e.StartDate.Type != Immediate && e.StartDate.Type != NextPeriod {
			return fault.Invalid("start_date.type", "%q is not one of %s, %s", e.StartDate.Type, Immediate, NextPeriod)
		}
	default:
		return fault.Invalid("qualification_type", "%q is not one of %s, %s", e.QualificationType, ByBalance, ByPointsInPeriod)
	}
	if err := e.checkEnd(); err != nil {
		return fault.Within("expiration_date", err)
	}
	return nil
}

func (e *TiersExpiration) checkEnd() error {
	end := e.ExpirationDate
	if d := end.Extend; d != nil {
		if err := d.Check(); err != nil {
			return fault.Within("extend", err)
		}
		if d.Seconds%secondsOfDay != 0 {
			return fault.Invalid("extend", "is not made of whole days")
		}
	}
	inPeriod := e.QualificationType == ByPointsInPeriod
	switch {
	case !inPeriod && end.Type == BalanceDrop:
		if end.Extend != nil || end.Rounding != nil {
			return fault.Invalid("type", "with %s nothing is extended or rounded", BalanceDrop)
		}
		return nil
	case !inPeriod && end.Type == CustomEnd:
		if end.Extend == nil || end.Extend.IsZero() {
			return fault.Invalid("extend", "is required with %s", CustomEnd)
		}
		return end.Rounding.check()
	case inPeriod && (end.Type == EndOfPeriod || end.Type == EndOfNextPeriod):
		if end.Rounding != nil {
			return fault.Invalid("rounding", "is for %s only", CustomEnd)
		}
		return nil
	}
	return fault.Invalid("type", "%q does not go with %s", end.Type, e.QualificationType)
}

func (r *TierRounding) check() error {
	switch {
	case r == nil:
		return nil
	case r.Strategy != ToEnd && r.Strategy != ToStart:
		return fault.Invalid("rounding.strategy", "%q is not one of %s, %s", r.Strategy, ToStart, ToEnd)
	case r.Type == customRounding && (r.Value < 0 || r.Value > 11):
		return fault.Invalid("rounding.value", "%d is not a month between 0 and 11", r.Value)
	case r.Type != customRounding && months[Period(r.Type)] == 0:
		return fault.Invalid("rounding.type", "%q is not one of MONTH, QUARTER, HALF_YEAR, YEAR, CUSTOM", r.Type)
	}
	return nil
}

// apply moves a date.
func (r *TierRounding) apply(d Date) Date {
	if r == nil {
		return d
	}
	last := d
	if r.Type == customRounding {
		month := time.Month(r.Value + 1)
		last = lastOfMonth(nextMonth(d, month), month)
		if r.Strategy == ToStart {
			first := Month.First(last)
			if first < d { // d is in that month already, behind its first day
				first = first.plusMonths(12)
			}
			return first
		}
		return last
	}
	last = Period(r.Type).Last(d)
	if r.Strategy == ToStart {
		return last + 1
	}
	return last
}

// end is the last day of a tier that starts on a day; 0 for one that ends with the balance.
func (e *TiersExpiration) end(start Date) Date {
	if e == nil {
		return 0
	}
	extended := func(d Date) Date {
		if e.ExpirationDate.Extend == nil {
			return d
		}
		return d.Plus(*e.ExpirationDate.Extend)
	}
	switch e.ExpirationDate.Type {
	case CustomEnd:
		return e.ExpirationDate.Rounding.apply(extended(start))
	case EndOfPeriod:
		return extended(e.QualificationPeriod.Last(start))
	case EndOfNextPeriod:
		return extended(e.QualificationPeriod.Last(e.QualificationPeriod.Next(start)))
	}
	return 0
}

func (e *TiersExpiration) inPeriod() bool { return e != nil && e.QualificationType == ByPointsInPeriod }
