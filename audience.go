package voucherify

import (
	"context"
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// idsOfPlan is the part of a call's identifiers that its plan may use; those behind are for the events of segments.
const idsOfPlan = idsPerOperation * 3 / 4

// configuration returns the newest catalogue, for calls that read nothing else with it.
func (e *Engine) configuration(ctx context.Context, r store.Reader, op operation) (*redemption.Catalogue, error) {
	catalogue, _, err := e.snapshot(ctx, r, op, func(*redemption.Catalogue) (redemption.Needs, error) { return redemption.Needs{}, nil })
	return catalogue, err
}

// carryOut applies the plan of a verb, and brings the active segments of its customers in line with it.
func (e *Engine) carryOut(ctx context.Context, tx store.Tx, op operation, catalogue *redemption.Catalogue, plan *redemption.Plan, customers ...string) error {
	if err := tx.Apply(ctx, plan); err != nil {
		return err
	}
	op.ids.Skip(idsOfPlan)
	if err := op.followed(ctx, tx, catalogue); err != nil {
		return err
	}
	for _, id := range customers {
		if err := e.settle(ctx, tx, &op, catalogue, id); err != nil {
			return err
		}
	}
	return e.disown(ctx, tx, op, plan)
}

// settle compares the active segments that a customer belongs to with those that he was last seen in, and writes what has
// changed with its events, for which earning rules may pay. It reads after the writes of the call, so that of two calls that change the same customer at the
// same time, the second to commit sees both.
func (e *Engine) settle(ctx context.Context, tx store.Tx, op *operation, catalogue *redemption.Catalogue, customerID string) error {
	segments := catalogue.Active()
	if segments.Dynamic() == 0 || customerID == "" {
		return nil
	}
	snapshot, err := tx.Snapshot(ctx, redemption.Needs{CustomerID: customerID, Templates: segments.Templates()})
	if err != nil {
		return fmt.Errorf("voucherify: read customer %s: %w", customerID, err)
	}
	snapshot.Now = op.now
	if err := e.readHistory(ctx, tx, snapshot, catalogue.HistoryOf(segments)); err != nil {
		return err
	}
	stored, err := membership(ctx, tx, customerID)
	if err != nil {
		return err
	}
	snapshot.Now, snapshot.IDs, snapshot.Group = op.now, op.ids, op.group
	plan, entered, err := redemption.PlanMembership(catalogue, segments, snapshot, stored, false)
	if err != nil || plan == nil {
		return err
	}
	op.ids.Skip(len(plan.Events))
	if err := conflict("the segments of "+customerID+" are changed", tx.Apply(ctx, plan)); err != nil {
		return err
	}
	for _, entry := range entered {
		if err := e.earn(ctx, tx, op, catalogue, &redemption.Trigger{
			Event: loyalty.SegmentEntered, Selector: entry.Segment.ID, ID: entry.EventID, New: true, CustomerID: customerID, Day: e.dayOf(op),
			Segment: &loyalty.Reference{ID: entry.Segment.ID, Name: entry.Segment.Name},
			Told:    loyalty.EventReference{ID: entry.EventID, Type: loyalty.SegmentEntered},
		}); err != nil {
			return err
		}
	}
	return nil
}

// membership reads the active segments that a customer was last seen in; nil for none.
func membership(ctx context.Context, r store.Reader, customerID string) (*customer.Membership, error) {
	doc, err := r.Get(ctx, record.Membership, customerID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("voucherify: read the segments of %s: %w", customerID, err)
	}
	m, err := decode[customer.Membership](doc)
	if err != nil {
		return nil, err
	}
	m.Version = doc.Version
	return m, nil
}

// forgetMembership removes what is stored about the segments of a customer who goes.
func (c *change) forgetMembership(ctx context.Context, customerID string) error {
	doc, err := c.tx.Get(ctx, record.Membership, customerID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.remove(ctx, doc, true)
}

// readHistory reads the lists of a customer's records that filters look at. The snapshot must have its instant.
func (e *Engine) readHistory(ctx context.Context, r store.Reader, s *redemption.Snapshot, h redemption.History) error {
	if s.Customer == nil {
		return nil
	}
	var err error
	if h.LastOrder {
		if s.LastOrder, err = lastOrder(ctx, r, s.Customer.ID); err != nil {
			return err
		}
	}
	if h.Publications {
		if s.Publications, err = publications(ctx, r, s.Customer.ID); err != nil {
			return err
		}
	}
	if err := e.readLoyalty(ctx, r, s, h.Programs); err != nil {
		return err
	}
	for _, name := range h.Events {
		var o redemption.Occurrence
		parent := redemption.EventsOf(s.Customer.ID, name)
		for _, end := range [...]struct {
			newest bool
			at     func(record.Document)
		}{
			{false, func(doc record.Document) { o.First = doc.CreatedAt }}, {true, func(doc record.Document) { o.Last = doc.CreatedAt }},
		} {
			for doc, err := range r.List(ctx, record.CustomEvent, store.Query{Parent: parent, Descending: end.newest, Limit: 1}) {
				if err != nil {
					return fmt.Errorf("voucherify: list events of %s: %w", s.Customer.ID, err)
				}
				end.at(doc)
			}
		}
		if s.Occurrences == nil {
			s.Occurrences = make(map[string]redemption.Occurrence, len(h.Events))
		}
		s.Occurrences[name] = o
	}
	return nil
}

// readLoyalty reads what the customer of the snapshot holds in loyalty programs.
func (e *Engine) readLoyalty(ctx context.Context, r store.Reader, s *redemption.Snapshot, programs []*loyalty.Program) error {
	accounts := make(map[string]*loyalty.Account, len(programs))
	for _, p := range programs {
		account, err := memberOf(ctx, r, p.CampaignID, s.Customer.ID)
		if err != nil {
			return err
		}
		if account != nil {
			accounts[p.CampaignID] = account
		}
	}
	s.Loyalty, s.LoyaltyTiers = redemption.LoyaltyOf(programs, accounts, loyalty.DateOf(s.Now, e.options.zone))
	return nil
}

// lastOrder reads the newest order in a customer's summary; nil without any.
func lastOrder(ctx context.Context, r store.Reader, customerID string) (*order.Order, error) {
	for doc, err := range r.List(ctx, record.Order, store.Query{Parent: customerID, Descending: true}) {
		if err != nil {
			return nil, fmt.Errorf("voucherify: list orders of %s: %w", customerID, err)
		}
		o, err := decode[order.Order](doc)
		if err != nil || redemption.InSummary(o) {
			return o, err
		}
	}
	return nil, nil
}

// publications reads what was given to a customer.
func publications(ctx context.Context, r store.Reader, customerID string) ([]*publication.Publication, error) {
	var list []*publication.Publication
	for doc, err := range r.List(ctx, record.Publication, store.Query{Parent: customerID}) {
		if err != nil {
			return nil, fmt.Errorf("voucherify: list publications of %s: %w", customerID, err)
		}
		p, err := decode[publication.Publication](doc)
		if err != nil {
			return nil, err
		}
		if p.Result == publication.Success {
			list = append(list, p)
		}
	}
	return list, nil
}

// readSummary reads what a customer has done.
func readSummary(ctx context.Context, r store.Reader, c *customer.Customer) (*customer.Summary, error) {
	snapshot := &redemption.Snapshot{Customer: c}
	var keys []redemption.CounterKey
	for _, figure := range new(customer.Summary).Figures() {
		keys = append(keys, redemption.SummaryKey(c.ID, figure.Path))
	}
	var err error
	if snapshot.Counters, err = r.Counters(ctx, keys); err != nil {
		return nil, fmt.Errorf("voucherify: read counters of %s: %w", c.ID, err)
	}
	if snapshot.LastOrder, err = lastOrder(ctx, r, c.ID); err != nil {
		return nil, err
	}
	return snapshot.Profile().Summary(), nil
}

// fillProfile sets what a customer has done, and what he holds in loyalty programs.
func (e *Engine) fillProfile(ctx context.Context, r store.Reader, op operation, c *customer.Customer) error {
	catalogue, err := e.configuration(ctx, r, op)
	if err != nil {
		return err
	}
	if c.Summary, err = readSummary(ctx, r, c); err != nil {
		return err
	}
	snapshot := &redemption.Snapshot{Customer: c, Now: op.now}
	err = e.readLoyalty(ctx, r, snapshot, catalogue.Programs())
	c.Loyalty = snapshot.Loyalty
	return err
}
