package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

func numbered() *Dialect {
	return &Dialect{
		Placeholder: func(n int) string { return "$" + strconv.Itoa(n) }, Numbered: true, Arrays: true, Encode: EncodeArrays,
		From: func(r *Relation) string { return "unnest(:" + r.Name + "." + r.Columns[0].Name + "::text[])" },
	}
}

func plain() *Dialect {
	return &Dialect{
		Placeholder: func(int) string { return "?" }, Encode: EncodeJSON,
		From: func(r *Relation) string { return "json(:" + r.Name + ", '$[#]')" },
	}
}

func quoted(name string) string { return `"` + name + `"` }

func TestTemplates(t *testing.T) {
	t.Parallel()
	codes := Tuples{relation: codesRelation, rows: [][]any{{"A"}, {`b"`}}}
	for _, c := range []struct {
		name, template string
		params         []string
		values         []any
		dialect        *Dialect
		text           string
		args           []any
	}{
		{
			"numbered parameters are sent once", "SELECT :b::text, :a FROM @names WHERE x = :b AND 'code:' = y", []string{"a", "b"}, []any{1, 2}, numbered(),
			`SELECT $2::text, $1 FROM "names" WHERE x = $2 AND 'code:' = y`, []any{1, 2},
		},
		{
			"plain parameters are sent as often as they stand", "SELECT :b, :a FROM @names WHERE x = :b", []string{"a", "b"}, []any{1, 2}, plain(),
			`SELECT ?, ? FROM "names" WHERE x = ?`, []any{2, 1, 2},
		},
		{
			"a relation is one array for each column", "SELECT :a FROM #codes WHERE :z", []string{"a", "codes", "z"}, []any{1, codes, 3}, numbered(),
			`SELECT $1 FROM unnest($2::text[]) WHERE $3`, []any{1, []string{"A", `b"`}, 3},
		},
		{
			"a relation is one JSON text", "SELECT :a FROM #codes WHERE :z", []string{"a", "codes", "z"}, []any{1, codes, 3}, plain(),
			`SELECT ? FROM json(?, '$[#]') WHERE ?`, []any{1, `[["A"],["b\""]]`, 3},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			call := c.dialect.compile(quoted, c.template, c.params...).call(c.values...)
			if diff := cmp.Diff(c.text, call.Text); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.args, call.Args); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFewRowsAreParametersOfTheirOwn(t *testing.T) {
	t.Parallel()
	d := plain()
	d.Cell = func(kind Type, parameter string) string {
		if kind == Integer {
			return "int(" + parameter + ")"
		}
		return parameter
	}
	s := d.compile(quoted, "SELECT :a FROM #numbered, #codes WHERE :a", "a", "codes", "numbered")
	rows := func(r *Relation, count int, row ...any) Tuples {
		t := Tuples{relation: r}
		for range count {
			t.rows = append(t.rows, row)
		}
		return t
	}
	call := s.call("A", rows(codesRelation, 2, "code"), rows(positionsRelation, 1, int64(7), int64(8)))
	text := `SELECT ? FROM (SELECT 1 AS place, int(?) AS seq, int(?) AS position) AS numbered,` +
		` (SELECT 1 AS place, ? AS name UNION ALL SELECT 2 AS place, ? AS name) AS codes WHERE ?`
	if diff := cmp.Diff(text, call.Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"A", int64(7), int64(8), "code", "code", "A"}, call.Args); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	for name, values := range map[string][]any{
		"too many rows in all": {"A", rows(codesRelation, fewRows, "code"), rows(positionsRelation, 1, int64(7), int64(8))},
		"no rows":              {"A", rows(codesRelation, 0), rows(positionsRelation, 1, int64(7), int64(8))},
	} {
		if got := s.call(values...).Text; got != s.any.text {
			t.Errorf("%s: got %s, want %s", name, got, s.any.text)
		}
	}
}

func TestMistakesOfTemplatesPanic(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"SELECT :unknown", "SELECT 1 FROM #unknown"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s compiles", template)
				}
			}()
			plain().compile(quoted, template)
		}()
	}
}

func TestTuplesKeepEveryByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, number := rapid.String().Draw(t, "text"), rapid.Int64().Draw(t, "number")
		encoded := EncodeJSON(Tuples{relation: namesRelation, rows: [][]any{{text, number}}})[0].(string)
		var decoded [][]json.RawMessage
		if err := json.Unmarshal([]byte(encoded), &decoded); err != nil {
			t.Fatalf("%q: %v", encoded, err)
		}
		var gotText string
		var gotNumber int64
		if err := errors.Join(json.Unmarshal(decoded[0][0], &gotText), json.Unmarshal(decoded[0][1], &gotNumber)); err != nil {
			t.Fatal(err)
		}
		if gotText != text || gotNumber != number {
			t.Errorf("got %q %d, want %q %d", gotText, gotNumber, text, number)
		}
	})
}

func TestEventsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) event.Event {
			data, err := json.MarshalIndent(map[string]string{"text": rapid.String().Draw(t, "data")}, "", rapid.SampledFrom([]string{"", " "}).Draw(t, "indent"))
			if err != nil {
				t.Fatal(err)
			}
			return event.Event{
				ID: rapid.String().Draw(t, "id"), Type: event.Type(rapid.String().Draw(t, "type")), EntityID: rapid.String().Draw(t, "entity"),
				GroupID: rapid.String().Draw(t, "group"), CreatedAt: time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "at")).UTC(), Data: data,
			}
		}), 0, 20).Draw(t, "events")
		position, count := int64(7), int64(0)
		for _, b := range batches(events, rapid.IntRange(1, 500).Draw(t, "bytes")) {
			entries, err := decodeEvents([]byte(b.text), position)
			if err != nil || int64(len(entries)) != b.size {
				t.Fatalf("%d of %d entries: %v", len(entries), b.size, err)
			}
			for i, entry := range entries {
				want := events[count]
				if same, err := sameJSON(want.Data, entry.Event.Data); err != nil || !same {
					t.Fatalf("data: got %s, want %s: %v", entry.Event.Data, want.Data, err)
				}
				entry.Event.Data, want.Data = nil, nil
				if diff := cmp.Diff(want, entry.Event); diff != "" || entry.Position != position+int64(i) {
					t.Fatalf("position %d (-want +got):\n%s", entry.Position, diff)
				}
				count++
			}
			position += b.size
		}
		if count != int64(len(events)) {
			t.Errorf("%d of %d events came back", count, len(events))
		}
	})
}

func sameJSON(a, b []byte) (bool, error) {
	var one, other any
	err := errors.Join(json.Unmarshal(a, &one), json.Unmarshal(b, &other))
	return cmp.Equal(one, other), err
}

// TestFieldsThatTheStatementsRead guards against a field that is renamed in the domain: statements know these names.
func TestFieldsThatTheStatementsRead(t *testing.T) {
	t.Parallel()
	for want, value := range map[string]any{
		`"campaign_id":"camp_1"`: voucher.Voucher{CampaignID: "camp_1"},
		`"redemption":"r_1"`:     redemption.Redemption{Parent: "r_1"},
		`"children":["r_2"]`:     redemption.Redemption{Children: []string{"r_2"}},
	} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		found := false
		for name, field := range fields {
			found = found || fmt.Sprintf("%q:%s", name, field) == want
		}
		if !found {
			t.Errorf("%s has no field %s", text, want)
		}
	}
}

func TestStepsOfAMigration(t *testing.T) {
	t.Parallel()
	got := stepsOf("-- +goose Up\nCREATE TABLE a (\n\t-- a column; with a semicolon\n\tb TEXT DEFAULT ';' -- no end\n);\n\nINSERT INTO a VALUES (1);\n")
	want := []string{"CREATE TABLE a (\n\tb TEXT DEFAULT ';' -- no end\n)", "INSERT INTO a VALUES (1)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

type coded struct{ Number uint16 }

func (*coded) Error() string { return "coded" }
func (*coded) Code() int8    { return 5 }
func (*coded) SQLState() string {
	return "40001"
}

func TestErrorsOfDrivers(t *testing.T) {
	t.Parallel()
	wrapped := fmt.Errorf("outer: %w", errors.Join(io.ErrNoProgress, fmt.Errorf("inner: %w", &coded{1213})))
	if number, ok := FieldOf(wrapped, "Number"); !ok || number != 1213 {
		t.Errorf("the field: got %d %v", number, ok)
	}
	if code, ok := CodeOf(wrapped); !ok || code != 5 {
		t.Errorf("the method: got %d %v", code, ok)
	}
	if state := SQLState(wrapped); state != "40001" {
		t.Errorf("the state: got %q", state)
	}
	if _, ok := FieldOf(io.EOF, "Number"); ok {
		t.Error("io.EOF has a number")
	}
	for err, lost := range map[error]bool{
		io.EOF: true, net.ErrClosed: true, errors.New("invalid connection"): true, &net.OpError{Err: io.EOF}: true,
		&coded{}: false, errors.New("anything"): false,
	} {
		if LostConnection(err) != lost {
			t.Errorf("%v: got %v", err, !lost)
		}
	}
}
