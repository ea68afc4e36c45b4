package voucherify

import (
	"cmp"
	"context"
	"reflect"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
)

// Update replaces description, dates, category, discount, limit, join_once, areas and stores, and protection, and merges
// metadata. The pool may change between STATIC and AUTO_UPDATE. Name, kind, the type of the discount and the amount of the gift
// are fixed, and so are the conversion event and the type of the reward of a referral programme. Codes that were given out or
// redeemed keep what they had: the old discount, effect or programme, and the old window, are written onto them in the same
// transaction.
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
		if sent := camp.ReferralProgram; sent != nil && !reflect.DeepEqual(sent, stored.ReferralProgram) {
			if stored.ReferralProgram, err = c.resolveProgram(ctx, camp.ReferralProgram); err != nil {
				return err
			}
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
	case sent.ReferralProgram != nil && stored.ReferralProgram == nil:
		return fault.New(fault.InvalidCampaign, "a campaign does not become a referral programme").At("referral_program")
	case sent.ReferralProgram != nil:
		if err := stored.ReferralProgram.Fixed(sent.ReferralProgram); err != nil {
			return fault.Within("referral_program", err)
		}
	}
	switch {
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
	case !sameType(stored.Voucher.Discount, sent.Voucher.Discount):
		return fault.New(fault.InvalidCampaign, "the type of a discount never changes").At("voucher.discount.type")
	}
	return nil
}

// sameType reports whether two discounts are of one type; none is a type of its own.
func sameType(a, b *discount.Discount) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Type == b.Type
}
