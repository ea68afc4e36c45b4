package discount_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// giftCart is three lines of two products: 3 × 10.00 of b1, 7.00 of cup, 2 × 10.00 of b2.
func giftCart() *order.Order {
	return order.New("",
		order.Line{ProductID: "b1", Quantity: 3, Price: 1000}, order.Line{ProductID: "cup", Quantity: 1, Price: 700},
		order.Line{ProductID: "b2", Quantity: 2, Price: 1000})
}

func books() product.Scope {
	return product.Scope{Included: []product.Target{{Ref: product.Ref{Object: product.KindProduct, ID: "b1"}}, {Ref: product.Ref{Object: product.KindProduct, ID: "b2"}}}}
}

// spent applies credits and returns what each line and the order get, and what is left to pay.
func spent(t testing.TB, effect discount.Effect, credits int64, mode discount.Mode, bundles int64, scopes ...product.Scope) []int64 {
	t.Helper()
	p, err := discount.CompileCredits(effect, product.NewIndex(nil, nil, nil), scopes...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := discount.NewState(giftCart(), product.NewIndex(nil, nil, nil), discount.Nothing)
	if err != nil {
		t.Fatal(err)
	}
	s.Begin()
	p.Apply(s, discount.Context{Mode: mode, Credits: credits, Bundle: bundles})
	return []int64{s.Lines[0].DiscountAmount, s.Lines[1].DiscountAmount, s.Lines[2].DiscountAmount, s.DiscountAmount, s.Total()}
}

func TestCreditsPay(t *testing.T) {
	t.Parallel()
	unit := int64(1)
	oneUnit := books()
	oneUnit.Included[0].QuantityLimit = &unit
	for _, tt := range []struct {
		name    string
		effect  discount.Effect
		credits int64
		bundles int64
		scopes  []product.Scope
		want    []int64
	}{
		{"for the order", discount.ToOrder, 500, 0, nil, []int64{0, 0, 0, 500, 5200}},
		{"no more than the order", discount.ToOrder, 9000, 0, nil, []int64{0, 0, 0, 5700, 0}},
		{"for the order, whatever products the rule names", discount.ToOrder, 500, 0, []product.Scope{books()}, []int64{0, 0, 0, 500, 5200}},
		{"for lines, one after the other", discount.ToItems, 3500, 0, []product.Scope{books()}, []int64{3000, 0, 500, 0, 2200}},
		{"no more than the lines", discount.ToItems, 9000, 0, []product.Scope{books()}, []int64{3000, 0, 2000, 0, 700}},
		{"for no line without products", discount.ToItems, 9000, 0, nil, []int64{0, 0, 0, 0, 5700}},
		{"within a cap on units", discount.ToItems, 1500, 0, []product.Scope{oneUnit}, []int64{1000, 0, 500, 0, 4200}},
		{"as often as once, whatever bundles there are", discount.ToOrder, 500, 4, nil, []int64{0, 0, 0, 500, 5200}},
		{"within a cap on units, whatever bundles there are", discount.ToItems, 1500, 2, []product.Scope{oneUnit}, []int64{1000, 0, 500, 0, 4200}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, mode := range []discount.Mode{discount.Discounted, discount.Initial} {
				if diff := cmp.Diff(tt.want, spent(t, tt.effect, tt.credits, mode, tt.bundles, tt.scopes...)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", mode, diff)
				}
			}
		})
	}
}

func TestCreditsAreSpentOnceAndNoMoreThanThereAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		credits := rapid.Int64Range(0, 8000).Draw(rt, "credits")
		effect := rapid.SampledFrom([]discount.Effect{discount.ToOrder, discount.ToItems}).Draw(rt, "effect")
		got := spent(t, effect, credits, discount.Discounted, 0, books())
		room := int64(5700)
		if effect == discount.ToItems {
			room = 5000
		}
		if sum := got[0] + got[1] + got[2] + got[3]; sum != min(credits, room) || got[4] != 5700-sum {
			rt.Fatalf("%d credits of a room of %d: %v", credits, room, got)
		}
	})
}

func TestWhereCreditsHaveRoom(t *testing.T) {
	t.Parallel()
	index := product.NewIndex(nil, nil, nil)
	unpriced := &order.Order{Items: []order.Item{{ProductID: "b1", Quantity: 1}}}
	for _, tt := range []struct {
		name   string
		effect discount.Effect
		order  *order.Order
		scopes []product.Scope
		want   bool
	}{
		{"an order with an amount", discount.ToOrder, &order.Order{Amount: 1}, nil, true},
		{"an order without", discount.ToOrder, &order.Order{}, nil, false},
		{"a line without an amount", discount.ToOrder, unpriced, nil, false},
		{"a line in reach", discount.ToItems, giftCart(), []product.Scope{books()}, true},
		{"a line in reach without an amount", discount.ToItems, unpriced, []product.Scope{books()}, false},
		{"no line in reach of both rules", discount.ToItems, giftCart(), []product.Scope{
			books(), {Included: []product.Target{{Ref: product.Ref{Object: product.KindProduct, ID: "cup"}}}},
		}, false},
		{"no products", discount.ToItems, giftCart(), nil, false},
	} {
		p, err := discount.CompileCredits(tt.effect, index, tt.scopes...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := discount.NewState(tt.order, index, discount.Nothing)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.HasRoom(s); got != tt.want {
			t.Errorf("%s: got %t, want %t", tt.name, got, tt.want)
		}
	}
}
