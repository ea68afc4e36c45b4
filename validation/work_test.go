package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// The largest request: 500 lines, and as much metadata as one object may have.
const (
	manyLines  = 500
	manyValues = 16_000 // close to 64 KiB of JSON
)

// large is a request in which nothing that the tests look for is found, so that everything is gone through.
func large() *validation.Facts {
	list, texts := make([]any, manyValues), make([]any, manyValues)
	for i := range list {
		list[i], texts[i] = float64(i%10), "abc"
	}
	text := strings.Repeat("abcdefgh", 8192)
	f := facts()
	f.Order.Items = nil
	for i := range manyLines {
		item := line(product.Identity{ProductID: fmt.Sprintf("prod_%d", i)}, 1, 100, map[string]any{"text": text[:1000], "list": list[:100]})
		f.Order.Items = append(f.Order.Items, item)
	}
	f.Customer.Metadata = map[string]any{"list": list, "text": text}
	f.Order.Metadata = map[string]any{"list": texts, "text": text}
	f.Redemption.Metadata = map[string]any{"list": list, "text": text}
	return f
}

// repeated joins a condition with itself as often as the gate lets it through, inside the brackets of frame.
func repeated(t *testing.T, frame, condition, word string) *validation.Program {
	t.Helper()
	for n := validation.MaxLeaves; n > 0; n-- {
		source := fmt.Sprintf(frame, strings.Repeat(condition+word, n-1)+condition)
		if p, err := validation.NewCompiler().Compile(validation.Rule{Expression: source}, nil); err == nil {
			return p
		}
	}
	t.Fatalf("%s is not let through", condition)
	return nil
}

// TestAcceptedExpressionsAreBounded evaluates the costliest expressions that the gate lets through on the largest request.
// There is no clock here: without a bound each of them would run for minutes or hours.
func TestAcceptedExpressionsAreBounded(t *testing.T) {
	t.Parallel()
	f := large()
	for _, tt := range []struct{ name, frame, condition, word string }{
		{"loops over lines", "%s", "any(order.items, .price > 999)", " || "},
		{"loops over a long list", "%s", "any(customer.metadata.list, # > 99)", " || "},
		{"loops that compare with a long text", "%s", "all(order.metadata.list, # != order.metadata.text)", " && "},
		{"loops that compare objects", "%s", "any(order.items, .metadata == .product_metadata)", " || "},
		{"loops that compare with a long list", "%s", "any(order.items, .metadata.list == customer.metadata.list)", " || "},
		{"loops that search texts", "%s", `any(order.items, lower(.metadata.text) contains "x")`, " || "},
		{"loops that search lists", "%s", "any(order.items, 99 in .metadata.list)", " || "},
		{"long texts", "%s", "lower(upper(order.metadata.text)) contains 'x'", " || "},
		{"cutting long texts", "%s", "trim(order.metadata.text, 'hgfedcba') != ''", " || "},
		{"long lists", "%s", "customer.metadata.list != redemption.metadata.list", " || "},
		{"looking for objects in lists", "%s", "order.items[499] not in order.items", " || "},
		{"sums of everything", "%s", "sum(order.items, .price * .quantity) + sum(customer.metadata.list) < 0", " || "},
		{"one loop with the largest predicate", "any(order.items, %s)", ".price > 999", " || "},
		{"one loop with the longest list of values", "any(customer.metadata.list, # in [%s])", "99", ", "},
	} {
		if v := repeated(t, tt.frame, tt.condition, tt.word).After(f); v.Failure != nil && v.Failure.Cause != validation.CauseCondition {
			t.Errorf("%s: %s", tt.name, v.Failure.Actual)
		}
	}
}

// TestTheLargestTreeIsBounded evaluates as many conditions with as many values as a rule may have.
func TestTheLargestTreeIsBounded(t *testing.T) {
	t.Parallel()
	nodes := map[string]validation.Node{}
	for i := range validation.MaxLeaves {
		values := make([]any, validation.MaxAllValues/validation.MaxLeaves)
		for j := range values {
			values[j] = fmt.Sprintf("x%d-%d", i, j)
		}
		nodes[fmt.Sprint(i)] = validation.Node{
			Name: "order.items.metadata_any", Property: "text", Conditions: validation.Conditions{"$contains": values},
		}
	}
	keys := make([]string, validation.MaxLeaves)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	f := large()
	for i := range f.Order.Items {
		f.Order.Items[i].Metadata = map[string]any{"text": "a text"}
	}
	p := compile(t, validation.Rule{Rules: validation.Group{Logic: strings.Join(keys, " or "), Nodes: nodes}})
	if v := p.Before(f); v.Holds || v.Failure.Cause != validation.CauseCondition {
		t.Errorf("verdict: %+v, failure: %+v", v, v.Failure)
	}
}

// TestAccidentsOfTheVMAreNoAccidentsOfTheEngine runs a program that fails, and then others in the same room.
func TestAccidentsOfTheVMAreNoAccidentsOfTheEngine(t *testing.T) {
	t.Parallel()
	fails := compile(t, validation.Rule{Expression: "any(order.items, .metadata.color / 2 > 1)"})
	holds := compile(t, validation.Rule{Expression: "all(order.items, .price > 1) && count(order.items, .price == 2000) == 1"})
	f := facts()
	for range 50 {
		if v := fails.Before(f); v.Failure == nil || v.Failure.Cause != validation.CauseError {
			t.Fatalf("verdict: %+v", v)
		}
		if v := holds.Before(f); !v.Holds {
			t.Fatalf("failure: %+v", v.Failure)
		}
	}
}
