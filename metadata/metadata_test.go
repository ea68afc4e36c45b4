package metadata_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

func keys(n int) metadata.Map {
	m := metadata.Map{}
	for i := range n {
		m["k"+strconv.Itoa(i)] = i
	}
	return m
}

// nested is an object that holds an object, and so on, with a number in the innermost of them.
func nested(levels int) metadata.Map {
	m := map[string]any{"end": 1}
	for range levels - 1 {
		m = map[string]any{"in": m}
	}
	return m
}

// sized is an object whose JSON has this many bytes.
func sized(bytes int) metadata.Map {
	return metadata.Map{"k": strings.Repeat("x", bytes-len(`{"k":""}`))}
}

func TestCheckAcceptsWhatJSONCarries(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]metadata.Map{
		"nothing":                    nil,
		"an empty object":            {},
		"every kind of JSON value":   {"s": "ż", "n": 1.5, "b": true, "null": nil, "list": []any{"a", 1.0, nil}, "object": map[string]any{"x": 1.0}},
		"values built in Go":         {"i": 7, "u": uint8(7), "tags": []string{"a", "b"}, "at": time.Unix(0, 0), "in": metadata.Map{"x": 1}},
		"an empty text":              {"s": ""},
		"as many keys as allowed":    keys(metadata.MaxKeys),
		"as deep as allowed":         nested(metadata.MaxDepth),
		"lists as deep as allowed":   {"a": []any{[]any{[]string{"x"}}}},
		"as long as allowed":         sized(metadata.MaxBytes),
		"as many keys in one inside": {"in": map[string]any(keys(metadata.MaxKeys))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := m.Check("metadata"); err != nil {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	cycle := map[string]any{}
	cycle["self"] = cycle
	for _, tt := range []struct {
		name    string
		m       metadata.Map
		field   string // below "order.metadata"
		details string
	}{
		{"a key more than allowed", keys(metadata.MaxKeys + 1), "", "has 101 keys, at most 100 are allowed"},
		{"a key more than allowed inside", metadata.Map{"in": map[string]any(keys(101))}, ".in",
			"has 101 keys, at most 100 are allowed"},
		{"a level more than allowed", nested(metadata.MaxDepth + 1), ".in.in.in.in.end", "is nested deeper than 4"},
		{"lists a level deeper", metadata.Map{"a": []any{[]any{[]any{[]any{1}}}}}, ".a", "is nested deeper than 4"},
		{"a list of texts a level deeper", metadata.Map{"a": []any{[]any{[]any{[]string{"x"}}}}}, ".a",
			"is nested deeper than 4"},
		{"maps built in Go a level deeper", metadata.Map{"in": metadata.Map{"in": nested(3)}}, ".in.in.in.in.end",
			"is nested deeper than 4"},
		{"an object in itself", metadata.Map{"a": cycle}, ".a.self.self.self.self", "is nested deeper than 4"},
		{"a byte more than allowed", sized(metadata.MaxBytes + 1), "", "is 65537 bytes of JSON, at most 65536 are allowed"},
		{"an empty key", metadata.Map{"": 1}, "", "has a key that is empty or not valid UTF-8"},
		{"a key that is no text", metadata.Map{"\xff": 1}, "", "has a key that is empty or not valid UTF-8"},
		{"an empty key inside", metadata.Map{"a": map[string]any{"": 1}}, ".a", "has a key that is empty or not valid UTF-8"},
		{"a key that is no text in a list", metadata.Map{"a": []any{map[string]any{"\xff": 1}}}, ".a",
			"has a key that is empty or not valid UTF-8"},
		{"bytes that are no text", metadata.Map{"a": "\xff"}, ".a", "is not valid UTF-8"},
		{"bytes that are no text inside", metadata.Map{"a": map[string]any{"b": "\xff"}}, ".a.b", "is not valid UTF-8"},
		{"bytes that are no text in a list", metadata.Map{"a": []any{"x", "\xff"}}, ".a", "is not valid UTF-8"},
		{"bytes that are no text in a list of texts", metadata.Map{"a": []string{"x", "\xff"}}, ".a", "is not valid UTF-8"},
		{"not a number", metadata.Map{"a": math.NaN()}, ".a", "is not a finite number"},
		{"infinity", metadata.Map{"a": math.Inf(1)}, ".a", "is not a finite number"},
		{"minus infinity in a list", metadata.Map{"a": []any{math.Inf(-1)}}, ".a", "is not a finite number"},
		{"the first of two wrong values by key", metadata.Map{"b": math.NaN(), "a": "\xff"}, ".a", "is not valid UTF-8"},
		{"a value that JSON cannot write", metadata.Map{"a": func() {}}, "",
			"cannot be written as JSON: json: unsupported type: func()"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := fault.Invalid("order.metadata"+tt.field, "%s", tt.details)
			if diff := cmp.Diff(want, tt.m.Check("order.metadata")); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckRefusesATimeThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	m := metadata.Map{"at": time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}
	err := m.Check("metadata")
	if !errors.Is(err, fault.InvalidPayload) || err.Field != "metadata" {
		t.Errorf("got %v", err)
	}
}

func TestMergeLaysThePayloadOverTheStoredData(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		base, over, want metadata.Map
	}{
		{"nothing", nil, nil, nil},
		{"only stored data", metadata.Map{"a": 1}, nil, metadata.Map{"a": 1}},
		{"only a payload", nil, metadata.Map{"a": 1}, metadata.Map{"a": 1}},
		{"different keys", metadata.Map{"a": 1}, metadata.Map{"b": 2}, metadata.Map{"a": 1, "b": 2}},
		{"the payload wins", metadata.Map{"a": 1, "b": 1}, metadata.Map{"b": 2}, metadata.Map{"a": 1, "b": 2}},
		{"an explicit null wins", metadata.Map{"a": 1}, metadata.Map{"a": nil}, metadata.Map{"a": nil}},
		{"objects are replaced as a whole", metadata.Map{"a": map[string]any{"x": 1, "y": 1}},
			metadata.Map{"a": map[string]any{"x": 2}}, metadata.Map{"a": map[string]any{"x": 2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base, over := maps.Clone(tt.base), maps.Clone(tt.over)
			if diff := cmp.Diff(tt.want, metadata.Merge(tt.base, tt.over)); diff != "" {
				t.Errorf("merged (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]metadata.Map{base, over}, []metadata.Map{tt.base, tt.over}); diff != "" {
				t.Errorf("the arguments changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestEqualComparesAsJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		a, b metadata.Map
		want bool
	}{
		{"nothing and an empty object", nil, metadata.Map{}, true},
		{"nothing and something", nil, metadata.Map{"a": nil}, false},
		{"the same values", metadata.Map{"a": []any{"x", 1.5}}, metadata.Map{"a": []any{"x", 1.5}}, true},
		{"an integer and the number read back", metadata.Map{"a": 1}, metadata.Map{"a": 1.0}, true},
		{"texts and the list read back", metadata.Map{"a": []string{"x"}}, metadata.Map{"a": []any{"x"}}, true},
		{"a time and the text read back", metadata.Map{"a": time.Unix(0, 0).UTC()}, metadata.Map{"a": "1970-01-01T00:00:00Z"}, true},
		{"a number and its text", metadata.Map{"a": 1}, metadata.Map{"a": "1"}, false},
		{"another key", metadata.Map{"a": 1}, metadata.Map{"b": 1}, false},
		{"a further key", metadata.Map{"a": 1}, metadata.Map{"a": 1, "b": 1}, false},
		{"another order in a list", metadata.Map{"a": []any{1, 2}}, metadata.Map{"a": []any{2, 1}}, false},
		{"values that JSON cannot write", metadata.Map{"a": math.NaN()}, metadata.Map{"a": math.Inf(1)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := metadata.Equal(tt.a, tt.b); got != tt.want {
				t.Errorf("got %t", got)
			}
			if got := metadata.Equal(tt.b, tt.a); got != tt.want {
				t.Errorf("the other way round: got %t", got)
			}
		})
	}
}

// anyValue draws what encoding/json decodes, a little beyond the bounds of Check.
func anyValue() *rapid.Generator[any] {
	scalar := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Float64().AsAny(), rapid.String().AsAny(),
		rapid.Just[any]("\xff"), rapid.Just[any](math.Inf(1)),
	)
	value := scalar
	for range metadata.MaxDepth {
		value = rapid.OneOf(scalar, rapid.SliceOfN(value, 0, 3).AsAny(), rapid.MapOfN(rapid.String(), value, 0, 3).AsAny())
	}
	return value
}

func TestWhatCheckAcceptsSurvivesJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := metadata.Map(rapid.MapOfN(rapid.String(), anyValue(), 0, 5).Draw(t, "metadata"))
		if m.Check("metadata") != nil {
			return
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var read metadata.Map
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, read); diff != "" {
			t.Errorf("what was written and read (-want +got):\n%s", diff)
		}
	})
}

func ExampleMerge() {
	stored := metadata.Map{"level": "silver", "since": 2021}
	payload := metadata.Map{"level": "gold"}
	fmt.Println(metadata.Merge(stored, payload))
	// Output: map[level:gold since:2021]
}

func ExampleMap_Check() {
	m := metadata.Map{"ratio": math.NaN()}
	fmt.Println(m.Check("order.metadata"))
	// Output: voucherify: invalid_payload: order.metadata.ratio: is not a finite number
}
