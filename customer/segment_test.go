package customer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/internal/contract"
)

func TestCheckOfSegments(t *testing.T) {
	t.Parallel()
	static := func(members int) customer.Segment {
		return customer.Segment{Name: "VIP", Type: customer.StaticSegment, Customers: make([]string, members)}
	}
	city := &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"city": {"$is": {"Kraków"}}}}
	for _, tt := range []struct {
		name    string
		segment customer.Segment
		want    string
	}{
		{"a static segment without members", static(0), ""},
		{"as many members as allowed", static(customer.MaxSegmentCustomers), ""},
		{"a member more than allowed", static(customer.MaxSegmentCustomers + 1), "invalid_payload customers"},
		{"no name", customer.Segment{Type: customer.StaticSegment}, "invalid_payload name"},
		{"no type", customer.Segment{Name: "VIP"}, "invalid_payload type"},
		{"a type in capitals", customer.Segment{Name: "VIP", Type: "STATIC"}, "invalid_payload type"},
		{"a name that is too long", customer.Segment{Name: strings.Repeat("n", customer.MaxSegmentName+1), Type: customer.StaticSegment}, "invalid_payload name"},
		{"a passive segment", customer.Segment{Name: "VIP", Type: customer.PassiveSegment, Filter: city}, ""},
		{"an active segment", customer.Segment{Name: "VIP", Type: customer.ActiveSegment, Filter: city}, ""},
		{"a passive segment without a filter", customer.Segment{Name: "VIP", Type: customer.PassiveSegment}, "invalid_payload filter"},
		{"a static segment with a filter", customer.Segment{Name: "VIP", Type: customer.StaticSegment, Filter: city}, "invalid_payload filter"},
		{"an active segment with members", customer.Segment{Name: "VIP", Type: customer.ActiveSegment, Filter: city, Customers: []string{"cust_1"}},
			"invalid_payload customers"},
		{"a filter of the wrong shape", customer.Segment{Name: "VIP", Type: customer.ActiveSegment, Filter: &filter.Filter{Junction: "and"}},
			"invalid_payload filter"},
		{"the first of two mistakes", customer.Segment{}, "invalid_payload name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, contract.Refusal(tt.segment.Check())); diff != "" {
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
	// Output: voucherify: invalid_payload: filter: is required for a passive segment
}
