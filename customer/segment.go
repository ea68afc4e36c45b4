package customer

import (
	"strconv"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
)

// SegmentType says how the members of a segment are found.
type SegmentType string

// The types of segments.
const (
	// StaticSegment lists its members, once for ever.
	StaticSegment SegmentType = "static"
	// PassiveSegment holds whoever passes its filter at the moment of asking.
	PassiveSegment SegmentType = "passive"
	// ActiveSegment is a passive one that also reports who enters and who leaves.
	ActiveSegment SegmentType = "auto-update"
)

// The bounds of a segment.
const (
	MaxSegmentName = 255 // bytes
	// MaxSegmentCustomers is the largest number of members of a static segment.
	MaxSegmentCustomers = 20_000
)

// Segment is a named group of customers that rules refer to by id.
type Segment struct {
	ID   string      `json:"id,omitempty"`
	Name string      `json:"name"`
	Type SegmentType `json:"type"`
	// Customers are the ids of the members of a static segment.
	Customers []string `json:"customers,omitempty"`
	// Filter decides about the members of the other types.
	Filter    *filter.Filter `json:"filter,omitempty"`
	CreatedAt time.Time      `json:"created_at,omitzero"`
	UpdatedAt *time.Time     `json:"updated_at,omitempty"`
	Version   int64          `json:"version,omitempty"`
}

// Dynamic reports whether the members are found by a filter.
func (s *Segment) Dynamic() bool { return s.Type == PassiveSegment || s.Type == ActiveSegment }

// Check reports the first thing that is wrong with s. Of a filter it checks the shape; whether its fields exist is checked by
// whoever compiles it.
func (s Segment) Check() error {
	if err := fault.Name("name", s.Name, MaxSegmentName); err != nil {
		return err
	}
	switch {
	case s.Dynamic():
		return s.checkDynamic()
	case s.Type != StaticSegment:
		return fault.Invalid("type", "%q is not one of %s, %s, %s", s.Type, StaticSegment, PassiveSegment, ActiveSegment)
	case s.Filter != nil:
		return fault.Invalid("filter", "a %s segment has no filter", StaticSegment)
	case len(s.Customers) > MaxSegmentCustomers:
		return fault.Invalid("customers", "has %d members, at most %d are allowed", len(s.Customers), MaxSegmentCustomers)
	}
	for i, id := range s.Customers {
		if err := fault.Text("customers["+strconv.Itoa(i)+"]", id, MaxIDLength); err != nil {
			return err
		}
	}
	return nil
}

func (s Segment) checkDynamic() error {
	switch {
	case s.Filter == nil:
		return fault.Invalid("filter", "is required for a %s segment", s.Type)
	case len(s.Customers) > 0:
		return fault.Invalid("customers", "a %s segment lists no customers", s.Type)
	}
	if err := s.Filter.Check(); err != nil {
		return fault.Within("filter", err)
	}
	return nil
}

// Membership is what is stored about one customer: the active segments that the customer was last seen in.
type Membership struct {
	CustomerID string `json:"customer_id"`
	// Segments are ids, sorted.
	Segments  []string  `json:"segments"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Version   int64     `json:"version,omitempty"`
}
