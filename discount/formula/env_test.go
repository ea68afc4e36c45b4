package formula_test

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/discount/formula"
)

// world is an Env made of two maps; metadata is keyed by "GROUP/key".
type world struct {
	operands map[formula.Operand]formula.Value
	metadata map[string]formula.Value
}

func (w world) Operand(o formula.Operand) (formula.Value, bool) {
	v, ok := w.operands[o]
	return v, ok
}

func (w world) Metadata(g formula.Group, key string) (formula.Value, bool) {
	v, ok := w.metadata[string(g)+"/"+key]
	return v, ok
}

// at returns a world in which NOW is the given RFC 3339 instant in the given zone.
func at(t *testing.T, instant, zone string) world {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		t.Fatal(err)
	}
	now = now.In(location)
	year, month, day := now.Date()
	return world{operands: map[formula.Operand]formula.Value{
		formula.Now:   formula.Date(now),
		formula.Today: formula.Day(year, month, day),
	}}
}

func parse(t *testing.T, source string) *formula.Formula {
	t.Helper()
	f, err := formula.Parse(source)
	if err != nil {
		t.Fatalf("Parse(%q): %v", source, err)
	}
	return f
}

// check evaluates source and compares the result with want, a decimal.
func check(t *testing.T, source string, env formula.Env, want string) {
	t.Helper()
	got, err := parse(t, source).Evaluate(env)
	if err != nil {
		t.Errorf("%s: %v, want %s", source, err, want)
		return
	}
	if diff := cmp.Diff(decimal.RequireFromString(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", source, diff)
	}
}

// checkFails evaluates source and expects an error of the given sort.
func checkFails(t *testing.T, source string, env formula.Env, want error) {
	t.Helper()
	got, err := parse(t, source).Evaluate(env)
	if !errors.Is(err, want) {
		t.Errorf("%s = %s, error %v, want %v", source, got, err, want)
	}
}

// holds checks that a condition has the wanted outcome.
func holds(t *testing.T, condition string, env formula.Env, want bool) {
	t.Helper()
	outcome := "0"
	if want {
		outcome = "1"
	}
	check(t, "IF("+condition+";1;0)", env, outcome)
}
