package redemption

import (
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/voucher"
)

// Needs says which volatile rows a request reads, as data, so that a store can fetch them in one round trip.
type Needs struct {
	// Vouchers are the keys of codes (see voucher.CaseMode.Key) or ids of vouchers.
	Vouchers []string
	// CustomerID or CustomerSourceID names the customer; both empty for an anonymous request.
	CustomerID, CustomerSourceID string
	// OrderID or OrderSourceID names a stored order; both empty for an order that is not stored.
	OrderID, OrderSourceID string
	// Redemptions are ids of redemptions; their children and parents are read with them.
	Redemptions []string
	// Counters are read as they stand.
	Counters []CounterKey
	// Templates are counters whose keys depend on what is found: see CounterTemplate.
	Templates []CounterTemplate
	// History is what filters look at beside counters. The engine reads it with lists, once the customer is found; a store
	// has nothing to do for it.
	History History
	// Holders are ids of vouchers: for each it is looked up whether the customer that is found holds it. The engine does that
	// once the snapshot is there; a store has nothing to do for it.
	Holders []string
	// Chains are chains of referrals in which the customer is looked for; the engine does that as well.
	Chains []Chain
	// Accounts are ids of loyalty cards whose accounts are read, RewardRedemptions ids of what became of rewards. The engine does
	// that once the snapshot is there; a store has nothing to do for it.
	Accounts          []string
	RewardRedemptions []string
	// OutcomeVerb and OutcomeKey name the stored answer of an idempotent call; empty when there is none to look for.
	OutcomeVerb, OutcomeKey string
}

// CounterTemplate is a counter of each voucher that is found, of its campaign, or of the customer that is found.
type CounterTemplate struct {
	Metric CounterMetric
	// OfCustomer makes the customer that is found the subject, once, whatever vouchers there are; without one the counter is
	// not read.
	OfCustomer bool
	// OfCampaign makes the voucher's campaign the subject; otherwise it is the voucher. A voucher without a campaign is its
	// own campaign.
	OfCampaign bool
	// PerCustomer counters belong to the customer that is found; without one they are not read.
	PerCustomer bool
	// PerOrder counters have the stored order that is found as their detail; without one they are not read.
	PerOrder bool
	// Detail is the detail of counters that are not PerOrder: a calendar period, an actor, a figure of a summary.
	Detail string
}

// Snapshot is everything that a decision is made from: the volatile rows, the instant and the identifiers. It is not
// changed by calculating, and the same snapshot gives the same decision.
type Snapshot struct {
	// Now is the instant of the operation, read once from the engine's clock.
	Now time.Time
	// IDs numbers what the operation creates; Group is shared by its events.
	IDs   id.Sequence
	Group string

	// Revision is the revision of the configuration at the time of reading.
	Revision int64
	// Vouchers holds what was found, by the keys of Needs.Vouchers.
	Vouchers map[string]*voucher.Voucher
	// Customer and Order are nil when they are not stored.
	Customer *customer.Customer
	Order    *order.Order
	// Redemptions holds the redemptions that were asked for, with children and parents, by id.
	Redemptions map[string]*Redemption
	// LastOrder, Occurrences and Publications are what History asked for about the customer; see Profile.
	LastOrder    *order.Order
	Occurrences  map[string]Occurrence
	Publications []*publication.Publication
	// Loyalty is what the customer holds in loyalty programs, LoyaltyTiers the ids of his tiers there, if History asked for them.
	Loyalty      *customer.Loyalty
	LoyaltyTiers []string
	// Holders says which vouchers the customer holds, by id, of those that Needs.Holders asked for. It is left for the engine.
	Holders map[string]bool
	// Brought says which chains of Needs.Chains the customer is part of: he has brought the referrer, or somebody who has, and so
	// on. It is left for the engine.
	Brought map[Chain]bool
	// Revoked are the referrals that redemptions have made, by their ids, for a rollback. They are left for the engine.
	Revoked map[string]*RevokedReferral
	// Accounts are the accounts of loyalty cards, by id of the voucher, and RewardRedemptions what became of rewards, by id, of those
	// that Needs asked for. They are left for the engine.
	Accounts          map[string]*loyalty.Account
	RewardRedemptions map[string]*reward.Redemption
	// Counters holds the counters that exist; others are 0.
	Counters map[CounterKey]int64
	// Outcome is the stored answer, nil when there is none.
	Outcome *Outcome
}

// Keys returns the counters to read once vouchers, customer and order are found: the fixed ones and those of the
// templates, sorted and without repetition. customerID and orderID are empty for records that are not stored.
func (n *Needs) Keys(vouchers map[string]*voucher.Voucher, customerID, orderID string) []CounterKey {
	keys := slices.Clone(n.Counters)
	for _, t := range n.Templates {
		if t.OfCustomer && customerID != "" {
			keys = append(keys, CounterKey{Metric: t.Metric, Subject: customerID, Detail: t.Detail})
		}
	}
	for _, name := range n.Vouchers {
		v := vouchers[name]
		if v == nil {
			continue
		}
		for _, t := range n.Templates {
			if t.OfCustomer || (t.PerCustomer && customerID == "") || (t.PerOrder && orderID == "") {
				continue
			}
			key := CounterKey{Metric: t.Metric, Subject: v.ID, Detail: t.Detail}
			if t.OfCampaign && v.CampaignID != "" {
				key.Subject = v.CampaignID
			}
			if t.PerCustomer {
				key.Customer = customerID
			}
			if t.PerOrder {
				key.Detail = orderID
			}
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, CounterKey.Compare)
	return slices.Compact(keys)
}
