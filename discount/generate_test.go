package discount_test

import (
	"strconv"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
)

// bazaar is the catalogue of random carts: with and without prices, with SKUs, in overlapping collections.
func bazaar() *product.Index {
	return product.NewIndex(
		[]*product.Product{
			priced("prod_a", 1999), priced("prod_b", 500), {ID: "prod_c"}, priced("prod_d", 0),
			{ID: "prod_e", SourceID: "E", Price: ptr[int64](333)},
		},
		[]*product.SKU{
			{ID: "sku_a1", ProductID: "prod_a", Price: ptr[int64](2100)}, {ID: "sku_a2", SourceID: "A2", ProductID: "prod_a"},
			{ID: "sku_c1", ProductID: "prod_c"},
		},
		[]*product.Collection{collection("pc_few", "prod_a", "prod_e"), collection("pc_more", "sku_a1", "prod_b", "prod_c")},
	)
}

var (
	anyProduct = rapid.SampledFrom([]string{
		"prod_a", "prod_b", "prod_c", "prod_d", "prod_e", "prod_unknown", "sku_a1", "sku_a2", "sku_c1", "A2", "E",
	})
	anyEntry = rapid.SampledFrom([]string{
		"prod_a", "prod_b", "prod_c", "prod_e", "prod_unknown", "sku_a1", "sku_a2", "pc_few", "pc_more", product.AllProducts,
	})
	anyMoney = rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, 9999), rapid.Int64Range(0, mostMoney/20_000))
	anyUnits = rapid.OneOf(rapid.Int64Range(1, 6), rapid.Int64Range(1, 2000))
)

// optional is nil in about half of all cases.
func optional(t *rapid.T, of *rapid.Generator[int64], label string) *int64 {
	if rapid.Bool().Draw(t, "has "+label) {
		return ptr(of.Draw(t, label))
	}
	return nil
}

// anyOrder draws an order of up to six lines in every shape that the model allows.
func anyOrder(t *rapid.T) *order.Order {
	o := &order.Order{Metadata: metadata.Map{"channel": "web"}}
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		item := order.Item{
			Quantity: rapid.OneOf(rapid.Just[int64](0), anyUnits).Draw(t, "quantity"),
			Price:    optional(t, anyMoney, "price"), Amount: optional(t, anyMoney, "amount"),
		}
		switch id := anyProduct.Draw(t, "product"); id[:min(4, len(id))] {
		case "sku_":
			item.SKUID = id
		case "prod":
			item.ProductID = id
		default:
			item.SourceID = id
		}
		if rapid.Bool().Draw(t, "inline") {
			item.Product = &order.ProductData{Price: optional(t, anyMoney, "inline price")}
		}
		o.Items = append(o.Items, item)
	}
	if len(o.Items) == 0 || rapid.IntRange(0, 4).Draw(t, "sent amount") == 0 {
		o.Amount = anyMoney.Draw(t, "order amount")
	}
	return o
}

// anyTarget draws an entry with an application rule and caps.
func anyTarget(t *rapid.T) product.Target {
	entry := product.Target{Ref: product.Ref{ID: anyEntry.Draw(t, "entry")}}
	if rapid.Bool().Draw(t, "rules") {
		entry.Effect = rapid.SampledFrom([]product.ApplicationEffect{
			"", product.ApplyToEvery, product.ApplyToCheapest, product.ApplyFromCheapest, product.ApplyToMostExpensive, product.ApplyFromMostExpensive,
		}).Draw(t, "application effect")
		entry.Target = rapid.SampledFrom([]product.Granularity{"", product.PerItem, product.PerUnit}).Draw(t, "granularity")
		entry.SkipInitially, entry.Repeat = rapid.IntRange(0, 3).Draw(t, "skip"), rapid.IntRange(0, 3).Draw(t, "repeat")
	}
	if rapid.Bool().Draw(t, "caps") {
		units := rapid.Int64Range(0, 5)
		entry.QuantityLimit, entry.AggregatedQuantityLimit = optional(t, units, "quantity limit"), optional(t, units, "aggregated quantity limit")
		entry.AmountLimit, entry.AggregatedAmountLimit = optional(t, anyMoney, "amount limit"), optional(t, anyMoney, "aggregated amount limit")
		entry.Price = optional(t, anyMoney, "new price")
		entry.PerCampaign, entry.PerProductInTier = optional(t, units, "quota"), optional(t, units, "quota of a product")
	}
	return entry
}

func anyScope(t *rapid.T) product.Scope {
	scope := product.Scope{IncludedAll: rapid.Bool().Draw(t, "included all")}
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		scope.Included = append(scope.Included, anyTarget(t))
	}
	for range rapid.IntRange(0, 1).Draw(t, "excluded") {
		scope.Excluded = append(scope.Excluded, names(anyEntry.Draw(t, "excluded entry"))...)
	}
	return scope
}

var anyFormula = rapid.SampledFrom([]string{
	"", "", "", "ORDER_AMOUNT / 10", "ORDER_UNITS_QUANTITY", "order.bundle.quantity * 2", "1 / 0", "- 3", "POW(10;25)",
	`ORDER_METADATA("channel")`, "IF(ORDER_ITEMS_QUANTITY > 2;0.5;60)",
})

// anyLineFormula adds what only discounts on items may use.
var anyLineFormula = rapid.OneOf(anyFormula, rapid.SampledFrom([]string{
	"ORDER_ITEM_PRICE / 3", "ORDER_ITEM_SUBTOTAL - 1", "CHEAPEST_ORDER_ITEM_AMOUNT", "MOST_EXPENSIVE_ORDER_ITEM_UNITS_QUANTITY",
}))

// anyTaking draws a discount that takes money off: a sum, a percentage or a new price.
func anyTaking(t *rapid.T) discount.Discount {
	formula := anyFormula
	effects := []discount.Effect{
		discount.ToOrder, discount.ToItems, discount.ToItemsByQuantity, discount.ToItemsProportionally, discount.ToItemsProportionallyByUnit,
	}
	kind := rapid.SampledFrom([]discount.Type{discount.Amount, discount.Rate, discount.Price}).Draw(t, "type")
	if kind != discount.Amount {
		effects = effects[:2]
	}
	d := discount.Discount{
		Type: kind, Effect: rapid.SampledFrom(effects).Draw(t, "effect"),
		AmountLimit: optional(t, anyMoney, "discount limit"), AggregatedAmountLimit: optional(t, anyMoney, "aggregated discount limit"),
		BundleScaling: rapid.SampledFrom([]discount.Scaling{"", discount.Multiply, discount.NotMultiply}).Draw(t, "scaling"),
	}
	if d.Effect.OnItems() {
		formula = anyLineFormula
	}
	switch kind {
	case discount.Amount:
		d.AmountOff, d.AmountOffFormula = ptr(anyMoney.Draw(t, "amount off")), formula.Draw(t, "formula")
	case discount.Rate:
		hundredths := rapid.Int64Range(0, 10000).Draw(t, "percent off")
		d = with(discount.Percent(strconv.FormatFloat(float64(hundredths)/100, 'f', 2, 64), d.Effect), func(p *discount.Discount) {
			p.AmountLimit, p.AggregatedAmountLimit, p.BundleScaling = d.AmountLimit, d.AggregatedAmountLimit, d.BundleScaling
		})
		d.PercentOffFormula = formula.Draw(t, "formula")
	default:
		d.FixedAmount, d.FixedAmountFormula = ptr(anyMoney.Draw(t, "new price")), formula.Draw(t, "formula")
	}
	return d
}

// anyGiving draws a discount that gives units.
func anyGiving(t *rapid.T) discount.Discount {
	draw := func(effects ...discount.Effect) discount.Unit {
		return discount.Unit{
			Effect: rapid.SampledFrom(effects).Draw(t, "effect"), UnitOff: ptr(rapid.Int64Range(0, 5).Draw(t, "units")),
			UnitType: anyProduct.Draw(t, "reward"), UnitOffFormula: anyFormula.Draw(t, "formula"),
		}
	}
	if rapid.Bool().Draw(t, "many") {
		d := many()
		for range rapid.IntRange(1, 3).Draw(t, "rewards") {
			u := draw("", discount.AddMissing, discount.AddNew, discount.Replace)
			if u.Effect == discount.Replace && rapid.Bool().Draw(t, "own sources") {
				u.Replace = []product.Target{anyTarget(t)}
			}
			d.Units = append(d.Units, u)
		}
		return d
	}
	u := draw("", discount.AddMissing, discount.AddNew, discount.AddSame, discount.Replace)
	return discount.Discount{Type: discount.Units, Effect: u.Effect, UnitOff: u.UnitOff, UnitType: u.UnitType, UnitOffFormula: u.UnitOffFormula}
}

func anyStep(t *rapid.T) step {
	s := step{scope: anyScope(t), context: discount.Context{
		Mode:   rapid.SampledFrom([]discount.Mode{"", discount.Discounted, discount.Initial}).Draw(t, "mode"),
		Bundle: rapid.Int64Range(0, 3).Draw(t, "bundles"),
	}}
	if rapid.Bool().Draw(t, "gives units") {
		s.discount = anyGiving(t)
	} else {
		s.discount = anyTaking(t)
	}
	return s
}
