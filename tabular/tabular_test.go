package tabular_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/tabular"
)

// rows reads a file and says of each row what show makes of it, or why it failed.
func rows[T any](t *testing.T, file string, table *tabular.Table[T], options tabular.Options, show func(*T) string) []string {
	t.Helper()
	reader, err := tabular.Open(strings.NewReader(file), table, options)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for row, err := range reader.Rows() {
		switch {
		case err != nil:
			t.Fatal(err)
		case row.Failure != nil:
			all = append(all, fmt.Sprintf("%q: %s", row.Failure.Column, row.Failure.Reason))
		default:
			all = append(all, show(&row.Value))
		}
	}
	return all
}

func TestHeadersAreFoundHoweverTheyAreSpelt(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"Redeemed Quantity", "redeemed_quantity", "REDEEMED-QUANTITY", "redeemedQuantity", " Redeemed  quantity ", "redemption_count"} {
		got := rows(t, "Code,"+header+"\nA,3\n", tabular.Coupons(), tabular.Options{}, func(v *tabular.Voucher) string {
			return fmt.Sprint(v.Redemption.RedeemedQuantity, v.Metadata)
		})
		if diff := cmp.Diff([]string{"3 map[]"}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", header, diff)
		}
	}
}

func TestAmountsAreReadInTheUnitOfTheFile(t *testing.T) {
	t.Parallel()
	show := func(v *tabular.Voucher) string { return fmt.Sprint(v.Gift.Amount) }
	for _, tt := range []struct{ cell, minor, major string }{
		{"0", "0", "0"}, {"12", "12", "1200"}, {" 12 ", "12", "1200"}, {"12.5", "12.5 is not a whole number", "1250"}, {"12.00", "12", "1200"},
		{"-1", "-1", "-100"}, {"0.01", "0.01 is not a whole number", "1"}, {"0.001", "0.001 is not a whole number", "0.001 has more than two decimals"},
		{"1000000000000000", "1000000000000000", "1000000000000000 is larger than any amount"},
		{"10000000000000.00", "10000000000000", "1000000000000000"},
		{"1e3", `"1e3" is not a number`, `"1e3" is not a number`}, {"+1", `"+1" is not a number`, `"+1" is not a number`},
		{"1 000", `"1 000" is not a number`, `"1 000" is not a number`}, {"1.2.3", `"1.2.3" is not a number`, `"1.2.3" is not a number`},
		{"--1", `"--1" is not a number`, `"--1" is not a number`}, {"$5", `"$5" is not a number`, `"$5" is not a number`}, {".", `"." is not a number`, `"." is not a number`},
		{strings.Repeat("9", 40), `"` + strings.Repeat("9", 40) + `" is not a number`, `"` + strings.Repeat("9", 40) + `" is not a number`},
	} {
		for unit, want := range map[tabular.Unit]string{tabular.Minor: tt.minor, tabular.Major: tt.major, "": tt.minor} {
			if strings.Contains(want, " ") {
				want = `"Gift Amount": gift.amount: ` + want
			}
			got := rows(t, "Code,Gift Amount\nA,"+tt.cell+"\n", tabular.GiftCards(), tabular.Options{AmountUnit: unit}, show)
			if diff := cmp.Diff([]string{want}, got); diff != "" {
				t.Errorf("%q in %s (-want +got):\n%s", tt.cell, unit, diff)
			}
		}
	}
}

func TestLoyaltyCardsStartWithTheirPoints(t *testing.T) {
	t.Parallel()
	got := rows(t, "Code,Active,Loyalty Points,Category,Season\nA,,500,,winter\nB,,,,\nC,,-1,,\nD,,1.5,,\n", tabular.LoyaltyCards(), tabular.Options{
		AmountUnit: tabular.Major, // which points do not have
	}, func(v *tabular.Voucher) string { return fmt.Sprint(v.Code, v.LoyaltyCard, v.Metadata) })
	want := []string{
		"A&{500} map[Season:winter]", "B<nil> map[]", `"Loyalty Points": loyalty_card.points: -1 is negative`,
		`"Loyalty Points": loyalty_card.points: 1.5 is not a whole number`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	got = rows(t, "loyalty_balance,Code,loyalty_points\n30,A,500\n0,B,500\n,C,500\n-1,D,500\n", tabular.LoyaltyCards(), tabular.Options{},
		func(v *tabular.Voucher) string { return fmt.Sprint(v.Code, v.LoyaltyCard) })
	want = []string{"A&{30}", "B&{0}", "C&{500}", `"loyalty_balance": loyalty_card.points: -1 is negative`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is left counts (-want +got):\n%s", diff)
	}
}

func TestDatesAreReadInTheZoneOfTheProject(t *testing.T) {
	t.Parallel()
	warsaw := time.FixedZone("UTC+1", 3600)
	for cell, want := range map[string]string{
		"2026-12-24": "2026-12-23T23:00:00Z", "2026-12-24T18": "2026-12-24T17:00:00Z", "2026-12-24T18:30": "2026-12-24T17:30:00Z",
		"2026-12-24T18:30:15": "2026-12-24T17:30:15Z", "2026-12-24T18:30:15Z": "2026-12-24T18:30:15Z",
		"2026-12-24T18:30:15.250Z": "2026-12-24T18:30:15.25Z", "2026-12-24T18:30:15+02:00": "2026-12-24T16:30:15Z",
	} {
		got := rows(t, "Code,Start Date\nA,"+cell+"\n", tabular.Coupons(), tabular.Options{Zone: warsaw}, func(v *tabular.Voucher) string {
			return v.StartDate.Format(time.RFC3339Nano)
		})
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cell, diff)
		}
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		options tabular.Options
		want    string
	}{
		{tabular.Options{AmountUnit: "CENTS"}, "invalid_payload amount_unit"}, {tabular.Options{Comma: '"'}, "invalid_payload comma"},
		{tabular.Options{Comma: '\n'}, "invalid_payload comma"}, {tabular.Options{Comma: 'x'}, "invalid_payload comma"},
		{tabular.Options{Comma: ' '}, "invalid_payload comma"}, {tabular.Options{Comma: '€'}, "invalid_payload comma"},
		{tabular.Options{Comma: '\t'}, "invalid_payload Code"},
	} {
		if _, err := tabular.Open(strings.NewReader("x\n"), tabular.Coupons(), tt.options); contract.Refusal(err) != tt.want {
			t.Errorf("%+v: got %v, want %s", tt.options, err, tt.want)
		}
	}
}

func TestAFileIsReadAsItComes(t *testing.T) {
	t.Parallel()
	pipe, writer := io.Pipe()
	go func() {
		for _, part := range []string{"Code\nA", "\nB\n", "C"} {
			_, _ = io.WriteString(writer, part)
		}
		_ = writer.Close()
	}()
	reader, err := tabular.Open(pipe, tabular.Coupons(), tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for row, err := range reader.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, row.Value.Code)
	}
	if diff := cmp.Diff([]string{"A", "B", "C"}, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestAReportKeepsTheFirstFailuresAndCountsAll(t *testing.T) {
	t.Parallel()
	r := tabular.NewReport("voucher")
	row := tabular.NewRow(1, tabular.Voucher{Code: "A"}, tabular.IdentifyVoucher)
	for range tabular.MaxFailures {
		r.Add(1, []tabular.Failure{row.Refuse(fault.Invalid("code", "is wrong")), row.Refuse(fault.Invalid("code", "is wrong"))})
	}
	if r.DoneCount != tabular.MaxFailures || r.FailedCount != 2*tabular.MaxFailures || len(r.Failed) != tabular.MaxFailures ||
		r.Message != "1000 voucher(s) imported successfully, 2000 failed." {
		t.Errorf("%d done, %d failed, %d kept: %s", r.DoneCount, r.FailedCount, len(r.Failed), r.Message)
	}
	contract.Writes(t, r.Failed[0], `{"row": 1, "code": "A", "reason": "code: is wrong", "key": "invalid_payload"}`)
}

// TestNothingThatIsExportedRuns writes texts of any kind and reads them back, in CSV and as an import does.
func TestNothingThatIsExportedRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := strings.TrimSpace(rapid.StringOf(rapid.RuneFrom([]rune("'=+-@1.\t, \"x\nÄ"))).Draw(t, "name"))
		sheet := tabular.ExportedCustomers()
		var text strings.Builder
		list := slices.Values([]customer.Customer{{SourceID: "c1", Name: name}})
		if _, err := sheet.Write(&text, noErrors(list), []string{"source_id", "name"}, false); err != nil {
			t.Fatal(err)
		}
		cells, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if cell := cells[1][1]; cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && strings.Trim(cell, "-0123456789.") != "" {
			t.Fatalf("%q is exported as %q", name, cell)
		}
		reader, err := tabular.Open(strings.NewReader(text.String()), tabular.Customers(), tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range reader.Rows() {
			if err != nil || row.Failure != nil || row.Value.Name != name {
				t.Fatalf("%q comes back as %q, %v, %v", name, row.Value.Name, row.Failure, err)
			}
		}
	})
}

func noErrors[T any](seq iter.Seq[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for value := range seq {
			if !yield(value, nil) {
				return
			}
		}
	}
}

func TestAnExportEndsWithTheErrorOfItsRows(t *testing.T) {
	t.Parallel()
	gone := fault.Invalid("", "gone")
	var text strings.Builder
	n, err := tabular.Orders().Write(&text, func(yield func(order.Order, error) bool) {
		_ = yield(order.Order{ID: "o1"}, nil) && yield(order.Order{}, gone)
	}, nil, false)
	if n != 1 || err != error(gone) || text.String() != "id,source_id,status\no1,,\n" {
		t.Errorf("got %d rows, %v, %q", n, err, text.String())
	}
}

func TestARowOfJSONSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[tabular.Voucher](t, `{
		"code": "A", "type": "GIFT_VOUCHER", "active": true, "category": "web", "start_date": "2026-03-01T00:00:00Z",
		"expiration_date": "2026-03-31T22:00:00Z", "validity_timeframe": {"interval": "P1D", "duration": "PT1H"}, "validity_day_of_week": [0],
		"validity_hours": {"daily": [{"days_of_week": [1], "start_time": "09:00", "expiration_time": "17:30"}]},
		"redemption": {"quantity": 3, "redeemed_quantity": 1, "redeemed_amount": 100}, "discount": {"type": "PERCENT", "percent_off": 5},
		"validation_rules": ["val_1"], "gift": {"amount": 500, "effect": "APPLY_TO_ORDER"}, "loyalty_card": {"points": 7},
		"additional_info": "x", "metadata": {"a": "b"}
	}`)
}
