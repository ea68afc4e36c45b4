package formula_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/discount/formula"
)

func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	order := func(amountMinor, items, units int64, metadata map[string]formula.Value) world {
		return world{
			operands: map[formula.Operand]formula.Value{
				formula.OrderAmount:        formula.Minor(amountMinor),
				formula.OrderItemsQuantity: formula.Int(items),
				formula.OrderUnitsQuantity: formula.Int(units),
			},
			metadata: metadata,
		}
	}
	visits := func(visits, day int64) world {
		return order(0, 1, 1, map[string]formula.Value{
			"CUSTOMER_METADATA/number_of_store_visits": formula.Int(visits),
			"ORDER_METADATA/day_of_week":               formula.Int(day),
		})
	}
	text := func(key, value string) world {
		return order(0, 1, 1, map[string]formula.Value{key: formula.Text(value)})
	}
	price := func(minor int64) world {
		return world{operands: map[formula.Operand]formula.Value{formula.OrderItemPrice: formula.Minor(minor)}}
	}
	const (
		both       = `IF(CUSTOMER_METADATA("number_of_store_visits") > 10 AND ORDER_METADATA("day_of_week") = 5;20;3)`
		oneOf      = `IF(CUSTOMER_METADATA("number_of_store_visits") > 10 OR  ORDER_METADATA("day_of_week") = 5;20;3)`
		nested     = `IF(ORDER_ITEMS_QUANTITY > 4;IF(ORDER_AMOUNT > 200;25;15);10)`
		city       = `SWITCH(ORDER_METADATA("store_city");SWITCH_CASE("Boston";10) SWITCH_CASE("New York";15);5)`
		graded     = `IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)`
		tier       = `IF(CUSTOMER_METADATA("tier") is "VIP";25;10)`
		everyThird = `IF(ORDER_UNITS_QUANTITY > 5;FLOOR(ORDER_UNITS_QUANTITY / 3;0);1)`
		storeList  = `DEFAULT_TO(REDEMPTION_METADATA("store_list") / 2;5)`
		points     = `IF(ORDER_AMOUNT > 500;ROUND(ORDER_AMOUNT * 1.5;0);ROUND(ORDER_AMOUNT;0))`
	)
	for name, test := range map[string]struct {
		source string
		env    world
		want   string
	}{
		"many visits on the day":              {both, visits(11, 5), "20"},
		"many visits on another day":          {both, visits(11, 4), "3"},
		"ten visits are not more than ten":    {both, visits(10, 5), "3"},
		"the day is enough for OR":            {oneOf, visits(1, 5), "20"},
		"the visits are enough for OR":        {oneOf, visits(11, 1), "20"},
		"neither is not enough for OR":        {oneOf, visits(10, 1), "3"},
		"many items and a large amount":       {nested, order(20001, 5, 5, nil), "25"},
		"many items and 200.00":               {nested, order(20000, 5, 5, nil), "15"},
		"few items":                           {nested, order(90000, 4, 4, nil), "10"},
		"the first case":                      {city, text("ORDER_METADATA/store_city", "Boston"), "10"},
		"the second case":                     {city, text("ORDER_METADATA/store_city", "New York"), "15"},
		"the default of a switch":             {city, text("ORDER_METADATA/store_city", "Austin"), "5"},
		"a share of a large amount":           {graded, order(25050, 1, 1, nil), "37.575"},
		"a share of a small amount":           {graded, order(9999, 1, 1, nil), "4.9995"},
		"a text that is equal":                {tier, text("CUSTOMER_METADATA/tier", "VIP"), "25"},
		"a text in another case is not equal": {tier, text("CUSTOMER_METADATA/tier", "vip"), "10"},
		"one unit of three":                   {everyThird, order(0, 1, 8, nil), "2"},
		"one unit of few":                     {everyThird, order(0, 1, 5, nil), "1"},
		"the value of the default":            {storeList, order(0, 1, 1, nil), "5"},
		"half of the value":                   {storeList, world{metadata: map[string]formula.Value{"REDEMPTION_METADATA/store_list": formula.Int(9)}}, "4.5"},
		"points of a large order":             {points, order(50100, 1, 1, nil), "752"},
		"points of a small order":             {points, order(1049, 1, 1, nil), "10"},
		"a price of 6.00":                     {`ORDER_ITEM_PRICE × 0.01 + 1`, price(600), "1.06"},
		"a price of 10.00":                    {`ORDER_ITEM_PRICE x 0.01 + 1`, price(1000), "1.10"},
		"months by eight":                     {`CUSTOMER_METADATA("months") ÷ 8`, world{metadata: map[string]formula.Value{"CUSTOMER_METADATA/months": formula.Int(12)}}, "1.5"},
		"11499 minor units are below 150":     {`IF(ORDER_AMOUNT > 150;15;10)`, order(11499, 1, 1, nil), "10"},
		"46500 minor units are above 400":     {`IF(ORDER_AMOUNT > 400;0;20)`, order(46500, 1, 1, nil), "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, test.source, test.env, test.want)
		})
	}
}

// The new prices of a recorded validation: an order of 465.00 with a formula per line.
func TestGoldenNewPrices(t *testing.T) {
	t.Parallel()
	for _, line := range []struct {
		source    string
		price     int64
		wantMinor int64
	}{
		{`IF(ORDER_AMOUNT > 300;ORDER_ITEM_PRICE * 0.8;ORDER_ITEM_PRICE)`, 6500, 5200},
		{`IF(ORDER_AMOUNT > 200;ORDER_ITEM_PRICE * 0.9;ORDER_ITEM_PRICE)`, 6000, 5400},
		{`IF(ORDER_AMOUNT > 400;0;20)`, 2000, 0},
		{`IF(ORDER_AMOUNT > 200;ORDER_ITEM_PRICE * 0.9;ORDER_ITEM_PRICE)`, 5000, 4500},
		{`IF(ORDER_AMOUNT > 300;ORDER_ITEM_PRICE * 0.8;ORDER_ITEM_PRICE)`, 11000, 8800},
	} {
		env := world{operands: map[formula.Operand]formula.Value{
			formula.OrderAmount:    formula.Minor(46500),
			formula.OrderItemPrice: formula.Minor(line.price),
		}}
		check(t, line.source, env, decimal.New(line.wantMinor, -2).String())
	}
}

func TestRounding(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"ROUND(75.55;1)":  "75.6",
		"ROUND(75.55;0)":  "76",
		"ROUND(75.55;-1)": "80",
		"FLOOR(75.55;1)":  "75.5",
		"FLOOR(75.55;0)":  "75",
		"FLOOR(75.55;-1)": "70",
		"CEIL(74.44;1)":   "74.5",
		"CEIL(74.44;0)":   "75",
		"CEIL(74.44;-1)":  "80",

		"ROUND(0.5;0)":             "1",
		"ROUND(2.5;0)":             "3",
		"ROUND(-2.5;0)":            "-3",
		"FLOOR(-0.1;0)":            "-1",
		"CEIL(-0.9;0)":             "0",
		"ROUND(1;5)":               "1",
		"CEIL(1;-29)":              "100000000000000000000000000000",
		"FLOOR(10 / 3 * 3;0)":      "10",
		"CEIL(10 / 3 * 3;0)":       "10",
		"FLOOR(1/3 + 1/3 + 1/3;0)": "1",
		"POW(1 / 3;2) * 9":         "1",
	} {
		check(t, source, world{}, want)
	}
	env := world{metadata: map[string]formula.Value{}}
	env.metadata["CUSTOMER_METADATA/customer_life_time_value"], _ = formula.FromMetadata(75.55)
	check(t, `ROUND(CUSTOMER_METADATA("customer_life_time_value");1)`, env, "75.6")
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"2 + 3 * 4":                          "14",
		"-2 + 3":                             "1",
		"2 - -2 + 3":                         "7",
		"0.00000000000000000005 * 0.1":       "0.00000000000000000001",
		"POW(3;-1) * 3":                      "1",
		"(2 + 3) * 4":                        "20",
		"20 - 5 - 3":                         "12",
		"100 / 5 / 2":                        "10",
		"7 % 4 * 2":                          "6",
		"2 * 7 % 4":                          "2",
		"-7 % 3":                             "-1",
		"5.5 % 2":                            "1.5",
		"- -2":                               "2",
		"- - -2":                             "-2",
		"3 - -2":                             "5",
		"3--2":                               "5",
		"-2 * 3":                             "-6",
		"-POW(2;2)":                          "-4",
		"2×3÷4":                              "1.5",
		"0.1 + 0.2":                          "0.3",
		"1 / 8":                              "0.125",
		"2 / 3":                              "0.66666666666666666667",
		"-2 / 3":                             "-0.66666666666666666667",
		"POW(2;10)":                          "1024",
		"POW(2;-2)":                          "0.25",
		"POW(0.5;-64)":                       "18446744073709551616",
		"POW(0;0)":                           "1",
		"POW(-2;3)":                          "-8",
		"POW(1.5;2)":                         "2.25",
		"POW(10;29)":                         "100000000000000000000000000000",
		"POW(0.1;1000)":                      "0",
		"MIN(3;-1;2)":                        "-1",
		"MAX(3;-1;2)":                        "3",
		"MIN(4)":                             "4",
		"\t1\n+\u00a02\r\n ":                 "3",
		"DEFAULT_TO(1 / 0;ORDER_AMOUNT;7;8)": "7",
		"DEFAULT_TO(1;1 / 0)":                "1",
	} {
		check(t, source, world{}, want)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	tags, _ := formula.FromMetadata([]any{"red", "blue", 7.0})
	plain, _ := formula.FromMetadata(false)
	env := world{metadata: map[string]formula.Value{
		"ORDER_METADATA/city":  formula.Text("New York"),
		"ORDER_METADATA/count": formula.Int(5),
		"ORDER_METADATA/tags":  tags,
		"ORDER_METADATA/gift":  formula.Bool(true),
		"ORDER_METADATA/plain": plain,
		"ORDER_METADATA/quote": formula.Text(`a "b" \ c`),
	}}
	for condition, want := range map[string]bool{
		"1 < 2":                                true,
		"2 < 2":                                false,
		"2 <= 2":                               true,
		"3 <= 2":                               false,
		"2 > 2":                                false,
		"2 >= 2":                               true,
		"1 >= 2":                               false,
		"2 = 2.0":                              true,
		"2 = 3":                                false,
		"1 / 3 * 3 = 1":                        true,
		"1 / 3 = 0.33333333333333333333":       true,
		"1 / 3 > 0.33333333333333333333":       false,
		"1 + 1 = 2 AND 2 * 2 > 3":              true,
		"1 = 1 OR 1 = 2 AND 1 = 3":             true,
		"(1 = 1 OR 1 = 2) AND 1 = 3":           false,
		"1 = 2 AND 1 = 2 OR 1 = 1":             true,
		"1 = 2 AND ORDER_AMOUNT > 1":           false,
		"1 = 1 OR ORDER_AMOUNT > 1":            true,
		`ORDER_METADATA("city") is "New York"`: true,
		`ORDER_METADATA("city") = "New York"`:  true,
		`ORDER_METADATA("city") isNot "New York"`:               false,
		`ORDER_METADATA("city") isNot "Boston"`:                 true,
		`ORDER_METADATA("city") contains "ew Y"`:                true,
		`ORDER_METADATA("city") contains "ew y"`:                false,
		`ORDER_METADATA("city") startsWith "New"`:               true,
		`ORDER_METADATA("city") startsWith "York"`:              false,
		`ORDER_METADATA("city") endsWith "York"`:                true,
		`ORDER_METADATA("city") endsWith "New"`:                 false,
		`ORDER_METADATA("city") IN_ARRAY "Boston, New York"`:    true,
		`ORDER_METADATA("city") IN_ARRAY "New,York"`:            false,
		`ORDER_METADATA("city") NOT_IN_ARRAY "Boston,New York"`: false,
		`ORDER_METADATA("city") NOT_IN_ARRAY "Boston"`:          true,
		`ORDER_METADATA("count") IN_ARRAY "1,5.0"`:              true,
		`ORDER_METADATA("count") IN_ARRAY "1,2,five"`:           false,
		`ORDER_METADATA("count") NOT_IN_ARRAY "1,2"`:            true,
		`-1 IN_ARRAY "1,-1"`:                                    true,
		`"blue" IN_ARRAY ORDER_METADATA("tags")`:                true,
		`7 IN_ARRAY ORDER_METADATA("tags")`:                     true,
		`8 IN_ARRAY ORDER_METADATA("tags")`:                     false,
		`ORDER_METADATA("tags") contains "red"`:                 true,
		`ORDER_METADATA("tags") contains "re"`:                  false,
		`ORDER_METADATA("tags") contains 7`:                     true,
		`ORDER_METADATA("gift")`:                                true,
		`ORDER_METADATA("gift") is "true"`:                      true,
		`ORDER_METADATA("gift") is "false"`:                     false,
		`ORDER_METADATA("plain") isNot "true"`:                  true,
		`ORDER_METADATA("plain")`:                               false,
		`ORDER_METADATA("quote") is "a \"b\" \ c"`:              true,
		`ORDER_METADATA("quote") is "a \"b\" \\ c"`:             true,
		`SWITCH(1;SWITCH_CASE(1;ORDER_METADATA("gift"));1 = 2)`: true,
	} {
		holds(t, condition, env, want)
	}
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	env := world{metadata: map[string]formula.Value{"ORDER_METADATA/store": formula.Int(12)}}
	check(t, `SWITCH(ORDER_METADATA("store");SWITCH_CASE(11;1) SWITCH_CASE(12.0;2) SWITCH_CASE(12;3);4)`, env, "2")
	check(t, `SWITCH(ORDER_METADATA("store");SWITCH_CASE("12";1) SWITCH_CASE(12;2);4)`, env, "2")
	check(t, `SWITCH(ORDER_METADATA("store");SWITCH_CASE(12;1) SWITCH_CASE(12;1 / 0);1 / 0)`, env, "1")
	check(t, `SWITCH(ORDER_METADATA("store");SWITCH_CASE(1;1 / 0)SWITCH_CASE(12;5);1 / 0)`, env, "5")
	check(t, `SWITCH(ORDER_METADATA("store");SWITCH_CASE(1;2);SWITCH(3;SWITCH_CASE(3;6);7))`, env, "6")
	checkFails(t, `SWITCH(ORDER_METADATA("none");SWITCH_CASE(1;2);3)`, env, formula.ErrMissing)
}

func TestFailuresAreErrors(t *testing.T) {
	t.Parallel()
	list, _ := formula.FromMetadata([]any{1, 2})
	env := world{
		operands: map[formula.Operand]formula.Value{
			formula.OrderItemPrice:    formula.Value{},
			formula.OrderAmount:       formula.Number(decimal.New(1, 30)),
			formula.OrderItemAmount:   formula.Number(decimal.New(1, 2_000_000_000)),
			formula.OrderItemSubtotal: formula.Number(decimal.New(1, -2_000_000_000)),
			formula.CustomerBirthdate: formula.Day(1990, time.May, 1),
			formula.VoucherStartDate:  formula.Date(time.Date(2024, time.May, 1, 0, 0, 0, 0, time.UTC)),
		},
		metadata: map[string]formula.Value{
			"ORDER_METADATA/number": formula.Int(5),
			"ORDER_METADATA/digits": formula.Text("5"),
			"ORDER_METADATA/list":   list,
			"ORDER_METADATA/nested": formula.List([]formula.Value{formula.List(nil)}),
			"ORDER_METADATA/hollow": formula.List([]formula.Value{{}}),
			"ORDER_METADATA/large":  formula.List([]formula.Value{formula.Number(decimal.New(1, 2_000_000_000))}),
		},
	}
	for source, want := range map[string]error{
		"ORDER_ITEMS_QUANTITY":                                           formula.ErrMissing,
		"ORDER_ITEM_PRICE + 1":                                           formula.ErrMissing,
		`ORDER_METADATA("none") * 2`:                                     formula.ErrMissing,
		`CUSTOMER_METADATA("number")`:                                    formula.ErrMissing,
		"DEFAULT_TO(ORDER_ITEMS_QUANTITY)":                               formula.ErrMissing,
		"MIN(1;ORDER_ITEMS_QUANTITY)":                                    formula.ErrMissing,
		"MAX(ORDER_ITEMS_QUANTITY;1)":                                    formula.ErrMissing,
		"ROUND(ORDER_ITEMS_QUANTITY;1)":                                  formula.ErrMissing,
		"ROUND(1;ORDER_ITEMS_QUANTITY)":                                  formula.ErrMissing,
		"POW(ORDER_ITEMS_QUANTITY;1)":                                    formula.ErrMissing,
		"SWITCH(1;SWITCH_CASE(ORDER_ITEMS_QUANTITY;2);3)":                formula.ErrMissing,
		`IF(ORDER_METADATA("none") startsWith "a";1;2)`:                  formula.ErrMissing,
		`IF("a" endsWith ORDER_METADATA("none");1;2)`:                    formula.ErrMissing,
		`IF("a" isNot ORDER_METADATA("none");1;2)`:                       formula.ErrMissing,
		`IF(ORDER_METADATA("none") NOT_IN_ARRAY "a";1;2)`:                formula.ErrMissing,
		"IF(CUSTOMER_BIRTHDATE IS_BEFORE PROMOTION_TIER_START_DATE;1;2)": formula.ErrMissing,
		"IF(VOUCHER_START_DATE IS_BEFORE CUSTOMER_BIRTHDATE;1;2)":        formula.ErrMissing,
		"IF(CUSTOMER_BIRTHDATE IS_BEFORE VOUCHER_START_DATE;1;2)":        formula.ErrMissing,
		"YEAR(VOUCHER_START_DATE)":                                       formula.ErrMissing,
		"DAYS_SINCE(CUSTOMER_BIRTHDATE)":                                 formula.ErrMissing,
		`IF(NOW IS_AFTER DATE("2020-01-01");1;2)`:                        formula.ErrMissing,
		`"text"`:                 formula.ErrWrongType,
		"1 = 1":                  formula.ErrWrongType,
		"CUSTOMER_BIRTHDATE":     formula.ErrWrongType,
		"CUSTOMER_BIRTHDATE + 1": formula.ErrWrongType,
		"IF(CUSTOMER_BIRTHDATE = CUSTOMER_BIRTHDATE;1;2)": formula.ErrWrongType,
		`ORDER_METADATA("list")`:                          formula.ErrWrongType,
		`ORDER_METADATA("digits") + 1`:                    formula.ErrWrongType,
		`-ORDER_METADATA("digits")`:                       formula.ErrWrongType,
		`IF(ORDER_METADATA("digits") > 1;1;2)`:            formula.ErrWrongType,
		`IF(ORDER_METADATA("digits") = 5;1;2)`:            formula.ErrWrongType,
		`IF(ORDER_METADATA("number") isNot "5";1;2)`:      formula.ErrWrongType,
		`IF(ORDER_METADATA("number");1;2)`:                formula.ErrWrongType,
		`IF(ORDER_METADATA("number") AND 1 = 1;1;2)`:      formula.ErrWrongType,
		`IF(ORDER_METADATA("number") contains "5";1;2)`:   formula.ErrWrongType,
		`IF("5" contains 5;1;2)`:                          formula.ErrWrongType,
		`IF(ORDER_METADATA("number") startsWith "5";1;2)`: formula.ErrWrongType,
		`IF(1 IN_ARRAY 1;1;2)`:                            formula.ErrWrongType,
		`IF(ORDER_METADATA("list") NOT_IN_ARRAY "1";1;2)`: formula.ErrWrongType,
		`IF(ORDER_METADATA("nested") contains 1;1;2)`:     formula.ErrWrongType,
		`IF(ORDER_METADATA("hollow") contains 1;1;2)`:     formula.ErrWrongType,
		`DAYS_SINCE("yesterday")`:                         formula.ErrWrongType,
		`YEAR(2024)`:                                      formula.ErrWrongType,
		"1 / 0":                                           formula.ErrDivisionByZero,
		"1 % (2 - 2)":                                     formula.ErrDivisionByZero,
		"POW(0;-1)":                                       formula.ErrDivisionByZero,
		"ORDER_AMOUNT":                                    formula.ErrOutOfRange,
		"ORDER_ITEM_AMOUNT":                               formula.ErrOutOfRange,
		`IF(ORDER_METADATA("large") contains 1;1;2)`:      formula.ErrOutOfRange,
		"POW(10;30)":                                      formula.ErrOutOfRange,
		"POW(9;1000)":                                     formula.ErrOutOfRange,
		"POW(2;1001)":                                     formula.ErrOutOfRange,
		"POW(2;0.5)":                                      formula.ErrOutOfRange,
		"POW(POW(10;29);POW(10;29))":                      formula.ErrOutOfRange,
		"POW(10;29) * 10":                                 formula.ErrOutOfRange,
		"1 / POW(0.1;31)":                                 formula.ErrOutOfRange,
		"ROUND(1;21)":                                     formula.ErrOutOfRange,
		"ROUND(1;-31)":                                    formula.ErrOutOfRange,
		"ROUND(1;0.5)":                                    formula.ErrOutOfRange,
	} {
		checkFails(t, source, env, want)
	}
	check(t, "ORDER_ITEM_SUBTOTAL + 1", env, "1")
}

func TestAnErrorNamesTheMissingEntry(t *testing.T) {
	t.Parallel()
	_, err := parse(t, `1 + ORDER_METADATA("day of week")`).Evaluate(world{})
	const want = `formula: missing value: ORDER_METADATA("day of week")`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
