package loyalty

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// ExpirationType says when points that are added by hand expire.
type ExpirationType string

// The types of expiration. The empty one is ProgramRules.
const (
	ProgramRules ExpirationType = "PROGRAM_RULES"
	CustomDate   ExpirationType = "CUSTOM_DATE" // on ExpirationDate
	NonExpiring  ExpirationType = "NON_EXPIRING"
)

// Adjustment asks for a manual entry: points that are added or removed.
type Adjustment struct {
	// Points is what is added; a negative number is removed. It is not 0.
	Points ledger.Points `json:"points"`
	// ExpirationType and ExpirationDate, the last day, are for points that are added.
	ExpirationType ExpirationType `json:"expiration_type,omitempty"`
	ExpirationDate Date           `json:"expiration_date,omitzero"`
	// SourceID makes the call repeatable: the same id with the same points on the same card is answered with the first entry.
	// Empty makes a new entry with each call.
	SourceID string `json:"source_id,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Type is the type of the entry.
func (a *Adjustment) Type() ledger.Type {
	if a.Points < 0 {
		return ledger.PointsRemoval
	}
	return ledger.PointsAddition
}

// Check reports the first thing that is wrong with the adjustment by itself.
func (a *Adjustment) Check() error {
	switch {
	case a.Points == 0 || a.Points > ledger.Points(money.Max) || a.Points < -ledger.Points(money.Max):
		return fault.New(fault.InvalidAmount, "%d is not between 1 and %d, or the negative of that", a.Points, money.Max).At("points")
	case len(a.SourceID) > ledger.MaxSourceID:
		return fault.New(fault.InvalidAddBalanceParams, "is longer than %d bytes", ledger.MaxSourceID).At("source_id")
	case len(a.Reason) > ledger.MaxReason:
		return fault.New(fault.InvalidAddBalanceParams, "is longer than %d bytes", ledger.MaxReason).At("reason")
	}
	switch a.ExpirationType {
	case "", ProgramRules, NonExpiring:
		if a.ExpirationDate != 0 {
			return fault.New(fault.InvalidExpirationDate, "is for %s only", CustomDate).At("expiration_date")
		}
		return nil
	case CustomDate:
		switch {
		case a.Points < 0:
			return fault.New(fault.InvalidExpirationDate, "points that are removed do not expire").At("expiration_type")
		case a.ExpirationDate == 0:
			return fault.New(fault.InvalidExpirationDate, "is required with %s", CustomDate).At("expiration_date")
		}
		return nil
	}
	return fault.Invalid("expiration_type", "%q is not one of PROGRAM_RULES, CUSTOM_DATE, NON_EXPIRING", a.ExpirationType)
}

// CheckDate reports a date of expiry that is over on a day.
func (a *Adjustment) CheckDate(today Date) error {
	if a.ExpirationType == CustomDate && a.ExpirationDate < today {
		return fault.New(fault.InvalidExpirationDate, "%s is before today", a.ExpirationDate).At("expiration_date")
	}
	return nil
}

// Parts are the days of expiry of what is added; nil for those of the program's rules.
func (a *Adjustment) Parts() []Part {
	switch {
	case a.Points < 0 || a.ExpirationType == "" || a.ExpirationType == ProgramRules:
		return nil
	}
	return []Part{{a.ExpirationDate, a.Points}}
}
