package customer

import (
	"strconv"
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// SegmentType says how the members of a segment are found.
type SegmentType string

// StaticSegment lists its members. (Segments with a filter are not part of this version.)
const StaticSegment SegmentType = "static"

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
	// Customers are the ids of the members.
	Customers []string  `json:"customers,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Version   int64     `json:"version,omitempty"`
}

// Check reports the first thing that is wrong with s.
func (s Segment) Check() error {
	if err := fault.Name("name", s.Name, MaxSegmentName); err != nil {
		return err
	}
	switch {
	case s.Type != StaticSegment:
		return fault.New(fault.NotSupported, "segments of type %q are not supported, only %q", s.Type, StaticSegment).At("type")
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
