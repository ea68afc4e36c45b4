// Package validity owns when something may be used: start and expiration dates, recurring timeframes, weekdays and
// hours of the day, and the calendar arithmetic behind them.
//
// It refuses to read a clock and to choose a time zone: both come as arguments, so the same window at the same instant
// always gives the same answer. It also refuses to know switches such as "active"; those belong to the records.
package validity

import (
	"fmt"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// Window is the time part that campaigns, vouchers and promotion tiers share; its JSON fields are Voucherify's. The
// zero Window is always valid. Days, hours and timeframes are read in the project's zone, the two dates are instants.
type Window struct {
	// StartDate is the first instant of validity; absent means from the beginning.
	StartDate *time.Time `json:"start_date,omitempty"`
	// ExpirationDate is the last instant of validity; absent means for ever. A date without a time is 00:00 of that
	// day, so the day itself is not covered.
	ExpirationDate *time.Time `json:"expiration_date,omitempty"`
	// Timeframe opens the window again and again, counted from StartDate, which it needs.
	Timeframe *Timeframe `json:"validity_timeframe,omitempty"`
	// DaysOfWeek are the only weekdays of validity, 0 for Sunday to 6 for Saturday; empty means all. The weekday is
	// that of the moment of use, also when a timeframe opened on the day before.
	DaysOfWeek []int `json:"validity_day_of_week,omitempty"`
	// Hours are the only hours of validity. They cannot be combined with Timeframe or DaysOfWeek in one record.
	Hours *Hours `json:"validity_hours,omitempty"`
}

// Outcome says whether a window is open, and if not, why. Each outcome becomes a refusal of its own.
type Outcome int

const (
	// Valid: the window is open.
	Valid Outcome = iota
	// NotStarted: the start date has not come.
	NotStarted
	// Expired: the expiration date has passed.
	Expired
	// NotNow: between the two dates, but outside the timeframe, the weekdays or the hours.
	NotNow
)

// String returns the outcome in words, for explanations and test failures.
func (o Outcome) String() string {
	switch o {
	case Valid:
		return "valid"
	case NotStarted:
		return "not started"
	case Expired:
		return "expired"
	case NotNow:
		return "not now"
	}
	return fmt.Sprintf("Outcome(%d)", int(o))
}

// IsZero reports whether the window sets nothing. Empty lists set nothing.
func (w Window) IsZero() bool {
	return w.StartDate == nil && w.ExpirationDate == nil && w.Timeframe == nil && len(w.DaysOfWeek) == 0 && w.Hours.empty()
}

// Or returns w with every field that it does not set taken from parent: a voucher that only has an expiration date
// inherits the start date of its campaign. The result shares the pointers and lists of both, so treat it as read-only.
//
// Inheritance can bring together hours and a timeframe or weekdays, which Check refuses in one record; At then wants
// all of them to hold.
func (w Window) Or(parent Window) Window {
	if w.StartDate == nil {
		w.StartDate = parent.StartDate
	}
	if w.ExpirationDate == nil {
		w.ExpirationDate = parent.ExpirationDate
	}
	if w.Timeframe == nil {
		w.Timeframe = parent.Timeframe
	}
	if len(w.DaysOfWeek) == 0 {
		w.DaysOfWeek = parent.DaysOfWeek
	}
	if w.Hours.empty() {
		w.Hours = parent.Hours
	}
	return w
}

// At answers whether the window is open at now, with days and hours read in zone, which must not be nil. Both dates
// themselves belong to the window. A part that Check refuses keeps the window closed.
func (w Window) At(now time.Time, zone *time.Location) Outcome {
	if w.StartDate != nil && now.Before(*w.StartDate) {
		return NotStarted
	}
	if w.ExpirationDate != nil && now.After(*w.ExpirationDate) {
		return Expired
	}
	if w.Timeframe != nil && (w.StartDate == nil || !w.Timeframe.Contains(*w.StartDate, now, zone)) {
		return NotNow
	}
	if len(w.DaysOfWeek) > 0 && !slices.Contains(w.DaysOfWeek, int(now.In(zone).Weekday())) {
		return NotNow
	}
	if !w.Hours.empty() && !w.Hours.Contains(now, zone) {
		return NotNow
	}
	return Valid
}

// Check reports the first thing that is wrong with the window; the error names the field by its JSON path, such as
// "validity_hours.daily[1].start_time". A window that inherits is checked with what it inherits: w.Or(parent).Check(),
// since a timeframe may count from the start date of the parent.
func (w Window) Check() error {
	if err := w.CheckAlone(); err != nil {
		return err
	}
	if w.Timeframe != nil && w.StartDate == nil {
		return fault.Invalid("start_date", "is required with validity_timeframe")
	}
	return nil
}

// CheckAlone is Check for a window that may inherit its start date from a parent that is not known here.
func (w Window) CheckAlone() error {
	if err := w.checkDates(); err != nil {
		return err
	}
	if w.Timeframe != nil {
		if err := w.Timeframe.check(); err != nil {
			return fault.Within("validity_timeframe", err)
		}
	}
	if err := checkDays("validity_day_of_week", w.DaysOfWeek); err != nil {
		return err
	}
	if w.Hours.empty() {
		return nil
	}
	if w.Timeframe != nil {
		return fault.Invalid("validity_hours", "cannot be combined with validity_timeframe")
	}
	if len(w.DaysOfWeek) > 0 {
		return fault.Invalid("validity_hours", "cannot be combined with validity_day_of_week")
	}
	if err := w.Hours.check(); err != nil {
		return err.At("validity_hours")
	}
	return nil
}

// checkDates keeps both dates within the years that RFC 3339 can write and in their order.
func (w Window) checkDates() *fault.Error {
	for _, date := range []struct {
		field string
		value *time.Time
	}{{"start_date", w.StartDate}, {"expiration_date", w.ExpirationDate}} {
		if date.value == nil {
			continue
		}
		if year := date.value.UTC().Year(); year < 1 || year > 9999 {
			return fault.Invalid(date.field, "year %d is not between 1 and 9999", year)
		}
	}
	if w.StartDate != nil && w.ExpirationDate != nil && w.ExpirationDate.Before(*w.StartDate) {
		return fault.Invalid("expiration_date", "%s is before start_date %s",
			w.ExpirationDate.Format(time.RFC3339), w.StartDate.Format(time.RFC3339))
	}
	return nil
}

// checkDays refuses what is not a weekday and a weekday that is listed twice.
func checkDays(field string, days []int) *fault.Error {
	var seen [7]bool
	for i, day := range days {
		path := fmt.Sprintf("%s[%d]", field, i)
		if day < 0 || day > 6 {
			return fault.Invalid(path, "%d is not a weekday from 0 (Sunday) to 6 (Saturday)", day)
		}
		if seen[day] {
			return fault.Invalid(path, "weekday %d is listed twice", day)
		}
		seen[day] = true
	}
	return nil
}
