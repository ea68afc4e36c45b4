package voucherify

import (
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

// Campaigns keeps campaigns and makes their codes.
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
	camp.ValidationRules, camp.Active = nil, true
	count := camp.VouchersCount
	err := s.engine.change(ctx, func(c *change) error { return s.create(ctx, c, &camp, rules, count) })
	return camp, err
}

// create stores a campaign that was checked, with count codes.
func (s *Campaigns) create(ctx context.Context, c *change, camp *campaign.Campaign, rules []string, count int) error {
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
	if camp.ReferralProgram, err = c.resolveProgram(ctx, camp.ReferralProgram); err != nil {
		return err
	}
	camp.ID, camp.CreatedAt, camp.UpdatedAt, camp.Version = c.ids.Next(id.Campaign), c.now, nil, 1
	camp.VouchersCount = 0
	if err := s.addCodes(ctx, c, camp, s.firstCodes(ctx, c, camp, count), nil); err != nil {
		return err
	}
	if err := c.putCampaign(camp, record.Document{CreatedAt: c.now, Keys: keyOf("name", camp.Name)}); err != nil {
		return err
	}
	if err := c.assignAll(ctx, rules, validation.OnCampaign, camp.ID); err != nil {
		return err
	}
	if err := c.emit(event.CampaignCreated, camp.ID, map[string]any{"campaign": camp}); err != nil {
		return err
	}
	if camp.Type == campaign.Standalone {
		return nil
	}
	return c.generated(camp, camp.VouchersCount)
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
			yield(nil, s.tooMany(count))
		case count > 0:
			for codes, err := range s.engine.generate(ctx, c, camp.Voucher.CodeConfig, count) {
				if !yield(codes, configured("voucher.code_config", err)) {
					return
				}
			}
		}
	}
}

// tooMany is the error for more codes than a campaign may be created with.
func (s *Campaigns) tooMany(count int) error {
	return fault.Invalid("vouchers_count", "%d codes are more than the limit of %d", count, s.engine.options.maxCodes)
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
		CampaignID: camp.ID, Type: camp.Voucher.Type, IsReferralCode: camp.Voucher.IsReferralCode, Redemption: voucher.Redemption{Quantity: camp.Voucher.Redemption.Quantity},
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

// Enable switches a campaign on, Disable off, with everything in it. Nothing that was issued is lost.
func (s *Campaigns) Enable(ctx context.Context, idOrName string) error {
	return s.edit(ctx, idOrName, event.CampaignEnabled, func(_ *change, c *campaign.Campaign, _ record.Document) error { c.Active = true; return nil })
}

// Disable switches a campaign off; see Enable.
func (s *Campaigns) Disable(ctx context.Context, idOrName string) error {
	return s.edit(ctx, idOrName, event.CampaignDisabled, func(_ *change, c *campaign.Campaign, _ record.Document) error { c.Active = false; return nil })
}

// Delete removes a campaign with its codes, tiers, stacks, earning rules and assignments. Without force they go to the bin, where name
// and codes stay reserved. What was redeemed stays recorded and can be rolled back. While a referral programme rewards with the
// campaign it is resource_in_use.
func (s *Campaigns) Delete(ctx context.Context, idOrName string, force bool) error {
	return s.engine.change(ctx, func(c *change) error {
		camp, doc, err := findCampaign(ctx, c.tx, idOrName)
		if err != nil {
			return err
		}
		if camp.Protected {
			return fault.New(fault.ResourceProtected, "campaign %s is protected", camp.Name).About("campaign", camp.ID)
		}
		if err := c.checkRewardsOf(ctx, camp.ID); err != nil {
			return err
		}
		docs := []record.Document{doc}
		gone, codes := map[string]bool{camp.ID: true}, 0
		for _, kind := range [...]record.Kind{record.Voucher, record.Tier, record.Stack, record.ReferralTier, record.LoyaltyTier, record.EarningRule, record.RewardAssignment} {
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
