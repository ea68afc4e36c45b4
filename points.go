package voucherify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// AddBalance adds points to a loyalty card by hand, or removes them when they are negative, and answers what is on it then. A
// card that has expired or is disabled can be adjusted as well; one that was not given out is not_published. The balance never
// falls below 0: 0 points, or more than there are, is invalid_amount.
//
// With a source_id the call can be repeated: the same points are answered as they were at first, others are
// duplicate_source_id.
//
// Points that are added count as earned for tiers of POINTS_IN_PERIOD, and removing them does not take them off again: who corrects a
// mistake may leave the member in a higher tier until its end.
func (s *Loyalty) AddBalance(ctx context.Context, card string, adjustment loyalty.Adjustment) (loyalty.Balance, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, s.engine, s.balanceVerb(card, &adjustment))
	return s.answerBalance(started, attempts, result, err)
}

// AddBalanceTx is AddBalance inside a transaction that is already open; see RedeemTx.
func (s *Loyalty) AddBalanceTx(ctx context.Context, tx store.Tx, card string, adjustment loyalty.Adjustment) (loyalty.Balance, error) {
	started := time.Now()
	result, err := once(ctx, s.engine, tx, s.balanceVerb(card, &adjustment))
	return s.answerBalance(started, 1, result, err)
}

func (s *Loyalty) answerBalance(started time.Time, attempts int, result *loyalty.Transaction, err error) (loyalty.Balance, error) {
	s.engine.observe("add_points", started, attempts, err)
	if err != nil {
		return loyalty.Balance{}, err
	}
	return result.Details.Balance, nil
}

func (s *Loyalty) balanceVerb(card string, a *loyalty.Adjustment) verb[loyalty.Transaction] {
	return func(ctx context.Context, tx store.Tx, op operation) (*loyalty.Transaction, *redemption.Refused, error) {
		if err := a.Check(); err != nil {
			return nil, nil, err
		}
		m, err := s.engine.member(ctx, tx, &op, card)
		if err != nil {
			return nil, nil, err
		}
		if stored, err := pointsOf(ctx, tx, m.account.VoucherID, a.SourceID, a.Type(), a.Points); stored != nil || err != nil {
			return stored, nil, err
		}
		work := m.work(&op)
		if err := a.CheckDate(work.Today()); err != nil {
			return nil, nil, err
		}
		c, err := s.engine.take(ctx, tx, work, m)
		if err != nil {
			return nil, nil, err
		}
		entry, err := c.Post(loyalty.Transaction{Type: a.Type(), Source: "API", SourceID: a.SourceID, Reason: a.Reason, Parts: a.Parts()}, a.Points, ledger.Manual)
		if err != nil {
			return nil, nil, about(err, m.account)
		}
		if err := s.engine.settleCard(ctx, tx, c); err != nil {
			return nil, nil, err
		}
		return entry, nil, s.engine.post(ctx, tx, &op, m.catalogue, work)
	}
}

// member is a card in a transaction as it is stored; see take.
type member struct {
	catalogue *redemption.Catalogue
	program   *loyalty.Program
	account   *loyalty.Account
	voucher   *voucher.Voucher
}

// take takes a card up for an operation, with everything done that was due: nobody spends points that are over.
func (e *Engine) take(ctx context.Context, r store.Reader, work *redemption.PointsWork, m *member) (*redemption.PointsCard, error) {
	c := work.Card(m.program, m.account)
	return c, e.catchUp(ctx, r, c)
}

// settleCard does what belongs behind the last step of an operation on a card: a reward takes points that have come in, then the tier
// follows. An operation that has only taken points redeems nothing.
func (e *Engine) settleCard(ctx context.Context, r store.Reader, c *redemption.PointsCard) error {
	if c.Income() > 0 {
		if err := e.autoRedeem(ctx, r, c); err != nil {
			return err
		}
	}
	c.Settle()
	return nil
}

// work begins an operation on the card.
func (m *member) work(op *operation) *redemption.PointsWork {
	return redemption.NewPointsWork(m.catalogue, op.now, &op.ids, &redemption.Plan{})
}

// member reads a card that is named by code or id.
func (e *Engine) member(ctx context.Context, tx store.Reader, op *operation, card string) (*member, error) {
	catalogue, err := e.configuration(ctx, tx, *op)
	if err != nil {
		return nil, err
	}
	account, v, err := e.findAccount(ctx, tx, card)
	if err != nil {
		return nil, err
	}
	m := &member{catalogue: catalogue, program: catalogue.Program(account.CampaignID), account: account, voucher: v}
	if m.program == nil {
		return nil, fault.Missing("campaign", account.CampaignID)
	}
	return m, nil
}

// post applies the plan of an operation on loyalty cards, gives what redemptions that are part of it have promised, and does what
// follows from it. One that has changed nothing writes nothing.
func (e *Engine) post(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, work *redemption.PointsWork) error {
	if work.Idle() {
		return nil
	}
	if err := work.Finish(op.group); err != nil {
		return err
	}
	if err := tx.Apply(ctx, work.Plan); err != nil {
		return err
	}
	for _, redeemed := range work.Redeemed() {
		if err := e.issue(ctx, tx, *op, redeemed.Request, redeemed.Result); err != nil {
			return err
		}
	}
	if len(work.Redeemed()) > 0 {
		for _, customerID := range work.Customers() {
			if err := e.settleMember(ctx, tx, op, x, customerID); err != nil {
				return err
			}
		}
	}
	return e.follow(ctx, tx, op, x, work)
}

// about names the card in a refusal.
func about(err error, a *loyalty.Account) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal.About("voucher", a.VoucherID)
	}
	return err
}

// pointsOf finds the entry that a call with a source_id repeats; nil for a new one.
func pointsOf(ctx context.Context, r store.Reader, voucherID, sourceID string, kind ledger.Type, points ledger.Points) (*loyalty.Transaction, error) {
	if sourceID == "" {
		return nil, nil //nolint:nilnil // no answer yet
	}
	doc, err := r.Find(ctx, record.Transaction, record.Key("source_id", ledger.SourceKey(voucherID, sourceID)))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // no answer yet
	}
	if err != nil {
		return nil, fmt.Errorf("voucherify: read transaction: %w", err)
	}
	stored, err := decode[loyalty.Transaction](doc)
	if err == nil && (stored.Details.Balance.Points != points || stored.Type != kind) {
		err = fault.New(fault.DuplicateSourceID, "%s was %s of %d, not %s of %d", sourceID, stored.Type, stored.Details.Balance.Points, kind, points).
			At("source_id").About("voucher_transaction", stored.ID)
	}
	if err != nil {
		return nil, err
	}
	return stored, nil
}
