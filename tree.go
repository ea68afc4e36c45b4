package voucherify

import (
	"context"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
)

// Branch is one referral in a tree: who was brought, and by whom.
type Branch struct {
	// Depth is 1 for those whom the root of the tree has brought, and 1 more with each referral between.
	Depth    int               `json:"depth"`
	Referral referral.Referral `json:"referral"`
}

// Tree yields whom a customer, named by id or source_id, has brought into a campaign, named by id or name, and whom those have
// brought, and so on: each referral before those below it, the oldest first. Without a customer it yields the trees of all
// referrers whom nobody has brought. Revoked referrals are left out.
func (s *Referrals) Tree(ctx context.Context, idOrName, idOrSource string) iter.Seq2[Branch, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(Branch) bool) error {
		camp, _, err := findCampaign(ctx, r, idOrName)
		if err != nil {
			return err
		}
		if camp.CampaignType != campaign.ReferralProgram {
			return fault.New(fault.InvalidCampaign, "a campaign of type %s has no referrals", camp.CampaignType).At("campaign")
		}
		t := &tree{reader: r, campaignID: camp.ID, each: each}
		if idOrSource == "" {
			return t.all(ctx)
		}
		root, _, err := find[customer.Customer](ctx, r, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		_, err = t.below(ctx, root.ID, 1)
		return err
	})
}

// tree walks through the referrals of a campaign.
type tree struct {
	reader     store.Reader
	campaignID string
	each       func(Branch) bool
}

// all walks through the trees of those whom nobody has brought.
func (t *tree) all(ctx context.Context) error {
	roots := make(map[string]bool)
	query := store.Query{Limit: walletPage}
	for {
		var page []record.Document
		for doc, err := range t.reader.List(ctx, record.Referral, query) {
			if err != nil {
				return fmt.Errorf("voucherify: list referrals: %w", err)
			}
			page = append(page, doc)
		}
		for _, doc := range page {
			made, err := decode[referral.Referral](doc)
			if err != nil {
				return err
			}
			if made.CampaignID != t.campaignID || made.Status != referral.Converted || roots[made.ReferrerID] {
				continue
			}
			above, _, err := referralIn(ctx, t.reader, t.campaignID, made.ReferrerID)
			if err != nil {
				return err
			}
			if above != nil && above.Status == referral.Converted {
				continue
			}
			roots[made.ReferrerID] = true
			if more, err := t.below(ctx, made.ReferrerID, 1); err != nil || !more {
				return err
			}
		}
		if len(page) < walletPage {
			return nil
		}
		query.After = store.CursorOf(page[len(page)-1])
	}
}

// below walks through what a referrer has made; false when nobody wants more.
func (t *tree) below(ctx context.Context, referrerID string, depth int) (bool, error) {
	query := store.Query{Parent: referrerID, Limit: walletPage}
	for {
		var page []record.Document
		for doc, err := range t.reader.List(ctx, record.Referred, query) {
			if err != nil {
				return false, fmt.Errorf("voucherify: list referrals: %w", err)
			}
			page = append(page, doc)
		}
		for _, doc := range page {
			made, err := t.referralOf(ctx, doc)
			if err != nil {
				return false, err
			}
			if made == nil {
				continue
			}
			if !t.each(Branch{Depth: depth, Referral: *made}) {
				return false, nil
			}
			if more, err := t.below(ctx, made.CustomerID, depth+1); err != nil || !more {
				return false, err
			}
		}
		if len(page) < walletPage {
			return true, nil
		}
		query.After = store.CursorOf(page[len(page)-1])
	}
}

// referralOf is the standing referral that a use of a code has made in the campaign; nil for none.
func (t *tree) referralOf(ctx context.Context, doc record.Document) (*referral.Referral, error) {
	trace, err := decode[referred](doc)
	if err != nil || trace.ReferralID == "" {
		return nil, err
	}
	made, _, err := find[referral.Referral](ctx, t.reader, record.Referral, trace.ReferralID)
	if err != nil || made.CampaignID != t.campaignID || made.Status != referral.Converted || made.RelatedObjectID != doc.ID {
		return nil, err
	}
	return made, nil
}
