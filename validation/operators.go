package validation

import "strings"

// operator is what a condition does with the value it looks at.
type operator struct {
	name     string // in JSON
	function string // in generated sources
	infix    string // in generated sources for numbers; empty when a number needs the function
	phrase   string // in explanations
	arity    arity
	accepts  accepts
	for_     kinds
	upward   bool                              // more of the value can make it pass
	downward bool                              // less of the value can make it pass
	timed    bool                              // the answer changes as time passes
	zoned    bool                              // needs the moment, though not the time of it
	window   func(text string) (window, error) // reads values that stand for a range of time
	test     predicate
}

// predicate decides about the left value of a condition. The moment is nil only when neither operator nor values need it.
type predicate func(value any, want *operand, m *Moment) bool

// arity is how many values an operator takes.
type arity uint8

const (
	oneValue arity = iota
	someValues
	anyValues
)

// accepts is the type of the values of an operator on metadata.
type accepts uint8

const (
	acceptsAll accepts = iota
	acceptsText
	acceptsOrder // numbers and instants
	acceptsInstant
	acceptsCount   // whole numbers from 0
	acceptsDays    // whole numbers from 0
	acceptsWeekday // 0 for Sunday to 6
	acceptsTrue    // true only
	acceptsWindow  // texts that stand for a range of time
	acceptsPlace   // ids of locations
)

// kinds is a set of the kinds of left values.
type kinds uint8

const (
	forNumber kinds = 1 << iota
	forIDs
	forFlags
	forMetadata
	forLines
)

// operators in the order in which the conditions of a node are tested. To add one, add an entry.
var operators = []operator{
	{name: "$has_value", function: "has_value", phrase: "has a value", arity: anyValues, for_: forMetadata, test: hasValue},
	{name: "$is_unknown", function: "is_unknown", phrase: "has no value", arity: anyValues, for_: forMetadata,
		test: not(hasValue)},
	{name: "$is", function: "is", infix: "==", phrase: "is", arity: someValues, for_: forNumber | forIDs | forFlags | forMetadata | forLines, test: is},
	{name: "$is_not", function: "is_not", infix: "!=", phrase: "is not", arity: someValues, for_: forNumber | forIDs | forMetadata, test: not(is)},
	{name: "$in", function: "is_in", phrase: "is one of", arity: someValues, for_: forNumber | forIDs | forMetadata, test: isIn},
	{name: "$not_in", function: "is_not_in", phrase: "is none of", arity: someValues, for_: forNumber | forIDs | forMetadata, test: not(isIn)},
	{name: "$from", phrase: "is from", arity: someValues, for_: forLines},
	{name: "$more_than", function: "more_than", infix: ">", phrase: "more than", accepts: acceptsOrder, for_: forNumber | forMetadata, upward: true,
		test: comparison(func(order int) bool { return order > 0 })},
	{name: "$more_than_or_equal", function: "at_least", infix: ">=", phrase: "at least", accepts: acceptsOrder, for_: forNumber | forMetadata, upward: true,
		test: comparison(func(order int) bool { return order >= 0 })},
	{name: "$less_than", function: "less_than", infix: "<", phrase: "less than", accepts: acceptsOrder, for_: forNumber | forMetadata, downward: true,
		test: comparison(func(order int) bool { return order < 0 })},
	{name: "$less_than_or_equal", function: "at_most", infix: "<=", phrase: "at most", accepts: acceptsOrder, for_: forNumber | forMetadata, downward: true,
		test: comparison(func(order int) bool { return order <= 0 })},
	{name: "$after", function: "after", phrase: "after", accepts: acceptsInstant, for_: forMetadata,
		test: comparison(func(order int) bool { return order > 0 })},
	{name: "$before", function: "before", phrase: "before", accepts: acceptsInstant, for_: forMetadata,
		test: comparison(func(order int) bool { return order < 0 })},
	{name: "$contains", function: "contains_any", phrase: "contains", arity: someValues, accepts: acceptsText, for_: forMetadata, test: search(strings.Contains)},
	{name: "$not_contain", function: "contains_none", phrase: "does not contain", arity: someValues, accepts: acceptsText, for_: forMetadata, test: not(search(strings.Contains))},
	{name: "$starts_with", function: "starts_with", phrase: "starts with", arity: someValues, accepts: acceptsText, for_: forMetadata, test: search(strings.HasPrefix)},
	{name: "$ends_with", function: "ends_with", phrase: "ends with", arity: someValues, accepts: acceptsText, for_: forMetadata, test: search(strings.HasSuffix)},
	{name: "$count", function: "count_is", phrase: "number of values is", accepts: acceptsCount, for_: forMetadata, test: counting(func(order int) bool { return order == 0 })},
	{name: "$count_more", function: "count_more", phrase: "number of values is more than", accepts: acceptsCount, for_: forMetadata, test: counting(func(order int) bool { return order > 0 })},
	{name: "$count_less", function: "count_less", phrase: "number of values is less than", accepts: acceptsCount, for_: forMetadata, test: counting(func(order int) bool { return order < 0 })},
	{name: "$not_differ", function: "has_exactly", phrase: "has exactly", arity: anyValues, for_: forMetadata, test: hasExactly},
	{name: "$not_intersect", function: "has_none_of", phrase: "has none of", arity: someValues, for_: forMetadata, test: not(isIn)},

	{name: "$more_than_ago", function: "more_than_ago", phrase: "days ago more than", accepts: acceptsDays, for_: forMetadata, timed: true, test: everyDate(days(1, more))},
	{name: "$less_than_ago", function: "less_than_ago", phrase: "days ago less than", accepts: acceptsDays, for_: forMetadata, timed: true, test: everyDate(days(1, less))},
	{name: "$is_days_ago", function: "is_days_ago", phrase: "days ago", accepts: acceptsDays, for_: forMetadata, timed: true, test: someDate(days(1, same))},
	{name: "$more_than_future", function: "more_than_future", phrase: "days ahead more than", accepts: acceptsDays, for_: forMetadata, timed: true, test: everyDate(days(-1, more))},
	{name: "$less_than_future", function: "less_than_future", phrase: "days ahead less than", accepts: acceptsDays, for_: forMetadata, timed: true, test: everyDate(days(-1, less))},
	{name: "$is_days_in_future", function: "is_days_in_future", phrase: "days ahead", accepts: acceptsDays, for_: forMetadata, timed: true, test: someDate(days(-1, same))},
	{name: "$today", function: "is_today", phrase: "falls on this day of the year", accepts: acceptsTrue, for_: forMetadata, timed: true, test: someDate(isAnniversary)},
	{name: "$this_month", function: "in_this_month", phrase: "falls into this month of the year", accepts: acceptsTrue, for_: forMetadata, timed: true, test: someDate(monthFromNow(0))},
	{name: "$next_month", function: "in_next_month", phrase: "falls into the next month of the year", accepts: acceptsTrue, for_: forMetadata, timed: true, test: someDate(monthFromNow(1))},
	{name: "$previous_month", function: "in_previous_month", phrase: "falls into the previous month of the year", accepts: acceptsTrue, for_: forMetadata, timed: true, test: someDate(monthFromNow(-1))},
	{name: "$dow", function: "on_weekday", phrase: "weekday is", arity: someValues, accepts: acceptsWeekday, for_: forMetadata, zoned: true, test: someDate(onWeekday)},
	{name: "$timeframe", function: "in_timeframe", phrase: "is within", arity: someValues, accepts: acceptsWindow, for_: forMetadata, zoned: true, window: parseRecurring, test: someDate(inWindow)},
	{name: "$timeframe_absolute", function: "in_range", phrase: "is between", arity: someValues, accepts: acceptsWindow, for_: forMetadata, zoned: true, window: parseBetween, test: someDate(inWindow)},
	{name: "$timeframe_daily_hours", function: "in_hours", phrase: "is in the hours", arity: someValues, accepts: acceptsWindow, for_: forMetadata, zoned: true, window: parseHours, test: someDate(inWindow)},
	{name: "$in_location", function: "in_location", phrase: "lies in", arity: someValues, accepts: acceptsPlace, for_: forMetadata, zoned: true, test: inLocation},
}

// aliases are other spellings of operators that rules and filters use.
var aliases = map[string]string{
	"$more_than_equal": "$more_than_or_equal", "$greater_than_or_equal": "$more_than_or_equal",
	"$less_than_equal": "$less_than_or_equal", "$not_contains": "$not_contain",
}

var (
	operatorsByName     = indexOperators(func(o *operator) string { return o.name })
	operatorsByFunction = indexOperators(func(o *operator) string { return o.function })
)

func indexOperators(key func(*operator) string) map[string]*operator {
	index := make(map[string]*operator, len(operators))
	for i := range operators {
		index[key(&operators[i])] = &operators[i]
	}
	return index
}

func setOf(names ...string) map[string]struct{} {
	set := make(map[string]struct{}, len(names))
	for _, name := range names {
		set[name] = struct{}{}
	}
	return set
}

// canonical returns the usual spelling of an operator.
func canonical(name string) string {
	if usual, ok := aliases[name]; ok {
		return usual
	}
	return name
}

func not(test predicate) predicate {
	return func(v any, w *operand, m *Moment) bool { return !test(v, w, m) }
}

func hasValue(value any, _ *operand, _ *Moment) bool {
	if list, ok := listOf(value); ok {
		return list.len() > 0
	}
	return value != nil
}

// is holds for a value that equals one of the wanted, and for a list that has all of them.
func is(value any, want *operand, m *Moment) bool {
	list, ok := listOf(value)
	if !ok {
		return want.has(value, m)
	}
	for _, wanted := range want.each {
		if !list.has(wanted, m) {
			return false
		}
	}
	return true
}

// isIn holds for a value that equals one of the wanted, and for a list with such an element.
func isIn(value any, want *operand, m *Moment) bool {
	list, ok := listOf(value)
	if !ok {
		return want.has(value, m)
	}
	if list.texts != nil {
		for _, text := range list.texts {
			if want.hasText(text) {
				return true
			}
		}
		return false
	}
	return list.has(want, m)
}

// hasExactly holds when the value and the wanted are the same set.
func hasExactly(value any, want *operand, m *Moment) bool {
	list, ok := listOf(value)
	switch {
	case !ok && value == nil:
		return len(want.each) == 0
	case !ok:
		list = listing{values: []any{value}}
	}
	if list.some(func(element any) bool { return !want.has(element, m) }) {
		return false
	}
	for _, wanted := range want.each {
		if !list.has(wanted, m) {
			return false
		}
	}
	return true
}

// comparison holds when the value, or every element of a list, stands in the right order to the wanted.
func comparison(right func(order int) bool) predicate {
	return func(value any, want *operand, m *Moment) bool {
		list, ok := listOf(value)
		if !ok {
			order, comparable := want.compare(value, m)
			return comparable && right(order)
		}
		return list.len() > 0 && !list.some(func(element any) bool {
			order, comparable := want.compare(element, m)
			return !comparable || !right(order)
		})
	}
}

// search holds when a text, or an element of a list, has one of the wanted texts in the right place.
func search(found func(text, part string) bool) predicate {
	return func(value any, want *operand, _ *Moment) bool {
		matches := func(element any) bool {
			text, ok := element.(string)
			if !ok {
				return false
			}
			for _, part := range want.parts {
				if found(text, part) {
					return true
				}
			}
			return false
		}
		if list, ok := listOf(value); ok {
			return list.some(matches)
		}
		return matches(value)
	}
}

// counting compares the number of elements of a list; a missing value has none, a single value is not a list.
func counting(right func(order int) bool) predicate {
	return func(value any, want *operand, m *Moment) bool {
		list, ok := listOf(value)
		if !ok && value != nil {
			return false
		}
		order, _ := want.compare(list.len(), m)
		return right(order)
	}
}

// has reports whether an element equals one of the wanted.
func (l listing) has(want *operand, m *Moment) bool {
	return l.some(func(element any) bool { return want.has(element, m) })
}

// some reports whether an element satisfies test.
func (l listing) some(test func(any) bool) bool {
	for i := range l.len() {
		if test(l.at(i)) {
			return true
		}
	}
	return false
}
