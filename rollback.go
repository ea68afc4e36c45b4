package voucherify

import (
	"context"
	"errors"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Rollback undoes a redemption: a parent with all of its children, a single one, or one child. Counters, budgets and
// quotas get back exactly what the redemption had taken, whatever became of the campaign since, and (unless the stacking
// rules say WITHOUT_ORDER) its discounts leave the order, which is canceled once nothing redeemed on it stands. What
// returns have given back before is not given back twice. Credits and points go back to the cards that have paid them, also when a
// card has expired or is disabled. A customer who was brought by the redemption counts no more for his referrer, and is new to the
// campaign again; what was given for him stays, see redemption.RevokedReferral.
//
// What was given for points is taken back as far as it is still there: a coupon that was never redeemed is disabled, credits and points leave
// the card that got them; a product that was not handed over is in stock again. Rollback.Kept says what the customer keeps.
//
// A redemption is rolled back once: the second time is already_rolled_back, and the attempt is recorded.
func (e *Engine) Rollback(ctx context.Context, request redemption.RollbackRequest) (*redemption.RollbackResult, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, e, e.rollbackVerb(&request))
	err = unwrapRefusal(err)
	e.observe("rollback", started, attempts, err)
	return result, err
}

// RollbackTx is Rollback inside a transaction that is already open; see RedeemTx.
func (e *Engine) RollbackTx(ctx context.Context, tx store.Tx, request redemption.RollbackRequest) (*redemption.RollbackResult, error) {
	started := time.Now()
	result, err := once(ctx, e, tx, e.rollbackVerb(&request))
	err = unwrapRefusal(err)
	e.observe("rollback", started, 1, err)
	return result, err
}

func (e *Engine) rollbackVerb(request *redemption.RollbackRequest) verb[redemption.RollbackResult] {
	return func(ctx context.Context, tx store.Tx, op operation) (*redemption.RollbackResult, *redemption.Refused, error) {
		return e.rollback(ctx, tx, op, request)
	}
}

func (e *Engine) rollback(ctx context.Context, tx store.Tx, op operation, request *redemption.RollbackRequest) (*redemption.RollbackResult, *redemption.Refused, error) {
	if err := request.Check(); err != nil {
		return nil, nil, err
	}
	needs := redemption.Needs{
		Redemptions: []string{request.Redemption},
		OutcomeVerb: redemption.VerbRollback, OutcomeKey: request.IdempotencyKey,
	}
	if c := request.Customer; c != nil {
		needs.CustomerID = c.ID
		if c.ID == "" {
			needs.CustomerSourceID = c.SourceID
		}
	}
	catalogue, snapshot, err := e.snapshot(ctx, tx, op, func(*redemption.Catalogue) (redemption.Needs, error) { return needs, nil })
	if err != nil {
		return nil, nil, err
	}
	if snapshot.Outcome != nil {
		result, err := replay[redemption.RollbackResult](snapshot.Outcome, request.Hash)
		return result, nil, err
	}
	if err := catalogue.Schemas().CheckSent(metadata.OfRedemption, "metadata", request.Metadata); err != nil {
		return nil, nil, err
	}
	if err := e.addCards(ctx, tx, snapshot, request.Redemption); err != nil {
		return nil, nil, err
	}
	if changed, err := e.upToDate(ctx, tx, &op, catalogue, snapshot); err != nil {
		return nil, nil, err
	} else if changed {
		return e.rollback(ctx, tx, op, request)
	}
	if err := addOrder(ctx, tx, snapshot, request.Redemption); err != nil {
		return nil, nil, err
	}
	if err := readConversions(ctx, tx, snapshot, request.Redemption); err != nil {
		return nil, nil, err
	}
	plan, result, err := redemption.PlanRollback(snapshot, request, redemption.RollbackPolicy{
		OrderMode: catalogue.StackingRules().RedeemablesRollbackOrderMode, Window: e.options.rollbackWindow,
		Catalogue: catalogue,
	})
	if err != nil {
		if answer, e := answered[redemption.RollbackResult](ctx, tx, redemption.VerbRollback, request.IdempotencyKey, request.Hash); answer != nil || e != nil {
			return answer, nil, e
		}
	}
	var refusal *fault.Error
	switch {
	case err == nil:
		e.orderSaved(&op, snapshot.Order, result.Order)
		if err := e.carryOut(ctx, tx, op, catalogue, plan, snapshot.Buyers(request.Redemption)...); err != nil {
			return nil, nil, err
		}
		if err := e.takeBack(ctx, tx, op, request, result); err != nil {
			return nil, nil, err
		}
		if err := e.followPoints(ctx, tx, &op, catalogue, result.Points()); err != nil {
			return nil, nil, err
		}
		return result, nil, e.revoke(ctx, tx, op, result)
	case errors.As(err, &refusal) && plan != nil:
		refused := &redemption.Refused{Cause: refusal}
		return nil, refused, e.carryOut(ctx, tx, op, catalogue, plan, snapshot.Buyers(request.Redemption)...)
	}
	return nil, nil, err
}

// addCards reads the cards that have paid for a redemption. The redemptions are read again behind loyalty cards: a card that is newer
// than its redemption may have its points back already, which looks like a mistake.
func (e *Engine) addCards(ctx context.Context, tx store.Tx, snapshot *redemption.Snapshot, id string) error {
	needs := redemption.CardsOf(snapshot, id)
	if err := e.extend(ctx, tx, snapshot, needs); err != nil || len(needs.Accounts) == 0 {
		return err
	}
	more, err := tx.Snapshot(ctx, redemption.Needs{Redemptions: []string{id}})
	if err != nil {
		return err
	}
	snapshot.Redemptions = more.Redemptions
	return nil
}

// addOrder reads the order of a redemption, which is only known once the redemption is read. The redemptions are read again
// with it: the version of the order that is written guards them all, if they are as old as the order.
func addOrder(ctx context.Context, tx store.Tx, snapshot *redemption.Snapshot, id string) error {
	x := snapshot.Redemptions[id]
	if x == nil || x.OrderID == "" {
		return nil
	}
	more, err := tx.Snapshot(ctx, redemption.Needs{OrderID: x.OrderID, Redemptions: []string{id}})
	if err != nil {
		return err
	}
	snapshot.Order, snapshot.Redemptions = more.Order, more.Redemptions
	return nil
}

// unwrapRefusal returns the cause of a refused rollback: it carries no decision about a cart.
func unwrapRefusal(err error) error {
	var refused *redemption.Refused
	if errors.As(err, &refused) {
		return refused.Cause
	}
	return err
}
