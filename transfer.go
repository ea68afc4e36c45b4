package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// TransferPoints moves points from other cards to a card, of the same program and customer or of others, all or nothing, and answers
// the card. Both need a holder: a card without one is not_published. Points that are pending or over are not transferred; more than
// there are is invalid_amount. The expiry of what comes in starts again under the rules of the card's own program.
//
// A call with the same transfers, by their source_id, can be repeated: it moves nothing and answers the card as it is. Source ids of
// which some were used before are duplicate_source_id, and so is one that was used with other points.
func (s *Loyalty) TransferPoints(ctx context.Context, card string, transfers []loyalty.Transfer) (voucher.Voucher, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, s.engine, s.transferVerb(card, transfers))
	return s.answerTransfer(started, attempts, result, err)
}

// TransferPointsTx is TransferPoints inside a transaction that is already open; see RedeemTx.
func (s *Loyalty) TransferPointsTx(ctx context.Context, tx store.Tx, card string, transfers []loyalty.Transfer) (voucher.Voucher, error) {
	started := time.Now()
	result, err := once(ctx, s.engine, tx, s.transferVerb(card, transfers))
	return s.answerTransfer(started, 1, result, err)
}

func (s *Loyalty) answerTransfer(started time.Time, attempts int, result *voucher.Voucher, err error) (voucher.Voucher, error) {
	s.engine.observe("transfer_points", started, attempts, err)
	if err != nil {
		return voucher.Voucher{}, err
	}
	return *result, nil
}

func (s *Loyalty) transferVerb(card string, transfers []loyalty.Transfer) verb[voucher.Voucher] {
	return func(ctx context.Context, tx store.Tx, op operation) (*voucher.Voucher, *redemption.Refused, error) {
		if err := checkTransfers(transfers); err != nil {
			return nil, nil, err
		}
		m, err := s.engine.holder(ctx, tx, &op, card)
		if err != nil {
			return nil, nil, err
		}
		t := &transfer{engine: s.engine, op: &op, target: m, sources: map[string]*redemption.PointsCard{}, work: m.work(&op)}
		repeated, err := t.run(ctx, tx, transfers)
		if err != nil {
			return nil, nil, err
		}
		if !repeated {
			if err := s.engine.post(ctx, tx, &op, m.catalogue, t.work); err != nil {
				return nil, nil, err
			}
		}
		v, _, err := s.engine.findVoucher(ctx, tx, m.account.VoucherID)
		return v, nil, err
	}
}

func checkTransfers(transfers []loyalty.Transfer) error {
	if len(transfers) == 0 || len(transfers) > loyalty.MaxTransfers {
		return fault.Invalid("transfers", "%d transfers are not between 1 and %d", len(transfers), loyalty.MaxTransfers)
	}
	for i := range transfers {
		if err := transfers[i].Check(); err != nil {
			return within(indexed("transfers", i), err)
		}
	}
	return nil
}

// holder reads a card that somebody holds.
func (e *Engine) holder(ctx context.Context, r store.Reader, op *operation, card string) (*member, error) {
	m, err := e.member(ctx, r, op, card)
	if err == nil && m.voucher.HolderID == "" {
		err = fault.New(fault.NotPublished, "nobody holds the loyalty card %s", m.voucher.Code).About("voucher", m.voucher.ID)
	}
	return m, err
}

// transfer is one call of TransferPoints.
type transfer struct {
	engine *Engine
	op     *operation
	work   *redemption.PointsWork
	target *member
	to     *redemption.PointsCard
	// sources are the cards that give points, by the ids of their vouchers.
	sources map[string]*redemption.PointsCard
}

// run plans the transfers, or finds that all of them were made before.
func (t *transfer) run(ctx context.Context, r store.Reader, transfers []loyalty.Transfer) (repeated bool, err error) {
	if t.to, err = t.engine.take(ctx, r, t.work, t.target); err != nil {
		return false, err
	}
	known := 0
	for i := range transfers {
		before, err := t.one(ctx, r, &transfers[i])
		if err != nil {
			return false, within(indexed("transfers", i), err)
		}
		if before {
			known++
		}
		if known > 0 && known <= i {
			return false, fault.New(fault.DuplicateSourceID, "some of the transfers were made before, others were not").At(indexed("transfers", i))
		}
	}
	return known > 0, t.engine.settleCard(ctx, r, t.to)
}

// one plans a transfer, unless it was made before.
func (t *transfer) one(ctx context.Context, r store.Reader, x *loyalty.Transfer) (before bool, err error) {
	m, err := t.engine.holder(ctx, r, t.op, x.Code)
	if err != nil {
		return false, within("code", err)
	}
	if m.account.VoucherID == t.target.account.VoucherID {
		return false, fault.Invalid("code", "is the card that gets the points")
	}
	stored, err := pointsOf(ctx, r, m.account.VoucherID, x.SourceID, ledger.PointsTransferOut, -x.Points)
	if err != nil {
		return false, err
	}
	if stored != nil {
		if to := stored.Details.DestinationVoucher; to == nil || to.ID != t.target.account.VoucherID {
			return false, fault.New(fault.DuplicateSourceID, "%s has moved points to another card", x.SourceID).At("source_id")
		}
		return true, nil
	}
	from := t.sources[m.account.VoucherID]
	if from == nil {
		if from, err = t.engine.take(ctx, r, t.work, m); err != nil {
			return false, err
		}
		t.sources[m.account.VoucherID] = from
	}
	for _, entry := range from.Entries {
		if entry.SourceID == x.SourceID {
			return false, fault.Invalid("source_id", "stands twice")
		}
	}
	if err := from.Transfer(t.to, *x); err != nil {
		return false, about(err, m.account)
	}
	from.Settle()
	return false, nil
}
