package golden

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// fact is what was recorded of something that is no calculation: the fields that checks compare.
type fact struct {
	Status   string `json:"status"`
	Key      string `json:"key"`
	Code     int    `json:"code"`
	Function string
	Value    json.Number
	Digits   int
	Result   json.RawMessage
	Percent  int64
	Free     int64 `json:"free_units"`
	Bundles  int64
	Effect   string
	Valid    bool
	Redeemed bool     `json:"redeemed"`
	Statuses []string `json:"statuses_of_first_five"`
	Second   string   `json:"second_rollback"`

	raw json.RawMessage
}

// bench is an engine for facts, with the pieces that most of them need.
type bench struct {
	*voucherify.Engine
	store store.Store
	ctx   context.Context
	fact  fact
	err   error // of a preparation
}

// check drives one fact and returns the differences.
type check func(b *bench) string

func runFact(ctx context.Context, v *Vector, run check) string {
	s := memory.New()
	e, err := voucherify.New(s)
	if err != nil {
		return err.Error()
	}
	b := &bench{Engine: e, store: s, ctx: ctx}
	if err := json.Unmarshal(v.raw, &b.fact); err != nil {
		return err.Error()
	}
	b.fact.raw = v.raw
	diff := run(b)
	if b.err != nil {
		return "prepare: " + b.err.Error()
	}
	return diff
}

// missingCapability names what a fact needs, when nothing drives it.
func missingCapability(v *Vector) string {
	if reason, ok := undriven[v.ID]; ok {
		return reason
	}
	kind := strings.TrimPrefix(v.Kind, "fact ")
	if reason, ok := capabilities[kind]; ok {
		return reason
	}
	return "not driven: " + kind
}

// capabilities are what the engine does not have yet, by the kind of the fact.
var capabilities = map[string]string{
	"session": "sessions",

	"failure: loyalty v2 member": "loyalty v2 (docs/loyalty.md)", "failure: loyalty v2 points": "loyalty v2 (docs/loyalty.md)",
	"failure: loyalty v2 reward purchase": "loyalty v2 (docs/loyalty.md)", "failure: loyalty v2 pay with points": "loyalty v2 (docs/loyalty.md)",
	"failure: loyalty v2 lists": "loyalty v2 (docs/loyalty.md)",
	"failure: bulk metadata":    "bulk operations", "failure: list": "pages of lists (cursors here)",
	"failure: read campaign": "areas and stores",
	"failure: any":           "a listed key without a recorded trigger",
}

// undriven are single facts that are not driven, with the reason.
var undriven = map[string]string{
	"lc-017": "loyalty v2: an adjustment of nothing is invalid_amount here", "lc-019": "loyalty v2: a balance is never below 0 here",
	"err-025": "tracking of anonymous visitors", "err-102": "sessions",
	"err-065": "query parameters",
	"err-046": "deliberate difference: a child can be rolled back (docs/decisions/011)",
	"err-105": "deliberate difference: resource_not_found is the old name of not_found",
}

func (b *bench) prepared(err error) {
	if b.err == nil {
		b.err = err
	}
}

// coupon stores a code that takes 1.00 off the order; change may change it.
func (b *bench) coupon(code string, change func(*voucher.Voucher)) voucher.Voucher {
	off := discount.AmountOff(100, discount.ToOrder)
	v := voucher.Voucher{Code: code, Type: voucher.DiscountVoucher, Discount: &off}
	if change != nil {
		change(&v)
	}
	stored, err := b.Vouchers.Create(b.ctx, v)
	b.prepared(err)
	return stored
}

// ruled stores a code with a rule of one condition.
func (b *bench) ruled(code, condition string) {
	v := b.coupon(code, nil)
	var rule validation.Rule
	b.prepared(json.Unmarshal([]byte(`{"name":"r","rules":{"1":`+condition+`,"logic":"1"}}`), &rule))
	stored, err := b.Rules.Create(b.ctx, rule)
	b.prepared(err)
	_, err = b.Rules.Assign(b.ctx, stored.ID, validation.OnVoucher, v.ID)
	b.prepared(err)
}

func (b *bench) request(codes ...string) redemption.Request {
	return redemption.Request{Redeemables: redemption.Codes(codes...), Order: &order.Order{Amount: 1000}}
}

// standing validates codes and compares what became of the last one.
func (b *bench) standing(codes ...string) string {
	v, err := b.Validate(b.ctx, b.request(codes...))
	if err != nil {
		return err.Error()
	}
	for _, list := range [][]redemption.Applied{v.InapplicableRedeemables, v.SkippedRedeemables} {
		for _, x := range list {
			if x.ID != codes[len(codes)-1] {
				continue
			}
			if b.fact.Status == "SKIPPED" {
				return cmp.Diff("SKIPPED "+b.fact.Key, string(x.Status)+" "+string(x.Result.Details.Key))
			}
			return b.refused(x.Result.Error)
		}
	}
	return "it is applicable"
}

// refused compares the error of a call.
func (b *bench) refused(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("got %v, want %s", err, b.fact.Key)
	}
	if b.fact.Code == 0 {
		return cmp.Diff(b.fact.Key, string(e.Key))
	}
	return cmp.Diff(fmt.Sprint(b.fact.Key, b.fact.Code), fmt.Sprint(e.Key, e.Code))
}

func (b *bench) redeem(codes ...string) (*redemption.Result, error) {
	return b.Redeem(b.ctx, b.request(codes...))
}

// failedRecord redeems, and compares the record of the failed attempt.
func (b *bench) failedRecord(codes ...string) string {
	_, err := b.redeem(codes...)
	var refused *redemption.Refused
	if !errors.As(err, &refused) {
		return fmt.Sprintf("got %v, want a refusal", err)
	}
	x, err := b.Redemptions.Get(b.ctx, refused.Cause.ResourceID)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff("FAILURE "+b.fact.Key, string(x.Result)+" "+string(x.FailureCode)) + cmp.Diff("rf_", x.ID[:3])
}

func ignore[T any](_ T, err error) error { return err }
