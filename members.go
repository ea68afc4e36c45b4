package voucherify

import (
	"context"
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// customersAtOnce is how many customers are read at once when all of them are looked at.
const customersAtOnce = 200

// customersAfter reads the next customers in the order of their creation, and the position of the last of them.
func customersAfter(ctx context.Context, r store.Reader, after *store.Cursor, most int) ([]*customer.Customer, *store.Cursor, error) {
	var customers []*customer.Customer
	for doc, err := range r.List(ctx, record.Customer, store.Query{After: after, Limit: most}) {
		if err != nil {
			return nil, nil, fmt.Errorf("voucherify: list customers: %w", err)
		}
		c, err := decode[customer.Customer](doc)
		if err != nil {
			return nil, nil, err
		}
		customers, after = append(customers, c), store.CursorOf(doc)
	}
	return customers, after, nil
}

// eachCustomerOf calls visit for the members of a segment until it returns false.
func (e *Engine) eachCustomerOf(ctx context.Context, r store.Reader, op operation, segment *customer.Segment, visit func(*customer.Customer) bool) error {
	if !segment.Dynamic() {
		return eachListed(ctx, r, segment.Customers, visit)
	}
	catalogue, err := e.configuration(ctx, r, op)
	if err != nil {
		return err
	}
	audience := redemption.NewAudience(segment)
	return e.eachProfile(ctx, r, op, catalogue, audience, func(snapshot *redemption.Snapshot) (bool, error) {
		if len(catalogue.SegmentsOf(audience, snapshot.Profile(), op.now)) == 0 {
			return true, nil
		}
		return visit(snapshot.Customer), nil
	})
}

// eachListed visits the members of a static segment; those that are gone are passed over.
func eachListed(ctx context.Context, r store.Reader, ids []string, visit func(*customer.Customer) bool) error {
	for _, id := range ids {
		doc, err := r.Get(ctx, record.Customer, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("voucherify: read customer %s: %w", id, err)
		}
		c, err := decode[customer.Customer](doc)
		if err != nil {
			return err
		}
		if !visit(c) {
			return nil
		}
	}
	return nil
}

// eachProfile visits all customers, each with what an audience looks at, until visit returns false. Nothing is read while a
// list is open, and counters are read for many customers at once.
func (e *Engine) eachProfile(
	ctx context.Context, r store.Reader, op operation, catalogue *redemption.Catalogue, audience *redemption.Audience,
	visit func(*redemption.Snapshot) (bool, error),
) error {
	var after *store.Cursor
	for {
		customers, last, err := customersAfter(ctx, r, after, customersAtOnce)
		if err != nil {
			return err
		}
		var keys []redemption.CounterKey
		for _, c := range customers {
			needs := redemption.Needs{Templates: audience.Templates()}
			keys = append(keys, needs.Keys(nil, c.ID, "")...)
		}
		counters, err := r.Counters(ctx, keys)
		if err != nil {
			return fmt.Errorf("voucherify: read counters: %w", err)
		}
		for _, c := range customers {
			snapshot := &redemption.Snapshot{Now: op.now, Customer: c, Counters: counters}
			if err := e.readHistory(ctx, r, snapshot, catalogue.HistoryOf(audience)); err != nil {
				return err
			}
			if more, err := visit(snapshot); err != nil || !more {
				return err
			}
		}
		if len(customers) < customersAtOnce {
			return nil
		}
		after = last
	}
}

// seatAll notes all members of a new active segment without events.
func (e *Engine) seatAll(ctx context.Context, c *change, catalogue *redemption.Catalogue, segment *redemption.Audience) error {
	return e.eachProfile(ctx, c.tx, c.operation, catalogue, segment, func(snapshot *redemption.Snapshot) (bool, error) {
		snapshot.Now, snapshot.IDs, snapshot.Group = c.now, c.ids, c.group
		stored, err := membership(ctx, c.tx, snapshot.Customer.ID)
		if err != nil {
			return false, err
		}
		plan, _, err := redemption.PlanMembership(catalogue, segment, snapshot, stored, true)
		if err != nil || plan == nil {
			return err == nil, err
		}
		c.plan.Writes = append(c.plan.Writes, plan.Writes...)
		return true, nil
	})
}
