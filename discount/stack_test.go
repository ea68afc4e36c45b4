package discount_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// turn is one redeemable of a stack with what its snapshot shows.
type turn struct {
	name     string
	discount discount.Discount
	scope    product.Scope
	context  discount.Context
	applied  int64 // total_applied_discount_amount
	after    money
}

// runStack applies the turns and checks each snapshot, and that the result adds them up.
func runStack(t *testing.T, state *discount.State, index *product.Index, turns []turn) *order.Order {
	t.Helper()
	var applied, appliedOnOrder int64
	appliedOnLines := map[int]int64{}
	for _, turn := range turns {
		outcome := take(t, state, index, step{turn.discount, turn.scope, turn.context})
		snapshot := state.Snapshot()
		diff(t, "after "+turn.name, turn.after, moneyOf(snapshot))
		if got := snapshot.TotalAppliedDiscountAmount; got != turn.applied || got != outcome.Order+outcome.Items {
			t.Errorf("%s takes %d off, its outcome says %d, want %d", turn.name, got, outcome.Order+outcome.Items, turn.applied)
		}
		applied += snapshot.TotalAppliedDiscountAmount
		appliedOnOrder += snapshot.AppliedDiscountAmount
		for i := range snapshot.Items {
			appliedOnLines[i] += snapshot.Items[i].AppliedDiscountAmount
		}
	}
	result := state.Result()
	diff(t, "at the end", turns[len(turns)-1].after, moneyOf(result))
	if result.TotalAppliedDiscountAmount != applied || result.AppliedDiscountAmount != appliedOnOrder {
		t.Errorf("result: %d applied, %d on the order, the turns make %d and %d",
			result.TotalAppliedDiscountAmount, result.AppliedDiscountAmount, applied, appliedOnOrder)
	}
	for i := range result.Items {
		if got := result.Items[i].AppliedDiscountAmount; got != appliedOnLines[i] {
			t.Errorf("result: %d applied on line %d, the turns make %d", got, i, appliedOnLines[i])
		}
	}
	return result
}

// Section 2.4, examples A to D, and 5.4 and 7.4. Credits of a gift card are a sum off the order.
func TestStacks(t *testing.T) {
	t.Parallel()
	off := func(minor int64) discount.Discount { return discount.AmountOff(minor, discount.ToOrder) }
	percent := func(p string) discount.Discount { return discount.Percent(p, discount.ToOrder) }
	for _, tt := range []struct {
		name  string
		cart  *order.Order
		turns []turn
	}{
		{"A: a gift card, 20 % and 80 off an order of 2000", sum(200000), []turn{
			{name: "the gift card", discount: off(100), applied: 100, after: money{nil, 100, 199900}},
			{name: "20 %", discount: percent("20"), applied: 39980, after: money{nil, 40080, 159920}},
			{name: "80 off", discount: off(8000), applied: 8000, after: money{nil, 48080, 151920}},
		}},
		{"B: 10 off items, a gift card, 40 % and 0.30 off the order", cart(item("a", 2000, 1), item("b", 700, 1)), []turn{
			{
				name: "10 off items", discount: discount.AmountOff(1000, discount.ToItems), scope: everything(),
				applied: 1700, after: money{[]int64{1000, 700}, 0, 1000},
			},
			{name: "the gift card", discount: off(100), applied: 100, after: money{[]int64{1000, 700}, 100, 900}},
			{name: "40 %", discount: percent("40"), scope: only("a", "b"), applied: 360, after: money{[]int64{1000, 700}, 460, 540}},
			{name: "0.30 off", discount: off(30), scope: only("a", "b"), applied: 30, after: money{[]int64{1000, 700}, 490, 510}},
		}},
		{"C: 10 % off items, 10 % off the order, 10 off the order", cart(item("a", 700, 1), item("b", 500, 1), item("c", 1500, 1)), []turn{
			{
				name: "10 % off items", discount: discount.Percent("10", discount.ToItems), scope: everything(),
				applied: 270, after: money{[]int64{70, 50, 150}, 0, 2430},
			},
			{name: "10 % off the order", discount: percent("10"), applied: 243, after: money{[]int64{70, 50, 150}, 243, 2187}},
			{name: "10 off", discount: off(1000), applied: 1000, after: money{[]int64{70, 50, 150}, 1243, 1187}},
		}},
		{"D: 20 off two lines, 25 off the order", cart(item("a", 1000, 3), item("b", 2000, 3), item("c", 2500, 2)), []turn{
			{
				name: "20 off lines", discount: limitedInAll(discount.AmountOff(2000, discount.ToItems), 5000), scope: only("b", "c"),
				applied: 4000, after: money{[]int64{0, 2000, 2000}, 0, 10000},
			},
			{name: "25 off", discount: off(2500), applied: 2500, after: money{[]int64{0, 2000, 2000}, 2500, 7500}},
		}},
		{"20 % off 105, then 10 %", sum(10500), []turn{
			{name: "20 %", discount: percent("20"), applied: 2100, after: money{nil, 2100, 8400}},
			{name: "10 %", discount: percent("10"), applied: 840, after: money{nil, 2940, 7560}},
		}},
		{"a sum is limited by what is left", sum(10000), []turn{
			{name: "92 %", discount: percent("92"), applied: 9200, after: money{nil, 9200, 800}},
			{name: "10 off", discount: off(1000), applied: 800, after: money{nil, 10000, 0}},
			{name: "10 off nothing", discount: off(1000), applied: 0, after: money{nil, 10000, 0}},
		}},
		{"a discount on items is limited by what is left of the order", cart(item("a", 1000, 1), item("b", 1000, 1)), []turn{
			{name: "15 off", discount: off(1500), applied: 1500, after: money{[]int64{0, 0}, 1500, 500}},
			{
				name: "40 % off items", discount: discount.Percent("40", discount.ToItems), scope: everything(),
				applied: 500, after: money{[]int64{400, 100}, 1500, 0},
			},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			runStack(t, start(t, tt.cart, nil, discount.Nothing), nil, tt.turns)
		})
	}
}

// Section 2.4, examples E, F and G: recorded stacks with free units, two of them on orders that carry a discount.
func TestRecordedStacks(t *testing.T) {
	t.Parallel()
	index := product.NewIndex([]*product.Product{priced("p1", 26500), priced("p2", 26500), priced("wine", 64900)}, nil, nil)
	carried := item("p1", 26500, 1)
	carried.DiscountAmount = 2650
	free := func(units int64, id string) discount.Discount {
		return discount.FreeUnits(units, id, discount.AddMissing)
	}
	for _, tt := range []struct {
		name    string
		cart    *order.Order
		carried discount.Carried
		turns   []turn
		goods   []goods
	}{
		{"E: 3 % off the order, 10 % off items, a free unit", cart(carried, item("p2", 26500, 1)), discount.Everything, []turn{
			{
				name: "3 %", discount: discount.Percent("3", discount.ToOrder),
				applied: 1511, after: money{[]int64{2650, 0}, 1511, 48839},
			},
			{
				name: "10 %", discount: discount.Percent("10", discount.ToItems), scope: everything(),
				applied: 5035, after: money{[]int64{5035, 2650}, 1511, 43804},
			},
			{name: "the free unit", discount: free(1, "p2"), applied: 23850, after: money{[]int64{5035, 26500}, 1511, 19954}},
		}, []goods{{1, 0, 26500, 5035}, {1, 1, 26500, 26500}}},
		{"F: 30 % off the order, a free unit, a sum without room", cart(item("p1", 26500, 4), item("wine", 64900, 1)), discount.Nothing, []turn{
			{
				name: "30 %", discount: discount.Percent("30", discount.ToOrder),
				applied: 51270, after: money{[]int64{0, 0}, 51270, 119630},
			},
			{name: "the free unit", discount: free(1, "wine"), applied: 64900, after: money{[]int64{0, 64900}, 51270, 54730}},
			{
				name: "10 off the wine", discount: discount.AmountOff(1000, discount.ToItems), scope: only("wine"),
				applied: 0, after: money{[]int64{0, 64900}, 51270, 54730},
			},
		}, []goods{{4, 0, 106000, 0}, {1, 1, 64900, 64900}}},
		{"G: two rewards of one product, then 10 % off items", cart(carried), discount.Everything, []turn{
			{name: "1 missing", discount: free(1, "p2"), applied: 26500, after: money{[]int64{2650, 26500}, 0, 23850}},
			{name: "2 missing", discount: free(2, "p2"), applied: 53000, after: money{[]int64{2650, 79500}, 0, 23850}},
			{
				name: "10 %", discount: discount.Percent("10", discount.ToItems), scope: everything(),
				applied: 2385, after: money{[]int64{5035, 79500}, 0, 21465},
			},
		}, []goods{{1, 0, 26500, 5035}, {3, 3, 79500, 79500}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			result := runStack(t, start(t, tt.cart, index, tt.carried), index, tt.turns)
			diff(t, "lines", tt.goods, goodsOf(result))
		})
	}
}

// Section 3.2: a line that an earlier reward created is in reach, and there is nothing left to take off.
func TestFreeLinesAreInReach(t *testing.T) {
	t.Parallel()
	runStack(t, start(t, cart(item("cup", 3100, 1)), warehouse(), discount.Nothing), warehouse(), []turn{
		{name: "a shirt", discount: discount.FreeUnits(1, "shirt", discount.AddNew), applied: 2000, after: money{[]int64{0, 2000}, 0, 3100}},
		{
			name: "10 off", discount: discount.AmountOff(1000, discount.ToItemsProportionally), scope: everything(),
			applied: 1000, after: money{[]int64{1000, 2000}, 0, 2100},
		},
		{
			name: "10 off the shirt", discount: discount.AmountOff(1000, discount.ToItems), scope: only("shirt"),
			applied: 0, after: money{[]int64{1000, 2000}, 0, 2100},
		},
	})
}

// Section 5.10: what counts as an effect.
func TestNoEffect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		discount discount.Discount
		scope    product.Scope
		want     bool
	}{
		{"a sum off the order", discount.AmountOff(1, discount.ToOrder), product.Scope{}, false},
		{"a sum off items", discount.AmountOff(1, discount.ToItems), everything(), false},
		{"a discount of nothing", discount.AmountOff(0, discount.ToOrder), product.Scope{}, true},
		{"a percentage that rounds to nothing", discount.Percent("0.001", discount.ToOrder), product.Scope{}, true},
		{"a discount on products that are not in the cart", discount.Percent("10", discount.ToItems), only("shirt"), true},
		{"a new price that is higher", discount.NewPrice(9999, discount.ToItems), everything(), true},
		{"a free unit", discount.FreeUnits(1, "cup", discount.AddMissing), product.Scope{}, false},
		{"a free unit without a price", discount.FreeUnits(1, "gift", discount.AddMissing), product.Scope{}, false},
		{"no free unit", discount.FreeUnits(0, "cup", discount.AddNew), product.Scope{}, true},
		{"a replaced unit that makes the order cheaper", upgrade(1, "shirt"), only("cup"), false},
		{"the same units of nothing in the cart", discount.FreeUnits(1, "", discount.AddSame), only("shirt"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			state := start(t, cart(item("cup", 3100, 1)), warehouse(), discount.Nothing)
			outcome := take(t, state, warehouse(), step{discount: tt.discount, scope: tt.scope})
			if got := outcome.NoEffect(); got != tt.want {
				t.Errorf("no effect: %v, want %v", got, tt.want)
			}
		})
	}
}
