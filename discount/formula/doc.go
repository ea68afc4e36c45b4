// Package formula owns Voucherify's dynamic formulas: the text that a discount or an earning rule stores in a
// "…_formula" field, such as
//
//	IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)
//
// Parse turns the text into a Formula once, Evaluate computes it against the values of one order, line or customer.
//
// It refuses to know orders and vouchers: every value comes through Env. It refuses to convert the result into a
// discount: a result may be negative, fractional or above any cap, and the caller clamps and rounds it. It refuses
// floating point, and it refuses to decide what a failure means: the caller keeps the mandatory fallback value and uses
// it in place of the whole result.
//
// # Grammar
//
// From the loosest to the tightest, operators of one line being read from left to right:
//
//	OR
//	AND
//	> < = >= <=  is isNot contains startsWith endsWith  IN_ARRAY NOT_IN_ARRAY  DATE_IS DATE_IS_NOT IS_AFTER IS_BEFORE
//	+ -
//	* / %            also written × and x, and ÷
//	-a               may be repeated, as in - -2
//	(a)  NAME  NAME(a;b)  NAME("key")  2.5  "text"
//
// Arguments are separated by semicolons. Comparisons do not chain: a < b < c is refused. Names are case-sensitive. In a
// text, \" stands for a quote and \\ for a backslash.
//
// # Numbers
//
// Money is in major units: an ORDER_AMOUNT of 465.00 is 465, and a result of 20 is 20.00. Sums and products are exact to
// MaxDecimals digits after the point, quotients and powers carry twice as many, so that ORDER_AMOUNT / 3 * 3 is
// ORDER_AMOUNT again; whatever does not fit is rounded half up, away from zero. A result of more than MaxDigits digits
// before the point is ErrOutOfRange.
//
// # Dates
//
// A date is a day (TODAY, CUSTOMER_BIRTHDATE, DATE, or a text such as "2023-08-17") or an instant (NOW, the start and
// expiration dates, DATE_TIME, or a text in RFC 3339). Wherever a day meets an instant, the instant counts as its day in
// the zone of NOW: on 17 August NOW DATE_IS DATE("2023-08-17") holds all day, and IS_AFTER starts to hold on the 18th.
package formula
