package validation_test

import (
	"testing"

	"github.com/expr-lang/expr"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/validation"
)

// expressions draws texts that are close to expressions of any type: with brackets where they matter and where not, and
// with operators on values that they do not fit.
// Fractions are never whole numbers: those are compiled as whole numbers.
func expressions(levels int) *rapid.Generator[string] {
	atoms := rapid.SampledFrom([]string{
		"order.amount", "order.quantity", "order.items", "order.items[0].price", "order.metadata.location", "order['total_amount']",
		"customer.segments", "customer.metadata.age", "customer.metadata?.address.city", "customer.name", "customer.metadata.gone",
		"redemption.discount_amount", "0", "1", "9000", "0.5", "'gold'", `"Anna"`, "true", "false", "nil", "[1, 2.5, 42]", "['a', 'Anna']",
		"#", ".price", ".quantity", ".metadata.color", "#?.metadata",
	})
	if levels == 0 {
		return atoms
	}
	operators := rapid.SampledFrom([]string{
		"&&", "||", "and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in", "not in", "contains", "startsWith",
		"endsWith", "??",
	})
	below := expressions(levels - 1)
	return rapid.Custom(func(t *rapid.T) string {
		a := func() string { return below.Draw(t, "part") }
		switch rapid.IntRange(0, 11).Draw(t, "form") {
		case 0:
			return atoms.Draw(t, "atom")
		case 1, 2, 3:
			return a() + " " + operators.Draw(t, "operator") + " " + a()
		case 4:
			return "(" + a() + ") " + operators.Draw(t, "operator") + " " + a()
		case 5:
			return a() + " " + operators.Draw(t, "operator") + " (" + a() + ")"
		case 6:
			return rapid.SampledFrom([]string{"!", "not ", "-", "+"}).Draw(t, "sign") + "(" + a() + ")"
		case 7:
			return rapid.SampledFrom([]string{"!", "not ", "-", "+"}).Draw(t, "sign") + a()
		case 8:
			return a() + " ? " + a() + " : " + a()
		case 9:
			return "(" + a() + ")" + rapid.SampledFrom([]string{".amount", "?.a", "[0]", "['a']", ""}).Draw(t, "field")
		case 10:
			return rapid.SampledFrom([]string{"len", "abs", "lower", "int", "max"}).Draw(t, "function") + "(" + a() + ")"
		}
		return rapid.SampledFrom([]string{"any", "all", "count", "sum", "none"}).Draw(t, "loop") + "(" +
			rapid.SampledFrom([]string{"order.items", "customer.segments", "[1, 2]"}).Draw(t, "list") + ", " + a() + ")"
	})
}

// TestWhatIsAcceptedMeansWhatItSays compares the verdicts of drawn expressions with those of the same texts compiled as one
// piece. Most of them have no value; those that have one must have the same.
func TestWhatIsAcceptedMeansWhatItSays(t *testing.T) {
	t.Parallel()
	compiler, request := validation.NewCompiler(), facts()
	rapid.Check(t, func(rt *rapid.T) {
		levels := rapid.IntRange(1, 3).Draw(rt, "levels")
		for _, source := range rapid.SliceOfN(expressions(levels), 30, 30).Draw(rt, "expressions") {
			p, err := compiler.Compile(validation.Rule{Expression: source}, nil)
			if err != nil {
				continue
			}
			if _, err := expr.Compile(source, expr.Env(validation.Facts{})); err != nil {
				rt.Errorf("%s does not compile as written, it was compiled as\n%s\n%v", source, p.Source(), err)
			}
			if value, ok := asWritten(source, request); ok && value != p.After(request).Holds {
				rt.Errorf("%s is %t as written, it was compiled as\n%s", source, value, p.Source())
			}
		}
	})
}
