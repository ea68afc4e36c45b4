package formula_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/fault"
)

// amount draws a decimal with up to four digits after the point, as text; a negative one is in brackets.
func amount(t *rapid.T, name string) string {
	d := decimal.New(rapid.Int64Range(-1e12, 1e12).Draw(t, name), -rapid.Int32Range(0, 4).Draw(t, name+" decimals"))
	return "(" + d.String() + ")"
}

func evaluate(t *rapid.T, source string, env formula.Env) decimal.Decimal {
	f, err := formula.Parse(source)
	if err != nil {
		t.Fatalf("Parse(%q): %v", source, err)
	}
	d, err := f.Evaluate(env)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return d
}

func TestMinIsAtMostMax(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := amount(t, "a"), amount(t, "b"), amount(t, "c")
		least := evaluate(t, fmt.Sprintf("MIN(%s;%s;%s)", a, b, c), world{})
		most := evaluate(t, fmt.Sprintf("MAX(%s;%s;%s)", a, b, c), world{})
		if least.GreaterThan(most) {
			t.Errorf("MIN %s is above MAX %s", least, most)
		}
		sum := evaluate(t, fmt.Sprintf("%s+%s+%s", a, b, c), world{})
		third := sum.DivRound(decimal.NewFromInt(3), 4)
		slack := decimal.New(1, -4)
		if third.Add(slack).LessThan(least) || third.Sub(slack).GreaterThan(most) {
			t.Errorf("the mean %s is not between %s and %s", third, least, most)
		}
	})
}

func TestOnlyTheChosenBranchIsComputed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := amount(t, "a"), amount(t, "b")
		failing := rapid.SampledFrom([]string{"1/0", "ORDER_AMOUNT", `"text"+1`, "POW(10;30)"}).Draw(t, "failing")
		if evaluate(t, a+"-"+b, world{}).Sign() > 0 {
			evaluate(t, fmt.Sprintf("IF(%s > %s;1;%s)", a, b, failing), world{})
			return
		}
		evaluate(t, fmt.Sprintf("IF(%s > %s;%s;1)", a, b, failing), world{})
	})
}

func TestArithmeticAgreesWithDecimals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := amount(t, "a"), amount(t, "b"), amount(t, "c")
		value := func(s string) decimal.Decimal { return decimal.RequireFromString(s[1 : len(s)-1]) }
		got := evaluate(t, fmt.Sprintf("%s - %s * %s", a, b, c), world{})
		if want := value(a).Sub(value(b).Mul(value(c))); !got.Equal(want) {
			t.Errorf("got %s, want %s", got, want)
		}
		if !value(b).IsZero() {
			if got := evaluate(t, fmt.Sprintf("%s / %s * %s", a, b, b), world{}); !got.Equal(value(a)) {
				t.Errorf("%s / %s * %s = %s", a, b, b, got)
			}
			quotient := fmt.Sprintf("(%s - %s %% %s) / %s", a, a, b, b)
			if got := evaluate(t, quotient, world{}); !got.IsInteger() {
				t.Errorf("%s = %s, the remainder is wrong", quotient, got)
			}
		}
	})
}

func TestFloorRoundCeilAreOrdered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, places := amount(t, "a"), rapid.IntRange(-14, 6).Draw(t, "places")
		floor := evaluate(t, fmt.Sprintf("FLOOR(%s;%d)", a, places), world{})
		round := evaluate(t, fmt.Sprintf("ROUND(%s;%d)", a, places), world{})
		ceil := evaluate(t, fmt.Sprintf("CEIL(%s;%d)", a, places), world{})
		exact := evaluate(t, a, world{})
		step := decimal.New(1, int32(-places))
		if floor.GreaterThan(exact) || ceil.LessThan(exact) || ceil.Sub(floor).GreaterThan(step) {
			t.Errorf("%s at %d: floor %s, ceil %s", a, places, floor, ceil)
		}
		if !round.Equal(floor) && !round.Equal(ceil) || round.Sub(exact).Abs().Mul(decimal.NewFromInt(2)).GreaterThan(step) {
			t.Errorf("%s at %d: floor %s, round %s, ceil %s", a, places, floor, round, ceil)
		}
	})
}

// Whatever its text, a formula is refused with its key or evaluates to a number within the limits or to a known error.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`IF(CUSTOMER_METADATA("visits") > 10 AND ORDER_METADATA("day") = 5;20;3)`,
		`SWITCH(ORDER_METADATA("city");SWITCH_CASE("Boston";10) SWITCH_CASE("New York";15);5)`,
		`DEFAULT_TO(REDEMPTION_METADATA("list") / 2;- -5 % 3)`,
		`IF(ORDER_METADATA("city") IN_ARRAY "a,b" OR "x" contains "y";POW(2;-9);CEIL(1/3;-2))`,
		`DAYS_SINCE(DATE("2023-08-17")) + MONTHS_UNTIL(NOW) + YEAR(DATE_TIME("2023-08-17T14:05:00.000Z"))`,
		`POW(POW(9;29);POW(9;99)) × order.bundle.quantity ÷ "é\"`,
		`((((((((`, `1.2.3`, "\xff", `IF(TODAY DATE_IS_NOT NOW;ROUND(ORDER_AMOUNT;2);1)`,
	} {
		f.Add(seed, int64(1550), int32(-2), "2023-08-17,Boston")
	}
	limit := decimal.New(1, formula.MaxDigits)
	f.Fuzz(func(t *testing.T, source string, coefficient int64, exponent int32, text string) {
		parsed, err := formula.Parse(source)
		if err != nil {
			if !errors.Is(err, fault.InvalidFormula) {
				t.Fatalf("unknown refusal %v", err)
			}
			return
		}
		d, err := parsed.Evaluate(anything{formula.Number(decimal.New(coefficient, exponent)), formula.Text(text)})
		if err == nil && (d.Abs().GreaterThan(limit) || d.Exponent() < -formula.MaxDecimals) {
			t.Errorf("%s = %s is beyond the limits", source, d)
		}
		for _, known := range []error{
			formula.ErrMissing, formula.ErrWrongType, formula.ErrDivisionByZero, formula.ErrOutOfRange,
		} {
			if errors.Is(err, known) {
				return
			}
		}
		if err != nil {
			t.Errorf("unknown error %v", err)
		}
	})
}

// anything answers every operand with a number, every date with a date and every metadata entry with a text or list.
type anything struct{ number, text formula.Value }

func (a anything) Operand(o formula.Operand) (formula.Value, bool) {
	switch o {
	case formula.Now, formula.Today, formula.CustomerBirthdate, formula.VoucherStartDate:
		return formula.Date(time.Date(2024, time.February, 29, 23, 30, 0, 0, time.UTC)), true
	case formula.VoucherExpirationDate:
		return formula.Value{}, false
	}
	return a.number, true
}

func (a anything) Metadata(g formula.Group, _ string) (formula.Value, bool) {
	if g == formula.OrderMetadata {
		return formula.List([]formula.Value{a.number, a.text}), true
	}
	return a.text, true
}
