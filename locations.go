package voucherify

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Locations keeps places for rules and for the filters of segments and collections ($in_location).
type Locations struct{ engine *Engine }

// Create stores a location.
func (s *Locations) Create(ctx context.Context, l location.Location) (location.Location, error) {
	if err := l.Check(); err != nil {
		return location.Location{}, err
	}
	err := s.engine.change(ctx, func(c *change) error { return c.createLocation(&l) })
	return l, err
}

// createLocation stores a location that was checked.
func (c *change) createLocation(l *location.Location) error {
	l.ID, l.CreatedAt, l.UpdatedAt, l.Version = c.ids.Next(id.Location), c.now, nil, 1
	return c.put(saved{kind: record.Location, id: l.ID, created: c.now}, l)
}

// Get reads a location by id.
func (s *Locations) Get(ctx context.Context, id string) (location.Location, error) {
	return get[location.Location](ctx, s.engine, record.Location, id)
}

// Update replaces name and shape of a location, which counts at once for everything that refers to it. With l.Version set,
// a location that was changed since is not overwritten (store.ErrStale).
func (s *Locations) Update(ctx context.Context, l location.Location) (location.Location, error) {
	if err := l.Check(); err != nil {
		return location.Location{}, err
	}
	read := l.Version
	err := s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[location.Location](ctx, c.tx, record.Location, l.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		l.CreatedAt, l.UpdatedAt, l.Version = c.stamp(&doc)
		return c.put(saved{kind: record.Location, id: l.ID, version: doc.Version, created: doc.CreatedAt}, &l)
	})
	return l, err
}

// List yields locations.
func (s *Locations) List(ctx context.Context, options ListOptions) iter.Seq2[location.Location, error] {
	return list[location.Location](ctx, s.engine, record.Location, options)
}

// Delete removes a location. While a segment, a collection or a rule names it, it is resource_in_use.
func (s *Locations) Delete(ctx context.Context, locationID string) error {
	return s.engine.deleteUnlessNamed(ctx, record.Location, locationID, record.Segment, record.Collection, record.Rule)
}

// checkLocations refuses a filter that names a location that does not exist.
func (c *change) checkLocations(ctx context.Context, f *filter.Filter) error {
	if f == nil {
		return nil
	}
	const operator = "$in_location"
	for _, field := range f.Names() {
		for i, value := range f.Fields[field][operator] {
			name, _ := value.(string)
			_, err := c.tx.Get(ctx, record.Location, name)
			switch {
			case errors.Is(err, store.ErrNotFound):
				return fault.Missing("location", name).At(fmt.Sprintf("filter.%s.conditions.%s[%d]", field, operator, i))
			case err != nil:
				return fmt.Errorf("voucherify: read location %s: %w", name, err)
			}
		}
	}
	return nil
}
