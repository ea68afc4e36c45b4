package formula

import (
	"errors"

	"github.com/shopspring/decimal"
)

// The bounds of a formula's text. Parse checks each before it spends anything on what lies beyond.
const (
	// MaxLength is the longest text that Parse accepts, in bytes.
	MaxLength = 4096
	// MaxDepth is how deep brackets, function calls and signs may be nested.
	MaxDepth = 64
	// MaxNodes is the number of literals, names, calls, signs and operators that a formula may have. No part is computed
	// more than once per Evaluate, so it bounds the time as well.
	MaxNodes = 1000
)

// The bounds of the numbers that a formula computes with.
const (
	// MaxDigits is the number of digits before the point that a number may have.
	MaxDigits = 30
	// MaxDecimals is the number of digits after the point that a literal may have and that results are rounded to.
	MaxDecimals = 20
	// MaxPower is the largest exponent of POW; its negative is the smallest.
	MaxPower = 1000

	// guardDecimals is the precision of quotients and powers until the next operation uses them up.
	guardDecimals = 2 * MaxDecimals
)

// The reasons why a formula cannot be computed. All of them mean that the caller uses the fallback value; they differ
// only so that a log line can say why. They are never refusals of a request, and so they have no key in package fault.
var (
	// ErrMissing: the order, customer or voucher lacks a value that the formula needs.
	ErrMissing = errors.New("formula: missing value")
	// ErrWrongType: a value is there, but not of the type that the operator or function needs.
	ErrWrongType = errors.New("formula: wrong type")
	// ErrDivisionByZero: a division, a remainder or a negative power of zero.
	ErrDivisionByZero = errors.New("formula: division by zero")
	// ErrOutOfRange: a number is larger than MaxDigits allows, or the digits of a rounding or the exponent of a power are
	// not whole numbers within their bounds.
	ErrOutOfRange = errors.New("formula: number out of range")
)

// bounded rounds d to the given number of decimals and refuses it when it has more than MaxDigits digits before the
// point. It looks at the exponent before it expands anything, so that 1e-2000000000 costs no more than 1.
func bounded(d decimal.Decimal, decimals int32) (decimal.Decimal, error) {
	digits := int64(d.NumDigits()) + int64(d.Exponent())
	switch {
	case d.IsZero() || digits < -int64(decimals):
		return decimal.Zero, nil
	case digits > MaxDigits:
		return decimal.Zero, ErrOutOfRange
	case d.Exponent() < -decimals:
		return d.Round(decimals), nil
	}
	return d, nil
}
