package voucherify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// HoldersRequest asks to assign customers to a referral code as its referees.
type HoldersRequest struct {
	// Holders are 1 to MaxHolders customers, each with an id, which must exist, or a source_id; they are stored as an upsert does.
	Holders  []customer.Customer `json:"holders"`
	Metadata metadata.Map        `json:"metadata,omitempty"`
}

// MaxHolders is the number of customers that one call assigns to a referral code.
const MaxHolders = 100

// check reports the first thing that is wrong with the request by itself.
func (r *HoldersRequest) check() error {
	if len(r.Holders) < 1 || len(r.Holders) > MaxHolders {
		return fault.Invalid("holders", "must have between 1 and %d customers", MaxHolders)
	}
	for i := range r.Holders {
		field := "holders[" + strconv.Itoa(i) + "]"
		if r.Holders[i].ID == "" && r.Holders[i].SourceID == "" {
			return fault.Invalid(field, "must have an id or a source_id")
		}
		if err := r.Holders[i].Check(); err != nil {
			return fault.Within(field, err)
		}
	}
	if err := r.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// AddHolders assigns customers to a referral code, all of them or none. It is no conversion: nothing is counted or given. A code
// that was not given to a referrer is not_published; somebody who holds the code already, the referrer as well, is
// holder_assignement_duplication.
func (s *Referrals) AddHolders(ctx context.Context, code string, request HoldersRequest) ([]publication.Holder, error) {
	started := time.Now()
	holders, attempts, err := mutate(ctx, s.engine, s.holdersVerb(code, &request))
	return s.answer(started, attempts, holders, err)
}

// AddHoldersTx is AddHolders inside a transaction that is already open; see RedeemTx.
func (s *Referrals) AddHoldersTx(ctx context.Context, tx store.Tx, code string, request HoldersRequest) ([]publication.Holder, error) {
	started := time.Now()
	holders, err := once(ctx, s.engine, tx, s.holdersVerb(code, &request))
	return s.answer(started, 1, holders, err)
}

func (s *Referrals) answer(started time.Time, attempts int, holders *[]publication.Holder, err error) ([]publication.Holder, error) {
	s.engine.observe("add_holders", started, attempts, err)
	if err != nil {
		return nil, err
	}
	return *holders, nil
}

func (s *Referrals) holdersVerb(code string, request *HoldersRequest) verb[[]publication.Holder] {
	return func(ctx context.Context, tx store.Tx, op operation) (*[]publication.Holder, *redemption.Refused, error) {
		if err := request.check(); err != nil {
			return nil, nil, err
		}
		v, camp, err := s.engine.referralCode(ctx, tx, code)
		if err != nil {
			return nil, nil, err
		}
		if v.HolderID == "" {
			return nil, nil, fault.New(fault.NotPublished, "%s", code).About("voucher", v.ID)
		}
		c := &change{operation: op, tx: tx}
		named := make(map[string]bool, 2*len(request.Holders))
		holders := make([]publication.Holder, 0, len(request.Holders))
		for i := range request.Holders {
			field := "holders[" + strconv.Itoa(i) + "]"
			known, _, err := c.findCustomer(ctx, &request.Holders[i])
			if err != nil {
				return nil, nil, within(field, err)
			}
			name := "source_id " + request.Holders[i].SourceID // of a new customer
			if known != nil {
				name = known.ID
				_, err := tx.Find(ctx, record.Holder, holderKey(v.ID, known.ID))
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return nil, nil, fmt.Errorf("voucherify: read holder: %w", err)
				}
				named[name] = named[name] || err == nil
			}
			if named[name] {
				return nil, nil, fault.New(fault.HolderAssignmentDuplication, "the customer holds %s already", code).At(field).About("voucher", v.ID)
			}
			named[name] = true
			owner, err := c.upsertCustomer(ctx, request.Holders[i])
			if err != nil {
				return nil, nil, within(field, err)
			}
			h, err := c.putHolder(v, camp, owner, holding{role: publication.Referee, metadata: request.Metadata})
			if err != nil {
				return nil, nil, err
			}
			holders = append(holders, *h)
		}
		return &holders, nil, s.engine.commit(ctx, c)
	}
}

// referralCode reads a referral code with its campaign.
func (e *Engine) referralCode(ctx context.Context, r store.Reader, code string) (*voucher.Voucher, *campaign.Campaign, error) {
	v, _, err := e.findVoucher(ctx, r, code)
	if err != nil {
		return nil, nil, err
	}
	if !v.IsReferralCode {
		return nil, nil, fault.New(fault.InvalidVoucher, "%s is no referral code", code).About("voucher", v.ID)
	}
	camp, _, err := find[campaign.Campaign](ctx, r, record.Campaign, v.CampaignID)
	return v, camp, err
}

// Holders yields who holds a referral code: the referrer, and the referees who have used it or were assigned to it. The newest
// come first, unless options say otherwise; ListOptions.Parent does not count.
func (s *Referrals) Holders(ctx context.Context, code string, options ListOptions) iter.Seq2[publication.Holder, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(publication.Holder) bool) error {
		v, _, err := s.engine.referralCode(ctx, r, code)
		if err != nil {
			return err
		}
		query := store.Query{Parent: v.ID, Descending: !options.OldestFirst, After: options.After, Limit: walletPage}
		for left := options.Limit; ; {
			var page []record.Document
			for doc, err := range r.List(ctx, record.ReferralHolder, query) {
				if err != nil {
					return fmt.Errorf("voucherify: list holders: %w", err)
				}
				page = append(page, doc)
			}
			for _, doc := range page {
				h, _, err := find[publication.Holder](ctx, r, record.Holder, doc.ID)
				if err != nil {
					return err
				}
				if !each(*h) {
					return nil
				}
				if left--; left == 0 {
					return nil
				}
			}
			if len(page) < walletPage {
				return nil
			}
			query.After = store.CursorOf(page[len(page)-1])
		}
	})
}

// RemoveHolder takes a referee off a referral code. A referral that he has made stays, and so does what was given for it. The
// referrer cannot be removed: that is forbidden.
func (s *Referrals) RemoveHolder(ctx context.Context, code, holderID string) error {
	return s.engine.change(ctx, func(c *change) error {
		v, _, err := s.engine.referralCode(ctx, c.tx, code)
		if err != nil {
			return err
		}
		h, doc, err := find[publication.Holder](ctx, c.tx, record.Holder, holderID)
		if err != nil {
			return err
		}
		switch {
		case h.RedeemableID != v.ID:
			return fault.Missing(string(record.Holder), holderID)
		case h.HolderRole != publication.Referee:
			return fault.New(fault.Forbidden, "You can not remove Referrer assignment").About("holder", h.ID)
		}
		if err := c.dropHolder(ctx, h, doc); err != nil {
			return err
		}
		return c.emitHolderRemoved(h, v)
	})
}
