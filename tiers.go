package voucherify

import (
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// CreateTiers stores tiers of a program, named by its id or name, all or nothing. Ranges that overlap, also with stored tiers,
// are refused; what lies between ranges is no tier. A name stands once in a program. Members move with their next operation; all of
// them at once with ReevaluateTiers.
func (s *Loyalty) CreateTiers(ctx context.Context, campaignIDOrName string, tiers []loyalty.Tier) ([]loyalty.Tier, error) {
	if len(tiers) == 0 || len(tiers) > loyalty.MaxTiers {
		return nil, fault.Invalid("tiers", "%d tiers are not between 1 and %d", len(tiers), loyalty.MaxTiers)
	}
	at := func(i int, err error) error {
		if len(tiers) == 1 {
			return err
		}
		return within(indexed("tiers", i), err)
	}
	for i := range tiers {
		if err := tiers[i].Check(); err != nil {
			return nil, at(i, err)
		}
	}
	var created []loyalty.Tier
	err := s.engine.change(ctx, func(c *change) error {
		created = append([]loyalty.Tier(nil), tiers...)
		p, err := c.tiersOf(ctx, campaignIDOrName)
		if err != nil {
			return err
		}
		for i := range created {
			t := &created[i]
			if err := c.checkWhole(ctx, metadata.OfLoyaltyTier, t.Metadata); err != nil {
				return at(i, err)
			}
			t.ID, t.CampaignID, t.CreatedAt, t.UpdatedAt, t.Version = c.ids.Next(id.LoyaltyTier), p.campaign.ID, c.now, nil, 1
			p.tiers = append(p.tiers, t)
			if err := c.put(saved{kind: record.LoyaltyTier, id: t.ID, created: c.now, parent: t.CampaignID}, t); err != nil {
				return err
			}
			if err := c.emit(event.CampaignLoyaltyTierCreated, t.ID, p.about(t)); err != nil {
				return err
			}
		}
		return p.seal(c)
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

// programTiers are the tiers of a program, in a change of them.
type programTiers struct {
	campaign *campaign.Campaign
	doc      record.Document
	tiers    []*loyalty.Tier
}

// tiersOf reads the tiers of a program.
func (c *change) tiersOf(ctx context.Context, idOrName string) (*programTiers, error) {
	camp, doc, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, idOrName, record.Key("name", idOrName))
	if err != nil {
		return nil, within("campaign_id", err)
	}
	if camp.CampaignType != campaign.LoyaltyProgram {
		return nil, fault.New(fault.InvalidCampaign, "campaign %s is no loyalty program", camp.Name).At("campaign_id")
	}
	p := &programTiers{campaign: camp, doc: doc}
	for doc, err := range c.tx.List(ctx, record.LoyaltyTier, store.Query{Parent: camp.ID}) {
		if err != nil {
			return nil, err
		}
		t, err := decode[loyalty.Tier](doc)
		if err != nil {
			return nil, err
		}
		p.tiers = append(p.tiers, t)
	}
	return p, nil
}

// seal checks the tiers as they will be. The campaign is written with them: of two changes of its tiers at the same time one runs
// again and sees the other, so that no two of them overlap.
func (p *programTiers) seal(c *change) error {
	if len(p.tiers) > loyalty.MaxTiers {
		return fault.Invalid("tiers", "%d tiers are more than the limit of %d", len(p.tiers), loyalty.MaxTiers)
	}
	if err := loyalty.SortTiers(p.tiers); err != nil {
		return err
	}
	p.campaign.UpdatedAt, p.campaign.Version = &c.now, p.doc.Version+1
	return c.putCampaign(p.campaign, p.doc)
}

func (p *programTiers) about(t *loyalty.Tier) map[string]any {
	return map[string]any{"campaign": map[string]any{"id": p.campaign.ID, "name": p.campaign.Name}, "loyalty_tier": t}
}

// GetTier reads a tier by id.
func (s *Loyalty) GetTier(ctx context.Context, tierID string) (loyalty.Tier, error) {
	return get[loyalty.Tier](ctx, s.engine, record.LoyaltyTier, tierID)
}

// ListTiers yields tiers in the order in which they were created; ListOptions.Parent keeps those of one campaign.
func (s *Loyalty) ListTiers(ctx context.Context, options ListOptions) iter.Seq2[loyalty.Tier, error] {
	return list[loyalty.Tier](ctx, s.engine, record.LoyaltyTier, options)
}

// UpdateTier replaces name, range and mappings of a tier and merges metadata; the campaign is fixed. Members move as CreateTiers says.
func (s *Loyalty) UpdateTier(ctx context.Context, t loyalty.Tier) (loyalty.Tier, error) {
	if err := t.Check(); err != nil {
		return loyalty.Tier{}, err
	}
	var updated loyalty.Tier
	err := s.editTier(ctx, t.ID, func(c *change, p *programTiers, stored *loyalty.Tier, doc record.Document) error {
		if err := current(doc, t.Version); err != nil {
			return err
		}
		before := stored.Metadata
		stored.Name, stored.Points, stored.EarningRules, stored.Rewards = t.Name, t.Points, t.EarningRules, t.Rewards
		stored.Metadata = metadata.Merge(before, t.Metadata)
		if err := c.checkChange(ctx, metadata.OfLoyaltyTier, before, stored.Metadata); err != nil {
			return err
		}
		stored.UpdatedAt, stored.Version = &c.now, doc.Version+1
		updated = *stored
		if err := c.put(saved{kind: doc.Kind, id: doc.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent}, stored); err != nil {
			return err
		}
		return c.emit(event.CampaignLoyaltyTierUpdated, stored.ID, p.about(stored))
	})
	return updated, err
}

// DeleteTier removes a tier for good. Who holds it loses it with the next operation, or with ReevaluateTiers, and may get another one
// that the points hold.
func (s *Loyalty) DeleteTier(ctx context.Context, tierID string) error {
	return s.editTier(ctx, tierID, func(c *change, p *programTiers, stored *loyalty.Tier, doc record.Document) error {
		for i, t := range p.tiers {
			if t == stored {
				p.tiers = append(p.tiers[:i], p.tiers[i+1:]...)
				break
			}
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		return c.emit(event.CampaignLoyaltyTierDeleted, stored.ID, p.about(stored))
	})
}

// editTier changes a stored tier among those of its program.
func (s *Loyalty) editTier(ctx context.Context, tierID string, fn func(*change, *programTiers, *loyalty.Tier, record.Document) error) error {
	return s.engine.change(ctx, func(c *change) error {
		known, doc, err := find[loyalty.Tier](ctx, c.tx, record.LoyaltyTier, tierID)
		if err != nil {
			return err
		}
		p, err := c.tiersOf(ctx, known.CampaignID)
		if err != nil {
			return err
		}
		for _, t := range p.tiers {
			if t.ID == known.ID {
				if err := fn(c, p, t, doc); err != nil {
					return err
				}
				return p.seal(c)
			}
		}
		return fault.Missing(string(record.LoyaltyTier), tierID)
	})
}

// MemberTier is the tier of a member, as the next operation on his card would leave it. (Voucherify: member's loyalty tier.)
type MemberTier struct {
	// Tier is nil for a member without one.
	Tier *loyalty.Tier `json:"loyalty_tier"`
	// Standing is since when he has it, and how long.
	Standing loyalty.Standing `json:"expiration"`
}

// MemberTier reads the tier of the holder of a card. Nothing is written: a tier that is over, changed or
// deleted is shown as what comes after it, also before Maintain or ReevaluateTiers has run.
func (s *Loyalty) MemberTier(ctx context.Context, card string) (MemberTier, error) {
	var answer MemberTier
	err := s.engine.store.View(ctx, func(r store.Reader) error {
		op, err := s.engine.begin()
		if err != nil {
			return err
		}
		m, err := s.engine.member(ctx, r, &op, card)
		if err != nil {
			return err
		}
		c, err := s.engine.take(ctx, r, m.work(&op), m)
		if err != nil {
			return err
		}
		c.Settle() // tiers that were changed or deleted
		answer = MemberTier{Tier: m.program.Tier(c.Account.Tier.TierID), Standing: c.Account.Tier}
		return nil
	})
	return answer, err
}
