package formula

import "github.com/shopspring/decimal"

// Env gives a formula the values of one calculation. Both methods report false for what does not exist, such as the
// expiration date of a voucher that never expires; a formula that needs it then fails with ErrMissing. They are called
// at most once per mention (and for Now once more per date function or comparison), and only for the branches that are
// taken.
type Env interface {
	// Operand returns the value of o in the units that the comment of o names.
	Operand(o Operand) (Value, bool)
	// Metadata returns the entry of g under key; FromMetadata converts what JSON delivers.
	Metadata(g Group, key string) (Value, bool)
}

// Formula is a parsed formula. It never changes and may be shared between goroutines; parse once, evaluate often.
type Formula struct {
	source   string
	root     node
	operands map[Operand]bool
	groups   map[Group]bool
	items    bool
}

// Source returns the text that was parsed, unchanged.
func (f *Formula) Source() string { return f.source }

// Uses reports whether the formula mentions o, also in a branch that may never be taken. It is the check that a formula
// is saved only where its operands exist.
func (f *Formula) Uses(o Operand) bool { return f.operands[o] }

// UsesMetadata is Uses for a group of metadata.
func (f *Formula) UsesMetadata(g Group) bool { return f.groups[g] }

// UsesItems reports whether the formula mentions a line: the current, the cheapest or the most expensive one, by value
// or by metadata. Such a formula is only for discounts of products.
func (f *Formula) UsesItems() bool { return f.items }

// Evaluate computes the formula with at most MaxDigits digits before and MaxDecimals after the point. It always ends,
// and its cost is bounded by the length of the formula and of the texts and lists that env gives.
//
// Any error means that the caller uses the fallback: ErrMissing, ErrWrongType (also when the result is not a number),
// ErrDivisionByZero or ErrOutOfRange, wrapped with the particulars.
func (f *Formula) Evaluate(env Env) (decimal.Decimal, error) { return number(env, f.root) }
