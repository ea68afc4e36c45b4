package voucherify

import (
	"context"
	"fmt"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
)

// No chain of referrals of a campaign leads back to where it began. A customer closes a circle only by using the code of
// somebody whom he has brought himself, over however many others. Looking for that is cheap: a customer without referees has
// brought nobody, so nearly always one counter is all that is read.
//
// Calls that run at the same time could close a circle together, each with a part that the other does not see. A referral
// therefore changes a counter of both of its customers, and relies on two not having changed: that of the new referee, who
// could have become a referrer meanwhile, and, if he is one already, that of the customer at the top of the referrer's chain,
// who could have been brought by somebody meanwhile.

// readChains looks for the customer of a snapshot in chains.
func readChains(ctx context.Context, r store.Reader, snapshot *redemption.Snapshot, chains []redemption.Chain) error {
	for _, chain := range chains {
		key := redemption.RefereesKey(snapshot.Customer.ID, chain.CampaignID)
		counters, err := r.Counters(ctx, []redemption.CounterKey{key})
		if err != nil {
			return fmt.Errorf("voucherify: read counters: %w", err)
		}
		if counters[key] == 0 {
			continue
		}
		found, _, err := climb(ctx, r, chain, snapshot.Customer.ID)
		if err != nil {
			return err
		}
		if snapshot.Brought == nil {
			snapshot.Brought = make(map[redemption.Chain]bool, len(chains))
		}
		snapshot.Brought[chain] = found
	}
	return nil
}

// climb goes up a chain until it meets the customer or ends; then top is the last of the chain.
func climb(ctx context.Context, r store.Reader, chain redemption.Chain, customerID string) (found bool, top string, err error) {
	for top = chain.ReferrerID; top != customerID; {
		above, _, err := referralIn(ctx, r, chain.CampaignID, top)
		if err != nil {
			return false, "", err
		}
		if above == nil || above.Status != referral.Converted {
			return false, top, nil
		}
		top = above.ReferrerID
	}
	return true, top, nil
}

// link plans the changes of counters that keep a referral from closing a circle, or reports that it would close one. A redeem
// has looked before, so there it is a lost race.
func (x *conversion) link(ctx context.Context) (circle bool, err error) {
	referrer := x.voucher.HolderID
	own, referees := redemption.LinksKey(x.referee.ID, x.campaign.ID), redemption.RefereesKey(x.referee.ID, x.campaign.ID)
	seen, err := x.tx.Counters(ctx, []redemption.CounterKey{own, referees})
	if err != nil {
		return false, fmt.Errorf("voucherify: read counters: %w", err)
	}
	x.touchLink(own, seen[own])
	if seen[referees] > 0 {
		found, top, err := climb(ctx, x.tx, redemption.Chain{CampaignID: x.campaign.ID, ReferrerID: referrer}, x.referee.ID)
		switch {
		case err != nil:
			return false, err
		case found && x.kind == referral.OfRedemption:
			return true, fmt.Errorf("voucherify: %s was brought meanwhile: %w", referrer, store.ErrConflict)
		case found:
			x.plan.Consume = nil
			return true, nil
		}
		key := redemption.LinksKey(top, x.campaign.ID)
		if seen, err = x.tx.Counters(ctx, []redemption.CounterKey{key}); err != nil {
			return false, fmt.Errorf("voucherify: read counters: %w", err)
		}
		// He may have been brought after the chain was read and before his counter was.
		if _, again, err := climb(ctx, x.tx, redemption.Chain{CampaignID: x.campaign.ID, ReferrerID: top}, x.referee.ID); err != nil {
			return false, err
		} else if again != top {
			return false, fmt.Errorf("voucherify: %s was brought meanwhile: %w", top, store.ErrConflict)
		}
		x.touchLink(key, seen[key])
	}
	x.plan.Consume = append(x.plan.Consume, redemption.Consume{Key: redemption.LinksKey(referrer, x.campaign.ID), Delta: 1})
	return false, nil
}

// touchLink plans a change of a counter that must still be as it was read.
func (x *conversion) touchLink(key redemption.CounterKey, seen int64) {
	limit := seen + 1
	x.plan.Consume = append(x.plan.Consume, redemption.Consume{Key: key, Delta: 1, Limit: &limit})
}
