package formula_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/discount/formula"
)

func TestFromMetadataReadsNumbers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value any
		want  string
	}{
		"a float is read as it is written": {75.55, "75.55"},
		"a small float":                    {1e-7, "0.0000001"},
		"a JSON number":                    {json.Number("75.550"), "75.55"},
		"a JSON number with an exponent":   {json.Number("1.5e3"), "1500"},
		"a tiny JSON number":               {json.Number("1e-9999"), "0"},
		"an int":                           {-3, "-3"},
		"an int64":                         {int64(math.MaxInt64), "9223372036854775807"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, ok := formula.FromMetadata(test.value)
			if !ok {
				t.Fatal("not converted")
			}
			check(t, `ORDER_METADATA("k")`, world{metadata: map[string]formula.Value{"ORDER_METADATA/k": v}}, test.want)
		})
	}
}

func TestFromMetadataRefuses(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"null":                       nil,
		"an object":                  map[string]any{"a": 1},
		"a list of lists":            []any{[]any{1}},
		"a list with null":           []any{"a", nil},
		"not a number":               math.NaN(),
		"infinity":                   math.Inf(1),
		"text as a JSON number":      json.Number("five"),
		"a JSON number of a page":    json.Number(strings.Repeat("9", 101)),
		"a JSON number out of range": json.Number("1e99999999999"),
	} {
		if v, ok := formula.FromMetadata(value); ok {
			t.Errorf("%s becomes %v", name, v)
		}
	}
}

func TestMinorUnitsBecomeMajor(t *testing.T) {
	t.Parallel()
	env := world{operands: map[formula.Operand]formula.Value{formula.OrderAmount: formula.Minor(1550)}}
	check(t, "ORDER_AMOUNT", env, "15.5")
}
