package redemption

import (
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// candidate is something that may be offered.
type candidate struct {
	incentive *incentive
	voucher   *voucher.Voucher // of codes
	object    Object
	id        string
	created   time.Time
	held      bool
	tiers     []string // of a stack
}

func (c *candidate) place() place { return place{c.created, c.id} }

// Candidacy is a qualification on its way: it says what is still to be read, is given it, and answers. It is used once, by
// one goroutine.
//
// The order is NewCandidacy on a snapshot with the History of the catalogue, Codes, Add, Counters, Qualify.
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

// History is what the segments that rules name look at beside counters.
func (x *Catalogue) History() History { return x.audience.History() }

// NewCandidacy finds what the catalogue may offer by itself.
func NewCandidacy(x *Catalogue, s *Snapshot, r *QualificationRequest) (*Candidacy, error) {
	return newCandidacy(x, s, r, (*offerIndex).search)
}

// newCandidacy is NewCandidacy with the way in which offers are found, which tests replace by looking at all of them.
func newCandidacy(
	x *Catalogue, s *Snapshot, r *QualificationRequest, find func(*offerIndex, *validation.Facts, time.Time) []*incentive,
) (*Candidacy, error) {
	if err := x.checkQualification(s, r); err != nil {
		return nil, err
	}
	base, err := newCalculation(x, s, r.request())
	if err != nil {
		return nil, err
	}
	base.omit = r.omit()
	base.fillFacts()
	c := &Candidacy{request: r, scene: scenarios[r.scenario()], omit: base.omit, base: base, known: make(map[string]bool)}
	if c.filter, err = r.Options.filter(); err != nil {
		return nil, err
	}
	if c.cursor, err = r.Options.cursor(); err != nil {
		return nil, err
	}
	if c.scene.tiers || c.scene.codes || c.scene.campaigns {
		c.offers = find(x.offersFor(c.omit), &base.facts, s.Now)
	}
	c.propose()
	return c, nil
}

// propose adds what needs nothing more to be read: tiers, campaigns and stacks.
func (c *Candidacy) propose() {
	for _, i := range c.offers {
		switch {
		case i.object == PromotionTier && c.scene.tiers:
			c.add(&candidate{incentive: i, object: PromotionTier, id: i.id, created: i.created})
		case i.object == Voucher && c.scene.campaigns:
			c.add(&candidate{incentive: i, object: Campaign, id: i.campaign.ID, created: i.created})
		}
	}
	if c.scene.stacks {
		for _, stack := range c.base.catalogue.stacks {
			c.add(&candidate{object: PromotionStack, id: stack.ID, created: stack.CreatedAt, tiers: stack.Tiers.IDs})
		}
	}
	slices.SortFunc(c.list, func(a, b *candidate) int { return a.place().compare(b.place()) })
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
			incentive: c.base.catalogue.voucher(v), voucher: v, object: Voucher, id: v.Code, created: v.CreatedAt, held: held,
		})
	}
}

// add keeps a candidate that passes the filters.
func (c *Candidacy) add(one *candidate) {
	if c.filter == nil || c.filter.Matches(one, c.base.catalogue.moment(c.base.snapshot.Now)) {
		c.list = append(c.list, one)
	}
}

// Value implements validation.FilterView.
func (c *candidate) Value(field validation.FilterField) any {
	var parent *campaign.Campaign
	if c.incentive != nil {
		parent = c.incentive.campaign
	}
	text := ""
	switch field.ID {
	case offerCategory:
		if c.incentive != nil {
			text = c.incentive.category
		}
	case offerCampaign:
		if parent != nil {
			text = parent.ID
		}
	case offerCampaignType:
		if parent != nil {
			text = string(parent.CampaignType)
		}
	case offerID:
		text = c.id
		if c.voucher != nil {
			text = c.voucher.ID
		}
	case offerObject:
		text = string(c.object)
	case offerVoucherType:
		if c.voucher != nil {
			text = string(c.voucher.Type)
		}
	case offerCode:
		if c.voucher != nil {
			text = c.voucher.Code
		}
	case offerHolderRole:
		if c.held {
			text = "OWNER"
		}
	}
	if text == "" {
		return nil
	}
	return text
}

// Counters are the counters to read, once the codes are added.
func (c *Candidacy) Counters() []CounterKey {
	var keys []CounterKey
	add := func(one *candidate) { keys = append(keys, c.base.countersOf(one)...) }
	for _, one := range c.list {
		if one.incentive != nil {
			add(one)
			continue
		}
		for _, tier := range one.tiers {
			if i := c.base.catalogue.tiers[tier]; i != nil {
				add(&candidate{incentive: i})
			}
		}
	}
	slices.SortFunc(keys, CounterKey.Compare)
	return slices.Compact(keys)
}

// countersOf are the counters that the checks of a candidate look at.
func (c *calculation) countersOf(one *candidate) []CounterKey {
	var keys []CounterKey
	i := one.incentive
	if v := one.voucher; v != nil && v.Redemption.Quantity != nil {
		keys = append(keys, CounterKey{Metric: CountVoucher, Subject: v.ID})
	}
	if one.voucher != nil && i.gift != nil {
		keys = append(keys, CardKeys(one.voucher.ID)...)
	}
	for _, m := range i.metrics {
		if c.omit.Leaves(m) {
			continue
		}
		if key, ok := c.key(families[m], i); ok {
			keys = append(keys, key)
		}
		if m == validation.CampaignOrdersAmount && c.snapshot.Order != nil {
			keys = append(keys, CounterKey{Metric: CountCampaignOrder, Subject: c.campaignOf(i), Detail: c.orderID})
		}
	}
	return append(keys, c.quotaCounters(i)...)
}
