package tabular

import "strings"

// Spreadsheets run cells that begin like a formula. What people typed into a shop must not run on the desk of whoever opens an
// export, so such cells are written with an apostrophe before them, and read without it.

// formulaStart are the characters with which a formula begins, or what spreadsheets drop before one.
const formulaStart = "=+-@\t\r"

func startsFormula(text string) bool {
	return text != "" && strings.IndexByte(formulaStart, text[0]) >= 0
}

// negative reports whether a text that begins like a formula is only a negative number.
func negative(text string) bool {
	digits, minus := strings.CutPrefix(text, "-")
	return minus && digits != "" && strings.Trim(digits, "0123456789.") == ""
}

// escaped puts an apostrophe before what would run, and before what would be read as if it had been put there.
func escaped(text string) string {
	bare := strings.TrimLeft(text, "'")
	if startsFormula(bare) && (bare != text || !negative(text)) {
		return "'" + text
	}
	return text
}

// unescaped takes back what escaped has done.
func unescaped(text string) string {
	if bare := strings.TrimLeft(text, "'"); bare != text && startsFormula(bare) {
		return text[1:]
	}
	return text
}
