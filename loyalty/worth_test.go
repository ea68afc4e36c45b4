package loyalty_test

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
)

// orderValues are the values of an order of 465.00 for formulas.
type orderValues struct{}

func (orderValues) Operand(o formula.Operand) (formula.Value, bool) {
	return formula.Minor(46500), o == formula.OrderAmount
}

func (orderValues) Metadata(formula.Group, string) (formula.Value, bool) {
	return formula.Value{}, false
}

// basis is an order of 50.00, 44.00 after discounts, with four lines.
func basis() *loyalty.Basis {
	line := func(sku, prod string, units, amount, subtotal int64) loyalty.BasisLine {
		return loyalty.BasisLine{Identity: product.Identity{SKUID: sku, ProductID: prod}, Units: units, Amount: amount, Subtotal: subtotal}
	}
	return &loyalty.Basis{
		Amount: 5000, TotalAmount: 4400,
		Lines: []loyalty.BasisLine{
			line("sku_a", "prod_a", 2, 2000, 1500), line("", "prod_b", 3, 1500, 1500), line("", "prod_c", 1, 1000, 900), line("", "prod_d", 0, 500, 0),
		},
		Order:    metadata.Map{"number_of_store_visits": 25.0, "half": 24.99, "text": "25", "exact": json.Number("1e2"), "huge": json.Number("1e300"), "tiny": json.Number("1e-999999999"), "owed": -25.0, "nested": map[string]any{"visits": 31.0}},
		Customer: metadata.Map{"age": 7.0}, Event: metadata.Map{"stars": 5.0}, Values: orderValues{},
	}
}

func catalogueOfTwo() *product.Index {
	return product.NewIndex(nil, nil, []*product.Collection{
		{ID: "pc_1", Type: product.Static, Products: []product.Ref{{ID: "prod_a", Object: product.KindProduct}, {ID: "prod_b", Object: product.KindProduct}}},
		{ID: "pc_2", Type: product.Static, Products: []product.Ref{{ID: "prod_b", Object: product.KindProduct}, {ID: "prod_d", Object: product.KindProduct}}},
	})
}

func ratio(every int64, points ledger.Points, property string) *loyalty.Ratio {
	return &loyalty.Ratio{Every: every, Points: points, Property: property}
}

func ofItems(every int64, points ledger.Points, refs ...product.Ref) *loyalty.ItemsRatio {
	return &loyalty.ItemsRatio{Ratio: *ratio(every, points, ""), ApplicableTo: refs}
}

func of(kind loyalty.CalculationType, r *loyalty.ItemsRatio) loyalty.Earning {
	e := loyalty.Earning{Type: loyalty.Proportional, CalculationType: kind}
	switch plain := &r.Ratio; kind {
	case loyalty.ByOrderAmount:
		e.Order = &loyalty.OrderEarning{Amount: plain}
	case loyalty.ByOrderTotalAmount:
		e.Order = &loyalty.OrderEarning{TotalAmount: plain}
	case loyalty.ByOrderMetadata:
		e.Order = &loyalty.OrderEarning{Metadata: plain}
	case loyalty.ByItemsQuantity:
		e.OrderItems = &loyalty.ItemsEarning{Quantity: r}
	case loyalty.ByItemsAmount:
		e.OrderItems = &loyalty.ItemsEarning{Amount: r}
	case loyalty.ByItemsSubtotalAmount:
		e.OrderItems = &loyalty.ItemsEarning{SubtotalAmount: r}
	case loyalty.ByCustomerMetadata:
		e.Customer = &loyalty.PropertiesEarning{Metadata: plain}
	case loyalty.ByEventMetadata:
		e.CustomEvent = &loyalty.PropertiesEarning{Metadata: plain}
	}
	return e
}

func fixed(points ledger.Points, text string) loyalty.Earning {
	return loyalty.Earning{Type: loyalty.Fixed, Points: points, PointsFormula: text}
}

func multiplied(by string) *loyalty.Mapping {
	return &loyalty.Mapping{Type: loyalty.Multiply, Multiplier: decimal.RequireFromString(by)}
}

func TestWhatAnEventIsWorth(t *testing.T) {
	t.Parallel()
	plain := func(every int64, points ledger.Points) *loyalty.ItemsRatio {
		return &loyalty.ItemsRatio{Ratio: *ratio(every, points, "")}
	}
	property := func(every int64, points ledger.Points, name string) *loyalty.ItemsRatio {
		return &loyalty.ItemsRatio{Ratio: *ratio(every, points, name)}
	}
	amountOf := func(amount int64) *loyalty.Basis { return &loyalty.Basis{Amount: amount, TotalAmount: amount} }
	pc1, pc2 := product.Ref{ID: "pc_1", Object: product.KindCollection}, product.Ref{ID: "pc_2", Object: product.KindCollection}
	tests := []struct {
		name  string
		event string
		worth loyalty.Earning
		basis *loyalty.Basis
		tier  *loyalty.Mapping
		want  ledger.Points
	}{
		{"10 points for every 5.00 of 450.00", "", of(loyalty.ByOrderTotalAmount, plain(500, 10)), amountOf(45000), nil, 900},
		{"1 point for every 1.00 of 10.00", "", of(loyalty.ByOrderAmount, plain(100, 1)), amountOf(1000), nil, 10},
		{"less than one step is worth nothing", "", of(loyalty.ByOrderAmount, plain(1000, 1)), amountOf(999), nil, 0},
		{"what is left over is worth nothing", "", of(loyalty.ByOrderAmount, plain(1000, 1)), amountOf(1999), nil, 1},
		{"the order before discounts", "", of(loyalty.ByOrderAmount, plain(1000, 1)), basis(), nil, 5},
		{"the order after discounts", "", of(loyalty.ByOrderTotalAmount, plain(1100, 1)), basis(), nil, 4},
		{"metadata of the order", "", of(loyalty.ByOrderMetadata, property(10, 2, "number_of_store_visits")), basis(), nil, 4},
		{"a fraction is cut off", "", of(loyalty.ByOrderMetadata, property(5, 1, "half")), basis(), nil, 4},
		{"a number in a nested object", "", of(loyalty.ByOrderMetadata, property(10, 1, "nested.visits")), basis(), nil, 3},
		{"a number with an exponent", "", of(loyalty.ByOrderMetadata, property(10, 1, "exact")), basis(), nil, 10},
		{"a number beyond all bounds counts as the largest", "", of(loyalty.ByOrderMetadata, property(1_000_000, 1, "huge")), basis(), nil, 1_000_000_000},
		{"a number next to zero", "", of(loyalty.ByOrderMetadata, property(1, 1, "tiny")), basis(), nil, 0},
		{"a negative number", "", of(loyalty.ByOrderMetadata, property(1, 1, "owed")), basis(), nil, 0},
		{"a text that looks like a number", "", of(loyalty.ByOrderMetadata, property(1, 1, "text")), basis(), nil, 0},
		{"metadata that is missing", "", of(loyalty.ByOrderMetadata, property(1, 1, "none")), basis(), nil, 0},
		{"metadata of the customer", "", of(loyalty.ByCustomerMetadata, property(1, 5, "age")), basis(), nil, 35},
		{"metadata of a custom event", "rated", of(loyalty.ByEventMetadata, property(2, 2, "stars")), basis(), nil, 4},
		{"units of a product", "", of(loyalty.ByItemsQuantity, ofItems(1, 2, product.Ref{ID: "prod_b", Object: product.KindProduct})), basis(), nil, 6},
		{"free units are worth nothing", "", of(loyalty.ByItemsQuantity, ofItems(1, 2, product.Ref{ID: "prod_d", Object: product.KindProduct})), basis(), nil, 0},
		{"the value of a SKU after its discounts", "", of(loyalty.ByItemsSubtotalAmount, ofItems(1000, 4, product.Ref{ID: "sku_a", Object: product.KindSKU})), basis(), nil, 4},
		{"the value of a collection", "", of(loyalty.ByItemsAmount, ofItems(1000, 3, pc1)), basis(), nil, 9},
		{"a line in two collections counts once", "", of(loyalty.ByItemsAmount, ofItems(500, 1, pc1, pc2)), basis(), nil, 8},
		{"one target by object and id", "", of(loyalty.ByItemsAmount, &loyalty.ItemsRatio{Ratio: *ratio(1000, 3, ""), Object: product.KindCollection, ID: "pc_1"}), basis(), nil, 9},

		{"fixed points", "", fixed(100, ""), basis(), nil, 100},
		{"fixed points, three times", "", fixed(100, ""), basis(), multiplied("3"), 300},
		{"fixed points, five times", "", fixed(5, ""), basis(), multiplied("5"), 25},
		{"half a point more is rounded up", "", fixed(5, ""), basis(), multiplied("1.5"), 8},
		{"less than half is rounded down", "", fixed(3, ""), basis(), multiplied("1.49"), 4},
		{"nothing with a multiplier of zero", "", fixed(5, ""), basis(), multiplied("0"), 0},
		{"other points for a tier", "", fixed(200, ""), basis(), &loyalty.Mapping{Type: loyalty.Custom, Points: 20}, 20},
		{"each step, three times", "", of(loyalty.ByCustomerMetadata, property(1, 100, "age")), basis(), multiplied("3"), 2100},
		{"steps are multiplied before they are rounded", "", of(loyalty.ByOrderAmount, plain(1000, 1)), basis(), multiplied("1.3"), 7},
		{"other points for each step", "", of(loyalty.ByOrderAmount, plain(1000, 1)), basis(), &loyalty.Mapping{Type: loyalty.Custom, Points: 7}, 35},
		{"no more than the largest number", "", of(loyalty.ByOrderAmount, plain(1, 1_000_000_000_000_000)), basis(), nil, 1_000_000_000_000_000},

		{"a formula", "", fixed(1, "ORDER_AMOUNT / 10"), basis(), nil, 47},
		{"a formula is multiplied before it is rounded", "", fixed(1, "ORDER_AMOUNT / 10"), basis(), multiplied("3"), 140},
		{"a formula that is negative", "", fixed(1, "0 - ORDER_AMOUNT"), basis(), nil, 0},
		{"a formula that cannot be computed", "", fixed(9, `ORDER_METADATA("none") * 2`), basis(), nil, 9},
		{"a formula of a rule with other points for a tier", "", fixed(1, "ORDER_AMOUNT"), basis(), &loyalty.Mapping{Type: loyalty.Custom, Points: 7}, 7},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event := test.event
			if event == "" {
				event = loyalty.OrderPaid
			}
			worth, err := test.worth.Compile(event, catalogueOfTwo())
			if err != nil {
				t.Fatal(err)
			}
			if got := worth.Points(test.basis, test.tier); got != test.want {
				t.Errorf("%d points, want %d", got, test.want)
			}
		})
	}
}

// TestPointsNeverShrinkWithTheOrder says what shoppers expect of any rule about amounts.
func TestPointsNeverShrinkWithTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		every := rapid.Int64Range(1, 1_000_000).Draw(t, "every")
		points := ledger.Points(rapid.Int64Range(1, 1000).Draw(t, "points"))
		amount := rapid.Int64Range(0, 1_000_000_000).Draw(t, "amount")
		more := rapid.Int64Range(0, 1_000_000).Draw(t, "more")
		hundredths := rapid.Int64Range(0, 1000).Draw(t, "multiplier")
		e := of(loyalty.ByOrderAmount, &loyalty.ItemsRatio{Ratio: loyalty.Ratio{Every: every, Points: points}})
		worth, err := e.Compile(loyalty.OrderPaid, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := &loyalty.Mapping{Type: loyalty.Multiply, Multiplier: decimal.New(hundredths, -2)}
		small, large := worth.Points(&loyalty.Basis{Amount: amount}, m), worth.Points(&loyalty.Basis{Amount: amount + more}, m)
		if small > large {
			t.Fatalf("%d points for %d, %d for %d", small, amount, large, amount+more)
		}
		// The multiplier, by whole numbers: half up.
		exact := (amount/every)*int64(points)*hundredths + 50
		if want := ledger.Points(exact / 100); small != want {
			t.Fatalf("%d points, want %d", small, want)
		}
	})
}
