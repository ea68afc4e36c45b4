package voucherify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// maxDepth is how deep events follow from each other: points lead to tiers and segments, and these to points. Rules that pay each
// other for ever stop there.
const maxDepth = 10

// followUp is done in the transaction of a call once its plan is applied, before the segments of its customers are settled.
type followUp func(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue) error

// followed does what follows from a plan that was applied.
func (op *operation) followed(ctx context.Context, tx store.Tx, x *redemption.Catalogue) error {
	list := op.then
	op.then = nil
	for _, then := range list {
		if err := then(ctx, tx, op, x); err != nil {
			return err
		}
	}
	return nil
}

// nested is the same operation one level deeper, with identifiers of its own.
func (e *Engine) nested(op *operation) (*operation, error) {
	inner := *op
	inner.then, inner.depth = nil, op.depth+1
	var err error
	inner.ids, err = e.options.ids(op.now, &e.ids)
	return &inner, err
}

// orderSaved notes what follows when an order gets a status: PAID earns points, CANCELED takes back those that wait.
func (e *Engine) orderSaved(op *operation, before, after *order.Order) {
	if after == nil || after.CustomerID == "" || before != nil && before.Status == after.Status {
		return
	}
	switch after.Status {
	case order.Paid:
		op.then = append(op.then, func(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue) error {
			return e.earn(ctx, tx, op, x, &redemption.Trigger{
				Event: loyalty.OrderPaid, ID: after.ID, New: before == nil, CustomerID: after.CustomerID, Day: e.dayOf(op), Order: after,
				Told: loyalty.EventReference{Type: "customer.order.paid"},
			})
		})
	case order.Canceled:
		op.then = append(op.then, func(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue) error {
			return e.cancelPendingOf(ctx, tx, op, x, after)
		})
	}
}

// dayOf is the day of an operation.
func (e *Engine) dayOf(op *operation) loyalty.Date { return loyalty.DateOf(op.now, e.options.zone) }

// earn lets the earning rules pay for an event, in the transaction that it belongs to and after what it has written. An event
// that no rule is about costs nothing.
func (e *Engine) earn(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, t *redemption.Trigger) error {
	earning := redemption.NewEarning(x, t, op.now)
	if earning == nil || t.CustomerID == "" {
		return nil
	}
	if op.depth >= maxDepth {
		e.log().WarnContext(ctx, "voucherify: earning rules pay each other", "project", e.options.project, "event", t.Event, "depth", op.depth)
		return nil
	}
	inner, err := e.nested(op)
	if err != nil {
		return err
	}
	return conflict("points are earned", e.earnAt(ctx, tx, inner, x, t, earning))
}

// earnAt pays for an event at its own depth.
func (e *Engine) earnAt(
	ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, t *redemption.Trigger, earning *redemption.Earning,
) error {
	broken := earning.Broken()
	for _, ruleID := range slices.Sorted(maps.Keys(broken)) {
		e.log().WarnContext(ctx, "voucherify: an earning rule cannot pay", "project", e.options.project, "rule", ruleID, "error", broken[ruleID])
	}
	snapshot, err := e.earningSnapshot(ctx, tx, op, earning)
	if err != nil {
		return err
	}
	if err := earning.Judge(snapshot); err != nil {
		return err
	}
	if err := e.joinAll(ctx, tx, op, t, earning.Programs()); err != nil {
		return err
	}
	work := redemption.NewPointsWork(x, op.now, &op.ids, &redemption.Plan{})
	for _, program := range earning.Programs() {
		account, err := e.earner(ctx, tx, op, x, t, program)
		if err != nil {
			return err
		}
		if account == nil {
			continue
		}
		paid, err := paidFor(ctx, tx, t, earning.Keys(program))
		if err != nil {
			return err
		}
		card := work.Card(program, account)
		if err := e.catchUp(ctx, tx, card); err != nil {
			return about(err, account)
		}
		if err := earning.Pay(card, func(key string) bool { return paid[key] }); err != nil {
			return about(err, account)
		}
		if err := e.settleCard(ctx, tx, card); err != nil {
			return err
		}
	}
	return e.post(ctx, tx, op, x, work)
}

// earningSnapshot reads what the rules look at, as the event has left it; nil when they look at nothing.
func (e *Engine) earningSnapshot(ctx context.Context, tx store.Tx, op *operation, earning *redemption.Earning) (*redemption.Snapshot, error) {
	needs, some := earning.Needs()
	if !some {
		return nil, nil //nolint:nilnil // nothing to read
	}
	snapshot, err := tx.Snapshot(ctx, needs)
	if err != nil {
		return nil, fmt.Errorf("voucherify: read customer %s: %w", needs.CustomerID, err)
	}
	snapshot.Now = op.now
	return snapshot, e.readHistory(ctx, tx, snapshot, needs.History)
}

// joinAll gives cards to a customer who meets the rules of programs that take in whoever does.
func (e *Engine) joinAll(ctx context.Context, tx store.Tx, op *operation, t *redemption.Trigger, programs []*loyalty.Program) error {
	if t.Card != "" {
		return nil
	}
	for _, program := range programs {
		if !program.AutoJoin {
			continue
		}
		account, err := memberOf(ctx, tx, program.CampaignID, t.CustomerID)
		if err != nil {
			return err
		}
		if account == nil {
			if err := e.autoJoin(ctx, tx, op, program, t.CustomerID); err != nil {
				return err
			}
		}
	}
	return nil
}

// autoJoin gives a card of a program to a customer. When there is none to give, the event goes on without.
func (e *Engine) autoJoin(ctx context.Context, tx store.Tx, op *operation, program *loyalty.Program, customerID string) error {
	inner, err := e.nested(op)
	if err != nil {
		return err
	}
	p := &publishing{change: &change{operation: *inner, tx: tx}, engine: e, request: &publication.Request{
		Customer: &customer.Customer{ID: customerID}, Campaign: &publication.Campaign{ID: program.CampaignID}, Channel: "Automation",
	}}
	_, err = p.decide(ctx)
	var refused *redemption.Refused
	var refusal *fault.Error
	if errors.As(err, &refused) || errors.As(err, &refusal) {
		e.log().WarnContext(ctx, "voucherify: a customer cannot join a loyalty program", "project", e.options.project, "campaign", program.CampaignID, "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	return p.carryOut(ctx)
}

// earner reads the account that earns in a program; nil for none. A card that is disabled, outside its dates, deleted or taken
// from its member earns nothing.
func (e *Engine) earner(
	ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, t *redemption.Trigger, program *loyalty.Program,
) (*loyalty.Account, error) {
	var account *loyalty.Account
	var err error
	if t.Card != "" {
		account, err = accountOf(ctx, tx, t.Card)
	} else {
		account, err = memberOf(ctx, tx, program.CampaignID, t.CustomerID)
	}
	if account == nil || err != nil {
		return nil, err
	}
	earns, err := e.cardEarns(ctx, tx, op, x, account)
	if !earns || err != nil {
		return nil, err
	}
	return account, nil
}

// cardEarns reports whether the card of an account takes part in its program.
func (e *Engine) cardEarns(ctx context.Context, r store.Reader, op *operation, x *redemption.Catalogue, account *loyalty.Account) (bool, error) {
	doc, err := r.Get(ctx, record.Voucher, account.VoucherID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("voucherify: read loyalty card %s: %w", account.VoucherID, err)
	}
	v, err := decode[voucher.Voucher](doc)
	if err != nil {
		return false, err
	}
	v.Version = doc.Version
	return v.HolderID == account.CustomerID && x.Earns(v, op.now), nil
}

// paidFor finds which of the keys of an event were paid before, at once or as pending points.
func paidFor(ctx context.Context, r store.Reader, t *redemption.Trigger, keys []string) (map[string]bool, error) {
	if t.New {
		return nil, nil
	}
	paid := make(map[string]bool)
	for _, key := range keys {
		for _, kind := range [...]record.Kind{record.Transaction, record.PendingPoints} {
			_, err := r.Find(ctx, kind, record.Key("earned", key))
			if err == nil {
				paid[key] = true
				break
			}
			if !errors.Is(err, store.ErrNotFound) {
				return nil, fmt.Errorf("voucherify: read what was earned: %w", err)
			}
		}
	}
	return paid, nil
}

// cancelPendingOf takes back the points that wait for an order which is canceled. What was activated stays.
func (e *Engine) cancelPendingOf(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, o *order.Order) error {
	var work *redemption.PointsWork
	for _, program := range x.Programs() {
		account, err := memberOf(ctx, tx, program.CampaignID, o.CustomerID)
		if err != nil {
			return err
		}
		if account == nil || account.PendingPoints == 0 {
			continue
		}
		list, err := pendingUntil(ctx, tx, account.VoucherID, func(*loyalty.Pending) bool { return false })
		if err != nil {
			return err
		}
		if work == nil {
			inner, err := e.nested(op)
			if err != nil {
				return err
			}
			op = inner
			work = redemption.NewPointsWork(x, op.now, &op.ids, &redemption.Plan{})
		}
		card := work.Card(program, account)
		if err := e.catchUp(ctx, tx, card); err != nil {
			return about(err, account)
		}
		card.TakeUp(list...)
		for _, p := range card.Pending() { // what the day has activated stays
			if p.OrderID != o.ID {
				continue
			}
			if err := card.CancelPending(p.ID); err != nil {
				return err
			}
		}
	}
	if work == nil {
		return nil
	}
	return conflict("pending points are canceled", e.post(ctx, tx, op, x, work))
}

// follow does what follows from an operation on loyalty cards that was applied: rules about moves between tiers pay, and segments
// that look at points are settled.
func (e *Engine) follow(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, work *redemption.PointsWork) error {
	for _, card := range work.Cards() {
		for i, move := range card.Moves {
			selector := move.To
			if move.Type == loyalty.Left {
				selector = move.From
			}
			event := loyalty.TierEvent(move.Type)
			if err := e.earn(ctx, tx, op, x, &redemption.Trigger{
				Event: event, Selector: selector, New: true, CustomerID: card.Account.CustomerID, Day: work.Today(), First: move.First,
				ID:   card.Account.VoucherID + "/" + strconv.FormatInt(card.Account.Version, 10) + "/" + strconv.Itoa(i),
				Told: loyalty.EventReference{Type: event},
			}); err != nil {
				return err
			}
		}
	}
	if !x.Active().History().Loyalty {
		return nil
	}
	for _, card := range work.Cards() {
		if err := e.settleMember(ctx, tx, op, x, card.Account.CustomerID); err != nil {
			return err
		}
	}
	return nil
}

// settleMember is settle behind a plan of loyalty cards. That plan has used identifiers of the operation, for many members perhaps,
// so the events of each member's segments get others.
func (e *Engine) settleMember(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue, customerID string) error {
	if x.Active().Dynamic() == 0 {
		return nil
	}
	apart := *op
	var err error
	if apart.ids, err = e.options.ids(op.now, &e.ids); err != nil {
		return err
	}
	return e.settle(ctx, tx, &apart, x, customerID)
}

// conflict makes a lost race of what follows from a call one of the call, which runs again as a whole: that a record exists is not
// for the caller.
func conflict(what string, err error) error {
	if errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrExists) {
		return fmt.Errorf("voucherify: %s somewhere else: %w: %v", what, store.ErrConflict, err)
	}
	return err
}
