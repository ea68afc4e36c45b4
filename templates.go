package voucherify

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
)

// Templates keeps configurations of campaigns and promotion tiers that were saved, and sets up new ones from them. A template
// stays what it was when it was saved, whatever becomes of the campaign, its rules and what they name.
type Templates struct{ engine *Engine }

// CreateFromCampaign saves a coupon or gift campaign, named by id or name, with its rules and the products, collections, segments
// and locations that they name. Name, category, codes, areas and stores are not saved. Promotions, loyalty and referral campaigns are
// campaign_type_is_not_supported_by_campaign_template; conditions on who redeems or on loyalty tiers, and static segments, are
// refused. A name that another template has is duplicate_found.
func (s *Templates) CreateFromCampaign(ctx context.Context, idOrName, name, description string) (template.Template, error) {
	return s.save(ctx, name, description, func(c *change) (*template.Snapshot, []string, error) {
		camp, _, err := findCampaign(ctx, c.tx, idOrName)
		if err != nil {
			return nil, nil, err
		}
		snapshot, err := template.OfCampaign(*camp)
		if err != nil {
			return nil, nil, err
		}
		rules, err := c.rulesOf(ctx, camp.ID)
		return snapshot, rules, err
	})
}

// CreateFromTier saves a promotion tier, like CreateFromCampaign. The template makes coupon campaigns and promotion tiers, as that
// of a coupon campaign does.
func (s *Templates) CreateFromTier(ctx context.Context, tierID, name, description string) (template.Template, error) {
	return s.save(ctx, name, description, func(c *change) (*template.Snapshot, []string, error) {
		tier, _, err := find[promotion.Tier](ctx, c.tx, record.Tier, tierID)
		if err != nil {
			return nil, nil, err
		}
		rules, err := c.rulesOf(ctx, tier.ID)
		return template.OfTier(*tier), rules, err
	})
}

// save stores a template of what read returns: a snapshot, still without the rules that are named beside it.
func (s *Templates) save(
	ctx context.Context, name, description string, read func(*change) (*template.Snapshot, []string, error),
) (template.Template, error) {
	t := template.Template{Name: name, Description: description}
	if err := t.Check(); err != nil {
		return template.Template{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		snapshot, rules, err := read(c)
		if err != nil {
			return err
		}
		if err := capture(ctx, c.tx, snapshot, rules); err != nil {
			return err
		}
		t.CampaignType, t.JSONTemplate = snapshot.CampaignType, snapshot
		t.ID, t.CreatedAt, t.Version = c.ids.Next(id.Template), c.now, 1
		return s.put(c, &t, record.Document{CreatedAt: c.now})
	})
	if err != nil {
		return template.Template{}, err
	}
	return t, nil
}

// put plans a template; one that is larger than stores can keep is refused.
func (s *Templates) put(c *change, t *template.Template, doc record.Document) error {
	err := c.put(saved{
		kind: record.CampaignTemplate, id: t.ID, version: doc.Version, created: doc.CreatedAt, keys: keyOf("name", t.Name),
	}, t)
	if err != nil {
		return err
	}
	if size := len(c.plan.Writes[len(c.plan.Writes)-1].Body); size > store.MaxBody {
		return fault.Invalid("json_template", "has %d bytes, at most %d can be stored", size, store.MaxBody)
	}
	return nil
}

// Get reads a template by id or name, with what was saved.
func (s *Templates) Get(ctx context.Context, idOrName string) (template.Template, error) {
	return get[template.Template](ctx, s.engine, record.CampaignTemplate, idOrName, record.Key("name", idOrName))
}

// List yields templates without what was saved.
func (s *Templates) List(ctx context.Context, options ListOptions) iter.Seq2[template.Template, error] {
	return func(yield func(template.Template, error) bool) {
		for t, err := range list[template.Template](ctx, s.engine, record.CampaignTemplate, options) {
			t.JSONTemplate = nil
			if !yield(t, err) {
				return
			}
		}
	}
}

// Update replaces name and description of a template, and nothing else. With t.Version set, a template that was changed since is
// not overwritten (store.ErrStale).
func (s *Templates) Update(ctx context.Context, t template.Template) (template.Template, error) {
	if err := t.Check(); err != nil {
		return template.Template{}, err
	}
	var updated template.Template
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[template.Template](ctx, c.tx, record.CampaignTemplate, t.ID)
		if err != nil {
			return err
		}
		if err := current(doc, t.Version); err != nil {
			return err
		}
		updated = *stored
		updated.Name, updated.Description = t.Name, t.Description
		updated.CreatedAt, updated.UpdatedAt, updated.Version = c.stamp(&doc)
		return s.put(c, &updated, doc)
	})
	if err != nil {
		return template.Template{}, err
	}
	return updated, nil
}

// Delete removes a template for good. What was set up from it stays.
func (s *Templates) Delete(ctx context.Context, idOrName string) error {
	return s.engine.change(ctx, func(c *change) error {
		_, doc, err := find[json.RawMessage](ctx, c.tx, record.CampaignTemplate, idOrName, record.Key("name", idOrName))
		if err != nil {
			return err
		}
		return c.remove(ctx, doc, true)
	})
}

// CampaignSetup creates a campaign from a template, named by id or name: what the template saved, changed as the overrides say. The
// rules are copied. What they name is used as it is when it is unchanged, and created again from the template when it is missing or
// was changed; products and SKUs are used as they are whatever was changed. One whose source_id is reserved by the bin is
// duplicate_found, metadata whose type was changed metadata_validation_failed. All of it is created, or nothing.
func (s *Templates) CampaignSetup(
	ctx context.Context, idOrName string, overrides template.CampaignOverrides,
) (template.CampaignSetup, error) {
	var result template.CampaignSetup
	collided := make(map[string]bool)
	err := s.engine.change(ctx, func(c *change) error {
		snapshot, err := snapshotOf(ctx, c.tx, idOrName)
		if err != nil {
			return err
		}
		camp, err := snapshot.NewCampaign(overrides)
		if err != nil {
			return err
		}
		if camp.VouchersCount > s.engine.options.maxCodes && camp.Type != campaign.Standalone {
			return s.engine.Campaigns.tooMany(camp.VouchersCount)
		}
		r := &resolution{change: c, engine: s.engine, snapshot: snapshot, objectType: validation.OnCampaign, collided: collided}
		rules, err := r.resolve(ctx)
		if err != nil {
			return err
		}
		if camp.Voucher, err = template.Rename(&r.names, camp.Voucher); err != nil {
			return err
		}
		if err := s.engine.Campaigns.create(ctx, c, &camp, rules, camp.VouchersCount); err != nil {
			return err
		}
		result = template.CampaignSetup{Setup: r.setup, Campaign: camp}
		return nil
	})
	if err != nil {
		return template.CampaignSetup{}, err
	}
	return result, nil
}

// TierSetup creates a tier in an existing promotion from a template, like CampaignSetup. A template of gift cards is
// campaign_type_is_not_supported_by_campaign_template.
func (s *Templates) TierSetup(ctx context.Context, idOrName string, overrides template.TierOverrides) (template.TierSetup, error) {
	var result template.TierSetup
	collided := make(map[string]bool)
	err := s.engine.change(ctx, func(c *change) error {
		snapshot, err := snapshotOf(ctx, c.tx, idOrName)
		if err != nil {
			return err
		}
		tier, err := snapshot.NewTier(overrides)
		if err != nil {
			return err
		}
		if _, err := promotionCampaign(ctx, c.tx, tier.CampaignID); err != nil {
			return err
		}
		r := &resolution{change: c, engine: s.engine, snapshot: snapshot, objectType: validation.OnPromotionTier, collided: collided}
		rules, err := r.resolve(ctx)
		if err != nil {
			return err
		}
		if tier.Action, err = template.Rename(&r.names, tier.Action); err != nil {
			return err
		}
		if err := s.engine.Promotions.create(ctx, c, &tier, rules, tier.Hierarchy == 0); err != nil {
			return err
		}
		result = template.TierSetup{Setup: r.setup, PromotionTier: tier}
		return nil
	})
	if err != nil {
		return template.TierSetup{}, err
	}
	return result, nil
}

func snapshotOf(ctx context.Context, r store.Reader, idOrName string) (*template.Snapshot, error) {
	t, _, err := find[template.Template](ctx, r, record.CampaignTemplate, idOrName, record.Key("name", idOrName))
	if err != nil {
		return nil, err
	}
	return t.JSONTemplate, nil
}
