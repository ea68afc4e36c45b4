// Package redemption owns the decision: from what a request needs, over a snapshot of the rows that it reads, to an
// answer that explains itself and a plan of everything that changes. Validate, Redeem, Rollback and Return are pure
// functions on this road.
//
// It refuses to read a clock, a random source or a store: instant, identifiers and rows come in with the Snapshot, and what
// is to be written goes out as a Plan.
package redemption

import (
	"strings"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// calculation is one request on its way from snapshot to decision. It is used once, by one goroutine.
type calculation struct {
	catalogue *Catalogue
	snapshot  *Snapshot
	request   *Request
	rules     *promotion.StackingRules
	scope     *access.Scope // of a restricted caller

	ids        id.Sequence        // behind the identifiers of customer and order
	customer   *customer.Customer // payload over stored; nil for anonymous requests
	customerID string             // the stored customer's, or the one that a new customer will get; empty for anonymous requests
	order      *order.Order       // payload over stored; nil without an order
	orderID    string             // the stored order's, or the one that a new order will get
	amount     int64              // value of the order before rewards of this request
	carried    discount.Carried
	start      *discount.State // before any redeemable
	state      *discount.State
	facts      validation.Facts
	buckets    buckets // the day, week and month of the redemption

	qualifies bool            // what becomes of the rules is noted
	omit      validation.Omit // conditions that a qualification leaves out

	turns    []*turn
	pending  map[CounterKey]int64 // what earlier redeemables of this request will consume
	watched  []validation.Metric  // that the rules of the request look at; known once something is pending
	counts   counts
	decision Decision
}

// turn is one redeemable and what became of it.
type turn struct {
	Redeemable
	incentive *incentive
	voucher   *voucher.Voucher
	joint     bool
	exclusive bool
	final     bool // decided in the first pass of an exclusive group
	cut       bool // beyond the limit of redeemables
	hidden    bool // from a restricted caller; then incentive and voucher are nil
	answer    Applied
	outcome   discount.Outcome
	card      ledger.Card // of a gift card, before the redemption
	// points are what a loyalty card pays, amount what they are worth in money; in a qualification points are what is on it.
	points ledger.Points
	amount int64
	bundle *validation.Bundle
	limits []validation.Limit
	rules  []QualifiedRule // of a qualification
	// orderValue is what the order adds to the order value of the campaign.
	orderValue int64
}

// Calculation is the outcome of a request before anything is written.
type Calculation struct {
	// Validation is the answer that Validate gives.
	Validation *Validation
	inner      *calculation
}

// Calculate decides a request on a snapshot. It is pure and total: the same arguments give the same answer, whatever the
// clock says. The error is a *fault.Error about the request as a whole; a redeemable that cannot be applied is part of the
// answer.
func Calculate(x *Catalogue, s *Snapshot, r *Request) (*Calculation, error) {
	if err := x.checkMetadata(s, r); err != nil {
		return nil, err
	}
	return calculate(x, s, r)
}

// calculate decides a request whose metadata was checked.
func calculate(x *Catalogue, s *Snapshot, r *Request) (*Calculation, error) {
	c, err := newCalculation(x, s, r)
	if err != nil {
		return nil, err
	}
	c.run()
	return &Calculation{Validation: c.validation(), inner: c}, nil
}

func newCalculation(x *Catalogue, s *Snapshot, r *Request) (*calculation, error) {
	c := &calculation{catalogue: x, snapshot: s, request: r, rules: &x.stacking, ids: s.IDs, buckets: x.bucketsOf(s.Now)}
	c.scope = r.AccessScope.In(x.areaOf)
	newCustomer, newOrder := c.ids.Next(id.Customer), c.ids.Next(id.Order)
	c.customerID, c.orderID = newCustomer, newOrder
	if err := c.resolveCustomer(); err != nil {
		return nil, err
	}
	if err := c.resolveOrder(); err != nil {
		return nil, err
	}
	if err := c.resolveRedeemables(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *calculation) resolveCustomer() error {
	stored, payload := c.snapshot.Customer, c.request.buyer()
	if stored == nil && payload != nil && payload.ID != "" {
		return fault.Missing("customer", payload.ID).At("customer.id")
	}
	c.customer = customer.Merge(stored, payload)
	switch {
	case stored != nil:
		c.customerID = stored.ID
	case payload == nil:
		c.customerID = ""
	}
	return nil
}

// resolveOrder lays the order of the request over the stored one: fields that are sent win, items as a whole list, and
// the redemptions of the stored order stay.
func (c *calculation) resolveOrder() error {
	payload, stored := c.request.Order, c.snapshot.Order
	switch {
	case stored == nil && payload != nil && payload.ID != "":
		return fault.Missing("order", payload.ID).At("order.id")
	case stored == nil:
		c.order = payload
	default:
		merged, carried := MergeOrders(stored, payload)
		c.order, c.carried = &merged, carried
		c.orderID = stored.ID
	}
	state, err := discount.NewState(c.order, c.catalogue.ProductsAt(c.snapshot.Now), c.carried)
	if err != nil {
		return fault.Within("order", err)
	}
	if c.rules.RedeemablesProductsApplicationMode == promotion.Once {
		state.MarkCarried()
	}
	c.start, c.state, c.amount = state, state, state.Amount
	return nil
}

// MergeOrders lays the order of a request over the stored one: fields that are sent win, metadata key by key and items as a
// whole list. It says
// which discounts of the stored order still count.
func MergeOrders(stored, payload *order.Order) (order.Order, discount.Carried) {
	merged := *stored
	carried := discount.Everything
	if payload.Status != "" {
		merged.Status = payload.Status
	}
	if payload.Items != nil {
		merged.Items, merged.Amount = payload.Items, payload.Amount
		carried = discount.OrderDiscount
	} else if payload.Amount > 0 {
		merged.Amount = payload.Amount
	}
	merged.Metadata = metadata.Merge(stored.Metadata, payload.Metadata)
	return merged, carried
}

// resolveRedeemables looks up what the request names. Something that does not exist keeps its place: it is answered as
// not found.
func (c *calculation) resolveRedeemables() error {
	named, err := c.catalogue.expand(c.request)
	if err != nil {
		return err
	}
	list := make([]turn, len(named))
	c.turns = make([]*turn, len(named))
	for i, one := range named {
		t := &list[i]
		t.Redeemable = one.Redeemable
		if one.Object == Voucher {
			t.voucher = c.snapshot.Vouchers[c.catalogue.codeKey(one.ID)]
			if t.voucher != nil {
				t.incentive = c.catalogue.voucher(t.voucher)
				t.nameReward(c.catalogue)
			}
		} else {
			t.incentive = c.catalogue.tiers[one.ID]
		}
		if t.incentive != nil && !sees(c.scope, t.incentive.campaign) {
			t.incentive, t.voucher, t.hidden = nil, nil, true
		}
		for k := range i {
			if t.incentive != nil && list[k].incentive != nil && list[k].incentive.id == t.incentive.id {
				return fault.New(fault.DuplicatedRedeemables, "%s and %s are the same %s", list[k].ID, t.ID, t.Object).At("redeemables")
			}
		}
		t.categorise(c.catalogue, one.category)
		c.turns[i] = t
	}
	return nil
}

// nameReward makes a loyalty card give what it is redeemed for.
func (t *turn) nameReward(x *Catalogue) {
	if !t.incentive.card || t.Reward == nil {
		return
	}
	if o := x.offer(t.voucher.CampaignID, t.Reward.ID); o != nil {
		t.incentive = t.incentive.rewarded(x, o)
	}
}

// categorise fills in what the stacking rules look at. The category of a stack counts for its tiers.
func (t *turn) categorise(x *Catalogue, category string) {
	t.answer = Applied{ID: t.ID, Object: t.Object, CategoryID: category}
	if t.incentive != nil {
		if category == "" {
			t.answer.CategoryID = t.incentive.category
		}
		t.answer.Name, t.answer.Metadata = t.incentive.name, t.incentive.metadata
		if t.incentive.campaign != nil {
			t.answer.CampaignID, t.answer.CampaignName = t.incentive.campaign.ID, t.incentive.campaign.Name
		}
	}
	_, t.exclusive = x.exclusive[t.answer.CategoryID]
	_, t.joint = x.joint[t.answer.CategoryID]
}

// expanded is a redeemable of the request, or a tier of its stack with the stack's category.
type expanded struct {
	Redeemable
	category string
}

// expand replaces a stack by its tiers and enforces the project's limit on redeemables.
func (x *Catalogue) expand(r *Request) ([]expanded, error) {
	var list []expanded
	for _, named := range r.Redeemables {
		if named.Object != PromotionStack {
			list = append(list, expanded{Redeemable: named})
			continue
		}
		stack := x.stacks[named.ID]
		if stack == nil {
			return nil, fault.Missing("promotion_stack", named.ID).At("redeemables[0].id")
		}
		if r.AccessScope != nil && !sees(r.AccessScope.In(x.areaOf), x.campaignOf(stack)) {
			return nil, inaccessible(named).At("redeemables[0].id")
		}
		for _, tier := range stack.Tiers.IDs {
			list = append(list, expanded{Redeemable{Object: PromotionTier, ID: tier}, stack.CategoryID})
		}
	}
	if limit := x.stacking.RedeemablesLimit; len(list) > limit {
		return nil, fault.New(fault.InvalidRedeemables, "%d redeemables, the project allows %d", len(list), limit).At("redeemables")
	}
	return list, nil
}

// fillFacts describes order, customer and redemption to the rules. Units that rewards add later do not count, so the
// lines are described once.
func (c *calculation) fillFacts() {
	f := &c.facts
	f.At, f.Areas = c.snapshot.Now.In(c.catalogue.zone), c.catalogue.areas
	f.Redemption.Metadata, f.Redemption.APIKey, f.Redemption.User = c.request.Metadata, c.request.Actor.APIKey, c.request.Actor.User
	if c.customer != nil {
		f.Customer = validation.CustomerFacts{
			Present: true, ID: c.customer.ID, SourceID: c.customer.SourceID, Name: c.customer.Name, Email: c.customer.Email,
			Metadata: c.customer.Metadata, Segments: c.segments(), LoyaltyTiers: c.snapshot.LoyaltyTiers,
		}
	}
	if c.order == nil {
		return
	}
	f.Order.Present, f.Order.Metadata = true, c.order.Metadata
	f.Order.InitialAmount, f.Order.Amount = c.start.InitialAmount, c.start.Total()
	f.Order.HasAmount = c.order.Amount > 0
	f.Order.Items = make([]validation.ItemFacts, 0, len(c.start.Lines))
	for i := range c.start.Lines {
		l := &c.start.Lines[i]
		f.Order.HasAmount = f.Order.HasAmount || l.AmountKnown
		if l.InitialQuantity <= 0 {
			continue
		}
		f.Order.Quantity += l.InitialQuantity
		f.Order.Items = append(f.Order.Items, validation.ItemFacts{
			Identity: l.Identity, Price: l.Price, HasPrice: l.PriceKnown, Quantity: l.InitialQuantity,
			Amount: l.InitialAmount, HasAmount: l.AmountKnown,
			Metadata: c.order.Items[i].Metadata, ProductMetadata: l.ProductMetadata(),
		})
	}
}

// details are the words of Voucherify about what is missing: "Cannot find voucher with id X".
func (t *turn) missing() *fault.Error {
	return fault.Missing(strings.ToLower(string(t.Object)), t.ID)
}
