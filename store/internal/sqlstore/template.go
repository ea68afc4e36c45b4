package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// statement is SQL that is ready for one database.
type statement struct {
	dialect  *Dialect
	template string
	table    func(string) string
	params   []string
	// into is the table that it does nothing but insert the rows of its only relation into; empty for other statements.
	into string
	// any is the form for any number of rows in its relations; few are the forms for so many rows, made when they are used
	// first.
	any *form
	few sync.Map // rowCounts to *form
}

// form is one wording of a statement.
type form struct {
	text string
	// picks says which parameter each placeholder takes, for databases whose placeholders have no numbers; nil when they
	// are numbered like the parameters.
	picks []int
}

// rowCounts are the numbers of rows in the relations of a statement, in the order of its parameters. No statement has more
// relations than a snapshot: codes, traces, counters, templates and figures.
type rowCounts [5]int

// fewRows is how many rows the relations of a statement may have together to be handed over as single parameters, in a
// form for exactly these numbers. It bounds how many forms there are to prepare.
const fewRows = 40

// compile turns a template into a statement. In a template @name is a table, #name a relation in a FROM clause, and :name
// a parameter; params names the parameters in the order in which call gets their values, relations among them. A template
// that names something else is a mistake of its author: compile panics.
func (d *Dialect) compile(table func(string) string, template string, params ...string) *statement {
	s := &statement{dialect: d, template: template, table: table, params: params}
	s.any = s.form(nil)
	return s
}

// form words the statement, for any number of rows when counts is nil.
func (s *statement) form(counts *rowCounts) *form {
	places := map[string]int{} // parameter to its number
	rows := map[string]int{}   // relation to its number of rows
	for _, param := range s.params {
		relation := relations[param]
		switch {
		case relation != nil && counts != nil:
			rows[param] = counts[len(rows)]
			for row := range rows[param] {
				for _, column := range relation.Columns {
					places[cell(param, row, column.Name)] = len(places)
				}
			}
		case relation != nil && s.dialect.Arrays:
			for _, column := range relation.Columns {
				places[param+"."+column.Name] = len(places)
			}
		default:
			places[param] = len(places)
		}
	}
	f := &form{}
	var text strings.Builder
	for rest := s.dialect.expand(s.template, rows); rest != ""; {
		at := strings.IndexAny(rest, "@:")
		if at < 0 {
			text.WriteString(rest)
			break
		}
		text.WriteString(rest[:at])
		sigil := rest[at]
		rest = rest[at+1:]
		name := leadingName(rest)
		switch {
		case name == "": // the :: of a cast, or a string
			text.WriteByte(sigil)
			if sigil == ':' && strings.HasPrefix(rest, ":") {
				text.WriteByte(':')
				rest = rest[1:]
			}
			continue
		case sigil == '@':
			text.WriteString(s.table(name))
		default:
			place, ok := places[name]
			if !ok {
				panic(fmt.Sprintf("sqlstore: template names the parameter %s, which it does not have: %s", name, s.template))
			}
			text.WriteString(s.dialect.Placeholder(place + 1))
			f.picks = append(f.picks, place)
		}
		rest = rest[len(name):]
	}
	f.text = text.String()
	if s.dialect.Numbered {
		f.picks = nil
	}
	return f
}

// cell names the parameter of one value of a relation.
func cell(relation string, row int, column string) string {
	return relation + "." + strconv.Itoa(row) + "." + column
}

// expand replaces the relations of a template by what shows them: rows says how many rows they have, if that is known.
func (d *Dialect) expand(template string, rows map[string]int) string {
	var text strings.Builder
	for {
		before, after, found := strings.Cut(template, "#")
		text.WriteString(before)
		if !found {
			return text.String()
		}
		name := leadingName(after)
		if name == "" { // a # of SQL
			text.WriteByte('#')
			template = after
			continue
		}
		relation := relations[name]
		if relation == nil {
			panic(fmt.Sprintf("sqlstore: template names the relation %q, which does not exist", name))
		}
		if count, known := rows[name]; known {
			text.WriteString(d.fromFew(relation, count))
		} else {
			text.WriteString(d.From(relation))
		}
		template = after[len(name):]
	}
}

// fromFew shows a few rows, each value of which is a parameter, as a table.
func (d *Dialect) fromFew(r *Relation, rows int) string {
	var text strings.Builder
	for row := range rows {
		if row > 0 {
			text.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&text, "SELECT %d AS place", row+1)
		for _, column := range r.Columns {
			fmt.Fprintf(&text, ", %s AS %s", d.Cell(column.Type, ":"+cell(r.Name, row, column.Name)), column.Name)
		}
	}
	return "(" + text.String() + ") AS " + r.Name
}

// leadingName is the longest name that text begins with.
func leadingName(text string) string {
	for i := range len(text) {
		c := text[i]
		letter := c >= 'a' && c <= 'z' || c == '_'
		if !letter && (i == 0 || c != '.' && (c < '0' || c > '9')) {
			return text[:i]
		}
	}
	return text
}

// call is the statement with its arguments.
func (s *statement) call(values ...any) Call {
	f, few := s.any, false
	if s.dialect.Cell != nil {
		var counts rowCounts
		if counts, few = fewOf(values); few {
			f = s.formFor(counts)
		}
	}
	flat := make([]any, 0, len(values)+8)
	for _, value := range values {
		tuples, ok := value.(Tuples)
		switch {
		case !ok:
			flat = append(flat, value)
		case few:
			for _, row := range tuples.rows {
				flat = append(flat, row...)
			}
		default:
			flat = append(flat, s.dialect.Encode(tuples)...)
		}
	}
	if f.picks == nil {
		return Call{Text: f.text, Args: flat}
	}
	args := make([]any, len(f.picks))
	for i, place := range f.picks {
		args[i] = flat[place]
	}
	return Call{Text: f.text, Args: args}
}

// fewOf counts the rows of the relations among values, and says whether they are few.
func fewOf(values []any) (counts rowCounts, few bool) {
	relations, total := 0, 0
	for _, value := range values {
		if tuples, ok := value.(Tuples); ok {
			if len(tuples.rows) == 0 {
				return counts, false
			}
			counts[relations] = len(tuples.rows)
			relations++
			total += len(tuples.rows)
		}
	}
	return counts, 0 < total && total <= fewRows
}

// formFor is the form for so many rows.
func (s *statement) formFor(counts rowCounts) *form {
	if known, ok := s.few.Load(counts); ok {
		return known.(*form)
	}
	made, _ := s.few.LoadOrStore(counts, s.form(&counts))
	return made.(*form)
}
