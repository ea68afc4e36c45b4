package loyalty

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// MaxTransfers is the number of transfers of one call.
const MaxTransfers = 100

// Transfer asks for points of another card.
type Transfer struct {
	// Code names the card that gives the points, by its code or the id of its voucher.
	Code string `json:"code"`
	// Points is how many, at least 1.
	Points ledger.Points `json:"points"`
	// SourceID makes the transfer repeatable, see Adjustment.SourceID. It is required.
	SourceID string `json:"source_id"`
	Reason   string `json:"reason,omitempty"`
}

// Check reports the first thing that is wrong with the transfer by itself.
func (t *Transfer) Check() error {
	switch {
	case t.Code == "":
		return fault.Invalid("code", "is required")
	case t.Points < 1 || t.Points > ledger.Points(money.Max):
		return fault.New(fault.InvalidAmount, "%d is not between 1 and %d", t.Points, money.Max).At("points")
	case t.SourceID == "" || len(t.SourceID) > ledger.MaxSourceID:
		return fault.Invalid("source_id", "must have between 1 and %d bytes", ledger.MaxSourceID)
	case len(t.Reason) > ledger.MaxReason:
		return fault.Invalid("reason", "is longer than %d bytes", ledger.MaxReason)
	}
	return nil
}
