package discount_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// units and sums of a calculated order that only a reward may change.
func shape(o *order.Order) []goods {
	lines := append(goodsOf(o), goods{Amount: o.Amount})
	for i := range lines {
		lines[i].Discount = 0
	}
	return lines
}

// Section 2: after every discount of a random stack on a random order, new or stored, the identities hold (take checks
// them), the total has not risen, and what one redeemable applied is what changed.
func TestStacksKeepTheIdentities(t *testing.T) {
	t.Parallel()
	index := bazaar()
	rapid.Check(t, func(t *rapid.T) {
		state := start(t, anyOrder(t), index, discount.Nothing)
		for range rapid.IntRange(1, 2).Draw(t, "requests") {
			first := state.Result()
			requireIdentities(t, first)
			var applied, appliedOnOrder int64
			before := first
			for range rapid.IntRange(1, 4).Draw(t, "discounts") {
				s := anyStep(t)
				outcome := take(t, state, index, s)
				after := state.Snapshot()
				requireStep(t, s, &outcome, before, after)
				applied += after.TotalAppliedDiscountAmount
				appliedOnOrder += after.AppliedDiscountAmount
				before = after
			}
			result := state.Result()
			diff(t, "result and last snapshot", moneyOf(before), moneyOf(result))
			if result.TotalAppliedDiscountAmount != applied || result.AppliedDiscountAmount != appliedOnOrder {
				t.Errorf("the request applied %d, %d on the order, its redeemables %d and %d",
					result.TotalAppliedDiscountAmount, result.AppliedDiscountAmount, applied, appliedOnOrder)
			}
			if result.TotalDiscountAmount != first.TotalDiscountAmount+applied || result.InitialAmount != first.InitialAmount {
				t.Errorf("discount %d after %d and %d, initially %d, before %d",
					result.TotalDiscountAmount, first.TotalDiscountAmount, applied, result.InitialAmount, first.InitialAmount)
			}
			state = reload(t, result, index)
		}
	})
}

// reload stores an order as JSON and starts the next request on it.
func reload(t *rapid.T, o *order.Order, index *product.Index) *discount.State {
	var stored order.Order
	if err := json.Unmarshal([]byte(encode(t, o)), &stored); err != nil {
		t.Fatal(err)
	}
	state := start(t, &stored, index, discount.Everything)
	again := state.Result()
	diff(t, "a stored order as it was", moneyOf(o), moneyOf(again))
	diff(t, "its lines", goodsOf(o), goodsOf(again))
	return state
}

// requireStep checks what one discount did to the order.
func requireStep(t *rapid.T, s step, outcome *discount.Outcome, before, after *order.Order) {
	if after.TotalAmount > before.TotalAmount {
		t.Errorf("%s %s raises the total from %d to %d", s.discount.Type, s.discount.Effect, before.TotalAmount, after.TotalAmount)
	}
	if outcome.Order != after.AppliedDiscountAmount || outcome.Items != after.ItemsAppliedDiscountAmount {
		t.Errorf("outcome: %d and %d, snapshot: %d and %d",
			outcome.Order, outcome.Items, after.AppliedDiscountAmount, after.ItemsAppliedDiscountAmount)
	}
	var added int64
	for i := range after.Items {
		was := order.Item{}
		if i < len(before.Items) {
			was = before.Items[i]
		}
		now := &after.Items[i]
		if now.Quantity != was.Quantity+now.AppliedQuantity || now.DiscountQuantity != was.DiscountQuantity+now.AppliedDiscountQuantity ||
			now.DiscountAmount != was.DiscountAmount+now.AppliedDiscountAmount {
			t.Errorf("line %d: %+v is not %+v and what was applied", i, *now, was)
		}
		added += now.LineAmount() - was.LineAmount()
	}
	if after.Amount != before.Amount+added {
		t.Errorf("the amount goes from %d to %d, the lines grow by %d", before.Amount, after.Amount, added)
	}
	if s.discount.Type != discount.Units {
		diff(t, "units and amounts", shape(before), shape(after))
	}
	if outcome.NoEffect() {
		diff(t, "without effect", moneyOf(before), moneyOf(after))
		diff(t, "without effect", goodsOf(before), goodsOf(after))
	}
}

// The same state, discount and context give the same bytes, and neither the order nor a clone notices.
func TestCalculationIsDeterministic(t *testing.T) {
	t.Parallel()
	index := bazaar()
	rapid.Check(t, func(t *rapid.T) {
		o, s := anyOrder(t), anyStep(t)
		sent := encode(t, o)
		state := start(t, o, index, discount.Nothing)
		clone, program := state.Clone(), compile(t, s.discount, index, s.scope)
		run := func(state *discount.State, program *discount.Program) string {
			state.Begin()
			outcome := program.Apply(state, s.context)
			state.Keep(true)
			return encode(t, []any{state.Snapshot(), state.Result(), program.Targets(state, &outcome), outcome.Discount, outcome.Quotas})
		}
		first := run(state, program)
		diff(t, "on a clone", first, run(clone, program))
		diff(t, "from the beginning", first, run(start(t, o, index, discount.Nothing), compile(t, s.discount, index, s.scope)))
		diff(t, "the order that was sent", sent, encode(t, o))
	})
}

// Section 9: the shares of a divided sum add up to it, as far as the lines have room.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := cart()
		var room int64
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			o.Items = append(o.Items, item("a", rapid.Int64Range(0, 9999).Draw(t, "price"), rapid.Int64Range(1, 9).Draw(t, "quantity")))
			room += *o.Items[len(o.Items)-1].Price * o.Items[len(o.Items)-1].Quantity
		}
		sum := rapid.Int64Range(0, 99999).Draw(t, "sum")
		effect := rapid.SampledFrom([]discount.Effect{discount.ToItemsProportionally, discount.ToItemsProportionallyByUnit}).Draw(t, "effect")
		got := calculate(t, o, nil, step{discount: discount.AmountOff(sum, effect), scope: everything()})
		if want := min(sum, room); got.ItemsDiscountAmount != want {
			t.Errorf("shares of %d with room for %d add up to %d", sum, room, got.ItemsDiscountAmount)
		}
		if effect != discount.ToItemsProportionally || sum > room || room == 0 {
			return
		}
		for i := range got.Items {
			l := &got.Items[i]
			if apart := l.DiscountAmount*room - sum**l.Amount; apart <= -room || apart >= room {
				t.Errorf("line %d of %d in %d gets %d of %d", i, *l.Amount, room, l.DiscountAmount, sum)
			}
		}
	})
}

// Section 3.7: a new price is never below the one that was set, and lines that cost less already stay.
func TestNewPricesOnlyLower(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := cart()
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			o.Items = append(o.Items, item("a", rapid.Int64Range(0, 99).Draw(t, "price"), rapid.Int64Range(1, 9).Draw(t, "quantity")))
		}
		price := rapid.Int64Range(0, 99).Draw(t, "new price")
		percent := rapid.SampledFrom([]string{"0", "0", "33", "12.5"}).Draw(t, "percent before")
		first := step{discount: discount.Percent(percent, discount.ToItems), scope: everything()}
		before := calculate(t, o, nil, first)
		after := calculate(t, o, nil, first, step{discount: discount.NewPrice(price, discount.ToItems), scope: everything()})
		for i := range after.Items {
			want := min(before.Items[i].SubtotalAmount, price*after.Items[i].Quantity)
			if got := after.Items[i].SubtotalAmount; got != want {
				t.Errorf("line %d of %d costs %d, want %d", i, before.Items[i].SubtotalAmount, got, want)
			}
		}
	})
}

// Section 3.3: one cap more never makes a discount larger.
func TestCapsOnlyLower(t *testing.T) {
	t.Parallel()
	index := bazaar()
	rapid.Check(t, func(t *rapid.T) {
		o, d, context := anyOrder(t), anyTaking(t), anyStep(t).context
		entry := anyTarget(t)
		free := calculate(t, o, index, step{d, reach(entry), context})
		switch rapid.IntRange(0, 5).Draw(t, "cap") {
		case 0:
			entry.QuantityLimit = lower(t, entry.QuantityLimit)
		case 1:
			entry.AggregatedQuantityLimit = lower(t, entry.AggregatedQuantityLimit)
		case 2:
			entry.AmountLimit = lower(t, entry.AmountLimit)
		case 3:
			entry.AggregatedAmountLimit = lower(t, entry.AggregatedAmountLimit)
		case 4:
			d.AmountLimit = lower(t, d.AmountLimit)
		default:
			d.AggregatedAmountLimit = lower(t, d.AggregatedAmountLimit)
		}
		capped := calculate(t, o, index, step{d, reach(entry), context})
		if capped.TotalDiscountAmount > free.TotalDiscountAmount {
			t.Errorf("the cap makes %d of %d", capped.TotalDiscountAmount, free.TotalDiscountAmount)
		}
	})
}

// lower is a cap that is not above the one that there is.
func lower(t *rapid.T, limit *int64) *int64 {
	most := int64(5000)
	if limit != nil {
		most = *limit
	}
	return ptr(rapid.Int64Range(0, most).Draw(t, "lower cap"))
}

// Section 10: discounts on different lines do not mind which of them comes first.
func TestDiscountsOnDifferentLinesCommute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := cart()
		for _, id := range []string{"a", "b", "a", "b"} {
			o.Items = append(o.Items, item(id, rapid.Int64Range(0, 999).Draw(t, "price"), rapid.Int64Range(1, 9).Draw(t, "quantity")))
		}
		onItems := func(id string) step {
			d := anyTaking(t)
			if !d.Effect.OnItems() {
				d.Effect = discount.ToItems
			}
			d.AmountOffFormula, d.PercentOffFormula, d.FixedAmountFormula = "", "", "" // they may look at the whole order
			return step{discount: d, scope: only(id)}
		}
		one, two := onItems("a"), onItems("b")
		diff(t, "in the other order", moneyOf(calculate(t, o, nil, one, two)), moneyOf(calculate(t, o, nil, two, one)))
	})
}
