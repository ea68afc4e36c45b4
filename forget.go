package voucherify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
)

// referrals puts the token in the place of the customer in what he has brought and been brought by. Whom he has brought stays a
// referee, and his orders and redemptions name the token as referrer; the numbers of referees of the customer are forgotten.
func (e *erasure) referrals(ctx context.Context) error {
	campaigns := map[string]bool{"": true}
	docs, err := e.list(ctx, record.Referral, e.id)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if err := e.referral(doc, campaigns); err != nil {
			return err
		}
	}
	traces, err := e.list(ctx, record.Referred, e.id)
	if err != nil {
		return err
	}
	for _, doc := range traces {
		if err := e.trace(ctx, doc, campaigns); err != nil {
			return err
		}
	}
	rewards, err := e.list(ctx, record.ReferralReward, e.id)
	if err != nil {
		return err
	}
	for _, doc := range rewards {
		given, err := decode[referral.Issued](doc)
		if err != nil {
			return err
		}
		given.CustomerID, given.Version = e.token, doc.Version+1
		for i, key := range doc.Keys {
			doc.Keys[i] = strings.ReplaceAll(key, e.id, e.token)
		}
		if err := e.rewrite(doc, e.token, given); err != nil {
			return err
		}
	}
	e.counts.Referrals += len(docs) + len(traces) + len(rewards)
	for _, campaignID := range slices.Sorted(maps.Keys(campaigns)) {
		e.counters = append(e.counters, redemption.RefereesKey(e.id, campaignID), redemption.LinksKey(e.id, campaignID))
	}
	return nil
}

// referral rewrites a referral that names the customer on either side.
func (e *erasure) referral(doc record.Document, campaigns map[string]bool) error {
	made, err := decode[referral.Referral](doc)
	if err != nil {
		return err
	}
	campaigns[made.CampaignID] = true
	parent := doc.Parent
	if made.CustomerID == e.id {
		made.CustomerID, parent = e.token, e.token
		doc.Keys = keyOf("referee", referral.Key(made.CampaignID, e.token))
	}
	if made.ReferrerID == e.id {
		made.ReferrerID = e.token
	}
	made.Version = doc.Version + 1
	return e.rewrite(doc, parent, made)
}

// trace rewrites what the use of the customer's code has left: the referral, and the order of somebody else.
func (e *erasure) trace(ctx context.Context, doc record.Document, campaigns map[string]bool) error {
	trace, err := decode[referred](doc)
	if err != nil {
		return err
	}
	if err := e.rewrite(doc, e.token, trace); err != nil {
		return err
	}
	if trace.ReferralID != "" && !e.planned(record.Referral, trace.ReferralID) {
		made, err := e.tx.Get(ctx, record.Referral, trace.ReferralID)
		if err != nil {
			return fmt.Errorf("voucherify: read referral: %w", err)
		}
		if err := e.referral(made, campaigns); err != nil {
			return err
		}
	}
	if trace.OrderID == "" || e.planned(record.Order, trace.OrderID) {
		return nil
	}
	stored, err := e.tx.Get(ctx, record.Order, trace.OrderID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("voucherify: read order: %w", err)
	}
	o, err := decode[order.Order](stored)
	if err != nil {
		return err
	}
	for _, redemptionID := range slices.Sorted(maps.Keys(o.Redemptions)) {
		if err := e.redeemedBy(ctx, redemptionID); err != nil {
			return err
		}
	}
	o.Anonymise(e.id, e.token)
	o.Version = stored.Version + 1
	return e.rewrite(stored, stored.Parent, o)
}

// redeemedBy rewrites a redemption on somebody else's order, with its children and rollbacks.
func (e *erasure) redeemedBy(ctx context.Context, redemptionID string) error {
	doc, err := e.tx.Get(ctx, record.Redemption, redemptionID)
	if err != nil {
		return fmt.Errorf("voucherify: read redemption: %w", err)
	}
	children, err := e.list(ctx, record.Redemption, redemptionID)
	if err != nil {
		return err
	}
	for _, doc := range append(children, doc) {
		if e.planned(record.Redemption, doc.ID) {
			continue
		}
		x, err := decode[redemption.Redemption](doc)
		if err != nil {
			return err
		}
		x.Anonymise(e.id, e.token)
		x.Version = doc.Version + 1
		if err := e.rewrite(doc, doc.Parent, x); err != nil {
			return err
		}
		if err := e.rollbacks(ctx, x.ID); err != nil {
			return err
		}
	}
	return nil
}

// planned reports whether a record is rewritten already.
func (e *erasure) planned(kind record.Kind, recordID string) bool {
	return slices.ContainsFunc(e.plan.Writes, func(d record.Document) bool { return d.Kind == kind && d.ID == recordID })
}
