package redemption

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/voucher"
)

// PointsWork is an operation on loyalty cards: each card is changed step by step in memory, and what the steps write goes into one
// plan. An account is written on the version that was read, so a plan that was overtaken is refused as a whole and the call
// runs again.
type PointsWork struct {
	Plan *Plan
	// Catalogue is what the operation is decided with.
	Catalogue *Catalogue
	now       time.Time
	today     loyalty.Date
	zone      *time.Location
	ids       *id.Sequence
	cards     []*PointsCard
	told      []func(*eventWriter)

	redeemed []Redeemed
	promised map[string]int64 // what is still to be given of a campaign, by its id
}

// PointsCard is one card of a PointsWork.
type PointsCard struct {
	Program *loyalty.Program
	// Account is the state after the steps so far. It is changed with Post and Settle.
	Account *loyalty.Account
	// Entries are the entries that were posted, Moves the moves between tiers, in their order.
	Entries []*loyalty.Transaction
	Moves   []loyalty.TierChange

	work    *PointsWork
	today   loyalty.Date
	at      time.Time
	last    loyalty.Date // that DueDay went to
	changed bool
	pending []*heldPoints
	said    map[string]any // what each event says of the card
}

// NewPointsWork begins an operation at the instant of the snapshot. ids numbers what it writes; plan gets it.
func NewPointsWork(x *Catalogue, now time.Time, ids *id.Sequence, plan *Plan) *PointsWork {
	return &PointsWork{Plan: plan, Catalogue: x, now: now, today: loyalty.DateOf(now, x.zone), zone: x.zone, ids: ids}
}

// Now is the instant of the operation.
func (w *PointsWork) Now() time.Time { return w.now }

// Work is the operation that the card is part of.
func (c *PointsCard) Work() *PointsWork { return c.work }

// Today is the day of the operation in the project's zone.
func (w *PointsWork) Today() loyalty.Date { return w.today }

// Cards are the cards of the operation, in the order in which they were taken up.
func (w *PointsWork) Cards() []*PointsCard { return w.cards }

// Idle reports whether the steps have changed nothing.
func (w *PointsWork) Idle() bool {
	return !slices.ContainsFunc(w.cards, func(c *PointsCard) bool { return c.changed })
}

// Card takes up a card as it is stored. Before anything else happens to it, what is due is to be done, with DueDay and Day; otherwise
// points could be spent that are over.
func (w *PointsWork) Card(program *loyalty.Program, stored *loyalty.Account) *PointsCard {
	c := &PointsCard{Program: program, Account: stored.Clone(), work: w, today: w.today, at: w.now}
	w.cards = append(w.cards, c)
	return c
}

// Open makes the account of a card that is given to a customer: its initial points expire as if they were earned today, and may
// hold a tier.
func (w *PointsWork) Open(program *loyalty.Program, v *voucher.Voucher, customerID string) *PointsCard {
	account := loyalty.Account{VoucherID: v.ID, Code: v.Code, CampaignID: v.CampaignID, CustomerID: customerID, CreatedAt: w.now}
	c := w.Card(program, loyalty.Open(
		account, v.LoyaltyCard.InitialPoints, program.Card.ExpirationRules.LastDay(w.today), w.ids.Next(id.PointsBucket),
	))
	c.changed = true
	c.Settle()
	return c
}

// Post adds an entry. What comes in gets the day of expiry that the rules of the program give today, unless t.Parts says other
// days. It fails as loyalty.Account.Post does.
func (c *PointsCard) Post(t loyalty.Transaction, points ledger.Points, operation ledger.OperationType) (*loyalty.Transaction, error) {
	w := c.work
	if t.CreatedAt = c.at; t.ID == "" {
		t.ID = w.ids.Next(id.Transaction)
	}
	if points > 0 && t.Parts == nil {
		t.Parts = []loyalty.Part{{ExpiresAt: c.Program.Card.ExpirationRules.LastDay(c.today), Points: points}}
	}
	if tier := c.Program.Tier(c.Account.Tier.TierID); tier != nil && t.Details.HolderLoyaltyTier == nil {
		t.Details.HolderLoyaltyTier = &loyalty.Reference{ID: tier.ID, Name: tier.Name}
	}
	if err := t.Post(c.Account, points, operation, func() string { return w.ids.Next(id.PointsBucket) }); err != nil {
		return nil, err
	}
	c.Program.Collect(c.Account, t.Type, points, c.today)
	c.changed = true
	c.Entries = append(c.Entries, &t)
	body, err := w.Plan.write(record.Transaction, t.ID, 0, t.CreatedAt, t.VoucherID, t.Keys(), &t)
	if err != nil {
		return nil, err
	}
	w.told = append(w.told, func(e *eventWriter) { c.tell(e, &t, body) })
	return &t, nil
}

// Settle brings the tier of the member in line with his points, after the steps so far.
func (c *PointsCard) Settle() {
	before := c.Account.Tier
	c.moved(before, c.Program.Settle(c.Account, c.today))
}

// Refresh applies changed settings of the tiers; see loyalty.Program.Refresh.
func (c *PointsCard) Refresh() {
	before := c.Account.Tier
	moves := c.Program.Refresh(c.Account, c.today)
	c.moved(before, moves)
	if len(moves) == 0 && before.ExpirationDate != c.Account.Tier.ExpirationDate {
		c.work.told = append(c.work.told, func(e *eventWriter) {
			e.add(event.LoyaltyTierExpirationChanged, c.Account.VoucherID, c.about(e, map[string]any{
				"loyalty_tier": c.tier(c.Account.Tier.TierID), "expiration_date": c.Account.Tier.ExpirationDate,
			}))
		})
	}
}

// moved notes what has become of the tier.
func (c *PointsCard) moved(before loyalty.Standing, moves []loyalty.TierChange) {
	c.changed = c.changed || c.Account.Tier != before
	for _, move := range moves {
		c.Moves = append(c.Moves, move)
		end := c.Account.Tier.ExpirationDate
		c.work.told = append(c.work.told, func(e *eventWriter) { c.tellMove(e, move, end) })
	}
}

// Income is the points that the steps so far have brought.
func (c *PointsCard) Income() ledger.Points {
	var sum ledger.Points
	for _, t := range c.Entries {
		sum += max(0, t.Details.Balance.Points)
	}
	return sum
}

// Changed reports whether the steps so far have changed the account.
func (c *PointsCard) Changed() bool { return c.changed }

// Touch makes sure that the account is written, for changes that are no entries.
func (c *PointsCard) Touch() { c.changed = true }

// farFuture is the place of accounts for which nothing is due.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// finish plans the accounts as they are after the steps.
func (w *PointsWork) finish() error {
	for _, c := range w.cards {
		if !c.changed {
			continue
		}
		if err := c.finishPending(); err != nil {
			return err
		}
		a := c.Account
		stored := a.Version
		a.Version++
		if stored > 0 {
			a.UpdatedAt = &w.now
		}
		due := farFuture
		if day := a.Due(); day != 0 && day.Start(w.zone).Before(farFuture) {
			due = day.Start(w.zone).UTC()
		}
		keys := []string{record.Key("member", loyalty.MemberKey(a.CampaignID, a.CustomerID))}
		if _, err := w.Plan.write(record.LoyaltyAccount, a.VoucherID, stored, due, a.CampaignID, keys, a); err != nil {
			return err
		}
	}
	return nil
}

// Finish completes the plan with accounts and events, and seals it. group names the events of the operation.
func (w *PointsWork) Finish(group string) error {
	if err := w.finish(); err != nil {
		return err
	}
	e := eventWriter{plan: w.Plan, snapshot: &Snapshot{Now: w.now, Group: group}, ids: *w.ids}
	w.tellAll(&e)
	*w.ids = e.ids
	if e.err != nil {
		return e.err
	}
	return w.Plan.Seal()
}

// tellAll adds the events of the steps, and one for each member whose points have changed.
func (w *PointsWork) tellAll(e *eventWriter) {
	for _, tell := range w.told {
		tell(e)
	}
	for _, c := range w.cards {
		if len(c.Entries) > 0 || len(c.Moves) > 0 || slices.ContainsFunc(c.pending, func(h *heldPoints) bool { return h.changed }) {
			e.add(event.CustomerLoyaltyUpdated, c.Account.CustomerID, c.about(e, nil))
		}
	}
}

// about is what events say of a card: as it is behind all steps, encoded once for all of its events.
func (c *PointsCard) about(e *eventWriter, more map[string]any) map[string]any {
	if c.said == nil {
		a := c.Account
		c.said = map[string]any{
			"customer": e.encode(map[string]any{"id": a.CustomerID}),
			"campaign": e.encode(map[string]any{"id": a.CampaignID, "name": c.Program.CampaignName}),
			"voucher": e.encode(map[string]any{"id": a.VoucherID, "code": a.Code, "campaign_id": a.CampaignID, "loyalty_card": map[string]any{
				"points": a.Points, "balance": a.Balance, "pending_points": a.PendingPoints,
				"expired_points": a.ExpiredPoints, "subtracted_points": a.SubtractedPoints,
			}}),
		}
	}
	data := maps.Clone(c.said)
	maps.Copy(data, more)
	return data
}

// entryEvents are the events of entries besides the one that each entry has.
var entryEvents = map[ledger.Type][]event.Type{
	ledger.PointsAddition:    {event.LoyaltyPointsAdded, event.CustomerLoyaltyPointsAdded},
	ledger.PointsExpiration:  {event.LoyaltyPointsExpired, event.CustomerLoyaltyPointsExpired},
	ledger.PointsTransferOut: {event.CustomerLoyaltyPointsTransferred},
	ledger.PointsAccrual:     {event.CustomerRewardedLoyaltyPoints},
}

// tell adds the events of an entry, whose JSON is body.
func (c *PointsCard) tell(e *eventWriter, t *loyalty.Transaction, body json.RawMessage) {
	data := c.about(e, map[string]any{"transaction": body, "balance": t.Details.Balance})
	if d := &t.Details; d.EarningRule != nil {
		maps.Copy(data, map[string]any{
			"earning_rule": d.EarningRule, "event": d.Event, "order": d.Order, "segment": d.Segment,
			"loyalty_tier": d.LoyaltyTier, "holder_loyalty_tier": d.HolderLoyaltyTier,
		})
	}
	e.add(event.LoyaltyTransactionCreated, t.ID, data)
	for _, kind := range entryEvents[t.Type] {
		e.again(kind, t.VoucherID)
	}
}

// tierEvents are the events of moves between tiers.
var tierEvents = map[loyalty.ChangeType]event.Type{
	loyalty.Joined: event.LoyaltyTierJoined, loyalty.Left: event.LoyaltyTierLeft, loyalty.Upgraded: event.LoyaltyTierUpgraded,
	loyalty.Downgraded: event.LoyaltyTierDowngraded, loyalty.Prolonged: event.LoyaltyTierProlonged,
}

// tellMove adds the event of a move to a tier that ends on a day.
func (c *PointsCard) tellMove(e *eventWriter, move loyalty.TierChange, end loyalty.Date) {
	more := map[string]any{"first": move.First, "expiration_date": end, "created_at": c.work.now}
	switch move.Type {
	case loyalty.Upgraded, loyalty.Downgraded:
		more["loyalty_tier_from"], more["loyalty_tier_to"] = c.tier(move.From), c.tier(move.To)
	case loyalty.Left:
		more["loyalty_tier"] = c.tier(move.From)
	default:
		more["loyalty_tier"] = c.tier(move.To)
	}
	e.add(tierEvents[move.Type], c.Account.VoucherID, c.about(e, more))
}

// tier is a tier as events tell it: one that was deleted has its id only.
func (c *PointsCard) tier(id string) *loyalty.Tier {
	if t := c.Program.Tier(id); t != nil {
		return t
	}
	return &loyalty.Tier{ID: id, CampaignID: c.Program.CampaignID}
}
