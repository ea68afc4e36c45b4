package redemption

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// earningRule is an earning rule compiled, with its program.
type earningRule struct {
	*loyalty.EarningRule
	program  *loyalty.Program
	campaign *campaign.Campaign
	window   validity.Window
	worth    *loyalty.Worth
	rule     *rule // that must hold as well; nil for none
}

// broken says why the rule never pays; nil for one that may.
func (r *earningRule) broken() error {
	switch {
	case r.rule == nil:
		return nil
	case r.rule.broken != nil:
		return r.rule.broken
	case len(r.rule.program.Metrics()) > 0:
		return fmt.Errorf("rule %s counts redemptions, which an earning rule has none of", r.rule.id)
	}
	return nil
}

// compileEarning gathers the earning rules of programs by what triggers them, in the order in which they pay. One that cannot be
// compiled never pays.
func (x *Catalogue) compileEarning(c Configuration, rules map[string]*rule) {
	x.earning = make(map[string][]*earningRule)
	for _, r := range c.EarningRules {
		program, entry := x.programs[r.Source.ObjectID], x.campaigns[r.Source.ObjectID]
		if program == nil || entry == nil {
			continue
		}
		compiled := &earningRule{EarningRule: r, program: program, campaign: entry.Campaign, window: r.Window.Or(entry.Window)}
		if r.ValidationRuleID != "" {
			if compiled.rule = rules[r.ValidationRuleID]; compiled.rule == nil {
				compiled.rule = &rule{id: r.ValidationRuleID, broken: fmt.Errorf("rule %s does not exist", r.ValidationRuleID)}
			}
		}
		var err error
		if compiled.worth, err = r.Loyalty.Compile(r.Event, x.products); err != nil {
			continue
		}
		key := triggerKey(r.Event, selectorOf(r))
		x.earning[key] = append(x.earning[key], compiled)
	}
	for _, key := range slices.Sorted(maps.Keys(x.earning)) {
		slices.SortFunc(x.earning[key], compareEarning)
	}
}

// compareEarning orders rules as they pay: by program and then by rule, the oldest first.
func compareEarning(a, b *earningRule) int {
	for _, order := range [...]int{
		a.program.CreatedAt.Compare(b.program.CreatedAt), strings.Compare(a.program.CampaignID, b.program.CampaignID),
		a.CreatedAt.Compare(b.CreatedAt),
	} {
		if order != 0 {
			return order
		}
	}
	return strings.Compare(a.ID, b.ID)
}

// selectorOf is the id of what a rule selects among events of one kind.
func selectorOf(r *loyalty.EarningRule) string {
	switch {
	case r.CustomEvent != nil:
		return r.CustomEvent.SchemaID
	case r.Segment != nil:
		return r.Segment.ID
	case r.LoyaltyTier != nil:
		return r.LoyaltyTier.ID
	}
	return ""
}

// triggerKey names what triggers rules. The names of custom events do not count: their schemas do.
func triggerKey(event, selector string) string {
	if loyalty.IsCustomEvent(event) {
		return "custom_event/" + selector
	}
	return event + "/" + selector
}

// Trigger is an event that earning rules may pay for. It names no customer in what is stored with the points.
type Trigger struct {
	// Event and Selector are those of rules: a segment, a tier, the schema of a custom event.
	Event, Selector string
	// ID names the event: each rule pays for it once.
	ID string
	// New says that nothing can have been paid for the event before.
	New        bool
	CustomerID string
	// Day is the day of the event.
	Day loyalty.Date
	// Order is the order that was paid, as it is stored.
	Order *order.Order
	// Metadata is that of a custom event.
	Metadata metadata.Map
	// Told is what the ledger says about the event, and Segment about the segment.
	Told    loyalty.EventReference
	Segment *loyalty.Reference
	// Card is the id of the loyalty card that alone may earn, with its program; empty for the cards of the customer.
	Card, CampaignID string
	// First says that a member who joins a tier had none before, ever.
	First bool
}

// earningFor are the rules that may pay for an event at an instant, in their order. Most events have none, which costs nothing.
func (x *Catalogue) earningFor(t *Trigger, now time.Time) []*earningRule {
	named := x.earning[triggerKey(t.Event, t.Selector)]
	if loyalty.IsTierEvent(t.Event) {
		if every := x.earning[triggerKey(t.Event, loyalty.AnyTier)]; len(every) > 0 {
			named = slices.Concat(named, every)
			slices.SortFunc(named, compareEarning)
		}
		if t.Event == loyalty.TierJoined && !t.First {
			return nil
		}
	}
	var list []*earningRule
	for _, r := range named {
		switch {
		case t.CampaignID != "" && r.program.CampaignID != t.CampaignID,
			!r.Active || !r.campaign.Active,
			r.campaign.Window.At(now, x.zone) != validity.Valid, r.window.At(now, x.zone) != validity.Valid:
		default:
			list = append(list, r)
		}
	}
	return list
}

// Earns reports whether a loyalty card takes part in its program at an instant: it is switched on and within its dates.
func (x *Catalogue) Earns(v *voucher.Voucher, now time.Time) bool {
	i := x.voucher(v)
	return i.active && i.window.At(now, x.zone) == validity.Valid
}
