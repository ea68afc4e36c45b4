package validation_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/validation"
)

// requests are what every rule of the fuzz targets is evaluated against: everything, nothing, and odd values.
func requests() []*validation.Facts {
	anonymous, odd := facts(), facts()
	anonymous.Customer = validation.CustomerFacts{}
	odd.Order.Items[0].HasPrice, odd.Order.Items[1].HasAmount, odd.Order.Items[2].Metadata = false, false, nil
	odd.Order.Metadata = map[string]any{"a": []any{nil, 1.5, "1.5", true, map[string]any{"b": []any{}}}, "b": []string{"x"}, "1": "2026-01-01"}
	odd.Customer.Metadata, odd.Customer.Segments = nil, nil
	for i := range odd.Usage {
		odd.Usage[i] = int64(i)
	}
	return []*validation.Facts{facts(), {}, anonymous, odd}
}

// evaluateTwice evaluates a program against all requests, and fails when the answer or the request changes on the way.
func evaluateTwice(t *testing.T, p *validation.Program) {
	t.Helper()
	given, untouched := requests(), requests()
	for i, f := range given {
		for _, evaluate := range []func(*validation.Facts) validation.Verdict{p.Before, p.After} {
			v := evaluate(f)
			if diff := cmp.Diff(v, evaluate(f)); diff != "" {
				t.Errorf("the second verdict differs (-first +second):\n%s", diff)
			}
			states := 0
			for _, state := range []bool{v.Holds, v.Pending, v.Failure != nil} {
				if state {
					states++
				}
			}
			if states != 1 || (!v.Holds && v.Limits != nil) {
				t.Errorf("verdict: %+v", v)
			}
		}
		requireQualified(t, p, f)
		if v := p.After(f); v.Pending {
			t.Error("after the discount the rule still waits for it")
		}
		p.Bundle(f.Order.Items)
		if diff := cmp.Diff(untouched[i], f); diff != "" {
			t.Fatalf("the facts were changed (-want +got):\n%s", diff)
		}
	}
}

// requireQualified fails when a qualification contradicts itself, or an evaluation that leaves nothing out.
func requireQualified(t *testing.T, p *validation.Program, f *validation.Facts) {
	t.Helper()
	for _, before := range []bool{true, false} {
		for _, omit := range []validation.Omit{0, validation.OmitIgnored, validation.OmitAllButCustomer, validation.OmitAllButItems} {
			v := p.Qualify(f, omit, before)
			states := 0
			for _, state := range []bool{v.Holds, v.Pending, v.Failure != nil, v.Omitted != nil} {
				if state {
					states++
				}
			}
			if states != 1 || (!v.Holds && v.Limits != nil) || (v.Failure == nil && v.Near != nil) || (v.Near != nil && *v.Near.Missing <= 0) {
				t.Errorf("verdict without %b: %+v", omit, v)
			}
			want := p.After(f)
			if before {
				want = p.Before(f)
			}
			if v.Near = nil; omit == 0 && !cmp.Equal(v, want) {
				t.Errorf("a qualification that leaves nothing out:\n%s", cmp.Diff(want, v))
			}
		}
	}
}

// requireTyped fails for an error that does not say what is broken.
func requireTyped(t *testing.T, err error) {
	t.Helper()
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Key != fault.InvalidValidationRules {
		t.Errorf("not a typed error: %v", err)
	}
}

func FuzzRuleTree(f *testing.F) {
	for _, tt := range operatorTests {
		f.Add(`{"rules":{"1":{"name":"customer.metadata","property":"v","conditions":` + tt.conditions + `}}}`)
	}
	for _, tt := range nameTests {
		f.Add(`{"rules":{"1":{` + tt.rules + `}}}`)
	}
	for _, tt := range itemTests {
		f.Add(`{"rules":` + tt.rules + `}`)
	}
	for _, tt := range bundleTests {
		f.Add(`{"bundle_rules":` + tt.rules + `}`)
	}
	for _, logic := range []string{"t and (u or f)", "((t", "t not u", strings.Repeat("t or ", 400) + "t"} {
		f.Add(`{"error":{"message":"no"},"rules":` + withLogic(logic) + `}`)
	}
	for _, text := range []string{
		everything, strings.Repeat(`{"rules":{"1":`, 40) + strings.Repeat("}}", 40), `{"rules":[]}`, `{"rules":{"1":null,"logic":5}}`,
		`{"rules":{"1":{"conditions":{"$is":{"$is":[]}}}},"expression":"order.amount > 5"}`,
		`{"applicable_to":{"included":[{"id":"prod_1","effect":"APPLY_TO_CHEAPEST","repeat":-1}]}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var r validation.Rule
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return
		}
		p, err := validation.NewCompiler().Compile(r, shop)
		if err != nil {
			requireTyped(t, err)
			return
		}
		evaluateTwice(t, p)
		for _, row := range strings.Split(strings.TrimSuffix(p.Source(), "\n"), "\n") {
			if path, source, ok := strings.Cut(row, ": "); ok {
				if err := validation.CompileSource(path, source); err != nil {
					t.Errorf("%s does not compile: %v", row, err)
				}
			}
		}
		requireRoundTrip(t, r, p)
	})
}

// requireRoundTrip fails when a rule that was stored and read back is another rule.
func requireRoundTrip(t *testing.T, r validation.Rule, p *validation.Program) {
	t.Helper()
	stored, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("a rule that compiles cannot be written: %v", err)
	}
	var read validation.Rule
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatalf("%s cannot be read back: %v", stored, err)
	}
	again, err := json.Marshal(read)
	if err != nil || !slices.Equal(stored, again) {
		t.Errorf("written twice (-first +second): %v\n%s", err, cmp.Diff(string(stored), string(again)))
	}
	q, err := validation.NewCompiler().Compile(read, shop)
	if err != nil {
		t.Fatalf("the rule that was read back does not compile: %v", err)
	}
	if diff := cmp.Diff(p.Source(), q.Source()); diff != "" {
		t.Errorf("source (-want +read back):\n%s", diff)
	}
}

func FuzzExpression(f *testing.F) {
	for _, tt := range accepted {
		f.Add(tt.source)
	}
	for _, tt := range broken {
		f.Add(tt.source)
	}
	for _, tt := range hostile {
		if len(tt.source) <= 2*validation.MaxExpressionLength {
			f.Add(tt.source)
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := validation.NewCompiler().Compile(validation.Rule{Expression: source}, nil)
		if err != nil {
			requireTyped(t, err)
			return
		}
		evaluateTwice(t, p)
		if value, ok := asWritten(source, facts()); ok && value != p.After(facts()).Holds {
			t.Errorf("as written it is %t; it was compiled as\n%s", value, p.Source())
		}
	})
}
