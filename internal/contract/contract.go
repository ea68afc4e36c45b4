// Package contract owns the checks that tests of several packages make on types of the public contract: that a JSON document
// survives reading and writing, and what an error refuses.
//
// It refuses to know any of the types, and it is imported by tests only.
package contract

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
)

// Pointer returns a pointer to a copy of a value.
func Pointer[T any](value T) *T { return &value }

// Refusal says in short what an error refuses: its key and the path of the field. It is empty without an error.
func Refusal(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &e):
		return "an error without a type: " + err.Error()
	}
	return string(e.Key) + " " + e.Field
}

// Keeps reads a document that must set every field of T that has a name in JSON, writes it and expects the same document.
func Keeps[T any](t *testing.T, document string) {
	t.Helper()
	value := Read[T](t, document, true)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if field.IsExported() && field.Tag.Get("json") != "-" && reflect.ValueOf(value).FieldByIndex(field.Index).IsZero() {
			t.Errorf("the document does not set %s", field.Name)
		}
	}
	Writes(t, value, document)
}

// Read reads a document; a strict reading refuses fields that T does not have.
func Read[T any](t *testing.T, document string, strict bool) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(strings.NewReader(document))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// Writes expects a value to be written as a document, whatever the order of its fields.
func Writes(t *testing.T, value any, document string) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(document), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written JSON (-want +got):\n%s", diff)
	}
}
