package voucherify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// points takes the customer out of his loyalty cards. Points, ledger and pending points stay, with the token as the member. It
// comes before the wallet is emptied, which names programs that were deleted.
func (e *erasure) points(ctx context.Context) error {
	campaigns, err := e.programs(ctx)
	if err != nil {
		return err
	}
	for _, campaignID := range campaigns {
		doc, err := e.tx.Find(ctx, record.LoyaltyAccount, record.Key("member", loyalty.MemberKey(campaignID, e.id)))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("voucherify: read account: %w", err)
		}
		account, err := decode[loyalty.Account](doc)
		if err != nil {
			return err
		}
		account.CustomerID, account.Version = e.token, doc.Version+1
		doc.Keys = keyOf("member", loyalty.MemberKey(campaignID, e.token))
		if err := e.rewrite(doc, doc.Parent, account); err != nil {
			return err
		}
		if err := e.pending(ctx, account.VoucherID); err != nil {
			return err
		}
	}
	return nil
}

// programs are the loyalty programs that the customer may be a member of.
func (e *erasure) programs(ctx context.Context) ([]string, error) {
	holders, _, err := holdersOf(ctx, e.tx, store.Query{Parent: e.id})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, h := range holders {
		if h.CampaignType == campaign.LoyaltyProgram {
			ids = append(ids, h.CampaignID)
		}
	}
	docs, err := e.list(ctx, record.Campaign, "")
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		camp, err := decode[campaign.Campaign](doc)
		if err != nil {
			return nil, err
		}
		if camp.CampaignType == campaign.LoyaltyProgram {
			ids = append(ids, camp.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// pending takes the customer out of the pending points of a card.
func (e *erasure) pending(ctx context.Context, voucherID string) error {
	for _, parent := range [...]string{voucherID, loyalty.DoneWith(voucherID)} {
		docs, err := e.list(ctx, record.PendingPoints, parent)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			p, err := decode[loyalty.Pending](doc)
			if err != nil {
				return err
			}
			p.CustomerID, p.Version = e.token, doc.Version+1
			if err := e.rewrite(doc, doc.Parent, p); err != nil {
				return err
			}
		}
	}
	return nil
}
