package tabular

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// Sheet is the columns that an export of one kind of object can have.
type Sheet[T any] struct {
	columns  []field[T]
	defaults []string
	metadata func(*T) metadata.Map
}

// field is a column of an export.
type field[T any] struct {
	name string
	text func(*T) string
}

// Defaults are the columns of an export that names none.
func (s *Sheet[T]) Defaults() []string { return slices.Clone(s.defaults) }

// Fields are all columns, in their order. Beside them, metadata.<key> is the column of one key of the metadata.
func (s *Sheet[T]) Fields() []string {
	names := make([]string, 0, len(s.columns)+1)
	for _, c := range s.columns {
		names = append(names, c.name)
	}
	if s.metadata != nil {
		names = append(names, "metadata")
	}
	return names
}

// metadataPrefix is before the key of a column that shows one key of the metadata.
const metadataPrefix = "metadata."

// choose finds the columns of an export.
func (s *Sheet[T]) choose(fields []string) ([]field[T], error) {
	if len(fields) == 0 {
		fields = s.defaults
	}
	if len(fields) > MaxColumns {
		return nil, fault.New(fault.InvalidExportFields, "%d columns are more than %d", len(fields), MaxColumns).At("fields")
	}
	chosen := make([]field[T], 0, len(fields))
	for i, name := range fields {
		at := slices.IndexFunc(s.columns, func(c field[T]) bool { return c.name == name })
		key, one := strings.CutPrefix(name, metadataPrefix)
		switch {
		case slices.Index(fields, name) < i:
			return nil, fault.New(fault.InvalidExportFields, "%q stands twice", name).At(fmt.Sprintf("fields[%d]", i))
		case at >= 0:
			chosen = append(chosen, s.columns[at])
		case s.metadata != nil && name == "metadata":
			chosen = append(chosen, field[T]{name, func(row *T) string { return objectText(s.metadata(row)) }})
		case s.metadata != nil && one && key != "" && textual(key) == nil:
			chosen = append(chosen, field[T]{name, func(row *T) string { return valueText(s.metadata(row)[key]) }})
		default:
			return nil, fault.New(fault.InvalidExportFields, "%q is not one of %s", name, strings.Join(s.Fields(), ", ")).
				At(fmt.Sprintf("fields[%d]", i))
		}
	}
	return chosen, nil
}

// Write writes rows as CSV, with a header, and returns how many. Without fields it writes the default columns; a name that is
// no column is invalid_export_fields, and nothing is written then. Cells that a spreadsheet would run as a formula begin with an
// apostrophe, which an import takes off again, unless raw is set. It stops at the first error of rows or of the writer.
func (s *Sheet[T]) Write(to io.Writer, rows iter.Seq2[T, error], fields []string, raw bool) (int, error) {
	chosen, err := s.choose(fields)
	if err != nil {
		return 0, err
	}
	out := csv.NewWriter(to)
	cells := make([]string, len(chosen))
	show := func(i int, text string) {
		if !raw {
			text = escaped(text)
		}
		cells[i] = text
	}
	for i := range chosen {
		show(i, chosen[i].name)
	}
	if err := out.Write(cells); err != nil {
		return 0, fmt.Errorf("tabular: write: %w", err)
	}
	count := 0
	for row, err := range rows {
		if err != nil {
			out.Flush()
			return count, err
		}
		for i := range chosen {
			show(i, chosen[i].text(&row))
		}
		if err := out.Write(cells); err != nil {
			return count, fmt.Errorf("tabular: write: %w", err)
		}
		count++
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return count, fmt.Errorf("tabular: write: %w", err)
	}
	return count, nil
}

// objectText is metadata as JSON, with sorted keys; empty when there is none.
func objectText(m metadata.Map) string {
	if len(m) == 0 {
		return ""
	}
	return jsonText(m)
}

// valueText is one value of metadata: texts as they are, lists of texts and numbers with commas between them, everything else
// as JSON.
func valueText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			switch v[i].(type) {
			case []any, map[string]any:
				return jsonText(v)
			}
			if parts[i] = valueText(v[i]); strings.Contains(parts[i], ",") {
				return jsonText(v)
			}
		}
		return strings.Join(parts, ",")
	}
	return jsonText(value)
}

// jsonText is a value that came from JSON or was checked to be able to become it.
func jsonText(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return ""
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func number[N ~int64 | ~int](n N) string { return strconv.FormatInt(int64(n), 10) }

func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return number(*n)
}

// instant writes an instant in UTC, with milliseconds or as exact as it is.
func instant(at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case at.Equal(at.Truncate(time.Millisecond)):
		return at.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return at.UTC().Format(time.RFC3339Nano)
}

func optionalInstant(at *time.Time) string {
	if at == nil {
		return ""
	}
	return instant(*at)
}
