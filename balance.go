package voucherify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// AddBalance tops a gift card up, named by code or id, or takes from it when the amount is negative, and answers what is on it
// then. An expired or disabled card can be adjusted as well. The balance never falls below 0: an amount of 0, or one that takes
// more than there is, is invalid_amount.
//
// With a source_id the call can be repeated: the same amount is answered as it was at first, another one is
// duplicate_source_id.
func (s *Vouchers) AddBalance(ctx context.Context, code string, adjustment ledger.Adjustment) (ledger.Balance, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, s.engine, s.balanceVerb(code, &adjustment))
	return s.answerBalance(started, attempts, result, err)
}

// AddBalanceTx is AddBalance inside a transaction that is already open; see RedeemTx.
func (s *Vouchers) AddBalanceTx(ctx context.Context, tx store.Tx, code string, adjustment ledger.Adjustment) (ledger.Balance, error) {
	started := time.Now()
	result, err := once(ctx, s.engine, tx, s.balanceVerb(code, &adjustment))
	return s.answerBalance(started, 1, result, err)
}

func (s *Vouchers) answerBalance(started time.Time, attempts int, result *ledger.Transaction, err error) (ledger.Balance, error) {
	s.engine.observe("add_balance", started, attempts, err)
	if err != nil {
		return ledger.Balance{}, err
	}
	return result.Details.Balance, nil
}

func (s *Vouchers) balanceVerb(code string, a *ledger.Adjustment) verb[ledger.Transaction] {
	return func(ctx context.Context, tx store.Tx, op operation) (*ledger.Transaction, *redemption.Refused, error) {
		if err := a.Check(); err != nil {
			return nil, nil, err
		}
		v, _, err := s.engine.findVoucher(ctx, tx, code)
		if err != nil {
			return nil, nil, err
		}
		if v.Gift == nil {
			return nil, nil, fault.New(fault.InvalidVoucher, "a voucher of type %s has no balance", v.Type).About("voucher", v.ID)
		}
		if stored, err := entryOf(ctx, tx, v.ID, a); stored != nil || err != nil {
			return stored, nil, err
		}
		// The state of the card is read after the entry was looked for: an entry that comes in between changes it, and is found when
		// the call runs again.
		counters, err := tx.Counters(ctx, redemption.CardKeys(v.ID))
		if err != nil {
			return nil, nil, fmt.Errorf("voucherify: read counters: %w", err)
		}
		card := &redemption.Card{
			VoucherID: v.ID, Code: v.Code, CampaignID: v.CampaignID, HolderID: v.HolderID, State: redemption.CardOf(v.ID, counters),
		}
		plan, entry, err := redemption.PlanBalance(&redemption.Snapshot{Now: op.now, IDs: op.ids, Group: op.group}, card, a)
		if err != nil {
			return nil, nil, err
		}
		return entry, nil, tx.Apply(ctx, plan)
	}
}

// entryOf finds the entry that an adjustment repeats; nil for a new one.
func entryOf(ctx context.Context, r store.Reader, voucherID string, a *ledger.Adjustment) (*ledger.Transaction, error) {
	if a.SourceID == "" {
		return nil, nil //nolint:nilnil // no answer yet
	}
	doc, err := r.Find(ctx, record.Transaction, record.Key("source_id", ledger.SourceKey(voucherID, a.SourceID)))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // no answer yet
	}
	if err != nil {
		return nil, fmt.Errorf("voucherify: read transaction: %w", err)
	}
	stored, err := decode[ledger.Transaction](doc)
	if err == nil && stored.Details.Balance.Amount != a.Amount {
		err = fault.New(fault.DuplicateSourceID, "%s has moved %d, not %d", a.SourceID, stored.Details.Balance.Amount, a.Amount).
			At("source_id").About("voucher_transaction", stored.ID)
	}
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// Transactions yields the entries of a card, named by code or id: the newest first, unless options say otherwise. Entries of
// one instant come in the order of their ids; Transaction.Number is the order in which they were written. The card of a deleted
// voucher is listed by its id. ListOptions.Parent does not count. A loyalty card, whose entries Loyalty.Transactions reads, is
// invalid_voucher.
func (s *Vouchers) Transactions(ctx context.Context, code string, options ListOptions) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		v, err := s.Get(ctx, code)
		switch {
		case err == nil && v.LoyaltyCard != nil:
			yield(ledger.Transaction{}, fault.New(fault.InvalidVoucher, "the entries of a loyalty card are read with Loyalty.Transactions").About("voucher", v.ID))
			return
		case err == nil:
			options.Parent = v.ID
		case isMissing(err) && id.Is(code, id.Voucher):
			options.Parent = code
		default:
			yield(ledger.Transaction{}, err)
			return
		}
		for t, err := range list[ledger.Transaction](ctx, s.engine, record.Transaction, options) {
			if err == nil && !t.Type.OfCredits() { // a loyalty card that was deleted
				continue
			}
			if !yield(t, err) {
				return
			}
		}
	}
}
