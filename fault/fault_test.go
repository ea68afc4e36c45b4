package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
)

func TestAnErrorIsItsKey(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("redeem: %w", fault.New(fault.QuantityExceeded, "voucher %s", "V1").At("redeemables[0]"))
	if !errors.Is(err, fault.QuantityExceeded) {
		t.Error("a wrapped error is not its own key")
	}
	if errors.Is(err, fault.NotFound) || errors.Is(err, errors.New("quantity_exceeded")) {
		t.Error("an error is something else than its key")
	}
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Field != "redeemables[0]" || refusal.Details != "voucher V1" {
		t.Errorf("the particulars are lost: %+v", refusal)
	}
	if !errors.Is(fault.NotFound, fault.NotFound) || fault.NotFound.Error() != "not_found" {
		t.Error("a key is not an error by itself")
	}
}

func TestNewTakesClassAndMessageFromTheCatalogue(t *testing.T) {
	t.Parallel()
	for key, want := range map[fault.Key]*fault.Error{
		fault.NotFound:       {Code: 404, Key: "not_found", Message: "Resource not found", Details: "d 1"},
		fault.DuplicateFound: {Code: 409, Key: "duplicate_found", Message: "Duplicate resource found", Details: "d 1"},
		"of_a_host":          {Code: 400, Key: "of_a_host", Message: "of_a_host", Details: "d 1"},
	} {
		if diff := cmp.Diff(want, fault.New(key, "d %d", 1)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

func TestMissingNamesTheRecord(t *testing.T) {
	t.Parallel()
	want := &fault.Error{
		Code: 404, Key: fault.NotFound, Message: "Resource not found", Details: "Cannot find voucher with id V1",
		ResourceID: "V1", ResourceType: "voucher",
	}
	if diff := cmp.Diff(want, fault.Missing("voucher", "V1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAtJoinsPaths(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ inner, outer, want string }{
		"a field of a part":            {"items[3].price", "order", "order.items[3].price"},
		"an index of a list":           {"[3].price", "items", "items[3].price"},
		"an index of a list of a list": {"[3]", "items[2]", "items[2][3]"},
		"the part itself":              {"", "order", "order"},
		"a part without a name":        {"items", "", "items"},
		"an index without a list":      {"[3]", "", "[3]"},
		"neither":                      {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := fault.Invalid(test.inner, "wrong")
			if got := inner.At(test.outer).Field; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if inner.Field != test.inner {
				t.Errorf("the original changed to %q", inner.Field)
			}
		})
	}
}

func TestWithinPrefixesWhateverItIsGiven(t *testing.T) {
	t.Parallel()
	known := fault.Within("order", fmt.Errorf("wrapped: %w", fault.New(fault.InvalidAmount, "wrong").At("amount")))
	if diff := cmp.Diff(error(fault.New(fault.InvalidAmount, "wrong").At("order.amount")), known); diff != "" {
		t.Errorf("a fault (-want +got):\n%s", diff)
	}
	other := fault.Within("order", errors.New("wrong: 100%"))
	if diff := cmp.Diff(error(fault.Invalid("order", "wrong: 100%%")), other); diff != "" {
		t.Errorf("another error (-want +got):\n%s", diff)
	}
}

func TestCopiesLeaveTheOriginal(t *testing.T) {
	t.Parallel()
	original := fault.New(fault.OrderRulesViolated, "too small")
	changed := original.About("voucher", "V1").Says("Spend more")
	want := &fault.Error{
		Code: 400, Key: fault.OrderRulesViolated, Message: "order does not match validation rules", Details: "too small",
		ResourceID: "V1", ResourceType: "voucher", Custom: &fault.Custom{Message: "Spend more"},
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(fault.New(fault.OrderRulesViolated, "too small"), original); diff != "" {
		t.Errorf("the original (-want +got):\n%s", diff)
	}
	if original.Says("") != original {
		t.Error("an empty text makes a copy")
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"voucherify: invalid_payload: order.amount: must not be negative": fault.Invalid("order.amount", "must not be negative"),
		"voucherify: voucher_expired: voucher expired":                    fault.New(fault.VoucherExpired, ""),
		"voucherify: of_a_host":                                           fault.New("of_a_host", ""),
		"voucherify: not_found: Cannot find order with id 7":              fault.Missing("order", "7"),
	} {
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestJSONShape(t *testing.T) {
	t.Parallel()
	full := fault.New(fault.ResourceInUse, "used").At("id").About("products_collection", "k1").Says("Sorry")
	full.RelatedObjectIDs, full.RelatedObjectType = []string{"r1"}, "validation_rules"
	for want, err := range map[string]*fault.Error{
		`{"code":400,"key":"resource_in_use","message":"Resource in use","details":"used","field":"id",` +
			`"resource_id":"k1","resource_type":"products_collection",` +
			`"related_object_ids":["r1"],"related_object_type":"validation_rules","error":{"message":"Sorry"}}`: full,
		`{"code":400,"key":"quantity_exceeded","message":"quantity exceeded"}`: fault.New(fault.QuantityExceeded, ""),
	} {
		got, failure := json.Marshal(err)
		if failure != nil {
			t.Fatal(failure)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A key that is declared but not in the catalogue would silently become class 400 with its own name as the message.
func TestEveryDeclaredKeyIsInTheCatalogue(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "catalogue.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		declared, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(declared.Value)
		if err != nil {
			t.Fatal(err)
		}
		if seen[text] {
			t.Errorf("%s is declared twice", text)
		}
		seen[text] = true
		key := fault.Key(text)
		if message := key.Message(); message == text || message == "" {
			t.Errorf("%s has no message", text)
		}
		if code := key.Code(); code < 400 || code > 499 {
			t.Errorf("%s has class %d", text, code)
		}
		return true
	})
	if len(seen) < 40 {
		t.Errorf("only %d keys found, the test reads the wrong declarations", len(seen))
	}
}
