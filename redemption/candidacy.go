package redemption

import (
	"maps"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// candidate is something that may be offered.
type candidate struct {
	object    Object
	id        string
	created   time.Time
	category  string
	campaign  *campaign.Campaign // nil for standalone vouchers
	incentive *incentive         // nil for stacks
	voucher   *voucher.Voucher   // of codes
	stack     *promotion.Stack   // of stacks
	held      bool               // a code that belongs to the customer
	role      publication.Role   // of the customer, when it is held
}

func (c *candidate) place() place { return place{c.created, c.id} }

// Candidacy is a qualification on its way: it says what is still to be read, is given it, and answers. It is used once, by
// one goroutine.
//
// The order is NewCandidacy on a snapshot with the History of the catalogue, Codes, Add, Counters and Accounts, Qualify.
type Candidacy struct {
	request *QualificationRequest
	scene   scene
	omit    validation.Omit
	filter  *validation.FilterProgram
	cursor  *place
	base    *calculation
	offers  []*incentive // of the catalogue, that may apply or be near misses
	list    []*candidate
	known   map[string]bool // ids of the vouchers in list
}

// CodeNeeds says which codes a qualification looks at.
type CodeNeeds struct {
	// Holder is the id of the customer whose codes are looked at; empty for none.
	Holder string
	// Standalone: the codes without a campaign are looked at, MaxQualifiedCodes at most, the newest first.
	Standalone bool
	// Keys are keys of single codes, as Needs.Vouchers has them.
	Keys []string
}

// NeedsOfQualification says what a qualification reads first.
func NeedsOfQualification(r *QualificationRequest, x *Catalogue, now time.Time) (Needs, error) {
	if err := r.Check(); err != nil {
		return Needs{}, err
	}
	return NeedsOf(r.request(), x, now)
}

// NewCandidacy finds what the catalogue may offer by itself.
func NewCandidacy(x *Catalogue, s *Snapshot, r *QualificationRequest) (*Candidacy, error) {
	return newCandidacy(x, s, r, (*offerIndex).search)
}

// finder is a way in which offers are found that may apply; tests look at all of them.
type finder func(x *offerIndex, f *validation.Facts, now time.Time, near int) []*incentive

func newCandidacy(x *Catalogue, s *Snapshot, r *QualificationRequest, find finder) (*Candidacy, error) {
	if err := x.checkQualification(s, r); err != nil {
		return nil, err
	}
	base, err := newCalculation(x, s, r.request())
	if err != nil {
		return nil, err
	}
	base.qualifies, base.omit = true, r.omit()
	base.fillFacts()
	base.facts.Order.Amount = base.start.Total() // each candidate is alone on the cart
	c := &Candidacy{request: r, scene: scenarios[r.scenario()], omit: base.omit, base: base, known: make(map[string]bool)}
	if c.filter, err = r.Options.filter(); err != nil {
		return nil, err
	}
	if c.cursor, err = r.Options.cursor(); err != nil {
		return nil, err
	}
	if c.scene.tiers || c.scene.codes || c.scene.campaigns {
		c.offers = find(x.offersFor(c.omit), &base.facts, s.Now, r.Options.near())
	}
	c.propose()
	return c, nil
}

// propose adds what needs nothing more to be read: tiers, campaigns and stacks.
func (c *Candidacy) propose() {
	for _, i := range c.offers {
		switch {
		case i.object == PromotionTier && c.scene.tiers:
			c.add(&candidate{object: PromotionTier, id: i.id, created: i.created, incentive: i})
		case i.object == Voucher && c.scene.campaigns && i.campaign.CampaignType != campaign.ReferralProgram: // nobody uses his own code
			c.add(&candidate{object: Campaign, id: i.campaign.ID, created: i.created, incentive: i})
		}
	}
	if !c.scene.stacks {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(c.base.catalogue.stacks)) {
		stack := c.base.catalogue.stacks[id]
		one := &candidate{object: PromotionStack, id: stack.ID, created: stack.CreatedAt, category: stack.CategoryID, stack: stack}
		one.campaign = c.base.catalogue.campaignOf(stack)
		c.add(one)
	}
}

// generic reports whether an offer is a campaign with one code, which the scenario offers.
func (c *Candidacy) generic(i *incentive) bool {
	return c.scene.codes && i.object == Voucher && i.campaign.Type == campaign.Standalone && i.campaign.Voucher.Code != ""
}

// Codes are the codes to read.
func (c *Candidacy) Codes() CodeNeeds {
	var codes CodeNeeds
	if stored := c.base.snapshot.Customer; stored != nil && c.scene.wallet {
		codes.Holder = stored.ID
	}
	codes.Standalone = c.scene.codes
	x := c.base.catalogue
	for _, i := range c.offers {
		if c.generic(i) {
			codes.Keys = append(codes.Keys, x.caseMode.Key(i.campaign.Voucher.Code))
		}
	}
	return codes
}

// Add takes in codes that were read; held says that they belong to the customer. A code that comes twice counts once.
func (c *Candidacy) Add(held bool, vouchers ...*voucher.Voucher) {
	for _, v := range vouchers {
		if c.known[v.ID] {
			continue
		}
		c.known[v.ID] = true
		if held {
			if c.base.snapshot.Holders == nil {
				c.base.snapshot.Holders = make(map[string]bool)
			}
			c.base.snapshot.Holders[v.ID] = true
		}
		c.add(&candidate{
			object: Voucher, id: v.Code, created: v.CreatedAt, incentive: c.base.catalogue.voucher(v), voucher: v, held: held,
			role: c.roleOf(v),
		})
	}
}

// roleOf is what the customer is to a code that he holds.
func (c *Candidacy) roleOf(v *voucher.Voucher) publication.Role {
	switch {
	case !v.IsReferralCode:
		return publication.Owner
	case v.HolderID == c.base.customerID:
		return publication.Referrer
	}
	return publication.Referee
}

// add keeps a candidate that the caller sees and that passes the filters.
func (c *Candidacy) add(one *candidate) {
	if i := one.incentive; i != nil {
		one.category, one.campaign = i.category, i.campaign
	}
	if !sees(c.base.scope, one.campaign) {
		return
	}
	if c.filter == nil || c.filter.Matches(one, c.base.catalogue.moment(c.base.snapshot.Now)) {
		c.list = append(c.list, one)
	}
}

// Value implements validation.FilterView.
func (c *candidate) Value(field validation.FilterField) any {
	if text := c.text(field.ID); text != "" {
		return text
	}
	return nil
}

func (c *candidate) text(field int) string {
	switch {
	case field == offerCategory:
		return c.category
	case field == offerObject:
		return string(c.object)
	case field == offerCampaign && c.campaign != nil:
		return c.campaign.ID
	case field == offerCampaignType && c.campaign != nil:
		return string(c.campaign.CampaignType)
	case field == offerID && c.voucher == nil:
		return c.id
	case field == offerID:
		return c.voucher.ID
	case field == offerVoucherType && c.voucher != nil:
		return string(c.voucher.Type)
	case field == offerCode && c.voucher != nil:
		return c.voucher.Code
	case field == offerHolderRole && c.held:
		return string(c.role)
	}
	return ""
}

// Accounts are the loyalty cards whose accounts are to be read, once the codes are added.
func (c *Candidacy) Accounts() []string {
	var ids []string
	for _, one := range c.list {
		if one.voucher != nil && one.incentive.card {
			ids = append(ids, one.voucher.ID)
		}
	}
	return ids
}

// Counters are the counters to read, once the codes are added.
func (c *Candidacy) Counters() []CounterKey {
	var keys []CounterKey
	for _, one := range c.list {
		if one.stack == nil {
			keys = append(keys, c.base.countersOf(one.incentive, one.voucher)...)
			continue
		}
		for _, tier := range one.stack.Tiers.IDs {
			if i := c.base.catalogue.tiers[tier]; i != nil {
				keys = append(keys, c.base.countersOf(i, nil)...)
			}
		}
	}
	slices.SortFunc(keys, CounterKey.Compare)
	return slices.Compact(keys)
}

// countersOf are the counters that the checks and the discount of a candidate look at. The code that a campaign stands for
// has none yet.
func (c *calculation) countersOf(i *incentive, code *voucher.Voucher) []CounterKey {
	var keys []CounterKey
	if code != nil {
		keys = c.moreOf(&turn{incentive: i, voucher: code}).Counters
		if code.Redemption.Quantity != nil || i.discount != nil && i.discount.Uses(formula.VoucherRedeemedQuantity) {
			keys = append(keys, CounterKey{Metric: CountVoucher, Subject: code.ID})
		}
		if i.gift != nil {
			keys = append(keys, CardKeys(code.ID)...)
		}
	}
	for _, m := range i.metrics {
		if c.omit.Leaves(m) || families[m].customer && c.snapshot.Customer == nil {
			continue // does not count, or nobody has used it
		}
		if key, ok := c.key(families[m], i); ok && key.Subject != "" {
			keys = append(keys, key)
		}
		if m == validation.CampaignOrdersAmount && c.snapshot.Order != nil {
			keys = append(keys, CounterKey{Metric: CountCampaignOrder, Subject: c.campaignOf(i), Detail: c.orderID})
		}
	}
	return append(keys, c.quotaCounters(i)...)
}
