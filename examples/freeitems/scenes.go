package main

import (
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
)

// part is a group of scenes about one question.
type part struct {
	title  string
	scenes []scene
}

// scene is a cart and the codes that meet it. With steps the codes are redeemed and rolled back one after the other,
// otherwise they are validated together. Without codes the scene asks which offers fit.
type scene struct {
	shows string
	codes []string
	order *order.Order
	steps []step
}

// step redeems a code on the order of the scene, or rolls the latest redemption of a code back.
type step struct {
	verb verb
	code string
}

type verb string

const (
	redeem   verb = "redeem"
	rollback verb = "rollback"
)

// parts are played from top to bottom.
func parts() []part {
	return []part{
		{"Free, and added only when missing", missing()},
		{"Free on top of the cart", onTop()},
		{"Buy 2, get 1", same()},
		{"Nearly there", nearMisses()},
		{"Replaced by something else", replaced()},
		{"Variants", variants()},
		{"What a reward can take off", leftOver()},
		{"Shipping", shipping()},
		{"Redeemed and rolled back", stories()},
	}
}

// lines builds a cart of catalogue prices.
func lines(list ...order.Line) *order.Order { return order.New("", list...) }

func of(quantity int64, id string) order.Line { return order.Line{ProductID: id, Quantity: quantity} }

func sku(quantity int64, id string) order.Line { return order.Line{SKUID: id, Quantity: quantity} }

func priced(quantity int64, id string, price int64) order.Line {
	return order.Line{ProductID: id, Quantity: quantity, Price: price}
}

func missing() []scene {
	tees := []string{"TEES"}
	return []scene{
		{
			shows: "none of them is in the cart: both are added, in a line of their own",
			codes: tees, order: lines(of(1, "poster")),
		},
		{
			shows: "one is in the cart: the other one is added, both are free",
			codes: tees, order: lines(of(1, "tee"), of(1, "poster")),
		},
		{
			shows: "both are in the cart: nothing is added, the price comes off",
			codes: tees, order: lines(of(2, "tee"), of(1, "poster")),
		},
		{
			shows: "three are in the cart: the third is paid for",
			codes: tees, order: lines(of(3, "tee")),
		},
		{
			shows: "on two lines: free from the first line on, each at its own price",
			codes: tees, order: lines(priced(1, "tee", 1800), of(2, "tee")),
		},
	}
}

func onTop() []scene {
	return []scene{
		{
			shows: "the units in the cart do not count, and stay as they are",
			codes: []string{"MORETEES"}, order: lines(of(1, "tee")),
		},
		{
			shows: "an existing line keeps its price for what is added, whatever the catalogue says",
			codes: []string{"MORETEES"}, order: lines(priced(1, "tee", 1800)),
		},
		{
			shows: "a formula counts the units: 7 things make 2 mugs",
			codes: []string{"MUGS"}, order: lines(of(3, "tee"), of(4, "socks")),
		},
		{
			shows: "ADD_MANY_ITEMS gives several things, each in its own way",
			codes: []string{"SET"}, order: lines(of(1, "tee"), of(1, "poster")),
		},
	}
}

func same() []scene {
	return []scene{
		{
			shows: "4 T-shirts are 2 bundles, so 2 more are free",
			codes: []string{"BUY2"}, order: lines(of(4, "tee")),
		},
		{
			shows: "the fifth belongs to no bundle",
			codes: []string{"BUY2"}, order: lines(of(5, "tee"), of(1, "poster")),
		},
		{
			shows: "bundle_scaling NONE: one free unit, however many bundles there are",
			codes: []string{"BUY2ONCE"}, order: lines(of(6, "tee")),
		},
		{
			shows: "the limit of the bundle caps the free units",
			codes: []string{"BUY2MAX2"}, order: lines(of(8, "tee")),
		},
		{
			shows: "of anything, from the cheapest: 2 free units go to the socks and then to the mug",
			codes: []string{"ANY2"}, order: lines(of(2, "tee"), of(1, "mug"), of(1, "socks")),
		},
		{
			shows: "no more than were bought of each line: 3 are given as 1 T-shirt and 2 mugs",
			codes: []string{"SAME3"}, order: lines(of(1, "tee"), of(2, "mug")),
		},
		{
			shows: "nothing of that is in the cart: the code applies and gives nothing",
			codes: []string{"SAME3"}, order: lines(of(1, "poster")),
		},
		{
			shows: "the other reading of the words adds nothing: each third unit of the cart costs nothing",
			codes: []string{"THIRD"}, order: lines(of(7, "tee")),
		},
	}
}

func nearMisses() []scene {
	return []scene{
		{
			shows: "one T-shirt short of a bundle: the decision says how many units are missing",
			codes: []string{"BUY2"}, order: lines(of(1, "tee"), of(1, "poster")),
		},
		{
			shows: "without a code: one mug short of a poster, and 10.00 of a bottle; only the socks fit",
			order: lines(of(2, "mug"), of(1, "tee")),
		},
		{
			shows: "with one more mug all fit, each calculated alone on the cart, the best deal first",
			order: lines(of(3, "mug"), of(1, "tee")),
		},
	}
}

func replaced() []scene {
	return []scene{
		{
			shows: "what the new unit costs more is the discount",
			codes: []string{"UPGRADE"}, order: lines(of(3, "tee")),
		},
		{
			shows: "a cheaper one: the total falls without a discount",
			codes: []string{"MUGINSTEAD"}, order: lines(of(3, "bottle")),
		},
		{
			shows: "one becomes three",
			codes: []string{"THREEMUGS"}, order: lines(of(3, "bottle")),
		},
		{
			shows: "what is bought already of the new product stays paid for",
			codes: []string{"UPGRADE"}, order: lines(of(1, "tee"), of(1, "limited")),
		},
		{
			shows: "without a cap the whole line goes",
			codes: []string{"ALLTEES"}, order: lines(of(2, "tee"), of(1, "poster")),
		},
		{
			shows: "caps on units: quantity_limit for each line, aggregated_quantity_limit for all",
			codes: []string{"CAPPED"}, order: lines(of(3, "mug"), of(3, "socks")),
		},
	}
}

func variants() []scene {
	return []scene{
		{
			shows: "a free SKU is only this SKU: another one of the product does not count",
			codes: []string{"LARGE"}, order: lines(sku(1, "tee-signed")),
		},
		{
			shows: "the SKU itself counts",
			codes: []string{"LARGE"}, order: lines(sku(1, "tee-large")),
		},
		{
			shows: "a free product is any of its SKUs, at the price of the SKU",
			codes: []string{"TEE"}, order: lines(sku(1, "tee-signed")),
		},
	}
}

func leftOver() []scene {
	return []scene{
		{
			shows: "the line is discounted already: free is what is left of it",
			codes: []string{"TENOFF", "TEE"}, order: lines(of(1, "tee"), of(1, "poster")),
		},
		{
			shows: "the other way round nothing is left for the percentage",
			codes: []string{"TEE", "TENOFF"}, order: lines(of(1, "tee"), of(1, "poster")),
		},
		{
			shows: "the order is discounted already: an order never costs less than nothing",
			codes: []string{"ORDER30", "TEE"}, order: lines(of(1, "tee"), of(1, "poster")),
		},
		{
			shows: "nothing is left to pay: a replacement by something cheaper would go below that, so it is not made",
			codes: []string{"ORDER30", "MUGINSTEAD"}, order: lines(of(1, "bottle"), of(1, "socks")),
		},
		{
			shows: "units that are free do not count as units that are there: 1 and 2 make 3",
			codes: []string{"TEE", "TEES"}, order: lines(of(1, "poster")),
		},
		{
			shows: "a free unit raises the amount, but not the total that a percentage is taken of",
			codes: []string{"MORETEES", "ORDER10P"}, order: lines(of(1, "tee")),
		},
	}
}

func shipping() []scene {
	price := int64(590)
	own := lines(of(1, "mug"))
	own.Items = append(own.Items, order.Item{SourceID: discount.ShippingSource, Quantity: 1, Price: &price})
	return []scene{
		{
			shows: "free shipping is a free unit of the product that stands for shipping",
			codes: []string{"SHIPFREE"}, order: lines(of(1, "mug"), priced(1, discount.ShippingProduct, price)),
		},
		{shows: "it may be named by its source_id as well, " + discount.ShippingSource, codes: []string{"SHIPFREE"}, order: own},
		{
			shows: "the cart has no shipping: a line without a price says that it is free",
			codes: []string{"SHIPFREE"}, order: lines(of(1, "mug")),
		},
	}
}

func stories() []scene {
	return []scene{
		{
			shows: "two codes on one stored order, taken back in the order in which they came",
			codes: []string{"TEE", "MORETEES"}, order: order.New("order-1", of(1, "poster")),
			steps: []step{{redeem, "TEE"}, {redeem, "MORETEES"}, {rollback, "TEE"}, {rollback, "MORETEES"}},
		},
		{
			shows: "a code for one use: the rollback gives the use back, and the free unit with it",
			codes: []string{"ONEMUG"}, order: order.New("order-2", of(1, "tee")),
			steps: []step{{redeem, "ONEMUG"}, {redeem, "ONEMUG"}, {rollback, "ONEMUG"}, {redeem, "ONEMUG"}},
		},
		{
			shows: "replaced units come back as well",
			codes: []string{"ALLTEES"}, order: order.New("order-3", of(2, "tee")),
			steps: []step{{redeem, "ALLTEES"}, {rollback, "ALLTEES"}, {rollback, "ALLTEES"}},
		},
	}
}
