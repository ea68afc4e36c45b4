package discount

import (
	"math"
	"slices"
	"strconv"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
)

// Program is a discount prepared for use: its percentage as an exact ratio, its formulas parsed, its products as sets.
// It is immutable and may be shared between goroutines.
type Program struct {
	definition Discount
	effect     Effect
	percent    money.Ratio
	formulas   formulas
	units      []unitProgram
	scope      scope
	credits    bool // what the context says is spent, see CompileCredits
}

type unitProgram struct {
	Unit
	formula *formula.Formula
	given   *product.Matcher // lines of the product that it gives
	sources scope            // of REPLACE_ITEMS
}

// formulas are the parsed formulas of a discount; nil where there is none.
type formulas struct{ amount, percent, fixed, unit *formula.Formula }

// scope is a product.Scope with its references compiled to sets.
type scope struct {
	entries     []entry
	excluded    *product.Matcher
	includedAll bool
	hasExcluded bool
	also        []scope // further rules: a line must be in reach of each
	uniform     bool    // every entry takes every line: no sorting, skipping or counting of units
	source      product.Scope
}

type entry struct {
	product.Target
	matcher                                                  *product.Matcher
	position                                                 int // in the scope
	rank                                                     int // most specific first: 0 for a SKU, rankProduct, …
	priceFormula, quantityFormula, aggregatedQuantityFormula *formula.Formula
}

// The ranks of entries. A SKU has 0, and "all" comes after everything that is named.
const (
	rankProduct    = 1
	rankCollection = 2
)

// Compile prepares a discount with the products that its rules name; index resolves their collections. The first scope
// that names products carries caps and prices; a line must be in reach of the others as well. It fails as Check does.
func Compile(d Discount, index *product.Index, scopes ...product.Scope) (*Program, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	scopes = slices.DeleteFunc(slices.Clone(scopes), product.Scope.Empty)
	var applicable product.Scope
	if len(scopes) > 0 {
		applicable = scopes[0]
	}
	p := &Program{definition: d, effect: d.Effect}
	if p.effect == "" {
		p.effect = defaultEffect(d.Type, applicable)
	}
	var err error
	if p.formulas, err = parseFormulas(d); err != nil {
		return nil, err
	}
	if d.Type == Rate {
		percent, _ := parsePercent(string(d.PercentOff))
		p.percent, _ = money.Percent(percent) // Check has accepted both
	}
	if p.scope, err = compileScope(applicable, index); err != nil {
		return nil, err
	}
	for _, also := range scopes[min(1, len(scopes)):] {
		c, err := compileScope(also, index)
		if err != nil {
			return nil, err
		}
		p.scope.also = append(p.scope.also, c)
	}
	return p, p.compileUnits(index)
}

// defaultEffect is the effect of a definition that names none.
func defaultEffect(t Type, applicable product.Scope) Effect {
	switch {
	case t == Units:
		return AddMissing
	case !applicable.Empty():
		return ToItems
	}
	return ToOrder
}

func (p *Program) compileUnits(index *product.Index) error {
	units := p.definition.Units
	if p.definition.Type == Units && p.effect != AddMany {
		d := p.definition
		units = []Unit{{Effect: p.effect, UnitOff: d.UnitOff, UnitOffFormula: d.UnitOffFormula, UnitType: d.UnitType}}
	}
	for i, u := range units {
		if u.Effect == "" {
			u.Effect = AddMissing
		}
		parsed, err := parseFormula(fieldIndex("units", i)+".unit_off_formula", u.UnitOffFormula)
		if err != nil {
			return err
		}
		unit := unitProgram{Unit: u, formula: parsed, sources: p.scope}
		unit.given = index.Matcher(product.Ref{ID: u.UnitType, Object: product.KindProduct}, product.Ref{ID: u.UnitType, Object: product.KindSKU})
		if len(u.Replace) > 0 {
			if unit.sources, err = compileScope(product.Scope{Included: u.Replace}, index); err != nil {
				return err
			}
		}
		p.units = append(p.units, unit)
	}
	return nil
}

// Definition returns the discount as it was configured.
func (p *Program) Definition() Discount { return p.definition }

// Uses reports whether a formula of the definition, or of the rules' products, looks at the operand.
func (p *Program) Uses(o formula.Operand) bool {
	list := []*formula.Formula{p.formulas.amount, p.formulas.percent, p.formulas.fixed, p.formulas.unit}
	for i := range p.units {
		list = append(list, p.units[i].formula)
	}
	for i := range p.scope.entries {
		e := &p.scope.entries[i]
		list = append(list, e.priceFormula, e.quantityFormula, e.aggregatedQuantityFormula)
	}
	return slices.ContainsFunc(list, func(f *formula.Formula) bool { return f != nil && f.Uses(o) })
}

// Effect returns the effect that counts, with the default filled in.
func (p *Program) Effect() Effect { return p.effect }

// Reaches reports whether a line is among the products that the rules make the discount applicable to. Without such products
// no line is.
func (p *Program) Reaches(line product.Identity) bool {
	return p.scope.reaches(line) && !slices.ContainsFunc(p.scope.also, func(s scope) bool { return !s.reaches(line) })
}

// Touches reports whether a line is of a product that the discount takes something off, or of which it gives free units. A
// discount on the order touches no line.
func (p *Program) Touches(line product.Identity) bool {
	if len(p.units) == 0 {
		return p.effect != ToOrder && p.Reaches(line)
	}
	return slices.ContainsFunc(p.units, func(u unitProgram) bool {
		switch u.Effect {
		case AddSame:
			return p.Reaches(line)
		case Replace:
			return u.sources.reaches(line)
		}
		return u.given.Matches(line)
	})
}

func parseFormulas(d Discount) (f formulas, err error) {
	for _, part := range [...]struct {
		field, source string
		into          **formula.Formula
	}{
		{"amount_off_formula", d.AmountOffFormula, &f.amount},
		{"percent_off_formula", d.PercentOffFormula, &f.percent},
		{"fixed_amount_formula", d.FixedAmountFormula, &f.fixed},
		{"unit_off_formula", d.UnitOffFormula, &f.unit},
	} {
		if *part.into, err = parseFormula(part.field, part.source); err != nil {
			return f, err
		}
		if *part.into != nil && !d.Effect.OnItems() && d.Effect != "" && (*part.into).UsesItems() {
			return f, fault.New(fault.InvalidFormula, "an ORDER_ITEM operand has no line in a discount on the order").At(part.field)
		}
	}
	return f, nil
}

func parseFormula(field, source string) (*formula.Formula, error) {
	if source == "" {
		return nil, nil //nolint:nilnil // no formula is a valid state of a definition
	}
	parsed, err := formula.Parse(source)
	if err != nil {
		return nil, fault.New(fault.InvalidFormula, "%s", describe(err)).At(field)
	}
	return parsed, nil
}

func compileScope(s product.Scope, index *product.Index) (scope, error) {
	c := scope{source: s, includedAll: s.IncludedAll || (len(s.Included) == 0 && len(s.Excluded) > 0), uniform: true}
	var refs []product.Ref
	for _, t := range s.Excluded {
		refs = append(refs, t.Ref)
	}
	c.hasExcluded = len(refs) > 0
	c.excluded = index.Matcher(refs...)
	for i, t := range s.Included {
		e, err := compileEntry(t, index)
		if err != nil {
			return c, err.At(fieldIndex("applicable_to.included", i))
		}
		c.entries = append(c.entries, e)
		c.uniform = c.uniform && e.takesEvery()
	}
	if c.includedAll {
		all := product.Target{Ref: product.Ref{ID: product.AllProducts, Object: product.KindCollection}}
		e, err := compileEntry(all, index)
		if err != nil {
			return c, err
		}
		e.rank++ // a named entry wins over "all"
		c.entries = append(c.entries, e)
	}
	for i := range c.entries {
		c.entries[i].position = i
	}
	return c, nil
}

func compileEntry(t product.Target, index *product.Index) (entry, *fault.Error) {
	e := entry{Target: t, matcher: index.Matcher(t.Ref)}
	switch t.Kind() {
	case product.KindProduct:
		e.rank = rankProduct
	case product.KindCollection:
		e.rank = rankCollection
	}
	if e.Effect == "" {
		e.Effect = product.ApplyToEvery
	}
	if e.Target.Target == "" {
		e.Target.Target = product.PerItem
	}
	e.Repeat = max(e.Repeat, 1)
	for _, f := range [...]struct {
		field, source string
		into          **formula.Formula
	}{
		{"price_formula", t.PriceFormula, &e.priceFormula},
		{"quantity_limit_formula", t.QuantityLimitFormula, &e.quantityFormula},
		{"aggregated_quantity_limit_formula", t.AggregatedQuantityLimitFormula, &e.aggregatedQuantityFormula},
	} {
		parsed, err := parseFormula(f.field, f.source)
		if err != nil {
			return e, fault.New(fault.InvalidFormula, "%s", describe(err)).At(f.field)
		}
		*f.into = parsed
	}
	return e, nil
}

func (e *entry) takesEvery() bool {
	return e.Effect == product.ApplyToEvery && e.Target.Target == product.PerItem && e.SkipInitially == 0 && e.Repeat == 1
}

// reaches reports whether a line is in reach of the scope at all.
func (c *scope) reaches(line product.Identity) bool {
	if c.hasExcluded && c.excluded.Matches(line) {
		return false
	}
	for i := range c.entries {
		if c.entries[i].matcher.Matches(line) {
			return true
		}
	}
	return false
}

// CheckScope reports the first formula of a rule's applicable_to that cannot be parsed.
func CheckScope(s product.Scope) error {
	_, err := compileScope(s, nil)
	return err
}

const unlimited = math.MaxInt64

func limitOf(limit *int64) int64 {
	if limit == nil {
		return unlimited
	}
	return *limit
}

func times(limit, bundles int64) int64 {
	if limit == unlimited {
		return unlimited
	}
	return money.MulDiv(limit, bundles, 1)
}

func describe(err error) string {
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // formula.Parse returns the error itself, never wrapped
		return f.Details
	}
	return strconv.Quote(err.Error())
}
