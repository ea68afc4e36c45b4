package discount_test

import (
	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// tb is what helpers need of a test, of package testing or of rapid.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

func ptr[T any](value T) *T { return &value }

// item is a line of quantity units of a product at a price of the request.
func item(productID string, price, quantity int64) order.Item {
	return order.Item{ProductID: productID, Price: &price, Quantity: quantity}
}

// bare is a line whose price only the catalogue can know.
func bare(productID string, quantity int64) order.Item {
	return order.Item{ProductID: productID, Quantity: quantity}
}

// worth is a line of one unit that is sent with its amount only.
func worth(productID string, amount int64) order.Item {
	return order.Item{ProductID: productID, Amount: &amount}
}

func cart(items ...order.Item) *order.Order { return &order.Order{Items: items} }

// sum is an order of an amount without lines.
func sum(amount int64) *order.Order { return &order.Order{Amount: amount} }

// names are plain targets: products, or whatever the prefix of the id says.
func names(ids ...string) []product.Target {
	targets := make([]product.Target, len(ids))
	for i, id := range ids {
		targets[i].Ref.ID = id
	}
	return targets
}

// only is the scope that includes the given products.
func only(ids ...string) product.Scope { return product.Scope{Included: names(ids...)} }

// reach is the scope of entries with rules and caps.
func reach(targets ...product.Target) product.Scope { return product.Scope{Included: targets} }

func everything() product.Scope { return product.Scope{IncludedAll: true} }

// target is an entry for a product, SKU or collection, with the settings that change makes.
func target(id string, change func(*product.Target)) product.Target {
	t := product.Target{Ref: product.Ref{ID: id}}
	change(&t)
	return t
}

// collection is a static collection of products and SKUs.
func collection(id string, members ...string) *product.Collection {
	c := &product.Collection{ID: id, Name: id, Type: product.Static}
	for _, member := range members {
		c.Products = append(c.Products, product.Ref{ID: member})
	}
	return c
}

func priced(id string, price int64) *product.Product { return &product.Product{ID: id, Price: &price} }

// step is the turn of one redeemable.
type step struct {
	discount discount.Discount
	scope    product.Scope
	context  discount.Context
}

func start(t tb, o *order.Order, index *product.Index, carried discount.Carried) *discount.State {
	t.Helper()
	state, err := discount.NewState(o, index, carried)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func compile(t tb, d discount.Discount, index *product.Index, scopes ...product.Scope) *discount.Program {
	t.Helper()
	program, err := discount.Compile(d, index, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// take runs the turn of one redeemable and keeps it.
func take(t tb, state *discount.State, index *product.Index, s step) discount.Outcome {
	t.Helper()
	program := compile(t, s.discount, index, s.scope)
	state.Begin()
	outcome := program.Apply(state, s.context)
	state.Keep(false)
	requireIdentities(t, state.Snapshot())
	requireIdentities(t, state.Result())
	return outcome
}

// calculate applies the steps to a new order, one after the other.
func calculate(t tb, o *order.Order, index *product.Index, steps ...step) *order.Order {
	t.Helper()
	state := start(t, o, index, discount.Nothing)
	for _, s := range steps {
		take(t, state, index, s)
	}
	return state.Result()
}

// money is what a calculated order says about discounts: on each line, on the order, and what is left to pay.
type money struct {
	Lines []int64
	Order int64
	Total int64
}

func moneyOf(o *order.Order) money {
	m := money{Order: o.DiscountAmount, Total: o.TotalAmount}
	for i := range o.Items {
		m.Lines = append(m.Lines, o.Items[i].DiscountAmount)
	}
	return m
}

// goods is what a calculated line says about its units.
type goods struct{ Quantity, Free, Amount, Discount int64 }

func goodsOf(o *order.Order) []goods {
	lines := make([]goods, len(o.Items))
	for i := range o.Items {
		l := &o.Items[i]
		lines[i] = goods{l.Quantity, l.DiscountQuantity, l.LineAmount(), l.DiscountAmount}
	}
	return lines
}

func diff(t tb, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// requireIdentities checks what holds for every calculated order: the sums of section 2 of Voucherify's order, and that
// nothing is below zero.
func requireIdentities(t tb, o *order.Order) {
	t.Helper()
	var items, itemsApplied int64
	for i := range o.Items {
		l := &o.Items[i]
		items += l.DiscountAmount
		itemsApplied += l.AppliedDiscountAmount
		if l.DiscountAmount < 0 || l.DiscountAmount > l.LineAmount() || l.AppliedDiscountAmount < 0 ||
			l.AppliedDiscountAmount > l.DiscountAmount {
			t.Errorf("line %d of %d has a discount of %d, %d of it now", i, l.LineAmount(), l.DiscountAmount, l.AppliedDiscountAmount)
		}
		if l.Quantity < 0 || l.DiscountQuantity < 0 || l.DiscountQuantity > l.Quantity || l.AppliedDiscountQuantity > l.DiscountQuantity {
			t.Errorf("line %d has %d units, %d of them free, %d of those now", i, l.Quantity, l.DiscountQuantity, l.AppliedDiscountQuantity)
		}
		if l.Amount != nil && l.SubtotalAmount != *l.Amount-l.DiscountAmount {
			t.Errorf("line %d: subtotal %d of %d − %d", i, l.SubtotalAmount, *l.Amount, l.DiscountAmount)
		}
	}
	for _, sum := range []struct {
		name      string
		got, want int64
	}{
		{"items_discount_amount", o.ItemsDiscountAmount, items},
		{"items_applied_discount_amount", o.ItemsAppliedDiscountAmount, itemsApplied},
		{"total_discount_amount", o.TotalDiscountAmount, o.DiscountAmount + o.ItemsDiscountAmount},
		{"total_applied_discount_amount", o.TotalAppliedDiscountAmount, o.AppliedDiscountAmount + o.ItemsAppliedDiscountAmount},
		{"total_amount", o.TotalAmount, o.Amount - o.TotalDiscountAmount},
	} {
		if sum.got != sum.want {
			t.Errorf("%s is %d, its parts make %d", sum.name, sum.got, sum.want)
		}
	}
	if o.DiscountAmount < 0 || o.AppliedDiscountAmount < 0 || o.AppliedDiscountAmount > o.DiscountAmount || o.TotalAmount < 0 {
		t.Errorf("below zero: discount %d, applied %d, total %d", o.DiscountAmount, o.AppliedDiscountAmount, o.TotalAmount)
	}
}
