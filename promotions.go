package voucherify

import (
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// Promotions keeps the tiers and stacks of promotion campaigns.
type Promotions struct{ engine *Engine }

// promotionCampaign reads the campaign that a tier or stack belongs to.
func promotionCampaign(ctx context.Context, r store.Reader, campaignID string) (*campaign.Campaign, error) {
	camp, _, err := find[campaign.Campaign](ctx, r, record.Campaign, campaignID)
	if err != nil {
		return nil, within("campaign_id", err)
	}
	if camp.CampaignType != campaign.Promotion {
		return nil, fault.New(fault.InvalidCampaign, "campaign %s is no promotion", camp.Name).At("campaign_id")
	}
	return camp, nil
}

// CreateTier stores a tier in a promotion campaign, with its rule assignments. A tier is created active; without a
// hierarchy it comes behind the tiers of its campaign.
func (s *Promotions) CreateTier(ctx context.Context, t promotion.Tier) (promotion.Tier, error) {
	if err := t.Check(); err != nil {
		return promotion.Tier{}, err
	}
	rules := t.ValidationRules
	t.ValidationRules, t.Active = nil, true
	last := t.Hierarchy == 0
	err := s.engine.change(ctx, func(c *change) error { return s.create(ctx, c, &t, rules, last) })
	return t, err
}

// create stores a tier that was checked.
func (s *Promotions) create(ctx context.Context, c *change, t *promotion.Tier, rules []string, last bool) error {
	camp, err := promotionCampaign(ctx, c.tx, t.CampaignID)
	if err != nil {
		return err
	}
	if err := t.Window.Or(camp.Window).Check(); err != nil {
		return err
	}
	if err := c.checkCategory(ctx, t.CategoryID, ""); err != nil {
		return err
	}
	if err := c.checkWhole(ctx, metadata.OfPromotionTier, t.Metadata); err != nil {
		return err
	}
	if last {
		next := 1
		for doc, err := range c.tx.List(ctx, record.Tier, store.Query{Parent: t.CampaignID}) {
			if err != nil {
				return err
			}
			other, err := decode[promotion.Tier](doc)
			if err != nil {
				return err
			}
			next = max(next, other.Hierarchy+1)
		}
		t.Hierarchy = next
	}
	t.ID, t.CreatedAt, t.UpdatedAt, t.Version = c.ids.Next(id.Tier), c.now, nil, 1
	if err := c.put(saved{kind: record.Tier, id: t.ID, created: c.now, parent: t.CampaignID}, t); err != nil {
		return err
	}
	if err := c.assignAll(ctx, rules, validation.OnPromotionTier, t.ID); err != nil {
		return err
	}
	return c.emit(event.PromotionTierCreated, t.ID, map[string]any{"promotion_tier": t})
}

// GetTier reads a tier by id.
func (s *Promotions) GetTier(ctx context.Context, id string) (promotion.Tier, error) {
	return get[promotion.Tier](ctx, s.engine, record.Tier, id)
}

// ListTiers yields tiers; ListOptions.Parent keeps those of one campaign.
func (s *Promotions) ListTiers(ctx context.Context, options ListOptions) iter.Seq2[promotion.Tier, error] {
	return list[promotion.Tier](ctx, s.engine, record.Tier, options)
}

func (s *Promotions) editTier(ctx context.Context, tierID string, kind event.Type, fn func(*change, *promotion.Tier, record.Document) error) error {
	return s.engine.change(ctx, func(c *change) error {
		t, doc, err := find[promotion.Tier](ctx, c.tx, record.Tier, tierID)
		if err != nil {
			return err
		}
		before := t.Metadata
		if err := fn(c, t, doc); err != nil {
			return err
		}
		if err := c.checkChange(ctx, metadata.OfPromotionTier, before, t.Metadata); err != nil {
			return err
		}
		t.UpdatedAt, t.Version = &c.now, doc.Version+1
		if err := c.put(saved{kind: record.Tier, id: t.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent}, t); err != nil {
			return err
		}
		return c.emit(kind, t.ID, map[string]any{"promotion_tier": t})
	})
}

// UpdateTier replaces name, banner, action, hierarchy, window and category of a tier, and merges metadata. The campaign is
// fixed; the switch is set with EnableTier and DisableTier.
func (s *Promotions) UpdateTier(ctx context.Context, t promotion.Tier) (promotion.Tier, error) {
	if err := t.Check(); err != nil {
		return promotion.Tier{}, err
	}
	err := s.editTier(ctx, t.ID, event.PromotionTierUpdated, func(c *change, stored *promotion.Tier, doc record.Document) error {
		if err := current(doc, t.Version); err != nil {
			return err
		}
		if err := c.checkCategory(ctx, t.CategoryID, stored.CategoryID); err != nil {
			return err
		}
		camp, err := promotionCampaign(ctx, c.tx, stored.CampaignID)
		if err != nil {
			return err
		}
		if err := t.Window.Or(camp.Window).Check(); err != nil {
			return err
		}
		stored.Name, stored.Banner, stored.Action, stored.Window = t.Name, t.Banner, t.Action, t.Window
		stored.CategoryID, stored.Metadata = t.CategoryID, metadata.Merge(stored.Metadata, t.Metadata)
		if t.Hierarchy > 0 {
			stored.Hierarchy = t.Hierarchy
		}
		return nil
	})
	if err != nil {
		return promotion.Tier{}, err
	}
	return s.GetTier(ctx, t.ID)
}

// EnableTier switches a tier on, DisableTier off.
func (s *Promotions) EnableTier(ctx context.Context, id string) error {
	return s.editTier(ctx, id, event.PromotionTierEnabled, func(_ *change, t *promotion.Tier, _ record.Document) error { t.Active = true; return nil })
}

// DisableTier switches a tier off; see EnableTier.
func (s *Promotions) DisableTier(ctx context.Context, id string) error {
	return s.editTier(ctx, id, event.PromotionTierDisabled, func(_ *change, t *promotion.Tier, _ record.Document) error { t.Active = false; return nil })
}

// DeleteTier removes a tier for good, with its assignments. Stacks that name it answer it as not found.
func (s *Promotions) DeleteTier(ctx context.Context, tierID string) error {
	return s.engine.change(ctx, func(c *change) error {
		t, doc, err := find[promotion.Tier](ctx, c.tx, record.Tier, tierID)
		if err != nil {
			return err
		}
		if err := c.unassignAll(ctx, map[string]bool{t.ID: true}); err != nil {
			return err
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		return c.emit(event.PromotionTierDeleted, t.ID, map[string]any{"promotion_tier": t})
	})
}

// CreateStack stores a sequence of tiers of one campaign.
func (s *Promotions) CreateStack(ctx context.Context, stack promotion.Stack) (promotion.Stack, error) {
	return s.putStack(ctx, stack, event.PromotionStackCreated)
}

// UpdateStack replaces name, tiers and category of a stack.
func (s *Promotions) UpdateStack(ctx context.Context, stack promotion.Stack) (promotion.Stack, error) {
	if stack.ID == "" {
		return promotion.Stack{}, fault.Invalid("id", "is required")
	}
	return s.putStack(ctx, stack, event.PromotionStackUpdated)
}

func (s *Promotions) putStack(ctx context.Context, stack promotion.Stack, kind event.Type) (promotion.Stack, error) {
	if err := stack.Check(); err != nil {
		return promotion.Stack{}, err
	}
	read := stack.Version
	err := s.engine.change(ctx, func(c *change) error {
		doc, category := record.Document{CreatedAt: c.now}, ""
		if kind == event.PromotionStackCreated {
			stack.ID = c.ids.Next(id.Stack)
		} else {
			stored, known, err := find[promotion.Stack](ctx, c.tx, record.Stack, stack.ID)
			if err != nil {
				return err
			}
			if err := current(known, read); err != nil {
				return err
			}
			doc, stack.CampaignID, stack.UpdatedAt, category = known, stored.CampaignID, &c.now, stored.CategoryID
		}
		if err := c.checkCategory(ctx, stack.CategoryID, category); err != nil {
			return err
		}
		if _, err := promotionCampaign(ctx, c.tx, stack.CampaignID); err != nil {
			return err
		}
		for i, tierID := range stack.Tiers.IDs {
			tier, _, err := find[promotion.Tier](ctx, c.tx, record.Tier, tierID)
			if err != nil {
				return within(indexed("tiers.ids", i), err)
			}
			if tier.CampaignID != stack.CampaignID {
				return fault.Invalid(indexed("tiers.ids", i), "tier %s belongs to another campaign", tierID)
			}
		}
		stack.CreatedAt, stack.Version = doc.CreatedAt, doc.Version+1
		if err := c.put(saved{kind: record.Stack, id: stack.ID, version: doc.Version, created: doc.CreatedAt, parent: stack.CampaignID}, &stack); err != nil {
			return err
		}
		return c.emit(kind, stack.ID, map[string]any{"promotion_stack": &stack})
	})
	return stack, err
}

// GetStack reads a stack by id.
func (s *Promotions) GetStack(ctx context.Context, id string) (promotion.Stack, error) {
	return get[promotion.Stack](ctx, s.engine, record.Stack, id)
}

// ListStacks yields stacks; ListOptions.Parent keeps those of one campaign.
func (s *Promotions) ListStacks(ctx context.Context, options ListOptions) iter.Seq2[promotion.Stack, error] {
	return list[promotion.Stack](ctx, s.engine, record.Stack, options)
}

// DeleteStack removes a stack for good; its tiers stay.
func (s *Promotions) DeleteStack(ctx context.Context, stackID string) error {
	return s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[promotion.Stack](ctx, c.tx, record.Stack, stackID)
		if err != nil {
			return err
		}
		return c.remove(ctx, doc, true)
	})
}
