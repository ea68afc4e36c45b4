package validation_test

import (
	"encoding/json"
	"fmt"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// A rule of a coupon: baskets from 50.00 on, with two mugs in them, for customers of a level.
func ExampleCompiler() {
	var rule validation.Rule
	err := json.Unmarshal([]byte(`{
		"id": "val_mugs",
		"name": "two mugs in a basket of 50.00",
		"rules": {
			"1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [5000]}, "error": {"message": "The basket is too small."}},
			"2": {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_mug"}]},
				"rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$more_than_or_equal": [2]}}, "logic": "1"}},
			"logic": "1 and 2"
		},
		"expression": "customer.metadata.level in ['silver', 'gold']"
	}`), &rule)
	if err != nil {
		fmt.Println(err)
		return
	}
	program, err := validation.NewCompiler().Compile(rule, product.NewIndex(nil, nil, nil))
	if err != nil {
		fmt.Println(err)
		return
	}

	facts := &validation.Facts{
		Order: validation.OrderFacts{Present: true, HasAmount: true, Amount: 3750, Items: []validation.ItemFacts{
			{Identity: product.Identity{ProductID: "prod_mug"}, Quantity: 1, Price: 900, Amount: 900, HasPrice: true, HasAmount: true},
		}},
		Customer: validation.CustomerFacts{Present: true, Metadata: map[string]any{"level": "gold"}},
	}
	failure := program.Before(facts).Failure
	fmt.Println(failure.Message, "missing", *failure.Missing)

	facts.Order.Amount = 5000
	failure = program.Before(facts).Failure
	fmt.Println(failure.Path, "found", failure.Actual, "expected", failure.Expected, "missing", *failure.Missing)

	facts.Order.Items[0].Quantity = 2
	fmt.Println("holds:", program.Before(facts).Holds)

	_, err = validation.NewCompiler().Compile(validation.Rule{Expression: "all(1..999999, true)"}, nil)
	fmt.Println(err)
	// Output:
	// The basket is too small. missing 1250
	// rules.2.rules.1 found 1 expected at least 2 missing 1
	// holds: true
	// voucherify: invalid_validation_rules: expression: operator .. is not allowed
}
