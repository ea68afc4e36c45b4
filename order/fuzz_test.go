package order_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
)

// FuzzOrderJSON reads any text as an order. What is read and accepted is written and read back to the same order, and a
// refusal names its field.
func FuzzOrderJSON(f *testing.F) {
	for _, seed := range []string{
		fullOrder, `{"items": [` + fullItem + `]}`, `{}`, `null`, `[]`, `{"amount": -1}`, `{"amount": 1e400}`, `{"AMOUNT": 5, "amount": 6}`,
		`{"discount_amount": 0}`, `{"applied_discount_amount": 0}`, `{"total_discount_amount": 0}`, `{"total_amount": 0}`,
		`{"items": [{"quantity": "3"}, {"quantity": 0}]}`, `{"items": [{"initial_amount": 0}, {"initial_quantity": 0, "amount": 0}, null]}`,
		`{"items": [{"price": 1000000000000000, "quantity": 1000000000000000}]}`, `{"metadata": {"\ud800": "\ud800", "a": [[[[1]]]]}}`,
		`{"created_at": "2026-03-01T12:00:00.123456789+05:30"}`, `{"redemptions": {"": {"date": "0000-01-01T00:00:00Z"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var first order.Order
		if err := json.Unmarshal(text, &first); err != nil {
			return
		}
		if err := first.Check(); err != nil {
			var refused *fault.Error
			if !errors.As(err, &refused) || refused.Field == "" {
				t.Fatalf("the refusal has no type or no field: %#v", err)
			}
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("an accepted order cannot be written: %v", err)
		}
		var second order.Order
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("read back (-first +second):\n%s\n%s", diff, written)
		}
		if err := second.Check(); err != nil {
			t.Fatalf("what was accepted is refused when read back: %v", err)
		}
		again, err := json.Marshal(second)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(written), string(again)); diff != "" {
			t.Fatalf("written again (-first +second):\n%s", diff)
		}
	})
}
