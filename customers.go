package voucherify

import (
	"context"
	"iter"
	"reflect"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Customers keeps profiles. A redeem and a publication store the customer that they name by themselves.
type Customers struct{ engine *Engine }

// Upsert creates a customer, or lays the fields that are sent over the stored one, metadata key by key. An id must exist;
// a source_id is created when it is new.
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

// upsertCustomer plans what Upsert says and returns the customer as it will be.
func (c *change) upsertCustomer(ctx context.Context, payload customer.Customer) (*customer.Customer, error) {
	var stored *customer.Customer
	var doc record.Document
	var err error
	switch {
	case payload.ID != "":
		stored, doc, err = find[customer.Customer](ctx, c.tx, record.Customer, payload.ID)
	case payload.SourceID != "":
		stored, doc, err = find[customer.Customer](ctx, c.tx, record.Customer, payload.SourceID, record.Key("source_id", payload.SourceID))
		if isMissing(err) {
			stored, err = nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if err := c.checkCustomer(ctx, stored, payload.Metadata); err != nil {
		return nil, err
	}
	merged := *customer.Merge(stored, &payload)
	kind := event.CustomerUpdated
	if stored == nil {
		kind = event.CustomerCreated
		merged.ID, merged.CreatedAt, merged.UpdatedAt = c.ids.Next(id.Customer), c.now, nil
		doc.CreatedAt = c.now
	} else if reflect.DeepEqual(*stored, merged) {
		return stored, nil
	} else {
		merged.UpdatedAt = &c.now
	}
	merged.Version = doc.Version + 1
	c.touch(merged.ID)
	if err := c.put(saved{
		kind: record.Customer, id: merged.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("source_id", merged.SourceID),
	}, &merged); err != nil {
		return nil, err
	}
	return &merged, c.emit(kind, merged.ID, map[string]any{"customer": &merged})
}

// Get reads a customer by id or source_id, with the summary of what he has done.
func (s *Customers) Get(ctx context.Context, idOrSource string) (customer.Customer, error) {
	var found customer.Customer
	err := s.engine.store.View(ctx, func(r store.Reader) error {
		stored, _, err := find[customer.Customer](ctx, r, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		found = *stored
		found.Summary, err = readSummary(ctx, r, stored)
		return err
	})
	return found, err
}

// List yields customers, without summaries.
func (s *Customers) List(ctx context.Context, options ListOptions) iter.Seq2[customer.Customer, error] {
	return list[customer.Customer](ctx, s.engine, record.Customer, options)
}

// Delete removes a profile for good and frees its source_id. Redemptions and counters stay under the old id, so the same
// person created again starts with fresh limits.
func (s *Customers) Delete(ctx context.Context, idOrSource string) error {
	return s.engine.change(ctx, func(c *change) error {
		known, doc, err := find[customer.Customer](ctx, c.tx, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		if err := c.forgetMembership(ctx, known.ID); err != nil {
			return err
		}
		return c.emit(event.CustomerDeleted, known.ID, map[string]any{"customer": map[string]any{"id": known.ID}})
	})
}
