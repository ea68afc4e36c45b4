package discount_test

import (
	"fmt"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// 10 % off every mug and poster, at most 5.00 on each line, and then 20.00 off what is left of the order.
func ExampleCompile() {
	cart := order.New("cart-1",
		order.Line{ProductID: "mug", Quantity: 2, Price: 1000},
		order.Line{ProductID: "poster", Quantity: 4, Price: 1500},
		order.Line{ProductID: "bottle", Quantity: 1, Price: 2500},
	)
	catalogue := product.NewIndex(nil, nil, nil)
	limit := int64(500)
	scope := product.Scope{Included: []product.Target{
		{Ref: product.Ref{ID: "mug"}, AmountLimit: &limit}, {Ref: product.Ref{ID: "poster"}, AmountLimit: &limit},
	}}
	onItems, err := discount.Compile(discount.Percent("10", discount.ToItems), catalogue, scope)
	if err != nil {
		fmt.Println(err)
		return
	}
	onOrder, err := discount.Compile(discount.AmountOff(2000, discount.ToOrder), catalogue)
	if err != nil {
		fmt.Println(err)
		return
	}

	state, err := discount.NewState(cart, catalogue, discount.Nothing)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, program := range []*discount.Program{onItems, onOrder} {
		state.Begin()
		outcome := program.Apply(state, discount.Context{})
		state.Keep(false)
		fmt.Printf("%d off items, %d off the order, %d to pay\n", outcome.Items, outcome.Order, state.Total())
	}
	for _, line := range state.Result().Items {
		fmt.Printf("%s: %d − %d = %d\n", line.ProductID, *line.Amount, line.DiscountAmount, line.SubtotalAmount)
	}
	// Output:
	// 700 off items, 0 off the order, 9800 to pay
	// 0 off items, 2000 off the order, 7800 to pay
	// mug: 2000 − 200 = 1800
	// poster: 6000 − 500 = 5500
	// bottle: 2500 − 0 = 2500
}

func ExampleDiscount_Check() {
	fmt.Println(discount.Percent("12.5", discount.ToOrder).Check())
	fmt.Println(discount.Percent("101", discount.ToOrder).Check())
	// Output:
	// <nil>
	// voucherify: invalid_payload: percent_off: 101 is not a percentage between 0 and 100 with at most 8 decimals
}
