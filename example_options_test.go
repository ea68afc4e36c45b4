package voucherify_test

import (
	"context"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
)

func ExampleNew() {
	eng, err := voucherify.New(memory.New(),
		voucherify.WithTimeZone("Europe/Warsaw"),
		voucherify.WithCaseInsensitiveCodes(),
		voucherify.WithLimits(voucherify.Limits{RollbackWindow: 90 * 24 * time.Hour}),
	)
	check(err)
	answer, err := eng.Validate(context.Background(), redemption.Request{Redeemables: redemption.Codes("SPRING")})
	check(err)
	fmt.Println(answer.Valid, answer.Decision.Reason)
	// Output: false not_found
}

func ExampleWithObserver() {
	eng, err := voucherify.New(memory.New(), voucherify.WithObserver(func(o voucherify.Observation) {
		fmt.Println(o.Verb, o.Attempts, o.Err)
	}))
	check(err)
	_, err = eng.Redeem(context.Background(), redemption.Request{Redeemables: redemption.Codes("SPRING")})
	fmt.Println(err != nil)
	// Output:
	// redeem 1 redemption refused: voucherify: not_found: Cannot find voucher with id SPRING
	// true
}

// A return and a rollback can be part of what the shop itself writes.
func ExampleEngine_RollbackTx() {
	ctx, s := context.Background(), memory.New()
	eng, err := voucherify.New(s)
	check(err)
	spring(eng)
	result, err := eng.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: mugs})
	check(err)
	check(s.Update(ctx, func(tx store.Tx) error {
		_, err := eng.ReturnTx(ctx, tx, redemption.ReturnRequest{
			Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
		})
		if err != nil {
			return err
		}
		back, err := eng.RollbackTx(ctx, tx, redemption.RollbackRequest{Redemption: result.ID()})
		if err != nil {
			return err
		}
		fmt.Println(back.Order.Status, back.Rollbacks[0].Discount)
		return nil
	}))
	// Output: CANCELED 380
}
