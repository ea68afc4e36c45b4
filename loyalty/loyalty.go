// Package loyalty owns loyalty programs: the account of a card with its points, their days of expiry and its tier, what an
// event is worth, and what a day changes.
//
// It refuses to know why something happened and to write anything: packages above it decide who earns and spends, hand in the
// day, and store what comes out. The entries that explain every point are of its type Transaction.
package loyalty

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// Card is what each card of a campaign is made from. (Voucherify: voucher.loyalty_card.)
type Card struct {
	// Points are on the card from the start, between 0 and money.Max.
	Points ledger.Points `json:"points"`
	// ExpirationRules say when points of the campaign expire; nil is never. A change holds for points that come later.
	ExpirationRules *ExpirationRules `json:"expiration_rules,omitempty"`
}

// Check reports the first thing that is wrong with the card.
func (c *Card) Check() error {
	if c.Points < 0 || c.Points > ledger.Points(money.Max) {
		return fault.Invalid("points", "%d is not between 0 and %d", c.Points, money.Max)
	}
	if err := c.ExpirationRules.Check(); err != nil {
		return fault.Within("expiration_rules", err)
	}
	return nil
}

// Program is a campaign of the kind LOYALTY_PROGRAM with everything that its cards depend on, compiled for use. It is
// immutable.
type Program struct {
	CampaignID   string
	CampaignName string
	CreatedAt    time.Time
	Card         Card
	// AutoJoin gives a card to whoever meets an earning rule.
	AutoJoin bool
	// TiersExpiration is nil for tiers that follow the balance at once.
	TiersExpiration *TiersExpiration
	// Tiers are sorted by Points.From; their ranges do not overlap.
	Tiers []*Tier
}

// Tier returns a tier by id; nil when the program has none.
func (p *Program) Tier(id string) *Tier {
	for _, t := range p.Tiers {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// rank orders the tiers of the program; -1 is no tier, also for one that was deleted.
func (p *Program) rank(id string) int {
	for i, t := range p.Tiers {
		if t.ID == id {
			return i
		}
	}
	return -1
}
