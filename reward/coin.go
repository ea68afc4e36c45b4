package reward

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// Ratio is what points are worth: PointsRatio points are ExchangeRatio in money. Points are only taken in whole steps of
// PointsRatio. (Voucherify: parameters.coin.)
type Ratio struct {
	// ExchangeRatio is in major units: 20 is 20.00. It is the only money of the engine that is not in minor units, and may be less
	// than the smallest of them.
	ExchangeRatio decimal.Decimal `json:"exchange_ratio"`
	// PointsRatio is 1 when it is left out.
	PointsRatio decimal.Decimal `json:"points_ratio,omitzero"`
}

// The bounds of a ratio.
const (
	MaxRatio       = 1_000_000_000
	MaxRatioDigits = 6 // behind the point
)

// Check reports the first thing that is wrong with the ratio: a part of 0 or less is refused.
func (r *Ratio) Check() error {
	for _, part := range [...]struct {
		field string
		value decimal.Decimal
	}{{"exchange_ratio", r.ExchangeRatio}, {"points_ratio", r.step()}} {
		if part.value.Sign() <= 0 || part.value.Exponent() < -MaxRatioDigits || part.value.GreaterThan(decimal.NewFromInt(MaxRatio)) {
			return fault.Invalid(part.field, "is not above 0 and at most %d, with at most %d digits behind the point", MaxRatio, MaxRatioDigits)
		}
	}
	return nil
}

// step is the points of one step.
func (r *Ratio) step() decimal.Decimal {
	if r.PointsRatio.IsZero() {
		return decimal.NewFromInt(1)
	}
	return r.PointsRatio
}

// MarshalJSON writes the ratios as numbers.
func (r Ratio) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ExchangeRatio json.Number `json:"exchange_ratio"`
		PointsRatio   json.Number `json:"points_ratio"`
	}{json.Number(r.ExchangeRatio.String()), json.Number(r.step().String())})
}

// Payment is what points pay: both are 0 when no whole step can be paid, or nothing is due.
type Payment struct {
	Points ledger.Points
	// Amount is in minor units.
	Amount int64
}

// Pay pays what is due, in minor units, with at most asked points of a balance; asked is nil for as many as are needed.
// multiplier changes what each step costs, 1 for nobody's advantage. It takes whole steps, the last of which may be worth more than
// what is left to pay; a step more than that is never taken. The ratio must have been checked.
func (r *Ratio) Pay(due int64, balance ledger.Points, asked *ledger.Points, multiplier decimal.Decimal) Payment {
	if due <= 0 {
		return Payment{}
	}
	budget := balance
	if asked != nil {
		budget = min(balance, *asked)
	}
	value := r.ExchangeRatio.Shift(2) // of a step, in minor units
	cost := r.step().Mul(multiplier)
	needed := ceilDiv(decimal.NewFromInt(due), value)
	steps := decimal.Min(needed, affordable(budget, cost, needed))
	if steps.Sign() <= 0 {
		return Payment{}
	}
	amount := min(decimal.Min(steps.Mul(value).Floor(), decimal.NewFromInt(due)).IntPart(), due)
	if amount == 0 {
		return Payment{}
	}
	return Payment{Points: ledger.Points(charge(steps, cost).IntPart()), Amount: amount}
}

// Least is what one step costs.
func (r *Ratio) Least(multiplier decimal.Decimal) ledger.Points {
	points := charge(decimal.NewFromInt(1), r.step().Mul(multiplier))
	return ledger.Points(decimal.Min(points, decimal.NewFromInt(money.Max)).IntPart())
}

// charge is what a number of steps costs: rounded half up, and at least 1.
func charge(steps, cost decimal.Decimal) decimal.Decimal {
	return decimal.Max(steps.Mul(cost).Round(0), decimal.NewFromInt(1))
}

// affordable is the largest number of steps, at most most, that cost no more than the budget.
func affordable(budget ledger.Points, cost, most decimal.Decimal) decimal.Decimal {
	have := decimal.NewFromInt(int64(budget))
	if budget < 1 {
		return decimal.Zero
	}
	if cost.Sign() <= 0 || charge(most, cost).LessThanOrEqual(have) {
		return most
	}
	// Half a point more than the budget is the first cost that is rounded up beyond it.
	one := decimal.NewFromInt(1)
	steps := decimal.Min(most, ceilDiv(have.Add(decimal.New(5, -1)), cost))
	for steps.Sign() > 0 && charge(steps, cost).GreaterThan(have) {
		steps = steps.Sub(one)
	}
	return steps
}

// ceilDiv is a / b for positive numbers, rounded up.
func ceilDiv(a, b decimal.Decimal) decimal.Decimal {
	quotient, rest := a.QuoRem(b, 0)
	if rest.Sign() > 0 {
		return quotient.Add(decimal.NewFromInt(1))
	}
	return quotient
}
