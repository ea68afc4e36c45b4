package formula_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/fault"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                           "a value is missing at position 1",
		"  ":                         "a value is missing at position 3",
		"1 +":                        "a value is missing at position 4",
		"1 2":                        `unexpected "2" where an operator or the end is needed at position 3`,
		"(1":                         ") is missing at position 3",
		"1)":                         `unexpected ")" where an operator or the end is needed at position 2`,
		"+1":                         `unexpected "+" where a value is needed at position 1`,
		"MIN()":                      `unexpected ")" where a value is needed at position 5`,
		"MIN(1,2)":                   `unexpected character ',' at position 6`,
		"MIN(1;)":                    `unexpected ")" where a value is needed at position 7`,
		"MIN 1":                      `unexpected "1" where ( is needed at position 5`,
		"MIN(1":                      "; or ) is missing at position 6",
		"IF(1 = 1;2)":                "IF cannot have 2 arguments at position 1",
		"2 + ROUND(1;2;3)":           "ROUND cannot have 3 arguments at position 5",
		"ROUND(1)":                   "ROUND cannot have 1 arguments at position 1",
		"order_amount":               `unknown name "order_amount" at position 1`,
		"ORDER_TOTAL":                `unknown name "ORDER_TOTAL" at position 1`,
		"5 IS 5":                     `unexpected "IS" where an operator or the end is needed at position 3`,
		"1 < 2 < 3":                  `comparisons cannot be chained, join them with AND: "<" at position 7`,
		`"a" is "b" is "c"`:          `comparisons cannot be chained, join them with AND: "is" at position 12`,
		`"é" is "open`:               "the text is not closed that begins at position 8",
		"ORDER_METADATA":             "( is missing at position 15",
		"ORDER_METADATA(1)":          `unexpected "1" where a text in quotes is needed at position 16`,
		`ORDER_METADATA("a"`:         ") is missing at position 19",
		`DATE("2023-13-01")`:         `"2023-13-01" is not a valid DATE at position 1`,
		`DATE_TIME("2023")`:          `"2023" is not a valid DATE_TIME at position 1`,
		`DATE(TODAY)`:                `unexpected "TODAY" where a text in quotes is needed at position 6`,
		"SWITCH(1;2;3)":              `unexpected "2" where SWITCH_CASE is needed at position 10`,
		"SWITCH(1;SWITCH_CASE(1;2))": `unexpected ")" where ; is needed at position 26`,
		"SWITCH(1;SWITCH_CASE(1);3)": "SWITCH_CASE cannot have 1 arguments at position 10",
		"SWITCH(1;SWITCH_CASE(1;2);SWITCH_CASE(3;4))": `unknown name "SWITCH_CASE" at position 27`,
		"SWITCH_CASE(1;2)":                            `unknown name "SWITCH_CASE" at position 1`,
		"1.":                                          `"1." is not a number of at most 30 digits and 20 decimals at position 1`,
		"1.2.3":                                       `"1.2.3" is not a number of at most 30 digits and 20 decimals at position 1`,
		".5":                                          `unexpected character '.' at position 1`,
		"1e5":                                         `unexpected "e5" where an operator or the end is needed at position 2`,
		"1 & 2":                                       `unexpected character '&' at position 3`,
		"1 \xff":                                      "the formula is not valid UTF-8 at position 3",
		"AND":                                         `unknown name "AND" at position 1`,
		strings.Repeat("9", 31):                       `"9999999999999999999999999999999" is not a number of at most 30 digits and 20 decimals at position 1`,
		"0." + strings.Repeat("3", 21):                `"0.333333333333333333333" is not a number of at most 30 digits and 20 decimals at position 1`,
		strings.Repeat("(", 65) + "1" + strings.Repeat(")", 65):    "the formula is nested more than 64 levels deep at position 65",
		strings.Repeat("-", 65) + "1":                              "the formula is nested more than 64 levels deep at position 65",
		strings.Repeat("MIN(", 65) + "1" + strings.Repeat(")", 65): "the formula is nested more than 64 levels deep at position 257",
		"-1" + strings.Repeat("+1", 500):                           "the formula has more than 1000 parts at position 1001",
		"1" + strings.Repeat("+1", 500):                            "the formula has more than 1000 parts at position 1001",
		strings.Repeat(" ", formula.MaxLength) + "1":               "the formula has 4097 bytes, more than the allowed 4096",
	} {
		f, err := formula.Parse(source)
		if f != nil || !errors.Is(err, fault.InvalidFormula) {
			t.Errorf("Parse(%q) = %v, %v, want %v", source, f, err, fault.InvalidFormula)
			continue
		}
		var refusal *fault.Error
		errors.As(err, &refusal)
		if diff := cmp.Diff(want, refusal.Details); diff != "" {
			t.Errorf("Parse(%q) details (-want +got):\n%s", source, diff)
		}
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	t.Parallel()
	check(t, strings.Repeat("(", 64)+"1"+strings.Repeat(")", 64), world{}, "1")
	check(t, strings.Repeat("-", 64)+"1", world{}, "1")
	check(t, strings.Repeat("(1)+-MIN(1)+", 65)+"1", world{}, "1")
	check(t, "1"+strings.Repeat("+1", 499), world{}, "500")
	check(t, strings.Repeat(" ", formula.MaxLength-1)+"1", world{}, "1")
	check(t, strings.Repeat("9", 30), world{}, strings.Repeat("9", 30))
	check(t, "0."+strings.Repeat("3", 20), world{}, "0."+strings.Repeat("3", 20))
}

// Counting allocations needs the process for itself, hence no t.Parallel.
func TestAMillionBracketsAreRefusedUnread(t *testing.T) {
	source := strings.Repeat("(", 1_000_000)
	allocated := testing.AllocsPerRun(10, func() {
		if _, err := formula.Parse(source); !errors.Is(err, fault.InvalidFormula) {
			t.Errorf("got %v", err)
		}
	})
	if allocated > 20 {
		t.Errorf("%v allocations for a formula that is too long to read", allocated)
	}
}

// A formula with every construct is refused wherever it breaks off and wherever a foreign character stands in it.
func TestBrokenFormulasAreRefused(t *testing.T) {
	t.Parallel()
	const source = `IF(-(NOW) IS_AFTER DATE("2023-08-17") AND ORDER_METADATA("k") is "a\"b";` +
		`SWITCH(POW(1.5;2);SWITCH_CASE(1 - -2;3) SWITCH_CASE("é";4 ÷ 5);6);MIN(7 >= 8;9))`
	parse(t, source)
	for offset := range source {
		if _, err := formula.Parse(source[:offset]); !errors.Is(err, fault.InvalidFormula) {
			t.Errorf("Parse(%q): %v, want %v", source[:offset], err, fault.InvalidFormula)
		}
		if strings.Count(strings.ReplaceAll(source[:offset], `\"`, ""), `"`)%2 == 1 {
			continue
		}
		foreign := source[:offset] + "#" + source[offset:]
		_, err := formula.Parse(foreign)
		var refusal *fault.Error
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Details, "position") {
			t.Errorf("Parse(%q): %v, want a refusal with a position", foreign, err)
		}
	}
}

func TestTheReplacementCharacterIsText(t *testing.T) {
	t.Parallel()
	holds(t, "\"\uFFFD\" is \"\uFFFD\"", world{}, true)
}

func TestUses(t *testing.T) {
	t.Parallel()
	const source = ` IF(1 = 1;ORDER_AMOUNT;order.bundle.quantity * CUSTOMER_METADATA("a")) `
	f := parse(t, source)
	if diff := cmp.Diff(source, f.Source()); diff != "" {
		t.Errorf("Source (-want +got):\n%s", diff)
	}
	if !f.Uses(formula.OrderAmount) || !f.Uses(formula.BundleQuantity) || f.Uses(formula.Now) {
		t.Error("Uses does not tell what the formula mentions")
	}
	if !f.UsesMetadata(formula.CustomerMetadata) || f.UsesMetadata(formula.OrderMetadata) {
		t.Error("UsesMetadata does not tell what the formula mentions")
	}
	for source, want := range map[string]bool{
		"ORDER_ITEMS_QUANTITY + ORDER_UNITS_QUANTITY":         false,
		`"ORDER_ITEM_PRICE"`:                                  false,
		`ORDER_METADATA("ORDER_ITEM_PRICE")`:                  false,
		"1 + ORDER_ITEM_PRICE":                                true,
		"CHEAPEST_ORDER_ITEM_UNITS_QUANTITY":                  true,
		"MOST_EXPENSIVE_ORDER_ITEM_SUBTOTAL":                  true,
		`ORDER_ITEM_METADATA("a")`:                            true,
		`ORDER_ITEM_PRODUCT_METADATA("a")`:                    true,
		`CHEAPEST_ORDER_ITEM_PRODUCT_METADATA("a")`:           true,
		`IF(1 = 1;1;MOST_EXPENSIVE_ORDER_ITEM_METADATA("a"))`: true,
	} {
		if got := parse(t, source).UsesItems(); got != want {
			t.Errorf("UsesItems of %s = %v, want %v", source, got, want)
		}
	}
}

// Every name of the language is read and reaches the environment under that name.
func TestEveryOperandAndGroup(t *testing.T) {
	t.Parallel()
	for _, operand := range []formula.Operand{
		"ORDER_AMOUNT", "ORDER_ITEMS_QUANTITY", "ORDER_UNITS_QUANTITY", "order.bundle.quantity",
		"ORDER_ITEM_PRICE", "ORDER_ITEM_AMOUNT", "ORDER_ITEM_SUBTOTAL", "ORDER_ITEM_UNITS_QUANTITY",
		"CHEAPEST_ORDER_ITEM_PRICE", "CHEAPEST_ORDER_ITEM_AMOUNT", "CHEAPEST_ORDER_ITEM_SUBTOTAL",
		"CHEAPEST_ORDER_ITEM_UNITS_QUANTITY", "MOST_EXPENSIVE_ORDER_ITEM_PRICE", "MOST_EXPENSIVE_ORDER_ITEM_AMOUNT",
		"MOST_EXPENSIVE_ORDER_ITEM_SUBTOTAL", "MOST_EXPENSIVE_ORDER_ITEM_UNITS_QUANTITY",
		"VOUCHER_REDEMPTION_QUANTITY", "VOUCHER_REDEEMED_QUANTITY", "VOUCHER_PUBLISH_COUNT",
	} {
		env := world{operands: map[formula.Operand]formula.Value{operand: formula.Int(7)}}
		check(t, string(operand), env, "7")
	}
	for _, operand := range []formula.Operand{
		"VOUCHER_START_DATE", "VOUCHER_EXPIRATION_DATE", "PROMOTION_TIER_START_DATE", "PROMOTION_TIER_EXPIRATION_DATE",
		"CUSTOMER_BIRTHDATE", "TODAY",
	} {
		env := world{operands: map[formula.Operand]formula.Value{operand: formula.Day(2024, 2, 29)}}
		check(t, "DAY_OF_MONTH("+string(operand)+")", env, "29")
	}
	for _, group := range []formula.Group{
		"ORDER_METADATA", "REDEEMABLE_METADATA", "CUSTOMER_METADATA", "REDEMPTION_METADATA", "PUBLICATION_METADATA",
		"ORDER_ITEM_METADATA", "ORDER_ITEM_PRODUCT_METADATA", "CHEAPEST_ORDER_ITEM_METADATA",
		"CHEAPEST_ORDER_ITEM_PRODUCT_METADATA", "MOST_EXPENSIVE_ORDER_ITEM_METADATA",
		"MOST_EXPENSIVE_ORDER_ITEM_PRODUCT_METADATA",
	} {
		env := world{metadata: map[string]formula.Value{string(group) + "/some key": formula.Int(7)}}
		check(t, string(group)+`("some key")`, env, "7")
	}
}

func ExampleParse() {
	f, err := formula.Parse(`IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)`)
	if err != nil {
		fmt.Println(err)
		return
	}
	off, err := f.Evaluate(world{operands: map[formula.Operand]formula.Value{
		formula.OrderAmount: formula.Minor(25000),
	}})
	fmt.Println(off, err)

	_, err = formula.Parse(`IF(ORDER_AMOUNT > 200;10)`)
	fmt.Println(err)
	// Output:
	// 37.5 <nil>
	// voucherify: invalid_formula: IF cannot have 2 arguments at position 1
}
