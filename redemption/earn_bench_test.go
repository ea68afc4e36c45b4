package redemption_test

import (
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"

	"github.com/voucherify-go/voucherify/customer"
)

// The benchmarks compare the points of 50 earning rules on an order of 20 lines with the floor, which is the same points written
// by hand for these 50 rules, without conditions that could be anything. Only the ratio within one run means anything. Target:
// BenchmarkEarn at most 15 times BenchmarkFloorEarn, most of which is reading the order once. BenchmarkPay adds the entries of the ledger, their events and the account,
// of which the floor has none: it says what writing costs.

const earningRules = 50

type earnBench struct {
	catalogue *redemption.Catalogue
	snapshot  *redemption.Snapshot
	trigger   *redemption.Trigger
	account   *loyalty.Account
	order     *order.Order
	inPC      map[string]bool
}

func newEarnBench(tb testing.TB) *earnBench {
	tb.Helper()
	b := &earnBench{inPC: map[string]bool{}}
	o := &order.Order{ID: "ord_1", SourceID: "O1", Status: order.Paid, Touched: order.Calculated, Metadata: metadata.Map{"visits": 25.0}}
	var refs []product.Ref
	for i := range 20 {
		price, quantity := int64(500+37*i), int64(1+i%3)
		amount := price * quantity
		id := fmt.Sprintf("prod_%018x", i)
		o.Items = append(o.Items, order.Item{
			ID: fmt.Sprint("ordli_", i), ProductID: id, Quantity: quantity, InitialQuantity: quantity, InitialKnown: true, Price: &price,
			Amount: &amount, InitialAmount: amount, SubtotalAmount: amount,
		})
		o.Amount += amount
		if i < 7 {
			b.inPC[id] = true
			refs = append(refs, product.Ref{ID: id, Object: product.KindProduct})
		}
	}
	o.InitialAmount, o.TotalAmount = o.Amount, o.Amount
	var large validation.Rule
	decode(tb, `{"id":"val_1","name":"large","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[10000]}}}}`, &large)
	var vip validation.Rule
	decode(tb, `{"id":"val_2","name":"vip","rules":{"1":{"name":"customer.metadata","property":"level","conditions":{"$is":["gold"]}}}}`, &vip)
	rules := make([]*loyalty.EarningRule, earningRules)
	for i := range rules {
		r := &loyalty.EarningRule{
			ID: fmt.Sprintf("ern_%02d", i), Event: loyalty.OrderPaid, Active: true,
			Source: loyalty.EarningSource{ObjectID: "camp_1"}, Loyalty: benchEarning(i),
		}
		switch i % 3 {
		case 1:
			r.ValidationRuleID = "val_1"
		case 2:
			r.ValidationRuleID = "val_2"
		}
		rules[i] = r
	}
	b.catalogue = redemption.NewCatalogue(redemption.Configuration{
		Campaigns: []*campaign.Campaign{{
			ID: "camp_1", Name: "Club", CampaignType: campaign.LoyaltyProgram, Active: true,
			Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{}},
		}},
		Rules: []*validation.Rule{&large, &vip}, EarningRules: rules,
		Collections: []*product.Collection{{ID: "pc_1", Type: product.Static, Products: refs}},
	}, validation.NewCompiler())
	b.snapshot = &redemption.Snapshot{Now: pendingNoon, Customer: &customer.Customer{ID: "cust_1", Metadata: metadata.Map{"level": "gold", "age": 7.0}}}
	b.order = o
	b.trigger = &redemption.Trigger{
		Event: loyalty.OrderPaid, ID: o.ID, New: true, CustomerID: "cust_1", Order: o, Told: loyalty.EventReference{Type: "customer.order.paid"},
	}
	b.account = &loyalty.Account{VoucherID: "v_1", CampaignID: "camp_1", CustomerID: "cust_1", Version: 1}
	return b
}

// benchEarning is what the i-th rule pays: each fifth one counts something else.
func benchEarning(i int) loyalty.Earning {
	ratio := &loyalty.Ratio{Every: int64(1000 + i), Points: 1}
	switch i % 5 {
	case 0:
		return loyalty.Earning{Type: loyalty.Fixed, Points: ledger.Points(1 + i)}
	case 1:
		return loyalty.Earning{Type: loyalty.Proportional, CalculationType: loyalty.ByOrderAmount, Order: &loyalty.OrderEarning{Amount: ratio}}
	case 2:
		return loyalty.Earning{Type: loyalty.Proportional, CalculationType: loyalty.ByOrderTotalAmount, Order: &loyalty.OrderEarning{TotalAmount: ratio}}
	case 3:
		return loyalty.Earning{Type: loyalty.Proportional, CalculationType: loyalty.ByItemsAmount, OrderItems: &loyalty.ItemsEarning{
			Amount: &loyalty.ItemsRatio{Ratio: *ratio, Object: product.KindCollection, ID: "pc_1"},
		}}
	}
	ratio.Every, ratio.Property = 10, "visits"
	return loyalty.Earning{Type: loyalty.Proportional, CalculationType: loyalty.ByOrderMetadata, Order: &loyalty.OrderEarning{Metadata: ratio}}
}

// floor computes the points by hand.
func (b *earnBench) floor() ledger.Points {
	var sum ledger.Points
	gold := b.snapshot.Customer.Metadata["level"] == "gold"
	for i := range earningRules {
		if i%3 == 1 && b.order.Amount <= 10_000 || i%3 == 2 && !gold {
			continue
		}
		switch i % 5 {
		case 0:
			sum += ledger.Points(1 + i)
		case 1, 2:
			sum += ledger.Points(b.order.Amount / int64(1000+i))
		case 3:
			var amount int64
			for k := range b.order.Items {
				if b.inPC[b.order.Items[k].ProductID] {
					amount += *b.order.Items[k].Amount
				}
			}
			sum += ledger.Points(amount / int64(1000+i))
		default:
			if visits, ok := b.order.Metadata["visits"].(float64); ok {
				sum += ledger.Points(int64(visits) / 10)
			}
		}
	}
	return sum
}

// points computes the points with the engine.
func (b *earnBench) points(tb testing.TB) ledger.Points {
	e := redemption.NewEarning(b.catalogue, b.trigger, b.snapshot.Now)
	if err := e.Judge(b.snapshot); err != nil {
		tb.Fatal(err)
	}
	return e.Points(b.catalogue.Program("camp_1"), "")
}

// pay computes the points and plans everything that is written.
func (b *earnBench) pay(tb testing.TB) ledger.Points {
	e := redemption.NewEarning(b.catalogue, b.trigger, b.snapshot.Now)
	if err := e.Judge(b.snapshot); err != nil {
		tb.Fatal(err)
	}
	ids := id.NewSequence(b.snapshot.Now, 1)
	work := redemption.NewPointsWork(b.catalogue, b.snapshot.Now, &ids, &redemption.Plan{})
	card := work.Card(b.catalogue.Program("camp_1"), b.account)
	if err := e.Pay(card, func(string) bool { return false }); err != nil {
		tb.Fatal(err)
	}
	card.Settle()
	if err := work.Finish("v-1"); err != nil {
		tb.Fatal(err)
	}
	return card.Account.Balance
}

func TestTheFloorOfEarningEarnsTheSame(t *testing.T) {
	t.Parallel()
	b := newEarnBench(t)
	want := b.floor()
	if got := b.points(t); got != want || want == 0 {
		t.Errorf("%d points, the floor has %d", got, want)
	}
	if got := b.pay(t); got != want {
		t.Errorf("%d points paid, the floor has %d", got, want)
	}
}

func BenchmarkFloorEarn(b *testing.B) {
	x := newEarnBench(b)
	b.ReportAllocs()
	for b.Loop() {
		x.floor()
	}
}

func BenchmarkEarn(b *testing.B) {
	x := newEarnBench(b)
	b.ReportAllocs()
	for b.Loop() {
		x.points(b)
	}
}

func BenchmarkPay(b *testing.B) {
	x := newEarnBench(b)
	b.ReportAllocs()
	for b.Loop() {
		x.pay(b)
	}
}
