package reward_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/reward"
)

func number(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func ratio(exchange, points string) *reward.Ratio {
	return &reward.Ratio{ExchangeRatio: number(exchange), PointsRatio: number(points)}
}

func asked(n ledger.Points) *ledger.Points { return &n }

// The first rows are recorded answers of Voucherify, TV-71 to TV-75.
func TestWhatPointsPay(t *testing.T) {
	t.Parallel()
	const rich = 1_000_000
	for _, tt := range []struct {
		name       string
		ratio      *reward.Ratio
		due        int64
		balance    ledger.Points
		asked      *ledger.Points
		multiplier string
		want       reward.Payment
	}{
		{"the last step may be worth more than what is left", ratio("20", "100"), 45000, 6874, nil, "1", reward.Payment{Points: 2300, Amount: 45000}},
		{"as many points as are asked for", ratio("20", "100"), 45000, 5474, asked(100), "1", reward.Payment{Points: 100, Amount: 2000}},
		{"no more points than are needed", ratio("20", "100"), 6000, 5386, nil, "1", reward.Payment{Points: 300, Amount: 6000}},
		{"a part of the order", ratio("20", "100"), 4500, 200, asked(200), "1", reward.Payment{Points: 200, Amount: 4000}},
		{"one point is one unit of money", ratio("1", "1"), 20000, 5, asked(5), "1", reward.Payment{Points: 5, Amount: 500}},
		{"one point is one cent", ratio("0.01", "1"), 20000, 650, nil, "1", reward.Payment{Points: 650, Amount: 650}},
		{"a ratio that is left out is 1", &reward.Ratio{ExchangeRatio: number("1")}, 20000, rich, asked(5), "1", reward.Payment{Points: 5, Amount: 500}},
		{"points between two steps are kept", ratio("20", "100"), 45000, rich, asked(199), "1", reward.Payment{Points: 100, Amount: 2000}},
		{"less than a step pays nothing", ratio("20", "100"), 45000, rich, asked(99), "1", reward.Payment{}},
		{"more than is due is not taken", ratio("20", "100"), 4500, rich, asked(5000), "1", reward.Payment{Points: 300, Amount: 4500}},
		{"the balance ends it", ratio("20", "100"), 45000, 250, nil, "1", reward.Payment{Points: 200, Amount: 4000}},
		{"nothing is due", ratio("20", "100"), 0, rich, asked(100), "1", reward.Payment{}},
		{"nothing is there", ratio("20", "100"), 100, 0, nil, "1", reward.Payment{}},
		{"a step is not rounded, the sum is, down", ratio("0.005", "1"), 1000, rich, asked(3), "1", reward.Payment{Points: 3, Amount: 1}},
		{"less than the smallest amount pays nothing", ratio("0.005", "1"), 1000, rich, asked(1), "1", reward.Payment{}},
		{"900 for 8000 points", ratio("900", "8000"), 100_000, 8000, nil, "1", reward.Payment{Points: 8000, Amount: 90_000}},
		{"a tier pays half", ratio("20", "100"), 4000, rich, nil, "0.5", reward.Payment{Points: 100, Amount: 4000}},
		{"a tier pays double, of what is asked for at most", ratio("20", "100"), 45000, rich, asked(500), "2", reward.Payment{Points: 400, Amount: 4000}},
		{"a tier pays a fraction, rounded half up", ratio("1", "1"), 300, rich, nil, "1.5", reward.Payment{Points: 5, Amount: 300}},
		{"a tier pays nothing, which is 1 point", ratio("20", "100"), 45000, 5, nil, "0", reward.Payment{Points: 1, Amount: 45000}},
		{"the largest numbers", ratio("0.000001", "0.000001"), money.Max, ledger.Points(money.Max), nil, "1000000", reward.Payment{Points: 10_000_000_000_000, Amount: money.Max}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.ratio.Pay(tt.due, tt.balance, tt.asked, number(tt.multiplier))
			if tt.name == "the largest numbers" { // 10^19 steps of which each costs 1 point are more than there are
				if got.Points > tt.balance || got.Amount > tt.due || got.Amount == 0 {
					t.Fatalf("got %+v", got)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func drawDecimal(t *rapid.T, name string, least, most int64) decimal.Decimal {
	return decimal.New(rapid.Int64Range(least, most).Draw(t, name), -int32(rapid.IntRange(0, 4).Draw(t, name+" digits")))
}

func TestPayingTakesNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := &reward.Ratio{ExchangeRatio: drawDecimal(t, "exchange", 1, 10_000), PointsRatio: drawDecimal(t, "points", 1, 10_000)}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		due := rapid.Int64Range(0, 100_000).Draw(t, "due")
		balance := ledger.Points(rapid.Int64Range(0, 50_000).Draw(t, "balance"))
		multiplier := decimal.NewFromInt(1)
		if rapid.Bool().Draw(t, "tier") {
			multiplier = drawDecimal(t, "multiplier", 0, 5000)
		}
		var limit *ledger.Points
		if rapid.Bool().Draw(t, "asked") {
			limit = asked(ledger.Points(rapid.Int64Range(1, 50_000).Draw(t, "limit")))
		}
		p := r.Pay(due, balance, limit, multiplier)
		switch {
		case p.Amount < 0 || p.Amount > due:
			t.Fatalf("%d of %d is paid", p.Amount, due)
		case p.Points < 0 || p.Points > balance:
			t.Fatalf("%d of %d points are taken", p.Points, balance)
		case limit != nil && p.Points > *limit:
			t.Fatalf("%d points are taken, %d were given", p.Points, *limit)
		case (p.Points == 0) != (p.Amount == 0):
			t.Fatalf("%d points pay %d", p.Points, p.Amount)
		}
		// One step less does not pay what is paid: no point is wasted.
		if p.Points > 0 && multiplier.Equal(decimal.NewFromInt(1)) {
			steps := decimal.NewFromInt(int64(p.Points)).Div(r.PointsRatio).Round(0).Sub(decimal.NewFromInt(1))
			if less := steps.Mul(r.ExchangeRatio.Shift(2)); less.GreaterThanOrEqual(decimal.NewFromInt(due)) && r.PointsRatio.IsInteger() {
				t.Fatalf("%d points pay %d, which one step less does as well", p.Points, p.Amount)
			}
		}
	})
}

func TestRatios(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		ratio *reward.Ratio
		field string
	}{
		{"money and points", ratio("20", "100"), ""},
		{"points are left out", &reward.Ratio{ExchangeRatio: number("20")}, ""},
		{"less than a cent", ratio("0.000001", "1"), ""},
		{"no money", ratio("0", "100"), "exchange_ratio"},
		{"money that is taken away", ratio("-1", "100"), "exchange_ratio"},
		{"too many digits", ratio("0.0000001", "100"), "exchange_ratio"},
		{"too much", ratio("1000000001", "100"), "exchange_ratio"},
		{"points that are given", ratio("1", "-1"), "points_ratio"},
	} {
		err := tt.ratio.Check()
		var e *fault.Error
		if errors.As(err, &e) != (tt.field != "") || e != nil && (e.Field != tt.field || e.Key != fault.InvalidPayload) {
			t.Errorf("%s: got %v, want an error about %q", tt.name, err, tt.field)
		}
	}
}

func TestRatiosAreNumbersInJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(&reward.Ratio{ExchangeRatio: number("0.25")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"exchange_ratio":0.25,"points_ratio":1}`, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var back reward.Ratio
	if err := json.Unmarshal(text, &back); err != nil || !back.ExchangeRatio.Equal(number("0.25")) {
		t.Errorf("read back as %v, %v", back, err)
	}
}
