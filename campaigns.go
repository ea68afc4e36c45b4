package voucherify

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// Campaigns keeps campaigns and makes the codes of coupons and gift cards.
type Campaigns struct{ engine *Engine }

// Create stores a campaign with its codes and rule assignments, all or nothing. A campaign is created active. A name that
// is taken is duplicate_found; more codes than the limit or than the code configuration can give are refused before any is
// made.
func (s *Campaigns) Create(ctx context.Context, camp campaign.Campaign) (campaign.Campaign, error) {
	camp = camp.WithDefaults()
	if err := camp.Check(); err != nil {
		return campaign.Campaign{}, err
	}
	rules := camp.ValidationRules
	camp.ValidationRules = nil
	count := camp.VouchersCount
	err := s.engine.change(ctx, func(c *change) error {
		if err := c.checkWhole(ctx, metadata.OfCampaign, camp.Metadata); err != nil {
			return err
		}
		if err := c.checkCategory(ctx, camp.CategoryID, ""); err != nil {
			return err
		}
		var err error
		if camp.AccessSettingsAssignments, err = c.checkAccess(ctx, camp.AccessSettingsAssignments); err != nil {
			return err
		}
		camp.ID, camp.Active, camp.CreatedAt, camp.UpdatedAt, camp.Version = c.ids.Next(id.Campaign), true, c.now, nil, 1
		camp.VouchersCount = 0
		if err := s.addCodes(ctx, c, &camp, s.firstCodes(ctx, c, &camp, count), nil); err != nil {
			return err
		}
		if err := c.putCampaign(&camp, record.Document{CreatedAt: c.now, Keys: keyOf("name", camp.Name)}); err != nil {
			return err
		}
		if err := c.assignAll(ctx, rules, validation.OnCampaign, camp.ID); err != nil {
			return err
		}
		if err := c.emit(event.CampaignCreated, camp.ID, map[string]any{"campaign": &camp}); err != nil {
			return err
		}
		if camp.Type == campaign.Standalone {
			return nil
		}
		return c.generated(&camp, camp.VouchersCount)
	})
	return camp, err
}

// putCampaign plans a campaign. The number of its codes is not part of the record.
func (c *change) putCampaign(camp *campaign.Campaign, doc record.Document) error {
	stored := *camp
	stored.VouchersCount = 0
	return c.put(saved{kind: record.Campaign, id: camp.ID, version: doc.Version, created: doc.CreatedAt, keys: doc.Keys}, &stored)
}

// codesOf is the counter of a campaign's codes.
func codesOf(campaignID string) redemption.CounterKey {
	return redemption.CounterKey{Metric: redemption.CountCodes, Subject: campaignID}
}

// countCodes plans that a campaign has more codes, or fewer.
func (c *change) countCodes(campaignID string, codes int, limit *int64) {
	c.plan.Consume = append(c.plan.Consume, redemption.Consume{Key: codesOf(campaignID), Delta: int64(codes), Limit: limit})
}

// generated plans the event that tells that codes were made; none when there were none to make.
func (c *change) generated(camp *campaign.Campaign, count int) error {
	if count == 0 {
		return nil
	}
	return c.emit(event.CampaignVouchersGenerated, camp.ID, map[string]any{"campaign": camp, "count": count, "completed_at": c.now})
}

// firstCodes are the codes that a campaign is created with.
func (s *Campaigns) firstCodes(ctx context.Context, c *change, camp *campaign.Campaign, count int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		switch {
		case !camp.CampaignType.HasCodes():
		case camp.Type == campaign.Standalone:
			yield([]string{camp.Voucher.Code}, nil)
		case count > s.engine.options.maxCodes:
			yield(nil, fault.Invalid("vouchers_count", "%d codes are more than the limit of %d", count, s.engine.options.maxCodes))
		case count > 0:
			for codes, err := range s.engine.generate(ctx, c, camp.Voucher.CodeConfig, count) {
				if !yield(codes, configured("voucher.code_config", err)) {
					return
				}
			}
		}
	}
}

// configured puts an error of the code configuration under its field; a number of codes has its field already.
func configured(field string, err error) error {
	var e *fault.Error
	if errors.As(err, &e) && e.Key == fault.InvalidCodeConfig {
		return e.At(field)
	}
	return err
}

// voucherOf is a new voucher of a campaign. Discount, effect of the gift and window stay with the campaign until it changes.
func voucherOf(camp *campaign.Campaign) voucher.Voucher {
	v := voucher.Voucher{
		CampaignID: camp.ID, Type: camp.Voucher.Type, Redemption: voucher.Redemption{Quantity: camp.Voucher.Redemption.Quantity},
	}
	if g := camp.Voucher.Gift; g != nil {
		v.Gift = voucher.Gift{Amount: g.Amount}.Opened()
	}
	if card := camp.Voucher.LoyaltyCard; card != nil {
		v.LoyaltyCard = voucher.NewLoyaltyCard(card.Points)
	}
	return v
}

// Get reads a campaign by id or name.
func (s *Campaigns) Get(ctx context.Context, idOrName string) (campaign.Campaign, error) {
	var camp campaign.Campaign
	err := s.engine.store.View(ctx, func(r store.Reader) error {
		found, _, err := findCampaign(ctx, r, idOrName)
		if err == nil {
			camp = *found
		}
		return err
	})
	return camp, err
}

// findCampaign reads a campaign by id or name, with the number of its codes.
func findCampaign(ctx context.Context, r store.Reader, idOrName string) (*campaign.Campaign, record.Document, error) {
	camp, doc, err := find[campaign.Campaign](ctx, r, record.Campaign, idOrName, record.Key("name", idOrName))
	if err != nil {
		return nil, doc, err
	}
	counters, err := r.Counters(ctx, []redemption.CounterKey{codesOf(camp.ID)})
	camp.VouchersCount = int(counters[codesOf(camp.ID)])
	return camp, doc, err
}

// List yields campaigns. VouchersCount is not filled in.
func (s *Campaigns) List(ctx context.Context, options ListOptions) iter.Seq2[campaign.Campaign, error] {
	return list[campaign.Campaign](ctx, s.engine, record.Campaign, options)
}

// edit changes a stored campaign; a protected one refuses.
func (s *Campaigns) edit(ctx context.Context, idOrName string, kind event.Type, fn func(*change, *campaign.Campaign, record.Document) error) error {
	return s.engine.change(ctx, func(c *change) error {
		camp, doc, err := findCampaign(ctx, c.tx, idOrName)
		if err != nil {
			return err
		}
		if camp.Protected {
			return fault.New(fault.ResourceProtected, "campaign %s is protected", camp.Name).About("campaign", camp.ID)
		}
		if err := fn(c, camp, doc); err != nil {
			return err
		}
		camp.UpdatedAt, camp.Version = &c.now, doc.Version+1
		if err := c.putCampaign(camp, doc); err != nil {
			return err
		}
		return c.emit(kind, camp.ID, map[string]any{"campaign": camp})
	})
}

// Update replaces description, dates, category, discount, limit, join_once, areas and stores, and protection, and merges
// metadata. The pool may change between STATIC and AUTO_UPDATE. Name, kind, the type of the discount and the amount of the gift
// are fixed. Codes that were given out or redeemed keep what they had: the old discount or effect, and the old window, are
// written onto them in the same transaction.
func (s *Campaigns) Update(ctx context.Context, camp campaign.Campaign) (campaign.Campaign, error) {
	err := s.edit(ctx, camp.ID, event.CampaignUpdated, func(c *change, stored *campaign.Campaign, doc record.Document) (err error) {
		if err := current(doc, camp.Version); err != nil {
			return err
		}
		if err := fixedParts(stored, &camp); err != nil {
			return err
		}
		before := *stored
		stored.Description, stored.Window, stored.CategoryID = camp.Description, camp.Window, camp.CategoryID
		stored.ActivityDurationAfterPublishing, stored.Protected = camp.ActivityDurationAfterPublishing, camp.Protected
		stored.Type, stored.JoinOnce = campaign.Pool(cmp.Or(string(camp.Type), string(stored.Type))), camp.JoinOnce
		stored.AutoJoin, stored.LoyaltyTiersExpiration = camp.AutoJoin, camp.LoyaltyTiersExpiration
		stored.AccessSettingsAssignments = camp.AccessSettingsAssignments
		stored.Metadata = metadata.Merge(stored.Metadata, camp.Metadata)
		if err := c.checkChange(ctx, metadata.OfCampaign, before.Metadata, stored.Metadata); err != nil {
			return err
		}
		if camp.Voucher != nil && stored.Voucher != nil {
			template := *stored.Voucher
			template.Discount, template.Redemption = camp.Voucher.Discount, camp.Voucher.Redemption
			template.Gift, template.LoyaltyCard = camp.Voucher.Gift, camp.Voucher.LoyaltyCard
			stored.Voucher = &template
		}
		*stored = stored.WithDefaults()
		if err := stored.Check(); err != nil {
			return err
		}
		if err := c.checkCategory(ctx, stored.CategoryID, before.CategoryID); err != nil {
			return err
		}
		if stored.AccessSettingsAssignments, err = c.checkAccess(ctx, stored.AccessSettingsAssignments); err != nil {
			return err
		}
		return s.freeze(ctx, c, &before, stored)
	})
	if err != nil {
		return campaign.Campaign{}, err
	}
	return s.Get(ctx, camp.ID)
}

// fixedParts refuses a change of what never changes.
func fixedParts(stored, sent *campaign.Campaign) error {
	switch {
	case sent.Name != "" && sent.Name != stored.Name:
		return fault.New(fault.InvalidCampaign, "a campaign keeps its name").At("name")
	case sent.CampaignType != "" && sent.CampaignType != stored.CampaignType:
		return fault.New(fault.InvalidCampaign, "a campaign keeps its kind").At("campaign_type")
	case sent.Type != "" && sent.Type != stored.Type && (sent.Type == campaign.Standalone || stored.Type == campaign.Standalone):
		return fault.New(fault.InvalidCampaign, "a campaign stays or does not become %s", campaign.Standalone).At("type")
	case sent.Voucher == nil || stored.Voucher == nil:
		return nil
	case stored.Voucher.Gift != nil:
		if g := sent.Voucher.Gift; g == nil || g.Amount != stored.Voucher.Gift.Amount {
			return fault.New(fault.InvalidCampaign, "the amount of a gift never changes").At("voucher.gift.amount")
		}
	case stored.Voucher.LoyaltyCard != nil:
		if sent.Voucher.LoyaltyCard == nil {
			return fault.New(fault.InvalidCampaign, "a loyalty program keeps its card").At("voucher.loyalty_card")
		}
	case sent.Voucher.Discount == nil || sent.Voucher.Discount.Type != stored.Voucher.Discount.Type:
		return fault.New(fault.InvalidCampaign, "the type of a discount never changes").At("voucher.discount.type")
	}
	return nil
}

// Enable switches a campaign on, Disable off, with everything in it. Nothing that was issued is lost.
func (s *Campaigns) Enable(ctx context.Context, idOrName string) error {
	return s.edit(ctx, idOrName, event.CampaignEnabled, func(_ *change, c *campaign.Campaign, _ record.Document) error { c.Active = true; return nil })
}

// Disable switches a campaign off; see Enable.
func (s *Campaigns) Disable(ctx context.Context, idOrName string) error {
	return s.edit(ctx, idOrName, event.CampaignDisabled, func(_ *change, c *campaign.Campaign, _ record.Document) error { c.Active = false; return nil })
}

// Delete removes a campaign with its codes, tiers, stacks and assignments. Without force they go to the bin, where name
// and codes stay reserved. What was redeemed stays recorded and can be rolled back.
func (s *Campaigns) Delete(ctx context.Context, idOrName string, force bool) error {
	return s.engine.change(ctx, func(c *change) error {
		camp, doc, err := findCampaign(ctx, c.tx, idOrName)
		if err != nil {
			return err
		}
		if camp.Protected {
			return fault.New(fault.ResourceProtected, "campaign %s is protected", camp.Name).About("campaign", camp.ID)
		}
		docs := []record.Document{doc}
		gone, codes := map[string]bool{camp.ID: true}, 0
		for _, kind := range [...]record.Kind{record.Voucher, record.Tier, record.Stack, record.RewardAssignment} {
			for child, err := range c.tx.List(ctx, kind, store.Query{Parent: camp.ID}) {
				if err != nil {
					return err
				}
				docs = append(docs, child)
				gone[child.ID] = true
				if kind == record.Voucher {
					codes++ // the counter was read earlier: a publication may have made codes since
				}
			}
		}
		if err := c.unassignAll(ctx, gone); err != nil {
			return err
		}
		if err := c.giveUpAll(ctx, docs); err != nil {
			return err
		}
		c.countCodes(camp.ID, -codes, nil)
		for _, d := range docs {
			if err := c.remove(ctx, d, force); err != nil {
				return err
			}
		}
		return c.emit(event.CampaignDeleted, camp.ID, map[string]any{"campaign": camp, "deleted_at": c.now})
	})
}

// giveUpAll takes the vouchers among the documents out of their pool and out of wallets.
func (c *change) giveUpAll(ctx context.Context, docs []record.Document) error {
	for _, doc := range docs {
		if doc.Kind != record.Voucher {
			continue
		}
		v, err := decode[voucher.Voucher](doc)
		if err != nil {
			return err
		}
		if err := c.giveUp(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// AddVouchers generates further codes with the configuration of the campaign, or with another one for this batch, and returns
// them. The codes are stored as they are generated, in one transaction.
func (s *Campaigns) AddVouchers(ctx context.Context, idOrName string, count int, config *voucher.CodeConfig) ([]string, error) {
	var all []string
	err := s.add(ctx, idOrName, count, func(c *change, camp *campaign.Campaign) iter.Seq2[[]string, error] {
		use := camp.Voucher.CodeConfig
		if config != nil {
			use = *config
		}
		return func(yield func([]string, error) bool) {
			all = all[:0]
			for codes, err := range s.engine.generate(ctx, c, use, count) {
				all = append(all, codes...)
				if !yield(codes, configured("code_config", err)) {
					return
				}
			}
			if err := c.generated(camp, count); err != nil {
				yield(nil, err)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// AddVoucher adds one chosen code to a campaign.
func (s *Campaigns) AddVoucher(ctx context.Context, idOrName, code string) error {
	if err := voucher.CheckCode(code); err != nil {
		return err
	}
	return s.add(ctx, idOrName, 1, func(*change, *campaign.Campaign) iter.Seq2[[]string, error] {
		return func(yield func([]string, error) bool) { yield([]string{code}, nil) }
	})
}

func (s *Campaigns) add(ctx context.Context, idOrName string, count int, codesOf func(*change, *campaign.Campaign) iter.Seq2[[]string, error]) error {
	return s.edit(ctx, idOrName, event.CampaignVouchersAdded, func(c *change, camp *campaign.Campaign, _ record.Document) error {
		switch {
		case !camp.CampaignType.HasCodes() || camp.Type == campaign.Standalone:
			return fault.New(fault.InvalidCampaign, "a campaign of type %s %s has no further codes", camp.CampaignType, camp.Type).At("campaign")
		case count < 1 || camp.VouchersCount+count > s.engine.options.maxCodes:
			return fault.Invalid("vouchers_count", "%d codes beside %d are more than the limit of %d", count, camp.VouchersCount, s.engine.options.maxCodes)
		}
		limit := int64(s.engine.options.maxCodes)
		return s.addCodes(ctx, c, camp, codesOf(c, camp), &limit)
	})
}
