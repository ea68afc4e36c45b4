package voucherify

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// WalletEntry is one code in a customer's wallet.
type WalletEntry struct {
	Holder publication.Holder `json:"holder"`
	// Voucher is the code as it is now, with RedeemedQuantity.
	Voucher voucher.Voucher `json:"voucher"`
	// Status is what would become of a redeem now, as far as it depends on the code alone.
	Status publication.Status `json:"status"`
}

// walletPage is how many holders of a wallet are read at a time.
const walletPage = 100

// Wallet yields the codes that were given to a customer, named by id or source_id, by the time at which they were given.
// ListOptions.Parent is ignored; After continues behind a Holder. Codes that were deleted are left out.
func (s *Customers) Wallet(ctx context.Context, idOrSource string, options ListOptions) iter.Seq2[WalletEntry, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(WalletEntry) bool) error {
		op, err := s.engine.begin()
		if err != nil {
			return err
		}
		owner, _, err := find[customer.Customer](ctx, r, record.Customer, idOrSource, record.Key("source_id", idOrSource))
		if err != nil {
			return err
		}
		w := &wallet{engine: s.engine, operation: op, options: options}
		return w.read(ctx, r, owner.ID, each)
	})
}

// wallet reads the codes of one customer.
type wallet struct {
	operation
	engine  *Engine
	options ListOptions
}

// read hands the entries to yield, page by page, until it returns false.
func (w *wallet) read(ctx context.Context, r store.Reader, customerID string, yield func(WalletEntry) bool) error {
	query := store.Query{Parent: customerID, Descending: !w.options.OldestFirst, After: w.options.After, Limit: walletPage}
	catalogue, err := w.engine.configuration(ctx, r, w.operation)
	if err != nil {
		return err
	}
	for left := w.options.Limit; ; {
		holders, docs, err := holdersOf(ctx, r, query)
		if err != nil || len(holders) == 0 {
			return err
		}
		ids := make([]string, len(holders))
		for i, h := range holders {
			ids[i] = h.RedeemableID
		}
		vouchers, err := w.engine.vouchersOf(ctx, r, ids)
		if err != nil {
			return err
		}
		for _, h := range holders {
			v := vouchers[h.RedeemableID]
			if v == nil {
				continue
			}
			if !yield(WalletEntry{Holder: *h, Voucher: *v, Status: catalogue.StatusOf(v, w.now)}) {
				return nil
			}
			if left--; left == 0 {
				return nil
			}
		}
		if len(docs) < walletPage {
			return nil
		}
		query.After = store.CursorOf(docs[len(docs)-1])
	}
}

// holdersOf reads the holder records of one customer, the parent of the query.
func holdersOf(ctx context.Context, r store.Reader, query store.Query) ([]*publication.Holder, []record.Document, error) {
	var holders []*publication.Holder
	var docs []record.Document
	for doc, err := range r.List(ctx, record.Holder, query) {
		if err != nil {
			return nil, nil, fmt.Errorf("voucherify: list holders: %w", err)
		}
		h, err := decode[publication.Holder](doc)
		if err != nil {
			return nil, nil, err
		}
		holders, docs = append(holders, h), append(docs, doc)
	}
	return holders, docs, nil
}

// holderKey is the unique key of a holder record.
func holderKey(voucherID, customerID string) string {
	return record.Key("holder", publication.HolderKey(voucherID, customerID))
}

// readHolders looks up which of the vouchers the customer of the snapshot holds.
func readHolders(ctx context.Context, r store.Reader, snapshot *redemption.Snapshot, vouchers []string) error {
	for _, voucherID := range vouchers {
		_, err := r.Find(ctx, record.Holder, holderKey(voucherID, snapshot.Customer.ID))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("voucherify: read holder: %w", err)
		}
		if snapshot.Holders == nil {
			snapshot.Holders = make(map[string]bool, len(vouchers))
		}
		snapshot.Holders[voucherID] = true
	}
	return nil
}

// holding is how a customer holds a code.
type holding struct {
	role     publication.Role
	metadata metadata.Map
	joinKey  string // unless it is empty, a key that only one holder may have
}

// putHolder plans that a customer holds a voucher. The holders of a referral code can be listed.
func (c *change) putHolder(v *voucher.Voucher, camp *campaign.Campaign, owner *customer.Customer, how holding) (*publication.Holder, error) {
	h := &publication.Holder{
		ID: c.ids.Next(id.Holder), RedeemableID: v.ID, RedeemableObject: string(redemption.Voucher), CustomerID: owner.ID,
		HolderRole: how.role, VoucherType: v.Type, Metadata: how.metadata, CreatedAt: c.now, Version: 1,
	}
	if camp != nil {
		h.CampaignID, h.CampaignType = camp.ID, camp.CampaignType
	}
	keys := append([]string{holderKey(v.ID, owner.ID)}, keyOf("join", how.joinKey)...)
	if err := c.put(saved{kind: record.Holder, id: h.ID, created: c.now, parent: owner.ID, keys: keys}, h); err != nil {
		return nil, err
	}
	if v.IsReferralCode {
		if err := c.put(saved{kind: record.ReferralHolder, id: h.ID, created: c.now, parent: v.ID}, struct{}{}); err != nil {
			return nil, err
		}
	}
	return h, c.emit(event.HolderAssigned, h.ID, map[string]any{"holder": h, "voucher": v, "campaign": camp, "customer": owner})
}

// dropHolder deletes the record of a holder.
func (c *change) dropHolder(ctx context.Context, h *publication.Holder, doc record.Document) error {
	if err := c.tx.Delete(ctx, doc.Kind, doc.ID, doc.Version); err != nil || h.CampaignType != campaign.ReferralProgram {
		return err
	}
	listed, err := c.tx.Get(ctx, record.ReferralHolder, h.ID)
	if err != nil {
		return fmt.Errorf("voucherify: read holder: %w", err)
	}
	return c.tx.Delete(ctx, listed.Kind, listed.ID, listed.Version)
}

// giveUp takes a code that is deleted out of its pool and out of the wallet of its holder. The other holders of a generic
// code keep their record, which wallets then pass over. The account of a loyalty card goes with it.
func (c *change) giveUp(ctx context.Context, v *voucher.Voucher) error {
	if v.PublishedAt == nil {
		return c.takeOut(ctx, v.ID)
	}
	if err := c.closeAccount(ctx, v); err != nil {
		return err
	}
	if v.HolderID == "" {
		return nil
	}
	doc, err := c.tx.Find(ctx, record.Holder, holderKey(v.ID, v.HolderID))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := decode[publication.Holder](doc)
	if err != nil {
		return err
	}
	if err := c.dropHolder(ctx, h, doc); err != nil {
		return err
	}
	return c.emitHolderRemoved(h, v)
}

// closeAccount deletes the account of a loyalty card with its pending points: its points are gone, and the customer can join the program again. The
// entries of the ledger stay.
func (c *change) closeAccount(ctx context.Context, v *voucher.Voucher) error {
	if v.LoyaltyCard == nil {
		return nil
	}
	doc, err := c.tx.Get(ctx, record.LoyaltyAccount, v.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("voucherify: read account: %w", err)
	}
	docs := []record.Document{doc}
	for _, parent := range [...]string{v.ID, loyalty.DoneWith(v.ID)} {
		for pending, err := range c.tx.List(ctx, record.PendingPoints, store.Query{Parent: parent}) {
			if err != nil {
				return fmt.Errorf("voucherify: list pending points: %w", err)
			}
			docs = append(docs, pending)
		}
	}
	for _, doc := range docs {
		if err := c.tx.Delete(ctx, doc.Kind, doc.ID, doc.Version); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) emitHolderRemoved(h *publication.Holder, v *voucher.Voucher) error {
	return c.emit(event.HolderRemoved, h.ID, map[string]any{
		"holder": h, "voucher": v, "campaign": map[string]any{"id": h.CampaignID}, "customer": map[string]any{"id": h.CustomerID},
	})
}
