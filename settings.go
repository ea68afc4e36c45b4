package voucherify

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// Settings keeps the project's settings: one set of stacking rules.
type Settings struct{ engine *Engine }

// stackingRulesID is the id of the one document of stacking rules.
const stackingRulesID = "stacking_rules"

// StackingRules returns the project's stacking rules, defaults filled in.
func (s *Settings) StackingRules(ctx context.Context) (promotion.StackingRules, error) {
	var rules promotion.StackingRules
	err := s.engine.store.View(ctx, func(r store.Reader) error { return s.engine.readStackingRules(ctx, r, &rules) })
	return rules.WithDefaults(), err
}

// SetStackingRules replaces the stacking rules as a whole; zero fields mean the defaults. Categories that they name must
// exist.
func (s *Settings) SetStackingRules(ctx context.Context, rules promotion.StackingRules) (promotion.StackingRules, error) {
	if err := rules.Check(); err != nil {
		return promotion.StackingRules{}, err
	}
	read := rules.Version
	err := s.engine.change(ctx, func(c *change) error {
		if err := checkCategories(ctx, c.tx, rules); err != nil {
			return err
		}
		doc, err := c.tx.Get(ctx, record.Settings, stackingRulesID)
		if errors.Is(err, store.ErrNotFound) {
			doc = record.Document{CreatedAt: c.now}
		} else if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		rules.Version = doc.Version + 1
		return c.put(saved{kind: record.Settings, id: stackingRulesID, version: doc.Version, created: doc.CreatedAt}, &rules)
	})
	return rules.WithDefaults(), err
}

// ResetStackingRules restores the defaults.
func (s *Settings) ResetStackingRules(ctx context.Context) error {
	return s.engine.change(ctx, func(c *change) error {
		doc, err := c.tx.Get(ctx, record.Settings, stackingRulesID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return c.tx.Delete(ctx, doc.Kind, doc.ID, doc.Version)
	})
}

// checkCategories refuses stacking rules that name a category that does not exist.
func checkCategories(ctx context.Context, r store.Reader, rules promotion.StackingRules) error {
	for _, part := range categoryLists(rules) {
		for i, category := range part.ids {
			if _, _, err := find[promotion.Category](ctx, r, record.Category, category); err != nil {
				return within(indexed(part.field, i), err)
			}
		}
	}
	for _, category := range slices.Sorted(maps.Keys(rules.ApplicableRedeemablesCategoryLimits)) {
		if _, _, err := find[promotion.Category](ctx, r, record.Category, category); err != nil {
			return within("applicable_redeemables_category_limits."+category, err)
		}
	}
	return nil
}

type categoryList struct {
	field string
	ids   []string
}

// categoryLists are the lists of categories in stacking rules.
func categoryLists(r promotion.StackingRules) []categoryList {
	return []categoryList{
		{"exclusive_categories", r.ExclusiveCategories}, {"joint_categories", r.JointCategories},
		{"initial_amount_mode_categories", r.InitialAmountModeCategories},
		{"discounted_amount_mode_categories", r.DiscountedAmountModeCategories},
		{"no_effect_skip_categories", r.NoEffectSkipCategories},
		{"no_effect_redeem_anyway_categories", r.NoEffectRedeemAnywayCategories},
	}
}

func indexed(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
