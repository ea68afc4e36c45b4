package redemption_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// boughtOrder is 2 units of a SKU with one of them for free, 3 of a product with 2.00 off, and one that nobody knows; 5.00 are off
// the order as a whole.
func boughtOrder() *order.Order {
	line := func(item order.Item, amount, off int64) order.Item {
		item.Amount, item.DiscountAmount, item.SubtotalAmount = &amount, off, amount-off
		item.InitialAmount, item.InitialQuantity, item.InitialKnown = amount, item.Quantity, true
		return item
	}
	return &order.Order{
		ID: "ord_1", Status: order.Paid, Amount: 6000, InitialAmount: 6000, DiscountAmount: 500, ItemsDiscountAmount: 1200, TotalDiscountAmount: 1700,
		TotalAmount: 4300, Touched: order.Calculated, Metadata: metadata.Map{"visits": 25.0},
		Items: []order.Item{
			line(order.Item{SKUID: "sku_a", Quantity: 2, DiscountQuantity: 1}, 2000, 1000),
			line(order.Item{ProductID: "prod_b", Quantity: 3}, 3000, 200),
			line(order.Item{SourceID: "unknown", Quantity: 1}, 1000, 0),
		},
	}
}

func TestWhatRulesCountOnAPaidOrder(t *testing.T) {
	t.Parallel()
	red := product.Collection{ID: "pc_red", Type: product.AutoUpdate}
	decode(t, `{"junction":"and","metadata.colour":{"conditions":{"$is":["red"]}}}`, &red.Filter)
	configuration := redemption.Configuration{
		Campaigns: []*campaign.Campaign{{
			ID: "camp_1", Name: "Club", CampaignType: campaign.LoyaltyProgram, Active: true, Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
		}},
		Products: []*product.Product{{ID: "prod_a", Metadata: metadata.Map{"colour": "red"}}, {ID: "prod_b", Metadata: metadata.Map{"colour": "blue"}}},
		SKUs:     []*product.SKU{{ID: "sku_a", ProductID: "prod_a", Metadata: metadata.Map{"colour": "red"}}},
		Collections: []*product.Collection{&red, {ID: "pc_all", Type: product.Static, Products: []product.Ref{
			{ID: "prod_a", Object: product.KindProduct}, {ID: "prod_b", Object: product.KindProduct},
		}}},
	}
	items := func(kind loyalty.CalculationType, refs ...product.Ref) loyalty.Earning {
		r := &loyalty.ItemsRatio{Ratio: loyalty.Ratio{Every: 1, Points: 1}, ApplicableTo: refs}
		e := loyalty.Earning{Type: loyalty.Proportional, CalculationType: kind, OrderItems: &loyalty.ItemsEarning{}}
		switch kind {
		case loyalty.ByItemsQuantity:
			e.OrderItems.Quantity = r
		case loyalty.ByItemsAmount:
			e.OrderItems.Amount = r
		default:
			e.OrderItems.SubtotalAmount = r
		}
		return e
	}
	formula := func(text string) loyalty.Earning {
		return loyalty.Earning{Type: loyalty.Fixed, Points: 9999, PointsFormula: text}
	}
	a, all := product.Ref{ID: "prod_a", Object: product.KindProduct}, product.Ref{ID: "pc_all", Object: product.KindCollection}
	reds := product.Ref{ID: "pc_red", Object: product.KindCollection}
	tests := []struct {
		name    string
		earning loyalty.Earning
		want    ledger.Points
	}{
		{"the units of a product through its SKU, without the free one", items(loyalty.ByItemsQuantity, a), 1},
		{"the value before discounts", items(loyalty.ByItemsAmount, a), 2000},
		{"the value after discounts of the lines", items(loyalty.ByItemsSubtotalAmount, all), 3800},
		{"a collection with a filter", items(loyalty.ByItemsAmount, reds), 2000},
		{"several targets, each line once", items(loyalty.ByItemsAmount, reds, all, a), 5000},
		{"the order before discounts, in a formula", formula("ORDER_AMOUNT"), 60},
		{"the units of the order", formula("ORDER_UNITS_QUANTITY"), 6},
		{"the most expensive line", formula("MOST_EXPENSIVE_ORDER_ITEM_AMOUNT"), 20},
		{"metadata of the order and the customer", formula(`ORDER_METADATA("visits") * CUSTOMER_METADATA("level")`), 50},
		{"the age of the customer", formula("IF(CUSTOMER_BIRTHDATE DATE_IS DATE(\"2000-01-15\");1;2)"), 1},
		{"metadata that is not there", formula(`CUSTOMER_METADATA("none")`), 9999},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			own := configuration
			own.EarningRules = []*loyalty.EarningRule{{
				ID: "ern_1", Event: loyalty.OrderPaid, Active: true, Source: loyalty.EarningSource{ObjectID: "camp_1"}, Loyalty: test.earning,
			}}
			x := redemption.NewCatalogue(own, validation.NewCompiler())
			e := redemption.NewEarning(x, &redemption.Trigger{Event: loyalty.OrderPaid, ID: "ord_1", CustomerID: "cust_1", Order: boughtOrder()}, pendingNoon)
			if e == nil {
				t.Fatal("the rule does not compile")
			}
			buyer := &customer.Customer{ID: "cust_1", Birthdate: "2000-01-15", Metadata: metadata.Map{"level": 2.0}}
			if err := e.Judge(&redemption.Snapshot{Now: pendingNoon, Customer: buyer}); err != nil {
				t.Fatal(err)
			}
			if got := e.Points(x.Program("camp_1"), ""); got != test.want {
				t.Errorf("%d points, want %d", got, test.want)
			}
		})
	}
}

// TestOneTierCountsForAnEvent pays three rules to a member whom the first one brings to the next tier.
func TestOneTierCountsForAnEvent(t *testing.T) {
	t.Parallel()
	var rules []*loyalty.EarningRule
	doubled := map[string]loyalty.Mapping{}
	for _, name := range []string{"ern_1", "ern_2", "ern_3"} {
		rules = append(rules, &loyalty.EarningRule{
			ID: name, Event: loyalty.OrderPaid, Active: true, Source: loyalty.EarningSource{ObjectID: "camp_1"},
			Loyalty: loyalty.Earning{Type: loyalty.Fixed, Points: 100},
		})
		doubled[name] = loyalty.Mapping{Type: loyalty.Custom, Points: 200}
	}
	silver := ledger.Points(99)
	x := redemption.NewCatalogue(redemption.Configuration{
		Campaigns: []*campaign.Campaign{{
			ID: "camp_1", Name: "Club", CampaignType: campaign.LoyaltyProgram, Active: true, Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
		}},
		EarningRules: rules,
		LoyaltyTiers: []*loyalty.Tier{
			{ID: "ltr_1", CampaignID: "camp_1", Name: "Silver", Points: loyalty.Range{To: &silver}},
			{ID: "ltr_2", CampaignID: "camp_1", Name: "Gold", Points: loyalty.Range{From: 100}, EarningRules: doubled},
		},
	}, validation.NewCompiler())
	account := &loyalty.Account{VoucherID: "v_1", CampaignID: "camp_1", CustomerID: "cust_1", Version: 1, Tier: loyalty.Standing{TierID: "ltr_1"}}
	var got []ledger.Points
	for _, orderID := range []string{"ord_1", "ord_2"} {
		ids := id.NewSequence(pendingNoon, 1)
		work := redemption.NewPointsWork(x, pendingNoon, &ids, &redemption.Plan{})
		e := redemption.NewEarning(x, &redemption.Trigger{Event: loyalty.OrderPaid, ID: orderID, CustomerID: "cust_1", Order: &order.Order{ID: orderID}}, pendingNoon)
		if err := e.Judge(nil); err != nil {
			t.Fatal(err)
		}
		card := work.Card(x.Program("camp_1"), account)
		if err := e.Pay(card, func(key string) bool { return key == "ern_3/ord_1" }); err != nil {
			t.Fatal(err)
		}
		card.Settle()
		account = card.Account
		got = append(got, account.Balance)
	}
	if diff := cmp.Diff([]ledger.Points{200, 800}, got); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}
}
