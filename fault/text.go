package fault

import "unicode/utf8"

// Text refuses a text that is longer than most bytes or not valid UTF-8, which not every store can keep; nil when it is
// fine.
func Text(field, value string, most int) *Error {
	switch {
	case len(value) > most:
		return Invalid(field, "is longer than %d bytes", most)
	case !utf8.ValidString(value):
		return Invalid(field, "is not valid UTF-8")
	}
	return nil
}

// Name is Text for a text that must not be empty.
func Name(field, value string, most int) *Error {
	if value == "" {
		return Invalid(field, "is required")
	}
	return Text(field, value, most)
}
