package redemption

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// Configuration is everything that a project has configured, as it is stored. It is the input of NewCatalogue.
type Configuration struct {
	Revision      int64
	Campaigns     []*campaign.Campaign
	Tiers         []*promotion.Tier
	Stacks        []*promotion.Stack
	Rules         []*validation.Rule
	Assignments   []*validation.Assignment
	Products      []*product.Product
	SKUs          []*product.SKU
	Collections   []*product.Collection
	Categories    []*promotion.Category
	Segments      []*customer.Segment
	Locations     []*location.Location
	Stores        []*access.Store
	Schemas       []*metadata.Schema
	LoyaltyTiers  []*loyalty.Tier
	EarningRules  []*loyalty.EarningRule
	StackingRules promotion.StackingRules
	// Rewards are what points are given for, RewardAssignments say in which program.
	Rewards           []*reward.Reward
	RewardAssignments []*reward.Assignment
	// Zone is the project's time zone, WeekStart the first day of its weeks, CaseMode how its codes compare.
	Zone      *time.Location
	WeekStart time.Weekday
	CaseMode  voucher.CaseMode
}

// Catalogue is the configuration compiled for use: rules are programs, products are sets, definitions are prepared. It
// is immutable, apart from a bounded memo of vouchers that carry a definition of their own, and it may be shared between
// goroutines. A configuration change makes a new catalogue.
type Catalogue struct {
	revision   int64
	zone       *time.Location
	caseMode   voucher.CaseMode
	products   *product.Index
	areas      map[string]*location.Area
	areaOf     map[string]string // the areas of the stores, by store
	schemas    *metadata.Schemas
	stacking   promotion.StackingRules
	campaigns  map[string]*campaignEntry
	tiers      map[string]*incentive
	stacks     map[string]*promotion.Stack
	categories map[string]*promotion.Category
	programs   map[string]*loyalty.Program // by id of the campaign
	members    []*loyalty.Program          // in the order of their creation
	earning    map[string][]*earningRule   // by what triggers them
	asksTiers  bool                        // a rule looks at the tiers of the customer
	rewards    map[string][]*Offer         // by id of the campaign
	audience   *Audience                   // static segments, and the dynamic ones that rules name
	active     *Audience                   // the segments that report who enters and leaves
	assigned   map[string][]*rule          // by id of the voucher, campaign or tier
	exclusive  map[string]struct{}
	joint      map[string]struct{}
	ordered    []*incentive        // tiers in the order of listings
	offers     []*incentive        // tiers, and what the codes of campaigns give
	indexes    sync.Map            // validation.Omit -> func() *offerIndex, made when they are first asked for
	metrics    []validation.Metric // that assigned rules look at
	weekStart  time.Weekday

	collections []*validation.FilterProgram // of products.Dynamic; nil for one that cannot be compiled

	memo     sync.Map // voucher id -> *memoEntry
	memoSize atomic.Int64
}

// maxMemo bounds the memo of vouchers; further ones are compiled for each request.
const maxMemo = 10_000

type memoEntry struct {
	version   int64
	incentive *incentive
}

type campaignEntry struct {
	*campaign.Campaign
	coupons *incentive // what its vouchers give; nil for promotions
}

// rule is a validation rule as it is assigned.
type rule struct {
	program *validation.Program
	id      string
	version int64
	scope   product.Scope
	broken  error // the rule could not be compiled; it refuses everything
	// asksHolder says that the rule looks at who holds the code.
	asksHolder bool
}

// addMetrics adds the counters that the rule looks at to a list, each once.
func (r *rule) addMetrics(list []validation.Metric) []validation.Metric {
	if r.program == nil {
		return list
	}
	for _, m := range r.program.Metrics() {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// incentive is a voucher's or tier's definition, ready to be applied.
type incentive struct {
	object   Object
	id       string
	name     string
	campaign *campaign.Campaign // nil for standalone vouchers
	window   validity.Window
	active   bool
	category string
	metadata metadata.Map
	rules    []*rule
	discount *discount.Program // what is taken off, or what a gift card pays for; nil for a tier that is only a message
	gift     *voucher.Gift     // of a gift card, otherwise nil
	card     bool              // a loyalty card
	reward   *Offer            // that the points of the card are for; nil until it is named
	metrics  []validation.Metric
	hasPost  bool
	broken   error
	// asksHolder says that a rule looks at who holds the code.
	asksHolder bool
	sorting    int
	created    time.Time
}

// NewCatalogue compiles a configuration. A rule or definition that cannot be compiled does not stop the others: the
// incentives that use it refuse with a reason. The compiler keeps programs between catalogues.
func NewCatalogue(c Configuration, compiler *validation.Compiler) *Catalogue {
	x := &Catalogue{
		revision: c.Revision, zone: c.Zone, weekStart: c.WeekStart, caseMode: c.CaseMode,
		products:   product.NewIndex(c.Products, c.SKUs, c.Collections),
		schemas:    metadata.NewSchemas(c.Schemas),
		stacking:   c.StackingRules.WithDefaults(),
		campaigns:  make(map[string]*campaignEntry, len(c.Campaigns)),
		tiers:      make(map[string]*incentive, len(c.Tiers)),
		stacks:     make(map[string]*promotion.Stack, len(c.Stacks)),
		categories: make(map[string]*promotion.Category, len(c.Categories)),
		assigned:   make(map[string][]*rule),
	}
	if x.zone == nil {
		x.zone = time.UTC
	}
	x.areas, x.areaOf = compileAreas(c.Locations), areasOf(c.Stores)
	x.compileCollections()
	x.exclusive, x.joint = setOf(x.stacking.ExclusiveCategories), setOf(x.stacking.JointCategories)
	for _, category := range c.Categories {
		x.categories[category.ID] = category
	}
	x.compileAudience(c)
	rules := x.assign(c, compiler)
	for _, camp := range c.Campaigns {
		x.addCampaign(camp)
	}
	x.compilePrograms(c)
	x.compileEarning(c, rules)
	x.compileRewards(c)
	for _, tier := range c.Tiers {
		x.addTier(tier)
	}
	slices.SortFunc(x.ordered, compareTiers)
	for _, stack := range c.Stacks {
		x.stacks[stack.ID] = stack
	}
	return x
}

func compareTiers(a, b *incentive) int {
	if a.sorting != b.sorting {
		return a.sorting - b.sorting
	}
	return strings.Compare(a.id, b.id)
}

// assign compiles all rules, and files those that are assigned to something, in the order of their assignment.
func (x *Catalogue) assign(c Configuration, compiler *validation.Compiler) map[string]*rule {
	compiled := make(map[string]*rule, len(c.Rules))
	for _, r := range c.Rules {
		entry := &rule{id: r.ID, version: r.Version, scope: r.ApplicableTo, asksHolder: asksHolder(r.Rules)}
		if entry.program, entry.broken = compiler.Compile(*r, x.products); entry.broken == nil {
			entry.scope = entry.program.Scope()
		}
		x.checkProperties(entry)
		compiled[r.ID] = entry
	}
	assignments := slices.Clone(c.Assignments)
	slices.SortStableFunc(assignments, func(a, b *validation.Assignment) int {
		if order := a.CreatedAt.Compare(b.CreatedAt); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, a := range assignments {
		entry := compiled[a.RuleID]
		if entry == nil {
			entry = &rule{id: a.RuleID, broken: fmt.Errorf("rule %s does not exist", a.RuleID)}
		}
		x.assigned[a.RelatedObjectID] = append(x.assigned[a.RelatedObjectID], entry)
		x.metrics = entry.addMetrics(x.metrics)
	}
	return compiled
}

func (x *Catalogue) addCampaign(c *campaign.Campaign) {
	entry := &campaignEntry{Campaign: c}
	if t := c.Voucher; t != nil {
		entry.coupons = &incentive{
			object: Voucher, campaign: c, window: c.Window, active: c.Active, category: c.CategoryID,
			rules: x.assigned[c.ID], created: c.CreatedAt, card: t.LoyaltyCard != nil,
		}
		if t.Gift != nil {
			entry.coupons.gift = &voucher.Gift{InitialAmount: t.Gift.Amount, Effect: t.Gift.Effect}
		}
		entry.coupons.compile(t.Discount, x.products)
		x.offers = append(x.offers, entry.coupons)
	}
	x.campaigns[c.ID] = entry
}

func (x *Catalogue) addTier(t *promotion.Tier) {
	tier := &incentive{
		object: PromotionTier, id: t.ID, name: t.Name, window: t.Window, active: t.Active, category: t.CategoryID,
		metadata: t.Metadata, sorting: t.Hierarchy, created: t.CreatedAt, rules: x.assigned[t.ID],
	}
	if c := x.campaigns[t.CampaignID]; c != nil {
		tier.campaign = c.Campaign
		tier.window = t.Window.Or(c.Window)
		tier.active = t.Active && c.Active
		tier.rules = union(tier.rules, x.assigned[c.ID])
		if tier.category == "" {
			tier.category = c.CategoryID
		}
	}
	tier.compile(t.Action.Discount, x.products)
	x.tiers[t.ID] = tier
	x.ordered = append(x.ordered, tier)
	x.offers = append(x.offers, tier)
}

// compile prepares the discount with the scopes of the rules, and notes what the rules need.
func (i *incentive) compile(d *discount.Discount, products *product.Index) {
	scopes := make([]product.Scope, 0, len(i.rules))
	for _, r := range i.rules {
		scopes = append(scopes, r.scope)
		i.asksHolder = i.asksHolder || r.asksHolder
		if r.program == nil {
			continue
		}
		i.hasPost = i.hasPost || r.program.HasPost()
		i.metrics = r.addMetrics(i.metrics)
	}
	switch {
	case i.gift != nil:
		i.discount, i.broken = discount.CompileCredits(i.gift.Effect, products, scopes...)
	case d != nil:
		i.discount, i.broken = discount.Compile(*d, products, scopes...)
	}
}

// voucher returns the incentive of a voucher: its campaign's, unless it carries something of its own.
func (x *Catalogue) voucher(v *voucher.Voucher) *incentive {
	parent := x.campaigns[v.CampaignID]
	own := x.assigned[v.ID]
	if parent != nil && parent.coupons != nil && v.Discount == nil && (v.Gift == nil || v.Gift.Effect == "") && len(own) == 0 {
		i := *parent.coupons
		i.describe(v, parent)
		return &i
	}
	if found, ok := x.memo.Load(v.ID); ok {
		if entry := found.(*memoEntry); entry.version == v.Version { //nolint:errcheck // the memo holds nothing else
			return entry.incentive
		}
	}
	i := &incentive{object: Voucher, rules: own, created: v.CreatedAt, gift: giftOf(v, parent), card: v.LoyaltyCard != nil}
	definition := v.Discount
	if parent != nil {
		i.campaign = parent.Campaign
		i.rules = union(own, x.assigned[v.CampaignID])
		if definition == nil && parent.Voucher != nil {
			definition = parent.Voucher.Discount
		}
	}
	i.describe(v, parent)
	i.compile(definition, x.products)
	if x.memoSize.Load() < maxMemo {
		if _, known := x.memo.Swap(v.ID, &memoEntry{v.Version, i}); !known {
			x.memoSize.Add(1)
		}
	}
	return i
}

// giftOf is the gift of a card, with the effect that counts; nil for a coupon.
func giftOf(v *voucher.Voucher, parent *campaignEntry) *voucher.Gift {
	if v.Gift == nil {
		return nil
	}
	gift := v.Gift.Kept()
	if gift.Effect == "" && parent != nil && parent.coupons != nil && parent.coupons.gift != nil {
		gift.Effect = parent.coupons.gift.Effect
	}
	if gift.Effect == "" {
		gift.Effect = discount.ToOrder
	}
	return gift
}

// describe fills in what the voucher itself says: window, switch, category, metadata.
func (i *incentive) describe(v *voucher.Voucher, parent *campaignEntry) {
	i.id, i.window, i.active, i.metadata = v.ID, v.Window, v.Active, v.Metadata
	i.category = v.CategoryID
	if parent != nil {
		i.window = v.WindowIn(parent.Window)
		i.active = v.Active && parent.Active
		if i.category == "" {
			i.category = parent.CategoryID
		}
	}
}

// offersFor is the index of the offers for a set of omitted conditions.
func (x *Catalogue) offersFor(omit validation.Omit) *offerIndex {
	index, ok := x.indexes.Load(omit)
	if !ok {
		index, _ = x.indexes.LoadOrStore(omit, sync.OnceValue(func() *offerIndex { return newOfferIndex(x, x.offers, omit) }))
	}
	return index.(func() *offerIndex)() //nolint:errcheck // the map holds nothing else
}

func (x *Catalogue) bucketsOf(now time.Time) buckets { return bucketsOf(now, x.zone, x.weekStart) }

// Revision is the revision of the configuration that the catalogue was compiled from.
func (x *Catalogue) Revision() int64 { return x.revision }

// Products is the catalogue's products.
func (x *Catalogue) Products() *product.Index { return x.products }

// StackingRules returns the project's stacking rules, defaults filled in.
func (x *Catalogue) StackingRules() promotion.StackingRules { return x.stacking }

// Tiers returns the ids of all tiers that are switched on, by hierarchy.
func (x *Catalogue) Tiers() []string {
	var ids []string
	for _, tier := range x.ordered {
		if tier.active {
			ids = append(ids, tier.id)
		}
	}
	return ids
}

func union(a, b []*rule) []*rule {
	if len(a) == 0 {
		return b
	}
	list := slices.Clone(a)
	for _, r := range b {
		if !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

func setOf(ids []string) map[string]struct{} {
	set := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		set[id] = struct{}{}
	}
	return set
}
