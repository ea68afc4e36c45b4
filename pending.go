package voucherify

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// PendingPoints yields the points of a card that wait, by the day on which they are activated: the latest first, unless options
// say otherwise. ListOptions.Parent does not count; the place of an entry for ListOptions.After is the beginning of
// ActivatesAt in the project's zone, with its id.
func (s *Loyalty) PendingPoints(ctx context.Context, card string, options ListOptions) iter.Seq2[loyalty.Pending, error] {
	return stream(ctx, s.engine, func(r store.Reader, each func(loyalty.Pending) bool) error {
		account, _, err := s.engine.findAccount(ctx, r, card)
		if err != nil {
			return err
		}
		query := store.Query{Parent: account.VoucherID, Descending: !options.OldestFirst, After: options.After, Limit: options.Limit}
		for doc, err := range r.List(ctx, record.PendingPoints, query) {
			if err != nil {
				return err
			}
			p, err := decode[loyalty.Pending](doc)
			if err != nil {
				return err
			}
			if !each(*p) {
				return nil
			}
		}
		return nil
	})
}

// ActivatePending makes pending points usable today, and answers what is on the card then. Points that were activated or
// canceled before are invalid_pending_points_state.
func (s *Loyalty) ActivatePending(ctx context.Context, card, pendingID string) (loyalty.Balance, error) {
	return s.movePending(ctx, "activate_pending", card, pendingID, activatePending)
}

// ActivatePendingTx is ActivatePending inside a transaction that is already open; see RedeemTx.
func (s *Loyalty) ActivatePendingTx(ctx context.Context, tx store.Tx, card, pendingID string) (loyalty.Balance, error) {
	return s.movePendingTx(ctx, tx, "activate_pending", card, pendingID, activatePending)
}

// AdjustPending adds points to pending ones, or takes them off when they are negative. The answer has what was added, and with
// Total all pending points of the card. At least one point is left, or it is invalid_amount; points that were activated or
// canceled before are invalid_pending_points_state.
func (s *Loyalty) AdjustPending(ctx context.Context, card, pendingID string, points ledger.Points) (loyalty.Balance, error) {
	return s.movePending(ctx, "adjust_pending", card, pendingID, adjustPending(points))
}

// AdjustPendingTx is AdjustPending inside a transaction that is already open; see RedeemTx.
func (s *Loyalty) AdjustPendingTx(ctx context.Context, tx store.Tx, card, pendingID string, points ledger.Points) (loyalty.Balance, error) {
	return s.movePendingTx(ctx, tx, "adjust_pending", card, pendingID, adjustPending(points))
}

// CancelPending takes pending points back; the ledger of the card does not change. Points that were activated or canceled before
// are invalid_pending_points_state.
func (s *Loyalty) CancelPending(ctx context.Context, card, pendingID string) error {
	_, err := s.movePending(ctx, "cancel_pending", card, pendingID, cancelPending)
	return err
}

// CancelPendingTx is CancelPending inside a transaction that is already open; see RedeemTx.
func (s *Loyalty) CancelPendingTx(ctx context.Context, tx store.Tx, card, pendingID string) error {
	_, err := s.movePendingTx(ctx, tx, "cancel_pending", card, pendingID, cancelPending)
	return err
}

// pendingStep is what a call does to pending points that its card has taken up.
type pendingStep func(c *redemption.PointsCard, pendingID string) (loyalty.Balance, error)

func activatePending(c *redemption.PointsCard, pendingID string) (loyalty.Balance, error) {
	entry, err := c.Activate(pendingID, "API", ledger.Manual)
	if err != nil {
		return loyalty.Balance{}, err
	}
	return entry.Details.Balance, nil
}

func adjustPending(points ledger.Points) pendingStep {
	return func(c *redemption.PointsCard, pendingID string) (loyalty.Balance, error) {
		if err := c.AdjustPending(pendingID, points); err != nil {
			return loyalty.Balance{}, err
		}
		a := c.Account
		return loyalty.Balance{
			Type: "loyalty_card", Points: points, Total: a.PendingPoints, Balance: a.Balance, OperationType: ledger.Manual, Object: "balance",
			RelatedObject: ledger.Related{ID: a.VoucherID, Type: "voucher"},
		}, nil
	}
}

func cancelPending(c *redemption.PointsCard, pendingID string) (loyalty.Balance, error) {
	return loyalty.Balance{}, c.CancelPending(pendingID)
}

func (s *Loyalty) movePending(ctx context.Context, name, card, pendingID string, step pendingStep) (loyalty.Balance, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, s.engine, s.pendingVerb(card, pendingID, step))
	return s.answerPending(name, started, attempts, result, err)
}

func (s *Loyalty) movePendingTx(ctx context.Context, tx store.Tx, name, card, pendingID string, step pendingStep) (loyalty.Balance, error) {
	started := time.Now()
	result, err := once(ctx, s.engine, tx, s.pendingVerb(card, pendingID, step))
	return s.answerPending(name, started, 1, result, err)
}

func (s *Loyalty) answerPending(name string, started time.Time, attempts int, result *loyalty.Balance, err error) (loyalty.Balance, error) {
	s.engine.observe(name, started, attempts, err)
	if err != nil {
		return loyalty.Balance{}, err
	}
	return *result, nil
}

func (s *Loyalty) pendingVerb(card, pendingID string, step pendingStep) verb[loyalty.Balance] {
	return func(ctx context.Context, tx store.Tx, op operation) (*loyalty.Balance, *redemption.Refused, error) {
		m, err := s.engine.member(ctx, tx, &op, card)
		if err != nil {
			return nil, nil, err
		}
		p, _, err := find[loyalty.Pending](ctx, tx, record.PendingPoints, pendingID)
		if err == nil && p.VoucherID != m.account.VoucherID {
			err = fault.Missing(string(record.PendingPoints), pendingID)
		}
		if err != nil {
			return nil, nil, err
		}
		work := m.work(&op)
		c, err := s.engine.take(ctx, tx, work, m)
		if err != nil {
			return nil, nil, err
		}
		next, err := pendingUntil(ctx, tx, m.account.VoucherID, func(other *loyalty.Pending) bool {
			return other.ID != pendingID && other.ActivatesAt > c.Today()
		})
		if err != nil {
			return nil, nil, err
		}
		c.TakeUp(p)
		c.TakeUp(next...)
		answer, err := step(c, pendingID)
		if err != nil {
			return nil, nil, err
		}
		if err := s.engine.settleCard(ctx, tx, c); err != nil {
			return nil, nil, err
		}
		return &answer, nil, s.engine.post(ctx, tx, &op, m.catalogue, work)
	}
}

// pendingUntil reads the points of a card that wait, those that are activated first before others, up to the first one that last
// holds for.
func pendingUntil(ctx context.Context, r store.Reader, voucherID string, last func(*loyalty.Pending) bool) ([]*loyalty.Pending, error) {
	var list []*loyalty.Pending
	for doc, err := range r.List(ctx, record.PendingPoints, store.Query{Parent: voucherID}) {
		if err != nil {
			return nil, fmt.Errorf("voucherify: list pending points: %w", err)
		}
		p, err := decode[loyalty.Pending](doc)
		if err != nil {
			return nil, err
		}
		if list = append(list, p); last(p) {
			break
		}
	}
	return list, nil
}

// activateDue activates the pending points of a card whose day has come, in the order of their days. It does not settle the
// tier.
func activateDue(ctx context.Context, r store.Reader, card *redemption.PointsCard, today loyalty.Date) error {
	if next := card.Account.NextActivation; next == 0 || next > today {
		return nil
	}
	list, err := pendingUntil(ctx, r, card.Account.VoucherID, func(p *loyalty.Pending) bool { return p.ActivatesAt > today })
	if err != nil {
		return err
	}
	card.TakeUp(list...)
	for _, p := range card.Pending() {
		if p.ActivatesAt > today {
			break
		}
		if _, err := card.Activate(p.ID, "Automation", ledger.Automatic); err != nil {
			return err
		}
	}
	return nil
}
