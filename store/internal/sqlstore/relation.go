package sqlstore

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Relation is the shape of a set of rows that is handed to a statement as a parameter, so that one prepared statement
// serves any number of counters, records or events. Statements see it as a table with the name of the relation and one
// more column, place, which counts the rows from 1.
type Relation struct {
	Name    string
	Columns []Column
}

// Column is a column of a Relation.
type Column struct {
	Name string
	Type Type
}

// Type is what a column of a Relation holds.
type Type int

// The types of columns: identifiers of at most MaxName bytes, texts of any length, JSON as text, and integers.
const (
	Name Type = iota
	Text
	JSON
	Integer
)

// Tuples are the rows of a relation. A value is a string, or an int64 where the column is an Integer.
type Tuples struct {
	relation *Relation
	rows     [][]any
}

// The relations that statements take.
var (
	documentsRelation = &Relation{"docs", []Column{
		{"kind", Name}, {"id", Name}, {"version", Integer}, {"parent", Name}, {"created_at", Integer}, {"binned", Integer},
		{"names", Text}, {"body", JSON},
	}}
	recordsRelation   = &Relation{"records", []Column{{"kind", Name}, {"id", Name}}}
	namesRelation     = &Relation{"named", []Column{{"kind", Name}, {"name", Name}, {"id", Name}}}
	changesRelation   = &Relation{"changes", append(counterColumns, Column{"delta", Integer}, Column{"ceiling", Integer})}
	counterRelation   = &Relation{"counted", counterColumns}
	codesRelation     = &Relation{"codes", []Column{{"name", Name}}}
	tracesRelation    = &Relation{"traces", []Column{{"id", Name}}}
	templatesRelation = &Relation{"templates", []Column{
		{"metric", Name}, {"of_campaign", Integer}, {"per_customer", Integer}, {"per_order", Integer},
		{"detail", Name},
	}}
	figuresRelation   = &Relation{"figures", []Column{{"metric", Name}, {"detail", Name}}}
	positionsRelation = &Relation{"numbered", []Column{{"seq", Integer}, {"position", Integer}}}
)

var counterColumns = []Column{{"metric", Name}, {"subject", Name}, {"customer", Name}, {"detail", Name}}

// relations are all of them, by the names that templates use.
var relations = func() map[string]*Relation {
	all := map[string]*Relation{}
	for _, r := range []*Relation{
		documentsRelation, recordsRelation, namesRelation, changesRelation, counterRelation, codesRelation, tracesRelation,
		templatesRelation, figuresRelation, positionsRelation,
	} {
		all[r.Name] = r
	}
	return all
}()

// EncodeArrays encodes tuples as one array for each column, []string or []int64.
func EncodeArrays(t Tuples) []any {
	arrays := make([]any, len(t.relation.Columns))
	for i, column := range t.relation.Columns {
		if column.Type == Integer {
			values := make([]int64, len(t.rows))
			for j, row := range t.rows {
				values[j] = row[i].(int64)
			}
			arrays[i] = values
			continue
		}
		values := make([]string, len(t.rows))
		for j, row := range t.rows {
			values[j] = row[i].(string)
		}
		arrays[i] = values
	}
	return arrays
}

// EncodeJSON encodes tuples as one JSON array of arrays.
func EncodeJSON(t Tuples) []any {
	text := make([]byte, 0, 64*len(t.rows)+2)
	text = append(text, '[')
	for i, row := range t.rows {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, '[')
		for j, value := range row {
			if j > 0 {
				text = append(text, ',')
			}
			switch value := value.(type) {
			case int64:
				text = strconv.AppendInt(text, value, 10)
			case string:
				text = appendQuoted(text, value)
			default:
				panic(fmt.Sprintf("sqlstore: a tuple of %s holds a %T", t.relation.Name, value))
			}
		}
		text = append(text, ']')
	}
	return []any{string(append(text, ']'))}
}

// appendQuoted appends a JSON string that holds exactly the bytes of s, which must be valid UTF-8.
func appendQuoted(text []byte, s string) []byte {
	const hex = "0123456789abcdef"
	text = append(text, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		text = append(text, s[from:i]...)
		from = i + 1
		if c >= ' ' {
			text = append(text, '\\', c)
		} else {
			text = append(text, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(text, s[from:]...), '"')
}

// quotedNames encodes the keys of a record as a JSON array.
func quotedNames(names []string) string {
	if len(names) == 0 {
		return "[]"
	}
	text := []byte{'['}
	for i, name := range names {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendQuoted(text, name)
	}
	return string(append(text, ']'))
}

// storable reports whether every database can hold a name: it is valid UTF-8 without NUL and not longer than most.
func storable(name string, most int) bool {
	if len(name) > most || !utf8.ValidString(name) {
		return false
	}
	for i := range len(name) {
		if name[i] == 0 {
			return false
		}
	}
	return true
}
