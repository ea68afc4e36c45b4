package voucherify

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// verb is a mutating operation inside a transaction. A refusal is a business answer: what the verb wrote about it is
// committed.
type verb[T any] func(ctx context.Context, tx store.Tx, op operation) (*T, *redemption.Refused, error)

// mutate runs a verb in a transaction of its own. When it loses a race, the whole of it runs again from a new snapshot:
// every loss means that somebody else has committed, so the number of attempts is bounded by the number of competitors.
func mutate[T any](ctx context.Context, e *Engine, run verb[T]) (*T, int, error) {
	for attempt := 1; ; attempt++ {
		op, err := e.begin()
		if err != nil {
			return nil, attempt, err
		}
		op.attempt = attempt
		var result *T
		var refused *redemption.Refused
		err = e.store.Update(ctx, func(tx store.Tx) error {
			var err error
			result, refused, err = run(ctx, tx, op)
			return err
		})
		switch {
		case err == nil && refused != nil:
			return nil, attempt, refused
		case err == nil:
			return result, attempt, nil
		case !store.Retryable(err) || attempt >= e.options.attempts:
			return nil, attempt, err
		}
		if err := pause(ctx, attempt); err != nil {
			return nil, attempt, err
		}
	}
}

// once runs a verb in the transaction of a host.
func once[T any](ctx context.Context, e *Engine, tx store.Tx, run verb[T]) (*T, error) {
	op, err := e.begin()
	if err != nil {
		return nil, err
	}
	op.attempt, op.host = 1, true
	result, refused, err := run(ctx, tx, op)
	switch {
	case err != nil:
		return nil, err
	case refused != nil:
		return nil, refused
	}
	return result, nil
}

// The pause between attempts: exponential with full jitter, so that competitors do not meet again in step.
const (
	firstPause = 200 * time.Microsecond
	maxPause   = 20 * time.Millisecond
)

func pause(ctx context.Context, attempt int) error {
	most := min(firstPause<<min(attempt-1, 10), maxPause)
	timer := time.NewTimer(rand.N(most))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
