package voucherify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
)

// readConversions reads which referrals the redemptions that are to be rolled back have made.
func readConversions(ctx context.Context, r store.Reader, snapshot *redemption.Snapshot, name string) error {
	for _, redemptionID := range redemption.ConversionsOf(snapshot, name) {
		doc, err := r.Get(ctx, record.Referred, redemptionID)
		if errors.Is(err, store.ErrNotFound) {
			continue // the referrer is unknown
		}
		if err != nil {
			return fmt.Errorf("voucherify: read referral: %w", err)
		}
		trace, err := decode[referred](doc)
		if err != nil {
			return err
		}
		if trace.ReferralID == "" {
			continue // the customer had been brought before
		}
		made, _, err := find[referral.Referral](ctx, r, record.Referral, trace.ReferralID)
		if err != nil {
			return err
		}
		if made.RelatedObjectID != redemptionID {
			continue
		}
		if snapshot.Revoked == nil {
			snapshot.Revoked = make(map[string]*redemption.RevokedReferral, 1)
		}
		snapshot.Revoked[redemptionID] = &redemption.RevokedReferral{ID: made.ID, Rewards: made.Rewards}
	}
	return nil
}

// revoke takes the referrals back that rolled back redemptions had made.
func (e *Engine) revoke(ctx context.Context, tx store.Tx, op operation, result *redemption.RollbackResult) error {
	for _, entry := range result.Rollbacks {
		if entry.Referral == nil {
			continue
		}
		made, doc, err := find[referral.Referral](ctx, tx, record.Referral, entry.Referral.ID)
		if err != nil {
			return err
		}
		if op.ids, err = e.options.ids(op.now, &e.ids); err != nil {
			return err
		}
		c := &change{operation: op, tx: tx}
		made.Status, made.RevokedAt, made.Version = referral.Revoked, &op.now, doc.Version+1
		if err := c.putReferral(made, doc); err != nil {
			return err
		}
		if !strings.HasPrefix(made.ReferrerID, id.Anonymous) { // nobody counts any more for him
			c.countReferees(made, -1)
		}
		if err := e.commit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// fillReferrals sets who has brought a customer, and how many he has brought.
func fillReferrals(ctx context.Context, r store.Reader, c *customer.Customer) error {
	for doc, err := range r.List(ctx, record.Referral, store.Query{Parent: c.ID}) {
		if err != nil {
			return fmt.Errorf("voucherify: list referrals of %s: %w", c.ID, err)
		}
		made, err := decode[referral.Referral](doc)
		if err != nil {
			return err
		}
		if made.Status != referral.Converted {
			continue
		}
		if c.Referrals == nil {
			c.Referrals = &customer.Referrals{}
		}
		c.Referrals.Total++
		c.Referrals.Campaigns = append(c.Referrals.Campaigns, customer.Referral{
			CampaignID: made.CampaignID, ReferrerID: made.ReferrerID, RelatedObjectID: made.RelatedObjectID,
			RelatedObjectType: made.RelatedObjectType, Date: made.Date,
		})
	}
	key := redemption.RefereesKey(c.ID, "")
	counters, err := r.Counters(ctx, []redemption.CounterKey{key})
	if err != nil {
		return fmt.Errorf("voucherify: read counters of %s: %w", c.ID, err)
	}
	if counters[key] == 0 {
		return nil
	}
	if c.Loyalty == nil {
		c.Loyalty = &customer.Loyalty{}
	}
	if c.Loyalty.Campaigns == nil {
		c.Loyalty.Campaigns = make(map[string]customer.LoyaltyCampaign)
	}
	c.Loyalty.ReferredCustomers = counters[key]
	return fillReferred(ctx, r, c.ID, c.Loyalty.Campaigns)
}

// fillReferred adds how many a referrer has brought into each campaign of which he holds a code, by its name.
func fillReferred(ctx context.Context, r store.Reader, customerID string, campaigns map[string]customer.LoyaltyCampaign) error {
	holders, _, err := holdersOf(ctx, r, store.Query{Parent: customerID})
	if err != nil {
		return err
	}
	for _, h := range holders {
		if h.HolderRole != publication.Referrer {
			continue
		}
		camp, _, err := find[campaign.Campaign](ctx, r, record.Campaign, h.CampaignID)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		key := redemption.RefereesKey(customerID, camp.ID)
		counters, err := r.Counters(ctx, []redemption.CounterKey{key})
		if err != nil {
			return fmt.Errorf("voucherify: read counters of %s: %w", customerID, err)
		}
		said := campaigns[camp.Name]
		said.ReferredCustomers = counters[key]
		campaigns[camp.Name] = said
	}
	return nil
}
