package formula

import (
	"fmt"

	"github.com/shopspring/decimal"
)

type function struct {
	minimum, maximum int
	apply            func(env Env, arguments []node) (Value, error)
}

var functions = map[string]function{
	"MIN": {1, MaxNodes, extreme(-1)},
	"MAX": {1, MaxNodes, extreme(1)},
	"POW": {2, 2, power},

	"IF":         {3, 3, either},
	"DEFAULT_TO": {1, MaxNodes, firstComputable},

	"ROUND": {2, 2, rounding(decimal.Decimal.Round)},
	"FLOOR": {2, 2, rounding(decimal.Decimal.RoundFloor)},
	"CEIL":  {2, 2, rounding(decimal.Decimal.RoundCeil)},

	"DAY_OF_MONTH": ofDay(func(d day) int { return d.dayOfMonth }),
	"MONTH":        ofDay(func(d day) int { return int(d.month) }),
	"YEAR":         ofDay(func(d day) int { return d.year }),

	"DAYS_SINCE":   fromToday(func(d, today day) int { return today.compare(d) }),
	"MONTHS_SINCE": fromToday(func(d, today day) int { return d.monthsTo(today) }),
	"YEARS_SINCE":  fromToday(func(d, today day) int { return d.monthsTo(today) / 12 }),
	"DAYS_UNTIL":   fromToday(func(d, today day) int { return d.compare(today) }),
	"MONTHS_UNTIL": fromToday(func(d, today day) int { return today.monthsTo(d) }),
}

// extreme is MIN (sign -1) or MAX (sign 1).
func extreme(sign int) func(env Env, arguments []node) (Value, error) {
	return func(env Env, arguments []node) (Value, error) {
		best, err := number(env, arguments[0])
		if err != nil {
			return Value{}, err
		}
		for _, argument := range arguments[1:] {
			d, err := number(env, argument)
			if err != nil {
				return Value{}, err
			}
			if d.Cmp(best)*sign > 0 {
				best = d
			}
		}
		return Number(best), nil
	}
}

// either is IF; the branch that is not chosen is not computed.
func either(env Env, arguments []node) (Value, error) {
	holds, err := condition(env, arguments[0])
	if err != nil {
		return Value{}, err
	}
	if holds {
		return arguments[1].evaluate(env)
	}
	return arguments[2].evaluate(env)
}

// firstComputable is DEFAULT_TO; when no argument can be computed, the reason is that of the last.
func firstComputable(env Env, arguments []node) (v Value, err error) {
	for _, argument := range arguments {
		if v, err = argument.evaluate(env); err == nil {
			return v, nil
		}
	}
	return Value{}, err
}

func rounding(round func(d decimal.Decimal, places int32) decimal.Decimal) func(env Env, arguments []node) (Value, error) {
	return func(env Env, arguments []node) (Value, error) {
		d, err := number(env, arguments[0])
		if err != nil {
			return Value{}, err
		}
		places, err := whole(env, arguments[1], -MaxDigits, MaxDecimals)
		if err != nil {
			return Value{}, err
		}
		rounded, err := bounded(round(d, int32(places)), MaxDecimals)
		return Number(rounded), err
	}
}

// whole computes a whole number between least and most.
func whole(env Env, n node, least, most int64) (int64, error) {
	d, err := number(env, n)
	if err != nil {
		return 0, err
	}
	if !d.IsInteger() || d.LessThan(decimal.NewFromInt(least)) || d.GreaterThan(decimal.NewFromInt(most)) {
		return 0, fmt.Errorf("%w: %s is not a whole number between %d and %d", ErrOutOfRange, d, least, most)
	}
	return d.IntPart(), nil
}

// power is POW for whole exponents; 0 to the power of 0 is 1.
func power(env Env, arguments []node) (Value, error) {
	base, err := exact(env, arguments[0])
	if err != nil {
		return Value{}, err
	}
	exponent, err := whole(env, arguments[1], -MaxPower, MaxPower)
	if err != nil {
		return Value{}, err
	}
	if exponent < 0 {
		if base.IsZero() {
			return Value{}, ErrDivisionByZero
		}
		base, exponent = decimal.NewFromInt(1).DivRound(base, guardDecimals), -exponent
	}
	result, err := raised(base, exponent)
	return Number(result), err
}

// raised multiplies by squaring, and bounds every step so that no intermediate result grows beyond the limits.
func raised(base decimal.Decimal, exponent int64) (result decimal.Decimal, err error) {
	result = decimal.NewFromInt(1)
	for {
		if exponent&1 == 1 {
			if result, err = bounded(result.Mul(base), guardDecimals); err != nil {
				return decimal.Zero, err
			}
		}
		if exponent >>= 1; exponent == 0 {
			return result, nil
		}
		if base, err = bounded(base.Mul(base), guardDecimals); err != nil {
			return decimal.Zero, err
		}
	}
}
