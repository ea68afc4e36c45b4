package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Validate answers what the redeemables of a request would take off the order, without changing anything. It is Redeem
// stopped before the writing: the same request gives the same amounts. That something cannot be applied is part of the
// answer; the error is about the request as a whole (*fault.Error) or about the store.
//
// An answer is advice: a limit may be used up by somebody else before the redeem, which decides again.
func (e *Engine) Validate(ctx context.Context, request redemption.Request) (*redemption.Validation, error) {
	started := time.Now()
	var answer *redemption.Validation
	op, err := e.begin()
	if err == nil {
		err = e.store.View(ctx, func(r store.Reader) error {
			calculation, err := e.calculate(ctx, r, op, &request)
			if err != nil {
				return err
			}
			answer = calculation.Validation
			return nil
		})
	}
	e.observe("validate", started, 1, err)
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// calculate walks the pure part of the road: needs, snapshot, calculation.
func (e *Engine) calculate(ctx context.Context, r store.Reader, op operation, request *redemption.Request) (*redemption.Calculation, error) {
	catalogue, snapshot, err := e.snapshot(ctx, r, op, func(x *redemption.Catalogue) (redemption.Needs, error) {
		return redemption.NeedsOf(request, x, op.now)
	})
	if err != nil {
		return nil, err
	}
	if err := e.extend(ctx, r, snapshot, redemption.MoreNeeds(request, catalogue, snapshot)); err != nil {
		return nil, err
	}
	if err := e.asOfToday(ctx, r, &op, catalogue, snapshot); err != nil {
		return nil, err
	}
	return redemption.Calculate(catalogue, snapshot, request)
}

func (e *Engine) observe(verb string, started time.Time, attempts int, err error) {
	e.options.observer(Observation{Verb: verb, Duration: time.Since(started), Attempts: attempts, Err: err})
}
