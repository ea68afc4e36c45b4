package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	giftledger "github.com/voucherify-go/voucherify/ledger" // the ledger of this package keeps books about stores
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// CheckInvariants fails a test when the state that the engine has left in a store contradicts itself. It reads everything
// through the Reader, so it can be called on any store, also on one that was opened again after a crash. See Problems.
func CheckInvariants(t TB, s store.Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	problems, err := Problems(ctx, s)
	if err != nil {
		t.Errorf("read the store: %v", err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

// Problems returns what contradicts itself in the state of a store that only engines have written. These invariants hold
// after every commit, in whatever order and at whatever speed the commits came:
//
//   - counters: each counter is the sum of what standing redemptions have consumed, less the discounts that were returned, and
//     of the redemptions that a voucher was imported with; none is below 0;
//   - budgets: what a redemption has taken from the budget of its campaign is the discount that it granted;
//   - uses: a redemption of a voucher counts once for it;
//   - rollbacks: a redemption is rolled back by exactly one rollback, which names it, and no other rollback succeeded; a
//     parent is rolled back when all of its children are;
//   - families: parent and children name each other;
//   - returns: no more units and no more discount come back than were granted, and the entries add up;
//   - orders: the sums of an order are those of its lines, it carries the redemptions that name it, and one that was only
//     redeemed once carries exactly the discount that was granted;
//   - ledger: what Engine.Verify finds;
//   - events: every redemption, failure, rollback and return has its event once;
//   - customers: what is counted of the orders of a customer is their number and sum; none is below 0;
//   - codes: a campaign counts as many codes as it has;
//   - holders: who holds a code has a record of it, and a unique code has one holder at most;
//   - referrals: a customer counts as many referees as were brought by him and stand; a referral that stands was made by a
//     redemption that stands, or by an event; nobody has brought himself, over however many others; a reward is given once;
//   - versions: the body of a record knows its version.
func Problems(ctx context.Context, s store.Store) ([]string, error) {
	p := &project{
		redemptions: map[string]*redemption.Redemption{}, rollbacks: map[string]*redemption.Rollback{},
		orders: map[string]*order.Order{}, customers: map[string]*customer.Customer{}, campaigns: map[string]*campaign.Campaign{},
		vouchers: map[string]*voucher.Voucher{}, holders: map[string]*publication.Holder{}, counters: map[redemption.CounterKey]int64{}, events: map[happened]int{},
		referrals: map[string]*referral.Referral{},
	}
	err := s.View(ctx, func(r store.Reader) error { return p.read(ctx, r) })
	if err != nil {
		return nil, err
	}
	for _, check := range []func(){
		p.checkCounters, p.checkRedemptions, p.checkRollbacks, p.checkOrders, p.checkEvents, p.checkSums, p.checkHolders, p.checkReferrals,
	} {
		check()
	}
	if err := p.verify(ctx, s); err != nil {
		return nil, err
	}
	slices.Sort(p.problems)
	return p.problems, nil
}

// verify adds what the engine finds itself. Counters are compared here already.
func (p *project) verify(ctx context.Context, s store.Store) error {
	engine, err := voucherify.New(s)
	if err != nil {
		return err
	}
	for finding, err := range engine.Verify(ctx) {
		if err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		if finding.Check != giftledger.CheckCounter {
			p.complain("%s", finding)
		}
	}
	return nil
}

// project is the state of a store as the engine understands it.
type project struct {
	redemptions map[string]*redemption.Redemption
	rollbacks   map[string]*redemption.Rollback
	orders      map[string]*order.Order
	customers   map[string]*customer.Customer
	campaigns   map[string]*campaign.Campaign
	vouchers    map[string]*voucher.Voucher
	holders     map[string]*publication.Holder
	referrals   map[string]*referral.Referral
	counters    map[redemption.CounterKey]int64
	events      map[happened]int
	problems    []string
}

// happened is an event without its data.
type happened struct {
	kind   event.Type
	entity string
}

func (p *project) complain(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// read takes everything from one point in time.
func (p *project) read(ctx context.Context, r store.Reader) error {
	state, err := export(ctx, r, Names{})
	if err != nil {
		return err
	}
	for i := range state.Documents {
		if err := p.decode(&state.Documents[i]); err != nil {
			return err
		}
	}
	for _, e := range state.Events {
		p.events[happened{e.Type, e.EntityID}]++
	}
	named := map[redemption.CounterKey]bool{}
	for _, x := range p.redemptions {
		if x.Granted == nil {
			continue
		}
		for _, c := range x.Granted.Consumed {
			named[c.Key] = true
			if c.Key.Metric == redemption.CountVoucher {
				named[redemption.ImportedKey(c.Key.Subject)] = true
			}
		}
	}
	for _, sums := range [...]map[redemption.CounterKey]int64{p.summaries(), p.codes(), p.referees()} {
		for key := range sums {
			named[key] = true
		}
	}
	p.counters, err = r.Counters(ctx, slices.SortedFunc(maps.Keys(named), redemption.CounterKey.Compare))
	return err
}

// decode keeps a record of a kind that the invariants look at.
func (p *project) decode(doc *record.Document) error {
	var version *int64
	var body any
	switch doc.Kind {
	case record.Redemption:
		x := &redemption.Redemption{}
		p.redemptions[doc.ID], body, version = x, x, &x.Version
	case record.Order:
		x := &order.Order{}
		p.orders[doc.ID], body, version = x, x, &x.Version
	case record.Rollback:
		x := &redemption.Rollback{}
		p.rollbacks[doc.ID], body = x, x
	case record.Customer:
		x := &customer.Customer{}
		p.customers[doc.ID], body, version = x, x, &x.Version
	case record.Campaign:
		x := &campaign.Campaign{}
		p.campaigns[doc.ID], body, version = x, x, &x.Version
	case record.Voucher:
		x := &voucher.Voucher{}
		p.vouchers[doc.ID], body, version = x, x, &x.Version
	case record.Holder:
		x := &publication.Holder{}
		p.holders[doc.ID], body, version = x, x, &x.Version
	case record.Referral:
		x := &referral.Referral{}
		p.referrals[doc.ID], body, version = x, x, &x.Version
	default:
		return nil
	}
	if err := json.Unmarshal(doc.Body, body); err != nil {
		return fmt.Errorf("decode %s %q: %w", doc.Kind, doc.ID, err)
	}
	if version != nil && *version != doc.Version {
		p.complain("%s %s is at version %d and believes to be at %d", doc.Kind, doc.ID, doc.Version, *version)
	}
	return nil
}

// stands reports whether a redemption succeeded and was not rolled back.
func stands(x *redemption.Redemption) bool {
	return x.Result == redemption.Success && x.Status == redemption.Succeeded
}

func (p *project) checkCounters() {
	want := map[redemption.CounterKey]int64{}
	for _, x := range p.redemptions {
		if x.Granted == nil {
			continue
		}
		budget, uses := int64(0), int64(0)
		for _, c := range x.Granted.Consumed {
			want[c.Key] += 0 // a counter that everything was given back to is 0
			delta := c.Delta
			switch c.Key.Metric {
			case redemption.SumCampaignDiscount:
				budget += delta
				delta -= returned(x)
			case redemption.SumCampaignGift:
				delta -= returned(x)
			case redemption.CountVoucher:
				uses += delta
			}
			// A product that was handed over stays given out when its redemption is rolled back.
			if kept := x.Reward != nil && x.Reward.Kept && c.Key.Metric == redemption.CountReward; stands(x) || kept {
				want[c.Key] += delta
			}
		}
		if budget != x.Granted.Discount() {
			p.complain("redemption %s has granted %d and taken %d from the budget", x.ID, x.Granted.Discount(), budget)
		}
		if x.RelatedObjectType == "voucher" && uses != 1 {
			p.complain("redemption %s counts %d times for its voucher", x.ID, uses)
		}
	}
	for key, sum := range want {
		if key.Metric == redemption.CountVoucher {
			sum += p.counters[redemption.ImportedKey(key.Subject)]
		}
		if got := p.counters[key]; got != sum || got < 0 {
			p.complain("counter %s is %d, the standing redemptions add up to %d", key, got, sum)
		}
	}
}

// returned is the discount that returns of a redemption have given back.
func returned(x *redemption.Redemption) int64 {
	var sum int64
	for i := range x.Granted.Lines {
		sum += x.Granted.Lines[i].ReturnedDiscount
	}
	return sum
}

func (p *project) checkRedemptions() {
	for id, x := range p.redemptions {
		if parent := p.redemptions[x.Parent]; x.Parent != "" && (parent == nil || !slices.Contains(parent.Children, id)) {
			p.complain("redemption %s names %s as its parent, which does not know it", id, x.Parent)
		}
		standing := 0
		for _, name := range x.Children {
			child := p.redemptions[name]
			if child == nil || child.Parent != id {
				p.complain("redemption %s names %s as its child, which does not know it", id, name)
				continue
			}
			if stands(child) {
				standing++
			}
		}
		if len(x.Children) > 0 && x.Result == redemption.Success && (standing > 0) != stands(x) {
			p.complain("redemption %s is %s, %d of its %d children stand", id, x.Status, standing, len(x.Children))
		}
		p.checkReturns(x)
	}
}

func (p *project) checkReturns(x *redemption.Redemption) {
	if x.Granted == nil {
		return
	}
	units, discount := map[string]int64{}, int64(0)
	for _, back := range x.Returns {
		discount += back.Discount
		if x.Parent == "" && back.Amount-back.Discount != back.Refund {
			p.complain("return %s gives back %d of %d with a discount of %d", back.ID, back.Refund, back.Amount, back.Discount)
		}
		for _, line := range back.Lines {
			units[line.ItemID] += line.Quantity
		}
	}
	if sum := returned(x); sum != discount {
		p.complain("redemption %s has had %d returned, its returns add up to %d", x.ID, sum, discount)
	}
	for i := range x.Granted.Lines {
		line := &x.Granted.Lines[i]
		if line.ReturnedQuantity > line.Quantity || line.ReturnedDiscount > line.Share() || line.ReturnedDiscount < 0 {
			p.complain("redemption %s, line %s: %d of %d units and %d of %d were returned",
				x.ID, line.ItemID, line.ReturnedQuantity, line.Quantity, line.ReturnedDiscount, line.Share())
		}
		if units[line.ItemID] != line.ReturnedQuantity {
			p.complain("redemption %s, line %s: %d units were returned, its returns add up to %d",
				x.ID, line.ItemID, line.ReturnedQuantity, units[line.ItemID])
		}
	}
}
