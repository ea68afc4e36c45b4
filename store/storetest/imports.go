package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/tabular"
)

// fill creates a campaign without codes, of coupons or of gift cards.
func (h *host) fill(name string, kind campaign.Kind) campaign.Campaign {
	h.Helper()
	c := campaign.Campaign{Name: name, CampaignType: kind, Voucher: &campaign.Template{}}
	if kind == campaign.GiftVouchers {
		c.Voucher.Gift = &campaign.Gift{Amount: 5000}
	} else {
		off := discount.AmountOff(100, discount.ToOrder)
		c.Voucher.Discount = &off
	}
	created, err := h.Campaigns.Create(h.ctx, c)
	h.must(err)
	return created
}

// took compares a report with what it should say: the message, and line, column, name and key of each failure.
func (h *host) took(r tabular.Report, err error, want ...string) {
	h.Helper()
	h.must(err)
	got := []string{r.Message}
	for _, f := range r.Failed {
		got = append(got, fmt.Sprintf("%d %s %s %s", f.Line, f.Column, f.Code+f.SourceID, f.Key))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		h.Errorf("the report is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// testImports imports good and bad rows, again and again, and looks at what is there then.
func testImports(h *host) {
	cards := h.fill("Cards", campaign.GiftVouchers)
	h.code("TAKEN", 1)
	h.code("GONE", 1)
	h.must(h.Vouchers.Delete(h.ctx, "GONE", false))
	file := "Code,Active,Gift Amount,Redeemed Amount,Redeemed Quantity,Region\n" +
		"A,,,,,north\nB,FALSE,700,200,1,\nA,FALSE,9,,,\nTAKEN,,,,,\nGONE,,,,,\nC,maybe,,,,\n,,,,,\nD,,1,2,,\nÄ,,0,,,\n"
	failures := []string{
		"4 voucher(s) imported successfully, 5 failed.", "5 Code TAKEN duplicate_key", "6 Code GONE duplicate_key", "7 Active C invalid_payload",
		"8 Code  invalid_voucher", "9 Redeemed Amount D invalid_amount",
	}
	for range 2 {
		r, err := h.Imports.CampaignVouchersCSV(h.ctx, cards.ID, strings.NewReader(file), voucherify.ImportOptions{})
		h.took(r, err, failures...)
	}
	var text strings.Builder
	rows, err := h.Exports.CSV(h.ctx, voucherify.ExportVouchers, &text, voucherify.ExportOptions{
		ListOptions: voucherify.ListOptions{Parent: cards.ID, OldestFirst: true},
		Fields:      []string{"code", "active", "value", "gift_balance", "redemption_count", "metadata.Region"},
	})
	h.must(err)
	want := "code,active,value,gift_balance,redemption_count,metadata.Region\nA,FALSE,5000,5000,0,north\nB,FALSE,700,500,1,\nÄ,TRUE,0,0,0,\n"
	if got := text.String(); got != want || rows != 3 {
		h.Errorf("the cards are\n%s\nwant\n%s", got, want)
	}
	h.must(h.Vouchers.Enable(h.ctx, "B"))
	_, err = h.Redeem(h.ctx, paying("B", 500))
	h.must(err)
	if _, err = h.Redeem(h.ctx, paying("B", 1)); !errors.Is(err, fault.GiftAmountExceeded) {
		h.Errorf("a card that is spent pays: %v", err)
	}
	r, err := h.Imports.CustomersCSV(h.ctx, strings.NewReader("Source_id,Name\nc1,Ann\nc2,\nc1,Bob\n,x\n"), voucherify.ImportOptions{})
	h.took(r, err, "3 customer(s) imported successfully, 1 failed.", "5 Source_id  invalid_payload")
	if c, err := h.Customers.Get(h.ctx, "c1"); err != nil || c.Name != "Bob" {
		h.Errorf("the last row of a customer counts: %+v, %v", c, err)
	}
	_, err = h.Redeem(h.ctx, redemption.Request{
		Redeemables: redemption.Codes("TAKEN"), Order: paying("", 0).Order, Customer: customer.BySourceID("c1"),
	})
	h.must(err)
}

// importCards imports a file of gift cards, of which one was used elsewhere.
func importCards(h *host) func(e *voucherify.Engine) (string, error) {
	camp := h.fill("Cards", campaign.GiftVouchers)
	return func(e *voucherify.Engine) (string, error) {
		file := strings.NewReader("Code,Redeemed Quantity,Redeemed Amount\nA,,\nB,2,1500\nC,,6000\n")
		r, err := e.Imports.CampaignVouchersCSV(h.ctx, camp.ID, file, voucherify.ImportOptions{})
		return r.Message, err
	}
}

// raceImports imports files that overlap into a campaign that has no room for all of their codes.
func raceImports(h *host) {
	const room, each = 100, 30
	camp := h.fill("Autumn", campaign.DiscountCoupons)
	small := h.engine(h.store, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: room, MaxAttempts: 200}))
	reports := make([]tabular.Report, workers)
	h.together(workers, func(w int) {
		var file strings.Builder
		file.WriteString("Code\n")
		for n := range each {
			fmt.Fprintf(&file, "CODE-%03d\n", w*each/3+n)
		}
		var err error
		reports[w], err = small.Imports.CampaignVouchersCSV(h.ctx, camp.ID, strings.NewReader(file.String()), voucherify.ImportOptions{})
		if err != nil {
			h.Errorf("import %d: %v", w, err)
		}
	})
	there := map[string]bool{}
	for v, err := range h.Vouchers.List(h.ctx, voucherify.ListOptions{Parent: camp.ID}) {
		h.must(err)
		there[v.Code] = true
	}
	stored, err := h.Campaigns.Get(h.ctx, camp.ID)
	h.must(err)
	if len(there) != room || stored.VouchersCount != room {
		h.Errorf("%d codes are there and %d are counted, the campaign has room for %d", len(there), stored.VouchersCount, room)
	}
	for w, r := range reports {
		known := 0
		for n := range each {
			if there[fmt.Sprintf("CODE-%03d", w*each/3+n)] {
				known++
			}
		}
		if r.DoneCount+r.FailedCount != each || r.DoneCount > known {
			h.Errorf("import %d says %q, and %d of its codes are there", w, r.Message, known)
		}
	}
}

// raceImportAgainstDeletion deletes a campaign while codes are imported into it.
func raceImportAgainstDeletion(h *host) {
	for round := range 8 {
		camp := h.fill(fmt.Sprint("Campaign ", round), campaign.DiscountCoupons)
		h.together(2, func(w int) {
			var err error
			if w == 0 {
				_, err = h.Imports.CampaignVouchersCSV(h.ctx, camp.ID, strings.NewReader(fmt.Sprintf("Code\nA%d\nB%d\n", round, round)), voucherify.ImportOptions{})
			} else {
				err = h.Campaigns.Delete(h.ctx, camp.ID, true)
			}
			if err != nil && !errors.Is(err, fault.NotFound) {
				h.Errorf("worker %d: %v", w, err)
			}
		})
		_, err := h.Campaigns.Get(h.ctx, camp.ID)
		for v := range h.Vouchers.List(h.ctx, voucherify.ListOptions{Parent: camp.ID}) {
			if errors.Is(err, fault.NotFound) {
				h.Errorf("the code %s is left of a campaign that was deleted", v.Code)
			}
		}
	}
}
