package redemption

import (
	"maps"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// linkedCustomer is the name of the condition that only the holder of a code may redeem it.
const linkedCustomer = "publication.redeemable_by_linked_customer"

// asksHolder reports whether a tree of conditions looks at who holds the code.
func asksHolder(g validation.Group) bool {
	return slices.ContainsFunc(slices.Sorted(maps.Keys(g.Nodes)), func(key string) bool {
		node := g.Nodes[key]
		return node.Name == linkedCustomer || asksHolder(node.Rules)
	})
}

// generic reports whether the voucher may be given to many customers: it has no campaign, or is its campaign's only code.
func (i *incentive) generic() bool {
	return i.campaign == nil || i.campaign.Type == campaign.Standalone
}

// moreOf is what a published generic code needs beside the snapshot: the record of this holder among many, and the number
// of publications. A unique code carries its one holder itself, except that referees hold a referral code as well.
func (c *calculation) moreOf(t *turn) (more Needs) {
	i := t.incentive
	if t.voucher == nil || t.voucher.PublishedAt == nil || !i.generic() && !t.refers() {
		return more
	}
	if i.asksHolder && c.snapshot.Customer != nil && t.voucher.HolderID != c.customerID {
		more.Holders = []string{t.voucher.ID}
	}
	if i.discount != nil && i.discount.Uses(formula.VoucherPublishCount) {
		more.Counters = []CounterKey{{Metric: CountPublications, Subject: t.voucher.ID}}
	}
	return more
}

// holds reports whether the voucher of a redeemable was given to the customer of the request. A tier has no holder, so that
// anybody may be it; whoever uses a campaign is given one of its codes first.
func (c *calculation) holds(t *turn) bool {
	switch {
	case t.Object == PromotionTier:
		return true
	case t.Object == Campaign:
		return c.customer != nil
	case t.voucher == nil || c.snapshot.Customer == nil:
		return false
	}
	return t.voucher.HolderID == c.customerID || c.snapshot.Holders[t.voucher.ID]
}

// published is how often a voucher was given to a customer.
func (c *calculation) published(v *voucher.Voucher, i *incentive) int64 {
	switch {
	case v.PublishedAt == nil:
		return 0
	case i.generic():
		return c.used(CounterKey{Metric: CountPublications, Subject: v.ID})
	}
	return 1
}

// StatusOf is the state of a voucher in a wallet, with the switch and the dates of its campaign. Its RedeemedQuantity and Gift must
// be filled in.
func (x *Catalogue) StatusOf(v *voucher.Voucher, now time.Time) publication.Status {
	i := &incentive{}
	i.describe(v, x.campaigns[v.CampaignID])
	return publication.StatusOf(v, i.active, i.window, now)
}
