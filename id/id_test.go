package id_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/id"
)

// prefixes are those of Voucherify, so they never change: stored ids carry them.
var prefixes = map[string]string{
	"campaign": id.Campaign, "template": id.Template, "category": id.Category, "collection": id.Collection, "customer": id.Customer, "event": id.Event,
	"location": id.Location, "area": id.Area, "store": id.AreaStore, "publication": id.Publication,
	"failed rollback": id.FailedRollback, "failed redemption": id.FailedRedeem, "order": id.Order, "order item": id.OrderItem,
	"product": id.Product, "tier": id.Tier, "redemption": id.Redemption, "return": id.Return, "rollback": id.Rollback,
	"rule": id.Rule, "assignment": id.RuleAssignment, "segment": id.Segment, "SKU": id.SKU, "stack": id.Stack,
	"stacking rules": id.StackingRules, "voucher": id.Voucher,
}

// millisOf reads the time of creation back: the first 11 of the 18 digits.
func millisOf(text string) (int64, error) {
	_, digits, _ := strings.Cut(text, "_")
	return strconv.ParseInt(digits[:11], 16, 64)
}

func TestPrefixesAreVoucherifys(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"campaign": "camp_", "template": "camp_tpl_", "category": "cat_", "collection": "pc_", "customer": "cust_", "event": "ev_",
		"location": "loc_", "area": "ar_", "store": "ars_", "publication": "pub_",
		"failed rollback": "rrf_", "failed redemption": "rf_", "order": "ord_", "order item": "ordli_",
		"product": "prod_", "tier": "promo_", "redemption": "r_", "return": "rt_", "rollback": "rr_",
		"rule": "val_", "assignment": "asgm_", "segment": "seg_", "SKU": "sku_", "stack": "stack_",
		"stacking rules": "stk_", "voucher": "v_",
	}
	if diff := cmp.Diff(want, prefixes); diff != "" {
		t.Errorf("prefixes (-want +got):\n%s", diff)
	}
}

func TestNoIDCanBeOfTwoKinds(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^([a-z]+|camp_tpl)_$`)
	kinds := map[string]string{}
	for kind, prefix := range prefixes {
		if !form.MatchString(prefix) {
			t.Errorf("the prefix %q of %s is neither letters and one underscore nor that of templates", prefix, kind)
		}
		if other, taken := kinds[prefix]; taken {
			t.Errorf("%s and %s share the prefix %s", kind, other, prefix)
		}
		kinds[prefix] = kind
	}
}

func TestNextWritesPrefixTimeAndNumber(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 999_999, time.UTC) // 0x19ca9450a00 ms
	for _, tt := range []struct {
		name   string
		at     time.Time
		random uint64
		want   []string
	}{
		{"the zero time", time.Unix(0, 0), 0, []string{"r_000000000000000001", "r_000000000000000002"}},
		{"a moment, to the millisecond", at, 0x1234567, []string{"r_19ca9450a001234568", "r_19ca9450a001234569"}},
		{"a zone does not count", at.In(time.FixedZone("east", 3600)), 0x1234567, []string{"r_19ca9450a001234568"}},
		{"only the low 28 bits of the random number", at, 0xfffffffff0000000, []string{"r_19ca9450a000000001"}},
		{"the number runs over into the time", at, 0xffffffe, []string{"r_19ca9450a00fffffff", "r_19ca9450a010000000", "r_19ca9450a010000001"}},
		{"before 1970 is 1970", time.Unix(-1, 0), 0, []string{"r_000000000000000001"}},
		{"the last millisecond of 44 bits", time.UnixMilli(1<<44 - 1), 0, []string{"r_fffffffffff0000001"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sequence := id.NewSequence(tt.at, tt.random)
			var got []string
			for range tt.want {
				got = append(got, sequence.Next(id.Redemption))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheZeroSequenceIsUsable(t *testing.T) {
	t.Parallel()
	var sequence id.Sequence
	if got, want := sequence.Next(id.Order), "ord_000000000000000001"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestACopyGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	first := id.NewSequence(time.Unix(1, 0), 7)
	first.Next(id.Order)
	second := first
	want := []string{"ord_000000003e80000009", "ord_000000003e80000009"}
	if diff := cmp.Diff(want, []string{first.Next(id.Order), second.Next(id.Order)}); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestSkippingLeavesIDsOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sequence := id.NewSequence(time.Unix(1, 0), rapid.Uint64Range(1<<28-50, 1<<28-1).Draw(t, "random"))
		other := sequence
		n := rapid.IntRange(0, 100).Draw(t, "skipped")
		for range n {
			other.Next(id.Order)
		}
		sequence.Skip(n)
		if got, want := sequence.Next(id.Order), other.Next(id.Order); got != want {
			t.Errorf("after %d: got %s, want %s", n, got, want)
		}
	})
}

func TestIDsAreUniqueAndSortByTime(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^ordli_[0-9a-f]{18}$`)
	rapid.Check(t, func(t *rapid.T) {
		millis := rapid.Int64Range(0, 1<<44-2).Draw(t, "milliseconds")
		random := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(1<<28-5, 1<<28+5)).Draw(t, "random")
		n := rapid.IntRange(1, 50).Draw(t, "ids")
		sequence := id.NewSequence(time.UnixMilli(millis), random)
		ids := make([]string, n)
		for i := range ids {
			ids[i] = sequence.Next(id.OrderItem)
			if !form.MatchString(ids[i]) {
				t.Errorf("%q is not the prefix and 18 hex digits", ids[i])
			}
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != n {
			t.Errorf("ids do not rise: %q", ids)
		}
	})
}

func TestALaterSequenceGivesLaterIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		earlier := rapid.Int64Range(0, 1<<43).Draw(t, "earlier")
		later := earlier + rapid.Int64Range(1, 1<<40).Draw(t, "difference")
		// Far from the end of its millisecond, as a sequence is unless it starts within the last few ids of the 28 bits.
		first := id.NewSequence(time.UnixMilli(earlier), rapid.Uint64Range(0, 1<<28-100).Draw(t, "random"))
		second := id.NewSequence(time.UnixMilli(later), rapid.Uint64().Draw(t, "other random"))
		a, b := first.Next(id.Order), second.Next(id.Order)
		if a >= b {
			t.Errorf("%s of %d is not before %s of %d", a, earlier, b, later)
		}
		if millis, err := millisOf(a); err != nil || millis != earlier {
			t.Errorf("%s carries the time %d, want %d (%v)", a, millis, earlier, err)
		}
	})
}

func ExampleSequence() {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	sequence := id.NewSequence(at, 16)
	fmt.Println(sequence.Next(id.Redemption))
	fmt.Println(sequence.Next(id.Order))
	// Output:
	// r_19ca9450a000000011
	// ord_19ca9450a000000012
}
