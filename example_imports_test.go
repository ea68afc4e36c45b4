package voucherify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/tabular"
)

// cards creates a campaign of gift cards of 50.00.
func cards(eng *voucherify.Engine) {
	_, err := eng.Campaigns.Create(context.Background(), campaign.Campaign{
		Name: "Cards", CampaignType: campaign.GiftVouchers, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: 5000}},
	})
	check(err)
}

// A row that cannot be kept is reported, the others are there.
func ExampleImports_CampaignVouchersCSV() {
	eng := newEngine()
	cards(eng)
	file := strings.NewReader("Code,Active,Gift Amount,Region\nG-1,TRUE,25.50,north\nG-2,,,\nG-3,maybe,,\n")
	report, err := eng.Imports.CampaignVouchersCSV(context.Background(), "Cards", file, voucherify.ImportOptions{AmountUnit: tabular.Major})
	check(err)
	fmt.Println(report.Message)
	for _, f := range report.Failed {
		fmt.Printf("line %d, %s of %s: %s (%s)\n", f.Line, f.Column, f.Code, f.Reason, f.Key)
	}
	card, err := eng.Vouchers.Get(context.Background(), "G-1")
	check(err)
	fmt.Println(card.Gift.Balance, card.Metadata["Region"])
	// Output:
	// 2 voucher(s) imported successfully, 1 failed.
	// line 4, Active of G-3: active: "maybe" is not TRUE or FALSE (invalid_payload)
	// 2550 north
}

// Rows from JSON go the same way.
func ExampleImports_Vouchers() {
	eng := newEngine()
	var rows []tabular.Voucher
	check(json.Unmarshal([]byte(`[
		{"code": "TEN", "type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}},
		{"code": "CARD", "type": "GIFT_VOUCHER", "gift": {"amount": 5000}, "redemption": {"redeemed_amount": 1200}}
	]`), &rows))
	report, err := eng.Imports.Vouchers(context.Background(), slices.Values(rows), voucherify.ImportOptions{})
	check(err)
	card, err := eng.Vouchers.Get(context.Background(), "CARD")
	check(err)
	fmt.Println(report.Message, card.Gift.Balance)
	// Output: 2 voucher(s) imported successfully, 0 failed. 3800
}

func ExampleImports_CustomersCSV() {
	eng := newEngine()
	file := strings.NewReader("Source_id,Name,City,loyal\nc1,Ann,Oslo,yes\n")
	report, err := eng.Imports.CustomersCSV(context.Background(), file, voucherify.ImportOptions{})
	check(err)
	c, err := eng.Customers.Get(context.Background(), "c1")
	check(err)
	fmt.Println(report.Message, c.Name, c.Address.City, c.Metadata["loyal"])
	// Output: 1 customer(s) imported successfully, 0 failed. Ann Oslo yes
}

func ExampleExports_CSV() {
	eng := newEngine()
	_, err := eng.Customers.Upsert(context.Background(), customer.Customer{SourceID: "c1", Name: "=1+1", Email: "ann@example.com"})
	check(err)
	_, err = eng.Exports.CSV(context.Background(), voucherify.ExportCustomers, os.Stdout, voucherify.ExportOptions{
		Fields: []string{"source_id", "name", "email", "orders_total_count"},
	})
	check(err)
	// Output:
	// source_id,name,email,orders_total_count
	// c1,'=1+1,ann@example.com,0
}

func ExampleExports_Vouchers() {
	eng := newEngine()
	off := discount.Percent("15", discount.ToOrder)
	_, err := eng.Campaigns.Create(context.Background(), campaign.Campaign{
		Name: "Autumn", Voucher: &campaign.Template{Discount: &off},
	})
	check(err)
	check(eng.Campaigns.AddVoucher(context.Background(), "Autumn", "AUT-1"))
	newest := voucherify.ListOptions{Limit: 1}
	for v, err := range eng.Exports.Vouchers(context.Background(), voucherify.ExportOptions{ListOptions: newest}) {
		check(err)
		fmt.Println(v.Code, v.Campaign, v.Discount.PercentOff)
	}
	// Output: AUT-1 Autumn 15
}
