package voucher

import (
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
)

// LoyaltyCard is the points on a loyalty card. They move by earning rules, rewards, transfers, the calendar and Loyalty.AddBalance
// only; what a writer puts here is ignored. Until the card is given out it has its initial points.
type LoyaltyCard struct {
	// Points is everything that came in: initial points, what was earned and added.
	Points ledger.Points `json:"points"`
	// Balance is what is left: Points − ExpiredPoints − SubtractedPoints − what was redeemed.
	Balance          ledger.Points `json:"balance"`
	ExpiredPoints    ledger.Points `json:"expired_points"`
	SubtractedPoints ledger.Points `json:"subtracted_points"`
	// PendingPoints are earned and not usable yet; they are in none of the others.
	PendingPoints ledger.Points `json:"pending_points"`
	// NextExpirationDate is the next day at whose end points expire, NextExpirationPoints how many; 0 for none.
	NextExpirationDate   loyalty.Date  `json:"next_expiration_date,omitzero"`
	NextExpirationPoints ledger.Points `json:"next_expiration_points,omitempty"`
	// InitialPoints is what the card was created with. The engine sets it. (Not a field of Voucherify.)
	InitialPoints ledger.Points `json:"initial_points"`
}

// NewLoyaltyCard is a card that was not given out yet.
func NewLoyaltyCard(initial ledger.Points) *LoyaltyCard {
	return &LoyaltyCard{Points: initial, Balance: initial, InitialPoints: initial}
}

// Kept returns the part of the card that is stored with the voucher: what does not move.
func (c *LoyaltyCard) Kept() *LoyaltyCard { return &LoyaltyCard{InitialPoints: c.InitialPoints} }

// Fill sets what the account knows; without one the card was not given out.
func (c *LoyaltyCard) Fill(a *loyalty.Account) {
	if a == nil {
		c.Points, c.Balance = c.InitialPoints, c.InitialPoints
		return
	}
	c.Points, c.Balance, c.ExpiredPoints, c.SubtractedPoints = a.Points, a.Balance, a.ExpiredPoints, a.SubtractedPoints
	c.PendingPoints = a.PendingPoints
	c.NextExpirationDate, c.NextExpirationPoints = a.Next()
}
