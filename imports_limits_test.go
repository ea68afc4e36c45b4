package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/tabular"
)

func TestAWrongHeaderRefusesTheFile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.couponCampaign("Autumn", nil)
	for _, tt := range []struct{ name, campaign, file, want string }{
		{"nothing", "Autumn", "", "invalid_payload file"},
		{"no code", "Autumn", "Active,Category\ntrue,\n", "invalid_payload Code"},
		{"a column twice", "Autumn", "Code,Start Date,start_date\nA,,\n", "invalid_payload Start Date"},
		{"metadata twice", "Autumn", "Code,region,metadata.region\nA,,\n", "invalid_payload metadata.region"},
		{"a column without a name", "Autumn", "Code,,x\nA,,\n", "invalid_payload "},
		{"a quote in the header", "Autumn", "Code,a\"b\nA,\n", "invalid_payload file"},
		{"UTF-16", "Autumn", "\xff\xfeC\x00o\x00", "invalid_payload file"},
		{"Latin-1", "Autumn", "Code,Gr\xf6\xdfe\nA,1\n", "invalid_payload header"},
		{"too many columns", "Autumn", "Code" + strings.Repeat(",x", tabular.MaxColumns) + "\n", "invalid_payload "},
		{"no type", "", "Code,Value\nA,1\n", "invalid_payload Voucher Type"},
		{"no value", "", "Code,Voucher Type\nA,GIFT_VOUCHER\n", "invalid_payload Value"},
		{"no such campaign", "Winter", "Code\nA\n", "not_found "},
		{"a file that is too large", "Autumn", "Code\n" + strings.Repeat(strings.Repeat("x", 99)+"\n", tabular.MaxBytes/100+1), "invalid_payload file"},
	} {
		report, err := s.into(tt.campaign, tt.file, voucherify.ImportOptions{})
		if got := contract.Refusal(err); got != tt.want || report.DoneCount+report.FailedCount != 0 {
			t.Errorf("%s: got %q and %v, want %q", tt.name, got, accountOf(report), tt.want)
		}
	}
	for range s.Vouchers.List(context.Background(), voucherify.ListOptions{}) {
		t.Error("a refused file has made codes")
	}
}

// TV-81 of Voucherify's documentation with smaller numbers: half of the limit is there, and half of it is taken.
func TestAnImportFillsTheRoomOfTheCampaign(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxCodesPerCampaign: 1200}))
	s.couponCampaign("Autumn", func(c *campaign.Campaign) { c.VouchersCount = 600 })
	report, err := s.into("Autumn", codesFile(0, 900), voucherify.ImportOptions{})
	s.must(err)
	if report.DoneCount != 600 || report.FailedCount != 300 || report.Failed[0].Row != 601 {
		t.Errorf("got %s, the first failure in row %d", report.Message, report.Failed[0].Row)
	}
	// A code that is there takes no room.
	report, err = s.into("Autumn", "Code,Active\nCODE-000001,false\nNEW,\n", voucherify.ImportOptions{})
	s.reports([]string{
		"1 voucher(s) imported successfully, 1 failed.",
		`3 "" "NEW" invalid_payload: the campaign has its limit of 1200 codes`,
	}, report, err)
}

// codesFile is a file of codes, from one number to another.
func codesFile(from, to int) string {
	var b strings.Builder
	b.WriteString("Code\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "CODE-%06d\n", i)
	}
	return b.String()
}

func TestAnImportThatIsInterruptedIsFinishedByImportingAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	camp := s.couponCampaign("Autumn", nil)
	file := codesFile(0, 1300)
	broken := io.MultiReader(strings.NewReader(file[:len(file)*3/5]), iotest.ErrReader(errors.New("the disk is gone")))
	report, err := s.Imports.CampaignVouchersCSV(ctx, "Autumn", broken, voucherify.ImportOptions{})
	if err == nil || !strings.Contains(err.Error(), "the disk is gone") || report.DoneCount < 500 || report.DoneCount > 800 {
		t.Fatalf("got %v and %s", err, report.Message)
	}
	report, err = s.Imports.CampaignVouchersCSV(ctx, "Autumn", strings.NewReader(file), voucherify.ImportOptions{})
	s.reports([]string{"1300 voucher(s) imported successfully, 0 failed."}, report, err)
	codes := 0
	for _, err := range s.Vouchers.List(ctx, voucherify.ListOptions{Parent: camp.ID}) {
		s.must(err)
		codes++
	}
	counted, err := s.Campaigns.Get(ctx, "Autumn")
	s.must(err)
	if codes != 1300 || counted.VouchersCount != 1300 {
		t.Errorf("there are %d codes, the campaign counts %d", codes, counted.VouchersCount)
	}
}

func TestACodeInTheBinIsReportedByItself(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.couponCampaign("Autumn", nil)
	s.coupon("CODE-000123", discount.Percent("5", discount.ToOrder), 1)
	s.must(s.Vouchers.Delete(context.Background(), "CODE-000123", false))
	report, err := s.into("Autumn", codesFile(0, 400), voucherify.ImportOptions{})
	s.reports([]string{
		"399 voucher(s) imported successfully, 1 failed.",
		`125 "Code" "CODE-000123" duplicate_key: code: 1 voucher codes(s) already exist.`,
	}, report, err)
}

func TestAnImportEndsAtTheLargestNumberOfRows(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rows := func(yield func(tabular.Voucher) bool) {
		for range tabular.MaxRows + 1 {
			if !yield(tabular.Voucher{}) { // which fails quickly
				return
			}
		}
	}
	report, err := s.Imports.Vouchers(context.Background(), rows, voucherify.ImportOptions{})
	if contract.Refusal(err) != "invalid_payload rows" || report.FailedCount != tabular.MaxRows || len(report.Failed) != tabular.MaxFailures {
		t.Errorf("got %v, %s, %d failures", err, report.Message, len(report.Failed))
	}
	endless := io.MultiReader(strings.NewReader("Code,Active\n"), &endlessly{text: ",no\n"})
	s.couponCampaign("Autumn", nil)
	report, err = s.Imports.CampaignVouchersCSV(context.Background(), "Autumn", endless, voucherify.ImportOptions{})
	if contract.Refusal(err) != "invalid_payload file" || report.FailedCount != tabular.MaxRows {
		t.Errorf("got %v, %s", err, report.Message)
	}
	long := io.MultiReader(strings.NewReader("Code,x\n"), &endlessly{text: "," + strings.Repeat("x", 9999) + "\n"})
	report, err = s.Imports.CampaignVouchersCSV(context.Background(), "Autumn", long, voucherify.ImportOptions{})
	if contract.Refusal(err) != "invalid_payload file" || report.FailedCount != tabular.MaxBytes/10001 {
		t.Errorf("got %v, %s", err, report.Message)
	}
}

// endlessly repeats a text.
type endlessly struct {
	text string
	at   int
}

func (e *endlessly) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}
