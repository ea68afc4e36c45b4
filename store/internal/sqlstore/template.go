package sqlstore

import (
	"fmt"
	"strings"
)

// statement is SQL that is ready for one database.
type statement struct {
	text string
	// picks says which parameter each placeholder takes, for databases whose placeholders have no numbers; nil when they
	// are numbered like the parameters.
	picks   []int
	dialect *Dialect
}

// compile turns a template into a statement. In a template @name is a table, #name a relation in a FROM clause, and :name
// a parameter; params names the parameters in the order in which call gets their values, relations among them. A template
// that names something else is a mistake of its author: compile panics.
func (d *Dialect) compile(table func(string) string, template string, params ...string) *statement {
	places := map[string]int{} // parameter to its number
	for _, param := range params {
		relation := relations[param]
		if relation == nil || !d.Arrays {
			places[param] = len(places)
			continue
		}
		for _, column := range relation.Columns {
			places[param+"."+column.Name] = len(places)
		}
	}
	s := &statement{dialect: d}
	var text strings.Builder
	for rest := d.expand(template); rest != ""; {
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
			text.WriteString(table(name))
		default:
			place, ok := places[name]
			if !ok {
				panic(fmt.Sprintf("sqlstore: template names the parameter %s, which it does not have: %s", name, template))
			}
			text.WriteString(d.Placeholder(place + 1))
			s.picks = append(s.picks, place)
		}
		rest = rest[len(name):]
	}
	s.text = text.String()
	if d.Numbered {
		s.picks = nil
	}
	return s
}

// expand replaces the relations of a template.
func (d *Dialect) expand(template string) string {
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
		text.WriteString(d.From(relation))
		template = after[len(name):]
	}
}

// leadingName is the longest name that text begins with.
func leadingName(text string) string {
	for i := range len(text) {
		c := text[i]
		letter := c >= 'a' && c <= 'z' || c == '_'
		if !letter && (i == 0 || c != '.') {
			return text[:i]
		}
	}
	return text
}

// call is the statement with its arguments.
func (s *statement) call(values ...any) Call {
	flat := make([]any, 0, len(values)+8)
	for _, value := range values {
		if tuples, ok := value.(Tuples); ok {
			flat = append(flat, s.dialect.Encode(tuples)...)
			continue
		}
		flat = append(flat, value)
	}
	if s.picks == nil {
		return Call{Text: s.text, Args: flat}
	}
	args := make([]any, len(s.picks))
	for i, place := range s.picks {
		args[i] = flat[place]
	}
	return Call{Text: s.text, Args: args}
}
