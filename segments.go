package voucherify

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Segments keeps named groups of customers for rules.
type Segments struct{ engine *Engine }

// Create stores a segment: static with its customers, or with a filter over the fields of customers. Without a type it is
// static, or passive when it has a filter. A project has at most Limits.MaxDynamicSegments with a filter.
//
// Whoever passes the filter of an auto-update segment when it is created is noted as a member without an event; that looks at
// every customer of the project.
func (s *Segments) Create(ctx context.Context, segment customer.Segment) (customer.Segment, error) {
	if segment.Type == "" {
		segment.Type = customer.StaticSegment
		if segment.Filter != nil {
			segment.Type = customer.PassiveSegment
		}
	}
	if err := checkSegment(&segment); err != nil {
		return customer.Segment{}, err
	}
	err := s.engine.change(ctx, func(c *change) error { return s.create(ctx, c, &segment) })
	return segment, err
}

// create stores a segment that was checked.
func (s *Segments) create(ctx context.Context, c *change, segment *customer.Segment) error {
	if err := c.checkLocations(ctx, segment.Filter); err != nil {
		return err
	}
	if err := s.checkRoom(ctx, c.tx, segment); err != nil {
		return err
	}
	segment.ID, segment.CreatedAt, segment.UpdatedAt, segment.Version = c.ids.Next(id.Segment), c.now, nil, 1
	if err := c.put(saved{kind: record.Segment, id: segment.ID, created: c.now}, segment); err != nil {
		return err
	}
	return s.engine.baseline(ctx, c, segment)
}

func checkSegment(segment *customer.Segment) error {
	if err := segment.Check(); err != nil {
		return err
	}
	_, err := redemption.CompileSegment(segment)
	return err
}

// checkRoom refuses one dynamic segment too many.
func (s *Segments) checkRoom(ctx context.Context, r store.Reader, segment *customer.Segment) error {
	if !segment.Dynamic() {
		return nil
	}
	count := 0
	for doc, err := range r.List(ctx, record.Segment, store.Query{}) {
		if err != nil {
			return err
		}
		other, err := decode[customer.Segment](doc)
		if err != nil {
			return err
		}
		if other.Dynamic() {
			count++
		}
	}
	if most := s.engine.options.maxSegments; count >= most {
		return fault.Invalid("", "the project has %d segments with a filter, at most %d are allowed", count, most)
	}
	return nil
}

// Get reads a segment by id.
func (s *Segments) Get(ctx context.Context, id string) (customer.Segment, error) {
	return get[customer.Segment](ctx, s.engine, record.Segment, id)
}

// Update replaces name and filter of a passive segment. The members of a static segment and the filter of an auto-update one
// are fixed: those segments are resource_protected. The type is fixed, see Activate.
func (s *Segments) Update(ctx context.Context, segment customer.Segment) (customer.Segment, error) {
	read := segment.Version
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[customer.Segment](ctx, c.tx, record.Segment, segment.ID)
		if err != nil {
			return err
		}
		if stored.Type != customer.PassiveSegment {
			return fault.New(fault.ResourceProtected, "a segment of type %s cannot be changed", stored.Type).About("segment", stored.ID)
		}
		if err := current(doc, read); err != nil {
			return err
		}
		if segment.Type == "" {
			segment.Type = stored.Type
		}
		if segment.Type != stored.Type {
			return fault.Invalid("type", "is %s and fixed", stored.Type)
		}
		if err := checkSegment(&segment); err != nil {
			return err
		}
		if err := c.checkLocations(ctx, segment.Filter); err != nil {
			return err
		}
		segment.CreatedAt, segment.UpdatedAt, segment.Version = c.stamp(&doc)
		return c.put(saved{kind: record.Segment, id: segment.ID, version: doc.Version, created: doc.CreatedAt}, &segment)
	})
	return segment, err
}

// Activate makes a passive segment auto-update: from now on it reports who enters and who leaves. Its members of this moment
// are noted without events, which looks at every customer of the project. There is no way back. An active segment stays as it
// is; a static one is refused.
func (s *Segments) Activate(ctx context.Context, segmentID string) (customer.Segment, error) {
	var segment customer.Segment
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[customer.Segment](ctx, c.tx, record.Segment, segmentID)
		if err != nil {
			return err
		}
		segment = *stored
		switch segment.Type {
		case customer.ActiveSegment:
			return nil
		case customer.StaticSegment:
			return fault.Invalid("type", "a static segment cannot be activated")
		}
		return s.engine.activateSegment(ctx, c, &segment, doc)
	})
	return segment, err
}

// activateSegment makes a passive segment auto-update.
func (e *Engine) activateSegment(ctx context.Context, c *change, segment *customer.Segment, doc record.Document) error {
	segment.Type = customer.ActiveSegment
	segment.CreatedAt, segment.UpdatedAt, segment.Version = c.stamp(&doc)
	if err := c.put(saved{kind: record.Segment, id: segment.ID, version: doc.Version, created: doc.CreatedAt}, segment); err != nil {
		return err
	}
	return e.baseline(ctx, c, segment)
}

// baseline notes the members of an active segment that is new.
func (e *Engine) baseline(ctx context.Context, c *change, segment *customer.Segment) error {
	if segment.Type != customer.ActiveSegment {
		return nil
	}
	catalogue, err := e.configuration(ctx, c.tx, c.operation)
	if err != nil {
		return err
	}
	return e.seatAll(ctx, c, catalogue, redemption.NewAudience(segment))
}

// List yields segments.
func (s *Segments) List(ctx context.Context, options ListOptions) iter.Seq2[customer.Segment, error] {
	return list[customer.Segment](ctx, s.engine, record.Segment, options)
}

// Delete removes a segment. While a rule or an earning rule names it, it is resource_in_use. Nobody leaves: there are no events.
func (s *Segments) Delete(ctx context.Context, segmentID string) error {
	return s.engine.deleteUnlessNamed(ctx, record.Segment, segmentID, record.Rule, record.EarningRule)
}

// Of returns the segments that a customer belongs to, static and dynamic, with the payload laid over what is stored. One who is
// not stored belongs to the segments whose filter the payload passes.
func (s *Segments) Of(ctx context.Context, payload customer.Customer) ([]customer.Segment, error) {
	if err := payload.Check(); err != nil {
		return nil, err
	}
	var segments []customer.Segment
	op, err := s.engine.begin()
	if err != nil {
		return nil, err
	}
	err = s.engine.store.View(ctx, func(r store.Reader) error {
		catalogue, err := s.engine.configuration(ctx, r, op)
		if err != nil {
			return err
		}
		var all []*customer.Segment
		if err := readAll(ctx, r, record.Segment, &all); err != nil {
			return err
		}
		audience := redemption.NewAudience(all...)
		snapshot, err := r.Snapshot(ctx, redemption.Needs{CustomerID: payload.ID, CustomerSourceID: sourceOf(&payload), Templates: audience.Templates()})
		if err != nil {
			return fmt.Errorf("voucherify: read customer: %w", err)
		}
		if snapshot.Customer == nil && payload.ID != "" {
			return fault.Missing("customer", payload.ID)
		}
		snapshot.Now = op.now
		if err := s.engine.readHistory(ctx, r, snapshot, catalogue.HistoryOf(audience)); err != nil {
			return err
		}
		profile := snapshot.Profile()
		profile.Customer = customer.Merge(snapshot.Customer, &payload)
		member := make(map[string]bool)
		for _, id := range catalogue.SegmentsOf(audience, profile, op.now) {
			member[id] = true
		}
		for _, segment := range all {
			if member[segment.ID] {
				segments = append(segments, *segment)
			}
		}
		return nil
	})
	return segments, err
}

// sourceOf is the source_id that names a customer; an id wins over it.
func sourceOf(c *customer.Customer) string {
	if c.ID != "" {
		return ""
	}
	return c.SourceID
}

// Preview yields the customers who would belong to a segment, which need not be stored. The order is that of their creation,
// for a static segment that of its list.
func (s *Segments) Preview(ctx context.Context, segment customer.Segment) iter.Seq2[customer.Customer, error] {
	if segment.Name == "" {
		segment.Name = "preview"
	}
	return s.membersOf(ctx, func(store.Reader) (*customer.Segment, error) { return &segment, checkSegment(&segment) })
}

// Members yields the customers who belong to a segment now, in the order of Preview.
func (s *Segments) Members(ctx context.Context, segmentID string) iter.Seq2[customer.Customer, error] {
	return s.membersOf(ctx, func(r store.Reader) (*customer.Segment, error) {
		segment, _, err := find[customer.Segment](ctx, r, record.Segment, segmentID)
		return segment, err
	})
}

func (s *Segments) membersOf(ctx context.Context, of func(store.Reader) (*customer.Segment, error)) iter.Seq2[customer.Customer, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(customer.Customer) bool) error {
		op, err := s.engine.begin()
		if err != nil {
			return err
		}
		segment, err := of(r)
		if err != nil {
			return err
		}
		return s.engine.eachCustomerOf(ctx, r, op, segment, func(c *customer.Customer) bool { return each(*c) })
	})
}

// Sweep brings the stored members of auto-update segments in line with the passing of time and with locations that were moved.
// A host calls it once a day after midnight in the project's zone; without filters that need it, it does nothing. The
// customers are looked at in portions, each in a transaction of its own.
func (s *Segments) Sweep(ctx context.Context) error {
	var after *store.Cursor
	for more := true; more; {
		var last *store.Cursor
		err := s.engine.change(ctx, func(c *change) error {
			last, more = nil, false
			catalogue, err := s.engine.configuration(ctx, c.tx, c.operation)
			if err != nil || !catalogue.Active().Drifts() {
				return err
			}
			// Each customer may have an event for each segment, and an operation has so many identifiers.
			portion := max(1, min(customersAtOnce, idsOfPlan/catalogue.Active().Dynamic()))
			customers, cursor, err := customersAfter(ctx, c.tx, after, portion)
			for _, one := range customers {
				c.touch(one.ID)
			}
			last, more = cursor, len(customers) == portion
			return err
		})
		if err != nil {
			return err
		}
		after = last
	}
	return nil
}

// isMissing reports whether err says that there is no such record.
func isMissing(err error) bool { return errors.Is(err, fault.NotFound) }
