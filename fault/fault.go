// Package fault owns the vocabulary of everything that can be refused: the stable error keys of the
// promotion domain, their numeric class, and the one error type that carries them.
//
// It refuses to know why something failed: the packages that decide build the error, this one only names it.
// A key is itself an error, so callers match with errors.Is(err, fault.NotFound) and read the particulars with
// errors.As into *Error.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Key is the stable, machine-readable name of a failure, for example "quantity_exceeded". Keys are the contract:
// they never change their meaning, messages may. A Key implements error, so that it can be the target of errors.Is.
type Key string

// Error returns the key itself.
func (k Key) Error() string { return string(k) }

// Code returns the class of the failure as the HTTP status that Voucherify answers with (400, 404, 409, …).
// Keys that are not in the catalogue are class 400.
func (k Key) Code() int {
	if e, ok := catalogue[k]; ok {
		return e.code
	}
	return 400
}

// Message returns the default English sentence for the key, or the key itself when it is not in the catalogue.
func (k Key) Message() string {
	if e, ok := catalogue[k]; ok {
		return e.message
	}
	return string(k)
}

// Custom is the text that the owner of a rule configured for its failure; it is meant for the shopper.
type Custom struct {
	Message string `json:"message"`
}

// Error is a refusal with its particulars. Its JSON is the error object of Voucherify's answers.
// An Error is a value: once built it is never changed, and it may be shared.
type Error struct {
	// Code is the class of the failure, an HTTP status number.
	Code int `json:"code"`
	// Key names the failure; it is what programs should switch on.
	Key Key `json:"key"`
	// Message is the general sentence for the key.
	Message string `json:"message"`
	// Details says what exactly was wrong this time.
	Details string `json:"details,omitempty"`
	// Field is the path of the offending input, such as "order.items[3].quantity"; empty when no single field is at fault.
	Field string `json:"field,omitempty"`
	// ResourceID and ResourceType name the record that the failure is about.
	ResourceID   string `json:"resource_id,omitempty"`
	ResourceType string `json:"resource_type,omitempty"`
	// RelatedObjectIDs and RelatedObjectType name what stands in the way, for example the rules that use a collection.
	RelatedObjectIDs  []string `json:"related_object_ids,omitempty"`
	RelatedObjectType string   `json:"related_object_type,omitempty"`
	// Custom is the configured text of the rule that failed, when it has one.
	Custom *Custom `json:"error,omitempty"`
}

// New returns an Error for key with the key's class and message and the formatted details.
func New(key Key, format string, args ...any) *Error {
	return &Error{Code: key.Code(), Key: key, Message: key.Message(), Details: fmt.Sprintf(format, args...)}
}

// Invalid returns an invalid_payload error that names the offending field.
func Invalid(field, format string, args ...any) *Error {
	return New(InvalidPayload, format, args...).At(field)
}

// Missing returns a not_found error in the words of the catalogue: "Cannot find voucher with id X".
func Missing(resourceType, id string) *Error {
	e := New(NotFound, "Cannot find %s with id %s", resourceType, id)
	e.ResourceID, e.ResourceType = id, resourceType
	return e
}

// At returns a copy of e that names field as the offending input. A path that e already has is kept behind it, so
// that callers can prefix the path of their part: At("order") on "items[3].price" gives "order.items[3].price". An
// empty field leaves the path as it is.
func (e *Error) At(field string) *Error {
	c := *e
	switch {
	case field == "":
	case c.Field == "":
		c.Field = field
	case strings.HasPrefix(c.Field, "["):
		c.Field = field + c.Field
	default:
		c.Field = field + "." + c.Field
	}
	return &c
}

// Within prefixes the path of err with the field of the part that err comes from. An error that is not a *Error becomes
// an invalid_payload error about the field, so that nothing is lost.
func Within(field string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e.At(field)
	}
	return Invalid(field, "%v", err)
}

// About returns a copy of e that names the record it is about.
func (e *Error) About(resourceType, id string) *Error {
	c := *e
	c.ResourceType, c.ResourceID = resourceType, id
	return &c
}

// Says returns a copy of e that carries the configured text of a rule; an empty text leaves e as it is.
func (e *Error) Says(message string) *Error {
	if message == "" {
		return e
	}
	c := *e
	c.Custom = &Custom{Message: message}
	return &c
}

// Error formats the failure for a log line: key, field, details.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("voucherify: ")
	b.WriteString(string(e.Key))
	if e.Field != "" {
		b.WriteString(": ")
		b.WriteString(e.Field)
	}
	if e.Details != "" {
		b.WriteString(": ")
		b.WriteString(e.Details)
	} else if e.Message != string(e.Key) {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	return b.String()
}

// Is reports whether target is the key of e, so that errors.Is(err, fault.QuantityExceeded) holds.
func (e *Error) Is(target error) bool {
	k, ok := target.(Key)
	return ok && k == e.Key
}
