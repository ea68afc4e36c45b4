package voucherify

import (
	"context"
	"iter"
	"slices"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Categories keeps the categories that the stacking rules speak about.
type Categories struct{ engine *Engine }

// Create stores a category. A name that is taken is duplicate_found. Without a hierarchy it is 1.
func (s *Categories) Create(ctx context.Context, category promotion.Category) (promotion.Category, error) {
	if err := category.Check(); err != nil {
		return promotion.Category{}, err
	}
	if category.Hierarchy == 0 {
		category.Hierarchy = 1
	}
	category.StackingRulesType = ""
	err := s.engine.change(ctx, func(c *change) error {
		category.ID, category.CreatedAt, category.Version = c.ids.Next(id.Category), c.now, 1
		return c.put(saved{kind: record.Category, id: category.ID, created: c.now, keys: keyOf("name", category.Name)}, &category)
	})
	return category, err
}

// Get reads a category by id or name.
func (s *Categories) Get(ctx context.Context, idOrName string) (promotion.Category, error) {
	var category promotion.Category
	err := s.engine.store.View(ctx, func(r store.Reader) error {
		found, _, err := find[promotion.Category](ctx, r, record.Category, idOrName, record.Key("name", idOrName))
		if err != nil {
			return err
		}
		category = *found
		return s.fillType(ctx, r, &category)
	})
	return category, err
}

// fillType says what the stacking rules make of a category.
func (s *Categories) fillType(ctx context.Context, r store.Reader, category *promotion.Category) error {
	var rules promotion.StackingRules
	if err := s.engine.readStackingRules(ctx, r, &rules); err != nil {
		return err
	}
	category.StackingRulesType = rules.TypeOf(category.ID)
	return nil
}

// List yields categories.
func (s *Categories) List(ctx context.Context, options ListOptions) iter.Seq2[promotion.Category, error] {
	return func(yield func(promotion.Category, error) bool) {
		rules, err := s.engine.Settings.StackingRules(ctx)
		if err != nil {
			yield(promotion.Category{}, err)
			return
		}
		for category, err := range list[promotion.Category](ctx, s.engine, record.Category, options) {
			category.StackingRulesType = rules.TypeOf(category.ID)
			if !yield(category, err) {
				return
			}
		}
	}
}

// Update replaces name and hierarchy of a category.
func (s *Categories) Update(ctx context.Context, category promotion.Category) (promotion.Category, error) {
	if err := category.Check(); err != nil {
		return promotion.Category{}, err
	}
	read := category.Version
	err := s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[promotion.Category](ctx, c.tx, record.Category, category.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		category.CreatedAt, category.Version, category.StackingRulesType = doc.CreatedAt, doc.Version+1, ""
		if err := c.put(saved{
			kind: record.Category, id: category.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("name", category.Name),
		}, &category); err != nil {
			return err
		}
		return s.fillType(ctx, c.tx, &category)
	})
	return category, err
}

// checkCategory refuses a category that does not exist. One that a record had before may have been deleted since.
func (c *change) checkCategory(ctx context.Context, categoryID, before string) error {
	if categoryID == "" || categoryID == before {
		return nil
	}
	_, _, err := find[promotion.Category](ctx, c.tx, record.Category, categoryID)
	return within("category_id", err)
}

// Delete removes a category. While the stacking rules name it, it is resource_in_use.
func (s *Categories) Delete(ctx context.Context, categoryID string) error {
	return s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[promotion.Category](ctx, c.tx, record.Category, categoryID)
		if err != nil {
			return err
		}
		var rules promotion.StackingRules
		if err := s.engine.readStackingRules(ctx, c.tx, &rules); err != nil {
			return err
		}
		_, limited := rules.ApplicableRedeemablesCategoryLimits[categoryID]
		for _, part := range categoryLists(rules) {
			limited = limited || slices.Contains(part.ids, categoryID)
		}
		if limited {
			return fault.New(fault.ResourceInUse, "the stacking rules name category %s", categoryID).About("category", categoryID)
		}
		return c.remove(ctx, doc, true)
	})
}
