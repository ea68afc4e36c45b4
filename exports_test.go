package voucherify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/tabular"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// csv is an export as text.
func (s *shop) csv(kind voucherify.Exported, options voucherify.ExportOptions) string {
	s.t.Helper()
	var text strings.Builder
	options.OldestFirst = true
	_, err := s.Exports.CSV(background, kind, &text, options)
	s.must(err)
	return text.String()
}

func TestExportsHaveTheDocumentedColumns(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.giftCampaign("Cards")
	_, err := s.into("Cards", "Code\nCARD\n", voucherify.ImportOptions{})
	s.must(err)
	s.couponCampaign("Autumn", nil)
	_, err = s.into("Autumn", "Code\nAUTUMN\n", voucherify.ImportOptions{})
	s.must(err)
	s.coupon("OFF", discount.AmountOff(100, discount.ToOrder), 3)
	_, err = s.Customers.Upsert(background, customer.Customer{
		SourceID: "c1", Name: "Ann", Phone: "+48 600", Address: &customer.Address{City: "Oslo"}, Metadata: metadata.Map{"level": 2.0, "tags": []any{"a", "b"}},
	})
	s.must(err)
	request := pay(10_000, redemption.Redeemable{Object: redemption.Voucher, ID: "OFF"}, redemption.GiftCard("CARD", 700))
	request.Order.SourceID, request.Metadata = "o1", metadata.Map{"channel": "web"}
	_, err = s.Redeem(background, request)
	s.must(err)
	_, err = s.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: 50, Reason: "=1+1", SourceID: "s1"})
	s.must(err)
	c, err := s.Customers.Get(background, "c1")
	s.must(err)
	card := s.voucher("CARD")
	at := "2026-11-25T12:00:00.000Z"
	for _, tt := range []struct {
		name   string
		kind   voucherify.Exported
		fields []string
		want   string
	}{
		{"vouchers", voucherify.ExportVouchers, nil, "code,voucher_type,value,discount_type\nCARD,GIFT_VOUCHER,5050,\nAUTUMN,DISCOUNT_VOUCHER,10,PERCENT\nOFF,DISCOUNT_VOUCHER,100,AMOUNT\n"},
		{
			"what counts for vouchers", voucherify.ExportVouchers,
			[]string{"id", "campaign", "campaign_id", "gift_balance", "discount_effect", "redemption_quantity", "redemption_count", "active", "created_at"},
			"id,campaign,campaign_id,gift_balance,discount_effect,redemption_quantity,redemption_count,active,created_at\n" +
				card.ID + ",Cards," + camp.ID + ",4350,APPLY_TO_ORDER,,1,TRUE," + at + "\n" +
				s.voucher("AUTUMN").ID + ",Autumn," + s.voucher("AUTUMN").CampaignID + ",,APPLY_TO_ORDER,,0,TRUE," + at + "\n" +
				s.voucher("OFF").ID + ",,,,APPLY_TO_ORDER,3,1,TRUE," + at + "\n",
		},
		{
			"redemptions", voucherify.ExportRedemptions,
			[]string{"object", "voucher_code", "customer_source_id", "customer_name", "date", "result", "campaign", "order_amount", "gift_amount", "metadata.channel"},
			"object,voucher_code,customer_source_id,customer_name,date,result,campaign,order_amount,gift_amount,metadata.channel\n" +
				"redemption,,c1,Ann," + at + ",SUCCESS,,,,web\n" +
				"redemption,OFF,c1,Ann," + at + ",SUCCESS,,10000,,web\n" +
				"redemption,CARD,c1,Ann," + at + ",SUCCESS,Cards,10000,700,web\n",
		},
		{"customers", voucherify.ExportCustomers, nil, "name,source_id\nAnn,c1\n"},
		{
			"what customers have done", voucherify.ExportCustomers,
			[]string{"id", "phone", "address_city", "metadata", "metadata.tags", "redemptions_total_succeeded", "orders_total_amount", "orders_last_order_date"},
			"id,phone,address_city,metadata,metadata.tags,redemptions_total_succeeded,orders_total_amount,orders_last_order_date\n" +
				c.ID + ",'+48 600,Oslo,\"{\"\"level\"\":2,\"\"tags\"\":[\"\"a\"\",\"\"b\"\"]}\",\"a,b\",2,9200," + at + "\n",
		},
		{
			"orders", voucherify.ExportOrders, []string{"source_id", "status", "amount", "total_discount_amount", "total_amount", "customer_id", "updated_at"},
			"source_id,status,amount,total_discount_amount,total_amount,customer_id,updated_at\no1,PAID,10000,800,9200," + c.ID + ",\n",
		},
		{
			"transactions", voucherify.ExportVoucherTransactions, []string{"type", "source_id", "source", "reason", "amount", "balance", "voucher_id", "campaign_id"},
			"type,source_id,source,reason,amount,balance,voucher_id,campaign_id\n" +
				"CREDITS_REDEMPTION,,,,-700,4300," + card.ID + "," + camp.ID + "\n" +
				"CREDITS_ADDITION,s1,API,'=1+1,50,4350," + card.ID + "," + camp.ID + "\n",
		},
	} {
		equal(t, tt.want, s.csv(tt.kind, voucherify.ExportOptions{Fields: tt.fields}))
	}
	equal(t, "amount\n-700\n", s.csv(voucherify.ExportVoucherTransactions, voucherify.ExportOptions{
		Fields: []string{"amount"}, ListOptions: voucherify.ListOptions{Limit: 1},
	}))
	s.must(s.store.Update(background, func(tx store.Tx) error {
		return tx.Put(background, record.Document{Kind: record.Transaction, ID: "vtx_1", CreatedAt: noon, Body: []byte(`{"id":"vtx_1","type":"POINTS_ADDITION"}`)})
	}))
	equal(t, "amount\n-700\n50\n", s.csv(voucherify.ExportVoucherTransactions, voucherify.ExportOptions{Fields: []string{"amount"}}))
	equal(t, "phone\n+48 600\n", s.csv(voucherify.ExportCustomers, voucherify.ExportOptions{Fields: []string{"phone"}, Raw: true}))
	for _, kind := range s.Exports.Kinds() {
		all := s.csv(kind, voucherify.ExportOptions{Fields: s.Exports.Fields(kind)})
		if header, rows, _ := strings.Cut(all, "\n"); header != strings.Join(s.Exports.Fields(kind), ",") || rows == "" {
			t.Errorf("%s with all columns:\n%s", kind, all)
		}
	}
}

func TestExportsAreRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, tt := range []struct {
		kind   voucherify.Exported
		fields []string
		want   string
	}{
		{voucherify.ExportOrders, []string{"id", "price"}, "invalid_export_fields fields[1]"},
		{voucherify.ExportOrders, []string{"id", "id"}, "invalid_export_fields fields[1]"},
		{voucherify.ExportOrders, []string{"metadata."}, "invalid_export_fields fields[0]"},
		{voucherify.ExportVoucherTransactions, []string{"metadata"}, "invalid_export_fields fields[0]"},
		{"publication", nil, "not_supported exported_object"},
	} {
		var text strings.Builder
		_, err := s.Exports.CSV(background, tt.kind, &text, voucherify.ExportOptions{Fields: tt.fields})
		if contract.Refusal(err) != tt.want || text.Len() > 0 {
			t.Errorf("%s %v: got %v and %q, want %s", tt.kind, tt.fields, err, text.String(), tt.want)
		}
	}
	if got := s.Exports.Fields("publication"); got != nil {
		t.Errorf("an unknown kind has the columns %v", got)
	}
	if _, err := s.Exports.CSV(background, voucherify.ExportOrders, fullDisk{}, voucherify.ExportOptions{}); !errors.Is(err, errFullDisk) {
		t.Errorf("a writer that fails: %v", err)
	}
}

var errFullDisk = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFullDisk }

func TestExportsPageThroughEverything(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.couponCampaign("Autumn", nil)
	s.coupon("OTHER", discount.Percent("5", discount.ToOrder), 1)
	_, err := s.into("Autumn", codesFile(0, 350), voucherify.ImportOptions{})
	s.must(err)
	for _, tt := range []struct{ limit, want int }{{0, 350}, {1, 1}, {100, 100}, {101, 101}, {300, 300}, {1000, 350}} {
		seen := map[string]bool{}
		for v, err := range s.Exports.Vouchers(background, voucherify.ExportOptions{ListOptions: voucherify.ListOptions{Parent: camp.ID, Limit: tt.limit}}) {
			s.must(err)
			seen[v.Code] = true
		}
		if len(seen) != tt.want {
			t.Errorf("limit %d: %d codes, want %d", tt.limit, len(seen), tt.want)
		}
	}
	for v, err := range s.Exports.Vouchers(background, voucherify.ExportOptions{}) {
		s.must(err)
		if v.Code != "" {
			break // leaving early is no error
		}
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	for _, err := range s.Exports.Redemptions(ctx, voucherify.ExportOptions{}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a canceled export: %v", err)
		}
	}
}

// TestAProjectIsCarriedToAnother exports codes, customers and products and imports them elsewhere.
func TestAProjectIsCarriedToAnother(t *testing.T) {
	t.Parallel()
	from, to := newShop(t), newShop(t, voucherify.WithTimeZone("Asia/Tokyo"))
	for _, s := range []*shop{from, to} {
		_, err := s.Categories.Create(background, promotion.Category{Name: "web"})
		s.must(err)
	}
	category, err := from.Categories.Get(background, "web")
	from.must(err)
	start, end := noon.Add(-time.Hour), noon.Add(24*time.Hour+time.Microsecond)
	formula := discount.Percent("5", discount.ToItems)
	formula.PercentOffFormula, formula.AmountLimit = `IF(ORDER_AMOUNT > 10;5;1)`, ptr(int64(900))
	for _, v := range []voucher.Voucher{
		{Code: "=AMOUNT", Discount: ptr(discount.AmountOff(100, discount.ToOrder)), CategoryID: category.ID, AdditionalInfo: "a \"quoted\",\nline"},
		{Code: "'-FORMULA", Discount: &formula, Redemption: voucher.Redemption{Quantity: ptr(int64(7))}, Metadata: metadata.Map{"n": 1.0, "deep": map[string]any{"x": true}}},
		{Code: "-5", Discount: ptr(discount.NewPrice(5, discount.ToItems)), Window: validity.Window{
			StartDate: &start, ExpirationDate: &end, DaysOfWeek: []int{0, 6},
			Timeframe: &validity.Timeframe{Interval: validity.Duration{Days: 1}, Duration: validity.Duration{Seconds: 3600}},
		}},
		{Code: "UNIT", Discount: ptr(discount.FreeUnits(2, "prod_1", discount.AddNew))},
		{Code: "FULL", Gift: &voucher.Gift{Amount: 5000}}, {Code: "USED", Gift: &voucher.Gift{Amount: 5000, Effect: discount.ToOrder}},
	} {
		if v.Type = voucher.DiscountVoucher; v.Gift != nil {
			v.Type = voucher.GiftVoucher
		}
		_, err := from.Vouchers.Create(background, v)
		from.must(err)
	}
	from.must(from.Vouchers.Disable(background, "UNIT"))
	_, err = from.Redeem(background, pay(3000, redemption.GiftCard("USED", 1200)))
	from.must(err)
	_, err = from.Redeem(background, pay(3000, redemption.Codes("=AMOUNT")...))
	from.must(err)

	report, err := to.Imports.VouchersCSV(background, strings.NewReader(from.csv(voucherify.ExportVouchers, voucherify.ExportOptions{
		Fields: tabular.RoundTripFields(),
	})), voucherify.ImportOptions{})
	to.reports([]string{"6 voucher(s) imported successfully, 0 failed."}, report, err)
	unstated := cmpopts.IgnoreFields(voucher.Voucher{}, "ID", "CategoryID", "CreatedAt", "UpdatedAt", "Version")
	for v, err := range from.Vouchers.List(background, voucherify.ListOptions{}) {
		from.must(err)
		want, got := from.voucher(v.Code), to.voucher(v.Code)
		if diff := cmp.Diff(want, got, unstated); diff != "" || (want.CategoryID == "") != (got.CategoryID == "") {
			t.Errorf("%s (-want +got):\n%s", v.Code, diff)
		}
	}
	_, err = to.Redeem(background, pay(3000, redemption.GiftCard("USED", 3800)))
	to.must(err)
	if _, err := to.Redeem(background, pay(3000, redemption.GiftCard("USED", 801))); !errors.Is(err, fault.GiftAmountExceeded) {
		t.Errorf("the card pays more than was on it: %v", err)
	}
	to.verified()

	_, err = from.Customers.Upsert(background, customer.Customer{
		SourceID: "c2", Name: "@home", Phone: "+48", Email: "a@b", Birthdate: "1990-01-02", Description: "'quoted",
		Address: &customer.Address{City: "A", State: "B", Line1: "C", Line2: "D", Country: "E", PostalCode: "F"}, Metadata: metadata.Map{"x": 1.0},
	})
	from.must(err)
	report, err = to.Imports.CustomersCSV(background, strings.NewReader(from.csv(voucherify.ExportCustomers, voucherify.ExportOptions{Fields: []string{
		"source_id", "name", "phone", "email", "birthdate", "description", "address_city", "address_state", "address_line_1",
		"address_line_2", "address_country", "address_postal_code", "metadata",
	}})), voucherify.ImportOptions{})
	to.reports([]string{"2 customer(s) imported successfully, 0 failed."}, report, err)
	want, err := from.Customers.Get(background, "c2")
	from.must(err)
	got, err := to.Customers.Get(background, "c2")
	to.must(err)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(customer.Customer{}, "ID", "CreatedAt", "UpdatedAt", "Version", "Summary")); diff != "" {
		t.Errorf("the customer (-want +got):\n%s", diff)
	}
}
