package voucherify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Redeem applies the redeemables of a request to the order, counts them, stores the order and answers what is left to
// charge, all in one transaction.
//
// When the answer is no, the error is a *redemption.Refused with the decision; nothing was counted, and the attempt is
// recorded. A referral code makes a referee of the customer, and what both sides get for that is given in the same transaction:
// when it cannot be given, that is the error and the redeem has no effect. With an idempotency key the call can be repeated until it answers: a success is stored under the key and
// returned again byte for byte; the same key with another request is duplicate_resource_key; a refusal is not stored, so
// that a corrected cart can be tried under the same key.
func (e *Engine) Redeem(ctx context.Context, request redemption.Request) (*redemption.Result, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, e, func(ctx context.Context, tx store.Tx, op operation) (*redemption.Result, *redemption.Refused, error) {
		return e.redeem(ctx, tx, op, &request)
	})
	e.observe("redeem", started, attempts, err)
	return result, err
}

// RedeemTx is Redeem inside a transaction that is already open. It neither commits nor repeats: the host does. A refusal
// leaves the transaction usable; after any other error it must be abandoned. A redeem that changes products (override: true)
// makes later calls of RedeemTx compile the configuration anew, each for itself, until a call outside of hosts' transactions
// has seen the change committed.
func (e *Engine) RedeemTx(ctx context.Context, tx store.Tx, request redemption.Request) (*redemption.Result, error) {
	started := time.Now()
	result, err := once(ctx, e, tx, func(ctx context.Context, tx store.Tx, op operation) (*redemption.Result, *redemption.Refused, error) {
		return e.redeem(ctx, tx, op, &request)
	})
	e.observe("redeem", started, 1, err)
	return result, err
}

// redeem is the one road behind both doors.
func (e *Engine) redeem(ctx context.Context, tx store.Tx, op operation, request *redemption.Request) (*redemption.Result, *redemption.Refused, error) {
	catalogue, snapshot, err := e.snapshot(ctx, tx, op, func(x *redemption.Catalogue) (redemption.Needs, error) {
		needs, err := redemption.NeedsOf(request, x, op.now)
		needs.OutcomeVerb, needs.OutcomeKey = request.Verb(), request.IdempotencyKey
		return needs, err
	})
	if err != nil {
		return nil, nil, err
	}
	if snapshot.Outcome != nil {
		result, err := replay[redemption.Result](snapshot.Outcome, request.Hash)
		return result, nil, err
	}
	if err := e.extend(ctx, tx, snapshot, redemption.MoreNeeds(request, catalogue, snapshot)); err != nil {
		return nil, nil, err
	}
	if changed, err := e.upToDate(ctx, tx, &op, catalogue, snapshot); err != nil {
		return nil, nil, err
	} else if changed {
		return e.redeem(ctx, tx, op, request)
	}
	calculation, err := redemption.Calculate(catalogue, snapshot, request)
	if err != nil {
		return nil, nil, err
	}
	if !calculation.Validation.Valid {
		if answer, err := answered[redemption.Result](ctx, tx, redemption.VerbRedeem, request.IdempotencyKey, request.Hash); answer != nil || err != nil {
			return answer, nil, err
		}
		plan, refused, err := calculation.Refuse()
		if err != nil {
			return nil, nil, err
		}
		return nil, refused, e.carryOut(ctx, tx, op, catalogue, plan, calculation.Customers()...)
	}
	plan, result, err := calculation.Redeem()
	if err != nil {
		return nil, nil, err
	}
	e.orderSaved(&op, snapshot.Order, result.Order)
	if err := e.carryOut(ctx, tx, op, catalogue, plan, calculation.Customers()...); err != nil {
		return nil, nil, err
	}
	if err := e.issue(ctx, tx, op, request, result); err != nil {
		return nil, nil, err
	}
	if err := e.followPoints(ctx, tx, &op, catalogue, result.Points()); err != nil {
		return nil, nil, err
	}
	return result, nil, e.convertAll(ctx, tx, op, calculation.Conversions(result), result.Customer)
}

// disown notes the revision that a plan has raised in the transaction of a host. Until the host commits, a catalogue of that
// revision is for this transaction alone: after a rollback the same number comes to mean another configuration.
func (e *Engine) disown(ctx context.Context, tx store.Tx, op operation, plan *redemption.Plan) error {
	if !op.host || !slices.ContainsFunc(plan.Writes, func(d record.Document) bool { return d.Kind.Configuration() }) {
		return nil
	}
	revision, err := tx.Revision(ctx)
	if err != nil {
		return fmt.Errorf("voucherify: read revision: %w", err)
	}
	e.refresh.Lock()
	defer e.refresh.Unlock()
	if e.foreign == nil {
		e.foreign = make(map[int64]struct{})
	}
	e.foreign[revision] = struct{}{}
	return nil
}

// answered looks for the stored answer of a call once more, before the call is refused; nil when there is none. Where each statement
// sees the newest commits, the same call may have been carried out after this one has looked for its answer: then what it refuses is what
// that one has done.
func answered[T any](ctx context.Context, r store.Reader, verb, key string, hash func() (string, error)) (*T, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // no answer
	}
	snapshot, err := r.Snapshot(ctx, redemption.Needs{OutcomeVerb: verb, OutcomeKey: key})
	if err != nil {
		return nil, fmt.Errorf("voucherify: read snapshot: %w", err)
	}
	if snapshot.Outcome == nil {
		return nil, nil //nolint:nilnil // no answer
	}
	return replay[T](snapshot.Outcome, hash)
}

// replay decodes a stored answer, if it belongs to the same request.
func replay[T any](outcome *redemption.Outcome, hash func() (string, error)) (*T, error) {
	sum, err := hash()
	if err != nil {
		return nil, err
	}
	if sum != outcome.RequestHash {
		return nil, fault.New(fault.DuplicateResourceKey, "the key was used at %s for another request", outcome.CreatedAt.Format(time.RFC3339)).At("idempotency_key")
	}
	answer := new(T)
	if err := json.Unmarshal(outcome.Answer, answer); err != nil {
		return nil, fmt.Errorf("voucherify: decode stored answer: %w", err)
	}
	return answer, nil
}
