package redemption

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/reward"
)

// Offer is a reward as it is assigned to a loyalty program, compiled for use. It is immutable.
type Offer struct {
	Reward     *reward.Reward
	Assignment *reward.Assignment

	rules    []*rule
	discount *discount.Program // of rewards of type COIN
	broken   error
}

// compileRewards gathers the rewards of each program, in the order in which they were assigned. The rules must be assigned.
func (x *Catalogue) compileRewards(c Configuration) {
	rewards := make(map[string]*reward.Reward, len(c.Rewards))
	for _, r := range c.Rewards {
		rewards[r.ID] = r
	}
	x.rewards = make(map[string][]*Offer)
	assignments := slices.SortedFunc(slices.Values(c.RewardAssignments), func(a, b *reward.Assignment) int {
		if order := a.CreatedAt.Compare(b.CreatedAt); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, a := range assignments {
		r := rewards[a.RewardID]
		if r == nil {
			continue
		}
		offer := &Offer{Reward: r, Assignment: a, rules: x.assigned[a.ID]}
		if r.Type == reward.Coin {
			offer.discount, offer.broken = discount.CompileCredits(discount.ToOrder, x.products)
		}
		x.rewards[a.RelatedObjectID] = append(x.rewards[a.RelatedObjectID], offer)
	}
}

// Rewards are the rewards of a program, named by the id of its campaign, in the order in which they were assigned.
func (x *Catalogue) Rewards(campaignID string) []*Offer { return x.rewards[campaignID] }

// offer finds a reward of a program by its id or that of its assignment; nil when the program does not have it.
func (x *Catalogue) offer(campaignID, name string) *Offer {
	for _, o := range x.rewards[campaignID] {
		if o.Reward.ID == name || o.Assignment.ID == name {
			return o
		}
	}
	return nil
}

// programOf is the program of an account. That of a campaign which was deleted has no tiers and no expiry any more.
func (x *Catalogue) programOf(a *loyalty.Account) *loyalty.Program {
	if p := x.programs[a.CampaignID]; p != nil {
		return p
	}
	return &loyalty.Program{CampaignID: a.CampaignID}
}

// campaign is the campaign of a reward of type CAMPAIGN that still exists; otherwise nil.
func (x *Catalogue) campaign(o *Offer) *campaign.Campaign {
	if of := o.Reward.Parameters.Campaign; of != nil && x.campaigns[of.ID] != nil {
		return x.campaigns[of.ID].Campaign
	}
	return nil
}

// Price is what the reward costs a member of a tier, nil for none; ok is false when the tier does not get it. For a reward of
// type COIN it is what the least payment costs.
func (o *Offer) Price(tier *loyalty.Tier) (price ledger.Points, ok bool) {
	if o.Reward.Type != reward.Coin {
		return tier.Price(o.Assignment.ID, o.Assignment.Parameters.Loyalty.Points)
	}
	multiplier, ok := o.multiplier(tier)
	if !ok {
		return 0, false
	}
	return o.Reward.Parameters.Coin.Least(multiplier), true
}

// multiplier changes what points are worth to a member of a tier.
func (o *Offer) multiplier(tier *loyalty.Tier) (m decimal.Decimal, ok bool) {
	if tier != nil {
		switch mapping := tier.Rewards[o.Assignment.ID]; mapping.Type {
		case loyalty.Multiply:
			return mapping.Multiplier, true
		case loyalty.NotAvailable:
			return m, false
		case loyalty.Custom: // a number of points is no price of a ratio
		}
	}
	return decimal.NewFromInt(1), true
}

// rewarded lays a reward over the incentive of a loyalty card.
func (i *incentive) rewarded(x *Catalogue, o *Offer) *incentive {
	r := *i
	r.reward, r.rules = o, union(o.rules, i.rules)
	r.metrics, r.hasPost, r.asksHolder = nil, false, false
	r.compile(nil, x.products)
	r.discount, r.broken = o.discount, o.broken
	return &r
}

// StockKey is the counter of how often a reward was given out.
func StockKey(rewardID string) CounterKey { return CounterKey{Metric: CountReward, Subject: rewardID} }

// RewardRequest asks for a reward of a member's program.
type RewardRequest struct {
	// IdempotencyKey works as on Request.
	IdempotencyKey string `json:"-"`
	// Reward names the reward; see RewardPart. Points are for rewards of type COIN.
	Reward RewardPart `json:"reward"`
	// Order is what a reward of type COIN pays for; others need none. Metadata belongs to the redemption.
	Order    *order.Order `json:"order,omitempty"`
	Metadata metadata.Map `json:"metadata,omitempty"`
	// AccessScope is what a restricted caller is assigned to; see Request.
	AccessScope *access.Scope `json:"-"`
}

// Of is the request of the holder of a card.
func (r *RewardRequest) Of(code, holderID string) *Request {
	part := r.Reward
	return &Request{
		IdempotencyKey: r.IdempotencyKey, Redeemables: []Redeemable{{Object: Voucher, ID: code, Reward: &part}},
		Customer: customer.ByID(holderID), Order: r.Order, Metadata: r.Metadata,
		AccessScope: r.AccessScope, reward: rewardCall{alone: true},
	}
}
