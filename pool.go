package voucherify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// The pool of a campaign holds a record.Unpublished for each code that can still be given out: the next code is the first
// of a list, however many were given out before. A code leaves the pool when it is published, disabled or deleted, and, so
// that it is passed over only once, when it is found redeemed or expired.

// putPooled plans the record of a code in the pool. Its place is that of the voucher's creation.
func (c *change) putPooled(v *voucher.Voucher) error {
	return c.put(saved{kind: record.Unpublished, id: v.ID, created: v.CreatedAt, parent: v.CampaignID}, struct{}{})
}

// takeOut removes a code from the pool. One that is not there any more was taken by somebody else, which the version of
// the voucher tells.
func (c *change) takeOut(ctx context.Context, voucherID string) error {
	doc, err := c.tx.Get(ctx, record.Unpublished, voucherID)
	if err == nil {
		err = c.tx.Delete(ctx, doc.Kind, doc.ID, doc.Version)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// keepPooled puts an edited voucher of a campaign into the pool or takes it out, as it is now.
func (c *change) keepPooled(ctx context.Context, v *voucher.Voucher) error {
	switch {
	case v.CampaignID == "":
		return nil
	case !v.Active || v.PublishedAt != nil:
		return c.takeOut(ctx, v.ID)
	}
	if _, err := c.tx.Get(ctx, record.Unpublished, v.ID); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, v.CampaignID)
	if err != nil || camp.Type == campaign.Standalone {
		return within("campaign_id", err)
	}
	return c.putPooled(v)
}

// poolPage is how many codes of a pool are read at a time; maxSpread is how many are chosen from after a lost race.
const (
	poolPage  = 32
	maxSpread = 64
)

// pick returns up to count codes of the pool that can be given out; those before them that cannot leave it. The oldest come first.
// After a lost race they are drawn from the oldest few, so that competitors do not meet again.
func (p *publishing) pick(ctx context.Context, count int) ([]*voucher.Voucher, error) {
	var found []*voucher.Voucher
	spread := 0
	if p.attempt > 1 {
		spread = min(count<<min(p.attempt, 6), maxSpread)
	}
	query := store.Query{Parent: p.campaign.ID, Limit: poolPage}
	for len(found) < count+spread {
		var ids []string
		for doc, err := range p.tx.List(ctx, record.Unpublished, query) {
			if err != nil {
				return nil, fmt.Errorf("voucherify: list unpublished codes: %w", err)
			}
			ids = append(ids, doc.ID)
			query.After = store.CursorOf(doc)
		}
		suitable, err := p.sift(ctx, ids)
		if err != nil {
			return nil, err
		}
		found = append(found, suitable...)
		if len(ids) < poolPage {
			break
		}
	}
	if len(found) > count {
		start := 0
		if spread > 0 {
			start = rand.IntN(len(found) - count + 1)
		}
		found = found[start : start+count]
	}
	return found, nil
}

// sift keeps the codes of a page of the pool that can be given out; the others leave it.
func (p *publishing) sift(ctx context.Context, ids []string) ([]*voucher.Voucher, error) {
	vouchers, err := p.engine.vouchersOf(ctx, p.tx, ids)
	if err != nil {
		return nil, err
	}
	suitable := make([]*voucher.Voucher, 0, len(ids))
	for _, voucherID := range ids {
		v := vouchers[voucherID]
		if v != nil && v.Active && v.PublishedAt == nil && v.Redemption.RedeemedQuantity == 0 && !p.expired(v.Window) {
			suitable = append(suitable, v)
		} else {
			p.taken = append(p.taken, voucherID)
		}
	}
	return suitable, nil
}

func (p *publishing) expired(w validity.Window) bool {
	return w.ExpirationDate != nil && p.now.After(*w.ExpirationDate)
}

// usageTemplates are the counters of fillUsage.
var usageTemplates = []redemption.CounterTemplate{
	{Metric: redemption.CountVoucher}, {Metric: redemption.CountPublications}, {Metric: redemption.SumGiftAdded},
	{Metric: redemption.GiftBalance}, {Metric: redemption.SumGiftRemoved},
}

// vouchersOf reads vouchers by their ids in one round trip, with their usage. Those that do not exist are absent.
func (e *Engine) vouchersOf(ctx context.Context, r store.Reader, ids []string) (map[string]*voucher.Voucher, error) {
	snapshot, err := r.Snapshot(ctx, redemption.Needs{
		Vouchers: ids, Templates: usageTemplates,
	})
	if err != nil {
		return nil, fmt.Errorf("voucherify: read vouchers: %w", err)
	}
	vouchers := make(map[string]*voucher.Voucher, len(ids))
	for _, voucherID := range ids {
		switch found := snapshot.Vouchers[voucherID]; {
		case found == nil:
		case found.ID == voucherID:
			v := *found
			if v.Gift != nil {
				v.Gift = v.Gift.Kept()
			}
			fillUsage(&v, snapshot.Counters)
			if v.LoyaltyCard != nil {
				v.LoyaltyCard = v.LoyaltyCard.Kept()
				if err := e.fillPoints(ctx, r, &v); err != nil {
					return nil, err
				}
			}
			vouchers[voucherID] = &v
		default: // the id is also the code of another voucher
			v, _, err := e.findVoucher(ctx, r, voucherID)
			if isMissing(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			vouchers[voucherID] = v
		}
	}
	return vouchers, nil
}

// fillUsage sets what counters know about a voucher. Publications of a unique code are not counted: there is at most one.
func fillUsage(v *voucher.Voucher, counters map[redemption.CounterKey]int64) {
	v.Redemption.RedeemedQuantity = counters[redemption.CounterKey{Metric: redemption.CountVoucher, Subject: v.ID}]
	v.Publish.Count = counters[redemption.CounterKey{Metric: redemption.CountPublications, Subject: v.ID}]
	if v.Gift != nil {
		card := redemption.CardOf(v.ID, counters)
		v.Gift.Fill(card)
		v.Redemption.RedeemedAmount = card.Redeemed()
	}
	if v.PublishedAt != nil {
		v.Publish.Count = max(v.Publish.Count, 1)
	}
}
