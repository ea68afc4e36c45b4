package oracle_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/internal/oracle"
	"github.com/voucherify-go/voucherify/validation"
)

var compiler = validation.NewCompiler()

// agree compares what the compiled program of a drawn rule says about several requests with what the oracle says, before and
// after the discount.
func agree(t *rapid.T) {
	d := drawer{t}
	r := d.rule()
	p, err := compiler.Compile(r, shop)
	if err != nil {
		t.Fatalf("a drawn rule does not compile: %v\n%s", err, written(r))
	}
	for range 8 {
		compare(t, r, p, d.facts())
	}
}

func compare(t *rapid.T, r validation.Rule, p *validation.Program, f *validation.Facts) {
	for _, before := range []bool{true, false} {
		v := p.After(f)
		if before {
			v = p.Before(f)
		}
		got, path := said(v)
		if v.Failure != nil && v.Failure.Cause == validation.CauseError {
			t.Errorf("%s breaks: %s", path, v.Failure.Actual)
		}
		want, where := witness.Decide(r, f, before)
		if got != want || path != where {
			t.Errorf("before %t: the program says %s %s, the oracle %s %s\nrule: %s\nsource:\n%s\nfacts: %+v",
				before, got, path, want, where, written(r), p.Source(), *f)
		}
	}
}

func said(v validation.Verdict) (oracle.State, string) {
	switch {
	case v.Holds:
		return oracle.Holds, ""
	case v.Pending:
		return oracle.Pending, ""
	}
	return oracle.Fails, v.Failure.Path
}

func written(r validation.Rule) string {
	text, err := json.Marshal(r.Rules)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestProgramsAndOracleAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, agree)
}

func FuzzProgramsAndOracleAgree(f *testing.F) { f.Fuzz(rapid.MakeFuzz(agree)) }

// TestTheDrawIsWide fails when rules or facts are drawn so one-sidedly that agreeing means little.
func TestTheDrawIsWide(t *testing.T) {
	t.Parallel()
	names, operators, states := map[string]bool{}, map[string]bool{}, map[oracle.State]int{}
	var note func(g validation.Group)
	note = func(g validation.Group) {
		for _, n := range g.Nodes {
			names[n.Name] = true
			for operator := range n.Conditions {
				operators[operator] = true
			}
			note(n.Rules)
		}
	}
	const draws = 3000
	for seed := range draws {
		one := rapid.Custom(func(t *rapid.T) bool {
			d := drawer{t}
			r := d.rule()
			note(r.Rules)
			state, _ := witness.Decide(r, d.facts(), seed%2 == 0)
			states[state]++
			return true
		})
		one.Example(seed)
	}
	if len(names) != 62 || len(operators) != len(allOperators)+1 { // and $from
		t.Errorf("%d of 62 names and %d operators were drawn", len(names), len(operators))
	}
	for state, least := range map[oracle.State]int{oracle.Holds: draws / 10, oracle.Fails: draws / 5, oracle.Pending: draws / 50} {
		if states[state] < least {
			t.Errorf("%d of %d rules are %s", states[state], draws, state)
		}
	}
}
