package voucherify

import (
	"context"
	"iter"
	"slices"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Areas keeps areas and their stores, to which campaigns are assigned. Which of them a caller is assigned to is the business of
// the host, which says so with redemption.Request.AccessScope.
type Areas struct{ engine *Engine }

// Create stores an area. A project has at most access.MaxAreas.
func (s *Areas) Create(ctx context.Context, a access.Area) (access.Area, error) {
	if err := a.Check(); err != nil {
		return access.Area{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		if err := c.checkRoom(ctx, record.Area, "", access.MaxAreas); err != nil {
			return err
		}
		a.ID, a.CreatedAt, a.UpdatedAt, a.Version = c.ids.Next(id.Area), c.now, nil, 1
		return c.put(saved{kind: record.Area, id: a.ID, created: c.now}, &a)
	})
	return a, err
}

// checkRoom refuses one more record of a kind, below a parent if one is given, than there may be.
func (c *change) checkRoom(ctx context.Context, kind record.Kind, parent string, most int) error {
	count := 0
	for _, err := range c.tx.List(ctx, kind, store.Query{Parent: parent, Limit: most}) {
		if err != nil {
			return err
		}
		count++
	}
	if count >= most {
		return fault.Invalid("", "there are %d records of kind %s, at most %d are allowed", count, kind, most)
	}
	return nil
}

// Get reads an area by id.
func (s *Areas) Get(ctx context.Context, id string) (access.Area, error) {
	return get[access.Area](ctx, s.engine, record.Area, id)
}

// Update replaces the name of an area. With a.Version set, an area that was changed since is not overwritten (store.ErrStale).
func (s *Areas) Update(ctx context.Context, a access.Area) (access.Area, error) {
	if err := a.Check(); err != nil {
		return access.Area{}, err
	}
	read := a.Version
	err := s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[access.Area](ctx, c.tx, record.Area, a.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		a.CreatedAt, a.UpdatedAt, a.Version = c.stamp(&doc)
		return c.put(saved{kind: record.Area, id: a.ID, version: doc.Version, created: doc.CreatedAt}, &a)
	})
	return a, err
}

// List yields areas.
func (s *Areas) List(ctx context.Context, options ListOptions) iter.Seq2[access.Area, error] {
	return list[access.Area](ctx, s.engine, record.Area, options)
}

// Delete removes an area. While it has stores, or a campaign is assigned to it, it is resource_in_use.
func (s *Areas) Delete(ctx context.Context, areaID string) error {
	return s.engine.deleteUnlessNamed(ctx, record.Area, areaID, record.AreaStore, record.Campaign)
}

// CreateStore stores a store of an area, which has at most access.MaxStores.
func (s *Areas) CreateStore(ctx context.Context, x access.Store) (access.Store, error) {
	if err := x.Check(); err != nil {
		return access.Store{}, err
	}
	if x.AreaID == "" {
		return access.Store{}, fault.Invalid("area_id", "is required")
	}
	err := s.engine.change(ctx, func(c *change) error {
		if _, _, err := find[access.Area](ctx, c.tx, record.Area, x.AreaID); err != nil {
			return within("area_id", err)
		}
		if err := c.checkRoom(ctx, record.AreaStore, x.AreaID, access.MaxStores); err != nil {
			return err
		}
		x.ID, x.CreatedAt, x.UpdatedAt, x.Version = c.ids.Next(id.AreaStore), c.now, nil, 1
		return c.put(saved{kind: record.AreaStore, id: x.ID, created: c.now, parent: x.AreaID}, &x)
	})
	return x, err
}

// GetStore reads a store by id.
func (s *Areas) GetStore(ctx context.Context, id string) (access.Store, error) {
	return get[access.Store](ctx, s.engine, record.AreaStore, id)
}

// UpdateStore replaces the name of a store; its area is fixed. See Update for x.Version.
func (s *Areas) UpdateStore(ctx context.Context, x access.Store) (access.Store, error) {
	if err := x.Check(); err != nil {
		return access.Store{}, err
	}
	read := x.Version
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[access.Store](ctx, c.tx, record.AreaStore, x.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		if x.AreaID != "" && x.AreaID != stored.AreaID {
			return fault.Invalid("area_id", "is %s and fixed", stored.AreaID)
		}
		x.AreaID = stored.AreaID
		x.CreatedAt, x.UpdatedAt, x.Version = c.stamp(&doc)
		return c.put(saved{kind: record.AreaStore, id: x.ID, version: doc.Version, created: doc.CreatedAt, parent: x.AreaID}, &x)
	})
	return x, err
}

// ListStores yields stores; options.Parent is an area.
func (s *Areas) ListStores(ctx context.Context, options ListOptions) iter.Seq2[access.Store, error] {
	return list[access.Store](ctx, s.engine, record.AreaStore, options)
}

// DeleteStore removes a store. While a campaign is assigned to it by itself, it is resource_in_use.
func (s *Areas) DeleteStore(ctx context.Context, storeID string) error {
	return s.engine.deleteUnlessNamed(ctx, record.AreaStore, storeID, record.Campaign)
}

// checkAccess refuses assignments to areas and stores that do not exist, and fills in the areas of single stores.
func (c *change) checkAccess(ctx context.Context, list access.Assignments) (access.Assignments, error) {
	list = slices.Clone(list)
	for i := range list {
		a, field := &list[i], indexed("access_settings_assignments", i)
		if a.StoreID == "" {
			if _, _, err := find[access.Area](ctx, c.tx, record.Area, a.AreaID); err != nil {
				return nil, within(field+".area_id", err)
			}
			continue
		}
		known, _, err := find[access.Store](ctx, c.tx, record.AreaStore, a.StoreID)
		if err != nil {
			return nil, within(field+".area_store_id", err)
		}
		if a.AreaID != "" && a.AreaID != known.AreaID {
			return nil, fault.Invalid(field+".area_id", "store %s is in area %s", known.ID, known.AreaID)
		}
		a.AreaID = known.AreaID
	}
	return list, nil
}
