package voucherify

import (
	"context"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
)

// Referrals keeps the tiers that reward the referrers of referral campaigns, and shows who holds a referral code, who has brought
// whom, and what was given for it. The campaign itself is kept by Campaigns, its codes are given to referrers by Publications.
type Referrals struct{ engine *Engine }

// CreateTier stores what referrers of a campaign are rewarded for, from the next referee on: a tier with a number of referees
// rewards once a referrer who has that many or more.
func (s *Referrals) CreateTier(ctx context.Context, tier referral.Tier) (referral.Tier, error) {
	if err := tier.Check(); err != nil {
		return referral.Tier{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		camp, _, err := findCampaign(ctx, c.tx, tier.CampaignID)
		if err != nil {
			return within("campaign_id", err)
		}
		if camp.CampaignType != campaign.ReferralProgram {
			return fault.New(fault.InvalidCampaign, "a campaign of type %s has no referral tiers", camp.CampaignType).At("campaign_id")
		}
		tiers, err := tiersOf(ctx, c.tx, camp.ID)
		if err != nil {
			return err
		}
		if len(tiers) >= referral.MaxTiers {
			return fault.Invalid("campaign_id", "the campaign has %d tiers, more are not allowed", len(tiers))
		}
		if err := c.resolveTier(ctx, &tier); err != nil {
			return err
		}
		tier.ID, tier.CampaignID, tier.CreatedAt, tier.UpdatedAt, tier.Version = c.ids.Next(id.ReferralTier), camp.ID, c.now, nil, 1
		if err := c.put(saved{kind: record.ReferralTier, id: tier.ID, created: c.now, parent: camp.ID}, &tier); err != nil {
			return err
		}
		return c.emit(event.ReferralTierCreated, tier.ID, map[string]any{"campaign": camp, "referral_tier": &tier})
	})
	return tier, err
}

// resolveTier checks what a tier names, and fills in what it leaves out.
func (c *change) resolveTier(ctx context.Context, tier *referral.Tier) error {
	if s := tier.Parameters.Segment; s != nil {
		if _, _, err := find[customer.Segment](ctx, c.tx, record.Segment, s.ID); err != nil {
			return within("parameters.segment.id", err)
		}
	}
	if p := tier.Reward.Parameters.Product; p != nil {
		productID, skuID, err := c.productOf(ctx, p.ID, p.SKUID)
		if err != nil {
			return within("reward.parameters.product", err)
		}
		tier.Reward.Parameters.Product = &referral.Product{ID: productID, SKUID: skuID}
		return nil
	}
	reward := &tier.Reward.Parameters.Campaign
	camp, err := c.rewarding(ctx, reward.ID)
	if err != nil {
		return within("reward.parameters.campaign.id", err)
	}
	coupon := camp.CampaignType == campaign.DiscountCoupons
	switch {
	case reward.Type != "" && reward.Type != string(camp.CampaignType):
		return fault.Invalid("reward.parameters.campaign.type", "the campaign is %s", camp.CampaignType)
	case coupon && reward.Balance > 0:
		return fault.New(fault.InvalidAmount, "a coupon has no balance").At("reward.parameters.campaign.balance")
	case !coupon && reward.Balance == 0:
		return fault.New(fault.InvalidAmount, "a campaign of type %s needs a balance", camp.CampaignType).At("reward.parameters.campaign.balance")
	}
	reward.ID, reward.Type = camp.ID, string(camp.CampaignType)
	return nil
}

// rewarding finds a campaign, by id or name, of which something is to be given.
func (c *change) rewarding(ctx context.Context, idOrName string) (*campaign.Campaign, error) {
	camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, idOrName, record.Key("name", idOrName))
	if err != nil {
		return nil, err
	}
	return camp, grantable(camp)
}

// cardsOf is the kind of campaign whose cards a reward for referees goes on.
var cardsOf = map[referral.RewardType]campaign.Kind{
	referral.OnGiftVoucher: campaign.GiftVouchers, referral.OnLoyaltyCard: campaign.LoyaltyProgram,
}

// resolveProgram checks what a programme names, and fills in what it leaves out. It returns a copy; nil for nil.
func (c *change) resolveProgram(ctx context.Context, sent *referral.Program) (*referral.Program, error) {
	if sent == nil {
		return nil, nil //nolint:nilnil // most campaigns have no programme
	}
	if err := sent.Check(); err != nil {
		return nil, within("referral_program", err)
	}
	program := *sent
	if e := sent.CustomEvent; e != nil {
		key := e.ID
		if key == "" {
			key = e.Name
		}
		schema, _, err := find[event.Schema](ctx, c.tx, record.EventSchema, key, record.Key("name", key))
		if err != nil {
			return nil, within("referral_program.custom_event", err)
		}
		program.CustomEvent = &referral.CustomEvent{ID: schema.ID, Name: schema.Name}
	}
	if r := sent.RefereeReward; r != nil {
		key := r.RelatedObjectParent.ID
		if key == "" {
			key = r.RelatedObjectParent.Name
		}
		camp, err := c.rewarding(ctx, key)
		if err == nil && camp.CampaignType != cardsOf[r.Type] {
			err = fault.New(fault.InvalidCampaign, "a campaign of type %s has no cards of type %s", camp.CampaignType, r.Type)
		}
		if err != nil {
			return nil, within("referral_program.referee_reward.related_object_parent", err)
		}
		program.RefereeReward = &referral.RefereeReward{
			RelatedObjectParent: referral.Parent{ID: camp.ID, Name: camp.Name, Object: "CAMPAIGN"}, Type: r.Type, Amount: r.Amount,
		}
	}
	return &program, nil
}

// UpdateTier replaces name, banner, criterion and reward of a tier; its campaign is fixed. Who was rewarded by it is not rewarded
// again.
func (s *Referrals) UpdateTier(ctx context.Context, tier referral.Tier) (referral.Tier, error) {
	var updated referral.Tier
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[referral.Tier](ctx, c.tx, record.ReferralTier, tier.ID)
		if err != nil {
			return err
		}
		if tier.CampaignID != "" && tier.CampaignID != stored.CampaignID {
			return fault.Invalid("campaign_id", "a tier stays in its campaign")
		}
		if err := current(doc, tier.Version); err != nil {
			return err
		}
		updated = *stored
		updated.Name, updated.Banner, updated.Parameters, updated.Reward = tier.Name, tier.Banner, tier.Parameters, tier.Reward
		if err := updated.Check(); err != nil {
			return err
		}
		if err := c.resolveTier(ctx, &updated); err != nil {
			return err
		}
		updated.CreatedAt, updated.UpdatedAt, updated.Version = c.stamp(&doc)
		if err := c.put(saved{
			kind: record.ReferralTier, id: doc.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent,
		}, &updated); err != nil {
			return err
		}
		return c.emit(event.ReferralTierUpdated, doc.ID, map[string]any{
			"campaign": map[string]any{"id": updated.CampaignID}, "referral_tier": &updated,
		})
	})
	return updated, err
}

// GetTier reads a tier by id.
func (s *Referrals) GetTier(ctx context.Context, tierID string) (referral.Tier, error) {
	return get[referral.Tier](ctx, s.engine, record.ReferralTier, tierID)
}

// Tiers yields the tiers of a campaign, named by id: ListOptions.Parent. Empty yields all.
func (s *Referrals) Tiers(ctx context.Context, options ListOptions) iter.Seq2[referral.Tier, error] {
	return list[referral.Tier](ctx, s.engine, record.ReferralTier, options)
}

// DeleteTier removes a tier for good. What it has given stays.
func (s *Referrals) DeleteTier(ctx context.Context, tierID string) error {
	return s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[referral.Tier](ctx, c.tx, record.ReferralTier, tierID)
		if err != nil {
			return err
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		return c.emit(event.ReferralTierDeleted, doc.ID, map[string]any{
			"campaign": map[string]any{"id": stored.CampaignID}, "referral_tier": stored,
		})
	})
}

// tiersOf reads the tiers of a campaign in the order of their creation.
func tiersOf(ctx context.Context, r store.Reader, campaignID string) ([]*referral.Tier, error) {
	var tiers []*referral.Tier
	for doc, err := range r.List(ctx, record.ReferralTier, store.Query{Parent: campaignID}) {
		if err != nil {
			return nil, fmt.Errorf("voucherify: list referral tiers: %w", err)
		}
		tier, err := decode[referral.Tier](doc)
		if err != nil {
			return nil, err
		}
		tiers = append(tiers, tier)
	}
	return tiers, nil
}

// Rewards yields what was given to a customer, named by id, in referral programmes: ListOptions.Parent. Empty yields everything.
func (s *Referrals) Rewards(ctx context.Context, options ListOptions) iter.Seq2[referral.Issued, error] {
	return list[referral.Issued](ctx, s.engine, record.ReferralReward, options)
}

// Reward reads the account of a reward by id.
func (s *Referrals) Reward(ctx context.Context, rewardID string) (referral.Issued, error) {
	return get[referral.Issued](ctx, s.engine, record.ReferralReward, rewardID)
}

// checkRewardsOf refuses to delete a campaign that a referral programme rewards with.
func (c *change) checkRewardsOf(ctx context.Context, campaignID string) error {
	var by []string
	for doc, err := range c.tx.List(ctx, record.Campaign, store.Query{}) {
		if err != nil {
			return fmt.Errorf("voucherify: list campaigns: %w", err)
		}
		camp, err := decode[campaign.Campaign](doc)
		if err != nil {
			return err
		}
		if p := camp.ReferralProgram; p != nil && p.RefereeReward != nil && p.RefereeReward.RelatedObjectParent.ID == campaignID {
			by = append(by, camp.ID)
		}
	}
	tiers, err := tiersOf(ctx, c.tx, "")
	if err != nil {
		return err
	}
	for _, tier := range tiers {
		if tier.Reward.Parameters.Campaign.ID == campaignID && tier.CampaignID != campaignID {
			by = append(by, tier.CampaignID)
		}
	}
	if len(by) == 0 {
		return nil
	}
	inUse := fault.New(fault.ResourceInUse, "referral programmes reward with the campaign").About("campaign", campaignID)
	inUse.RelatedObjectIDs, inUse.RelatedObjectType = by, "campaign"
	return inUse
}
