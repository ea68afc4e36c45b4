package loyalty

import (
	"encoding/json"
	"math"
	"math/bits"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// Basis is what points are counted from. What an event does not have is empty.
type Basis struct {
	// Amount is the order before discounts, TotalAmount what is left to pay, in minor units.
	Amount, TotalAmount int64
	Lines               []BasisLine
	Order               metadata.Map
	Customer            metadata.Map
	Event               metadata.Map
	// Values answer formulas.
	Values formula.Env
}

// BasisLine is a line of the order. Amounts are minor units.
type BasisLine struct {
	product.Identity
	// Units are those that are paid for.
	Units int64
	// Amount is the line before discounts, Subtotal what is left after those of the line.
	Amount, Subtotal int64
}

// Worth is an Earning ready for use. It is immutable and may be shared between goroutines.
type Worth struct {
	fixed   ledger.Points
	formula *formula.Formula
	kind    CalculationType
	ratio   *ItemsRatio
	lines   *product.Matcher
}

// Compile prepares what an event is worth. It fails on what Check refuses.
func (e *Earning) Compile(event string, products *product.Index) (*Worth, error) {
	if err := e.check(event); err != nil {
		return nil, err
	}
	w := &Worth{fixed: e.Points, kind: e.CalculationType, ratio: e.Ratio()}
	if w.ratio != nil {
		if targets := w.ratio.Targets(); len(targets) > 0 {
			w.lines = products.Matcher(targets...)
		}
		return w, nil
	}
	var err error
	w.formula, err = e.formula(event)
	return w, err
}

// Points is what an event is worth: at least 0, and at most money.Max. The mapping of the member's tier changes the points of the
// rule; nil changes nothing. It is rounded once, at the end, half up.
func (w *Worth) Points(b *Basis, m *Mapping) ledger.Points {
	if w.ratio == nil {
		return w.constant(b, m)
	}
	steps, points := w.value(b)/w.ratio.Every, w.ratio.Points
	if steps <= 0 {
		return 0
	}
	if m == nil {
		return times(steps, points)
	}
	if m.Type == Custom {
		return times(steps, m.Points)
	}
	return scaled(decimal.NewFromInt(steps).Mul(decimal.NewFromInt(int64(points))).Mul(m.Multiplier))
}

// constant is what FIXED is worth.
func (w *Worth) constant(b *Basis, m *Mapping) ledger.Points {
	if m != nil && m.Type == Custom {
		return m.Points
	}
	if w.formula == nil && m == nil {
		return w.fixed
	}
	value := decimal.NewFromInt(int64(w.fixed))
	if w.formula != nil && b.Values != nil {
		if computed, err := w.formula.Evaluate(b.Values); err == nil {
			value = computed
		}
	}
	if m != nil {
		value = value.Mul(m.Multiplier)
	}
	return max(0, scaled(value))
}

// times multiplies, and stays below money.Max.
func times(steps int64, points ledger.Points) ledger.Points {
	if high, low := bits.Mul64(uint64(steps), uint64(points)); high == 0 && low <= uint64(money.Max) {
		return ledger.Points(low)
	}
	return ledger.Points(money.Max)
}

// value is the whole part of what the ratio counts.
func (w *Worth) value(b *Basis) int64 {
	switch w.kind {
	case ByOrderAmount:
		return b.Amount
	case ByOrderTotalAmount:
		return b.TotalAmount
	case ByOrderMetadata:
		return wholeNumber(b.Order, w.ratio.Property)
	case ByCustomerMetadata:
		return wholeNumber(b.Customer, w.ratio.Property)
	case ByEventMetadata:
		return wholeNumber(b.Event, w.ratio.Property)
	}
	var sum int64
	for i := range b.Lines {
		l := &b.Lines[i]
		if !w.lines.Matches(l.Identity) {
			continue
		}
		switch w.kind {
		case ByItemsQuantity:
			sum += l.Units
		case ByItemsAmount:
			sum += l.Amount
		default:
			sum += l.Subtotal
		}
	}
	return sum
}

// maxNumberText is the longest JSON number that counts.
const maxNumberText = 100

// wholeNumber is the whole part of a number in metadata, also in a nested object; 0 for what is no number, and at most money.Max.
func wholeNumber(m metadata.Map, property string) int64 {
	var d decimal.Decimal
	switch v := validation.Property(m, property).(type) {
	case int:
		return min(int64(v), money.Max)
	case int64:
		return min(v, money.Max)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0
		}
		d = decimal.NewFromFloat(v)
	case json.Number:
		parsed, err := decimal.NewFromString(v.String())
		if err != nil || len(v) > maxNumberText {
			return 0
		}
		d = parsed
	default:
		return 0
	}
	switch magnitude := int64(d.NumDigits()) + int64(d.Exponent()); {
	case d.Sign() <= 0 || magnitude <= 0: // below 1
		return 0
	case magnitude > 16:
		return money.Max
	}
	return min(d.Floor().IntPart(), money.Max)
}
