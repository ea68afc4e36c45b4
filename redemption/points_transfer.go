package redemption

import (
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
)

// Transfer moves points to another card of the operation, with an entry on each that names the other. Their expiry starts again
// under the rules of the other program. It fails as Post does; then the plan must not be applied.
func (c *PointsCard) Transfer(to *PointsCard, t loyalty.Transfer) error {
	out, in := c.work.ids.Next(id.Transaction), c.work.ids.Next(id.Transaction)
	taken := loyalty.Transaction{ID: out, Type: ledger.PointsTransferOut, Source: "API", SourceID: t.SourceID, Reason: t.Reason, RelatedTransactionID: in}
	taken.Details.DestinationVoucher = &ledger.Reference{ID: to.Account.VoucherID}
	if _, err := c.Post(taken, -t.Points, ledger.Manual); err != nil {
		return err
	}
	given := loyalty.Transaction{ID: in, Type: ledger.PointsTransferIn, Source: "API", Reason: t.Reason, RelatedTransactionID: out}
	given.Details.SourceVoucher = &ledger.Reference{ID: c.Account.VoucherID}
	_, err := to.Post(given, t.Points, ledger.Manual)
	return err
}
