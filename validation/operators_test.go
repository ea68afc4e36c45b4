package validation_test

import (
	"math"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/validation"
)

// onMetadata evaluates conditions on the customer's metadata value "v"; nil is a value that is not there.
func onMetadata(t *testing.T, conditions string, value any) bool {
	t.Helper()
	f := facts()
	if value != nil {
		f.Customer.Metadata["v"] = value
	}
	p := compile(t, ruleOf(t, `{"1":{"name":"customer.metadata","property":"v","conditions":`+conditions+`}}`))
	v := p.Before(f)
	if v.Failure != nil && v.Failure.Cause != validation.CauseCondition {
		t.Errorf("cause %s: %s", v.Failure.Cause, v.Failure.Actual)
	}
	return v.Holds
}

// many is a value with several values.
type many = []any

var march = time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", 3600))

// operatorTests say what every operator makes of a metadata value.
var operatorTests = []struct {
	name       string
	conditions string
	value      any
	want       bool
}{
	{"$is holds for the same text", `{"$is":["gold"]}`, "gold", true},
	{"$is compares letters exactly", `{"$is":["gold"]}`, "Gold", false},
	{"$is with several values holds for one of them", `{"$is":["silver","gold"]}`, "gold", true},
	{"$is without a value does not hold", `{"$is":["gold"]}`, nil, false},
	{"$is with another type does not hold", `{"$is":["gold"]}`, true, false},
	{"$is holds for a number written as text", `{"$is":["18"]}`, 18.0, true},
	{"$is holds for a text that spells the number", `{"$is":[18]}`, "18", true},
	{"$is holds for a whole number whatever its Go type", `{"$is":[18]}`, int32(18), true},
	{"$is tells fractions apart", `{"$is":[18]}`, 18.5, false},
	{"$is holds for a boolean", `{"$is":[false]}`, false, true},
	{"$is does not take a text for a boolean", `{"$is":["true"]}`, true, false},
	{"$is holds for an instant that the text spells", `{"$is":["2026-03-01T08:00:00Z"]}`, march, true},
	{"$is does not hold for another instant", `{"$is":["2026-03-01T08:00:01Z"]}`, march, false},
	{"$is on a list wants all values", `{"$is":["a","b"]}`, many{"b", "c", "a"}, true},
	{"$is on a list misses a value", `{"$is":["a","b"]}`, many{"b", "c"}, false},
	{"$is on an object does not hold", `{"$is":["a"]}`, map[string]any{"a": "a"}, false},
	{"a single value may stand without brackets", `{"$is":"gold"}`, "gold", true},

	{"$is_not holds for another text", `{"$is_not":["gold"]}`, "silver", true},
	{"$is_not does not hold for the same text", `{"$is_not":["gold"]}`, "gold", false},
	{"$is_not with several values wants none of them", `{"$is_not":["silver","gold"]}`, "gold", false},
	{"$is_not holds without a value", `{"$is_not":["gold"]}`, nil, true},
	{"$is_not holds for another type", `{"$is_not":["gold"]}`, 7.0, true},
	{"$is_not on a list holds when it lacks one of the values", `{"$is_not":["a","b"]}`, many{"a"}, true},
	{"$is_not on a list with all values does not hold", `{"$is_not":["a","b"]}`, many{"a", "b"}, false},

	{"$in holds for one of the values", `{"$in":["a",7]}`, 7.0, true},
	{"$in does not hold for another value", `{"$in":["a",7]}`, "b", false},
	{"$in does not hold without a value", `{"$in":["a",7]}`, nil, false},
	{"$in does not hold for another type", `{"$in":["a",7]}`, true, false},
	{"$in on a list wants one element", `{"$in":["a","b"]}`, many{"z", "b"}, true},
	{"$in on a list of texts wants one element", `{"$in":["a","b"]}`, []string{"z", "b"}, true},
	{"$in on a list without a common element", `{"$in":["a","b"]}`, many{"z"}, false},

	{"$not_in holds for another value", `{"$not_in":["a","b"]}`, "z", true},
	{"$not_in does not hold for one of the values", `{"$not_in":["a","b"]}`, "a", false},
	{"$not_in holds without a value", `{"$not_in":["a","b"]}`, nil, true},
	{"$not_in holds for another type", `{"$not_in":["a","b"]}`, 1.0, true},
	{"$not_in on a list wants no common element", `{"$not_in":["a","b"]}`, many{"z", "a"}, false},

	{"$more_than is strict", `{"$more_than":[18]}`, 18.0, false},
	{"$more_than holds above", `{"$more_than":[18]}`, 18.5, true},
	{"$more_than does not hold without a value", `{"$more_than":[-1]}`, nil, false},
	{"$more_than does not hold for another type", `{"$more_than":[-1]}`, true, false},
	{"$more_than reads a number from a text", `{"$more_than":["18"]}`, "20", true},
	{"$more_than takes negative numbers", `{"$more_than":[-5]}`, -4.0, true},
	{"$more_than on a list wants all elements", `{"$more_than":[18]}`, many{19.0, 18.0}, false},
	{"$more_than on an empty list does not hold", `{"$more_than":[18]}`, many{}, false},
	{"$more_than compares dates", `{"$more_than":["2026-02-28"]}`, "2026-03-01", true},
	{"$more_than_or_equal holds at the edge", `{"$more_than_or_equal":[18]}`, 18.0, true},
	{"$more_than_or_equal does not hold below", `{"$more_than_or_equal":[18]}`, 17.0, false},
	{"$more_than_or_equal does not hold without a value", `{"$more_than_or_equal":[0]}`, nil, false},
	{"$more_than_or_equal does not hold for another type", `{"$more_than_or_equal":[0]}`, "many", false},
	{"$less_than is strict", `{"$less_than":[18]}`, 18.0, false},
	{"$less_than holds below", `{"$less_than":[18]}`, 17.0, true},
	{"$less_than does not hold without a value", `{"$less_than":[18]}`, nil, false},
	{"$less_than does not hold for another type", `{"$less_than":[18]}`, map[string]any{}, false},
	{"$less_than_or_equal holds at the edge", `{"$less_than_or_equal":[18]}`, 18.0, true},
	{"$less_than_or_equal does not hold above", `{"$less_than_or_equal":[18]}`, 19.0, false},
	{"$less_than_or_equal does not hold without a value", `{"$less_than_or_equal":[18]}`, nil, false},
	{"$less_than_or_equal does not hold for another type", `{"$less_than_or_equal":[18]}`, false, false},
	{"whole numbers beyond the precision of float64 are told apart", `{"$less_than":["9007199254740993"]}`, int64(9007199254740993), false},

	{"$after is strict", `{"$after":["2026-03-01T08:00:00Z"]}`, "2026-03-01T09:00:00+01:00", false},
	{"$after holds later", `{"$after":["2026-03-01"]}`, march, true},
	{"$after does not hold without a value", `{"$after":["2026-03-01"]}`, nil, false},
	{"$after does not hold for a text that is no date", `{"$after":["2026-03-01"]}`, "tomorrow", false},
	{"$after on a list wants all elements", `{"$after":["2026-03-01"]}`, many{"2026-03-02", "2026-03-01"}, false},
	{"$before is strict", `{"$before":["2026-03-01"]}`, "2026-03-01T00:00:00Z", false},
	{"$before holds earlier", `{"$before":["2026-03-01"]}`, "2026-02-28", true},
	{"$before does not hold without a value", `{"$before":["2026-03-01"]}`, nil, false},
	{"$before does not hold for another type", `{"$before":["2026-03-01"]}`, 5.0, false},

	{"$contains finds a part", `{"$contains":["nic","xyz"]}`, "public", false},
	{"$contains finds one of the parts", `{"$contains":["xyz","lic"]}`, "public", true},
	{"$contains does not hold without a value", `{"$contains":["lic"]}`, nil, false},
	{"$contains does not look into numbers", `{"$contains":["1"]}`, 1.0, false},
	{"$contains on a list wants one element", `{"$contains":["lic"]}`, many{"x", "public"}, true},
	{"$not_contain holds when no part is there", `{"$not_contain":["xyz"]}`, "public", true},
	{"$not_contain does not hold when a part is there", `{"$not_contain":["xyz","lic"]}`, "public", false},
	{"$not_contain holds without a value", `{"$not_contain":["xyz"]}`, nil, true},
	{"$not_contain holds for another type", `{"$not_contain":["1"]}`, 1.0, true},
	{"$not_contain on a list looks at every element", `{"$not_contain":["lic"]}`, many{"x", "public"}, false},
	{"$starts_with finds the beginning", `{"$starts_with":["pub"]}`, "public", true},
	{"$starts_with does not find the middle", `{"$starts_with":["ubl"]}`, "public", false},
	{"$starts_with does not hold without a value", `{"$starts_with":["pub"]}`, nil, false},
	{"$starts_with does not hold for another type", `{"$starts_with":["t"]}`, true, false},
	{"$ends_with finds the end", `{"$ends_with":["lic"]}`, "public", true},
	{"$ends_with does not find the middle", `{"$ends_with":["ubl"]}`, "public", false},
	{"$ends_with does not hold without a value", `{"$ends_with":["lic"]}`, nil, false},
	{"$ends_with does not hold for another type", `{"$ends_with":["5"]}`, 5.0, false},

	{"$has_value holds for any value", `{"$has_value":""}`, false, true},
	{"$has_value does not hold without a value", `{"$has_value":[]}`, nil, false},
	{"$has_value does not hold for an empty list", `{"$has_value":null}`, many{}, false},
	{"$is_unknown holds without a value", `{"$is_unknown":[]}`, nil, true},
	{"$is_unknown holds for an empty list", `{"$is_unknown":[true]}`, many{}, true},
	{"$is_unknown does not hold for any value", `{"$is_unknown":[]}`, "", false},

	{"$count holds for the number of values", `{"$count":[2]}`, many{"a", "a"}, true},
	{"$count does not hold for another number", `{"$count":[2]}`, many{"a"}, false},
	{"$count takes what is missing for none", `{"$count":[0]}`, nil, true},
	{"$count does not hold for a single value", `{"$count":[1]}`, "a", false},
	{"$count_more is strict", `{"$count_more":[2]}`, many{"a", "b"}, false},
	{"$count_more holds above", `{"$count_more":[1]}`, many{"a", "b"}, true},
	{"$count_more takes what is missing for none", `{"$count_more":[0]}`, nil, false},
	{"$count_more does not hold for a single value", `{"$count_more":[0]}`, "a", false},
	{"$count_less is strict", `{"$count_less":[2]}`, many{"a", "b"}, false},
	{"$count_less holds below", `{"$count_less":[3]}`, []string{"a", "b"}, true},
	{"$count_less takes what is missing for none", `{"$count_less":[1]}`, nil, true},
	{"$count_less does not hold for a single value", `{"$count_less":[5]}`, 1.0, false},

	{"$not_differ holds for the same set", `{"$not_differ":["a","b"]}`, many{"b", "a", "b"}, true},
	{"$not_differ does not hold with an element more", `{"$not_differ":["a","b"]}`, many{"a", "b", "c"}, false},
	{"$not_differ does not hold with an element less", `{"$not_differ":["a","b"]}`, many{"a"}, false},
	{"$not_differ does not hold without a value", `{"$not_differ":["a"]}`, nil, false},
	{"$not_differ of nothing holds without a value", `{"$not_differ":[]}`, nil, true},
	{"$not_differ of nothing holds for an empty list", `{"$not_differ":[]}`, many{}, true},
	{"$not_differ takes a single value for a set of one", `{"$not_differ":["a"]}`, "a", true},
	{"$not_differ does not hold for another type", `{"$not_differ":["a"]}`, 1.0, false},

	{"$not_intersect holds without a common element", `{"$not_intersect":["a","b"]}`, many{"c"}, true},
	{"$not_intersect does not hold with a common element", `{"$not_intersect":["a","b"]}`, many{"c", "b"}, false},
	{"$not_intersect holds without a value", `{"$not_intersect":["a"]}`, nil, true},
	{"$not_intersect holds for another type", `{"$not_intersect":["a"]}`, 1.0, true},

	{"fractions are compared", `{"$more_than":[0.25]}`, "0.5", true},
	{"fractions are compared, the other way", `{"$more_than":[0.25]}`, float32(0.125), false},
	{"equal fractions are not in order", `{"$less_than":[0.25]}`, 0.25, false},
	{"a count of every Go type", `{"$in":[1,2,3,4,5,6,7,8]}`, many{int8(-1), uint64(1 << 63), int16(-2), uint8(200), uint16(300), uint32(400), uint(8)}, true},
	{"two operators must both hold", `{"$more_than":[100],"$less_than":[150]}`, 120.0, true},
	{"two operators of which one fails", `{"$more_than":[100],"$less_than":[150]}`, 150.0, false},
	{"a date and a text are never in order", `{"$more_than":["2026-01-01"]}`, "gold", false},
	{"NaN is no number", `{"$is_not":[1]}`, math.NaN(), true},
}

func TestOperators(t *testing.T) {
	t.Parallel()
	for _, tt := range operatorTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := onMetadata(t, tt.conditions, tt.value); got != tt.want {
				t.Errorf("%s on %v: got %t", tt.conditions, tt.value, got)
			}
		})
	}
}
