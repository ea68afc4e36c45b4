package formula_test

import (
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/discount/formula"
)

func TestCalendarIsThatOfTheZoneOfNow(t *testing.T) {
	t.Parallel()
	// 23:30 on the 16th in New York, the 17th in Europe.
	const instant = "2023-08-17T03:30:00Z"
	for zone, want := range map[string][2]string{
		"America/New_York": {"16", "-1"},
		"Europe/Warsaw":    {"17", "0"},
	} {
		env := at(t, instant, zone)
		check(t, "DAY_OF_MONTH(NOW)", env, want[0])
		check(t, "DAY_OF_MONTH(TODAY)", env, want[0])
		check(t, `DAYS_SINCE(DATE("2023-08-17"))`, env, want[1])
		check(t, "MONTH(NOW) * 10000 + YEAR(TODAY)", env, "82023")
	}
}

func TestAnInstantCountsAsItsDayWhereItMeetsADay(t *testing.T) {
	t.Parallel()
	env := at(t, "2023-08-17T14:05:00Z", "Europe/Warsaw")
	for condition, want := range map[string]bool{
		`NOW DATE_IS DATE("2023-08-17")`:                      true,
		`NOW DATE_IS_NOT DATE("2023-08-17")`:                  false,
		`NOW IS_AFTER DATE("2023-08-17")`:                     false,
		`NOW IS_AFTER DATE("2023-08-16")`:                     true,
		`NOW IS_BEFORE DATE("2023-08-17")`:                    false,
		`NOW IS_BEFORE DATE("2023-08-18")`:                    true,
		`TODAY DATE_IS NOW`:                                   true,
		`TODAY IS_BEFORE "2023-08-18"`:                        true,
		`NOW DATE_IS DATE_TIME("2023-08-17T14:05:00.000Z")`:   true,
		`NOW DATE_IS DATE_TIME("2023-08-17T16:05:00+02:00")`:  true,
		`NOW DATE_IS DATE_TIME("2023-08-17T14:05:01Z")`:       false,
		`NOW IS_BEFORE DATE_TIME("2023-08-17T14:05:01Z")`:     true,
		`NOW IS_AFTER "2023-08-17T14:04:59Z"`:                 true,
		`DATE("2024-02-29") IS_AFTER DATE("2024-02-28")`:      true,
		`DATE_TIME("2023-08-16T22:30:00Z") DATE_IS TODAY`:     true,
		`DATE_TIME("2023-08-16T21:30:00Z") DATE_IS_NOT TODAY`: true,
	} {
		holds(t, condition, env, want)
	}
}

func TestSinceAndUntil(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ today, source, want string }{
		"days across a change of the clocks":     {"2024-04-01", `DAYS_SINCE(DATE("2024-03-30"))`, "2"},
		"days since a day to come":               {"2024-03-30", `DAYS_SINCE(DATE("2024-04-01"))`, "-2"},
		"days until":                             {"2024-02-28", `DAYS_UNTIL(DATE("2024-03-01"))`, "2"},
		"days over centuries":                    {"2024-01-01", `DAYS_SINCE(DATE("1900-01-01"))`, "45290"},
		"a month is whole on the same day":       {"2024-02-15", `MONTHS_SINCE(DATE("2024-01-15"))`, "1"},
		"a month is not whole the day before":    {"2024-02-14", `MONTHS_SINCE(DATE("2024-01-15"))`, "0"},
		"a short month ends the count":           {"2023-02-28", `MONTHS_SINCE(DATE("2023-01-31"))`, "1"},
		"a month is not whole the day before it": {"2024-02-28", `MONTHS_SINCE(DATE("2024-01-31"))`, "0"},
		"months over the end of the year":        {"2024-01-10", `MONTHS_SINCE(DATE("2023-11-10"))`, "2"},
		"months since a day to come":             {"2024-01-10", `MONTHS_SINCE(DATE("2024-03-09"))`, "-1"},
		"months until":                           {"2024-01-10", `MONTHS_UNTIL(DATE("2024-03-10"))`, "2"},
		"months until, not whole":                {"2024-01-10", `MONTHS_UNTIL(DATE("2024-03-09"))`, "1"},
		"a birthday":                             {"2024-05-01", `YEARS_SINCE(DATE("1990-05-01"))`, "34"},
		"the day before a birthday":              {"2024-04-30", `YEARS_SINCE(DATE("1990-05-01"))`, "33"},
		"a leap day in a common year":            {"2023-02-28", `YEARS_SINCE(DATE("2000-02-29"))`, "23"},
		"a leap day in a leap year":              {"2024-02-28", `YEARS_SINCE(DATE("2000-02-29"))`, "23"},
		"years since a day to come":              {"2024-01-01", `YEARS_SINCE(DATE("2025-06-01"))`, "-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, test.source, at(t, test.today+"T12:00:00Z", "Europe/Warsaw"), test.want)
		})
	}
}

func TestDateOperands(t *testing.T) {
	t.Parallel()
	env := at(t, "2024-05-01T12:00:00Z", "America/Los_Angeles")
	env.operands[formula.CustomerBirthdate] = formula.Date(time.Date(1990, time.May, 1, 0, 0, 0, 0, time.UTC))
	env.operands[formula.VoucherExpirationDate] = formula.Date(time.Date(2024, time.May, 11, 3, 0, 0, 0, time.UTC))
	env.operands[formula.VoucherStartDate] = formula.Text("2024-04-01T12:00:00Z")
	env.metadata = map[string]formula.Value{"CUSTOMER_METADATA/joined": formula.Text("2024-04-21")}

	check(t, "DAY_OF_MONTH(CUSTOMER_BIRTHDATE)", env, "1")
	check(t, "YEARS_SINCE(CUSTOMER_BIRTHDATE)", env, "34")
	check(t, "DAYS_UNTIL(VOUCHER_EXPIRATION_DATE)", env, "9")
	check(t, "MONTHS_SINCE(VOUCHER_START_DATE)", env, "1")
	check(t, `DAYS_SINCE(CUSTOMER_METADATA("joined"))`, env, "10")
	check(t, `IF(MONTH(CUSTOMER_BIRTHDATE) = MONTH(TODAY) AND DAY_OF_MONTH(CUSTOMER_BIRTHDATE) = DAY_OF_MONTH(TODAY);20;5)`, env, "20")

	env.operands[formula.Today] = formula.Date(time.Date(2024, time.May, 1, 0, 0, 0, 0, time.UTC))
	check(t, "DAY_OF_MONTH(TODAY)", env, "1")
	env.operands[formula.CustomerBirthdate] = formula.Text("1990-05-01")
	check(t, "DAY_OF_MONTH(CUSTOMER_BIRTHDATE)", env, "1")
}
