package order_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
)

func pointer[T any](value T) *T { return &value }

// refusal says in short what an error refuses: its key and the path of the field.
func refusal(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &e):
		return "an error without a type: " + err.Error()
	}
	return string(e.Key) + " " + e.Field
}

// keeps reads a document that sets every field of T, writes it and expects the same document.
func keeps[T any](t *testing.T, document string) {
	t.Helper()
	value := read[T](t, document, true)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if field.IsExported() && reflect.ValueOf(value).FieldByIndex(field.Index).IsZero() {
			t.Errorf("the document does not set %s", field.Name)
		}
	}
	writes(t, value, document)
}

func read[T any](t *testing.T, document string, strict bool) T {
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

func writes(t *testing.T, value any, document string) {
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
