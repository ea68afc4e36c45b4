package voucher_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"math"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/voucher"
)

// seeded is a random source that gives the same bytes for the same seed.
func seeded(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return mathrand.NewChaCha8(key)
}

func newGenerator(t testing.TB, c voucher.CodeConfig, mode voucher.CaseMode, random io.Reader) *voucher.Generator {
	t.Helper()
	generator, err := voucher.NewGenerator(c, mode, random)
	if err != nil {
		t.Fatal(err)
	}
	return generator
}

// takenSet reports the keys that a project has already.
func takenSet(keys ...string) func(string) (bool, error) {
	return func(key string) (bool, error) { return slices.Contains(keys, key), nil }
}

func TestTheLastFreeCodeOfASmallSpaceIsFound(t *testing.T) {
	t.Parallel()
	g, err := voucher.NewGenerator(voucher.CodeConfig{Pattern: "X###", Charset: "0123456789"}, voucher.CaseSensitive, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		codes, err := g.Generate(1, func(key string) (bool, error) { return key != "X417", nil })
		if diff := cmp.Diff([]string{"X417"}, codes); diff != "" || err != nil {
			t.Fatalf("error %v, codes (-want +got):\n%s", err, diff)
		}
	}
	if codes, err := g.Generate(1, func(string) (bool, error) { return true, nil }); err == nil {
		t.Errorf("a full space gives %v", codes)
	}
}

func TestGenerateFillsThePattern(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config voucher.CodeConfig
		mode   voucher.CaseMode
		count  int
	}{
		{"nothing set", voucher.CodeConfig{}, voucher.CaseSensitive, 1000},
		{"prefix and postfix with '#' in them", voucher.CodeConfig{Prefix: "#A-", Postfix: "-#", Length: 6}, voucher.CaseSensitive, 1000},
		{"a pattern with several groups", voucher.CodeConfig{Pattern: "AUT-####-####"}, voucher.CaseSensitive, 1000},
		{"'#' to draw from", voucher.CodeConfig{Charset: "#*+", Length: 8}, voucher.CaseSensitive, 1000},
		{"characters of several bytes", voucher.CodeConfig{Charset: "aż€𝄞", Pattern: "ż#####€"}, voucher.CaseSensitive, 500},
		{"without case", voucher.CodeConfig{Length: 4}, voucher.CaseInsensitive, 1000},
		{"more codes than int64 can number", voucher.CodeConfig{Length: 40}, voucher.CaseSensitive, 1000},
		{"more than half of all", voucher.CodeConfig{Charset: "abc", Pattern: "x###y"}, voucher.CaseSensitive, 14},
		{"just half of all", voucher.CodeConfig{Charset: "abcd", Pattern: "x###y"}, voucher.CaseSensitive, 32},
		{"all there are", voucher.CodeConfig{Charset: digits, Pattern: "PROMO-####"}, voucher.CaseSensitive, 10_000},
		{"all there are without case", voucher.CodeConfig{Charset: "aAbBcC", Pattern: "####"}, voucher.CaseInsensitive, 81},
		{"the one there is", voucher.CodeConfig{Prefix: "THE-", Pattern: "ONE"}, voucher.CaseSensitive, 1},
		{"none", voucher.CodeConfig{}, voucher.CaseSensitive, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			codes, err := newGenerator(t, tt.config, tt.mode, seeded(1)).Generate(tt.count, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(codes) != tt.count {
				t.Errorf("got %d codes, want %d", len(codes), tt.count)
			}
			if wrong := whatIsWrong(tt.config, tt.mode, codes); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestGenerateRefusesMoreThanThereAre(t *testing.T) {
	t.Parallel()
	never := func(string) (bool, error) {
		t.Error("codes are looked up before the capacity is checked")
		return false, nil
	}
	for _, tt := range []struct {
		config voucher.CodeConfig
		mode   voucher.CaseMode
		count  int
	}{
		{voucher.CodeConfig{Charset: digits, Pattern: "PROMO-####"}, voucher.CaseSensitive, 10_001},
		{voucher.CodeConfig{Charset: lower + upper, Length: 1}, voucher.CaseInsensitive, 27},
		{voucher.CodeConfig{Pattern: "ONE"}, voucher.CaseSensitive, 2},
	} {
		codes, err := newGenerator(t, tt.config, tt.mode, iotest.ErrReader(io.EOF)).Generate(tt.count, never)
		requireTooFew(t, codes, err)
	}
}

func requireTooFew(t *testing.T, codes []string, err error) {
	t.Helper()
	var refused *fault.Error
	if codes != nil || !errors.As(err, &refused) || refused.Key != fault.InvalidCodeConfig {
		t.Fatalf("got %d codes and %v, want an invalid_code_config alone", len(codes), err)
	}
	if diff := cmp.Diff("Not possible to generate requested number of codes.", refused.Details); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}

func TestGenerateRefusesACountOutOfBounds(t *testing.T) {
	t.Parallel()
	for _, count := range []int{-1, math.MinInt, voucher.MaxGenerated + 1} {
		codes, err := newGenerator(t, voucher.CodeConfig{}, "", rand.Reader).Generate(count, nil)
		var invalid *fault.Error
		if codes != nil || !errors.As(err, &invalid) || invalid.Key != fault.InvalidPayload || invalid.Field != "vouchers_count" {
			t.Errorf("%d: got %d codes and %v", count, len(codes), err)
		}
	}
}

func TestNewGeneratorRefuses(t *testing.T) {
	t.Parallel()
	if _, err := voucher.NewGenerator(voucher.CodeConfig{Charset: " "}, "", rand.Reader); !errors.Is(err, fault.InvalidCodeConfig) {
		t.Errorf("a broken configuration gives %v", err)
	}
	if _, err := voucher.NewGenerator(voucher.CodeConfig{}, "upper", rand.Reader); !errors.Is(err, fault.InvalidPayload) {
		t.Errorf("an unknown mode gives %v", err)
	}
}

func TestGenerateLeavesOutWhatIsTaken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config voucher.CodeConfig
		taken  []string
		want   []string
	}{
		{"listed", voucher.CodeConfig{Charset: "ab", Pattern: "C-##"}, []string{"C-AB"}, []string{"C-aa", "C-ba", "C-bb"}},
		{
			"drawn", voucher.CodeConfig{Charset: "ab", Length: 3},
			[]string{"AAA", "AAB", "ABA", "ABB"}, []string{"baa", "bab", "bba", "bbb"},
		},
	} {
		for seed := range uint64(20) {
			generator := newGenerator(t, tt.config, voucher.CaseInsensitive, seeded(seed))
			codes, err := generator.Generate(len(tt.want), takenSet(tt.taken...))
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(codes)
			if diff := cmp.Diff(tt.want, codes); diff != "" {
				t.Errorf("%s, seed %d (-want +got):\n%s", tt.name, seed, diff)
			}
		}
	}
}

func TestGenerateFailsWholeWhenTooManyAreTaken(t *testing.T) {
	t.Parallel()
	config := voucher.CodeConfig{Charset: "ab", Pattern: "C-##"}
	codes, err := newGenerator(t, config, "", seeded(1)).Generate(4, takenSet("C-aa"))
	requireTooFew(t, codes, err)

	lookups := 0
	all := func(string) (bool, error) { lookups++; return true, nil }
	codes, err = newGenerator(t, voucher.CodeConfig{}, "", seeded(1)).Generate(10, all)
	requireTooFew(t, codes, err)
	if want := 64 + 10 + 1; lookups != want {
		t.Errorf("given up after %d lookups, want %d", lookups, want)
	}
}

// Repeats within a batch are part of the allowance, and a repeat is not looked up again.
func TestGenerateLooksUpEachCodeOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	taken := func(key string) (bool, error) {
		if seen[key] {
			t.Errorf("%s is looked up twice", key)
		}
		seen[key] = true
		return key == "7", nil
	}
	codes, err := newGenerator(t, voucher.CodeConfig{Charset: digits, Length: 1}, "", seeded(3)).Generate(5, taken)
	if err != nil || len(codes) != 5 || slices.Contains(codes, "7") {
		t.Errorf("got %q, %v", codes, err)
	}
}

func TestGenerateReturnsNothingWithAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the store is away")
	for _, count := range []int{5, 10} { // drawn and listed
		lookups := 0
		taken := func(string) (bool, error) {
			if lookups++; lookups > 3 {
				return false, broken
			}
			return false, nil
		}
		codes, err := newGenerator(t, voucher.CodeConfig{Charset: digits, Length: 1}, "", seeded(1)).Generate(count, taken)
		if codes != nil || !errors.Is(err, broken) {
			t.Errorf("lookups: got %q, %v", codes, err)
		}
		source := io.MultiReader(bytes.NewReader(make([]byte, 17)), iotest.ErrReader(broken))
		codes, err = newGenerator(t, voucher.CodeConfig{Charset: digits, Length: 1}, "", source).Generate(count, nil)
		if codes != nil || !errors.Is(err, broken) {
			t.Errorf("random source: got %q, %v", codes, err)
		}
	}
}

// constant is a random source that has stopped to be one.
type constant byte

func (c constant) Read(buffer []byte) (int, error) {
	for i := range buffer {
		buffer[i] = byte(c)
	}
	return len(buffer), nil
}

func TestGenerateDoesNotHangOnABrokenRandomSource(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		source constant
		config voucher.CodeConfig
		count  int
	}{
		{"bytes that are always rejected", 0xff, voucher.CodeConfig{}, 10},
		{"words that are always rejected", 0xff, voucher.CodeConfig{Charset: digits, Length: 1}, 10},
		{"the same code again and again", 0, voucher.CodeConfig{}, 10},
	} {
		if codes, err := newGenerator(t, tt.config, "", tt.source).Generate(tt.count, nil); err == nil || codes != nil {
			t.Errorf("%s: got %q", tt.name, codes)
		}
	}
}

func TestTheSameBytesGiveTheSameCodes(t *testing.T) {
	t.Parallel()
	for _, count := range []int{10, 9_000} {
		config := voucher.CodeConfig{Charset: digits, Pattern: "####"}
		first, err := newGenerator(t, config, "", seeded(7)).Generate(count, nil)
		if err != nil {
			t.Fatal(err)
		}
		second, err := newGenerator(t, config, "", iotest.OneByteReader(seeded(7))).Generate(count, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("%d codes (-first +second):\n%s", count, diff)
		}
		other, err := newGenerator(t, config, "", seeded(8)).Generate(count, nil)
		if err != nil {
			t.Fatal(err)
		}
		if cmp.Equal(first, other) {
			t.Errorf("%d codes do not depend on the random source", count)
		}
	}
}

// Without rejection the first symbols would come more often: with 129 symbols, the first 127 twice as often. As nearly
// every second byte is rejected here, a long code also meets more rejections than a broken source may have in a row.
func TestEachSymbolIsAsLikely(t *testing.T) {
	t.Parallel()
	var charset strings.Builder
	for r := rune(0x100); r < 0x100+129; r++ {
		charset.WriteRune(r)
	}
	config := voucher.CodeConfig{Charset: charset.String(), Length: 120}
	codes, err := newGenerator(t, config, "", seeded(5)).Generate(2000, nil)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[rune]int{}
	for _, code := range codes {
		for _, r := range code {
			counts[r]++
		}
	}
	for _, r := range charset.String() { // expected 1860 each, standard deviation 43
		if n := counts[r]; n < 1600 || n > 2120 {
			t.Errorf("%q came %d times of 240000", r, n)
		}
	}
}

// A listing that is not shuffled, or shuffled badly, favours some codes over others.
func TestEachListedCodeIsAsLikelyInEachPlace(t *testing.T) {
	t.Parallel()
	const runs = 6000
	generator := newGenerator(t, voucher.CodeConfig{Charset: "abcd", Length: 1}, "", seeded(6))
	counts := map[string]int{}
	for range runs {
		codes, err := generator.Generate(3, nil)
		if err != nil {
			t.Fatal(err)
		}
		counts[strings.Join(codes, "")]++
	}
	if len(counts) != 24 {
		t.Errorf("%d of 24 orders occur", len(counts))
	}
	for order, n := range counts { // expected 250 each, standard deviation 15.5
		if n < 170 || n > 330 {
			t.Errorf("%s came %d times of %d", order, n, runs)
		}
	}
}

func TestGeneratedCodesHaveShapeAndAreUnique(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		config := voucher.CodeConfig{
			Charset: rapid.StringOfN(rapid.RuneFrom([]rune("abcABCżŻ€#01")), 1, 12, -1).Draw(t, "charset"),
			Prefix:  rapid.StringMatching(`[A-Z#-]{0,5}`).Draw(t, "prefix"),
			Postfix: rapid.StringMatching(`[a-z#-]{0,5}`).Draw(t, "postfix"),
			Pattern: rapid.StringMatching(`[#a-zŻ-]{1,8}`).Draw(t, "pattern"),
		}
		mode := rapid.SampledFrom([]voucher.CaseMode{"", voucher.CaseSensitive, voucher.CaseInsensitive}).Draw(t, "mode")
		count := int(rapid.Int64Range(0, min(config.Capacity(mode), 400)).Draw(t, "count"))
		generator, err := voucher.NewGenerator(config, mode, seeded(rapid.Uint64().Draw(t, "seed")))
		if err != nil {
			t.Fatal(err)
		}
		codes, err := generator.Generate(count, nil)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := whatIsWrong(config, mode, codes); wrong != "" || len(codes) != count {
			t.Fatalf("%d codes of %d: %s", len(codes), count, wrong)
		}
	})
}

func BenchmarkGenerate(b *testing.B) {
	const count = 100_000
	none := func(string) (bool, error) { return false, nil }
	for _, bench := range []struct {
		name   string
		config voucher.CodeConfig
		mode   voucher.CaseMode
	}{
		{"default", voucher.CodeConfig{}, voucher.CaseSensitive},
		{"insensitive", voucher.CodeConfig{}, voucher.CaseInsensitive},
		{"pattern", voucher.CodeConfig{Pattern: "AUT-####-####"}, voucher.CaseSensitive},
		{"dense", voucher.CodeConfig{Charset: digits, Length: 5}, voucher.CaseSensitive},
	} {
		b.Run(bench.name, func(b *testing.B) {
			generator := newGenerator(b, bench.config, bench.mode, rand.Reader)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := generator.Generate(count, none); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*count/b.Elapsed().Seconds(), "codes/s")
		})
	}
}
