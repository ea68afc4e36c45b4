// Package money owns arithmetic on amounts: int64 minor units (cents), exact ratios, and splits that add up.
//
// It refuses floating point and it refuses to overflow silently: every operation that can leave the range says so.
// Rounding is half up (away from zero for the non-negative amounts of this domain) and happens once per result.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/shopspring/decimal"
)

// Max is the largest amount, price, quantity or point count that the engine accepts, in minor units or units.
// It is far above any cart and low enough that the sum of 500 lines cannot leave int64.
const Max int64 = 1_000_000_000_000_000

// ErrOverflow is returned when a result leaves the range of amounts.
var ErrOverflow = errors.New("money: amount out of range")

// Mul returns a·b. Both must be between 0 and Max; the result is at most Max, otherwise ErrOverflow.
func Mul(a, b int64) (int64, error) {
	if a < 0 || b < 0 {
		return 0, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > uint64(Max) {
		return 0, ErrOverflow
	}
	return int64(lo), nil
}

// Ratio is an exact non-negative fraction with denominator > 0. The zero value is not a valid ratio; use Percent or NewRatio.
type Ratio struct{ Num, Den int64 }

// NewRatio returns num/den as a ratio. It panics when den is not positive or num is negative: both are programming errors.
func NewRatio(num, den int64) Ratio {
	if num < 0 || den <= 0 {
		panic("money: invalid ratio")
	}
	return Ratio{num, den}
}

// MaxPercentDigits is the number of digits after the point that a percentage may have.
const MaxPercentDigits = 8

// Percent turns a percentage between 0 and 100 with at most MaxPercentDigits decimals into the exact ratio percent/100.
func Percent(p decimal.Decimal) (Ratio, error) {
	if p.Sign() < 0 || p.GreaterThan(decimal.NewFromInt(100)) {
		return Ratio{}, fmt.Errorf("money: percent %s is not between 0 and 100", p)
	}
	if p.Exponent() < -MaxPercentDigits && !p.Truncate(MaxPercentDigits).Equal(p) {
		return Ratio{}, fmt.Errorf("money: percent %s has more than %d decimals", p, MaxPercentDigits)
	}
	den := int64(100)
	for range MaxPercentDigits {
		den *= 10
	}
	num := p.Shift(MaxPercentDigits).IntPart()
	g := gcd(num, den)
	return Ratio{num / g, den / g}, nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Of returns amount·r rounded half up. amount must not be negative.
func (r Ratio) Of(amount int64) int64 { return MulDiv(amount, r.Num, r.Den) }

// MulDiv returns a·b/c rounded half up, with a 128-bit intermediate. a and b must not be negative, c must be positive.
// A quotient that leaves int64 saturates; callers keep a ≤ Max and b ≤ c·2¹³ and never meet it.
func MulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// floor((ab + ⌈c/2⌉) / c) would push an odd c's remainder of exactly (c-1)/2 up; ⌊c/2⌋ rounds half up for both.
	var carry uint64
	lo, carry = bits.Add64(lo, uint64(c)/2, 0)
	hi += carry
	return quotient(hi, lo, uint64(c))
}

// FloorMulDiv returns a·b/c rounded down, with a 128-bit intermediate. a and b must not be negative, c must be positive.
func FloorMulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return quotient(hi, lo, uint64(c))
}

// quotient divides a 128-bit number and saturates at the largest int64.
func quotient(hi, lo, c uint64) int64 {
	if hi >= c {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, c)
	return int64(min(q, math.MaxInt64))
}

// Split divides total over the weights so that the shares add up to total exactly: each gets its exact share rounded
// down, and the units that are left go one each to the largest remainders, ties to the earlier index. Weights must not
// be negative; when all are zero, every share is zero. Shares are appended to dst.
func Split(dst []int64, total int64, weights []int64) []int64 {
	start := len(dst)
	var sum int64
	for _, w := range weights {
		sum += w
	}
	if sum <= 0 || total <= 0 {
		return append(dst, make([]int64, len(weights))...)
	}
	type remainder struct {
		index int
		value uint64
	}
	rests := make([]remainder, 0, len(weights))
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, r := bits.Div64(hi, lo, uint64(sum))
		dst = append(dst, int64(q))
		left -= int64(q)
		if r > 0 {
			rests = append(rests, remainder{i, r})
		}
	}
	slices.SortStableFunc(rests, func(a, b remainder) int {
		switch {
		case a.value > b.value:
			return -1
		case a.value < b.value:
			return 1
		}
		return a.index - b.index
	})
	for i := range left {
		dst[start+rests[i].index]++
	}
	return dst
}

// SplitCapped is Split with an upper bound for each share. What a bound cuts off is divided again over the shares that
// still have room, by the same weights, until nothing is left or no weighted share has room. The sum of the shares is
// min(total, Σ caps of the shares with weight).
func SplitCapped(total int64, weights, caps []int64) []int64 {
	shares := make([]int64, len(weights))
	w := slices.Clone(weights)
	var part []int64
	for total > 0 {
		var sum int64
		for i := range w {
			if shares[i] >= caps[i] {
				w[i] = 0
			}
			sum += w[i]
		}
		if sum == 0 {
			break
		}
		part = Split(part[:0], total, w)
		for i, p := range part {
			p = min(p, caps[i]-shares[i])
			shares[i] += p
			total -= p
		}
	}
	return shares
}

// MinorFromMajor converts an amount in major units (15.5) to minor units (1550), rounded half up. A negative amount
// becomes 0, as no discount is negative; an amount above Max is ErrOverflow.
func MinorFromMajor(major decimal.Decimal) (int64, error) {
	if major.Sign() <= 0 {
		return 0, nil
	}
	minor := major.Shift(2).Round(0)
	if minor.GreaterThan(decimal.NewFromInt(Max)) {
		return 0, ErrOverflow
	}
	return minor.IntPart(), nil
}

// MajorFromMinor converts minor units to major units: 1550 to 15.5.
func MajorFromMinor(minor int64) decimal.Decimal { return decimal.New(minor, -2) }
