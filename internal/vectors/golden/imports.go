package golden

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/tabular"
)

// importOfTaken imports three codes into a campaign, of which two are somewhere else.
func importOfTaken(b *bench) string {
	b.coupon("A", nil)
	b.coupon("B", nil)
	off := discount.AmountOff(100, discount.ToOrder)
	b.prepared(ignore(b.Campaigns.Create(b.ctx, campaign.Campaign{Name: "c", Voucher: &campaign.Template{Discount: &off}})))
	report, err := b.Imports.CampaignVouchersCSV(b.ctx, "c", strings.NewReader("Code\nA\nB\nC\n"), voucherify.ImportOptions{})
	b.prepared(err)
	if diff := cmp.Diff("1 2", fmt.Sprint(report.DoneCount, " ", report.FailedCount)); diff != "" {
		return diff
	}
	return b.refused(report.Failed[0].Err) + b.refused(report.Failed[1].Err)
}

// importOfAnotherDiscount imports a code that exists with another type of discount.
func importOfAnotherDiscount(b *bench) string {
	v := b.coupon("A", nil)
	percent := discount.Percent("5", discount.ToOrder)
	report, err := b.Imports.Vouchers(b.ctx, slices.Values([]tabular.Voucher{{Code: v.Code, Type: v.Type, Discount: &percent}}), voucherify.ImportOptions{})
	b.prepared(err)
	if report.FailedCount == 0 {
		return report.Message
	}
	return b.refused(report.Failed[0].Err)
}
