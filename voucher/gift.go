package voucher

import (
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// Gift is the money on a gift card. A writer gives Amount and Effect when a card is created; from then on the money moves by
// redemptions and Vouchers.AddBalance only.
type Gift struct {
	// Amount is everything that came in, in minor units: on creation what the card starts with, between 0 and money.Max; when
	// read, additions as well.
	Amount ledger.Credits `json:"amount"`
	// SubtractedAmount is what was removed by hand, Balance what is left: Amount − SubtractedAmount − what was redeemed. They
	// are counted in the store and filled in when a voucher is read; what a writer puts here is ignored.
	SubtractedAmount ledger.Credits `json:"subtracted_amount"`
	Balance          ledger.Credits `json:"balance"`
	// Effect is discount.ToOrder or discount.ToItems: whether the card pays for the whole order, or for the products that its
	// rule names. Empty is ToOrder for a standalone card, and the effect of its campaign for another.
	Effect discount.Effect `json:"effect,omitempty"`
	// InitialAmount is what the card was created with. The engine sets it. (Not a field of Voucherify.)
	InitialAmount ledger.Credits `json:"initial_amount"`
}

// Check reports the first thing that is wrong with the gift of a card that is about to be created or changed.
func (g *Gift) Check() error {
	switch {
	case g.Amount < 0 || g.Amount > ledger.Credits(money.Max):
		return fault.New(fault.InvalidAmount, "%d is not between 0 and %d", g.Amount, money.Max).At("amount")
	case g.Effect != "" && g.Effect != discount.ToOrder && g.Effect != discount.ToItems:
		return fault.New(fault.InvalidGift, "%q is not one of %s, %s", g.Effect, discount.ToOrder, discount.ToItems).At("effect")
	}
	return nil
}

// Opened returns the gift of a new card, as it is before anything has moved.
func (g Gift) Opened() *Gift {
	return &Gift{Amount: g.Amount, Balance: g.Amount, InitialAmount: g.Amount, Effect: g.Effect}
}

// Kept returns the part of the gift that is stored with the voucher: what does not move.
func (g *Gift) Kept() *Gift { return &Gift{InitialAmount: g.InitialAmount, Effect: g.Effect} }

// Fill sets what the ledger knows.
func (g *Gift) Fill(card ledger.Card) {
	g.Amount, g.SubtractedAmount, g.Balance = card.Amount, card.Subtracted, card.Balance
}
