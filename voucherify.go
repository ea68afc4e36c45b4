// Package voucherify is a promotion engine that lives inside the shop's own process and its own database transaction:
// coupons, gift cards, automatic promotions, stacking, validation rules, segments, qualification, redemption, rollback and
// returns, with the concepts and field names of Voucherify.
//
// A host makes an Engine over a store and asks with five verbs:
//
//	Qualify    which offers fit this customer and this cart, and which nearly do? (changes nothing)
//	Validate   what would these codes and promotions take off? (changes nothing)
//	Redeem     take it off, count it, store the order
//	Rollback   give it all back
//	Return     give back single units
//
// It keeps what they decide with through the services, the fields of Engine:
//
//	Campaigns, Vouchers, Promotions    what is offered: codes, tiers, stacks
//	Templates                          campaigns and tiers that were saved, to set them up again
//	Rules                              when it may be used, and how often
//	Categories, Settings               what may stand together
//	Products, Locations                products, SKUs, collections; places on the map
//	Areas                              areas and stores, and what is offered in them
//	Loyalty                            members, points, tiers and earning rules of loyalty programs
//	Rewards                            what points are given for
//	Customers, Segments                profiles, wallets; groups that find their members themselves
//	Publications                       which code was given to whom
//	Referrals                          who has brought whom, and what for
//	Orders, Redemptions                what was bought and redeemed
//	EventSchemas, Events               what customers do elsewhere
//	MetadataSchemas                    what metadata may hold
//	Imports, Exports                   what comes in from files, and goes out into them
//
// Redeem, Rollback, Return, Publications.Create, Loyalty.RedeemReward and what else moves points or credits have a twin that ends in Tx
// and writes in a transaction of the host, and so has Referrals.AddHolders.
//
// Points of loyalty programs expire, are activated and hold tiers by the calendar of the project: RunMaintenance, or Maintain once a day,
// does that for cards that nobody uses. Each operation on a card does it for that card first.
//
// Money on gift cards moves by these verbs and by Vouchers.AddBalance; each movement is an entry of the ledger (package ledger),
// and Verify replays the ledger against balances, redemptions and counters.
//
// Validate and Redeem walk the same road (needs, snapshot, calculation, plan), so they cannot disagree. A refusal is a
// *redemption.Refused that carries the decision: which check failed, what was found, what was expected and how much is
// missing. Every other failure is a *fault.Error with a stable key, or an error of the store.
//
// The engine starts no goroutine, reads no environment variable and has no global state. The clock, the identifiers and
// the random source are options.
package voucherify

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// Engine is the promotion engine of one project. It is safe for concurrent use. Make it with New.
type Engine struct {
	// Campaigns keeps campaigns and the codes that are generated for them.
	Campaigns *Campaigns
	// Vouchers keeps standalone codes and single codes of campaigns.
	Vouchers *Vouchers
	// Promotions keeps tiers and stacks.
	Promotions *Promotions
	// Templates keeps configurations of campaigns and tiers, to set them up again.
	Templates *Templates
	// Rules keeps validation rules and their assignments.
	Rules *Rules
	// Publications gives codes to customers and remembers to whom.
	Publications *Publications
	// Referrals keeps what referrers are rewarded for, and shows who has brought whom.
	Referrals *Referrals
	// Customers keeps profiles, shows wallets and forgets people.
	Customers *Customers
	// Segments keeps named groups of customers, listed or found by a filter.
	Segments *Segments
	// Locations keeps places for rules and for the filters of segments and collections.
	Locations *Locations
	// Areas keeps areas and stores, to which campaigns are assigned.
	Areas *Areas
	// Products keeps products, SKUs and collections.
	Products *Products
	// Orders keeps orders.
	Orders *Orders
	// Categories keeps the categories of the stacking rules.
	Categories *Categories
	// Settings keeps the project's stacking rules.
	Settings *Settings
	// MetadataSchemas keeps what the metadata of each kind of object may hold.
	MetadataSchemas *MetadataSchemas
	// EventSchemas keeps which custom events there are; Events records what customers do.
	EventSchemas *EventSchemas
	Events       *Events
	// Loyalty keeps the members of loyalty programs, their points and tiers, and the rules by which they earn.
	Loyalty *Loyalty
	// Rewards keeps what members of loyalty programs get for points.
	Rewards *Rewards
	// Redemptions reads what was redeemed and rolled back.
	Redemptions *Redemptions
	// Imports takes codes, customers, products and SKUs in; Exports hands out what is stored.
	Imports *Imports
	Exports *Exports

	store     store.Store
	options   options
	compiler  *validation.Compiler
	catalogue atomic.Pointer[redemption.Catalogue]
	refresh   sync.Mutex         // one rebuild of the catalogue at a time
	foreign   map[int64]struct{} // revisions that this engine raised in transactions of hosts; guarded by refresh
	ids       idSource
}

// New makes an engine over a store. It reads nothing yet: the first call compiles the configuration. It fails when the
// store is nil or an option is out of its range.
func New(s store.Store, opts ...Option) (*Engine, error) {
	if s == nil {
		return nil, fault.Invalid("store", "is required, for example memory.New()")
	}
	o := defaults()
	for _, option := range opts {
		if err := option.apply(&o); err != nil {
			return nil, err
		}
	}
	e := &Engine{store: s, options: o, compiler: validation.NewCompiler()}
	e.ids.random = o.random
	e.Campaigns = &Campaigns{e}
	e.Vouchers = &Vouchers{e}
	e.Promotions = &Promotions{e}
	e.Templates = &Templates{e}
	e.Rules = &Rules{e}
	e.Publications = &Publications{e}
	e.Referrals = &Referrals{e}
	e.Customers = &Customers{e}
	e.Segments = &Segments{e}
	e.Locations = &Locations{e}
	e.Areas = &Areas{e}
	e.Products = &Products{e}
	e.Orders = &Orders{e}
	e.Categories = &Categories{e}
	e.Settings = &Settings{e}
	e.MetadataSchemas = &MetadataSchemas{e}
	e.EventSchemas = &EventSchemas{e}
	e.Events = &Events{e}
	e.Loyalty = &Loyalty{e}
	e.Rewards = &Rewards{e}
	e.Redemptions = &Redemptions{e}
	e.Imports = &Imports{e}
	e.Exports = &Exports{e}
	return e, nil
}

// operation is what one call of the engine shares: its instant, its identifiers and the group of its events.
type operation struct {
	now   time.Time
	ids   id.Sequence
	group string
	host  bool // in the transaction of a host, which may still be rolled back
	// attempt is 1 for the first, more after lost races.
	attempt int
	depth   int // how deep the operation follows from another one
	then    []followUp
}

// begin reads the clock and the random source once for a call.
func (e *Engine) begin() (operation, error) {
	now := e.options.clock().UTC().Truncate(time.Microsecond)
	ids, err := e.options.ids(now, &e.ids)
	if err != nil {
		return operation{}, err
	}
	op := operation{now: now, ids: ids}
	op.group = op.ids.Next("v-")
	return op, nil
}

// log returns the logger of the engine.
func (e *Engine) log() *slog.Logger { return e.options.logger }
