package tabular

import (
	"fmt"

	"github.com/voucherify-go/voucherify/fault"
)

// MaxFailures is how many failures a report keeps; the others are counted.
const MaxFailures = 1000

// Failure is one row that was not kept, and why.
type Failure struct {
	// Row counts rows from 1 without the header, Line is the line of the file on which the row begins. (Line is not a field of
	// Voucherify.)
	Row  int `json:"row"`
	Line int `json:"line,omitempty"`
	// Column is the header of the offending cell, as the file spells it; empty when no single cell is at fault. (Not a field of
	// Voucherify.)
	Column string `json:"column,omitempty"`
	// Code or SourceID is what the row calls itself, as far as it could be read.
	Code     string `json:"code,omitempty"`
	SourceID string `json:"source_id,omitempty"`
	// Reason says in English what is wrong, Key is what programs should switch on, Err has all particulars.
	Reason string       `json:"reason"`
	Key    fault.Key    `json:"key"`
	Err    *fault.Error `json:"-"`
}

// reasonOf words a refusal without its key.
func reasonOf(e *fault.Error) string {
	text := e.Details
	if text == "" {
		text = e.Message
	}
	if e.Field == "" || e.Key == fault.MetadataValidationFailed {
		return text
	}
	return e.Field + ": " + text
}

// Report is what became of the rows of an import: result of Voucherify's async action.
type Report struct {
	// DoneCount is the rows that are in the project now, also those that changed nothing. FailedCount is the others.
	DoneCount   int `json:"done_count"`
	FailedCount int `json:"failed_count"`
	// Failed are the first MaxFailures failures, in the order of the rows.
	Failed []Failure `json:"failed"`
	// Message sums up: "2 voucher(s) imported successfully, 1 failed."
	Message string `json:"message"`

	noun string
}

// NewReport is the report about no rows yet. The noun is what rows are called in the message.
func NewReport(noun string) Report {
	r := Report{Failed: []Failure{}, noun: noun}
	r.Add(0, nil)
	return r
}

// Add counts rows that are done and rows that failed.
func (r *Report) Add(done int, failed []Failure) {
	r.DoneCount += done
	r.FailedCount += len(failed)
	r.Failed = append(r.Failed, failed[:min(len(failed), MaxFailures-len(r.Failed))]...)
	r.Message = fmt.Sprintf("%d %s(s) imported successfully, %d failed.", r.DoneCount, r.noun, r.FailedCount)
}
