package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// A replacement by something cheaper lowers the order. It is not made when that would leave less than the discounts that
// were granted before, and what is not replaced does not use the cap up.
func TestAReplacementNeverTakesTheOrderBelowItsDiscounts(t *testing.T) {
	t.Parallel()
	instead := step{
		discount: discount.FreeUnits(1, "prod_mug", discount.Replace),
		scope: reach(
			target("prod_bottle", func(x *product.Target) { x.QuantityLimit = ptr[int64](1) }),
			target("prod_pen", func(x *product.Target) { x.QuantityLimit = ptr[int64](1) }),
		),
	}
	for _, c := range []struct {
		name  string
		off   int64
		want  []goods
		total int64
	}{
		{"there is room for the fall of 1500", 6400, []goods{{2, 0, 5000, 0}, {0, 0, 0, 0}, {2, 0, 2000, 200}}, 400},
		{"just enough", 6800, []goods{{2, 0, 5000, 0}, {0, 0, 0, 0}, {2, 0, 2000, 200}}, 0},
		{"a cent too little: only the pen is replaced, which lowers nothing", 6801, []goods{{3, 0, 7500, 0}, {0, 0, 0, 0}, {1, 0, 1000, 200}}, 1499},
		{"nothing is left to pay", 8300, []goods{{3, 0, 7500, 0}, {0, 0, 0, 0}, {1, 0, 1000, 200}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := cart(item("prod_bottle", 2500, 3), item("prod_pen", 800, 1))
			off := step{discount: discount.AmountOff(c.off, discount.ToOrder)}
			got := calculate(t, o, product.NewIndex([]*product.Product{priced("prod_mug", 1000)}, nil, nil), off, instead)
			diff(t, "lines", c.want, goodsOf(got))
			diff(t, "total", c.total, got.TotalAmount)
		})
	}
}

func TestFreeShippingKnowsTheLineByIDAndBySourceID(t *testing.T) {
	t.Parallel()
	named := item("", 590, 1)
	named.SourceID = discount.ShippingSource
	for name, line := range map[string]order.Item{"id": item(discount.ShippingProduct, 590, 1), "source_id": named} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := calculate(t, cart(line), nil, step{discount: discount.FreeShipping()})
			diff(t, "lines", []goods{{1, 1, 590, 590}}, goodsOf(got))
		})
	}
}
