package voucherify

import (
	"context"
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// upToDate does what is due for the loyalty cards that were read for a call, in its transaction and before anything is decided: nobody
// spends points that are over, and everybody those that wait no longer. It reports whether there was something to do: then what was
// read is old, and the call begins again.
func (e *Engine) upToDate(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, s *redemption.Snapshot) (bool, error) {
	changed := false
	for _, voucherID := range slices.Sorted(maps.Keys(s.Accounts)) {
		account := s.Accounts[voucherID]
		program := x.Program(account.CampaignID)
		if program == nil || !e.due(op, account) {
			continue
		}
		inner, err := e.nested(op)
		if err != nil {
			return false, err
		}
		work := redemption.NewPointsWork(x, op.now, &inner.ids, &redemption.Plan{})
		if err := e.catchUp(ctx, tx, work.Card(program, account)); err != nil {
			return false, about(err, account)
		}
		if work.Idle() { // what a day leaves behind does not begin the call again for ever
			continue
		}
		if err := e.post(ctx, tx, inner, x, work); err != nil {
			return false, conflict("what is due for a card is done", err)
		}
		changed = true
	}
	return changed, nil
}

// asOfToday shows the loyalty cards that were read for a question as upToDate would leave them, and writes nothing.
func (e *Engine) asOfToday(ctx context.Context, r store.Reader, op *operation, x *redemption.Catalogue, s *redemption.Snapshot) error {
	for _, voucherID := range slices.Sorted(maps.Keys(s.Accounts)) {
		card, err := e.shown(ctx, r, op, x, s.Accounts[voucherID])
		if err != nil {
			return err
		}
		if card == nil {
			continue
		}
		s.Accounts[voucherID] = card.Account
		for _, change := range card.Work().Plan.Consume { // by automatic rewards
			if s.Counters == nil {
				s.Counters = make(map[redemption.CounterKey]int64)
			}
			s.Counters[change.Key] += change.Delta
		}
	}
	return nil
}

// shown is a card as upToDate would leave it, for an answer that writes nothing; nil when nothing is due.
func (e *Engine) shown(ctx context.Context, r store.Reader, op *operation, x *redemption.Catalogue, stored *loyalty.Account) (*redemption.PointsCard, error) {
	program := x.Program(stored.CampaignID)
	if program == nil || !e.due(op, stored) {
		return nil, nil //nolint:nilnil // nothing is due
	}
	inner, err := e.nested(op)
	if err != nil {
		return nil, err
	}
	card := redemption.NewPointsWork(x, op.now, &inner.ids, &redemption.Plan{}).Card(program, stored)
	if err := e.catchUp(ctx, r, card); err != nil {
		return nil, about(err, stored)
	}
	return card, nil
}

// followPoints is follow for cards that a redemption, rollback or return has changed in its own plan; nil for none.
func (e *Engine) followPoints(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, work *redemption.PointsWork) error {
	if work == nil {
		return nil
	}
	return e.follow(ctx, tx, op, x, work)
}

// due reports whether the calendar has something to do for a card.
func (e *Engine) due(op *operation, a *loyalty.Account) bool {
	day := a.Due()
	return day != 0 && day <= e.dayOf(op)
}
