// Package tabular owns rows: what a CSV file of codes, customers, products or SKUs says, cell by cell, and which columns a CSV
// file of what is stored has.
//
// It refuses to know what exists already and to write anything: the engine hands it a reader and gets typed rows, each either
// whole or with the reason why it is none. It never has more than one row in memory.
package tabular

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// The bounds of one file or list of rows.
const (
	// MaxRows is the number of rows, the header not among them.
	MaxRows = 100_000
	// MaxBytes is the size of a file.
	MaxBytes = 10 << 20
	// MaxColumns is the number of columns of a file.
	MaxColumns = 200
)

// Unit says what a number in a column of money is.
type Unit string

// The units of amounts. The empty unit is Minor. With Major the number may have two decimals: 12.5 is 1250.
const (
	Minor Unit = "MINOR"
	Major Unit = "MAJOR"
)

// Options say how a file is read. The zero value is a file with commas and amounts in minor units.
type Options struct {
	// AmountUnit is the unit of Value, Gift Amount, Redeemed Amount, Gift Balance, Discount Amount Limit and price.
	AmountUnit Unit
	// Comma stands between cells; 0 is ','. It is a character of the keyboard that is neither a letter nor a digit, nor a quote.
	Comma rune
	// Zone is that of dates without one; nil is UTC.
	Zone *time.Location
	// Schema types the columns that become metadata; without one their values are texts.
	Schema *metadata.Schema
}

func (o *Options) check() error {
	switch o.AmountUnit {
	case "", Minor, Major:
	default:
		return fault.Invalid("amount_unit", "%q is not one of %s, %s", string(o.AmountUnit), Minor, Major)
	}
	if c := o.Comma; c != 0 && c != '\t' && (c <= ' ' || c == '"' || c > '~' || isWord(c)) {
		return fault.Invalid("comma", "%q cannot stand between cells", c)
	}
	return nil
}

func isWord(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// Row is one row of an import.
type Row[T any] struct {
	// Number counts rows from 1, without the header; Line is the line of the file on which the row begins, 0 for rows that come
	// from no file.
	Number, Line int
	// Value is what the row says. It is zero when there is a Failure.
	Value T
	// Failure is why the row cannot be read, nil for a row that can.
	Failure *Failure

	naming *naming[T]
}

// naming says how failures speak about rows.
type naming[T any] struct {
	column   func(field string) string
	identify func(*T) (code, sourceID string)
}

// NewRow is a row that comes from no file.
func NewRow[T any](number int, value T, identify func(*T) (code, sourceID string)) Row[T] {
	return Row[T]{Number: number, Value: value, naming: &naming[T]{identify: identify}}
}

// Refuse is the account of a row that was read and cannot be kept. The column is the one that holds the field of the refusal.
func (r *Row[T]) Refuse(refusal *fault.Error) Failure {
	f := Failure{Row: r.Number, Line: r.Line, Key: refusal.Key, Reason: reasonOf(refusal), Err: refusal}
	if r.naming != nil {
		f.Code, f.SourceID = r.naming.identify(&r.Value)
		if r.naming.column != nil {
			f.Column = r.naming.column(refusal.Field)
		}
	}
	return f
}
