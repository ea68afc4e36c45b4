package main

import (
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// offer is what the shop gives, on which products, and what must be in the cart: a campaign of one code, or without a
// code a tier of the promotions.
type offer struct {
	code, name string
	gives      discount.Discount
	on         product.Scope
	bundle     *validation.BundleRules
	needs      string // an expression that must hold
	times      *int64 // how often the code can be redeemed; nil is unlimited
}

// offers are the campaigns with a code.
func offers() []offer {
	var list []offer
	list = append(list, freeUnits()...)
	list = append(list, sameUnits()...)
	list = append(list, replacements()...)
	return append(list, discounts()...)
}

func freeUnits() []offer {
	once := int64(1)
	perThree := discount.FreeUnits(1, "mug", discount.AddNew)
	perThree.UnitOffFormula = "FLOOR(ORDER_UNITS_QUANTITY / 3;0)"
	many := discount.Discount{Type: discount.Units, Effect: discount.AddMany, Units: []discount.Unit{
		{Effect: discount.AddMissing, UnitOff: units(1), UnitType: "tee"},
		{Effect: discount.AddNew, UnitOff: units(1), UnitType: "poster"},
	}}
	return []offer{
		{code: "TEES", name: "Two T-shirts are free", gives: discount.FreeUnits(2, "tee", discount.AddMissing)},
		{code: "MORETEES", name: "Two more T-shirts", gives: discount.FreeUnits(2, "tee", discount.AddNew)},
		{code: "MUGS", name: "A mug for every three things", gives: perThree},
		{code: "SET", name: "A T-shirt and one more poster", gives: many},
		{code: "LARGE", name: "A large T-shirt", gives: discount.FreeUnits(1, "tee-large", discount.AddMissing)},
		{code: "TEE", name: "A T-shirt", gives: discount.FreeUnits(1, "tee", discount.AddMissing)},
		{code: "ONEMUG", name: "A mug", gives: discount.FreeUnits(1, "mug", discount.AddMissing), times: &once},
		{code: "SHIPFREE", name: "Free shipping", gives: discount.FreeShipping()},
	}
}

// sameUnits are the ways to say "buy 2, get 1".
func sameUnits() []offer {
	same := discount.Discount{Type: discount.Units, Effect: discount.AddSame, UnitOff: units(1)}
	single := same
	single.BundleScaling = discount.NotMultiply
	third := target("tee")
	third.Target, third.SkipInitially, third.Repeat = product.PerUnit, 2, 3
	cheap := target(product.AllProducts)
	cheap.Effect = product.ApplyFromCheapest
	three := same
	three.UnitOff = units(3)
	return []offer{
		{
			code: "BUY2", name: "Buy 2 T-shirts, get 1",
			gives: same, on: included(target("tee")), bundle: bundle(10, "tee", 2),
		},
		{
			code: "BUY2ONCE", name: "Buy 2 T-shirts, get 1, once an order",
			gives: single, on: included(target("tee")), bundle: bundle(10, "tee", 2),
		},
		{
			code: "BUY2MAX2", name: "Buy 2 T-shirts, get 1, at most 2 free",
			gives: same, on: included(target("tee")), bundle: bundle(2, "tee", 2),
		},
		{
			code: "ANY2", name: "Buy 2 of anything, get the cheapest again",
			gives: same, on: included(cheap), bundle: bundle(10, product.AllProducts, 2),
		},
		{code: "SAME3", name: "Up to 3 of the same on top", gives: three, on: included(target("tee"), target("mug"))},
		{
			code: "THIRD", name: "Each third T-shirt in the cart is free",
			gives: discount.Percent("100", discount.ToItems), on: included(third),
		},
	}
}

// replacements exchange what is in the cart: each replaced unit becomes unit_off units of unit_type.
func replacements() []offer {
	replace := func(units int64, unitType string) discount.Discount {
		return discount.FreeUnits(units, unitType, discount.Replace)
	}
	one, bottle, capped := target("tee"), target("bottle"), target(product.AllProducts)
	one.QuantityLimit, bottle.QuantityLimit = units(1), units(1)
	capped.QuantityLimit, capped.AggregatedQuantityLimit = units(2), units(3)
	return []offer{
		{code: "UPGRADE", name: "A T-shirt becomes a limited one", gives: replace(1, "limited"), on: included(one)},
		{code: "MUGINSTEAD", name: "A bottle becomes a mug", gives: replace(1, "mug"), on: included(bottle)},
		{code: "THREEMUGS", name: "A bottle becomes three mugs", gives: replace(3, "mug"), on: included(bottle)},
		{
			code: "ALLTEES", name: "Every T-shirt becomes a limited one",
			gives: replace(1, "limited"), on: included(target("tee")),
		},
		{
			code: "CAPPED", name: "2 of a line and 3 in all become bottles",
			gives: replace(1, "bottle"), on: included(capped),
		},
	}
}

// discounts are discounts in money that meet the rewards.
func discounts() []offer {
	return []offer{
		{
			code: "TENOFF", name: "10 % off T-shirts",
			gives: discount.Percent("10", discount.ToItems), on: included(target("tee")),
		},
		{code: "ORDER30", name: "30.00 off the order", gives: discount.AmountOff(3000, discount.ToOrder)},
		{code: "ORDER10P", name: "10 % off the order", gives: discount.Percent("10", discount.ToOrder)},
	}
}

// tiers are offers without a code. The shop asks which of them fit a cart.
func tiers() []offer {
	return []offer{
		{
			name:  "Buy 3 mugs, get a poster",
			gives: discount.FreeUnits(1, "poster", discount.AddMissing), bundle: bundle(1, "mug", 3),
		},
		{
			name:  "A bottle from 50.00 on",
			gives: discount.FreeUnits(1, "bottle", discount.AddMissing), needs: "order.amount >= 5000",
		},
		{
			name:  "Socks with every mug",
			gives: discount.FreeUnits(1, "socks", discount.AddNew), bundle: bundle(10, "mug", 1),
		},
	}
}

func units(n int64) *int64 { return &n }

// target names a product by the shop's id, or all products.
func target(of string) product.Target {
	if of == product.AllProducts {
		return product.Target{Ref: product.Ref{ID: of, Object: product.KindCollection}}
	}
	return product.Target{Ref: product.Ref{SourceID: of, Object: product.KindProduct}}
}

func included(targets ...product.Target) product.Scope { return product.Scope{Included: targets} }

// bundle asks for so many units of a product, or of all products, and counts bundles up to the limit.
func bundle(limit int64, of string, count int64) *validation.BundleRules {
	return &validation.BundleRules{Limit: limit, Nodes: map[string]validation.Node{"1": {
		Name: "order.items.any", Conditions: validation.Conditions{"$is": {target(of).Ref}},
		Rules: validation.Group{Nodes: map[string]validation.Node{"1": {
			Name: "order.items.aggregated_quantity", Conditions: validation.Conditions{"$is": {count}},
		}}},
	}}}
}
