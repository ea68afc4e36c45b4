package validation

import (
	"fmt"
	"slices"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
)

// FieldType is the type of the left values of a field of filters. It decides which operators fit.
type FieldType uint8

// The types of fields.
const (
	AnyField     FieldType = iota // metadata: every value has its own type
	TextField                     // string
	NumberField                   // a number of any Go type
	DateField                     // string of the form YYYY-MM-DD
	InstantField                  // time.Time
	ListField                     // []string
)

// FilterField is a field of a filter as its schema knows it.
type FilterField struct {
	// ID is the schema's own number of the field.
	ID int
	// Key is the variable part of the name: a metadata key, the name of an event or campaign.
	Key string
	// Type is the type of the left value.
	Type FieldType
	// Many says that the left value is a list ([]any) of which one element must satisfy all operators of the field.
	Many bool
}

// FilterSchema finds a field by its name; false when filters cannot name it.
type FilterSchema func(name string) (FilterField, bool)

// FilterView gives the left values of one record.
type FilterView interface {
	// Value is the left value of a field; nil when the record has none.
	Value(field FilterField) any
}

// FilterProgram is a filter prepared for use: getters and tests, no expression. It is immutable and may be shared between
// goroutines. The nil FilterProgram matches nothing.
type FilterProgram struct {
	disjunction bool
	fields      []fieldTests
	timed       bool
	locations   []string
}

// fieldTests are the operators of one field; all of them must hold.
type fieldTests struct {
	field FilterField
	tests []test
}

// CompileFilter checks a filter against the fields of its schema and prepares it. The error is an invalid_payload
// *fault.Error with the path of what is wrong, for example "metadata.club.conditions.$in[2]".
func CompileFilter(f filter.Filter, schema FilterSchema) (*FilterProgram, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	p := &FilterProgram{disjunction: f.Junction == filter.Or}
	for _, name := range f.Names() {
		field, ok := schema(name)
		if !ok {
			return nil, fault.Invalid(clip(name), "is not a field of these filters")
		}
		tests, err := p.compile(field, f.Fields[name])
		if err != nil {
			return nil, err.At("conditions").At(clip(name))
		}
		p.fields = append(p.fields, fieldTests{field, tests})
	}
	slices.Sort(p.locations)
	p.locations = slices.Compact(p.locations)
	return p, nil
}

// compile prepares the operators of one field in the order of the operator table.
func (p *FilterProgram) compile(field FilterField, conditions filter.Conditions) ([]test, *fault.Error) {
	given := make(map[string]string, len(conditions)) // spelling by operator
	for _, name := range conditions.Operators() {
		usual := canonical(name)
		if o := operatorsByName[usual]; o == nil || o.test == nil {
			return nil, fault.Invalid(clip(name), "is not an operator of filters")
		}
		if other, twice := given[usual]; twice {
			return nil, fault.Invalid(name, "is the same as %s, which stands there as well", other)
		}
		given[usual] = name
	}
	tests := make([]test, 0, len(conditions))
	for i := range operators {
		name, ok := given[operators[i].name]
		if !ok {
			continue
		}
		t, err := compileTest(&operators[i], field.Type, conditions[name])
		if err != nil {
			return nil, err.At(name)
		}
		p.timed = p.timed || t.operator.timed
		if t.operator.accepts == acceptsPlace {
			p.locations = append(p.locations, t.want.parts...)
		}
		tests = append(tests, t)
	}
	return tests, nil
}

// compileTest checks the values of one operator. The path of the error begins at the values.
func compileTest(o *operator, field FieldType, values []any) (test, *fault.Error) {
	switch {
	case !o.fitsField(field):
		return test{}, fault.Invalid("", "the operator does not fit this field")
	case o.arity != anyValues && len(values) == 0:
		return test{}, fault.Invalid("", "has no value")
	case o.arity == oneValue && len(values) != 1:
		return test{}, fault.Invalid("", "has %d values, the operator takes one", len(values))
	}
	prepared := make([]any, len(values))
	for i, value := range values {
		v, err := scalar(value)
		if err == nil {
			err = o.fits(v)
		}
		if err == nil && o.arity != anyValues {
			err = field.fits(o, v)
		}
		if err != nil {
			return test{}, fault.Invalid(fmt.Sprintf("[%d]", i), "%v", err)
		}
		prepared[i] = v
	}
	t := test{o, newOperand(o, prepared)}
	if o.accepts == acceptsOrder && (field == DateField || field == InstantField) && !t.want.isDate {
		return daysAgo(o, t.want.single.whole), nil
	}
	return t, nil
}

// daysAgo is what a comparison of a date with a whole number means: so many days ago.
func daysAgo(o *operator, days int64) test {
	name := "$more_than_ago"
	switch o.name {
	case "$less_than":
		name = "$less_than_ago"
	case "$less_than_or_equal":
		name, days = "$less_than_ago", days+1
	case "$more_than_or_equal":
		days--
	}
	ago := operatorsByName[name]
	return test{ago, newOperand(ago, []any{wholeNumber(days)})}
}

// fitsField reports whether the operator can be used on fields of the type.
func (o *operator) fitsField(t FieldType) bool {
	if t == AnyField {
		return true
	}
	switch o.accepts {
	case acceptsText:
		return t == TextField || t == ListField
	case acceptsOrder:
		return t == NumberField || t == DateField || t == InstantField
	case acceptsCount:
		return t == ListField
	case acceptsInstant, acceptsDays, acceptsWeekday, acceptsTrue:
		return t == DateField || t == InstantField
	case acceptsWindow:
		return t == InstantField
	case acceptsPlace:
		return false
	}
	return true
}

// fits reports whether values of the field can be compared with a value of an operator that takes values of all types or
// those that have an order.
func (t FieldType) fits(o *operator, value any) error {
	if o.accepts != acceptsAll && o.accepts != acceptsOrder {
		return nil
	}
	text, isText := value.(string)
	n, isNumber := value.(number)
	if isText {
		n, isNumber = parseNumber(text)
	}
	d, isDate := parseDate(text)
	switch {
	case t == NumberField && !isNumber:
		return fmt.Errorf("is not a number")
	case t == DateField && o.accepts == acceptsAll && (!isDate || !d.whole):
		return fmt.Errorf("is not a date of the form YYYY-MM-DD")
	case t == InstantField && o.accepts == acceptsAll && !isDate:
		return fmt.Errorf("is not a date")
	case (t == DateField || t == InstantField) && !isDate && (!isNumber || !n.exact || n.whole < 0):
		return fmt.Errorf("is neither a date nor a whole number of days ago from 0")
	}
	return nil
}

// Matches reports whether a record passes the filter at a moment.
func (p *FilterProgram) Matches(view FilterView, m *Moment) bool {
	if p == nil {
		return false
	}
	for i := range p.fields {
		if p.fields[i].hold(view, m) == p.disjunction {
			return p.disjunction
		}
	}
	return !p.disjunction
}

func (f *fieldTests) hold(view FilterView, m *Moment) bool {
	value := view.Value(f.field)
	if list, ok := value.([]any); ok && f.field.Many && len(list) > 0 {
		return slices.ContainsFunc(list, func(one any) bool { return f.pass(one, m) })
	}
	return f.pass(value, m)
}

func (f *fieldTests) pass(value any, m *Moment) bool {
	for i := range f.tests {
		if t := &f.tests[i]; !t.operator.test(value, t.want, m) {
			return false
		}
	}
	return true
}

// Fields returns the fields that the filter looks at, in the order of their names.
func (p *FilterProgram) Fields() []FilterField {
	if p == nil {
		return nil
	}
	fields := make([]FilterField, len(p.fields))
	for i := range p.fields {
		fields[i] = p.fields[i].field
	}
	return fields
}

// DependsOnTime reports whether a record can begin or cease to match just because time passes.
func (p *FilterProgram) DependsOnTime() bool { return p != nil && p.timed }

// Locations returns the ids of the locations that the filter names, sorted.
func (p *FilterProgram) Locations() []string {
	if p == nil {
		return nil
	}
	return p.locations
}
