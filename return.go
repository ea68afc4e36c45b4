package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Return gives back the share of single units of an order: what they cost less the discount that they carried, as it was
// frozen when they were redeemed. Money budgets of the campaigns get the discount back, and gift cards and loyalty cards what they had
// paid for the units; the use of a code stays counted.
// Shares are exact to the cent in any number of steps: all units together give back exactly the discount.
func (e *Engine) Return(ctx context.Context, request redemption.ReturnRequest) (*redemption.ReturnResult, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, e, e.returnVerb(&request))
	e.observe("return", started, attempts, err)
	return result, err
}

// ReturnTx is Return inside a transaction that is already open; see RedeemTx.
func (e *Engine) ReturnTx(ctx context.Context, tx store.Tx, request redemption.ReturnRequest) (*redemption.ReturnResult, error) {
	started := time.Now()
	result, err := once(ctx, e, tx, e.returnVerb(&request))
	e.observe("return", started, 1, err)
	return result, err
}

func (e *Engine) returnVerb(request *redemption.ReturnRequest) verb[redemption.ReturnResult] {
	return func(ctx context.Context, tx store.Tx, op operation) (*redemption.ReturnResult, *redemption.Refused, error) {
		if err := request.Check(); err != nil {
			return nil, nil, err
		}
		needs := redemption.Needs{
			Redemptions: []string{request.Redemption},
			OutcomeVerb: redemption.VerbReturn, OutcomeKey: request.IdempotencyKey,
		}
		catalogue, snapshot, err := e.snapshot(ctx, tx, op, func(*redemption.Catalogue) (redemption.Needs, error) { return needs, nil })
		if err != nil {
			return nil, nil, err
		}
		if snapshot.Outcome != nil {
			result, err := replay[redemption.ReturnResult](snapshot.Outcome, request.Hash)
			return result, nil, err
		}
		if err := e.addCards(ctx, tx, snapshot, request.Redemption); err != nil {
			return nil, nil, err
		}
		if changed, err := e.upToDate(ctx, tx, &op, catalogue, snapshot); err != nil {
			return nil, nil, err
		} else if changed {
			return e.returnVerb(request)(ctx, tx, op)
		}
		plan, result, err := redemption.PlanReturn(catalogue, snapshot, request)
		if err != nil {
			if answer, e := answered[redemption.ReturnResult](ctx, tx, redemption.VerbReturn, request.IdempotencyKey, request.Hash); answer != nil || e != nil {
				return answer, nil, e
			}
			return nil, nil, err
		}
		if err := tx.Apply(ctx, plan); err != nil {
			return nil, nil, err
		}
		return result, nil, e.followPoints(ctx, tx, &op, catalogue, result.Points())
	}
}
