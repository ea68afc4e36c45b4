package voucherify

import (
	"context"
	"errors"
	"iter"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
)

// Customers keeps profiles. A redeem and a publication store the customer that they name by themselves.
type Customers struct{ engine *Engine }

// Upsert creates a customer, or lays the fields that are sent over the stored one, the address part by part and metadata
// key by key; what is cleared goes, what is not sent stays. An id must exist, and wins over a source_id beside it; a
// source_id is created when it is new, and fixed from then on. Without either a customer is created that only has an id.
func (s *Customers) Upsert(ctx context.Context, payload customer.Customer) (customer.Customer, error) {
	if err := payload.Check(); err != nil {
		return customer.Customer{}, err
	}
	var merged customer.Customer
	err := s.engine.change(ctx, func(c *change) error {
		stored, err := c.upsertCustomer(ctx, payload)
		if err == nil {
			merged = *stored
		}
		return err
	})
	return merged, err
}

// Update is Upsert for a customer who must be stored. With the Version that was read, a profile that was changed since is
// refused.
func (s *Customers) Update(ctx context.Context, payload customer.Customer) (customer.Customer, error) {
	if err := payload.Check(); err != nil {
		return customer.Customer{}, err
	}
	if payload.ID == "" && payload.SourceID == "" {
		return customer.Customer{}, fault.Invalid("id", "is required, or a source_id")
	}
	var merged customer.Customer
	err := s.engine.change(ctx, func(c *change) error {
		known, doc, err := c.findCustomer(ctx, &payload)
		switch {
		case err != nil:
			return err
		case known == nil:
			return fault.Missing(string(record.Customer), payload.SourceID)
		}
		if err := current(doc, payload.Version); err != nil {
			return err
		}
		stored, err := c.upsertCustomer(ctx, payload)
		if err == nil {
			merged = *stored
		}
		return err
	})
	return merged, err
}

// upsertCustomer plans what Upsert says and returns the customer as it will be.
func (c *change) upsertCustomer(ctx context.Context, payload customer.Customer) (*customer.Customer, error) {
	stored, doc, err := c.findCustomer(ctx, &payload)
	if err != nil {
		return nil, err
	}
	merged := *customer.Merge(stored, &payload)
	kind := event.CustomerUpdated
	if stored == nil {
		kind = event.CustomerCreated
		merged.ID, merged.CreatedAt, merged.UpdatedAt = c.ids.Next(id.Customer), c.now, nil
		doc.CreatedAt = c.now
	} else if stored.Equal(&merged) {
		return stored, nil
	} else {
		merged.UpdatedAt = &c.now
	}
	merged.Version = doc.Version + 1
	if err := c.put(saved{
		kind: record.Customer, id: merged.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("source_id", merged.SourceID),
	}, &merged); err != nil {
		return nil, err
	}
	return &merged, c.emit(kind, merged.ID, map[string]any{"customer": &merged})
}

// findCustomer reads the customer that a payload names: by id, which must exist, or else by source_id. A customer with a
// new source_id, or with neither, is nil.
func (c *change) findCustomer(ctx context.Context, payload *customer.Customer) (*customer.Customer, record.Document, error) {
	if payload.ID != "" {
		return find[customer.Customer](ctx, c.tx, record.Customer, payload.ID)
	}
	doc, err := c.bySource(ctx, record.Customer, payload.SourceID)
	if err != nil || doc.Version == 0 {
		return nil, doc, err
	}
	stored, err := decode[customer.Customer](doc)
	return stored, doc, err
}

// Get reads a customer by id or source_id.
func (s *Customers) Get(ctx context.Context, idOrSource string) (customer.Customer, error) {
	return get[customer.Customer](ctx, s.engine, record.Customer, idOrSource, record.Key("source_id", idOrSource))
}

// List yields customers.
func (s *Customers) List(ctx context.Context, options ListOptions) iter.Seq2[customer.Customer, error] {
	return list[customer.Customer](ctx, s.engine, record.Customer, options)
}

// Segments keeps named groups of customers for rules.
type Segments struct{ engine *Engine }

// Create stores a static segment.
func (s *Segments) Create(ctx context.Context, segment customer.Segment) (customer.Segment, error) {
	if segment.Type == "" {
		segment.Type = customer.StaticSegment
	}
	if err := segment.Check(); err != nil {
		return customer.Segment{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		segment.ID, segment.CreatedAt, segment.Version = c.ids.Next(id.Segment), c.now, 1
		return c.put(saved{kind: record.Segment, id: segment.ID, created: c.now}, &segment)
	})
	return segment, err
}

// Get reads a segment by id.
func (s *Segments) Get(ctx context.Context, id string) (customer.Segment, error) {
	return get[customer.Segment](ctx, s.engine, record.Segment, id)
}

// List yields segments.
func (s *Segments) List(ctx context.Context, options ListOptions) iter.Seq2[customer.Segment, error] {
	return list[customer.Segment](ctx, s.engine, record.Segment, options)
}

// Delete removes a segment. While a rule names it, it is resource_in_use.
func (s *Segments) Delete(ctx context.Context, segmentID string) error {
	return s.engine.deleteUnlessNamed(ctx, record.Segment, segmentID)
}

// isMissing reports whether err says that there is no such record.
func isMissing(err error) bool {
	return errors.Is(err, fault.NotFound)
}
