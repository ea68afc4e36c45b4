package voucherify

import (
	"context"
	"slices"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// Delete removes a profile: the customer leaves static segments and the wallet, and the source_id is free again. Orders,
// redemptions and counters stay under the old id, so that the same person created again has a new id and fresh limits.
// The id stays reserved, without any personal data. See DeletePermanently.
func (s *Customers) Delete(ctx context.Context, idOrSource string) error {
	return s.engine.change(ctx, func(c *change) error {
		known, doc, err := find[customer.Customer](ctx, c.tx, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		if _, err := c.leaveSegments(ctx, known.ID); err != nil {
			return err
		}
		if _, err := s.engine.emptyWallet(ctx, c, known.ID, true); err != nil {
			return err
		}
		if err := c.forgetMembership(ctx, known.ID); err != nil {
			return err
		}
		tombstone := customer.Customer{ID: known.ID, CreatedAt: known.CreatedAt, UpdatedAt: &c.now, Version: doc.Version + 1}
		if err := c.put(saved{kind: record.Customer, id: known.ID, version: doc.Version, created: doc.CreatedAt, binned: true}, &tombstone); err != nil {
			return err
		}
		return c.emitDeleted(known.ID)
	})
}

func (c *change) emitDeleted(customerID string) error {
	return c.emit(event.CustomerDeleted, customerID, map[string]any{"customer": map[string]any{"id": customerID}})
}

// leaveSegments takes a customer out of the static segments and returns how many there were.
func (c *change) leaveSegments(ctx context.Context, customerID string) (int, error) {
	count := 0
	for doc, err := range c.tx.List(ctx, record.Segment, store.Query{}) {
		if err != nil {
			return 0, err
		}
		segment, err := decode[customer.Segment](doc)
		if err != nil {
			return 0, err
		}
		at := slices.Index(segment.Customers, customerID)
		if at < 0 {
			continue
		}
		segment.Customers = slices.Delete(segment.Customers, at, at+1)
		segment.Version = doc.Version + 1
		if err := c.put(saved{
			kind: record.Segment, id: doc.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent, keys: doc.Keys,
		}, segment); err != nil {
			return 0, err
		}
		count++
	}
	return count, nil
}

// emptyWallet takes all codes from a customer and returns how many there were. The codes stay given out: nobody else gets
// them.
func (e *Engine) emptyWallet(ctx context.Context, c *change, customerID string, tell bool) (int, error) {
	holders, docs, err := holdersOf(ctx, c.tx, store.Query{Parent: customerID})
	if err != nil {
		return 0, err
	}
	for i, h := range holders {
		if err := c.dropHolder(ctx, h, docs[i]); err != nil {
			return 0, err
		}
		v, doc, err := find[voucher.Voucher](ctx, c.tx, record.Voucher, h.RedeemableID)
		if err != nil && !isMissing(err) {
			return 0, err
		}
		if v != nil && v.HolderID == customerID {
			v.HolderID = ""
			if err := c.storeVoucher(v, doc); err != nil {
				return 0, err
			}
		}
		if !tell {
			continue
		}
		if err := c.emitHolderRemoved(h, v); err != nil {
			return 0, err
		}
	}
	return len(holders), nil
}
