package voucherify

import (
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
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
	if err := c.checkCustomer(ctx, stored, payload.Metadata); err != nil {
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
	c.touch(merged.ID)
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

// Get reads a customer by id or source_id, with the summary of what he has done, what he holds in loyalty programs, who has brought
// him, and whom he has brought.
func (s *Customers) Get(ctx context.Context, idOrSource string) (customer.Customer, error) {
	var found customer.Customer
	op, err := s.engine.begin()
	if err != nil {
		return found, err
	}
	err = s.engine.store.View(ctx, func(r store.Reader) error {
		stored, _, err := find[customer.Customer](ctx, r, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		found = *stored
		if err := s.engine.fillProfile(ctx, r, op, &found); err != nil {
			return err
		}
		return fillReferrals(ctx, r, &found)
	})
	return found, err
}

// List yields customers, without summaries and without what they hold in loyalty programs.
func (s *Customers) List(ctx context.Context, options ListOptions) iter.Seq2[customer.Customer, error] {
	return list[customer.Customer](ctx, s.engine, record.Customer, options)
}
