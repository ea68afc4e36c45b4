package voucherify

import (
	"cmp"
	"context"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// Clone creates a campaign that is like another one in everything but its name, areas and stores and the switch included, and has
// no codes. The rules of the original are assigned to it, not copied: who edits one changes both campaigns. A promotion gets copies
// of the tiers and stacks. A campaign with one generic code is invalid_campaign, since a code belongs to one campaign: make a
// template of it and set that up with another code. So are loyalty and referral campaigns.
func (s *Campaigns) Clone(ctx context.Context, idOrName, name string) (campaign.Campaign, error) {
	var camp campaign.Campaign
	err := s.engine.change(ctx, func(c *change) error {
		original, _, err := findCampaign(ctx, c.tx, idOrName)
		if err != nil {
			return err
		}
		if err := checkClone(original); err != nil {
			return err
		}
		camp = *original
		camp.Name = name
		if err := camp.Check(); err != nil {
			return err
		}
		if camp.CategoryID, err = c.knownCategory(ctx, camp.CategoryID); err != nil {
			return err
		}
		rules, err := c.rulesOf(ctx, original.ID)
		if err != nil {
			return err
		}
		if err := s.create(ctx, c, &camp, rules, 0); err != nil {
			return err
		}
		if camp.CampaignType != campaign.Promotion {
			return nil
		}
		// Tiers look for their campaign in the store.
		if err := s.engine.flush(ctx, c); err != nil {
			return err
		}
		return s.engine.Promotions.cloneAll(ctx, c, original.ID, camp.ID)
	})
	return camp, err
}

// checkClone refuses campaigns that cannot be copied.
func checkClone(camp *campaign.Campaign) error {
	switch {
	case camp.CampaignType == campaign.LoyaltyProgram || camp.CampaignType == campaign.ReferralProgram:
		return fault.New(fault.InvalidCampaign, "campaigns of type %s cannot be cloned", camp.CampaignType).
			At("campaign_type").About("campaign", camp.ID)
	case camp.Type == campaign.Standalone:
		return fault.New(fault.InvalidCampaign, "campaign %s has one code, which cannot be copied; a template can have another", camp.Name).
			At("voucher.code").About("campaign", camp.ID)
	}
	return nil
}

// knownCategory is the category of a record that is copied; none when it was deleted.
func (c *change) knownCategory(ctx context.Context, categoryID string) (string, error) {
	err := c.checkCategory(ctx, categoryID, "")
	if isMissing(err) {
		return "", nil
	}
	return categoryID, err
}

// rulesOf are the ids of the rules that are assigned to an object, in the order of their assignment.
func (c *change) rulesOf(ctx context.Context, objectID string) ([]string, error) {
	onObject := func(a *validation.Assignment) bool { return a.RelatedObjectID == objectID }
	assignments, _, err := assignmentsOf(ctx, c.tx, store.Query{}, onObject)
	ids := make([]string, len(assignments))
	for i, a := range assignments {
		ids[i] = a.RuleID
	}
	return ids, err
}

// cloneAll copies the tiers and stacks of a promotion to another one. A stack names the copies of its tiers.
func (s *Promotions) cloneAll(ctx context.Context, c *change, from, to string) error {
	var tiers []*promotion.Tier
	var stacks []*promotion.Stack
	if err := readUnder(ctx, c.tx, record.Tier, from, &tiers); err != nil {
		return err
	}
	if err := readUnder(ctx, c.tx, record.Stack, from, &stacks); err != nil {
		return err
	}
	copies := make(map[string]string, len(tiers))
	for _, t := range tiers {
		original := t.ID
		rules, err := c.rulesOf(ctx, original)
		if err != nil {
			return err
		}
		t.CampaignID = to
		if t.CategoryID, err = c.knownCategory(ctx, t.CategoryID); err != nil {
			return err
		}
		if err := s.create(ctx, c, t, rules, false); err != nil {
			return err
		}
		copies[original] = t.ID
	}
	for _, stack := range stacks {
		stack.ID, stack.CampaignID, stack.CreatedAt, stack.UpdatedAt, stack.Version = c.ids.Next(id.Stack), to, c.now, nil, 1
		for i, tier := range stack.Tiers.IDs {
			stack.Tiers.IDs[i] = cmp.Or(copies[tier], tier)
		}
		var err error
		if stack.CategoryID, err = c.knownCategory(ctx, stack.CategoryID); err != nil {
			return err
		}
		if err := c.put(saved{kind: record.Stack, id: stack.ID, created: c.now, parent: to}, stack); err != nil {
			return err
		}
		if err := c.emit(event.PromotionStackCreated, stack.ID, map[string]any{"promotion_stack": stack}); err != nil {
			return err
		}
	}
	return nil
}
