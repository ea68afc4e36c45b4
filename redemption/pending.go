package redemption

import (
	"slices"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
)

// heldPoints are pending points that a PointsCard knows.
type heldPoints struct {
	*loyalty.Pending
	stored  int64 // the version that was read, 0 for new ones
	changed bool
}

// TakeUp tells the card which pending points it has, as they are stored. Before points are activated or canceled it must know
// them and those that are activated next after them, so that Account.NextActivation stays exact. Those that it knows already
// stay as the steps so far have left them.
func (c *PointsCard) TakeUp(list ...*loyalty.Pending) {
	for _, p := range list {
		if c.held(p.ID) == nil {
			c.pending = append(c.pending, &heldPoints{Pending: p, stored: p.Version})
		}
	}
}

func (c *PointsCard) held(pendingID string) *heldPoints {
	if i := slices.IndexFunc(c.pending, func(h *heldPoints) bool { return h.ID == pendingID }); i >= 0 {
		return c.pending[i]
	}
	return nil
}

// Pending are the points that wait, as far as the card knows them, in the order in which they are activated.
func (c *PointsCard) Pending() []*loyalty.Pending {
	var list []*loyalty.Pending
	for _, h := range c.pending {
		if h.Status == loyalty.Waiting {
			list = append(list, h.Pending)
		}
	}
	loyalty.Awaited(list)
	return list
}

// Hold adds points that wait until p.ActivatesAt. The caller has set what earned them; identity, card and times are set here.
func (c *PointsCard) Hold(p loyalty.Pending) (*loyalty.Pending, error) {
	if err := c.Account.Await(p.Points); err != nil {
		return nil, err
	}
	w, a := c.work, c.Account
	p.ID, p.CreatedAt, p.Status = w.ids.Next(id.PendingPoints), w.now, loyalty.Waiting
	p.VoucherID, p.CampaignID, p.CustomerID = a.VoucherID, a.CampaignID, a.CustomerID
	if a.NextActivation == 0 || p.ActivatesAt < a.NextActivation {
		a.NextActivation = p.ActivatesAt
	}
	h := &heldPoints{Pending: &p, changed: true}
	c.pending, c.changed = append(c.pending, h), true
	c.tellPending(event.LoyaltyPendingAdded, event.CustomerLoyaltyPendingAdded, h)
	return &p, nil
}

// Activate moves pending points to the card. Their expiry begins today, under the rules of what has earned them. Points that do
// not wait any more are invalid_pending_points_state.
func (c *PointsCard) Activate(pendingID string, source string, operation ledger.OperationType) (*loyalty.Transaction, error) {
	h, err := c.waiting(pendingID)
	if err != nil {
		return nil, err
	}
	rules := h.ExpirationRules
	if rules == nil {
		rules = c.Program.Card.ExpirationRules
	}
	d := h.Details
	entry, err := c.Post(loyalty.Transaction{
		Type: ledger.PointsActivation, Source: source,
		Parts: []loyalty.Part{{ExpiresAt: rules.LastDay(c.today), Points: h.Points}},
		Details: loyalty.Details{
			Order: d.Order, Event: d.Event, EarningRule: d.EarningRule, LoyaltyTier: d.LoyaltyTier, HolderLoyaltyTier: d.HolderLoyaltyTier,
			PendingPoints: &ledger.Reference{ID: h.ID},
		},
	}, h.Points, operation)
	if err != nil {
		return nil, err
	}
	c.done(h, loyalty.Activated)
	c.tellPending(event.LoyaltyPendingActivated, event.CustomerLoyaltyPendingActivated, h)
	return entry, nil
}

// AdjustPending changes how many points wait.
func (c *PointsCard) AdjustPending(pendingID string, points ledger.Points) error {
	h, err := c.waiting(pendingID)
	if err != nil {
		return err
	}
	before := h.Points
	if err := h.Adjust(points); err != nil {
		return err
	}
	if err := c.Account.Await(points); err != nil {
		h.Points = before
		return err
	}
	h.changed, c.changed = true, true
	c.tellPending(event.LoyaltyPendingUpdated, event.CustomerLoyaltyPendingUpdated, h)
	return nil
}

// CancelPending takes points back that wait; nothing is posted.
func (c *PointsCard) CancelPending(pendingID string) error {
	h, err := c.waiting(pendingID)
	if err != nil {
		return err
	}
	c.done(h, loyalty.Canceled)
	c.tellPending(event.LoyaltyPendingCanceled, event.CustomerLoyaltyPendingCanceled, h)
	return nil
}

// waiting returns points that wait; those that the card does not know are not_found.
func (c *PointsCard) waiting(pendingID string) (*heldPoints, error) {
	h := c.held(pendingID)
	if h == nil {
		return nil, fault.Missing(string(record.PendingPoints), pendingID)
	}
	return h, h.Expect()
}

// done ends the waiting of points.
func (c *PointsCard) done(h *heldPoints, status loyalty.PendingStatus) {
	h.Status, h.changed, c.changed = status, true, true
	c.Account.PendingPoints -= h.Points
	c.Account.NextActivation = 0
	if left := c.Pending(); len(left) > 0 {
		c.Account.NextActivation = left[0].ActivatesAt
	}
}

// finishPending plans the pending points as they are after the steps. Their place in lists is the beginning of the day on which
// they are activated.
func (c *PointsCard) finishPending() error {
	w := c.work
	for _, h := range c.pending {
		if !h.changed {
			continue
		}
		h.Version = h.stored + 1
		if h.stored > 0 {
			h.UpdatedAt = &w.now
		}
		at := h.ActivatesAt.Start(w.zone).UTC()
		if _, err := w.Plan.write(record.PendingPoints, h.ID, h.stored, at, h.Parent(), h.Keys(), h.Pending); err != nil {
			return err
		}
	}
	return nil
}

// tellPending notes the events of pending points, as they are at this step.
func (c *PointsCard) tellPending(kind, again event.Type, h *heldPoints) {
	p := *h.Pending
	c.work.told = append(c.work.told, func(e *eventWriter) {
		e.add(kind, p.ID, c.about(e, map[string]any{"pending_points": &p}))
		e.again(again, p.ID)
	})
}
