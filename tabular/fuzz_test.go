package tabular_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/tabular"
)

// FuzzRows reads anything as every kind of file. A row is whole or nothing, and every refusal has its reason.
func FuzzRows(f *testing.F) {
	for _, file := range []string{
		"Code,Active\nA,true\n", "\uFEFFcode\r\n\"A\"\"\"\r\nB\r\n", "Code,Voucher Type,Value,Discount Type\nA,DISCOUNT_VOUCHER,5,PERCENT\n",
		"Code,Voucher Type,Value,Gift Balance,validity_timeframe_interval\nA,GIFT_VOUCHER,5,4,P1D\n", "Source_id,Name,n\nc,x,1\n",
		"name,source_id,price,attributes\nx,y,1.5,\"a,b\"\n", "product_id,source_id,attributes\np,s,\"{\"\"a\"\":\"\"b\"\"}\"\n",
		"Code,Gift Amount,Redeemed Amount,Metadata\nA,1,1,{}\nA\n,,,\n\"", "Code,Loyalty Points\n'=A,-1\n", "\xff\xfe", "Code,n\nA,\x00\n",
	} {
		f.Add([]byte(file), false)
	}
	schema := &metadata.Schema{RelatedObject: metadata.OfVoucher, Properties: metadata.Properties{
		"n": {Type: metadata.TypeNumber}, "list": {Type: metadata.TypeBoolean, Array: true}, "at": {Type: metadata.TypeDatetime},
	}}
	f.Fuzz(func(t *testing.T, file []byte, major bool) {
		options := tabular.Options{Schema: schema}
		if major {
			options.AmountUnit, options.Comma = tabular.Major, ';'
		}
		for _, table := range []*tabular.Table[tabular.Voucher]{
			tabular.Coupons(), tabular.GiftCards(), tabular.LoyaltyCards(), tabular.ReferralCodes(), tabular.Generic(),
		} {
			fuzzTable(t, file, table, options, (*tabular.Voucher).Check)
		}
		fuzzTable(t, file, tabular.Customers(), options, nil)
		fuzzTable(t, file, tabular.Products(), options, nil)
		fuzzTable(t, file, tabular.SKUs(), options, nil)
	})
}

func fuzzTable[T any](t *testing.T, file []byte, table *tabular.Table[T], options tabular.Options, check func(*T) error) {
	t.Helper()
	reader, err := tabular.Open(bytes.NewReader(file), table, options)
	if err != nil {
		typed(t, err)
		return
	}
	number, line := 0, 1
	for row, err := range reader.Rows() {
		if err != nil {
			typed(t, err)
			return
		}
		if number++; row.Number != number || row.Line <= line {
			t.Fatalf("row %d on line %d follows line %d", row.Number, row.Line, line)
		}
		line = row.Line
		if row.Failure == nil {
			if check != nil {
				if err := check(&row.Value); err != nil {
					t.Fatalf("row %d is kept: %v", number, err)
				}
			}
			continue
		}
		if f := row.Failure; f.Key == "" || f.Reason == "" || f.Err == nil || f.Row != number || f.Line != line {
			t.Fatalf("a failure that says little: %+v", f)
		}
		if !utf8.ValidString(row.Failure.Column) {
			t.Fatalf("the column %q is no text", row.Failure.Column)
		}
		if !reflect.ValueOf(row.Value).IsZero() {
			t.Fatalf("row %d failed and is there in part: %+v", number, row.Value)
		}
	}
}

func typed(t *testing.T, err error) {
	t.Helper()
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("an error without a type: %v", err)
	}
}
