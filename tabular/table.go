package tabular

import (
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// Table is the columns of a kind of file. A column is found whatever the case of its header and however its words are
// separated; a header that is none of them is a key of the metadata.
type Table[T any] struct {
	columns []column[T]
	// metadata is where the row keeps what other columns say.
	metadata func(*T) *metadata.Map
	// identify is what failures call the row.
	identify func(*T) (code, sourceID string)
	// finish reads the cells that only make sense together, and checks the row as far as it can be seen by itself.
	finish func(*record[T], *T) error
	// needsOne names columns of which the file needs at least one.
	needsOne []string
}

// column is one column.
type column[T any] struct {
	// name is the header, as it is documented; the aliases are others that mean the same.
	name    string
	aliases []string
	// fields are the paths of what the cell says, in refusals of the row.
	fields []string
	// required columns must be in the file, with a value in each row.
	required bool
	// read puts what a cell that is not empty says into the row; nil leaves it to finish.
	read func(*cell, *T) error
}

// extra is a column that becomes metadata.
type extra struct {
	key     string
	defined *metadata.Definition
}

// layout is a table as the header of a file arranges it.
type layout[T any] struct {
	table   *Table[T]
	headers []string
	// known is the column behind each header, -1 for metadata; extras is the metadata behind it.
	known  []int
	extras []extra
	// describes says that the file has metadata.
	describes bool
	at        []int // for each column of the table its place in the file, -1 when the file does not have it
}

// plainHeader is what headers are compared by.
func plainHeader(header string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '\t':
			return -1
		}
		return r
	}, strings.ToLower(header))
}

// arrange finds the columns behind the headers of a file.
func (t *Table[T]) arrange(headers []string, schema *metadata.Schema) (*layout[T], error) {
	if len(headers) > MaxColumns {
		return nil, fault.Invalid("", "the file has %d columns, at most %d are allowed", len(headers), MaxColumns)
	}
	names := map[string]int{}
	for i := range t.columns {
		for _, name := range append([]string{t.columns[i].name}, t.columns[i].aliases...) {
			names[plainHeader(name)] = i
		}
	}
	l := &layout[T]{table: t, headers: headers, extras: make([]extra, len(headers)), at: make([]int, len(t.columns))}
	for i := range l.at {
		l.at[i] = -1
	}
	keys := map[string]bool{}
	for place, header := range headers {
		if err := checkHeader(place, header); err != nil {
			return nil, err
		}
		known, ok := names[plainHeader(header)]
		switch {
		case ok && l.at[known] >= 0:
			return nil, fault.Invalid(t.columns[known].name, "the columns %q and %q are the same", headers[l.at[known]], header)
		case ok:
			l.at[known] = place
			l.describes = l.describes || t.columns[known].name == metadataColumn
			l.known = append(l.known, known)
			continue
		case t.metadata == nil:
			return nil, fault.Invalid(header, "is no column of this file")
		}
		key := strings.TrimPrefix(header, "metadata.")
		if keys[key] {
			return nil, fault.Invalid(header, "the file has two columns for the metadata %q", key)
		}
		keys[key], l.describes = true, true
		l.known, l.extras[place] = append(l.known, -1), extra{key: key, defined: definitionOf(schema, key)}
		if d := l.extras[place].defined; d != nil && d.Type == metadata.TypeObject {
			return nil, fault.Invalid(header, "metadata with an object cannot be read from a column of its own")
		}
	}
	return l, l.complete()
}

func checkHeader(place int, header string) error {
	if header == "" {
		return fault.Invalid("", "column %d has no name", place+1)
	}
	if err := textual(header); err != nil {
		return err.At("header")
	}
	return nil
}

// complete refuses a header without a required column.
func (l *layout[T]) complete() error {
	found := len(l.table.needsOne) == 0
	for i := range l.table.columns {
		c := &l.table.columns[i]
		if c.required && l.at[i] < 0 {
			return fault.Invalid(c.name, "the file has no column %s, only %s", c.name, shown(l.headers))
		}
		found = found || l.at[i] >= 0 && slices.Contains(l.table.needsOne, c.name)
	}
	if !found {
		return fault.Invalid(l.table.needsOne[0], "the file has none of the columns %s, only %s",
			strings.Join(l.table.needsOne, ", "), shown(l.headers))
	}
	return nil
}

// shown lists headers for a refusal, shortened when they are long.
func shown(headers []string) string {
	const longest = 200
	if text := strings.Join(headers, ", "); len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(strings.Join(headers, ", ")[:longest], "") + "…"
}

func definitionOf(schema *metadata.Schema, key string) *metadata.Definition {
	if schema == nil {
		return nil
	}
	if d, ok := schema.Properties[key]; ok && !d.Deleted {
		return &d
	}
	return nil
}

// columnOf is the header of the column that holds a field.
func (l *layout[T]) columnOf(field string) string {
	if field == "" {
		return ""
	}
	best, header := 0, ""
	for i := range l.table.columns {
		for _, own := range l.table.columns[i].fields {
			if l.at[i] >= 0 && len(own) > best && (field == own || strings.HasPrefix(field, own+".") || strings.HasPrefix(field, own+"[")) {
				best, header = len(own), l.headers[l.at[i]]
			}
		}
	}
	for place := range l.extras {
		own := "metadata." + l.extras[place].key
		if l.known[place] < 0 && (field == own || strings.HasPrefix(field, own+".") || strings.HasPrefix(field, own+"[")) {
			return l.headers[place]
		}
	}
	return header
}
