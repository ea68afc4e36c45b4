package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/tabular"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// couponCampaign creates a campaign of coupons without codes.
func (s *shop) couponCampaign(name string, change func(*campaign.Campaign)) campaign.Campaign {
	s.t.Helper()
	off := discount.Percent("10", discount.ToOrder)
	c := campaign.Campaign{Name: name, CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}}
	if change != nil {
		change(&c)
	}
	created, err := s.Campaigns.Create(context.Background(), c)
	s.must(err)
	return created
}

// giftCampaign creates a campaign of gift cards of 50.00 without codes.
func (s *shop) giftCampaign(name string) campaign.Campaign {
	s.t.Helper()
	created, err := s.Campaigns.Create(context.Background(), campaign.Campaign{
		Name: name, CampaignType: campaign.GiftVouchers, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: 5000}},
	})
	s.must(err)
	return created
}

// into imports a file into a campaign, or generic codes when there is no campaign.
func (s *shop) into(campaignName, file string, options voucherify.ImportOptions) (tabular.Report, error) {
	s.t.Helper()
	if campaignName == "" {
		return s.Imports.VouchersCSV(context.Background(), strings.NewReader(file), options)
	}
	return s.Imports.CampaignVouchersCSV(context.Background(), campaignName, strings.NewReader(file), options)
}

// accountOf is a report in short: what is done, and each failure with its line, column, code and key.
func accountOf(r tabular.Report) []string {
	lines := []string{r.Message}
	for _, f := range r.Failed {
		lines = append(lines, fmt.Sprintf("%d %q %q %s: %s", f.Line, f.Column, f.Code+f.SourceID, f.Key, f.Reason))
	}
	return lines
}

func (s *shop) reports(want []string, r tabular.Report, err error) {
	s.t.Helper()
	s.must(err)
	if diff := cmp.Diff(want, accountOf(r)); diff != "" {
		s.t.Errorf("report (-want +got):\n%s", diff)
	}
}

func (s *shop) voucher(code string) voucher.Voucher {
	s.t.Helper()
	v, err := s.Vouchers.Get(context.Background(), code)
	s.must(err)
	return v
}

func TestImportOfCouponsKeepsTheGoodRowsAndReportsTheOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithTimeZone("Europe/Warsaw"))
	s.couponCampaign("Autumn", func(c *campaign.Campaign) {
		c.Voucher.Redemption.Quantity, c.ExpirationDate = ptr(int64(3)), ptr(noon.Add(60*24*time.Hour))
	})
	_, err := s.Categories.Create(context.Background(), promotion.Category{Name: "web"})
	s.must(err)
	s.coupon("ELSEWHERE", discount.Percent("5", discount.ToOrder), 1)
	report, err := s.into("Autumn", "\uFEFFcode,ACTIVE,Category,redeemed_quantity,Start date,Expiration date,Region,\"Two\nlines\"\r\n"+
		"A1,true,web,2,2026-11-25,2026-12-01T10:30,\"North, \"\"far\"\"\",x\r\n"+
		"A2,,,,,,,\r\n"+
		",true,,,,,,\r\n"+
		"A3,perhaps,,,,,,\r\n"+
		"A4,,shop,,,,,\r\n"+
		"A5,,,4,,,,\r\n"+
		"A6,,,,2026-12-24,2026-12-23,,\r\n"+
		"A7,,,,25.12.2026,,,\r\n"+
		"A0,,,,2027-12-25,,,\r\n"+
		"ELSEWHERE,,,,,,,\r\n"+
		"A8,FALSE\r\n"+
		"A\"9,,,,,,,\r\n"+
		"B1,False,,,,,,\r\n", voucherify.ImportOptions{})
	s.reports([]string{
		"3 voucher(s) imported successfully, 10 failed.",
		`5 "code" "" invalid_voucher: code: Found 1 voucher(s) without 'code' value`,
		`6 "ACTIVE" "A3" invalid_payload: active: "perhaps" is not TRUE or FALSE`,
		`7 "Category" "A4" not_found: category: Cannot find category with id shop`,
		`8 "redeemed_quantity" "A5" invalid_payload: redemption.redeemed_quantity: 4 is more than the limit of 3`,
		`9 "Expiration date" "A6" invalid_payload: expiration_date: 2026-12-22T23:00:00Z is before start_date 2026-12-23T23:00:00Z`,
		`10 "Start date" "A7" invalid_payload: start_date: "25.12.2026" is not a date of the form YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ`,
		`11 "Expiration date" "A0" invalid_payload: expiration_date: 2027-01-24T12:00:00Z is before start_date 2027-12-24T23:00:00Z`,
		`12 "code" "ELSEWHERE" duplicate_key: code: 1 voucher codes(s) already exist.`,
		`13 "" "" invalid_payload: has 2 cells, the header has 8`,
		`14 "" "" invalid_payload: cannot be read as CSV: bare " in non-quoted-field`,
	}, report, err)
	want := []string{
		"A1 true 2 3 2026-11-24T23:00:00Z 2026-12-01T09:30:00Z map[Region:North, \"far\" Two\nlines:x] true",
		"A2 true 0 3 - - map[] false", "B1 false 0 3 - - map[] false",
	}
	var got []string
	for _, code := range []string{"A1", "A2", "B1"} {
		v := s.voucher(code)
		got = append(got, fmt.Sprint(v.Code, " ", v.Active, " ", v.Redemption.RedeemedQuantity, " ", *v.Redemption.Quantity, " ",
			date(v.StartDate), " ", date(v.ExpirationDate), " ", v.Metadata, " ", v.CategoryID != ""))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	camp, err := s.Campaigns.Get(context.Background(), "Autumn")
	s.must(err)
	if camp.VouchersCount != 3 {
		t.Errorf("the campaign counts %d codes, want 3", camp.VouchersCount)
	}
	s.givesOut("Autumn", "A2") // A1 was redeemed
}

// date is an instant in short.
func date(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return at.Format(time.RFC3339)
}

// givesOut expects the codes that a campaign can give out.
func (s *shop) givesOut(campaignName string, want ...string) {
	s.t.Helper()
	var got []string
	for i := range len(want) + 1 {
		p, err := s.Publications.Create(context.Background(), publication.Request{
			Campaign: &publication.Campaign{Name: campaignName}, Customer: customer.BySourceID(fmt.Sprint("member-", i)),
		})
		if err == nil {
			got = append(got, p.Voucher.Code)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("codes that were given out (-want +got):\n%s", diff)
	}
}

func TestImportOfAKnownCodeChangesItsSwitchAndCategoryOnly(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.couponCampaign("Autumn", nil)
	for _, name := range []string{"web", "shop"} {
		_, err := s.Categories.Create(context.Background(), promotion.Category{Name: name})
		s.must(err)
	}
	header := "Code,Active,Category,Redeemed quantity,Start date,Region\n"
	report, err := s.into("Autumn", header+"A,TRUE,web,2,2026-01-01,north\nA,,,7,,south\nB,,,,,\nB,FALSE,,,,\n", voucherify.ImportOptions{})
	s.reports([]string{"4 voucher(s) imported successfully, 0 failed."}, report, err)
	before := s.voucher("A")
	report, err = s.into("Autumn", header+"A,,,9,2027-01-01,south\n", voucherify.ImportOptions{})
	s.reports([]string{"1 voucher(s) imported successfully, 0 failed."}, report, err)
	if diff := cmp.Diff(before, s.voucher("A")); diff != "" {
		t.Errorf("a row that says nothing new changes the code (-want +got):\n%s", diff)
	}
	if before.Redemption.RedeemedQuantity != 2 || s.voucher("B").Active {
		t.Errorf("the second row of a code counts as the first: %+v, %+v", before.Redemption, s.voucher("B"))
	}
	report, err = s.into("Autumn", "Code,Active,Category\nA,false,shop\nB,true,\n", voucherify.ImportOptions{})
	s.reports([]string{"2 voucher(s) imported successfully, 0 failed."}, report, err)
	shop, err := s.Categories.Get(context.Background(), "shop")
	s.must(err)
	want, got := before, s.voucher("A")
	want.Active, want.CategoryID, want.Version, want.UpdatedAt = false, shop.ID, 2, got.UpdatedAt
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the code (-want +got):\n%s", diff)
	}
	equal(t, 1, s.pooled())
	report, err = s.into("Autumn", "Code,Active,Redeemed quantity\nC,false,\nD,,1\nA,true,\nC,true,\n", voucherify.ImportOptions{})
	s.reports([]string{"4 voucher(s) imported successfully, 0 failed."}, report, err)
	equal(t, 3, s.pooled()) // D was redeemed, A is looked at when it is given out
	s.givesOut("Autumn", "B", "C")
}

// pooled is the number of codes that wait to be given out.
func (s *shop) pooled() int {
	n := 0
	for _, doc := range s.store.Export().Documents {
		if doc.Kind == record.Unpublished {
			n++
		}
	}
	return n
}

func TestACodeMaySpellTheIDOfAnotherVoucher(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	other := s.coupon("OTHER", discount.Percent("5", discount.ToOrder), 1)
	s.couponCampaign("Autumn", nil)
	report, err := s.into("Autumn", "Code\n"+other.ID+"\n", voucherify.ImportOptions{})
	s.reports([]string{"1 voucher(s) imported successfully, 0 failed."}, report, err)
}

func TestImportOfGiftCards(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.giftCampaign("Cards")
	report, err := s.into("Cards", "Code,Gift Amount,Redeemed Amount,Redeemed Quantity\n"+
		"A,,,\nB,12.50,,\nC,100,40.01,2\nD,10,10,1\nE,10,10.01,\nF,1.234,,\nG,-1,,\nH,1e3,,\n",
		voucherify.ImportOptions{AmountUnit: tabular.Major})
	s.reports([]string{
		"4 voucher(s) imported successfully, 4 failed.",
		`6 "Redeemed Amount" "E" invalid_amount: redemption.redeemed_amount: 1001 is more than the 1000 on the card`,
		`7 "Gift Amount" "F" invalid_payload: gift.amount: 1.234 has more than two decimals`,
		`8 "Gift Amount" "G" invalid_amount: gift.amount: -100 is not between 0 and 1000000000000000`,
		`9 "Gift Amount" "H" invalid_payload: gift.amount: "1e3" is not a number`,
	}, report, err)
	want := []string{"A 5000 5000 0 0", "B 1250 1250 0 0", "C 10000 5999 4001 2", "D 1000 0 1000 1"}
	var got []string
	for _, code := range []string{"A", "B", "C", "D"} {
		v := s.voucher(code)
		got = append(got, fmt.Sprint(v.Code, " ", v.Gift.Amount, " ", v.Gift.Balance, " ", v.Redemption.RedeemedAmount, " ", v.Redemption.RedeemedQuantity))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cards (-want +got):\n%s", diff)
	}
	// The ledger knows what was spent elsewhere, and a redemption here adds to it.
	_, err = s.Redeem(ctx, pay(10_000, redemption.GiftCard("C", 999)))
	s.must(err)
	var entries []string
	for _, x := range s.transactions("C") {
		entries = append(entries, fmt.Sprint(x.Number, " ", x.Type, " ", x.Source, " ", x.Details.Balance.Amount, " ", x.Details.Balance.Balance))
	}
	if diff := cmp.Diff([]string{"1 CREDITS_REDEMPTION IMPORT -4001 5999", "2 CREDITS_REDEMPTION  -999 5000"}, entries); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	s.verified()
	s.must(s.Vouchers.Delete(ctx, "C", true))
	s.verified()
}

func TestImportOfGenericCodes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	rule, err := s.Rules.Create(ctx, validation.Rule{Expression: "order.amount > 100"})
	s.must(err)
	file := "Code,Voucher Type,Value,Discount Type,Discount effect,Validation rule ID,Redemption Limit,Redeemed Quantity,Additional Info,Formula,Discount Unit Type,Gift Balance\n" +
		"AMOUNT,DISCOUNT_VOUCHER,10,AMOUNT,,,1,,info,,,\n" +
		"PERCENT,discount_voucher,12.5,percent,apply_to_items," + rule.ID + ",,,,,,\n" +
		"FIXED,DISCOUNT_VOUCHER,500,FIXED,APPLY_TO_ORDER,,5,5,,ORDER_AMOUNT / 2,,\n" +
		"UNIT,DISCOUNT_VOUCHER,1,UNIT,ADD_MISSING_ITEMS,,,,,,prod_1,\n" +
		"CARD,GIFT_VOUCHER,5000,,,,,2,,,,4000\n" +
		"B1,LOYALTY_CARD,5000,,,,,,,,,\n" +
		"B2,DISCOUNT_VOUCHER,5,,,,,,,,,\n" +
		"B3,DISCOUNT_VOUCHER,101,PERCENT,,,,,,,,\n" +
		"B4,DISCOUNT_VOUCHER,1,UNIT,,,,,,,,\n" +
		"B5,DISCOUNT_VOUCHER,1,AMOUNT,,val_none,,,,,,\n" +
		"B6,DISCOUNT_VOUCHER,,AMOUNT,,,,,,,,\n" +
		"B7,GIFT_VOUCHER,1,AMOUNT,,,,,,,,\n" +
		"B8,DISCOUNT_VOUCHER,1,AMOUNT,SIDEWAYS,,,,,,,\n"
	report, err := s.into("", file, voucherify.ImportOptions{})
	s.reports([]string{
		"5 voucher(s) imported successfully, 8 failed.",
		`7 "Voucher Type" "B1" not_supported: type: "LOYALTY_CARD" is not one of DISCOUNT_VOUCHER, GIFT_VOUCHER`,
		`8 "Discount Type" "B2" invalid_payload: discount.type: is required for DISCOUNT_VOUCHER`,
		`9 "Value" "B3" invalid_payload: discount.percent_off: 101 is not a percentage between 0 and 100 with at most 8 decimals`,
		`10 "Discount Unit Type" "B4" invalid_payload: discount.unit_type: is required: the product or SKU that is given`,
		`11 "Validation rule ID" "B5" not_found: validation_rules[0]: Cannot find validation_rules with id val_none`,
		`12 "Value" "B6" invalid_payload: value: is required`,
		`13 "Discount Type" "B7" invalid_voucher: discount.type: a voucher of type GIFT_VOUCHER has no discount`,
		`14 "Discount effect" "B8" invalid_payload: discount.effect: "SIDEWAYS" does not exist for AMOUNT discounts`,
	}, report, err)
	percent := discount.Percent("12.5", discount.ToItems)
	fixed := discount.NewPrice(500, discount.ToOrder)
	fixed.FixedAmountFormula = "ORDER_AMOUNT / 2"
	want := []voucher.Voucher{
		{Code: "AMOUNT", Discount: ptr(discount.AmountOff(10, "")), AdditionalInfo: "info", Redemption: voucher.Redemption{Quantity: ptr(int64(1))}},
		{Code: "PERCENT", Discount: &percent},
		{Code: "FIXED", Discount: &fixed, Redemption: voucher.Redemption{Quantity: ptr(int64(5)), RedeemedQuantity: 5}},
		{Code: "UNIT", Discount: ptr(discount.FreeUnits(1, "prod_1", discount.AddMissing))},
		{
			Code: "CARD", Redemption: voucher.Redemption{RedeemedQuantity: 2, RedeemedAmount: 1000},
			Gift: &voucher.Gift{Amount: 5000, Balance: 4000, InitialAmount: 5000, Effect: discount.ToOrder},
		},
	}
	for _, w := range want {
		got := s.voucher(w.Code)
		w.Type, w.Active, w.Version = voucher.DiscountVoucher, true, 1
		if w.Gift != nil {
			w.Type = voucher.GiftVoucher
		}
		w.ID, w.CreatedAt = got.ID, got.CreatedAt
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", w.Code, diff)
		}
	}
	all := 0
	for range s.Vouchers.List(ctx, voucherify.ListOptions{}) {
		all++
	}
	if all != len(want) {
		t.Errorf("%d codes are there, want %d: a refused row was kept in part", all, len(want))
	}
	if _, err := s.Redeem(ctx, pay(10_000, redemption.Codes("FIXED")...)); !errors.Is(err, fault.QuantityExceeded) {
		t.Errorf("a code that is used up is redeemed: %v", err)
	}
	_, err = s.Redeem(ctx, pay(10_000, redemption.Codes("AMOUNT")...))
	s.must(err)
	s.verified()
	report, err = s.into("", "Code,Voucher Type,Value,Discount Type\nAMOUNT,DISCOUNT_VOUCHER,10,PERCENT\nCARD,DISCOUNT_VOUCHER,10,AMOUNT\n", voucherify.ImportOptions{})
	s.reports([]string{
		"0 voucher(s) imported successfully, 2 failed.",
		`2 "Discount Type" "AMOUNT" invalid_voucher: discount.type: the type of a discount never changes`,
		`3 "Voucher Type" "CARD" invalid_voucher: type: a voucher keeps its type, GIFT_VOUCHER`,
	}, report, err)
}

func TestImportedMetadataFollowsTheSchema(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithTimeZone("Europe/Warsaw"))
	s.couponCampaign("Autumn", nil)
	_, err := s.MetadataSchemas.Create(context.Background(), metadata.Schema{RelatedObject: metadata.OfVoucher, Properties: metadata.Properties{
		"unit": {Type: metadata.TypeNumber}, "new": {Type: metadata.TypeBoolean, Optional: true},
		"sizes": {Type: metadata.TypeNumber, Array: true, Optional: true}, "at": {Type: metadata.TypeDatetime, Optional: true},
	}})
	s.must(err)
	report, err := s.into("Autumn", "Code,unit,new,sizes,at,free\nA,1.5,TRUE,\"1, 2\",2026-12-24T18,007\nB,EUR,,,,\nC,,,,,\nD,1,perhaps,,,\n", voucherify.ImportOptions{})
	s.reports([]string{
		"1 voucher(s) imported successfully, 3 failed.",
		`3 "unit" "B" metadata_validation_failed: unit: must be a number, property is required (actual value is 'EUR')`,
		`4 "unit" "C" metadata_validation_failed: unit: must be a number, property is required (actual value is 'undefined')`,
		`5 "new" "D" metadata_validation_failed: new: must be a boolean (actual value is 'perhaps')`,
	}, report, err)
	want := metadata.Map{"unit": 1.5, "new": true, "sizes": []any{1.0, 2.0}, "at": "2026-12-24T17:00:00Z", "free": "007"}
	if diff := cmp.Diff(want, s.voucher("A").Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	report, err = s.into("Autumn", "Code\nE\n", voucherify.ImportOptions{})
	s.reports([]string{"1 voucher(s) imported successfully, 0 failed."}, report, err)
}

func TestCampaignsThatTakeNoCodes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.couponCampaign("Protected", func(c *campaign.Campaign) { c.Protected = true })
	s.couponCampaign("Standalone", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "ONE" })
	_, err := s.Campaigns.Create(context.Background(), campaign.Campaign{Name: "Promotion", CampaignType: campaign.Promotion})
	s.must(err)
	for name, want := range map[string]string{
		"Protected": "resource_protected ", "Standalone": "invalid_campaign campaign", "Promotion": "invalid_campaign campaign",
	} {
		if _, err := s.into(name, "Code\nA\n", voucherify.ImportOptions{}); contract.Refusal(err) != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

func TestTypedRowsGoTheSameWay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.giftCampaign("Cards")
	start := noon.Add(time.Hour)
	report, err := s.Imports.CampaignVouchers(ctx, "Cards", slices.Values([]tabular.Voucher{
		{Code: "A", Gift: &tabular.Gift{Amount: 700}, Window: validity.Window{StartDate: &start}, AdditionalInfo: "by hand"},
		{Code: "B", Discount: ptr(discount.AmountOff(1, ""))}, {Code: "C", LoyaltyCard: &tabular.LoyaltyCard{Points: 1}},
		{Code: "D", ValidationRules: []string{"val_1"}}, {Code: "E", Type: voucher.DiscountVoucher}, {Code: " F"},
	}), voucherify.ImportOptions{})
	s.reports([]string{
		"1 voucher(s) imported successfully, 5 failed.",
		`0 "" "B" invalid_voucher: discount: the discount of the code is that of its campaign`,
		`0 "" "C" invalid_voucher: loyalty_card: only a loyalty program has loyalty cards`,
		`0 "" "D" invalid_voucher: validation_rules: the rules of the code are those of its campaign`,
		`0 "" "E" invalid_voucher: type: the codes of the campaign are GIFT_VOUCHER`,
		`0 "" " F" invalid_payload: code: " F" begins or ends with a space`,
	}, report, err)
	got := s.voucher("A")
	want := voucher.Voucher{
		ID: got.ID, Code: "A", CampaignID: got.CampaignID, Type: voucher.GiftVoucher, Window: validity.Window{StartDate: &start}, Active: true,
		Gift: &voucher.Gift{Amount: 700, Balance: 700, InitialAmount: 700}, AdditionalInfo: "by hand", CreatedAt: got.CreatedAt, Version: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the card (-want +got):\n%s", diff)
	}
}

func TestImportsOfCodesTellWhatTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ended := noon.Add(-time.Hour)
	s.couponCampaign("Autumn", func(c *campaign.Campaign) { c.ExpirationDate = &ended })
	_, err := s.into("Autumn", codesFile(0, 3), voucherify.ImportOptions{})
	s.must(err)
	if s.voucher("CODE-000000").Active {
		t.Error("a code of a campaign that has ended is active")
	}
	_, err = s.into("Autumn", codesFile(0, 4), voucherify.ImportOptions{EmitEvents: true})
	s.must(err)
	kinds := map[event.Type]int{}
	for _, entry := range s.store.Export().Outbox {
		kinds[entry.Event.Type]++
	}
	want := map[event.Type]int{event.CampaignCreated: 1, event.CampaignVouchersAdded: 2, event.VoucherUpdated: 3, event.VoucherCreated: 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
