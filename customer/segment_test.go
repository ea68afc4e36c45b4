package customer_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
)

func TestCheckOfSegments(t *testing.T) {
	t.Parallel()
	static := func(members int) customer.Segment {
		return customer.Segment{Name: "VIP", Type: customer.StaticSegment, Customers: make([]string, members)}
	}
	for _, tt := range []struct {
		name    string
		segment customer.Segment
		want    string
	}{
		{"a static segment without members", static(0), ""},
		{"as many members as allowed", static(customer.MaxSegmentCustomers), ""},
		{"a member more than allowed", static(customer.MaxSegmentCustomers + 1), "invalid_payload customers"},
		{"no name", customer.Segment{Type: customer.StaticSegment}, "invalid_payload name"},
		{"no type", customer.Segment{Name: "VIP"}, "not_supported type"},
		{"a passive segment", customer.Segment{Name: "VIP", Type: "passive"}, "not_supported type"},
		{"an active segment", customer.Segment{Name: "VIP", Type: "auto-update"}, "not_supported type"},
		{"a type in capitals", customer.Segment{Name: "VIP", Type: "STATIC"}, "not_supported type"},
		{"the first of two mistakes", customer.Segment{}, "invalid_payload name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refusal(tt.segment.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

// The number is Voucherify's, and hosts size their imports by it.
func TestAStaticSegmentHasAtMostTwentyThousandMembers(t *testing.T) {
	t.Parallel()
	if customer.MaxSegmentCustomers != 20_000 {
		t.Errorf("got %d", customer.MaxSegmentCustomers)
	}
}

func ExampleSegment_Check() {
	s := customer.Segment{Name: "Recent buyers", Type: "passive"}
	fmt.Println(s.Check())
	// Output: voucherify: not_supported: type: segments of type "passive" are not supported, only "static"
}
