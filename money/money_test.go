package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/money"
)

func TestMul(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		a, b, want int64
		overflow   bool
	}{
		"price by quantity":                   {a: 1550, b: 3, want: 4650},
		"nothing by the maximum":              {a: 0, b: money.Max, want: 0},
		"exactly the maximum":                 {a: money.Max / 10, b: 10, want: money.Max},
		"one above the maximum":               {a: money.Max + 1, b: 1, overflow: true},
		"above the maximum, within 64 bits":   {a: money.Max / 10, b: 11, overflow: true},
		"beyond 64 bits":                      {a: money.Max, b: money.Max, overflow: true},
		"beyond 64 bits with small low bits":  {a: 1 << 62, b: 4, overflow: true},
		"a negative amount":                   {a: -1, b: 1, overflow: true},
		"a negative quantity":                 {a: 1, b: -1, overflow: true},
		"two negatives are not a product":     {a: -2, b: -3, overflow: true},
		"the smallest number times something": {a: math.MinInt64, b: 2, overflow: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := money.Mul(test.a, test.b)
			if overflow := errors.Is(err, money.ErrOverflow); overflow != test.overflow || !overflow && err != nil {
				t.Fatalf("error %v, want overflow: %v", err, test.overflow)
			}
			if got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestMulAgreesWithBigIntegers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Min(0).Draw(t, "a"), rapid.Int64Min(0).Draw(t, "b")
		exact := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		got, err := money.Mul(a, b)
		if exact.Cmp(big.NewInt(money.Max)) > 0 {
			if !errors.Is(err, money.ErrOverflow) {
				t.Errorf("%d·%d = %d, %v, want overflow", a, b, got, err)
			}
			return
		}
		if err != nil || got != exact.Int64() {
			t.Errorf("%d·%d = %d, %v, want %s", a, b, got, err, exact)
		}
	})
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for percent, want := range map[string]money.Ratio{
		"0":              {Num: 0, Den: 1},
		"10":             {Num: 1, Den: 10},
		"12.5":           {Num: 1, Den: 8},
		"100":            {Num: 1, Den: 1},
		"100.0000000000": {Num: 1, Den: 1},
		"0.00000001":     {Num: 1, Den: 10_000_000_000},
		"33.33333333":    {Num: 3_333_333_333, Den: 10_000_000_000},
		"1e1":            {Num: 1, Den: 10},
		"10.00000000000": {Num: 1, Den: 10},
	} {
		got, err := money.Percent(decimal.RequireFromString(percent))
		if err != nil {
			t.Errorf("Percent(%s): %v", percent, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Percent(%s) (-want +got):\n%s", percent, diff)
		}
	}
	for _, percent := range []string{"-0.00000001", "-1", "100.00000001", "1e3", "0.000000001", "33.333333333"} {
		if got, err := money.Percent(decimal.RequireFromString(percent)); err == nil {
			t.Errorf("Percent(%s) = %v, want an error", percent, got)
		}
	}
}

func TestNewRatioPanicsOnProgrammingErrors(t *testing.T) {
	t.Parallel()
	for _, ratio := range [][2]int64{{-1, 2}, {1, 0}, {1, -2}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewRatio(%d, %d) does not panic", ratio[0], ratio[1])
				}
			}()
			money.NewRatio(ratio[0], ratio[1])
		}()
	}
	if got := money.NewRatio(2, 3).Of(100); got != 67 {
		t.Errorf("two thirds of 100 are %d", got)
	}
}

// The recorded discounts that tell half up from floor, half even and half down.
func TestRecordedPercentages(t *testing.T) {
	t.Parallel()
	for _, recorded := range []struct {
		percent      string
		amount, want int64
	}{
		{"10", 11499, 1150}, {"3", 50350, 1511}, {"3", 103350, 3101}, {"10", 20050, 2005}, {"12.5", 20, 3}, {"1", 49, 0},
	} {
		ratio, err := money.Percent(decimal.RequireFromString(recorded.percent))
		if err != nil {
			t.Fatal(err)
		}
		if got := ratio.Of(recorded.amount); got != recorded.want {
			t.Errorf("%s%% of %d = %d, want %d", recorded.percent, recorded.amount, got, recorded.want)
		}
	}
}

// checkPercentOf compares percent of amount with the same computation on decimals.
func checkPercentOf(t interface{ Errorf(string, ...any) }, percent decimal.Decimal, amount int64) {
	ratio, err := money.Percent(percent)
	outside := percent.IsNegative() || percent.GreaterThan(decimal.NewFromInt(100))
	if tooFine := !percent.Round(money.MaxPercentDigits).Equal(percent); outside || tooFine {
		if err == nil {
			t.Errorf("Percent(%s) is not refused", percent)
		}
		return
	}
	if err != nil {
		t.Errorf("Percent(%s): %v", percent, err)
		return
	}
	want := decimal.NewFromInt(amount).Mul(percent).Shift(-2).Round(0)
	if got := ratio.Of(amount); !decimal.NewFromInt(got).Equal(want) {
		t.Errorf("%s%% of %d = %d, want %s", percent, amount, got, want)
	}
}

func TestPercentOfAgreesWithDecimals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		decimals := rapid.Int32Range(0, money.MaxPercentDigits+1).Draw(t, "decimals")
		hundred := decimal.NewFromInt(100).Shift(decimals).IntPart()
		percent := decimal.New(rapid.Int64Range(-1, hundred+1).Draw(t, "percent"), -decimals)
		checkPercentOf(t, percent, rapid.Int64Range(0, money.Max).Draw(t, "amount"))
	})
}

func FuzzPercentOf(f *testing.F) {
	f.Add(int64(125), int8(-1), int64(11499))
	f.Add(int64(1), int8(2), money.Max)
	f.Add(int64(3333333333), int8(-8), int64(50350))
	f.Add(int64(1), int8(-9), int64(1))
	f.Fuzz(func(t *testing.T, coefficient int64, exponent int8, amount int64) {
		if amount < 0 || amount > money.Max {
			return
		}
		checkPercentOf(t, decimal.New(coefficient, int32(exponent)), amount)
	})
}

func TestMulDivRoundsHalfUp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ a, b, c, want int64 }{
		{1, 1, 2, 1}, {1, 1, 3, 0}, {2, 1, 3, 1}, {3, 1, 2, 2}, {5, 1, 2, 3}, {2, 1, 5, 0}, {3, 1, 5, 1}, {7, 0, 5, 0},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}, {math.MaxInt64, 2, 1, math.MaxInt64},
		{math.MaxInt64, math.MaxInt64, 1, math.MaxInt64}, {1<<32 - 1, 1<<32 + 1, 4, 1 << 62},
	} {
		if got := money.MulDiv(test.a, test.b, test.c); got != test.want {
			t.Errorf("%d·%d/%d = %d, want %d", test.a, test.b, test.c, got, test.want)
		}
	}
}

func TestMulDivAgreesWithBigIntegers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Min(0).Draw(t, "a"), rapid.Int64Min(0).Draw(t, "b")
		c := rapid.OneOf(rapid.Int64Min(1), rapid.Int64Range(1, 100)).Draw(t, "c")
		product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		saturated := func(quotient *big.Int) int64 {
			if !quotient.IsInt64() {
				return math.MaxInt64
			}
			return quotient.Int64()
		}
		// Half up: floor((2ab + c) / 2c), whether c is odd or even.
		halfUp := new(big.Int).Lsh(product, 1)
		halfUp.Add(halfUp, big.NewInt(c)).Quo(halfUp, new(big.Int).Lsh(big.NewInt(c), 1))
		if got, want := money.MulDiv(a, b, c), saturated(halfUp); got != want {
			t.Errorf("MulDiv(%d, %d, %d) = %d, want %d", a, b, c, got, want)
		}
		floor := saturated(new(big.Int).Quo(product, big.NewInt(c)))
		if got := money.FloorMulDiv(a, b, c); got != floor {
			t.Errorf("FloorMulDiv(%d, %d, %d) = %d, want %d", a, b, c, got, floor)
		}
	})
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		total         int64
		weights, want []int64
	}{
		"a documented split":                     {300, []int64{3300, 3400}, []int64{148, 152}},
		"a documented split of ten":              {1000, []int64{20, 10}, []int64{667, 333}},
		"the odd cent goes to the earliest line": {100, []int64{7, 7, 7}, []int64{34, 33, 33}},
		"two odd cents":                          {101, []int64{7, 7, 7}, []int64{34, 34, 33}},
		"the largest remainder comes first":      {10, []int64{1, 5, 3}, []int64{1, 6, 3}},
		"no weight, no share":                    {10, []int64{0, 4, 0}, []int64{0, 10, 0}},
		"a weight of zero gets no odd cent":      {1, []int64{0, 1, 1}, []int64{0, 1, 0}},
		"all weights zero":                       {10, []int64{0, 0}, []int64{0, 0}},
		"nothing to divide":                      {0, []int64{1, 2}, []int64{0, 0}},
		"no weights":                             {10, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, money.Split(nil, test.total, test.weights)); diff != "" {
				t.Errorf("shares (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplitAppends(t *testing.T) {
	t.Parallel()
	got := money.Split([]int64{9, 9}, 5, []int64{1, 1, 1})
	if diff := cmp.Diff([]int64{9, 9, 2, 2, 1}, got); diff != "" {
		t.Errorf("shares (-want +got):\n%s", diff)
	}
}

func TestSplitAddsUpAndIsFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(0, money.Max)).Draw(t, "total")
		weight := rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(0, money.Max))
		weights := rapid.SliceOfN(weight, 0, 500).Draw(t, "weights")
		shares := money.Split(nil, total, weights)
		var weightSum, shareSum int64
		for i, w := range weights {
			weightSum += w
			shareSum += shares[i]
		}
		if weightSum == 0 {
			if shareSum != 0 {
				t.Errorf("%d divided over no weight", shareSum)
			}
			return
		}
		if shareSum != total {
			t.Errorf("shares of %d add up to %d", total, shareSum)
		}
		for i, w := range weights {
			floor := money.FloorMulDiv(total, w, weightSum)
			if shares[i] < floor || shares[i] > floor+1 {
				t.Errorf("share %d of weight %d is %d, exactly it is between %d and %d", i, w, shares[i], floor, floor+1)
			}
			if w == 0 && shares[i] != 0 {
				t.Errorf("share %d without weight is %d", i, shares[i])
			}
			if i > 0 && weights[i-1] == w && shares[i-1] < shares[i] {
				t.Errorf("the later of two equal lines gets more: %d, %d", shares[i-1], shares[i])
			}
		}
	})
}

func TestSplitCapped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		total               int64
		weights, caps, want []int64
	}{
		"no cap reached":                   {90, []int64{1, 2}, []int64{50, 100}, []int64{30, 60}},
		"what is cut off goes to the rest": {100, []int64{1, 1, 2}, []int64{10, 100, 100}, []int64{10, 30, 60}},
		"one cap leads to the next":        {100, []int64{1, 1, 2}, []int64{10, 20, 100}, []int64{10, 20, 70}},
		"all caps reached":                 {100, []int64{1, 1}, []int64{10, 20}, []int64{10, 20}},
		"room without weight is not used":  {100, []int64{1, 0}, []int64{10, 90}, []int64{10, 0}},
		"a cap of zero":                    {10, []int64{5, 5}, []int64{0, 10}, []int64{0, 10}},
		"the odd cent where there is room": {2, []int64{1, 1, 1}, []int64{0, 1, 1}, []int64{0, 1, 1}},
		"nothing to divide":                {0, []int64{1}, []int64{1}, []int64{0}},
		"no line":                          {5, nil, nil, []int64{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			weights := append([]int64(nil), test.weights...)
			if diff := cmp.Diff(test.want, money.SplitCapped(test.total, weights, test.caps)); diff != "" {
				t.Errorf("shares (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.weights, weights); diff != "" {
				t.Errorf("the caller's weights changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplitCappedFillsWhatItCan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 30).Draw(t, "count")
		number := rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, money.Max/100))
		weights := rapid.SliceOfN(number, count, count).Draw(t, "weights")
		caps := rapid.SliceOfN(number, count, count).Draw(t, "caps")
		total := rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, money.Max)).Draw(t, "total")
		shares := money.SplitCapped(total, weights, caps)
		var sum, room int64
		for i, share := range shares {
			if share < 0 || share > caps[i] || weights[i] == 0 && share != 0 {
				t.Errorf("share %d is %d of at most %d with weight %d", i, share, caps[i], weights[i])
			}
			sum += share
			if weights[i] > 0 {
				room += caps[i]
			}
		}
		if want := min(total, room); sum != want {
			t.Errorf("shares add up to %d, want %d", sum, want)
		}
	})
}

func TestMinorFromMajor(t *testing.T) {
	t.Parallel()
	for major, want := range map[string]int64{
		"15.5":             1550,
		"1.005":            101,
		"1.0049999":        100,
		"0.004":            0,
		"0":                0,
		"-3":               0,
		"10000000000000":   money.Max,
		"9999999999999.99": money.Max - 1,
	} {
		got, err := money.MinorFromMajor(decimal.RequireFromString(major))
		if err != nil || got != want {
			t.Errorf("MinorFromMajor(%s) = %d, %v, want %d", major, got, err, want)
		}
	}
	for _, major := range []string{"10000000000000.005", "1e20"} {
		if got, err := money.MinorFromMajor(decimal.RequireFromString(major)); !errors.Is(err, money.ErrOverflow) {
			t.Errorf("MinorFromMajor(%s) = %d, %v, want %v", major, got, err, money.ErrOverflow)
		}
	}
}

func TestMajorAndMinorAreInverse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(0, money.Max).Draw(t, "minor")
		if got, err := money.MinorFromMajor(money.MajorFromMinor(minor)); err != nil || got != minor {
			t.Errorf("%d becomes %d, %v", minor, got, err)
		}
	})
	if diff := cmp.Diff(decimal.RequireFromString("15.5"), money.MajorFromMinor(1550)); diff != "" {
		t.Errorf("1550 in major units (-want +got):\n%s", diff)
	}
}
